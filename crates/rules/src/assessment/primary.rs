//! Figures and settings of circulars for primary schools: levels of subjects, of qualities and competencies, and tests.

use base::{Error, Result};
use serde::Deserialize;

use super::Disabled;
use crate::Pack;
use crate::table::rows;

/// The level of a subject at one point of the year, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Achievement {
    /// C: Chưa hoàn thành.
    Incomplete,
    /// H: Hoàn thành.
    Complete,
    /// T: Hoàn thành tốt.
    Good,
}

/// The level of a quality or competency, worst first. In a pack it is written as the subject's level it goes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum TraitLevel {
    /// C: Cần cố gắng.
    #[serde(rename = "incomplete")]
    NeedsEffort,
    /// Đ: Đạt.
    #[serde(rename = "complete")]
    Achieved,
    /// T: Tốt.
    #[serde(rename = "good")]
    Good,
}

/// The rules of primary schools.
#[derive(Clone, Debug)]
pub struct Primary {
    /// Figures that are certain.
    pub figures: PrimaryFigures,
    /// The levels of the year, best first; the last asks nothing.
    pub year: Vec<YearRule>,
    /// The qualities and competencies.
    pub traits: Vec<Trait>,
    /// The open readings, as they are set.
    pub settings: PrimarySettings,
    tests: Vec<(&'static str, u8, [bool; 4])>,
}

/// Figures that are certain.
#[derive(Clone, Debug)]
pub struct PrimaryFigures {
    /// The last grade of primary school.
    pub last_grade: u8,
    /// What completing it means.
    pub last_name: String,
    /// The title of the best level.
    pub excellent_title: String,
    /// The title of the second.
    pub outstanding_title: String,
}

/// What a level of the year asks; what is `None` is not asked.
#[derive(Clone, Debug, Deserialize)]
pub struct YearRule {
    /// Its code: `excellent`, `good`, `complete`, `incomplete`.
    pub level: String,
    /// Its name.
    pub name: String,
    /// No subject below at the end of the year.
    pub subjects: Option<Achievement>,
    /// No quality or competency below.
    pub traits: Option<TraitLevel>,
    /// No test of the end of the year below, in whole marks.
    pub tests: Option<u8>,
}

/// A quality (phẩm chất) or competency (năng lực).
#[derive(Clone, Copy, Debug)]
pub struct Trait {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// `quality`, `general` or `special`.
    pub group: &'static str,
    from_grade: u8,
}

/// The open readings, as they are set.
#[derive(Clone, Debug, Deserialize)]
pub struct PrimarySettings {
    /// A test the grade does not ask for.
    elective_tests: String,
    technology_traits: String,
    outstanding_needs: String,
    still_incomplete: String,
    /// Completion by a pupil with an individual plan.
    pub disabled_promotion: Disabled,
}

impl PrimarySettings {
    /// Whether a test that the grade does not ask for counts once it is entered.
    #[must_use]
    pub fn counts_elective_tests(&self) -> bool {
        self.elective_tests == "counted"
    }

    /// Whether the second title needs the class's recognition beside the level.
    #[must_use]
    pub fn outstanding_is_recognised(&self) -> bool {
        self.outstanding_needs == "recognised"
    }

    /// Whether the head decides on who has still not completed.
    #[must_use]
    pub fn head_decides(&self) -> bool {
        self.still_incomplete == "head"
    }
}

#[derive(Deserialize)]
struct Read {
    figures: ReadFigures,
    year: Vec<YearRule>,
    titles: Titles,
}

#[derive(Deserialize)]
struct ReadFigures {
    last_grade: u8,
    last_name: String,
}

#[derive(Deserialize)]
struct Titles {
    excellent: String,
    outstanding: String,
}

pub(super) fn read(pack: &'static Pack, settings: toml::Table) -> Result<Primary> {
    let read: Read = toml::from_str(pack.manifest).map_err(Error::internal)?;
    if read.year.is_empty() {
        return Err(Error::internal("a primary pack without levels of the year"));
    }
    let tests = rows(pack.file("tests.tsv")?, ["subject", "grade", "points"])?
        .into_iter()
        .map(|[subject, grade, points]| {
            let mut at = [false; 4];
            for point in points.split(' ') {
                let point: usize = point.parse().map_err(Error::internal)?;
                *at.get_mut(point.wrapping_sub(1)).ok_or_else(|| Error::internal("a point from 1 to 4"))? = true;
            }
            Ok((subject, grade.parse().map_err(Error::internal)?, at))
        })
        .collect::<Result<_>>()?;
    let traits = rows(pack.file("traits.tsv")?, ["code", "name", "group", "from_grade"])?
        .into_iter()
        .map(|[code, name, group, from]| {
            Ok(Trait { code, name, group, from_grade: from.parse().map_err(Error::internal)? })
        })
        .collect::<Result<_>>()?;
    Ok(Primary {
        figures: PrimaryFigures {
            last_grade: read.figures.last_grade,
            last_name: read.figures.last_name,
            excellent_title: read.titles.excellent,
            outstanding_title: read.titles.outstanding,
        },
        year: read.year,
        traits,
        settings: toml::Value::Table(settings).try_into().map_err(Error::internal)?,
        tests,
    })
}

impl Primary {
    /// Whether a subject has a periodic test in a grade at a point of the year, 1 to 4.
    #[must_use]
    pub fn has_test(&self, subject: &str, grade: u8, point: usize) -> bool {
        let line = self.tests.iter().find(|(of, in_grade, _)| *of == subject && *in_grade == grade);
        line.is_some_and(|(_, _, at)| at.get(point.wrapping_sub(1)).is_some_and(|held| *held))
    }

    /// Whether a quality or competency is judged in a grade.
    #[must_use]
    pub fn judges(&self, one: &Trait, grade: u8) -> bool {
        self.settings.technology_traits == "always" || grade >= one.from_grade
    }
}
