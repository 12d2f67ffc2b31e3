//! The imports of a school.

use base::{Result, UnitId, Uuid};
use db::{Tx, params};
use http::{Answer, Json, Path, Reader};

use super::allowed;
use super::store::{self, ListedRow};
use super::view::ListedImport;

/// The last hundred, the newest first.
pub fn list(tx: &mut Tx<'_>, school: UnitId) -> Result<Vec<ListedImport>> {
    allowed(tx, school)?;
    let rows: Vec<ListedRow> = tx.all(&store::LIST, params![school])?;
    Ok(rows.into_iter().map(ListedImport::from).collect())
}

/// The last hundred imports of a school, the newest first.
#[utoipa::path(get, path = "/units/{unit}/imports", operation_id = "list_imports", tag = "imports",
    params(("unit" = Uuid, Path)),
    responses((status = 200, body = Vec<ListedImport>), (status = 404, body = http::ProblemBody)))]
pub async fn route(reader: Reader, Path(unit): Path<Uuid>) -> Answer<Json<Vec<ListedImport>>> {
    let school = UnitId(unit);
    Ok(Json(reader.at(school).read(move |tx| list(tx, school)).await?))
}
