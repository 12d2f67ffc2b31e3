//! Who may decide about a pair: whoever may change both records, each at a school that holds it.

use std::collections::{HashMap, HashSet};

use auth::{Capability, Require as _};
use base::{PersonId, Result, UnitId, Uuid};
use db::{Entry, Tx, params};

use super::store::{self, Pair};
use super::{DuplicateId, ELSEWHERE, not_found};
use crate::units;

/// What it takes to change a record, and where.
type Right = (UnitId, Capability);

/// Who holds some people, and whose records the actor may change.
#[derive(Debug, Default)]
pub struct Sides {
    held: HashMap<PersonId, Vec<Right>>,
    mine: HashSet<Right>,
}

impl Sides {
    /// Looks at some people, who are at most those of a page.
    pub fn of(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<Self> {
        let today = tx.today();
        let mut held: HashMap<PersonId, Vec<(Right, bool)>> = HashMap::new();
        for (person, unit, kind, until) in store::held(tx, people)? {
            let needs = if kind == "staff" { Capability::StaffEdit } else { Capability::PupilEdit };
            held.entry(person).or_default().push(((unit, needs), until.is_none_or(|until| until > today)));
        }
        // Who holds somebody now decides; where nobody does, who did.
        let held: HashMap<PersonId, Vec<Right>> = held
            .into_iter()
            .map(|(person, rights)| {
                let any_now = rights.iter().any(|(_, now)| *now);
                let mut rights: Vec<Right> =
                    rights.into_iter().filter(|(_, now)| *now || !any_now).map(|(right, _)| right).collect();
                rights.sort_unstable();
                rights.dedup();
                (person, rights)
            })
            .collect();
        let mut mine = HashSet::new();
        for needs in [Capability::PupilEdit, Capability::StaffEdit] {
            let scope = tx.scope(needs)?;
            let mut units: Vec<UnitId> =
                held.values().flatten().filter(|(_, asks)| *asks == needs).map(|(unit, _)| *unit).collect();
            units.sort_unstable();
            units.dedup();
            mine.extend(units::store::in_sight(tx, &units, &scope)?.into_iter().map(|unit| (unit, needs)));
        }
        Ok(Self { held, mine })
    }

    /// The units that hold somebody.
    #[must_use]
    pub fn units(&self, person: PersonId) -> Vec<UnitId> {
        let mut units: Vec<UnitId> = self.held.get(&person).into_iter().flatten().map(|(unit, _)| *unit).collect();
        units.dedup();
        units
    }

    /// Whether the actor may change somebody's record.
    #[must_use]
    pub fn in_reach(&self, person: PersonId) -> bool {
        self.where_mine(person).is_some()
    }

    /// An entry about a decision over somebody, at a unit where the actor may take it.
    #[must_use]
    pub fn entry(&self, kind: &'static str, noun: &'static str, subject: Uuid, about: PersonId) -> Entry {
        let entry = Entry::new(kind, noun, subject);
        match self.where_mine(about) {
            Some(unit) => entry.unit(unit),
            None => entry,
        }
    }

    /// A unit at which the actor may.
    #[must_use]
    pub fn where_mine(&self, person: PersonId) -> Option<UnitId> {
        self.held.get(&person)?.iter().find(|right| self.mine.contains(right)).map(|(unit, _)| *unit)
    }
}

/// A pair that the actor may decide about. Where one record is out of reach they are told which school holds it, and where
/// both are, that there is no such pair.
pub fn to_decide(tx: &mut Tx<'_>, id: DuplicateId) -> Result<(Pair, Sides)> {
    tx.scope(Capability::PupilEdit)?;
    let pair: Pair = tx.one(&store::OF, params![id])?.ok_or_else(not_found)?;
    let sides = Sides::of(tx, &[pair.one, pair.other])?;
    let far = match (sides.in_reach(pair.one), sides.in_reach(pair.other)) {
        (true, true) => return Ok((pair, sides)),
        (false, false) => return Err(not_found()),
        (true, false) => pair.other,
        (false, true) => pair.one,
    };
    let today = tx.today();
    let names: Vec<String> =
        units::store::called(tx, &sides.units(far), today)?.into_iter().map(|(_, _, name)| name).collect();
    Err(ELSEWHERE.error(format!(
        "Hồ sơ kia do {} quản lý nên bạn không quyết định được một mình. Hãy liên hệ trường đó để cùng kiểm tra.",
        if names.is_empty() { "đơn vị khác".to_owned() } else { names.join(", ") }
    )))
}
