//! Assignments as many schools write them: classes side by side, and below each who teaches what. Such a table becomes rows
//! of class, subject and teacher, each of which remembers the cell it comes from.

use std::collections::BTreeMap;

use base::Date;
use base::book::{Books, Column, Kind, Line, Seen};

use super::layout::{PLACE, What};
use super::matching::grade_of;
use super::stage::{Found, Stage, Staged, StagedRow};

/// The columns that rows are put together of, in their order.
const COLUMNS: [&str; 6] = [PLACE, "class", "subject", "staff_code", "staff_name", "periods"];

fn column(at: usize, key: &str) -> Column {
    Column {
        letters: char::from(b'A' + u8::try_from(at).unwrap_or_default()).to_string(),
        title: What::Assignments.label(key).to_owned(),
        key: Some(key.to_owned()),
        confidence: 100,
        reason: "ghép từ bảng có lớp theo cột".to_owned(),
        clash: None,
        with: Vec::new(),
        join: None,
        tick: None,
    }
}

/// The class that a heading names, where it names one of a grade: *6A1*, *Lớp 6A1*, *Khối 6 › 6A1*.
fn class_of(books: &dyn Books, title: &str, today: Date) -> Option<String> {
    let last = title.rsplit(" › ").next()?.trim();
    let is_code = last.chars().any(|c| c.is_ascii_digit()) && last.chars().count() <= 12;
    if !is_code || last.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let seen = Seen::Text(last.to_owned());
    let read = books.read(Kind::Class, &column(0, "class"), &[&seen], today).ok()??;
    grade_of(&read.value).map(|_| read.value)
}

/// A word and the periods a week behind it: *Toán (4)*, *Toán 4 tiết*, *Toán - 4t*.
fn with_periods(text: &str) -> (String, Option<u32>) {
    let text = text.trim();
    let bare = text.trim_end_matches(')').trim_end();
    let bare = ["tiết", "tiet", "t"].iter().find_map(|unit| bare.strip_suffix(unit)).unwrap_or(bare).trim_end();
    let digits = bare.len() - bare.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (word, number) = bare.split_at(bare.len() - digits);
    // *Ngoại ngữ 1* is a subject: only what is set off counts.
    let set_off = word.trim_end().ends_with(['(', '-', '–', ':']) || text.ends_with("tiết") || text.ends_with(')');
    match number.parse() {
        Ok(periods) if set_off && digits <= 2 => {
            (word.trim_end_matches([' ', '(', '-', '–', ':']).to_owned(), Some(periods))
        }
        _ => (text.to_owned(), None),
    }
}

/// Whether a word is a code and no name: GV012.
fn is_code(word: &str) -> bool {
    !word.contains(' ') && word.chars().any(|c| c.is_ascii_digit()) && word.chars().any(char::is_alphabetic)
}

/// What the columns before the classes say of a row.
#[derive(Default)]
struct Heads {
    subject: Option<usize>,
    code: Option<usize>,
    name: Option<usize>,
}

fn heads(table: &Staged, classes: &[(usize, String)]) -> Heads {
    let mut heads = Heads::default();
    for (at, column) in table.columns.iter().enumerate() {
        if classes.iter().any(|(class, _)| *class == at) {
            continue;
        }
        // The headings of another list may have been nearer as a whole.
        let called = || {
            let title = base::vi::fold(column.title.rsplit(" › ").next().unwrap_or_default());
            let lists = [What::Assignments, What::Staff].into_iter().flat_map(|what| what.columns());
            lists.filter(|one| one.names.iter().any(|name| base::vi::fold(name) == title)).map(|one| one.key).next()
        };
        match column.key.as_deref().or_else(called) {
            Some("subject") => heads.subject = heads.subject.or(Some(at)),
            Some("sector_code" | "staff_code" | "homeroom_code") => heads.code = heads.code.or(Some(at)),
            Some("full_name" | "staff_name" | "homeroom_name") => heads.name = heads.name.or(Some(at)),
            _ => {}
        }
    }
    heads
}

/// What one cell says: subject, code, name, periods.
fn cell(seen: &Seen, row: &Line, heads: &Heads) -> Vec<[Option<String>; 4]> {
    let head = |at: Option<usize>| {
        let text = at.and_then(|at| row.cells.get(at)).map(|seen| seen.text().trim().to_owned());
        text.filter(|text| !text.is_empty())
    };
    let (subject, code, name) = (head(heads.subject), head(heads.code), head(heads.name));
    let text = seen.text();
    let parts = text.split(['\n', ',', ';', '+']).map(str::trim).filter(|part| !part.is_empty());
    let has_teacher = code.is_some() || name.is_some();
    parts
        .filter_map(|part| {
            let (word, periods) = with_periods(part);
            let periods = periods.map(|periods| periods.to_string());
            let number: Option<u32> = part.parse().ok();
            Some(match (&subject, has_teacher) {
                // Both are known: the cell says how many periods, or only that it is so.
                (Some(_), true) if number == Some(0) => return None,
                (Some(_), true) if number.is_some() => {
                    [subject.clone(), code.clone(), name.clone(), Some(part.to_owned())]
                }
                (Some(_), true) if matches!(part, "x" | "X" | "✓" | "✔") => {
                    [subject.clone(), code.clone(), name.clone(), None]
                }
                (Some(_), false) if is_code(&word) => [subject.clone(), Some(word), None, periods],
                (Some(_), false) => [subject.clone(), None, Some(word), periods],
                (_, true) => [Some(word), code.clone(), name.clone(), periods],
                (None, false) => return None,
            })
        })
        .collect()
}

/// Puts tables of assignments that have classes side by side into rows.
pub fn unfold(books: &dyn Books, today: Date, stage: &mut Stage) {
    for table in &mut stage.tables {
        let classes: Vec<(usize, String)> = table
            .columns
            .iter()
            .enumerate()
            .filter_map(|(at, column)| Some((at, class_of(books, &column.title, today)?)))
            .collect();
        let heads = heads(table, &classes);
        if classes.len() < 2 || (heads.subject.is_none() && heads.code.is_none() && heads.name.is_none()) {
            continue;
        }
        let mut rows = Vec::new();
        for line in table.rows.iter().map(|row| &row.line) {
            for (at, class) in &classes {
                let (Some(seen), Some(column)) = (line.cells.get(*at), table.columns.get(*at)) else { continue };
                for [subject, code, name, periods] in cell(seen, line, &heads) {
                    let place = Some(format!("{}{}", column.letters, line.row));
                    let cells = [place, Some(class.clone()), subject, code, name, periods];
                    let text = |cell: Option<String>| cell.map_or(Seen::Empty, Seen::Text);
                    let row = u32::try_from(rows.len() + 1).unwrap_or(u32::MAX);
                    rows.push(StagedRow {
                        line: Line { row, cells: cells.into_iter().map(text).collect() },
                        was: BTreeMap::new(),
                        choice: None,
                        found: Found::default(),
                    });
                }
            }
        }
        if rows.is_empty() {
            continue;
        }
        let note = format!(
            "Trang “{}” là bảng phân công có lớp theo cột; mỗi ô được đọc thành một dòng: {} dòng.",
            table.sheet,
            rows.len()
        );
        table.what = Some(What::Assignments);
        table.skipped = false;
        table.columns = COLUMNS.iter().enumerate().map(|(at, key)| self::column(at, key)).collect();
        table.rows = rows;
        stage.notes.push(note);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_told_from_what_they_stand_behind() {
        for (text, word, periods) in [
            ("Toán (4)", "Toán", Some(4)),
            ("Toán 4 tiết", "Toán", Some(4)),
            ("Lê Thị Hoa - 3", "Lê Thị Hoa", Some(3)),
            ("Ngoại ngữ 1", "Ngoại ngữ 1", None),
            ("Ngoại ngữ 1 (3)", "Ngoại ngữ 1", Some(3)),
            ("Ngữ văn", "Ngữ văn", None),
            ("GV012", "GV012", None),
        ] {
            assert_eq!(with_periods(text), (word.to_owned(), periods), "{text}");
        }
    }
}
