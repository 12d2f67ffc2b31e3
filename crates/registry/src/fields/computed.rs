//! What this room computes of what it keeps: a body mass index, how many campuses a school has, an area. Never typed;
//! what others reported of it stands beside.

use base::{Date, Result};
use db::{Tx, params};

use super::Values;
use super::record::{Of, Record};
use super::typed::store::{CAMPUSES, UnitRow};

/// The computed keys, by kind.
pub const COMPUTED: [(&str, &str); 3] = [("pupil", "bmi"), ("school", "campus_count"), ("room", "total_area")];

/// Millionths: the specification's numbers have at most six decimals.
const ONE: i128 = 1_000_000;

fn millionths(text: &str) -> Option<i128> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{part:0<6}").parse().ok().filter(|_| part.len() <= 6)
}

fn plain(millionths: i128) -> String {
    let (whole, part) = (millionths / ONE, millionths % ONE);
    let part = format!("{part:06}");
    let part = part.trim_end_matches('0');
    if part.is_empty() { whole.to_string() } else { format!("{whole}.{part}") }
}

/// Kilograms over the square of metres, to a tenth.
fn bmi(height_cm: &str, weight_kg: &str) -> Option<String> {
    let (height, weight) = (millionths(height_cm)?, millionths(weight_kg)?);
    let square = height.checked_mul(height).filter(|square| *square > 0)?;
    let tenths = (weight.checked_mul(100_000_000_000)? + square / 2) / square;
    Some(plain(tenths * (ONE / 10)))
}

/// One room's area times how many there are of it.
fn area(each: &str, count: &str) -> Option<String> {
    millionths(each)?.checked_mul(count.parse().ok()?).map(plain)
}

/// Adds what is computed of a group.
pub(super) fn add(tx: &mut Tx<'_>, record: &Record, on: Date, group: &str, values: &mut Values) -> Result<()> {
    match (record.of, group) {
        (Of::Pupil, "pupil_health") => {
            if let (Some(height), Some(weight)) = (values.get("height"), values.get("weight"))
                && let Some(found) = bmi(height, weight)
            {
                values.insert("bmi", found);
            }
        }
        (Of::School, "school_identity") => {
            let campuses: Vec<UnitRow> = tx.all(&CAMPUSES, params![record.school, on])?;
            values.insert("campus_count", campuses.len().to_string());
        }
        _ => {}
    }
    Ok(())
}

/// Adds what is computed of a part.
pub(super) fn add_to_part(kind: &str, values: &mut Values) {
    if kind == "room"
        && let (Some(each), Some(count)) = (values.get("area"), values.get("count"))
        && let Some(found) = area(each, count)
    {
        values.insert("total_area", found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_exact_and_rounded_once() {
        assert_eq!(bmi("150", "45").as_deref(), Some("20"));
        assert_eq!(bmi("141.5", "38.2").as_deref(), Some("19.1"));
        assert_eq!(bmi("0", "38.2"), None);
        assert_eq!(area("48.5", "3").as_deref(), Some("145.5"));
    }
}
