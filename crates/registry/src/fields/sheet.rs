//! Fields as tables: a sheet for each kind of record, with the specification's own symbols as headings, and a sheet for
//! each kind of parts. What goes out comes back in unchanged. How a table becomes a workbook is `documents`'s matter.

use base::sheet::{Cell, Head};
use base::{Date, Error, Result};
use db::Tx;
use rules::sector::{Key, Level, Spec, Value, qd4998};

use super::parts::{self, Part};
use super::read::{keys_of, values};
use super::record::{Of, Record};
use super::{Asked, Values};

/// The heading over whose part a row is.
pub const OWNER: &str = "KHUE_MA_HO_SO";

/// A column: a key under the symbol that a level has for it.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The key.
    pub key: &'static Key,
    /// Its heading: the symbol, or the label where the symbol stands for another key already.
    pub heading: &'static str,
}

/// A table that goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The kind of its rows, which is also the name of its sheet.
    pub kind: &'static str,
    /// Its columns.
    pub heads: Vec<Head>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
}

/// A row that comes in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Which row of the table, from 0 below the headings.
    pub at: usize,
    /// Whose part it is.
    pub owner: Option<String>,
    /// What it says. Empty cells say nothing: they take no value away.
    pub asked: Asked,
}

/// The columns of a kind for some levels, in the order in which people read them. A key has the symbol of the first of
/// the levels that has one.
#[must_use]
pub fn columns(spec: &'static Spec, kind: &'static str, levels: &[Level]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for key in keys_of(spec, kind) {
        let line = levels.iter().find_map(|level| {
            key.fields.iter().filter_map(|at| spec.fields.get(*at)).find(|line| line.levels.contains(*level))
        });
        let Some(line) = line else { continue };
        let taken = columns.iter().any(|column| column.heading == line.symbol);
        columns.push(Column { key, heading: if taken { line.label } else { line.symbol } });
    }
    columns
}

fn cell(key: &Key, values: &Values, reported: &Values) -> Cell {
    let Some(text) = values.get(key.key).or_else(|| reported.get(key.key)) else { return Cell::Empty };
    match Value::read(key.value, text) {
        Some(Value::Integer(number)) => Cell::Int(number),
        Some(Value::Date(date)) => date.day().map_or_else(|| Cell::Text(date.to_string()), Cell::Date),
        Some(value) => Cell::Text(value.shown()),
        None => Cell::Text(text.clone()),
    }
}

fn heads(columns: &[Column]) -> Vec<Head> {
    columns.iter().map(|column| Head { title: column.heading, width: 18 }).collect()
}

fn row(columns: &[Column], values: &Values, reported: &Values) -> Vec<Cell> {
    columns.iter().map(|column| cell(column.key, values, reported)).collect()
}

/// What a record is called in the tables of its parts: its code, or its id where it has none.
fn owner(record: &Record, values: &Values) -> String {
    let key = if matches!(record.of, Of::Pupil | Of::Staff) { "sector_code" } else { "code" };
    values.get(key).cloned().unwrap_or_else(|| record.id.to_string())
}

/// The tables of records of one sort as of a day: theirs, then those of their parts. Rights are the caller's, and so is
/// what an export of many people or of closed groups asks for.
pub fn tables(tx: &mut Tx<'_>, of: Of, records: &[Record], levels: &[Level], on: Date) -> Result<Vec<Table>> {
    let spec = qd4998()?;
    let groups: Vec<_> = spec.groups_of(of.code()).collect();
    let own = columns(spec, of.code(), levels);
    let kinds: Vec<&'static str> = of.parts(spec).map(|kind| kind.code).collect();
    let mut first = Table { kind: of.code(), heads: heads(&own), rows: Vec::with_capacity(records.len()) };
    let mut others: Vec<(Table, Vec<Column>)> = kinds
        .iter()
        .map(|kind| {
            let columns = columns(spec, kind, levels);
            let mut titles = vec![Head { title: OWNER, width: 18 }];
            titles.extend(heads(&columns));
            (Table { kind, heads: titles, rows: Vec::new() }, columns)
        })
        .collect();
    for record in records {
        let (mut said, mut reported) = (Values::new(), Values::new());
        for (_, group) in values(tx, record, on, &groups)? {
            said.extend(group.values);
            reported.extend(group.reported);
        }
        first.rows.push(row(&own, &said, &reported));
        let whose = owner(record, &said);
        let mut all = parts::list(tx, record, on, &kinds)?;
        for (table, columns) in &mut others {
            for Part { values, reported, .. } in all.remove(table.kind).unwrap_or_default() {
                let mut cells = vec![Cell::Text(whose.clone())];
                cells.extend(row(columns, &values, &reported));
                table.rows.push(cells);
            }
        }
    }
    let others = others.into_iter().filter(|(_, columns)| !columns.is_empty()).map(|(table, _)| table);
    Ok(std::iter::once(first).chain(others).collect())
}

/// Reads the rows of a table: the first has the headings, symbols or labels. A heading that means nothing is refused, so
/// that nobody believes a column was taken.
pub fn rows(kind: &'static str, levels: &[Level], cells: &[Vec<String>]) -> Result<Vec<Row>> {
    let columns = columns(qd4998()?, kind, levels);
    let Some((first, below)) = cells.split_first() else { return Ok(Vec::new()) };
    let mut meant: Vec<Option<&'static str>> = Vec::with_capacity(first.len());
    for heading in first.iter().map(|heading| base::vi::clean(heading)) {
        let column = columns
            .iter()
            .find(|column| column.heading == heading)
            .or_else(|| columns.iter().find(|column| base::vi::fold(column.key.label) == base::vi::fold(&heading)));
        match column {
            Some(column) => meant.push(Some(column.key.key)),
            None if heading == OWNER || heading.is_empty() => meant.push(None),
            None => {
                let detail = format!(
                    "Trang {kind}: cột “{heading}” không có trong danh mục dữ liệu của ngành. Hãy sửa tiêu đề hoặc bỏ cột này."
                );
                return Err(Error::field("columns", "fields.unknown_column", detail));
            }
        }
    }
    let owner_at = first.iter().position(|heading| base::vi::clean(heading) == OWNER);
    let read = |(at, row): (usize, &Vec<String>)| {
        let mut said = Row { at, ..Row::default() };
        said.owner = owner_at.and_then(|at| row.get(at)).filter(|text| !text.is_empty()).cloned();
        for (key, text) in meant.iter().zip(row) {
            if let Some(key) = key.filter(|_| !text.trim().is_empty()) {
                said.asked.insert(key.to_owned(), Some(text.clone()));
            }
        }
        said
    };
    Ok(below.iter().enumerate().map(read).filter(|row| !row.asked.is_empty()).collect())
}
