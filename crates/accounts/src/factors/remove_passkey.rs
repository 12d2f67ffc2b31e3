//! Remove a passkey.

use auth::factors::passkeys::{self, PASSKEY};
use auth::{PasskeyId, Require as _, confirmation, factors};
use axum::http::StatusCode;
use base::Result;
use db::Tx;
use http::{Answer, App, Path, Signed, State};

use super::removed;

/// Removes one of the signed-in person's passkeys.
pub fn remove_passkey(tx: &mut Tx<'_>, id: PasskeyId) -> Result<()> {
    let account = tx.require_own_password()?;
    confirmation::require(tx)?;
    factors::take(tx, account)?;
    if !passkeys::remove(tx, account, id)? {
        return Err(PASSKEY.missing.error(PASSKEY.missing_sentence));
    }
    removed(tx, account, "passkey")
}

/// Removes a passkey.
#[utoipa::path(delete, path = "/me/passkeys/{passkey}", operation_id = "remove_passkey", tag = "accounts",
    params(("passkey" = base::Uuid, Path)),
    responses((status = 204), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody)))]
pub async fn route(State(app): State<App>, Signed(ctx): Signed, Path(passkey): Path<PasskeyId>) -> Answer<StatusCode> {
    app.db().write(&ctx, move |tx| remove_passkey(tx, passkey)).await?;
    Ok(StatusCode::NO_CONTENT)
}
