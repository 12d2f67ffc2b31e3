//! A pupil leaves: goes to another school, gives up school, or has finished it.

use auth::{Capability, Require as _};
use base::{Date, EnrolmentId, Error, Result, UnitId, Uuid, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::done;
use super::status::{Meaning, reason, status};
use super::stay::{self, Ending};
use super::store::Enrolment;
use crate::people::Done;
use crate::units::view;

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

/// A pupil who goes to another school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferOut {
    /// The first day without them.
    #[schema(value_type = String, format = Date, example = "2026-11-02")]
    pub from: Date,
    /// To which school, or:
    #[serde(default)]
    #[schema(value_type = Option<base::Uuid>)]
    pub to: Option<UnitId>,
    /// what the school is called, where Khuê does not know it.
    #[serde(default)]
    #[schema(example = "Trường THCS Lê Lợi, Thái Lan")]
    pub to_name: Option<String>,
    /// Why: a code of DM_LY_DO_THOI_HOC, or its name.
    #[serde(default)]
    #[schema(example = "03")]
    pub reason: Option<String>,
}

/// A pupil who has finished this school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Go {
    /// The first day without them.
    #[schema(value_type = String, format = Date, example = "2026-11-02")]
    pub from: Date,
}

/// How somebody goes: `left_by`, the status then, why, and what is shared with the next school.
type Gone = (&'static str, String, Option<String>, Option<Uuid>);

/// A pupil goes. Answers the stay's new version.
fn go(
    tx: &mut Tx<'_>,
    (school, pupil): (UnitId, EnrolmentId),
    known: Option<i64>,
    (kind, from): (&'static str, Date),
    cmd: &impl Serialize,
    how: impl FnOnce(&mut Tx<'_>, &Enrolment) -> Result<Gone>,
) -> Result<i64> {
    tx.require(Capability::PupilEdit, school)?;
    let (stay, version) = stay::take(tx, school, pupil, known)?;
    let (left_by, status, reason, transfer) = how(tx, &stay)?;
    let how = Ending { from, left_by, status: &status, reason: reason.as_deref(), transfer };
    stay::end(tx, school, &stay, &how)?;
    tx.record(Entry::new(kind, "pupil", pupil).unit(school).version(version).after(cmd)?);
    Ok(version)
}

/// A pupil gives up school. Answers the stay's new version.
pub fn leave(tx: &mut Tx<'_>, school: UnitId, pupil: EnrolmentId, known: Option<i64>, cmd: &Leave) -> Result<i64> {
    go(tx, (school, pupil), known, ("pupil.left", cmd.from), cmd, |_, _| {
        Ok(("left", status(Meaning::Left, cmd.from)?, reason(cmd.reason.as_deref())?, None))
    })
}

/// Where somebody goes, checked: a school that is there, or a name.
fn destination(tx: &mut Tx<'_>, school: UnitId, cmd: &TransferOut) -> Result<(Option<UnitId>, Option<String>)> {
    let name = cmd.to_name.as_deref().map(vi::clean).filter(|name| !name.is_empty());
    if name.as_ref().is_some_and(|name| name.chars().count() > 200) {
        let detail = "Tên trường chuyển đến dài quá 200 chữ cái. Hãy rút gọn.".to_owned();
        return Err(Error::field("to_name", "pupil.destination", detail));
    }
    let Some(to) = cmd.to else { return Ok((None, name)) };
    let refuse = |detail: &str| Err(Error::field("to", "pupil.destination", detail.to_owned()));
    if name.is_some() {
        return refuse("Hãy chọn trường chuyển đến hoặc ghi tên trường: một trong hai.");
    }
    if to == school {
        return refuse("Đây là trường học sinh đang học. Hãy chọn trường chuyển đến.");
    }
    let today = tx.today();
    match view::refs(tx, &[to], today)?.first() {
        Some(unit) if unit.kind == "school" => Ok((Some(to), None)),
        _ => refuse("Đơn vị này không phải là trường. Hãy chọn lại, hoặc ghi tên trường chuyển đến."),
    }
}

/// A pupil goes to another school, which takes them in by their code or number, and sees why they left and where they were
/// said to go. The two stays share a transfer; the former school goes on seeing what it wrote. Answers the stay's new version.
pub fn transfer_out(
    tx: &mut Tx<'_>,
    school: UnitId,
    pupil: EnrolmentId,
    known: Option<i64>,
    cmd: &TransferOut,
) -> Result<i64> {
    go(tx, (school, pupil), known, ("pupil.transferred_out", cmd.from), cmd, |tx, stay| {
        let (to, name) = destination(tx, school, cmd)?;
        tx.exec_one(&super::store::GOES_TO, params![school, pupil, to, name])?;
        let transfer = stay.transfer.unwrap_or_else(|| tx.new_id());
        let why = reason(cmd.reason.as_deref())?;
        Ok(("transferred", status(Meaning::WentTo, cmd.from)?, why, Some(transfer)))
    })
}

/// A pupil has finished the school. Answers the stay's new version.
pub fn finish(tx: &mut Tx<'_>, school: UnitId, pupil: EnrolmentId, known: Option<i64>, cmd: &Go) -> Result<i64> {
    // The list has no state for it: they studied to the end.
    go(tx, (school, pupil), known, ("pupil.finished", cmd.from), cmd, |_, stay| {
        Ok(("finished", stay.status.clone(), None, None))
    })
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
    done(&app, &ctx, pupil, move |tx| leave(tx, school, pupil, Some(known), &cmd)).await
}

/// A pupil goes to another school.
#[utoipa::path(post, path = "/schools/{school}/pupils/{pupil}/transfer", operation_id = "transfer_out", tag = "pupils",
    params(("school" = base::Uuid, Path), ("pupil" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = TransferOut,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn transfer_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil)): Path<(UnitId, EnrolmentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<TransferOut>,
) -> Answer<Tagged<Done>> {
    done(&app, &ctx, pupil, move |tx| transfer_out(tx, school, pupil, Some(known), &cmd)).await
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
    done(&app, &ctx, pupil, move |tx| finish(tx, school, pupil, Some(known), &cmd)).await
}
