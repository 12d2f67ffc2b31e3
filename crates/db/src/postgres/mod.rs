//! PostgreSQL: connection threads that run closures. BEGIN goes with the first statement in one message, a read's COMMIT
//! is not waited for, and reads that were waiting together share one snapshot.

mod conn;
mod tls;
mod wire;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use async_channel::{Receiver, Sender};
use base::{Ctx, Error, Result};

use crate::error::{Fault, busy, from_postgres, stopping};
use crate::job::{Isolation, Job, Ran, read_once};
use crate::tx::{Conn, Shared, Tx};
pub(crate) use conn::PgConn;
pub(crate) use wire::raw_column;

type Boxed = Box<dyn Job>;

/// A write that loses to another runs again for at most this long, then the caller is told that the record is busy.
const RETRY_FOR: Duration = Duration::from_secs(2);

/// Reads that share one snapshot at most, so that none keeps the server from clearing old rows for long.
const READS_A_SNAPSHOT: usize = 16;

/// How many connections serve. Reads want few, which then share snapshots; writes want many, which then share syncs. So
/// each has its own, and neither keeps the other waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// Those that read.
    pub reading: usize,
    /// Those that write.
    pub writing: usize,
}

impl Connections {
    /// As many as suit a machine of so many cores.
    #[must_use]
    pub fn for_cores(cores: usize) -> Self {
        Self { reading: (4 * cores).clamp(4, 32), writing: (4 * cores).clamp(6, 32) }
    }
}

/// How a connection is made.
#[derive(Clone)]
pub(crate) struct Address {
    pub url: String,
    /// Refuse a server that does not write durably. Only throw-away test clusters turn this off.
    pub check_durability: bool,
}

/// What transactions of a serving connection are when they say nothing else. Said once a connection and not with every
/// BEGIN: the server takes a BEGIN with such words several times as long, and puts everything back at its end.
const USUAL: &str = "SET default_transaction_isolation = 'repeatable read'";
const USUAL_READ: &str =
    "SET default_transaction_isolation = 'repeatable read'; SET default_transaction_read_only = on";
/// Of a connection that is as usual.
const BEGIN: &str = "BEGIN";
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const BEGIN_COMMITTED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
const BEGIN_SERIALISABLE: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE";

pub(crate) struct PgStore {
    address: Address,
    readers: Sender<Boxed>,
    writers: Sender<Boxed>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    pub(crate) committed: Arc<tokio::sync::Notify>,
}

impl PgStore {
    /// Starts the connection threads.
    pub(crate) fn open(address: &Address, connections: Connections, shared: &Arc<Shared>) -> Result<Self> {
        let (read_to, read_from) = async_channel::bounded::<Boxed>(4_096);
        let (write_to, write_from) = async_channel::bounded::<Boxed>(4_096);
        let committed = Arc::new(tokio::sync::Notify::new());
        let mut threads = Vec::new();
        let reading = std::iter::repeat_n((&read_from, false), connections.reading.max(1));
        let writing = std::iter::repeat_n((&write_from, true), connections.writing.max(1));
        for (i, (jobs, write)) in reading.chain(writing).enumerate() {
            let jobs = jobs.clone();
            let worker = Worker {
                address: address.clone(),
                shared: Arc::clone(shared),
                committed: Arc::clone(&committed),
                conn: None,
            };
            let thread = std::thread::Builder::new()
                .name(format!("db-pg-{i}"))
                .spawn(move || worker.serve(&jobs, write))
                .map_err(Error::internal)?;
            threads.push(thread);
        }
        let address = address.clone();
        Ok(Self { address, readers: read_to, writers: write_to, threads: Mutex::new(threads), committed })
    }

    /// Reads for long on a connection of its own; blocks.
    pub(crate) fn read_long<T>(
        &self,
        closure: impl FnOnce(&mut Tx<'_>) -> Result<T>,
        ctx: Ctx,
        shared: &Arc<Shared>,
    ) -> Result<T> {
        if self.readers.is_closed() {
            return Err(stopping());
        }
        if shared.other_key.load(Ordering::Relaxed) {
            return Err(other_key());
        }
        let mut conn = PgConn::connect(&self.address)?;
        conn.begin = Some(BEGIN_READ);
        // The transaction ends with the connection.
        read_once(closure, ctx, Conn::Postgres(&mut conn), shared).0
    }

    pub(crate) async fn send(&self, job: Boxed, write: bool) {
        let channel = if write { &self.writers } else { &self.readers };
        if let Err(refused) = channel.send(job).await {
            let mut job = refused.0;
            job.answer(Some(stopping()));
        }
    }

    pub(crate) fn close(&self) {
        self.readers.close();
        self.writers.close();
        let threads = self.threads.lock().map(|mut t| std::mem::take(&mut *t)).unwrap_or_default();
        for thread in threads {
            let _ended = thread.join();
        }
    }
}

struct Worker {
    address: Address,
    shared: Arc<Shared>,
    committed: Arc<tokio::sync::Notify>,
    conn: Option<PgConn>,
}

impl Worker {
    fn serve(mut self, jobs: &Receiver<Boxed>, write: bool) {
        let Ok(idle) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        let mut pending = None;
        loop {
            // Waiting inside the connection's own runtime keeps the connection answering while idle.
            let next = match (pending.take(), &self.conn) {
                (Some(read), _) => Ok(read),
                (None, Some(conn)) => conn.rt.block_on(jobs.recv()),
                (None, None) => idle.block_on(jobs.recv()),
            };
            let Ok(mut job) = next else { return };
            if self.shared.other_key.load(Ordering::Relaxed) {
                job.answer(Some(other_key()));
                continue;
            }
            if self.conn.as_ref().is_none_or(|conn| conn.client.is_closed()) {
                self.conn = None;
                let usual = if write { USUAL } else { USUAL_READ };
                match PgConn::connect(&self.address).and_then(|conn| conn.set(usual)) {
                    Ok(conn) => self.conn = Some(conn),
                    Err(error) => {
                        job.answer(Some(error));
                        continue;
                    }
                }
            }
            if write { self.write(&mut job) } else { pending = self.read(job, jobs) }
        }
    }

    /// Serves a read and, in the same transaction, those that were asked before its snapshot was taken: each sees
    /// everything that was committed before it was asked, and BEGIN and COMMIT are paid once. Reads are taken from the
    /// queue one by one, so that none waits behind a slow one while another connection is free. Answers a read that was
    /// asked later, to be served next.
    fn read(&mut self, first: Boxed, reads: &Receiver<Boxed>) -> Option<Boxed> {
        let conn = self.conn.as_mut()?;
        let taken = Instant::now();
        conn.begin = Some(BEGIN);
        let mut job = first;
        let mut served = 0;
        loop {
            if !job.is_forsaken() {
                match job.run(Conn::Postgres(conn), &self.shared) {
                    // A refusal leaves the transaction standing.
                    Ran::Well(_) | Ran::Not(None) => job.answer(None),
                    Ran::Not(Some(Fault::Lost)) => {
                        self.conn = None;
                        job.answer(None);
                        return None;
                    }
                    Ran::Not(Some(_)) => {
                        if !conn.rollback() {
                            self.conn = None;
                        }
                        job.answer(None);
                        return None;
                    }
                }
            }
            served += 1;
            let next = if served < READS_A_SNAPSHOT { reads.try_recv().ok() } else { None };
            match next {
                Some(read) if read.asked_at().is_some_and(|asked| asked <= taken) => job = read,
                later => {
                    conn.end_read();
                    return later;
                }
            }
        }
    }

    fn write(&mut self, job: &mut Boxed) {
        let began = Instant::now();
        let mut turn = 0u32;
        loop {
            let Some(conn) = &mut self.conn else { return };
            conn.begin = Some(match job.isolation() {
                Isolation::Repeatable => BEGIN,
                Isolation::Serialisable => BEGIN_SERIALISABLE,
                Isolation::Committed => BEGIN_COMMITTED,
            });
            let fault = match job.run(Conn::Postgres(conn), &self.shared) {
                Ran::Well(entries) => match conn.commit(&entries) {
                    Ok(()) => {
                        if !entries.is_empty() {
                            self.committed.notify_one();
                        }
                        job.answer(None);
                        return;
                    }
                    Err(error) => {
                        let understood = from_postgres(error, "COMMIT", &self.shared.constraints);
                        if understood.fault == Fault::Lost {
                            self.conn = None;
                            job.answer(Some(unknown_outcome(understood.error)));
                            return;
                        }
                        if understood.fault == Fault::Failed {
                            if !conn.rollback() {
                                self.conn = None;
                            }
                            job.answer(Some(understood.error));
                            return;
                        }
                        Some(Fault::Retry)
                    }
                },
                Ran::Not(fault) => fault,
            };
            match fault {
                Some(Fault::Lost) => {
                    self.conn = None;
                    job.answer(None);
                    return;
                }
                Some(Fault::Retry) => {
                    if !conn.rollback() {
                        self.conn = None;
                        job.answer(None);
                        return;
                    }
                    if began.elapsed() > RETRY_FOR {
                        job.answer(Some(busy()));
                        return;
                    }
                    metrics::counter!("khue_db_retries").increment(1);
                    std::thread::sleep(jitter(turn));
                    turn += 1;
                }
                Some(Fault::Failed) | None => {
                    if !conn.rollback() {
                        self.conn = None;
                    }
                    job.answer(None);
                    return;
                }
            }
        }
    }
}

/// See [`Shared::other_key`].
pub(crate) fn other_key() -> Error {
    crate::keys::KEY_OTHER.error(
        "Khoá của cơ sở dữ liệu đã được thay trong lúc máy chủ này mất kết nối, nên máy chủ ngừng phục vụ. Hãy chép tệp khoá mới về máy chủ này (KHUE_KEY) rồi khởi động lại.",
    )
}

/// Waits before a retry: up to 1, 2, 4 … 64 ms, spread by the thread's own address so that rivals part.
fn jitter(turn: u32) -> Duration {
    let most = 1_000u64 << turn.min(6);
    let noise = crate::keys::random::<8>().map(u64::from_le_bytes).unwrap_or(most / 2);
    Duration::from_micros(most / 4 + noise % most)
}

/// The connection broke while the commit was on its way: it may or may not have happened.
fn unknown_outcome(source: Error) -> Error {
    static UNKNOWN: base::Code =
        base::Code::new(base::Kind::Unavailable, "db.unknown_outcome", "Chưa rõ đã ghi được hay chưa");
    UNKNOWN
        .error("Mất kết nối cơ sở dữ liệu đúng lúc ghi nên chưa rõ đã ghi được hay chưa. Hãy tải lại để kiểm tra trước khi làm lại.")
        .retry_after(5)
        .caused_by(source)
}

impl Conn<'_> {
    /// The same connection for one more run.
    pub(crate) fn again(&mut self) -> Conn<'_> {
        match self {
            Conn::Sqlite(conn) => Conn::Sqlite(conn),
            Conn::Postgres(conn) => Conn::Postgres(conn),
        }
    }

    /// Sets or returns to a savepoint.
    pub(crate) fn undo_point(&mut self, sql: &str) -> std::result::Result<(), ()> {
        match self {
            Conn::Sqlite(conn) => conn.execute_batch(sql).map_err(|_| ()),
            Conn::Postgres(conn) => conn.plain(sql).map_err(|_| ()),
        }
    }
}
