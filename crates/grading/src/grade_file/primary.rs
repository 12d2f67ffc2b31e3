//! Pupils of primary schools in a file: a line for each subject and point of the year, for each quality or competency and
//! point, and lines with neither for what concerns the pupil.

use std::collections::HashMap;

use base::{Result, vi};
use rules::assessment::{Achievement, Assessment, Primary, TraitLevel};
use rules::curriculum::Part;

use super::cells::{Faults, Row, Table};
use super::written::{Judged, Line, Told};
use super::{Subjects, words};
use crate::gradebook::primary::{Honour, Lacking, PrimaryCourse, PrimaryPupil, PrimaryResults, year};
use crate::gradebook::trace::{About, Fact, Step, Term};
use crate::gradebook::{Inclusion, columns, sentence};

/// The columns that a file may have; it must have the first two.
pub(super) const COLUMNS: &[&str] =
    &["hoc_sinh", "khoi", "mon", "pc_nl", "thoi_diem", "muc", "diem", "mien", "noi_bat", "hoa_nhap", "quyet_dinh"];

/// A subject of a pupil, being read.
struct Read {
    code: &'static str,
    name: &'static str,
    course: PrimaryCourse,
}

/// A pupil, being read.
struct ReadPupil {
    pupil: String,
    grade: u8,
    line: usize,
    subjects: Vec<Read>,
    traits: Vec<[Option<TraitLevel>; 4]>,
    traits_again: Vec<Option<TraitLevel>>,
    recognised: bool,
    inclusion: Inclusion,
    decision: Option<bool>,
}

struct Reader<'a> {
    rules: &'a Assessment,
    primary: &'a Primary,
    faults: Faults,
    subjects: Subjects,
    pupils: Vec<ReadPupil>,
}

pub(super) fn judge(rules: &Assessment, primary: &Primary, table: &Table, closed: bool) -> Result<Vec<Judged>> {
    let mut reader =
        Reader { rules, primary, faults: Faults::default(), subjects: Subjects::default(), pupils: Vec::new() };
    let mut places = HashMap::new();
    for row in table.rows() {
        reader.line(row, &mut places)?;
    }
    reader.faults.refuse()?;
    for pupil in &mut reader.pupils {
        add_what_is_compulsory(primary, pupil)?;
    }
    Ok(reader.pupils.iter().map(|pupil| judged(rules, primary, pupil, closed)).collect())
}

/// A compulsory subject that the file does not have is missing, not left out.
fn add_what_is_compulsory(primary: &Primary, pupil: &mut ReadPupil) -> Result<()> {
    let Some(programme) = rules::curriculum::of_grade(pupil.grade)? else { return Ok(()) };
    for one in programme.subjects.iter().filter(|one| one.part == Part::Compulsory) {
        let there = one.in_grade(pupil.grade).is_none() || pupil.subjects.iter().any(|read| read.code == one.code);
        if !there {
            let subject = columns::primary_subject(primary, one.code, pupil.grade);
            let course = PrimaryCourse { subject, ..PrimaryCourse::default() };
            pupil.subjects.push(Read { code: one.code, name: one.name, course });
        }
    }
    Ok(())
}

impl Reader<'_> {
    /// What a cell says, or a fault of it.
    fn cell<V>(&mut self, row: Row<'_>, column: &str, read: impl FnOnce(&str) -> Result<V, words::Fault>) -> Option<V> {
        match read(row.get(column)) {
            Ok(value) => Some(value),
            Err((code, what)) => {
                self.faults.push(row.line, column, code, &what);
                None
            }
        }
    }

    fn line(&mut self, row: Row<'_>, places: &mut HashMap<String, usize>) -> Result<()> {
        let code = row.get("hoc_sinh");
        if code.is_empty() {
            self.faults.push(row.line, "hoc_sinh", "grade_file.no_pupil", "chưa có mã học sinh. Hãy ghi mã.");
            return Ok(());
        }
        let Some(grade) = self.cell(row, "khoi", |text| words::number(text, 12)) else { return Ok(()) };
        let grade = u8::try_from(grade).unwrap_or_default();
        if !self.rules.roadmap.contains_key(&grade) {
            let what = format!("gói quy định {} không dùng cho khối {grade}.", self.rules.pack.code);
            self.faults.push(row.line, "khoi", "grade_file.grade", &what);
            return Ok(());
        }
        let traits = self.primary.traits.len();
        let place = *places.entry(code.to_owned()).or_insert_with(|| {
            self.pupils.push(ReadPupil {
                pupil: code.to_owned(),
                grade,
                line: row.line,
                subjects: Vec::new(),
                traits: vec![[None; 4]; traits],
                traits_again: vec![None; traits],
                recognised: false,
                inclusion: Inclusion::Everybody,
                decision: None,
            });
            self.pupils.len() - 1
        });
        let first = &self.pupils[place];
        if first.grade != grade {
            let what = format!("học sinh này ở khối {} theo dòng {}.", first.grade, first.line);
            self.faults.push(row.line, "khoi", "grade_file.grade_differs", &what);
            return Ok(());
        }
        match (row.get("mon").is_empty(), row.get("pc_nl").is_empty()) {
            (true, true) => self.about_pupil(row, place),
            (true, false) => self.about_trait(row, place),
            (false, true) => self.about_subject(row, place, grade)?,
            (false, false) => {
                let what = "một dòng chỉ ghi môn học, hoặc phẩm chất, năng lực. Hãy tách thành hai dòng.";
                self.faults.push(row.line, "pc_nl", "grade_file.two_things", what);
            }
        }
        Ok(())
    }

    fn about_pupil(&mut self, row: Row<'_>, place: usize) {
        for column in ["muc", "diem"] {
            if !row.get(column).is_empty() {
                self.faults.push(
                    row.line,
                    "mon",
                    "grade_file.no_subject",
                    "có mức hoặc điểm mà chưa có môn. Hãy ghi môn.",
                );
                return;
            }
        }
        self.pupils[place].recognised |= row.is_ticked("noi_bat");
        if let Some(inclusion) = self.cell(row, "hoa_nhap", words::inclusion)
            && inclusion != Inclusion::Everybody
        {
            self.pupils[place].inclusion = inclusion;
        }
        if let Some(decision) = self.cell(row, "quyet_dinh", words::decision) {
            let pupil = &mut self.pupils[place];
            pupil.decision = decision.or(pupil.decision);
        }
    }

    /// The point of the year, 0 to 3; 4 is after supplementary assessment.
    fn point(&mut self, row: Row<'_>) -> Option<usize> {
        self.cell(row, "thoi_diem", |text| match vi::fold(text).as_str() {
            "gk1" => Ok(0),
            "ck1" => Ok(1),
            "gk2" => Ok(2),
            "cn" => Ok(3),
            "he" => Ok(4),
            _ => Err(("grade_file.point", format!("“{text}” không được hiểu. Hãy ghi gk1, ck1, gk2, cn hoặc he."))),
        })
    }

    fn about_trait(&mut self, row: Row<'_>, place: usize) {
        let word = row.get("pc_nl");
        let known = |one: &rules::assessment::Trait| one.code == word || vi::fold(one.name) == vi::fold(word);
        let Some(of) = self.primary.traits.iter().position(known) else {
            let what = format!("không có phẩm chất, năng lực “{word}”. Hãy ghi mã trong tài liệu.");
            self.faults.push(row.line, "pc_nl", "grade_file.trait_unknown", &what);
            return;
        };
        let (point, level) = (self.point(row), self.cell(row, "muc", words::trait_level));
        let (Some(point), Some(level)) = (point, level) else { return };
        let pupil = &mut self.pupils[place];
        let there = match point {
            4 => &mut pupil.traits_again[of],
            point => &mut pupil.traits[of][point],
        };
        put(there, level, row, "muc", &mut self.faults);
    }

    fn about_subject(&mut self, row: Row<'_>, place: usize, grade: u8) -> Result<()> {
        let word = row.get("mon");
        let known = self.subjects.find(grade, word)?;
        let Some(known) = known else {
            let what = format!("không có môn “{word}” trong chương trình khối {grade}. Hãy sửa tên môn.");
            self.faults.push(row.line, "mon", "grade_file.subject", &what);
            return Ok(());
        };
        let found = self.pupils[place].subjects.iter().position(|one| one.code == known.code);
        let of = found.unwrap_or_else(|| {
            let subject = columns::primary_subject(self.primary, known.code, grade);
            let course = PrimaryCourse { subject, ..PrimaryCourse::default() };
            self.pupils[place].subjects.push(Read { code: known.code, name: known.name, course });
            self.pupils[place].subjects.len() - 1
        });
        if row.is_ticked("mien") {
            self.pupils[place].subjects[of].course.exempt = true;
            return Ok(());
        }
        let level: Option<Option<Achievement>> = self.cell(row, "muc", words::achievement);
        let test = match row.get("diem") {
            "" | "-" => Some(None),
            _ => self.cell(row, "diem", |text| words::number(text, 10).map(|mark| u8::try_from(mark).ok())),
        };
        let (Some(point), Some(level), Some(test)) = (self.point(row), level, test) else { return Ok(()) };
        let course = &mut self.pupils[place].subjects[of].course;
        let (level_there, test_there) = match point {
            4 => (&mut course.again, &mut course.test_again),
            point => (&mut course.levels[point], &mut course.tests[point]),
        };
        put(level_there, level, row, "muc", &mut self.faults);
        put(test_there, test, row, "diem", &mut self.faults);
        Ok(())
    }
}

/// Puts what is new in its place; a second value is a fault.
fn put<V>(there: &mut Option<V>, new: Option<V>, row: Row<'_>, column: &str, faults: &mut Faults) {
    match (there.is_some(), new) {
        (_, None) => {}
        (true, Some(_)) => faults.push(row.line, column, "grade_file.twice", "đã có ở một dòng trước. Hãy bỏ bớt một."),
        (false, new) => *there = new,
    }
}

fn judged(rules: &Assessment, primary: &Primary, read: &ReadPupil, closed: bool) -> Judged {
    let courses: Vec<PrimaryCourse> = read.subjects.iter().map(|one| one.course).collect();
    let pupil = PrimaryPupil {
        grade: read.grade,
        courses: &courses,
        traits: &read.traits,
        traits_again: &read.traits_again,
        recognised: read.recognised,
        inclusion: read.inclusion,
        decision: read.decision,
        closed,
    };
    let mut steps: Vec<Step> = Vec::new();
    let results = year(primary, &pupil, &mut steps);
    let names: Vec<&str> = read.subjects.iter().map(|one| one.name).collect();
    let told = Told { rules, courses: &names, steps: &steps };
    Judged { pupil: read.pupil.clone(), grade: read.grade, lines: lines(primary, read, &results, &told) }
}

fn lines(primary: &Primary, read: &ReadPupil, results: &PrimaryResults, told: &Told<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut line = |about: &'static str, subject: &str, term: Term, value: &str, code: &str, because: &[About]| {
        lines.push(Line {
            about,
            subject: subject.to_owned(),
            term: term.code(),
            value: value.to_owned(),
            code: code.to_owned(),
            because: told.about(because),
        });
    };
    let finally = results.finally.filter(|_| results.finally != results.year);
    for (term, place) in [(Term::Year, results.year), (Term::Summer, finally)] {
        if let Some(place) = place {
            let rule = &primary.year[place];
            line("learning", "", term, &rule.name, &rule.level, &[About::Learning(term)]);
        }
    }
    if let Some(title) = results.title {
        let (name, code) = match title {
            Honour::Excellent => (&primary.figures.excellent_title, "excellent"),
            Honour::Outstanding => (&primary.figures.outstanding_title, "outstanding"),
        };
        line("title", "", Term::Year, name, code, &[About::Title]);
    }
    line("promotion", "", Term::Year, results.state.name(), results.state.code(), &[About::Promotion]);
    if results.completes {
        line("finish", "", Term::Year, &primary.figures.last_name, "finished", &[]);
    }
    for missing in &results.missing {
        let subject = match missing {
            Lacking::Level(course, _) | Lacking::Test(course, _) => read.subjects[*course].code.to_owned(),
            // Khoa học is a subject and a competency: the code alone would not tell which.
            Lacking::Trait(place, _) => format!("pc_nl/{}", primary.traits[*place].code),
        };
        let step = Step { about: About::Promotion, fact: Fact::PrimaryMissing(*missing) };
        let said = sentence::sentence(told.rules, told.courses, &step);
        line("missing", &subject, Term::Year, &said.text, &said.code, &[]);
    }
    lines
}
