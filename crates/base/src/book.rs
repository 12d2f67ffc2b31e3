//! A workbook that comes into the house: its tables, what their columns are taken for, and the cells as they stand there.
//! How a file becomes one, and how a cell is read, is somebody else's matter (`documents`).

use serde::{Deserialize, Serialize};

use crate::{Date, Result};

/// A cell as it stands in the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// Nothing.
    #[default]
    Empty,
    /// Text, not cleaned.
    Text(String),
    /// A number, and what its format makes of it where that differs.
    Number(f64, Option<String>),
    /// A day that the file holds as such, and how it is shown.
    Day(Date, String),
    /// True or false.
    Bool(bool),
    /// A formula that failed, as it is shown.
    Error(String),
}

impl Seen {
    /// What a person sees in the cell.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Number(_, Some(text)) | Self::Day(_, text) | Self::Error(text) => text.clone(),
            Self::Number(value, None) => value.to_string(),
            Self::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        }
    }

    /// Whether nothing is seen.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }
}

/// What a column holds: by this it is recognised, and by this its cells are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One line of text.
    Text,
    /// The name of a person. Read as the name, cleaned.
    Name,
    /// A birth: a day, or its month or year. Read as `2014-03-26`, `2014-03`, `2014`.
    Birth,
    /// A day. Read as `2014-03-26`.
    Day,
    /// A year.
    Year,
    /// A sex. Read as `1` (Nam) or `2` (Nữ).
    Sex,
    /// A personal number: twelve digits.
    PersonalNumber,
    /// A code: digits or letters, whose zeros count.
    Code,
    /// Telephones, several with `, ` between.
    Phone,
    /// The name of a class, as such names are written.
    Class,
    /// A whole number.
    Number,
    /// A mail address.
    Email,
}

/// A column that somebody looks for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// What its caller knows it by.
    pub key: &'static str,
    /// Its headings, the official one first.
    pub names: &'static [&'static str],
    /// What it holds.
    pub kind: Kind,
}

/// How the cells of several columns are one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Join {
    /// Parts of a name.
    Space,
    /// Day, month, year.
    Stroke,
    /// Ticks of the other sex.
    Opposite,
}

/// A column of a table, and what it is taken for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its letters: `C`.
    pub letters: String,
    /// Its heading, with the group above it.
    pub title: String,
    /// The key of the column looked for that it is taken for.
    pub key: Option<String>,
    /// How sure that is, in percent; below 70 it is a question.
    pub confidence: u8,
    /// Why, in Vietnamese words.
    pub reason: String,
    /// The key that another column has taken already.
    pub clash: Option<String>,
    /// Further columns, by their places in the table, whose cells are joined to this one's.
    pub with: Vec<usize>,
    /// How they are joined.
    pub join: Option<Join>,
    /// Ticked is a girl (`2`) or a boy (`1`).
    pub tick: Option<String>,
}

/// A row of data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its number as the spreadsheet shows it, from 1.
    pub row: u32,
    /// Its cells, one for each column of the table.
    pub cells: Vec<Seen>,
}

/// A table of a sheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The name of its sheet.
    pub sheet: String,
    /// Which of the lists of columns fits it best; none when no column of any was recognised.
    pub list: Option<usize>,
    /// Whether its headings were found by known words.
    pub sure: bool,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Line>,
    /// Rows that are no data, and why, in Vietnamese words.
    pub aside: Vec<(u32, String)>,
}

/// A workbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Book {
    /// What whoever imports it should be told, each a Vietnamese sentence.
    pub notes: Vec<String>,
    /// Its tables, sheet by sheet.
    pub tables: Vec<Table>,
}

/// A sheet as it stands, for what is no list: a grid. Merged cells have their text in the first cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The sheet's name.
    pub name: String,
    /// Its rows from the first one on, each from the first column on, as they are shown.
    pub rows: Vec<Vec<String>>,
}

/// A value that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// In the form that its kind says.
    pub value: String,
    /// What was mended or guessed, a Vietnamese sentence.
    pub hint: Option<String>,
}

/// Why a cell was not read: stable code and Vietnamese sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable code.
    pub code: &'static str,
    /// What stands there, and what should.
    pub detail: String,
}

/// What reads workbooks.
pub trait Books: Send + Sync {
    /// Reads a file, whatever it is, and proposes for each table which of the lists of columns is meant.
    fn open(&self, bytes: &[u8], lists: &[&[Wanted]]) -> Result<Book>;
    /// Reads the sheets that are not hidden as they stand.
    fn pages(&self, bytes: &[u8]) -> Result<Vec<Page>>;
    /// Reads a cell, and those joined to it, as what it should hold; nothing where nothing stands. `latest` is the last
    /// day that can be.
    fn read(
        &self,
        kind: Kind,
        column: &Column,
        cells: &[&Seen],
        latest: Date,
    ) -> std::result::Result<Option<Value>, Fault>;
    /// What the doubts about a personal number are, given sex and year of birth.
    fn doubts(&self, number: &str, sex: Option<&str>, born: Option<i16>) -> Vec<String>;
}
