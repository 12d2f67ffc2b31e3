//! What waits for somebody at a school: told to whoever may do something about it, from what is recorded.

use auth::Capability;
use base::{Date, Result, SchoolYear, UnitId, Value};
use db::list::Ask;
use db::{Tx, params};
use serde::Serialize;
use utoipa::ToSchema;

use super::show::Ground;
use super::store;
use crate::duplicates::{State, store as duplicates};
use crate::years::show as years;

/// Pairs are counted so far.
const PAIRS: u32 = 500;

/// Something that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Waiting {
    /// `no_pupils`, `imports`, `duplicates`, `without_class`, `no_homeroom`, `no_timetable`, `no_lessons`, `year_not_open`,
    /// `roll_over`.
    #[schema(example = "without_class")]
    pub what: &'static str,
    /// How many: imports, pairs, pupils or classes.
    #[schema(example = 3)]
    pub count: i64,
    /// Of which school year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
}

/// What waits at a school. Rights are the caller's: `may` is what the actor may do there.
pub(crate) fn at(
    tx: &mut Tx<'_>,
    school: UnitId,
    ground: &Ground,
    standing: &years::Year,
    may: &[Capability],
) -> Result<Vec<Waiting>> {
    let mut found = Vec::new();
    let year = ground.year;
    let mut wait = |what, count: i64, year| {
        if count > 0 {
            found.push(Waiting { what, count, year });
        }
    };
    let edits = may.contains(&Capability::PupilEdit);
    if edits {
        let imports = tx.one::<(i64,)>(&store::IMPORTS, params![school])?.map_or(0, |(count,)| count);
        wait("imports", imports, year);
        wait("no_pupils", i64::from(ground.pupils() == 0 && imports == 0), year);
        wait("duplicates", pairs(tx, school, may)?, year);
        wait("without_class", ground.without_class(), year);
    }
    if may.contains(&Capability::SchoolManage) {
        if let Some(from) = roll_over(tx, school, ground, standing)? {
            wait("roll_over", 1, from);
        }
        wait("year_not_open", i64::from(standing.standing == "proposed"), year);
        let classes = ground.classes.len();
        wait("no_homeroom", number(ground.classes.iter().filter(|one| !one.led).count()), year);
        let unplanned = number(ground.classes.iter().filter(|one| !one.planned).count());
        match ground.timetable {
            None => wait("no_timetable", number(classes), year),
            Some(_) => wait("no_lessons", unplanned, year),
        }
    }
    Ok(found)
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// How many open pairs the steward's queue of the school holds for this actor: as the list counts them.
fn pairs(tx: &mut Tx<'_>, school: UnitId, may: &[Capability]) -> Result<i64> {
    let but_for = if may.contains(&Capability::StaffEdit) { "" } else { "staff" };
    let ask = Ask {
        from_params: vec![Value::Uuid(school.0), Value::Text(State::Open.code().into()), Value::Text(but_for.into())],
        sort: Some(("score".to_owned(), true)),
        limit: 1,
        count_to: PAIRS,
        ..Ask::default()
    };
    let found = duplicates::AT_SCHOOL.page::<duplicates::Pair>(tx, &ask)?;
    Ok(found.total.map(i64::from).unwrap_or_default())
}

/// The year that it is time to leave: its lessons have ended, or the next one has begun without classes.
fn roll_over(tx: &mut Tx<'_>, school: UnitId, ground: &Ground, standing: &years::Year) -> Result<Option<SchoolYear>> {
    let stands = |tx: &mut Tx<'_>, year: SchoolYear| -> Result<bool> {
        Ok(tx.one::<(i64,)>(&store::LEFT_YEAR, params![school, year])?.is_none())
    };
    if !ground.classes.is_empty() {
        let ended = is_over(ground.on, standing.plan.last_day);
        return Ok((ended && stands(tx, ground.year)?).then_some(ground.year));
    }
    let Some(before) = ground.year.previous() else { return Ok(None) };
    let had = tx.one::<(i64,)>(&store::HAS_CLASSES, params![school, before])?.is_some();
    Ok((had && stands(tx, before)?).then_some(before))
}

fn is_over(day: Date, last: Date) -> bool {
    day > last
}
