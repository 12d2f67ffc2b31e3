//! What every request passes, from outside to inside: its id, the measure of its time, the writing of refusals, security
//! headers; then whether it may be answered at all (limits, other sites); then the digest for idempotency.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use auth::session::TokenDigest;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base::{Code, Error, Kind, Result};
use futures_util::FutureExt as _;

use crate::cookie::Cookie;
use crate::extract::{IDEMPOTENCY_KEY, METHOD, NO_SUCH_PATH, RequestDigest, RequestId, address, too_large};
use crate::problem::{ProblemBody, Refusal};
use crate::{App, Problem};

/// A request comes from another site.
pub const OTHER_SITE: Code = Code::new(Kind::Forbidden, "request.other_site", "Yêu cầu đến từ trang khác");
/// The answer took too long.
pub const TIMEOUT: Code = Code::new(Kind::Unavailable, "request.timeout", "Hệ thống trả lời quá lâu");

/// The largest body, unless a route says otherwise: 1 MiB.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// An answer begins within 30 seconds or not at all.
const TIME_LIMIT: Duration = Duration::from_secs(30);

static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Where the journal stood before the answer was read: whoever follows `/events` from there misses nothing.
static KHUE_POSITION: HeaderName = HeaderName::from_static("khue-position");

/// The outermost layer.
pub(crate) async fn outer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = tokio::time::Instant::now();
    let id = request_id(&app);
    request.extensions_mut().insert(RequestId(Arc::clone(&id)));
    let method = request.method().clone();
    // The template, never the path: a path holds ids, a query string names.
    let route: Arc<str> =
        request.extensions().get::<MatchedPath>().map_or_else(|| Arc::from("-"), |path| Arc::from(path.as_str()));
    let is_api = request.uri().path().starts_with("/api/");
    // Taken before anything is read. What is committed and not yet numbered comes later, and is then told once more.
    let position = (is_api && Cookie::Session.read(app.settings(), request.headers()).is_some())
        .then(|| app.db().head())
        .filter(|position| *position != db::Position::default());

    let answered = tokio::time::timeout(TIME_LIMIT, AssertUnwindSafe(next.run(request)).catch_unwind()).await;
    let mut response = match answered {
        Ok(Ok(response)) => response,
        // The hook has told the log where it was.
        Ok(Err(_panic)) => Problem(Error::internal("a route panicked")).into_response(),
        Err(_elapsed) => Problem(
            TIMEOUT.error("Hệ thống chưa trả lời được trong 30 giây. Hãy xem việc đã được ghi chưa rồi thử lại."),
        )
        .into_response(),
    };
    response = write_refusal(response, &id, &method, is_api);
    let status = response.status();
    let headers = response.headers_mut();
    secure_headers(&app, headers, is_api);
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(X_REQUEST_ID.clone(), value);
    }
    if let Some(value) = position.filter(|_| status.is_success()).and_then(|at| at.to_string().try_into().ok()) {
        headers.insert(KHUE_POSITION.clone(), value);
    }

    let elapsed = started.elapsed();
    let labels = [("method", method_label(&method)), ("route", route.to_string().into())];
    metrics::histogram!("http_request_seconds", &labels).record(elapsed.as_secs_f64());
    metrics::counter!("http_requests_total", "method" => method_label(&method), "route" => route.to_string(), "status" => status.as_u16().to_string())
        .increment(1);
    let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    if is_api {
        tracing::info!(request = %id, method = %method_label(&method), %route, status = status.as_u16(), micros, "answered");
    } else {
        tracing::debug!(request = %id, method = %method_label(&method), %route, status = status.as_u16(), micros, "answered");
    }
    response
}

/// The few methods there are: a made-up one must not become a label or a word in the log.
fn method_label(method: &Method) -> std::borrow::Cow<'static, str> {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
    .into()
}

/// A UUIDv7 of the moment. Ours always: an id chosen by the caller could be made to collide in the log.
fn request_id(app: &App) -> Arc<str> {
    // Without randomness the machine is broken and the next draw says so; an id is still wanted for the log.
    let random = db::keys::random::<10>().unwrap_or_default();
    Arc::from(base::id::uuid_v7(app.now().unix_ms(), random).to_string())
}

/// Writes the document of a refusal, ours or the framework's.
fn write_refusal(response: Response, id: &str, method: &Method, is_api: bool) -> Response {
    let (mut parts, body) = response.into_parts();
    let refusal = match parts.extensions.remove::<Refusal>() {
        Some(Refusal(error)) => error,
        None if !is_api => return Response::from_parts(parts, body),
        None => match parts.status {
            StatusCode::METHOD_NOT_ALLOWED => {
                Arc::new(METHOD.error(format!("Địa chỉ này không nhận {}. Hãy xem mô tả API.", method_label(method))))
            }
            StatusCode::PAYLOAD_TOO_LARGE => Arc::new(too_large()),
            _ => return Response::from_parts(parts, body),
        },
    };
    if refusal.kind() == Kind::Internal {
        tracing::error!(request = %id, error = ?refusal, "a request failed");
    } else if let Some(cause) = std::error::Error::source(refusal.as_ref()) {
        tracing::warn!(request = %id, code = refusal.code(), %cause, "a request was refused");
    }
    let mut document = ProblemBody::of(&refusal, id);
    let status = if parts.status == StatusCode::METHOD_NOT_ALLOWED {
        parts.status
    } else {
        crate::problem::status(refusal.kind())
    };
    document.status = status.as_u16();
    let text = serde_json::to_vec(&document).unwrap_or_default();
    parts.status = status;
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(seconds) = refusal.retry_seconds() {
        parts.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Response::from_parts(parts, Body::from(text))
}

fn secure_headers(app: &App, headers: &mut HeaderMap, is_api: bool) {
    let mut default = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::X_FRAME_OPTIONS, "DENY");
    default(header::REFERRER_POLICY, "same-origin");
    default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    default(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    default(
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    );
    if is_api {
        default(header::CACHE_CONTROL, "no-store");
    }
    if app.settings().hsts {
        default(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

/// Whether this request may be answered at all.
pub(crate) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if parts.uri.path().starts_with("/api/") {
        if app.settings().limits {
            let session = Cookie::Session.read(app.settings(), &parts.headers).map(TokenDigest::of);
            let from: IpAddr = address(&app, &parts);
            if let Err(error) = app.limits().count(session, from, app.now()) {
                return Problem(error).into_response();
            }
        }
        let safe = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        if !safe && let Err(error) = same_site(&app, &parts.headers, parts.uri.authority().map(|a| a.as_str())) {
            return Problem(error).into_response();
        }
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Refuses what another site makes a browser send. A program sends neither header and carries no cookie by accident.
fn same_site(app: &App, headers: &HeaderMap, authority: Option<&str>) -> Result<()> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let same = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = authority.or_else(|| text("host")).unwrap_or("");
            let plain = (!app.settings().secure).then(|| origin.strip_prefix("http://")).flatten();
            let said = origin.strip_prefix("https://").or(plain);
            !host.is_empty() && said.is_some_and(|said| said.eq_ignore_ascii_case(host))
        }
        (None, None) => true,
    };
    if same {
        return Ok(());
    }
    Err(OTHER_SITE.error(
        "Yêu cầu này do một trang khác gửi đi nên bị từ chối; chưa có gì bị thay đổi. Hãy thao tác ngay trên trang của hệ thống.",
    ))
}

/// Digests a request that carries an idempotency key, so that the same key with another request is noticed.
pub(crate) async fn digest(request: Request, next: Next) -> Response {
    if !request.headers().contains_key(IDEMPOTENCY_KEY) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    // A larger body has no business with a key: files are sent in parts of their own.
    let Ok(bytes) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return Problem(too_large()).into_response();
    };
    let digest = db::keys::sha256(&[
        b"khue request 1",
        parts.method.as_str().as_bytes(),
        b" ",
        parts.uri.path().as_bytes(),
        b"\n",
        &bytes,
    ]);
    parts.extensions.insert(RequestDigest(digest));
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

/// The answer where there is nothing.
pub(crate) fn no_such_path() -> Response {
    Problem(NO_SUCH_PATH.error("Không có gì ở địa chỉ này. Hãy kiểm tra lại đường dẫn.")).into_response()
}
