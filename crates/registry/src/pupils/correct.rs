//! What was written wrongly about a stay or a stretch in a class is corrected. The journal keeps what was believed before.

use auth::{Capability, Require as _};
use base::{ClassId, Date, EnrolmentId, Error, Interval, Patch, Result, UnitId, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::status::{chosen, reason};
use super::store::{self, Enrolment, Member};
use super::{done, stay};
use crate::classes;
use crate::people::{Done, held};

/// A correction of a stay; what is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectStay {
    /// The first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<Date>,
    /// The first day after it; `null`: they never left.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Patch<Date>,
    /// A code of DM_TRANG_THAI_HOC_SINH, or its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// A code of DM_LY_DO_THOI_HOC, or its name.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>)]
    pub leave_reason: Patch<String>,
    /// `true`: they never were a pupil here. The stay holds no day any more, and stands in the history as a mistake.
    #[serde(default)]
    pub mistake: bool,
}

/// A correction of one stretch in a class; what is not named stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectInClass {
    /// Which class.
    #[schema(value_type = base::Uuid)]
    pub class: ClassId,
    /// The first day as it stands: which stretch is meant.
    #[schema(value_type = String, format = Date)]
    pub since: Date,
    /// The right first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<Date>,
    /// The right first day after it; `null`: it goes on.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Patch<Date>,
    /// The place in the class.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[schema(value_type = Option<i64>)]
    pub position: Patch<i64>,
    /// In this grade once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<bool>,
    /// `true`: they never were in this class.
    #[serde(default)]
    pub mistake: bool,
}

fn told(stay: &Enrolment) -> serde_json::Value {
    json!({ "valid_from": stay.valid_from, "valid_to": stay.valid_to, "left_by": stay.left_by, "status": stay.status,
        "leave_reason": stay.leave_reason })
}

/// The refusal of days that end before they begin.
fn backwards() -> Error {
    Error::field("valid_to", "pupil.backwards", "Ngày kết thúc phải sau ngày bắt đầu. Hãy kiểm tra lại hai ngày.")
}

/// Corrects a stay. Answers its new version.
pub fn correct_stay(
    tx: &mut Tx<'_>,
    school: UnitId,
    pupil: EnrolmentId,
    known: Option<i64>,
    cmd: &CorrectStay,
) -> Result<i64> {
    tx.require(Capability::PupilEdit, school)?;
    let (was, version) = stay::take(tx, school, pupil, known)?;
    let mut is = was.clone();
    is.valid_from = cmd.valid_from.unwrap_or(was.valid_from);
    is.valid_to = cmd.valid_to.over(was.valid_to);
    if let Some(status) = &cmd.status {
        is.status = chosen(status)?.unwrap_or(is.status);
    }
    is.leave_reason = match &cmd.leave_reason {
        Patch::Value(text) => reason(Some(text))?,
        Patch::Null => None,
        Patch::Absent => was.leave_reason.clone(),
    };
    if cmd.mistake {
        (is.valid_to, is.left_by) = (Some(is.valid_from), Some("mistake".to_owned()));
    } else if is.valid_to.is_none() {
        (is.left_by, is.leave_reason) = (None, None);
        if was.valid_to.is_some() && cmd.status.is_none() {
            is.status = stay::studying(is.valid_from)?;
        }
    } else if was.left_by.is_none() {
        is.left_by = Some("left".to_owned());
    }
    stay::check_day(tx, "valid_from", is.valid_from)?;
    let days = Interval::new(is.valid_from, is.valid_to).filter(|days| cmd.mistake || !days.is_empty());
    let days = days.ok_or_else(backwards)?;
    // No two stays of one person here hold the same day.
    let others: Vec<Enrolment> = tx.all(&store::OF_PERSON, params![school, was.person])?;
    for other in others.iter().filter(|other| other.id != pupil) {
        let held = Interval::new(other.valid_from, other.valid_to);
        if held.is_some_and(|held| held.overlaps(&days)) {
            let detail = format!(
                "Học sinh có lần học khác ở trường từ ngày {}, trùng những ngày này. Hãy sửa lần học ấy trước.",
                vi::date(other.valid_from)
            );
            return Err(Error::field("valid_from", "pupil.overlaps", detail));
        }
    }
    tx.exec_one(
        &store::SET_DAYS,
        params![school, pupil, is.valid_from, is.valid_to, is.left_by, is.status, is.leave_reason],
    )?;
    fit_classes(tx, school, pupil, &was, days)?;
    held::pupil(tx, school, was.person)?;
    let entry = Entry::new("pupil.stay_corrected", "pupil", pupil).unit(school).version(version);
    tx.record(entry.before(&told(&was))?.after(&told(&is))?);
    Ok(version)
}

/// The stretches in classes follow the days of their stay: what lies outside is cut, and what ended with it goes on with it.
fn fit_classes(tx: &mut Tx<'_>, school: UnitId, pupil: EnrolmentId, was: &Enrolment, days: Interval) -> Result<()> {
    let members = stay::members(tx, school, pupil)?;
    let (first, last) = (members.first().map(|one| one.valid_from), members.last().map(|one| one.valid_from));
    for member in &members {
        // The one that began with the stay begins with it again; the one that ended with it as well.
        let from = if Some(member.valid_from) == first && member.valid_from == was.valid_from {
            days.from()
        } else {
            member.valid_from
        };
        let to = if Some(member.valid_from) == last && member.valid_to == was.valid_to {
            days.to()
        } else {
            member.valid_to
        };
        let right = Interval::new(from, to).and_then(|stretch| stretch.clip(&days));
        if right.map(|right| (right.from(), right.to())) == Some((member.valid_from, member.valid_to)) {
            continue;
        }
        tx.exec_one(&store::MEMBER_TAKE, params![school, member.class, pupil, member.valid_from])?;
        if let Some(right) = right {
            tx.exec_one(
                &store::MEMBER_INSERT,
                params![school, member.class, pupil, right.from(), right.to(), member.position, member.repeats],
            )?;
        }
    }
    Ok(())
}

/// Corrects one stretch in a class. Answers the stay's new version.
pub fn correct_in_class(
    tx: &mut Tx<'_>,
    school: UnitId,
    pupil: EnrolmentId,
    known: Option<i64>,
    cmd: &CorrectInClass,
) -> Result<i64> {
    tx.require(Capability::PupilEdit, school)?;
    let (stay, version) = stay::take(tx, school, pupil, known)?;
    let members = stay::members(tx, school, pupil)?;
    let meant = |member: &&Member| member.class == cmd.class && member.valid_from == cmd.since;
    let was = members.iter().find(meant).ok_or_else(|| {
        let detail = format!("Học sinh không được xếp vào lớp này từ ngày {}. Hãy tải lại trang.", vi::date(cmd.since));
        Error::field("since", "pupil.no_such_stretch", detail)
    })?;
    let (from, to) = (cmd.valid_from.unwrap_or(was.valid_from), cmd.valid_to.over(was.valid_to));
    let (position, repeats) = (cmd.position.over(was.position), cmd.repeats.unwrap_or(was.repeats));
    let days = Interval::new(from, to).filter(|days| !days.is_empty()).ok_or_else(backwards)?;
    if !cmd.mistake {
        let whole = Interval::new(stay.valid_from, stay.valid_to);
        let year = classes::show::find(tx, school, cmd.class)?.year.interval(base::school_year::Turn::default());
        if whole.and_then(|whole| days.clip(&whole)) != Some(days) || !year.contains(from) {
            let detail =
                "Những ngày này nằm ngoài thời gian học ở trường, hoặc ngoài năm học của lớp. Hãy chọn ngày khác.";
            return Err(Error::field("valid_from", "pupil.outside_stay", detail));
        }
        let others = members.iter().filter(|member| !meant(member));
        let mut held = others.filter_map(|member| Interval::new(member.valid_from, member.valid_to));
        if held.any(|held| held.overlaps(&days)) {
            let detail = "Học sinh ở lớp khác vào những ngày này. Hãy sửa lần xếp lớp ấy trước.";
            return Err(Error::field("valid_from", "pupil.overlaps", detail));
        }
    }
    tx.exec_one(&store::MEMBER_TAKE, params![school, cmd.class, pupil, cmd.since])?;
    if !cmd.mistake {
        tx.exec_one(&store::MEMBER_INSERT, params![school, cmd.class, pupil, from, to, position, repeats])?;
    }
    let before = json!({ "class": was.class, "valid_from": was.valid_from, "valid_to": was.valid_to,
        "position": was.position, "repeats": was.repeats });
    let entry = Entry::new("pupil.class_corrected", "pupil", pupil).unit(school).version(version);
    tx.record(entry.before(&before)?.after(cmd)?);
    Ok(version)
}

/// Corrects the days, the status or the reason of a stay.
#[utoipa::path(patch, path = "/schools/{school}/pupils/{pupil}/stay", operation_id = "correct_stay", tag = "pupils",
    params(("school" = base::Uuid, Path), ("pupil" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = CorrectStay,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn stay_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil)): Path<(UnitId, EnrolmentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<CorrectStay>,
) -> Answer<Tagged<Done>> {
    done(&app, &ctx, pupil, move |tx| correct_stay(tx, school, pupil, Some(known), &cmd)).await
}

/// Corrects one stretch in a class: its days, the place in it, whether the grade is repeated.
#[utoipa::path(patch, path = "/schools/{school}/pupils/{pupil}/class", operation_id = "correct_in_class", tag = "pupils",
    params(("school" = base::Uuid, Path), ("pupil" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = CorrectInClass,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn class_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil)): Path<(UnitId, EnrolmentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<CorrectInClass>,
) -> Answer<Tagged<Done>> {
    done(&app, &ctx, pupil, move |tx| correct_in_class(tx, school, pupil, Some(known), &cmd)).await
}
