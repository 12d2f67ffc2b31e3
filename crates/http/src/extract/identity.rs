//! Who calls: the session behind the cookie, and the context made of it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use auth::access;
use auth::session::{self, TokenDigest};
use auth::{SIGNED_OUT, SignedIn};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use base::{Code, Ctx, Error, Kind, Result, UnitId, Uuid};
use db::Tx;

use crate::cookie::Cookie;
use crate::{App, Problem};

/// The request was made by somebody else than who is signed in now.
pub const OTHER_ACCOUNT: Code =
    Code::new(Kind::Conflict, "session.other_account", "Trình duyệt đang đăng nhập tài khoản khác");

/// The header in which a client says whose act it sends. A cookie belongs to the whole browser: while one tab still holds
/// what a person did, another may have signed in as somebody else, and an outbox may wait for days.
const ACCOUNT: &str = "khue-account";

/// The id of the request, given by the outermost layer.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub Arc<str>);

/// Whoever is signed in, as a context. Without a live session: 401.
#[derive(Clone, Debug)]
pub struct Signed(pub Ctx);

/// The signed-in person's session and account beside the context. Without a live session: 401.
#[derive(Clone, Debug)]
pub struct Who(pub SignedIn);

/// Whoever calls, signed in or not.
#[derive(Clone, Debug)]
pub struct Anyone(pub Ctx);

/// Where a call comes from. For sign-in delays and the list of sessions; never logged.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The address.
    pub address: IpAddr,
    /// The device in the browser's words.
    pub device: String,
    /// The value of the device's own cookie, when it was here before.
    pub mark: Option<String>,
}

/// What was found behind the cookie, once a request.
#[derive(Clone)]
struct Found {
    who: Option<SignedIn>,
    ctx: Ctx,
}

pub(crate) fn request_id(parts: &Parts) -> Arc<str> {
    parts.extensions.get::<RequestId>().map_or_else(|| Arc::from(""), |id| Arc::clone(&id.0))
}

/// The caller's address: the socket's, or what the proxy on the loopback address says of it.
pub(crate) fn address(app: &App, parts: &Parts) -> IpAddr {
    let socket = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V6(Ipv6Addr::LOCALHOST), |info| info.0.ip().to_canonical());
    if !(app.settings().behind_proxy && socket.is_loopback()) {
        return socket;
    }
    // The proxy appends: only the last one is its own word.
    let said = parts.headers.get_all("x-forwarded-for").iter().next_back().and_then(|line| line.to_str().ok());
    said.and_then(|line| line.rsplit(',').next()).and_then(|text| text.trim().parse().ok()).unwrap_or(socket)
}

/// What a request says of who sends it, before anything was looked up.
#[derive(Clone)]
struct Claim {
    anonymous: Ctx,
    token: Option<TokenDigest>,
    /// Whose act the client says it is; `Some(None)` is something that is no account.
    account: Option<Option<Uuid>>,
    address: IpAddr,
}

impl Claim {
    /// Makes sure that rights of today can be judged, and draws the act's randomness.
    async fn of(parts: &Parts, app: &App) -> Result<Self> {
        let request = request_id(parts);
        app.ensure_day(&request).await?;
        let said = parts.headers.get(ACCOUNT);
        Ok(Self {
            anonymous: auth::ctx::anonymous(request, app.now(), auth::ctx::seed()?),
            token: Cookie::Session.read(app.settings(), &parts.headers).map(TokenDigest::of),
            account: said.map(|said| said.to_str().ok().and_then(|text| text.parse().ok())),
            address: address(app, parts),
        })
    }

    /// The context of whoever holds the session.
    fn signed_in(&self, who: &SignedIn) -> Result<Ctx> {
        if self.account.is_some_and(|said| said != Some(who.account.0)) {
            return Err(OTHER_ACCOUNT.error(
                "Việc này do một tài khoản khác làm trên máy này, nên không được ghi dưới tên tài khoản đang đăng nhập. Hãy đăng nhập lại bằng tài khoản đã làm.",
            ));
        }
        let act = &self.anonymous;
        Ok(auth::ctx::signed_in(who, act.request(), act.now(), *act.seed()))
    }

    /// Notes every few minutes that the session was used. In an act of its own, so that the ids the command draws do not
    /// depend on it. A request does not fail because this could not be noted: reads go on when the disk is full.
    async fn note_seen(&self, app: &App, who: &SignedIn) -> Result<()> {
        if !who.seen_is_due(self.anonymous.now()) {
            return Ok(());
        }
        let (session, account, address) = (who.session, who.account, self.address.to_string());
        let request = self.anonymous.request();
        let noting = app.system("session seen", request)?;
        let noted = app.db().write(&noting, move |tx| {
            session::seen(tx, session, &address)?;
            // A policy that was changed meanwhile holds from now on.
            platform::second_factor::renew(tx, account)
        });
        if let Err(error) = noted.await {
            tracing::warn!(%request, ?error, "could not note that a session was used");
        }
        Ok(())
    }
}

impl Found {
    async fn of(parts: &mut Parts, app: &App) -> Result<Self> {
        if let Some(found) = parts.extensions.get::<Self>() {
            return Ok(found.clone());
        }
        let claim = Claim::of(parts, app).await?;
        let who = match claim.token {
            None => None,
            Some(token) => {
                app.db()
                    .read(&claim.anonymous, move |tx| {
                        tx.public("finds whose session this is");
                        session::find(tx, &token)
                    })
                    .await?
            }
        };
        let ctx = match &who {
            None => claim.anonymous,
            Some(who) => {
                let ctx = claim.signed_in(who)?;
                claim.note_seen(app, who).await?;
                ctx
            }
        };
        let found = Self { who, ctx };
        parts.extensions.insert(found.clone());
        Ok(found)
    }
}

/// Whoever is signed in, for a request that is one read: the session is looked up in the read's own transaction. Without a
/// live session: 401.
pub struct Reader {
    app: App,
    claim: Claim,
    token: TokenDigest,
    unit: Option<UnitId>,
}

impl Reader {
    /// Says at which unit the read will first ask what may be done, so that this is found with the session.
    #[must_use]
    pub fn at(self, unit: UnitId) -> Self {
        Self { unit: Some(unit), ..self }
    }

    /// Reads as whoever is signed in; see [`db::Db::read`].
    pub async fn read<T, F>(self, closure: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let Self { app, claim, token, unit } = self;
        let (asked, found) = (claim.clone(), Arc::new(OnceLock::new()));
        let known = Arc::clone(&found);
        let answer = app
            .db()
            .read(&claim.anonymous, move |tx| {
                tx.public("finds whose session this is");
                let who = access::enter(tx, &token, unit)?.ok_or_else(signed_out)?;
                let ctx = asked.signed_in(&who)?;
                if who.seen_is_due(tx.now()) {
                    // A policy that was changed meanwhile holds for this read already; it is noted after it.
                    let must = platform::second_factor::must_enrol(tx, who.account)?;
                    access::must_enrol(tx, must);
                }
                let _first = known.set(who);
                tx.act_as(ctx);
                closure(tx)
            })
            .await;
        // Also when the closure refused: the session was used.
        if let Some(who) = found.get() {
            claim.note_seen(&app, who).await?;
        }
        answer
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let claim = Claim::of(parts, app).await?;
        let token = claim.token.ok_or_else(signed_out)?;
        parts.extensions.insert(NotLookedUp);
        Ok(Self { app: app.clone(), claim, token, unit: None })
    }
}

/// A [`Reader`] was taken out of the request: whose session it is will be asked in its read.
#[derive(Clone, Copy)]
struct NotLookedUp;

/// A request that cannot be read is refused for that only once it is known whose it is: without a live session it is 401, and
/// nothing of what it asked is spoken of.
pub(super) async fn first_signed_in(parts: &mut Parts, app: &App) -> Result<()> {
    if parts.extensions.get::<NotLookedUp>().is_some() {
        Found::of(parts, app).await?.who.ok_or_else(signed_out)?;
    }
    Ok(())
}

pub(crate) fn signed_out() -> Error {
    SIGNED_OUT.error("Bạn chưa đăng nhập, hoặc phiên đã hết hạn. Hãy đăng nhập lại.")
}

impl FromRequestParts<App> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let found = Found::of(parts, app).await?;
        if found.who.is_none() {
            return Err(signed_out().into());
        }
        Ok(Self(found.ctx))
    }
}

impl FromRequestParts<App> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self(Found::of(parts, app).await?.who.ok_or_else(signed_out)?))
    }
}

impl FromRequestParts<App> for Anyone {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self(Found::of(parts, app).await?.ctx))
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let device = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
        Ok(Self {
            address: address(app, parts),
            device: device.chars().take(200).collect(),
            mark: Cookie::Device.read(app.settings(), &parts.headers).map(str::to_owned),
        })
    }
}
