//! The rows of an import, page by page.

use base::{Page, Result, UnitId, Uuid};
use http::{Answer, App, Json, List, Path, Query, Signed, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::stage::{Candidate, Change, Choice, Said, Stage, StagedRow, Verdict};
use super::{allowed, open, view};

/// Rows of a page, when nobody says.
const PAGE: usize = 50;
/// Rows of a page at most.
const PAGE_MOST: usize = 200;

/// Which rows.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ImportRows {
    /// `new`, `changed`, `same`, `doubtful`, `refused`; all when not said.
    #[param(example = "refused")]
    pub verdict: Option<String>,
    /// Only rows of which this is said.
    #[param(example = "import.no_class")]
    pub code: Option<String>,
    /// Only rows of which that is said in this column.
    #[param(example = "class")]
    pub key: Option<String>,
    /// Only rows in which these words stand, marks aside.
    #[param(example = "minh anh")]
    pub q: Option<String>,
    /// Only of this table, by its place.
    pub table: Option<usize>,
    /// So many at most; 50 when not said, 200 at most.
    pub limit: Option<usize>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// A cell.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CellView {
    /// The letters of its column.
    #[schema(example = "D")]
    pub letters: String,
    /// What its column is taken for.
    #[schema(example = "birth_date")]
    pub key: Option<String>,
    /// What stands there.
    #[schema(example = "26/03/2014")]
    pub text: String,
    /// What the file says there, where it was mended since.
    pub was: Option<String>,
}

/// A row of the file, and what becomes of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RowView {
    /// Its table, by its place.
    pub table: usize,
    /// Its sheet.
    #[schema(example = "Học sinh")]
    pub sheet: String,
    /// Its number.
    #[schema(example = 55)]
    pub row: u32,
    /// What becomes of it.
    pub verdict: Verdict,
    /// What a person said about it.
    pub choice: Option<Choice>,
    /// Its cells that hold something.
    pub cells: Vec<CellView>,
    /// What is said about it.
    pub said: Vec<Said>,
    /// What would change.
    pub changes: Vec<Change>,
    /// Who may be meant.
    pub candidates: Vec<Candidate>,
}

fn is_said(row: &StagedRow, asked: &ImportRows) -> bool {
    let (code, key) = (asked.code.as_deref(), asked.key.as_deref());
    if code.is_none() && key.is_none() {
        return true;
    }
    let fits = |said: &Said| code.is_none_or(|code| said.code == code) && (key.is_none() || said.key.as_deref() == key);
    row.found.said.iter().any(fits)
}

/// Whether all words stand in a row, each in some cell.
fn holds(row: &StagedRow, words: &[String]) -> bool {
    let folded: Vec<String> =
        row.line.cells.iter().filter(|cell| !cell.is_blank()).map(|cell| base::vi::fold(&cell.text())).collect();
    words.iter().all(|word| folded.iter().any(|cell| cell.contains(word.as_str())))
}

/// One page, and whose data stands on it.
pub fn page(stage: &Stage, asked: &ImportRows) -> Result<(Vec<Uuid>, Page<RowView>)> {
    let wanted = match asked.verdict.as_deref().filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(view::verdict(text).ok_or_else(|| {
            base::Error::field(
                "verdict",
                "import.verdict",
                "Hãy chọn một trong: new, changed, same, doubtful, refused.",
            )
        })?),
    };
    let words = base::vi::words(asked.q.as_deref().unwrap_or_default());
    let from: usize = asked.cursor.as_deref().and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let most = asked.limit.unwrap_or(PAGE).clamp(1, PAGE_MOST);
    let mut all = stage
        .taken()
        .filter(|(at, _)| asked.table.is_none_or(|table| table == *at))
        .flat_map(|(at, table)| table.rows.iter().map(move |row| (at, table, row)))
        .filter(|(.., row)| wanted.is_none_or(|verdict| verdict == row.found.verdict))
        .filter(|(.., row)| is_said(row, asked))
        .filter(|(.., row)| words.is_empty() || holds(row, &words));
    let mut people = Vec::new();
    let mut items = Vec::new();
    let mut total = 0usize;
    for (place, (at, table, row)) in all.by_ref().enumerate() {
        total = place + 1;
        if place < from || items.len() >= most {
            continue;
        }
        people.extend(row.found.target.map(|target| target.person));
        people.extend(row.found.candidates.iter().map(|candidate| candidate.person));
        let cells = table.columns.iter().zip(&row.line.cells).enumerate();
        let cells = cells.filter(|(at, (_, cell))| !cell.is_blank() || row.was.contains_key(at));
        items.push(RowView {
            table: at,
            sheet: table.sheet.clone(),
            row: row.line.row,
            verdict: row.found.verdict,
            choice: row.choice,
            cells: cells
                .map(|(at, (column, cell))| CellView {
                    letters: column.letters.clone(),
                    key: column.key.clone(),
                    text: cell.text(),
                    was: row.was.get(&at).map(base::book::Seen::text),
                })
                .collect(),
            said: row.found.said.clone(),
            changes: row.found.changes.clone(),
            candidates: row.found.candidates.clone(),
        });
    }
    people.sort_unstable();
    people.dedup();
    let next = (from + items.len() < total).then(|| (from + items.len()).to_string());
    Ok((people, Page { items, next, total: u64::try_from(total).unwrap_or(u64::MAX), total_is_more: false }))
}

/// The rows of an import, page by page, with what becomes of each and why.
#[utoipa::path(get, path = "/units/{unit}/imports/{import}/rows", operation_id = "list_import_rows", tag = "imports",
    params(("unit" = Uuid, Path), ("import" = Uuid, Path), ImportRows),
    responses((status = 200, body = List<RowView>), (status = 404, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((unit, import)): Path<(Uuid, Uuid)>,
    Query(asked): Query<ImportRows>,
) -> Answer<Json<List<RowView>>> {
    let school = UnitId(unit);
    let (_, stage) = open(app.db(), &ctx, school, import).await?;
    let (people, page) = page(&stage, &asked)?;
    let page = app
        .look(&ctx, "import.rows", move |tx| {
            allowed(tx, school)?;
            Ok((people, page))
        })
        .await?;
    Ok(Json(page.into()))
}
