//! What stands in a pupil's row of a gradebook, and how a row is kept: one text, `r1=850*3 m=P*1`: column, what stands in
//! it, and how often it was written. A cell that was emptied keeps its count, so that who saw it full is told.

use std::collections::BTreeMap;

use base::{Error, Result, Score};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Entry, MOST_REGULAR, Marks};

/// A column of a gradebook. In documents `r1` … `r8`, `topic`, `midterm`, `endterm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A regular assessment, counted from 0.
    Regular(u8),
    /// The chuyên đề.
    Topic,
    /// The mid-term assessment.
    Midterm,
    /// The end-term assessment.
    Endterm,
}

impl Place {
    /// Its stable code.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Regular(n) => format!("r{}", n + 1),
            Self::Topic => "topic".to_owned(),
            Self::Midterm => "midterm".to_owned(),
            Self::Endterm => "endterm".to_owned(),
        }
    }

    /// The place of a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        match code {
            "topic" => Some(Self::Topic),
            "midterm" => Some(Self::Midterm),
            "endterm" => Some(Self::Endterm),
            other => {
                let n: u8 = other.strip_prefix('r')?.parse().ok()?;
                (1..=MOST_REGULAR).contains(&usize::from(n)).then(|| Self::Regular(n - 1))
            }
        }
    }

    /// As people call it.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Regular(n) => format!("ĐĐGtx {}", n + 1),
            Self::Topic => "Chuyên đề".to_owned(),
            Self::Midterm => "ĐĐGgk".to_owned(),
            Self::Endterm => "ĐĐGck".to_owned(),
        }
    }

    const fn key(self) -> (char, u8) {
        match self {
            Self::Regular(n) => ('r', n + 1),
            Self::Topic => ('t', 0),
            Self::Midterm => ('m', 0),
            Self::Endterm => ('e', 0),
        }
    }
}

/// A mark that is a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkWord {
    /// Đạt.
    Pass,
    /// Chưa đạt.
    Fail,
    /// Took no part without excuse: counts as 0, or as Chưa đạt.
    Unexcused,
    /// Exempt from this assessment.
    Exempt,
}

/// A cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What stands in it.
    pub entry: Entry,
    /// How often it was written; 0 where it never was.
    pub writes: i64,
}

/// The row of a pupil.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells(BTreeMap<Place, Cell>);

/// What an entry is in JSON: a mark in hundredths, or a word.
#[must_use]
pub const fn shown(entry: Entry) -> (Option<Score>, Option<MarkWord>) {
    match entry {
        Entry::Nothing => (None, None),
        Entry::Score(score) => (Some(score), None),
        Entry::Pass => (None, Some(MarkWord::Pass)),
        Entry::Fail => (None, Some(MarkWord::Fail)),
        Entry::Unexcused => (None, Some(MarkWord::Unexcused)),
        Entry::Exempt => (None, Some(MarkWord::Exempt)),
    }
}

fn kept(entry: Entry) -> String {
    match entry {
        Entry::Nothing => "-".to_owned(),
        Entry::Score(score) => score.hundredths().to_string(),
        Entry::Pass => "P".to_owned(),
        Entry::Fail => "F".to_owned(),
        Entry::Unexcused => "U".to_owned(),
        Entry::Exempt => "X".to_owned(),
    }
}

fn read(text: &str) -> Option<Entry> {
    Some(match text {
        "-" => Entry::Nothing,
        "P" => Entry::Pass,
        "F" => Entry::Fail,
        "U" => Entry::Unexcused,
        "X" => Entry::Exempt,
        score => Entry::Score(Score::from_hundredths(score.parse().ok()?)?),
    })
}

impl Cells {
    /// Reads what [`Cells::kept`] wrote.
    pub fn read(text: &str) -> Result<Self> {
        let one = |part: &str| {
            let (column, rest) = part.split_once('=')?;
            let (entry, writes) = rest.split_once('*')?;
            let place = match column {
                "t" => Place::Topic,
                "m" => Place::Midterm,
                "e" => Place::Endterm,
                regular => Place::of_code(regular)?,
            };
            Some((place, Cell { entry: read(entry)?, writes: writes.parse().ok()? }))
        };
        let all = text.split_ascii_whitespace().map(one).collect::<Option<BTreeMap<_, _>>>();
        // The text holds marks: it is not told.
        all.map(Self).ok_or_else(|| Error::internal("a row of marks cannot be read"))
    }

    /// As the database has it.
    #[must_use]
    pub fn kept(&self) -> String {
        let mut parts = Vec::with_capacity(self.0.len());
        for (place, cell) in &self.0 {
            let (letter, n) = place.key();
            let n = if n == 0 { String::new() } else { n.to_string() };
            parts.push(format!("{letter}{n}={}*{}", kept(cell.entry), cell.writes));
        }
        parts.join(" ")
    }

    /// What stands in a column.
    #[must_use]
    pub fn get(&self, place: Place) -> Cell {
        self.0.get(&place).copied().unwrap_or_default()
    }

    /// Writes a column once more.
    pub fn set(&mut self, place: Place, entry: Entry) {
        let cell = self.0.entry(place).or_default();
        *cell = Cell { entry, writes: cell.writes + 1 };
    }

    /// All columns that were ever written.
    pub fn iter(&self) -> impl Iterator<Item = (Place, Cell)> {
        self.0.iter().map(|(place, cell)| (*place, *cell))
    }

    /// The entries as the rules take them.
    #[must_use]
    pub fn marks(&self) -> Marks {
        let mut marks = Marks::default();
        for (place, cell) in self.iter() {
            match place {
                Place::Regular(n) => {
                    if let Some(regular) = marks.regular.get_mut(usize::from(n)) {
                        *regular = cell.entry;
                    }
                }
                Place::Topic => marks.topic = cell.entry,
                Place::Midterm => marks.midterm = cell.entry,
                Place::Endterm => marks.endterm = cell.entry,
            }
        }
        marks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let mut cells = Cells::default();
        assert_eq!((cells.kept().as_str(), Cells::read("").expect("reads")), ("", Cells::default()));
        let score = |n| Entry::Score(Score::from_hundredths(n).expect("a mark"));
        for (place, entry) in [
            (Place::Regular(0), score(850)),
            (Place::Regular(7), Entry::Unexcused),
            (Place::Topic, score(0)),
            (Place::Midterm, Entry::Pass),
            (Place::Endterm, Entry::Fail),
            (Place::Regular(1), Entry::Exempt),
            (Place::Regular(0), score(1_000)),
            (Place::Midterm, Entry::Nothing),
        ] {
            cells.set(place, entry);
        }
        let text = "r1=1000*2 r2=X*1 r8=U*1 t=0*1 m=-*2 e=F*1";
        assert_eq!(cells.kept(), text);
        assert_eq!(Cells::read(text).expect("reads"), cells);
        assert_eq!((cells.get(Place::Regular(0)).writes, cells.get(Place::Regular(4)).writes), (2, 0));
        let marks = cells.marks();
        assert_eq!(
            (marks.regular[0], marks.regular[7], marks.midterm),
            (score(1_000), Entry::Unexcused, Entry::Nothing)
        );
        for bad in ["r9=1*1", "r0=1*1", "x=1*1", "r1=1001*1", "r1=1", "r1*1", "r1=Q*1", "m=5*"] {
            assert!(Cells::read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_column_has_one_code() {
        for place in (0..8).map(Place::Regular).chain([Place::Topic, Place::Midterm, Place::Endterm]) {
            assert_eq!(Place::of_code(&place.code()), Some(place));
        }
        for bad in ["r0", "r9", "R1", "", "mid", "r"] {
            assert_eq!(Place::of_code(bad), None, "{bad}");
        }
    }
}
