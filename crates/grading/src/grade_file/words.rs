//! What stands in a cell, read; refused in a sentence that says what may stand there.

use base::{Score, vi};
use rules::assessment::{Achievement, Level, TraitLevel};

use crate::gradebook::{Entry, Inclusion, Outcome};

/// A stable code, and what is wrong in Vietnamese.
pub(super) type Fault = (&'static str, String);

/// A mark with at most one decimal, comma or dot.
pub(super) fn score(text: &str) -> Result<Score, Fault> {
    if let Some(score) = Score::parse(text).filter(|score| score.has_one_decimal()) {
        return Ok(score);
    }
    let number = text.chars().all(|sign| sign.is_ascii_digit() || matches!(sign, ',' | '.' | '-' | '+'))
        && text.contains(|sign: char| sign.is_ascii_digit());
    let decimals = text.split_once([',', '.']).map_or(0, |(_, after)| after.len());
    Err(if !number {
        let what =
            format!("“{text}” không phải là điểm. Môn này đánh giá bằng điểm số: hãy ghi số từ 0 đến 10, KP hoặc M.");
        ("grade_file.not_a_mark", what)
    } else if text.starts_with('-') {
        ("grade_file.mark_below", format!("“{text}” nhỏ hơn 0. Hãy ghi điểm từ 0 đến 10."))
    } else if decimals > 1 {
        (
            "grade_file.mark_decimals",
            format!("“{text}” có quá một chữ số thập phân. Hãy ghi điểm đã làm tròn, ví dụ 8,5."),
        )
    } else {
        ("grade_file.mark_above", format!("“{text}” không nằm trong thang điểm 0 đến 10. Hãy ghi lại."))
    })
}

/// Đạt or Chưa đạt.
fn remark(text: &str) -> Option<Outcome> {
    match vi::fold(text).as_str() {
        "d" | "dat" => Some(Outcome::Pass),
        "cd" | "chua dat" => Some(Outcome::Fail),
        _ => None,
    }
}

/// The result of a subject or a retest.
pub(super) fn outcome(text: &str, scored: bool) -> Result<Outcome, Fault> {
    if scored {
        return score(text).map(Outcome::Score);
    }
    remark(text).ok_or_else(|| {
        let what = format!("“{text}” không hợp với môn này: môn đánh giá bằng nhận xét chỉ ghi Đ hoặc CĐ.");
        ("grade_file.not_a_remark", what)
    })
}

/// What stands in a column of marks: a mark or a remark, `KP`, `M`, `-` or nothing.
pub(super) fn entry(text: &str, scored: bool) -> Result<Entry, Fault> {
    match vi::fold(text).as_str() {
        // A dash alone folds to nothing, like an empty cell.
        "" if text.chars().all(|sign| matches!(sign, '-' | '–')) => return Ok(Entry::Nothing),
        "kp" => return Ok(Entry::Unexcused),
        "m" => return Ok(Entry::Exempt),
        _ => {}
    }
    outcome(text, scored).map(|outcome| match outcome {
        Outcome::Score(score) => Entry::Score(score),
        Outcome::Pass => Entry::Pass,
        Outcome::Fail => Entry::Fail,
    })
}

/// A level of conduct by its name under the pack, its initials or its code.
pub(super) fn conduct(text: &str, names: &[String; 5]) -> Result<Level, Fault> {
    let word = vi::fold(text);
    let levels = || Level::ALL.into_iter().filter(|level| *level != Level::Poor);
    let found = levels().find(|level| {
        let name = vi::fold(&names[*level as usize]);
        let initials: String = name.split(' ').filter_map(|part| part.chars().next()).collect();
        word == name || word == initials || word == level.code()
    });
    found.ok_or_else(|| {
        let known: Vec<&str> = levels().map(|level| names[level as usize].as_str()).collect();
        ("grade_file.conduct", format!("“{text}” không phải là một mức. Các mức: {}.", known.join(", ")))
    })
}

/// A whole number up to a bound.
pub(super) fn number(text: &str, most: u32) -> Result<u32, Fault> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let found = if digits { text.parse().ok().filter(|number| *number <= most) } else { None };
    found
        .ok_or_else(|| ("grade_file.number", format!("“{text}” không phải là số nguyên từ 0 đến {most}. Hãy ghi lại.")))
}

/// How a disabled pupil is assessed.
pub(super) fn inclusion(text: &str) -> Result<Inclusion, Fault> {
    match vi::fold(text).replace(' ', "_").as_str() {
        "" => Ok(Inclusion::Everybody),
        "ke_hoach" => Ok(Inclusion::Plan),
        "khong_danh_gia" => Ok(Inclusion::NotAssessed),
        _ => Err(("grade_file.inclusion", format!("“{text}” không được hiểu. Hãy ghi ke_hoach hoặc khong_danh_gia."))),
    }
}

/// The head's decision.
pub(super) fn decision(text: &str) -> Result<Option<bool>, Fault> {
    match vi::fold(text).replace(' ', "_").as_str() {
        "" => Ok(None),
        "len_lop" => Ok(Some(true)),
        "o_lai" => Ok(Some(false)),
        _ => Err(("grade_file.decision", format!("“{text}” không được hiểu. Hãy ghi len_lop hoặc o_lai."))),
    }
}

/// The level of a subject in a primary school.
pub(super) fn achievement(text: &str) -> Result<Option<Achievement>, Fault> {
    match vi::fold(text).as_str() {
        "" => Ok(None),
        "t" | "hoan thanh tot" => Ok(Some(Achievement::Good)),
        "h" | "hoan thanh" => Ok(Some(Achievement::Complete)),
        "c" | "cht" | "chua hoan thanh" => Ok(Some(Achievement::Incomplete)),
        _ => Err(("grade_file.achievement", format!("“{text}” không phải là một mức. Hãy ghi T, H hoặc C."))),
    }
}

/// The level of a quality or competency.
pub(super) fn trait_level(text: &str) -> Result<Option<TraitLevel>, Fault> {
    match vi::fold(text).as_str() {
        "" => Ok(None),
        "t" | "tot" => Ok(Some(TraitLevel::Good)),
        "d" | "dat" => Ok(Some(TraitLevel::Achieved)),
        "c" | "can co gang" => Ok(Some(TraitLevel::NeedsEffort)),
        _ => Err(("grade_file.trait", format!("“{text}” không phải là một mức. Hãy ghi T, Đ hoặc C."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_with_comma_and_dot_and_refused_with_a_reason() {
        let mark = |text: &str| score(text).map(Score::hundredths).map_err(|(code, _)| code);
        assert_eq!(
            [mark("8,5"), mark("8.5"), mark("10"), mark("0"), mark("7.0")],
            [Ok(850), Ok(850), Ok(1000), Ok(0), Ok(700)]
        );
        for (text, code) in [
            ("10,5", "grade_file.mark_above"),
            ("11", "grade_file.mark_above"),
            ("85", "grade_file.mark_above"),
            ("-1", "grade_file.mark_below"),
            ("-0", "grade_file.mark_below"),
            ("8,55", "grade_file.mark_decimals"),
            ("8.555", "grade_file.mark_decimals"),
            ("Đ", "grade_file.not_a_mark"),
            ("tám", "grade_file.not_a_mark"),
            ("=8", "grade_file.not_a_mark"),
            ("NaN", "grade_file.not_a_mark"),
            ("1e1", "grade_file.not_a_mark"),
        ] {
            assert_eq!(mark(text), Err(code), "{text}");
        }
        assert_eq!(entry("", true), Ok(Entry::Nothing));
        assert_eq!(entry("-", true), Ok(Entry::Nothing));
        assert_eq!(entry("kp", true), Ok(Entry::Unexcused));
        assert_eq!(entry("CĐ", false), Ok(Entry::Fail));
        assert_eq!(entry("8", false).map_err(|(code, _)| code), Err("grade_file.not_a_remark"));
        assert!(entry("=", true).is_err());
    }
}
