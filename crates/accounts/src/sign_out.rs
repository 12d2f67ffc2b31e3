//! Sign out: the session ends, the cookie goes. The device stays known.

use auth::{Require as _, session};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use base::{Actor, Code, Kind, Result};
use db::{Entry, Tx};
use http::cookie::Cookie;
use http::{Anyone, App, Problem, State};

/// The device is signed out; the server could not write that the session ended.
pub const LIVES_ON: Code = Code::new(Kind::Unavailable, "session.lives_on", "Máy này đã đăng xuất");

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

/// The header that takes the cookie away.
type Gone = [(HeaderName, HeaderValue); 1];

/// Sign out. Also without a session: the cookie goes either way. When the server cannot write (503), it says that the
/// session lives on there.
#[utoipa::path(delete, path = "/session", operation_id = "sign_out", tag = "accounts", security(()),
    responses((status = 204), (status = 503, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    anyone: Result<Anyone, Problem>,
) -> Result<(StatusCode, Gone), (Option<Gone>, Problem)> {
    let ended = match anyone {
        Ok(Anyone(ctx)) if ctx.actor().account().is_some() => app.db().write(&ctx, sign_out).await.map(|_| ()),
        Ok(_) => Ok(()),
        // Whose session it is could not be read. Somebody else's is left alone.
        Err(Problem(error)) if error.kind() == Kind::Unavailable => Err(error),
        Err(other) => return Err((None, other)),
    };
    let gone = Cookie::Session.clear(app.settings()).map_err(|error| (None, error.into()))?;
    match ended {
        Ok(()) => Ok((StatusCode::NO_CONTENT, gone)),
        Err(cause) => {
            let hours = session::IDLE_SECONDS / 3_600;
            let error = LIVES_ON.error(format!(
                "Máy này đã đăng xuất, nhưng máy chủ chưa ghi được nên phiên vẫn còn trên máy chủ, tối đa {hours} giờ nếu không ai dùng. Nếu đây là máy dùng chung hay máy bị mất, hãy đăng nhập ở máy khác và kết thúc phiên này ở trang Tài khoản khi máy chủ hoạt động lại."
            ));
            Err((Some(gone), error.caused_by(cause).into()))
        }
    }
}
