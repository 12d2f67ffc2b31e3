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
    fn text_and_back() {
        let at = Instant(1_795_404_271_000_001);
        assert_eq!(Instant::parse(&at.rfc3339()), Some(at));
        assert!(at.rfc3339().ends_with(".000001Z"), "{}", at.rfc3339());
    }
}
