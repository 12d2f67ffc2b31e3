//! Sign out: the session ends, the cookie goes. The device stays known.

use auth::{Require as _, session};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use base::{Actor, Result};
use db::{Entry, Tx};
use http::cookie::Cookie;
use http::{Answer, Anyone, App, State};

/// Ends the session of this act. Answers whether it was open.
pub fn sign_out(tx: &mut Tx<'_>) -> Result<bool> {
    let account = tx.require_signed_in()?;
    let Actor::Account { session: Some(id), .. } = tx.ctx().actor().clone() else { return Ok(false) };
    let ended = session::end(tx, account, id)?;
    if ended {
        tx.record(Entry::new("session.ended", "session", id));
    }
    Ok(ended)
}

/// Sign out. Also without a session: the cookie goes either way.
#[utoipa::path(delete, path = "/session", operation_id = "sign_out", tag = "accounts", security(()), responses((status = 204)))]
pub async fn route(
    State(app): State<App>,
    Anyone(ctx): Anyone,
) -> Answer<(StatusCode, [(HeaderName, HeaderValue); 1])> {
    if ctx.actor().account().is_some() {
        app.db().write(&ctx, sign_out).await?;
    }
    Ok((StatusCode::NO_CONTENT, Cookie::Session.clear(app.settings())?))
}
