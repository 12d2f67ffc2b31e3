//! Files that are none, are locked, lie, or hold too much: each has a clear sentence, and none costs memory.

use base::Error;
use documents::workbook::{
    BOMB, Cell, CellError, DAMAGED, Limits, NOT_A_WORKBOOK, OTHER_KIND, PASSWORD, TOO_LARGE, open, open_file,
};
use proptest::prelude::*;

use crate::make::{Old, compound, packed, xls_stream, xlsx, xlsx_with};

fn refused(bytes: &[u8]) -> Error {
    refused_within(bytes, &Limits::default())
}

fn refused_within(bytes: &[u8], limits: &Limits) -> Error {
    let error = open(bytes, limits).expect_err("refused");
    assert!(error.detail().contains("Hãy"), "it says what to do: {error:?}");
    error
}

#[test]
fn a_locked_workbook_is_refused() {
    let package = compound(&[("/EncryptionInfo", b"x"), ("/EncryptedPackage", &[7; 5000])]);
    let mut records = xls_stream(&[("A", vec![vec![Old::Text("x")]])]);
    // FILEPASS right after the first record.
    records.splice(20..20, [0x2f, 0, 6, 0, 1, 0, 1, 0, 1, 0]);
    let old = compound(&[("/Workbook", &records)]);
    let manifest = br#"<manifest:manifest><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"#;
    let open_document = packed(&[("META-INF/manifest.xml", manifest), ("content.xml", b"\x01\x02")]);
    for bytes in [package, old, open_document] {
        let error = refused(&bytes);
        assert!(error.is(&PASSWORD), "{error:?}");
        assert!(error.detail().contains("bỏ mật khẩu"));
    }
}

#[test]
fn a_bomb_is_refused_while_it_is_unpacked() {
    // Twenty million letters in one text.
    let mut body = String::from("<sheetData><row><c t=\"inlineStr\"><is><t>");
    body.push_str(&"a".repeat(20 << 20));
    let text = xlsx_with(&[("A", &body)], &[]);
    assert!(text.len() < 50_000);
    assert!(refused(&text).is(&BOMB));
    // Millions of empty cells: no text is long, but the part is a thousand times larger than packed.
    let gap = " ".repeat(100);
    let cells = format!("<sheetData><row>{}", format!("<c>{gap}</c>").repeat(200_000));
    let cells = xlsx_with(&[("A", &cells)], &[]);
    assert!(refused(&cells).is(&BOMB));
    // Shared texts too, before any sheet is read.
    let shared = format!("<sst>{}", format!("<si>{gap}</si>").repeat(200_000));
    let shared = xlsx_with(&[("A", "<sheetData/>")], &[("xl/sharedStrings.xml", shared.as_bytes())]);
    assert!(refused(&shared).is(&BOMB));
    let open_document = packed(&[("content.xml", format!("<p>{gap}</p>").repeat(200_000).as_bytes())]);
    assert!(refused(&open_document).is(&BOMB));
    // All parts together.
    let sheet = format!("<sheetData>{}</sheetData>", "<row><c><v>123456</v></c></row>".repeat(20_000));
    let many: Vec<(&str, &str)> = ["A", "B", "C", "D"].map(|name| (name, sheet.as_str())).to_vec();
    let limits = Limits { unpacked: 2 << 20, ..Limits::default() };
    assert!(refused_within(&xlsx_with(&many, &[]), &limits).is(&BOMB));
    // More parts than a workbook has, before their names are read.
    let names: Vec<String> = (0..10_001).map(|n| n.to_string()).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    assert!(refused(&packed(&parts)).is(&BOMB));
}

#[test]
fn what_is_no_workbook_is_named() {
    let word = packed(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "_rels/.rels",
            br#"<Relationships><Relationship Type="x/officeDocument" Target="word/document.xml"/></Relationships>"#,
        ),
        ("word/document.xml", b"<x/>"),
    ]);
    for (bytes, what) in [
        (b"%PDF-1.7 ...".to_vec(), "PDF"),
        (b"\x89PNG\r\n\x1a\n".to_vec(), "ảnh"),
        (b"\xff\xd8\xff\xe0JFIF".to_vec(), "ảnh"),
        (b"Rar!\x1a\x07".to_vec(), "RAR"),
        (b"{\"a\": 1}".to_vec(), "JSON"),
        (b"<!DOCTYPE html><html><body>Xin ch\xc3\xa0o</body></html>".to_vec(), "trang web"),
        ((0..=255u8).cycle().take(5000).collect(), "không phải chữ"),
        (word, "Word"),
        (packed(&[("a.txt", b"x")]), "tệp nén"),
        (compound(&[("/WordDocument", b"x")]), "Word"),
    ] {
        let error = refused(&bytes);
        assert!(error.is(&NOT_A_WORKBOOK) && error.detail().contains(what), "{what}: {error:?}");
    }
    let binary = packed(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "_rels/.rels",
            br#"<Relationships><Relationship Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>"#,
        ),
        ("xl/workbook.bin", b"x"),
    ]);
    for bytes in [
        binary,
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n".to_vec(),
        b"\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00".to_vec(),
    ] {
        assert!(refused(&bytes).is(&OTHER_KIND));
    }
}

#[test]
fn a_file_cut_off_anywhere_is_said_to_be() {
    let rows: Vec<Vec<&str>> = (0..500).map(|n| vec![["Nguyễn", "Lê", "Trần"][n % 3], "6A1"]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let stream = xls_stream(&[("A", (0..500).map(|_| vec![Old::Text("Nguyễn"), Old::Number(1.5)]).collect())]);
    for whole in [xlsx("A", &rows), compound(&[("/Workbook", &stream)]), stream] {
        for part in 1..10 {
            let cut = whole.get(..whole.len() * part / 10).expect("shorter");
            let error = refused(cut);
            assert!(error.is(&DAMAGED), "{part}: {error:?}");
        }
    }
    assert!(refused(b"").is(&DAMAGED));
    assert!(refused(b"a;\"b").is(&DAMAGED));
    // A sheet that is there in name only, and a cell that points nowhere.
    let missing = packed(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", b"<workbook><sheets><sheet name=\"A\" r:id=\"a\"/></sheets></workbook>"),
    ]);
    assert!(refused(&missing).is(&DAMAGED));
    let pointless = xlsx_with(&[("A", "<sheetData><row><c t=\"s\"><v>7</v></c></row></sheetData>")], &[]);
    assert!(refused(&pointless).is(&DAMAGED));
}

#[test]
fn too_much_is_said_with_its_place() {
    let small =
        Limits { rows: 2, columns: 3, sheets: 2, cells: 5, letters: 1 << 20, bytes: 1 << 20, ..Limits::default() };
    for (bytes, what) in [
        (xlsx("Lớp", &[&["1"], &["2"], &["3"]]), "Lớp!A3"),
        (xlsx("Lớp", &[&["1", "2", "3", "4"]]), "Lớp!D1"),
        (xlsx("Lớp", &[&["1", "2", "3"], &["4", "5", "6"]]), "Lớp!C2"),
        (xlsx_with(&[("A", ""), ("B", ""), ("C", "")], &[]), "2 trang tính"),
        (b"1;2;3;4".to_vec(), "Trang 1!D1"),
        (xls_stream(&[("Lớp", vec![vec![Old::Text("a"), Old::Text("b"), Old::Text("c"), Old::Text("d")]])]), "Lớp!D1"),
        (b"<table><tr><td>1<tr><td>2<tr><td>3</table>".to_vec(), "Bảng 1!A3"),
        (vec![b'a'; 2 << 20], "2 MB"),
    ] {
        let error = refused_within(&bytes, &small);
        assert!(error.is(&TOO_LARGE) && error.detail().contains(what), "{what}: {error:?}");
    }
    let letters = xlsx("A", &[&[&"a".repeat(2000)]]);
    assert!(refused_within(&letters, &Limits { letters: 1000, ..Limits::default() }).is(&TOO_LARGE));
    // A row said to be repeated a million times is not written out a million times.
    let repeated = br#"<table:table table:name="A"><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="900" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row></table:table>"#;
    let limits = Limits { cells: 100_000, ..Limits::default() };
    assert!(refused_within(&packed(&[("content.xml", repeated)]), &limits).is(&TOO_LARGE));
}

#[test]
fn three_hundred_columns_are_read() {
    let row: Vec<String> = (0..300).map(|n| n.to_string()).collect();
    let row: Vec<&str> = row.iter().map(String::as_str).collect();
    let book = open(&xlsx("A", &[&row, &row]), &Limits::default()).expect("a workbook");
    assert_eq!((book.sheets[0].width(), book.sheets[0].address(1, 299).as_str()), (300, "A!KN2"));
}

#[test]
fn a_formula_that_failed_is_kept_with_its_place() {
    let body = "<sheetData><row r=\"3\"><c r=\"C3\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c><c r=\"D3\"><v>5</v></c></row></sheetData>";
    let book = open(&xlsx_with(&[("Học sinh", body)], &[]), &Limits::default()).expect("a workbook");
    let sheet = &book.sheets[0];
    assert_eq!((sheet.cell(2, 2), sheet.cell(2, 3).text().as_ref()), (Cell::Error(CellError::DivisionByZero), "5"));
    assert_eq!(sheet.address(2, 2), "Học sinh!C3");
}

#[test]
fn a_file_is_read_from_its_path() {
    let folder = tempfile::tempdir().expect("a folder");
    // The name says one thing, the bytes another.
    let path = folder.path().join("danh-sach.xls");
    std::fs::write(&path, "STT;Họ tên\n1;An\n").expect("writes");
    let book = open_file(&path, &Limits::default()).expect("a workbook");
    assert_eq!(book.format, documents::workbook::Format::Csv);
}

#[test]
fn a_compound_file_that_lies_in_its_head_costs_nothing() {
    let whole = compound(&[("/Workbook", &xls_stream(&[("A", vec![vec![Old::Text("x")]])]))]);
    // Counts and places of its tables, from the version to the first of them.
    for at in (0x18..0x60).step_by(4) {
        for lie in [u32::MAX, 0x7fff_ffff, 0x00ff_ffff, 1 << 20] {
            let mut bytes = whole.clone();
            bytes[at..at + 4].copy_from_slice(&lie.to_le_bytes());
            let _ = open(&bytes, &Limits::default());
        }
    }
    // The same for every word of a file of records.
    let stream = xls_stream(&[("A", vec![vec![Old::Text("Nguyễn"), Old::Number(1.0)], vec![Old::Formula("x")]])]);
    for at in 0..stream.len() - 4 {
        let mut bytes = stream.clone();
        bytes[at..at + 4].copy_from_slice(&[0xff; 4]);
        let _ = open(&bytes, &Limits::default());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever a byte of a good file becomes, reading it ends without a panic.
    #[test]
    fn a_changed_byte_breaks_nothing(which in 0usize..4, at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let stream = xls_stream(&[("A", vec![vec![Old::Text("Nguyễn"), Old::Styled(42_205.0, 1)], vec![Old::Formula("x"), Old::Error(7)]])]);
        let mut bytes = match which {
            0 => stream,
            1 => compound(&[("/Workbook", &stream)]),
            2 => include_bytes!("../data/khac.xlsx").to_vec(),
            _ => include_bytes!("../data/khac.ods").to_vec(),
        };
        let place = at.index(bytes.len());
        bytes[place] = byte;
        let _ = open(&bytes, &Limits::default());
        bytes.truncate(cut.index(bytes.len()) + 1);
        let _ = open(&bytes, &Limits::default());
    }

    #[test]
    fn any_letters_are_read_or_refused(text in "[<>/a-z\"'=;,\t\n &#x0-9!-]{0,120}|<table>[<>/tdrhbcolspan=\"0-9 ]{0,120}") {
        let _ = open(text.as_bytes(), &Limits::default());
    }
}
