//! The step into the next school year: previewed, done in one transaction, taken back until something depends on it.

pub mod plan;
pub mod preview;
pub mod run;
pub mod store;
pub mod undo;

use std::collections::BTreeMap;

use base::{Code, Date, Kind, SchoolYear, Uuid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// It cannot be done as it stands.
pub const REFUSED: Code = Code::new(Kind::Refused, "roll_over.refused", "Chưa chuyển được năm học");
/// What was seen in the preview is no longer so.
pub const CHANGED: Code = Code::new(Kind::Stale, "roll_over.changed", "Danh sách đã thay đổi sau khi xem trước");
/// The year was left already.
pub const DONE_ALREADY: Code = Code::new(Kind::Conflict, "roll_over.done_already", "Năm học này đã được chuyển");
/// It is not there.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "roll_over.not_found", "Không tìm thấy lần chuyển năm học");
/// Something depends on it.
pub const IN_USE: Code = Code::new(Kind::Conflict, "roll_over.in_use", "Không hoàn tác được nữa");

/// What becomes of a pupil.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RollOverDecision)]
pub enum Decision {
    /// Goes up (lên lớp).
    Promote,
    /// Stays in the grade (ở lại lớp).
    Repeat,
    /// Has finished the school's last grade.
    Finish,
}

/// The homeroom teachers of the new classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RollOverHomerooms)]
pub enum Homerooms {
    /// Go up with their class.
    #[default]
    Follow,
    /// Stay with the class of the same name: 1A is led by whoever led 1A.
    Stay,
    /// Are named later.
    None,
}

/// A decision about one pupil that differs from what is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RollOverDecided)]
pub struct Decided {
    /// What becomes of the pupil.
    pub decision: Decision,
    /// The code of the class of the new year, where it is not the one proposed.
    #[serde(default)]
    #[schema(example = "7A2")]
    pub class: Option<String>,
}

fn yes() -> bool {
    true
}

/// How a school goes into the next year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollOver {
    /// The year that is left.
    #[schema(value_type = String, example = "2025-2026")]
    pub from_year: SchoolYear,
    /// The first day in the new classes.
    #[schema(value_type = String, format = Date, example = "2026-08-01")]
    pub day: Date,
    /// Pupils of whom something else is decided than going up, by enrolment.
    #[serde(default)]
    pub decisions: BTreeMap<Uuid, Decided>,
    /// Names of new classes that differ from those proposed, by the old class: `{"…": "7A2"}`.
    #[serde(default)]
    pub names: BTreeMap<Uuid, String>,
    /// Whether empty classes are made for the pupils who will come into the first grade.
    #[serde(default = "yes")]
    pub entry_classes: bool,
    /// The homeroom teachers.
    #[serde(default)]
    pub homerooms: Homerooms,
    /// The digest that the preview answered: what is done is then what was seen.
    #[serde(default)]
    pub seen: Option<String>,
}
