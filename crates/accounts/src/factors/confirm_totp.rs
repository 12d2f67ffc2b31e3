//! Show the first code of a new authenticator app: from now on it counts. An older app is replaced.

use auth::delay::{self, Origin};
use auth::factors::{self, recovery, totp};
use auth::{Require as _, accounts, confirmation};
use base::{Error, Result};
use db::Tx;
use http::{Answer, App, Caller, Json, Signed, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Enrolled, added};
use crate::sign_in::origin;

/// The first code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmTotp {
    /// The six digits that the app shows.
    #[schema(example = "287082")]
    pub code: String,
}

pub(crate) fn wrong_code(field: &'static str) -> Error {
    Error::field(
        field,
        "totp.wrong",
        "Mã chưa đúng hoặc đã dùng. Hãy đợi ứng dụng hiện mã mới rồi nhập lại; nếu vẫn sai, hãy chỉnh giờ của điện thoại.",
    )
}

/// Takes the secret that waits into use, when `code` is its. Answers whether, and whether the recovery `codes`, drawn
/// outside, were taken; a wrong code is counted.
pub fn confirm_totp(tx: &mut Tx<'_>, code: &str, codes: &[String], from: &Origin) -> Result<Option<bool>> {
    let account = tx.require_own_password()?;
    confirmation::require(tx)?;
    factors::take(tx, account)?;
    let login = accounts::find(tx, account)?.map(|found| found.login).unwrap_or_default();
    let attempt = delay::begin_code(tx, &login, account, from)?;
    if !totp::confirm(tx, account, code)? {
        delay::failed(tx, &attempt)?;
        return Ok(None);
    }
    delay::succeeded(tx, &attempt, account, None)?;
    added(tx, account, "totp", codes).map(Some)
}

/// Adds the authenticator app whose code this is.
#[utoipa::path(put, path = "/me/totp", operation_id = "confirm_totp", tag = "accounts", request_body = ConfirmTotp,
    responses((status = 200, body = Enrolled), (status = 403, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 429, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    caller: Caller,
    Json(ConfirmTotp { code }): Json<ConfirmTotp>,
) -> Answer<Json<Enrolled>> {
    let codes = recovery::draw()?;
    let (drawn, from) = (codes.clone(), origin(&caller));
    let confirmed = app.db().write(&ctx, move |tx| confirm_totp(tx, &code, &drawn, &from)).await?;
    let taken = confirmed.ok_or_else(|| wrong_code("code"))?;
    Ok(Json(Enrolled { recovery_codes: taken.then_some(codes) }))
}
