//! A pupil is put into a class, or moves to another; goes up a grade, or repeats one.

use auth::{Capability, Require as _};
use base::{ClassId, Date, EnrolmentId, Error, Result, UnitId};
use db::{Entry, Tx};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::done;
use super::stay::{self, Into};
use super::store::{Enrolment, Member};
use crate::classes::{self, create::rank, store::Bare};
use crate::people::Done;

/// Where a pupil goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveClass {
    /// Into which class.
    #[schema(value_type = base::Uuid)]
    pub class: ClassId,
    /// From which day; today, or the nearest day of the class's year, when not said.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// The place in the class.
    #[serde(default)]
    pub position: Option<i64>,
}

/// What sort of move it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// To any class.
    Move,
    /// To the next grade, in the next school year.
    Promote,
    /// To the same grade, in the next school year.
    Repeat,
}

impl How {
    const fn kind(self) -> &'static str {
        match self {
            Self::Move => "pupil.class_changed",
            Self::Promote => "pupil.promoted",
            Self::Repeat => "pupil.repeats",
        }
    }
}

/// The class that somebody was in before a day, of another school year or the same.
fn before(tx: &mut Tx<'_>, school: UnitId, members: &[Member], from: Date) -> Result<Option<Bare>> {
    match members.iter().rev().find(|member| member.valid_from < from) {
        Some(member) => classes::show::find(tx, school, member.class).map(Some),
        None => Ok(None),
    }
}

/// Refuses a class that is not the next one of a pupil.
fn check_next(how: How, was: Option<&Bare>, is: &Bare) -> Result<()> {
    if how == How::Move {
        return Ok(());
    }
    let refuse = |detail: String| Err(Error::field("class", "pupil.not_next", detail));
    let Some(was) = was else {
        return refuse(
            "Học sinh chưa ở lớp nào, nên chưa lên lớp hay ở lại được. Hãy xếp lớp cho học sinh.".to_owned(),
        );
    };
    if was.year.next() != Some(is.year) {
        return refuse(format!(
            "Lớp {} là của năm học {}, không phải năm học ngay sau năm {} của lớp {}. Hãy chọn lớp khác.",
            is.code, is.year, was.year, was.code
        ));
    }
    let fits = match how {
        How::Promote => rank(&was.grade).checked_add(1) == Some(rank(&is.grade)),
        _ => was.grade == is.grade,
    };
    if fits {
        return Ok(());
    }
    refuse(match how {
        How::Promote => {
            format!("Lớp {} không thuộc khối ngay trên khối của lớp {}. Hãy chọn lớp khác.", is.code, was.code)
        }
        _ => format!("Lớp {} không cùng khối với lớp {} mà học sinh học lại. Hãy chọn lớp khác.", is.code, was.code),
    })
}

/// Puts a pupil into a class. Answers the stay's new version.
pub fn move_class(
    tx: &mut Tx<'_>,
    school: UnitId,
    pupil: EnrolmentId,
    known: Option<i64>,
    how: How,
    cmd: &MoveClass,
) -> Result<i64> {
    tx.require(Capability::PupilEdit, school)?;
    let (stay, version) = stay::take(tx, school, pupil, known)?;
    let (stay, from) = (&stay, cmd.from);
    stay::require_open(stay)?;
    let (class, from) = stay::destination(tx, school, stay, cmd.class, from)?;
    let was = put(tx, school, stay, &class, from, how, cmd.position)?;
    let mut entry = Entry::new(how.kind(), "pupil", pupil).unit(school).version(version);
    if let Some(was) = was {
        entry = entry.before(&serde_json::json!({ "class": was.id, "code": was.code }))?;
    }
    let told = serde_json::json!({ "class": class.id, "code": class.code, "from": from, "position": cmd.position });
    tx.record(entry.after(&told)?);
    Ok(version)
}

fn put(
    tx: &mut Tx<'_>,
    school: UnitId,
    stay: &Enrolment,
    class: &Bare,
    from: Date,
    how: How,
    position: Option<i64>,
) -> Result<Option<Bare>> {
    let members = stay::members(tx, school, stay.id)?;
    let was = before(tx, school, &members, from)?;
    check_next(how, was.as_ref(), class)?;
    // Whoever repeats the grade and moves to another class of it within the year repeats it there as well.
    let repeats = match (how, &was) {
        (How::Repeat, _) => true,
        (How::Move, Some(was)) if was.year == class.year && was.grade == class.grade => {
            members.iter().rev().find(|member| member.valid_from < from).is_some_and(|member| member.repeats)
        }
        _ => false,
    };
    stay::put_in_class(tx, school, stay, &Into { class: class.id, from, position, repeats })?;
    Ok(was)
}

async fn answer(
    app: App,
    ctx: base::Ctx,
    (school, pupil): (UnitId, EnrolmentId),
    known: i64,
    how: How,
    cmd: MoveClass,
) -> Answer<Tagged<Done>> {
    done(&app, &ctx, pupil, move |tx| move_class(tx, school, pupil, Some(known), how, &cmd)).await
}

/// Puts a pupil into a class, or moves them to another.
#[utoipa::path(put, path = "/schools/{school}/pupils/{pupil}/class", operation_id = "move_class", tag = "pupils",
    params(("school" = base::Uuid, Path), ("pupil" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = MoveClass,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(at): Path<(UnitId, EnrolmentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<MoveClass>,
) -> Answer<Tagged<Done>> {
    answer(app, ctx, at, known, How::Move, cmd).await
}

/// A pupil goes up: into a class of the next grade in the next school year.
#[utoipa::path(post, path = "/schools/{school}/pupils/{pupil}/promotion", operation_id = "promote_pupil", tag = "pupils",
    params(("school" = base::Uuid, Path), ("pupil" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = MoveClass,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn promote_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(at): Path<(UnitId, EnrolmentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<MoveClass>,
) -> Answer<Tagged<Done>> {
    answer(app, ctx, at, known, How::Promote, cmd).await
}

/// A pupil repeats: into a class of the same grade in the next school year.
#[utoipa::path(post, path = "/schools/{school}/pupils/{pupil}/repetition", operation_id = "repeat_pupil", tag = "pupils",
    params(("school" = base::Uuid, Path), ("pupil" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")), request_body = MoveClass,
    responses((status = 200, body = Done), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn repeat_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(at): Path<(UnitId, EnrolmentId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<MoveClass>,
) -> Answer<Tagged<Done>> {
    answer(app, ctx, at, known, How::Repeat, cmd).await
}
