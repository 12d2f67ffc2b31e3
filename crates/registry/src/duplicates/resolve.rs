//! Which record stands for somebody whose records were merged. Nothing that points to a person is rewritten by a merger:
//! whoever reads a person asks here first.

use std::collections::HashMap;

use base::{PersonId, Result};
use db::{Tx, params};

use super::store;
use crate::people::store::{self as people, PersonRow};

/// The record that stays for this one; itself, when it was not merged. Rights are the caller's.
pub fn resolve(tx: &mut Tx<'_>, person: PersonId) -> Result<PersonId> {
    Ok(tx.one::<(PersonId,)>(&store::RESOLVE, params![person])?.map_or(person, |(stays,)| stays))
}

/// All records of the human being of whom this one stays, itself first: what is held about any of them is about this person.
/// Rights are the caller's.
pub fn records(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<PersonId>> {
    Ok(tx.all::<(PersonId,)>(&store::RECORDS, params![person])?.into_iter().map(|(record,)| record).collect())
}

/// Who stays for each of some records that were merged. Nearly always there are none, and nothing is asked. Rights are the
/// caller's.
pub(crate) fn who_stay(
    tx: &mut Tx<'_>,
    merged: impl Iterator<Item = PersonId>,
) -> Result<HashMap<PersonId, PersonRow>> {
    let mut stay = HashMap::new();
    for record in merged {
        let root = resolve(tx, record)?;
        if let Some(row) = tx.one::<PersonRow>(&people::OF, params![root])? {
            stay.insert(record, row);
        }
    }
    Ok(stay)
}
