//! A restored backup opens no door that was shut since it was made.

use std::path::Path;

use base::Clock as _;
use db::{Db, Dialect, Location, Options};
use http::ask::Ask;
use http::{App, Settings};
use platform::backup::{self, How, Report};
use platform::files::Disk;
use std::sync::Arc;
use testkit::World;

use crate::place::{land, place};
use crate::program::{err, out, run};
use crate::unlimited;

/// A backup restored into an empty place on the same kind of database.
pub struct Restored {
    pub db: Db,
    pub report: Report,
    drop: Option<String>,
    _folder: tempfile::TempDir,
}

impl Drop for Restored {
    fn drop(&mut self) {
        self.db.close();
        if let Some(url) = self.drop.take() {
            let dropped = std::thread::spawn(move || {
                let cluster = std::env::var("KHUE_TEST_POSTGRES").expect("a cluster");
                db::cluster::drop_database(&cluster, url.rsplit('/').next().unwrap_or_default())
            });
            let _ended = dropped.join();
        }
    }
}

/// The options of an empty place, with the world's key beside it.
pub fn empty_place(w: &World, folder: &Path) -> Options {
    let data = folder.join("data");
    std::fs::copy(w.folder.path().join("khue.key"), folder.join("khue.key")).expect("copies the key");
    let (location, owner) = match w.db.dialect() {
        Dialect::Sqlite => (Location::Sqlite(data.join("khue.db")), None),
        Dialect::Postgres => {
            let cluster = std::env::var("KHUE_TEST_POSTGRES").expect("a cluster");
            let empty = "khue_restore_empty";
            db::cluster::make_roles(&cluster).expect("makes the roles");
            db::cluster::make_template(&cluster, empty, |_, _| Ok(())).expect("makes an empty database");
            let name = format!("khue_test_{}", db::keys::hex(&db::keys::random::<8>().expect("randomness")));
            let (owner, app) = db::cluster::copy_template(&cluster, empty, &name).expect("copies it");
            (Location::Postgres(app), Some(owner))
        }
    };
    let mut options = Options::new(location, &data, crate::schemas());
    options.owner = owner;
    options.unsafe_durability = true;
    options
}

pub async fn restored(w: &World, path: &Path) -> Restored {
    let folder = tempfile::tempdir().expect("a folder");
    let now = w.clock.now();
    // The door's connections have little runtimes of their own, which must not stand inside this one.
    let made = std::thread::scope(|scope| {
        let restoring = scope.spawn(|| {
            let options = empty_place(w, folder.path());
            let how = How { operator: "lan".to_owned(), ..How::default() };
            let report = backup::restore(&options, path, now, &how).expect("restores");
            let db = Db::open(&options, now).expect("opens");
            let drop = match options.location {
                Location::Postgres(url) => Some(url),
                Location::Sqlite(_) => None,
            };
            (db, report, drop)
        });
        restoring.join().expect("no panic")
    });
    let (db, report, drop) = made;
    Restored { db, report, drop, _folder: folder }
}

/// A demonstration is on SQLite always.
#[test]
fn a_restore_of_a_demonstration_names_the_key_it_needs() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let data = here.join("first");
    std::fs::create_dir(&data).expect("a folder");
    let now = base::time::SystemClock.now();
    let mut options = Options::new(Location::Sqlite(data.join("khue.db")), &data, crate::schemas());
    (options.key, options.demo) = (data.join("demo.key"), true);
    let db = Db::open(&options, now).expect("opens");
    let ctx = auth::ctx::system("test", "demo", now, auth::ctx::seed().expect("a seed"));
    let migrations = db::migrations(&crate::schemas());
    let path = here.join("made.khuebak");
    let made = backup::backup(&db, &ctx, &migrations, Arc::new(Disk::beside(&data)), &path);
    tokio::runtime::Runtime::new().expect("a runtime").block_on(made).expect("backs up");
    db.close();

    let (demo_key, restore) = ("first/demo.key", ["restore", "made.khuebak", "--data", "again"]);
    // Nothing is there, then a real installation's key is, then the demonstration's lies in its place.
    let refused = run(here, &restore);
    assert!(!refused.status.success());
    assert!(err(&refused).contains("--key again/demo.key; chưa có gì bị thay đổi. [key.file]"), "{}", err(&refused));
    assert!(run(here, &["migrate", "--data", "real/data", "--key", "khue.key"]).status.success());
    let refused = run(here, &restore);
    assert!(
        err(&refused).contains("--key again/demo.key") && err(&refused).contains("[key.other]"),
        "{}",
        err(&refused)
    );
    let refused = run(here, &["restore", "made.khuebak", "--check", "--data", "first"]);
    assert!(err(&refused).contains("Hãy chạy lại với --key first/demo.key;"), "{}", err(&refused));

    let restored = run(here, &["restore", "made.khuebak", "--data", "again", "--key", demo_key]);
    assert!(restored.status.success(), "{}", err(&restored));
    assert!(out(&restored).contains("demo.key, sign-ins.json"), "{}", out(&restored));
    // A real installation's backup is told nothing of it.
    let real = ["backup", "real.khuebak", "--data", "real/data", "--key", "khue.key"];
    assert!(run(here, &real).status.success());
    let refused = run(here, &["restore", "real.khuebak", "--data", "more", "--key", demo_key]);
    assert!(err(&refused).contains("[key.other]") && !err(&refused).contains("dùng thử"), "{}", err(&refused));
}

testkit::both! {
    async fn a_restored_backup_opens_no_session_and_no_invitation(w: World) {
        let land = land(&w).await;
        let here = place(&w, &land, 1, "-").await;
        let before = unlimited(&w);
        let code = serde_json::json!({ "code": here.code });
        assert_eq!(here.head.asks(&before).get("/api/v1/me").await.expect("an answer").status, 200);
        assert_eq!(before.json("POST", "/api/v1/invitations/look", &code).await.expect("an answer").status, 200);
        let path = w.folder.path().join("cũ.khuebak");
        let files = Arc::new(Disk::beside(&w.data()));
        let migrations = db::migrations(&crate::schemas());
        backup::backup(&w.db, &w.system(), &migrations, files, &path).await.expect("backs up");

        let there = restored(&w, &path).await;
        assert_eq!(there.report.ended.invitations, 1, "{:?}", there.report.ended);
        assert!(there.report.ended.sessions >= 3, "{:?}", there.report.ended);
        let says = format!("đã kết thúc {} phiên và thu hồi 1 lời mời", there.report.ended.sessions);
        assert!(there.report.sentences().iter().any(|line| line.contains(&says)), "{:?}", there.report.sentences());
        let settings = Settings { limits: false, ..Settings::default() };
        let after = Ask::new(App::new(there.db.clone(), Arc::new(w.clock.clone()), settings, khue::modules())).expect("a router");
        for person in [&here.head, &here.teacher, &land.admin] {
            let reply = person.asks(&after).get("/api/v1/me").await.expect("an answer");
            assert_eq!((reply.status, reply.code().as_str()), (401, "session.required"), "{}", reply.json());
        }
        let reply = after.json("POST", "/api/v1/invitations/look", &code).await.expect("an answer");
        assert_eq!((reply.status, reply.code().as_str()), (404, "invitation.not_found"), "{}", reply.json());
        // Recorded, and the chain holds.
        let data = there.db.data().to_owned();
        let (report, kinds) = there.db.read(&w.system(), move |tx| {
            tx.public("test");
            let kinds: Vec<(String,)> = tx.all(&db::Sql::new("kinds", "SELECT e.kind FROM journal_entry e JOIN journal_seal s ON s.row = e.row WHERE s.epoch = 2 ORDER BY s.seq"), &[])?;
            Ok((db::journal::verify::verify(tx, &data, true)?, kinds))
        }).await.expect("reads");
        assert!(report.holds(), "{report:?}");
        assert!(kinds.iter().any(|(kind,)| kind == "backup.shut"), "{kinds:?}");
    }
}
