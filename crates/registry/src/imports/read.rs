//! The cells of a row, read as what their columns hold.

use std::collections::{BTreeMap, HashMap};

use base::book::{Books, Kind, Seen};
use base::{Date, Result};
use rules::sector::{Found, Spec, Values as _, qd4998};

use super::layout::{ORDER, PLACE, What};
use super::stage::{Choice, Said, Staged, StagedRow};

/// A row that was read.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Its sheet.
    pub sheet: String,
    /// Its number there.
    pub number: u32,
    /// Its place in the file where its table was put together from the cells of another.
    pub place: Option<String>,
    /// The letters of each key's column.
    pub letters: HashMap<String, String>,
    /// Its values, by key.
    pub values: BTreeMap<String, String>,
    /// What is said about its cells.
    pub said: Vec<Said>,
    /// What a person said about it.
    pub choice: Option<Choice>,
}

impl Row {
    /// A value.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// Where a key stands, or the row where it has no column.
    #[must_use]
    pub fn at(&self, key: &str) -> String {
        match self.letters.get(key) {
            _ if self.place.is_some() => format!("{}!{}", self.sheet, self.place.as_deref().unwrap_or_default()),
            Some(letters) => format!("{}!{letters}{}", self.sheet, self.number),
            None => format!("{}, dòng {}", self.sheet, self.number),
        }
    }

    /// Says something about a cell.
    pub fn say(&mut self, key: &str, refuses: bool, code: &str, detail: impl Into<String>) {
        let at = self.at(key);
        self.said.push(Said { key: Some(key.to_owned()), at, refuses, code: code.to_owned(), detail: detail.into() });
    }

    /// Whether something keeps it out.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.said.iter().any(|said| said.refuses)
    }
}

/// The code list of a key whose cells hold names or codes.
fn list_of(key: &str) -> Option<&'static str> {
    match key {
        "ethnic_group" => Some("DM_DAN_TOC"),
        "status" => Some("DM_TRANG_THAI_HOC_SINH"),
        "grade" => Some("DM_KHOI"),
        _ => None,
    }
}

/// The code that is meant: as it is written, without what stands in brackets, or by another name in use.
fn meant(spec: &Spec, list: &str, text: &str) -> Found {
    /// Ethnic groups as schools write them, folded, and their official names.
    const ALSO: [(&str, &str); 9] = [
        ("kh mer", "Khơ-me"),
        ("khmer", "Khơ-me"),
        ("k ho", "Cơ-ho"),
        ("h mong", "Mông"),
        ("hmong", "Mông"),
        ("e de", "Ê-đê"),
        ("m nong", "Mnông"),
        ("h re", "Hrê"),
        ("s tieng", "Xtiêng"),
    ];
    let told = |found: &Found| matches!(found, Found::Code(_) | Found::Doubtful(..));
    let as_written = spec.find(list, text);
    if told(&as_written) {
        return as_written;
    }
    let bare = text.split('(').next().unwrap_or_default().trim();
    let folded = base::vi::fold(bare);
    let other = ALSO.iter().find(|(name, _)| list == "DM_DAN_TOC" && *name == folded).map_or(bare, |(_, name)| *name);
    let found = spec.find(list, other);
    if told(&found) { found } else { as_written }
}

/// Reads every row of a table. `latest` is the last day on which anybody was born.
pub fn rows(books: &dyn Books, table: &Staged, what: What, latest: Date) -> Result<Vec<Row>> {
    let spec = qd4998()?;
    Ok(table.rows.iter().map(|row| one(books, spec, table, what, row, latest)).collect())
}

fn one(books: &dyn Books, spec: &Spec, table: &Staged, what: What, staged: &StagedRow, latest: Date) -> Row {
    let mut row = Row { sheet: table.sheet.clone(), number: staged.line.row, choice: staged.choice, ..Row::default() };
    let nothing = Seen::Empty;
    for (at, column) in table.columns.iter().enumerate() {
        let Some(wanted) = column.key.as_deref().filter(|key| *key != ORDER).and_then(|key| what.column(key)) else {
            continue;
        };
        row.letters.insert(wanted.key.to_owned(), column.letters.clone());
        let places = std::iter::once(at).chain(column.with.iter().copied());
        let cells: Vec<&Seen> = places.map(|at| staged.line.cells.get(at).unwrap_or(&nothing)).collect();
        match books.read(wanted.kind, column, &cells, latest) {
            Ok(None) => {}
            Ok(Some(read)) if wanted.key == PLACE => row.place = Some(read.value),
            Ok(Some(read)) => {
                if let Some(hint) = read.hint {
                    row.say(wanted.key, false, "cell.mended", hint);
                }
                match list_of(wanted.key).map(|list| meant(spec, list, &read.value)) {
                    None => {
                        row.values.insert(wanted.key.to_owned(), read.value);
                    }
                    Some(Found::Code(code) | Found::Doubtful(code, _)) => {
                        row.values.insert(wanted.key.to_owned(), code);
                    }
                    Some(Found::Missing | Found::Open) => {
                        let name = wanted.names.first().copied().unwrap_or_default();
                        let refuses = what.essential().contains(&wanted.key);
                        let then = if refuses {
                            ""
                        } else {
                            " Ô này được bỏ qua, các ô khác của dòng vẫn nhận."
                        };
                        let detail = format!(
                            "{name}: “{}” không có trong danh mục của ngành. Hãy ghi đúng tên trong danh mục.{then}",
                            short(&read.value)
                        );
                        row.say(wanted.key, refuses, "cell.not_in_list", detail);
                    }
                }
            }
            Err(fault) => {
                let refuses = what.essential().contains(&wanted.key);
                let detail = match refuses {
                    true => fault.detail,
                    false => format!("{} Ô này được bỏ qua, các ô khác của dòng vẫn nhận.", fault.detail),
                };
                row.say(wanted.key, refuses, fault.code, detail);
            }
        }
    }
    // Excel's own text of a long value is not kept whole anywhere: what nobody could have typed is no value.
    for (key, value) in &row.values.clone() {
        let text = what.column(key).is_some_and(|column| column.kind == Kind::Text);
        if text && value.chars().count() > LONGEST {
            row.values.remove(key);
            row.say(key, false, "cell.too_long", format!("Ô dài quá {LONGEST} chữ cái nên được bỏ qua. Hãy rút gọn."));
        }
    }
    row
}

/// The longest text of a cell that is kept.
const LONGEST: usize = 500;

/// What a sentence repeats of a cell.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}
