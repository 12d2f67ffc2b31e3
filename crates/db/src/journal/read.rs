//! Readers of the journal: they see numbered entries only, in order, and keep a cursor. An entry that commits late gets
//! a late number, so a reader that has passed a number has passed everything before it.

use base::{Result, Uuid};

use super::Position;
use crate::tx::Tx;
use crate::{params, row, statements};

row! {
    /// A numbered entry without its payload.
    pub struct Numbered {
        /// Epoch of its number.
        pub epoch: i64,
        /// Its number.
        pub seq: i64,
        /// Its own id.
        pub id: Uuid,
        /// What happened.
        pub kind: String,
        /// To what sort of thing.
        pub noun: String,
        /// To which one.
        pub subject: Option<Uuid>,
        /// Whose it is.
        pub unit: Option<Uuid>,
        /// Its version after.
        pub version: Option<i64>,
        /// Sort of actor.
        pub actor_kind: String,
        /// Which actor.
        pub actor: String,
        /// When, in microseconds since 1970.
        pub at: i64,
    }
}

impl Numbered {
    /// Where it stands.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { epoch: self.epoch, seq: self.seq }
    }
}

statements! {
    pub(crate) AFTER = "SELECT s.epoch, s.seq, e.id, e.kind, e.noun, e.subject, e.unit, e.version, e.actor_kind, e.actor, e.at \
        FROM journal_seal s JOIN journal_entry e ON e.row = s.row \
        WHERE (s.epoch, s.seq) > (?1, ?2) ORDER BY s.epoch, s.seq LIMIT ?3";
    pub(crate) OF_SUBJECT = "SELECT s.epoch, s.seq, e.id, e.kind, e.noun, e.subject, e.unit, e.version, e.actor_kind, e.actor, e.at \
        FROM journal_entry e JOIN journal_seal s ON s.row = e.row \
        WHERE e.subject = ?1 ORDER BY s.epoch DESC, s.seq DESC LIMIT ?2";
    pub(crate) PAYLOAD = "SELECT e.id, p.body FROM journal_seal s JOIN journal_entry e ON e.row = s.row \
        LEFT JOIN journal_payload p ON p.row = s.row WHERE s.epoch = ?1 AND s.seq = ?2";
    pub(crate) HEAD = "SELECT epoch, seq FROM journal_seal ORDER BY epoch DESC, seq DESC LIMIT 1";
    pub(crate) CURSOR = "SELECT epoch, seq FROM journal_cursor WHERE reader = ?1";
    pub(crate) KEEP_CURSOR = "INSERT INTO journal_cursor (reader, epoch, seq) VALUES (?1, ?2, ?3) \
        ON CONFLICT (reader) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq";
    pub(crate) ERASE = "DELETE FROM journal_payload WHERE row = (SELECT row FROM journal_entry WHERE id = ?1 AND subject = ?2)";
}

/// The next entries after a position, at most `limit`.
pub fn after(tx: &mut Tx<'_>, position: Position, limit: u32) -> Result<Vec<Numbered>> {
    tx.all(&AFTER, params![position.epoch, position.seq, limit])
}

/// The newest entries about one subject.
pub fn of_subject(tx: &mut Tx<'_>, subject: Uuid, limit: u32) -> Result<Vec<Numbered>> {
    tx.all(&OF_SUBJECT, params![subject, limit])
}

/// The payload of one entry, decrypted; `None` when it was lawfully erased or the entry is not there.
pub fn payload(tx: &mut Tx<'_>, position: Position) -> Result<Option<serde_json::Value>> {
    let found: Option<(Uuid, Option<Vec<u8>>)> = tx.one(&PAYLOAD, params![position.epoch, position.seq])?;
    let Some((id, Some(body))) = found else { return Ok(None) };
    let plain = tx.keys().open(crate::keys::Use::Journal, id.as_bytes(), &body)?;
    serde_json::from_slice(&plain).map(Some).map_err(base::Error::internal)
}

/// The last number given.
pub fn head(tx: &mut Tx<'_>) -> Result<Position> {
    Ok(tx.one::<(i64, i64)>(&HEAD, &[])?.map_or(Position::default(), |(epoch, seq)| Position { epoch, seq }))
}

/// How far a reader has come; the beginning when it never ran.
pub fn cursor(tx: &mut Tx<'_>, reader: &str) -> Result<Position> {
    Ok(tx
        .one::<(i64, i64)>(&CURSOR, params![reader])?
        .map_or(Position::default(), |(epoch, seq)| Position { epoch, seq }))
}

/// Keeps how far a reader has come, in the transaction of what it made of the entries.
pub fn keep_cursor(tx: &mut Tx<'_>, reader: &str, position: Position) -> Result<()> {
    tx.exec_one(&KEEP_CURSOR, params![reader, position.epoch, position.seq])
}

/// Erases the payload of one entry by law, and records that it was: the chain stays whole and says so.
pub fn erase(tx: &mut Tx<'_>, entry: Uuid, subject: Uuid, basis: &str) -> Result<()> {
    tx.exec_one(&ERASE, params![entry, subject])?;
    tx.record(super::Entry::new(ERASED, "journal", entry).after(&serde_json::json!({ "basis": basis }))?);
    Ok(())
}

/// The kind of the entry that records an erasure; its subject is the erased entry's id.
pub const ERASED: &str = "journal.erased";
