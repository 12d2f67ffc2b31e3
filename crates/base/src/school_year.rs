//! School years.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Date, FromValue, Interval, ToValue, Value, ValueRef};

/// A school year (năm học), named by the two calendar years it touches: 2026-2027. In JSON it is that text, in the
/// database the year it starts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SchoolYear(i16);

/// The day on which one school year ends and the next begins: lessons start in September, but classes are formed and
/// teachers assigned in August, so that the whole month already belongs to the new year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    month: i8,
    day: i8,
}

impl Turn {
    /// The first of August, unless the year's own plan says otherwise.
    pub const AUGUST_1: Self = Self { month: 8, day: 1 };

    /// Another day; `None` for one that does not come every year.
    #[must_use]
    pub fn new(month: i8, day: i8) -> Option<Self> {
        // 2001 has no 29 February.
        Date::new(2001, month, day).ok().map(|_| Self { month, day })
    }

    fn of(self, year: i16) -> Date {
        jiff::civil::date(year, self.month, self.day)
    }
}

impl Default for Turn {
    fn default() -> Self {
        Self::AUGUST_1
    }
}

impl SchoolYear {
    /// The school year that starts in this calendar year; `None` outside 1900 to 2999.
    #[must_use]
    pub fn starting(year: i16) -> Option<Self> {
        (1_900..=2_999).contains(&year).then_some(Self(year))
    }

    /// The school year a day belongs to; `None` outside 1900 to 2999.
    #[must_use]
    pub fn of(day: Date, turn: Turn) -> Option<Self> {
        Self::starting(if day < turn.of(day.year()) { day.year() - 1 } else { day.year() })
    }

    /// Reads `2026-2027`; a dash and spaces around it are accepted. The second year must follow the first.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (first, second) = text.split_once(['-', '–'])?;
        let year = |part: &str| {
            let part = part.trim();
            (part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<i16>().ok())?
        };
        let (first, second) = (year(first)?, year(second)?);
        if second == first + 1 { Self::starting(first) } else { None }
    }

    /// The calendar year it starts in.
    #[must_use]
    pub const fn start(self) -> i16 {
        self.0
    }

    /// The calendar year it ends in.
    #[must_use]
    pub const fn end(self) -> i16 {
        self.0 + 1
    }

    /// The school year after this one.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        Self::starting(self.0 + 1)
    }

    /// The school year before this one.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        Self::starting(self.0 - 1)
    }

    /// Whether the day belongs to this school year.
    #[must_use]
    pub fn contains(self, day: Date, turn: Turn) -> bool {
        self.interval(turn).contains(day)
    }

    /// Its days.
    #[must_use]
    pub fn interval(self, turn: Turn) -> Interval {
        Interval::new(turn.of(self.start()), Some(turn.of(self.end()))).expect("a year later is later")
    }
}

impl fmt::Display for SchoolYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.start(), self.end())
    }
}

impl TryFrom<String> for SchoolYear {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("expected a school year such as 2026-2027")
    }
}

impl From<SchoolYear> for String {
    fn from(year: SchoolYear) -> Self {
        year.to_string()
    }
}

impl ToValue for SchoolYear {
    fn to_value(&self) -> Value<'_> {
        Value::Int(i64::from(self.0))
    }
}

impl FromValue for SchoolYear {
    fn from_value(value: ValueRef<'_>) -> Result<Self, &'static str> {
        Self::starting(i16::from_value(value)?).ok_or("year in which a school year starts")
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn year(start: i16) -> SchoolYear {
        SchoolYear::starting(start).expect("in range")
    }

    #[test]
    fn text_and_back() {
        for text in ["2026-2027", " 2026 - 2027 ", "2026–2027"] {
            assert_eq!(SchoolYear::parse(text), Some(year(2026)), "{text}");
        }
        assert_eq!(year(2026).to_string(), "2026-2027");
        for text in ["", "2026", "2026-27", "2026-2028", "2027-2026", "2026-2027-2028", "+026-0027", "1800-1801"] {
            assert_eq!(SchoolYear::parse(text), None, "{text}");
        }
    }

    #[test]
    fn august_begins_the_year() {
        let turn = Turn::default();
        for (day, start) in [
            (date(2026, 7, 31), 2025),
            (date(2026, 8, 1), 2026),
            (date(2026, 9, 5), 2026),
            (date(2027, 1, 1), 2026),
            (date(2027, 7, 31), 2026),
        ] {
            assert_eq!(SchoolYear::of(day, turn), Some(year(start)), "{day}");
            assert!(year(start).contains(day, turn), "{day}");
        }
        assert!(!year(2026).contains(date(2027, 8, 1), turn));
        assert_eq!(SchoolYear::of(date(2026, 8, 31), Turn::new(9, 1).expect("a day")), Some(year(2025)));
        assert_eq!(Turn::new(2, 29), None);
        assert_eq!(Turn::new(13, 1), None);
    }

    #[test]
    fn years_follow_each_other() {
        assert_eq!(year(2026).next(), Some(year(2027)));
        assert_eq!(year(2026).previous(), Some(year(2025)));
        assert_eq!(year(2_999).next(), None);
        assert_eq!(year(1_900).previous(), None);
        assert!(year(2025) < year(2026));
    }

    #[test]
    fn json_is_text_and_columns_the_first_year() {
        assert_eq!(serde_json::to_string(&year(2026)).expect("JSON"), r#""2026-2027""#);
        assert_eq!(serde_json::from_str::<SchoolYear>(r#""2026-2027""#).expect("a year"), year(2026));
        assert!(serde_json::from_str::<SchoolYear>(r#""2026-2028""#).is_err());
        assert_eq!(year(2026).to_value(), Value::Int(2026));
        assert_eq!(SchoolYear::from_value(ValueRef::Int(2026)), Ok(year(2026)));
        assert!(SchoolYear::from_value(ValueRef::Int(26)).is_err());
    }

    proptest! {
        #[test]
        fn every_day_has_one_year(days in 0i64..=40_000, month in 1i8..=12, day_of_month in 1i8..=28) {
            let (day, turn) = (date(1970, 1, 1) + days.days(), Turn::new(month, day_of_month).expect("a day"));
            let of = SchoolYear::of(day, turn).expect("in range");
            let holding = (of.start() - 2..=of.start() + 2).filter(|start| year(*start).contains(day, turn));
            prop_assert_eq!(holding.collect::<Vec<_>>(), vec![of.start()]);
        }
    }
}
