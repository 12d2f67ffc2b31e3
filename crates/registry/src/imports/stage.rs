//! What a workbook says and what would be done with it: one encrypted file per import, read and written whole.

use std::collections::BTreeMap;

use base::book::{Book, Column, Line, Seen};
use base::{Instant, Result, UnitId, Uuid};
use db::Db;
use platform::files::sniff::Media;
use platform::files::{Disk, Incoming, Kept, Opening, Purpose};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::layout::What;

/// The file of an import: gone after a month, applied or not.
pub static STAGED: Purpose = Purpose { name: "import", most: 512 << 20, accepts: &[Media::Json], days: Some(30) };

/// A workbook on its way in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// What the person called the file.
    pub name: String,
    /// What they should be told about it.
    pub notes: Vec<String>,
    /// Its tables.
    pub tables: Vec<Staged>,
    /// Whether classes that do not exist are made; when not said, only in a school year that has none yet.
    pub make_classes: Option<bool>,
    /// Whether they are, as the rows were judged.
    pub makes_classes: bool,
    /// Those that will be, as the rows were judged.
    #[serde(default)]
    pub new_classes: Vec<String>,
}

/// A table on its way in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Staged {
    /// Its sheet.
    pub sheet: String,
    /// What it is about; none when that was not recognised.
    pub what: Option<What>,
    /// Whether it is left out.
    pub skipped: bool,
    /// Whether its headings were found by known words.
    pub sure: bool,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<StagedRow>,
    /// Rows that are no data, and why.
    pub aside: Vec<(u32, String)>,
}

/// A row on its way in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StagedRow {
    /// The row as it stands in the file, with cells that were mended since.
    pub line: Line,
    /// What the file says in cells that were mended, by their place in the row.
    #[serde(default)]
    pub was: BTreeMap<usize, Seen>,
    /// What a person said about it.
    pub choice: Option<Choice>,
    /// What was found about it.
    pub found: Found,
}

/// What a person says about a row in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// This person of the school is meant.
    Person(Uuid),
    /// Somebody new.
    New,
    /// The row stays out.
    Leave,
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Somebody whom the school does not have.
    New,
    /// Somebody of whom something else is said.
    Changed,
    /// Nothing new.
    Same,
    /// Perhaps somebody whom the school has: a person decides.
    Doubtful,
    /// It cannot go in as it is.
    #[default]
    Refused,
}

impl Verdict {
    /// The Vietnamese word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "Mới",
            Self::Changed => "Thay đổi",
            Self::Same => "Giữ nguyên",
            Self::Doubtful => "Cần xem",
            Self::Refused => "Không nhận",
        }
    }
}

/// What is said about a row or one of its cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Said {
    /// The column's key; none when it is about the row.
    #[schema(example = "birth_date")]
    pub key: Option<String>,
    /// Where it stands: sheet and cell.
    #[schema(example = "Học sinh!D55")]
    pub at: String,
    /// Whether it keeps the row out.
    pub refuses: bool,
    /// Stable code.
    #[schema(example = "date.not_in_calendar")]
    pub code: String,
    /// What is so, and what to do.
    #[schema(example = "Ngày 31/02/2014 không có trong lịch. Hãy sửa lại ngày.")]
    pub detail: String,
}

/// A value that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// The column's key.
    #[schema(example = "contact_phone")]
    pub key: String,
    /// What it is called.
    #[schema(example = "Số điện thoại")]
    pub label: String,
    /// What stands.
    #[schema(example = "0912345678")]
    pub from: Option<String>,
    /// What the workbook says.
    #[schema(example = "0912345679")]
    pub to: String,
}

/// Somebody of the school who may be meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Candidate {
    /// Who.
    pub person: Uuid,
    /// Called.
    #[schema(example = "Nguyễn Minh Anh")]
    pub full_name: String,
    /// Born.
    #[schema(example = "2014-03-26")]
    pub birth: Option<String>,
    /// In this class.
    #[schema(example = "6A1")]
    pub class: Option<String>,
    /// Why they may be meant.
    #[schema(example = "cùng họ tên, ngày sinh lệch một chữ số")]
    pub why: String,
}

/// Whom a row is about, and as which version they were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The person.
    pub person: Uuid,
    /// Their version.
    pub version: i64,
    /// Their open enrolment here, of staff the employment, and its version.
    pub enrolment: Option<(Uuid, i64)>,
}

/// What was found about a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What becomes of it.
    pub verdict: Verdict,
    /// The values that were read, by key.
    pub values: BTreeMap<String, String>,
    /// What is said about it.
    pub said: Vec<Said>,
    /// Whom it is about.
    pub target: Option<Target>,
    /// What it is about where that is nobody: a class, and its version.
    #[serde(default)]
    pub record: Option<(Uuid, i64)>,
    /// What would change.
    pub changes: Vec<Change>,
    /// Who may be meant.
    pub candidates: Vec<Candidate>,
}

/// How many rows of each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Somebody new.
    pub fresh: i64,
    /// Something else is said.
    pub changed: i64,
    /// Nothing new.
    pub same: i64,
    /// A person decides.
    pub doubtful: i64,
    /// Kept out.
    pub refused: i64,
}

impl Counts {
    /// Of verdicts.
    pub fn of(verdicts: impl Iterator<Item = Verdict>) -> Self {
        let mut counts = Self::default();
        for verdict in verdicts {
            match verdict {
                Verdict::New => counts.fresh += 1,
                Verdict::Changed => counts.changed += 1,
                Verdict::Same => counts.same += 1,
                Verdict::Doubtful => counts.doubtful += 1,
                Verdict::Refused => counts.refused += 1,
            }
        }
        counts
    }

    /// How many stay out.
    #[must_use]
    pub const fn out(&self) -> i64 {
        self.doubtful + self.refused
    }

    /// How many go in, those that say nothing new included.
    #[must_use]
    pub const fn taken(&self) -> i64 {
        self.fresh + self.changed + self.same
    }
}

impl Stage {
    /// Of a workbook that was read.
    #[must_use]
    pub fn of(name: &str, book: Book) -> Self {
        let tables = book.tables.into_iter().map(|table| {
            let what = table.list.and_then(|at| What::ALL.get(at)).copied().filter(|what| {
                let keys: Vec<&str> = table.columns.iter().filter_map(|column| column.key.as_deref()).collect();
                what.fits(&keys)
            });
            Staged {
                sheet: table.sheet,
                what,
                // What is not recognised is shown and not imported until somebody says what it is.
                skipped: what.is_none(),
                sure: table.sure,
                columns: table.columns,
                rows: table
                    .rows
                    .into_iter()
                    .map(|line| StagedRow { line, was: BTreeMap::new(), choice: None, found: Found::default() })
                    .collect(),
                aside: table.aside,
            }
        });
        Self {
            name: name.to_owned(),
            notes: book.notes,
            tables: tables.collect(),
            make_classes: None,
            makes_classes: false,
            new_classes: Vec::new(),
        }
    }

    /// The tables of a sort that are not left out, with their places.
    pub fn of_what(&self, what: What) -> impl Iterator<Item = (usize, &Staged)> {
        self.tables.iter().enumerate().filter(move |(_, table)| table.what == Some(what) && !table.skipped)
    }

    /// The tables that are not left out, with their places.
    pub fn taken(&self) -> impl Iterator<Item = (usize, &Staged)> {
        self.tables.iter().enumerate().filter(|(_, table)| table.what.is_some() && !table.skipped)
    }

    /// Whether there is a table of a sort that is not left out.
    #[must_use]
    pub fn has(&self, what: What) -> bool {
        self.of_what(what).next().is_some()
    }

    /// How many rows of each verdict.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts::of(self.taken().flat_map(|(_, table)| table.rows.iter().map(|row| row.found.verdict)))
    }

    /// Puts it into the store. Blocks.
    pub fn keep(&self, db: &Db, school: UnitId, now: Instant) -> Result<Kept> {
        let store = Disk::beside(db.data());
        let bytes = serde_json::to_vec(self).map_err(base::Error::internal)?;
        let mut incoming = Incoming::begin(&store, &STAGED, school, "import.json", now)?;
        incoming.write(&bytes)?;
        incoming.finish(db.keys())
    }

    /// Reads it from the store. Blocks.
    pub fn open(db: &Db, opening: &Opening) -> Result<Self> {
        let bytes = opening.read_all(&Disk::beside(db.data()))?;
        serde_json::from_slice(&bytes).map_err(base::Error::internal)
    }
}
