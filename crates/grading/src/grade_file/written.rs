//! Results as lines, and lines as CSV or JSON.

use rules::assessment::Assessment;
use serde_json::{Value, json};

use super::cells::write_line;
use crate::gradebook::sentence::{Sentence, sentence};
use crate::gradebook::trace::{About, Step};

/// One result of a pupil, with what it follows from.
pub(super) struct Line {
    /// What it is: `subject`, `learning`, `conduct`, `promotion`, `title`, `finish`, `missing`.
    pub about: &'static str,
    /// The subject's code, where it is of one.
    pub subject: String,
    /// `semester_1`, `semester_2`, `year`, `summer`.
    pub term: &'static str,
    /// What people read.
    pub value: String,
    /// Its stable code, where it has one.
    pub code: String,
    /// Why.
    pub because: Vec<Sentence>,
}

/// One pupil.
pub(super) struct Judged {
    pub pupil: String,
    pub grade: u8,
    pub lines: Vec<Line>,
}

/// Says the steps about something.
pub(super) struct Told<'a> {
    pub rules: &'a Assessment,
    pub courses: &'a [&'a str],
    pub steps: &'a [Step],
}

impl Told<'_> {
    pub fn about(&self, about: &[About]) -> Vec<Sentence> {
        let of_it = self.steps.iter().filter(|step| about.contains(&step.about));
        of_it.map(|step| sentence(self.rules, self.courses, step)).collect()
    }
}

pub(super) fn csv(pupils: &[Judged], separator: char) -> String {
    let mut out = String::new();
    write_line(&mut out, separator, &["hoc_sinh", "khoi", "ve", "mon", "ki", "ket_qua", "ma", "giai_thich", "can_cu"]);
    for pupil in pupils {
        let grade = pupil.grade.to_string();
        for line in &pupil.lines {
            let because: Vec<&str> = line.because.iter().map(|one| one.text.as_str()).collect();
            let mut articles: Vec<&str> = Vec::new();
            for one in line.because.iter().filter(|one| !one.article.is_empty()) {
                if !articles.contains(&one.article.as_str()) {
                    articles.push(&one.article);
                }
            }
            write_line(
                &mut out,
                separator,
                &[
                    &pupil.pupil,
                    &grade,
                    line.about,
                    &line.subject,
                    line.term,
                    &line.value,
                    &line.code,
                    &because.join(" "),
                    &articles.join("; "),
                ],
            );
        }
    }
    out
}

pub(super) fn json(rules: &Assessment, pupils: &[Judged]) -> serde_json::Result<String> {
    let said = |one: &Sentence| {
        let values: serde_json::Map<String, Value> =
            one.values.iter().map(|(name, value)| ((*name).to_owned(), Value::String(value.clone()))).collect();
        json!({ "code": one.code, "text": one.text, "article": one.article, "values": values })
    };
    let line = |line: &Line| {
        json!({
            "about": line.about,
            "subject": line.subject,
            "term": line.term,
            "value": line.value,
            "code": line.code,
            "because": line.because.iter().map(said).collect::<Vec<_>>(),
        })
    };
    let pupils: Vec<Value> = pupils
        .iter()
        .map(|one| {
            let results: Vec<Value> = one.lines.iter().map(line).collect();
            json!({ "pupil": one.pupil, "grade": one.grade, "results": results })
        })
        .collect();
    let settings: serde_json::Map<String, Value> =
        rules.parameters.iter().map(|(name, one)| (name.clone(), Value::String(one.value.clone()))).collect();
    let basis: Vec<&str> = rules.pack.basis.iter().map(|one| one.document.as_str()).collect();
    serde_json::to_string_pretty(
        &json!({ "pack": rules.pack.code, "basis": basis, "settings": settings, "pupils": pupils }),
    )
}
