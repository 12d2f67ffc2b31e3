//! Refusals as `application/problem+json`.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base::{Error, Kind};
use serde::Serialize;

/// What a route answers.
pub type Answer<T> = Result<T, Problem>;

/// A refusal on its way out: `?` makes one of every [`base::Error`]. The document itself is written where the request's
/// id is known ([`crate::layers`]), and there the cause of our own faults is logged, once.
#[derive(Debug)]
pub struct Problem(pub Error);

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// The refusal inside a response that has not been written yet.
#[derive(Clone)]
pub(crate) struct Refusal(pub Arc<Error>);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = status(self.0.kind()).into_response();
        response.extensions_mut().insert(Refusal(Arc::new(self.0)));
        response
    }
}

/// The status of a kind of refusal.
#[must_use]
pub fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::SignedOut => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Stale => StatusCode::PRECONDITION_FAILED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Refused => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::NoVersion => StatusCode::PRECONDITION_REQUIRED,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The document of a refusal.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Where this sort of refusal is described.
    #[serde(rename = "type")]
    #[schema(example = "/errors/unit.not_found")]
    pub kind: String,
    /// The status, as in the answer's first line.
    #[schema(example = 404)]
    pub status: u16,
    /// What programs compare; stable.
    #[schema(example = "unit.not_found")]
    pub code: String,
    /// A short Vietnamese title.
    #[schema(example = "Không tìm thấy đơn vị")]
    pub title: String,
    /// What happened, to which record, and what to do, in Vietnamese.
    #[schema(example = "Không tìm thấy đơn vị này, hoặc đơn vị ngoài phạm vi của bạn. Hãy tìm lại theo tên.")]
    pub detail: String,
    /// The fields refused, each named. Only on refusals of fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<ProblemField>,
    /// The request, as the log knows it.
    #[schema(example = "01991f7e-2a40-7c3e-9b1d-5f0c7a1e4d21")]
    pub request_id: String,
}

/// A refused field.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemField {
    /// Its path in the request: `name`, `parts.0.unit`.
    #[schema(example = "name")]
    pub field: String,
    /// What programs compare; stable.
    #[schema(example = "field.required")]
    pub code: String,
    /// What is wrong and what to do, in Vietnamese.
    #[schema(example = "Hãy nhập tên đơn vị.")]
    pub detail: String,
}

impl ProblemBody {
    /// The document of an error.
    #[must_use]
    pub fn of(error: &Error, request_id: &str) -> Self {
        Self {
            kind: format!("/errors/{}", error.code()),
            status: status(error.kind()).as_u16(),
            code: error.code().to_owned(),
            title: error.title().to_owned(),
            detail: error.detail().to_owned(),
            fields: error
                .refused_fields()
                .iter()
                .map(|field| ProblemField {
                    field: field.field.clone(),
                    code: field.code.to_owned(),
                    detail: field.detail.clone(),
                })
                .collect(),
            request_id: request_id.to_owned(),
        }
    }
}
