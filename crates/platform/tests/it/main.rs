//! Jobs, files, settings, mail and backup on both databases.

mod backup;
mod files;
mod jobs;
mod keys;
mod mail;
mod settings;
mod statements;

/// Every type of column, and a second table that must always agree with it.
static SAMPLE: db::Schema = db::Schema {
    migrations: &[db::Migration {
        ordinal: 9_001,
        name: "sample",
        sql: "CREATE TABLE sample (id {uuid} NOT NULL PRIMARY KEY, n {int}, x {real} NOT NULL, body {bytes} NOT NULL, at {instant} NOT NULL,
                day {date}, about {json} NOT NULL, flag {bool} NOT NULL, text {text} NOT NULL) {strict};
              CREATE TABLE sample_part (sample {uuid} NOT NULL REFERENCES sample (id), part {uuid} NOT NULL, n {int} NOT NULL,
                PRIMARY KEY (sample, part)) {strict_by_key};",
        rebuild: false,
    }],
    statements: &[],
    constraints: &[],
};

static INSERT_SAMPLE: db::Sql = db::Sql::new(
    "INSERT_SAMPLE",
    "INSERT INTO sample (id, n, x, body, at, day, about, flag, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
);
static INSERT_PART: db::Sql =
    db::Sql::new("INSERT_PART", "INSERT INTO sample_part (sample, part, n) VALUES (?1, ?2, ?3)");

fn schemas() -> Vec<&'static db::Schema> {
    vec![&db::SCHEMA, &auth::SCHEMA, &platform::SCHEMA, &SAMPLE]
}
