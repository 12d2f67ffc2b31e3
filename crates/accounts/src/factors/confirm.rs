//! Confirm that it is still oneself, before an act by which somebody could take over an account. Where there is a second
//! factor, the password alone is not enough: it may be what was stolen.

use auth::delay::{self, Attempt, Origin};
use auth::factors::{self, recovery, totp};
use auth::{Require as _, SIGNED_OUT, accounts, confirmation, passwords, session};
use axum::http::StatusCode;
use base::{AccountId, Actor, Code, Error, Kind, Result, SessionId};
use db::{Entry, Tx};
use http::{Answer, App, Caller, Json, Signed, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::confirm_totp::wrong_code;
use crate::sign_in::origin;

/// The account has a second factor: the password alone does not confirm.
pub const STRONGER: Code = Code::new(Kind::Conflict, "confirmation.stronger", "Cần xác nhận bằng yếu tố thứ hai");

/// What confirms. Exactly one of them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// The password, of an account without a second factor.
    #[serde(default)]
    #[schema(example = "trâu ơi ta bảo trâu này", format = Password)]
    pub password: Option<String>,
    /// The code of the authenticator app.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub totp: Option<String>,
    /// A recovery code.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub recovery_code: Option<String>,
}

/// A password that is to be looked at.
#[derive(Clone)]
pub struct Begun {
    attempt: Attempt,
    digest: Option<String>,
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Begun(…)")
    }
}

impl Begun {
    /// What [`passwords::verify`] compares with.
    #[must_use]
    pub fn digest(&self) -> Option<String> {
        self.digest.clone()
    }
}

/// The session of this act, which must still be open: it may have been ended while something was looked at.
pub(crate) fn my_session(tx: &mut Tx<'_>) -> Result<(AccountId, SessionId)> {
    let account = tx.require_signed_in()?;
    if let Actor::Account { session: Some(session), .. } = tx.ctx().actor().clone()
        && session::is_open(tx, account, session)?
    {
        return Ok((account, session));
    }
    Err(SIGNED_OUT.error("Phiên đăng nhập này vừa kết thúc; chưa có gì bị thay đổi. Hãy đăng nhập lại."))
}

fn stronger() -> Error {
    STRONGER.error(
        "Tài khoản của bạn có yếu tố thứ hai, nên mật khẩu thôi chưa đủ để xác nhận. Hãy dùng khoá truy cập, mã của ứng dụng xác thực hoặc một mã khôi phục.",
    )
}

/// Counts the attempt, or refuses it with the seconds to wait.
pub fn begin(tx: &mut Tx<'_>, from: &Origin) -> Result<Begun> {
    let account = tx.require_signed_in()?;
    if factors::any(tx, account)? {
        return Err(stronger());
    }
    let login = accounts::find(tx, account)?.map(|found| found.login).unwrap_or_default();
    let digest = accounts::password(tx, account)?;
    Ok(Begun { attempt: delay::begin(tx, &login, Some(account), from)?, digest })
}

/// The session is confirmed, and that is kept.
pub(crate) fn confirmed(tx: &mut Tx<'_>, session: SessionId, method: &'static str) -> Result<()> {
    confirmation::confirm(tx, session)?;
    let entry = Entry::new("session.confirmed", "session", session);
    tx.record(entry.after(&serde_json::json!({ "method": method }))?);
    Ok(())
}

fn refused(tx: &mut Tx<'_>, account: AccountId, method: &'static str) -> Result<()> {
    let entry = Entry::new("session.confirmation_refused", "account", account);
    tx.record(entry.after(&serde_json::json!({ "method": method }))?);
    Ok(())
}

/// Ends the attempt: the session is confirmed when the password was right, and still is the password. Answers whether.
pub fn finish(tx: &mut Tx<'_>, begun: &Begun, right: bool) -> Result<bool> {
    let (account, session) = my_session(tx)?;
    factors::take(tx, account)?;
    if factors::any(tx, account)? {
        return Err(stronger());
    }
    if !right || accounts::password(tx, account)? != begun.digest {
        delay::failed(tx, &begun.attempt)?;
        refused(tx, account, "password")?;
        return Ok(false);
    }
    delay::succeeded(tx, &begun.attempt, account, None)?;
    confirmed(tx, session, "password")?;
    Ok(true)
}

/// A code that confirms.
#[derive(Clone)]
pub enum CodeShown {
    /// Of the authenticator app.
    Totp(String),
    /// A recovery code.
    Recovery(String),
}

impl std::fmt::Debug for CodeShown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.method())
    }
}

impl CodeShown {
    /// Its name in answers and in the journal.
    #[must_use]
    pub fn method(&self) -> &'static str {
        match self {
            Self::Totp(_) => "totp",
            Self::Recovery(_) => "recovery_code",
        }
    }

    /// Counts the attempt, each sort apart, or refuses it with the seconds to wait.
    pub(crate) fn begin(&self, tx: &mut Tx<'_>, login: &str, account: AccountId, from: &Origin) -> Result<Attempt> {
        match self {
            Self::Totp(_) => delay::begin_code(tx, login, account, from),
            Self::Recovery(_) => delay::begin_recovery_code(tx, login, account, from),
        }
    }

    /// Whether it is a code of the account that was not used before; it is used now.
    pub(crate) fn check(&self, tx: &mut Tx<'_>, account: AccountId) -> Result<bool> {
        match self {
            Self::Totp(code) => totp::check(tx, account, code),
            Self::Recovery(code) => recovery::check(tx, account, code),
        }
    }
}

/// Confirms the session by a code. A wrong one is counted, and answered with `false`.
pub fn confirm_by_code(tx: &mut Tx<'_>, code: &CodeShown, from: &Origin) -> Result<bool> {
    let (account, session) = my_session(tx)?;
    factors::take(tx, account)?;
    let login = accounts::find(tx, account)?.map(|found| found.login).unwrap_or_default();
    let attempt = code.begin(tx, &login, account, from)?;
    if !code.check(tx, account)? {
        delay::failed(tx, &attempt)?;
        refused(tx, account, code.method())?;
        return Ok(false);
    }
    delay::succeeded(tx, &attempt, account, None)?;
    confirmed(tx, session, code.method())?;
    Ok(true)
}

pub(crate) fn wrong(code: &CodeShown) -> Error {
    match code {
        CodeShown::Totp(_) => wrong_code("totp"),
        CodeShown::Recovery(_) => Error::field(
            "recovery_code",
            "recovery_code.wrong",
            "Mã khôi phục chưa đúng hoặc đã dùng. Mỗi mã chỉ dùng một lần; hãy nhập mã khác trong danh sách.",
        ),
    }
}

/// Confirms this session for ten minutes.
#[utoipa::path(post, path = "/me/confirmation", operation_id = "confirm", tag = "accounts", request_body = Confirm,
    responses((status = 204), (status = 409, body = http::ProblemBody), (status = 422, body = http::ProblemBody),
        (status = 429, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    caller: Caller,
    Json(body): Json<Confirm>,
) -> Answer<StatusCode> {
    let from = origin(&caller);
    let code = match (body.password, body.totp, body.recovery_code) {
        (Some(password), None, None) => {
            let password: String = password.chars().take(passwords::LONGEST + 1).collect();
            let begun = app.db().write(&ctx, move |tx| begin(tx, &from)).await?;
            let right = passwords::verify_in_turn(password, begun.digest()).await?;
            if app.db().write(&ctx, move |tx| finish(tx, &begun, right)).await? {
                return Ok(StatusCode::NO_CONTENT);
            }
            let detail = "Mật khẩu chưa đúng. Hãy kiểm tra bộ gõ và phím Caps Lock rồi nhập lại.";
            return Err(Error::field("password", "password.wrong", detail).into());
        }
        (None, Some(code), None) => CodeShown::Totp(code),
        (None, None, Some(code)) => CodeShown::Recovery(code),
        _ => {
            let detail = "Hãy gửi đúng một trong ba: password, totp hoặc recovery_code.";
            return Err(Error::field("password", "confirmation.one", detail).into());
        }
    };
    let shown = code.clone();
    match app.db().write(&ctx, move |tx| confirm_by_code(tx, &shown, &from)).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(wrong(&code).into()),
    }
}
