//! How likely two records are of one human being: no database, only what is known of each. Made for Vietnamese: a name typed
//! without its marks is the same name, a name with its parts in another order may be, and two children of one family born on
//! one day who are called differently are twins, however alike the rest is.
//!
//! Evidence is added up in hundredths. The figures are the product's own, chosen so that the worked examples beside this
//! file come out as people decided them; a score orders the steward's queue and decides nothing by itself.

use base::vi;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From here on a pair is asked about when one school knows both.
pub const NEAR: i64 = 55;
/// From here on a pair is asked about wherever the two are: in a country there are many of one name born on one day.
pub const FAR: i64 = 80;
/// Two people with one number or code are always asked about, whatever else differs.
const ONE_NUMBER: i64 = 60;

/// What is known of somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Family name.
    pub family: String,
    /// Middle name.
    pub middle: String,
    /// Given name.
    pub given: String,
    /// `2014`, `2014-03` or `2014-03-26`.
    pub birth: Option<String>,
    /// A code of DM_GIOI_TINH.
    pub sex: Option<String>,
    /// Personal numbers.
    pub numbers: Vec<String>,
    /// The sector's code of a pupil.
    pub pupil_code: Option<String>,
    /// The sector's code of staff.
    pub staff_code: Option<String>,
    /// Relatives as schools were told: what they are, and their name.
    pub relatives: Vec<(String, String)>,
}

/// One reason for or against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DuplicateReason)]
pub enum Reason {
    /// The same name, letter by letter.
    NameSame,
    /// The same name, of which one was typed without marks.
    NameUnmarked,
    /// The same letters; marks differ, but not in the given name.
    NameMarks,
    /// The same letters; the given names differ in their marks (Hà and Hạ).
    GivenMarks,
    /// The same words in another order.
    NameOrder,
    /// The middle name is missing, or a part of it.
    MiddleMissing,
    /// One name is the end of the other.
    NamePart,
    /// One slip of the fingers, not in the given name; or words written together.
    NameSlip,
    /// The given names differ by one letter (An and Anh).
    GivenSlip,
    /// Family and given name are the same, and the middle names differ.
    MiddleOther,
    /// Other names.
    NameOther,
    /// The same day of birth.
    BirthSame,
    /// What is known of one birth agrees with the other.
    BirthPart,
    /// Day and month are swapped.
    BirthSwapped,
    /// One digit of the birth differs.
    BirthSlip,
    /// Two neighbouring digits of the birth are swapped.
    BirthTurned,
    /// One was written as born on 1 January of the same year.
    BirthNewYear,
    /// Another birth.
    BirthOther,
    /// The same personal number.
    NumberSame,
    /// The personal numbers differ by one slip.
    NumberSlip,
    /// Other personal numbers.
    NumberOther,
    /// The same code of a pupil or of staff.
    CodeSame,
    /// Other codes.
    CodeOther,
    /// A parent or guardian of the same name.
    FamilySame,
    /// Parents of other names.
    FamilyOther,
    /// The other sex.
    SexOther,
    /// Children of one family born on one day.
    Twins,
    /// Children of one family.
    Siblings,
}

impl Reason {
    /// In a few Vietnamese words. Tells nothing that is not on the screen beside it.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NameSame => "Họ tên giống hệt nhau",
            Self::NameUnmarked => "Họ tên giống nhau, một bên gõ không dấu",
            Self::NameMarks => "Họ tên giống nhau nếu bỏ dấu",
            Self::GivenMarks => "Họ tên giống nhau nếu bỏ dấu, nhưng tên khác dấu",
            Self::NameOrder => "Cùng các chữ trong họ tên, khác thứ tự",
            Self::MiddleMissing => "Cùng họ và tên, một bên thiếu tên đệm",
            Self::NamePart => "Một bên chỉ ghi phần cuối của họ tên",
            Self::NameSlip => "Họ tên lệch nhau một lỗi gõ",
            Self::GivenSlip => "Tên khác nhau một chữ cái",
            Self::MiddleOther => "Cùng họ và tên, khác tên đệm",
            Self::NameOther => "Họ tên khác nhau",
            Self::BirthSame => "Cùng ngày sinh",
            Self::BirthPart => "Phần đã biết của ngày sinh khớp nhau",
            Self::BirthSwapped => "Ngày sinh bị đảo ngày và tháng",
            Self::BirthSlip => "Ngày sinh lệch một chữ số",
            Self::BirthTurned => "Ngày sinh bị đảo hai chữ số liền nhau",
            Self::BirthNewYear => "Cùng năm sinh, một bên ghi ngày 01/01",
            Self::BirthOther => "Ngày sinh khác nhau",
            Self::NumberSame => "Trùng số định danh cá nhân",
            Self::NumberSlip => "Số định danh lệch một lỗi gõ",
            Self::NumberOther => "Số định danh khác nhau",
            Self::CodeSame => "Trùng mã ngành",
            Self::CodeOther => "Mã ngành khác nhau",
            Self::FamilySame => "Cha, mẹ hoặc người giám hộ cùng họ tên",
            Self::FamilyOther => "Cha, mẹ khác họ tên",
            Self::SexOther => "Giới tính khác nhau",
            Self::Twins => "Có vẻ là anh chị em sinh đôi",
            Self::Siblings => "Có vẻ là anh chị em ruột",
        }
    }

    const fn weight(self) -> i64 {
        match self {
            Self::NumberSame => 50,
            Self::NameSame | Self::CodeSame => 40,
            Self::NameUnmarked => 34,
            Self::NameMarks => 32,
            Self::NameOrder | Self::BirthSame => 30,
            Self::MiddleMissing => 26,
            Self::NameSlip | Self::NamePart => 25,
            Self::BirthSwapped => 24,
            Self::GivenMarks => 22,
            Self::BirthSlip => 20,
            Self::BirthTurned => 18,
            Self::BirthPart | Self::BirthNewYear | Self::NumberSlip | Self::FamilySame => 15,
            Self::GivenSlip => 12,
            Self::MiddleOther | Self::CodeOther => -10,
            Self::FamilyOther => -12,
            Self::SexOther => -15,
            Self::NameOther | Self::BirthOther => -40,
            Self::NumberOther => -45,
            Self::Twins | Self::Siblings => -60,
        }
    }
}

/// What two records come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// 0 to 100.
    pub score: i64,
    /// Why, the weightiest first.
    pub reasons: Vec<Reason>,
}

impl Judged {
    /// Whether a steward is asked. `near` is whether one school knows both.
    #[must_use]
    pub fn is_asked(&self, near: bool) -> bool {
        self.score >= if near { NEAR } else { FAR } || (self.score >= ONE_NUMBER && self.is_one_number())
    }

    fn is_one_number(&self) -> bool {
        self.reasons.iter().any(|reason| matches!(reason, Reason::NumberSame | Reason::CodeSame))
    }
}

/// A birth as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Birth<'a> {
    year: &'a str,
    month: Option<&'a str>,
    day: Option<&'a str>,
}

impl<'a> Birth<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let mut parts = text.split('-');
        let year = parts.next().filter(|year| year.len() == 4)?;
        Some(Self { year, month: parts.next(), day: parts.next() })
    }

    /// The digits as they are typed, `26032014`: neighbours on paper are neighbours here.
    fn typed(self) -> Option<String> {
        Some(format!("{}{}{}", self.day?, self.month?, self.year))
    }
}

/// Somebody's facts, folded once for many comparisons.
#[derive(Clone, Debug)]
pub struct Traits {
    facts: Facts,
    /// The whole name in small letters.
    lower: String,
    /// The folded words of the whole name.
    words: Vec<String>,
    /// The same in the order of the alphabet.
    sorted: Vec<String>,
    family: String,
    middle: Vec<String>,
    given: String,
    /// Whether the name was typed with any mark.
    marked: bool,
    relatives: Vec<(String, String)>,
}

impl Traits {
    /// Folds somebody's facts.
    #[must_use]
    pub fn of(facts: Facts) -> Self {
        let full = vi::clean(&format!("{} {} {}", facts.family, facts.middle, facts.given));
        let lower = full.to_lowercase();
        let words = vi::words(&full);
        let mut sorted = words.clone();
        sorted.sort_unstable();
        let relatives = facts.relatives.iter().map(|(what, name)| (what.clone(), vi::fold(name))).collect();
        Self {
            marked: lower != words.join(" "),
            family: vi::fold(&facts.family),
            middle: vi::words(&facts.middle),
            given: vi::fold(&facts.given),
            lower,
            words,
            sorted,
            relatives,
            facts,
        }
    }

    /// The facts.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Under what somebody is put beside others of the same school: whoever could be the same shares one of these.
    #[must_use]
    pub fn blocks(&self) -> Vec<String> {
        let mut blocks =
            vec![format!("words {}", self.sorted.join(" ")), format!("ends {} {}", self.family, self.given)];
        // A name with a slip in it, or of which a part is missing, but the same birth or a relative of the same name.
        blocks.extend(self.facts.birth.iter().map(|birth| format!("born {birth}")));
        blocks.extend(self.relatives.iter().map(|(what, name)| format!("kin {what} {name}")));
        blocks.extend(self.facts.numbers.iter().map(|number| format!("number {number}")));
        blocks.extend(self.facts.pupil_code.iter().map(|code| format!("pupil {code}")));
        blocks.extend(self.facts.staff_code.iter().map(|code| format!("staff {code}")));
        blocks
    }
}

/// Compares two people. It does not matter which is named first.
#[must_use]
pub fn judge(a: &Traits, b: &Traits) -> Judged {
    let name = name(a, b);
    let birth = birth(a.facts.birth.as_deref(), b.facts.birth.as_deref());
    let numbers = numbers(&a.facts.numbers, &b.facts.numbers);
    let codes = codes(&a.facts, &b.facts);
    let family = family(a, b);
    let one_number = numbers == Some(Reason::NumberSame) || codes == Some(Reason::CodeSame);
    let other_given = matches!(name, Reason::GivenSlip | Reason::NameOther);

    let mut reasons = vec![name];
    reasons.extend(birth);
    reasons.extend(codes);
    reasons.extend(sex(&a.facts, &b.facts).then_some(Reason::SexOther));
    // The numbers of twins are drawn one after the other: that they are alike is nothing.
    reasons.extend(match numbers {
        Some(Reason::NumberSlip) if other_given => Some(Reason::NumberOther),
        other => other,
    });
    match family {
        // Children of one family who are called differently; with one number between them they are asked about.
        Some(Reason::FamilySame) if other_given && !one_number => {
            reasons.push(if birth == Some(Reason::BirthSame) { Reason::Twins } else { Reason::Siblings });
        }
        other => reasons.extend(other),
    }
    // Where everything is written as in the other, neither sex nor numbers are needed; the same sex adds a little.
    let alike = i64::from(known_sex(&a.facts).is_some() && known_sex(&a.facts) == known_sex(&b.facts)) * 3;
    let sum: i64 = reasons.iter().map(|reason| reason.weight()).sum::<i64>() + alike;
    let least = if one_number { ONE_NUMBER } else { 0 };
    reasons.sort_by_key(|reason| (-reason.weight().abs(), *reason));
    Judged { score: sum.clamp(least, 100), reasons }
}

fn name(a: &Traits, b: &Traits) -> Reason {
    if a.words == b.words {
        if vi::same_apart_from_tone_place(&a.lower, &b.lower) {
            return Reason::NameSame;
        }
        if !a.marked || !b.marked {
            return Reason::NameUnmarked;
        }
        let given = |one: &Traits| one.facts.given.to_lowercase();
        return if vi::same_apart_from_tone_place(&given(a), &given(b)) {
            Reason::NameMarks
        } else {
            Reason::GivenMarks
        };
    }
    if a.sorted == b.sorted {
        return Reason::NameOrder;
    }
    let (short, long) = if a.words.len() <= b.words.len() { (a, b) } else { (b, a) };
    if a.family == b.family && a.given == b.given && !a.family.is_empty() {
        return match (within(&short.middle, &long.middle), a.middle.len() == b.middle.len()) {
            (true, _) => Reason::MiddleMissing,
            (false, true) if slips(&a.middle, &b.middle) == Some(1) => Reason::NameSlip,
            _ => Reason::MiddleOther,
        };
    }
    if short.words.len() >= 2 && short.words.len() < long.words.len() && long.words.ends_with(&short.words) {
        return Reason::NamePart;
    }
    if a.words.concat() == b.words.concat() {
        return Reason::NameSlip;
    }
    if slips(&a.words, &b.words) == Some(1) {
        return if a.words.last() == b.words.last() { Reason::NameSlip } else { Reason::GivenSlip };
    }
    Reason::NameOther
}

/// Whether all words stand in the other list too, in their order.
fn within(short: &[String], long: &[String]) -> bool {
    let mut rest = long.iter();
    short.iter().all(|word| rest.any(|other| other == word))
}

/// In how many words two lists of one length differ, when each differs by one slip only.
fn slips(a: &[String], b: &[String]) -> Option<usize> {
    if a.len() != b.len() {
        return None;
    }
    let other: Vec<(&String, &String)> = a.iter().zip(b).filter(|(a, b)| a != b).collect();
    other.iter().all(|(a, b)| is_slip(a, b)).then_some(other.len())
}

/// Whether a text comes of another by one letter more, less, other, or by two neighbours swapped.
fn is_slip(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    match long.len() - short.len() {
        0 => {
            let (s, l) = (&short[same..], &long[same..]);
            match (s, l) {
                ([], []) => false,
                ([_, s @ ..], [_, l @ ..]) if s == l => true,
                ([s1, s2, s @ ..], [l1, l2, l @ ..]) => s1 == l2 && s2 == l1 && s == l,
                _ => false,
            }
        }
        1 => short[same..] == long[same + 1..],
        _ => false,
    }
}

fn birth(a: Option<&str>, b: Option<&str>) -> Option<Reason> {
    let (a, b) = (Birth::of(a?)?, Birth::of(b?)?);
    let agrees = |a: Option<&str>, b: Option<&str>| a.is_none() || b.is_none() || a == b;
    let (Some(first), Some(second)) = (a.typed(), b.typed()) else {
        let part = a.year == b.year && agrees(a.month, b.month) && agrees(a.day, b.day);
        return Some(if part { Reason::BirthPart } else { Reason::BirthOther });
    };
    if first == second {
        return Some(Reason::BirthSame);
    }
    if a.year == b.year && a.day == b.month && a.month == b.day {
        return Some(Reason::BirthSwapped);
    }
    let new_year = |birth: Birth<'_>| birth.day == Some("01") && birth.month == Some("01");
    Some(match differ(&first, &second) {
        Differ::OneDigit => Reason::BirthSlip,
        Differ::Neighbours => Reason::BirthTurned,
        // 2009 and 2010 are neighbours in time and not on paper.
        Differ::More if a.day == b.day && a.month == b.month && is_next_year(a.year, b.year) => Reason::BirthSlip,
        Differ::More if a.year == b.year && (new_year(a) || new_year(b)) => Reason::BirthNewYear,
        Differ::More => Reason::BirthOther,
    })
}

fn is_next_year(a: &str, b: &str) -> bool {
    matches!((a.parse::<i32>(), b.parse::<i32>()), (Ok(a), Ok(b)) if (a - b).abs() == 1)
}

enum Differ {
    OneDigit,
    Neighbours,
    More,
}

fn differ(a: &str, b: &str) -> Differ {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return Differ::More;
    }
    let at: Vec<usize> = (0..a.len()).filter(|i| a[*i] != b[*i]).collect();
    match at[..] {
        [_] => Differ::OneDigit,
        [i, j] if j == i + 1 && a[i] == b[j] && a[j] == b[i] => Differ::Neighbours,
        _ => Differ::More,
    }
}

fn numbers(a: &[String], b: &[String]) -> Option<Reason> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let pairs = || a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
    if pairs().any(|(a, b)| a == b) {
        return Some(Reason::NumberSame);
    }
    let slip = pairs().any(|(a, b)| !matches!(differ(a, b), Differ::More));
    Some(if slip { Reason::NumberSlip } else { Reason::NumberOther })
}

fn codes(a: &Facts, b: &Facts) -> Option<Reason> {
    let both = [(&a.pupil_code, &b.pupil_code), (&a.staff_code, &b.staff_code)];
    let known: Vec<bool> = both.iter().filter_map(|(a, b)| Some(a.as_ref()? == b.as_ref()?)).collect();
    match (known.contains(&true), known.is_empty()) {
        (true, _) => Some(Reason::CodeSame),
        (false, false) => Some(Reason::CodeOther),
        (false, true) => None,
    }
}

/// 0 stands for somebody of whom it is not known, or in some programs for a girl: it says nothing.
fn known_sex(facts: &Facts) -> Option<&str> {
    facts.sex.as_deref().filter(|sex| matches!(*sex, "1" | "2"))
}

fn sex(a: &Facts, b: &Facts) -> bool {
    matches!((known_sex(a), known_sex(b)), (Some(a), Some(b)) if a != b)
}

fn family(a: &Traits, b: &Traits) -> Option<Reason> {
    let pairs = || a.relatives.iter().flat_map(|a| b.relatives.iter().map(move |b| (a, b)));
    if pairs().any(|(a, b)| a.0 == b.0 && a.1 == b.1) {
        return Some(Reason::FamilySame);
    }
    let told_otherwise = pairs().any(|(a, b)| a.0 == b.0 && a.0 != "guardian");
    told_otherwise.then_some(Reason::FamilyOther)
}

#[cfg(test)]
#[path = "score_tests.rs"]
mod tests;
