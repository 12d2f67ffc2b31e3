//! A pupil leaves: goes to another school, gives up school, or has finished it.

use auth::{Capability, Require as _};
use base::{Date, EnrolmentId, Result, UnitId, Uuid};
use db::{Entry, Tx};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::status::{Meaning, reason, status};
use super::stay::{self, Ending};
use crate::people::Done;

/// A pupil who leaves without another school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Leave {
    /// The first day without them.
    #[schema(value_type = String, format = Date, example = "2026-11-02")]
    pub from: Date,
    /// Why: a code of DM_LY_DO_THOI_HOC, or its name.
    #[serde(default)]
    #[schema(example = "03")]
    pub reason: Option<String>,
}

/// A pupil who goes to another school, or has finished this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Go {
    /// The first day without them.
    #[schema(value_type = String, format = Date, example = "2026-11-02")]
    pub from: Date,
}

/// A pupil gives up school. Answers the stay's new version.
pub fn leave(tx: &mut Tx<'_>, school: UnitId, pupil: EnrolmentId, known: Option<i64>, cmd: &Leave) -> Result<i64> {
    tx.require(Capability::PupilEdit, school)?;
    let (stay, version) = stay::take(tx, school, pupil, known)?;
    let (reason, status) = (reason(cmd.reason.as_deref())?, status(Meaning::Left, cmd.from)?);
    let how = Ending { from: cmd.from, left_by: "left", status: &status, reason: reason.as_deref(), transfer: None };
    stay::end(tx, school, &stay, &how)?;
    tx.record(Entry::new("pupil.left", "pupil", pupil).unit(school).version(version).after(cmd)?);
    Ok(version)
}

/// A pupil goes to another school, which takes them in by their code or number. The two stays share a transfer; the former
/// school goes on seeing what it wrote. Answers the stay's new version.
pub fn transfer_out(tx: &mut Tx<'_>, school: UnitId, pupil: EnrolmentId, known: Option<i64>, cmd: &Go) -> Result<i64> {
    tx.require(Capability::PupilEdit, school)?;
    let (stay, version) = stay::take(tx, school, pupil, known)?;
    let transfer: Uuid = stay.transfer.unwrap_or_else(|| tx.new_id());
    let status = status(Meaning::WentTo, cmd.from)?;
    let how =
        Ending { from: cmd.from, left_by: "transferred", status: &status, reason: None, transfer: Some(transfer) };
    stay::end(tx, school, &stay, &how)?;
    tx.record(Entry::new("pupil.transferred_out", "pupil", pupil).unit(school).version(version).after(cmd)?);
    Ok(version)
}

/// A pupil has finished the school. Answers the stay's new version.
pub fn finish(tx: &mut Tx<'_>, school: UnitId, pupil: EnrolmentId, known: Option<i64>, cmd: &Go) -> Result<i64> {
    tx.require(Capability::PupilEdit, school)?;
    let (stay, version) = stay::take(tx, school, pupil, known)?;
    // The list has no state for it: they studied to the end.
    let how = Ending { from: cmd.from, left_by: "finished", status: &stay.status, reason: None, transfer: None };
    stay::end(tx, school, &stay, &how)?;
    tx.record(Entry::new("pupil.finished", "pupil", pupil).unit(school).version(version).after(cmd)?);
    Ok(version)
}

/// A pupil leaves without another school.
#[utoipa::path(post, path = "/schools/{school}/pupils/{pupil}/leaving", operation_id = "leave_school", tag = "pupils",
    params(("school" = base::Uuid, Path), ("pupil" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = Leave,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn leave_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil)): Path<(UnitId, EnrolmentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<Leave>,
) -> Answer<Tagged<Done>> {
    let version = app.db().write(&ctx, move |tx| leave(tx, school, pupil, Some(known), &cmd)).await?;
    Ok(Tagged::new(version, Done::new(pupil, version)))
}

/// A pupil goes to another school.
#[utoipa::path(post, path = "/schools/{school}/pupils/{pupil}/transfer", operation_id = "transfer_out", tag = "pupils",
    params(("school" = base::Uuid, Path), ("pupil" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = Go,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn transfer_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil)): Path<(UnitId, EnrolmentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<Go>,
) -> Answer<Tagged<Done>> {
    let version = app.db().write(&ctx, move |tx| transfer_out(tx, school, pupil, Some(known), &cmd)).await?;
    Ok(Tagged::new(version, Done::new(pupil, version)))
}

/// A pupil has finished the school.
#[utoipa::path(post, path = "/schools/{school}/pupils/{pupil}/finishing", operation_id = "finish_school", tag = "pupils",
    params(("school" = base::Uuid, Path), ("pupil" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = Go,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn finish_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil)): Path<(UnitId, EnrolmentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<Go>,
) -> Answer<Tagged<Done>> {
    let version = app.db().write(&ctx, move |tx| finish(tx, school, pupil, Some(known), &cmd)).await?;
    Ok(Tagged::new(version, Done::new(pupil, version)))
}
