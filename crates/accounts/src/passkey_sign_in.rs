//! Sign in with a passkey: as the second step after the password, or instead of name and password, since a passkey is
//! both factors at once.

use auth::factors::passkeys::{self, Owned};
use auth::tickets::{self, NewTicket, Purpose, TicketDigest};
use auth::{SignedIn, accounts, delay, factors};
use base::{Code, Error, Kind, Result};
use db::{Entry, Tx};
use http::{Answer, Anyone, App, Caller, Json, Site, State};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::factors::confirm_by_passkey::PasskeyAnswer;
use crate::factors::webauthn::{self, PasskeyOptions, Verified};
use crate::me::Me;
use crate::second_step::step_over;
use crate::sign_in::{Cookies, Device, opening, start, suspended, welcome};

/// The passkey is unknown here, or its answer is not right.
pub const REFUSED: Code = Code::new(Kind::SignedOut, "session.passkey_refused", "Không đăng nhập được bằng khoá này");

/// Whose passkeys are asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskPasskey {
    /// The ticket of the first step; without it, whatever passkey the device holds for this site.
    #[serde(default)]
    #[schema(example = json!(null))]
    pub ticket: Option<String>,
}

fn refused() -> Error {
    REFUSED.error(
        "Khoá truy cập này không được nhận: khoá chưa được thêm vào tài khoản nào ở đây hoặc đã bị gỡ. Hãy thử khoá khác, hoặc đăng nhập bằng mật khẩu.",
    )
}

/// The states of the passkeys of whoever took the first step.
pub fn begin(tx: &mut Tx<'_>, step: &TicketDigest, host: &str) -> Result<Vec<String>> {
    tx.public("whoever signs in is nobody yet");
    let account = tickets::find(tx, step, Purpose::SecondStep)?.and_then(|held| held.account).ok_or_else(step_over)?;
    Ok(passkeys::at_host(tx, account, host)?.into_iter().map(|key| key.state).collect())
}

/// Keeps the challenge: of the first step's account, or of nobody yet.
pub fn keep(
    tx: &mut Tx<'_>,
    digest: &TicketDigest,
    step: Option<TicketDigest>,
    state: &str,
    address: &str,
) -> Result<()> {
    tx.public("whoever signs in is nobody yet");
    let account = match &step {
        Some(step) => {
            let held = tickets::find(tx, step, Purpose::SecondStep)?;
            Some(held.and_then(|held| held.account).ok_or_else(step_over)?)
        }
        None => None,
    };
    let new = NewTicket { account, step, state: Some(state.to_owned()), ..NewTicket::default() };
    tickets::issue(tx, digest, Purpose::PasskeySignIn, &new, address).map(|_| ())
}

/// What a ticket stands for beside the passkey that the answer names: the challenge, whether somebody is named by the
/// first step, and the passkey, when it can be theirs.
pub fn challenge(
    tx: &mut Tx<'_>,
    digest: &TicketDigest,
    credential: &[u8],
    host: &str,
) -> Result<(String, bool, Option<Owned>)> {
    tx.public("whoever signs in is nobody yet");
    let held = tickets::find(tx, digest, Purpose::PasskeySignIn)?.ok_or_else(step_over)?;
    let state = held.state.ok_or_else(step_over)?;
    let owned = passkeys::by_credential(tx, credential, host)?
        .filter(|owned| held.account.is_none_or(|account| account == owned.account));
    Ok((state, held.account.is_some(), owned))
}

/// Uses the ticket, and begins a session when the answer was verified and the passkey stands as it was.
pub fn finish(
    tx: &mut Tx<'_>,
    digest: &TicketDigest,
    verified: Option<&Verified>,
    device: &Device,
) -> Result<Option<SignedIn>> {
    tx.public("whoever signs in is nobody yet");
    let held = tickets::take(tx, digest, Purpose::PasskeySignIn)?.ok_or_else(step_over)?;
    let verified = verified.filter(|one| held.account.is_none_or(|account| account == one.owned.account));
    let Some(Verified { owned, state }) = verified else {
        if let Some(account) = held.account {
            let entry = Entry::new("session.refused", "account", account);
            tx.record(entry.after(&serde_json::json!({ "method": "passkey" }))?);
        }
        return Ok(None);
    };
    let account = owned.account;
    factors::take(tx, account)?;
    if accounts::find(tx, account)?.ok_or_else(step_over)?.is_suspended() {
        return Err(suspended(tx, account)?);
    }
    if let Some(step) = &held.step
        && !tickets::take_step(tx, step)?
    {
        return Err(step_over());
    }
    if !passkeys::used(tx, owned.id, &owned.state, state)? {
        return Ok(None);
    }
    delay::know(tx, account, device.mark)?;
    start(tx, account, device, "passkey").map(Some)
}

/// What the browser is asked.
#[utoipa::path(post, path = "/session/passkey/options", operation_id = "sign_in_options", tag = "accounts", security(()),
    request_body = AskPasskey,
    responses((status = 200, body = PasskeyOptions), (status = 401, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 429, body = http::ProblemBody)))]
pub async fn options_route(
    State(app): State<App>,
    Anyone(ctx): Anyone,
    site: Site,
    caller: Caller,
    Json(body): Json<AskPasskey>,
) -> Answer<Json<PasskeyOptions>> {
    let host = webauthn::host(&site)?;
    let step = body.ticket.as_deref().map(TicketDigest::of);
    let states = match step {
        Some(step) => app.db().read(&ctx, move |tx| begin(tx, &step, &host)).await?,
        None => Vec::new(),
    };
    if step.is_some() && states.is_empty() {
        return Err(refused().into());
    }
    let challenge = webauthn::to_sign(&site, &states)?;
    let (digest, state, address) = (challenge.digest, challenge.state, caller.address.to_string());
    app.db().write(&ctx, move |tx| keep(tx, &digest, step, &state, &address)).await?;
    Ok(Json(challenge.shown))
}

/// Signs in with a passkey.
#[utoipa::path(post, path = "/session/passkey", operation_id = "sign_in_by_passkey", tag = "accounts", security(()),
    request_body = PasskeyAnswer,
    responses((status = 200, body = Me), (status = 401, body = http::ProblemBody), (status = 403, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Anyone(ctx): Anyone,
    site: Site,
    caller: Caller,
    Json(body): Json<PasskeyAnswer>,
) -> Answer<(Cookies, Json<Me>)> {
    let PasskeyAnswer { ticket, credential } = body;
    let host = webauthn::host(&site)?;
    let opening = opening(&caller)?;
    let digest = TicketDigest::of(&ticket);
    let signed = webauthn::Signed::read(credential).ok_or_else(refused)?;
    let names = signed.credential();
    let (state, named, owned) = app.db().read(&ctx, move |tx| challenge(tx, &digest, &names, &host)).await?;
    let verified = match owned {
        Some(owned) => signed.verify(&site, &state, owned, named)?,
        None => None,
    };
    let device = opening.device.clone();
    let who = app.db().write(&ctx, move |tx| finish(tx, &digest, verified.as_ref(), &device)).await?;
    Ok(welcome(&app, ctx.request(), &who.ok_or_else(refused)?, &opening).await?)
}
