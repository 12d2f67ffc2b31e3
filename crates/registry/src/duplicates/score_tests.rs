//! Worked examples, as people decided them, and what holds of all pairs.

use base::PersonName;
use proptest::prelude::*;

use super::*;

/// `Nguyễn Minh Anh | 2014-03-26 | 2 | 037314000123 | M Lê Thị Hoa`: name, birth, sex, number, mother; what is empty is not known.
fn who(text: &str) -> Traits {
    let mut parts = text.split('|').map(str::trim);
    let mut next = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
    let name = PersonName::split(&next().expect("a name")).expect("a name");
    let (birth, sex, number, kin) = (next(), next(), next(), next());
    let code = next();
    Traits::of(Facts {
        family: name.family,
        middle: name.middle,
        given: name.given,
        birth,
        sex,
        numbers: number.into_iter().collect(),
        relatives: kin.into_iter().map(|name| ("mother".to_owned(), name)).collect(),
        pupil_code: code,
        staff_code: None,
    })
}

/// What a steward is asked about in one school; in two schools; and never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Far,
    Near,
    Never,
}

fn asked(a: &Traits, b: &Traits) -> Asked {
    let judged = judge(a, b);
    match (judged.is_asked(false), judged.is_asked(true)) {
        (true, _) => Asked::Far,
        (false, true) => Asked::Near,
        (false, false) => Asked::Never,
    }
}

use Asked::{Far, Near, Never};
use Reason::*;

#[rustfmt::skip]
const EXAMPLES: &[(&str, &str, Asked, &[Reason])] = &[
    // The same child, entered twice.
    ("Nguyễn Minh Anh|2014-03-26|2", "Nguyễn Minh Anh|2014-03-26|2", Near, &[NameSame, BirthSame]),
    ("Nguyễn Minh Anh|2014-03-26|2||Lê Thị Hoa", "Nguyễn Minh Anh|2014-03-26|2||Lê Thị Hoa", Far, &[NameSame, BirthSame, FamilySame]),
    ("Nguyễn Minh Anh|2014-03-26|2|037314000123", "Nguyễn Minh Anh|2014-03-26|2|037314000123", Far, &[NumberSame, NameSame, BirthSame]),
    // Marks: typed without, in another fashion, with đ as d, in capital letters, with marks sent apart.
    ("Nguyễn Đức Đạt|2014-03-26", "Nguyen Duc Dat|2014-03-26", Near, &[NameUnmarked, BirthSame]),
    ("Trần Thị Thuý Hoà|2013-01-15", "Trần Thị Thúy Hòa|2013-01-15", Near, &[NameSame, BirthSame]),
    ("LÊ THỊ ÁNH|2012-12-01", "Lê Thị Ánh|2012-12-01", Near, &[NameSame, BirthSame]),
    ("Le\u{302} Thi\u{323} A\u{301}nh|2012-12-01", "Lê Thị Ánh|2012-12-01", Near, &[NameSame, BirthSame]),
    ("Đỗ Văn Mạnh|2011-07-09", "Đổ Văn Mạnh|2011-07-09", Near, &[NameMarks, BirthSame]),
    // Hà and Hạ are two names and one slip apart: somebody looks, unless two numbers say already that they are two.
    ("Phạm Thị Hà|2014-05-05|2", "Phạm Thị Hạ|2014-05-05|2", Near, &[BirthSame, GivenMarks]),
    ("Phạm Thị Hà|2014-05-05|2|001314000001", "Phạm Thị Hạ|2014-05-05|2|001314000777", Never, &[NumberOther, BirthSame, GivenMarks]),
    // The order of a name, and parts that are missing.
    ("Nguyễn Minh Anh|2014-03-26", "Anh Nguyễn Minh|2014-03-26", Near, &[NameOrder, BirthSame]),
    ("Nguyễn Minh Anh|2014-03-26", "Minh Anh Nguyen|2014-03-26", Near, &[NameOrder, BirthSame]),
    ("Nguyễn Thị Minh Anh|2014-03-26", "Nguyễn Anh|2014-03-26", Near, &[BirthSame, MiddleMissing]),
    ("Nguyễn Thị Minh Anh|2014-03-26", "Nguyễn Minh Anh|2014-03-26", Near, &[BirthSame, MiddleMissing]),
    ("Nguyễn Thị Minh Anh|2014-03-26", "Minh Anh|2014-03-26", Near, &[BirthSame, NamePart]),
    ("Nguyễn Văn An|2014-03-26|1", "Nguyễn Minh An|2014-03-26|1", Never, &[BirthSame, MiddleOther]),
    // Slips of the fingers in a name.
    ("Nguyễn Hoàng Nam|2014-03-26|1", "Nguyễn Hoàn Nam|2014-03-26|1", Near, &[BirthSame, NameSlip]),
    ("Nguyễn Hoàng Nam|2014-03-26|1", "Nguyễn HoàngNam|2014-03-26|1", Near, &[BirthSame, NameSlip]),
    ("Nguyễn Minh An|2014-03-26|1", "Nguyễn Minh Anh|2014-03-26|1", Never, &[BirthSame, GivenSlip]),
    // Births: day and month swapped, one digit, two digits turned, a year beside, only the year known, 1 January.
    ("Vũ Gia Bảo|2014-03-04", "Vũ Gia Bảo|2014-04-03", Near, &[NameSame, BirthSwapped]),
    ("Vũ Gia Bảo|2014-03-26", "Vũ Gia Bảo|2014-03-25", Near, &[NameSame, BirthSlip]),
    ("Vũ Gia Bảo|2014-03-12", "Vũ Gia Bảo|2014-03-21", Near, &[NameSame, BirthTurned]),
    ("Vũ Gia Bảo|2009-03-26", "Vũ Gia Bảo|2010-03-26", Near, &[NameSame, BirthSlip]),
    ("Vũ Gia Bảo|2014-03-26", "Vũ Gia Bảo|2014", Near, &[NameSame, BirthPart]),
    ("Vũ Gia Bảo|2014-03", "Vũ Gia Bảo|2014-04", Never, &[NameSame, BirthOther]),
    ("Giàng A Páo|2012-08-17", "Giàng A Páo|2012-01-01", Near, &[NameSame, BirthNewYear]),
    ("Vũ Gia Bảo|2014-03-26", "Vũ Gia Bảo|2013-11-08", Never, &[NameSame, BirthOther]),
    ("Vũ Gia Bảo|", "Vũ Gia Bảo|2013-11-08", Never, &[NameSame]),
    // Numbers: one slip in it, and two people with one.
    ("Vũ Gia Bảo|2014-03-26|1|037214000123", "Vũ Gia Bảo|2014-03-26|1|037214000132", Far, &[NameSame, BirthSame, NumberSlip]),
    ("Vũ Gia Bảo|2014-03-26|1|037214000123", "Vũ Gia Bảo|2014-03-26|1|037214009123", Far, &[NameSame, BirthSame, NumberSlip]),
    ("Vũ Gia Bảo|2014-03-26|1|037214000123", "Vũ Gia Bảo|2014-03-26|1|001214045678", Never, &[NumberOther, NameSame, BirthSame]),
    ("Vũ Gia Bảo|2014-03-26|1|037214000123", "Trần Thị Lan|2011-09-02|2|037214000123", Far, &[NumberSame, NameOther, BirthOther, SexOther]),
    ("Vũ Gia Bảo|2014-03-26|1|||0100000001", "Vũ Bảo|2014|1|||0100000001", Far, &[CodeSame, MiddleMissing, BirthPart]),
    ("Vũ Gia Bảo|2014-03-26|1|||0100000001", "Vũ Gia Bảo|2014-03-26|1|||0100000002", Near, &[NameSame, BirthSame, CodeOther]),
    // Twins are two, whatever they share: names that rhyme, names of one letter's difference, numbers drawn one after the other.
    ("Trần Bảo An|2015-06-01|1||Lê Thị Hoa", "Trần Bảo Anh|2015-06-01|1||Lê Thị Hoa", Never, &[Twins, BirthSame, GivenSlip]),
    ("Trần Bảo Long|2015-06-01|1||Lê Thị Hoa", "Trần Bảo Phúc|2015-06-01|1||Lê Thị Hoa", Never, &[Twins, NameOther, BirthSame]),
    ("Trần Bảo An|2015-06-01|1|037215000123", "Trần Bảo Anh|2015-06-01|1|037215000124", Never, &[NumberOther, BirthSame, GivenSlip]),
    ("Trần Bảo An|2015-06-01|1|037215000123|Lê Thị Hoa", "Trần Bảo Anh|2015-06-01|1|037215000124|Lê Thị Hoa", Never, &[Twins, NumberOther, BirthSame, GivenSlip]),
    // Siblings, and cousins called after one grandfather.
    ("Trần Bảo Long|2015-06-01|1||Lê Thị Hoa", "Trần Bảo Phúc|2012-02-11|1||Lê Thị Hoa", Never, &[Siblings, NameOther, BirthOther]),
    ("Trần Bảo Long|2015-06-01|1||Lê Thị Hoa", "Trần Bảo Long|2012-02-11|1||Đỗ Thu Cúc", Never, &[NameSame, BirthOther, FamilyOther]),
    // A boy and a girl of one name; two mothers.
    ("Nguyễn Minh Anh|2014-03-26|1", "Nguyễn Minh Anh|2014-03-26|2", Near, &[NameSame, BirthSame, SexOther]),
    ("Nguyễn Minh Anh|2014-03-26|2||Lê Thị Hoa", "Nguyễn Minh Anh|2014-03-26|2||Trần Thị Cúc", Near, &[NameSame, BirthSame, FamilyOther]),
    ("Nguyễn Minh Anh|2014-03-26|1||Lê Thị Hoa", "Nguyễn Minh Anh|2014-03-26|2||Trần Thị Cúc", Never, &[NameSame, BirthSame, SexOther, FamilyOther]),
    // What a program writes for a sex that it does not know says nothing.
    ("Nguyễn Minh Anh|2014-03-26|0", "Nguyễn Minh Anh|2014-03-26|2", Near, &[NameSame, BirthSame]),
];

#[test]
fn worked_examples_come_out_as_people_decided_them() {
    for (first, second, decided, reasons) in EXAMPLES {
        let (a, b) = (who(first), who(second));
        let judged = judge(&a, &b);
        assert_eq!(
            (asked(&a, &b), judged.reasons.as_slice()),
            (*decided, *reasons),
            "{first} and {second}: {}",
            judged.score
        );
    }
}

#[test]
fn whoever_is_asked_about_in_one_school_shares_a_block() {
    for (first, second, decided, _) in EXAMPLES {
        if *decided != Never {
            let (a, b) = (who(first).blocks(), who(second).blocks());
            assert!(a.iter().any(|block| b.contains(block)), "{first} and {second}: {a:?} {b:?}");
        }
    }
}

#[test]
fn one_letter_more_less_other_or_two_swapped_are_a_slip() {
    for (a, b, slip) in [
        ("hoang", "hoan", true),
        ("hoang", "hoanh", true),
        ("hoang", "haong", true),
        ("hoang", "oang", true),
        ("hoang", "hoang", false),
        ("hoang", "hoa", false),
        ("hoang", "hangoo", false),
        ("an", "na", true),
        ("", "a", true),
        ("abcd", "badc", false),
    ] {
        assert_eq!((is_slip(a, b), is_slip(b, a)), (slip, slip), "{a} {b}");
    }
}

fn a_name() -> impl Strategy<Value = (String, String, String)> {
    let word = |words: &'static [&'static str]| prop::sample::select(words).prop_map(str::to_owned);
    (
        word(&["Nguyễn", "Trần", "Lê", "Đỗ", "Phạm", "Giàng", "Tôn Thất"]),
        word(&["", "Văn", "Thị", "Minh", "Thị Minh", "Bảo", "A"]),
        word(&["An", "Anh", "Ánh", "Hà", "Hạ", "Đạt", "Long", "Phúc", "Páo", "Hoà"]),
    )
}

fn somebody() -> impl Strategy<Value = Facts> {
    let birth =
        prop::option::of((2008_i32..2018, 1_u8..=12, 1_u8..=28, 0_u8..6).prop_map(|(y, m, d, known)| match known {
            0 => format!("{y}"),
            1 => format!("{y}-{m:02}"),
            _ => format!("{y}-{m:02}-{d:02}"),
        }));
    let number = prop::option::of((0_u64..1_000).prop_map(|n| format!("{:012}", 37_214_000_000 + n)));
    let mother = prop::option::of(prop::sample::select(&["Lê Thị Hoa", "Đỗ Thu Cúc"][..]));
    (a_name(), birth, prop::option::of(0_u8..3), number, mother).prop_map(
        |((family, middle, given), birth, sex, number, mother)| Facts {
            family,
            middle,
            given,
            birth,
            sex: sex.map(|sex| sex.to_string()),
            numbers: number.into_iter().collect(),
            relatives: mother.map(|name| ("mother".to_owned(), name.to_owned())).into_iter().collect(),
            ..Facts::default()
        },
    )
}

proptest! {
    #[test]
    fn it_does_not_matter_who_is_named_first(a in somebody(), b in somebody()) {
        let (a, b) = (Traits::of(a), Traits::of(b));
        let judged = judge(&a, &b);
        prop_assert_eq!(&judged, &judge(&b, &a));
        prop_assert!((0..=100).contains(&judged.score));
    }

    #[test]
    fn nobody_is_more_like_oneself_than_oneself(a in somebody(), b in somebody()) {
        let (a, b) = (Traits::of(a), Traits::of(b));
        prop_assume!(!judge(&a, &b).is_one_number());
        prop_assert!(judge(&a, &a).score >= judge(&a, &b).score);
    }

    #[test]
    fn a_name_typed_without_marks_is_asked_about(a in somebody()) {
        prop_assume!(a.birth.as_deref().is_some_and(|birth| birth.len() == 10));
        let bare = |text: &str| base::vi::fold(text);
        let typed = Facts { family: bare(&a.family), middle: bare(&a.middle), given: bare(&a.given), ..a.clone() };
        prop_assert!(judge(&Traits::of(a), &Traits::of(typed)).is_asked(true));
    }

    #[test]
    fn twins_are_never_asked_about(a in somebody(), given in prop::sample::select(&["An", "Anh", "Long", "Phúc", "Đạt", "Páo"][..]), drawn in 1_000_u64..2_000) {
        prop_assume!(a.birth.as_deref().is_some_and(|birth| birth.len() == 10) && base::vi::fold(&a.given) != base::vi::fold(given));
        let mother = vec![("mother".to_owned(), "Lê Thị Hoa".to_owned())];
        let a = Facts { relatives: mother, ..a };
        let twin = Facts { given: given.to_owned(), numbers: a.numbers.iter().map(|_| format!("{:012}", 37_214_000_000 + drawn)).collect(), ..a.clone() };
        prop_assert!(!judge(&Traits::of(a), &Traits::of(twin)).is_asked(true));
    }

    #[test]
    fn capital_letters_and_spaces_change_nothing(a in somebody(), b in somebody()) {
        let loud = |text: &str| format!("  {} ", text.to_uppercase());
        let shouted = Facts { family: loud(&a.family), middle: loud(&a.middle), given: loud(&a.given), ..a.clone() };
        let b = Traits::of(b);
        prop_assert_eq!(judge(&Traits::of(a), &b), judge(&Traits::of(shouted), &b));
    }
}
