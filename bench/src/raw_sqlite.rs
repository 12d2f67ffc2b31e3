//! The baseline on SQLite: the bare driver, prepared statements, the door's own settings.

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};

use rusqlite::{Connection, params};

use crate::door::BODY;
use crate::measure::{Kind, on_threads, row_of};
use crate::{BULK, PAGE, ROWS};

struct Note {
    id: i64,
    _owner: i64,
    _title: String,
    _body: String,
}

fn note(row: &rusqlite::Row<'_>) -> rusqlite::Result<Note> {
    Ok(Note { id: row.get(0)?, _owner: row.get(1)?, _title: row.get(2)?, _body: row.get(3)? })
}

fn connect(path: &Path) -> Connection {
    let conn = Connection::open(path).expect("opens");
    conn.set_prepared_statement_cache_capacity(512);
    conn.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).expect("sets");
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -16384;",
    )
    .expect("sets");
    conn
}

/// Fills the table that is read.
pub fn fill(path: &Path) {
    let conn = connect(path);
    conn.execute_batch("BEGIN").expect("begins");
    for id in 0..ROWS {
        conn.prepare_cached("INSERT INTO bench_note (id, owner, title, body) VALUES (?1, ?2, ?3, ?4)")
            .and_then(|mut s| s.execute(params![id, id % 100, format!("Học sinh {id}"), BODY]))
            .expect("inserts");
    }
    conn.execute_batch("COMMIT").expect("commits");
}

static NEXT: AtomicI64 = AtomicI64::new(10_000_000);

fn once(conn: &mut Connection, kind: Kind, turn: u64) -> rusqlite::Result<u64> {
    let row = row_of(turn);
    match kind {
        Kind::Point => {
            let mut point = conn.prepare_cached("SELECT id, owner, title, body FROM bench_note WHERE id = ?1")?;
            assert_eq!(point.query_row([row], note)?.id, row);
            Ok(1)
        }
        Kind::List => {
            let from = row.min(ROWS - PAGE);
            let mut list = conn
                .prepare_cached("SELECT id, owner, title, body FROM bench_note WHERE id >= ?1 ORDER BY id LIMIT ?2")?;
            let notes: Vec<Note> = list.query_map([from, PAGE], note)?.collect::<rusqlite::Result<_>>()?;
            assert_eq!(notes.len(), 40);
            Ok(1)
        }
        Kind::Bulk => {
            conn.execute_batch("BEGIN IMMEDIATE; DELETE FROM bench_line")?;
            let mut done = 0;
            {
                let mut insert = conn.prepare_cached("INSERT INTO bench_line (note, n, title) VALUES (?1, ?2, ?3)")?;
                for n in 0..BULK {
                    done += insert.execute(params![n % 40, n, BODY])?;
                }
            }
            conn.execute_batch("COMMIT")?;
            Ok(done as u64)
        }
        Kind::Write => {
            let id = NEXT.fetch_add(1, Ordering::Relaxed);
            let key = u128::try_from(id).unwrap_or(0).to_be_bytes();
            conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            conn.prepare_cached("INSERT INTO bench_note (id, owner, title, body) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![id, 1, "Ghi chú", BODY])?;
            conn.prepare_cached(
                "INSERT INTO journal_entry (ordinal, format, id, kind, noun, subject, unit, version, actor_kind, actor, \
                 request, purpose, at, digest) VALUES (0, 1, ?1, 'bench.noted', 'bench_note', ?1, NULL, NULL, 'system', \
                 'bench', 'bench', NULL, 1788739200000000, ?2)",
            )?
            .execute(params![key, [7u8; 32]])?;
            let entry = conn.last_insert_rowid();
            conn.prepare_cached("INSERT INTO journal_payload (row, salt, body) VALUES (?1, ?2, ?3)")?
                .execute(params![entry, [7u8; 16], [7u8; 150]])?;
            conn.prepare_cached("COMMIT")?.execute([])?;
            Ok(1)
        }
    }
}

/// How much is done a second. Reads on so many threads, writes by one, each committed before the next.
pub fn rate(path: &Path, kind: Kind, threads: usize, seconds: f64) -> f64 {
    let threads = if matches!(kind, Kind::Point | Kind::List) { threads } else { 1 };
    on_threads(threads, seconds, |_| connect(path), |conn, turn| once(conn, kind, turn).expect("works"))
}
