//! Number formats: what a person sees of a number, and whether it is a day.
//!
//! Not every format of Excel is known here: those that hide or change digits (leading zeros, thousands, decimals,
//! percent, letters between digits) and those of days and times. Any other shows the plain number.

use base::Date;

/// A format.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// The plain number.
    Plain,
    /// A day, perhaps with a time.
    Day(Vec<Part>),
    /// A time of day or a duration.
    Time,
    /// Digits in a form of their own.
    Digits(Digits),
}

/// A piece of a day's format.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Day(usize),
    Month(usize),
    Year(usize),
    Hour(usize),
    Minute(usize),
    Second(usize),
    Letters(String),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Digits {
    before: String,
    /// Digits (`0`: always shown, `#`: only from the first on) and letters before the decimal mark, from the left.
    whole: Vec<Place>,
    decimals_at_least: usize,
    decimals_at_most: usize,
    thousands: bool,
    percent: bool,
    after: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Always,
    Optional,
    Letter(char),
}

/// What a format made of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Seen {
    Plain,
    Shown,
    /// Days since 1970.
    Day(i32),
}

/// Excel holds 15 digits of a number.
const DIGITS: i32 = 15;

/// A number as it stands in a cell without a format, with a decimal comma.
pub(super) fn plain(value: f64) -> String {
    if !value.is_finite() {
        return CELL_OVERFLOW.to_owned();
    }
    let size = value.abs();
    if size >= 1e20 || (size > 0.0 && size < 1e-9) {
        return format!("{value:e}").replace('.', ",");
    }
    #[expect(clippy::cast_possible_truncation, reason = "a logarithm of a number below 1e20")]
    let whole_digits = if size < 1.0 { 0 } else { size.log10().floor() as i32 + 1 };
    let decimals = usize::try_from((DIGITS - whole_digits).clamp(0, 12)).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.replace('.', ",") }
}

const CELL_OVERFLOW: &str = "#NUM!";

/// Days since 1970 of a number that is a day; `None` for what is none in Excel's calendar, which also has a 29 February
/// 1900 that never was.
pub(super) fn days_of(serial: f64, since_1904: bool) -> Option<i32> {
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
    let whole = serial.floor() as i32;
    match whole {
        _ if since_1904 => Some(whole - 24_107),
        0 | 60 => None,
        1..60 => Some(whole - 25_568),
        _ => Some(whole - 25_569),
    }
}

impl Shape {
    /// The format of a built-in number, or `None` when the file says what it is.
    pub fn built_in(id: u32) -> Option<Self> {
        Some(match id {
            0 | 11..=13 | 48 | 49 => Self::Plain,
            1 => Self::of("0"),
            2 => Self::of("0.00"),
            3 | 37 | 38 | 41 | 42 => Self::of("#,##0"),
            4 | 39 | 40 | 43 | 44 => Self::of("#,##0.00"),
            9 => Self::of("0%"),
            10 => Self::of("0.00%"),
            // The day as the machine's own settings have it: in Viet Nam, day first.
            14 | 27..=36 | 50..=58 => Self::of("dd/mm/yyyy"),
            15 => Self::of("d-mm-yy"),
            16 => Self::of("d-mm"),
            17 => Self::of("mm-yy"),
            18..=21 | 45..=47 => Self::Time,
            22 => Self::of("dd/mm/yyyy hh:mm"),
            _ => return None,
        })
    }

    /// The format of a code such as `dd/mm/yyyy` or `000000000000`.
    pub fn of(code: &str) -> Self {
        let Some(tokens) = tokens_of(code) else { return Self::Plain };
        if tokens.iter().any(|token| matches!(token, Token::Run(..))) {
            return day_of(tokens);
        }
        digits_of(&tokens).map_or(Self::Plain, Self::Digits)
    }

    /// Shows a number: `shown` is what a person sees, unless that is the plain number.
    pub fn show(&self, value: f64, since_1904: bool, shown: &mut String) -> Seen {
        match self {
            Self::Plain => Seen::Plain,
            Self::Digits(digits) => {
                if digits.show(value, shown) {
                    Seen::Shown
                } else {
                    Seen::Plain
                }
            }
            Self::Time => {
                if value.is_finite() && value.abs() < 1e6 {
                    push_time(value, shown);
                    Seen::Shown
                } else {
                    Seen::Plain
                }
            }
            Self::Day(parts) => {
                let day =
                    days_of(value, since_1904).and_then(|days| Some((days, base::time::date_from_days(days.into())?)));
                match day {
                    Some((days, day)) => {
                        push_day(parts, day, value, shown);
                        Seen::Day(days)
                    }
                    None => Seen::Plain,
                }
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A letter shown as it is.
    Letter(char),
    /// `0 # ? . , % E`
    Sign(char),
    /// A run of one of `d m y h s`, lower case.
    Run(char, usize),
    /// Hours or minutes that go beyond a day: `[h]`.
    Elapsed,
    /// `AM/PM`
    HalfDay,
}

/// The tokens of the code's first section; `None` when it is none we know.
fn tokens_of(code: &str) -> Option<Vec<Token>> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut letters = code.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            ';' => break,
            '"' => tokens.extend(letters.by_ref().take_while(|c| *c != '"').map(Token::Letter)),
            '\\' => tokens.extend(letters.next().map(Token::Letter)),
            // Room for a letter, or a letter that fills: neither is seen as text.
            '_' | '*' => {
                letters.next();
            }
            '[' => {
                let inside: String = letters.by_ref().take_while(|c| *c != ']').collect();
                match inside.chars().next() {
                    // A currency sign, with or without a language.
                    Some('$') => {
                        let sign = inside.get(1..).unwrap_or_default().split('-').next().unwrap_or_default();
                        tokens.extend(sign.chars().map(Token::Letter));
                    }
                    // Which section counts depends on the number: such formats are not followed.
                    Some('<' | '>' | '=') => return None,
                    Some(first)
                        if inside.chars().all(|c| c.eq_ignore_ascii_case(&first)) && "hmsHMS".contains(first) =>
                    {
                        tokens.push(Token::Elapsed);
                    }
                    _ => {}
                }
            }
            '0' | '#' | '?' | '.' | ',' | '%' => tokens.push(Token::Sign(c)),
            'E' => return None,
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' | 'S' => {
                let kind = c.to_ascii_lowercase();
                match tokens.last_mut() {
                    Some(Token::Run(last, length)) if *last == kind => *length += 1,
                    _ => tokens.push(Token::Run(kind, 1)),
                }
            }
            'a' | 'A' if letters.peek().is_some_and(|next| matches!(next, 'm' | 'M' | '/')) => {
                for next in letters.by_ref() {
                    if matches!(next, 'P' | 'p') {
                        break;
                    }
                }
                letters.next_if(|next| matches!(next, 'm' | 'M'));
                tokens.push(Token::HalfDay);
            }
            'G' | 'g' | '@' => return None,
            other => tokens.push(Token::Letter(other)),
        }
    }
    Some(tokens)
}

fn day_of(tokens: Vec<Token>) -> Shape {
    let has = |kind: char| tokens.iter().any(|token| matches!(token, Token::Run(run, _) if *run == kind));
    if tokens.contains(&Token::Elapsed) || !(has('d') || has('y') || (has('m') && !has('h') && !has('s'))) {
        return Shape::Time;
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut after_hour = false;
    for (at, token) in tokens.iter().enumerate() {
        let before_second = || {
            let next = tokens.get(at + 1..).unwrap_or_default().iter().find(|token| matches!(token, Token::Run(..)));
            matches!(next, Some(Token::Run('s', _)))
        };
        let part = match token {
            Token::Run('d', length) => Part::Day(*length),
            Token::Run('y', length) => Part::Year(*length),
            Token::Run('h', length) => Part::Hour(*length),
            Token::Run('s', length) => Part::Second(*length),
            Token::Run(_, length) if after_hour || before_second() => Part::Minute(*length),
            Token::Run(_, length) => Part::Month(*length),
            Token::Letter(c) | Token::Sign(c) => {
                if let Some(Part::Letters(letters)) = parts.last_mut() {
                    letters.push(*c);
                    continue;
                }
                Part::Letters(c.to_string())
            }
            Token::Elapsed | Token::HalfDay => continue,
        };
        if matches!(token, Token::Run(..)) {
            after_hour = matches!(token, Token::Run('h', _));
        }
        parts.push(part);
    }
    Shape::Day(parts)
}

/// Seconds of the day, rounded.
fn seconds_of(value: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a fraction of a day in seconds")]
    let seconds = (value.fract().abs() * 86_400.0).round() as u32;
    seconds.min(86_399)
}

fn push_time(value: f64, shown: &mut String) {
    let seconds = seconds_of(value);
    #[expect(clippy::cast_possible_truncation, reason = "bounded by its caller")]
    let hours = value.trunc() as i64 * 24 + i64::from(seconds / 3600);
    shown.push_str(&format!("{hours:02}:{:02}", seconds / 60 % 60));
    if !seconds.is_multiple_of(60) {
        shown.push_str(&format!(":{:02}", seconds % 60));
    }
}

fn push_day(parts: &[Part], day: Date, value: f64, shown: &mut String) {
    let seconds = seconds_of(value);
    let two = |number: u32, length: usize| if length == 1 { number.to_string() } else { format!("{number:02}") };
    let small = |number: i8| u32::try_from(number).unwrap_or(0);
    for part in parts {
        match part {
            // Three letters and more are the day of the week, which the date says already.
            Part::Day(3..) => {}
            Part::Day(length) => shown.push_str(&two(small(day.day()), *length)),
            Part::Month(length) => shown.push_str(&two(small(day.month()), *length)),
            Part::Year(1 | 2) => shown.push_str(&format!("{:02}", day.year() % 100)),
            Part::Year(_) => shown.push_str(&format!("{:04}", day.year())),
            Part::Hour(length) => shown.push_str(&two(seconds / 3600, *length)),
            Part::Minute(length) => shown.push_str(&two(seconds / 60 % 60, *length)),
            Part::Second(length) => shown.push_str(&two(seconds % 60, *length)),
            Part::Letters(letters) => shown.push_str(letters),
        }
    }
}

fn digits_of(tokens: &[Token]) -> Option<Digits> {
    let places = |token: &Token| matches!(token, Token::Sign('0' | '#' | '?'));
    let first = tokens.iter().position(places)?;
    let last = tokens.iter().rposition(places)?;
    let mut digits = Digits {
        before: String::new(),
        whole: Vec::new(),
        decimals_at_least: 0,
        decimals_at_most: 0,
        thousands: false,
        percent: tokens.contains(&Token::Sign('%')),
        after: String::new(),
    };
    let mut decimals = false;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Letter(c) if at < first => digits.before.push(*c),
            Token::Letter(c) if at > last => digits.after.push(*c),
            Token::Letter(c) if !decimals => digits.whole.push(Place::Letter(*c)),
            Token::Sign('%') => digits.after.push('%'),
            Token::Sign('.') => decimals = true,
            // A comma at the end divides by a thousand: rare enough to show the plain number instead.
            Token::Sign(',') if at > last => return None,
            Token::Sign(',') => digits.thousands = true,
            Token::Sign('0') if decimals => {
                digits.decimals_at_most += 1;
                digits.decimals_at_least = digits.decimals_at_most;
            }
            Token::Sign(_) if decimals => digits.decimals_at_most += 1,
            Token::Sign('0') => digits.whole.push(Place::Always),
            Token::Sign(_) => digits.whole.push(Place::Optional),
            _ => return None,
        }
    }
    (digits.whole.len() <= 40 && digits.decimals_at_most <= 12).then_some(digits)
}

impl Digits {
    /// Whether it could be shown.
    fn show(&self, value: f64, shown: &mut String) -> bool {
        let value = if self.percent { value * 100.0 } else { value };
        if !value.is_finite() || value.abs() >= 1e15 {
            return false;
        }
        let text = format!("{:.*}", self.decimals_at_most, value.abs());
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        if value < 0.0 {
            shown.push('-');
        }
        shown.push_str(&self.before);
        self.push_whole(whole.trim_start_matches('0'), shown);
        let kept = part.trim_end_matches('0').len().max(self.decimals_at_least);
        if let Some(part) = part.get(..kept).filter(|part| !part.is_empty()) {
            shown.push(',');
            shown.push_str(part);
        }
        shown.push_str(&self.after);
        true
    }

    /// The digits before the decimal mark, filled in from the right.
    fn push_whole(&self, digits: &str, shown: &mut String) {
        let mut rest = digits.chars().rev();
        let mut from_right: Vec<char> = Vec::new();
        let mut written = 0;
        let places = self.whole.iter().filter(|place| !matches!(place, Place::Letter(_))).count();
        let mut place_at = 0;
        let group = |from_right: &mut Vec<char>, written: &mut usize, digit: char| {
            if self.thousands && *written > 0 && written.is_multiple_of(3) {
                from_right.push('.');
            }
            from_right.push(digit);
            *written += 1;
        };
        for place in self.whole.iter().rev() {
            match place {
                Place::Letter(c) => from_right.push(*c),
                Place::Always | Place::Optional => {
                    place_at += 1;
                    match rest.next() {
                        Some(digit) => group(&mut from_right, &mut written, digit),
                        None if *place == Place::Always => group(&mut from_right, &mut written, '0'),
                        None => {}
                    }
                    // What the format has no place for stands before the first.
                    if place_at == places {
                        for digit in rest.by_ref() {
                            group(&mut from_right, &mut written, digit);
                        }
                    }
                }
            }
        }
        shown.extend(from_right.iter().rev());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(code: &str, value: f64) -> String {
        let mut text = String::new();
        match Shape::of(code).show(value, false, &mut text) {
            Seen::Plain => plain(value),
            _ => text,
        }
    }

    #[test]
    fn plain_numbers_have_a_comma_and_no_noise() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (8.5, "8,5"),
            (0.1 + 0.2, "0,3"),
            (1986.0, "1986"),
            (79_215_220_286.0, "79215220286"),
            (-1.25, "-1,25"),
            (1e15, "1000000000000000"),
        ] {
            assert_eq!(plain(value), text);
        }
    }

    #[test]
    fn digits_are_shown_as_their_format_says() {
        for (code, value, text) in [
            ("000000000000", 79_215_220_286.0, "079215220286"),
            ("0000000000", 966_784_128.0, "0966784128"),
            ("0000 000 000", 966_784_128.0, "0966 784 128"),
            ("\"0\"#########", 966_784_128.0, "0966784128"),
            ("#,##0", 1_045_000.0, "1.045.000"),
            ("#,##0\" đ\"", 1_500.0, "1.500 đ"),
            ("#,##0.00", -1_234.5, "-1.234,50"),
            ("0.0", 8.25, "8,2"),
            ("0.##", 8.0, "8"),
            ("0%", 0.45, "45%"),
            ("[$-42A]0", 7.0, "7"),
            ("0_);(0)", 12.0, "12"),
            ("@", 12.0, "12"),
            ("General", 12.5, "12,5"),
            ("0.00E+00", 12.5, "12,5"),
            ("[<=9999999]###-####;(###) ###-####", 12.0, "12"),
            ("#", 0.0, ""),
        ] {
            assert_eq!(shown(code, value), text, "{code}");
        }
    }

    #[test]
    fn days_are_shown_as_their_format_says() {
        for (code, value, text) in [
            ("dd/mm/yyyy", 42_205.0, "20/07/2015"),
            ("yyyy-mm-dd", 42_205.0, "2015-07-20"),
            ("d/m/yy;@", 42_205.0, "20/7/15"),
            ("[$-42A]dd/mm/yyyy", 42_205.0, "20/07/2015"),
            ("dd\"/\"mm\"/\"yyyy", 42_205.0, "20/07/2015"),
            ("dd/mm/yyyy hh:mm", 42_205.5, "20/07/2015 12:00"),
            ("h:mm AM/PM", 0.3125, "07:30"),
            ("[h]:mm", 1.5, "36:00"),
        ] {
            assert_eq!(shown(code, value), text, "{code}");
        }
    }

    #[test]
    fn excels_calendar_has_one_day_too_many() {
        let day = |serial, since| days_of(serial, since).and_then(|days| base::time::date_from_days(days.into()));
        assert_eq!(day(1.0, false).map(|day| day.to_string()).as_deref(), Some("1900-01-01"));
        assert_eq!(day(59.0, false).map(|day| day.to_string()).as_deref(), Some("1900-02-28"));
        assert_eq!(day(60.0, false), None);
        assert_eq!(day(61.0, false).map(|day| day.to_string()).as_deref(), Some("1900-03-01"));
        assert_eq!(day(40_743.0, true).map(|day| day.to_string()).as_deref(), Some("2015-07-20"));
        assert_eq!(day(-1.0, false), None);
        assert_eq!(day(1e9, false), None);
    }

    proptest! {
        #[test]
        fn any_format_shows_something_and_never_fails(code in "[0#?.,%dmyhs/\\-\"\\[\\]$;@_* \\\\EGA]{0,24}", value in any::<f64>()) {
            let mut text = String::new();
            Shape::of(&code).show(value, false, &mut text);
            plain(value);
        }

        #[test]
        fn leading_zeros_come_back(number in 0u64..1_000_000_000_000) {
            #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
            let value = number as f64;
            prop_assert_eq!(shown("000000000000", value), format!("{number:012}"));
        }
    }
}
