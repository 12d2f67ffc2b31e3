//! What the rooms stand on: jobs.

pub mod jobs;

/// The room's tables.
pub static SCHEMA: db::Schema = db::Schema {
    migrations: &[db::Migration {
        ordinal: 250,
        name: "jobs",
        sql: include_str!("../migrations/0250_jobs.sql"),
        rebuild: false,
    }],
    statements: &[jobs::store::STATEMENTS],
    constraints: &[],
};
