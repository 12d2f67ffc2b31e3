//! A pupil who was away comes back: a new stay of the same person at the same school.

use auth::{Capability, Require as _};
use base::{ClassId, Date, EnrolmentId, Result, UnitId, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, Created, IdempotencyKey, Json, Path, Signed, State, idempotency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::admit::{Placing, place};
use super::not_found;
use super::status::{Meaning, status};
use super::stay::{self, NewStay};
use super::store::{self, Enrolment};
use crate::people::Done;

/// A pupil who comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComeBack {
    /// The first day again.
    #[schema(value_type = String, format = Date, example = "2027-01-18")]
    pub from: Date,
    /// Into which class.
    #[serde(default)]
    #[schema(value_type = Option<base::Uuid>)]
    pub class: Option<ClassId>,
    /// The place in the class.
    #[serde(default)]
    pub position: Option<i64>,
    /// In this grade once more.
    #[serde(default)]
    pub repeats: bool,
}

/// Begins a new stay of somebody who had left the school. `pupil` is an earlier stay.
pub fn come_back(tx: &mut Tx<'_>, school: UnitId, pupil: EnrolmentId, cmd: &ComeBack) -> Result<EnrolmentId> {
    tx.require(Capability::PupilEdit, school)?;
    let former: Enrolment = tx.one(&store::OF, params![school, pupil])?.ok_or_else(not_found)?;
    let all: Vec<Enrolment> = tx.all(&store::OF_PERSON, params![school, former.person])?;
    if let Some(left) = all.iter().filter_map(|stay| stay.valid_to).max().filter(|left| cmd.from < *left) {
        let detail = format!("Học sinh rời trường từ ngày {}; hãy chọn ngày ấy hoặc ngày sau.", vi::date(left));
        return Err(base::Error::field("from", "pupil.before_leaving", detail));
    }
    let new = NewStay {
        school,
        person: former.person,
        from: cmd.from,
        came_by: "returned",
        status: status(Meaning::CameBack, cmd.from)?,
        transfer: None,
        beside: false,
    };
    let id = stay::begin(tx, &new)?;
    if let Some(class) = cmd.class {
        place(tx, school, id, &Placing { class, from: Some(cmd.from), position: cmd.position, repeats: cmd.repeats })?;
    }
    tx.record(Entry::new("pupil.returned", "pupil", id).unit(school).version(1).after(cmd)?);
    Ok(id)
}

/// A pupil who had left comes back.
#[utoipa::path(post, path = "/schools/{school}/pupils/{pupil}/return", operation_id = "return_to_school", tag = "pupils",
    params(("school" = base::Uuid, Path), ("pupil" = base::Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = ComeBack,
    responses((status = 201, body = Done), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil)): Path<(UnitId, EnrolmentId)>,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<ComeBack>,
) -> Answer<Created<Done>> {
    let made = app
        .db()
        .write(&ctx, move |tx| {
            idempotency::once(tx, key.as_ref(), |tx| come_back(tx, school, pupil, &cmd)).map(|made| made.id)
        })
        .await?;
    Ok(Created::new(format!("/schools/{school}/pupils/{made}"), Done::new(made, 1)).version(1))
}
