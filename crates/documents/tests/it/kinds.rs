//! Each kind of file, whatever its name.

use documents::workbook::header::{Aside, tables};
use documents::workbook::{Cell, CellError, Format, Known, Limits, Note, Sheet, Workbook, open};

use crate::make::{Old, compound, packed, xls_stream, xlsx, xlsx_with};

fn read(bytes: &[u8]) -> Workbook {
    open(bytes, &Limits::default()).expect("a workbook")
}

fn texts(sheet: &Sheet) -> Vec<Vec<String>> {
    sheet.rows().map(|row| row.cells().map(|cell| cell.text().into_owned()).collect()).collect()
}

fn date(text: &str) -> base::Date {
    text.parse().expect("a day")
}

#[test]
fn excel_says_what_a_person_sees() {
    let styles = br#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="000000000000"/><numFmt numFmtId="165" formatCode="dd/mm/yyyy;@"/></numFmts>
        <cellStyleXfs><xf numFmtId="165"/></cellStyleXfs>
        <cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="14"/></cellXfs></styleSheet>"#;
    let strings = "<sst uniqueCount=\"99999999999\"><si><t>Nguyễn &amp; Lê</t></si><si><r><t>Hai </t></r><r><t>phần</t></r><rPh><t>đọc</t></rPh></si></sst>";
    let body = r#"<dimension ref="A1:XFD1048576"/><sheetData><row r="2">
        <c r="B2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c><c r="D2" s="1"><v>79215220286</v></c><c r="E2" s="2"><v>42205</v></c>
        <c r="F2" s="3"><v>42205.5</v></c><c r="G2" t="b"><v>1</v></c><c r="H2" t="e"><v>#REF!</v></c><c r="I2" t="str"><f>A1</f><v>từ công thức</v></c>
        <c r="J2"><f>SUM(A1)</f><v/></c><c r="K2" t="d"><v>2015-07-20T00:00:00</v></c><c r="L2" t="e"><v>#SPILL!</v></c><c r="M2"><v>8.5</v></c>
        <c r="N2" t="inlineStr"><is><t xml:space="preserve"> cách </t></is><extLst/></c><c r="O2" s="1"/></row></sheetData>
        <mergeCells count="1"><mergeCell ref="B2:C3"/></mergeCells>"#;
    let book = read(&xlsx_with(
        &[("Học sinh", body)],
        &[("xl/styles.xml", styles), ("xl/sharedStrings.xml", strings.as_bytes())],
    ));
    assert_eq!((book.format, book.notes.len()), (Format::Xlsx, 0));
    let sheet = &book.sheets[0];
    assert_eq!(
        texts(sheet),
        [[
            "",
            "Nguyễn & Lê",
            "Hai phần",
            "079215220286",
            "20/07/2015",
            "20/07/2015",
            "TRUE",
            "#REF!",
            "từ công thức",
            "(công thức chưa tính)",
            "20/07/2015",
            "#ERROR!",
            "8,5",
            " cách "
        ]]
    );
    assert_eq!(sheet.cell(1, 3), Cell::Number { value: 79_215_220_286.0, shown: Some("079215220286") });
    assert_eq!(sheet.cell(1, 4), Cell::Date { day: date("2015-07-20"), shown: "20/07/2015" });
    assert_eq!(sheet.cell(1, 7), Cell::Error(CellError::Reference));
    assert_eq!(sheet.cell(1, 9), Cell::Error(CellError::NotComputed));
    assert_eq!(sheet.address(1, 7), "Học sinh!H2");
    assert_eq!((sheet.seen(2, 2), sheet.cell(2, 2)), (Cell::Text("Nguyễn & Lê"), Cell::Empty));
}

#[test]
fn days_count_from_1904_where_the_file_says_so() {
    let parts: &[(&str, &[u8])] = &[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", b"<workbook><workbookPr date1904=\"1\"/><sheets><sheet name=\"A\" state=\"veryHidden\" r:id=\"a\"/><sheet name=\"B\" r:id=\"b\"/></sheets></workbook>"),
        ("xl/_rels/workbook.xml.rels", b"<Relationships><Relationship Id=\"a\" Type=\"x/worksheet\" Target=\"/xl/a.xml\"/><Relationship Id=\"b\" Type=\"x/chartsheet\" Target=\"b.xml\"/></Relationships>"),
        ("xl/styles.xml", b"<styleSheet><cellXfs><xf numFmtId=\"14\"/></cellXfs></styleSheet>"),
        ("xl\\A.xml", b"<worksheet><sheetData><row><c><v>40743</v></c></row></sheetData></worksheet>"),
        ("xl/vbaProject.bin", b"macro"),
    ];
    let book = read(&packed(parts));
    assert_eq!(book.sheets.len(), 1);
    assert!(book.sheets[0].hidden);
    assert_eq!(book.sheets[0].cell(0, 0), Cell::Date { day: date("2015-07-20"), shown: "20/07/2015" });
    assert_eq!(book.notes, [Note::Macros, Note::NoCells(vec!["B".to_owned()])]);
}

fn old_rows() -> Vec<Vec<Old>> {
    vec![
        vec![
            Old::Text("Họ và tên"),
            Old::Text("Ngày sinh"),
            Old::Text("Số định danh cá nhân"),
            Old::Text("Ghi chú rất dài để phải sang bản ghi tiếp theo"),
        ],
        vec![
            Old::Text("Nguyễn Thị Ánh"),
            Old::Styled(42_205.0, 1),
            Old::Styled(79_315_940_928.0, 2),
            Old::Formula("chữ từ công thức"),
        ],
        vec![Old::Text("Điểu K'Rơi"), Old::Text("05/12/2015"), Old::Number(8.5), Old::Error(0x17)],
    ]
}

#[test]
fn old_excel_is_read_in_and_out_of_its_compound_file() {
    let stream = xls_stream(&[("Lớp 6A1", old_rows()), ("Khác", vec![vec![Old::Text("x")]])]);
    for bytes in [compound(&[("/Workbook", &stream)]), stream.clone()] {
        let book = read(&bytes);
        assert_eq!((book.format, book.sheets.len()), (Format::Xls, 2));
        let sheet = &book.sheets[0];
        assert_eq!(sheet.name, "Lớp 6A1");
        assert_eq!(
            texts(sheet)[1..],
            [
                ["Nguyễn Thị Ánh", "20/07/2015", "079315940928", "chữ từ công thức"],
                ["Điểu K'Rơi", "05/12/2015", "8,5", "#REF!"],
            ]
        );
        assert_eq!(texts(sheet)[0][3], "Ghi chú rất dài để phải sang bản ghi tiếp theo");
        assert_eq!(sheet.cell(1, 1), Cell::Date { day: date("2015-07-20"), shown: "20/07/2015" });
        assert_eq!(sheet.seen(0, 1), Cell::Text("Họ và tên"));
    }
}

/// Written by programs of others, to be sure that we do not only read our own mistakes.
#[test]
fn files_of_other_programs_are_read() {
    for (bytes, format) in [
        (include_bytes!("../data/khac.xls").as_slice(), Format::Xls),
        (include_bytes!("../data/khac.ods").as_slice(), Format::Ods),
        (include_bytes!("../data/khac.xlsx").as_slice(), Format::Xlsx),
    ] {
        let book = read(bytes);
        assert_eq!(book.format, format);
        assert_eq!(
            book.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.hidden)).collect::<Vec<_>>(),
            [("Học sinh", false), ("Ẩn", true)],
            "{format:?}"
        );
        let sheet = &book.sheets[0];
        assert_eq!(texts(sheet)[0], ["DANH SÁCH HỌC SINH"], "{format:?}");
        assert_eq!(
            texts(sheet)[1],
            ["STT", "Họ và tên", "Ngày sinh", "Số định danh", "Điểm", "Đội viên"],
            "{format:?}"
        );
        assert_eq!(texts(sheet)[2], ["1", "Nguyễn Thị Ánh", "20/07/2015", "079315940928", "8,5", "TRUE"], "{format:?}");
        assert_eq!(
            texts(sheet)[3],
            ["2", "Điểu K'Rơi & <em>", "05/12/2015", "079215220286", "10", "FALSE"],
            "{format:?}"
        );
        assert_eq!(sheet.cell(2, 2), Cell::Date { day: date("2015-07-20"), shown: "20/07/2015" }, "{format:?}");
        assert!(
            matches!(sheet.cell(2, 3), Cell::Number { value, shown: Some("079315940928") } if (value - 79_315_940_928.0).abs() < 0.5),
            "{format:?}: {:?}",
            sheet.cell(2, 3)
        );
        assert_eq!(sheet.seen(0, 3), Cell::Text("DANH SÁCH HỌC SINH"), "{format:?}");
        assert_eq!(book.sheets[1].rows().count(), 1, "{format:?}");
    }
}

#[test]
fn separated_text_is_read_in_any_encoding() {
    let said = "STT;Họ và tên;Ghi chú\r\n1;Nguyễn Đức;\"a; \"\"b\"\"\nc\"\r\n\r\n2;Lê Ánh;=\"0012\"";
    let wide = |bytes: fn(u16) -> [u8; 2]| said.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let little = wide(u16::to_le_bytes);
    let mut files: Vec<Vec<u8>> =
        vec![said.as_bytes().to_vec(), format!("\u{feff}{said}").into_bytes(), little.clone(), wide(u16::to_be_bytes)];
    files.push([vec![0xff, 0xfe], little].concat());
    files.push(said.replace(';', "\t").replace("a\t", "a;").into_bytes());
    files.push(format!("sep=;\r\n{said}").into_bytes());
    for bytes in files {
        let book = read(&bytes);
        assert_eq!((book.format, book.notes.len()), (Format::Csv, 0));
        let sheet = &book.sheets[0];
        assert_eq!(
            texts(sheet),
            [["STT", "Họ và tên", "Ghi chú"], ["1", "Nguyễn Đức", "a; \"b\"\nc"], ["2", "Lê Ánh", "0012"]]
        );
        assert_eq!(sheet.address(3, 1), "Trang 1!B4");
    }
    let book = read(b"STT,H\xf2 t\xean\n1,Nguy\xea\xden \xd0\xfd\xecc\n");
    assert_eq!(book.notes, [Note::Windows1258]);
    assert_eq!(texts(&book.sheets[0])[1], ["1", "Nguyễn Đức"]);
    // Saved by Excel, which dropped the zero; in quotes, a text that is too short.
    let book = read("Số định danh\n79315940928\n\"79315940928\"\n079315940928\n".as_bytes());
    let number = |row| documents::workbook::values::personal_number(book.sheets[0].cell(row, 0));
    assert_eq!(number(1).expect("mended").expect("a number").hint.expect("said").code, "personal_number.zeros");
    assert_eq!(number(2).expect_err("too short").code, "personal_number.length");
    assert_eq!(number(3).expect("good").expect("a number").hint, None);
}

#[test]
fn tables_of_web_pages_are_sheets() {
    let page = r#"<html><head><meta charset="utf-8"><style>td { color: red } <td>không</td></style></head><body>
        <h1>Danh sách</h1><!-- <table><tr><td>không</td></tr></table> -->
        <TABLE border=1><thead><tr><th rowspan="2">STT<th rowspan=2>Họ và<br>tên<th colspan='2'>Cha</tr><tr><th>Họ tên</th><th>Nghề &amp; việc</th></tr></thead>
        <tr><td>1<td style='mso-number-format:"\@"'>Nguy&ecirc;n&nbsp;&#272;&#x1EE9;c <td>Lê   Văn
          A<td>5 < 6</td></tr>
        <tr><td>2</td><td><table><tr><td>Lê</td><td>Ánh</td></tr></table></td><td></td></tr></TABLE>
        <table><tr><td>khác</td></tr></table></body></html>"#;
    let book = read(page.as_bytes());
    assert_eq!(book.format, Format::Html);
    assert_eq!(book.sheets.iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>(), ["Bảng 1", "Bảng 2", "Bảng 3"]);
    let sheet = &book.sheets[0];
    assert_eq!(texts(sheet)[0], ["STT", "Họ và\ntên", "Cha"]);
    assert_eq!(texts(sheet)[1], ["", "", "Họ tên", "Nghề & việc"]);
    assert_eq!(texts(sheet)[2], ["1", "Nguyên\u{a0}Đức", "Lê Văn A", "5 < 6"]);
    assert_eq!(
        (texts(&book.sheets[1]), sheet.cell(3, 1)),
        (vec![vec!["Lê".to_owned(), "Ánh".to_owned()]], Cell::Empty)
    );
    let table = &tables(sheet, &Known::of(["Họ tên cha"]))[0];
    assert_eq!(
        table.headings.iter().map(documents::workbook::header::Heading::title).collect::<Vec<_>>(),
        ["STT", "Họ và tên", "Cha › Họ tên", "Cha › Nghề & việc"]
    );
    assert_eq!((table.rows.as_slice(), table.aside.as_slice()), ([2].as_slice(), [(3, Aside::Alone)].as_slice()));
}

#[test]
fn xml_of_2003_is_read() {
    let xml = r#"<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
        <Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
        <Styles><Style ss:ID="s1"><NumberFormat ss:Format="000000000000"/></Style></Styles>
        <Worksheet ss:Name="Học sinh"><Table><Row ss:Index="3"><Cell ss:MergeAcross="1"><Data ss:Type="String">Họ &amp; tên</Data></Cell>
        <Cell ss:StyleID="s1"><Data ss:Type="Number">79315940928</Data></Cell><Cell ss:Index="5"><Data ss:Type="DateTime">2015-07-20T00:00:00.000</Data></Cell>
        <Cell ss:Formula="=A1"/><Cell><Data ss:Type="Error">#N/A</Data></Cell></Row></Table></Worksheet></Workbook>"#;
    let book = read(xml.as_bytes());
    assert_eq!(book.format, Format::Xml2003);
    let sheet = &book.sheets[0];
    assert_eq!(texts(sheet), [["Họ & tên", "", "079315940928", "", "20/07/2015", "(công thức chưa tính)", "#N/A"]]);
    assert_eq!(sheet.address(2, 4), "Học sinh!E3");
    assert_eq!(sheet.seen(2, 1), Cell::Text("Họ & tên"));
}

#[test]
fn a_line_about_the_class_is_no_heading_and_figures_under_one_are() {
    let cell = |place: &str, text: &str| format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row = |number: u32, cells: &[(&str, &str)]| {
        let cells: String = cells.iter().map(|(column, text)| cell(&format!("{column}{number}"), text)).collect();
        format!("<row r=\"{number}\">{cells}</row>")
    };
    let rows = [
        row(1, &[("A", "Lớp:"), ("B", "6A1"), ("C", "Môn:"), ("D", "Toán")]),
        row(6, &[("A", "STT"), ("B", "Họ và tên"), ("C", "Ngày sinh"), ("D", "ĐĐGtx"), ("H", "Ghi chú")]),
        row(7, &[("D", "1"), ("E", "2"), ("F", "3"), ("G", "4")]),
        row(8, &[("A", "1"), ("B", "Lê Thị An"), ("C", "05/09/2014"), ("D", "8,5")]),
        row(9, &[("B", "Trần Bình")]),
        row(10, &[("A", "Học sinh chuyển đến")]),
        row(11, &[("A", "3"), ("B", "Lê Ánh"), ("C", "06/09/2014"), ("D", "9")]),
    ];
    let merges =
        ["A6:A7", "B6:B7", "C6:C7", "D6:G6", "H6:H7"].map(|area| format!("<mergeCell ref=\"{area}\"/>")).concat();
    let body = format!("<sheetData>{}</sheetData><mergeCells>{merges}</mergeCells>", rows.concat());
    let book = read(&xlsx_with(&[("Sổ điểm", &body)], &[]));
    let found = tables(&book.sheets[0], &Known::of([]));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].head, found[0].rows.as_slice()), ((5, 6), [7, 8, 10].as_slice()));
    assert_eq!(found[0].aside, [(9, Aside::Alone)]);
    let titles: Vec<String> = found[0].headings.iter().map(documents::workbook::header::Heading::title).collect();
    assert_eq!(titles[2..6], ["Ngày sinh", "ĐĐGtx › 1", "ĐĐGtx › 2", "ĐĐGtx › 3"]);
}

#[test]
fn tables_below_each_other_are_found_with_what_is_none_of_them() {
    let rows: &[&[&str]] = &[
        &["TRƯỜNG THCS THỬ"],
        &["DANH SÁCH LỚP 6A1"],
        &["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc"],
        &["(1)", "(2)", "(3)", "(4)", "(5)"],
        &["1", "Tống Công Minh", "01/02/2015", "Nam", "Kinh"],
        &["2", "Lê Ánh", "03/02/2015", "Nữ", "Kinh"],
        &["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc"],
        &["3", "Cộng Thị Hoà", "03/02/2015", "Nữ", "Tày"],
        &["4", "", "", "", ""],
        &["", "Tổng cộng: 3", "", "", ""],
        &["", "", "", "Ngày 05 tháng 9 năm 2026"],
        &["", "Người lập biểu", "", "HIỆU TRƯỞNG"],
        &["", "Trần Văn Ký", "", "Lê Thị Đóng"],
        &["DANH SÁCH LỚP 6A2"],
        &["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc"],
        &["1", "Hiệu Trưởng Anh", "01/02/2015", "Nam", "Kinh"],
    ];
    let book = read(&xlsx("Khối 6", rows));
    let guessed = &tables(&book.sheets[0], &Known::default())[0];
    assert_eq!((guessed.head, guessed.sure), ((2, 2), false), "a guess where no word is known");
    let tables = tables(&book.sheets[0], &Known::of([]));
    assert!(tables[0].sure);
    assert_eq!(tables.iter().map(|table| table.head).collect::<Vec<_>>(), [(2, 2), (14, 14)]);
    assert_eq!(tables[0].rows, [4, 5, 7]);
    assert_eq!(tables[0].above, ["TRƯỜNG THCS THỬ", "DANH SÁCH LỚP 6A1"]);
    assert_eq!(
        tables[0].aside,
        [
            (3, Aside::Numbering),
            (6, Aside::Repeated),
            (8, Aside::Alone),
            (9, Aside::Total),
            (10, Aside::Signature),
            (11, Aside::Signature),
            (12, Aside::Signature),
            (13, Aside::Signature)
        ]
    );
    assert_eq!(tables[1].rows, [15]);
}
