//! Somebody becomes something else at a school from a day on; what they were stays known.

use auth::{Capability, Require as _};
use base::{Date, EmploymentId, Error, Patch, Result, UnitId, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store;
use super::work::{self, LATER, Post};
use crate::people::Done;
use crate::pupils::stay::check_day;

/// What somebody is from a day on; what is not named stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPosition {
    /// From which day. The first day of what they are now: that was wrong from the beginning.
    #[schema(value_type = String, format = Date, example = "2026-11-02")]
    pub from: Date,
    /// A code of DM_NHOM_CAN_BO, or its name.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub staff_group: Patch<String>,
    /// A code of DM_LOAI_CAN_BO, or its name.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub position: Patch<String>,
    /// A code of DM_HINH_THUC_HOP_DONG, or its name.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub contract: Patch<String>,
    /// The decision it rests on, for the journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
}

/// Sets what somebody is from a day on. Answers the employment's new version.
pub fn set_position(
    tx: &mut Tx<'_>,
    school: UnitId,
    staff: EmploymentId,
    known: Option<i64>,
    cmd: &SetPosition,
) -> Result<i64> {
    tx.require(Capability::StaffEdit, school)?;
    let (row, version) = work::take(tx, school, staff, known)?;
    check_day(tx, "from", cmd.from)?;
    let former = work::former(tx, school, staff)?;
    let since = work::since(&row, &former);
    if cmd.from < row.valid_from || row.valid_to.is_some_and(|to| cmd.from >= to) {
        let detail = format!("Ngày {} nằm ngoài thời gian làm việc ở trường. Hãy chọn ngày khác.", vi::date(cmd.from));
        return Err(Error::field("from", "staff.outside_work", detail));
    }
    if cmd.from < since {
        return Err(LATER.error(format!(
            "Chức vụ, vị trí của người này đã thay đổi từ ngày {}, sau ngày muốn ghi; chưa có gì bị thay đổi. Hãy chọn ngày ấy hoặc ngày sau.",
            vi::date(since)
        )));
    }
    let was = Post::of(&row);
    let is = Post {
        staff_group: cmd.staff_group.clone().over(was.staff_group.clone()),
        position: cmd.position.clone().over(was.position.clone()),
        contract: cmd.contract.clone().over(was.contract.clone()),
    };
    let is = is.checked()?;
    if is == was {
        return Ok(version);
    }
    if cmd.from > since {
        let Post { staff_group, position, contract } = &was;
        tx.exec_one(&store::FORMER_INSERT, params![school, staff, since, cmd.from, staff_group, position, contract])?;
    }
    tx.exec_one(&store::SET_POSITION, params![school, staff, is.staff_group, is.position, is.contract])?;
    let entry = Entry::new("staff.position_set", "staff", staff).unit(school).version(version);
    let told = serde_json::json!({ "from": cmd.from, "post": is, "basis": cmd.basis });
    tx.record(entry.before(&serde_json::json!({ "from": since, "post": was }))?.after(&told)?);
    Ok(version)
}

/// Sets what somebody is from a day on: group, position, contract. What they were before stays known.
#[utoipa::path(put, path = "/schools/{school}/staff/{staff}/position", operation_id = "set_position", tag = "staff",
    params(("school" = base::Uuid, Path), ("staff" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = SetPosition,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, staff)): Path<(UnitId, EmploymentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<SetPosition>,
) -> Answer<Tagged<Done>> {
    let version = app.db().write(&ctx, move |tx| set_position(tx, school, staff, Some(known), &cmd)).await?;
    Ok(Tagged::new(version, Done::new(staff, version)))
}
