//! kill -9 under write load: no acknowledged write is lost, no write is half there, the journal verifies.
//!
//! Each round starts the small writer on the same database, lets it write, kills it at a random moment and looks. The
//! server of PostgreSQL is killed too. `KHUE_KILLS` sets the rounds (100 and 30 by default), `KHUE_KILL_SEED` the moments.

mod syncs;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use base::{Actor, Clock as _, Ctx, time::SystemClock};
use db::journal::verify::verify;
use db::{Db, Location, Migration, Options, Schema};

const TASKS: i64 = 8;

static KILL: Schema = Schema {
    migrations: &[Migration { ordinal: 9_100, name: "kill", sql: include_str!("kill.sql"), rebuild: false }],
    statements: &[],
    constraints: &[],
};

db::statements! {
    /// Every task's notes: how many, the highest, and how many lines are missing or too many.
    TASKS_SEEN = "SELECT k.task, count(*) AS notes, max(k.n) AS highest,
        CAST(sum(CASE WHEN k.lines = (SELECT count(*) FROM kill_line l WHERE l.note = k.id) THEN 0 ELSE 1 END) AS {int}) AS torn
        FROM kill_note k GROUP BY k.task ORDER BY k.task";
    /// Entries of the journal about them.
    ENTRIES = "SELECT count(*) FROM journal_entry WHERE kind = 'kill.written'";
    /// Lines without a note.
    ORPHANS = "SELECT count(*) FROM kill_line l LEFT JOIN kill_note k ON k.id = l.note WHERE k.id IS NULL";
}

db::row! { struct Seen { task: i64, notes: i64, highest: i64, torn: i64 } }

/// Where a run happens.
struct Place {
    folder: tempfile::TempDir,
    postgres: Option<(String, String)>,
}

impl Place {
    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn writer(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_khue-db-writer"));
        command.arg(self.data()).arg(TASKS.to_string()).stdout(Stdio::piped()).stderr(Stdio::null());
        if let Some((app, owner)) = &self.postgres {
            command.arg(app).arg(owner);
        }
        command.spawn().expect("starts the writer")
    }

    /// The server may still be committing what a killed program had sent: waits until it has noticed.
    fn wait_for_the_dead(&self) {
        let Some((_, owner)) = &self.postgres else { return };
        let alone = "DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() \
                     AND pid <> pg_backend_pid()) THEN RAISE EXCEPTION 'not alone'; END IF; END $$";
        let until = Instant::now() + Duration::from_secs(30);
        while let Err(error) = db::cluster::run_at(owner, alone) {
            assert!(Instant::now() < until, "somebody is still on the database: {error:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn open(&self) -> Db {
        let location = match &self.postgres {
            Some((app, _)) => Location::Postgres(app.clone()),
            None => Location::Sqlite(self.data().join("khue.db")),
        };
        let mut options = Options::new(location, &self.data(), vec![&db::SCHEMA, &KILL]);
        options.owner = self.postgres.as_ref().map(|(_, owner)| owner.clone());
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            match Db::open(&options, SystemClock.now()) {
                Ok(db) => return db,
                // A killed server recovers before it answers.
                Err(error) if error.is(&db::UNREACHABLE) && Instant::now() < until => {
                    std::thread::sleep(Duration::from_millis(50))
                }
                Err(error) => panic!("the database does not open after a kill: {error:?}"),
            }
        }
    }
}

/// Small pseudo-random numbers from a seed that is printed, so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        let seed = std::env::var("KHUE_KILL_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or_else(|| u64::from_le_bytes(db::keys::random().expect("randomness")));
        say(&format!("KHUE_KILL_SEED={seed}"));
        Self(seed)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

#[expect(clippy::print_stdout, reason = "a test says how to run it again")]
fn say(text: &str) {
    println!("{text}");
}

fn rounds(usual: u32) -> u32 {
    std::env::var("KHUE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

#[expect(clippy::disallowed_methods, reason = "the kill test may act as the system")]
fn ctx() -> Ctx {
    Ctx::new(Actor::System("kill"), "kill", SystemClock.now(), db::keys::random().expect("randomness"))
}

/// Lets the writer write, then does `kill` at a random moment. Adds what was acknowledged.
fn write_and_kill(
    place: &Place,
    dice: &mut Dice,
    acked: &mut BTreeMap<i64, i64>,
    kill: impl FnOnce(&mut Child),
) -> usize {
    let mut child = place.writer();
    let out = child.stdout.take().expect("its output");
    let (first, began) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut lines = Vec::new();
        for line in BufReader::new(out).split(b'\n').map_while(Result::ok) {
            if lines.is_empty() {
                let _waiting = first.send(());
            }
            lines.push(String::from_utf8_lossy(&line).into_owned());
        }
        lines
    });
    began.recv_timeout(Duration::from_secs(60)).expect("the writer acknowledges within a minute");
    std::thread::sleep(Duration::from_millis(20 + dice.below(280)));
    kill(&mut child);
    let _already = child.kill();
    child.wait().expect("the writer ends");
    let lines = reader.join().expect("reads to the end");
    let mut count = 0;
    for line in &lines {
        let mut words = line.split(' ');
        if words.next() != Some("ack") {
            continue;
        }
        let (Some(task), Some(n)) =
            (words.next().and_then(|w| w.parse().ok()), words.next().and_then(|w| w.parse().ok()))
        else {
            // The last line may have been cut by the kill.
            continue;
        };
        acked.insert(task, n);
        count += 1;
    }
    count
}

/// Looks at what the kill has left.
fn look(place: &Place, acked: &mut BTreeMap<i64, i64>, round: u32, whole: bool) {
    place.wait_for_the_dead();
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let db = place.open();
    let data = place.data();
    rt.block_on(async {
        let (seen, entries, orphans) = db
            .read(&ctx(), |tx| {
                tx.public("a test");
                let seen = tx.all::<Seen>(&TASKS_SEEN, &[])?;
                Ok((seen, tx.one::<(i64,)>(&ENTRIES, &[])?, tx.one::<(i64,)>(&ORPHANS, &[])?))
            })
            .await
            .expect("reads after the kill");
        for task in &seen {
            let promised = acked.get(&task.task).copied().unwrap_or(0);
            assert!(
                task.highest >= promised,
                "round {round}: task {} was promised {promised}, has {}",
                task.task,
                task.highest
            );
            assert!(
                task.highest <= promised + 1,
                "round {round}: task {} has writes that nobody could have waited for",
                task.task
            );
            assert_eq!(task.notes, task.highest, "round {round}: task {} has a gap", task.task);
            assert_eq!(task.torn, 0, "round {round}: task {} has half a write", task.task);
        }
        for (task, promised) in acked.iter() {
            assert!(
                seen.iter().any(|seen| seen.task == *task),
                "round {round}: task {task} lost all {promised} writes"
            );
        }
        // What was seen once must stay, acknowledged or not; the next writer goes on after it.
        acked.extend(seen.iter().map(|task| (task.task, task.highest)));
        let notes: i64 = seen.iter().map(|task| task.notes).sum();
        assert_eq!(entries, Some((notes,)), "round {round}: a write without its journal entry, or the other way round");
        assert_eq!(orphans, Some((0,)), "round {round}: lines without their note");
        if whole {
            db.sealed(&ctx(), Duration::from_secs(20)).await.expect("seals");
            let report = db
                .read(&ctx(), move |tx| {
                    tx.public("a test");
                    verify(tx, &data, true)
                })
                .await
                .expect("verifies");
            assert!(
                report.holds() && report.waiting == 0,
                "round {round}: {:?}",
                &report.wrong[..report.wrong.len().min(5)]
            );
            assert_eq!(i64::try_from(report.entries).expect("fits"), notes);
        }
    });
    db.close();
}

/// The journal is verified whole every so many rounds and at the end; the other checks are made in every round.
const VERIFY_EVERY: u32 = 10;
/// A database is killed so many times before a new one is made: looking at it must not take longer and longer.
const A_DATABASE_LIVES: u32 = 100;

#[test]
fn kill_the_program_on_sqlite() {
    let fresh = || Place { folder: tempfile::tempdir().expect("a folder"), postgres: None };
    let (mut place, mut dice, mut acked, mut writes) = (fresh(), Dice::new(), BTreeMap::new(), 0);
    let rounds = rounds(100);
    for round in 1..=rounds {
        if round % A_DATABASE_LIVES == 1 {
            (place, acked) = (fresh(), BTreeMap::new());
        }
        writes += write_and_kill(&place, &mut dice, &mut acked, |_| {});
        look(&place, &mut acked, round, round % VERIFY_EVERY == 0 || round == rounds);
    }
    println!("{rounds} kills, {writes} acknowledged writes, none lost");
}

fn script(verb: &str, cluster: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres-server.sh");
    let output = Command::new(script)
        .arg(verb)
        .arg(cluster)
        .env("KHUE_TEST_PG_DURABLE", "1")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .expect("runs the script");
    assert!(output.status.success(), "{verb} of the private cluster failed");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A private cluster that syncs, stopped when the test ends, however it ends.
struct Cluster(PathBuf);

impl Cluster {
    fn start() -> Self {
        let random = db::keys::hex(&db::keys::random::<6>().expect("randomness"));
        let cluster = Self(std::env::temp_dir().join(format!("khue-kill-{random}")));
        script("init", &cluster.0);
        script("start", &cluster.0);
        let url = script("url", &cluster.0);
        db::cluster::make_roles(&url).expect("makes the roles");
        db::cluster::make_template(&url, "khue_kill_empty", |_, _| Ok(())).expect("makes a database");
        cluster
    }

    /// A new, empty database: the owner's and the serving role's address.
    fn database(&self, name: &str) -> (String, String) {
        let url = script("url", &self.0);
        db::cluster::copy_template(&url, "khue_kill_empty", name).expect("copies it")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        script("kill", &self.0);
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn kill_the_program_and_the_server_on_postgres() {
    let cluster = Cluster::start();
    let (mut dice, mut acked, mut writes) = (Dice::new(), BTreeMap::new(), 0);
    let rounds = rounds(30);
    let mut place = None;
    for round in 1..=rounds {
        let new = round % A_DATABASE_LIVES == 1;
        if new {
            acked.clear();
            let (owner, app) = cluster.database(&format!("khue_kill_{round}"));
            place = Some(Place { folder: tempfile::tempdir().expect("a folder"), postgres: Some((app, owner)) });
        }
        let place = place.as_ref().expect("the first round makes one");
        // Every third time it is the database server that dies.
        let server = round % 3 == 0;
        writes += write_and_kill(place, &mut dice, &mut acked, |_| {
            if server {
                script("kill", &cluster.0);
            }
        });
        if server {
            script("start", &cluster.0);
        }
        look(place, &mut acked, round, round % VERIFY_EVERY == 0 || round == rounds);
    }
    println!("{rounds} kills, {writes} acknowledged writes, none lost");
}
