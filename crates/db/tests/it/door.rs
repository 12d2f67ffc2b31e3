//! Reading, writing, refusing, retrying.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use base::{Date, Uuid};
use db::{BulkInto, Entry, Noun, Sql, params};
use testkit::World;

db::statements! {
    pub(crate) ADD = "INSERT INTO note (id, owner, title, count, day, flag, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    pub(crate) GET = "SELECT id, owner, title, count, day, flag, body FROM note WHERE id = ?1";
    pub(crate) COUNT = "SELECT count(*) FROM note";
    pub(crate) LINE = "INSERT INTO note_line (note, n) VALUES (?1, ?2)";
    pub(crate) ADD_COUNT = "UPDATE note SET count = count + 1 WHERE id = ?1";
}

static NO_NOTE: base::Code = base::Code::new(base::Kind::NotFound, "note.not_found", "Không tìm thấy ghi chú");
const NOTE: Noun = Noun { table: "note", missing: &NO_NOTE, missing_sentence: "Không tìm thấy ghi chú." };

db::row! {
    struct Note {
        id: Uuid,
        owner: String,
        title: String,
        count: Option<i64>,
        day: Option<Date>,
        flag: Option<bool>,
        body: Option<Vec<u8>>,
    }
}

pub(crate) async fn add(w: &World, owner: &'static str, title: &'static str) -> base::Result<Uuid> {
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        let id: Uuid = tx.new_id();
        tx.exec_one(&ADD, params![id, owner, title, 0, None::<Date>, None::<bool>, None::<Vec<u8>>])?;
        tx.record(Entry::new("note.added", "note", id).after(&title)?);
        Ok(id)
    })
    .await
}

async fn count(w: &World) -> i64 {
    w.db.read(&w.system(), |tx| {
        tx.public("test");
        Ok(tx.one::<(i64,)>(&COUNT, &[])?.map_or(0, |(n,)| n))
    })
    .await
    .expect("counts")
}

testkit::both! {
    async fn every_type_comes_back_as_it_went(w: World) {
        let day: Date = "2026-02-28".parse().expect("a date");
        let id = w.db.write(&w.system(), move |tx| {
            tx.public("test");
            let id: Uuid = tx.new_id();
            tx.exec_one(&ADD, params![id, "Đặng Thị Ưu", "Học bạ", 7_000_000_000_i64, day, true, vec![0u8, 255, 7]])?;
            Ok(id)
        }).await.expect("writes");
        let note = w.db.read(&w.system(), move |tx| {
            tx.public("test");
            tx.one::<Note>(&GET, params![id])
        }).await.expect("reads").expect("is there");
        assert_eq!(note.id, id);
        assert_eq!((note.owner.as_str(), note.title.as_str()), ("Đặng Thị Ưu", "Học bạ"));
        assert_eq!((note.count, note.day, note.flag, note.body), (Some(7_000_000_000), Some(day), Some(true), Some(vec![0, 255, 7])));
    }

    async fn a_broken_unique_is_a_human_sentence(w: World) {
        add(&w, "lan", "một").await.expect("the first");
        let refused = add(&w, "lan", "một").await.expect_err("the second is refused");
        assert_eq!(refused.code(), "note.title_taken");
        assert_eq!(refused.detail(), "Người này đã có ghi chú cùng tên.");
        assert_eq!(count(&w).await, 1);
        let refused = w.db.write(&w.system(), |tx| {
            tx.public("test");
            tx.exec(&LINE, params![Uuid::nil(), 1])
        }).await.expect_err("no such note");
        assert_eq!(refused.code(), "record.referenced");
    }

    async fn a_refused_closure_leaves_nothing(w: World) {
        let refused = w.db.write(&w.system(), |tx| {
            tx.public("test");
            let id: Uuid = tx.new_id();
            tx.exec_one(&ADD, params![id, "a", "b", 0, None::<Date>, None::<bool>, None::<Vec<u8>>])?;
            Err::<(), _>(NO_NOTE.error("đổi ý"))
        }).await.expect_err("refused");
        assert_eq!(refused.code(), "note.not_found");
        let panicked = w.db.write(&w.system(), |tx| {
            tx.public("test");
            let id: Uuid = tx.new_id();
            tx.exec_one(&ADD, params![id, "a", "c", 0, None::<Date>, None::<bool>, None::<Vec<u8>>])?;
            if tx.now().0 > 0 { panic!("on purpose") }
            Ok(())
        }).await.expect_err("a panic is an answer");
        assert_eq!(panicked.code(), "internal");
        let swallowed = w.db.write(&w.system(), |tx| {
            tx.public("test");
            let _failed = tx.exec(&LINE, params![Uuid::nil(), 1]);
            Ok(())
        }).await;
        if w.db.dialect() == db::Dialect::Postgres {
            swallowed.expect_err("a failed statement cannot be swallowed");
        }
        assert_eq!(count(&w).await, 0);
        add(&w, "a", "after").await.expect("the writer lives on");
    }

    async fn nothing_is_reached_without_asking(w: World) {
        let forgot = w.db.read(&w.system(), |tx| tx.one::<(i64,)>(&COUNT, &[])).await.expect_err("a read that asks nobody");
        assert_eq!(forgot.code(), "internal");
        let forgot = w.db.write(&w.system(), |tx| tx.exec(&COUNT, &[])).await.expect_err("a write that asks nobody");
        assert_eq!(forgot.code(), "internal");
    }

    async fn a_closure_that_is_not_repeatable_is_caught(w: World) {
        let runs = Arc::new(AtomicU32::new(0));
        let caught = w.db.write(&w.system(), move |tx| {
            tx.public("test");
            Ok(runs.fetch_add(1, Ordering::Relaxed))
        }).await.expect_err("two runs differ");
        assert_eq!(caught.code(), "internal");
    }

    async fn ids_differ_between_writes_of_one_act(w: World) {
        let ctx = w.system();
        let draw = |tx: &mut db::Tx<'_>| { tx.public("test"); Ok((tx.new_id::<Uuid>(), tx.new_id::<Uuid>())) };
        let first = w.db.write(&ctx, draw).await.expect("draws");
        let second = w.db.write(&ctx, draw).await.expect("draws");
        let all = [first.0, first.1, second.0, second.1];
        for (i, id) in all.iter().enumerate() {
            assert!(!all[i + 1..].contains(id));
        }
    }

    async fn a_stale_version_is_refused_and_a_missing_row_named(w: World) {
        let id = add(&w, "lan", "khoá").await.expect("adds");
        let lock = move |known: Option<i64>| move |tx: &mut db::Tx<'_>| { tx.public("test"); tx.lock(&NOTE, id, known) };
        assert_eq!(w.db.write(&w.system(), lock(Some(1))).await.expect("the version known"), 2);
        assert_eq!(w.db.write(&w.system(), lock(Some(1))).await.expect_err("older").code(), "record.stale");
        assert_eq!(w.db.write(&w.system(), lock(None)).await.expect("without a version"), 3);
        let gone = w.db.write(&w.system(), |tx| { tx.public("test"); tx.lock(&NOTE, Uuid::nil(), None) }).await.expect_err("none");
        assert_eq!(gone.code(), "note.not_found");
    }

    async fn writers_of_one_row_all_count(w: World) {
        let id = add(&w, "lan", "đếm").await.expect("adds");
        let w = Arc::new(w);
        let tasks: Vec<_> = (0..40).map(|_| {
            let w = Arc::clone(&w);
            tokio::spawn(async move {
                w.db.write(&w.system(), move |tx| {
                    tx.public("test");
                    tx.lock(&NOTE, id, None)?;
                    tx.exec_one(&ADD_COUNT, params![id])?;
                    tx.record(Entry::new("note.counted", "note", id));
                    Ok(())
                }).await
            })
        }).collect();
        for task in tasks {
            task.await.expect("runs").expect("writes");
        }
        let note = w.db.read(&w.system(), move |tx| { tx.public("test"); tx.one::<Note>(&GET, params![id]) }).await.expect("reads").expect("is there");
        assert_eq!(note.count, Some(40));
    }

    async fn bulk_inserts_count_and_skip(w: World) {
        const INTO: BulkInto<4> = BulkInto {
            table: "note",
            columns: [("id", "uuid"), ("owner", "text"), ("title", "text"), ("day", "date")],
            conflict: "ON CONFLICT (owner, title) DO NOTHING",
        };
        let done = w.db.write_long(&w.system(), "a test of bulk", |tx| {
            tx.public("test");
            let day: Date = "2026-01-31".parse().expect("a date");
            let mut rows = Vec::new();
            for i in 0..12_000 {
                rows.push([
                    db::Value::Uuid(tx.new_id()),
                    db::Value::Text("Ưu".into()),
                    // Every second title stands twice.
                    db::Value::Text(format!("{}", i - i % 2).into()),
                    if i % 3 == 0 { db::Value::Null } else { db::Value::Date(day) },
                ]);
            }
            tx.bulk(&INTO, rows)
        }).await.expect("inserts");
        assert_eq!(done, 6_000);
        assert_eq!(count(&w).await, 6_000);
    }
}

/// Statements are declared for the test that runs them all; here they are the tests' own.
#[test]
fn statements_have_names() {
    let names: Vec<&str> = STATEMENTS.iter().map(|sql: &&Sql| sql.name).collect();
    assert_eq!(names, ["ADD", "GET", "COUNT", "LINE", "ADD_COUNT"]);
}
