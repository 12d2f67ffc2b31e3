//! What the house is lent: workbooks as `base::book` speaks of them.

use base::book::{self, Books, Kind, Seen, Wanted};
use base::{Date, Result};

use super::columns::{Column, DOUBTFUL, Join, Proposal};
use super::header::{Aside, Table};
use super::sheet::{Cell, CellError, Sheet, letters_of};
use super::values::{self, Birthday, Good, Sex, SexColumn};
use super::{Known, Limits, columns, header, open};

/// Reads workbooks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reader;

/// What a kind is among the columns that can be recognised.
const fn kind_of(kind: Kind) -> columns::Kind {
    match kind {
        Kind::Text | Kind::Code => columns::Kind::Text,
        Kind::Name => columns::Kind::PersonName,
        Kind::Birth | Kind::Day => columns::Kind::Date,
        Kind::Year => columns::Kind::Year,
        Kind::Sex => columns::Kind::Sex,
        Kind::PersonalNumber => columns::Kind::PersonalNumber,
        Kind::Phone => columns::Kind::Phone,
        Kind::Class => columns::Kind::Class,
        Kind::Number => columns::Kind::Number,
        Kind::Email => columns::Kind::Email,
    }
}

fn kept(cell: Cell<'_>) -> Seen {
    match cell {
        Cell::Empty => Seen::Empty,
        Cell::Text(text) => Seen::Text(text.to_owned()),
        Cell::Number { value, shown } => Seen::Number(value, shown.map(str::to_owned)),
        Cell::Date { day, shown } => Seen::Day(day, shown.to_owned()),
        Cell::Bool(yes) => Seen::Bool(yes),
        Cell::Error(error) => Seen::Error(error.shown().to_owned()),
    }
}

fn cell(seen: &Seen) -> Cell<'_> {
    match seen {
        Seen::Empty => Cell::Empty,
        Seen::Text(text) => Cell::Text(text),
        Seen::Number(value, shown) => Cell::Number { value: *value, shown: shown.as_deref() },
        Seen::Day(day, shown) => Cell::Date { day: *day, shown },
        Seen::Bool(yes) => Cell::Bool(*yes),
        Seen::Error(error) if error == CellError::NotComputed.shown() => Cell::Error(CellError::NotComputed),
        Seen::Error(error) => Cell::Error(CellError::from_text(error)),
    }
}

const fn aside(aside: Aside) -> &'static str {
    match aside {
        Aside::Numbering => "dòng đánh số cột",
        Aside::Explained => "dòng hướng dẫn dưới tiêu đề",
        Aside::Repeated => "dòng tiêu đề lặp lại",
        Aside::Total => "dòng tổng cộng",
        Aside::Signature => "dòng ngày tháng, chữ ký",
        Aside::Alone => "dòng ghi chú",
    }
}

/// How well a list fits: what is sure counts, what is a question hardly.
fn fit(proposals: &[Proposal]) -> u32 {
    let points = |p: &Proposal| match p.target {
        Some(_) if p.confidence >= DOUBTFUL => 10,
        Some(_) => 1,
        None => 0,
    };
    proposals.iter().map(points).sum()
}

fn table(sheet: &Sheet, found: &Table, lists: &[&[Wanted]]) -> book::Table {
    let mut best: Option<(u32, usize, Vec<Proposal>)> = None;
    let mut plain = Vec::new();
    for (at, list) in lists.iter().enumerate() {
        let wanted: Vec<Column<'_>> =
            list.iter().map(|one| Column { key: one.key, names: one.names, kind: kind_of(one.kind) }).collect();
        let proposals = columns::propose(sheet, found, &wanted);
        let points = fit(&proposals);
        if points >= 10 && best.as_ref().is_none_or(|(most, ..)| points > *most) {
            best = Some((points, at, proposals));
        } else {
            plain = proposals;
        }
    }
    let (list, proposals) = best.map_or((None, plain), |(_, at, proposals)| (Some(at), proposals));
    let key = |target: usize| -> Option<String> {
        let list = list.and_then(|at| lists.get(at))?;
        list.get(target).map(|one| one.key.to_owned())
    };
    let place = |column: u32| proposals.iter().position(|p| p.column == column);
    let columns = proposals
        .iter()
        .map(|p| book::Column {
            letters: letters_of(p.column),
            title: p.heading.clone(),
            key: p.target.and_then(key),
            confidence: p.confidence,
            reason: p.reason.words().to_owned(),
            clash: p.clash.and_then(|(target, _)| key(target)),
            with: p.with.iter().flat_map(|(with, _)| with.iter().filter_map(|c| place(*c))).collect(),
            join: p.with.as_ref().map(|(_, join)| match join {
                Join::Space => book::Join::Space,
                Join::Stroke => book::Join::Stroke,
                Join::Opposite => book::Join::Opposite,
            }),
            tick: p.tick.map(|sex| sex_code(sex).to_owned()),
        })
        .collect();
    let line = |row: &u32| book::Line {
        row: row + 1,
        cells: proposals.iter().map(|p| kept(sheet.cell(*row, p.column))).collect(),
    };
    book::Table {
        sheet: sheet.name.clone(),
        list,
        sure: found.sure,
        columns,
        rows: found.rows.iter().map(line).collect(),
        aside: found.aside.iter().map(|(row, why)| (row + 1, aside(*why).to_owned())).collect(),
    }
}

const fn sex_code(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "1",
        Sex::Female => "2",
    }
}

fn as_text<T>(good: Option<Good<T>>, write: impl FnOnce(T) -> String) -> Option<book::Value> {
    good.map(|good| book::Value { value: write(good.value), hint: good.hint.map(|hint| hint.detail) })
}

fn birth(birth: Birthday) -> String {
    match birth {
        Birthday::Day(day) => day.to_string(),
        Birthday::Month(year, month) => format!("{year:04}-{month:02}"),
        Birthday::Year(year) => format!("{year:04}"),
    }
}

/// Rows below the last that a grid can have are somebody's stray cell, far below it.
const GRID_AT_MOST: usize = 20_000;

/// A sheet as text, row below row: what lies between two rows that have something are empty ones.
fn grid(sheet: &Sheet) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for row in sheet.rows() {
        let at = row.index() as usize;
        if at >= GRID_AT_MOST {
            break;
        }
        rows.resize_with(at, Vec::new);
        rows.push(row.cells().map(|cell| cell.text().into_owned()).collect());
    }
    rows
}

impl Books for Reader {
    fn open(&self, bytes: &[u8], lists: &[&[Wanted]]) -> Result<book::Book> {
        let book = open(bytes, &Limits::default())?;
        let known = Known::of(lists.iter().flat_map(|list| list.iter()).flat_map(|one| one.names.iter().copied()));
        let mut tables = Vec::new();
        for sheet in &book.sheets {
            for found in header::tables(sheet, &known) {
                tables.push(table(sheet, &found, lists));
            }
        }
        Ok(book::Book { notes: book.notes.iter().map(super::Note::sentence).collect(), tables })
    }

    fn pages(&self, bytes: &[u8]) -> Result<Vec<book::Page>> {
        let book = open(bytes, &Limits::default())?;
        let shown = book.sheets.iter().filter(|sheet| !sheet.hidden);
        Ok(shown.map(|sheet| book::Page { name: sheet.name.clone(), rows: grid(sheet) }).collect())
    }

    fn read(
        &self,
        kind: Kind,
        column: &book::Column,
        cells: &[&Seen],
        latest: Date,
    ) -> std::result::Result<Option<book::Value>, book::Fault> {
        let first = cells.first().map_or(Cell::Empty, |seen| cell(seen));
        let joined = match column.join {
            Some(book::Join::Space | book::Join::Stroke) => {
                let between = if column.join == Some(book::Join::Space) { " " } else { "/" };
                let parts: Vec<String> = cells.iter().filter(|c| !c.is_blank()).map(|c| c.text()).collect();
                Some(parts.join(between))
            }
            _ => None,
        };
        let cell = match &joined {
            Some(text) if text.is_empty() => Cell::Empty,
            Some(text) => Cell::Text(text),
            None => first,
        };
        let read = match kind {
            Kind::Text => values::text(cell).map(|good| as_text(good, |text| text)),
            Kind::Name => values::name(cell).map(|good| as_text(good, |name| name.full())),
            Kind::Birth => values::birthday(cell, latest).map(|good| as_text(good, birth)),
            Kind::Day => values::day(cell, latest).map(|good| as_text(good, |day| day.to_string())),
            Kind::Year => values::year(cell, latest).map(|good| as_text(good, |year| year.to_string())),
            Kind::Sex => sex(column, cell, cells).map(|good| as_text(good, |sex| sex_code(sex).to_owned())),
            Kind::PersonalNumber => values::personal_number(cell).map(|good| as_text(good, |number| number)),
            Kind::Code => values::code(cell, None).map(|good| as_text(good, |code| code)),
            Kind::Phone => values::phones(cell).map(|good| as_text(good, |phones| phones.join(", "))),
            Kind::Class => values::class_name(cell).map(|good| as_text(good, |class| class.name)),
            Kind::Number => values::whole(cell).map(|good| as_text(good, |number| number.to_string())),
            Kind::Email => values::email(cell).map(|good| as_text(good, |address| address)),
        };
        read.map_err(|fault| book::Fault { code: fault.code, detail: fault.detail })
    }

    fn doubts(&self, number: &str, sex: Option<&str>, born: Option<i16>) -> Vec<String> {
        let sex = sex.and_then(|code| [Sex::Male, Sex::Female].into_iter().find(|sex| sex_code(*sex) == code));
        values::number_doubts(number, sex, born).into_iter().map(|hint| hint.detail).collect()
    }
}

fn sex(column: &book::Column, first: Cell<'_>, cells: &[&Seen]) -> values::Reading<Sex> {
    let Some(ticked) = column.tick.as_deref() else { return values::sex(first, SexColumn::Said) };
    let ticked = if ticked == "2" { Sex::Female } else { Sex::Male };
    match (column.join, cells.get(1)) {
        (Some(book::Join::Opposite), Some(other)) => values::sex_of_two(first, cell(other), ticked),
        _ => values::sex(first, SexColumn::Ticked(ticked)),
    }
}
