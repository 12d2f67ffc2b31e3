//! Take away all second factors of somebody who lost theirs. Then the password alone signs in, and where a second factor
//! is demanded, a new one comes before everything else.

use auth::over::require_over;
use auth::{Capability, confirmation, factors, session};
use axum::http::StatusCode;
use base::{AccountId, Error, Result};
use db::{Entry, Tx};
use http::{Answer, App, Json, Path, Signed, State};
use platform::second_factor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest reason.
const REASON: usize = 300;

/// Why.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetFactors {
    /// Kept in the journal; nobody else is told.
    #[serde(default)]
    #[schema(example = "Mất điện thoại")]
    pub reason: Option<String>,
}

/// Removes all second factors of another's account and ends its sessions. Answers how many ended. Whoever may renew the
/// password may do this.
pub fn reset_factors(tx: &mut Tx<'_>, account: AccountId, cmd: &ResetFactors) -> Result<u64> {
    let (found, unit) = require_over(tx, Capability::AccountRenewPassword, account)?;
    confirmation::require(tx)?;
    let reason = cmd.reason.as_deref().map(base::vi::clean).filter(|reason| !reason.is_empty());
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON) {
        let detail = format!("Lý do dài nhất {REASON} ký tự. Hãy viết gọn lại.");
        return Err(Error::field("reason", "account.reason", detail));
    }
    factors::take(tx, account)?;
    if factors::clear(tx, account)? == 0 {
        return Err(factors::NONE.error(format!(
            "Tài khoản {} không có yếu tố thứ hai nào; không có gì thay đổi. Nếu người này không vào được, hãy cấp lại mật khẩu.",
            found.login
        )));
    }
    let ended = session::end_others(tx, account, None)?;
    second_factor::renew(tx, account)?;
    let mut entry = Entry::new("factor.reset", "account", account);
    if let Some(unit) = unit {
        entry = entry.unit(unit);
    }
    tx.record(entry.after(&serde_json::json!({ "reason": reason, "sessions_ended": ended }))?);
    Ok(ended)
}

/// Takes away somebody's second factors.
#[utoipa::path(delete, path = "/accounts/{account}/factors", operation_id = "reset_factors", tag = "accounts",
    params(("account" = base::Uuid, Path)), request_body = ResetFactors,
    responses((status = 204), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(account): Path<AccountId>,
    Json(cmd): Json<ResetFactors>,
) -> Answer<StatusCode> {
    app.db().write(&ctx, move |tx| reset_factors(tx, account, &cmd)).await?;
    Ok(StatusCode::NO_CONTENT)
}
