//! Suspend an account: nobody signs in with it until it is restored, and every session ends.

use auth::over::require_over;
use auth::suspension::{self, Beside};
use auth::{Capability, accounts, session};
use axum::http::StatusCode;
use base::{AccountId, Code, Error, Kind, Result};
use db::{Entry, Tx};
use http::{Answer, App, Json, Path, Signed, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// It is suspended already.
pub const SUSPENDED: Code = Code::new(Kind::Conflict, "account.suspended", "Tài khoản đang tạm khoá");

/// The longest reason.
const REASON: usize = 300;

/// Why.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspendAccount {
    /// Kept in the journal; nobody else is told.
    #[serde(default)]
    #[schema(example = "Nghỉ việc từ 01/09/2026")]
    pub reason: Option<String>,
}

/// Suspends another's account and ends its sessions. Whoever stands above the one who suspended it already takes that
/// over: then it is theirs to restore.
pub fn suspend_account(tx: &mut Tx<'_>, account: AccountId, cmd: &SuspendAccount) -> Result<()> {
    let (found, unit) = require_over(tx, Capability::AccountSuspend, account)?;
    let reason = cmd.reason.as_deref().map(base::vi::clean).filter(|reason| !reason.is_empty());
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON) {
        let detail = format!("Lý do dài nhất {REASON} ký tự. Hãy viết gọn lại.");
        return Err(Error::field("reason", "account.reason", detail));
    }
    let raises = match suspension::find(tx, account)? {
        Some(by) => suspension::beside(tx, &by)? == Beside::Above,
        None => false,
    };
    if found.state == "suspended" && !raises {
        return Err(SUSPENDED.error(format!(
            "Tài khoản {} đang tạm khoá rồi; không có gì thay đổi. Hãy tải lại danh sách.",
            found.login
        )));
    }
    let version = tx.lock(&accounts::ACCOUNT, account, None)?;
    accounts::set_suspended(tx, account, true)?;
    suspension::keep(tx, account)?;
    let ended = session::end_others(tx, account, None)?;
    let mut entry = Entry::new("account.suspended", "account", account).version(version);
    if let Some(unit) = unit {
        entry = entry.unit(unit);
    }
    tx.record(entry.after(&serde_json::json!({ "reason": reason, "sessions_ended": ended }))?);
    Ok(())
}

/// Suspends an account.
#[utoipa::path(post, path = "/accounts/{account}/suspension", operation_id = "suspend_account", tag = "accounts",
    params(("account" = base::Uuid, Path)), request_body = SuspendAccount,
    responses((status = 204), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(account): Path<AccountId>,
    Json(cmd): Json<SuspendAccount>,
) -> Answer<StatusCode> {
    app.db().write(&ctx, move |tx| suspend_account(tx, account, &cmd)).await?;
    Ok(StatusCode::NO_CONTENT)
}
