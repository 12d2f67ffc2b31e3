//! Cells as they come out of a file become sheets, within the limits.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use base::{Date, Result};

use super::limits::{Limits, too_large};
use super::shape::{Seen, Shape};
use super::sheet::{Area, CellError, Format, Kept, Line, Note, Sheet, Slot, Span, Workbook, letters_of};

/// Texts up to this length are kept once however often they stand: sexes, classes, ethnic groups, places.
const OFTEN: usize = 64;
/// How many different texts are remembered for that.
const REMEMBERED: usize = 200_000;
/// Merged areas of a sheet; more are not read.
const MERGED: usize = 200_000;

struct Begun {
    name: String,
    hidden: bool,
    merged: Vec<Area>,
    lines: Vec<Line>,
}

/// What gathers.
pub(super) struct Gather<'l> {
    pub limits: &'l Limits,
    pub notes: Vec<Note>,
    kept: Kept,
    known: HashMap<u64, Span>,
    hasher: RandomState,
    sheets: Vec<Begun>,
    /// Which of them is written to.
    at: usize,
    cells: usize,
    scratch: String,
}

impl<'l> Gather<'l> {
    pub fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            notes: Vec::new(),
            kept: Kept::default(),
            known: HashMap::new(),
            hasher: RandomState::new(),
            sheets: Vec::new(),
            at: 0,
            cells: 0,
            scratch: String::new(),
        }
    }

    /// Begins a sheet and writes to it from now on; its place for [`Self::select`].
    pub fn begin(&mut self, name: &str, hidden: bool) -> Result<usize> {
        if self.sheets.len() >= self.limits.sheets {
            return Err(too_large(&format!("Tệp có hơn {} trang tính.", self.limits.sheets)));
        }
        let name = base::vi::clean(name);
        self.sheets.push(Begun { name, hidden, merged: Vec::new(), lines: Vec::new() });
        self.at = self.sheets.len() - 1;
        Ok(self.at)
    }

    /// Writes to a sheet that was begun before.
    pub fn select(&mut self, at: usize) {
        self.at = at;
    }

    fn begun(&mut self) -> &mut Begun {
        self.sheets.get_mut(self.at).expect("a reader begins a sheet before it puts a cell")
    }

    fn place(&mut self, row: u32, column: u32) -> String {
        format!("{}!{}{}", self.begun().name, letters_of(column), u64::from(row) + 1)
    }

    /// Keeps a text, once if it is short.
    pub fn letters(&mut self, text: &str) -> Result<Span> {
        if text.len() > OFTEN {
            return self.append(text);
        }
        let hash = self.hasher.hash_one(text);
        if let Some(span) = self.known.get(&hash) {
            let at = span.at as usize;
            if self.kept.letters.get(at..at + span.len as usize) == Some(text) {
                return Ok(*span);
            }
        }
        let span = self.append(text)?;
        if self.known.len() < REMEMBERED {
            self.known.insert(hash, span);
        }
        Ok(span)
    }

    fn append(&mut self, text: &str) -> Result<Span> {
        let at = self.kept.letters.len();
        if at + text.len() > self.limits.letters {
            return Err(too_large(&format!("Tệp có hơn {} MB chữ.", self.limits.letters >> 20)));
        }
        self.kept.letters.push_str(text);
        let short = |n: usize| u32::try_from(n).map_err(|_| too_large("Tệp có quá nhiều chữ."));
        Ok(Span { at: short(at)?, len: short(text.len())? })
    }

    /// Puts what was kept before.
    pub fn put(&mut self, row: u32, column: u32, slot: Slot) -> Result<()> {
        if slot == Slot::Empty {
            return Ok(());
        }
        let limits = self.limits;
        if column >= limits.columns {
            let place = self.place(row, column);
            return Err(too_large(&format!("Ô {place} nằm ngoài {} cột được đọc.", limits.columns)));
        }
        let lines = &mut self.begun().lines;
        // Rows come in order from every program; a file that jumps back is still read rightly.
        let found = match lines.last() {
            Some(last) if last.index == row => Ok(lines.len() - 1),
            Some(last) if last.index > row => lines.binary_search_by_key(&row, |line| line.index),
            _ => Err(lines.len()),
        };
        let at = match found {
            Ok(at) => at,
            Err(at) => {
                if lines.len() >= limits.rows {
                    let place = self.place(row, column);
                    return Err(too_large(&format!(
                        "Trang có hơn {} dòng có dữ liệu (dừng đọc ở ô {place}).",
                        limits.rows
                    )));
                }
                lines.insert(at, Line { index: row, slots: Vec::new() });
                at
            }
        };
        let line = lines.get_mut(at).expect("found or inserted above");
        let column_at = column as usize;
        let longer = (column_at + 1).saturating_sub(line.slots.len());
        if longer > 0 {
            line.slots.resize(column_at + 1, Slot::Empty);
        }
        if let Some(kept) = line.slots.get_mut(column_at) {
            *kept = slot;
        }
        self.cells += longer;
        if self.cells > limits.cells {
            let place = self.place(row, column);
            return Err(too_large(&format!("Tệp có hơn {} ô (dừng đọc ở ô {place}).", limits.cells)));
        }
        Ok(())
    }

    /// Puts a text; nothing when there is none.
    pub fn text(&mut self, row: u32, column: u32, text: &str) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let span = self.letters(text)?;
        self.put(row, column, Slot::Text(span))
    }

    /// Puts a number as its format shows it.
    pub fn number(&mut self, row: u32, column: u32, value: f64, shape: &Shape, since_1904: bool) -> Result<()> {
        let mut shown = std::mem::take(&mut self.scratch);
        shown.clear();
        let seen = shape.show(value, since_1904, &mut shown);
        let slot = match seen {
            Seen::Plain => Ok(Slot::Number(value)),
            Seen::Shown => self.shown(value, &shown),
            Seen::Day(days) => self.letters(&shown).map(|text| Slot::Date { days, text }),
        };
        self.scratch = shown;
        self.put(row, column, slot?)
    }

    /// Puts a number with what a person sees of it.
    pub fn number_shown(&mut self, row: u32, column: u32, value: f64, shown: &str) -> Result<()> {
        let slot = self.shown(value, shown)?;
        self.put(row, column, slot)
    }

    fn shown(&mut self, value: f64, shown: &str) -> Result<Slot> {
        if shown.is_empty() || shown == super::shape::plain(value) {
            return Ok(Slot::Number(value));
        }
        let text = self.letters(shown)?;
        let number = u32::try_from(self.kept.numbers.len()).map_err(|_| too_large("Tệp có quá nhiều số."))?;
        self.kept.numbers.push(value);
        Ok(Slot::Shown { number, text })
    }

    /// Puts a day with what a person sees of it.
    pub fn day(&mut self, row: u32, column: u32, day: Date, shown: &str) -> Result<()> {
        let text = self.letters(shown)?;
        let days = i32::try_from(base::time::days_since_1970(day)).unwrap_or(0);
        self.put(row, column, Slot::Date { days, text })
    }

    pub fn truth(&mut self, row: u32, column: u32, value: bool) -> Result<()> {
        self.put(row, column, Slot::Bool(value))
    }

    pub fn error(&mut self, row: u32, column: u32, error: CellError) -> Result<()> {
        self.put(row, column, Slot::Error(error))
    }

    pub fn merge(&mut self, area: Area) {
        let merged = &mut self.begun().merged;
        if merged.len() < MERGED && (area.bottom > area.top || area.right > area.left) {
            merged.push(area);
        }
    }

    pub fn finish(self, format: Format) -> Workbook {
        let kept = Arc::new(self.kept);
        let sheets = self.sheets.into_iter().map(|begun| {
            let mut lines = begun.lines;
            for line in &mut lines {
                line.slots.shrink_to_fit();
            }
            Sheet {
                name: begun.name,
                hidden: begun.hidden,
                merged: begun.merged,
                lines: lines.into(),
                kept: Arc::clone(&kept),
            }
        });
        Workbook { format, sheets: sheets.collect(), notes: self.notes }
    }
}
