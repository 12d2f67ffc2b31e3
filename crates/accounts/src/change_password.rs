//! Change one's own password. Other devices are signed out.

use auth::delay::{self, Attempt, Origin};
use auth::{Require as _, SIGNED_OUT, accounts, confirmation, factors, passwords, session};
use axum::http::StatusCode;
use base::{AccountId, Actor, Error, Result};
use db::{Entry, Tx};
use http::{Answer, App, Caller, Json, Signed, State, Who};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::sign_in::origin;

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password as it is.
    #[schema(example = "mật khẩu đang dùng", format = Password)]
    pub current: String,
    /// The password as it shall be.
    #[schema(example = "trâu ơi ta bảo trâu này", format = Password)]
    pub new: String,
}

/// An attempt whose password is to be looked at: a stolen session must not try passwords faster than a sign-in.
#[derive(Clone)]
pub struct Begun {
    attempt: Attempt,
    account: AccountId,
    digest: Option<String>,
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Begun").field("account", &self.account).finish_non_exhaustive()
    }
}

impl Begun {
    /// What [`passwords::verify`] compares with.
    #[must_use]
    pub fn digest(&self) -> Option<String> {
        self.digest.clone()
    }
}

/// Where there is a second factor, whoever has the password and a device left open must not have the account: it is shown
/// as well. A change that is forced follows a sign-in, which showed it.
fn require_confirmed(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    if factors::any(tx, account)? { confirmation::require(tx) } else { Ok(()) }
}

/// Counts the attempt, or refuses it with the seconds to wait.
pub fn begin(tx: &mut Tx<'_>, origin: &Origin) -> Result<Begun> {
    let account = tx.require_signed_in()?;
    require_confirmed(tx, account)?;
    let login = accounts::find(tx, account)?.map(|account| account.login).unwrap_or_default();
    let digest = accounts::password(tx, account)?;
    let attempt = delay::begin(tx, &login, Some(account), origin)?;
    Ok(Begun { attempt, account, digest })
}

/// Sets the new password's digest and ends all other sessions; without a digest the current one was wrong, and that is
/// kept. So is that it was changed while it was looked at; and a session that was ended meanwhile changes nothing. Answers
/// whether it was changed.
pub fn finish(tx: &mut Tx<'_>, begun: &Begun, new_digest: Option<&str>) -> Result<bool> {
    let account = tx.require_signed_in()?;
    factors::take(tx, account)?;
    let Actor::Account { session, .. } = tx.ctx().actor().clone() else { return Ok(false) };
    if let Some(session) = session
        && !session::is_open(tx, account, session)?
    {
        return Err(SIGNED_OUT.error("Phiên đăng nhập này vừa kết thúc; mật khẩu chưa đổi. Hãy đăng nhập lại."));
    }
    let still_right = account == begun.account && accounts::password(tx, account)? == begun.digest;
    let Some(digest) = new_digest.filter(|_| still_right) else {
        delay::failed(tx, &begun.attempt)?;
        return Ok(false);
    };
    require_confirmed(tx, account)?;
    delay::succeeded(tx, &begun.attempt, account, None)?;
    accounts::set_password(tx, account, digest, false)?;
    let ended = session::end_others(tx, account, session)?;
    let entry = Entry::new("account.password_changed", "account", account);
    tx.record(entry.after(&serde_json::json!({ "sessions_ended": ended }))?);
    Ok(true)
}

fn wrong() -> Error {
    Error::field(
        "current",
        "password.wrong",
        "Mật khẩu đang dùng chưa đúng. Hãy nhập lại; nếu quên, hãy nhờ người quản trị của đơn vị bạn cấp lại mật khẩu.",
    )
}

/// Changes the signed-in person's password.
#[utoipa::path(put, path = "/me/password", operation_id = "change_password", tag = "accounts", request_body = ChangePassword,
    responses((status = 204), (status = 403, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 429, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Who(who): Who,
    caller: Caller,
    Json(body): Json<ChangePassword>,
) -> Answer<StatusCode> {
    let ChangePassword { current, new } = body;
    // What cannot become a password costs no attempt.
    passwords::check("new", &new, &who.login)?;
    if new == current {
        return Err(Error::field("new", "password.same", "Mật khẩu mới phải khác mật khẩu đang dùng.").into());
    }
    let from = origin(&caller);
    let current: String = current.chars().take(passwords::LONGEST + 1).collect();
    let begun = app.db().write(&ctx, move |tx| begin(tx, &from)).await?;
    let right = passwords::verify_in_turn(current, begun.digest()).await?;
    if !right {
        app.db().write(&ctx, move |tx| finish(tx, &begun, None)).await?;
        return Err(wrong().into());
    }
    let digest = passwords::hash_in_turn(new).await?;
    match app.db().write(&ctx, move |tx| finish(tx, &begun, Some(&digest))).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(wrong().into()),
    }
}
