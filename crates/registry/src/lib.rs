//! Units: what they are called, where they come from, what became of them. The bare unit, its edges and their closure
//! are `auth`'s; names, codes, events and lineage are here.

pub mod demo;
pub mod load;
pub mod units;

/// The room's tables.
pub static SCHEMA: db::Schema = db::Schema {
    migrations: &[db::Migration {
        ordinal: 300,
        name: "unit_names",
        sql: include_str!("../migrations/0300_units.sql"),
        rebuild: false,
    }],
    statements: &[units::store::STATEMENTS, load::STATEMENTS],
    constraints: &[db::Constraint {
        table: "unit_code",
        columns: &["code"],
        code: &units::CODE_TAKEN,
        sentence: "Mã này đang thuộc về một đơn vị khác. Hãy tìm đơn vị theo mã, hoặc sửa lại mã.",
    }],
};
