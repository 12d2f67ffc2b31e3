//! How units are called. Names belong to `registry`, which stands above this room and lends them.

use std::collections::HashMap;
use std::sync::OnceLock;

use base::{Result, UnitId};
use db::{Tx, params};

use crate::UnitRef;

/// Answers the names of units as of today. Rights are the caller's.
pub type UnitNames = fn(&mut Tx<'_>, &[UnitId]) -> Result<HashMap<UnitId, String>>;

static LENT: OnceLock<UnitNames> = OnceLock::new();

/// Lends the names; `registry::module()` does so. The first one stays.
pub fn lend(names: UnitNames) {
    let _first_stays = LENT.set(names);
}

db::statements! {
    KIND = "SELECT kind FROM unit WHERE id = ?1";
}

/// Units with their kinds and names. A unit without a name is called by its id.
pub(crate) fn units(tx: &mut Tx<'_>, ids: &[UnitId]) -> Result<HashMap<UnitId, UnitRef>> {
    let mut wanted = ids.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut names = match LENT.get() {
        Some(lent) => lent(tx, &wanted)?,
        None => HashMap::new(),
    };
    let mut found = HashMap::with_capacity(wanted.len());
    // A person's roles stand at a handful of units.
    for id in wanted {
        let kind = tx.one::<(String,)>(&KIND, params![id])?.map_or_else(String::new, |(kind,)| kind);
        let name = names.remove(&id).unwrap_or_else(|| id.to_string());
        found.insert(id, UnitRef { id, kind, name });
    }
    Ok(found)
}

/// One unit with its kind and name.
pub(crate) fn unit(tx: &mut Tx<'_>, id: UnitId) -> Result<UnitRef> {
    let mut found = units(tx, &[id])?;
    Ok(found.remove(&id).unwrap_or_else(|| UnitRef { id, kind: String::new(), name: id.to_string() }))
}
