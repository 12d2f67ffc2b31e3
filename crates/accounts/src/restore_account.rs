//! Restore a suspended account: the person signs in again with the password there was. Whoever suspended it restores it, or
//! somebody above them.

use auth::over::require_over;
use auth::suspension::{self, Beside};
use auth::{Capability, FORBIDDEN, accounts};
use axum::http::StatusCode;
use base::{AccountId, Code, Kind, Result};
use db::{Entry, Tx};
use http::{Answer, App, Path, Signed, State};

use crate::names;

/// It is not suspended.
pub const NOT_SUSPENDED: Code = Code::new(Kind::Conflict, "account.not_suspended", "Tài khoản đang hoạt động");

/// Restores another's account.
pub fn restore_account(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    let (found, unit) = require_over(tx, Capability::AccountSuspend, account)?;
    if found.state != "suspended" {
        return Err(NOT_SUSPENDED
            .error(format!("Tài khoản {} đang hoạt động, không bị khoá. Hãy tải lại danh sách.", found.login)));
    }
    let version = tx.lock(&accounts::ACCOUNT, account, None)?;
    if let Some(by) = suspension::find(tx, account)?
        && suspension::beside(tx, &by)? == Beside::Below
    {
        let whose = match by.unit {
            Some(unit) => names::unit(tx, unit)?.name,
            None => "người vận hành máy chủ".to_owned(),
        };
        return Err(FORBIDDEN.error(format!(
            "Tài khoản {} do {whose} tạm khoá nên bạn chưa mở lại được. Hãy nhờ người đã khoá, hoặc cấp trên của họ, mở lại.",
            found.login
        )));
    }
    accounts::set_suspended(tx, account, false)?;
    suspension::lift(tx, account)?;
    let mut entry = Entry::new("account.restored", "account", account).version(version);
    if let Some(unit) = unit {
        entry = entry.unit(unit);
    }
    tx.record(entry);
    Ok(())
}

/// Restores a suspended account.
#[utoipa::path(delete, path = "/accounts/{account}/suspension", operation_id = "restore_account", tag = "accounts",
    params(("account" = base::Uuid, Path)),
    responses((status = 204), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody)))]
pub async fn route(State(app): State<App>, Signed(ctx): Signed, Path(account): Path<AccountId>) -> Answer<StatusCode> {
    app.db().write(&ctx, move |tx| restore_account(tx, account)).await?;
    Ok(StatusCode::NO_CONTENT)
}
