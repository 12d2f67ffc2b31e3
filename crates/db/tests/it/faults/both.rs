//! Refusals at opening on both databases, with everything they hold compared before and after; rebuilt tables; the three
//! ways a write can fail to fit on the disk.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use base::{Actor, Clock as _, Ctx, Uuid};
use db::journal::verify::{Report, verify};
use db::{Built, Db, Dialect, Entry, Location, Migration, Options, Schema, params};
use testkit::TestClock;

use crate::NOTES;

fn block<T>(story: impl Future<Output = T>) -> T {
    let rt = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    rt.block_on(story)
}

#[expect(clippy::disallowed_methods, reason = "a test acts as the system")]
fn ctx() -> Ctx {
    Ctx::new(Actor::System("test"), "faults", TestClock::default().now(), db::keys::random().expect("randomness"))
}

/// A database that nobody has opened yet, and its folder.
struct Place {
    folder: tempfile::TempDir,
    location: Location,
    owner: Option<String>,
    cluster: Option<String>,
}

impl Place {
    fn new(dialect: Dialect) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        if dialect == Dialect::Sqlite {
            let location = Location::Sqlite(folder.path().join("data").join("khue.db"));
            return Self { folder, location, owner: None, cluster: None };
        }
        let cluster = std::env::var("KHUE_TEST_POSTGRES").expect("run by scripts/with-postgres.sh");
        let name = format!("khue_test_{}", db::keys::hex(&db::keys::random::<8>().expect("randomness")));
        db::cluster::make_roles(&cluster).expect("makes the roles");
        db::cluster::make_template(&cluster, "khue_empty", |_, _| Ok(())).expect("makes an empty template");
        let (owner, app) = db::cluster::copy_template(&cluster, "khue_empty", &name).expect("makes a database");
        Self { folder, location: Location::Postgres(app), owner: Some(owner), cluster: Some(cluster) }
    }

    fn options(&self, schemas: &[&'static Schema]) -> Options {
        let mut options = Options::new(self.location.clone(), &self.folder.path().join("data"), schemas.to_vec());
        options.owner = self.owner.clone();
        options.unsafe_durability = true;
        options
    }

    fn open(&self, schemas: &[&'static Schema]) -> base::Result<Db> {
        Db::open(&self.options(schemas), TestClock::default().now())
    }

    /// Opens with these rooms, does something, closes.
    fn with<T, F: Future<Output = T>>(&self, schemas: &[&'static Schema], act: impl FnOnce(Db) -> F) -> T {
        let db = self.open(schemas).expect("opens");
        let done = block(act(db.clone()));
        db.close();
        done
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("khue.key")
    }

    /// All there is: the bytes of every file, and on PostgreSQL what the server holds.
    fn everything(&self, schemas: &[&'static Schema]) -> (BTreeMap<PathBuf, Vec<u8>>, Vec<String>) {
        let held = match self.location {
            Location::Sqlite(_) => Vec::new(),
            Location::Postgres(_) => self.with(schemas, |db| async move {
                let mut held = schema(&db).await;
                held.extend(rows(&db, "SELECT ordinal, name, checksum FROM migration ORDER BY ordinal").await);
                held.extend(rows(&db, "SELECT node, epoch, key_id, key_check, demo FROM installation").await);
                held.extend(rows(&db, "SELECT id, title FROM note ORDER BY id").await);
                held
            }),
        };
        let mut files = BTreeMap::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("reads the folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("journal.heads") {
                    // Heads are signed anew by every opening.
                    files.insert(path.clone(), std::fs::read(&path).expect("reads the file"));
                }
            }
        }
        (files, held)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let (Some(cluster), Location::Postgres(url)) = (&self.cluster, &self.location) {
            let _gone = db::cluster::drop_database(cluster, url.rsplit('/').next().unwrap_or_default());
        }
    }
}

/// Makes a test on each database out of a function that takes a [`Place`].
macro_rules! places {
    ($(fn $name:ident($place:ident) $body:block)+) => {$(
        mod $name {
            use super::*;
            fn story($place: &Place) $body
            #[test]
            fn sqlite() { story(&Place::new(Dialect::Sqlite)); }
            #[test]
            fn postgres() { story(&Place::new(Dialect::Postgres)); }
        }
    )+};
}

async fn rows(db: &Db, sql: &'static str) -> Vec<String> {
    db.read(&ctx(), move |tx| {
        tx.public("test");
        Ok(tx.debug_rows(&Built::new("rows", sql, tx.dialect()), &[])?.iter().map(|row| row.join(" | ")).collect())
    })
    .await
    .expect("reads")
}

/// Tables, columns, indexes, constraints and rights, as the database describes them.
async fn schema(db: &Db) -> Vec<String> {
    if db.dialect() == Dialect::Sqlite {
        return rows(db, "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").await;
    }
    let mut all = Vec::new();
    for sql in [
        "SELECT CAST(table_name AS text), CAST(column_name AS text), ordinal_position, CAST(data_type AS text), \
         CAST(collation_name AS text), CAST(is_nullable AS text), CAST(column_default AS text) \
         FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 3",
        "SELECT CAST(indexname AS text), indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
        "SELECT CAST(conname AS text), CAST(CAST(conrelid AS regclass) AS text), pg_get_constraintdef(oid) \
         FROM pg_constraint WHERE connamespace = CAST('public' AS regnamespace) ORDER BY 1, 2",
        "SELECT CAST(relname AS text), CAST(relacl AS text) FROM pg_class \
         WHERE relnamespace = CAST('public' AS regnamespace) AND relkind IN ('r', 'S') ORDER BY 1",
    ] {
        all.extend(rows(db, sql).await);
    }
    all
}

async fn add(db: &Db, title: impl Into<String>, body: usize) -> base::Result<Uuid> {
    let title = title.into();
    db.write(&ctx(), move |tx| {
        tx.public("test");
        let id: Uuid = tx.new_id();
        tx.exec_one(&super::BIG, params![id, "fault", title, vec![7u8; body]])?;
        tx.record(Entry::new("note.added", "note", id).after(&title)?);
        Ok(id)
    })
    .await
}

async fn titles(db: &Db) -> Vec<String> {
    rows(db, "SELECT title FROM note ORDER BY title").await
}

async fn journal(db: &Db) -> Report {
    db.sealed(&ctx(), Duration::from_secs(20)).await.expect("seals");
    let data = db.data().to_owned();
    db.read(&ctx(), move |tx| {
        tx.public("test");
        verify(tx, &data, true)
    })
    .await
    .expect("verifies")
}

const fn one(migrations: &'static [Migration]) -> Schema {
    Schema { migrations, statements: &[], constraints: &[] }
}

const fn step(sql: &'static str) -> Migration {
    Migration { ordinal: 9_010, name: "shelf", sql, rebuild: false }
}

static STEP: Schema = one(&[step(
    "ALTER TABLE note ADD COLUMN shelf {text};
     CREATE TABLE shelf (id {uuid} NOT NULL PRIMARY KEY, name {text} NOT NULL UNIQUE, opened {date}) {strict};
     CREATE INDEX note_shelf ON note (shelf);",
)]);
static STEP_CHANGED: Schema = one(&[step("ALTER TABLE note ADD COLUMN shelf {int};")]);
/// Its last statement fails.
static STEP_FAILING: Schema = one(&[step(
    "ALTER TABLE note ADD COLUMN shelf {text};
     CREATE TABLE half (id {uuid} NOT NULL PRIMARY KEY) {strict};
     DELETE FROM note;
     INSERT INTO nowhere (id) VALUES (1);",
)]);

const BEFORE: &[&Schema] = &[&db::SCHEMA, &NOTES];
const AFTER: &[&Schema] = &[&db::SCHEMA, &NOTES, &STEP];

places! {
    fn a_newer_database_is_refused_untouched(place) {
        place.with(AFTER, |db| async move { add(&db, "một", 10).await.expect("adds") });
        let before = place.everything(AFTER);
        let refused = place.open(BEFORE).expect_err("an older program");
        assert_eq!(refused.code(), "db.newer");
        assert!(refused.detail().contains("9010 (shelf)"), "{}", refused.detail());
        assert_eq!(place.everything(AFTER), before);
    }

    fn a_changed_migration_is_refused_untouched(place) {
        place.with(AFTER, |db| async move { add(&db, "một", 10).await.expect("adds") });
        let before = place.everything(AFTER);
        let refused = place.open(&[&db::SCHEMA, &NOTES, &STEP_CHANGED]).expect_err("another text");
        assert_eq!(refused.code(), "db.migration_changed");
        assert_eq!(place.everything(AFTER), before);
    }

    fn a_failing_migration_is_undone_with_its_data(place) {
        let before = place.with(BEFORE, |db| async move {
            add(&db, "một", 10).await.expect("adds");
            (schema(&db).await, titles(&db).await)
        });
        let refused = place.open(&[&db::SCHEMA, &NOTES, &STEP_FAILING]).expect_err("fails");
        assert_eq!(refused.code(), "db.migration_failed");
        // The program from before still opens it, and the mended one brings it up to date.
        let after = place.with(BEFORE, |db| async move { (schema(&db).await, titles(&db).await) });
        assert_eq!(after, before);
        place.with(AFTER, |db| async move {
            assert_eq!(titles(&db).await, ["một"]);
            assert!(journal(&db).await.holds());
        });
    }

    fn upgrades_leave_what_a_fresh_start_makes(place) {
        place.with(&[&db::SCHEMA], |_| async {});
        place.with(BEFORE, |db| async move { add(&db, "một", 10).await.expect("adds") });
        let upgraded = place.with(AFTER, |db| async move { schema(&db).await });
        let dialect = if place.owner.is_some() { Dialect::Postgres } else { Dialect::Sqlite };
        let fresh = Place::new(dialect).with(AFTER, |db| async move { schema(&db).await });
        assert!(fresh.len() > 5);
        assert_eq!(upgraded, fresh);
    }

    fn another_key_or_none_is_refused_untouched(place) {
        place.with(BEFORE, |db| async move { add(&db, "một", 10).await.expect("adds") });
        let before = place.everything(BEFORE);
        let own = std::fs::read(place.key()).expect("its key");
        std::fs::remove_file(place.key()).expect("takes the key away");
        assert_eq!(place.open(BEFORE).expect_err("no key").code(), "key.file");
        assert!(!place.key().exists(), "a key is made only together with an empty database");
        db::keys::Keys::from_secret([9; 32]).write_new(&place.key()).expect("writes another key");
        assert_eq!(place.open(BEFORE).expect_err("another key").code(), "key.other");
        // A program that would also upgrade is refused before it does.
        assert_eq!(place.open(AFTER).expect_err("another key").code(), "key.other");
        std::fs::write(place.key(), "rubbish").expect("spoils the key");
        assert_eq!(place.open(BEFORE).expect_err("no key file").code(), "key.file");
        std::fs::write(place.key(), own).expect("brings the key back");
        assert_eq!(place.everything(BEFORE), before);
    }

    fn a_demo_refuses_a_real_database_and_opens_its_own(place) {
        let demo = |place: &Place| {
            let mut options = place.options(BEFORE);
            options.demo = true;
            Db::open(&options, TestClock::default().now())
        };
        place.with(BEFORE, |db| async move { add(&db, "một", 10).await.expect("adds") });
        let before = place.everything(BEFORE);
        assert_eq!(demo(place).expect_err("a real database").code(), "db.not_demo");
        assert_eq!(place.everything(BEFORE), before);
        let other = Place::new(if place.owner.is_some() { Dialect::Postgres } else { Dialect::Sqlite });
        for new in [true, false] {
            let db = demo(&other).expect("opens");
            assert_eq!((db.installation().demo, db.installation().new), (true, new));
            db.close();
        }
    }

    fn after_closing_nothing_is_left_to_be_cleared_away(place) {
        // Connections that close at the same moment would each see the other, and the log would stay for the next program.
        for turn in 0..40 {
            place.with(BEFORE, |db| async move { add(&db, format!("lần {turn}"), 10).await.expect("adds") });
            let (files, _) = place.everything(BEFORE);
            let left: Vec<_> = files.keys().filter(|path| {
                let name = path.to_string_lossy();
                name.ends_with("-wal") || name.ends_with("-shm")
            }).collect();
            assert!(left.is_empty(), "{turn}: {left:?}");
        }
    }

    fn what_was_sent_before_closing_is_finished_or_refused(place) {
        let kept = place.with(BEFORE, |db| async move {
            let last: Vec<_> = (0..20).map(|i| {
                let db = db.clone();
                tokio::spawn(async move { add(&db, format!("cuối {i}"), 10).await })
            }).collect();
            tokio::time::sleep(Duration::from_millis(2)).await;
            let closing = db.clone();
            tokio::task::spawn_blocking(move || closing.close()).await.expect("closes");
            let mut kept = 0;
            for one in last {
                match one.await.expect("ends") {
                    Ok(_) => kept += 1,
                    Err(error) => assert_eq!(error.code(), "db.stopping"),
                }
            }
            kept
        });
        place.with(BEFORE, |db| async move {
            assert_eq!(titles(&db).await.len(), kept);
            let report = journal(&db).await;
            assert!(report.holds() && report.waiting == 0, "{report:?}");
            assert_eq!(usize::try_from(report.entries).expect("fits"), kept);
        });
    }

    fn a_rebuilt_table_keeps_its_children(place) {
        place.with(&[&db::SCHEMA, &PARENTS], |_| async {});
        place.with(&[&db::SCHEMA, &PARENTS, &REBUILT], |db| async move {
            assert_eq!(rows(&db, "SELECT id, parent FROM child ORDER BY id").await, ["10 | 1", "20 | 2", "21 | 2"]);
            assert_eq!(rows(&db, "SELECT id, name FROM parent ORDER BY id").await, ["1 | một", "2 | "]);
            // Foreign keys hold again.
            let orphan = db.write(&ctx(), |tx| {
                tx.public("test");
                tx.exec(&Built::new("orphan", "INSERT INTO child (id, parent) VALUES (30, 3)", tx.dialect()), &[])
            }).await.expect_err("no such parent");
            assert_eq!(orphan.code(), "record.referenced");
        });
    }
}

/// The children would go with their parents if foreign keys were on while the table is dropped.
static PARENTS: Schema = one(&[Migration {
    ordinal: 9_020,
    name: "parents",
    sql: "CREATE TABLE parent (id {int} NOT NULL PRIMARY KEY, name {text}) {strict};
          CREATE TABLE child (id {int} NOT NULL PRIMARY KEY, parent {int} NOT NULL REFERENCES parent (id) ON DELETE CASCADE) {strict};
          INSERT INTO parent (id, name) VALUES (1, 'một'), (2, NULL);
          INSERT INTO child (id, parent) VALUES (10, 1), (20, 2), (21, 2);",
    rebuild: false,
}]);

/// Gives a column a rule it did not have: on SQLite only a new table can.
static REBUILT: Schema = one(&[Migration {
    ordinal: 9_021,
    name: "parents_have_names",
    sql: "
--{ sqlite
CREATE TABLE parent_new (id {int} NOT NULL PRIMARY KEY, name {text} NOT NULL) {strict};
INSERT INTO parent_new (id, name) SELECT id, coalesce(name, '') FROM parent;
DROP TABLE parent;
ALTER TABLE parent_new RENAME TO parent;
--}
--{ postgres
UPDATE parent SET name = '' WHERE name IS NULL;
ALTER TABLE parent ALTER COLUMN name SET NOT NULL;
--}
",
    rebuild: true,
}]);

/// Loses a parent that has children.
static LOSES: Schema = one(&[Migration {
    ordinal: 9_021,
    name: "parents_lost",
    sql: "CREATE TABLE parent_new (id {int} NOT NULL PRIMARY KEY, name {text} NOT NULL) {strict};
          INSERT INTO parent_new (id, name) SELECT id, name FROM parent WHERE id = 1;
          DROP TABLE parent;
          ALTER TABLE parent_new RENAME TO parent;",
    rebuild: true,
}]);

#[test]
fn a_rebuild_that_breaks_references_is_undone() {
    let place = Place::new(Dialect::Sqlite);
    let old: &[&'static Schema] = &[&db::SCHEMA, &PARENTS];
    let before = place.with(old, |db| async move { schema(&db).await });
    let refused = place.open(&[&db::SCHEMA, &PARENTS, &LOSES]).expect_err("children without a parent");
    assert_eq!(refused.code(), "db.migration_failed");
    place.with(old, |db| async move {
        assert_eq!(schema(&db).await, before);
        assert_eq!(rows(&db, "SELECT count(*) FROM child").await, ["3"]);
    });
}

#[test]
fn a_server_whose_key_was_changed_while_it_was_cut_off_serves_no_more() {
    let place = Place::new(Dialect::Postgres);
    let (Location::Postgres(app), Some(owner)) = (place.location.clone(), place.owner.clone()) else { return };
    let cut_off = || {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()";
        db::cluster::run_at(&app, sql).expect("ends the connections");
    };
    let db = place.open(BEFORE).expect("opens");
    block(async { add(&db, "một", 10).await.expect("adds") });
    cut_off();
    block(async {
        // With the key it knows it goes on as soon as it is back.
        let until = std::time::Instant::now() + Duration::from_secs(20);
        while let Err(error) = add(&db, "hai", 10).await {
            assert!(error.code() != "key.other" && std::time::Instant::now() < until, "{error:?}");
        }
        assert!(journal(&db).await.holds());
    });
    let another = db::keys::hex(&db::keys::Keys::from_secret([9; 32]).check_value(1).expect("a key"));
    let named = format!("UPDATE installation SET key_id = 2, key_check = '\\x{another}'");
    db::cluster::run_at(&owner, &named).expect("another server's key is changed");
    cut_off();
    block(async {
        let until = std::time::Instant::now() + Duration::from_secs(20);
        let refused = loop {
            match add(&db, "ba", 10).await {
                Err(error) if error.code() == "key.other" => break error,
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
            assert!(std::time::Instant::now() < until, "it goes on with the old key");
        };
        assert!(refused.detail().contains("khởi động lại"), "{}", refused.detail());
        let look = |tx: &mut db::Tx<'_>| {
            tx.public("test");
            tx.debug_rows(&Built::new("one", "SELECT 1", tx.dialect()), &[]).map(|_| ())
        };
        assert_eq!(db.read(&ctx(), look).await.expect_err("no reads").code(), "key.other");
        assert_eq!(db.read_long(&ctx(), look).await.expect_err("no long reads").code(), "key.other");
    });
    db.close();
    assert_eq!(place.open(BEFORE).expect_err("it needs the new key file").code(), "key.other");
}

/// Lets the file grow by so many pages and no more: what a full disk is to SQLite.
async fn room_for(db: &Db, pages: Option<i64>) {
    db.write(&ctx(), move |tx| {
        tx.public("test");
        let now = tx.one::<(i64,)>(&Built::new("pages", "PRAGMA page_count", tx.dialect()), &[])?.map_or(0, |(n,)| n);
        let set = format!("PRAGMA max_page_count = {}", pages.map_or(1_000_000, |pages| now + pages));
        tx.one::<(i64,)>(&Built::new("limit", &set, tx.dialect()), &[]).map(|_| ())
    })
    .await
    .expect("sets the limit");
}

/// How the write that does not fit fills the disk.
#[derive(Clone, Copy, Debug)]
enum Overflow {
    /// One row: SQLite rolls the whole transaction back.
    Row,
    /// A statement of many rows: SQLite may undo the statement only.
    Statement,
    /// The journal's entry, stored after the closure has ended.
    Entry,
}

async fn overflow(db: &Db, how: Overflow) -> base::Result<()> {
    db.write(&ctx(), move |tx| {
        tx.public("test");
        let id: Uuid = tx.new_id();
        let bytes = if matches!(how, Overflow::Row) { 3_000_000 } else { 10 };
        tx.exec_one(&super::BIG, params![id, "fault", "quá lớn", vec![7u8; bytes]])?;
        if matches!(how, Overflow::Statement) {
            let many = "WITH RECURSIVE many (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM many WHERE i < 20000) \
                        INSERT INTO note_line (note, n) SELECT ?1, i FROM many";
            tx.exec(&Built::new("many", many, tx.dialect()), params![id])?;
        }
        let words = if matches!(how, Overflow::Entry) { "x".repeat(3_000_000) } else { String::new() };
        tx.record(Entry::new("note.added", "note", id).after(&words)?);
        Ok(())
    })
    .await
}

#[test]
fn one_write_that_does_not_fit_takes_no_other_of_its_group_down() {
    for how in [Overflow::Row, Overflow::Statement, Overflow::Entry] {
        let place = Place::new(Dialect::Sqlite);
        place.with(BEFORE, |db| async move {
            add(&db, "trước", 10).await.expect("adds");
            room_for(&db, Some(60)).await;
            // Holds the writer until the others stand in the queue, so that they make one group.
            let act = ctx();
            let holding = db.write(&act, |tx| {
                tx.public("test");
                std::thread::sleep(Duration::from_millis(100));
                Ok(())
            });
            let small = |from: usize| {
                let all = (from..from + 12).map(|i| add(&db, format!("nhỏ {i:02}"), 50));
                futures_util::future::join_all(all)
            };
            let (held, first, big, second) =
                futures_util::future::join4(holding, small(0), overflow(&db, how), small(12)).await;
            held.expect("holds");
            assert_eq!(big.expect_err("does not fit").code(), "db.full", "{how:?}");
            for answer in first.into_iter().chain(second) {
                answer.unwrap_or_else(|error| panic!("{how:?}: {error:?}"));
            }
            let mut wanted: Vec<String> = (0..24).map(|i| format!("nhỏ {i:02}")).collect();
            wanted.push("trước".to_owned());
            assert_eq!(titles(&db).await, wanted, "{how:?}");
            assert_eq!(rows(&db, "SELECT count(*) FROM note_line").await, ["0"], "{how:?}");
            let report = journal(&db).await;
            assert!(report.holds() && report.waiting == 0, "{how:?}: {report:?}");
            assert_eq!(report.entries, 25, "{how:?}");
            // It is over as soon as there is room again.
            room_for(&db, None).await;
            overflow(&db, how).await.expect("fits now");
        });
    }
}

#[test]
fn a_disk_that_fills_slowly_is_told_and_read_from() {
    let place = Place::new(Dialect::Sqlite);
    place.with(BEFORE, |db| async move {
        room_for(&db, Some(40)).await;
        let mut kept = 0;
        let refused = loop {
            match add(&db, format!("{kept:04}"), 2_000).await {
                Ok(_) => kept += 1,
                Err(error) => break error,
            }
            assert!(kept < 1_000, "the disk never fills");
        };
        assert_eq!(refused.code(), "db.full");
        for _ in 0..3 {
            assert_eq!(titles(&db).await.len(), kept, "reading goes on");
            assert_eq!(add(&db, "nữa", 20_000).await.expect_err("still full").code(), "db.full");
        }
        let report = journal(&db).await;
        assert!(report.holds() && report.waiting == 0, "{report:?}");
        assert_eq!(usize::try_from(report.entries).expect("fits"), kept);
        room_for(&db, None).await;
        add(&db, "nữa", 20_000).await.expect("there is room again");
    });
}
