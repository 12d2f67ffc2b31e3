//! Remove the authenticator app.

use auth::factors::{self, totp};
use auth::{Require as _, confirmation};
use axum::http::StatusCode;
use base::Result;
use db::Tx;
use http::{Answer, App, Signed, State};

use super::removed;

/// Removes the signed-in person's app.
pub fn remove_totp(tx: &mut Tx<'_>) -> Result<()> {
    let account = tx.require_own_password()?;
    confirmation::require(tx)?;
    factors::take(tx, account)?;
    if totp::remove(tx, account)? == 0 {
        return Err(totp::NOT_FOUND.error("Tài khoản của bạn chưa có ứng dụng xác thực. Hãy tải lại trang."));
    }
    removed(tx, account, "totp")
}

/// Removes the authenticator app.
#[utoipa::path(delete, path = "/me/totp", operation_id = "remove_totp", tag = "accounts",
    responses((status = 204), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody)))]
pub async fn route(State(app): State<App>, Signed(ctx): Signed) -> Answer<StatusCode> {
    app.db().write(&ctx, remove_totp).await?;
    Ok(StatusCode::NO_CONTENT)
}
