//! What a workbook is once it is read: sheets of cells, each as a person saw it, whatever the file was.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use base::Date;

/// A workbook, read.
#[derive(Clone, Debug)]
pub struct Workbook {
    /// What the file really was, whatever its name said.
    pub format: Format,
    /// Its sheets, in the order of their tabs; those that hold no cells too.
    pub sheets: Vec<Sheet>,
    /// What whoever imports it should be told.
    pub notes: Vec<Note>,
}

/// What a file really is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Excel since 2007 (`.xlsx`, `.xlsm`).
    Xlsx,
    /// Excel 5 to 2003 (`.xls`).
    Xls,
    /// OpenDocument (`.ods`).
    Ods,
    /// Excel's XML of 2003, usually named `.xls`.
    Xml2003,
    /// A web page with tables, usually named `.xls`.
    Html,
    /// Text with separators.
    Csv,
}

/// Something about a workbook that is no fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// It has macros. They were not looked at, let alone run.
    Macros,
    /// Its letters were read as Windows-1258, because they are not Unicode.
    Windows1258,
    /// Pages without cells (charts, dialogs, macro sheets) were left out; their names.
    NoCells(Vec<String>),
}

impl Note {
    /// The Vietnamese sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Macros => "Tệp có macro. Khuê chỉ đọc dữ liệu trong các ô, không chạy macro nào.".to_owned(),
            Self::Windows1258 => {
                "Tệp không dùng mã Unicode, đã được đọc theo mã Windows-1258. Hãy xem kĩ dấu tiếng Việt ở bản xem trước."
                    .to_owned()
            }
            Self::NoCells(names) => format!("Không có ô dữ liệu nên được bỏ qua: {}.", names.join(", ")),
        }
    }
}

/// Why a formula shows no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellError {
    /// `#NULL!`
    Null,
    /// `#DIV/0!`
    DivisionByZero,
    /// `#VALUE!`
    Value,
    /// `#REF!`
    Reference,
    /// `#NAME?`
    Name,
    /// `#NUM!`
    Number,
    /// `#N/A`
    NotAvailable,
    /// A formula whose value was never stored: the program that wrote the file did not compute it.
    NotComputed,
    /// Any other.
    Other,
}

impl CellError {
    /// As it stands in the cell.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Null => "#NULL!",
            Self::DivisionByZero => "#DIV/0!",
            Self::Value => "#VALUE!",
            Self::Reference => "#REF!",
            Self::Name => "#NAME?",
            Self::Number => "#NUM!",
            Self::NotAvailable => "#N/A",
            Self::NotComputed => "(công thức chưa tính)",
            Self::Other => "#ERROR!",
        }
    }

    pub(super) fn from_text(text: &str) -> Self {
        match text.trim() {
            "#NULL!" => Self::Null,
            "#DIV/0!" => Self::DivisionByZero,
            "#VALUE!" => Self::Value,
            "#REF!" => Self::Reference,
            "#NAME?" => Self::Name,
            "#NUM!" => Self::Number,
            "#N/A" => Self::NotAvailable,
            _ => Self::Other,
        }
    }
}

/// A cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text, as it stands there: not cleaned, perhaps of spaces only.
    Text(&'a str),
    /// A number.
    Number {
        /// The number itself.
        value: f64,
        /// What its format makes of it, where that is not the number itself: `079215220286` of 79215220286.
        shown: Option<&'a str>,
    },
    /// A day that the file holds as such.
    Date {
        /// The day.
        day: Date,
        /// As its format shows it, perhaps with the time of day.
        shown: &'a str,
    },
    /// True or false.
    Bool(bool),
    /// A formula that failed.
    Error(CellError),
}

impl<'a> Cell<'a> {
    /// What a person sees in the cell.
    #[must_use]
    pub fn text(self) -> Cow<'a, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number { shown: Some(text), .. } | Self::Date { shown: text, .. } => Cow::Borrowed(text),
            Self::Number { value, shown: None } => Cow::Owned(super::shape::plain(value)),
            Self::Bool(true) => Cow::Borrowed("TRUE"),
            Self::Bool(false) => Cow::Borrowed("FALSE"),
            Self::Error(error) => Cow::Borrowed(error.shown()),
        }
    }

    /// Whether nothing is seen in it.
    #[must_use]
    pub fn is_blank(self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) | Self::Number { shown: Some(text), .. } => is_blank(text),
            _ => false,
        }
    }
}

fn is_blank(text: &str) -> bool {
    // Most texts begin with a letter; only the others are cleaned to know.
    !text.starts_with(|c: char| c.is_alphanumeric()) && base::vi::clean(text).is_empty()
}

/// A rectangle of cells, ends included, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// First row.
    pub top: u32,
    /// First column.
    pub left: u32,
    /// Last row.
    pub bottom: u32,
    /// Last column.
    pub right: u32,
}

impl Area {
    /// Whether a cell is in it.
    #[must_use]
    pub const fn holds(&self, row: u32, column: u32) -> bool {
        self.top <= row && row <= self.bottom && self.left <= column && column <= self.right
    }
}

/// The letters of a column counted from 0: `A`, `Z`, `AA`.
#[must_use]
pub fn letters_of(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(b'A' + u8::try_from(rest % 26).unwrap_or(0));
        rest /= 26;
    }
    letters.reverse();
    letters.into_iter().map(char::from).collect()
}

/// A place among the workbook's letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub at: u32,
    pub len: u32,
}

/// A cell as it is kept: 16 bytes, because a province's sheet has millions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Slot {
    Empty,
    Text(Span),
    Number(f64),
    /// A number whose format shows something else; the number stands in [`Kept::numbers`].
    Shown {
        number: u32,
        text: Span,
    },
    /// Days since 1970.
    Date {
        days: i32,
        text: Span,
    },
    Bool(bool),
    Error(CellError),
}

/// What the cells of all sheets point into.
#[derive(Default)]
pub(super) struct Kept {
    pub letters: String,
    pub numbers: Vec<f64>,
}

impl Kept {
    fn text(&self, span: Span) -> &str {
        let at = span.at as usize;
        self.letters.get(at..at + span.len as usize).unwrap_or_default()
    }

    fn cell(&self, slot: Slot) -> Cell<'_> {
        match slot {
            Slot::Empty => Cell::Empty,
            Slot::Text(span) => Cell::Text(self.text(span)),
            Slot::Number(value) => Cell::Number { value, shown: None },
            Slot::Shown { number, text } => Cell::Number {
                value: self.numbers.get(number as usize).copied().unwrap_or_default(),
                shown: Some(self.text(text)),
            },
            Slot::Date { days, text } => match base::time::date_from_days(i64::from(days)) {
                Some(day) => Cell::Date { day, shown: self.text(text) },
                None => Cell::Text(self.text(text)),
            },
            Slot::Bool(value) => Cell::Bool(value),
            Slot::Error(error) => Cell::Error(error),
        }
    }
}

pub(super) struct Line {
    pub index: u32,
    pub slots: Vec<Slot>,
}

/// A sheet. Rows and columns are counted from 0 here; [`Sheet::address`] counts as people do.
#[derive(Clone)]
pub struct Sheet {
    /// The name on its tab.
    pub name: String,
    /// Whether its tab is hidden.
    pub hidden: bool,
    /// Its merged cells. Only the first cell of an area holds something.
    pub merged: Vec<Area>,
    pub(super) lines: Arc<[Line]>,
    pub(super) kept: Arc<Kept>,
}

impl fmt::Debug for Sheet {
    // Cells are people's data and stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sheet({:?}, {} rows)", self.name, self.lines.len())
    }
}

/// A row in which something stands.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    line: &'a Line,
    kept: &'a Kept,
}

impl<'a> Row<'a> {
    /// Its number from 0.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.line.index
    }

    /// The cell of a column.
    #[must_use]
    pub fn cell(&self, column: u32) -> Cell<'a> {
        let slot = self.line.slots.get(column as usize).copied().unwrap_or(Slot::Empty);
        self.kept.cell(slot)
    }

    /// Its cells from column 0 to the last that holds something.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'a>> + use<'a> {
        let kept = self.kept;
        self.line.slots.iter().map(move |slot| kept.cell(*slot))
    }

    /// The cells in which something is seen, each with its column.
    pub fn filled(&self) -> impl Iterator<Item = (u32, Cell<'a>)> + use<'a> {
        (0u32..).zip(self.cells()).filter(|(_, cell)| !cell.is_blank())
    }
}

impl Sheet {
    /// The rows in which something stands, from above.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = Row<'_>> + ExactSizeIterator {
        self.lines.iter().map(|line| Row { line, kept: &self.kept })
    }

    /// A row by its number from 0; `None` when nothing stands in it.
    #[must_use]
    pub fn row(&self, row: u32) -> Option<Row<'_>> {
        let at = self.lines.binary_search_by_key(&row, |line| line.index).ok()?;
        self.lines.get(at).map(|line| Row { line, kept: &self.kept })
    }

    /// A cell by its place from 0.
    #[must_use]
    pub fn cell(&self, row: u32, column: u32) -> Cell<'_> {
        self.row(row).map_or(Cell::Empty, |row| row.cell(column))
    }

    /// A cell by its place from 0, or the first of the merged cells it belongs to: what stands there for whoever looks.
    #[must_use]
    pub fn seen(&self, row: u32, column: u32) -> Cell<'_> {
        match self.merged.iter().find(|area| area.holds(row, column)) {
            Some(area) => self.cell(area.top, area.left),
            None => self.cell(row, column),
        }
    }

    /// How many columns its widest row has.
    #[must_use]
    pub fn width(&self) -> u32 {
        let widest = self.lines.iter().map(|line| line.slots.len()).max().unwrap_or(0);
        u32::try_from(widest).unwrap_or(u32::MAX)
    }

    /// The place of a cell as people say it: `Học sinh!C12`.
    #[must_use]
    pub fn address(&self, row: u32, column: u32) -> String {
        format!("{}!{}{}", self.name, letters_of(column), u64::from(row) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_cell_is_small() {
        assert_eq!(size_of::<Slot>(), 16);
    }

    #[test]
    fn columns_have_letters() {
        for (column, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")] {
            assert_eq!(letters_of(column), letters);
        }
    }
}
