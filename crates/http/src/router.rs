//! The whole: routes of all rooms under `/api/v1` with their description, what stands outside, the layers.

use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use base::{Error, Result};
use db::Schema;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Response, Server};
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::{ProblemBody, ProblemField};
use crate::{App, Module, about, client, layers, live, no_screens, tidy};

/// Where the API begins.
pub const ROOT: &str = "/api/v1";

/// The room of http itself: what the server is, and live events.
#[must_use]
pub fn module() -> Module {
    Module {
        name: "http",
        schema: &crate::SCHEMA,
        routes: own_routes,
        screens: no_screens,
        jobs: tidy::handlers,
        settings: platform::mail::SETTINGS,
    }
}

fn own_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(about::about)).routes(routes!(live::head)).routes(routes!(live::events))
}

/// The schemas of the rooms, after the door's and the rights' own.
#[must_use]
pub fn schemas(modules: &[Module]) -> Vec<&'static Schema> {
    [&db::SCHEMA, &auth::SCHEMA].into_iter().chain(modules.iter().map(|module| module.schema)).collect()
}

fn described(modules: &[Module]) -> OpenApiRouter<App> {
    let mut api = OpenApiRouter::new();
    for module in modules {
        api = api.merge((module.routes)());
    }
    OpenApiRouter::with_openapi(OpenApiBuilder::new().build()).nest(ROOT, api)
}

/// The description of the rooms' routes: OpenAPI 3.1.
#[must_use]
pub fn openapi(modules: &[Module]) -> OpenApi {
    let mut api = described(modules).into_openapi();
    finish(&mut api);
    api
}

/// The description as the file in the repository holds it.
pub fn openapi_text(modules: &[Module]) -> Result<String> {
    let mut text = serde_json::to_string_pretty(&openapi(modules)).map_err(Error::internal)?;
    text.push('\n');
    Ok(text)
}

/// Says once for all operations what is the same for all: refusals, the session.
fn finish(api: &mut OpenApi) {
    api.info = InfoBuilder::new()
        .title("Khuê")
        .version("1")
        .description(Some(
            "The API of Khuê, an open platform for education in Viet Nam. Refusals are problem documents whose `code` is \
             stable and whose `detail` is a Vietnamese sentence. Lists are paged by an opaque cursor; edits send `If-Match`; \
             creating requests may send `Idempotency-Key`.",
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    api.servers = Some(vec![Server::new("/")]);
    let components = api.components.get_or_insert_default();
    for (name, schema) in [(ProblemBody::name(), ProblemBody::schema()), (ProblemField::name(), ProblemField::schema())]
    {
        components.schemas.insert(name.into_owned(), schema);
    }
    components.security_schemes.insert(
        "session".to_owned(),
        RefOr::T(SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("__Host-khue")))),
    );
    let refusal = Response::builder()
        .description("A refusal")
        .content("application/problem+json", Content::new(Some(Ref::from_schema_name("Problem"))))
        .build();
    for item in api.paths.paths.values_mut() {
        let operations: [&mut Option<Operation>; 5] =
            [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            operation.responses.responses.insert("default".to_owned(), RefOr::T(refusal.clone()));
            if operation.security.is_none() {
                operation.security = Some(vec![SecurityRequirement::new("session", Vec::<String>::new())]);
            }
        }
    }
}

/// Everything this server answers.
pub fn router(app: App) -> Result<axum::Router> {
    let description = bytes::Bytes::from(openapi_text(app.modules())?);
    let (api, _) = described(app.modules()).split_for_parts();
    Ok(api
        .route(
            "/api/v1/openapi.json",
            get(move || async move { ([(header::CONTENT_TYPE, "application/json")], description) }),
        )
        .route("/healthz", get(about::healthz))
        .route("/readyz", get(about::readyz))
        .route("/metrics", get(about::metrics))
        .fallback(client::answer)
        .layer(DefaultBodyLimit::max(layers::BODY_LIMIT))
        .layer(from_fn(layers::digest))
        .layer(from_fn_with_state(app.clone(), layers::guard))
        .layer(from_fn_with_state(app.clone(), layers::outer))
        .layer(CompressionLayer::new())
        .with_state(app))
}
