//! What a person corrects in the preview: what a column is, a cell, whom a row means, which tables are left out.

use std::sync::Arc;

use base::book::Seen;
use base::{Error, Result, UnitId, Uuid};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::Asked;
use super::layout::What;
use super::stage::{Choice, Stage, Staged, StagedRow};
use super::view::Import;
use super::{NOT_READY, allowed, allowed_lists, asked, judge, open, restage};

/// A column is taken for something else.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnIs {
    /// The table, by its place.
    pub table: usize,
    /// The column's letters.
    #[schema(example = "D")]
    pub letters: String,
    /// What it is taken for; nothing is taken from it when this is null.
    #[schema(example = "birth_date")]
    pub key: Option<String>,
}

/// A table is left out, or not.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TableIs {
    /// The table, by its place.
    pub table: usize,
    /// Whether it is left out.
    pub skipped: bool,
    /// What it is about; what was recognised when not said, and pupils where nothing was.
    #[serde(default)]
    pub what: Option<What>,
}

/// What stands in a cell, mended.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CellIs {
    /// The table, by its place.
    pub table: usize,
    /// The row's number.
    #[schema(example = 55)]
    pub row: u32,
    /// The column's letters.
    #[schema(example = "D")]
    pub letters: String,
    /// What stands there from now on.
    #[schema(example = "28/02/2014")]
    pub text: String,
}

/// Whom a row means.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowMeans {
    /// The table, by its place.
    pub table: usize,
    /// The row's number.
    #[schema(example = 12)]
    pub row: u32,
    /// Whom; null takes back what was said.
    pub choice: Option<Choice>,
}

/// What stands in every cell of a column that says one thing, mended at once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ValueIs {
    /// What the column is taken for.
    #[schema(example = "class")]
    pub key: String,
    /// What stands there, spaces around it aside.
    #[schema(example = "6A9")]
    pub from: String,
    /// What stands there from now on.
    #[schema(example = "6A8")]
    pub to: String,
}

/// What all rows mean of which one thing is said.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllMean {
    /// What is said of them.
    #[schema(example = "import.repeated")]
    pub code: String,
    /// Somebody new, or that the rows stay out; null takes back what was said.
    pub choice: Option<Choice>,
}

/// What is corrected, several things at once.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChangeImport {
    /// What columns are.
    pub columns: Vec<ColumnIs>,
    /// Which tables are left out.
    pub tables: Vec<TableIs>,
    /// Cells that were mended.
    pub cells: Vec<CellIs>,
    /// Cells mended together: all of a column that say the same.
    pub values: Vec<ValueIs>,
    /// Whom rows mean.
    pub rows: Vec<RowMeans>,
    /// Whom all rows mean that have one problem.
    pub all: Vec<AllMean>,
    /// Whether classes that do not exist are made.
    pub make_classes: Option<bool>,
}

fn refused(field: &str, detail: &str) -> Error {
    Error::field(field, "import.no_such_place", detail)
}

fn table<'s>(stage: &'s mut Stage, at: usize, field: &str) -> Result<&'s mut Staged> {
    stage.tables.get_mut(at).ok_or_else(|| refused(field, "Tệp không có bảng này. Hãy tải lại bản xem trước."))
}

fn column(table: &Staged, letters: &str, field: &str) -> Result<usize> {
    let found = table.columns.iter().position(|column| column.letters == letters);
    found.ok_or_else(|| refused(field, "Bảng không có cột này. Hãy tải lại bản xem trước."))
}

/// Writes into a cell. What the file says there is remembered, and once it is written again, it stands as it came.
fn mend(row: &mut StagedRow, at: usize, text: &str) {
    let Some(cell) = row.line.cells.get_mut(at) else { return };
    let text: String = text.chars().take(2_000).collect();
    if text == cell.text() {
        return;
    }
    if let Some(was) = row.was.get(&at).filter(|was| was.text() == text).cloned() {
        *cell = was;
        row.was.remove(&at);
        return;
    }
    let mended = if text.trim().is_empty() { Seen::Empty } else { Seen::Text(text) };
    let before = std::mem::replace(cell, mended);
    row.was.entry(at).or_insert(before);
}

/// Writes into a stage what a person corrected. The rows are to be judged anew.
pub fn change(stage: &mut Stage, cmd: &ChangeImport) -> Result<()> {
    for is in &cmd.tables {
        let table = table(stage, is.table, "tables")?;
        table.skipped = is.skipped;
        let what = is.what.or(table.what).unwrap_or(What::Pupils);
        if !is.skipped && table.what != Some(what) {
            table.what = Some(what);
            for column in &mut table.columns {
                column.key = column.key.take().filter(|key| what.column(key).is_some());
            }
        }
    }
    for is in &cmd.columns {
        let table = table(stage, is.table, "columns")?;
        let at = column(table, &is.letters, "columns")?;
        if let Some(key) = &is.key
            && table.what.unwrap_or(What::Pupils).column(key).is_none()
        {
            return Err(refused("columns", "Không có loại dữ liệu này. Hãy chọn trong danh sách."));
        }
        for (place, column) in table.columns.iter_mut().enumerate() {
            // Two columns never silently become one.
            if place != at && is.key.is_some() && column.key == is.key {
                column.key = None;
            }
            if place == at {
                column.key.clone_from(&is.key);
                column.confidence = 100;
                column.clash = None;
                "đã chọn".clone_into(&mut column.reason);
                // A sex by ticks stays one; of anything else the parts were of what it was before.
                if is.key.as_deref() != Some("sex") {
                    column.tick = None;
                }
            }
        }
    }
    for is in &cmd.cells {
        let table = table(stage, is.table, "cells")?;
        let at = column(table, &is.letters, "cells")?;
        let row = table.rows.iter_mut().find(|row| row.line.row == is.row && at < row.line.cells.len());
        let row = row.ok_or_else(|| refused("cells", "Bảng không có ô này. Hãy tải lại bản xem trước."))?;
        mend(row, at, &is.text);
    }
    for is in &cmd.values {
        let from = is.from.trim();
        for table in stage.tables.iter_mut().filter(|table| !table.skipped) {
            let Some(at) = table.columns.iter().position(|column| column.key.as_deref() == Some(is.key.as_str()))
            else {
                continue;
            };
            for row in &mut table.rows {
                if row.line.cells.get(at).is_some_and(|cell| cell.text().trim() == from) {
                    mend(row, at, &is.to);
                }
            }
        }
    }
    for mean in &cmd.all {
        if matches!(mean.choice, Some(Choice::Person(_))) {
            return Err(refused("all", "Mỗi dòng chỉ một người riêng. Hãy chọn người cho từng dòng."));
        }
        let tables = stage.tables.iter_mut().filter(|table| !table.skipped);
        for row in tables.flat_map(|table| &mut table.rows) {
            if row.found.said.iter().any(|said| said.code == mean.code) {
                row.choice = mean.choice;
            }
        }
    }
    for is in &cmd.rows {
        let table = table(stage, is.table, "rows")?;
        let row = table.rows.iter_mut().find(|row| row.line.row == is.row);
        let row = row.ok_or_else(|| refused("rows", "Bảng không có dòng này. Hãy tải lại bản xem trước."))?;
        if let Some(Choice::Person(person)) = is.choice
            && !row.found.candidates.iter().any(|candidate| candidate.person == person)
        {
            return Err(refused(
                "rows",
                "Người được chọn không nằm trong gợi ý của dòng này. Hãy tải lại bản xem trước.",
            ));
        }
        row.choice = is.choice;
    }
    if cmd.make_classes.is_some() {
        stage.make_classes = cmd.make_classes;
    }
    Ok(())
}

/// Corrects the preview of an import: columns, cells, whom rows mean. The rows are matched anew.
#[utoipa::path(post, path = "/units/{unit}/imports/{import}/changes", operation_id = "change_import", tag = "imports",
    params(("unit" = Uuid, Path), ("import" = Uuid, Path), ("If-Match" = i64, Header)), request_body = ChangeImport,
    responses((status = 200, body = Import), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 429, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((unit, import)): Path<(Uuid, Uuid)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<ChangeImport>,
) -> Answer<Tagged<Import>> {
    let school = UnitId(unit);
    let (mut row, stage) = open(app.db(), &ctx, school, import).await?;
    if row.state != "ready" {
        return Err(not_ready().into());
    }
    app.db()
        .write(&ctx, move |tx| {
            allowed(tx, school)?;
            asked::count(tx, Asked::Change)
        })
        .await?;
    let mut stage = Arc::unwrap_or_clone(stage);
    change(&mut stage, &cmd)?;
    let stage = app
        .db()
        .read_long(&ctx, move |tx| {
            allowed(tx, school)?;
            allowed_lists(tx, school, &stage)?;
            judge(tx, school, &mut stage)?;
            Ok(stage)
        })
        .await?;
    let stage = Arc::new(stage);
    // As the client knew it: another change meanwhile is refused.
    row.version = known;
    let row = restage(app.db(), &ctx, school, &row, &stage).await?;
    Ok(Tagged::new(row.version, Import::of(row, &stage)))
}

pub(super) fn not_ready() -> Error {
    NOT_READY.error("Lần nhập này đang được ghi hoặc đã xong nên không sửa được nữa. Hãy tải lại để xem kết quả.")
}
