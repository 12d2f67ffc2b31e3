//! Sign another device out: one, or all but this.

use auth::{Require as _, session};
use axum::http::StatusCode;
use base::{Actor, Code, Error, Kind, Result, SessionId};
use db::{Entry, Tx};
use http::{Answer, App, Path, Signed, State};

/// The session does not exist, has ended, or is somebody else's.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "session.not_found", "Không tìm thấy phiên đăng nhập");

pub(crate) fn not_found() -> Error {
    NOT_FOUND.error("Không tìm thấy phiên này, hoặc phiên đã kết thúc. Hãy tải lại danh sách.")
}

/// Ends one of the signed-in person's sessions.
pub fn end_session(tx: &mut Tx<'_>, session: SessionId) -> Result<()> {
    let account = tx.require_signed_in()?;
    if !session::end(tx, account, session)? {
        return Err(not_found());
    }
    tx.record(Entry::new("session.ended", "session", session));
    Ok(())
}

/// Ends all of the signed-in person's sessions except the one of this act. Answers how many ended.
pub fn end_other_sessions(tx: &mut Tx<'_>) -> Result<u64> {
    let account = tx.require_signed_in()?;
    let Actor::Account { session, .. } = tx.ctx().actor().clone() else { return Ok(0) };
    let ended = session::end_others(tx, account, session)?;
    let entry = Entry::new("session.others_ended", "account", account);
    tx.record(entry.after(&serde_json::json!({ "sessions_ended": ended }))?);
    Ok(ended)
}

/// Signs one device out.
#[utoipa::path(delete, path = "/me/sessions/{session}", operation_id = "end_session", tag = "accounts",
    params(("session" = base::Uuid, Path)), responses((status = 204), (status = 404, body = http::ProblemBody)))]
pub async fn one_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(session): Path<SessionId>,
) -> Answer<StatusCode> {
    app.db().write(&ctx, move |tx| end_session(tx, session)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs all other devices out.
#[utoipa::path(delete, path = "/me/sessions", operation_id = "end_other_sessions", tag = "accounts",
    responses((status = 204)))]
pub async fn others_route(State(app): State<App>, Signed(ctx): Signed) -> Answer<StatusCode> {
    app.db().write(&ctx, end_other_sessions).await?;
    Ok(StatusCode::NO_CONTENT)
}
