//! Stretches of days.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Date;
use crate::vi::date as day_text;

/// The days from `from` until before `to`, or without end. Half-open, so that one stretch can end where the next
/// begins, without a gap and without a day that belongs to both.
///
/// A stretch may be empty (`to` = `from`): what began in error and was ended the same day held on no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Ends")]
pub struct Interval {
    from: Date,
    to: Option<Date>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    from: Date,
    to: Option<Date>,
}

impl TryFrom<Ends> for Interval {
    type Error = &'static str;

    fn try_from(ends: Ends) -> Result<Self, Self::Error> {
        Self::new(ends.from, ends.to).ok_or("expected `to` not before `from`")
    }
}

impl Interval {
    /// The days from `from` until before `to`; `None` when `to` lies before `from`.
    #[must_use]
    pub fn new(from: Date, to: Option<Date>) -> Option<Self> {
        if to.is_some_and(|to| to < from) { None } else { Some(Self { from, to }) }
    }

    /// The days from `from` on, without end.
    #[must_use]
    pub const fn since(from: Date) -> Self {
        Self { from, to: None }
    }

    /// The first day.
    #[must_use]
    pub const fn from(&self) -> Date {
        self.from
    }

    /// The first day after it; `None` when it has no end.
    #[must_use]
    pub const fn to(&self) -> Option<Date> {
        self.to
    }

    /// Whether it holds no day.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.to == Some(self.from)
    }

    /// Whether the day is one of it.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }

    /// Whether the two have a day in common.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.clip(other).is_some()
    }

    /// The days the two have in common; `None` when there are none.
    #[must_use]
    pub fn clip(&self, within: &Self) -> Option<Self> {
        let to = match (self.to, within.to) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self::new(self.from.max(within.from), to).filter(|common| !common.is_empty())
    }

    /// The same stretch ended before `to`; `None` when that lies before its first day.
    #[must_use]
    pub fn ended(&self, to: Date) -> Option<Self> {
        Self::new(self.from, Some(to))
    }
}

/// For people, who count the last day: `từ 05/09/2026 đến hết 31/05/2027`, `từ 05/09/2026`, `ngày 05/09/2026`.
impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = day_text(self.from);
        match self.to.map(|to| if to > self.from { to.yesterday().ok() } else { None }) {
            None => write!(f, "từ {from}"),
            Some(None) => write!(f, "không có ngày nào"),
            Some(Some(last)) if last == self.from => write!(f, "ngày {from}"),
            Some(Some(last)) => write!(f, "từ {from} đến hết {}", day_text(last)),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn days(from: Date, to: Date) -> Interval {
        Interval::new(from, Some(to)).expect("in order")
    }

    #[test]
    fn the_end_is_not_part_of_it() {
        let year = days(date(2026, 9, 5), date(2027, 6, 1));
        assert!(year.contains(date(2026, 9, 5)) && year.contains(date(2027, 5, 31)));
        assert!(!year.contains(date(2026, 9, 4)) && !year.contains(date(2027, 6, 1)));
        assert!(Interval::since(date(2026, 9, 5)).contains(date(2999, 1, 1)));
        assert_eq!(Interval::new(date(2026, 9, 5), Some(date(2026, 9, 4))), None);
    }

    #[test]
    fn neighbours_do_not_overlap() {
        let (first, second) = (days(date(2026, 1, 1), date(2026, 7, 1)), Interval::since(date(2026, 7, 1)));
        assert!(!first.overlaps(&second) && !second.overlaps(&first));
        assert!(first.overlaps(&Interval::since(date(2026, 6, 30))));
        assert_eq!(first.clip(&Interval::since(date(2026, 6, 30))), Some(days(date(2026, 6, 30), date(2026, 7, 1))));
        assert_eq!(second.clip(&second), Some(second));
    }

    #[test]
    fn an_empty_stretch_holds_and_meets_nothing() {
        let nothing = Interval::since(date(2026, 9, 5)).ended(date(2026, 9, 5)).expect("may be empty");
        assert!(nothing.is_empty() && !nothing.contains(date(2026, 9, 5)));
        assert!(!nothing.overlaps(&nothing) && !nothing.overlaps(&Interval::since(date(2026, 1, 1))));
        assert_eq!(Interval::since(date(2026, 9, 5)).ended(date(2026, 9, 4)), None);
    }

    #[test]
    fn people_count_the_last_day() {
        assert_eq!(days(date(2026, 9, 5), date(2027, 6, 1)).to_string(), "từ 05/09/2026 đến hết 31/05/2027");
        assert_eq!(days(date(2026, 9, 5), date(2026, 9, 6)).to_string(), "ngày 05/09/2026");
        assert_eq!(Interval::since(date(2026, 9, 5)).to_string(), "từ 05/09/2026");
        assert_eq!(days(date(2026, 9, 5), date(2026, 9, 5)).to_string(), "không có ngày nào");
    }

    #[test]
    fn json_is_checked() {
        let open: Interval = serde_json::from_str(r#"{"from":"2026-09-05"}"#).expect("open");
        assert_eq!(serde_json::to_string(&open).expect("JSON"), r#"{"from":"2026-09-05","to":null}"#);
        assert!(serde_json::from_str::<Interval>(r#"{"from":"2026-09-05","to":"2026-09-04"}"#).is_err());
        assert!(serde_json::from_str::<Interval>(r#"{"from":"2026-09-05","until":null}"#).is_err());
    }

    fn any_interval() -> impl Strategy<Value = Interval> {
        (0i64..40, prop::option::of(0i64..20)).prop_map(|(from, length)| {
            let day = |n: i64| date(2026, 9, 1) + n.days();
            Interval::new(day(from), length.map(|length| day(from + length))).expect("in order")
        })
    }

    proptest! {
        #[test]
        fn a_clip_holds_exactly_the_common_days(a in any_interval(), b in any_interval()) {
            for n in -1i64..70 {
                let day = date(2026, 9, 1) + n.days();
                let common = a.contains(day) && b.contains(day);
                prop_assert_eq!(a.clip(&b).is_some_and(|clip| clip.contains(day)), common);
                prop_assert!(!common || a.overlaps(&b));
            }
            prop_assert_eq!(a.clip(&b), b.clip(&a));
        }
    }
}
