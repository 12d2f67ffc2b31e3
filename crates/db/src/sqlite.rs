//! SQLite: one writer thread that commits in groups, reads on the threads that ask, one file that one program owns.

mod readers;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use async_channel::{Receiver, Sender};
use base::{Code, Error, Kind, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::{Fault, busy, from_sqlite, stopping};
use crate::job::{Job, Ran};
use crate::journal::seal::SqliteSealer;
use crate::tx::{Conn, Shared};
use readers::Readers;

/// Another program has the file open.
pub const IN_USE: Code = Code::new(Kind::Unavailable, "db.in_use", "Cơ sở dữ liệu đang được chương trình khác dùng");
/// The connection does not keep what it must keep.
pub const NOT_DURABLE: Code = Code::new(Kind::Unavailable, "db.not_durable", "Cơ sở dữ liệu không bảo đảm độ bền");

/// A group ends after this many closures…
const GROUP_MOST: usize = 64;
/// …or after this long.
const GROUP_TIME: Duration = Duration::from_millis(20);
/// A closure that holds the writer longer must be declared long.
const HOLD_MOST: Duration = Duration::from_millis(50);

type Boxed = Box<dyn Job>;

pub(crate) struct SqliteStore {
    readers: Readers,
    writer: Sender<Boxed>,
    thread: Mutex<Option<JoinHandle<Connection>>>,
    /// Held until the store is closed: a second program on the same file is refused.
    lock: Mutex<Option<File>>,
}

fn driver(error: rusqlite::Error) -> Error {
    from_sqlite(error, "connection", &[]).error
}

/// Takes the lock beside the database file.
pub(crate) fn take_lock(path: &Path) -> Result<File> {
    let lock_path = PathBuf::from(format!("{}.lock", path.display()));
    let open = || File::options().create(true).truncate(false).write(true).open(&lock_path);
    let file = open().map_err(|source| {
        crate::error::UNREACHABLE
            .error(format!("Không mở được {}: hãy kiểm tra thư mục dữ liệu và quyền ghi.", lock_path.display()))
            .caused_by(source)
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(source) => Err(IN_USE
            .error(format!(
                "Cơ sở dữ liệu {} đang được một chương trình Khuê khác sử dụng. Hãy dừng chương trình kia trước; chưa có gì bị thay đổi.",
                path.display()
            ))
            .caused_by(source)),
    }
}

/// Opens one connection with everything the door promises, and checks that it holds.
pub(crate) fn connect(path: &Path, write: bool) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | if write { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
    let conn = Connection::open_with_flags(path, flags).map_err(driver)?;
    conn.busy_timeout(Duration::from_secs(5)).map_err(driver)?;
    conn.set_prepared_statement_cache_capacity(512);
    // Otherwise SQLite plans a statement anew whenever another value is bound to its LIMIT: a list costs twice as much.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(driver)?;
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384; PRAGMA case_sensitive_like = ON;",
    )
    .map_err(driver)?;
    if !write {
        conn.execute_batch("PRAGMA query_only = ON").map_err(driver)?;
    }
    let text = |name: &str| conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, String>(0));
    let number = |name: &str| conn.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    let holds = text("journal_mode").map_err(driver)? == "wal"
        && number("synchronous").map_err(driver)? == 2
        && number("foreign_keys").map_err(driver)? == 1;
    if !holds {
        return Err(NOT_DURABLE.error(format!(
            "Ổ đĩa chứa {} không cho phép ghi bền (WAL). Hãy đặt thư mục dữ liệu trên ổ đĩa của chính máy chủ, không phải ổ mạng.",
            path.display()
        )));
    }
    Ok(conn)
}

impl SqliteStore {
    pub(crate) fn open(
        path: &Path,
        lock: File,
        readers: usize,
        max_pages: Option<u32>,
        shared: &Arc<Shared>,
    ) -> Result<Self> {
        let (write_to, write_from) = async_channel::bounded::<Boxed>(4_096);
        let writer = connect(path, true)?;
        if let Some(pages) = max_pages {
            writer.pragma_update(None, "max_page_count", pages).map_err(driver)?;
        }
        let sealer = SqliteSealer::load(&writer, shared)?;
        let readers = Readers::open(path, readers)?;
        let shared = Arc::clone(shared);
        let thread = std::thread::Builder::new()
            .name("db-writer".to_owned())
            .spawn(move || Writer { conn: writer, sealer, shared }.serve(&write_from))
            .map_err(Error::internal)?;
        Ok(Self { readers, writer: write_to, thread: Mutex::new(Some(thread)), lock: Mutex::new(Some(lock)) })
    }

    /// Hands a write to the writer's thread.
    pub(crate) async fn send(&self, job: Boxed) {
        if let Err(refused) = self.writer.send(job).await {
            let mut job = refused.0;
            job.answer(Some(stopping()));
        }
    }

    /// Reads on the calling thread, as soon as a connection is free.
    pub(crate) async fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.readers.read(read).await
    }

    /// Reads for long, on a connection of its own; blocks.
    pub(crate) fn read_long<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.readers.read_long(read)
    }

    /// Lets what was sent finish, then ends the thread. The writer's connection is closed last and alone: the last one
    /// clears the log away, and of two that close at the same moment neither is the last.
    pub(crate) fn close(&self) {
        self.writer.close();
        self.readers.close();
        if let Some(thread) = self.thread.lock().ok().and_then(|mut thread| thread.take()) {
            let _ended = thread.join();
        }
        if let Ok(mut lock) = self.lock.lock() {
            *lock = None;
        }
    }
}

struct Writer {
    conn: Connection,
    sealer: SqliteSealer,
    shared: Arc<Shared>,
}

/// How one closure left the group's transaction.
enum Left {
    Standing,
    /// SQLite rolled the whole transaction back (disk full, i/o error): the group is over.
    Broken,
}

impl Writer {
    fn serve(mut self, jobs: &Receiver<Boxed>) -> Connection {
        while let Ok(first) = jobs.recv_blocking() {
            let broken = self.group(first, jobs);
            // Each closure of a broken group runs again alone, so that one cannot take the others down.
            for mut job in broken {
                self.alone(&mut job);
            }
        }
        self.conn
    }

    /// Runs a group; answers its closures, or gives back those that must run again alone.
    fn group(&mut self, first: Boxed, jobs: &Receiver<Boxed>) -> Vec<Boxed> {
        if first.long().is_some() {
            return vec![first];
        }
        let began = Instant::now();
        if let Err(error) = self.plain("BEGIN IMMEDIATE") {
            let mut job = first;
            job.answer(Some(driver(error)));
            return Vec::new();
        }
        let mut group = Vec::with_capacity(8);
        let mut next = Some(first);
        let mut alone = None;
        while let Some(mut job) = next.take() {
            let left = self.one_of_group(&mut job);
            group.push(job);
            if matches!(left, Left::Broken) {
                // It may still stand, when only a savepoint or the journal's part failed.
                self.undo();
                return group;
            }
            if group.len() < GROUP_MOST && began.elapsed() < GROUP_TIME {
                next = jobs.try_recv().ok();
                if next.as_ref().is_some_and(|job| job.long().is_some()) {
                    alone = next.take();
                }
            }
        }
        metrics::histogram!("khue_db_group_closures").record(group.len() as f64);
        let mut again = match self.sealer.seal(&self.conn).and_then(|()| self.plain("COMMIT")) {
            Ok(()) => {
                self.sealer.keep(&self.shared);
                for job in &mut group {
                    job.answer(None);
                }
                Vec::new()
            }
            Err(_) => {
                self.undo();
                group
            }
        };
        again.extend(alone);
        again
    }

    fn one_of_group(&mut self, job: &mut Boxed) -> Left {
        if self.plain("SAVEPOINT closure").is_err() {
            return Left::Broken;
        }
        let began = Instant::now();
        let ran = job.run(Conn::Sqlite(&self.conn), &self.shared);
        self.note_hold(job, began);
        // Disk full or an i/o error may have rolled everything back; the next statement would then commit by itself.
        if self.conn.is_autocommit() {
            return Left::Broken;
        }
        let stored = match ran {
            Ran::Well(entries) => {
                let mark = self.sealer.mark();
                match self.sealer.store(&self.conn, entries) {
                    Ok(()) => self.plain("RELEASE closure"),
                    Err(error) => {
                        self.sealer.back_to(mark);
                        Err(error)
                    }
                }
            }
            Ran::Not(_) => self.plain("ROLLBACK TO closure").and_then(|()| self.plain("RELEASE closure")),
        };
        if stored.is_err() || self.conn.is_autocommit() { Left::Broken } else { Left::Standing }
    }

    fn alone(&mut self, job: &mut Boxed) {
        if let Err(error) = self.plain("BEGIN IMMEDIATE") {
            job.answer(Some(driver(error)));
            return;
        }
        let began = Instant::now();
        let ran = job.run(Conn::Sqlite(&self.conn), &self.shared);
        self.note_hold(job, began);
        match ran {
            Ran::Not(fault) => {
                self.undo();
                job.answer((fault == Some(Fault::Retry)).then(busy));
            }
            Ran::Well(entries) => {
                let committed = self
                    .sealer
                    .store(&self.conn, entries)
                    .and_then(|()| self.sealer.seal(&self.conn))
                    .and_then(|()| self.plain("COMMIT"));
                match committed {
                    Ok(()) => {
                        self.sealer.keep(&self.shared);
                        job.answer(None);
                    }
                    Err(error) => {
                        self.undo();
                        job.answer(Some(driver(error)));
                    }
                }
            }
        }
    }

    fn plain(&self, sql: &str) -> std::result::Result<(), rusqlite::Error> {
        self.conn.prepare_cached(sql)?.execute([]).map(|_| ())
    }

    fn undo(&mut self) {
        self.sealer.forget();
        if !self.conn.is_autocommit() {
            let _undone = self.plain("ROLLBACK");
        }
    }

    fn note_hold(&self, job: &Boxed, began: Instant) {
        let held = began.elapsed();
        metrics::histogram!("khue_db_write_seconds").record(held.as_secs_f64());
        if held > HOLD_MOST && job.long().is_none() && !cfg!(debug_assertions) {
            tracing::warn!(
                held_ms = u64::try_from(held.as_millis()).unwrap_or(u64::MAX),
                "a write held the writer too long"
            );
        }
    }
}
