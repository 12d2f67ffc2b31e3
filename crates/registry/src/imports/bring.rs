//! A workbook is brought: read, recognised and matched. Nothing of the school changes.

use std::sync::Arc;

use axum::body::Body;
use base::{Result, UnitId, Uuid, vi};
use http::{Answer, App, Path, Query, Signed, State, Tagged};
use serde::Deserialize;
use utoipa::IntoParams;

use super::asked::Asked;
use super::stage::Stage;
use super::view::Import;
use super::{NO_PUPILS, allowed, asked, put, staged};

/// The largest file that is taken.
pub const MOST: usize = 50 << 20;

/// What is asked beside the file.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BringImport {
    /// What the file is called.
    #[param(example = "hoc-sinh-2026.xlsx")]
    pub name: Option<String>,
}

/// A stage in which there is a table.
pub fn with_tables(stage: Stage) -> Result<Stage> {
    if !stage.tables.is_empty() {
        return Ok(stage);
    }
    Err(NO_PUPILS.error(
        "Tệp không có bảng nào. Hãy kiểm tra xem tệp có danh sách với dòng tiêu đề như “Họ và tên”, “Ngày sinh”, “Lớp” không.",
    ))
}

/// A workbook for a school, in the request's body: read, recognised and matched. Nothing of the school changes yet.
#[utoipa::path(post, path = "/units/{unit}/imports", operation_id = "bring_import", tag = "imports",
    params(("unit" = Uuid, Path), BringImport),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Import), (status = 404, body = http::ProblemBody), (status = 413, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 429, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<Uuid>,
    Query(asked): Query<BringImport>,
    body: Body,
) -> Answer<Tagged<Import>> {
    let school = UnitId(unit);
    // Whoever may not import, or does it too often, is told so before anything is read.
    app.db()
        .write(&ctx, move |tx| {
            allowed(tx, school)?;
            asked::count(tx, Asked::Bring)
        })
        .await?;
    let bytes = axum::body::to_bytes(body, MOST).await.map_err(|_cut| {
        platform::files::TOO_LARGE
            .error("Tệp lớn hơn 50 MB là mức cho phép; chưa có gì được nhập. Hãy tách tệp rồi tải lại.")
    })?;
    let name: String = vi::clean(asked.name.as_deref().unwrap_or("")).chars().take(200).collect();
    let stage = app
        .db()
        .read_long(&ctx, move |tx| {
            allowed(tx, school)?;
            staged(tx, school, &name, &bytes)
        })
        .await
        .and_then(with_tables)?;
    let stage = Arc::new(stage);
    let row = put(app.db(), &ctx, school, &stage).await?;
    // Not 201: a file is larger than what may carry an idempotency key, and one that is brought twice changes nothing.
    Ok(Tagged::new(row.version, Import::of(row, &stage)))
}
