//! The sector's codes for how a pupil stands, chosen by what they mean: the list is provisional, and its codes may change.

use base::{Date, Error, Result};
use rules::sector::{Hand, Spec};

use crate::people::person::code;

const LIST: &str = "DM_TRANG_THAI_HOC_SINH";

/// What is to be said of a pupil.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Is there.
    Studying,
    /// Came from another school.
    CameFrom,
    /// Was away and is back.
    CameBack,
    /// Went to another school.
    WentTo,
    /// Left without another school.
    Left,
}

/// How the list names the part of the year a day lies in. The calendar of the ministry's frame: from 5 September, the
/// second semester from the middle of January, the summer from June.
fn part(day: Date) -> &'static str {
    match (day.month(), day.day()) {
        (6..=8, _) | (9, ..=4) => "trong hè",
        (9..=12, _) | (1, ..=17) => "kỳ 1",
        _ => "kỳ 2",
    }
}

/// The code of a meaning on a day.
pub fn status(meaning: Meaning, day: Date) -> Result<String> {
    let spec = rules::sector::qd4998()?;
    let part = part(day);
    let name = match meaning {
        Meaning::Studying => "Đang học".to_owned(),
        Meaning::CameFrom => format!("Chuyển đến {part}"),
        Meaning::CameBack => format!("Nghỉ học xin học lại {part}"),
        Meaning::WentTo => format!("Chuyển đi {part}"),
        Meaning::Left => format!("Thôi học {part}"),
    };
    // Nobody comes back in summer by the list: then they are there.
    code(spec, LIST, &name)
        .or_else(|| code(spec, LIST, "Đang học"))
        .ok_or_else(|| Error::internal("the sector's list of pupils' states says nothing of studying"))
}

/// A reason for leaving, checked; an unknown code is kept.
pub fn reason(text: Option<&str>) -> Result<Option<String>> {
    checked("leave_reason", "reason", text)
}

/// A status that somebody chose, checked; an unknown code is kept.
pub fn chosen(text: &str) -> Result<Option<String>> {
    checked("status", "status", Some(text))
}

fn checked(key: &str, field: &str, text: Option<&str>) -> Result<Option<String>> {
    let spec: &Spec = rules::sector::qd4998()?;
    let (Some(key), Some(text)) = (spec.key("pupil", key), text) else { return Ok(None) };
    match key.check(text, Hand::Person, spec) {
        Ok(checked) => Ok(checked.map(|checked| checked.value.stored())),
        Err(refusal) => Error::fields(vec![refusal.into_field(field)]).map_or(Ok(None), Err),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_part_of_the_year() {
        let day = |text: &str| text.parse::<Date>().expect("a day");
        for (meaning, on, code) in [
            (Meaning::Studying, "2026-10-01", "01"),
            (Meaning::CameFrom, "2026-09-05", "02"),
            (Meaning::CameFrom, "2027-03-01", "06"),
            (Meaning::CameFrom, "2026-09-04", "10"),
            (Meaning::WentTo, "2027-01-17", "04"),
            (Meaning::WentTo, "2027-01-18", "08"),
            (Meaning::WentTo, "2027-06-01", "11"),
            (Meaning::Left, "2026-12-31", "05"),
            (Meaning::Left, "2027-05-31", "09"),
            (Meaning::Left, "2027-07-01", "12"),
            (Meaning::CameBack, "2026-11-01", "03"),
            (Meaning::CameBack, "2027-02-01", "07"),
            (Meaning::CameBack, "2027-08-01", "01"),
        ] {
            assert_eq!(status(meaning, day(on)).expect("a code"), code, "{meaning:?} {on}");
        }
        assert_eq!(reason(Some("xa trường, đi lại khó khăn")).expect("a reason").as_deref(), Some("03"));
        assert_eq!(reason(None).expect("none"), None);
    }
}
