//! The sector's own sheet, empty: what a school fills in that has no workbook yet.

use std::fs::File;

use base::sheet::{Head, Sheet};
use base::{Result, UnitId, Uuid};
use http::{Answer, App, Download, Path, Query, Signed, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::allowed;
use super::layout::{ORDER, PLACE, What};

/// Which list.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportTemplate {
    /// `pupils` when not said.
    pub what: Option<What>,
}

/// Writes the headings of a list, as they are recognised without a question.
pub fn write(what: What, made_at: base::Instant) -> Result<File> {
    let width = |key: &str| if key == ORDER { 6 } else { 18 };
    // Where something stands in the file is nobody's to fill in.
    let filled = what.columns().iter().filter(|column| column.key != PLACE);
    let columns = filled
        .map(|column| Head { title: column.names.first().copied().unwrap_or_default(), width: width(column.key) });
    let sheet = Sheet { title: what.title().to_owned(), columns: columns.collect(), made_at, about: Vec::new() };
    platform::sheets::begin(sheet)?.finish()
}

/// An empty workbook in the layout that is understood without a question.
#[utoipa::path(get, path = "/units/{unit}/imports/template", operation_id = "import_template", tag = "imports",
    params(("unit" = Uuid, Path), ImportTemplate),
    responses((status = 200, description = "An Excel file", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<Uuid>,
    Query(asked): Query<ImportTemplate>,
) -> Answer<Download> {
    let school = UnitId(unit);
    app.db().read(&ctx, move |tx| allowed(tx, school)).await?;
    let (what, now) = (asked.what.unwrap_or(What::Pupils), ctx.now());
    let file = super::blocking(move || write(what, now)).await?;
    let name = match what {
        What::Pupils => "mau-hoc-sinh.xlsx",
        What::Staff => "mau-giao-vien.xlsx",
        What::Classes => "mau-lop-hoc.xlsx",
        What::Assignments => "mau-phan-cong.xlsx",
    };
    Ok(Download::excel(file, name.to_owned()))
}
