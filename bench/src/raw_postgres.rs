//! The baseline on PostgreSQL: the bare driver, prepared statements, one connection a thread.

use std::sync::atomic::{AtomicI64, Ordering};

use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls, Row, Statement};

use crate::door::BODY;
use crate::measure::{Kind, on_threads, row_of};
use crate::{BULK, PAGE, ROWS};

struct Conn {
    rt: Runtime,
    client: Client,
    point: Statement,
    list: Statement,
    bulk: Statement,
    add: Statement,
    entry: Statement,
}

struct Note {
    id: i64,
    _owner: i64,
    _title: String,
    _body: String,
}

fn note(row: &Row) -> Note {
    Note { id: row.get(0), _owner: row.get(1), _title: row.get(2), _body: row.get(3) }
}

fn connect(url: &str) -> Conn {
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (client, [point, list, bulk, add, entry]) = rt.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connects");
        tokio::spawn(connection);
        let mut made = Vec::new();
        for text in [
            "SELECT id, owner, title, body FROM bench_note WHERE id = $1",
            "SELECT id, owner, title, body FROM bench_note WHERE id >= $1 ORDER BY id LIMIT $2",
            "INSERT INTO bench_line (note, n, title) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[])",
            "INSERT INTO bench_note (id, owner, title, body) VALUES ($1, $2, $3, $4)",
            // The server makes the entry's ids: the bare driver has no type for them.
            "WITH entry AS (INSERT INTO journal_entry (ordinal, format, id, kind, noun, subject, unit, version, \
             actor_kind, actor, request, purpose, at, digest) VALUES (0, 1, gen_random_uuid(), $1, $2, \
             gen_random_uuid(), NULL, NULL, 'system', 'bench', 'bench', NULL, $3, $4) RETURNING row) \
             INSERT INTO journal_payload (row, salt, body) SELECT row, $5, $6 FROM entry",
        ] {
            made.push(client.prepare(text).await.expect("prepares"));
        }
        (client, <[Statement; 5]>::try_from(made).expect("five statements"))
    });
    Conn { rt, client, point, list, bulk, add, entry }
}

/// Fills the table that is read.
pub fn fill(url: &str) {
    let conn = connect(url);
    let ids: Vec<i64> = (0..ROWS).collect();
    let titles: Vec<String> = ids.iter().map(|id| format!("Học sinh {id}")).collect();
    conn.rt
        .block_on(conn.client.execute(
            "INSERT INTO bench_note (id, owner, title, body) SELECT id, id % 100, title, $3 FROM unnest($1::bigint[], $2::text[]) AS t (id, title)",
            &[&ids, &titles, &BODY],
        ))
        .expect("fills");
}

/// Gathers the statistics that the server gathers by itself within a minute of a load.
pub fn analyse(owner: &str) {
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    rt.block_on(async {
        let (client, connection) = tokio_postgres::connect(owner, NoTls).await.expect("connects");
        tokio::spawn(connection);
        client.batch_execute("ANALYZE").await.expect("analyses");
    });
}

static NEXT: AtomicI64 = AtomicI64::new(10_000_000);

fn once(conn: &mut Conn, kind: Kind, turn: u64) -> Result<u64, tokio_postgres::Error> {
    let row = row_of(turn);
    let client = &conn.client;
    conn.rt.block_on(async {
        match kind {
            Kind::Point => {
                assert_eq!(note(&client.query_one(&conn.point, &[&row]).await?).id, row);
                Ok(1)
            }
            Kind::List => {
                let from = row.min(ROWS - PAGE);
                let notes: Vec<Note> = client.query(&conn.list, &[&from, &PAGE]).await?.iter().map(note).collect();
                assert_eq!(notes.len(), 40);
                Ok(1)
            }
            Kind::Bulk => {
                client.batch_execute("BEGIN; DELETE FROM bench_line").await?;
                let mut done = 0;
                // In messages of 5 000 rows, as the door sends them.
                for begin in (0..BULK).step_by(5_000) {
                    let n: Vec<i64> = (begin..(begin + 5_000).min(BULK)).collect();
                    let notes: Vec<i64> = n.iter().map(|n| n % 40).collect();
                    let titles: Vec<&str> = n.iter().map(|_| BODY).collect();
                    done += client.execute(&conn.bulk, &[&notes, &n, &titles]).await?;
                }
                client.batch_execute("COMMIT").await?;
                Ok(done)
            }
            Kind::Write => {
                let id = NEXT.fetch_add(1, Ordering::Relaxed);
                client.batch_execute("BEGIN").await?;
                client.execute(&conn.add, &[&id, &1i64, &"Ghi chú", &BODY]).await?;
                let (at, digest, salt, body) = (1_788_739_200_000_000i64, [7u8; 32], [7u8; 16], [7u8; 150]);
                let values = [&digest[..], &salt[..], &body[..]];
                client
                    .execute(&conn.entry, &[&"bench.noted", &"bench_note", &at, &values[0], &values[1], &values[2]])
                    .await?;
                client.batch_execute("COMMIT").await?;
                Ok(1)
            }
        }
    })
}

/// How much is done a second. Reads on so many threads, writes by one, each committed before the next.
pub fn rate(url: &str, kind: Kind, threads: usize, seconds: f64) -> f64 {
    let threads = if matches!(kind, Kind::Point | Kind::List) { threads } else { 1 };
    on_threads(threads, seconds, |_| connect(url), |conn, turn| once(conn, kind, turn).expect("works"))
}
