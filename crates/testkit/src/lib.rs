//! A world for each test: its own database (a copied template), a clock moved by hand, contexts that draw the same ids in
//! every run. Every write closure is run twice and compared.
//!
//! The test binary of a crate (`tests/it/main.rs`) says once which rooms it needs:
//!
//! ```ignore
//! fn schemas() -> Vec<&'static db::Schema> { vec![&db::SCHEMA, &auth::SCHEMA] }
//!
//! testkit::both! {
//!     async fn a_school_is_found(w: testkit::World) { … }
//! }
//! ```
//! makes the tests `a_school_is_found::sqlite` and `a_school_is_found::postgres`. The PostgreSQL server comes from
//! `scripts/with-postgres.sh`, which sets `KHUE_TEST_POSTGRES`; without it the test fails and says so.

mod agree;
pub mod plans;

pub use agree::statements_agree;

use std::future::Future;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use base::{Actor, Clock, Ctx, Instant};
use db::{Db, Dialect, Location, Options, Schema};

/// Makes one test on SQLite and one on PostgreSQL out of an async function that takes a [`World`].
#[macro_export]
#[expect(clippy::crate_in_macro_def, reason = "the test binary names its rooms in its own root")]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident: $ty:ty) $body:block)+) => {$(
        mod $name {
            #[expect(unused_imports, reason = "a test may need nothing of its file")]
            use super::*;

            async fn story($world: $ty) $body

            $(#[$meta])*
            #[test]
            fn sqlite() {
                $crate::run($crate::DialectForMacro::Sqlite, crate::schemas(), story);
            }

            $(#[$meta])*
            #[test]
            fn postgres() {
                $crate::run($crate::DialectForMacro::Postgres, crate::schemas(), story);
            }
        }
    )+};
}

#[doc(hidden)]
pub use db::Dialect as DialectForMacro;

/// A clock that moves when it is told to. Starts on 2026-09-07 at 07:00 in Viet Nam, a Monday of the first term.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicI64>);

impl Default for TestClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(1_788_739_200_000_000)))
    }
}

impl TestClock {
    /// Moves forward.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    /// Moves to a moment in RFC 3339.
    ///
    /// # Panics
    /// When the text is no moment.
    pub fn set(&self, at: &str) {
        self.0.store(Instant::parse(at).expect("an RFC 3339 moment").0, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::Relaxed))
    }
}

/// Everything one test has to itself.
pub struct World {
    /// Its database.
    pub db: Db,
    /// Its clock.
    pub clock: TestClock,
    /// Its folder, gone when the test ends.
    pub folder: tempfile::TempDir,
    location: Location,
    owner: Option<String>,
    schemas: Vec<&'static Schema>,
    contexts: AtomicU64,
    heard: db::Heard,
}

/// Runs a test's story in a world of its own.
///
/// # Panics
/// When the world cannot be made, or the story panics.
pub fn run<F: Future<Output = ()>>(dialect: Dialect, schemas: Vec<&'static Schema>, story: impl FnOnce(World) -> F) {
    let rt = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let world = World::make(dialect, schemas);
    let (db, location, schemas) = (world.db.clone(), world.location.clone(), world.schemas.clone());
    let heard = world.heard.clone();
    rt.block_on(story(world));
    end(&db, &location);
    // On SQLite, whose plans are stable: they depend neither on what stands in the tables nor on what is asked for.
    if dialect == Dialect::Sqlite {
        plans::refuse_unexplained(&rt, schemas, heard.all());
    }
}

fn end(db: &Db, location: &Location) {
    db.close();
    if let Location::Postgres(url) = location {
        db::cluster::drop_database(&cluster(), url.rsplit('/').next().unwrap_or_default()).expect("drops its database");
    }
}

fn cluster() -> String {
    std::env::var("KHUE_TEST_POSTGRES").expect(
        "KHUE_TEST_POSTGRES is not set: run the tests by `make test`, or one crate's by `scripts/with-postgres.sh cargo nextest run -p <crate>`",
    )
}

/// The node of every test installation, so that the same story leaves the same bytes on both databases.
const NODE: base::Uuid = base::Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0001);

/// The key of every test installation: templates are shared, so it must be one.
fn write_key(folder: &Path) -> PathBuf {
    let key = folder.join("khue.key");
    db::keys::Keys::from_secret([7; 32]).write_new(&key).expect("writes the test key");
    key
}

impl World {
    /// Makes a world on one database.
    ///
    /// # Panics
    /// When the database cannot be made.
    #[must_use]
    pub fn make(dialect: Dialect, schemas: Vec<&'static Schema>) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let clock = TestClock::default();
        write_key(folder.path());
        let fingerprint = db::fingerprint(&db::migrations(&schemas));
        let (location, owner) = match dialect {
            Dialect::Sqlite => {
                let path = folder.path().join("data").join("khue.db");
                std::fs::create_dir_all(folder.path().join("data")).expect("makes the data folder");
                copy_database(&sqlite_template(&fingerprint, &schemas, &clock), &path);
                (Location::Sqlite(path), None)
            }
            Dialect::Postgres => {
                let cluster = cluster();
                let template = format!("khue_template_{fingerprint}");
                db::cluster::make_roles(&cluster).expect("makes the roles");
                db::cluster::make_template(&cluster, &template, |owner, app| {
                    let made = tempfile::tempdir().map_err(base::Error::internal)?;
                    write_key(made.path());
                    let mut options = Options::new(Location::Postgres(app), &made.path().join("data"), schemas.clone());
                    options.node = Some(NODE);
                    options.owner = Some(owner);
                    options.unsafe_durability = true;
                    Db::open(&options, clock.now()).map(|db| db.close())
                })
                .expect("makes the template");
                let random = db::keys::hex(&db::keys::random::<8>().expect("randomness"));
                let name = format!("khue_test_{random}");
                let (owner, app) = db::cluster::copy_template(&cluster, &template, &name).expect("copies the template");
                (Location::Postgres(app), Some(owner))
            }
        };
        let heard = db::Heard::default();
        let db = Self::open(&folder, &location, owner.clone(), &schemas, &clock, &heard).expect("opens the database");
        Self { db, clock, folder, location, owner, schemas, contexts: AtomicU64::new(0), heard }
    }

    fn open(
        folder: &tempfile::TempDir,
        location: &Location,
        owner: Option<String>,
        schemas: &[&'static Schema],
        clock: &TestClock,
        heard: &db::Heard,
    ) -> base::Result<Db> {
        let mut options = Options::new(location.clone(), &folder.path().join("data"), schemas.to_vec());
        options.owner = owner;
        options.run_writes_twice = true;
        options.unsafe_durability = true;
        options.heard = Some(heard.clone());
        Db::open(&options, clock.now())
    }

    /// Closes the database and opens it again, as a restart does.
    ///
    /// # Panics
    /// When it does not open.
    pub fn reopen(&mut self) {
        self.db.close();
        // The heads of the old door may still be written.
        self.db = loop {
            let owner = self.owner.clone();
            match Self::open(&self.folder, &self.location, owner, &self.schemas, &self.clock, &self.heard) {
                Ok(db) => break db,
                Err(error) if error.is(&db::IN_USE) => std::thread::sleep(std::time::Duration::from_millis(10)),
                Err(error) => panic!("{error:?}"),
            }
        };
    }

    /// Closes the world and drops its database. Worlds of [`run`] end by themselves.
    pub fn end(self) {
        end(&self.db, &self.location);
    }

    /// The same with other rooms: what an upgrade of the program does.
    pub fn reopen_with(&mut self, schemas: Vec<&'static Schema>) {
        self.schemas = schemas;
        self.reopen();
    }

    /// Where the database is.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The address of the role that owns the tables, on PostgreSQL.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// From now on nothing can be inserted into a table, or again it can: what a full disk does, to one table only.
    ///
    /// # Panics
    /// When the database does not let itself be told so.
    pub async fn refuse_inserts(&self, table: &'static str, refuse: bool) {
        if let Some(owner) = self.owner() {
            let verb = if refuse { "REVOKE INSERT ON" } else { "GRANT INSERT ON" };
            let toward = if refuse { "FROM" } else { "TO" };
            let sql = format!("{verb} {table} {toward} khue_app");
            let owner = owner.to_owned();
            let done = tokio::task::spawn_blocking(move || db::cluster::run_at(&owner, &sql)).await;
            return done.expect("runs").expect("changes who may insert");
        }
        self.db
            .write(&self.system(), move |tx| {
                tx.public("a test fills the disk");
                let sql = match refuse {
                    true => format!(
                        "CREATE TRIGGER refused_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'full'); END"
                    ),
                    false => format!("DROP TRIGGER refused_{table}"),
                };
                tx.exec(&db::Built::new("refuse inserts", &sql, tx.dialect()), &[]).map(|_| ())
            })
            .await
            .expect("makes a trigger");
    }

    /// A new act of the system.
    pub fn system(&self) -> Ctx {
        self.ctx(Actor::System("test"))
    }

    /// A new act of somebody, at the clock's present.
    #[expect(clippy::disallowed_methods, reason = "the test kit may act as anybody")]
    pub fn ctx(&self, actor: Actor) -> Ctx {
        let n = self.contexts.fetch_add(1, Ordering::Relaxed);
        let seed = db::keys::sha256(&[b"test", &n.to_be_bytes()]);
        Ctx::new(actor, format!("test-{n}"), self.clock.now(), seed)
    }
}

/// A migrated, empty SQLite file, made once for each build of a test program and copied for each test. A program built
/// anew makes its own: what opening a new database does is code, of which the migrations' fingerprint says nothing.
fn sqlite_template(fingerprint: &str, schemas: &[&'static Schema], clock: &TestClock) -> PathBuf {
    let program = std::env::current_exe().and_then(|program| program.metadata()).expect("the test's own program");
    let fingerprint = format!("{fingerprint}-{}-{}", program.ino(), program.mtime_nsec());
    let path = std::env::temp_dir().join(format!("khue-template-{fingerprint}.db"));
    if path.exists() {
        return path;
    }
    let making = tempfile::tempdir().expect("a folder for the template");
    write_key(making.path());
    let file = making.path().join("data").join("khue.db");
    let mut options = Options::new(Location::Sqlite(file.clone()), &making.path().join("data"), schemas.to_vec());
    options.node = Some(NODE);
    Db::open(&options, clock.now()).expect("makes the template").close();
    // Copied beside and renamed: two tests may make it at once.
    let near = std::env::temp_dir().join(format!("khue-template-{fingerprint}-{}.db", std::process::id()));
    copy_database(&file, &near);
    let _none = std::fs::rename(log_of(&near), log_of(&path));
    std::fs::rename(&near, &path).expect("puts the template in place");
    path
}

/// The write-ahead log beside a database.
fn log_of(file: &Path) -> PathBuf {
    file.with_extension("db-wal")
}

/// Copies a database that nobody writes to, with its write-ahead log: the last connection, which empties that, may be
/// closed a moment later. The log first: when it goes meanwhile, the file has what was in it.
fn copy_database(from: &Path, to: &Path) {
    let _gone = std::fs::copy(log_of(from), log_of(to));
    std::fs::copy(from, to).expect("copies the database");
}
