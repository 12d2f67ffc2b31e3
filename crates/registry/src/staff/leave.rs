//! Somebody's work at a school ends: retired, moved to another school, left. Their classes are theirs no longer from that day.

use auth::{Capability, Require as _};
use base::{Date, EmploymentId, Error, Result, UnitId, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store;
use super::{status, work};
use crate::people::Done;
use crate::pupils::stay::check_day;

/// How somebody's work ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndWork {
    /// The first day without them.
    #[schema(value_type = String, format = Date, example = "2026-12-01")]
    pub from: Date,
    /// Why: the state they are in from then on, a code of DM_TRANG_THAI_CAN_BO or its name (`Nghỉ hưu`, `Thôi việc`,
    /// `Điều động`, `Biệt phái`, `Chuyển đi`).
    #[schema(example = "Nghỉ hưu")]
    pub reason: String,
    /// The decision it rests on, for the journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
}

/// Somebody goes to another school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveAway {
    /// The first day without them.
    #[schema(value_type = String, format = Date, example = "2026-12-01")]
    pub from: Date,
    /// The decision it rests on, for the journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
}

fn end(
    tx: &mut Tx<'_>,
    school: UnitId,
    staff: EmploymentId,
    known: Option<i64>,
    (from, status, basis, event): (Date, &str, Option<&str>, &'static str),
) -> Result<i64> {
    let (row, version) = work::take(tx, school, staff, known)?;
    work::require_open(&row)?;
    check_day(tx, "from", from)?;
    if from <= row.valid_from {
        let detail = format!("Người này vào làm ngày {}; hãy chọn ngày sau đó.", vi::date(row.valid_from));
        return Err(Error::field("from", "staff.before_coming", detail));
    }
    let since = work::since(&row, &work::former(tx, school, staff)?);
    if from <= since && since > row.valid_from {
        let detail =
            format!("Chức vụ, vị trí của người này thay đổi từ ngày {}; hãy chọn ngày sau đó.", vi::date(since));
        return Err(Error::field("from", "staff.later_change", detail));
    }
    tx.exec_one(&store::SET_DAYS, params![school, staff, row.valid_from, from, status])?;
    work::end_classes(tx, school, staff, from)?;
    work::held(tx, school, row.person)?;
    let told = serde_json::json!({ "from": from, "status": status, "basis": basis });
    let entry = Entry::new(event, "staff", staff).unit(school).version(version);
    tx.record(entry.before(&work::told(&row))?.after(&told)?);
    Ok(version)
}

/// Ends somebody's work at a school. Answers the employment's new version.
pub fn leave(tx: &mut Tx<'_>, school: UnitId, staff: EmploymentId, known: Option<i64>, cmd: &EndWork) -> Result<i64> {
    tx.require(Capability::StaffEdit, school)?;
    let status = status::ending(&cmd.reason)?;
    end(tx, school, staff, known, (cmd.from, &status, cmd.basis.as_deref(), "staff.left"))
}

/// Somebody goes to another school, which takes them on by their number or code and finds the same person. The former
/// school goes on seeing what it wrote. Answers the employment's new version.
pub fn move_away(
    tx: &mut Tx<'_>,
    school: UnitId,
    staff: EmploymentId,
    known: Option<i64>,
    cmd: &MoveAway,
) -> Result<i64> {
    tx.require(Capability::StaffEdit, school)?;
    let status = status::moved()?;
    end(tx, school, staff, known, (cmd.from, &status, cmd.basis.as_deref(), "staff.moved_away"))
}

/// Ends somebody's work at a school. The classes they lead and teach are theirs no longer from that day.
#[utoipa::path(post, path = "/schools/{school}/staff/{staff}/leaving", operation_id = "end_work", tag = "staff",
    params(("school" = base::Uuid, Path), ("staff" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = EndWork,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn leave_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, staff)): Path<(UnitId, EmploymentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<EndWork>,
) -> Answer<Tagged<Done>> {
    let version = app.db().write(&ctx, move |tx| leave(tx, school, staff, Some(known), &cmd)).await?;
    Ok(Tagged::new(version, Done::new(staff, version)))
}

/// Somebody goes to another school, which then takes them on by their personal number or code.
#[utoipa::path(post, path = "/schools/{school}/staff/{staff}/transfer", operation_id = "move_staff_away", tag = "staff",
    params(("school" = base::Uuid, Path), ("staff" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = MoveAway,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn move_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, staff)): Path<(UnitId, EmploymentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<MoveAway>,
) -> Answer<Tagged<Done>> {
    let version = app.db().write(&ctx, move |tx| move_away(tx, school, staff, Some(known), &cmd)).await?;
    Ok(Tagged::new(version, Done::new(staff, version)))
}
