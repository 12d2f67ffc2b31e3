//! Bare units: the rows that rights stand on. `registry` makes them and keeps everything else about a unit.

use base::{Code, Date, Kind, Result, ToValue as _, UnitId};
use db::{BulkInto, Noun, Tx, params};

use crate::EdgeKind;
use crate::require::{UNIT_NOT_FOUND, UNIT_NOT_FOUND_SENTENCE};

/// The unit has ended.
pub const CLOSED: Code = Code::new(Kind::Conflict, "unit.closed", "Đơn vị đã ngừng hoạt động");

/// A unit as an aggregate: what [`Tx::lock`] takes.
pub static UNIT: Noun = Noun { table: "unit", missing: &UNIT_NOT_FOUND, missing_sentence: UNIT_NOT_FOUND_SENTENCE };

db::statements! {
    /// One bare unit.
    pub FIND = "SELECT id, kind, version, valid_from, valid_to FROM unit WHERE id = ?1";
    /// Ends a unit.
    pub END = "UPDATE unit SET valid_to = ?2 WHERE id = ?1";
}

db::row! {
    /// One bare unit.
    pub struct Bare {
        /// Which.
        pub id: UnitId,
        /// What sort.
        pub kind: String,
        /// Its version: of the unit as a whole, names and edges included.
        pub version: i64,
        /// The first day.
        pub valid_from: Date,
        /// The first day after it.
        pub valid_to: Option<Date>,
    }
}

/// A unit to be made.
#[derive(Clone, Debug)]
pub struct NewUnit {
    /// Its id, drawn by the caller with [`Tx::new_id`].
    pub id: UnitId,
    /// What sort.
    pub kind: String,
    /// Its first day.
    pub from: Date,
}

const UNITS: BulkInto<4> = BulkInto {
    table: "unit",
    columns: [("id", "uuid"), ("kind", "text"), ("version", "int"), ("valid_from", "date")],
    conflict: "",
};
const ITSELF: BulkInto<4> = BulkInto {
    table: "unit_closure",
    columns: [("kind", "text"), ("descendant", "uuid"), ("ancestor", "uuid"), ("depth", "int")],
    conflict: "",
};

/// One bare unit, whoever asks: rights are the caller's.
pub fn find(tx: &mut Tx<'_>, id: UnitId) -> Result<Option<Bare>> {
    tx.one(&FIND, params![id])
}

/// Makes one unit, of version 1, with no authority yet. Rights and journal are the caller's (`registry`).
pub fn insert(tx: &mut Tx<'_>, unit: NewUnit) -> Result<UnitId> {
    let id = unit.id;
    bulk(tx, &[unit])?;
    Ok(id)
}

/// Makes many units. [`crate::edges::bulk`] then gives them their authorities.
pub fn bulk(tx: &mut Tx<'_>, units: &[NewUnit]) -> Result<()> {
    tx.bulk(&UNITS, units.iter().map(|u| [u.id.to_value(), u.kind.to_value(), 1i64.to_value(), u.from.to_value()]))?;
    for kind in EdgeKind::ALL {
        tx.bulk(
            &ITSELF,
            units.iter().map(|u| [kind.to_value(), u.id.to_value(), u.id.to_value(), base::Value::Int(0)]),
        )?;
    }
    Ok(())
}

/// Ends a unit before a day. Its edges, and its grants by [`crate::grants::end_at_unit`], are the caller's to end.
pub fn end(tx: &mut Tx<'_>, unit: UnitId, to: Date) -> Result<()> {
    tx.exec_one(&END, params![unit, to])
}
