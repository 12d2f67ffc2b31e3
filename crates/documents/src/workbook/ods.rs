//! OpenDocument: one part with everything in it, repeated cells said once.

use std::collections::HashSet;

use base::{Date, Result};
use quick_xml::events::{BytesStart, Event};

use super::gather::Gather;
use super::limits::{damaged, not_a_workbook, password};
use super::package::{Package, Xml, add_text, attribute, raw};
use super::sheet::{Area, CellError};

pub(super) fn read(package: &mut Package<'_>, gather: &mut Gather<'_>) -> Result<()> {
    let mut kind = None;
    if let Some(mut xml) = package.part("META-INF/manifest.xml")? {
        loop {
            match xml.next()? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "encryption-data" => return Err(password()),
                    "file-entry" if raw(&e, "full-path") == Some("/") => kind = attribute(&e, "media-type"),
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
    }
    if kind.is_some_and(|kind| !kind.contains("spreadsheet")) {
        return Err(not_a_workbook("văn bản OpenDocument"));
    }
    let Some(mut xml) = package.part("content.xml")? else { return Err(damaged("thiếu phần content.xml")) };
    content(&mut xml, gather)
}

fn count(element: &BytesStart<'_>, name: &str) -> u32 {
    raw(element, name).and_then(|n| n.parse().ok()).unwrap_or(1).max(1)
}

/// A cell as the file says it.
#[derive(Clone, Default)]
struct Said {
    kind: String,
    value: String,
    text: String,
    repeated: u32,
    columns: u32,
    rows: u32,
}

fn content(xml: &mut Xml<'_, '_>, gather: &mut Gather<'_>) -> Result<()> {
    let mut hidden_styles: HashSet<String> = HashSet::new();
    let mut style = String::new();
    let mut row = 0u32;
    let mut line: Vec<Said> = Vec::new();
    let mut rows_repeated = 1;
    let mut said: Option<Said> = None;
    // A remark on a cell, or a drawing, holds paragraphs that are not the cell's.
    let mut beside = 0;
    let mut paragraphs = 0;
    let mut tables = 0;
    loop {
        let event = xml.next()?;
        match &event {
            Event::Start(e) => match e.local_name().as_ref() {
                "style" => style = attribute(e, "name").unwrap_or_default(),
                "table-properties" if raw(e, "display") == Some("false") => {
                    hidden_styles.insert(style.clone());
                }
                "annotation" | "shapes" | "frame" | "forms" => beside += 1,
                "table" if beside == 0 => {
                    tables += 1;
                    row = 0;
                    let hidden = attribute(e, "style-name").is_some_and(|name| hidden_styles.contains(&name));
                    gather.begin(&attribute(e, "name").unwrap_or_default(), hidden)?;
                }
                "table-row" if beside == 0 => {
                    line.clear();
                    rows_repeated = count(e, "number-rows-repeated");
                }
                "table-cell" | "covered-table-cell" if beside == 0 => {
                    let value = ["value", "date-value", "boolean-value", "time-value"]
                        .iter()
                        .find_map(|name| attribute(e, name));
                    // `calcext:value-type` stands after `office:value-type` and says more of errors.
                    let error = e.attributes_raw().contains("calcext:value-type=\"error\"");
                    let kind = if error { Some("error".to_owned()) } else { attribute(e, "value-type") };
                    paragraphs = 0;
                    said = Some(Said {
                        kind: kind.unwrap_or_default(),
                        value: value.unwrap_or_default(),
                        text: String::new(),
                        repeated: count(e, "number-columns-repeated"),
                        columns: count(e, "number-columns-spanned"),
                        rows: count(e, "number-rows-spanned"),
                    });
                }
                "p" if beside == 0 => {
                    if let Some(said) = said.as_mut() {
                        if paragraphs > 0 {
                            said.text.push('\n');
                        }
                        paragraphs += 1;
                    }
                }
                "s" if beside == 0 => {
                    if let Some(said) = said.as_mut() {
                        said.text.extend(std::iter::repeat_n(' ', count(e, "c").min(1_000) as usize));
                    }
                }
                "line-break" | "tab" if beside == 0 => {
                    if let Some(said) = said.as_mut() {
                        said.text.push(if e.local_name().as_ref() == "tab" { '\t' } else { '\n' });
                    }
                }
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "annotation" | "shapes" | "frame" | "forms" => beside -= 1,
                "table-cell" | "covered-table-cell" if beside == 0 => line.extend(said.take()),
                "table-row" if beside == 0 => {
                    put(&line, row, rows_repeated, gather)?;
                    row = row.saturating_add(rows_repeated);
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {
                if let Some(said) = said.as_mut()
                    && beside == 0
                    && paragraphs > 0
                {
                    add_text(&event, &mut said.text);
                }
            }
        }
    }
    if tables == 0 { Err(not_a_workbook("văn bản OpenDocument")) } else { Ok(()) }
}

/// A row, as often as the file repeats it.
fn put(line: &[Said], row: u32, repeated: u32, gather: &mut Gather<'_>) -> Result<()> {
    let something = |said: &Said| !said.text.is_empty() || !said.value.is_empty();
    if !line.iter().any(|said| something(said) || said.columns > 1 || said.rows > 1) {
        return Ok(());
    }
    // The gatherer's own limits end what repeats without end.
    for row in row..row.saturating_add(repeated) {
        let mut column = 0u32;
        for said in line {
            if said.columns > 1 || said.rows > 1 {
                let (bottom, right) = (row.saturating_add(said.rows - 1), column.saturating_add(said.columns - 1));
                gather.merge(Area { top: row, left: column, bottom, right });
            }
            if something(said) {
                for column in column..column.saturating_add(said.repeated) {
                    cell(said, row, column, gather)?;
                }
            }
            column = column.saturating_add(said.repeated);
        }
        if !line.iter().any(something) {
            return Ok(());
        }
    }
    Ok(())
}

fn cell(said: &Said, row: u32, column: u32, gather: &mut Gather<'_>) -> Result<()> {
    match said.kind.as_str() {
        "float" | "currency" | "percentage" => match said.value.parse::<f64>() {
            Ok(value) if value.is_finite() => gather.number_shown(row, column, value, &said.text),
            _ => gather.text(row, column, &said.text),
        },
        "date" => match said.value.get(..10).and_then(|day| day.parse::<Date>().ok()) {
            Some(day) if said.text.is_empty() => gather.day(row, column, day, &base::vi::date(day)),
            Some(day) => gather.day(row, column, day, &said.text),
            None => gather.text(row, column, &said.text),
        },
        "boolean" => gather.truth(row, column, said.value == "true"),
        "error" => gather.error(row, column, CellError::from_text(&said.text)),
        _ if said.text.starts_with('#') && CellError::from_text(&said.text) != CellError::Other => {
            gather.error(row, column, CellError::from_text(&said.text))
        }
        _ => gather.text(row, column, &said.text),
    }
}
