//! A second person approves or refuses; whoever asked may take it back.

use auth::{Capability, Require as _};
use base::{Error, Result, UnitId, Uuid, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Signed, State as Extract, Tagged};
use rules::sector::Class;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::offer::Offer;
use super::store::{self, ExportRow};
use super::{Export, NOT_WAITING, OWN, State, class_of, downloads_until, get, offer, take, view, what_of};

/// Why it may not leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefuseExport {
    /// For whoever asked to read.
    #[schema(example = "Sở chỉ cần họ tên và ngày sinh, hãy bỏ số điện thoại")]
    pub reason: String,
}

/// Whether somebody holds the rights to see all that a list holds: whoever decides over it sees it too.
pub(super) fn holds(may: &[Capability], offer: &Offer, class: Class) -> bool {
    (offer.needs)(class).iter().all(|one| may.contains(one))
}

/// An export that waits, before somebody who is not its asker and may decide over it.
fn to_decide(tx: &mut Tx<'_>, school: UnitId, id: Uuid) -> Result<ExportRow> {
    let may = tx.access(Capability::PupilView, school)?.may().to_vec();
    // By name: the house decides over nobody's list.
    let account = tx.require_signed_in()?;
    let row = get(tx, school, id)?;
    if row.asked_by == Some(account) {
        return Err(OWN.error("Bạn là người xin xuất danh sách này nên cần người khác duyệt. Hãy nhờ hiệu trưởng, phó hiệu trưởng hoặc văn thư."));
    }
    if !holds(&may, offer::find(what_of(&row.what)?)?, class_of(&row.holds)) {
        return Err(auth::FORBIDDEN.error(
            "Danh sách này có thông tin mà bạn không có quyền xem nên bạn không duyệt được. Hãy để người có quyền ấy duyệt.",
        ));
    }
    still_waiting(tx, &row)?;
    Ok(row)
}

fn still_waiting(tx: &Tx<'_>, row: &ExportRow) -> Result<()> {
    let how = match State::of(row, tx.now()) {
        State::Waiting => return Ok(()),
        State::Approved => "đã được duyệt",
        State::Refused => "đã bị từ chối",
        State::Withdrawn => "đã được người xin rút lại",
        State::Expired => "đã hết hạn",
    };
    Err(NOT_WAITING
        .error(format!("Yêu cầu xuất này {how} nên không còn chờ; chưa có gì bị thay đổi. Hãy tải lại danh sách.")))
}

/// Approves: whoever asked may take it for a while.
pub fn approve(tx: &mut Tx<'_>, school: UnitId, id: Uuid, known: i64) -> Result<Export> {
    to_decide(tx, school, id)?;
    let version = take(tx, school, id, known)?;
    let until = downloads_until(tx, school)?;
    let (by, now) = (tx.ctx().actor().account(), tx.now());
    tx.exec_one(&store::DECIDE, params![school, id, "approved", by, now, None::<String>, until])?;
    tx.record(Entry::new("export.approved", "export", id).unit(school).version(version));
    view(tx, school, id)
}

/// Refuses, and says why.
pub fn refuse(tx: &mut Tx<'_>, school: UnitId, id: Uuid, known: i64, cmd: &RefuseExport) -> Result<Export> {
    let row = to_decide(tx, school, id)?;
    let reason = vi::clean(&cmd.reason);
    if !(5..=300).contains(&reason.chars().count()) {
        let detail = "Hãy ghi lý do từ chối, từ 5 đến 300 chữ cái, để người xin biết cần sửa gì.";
        return Err(Error::field("reason", "export.reason", detail));
    }
    let version = take(tx, school, id, known)?;
    let (by, now) = (tx.ctx().actor().account(), tx.now());
    tx.exec_one(&store::DECIDE, params![school, id, "refused", by, now, reason, row.until])?;
    tx.record(Entry::new("export.refused", "export", id).unit(school).version(version).after(cmd)?);
    view(tx, school, id)
}

/// Takes one's own back.
pub fn withdraw(tx: &mut Tx<'_>, school: UnitId, id: Uuid, known: i64) -> Result<Export> {
    crate::reach::of_school(tx, school)?;
    let account = tx.require_signed_in()?;
    let row = get(tx, school, id)?;
    if row.asked_by != Some(account) {
        return Err(super::not_found());
    }
    still_waiting(tx, &row)?;
    let version = take(tx, school, id, known)?;
    let now = tx.now();
    tx.exec_one(&store::DECIDE, params![school, id, "withdrawn", None::<Uuid>, now, None::<String>, row.until])?;
    tx.record(Entry::new("export.withdrawn", "export", id).unit(school).version(version));
    view(tx, school, id)
}

/// Approves what somebody else asked for: they may take it for a while.
#[utoipa::path(post, path = "/schools/{school}/exports/{export}/approval", operation_id = "approve_export", tag = "exports",
    params(("school" = Uuid, Path), ("export" = Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")),
    responses((status = 200, body = Export), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 412, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn approve_route(
    Extract(app): Extract<App>,
    Signed(ctx): Signed,
    Path((school, id)): Path<(UnitId, Uuid)>,
    IfMatch(known): IfMatch,
) -> Answer<Tagged<Export>> {
    let export = app.db().write(&ctx, move |tx| approve(tx, school, id, known)).await?;
    Ok(Tagged::new(export.version, export))
}

/// Refuses what somebody else asked for, and says why.
#[utoipa::path(post, path = "/schools/{school}/exports/{export}/refusal", operation_id = "refuse_export", tag = "exports",
    params(("school" = Uuid, Path), ("export" = Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = RefuseExport,
    responses((status = 200, body = Export), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody),
        (status = 428, body = http::ProblemBody)))]
pub async fn refuse_route(
    Extract(app): Extract<App>,
    Signed(ctx): Signed,
    Path((school, id)): Path<(UnitId, Uuid)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<RefuseExport>,
) -> Answer<Tagged<Export>> {
    let export = app.db().write(&ctx, move |tx| refuse(tx, school, id, known, &cmd)).await?;
    Ok(Tagged::new(export.version, export))
}

/// Takes back what one asked for oneself, while it waits.
#[utoipa::path(post, path = "/schools/{school}/exports/{export}/withdrawal", operation_id = "withdraw_export", tag = "exports",
    params(("school" = Uuid, Path), ("export" = Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")),
    responses((status = 200, body = Export), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 412, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn withdraw_route(
    Extract(app): Extract<App>,
    Signed(ctx): Signed,
    Path((school, id)): Path<(UnitId, Uuid)>,
    IfMatch(known): IfMatch,
) -> Answer<Tagged<Export>> {
    let export = app.db().write(&ctx, move |tx| withdraw(tx, school, id, known)).await?;
    Ok(Tagged::new(export.version, export))
}
