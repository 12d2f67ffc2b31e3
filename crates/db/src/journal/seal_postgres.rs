//! The sealer on PostgreSQL: one thread in the whole cluster, by advisory lock, on its own connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use base::{Error, Result, Uuid};

use super::chain::{GENESIS, Header, link};
use super::seal::HEADER_COLUMNS;
use super::{Head, Position};
use crate::keys::Keys;
use crate::params;
use crate::postgres::{Address, PgConn};
use crate::tx::Shared;

/// Two numbers that name the sealer's lock in the database.
const LOCK: &str = "SELECT pg_try_advisory_lock(1802007909, 1)";
/// Said by every server for as long as it works on the database: no key is changed meanwhile.
pub(crate) const HERE: &str = "SELECT pg_advisory_lock_shared(1802007909, 5)";
/// Taken by whoever changes the key, when no server is here.
pub(crate) const ALONE: &str = "SELECT pg_try_advisory_lock(1802007909, 5)";
/// How long an entry of another server may wait before this one looks (its own commits wake it at once).
const LOOK_EVERY: Duration = Duration::from_millis(150);
/// Between two sealings: each costs a sync and five statements, which under load would be one for every few writes. A
/// write after a quiet moment is numbered at once.
const PACE: Duration = Duration::from_millis(20);
/// How long a server that is not the sealer waits before it tries to become it.
const TRY_EVERY: Duration = Duration::from_millis(1_000);
/// Entries numbered in one transaction.
const BATCH: i64 = 2_000;

pub(crate) struct PgSealer {
    stop: Arc<AtomicBool>,
    wake: Arc<tokio::sync::Notify>,
    thread: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl PgSealer {
    /// Begins to seal. `opened` is the connection that the database was opened with: it says that a server is here until
    /// the sealer's own does.
    pub(crate) fn start(
        address: Address,
        shared: Arc<Shared>,
        wake: Arc<tokio::sync::Notify>,
        opened: Box<PgConn>,
    ) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, woken) = (Arc::clone(&stop), Arc::clone(&wake));
        let thread = std::thread::Builder::new()
            .name("db-sealer".to_owned())
            .spawn(move || forever(&address, &shared, &woken, &stopped, opened))
            .map_err(Error::internal)?;
        Ok(Self { stop, wake, thread: std::sync::Mutex::new(Some(thread)) })
    }

    pub(crate) fn close(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.wake.notify_one();
        if let Some(thread) = self.thread.lock().ok().and_then(|mut thread| thread.take()) {
            let _ended = thread.join();
        }
    }
}

fn forever(
    address: &Address,
    shared: &Arc<Shared>,
    wake: &tokio::sync::Notify,
    stop: &AtomicBool,
    opened: Box<PgConn>,
) {
    let mut until_here = Some(opened);
    let Ok(rt) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let mut sealer: Option<Sealer> = None;
    let mut conn: Option<PgConn> = None;
    let mut last_sealed: Option<Instant> = None;
    loop {
        let stopping = stop.load(Ordering::Relaxed);
        if conn.is_none() {
            sealer = None;
            // Between two connections nobody said that this server is here: the key may have been changed.
            conn = match PgConn::connect(address).and_then(|mut conn| Ok((is_known(&mut conn, &shared.keys)?, conn))) {
                Ok((true, conn)) => Some(conn),
                Ok((false, _)) => {
                    shared.other_key.store(true, Ordering::Relaxed);
                    tracing::error!(error = ?crate::postgres::other_key(), "the database's key was changed: this server serves no more until it is started again with the new key file");
                    return;
                }
                Err(_) => None,
            };
            if conn.is_some() {
                drop(until_here.take());
            }
        }
        let wait = match (&mut conn, &mut sealer) {
            (None, _) => TRY_EVERY,
            (Some(open), Some(sealing)) => match sealing.seal(open, shared) {
                Ok(Sealed { more: true, .. }) => Duration::ZERO,
                Ok(Sealed { any, .. }) => {
                    last_sealed = any.then(Instant::now).or(last_sealed);
                    LOOK_EVERY
                }
                Err(error) => {
                    tracing::warn!(?error, "the sealer lost its connection");
                    (conn, sealer) = (None, None);
                    LOOK_EVERY
                }
            },
            (Some(open), None) => match become_sealer(open) {
                Ok(Some(found)) => {
                    sealer = Some(found);
                    Duration::ZERO
                }
                Ok(None) => {
                    // Another server seals; its numbers are followed for the live readers of this one.
                    if let Ok(Some(head)) = last(open) {
                        publish(shared, head);
                    }
                    LOOK_EVERY
                }
                Err(_) => {
                    (conn, sealer) = (None, None);
                    TRY_EVERY
                }
            },
        };
        // One last look after the writers have ended, so that a stopped server leaves nothing unnumbered.
        if stopping && wait > Duration::ZERO {
            return;
        }
        if wait > Duration::ZERO {
            rt.block_on(async {
                let _woken = tokio::time::timeout(wait, wake.notified()).await;
                let early = last_sealed.and_then(|at| PACE.checked_sub(at.elapsed()));
                if let (Some(early), false) = (early, stop.load(Ordering::Relaxed)) {
                    tokio::time::sleep(early).await;
                }
            });
        }
    }
}

fn publish(shared: &Shared, head: Head) {
    shared.head.send_if_modified(|known| {
        let new = known.is_none_or(|known| known.at < head.at);
        if new {
            *known = Some(head);
        }
        new
    });
}

/// Numbers entries and remembers where the chain ends.
struct Sealer {
    node: Uuid,
    end: (Position, [u8; 32]),
    watermark: String,
}

fn rows<T: crate::FromRow>(conn: &mut PgConn, sql: &str, params: &[base::Value<'_>]) -> Result<Vec<T>> {
    let mut found = Vec::new();
    conn.query(&crate::sql::expand(sql, crate::Dialect::Postgres), params, &mut |row| {
        found.push(T::from_row(row)?);
        Ok(true)
    })
    .map_err(|e| crate::error::from_postgres(e, "sealer", &[]).error)??;
    Ok(found)
}

fn plain(conn: &mut PgConn, sql: &str) -> Result<()> {
    conn.plain(sql).map_err(|e| crate::error::from_postgres(e, "sealer", &[]).error)
}

/// Says that this server is here, so that nobody changes the key any more, and looks whether it is one of these.
fn is_known(conn: &mut PgConn, keys: &Keys) -> Result<bool> {
    plain(conn, HERE)?;
    let named: Vec<(u32, [u8; 32])> = rows(conn, "SELECT key_id, key_check FROM installation", &[])?;
    Ok(named.iter().all(|(id, check)| keys.check_value(*id).is_ok_and(|ours| ours == *check)))
}

fn last(conn: &mut PgConn) -> Result<Option<Head>> {
    let found: Vec<(Uuid, i64, i64, [u8; 32])> = rows(
        conn,
        "SELECT i.node, s.epoch, s.seq, s.hash FROM installation i, journal_seal s ORDER BY s.epoch DESC, s.seq DESC LIMIT 1",
        &[],
    )?;
    Ok(found.into_iter().next().map(|(node, epoch, seq, hash)| Head { node, at: Position { epoch, seq }, hash }))
}

fn become_sealer(conn: &mut PgConn) -> Result<Option<Sealer>> {
    let got: Vec<(bool,)> = rows(conn, LOCK, &[])?;
    if !got.first().is_some_and(|(got,)| *got) {
        return Ok(None);
    }
    let installed: Vec<(Uuid, i64)> = rows(conn, "SELECT node, epoch FROM installation", &[])?;
    let Some((node, epoch)) = installed.into_iter().next() else { return Ok(None) };
    let end = match last(conn)? {
        Some(head) if head.at.epoch == epoch => (head.at, head.hash),
        Some(head) => (Position { epoch, seq: 0 }, head.hash),
        None => (Position { epoch, seq: 0 }, GENESIS),
    };
    let watermark: Vec<(String,)> = rows(conn, "SELECT watermark FROM journal_sealer", &[])?;
    Ok(Some(Sealer { node, end, watermark: watermark.into_iter().next().map_or_else(|| "0".to_owned(), |(w,)| w) }))
}

struct Waiting {
    row: i64,
    header: Header,
}

impl crate::FromRow for Waiting {
    const COLUMNS: &'static [&'static str] = &[];
    fn from_row(row: &crate::Row<'_>) -> Result<Self> {
        Ok(Self {
            row: row.get(0)?,
            header: Header {
                format: row.get(1)?,
                id: row.get(2)?,
                kind: row.get(3)?,
                noun: row.get(4)?,
                subject: row.get(5)?,
                unit: row.get(6)?,
                version: row.get(7)?,
                actor_kind: row.get(8)?,
                actor: row.get(9)?,
                request: row.get(10)?,
                purpose: row.get(11)?,
                at: row.get(12)?,
                digest: row.get(13)?,
            },
        })
    }
}

/// What a sealing came to.
struct Sealed {
    /// Whether there was anything to number.
    any: bool,
    /// Whether more may wait.
    more: bool,
}

impl Sealer {
    /// Numbers what is committed and not numbered.
    fn seal(&mut self, conn: &mut PgConn, shared: &Shared) -> Result<Sealed> {
        // Everything below this transaction id has ended before the next statement looks.
        let below: Vec<(String,)> = rows(conn, "SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text)", &[])?;
        let below = below.into_iter().next().map_or_else(|| self.watermark.clone(), |(below,)| below);
        let waiting: Vec<Waiting> = rows(
            conn,
            &format!(
                "SELECT e.row, {HEADER_COLUMNS} FROM journal_entry e LEFT JOIN journal_seal s ON s.row = e.row \
                 WHERE e.tx >= CAST(CAST(?1 AS text) AS xid8) AND s.row IS NULL ORDER BY e.tx, e.ordinal LIMIT ?2"
            ),
            params![self.watermark, BATCH],
        )?;
        if waiting.is_empty() {
            self.watermark = below;
            return Ok(Sealed { any: false, more: false });
        }
        let full = i64::try_from(waiting.len()).unwrap_or(BATCH) >= BATCH;
        let (mut at, mut hash) = self.end;
        let (mut epochs, mut seqs, mut numbered, mut hashes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for entry in &waiting {
            at.seq += 1;
            hash = link(&hash, self.node, at, &entry.header);
            epochs.push(base::Value::Int(at.epoch));
            seqs.push(base::Value::Int(at.seq));
            numbered.push(base::Value::Int(entry.row));
            hashes.push(base::Value::Bytes(hash.to_vec().into()));
        }
        plain(conn, "BEGIN ISOLATION LEVEL READ COMMITTED")?;
        let stored = conn
            .execute_arrays(
                "INSERT INTO journal_seal (epoch, seq, row, hash) SELECT * FROM unnest(CAST($1 AS bigint[]), CAST($2 AS bigint[]), CAST($3 AS bigint[]), CAST($4 AS bytea[]))",
                &[epochs, seqs, numbered, hashes],
            )
            .map_err(|e| crate::error::from_postgres(e, "sealer", &[]).error)
            .and_then(|_| {
                let keep = if full { &self.watermark } else { &below };
                conn.execute("UPDATE journal_sealer SET watermark = $1", params![keep])
                    .map_err(|e| crate::error::from_postgres(e, "sealer", &[]).error)
            })
            .and_then(|_| plain(conn, &format!("NOTIFY khue_journal, '{at}'; COMMIT")));
        if let Err(error) = stored {
            let _undone = plain(conn, "ROLLBACK");
            return Err(error);
        }
        self.end = (at, hash);
        if !full {
            self.watermark = below;
        }
        publish(shared, Head { node: self.node, at, hash });
        Ok(Sealed { any: true, more: full })
    }
}
