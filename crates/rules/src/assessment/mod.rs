//! Assessment rules: how marks become averages, levels, titles and promotion. A pack holds the figures of one circular, and
//! every reading that its text leaves open as a parameter with choices, a default and a note. What is computed from them
//! is `grading`'s.

mod primary;
mod secondary;
mod settings;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use base::{Code, Error, Result, SchoolYear, Score, error};

use crate::Pack;

pub use primary::{Achievement, Primary, PrimaryFigures, PrimarySettings, Trait, TraitLevel, YearRule};
pub use secondary::{Figures, Finish, Level, LevelRule, Raise, Regular, Secondary, Title, Weights};
pub use settings::{
    Both, Disabled, ExemptSemester, Fewer, MissingRegular, OneSubject, Settings, Strands, TitleAt, TopicColumn,
    TopicSemester, YesNo,
};

/// A pack has no such parameter, or the parameter no such choice.
pub const NO_CHOICE: Code = Code::new(error::Kind::Refused, "assessment.no_choice", "Tham số không có lựa chọn này");

/// One circular's rules, with the parameters as they are set.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// The pack they come from.
    pub pack: &'static Pack,
    /// Whether it is kept for imported history only.
    pub read_only: bool,
    /// The first school year of each grade under it, by the calendar year it starts in; the roadmap of the circular.
    pub roadmap: BTreeMap<u8, i16>,
    /// The open readings, by name, in the order of their names.
    pub parameters: BTreeMap<String, Parameter>,
    /// The figures and settings.
    pub rules: Rules,
    articles: BTreeMap<String, String>,
}

/// Figures and settings by the form that a circular has.
#[derive(Clone, Debug)]
pub enum Rules {
    /// Lower and upper secondary schools: averages and levels.
    Secondary(Box<Secondary>),
    /// Primary schools: levels of subjects, qualities and competencies.
    Primary(Box<Primary>),
}

/// A reading that the text leaves open.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct Parameter {
    /// How it is set.
    pub value: String,
    /// How it may be set.
    pub choices: Vec<String>,
    /// The article whose reading is open.
    pub article: String,
    /// How sure the default is: `M` or `L`.
    pub confidence: String,
    /// What the choices mean, and why it is open.
    pub note: String,
}

#[derive(serde::Deserialize)]
struct Manifest {
    form: String,
    read_only: bool,
    roadmap: BTreeMap<String, i16>,
    parameters: BTreeMap<String, Parameter>,
    articles: BTreeMap<String, String>,
}

/// A mark as packs write it: `"6,5"`.
fn mark(text: &str) -> Result<Score> {
    Score::parse(text).ok_or_else(|| Error::internal(format!("{text} is no mark")))
}

fn read(pack: &'static Pack) -> Result<Assessment> {
    let manifest: Manifest = toml::from_str(pack.manifest).map_err(Error::internal)?;
    let roadmap = manifest
        .roadmap
        .iter()
        .map(|(grade, year)| Ok((grade.parse().map_err(Error::internal)?, *year)))
        .collect::<Result<_>>()?;
    for (name, parameter) in &manifest.parameters {
        if !parameter.choices.contains(&parameter.value) {
            return Err(Error::internal(format!("the default of {name} is none of its choices")));
        }
    }
    let values = values(&manifest.parameters);
    let rules = match manifest.form.as_str() {
        "secondary" => Rules::Secondary(Box::new(secondary::read(pack, values)?)),
        "primary" => Rules::Primary(Box::new(primary::read(pack, values)?)),
        other => return Err(Error::internal(format!("assessment of no known form: {other}"))),
    };
    Ok(Assessment {
        pack,
        read_only: manifest.read_only,
        roadmap,
        parameters: manifest.parameters,
        rules,
        articles: manifest.articles,
    })
}

fn values(parameters: &BTreeMap<String, Parameter>) -> toml::Table {
    parameters.iter().map(|(name, one)| (name.clone(), toml::Value::String(one.value.clone()))).collect()
}

/// All assessment packs.
pub fn all() -> Result<&'static [Assessment]> {
    static ALL: OnceLock<Vec<Assessment>> = OnceLock::new();
    if let Some(all) = ALL.get() {
        return Ok(all);
    }
    let read = crate::packs()?.iter().filter(|pack| pack.kind == "assessment").map(read).collect::<Result<Vec<_>>>()?;
    Ok(ALL.get_or_init(|| read))
}

/// The rules of a code: `tt22-2021`.
pub fn find(code: &str) -> Result<Option<&'static Assessment>> {
    Ok(all()?.iter().find(|one| one.pack.code == code))
}

/// The rules for a grade, 1 to 12, in a school year: of those whose roadmap has reached the grade, the one that reached it
/// last. `None` before all of them.
pub fn for_grade(grade: u8, year: SchoolYear) -> Result<Option<&'static Assessment>> {
    let reached = all()?.iter().filter_map(|one| Some((*one.roadmap.get(&grade)?, one)));
    Ok(reached.filter(|(from, _)| *from <= year.start()).max_by_key(|(from, _)| *from).map(|(_, one)| one))
}

impl Assessment {
    /// The same rules with parameters set otherwise: pairs of name and choice.
    pub fn with(&self, changes: &[(&str, &str)]) -> Result<Self> {
        let mut changed = self.clone();
        for (name, choice) in changes {
            let parameter = changed.parameters.get_mut(*name).filter(|one| one.choices.iter().any(|c| c == choice));
            let Some(parameter) = parameter else {
                return Err(NO_CHOICE.error(format!(
                    "Gói quy định {} không có lựa chọn “{choice}” cho tham số “{name}”. Hãy chọn một giá trị có trong gói.",
                    self.pack.code
                )));
            };
            (*choice).clone_into(&mut parameter.value);
        }
        let values = toml::Value::Table(values(&changed.parameters));
        match &mut changed.rules {
            Rules::Secondary(rules) => rules.settings = values.try_into().map_err(Error::internal)?,
            Rules::Primary(rules) => rules.settings = values.try_into().map_err(Error::internal)?,
        }
        Ok(changed)
    }

    /// The article a sentence of an explanation rests on, by the sentence's code; `None` for a code the pack does not know.
    #[must_use]
    pub fn article(&self, code: &str) -> Option<&str> {
        self.articles.get(code).map(String::as_str)
    }

    /// The rules of secondary schools, when it is such a pack.
    #[must_use]
    pub const fn secondary(&self) -> Option<&Secondary> {
        match &self.rules {
            Rules::Secondary(rules) => Some(rules),
            Rules::Primary(_) => None,
        }
    }

    /// The rules of primary schools, when it is such a pack.
    #[must_use]
    pub const fn primary(&self) -> Option<&Primary> {
        match &self.rules {
            Rules::Primary(rules) => Some(rules),
            Rules::Secondary(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(start: i16) -> SchoolYear {
        SchoolYear::starting(start).expect("a year")
    }

    #[test]
    fn each_grade_has_its_circular_from_its_year_on() {
        let code =
            |grade, start| for_grade(grade, year(start)).expect("reads").map_or("", |one| one.pack.code.as_str());
        for (grade, from) in [(6, 2021), (7, 2022), (8, 2023), (9, 2024), (10, 2022), (11, 2023), (12, 2024)] {
            assert_eq!(code(grade, from), "tt22-2021", "grade {grade}");
            assert_eq!(code(grade, from - 1), "tt58-2011-26-2020", "grade {grade}");
            assert_eq!(code(grade, 2026), "tt22-2021", "grade {grade}");
        }
        for (grade, from) in [(1, 2020), (2, 2021), (3, 2022), (4, 2023), (5, 2024)] {
            assert_eq!(code(grade, from), "tt27-2020", "grade {grade}");
            assert_eq!(code(grade, from - 1), "", "grade {grade}");
        }
        assert_eq!(code(13, 2026), "");
        assert_eq!(code(9, 2019), "", "the older columns have no pack");
    }

    #[test]
    fn every_open_reading_has_its_note_and_is_set_by_name() {
        let mut open = 0;
        for one in all().expect("reads") {
            for (name, parameter) in &one.parameters {
                open += 1;
                assert!(parameter.choices.len() > 1 && parameter.note.len() > 40, "{name}");
                assert!(["M", "L"].contains(&parameter.confidence.as_str()), "{name}");
                assert!(parameter.article.starts_with("Điều "), "{name}");
                // Every choice is one that the code knows.
                for choice in &parameter.choices {
                    let set = one.with(&[(name, choice)]).unwrap_or_else(|error| panic!("{name} {choice}: {error:?}"));
                    assert_eq!(&set.parameters[name].value, choice);
                }
                assert!(one.with(&[(name, "something else")]).is_err_and(|error| error.is(&NO_CHOICE)));
            }
            assert!(one.with(&[("nothing", "yes")]).is_err());
        }
        assert!(open >= 20, "{open}");
        let tt22 = find("tt22-2021").expect("reads").expect("is there");
        assert_eq!(tt22.secondary().expect("secondary").settings.one_subject_reading, OneSubject::Rejudged);
        let other = tt22.with(&[("one_subject_reading", "dropped")]).expect("a choice");
        assert_eq!(other.secondary().expect("secondary").settings.one_subject_reading, OneSubject::Dropped);
    }

    #[test]
    fn figures_are_read() {
        let tt22 = find("tt22-2021").expect("reads").expect("is there").secondary().expect("secondary");
        assert_eq!([35, 36, 52, 70, 71, 140].map(|periods| tt22.regular_for(periods).count), [2, 3, 3, 3, 4, 4]);
        assert_eq!(tt22.conduct(Level::Fail, Level::Good), Some(Level::Fair));
        assert_eq!(tt22.conduct(Level::Good, Level::Fail), Some(Level::Fail));
        assert_eq!(tt22.levels.len(), 4);
        let tt58 = find("tt58-2011-26-2020").expect("reads").expect("is there");
        assert!(tt58.read_only && tt58.secondary().expect("secondary").conduct(Level::Good, Level::Good).is_none());
        let tt27 = find("tt27-2020").expect("reads").expect("is there").primary().expect("primary");
        assert_eq!(tt27.traits.len(), 15);
        assert!(tt27.has_test("toan", 4, 1) && !tt27.has_test("toan", 3, 1) && tt27.has_test("toan", 3, 2));
        assert!(!tt27.has_test("dao_duc", 5, 4));
    }
}
