//! What goes wrong around a database, and what the door answers then.

mod both;

use std::path::Path;
use std::sync::Arc;

use base::{Clock as _, Result, Uuid};
use db::{Db, Dialect, Entry, Location, Migration, Options, Schema, params};
use testkit::{TestClock, World};

use crate::door::add;

db::statements! {
    BIG = "INSERT INTO note (id, owner, title, body) VALUES (?1, ?2, ?3, ?4)";
    TITLES = "SELECT title FROM note ORDER BY title";
}

/// Options for a SQLite database in a folder, with its key beside it.
fn options(folder: &Path, schemas: Vec<&'static Schema>) -> Options {
    let data = folder.join("data");
    Options::new(Location::Sqlite(data.join("khue.db")), &data, schemas)
}

fn open(options: &Options) -> Result<Db> {
    Db::open(options, TestClock::default().now())
}

fn leak(migrations: Vec<Migration>) -> &'static Schema {
    Box::leak(Box::new(Schema {
        migrations: Box::leak(migrations.into_boxed_slice()),
        statements: &[],
        constraints: &[],
    }))
}

const PET: Migration = Migration {
    ordinal: 9_500,
    name: "pet",
    sql: "CREATE TABLE pet (id {uuid} NOT NULL PRIMARY KEY, name {text} NOT NULL) {strict}",
    rebuild: false,
};
const COLLAR: Migration = Migration {
    ordinal: 9_501,
    name: "collar",
    sql: "CREATE TABLE collar (pet {uuid} NOT NULL REFERENCES pet (id), colour {text} NOT NULL) {strict};
          ALTER TABLE pet ADD COLUMN born {date};",
    rebuild: false,
};

/// The bytes of every file of the data folder but the lock and SQLite's shared memory.
fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder.join("data"))
        .expect("the data folder")
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.file_name() == "khue.db")
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("reads")))
        .collect();
    all.sort();
    all
}

#[test]
fn a_second_server_on_one_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = open(&options(folder.path(), crate::schemas())).expect("the first");
    let refused = open(&options(folder.path(), crate::schemas())).expect_err("the second");
    assert_eq!(refused.code(), "db.in_use");
    assert!(refused.detail().contains("khue.db"), "{}", refused.detail());
    first.close();
    drop(first);
    open(&options(folder.path(), crate::schemas())).expect("after the first has ended").close();
}

#[test]
fn a_newer_or_another_schema_is_refused_and_nothing_is_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    open(&options(folder.path(), vec![&db::SCHEMA, leak(vec![PET, COLLAR])])).expect("the newer program").close();
    let before = bytes(folder.path());
    let refused = open(&options(folder.path(), vec![&db::SCHEMA, leak(vec![PET])])).expect_err("the older program");
    assert_eq!(refused.code(), "db.newer");
    let other = Migration { sql: "CREATE TABLE pet (id {uuid} NOT NULL PRIMARY KEY) {strict}", ..PET };
    let refused = open(&options(folder.path(), vec![&db::SCHEMA, leak(vec![other, COLLAR])])).expect_err("another one");
    assert_eq!(refused.code(), "db.migration_changed");
    assert_eq!(bytes(folder.path()), before);
}

#[test]
fn a_failing_migration_is_undone_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    open(&options(folder.path(), vec![&db::SCHEMA, leak(vec![PET])])).expect("opens").close();
    let broken =
        Migration { sql: "CREATE TABLE collar (pet {uuid}) {strict}; INSERT INTO nowhere VALUES (1);", ..COLLAR };
    let refused = open(&options(folder.path(), vec![&db::SCHEMA, leak(vec![PET, broken])])).expect_err("fails");
    assert_eq!(refused.code(), "db.migration_failed");
    // The table of the failed half is not there: the whole migration can run.
    open(&options(folder.path(), vec![&db::SCHEMA, leak(vec![PET, COLLAR])])).expect("the mended one").close();
}

#[test]
fn a_missing_or_a_wrong_key_is_said_and_touches_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    open(&options(folder.path(), crate::schemas())).expect("opens").close();
    let before = bytes(folder.path());
    let key = folder.path().join("khue.key");
    std::fs::rename(&key, folder.path().join("kept.key")).expect("takes the key away");
    assert_eq!(open(&options(folder.path(), crate::schemas())).expect_err("no key").code(), "key.file");
    assert!(!key.exists(), "no new key is made for an existing database");
    db::keys::Keys::generate().expect("keys").write_new(&key).expect("another key");
    assert_eq!(open(&options(folder.path(), crate::schemas())).expect_err("a wrong key").code(), "key.other");
    assert_eq!(bytes(folder.path()), before);
    std::fs::remove_file(&key).expect("takes it away");
    std::fs::rename(folder.path().join("kept.key"), &key).expect("puts the right one back");
    open(&options(folder.path(), crate::schemas())).expect("opens again").close();
}

#[test]
fn a_demonstration_refuses_real_data() {
    let folder = tempfile::tempdir().expect("a folder");
    open(&options(folder.path(), crate::schemas())).expect("a real one").close();
    let mut demo = options(folder.path(), crate::schemas());
    demo.demo = true;
    assert_eq!(open(&demo).expect_err("real data").code(), "db.not_demo");
}

#[test]
fn a_full_disk_refuses_writes_whole_and_keeps_reading() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut small = options(folder.path(), crate::schemas());
    small.max_pages = Some(400);
    let rt = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    // A world gives the contexts; its own database is not used.
    let world = Arc::new(World::make(Dialect::Sqlite, crate::schemas()));
    let db = open(&small).expect("opens");
    rt.block_on(async {
        let mut tasks = Vec::new();
        for i in 0..60usize {
            let (db, world) = (db.clone(), Arc::clone(&world));
            tasks.push(tokio::spawn(async move {
                // Every tenth is far too large; they meet the small ones in one group.
                let size = if i % 10 == 9 { 4_000_000 } else { 200 };
                let title = format!("{i:02}");
                let outcome = db
                    .write(&world.system(), {
                        let title = title.clone();
                        move |tx| {
                            tx.public("test");
                            let id: Uuid = tx.new_id();
                            tx.exec_one(&BIG, params![id, "lan", title, vec![7u8; size]])?;
                            tx.record(Entry::new("note.added", "note", id));
                            Ok(())
                        }
                    })
                    .await;
                (title, size, outcome)
            }));
        }
        let mut acknowledged = Vec::new();
        for task in tasks {
            let (title, size, outcome) = task.await.expect("runs");
            match outcome {
                Ok(()) => {
                    assert_eq!(size, 200, "{title} cannot have fitted");
                    acknowledged.push(title);
                }
                Err(error) => {
                    assert_eq!((error.code(), size), ("db.full", 4_000_000), "{title}: {error:?}");
                }
            }
        }
        acknowledged.sort();
        assert_eq!(acknowledged.len(), 54, "the small ones all fit");
        let stand = db
            .read(&world.system(), |tx| {
                tx.public("test");
                tx.all::<(String,)>(&TITLES, &[])
            })
            .await
            .expect("reading goes on");
        assert_eq!(stand.into_iter().map(|(title,)| title).collect::<Vec<_>>(), acknowledged);
        let data = db.data().to_owned();
        let report = db
            .read(&world.system(), move |tx| {
                tx.public("test");
                db::journal::verify::verify(tx, &data, true)
            })
            .await
            .expect("verifies");
        assert!(report.holds() && report.entries == 54, "{report:?}");
    });
    db.close();
}

/// Tables and columns, in words that both ways of getting there must agree on.
async fn shape(w: &World) -> Vec<Vec<String>> {
    static SHAPE: db::Sql = db::Sql::both(
        "SHAPE",
        "SELECT m.name, p.name, p.type, p.\"notnull\", p.pk FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, p.name",
        "SELECT CAST(table_name AS text), CAST(column_name AS text), CAST(data_type AS text), CAST(is_nullable AS text), CAST(coalesce(collation_name, '') AS text) FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
    );
    w.db.read(&w.system(), |tx| {
        tx.public("test");
        tx.debug_rows(&SHAPE, &[])
    })
    .await
    .expect("reads the schema")
}

fn upgraded_equals_fresh(dialect: Dialect) {
    let both = || vec![&db::SCHEMA, leak(vec![PET, COLLAR])];
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut upgraded = World::make(dialect, vec![&db::SCHEMA, leak(vec![PET])]);
    upgraded.reopen_with(both());
    let fresh = World::make(dialect, both());
    let (left, right) = rt.block_on(async { (shape(&upgraded).await, shape(&fresh).await) });
    assert!(left.iter().any(|row| row[0] == "collar"));
    assert_eq!(left, right);
    upgraded.end();
    fresh.end();
}

#[test]
fn an_upgraded_database_equals_a_fresh_one_on_sqlite() {
    upgraded_equals_fresh(Dialect::Sqlite);
}

#[test]
fn an_upgraded_database_equals_a_fresh_one_on_postgres() {
    upgraded_equals_fresh(Dialect::Postgres);
}

#[test]
fn text_on_postgres_is_compared_by_its_bytes() {
    let w = World::make(Dialect::Postgres, crate::schemas());
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let wrong = rt.block_on(async {
        static OTHER: db::Sql = db::Sql::new(
            "OTHER",
            "SELECT CAST(table_name AS text), CAST(column_name AS text) FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'text' AND coalesce(collation_name, '') <> 'C'",
        );
        w.db.read(&w.system(), |tx| {
            tx.public("test");
            tx.all::<(String, String)>(&OTHER, &[])
        })
        .await
        .expect("reads the schema")
    });
    assert_eq!(wrong, [], "columns written TEXT instead of {{text}}");
    w.end();
}

#[test]
fn a_backfill_under_row_security_needs_its_own_policy() {
    // The owner of a table with forced row security and no policy for it sees nothing: a backfill touches no row and says
    // nothing. With the policy it touches them all.
    let table = "CREATE TABLE mark (id {uuid} NOT NULL PRIMARY KEY, school {uuid} NOT NULL, score {int}) {strict};
        INSERT INTO mark (id, school, score) VALUES ('01980000-0000-7000-8000-000000000001', '01980000-0000-7000-8000-0000000000aa', NULL);
        ALTER TABLE mark ENABLE ROW LEVEL SECURITY; ALTER TABLE mark FORCE ROW LEVEL SECURITY;
        CREATE POLICY of_school ON mark TO khue_app USING (school = CAST(nullif(current_setting('khue.scope', true), '') AS uuid));";
    let migrations = |policy: &'static str| {
        vec![
            Migration { ordinal: 9_600, name: "mark", sql: table, rebuild: false },
            Migration { ordinal: 9_601, name: "policy", sql: policy, rebuild: false },
            Migration { ordinal: 9_602, name: "backfill", sql: "UPDATE mark SET score = 0", rebuild: false },
        ]
    };
    for (policy, filled) in [("SELECT 1", "0"), ("CREATE POLICY of_owner ON mark TO khue_owner USING (true)", "1")] {
        let w = World::make(Dialect::Postgres, vec![&db::SCHEMA, leak(migrations(policy))]);
        let owner = w.owner().expect("an owner").to_owned();
        // Counted from outside row security.
        db::cluster::run_at(&owner, "ALTER TABLE mark DISABLE ROW LEVEL SECURITY").expect("opens the table");
        static FILLED: db::Sql = db::Sql::new("FILLED", "SELECT count(*) FROM mark WHERE score = 0");
        let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let rows = rt.block_on(async {
            w.db.read(&w.system(), |tx| {
                tx.public("test");
                tx.debug_rows(&FILLED, &[])
            })
            .await
            .expect("counts")
        });
        assert_eq!(rows, [[filled]], "with {policy}");
        w.end();
    }
}

testkit::both! {
    async fn a_closed_door_answers_that_it_is_stopping(w: World) {
        add(&w, "lan", "một").await.expect("adds");
        w.db.close();
        assert_eq!(add(&w, "lan", "hai").await.expect_err("closed").code(), "db.stopping");
    }
}

#[test]
fn kill_the_database_server_and_work_goes_on_when_it_is_back() {
    let script = |verb: &str, dir: &Path| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres-server.sh");
        let output = std::process::Command::new(path).arg(verb).arg(dir).output().expect("runs the script");
        assert!(output.status.success(), "{verb}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let random = db::keys::hex(&db::keys::random::<6>().expect("randomness"));
    let cluster = std::env::temp_dir().join(format!("khue-gone-{random}"));
    script("init", &cluster);
    script("start", &cluster);
    let url = script("url", &cluster);
    db::cluster::make_roles(&url).expect("makes the roles");
    db::cluster::make_template(&url, "khue_gone_empty", |_, _| Ok(())).expect("makes a database");
    let (owner, app) = db::cluster::copy_template(&url, "khue_gone_empty", "khue_gone").expect("copies it");
    let folder = tempfile::tempdir().expect("a folder");
    let mut options = options(folder.path(), crate::schemas());
    options.location = Location::Postgres(app);
    options.owner = Some(owner);
    options.unsafe_durability = true;
    let db = open(&options).expect("opens");
    // Only its contexts are used.
    let world = World::make(Dialect::Sqlite, crate::schemas());
    let rt = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let write = |title: &'static str| {
        rt.block_on(db.write(&world.system(), move |tx| {
            tx.public("test");
            let id: Uuid = tx.new_id();
            tx.exec_one(&BIG, params![id, "lan", title, vec![1u8]])?;
            Ok(())
        }))
    };
    write("trước").expect("writes");
    script("kill", &cluster);
    for _ in 0..4 {
        assert_eq!(write("trong lúc mất").expect_err("no server").code(), "db.unreachable");
    }
    script("start", &cluster);
    let back = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while let Err(error) = write("sau") {
        assert_eq!(error.code(), "db.unreachable");
        assert!(std::time::Instant::now() < back, "it never came back: {error:?}");
    }
    let titles = rt
        .block_on(db.read(&world.system(), |tx| {
            tx.public("test");
            tx.all::<(String,)>(&TITLES, &[])
        }))
        .expect("reads");
    assert_eq!(titles, [("sau".to_owned(),), ("trước".to_owned(),)]);
    db.close();
    script("kill", &cluster);
    std::fs::remove_dir_all(&cluster).expect("removes the cluster");
}
