//! Figures and settings of circulars for secondary schools: averages with weights, levels of learning and conduct.

use base::{Error, Result, Score};
use serde::Deserialize;

use super::mark;
use super::settings::{Settings, YesNo};
use crate::Pack;
use crate::table::rows;

/// A level of learning or conduct, worst first. Its name is the circular's: `Pass` is Đạt under TT 22, Trung bình under TT 58.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Kém; of learning under TT 58 only.
    Poor,
    /// Chưa đạt, Yếu.
    Fail,
    /// Đạt, Trung bình.
    Pass,
    /// Khá.
    Fair,
    /// Tốt, Giỏi.
    Good,
}

impl Level {
    /// All of them, worst first.
    pub const ALL: [Self; 5] = [Self::Poor, Self::Fail, Self::Pass, Self::Fair, Self::Good];

    /// `good`, `fair`, `pass`, `fail`, `poor`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Poor => "poor",
            Self::Fail => "fail",
            Self::Pass => "pass",
            Self::Fair => "fair",
            Self::Good => "good",
        }
    }

    /// The level of a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }
}

/// The rules of secondary schools.
#[derive(Clone, Debug)]
pub struct Secondary {
    /// Figures that are certain.
    pub figures: Figures,
    /// Regular assessments by periods a year, the smallest subjects first.
    pub regular: Vec<Regular>,
    /// What each level asks, best first; the last asks nothing.
    pub levels: Vec<LevelRule>,
    /// What follows when one subject alone pulls the result down.
    pub raises: Vec<Raise>,
    /// Titles, best first.
    pub titles: Vec<Title>,
    /// What promotion means in a last grade.
    pub finishes: Vec<Finish>,
    /// The open readings, as they are set.
    pub settings: Settings,
    /// The year's conduct by both semesters'; rows and columns as [`Level::ALL`].
    conduct: [[Option<Level>; 5]; 5],
}

/// How many regular assessments a semester a subject of so many periods a year has.
#[derive(Clone, Debug, Deserialize)]
pub struct Regular {
    /// Up to so many periods a year; no bound in the last line.
    pub up_to: Option<u32>,
    /// Regular assessments a semester.
    pub count: u8,
    /// Minutes of its mid-term and end-term test: `45`, `60-90`.
    pub minutes: String,
}

/// The weights of a semester's assessments, and of the second semester in the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Of a regular assessment.
    pub regular: i64,
    /// Of the mid-term.
    pub midterm: i64,
    /// Of the end-term.
    pub endterm: i64,
    /// Of the second semester, the first counting once.
    pub second_semester: i64,
}

/// Figures that are certain.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Regular assessments a semester of a subject judged by remarks; `None` where its periods decide.
    pub remark_regular: Option<u8>,
    /// Weights.
    pub weights: Weights,
    /// A subject judged by remarks is Đạt when at least this share of its assessments is: numerator, denominator.
    pub remark_share: (u32, u32),
    /// And, where this is set, its end-term assessment.
    pub remark_endterm: bool,
    /// How many subjects [`LevelRule::many`] and [`Title::many`] ask for.
    pub many: u8,
    /// The most half-days of absence with which a pupil is promoted.
    pub absences: u16,
    /// A scored subject with a year average below is on the retest list.
    pub retest_below: Score,
    /// Codes of the subjects one of which has to reach [`LevelRule::core`]; the foreign language last.
    pub core: Vec<String>,
    /// Names of the levels of learning, as [`Level::ALL`].
    pub learning_names: [String; 5],
    /// Names of the levels of conduct, as [`Level::ALL`].
    pub conduct_names: [String; 5],
    /// What the circular calls the level of learning.
    pub learning_name: String,
    /// What the circular calls the level of conduct.
    pub conduct_name: String,
}

/// What a level of learning asks; what is `None` is not asked.
#[derive(Clone, Copy, Debug)]
pub struct LevelRule {
    /// The level.
    pub level: Level,
    /// No scored subject below.
    pub all: Option<Score>,
    /// At least [`Figures::many`] scored subjects at or above.
    pub many: Option<Score>,
    /// The average of all subjects at or above.
    pub average: Option<Score>,
    /// One of the core subjects at or above.
    pub core: Option<Score>,
    /// At most so many subjects judged by remarks with Chưa đạt.
    pub remarks_failed: Option<u8>,
}

/// One line of the adjustment: `without` the one subject, with it `reached`; the `result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raise {
    /// The level without that subject.
    pub without: Level,
    /// The level with it.
    pub reached: Level,
    /// The level that follows.
    pub result: Level,
}

/// A title of the year.
#[derive(Clone, Debug)]
pub struct Title {
    /// Its code: `excellent`, `good`, `advanced`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Conduct of at least this level.
    pub conduct: Level,
    /// Learning of at least this level.
    pub learning: Level,
    /// At least [`Figures::many`] scored subjects with a year average at or above.
    pub many: Option<Score>,
}

/// What promotion means at the end of a level of schooling.
#[derive(Clone, Debug, Deserialize)]
pub struct Finish {
    /// The last grade.
    pub grade: u8,
    /// What a promoted pupil of it has done.
    pub name: String,
}

#[derive(Deserialize)]
struct Read {
    regular: Vec<Regular>,
    figures: ReadFigures,
    level: Vec<ReadLevel>,
    honour: Vec<ReadTitle>,
    #[serde(default)]
    finish: Vec<Finish>,
}

#[derive(Deserialize)]
struct ReadFigures {
    remark_regular: Option<u8>,
    regular_weight: i64,
    midterm_weight: i64,
    endterm_weight: i64,
    second_semester_weight: i64,
    remark_share: (u32, u32),
    remark_endterm: bool,
    many: u8,
    absences: u16,
    retest_below: String,
    conduct_table: bool,
    learning_names: Names,
    conduct_names: Names,
    learning_name: String,
    conduct_name: String,
    #[serde(default)]
    core: Vec<String>,
}

#[derive(Deserialize)]
struct Names {
    poor: String,
    fail: String,
    pass: String,
    fair: String,
    good: String,
}

impl Names {
    fn list(self) -> [String; 5] {
        [self.poor, self.fail, self.pass, self.fair, self.good]
    }
}

#[derive(Deserialize)]
struct ReadLevel {
    level: Level,
    all: Option<String>,
    many: Option<String>,
    average: Option<String>,
    core: Option<String>,
    remarks_failed: Option<u8>,
}

#[derive(Deserialize)]
struct ReadTitle {
    code: String,
    name: String,
    conduct: Level,
    learning: Level,
    many: Option<String>,
}

fn level(code: &str) -> Result<Level> {
    Level::of_code(code).ok_or_else(|| Error::internal(format!("{code} is no level")))
}

pub(super) fn read(pack: &'static Pack, settings: toml::Table) -> Result<Secondary> {
    let read: Read = toml::from_str(pack.manifest).map_err(Error::internal)?;
    let maybe = |text: &Option<String>| text.as_deref().map(mark).transpose();
    let mut conduct = [[None; 5]; 5];
    if read.figures.conduct_table {
        for [first, second, year] in rows(pack.file("conduct.tsv")?, ["first", "second", "year"])? {
            conduct[level(first)? as usize][level(second)? as usize] = Some(level(year)?);
        }
    }
    let raises = rows(pack.file("raises.tsv")?, ["without", "reached", "result"])?
        .into_iter()
        .map(|[without, reached, result]| {
            Ok(Raise { without: level(without)?, reached: level(reached)?, result: level(result)? })
        })
        .collect::<Result<_>>()?;
    let levels: Vec<LevelRule> = read
        .level
        .iter()
        .map(|one| {
            Ok(LevelRule {
                level: one.level,
                all: maybe(&one.all)?,
                many: maybe(&one.many)?,
                average: maybe(&one.average)?,
                core: maybe(&one.core)?,
                remarks_failed: one.remarks_failed,
            })
        })
        .collect::<Result<_>>()?;
    if levels.is_empty() || read.regular.last().is_none_or(|last| last.up_to.is_some()) {
        return Err(Error::internal(format!("{} has no last level, or no last line of regular columns", pack.code)));
    }
    let titles = read
        .honour
        .into_iter()
        .map(|one| {
            let many = maybe(&one.many)?;
            Ok(Title { code: one.code, name: one.name, conduct: one.conduct, learning: one.learning, many })
        })
        .collect::<Result<_>>()?;
    let figures = read.figures;
    Ok(Secondary {
        figures: Figures {
            remark_regular: figures.remark_regular,
            weights: Weights {
                regular: figures.regular_weight,
                midterm: figures.midterm_weight,
                endterm: figures.endterm_weight,
                second_semester: figures.second_semester_weight,
            },
            remark_share: figures.remark_share,
            remark_endterm: figures.remark_endterm,
            many: figures.many,
            absences: figures.absences,
            retest_below: mark(&figures.retest_below)?,
            core: figures.core,
            learning_names: figures.learning_names.list(),
            conduct_names: figures.conduct_names.list(),
            learning_name: figures.learning_name,
            conduct_name: figures.conduct_name,
        },
        regular: read.regular,
        levels,
        raises,
        titles,
        finishes: read.finish,
        settings: toml::Value::Table(settings).try_into().map_err(Error::internal)?,
        conduct,
    })
}

impl Secondary {
    /// The line of regular assessments for a subject of so many periods a year.
    #[must_use]
    pub fn regular_for(&self, periods: u32) -> &Regular {
        let found = self.regular.iter().find(|line| line.up_to.is_none_or(|most| periods <= most));
        found.unwrap_or(&self.regular[self.regular.len() - 1])
    }

    /// The year's conduct by both semesters'; `None` where the circular has no such table.
    #[must_use]
    pub const fn conduct(&self, first: Level, second: Level) -> Option<Level> {
        self.conduct[first as usize][second as usize]
    }

    /// The level that follows when a result is `reached` and would be `without` but for one subject; `None` where it stays.
    /// What would be Giỏi would also be Khá: the best line at or below `without` holds.
    #[must_use]
    pub fn raised(&self, without: Level, reached: Level) -> Option<Level> {
        let lines = self.raises.iter().filter(|line| line.reached == reached && line.without <= without);
        lines.map(|line| line.result).max()
    }

    /// Whether a subject is one of those of which one has to reach a level's `core`.
    #[must_use]
    pub fn is_core(&self, subject: &str) -> bool {
        let foreign = self.settings.foreign_language_is_core == YesNo::Yes;
        self.figures.core.iter().any(|one| one == subject) && (foreign || !subject.starts_with("ngoai_ngu"))
    }

    /// The name of a level of learning.
    #[must_use]
    pub fn learning_name(&self, level: Level) -> &str {
        &self.figures.learning_names[level as usize]
    }

    /// The name of a level of conduct.
    #[must_use]
    pub fn conduct_name(&self, level: Level) -> &str {
        &self.figures.conduct_names[level as usize]
    }
}
