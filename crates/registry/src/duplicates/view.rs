//! How a pair is shown: what is out of the actor's reach is not told, nor what could be concluded from it.

use std::collections::HashMap;

use base::{Error, PersonId, Result, UnitId, Uuid};
use db::Tx;

use super::score::Reason;
use super::sides::Sides;
use super::store::{self, Known, Pair};
use super::{DuplicateRow, Holder, PersonView, ReasonView, SideView, State};
use crate::units;

/// Pairs as the actor sees them, and whose data is shown.
pub fn rows(tx: &mut Tx<'_>, pairs: Vec<Pair>) -> Result<(Vec<Uuid>, Vec<DuplicateRow>)> {
    let mut people: Vec<PersonId> = pairs.iter().flat_map(|pair| [pair.one, pair.other]).collect();
    people.sort_unstable();
    people.dedup();
    let sides = Sides::of(tx, &people)?;
    let names = names(tx, people.iter().flat_map(|person| sides.units(*person)))?;
    people.retain(|person| sides.in_reach(*person));
    let known: HashMap<PersonId, Known> =
        store::known(tx, &people)?.into_iter().map(|known| (known.id, known)).collect();
    let side = |person: PersonId| SideView {
        person: known.get(&person).map(|known| PersonView {
            id: known.id,
            full_name: known.full_name.clone(),
            birth: known.birth.clone(),
            sex: known.sex.clone(),
            pupil_code: known.pupil_code.clone(),
            merged_into: known.merged_into,
        }),
        held_by: holders(&names, sides.units(person)),
    };
    let rows = pairs
        .into_iter()
        .map(|pair| {
            let both = sides.in_reach(pair.one) && sides.in_reach(pair.other);
            let reasons: Vec<Reason> = serde_json::from_str(&pair.reasons).map_err(Error::internal)?;
            Ok(DuplicateRow {
                id: pair.id,
                score: both.then_some(pair.score),
                reasons: reasons
                    .into_iter()
                    .filter(|_| both)
                    .map(|code| ReasonView { code, text: code.sentence() })
                    .collect(),
                state: match pair.state.as_str() {
                    "same" => State::Same,
                    "different" => State::Different,
                    _ => State::Open,
                },
                one: side(pair.one),
                other: side(pair.other),
                kept: pair.kept.filter(|_| both),
                found_at: pair.found_at,
                decided_at: pair.decided_at,
                decided_by: pair.decided_by.filter(|_| both),
                may_decide: both,
                version: pair.version,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok((people.into_iter().map(Uuid::from).collect(), rows))
}

/// What units are called today.
pub fn names(tx: &mut Tx<'_>, units: impl Iterator<Item = UnitId>) -> Result<HashMap<UnitId, String>> {
    let mut units: Vec<UnitId> = units.collect();
    units.sort_unstable();
    units.dedup();
    let today = tx.today();
    Ok(units::store::called(tx, &units, today)?.into_iter().map(|(id, _, name)| (id, name)).collect())
}

/// Units with their names, by name.
pub fn holders(names: &HashMap<UnitId, String>, units: Vec<UnitId>) -> Vec<Holder> {
    let mut holders: Vec<Holder> =
        units.into_iter().filter_map(|id| Some(Holder { id, name: names.get(&id)?.clone() })).collect();
    holders.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
    holders
}

/// One pair after an act, as the actor sees it.
pub fn row(tx: &mut Tx<'_>, id: super::DuplicateId) -> Result<DuplicateRow> {
    let pair: Pair = tx.one(&store::OF, db::params![id])?.ok_or_else(super::not_found)?;
    let (_, rows) = rows(tx, vec![pair])?;
    rows.into_iter().next().ok_or_else(|| Error::internal("a row was lost"))
}
