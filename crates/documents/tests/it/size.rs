//! A sheet as large as a province's: read, and small in memory. The figures are printed; what may not be exceeded is
//! far above them, since other work shares the machine.

use std::fmt::Write as _;
use std::time::Instant;

use documents::workbook::{Limits, open};

use crate::make::xlsx_with;

/// The most memory that this process has used, in KB; `None` where the system does not say.
fn peak_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().trim_end_matches(" kB").parse().ok()
}

#[test]
fn fifty_thousand_rows_of_sixty_columns_are_read_in_bounded_memory() {
    let (rows, columns) = (50_000u32, 60u32);
    let mut body = String::with_capacity(220 << 20);
    body.push_str("<sheetData>");
    for row in 0..rows {
        body.push_str("<row>");
        for column in 0..columns {
            // A third are texts that stand once, a third numbers, a third texts that stand often.
            match column % 3 {
                0 => write!(body, "<c t=\"inlineStr\"><is><t>Nguyễn Thị {row} {column}</t></is></c>"),
                1 => write!(body, "<c><v>{}</v></c>", row * 7 + column),
                _ => write!(body, "<c t=\"inlineStr\"><is><t>Kinh {column}</t></is></c>"),
            }
            .expect("writes");
        }
        body.push_str("</row>");
    }
    body.push_str("</sheetData>");
    let unpacked = body.len();
    let bytes = xlsx_with(&[("Học sinh", &body)], &[]);
    drop(body);
    let before = peak_kb();
    let started = Instant::now();
    let book = open(&bytes, &Limits::default()).expect("a workbook");
    let took = started.elapsed();
    let sheet = &book.sheets[0];
    assert_eq!((sheet.rows().len(), sheet.width()), (rows as usize, columns));
    assert_eq!(sheet.cell(49_999, 57).text(), "Nguyễn Thị 49999 57");
    println!(
        "{rows} x {columns}: {} MB packed, {} MB of XML, read in {took:.1?}; peak before {before:?} KB, after {:?} KB",
        bytes.len() >> 20,
        unpacked >> 20,
        peak_kb()
    );
}
