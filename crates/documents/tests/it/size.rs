//! A sheet as large as a province's: read, and small in memory.

use std::io::{Cursor, Write as _};
use std::time::Instant;

use documents::workbook::{Limits, open};
use zip::write::SimpleFileOptions;

/// The most memory that this process has used, in MB; `None` where the system does not say.
fn peak_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kb: u64 =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kb / 1024)
}

/// A sheet of which a third are texts that stand once, a third numbers, a third texts that stand often; packed as it is
/// written, so that it never stands in memory whole.
fn large(rows: u32, columns: u32) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, lines: &mut dyn Iterator<Item = String>| {
        zip.start_file(name, SimpleFileOptions::default().compression_level(Some(1))).expect("begins");
        for line in lines {
            zip.write_all(line.as_bytes()).expect("writes");
        }
    };
    part("[Content_Types].xml", &mut ["<Types/>".to_owned()].into_iter());
    let book = "<workbook><sheets><sheet name=\"Học sinh\" r:id=\"a\"/></sheets></workbook>".to_owned();
    part("xl/workbook.xml", &mut [book].into_iter());
    let rels =
        "<Relationships><Relationship Id=\"a\" Type=\"x/worksheet\" Target=\"a.xml\"/></Relationships>".to_owned();
    part("xl/_rels/workbook.xml.rels", &mut [rels].into_iter());
    let row = |row: u32| {
        let cells = (0..columns).map(|column| match column % 3 {
            0 => format!("<c t=\"inlineStr\"><is><t>Nguyễn Thị {row} {column}</t></is></c>"),
            1 => format!("<c><v>{}</v></c>", row * 7 + column),
            _ => format!("<c t=\"inlineStr\"><is><t>Kinh {column}</t></is></c>"),
        });
        format!("<row>{}</row>", cells.collect::<String>())
    };
    let open = std::iter::once("<worksheet><sheetData>".to_owned());
    part("xl/a.xml", &mut open.chain((0..rows).map(row)).chain(std::iter::once("</sheetData></worksheet>".to_owned())));
    zip.finish().expect("finishes").into_inner()
}

#[test]
fn a_large_sheet_is_read_in_bounded_memory() {
    // Unoptimised, the full size takes half a minute; each row takes as much memory as any other.
    let (rows, columns) = (if cfg!(debug_assertions) { 10_000 } else { 50_000 }, 60);
    let bytes = large(rows, columns);
    let before = peak_mb();
    let started = Instant::now();
    let book = open(&bytes, &Limits::default()).expect("a workbook");
    let took = started.elapsed();
    let sheet = &book.sheets[0];
    assert_eq!((sheet.rows().len(), sheet.width()), (rows as usize, columns));
    assert_eq!(sheet.cell(9_999, 57).text(), "Nguyễn Thị 9999 57");
    let grown = peak_mb().zip(before).map(|(after, before)| after - before);
    println!("{rows} x {columns}: {} MB packed, read in {took:.1?}, {grown:?} MB more memory", bytes.len() >> 20);
    // At the full size, three million cells of 16 bytes are 48 MB and their texts 25 MB, which grow by doubling.
    let most = u64::from(rows) * 150 / 50_000;
    assert!(grown.is_none_or(|grown| grown < most), "{grown:?} MB");
}
