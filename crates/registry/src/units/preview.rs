//! What merging or dividing would do, before it is done: the act itself, rehearsed and taken back. So it is refused as the
//! act would be, and tells what the act would.

use std::sync::{Arc, Mutex, PoisonError};

use auth::units;
use base::{Code, Ctx, Date, Error, Kind, Result, UnitId, Uuid};
use db::{Db, Tx};
use http::{Answer, App, Json, Signed, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::merge::{Merge, merge};
use super::split::{Split, split};
use super::{UnitRef, view};

/// Takes a rehearsal back. Nobody is ever told of it.
const REHEARSED: Code = Code::new(Kind::Conflict, "unit.rehearsed", "Mới chỉ là xem trước");

/// What would become of things.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Outcome {
    /// Units that would be made, with the authority each would answer to.
    pub founded: Vec<Founded>,
    /// Units that would end.
    pub ended: Vec<UnitRef>,
    /// Units that go on, having given or taken a part.
    pub changed: Vec<UnitRef>,
    /// Campuses that would go along.
    pub moved: Vec<UnitRef>,
    /// How many roles would end with their units.
    pub roles_ended: u64,
    /// How many open invitations would be withdrawn.
    pub invitations_withdrawn: u64,
}

/// A unit that would be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Founded {
    /// Its name.
    pub name: String,
    /// Where it would lie: the units above it by place, the province first.
    pub path: Vec<super::PathStep>,
    /// To whom it would answer.
    pub authority: Option<String>,
}

/// What the act in this transaction has done.
fn outcome(tx: &mut Tx<'_>, from: Date) -> Result<Outcome> {
    let recorded = tx.recorded();
    let count = |kind: &str| recorded.iter().filter(|entry| entry.0 == kind).count() as u64;
    let mut outcome = Outcome {
        roles_ended: count("grant.ended"),
        invitations_withdrawn: count("invitation.withdrawn"),
        ..Outcome::default()
    };
    let mut seen: Vec<Uuid> = Vec::new();
    let (mut founded, mut ended, mut changed, mut moved) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (kind, noun, subject) in recorded {
        if noun != "unit" || seen.contains(&subject) {
            continue;
        }
        seen.push(subject);
        let id = UnitId(subject);
        let standing = units::find(tx, id)?.ok_or_else(view::not_found)?.valid_to.is_none();
        match kind.as_str() {
            "unit.created" => founded.push(id),
            "unit.moved" => moved.push(id),
            _ if standing => changed.push(id),
            _ => ended.push(id),
        }
    }
    let before = from.yesterday().map_err(Error::internal)?;
    outcome.ended = view::refs(tx, &ended, before)?;
    outcome.changed = view::refs(tx, &changed, before)?;
    outcome.moved = view::refs(tx, &moved, before)?;
    let on = from.max(tx.today());
    let mut paths = view::paths(tx, &founded, on)?;
    for id in founded {
        let authority = auth::edges::of_unit(tx, id)?.into_iter().find(|edge| edge.kind == auth::EdgeKind::Teaching);
        let authority = match authority {
            Some(edge) => Some(view::name(tx, edge.authority, on)?),
            None => None,
        };
        let name = view::name(tx, id, on)?;
        outcome.founded.push(Founded { name, path: paths.remove(&id).unwrap_or_default(), authority });
    }
    Ok(outcome)
}

/// Rehearses an act: does it, looks, takes it back.
pub async fn rehearse<F>(db: &Db, ctx: &Ctx, from: Date, act: F) -> Result<Outcome>
where
    F: Fn(&mut Tx<'_>) -> Result<()> + Send + 'static,
{
    let seen: Arc<Mutex<Option<Outcome>>> = Arc::default();
    let told = Arc::clone(&seen);
    let done: Result<()> = db
        .write(ctx, move |tx| {
            act(tx)?;
            let outcome = outcome(tx, from)?;
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            Err(REHEARSED.error("Việc này mới được xem trước; chưa có gì bị thay đổi."))
        })
        .await;
    match (done, seen.lock().unwrap_or_else(PoisonError::into_inner).take()) {
        (Err(error), Some(outcome)) if error.is(&REHEARSED) => Ok(outcome),
        (Err(error), _) => Err(error),
        (Ok(()), _) => Err(Error::internal("a rehearsal was kept")),
    }
}

/// What a merger would do; nothing is changed.
#[utoipa::path(post, path = "/units/mergers/preview", operation_id = "preview_merger", tag = "units", request_body = Merge,
    responses((status = 200, body = Outcome),
        (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn of_merger(State(app): State<App>, Signed(ctx): Signed, Json(cmd): Json<Merge>) -> Answer<Json<Outcome>> {
    let from = cmd.from;
    Ok(Json(rehearse(app.db(), &ctx, from, move |tx| merge(tx, &cmd).map(drop)).await?))
}

/// What a division would do; nothing is changed.
#[utoipa::path(post, path = "/units/splits/preview", operation_id = "preview_split", tag = "units", request_body = Split,
    responses((status = 200, body = Outcome),
        (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn of_split(State(app): State<App>, Signed(ctx): Signed, Json(cmd): Json<Split>) -> Answer<Json<Outcome>> {
    let from = cmd.from;
    Ok(Json(rehearse(app.db(), &ctx, from, move |tx| split(tx, &cmd).map(drop)).await?))
}
