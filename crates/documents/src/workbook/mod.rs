//! Reading any workbook a school has: what kind of file it really is, its cells as people see them, where its tables
//! begin, what its columns are and what stands in them. Nothing here knows what is imported.

mod biff;
pub mod columns;
mod decode;
mod gather;
pub mod header;
mod heading;
mod lent;
mod limits;
mod markup;
mod ods;
mod package;
mod separated;
mod shape;
mod sheet;
pub mod values;
mod xlsx;

use std::fs::File;
use std::io::{Cursor, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use base::{Error, Result};

pub use heading::Known;
pub use lent::Reader;
pub use limits::{BOMB, DAMAGED, Limits, NOT_A_WORKBOOK, OTHER_KIND, PASSWORD, TOO_LARGE};
pub use sheet::{Area, Cell, CellError, Format, Note, Row, Sheet, Workbook, letters_of};

use gather::Gather;
use limits::{damaged, not_a_workbook, other_kind, too_large};
use package::{Package, Source};

/// Reads a workbook from its bytes. What it is, its first bytes decide; its name is not asked for.
pub fn open(bytes: &[u8], limits: &Limits) -> Result<Workbook> {
    read(Box::new(Cursor::new(bytes)), limits)
}

/// Reads a workbook from a file.
pub fn open_file(path: &Path, limits: &Limits) -> Result<Workbook> {
    let file = File::open(path).map_err(Error::internal)?;
    read(Box::new(file), limits)
}

fn read(mut source: Box<dyn Source + '_>, limits: &Limits) -> Result<Workbook> {
    let size = source.seek(SeekFrom::End(0)).map_err(Error::internal)?;
    source.seek(SeekFrom::Start(0)).map_err(Error::internal)?;
    if size > limits.bytes {
        return Err(too_large(&format!("Tệp có {} MB, nhiều hơn {} MB được nhận.", size >> 20, limits.bytes >> 20)));
    }
    if size == 0 {
        return Err(damaged("tệp rỗng, không có gì bên trong"));
    }
    let mut first = Vec::new();
    source.by_ref().take(4096).read_to_end(&mut first).map_err(Error::internal)?;
    source.seek(SeekFrom::Start(0)).map_err(Error::internal)?;
    let mut gather = Gather::new(limits);
    let format = match first.as_slice() {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => packed(source, &mut gather)?,
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => {
            biff::read_compound(source, &mut gather)?;
            Format::Xls
        }
        // Excel 5 and older also wrote the records alone, without the file system around them.
        [0x09, 0x08, ..] => {
            let stream = whole(source)?;
            biff::read_stream(&stream, &mut gather)?;
            Format::Xls
        }
        [0x09, 0, 4, 0, ..] | [0x09, 2 | 4, 6, 0, ..] => return Err(other_kind("bảng tính Excel đời 2 đến 4")),
        first => {
            if let Some(what) = something_else(first) {
                return Err(not_a_workbook(what));
            }
            let bytes = whole(source)?;
            letters(&bytes, &mut gather)?
        }
    };
    let mut book = gather.finish(format);
    if format == Format::Html {
        // Tables that only lay out others.
        book.sheets.retain(|sheet| sheet.rows().len() > 0);
    }
    Ok(book)
}

fn whole(mut source: Box<dyn Source + '_>) -> Result<Vec<u8>> {
    // The size was held against the limit before.
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

fn packed(source: Box<dyn Source + '_>, gather: &mut Gather<'_>) -> Result<Format> {
    let mut package = Package::open(source, gather.limits)?;
    if package.has("content.xml") {
        ods::read(&mut package, gather)?;
        return Ok(Format::Ods);
    }
    if !package.has("[content_types].xml") && !package.has("xl/workbook.xml") {
        return Err(not_a_workbook("tệp nén"));
    }
    xlsx::read(&mut package, gather)?;
    Ok(Format::Xlsx)
}

/// Files that people take for a workbook, by their first bytes.
fn something_else(first: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 9] = [
        (b"%PDF", "tệp PDF"),
        (b"\x89PNG", "ảnh PNG"),
        (b"\xff\xd8\xff", "ảnh JPEG"),
        (b"GIF8", "ảnh GIF"),
        (b"Rar!", "tệp nén RAR"),
        (b"7z\xbc\xaf", "tệp nén 7z"),
        (b"\x1f\x8b", "tệp nén"),
        (b"{\\rtf", "văn bản RTF"),
        (b"MZ", "chương trình"),
    ];
    KNOWN.into_iter().find(|(start, _)| first.starts_with(start)).map(|(_, what)| what)
}

/// A file of letters: a page with tables, Excel's XML of 2003, or text with separators.
fn letters(bytes: &[u8], gather: &mut Gather<'_>) -> Result<Format> {
    let Some((text, guessed)) = decode::text(bytes) else {
        return Err(not_a_workbook("dữ liệu không phải chữ"));
    };
    let start = text.trim_start().chars().take(2048).collect::<String>().to_lowercase();
    if start.starts_with("mime-version:") {
        return Err(other_kind("trang web lưu một tệp (.mht)"));
    }
    if guessed {
        gather.notes.push(Note::Windows1258);
    }
    if start.starts_with('<') {
        if start.contains("urn:schemas-microsoft-com:office:spreadsheet") && !start.contains("<html") {
            markup::read_2003(&text, gather)?;
            return Ok(Format::Xml2003);
        }
        if !markup::read_html(&text, gather)? {
            return Err(not_a_workbook("trang web không có bảng nào"));
        }
        return Ok(Format::Html);
    }
    if start.starts_with('{') || start.starts_with("[{") {
        return Err(not_a_workbook("dữ liệu JSON"));
    }
    separated::read(&text, gather)?;
    Ok(Format::Csv)
}
