//! Sign in. Counted first, then the password is looked at outside the database, then the session begins.

use auth::delay::{self, Attempt, Origin};
use auth::session::{self, Token, TokenDigest};
use auth::{SignedIn, accounts, passwords};
use base::{AccountId, Code, Kind, Result};
use db::{Entry, Tx};
use http::cookie::Cookie;
use http::{Answer, Anyone, App, Caller, Json, State};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::me::{self, Me};

/// Name or password is wrong: which of them is not said.
pub const WRONG: Code = Code::new(Kind::SignedOut, "session.wrong_password", "Sai tên đăng nhập hoặc mật khẩu");

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

/// Ends the attempt: with a session when the password was right, else with the failure kept (so this is no error).
pub fn finish(tx: &mut Tx<'_>, begun: &Begun, right: bool, device: &Device) -> Result<Option<SignedIn>> {
    tx.public("whoever signs in is nobody yet");
    match begun.account.filter(|_| right) {
        Some(account) => {
            delay::succeeded(tx, &begun.attempt, account, Some(device.mark))?;
            start(tx, account, device).map(Some)
        }
        None => {
            delay::failed(tx, &begun.attempt)?;
            if let Some(account) = begun.account {
                tx.record(Entry::new("session.refused", "account", account));
            }
            Ok(None)
        }
    }
}

/// Begins a session and answers whose it is.
pub(crate) fn start(tx: &mut Tx<'_>, account: AccountId, device: &Device) -> Result<SignedIn> {
    let session = session::start(tx, account, &device.token, &device.origin.address, &device.text)?;
    tx.record(Entry::new("session.started", "session", session).after(&serde_json::json!({ "account": account }))?);
    session::find(tx, &device.token)?.ok_or_else(wrong)
}

pub(crate) fn wrong() -> base::Error {
    WRONG.error("Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy kiểm tra bộ gõ và phím Caps Lock; nếu quên mật khẩu, hãy nhờ quản trị trường cấp lại.")
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
    responses((status = 200, body = Me), (status = 401, body = http::ProblemBody), (status = 429, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Anyone(ctx): Anyone,
    caller: Caller,
    Json(body): Json<SignIn>,
) -> Answer<(Cookies, Json<Me>)> {
    let opening = opening(&caller)?;
    // A password longer than any that can be set is wrong, and not worth hashing.
    let SignIn { login, password } = body;
    let login: String = login.chars().take(200).collect();
    let password: String = password.chars().take(passwords::LONGEST + 1).collect();
    let from = opening.device.origin.clone();
    let begun = app.db().write(&ctx, move |tx| begin(tx, &login, &from)).await?;
    let right = passwords::verify_in_turn(password, begun.digest()).await?;
    let device = opening.device.clone();
    let who = app.db().write(&ctx, move |tx| finish(tx, &begun, right, &device)).await?;
    Ok(welcome(&app, ctx.request(), &who.ok_or_else(wrong)?, &opening).await?)
}
