//! Sign somebody else out, on one device or on all: a device was lost.

use auth::over::require_over;
use auth::{Capability, session};
use axum::http::StatusCode;
use base::{AccountId, Result, SessionId};
use db::{Entry, Tx};
use http::{Answer, App, Json, Path, Signed, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::end_sessions::not_found;

/// How many sessions ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionsEnded {
    /// So many.
    #[schema(example = 2)]
    pub sessions_ended: u64,
}

/// Ends one session of another's account.
pub fn end_account_session(tx: &mut Tx<'_>, account: AccountId, session: SessionId) -> Result<()> {
    let (_, unit) = require_over(tx, Capability::SessionEndOther, account)?;
    if !session::end(tx, account, session)? {
        return Err(not_found());
    }
    let mut entry = Entry::new("session.ended_by_other", "session", session);
    if let Some(unit) = unit {
        entry = entry.unit(unit);
    }
    tx.record(entry.after(&serde_json::json!({ "account": account }))?);
    Ok(())
}

/// Ends all sessions of another's account. Answers how many ended.
pub fn end_account_sessions(tx: &mut Tx<'_>, account: AccountId) -> Result<SessionsEnded> {
    let (_, unit) = require_over(tx, Capability::SessionEndOther, account)?;
    let ended = SessionsEnded { sessions_ended: session::end_others(tx, account, None)? };
    let mut entry = Entry::new("session.all_ended_by_other", "account", account);
    if let Some(unit) = unit {
        entry = entry.unit(unit);
    }
    tx.record(entry.after(&ended)?);
    Ok(ended)
}

/// Signs somebody out on one device.
#[utoipa::path(delete, path = "/accounts/{account}/sessions/{session}", operation_id = "end_account_session",
    tag = "accounts", params(("account" = base::Uuid, Path), ("session" = base::Uuid, Path)),
    responses((status = 204), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody)))]
pub async fn one_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((account, session)): Path<(AccountId, SessionId)>,
) -> Answer<StatusCode> {
    app.db().write(&ctx, move |tx| end_account_session(tx, account, session)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs somebody out everywhere.
#[utoipa::path(delete, path = "/accounts/{account}/sessions", operation_id = "end_account_sessions", tag = "accounts",
    params(("account" = base::Uuid, Path)),
    responses((status = 200, body = SessionsEnded), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody)))]
pub async fn all_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(account): Path<AccountId>,
) -> Answer<Json<SessionsEnded>> {
    Ok(Json(app.db().write(&ctx, move |tx| end_account_sessions(tx, account)).await?))
}
