//! The journal: numbering, reading, verifying, erasing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use db::journal::verify::{Wrong, verify};
use db::journal::{Position, read};
use db::{Entry, Sql, params};
use testkit::World;

use crate::door::add;

async fn report(w: &World) -> db::journal::verify::Report {
    w.db.sealed(&w.system(), Duration::from_secs(5)).await.expect("seals");
    let data = w.data();
    w.db.read(&w.system(), move |tx| {
        tx.public("test");
        verify(tx, &data, true)
    })
    .await
    .expect("verifies")
}

/// Runs SQL that no command of Khuê would, as an intruder with the database's password would.
async fn tamper(w: &World, sql: &'static str) {
    if let Some(owner) = w.owner() {
        let owner = owner.to_owned();
        let ctx = w.system();
        let by_server = w.db.write(&ctx, move |tx| {
            tx.public("an intruder who has only the serving role");
            tx.exec(&db::Built::new("tamper", sql, tx.dialect()), &[])
        });
        // Lawful erasure is the one change that the serving role may make.
        if !sql.starts_with("DELETE FROM journal_payload") {
            by_server.await.expect_err("the serving role cannot rewrite the journal");
        }
        tokio::task::spawn_blocking(move || db::cluster::run_at(&owner, sql))
            .await
            .expect("runs")
            .expect("the intruder writes");
        return;
    }
    w.db.write(&w.system(), move |tx| {
        tx.public("an intruder");
        tx.exec(&db::Built::new("tamper", sql, tx.dialect()), &[])
    })
    .await
    .expect("the intruder writes");
}

/// Verifies without waiting for numbers: they were taken out.
async fn report_now(w: &World) -> db::journal::verify::Report {
    let data = w.data();
    w.db.read(&w.system(), move |tx| {
        tx.public("test");
        verify(tx, &data, true)
    })
    .await
    .expect("verifies")
}

async fn five(w: &World) {
    for title in ["một", "hai", "ba", "bốn", "năm"] {
        add(w, "lan", title).await.expect("adds");
    }
    w.db.sealed(&w.system(), Duration::from_secs(5)).await.expect("seals");
}

testkit::both! {
    async fn an_untouched_journal_is_intact(w: World) {
        five(&w).await;
        let report = report(&w).await;
        assert!(report.holds(), "{report:?}");
        assert_eq!((report.entries, report.payloads, report.waiting), (5, 5, 0));
        let (entries, payload) = w.db.read(&w.system(), |tx| {
            tx.public("test");
            let entries = read::after(tx, Position::default(), 10)?;
            let payload = read::payload(tx, entries[2].position())?;
            Ok((entries, payload))
        }).await.expect("reads");
        assert_eq!(entries.iter().map(|e| e.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert_eq!(payload, Some(serde_json::json!({ "after": "ba" })));
    }

    async fn a_changed_entry_is_named(w: World) {
        five(&w).await;
        tamper(&w, "UPDATE journal_entry SET actor = 'somebody else' WHERE row = (SELECT row FROM journal_seal WHERE seq = 3)").await;
        let report = report(&w).await;
        assert_eq!(report.wrong.len(), 1, "{report:?}");
        assert_eq!((report.wrong[0].0.seq, &report.wrong[0].2), (3, &Wrong::Entry));
    }

    async fn a_changed_payload_is_named(w: World) {
        five(&w).await;
        tamper(&w, "UPDATE journal_payload SET body = (SELECT p.body FROM journal_payload p JOIN journal_seal s ON s.row = p.row WHERE s.seq = 1) WHERE row = (SELECT row FROM journal_seal WHERE seq = 2)").await;
        let report = report(&w).await;
        assert_eq!(report.wrong.len(), 1, "{report:?}");
        assert_eq!((report.wrong[0].0.seq, &report.wrong[0].2), (2, &Wrong::Payload));
    }

    async fn a_payload_taken_out_is_named_and_a_lawful_erasure_is_not(w: World) {
        five(&w).await;
        tamper(&w, "DELETE FROM journal_payload WHERE row = (SELECT row FROM journal_seal WHERE seq = 4)").await;
        let found = report(&w).await;
        assert_eq!((found.wrong[0].0.seq, &found.wrong[0].2), (4, &Wrong::PayloadGone));
        let entry = w.db.read(&w.system(), |tx| { tx.public("test"); read::after(tx, Position::default(), 10) }).await.expect("reads").remove(1);
        let (id, subject) = (entry.id, entry.subject.expect("a subject"));
        w.db.write(&w.system(), move |tx| { tx.public("test"); read::erase(tx, id, subject, "NĐ 356/2025") }).await.expect("erases");
        let found = report(&w).await;
        assert_eq!(found.wrong.len(), 1);
        assert_eq!(found.erased.iter().map(|(at, _)| at.seq).collect::<Vec<_>>(), [2]);
    }

    async fn an_entry_taken_out_and_a_cut_end_are_told_apart(w: World) {
        five(&w).await;
        // The head is signed within a second of the last number.
        tokio::time::sleep(Duration::from_millis(1_600)).await;
        tamper(&w, "DELETE FROM journal_seal WHERE seq = 2").await;
        let found = report_now(&w).await;
        assert_eq!((found.wrong[0].0.seq, &found.wrong[0].2), (2, &Wrong::Missing), "{found:?}");
        tamper(&w, "DELETE FROM journal_seal WHERE seq > 3").await;
        let found = report_now(&w).await;
        assert!(found.wrong.iter().any(|(at, _, wrong)| at.seq == 5 && *wrong == Wrong::CutOff), "{found:?}");
    }

    async fn a_reader_never_skips_an_entry_that_commits_late(w: World) {
        // Writers that hold their transaction open for different times commit in another order than they began.
        let w = Arc::new(w);
        let done = Arc::new(AtomicBool::new(false));
        let reader = {
            let (w, done) = (Arc::clone(&w), Arc::clone(&done));
            tokio::spawn(async move {
                let mut seen = Vec::new();
                let mut at = Position::default();
                loop {
                    let ending = done.load(Ordering::Relaxed);
                    let next = w.db.read(&w.system(), move |tx| { tx.public("test"); read::after(tx, at, 50) }).await.expect("reads");
                    if let Some(last) = next.last() {
                        at = last.position();
                    } else if ending {
                        return seen;
                    }
                    seen.extend(next.into_iter().map(|e| (e.seq, e.id)));
                    tokio::time::sleep(Duration::from_millis(3)).await;
                }
            })
        };
        let mut tasks = Vec::new();
        for task in 0..6u64 {
            let w = Arc::clone(&w);
            tasks.push(tokio::spawn(async move {
                for turn in 0..12u64 {
                    w.db.write(&w.system(), move |tx| {
                        tx.public("test");
                        let id: base::Uuid = tx.new_id();
                        static TOUCH: Sql = Sql::new("TOUCH", "SELECT count(*) FROM note");
                        tx.one::<(i64,)>(&TOUCH, params![])?;
                        tx.record(Entry::new("note.late", "note", id));
                        std::thread::sleep(Duration::from_millis((task * 7 + turn * 3) % 11));
                        Ok(())
                    }).await.expect("writes");
                }
            }));
        }
        for task in tasks {
            task.await.expect("runs");
        }
        w.db.sealed(&w.system(), Duration::from_secs(5)).await.expect("seals");
        done.store(true, Ordering::Relaxed);
        let seen = reader.await.expect("the reader ends");
        assert_eq!(seen.len(), 72);
        assert_eq!(seen.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), (1..=72).collect::<Vec<i64>>());
    }
}
