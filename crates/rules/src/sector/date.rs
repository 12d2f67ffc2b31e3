//! Days of which sometimes only the month or the year is known.

use std::fmt;

use base::{Date, vi};

/// The first year that is believed; an earlier one is a slip of the fingers.
const FIRST_YEAR: i16 = 1800;

/// A day, a month or a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartialDate {
    /// Only the year is known.
    Year(i16),
    /// The year and the month (1 to 12).
    Month(i16, i8),
    /// The day.
    Day(Date),
}

impl PartialDate {
    /// Reads `05/09/2026`, `9/2026`, `2026`, also with `-` or `.` between, and ISO (`2026-09-05`, `2026-09`); a time
    /// of midnight behind a day, as spreadsheets add it, is dropped. `None` for what is not in the calendar.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = ["T00:00:00", " 00:00:00"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
        if let Some(day) = vi::parse_date(text).or_else(|| iso(text)) {
            return (day.year() >= FIRST_YEAR).then_some(Self::Day(day));
        }
        if let Some(year) = year(text) {
            return Some(Self::Year(year));
        }
        let (first, second) = text.split_once(['/', '-', '.'])?;
        let (month, year) =
            year(second).map(|year| (first, year)).or_else(|| year(first).map(|year| (second, year)))?;
        let is_month = (1..=2).contains(&month.len()) && month.bytes().all(|byte| byte.is_ascii_digit());
        let month: i8 = month.parse().ok().filter(|month| is_month && (1..=12).contains(month))?;
        Some(Self::Month(year, month))
    }

    /// ISO: `2026-09-05`, `2026-09`, `2026`.
    #[must_use]
    pub fn iso(self) -> String {
        match self {
            Self::Year(year) => format!("{year:04}"),
            Self::Month(year, month) => format!("{year:04}-{month:02}"),
            Self::Day(day) => day.to_string(),
        }
    }

    /// The day, when it is known.
    #[must_use]
    pub const fn day(self) -> Option<Date> {
        match self {
            Self::Day(day) => Some(day),
            Self::Month(..) | Self::Year(_) => None,
        }
    }
}

fn year(text: &str) -> Option<i16> {
    let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|year| is_year && *year >= FIRST_YEAR)
}

/// An ISO day in its one full form; the parser of dates takes others too.
fn iso(text: &str) -> Option<Date> {
    let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    text.parse().ok().filter(|_| is_plain)
}

/// As people write it here: `05/09/2026`, `09/2026`, `2026`.
impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Month(year, month) => write!(f, "{month:02}/{year:04}"),
            Self::Day(day) => f.write_str(&vi::date(day)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_months_and_years_are_read_in_the_forms_people_and_programs_use() {
        for (text, iso) in [
            ("05/09/2014", "2014-09-05"),
            ("5-9-2014", "2014-09-05"),
            ("05.09.2014", "2014-09-05"),
            ("2014-09-05", "2014-09-05"),
            ("2014-09-05T00:00:00", "2014-09-05"),
            ("2014-09-05 00:00:00", "2014-09-05"),
            ("9/2014", "2014-09"),
            ("2014-09", "2014-09"),
            ("2014/09", "2014-09"),
            ("2014", "2014"),
        ] {
            assert_eq!(PartialDate::parse(text).map(PartialDate::iso).as_deref(), Some(iso), "{text}");
        }
    }

    #[test]
    fn what_is_not_in_the_calendar_is_refused() {
        for text in ["31/02/2014", "29/02/2023", "5/9/14", "13/2014", "0/2014", "14", "05/09/0214", "hôm qua", ""] {
            assert_eq!(PartialDate::parse(text), None, "{text}");
        }
    }
}
