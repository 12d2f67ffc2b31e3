//! What the screen shows of an import.

use base::{Instant, Uuid};
use serde::Serialize;
use utoipa::ToSchema;

use super::layout::{ORDER, PLACE, What};
use super::problems::{self, ChangedView, ProblemView};
use super::stage::{Counts, Stage, Verdict};
use super::store::{ImportRow, ListedRow};

/// An import in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportRef {
    /// Which.
    pub id: Uuid,
    /// `ready`, `applying`, `done`, `failed`.
    #[schema(example = "ready")]
    pub state: String,
    /// How many rows of each verdict.
    pub counts: Counts,
    /// Why it failed, or what went back.
    pub problem: Option<String>,
    /// The job that applies it.
    pub job: Option<Uuid>,
    /// When it was brought.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Instant,
    /// Its version, for `If-Match`.
    pub version: i64,
}

impl From<ImportRow> for ImportRef {
    fn from(row: ImportRow) -> Self {
        let ImportRow { fresh, changed, same, doubtful, refused, .. } = row;
        Self {
            id: row.id,
            state: row.state,
            counts: Counts { fresh, changed, same, doubtful, refused },
            problem: row.problem,
            job: row.job,
            created_at: row.created_at,
            version: row.version,
        }
    }
}

/// An import in the list of a school.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ListedImport {
    /// The import itself.
    #[serde(flatten)]
    pub import: ImportRef,
    /// What the file was called.
    #[schema(example = "hoc-sinh-2026.xlsx")]
    pub name: String,
    /// Who brought it; none when the house did.
    #[schema(example = "Bùi Thị Ngọc Lan")]
    pub by_name: Option<String>,
    /// Until when it can be opened, and its receipt had.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends_at: Option<Instant>,
}

impl From<ListedRow> for ListedImport {
    fn from(row: ListedRow) -> Self {
        let ListedRow { id, state, fresh, changed, same, doubtful, refused, problem, job, created_at, version, .. } =
            row;
        let counts = Counts { fresh, changed, same, doubtful, refused };
        Self {
            import: ImportRef { id, state, counts, problem, job, created_at, version },
            name: row.name,
            by_name: row.by_name,
            ends_at: row.ends_at,
        }
    }
}

/// A column of a table.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ColumnView {
    /// Its letters.
    #[schema(example = "D")]
    pub letters: String,
    /// Its heading in the file.
    #[schema(example = "Ngày, tháng, năm sinh")]
    pub title: String,
    /// What it is taken for; nothing is taken from it when that is none.
    #[schema(example = "birth_date")]
    pub key: Option<String>,
    /// How sure that is, in percent; below 70 it is a question.
    #[schema(example = 100)]
    pub confidence: u8,
    /// Why.
    #[schema(example = "đúng tên cột")]
    pub reason: String,
    /// What it would be if another column were not.
    pub clash: Option<String>,
}

/// A row that is no data.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AsideView {
    /// Its number.
    pub row: u32,
    /// Why.
    #[schema(example = "dòng tổng cộng")]
    pub why: String,
}

/// A table of the file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TableView {
    /// Its sheet.
    #[schema(example = "Học sinh")]
    pub sheet: String,
    /// What it is about.
    pub what: Option<What>,
    /// Whether it is left out.
    pub skipped: bool,
    /// Whether its headings were found by known words.
    pub sure: bool,
    /// How many rows of data.
    pub rows: usize,
    /// How many of each verdict.
    pub counts: Counts,
    /// Its columns.
    pub columns: Vec<ColumnView>,
    /// Rows that are no data.
    pub aside: Vec<AsideView>,
    /// What its columns can be taken for.
    pub keys: Vec<KeyView>,
}

/// What a column can be taken for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KeyView {
    /// The key.
    #[schema(example = "birth_date")]
    pub key: String,
    /// What it is called.
    #[schema(example = "Ngày sinh")]
    pub label: String,
}

/// An import.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Import {
    /// The import itself.
    #[serde(flatten)]
    pub import: ImportRef,
    /// What the file was called.
    #[schema(example = "hoc-sinh-2026.xlsx")]
    pub name: String,
    /// What should be known about the file.
    pub notes: Vec<String>,
    /// Whether classes that do not exist are made.
    pub makes_classes: bool,
    /// The classes that will be.
    pub new_classes: Vec<String>,
    /// What is wrong, problem by problem: what keeps rows out first.
    pub problems: Vec<ProblemView>,
    /// Which columns change, and in how many rows.
    pub changes: Vec<ChangedView>,
    /// Its tables.
    pub tables: Vec<TableView>,
}

fn keys_of(what: What) -> Vec<KeyView> {
    let shown = what.columns().iter().filter(|column| column.key != PLACE || what != What::Assignments);
    let shown = shown.filter(|column| column.key != ORDER || what == What::Pupils);
    shown.map(|column| KeyView { key: column.key.to_owned(), label: what.label(column.key).to_owned() }).collect()
}

impl Import {
    /// Of an import and what stands in its file.
    #[must_use]
    pub fn of(row: ImportRow, stage: &Stage) -> Self {
        let tables = stage.tables.iter().map(|table| {
            let verdicts = table.rows.iter().map(|row| row.found.verdict).filter(|_| !table.skipped);
            TableView {
                sheet: table.sheet.clone(),
                what: table.what,
                skipped: table.skipped,
                sure: table.sure,
                rows: table.rows.len(),
                counts: Counts::of(verdicts),
                columns: table
                    .columns
                    .iter()
                    .map(|column| ColumnView {
                        letters: column.letters.clone(),
                        title: column.title.clone(),
                        key: column.key.clone(),
                        confidence: column.confidence,
                        reason: column.reason.clone(),
                        clash: column.clash.clone(),
                    })
                    .collect(),
                aside: table.aside.iter().map(|(row, why)| AsideView { row: *row, why: why.clone() }).collect(),
                keys: keys_of(table.what.unwrap_or(What::Pupils)),
            }
        });
        Self {
            name: stage.name.clone(),
            notes: stage.notes.clone(),
            makes_classes: stage.makes_classes,
            new_classes: stage.new_classes.clone(),
            problems: problems::of(stage),
            changes: problems::changes(stage),
            tables: tables.collect(),
            import: row.into(),
        }
    }
}

/// Reads a verdict's name.
#[must_use]
pub fn verdict(text: &str) -> Option<Verdict> {
    match text {
        "new" => Some(Verdict::New),
        "changed" => Some(Verdict::Changed),
        "same" => Some(Verdict::Same),
        "doubtful" => Some(Verdict::Doubtful),
        "refused" => Some(Verdict::Refused),
        _ => None,
    }
}
