//! Recurring work: pure arithmetic of when it is due next.

use base::Instant;

/// How often a kind of work recurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// Every so many seconds.
    Seconds(u32),
    /// Once a day in Viet Nam, at an hour and a minute.
    DayAt(u8, u8),
}

const DAY: i64 = 86_400_000_000;
const VIETNAM: i64 = 7 * 3_600_000_000;

impl Every {
    /// The first due moment after `now`. `kind` spreads work of the same hour over five minutes, so that a server does not
    /// start everything at once.
    #[must_use]
    pub fn after(self, kind: &str, now: Instant) -> Instant {
        match self {
            Self::Seconds(seconds) => now.plus_seconds(i64::from(seconds.max(1))),
            Self::DayAt(hour, minute) => {
                let spread = kind.bytes().fold(0i64, |sum, byte| (sum * 31 + i64::from(byte)) % 300);
                let of_day = (i64::from(hour) * 3_600 + i64::from(minute) * 60 + spread) * 1_000_000;
                let day = (now.0 + VIETNAM).div_euclid(DAY);
                let today = day * DAY + of_day - VIETNAM;
                Instant(if today > now.0 { today } else { today + DAY })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daily_job_is_due_once_a_day_near_its_hour() {
        let mut now = Instant::parse("2026-11-23T20:00:00Z").expect("a moment");
        for _ in 0..40 {
            let due = Every::DayAt(2, 30).after("backup.nightly", now);
            assert!(due > now && due.0 - now.0 <= DAY);
            let of_day = (due.0 + VIETNAM).rem_euclid(DAY) / 1_000_000;
            assert!((9_000..9_300).contains(&of_day), "{of_day}");
            now = due;
        }
    }
}
