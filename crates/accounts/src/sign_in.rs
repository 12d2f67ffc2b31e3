//! Sign in. Counted first, then the password is looked at outside the database, then the session begins; or, where there
//! is a second factor, the second step.

use auth::delay::{self, Attempt, Origin};
use auth::factors::{self, Method};
use auth::session::{self, Token, TokenDigest};
use auth::tickets::{self, NewTicket, Purpose, TicketDigest};
use auth::{SignedIn, accounts, passwords, suspension};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use base::{AccountId, Code, Error, Instant, Kind, Result};
use db::{Entry, Tx};
use http::cookie::Cookie;
use http::{Answer, Anyone, App, Caller, Json, Site, State};
use platform::second_factor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::me::{self, Me};
use crate::names;

/// Name or password is wrong: which of them is not said.
pub const WRONG: Code = Code::new(Kind::SignedOut, "session.wrong_password", "Sai tên đăng nhập hoặc mật khẩu");

/// The account is suspended: said only to whoever has its password.
pub const SUSPENDED: Code = Code::new(Kind::Forbidden, "session.suspended", "Tài khoản đang tạm khoá");

/// Who wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The name.
    #[schema(example = "lan.nguyen")]
    pub login: String,
    /// The password.
    #[schema(example = "trâu ơi ta bảo trâu này", format = Password)]
    pub password: String,
}

/// The password was right, and the account has a second factor: no session yet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SecondStep {
    /// To be sent with the second factor.
    #[schema(example = "q3zN8c1vJr0sT5mXhK2yWb7uLd4fGaE6oPiRtYkQwVs")]
    pub ticket: String,
    /// What can be shown here: `passkey`, `totp`, `recovery_code`; the best first.
    #[schema(example = json!(["passkey", "totp", "recovery_code"]))]
    pub methods: Vec<&'static str>,
    /// The ticket stands until then.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Instant,
}

/// How an attempt ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// With a session.
    In(SignedIn),
    /// The password was right; one of these is to be shown until then.
    SecondStep(Vec<Method>, Instant),
    /// The password was right, the account is suspended. Holds the refusal's sentence.
    Suspended(String),
    /// Name or password was wrong.
    Wrong,
}

/// The ticket that a second step would get, and the host where passkeys work, when they do.
#[derive(Clone, Debug)]
pub struct NextStep {
    /// Drawn outside.
    pub digest: TicketDigest,
    /// None: no passkey works.
    pub passkey_host: Option<String>,
}

/// The device a session begins on.
#[derive(Clone, Debug)]
pub struct Device {
    /// Where the call comes from.
    pub origin: Origin,
    /// The device in the browser's words.
    pub text: String,
    /// The digest of the mark by which the device is known again, also when it is a new one.
    pub mark: [u8; 32],
    /// The digest of the new session's token.
    pub token: TokenDigest,
}

/// An attempt whose password is to be looked at.
#[derive(Clone)]
pub struct Begun {
    attempt: Attempt,
    account: Option<AccountId>,
    digest: Option<String>,
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Begun").field("account", &self.account).finish_non_exhaustive()
    }
}

impl Begun {
    /// What [`passwords::verify`] compares with; `None` for a name that does not exist.
    #[must_use]
    pub fn digest(&self) -> Option<String> {
        self.digest.clone()
    }
}

/// Counts the attempt, or refuses it with the seconds to wait.
pub fn begin(tx: &mut Tx<'_>, login: &str, origin: &Origin) -> Result<Begun> {
    tx.public("whoever signs in is nobody yet");
    let login = accounts::fold_login(login);
    let (account, digest) = accounts::for_sign_in(tx, &login)?.unzip();
    let attempt = delay::begin(tx, &login, account, origin)?;
    Ok(Begun { attempt, account, digest })
}

/// Ends the attempt. The failure is kept, so this is no error. A password that was changed while it was looked at is no
/// longer the right one.
pub fn finish(tx: &mut Tx<'_>, begun: &Begun, right: bool, device: &Device, next: &NextStep) -> Result<Outcome> {
    tx.public("whoever signs in is nobody yet");
    let still_right = match begun.account.filter(|_| right) {
        Some(account) => {
            factors::take(tx, account)?;
            begun.digest.is_some() && accounts::password(tx, account)? == begun.digest
        }
        None => false,
    };
    let Some(account) = begun.account.filter(|_| still_right) else {
        delay::failed(tx, &begun.attempt)?;
        if let Some(account) = begun.account {
            tx.record(Entry::new("session.refused", "account", account));
        }
        return Ok(Outcome::Wrong);
    };
    if accounts::find(tx, account)?.is_none_or(|found| found.is_suspended()) {
        delay::succeeded(tx, &begun.attempt, account, None)?;
        let entry = Entry::new("session.refused", "account", account);
        tx.record(entry.after(&serde_json::json!({ "reason": "suspended" }))?);
        return Ok(Outcome::Suspended(whom_to_ask(tx, account)?));
    }
    if factors::any(tx, account)? {
        delay::succeeded(tx, &begun.attempt, account, None)?;
        let new = NewTicket { account: Some(account), ..NewTicket::default() };
        let until = tickets::issue(tx, &next.digest, Purpose::SecondStep, &new, &device.origin.address)?;
        let methods = factors::methods(tx, account, next.passkey_host.as_deref())?;
        return Ok(Outcome::SecondStep(methods, until));
    }
    delay::succeeded(tx, &begun.attempt, account, Some(device.mark))?;
    start(tx, account, device, "password").map(Outcome::In)
}

/// Begins a session and answers whose it is. `method` is what was shown last.
pub(crate) fn start(tx: &mut Tx<'_>, account: AccountId, device: &Device, method: &'static str) -> Result<SignedIn> {
    second_factor::renew(tx, account)?;
    let session = session::start(tx, account, &device.token, &device.origin.address, &device.text)?;
    let begun = serde_json::json!({ "account": account, "method": method });
    tx.record(Entry::new("session.started", "session", session).after(&begun)?);
    session::find(tx, &device.token)?.ok_or_else(wrong)
}

/// What whoever has the password of a suspended account is told.
fn whom_to_ask(tx: &mut Tx<'_>, account: AccountId) -> Result<String> {
    let whom = match suspension::find(tx, account)?.and_then(|by| by.unit) {
        Some(unit) => format!("người quản trị của {}", names::unit(tx, unit)?.name),
        None => "người quản trị của trường hoặc cơ quan bạn".to_owned(),
    };
    Ok(format!("Tài khoản này đang tạm khoá nên chưa vào được. Hãy hỏi {whom} để được mở lại."))
}

/// The refusal of whoever has shown that the account is theirs, while it is suspended.
pub(crate) fn suspended(tx: &mut Tx<'_>, account: AccountId) -> Result<Error> {
    whom_to_ask(tx, account).map(|sentence| SUSPENDED.error(sentence))
}

pub(crate) fn wrong() -> base::Error {
    WRONG.error("Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy kiểm tra bộ gõ và phím Caps Lock; nếu quên mật khẩu, hãy nhờ người quản trị của đơn vị bạn cấp lại mật khẩu.")
}

/// What the cookies of a new session hold.
pub(crate) struct Opening {
    pub token: Token,
    pub mark: String,
    pub device: Device,
}

/// Draws a token, and a mark for a device that has none.
pub(crate) fn opening(caller: &Caller) -> Result<Opening> {
    let token = Token::draw()?;
    let mark = match &caller.mark {
        Some(mark) => mark.clone(),
        None => Token::draw()?.as_str().to_owned(),
    };
    let device =
        Device { origin: origin(caller), text: caller.device.clone(), mark: mark_digest(&mark), token: token.digest() };
    Ok(Opening { token, mark, device })
}

/// Where a call comes from, with the digest of the device's mark.
pub(crate) fn origin(caller: &Caller) -> Origin {
    Origin { address: caller.address.to_string(), device: caller.mark.as_deref().map(mark_digest) }
}

fn mark_digest(mark: &str) -> [u8; 32] {
    db::keys::sha256(&[b"khue device 1", mark.as_bytes()])
}

/// The headers that open a session.
pub(crate) type Cookies = axum::response::AppendHeaders<[(axum::http::HeaderName, axum::http::HeaderValue); 2]>;

/// The answer to whoever has just signed in: the cookies and [`Me`].
pub(crate) async fn welcome(
    app: &App,
    request: &str,
    who: &SignedIn,
    opening: &Opening,
) -> Result<(Cookies, Json<Me>)> {
    let ctx = auth::ctx::signed_in(who, request, app.now(), auth::ctx::seed()?);
    let me = me::show(app, &ctx).await?;
    let [session] = Cookie::Session.set(app.settings(), opening.token.as_str())?;
    let [device] = Cookie::Device.set(app.settings(), &opening.mark)?;
    Ok((axum::response::AppendHeaders([session, device]), Json(me)))
}

/// Sign in.
#[utoipa::path(post, path = "/session", operation_id = "sign_in", tag = "accounts", security(()), request_body = SignIn,
    responses((status = 200, body = Me), (status = 202, body = SecondStep), (status = 401, body = http::ProblemBody),
        (status = 403, body = http::ProblemBody), (status = 429, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Anyone(ctx): Anyone,
    site: Site,
    caller: Caller,
    Json(body): Json<SignIn>,
) -> Answer<Response> {
    let opening = opening(&caller)?;
    // A password longer than any that can be set is wrong, and not worth hashing.
    let SignIn { login, password } = body;
    let login: String = login.chars().take(200).collect();
    let password: String = password.chars().take(passwords::LONGEST + 1).collect();
    let from = opening.device.origin.clone();
    let begun = app.db().write(&ctx, move |tx| begin(tx, &login, &from)).await?;
    let right = passwords::verify_in_turn(password, begun.digest()).await?;
    let device = opening.device.clone();
    let (ticket, digest) = tickets::draw()?;
    let next = NextStep { digest, passkey_host: site.passkey_host().map(str::to_owned) };
    match app.db().write(&ctx, move |tx| finish(tx, &begun, right, &device, &next)).await? {
        Outcome::In(who) => Ok(welcome(&app, ctx.request(), &who, &opening).await?.into_response()),
        Outcome::SecondStep(methods, expires_at) => {
            let methods = methods.into_iter().map(Method::as_str).collect();
            Ok((StatusCode::ACCEPTED, Json(SecondStep { ticket, methods, expires_at })).into_response())
        }
        Outcome::Suspended(sentence) => Err(SUSPENDED.error(sentence).into()),
        Outcome::Wrong => Err(wrong().into()),
    }
}
