//! How a unit is shown: its row, path and children as of a date, in the actor's scope.

use std::collections::HashMap;

use auth::{Capability, EdgeKind, Require as _, Scope};
use base::{Date, Result, UnitId, vi};
use db::{Tx, ask, params};

use super::store::{self, Flat};
use super::{NOT_THEN, PathStep, UnitRef, UnitRow, WentTo, known};

/// The refusal of a unit that is not there.
pub fn not_found() -> base::Error {
    auth::UNIT_NOT_FOUND.error(auth::require::UNIT_NOT_FOUND_SENTENCE)
}

/// Rows with path and children.
pub fn rows(tx: &mut Tx<'_>, flat: Vec<Flat>, edge: EdgeKind, on: Date, scope: &Scope) -> Result<Vec<UnitRow>> {
    let ids: Vec<UnitId> = flat.iter().map(|unit| unit.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (above, above_what) = store::paths(&ids, on, tx.dialect());
    let (below, below_what) = store::children(&ids, edge, on, scope, tx.dialect());
    let (above, below) = tx.together((ask(&above, &above_what), ask::<(UnitId, i64)>(&below, &below_what)))?;
    let mut paths = steps(above);
    let children: HashMap<UnitId, i64> = below.into_iter().collect();
    let mut went_to = went_to(tx, &flat, on, scope)?;
    Ok(flat
        .into_iter()
        .map(|unit| {
            let path = paths.remove(&unit.id).unwrap_or_default();
            let children = children.get(&unit.id).copied().unwrap_or_default();
            let went_to = went_to.remove(&unit.id).unwrap_or_default();
            placed(unit, path, children, went_to)
        })
        .collect())
}

/// A row with its path, its children and where it went.
pub fn placed(unit: Flat, path: Vec<PathStep>, children: i64, went_to: Vec<WentTo>) -> UnitRow {
    UnitRow {
        path,
        children,
        id: unit.id,
        kind: unit.kind,
        code: unit.code,
        name: unit.name,
        full_name: unit.full_name,
        valid_from: known(unit.valid_from),
        valid_to: unit.valid_to,
        went_to,
        version: unit.version,
    }
}

/// Into what those of some units went that have ended by a day. Asks nothing when none has.
pub fn went_to(tx: &mut Tx<'_>, flat: &[Flat], by: Date, scope: &Scope) -> Result<HashMap<UnitId, Vec<WentTo>>> {
    let ended: Vec<UnitId> =
        flat.iter().filter(|unit| unit.valid_to.is_some_and(|to| to <= by)).map(|unit| unit.id).collect();
    let into = store::went_to(tx, &ended)?;
    let mut all: Vec<UnitId> = into.iter().map(|(_, id, ..)| *id).collect();
    all.sort();
    all.dedup();
    let in_sight = store::in_sight(tx, &all, scope)?;
    let mut went_to: HashMap<UnitId, Vec<WentTo>> = HashMap::new();
    for (unit, id, kind, name) in into {
        let in_sight = in_sight.contains(&id);
        went_to.entry(unit).or_default().push(WentTo { id, kind, name, in_sight });
    }
    Ok(went_to)
}

/// The paths of units on a day, the province first.
pub fn paths(tx: &mut Tx<'_>, ids: &[UnitId], on: Date) -> Result<HashMap<UnitId, Vec<PathStep>>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let (above, what) = store::paths(ids, on, tx.dialect());
    Ok(steps(tx.all(&above, &what)?))
}

fn steps(above: Vec<(UnitId, UnitId, String)>) -> HashMap<UnitId, Vec<PathStep>> {
    let mut paths: HashMap<UnitId, Vec<PathStep>> = HashMap::new();
    for (unit, id, name) in above {
        paths.entry(unit).or_default().push(PathStep { id, name });
    }
    paths
}

/// The day on which a unit is shown: the one asked; without one today, its last day when it has ended, or its first when
/// it is yet to begin.
pub fn shown_on(tx: &mut Tx<'_>, unit: &auth::units::Bare, asked: Option<Date>) -> Result<Date> {
    let today = tx.today();
    let stands = |day: Date| unit.valid_from <= day && unit.valid_to.is_none_or(|to| day < to);
    match asked {
        Some(day) if stands(day) => Ok(day),
        Some(day) => {
            let name = name(tx, unit.id, day)?;
            let days = base::Interval::new(unit.valid_from, unit.valid_to).map(|days| days.to_string());
            Err(NOT_THEN.error(format!(
                "{name} không hoạt động vào ngày {} ({}). Hãy chọn ngày khác.",
                vi::date(day),
                days.unwrap_or_default()
            )))
        }
        None if stands(today) => Ok(today),
        None => Ok(match unit.valid_to {
            Some(to) if to <= today => to.yesterday().unwrap_or(to).max(unit.valid_from),
            _ => unit.valid_from,
        }),
    }
}

/// One unit's row after a write, as of the day of the change or today, whichever is later.
pub fn row(tx: &mut Tx<'_>, id: UnitId, on: Date) -> Result<UnitRow> {
    let scope = tx.scope(Capability::UnitView)?;
    let flat: Option<Flat> = tx.one(&store::ROW, params![id, on])?;
    let flat = flat.ok_or_else(|| base::Error::internal(format!("unit {id} has no name on {on}")))?;
    let rows = rows(tx, vec![flat], EdgeKind::Place, on, &scope)?;
    rows.into_iter().next().ok_or_else(|| base::Error::internal("a row was lost"))
}

/// One unit's row as of today, or of its last or first day when it does not stand today; for whoever may see it.
pub fn now(tx: &mut Tx<'_>, id: UnitId) -> Result<UnitRow> {
    tx.require(Capability::UnitView, id)?;
    let bare = auth::units::find(tx, id)?.ok_or_else(not_found)?;
    let on = shown_on(tx, &bare, None)?;
    row(tx, id, on)
}

/// What a unit is called on a day, for sentences.
pub fn name(tx: &mut Tx<'_>, id: UnitId, on: Date) -> Result<String> {
    Ok(store::called(tx, &[id], on)?.pop().map_or_else(|| "Đơn vị".to_owned(), |(_, _, name)| name))
}

/// Units named in passing, by name.
pub fn refs(tx: &mut Tx<'_>, ids: &[UnitId], on: Date) -> Result<Vec<UnitRef>> {
    Ok(store::called(tx, ids, on)?.into_iter().map(|(id, kind, name)| UnitRef { id, kind, name }).collect())
}
