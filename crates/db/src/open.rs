//! Opening a database: lock, key, migrations, installation, threads.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use base::{Error, Instant, Result, Uuid};
use tokio::sync::{Semaphore, watch};

use super::{Db, Inner, Installation, LONG_READS, Location, NOT_DEMO, OLDER, Options, Store};
use crate::error::{Constraint, UNREACHABLE};
use crate::journal::heads::HeadFile;
use crate::journal::seal_postgres::{HERE, PgSealer};
use crate::keys::{self, KEY_FILE, KEY_OTHER, Keys, Use};
use crate::migrate::{self, PgTarget, SqliteTarget, Target};
use crate::postgres::{Address, Connections, PgConn, PgStore};
use crate::sqlite::{self, SqliteStore};
use crate::tx::Shared;

/// What the installation row says.
struct Known {
    node: Uuid,
    epoch: i64,
    key_id: u32,
    key_check: [u8; 32],
    demo: bool,
}

enum Direct {
    Sqlite(rusqlite::Connection),
    Postgres(Box<PgConn>),
}

impl Direct {
    fn target<T>(&mut self, run: impl FnOnce(&mut dyn Target) -> T) -> T {
        match self {
            Self::Sqlite(conn) => run(&mut SqliteTarget(conn)),
            Self::Postgres(conn) => run(&mut PgTarget(conn)),
        }
    }

    fn exists(&mut self, table: &str) -> Result<bool> {
        match self {
            Self::Sqlite(conn) => conn
                .query_row("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1", [table], |r| {
                    r.get::<_, i64>(0)
                })
                .map(|n| n == 1)
                .map_err(Error::internal),
            Self::Postgres(conn) => {
                let mut found = false;
                conn.query(
                    "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1",
                    crate::params![table],
                    &mut |row| {
                        found = row.get::<i64>(0)? == 1;
                        Ok(false)
                    },
                )
                .map_err(Error::internal)??;
                Ok(found)
            }
        }
    }

    fn installation(&mut self) -> Result<Option<Known>> {
        if !self.exists("installation")? {
            return Ok(None);
        }
        const SQL: &str = "SELECT node, epoch, key_id, key_check, demo FROM installation";
        let mut known = None;
        let mut take = |row: &crate::Row<'_>| {
            known = Some(Known {
                node: row.get(0)?,
                epoch: row.get(1)?,
                key_id: row.get(2)?,
                key_check: row.get(3)?,
                demo: row.get(4)?,
            });
            Ok(false)
        };
        match self {
            Self::Sqlite(conn) => {
                let mut statement = conn.prepare(SQL).map_err(Error::internal)?;
                let mut rows = statement.query([]).map_err(Error::internal)?;
                if let Some(row) = rows.next().map_err(Error::internal)? {
                    take(&crate::Row::Sqlite(row))?;
                }
            }
            Self::Postgres(conn) => conn.query(SQL, &[], &mut take).map_err(Error::internal)??,
        }
        Ok(known)
    }
}

/// Reads the key of an existing database, or makes one together with an empty database.
fn keys_for(options: &Options, known: Option<&Known>) -> Result<Keys> {
    match known {
        Some(known) => {
            let keys = Keys::read(&options.key)?;
            if keys.check_value(known.key_id)? != known.key_check {
                return Err(KEY_OTHER.error(format!(
                    "Tệp khoá {} không phải khoá của cơ sở dữ liệu này. Hãy đặt lại đúng tệp khoá (KHUE_KEY); chưa có gì bị thay đổi.",
                    options.key.display()
                )));
            }
            Ok(keys)
        }
        None if options.key.exists() => Keys::read(&options.key),
        None => {
            let keys = Keys::generate()?;
            keys.write_new(&options.key)?;
            Ok(keys)
        }
    }
}

fn make_folder(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path).map_err(|source| {
        UNREACHABLE
            .error(format!("Không tạo được thư mục dữ liệu {}: hãy kiểm tra quyền ghi và chỗ trống.", path.display()))
            .caused_by(source)
    })
}

pub(super) fn open(options: &Options, now: Instant) -> Result<Db> {
    make_folder(&options.data)?;
    let (mut direct, lock) = match &options.location {
        Location::Sqlite(path) => {
            if let Some(folder) = path.parent() {
                make_folder(folder)?;
            }
            let lock = sqlite::take_lock(path)?;
            (Direct::Sqlite(sqlite::connect(path, true)?), Some(lock))
        }
        Location::Postgres(url) => {
            let url = options.owner.as_ref().unwrap_or(url);
            let address = Address { url: url.clone(), check_durability: !options.unsafe_durability };
            let mut conn = PgConn::connect(&address)?;
            // Before the key is looked at: from here on nobody changes it.
            conn.plain(HERE).map_err(Error::internal)?;
            (Direct::Postgres(Box::new(conn)), None)
        }
    };
    // Everything that can be refused is refused before anything is written: the key, the demo mark, the schema.
    let known = direct.installation()?;
    if known.as_ref().is_some_and(|known| options.demo && !known.demo) {
        return Err(NOT_DEMO.error(
            "Cơ sở dữ liệu này chứa dữ liệu thật nên không dùng cho chế độ dùng thử được. Hãy chạy 'khue serve', hoặc chọn thư mục dữ liệu khác (KHUE_DATA).",
        ));
    }
    let keys = keys_for(options, known.as_ref())?;
    let all = super::migrations(&options.schemas);
    if !options.migrate && known.is_none() {
        return Err(OLDER.error("Cơ sở dữ liệu chưa được khởi tạo. Hãy chạy 'khue migrate' trước."));
    }
    // Two servers starting at once on PostgreSQL must not migrate at once.
    if matches!(direct, Direct::Postgres(_)) {
        direct.target(|t| t.batch("SELECT pg_advisory_lock(1802007909, 2)")).map_err(Error::internal)?;
    }
    let known = direct.installation()?.or(known);
    let migrated = direct.target(|target| migrate::run(target, &all, now));
    let migrated = migrated.and_then(|ran| grant(&mut direct, options).map(|()| ran));
    let migrated = migrated.and_then(|ran| {
        if ran > 0 {
            tracing::info!(steps = ran, "the database schema was brought up to date");
        }
        match &known {
            Some(known) => Ok(Installation { node: known.node, epoch: known.epoch, demo: known.demo, new: false }),
            None => install(&mut direct, &keys, options, now),
        }
    });
    if matches!(direct, Direct::Postgres(_)) {
        direct.target(|t| t.batch("SELECT pg_advisory_unlock(1802007909, 2)")).map_err(Error::internal)?;
    }
    let installation = migrated?;
    start(options, keys, installation, lock, direct)
}

/// Lets the role that serves use what the owner has made, and nothing more: it cannot rewrite the journal.
fn grant(direct: &mut Direct, options: &Options) -> Result<()> {
    let (Location::Postgres(url), Some(_)) = (&options.location, &options.owner) else { return Ok(()) };
    let user = url.split_once("://").and_then(|(_, rest)| rest.split(['@', ':']).next()).unwrap_or_default();
    if user.is_empty() || !user.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        return Err(Error::internal("the serving role's name in KHUE_DATABASE must be plain lower-case letters"));
    }
    direct
        .target(|target| {
            target.batch(&format!(
                "GRANT USAGE ON SCHEMA public TO {user};
                 GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {user};
                 GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {user};
                 REVOKE INSERT, UPDATE, DELETE ON migration, installation FROM {user};
                 REVOKE UPDATE, DELETE ON journal_entry, journal_seal, journal_epoch FROM {user};
                 REVOKE UPDATE ON journal_payload FROM {user};"
            ))
        })
        .map_err(Error::internal)
}

/// Writes the installation row and the first epoch. A key that was left from another attempt is used as it is.
fn install(direct: &mut Direct, keys: &Keys, options: &Options, now: Instant) -> Result<Installation> {
    let demo = options.demo;
    let node = match options.node {
        Some(node) => node,
        None => base::id::uuid_v7(now.unix_ms(), keys::random()?),
    };
    let key_id = keys.current();
    let check = keys::hex(&keys.check_value(key_id)?);
    let (uuid, bytes, yes, no) = match direct {
        Direct::Sqlite(_) => (format!("x'{}'", node.simple()), format!("x'{check}'"), "1", "0"),
        Direct::Postgres(_) => (format!("'{node}'"), format!("'\\x{check}'"), "true", "false"),
    };
    let demo_text = if demo { yes } else { no };
    let at = now.0;
    direct
        .target(|target| {
            target.batch(&format!(
                "BEGIN;
                 INSERT INTO installation (one, node, epoch, key_id, key_check, demo, created_at)
                   VALUES (1, {uuid}, 1, {key_id}, {bytes}, {demo_text}, {at});
                 INSERT INTO journal_epoch (epoch, node, reason, started_at) VALUES (1, {uuid}, 'created', {at});
                 COMMIT"
            ))
        })
        .map_err(|e| KEY_FILE.error("Không khởi tạo được cơ sở dữ liệu.").caused_by(e))?;
    Ok(Installation { node, epoch: 1, demo, new: true })
}

fn start(
    options: &Options,
    keys: Keys,
    installation: Installation,
    lock: Option<std::fs::File>,
    direct: Direct,
) -> Result<Db> {
    let opened = match direct {
        Direct::Sqlite(_) => None,
        Direct::Postgres(conn) => Some(conn),
    };
    let journal = keys.cipher(keys.current(), Use::Journal)?;
    let constraints: Vec<&'static Constraint> =
        options.schemas.iter().flat_map(|schema| schema.constraints.iter()).collect();
    let (head, _) = watch::channel(None);
    let shared = Arc::new(Shared {
        keys,
        journal,
        constraints,
        twice: options.run_writes_twice,
        heard: options.heard.clone(),
        head,
        work: Arc::default(),
        other_key: AtomicBool::new(false),
    });
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let store = match (&options.location, lock, opened) {
        (Location::Sqlite(path), Some(lock), _) => {
            // One for each thread of the runtime (twice the cores): a read then never waits for a connection, and nobody
            // is woken to take over from it.
            Store::Sqlite(SqliteStore::open(path, lock, (2 * cores).clamp(4, 32), options.max_pages, &shared)?)
        }
        (Location::Sqlite(path), None, _) => {
            return Err(Error::internal(format!("{} was opened without its lock", path.display())));
        }
        (Location::Postgres(_), _, None) => return Err(Error::internal("PostgreSQL was opened without a connection")),
        (Location::Postgres(url), _, Some(opened)) => {
            let address = Address { url: url.clone(), check_durability: !options.unsafe_durability };
            let store = PgStore::open(&address, Connections::for_cores(cores), &shared)?;
            let sealer = PgSealer::start(address, Arc::clone(&shared), Arc::clone(&store.committed), opened)?;
            Store::Postgres(store, sealer)
        }
    };
    let (stop_heads, stopped) = watch::channel(false);
    sign_heads(&shared, &options.data, stopped)?;
    let long = Arc::new(Semaphore::new(LONG_READS));
    Ok(Db(Arc::new(Inner {
        store,
        shared,
        installation,
        data: options.data.clone(),
        key: options.key.clone(),
        location: options.location.clone(),
        stop_heads,
        long,
    })))
}

/// Signs the head at most once a second, outside every transaction.
fn sign_heads(shared: &Arc<Shared>, data: &Path, mut stopped: watch::Receiver<bool>) -> Result<()> {
    let mut head = shared.head.subscribe();
    let keys = shared.keys.clone();
    let mut file = HeadFile::new(data);
    std::thread::Builder::new()
        .name("db-heads".to_owned())
        .spawn(move || {
            let Ok(rt) = tokio::runtime::Builder::new_current_thread().enable_time().build() else { return };
            rt.block_on(async {
                loop {
                    let now = *head.borrow_and_update();
                    if let Some(now) = now
                        && let Err(error) = file.add(&keys, now)
                    {
                        tracing::warn!(?error, "the journal's head could not be signed");
                    }
                    tokio::select! {
                        _ = stopped.changed() => return,
                        () = tokio::time::sleep(Duration::from_secs(1)) => {}
                    }
                    tokio::select! {
                        _ = stopped.changed() => return,
                        changed = head.changed() => if changed.is_err() { return },
                    }
                }
            });
        })
        .map(|_| ())
        .map_err(Error::internal)
}
