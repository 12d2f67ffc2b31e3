//! Instants, dates, and where they come from. Dates are those of Viet Nam (UTC+7, no summer time).

use std::fmt;

pub use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Offset of Asia/Ho_Chi_Minh in microseconds; constant since 1975, before any record kept here.
const VIETNAM_OFFSET_US: i64 = 7 * 3_600 * 1_000_000;

/// A moment in microseconds since 1970-01-01T00:00:00Z. Stored as that integer, shown as RFC 3339.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(pub i64);

impl Instant {
    /// This moment plus `seconds` (which may be negative).
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1_000_000)
    }

    /// Milliseconds since 1970, rounded down.
    #[must_use]
    pub const fn unix_ms(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// The calendar day in Viet Nam at this moment.
    #[must_use]
    pub fn date_in_vietnam(self) -> Date {
        let local = jiff::Timestamp::from_microsecond(self.0 + VIETNAM_OFFSET_US).unwrap_or_default();
        jiff::tz::Offset::UTC.to_datetime(local).date()
    }

    /// RFC 3339 in UTC with six decimals, as the API writes it.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let ts = jiff::Timestamp::from_microsecond(self.0).unwrap_or_default();
        format!("{ts:.6}")
    }

    /// Reads RFC 3339.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|ts| Self(ts.as_microsecond()))
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("expected an RFC 3339 instant"))
    }
}

/// Days from 1970-01-01 to `date`; negative before.
#[must_use]
pub fn days_since_1970(date: Date) -> i64 {
    // Howard Hinnant's days_from_civil: the year begins in March, so that the leap day is its last.
    let (year, month, day) = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date that many days after 1970-01-01; `None` outside the years 0 to 9999.
#[must_use]
pub fn date_from_days(days: i64) -> Option<Date> {
    let ts = jiff::Timestamp::from_second(days.checked_mul(86_400)?).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(ts).date())
}

/// Where the present comes from: the machine's clock in the program, a hand-moved one in tests.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Instant;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where ambient time enters")]
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Instant(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_turns_at_seventeen_utc() {
        let before = Instant::parse("2026-11-22T16:59:59.999999Z").expect("valid");
        let after = Instant::parse("2026-11-22T17:00:00Z").expect("valid");
        assert_eq!(before.date_in_vietnam().to_string(), "2026-11-22");
        assert_eq!(after.date_in_vietnam().to_string(), "2026-11-23");
    }

    #[test]
    fn days_count_both_ways() {
        for days in [-800_000, -1, 0, 1, 11_016, 19_000, 20_780, 60_000] {
            let date = date_from_days(days).expect("in range");
            assert_eq!(days_since_1970(date), days, "{date}");
        }
        assert_eq!(days_since_1970(jiff::civil::date(2000, 1, 1)), 10_957);
    }

    #[test]
    fn text_and_back() {
        let at = Instant(1_795_404_271_000_001);
        assert_eq!(Instant::parse(&at.rfc3339()), Some(at));
        assert!(at.rfc3339().ends_with(".000001Z"), "{}", at.rfc3339());
    }
}
