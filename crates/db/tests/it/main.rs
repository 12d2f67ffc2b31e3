//! The door on both databases.

mod door;
mod faults;
mod list;
mod reads;
mod statements;
mod tls;
mod verify;

use db::{Migration, Schema};

/// A small table for these tests.
static NOTES: Schema = Schema {
    migrations: &[Migration {
        ordinal: 9_000,
        name: "notes",
        sql: "CREATE TABLE note (id {uuid} NOT NULL PRIMARY KEY, version {int} NOT NULL DEFAULT 1, owner {text} NOT NULL, title {text} NOT NULL,
                count {int}, day {date}, flag {bool}, body {bytes}, UNIQUE (owner, title)) {strict};
              CREATE TABLE note_line (note {uuid} NOT NULL REFERENCES note (id), n {int} NOT NULL, PRIMARY KEY (note, n)) {strict_by_key};",
        rebuild: false,
    }],
    statements: &[],
    constraints: &[db::Constraint {
        table: "note",
        columns: &["owner", "title"],
        code: &TITLE_TAKEN,
        sentence: "Người này đã có ghi chú cùng tên.",
    }],
};

static TITLE_TAKEN: base::Code = base::Code::new(base::Kind::Conflict, "note.title_taken", "Trùng tên");

fn schemas() -> Vec<&'static Schema> {
    vec![&db::SCHEMA, &NOTES]
}
