//! Make new recovery codes; the old ones end.

use auth::factors::{self, recovery};
use auth::{Require as _, confirmation};
use base::Result;
use db::{Entry, Tx};
use http::{Answer, App, Json, Signed, State};

use super::RecoveryCodes;

/// Puts `codes`, drawn outside, in place of those there are.
pub fn renew_recovery_codes(tx: &mut Tx<'_>, codes: &[String]) -> Result<()> {
    let account = tx.require_own_password()?;
    confirmation::require(tx)?;
    factors::take(tx, account)?;
    if !factors::any(tx, account)? {
        return Err(factors::NONE.error(
            "Mã khôi phục dùng khi mất yếu tố thứ hai, mà tài khoản của bạn chưa có. Hãy thêm khoá truy cập hoặc ứng dụng xác thực trước.",
        ));
    }
    recovery::replace(tx, account, codes)?;
    tx.record(Entry::new("factor.codes_made", "account", account));
    Ok(())
}

/// Makes new recovery codes, shown in this answer only.
#[utoipa::path(post, path = "/me/recovery-codes", operation_id = "renew_recovery_codes", tag = "accounts",
    responses((status = 200, body = RecoveryCodes), (status = 403, body = http::ProblemBody), (status = 409, body = http::ProblemBody)))]
pub async fn route(State(app): State<App>, Signed(ctx): Signed) -> Answer<Json<RecoveryCodes>> {
    let codes = recovery::draw()?;
    let drawn = codes.clone();
    app.db().write(&ctx, move |tx| renew_recovery_codes(tx, &drawn)).await?;
    Ok(Json(RecoveryCodes { recovery_codes: codes }))
}
