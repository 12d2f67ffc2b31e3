//! The same things through the door.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Instant;

use base::{Actor, Clock as _, Ctx, Uuid, time::SystemClock};
use db::{BulkInto, Db, Entry, Migration, Schema, Value, params};
use tokio::runtime::Runtime;

use crate::measure::{Kind, per_second, row_of};
use crate::{BULK, CALLERS, PAGE, ROWS};

db::statements! {
    POINT = "SELECT id, owner, title, body FROM bench_note WHERE id = ?1";
    LIST = "SELECT id, owner, title, body FROM bench_note WHERE id >= ?1 ORDER BY id LIMIT ?2";
    ADD = "INSERT INTO bench_note (id, owner, title, body) VALUES (?1, ?2, ?3, ?4)";
    EMPTY = "DELETE FROM bench_line";
}

/// The tables of the benchmarks.
pub static NOTES: Schema = Schema {
    migrations: &[Migration {
        ordinal: 9_200,
        name: "bench",
        sql: "CREATE TABLE bench_note (id {int} NOT NULL PRIMARY KEY, owner {int} NOT NULL, title {text} NOT NULL, body {text} NOT NULL) {strict};
              CREATE TABLE bench_line (note {int} NOT NULL, n {int} NOT NULL, title {text} NOT NULL, PRIMARY KEY (note, n)) {strict};",
        rebuild: false,
    }],
    statements: &[],
    constraints: &[],
};

/// What a row's text is, about as long as a pupil's line.
pub const BODY: &str = "Nguyễn Thị Minh Khai, lớp 6A3, sinh ngày 26/03/2014, thường trú tại xã Đông Anh";

const INTO_NOTE: BulkInto<4> = BulkInto {
    table: "bench_note",
    columns: [("id", "int"), ("owner", "int"), ("title", "text"), ("body", "text")],
    conflict: "",
};
const INTO_LINE: BulkInto<3> =
    BulkInto { table: "bench_line", columns: [("note", "int"), ("n", "int"), ("title", "text")], conflict: "" };

db::row! { struct Note { id: i64, owner: i64, title: String, body: String } }

static ACTS: AtomicU64 = AtomicU64::new(0);

#[expect(clippy::disallowed_methods, reason = "a benchmark acts as the system")]
fn ctx() -> Ctx {
    let mut seed = [0u8; 32];
    seed[..8].copy_from_slice(&ACTS.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    Ctx::new(Actor::System("bench"), "bench", SystemClock.now(), seed)
}

/// Fills the table that is read.
pub async fn fill(db: &Db) {
    db.write_long(&ctx(), "fills the benchmark's table", |tx| {
        tx.public("a benchmark");
        let rows = (0..ROWS).map(|id| {
            [
                Value::Int(id),
                Value::Int(id % 100),
                Value::Text(format!("Học sinh {id}").into()),
                Value::Text(BODY.into()),
            ]
        });
        tx.bulk(&INTO_NOTE, rows)
    })
    .await
    .expect("fills");
}

static NEXT: AtomicI64 = AtomicI64::new(10_000_000);

async fn once(db: &Db, kind: Kind, turn: u64) -> u64 {
    let row = row_of(turn);
    match kind {
        Kind::Point => {
            let note = db
                .read(&ctx(), move |tx| {
                    tx.public("a benchmark");
                    tx.one::<Note>(&POINT, params![row])
                })
                .await;
            assert_eq!(note.expect("reads").map(|note| note.id), Some(row));
            1
        }
        Kind::List => {
            let from = row.min(ROWS - PAGE);
            let notes = db
                .read(&ctx(), move |tx| {
                    tx.public("a benchmark");
                    tx.all::<Note>(&LIST, params![from, PAGE])
                })
                .await;
            assert_eq!(notes.expect("reads").len(), 40);
            1
        }
        Kind::Bulk => db
            .write_long(&ctx(), "a benchmark of bulk", |tx| {
                tx.public("a benchmark");
                tx.exec(&EMPTY, &[])?;
                let rows = (0..BULK).map(|n| [Value::Int(n % 40), Value::Int(n), Value::Text(BODY.into())]);
                tx.bulk(&INTO_LINE, rows)
            })
            .await
            .expect("inserts"),
        Kind::Write => {
            let id = NEXT.fetch_add(1, Ordering::Relaxed);
            db.write(&ctx(), move |tx| {
                tx.public("a benchmark");
                let subject: Uuid = tx.new_id();
                tx.exec_one(&ADD, params![id, 1, "Ghi chú", BODY])?;
                tx.record(Entry::new("bench.noted", "bench_note", subject).after(&BODY)?);
                Ok(())
            })
            .await
            .expect("writes");
            1
        }
    }
}

/// How much is done a second: by many callers at once, as a server does; a bulk insert by one.
pub fn rate(rt: &Runtime, db: &Db, kind: Kind, seconds: f64) -> f64 {
    let callers = if kind == Kind::Bulk { 1 } else { CALLERS };
    rt.block_on(async {
        let began = Instant::now();
        let done = Arc::new(AtomicU64::new(0));
        let tasks: Vec<_> = (0..callers as u64)
            .map(|caller| {
                let (db, done) = (db.clone(), Arc::clone(&done));
                tokio::spawn(async move {
                    let (mut mine, mut turn) = (0, caller * 7_919);
                    while began.elapsed().as_secs_f64() < seconds {
                        mine += once(&db, kind, turn).await;
                        turn += 1;
                    }
                    done.fetch_add(mine, Ordering::Relaxed);
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("runs");
        }
        per_second(done.load(Ordering::Relaxed), began)
    })
}
