//! How a database fares: what an operator wants to know before something breaks.

use base::{Instant, Result};

use crate::journal::{Position, heads, read};
use crate::sql::Sql;
use crate::tx::Tx;
use crate::{params, statements};

statements! {
    pub(crate) MIGRATED = "SELECT ordinal, name FROM migration ORDER BY ordinal DESC NULLS LAST LIMIT 1";
    pub(crate) WAITING = "SELECT count(*) FROM journal_entry e LEFT JOIN journal_seal s ON s.row = e.row WHERE s.row IS NULL";
    pub(crate) LAST_ENTRY = "SELECT max(at) FROM journal_entry";
    pub(crate) LAST_OF_KIND = "SELECT max(at) FROM journal_entry WHERE kind = ?1";
}

/// Asked of each database in its own way, and so outside the statements that must give the same rows on both.
static DURABLE: Sql = Sql::both(
    "DURABLE",
    "SELECT 'journal_mode', journal_mode, CAST(journal_mode = 'wal' AS INTEGER) FROM pragma_journal_mode
     UNION ALL SELECT 'synchronous', CAST(synchronous AS TEXT), CAST(synchronous >= 2 AS INTEGER) FROM pragma_synchronous",
    "SELECT CAST(name AS text), setting, setting NOT IN ('off', 'local') FROM pg_settings
     WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') ORDER BY name",
);

/// So many of the last signed heads are looked at; `journal verify` looks at all.
const HEADS: usize = 100;

/// What [`look`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The last migration: ordinal and name.
    pub migrated: Option<(i64, String)>,
    /// Each setting that makes a commit last: its name, its value, whether that is the right one.
    pub durable: Vec<(String, String, bool)>,
    /// The last number given.
    pub head: Position,
    /// Entries committed and not yet numbered.
    pub waiting: i64,
    /// The moment of the latest entry: after the present one when the clock was set back.
    pub last_entry: Option<Instant>,
    /// The last signed head beside the database.
    pub last_head: Option<Position>,
    /// Lines among the last heads that no key of this installation has signed.
    pub bad_heads: usize,
}

/// Looks a database over; `data` is the folder beside it. Reads the file of signed heads: for a long read.
pub fn look(tx: &mut Tx<'_>, data: &std::path::Path) -> Result<Health> {
    let (signed, bad_heads) = heads::read_last(data, tx.keys(), HEADS)?;
    Ok(Health {
        migrated: tx.one(&MIGRATED, &[])?,
        durable: tx.all(&DURABLE, &[])?,
        head: read::head(tx)?,
        waiting: tx.one::<(i64,)>(&WAITING, &[])?.map_or(0, |(n,)| n),
        last_entry: tx.one::<(Option<Instant>,)>(&LAST_ENTRY, &[])?.and_then(|(at,)| at),
        last_head: signed.iter().map(|head| head.at).max(),
        bad_heads,
    })
}

/// When something of a kind last happened: a backup, for instance. Walks the whole journal: for a long read.
pub fn last_of_kind(tx: &mut Tx<'_>, kind: &str) -> Result<Option<Instant>> {
    Ok(tx.one::<(Option<Instant>,)>(&LAST_OF_KIND, params![kind])?.and_then(|(at,)| at))
}
