//! When lessons are held in a week: days, half days and their periods, and which grades come when.

use std::collections::BTreeMap;

use base::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Half a day of lessons (buổi).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HalfDay {
    /// Sáng.
    Morning,
    /// Chiều.
    Afternoon,
}

impl HalfDay {
    /// Its stable text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Morning => "morning",
            Self::Afternoon => "afternoon",
        }
    }

    /// As people say it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Morning => "sáng",
            Self::Afternoon => "chiều",
        }
    }
}

impl base::ToValue for HalfDay {
    fn to_value(&self) -> base::Value<'_> {
        base::Value::Text(self.as_str().into())
    }
}

impl base::FromValue for HalfDay {
    fn from_value(value: base::ValueRef<'_>) -> std::result::Result<Self, &'static str> {
        match value {
            base::ValueRef::Text("morning") => Ok(Self::Morning),
            base::ValueRef::Text("afternoon") => Ok(Self::Afternoon),
            _ => Err("a half_day"),
        }
    }
}

/// When lessons are held in a week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LessonHours)]
pub struct Hours {
    /// The last day of the week with lessons: 6 for Friday (thứ sáu), 7 for Saturday, 8 for Sunday.
    #[schema(example = 7)]
    pub last_day: u8,
    /// Periods of a morning.
    #[schema(example = 5)]
    pub morning: u8,
    /// Periods of an afternoon; 0 where there is none.
    #[schema(example = 5)]
    pub afternoon: u8,
    /// The half days of grades that do not have both: `{"6": ["afternoon"]}`.
    #[serde(default)]
    pub grades: BTreeMap<String, Vec<HalfDay>>,
}

impl Default for Hours {
    fn default() -> Self {
        Self { last_day: 7, morning: 5, afternoon: 5, grades: BTreeMap::new() }
    }
}

impl Hours {
    /// What a school of these levels usually has: primary schools four periods and five days.
    #[must_use]
    pub fn usual(levels: &[String]) -> Self {
        match levels.iter().all(|level| level == "TH") && !levels.is_empty() {
            true => Self { last_day: 6, morning: 4, afternoon: 4, grades: BTreeMap::new() },
            false => Self::default(),
        }
    }

    /// Periods of a half day.
    #[must_use]
    pub fn periods(&self, half_day: HalfDay) -> u8 {
        match half_day {
            HalfDay::Morning => self.morning,
            HalfDay::Afternoon => self.afternoon,
        }
    }

    /// Whether a grade has lessons in a half day.
    #[must_use]
    pub fn allows(&self, grade: &str, half_day: HalfDay) -> bool {
        self.periods(half_day) > 0 && self.grades.get(grade).is_none_or(|half_days| half_days.contains(&half_day))
    }

    pub(crate) fn checked(&self) -> Result<()> {
        let refuse = |field: &str, sentence: &str| Err(Error::field(field, "year.hours", sentence));
        if !(6..=8).contains(&self.last_day) {
            return refuse("hours.last_day", "Ngày học cuối tuần là 6 (thứ sáu), 7 (thứ bảy) hoặc 8 (chủ nhật).");
        }
        if self.morning > 6 || self.afternoon > 6 || self.morning + self.afternoon == 0 {
            return refuse("hours", "Mỗi buổi có từ 0 đến 6 tiết, và ít nhất một buổi có tiết. Hãy sửa số tiết.");
        }
        if self.grades.len() > 20 || self.grades.values().any(|half_days| half_days.is_empty() || half_days.len() > 2) {
            return refuse("hours.grades", "Mỗi khối ghi một hoặc hai buổi học. Hãy bỏ khối không có buổi nào.");
        }
        Ok(())
    }
}
