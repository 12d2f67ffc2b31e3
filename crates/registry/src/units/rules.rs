//! Rules of units without a database: which kinds may stand below which, what is searched, how sentences are put.

use auth::EdgeKind;
use base::{Date, Error, Result, vi};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BEFORE_RECORDS, UnitRef};

/// The kinds people make, rename, move, merge, split and close. The others are made by law, and change with a rule pack.
pub const MADE_BY_PEOPLE: [&str; 2] = ["school", "campus"];
/// Kinds of unit that look after the place they lie in.
pub const OFFICES: [&str; 4] = ["ministry", "department", "district_office", "commune_office"];

/// The levels a school can teach, in their order.
pub const LEVELS: [&str; 5] = ["MN", "TH", "THCS", "THPT", "GDTX"];

/// The kinds of unit that one of a kind can answer to in a matter.
#[must_use]
pub fn authorities(kind: &str, edge: EdgeKind) -> &'static [&'static str] {
    match (kind, edge) {
        ("school", EdgeKind::Place) => &["commune"],
        ("school", EdgeKind::Custody) => &["school", "commune_office", "department", "ministry"],
        ("school", _) => &["commune_office", "department", "ministry"],
        ("campus", EdgeKind::Custody) => &["school", "commune_office", "department"],
        ("campus", _) => &["school"],
        ("department", EdgeKind::Place) => &["province"],
        ("department", EdgeKind::Custody) => &["department", "ministry"],
        ("department", _) => &["ministry"],
        ("commune_office", EdgeKind::Place) => &["commune"],
        ("commune_office", EdgeKind::Custody) => &["commune_office", "department"],
        ("commune_office", _) => &["department"],
        ("commune", EdgeKind::Place) => &["district", "province"],
        ("district", EdgeKind::Place) => &["province"],
        ("province" | "ministry", EdgeKind::Place) => &["nation"],
        ("province", EdgeKind::Custody) => &["province"],
        ("commune", EdgeKind::Custody) => &["commune"],
        _ => &[],
    }
}

/// What a kind is called.
#[must_use]
pub fn kind_word(kind: &str) -> &str {
    match kind {
        "nation" => "quốc gia",
        "ministry" => "Bộ",
        "province" => "tỉnh, thành phố",
        "department" => "Sở GDĐT",
        "district" => "quận, huyện",
        "commune" => "xã, phường",
        "commune_office" => "UBND cấp xã",
        "school" => "trường",
        "campus" => "điểm trường",
        other => other,
    }
}

/// What a kind is called at the beginning of a line.
#[must_use]
pub fn kind_title(kind: &str) -> &str {
    match kind {
        "nation" => "Quốc gia",
        "province" => "Tỉnh, thành phố",
        "district" => "Quận, huyện",
        "district_office" => "Phòng GDĐT",
        "commune" => "Xã, phường",
        "school" => "Trường",
        "campus" => "Điểm trường",
        other => kind_word(other),
    }
}

/// What an edge is about.
#[must_use]
pub fn edge_word(edge: EdgeKind) -> &'static str {
    match edge {
        EdgeKind::Place => "địa bàn",
        EdgeKind::Staff => "tổ chức, nhân sự",
        EdgeKind::Budget => "ngân sách",
        EdgeKind::Teaching => "chuyên môn",
        EdgeKind::Custody => "lưu giữ hồ sơ",
    }
}

/// The levels a school teaches: one (`"TH"`) or several (`["TH", "THCS"]`: liên cấp).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Levels {
    /// None stated.
    #[default]
    None,
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Levels {
    /// Checked, in their order, each once.
    pub fn check(&self) -> Result<Vec<&'static str>> {
        let given: Vec<&str> = match self {
            Self::None => Vec::new(),
            Self::One(one) => one.split(',').map(str::trim).filter(|level| !level.is_empty()).collect(),
            Self::Many(many) => many.iter().map(String::as_str).collect(),
        };
        if let Some(wrong) = given.iter().find(|level| !LEVELS.contains(level)) {
            return Err(Error::field(
                "level",
                "unit.level",
                format!("Không có cấp học “{wrong}”. Hãy chọn trong: {}.", LEVELS.join(", ")),
            ));
        }
        Ok(LEVELS.into_iter().filter(|level| given.contains(level)).collect())
    }
}

/// Whether a school of these levels answers to the Sở itself; the others answer to their commune's office.
#[must_use]
pub fn under_department(levels: &[&str]) -> bool {
    levels.iter().any(|level| matches!(*level, "THPT" | "GDTX"))
}

/// The text in small letters with single spaces and nothing but letters and digits, tones kept: finds the exact tone.
#[must_use]
pub fn lowered(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in vi::clean(text).chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The words under which a unit is found, each once.
#[must_use]
pub fn words<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut words: Vec<String> = texts.into_iter().flat_map(vi::words).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// A name as typed, cleaned.
pub fn checked_name(field: &str, typed: &str) -> Result<String> {
    let name = vi::clean(typed);
    if name.is_empty() {
        return Err(Error::field(field, "field.required", "Hãy nhập tên đơn vị."));
    }
    if name.chars().count() > 200 || vi::fold(&name).is_empty() {
        return Err(Error::field(
            field,
            "unit.name",
            "Tên đơn vị cần có chữ và dài không quá 200 ký tự. Hãy nhập tên như trong quyết định thành lập.",
        ));
    }
    Ok(name)
}

/// A basis as typed: cleaned, none when empty.
#[must_use]
pub fn checked_basis(typed: Option<&str>) -> Option<String> {
    typed.map(vi::clean).filter(|basis| !basis.is_empty())
}

/// The first day of a change: not before the unit, and at most a year ahead.
pub fn checked_from(from: Date, today: Date, name: &str, founded: Option<Date>) -> Result<()> {
    if let Some(founded) = founded
        && from < founded
    {
        return Err(Error::field(
            "from",
            "unit.before_founding",
            format!("{name} thành lập ngày {}; hãy chọn từ ngày đó trở đi.", vi::date(founded)),
        ));
    }
    if base::time::days_since_1970(from) > base::time::days_since_1970(today) + 366 {
        return Err(Error::field(
            "from",
            "unit.too_far",
            format!("Ngày {} còn hơn một năm nữa mới tới. Hãy kiểm tra lại năm.", vi::date(from)),
        ));
    }
    if from <= BEFORE_RECORDS {
        return Err(Error::field(
            "from",
            "unit.before_records",
            format!("Hãy chọn một ngày sau {}.", vi::date(BEFORE_RECORDS)),
        ));
    }
    Ok(())
}

/// Names in a sentence: the first few, then how many more.
#[must_use]
pub fn named(units: &[UnitRef]) -> String {
    const SHOWN: usize = 6;
    let shown = units.iter().take(SHOWN).map(|unit| unit.name.as_str()).collect::<Vec<_>>().join(", ");
    match units.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} và {more} đơn vị khác"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lowered_keeps_its_tones() {
        assert_eq!(lowered("Trường THCS Bà Rịa – Vũng Tàu (cơ sở 2)"), "trường thcs bà rịa vũng tàu cơ sở 2");
        assert_eq!(lowered(" Ðắk\u{a0}Lắk% "), "đắk lắk");
    }

    #[test]
    fn levels_are_checked_and_ordered() {
        let of = |json: &str| serde_json::from_str::<Levels>(json).expect("levels").check();
        assert_eq!(of(r#""TH""#).expect("one"), ["TH"]);
        assert_eq!(of(r#"["THPT","THCS","THPT"]"#).expect("several"), ["THCS", "THPT"]);
        assert_eq!(of("null").expect("none"), Vec::<&str>::new());
        assert_eq!(of(r#""ĐH""#).expect_err("no such level").refused_fields()[0].field, "level");
        assert!(under_department(&["THCS", "THPT"]) && !under_department(&["TH"]));
    }

    #[test]
    fn a_change_lies_between_founding_and_a_year_ahead() {
        let day = |text: &str| text.parse::<Date>().expect("a day");
        let check = |from: &str| checked_from(day(from), day("2026-09-07"), "Trường A", Some(day("2020-08-01")));
        check("2020-08-01").expect("the founding day");
        check("2027-09-08").expect("a year ahead");
        assert_eq!(check("2020-07-31").expect_err("before").refused_fields()[0].code, "unit.before_founding");
        assert_eq!(check("2206-09-07").expect_err("a slip").refused_fields()[0].code, "unit.too_far");
    }
}
