//! Answers that carry more than a body.

use axum::http::header::{ETAG, HeaderValue, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base::Page;
use serde::Serialize;

/// A record with its version as ETag.
#[derive(Clone, Debug)]
pub struct Tagged<T> {
    /// The record's version.
    pub version: i64,
    /// The record.
    pub body: T,
}

impl<T> Tagged<T> {
    /// A record and its version.
    pub fn new(version: i64, body: T) -> Self {
        Self { version, body }
    }
}

fn tag(headers: &mut HeaderMap, version: i64) {
    if let Ok(tag) = HeaderValue::try_from(format!("\"{version}\"")) {
        headers.insert(ETAG, tag);
    }
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.body).into_response();
        tag(response.headers_mut(), self.version);
        response
    }
}

/// A record just made (201), where it is, and its version.
#[derive(Clone, Debug)]
pub struct Created<T> {
    /// Its path below `/api/v1`: `/units/0198…`.
    pub location: String,
    /// Its version, when it has one.
    pub version: Option<i64>,
    /// The record.
    pub body: T,
}

impl<T> Created<T> {
    /// A record made at a path below `/api/v1`.
    pub fn new(location: impl Into<String>, body: T) -> Self {
        Self { location: location.into(), version: None, body }
    }

    /// With its version.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::CREATED, axum::Json(self.body)).into_response();
        if let Ok(location) = HeaderValue::try_from(format!("/api/v1{}", self.location)) {
            response.headers_mut().insert(LOCATION, location);
        }
        if let Some(version) = self.version {
            tag(response.headers_mut(), version);
        }
        response
    }
}

/// One page of a list, as the API describes it: [`Page`] with a schema.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct List<T> {
    /// The rows, in the order asked for.
    pub items: Vec<T>,
    /// The cursor of the next page; `null` on the last.
    #[schema(example = json!(null))]
    pub next: Option<String>,
    /// How many rows the whole list has, counted no further than is useful.
    #[schema(example = 3321)]
    pub total: u64,
    /// Whether there are more than `total`.
    #[schema(example = false)]
    pub total_is_more: bool,
}

impl<T, U: From<T>> From<Page<T>> for List<U> {
    fn from(page: Page<T>) -> Self {
        let Page { items, next, total, total_is_more } = page.map(U::from);
        Self { items, next, total, total_is_more }
    }
}
