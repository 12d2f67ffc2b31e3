//! Somebody who had left works at the school again: a new employment of the same person. The account is linked anew, by
//! whoever decides what they may see.

use auth::{Capability, Require as _};
use base::{Date, EmploymentId, Result, UnitId};
use db::{Entry, Tx};
use http::{Answer, App, Created, IdempotencyKey, Json, Path, Signed, State, idempotency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::status;
use super::work::{self, Post};
use crate::people::Done;

/// Somebody who works there again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkAgain {
    /// The first day again.
    #[schema(value_type = String, format = Date, example = "2027-01-18")]
    pub from: Date,
    /// What they are now; what they were last when not said.
    #[serde(default)]
    pub post: Option<Post>,
}

/// Begins a new employment of somebody who had left the school. `staff` is an earlier one.
pub fn come_back(tx: &mut Tx<'_>, school: UnitId, staff: EmploymentId, cmd: &WorkAgain) -> Result<EmploymentId> {
    tx.require(Capability::StaffEdit, school)?;
    let former = work::find(tx, school, staff)?;
    let post = match &cmd.post {
        Some(post) => post.checked()?,
        None => Post::of(&former),
    };
    let id = work::begin(tx, school, former.person, cmd.from, &status::working()?, &post)?;
    let told = serde_json::json!({ "from": cmd.from, "post": post, "former": staff });
    tx.record(Entry::new("staff.returned", "staff", id).unit(school).version(1).after(&told)?);
    Ok(id)
}

/// Somebody who had left works at the school again.
#[utoipa::path(post, path = "/schools/{school}/staff/{staff}/return", operation_id = "work_again", tag = "staff",
    params(("school" = base::Uuid, Path), ("staff" = base::Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    request_body = WorkAgain,
    responses((status = 201, body = Done), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, staff)): Path<(UnitId, EmploymentId)>,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<WorkAgain>,
) -> Answer<Created<Done>> {
    let made = app
        .db()
        .write(&ctx, move |tx| {
            idempotency::once(tx, key.as_ref(), |tx| come_back(tx, school, staff, &cmd)).map(|made| made.id)
        })
        .await?;
    Ok(Created::new(format!("/schools/{school}/staff/{made}"), Done::new(made, 1)).version(1))
}
