//! The sealer: numbers what is committed and chains the hashes. On SQLite it is part of the writer and its numbering is
//! the last act before the group's commit; on PostgreSQL it is the holder of an advisory lock.

use std::sync::Arc;

use base::{Error, Result, Uuid};
use rusqlite::Connection;

use super::chain::{GENESIS, link};
use super::{Head, Position};
use crate::tx::{Prepared, Shared};

/// The columns of an entry's header, in the order that every statement of the journal uses.
pub(crate) const HEADER_COLUMNS: &str = "e.format, e.id, e.kind, e.noun, e.subject, e.unit, e.version, e.actor_kind, e.actor, e.request, e.purpose, e.at, e.digest";

/// Numbers entries inside the writer's transaction.
pub(crate) struct SqliteSealer {
    node: Uuid,
    /// What is committed.
    kept: (Position, [u8; 32]),
    /// What the open transaction adds.
    open: (Position, [u8; 32]),
    /// Entries of the open transaction that are stored and not yet numbered.
    pending: Vec<(i64, super::chain::Header)>,
}

impl SqliteSealer {
    pub(crate) fn load(conn: &Connection, shared: &Shared) -> Result<Self> {
        let failed = |e: rusqlite::Error| Error::internal(format!("sealer: {e}"));
        let has_tables: i64 = conn
            .query_row("SELECT count(*) FROM sqlite_master WHERE name = 'installation'", [], |row| row.get(0))
            .map_err(failed)?;
        let installed = if has_tables == 1 {
            conn.query_row("SELECT node, epoch FROM installation", [], |row| {
                Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, i64>(1)?))
            })
            .map(Some)
            .or_else(|e| if e == rusqlite::Error::QueryReturnedNoRows { Ok(None) } else { Err(e) })
            .map_err(failed)?
        } else {
            None
        };
        let Some((node, epoch)) = installed else {
            let nothing = (Position::default(), GENESIS);
            return Ok(Self { node: Uuid::nil(), kept: nothing, open: nothing, pending: Vec::new() });
        };
        let last = conn
            .query_row("SELECT epoch, seq, hash FROM journal_seal ORDER BY epoch DESC, seq DESC LIMIT 1", [], |row| {
                Ok((Position { epoch: row.get(0)?, seq: row.get(1)? }, row.get::<_, [u8; 32]>(2)?))
            })
            .or_else(|e| {
                if e == rusqlite::Error::QueryReturnedNoRows { Ok((Position::default(), GENESIS)) } else { Err(e) }
            })
            .map_err(failed)?;
        let node = Uuid::from_bytes(node);
        if last.0.seq > 0 {
            shared.head.send_replace(Some(Head { node, at: last.0, hash: last.1 }));
        }
        // A new epoch numbers from one again, over the hash it continues from.
        let kept = if last.0.epoch == epoch { last } else { (Position { epoch, seq: 0 }, last.1) };
        Ok(Self { node, kept, open: kept, pending: Vec::new() })
    }

    /// Stores the entries of one closure; they are numbered with their group.
    pub(crate) fn store(
        &mut self,
        conn: &Connection,
        entries: Vec<Prepared>,
    ) -> std::result::Result<(), rusqlite::Error> {
        for (ordinal, entry) in entries.into_iter().enumerate() {
            let h = &entry.header;
            conn.prepare_cached(
                "INSERT INTO journal_entry (ordinal, format, id, kind, noun, subject, unit, version, actor_kind, actor, \
                 request, purpose, at, digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute(rusqlite::params![
                i64::try_from(ordinal).unwrap_or(i64::MAX),
                h.format,
                h.id.as_bytes(),
                h.kind,
                h.noun,
                h.subject.as_ref().map(Uuid::as_bytes),
                h.unit.as_ref().map(Uuid::as_bytes),
                h.version,
                h.actor_kind,
                h.actor,
                h.request,
                h.purpose,
                h.at,
                h.digest,
            ])?;
            let row = conn.last_insert_rowid();
            conn.prepare_cached("INSERT INTO journal_payload (row, salt, body) VALUES (?1, ?2, ?3)")?
                .execute(rusqlite::params![row, entry.salt, entry.body])?;
            self.pending.push((row, entry.header));
        }
        Ok(())
    }

    pub(crate) fn mark(&self) -> usize {
        self.pending.len()
    }

    pub(crate) fn back_to(&mut self, mark: usize) {
        self.pending.truncate(mark);
    }

    /// Numbers what the open transaction has stored.
    pub(crate) fn seal(&mut self, conn: &Connection) -> std::result::Result<(), rusqlite::Error> {
        if self.node.is_nil() && !self.pending.is_empty() {
            // The installation row was written by this very transaction.
            let (node, epoch) = conn.query_row("SELECT node, epoch FROM installation", [], |row| {
                Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, i64>(1)?))
            })?;
            self.node = Uuid::from_bytes(node);
            self.open = (Position { epoch, seq: 0 }, GENESIS);
        }
        for (row, header) in self.pending.drain(..) {
            let (at, hash) = &mut self.open;
            at.seq += 1;
            *hash = link(hash, self.node, *at, &header);
            conn.prepare_cached("INSERT INTO journal_seal (epoch, seq, row, hash) VALUES (?1, ?2, ?3, ?4)")?
                .execute(rusqlite::params![at.epoch, at.seq, row, &hash[..]])?;
        }
        Ok(())
    }

    /// The transaction is committed: its numbers stand.
    pub(crate) fn keep(&mut self, shared: &Arc<Shared>) {
        if self.kept == self.open {
            return;
        }
        self.kept = self.open;
        shared.head.send_replace(Some(Head { node: self.node, at: self.kept.0, hash: self.kept.1 }));
    }

    /// The transaction is gone, and its numbers with it.
    pub(crate) fn forget(&mut self) {
        self.open = self.kept;
        self.pending.clear();
    }
}
