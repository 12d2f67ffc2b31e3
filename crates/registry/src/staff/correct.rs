//! What was written wrongly about somebody's work is corrected. The journal keeps what was believed before.

use auth::{Capability, Require as _};
use base::{Date, EmploymentId, Error, Interval, Patch, Result, UnitId, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store::{self, Employment};
use super::{status, work};
use crate::people::Done;
use crate::pupils::stay::check_day;

/// A correction of somebody's work; what is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectWork {
    /// The first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<Date>,
    /// The first day after it; `null`: they never left.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Patch<Date>,
    /// A code of DM_TRANG_THAI_CAN_BO, or its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `true`: they never worked here. The employment holds no day any more.
    #[serde(default)]
    pub mistake: bool,
}

/// Corrects somebody's work. Answers its new version.
pub fn correct(
    tx: &mut Tx<'_>,
    school: UnitId,
    staff: EmploymentId,
    known: Option<i64>,
    cmd: &CorrectWork,
) -> Result<i64> {
    tx.require(Capability::StaffEdit, school)?;
    let (was, version) = work::take(tx, school, staff, known)?;
    let mut is = Employment {
        valid_from: cmd.valid_from.unwrap_or(was.valid_from),
        valid_to: cmd.valid_to.over(was.valid_to),
        ..was.clone()
    };
    if cmd.mistake {
        is.valid_to = Some(is.valid_from);
    }
    match cmd.status.as_deref() {
        Some(text) => is.status = status::checked("status", "status", text)?.unwrap_or(is.status),
        None if is.valid_to.is_none() && was.valid_to.is_some() => is.status = status::working()?,
        None => {}
    }
    check_day(tx, "valid_from", is.valid_from)?;
    let days = Interval::new(is.valid_from, is.valid_to).filter(|days| cmd.mistake || !days.is_empty());
    let days = days.ok_or_else(|| {
        Error::field("valid_to", "staff.backwards", "Ngày kết thúc phải sau ngày bắt đầu. Hãy kiểm tra lại hai ngày.")
    })?;
    let others: Vec<Employment> = tx.all(&store::OF_PERSON, params![school, was.person])?;
    let held =
        |other: &&Employment| Interval::new(other.valid_from, other.valid_to).is_some_and(|at| at.overlaps(&days));
    if let Some(other) = others.iter().filter(|other| other.id != staff).find(held) {
        return Err(Error::field("valid_from", "staff.overlaps", work::overlaps(other)));
    }
    if !cmd.mistake {
        fit(tx, school, &was, &is)?;
    }
    tx.exec_one(&store::SET_DAYS, params![school, staff, is.valid_from, is.valid_to, is.status])?;
    if let Some(to) = is.valid_to {
        work::end_classes(tx, school, staff, to)?;
    }
    work::held(tx, school, was.person)?;
    let entry = Entry::new("staff.work_corrected", "staff", staff).unit(school).version(version);
    tx.record(entry.before(&work::told(&was))?.after(&work::told(&is))?);
    Ok(version)
}

/// The first of what somebody was begins with their work; what lies before the right first day is refused, since somebody
/// wrote it down as well.
fn fit(tx: &mut Tx<'_>, school: UnitId, was: &Employment, is: &Employment) -> Result<()> {
    let first: Option<(Date,)> = tx.one(&store::FIRST_CLASS, params![school, was.id])?;
    if let Some((first,)) = first.filter(|(first,)| *first < is.valid_from) {
        let detail = format!(
            "Người này đã được phân công lớp từ ngày {}, trước ngày vào làm này. Hãy sửa phân công trước.",
            vi::date(first)
        );
        return Err(Error::field("valid_from", "staff.class_before", detail));
    }
    let mut former = work::former(tx, school, was.id)?;
    let Some(one) = former.first_mut() else { return Ok(()) };
    one.valid_from = is.valid_from;
    let since = former.iter().map(|one| one.valid_to).max();
    let first_to = former.first().map(|one| one.valid_to);
    if first_to.is_some_and(|to| to <= is.valid_from) || is.valid_to.zip(since).is_some_and(|(to, since)| to <= since) {
        let detail = "Chức vụ, vị trí của người này thay đổi ngoài những ngày ấy. Hãy chọn ngày khác.";
        return Err(Error::field("valid_from", "staff.position_outside", detail));
    }
    tx.exec(&store::FORMER_DROP, params![school, was.id])?;
    for one in &former {
        tx.exec_one(
            &store::FORMER_INSERT,
            params![school, was.id, one.valid_from, one.valid_to, one.staff_group, one.position, one.contract],
        )?;
    }
    Ok(())
}

/// Corrects the days or the state of somebody's work.
#[utoipa::path(patch, path = "/schools/{school}/staff/{staff}/work", operation_id = "correct_work", tag = "staff",
    params(("school" = base::Uuid, Path), ("staff" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = CorrectWork,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, staff)): Path<(UnitId, EmploymentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<CorrectWork>,
) -> Answer<Tagged<Done>> {
    let version = app.db().write(&ctx, move |tx| correct(tx, school, staff, Some(known), &cmd)).await?;
    Ok(Tagged::new(version, Done::new(staff, version)))
}
