//! A table that leaves the house: what its columns are called and what stands in its cells. How it becomes a file is
//! somebody else's matter (`documents`).

use std::fs::File;

use crate::{Date, Instant, Result};

/// What a cell holds, so that a spreadsheet can sort and add it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text; never a formula, whatever it begins with.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A day.
    Date(Date),
}

impl Cell {
    /// Text, or nothing.
    #[must_use]
    pub fn text(text: Option<String>) -> Self {
        text.map_or(Self::Empty, Self::Text)
    }

    /// A day, or nothing.
    #[must_use]
    pub fn day(day: Option<Date>) -> Self {
        day.map_or(Self::Empty, Self::Date)
    }
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its heading, as people read it.
    pub title: &'static str,
    /// Its width in letters.
    pub width: u16,
}

/// A table to be written.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// What it is: the name of the sheet and the title of the file.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Head>,
    /// When it was made.
    pub made_at: Instant,
    /// What to tell about it on a page of its own: who made it, what it was filtered by.
    pub about: Vec<(String, String)>,
}

/// What every sheet of a file carries that tells of people, so that a copy that turns up somewhere leads back: in the page's
/// head and foot, and hidden in the file's properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What the file is found again by.
    pub code: String,
    /// Who took it.
    pub who: String,
    /// What for.
    pub purpose: String,
    /// On which day.
    pub day: Date,
}

/// Rows being written, one after another; none is kept in memory.
pub trait Rows: Send {
    /// Writes one row, a cell for each column.
    fn row(&mut self, cells: &[Cell]) -> Result<()>;
    /// Ends this sheet and begins another in the same file. What is told about the file stays that of the first.
    fn next(&mut self, title: &str, columns: &[Head]) -> Result<()>;
    /// The finished file, at its beginning. It vanishes when it is closed.
    fn finish(self: Box<Self>) -> Result<File>;
}

/// What makes files of tables.
pub trait Sheets: Send + Sync {
    /// Begins one.
    fn begin(&self, sheet: Sheet) -> Result<Box<dyn Rows>>;
    /// Begins one whose headings are somebody else's, word for word; `sheet` says how wide the columns are.
    fn begin_titled(&self, sheet: Sheet, titles: &[String]) -> Result<Box<dyn Rows>>;
    /// Begins one whose every sheet carries a mark.
    fn begin_marked(&self, sheet: Sheet, mark: Mark) -> Result<Box<dyn Rows>>;
}
