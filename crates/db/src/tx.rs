//! A transaction, as a closure sees it: plain blocking calls, the same on both databases.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use base::{Ctx, Date, Error, Instant, Result, Uuid, Value};

use crate::error::{Constraint, Fault, STALE, from_postgres, from_sqlite};
use crate::journal::{Entry, Head};
use crate::keys::{Cipher, Keys, sha256};
use crate::postgres::PgConn;
use crate::row::{FromRow, Row};
use crate::sql::{Built, Dialect, Heard, Statement};

/// What all transactions of one database share.
pub(crate) struct Shared {
    pub keys: Keys,
    /// The cipher of journal payloads, made once.
    pub journal: Cipher,
    pub constraints: Vec<&'static Constraint>,
    /// Tests run every write twice and compare (see [`crate::Options::run_writes_twice`]).
    pub twice: bool,
    /// Where statements put together at run time are noted (see [`crate::Options::heard`]).
    pub heard: Option<Heard>,
    /// The last number given, for live readers.
    pub head: tokio::sync::watch::Sender<Option<Head>>,
    /// Told when a write that put work into the queue has been committed.
    pub work: Arc<tokio::sync::Notify>,
    /// The installation has another key by now, which this program does not know: it must not go on.
    pub other_key: AtomicBool,
}

/// The driver's connection under a transaction.
pub(crate) enum Conn<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(&'c mut PgConn),
}

/// A transaction. Reads see one moment; writes are all or nothing.
pub struct Tx<'c> {
    pub(crate) conn: Conn<'c>,
    pub(crate) shared: Arc<Shared>,
    ctx: Ctx,
    /// The ordinal of this write within its context; `None` in a read.
    write: Option<u32>,
    draws: u32,
    allowed: Option<&'static str>,
    kept: Option<Box<dyn Any>>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) fault: Option<Fault>,
    /// Whether it put work into the queue.
    pub(crate) queued: bool,
}

/// Parameters of a statement: `params![id, name, None::<i64>]`.
#[macro_export]
macro_rules! params {
    () => { &[] as &[$crate::Value<'_>] };
    ($($value:expr),+ $(,)?) => { &[$($crate::ToValue::to_value(&$value)),+] };
}

/// A noun whose rows are aggregates: they have an `id` and a `version`, and are locked as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Noun {
    /// The table.
    pub table: &'static str,
    /// The refusal when the row is not there.
    pub missing: &'static base::Code,
    /// The sentence of that refusal.
    pub missing_sentence: &'static str,
}

/// A bulk insert: a table and its columns with the door's type names.
pub struct BulkInto<const N: usize> {
    /// The table.
    pub table: &'static str,
    /// `("id", "uuid")`: each column's name and the door's type.
    pub columns: [(&'static str, &'static str); N],
    /// What follows the values: `ON CONFLICT …`, or nothing.
    pub conflict: &'static str,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(conn: Conn<'c>, shared: Arc<Shared>, ctx: Ctx, write: Option<u32>) -> Self {
        Self {
            conn,
            shared,
            ctx,
            write,
            draws: 0,
            allowed: None,
            kept: None,
            entries: Vec::new(),
            fault: None,
            queued: false,
        }
    }

    /// The context of the act.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// The moment of the act.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.ctx.now()
    }

    /// The day of the act in Viet Nam.
    #[must_use]
    pub fn today(&self) -> Date {
        self.ctx.today()
    }

    /// Which database this is. For the few places where statements are put together at run time.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.conn {
            Conn::Sqlite(_) => Dialect::Sqlite,
            Conn::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The keys for fields and blind indexes.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.shared.keys
    }

    /// Says that what follows is open to everybody, and why. A transaction that ends with neither this nor a
    /// decision of `auth` fails in debug builds: nothing is reached by forgetting to ask.
    pub fn public(&mut self, reason: &'static str) {
        self.allowed = Some(reason);
    }

    /// Says that a right was checked. For `auth` alone, whose `require` is what operations call.
    pub fn allowed_by(&mut self, capability: &'static str) {
        self.allowed = Some(capability);
    }

    /// Goes on as somebody else: whoever was found to hold the session that asks. What was allowed so far no longer counts.
    /// For reads, and for the extractors of `http` alone.
    pub fn act_as(&mut self, ctx: Ctx) {
        assert!(self.write.is_none(), "what a write draws and records is its first context's");
        self.ctx = ctx;
        self.allowed = None;
    }

    /// Keeps something that was found for later in the same read: one thing at a time. For `auth`, which finds a session and
    /// its rights in one statement.
    pub fn keep<T: Any>(&mut self, found: T) {
        assert!(self.write.is_none(), "a write may change what was found");
        self.kept = Some(Box::new(found));
    }

    /// Takes what was kept.
    pub fn take_kept<T: Any>(&mut self) -> Option<T> {
        self.kept.take().and_then(|kept| kept.downcast::<T>().ok()).map(|kept| *kept)
    }

    pub(crate) fn was_allowed(&self) -> bool {
        self.allowed.is_some()
    }

    /// Draws bytes from the act's randomness: the same ones when the closure runs again.
    pub fn draw(&mut self) -> [u8; 32] {
        let write = self.write.map_or(u32::MAX, |ordinal| ordinal);
        let draw = self.draws;
        self.draws += 1;
        sha256(&[b"khue draw", self.ctx.seed(), &write.to_be_bytes(), &draw.to_be_bytes()])
    }

    /// Draws a new id (UUIDv7 of the act's moment).
    pub fn new_id<T: From<Uuid>>(&mut self) -> T {
        let drawn = self.draw();
        let mut random = [0u8; 10];
        random.copy_from_slice(&drawn[..10]);
        base::id::uuid_v7(self.ctx.now().unix_ms(), random).into()
    }

    /// Adds an entry to the journal, written with this transaction or not at all.
    pub fn record(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Says that this transaction puts work into the queue: whoever waits on [`crate::Db::work`] is woken once it is
    /// committed, and not before.
    pub fn queued_work(&mut self) {
        self.queued = true;
    }

    /// What this transaction has recorded so far: kind, noun and subject of each entry. For telling what an act would do.
    #[must_use]
    pub fn recorded(&self) -> Vec<(String, String, Uuid)> {
        let told = |entry: &Entry| Some((entry.kind.to_string(), entry.noun.to_string(), entry.subject?));
        self.entries.iter().filter_map(told).collect()
    }

    /// Takes an aggregate for change: its version grows by one, other writers of it wait or run again, and a caller
    /// who knew another version than `known` is refused (412). Answers the new version.
    pub fn lock(&mut self, noun: &Noun, id: impl Into<Uuid>, known: Option<i64>) -> Result<i64> {
        let id = id.into();
        let sql = Built::new(
            "lock",
            &format!("UPDATE {} SET version = version + 1 WHERE id = ?1 RETURNING version", noun.table),
            self.dialect(),
        );
        let Some((version,)) = self.one::<(i64,)>(&sql, params![id])? else {
            return Err(noun.missing.error(noun.missing_sentence));
        };
        match known {
            Some(known) if known != version - 1 => Err(STALE.error(
                "Bản ghi đã được người khác sửa sau khi bạn mở; chưa có gì bị thay đổi. Hãy tải lại để xem bản mới rồi sửa lại.",
            )),
            _ => Ok(version),
        }
    }

    /// The first row, or none.
    pub fn one<T: FromRow>(&mut self, sql: &(impl Statement + ?Sized), params: &[Value<'_>]) -> Result<Option<T>> {
        let mut found = None;
        self.run(sql, params, &mut |row| {
            if found.is_none() {
                found = Some(read_row::<T>(sql, row)?);
            }
            Ok(false)
        })?;
        Ok(found)
    }

    /// All rows.
    pub fn all<T: FromRow>(&mut self, sql: &(impl Statement + ?Sized), params: &[Value<'_>]) -> Result<Vec<T>> {
        let mut rows = Vec::new();
        self.run(sql, params, &mut |row| {
            rows.push(read_row::<T>(sql, row)?);
            Ok(true)
        })?;
        Ok(rows)
    }

    /// Hands each row to `take` without keeping the others: for exports and checks over whole tables.
    pub fn each<T: FromRow>(
        &mut self,
        sql: &(impl Statement + ?Sized),
        params: &[Value<'_>],
        mut take: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        self.run(sql, params, &mut |row| {
            take(read_row::<T>(sql, row)?)?;
            Ok(true)
        })
    }

    /// All rows as text, for tests that compare the two databases.
    pub fn debug_rows(&mut self, sql: &(impl Statement + ?Sized), params: &[Value<'_>]) -> Result<Vec<Vec<String>>> {
        let mut rows = Vec::new();
        self.run(sql, params, &mut |row| {
            rows.push(row.debug_columns());
            Ok(true)
        })?;
        Ok(rows)
    }

    /// What PostgreSQL takes each parameter of a statement for; `None` on SQLite, which does not say. For the test that
    /// runs every statement on both.
    pub fn param_types(&mut self, sql: &(impl Statement + ?Sized)) -> Result<Option<Vec<crate::list::Type>>> {
        let Conn::Postgres(conn) = &mut self.conn else { return Ok(None) };
        conn.param_types(sql.text(Dialect::Postgres)).map(Some).map_err(|error| {
            let understood = from_postgres(error, sql.name(), &self.shared.constraints);
            self.fault = Some(understood.fault);
            understood.error
        })
    }

    fn check_standing(&self) -> Result<()> {
        match self.fault {
            // PostgreSQL would refuse anyway; SQLite is held to the same.
            Some(_) => Err(Error::internal("a statement was sent after one had failed in the same transaction")),
            None => Ok(()),
        }
    }

    fn note(&self, sql: &(impl Statement + ?Sized)) {
        if let Some(heard) = &self.shared.heard {
            heard.hear(sql);
        }
    }

    fn run(
        &mut self,
        sql: &(impl Statement + ?Sized),
        params: &[Value<'_>],
        take: &mut dyn FnMut(&Row<'_>) -> Result<bool>,
    ) -> Result<()> {
        self.check_standing()?;
        self.note(sql);
        let understood = match &mut self.conn {
            Conn::Sqlite(conn) => {
                let text = sql.text(Dialect::Sqlite);
                let answer = (|| -> std::result::Result<Result<()>, rusqlite::Error> {
                    let mut statement = conn.prepare_cached(text)?;
                    let mut rows = statement.query(rusqlite::params_from_iter(params.iter().map(SqliteParam)))?;
                    while let Some(row) = rows.next()? {
                        match take(&Row::Sqlite(row)) {
                            Ok(true) => {}
                            Ok(false) => break,
                            Err(error) => return Ok(Err(error)),
                        }
                    }
                    Ok(Ok(()))
                })();
                match answer {
                    Ok(done) => return done,
                    Err(error) => from_sqlite(error, sql.name(), &self.shared.constraints),
                }
            }
            Conn::Postgres(conn) => match conn.query(sql.text(Dialect::Postgres), params, take) {
                Ok(done) => return done,
                Err(error) => from_postgres(error, sql.name(), &self.shared.constraints),
            },
        };
        self.fault = Some(understood.fault);
        Err(understood.error)
    }

    /// Runs several statements, none of which needs another's answer; `take` is told which one a row is of.
    pub(crate) fn run_all(
        &mut self,
        asked: &[(&dyn Statement, &[Value<'_>])],
        take: &mut dyn FnMut(usize, &Row<'_>) -> Result<bool>,
    ) -> Result<()> {
        self.check_standing()?;
        let Conn::Postgres(conn) = &mut self.conn else {
            for (i, (sql, params)) in asked.iter().enumerate() {
                self.run(*sql, params, &mut |row| take(i, row))?;
            }
            return Ok(());
        };
        let texts: Vec<_> = asked.iter().map(|(sql, params)| (sql.text(Dialect::Postgres), *params)).collect();
        match conn.query_all(&texts, take) {
            Ok(done) => done,
            Err((i, error)) => {
                let name = asked.get(i).map_or("", |(sql, _)| sql.name());
                let understood = from_postgres(error, name, &self.shared.constraints);
                self.fault = Some(understood.fault);
                Err(understood.error)
            }
        }
    }

    /// Runs a statement and answers how many rows it touched.
    pub fn exec(&mut self, sql: &(impl Statement + ?Sized), params: &[Value<'_>]) -> Result<u64> {
        self.check_standing()?;
        self.note(sql);
        let understood = match &mut self.conn {
            Conn::Sqlite(conn) => {
                let answer = conn.prepare_cached(sql.text(Dialect::Sqlite)).and_then(|mut statement| {
                    statement.execute(rusqlite::params_from_iter(params.iter().map(SqliteParam)))
                });
                match answer {
                    Ok(rows) => return Ok(u64::try_from(rows).unwrap_or(0)),
                    Err(error) => from_sqlite(error, sql.name(), &self.shared.constraints),
                }
            }
            Conn::Postgres(conn) => match conn.execute(sql.text(Dialect::Postgres), params) {
                Ok(rows) => return Ok(rows),
                Err(error) => from_postgres(error, sql.name(), &self.shared.constraints),
            },
        };
        self.fault = Some(understood.fault);
        Err(understood.error)
    }

    /// Runs a statement that must touch exactly one row.
    pub fn exec_one(&mut self, sql: &(impl Statement + ?Sized), params: &[Value<'_>]) -> Result<()> {
        match self.exec(sql, params)? {
            1 => Ok(()),
            0 => Err(crate::error::MISSING
                .error("Không tìm thấy bản ghi cần sửa; có thể người khác vừa xoá. Hãy tải lại trang.")),
            more => Err(Error::internal(format!("{} touched {more} rows instead of one", sql.name()))),
        }
    }

    /// Inserts many rows the quickest way each database has: a prepared loop on SQLite, arrays on PostgreSQL.
    /// Answers how many rows were inserted.
    pub fn bulk<'v, const N: usize>(
        &mut self,
        into: &BulkInto<N>,
        rows: impl IntoIterator<Item = [Value<'v>; N]>,
    ) -> Result<u64> {
        self.check_standing()?;
        let names = into.columns.map(|(name, _)| name).join(", ");
        match self.dialect() {
            Dialect::Sqlite => {
                let places = (1..=N).map(|i| format!("?{i}")).collect::<Vec<_>>().join(", ");
                let sql = Built::new(
                    into.table,
                    &format!("INSERT INTO {} ({names}) VALUES ({places}) {}", into.table, into.conflict),
                    Dialect::Sqlite,
                );
                let Conn::Sqlite(conn) = &self.conn else { return Ok(0) };
                let answer = conn.prepare_cached(&sql.text).and_then(|mut statement| {
                    let mut done = 0;
                    for row in rows {
                        done += statement.execute(rusqlite::params_from_iter(row.iter().map(SqliteParam)))?;
                    }
                    Ok(done)
                });
                answer.map(|done| u64::try_from(done).unwrap_or(0)).map_err(|error| {
                    let understood = from_sqlite(error, into.table, &self.shared.constraints);
                    self.fault = Some(understood.fault);
                    understood.error
                })
            }
            Dialect::Postgres => {
                let arrays = into
                    .columns
                    .iter()
                    .enumerate()
                    .map(|(i, (_, ty))| format!("CAST(?{} AS {}[])", i + 1, array_type(ty)))
                    .collect::<Vec<_>>()
                    .join(", ");
                let sql = Built::new(
                    into.table,
                    &format!("INSERT INTO {} ({names}) SELECT * FROM unnest({arrays}) {}", into.table, into.conflict),
                    Dialect::Postgres,
                );
                let mut done = 0;
                let mut rows = rows.into_iter().peekable();
                while rows.peek().is_some() {
                    let mut columns: [Vec<Value<'v>>; N] = std::array::from_fn(|_| Vec::with_capacity(1_024));
                    for row in rows.by_ref().take(BULK_CHUNK) {
                        for (column, value) in columns.iter_mut().zip(row) {
                            column.push(value);
                        }
                    }
                    let Conn::Postgres(conn) = &mut self.conn else { return Ok(0) };
                    done += conn.execute_arrays(&sql.text, &columns).map_err(|error| {
                        let understood = from_postgres(error, into.table, &self.shared.constraints);
                        self.fault = Some(understood.fault);
                        understood.error
                    })?;
                }
                Ok(done)
            }
        }
    }
}

/// Rows sent in one message by a bulk insert: large enough to amortise the round trip, small enough for flat memory.
const BULK_CHUNK: usize = 5_000;

fn array_type(door: &str) -> &'static str {
    match door {
        "uuid" => "uuid",
        "int" | "instant" => "bigint",
        "real" => "double precision",
        "bytes" => "bytea",
        "date" => "date",
        "bool" => "boolean",
        "json" => "jsonb",
        _ => "text",
    }
}

pub(crate) fn read_row<T: FromRow>(sql: &(impl Statement + ?Sized), row: &Row<'_>) -> Result<T> {
    #[cfg(debug_assertions)]
    check_columns::<T>(sql, row)?;
    T::from_row(row).map_err(|error| Error::internal(format!("{}: {error:?}", sql.name())))
}

#[cfg(debug_assertions)]
fn check_columns<T: FromRow>(sql: &(impl Statement + ?Sized), row: &Row<'_>) -> Result<()> {
    if T::COLUMNS.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = match row {
        Row::Sqlite(row) => row.as_ref().column_names().collect(),
        Row::Postgres(row) => row.columns().iter().map(tokio_postgres::Column::name).collect(),
    };
    if names == T::COLUMNS {
        return Ok(());
    }
    Err(Error::internal(format!("{} gives {names:?}, its row expects {:?}", sql.name(), T::COLUMNS)))
}

/// A parameter on its way to SQLite.
struct SqliteParam<'a>(&'a Value<'a>);

impl rusqlite::ToSql for SqliteParam<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
        Ok(match self.0 {
            Value::Null => ToSqlOutput::Owned(Owned::Null),
            Value::Int(v) => ToSqlOutput::Owned(Owned::Integer(*v)),
            Value::Real(v) => ToSqlOutput::Owned(Owned::Real(*v)),
            Value::Bool(v) => ToSqlOutput::Owned(Owned::Integer(i64::from(*v))),
            Value::Text(v) => ToSqlOutput::Borrowed(ValueRef::Text(v.as_bytes())),
            Value::Bytes(v) => ToSqlOutput::Borrowed(ValueRef::Blob(v)),
            Value::Uuid(v) => ToSqlOutput::Borrowed(ValueRef::Blob(v.as_bytes())),
            Value::Date(v) => ToSqlOutput::Owned(Owned::Text(v.to_string())),
        })
    }
}

/// What a transaction leaves when its closure has ended well: its journal entries, ready to be stored.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub header: crate::journal::chain::Header,
    pub salt: [u8; 16],
    pub body: Vec<u8>,
}

impl Tx<'_> {
    /// Turns the entries into rows: ids and salts drawn, payloads digested and encrypted.
    pub(crate) fn prepare_entries(&mut self) -> Result<Vec<Prepared>> {
        use crate::journal::chain::{FORMAT, Header, payload_digest};
        let entries = std::mem::take(&mut self.entries);
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let key_id = self.shared.keys.current();
        let shared = Arc::clone(&self.shared);
        entries
            .into_iter()
            .map(|entry| {
                let drawn = self.draw();
                let id: Uuid = self.new_id();
                let mut salt = [0u8; 16];
                salt.copy_from_slice(&drawn[..16]);
                let body = entry.body()?;
                let digest = payload_digest(&salt, &body);
                let sealed = shared.journal.seal(key_id, &salt, id.as_bytes(), &body)?;
                let ctx = &self.ctx;
                Ok(Prepared {
                    header: Header {
                        format: FORMAT,
                        id,
                        kind: entry.kind.into_owned(),
                        noun: entry.noun.into_owned(),
                        subject: entry.subject,
                        unit: entry.unit.or(ctx.unit()).map(Uuid::from),
                        version: entry.version,
                        actor_kind: ctx.actor().kind().to_owned(),
                        actor: ctx.actor().name(),
                        request: ctx.request().to_owned(),
                        purpose: ctx.purpose().map(str::to_owned),
                        at: ctx.now().0,
                        digest,
                    },
                    salt,
                    body: sealed,
                })
            })
            .collect()
    }

    /// Whether the closure may end here.
    pub(crate) fn check_end(&self) -> Result<()> {
        if cfg!(debug_assertions) && !self.was_allowed() {
            return Err(Error::internal("a transaction ended without a right being checked or being declared public"));
        }
        Ok(())
    }
}
