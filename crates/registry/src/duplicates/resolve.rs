//! Which record stands for somebody whose records were merged. Nothing that points to a person is rewritten by a merger:
//! whoever reads a person asks here first.

use base::{PersonId, Result};
use db::{Tx, params};

use super::store;

/// The record that stays for this one; itself, when it was not merged. Rights are the caller's.
pub fn resolve(tx: &mut Tx<'_>, person: PersonId) -> Result<PersonId> {
    Ok(tx.one::<(PersonId,)>(&store::RESOLVE, params![person])?.map_or(person, |(stays,)| stays))
}

/// All records of the human being of whom this one stays, itself first: what is held about any of them is about this person.
/// Rights are the caller's.
pub fn records(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<PersonId>> {
    Ok(tx.all::<(PersonId,)>(&store::RECORDS, params![person])?.into_iter().map(|(record,)| record).collect())
}
