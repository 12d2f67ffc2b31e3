//! Classes: a named group of pupils in one school year.

pub mod create;
pub mod edit;
pub mod list;
pub mod show;
pub mod store;

use base::{ClassId, Code, Date, EmploymentId, Error, Kind, PersonId, Result, SchoolYear, UnitId};
use serde::Serialize;
use utoipa::ToSchema;

/// The class does not exist, or is out of reach.
pub const CLASS_NOT_FOUND: Code = Code::new(Kind::NotFound, "class.not_found", "Không tìm thấy lớp");
/// Another class of the year has this code.
pub const CODE_TAKEN: Code = Code::new(Kind::Conflict, "class.code_taken", "Mã lớp đã có trong năm học");
/// What is said with [`CODE_TAKEN`].
pub const CODE_TAKEN_SENTENCE: &str =
    "Năm học này đã có lớp mang mã ấy; chưa có gì bị thay đổi. Hãy mở lớp đã có, hoặc đặt mã khác.";

pub(crate) fn not_found() -> Error {
    CLASS_NOT_FOUND
        .error("Không tìm thấy lớp này ở trường, hoặc lớp ngoài phạm vi của bạn. Hãy tìm lại trong danh sách lớp.")
}

/// A class in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClassRow {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: ClassId,
    /// The school year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// Its code in the school year.
    #[schema(example = "6A1")]
    pub code: String,
    /// Its name.
    #[schema(example = "Lớp 6A1")]
    pub name: String,
    /// A code of DM_KHOI.
    #[schema(example = "6")]
    pub grade: String,
    /// The campus where it is taught; `null` is the school's main site.
    #[schema(value_type = Option<base::Uuid>)]
    pub campus: Option<UnitId>,
    /// Its place in reports, where the school sets one.
    pub position: Option<i64>,
    /// Who leads it on that day.
    pub homeroom: Option<Homeroom>,
    /// How many pupils are in it on that day.
    pub pupils: i64,
    /// How many of them are boys.
    pub boys: i64,
    /// How many of them are girls.
    pub girls: i64,
    /// Its version.
    pub version: i64,
}

/// Who leads a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Homeroom {
    /// Whose employment.
    #[schema(value_type = base::Uuid)]
    pub employment: EmploymentId,
    /// Whose name it is.
    #[schema(value_type = base::Uuid)]
    pub person: PersonId,
    /// The whole name.
    pub full_name: String,
}

/// The school year a day belongs to.
pub(crate) fn year_of(day: Date) -> Result<SchoolYear> {
    SchoolYear::of(day, base::school_year::Turn::default())
        .ok_or_else(|| Error::internal("a day far from any school year"))
}

/// The day on which a school year is shown when none is said: today when it is one of it, else its nearest day.
pub(crate) fn day_in(year: SchoolYear, today: Date) -> Date {
    let days = year.interval(base::school_year::Turn::default());
    let last = days.to().and_then(|to| to.yesterday().ok()).unwrap_or(today);
    today.clamp(days.from(), last)
}

/// Reads a school year from an address: `2026-2027`, or `2026`.
pub(crate) fn year(text: &str) -> Result<SchoolYear> {
    let first = || (text.len() == 4).then(|| text.parse().ok()).flatten().and_then(SchoolYear::starting);
    SchoolYear::parse(text).or_else(first).ok_or_else(|| {
        Error::field("year", "school_year.form", format!("“{text}” không phải năm học. Hãy viết như 2026-2027."))
    })
}

/// On which day a school year is looked at: what is asked, or the nearest day of the year to today.
pub(crate) fn when(tx: &db::Tx<'_>, asked: Option<&str>, as_of: Option<Date>) -> Result<(SchoolYear, Date)> {
    let today = tx.today();
    match (asked.filter(|text| !text.is_empty()), as_of) {
        (None, day) => {
            let day = day.unwrap_or(today);
            Ok((year_of(day)?, day))
        }
        (Some(text), None) => year(text).map(|year| (year, day_in(year, today))),
        (Some(text), Some(day)) => year(text).map(|year| (year, day)),
    }
}
