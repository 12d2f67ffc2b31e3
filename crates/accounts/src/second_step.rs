//! The second step of a sign-in: a code of the authenticator app, or a recovery code.

use auth::tickets::{self, Purpose, TicketDigest};
use auth::{SignedIn, accounts, delay, factors};
use base::{Code, Error, Kind, Result};
use db::{Entry, Tx};
use http::{Answer, Anyone, App, Caller, Json, State};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::factors::confirm::CodeShown;
use crate::me::Me;
use crate::sign_in::{Cookies, Device, opening, start, suspended, welcome};

/// The code is wrong.
pub const WRONG_CODE: Code = Code::new(Kind::SignedOut, "session.wrong_code", "Mã chưa đúng");
/// The sign-in was begun too long ago, ended, or never.
pub const STEP_OVER: Code = Code::new(Kind::SignedOut, "session.step_over", "Lượt đăng nhập này đã hết hạn");

/// A code that is shown as the second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondStepTaken {
    /// The ticket of the first step.
    #[schema(example = "q3zN8c1vJr0sT5mXhK2yWb7uLd4fGaE6oPiRtYkQwVs")]
    pub ticket: String,
    /// Which code it is.
    pub method: CodeMethod,
    /// The code, as typed.
    #[schema(example = "287082")]
    pub code: String,
}

/// The sort of a code.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeMethod {
    /// Of the authenticator app.
    Totp,
    /// A recovery code.
    RecoveryCode,
}

pub(crate) fn step_over() -> Error {
    STEP_OVER.error("Lượt đăng nhập này đã quá 5 phút, đã dùng hoặc sai quá nhiều lần. Hãy nhập lại tên và mật khẩu.")
}

/// Takes the second step with a code: a session, or nothing when it is wrong. That is counted against the ticket, and
/// against the account wherever it is tried from.
pub fn second_step(
    tx: &mut Tx<'_>,
    digest: &TicketDigest,
    code: &CodeShown,
    device: &Device,
) -> Result<Option<SignedIn>> {
    tx.public("whoever signs in is nobody yet");
    let held = tickets::find(tx, digest, Purpose::SecondStep)?.ok_or_else(step_over)?;
    let account = held.account.ok_or_else(step_over)?;
    factors::take(tx, account)?;
    let found = accounts::find(tx, account)?.ok_or_else(step_over)?;
    if found.is_suspended() {
        return Err(suspended(tx, account)?);
    }
    let attempt = code.begin(tx, &found.login, account, &device.origin)?;
    if !code.check(tx, account)? {
        delay::failed(tx, &attempt)?;
        tickets::wrong(tx, digest, &held)?;
        let entry = Entry::new("session.refused", "account", account);
        tx.record(entry.after(&serde_json::json!({ "method": code.method() }))?);
        return Ok(None);
    }
    if tickets::take(tx, digest, Purpose::SecondStep)?.is_none() {
        return Err(step_over());
    }
    delay::succeeded(tx, &attempt, account, Some(device.mark))?;
    start(tx, account, device, code.method()).map(Some)
}

/// Takes the second step with a code, and signs in.
#[utoipa::path(post, path = "/session/second-step", operation_id = "second_step", tag = "accounts", security(()),
    request_body = SecondStepTaken,
    responses((status = 200, body = Me), (status = 401, body = http::ProblemBody), (status = 403, body = http::ProblemBody),
        (status = 429, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Anyone(ctx): Anyone,
    caller: Caller,
    Json(body): Json<SecondStepTaken>,
) -> Answer<(Cookies, Json<Me>)> {
    let SecondStepTaken { ticket, method, code } = body;
    let opening = opening(&caller)?;
    let digest = TicketDigest::of(&ticket);
    let shown = match method {
        CodeMethod::Totp => CodeShown::Totp(code),
        CodeMethod::RecoveryCode => CodeShown::Recovery(code),
    };
    let (device, tried) = (opening.device.clone(), shown.clone());
    let who = app.db().write(&ctx, move |tx| second_step(tx, &digest, &tried, &device)).await?;
    let who = who.ok_or_else(|| {
        WRONG_CODE.error(match shown {
            CodeShown::Totp(_) => {
                "Mã chưa đúng hoặc đã dùng. Hãy đợi ứng dụng hiện mã mới rồi nhập lại; nếu vẫn sai, hãy chỉnh giờ của điện thoại."
            }
            CodeShown::Recovery(_) => {
                "Mã khôi phục chưa đúng hoặc đã dùng. Mỗi mã chỉ dùng một lần; hãy nhập mã khác trong danh sách."
            }
        })
    })?;
    Ok(welcome(&app, ctx.request(), &who, &opening).await?)
}
