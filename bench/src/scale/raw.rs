//! The baseline: the bare driver writes what the door has just written for a school, the same rows of the same tables with
//! the same indexes, into a database of its own. Reading them is not counted. It neither thinks, nor folds, nor encrypts,
//! nor digests; it has no seals to make.

use std::pin::pin;
use std::time::{Duration, Instant};

use base::UnitId;
use bytes::Bytes;
use db::Location;
use futures_util::{SinkExt as _, TryStreamExt as _};
use rusqlite::Connection;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

use super::At;

/// Tables in an order that references allow, and which of their rows a school has brought. `fresh` holds whoever is new to
/// the country, `journal_before` the last row of the journal before.
const TABLES: [(&str, &str); 17] = [
    ("person", "SELECT * FROM person WHERE id IN (SELECT id FROM fresh)"),
    ("person_secret", "SELECT * FROM person_secret WHERE person IN (SELECT id FROM fresh)"),
    ("class", "SELECT * FROM class WHERE school = $school"),
    ("enrolment", "SELECT * FROM enrolment WHERE school = $school"),
    ("class_member", "SELECT * FROM class_member WHERE school = $school"),
    ("employment", "SELECT * FROM employment WHERE school = $school"),
    ("homeroom", "SELECT * FROM homeroom WHERE school = $school"),
    ("class_subject", "SELECT * FROM class_subject WHERE school = $school"),
    ("teaching", "SELECT * FROM teaching WHERE school = $school"),
    ("timetable", "SELECT * FROM timetable WHERE school = $school"),
    ("timetable_slot", "SELECT * FROM timetable_slot WHERE school = $school"),
    ("person_unit", "SELECT * FROM person_unit WHERE unit = $school"),
    ("kinship", "SELECT * FROM kinship WHERE school = $school"),
    ("person_indexed", "SELECT * FROM person_indexed WHERE person IN (SELECT id FROM fresh)"),
    // Whoever is new stands under the same words for the whole country; read there, every Nguyễn would be looked at.
    (
        "person_word",
        "SELECT unit, kind, word, folded, person FROM person_word WHERE unit = $school
         UNION ALL SELECT $everywhere, kind, word, folded, person FROM person_word
           WHERE unit = $school AND person IN (SELECT id FROM fresh)",
    ),
    ("journal_entry", "SELECT * FROM journal_entry WHERE row > (SELECT row FROM journal_before)"),
    ("journal_payload", "SELECT * FROM journal_payload WHERE row > (SELECT row FROM journal_before)"),
];

/// What was copied.
pub struct Copied {
    pub rows: u64,
    pub took: Duration,
}

/// Both databases by the bare driver.
pub enum Raw {
    Sqlite { from: Connection, to: Connection },
    Postgres { rt: Runtime, from: Client, to: Client },
}

const BEGIN: &str = "CREATE TEMP TABLE seen (id {uuid} PRIMARY KEY); CREATE TEMP TABLE fresh (id {uuid} PRIMARY KEY);
    CREATE TEMP TABLE journal_before (row bigint NOT NULL); INSERT INTO journal_before SELECT max(row) FROM journal_entry;";
const FRESH: &str = "DELETE FROM fresh; INSERT INTO fresh SELECT DISTINCT person FROM person_unit
    WHERE unit = $school AND person NOT IN (SELECT id FROM seen); INSERT INTO seen SELECT id FROM fresh;";
const AFTER: &str = "UPDATE journal_before SET row = (SELECT max(row) FROM journal_entry)";

fn settings(conn: &Connection) {
    // The door's own.
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -16384;",
    )
    .expect("sets");
}

impl Raw {
    /// Opens both.
    pub fn open(from: &At, to: &At) -> Self {
        match (&from.location, &to.location) {
            (Location::Sqlite(from), Location::Sqlite(to)) => {
                let (from, to) = (Connection::open(from).expect("opens"), Connection::open(to).expect("opens"));
                settings(&from);
                settings(&to);
                from.execute_batch(&BEGIN.replace("{uuid}", "BLOB")).expect("makes tables");
                Self::Sqlite { from, to }
            }
            _ => {
                let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                let connect = |at: &At| {
                    let owner = at.owner.clone().expect("the owner's address");
                    rt.block_on(async {
                        let (client, connection) = tokio_postgres::connect(&owner, NoTls).await.expect("connects");
                        tokio::spawn(connection);
                        client
                    })
                };
                let (from, to) = (connect(from), connect(to));
                rt.block_on(from.batch_execute(&BEGIN.replace("{uuid}", "uuid"))).expect("makes tables");
                Self::Postgres { rt, from, to }
            }
        }
    }

    /// Copies what a school has brought.
    pub fn copy(&mut self, school: UnitId) -> Copied {
        let hex = school.0.to_string().replace('-', "");
        match self {
            Self::Sqlite { from, to } => {
                sqlite(from, to, &filled(&format!("x'{hex}'"), "x'00000000000000000000000000000000'"))
            }
            Self::Postgres { rt, from, to } => rt.block_on(postgres(
                from,
                to,
                &filled(&format!("'{hex}'::uuid"), "'00000000000000000000000000000000'::uuid"),
            )),
        }
    }
}

/// Puts a school and the whole country into a statement.
fn filled(school: &str, everywhere: &str) -> impl Fn(&str) -> String {
    let (school, everywhere) = (school.to_owned(), everywhere.to_owned());
    move |text| text.replace("$school", &school).replace("$everywhere", &everywhere)
}

fn sqlite(from: &Connection, to: &Connection, fill: &impl Fn(&str) -> String) -> Copied {
    // One moment of it: somebody else is saving meanwhile.
    from.execute_batch("BEGIN").expect("begins");
    from.execute_batch(&fill(FRESH)).expect("finds who is new");
    let mut tables = Vec::with_capacity(TABLES.len());
    for (table, rows) in TABLES {
        let mut read = from.prepare(&fill(rows)).expect("prepares");
        let columns = read.column_count();
        let rows: Vec<Vec<rusqlite::types::Value>> = read
            .query_map([], |row| (0..columns).map(|at| row.get(at)).collect())
            .and_then(Iterator::collect)
            .expect("reads");
        let places = (1..=columns).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ");
        tables.push((format!("INSERT INTO {table} VALUES ({places})"), rows));
    }
    from.execute_batch(AFTER).and_then(|()| from.execute_batch("COMMIT")).expect("remembers");
    let (began, mut done) = (Instant::now(), 0);
    to.execute_batch("BEGIN IMMEDIATE").expect("begins");
    for (sql, rows) in &tables {
        let mut insert = to.prepare_cached(sql).expect("prepares");
        for row in rows {
            done += insert.execute(rusqlite::params_from_iter(row)).expect("inserts");
        }
    }
    to.execute_batch("COMMIT").expect("commits");
    Copied { rows: done as u64, took: began.elapsed() }
}

async fn postgres(from: &Client, to: &Client, fill: &impl Fn(&str) -> String) -> Copied {
    from.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ").await.expect("begins");
    from.batch_execute(&fill(FRESH)).await.expect("finds who is new");
    let mut tables: Vec<(String, Vec<Bytes>)> = Vec::with_capacity(TABLES.len());
    for (table, rows) in TABLES {
        let sql = format!("COPY ({}) TO STDOUT (FORMAT binary)", fill(rows));
        let rows = from.copy_out(&sql).await.expect("reads").try_collect().await.expect("reads");
        tables.push((format!("COPY {table} FROM STDIN (FORMAT binary)"), rows));
    }
    from.batch_execute(AFTER).await.expect("remembers");
    from.batch_execute("COMMIT").await.expect("ends");
    let (began, mut done) = (Instant::now(), 0);
    to.batch_execute("BEGIN").await.expect("begins");
    for (sql, rows) in tables {
        let mut sink = pin!(to.copy_in::<_, Bytes>(&sql).await.expect("begins"));
        for some in rows {
            sink.feed(some).await.expect("sends");
        }
        done += sink.finish().await.expect("copies");
    }
    to.batch_execute("COMMIT").await.expect("commits");
    Copied { rows: done, took: began.elapsed() }
}
