//! The two example workbooks of invented people: the tidy one, and the untidy one whose faults are listed beside it.

use std::collections::{BTreeMap, HashMap};

use base::Date;
use documents::workbook::columns::{Column, DOUBTFUL, Kind, Proposal, Reason, propose};
use documents::workbook::header::{Aside, Table, tables};
use documents::workbook::values::{self, Sex, SexColumn};
use documents::workbook::{Known, Limits, Sheet, Workbook, open};

const PUPIL: &[Column<'static>] = &[
    Column { key: "sector_code", names: &["Mã định danh Bộ GD&ĐT", "Mã học sinh"], kind: Kind::Digits(10) },
    Column { key: "name", names: &["Họ tên", "Họ và tên"], kind: Kind::PersonName },
    Column { key: "born", names: &["Ngày sinh", "Ngày tháng năm sinh"], kind: Kind::Date },
    Column { key: "sex", names: &["Giới tính"], kind: Kind::Sex },
    Column { key: "ethnic_group", names: &["Dân tộc"], kind: Kind::Text },
    Column { key: "status", names: &["Trạng thái"], kind: Kind::Text },
    Column { key: "phone", names: &["Số điện thoại", "Số điện thoại liên hệ"], kind: Kind::Phone },
    Column { key: "birthplace", names: &["Nơi sinh"], kind: Kind::Text },
    Column { key: "address", names: &["Chỗ ở hiện nay", "Địa chỉ"], kind: Kind::Text },
    Column { key: "class", names: &["Lớp"], kind: Kind::Class },
    Column { key: "grade", names: &["Khối"], kind: Kind::Number },
    Column { key: "father", names: &["Họ tên cha", "Tên cha"], kind: Kind::PersonName },
    Column { key: "father_work", names: &["Nghề nghiệp cha", "Nghề cha"], kind: Kind::Text },
    Column { key: "father_born", names: &["Năm sinh cha"], kind: Kind::Year },
    Column { key: "mother", names: &["Họ tên mẹ", "Tên mẹ"], kind: Kind::PersonName },
    Column { key: "mother_work", names: &["Nghề nghiệp mẹ", "Nghề mẹ"], kind: Kind::Text },
    Column { key: "mother_born", names: &["Năm sinh mẹ"], kind: Kind::Year },
    Column {
        key: "personal_number",
        names: &["Số định danh cá nhân", "Số CCCD", "CCCD", "Mã định danh"],
        kind: Kind::PersonalNumber,
    },
];

fn read(bytes: &[u8]) -> Workbook {
    open(bytes, &Limits::default()).expect("a workbook")
}

fn only_table(sheet: &Sheet) -> Table {
    let known = Known::of(PUPIL.iter().flat_map(|column| column.names.iter().copied()));
    let mut tables = tables(sheet, &known);
    assert_eq!(tables.len(), 1);
    tables.remove(0)
}

fn latest() -> Date {
    "2026-09-05".parse().expect("a day")
}

/// What each column of a sheet is taken for.
fn by_key(proposals: &[Proposal]) -> BTreeMap<&'static str, u32> {
    proposals.iter().filter_map(|p| Some((PUPIL.get(p.target?)?.key, p.column))).collect()
}

#[test]
fn the_tidy_workbook_is_understood_without_a_question() {
    let book = read(include_bytes!("../data/truong-thcs-mau.xlsx"));
    let sheet = &book.sheets[0];
    let table = only_table(sheet);
    assert_eq!((table.rows.len(), table.aside.len(), table.sure), (1_260, 0, true));
    let proposals = propose(sheet, &table, PUPIL);
    let known = by_key(&proposals);
    for proposal in &proposals {
        println!(
            "{} {:?} {} {:?}",
            proposal.heading,
            proposal.target.map(|at| PUPIL[at].key),
            proposal.confidence,
            proposal.reason
        );
        assert!(proposal.target.is_none() || proposal.confidence >= DOUBTFUL, "{proposal:?}");
        assert!(!proposal.cells_differ && proposal.clash.is_none(), "{proposal:?}");
    }
    for key in [
        "sector_code",
        "name",
        "born",
        "sex",
        "ethnic_group",
        "class",
        "personal_number",
        "phone",
        "father",
        "mother_born",
    ] {
        assert!(known.contains_key(key), "{key}: {known:?}");
    }
    for row in &table.rows {
        let cell = |key: &str| sheet.cell(*row, known[key]);
        assert!(values::name(cell("name")).is_ok_and(|name| name.is_some_and(|name| name.hint.is_none())), "{row}");
        assert!(matches!(values::day(cell("born"), latest()), Ok(Some(_))), "{row}");
        let sex = values::sex(cell("sex"), SexColumn::Said).expect("a sex").expect("said").value;
        let number = values::personal_number(cell("personal_number")).expect("a number").expect("said").value;
        assert!(values::number_doubts(&number, Some(sex), None).is_empty(), "{row}");
    }
}

#[test]
fn the_untidy_workbook_has_just_the_faults_that_are_listed() {
    let book = read(include_bytes!("../data/truong-thcs-lon-xon.xlsx"));
    let names: Vec<&str> = book.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["Học sinh", "Ghi chú", "Giáo viên", "Phân công"]);
    let sheet = &book.sheets[0];
    let table = only_table(sheet);
    // The headings stand in rows 5 and 6, below a letterhead and a title.
    assert_eq!((table.head, table.sure), ((4, 5), true));
    assert_eq!(table.above.len(), 2);
    assert_eq!(table.rows.len(), 880);
    assert_eq!(table.aside, [(892, Aside::Total), (894, Aside::Signature)]);
    let known = Known::of(PUPIL.iter().flat_map(|column| column.names.iter().copied()));
    assert!(tables(&book.sheets[1], &known).is_empty(), "a sheet with a remark has no table");

    let proposals = propose(sheet, &table, PUPIL);
    for proposal in &proposals {
        println!(
            "{} {:?} {} {:?}",
            proposal.heading,
            proposal.target.map(|at| PUPIL[at].key),
            proposal.confidence,
            proposal.reason
        );
    }
    let known = by_key(&proposals);
    let expected = [
        ("sector_code", 1),
        ("name", 2),
        ("born", 3),
        ("sex", 4),
        ("ethnic_group", 5),
        ("class", 6),
        ("personal_number", 7),
        ("phone", 8),
        ("father", 9),
        ("father_work", 10),
        ("father_born", 11),
        ("mother", 12),
        ("mother_work", 13),
        ("mother_born", 14),
        ("address", 15),
        ("birthplace", 16),
    ];
    assert_eq!(known, BTreeMap::from(expected));
    let sex = proposals.iter().find(|p| p.column == 4).expect("a column of ticks");
    assert_eq!((sex.reason, sex.tick), (Reason::Ticked, Some(Sex::Female)));
    assert!(proposals.iter().filter(|p| p.target.is_some()).all(|p| p.confidence >= DOUBTFUL && !p.cells_differ));

    let mut found: BTreeMap<u32, &str> = BTreeMap::new();
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut twice: Vec<(u32, u32)> = Vec::new();
    for row in &table.rows {
        let cell = |key: &str| sheet.cell(*row, known[key]);
        let line = row + 1;
        match values::name(cell("name")) {
            Ok(None) => drop(found.insert(line, "thiếu họ tên")),
            read => assert!(read.is_ok(), "{line}: {read:?}"),
        }
        match values::day(cell("born"), latest()) {
            Ok(Some(_)) => {}
            read => {
                assert_eq!(read.expect_err("no day").code, "date.no_such_day", "{line}");
                found.insert(line, "ngày sinh không có thật");
            }
        }
        assert!(matches!(values::sex(cell("sex"), SexColumn::Ticked(Sex::Female)), Ok(Some(_))), "{line}");
        assert!(matches!(values::class_name(cell("class")), Ok(Some(_))), "{line}");
        assert!(values::phones(cell("phone")).is_ok(), "{line}: {:?}", values::phones(cell("phone")));
        assert!(values::code(cell("sector_code"), Some(10)).is_ok(), "{line}");
        for (name, year) in [("father", "father_born"), ("mother", "mother_born")] {
            assert!(values::name(cell(name)).is_ok() && values::year(cell(year), latest()).is_ok(), "{line}");
        }
        match values::personal_number(cell("personal_number")) {
            Ok(Some(number)) => {
                if number.hint.is_some() {
                    found.insert(line, "số định danh là số, mất số 0 đầu (sửa được)");
                }
                if let Some(before) = numbers.insert(number.value, line) {
                    twice.push((before, line));
                }
            }
            Err(fault) => {
                assert_eq!(fault.code, "personal_number.length", "{line}");
                found.insert(line, "số định danh 11 chữ số");
            }
            Ok(None) => panic!("{line}: no number"),
        }
    }
    let listed: BTreeMap<u32, &str> = include_str!("../data/truong-thcs-lon-xon.faults.tsv")
        .lines()
        .skip(1)
        .map(|line| line.split_once('\t').expect("two columns"))
        .map(|(row, fault)| (row.parse().expect("a row"), fault))
        .collect();
    // Of two rows with one number, the list names the one that was made wrong.
    for (before, line) in twice {
        let wrong = if listed.get(&before) == Some(&"số định danh trùng") { before } else { line };
        found.insert(wrong, "số định danh trùng");
    }
    assert_eq!(found, listed);
}

#[test]
fn staff_and_assignments_are_tables_too() {
    for bytes in
        [include_bytes!("../data/truong-thcs-mau.xlsx").as_slice(), include_bytes!("../data/truong-thcs-lon-xon.xlsx")]
    {
        let book = read(bytes);
        let known = Known::of(["Mã giáo viên", "Họ và tên", "Số tiết/tuần", "Môn dạy"]);
        for name in ["Giáo viên", "Phân công"] {
            let sheet = book.sheets.iter().find(|sheet| sheet.name == name).expect("the sheet");
            let found = tables(sheet, &known);
            assert_eq!(found.iter().map(|table| table.head).collect::<Vec<_>>(), [(0, 0)], "{name}");
            // A head of school among the staff is no signature.
            assert_eq!(found[0].rows.len(), sheet.rows().len() - 1, "{name}: {:?}", found[0].aside);
        }
    }
}
