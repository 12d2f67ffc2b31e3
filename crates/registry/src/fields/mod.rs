//! What the sector's specification asks of a school, a class, a pupil (an enrolment) and a member of staff (an
//! employment), spoken of by key: `ethnic_group`, `fee_exempt`.
//!
//! Pages, exports and imports all say "key and value" and nothing about where a value is kept. Some keys stand in columns
//! that Khuê reasons with ([`typed`]); the rest in one document per record, field group and stretch of days ([`write`]).
//! What recurs (awards, trainings, rooms) are parts ([`parts`]). See `docs/SECTOR-DATA.md`.

pub mod computed;
pub mod coverage;
mod documents;
pub mod part_routes;
pub mod parts;
pub mod read;
pub mod record;
pub mod rights;
pub mod routes;
pub mod scene;
pub mod sheet;
pub mod spec;
pub mod store;
pub mod typed;
pub mod write;

use std::collections::BTreeMap;

use base::{Code, Kind};

pub use documents::encrypted;

/// Values by key, as the store has them (`rules::sector::Value::stored`).
pub type Values = BTreeMap<&'static str, String>;
/// What is to be set, by key: a text as somebody wrote it, or nothing to take the value away.
pub type Asked = BTreeMap<String, Option<String>>;

/// What follows a key in a document where the value was not made here: a derived field that was imported.
pub const REPORTED: &str = ".reported";

/// The pupil, member of staff or class is not of this school, or out of scope.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "record.not_found", "Không tìm thấy hồ sơ");
/// There is no such field group.
pub const NO_GROUP: Code = Code::new(Kind::NotFound, "fields.no_group", "Không có nhóm thông tin này");
/// The part is not there.
pub const NO_PART: Code = Code::new(Kind::NotFound, "fields.no_part", "Không tìm thấy dòng này");

/// Who says a value, which decides what may be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A person, on the record's page: what is computed, and what an operation of its own changes, is refused.
    Person,
    /// A workbook: a computed field is kept as what others reported, and a class is changed by saying another one.
    Import,
}
