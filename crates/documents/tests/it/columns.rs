//! Headings as schools write them, and what their columns are taken for.

use documents::workbook::columns::{Column, DOUBTFUL, Join, Kind, Proposal, Reason, propose};
use documents::workbook::header::{Aside, Heading, Table, tables};
use documents::workbook::values::Sex;
use documents::workbook::{Known, Limits, Workbook, open};

use crate::make::{xlsx, xlsx_with};

const COLUMNS: &[Column<'static>] = &[
    Column { key: "name", names: &["Họ và tên"], kind: Kind::PersonName },
    Column { key: "born", names: &["Ngày sinh", "Ngày tháng năm sinh"], kind: Kind::Date },
    Column { key: "sex", names: &["Giới tính"], kind: Kind::Sex },
    Column { key: "class", names: &["Lớp"], kind: Kind::Class },
    Column { key: "father", names: &["Họ tên cha"], kind: Kind::PersonName },
    Column { key: "father_phone", names: &["Số điện thoại cha"], kind: Kind::Phone },
    Column { key: "mother", names: &["Họ tên mẹ"], kind: Kind::PersonName },
    Column { key: "phone", names: &["Số điện thoại liên hệ"], kind: Kind::Phone },
    Column { key: "number", names: &["Số định danh cá nhân"], kind: Kind::PersonalNumber },
    Column { key: "address", names: &["Địa chỉ"], kind: Kind::Text },
];

fn book(rows: &[&[&str]]) -> Workbook {
    open(&xlsx("Lớp", rows), &Limits::default()).expect("a workbook")
}

fn table_of(book: &Workbook) -> Table {
    let known = Known::of(COLUMNS.iter().flat_map(|column| column.names.iter().copied()));
    let mut tables = tables(&book.sheets[0], &known);
    assert_eq!(tables.len(), 1, "{tables:?}");
    tables.remove(0)
}

fn proposed(book: &Workbook) -> Vec<Proposal> {
    propose(&book.sheets[0], &table_of(book), COLUMNS)
}

/// What each column is taken for, in their order.
fn keys(proposals: &[Proposal]) -> Vec<&'static str> {
    proposals.iter().map(|p| p.target.and_then(|at| COLUMNS.get(at)).map_or("-", |column| column.key)).collect()
}

/// `text` repeated in four rows below the headings.
fn below<'a>(head: &[&'a [&'a str]], rows: &[&'a [&'a str]]) -> Vec<&'a [&'a str]> {
    head.iter().copied().chain(rows.iter().copied().cycle().take(4)).collect()
}

#[test]
fn headings_without_merged_cells_have_their_group() {
    let rows = below(
        &[
            &["TT", "Họ và tên", "Ngày sinh", "Cha", "", "Mẹ", "", "Lớp"],
            &["", "", "", "Họ tên", "SĐT", "Họ và tên", "ĐT", ""],
        ],
        &[&["1", "Lê Thị An", "05/09/2014", "Lê Văn B", "0912345678", "Trần Thị C", "0987654321", "6A1"]],
    );
    let book = book(&rows);
    let table = table_of(&book);
    assert_eq!(table.head, (0, 1));
    assert_eq!(
        table.headings.iter().map(Heading::title).collect::<Vec<_>>()[3..7],
        ["Cha › Họ tên", "Cha › SĐT", "Mẹ › Họ và tên", "Mẹ › ĐT"]
    );
    let proposals = proposed(&book);
    // Nobody looks for a mother's telephone: it is not taken for the pupil's without a question.
    assert_eq!(keys(&proposals)[..6], ["-", "name", "born", "father", "father_phone", "mother"]);
    assert_eq!(keys(&proposals)[7], "class");
    assert!(proposals[6].target.is_none() || proposals[6].confidence < DOUBTFUL, "{:?}", proposals[6]);
}

#[test]
fn headings_merged_down_and_across_are_joined() {
    let cell = |place: &str, text: &str| format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let mut body = String::from("<sheetData><row r=\"1\">");
    body.push_str(&cell("A1", "DANH SÁCH HỌC SINH LỚP 6A1"));
    body.push_str("</row><row r=\"3\">");
    for (place, text) in
        [("A3", "STT"), ("B3", "Họ và tên"), ("D3", "Giới tính"), ("F3", "Thông tin cha"), ("H3", "Địa chỉ")]
    {
        body.push_str(&cell(place, text));
    }
    body.push_str("</row><row r=\"4\">");
    for (place, text) in [("D4", "Nam"), ("E4", "Nữ"), ("F4", "Họ tên"), ("G4", "Điện\nthoại")] {
        body.push_str(&cell(place, text));
    }
    body.push_str("</row>");
    for row in 5..10 {
        body.push_str(&format!("<row r=\"{row}\">"));
        for (column, text) in [
            ("A", "1"),
            ("B", "Nguyễn Thị"),
            ("C", "Ánh"),
            ("E", "x"),
            ("F", "Lê Văn B"),
            ("G", "0912345678"),
            ("H", "Thôn 1"),
        ] {
            body.push_str(&cell(&format!("{column}{row}"), text));
        }
        body.push_str("</row>");
    }
    body.push_str("</sheetData><mergeCells>");
    for area in ["A1:H1", "A3:A4", "B3:C4", "D3:E3", "F3:G3", "H3:H4"] {
        body.push_str(&format!("<mergeCell ref=\"{area}\"/>"));
    }
    body.push_str("</mergeCells>");
    let book = open(&xlsx_with(&[("Lớp", &body)], &[]), &Limits::default()).expect("a workbook");
    let table = table_of(&book);
    assert_eq!((table.head, table.rows.len()), ((2, 3), 5));
    let titles: Vec<String> = table.headings.iter().map(Heading::title).collect();
    assert_eq!(
        titles,
        [
            "STT",
            "Họ và tên",
            "Họ và tên",
            "Giới tính › Nam",
            "Giới tính › Nữ",
            "Thông tin cha › Họ tên",
            "Thông tin cha › Điện thoại",
            "Địa chỉ"
        ]
    );
    let proposals = proposed(&book);
    // The given name stands in the second column under one heading.
    assert_eq!((proposals[1].with.clone(), proposals[2].reason), (Some((vec![2], Join::Space)), Reason::Continues));
    assert_eq!((proposals[4].tick, proposals[4].reason), (Some(Sex::Female), Reason::Ticked));
    assert_eq!((proposals[4].with.clone(), proposals[3].reason), (Some((vec![3], Join::Opposite)), Reason::Continues));
    assert_eq!(keys(&proposals), ["-", "name", "-", "-", "sex", "father", "father_phone", "address"]);
}

#[test]
fn headings_in_three_rows_and_what_to_type_below_them() {
    let rows = below(
        &[
            &["TT", "Thông tin cá nhân", "", "Phụ huynh", "", ""],
            &["", "", "", "Cha", "", "Mẹ"],
            &["", "Họ và tên", "Lớp học", "Họ và tên", "Điện thoại", "Họ và tên"],
            &["", "(bắt buộc)", "(bắt buộc)", "", "10 chữ số", ""],
        ],
        &[&["1", "Lê Thị An", "6A1", "Lê Văn B", "0912345678", "Trần Thị C"]],
    );
    let book = book(&rows);
    let table = table_of(&book);
    assert_eq!((table.head, table.rows.len(), table.aside.as_slice()), ((0, 2), 4, [(3, Aside::Explained)].as_slice()));
    assert_eq!(table.headings[3].title(), "Phụ huynh › Cha › Họ và tên");
    assert_eq!(keys(&proposed(&book)), ["-", "name", "class", "father", "father_phone", "mother"]);
}

#[test]
fn two_columns_never_become_one_unseen() {
    let rows = below(&[&["Họ và tên", "Lớp", "LỚP", "Ngày sinh"]], &[&["Lê Thị An", "6A1", "6A1", "05/09/2014"]]);
    let proposals = proposed(&book(&rows));
    assert_eq!(keys(&proposals), ["name", "class", "-", "born"]);
    assert_eq!((proposals[2].reason, proposals[2].clash), (Reason::Clash, Some((3, 1))));
}

#[test]
fn names_and_days_in_several_columns_are_joined() {
    let rows = below(
        &[&["STT", "Họ và tên đệm", "Tên", "Ngày", "Tháng", "Năm", "Lớp"]],
        &[&["1", "Lê Thị", "An", "5", "9", "2014", "6A1"]],
    );
    let proposals = proposed(&book(&rows));
    assert_eq!(keys(&proposals), ["-", "name", "-", "born", "-", "-", "class"]);
    assert_eq!(proposals[1].with, Some((vec![2], Join::Space)));
    assert_eq!(proposals[3].with, Some((vec![4, 5], Join::Stroke)));
    assert_eq!([2, 4, 5].map(|at: usize| proposals[at].reason), [Reason::Continues; 3]);
}

#[test]
fn a_column_without_a_heading_is_known_by_its_cells() {
    let rows = below(
        &[&["Họ và tên", "", "Lớp", "Giới tính", ""]],
        &[&["Lê Thị An", "079314345678", "6A1", "Nữ", "05/09/2014"]],
    );
    let proposals = proposed(&book(&rows));
    assert_eq!(keys(&proposals), ["name", "number", "class", "sex", "born"]);
    assert_eq!(proposals.iter().map(|p| p.reason).collect::<Vec<_>>()[1], Reason::Content);
    assert!(proposals[1].confidence < DOUBTFUL && proposals[4].confidence < DOUBTFUL, "a person says yes first");
    // A day under a heading that nobody understands may be any day.
    let rows = below(&[&["Họ và tên", "Ngày vào Đội", "Lớp"]], &[&["Lê Thị An", "05/09/2022", "6A1"]]);
    let proposals = proposed(&book(&rows));
    assert!(proposals[1].confidence <= 40, "{:?}", proposals[1]);
}

#[test]
fn cells_that_say_otherwise_make_a_question() {
    let rows = below(&[&["Họ và tên", "Ngày sinh", "Lớp"]], &[&["Lê Thị An", "Thôn 1, xã Bình Mỹ", "6A1"]]);
    let proposals = proposed(&book(&rows));
    assert_eq!(keys(&proposals), ["name", "born", "class"]);
    assert!(proposals[1].cells_differ && proposals[1].confidence < DOUBTFUL, "{:?}", proposals[1]);
}

#[test]
fn slips_and_abbreviations_are_understood() {
    let rows = below(
        &[&["Họ &amp; tên", "Ngay sinh", "Gới tính", "Lớp học sinh", "Mã số", "Số định danh CN", "ĐT liên hệ"]],
        &[&["Lê Thị An", "05/09/2014", "Nữ", "6A1", "12", "079314345678", "0912345678"]],
    );
    let proposals = proposed(&book(&rows));
    assert_eq!(keys(&proposals), ["name", "born", "sex", "class", "-", "number", "phone"]);
    assert_eq!(
        [0, 1, 2, 3, 5, 6].map(|at: usize| proposals[at].reason),
        [
            Reason::SameMeaning,
            Reason::FoldedName,
            Reason::Slip,
            Reason::SameMeaning,
            Reason::Content,
            Reason::SameMeaning
        ]
    );
}

#[test]
fn a_year_is_not_a_boy() {
    let rows = below(&[&["Họ và tên", "Lớp", "Năm"]], &[&["Lê Thị An", "6A1", "1"]]);
    let proposals = proposed(&book(&rows));
    assert_eq!(keys(&proposals), ["name", "class", "-"]);
}
