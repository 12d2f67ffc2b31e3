//! Edges: which unit answers to which, for what matter, from when to when. At one date a unit has at most one authority
//! per kind, and nobody answers to themselves over any detour.

use base::{Code, Date, Interval, Kind, Result, ToValue as _, UnitId};
use db::{BulkInto, Tx, params};

use crate::{EdgeKind, closure};

/// The unit would answer to itself.
pub const CYCLE: Code = Code::new(Kind::Conflict, "edge.cycle", "Quan hệ quản lý thành vòng");
/// Another authority is set for some of these days.
pub const OVERLAP: Code = Code::new(Kind::Conflict, "edge.overlap", "Thời gian quản lý bị trùng");

db::statements! {
    /// The edges of a unit, all of them.
    pub OF_UNIT = "SELECT kind, unit, authority, valid_from, valid_to FROM unit_edge WHERE unit = ?1
        ORDER BY kind, valid_from";
    /// Edges of a kind that begin after a day and before another, or have no end to compare with.
    pub LATER = "SELECT kind, unit, authority, valid_from, valid_to FROM unit_edge
        WHERE kind = ?1 AND unit = ?2 AND valid_from > ?3 ORDER BY valid_from LIMIT 1";
    /// Ends the edge that holds on a day.
    pub CUT = "UPDATE unit_edge SET valid_to = ?3 WHERE kind = ?1 AND unit = ?2 AND valid_from < ?3
        AND (valid_to IS NULL OR valid_to > ?3)";
    /// Takes away an edge that begins on a day, so that another can.
    pub TAKE_AWAY = "DELETE FROM unit_edge WHERE kind = ?1 AND unit = ?2 AND valid_from = ?3";
    /// A new edge.
    pub INSERT = "INSERT INTO unit_edge (kind, unit, authority, valid_from, valid_to) VALUES (?1, ?2, ?3, ?4, ?5)";
    /// Whether a unit stands above another on any day of a stretch (`?3` to `?4`): each step keeps the days in common.
    pub ABOVE = "WITH RECURSIVE up (unit, lo, hi) AS (
          SELECT CAST(?2 AS {uuid}), CAST(?3 AS {date}), CAST(?4 AS {date})
          UNION
          SELECT e.authority,
                 CASE WHEN e.valid_from > up.lo THEN e.valid_from ELSE up.lo END,
                 CASE WHEN e.valid_to IS NULL THEN up.hi WHEN up.hi IS NULL OR e.valid_to < up.hi THEN e.valid_to
                      ELSE up.hi END
          FROM up JOIN unit_edge e ON e.kind = ?1 AND e.unit = up.unit
          WHERE (up.hi IS NULL OR e.valid_from < up.hi) AND (e.valid_to IS NULL OR e.valid_to > up.lo)
            AND (e.valid_to IS NULL OR e.valid_to > e.valid_from)
        ) SELECT 1 FROM up WHERE unit = ?5 LIMIT 1";
    /// Two authorities of one kind on one day.
    pub OVERLAPPING = "SELECT a.unit FROM unit_edge a JOIN unit_edge b
          ON b.kind = a.kind AND b.unit = a.unit AND b.valid_from > a.valid_from
        WHERE a.valid_to IS NULL OR a.valid_to > b.valid_from LIMIT 1";
}

db::row! {
    /// One edge.
    pub struct Edge {
        /// For what matter.
        pub kind: EdgeKind,
        /// Who answers.
        pub unit: UnitId,
        /// To whom.
        pub authority: UnitId,
        /// From this day.
        pub valid_from: Date,
        /// Until before this day.
        pub valid_to: Option<Date>,
    }
}

/// An edge to be set.
#[derive(Clone, Copy, Debug)]
pub struct NewEdge {
    /// For what matter.
    pub kind: EdgeKind,
    /// Who answers.
    pub unit: UnitId,
    /// To whom.
    pub authority: UnitId,
    /// On which days.
    pub days: Interval,
}

/// The edges of a unit over all time. Rights are the caller's.
pub fn of_unit(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Edge>> {
    tx.all(&OF_UNIT, params![unit])
}

/// From the first of these days on, the unit answers to this authority. The authority before is ended on that day; one
/// that begins later within these days is a conflict for a person to decide. Rights and journal are the caller's.
pub fn set(tx: &mut Tx<'_>, edge: &NewEdge) -> Result<()> {
    closure::take(tx, edge.kind)?;
    let (kind, unit, from, to) = (edge.kind, edge.unit, edge.days.from(), edge.days.to());
    if let Some(later) = tx.one::<Edge>(&LATER, params![kind, unit, from])?
        && to.is_none_or(|to| later.valid_from < to)
        && later.valid_to != Some(later.valid_from)
    {
        return Err(OVERLAP.error(format!(
            "Đơn vị đã có cơ quan quản lý khác từ ngày {}. Hãy kết thúc trước ngày đó, hoặc bỏ quan hệ đã đặt sẵn rồi làm lại.",
            base::vi::date(later.valid_from)
        )));
    }
    tx.exec(&CUT, params![kind, unit, from])?;
    tx.exec(&TAKE_AWAY, params![kind, unit, from])?;
    if tx.one::<(i64,)>(&ABOVE, params![kind, edge.authority, from, to, unit])?.is_some() {
        return Err(CYCLE.error(
            "Cơ quan quản lý được chọn lại đang thuộc quyền quản lý của chính đơn vị này trong thời gian đó. Hãy chọn cơ quan khác.",
        ));
    }
    tx.exec_one(&INSERT, params![kind, unit, edge.authority, from, to])?;
    closure::follow(tx, kind, unit)
}

/// From this day on, the unit answers to nobody for this matter. Answers whether it did.
pub fn end(tx: &mut Tx<'_>, kind: EdgeKind, unit: UnitId, from: Date) -> Result<bool> {
    closure::take(tx, kind)?;
    let cut = tx.exec(&CUT, params![kind, unit, from])?;
    let taken = tx.exec(&TAKE_AWAY, params![kind, unit, from])?;
    closure::follow(tx, kind, unit)?;
    Ok(cut + taken > 0)
}

const EDGES: BulkInto<5> = BulkInto {
    table: "unit_edge",
    columns: [("kind", "text"), ("unit", "uuid"), ("authority", "uuid"), ("valid_from", "date"), ("valid_to", "date")],
    conflict: "",
};

/// Sets many edges of units that had none, and builds the closure anew. For seeds and imports, in a write declared long.
pub fn bulk(tx: &mut Tx<'_>, edges: &[NewEdge]) -> Result<()> {
    for kind in EdgeKind::ALL {
        closure::take(tx, kind)?;
    }
    tx.bulk(
        &EDGES,
        edges.iter().map(|edge| {
            let to = edge.days.to().map_or(base::Value::Null, base::Value::Date);
            [
                edge.kind.to_value(),
                edge.unit.to_value(),
                edge.authority.to_value(),
                base::Value::Date(edge.days.from()),
                to,
            ]
        }),
    )?;
    if let Some((unit,)) = tx.one::<(UnitId,)>(&OVERLAPPING, &[])? {
        return Err(
            OVERLAP.error(format!("Đơn vị {unit} có hai cơ quan quản lý trong cùng một ngày. Hãy sửa dữ liệu nhập."))
        );
    }
    for kind in EdgeKind::ALL {
        if edges.iter().any(|edge| edge.kind == kind) {
            closure::rebuild(tx, kind)?;
        }
    }
    Ok(())
}
