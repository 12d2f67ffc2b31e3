//! Give somebody a one-time password in place of one that was lost. It is shown once; at the next sign-in nothing else
//! is possible before a new one is set, so that only its owner knows the password in use. Second factors stay: whoever lost
//! those too is helped by [`crate::factors::reset_factors`].

use auth::over::require_over;
use auth::{Capability, accounts, confirmation, delay, passwords, session};
use base::{AccountId, Code, Kind, Result};
use db::keys::{Keys, Use};
use db::{Entry, Tx};
use http::{Answer, App, IdempotencyKey, Json, Path, Signed, State, idempotency};
use serde::Serialize;
use utoipa::ToSchema;

/// The one-time password of a request that was sent again has been used.
pub const USED: Code = Code::new(Kind::Conflict, "account.password_used", "Mật khẩu dùng một lần đã được dùng");

/// The one-time password, which is shown this once.
#[derive(Serialize, ToSchema)]
pub struct PasswordRenewed {
    /// What the person signs in with.
    #[schema(example = "lan.nguyen")]
    pub login: String,
    /// The one-time password to hand over.
    #[schema(example = "k7qmx-2rdvh-4t9cw")]
    pub password: String,
}

/// Sets a one-time password by its digest, made outside, and ends all sessions. Answers how many ended.
pub fn renew_password(tx: &mut Tx<'_>, account: AccountId, digest: &str) -> Result<u64> {
    let (found, unit) = require_over(tx, Capability::AccountRenewPassword, account)?;
    confirmation::require(tx)?;
    accounts::set_password(tx, account, digest, true)?;
    let ended = session::end_others(tx, account, None)?;
    delay::start_anew(tx, &found.login)?;
    let mut entry = Entry::new("account.password_renewed", "account", account).version(found.version + 1);
    if let Some(unit) = unit {
        entry = entry.unit(unit);
    }
    tx.record(entry.after(&serde_json::json!({ "sessions_ended": ended }))?);
    Ok(ended)
}

/// The one-time password of a request. With an idempotency key it follows from that and the installation's key, so that
/// a request sent again is answered with the same one, though it is never kept. Then those by older keys follow it: the
/// request may have come before a rotation.
fn passwords_of(keys: &Keys, ctx: &base::Ctx, key: Option<&idempotency::Key>) -> Result<Vec<String>> {
    match (key, ctx.actor().account()) {
        (Some(key), Some(account)) => {
            let named: [&[u8]; 4] = [b"one-time password", account.0.as_bytes(), key.text.as_bytes(), &key.digest];
            Ok(keys.keyed_digests(Use::Token, &named)?.into_iter().map(passwords::one_time_of).collect())
        }
        _ => Ok(vec![passwords::one_time()?]),
    }
}

/// The one among these passwords that opens the account now.
async fn opening(digest: Option<String>, among: Vec<String>) -> Result<Option<String>> {
    for password in among {
        if passwords::verify_in_turn(password.clone(), digest.clone()).await? {
            return Ok(Some(password));
        }
    }
    Ok(None)
}

/// Renews somebody's password. The one-time password is shown in this answer only.
#[utoipa::path(post, path = "/accounts/{account}/password-renewal", operation_id = "renew_password", tag = "accounts",
    params(("account" = base::Uuid, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = PasswordRenewed), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(account): Path<AccountId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Answer<Json<PasswordRenewed>> {
    // Asked before the work of hashing, and again where it is done.
    let may = move |tx: &mut Tx<'_>| {
        require_over(tx, Capability::AccountRenewPassword, account)?;
        confirmation::require(tx)
    };
    app.db().read(&ctx, may).await?;
    let all = passwords_of(app.db().keys(), &ctx, key.as_ref())?;
    let digest = passwords::hash_in_turn(all[0].clone()).await?;
    let (login, again) = app
        .db()
        .write(&ctx, move |tx| {
            let done = idempotency::once(tx, key.as_ref(), |tx| renew_password(tx, account, &digest).map(|_| account))?;
            let (found, _) = require_over(tx, Capability::AccountRenewPassword, account)?;
            if done.again && !found.must_change_password {
                return Err(used(&found.login));
            }
            // Whether the password of the first time still stands is not asked in here: that is work for long.
            let again = if done.again { Some(accounts::password(tx, account)?) } else { None };
            Ok((found.login, again))
        })
        .await?;
    let password = match again {
        None => all.into_iter().next().ok_or_else(|| base::Error::internal("no password was made"))?,
        Some(standing) => opening(standing, all).await?.ok_or_else(|| used(&login))?,
    };
    Ok(Json(PasswordRenewed { login, password }))
}

fn used(login: &str) -> base::Error {
    USED.error(format!(
        "Mật khẩu dùng một lần của {login} đã được dùng và đổi, hoặc đã được cấp lại lần khác. Nếu vẫn không vào được, hãy cấp lại lần nữa."
    ))
}
