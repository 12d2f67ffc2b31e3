//! What every room's routes stand on: the room itself ([`Module`]), the state ([`App`]), extractors and answers, problem
//! documents, idempotency, live events, the embedded client and the server.
//!
//! ```ignore
//! async fn rename(
//!     State(app): State<App>, Signed(ctx): Signed, Path(unit): Path<Uuid>, IfMatch(known): IfMatch, Json(body): Json<Rename>,
//! ) -> Answer<Tagged<UnitRow>> {
//!     let row = app.db().write(&ctx, move |tx| command(tx, unit, known, &body)).await?;
//!     Ok(Tagged::new(row.version, row))
//! }
//! ```

mod about;
mod answer;
mod app;
pub mod ask;
mod client;
mod connection;
pub mod cookie;
mod download;
mod extract;
pub mod idempotency;
mod layers;
mod limits;
mod live;
mod module;
pub mod plain;
mod problem;
mod router;
pub mod server;
mod tidy;
pub mod tls;

pub use about::collect_metrics;
pub use answer::{Created, List, Tagged};
pub use app::{App, DemoAccount, Settings};
pub use connection::{Feature, Site, Unavailable, Why};
pub use download::Download;
pub use extract::{Anyone, Caller, IdempotencyKey, IfMatch, Json, Path, Query, Reader, Signed, Who};
pub use module::{Module, no_jobs, no_screens};
pub use problem::{Answer, Problem, ProblemBody};
pub use router::{ROOT, module, openapi, openapi_text, router, schemas};

// What routes need of the crates below, so that a room names one crate for its routes.
pub use axum::extract::State;
pub use utoipa_axum::router::OpenApiRouter;
pub use utoipa_axum::routes;

/// The room's table.
pub static SCHEMA: db::Schema = db::Schema {
    migrations: &[db::Migration {
        ordinal: 200,
        name: "idempotency",
        sql: include_str!("../migrations/0200_idempotency.sql"),
        rebuild: false,
    }],
    statements: &[idempotency::STATEMENTS, live::STATEMENTS],
    constraints: &[],
};
