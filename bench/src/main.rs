//! What the door costs, as a ratio: each figure against the raw driver doing the same on the same machine, in turns, in
//! the same run. `make bench` runs it; nothing here is a test, since a machine's speed is nobody's fault.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod door;
mod measure;
mod raw_postgres;
mod raw_sqlite;

use std::path::Path;

use base::{Clock as _, time::SystemClock};
use db::{Db, Dialect, Location, Options};
use measure::{Figure, Goal, Turns};

/// Rows of the table that is read.
pub const ROWS: i64 = 20_000;
/// Rows of one bulk insert.
pub const BULK: i64 = 20_000;
/// Rows of a list.
pub const PAGE: i64 = 40;
/// Who ask at once.
pub const CALLERS: usize = 64;

/// The program's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Threads of the runtime, as the program makes them: twice the cores.
fn workers() -> usize {
    2 * std::thread::available_parallelism().map_or(2, usize::from).max(2)
}

/// Databases of one dialect: one behind the door, and its twin for the raw driver.
struct Pair {
    door: Db,
    twin: Location,
    threads: usize,
}

fn open(location: Location, owner: Option<String>, data: &Path) -> Db {
    let mut options = Options::new(location, data, vec![&db::SCHEMA, &door::NOTES]);
    options.owner = owner;
    Db::open(&options, SystemClock.now()).expect("opens")
}

fn sqlite(folder: &Path) -> Pair {
    let (mine, twin) = (folder.join("door"), folder.join("twin"));
    let file = twin.join("khue.db");
    open(Location::Sqlite(file.clone()), None, &twin).close();
    let door = open(Location::Sqlite(mine.join("khue.db")), None, &mine);
    // As many threads as there are cores: a baseline has nothing to gain by more.
    let threads = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 16);
    Pair { door, twin: Location::Sqlite(file), threads }
}

fn postgres(folder: &Path) -> Option<Pair> {
    let cluster = std::env::var("KHUE_TEST_POSTGRES").ok()?;
    db::cluster::make_roles(&cluster).expect("makes the roles");
    db::cluster::make_template(&cluster, "khue_bench_empty", |_, _| Ok(())).expect("makes a template");
    let make = |name: &str| {
        db::cluster::drop_database(&cluster, name).expect("drops what was left");
        let (owner, app) = db::cluster::copy_template(&cluster, "khue_bench_empty", name).expect("makes a database");
        (open(Location::Postgres(app.clone()), Some(owner), &folder.join(name)), Location::Postgres(app))
    };
    let (twin, location) = make("khue_bench_twin");
    twin.close();
    let (door, _) = make("khue_bench_door");
    // As many connections as the door makes.
    let threads = (std::thread::available_parallelism().map_or(2, usize::from) * 4).clamp(8, 32);
    Some(Pair { door, twin: location, threads })
}

fn compare(pair: &Pair, turns: &Turns) -> Vec<Figure> {
    let dialect = pair.door.dialect();
    let (name, read, write) = match dialect {
        Dialect::Sqlite => ("SQLite", 0.50, 5.0),
        Dialect::Postgres => ("PostgreSQL", 0.40, 3.0),
    };
    let rt =
        tokio::runtime::Builder::new_multi_thread().worker_threads(workers()).enable_all().build().expect("a runtime");
    rt.block_on(door::fill(&pair.door));
    let raw = |kind: measure::Kind, seconds: f64| match &pair.twin {
        Location::Sqlite(path) => raw_sqlite::rate(path, kind, pair.threads, seconds),
        Location::Postgres(url) => raw_postgres::rate(url, kind, pair.threads, seconds),
    };
    match &pair.twin {
        Location::Sqlite(path) => raw_sqlite::fill(path),
        Location::Postgres(url) => raw_postgres::fill(url),
    }
    let goals = [
        (measure::Kind::Point, "point read", "queries", Goal(read)),
        (measure::Kind::List, "list of 40 rows", "queries", Goal(0.80)),
        (measure::Kind::Bulk, "bulk insert of 20 000 rows", "rows", Goal(0.70)),
        (measure::Kind::Write, "one-row durable write with its entry, 64 callers", "writes", Goal(write)),
    ];
    goals
        .into_iter()
        .filter(|(_, what, ..)| turns.wanted(what))
        .map(|(kind, what, unit, goal)| {
            let (door, raw) =
                turns.take(|seconds| door::rate(&rt, &pair.door, kind, seconds), |seconds| raw(kind, seconds));
            let figure = Figure { database: name, what, unit, door, raw, goal };
            println!("{}", figure.line());
            figure
        })
        .collect()
}

fn main() {
    let turns = Turns::from_args();
    let folder = tempfile::tempdir().expect("a folder");
    println!("fdatasync of 4 KiB appended: {:.3} ms (median of 300)\n", measure::fdatasync(folder.path()));
    println!("{}", Figure::head());
    let mut figures = Vec::new();
    if turns.on("sqlite") {
        let pair = sqlite(folder.path());
        figures.extend(compare(&pair, &turns));
        pair.door.close();
    }
    if turns.on("postgres") {
        match postgres(folder.path()) {
            Some(pair) => {
                figures.extend(compare(&pair, &turns));
                pair.door.close();
            }
            None => println!("(no PostgreSQL: run by `make bench`)"),
        }
    }
    println!("\nfdatasync of 4 KiB appended: {:.3} ms (median of 300)", measure::fdatasync(folder.path()));
    let missed = figures.iter().filter(|figure| !figure.pass()).count();
    println!("{} of {} goals are met", figures.len() - missed, figures.len());
}
