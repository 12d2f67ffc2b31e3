//! Asks a router without a socket: for tests of routes, and for programs that hold the server inside them.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE};
use axum::http::{HeaderMap, Request};
use base::{Error, Result};
use bytes::Bytes;
use tower::ServiceExt as _;

use crate::App;
use crate::cookie::Cookie;

/// Somebody who asks.
#[derive(Clone, Debug)]
pub struct Ask {
    app: App,
    router: axum::Router,
    cookie: Option<String>,
}

/// What was answered.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Reply {
    /// The body as JSON; `null` when it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The code of a refusal; empty when it is none.
    #[must_use]
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// A header's text; empty when it is missing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Ask {
    /// Somebody unknown.
    pub fn new(app: App) -> Result<Self> {
        Ok(Self { router: crate::router(app.clone())?, app, cookie: None })
    }

    /// Whoever holds this session token.
    #[must_use]
    pub fn with_session(&self, token: &str) -> Self {
        let cookie = format!("{}={token}", Cookie::Session.name(self.app.settings()));
        Self { cookie: Some(cookie), ..self.clone() }
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Result<Reply> {
        self.send("GET", path, &[], "").await
    }

    /// Any method with a JSON body.
    pub async fn json(&self, method: &str, path: &str, body: &serde_json::Value) -> Result<Reply> {
        self.send(method, path, &[(CONTENT_TYPE.as_str(), "application/json")], body.to_string()).await
    }

    /// Any request.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body> + Send,
    ) -> Result<Reply> {
        let (parts, body) = self.open(method, path, headers, body).await?.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.map_err(Error::internal)?;
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    /// Any request, its answer's body unread: for streams.
    pub async fn open(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body> + Send,
    ) -> Result<axum::response::Response> {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).map_err(Error::internal)?;
        let Ok(response) = self.router.clone().oneshot(request).await;
        Ok(response)
    }
}
