//! The citizen's 12 digits, read: province of registration, sex with the century, year of birth, six drawn digits (NĐ
//! 137/2015/NĐ-CP, Điều 13; kept by NĐ 70/2024/NĐ-CP). What does not agree is told and never refused: papers are wrong too.

use base::Result;

use super::Warning;

/// The digits of a number, when it has the form of one.
fn digits(number: &str) -> Option<[u8; 12]> {
    let bytes: [u8; 12] = number.as_bytes().try_into().ok()?;
    bytes.iter().all(u8::is_ascii_digit).then(|| bytes.map(|byte| byte - b'0'))
}

fn warn(code: &'static str, detail: String) -> Warning {
    Warning { field: "personal_number".to_owned(), code, detail }
}

/// What somebody should look at in a number (its plain digits), beside the sex (a code of DM_GIOI_TINH) and the birth
/// (`2014`, `2014-03`, `2014-03-26`) of its holder where these are known.
pub fn check(number: &str, sex: Option<&str>, birth: Option<&str>) -> Result<Vec<Warning>> {
    let Some(digits) = digits(number) else {
        let letters = number.chars().count();
        return Ok(vec![warn(
            "personal_number.form",
            format!(
                "Số định danh cá nhân có 12 chữ số, mà số đã nhập có {letters} ký tự hoặc có ký tự khác chữ số. Hãy kiểm tra lại giấy tờ."
            ),
        )]);
    };
    let mut warnings = Vec::new();
    // Provinces are those of the day the number was given: of before July 2025, under their codes of then.
    let units = rules::units::vietnam()?;
    let province = &number[1..3];
    let known = units.old_provinces.iter().any(|one| one.code == province)
        || units.earlier_provinces.iter().any(|one| one.code == province);
    if digits[0] != 0 || !known {
        warnings.push(warn(
            "personal_number.province",
            format!(
                "Ba chữ số đầu “{}” của số định danh không phải mã tỉnh, thành phố nào. Hãy kiểm tra lại giấy tờ.",
                &number[..3]
            ),
        ));
    }
    let century = 19 + i32::from(digits[3] / 2);
    let year = century * 100 + i32::from(digits[4]) * 10 + i32::from(digits[5]);
    if let Some(born) = birth.and_then(|birth| birth.get(..4)).and_then(|year| year.parse::<i32>().ok())
        && born != year
    {
        warnings.push(warn(
            "personal_number.other_year",
            format!("Số định danh là của người sinh năm {year}, khác năm sinh {born} của hồ sơ. Hãy kiểm tra lại ngày sinh và số định danh."),
        ));
    }
    let spec = rules::sector::qd4998()?;
    let of = |name: &str| super::person::code(spec, "DM_GIOI_TINH", name);
    let (word, code, other) = match digits[3] % 2 {
        0 => ("nam", of("Nam"), of("Nữ")),
        _ => ("nữ", of("Nữ"), of("Nam")),
    };
    if sex.is_some_and(|sex| Some(sex) != code.as_deref() && Some(sex) == other.as_deref()) {
        warnings.push(warn(
            "personal_number.other_sex",
            format!("Số định danh là của người giới tính {word}, khác giới tính của hồ sơ. Hãy kiểm tra lại giới tính và số định danh."),
        ));
    }
    Ok(warnings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(number: &str, sex: Option<&str>, birth: Option<&str>) -> Vec<&'static str> {
        check(number, sex, birth).expect("checks").into_iter().map(|warning| warning.code).collect()
    }

    #[test]
    fn what_agrees_is_not_warned_of() {
        // Ninh Bình, a boy of 2014; Hà Nội, a girl of 2009; a woman of 1985.
        for (number, sex, birth) in
            [("037214000123", "1", "2014-03-26"), ("001309012345", "2", "2009"), ("030185004321", "2", "1985-12")]
        {
            assert_eq!(codes(number, Some(sex), Some(birth)), [] as [&str; 0], "{number}");
            assert_eq!(codes(number, None, None), [] as [&str; 0], "{number}");
        }
    }

    #[test]
    fn what_does_not_agree_is_told_and_names_what() {
        for (number, sex, birth, told) in [
            ("03721400012", Some("1"), Some("2014"), vec!["personal_number.form"]),
            ("03721400012x", Some("1"), Some("2014"), vec!["personal_number.form"]),
            ("099214000123", Some("1"), Some("2014"), vec!["personal_number.province"]),
            ("137214000123", Some("1"), Some("2014"), vec!["personal_number.province"]),
            ("037214000123", Some("1"), Some("2013"), vec!["personal_number.other_year"]),
            ("037214000123", Some("2"), Some("2014"), vec!["personal_number.other_sex"]),
            ("037014000123", Some("2"), Some("2014"), vec!["personal_number.other_year", "personal_number.other_sex"]),
            // Of somebody whose sex is not known nothing is said.
            ("037214000123", Some("0"), Some("2014"), vec![]),
        ] {
            assert_eq!(codes(number, sex, birth), told, "{number}");
        }
    }
}
