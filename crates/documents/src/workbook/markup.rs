//! Tables in a web page, which school programs like to name `.xls`, and Excel's XML of 2003.

use std::borrow::Cow;
use std::collections::HashMap;

use base::{Date, Result};
use quick_xml::events::Event;

use super::gather::Gather;
use super::limits::damaged;
use super::package::{add_text, attribute, raw};
use super::shape::Shape;
use super::sheet::{Area, CellError};

/// More columns than this are not merged whatever a page says.
const SPAN: u32 = 16_384;
/// Tables inside tables at most; deeper ones are read as if they were not there.
const NESTED: usize = 64;

/// A tag of a web page.
struct Tag<'t> {
    name: String,
    closes: bool,
    attributes: &'t str,
}

/// A table being read.
struct Table {
    /// The sheet it becomes.
    sheet: usize,
    row: Option<u32>,
    column: u32,
    /// Columns that a cell above reaches into, with the last row it reaches.
    taken: HashMap<u32, u32>,
    cell: Option<String>,
    /// Rows and columns that the cell takes.
    spans: (u32, u32),
}

impl Table {
    fn end_cell(&mut self, gather: &mut Gather<'_>) -> Result<()> {
        let Some(text) = self.cell.take() else { return Ok(()) };
        gather.select(self.sheet);
        let row = self.row.unwrap_or(0);
        let taken = |column: &u32| self.taken.get(column).is_some_and(|until| *until >= row);
        while taken(&self.column) {
            self.column += 1;
        }
        let (rows, columns) = self.spans;
        if rows > 1 || columns > 1 {
            let (bottom, right) = (row.saturating_add(rows - 1), self.column + columns - 1);
            gather.merge(Area { top: row, left: self.column, bottom, right });
            if rows > 1 {
                self.taken.extend((self.column..=right).map(|column| (column, bottom)));
            }
        }
        gather.text(row, self.column, text.trim())?;
        self.column = self.column.saturating_add(columns).min(SPAN);
        Ok(())
    }

    fn begin_row(&mut self) {
        self.row = Some(self.row.map_or(0, |row| row.saturating_add(1)));
        self.column = 0;
    }
}

/// Reads the tables of a web page, each as a sheet; whether there was one.
pub(super) fn read_html(text: &str, gather: &mut Gather<'_>) -> Result<bool> {
    let mut rest = text;
    let mut tables = 0u32;
    let mut open: Vec<Table> = Vec::new();
    while let Some(at) = rest.find('<') {
        let (before, after) = rest.split_at(at);
        add_letters(&mut open, before);
        rest = after;
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some((tag, after)) = take_tag(rest) else {
            add_letters(&mut open, "<");
            rest = rest.get(1..).unwrap_or_default();
            continue;
        };
        rest = after;
        if !tag.closes && matches!(tag.name.as_str(), "script" | "style" | "title" | "xml") {
            rest = after_closing(rest, &tag.name);
            continue;
        }
        match (tag.name.as_str(), tag.closes) {
            ("table", false) => {
                // Pages are often laid out with tables: each is a sheet, also one inside another.
                if open.len() < NESTED {
                    tables += 1;
                    let sheet = gather.begin(&format!("Bảng {tables}"), false)?;
                    open.push(Table { sheet, row: None, column: 0, taken: HashMap::new(), cell: None, spans: (1, 1) });
                }
            }
            ("table", true) => {
                if let Some(mut table) = open.pop() {
                    table.end_cell(gather)?;
                }
            }
            ("br", _) | ("p" | "div" | "li", true) => add_letters(&mut open, "\n"),
            (name, closes) => {
                if let Some(table) = open.last_mut() {
                    step(table, name, closes, tag.attributes, gather)?;
                }
            }
        }
    }
    add_letters(&mut open, rest);
    for table in &mut open {
        table.end_cell(gather)?;
    }
    Ok(tables > 0)
}

fn step(table: &mut Table, name: &str, closes: bool, attributes: &str, gather: &mut Gather<'_>) -> Result<()> {
    match (name, closes) {
        ("tr", false) => {
            table.end_cell(gather)?;
            table.begin_row();
        }
        ("tr", true) => table.end_cell(gather)?,
        ("td" | "th", false) => {
            table.end_cell(gather)?;
            if table.row.is_none() {
                table.begin_row();
            }
            let span = |name: &str| {
                let said = html_attribute(attributes, name).and_then(|n| n.trim().parse::<u32>().ok());
                said.unwrap_or(1).clamp(1, SPAN)
            };
            table.spans = (span("rowspan"), span("colspan"));
            table.cell = Some(String::new());
        }
        ("td" | "th", true) => table.end_cell(gather)?,
        _ => {}
    }
    Ok(())
}

/// Adds letters to the innermost table's cell, as a page shows them: white space is one space.
fn add_letters(open: &mut [Table], letters: &str) {
    let Some(cell) = open.last_mut().and_then(|table| table.cell.as_mut()) else { return };
    if letters == "\n" {
        cell.push('\n');
        return;
    }
    let letters = unescaped(letters);
    let mut gap = letters.starts_with([' ', '\t', '\r', '\n']);
    for word in letters.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()) {
        if gap && !cell.is_empty() && !cell.ends_with([' ', '\n']) {
            cell.push(' ');
        }
        cell.push_str(word);
        gap = true;
    }
    if letters.ends_with([' ', '\t', '\r', '\n']) && !cell.is_empty() && !cell.ends_with([' ', '\n']) {
        cell.push(' ');
    }
}

/// Takes a tag off the text; `None` when the text only begins with a `<`.
fn take_tag(text: &str) -> Option<(Tag<'_>, &str)> {
    let inside = text.strip_prefix('<')?;
    let closes = inside.starts_with('/');
    let inside = inside.trim_start_matches('/');
    if !inside.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '?')) {
        return None;
    }
    let mut quote = None;
    let end = inside.char_indices().find_map(|(at, c)| match (quote, c) {
        (None, '"' | '\'') => {
            quote = Some(c);
            None
        }
        (Some(open), c) if open == c => {
            quote = None;
            None
        }
        (None, '>') => Some(at),
        _ => None,
    });
    // A quote that nobody closes would swallow the page: then the first `>` ends the tag.
    let end = end.or_else(|| inside.find('>')).unwrap_or(inside.len());
    let (tag, rest) = inside.split_at(end);
    let name_end = tag.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(tag.len());
    let (name, attributes) = tag.split_at(name_end);
    Some((Tag { name: name.to_ascii_lowercase(), closes, attributes }, rest.strip_prefix('>').unwrap_or(rest)))
}

fn after_closing<'t>(text: &'t str, name: &str) -> &'t str {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("</") {
        let same = after.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        if same {
            return after.split_once('>').map_or("", |(_, rest)| rest);
        }
        rest = after;
    }
    ""
}

fn html_attribute<'t>(attributes: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = attributes;
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, next) = match after.chars().next() {
            Some(quote @ ('"' | '\'')) => after.get(1..)?.split_once(quote)?,
            _ => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
        };
        if key.split_whitespace().next_back().is_some_and(|key| key.eq_ignore_ascii_case(name)) {
            return Some(value);
        }
        rest = next;
    }
    None
}

/// Letters with `&nbsp;` and the like.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let entity = after.split_once(';').filter(|(name, _)| name.len() <= 10);
        match entity.and_then(|(name, next)| Some((letter_of(name)?, next))) {
            Some((letter, next)) => {
                plain.push(letter);
                rest = next;
            }
            None => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// What an entity means: numbers, and the names of letters in Vietnamese pages.
fn letter_of(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
        return char::from_u32(code);
    }
    const KNOWN: [(&str, char); 36] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", '\u{a0}'),
        ("ndash", '–'),
        ("mdash", '—'),
        ("agrave", 'à'),
        ("aacute", 'á'),
        ("acirc", 'â'),
        ("atilde", 'ã'),
        ("egrave", 'è'),
        ("eacute", 'é'),
        ("ecirc", 'ê'),
        ("igrave", 'ì'),
        ("iacute", 'í'),
        ("ograve", 'ò'),
        ("oacute", 'ó'),
        ("ocirc", 'ô'),
        ("otilde", 'õ'),
        ("ugrave", 'ù'),
        ("uacute", 'ú'),
        ("yacute", 'ý'),
        ("Agrave", 'À'),
        ("Aacute", 'Á'),
        ("Acirc", 'Â'),
        ("Atilde", 'Ã'),
        ("Egrave", 'È'),
        ("Eacute", 'É'),
        ("Ecirc", 'Ê'),
        ("Oacute", 'Ó'),
        ("Ocirc", 'Ô'),
        ("Uacute", 'Ú'),
        ("Yacute", 'Ý'),
        ("eth", 'đ'),
    ];
    KNOWN.into_iter().find(|(known, _)| *known == name).map(|(_, letter)| letter)
}

/// Reads Excel's XML of 2003.
pub(super) fn read_2003(text: &str, gather: &mut Gather<'_>) -> Result<()> {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut shapes: HashMap<String, Shape> = HashMap::new();
    let mut style = String::new();
    let (mut row, mut column, mut next_row, mut next_column) = (0u32, 0u32, 0u32, 0u32);
    let mut kind = String::new();
    let mut value = String::new();
    let mut shape = Shape::Plain;
    let (mut in_data, mut formula) = (false, false);
    loop {
        let event = reader.read_event().map_err(|e| damaged("XML không trọn vẹn").caused_by(e))?;
        match &event {
            Event::Start(e) => match e.local_name().as_ref() {
                "Style" => style = attribute(e, "ID").unwrap_or_default(),
                "NumberFormat" => {
                    let code = attribute(e, "Format").unwrap_or_default();
                    let of = if code.contains("Date") { Shape::of("dd/mm/yyyy") } else { Shape::of(&code) };
                    shapes.insert(style.clone(), of);
                }
                "Worksheet" => {
                    next_row = 0;
                    gather.begin(&attribute(e, "Name").unwrap_or_default(), false)?;
                }
                "Row" => {
                    row = raw(e, "Index").and_then(|n| n.parse::<u32>().ok()).map_or(next_row, |n| n.saturating_sub(1));
                    next_row = row.saturating_add(1);
                    next_column = 0;
                }
                "Cell" => {
                    column = raw(e, "Index")
                        .and_then(|n| n.parse::<u32>().ok())
                        .map_or(next_column, |n| n.saturating_sub(1));
                    let more = |name: &str| raw(e, name).and_then(|n| n.parse::<u32>().ok()).unwrap_or(0).min(SPAN);
                    let (down, across) = (more("MergeDown"), more("MergeAcross"));
                    let (bottom, right) = (row.saturating_add(down), column.saturating_add(across));
                    gather.merge(Area { top: row, left: column, bottom, right });
                    next_column = right.saturating_add(1);
                    shape = attribute(e, "StyleID").and_then(|id| shapes.get(&id).cloned()).unwrap_or(Shape::Plain);
                    formula = raw(e, "Formula").is_some();
                    kind.clear();
                    value.clear();
                }
                "Data" => {
                    in_data = true;
                    kind = attribute(e, "Type").unwrap_or_default();
                }
                _ => {}
            },
            Event::End(e) => match e.local_name().as_ref() {
                "Data" => in_data = false,
                "Cell" => cell_2003(&kind, &value, formula, row, column, &shape, gather)?,
                _ => {}
            },
            Event::Eof => return Ok(()),
            _ if in_data => add_text(&event, &mut value),
            _ => {}
        }
    }
}

fn cell_2003(
    kind: &str,
    value: &str,
    formula: bool,
    row: u32,
    column: u32,
    shape: &Shape,
    gather: &mut Gather<'_>,
) -> Result<()> {
    match kind {
        "Number" => match value.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => gather.number(row, column, number, shape, false),
            _ => gather.text(row, column, value),
        },
        "DateTime" => match value.get(..10).and_then(|day| day.parse::<Date>().ok()) {
            Some(day) => gather.day(row, column, day, &base::vi::date(day)),
            None => gather.text(row, column, value),
        },
        "Boolean" => gather.truth(row, column, value.trim() == "1"),
        "Error" => gather.error(row, column, CellError::from_text(value)),
        "" if formula => gather.error(row, column, CellError::NotComputed),
        _ => gather.text(row, column, value),
    }
}
