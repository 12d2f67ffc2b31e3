//! Who calls: the session behind the cookie, and the context made of it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use auth::session::{self, TokenDigest};
use auth::{SIGNED_OUT, SignedIn};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use base::{Code, Ctx, Error, Kind, Result, Uuid};

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

impl Found {
    async fn of(parts: &mut Parts, app: &App) -> Result<Self> {
        if let Some(found) = parts.extensions.get::<Self>() {
            return Ok(found.clone());
        }
        let request = request_id(parts);
        app.ensure_day(&request).await?;
        let (now, seed) = (app.now(), auth::ctx::seed()?);
        let anonymous = auth::ctx::anonymous(Arc::clone(&request), now, seed);
        let token = Cookie::Session.read(app.settings(), &parts.headers).map(TokenDigest::of);
        let who = match token {
            None => None,
            Some(token) => {
                app.db()
                    .read(&anonymous, move |tx| {
                        tx.public("finds whose session this is");
                        session::find(tx, &token)
                    })
                    .await?
            }
        };
        if let (Some(who), Some(said)) = (&who, parts.headers.get(ACCOUNT))
            && said.to_str().ok().and_then(|text| text.parse::<Uuid>().ok()) != Some(who.account.0)
        {
            return Err(OTHER_ACCOUNT.error(
                "Việc này do một tài khoản khác làm trên máy này, nên không được ghi dưới tên tài khoản đang đăng nhập. Hãy đăng nhập lại bằng tài khoản đã làm.",
            ));
        }
        let ctx = match &who {
            None => anonymous,
            Some(who) => {
                let ctx = auth::ctx::signed_in(who, Arc::clone(&request), now, seed);
                if who.seen_is_due(now) {
                    let (session, account) = (who.session, who.account);
                    let address = address(app, parts).to_string();
                    // An act of its own, so that the ids the command draws do not depend on it. A request does not
                    // fail because this could not be noted: reads go on when the disk is full.
                    let noting = app.system("session seen", &request)?;
                    let noted = app.db().write(&noting, move |tx| {
                        session::seen(tx, session, &address)?;
                        // A policy that was changed meanwhile holds from now on.
                        platform::second_factor::renew(tx, account)
                    });
                    if let Err(error) = noted.await {
                        tracing::warn!(%request, ?error, "could not note that a session was used");
                    }
                }
                ctx
            }
        };
        let found = Self { who, ctx };
        parts.extensions.insert(found.clone());
        Ok(found)
    }
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
