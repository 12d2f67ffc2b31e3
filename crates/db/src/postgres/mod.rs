//! PostgreSQL: connection threads that run closures, with BEGIN, scope and first statement in one message, and a read's
//! COMMIT not waited for.

mod tls;
mod wire;

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use async_channel::{Receiver, Sender};
use base::{Ctx, Error, Result, Value};
use futures_util::future::{join, join_all};
use tokio::runtime::Runtime;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Statement};

use crate::error::{Fault, busy, from_postgres, stopping, unreachable};
use crate::job::{Isolation, Job, Ran, read_once};
use crate::row::Row;
use crate::sql::Sql;
use crate::sqlite::NOT_DURABLE;
use crate::tx::{Conn, Prepared, Shared, Tx};
pub(crate) use wire::raw_column;
use wire::{PgArray, PgParam, PgUuid};

type Boxed = Box<dyn Job>;
type Driver<T> = std::result::Result<T, tokio_postgres::Error>;

/// A write that loses to another runs again for at most this long, then the caller is told that the record is busy.
const RETRY_FOR: Duration = Duration::from_secs(2);

/// Prepared statements kept on one connection.
const STATEMENTS_AT_MOST: usize = 512;

/// How a connection is made.
#[derive(Clone)]
pub(crate) struct Address {
    pub url: String,
    /// Refuse a server that does not write durably. Only throw-away test clusters turn this off.
    pub check_durability: bool,
}

/// One connection and the little runtime that drives it.
pub(crate) struct PgConn {
    rt: Runtime,
    pub(crate) client: Client,
    statements: HashMap<String, Statement>,
    /// BEGIN, still to be sent together with the first statement.
    begin: Option<&'static str>,
}

/// Stored with each write, entries first, in the order they were recorded.
static STORE_ENTRY: Sql = Sql::new(
    "STORE_ENTRY",
    "WITH entry AS (INSERT INTO journal_entry (ordinal, format, id, kind, noun, subject, unit, version, actor_kind, actor, \
     request, purpose, at, digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) RETURNING row) \
     INSERT INTO journal_payload (row, salt, body) SELECT row, ?15, ?16 FROM entry",
);

impl PgConn {
    pub(crate) fn connect(address: &Address) -> Result<Self> {
        let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
        let dial = tls::Dial::read(&address.url)?;
        let client = rt.block_on(async {
            let connecting = dial.config.connect(dial.connector);
            let (client, connection) = tokio::time::timeout(Duration::from_secs(5), connecting)
                .await
                .map_err(|_| unreachable("no answer within 5 s"))?
                .map_err(tls::unreached)?;
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::warn!(%error, "a database connection ended");
                }
            });
            Ok::<_, Error>(client)
        })?;
        let mut conn = Self { rt, client, statements: HashMap::new(), begin: None };
        conn.check(address)?;
        Ok(conn)
    }

    /// Whatever the server was set to, this connection keeps what it acknowledges, or is refused.
    fn check(&mut self, address: &Address) -> Result<()> {
        let asked = self.rt.block_on(async {
            self.client
                .batch_execute("SET synchronous_commit = on; SET TIME ZONE 'UTC'; SET client_min_messages = warning; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'")
                .await?;
            self.client
                .query_one(
                    "SELECT current_setting('synchronous_commit'), current_setting('fsync'), \
                     current_setting('full_page_writes'), current_setting('server_encoding')",
                    &[],
                )
                .await
        });
        let row = asked.map_err(unreachable)?;
        let held: [&str; 4] = [row.get(0), row.get(1), row.get(2), row.get(3)];
        if held[3] != "UTF8" {
            return Err(NOT_DURABLE.error(
                "Cơ sở dữ liệu PostgreSQL phải dùng bảng mã UTF8; hãy tạo lại cơ sở dữ liệu với ENCODING 'UTF8'.",
            ));
        }
        if address.check_durability && held[..3] != ["on", "on", "on"] {
            return Err(NOT_DURABLE.error(
                "Máy chủ PostgreSQL đang tắt ghi bền (synchronous_commit, fsync hoặc full_page_writes). Hãy bật lại cả ba rồi khởi động lại; chưa có gì bị thay đổi.",
            ));
        }
        Ok(())
    }

    fn prepare(&mut self, text: &str) -> Driver<Statement> {
        if let Some(known) = self.statements.get(text) {
            return Ok(known.clone());
        }
        // Lists put statements together: without a bound, unusual ones would stay on the server for ever.
        if self.statements.len() >= STATEMENTS_AT_MOST {
            self.statements.clear();
        }
        // Preparing needs no transaction: BEGIN stays with the statement's own message.
        let made = self.rt.block_on(self.client.prepare(text))?;
        self.statements.insert(text.to_owned(), made.clone());
        Ok(made)
    }

    pub(crate) fn param_types(&mut self, text: &str) -> Driver<Vec<crate::list::Type>> {
        use crate::list::Type as Door;
        Ok(self
            .prepare(text)?
            .params()
            .iter()
            .map(|ty| match *ty {
                Type::INT8 | Type::INT4 | Type::INT2 => Door::Int,
                Type::BOOL => Door::Bool,
                Type::BYTEA => Door::Bytes,
                Type::UUID => Door::Uuid,
                Type::DATE => Door::Date,
                _ => Door::Text,
            })
            .collect())
    }

    pub(crate) fn query(
        &mut self,
        text: &str,
        params: &[Value<'_>],
        take: &mut dyn FnMut(&Row<'_>) -> Result<bool>,
    ) -> Driver<Result<()>> {
        let statement = self.prepare(text)?;
        let params: Vec<PgParam<'_>> = params.iter().map(PgParam).collect();
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as &(dyn ToSql + Sync)).collect();
        let begin = self.begin.take();
        let rows = self.rt.block_on(async {
            let asked = self.client.query(&statement, &params);
            match begin {
                Some(begin) => {
                    let (begun, rows) = join(self.client.batch_execute(begin), asked).await;
                    begun?;
                    rows
                }
                None => asked.await,
            }
        })?;
        for row in &rows {
            match take(&Row::Postgres(row)) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(()))
    }

    pub(crate) fn execute(&mut self, text: &str, params: &[Value<'_>]) -> Driver<u64> {
        let params: Vec<PgParam<'_>> = params.iter().map(PgParam).collect();
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as &(dyn ToSql + Sync)).collect();
        self.execute_params(text, &params)
    }

    pub(crate) fn execute_arrays<const N: usize>(&mut self, text: &str, columns: &[Vec<Value<'_>>; N]) -> Driver<u64> {
        let columns: Vec<PgArray<'_>> = columns.iter().map(|column| PgArray(column)).collect();
        let params: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|p| p as &(dyn ToSql + Sync)).collect();
        self.execute_params(text, &params)
    }

    fn execute_params(&mut self, text: &str, params: &[&(dyn ToSql + Sync)]) -> Driver<u64> {
        let statement = self.prepare(text)?;
        let begin = self.begin.take();
        self.rt.block_on(async {
            let asked = self.client.execute(&statement, params);
            match begin {
                Some(begin) => {
                    let (begun, rows) = join(self.client.batch_execute(begin), asked).await;
                    begun?;
                    rows
                }
                None => asked.await,
            }
        })
    }

    /// Statements outside the closure: savepoints, DDL.
    pub(crate) fn plain(&mut self, sql: &str) -> Driver<()> {
        if let Some(begin) = self.begin.take() {
            self.rt.block_on(self.client.batch_execute(begin))?;
        }
        self.rt.block_on(self.client.batch_execute(sql))
    }

    /// Ends a read without waiting for the answer: the next message follows it on the same wire.
    fn end_read(&mut self) {
        if self.begin.take().is_some() {
            return;
        }
        let _entered = self.rt.enter();
        let commit = pin!(self.client.batch_execute("COMMIT"));
        let _sent: Poll<_> = std::future::Future::poll(commit, &mut Context::from_waker(Waker::noop()));
    }

    /// Stores the entries and commits, in one message.
    fn commit(&mut self, entries: &[Prepared]) -> Driver<()> {
        if entries.is_empty() {
            if self.begin.take().is_some() {
                return Ok(());
            }
            return self.rt.block_on(self.client.batch_execute("COMMIT"));
        }
        let store = self.prepare(STORE_ENTRY.text(crate::Dialect::Postgres))?;
        let begin = self.begin.take();
        let ordinals: Vec<i64> = (0..i64::try_from(entries.len()).unwrap_or(i64::MAX)).collect();
        let rows: Vec<Vec<Box<dyn ToSql + Sync>>> = entries
            .iter()
            .zip(ordinals)
            .map(|(entry, ordinal)| {
                let h = &entry.header;
                let values: Vec<Box<dyn ToSql + Sync>> = vec![
                    Box::new(ordinal),
                    Box::new(h.format),
                    Box::new(PgUuid(Some(h.id))),
                    Box::new(h.kind.clone()),
                    Box::new(h.noun.clone()),
                    Box::new(PgUuid(h.subject)),
                    Box::new(PgUuid(h.unit)),
                    Box::new(h.version),
                    Box::new(h.actor_kind.clone()),
                    Box::new(h.actor.clone()),
                    Box::new(h.request.clone()),
                    Box::new(h.purpose.clone()),
                    Box::new(h.at),
                    Box::new(h.digest.to_vec()),
                    Box::new(entry.salt.to_vec()),
                    Box::new(entry.body.clone()),
                ];
                values
            })
            .collect();
        let refs: Vec<Vec<&(dyn ToSql + Sync)>> =
            rows.iter().map(|row| row.iter().map(|v| &**v as &(dyn ToSql + Sync)).collect()).collect();
        self.rt.block_on(async {
            let begun = async {
                match begin {
                    Some(begin) => self.client.batch_execute(begin).await,
                    None => Ok(()),
                }
            };
            let stored = join_all(refs.iter().map(|row| self.client.execute(&store, row)));
            let ((begun, stored), committed) = join(join(begun, stored), self.client.batch_execute("COMMIT")).await;
            // A failed insert turns the COMMIT into a rollback that does not complain: the inserts are asked first.
            begun?;
            for one in stored {
                one?;
            }
            committed
        })
    }

    fn rollback(&mut self) -> bool {
        if self.begin.take().is_some() {
            return true;
        }
        self.rt.block_on(self.client.batch_execute("ROLLBACK")).is_ok()
    }
}

const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ";
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
    /// Starts the connection threads. One third of them serve reads only, so that writes waiting on a lock cannot
    /// keep everybody from reading; the rest serve both.
    pub(crate) fn open(address: &Address, connections: usize, shared: &Arc<Shared>) -> Result<Self> {
        let (read_to, read_from) = async_channel::bounded::<Boxed>(4_096);
        let (write_to, write_from) = async_channel::bounded::<Boxed>(4_096);
        let committed = Arc::new(tokio::sync::Notify::new());
        let mut threads = Vec::new();
        let readers = (connections / 3).max(1);
        for i in 0..connections.max(2) {
            let reads = read_from.clone();
            let writes = (i >= readers).then(|| write_from.clone());
            let worker = Worker {
                address: address.clone(),
                shared: Arc::clone(shared),
                committed: Arc::clone(&committed),
                conn: None,
            };
            let thread = std::thread::Builder::new()
                .name(format!("db-pg-{i}"))
                .spawn(move || worker.serve(&reads, writes.as_ref()))
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

enum Next {
    Read(Boxed),
    Write(Boxed),
    Closed,
}

async fn next(reads: &Receiver<Boxed>, writes: Option<&Receiver<Boxed>>) -> Next {
    let Some(writes) = writes else {
        return reads.recv().await.map_or(Next::Closed, Next::Read);
    };
    if let Ok(job) = writes.try_recv() {
        return Next::Write(job);
    }
    tokio::select! {
        job = writes.recv() => match job {
            Ok(job) => Next::Write(job),
            // Both close together; what was still sent to be read is served by the reading threads.
            Err(_) => Next::Closed,
        },
        job = reads.recv() => job.map_or(Next::Closed, Next::Read),
    }
}

impl Worker {
    fn serve(mut self, reads: &Receiver<Boxed>, writes: Option<&Receiver<Boxed>>) {
        let Ok(idle) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        loop {
            // Waiting inside the connection's own runtime keeps the connection answering while idle.
            let next = match &self.conn {
                Some(conn) => conn.rt.block_on(next(reads, writes)),
                None => idle.block_on(next(reads, writes)),
            };
            let (mut job, write) = match next {
                Next::Read(job) => (job, false),
                Next::Write(job) => (job, true),
                Next::Closed => return,
            };
            if self.shared.other_key.load(Ordering::Relaxed) {
                job.answer(Some(other_key()));
                continue;
            }
            if self.conn.as_ref().is_none_or(|conn| conn.client.is_closed()) {
                self.conn = None;
                match PgConn::connect(&self.address) {
                    Ok(conn) => self.conn = Some(conn),
                    Err(error) => {
                        job.answer(Some(error));
                        continue;
                    }
                }
            }
            if write { self.write(&mut job) } else { self.read(&mut job) }
        }
    }

    fn read(&mut self, job: &mut Boxed) {
        let Some(conn) = &mut self.conn else { return };
        if job.is_forsaken() {
            return;
        }
        conn.begin = Some(BEGIN_READ);
        match job.run(Conn::Postgres(conn), &self.shared) {
            Ran::Well(_) => conn.end_read(),
            Ran::Not(Some(Fault::Lost)) => self.conn = None,
            Ran::Not(_) => {
                if !conn.rollback() {
                    self.conn = None;
                }
            }
        }
        job.answer(None);
    }

    fn write(&mut self, job: &mut Boxed) {
        let began = Instant::now();
        let mut turn = 0u32;
        loop {
            let Some(conn) = &mut self.conn else { return };
            conn.begin = Some(match job.isolation() {
                Isolation::Repeatable => BEGIN_WRITE,
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
