//! kill -9 while a school's list is taken in: nothing of the school, or all of it, and import and job say which.
//!
//! Each round asks for a list of a school of its own, starts the program, which finds the job in its queue, kills it at a
//! random moment and looks. `KHUE_KILLS` sets the rounds (3 by default), `KHUE_KILL_SEED` the moments. In the end the
//! program is left alone, and what was not in goes in by itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base::time::SystemClock;
use base::{Clock as _, Ctx, UnitId, Uuid};
use db::{Db, Location, Options, Sql, params};
use registry::imports::{self, apply_import};
use registry::units::Levels;
use registry::units::create::{CreateUnit, create};

use crate::program::Server;

/// Enough that the transaction is no moment.
const PUPILS: i64 = 1_500;

static COMMUNE: Sql = Sql::new("COMMUNE", "SELECT id FROM unit WHERE kind = 'commune' ORDER BY id LIMIT 1");
/// What an import writes, table by table, the first and the last among them.
static WRITTEN: [Sql; 6] = [
    Sql::new("CLASSES", "SELECT count(*) FROM class WHERE school = ?1"),
    Sql::new("ENROLMENTS", "SELECT count(*) FROM enrolment WHERE school = ?1"),
    Sql::new("MEMBERS", "SELECT count(*) FROM class_member WHERE school = ?1"),
    Sql::new("HELD", "SELECT count(*) FROM person_unit WHERE unit = ?1"),
    Sql::new("KIN", "SELECT count(*) FROM kinship WHERE school = ?1"),
    Sql::new("TOLD", "SELECT count(*) FROM journal_entry WHERE unit = ?1 AND kind = 'pupil.imported'"),
];

fn ctx() -> Ctx {
    let seed = auth::ctx::seed().expect("randomness");
    auth::ctx::system("kill", "kill", SystemClock.now(), seed)
}

fn dice() -> impl FnMut(u64) -> u64 {
    let seed = std::env::var("KHUE_KILL_SEED").ok().and_then(|seed| seed.parse().ok());
    let mut state = seed.unwrap_or_else(|| u64::from_le_bytes(db::keys::random().expect("randomness")));
    say(&format!("KHUE_KILL_SEED={state}"));
    move |most| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    }
}

#[expect(clippy::print_stdout, reason = "a test says how to run it again")]
fn say(text: &str) {
    println!("{text}");
}

/// The list of a school: each pupil with a father and a mother, in thirty classes.
fn list(round: u64) -> Vec<u8> {
    let mut text = String::from("Họ và tên;Ngày sinh;Giới tính;Mã học sinh;Họ tên cha;Năm sinh cha;Khối;Lớp\n");
    for n in 0..PUPILS {
        let grade = 6 + n % 4;
        text.push_str(&format!(
            "Nguyễn Văn Thử;{:02}/{:02}/2015;Nam;{round}{n:06};Nguyễn Văn Cha;1985;{grade};{grade}A{}\n",
            1 + n % 28,
            1 + n % 12,
            1 + n / 60
        ));
    }
    text.into_bytes()
}

/// The place, opened beside no program.
fn open(options: &Options) -> Db {
    Db::open(options, SystemClock.now()).expect("opens after a kill")
}

/// A new school whose list waits in the queue.
async fn asked(db: &Db, round: u64) -> (UnitId, Uuid) {
    let school = db
        .write(&ctx(), move |tx| {
            tx.public("a test founds a school");
            let (parent,): (UnitId,) = tx.one(&COMMUNE, params![])?.expect("a commune");
            let cmd = CreateUnit {
                kind: "school".to_owned(),
                name: format!("Trường THCS Thử {round}"),
                code: None,
                parent,
                authority: None,
                level: Levels::One("THCS".to_owned()),
                from: "2025-08-01".parse().map_err(base::Error::internal)?,
                basis: None,
            };
            Ok(create(tx, &cmd)?.id)
        })
        .await
        .expect("founds");
    let bytes = list(round);
    let stage = db
        .read_long(&ctx(), move |tx| {
            imports::allowed(tx, school)?;
            imports::staged(tx, school, "hoc-sinh.csv", &bytes)
        })
        .await
        .expect("reads");
    assert_eq!(stage.counts().fresh, PUPILS);
    let row = imports::put(db, &ctx(), school, &Arc::new(stage)).await.expect("keeps");
    let import = row.id;
    db.write(&ctx(), move |tx| apply_import::ask(tx, school, import, 1, true).map(drop)).await.expect("asks");
    (school, import)
}

/// How many rows of each table there are, and what import and job say.
async fn seen(db: &Db, school: UnitId, import: Uuid) -> (Vec<i64>, String, String) {
    db.read(&ctx(), move |tx| {
        tx.public("a test looks");
        let mut counts = Vec::new();
        for sql in &WRITTEN {
            counts.push(tx.one::<(i64,)>(sql, params![school])?.map_or(0, |(count,)| count));
        }
        let row = imports::get(tx, school, import)?;
        let job = row.job.expect("a job");
        let (state,): (String,) =
            tx.one(&Sql::new("JOB", "SELECT state FROM job WHERE id = ?1"), params![job])?.expect("the job");
        Ok((counts, row.state, state))
    })
    .await
    .expect("looks")
}

#[test]
fn a_killed_import_is_nothing_or_all_of_it_and_says_which() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    // The country is loaded and the queue made.
    Server::start(at).stop();
    // The rooms are lent what reads workbooks, as the program does.
    let _modules = khue::modules();
    let data = at.join("data");
    let options = Options::new(Location::Sqlite(data.join("khue.db")), &data, khue::schemas());
    let runtime = khue::place::runtime().expect("a runtime");
    let mut dice = dice();
    let rounds = std::env::var("KHUE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    let (mut none, mut whole) = (0, 0);
    let mut last = None;
    for round in 1..=rounds {
        let db = open(&options);
        let (school, import) = runtime.block_on(asked(&db, round));
        db.close();
        drop(db);
        let server = Server::start(at);
        std::thread::sleep(Duration::from_millis(dice(2_500)));
        server.kill();
        let db = open(&options);
        let (counts, state, job) = runtime.block_on(seen(&db, school, import));
        say(&format!("round {round}: {counts:?}, the import is {state}, its job {job}"));
        if counts.iter().all(|count| *count == 0) {
            assert_eq!(state, "applying", "nothing of it is in, and it is not given up");
            assert!(job == "waiting" || job == "running", "{job}");
            none += 1;
            last = Some((school, import));
        } else {
            assert_eq!(counts.get(1..3), Some([PUPILS, PUPILS].as_slice()), "round {round}: a part of it: {counts:?}");
            assert_eq!(counts.last(), Some(&PUPILS), "round {round}: {counts:?}");
            assert!(counts.iter().all(|count| *count > 0), "round {round}: a part of it: {counts:?}");
            assert_eq!(state, "done", "round {round}");
            assert_ne!(job, "failed");
            whole += 1;
        }
        db.close();
    }
    say(&format!("nothing {none} times, all of it {whole} times"));
    // What was not in goes in by itself once the program stands again: the lease of the dead one runs out first.
    let Some((school, import)) = last else { return };
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        let server = Server::start(at);
        std::thread::sleep(Duration::from_secs(8));
        server.stop();
        let db = open(&options);
        let (counts, state, job) = runtime.block_on(seen(&db, school, import));
        db.close();
        if state == "done" {
            assert_eq!(counts.get(1), Some(&PUPILS), "{counts:?}");
            return;
        }
        assert!(Instant::now() < until, "it does not go on by itself: {counts:?}, {state}, {job}");
    }
}
