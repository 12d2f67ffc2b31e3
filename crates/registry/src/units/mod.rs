//! Units as people see them: as of a date, with name, code and place.

pub mod around;
pub mod close;
pub mod create;
pub mod edit;
pub mod export;
pub mod history;
pub mod list;
pub mod merge;
pub mod preview;
pub mod relocate;
pub mod rename;
pub mod rules;
pub mod show;
pub mod split;
pub mod store;
pub mod view;

pub use accounts::UnitRef;
use base::{Code, Date, Kind, UnitId};
use serde::Serialize;
use utoipa::ToSchema;

pub use auth::units::CLOSED;
pub use rules::Levels;

/// Another unit has this code.
pub const CODE_TAKEN: Code = Code::new(Kind::Conflict, "unit.code_taken", "Mã đã có đơn vị khác dùng");
/// The unit did not exist on the day asked.
pub const NOT_THEN: Code = Code::new(Kind::NotFound, "unit.not_then", "Đơn vị không tồn tại vào ngày này");
/// What the law makes is changed by a rule pack, not by hand.
pub const BY_LAW: Code = Code::new(Kind::Conflict, "unit.by_law", "Đơn vị do Nhà nước lập");
/// A later change stands already.
pub const LATER: Code = Code::new(Kind::Conflict, "unit.later_change", "Đã có thay đổi sau ngày này");

/// The first day of a unit whose founding the records do not know. Shown as `null`.
pub const BEFORE_RECORDS: Date = Date::constant(1900, 1, 1);

/// A day as the API shows it: `null` when the records do not know it.
fn known(day: Date) -> Option<Date> {
    (day != BEFORE_RECORDS).then_some(day)
}

/// A unit in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnitRow {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: UnitId,
    /// What sort: `province`, `commune`, `school` …
    pub kind: String,
    /// Its code on that day.
    pub code: Option<String>,
    /// Its name without the word of the kind.
    pub name: String,
    /// Its whole name.
    pub full_name: String,
    /// Where it lies: the units above it by place, the province first. Where it lay, when it has ended.
    pub path: Vec<PathStep>,
    /// How many units stand directly below it, by the kind of edge asked for, as far as the actor sees them.
    pub children: i64,
    /// Its first day, where known.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<Date>,
    /// The first day after it.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Date>,
    /// Into what it went when it ended, as that was called on the day; empty on a day on which it stands, and where it just
    /// ended.
    pub went_to: Vec<WentTo>,
    /// Its version.
    pub version: i64,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PathStep {
    /// Which unit.
    #[schema(value_type = base::Uuid)]
    pub id: UnitId,
    /// Its whole name.
    pub name: String,
}

/// A unit that another went into when it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WentTo {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: UnitId,
    /// What sort.
    pub kind: String,
    /// Its whole name.
    pub name: String,
    /// Whether whoever asks may look at it. The name is told either way: it stands in the decision.
    pub in_sight: bool,
}

/// A unit that went into another, or that another went into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnitPart {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: UnitId,
    /// What sort.
    pub kind: String,
    /// Its whole name.
    pub name: String,
    /// Where it lay.
    pub path: Vec<PathStep>,
    /// Whether all of it went.
    pub whole: bool,
    /// Whether whoever asks may look at it. The name is told either way: it stands in the decision.
    pub in_sight: bool,
}
