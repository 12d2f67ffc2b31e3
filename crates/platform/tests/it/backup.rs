//! Backup and restore, within one database and from each to the other.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base::{Instant, Uuid, Value};
use db::{Built, Db, Dialect, Location, Options, params};
use platform::backup::{self, How};
use platform::files::{self, Disk, Incoming, UPLOAD};
use platform::settings;
use testkit::World;

/// A place to restore into.
pub struct Target {
    pub options: Options,
    _folder: tempfile::TempDir,
}

impl Target {
    pub fn new(dialect: Dialect, key: &Path) -> Self {
        std::thread::scope(|s| s.spawn(|| Self::make(dialect, key)).join().expect("no panic"))
    }

    fn make(dialect: Dialect, key: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        std::fs::copy(key, folder.path().join("khue.key")).expect("copies the key");
        let (location, owner) = match dialect {
            Dialect::Sqlite => (Location::Sqlite(data.join("khue.db")), None),
            Dialect::Postgres => {
                let cluster = std::env::var("KHUE_TEST_POSTGRES").expect("a cluster");
                db::cluster::make_roles(&cluster).expect("makes the roles");
                let name = format!("khue_test_{}", db::keys::hex(&db::keys::random::<8>().expect("randomness")));
                let sql = format!("CREATE DATABASE {name} OWNER khue_owner ENCODING 'UTF8' TEMPLATE template0");
                db::cluster::run_at(&cluster, &sql).expect("makes a database");
                let at = |role: &str| {
                    let (_, rest) = cluster.split_once("://").expect("an address");
                    let host = rest.split_once('@').map_or(rest, |(_, host)| host);
                    let (host, query) = host.split_once('?').map_or((host, ""), |(host, query)| (host, query));
                    let host = host.split('/').next().expect("a host");
                    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
                    format!("postgres://{role}@{host}/{name}{query}")
                };
                (Location::Postgres(at("khue_app")), Some(at("khue_owner")))
            }
        };
        let mut options = Options::new(location, &data, crate::schemas());
        options.owner = owner;
        options.unsafe_durability = true;
        Self { options, _folder: folder }
    }

    pub fn open(&self, now: Instant) -> Db {
        std::thread::scope(|s| s.spawn(|| Db::open(&self.options, now)).join().expect("no panic")).expect("opens")
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Location::Postgres(url) = &self.options.location {
            let cluster = std::env::var("KHUE_TEST_POSTGRES").expect("a cluster");
            let name = url.rsplit('/').next().unwrap_or_default().to_owned();
            let dropped = std::thread::spawn(move || db::cluster::drop_database(&cluster, &name)).join();
            let _ended = dropped;
        }
    }
}

fn key(w: &World) -> PathBuf {
    w.folder.path().join("khue.key")
}

fn migrations() -> Vec<db::Migration> {
    db::migrations(&crate::schemas())
}

fn how() -> How {
    How { operator: "test".to_owned(), ..How::default() }
}

const SCHOOL: base::UnitId = base::UnitId(Uuid::from_u128(77));

/// A story with every type of column, many rows, jobs, settings, files.
async fn fill(w: &World) {
    w.db.write(&w.system(), |tx| {
        tx.public("test");
        for i in 0..1_300i64 {
            let id: Uuid = tx.new_id();
            let odd = i % 2 == 1;
            let (empty, day): (Option<i64>, base::Date) = (None, "2026-09-05".parse().expect("a day"));
            tx.exec(
                &crate::INSERT_SAMPLE,
                params![
                    id,
                    if odd { Some(i - 600) } else { empty },
                    (i as f64) / 7.0,
                    vec![u8::try_from(i % 256).expect("fits"); 20],
                    tx.now(),
                    odd.then_some(day),
                    format!("{{\"b\": [{i}, 1.50], \"a\": \"Trần Thị Ánh {i}\"}}"),
                    odd,
                    format!("dòng {i} có 'dấu' và \u{1F393}"),
                ],
            )?;
            tx.exec(&crate::INSERT_PART, params![id, Uuid::from_u128(u128::try_from(i).expect("fits")), i])?;
        }
        tx.record(db::Entry::new("sample.filled", "sample", Uuid::from_u128(1)).after(&"Nguyễn Văn A")?);
        settings::set(tx, &settings::COPY, Some(SCHOOL), &false.into())
    })
    .await
    .expect("fills");
    let store = Disk::beside(w.db.data());
    let mut incoming = Incoming::begin(&store, &UPLOAD, SCHOOL, "đơn.txt", w.clock_now()).expect("begins");
    incoming.write("Kính gửi nhà trường. ".repeat(9_000).as_bytes()).expect("writes");
    let kept = incoming.finish(w.db.keys()).expect("finishes");
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        files::keep(tx, &kept).map(|_| ())
    })
    .await
    .expect("keeps");
}

trait ClockNow {
    fn clock_now(&self) -> Instant;
}

impl ClockNow for World {
    fn clock_now(&self) -> Instant {
        base::Clock::now(&self.clock)
    }
}

pub async fn back_up(w: &World, name: &str) -> (PathBuf, backup::Report) {
    let path = w.folder.path().join(name);
    let store = Arc::new(Disk::beside(w.db.data()));
    let report = backup::backup(&w.db, &w.system(), &migrations(), store, &path).await.expect("backs up");
    (path, report)
}

/// Every row of every table as text, in the door's types.
async fn everything(db: &Db, ctx: &base::Ctx) -> Vec<(String, Vec<String>)> {
    db.read(ctx, |tx| {
        tx.public("test");
        let mut all = Vec::new();
        for table in db::copy::tables(tx, &migrations())? {
            let mut rows = Vec::new();
            db::copy::rows(tx, &table, |some| {
                rows.extend(some.iter().map(|row| {
                    let shown = row.iter().zip(&table.columns).map(|(value, column)| match (column.ty, value) {
                        (db::copy::Type::Json, Value::Text(text)) => {
                            format!("{:?}", serde_json::from_str::<serde_json::Value>(text).expect("is JSON"))
                        }
                        _ => format!("{value:?}"),
                    });
                    shown.collect::<Vec<_>>().join(" | ")
                }));
                Ok(())
            })?;
            all.push((table.name, rows));
        }
        Ok(all)
    })
    .await
    .expect("reads everything")
}

async fn verified(db: &Db, ctx: &base::Ctx) -> db::journal::verify::Report {
    let data = db.data().to_owned();
    db.sealed(ctx, Duration::from_secs(5)).await.expect("is numbered");
    db.read(ctx, move |tx| {
        tx.public("test");
        db::journal::verify::verify(tx, &data, true)
    })
    .await
    .expect("verifies")
}

async fn round_trip(w: &World, to: Dialect) {
    fill(w).await;
    w.db.sealed(&w.system(), Duration::from_secs(5)).await.expect("is numbered");
    let before = everything(&w.db, &w.system()).await;
    let (path, report) = back_up(w, "one.khuebak").await;
    assert!(report.sentences().iter().any(|s| s.contains("vô dụng nếu không có tệp khoá")), "{:?}", report.sentences());
    assert!(report.counts.rows > 2_600 && report.counts.files == 1, "{:?}", report.counts);
    let target = Target::new(to, &key(w));
    let restored = backup::restore(&target.options, &path, w.clock_now(), &how()).expect("restores");
    assert_eq!(restored.counts, report.counts);
    let (head, previous) = restored.restored.expect("a new epoch");
    assert_eq!((head.at.epoch, head.at.seq), (2, 1));
    assert_eq!(previous.expect("continues").at, w_head(&before));
    let db = target.open(w.clock_now());
    let ctx = w.system();
    let after = everything(&db, &ctx).await;
    for ((table, before), (same, after)) in before.iter().zip(&after) {
        assert_eq!(table, same);
        match table.as_str() {
            "installation" => assert_eq!(after.len(), 1),
            name if name.starts_with("journal_") => {
                assert_eq!(&after[..before.len()], &before[..], "{name}: what was there comes first");
                assert_eq!(after.len(), before.len() + usize::from(name != "journal_cursor"), "{name}");
            }
            _ => assert_eq!(before, after, "{table}"),
        }
    }
    assert_eq!(before.len(), after.len());
    // The journal holds, goes on, and the identity of its rows goes on.
    assert!(verified(&db, &ctx).await.holds());
    db.write(&ctx, |tx| {
        tx.public("test");
        tx.record(db::Entry::new("sample.after", "sample", Uuid::from_u128(2)));
        Ok(())
    })
    .await
    .expect("writes on");
    let report = verified(&db, &ctx).await;
    assert!(report.holds() && report.waiting == 0 && report.end.epoch == 2 && report.end.seq == 2, "{report:?}");
    // The file is read from where it was restored to.
    let id: Vec<(files::FileId,)> = db
        .read(&ctx, |tx| {
            tx.public("test");
            tx.all(&Built::new("ids", "SELECT id FROM file", tx.dialect()), &[])
        })
        .await
        .expect("finds");
    let opening = db
        .read(&ctx, move |tx| {
            tx.public("test");
            files::opening(tx, SCHOOL, id[0].0)
        })
        .await
        .expect("opens");
    let text = opening.read_all(&Disk::beside(db.data())).expect("reads");
    assert_eq!(text, "Kính gửi nhà trường. ".repeat(9_000).as_bytes());
    // And once more into the same place: refused, and nothing changed.
    db.close();
    drop(db);
    std::thread::sleep(Duration::from_millis(50));
    let refused = backup::restore(&target.options, &path, w.clock_now(), &how()).expect_err("not empty");
    assert_eq!(refused.code(), "copy.not_empty", "{refused:?}");
    let db = target.open(w.clock_now());
    assert!(verified(&db, &w.system()).await.holds());
    db.close();
}

fn w_head(all: &[(String, Vec<String>)]) -> db::Position {
    let seals = all.iter().find(|(name, _)| name == "journal_seal").expect("stands");
    db::Position { epoch: 1, seq: i64::try_from(seals.1.len()).expect("fits") }
}

testkit::both! {
    async fn a_backup_comes_back_on_sqlite(w: World) {
        round_trip(&w, Dialect::Sqlite).await;
    }

    async fn a_backup_comes_back_on_postgres(w: World) {
        round_trip(&w, Dialect::Postgres).await;
    }

    async fn a_copy_is_another_installation_and_sends_nothing(w: World) {
        fill(&w).await;
        let (path, _) = back_up(&w, "one.khuebak").await;
        let target = Target::new(w.db.dialect(), &key(&w));
        let how = How { as_copy: true, ..how() };
        let report = backup::restore(&target.options, &path, w.clock_now(), &how).expect("restores");
        assert!(report.sentences().iter().any(|s| s.contains("đều tắt")), "{:?}", report.sentences());
        let db = target.open(w.clock_now());
        assert_ne!(db.installation().node, w.db.installation().node);
        assert_eq!(db.installation().epoch, 2);
        let copy = db.read(&w.system(), |tx| { tx.public("test"); settings::is_copy(tx) }).await.expect("reads");
        assert!(copy);
        assert!(verified(&db, &w.system()).await.holds());
        db.close();
    }

    async fn a_damaged_or_cut_file_is_refused_and_leaves_nothing(w: World) {
        fill(&w).await;
        let (path, _) = back_up(&w, "one.khuebak").await;
        let whole = std::fs::read(&path).expect("reads");
        let bad = w.folder.path().join("bad.khuebak");
        for n in 0..90 {
            let at = if n < 30 { n * 7 } else { (n * 7_919 * 131) % whole.len() };
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (n % 8);
            std::fs::write(&bad, &bytes).expect("writes");
            let refused = backup::check(&bad, &key(&w)).expect_err("damaged");
            assert!(["backup.damaged", "backup.newer"].contains(&refused.code()), "byte {at}: {refused:?}");
        }
        for n in 0..60 {
            let at = if n < 20 { n * 11 } else if n > 50 { whole.len() - 1 - (n - 51) } else { (n * 7_919 * 131) % whole.len() };
            std::fs::write(&bad, &whole[..at]).expect("writes");
            let refused = backup::check(&bad, &key(&w)).expect_err("cut");
            assert_eq!(refused.code(), "backup.damaged", "cut at {at}: {refused:?}");
        }
        std::fs::write(&bad, [&whole[..], b"x"].concat()).expect("writes");
        assert_eq!(backup::check(&bad, &key(&w)).expect_err("too long").code(), "backup.damaged");
        // A restore refuses it before it touches anything.
        std::fs::write(&bad, &whole[..whole.len() / 2]).expect("writes");
        let target = Target::new(w.db.dialect(), &key(&w));
        assert!(backup::restore(&target.options, &bad, w.clock_now(), &how()).is_err());
        assert!(!target.options.data.join("khue.db").exists() && !target.options.data.join("files").exists());
        backup::restore(&target.options, &path, w.clock_now(), &how()).expect("the place is still empty");
    }

    async fn only_what_was_read_back_is_a_backup(w: World) {
        fill(&w).await;
        let recorded = async |w: &World| {
            w.db.read(&w.system(), |tx| {
                tx.public("test");
                tx.one::<(i64,)>(&db::Sql::new("made", "SELECT count(*) FROM journal_entry WHERE kind = 'backup.made'"), &[])
            })
            .await
            .expect("counts")
            .map_or(0, |(n,)| n)
        };
        let (path, ctx) = (w.folder.path().join("one.khuebak"), w.system());
        let partial = path.with_added_extension("partial");
        let begun = async || {
            let store = Arc::new(Disk::beside(w.db.data()));
            backup::begin(&w.db, &ctx, &migrations(), store, &path).await.expect("writes")
        };
        let written = begun().await;
        let mut bytes = std::fs::read(&partial).expect("it is written beside its name");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&partial, bytes).expect("a disk that does not keep what it is given");
        assert_eq!(written.finish(&w.db, &ctx).await.expect_err("damaged").code(), "backup.damaged");
        assert!(!path.exists() && !partial.exists());
        assert_eq!(recorded(&w).await, 0);
        // The keys in memory are those it was made with: a key file that is not there makes no backup a bad one.
        let written = begun().await;
        let kept = std::fs::read(key(&w)).expect("reads the key");
        std::fs::remove_file(key(&w)).expect("takes the key away");
        written.finish(&w.db, &ctx).await.expect("is whole");
        std::fs::write(key(&w), kept).expect("brings it back");
        assert!(path.exists() && !partial.exists());
        assert_eq!(recorded(&w).await, 1);
        assert_eq!(backup::header(&path).expect("is in clear").node, w.db.installation().node);
        backup::check(&path, &key(&w)).expect("is whole");
    }

    async fn a_wrong_key_and_an_unknown_schema_are_refused(w: World) {
        fill(&w).await;
        let (path, _) = back_up(&w, "one.khuebak").await;
        let mut target = Target::new(w.db.dialect(), &key(&w));
        std::fs::remove_file(&target.options.key).expect("takes the key away");
        assert_eq!(backup::restore(&target.options, &path, w.clock_now(), &how()).expect_err("no key").code(), "key.file");
        db::keys::Keys::from_secret([9; 32]).write_new(&target.options.key).expect("another key");
        let refused = backup::restore(&target.options, &path, w.clock_now(), &how()).expect_err("another's key");
        assert_eq!(refused.code(), "key.other", "{refused:?}");
        std::fs::copy(key(&w), &target.options.key).expect("the right key");
        let all = std::mem::replace(&mut target.options.schemas, vec![&db::SCHEMA, &auth::SCHEMA]);
        let refused = backup::restore(&target.options, &path, w.clock_now(), &how()).expect_err("an older program");
        assert_eq!(refused.code(), "backup.newer", "{refused:?}");
        target.options.schemas = all;
        target.options.schemas.push(&LATER);
        backup::restore(&target.options, &path, w.clock_now(), &how()).expect("a newer program upgrades what it restores");
        let db = target.open(w.clock_now());
        db.close();
    }

    async fn a_failing_last_step_leaves_nothing(w: World) {
        fill(&w).await;
        let (path, _) = back_up(&w, "one.khuebak").await;
        let target = Target::new(w.db.dialect(), &key(&w));
        let fails = How { rebuild: vec![|_| Err(base::Error::internal("on purpose"))], ..how() };
        assert!(backup::restore(&target.options, &path, w.clock_now(), &fails).is_err());
        assert!(!target.options.data.join("khue.db").exists() && !target.options.data.join("files").exists());
        backup::restore(&target.options, &path, w.clock_now(), &how()).expect("the place is still empty");
    }

    async fn a_backup_beside_writers_sees_one_moment(w: World) {
        fill(&w).await;
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..3).map(|n| {
            let (db, stop) = (w.db.clone(), Arc::clone(&stop));
            let contexts: Vec<base::Ctx> = (0..4_000).map(|_| w.system()).collect();
            tokio::spawn(async move {
                for (i, ctx) in contexts.into_iter().enumerate() {
                    if stop.load(Ordering::Relaxed) { break }
                    let result = db.write(&ctx, move |tx| {
                        tx.public("test");
                        let id: Uuid = tx.new_id();
                        tx.exec(&crate::INSERT_SAMPLE, params![id, 1i64, 0.5f64, vec![1u8], tx.now(), None::<base::Date>, "{}", true, format!("{n}-{i}")])?;
                        tx.exec(&crate::INSERT_PART, params![id, id, 1i64])?;
                        tx.record(db::Entry::new("sample.made", "sample", id));
                        Ok(())
                    }).await;
                    result.expect("writes");
                }
            })
        }).collect();
        tokio::time::sleep(Duration::from_millis(30)).await;
        for turn in 0..3 {
            let (path, _) = back_up(&w, &format!("{turn}.khuebak")).await;
            let target = Target::new(Dialect::Sqlite, &key(&w));
            backup::restore(&target.options, &path, w.clock_now(), &how()).expect("restores");
            let db = target.open(w.clock_now());
            let counted: Option<(i64, i64, i64)> = db.read(&w.system(), |tx| {
                tx.public("test");
                tx.one(&Built::new("count", "SELECT (SELECT count(*) FROM sample), (SELECT count(*) FROM sample_part), \
                    (SELECT count(*) FROM journal_entry WHERE kind = 'sample.made')", tx.dialect()), &[])
            }).await.expect("counts");
            let (samples, parts, entries) = counted.expect("a row");
            assert_eq!(samples, parts);
            assert_eq!(samples, entries + 1_300);
            let report = verified(&db, &w.system()).await;
            assert!(report.holds() && report.waiting == 0, "{report:?}");
            db.close();
        }
        stop.store(true, Ordering::Relaxed);
        for writer in writers { writer.await.expect("ends"); }
    }

    async fn a_second_backup_never_overwrites_the_first(w: World) {
        let (path, _) = back_up(&w, "one.khuebak").await;
        let store = Arc::new(Disk::beside(w.db.data()));
        let refused = backup::backup(&w.db, &w.system(), &migrations(), store, &path).await.expect_err("it stands");
        assert_eq!(refused.code(), "backup.exists");
        assert!(!path.with_added_extension("partial").exists());
    }
}

/// Only PostgreSQL has row security.
#[test]
fn rows_that_row_security_hides_are_never_left_out_silently() {
    testkit::run(Dialect::Postgres, crate::schemas(), |w| async move {
        fill(&w).await;
        let owner = w.owner().expect("an owner").to_owned();
        let sql = "ALTER TABLE sample ENABLE ROW LEVEL SECURITY; ALTER TABLE sample FORCE ROW LEVEL SECURITY; \
            CREATE POLICY app ON sample TO khue_app USING (flag); CREATE POLICY owner ON sample TO khue_owner USING (true);";
        let at = owner.clone();
        std::thread::spawn(move || db::cluster::run_at(&at, sql)).join().expect("no panic").expect("hides rows");
        let store = Arc::new(Disk::beside(w.db.data()));
        let path = w.folder.path().join("one.khuebak");
        let refused =
            backup::backup(&w.db, &w.system(), &migrations(), store.clone(), &path).await.expect_err("hidden");
        assert_eq!(refused.code(), "copy.hidden", "{refused:?}");
        assert!(!path.exists() && !path.with_added_extension("partial").exists());
        // The owner sees all of it.
        let mut options = Options::new(Location::Postgres(owner), &w.data(), crate::schemas());
        options.unsafe_durability = true;
        let now = w.clock_now();
        let db = std::thread::spawn(move || Db::open(&options, now)).join().expect("no panic").expect("opens");
        let report = backup::backup(&db, &w.system(), &migrations(), store, &path).await.expect("backs up");
        db.close();
        assert!(report.counts.rows > 2_600);
        let target = Target::new(Dialect::Sqlite, &key(&w));
        let restored = backup::restore(&target.options, &path, w.clock_now(), &how()).expect("restores");
        assert_eq!(restored.counts, report.counts);
    });
}

static LATER: db::Schema = db::Schema {
    migrations: &[db::Migration {
        ordinal: 9_002,
        name: "later",
        sql: "ALTER TABLE sample ADD COLUMN later {text};\nCREATE TABLE later (id {uuid} NOT NULL PRIMARY KEY) {strict};",
        rebuild: false,
    }],
    statements: &[],
    constraints: &[],
};
