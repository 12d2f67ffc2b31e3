//! What the server does by itself: the nightly backup, and forgetting.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use khue::place::SettingsFile;
use khue::work::{NightlyBackup, Work};
use platform::jobs::{self, Ask, Handlers, JobId, JobRow, Runner};
use testkit::World;

use crate::place::{land, place};
use crate::unlimited;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    work: Work,
}

fn handlers(w: &World, line: &[&str]) -> Handlers {
    let line = Line::try_parse_from(["khue"].iter().chain(line)).expect("a line");
    line.work.read(&SettingsFile::default()).expect("settings").handlers(&w.db)
}

fn runner(w: &World, handlers: Handlers) -> Runner {
    Runner::new(w.db.clone(), Arc::new(w.clock.clone()), handlers, 4)
}

async fn job(w: &World, id: JobId) -> JobRow {
    w.db.read(&w.system(), move |tx| {
        tx.public("test");
        jobs::find(tx, id)
    })
    .await
    .expect("reads")
    .expect("a job")
}

/// Runs what is due until a job is in a state.
async fn run_until(w: &World, runner: &Runner, id: JobId, is: impl Fn(&JobRow) -> bool) -> JobRow {
    for _ in 0..1_000 {
        runner.turn().await.expect("looks");
        let job = job(w, id).await;
        if is(&job) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came to that: {:?}", job(w, id).await)
}

fn files(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    all.sort_unstable();
    all
}

/// The bytes of a backup of this world.
async fn a_backup(w: &World) -> Vec<u8> {
    let path = w.folder.path().join("earlier.khuebak");
    let migrations = db::migrations(&crate::schemas());
    let files = Arc::new(platform::files::Disk::beside(w.db.data()));
    platform::backup::backup(&w.db, &w.system(), &migrations, files, &path).await.expect("backs up");
    std::fs::read(&path).expect("reads it")
}

/// The same backup, saying in clear that it is of another installation.
fn of_another(backup: &[u8], node: base::Uuid) -> Vec<u8> {
    let length = usize::try_from(u32::from_be_bytes(backup[9..13].try_into().expect("four bytes"))).expect("fits");
    let mut header: serde_json::Value = serde_json::from_slice(&backup[13..13 + length]).expect("a header");
    header["node"] = serde_json::json!(node);
    let header = header.to_string();
    let head = [b"H".as_slice(), &u32::try_from(header.len()).expect("fits").to_be_bytes()].concat();
    let digest = db::keys::sha256(&[&0u64.to_be_bytes(), &head, header.as_bytes()]);
    [&backup[..8], &head, header.as_bytes(), &digest, &backup[13 + length + 32..]].concat()
}

async fn backed_up(w: &World) -> JobId {
    w.db.write(&w.system(), |tx| {
        tx.public("test");
        jobs::enqueue(tx, &NightlyBackup {}, &Ask::default())
    })
    .await
    .expect("enqueues")
}

testkit::both! {
    async fn the_nightly_backup_is_made_read_back_and_the_oldest_go(w: World) {
        let folder = w.folder.path().join("backups");
        std::fs::create_dir(&folder).expect("makes the folder");
        let node = w.db.installation().node;
        let own = |moment: &str| format!("khue-{}-{moment}.khuebak", node.simple());
        // Made in the same minute: ids that begin alike.
        let neighbour = base::Uuid::from_u128(node.as_u128() ^ 0xffff_ffff);
        assert_eq!(node.simple().to_string()[..8], neighbour.simple().to_string()[..8]);
        let its = |moment: &str| format!("khue-{}-{moment}.khuebak", neighbour.simple());
        let earlier = a_backup(&w).await;
        let foreign = of_another(&earlier, neighbour);
        let others: Vec<(String, &[u8])> = vec![
            (its("20200101-020000"), &foreign),
            (format!("{}.partial", its("20260904-023000")), b"x"),
            ("thư từ.txt".to_owned(), b"x"),
            // Named like one of this installation, and none.
            (own("20200101-020000"), &foreign),
            (own("20200102-020000"), b"x"),
            (own("20201301-020000"), &earlier),
            (own("20260908-023000"), &earlier),
        ];
        for (name, bytes) in &others {
            std::fs::write(folder.join(name), bytes).expect("writes");
        }
        let (older, old, broken) = (own("20260901-023000"), own("20260902-023000"), format!("{}.partial", own("20260903-023000")));
        for name in [&older, &old, &broken] {
            std::fs::write(folder.join(name), &earlier).expect("writes");
        }
        let handlers = handlers(&w, &["--backup-folder", folder.to_str().expect("a path"), "--backup-keep", "2"]);
        assert!(handlers.recurring().any(|(kind, _)| kind == "backup.nightly"));
        let id = backed_up(&w).await;
        let job = run_until(&w, &runner(&w, handlers), id, |job| job.state == "done").await;
        assert_eq!((job.done, job.total), (3, Some(3)));
        let made = own("20260907-070000");
        let mut expected: Vec<String> = others.into_iter().map(|(name, _)| name).chain([old, made.clone()]).collect();
        expected.sort_unstable();
        assert_eq!(files(&folder), expected);
        let about = std::fs::metadata(folder.join(&made)).expect("the backup");
        assert_eq!(about.permissions().mode() & 0o777, 0o600);
        let report = platform::backup::check(&folder.join(&made), &w.folder.path().join("khue.key")).expect("is whole");
        assert!(report.counts.tables > 10);
    }

    async fn however_often_it_is_made_in_a_day_the_other_nights_stay(w: World) {
        let folder = w.folder.path().join("backups");
        std::fs::create_dir(&folder).expect("makes the folder");
        let node = w.db.installation().node.simple();
        let own = |moment: &str| format!("khue-{node}-{moment}.khuebak");
        let earlier = a_backup(&w).await;
        for moment in ["20260904-023000", "20260905-023000", "20260906-023000", "20260906-170000"] {
            std::fs::write(folder.join(own(moment)), &earlier).expect("writes");
        }
        let runner = runner(&w, handlers(&w, &["--backup-folder", folder.to_str().expect("a path"), "--backup-keep", "3"]));
        for _ in 0..4 {
            w.clock.advance_seconds(60);
            let id = backed_up(&w).await;
            run_until(&w, &runner, id, |job| job.state == "done").await;
        }
        assert_eq!(files(&folder), ["20260905-023000", "20260906-170000", "20260907-070400"].map(own));
    }

    async fn a_missing_folder_is_said_and_tried_again(w: World) {
        let folder = w.folder.path().join("chưa gắn ổ đĩa");
        let handlers = handlers(&w, &["--backup-folder", folder.to_str().expect("a path")]);
        let id = backed_up(&w).await;
        let runner = runner(&w, handlers);
        let waits = run_until(&w, &runner, id, |job| job.attempts == 1 && job.state == "waiting").await;
        assert!(waits.error.is_some_and(|error| error.contains("Không có thư mục sao lưu")));
        std::fs::create_dir(&folder).expect("somebody mounts it");
        w.clock.advance_seconds(60);
        let job = run_until(&w, &runner, id, |job| job.state == "done").await;
        assert_eq!(job.error, None);
        assert_eq!(files(&folder).len(), 1);
    }

    async fn without_a_folder_no_backup_is_promised(w: World) {
        let kinds: Vec<_> = handlers(&w, &[]).recurring().map(|(kind, _)| kind).collect();
        assert!(!kinds.contains(&"backup.nightly") && kinds.contains(&"installation.tidy"), "{kinds:?}");
    }

    async fn what_was_kept_for_a_while_is_forgotten_at_night(w: World) {
        let land = land(&w).await;
        let place = place(&w, &land, 1, "-").await;
        // More wrong codes than are forgotten in one write.
        w.db.write_long(&w.system(), "a test mistypes many codes", |tx| {
            tx.public("test");
            (0..2_100).try_for_each(|n| auth::invitations::failed(tx, &format!("10.0.0.{}", n % 250)))
        })
        .await
        .expect("fails");
        let wrong_codes = async |w: &World| -> i64 {
            w.db.read(&w.system(), |tx| {
                tx.public("test");
                tx.one::<(i64,)>(&db::Sql::new("codes", "SELECT count(*) FROM invitation_failure"), &[])
            })
            .await
            .expect("reads")
            .map_or(0, |(n,)| n)
        };
        assert!(wrong_codes(&w).await >= 2_100);
        let made = async |w: &World| -> (i64, i64) {
            w.db.read(&w.system(), |tx| {
                tx.public("test");
                let sql = "SELECT (SELECT count(*) FROM invitation), (SELECT count(*) FROM session)";
                tx.one(&db::Sql::new("made", sql), &[]).map(|found| found.expect("a row"))
            })
            .await
            .expect("reads")
        };
        let (invitations, sessions) = made(&w).await;
        assert!(invitations > 0 && sessions > 0);
        let handlers = handlers(&w, &[]);
        let runner = runner(&w, handlers);
        runner.turn().await.expect("looks");
        let tidy = async |w: &World| {
            let before = ended(w).await;
            for _ in 0..1_000 {
                runner.turn().await.expect("looks");
                if ended(w).await > before {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            panic!("it was never tidied");
        };
        w.clock.advance_seconds(60 * 86_400);
        tidy(&w).await;
        assert_eq!(made(&w).await, (invitations, sessions), "what ended lately stays");
        assert_eq!(wrong_codes(&w).await, 0);
        w.clock.advance_seconds(60 * 86_400);
        let token = auth::session::Token::draw().expect("a token");
        let (digest, account) = (token.digest(), place.head.account);
        w.db.write(&w.system(), move |tx| {
            tx.public("test");
            auth::session::start(tx, account, &digest, "192.0.2.7", "Firefox")
        })
        .await
        .expect("signs in");
        tidy(&w).await;
        assert_eq!(made(&w).await, (0, 1));
        let me = unlimited(&w).with_session(token.as_str()).get("/api/v1/me").await.expect("an answer");
        assert_eq!(me.status, 200);
    }
}

/// How often it was tidied.
async fn ended(w: &World) -> i64 {
    let sql = "SELECT count(*) FROM job WHERE kind = 'installation.tidy' AND state = 'done'";
    let found: Option<(i64,)> =
        w.db.read(&w.system(), move |tx| {
            tx.public("test");
            tx.one(&db::Sql::new("ended", sql), &[])
        })
        .await
        .expect("reads");
    found.map_or(0, |(n,)| n)
}
