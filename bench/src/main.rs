//! What the door costs, as a ratio: each figure against the raw driver doing the same on the same machine, in turns, in
//! the same run. `make bench` runs it; nothing here is a test, since a machine's speed is nobody's fault.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod door;
mod import;
mod load;
mod measure;
mod program;
mod raw_postgres;
mod raw_sqlite;
mod scale;
mod server;

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

/// A new, empty database: the owner's and the serving role's address.
fn empty_database(name: &str) -> (String, String) {
    let cluster = std::env::var("KHUE_TEST_POSTGRES").expect("the address of a server");
    db::cluster::make_roles(&cluster).expect("makes the roles");
    db::cluster::make_template(&cluster, "khue_bench_empty", |_, _| Ok(())).expect("makes a template");
    db::cluster::drop_database(&cluster, name).expect("drops what was left");
    db::cluster::copy_template(&cluster, "khue_bench_empty", name).expect("makes a database")
}

fn postgres(folder: &Path) -> Option<Pair> {
    std::env::var("KHUE_TEST_POSTGRES").ok()?;
    let make = |name: &str| {
        let (owner, app) = empty_database(name);
        (open(Location::Postgres(app.clone()), Some(owner), &folder.join(name)), Location::Postgres(app))
    };
    let (twin, location) = make("khue_bench_twin");
    twin.close();
    let (door, _) = make("khue_bench_door");
    // As many connections as the door reads with; a write's baseline has one.
    let threads = db::Connections::for_cores(std::thread::available_parallelism().map_or(2, usize::from)).reading;
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

/// The signed-in read over HTTP, against the same server's static file.
fn over_http(turns: &Turns, database: &'static str, location: Location, owner: Option<String>, data: &Path) -> Figure {
    let goal = if database == "SQLite" { Goal(0.25) } else { Goal(0.08) };
    let (db, people) = server::filled(location, owner.clone(), data);
    if let Some(owner) = &owner {
        raw_postgres::analyse(owner);
    }
    let serving = server::Server::start(db, false);
    let reads = server::measure(&serving, &people, turns.seconds());
    serving.end();
    let figure = Figure { database, what: READ, unit: "answers", door: reads.unit.rate, raw: reads.file.rate, goal };
    println!("{}", figure.line());
    println!(
        "| {database} | … 99 of 100 within | {:.1} ms | {:.1} ms | | | |",
        reads.unit.p99.as_secs_f64() * 1e3,
        reads.file.p99.as_secs_f64() * 1e3
    );
    figure
}

const READ: &str = "signed-in read of one unit over HTTP, 64 connections, against a static file";

fn on_sqlite(turns: &Turns, folder: &Path) -> Vec<Figure> {
    let pair = sqlite(folder);
    let mut figures = compare(&pair, turns);
    pair.door.close();
    if turns.wanted(READ) {
        let data = folder.join("http");
        figures.push(over_http(turns, "SQLite", Location::Sqlite(data.join("khue.db")), None, &data));
    }
    figures
}

fn on_postgres(turns: &Turns, folder: &Path) -> Vec<Figure> {
    let Some(pair) = postgres(folder) else {
        println!("(no PostgreSQL: run by `make bench`)");
        return Vec::new();
    };
    let mut figures = compare(&pair, turns);
    pair.door.close();
    if turns.wanted(READ) {
        let (owner, app) = empty_database("khue_bench_http");
        figures.push(over_http(turns, "PostgreSQL", Location::Postgres(app), Some(owner), &folder.join("http-pg")));
    }
    figures
}

/// A made-up country on both databases, or on the one that is asked for.
fn at_scale(turns: &Turns, folder: &Path) -> Vec<scale::Scale> {
    let mut measured = Vec::new();
    if turns.wanted("SQLite") {
        let folder = folder.join("scale-sqlite");
        let at = |name: &str| scale::At {
            name: "SQLite",
            location: Location::Sqlite(folder.join(name).join("khue.db")),
            owner: None,
        };
        measured.push(scale::measure(&at("door"), &at("twin"), &folder, turns.schools()));
    }
    if turns.wanted("PostgreSQL") && std::env::var("KHUE_TEST_POSTGRES").is_ok() {
        let at = |name: &str| {
            let (owner, app) = empty_database(name);
            scale::At { name: "PostgreSQL", location: Location::Postgres(app), owner: Some(owner) }
        };
        let (door, twin) = (at("khue_bench_country"), at("khue_bench_country_twin"));
        measured.push(scale::measure(&door, &twin, &folder.join("scale-postgres"), turns.schools()));
    }
    measured
}

fn main() {
    let turns = Turns::from_args();
    let folder = tempfile::tempdir().expect("a folder");
    let mut figures = Vec::new();
    if turns.on("sqlite") || turns.on("postgres") {
        println!("fdatasync of 4 KiB appended: {:.3} ms (median of 300)\n", measure::fdatasync(folder.path()));
        println!("{}", Figure::head());
    }
    if turns.on("sqlite") {
        figures.extend(on_sqlite(&turns, folder.path()));
    }
    if turns.on("postgres") {
        figures.extend(on_postgres(&turns, folder.path()));
    }
    let mut missed = figures.iter().filter(|figure| !figure.pass()).count();
    let mut goals = figures.len();
    if turns.on("program") {
        println!("\n| the program | | goal | |\n|---|---:|---:|---|");
        for fact in program::measure(folder.path()) {
            println!("{}", fact.line());
            goals += 1;
            missed += usize::from(!fact.pass());
        }
    }
    if turns.on("import") {
        let import = import::measure(folder.path());
        import.print();
        goals += 1;
        missed += usize::from(!import.pass());
    }
    if turns.on("scale") {
        let measured = at_scale(&turns, folder.path());
        println!("\n{}", Figure::head());
        for scale in &measured {
            println!("{}", scale.figure.line());
        }
        println!("\n| the registry at scale | | goal | |\n|---|---:|---:|---|");
        for scale in measured {
            for fact in &scale.facts {
                println!("{}", fact.line());
            }
            goals += 1 + scale.facts.len();
            missed += usize::from(!scale.figure.pass()) + scale.facts.iter().filter(|fact| !fact.pass()).count();
        }
    }
    println!("\nfdatasync of 4 KiB appended: {:.3} ms (median of 300)", measure::fdatasync(folder.path()));
    println!("{} of {goals} goals are met", goals - missed);
}
