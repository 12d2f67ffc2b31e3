//! The client inside the program: files by their path, every other path its one page.

use std::borrow::Cow;
use std::fmt::Write as _;

use axum::body::Body;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::layers::no_such_path;

#[derive(RustEmbed)]
#[folder = "../../web/build"]
#[allow_missing = true]
struct Files;

const PAGE: &str = "index.html";

/// The worker that keeps the client on the device. What it may fetch, its own answer's policy says.
const WORKER: &str = "service-worker.js";
const WORKER_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'";

/// Shown when the client was not built: the API works without it.
const NOT_BUILT: &str = "<!doctype html><html lang=\"vi\"><meta charset=\"utf-8\"><title>Khuê</title>\
<h1>Khuê đang chạy, nhưng giao diện chưa được dựng</h1>\
<p>Hãy chạy <code>make run</code>, hoặc <code>scripts/client.sh build</code> rồi tải lại trang. \
API vẫn trả lời ở <a href=\"/api/v1/about\">/api/v1/about</a>.</p></html>";

/// What a browser accepts, best first.
fn accepted(headers: &HeaderMap) -> impl Iterator<Item = (&'static str, &'static str)> {
    let text = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let accepts = |name: &str| {
        text.split(',').any(|part| {
            let mut words = part.split(';').map(str::trim);
            let named = words.next().is_some_and(|word| word.eq_ignore_ascii_case(name));
            named && !words.any(|word| matches!(word, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
    };
    let (br, gzip) = (accepts("br"), accepts("gzip"));
    [("br", ".br"), ("gzip", ".gz")].into_iter().filter(move |(name, _)| if *name == "br" { br } else { gzip })
}

/// The digests of a page's inline scripts, as its Content-Security-Policy names them.
fn script_digests(page: &str) -> String {
    let mut digests = String::new();
    let mut rest = page;
    while let Some(at) = rest.find("<script") {
        let Some(open) = rest[at..].find('>') else { break };
        let (tag, after) = (&rest[at..at + open], &rest[at + open + 1..]);
        let Some(close) = after.find("</script>") else { break };
        if !tag.contains(" src=") {
            let digest = db::keys::sha256(&[&after.as_bytes()[..close]]);
            let _written = write!(digests, " 'sha256-{}'", STANDARD.encode(digest));
        }
        rest = &after[close..];
    }
    digests
}

/// The policy of the page: everything from this server, scripts by file or by digest. Style attributes are let through
/// (measurements that the grids and menus set); style elements are not.
fn page_policy(page: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'{}; style-src 'self'; style-src-attr 'unsafe-inline'; font-src 'self'; \
         img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; \
         base-uri 'none'; form-action 'self'",
        script_digests(page)
    )
}

/// Answers any path that is not the API's.
pub(crate) async fn answer(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if uri.path().starts_with("/api/") || uri.path() == "/api" {
        return no_such_path();
    }
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let is_compressed_twin = path.ends_with(".br") || path.ends_with(".gz");
    if !path.is_empty()
        && path != PAGE
        && !is_compressed_twin
        && let Some(file) = Files::get(path)
    {
        return serve(path, file, &headers, (path == WORKER).then(|| WORKER_POLICY.to_owned()));
    }
    // A part of an older client, or a mistyped file: the page would only confuse whoever asked for a script.
    if path.starts_with("_app/") {
        return (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "Không có tệp này.")
            .into_response();
    }
    match Files::get(PAGE) {
        Some(page) => {
            let policy = page_policy(&String::from_utf8_lossy(&page.data));
            serve(PAGE, page, &headers, Some(policy))
        }
        None => (
            StatusCode::OK,
            [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")],
            NOT_BUILT,
        )
            .into_response(),
    }
}

fn serve(path: &str, plain: EmbeddedFile, asked: &HeaderMap, policy: Option<String>) -> Response {
    let hashed = path.starts_with("_app/immutable/");
    let etag = format!("\"{}\"", &db::keys::hex(&plain.metadata.sha256_hash())[..32]);
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let kind = match (kind.type_(), kind.subtype()) {
        (mime_guess::mime::TEXT, _) | (_, mime_guess::mime::JAVASCRIPT) => {
            format!("{}; charset=utf-8", kind.essence_str())
        }
        _ => kind.to_string(),
    };
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    let mut set = |name: header::HeaderName, value: String| {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, kind);
    set(header::VARY, "accept-encoding".to_owned());
    set(header::CACHE_CONTROL, if hashed { "public, max-age=31536000, immutable" } else { "no-cache" }.to_owned());
    if !hashed {
        set(header::ETAG, etag.clone());
    }
    if let Some(policy) = policy {
        set(header::CONTENT_SECURITY_POLICY, policy);
    }
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if !hashed && known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == etag)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    let mut body: Cow<'static, [u8]> = plain.data;
    for (name, ending) in accepted(asked) {
        if let Some(file) = Files::get(&format!("{path}{ending}")) {
            body = file.data;
            set(header::CONTENT_ENCODING, name.to_owned());
            break;
        }
    }
    *response.body_mut() = match body {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_are_named_by_their_digest_and_files_are_not() {
        // The digest of "alert(1)" by `openssl dgst -sha256 -binary | base64`.
        let page = "<script src=\"/a.js\"></script><p><script type=\"module\">alert(1)</script><script>";
        assert_eq!(script_digests(page), " 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='");
    }

    #[test]
    fn encodings_are_taken_as_they_are_offered() {
        let names = |text: &'static str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(text))]);
            accepted(&headers).map(|(name, _)| name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names("gzip, deflate, br"), "br gzip");
        assert_eq!(names("gzip;q=0.5, br;q=0"), "gzip");
        assert_eq!(names("identity"), "");
        assert_eq!(names("brotli"), "");
    }
}
