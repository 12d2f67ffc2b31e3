//! What a request says: body, query, path.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use base::{Code, Error, Kind};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::identity::first_signed_in;
use crate::{App, Problem};

/// Not JSON.
pub const MALFORMED: Code = Code::new(Kind::Malformed, "request.malformed", "Không đọc được yêu cầu");
/// A field that the operation does not know: a misspelt one must not be lost silently.
pub const UNKNOWN_FIELD: Code =
    Code::new(Kind::Malformed, "request.unknown_field", "Trường không có trong thao tác này");
/// A field of another type than expected.
pub const WRONG_TYPE: Code = Code::new(Kind::Malformed, "request.wrong_type", "Trường sai kiểu");
/// A body larger than allowed.
pub const TOO_LARGE: Code = Code::new(Kind::TooLarge, "request.too_large", "Yêu cầu quá lớn");
/// A path whose ids cannot be ids.
pub const NO_SUCH_PATH: Code = Code::new(Kind::NotFound, "request.not_found", "Không có địa chỉ này");

/// A path that does not take this method (405).
pub const METHOD: Code = Code::new(Kind::Malformed, "request.method", "Địa chỉ này không nhận thao tác đó");

/// A JSON body. The type denies unknown fields (`#[serde(deny_unknown_fields)]`). As an answer: JSON.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

/// A query string, keys repeatable. The type denies unknown fields.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

/// The variable parts of the path. What cannot be an id does not exist: 404.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The name between backticks, as serde's messages have it.
fn quoted(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once('`')?;
    rest.split_once('`').map(|(name, _)| name)
}

/// Turns what serde says about a value into our refusal. `path` is the field's, as far as it is known.
fn refused_value(message: &str, path: &str) -> Error {
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let path_of =
        |name: &str| if path == name || path.ends_with(&format!(".{name}")) { path.to_owned() } else { inside(name) };
    if message.contains("unknown field") {
        let field = path_of(quoted(message).unwrap_or("?"));
        return UNKNOWN_FIELD.error(format!(
            "Thao tác này không có trường {field}; chưa có gì bị thay đổi. Hãy kiểm tra tên trường rồi gửi lại."
        ));
    }
    if message.contains("missing field") {
        let field = path_of(quoted(message).unwrap_or("?"));
        let detail = format!("Thiếu trường {field}. Hãy bổ sung rồi gửi lại.");
        return Error::field(field, "field.required", detail);
    }
    if message.contains("duplicate field") {
        let field = path_of(quoted(message).unwrap_or("?"));
        return MALFORMED.error(format!("Trường {field} xuất hiện hai lần. Hãy giữ lại một rồi gửi lại."));
    }
    let place = if path.is_empty() { "Nội dung".to_owned() } else { format!("Trường {path}") };
    WRONG_TYPE.error(format!("{place} sai kiểu hoặc sai dạng. Hãy xem mô tả API rồi gửi lại."))
}

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let is_json = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or("").trim();
            kind.eq_ignore_ascii_case("application/json")
        });
        if !is_json {
            return Err(MALFORMED.error("Nội dung yêu cầu phải là JSON (Content-Type: application/json).").into());
        }
        let bytes = bytes::Bytes::from_request(request, app).await.map_err(|rejection| {
            if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
                too_large()
            } else {
                MALFORMED.error("Yêu cầu bị ngắt giữa chừng; chưa có gì bị thay đổi. Hãy gửi lại.")
            }
        })?;
        parse(&bytes).map(Self).map_err(Problem)
    }
}

/// The refusal of a large body.
pub(crate) fn too_large() -> Error {
    TOO_LARGE.error("Yêu cầu lớn hơn mức cho phép; chưa có gì bị thay đổi. Hãy chia nhỏ rồi gửi lại.")
}

/// Reads JSON, with our refusals.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> base::Result<T> {
    let not_json =
        |at: String| MALFORMED.error(format!("Nội dung không phải JSON đúng dạng{at}. Hãy sửa rồi gửi lại."));
    // No database column holds it and nobody types it.
    if bytes.windows(6).any(|six| six == b"\\u0000") {
        return Err(not_json(" (có ký tự rỗng \\u0000)".to_owned()));
    }
    // A list is read into a type field by field, in their order: whoever sends one has not named what they mean.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(refused_value("", ""));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = match error.path().to_string() {
            dot if dot == "." => String::new(),
            path => path.replace('[', ".").replace(']', ""),
        };
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data => refused_value(&inner.to_string(), &path),
            _ => not_json(format!(" (dòng {}, cột {})", inner.line(), inner.column())),
        }
    })?;
    reader.end().map_err(|error| not_json(format!(" (dòng {}, cột {})", error.line(), error.column())))?;
    Ok(value)
}

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            first_signed_in(parts, app).await?;
            return Err(MALFORMED.error("Tham số có ký tự rỗng. Hãy bỏ ký tự đó rồi gửi lại.").into());
        }
        let refused = match axum_extra::extract::Query::<T>::from_request_parts(parts, app).await {
            Ok(query) => return Ok(Self(query.0)),
            Err(rejection) => refused_query(&rejection),
        };
        first_signed_in(parts, app).await?;
        Err(refused.into())
    }
}

fn refused_query(rejection: &impl std::fmt::Display) -> Error {
    let text = rejection.to_string();
    // "Failed to deserialize query string: limit: invalid digit found in string"
    let said = text.split_once(": ").map_or("", |(_, said)| said);
    let (path, message) = match said.split_once(": ") {
        Some((path, message)) if !path.contains(' ') => (path, message),
        _ => ("", said),
    };
    refused_value(message, path)
}

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if let Ok(path) = axum::extract::Path::<T>::from_request_parts(parts, app).await {
            return Ok(Self(path.0));
        }
        first_signed_in(parts, app).await?;
        Err(NO_SUCH_PATH.error("Không có gì ở địa chỉ này. Hãy kiểm tra lại đường dẫn.").into())
    }
}
