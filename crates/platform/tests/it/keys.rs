//! A new key: added, named, and everything encrypted with it.

use std::sync::Arc;
use std::time::Duration;

use base::{Actor, Clock as _, UnitId, Uuid};
use db::Db;
use platform::backup::{self, How, key, reencrypt};
use platform::files::{self, Disk, Incoming, UPLOAD};
use platform::jobs::{self, Ask, Runner, Work};
use platform::{mail, settings};
use testkit::World;

use crate::backup::{Target, back_up};

const SCHOOL: UnitId = UnitId(Uuid::from_u128(77));

async fn old_values(db: &Db, w: &World) -> i64 {
    db.read(&w.system(), |tx| {
        tx.public("test");
        let old: Option<(i64,)> = tx.one(
            &db::Sql::new(
                "old",
                "SELECT (SELECT count(*) FROM job WHERE substr(work, 1, 4) = ?1) + (SELECT count(*) FROM journal_payload WHERE substr(body, 1, 4) = ?1) \
                 + (SELECT count(*) FROM file WHERE substr(sealed_key, 1, 4) = ?1) + (SELECT count(*) FROM setting WHERE substr(secret, 1, 4) = ?1)",
            ),
            db::params![[0u8, 0, 0, 1]],
        )?;
        Ok(old.map_or(0, |(n,)| n))
    })
    .await
    .expect("counts")
}

testkit::both! {
    async fn a_renewed_key_file_stays_where_it_is_and_whose_it_is(w: World) {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
        let (path, _) = back_up(&w, "one.khuebak").await;
        let target = Target::new(w.db.dialect(), &w.folder.path().join("khue.key"));
        backup::restore(&target.options, &path, w.clock.now(), &How::default()).expect("restores");
        let (real, link) = (w.folder.path().join("cất").join("khoá.key"), &target.options.key);
        std::fs::create_dir(w.folder.path().join("cất")).expect("a folder");
        std::fs::rename(link, &real).expect("moves the key");
        symlink(&real, link).expect("links to it");
        std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).expect("lets the group read");
        // Only root may give a file away; anybody may leave it as it is.
        let root = std::fs::metadata(&real).expect("is there").uid() == 0;
        if root {
            chown(&real, Some(65_534), Some(65_534)).expect("the server's user");
        }
        let about = |path: &std::path::Path| {
            let about = std::fs::metadata(path).expect("is there");
            (about.uid(), about.gid(), about.permissions().mode() & 0o777)
        };
        let before = about(&real);
        assert!(key::rotate(&target.options, "test", w.clock.now()).expect("rotates").added);
        assert!(link.is_symlink(), "the link stays one");
        assert_eq!(about(&real), before);
        assert_eq!(db::keys::Keys::read(&real).expect("reads").current(), 2);
        assert_eq!(std::fs::read_dir(w.folder.path().join("cất")).expect("reads").count(), 1, "nothing is left beside it");
    }

    async fn a_rotation_encrypts_everything_again_and_the_journal_still_holds(w: World) {
        let mut incoming = Incoming::begin(&Disk::beside(&w.data()), &UPLOAD, SCHOOL, "a.txt", w.clock.now()).expect("begins");
        incoming.write("điểm danh".as_bytes()).expect("takes");
        let kept = incoming.finish(w.db.keys()).expect("finishes");
        let file = kept.id();
        w.db.write(&w.system(), move |tx| {
            tx.public("test");
            files::keep(tx, &kept)?;
            settings::set(tx, &mail::HOST, None, &"smtp.example".into())?;
            settings::set(tx, &mail::PASSWORD, None, &"bí mật".into())?;
            for i in 0..450 {
                let mail = mail::Mail { to: "a@b.vn".to_owned(), subject: format!("{i}"), text: String::new() };
                jobs::enqueue(tx, &mail, &Ask { run_at: Some(base::Instant(i64::MAX / 2)), ..Ask::default() })?;
                tx.record(db::Entry::new("test.entry", "test", Uuid::from_u128(i)).after(&"một")?);
            }
            Ok(())
        }).await.expect("fills");
        w.db.sealed(&w.system(), Duration::from_secs(5)).await.expect("is numbered");
        // A door of its own, to be closed and opened again.
        let (path, _) = back_up(&w, "one.khuebak").await;
        let mut target = Target::new(w.db.dialect(), &w.folder.path().join("khue.key"));
        backup::restore(&target.options, &path, w.clock.now(), &How::default()).expect("restores");
        target.options.run_writes_twice = true;
        let options = &target.options;
        let report = key::rotate(options, "test", w.clock.now()).expect("rotates");
        assert!(report.added && report.current == 2 && !report.sentences().is_empty());
        let copy = w.folder.path().join("copy.key");
        assert_eq!(key::export(&options.key, &copy).expect("exports").current, 2);
        assert!(key::export(&options.key, &copy).is_err(), "never over another");
        assert_eq!(std::fs::read(&copy).expect("reads"), std::fs::read(&options.key).expect("reads"));
        let db = target.open(w.clock.now());
        let ctx = w.ctx(Actor::System("test"));
        assert!(old_values(&db, &w).await > 900);
        let wanted = db.read(&ctx, |tx| { tx.public("test"); reencrypt::is_wanted(tx) }).await.expect("looks");
        assert!(wanted);
        let runner = Runner::new(db.clone(), Arc::new(w.clock.clone()), reencrypt::handlers(reencrypt::own()), 2);
        let job = db.write(&w.system(), |tx| { tx.public("test"); jobs::enqueue(tx, &reencrypt::Reencrypt {}, &Ask::default()) }).await.expect("enqueues");
        runner.turn().await.expect("looks");
        for _ in 0..500 {
            let (state,): (String,) = db.read(&w.system(), move |tx| {
                tx.public("test");
                tx.one(&db::Sql::new("state", "SELECT state FROM job WHERE id = ?1"), db::params![job]).map(Option::unwrap_or_default)
            }).await.expect("reads");
            assert_ne!(state, "failed");
            if state == "done" { break }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(old_values(&db, &w).await, 0);
        let wanted = db.read(&w.system(), |tx| { tx.public("test"); reencrypt::is_wanted(tx) }).await.expect("looks");
        assert!(!wanted, "{}", reencrypt::Reencrypt::KIND);
        db.sealed(&w.system(), Duration::from_secs(5)).await.expect("is numbered");
        let data = db.data().to_owned();
        let (report, opening, secret) = db.read(&w.system(), move |tx| {
            tx.public("test");
            Ok((db::journal::verify::verify(tx, &data, true)?, files::opening(tx, SCHOOL, file)?, settings::text(tx, &mail::PASSWORD, None)?))
        }).await.expect("reads");
        assert!(report.holds() && report.payloads > 450, "{report:?}");
        assert_eq!(opening.read_all(&Disk::beside(db.data())).expect("reads"), "điểm danh".as_bytes());
        assert_eq!(secret.as_deref(), Some("bí mật"));
        db.close();
    }
}
