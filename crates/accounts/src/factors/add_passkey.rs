//! Add a passkey: first what the browser is asked, then its answer.

use auth::factors::passkeys::{self, NewPasskey};
use auth::factors::{self, recovery};
use auth::tickets::{self, NewTicket, Purpose, TicketDigest};
use auth::{Require as _, accounts, confirmation};
use base::{AccountId, Actor, Code, Error, Kind, Result, SessionId};
use db::Tx;
use http::{Answer, App, Caller, Json, Signed, Site, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::webauthn::{self, Credential, PasskeyOptions};
use super::{Passkey, added, ticket_over};

/// More passkeys than anybody has devices.
pub const TOO_MANY: Code = Code::new(Kind::Conflict, "passkey.too_many", "Quá nhiều khoá truy cập");

/// The most passkeys of one account.
const MOST: usize = 20;
/// The longest name.
const NAME: usize = 60;

/// A passkey as the browser made it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPasskey {
    /// The ticket that came with the options.
    #[schema(example = "q3zN8c1vJr0sT5mXhK2yWb7uLd4fGaE6oPiRtYkQwVs")]
    pub ticket: String,
    /// How its owner calls it.
    #[schema(example = "Điện thoại của tôi")]
    pub name: String,
    /// The browser's answer: `PublicKeyCredential.toJSON()`.
    #[schema(value_type = Object)]
    pub credential: Credential,
}

/// The passkey, and what came with the first factor.
#[derive(Serialize, ToSchema)]
pub struct PasskeyMade {
    /// The passkey.
    pub passkey: Passkey,
    /// With the first factor: ten recovery codes, shown this once.
    #[schema(example = json!(["k7qm-2rdv-h4t9-cwx5"]))]
    pub recovery_codes: Option<Vec<String>>,
}

/// A name that somebody gives a passkey.
pub(crate) fn check_name(typed: &str) -> Result<String> {
    let name = base::vi::clean(typed);
    if (1..=NAME).contains(&name.chars().count()) {
        return Ok(name);
    }
    let detail = format!("Hãy đặt tên từ 1 đến {NAME} ký tự để sau này nhận ra thiết bị, ví dụ: Điện thoại của tôi.");
    Err(Error::field("name", "passkey.name", detail))
}

fn session(tx: &Tx<'_>) -> Option<SessionId> {
    match tx.ctx().actor() {
        Actor::Account { session, .. } => *session,
        _ => None,
    }
}

/// Whose passkey it will be, and the states of those there are.
pub fn begin(tx: &mut Tx<'_>) -> Result<(AccountId, String, String, Vec<String>)> {
    let account = tx.require_own_password()?;
    confirmation::require(tx)?;
    let states: Vec<String> = passkeys::of_account(tx, account)?.into_iter().map(|key| key.state).collect();
    if states.len() >= MOST {
        return Err(TOO_MANY.error(format!(
            "Tài khoản của bạn đã có {MOST} khoá truy cập. Hãy gỡ khoá của thiết bị không còn dùng rồi thêm khoá mới."
        )));
    }
    let found = accounts::find(tx, account)?
        .ok_or_else(|| accounts::NOT_FOUND.error("Không tìm thấy tài khoản của phiên này. Hãy đăng nhập lại."))?;
    Ok((account, found.login, found.display_name, states))
}

/// Keeps the challenge.
pub fn keep(tx: &mut Tx<'_>, digest: &TicketDigest, state: &str, address: &str) -> Result<()> {
    let account = tx.require_own_password()?;
    let session = session(tx);
    let new = NewTicket { account: Some(account), session, state: Some(state.to_owned()), ..NewTicket::default() };
    tickets::issue(tx, digest, Purpose::PasskeyEnrolment, &new, address).map(|_| ())
}

/// The challenge of a ticket of this person and session.
pub fn challenge(tx: &mut Tx<'_>, digest: &TicketDigest) -> Result<String> {
    let account = tx.require_own_password()?;
    let mine = session(tx);
    tickets::find(tx, digest, Purpose::PasskeyEnrolment)?
        .filter(|held| held.account == Some(account) && held.session == mine)
        .and_then(|held| held.state)
        .ok_or_else(ticket_over)
}

/// Uses the ticket, and keeps the passkey when the browser's answer was right. Answers whether the recovery `codes`, drawn
/// outside, were taken.
pub fn add_passkey(
    tx: &mut Tx<'_>,
    digest: &TicketDigest,
    new: Option<&NewPasskey>,
    codes: &[String],
) -> Result<Option<(Passkey, bool)>> {
    let account = tx.require_own_password()?;
    challenge(tx, digest)?;
    confirmation::require(tx)?;
    if tickets::take(tx, digest, Purpose::PasskeyEnrolment)?.is_none() {
        return Err(ticket_over());
    }
    let Some(new) = new else { return Ok(None) };
    factors::take(tx, account)?;
    let stored = passkeys::insert(tx, account, new)?;
    let taken = added(tx, account, "passkey", codes)?;
    Ok(Some((stored.into(), taken)))
}

/// What the browser is asked for a new passkey.
#[utoipa::path(post, path = "/me/passkeys/options", operation_id = "passkey_options", tag = "accounts",
    responses((status = 200, body = PasskeyOptions), (status = 403, body = http::ProblemBody), (status = 409, body = http::ProblemBody)))]
pub async fn options_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    site: Site,
    caller: Caller,
) -> Answer<Json<PasskeyOptions>> {
    let (account, login, display_name, states) = app.db().read(&ctx, begin).await?;
    let challenge = webauthn::to_make(&site, account, &login, &display_name, &states)?;
    let (digest, state, address) = (challenge.digest, challenge.state, caller.address.to_string());
    app.db().write(&ctx, move |tx| keep(tx, &digest, &state, &address)).await?;
    Ok(Json(challenge.shown))
}

/// Adds a passkey. The ticket is good once: sent again, nothing is added.
#[utoipa::path(post, path = "/me/passkeys", operation_id = "add_passkey", tag = "accounts", request_body = AddPasskey,
    responses((status = 200, body = PasskeyMade), (status = 403, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    site: Site,
    Json(body): Json<AddPasskey>,
) -> Answer<Tagged<PasskeyMade>> {
    let AddPasskey { ticket, name, credential } = body;
    let name = check_name(&name)?;
    let digest = TicketDigest::of(&ticket);
    let state = app.db().read(&ctx, move |tx| challenge(tx, &digest)).await?;
    let new = webauthn::made(&site, &state, credential, name)?;
    let codes = recovery::draw()?;
    let drawn = codes.clone();
    let made = app.db().write(&ctx, move |tx| add_passkey(tx, &digest, new.as_ref(), &drawn)).await?;
    let (passkey, taken) = made.ok_or_else(webauthn::refused)?;
    Ok(Tagged::new(passkey.version, PasskeyMade { passkey, recovery_codes: taken.then_some(codes) }))
}
