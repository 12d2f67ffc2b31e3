//! Lists that leave at the console of the server. Whoever sits there holds the disk and the keys; an approval on the screen
//! would keep nothing from them. So nobody approves: a purpose is demanded, the file is marked, and the export stands in the
//! school's list, where those whose pupils they are see it.

use base::sheet::Mark;
use base::{Error, Result, UnitId, Uuid};
use db::{Tx, params};

use super::ask::{self, AskExport};
use super::offer::Made;
use super::{asked_of, code_of, download, get, store, text_of};
use crate::imports::layout::What;

/// An export of everything in a list, asked at the console.
fn whole(what: What, purpose: &str) -> AskExport {
    AskExport { what, purpose: purpose.to_owned(), columns: None, classes: None }
}

/// Makes the file, as the export of an id that [`left`] will write down.
pub fn made(tx: &mut Tx<'_>, school: UnitId, what: What, purpose: &str, id: Uuid) -> Result<Made> {
    let (offer, asked) = ask::asked(&whole(what, purpose))?;
    (offer.allow)(tx, school, &asked)?;
    let (who, day) = (tx.ctx().actor().name(), tx.today());
    let mark = Mark { code: code_of(id), who, purpose: ask::purpose_of(purpose)?, day };
    (offer.make)(tx, school, &asked, &mark)
}

/// Writes down that a list left at the console.
pub fn left(
    tx: &mut Tx<'_>,
    school: UnitId,
    what: What,
    purpose: &str,
    id: Uuid,
    (rows, people): (usize, Vec<Uuid>),
) -> Result<()> {
    let (offer, asked) = ask::asked(&whole(what, purpose))?;
    (offer.allow)(tx, school, &asked)?;
    let (who, now, purpose) = (tx.ctx().actor().name(), tx.now(), ask::purpose_of(purpose)?);
    let keys: Vec<&str> = asked.columns.iter().map(|column| column.key).collect();
    let keys = serde_json::to_string(&keys).map_err(Error::internal)?;
    let count = i64::try_from(people.len()).unwrap_or(i64::MAX);
    let holds = asked.holds();
    tx.exec_one(
        &store::INSERT,
        params![
            school,
            id,
            text_of(what)?,
            purpose,
            keys,
            None::<String>,
            count,
            holds.code(),
            "approved",
            None::<Uuid>,
            who,
            now,
            now
        ],
    )?;
    let row = get(tx, school, id)?;
    let (offer, _) = asked_of(&row)?;
    download::left(tx, school, &row, offer, holds, (rows, people))
}
