//! Numbers with decimals, exact: heights, areas, pay coefficients. Not marks, which are `base::Score`.

use std::fmt;

/// The most decimals that are kept.
const DECIMALS: u32 = 6;
/// The most digits, before and after the comma together; every such number is an `i64`.
const DIGITS: usize = 15;

/// A number that is not negative, with up to six decimals and fifteen digits in all. Equal numbers are one value
/// however they were written: `2,50` is `2,5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    units: i64,
    scale: u32,
}

impl Decimal {
    /// `units` of the `scale`-th decimal: 234 at scale 2 is 2.34. `None` outside what is kept.
    #[must_use]
    pub fn new(units: i64, scale: u32) -> Option<Self> {
        let (mut units, mut scale) = (units, scale);
        while scale > 0 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        let digits = units.checked_ilog10().map_or(1, |log| log as usize + 1);
        (units >= 0 && scale <= DECIMALS && digits <= DIGITS).then_some(Self { units, scale })
    }

    /// Reads what people write: a comma or a point before the decimals, points between thousands. `1.045` and `1,045`
    /// may each mean a thousand or a one; nothing is guessed, so both are refused.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if is_grouped(text) {
            return if text.matches('.').count() > 1 { Self::plain(&text.replace('.', "")) } else { None };
        }
        match text.split_once(',') {
            Some((whole, _)) if whole.contains('.') && !is_grouped(whole) => None,
            Some((whole, part)) if !whole.contains('.') && is_ambiguous(whole, part) => None,
            Some((whole, part)) => Self::plain(&format!("{}.{part}", whole.replace('.', ""))),
            None => Self::plain(text),
        }
    }

    /// Reads what programs write: `1045`, `1.045`.
    #[must_use]
    pub fn plain(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(part) || (part.is_empty() && text.ends_with('.')) {
            return None;
        }
        let part = part.trim_end_matches('0');
        let units = format!("{whole}{part}").parse().ok()?;
        Self::new(units, u32::try_from(part.len()).ok()?)
    }

    /// As programs write it: `2.34`.
    #[must_use]
    pub fn to_plain(self) -> String {
        let (whole, part) = self.pieces();
        if part.is_empty() { whole } else { format!("{whole}.{part}") }
    }

    fn pieces(self) -> (String, String) {
        let one = 10_i64.pow(self.scale);
        let part =
            if self.scale == 0 { String::new() } else { format!("{:01$}", self.units % one, self.scale as usize) };
        ((self.units / one).to_string(), part)
    }
}

/// As people write it here, with a comma: `2,34`. Three decimals get a zero behind them, so that nobody, and no
/// [`Decimal::parse`], takes them for thousands.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = self.pieces();
        f.write_str(&whole)?;
        if !part.is_empty() {
            write!(f, ",{part}")?;
        }
        if is_ambiguous(&whole, &part) { f.write_str("0") } else { Ok(()) }
    }
}

/// Whether the three digits behind the only mark may be thousands: `1,045`, and not `0,045` or `1045,125`.
fn is_ambiguous(whole: &str, part: &str) -> bool {
    part.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0')
}

/// Whether the points of the text part thousands: `1.045`, `12.500.000`.
pub(super) fn is_grouped(text: &str) -> bool {
    let mut groups = text.split('.');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && digits(first)
        && !rest.is_empty()
        && rest.iter().all(|group| group.len() == 3 && digits(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them_and_nothing_is_guessed() {
        let plain = |text| Decimal::parse(text).map(Decimal::to_plain);
        for (text, read) in [
            ("2,34", "2.34"),
            ("2.34", "2.34"),
            ("120", "120"),
            ("0,045", "0.045"),
            ("1.250.000", "1250000"),
            ("1.250,5", "1250.5"),
            ("1045,125", "1045.125"),
            ("1,0450", "1.045"),
            ("007", "7"),
        ] {
            assert_eq!(plain(text).as_deref(), Some(read), "{text}");
        }
        for text in
            ["1.045", "1,045", "2,340", "", ",", "5,", ",5", "-3", "1,2,3", "1.25.000", "12a", "1e3", "0,1234567"]
        {
            assert_eq!(plain(text), None, "{text}");
        }
        assert!(Decimal::plain("1234567890123456").is_none(), "sixteen digits");
    }

    #[test]
    fn three_decimals_are_written_so_that_they_are_not_thousands() {
        let written = |text| Decimal::plain(text).expect("a number").to_string();
        assert_eq!(written("1.045"), "1,0450");
        assert_eq!(written("0.045"), "0,045");
        assert_eq!(written("1045.125"), "1045,125");
        assert_eq!(written("15.60"), "15,6");
        assert_eq!(written("120.000"), "120");
    }
}
