//! The plain listener of a server that speaks TLS: it answers an ACME server, shows the page on which a device learns to
//! trust the school's own authority, and sends everybody else to https.

mod trust;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::uri::Uri;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use crate::connection;
use crate::tls::Tls;

/// What the plain listener knows.
#[derive(Clone)]
struct Plain {
    tls: Tls,
    /// The port of https.
    port: u16,
    /// Browsers may remember the redirection.
    for_ever: bool,
}

/// Serves until it is dropped. `port` is that of https; `for_ever`: browsers may remember where they were sent.
pub async fn serve(listeners: Vec<TcpListener>, tls: Tls, port: u16, for_ever: bool) {
    let router = router(tls, port, for_ever);
    let mut all = tokio::task::JoinSet::new();
    for listener in listeners {
        all.spawn(crate::server::plain(listener, router.clone()));
    }
    all.join_all().await;
}

/// What the plain listener answers.
pub fn router(tls: Tls, port: u16, for_ever: bool) -> Router {
    Router::new()
        .route("/.well-known/acme-challenge/{token}", get(challenge))
        .route(trust::PAGE, get(trust::page))
        .route("/tin-cay/khue.crt", get(trust::certificate))
        .route("/tin-cay/khue.mobileconfig", get(trust::profile))
        .fallback(elsewhere)
        .with_state(Arc::new(Plain { tls, port, for_ever }))
}

async fn challenge(State(plain): State<Arc<Plain>>, Path(token): Path<String>) -> Response {
    let answer = match plain.tls.challenges() {
        Some(challenges) => challenges.authorization(&token).await,
        None => None,
    };
    match answer {
        Some(answer) => ([(header::CONTENT_TYPE, "application/octet-stream")], answer).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The address of the same thing over https: by the name that was asked for when the certificate is for it.
fn secure_address(plain: &Plain, uri: &Uri, headers: &HeaderMap, path: &str) -> Option<String> {
    let shown = plain.tls.shown()?;
    let asked = connection::authority(uri, headers).map(|authority| authority.host().to_ascii_lowercase());
    let is_ours = |host: &String| shown.answers_to(host.trim_matches(['[', ']']));
    // A certificate for all names below one names none of them.
    let first = shown.names.iter().find(|name| !name.starts_with('*')).cloned();
    let host = asked.filter(is_ours).or(first)?;
    let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host };
    Some(if plain.port == 443 {
        format!("https://{host}{path}")
    } else {
        format!("https://{host}:{}{path}", plain.port)
    })
}

async fn elsewhere(State(plain): State<Arc<Plain>>, request: Request) -> Response {
    let text = |status, text: &'static str| {
        (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], text)
            .into_response()
    };
    // What was sent in clear must not be sent again as if nothing had happened.
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return text(StatusCode::FORBIDDEN, "Hãy dùng địa chỉ https://. Chưa có gì được ghi nhận.\n");
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let Some(address) = secure_address(&plain, request.uri(), request.headers(), path) else {
        return text(
            StatusCode::SERVICE_UNAVAILABLE,
            "Máy chủ đang xin chứng thư cho kết nối an toàn. Hãy thử lại sau một phút.\n",
        );
    };
    let Ok(address) = HeaderValue::try_from(address) else { return StatusCode::BAD_REQUEST.into_response() };
    // The school's own authority may be given up one day; browsers that remember would be lost.
    let status = if plain.for_ever { StatusCode::PERMANENT_REDIRECT } else { StatusCode::TEMPORARY_REDIRECT };
    (status, [(header::LOCATION, address)]).into_response()
}
