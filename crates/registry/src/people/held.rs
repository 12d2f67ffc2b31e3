//! Which units hold something about a person: kept by the commands of enrolment, employment and kinship, each in its own
//! transaction.

use base::{PersonId, Result, UnitId};
use db::{Tx, params};

use super::{store, words};

/// What a school holds about a pupil, read anew from the enrolments there. Whatever changed them, and however, this is
/// right afterwards.
pub fn pupil(tx: &mut Tx<'_>, school: UnitId, person: PersonId) -> Result<()> {
    tx.exec(&store::HELD_PUPIL_DROP, params![school, person])?;
    tx.exec(&store::HELD_PUPIL_PUT, params![school, person])?;
    words::reindex(tx, person)
}

/// A school holds something about a relative as long as they are somebody's relative there.
pub fn guardian(tx: &mut Tx<'_>, school: UnitId, relative: PersonId) -> Result<()> {
    let today = tx.today();
    tx.exec(&store::HELD_GUARDIAN_END, params![school, relative, today])?;
    tx.exec(&store::HELD_GUARDIAN_BEGIN, params![school, relative, today])?;
    Ok(())
}

/// Whether a unit holds something about a person, now or formerly.
pub fn is_held(tx: &mut Tx<'_>, unit: UnitId, person: PersonId) -> Result<bool> {
    Ok(tx.one::<(String,)>(&store::HELD, params![unit, person])?.is_some())
}
