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
    let key = w.folder.path().join("khue.key");
    line.work.read(&SettingsFile::default(), &key).expect("settings").handlers(&w.db)
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
        let node = w.db.installation().node.simple().to_string();
        let own = |moment: &str| format!("khue-{}-{moment}.khuebak", &node[..8]);
        let others = ["khue-ffffffff-20200101-020000.khuebak", "thư từ.txt"];
        let (older, old, broken) = (own("20260901-023000"), own("20260902-023000"), format!("{}.partial", own("20260903-023000")));
        for name in others.iter().chain(&[older.as_str(), old.as_str(), broken.as_str()]) {
            std::fs::write(folder.join(name), "x").expect("writes");
        }
        let handlers = handlers(&w, &["--backup-folder", folder.to_str().expect("a path"), "--backup-keep", "2"]);
        assert!(handlers.recurring().any(|(kind, _)| kind == "backup.nightly"));
        let id = backed_up(&w).await;
        let job = run_until(&w, &runner(&w, handlers), id, |job| job.state == "done").await;
        assert_eq!((job.done, job.total), (3, Some(3)));
        let made = own("20260907-070000");
        let mut expected = vec![others[0].to_owned(), old, made.clone(), others[1].to_owned()];
        expected.sort_unstable();
        assert_eq!(files(&folder), expected);
        let about = std::fs::metadata(folder.join(&made)).expect("the backup");
        assert_eq!(about.permissions().mode() & 0o777, 0o600);
        let report = platform::backup::check(&folder.join(&made), &w.folder.path().join("khue.key")).expect("is whole");
        assert!(report.counts.tables > 10);
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
