//! Words: names, sexes, yes and no, classes.

use base::PersonName;

use super::super::sheet::Cell;
use super::{Reading, cleaned, fault, good, mended, quoted};

/// A sex, as papers state it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// Nam.
    Male,
    /// Nữ.
    Female,
}

impl Sex {
    /// The Vietnamese word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Male => "Nam",
            Self::Female => "Nữ",
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Male => Self::Female,
            Self::Female => Self::Male,
        }
    }
}

/// How a column tells a sex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SexColumn {
    /// In words, or as 1 for Nam and 0 or 2 for Nữ.
    Said,
    /// By a tick in a column that is headed by this sex; without a tick it is the other.
    Ticked(Sex),
}

/// Whether a text is a tick: `x`, `✓`, `1` and the like.
fn is_tick(text: &str) -> bool {
    matches!(
        text.to_lowercase().as_str(),
        "x" | "×" | "✓" | "✔" | "☑" | "☒" | "v" | "√" | "1" | "true" | "+" | "*" | "có" | "yes" | "y"
    )
}

/// Reads a sex. In a ticked column an empty cell says the other sex, so that it is read for rows with a person only.
pub fn sex(cell: Cell<'_>, column: SexColumn) -> Reading<Sex> {
    let text = cleaned(cell)?;
    let Some(text) = text else {
        return match column {
            SexColumn::Said => Ok(None),
            SexColumn::Ticked(sex) => good(sex.other()),
        };
    };
    let word = text.to_lowercase();
    match word.trim_end_matches('.') {
        "nam" | "trai" | "male" | "m" | "con trai" => return good(Sex::Male),
        "nữ" | "nư" | "gái" | "nu" | "female" | "f" | "con gái" | "nự" => return good(Sex::Female),
        _ => {}
    }
    match column {
        SexColumn::Ticked(sex) if is_tick(&text) => good(sex),
        SexColumn::Ticked(sex) if matches!(word.as_str(), "0" | "false" | "-") => good(sex.other()),
        SexColumn::Said if word == "1" => mended(Sex::Male, "sex.figure", "Số 1 được hiểu là Nam."),
        SexColumn::Said if matches!(word.as_str(), "0" | "2") => {
            mended(Sex::Female, "sex.figure", format!("Số {word} được hiểu là Nữ."))
        }
        _ => fault("sex.unreadable", format!("“{}” không phải giới tính. Hãy ghi Nam hoặc Nữ.", quoted(&text))),
    }
}

/// Reads a sex from two columns of ticks. Nothing when neither is ticked; both is a fault.
pub fn sex_of_two(cell: Cell<'_>, other: Cell<'_>, ticked: Sex) -> Reading<Sex> {
    let is_ticked = |cell: Cell<'_>, sex: Sex| -> Result<bool, super::Fault> {
        Ok(!cell.is_blank() && self::sex(cell, SexColumn::Ticked(sex))?.is_some_and(|read| read.value == sex))
    };
    match (is_ticked(cell, ticked)?, is_ticked(other, ticked.other())?) {
        (true, false) => good(ticked),
        (false, true) => good(ticked.other()),
        (false, false) => Ok(None),
        (true, true) => fault("sex.both", "Cả hai cột Nam và Nữ đều được đánh dấu. Hãy chỉ đánh dấu một cột."),
    }
}

/// Reads yes or no: *có*, *không*, a tick, 1, 0. An empty cell says nothing; what that means, the caller knows.
pub fn yes_no(cell: Cell<'_>) -> Reading<bool> {
    let Some(text) = cleaned(cell)? else { return Ok(None) };
    let word = text.to_lowercase();
    if is_tick(&text) || matches!(word.as_str(), "đúng" | "rồi" | "co" | "c" | "đã") {
        return good(true);
    }
    match word.as_str() {
        "0" | "không" | "khong" | "ko" | "k" | "sai" | "false" | "no" | "n" | "chưa" | "-" => good(false),
        _ => {
            fault("yes_no.unreadable", format!("“{}” không rõ là có hay không. Hãy ghi Có hoặc Không.", quoted(&text)))
        }
    }
}

/// Letters of a name at most: the longest field of the sector's lists holds as many.
const NAME: usize = 100;

/// Reads the name of a person, in its parts. Marks typed apart, stray and unbreakable spaces are mended without a word;
/// a name in capitals stays as it is, with a hint that says how it would be written.
pub fn name(cell: Cell<'_>) -> Reading<PersonName> {
    let Some(text) = cleaned(cell)? else { return Ok(None) };
    if !matches!(cell, Cell::Text(_)) {
        return fault("name.letters", format!("“{}” không phải họ tên.", quoted(&text)));
    }
    if text.chars().count() > NAME {
        return fault("name.long", format!("Họ tên dài hơn {NAME} chữ: “{}”.", quoted(&text)));
    }
    if let Some(strange) = text.chars().find(|c| !c.is_alphabetic() && !is_mark_of_name(*c)) {
        return fault(
            "name.letters",
            format!("Họ tên “{}” có kí tự “{strange}”. Hãy chỉ ghi họ tên, ghi chú sang cột khác.", quoted(&text)),
        );
    }
    let Some(name) = PersonName::split(&text).filter(|_| text.chars().any(char::is_alphabetic)) else {
        return fault("name.letters", format!("“{}” không phải họ tên.", quoted(&text)));
    };
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    if letters().count() > 1 && letters().all(char::is_uppercase) {
        let usual = usual_case(&text);
        return mended(name, "name.capitals", format!("Họ tên viết hoa toàn bộ; thường viết là {usual}."));
    }
    if letters().all(char::is_lowercase) {
        let usual = usual_case(&text);
        return mended(name, "name.small", format!("Họ tên không viết hoa; thường viết là {usual}."));
    }
    if name.family.is_empty() {
        return mended(name, "name.one_word", "Họ tên chỉ có một chữ; hãy xem có thiếu họ không.");
    }
    good(name)
}

/// Signs inside names of the country's peoples and of foreigners: K'Rơi, Y Ê-ban, H’Hen; and marks that no letter takes.
fn is_mark_of_name(c: char) -> bool {
    matches!(c, ' ' | '\'' | '’' | 'ʼ' | '`' | '-' | '.' | '\u{300}'..='\u{36f}')
}

/// The words with a capital first.
fn usual_case(text: &str) -> String {
    let mut usual = String::with_capacity(text.len());
    let mut first = true;
    for c in text.chars() {
        if first {
            usual.extend(c.to_uppercase());
        } else {
            usual.extend(c.to_lowercase());
        }
        first = !c.is_alphabetic() && !matches!(c, '\u{300}'..='\u{36f}');
    }
    usual
}

/// The name of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassName {
    /// As lists write it: `6A1`, `10 Tin`, `Lá 2`.
    pub name: String,
    /// The grade that it begins with; pre-school classes have none.
    pub grade: Option<u8>,
}

/// Reads the name of a class: *Lớp 6a1* and *6 A1* are 6A1. Excel makes a number of `6.1` and a day of `6/1`, which is
/// mended.
pub fn class_name(cell: Cell<'_>) -> Reading<ClassName> {
    if let Cell::Date { day, .. } = cell {
        // With day first 6/1 became 6 January; in American settings, 1 June. The larger number cannot be told, so day first.
        let name = format!("{}/{}", day.day(), day.month());
        let Some(class) = class_of(&name) else {
            return fault(
                "class.date",
                "Tên lớp đã bị Excel đổi thành ngày. Hãy định dạng cột là Văn bản rồi nhập lại.",
            );
        };
        return mended(class, "class.date", format!("Tên lớp đã bị Excel đổi thành ngày, được hiểu lại là {name}."));
    }
    let Some(text) = cleaned(cell)? else { return Ok(None) };
    let text = if matches!(cell, Cell::Number { .. }) { text.replace(',', ".") } else { text };
    let bare = ["lớp ", "lớp", "lop "].iter().find_map(|word| {
        let start = text.get(..word.len()).or_else(|| text.get(..text.len().min(word.len())))?;
        (start.to_lowercase() == *word).then(|| text.get(word.len()..)).flatten()
    });
    let bare = bare.unwrap_or(&text).trim_start_matches([':', ' ']);
    if bare.chars().count() > 20 {
        return fault("class.long", format!("“{}” quá dài cho tên một lớp.", quoted(&text)));
    }
    class_of(bare).map_or_else(
        || fault("class.unreadable", format!("“{}” không phải tên lớp. Ví dụ đúng: 6A1.", quoted(&text))),
        good,
    )
}

fn class_of(text: &str) -> Option<ClassName> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (grade, rest) = text.split_at_checked(digits)?;
    let grade: Option<u8> =
        if grade.is_empty() { None } else { Some(grade.parse().ok().filter(|grade| (1..=12).contains(grade))?) };
    if !text.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '/' | '.' | '-' | '_' | '(' | ')'))
        || !text.chars().any(char::is_alphanumeric)
    {
        return None;
    }
    let name = match grade {
        // `6 a 1` and `6A1` are one class; in `10 Tin` and `Lá 2` the words stay apart.
        Some(grade) => {
            // A figure after the space may be the grade's second: nobody knows what *1 0* is, so it stays.
            let figure = rest.trim_start().starts_with(|c: char| c.is_ascii_digit()) && rest.starts_with(' ');
            let short = !figure && rest.split(' ').all(|word| word.chars().count() <= 2);
            let rest = if short { rest.replace(' ', "").to_uppercase() } else { rest.to_owned() };
            format!("{grade}{rest}")
        }
        None => text.to_owned(),
    };
    Some(ClassName { name, grade })
}

/// Reads an e-mail address.
pub fn email(cell: Cell<'_>) -> Reading<String> {
    let Some(text) = cleaned(cell)? else { return Ok(None) };
    let right = text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.contains('@') && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    });
    if right && text.len() <= 254 && !text.contains([' ', ',', ';', '<', '>']) {
        return good(text);
    }
    fault("email.unreadable", format!("“{}” không phải địa chỉ thư điện tử.", quoted(&text)))
}

/// Reads any text, cleaned.
pub fn text(cell: Cell<'_>) -> Reading<String> {
    cleaned(cell)?.map_or(Ok(None), good)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code_of<T>(read: &Reading<T>) -> &'static str {
        match read {
            Ok(None) => "nothing",
            Ok(Some(good)) => good.hint.as_ref().map_or("good", |hint| hint.code),
            Err(fault) => fault.code,
        }
    }

    #[test]
    fn sexes_are_said_or_ticked() {
        let said = |text| sex(Cell::Text(text), SexColumn::Said);
        for text in ["Nam", " nam ", "NAM", "trai", "1", "Na\u{6d}"] {
            assert_eq!(said(text).expect("good").expect("a sex").value, Sex::Male, "{text}");
        }
        for text in ["Nữ", "nu", "Nu\u{31b}\u{303}", "NỮ", "gái", "0", "2"] {
            assert_eq!(said(text).expect("good").expect("a sex").value, Sex::Female, "{text}");
        }
        assert_eq!(code_of(&said("1")), "sex.figure");
        assert_eq!(code_of(&said("x")), "sex.unreadable");
        assert_eq!(code_of(&said(" ")), "nothing");
        let ticked = |cell| sex(cell, SexColumn::Ticked(Sex::Female)).expect("good").expect("a sex").value;
        for cell in [
            Cell::Text("x"),
            Cell::Text(" X "),
            Cell::Text("✓"),
            Cell::Bool(true),
            Cell::Number { value: 1.0, shown: None },
            Cell::Text("Nữ"),
        ] {
            assert_eq!(ticked(cell), Sex::Female, "{cell:?}");
        }
        for cell in [Cell::Empty, Cell::Text("\u{a0}"), Cell::Bool(false), Cell::Text("0"), Cell::Text("Nam")] {
            assert_eq!(ticked(cell), Sex::Male, "{cell:?}");
        }
        assert_eq!(code_of(&sex(Cell::Text("?"), SexColumn::Ticked(Sex::Female))), "sex.unreadable");
        let two = |girls, boys| sex_of_two(Cell::Text(girls), Cell::Text(boys), Sex::Female);
        assert_eq!(two("x", " ").expect("good").expect("a sex").value, Sex::Female);
        assert_eq!(two("", "x").expect("good").expect("a sex").value, Sex::Male);
        assert_eq!(
            (code_of(&two("", "")), code_of(&two("x", "x")), code_of(&two("x", "?"))),
            ("nothing", "sex.both", "sex.unreadable")
        );
    }

    #[test]
    fn yes_and_no_are_told_apart() {
        for text in ["x", "X", "Có", "1", "TRUE", "✓"] {
            assert!(yes_no(Cell::Text(text)).expect("good").expect("said").value, "{text}");
        }
        for text in ["Không", "0", "k", "-"] {
            assert!(!yes_no(Cell::Text(text)).expect("good").expect("said").value, "{text}");
        }
        assert_eq!(yes_no(Cell::Empty), Ok(None));
        assert_eq!(code_of(&yes_no(Cell::Text("hộ nghèo"))), "yes_no.unreadable");
    }

    #[test]
    fn names_are_mended_but_never_changed() {
        let full = |text: &str| name(Cell::Text(text)).expect("good").expect("a name").value.full();
        assert_eq!(full("Nguye\u{302}\u{303}n\u{a0} Thi\u{323}  An "), "Nguyễn Thị An");
        assert_eq!(full("Điểu K'Rơi"), "Điểu K'Rơi");
        assert_eq!(full("Y Ê-ban"), "Y Ê-ban");
        let capitals = name(Cell::Text("NGUYỄN ĐỨC K'RƠI")).expect("good").expect("a name");
        assert_eq!(capitals.value.full(), "NGUYỄN ĐỨC K'RƠI");
        assert!(capitals.hint.expect("said").detail.contains("Nguyễn Đức K'Rơi"));
        for (text, code) in [
            ("nguyễn văn an", "name.small"),
            ("An", "name.one_word"),
            ("", "nothing"),
            ("Nguyễn Văn An (chuyển đi)", "name.letters"),
            ("Nguyễn Văn An 2", "name.letters"),
            ("-", "name.letters"),
            ("....", "name.letters"),
        ] {
            assert_eq!(code_of(&name(Cell::Text(text))), code, "{text}");
        }
        assert_eq!(code_of(&name(Cell::Number { value: 5.0, shown: None })), "name.letters");
    }

    #[test]
    fn classes_have_one_spelling() {
        let class = |cell| class_name(cell).expect("good").expect("a class").value;
        for text in ["6A1", "6a1", " 6 A1", "6 A 1", "Lớp 6A1", "lớp: 6a1", "LỚP 6A1", "6A1\u{a0}"] {
            assert_eq!(class(Cell::Text(text)), ClassName { name: "6A1".to_owned(), grade: Some(6) }, "{text}");
        }
        assert_eq!(class(Cell::Text("10 Tin")).name, "10 Tin");
        assert_eq!(class(Cell::Text("12/3")).grade, Some(12));
        assert_eq!(class(Cell::Text("Lá 2")), ClassName { name: "Lá 2".to_owned(), grade: None });
        assert_eq!(class(Cell::Number { value: 6.1, shown: None }).name, "6.1");
        let day = Cell::Date { day: "2026-01-06".parse().expect("a day"), shown: "06/01/2026" };
        assert_eq!((class(day).name.as_str(), code_of(&class_name(day))), ("6/1", "class.date"));
        for bad in ["13A1", "0A", "?", "6A1; 6A2", "một cái tên quá dài cho một lớp học"] {
            assert!(class_name(Cell::Text(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses_of_mail_have_a_host() {
        assert_eq!(code_of(&email(Cell::Text("gv001@example.edu.vn"))), "good");
        for bad in ["gv001", "@x.vn", "a@b", "a b@c.vn", "a@b@c.vn"] {
            assert_eq!(code_of(&email(Cell::Text(bad))), "email.unreadable", "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_clean_name_comes_back(full in "[A-ZĐÊÔƠƯĂÂ][a-zđêôơưăâ]{1,6}( [A-ZĐÊÔƠƯĂÂ][a-zđêôơưăâ]{1,6}){1,4}") {
            prop_assert_eq!(name(Cell::Text(&full)).expect("good").expect("a name").value.full(), full);
        }

        #[test]
        fn a_class_read_twice_is_read_once(text in "(Lớp )?[1-9][ a-zA-Z0-9/]{0,5}") {
            if let Ok(Some(once)) = class_name(Cell::Text(&text)) {
                let again = class_name(Cell::Text(&once.value.name)).expect("good").expect("a class");
                prop_assert_eq!(again.value, once.value);
            }
        }

        #[test]
        fn nothing_typed_breaks_the_reading(text in "\\PC{0,24}") {
            let cell = Cell::Text(&text);
            let _ = (name(cell), sex(cell, SexColumn::Said), yes_no(cell), class_name(cell), email(cell));
        }
    }
}
