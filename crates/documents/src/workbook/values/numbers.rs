//! Numbers that name somebody, telephone numbers, and numbers that count.

use base::vi;

use super::super::sheet::Cell;
use super::words::Sex;
use super::{Hint, Reading, cleaned, digits_of_number, fault, good, mended, quoted};

/// Digits of a citizen's number.
const PERSONAL: usize = 12;

/// Reads a personal number: twelve digits, with or without marks between. Excel drops the zeros in front of a number,
/// which is mended; a text that is too short is not, since nobody knows which digit is missing.
pub fn personal_number(cell: Cell<'_>) -> Reading<String> {
    if let Some((digits, _)) = digits_of_number(cell) {
        return match digits.len() {
            PERSONAL => good(digits),
            // The first three digits are 001 to 096 for provinces: one or two zeros.
            10 | 11 => mended(
                format!("{digits:0>PERSONAL$}"),
                "personal_number.zeros",
                "Số định danh đã bị Excel bỏ số 0 ở đầu, được thêm lại cho đủ 12 chữ số.",
            ),
            9 => fault("personal_number.old", OLD),
            length => wrong_length(length),
        };
    }
    let Some(text) = cleaned(cell)? else { return Ok(None) };
    if is_scientific(&text) {
        return fault(
            "personal_number.rounded",
            "Excel đã rút gọn số định danh thành dạng 7,9E+10 nên mất chữ số. Hãy định dạng cột là Văn bản rồi nhập lại.",
        );
    }
    if text.chars().any(|c| !c.is_ascii_digit() && !matches!(c, ' ' | '.' | '-')) {
        return fault(
            "personal_number.letters",
            format!("“{}” không phải số định danh: số định danh chỉ có 12 chữ số.", quoted(&text)),
        );
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        PERSONAL => good(digits),
        9 => fault("personal_number.old", OLD),
        length => wrong_length(length),
    }
}

const OLD: &str = "Số này có 9 chữ số, là số chứng minh nhân dân cũ. Cần số định danh cá nhân 12 chữ số.";

fn wrong_length(length: usize) -> Reading<String> {
    fault("personal_number.length", format!("Số định danh có {length} chữ số; số định danh cá nhân có 12 chữ số."))
}

fn is_scientific(text: &str) -> bool {
    let small = text.to_ascii_lowercase();
    small.split_once("e+").is_some_and(|(before, after)| {
        after.bytes().all(|b| b.is_ascii_digit())
            && before.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
    })
}

/// What does not agree between a personal number, a sex and a year of birth. The fourth digit says century and sex, the
/// next two the year (Nghị định 137/2015/NĐ-CP). For a person to look at; never a refusal.
#[must_use]
pub fn number_doubts(number: &str, sex: Option<Sex>, born: Option<i16>) -> Vec<Hint> {
    let mut doubts = Vec::new();
    let digit = |at: usize| number.as_bytes().get(at).filter(|b| b.is_ascii_digit()).map(|b| i16::from(b - b'0'));
    let (Some(century), Some(tens), Some(ones)) = (digit(3), digit(4), digit(5)) else { return doubts };
    let year = 1900 + century / 2 * 100 + tens * 10 + ones;
    let said = if century % 2 == 0 { Sex::Male } else { Sex::Female };
    if sex.is_some_and(|sex| sex != said) {
        let detail = format!("Số định danh là của {}, khác với giới tính đã ghi.", said.word().to_lowercase());
        doubts.push(Hint { code: "personal_number.sex", detail });
    }
    if born.is_some_and(|born| born != year) {
        let detail = format!("Số định danh là của người sinh năm {year}, khác với năm sinh đã ghi.");
        doubts.push(Hint { code: "personal_number.year", detail });
    }
    doubts
}

/// Reads a code of so many digits, or of any form when `digits` is `None`. A number that lost its zeros gets them back.
pub fn code(cell: Cell<'_>, digits: Option<usize>) -> Reading<String> {
    if let Some((text, _)) = digits_of_number(cell) {
        return match digits {
            Some(digits) if text.len() < digits && text.len() + 2 >= digits => mended(
                format!("{text:0>digits$}"),
                "code.zeros",
                format!("Mã đã bị Excel bỏ số 0 ở đầu, được thêm lại cho đủ {digits} chữ số."),
            ),
            Some(digits) if text.len() != digits => {
                fault("code.length", format!("Mã có {} chữ số; cần {digits} chữ số.", text.len()))
            }
            _ => good(text),
        };
    }
    let Some(text) = cleaned(cell)? else { return Ok(None) };
    if is_scientific(&text) {
        return fault(
            "code.rounded",
            "Excel đã rút gọn mã thành dạng 7,9E+10 nên mất chữ số. Hãy định dạng cột là Văn bản rồi nhập lại.",
        );
    }
    match digits {
        Some(digits) if text.len() != digits || !text.bytes().all(|b| b.is_ascii_digit()) => {
            fault("code.length", format!("“{}” không phải mã {digits} chữ số.", quoted(&text)))
        }
        _ => good(text),
    }
}

/// Reads telephone numbers, one or several in a cell: ten digits from 0 for mobiles, eleven from 02 for houses.
/// `+84` becomes 0, and a zero that Excel dropped comes back.
pub fn phones(cell: Cell<'_>) -> Reading<Vec<String>> {
    if let Some((digits, _)) = digits_of_number(cell) {
        if digits == "0" {
            return Ok(None);
        }
        return match phone(&digits, true) {
            Some((phone, false)) => good(vec![phone]),
            Some((phone, true)) => {
                mended(vec![phone], "phone.zero", "Số điện thoại đã bị Excel bỏ số 0 ở đầu, được thêm lại.")
            }
            None => no_phone(&digits),
        };
    }
    let Some(text) = cleaned(cell)? else { return Ok(None) };
    let mut found: Vec<String> = Vec::new();
    let mut added = false;
    for part in text
        .split(['/', ';', ',', '|', '\n'])
        .flat_map(|part| part.split(" - "))
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        // Who it belongs to may stand beside it: (mẹ) 0912 345 678.
        let digits: String = part.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        match phone(&digits, false) {
            Some((phone, zero)) => {
                added |= zero;
                if !found.contains(&phone) {
                    found.push(phone);
                }
            }
            None => return no_phone(part),
        }
    }
    match (found.len(), added) {
        (0, _) => no_phone(&text),
        (_, true) => mended(found, "phone.zero", "Số điện thoại thiếu số 0 ở đầu, được thêm lại."),
        (1, _) => good(found),
        (many, _) => {
            mended(found, "phone.several", format!("Ô có {many} số điện thoại; số đầu được lấy làm số chính."))
        }
    }
}

fn no_phone<T>(text: &str) -> Reading<T> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits == 11 && text.trim_start().starts_with("01") {
        return fault("phone.old", "Số điện thoại 11 số đầu 01 đã đổi đầu số từ năm 2018. Hãy ghi số mới 10 chữ số.");
    }
    fault("phone.unreadable", format!("Số điện thoại có {digits} chữ số, không đúng dạng. Ví dụ đúng: 0912345678."))
}

/// A number as it is dialled at home, and whether a zero was added.
fn phone(digits: &str, dropped: bool) -> Option<(String, bool)> {
    let (rest, abroad) = match digits.strip_prefix("+84").or_else(|| digits.strip_prefix("0084")) {
        Some(rest) => (rest, true),
        None => match digits.strip_prefix("84").filter(|rest| rest.len() == 9) {
            Some(rest) => (rest, true),
            None => (digits, false),
        },
    };
    let (local, added) = match rest.strip_prefix('0') {
        Some(local) => (local, false),
        // Without its zero: from a number, or a mobile of nine digits.
        None if abroad => (rest, false),
        None if dropped || rest.len() == 9 => (rest, true),
        None => return None,
    };
    let right = match local.bytes().next()? {
        b'3' | b'5' | b'7' | b'8' | b'9' => local.len() == 9,
        b'2' => local.len() == 10 || local.len() == 9,
        _ => false,
    };
    (right && local.bytes().all(|b| b.is_ascii_digit())).then(|| (format!("0{local}"), added))
}

/// Reads a whole number.
pub fn whole(cell: Cell<'_>) -> Reading<i64> {
    match decimal(cell)? {
        None => Ok(None),
        Some(read) if read.value % 100 == 0 => good(read.value / 100),
        Some(_) => fault("number.whole", format!("“{}” không phải số nguyên.", quoted(&cell.text()))),
    }
}

/// Reads a number in hundredths, as marks are kept: `8,5` and `8.5` are 850.
pub fn decimal(cell: Cell<'_>) -> Reading<i64> {
    if let Cell::Number { value, .. } = cell {
        let hundredths = value * 100.0;
        // What Excel computed is off by less than that.
        if hundredths.is_finite() && hundredths.abs() < 1e15 && (hundredths - hundredths.round()).abs() < 1e-4 {
            #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
            let hundredths = hundredths.round() as i64;
            return good(hundredths);
        }
        return fault("number.decimals", format!("“{}” có hơn hai chữ số thập phân.", cell.text()));
    }
    let Some(text) = cleaned(cell)? else { return Ok(None) };
    if let Some(number) = vi::parse_decimal(&text) {
        return good(number);
    }
    // 1.045.000 as people write it: dots between thousands, and nothing else they could mean.
    let grouped = text.split('.').enumerate().all(|(n, part)| {
        part.bytes().all(|b| b.is_ascii_digit()) && if n == 0 { (1..=3).contains(&part.len()) } else { part.len() == 3 }
    });
    if grouped
        && text.matches('.').count() >= 2
        && let Some(number) = vi::parse_decimal(&text.replace('.', ""))
    {
        return good(number);
    }
    fault("number.unreadable", format!("“{}” không phải số.", quoted(&text)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(value: f64) -> Cell<'static> {
        Cell::Number { value, shown: None }
    }

    fn code_of<T: std::fmt::Debug>(read: &Reading<T>) -> &'static str {
        match read {
            Ok(None) => "nothing",
            Ok(Some(good)) => good.hint.as_ref().map_or("good", |hint| hint.code),
            Err(fault) => fault.code,
        }
    }

    #[test]
    fn personal_numbers_are_read_and_mended_only_when_excel_dropped_zeros() {
        for (cell, code) in [
            (Cell::Text("079315940928"), "good"),
            (Cell::Text(" 079 315 940 928 "), "good"),
            (Cell::Text("'079315940928"), "good"),
            (Cell::Text("079.315.940.928"), "good"),
            (number(79_315_940_928.0), "personal_number.zeros"),
            (number(1_315_940_928.0), "personal_number.zeros"),
            (Cell::Number { value: 79_315_940_928.0, shown: Some("079315940928") }, "good"),
            (Cell::Number { value: 79_315_940_928.0, shown: Some("79.315.940.928") }, "personal_number.zeros"),
            (number(79_315_940.0), "personal_number.length"),
            (number(779_315_940.0), "personal_number.old"),
            (Cell::Text("07931594092"), "personal_number.length"),
            (Cell::Text("0793159409281"), "personal_number.length"),
            (Cell::Text("123456789"), "personal_number.old"),
            (Cell::Text("7.93159E+10"), "personal_number.rounded"),
            (Cell::Text("7,93159E+10"), "personal_number.rounded"),
            (Cell::Text("chưa có"), "personal_number.letters"),
            (Cell::Text("O79315940928"), "personal_number.letters"),
            (Cell::Empty, "nothing"),
        ] {
            let read = personal_number(cell);
            assert_eq!(code_of(&read), code, "{cell:?}");
            if let Ok(Some(good)) = read {
                assert_eq!(good.value.len(), 12);
                assert!(good.value.ends_with("315940928"));
            }
        }
    }

    #[test]
    fn a_personal_number_says_sex_and_year() {
        let codes =
            |number, sex, born| number_doubts(number, sex, born).iter().map(|doubt| doubt.code).collect::<Vec<_>>();
        assert!(codes("079315940928", Some(Sex::Female), Some(2015)).is_empty());
        assert!(codes("079086940928", Some(Sex::Male), Some(1986)).is_empty());
        assert_eq!(codes("079315940928", Some(Sex::Male), Some(2015)), ["personal_number.sex"]);
        assert_eq!(codes("079315940928", None, Some(2014)), ["personal_number.year"]);
        assert!(codes("0793", None, Some(2014)).is_empty());
    }

    #[test]
    fn phones_are_read() {
        let first = |cell| phones(cell).expect("good").expect("something").value.join(" ");
        for cell in [
            Cell::Text("0912345678"),
            Cell::Text("0912.345.678"),
            Cell::Text("+84 912 345 678"),
            Cell::Text("84912345678"),
            Cell::Text("(mẹ) 0912 345 678"),
            Cell::Text("912345678"),
            Cell::Text("0912345678/0912345678"),
            number(912_345_678.0),
            number(84_912_345_678.0),
            Cell::Number { value: 912_345_678.0, shown: Some("0912 345 678") },
        ] {
            assert_eq!(first(cell), "0912345678", "{cell:?}");
        }
        assert_eq!(first(Cell::Text("0912345678; 02838291234")), "0912345678 02838291234");
        assert_eq!(code_of(&phones(Cell::Text("0912345678 - 0987654321"))), "phone.several");
        assert_eq!(code_of(&phones(number(912_345_678.0))), "phone.zero");
        assert_eq!(code_of(&phones(Cell::Text("01234567890"))), "phone.old");
        for bad in ["091234567", "09123456789", "0012345678", "abc", "-"] {
            assert_eq!(code_of(&phones(Cell::Text(bad))), "phone.unreadable", "{bad}");
        }
        assert_eq!(phones(Cell::Text(" ")), Ok(None));
    }

    #[test]
    fn codes_keep_their_zeros() {
        assert_eq!(code_of(&code(number(105_875_845.0), Some(10))), "code.zeros");
        assert_eq!(code(Cell::Text("GV001"), None).expect("good").expect("a code").value, "GV001");
        assert_eq!(code_of(&code(Cell::Text("GV001"), Some(10))), "code.length");
        assert_eq!(code_of(&code(number(5.0), Some(10))), "code.length");
    }

    #[test]
    fn counts_and_marks_are_exact() {
        let value = |cell| decimal(cell).expect("good").expect("something").value;
        assert_eq!(value(Cell::Text("8,5")), 850);
        assert_eq!(value(number(8.5)), 850);
        assert_eq!(value(number(0.1 + 0.2)), 30);
        assert_eq!(value(Cell::Text("1.045.000")), 104_500_000);
        assert_eq!(code_of(&decimal(Cell::Text("1.045"))), "number.unreadable");
        assert_eq!(code_of(&decimal(number(8.125))), "number.decimals");
        assert_eq!(code_of(&decimal(Cell::Text("tám"))), "number.unreadable");
        assert_eq!(whole(Cell::Text("12")).expect("good").expect("something").value, 12);
        assert_eq!(code_of(&whole(Cell::Text("8,5"))), "number.whole");
    }

    proptest! {
        #[test]
        fn a_personal_number_comes_back_however_excel_kept_it(province in 1u64..97, rest in 0u64..1_000_000_000) {
            let text = format!("{province:03}{rest:09}");
            #[expect(clippy::cast_precision_loss, reason = "twelve digits")]
            let value = text.parse::<u64>().expect("digits") as f64;
            prop_assert_eq!(&personal_number(Cell::Text(&text)).expect("good").expect("a number").value, &text);
            prop_assert_eq!(&personal_number(number(value)).expect("good").expect("a number").value, &text);
        }

        #[test]
        fn a_mobile_comes_back_however_it_is_written(rest in "[35789][0-9]{8}") {
            for text in [format!("0{rest}"), format!("+84{rest}"), format!("84{rest}"), rest.clone()] {
                prop_assert_eq!(&phones(Cell::Text(&text)).expect("good").expect("a phone").value, &vec![format!("0{rest}")]);
            }
        }

        #[test]
        fn nothing_typed_breaks_the_reading(text in "\\PC{0,24}|[0-9+./ -]{0,20}", value in any::<f64>()) {
            for cell in [Cell::Text(&text), number(value)] {
                let _ = (personal_number(cell), phones(cell), code(cell, Some(10)), decimal(cell));
            }
        }
    }
}
