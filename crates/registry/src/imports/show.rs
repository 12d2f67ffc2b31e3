//! One import: its tables, what their columns are taken for, how many rows of each verdict.

use base::{UnitId, Uuid};
use http::{Answer, App, Path, Signed, State, Tagged};

use super::open;
use super::view::Import;

/// One import: its tables, what their columns are taken for, how many rows of each verdict.
#[utoipa::path(get, path = "/units/{unit}/imports/{import}", operation_id = "show_import", tag = "imports",
    params(("unit" = Uuid, Path), ("import" = Uuid, Path)),
    responses((status = 200, body = Import), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((unit, import)): Path<(Uuid, Uuid)>,
) -> Answer<Tagged<Import>> {
    let (row, stage) = open(app.db(), &ctx, UnitId(unit), import).await?;
    let version = row.version;
    Ok(Tagged::new(version, Import::of(row, &stage)))
}
