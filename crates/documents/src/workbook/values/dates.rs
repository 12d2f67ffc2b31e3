//! Days and years.

use base::{Date, vi};

use super::super::shape;
use super::super::sheet::Cell;
use super::{Fault, Reading, cleaned, fault, good, mended, quoted};

/// A day of birth, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Birthday {
    /// The day.
    Day(Date),
    /// Year and month.
    Month(i16, i8),
    /// The year alone.
    Year(i16),
}

/// Nobody in a school's lists was born before.
const EARLIEST: i16 = 1900;

/// Reads a day; a month or a year alone is a fault. No day is later than `latest`.
pub fn day(cell: Cell<'_>, latest: Date) -> Reading<Date> {
    let read = birthday(cell, latest)?;
    let Some(read) = read else { return Ok(None) };
    match read.value {
        Birthday::Day(value) => Ok(Some(super::Good { value, hint: read.hint })),
        Birthday::Month(..) | Birthday::Year(_) => {
            let text = cell.text();
            fault(
                "date.incomplete",
                format!(
                    "“{}” chưa đủ ngày, tháng, năm. Hãy ghi dạng ngày/tháng/năm, ví dụ 05/09/2014.",
                    quoted(text.trim())
                ),
            )
        }
    }
}

/// Reads a day of birth: a day as the file holds it, `dd/mm/yyyy` with any mark between, `d/m/yy`, `yyyy-mm-dd`,
/// `ddmmyyyy`, *ngày … tháng … năm …*, a month and year, or a year. No day is later than `latest`; a year of two digits
/// is the latest such year that is not.
pub fn birthday(cell: Cell<'_>, latest: Date) -> Reading<Birthday> {
    match cell {
        Cell::Date { day, .. } => return in_time(Birthday::Day(day), latest).map(some),
        Cell::Number { value, shown: None } => {
            if let Some(read) = of_number(value, latest) {
                return read;
            }
        }
        _ => {}
    }
    let Some(text) = cleaned(cell)? else { return Ok(None) };
    of_text(&text, latest)
}

fn some(value: Birthday) -> Option<super::Good<Birthday>> {
    Some(super::Good { value, hint: None })
}

fn of_number(value: f64, latest: Date) -> Option<Reading<Birthday>> {
    if value.fract() != 0.0 || !(1.0..1e8).contains(&value) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 10^8")]
    let whole = value as i32;
    // A year, although Excel's calendar has a day of that number too: nobody at school was born in 1905.
    if (i32::from(EARLIEST)..=i32::from(latest.year())).contains(&whole) {
        return None;
    }
    if whole > 9_999 && whole < 100_000 {
        let day = shape::days_of(value, false).and_then(|days| base::time::date_from_days(days.into()))?;
        return Some(in_time(Birthday::Day(day), latest).and_then(|day| {
            let Birthday::Day(date) = day else { return good(day) };
            mended(
                day,
                "date.serial",
                format!("Ô ghi số {whole} thay vì ngày; theo cách tính ngày của Excel, đó là {}.", vi::date(date)),
            )
        }));
    }
    None
}

fn of_text(text: &str, latest: Date) -> Reading<Birthday> {
    let unreadable = || {
        fault(
            "date.unreadable",
            format!("“{}” không phải ngày. Hãy ghi dạng ngày/tháng/năm, ví dụ 05/09/2014.", quoted(text)),
        )
    };
    let Some(parts) = parts_of(text) else { return unreadable() };
    let number = |part: &str| part.parse::<i16>().unwrap_or(i16::MAX);
    match parts.as_slice() {
        [year] if year.len() == 4 => in_time(Birthday::Year(number(year)), latest).map(some),
        // A number loses the zero of a day before the tenth.
        [all] if matches!(all.len(), 7 | 8) => {
            let all = format!("{all:0>8}");
            let part = |from: usize, to: usize| number(all.get(from..to).unwrap_or_default());
            let (day_first, year_first) = ((part(4, 8), part(2, 4), part(0, 2)), (part(0, 4), part(4, 6), part(6, 8)));
            let found = [day_first, year_first].into_iter().find_map(|(year, month, day)| {
                let date = date_of(year, month, day)?;
                in_time(Birthday::Day(date), latest).ok()
            });
            match found {
                Some(Birthday::Day(date)) => mended(
                    Birthday::Day(date),
                    "date.together",
                    format!("“{}” viết liền, được hiểu là {}.", quoted(text), vi::date(date)),
                ),
                _ => unreadable(),
            }
        }
        [month, year] if year.len() == 4 && month.len() <= 2 => month_of(number(year), number(month), text, latest),
        [year, month] if year.len() == 4 && month.len() <= 2 => month_of(number(year), number(month), text, latest),
        [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            full(number(year), number(month), number(day), text, latest)
        }
        [day, month, year] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            full(number(year), number(month), number(day), text, latest)
        }
        [day, month, year] if year.len() == 2 && month.len() <= 2 && day.len() <= 2 => {
            let short = number(year);
            let century = latest.year() - latest.year().rem_euclid(100);
            let this = century + short;
            let later =
                date_of(this, number(month), number(day)).is_some_and(|date| date > latest) || this > latest.year();
            let whole = if later { this - 100 } else { this };
            let read = full(whole, number(month), number(day), text, latest)?;
            Ok(read.map(|read| super::Good {
                hint: read.hint.or_else(|| {
                    Some(super::Hint {
                        code: "date.short_year", detail: format!("Năm “{year}” được hiểu là {whole}.")
                    })
                }),
                ..read
            }))
        }
        _ => unreadable(),
    }
}

/// The numbers of a date; `None` when anything else stands there.
fn parts_of(text: &str) -> Option<Vec<&str>> {
    // The time of day that some programs write along.
    let day = match text.split_once(['T', ' ']) {
        Some((day, time)) if time.contains(':') && day.contains(['/', '-', '.']) => day,
        _ => text,
    };
    let mut parts = Vec::new();
    for part in day.split(['/', '-', '.', ',', '\\', ' ', '–']).filter(|part| !part.is_empty()) {
        if part.bytes().all(|b| b.is_ascii_digit()) {
            parts.push(part);
        } else if !matches!(vi::fold(part).as_str(), "ngay" | "thang" | "nam" | "sinh") {
            return None;
        }
    }
    (!parts.is_empty() && parts.len() <= 3 && parts.iter().all(|part| part.len() <= 8)).then_some(parts)
}

fn date_of(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn month_of(year: i16, month: i16, text: &str, latest: Date) -> Reading<Birthday> {
    match i8::try_from(month) {
        Ok(0) => in_time(Birthday::Year(year), latest).map(some),
        Ok(month @ 1..=12) => in_time(Birthday::Month(year, month), latest).map(some),
        _ => fault("date.no_such_day", format!("“{}”: không có tháng {month}.", quoted(text))),
    }
}

/// A whole date. `00/00/2014` is how some programs write that only the year is known.
fn full(year: i16, month: i16, day: i16, text: &str, latest: Date) -> Reading<Birthday> {
    if day == 0 {
        return month_of(year, month, text, latest);
    }
    if let Some(date) = date_of(year, month, day) {
        return in_time(Birthday::Day(date), latest).map(some);
    }
    let text = quoted(text);
    if month > 12 && date_of(year, day, month).is_some() {
        return fault(
            "date.no_such_day",
            format!(
                "“{text}”: không có tháng {month}. Có thể tháng đã được ghi trước ngày; hãy ghi dạng ngày/tháng/năm."
            ),
        );
    }
    if !(1..=12).contains(&month) {
        return fault("date.no_such_day", format!("“{text}”: không có tháng {month}."));
    }
    let days = (28..=31).rev().find(|day| date_of(year, month, *day).is_some()).unwrap_or(28);
    fault("date.no_such_day", format!("“{text}” không có trong lịch: tháng {month} năm {year} chỉ có {days} ngày."))
}

fn in_time(read: Birthday, latest: Date) -> Result<Birthday, Fault> {
    let (year, later) = match read {
        Birthday::Day(day) => (day.year(), day > latest),
        Birthday::Month(year, month) => (year, (year, month) > (latest.year(), latest.month())),
        Birthday::Year(year) => (year, year > latest.year()),
    };
    if later {
        return Err(Fault {
            code: "date.future",
            detail: format!("Ngày sau {}, chưa thể có. Hãy kiểm tra lại năm.", vi::date(latest)),
        });
    }
    if year < EARLIEST {
        return Err(Fault {
            code: "date.too_old", detail: format!("Năm {year} quá xa. Hãy kiểm tra lại năm.")
        });
    }
    Ok(read)
}

/// Reads a year.
pub fn year(cell: Cell<'_>, latest: Date) -> Reading<i16> {
    let Some(read) = birthday(cell, latest)? else { return Ok(None) };
    match read.value {
        Birthday::Year(year) => good(year),
        Birthday::Month(year, _) => good(year),
        Birthday::Day(day) => {
            mended(day.year(), "year.from_day", format!("Ô ghi cả ngày {}; chỉ lấy năm.", vi::date(day)))
        }
    }
}

/// Whether a column's days look as if Excel took the month for the day: on a machine with American settings
/// `05/12/2014` becomes 12 May, while `25/12/2014` stays text because there is no month 25. Then every day that the file
/// holds as such is at most the twelfth, and every text is later than that.
#[must_use]
pub fn has_swapped_days<'c>(cells: impl IntoIterator<Item = Cell<'c>>) -> bool {
    let (mut days, mut texts) = (0, 0);
    for cell in cells {
        match cell {
            Cell::Date { day, .. } => {
                if day.day() > 12 {
                    return false;
                }
                days += 1;
            }
            Cell::Text(text) => {
                if let Some(day) = vi::parse_date(text) {
                    if day.day() <= 12 {
                        return false;
                    }
                    texts += 1;
                }
            }
            _ => {}
        }
    }
    // By chance, twelve days of thirty: after ten of each, one list in millions.
    days >= 10 && texts >= 10
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn latest() -> Date {
        "2026-11-26".parse().expect("a day")
    }

    fn date(text: &str) -> Birthday {
        Birthday::Day(text.parse().expect("a day"))
    }

    fn read(text: &str) -> Reading<Birthday> {
        birthday(Cell::Text(text), latest())
    }

    fn value(text: &str) -> Birthday {
        read(text).expect("good").expect("something").value
    }

    #[test]
    fn a_birthday_has_many_forms() {
        for text in [
            "07/03/2015",
            "7/3/2015",
            "07-03-2015",
            "07.03.2015",
            " 07/03/2015 ",
            "'07/03/2015",
            "07/03/15",
            "2015-03-07",
            "2015/3/7",
            "07 / 03 / 2015",
            "07/03/2015 00:00:00",
            "2015-03-07T00:00:00",
            "07032015",
            "7032015",
            "20150307",
            "Ngày 07 tháng 3 năm 2015",
            "ngày 7, tháng 3, năm 2015",
            "07\u{a0}/03/2015",
        ] {
            assert_eq!(value(text), date("2015-03-07"), "{text}");
        }
        assert_eq!(value("31/12/98"), date("1998-12-31"));
        assert_eq!(value("26/11/26"), date("2026-11-26"));
        assert_eq!(value("27/11/26"), date("1926-11-27"));
        assert_eq!(value("3/2015"), Birthday::Month(2015, 3));
        assert_eq!(value("00/03/2015"), Birthday::Month(2015, 3));
        assert_eq!(value("2015"), Birthday::Year(2015));
        assert_eq!(value("00/00/2015"), Birthday::Year(2015));
        assert_eq!(read("  "), Ok(None));
    }

    #[test]
    fn numbers_are_days_or_years() {
        let number = |value| birthday(Cell::Number { value, shown: None }, latest()).expect("good").expect("something");
        assert_eq!(number(42_205.0).value, date("2015-07-20"));
        assert_eq!(number(42_205.0).hint.expect("said").code, "date.serial");
        assert_eq!(number(1986.0).value, Birthday::Year(1986));
        assert_eq!(number(7_032_015.0).value, date("2015-03-07"));
        let day = Cell::Date { day: "2015-07-20".parse().expect("a day"), shown: "2015-07-20" };
        assert_eq!(birthday(day, latest()).expect("good").expect("something").value, date("2015-07-20"));
    }

    #[test]
    fn what_is_no_day_is_said() {
        for (text, code, words) in [
            ("31/02/2014", "date.no_such_day", "tháng 2 năm 2014 chỉ có 28 ngày"),
            ("30/02/2016", "date.no_such_day", "29 ngày"),
            ("31/04/2014", "date.no_such_day", "30 ngày"),
            ("03/25/2014", "date.no_such_day", "ghi trước ngày"),
            ("45/13/2014", "date.no_such_day", "tháng 13"),
            ("27/11/2026", "date.future", "26/11/2026"),
            ("01/01/1814", "date.too_old", "1814"),
            ("không rõ", "date.unreadable", "không rõ"),
            ("5/9", "date.unreadable", "5/9"),
            ("1/2/3/2014", "date.unreadable", ""),
            ("12", "date.unreadable", ""),
        ] {
            let fault = read(text).expect_err(text);
            assert_eq!(fault.code, code, "{text}");
            assert!(fault.detail.contains(words), "{text}: {}", fault.detail);
        }
        let error = Cell::Error(super::super::super::sheet::CellError::Reference);
        assert!(birthday(error, latest()).expect_err("an error").detail.contains("#REF!"));
        assert_eq!(day(Cell::Text("2015"), latest()).expect_err("a year").code, "date.incomplete");
    }

    #[test]
    fn years_are_read() {
        assert_eq!(year(Cell::Text("1986 "), latest()).expect("good").expect("a year").value, 1986);
        assert_eq!(year(Cell::Text("07/03/1986"), latest()).expect("good").expect("a year").value, 1986);
        assert_eq!(year(Cell::Text("86"), latest()).expect_err("short").code, "date.unreadable");
    }

    #[test]
    fn a_column_of_swapped_days_is_noticed() {
        let texts: Vec<String> = (13..=28).map(|day| format!("{day}/05/2014")).collect();
        let day = |n: i8| Cell::Date { day: Date::new(2014, 5, n).expect("a day"), shown: "" };
        let days: Vec<Cell<'_>> = (1..=12).map(day).collect();
        let swapped = || days.iter().copied().chain(texts.iter().map(|text| Cell::Text(text)));
        assert!(has_swapped_days(swapped()));
        assert!(!has_swapped_days(swapped().chain([day(13)])));
        assert!(!has_swapped_days(swapped().chain([Cell::Text("01/05/2014")])));
        assert!(!has_swapped_days(days.iter().copied()));
    }

    proptest! {
        #[test]
        fn any_day_comes_back_in_any_form(days in -25_000i64..20_700, mark in "[/.-]") {
            let day = base::time::date_from_days(days).expect("in range");
            let (d, m, y) = (day.day(), day.month(), day.year());
            for text in [format!("{d:02}{mark}{m:02}{mark}{y}"), format!("{d}{mark}{m}{mark}{y}"), format!("{y}-{m:02}-{d:02}"), format!("{d:02}{m:02}{y}")] {
                prop_assert_eq!(value(&text), Birthday::Day(day), "{}", text);
            }
        }

        #[test]
        fn nothing_typed_breaks_the_reading(text in "\\PC{0,24}|[0-9/. -]{0,16}") {
            let _ = read(&text);
        }
    }
}
