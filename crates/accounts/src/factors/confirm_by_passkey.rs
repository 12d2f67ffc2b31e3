//! Confirm that it is still oneself, with a passkey.

use auth::factors::passkeys::{self, Owned};
use auth::tickets::{self, NewTicket, Purpose, TicketDigest};
use auth::{Require as _, factors};
use axum::http::StatusCode;
use base::Result;
use db::{Entry, Tx};
use http::{Answer, App, Caller, Json, Signed, Site, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::confirm::{confirmed, my_session};
use super::ticket_over;
use super::webauthn::{self, Credential, PasskeyOptions, Verified};

/// The browser's answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAnswer {
    /// The ticket that came with the options.
    #[schema(example = "q3zN8c1vJr0sT5mXhK2yWb7uLd4fGaE6oPiRtYkQwVs")]
    pub ticket: String,
    /// The browser's answer: `PublicKeyCredential.toJSON()`.
    #[schema(value_type = Object)]
    pub credential: Credential,
}

/// The states of the passkeys that can confirm at this host.
pub fn begin(tx: &mut Tx<'_>, host: &str) -> Result<Vec<String>> {
    let account = tx.require_signed_in()?;
    let states: Vec<String> = passkeys::at_host(tx, account, host)?.into_iter().map(|key| key.state).collect();
    if states.is_empty() {
        return Err(factors::NONE.error(
            "Tài khoản của bạn chưa có khoá truy cập nào dùng được ở địa chỉ này. Hãy xác nhận bằng cách khác.",
        ));
    }
    Ok(states)
}

/// Keeps the challenge.
pub fn keep(tx: &mut Tx<'_>, digest: &TicketDigest, state: &str, address: &str) -> Result<()> {
    let (account, session) = my_session(tx)?;
    let new = NewTicket {
        account: Some(account),
        session: Some(session),
        state: Some(state.to_owned()),
        ..NewTicket::default()
    };
    tickets::issue(tx, digest, Purpose::PasskeyConfirmation, &new, address).map(|_| ())
}

/// The challenge of a ticket of this person and session, and the passkey that the answer names, when it is theirs.
pub fn challenge(
    tx: &mut Tx<'_>,
    digest: &TicketDigest,
    credential: &[u8],
    host: &str,
) -> Result<(String, Option<Owned>)> {
    let (account, session) = my_session(tx)?;
    let state = tickets::find(tx, digest, Purpose::PasskeyConfirmation)?
        .filter(|held| held.account == Some(account) && held.session == Some(session))
        .and_then(|held| held.state)
        .ok_or_else(ticket_over)?;
    let owned = passkeys::by_credential(tx, credential, host)?.filter(|owned| owned.account == account);
    Ok((state, owned))
}

/// Uses the ticket, and confirms the session when the answer was verified and the passkey stands as it was. Answers
/// whether.
pub fn confirm_by_passkey(tx: &mut Tx<'_>, digest: &TicketDigest, verified: Option<&Verified>) -> Result<bool> {
    let (account, session) = my_session(tx)?;
    let held = tickets::find(tx, digest, Purpose::PasskeyConfirmation)?;
    if held.is_none_or(|held| held.account != Some(account) || held.session != Some(session)) {
        return Err(ticket_over());
    }
    if tickets::take(tx, digest, Purpose::PasskeyConfirmation)?.is_none() {
        return Err(ticket_over());
    }
    let stands = match verified.filter(|verified| verified.owned.account == account) {
        Some(Verified { owned, state }) => passkeys::used(tx, owned.id, &owned.state, state)?,
        None => false,
    };
    if !stands {
        let entry = Entry::new("session.confirmation_refused", "account", account);
        tx.record(entry.after(&serde_json::json!({ "method": "passkey" }))?);
        return Ok(false);
    }
    confirmed(tx, session, "passkey")?;
    Ok(true)
}

/// What the browser is asked.
#[utoipa::path(post, path = "/me/confirmation/passkey/options", operation_id = "confirmation_options", tag = "accounts",
    responses((status = 200, body = PasskeyOptions), (status = 409, body = http::ProblemBody)))]
pub async fn options_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    site: Site,
    caller: Caller,
) -> Answer<Json<PasskeyOptions>> {
    let host = webauthn::host(&site)?;
    let states = app.db().read(&ctx, move |tx| begin(tx, &host)).await?;
    let challenge = webauthn::to_sign(&site, &states)?;
    let (digest, state, address) = (challenge.digest, challenge.state, caller.address.to_string());
    app.db().write(&ctx, move |tx| keep(tx, &digest, &state, &address)).await?;
    Ok(Json(challenge.shown))
}

/// Confirms this session for ten minutes.
#[utoipa::path(post, path = "/me/confirmation/passkey", operation_id = "confirm_by_passkey", tag = "accounts",
    request_body = PasskeyAnswer,
    responses((status = 204), (status = 409, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    site: Site,
    Json(body): Json<PasskeyAnswer>,
) -> Answer<StatusCode> {
    let PasskeyAnswer { ticket, credential } = body;
    let host = webauthn::host(&site)?;
    let digest = TicketDigest::of(&ticket);
    let signed = webauthn::Signed::read(credential).ok_or_else(webauthn::refused)?;
    let named = signed.credential();
    let (state, owned) = app.db().read(&ctx, move |tx| challenge(tx, &digest, &named, &host)).await?;
    let verified = match owned {
        Some(owned) => signed.verify(&site, &state, owned, true)?,
        None => None,
    };
    match app.db().write(&ctx, move |tx| confirm_by_passkey(tx, &digest, verified.as_ref())).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(webauthn::refused().into()),
    }
}
