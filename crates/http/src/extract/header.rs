//! Headers with a meaning of their own.

use axum::extract::FromRequestParts;
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;
use base::{Code, Error, Kind};

use crate::idempotency::Key;
use crate::{App, Problem};

/// An edit without the version it knew.
pub const NO_VERSION: Code = Code::new(Kind::NoVersion, "request.no_version", "Thiếu phiên bản của bản ghi");
/// A header that cannot be understood.
pub const BAD_HEADER: Code = Code::new(Kind::Malformed, "request.bad_header", "Tiêu đề yêu cầu không hợp lệ");

/// The header that makes a creating request safe to send twice.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// A key is at most so long.
const KEY_LENGTH: usize = 64;

/// The version the caller knew, from `If-Match: "7"`. Missing: 428.
#[derive(Clone, Copy, Debug)]
pub struct IfMatch(pub i64);

impl FromRequestParts<App> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(IF_MATCH) else {
            return Err(NO_VERSION
                .error("Việc sửa cần biết bạn đã xem phiên bản nào: hãy gửi If-Match với ETag của bản ghi.")
                .into());
        };
        let version = value.to_str().ok().and_then(|text| {
            let text = text.trim();
            // A proxy that compresses weakens the tag; the version is the same.
            let text = text.strip_prefix("W/").unwrap_or(text);
            text.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
        });
        match version {
            Some(version) => Ok(Self(version)),
            None => Err(BAD_HEADER
                .error("If-Match phải là ETag nhận được cùng bản ghi, ví dụ \"7\". Hãy tải lại bản ghi rồi sửa.")
                .into()),
        }
    }
}

/// The request's `Idempotency-Key` with the digest of the request; `None` when it has none.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(pub Option<Key>);

/// The digest of method, path and body, taken where the body passes.
#[derive(Clone, Copy)]
pub(crate) struct RequestDigest(pub [u8; 32]);

impl FromRequestParts<App> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(IDEMPOTENCY_KEY) else { return Ok(Self(None)) };
        let text = value.to_str().ok().filter(|text| {
            (1..=KEY_LENGTH).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
        });
        let Some(text) = text else {
            return Err(BAD_HEADER
                .error(format!("Idempotency-Key phải có từ 1 đến {KEY_LENGTH} ký tự ASCII. Hãy gửi lại với khoá khác."))
                .into());
        };
        let digest = parts
            .extensions
            .get::<RequestDigest>()
            .ok_or_else(|| Error::internal("the layer that digests requests is missing"))?;
        Ok(Self(Some(Key { text: text.to_owned(), digest: digest.0 })))
    }
}
