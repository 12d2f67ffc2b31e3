//! Excel since 2007: a package of XML parts, read in one pass a part.

use std::collections::HashMap;

use base::{Date, Result};
use quick_xml::events::Event;

use super::gather::Gather;
use super::limits::{damaged, not_a_workbook, other_kind};
use super::package::{Package, add_text, attribute, raw};
use super::shape::Shape;
use super::sheet::{Area, CellError, Note, Slot, Span};

/// Columns and rows that Excel itself knows.
const COLUMNS: u32 = 16_384;
const ROWS: u32 = 1_048_576;

struct Page {
    name: String,
    hidden: bool,
    part: String,
    holds_cells: bool,
}

pub(super) fn read(package: &mut Package<'_>, gather: &mut Gather<'_>) -> Result<()> {
    let main = main_part(package)?;
    if main.to_lowercase().ends_with(".bin") {
        return Err(other_kind("bảng tính nhị phân (.xlsb)"));
    }
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    if package.has_ending("vbaproject.bin") {
        gather.notes.push(Note::Macros);
    }
    let parts = relations(package, &main, &folder)?;
    let (pages, since_1904) = pages(package, &main, &parts)?;
    let other = |kind: &str, usual: &str| {
        let named = parts.values().find(|(_, of)| of.ends_with(kind)).map(|(part, _)| part.clone());
        named.unwrap_or_else(|| format!("{folder}/{usual}"))
    };
    let shapes = shapes(package, &other("/styles", "styles.xml"))?;
    let strings = strings(package, &other("/sharedStrings", "sharedStrings.xml"), gather)?;
    let none: Vec<String> = pages.iter().filter(|page| !page.holds_cells).map(|page| page.name.clone()).collect();
    if !none.is_empty() {
        gather.notes.push(Note::NoCells(none));
    }
    for page in pages.iter().filter(|page| page.holds_cells) {
        gather.begin(&page.name, page.hidden)?;
        sheet(package, &page.part, &shapes, &strings, since_1904, gather)?;
    }
    Ok(())
}

/// The part that lists the sheets.
fn main_part(package: &mut Package<'_>) -> Result<String> {
    let mut found = None;
    if let Some(mut xml) = package.part("_rels/.rels")? {
        loop {
            match xml.next()? {
                Event::Start(e)
                    if e.local_name().as_ref() == "Relationship"
                        && raw(&e, "Type").is_some_and(|of| of.ends_with("/officeDocument")) =>
                {
                    found = attribute(&e, "Target");
                }
                Event::Eof => break,
                _ => {}
            }
        }
    }
    let main = found.map_or_else(|| "xl/workbook.xml".to_owned(), |main| main.trim_start_matches('/').to_owned());
    if package.has(&main) && !main.to_lowercase().contains("word/") && !main.to_lowercase().contains("ppt/") {
        return Ok(main);
    }
    Err(match main.to_lowercase() {
        main if main.contains("word/") => not_a_workbook("văn bản Word"),
        main if main.contains("ppt/") => not_a_workbook("bài trình chiếu PowerPoint"),
        _ => not_a_workbook("tệp nén"),
    })
}

/// What the sheets' ids stand for: part and kind.
fn relations(package: &mut Package<'_>, main: &str, folder: &str) -> Result<HashMap<String, (String, String)>> {
    let name = main.rsplit('/').next().unwrap_or(main);
    let slash = if folder.is_empty() { "" } else { "/" };
    let mut parts = HashMap::new();
    let Some(mut xml) = package.part(&format!("{folder}{slash}_rels/{name}.rels"))? else { return Ok(parts) };
    loop {
        match xml.next()? {
            Event::Start(e) if e.local_name().as_ref() == "Relationship" => {
                if let (Some(id), Some(target), Some(of)) =
                    (attribute(&e, "Id"), attribute(&e, "Target"), attribute(&e, "Type"))
                {
                    let part = match target.strip_prefix('/') {
                        Some(whole) => whole.to_owned(),
                        None => format!("{folder}{slash}{}", target.trim_start_matches("./")),
                    };
                    parts.insert(id, (part, of));
                }
            }
            Event::Eof => return Ok(parts),
            _ => {}
        }
    }
}

fn pages(
    package: &mut Package<'_>,
    main: &str,
    parts: &HashMap<String, (String, String)>,
) -> Result<(Vec<Page>, bool)> {
    let mut pages = Vec::new();
    let mut since_1904 = false;
    let Some(mut xml) = package.part(main)? else { return Err(damaged("thiếu danh sách trang tính")) };
    loop {
        match xml.next()? {
            Event::Start(e) => match e.local_name().as_ref() {
                "sheet" => {
                    let name = attribute(&e, "name").unwrap_or_default();
                    let hidden = raw(&e, "state").is_some_and(|state| state != "visible");
                    let id = attribute(&e, "id").unwrap_or_default();
                    let Some((part, of)) = parts.get(&id) else {
                        return Err(damaged(&format!("thiếu nội dung của trang {name}")));
                    };
                    pages.push(Page { name, hidden, part: part.clone(), holds_cells: of.ends_with("/worksheet") });
                }
                "workbookPr" => since_1904 |= raw(&e, "date1904").is_some_and(|on| matches!(on, "1" | "true")),
                _ => {}
            },
            Event::Eof => return Ok((pages, since_1904)),
            _ => {}
        }
    }
}

/// The number format of each style.
fn shapes(package: &mut Package<'_>, part: &str) -> Result<Vec<Shape>> {
    let mut own: HashMap<u32, Shape> = HashMap::new();
    let mut shapes = Vec::new();
    let mut in_styles = false;
    let Some(mut xml) = package.part(part)? else { return Ok(shapes) };
    loop {
        match xml.next()? {
            Event::Start(e) => match e.local_name().as_ref() {
                "numFmt" => {
                    let id = raw(&e, "numFmtId").and_then(|id| id.parse().ok());
                    if let (Some(id), Some(code)) = (id, attribute(&e, "formatCode")) {
                        own.insert(id, Shape::of(&code));
                    }
                }
                "cellXfs" => in_styles = true,
                "xf" if in_styles => {
                    let id = raw(&e, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    let shape = own.get(&id).cloned().or_else(|| Shape::built_in(id));
                    shapes.push(shape.unwrap_or(Shape::Plain));
                }
                _ => {}
            },
            Event::End(e) if e.local_name().as_ref() == "cellXfs" => return Ok(shapes),
            Event::Eof => return Ok(shapes),
            _ => {}
        }
    }
}

/// The texts that cells share.
fn strings(package: &mut Package<'_>, part: &str, gather: &mut Gather<'_>) -> Result<Vec<Span>> {
    let mut strings = Vec::new();
    let Some(mut xml) = package.part(part)? else { return Ok(strings) };
    let mut text = String::new();
    let (mut in_text, mut in_sound) = (false, false);
    loop {
        let event = xml.next()?;
        match &event {
            Event::Start(e) => match e.local_name().as_ref() {
                "si" => text.clear(),
                // How a text is read aloud is not part of it.
                "rPh" => in_sound = true,
                "t" => in_text = !in_sound,
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "si" => {
                    // Each is a place of 8 bytes even when the text is empty or was there before.
                    if strings.len() >= gather.limits.cells {
                        return Err(super::limits::too_large("Tệp có quá nhiều chữ."));
                    }
                    strings.push(gather.letters(&unescaped(&text))?);
                }
                "rPh" => in_sound = false,
                "t" => in_text = false,
                _ => {}
            },
            Event::Eof => return Ok(strings),
            _ if in_text => add_text(&event, &mut text),
            _ => {}
        }
    }
}

/// Excel writes what XML forbids, and carriage returns, as `_x000D_`.
fn unescaped(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains("_x") {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6).filter(|_| rest.get(at + 6..at + 7) == Some("_"));
        let letter = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        let (before, after) = rest.split_at(at);
        plain.push_str(before);
        match letter {
            Some(letter) => {
                plain.push(letter);
                rest = after.get(7..).unwrap_or_default();
            }
            None => {
                plain.push_str("_x");
                rest = after.get(2..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    plain.into()
}

/// What stands in a cell's value.
#[derive(Clone, Copy, PartialEq)]
enum Holds {
    Number,
    Shared,
    Inline,
    Formula,
    Bool,
    Error,
    Day,
}

/// Where in a cell the reading is.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Nothing,
    Value,
    Text,
    Sound,
}

fn sheet(
    package: &mut Package<'_>,
    part: &str,
    shapes: &[Shape],
    strings: &[Span],
    since_1904: bool,
    gather: &mut Gather<'_>,
) -> Result<()> {
    let Some(mut xml) = package.part(part)? else { return Err(damaged(&format!("thiếu phần {part}"))) };
    let (mut row, mut column, mut next_row, mut next_column) = (0, 0, 0, 0);
    let (mut holds, mut style, mut inside, mut computed) = (Holds::Number, 0, Inside::Nothing, false);
    let mut value = String::new();
    loop {
        let event = xml.next()?;
        match &event {
            Event::Start(e) => match e.local_name().as_ref() {
                "row" => {
                    row = raw(e, "r")
                        .and_then(|r| r.parse().ok())
                        .and_then(|r: u32| r.checked_sub(1))
                        .unwrap_or(next_row);
                    if row >= ROWS {
                        return Err(damaged(&format!("dòng {row} không có trong Excel")));
                    }
                    next_row = row + 1;
                    next_column = 0;
                }
                "c" => {
                    let place = raw(e, "r").and_then(place_of);
                    column = place.map_or(next_column, |(_, column)| column);
                    row = place.map_or(row, |(row, _)| row);
                    next_column = column + 1;
                    style = raw(e, "s").and_then(|s| s.parse().ok()).unwrap_or(0);
                    holds = match raw(e, "t") {
                        Some("s") => Holds::Shared,
                        Some("inlineStr") => Holds::Inline,
                        Some("str") => Holds::Formula,
                        Some("b") => Holds::Bool,
                        Some("e") => Holds::Error,
                        Some("d") => Holds::Day,
                        _ => Holds::Number,
                    };
                    computed = false;
                    value.clear();
                }
                "f" => computed = true,
                "v" if holds != Holds::Inline => inside = Inside::Value,
                "rPh" => inside = Inside::Sound,
                "t" if holds == Holds::Inline && inside != Inside::Sound => inside = Inside::Text,
                "mergeCell" => {
                    if let Some(area) = raw(e, "ref").and_then(area_of) {
                        gather.merge(area);
                    }
                }
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "v" | "t" if inside != Inside::Sound => inside = Inside::Nothing,
                "rPh" => inside = Inside::Nothing,
                "c" => {
                    let text = unescaped(&value);
                    match holds {
                        Holds::Inline | Holds::Formula => gather.text(row, column, &text)?,
                        // A formula without a value: whoever wrote the file left it to Excel to compute.
                        _ if text.is_empty() && computed => gather.error(row, column, CellError::NotComputed)?,
                        _ if text.is_empty() => {}
                        Holds::Shared => {
                            let at = text.trim().parse::<usize>().ok();
                            let Some(span) = at.and_then(|at| strings.get(at)) else {
                                return Err(damaged("một ô trỏ tới chữ không có trong tệp"));
                            };
                            if span.len > 0 {
                                gather.put(row, column, Slot::Text(*span))?;
                            }
                        }
                        Holds::Bool => gather.truth(row, column, matches!(text.trim(), "1" | "true" | "TRUE"))?,
                        Holds::Error => gather.error(row, column, CellError::from_text(&text))?,
                        Holds::Day => match text.get(..10).and_then(|day| day.parse::<Date>().ok()) {
                            Some(day) => gather.day(row, column, day, &base::vi::date(day))?,
                            None => gather.text(row, column, &text)?,
                        },
                        Holds::Number => match text.trim().parse::<f64>() {
                            Ok(number) if number.is_finite() => {
                                let shape = shapes.get(style).unwrap_or(&Shape::Plain);
                                gather.number(row, column, number, shape, since_1904)?;
                            }
                            _ => gather.text(row, column, &text)?,
                        },
                    }
                }
                _ => {}
            },
            Event::Eof => return Ok(()),
            _ if matches!(inside, Inside::Value | Inside::Text) => add_text(&event, &mut value),
            _ => {}
        }
    }
}

/// Row and column of `C12`, from 0.
fn place_of(name: &str) -> Option<(u32, u32)> {
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = name.split_at_checked(digits)?;
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let mut column = 0;
    for letter in letters.bytes() {
        let letter = letter.to_ascii_uppercase();
        if !letter.is_ascii_uppercase() {
            return None;
        }
        column = column * 26 + u32::from(letter - b'A') + 1;
    }
    let row: u32 = digits.parse().ok()?;
    ((1..=ROWS).contains(&row) && column <= COLUMNS).then(|| (row - 1, column - 1))
}

/// An area of `A5:I5`.
fn area_of(name: &str) -> Option<Area> {
    let (from, to) = name.split_once(':')?;
    let ((top, left), (bottom, right)) = (place_of(from)?, place_of(to)?);
    (top <= bottom && left <= right).then_some(Area { top, left, bottom, right })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        assert_eq!(place_of("A1"), Some((0, 0)));
        assert_eq!(place_of("XFD1048576"), Some((1_048_575, 16_383)));
        for bad in ["", "A", "1", "A0", "XFE1", "A1048577", "AAAA1", "$A$1", "A-1"] {
            assert_eq!(place_of(bad), None, "{bad}");
        }
        assert_eq!(area_of("A5:I5"), Some(Area { top: 4, left: 0, bottom: 4, right: 8 }));
        assert_eq!(area_of("I5:A5"), None);
    }

    #[test]
    fn what_excel_escapes_comes_back() {
        assert_eq!(unescaped("a_x000D_b"), "a\rb");
        assert_eq!(unescaped("_x005F_x000D_"), "_x000D_");
        assert_eq!(unescaped("ma_xã_x12"), "ma_xã_x12");
    }
}
