//! `khue journal verify`: walks the chain and says *intact*, *lawfully erased*, *altered* or *cut off*, and where.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use base::{Result, Uuid};

use super::chain::{GENESIS, Header, link, payload_digest};
use super::read::ERASED;
use super::{Position, heads};
use crate::keys::Use;
use crate::tx::Tx;
use crate::{Row, params, statements};

/// What is wrong at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A number is missing: its entry was taken out.
    Missing,
    /// The entry's own words no longer give the hash that was chained.
    Entry,
    /// The payload is not the one that was digested, or cannot be decrypted.
    Payload,
    /// The payload is gone and no erasure was recorded.
    PayloadGone,
    /// A signed head names a hash that is not the chain's.
    Head,
    /// A signed head names a number after the chain's end: the end was cut off.
    CutOff,
}

impl Wrong {
    /// The Vietnamese words for a report.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::Missing => "thiếu mục nhật ký",
            Self::Entry => "mục nhật ký đã bị sửa",
            Self::Payload => "nội dung của mục đã bị sửa",
            Self::PayloadGone => "nội dung của mục đã bị xoá mà không có ghi nhận xoá hợp pháp",
            Self::Head => "chuỗi khác với mốc đã ký",
            Self::CutOff => "phần cuối nhật ký đã bị cắt",
        }
    }
}

/// The outcome of a verification.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Entries walked.
    pub entries: u64,
    /// Payloads whose digest was checked.
    pub payloads: u64,
    /// Entries whose payload was lawfully erased, with a record of it.
    pub erased: Vec<(Position, Uuid)>,
    /// What is wrong, in order, with the entry's id where it is known.
    pub wrong: Vec<(Position, Option<Uuid>, Wrong)>,
    /// Signed heads that agree with the chain.
    pub heads: u64,
    /// Entries committed and not yet numbered.
    pub waiting: u64,
    /// The end of the chain.
    pub end: Position,
}

impl Report {
    /// Whether nothing was altered or cut off.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.wrong.is_empty()
    }
}

/// One sealed entry with all that is hashed, and its payload when it stands.
struct Sealed {
    at: Position,
    hash: [u8; 32],
    header: Header,
    payload: Option<([u8; 16], Vec<u8>)>,
}

impl crate::FromRow for Sealed {
    const COLUMNS: &'static [&'static str] = &[];
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let salt: Option<Vec<u8>> = row.get(16)?;
        let body: Option<Vec<u8>> = row.get(17)?;
        let salt = salt.and_then(|salt| <[u8; 16]>::try_from(salt).ok());
        // A digest of a wrong length is an altered one: it must be reported, not end the walk.
        let bytes32 = |bytes: Vec<u8>| <[u8; 32]>::try_from(bytes).unwrap_or([0; 32]);
        Ok(Self {
            at: Position { epoch: row.get(0)?, seq: row.get(1)? },
            hash: bytes32(row.get(2)?),
            header: Header {
                format: row.get(3)?,
                id: row.get(4)?,
                kind: row.get(5)?,
                noun: row.get(6)?,
                subject: row.get(7)?,
                unit: row.get(8)?,
                version: row.get(9)?,
                actor_kind: row.get(10)?,
                actor: row.get(11)?,
                request: row.get(12)?,
                purpose: row.get(13)?,
                at: row.get(14)?,
                digest: bytes32(row.get(15)?),
            },
            payload: salt.zip(body),
        })
    }
}

statements! {
    pub(crate) SEALED = "SELECT s.epoch, s.seq, s.hash, e.format, e.id, e.kind, e.noun, e.subject, e.unit, e.version, \
        e.actor_kind, e.actor, e.request, e.purpose, e.at, e.digest, p.salt, p.body \
        FROM journal_seal s JOIN journal_entry e ON e.row = s.row LEFT JOIN journal_payload p ON p.row = s.row \
        ORDER BY s.epoch, s.seq";
    pub(crate) EPOCHS = "SELECT epoch, node, previous_epoch, previous_seq, previous_hash FROM journal_epoch ORDER BY epoch";
    pub(crate) ERASURES = "SELECT e.subject FROM journal_entry e WHERE e.kind = ?1 AND e.subject IS NOT NULL";
    pub(crate) WAITING = "SELECT count(*) FROM journal_entry e LEFT JOIN journal_seal s ON s.row = e.row WHERE s.row IS NULL";
}

type EpochRow = (i64, Uuid, Option<i64>, Option<i64>, Option<Vec<u8>>);

/// Walks the whole journal. `data` is the folder of the signed heads. With `payloads` false (no key at hand) only
/// the chain is checked.
pub fn verify(tx: &mut Tx<'_>, data: &Path, payloads: bool) -> Result<Report> {
    let epochs: Vec<EpochRow> = tx.all(&EPOCHS, &[])?;
    let erased: HashSet<Uuid> = tx.all::<(Uuid,)>(&ERASURES, params![ERASED])?.into_iter().map(|(id,)| id).collect();
    let (signed, _half_written) = heads::read(data, tx.keys())?;
    let mut signed: HashMap<Position, ([u8; 32], Uuid)> =
        signed.into_iter().map(|head| (head.at, (head.hash, head.node))).collect();
    let mut report = Report::default();
    let keys = tx.keys().clone();
    let node_of: HashMap<i64, Uuid> = epochs.iter().map(|(epoch, node, ..)| (*epoch, *node)).collect();
    let mut previous = GENESIS;
    let mut at = Position::default();
    tx.each(&SEALED, &[], |sealed: Sealed| {
        if sealed.at.epoch != at.epoch {
            at = Position { epoch: sealed.at.epoch, seq: 0 };
            // A new epoch continues from the head it names.
            previous = epochs
                .iter()
                .find(|(epoch, ..)| *epoch == sealed.at.epoch)
                .and_then(|(.., hash)| hash.as_deref().and_then(|hash| <[u8; 32]>::try_from(hash).ok()))
                .unwrap_or(GENESIS);
        }
        while at.seq + 1 < sealed.at.seq {
            at.seq += 1;
            report.wrong.push((at, None, Wrong::Missing));
        }
        at = sealed.at;
        report.entries += 1;
        let id = sealed.header.id;
        let node = node_of.get(&at.epoch).copied().unwrap_or_default();
        if link(&previous, node, at, &sealed.header) != sealed.hash {
            report.wrong.push((at, Some(id), Wrong::Entry));
        }
        if let Some((hash, signed_node)) = signed.remove(&at) {
            if hash == sealed.hash && signed_node == node {
                report.heads += 1;
            } else {
                report.wrong.push((at, Some(id), Wrong::Head));
            }
        }
        match &sealed.payload {
            None if erased.contains(&id) => report.erased.push((at, id)),
            None => report.wrong.push((at, Some(id), Wrong::PayloadGone)),
            Some((salt, body)) if payloads => {
                report.payloads += 1;
                let holds = keys
                    .open(Use::Journal, id.as_bytes(), body)
                    .is_ok_and(|plain| payload_digest(salt, &plain) == sealed.header.digest);
                if !holds {
                    report.wrong.push((at, Some(id), Wrong::Payload));
                }
            }
            Some(_) => {}
        }
        previous = sealed.hash;
        Ok(())
    })?;
    report.end = at;
    // What is left of the signed heads names numbers that are not here. A later epoch may have said so itself.
    let mut left: Vec<Position> = signed.into_keys().collect();
    left.sort();
    for head in left {
        let said = epochs.iter().any(|(epoch, _, previous_epoch, previous_seq, _)| {
            *epoch > head.epoch && *previous_epoch == Some(head.epoch) && previous_seq.is_some_and(|seq| seq < head.seq)
        });
        if !said && head > at {
            report.wrong.push((head, None, Wrong::CutOff));
        }
    }
    report.waiting = tx.one::<(i64,)>(&WAITING, &[])?.map_or(0, |(n,)| u64::try_from(n).unwrap_or(0));
    Ok(report)
}
