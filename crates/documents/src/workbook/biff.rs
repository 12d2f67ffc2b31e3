//! Excel 5 to 2003: records in a stream (BIFF5, BIFF8), usually inside a compound file.
//!
//! Read by us and not by a library: those we tried take the file's word for how much memory its cells need, or give up
//! the whole file for one odd record.

use std::collections::HashMap;
use std::io::Read as _;

use base::Result;
use cfb::CompoundFile;
use encoding_rs::Encoding;

use super::gather::Gather;
use super::limits::{damaged, not_a_workbook, other_kind, password};
use super::package::Source;
use super::shape::Shape;
use super::sheet::{Area, CellError, Note, Slot, Span};

/// Record types, by their names in Microsoft's MS-XLS.
mod record {
    pub const FORMULA: u16 = 0x0006;
    pub const EOF: u16 = 0x000a;
    pub const DATE_1904: u16 = 0x0022;
    pub const FILE_PASS: u16 = 0x002f;
    pub const CONTINUE: u16 = 0x003c;
    pub const CODE_PAGE: u16 = 0x0042;
    pub const BOUND_SHEET: u16 = 0x0085;
    pub const MUL_RK: u16 = 0x00bd;
    pub const R_STRING: u16 = 0x00d6;
    pub const XF: u16 = 0x00e0;
    pub const MERGED_CELLS: u16 = 0x00e5;
    pub const SHARED_STRINGS: u16 = 0x00fc;
    pub const LABEL_SHARED: u16 = 0x00fd;
    pub const NUMBER: u16 = 0x0203;
    pub const LABEL: u16 = 0x0204;
    pub const BOOL_ERROR: u16 = 0x0205;
    pub const STRING: u16 = 0x0207;
    pub const RK: u16 = 0x027e;
    pub const FORMAT: u16 = 0x041e;
    pub const BOF: u16 = 0x0809;
}

/// A compound file that holds a workbook, or something encrypted.
pub(super) fn read_compound(source: Box<dyn Source + '_>, gather: &mut Gather<'_>) -> Result<()> {
    let mut file = CompoundFile::open(source).map_err(|e| damaged("mục lục bên trong không đọc được").caused_by(e))?;
    if file.is_stream("/EncryptedPackage") || file.is_storage("/\u{6}DataSpaces") {
        return Err(password());
    }
    let Some(name) = ["/Workbook", "/Book", "/WORKBOOK", "/BOOK"].into_iter().find(|name| file.is_stream(name)) else {
        return Err(not_a_workbook(if file.is_stream("/WordDocument") {
            "văn bản Word"
        } else {
            "tệp Office khác"
        }));
    };
    if file.is_storage("/_VBA_PROJECT_CUR") {
        gather.notes.push(Note::Macros);
    }
    let mut stream = Vec::new();
    let opened = file.open_stream(name).map_err(|e| damaged("bảng tính bên trong không đọc được").caused_by(e))?;
    let read = opened.take(gather.limits.bytes).read_to_end(&mut stream);
    read.map_err(|e| damaged("bảng tính bên trong bị cắt ngang").caused_by(e))?;
    read_stream(&stream, gather)
}

#[derive(Clone, Copy)]
struct Record<'a> {
    kind: u16,
    data: &'a [u8],
}

/// The records from a place on. A record that is cut off ends them.
struct Records<'a> {
    rest: &'a [u8],
    cut: bool,
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let &[k0, k1, l0, l1, ..] = self.rest else {
            self.cut = true;
            return None;
        };
        let length = usize::from(u16::from_le_bytes([l0, l1]));
        let Some(data) = self.rest.get(4..4 + length) else {
            self.cut = true;
            return None;
        };
        self.rest = self.rest.get(4 + length..).unwrap_or_default();
        Some(Record { kind: u16::from_le_bytes([k0, k1]), data })
    }
}

impl<'a> Records<'a> {
    /// The pieces of a record that goes on in others.
    fn with_continued(&mut self, first: &'a [u8]) -> Vec<&'a [u8]> {
        let mut pieces = vec![first];
        while let &[k0, k1, ..] = self.rest {
            if u16::from_le_bytes([k0, k1]) != record::CONTINUE {
                break;
            }
            match self.next() {
                Some(record) => pieces.push(record.data),
                None => break,
            }
        }
        pieces
    }
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at + 2).and_then(|two| two.try_into().ok()).map(u16::from_le_bytes)
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes)
}

fn f64_at(data: &[u8], at: usize) -> Option<f64> {
    data.get(at..at + 8).and_then(|eight| eight.try_into().ok()).map(f64::from_le_bytes)
}

/// What the sheets need to know of the whole.
struct Book {
    unicode: bool,
    letters: &'static Encoding,
    since_1904: bool,
    shapes: Vec<Shape>,
    strings: Vec<Span>,
}

struct Bound {
    at: usize,
    hidden: bool,
    holds_cells: bool,
    name: String,
}

/// The records of a workbook.
pub(super) fn read_stream(stream: &[u8], gather: &mut Gather<'_>) -> Result<()> {
    let mut book = Book {
        unicode: true,
        letters: encoding_rs::WINDOWS_1258,
        since_1904: false,
        shapes: Vec::new(),
        strings: Vec::new(),
    };
    let mut formats: HashMap<u16, Shape> = HashMap::new();
    let mut styles: Vec<u16> = Vec::new();
    let mut sheets: Vec<Bound> = Vec::new();
    let mut records = Records { rest: stream, cut: false };
    let mut whole = false;
    while let Some(Record { kind, data }) = records.next() {
        match kind {
            record::BOF => match u16_at(data, 0) {
                Some(0x0600) => book.unicode = true,
                Some(0x0500) => book.unicode = false,
                _ => return Err(other_kind("bảng tính Excel đời cũ")),
            },
            record::FILE_PASS => return Err(password()),
            record::CODE_PAGE => book.letters = encoding_of(u16_at(data, 0).unwrap_or(0)),
            record::DATE_1904 => book.since_1904 = u16_at(data, 0) == Some(1),
            record::FORMAT => {
                if let (Some(id), Some(code)) = (u16_at(data, 0), format_code(&book, data)) {
                    formats.insert(id, Shape::of(&code));
                }
            }
            record::XF => styles.push(u16_at(data, 2).unwrap_or(0)),
            record::BOUND_SHEET => sheets.extend(bound(&book, data)),
            record::SHARED_STRINGS => {
                let pieces = records.with_continued(data);
                shared(&pieces, &mut book, gather)?;
            }
            record::EOF => {
                whole = true;
                break;
            }
            _ => {}
        }
    }
    if !whole {
        return Err(damaged("phần đầu của bảng tính bị cắt ngang"));
    }
    let shape = |id: &u16| formats.get(id).cloned().or_else(|| Shape::built_in(u32::from(*id))).unwrap_or(Shape::Plain);
    book.shapes = styles.iter().map(shape).collect();
    let none: Vec<String> = sheets.iter().filter(|sheet| !sheet.holds_cells).map(|sheet| sheet.name.clone()).collect();
    if !none.is_empty() {
        gather.notes.push(Note::NoCells(none));
    }
    for sheet in sheets.iter().filter(|sheet| sheet.holds_cells) {
        gather.begin(&sheet.name, sheet.hidden)?;
        let Some(rest) = stream.get(sheet.at..) else {
            return Err(damaged(&format!("thiếu nội dung của trang {}", sheet.name)));
        };
        let mut records = Records { rest, cut: false };
        cells(&mut records, &book, gather)?;
        if records.cut {
            return Err(damaged(&format!("trang {} bị cắt ngang", sheet.name)));
        }
    }
    Ok(())
}

fn bound(book: &Book, data: &[u8]) -> Option<Bound> {
    let at = usize::try_from(u32_at(data, 0)?).ok()?;
    let (hidden, kind) = (*data.get(4)?, *data.get(5)?);
    let length = usize::from(*data.get(6)?);
    let name = if book.unicode {
        plain_letters(data.get(8..)?, length, data.get(7)? & 1 != 0)
    } else {
        book.letters.decode_without_bom_handling(data.get(7..7 + length)?).0.into_owned()
    };
    Some(Bound { at, hidden: hidden & 3 != 0, holds_cells: kind == 0, name })
}

fn format_code(book: &Book, data: &[u8]) -> Option<String> {
    if book.unicode {
        let length = usize::from(u16_at(data, 2)?);
        return Some(plain_letters(data.get(5..)?, length, data.get(4)? & 1 != 0));
    }
    let length = usize::from(*data.get(2)?);
    Some(book.letters.decode_without_bom_handling(data.get(3..3 + length)?).0.into_owned())
}

/// Letters of one byte (the first 256 of Unicode) or two.
fn plain_letters(data: &[u8], length: usize, wide: bool) -> String {
    if wide {
        let units = data.chunks_exact(2).take(length).filter_map(|two| two.try_into().ok()).map(u16::from_le_bytes);
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    } else {
        data.iter().take(length).map(|byte| char::from(*byte)).collect()
    }
}

/// Reads through the pieces of a record that goes on in others.
struct Pieces<'a> {
    pieces: &'a [&'a [u8]],
    at: usize,
}

impl Pieces<'_> {
    fn piece(&self) -> &[u8] {
        self.pieces.first().and_then(|piece| piece.get(self.at..)).unwrap_or_default()
    }

    /// Goes to the next piece once this one is used up; whether anything is left.
    fn settle(&mut self) -> bool {
        while self.piece().is_empty() {
            let Some(rest) = self.pieces.get(1..).filter(|rest| !rest.is_empty()) else { return false };
            self.pieces = rest;
            self.at = 0;
        }
        true
    }

    fn byte(&mut self) -> Option<u8> {
        self.settle();
        let byte = self.piece().first().copied()?;
        self.at += 1;
        Some(byte)
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn skip(&mut self, mut bytes: usize) {
        while bytes > 0 && self.settle() {
            let here = self.piece().len().min(bytes);
            self.at += here;
            bytes -= here;
        }
    }

    /// `length` letters. Where they go on in the next record, it says anew how wide they are.
    fn letters(&mut self, mut length: usize, mut wide: bool, text: &mut Vec<u16>) -> Option<()> {
        while length > 0 {
            if self.piece().is_empty() {
                if !self.settle() {
                    return None;
                }
                wide = self.byte()? & 1 != 0;
            }
            let piece = self.piece();
            if wide {
                let here = (piece.len() / 2).min(length);
                if here == 0 {
                    return None;
                }
                text.extend(
                    piece.chunks_exact(2).take(here).filter_map(|two| two.try_into().ok()).map(u16::from_le_bytes),
                );
                self.at += here * 2;
                length -= here;
            } else {
                let here = piece.len().min(length);
                text.extend(piece.iter().take(here).map(|byte| u16::from(*byte)));
                self.at += here;
                length -= here;
            }
        }
        Some(())
    }

    /// A text with its length, how it is written and what goes with it.
    fn text(&mut self, units: &mut Vec<u16>) -> Option<String> {
        let length = usize::from(self.short()?);
        let how = self.byte()?;
        let runs = if how & 8 != 0 { usize::from(self.short()?) * 4 } else { 0 };
        let sound = if how & 4 != 0 {
            let (low, high) = (self.short()?, self.short()?);
            usize::from(low) | usize::from(high) << 16
        } else {
            0
        };
        units.clear();
        self.letters(length, how & 1 != 0, units)?;
        self.skip(runs);
        self.skip(sound);
        Some(String::from_utf16_lossy(units))
    }
}

fn shared(pieces: &[&[u8]], book: &mut Book, gather: &mut Gather<'_>) -> Result<()> {
    let mut reading = Pieces { pieces, at: 8 };
    let mut units = Vec::new();
    while reading.settle() {
        let Some(text) = reading.text(&mut units) else {
            return Err(damaged("bảng chữ dùng chung bị cắt ngang"));
        };
        book.strings.push(gather.letters(&text)?);
    }
    Ok(())
}

/// Windows code pages that Excel 5 and 95 wrote.
fn encoding_of(page: u16) -> &'static Encoding {
    match page {
        874 => encoding_rs::WINDOWS_874,
        932 => encoding_rs::SHIFT_JIS,
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        1250 => encoding_rs::WINDOWS_1250,
        1251 => encoding_rs::WINDOWS_1251,
        1258 => encoding_rs::WINDOWS_1258,
        65001 => encoding_rs::UTF_8,
        _ => encoding_rs::WINDOWS_1252,
    }
}

fn cells(records: &mut Records<'_>, book: &Book, gather: &mut Gather<'_>) -> Result<()> {
    // Charts in a sheet are sheets within the sheet; their cells are not the sheet's.
    let mut depth = 0;
    let mut awaited: Option<(u32, u32)> = None;
    while let Some(Record { kind, data }) = records.next() {
        match kind {
            record::BOF => depth += 1,
            record::EOF => {
                depth -= 1;
                if depth <= 0 {
                    return Ok(());
                }
            }
            _ if depth > 1 => {}
            record::STRING => {
                if let Some((row, column)) = awaited.take() {
                    let pieces = records.with_continued(data);
                    gather.text(row, column, &label(book, &pieces, 0))?;
                }
            }
            record::MERGED_CELLS => merged(data, gather),
            _ => cell(records, kind, data, book, &mut awaited, gather)?,
        }
    }
    Ok(())
}

fn cell<'a>(
    records: &mut Records<'a>,
    kind: u16,
    data: &'a [u8],
    book: &Book,
    awaited: &mut Option<(u32, u32)>,
    gather: &mut Gather<'_>,
) -> Result<()> {
    let (Some(row), Some(column)) = (u16_at(data, 0).map(u32::from), u16_at(data, 2).map(u32::from)) else {
        return Ok(());
    };
    let shape =
        |at: usize| u16_at(data, at).and_then(|style| book.shapes.get(usize::from(style))).unwrap_or(&Shape::Plain);
    match kind {
        record::NUMBER => {
            if let Some(value) = f64_at(data, 6) {
                gather.number(row, column, value, shape(4), book.since_1904)?;
            }
        }
        record::RK => {
            if let Some(rk) = u32_at(data, 6) {
                gather.number(row, column, packed_number(rk), shape(4), book.since_1904)?;
            }
        }
        record::MUL_RK => {
            let many = data.get(4..data.len().saturating_sub(2)).unwrap_or_default();
            for (n, at) in (0u32..).zip((0..many.len() / 6).map(|n| n * 6)) {
                if let Some(rk) = u32_at(many, at + 2) {
                    gather.number(row, column + n, packed_number(rk), shape(4 + at), book.since_1904)?;
                }
            }
        }
        record::LABEL_SHARED => {
            let at = u32_at(data, 6).and_then(|at| usize::try_from(at).ok());
            let Some(span) = at.and_then(|at| book.strings.get(at)) else {
                return Err(damaged("một ô trỏ tới chữ không có trong tệp"));
            };
            if span.len > 0 {
                gather.put(row, column, Slot::Text(*span))?;
            }
        }
        record::LABEL | record::R_STRING => {
            let pieces = records.with_continued(data);
            gather.text(row, column, &label(book, &pieces, 6))?;
        }
        record::BOOL_ERROR => match (data.get(6), data.get(7)) {
            (Some(value), Some(0)) => gather.truth(row, column, *value != 0)?,
            (Some(value), Some(_)) => gather.error(row, column, error_of(*value))?,
            _ => {}
        },
        record::FORMULA => match data.get(6..14) {
            Some(&[what, _, value, _, _, _, 0xff, 0xff]) => match what {
                0 => *awaited = Some((row, column)),
                1 => gather.truth(row, column, value != 0)?,
                2 => gather.error(row, column, error_of(value))?,
                _ => {}
            },
            _ => {
                if let Some(value) = f64_at(data, 6) {
                    gather.number(row, column, value, shape(4), book.since_1904)?;
                }
            }
        },
        _ => {}
    }
    Ok(())
}

/// The text of a record, from `at` on.
fn label(book: &Book, pieces: &[&[u8]], at: usize) -> String {
    if book.unicode {
        return Pieces { pieces, at }.text(&mut Vec::new()).unwrap_or_default();
    }
    let data = pieces.first().copied().unwrap_or_default();
    let length = u16_at(data, at).map_or(0, usize::from);
    let letters = data.get(at + 2..).unwrap_or_default();
    book.letters.decode_without_bom_handling(letters.get(..length).unwrap_or(letters)).0.into_owned()
}

/// A number in 30 bits, of which two say how it is written.
fn packed_number(rk: u32) -> f64 {
    let bits = rk & !3;
    let value = if rk & 2 != 0 { f64::from(bits.cast_signed() >> 2) } else { f64::from_bits(u64::from(bits) << 32) };
    if rk & 1 != 0 { value / 100.0 } else { value }
}

fn error_of(code: u8) -> CellError {
    match code {
        0x00 => CellError::Null,
        0x07 => CellError::DivisionByZero,
        0x0f => CellError::Value,
        0x17 => CellError::Reference,
        0x1d => CellError::Name,
        0x24 => CellError::Number,
        0x2a => CellError::NotAvailable,
        _ => CellError::Other,
    }
}

fn merged(data: &[u8], gather: &mut Gather<'_>) {
    for eight in data.get(2..).unwrap_or_default().chunks_exact(8) {
        let part = |at: usize| u16_at(eight, at).map(u32::from);
        if let (Some(top), Some(bottom), Some(left), Some(right)) = (part(0), part(2), part(4), part(6)) {
            gather.merge(Area { top, left, bottom, right });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers_are_read() {
        assert!((packed_number(0x3ff0_0000) - 1.0).abs() < 1e-12);
        assert!((packed_number(123 << 2 | 2) - 123.0).abs() < 1e-12);
        assert!((packed_number(825 << 2 | 3) - 8.25).abs() < 1e-12);
        assert!((packed_number((-5i32 << 2).cast_unsigned() | 2) + 5.0).abs() < 1e-12);
    }

    #[test]
    fn a_text_goes_on_in_the_next_record_in_another_width() {
        // "Họ" of two bytes a letter, cut after the first; it goes on with one byte a letter: "Ho".
        let first: &[u8] = &[0; 8];
        let text: &[u8] = &[2, 0, 1, b'H', 0];
        let start: Vec<u8> = first.iter().chain(text).copied().collect();
        let pieces: [&[u8]; 2] = [&start, &[0, b'o']];
        let mut reading = Pieces { pieces: &pieces, at: 8 };
        assert_eq!(reading.text(&mut Vec::new()).as_deref(), Some("Ho"));
        assert!(!reading.settle());
    }
}
