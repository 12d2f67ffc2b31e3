//! The weekly timetable of a school: one version from a day on, saved whole, checked for clashes, read from the files
//! that schools already have.

pub mod check;
pub mod editing;
pub mod file;
pub mod ground;
pub mod matching;
pub mod read;
pub mod reading;
pub mod save;
pub mod show;
pub mod store;

use base::{Code, Kind, Uuid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use crate::years::HalfDay;

/// Lessons stand in each other's way.
pub const CLASHES: Code = Code::new(Kind::Refused, "timetable.clashes", "Thời khóa biểu có tiết trùng nhau");
/// It is not there.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "timetable.not_found", "Không tìm thấy thời khóa biểu");
/// What is said with it.
pub const NOT_FOUND_SENTENCE: &str =
    "Không tìm thấy thời khóa biểu này, hoặc trường ngoài phạm vi của bạn. Hãy tải lại danh sách.";
/// Another one begins on the day.
pub const SAME_DAY: Code = Code::new(Kind::Conflict, "timetable.same_day", "Đã có thời khóa biểu từ ngày này");

/// One lesson a week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TimetableSlot)]
pub struct Slot {
    /// The class.
    pub class: Uuid,
    /// The day of the week as it is called: 2 is Monday (thứ hai), 7 Saturday, 8 Sunday.
    #[schema(example = 2)]
    pub day: u8,
    /// Morning or afternoon.
    pub half_day: HalfDay,
    /// The period of the half day, from 1.
    #[schema(example = 1)]
    pub period: u8,
    /// The subject's code.
    #[schema(example = "toan")]
    pub subject: String,
    /// Who teaches, by employment.
    #[serde(default)]
    pub teacher: Option<Uuid>,
    /// Where, when it is not the class's own room.
    #[serde(default)]
    #[schema(example = "Phòng Tin 1")]
    pub room: Option<String>,
}

impl Slot {
    /// *thứ 2, buổi sáng, tiết 1*.
    #[must_use]
    pub fn when(&self) -> String {
        let day = if self.day == 8 { "chủ nhật".to_owned() } else { format!("thứ {}", self.day) };
        format!("{day}, buổi {}, tiết {}", self.half_day.word(), self.period)
    }

    /// Day, half day and period.
    #[must_use]
    pub fn time(&self) -> (u8, HalfDay, u8) {
        (self.day, self.half_day, self.period)
    }
}
