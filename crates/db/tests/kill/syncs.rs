//! A killed program loses nothing even when it never syncs: the system still has the pages. So syncs are counted, too: an
//! acknowledgement without one of its own before it would be lost with the power.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use base::{Clock as _, time::SystemClock};
use db::{Built, Db, Location, Options, params};

use super::{Cluster, KILL, ctx};

const WRITES: usize = 100;

/// Acknowledgements and the syncs of the log that ended before each, in the order in which the system saw them.
fn acks_and_syncs(trace: &str) -> (usize, Vec<usize>) {
    let (mut syncs, mut since, mut acks, mut without) = (0, 0, 0, Vec::new());
    let mut begun = HashSet::new();
    for line in trace.lines() {
        let process = line.split_whitespace().next().unwrap_or_default();
        let of_log = line.contains("sync(") && line.contains("khue.db-wal");
        if of_log && line.contains("unfinished") {
            begun.insert(process.to_owned());
        } else if of_log || (line.contains("sync resumed") && begun.remove(process)) {
            syncs += 1;
            since += 1;
        } else if line.contains("\"ack ") {
            acks += 1;
            if since == 0 {
                without.push(acks);
            }
            since = 0;
        }
    }
    (syncs, without)
}

#[test]
fn each_acknowledgement_has_a_sync_of_its_own_on_sqlite() {
    let need = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/need.sh");
    assert!(Command::new(need).arg("strace").status().expect("looks for strace").success(), "strace is missing");
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("trace");
    let mut child = Command::new("strace")
        .args(["-f", "-y", "-e", "trace=fsync,fdatasync,write", "-o"])
        .arg(&trace)
        .arg(env!("CARGO_BIN_EXE_khue-db-writer"))
        .arg(folder.path().join("data"))
        .arg("1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts the writer under strace");
    let out = BufReader::new(child.stdout.take().expect("its output"));
    let acks = out.lines().map_while(Result::ok).filter(|line| line.starts_with("ack ")).take(WRITES).count();
    child.kill().expect("ends strace, and the writer with it");
    child.wait().expect("ends");
    assert_eq!(acks, WRITES);
    let (syncs, without) = acks_and_syncs(&std::fs::read_to_string(&trace).expect("the trace"));
    assert!(syncs >= WRITES, "{WRITES} acknowledged writes, {syncs} syncs");
    assert!(without.is_empty(), "acknowledged before a sync: {without:?}");
}

#[test]
fn a_trace_with_an_early_acknowledgement_is_caught() {
    let early = "7 write(1<pipe>, \"ack 0 1\\n\", 8) = 8\n8 fdatasync(9</d/khue.db-wal>) = 0\n7 write(1<pipe>, \"ack 0 2\\n\", 8) = 8\n\
                 8 fdatasync(9</d/khue.db-wal> <unfinished ...>\n7 write(1<pipe>, \"ack 0 3\\n\", 8) = 8\n8 <... fdatasync resumed>) = 0\n";
    assert_eq!(acks_and_syncs(early), (2, vec![1, 3]));
}

#[test]
fn each_acknowledgement_has_a_sync_of_its_own_on_postgres() {
    let cluster = Cluster::start();
    let (owner, app) = cluster.database("khue_syncs");
    let folder = tempfile::tempdir().expect("a folder");
    let mut options = Options::new(Location::Postgres(app), &folder.path().join("data"), vec![&db::SCHEMA, &KILL]);
    options.owner = Some(owner.clone());
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    Db::open(&options, SystemClock.now()).expect("makes it").close();
    // Nobody numbers entries meanwhile: the sealer's own commits must not be counted.
    let sealing = std::thread::spawn(move || {
        db::cluster::run_at(&owner, "SELECT pg_advisory_lock(1802007909, 1); SELECT pg_sleep(6)")
    });
    std::thread::sleep(Duration::from_millis(500));
    let syncs = |db: &Db| {
        // PostgreSQL 18 counts them elsewhere.
        let version = "SELECT CAST(current_setting('server_version_num') AS bigint)";
        let count = |new: bool| match new {
            true => "SELECT CAST(sum(fsyncs) AS bigint) FROM pg_stat_io WHERE object = 'wal'",
            false => "SELECT CAST(wal_sync AS bigint) FROM pg_stat_wal",
        };
        let act = ctx();
        let read = db.read(&act, move |tx| {
            tx.public("a test");
            let version: Option<(i64,)> = tx.one(&Built::new("version", version, tx.dialect()), &[])?;
            let new = version.is_some_and(|(version,)| version >= 180_000);
            tx.one::<(i64,)>(&Built::new("syncs", count(new), tx.dialect()), &[])
        });
        rt.block_on(read).expect("reads").map_or(0, |(n,)| n)
    };
    let db = Db::open(&options, SystemClock.now()).expect("opens");
    let before = syncs(&db);
    for n in 0..i64::try_from(WRITES).expect("fits") {
        let act = ctx();
        let write = db.write(&act, move |tx| {
            tx.public("a test");
            let note = "INSERT INTO kill_note (id, task, n, lines) VALUES (?1, 0, ?2, 0)";
            let id: base::Uuid = tx.new_id();
            tx.exec_one(&Built::new("note", note, tx.dialect()), params![id, n])
        });
        rt.block_on(write).expect("writes");
    }
    // A connection reports what it counted when it ends.
    db.close();
    let db = Db::open(&options, SystemClock.now()).expect("opens");
    std::thread::sleep(Duration::from_millis(1_200));
    let counted = syncs(&db) - before;
    db.close();
    let _done = sealing.join();
    assert!(counted >= i64::try_from(WRITES).expect("fits"), "{WRITES} acknowledged writes, {counted} syncs");
}
