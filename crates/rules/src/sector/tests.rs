use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use base::vi;
use proptest::prelude::*;

use super::*;

fn spec() -> &'static Spec {
    qd4998().expect("reads")
}

#[test]
fn every_line_of_the_annex_is_there_once_and_in_order() {
    let spec = spec();
    assert_eq!(spec.fields.len(), 1_556);
    assert!(spec.fields.iter().enumerate().all(|(at, field)| field.number == at + 1));
    let of_keys: Vec<usize> = spec.keys.iter().flat_map(|key| key.fields.iter().copied()).collect();
    assert_eq!(of_keys.len(), 1_556);
    assert_eq!(of_keys.iter().collect::<HashSet<_>>().len(), 1_556, "a line belongs to one key");
    let records: HashMap<_, _> = spec.fields.iter().map(|field| (field.record, ())).collect();
    assert_eq!(records.len(), 62);
    // Lines of whole records, as the domain reference counts them.
    let lines = |record| spec.fields.iter().filter(|field| field.record == record).count();
    assert_eq!((lines("TRC2.1.1"), lines("LOPC2.1.1"), lines("GVC2.1.1"), lines("HSC2.1.1")), (48, 22, 70, 71));
}

#[derive(serde::Deserialize)]
struct Manifest {
    counts: BTreeMap<String, usize>,
}

#[test]
fn the_manifest_counts_what_is_there() {
    let spec = spec();
    let manifest: Manifest = toml::from_str(spec.pack.contents().next().expect("the manifest")).expect("reads");
    let counts = [
        ("fields", spec.fields.len()),
        ("keys", spec.keys.len()),
        ("groups", spec.groups.len()),
        ("lists", spec.lists.len()),
    ];
    assert_eq!(manifest.counts, counts.map(|(name, count)| (name.to_owned(), count)).into());
}

/// What typed columns are of; the words of the glossary.
const NOUNS: [&str; 15] = [
    "unit",
    "class",
    "person",
    "pupil",
    "staff",
    "father",
    "mother",
    "guardian",
    "address",
    "contact",
    "paper",
    "employment",
    "enrolment",
    "teaching_assignment",
    "room",
];

#[test]
fn keys_are_ascii_unique_and_each_has_a_home() {
    let spec = spec();
    let mut seen = HashSet::new();
    for key in &spec.keys {
        assert!(seen.insert((key.kind, key.key)), "{}.{}", key.kind, key.key);
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(key.key.chars().all(is_plain) && key.kind.chars().all(is_plain), "{}.{}", key.kind, key.key);
        assert!(!key.fields.is_empty(), "{}.{} is nothing in the annex", key.kind, key.key);
        assert!(!key.label.is_empty() && vi::clean(key.label) == key.label, "{}.{}: {}", key.kind, key.key, key.label);
        match key.home {
            Home::Parts(kind) => assert!(spec.groups_of(kind).next().is_some(), "{}.{}", key.kind, key.key),
            Home::Stored | Home::Typed(_) => {
                if let Home::Typed(column) = key.home {
                    let noun = column.split_once('.').map(|(noun, _)| noun);
                    assert!(noun.is_some_and(|noun| NOUNS.contains(&noun)), "{}.{}: {column}", key.kind, key.key);
                }
                let group = key.group.and_then(|code| spec.group(code)).expect("a group");
                assert_eq!(group.kind, key.kind, "{}.{}", key.kind, key.key);
            }
        }
        for at in &key.fields {
            assert_eq!((spec.fields[*at].kind, spec.fields[*at].key), (key.kind, key.key));
        }
    }
    assert_eq!(seen.len(), 617);
}

#[test]
fn a_group_is_of_one_kind_and_has_keys() {
    let spec = spec();
    let codes: HashSet<_> = spec.groups.iter().map(|group| group.code).collect();
    assert_eq!(codes.len(), spec.groups.len(), "a group's code is unique");
    for group in &spec.groups {
        assert!(spec.keys.iter().any(|key| key.group == Some(group.code)), "{} is empty", group.code);
        assert!(spec.kind(group.kind).is_some_and(|kind| kind.parent.is_none_or(|parent| spec.kind(parent).is_some())));
    }
}

#[test]
fn what_the_law_keeps_closely_is_in_the_class_it_must_be() {
    let spec = spec();
    let class = |kind: &str, key: &str| spec.class_of(spec.key(kind, key).expect(key));
    for (kind, key) in [
        ("pupil", "personal_number"),
        ("pupil", "contact_phone"),
        ("pupil", "commune"),
        ("pupil", "paper_issued_on"),
        ("staff", "identity_number"),
        ("staff", "social_insurance_number"),
        ("staff", "mobile"),
        ("staff", "native_place"),
        ("staff", "disciplines"),
        ("school", "head_phone"),
        ("free_candidate", "birth_place"),
    ] {
        assert_eq!(class(kind, key), Class::Protected, "{kind}.{key}");
    }
    for (kind, key) in [
        ("pupil", "height"),
        ("pupil", "disability"),
        ("pupil", "blood_group"),
        ("pupil", "policy_group"),
        ("pupil", "poor_household"),
        ("pupil", "violence"),
        ("pupil_violence", "handling"),
        ("staff", "religion"),
        ("staff", "is_party_member"),
        ("staff", "pay_coefficient"),
    ] {
        assert_eq!(class(kind, key), Class::Sensitive, "{kind}.{key}");
    }
    // By symbol, whatever the key: none of these may be basic at any level.
    let mut seen = 0;
    for field in spec.fields.iter().filter(|field| ["pupil", "staff"].contains(&field.kind)) {
        let begins = ["BENH_", "PC_", "IS_CAP_", "IS_HO_TRO_"].iter().any(|start| field.symbol.starts_with(start));
        let holds =
            ["CMTND", "CONG_DAN", "TON_GIAO", "DANG_VIEN", "LUONG", "HOC_PHI", "CHINH_SACH", "LOAI_KHUYET_TAT", "BHXH"]
                .iter()
                .any(|word| field.symbol.contains(word));
        if begins || holds {
            assert_ne!(spec.class_of(spec.key_of(field)), Class::Basic, "line {}: {}", field.number, field.symbol);
            seen += 1;
        }
    }
    assert_eq!(seen, 113);
}

#[test]
fn every_enumerated_field_names_a_list_that_exists() {
    let spec = spec();
    for key in &spec.keys {
        if let Type::Code(list) = key.value {
            assert!(spec.list(list).is_some(), "{}.{} names {list}", key.kind, key.key);
        }
    }
    for field in spec.fields.iter().filter(|field| field.printed_type == "enumeration") {
        let key = spec.key_of(field);
        let is_named = matches!(key.value, Type::Code(_) | Type::Reference(_));
        // The personal number of primary pupils is printed as an enumeration.
        assert!(is_named || field.number == 401, "line {}: {}", field.number, field.symbol);
        if field.note.starts_with("DM_") && field.note != "DM_DANTOC" {
            assert_eq!(key.value, Type::Code(field.note), "line {}: {}", field.number, field.symbol);
        }
    }
    let official = spec.lists.iter().filter(|list| list.official).count();
    assert_eq!((official, spec.lists.len()), (136, 138), "the annex counts 137 and has one of them twice");
}

#[test]
fn codes_and_names_of_a_list_are_clean_and_mean_one_value() {
    for list in &spec().lists {
        assert_eq!(
            list.values.is_empty(),
            matches!(list.status, Status::Unknown | Status::Units),
            "{}: its status says whether it has values",
            list.code
        );
        let mut meanings: HashMap<String, &str> = HashMap::new();
        for value in &list.values {
            assert!(!value.source.is_empty() && !value.code.is_empty() && value.code.len() <= 20, "{value:?}");
            assert_eq!(list.value(value.code).map(|found| found.code), Some(value.code));
            for name in value.names() {
                assert_eq!(vi::clean(name), name, "{}: {name}", list.code);
                assert_eq!(list.find(name), Found::Code(value.code.to_owned()), "{}: {name}", list.code);
                let before = meanings.insert(vi::fold(name), value.code);
                assert!(before.is_none_or(|code| code == value.code), "{}: {name} means two values", list.code);
            }
        }
    }
    let of = |code: &str| spec().list(code).expect("a list").values.len();
    assert_eq!((of("DM_DAN_TOC"), of("DM_NUOC"), of("DM_TON_GIAO"), of("DM_TRANG_THAI_HOC_SINH")), (55, 249, 17, 12));
    assert!(spec().list("DM_MON_HOC").is_some_and(|list| !list.status.has_values()));
}

#[test]
fn one_thing_of_several_levels_is_one_key() {
    let spec = spec();
    let ethnic_group = spec.key("pupil", "ethnic_group").expect("a key");
    assert_eq!(ethnic_group.fields.len(), 5);
    let levels: Vec<_> = ethnic_group.levels.iter().map(Level::code).collect();
    assert_eq!(levels, ["MN", "TH", "THCS", "THPT", "GDTX", "TT"]);
    // The code of a pupil of continuing education has another symbol.
    let code = |level, symbol| spec.field("pupil", level, symbol).map(|field| field.key);
    assert_eq!(code(Level::LowerSecondary, "HOC_SINH_ID"), Some("sector_code"));
    assert_eq!(code(Level::Continuing, "HOC_VIEN_ID"), Some("sector_code"));
    assert_eq!(code(Level::Continuing, "HOC_SINH_ID"), None);
    // Upper secondary writes one symbol under two labels; the label tells them apart.
    let twice: Vec<_> = spec
        .fields_of("class", Level::UpperSecondary)
        .filter(|field| field.symbol == "DAI_DIEN_CHA_ME_HS_LOP")
        .map(|field| field.key)
        .collect();
    assert_eq!(twice, ["parents_represent_class", "parents_represent_school"]);
    // The longest that any level allows; nothing where a level does not say.
    assert_eq!(spec.key("class", "code").and_then(|key| key.length), Some(20));
    assert_eq!(spec.key("pupil", "ethnic_group_as_registered").and_then(|key| key.length), None);
    assert!(spec.keys_of("staff", Level::PreSchool).all(|key| key.key != "nationality"));
}

#[test]
fn the_parts_of_a_record_are_for_the_levels_that_refer_to_them() {
    let spec = spec();
    let mut asked: BTreeMap<&str, Levels> = BTreeMap::new();
    for key in &spec.keys {
        if let Type::Parts(kind) = key.value {
            let levels = asked.entry(kind).or_default();
            *levels = levels.and(key.levels);
        }
    }
    for (kind, levels) in asked {
        let has =
            spec.keys.iter().filter(|key| key.kind == kind).fold(Levels::default(), |all, key| all.and(key.levels));
        assert_eq!(has, levels, "{kind}");
    }
}

#[derive(serde::Deserialize)]
struct Examples {
    check: Vec<Example>,
}

#[derive(Debug, serde::Deserialize)]
struct Example {
    kind: String,
    level: String,
    symbol: String,
    text: String,
    stored: Option<String>,
    shown: Option<String>,
    refused: Option<String>,
    #[serde(default)]
    doubt: bool,
}

#[test]
fn the_pack_s_own_examples_hold() {
    let spec = spec();
    let examples: Examples = toml::from_str(spec.pack.file("examples.toml").expect("is there")).expect("reads");
    assert!(examples.check.len() > 20);
    for example in &examples.check {
        let level = Level::of_code(&example.level).expect("a level");
        let field = spec.field(&example.kind, level, &example.symbol).expect("a field");
        match spec.check(field, &example.text, Hand::Person, spec) {
            Ok(checked) => {
                let checked = checked.expect("a value");
                assert_eq!(Some(checked.value.stored()), example.stored, "{example:?}");
                assert_eq!(Some(checked.value.shown()), example.shown, "{example:?}");
                assert_eq!(checked.doubt.is_some(), example.doubt, "{example:?}: {:?}", checked.doubt);
            }
            Err(refusal) => {
                assert_eq!(Some(refusal.code), example.refused.as_deref(), "{example:?}");
                assert!(refusal.detail.starts_with(field.label), "{}", refusal.detail);
            }
        }
    }
}

#[test]
fn a_refusal_says_which_field_what_stood_there_and_what_to_write() {
    let spec = spec();
    let refused = |kind: &str, key: &str, text: &str| {
        spec.key(kind, key).expect("a key").check(text, Hand::Person, spec).expect_err("refused").detail
    };
    assert_eq!(
        refused("pupil", "birth_date", "31/02/2014"),
        "Ngày sinh: “31/02/2014” không phải một ngày có thật. Hãy ghi ngày/tháng/năm như 05/09/2014; nếu chỉ biết tháng hoặc năm, ghi 09/2014 hoặc 2014."
    );
    assert_eq!(
        refused("land", "land_area", "1.045"),
        "Diện tích đất: “1.045” có thể là 1045 hoặc là số lẻ. Hãy ghi 1045 nếu là số nguyên, 1,0450 nếu là số lẻ."
    );
    assert_eq!(
        refused("class", "name", "Lớp sáu A của năm học 2026-2027"),
        "Tên lớp: dài 31 ký tự, quá 20 ký tự mà danh mục dữ liệu của ngành cho phép. Hãy viết ngắn lại."
    );
    let of_request =
        spec.key("pupil", "sex").expect("a key").check("7", Hand::Person, spec).expect_err("refused").into_field("sex");
    assert_eq!((of_request.field.as_str(), of_request.code), ("sex", "sector.not_in_list"));
}

#[test]
fn a_number_cell_is_read_as_a_program_writes_it() {
    let spec = spec();
    let read = |kind: &str, key: &str, text: &str, hand| {
        let checked = spec.key(kind, key).expect("a key").check(text, hand, spec);
        checked.map(|checked| checked.expect("a value").value.stored()).map_err(|refusal| refusal.code)
    };
    assert_eq!(read("land", "land_area", "1.045", Hand::Program).as_deref(), Ok("1.045"));
    assert_eq!(read("land", "land_area", "1.045", Hand::Person), Err("sector.ambiguous_number"));
    assert_eq!(read("pupil", "mother_birth_year", "1985.0", Hand::Program).as_deref(), Ok("1985"));
    assert_eq!(read("room", "count", "1.045", Hand::Person).as_deref(), Ok("1045"));
    assert_eq!(read("room", "count", "1.045", Hand::Program), Err("sector.not_a_whole_number"));
    assert_eq!(read("pupil", "grade", "7", Hand::Program).as_deref(), Ok("7"));
}

#[test]
fn what_the_authority_adds_is_found_like_the_pack_s_own_values() {
    struct Added(CodeIndex);
    impl Values for Added {
        fn find(&self, list: &str, text: &str) -> Found {
            if list == "DM_DIEN_CHINH_SACH" { self.0.find(text) } else { spec().find(list, text) }
        }
    }
    let mut index = CodeIndex::new(true);
    index.add("03", ["Con liệt sĩ", "Con liệt sỹ"]);
    let values = Added(index);
    let policy = spec().key("pupil", "policy_group").expect("a key");
    for text in ["3", "con liệt sỹ", "CON LIỆT SĨ"] {
        let checked = policy.check(text, Hand::Person, &values).expect("fits").expect("a value");
        assert_eq!((checked.value.stored().as_str(), checked.doubt), ("03", None), "{text}");
    }
    assert_eq!(policy.check("04", Hand::Person, &values).expect_err("refused").code, "sector.not_in_list");
    assert!(policy.check("04", Hand::Person, spec()).is_ok_and(|checked| checked.is_some_and(|c| c.doubt.is_some())));
}

#[test]
fn nothing_is_no_value_and_spaces_marks_and_hidden_signs_are_cleaned() {
    let spec = spec();
    let name = spec.key("pupil", "full_name").expect("a key");
    assert_eq!(name.check(" \u{a0}\u{200b} ", Hand::Person, spec), Ok(None));
    let decomposed: String = "Nguye\u{302}\u{303}n  Va\u{306}n\u{200b} An ".to_owned();
    let checked = name.check(&decomposed, Hand::Person, spec).expect("fits").expect("a value");
    assert_eq!(checked.value, Value::Text("Nguyễn Văn An".to_owned()));
}

#[test]
fn the_coverage_counts_every_line_once() {
    let table = coverage(spec());
    let total = table.total();
    assert_eq!(total.fields, 1_556);
    assert_eq!(total.entered + total.derived, total.fields);
    assert_eq!(total.typed + total.stored + total.parts, total.fields);
    for row in &table.rows {
        assert_eq!(row.entered + row.derived, row.fields, "{row:?}");
        assert_eq!(row.group.is_none(), row.typed + row.stored == 0, "{row:?}");
        assert_eq!(row.derived == 0, row.rooms.is_empty(), "{row:?}");
    }
    let rooms: BTreeSet<_> = total.rooms.iter().copied().collect();
    assert_eq!(rooms, ["campus", "exams", "exchange", "grading", "insight", "registry"].into());
    let row = |group| table.rows.iter().find(|row| row.group == Some(group)).expect("a row").clone();
    let health = row("pupil_health");
    assert_eq!(
        (health.fields, health.derived, health.class),
        (50, 5, Some(Class::Sensitive)),
        "ten things at five levels"
    );
    assert_eq!(row("pupil_policy").unknown_lists, ["DM_DIEN_CHINH_SACH"].into());
    assert!(row("eqms_teachers").entered == 0 && row("result").entered == 0);
}

/// A value of a type, as somebody may have it.
fn any_value() -> impl Strategy<Value = (Type, super::Value)> {
    let date = (1800i16..=2199, 1i8..=12, 1i8..=28, 0..3);
    prop_oneof![
        any::<bool>().prop_map(|yes| (Type::Boolean, super::Value::Boolean(yes))),
        (0i64..=i64::MAX).prop_map(|number| (Type::Integer, super::Value::Integer(number))),
        (0i64..999_999_999_999_999, 0u32..=6).prop_map(|(units, scale)| {
            (Type::Decimal, super::Value::Decimal(Decimal::new(units, scale).expect("fifteen digits")))
        }),
        date.prop_map(|(year, month, day, known)| {
            let date = match known {
                0 => PartialDate::Year(year),
                1 => PartialDate::Month(year, month),
                _ => PartialDate::Day(format!("{year:04}-{month:02}-{day:02}").parse().expect("a day")),
            };
            (Type::PartialDate, super::Value::Date(date))
        }),
        "[A-Za-zĐđăêôơưÀ-ỹ0-9][A-Za-zĐđăêôơưÀ-ỹ0-9,.-]{0,30}( [A-Za-zÀ-ỹ0-9]{1,9}){0,3}"
            .prop_map(|text| (Type::Text, super::Value::Text(vi::clean(&text))))
            .prop_filter("a text that is left", |(_, value)| !value.stored().is_empty()),
    ]
}

fn key_of_type(value: Type) -> Key {
    Key { value, length: None, ..spec().key("pupil", "full_name").expect("a key").clone() }
}

proptest! {
    #[test]
    fn what_is_shown_and_what_is_stored_read_back_as_the_same_value((value_type, value) in any_value()) {
        let key = key_of_type(value_type);
        let checked = key.check(&value.shown(), Hand::Person, spec()).expect("fits").expect("a value");
        prop_assert_eq!(&checked.value, &value);
        let exchanged = key.check(&value.stored(), Hand::Program, spec()).expect("fits").expect("a value");
        prop_assert_eq!(&exchanged.value, &value);
        prop_assert_eq!(super::Value::read(value_type, &value.stored()), Some(value));
    }

    #[test]
    fn what_was_once_accepted_is_accepted_again_unchanged(text in "\\PC{0,24}|[0-9.,/-]{1,12}", at in 0..617usize, typed in any::<bool>()) {
        let hand = if typed { Hand::Person } else { Hand::Program };
        let key = &spec().keys[at];
        if let Ok(Some(first)) = key.check(&text, hand, spec()) {
            let again = key.check(&first.value.shown(), Hand::Person, spec()).expect("fits").expect("a value");
            prop_assert_eq!(&again.value, &first.value);
            let stored = first.value.stored();
            prop_assert_eq!(super::Value::read(key.value, &stored), Some(first.value));
        }
    }

    #[test]
    fn every_value_of_every_list_is_exported_as_it_was_imported(at in 0..138usize) {
        let list = &spec().lists[at];
        let key = key_of_type(Type::Code(list.code));
        for value in &list.values {
            let checked = key.check(value.code, Hand::Person, spec()).expect("fits").expect("a value");
            prop_assert_eq!(checked.value.stored(), value.code);
            prop_assert!(checked.doubt.is_none());
        }
    }

    #[test]
    fn no_text_makes_the_check_fall_over(text in "\\PC{0,200}", at in 0..1556usize) {
        let field = &spec().fields[at];
        if let Err(refusal) = spec().check(field, &text, Hand::Person, spec()) {
            prop_assert!(refusal.detail.starts_with(field.label) && refusal.detail.chars().count() < 400);
        }
    }
}
