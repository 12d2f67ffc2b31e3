//! The room of marks: which columns a gradebook has, who writes what into it, and how marks become averages, levels, titles
//! and promotion. The rules are pure functions over a pack of `rules`.

pub mod grade_file;
pub mod gradebook;

use base::Result;
use db::Tx;
use http::{App, Module, OpenApiRouter, routes};

/// The room.
#[must_use]
pub fn module() -> Module {
    Module { name: "grading", schema: &SCHEMA, routes: paths, screens, jobs: Default::default, settings: &[] }
}

fn paths() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(gradebook::list::route))
        .routes(routes!(gradebook::show::route))
        .routes(routes!(gradebook::enter::route))
        .routes(routes!(gradebook::hand_in::submit_route))
        .routes(routes!(gradebook::hand_in::lock_route))
        .routes(routes!(gradebook::hand_in::reopen_route))
}

/// Gradebooks are reached from a class.
fn screens(_: &mut Tx<'_>) -> Result<Vec<&'static str>> {
    Ok(Vec::new())
}

/// The room's tables.
pub static SCHEMA: db::Schema = db::Schema {
    migrations: &[db::Migration {
        ordinal: 400,
        name: "gradebook",
        sql: include_str!("../migrations/0400_gradebook.sql"),
        rebuild: false,
    }],
    statements: &[gradebook::store::STATEMENTS],
    constraints: &[],
};
