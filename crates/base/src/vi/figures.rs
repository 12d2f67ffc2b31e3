//! Numbers and dates as people write them here: 8,5 and 1.045.000 and 05/09/2026.

use crate::Date;

/// A whole number with a dot between thousands: `1.045.000`.
#[must_use]
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        text.push('-');
    }
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// A number of hundredths with a decimal comma and no more decimals than it needs: 850 is `8,5`, 725 is `7,25`.
#[must_use]
pub fn decimal_comma(hundredths: i64) -> String {
    let mut text = grouped(hundredths / 100);
    if hundredths < 0 && hundredths > -100 {
        text.insert(0, '-');
    }
    match hundredths.unsigned_abs() % 100 {
        0 => {}
        tens if tens % 10 == 0 => text.push_str(&format!(",{}", tens / 10)),
        rest => text.push_str(&format!(",{rest:02}")),
    }
    text
}

/// Reads a number with at most two decimals, after a comma or a dot, as hundredths: `8,5` and `8.5` are 850. Nothing is
/// rounded or guessed: `1.045` may mean a thousand or a one, and is refused.
#[must_use]
pub fn parse_decimal(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, part) = match digits.split_once([',', '.']) {
        Some((whole, part)) if matches!(part.len(), 1 | 2) => (whole, part),
        Some(_) => return None,
        None => (digits, ""),
    };
    if whole.is_empty() || !whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hundredths: i64 = format!("{whole}{part:0<2}").parse().ok()?;
    Some(if negative { -hundredths } else { hundredths })
}

/// A day as `dd/mm/yyyy`.
#[must_use]
pub fn date(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

/// Reads a day, month and year (of four digits) parted by `/`, `-` or `.`, one and the same twice: `05/09/2026`,
/// `5-9-2026`, `05.09.2026`. `None` for a day that is not in the calendar.
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim();
    let mark = text.chars().find(|c| matches!(c, '/' | '-' | '.'))?;
    let mut parts = text.split(mark);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let plain =
        |part: &str, lengths: &[usize]| lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || !plain(day, &[1, 2]) || !plain(month, &[1, 2]) || !plain(year, &[4]) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn thousands_have_dots() {
        for (number, text) in [
            (0, "0"),
            (45, "45"),
            (999, "999"),
            (1_000, "1.000"),
            (1_045_000, "1.045.000"),
            (-1_500, "-1.500"),
            (i64::MIN, "-9.223.372.036.854.775.808"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn decimals_have_a_comma() {
        for (hundredths, text) in [
            (850, "8,5"),
            (85, "0,85"),
            (1_000, "10"),
            (725, "7,25"),
            (5, "0,05"),
            (-50, "-0,5"),
            (-150, "-1,5"),
            (12_345_678, "123.456,78"),
            (0, "0"),
        ] {
            assert_eq!(decimal_comma(hundredths), text);
        }
    }

    #[test]
    fn only_exact_decimals_are_read() {
        for (text, hundredths) in
            [("8,5", 850), ("8.5", 850), (" 8 ", 800), ("10", 1_000), ("7,25", 725), ("0,05", 5), ("-1,5", -150)]
        {
            assert_eq!(parse_decimal(text), Some(hundredths), "{text}");
        }
        for text in [
            "",
            "8,",
            ",5",
            "8,555",
            "1.045",
            "1.045,5",
            "+8",
            "--8",
            "8,5đ",
            "8,-5",
            "٨",
            "1e1",
            "99999999999999999999",
        ] {
            assert_eq!(parse_decimal(text), None, "{text}");
        }
    }

    #[test]
    fn dates_are_day_first() {
        let day = jiff::civil::date(2026, 9, 5);
        assert_eq!(date(day), "05/09/2026");
        for text in ["05/09/2026", "5/9/2026", "5-9-2026", "05.09.2026", " 05/9/2026 "] {
            assert_eq!(parse_date(text), Some(day), "{text}");
        }
        for text in [
            "",
            "5/9",
            "5/9/26",
            "31/02/2026",
            "29/02/2026",
            "5-9/2026",
            "2026-09-05",
            "5/9/2026/1",
            "05/13/2026",
            "+5/9/2026",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_decimal_comes_back(hundredths in -99_999i64..=99_999) {
            prop_assert_eq!(parse_decimal(&decimal_comma(hundredths)), Some(hundredths));
        }

        #[test]
        fn a_date_comes_back(days in -20_000i64..=60_000) {
            let day = jiff::civil::date(1970, 1, 1) + jiff::ToSpan::days(days);
            prop_assert_eq!(parse_date(&date(day)), Some(day));
        }
    }
}
