//! A school has its records looked through now, and not only at night.

use auth::{Capability, Require as _};
use base::{Result, UnitId};
use db::Tx;
use http::{Answer, App, Json, Path, Signed, State};
use platform::jobs::{self, JobId};
use serde::Serialize;
use utoipa::ToSchema;

use super::find::FindDuplicates;

/// The job that looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DuplicateSearch)]
pub struct Searching {
    /// Which job: it shows how far it has come.
    #[schema(value_type = base::Uuid)]
    pub job: JobId,
}

/// Puts the search of a school into the queue, unless it waits or runs already. For imports as for people; rights are the
/// caller's.
pub fn enqueue(tx: &mut Tx<'_>, school: UnitId) -> Result<JobId> {
    let ask = jobs::Ask { unit: Some(school), key: Some(format!("duplicates {school}")), ..jobs::Ask::default() };
    jobs::enqueue(tx, &FindDuplicates { school: Some(school) }, &ask)
}

/// Has a school's records looked through.
pub fn search(tx: &mut Tx<'_>, school: UnitId) -> Result<JobId> {
    tx.require(Capability::PupilEdit, school)?;
    enqueue(tx, school)
}

/// Has a school's records looked through for duplicates, as happens every night and after each import.
#[utoipa::path(post, path = "/units/{unit}/duplicates/search", operation_id = "search_duplicates", tag = "duplicates",
    params(("unit" = base::Uuid, Path)),
    responses((status = 200, body = Searching), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody)))]
pub async fn route(State(app): State<App>, Signed(ctx): Signed, Path(unit): Path<UnitId>) -> Answer<Json<Searching>> {
    let job = app.db().write(&ctx, move |tx| search(tx, unit)).await?;
    Ok(Json(Searching { job }))
}
