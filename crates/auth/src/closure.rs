//! The closure: every authority above a unit by the edges of one day, kept beside that day's date. Rights are judged by
//! it. It is renewed before the first decision of a new day, and follows each change of an edge at once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};

use base::{Code, Ctx, Date, Kind, Result, UnitId, Value};
use db::{BulkInto, Db, Tx, params};

use crate::EdgeKind;
use crate::edges::CYCLE;

/// Edges change today and the closure has not followed yet.
pub const DAY_TURNED: Code = Code::new(Kind::Unavailable, "auth.day_turned", "Đang sang ngày mới");

/// With more changed units than this, a kind is built anew.
const FOLLOW_AT_MOST: usize = 200;
/// Deeper than any organisation: a longer way up is a cycle.
const DEEPEST: i64 = 64;

db::statements! {
    /// The days the closures hold for, where they are over or further ahead than the other day that is given.
    pub DAYS = "SELECT kind, day FROM unit_closure_date WHERE day < ?1 OR day > ?2 ORDER BY kind";
    /// Whether edges of a kind change after a day, up to another.
    pub CHANGES = "SELECT 1 FROM unit_edge WHERE kind = ?1 AND ((valid_from > ?2 AND valid_from <= ?3)
        OR (valid_to > ?2 AND valid_to <= ?3)) LIMIT 1";
    /// The units whose edges change after a day, up to another.
    pub CHANGED = "SELECT DISTINCT unit FROM unit_edge WHERE kind = ?1 AND ((valid_from > ?2 AND valid_from <= ?3)
        OR (valid_to > ?2 AND valid_to <= ?3)) ORDER BY unit";
    /// Takes the closure of a kind for change.
    pub TAKE = "UPDATE unit_closure_date SET version = version + 1 WHERE kind = ?1";
    /// The closure of a kind holds for a day.
    pub HOLDS = "UPDATE unit_closure_date SET day = ?2 WHERE kind = ?1";
    /// Takes a unit, with all below it, away from all above it.
    pub DETACH = "DELETE FROM unit_closure WHERE kind = ?1
        AND descendant IN (SELECT d.descendant FROM unit_closure d WHERE d.kind = ?1 AND d.ancestor = ?2)
        AND ancestor NOT IN (SELECT d.descendant FROM unit_closure d WHERE d.kind = ?1 AND d.ancestor = ?2)";
    /// Puts a unit, with all below it, under its authority of a day and all above that.
    pub ATTACH = "INSERT INTO unit_closure (kind, descendant, ancestor, depth)
        SELECT a.kind, d.descendant, a.ancestor, a.depth + d.depth + 1
        FROM unit_edge e
        JOIN unit_closure a ON a.kind = e.kind AND a.descendant = e.authority
        JOIN unit_closure d ON d.kind = e.kind AND d.ancestor = e.unit
        WHERE e.kind = ?1 AND e.unit = ?2 AND e.valid_from <= ?3 AND (e.valid_to IS NULL OR e.valid_to > ?3)";
    /// Every unit.
    pub UNITS = "SELECT id FROM unit ORDER BY id";
    /// The edges of a kind on a day.
    pub EDGES = "SELECT unit, authority FROM unit_edge WHERE kind = ?1 AND valid_from <= ?2
        AND (valid_to IS NULL OR valid_to > ?2)";
    /// Empties a kind.
    pub EMPTY = "DELETE FROM unit_closure WHERE kind = ?1";
    /// The authorities above a unit, the nearest first, itself at depth 0.
    pub ABOVE = "SELECT ancestor, depth FROM unit_closure WHERE kind = ?1 AND descendant = ?2 ORDER BY depth, ancestor";
    /// The units below a unit, the nearest first, itself at depth 0.
    pub BELOW = "SELECT descendant, depth FROM unit_closure WHERE kind = ?1 AND ancestor = ?2 ORDER BY depth, descendant";
}

const CLOSURE: BulkInto<4> = BulkInto {
    table: "unit_closure",
    columns: [("kind", "text"), ("descendant", "uuid"), ("ancestor", "uuid"), ("depth", "int")],
    conflict: "",
};

/// Kinds whose closure does not hold for today. One day ahead is a request that began before midnight; further ahead was a
/// clock that went wrong and was set back.
fn stale(tx: &mut Tx<'_>) -> Result<Vec<(EdgeKind, Date)>> {
    let today = tx.today();
    tx.all(&DAYS, params![today, tomorrow(today)])
}

/// The furthest day a closure may hold for.
pub(crate) fn tomorrow(today: Date) -> Date {
    today.tomorrow().unwrap_or(today)
}

/// Makes sure that the closure holds for today: nothing changed since its day, or it was renewed. Reading only; what it
/// cannot answer, [`Day::ensure`] mends.
pub fn holds_today(tx: &mut Tx<'_>) -> Result<()> {
    let today = tx.today();
    for (kind, day) in stale(tx)? {
        if tx.one::<(i64,)>(&CHANGES, params![kind, day.min(today), day.max(today)])?.is_some() {
            return Err(DAY_TURNED
                .error("Hệ thống đang cập nhật quan hệ quản lý của ngày mới. Hãy thử lại sau vài giây.")
                .retry_after(1));
        }
    }
    Ok(())
}

/// Takes the closure of a kind for change: other writers of edges of this kind wait, and it holds for today.
pub fn take(tx: &mut Tx<'_>, kind: EdgeKind) -> Result<()> {
    tx.exec_one(&TAKE, params![kind])?;
    let today = tx.today();
    match stale(tx)?.into_iter().find(|(stale, _)| *stale == kind) {
        Some((_, day)) => renew_kind(tx, kind, day, today),
        None => Ok(()),
    }
}

/// Brings every kind to today.
pub fn renew(tx: &mut Tx<'_>) -> Result<()> {
    for kind in EdgeKind::ALL {
        take(tx, kind)?;
    }
    Ok(())
}

fn renew_kind(tx: &mut Tx<'_>, kind: EdgeKind, day: Date, today: Date) -> Result<()> {
    let changed: Vec<(UnitId,)> = tx.all(&CHANGED, params![kind, day.min(today), day.max(today)])?;
    if changed.len() > FOLLOW_AT_MOST {
        return rebuild(tx, kind);
    }
    // All are taken away before any is put back: then the order does not matter.
    for (unit,) in &changed {
        tx.exec(&DETACH, params![kind, *unit])?;
    }
    for (unit,) in &changed {
        tx.exec(&ATTACH, params![kind, *unit, today])?;
    }
    tx.exec_one(&HOLDS, params![kind, today])
}

/// Follows a change of one unit's edges, after [`take`]: the unit moves with all below it.
pub fn follow(tx: &mut Tx<'_>, kind: EdgeKind, unit: UnitId) -> Result<()> {
    let today = tx.today();
    tx.exec(&DETACH, params![kind, unit])?;
    tx.exec(&ATTACH, params![kind, unit, today])?;
    Ok(())
}

/// Builds a kind anew for today from its edges, after [`take`].
pub fn rebuild(tx: &mut Tx<'_>, kind: EdgeKind) -> Result<()> {
    let today = tx.today();
    let authority: HashMap<UnitId, UnitId> =
        tx.all::<(UnitId, UnitId)>(&EDGES, params![kind, today])?.into_iter().collect();
    let units: Vec<(UnitId,)> = tx.all(&UNITS, &[])?;
    let mut rows: Vec<[Value<'static>; 4]> = Vec::with_capacity(units.len() * 4);
    for (unit,) in units {
        let (mut at, mut depth) = (Some(unit), 0);
        while let Some(above) = at {
            if depth > DEEPEST {
                return Err(CYCLE.error(format!("Quan hệ quản lý của đơn vị {unit} thành vòng. Hãy sửa dữ liệu nhập.")));
            }
            rows.push([
                Value::Text(kind.as_str().into()),
                Value::Uuid(unit.into()),
                Value::Uuid(above.into()),
                Value::Int(depth),
            ]);
            at = authority.get(&above).copied();
            depth += 1;
        }
    }
    tx.exec(&EMPTY, params![kind])?;
    tx.bulk(&CLOSURE, rows)?;
    tx.exec_one(&HOLDS, params![kind, today])
}

/// The authorities above a unit today, the nearest first, itself at depth 0. Rights are the caller's.
pub fn above(tx: &mut Tx<'_>, kind: EdgeKind, unit: UnitId) -> Result<Vec<(UnitId, i64)>> {
    tx.all(&ABOVE, params![kind, unit])
}

/// The units below a unit today, the nearest first, itself at depth 0. Rights are the caller's.
pub fn below(tx: &mut Tx<'_>, kind: EdgeKind, unit: UnitId) -> Result<Vec<(UnitId, i64)>> {
    tx.all(&BELOW, params![kind, unit])
}

/// The day this server last made sure of, so that a request costs one comparison.
#[derive(Debug, Default)]
pub struct Day(AtomicI64);

impl Day {
    /// Renews the closure when the day has turned since the last call. To be called before a request is handed on, with
    /// a context of the system at the present moment ([`crate::ctx::system`]); it is used only when the day turned.
    pub async fn ensure(&self, db: &Db, ctx: impl FnOnce() -> Result<Ctx>, today: Date) -> Result<()> {
        // Days begin after 1970, so 0 is "never".
        let day = base::time::days_since_1970(today);
        // A day more: another request has already seen midnight. More than that: the clock was set back.
        let known = self.0.load(Ordering::Acquire);
        if known == day || known == day + 1 {
            return Ok(());
        }
        let ctx = ctx()?;
        let fresh = db
            .read(&ctx, |tx| {
                tx.public("renews the closure of units");
                holds_today(tx)
            })
            .await;
        match fresh {
            Ok(()) => {}
            Err(error) if error.is(&DAY_TURNED) => {
                db.write_long(&ctx, "the closure of units is renewed once a day", |tx| {
                    tx.public("renews the closure of units");
                    renew(tx)
                })
                .await?;
            }
            Err(error) => return Err(error),
        }
        self.0.store(day, Ordering::Release);
        Ok(())
    }
}
