//! The one database door of Khuê: SQLite or PostgreSQL, chosen by the address alone, with the same behaviour.
//!
//! ```ignore
//! let unit = db.read(&ctx, move |tx| units::find(tx, id)).await?;
//! let made = db.write(&ctx, move |tx| units::create(tx, &request)).await?;
//! ```
//! A closure is plain blocking Rust and may run twice; see `foundations` in the documentation.

pub mod cluster;
pub mod copy;
mod error;
pub mod health;
mod job;
pub mod journal;
pub mod keys;
pub mod list;
mod migrate;
mod postgres;
mod row;
mod sql;
mod sqlite;
mod together;
mod tx;

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use base::{ToValue, Value};
pub use error::{BUSY, Broken, Constraint, FOREIGN, FULL, MISSING, STALE, STOPPING, UNIQUE, UNREACHABLE};
pub use journal::{Entry, Head, Position};
pub use migrate::{CHANGED, FAILED, Migration, NEWER, fingerprint};
pub use postgres::Connections;
pub use row::{FromRow, Row};
pub use sql::{Built, Dialect, Heard, Sql, Statement, expand};
pub use sqlite::{IN_USE, NOT_DURABLE};
pub use together::{Ask, Asks, ask};
pub use tx::{BulkInto, Noun, Tx};

use base::{Ctx, Instant, Result, Uuid};
use job::{Isolation, Read, Write, read_once};
use keys::Keys;
use tokio::sync::{Notify, Semaphore, oneshot, watch};
use tx::{Conn, Shared};

/// What one room brings to the database.
#[derive(Clone, Copy, Debug, Default)]
pub struct Schema {
    /// Its migrations; ordinals are unique over the workspace.
    pub migrations: &'static [Migration],
    /// Its statements, for the test that runs them all on both databases.
    pub statements: &'static [&'static [&'static Sql]],
    /// The sentences of its UNIQUE constraints.
    pub constraints: &'static [Constraint],
}

/// The door's own tables: installation, journal.
pub static SCHEMA: Schema = Schema {
    migrations: &[Migration {
        ordinal: 1,
        name: "journal",
        sql: include_str!("../migrations/0001_journal.sql"),
        rebuild: false,
    }],
    statements: &[journal::read::STATEMENTS, journal::verify::STATEMENTS, health::STATEMENTS],
    constraints: &[],
};

/// Puts the rooms' migrations into their one order.
#[must_use]
pub fn migrations(schemas: &[&'static Schema]) -> Vec<Migration> {
    let mut all: Vec<Migration> = schemas.iter().flat_map(|schema| schema.migrations.iter().copied()).collect();
    all.sort_by_key(|migration| migration.ordinal);
    all
}

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// One file.
    Sqlite(PathBuf),
    /// A server: `postgres://user:password@host/database`.
    Postgres(String),
}

impl Location {
    /// Reads `KHUE_DATABASE`: an address of PostgreSQL, or a path; by default `khue.db` in the data folder.
    #[must_use]
    pub fn parse(address: Option<&str>, data: &Path) -> Self {
        match address {
            None | Some("") => Self::Sqlite(data.join("khue.db")),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Self::Postgres(url.to_owned())
            }
            Some(path) => Self::Sqlite(PathBuf::from(path.strip_prefix("sqlite:").unwrap_or(path))),
        }
    }
}

impl Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            // The address holds a password.
            Self::Postgres(url) => {
                write!(f, "postgres://…@{}", url.rsplit_once('@').map_or("…", |(_, rest)| rest))
            }
        }
    }
}

/// How to open a database.
pub struct Options {
    /// Where it is.
    pub location: Location,
    /// The address of the role that owns the tables and migrates them, when it is not the one that serves.
    pub owner: Option<String>,
    /// The folder of what stands beside the database: signed heads, files.
    pub data: PathBuf,
    /// Where the key file is; made only together with an empty database.
    pub key: PathBuf,
    /// The rooms.
    pub schemas: Vec<&'static Schema>,
    /// Mark a new database as a demonstration, and refuse one that is not.
    pub demo: bool,
    /// Apply migrations; otherwise a database that lacks some is refused.
    pub migrate: bool,
    /// The node id of a new database; drawn when it is not given. For tests, whose databases must be alike.
    pub node: Option<Uuid>,
    /// The most pages (of 4 KiB) that a SQLite file may have: a quota. Past it writes are refused as on a full disk.
    pub max_pages: Option<u32>,
    /// Run every write twice and compare, as a retry would. For tests.
    pub run_writes_twice: bool,
    /// Where statements put together at run time are noted. For tests.
    pub heard: Option<Heard>,
    /// Accept a server that does not write durably. For throw-away test clusters only.
    pub unsafe_durability: bool,
}

impl Options {
    /// The usual options for a place.
    #[must_use]
    pub fn new(location: Location, data: &Path, schemas: Vec<&'static Schema>) -> Self {
        Self {
            location,
            owner: None,
            data: data.to_owned(),
            key: keys::default_path(data),
            schemas,
            demo: false,
            migrate: true,
            node: None,
            max_pages: None,
            run_writes_twice: false,
            heard: None,
            unsafe_durability: false,
        }
    }
}

/// The installation that a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Installation {
    /// Its id among nodes.
    pub node: Uuid,
    /// Its epoch.
    pub epoch: i64,
    /// Whether it is a demonstration.
    pub demo: bool,
    /// Whether this opening made it.
    pub new: bool,
}

enum Store {
    Sqlite(sqlite::SqliteStore),
    Postgres(postgres::PgStore, journal::seal_postgres::PgSealer),
}

/// The door. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    store: Store,
    shared: Arc<Shared>,
    installation: Installation,
    data: PathBuf,
    key: PathBuf,
    location: Location,
    stop_heads: watch::Sender<bool>,
    /// Turns of long reads.
    long: Arc<Semaphore>,
}

/// Long reads that run at once: each takes a thread, a connection and its share of the disk.
const LONG_READS: usize = 2;

impl Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0.store {
            Store::Sqlite(_) => "Db(sqlite)",
            Store::Postgres(..) => "Db(postgres)",
        })
    }
}

/// The database is a real one, and this was asked to be a demonstration.
pub const NOT_DEMO: base::Code =
    base::Code::new(base::Kind::Unavailable, "db.not_demo", "Đây không phải cơ sở dữ liệu dùng thử");
/// Migrations are missing and were not asked for.
pub const OLDER: base::Code = base::Code::new(base::Kind::Unavailable, "db.older", "Cơ sở dữ liệu cần được nâng cấp");

mod open;

impl Db {
    /// Opens (and, when it is new, makes) a database. Blocks: call it before serving.
    pub fn open(options: &Options, now: Instant) -> Result<Self> {
        open::open(options, now)
    }

    /// Reads. The closure sees one moment of the data. On SQLite it runs on the calling thread, which it must not keep
    /// above 50 ms; what takes longer is [`Self::read_long`].
    pub async fn read<T, F>(&self, ctx: &Ctx, closure: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        match &self.0.store {
            Store::Sqlite(store) => {
                store.read(|conn| read_once(closure, ctx.clone(), Conn::Sqlite(conn), &self.0.shared).0).await
            }
            Store::Postgres(store, _) => {
                let (caller, answer) = oneshot::channel();
                let job = Box::new(Read {
                    closure: Some(closure),
                    ctx: ctx.clone(),
                    asked_at: std::time::Instant::now(),
                    result: None,
                    caller: Some(caller),
                });
                store.send(job, false).await;
                answer.await.unwrap_or_else(|_| Err(error::stopping()))
            }
        }
    }

    /// Reads for longer than 50 ms (a backup, a verification, an export of everything), on a thread and a connection of
    /// its own, so that nobody else waits for it. Two run at once; others wait for their turn, and whoever goes away
    /// while waiting is never begun.
    pub async fn read_long<T, F>(&self, ctx: &Ctx, closure: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let turn = Arc::clone(&self.0.long).acquire_owned().await.map_err(|_closed| error::stopping())?;
        let (inner, ctx) = (Arc::clone(&self.0), ctx.clone());
        let reading = tokio::task::spawn_blocking(move || {
            // Held until the read has ended, not only until its caller went away.
            let _turn = turn;
            match &inner.store {
                Store::Sqlite(store) => {
                    store.read_long(|conn| read_once(closure, ctx, Conn::Sqlite(conn), &inner.shared).0)
                }
                Store::Postgres(store, _) => store.read_long(closure, ctx, &inner.shared),
            }
        });
        reading.await.unwrap_or_else(|_| Err(error::stopping()))
    }

    /// Writes, all or nothing, with its journal entries. The closure may run again when another write wins; only its
    /// last answer counts.
    pub async fn write<T, F>(&self, ctx: &Ctx, closure: F) -> Result<T>
    where
        T: Debug + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.write_as(ctx, Isolation::Repeatable, None, closure).await
    }

    /// Writes under a rule that spans rows without one root.
    pub async fn write_serialisable<T, F>(&self, ctx: &Ctx, closure: F) -> Result<T>
    where
        T: Debug + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.write_as(ctx, Isolation::Serialisable, None, closure).await
    }

    /// Writes at read committed: for claims, leases and cursors. Refused when it records a journal entry.
    pub async fn write_committed<T, F>(&self, ctx: &Ctx, closure: F) -> Result<T>
    where
        T: Debug + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.write_as(ctx, Isolation::Committed, None, closure).await
    }

    /// Writes for longer than 50 ms, and says why. Shares no group with others.
    pub async fn write_long<T, F>(&self, ctx: &Ctx, why: &'static str, closure: F) -> Result<T>
    where
        T: Debug + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.write_as(ctx, Isolation::Repeatable, Some(why), closure).await
    }

    async fn write_as<T, F>(&self, ctx: &Ctx, isolation: Isolation, long: Option<&'static str>, closure: F) -> Result<T>
    where
        T: Debug + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let job = Box::new(Write {
            closure,
            ctx: ctx.clone(),
            ordinal: ctx.next_write(),
            isolation,
            long,
            queued: std::cell::Cell::new(false),
            work: Arc::clone(&self.0.shared.work),
            result: None,
            caller: Some(caller),
        });
        match &self.0.store {
            Store::Sqlite(store) => store.send(job).await,
            Store::Postgres(store, _) => store.send(job, true).await,
        }
        answer.await.unwrap_or_else(|_| Err(error::stopping()))
    }

    /// Which database this is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.0.store {
            Store::Sqlite(_) => Dialect::Sqlite,
            Store::Postgres(..) => Dialect::Postgres,
        }
    }

    /// The installation.
    #[must_use]
    pub fn installation(&self) -> Installation {
        self.0.installation
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.0.shared.keys
    }

    /// The folder beside the database.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.0.data
    }

    /// The key file it was opened with.
    #[must_use]
    pub fn key_file(&self) -> &Path {
        &self.0.key
    }

    /// Where it is.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.0.location
    }

    /// Follows the journal's head: wakes whenever entries were numbered.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<Option<Head>> {
        self.0.shared.head.subscribe()
    }

    /// Told whenever this server has committed a write that put work into the queue ([`Tx::queued_work`]).
    #[must_use]
    pub fn work(&self) -> Arc<Notify> {
        Arc::clone(&self.0.shared.work)
    }

    /// The last number given, as this server knows it.
    #[must_use]
    pub fn head(&self) -> Position {
        self.0.shared.head.borrow().map_or(Position::default(), |head| head.at)
    }

    /// Waits until everything this server has committed is numbered, for at most `patience`.
    pub async fn sealed(&self, ctx: &Ctx, patience: Duration) -> Result<()> {
        static WAITING: Sql = Sql::new(
            "SEALED_ALL",
            "SELECT count(*) FROM journal_entry e LEFT JOIN journal_seal s ON s.row = e.row WHERE s.row IS NULL",
        );
        let until = tokio::time::Instant::now() + patience;
        loop {
            let waiting = self
                .read(ctx, |tx| {
                    tx.public("counts entries without showing any");
                    tx.one::<(i64,)>(&WAITING, &[])
                })
                .await?;
            if waiting.is_none_or(|(n,)| n == 0) || tokio::time::Instant::now() > until {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Lets what was sent finish, numbers it, signs the last head and closes. Later calls are answered that the
    /// program is stopping.
    pub fn close(&self) {
        self.0.long.close();
        match &self.0.store {
            Store::Sqlite(store) => store.close(),
            Store::Postgres(store, sealer) => {
                store.close();
                sealer.close();
            }
        }
        self.0.stop_heads.send_replace(true);
        let head = *self.0.shared.head.borrow();
        if let Some(head) = head {
            let _kept = journal::heads::HeadFile::new(&self.0.data).add(&self.0.shared.keys, head);
        }
    }
}
