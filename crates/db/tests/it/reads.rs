//! Reads among themselves: turns, panics, callers who go away, closing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use db::params;
use testkit::World;

use crate::door::{COUNT, add};

const END_OWN_CONNECTION: &str = "SELECT pg_terminate_backend(pg_backend_pid())";

db::statements! {
    EMPTY = "DELETE FROM note";
    OF_OWNER = "SELECT count(*) FROM note WHERE owner = ?1";
}

/// Keeps a read running until it is told to end.
struct Held {
    began: mpsc::Receiver<()>,
    end: mpsc::Sender<()>,
}

/// What a held read does: says that it runs, then waits.
fn hold() -> (Held, impl FnOnce() + Send + 'static) {
    let ((say, began), (end, told)) = (mpsc::channel(), mpsc::channel());
    let wait = move || {
        let _heard = say.send(());
        let _told = told.recv_timeout(Duration::from_secs(30));
    };
    (Held { began, end }, wait)
}

testkit::both! {
    async fn a_read_that_panics_leaves_its_connection_for_the_next(w: World) {
        add(&w, "lan", "một").await.expect("adds");
        for _ in 0..40 {
            let error = w.db.read::<(), _>(&w.system(), |tx| {
                tx.public("test");
                tx.one::<(i64,)>(&COUNT, &[])?;
                panic!("on purpose")
            }).await.expect_err("panics");
            assert_eq!(error.code(), "internal");
        }
        let count = w.db.read(&w.system(), |tx| { tx.public("test"); tx.one::<(i64,)>(&COUNT, &[]) }).await.expect("reads");
        assert_eq!(count, Some((1,)));
    }

    async fn two_long_reads_run_at_once_and_others_wait(w: World) {
        let (running, most, arrived) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let reads: Vec<_> = (0..5).map(|_| {
            let (db, ctx) = (w.db.clone(), w.system());
            let (running, most, arrived) = (Arc::clone(&running), Arc::clone(&most), Arc::clone(&arrived));
            tokio::spawn(async move {
                db.read_long(&ctx, move |tx| {
                    tx.public("test");
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    arrived.fetch_add(1, Ordering::SeqCst);
                    let until = Instant::now() + Duration::from_secs(10);
                    while arrived.load(Ordering::SeqCst) < 2 && Instant::now() < until {
                        std::thread::yield_now();
                    }
                    // Long enough for a third to be seen beside it, were there one.
                    std::thread::sleep(Duration::from_millis(60));
                    running.fetch_sub(1, Ordering::SeqCst);
                    tx.one::<(i64,)>(&COUNT, &[])
                }).await
            })
        }).collect();
        for read in reads {
            assert_eq!(read.await.expect("runs").expect("reads"), Some((0,)));
        }
        assert_eq!(most.load(Ordering::SeqCst), 2);
    }

    async fn a_long_read_whose_caller_went_away_while_waiting_is_never_begun(w: World) {
        let mut held = Vec::new();
        for _ in 0..2 {
            let (one, wait) = hold();
            let (db, ctx) = (w.db.clone(), w.system());
            let read = tokio::spawn(async move {
                db.read_long(&ctx, move |tx| { tx.public("test"); wait(); Ok(()) }).await
            });
            one.began.recv_timeout(Duration::from_secs(10)).expect("begins");
            held.push((one, read));
        }
        let begun = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&begun);
        let ctx = w.system();
        let waiting = w.db.read_long(&ctx, move |tx| {
            tx.public("test");
            seen.store(true, Ordering::SeqCst);
            Ok(())
        });
        assert!(tokio::time::timeout(Duration::from_millis(20), waiting).await.is_err(), "both turns are taken");
        for (one, read) in held {
            one.end.send(()).expect("ends");
            read.await.expect("runs").expect("reads");
        }
        w.db.read_long(&w.system(), |tx| { tx.public("test"); Ok(()) }).await.expect("a later one has its turn");
        assert!(!begun.load(Ordering::SeqCst));
    }

    async fn closing_waits_for_a_read_and_refuses_later_ones(w: World) {
        let (one, wait) = hold();
        let closed = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&closed);
        let (db, ctx) = (w.db.clone(), w.system());
        let read = tokio::spawn(async move {
            db.read(&ctx, move |tx| {
                tx.public("test");
                let before = tx.one::<(i64,)>(&COUNT, &[])?;
                wait();
                // Closing would be over by now, if it did not wait.
                let until = Instant::now() + Duration::from_millis(300);
                while !seen.load(Ordering::SeqCst) && Instant::now() < until {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Ok((seen.load(Ordering::SeqCst), before == tx.one::<(i64,)>(&COUNT, &[])?))
            }).await
        });
        one.began.recv_timeout(Duration::from_secs(10)).expect("begins");
        let (db, done) = (w.db.clone(), Arc::clone(&closed));
        let closing = std::thread::spawn(move || { db.close(); done.store(true, Ordering::SeqCst); });
        let until = Instant::now() + Duration::from_secs(10);
        while w.db.read(&w.system(), |tx| { tx.public("test"); Ok(()) }).await.is_ok() {
            assert!(Instant::now() < until, "it never refuses");
        }
        one.end.send(()).expect("ends");
        assert_eq!(read.await.expect("runs").expect("reads to its end"), (false, true));
        closing.join().expect("closes");
        let late = w.db.read_long(&w.system(), |tx| { tx.public("test"); Ok(()) }).await.expect_err("closed");
        assert_eq!(late.code(), "db.stopping");
    }

    async fn a_write_has_its_turn_among_a_steady_stream_of_reads_and_is_seen_at_once(w: World) {
        let stop = Arc::new(AtomicBool::new(false));
        // More than there are connections, so that a read always waits, and fewer than would end a shared snapshot.
        let reading: Vec<_> = (0..20).map(|_| {
            let (db, ctx, stop) = (w.db.clone(), w.system(), Arc::clone(&stop));
            tokio::spawn(async move {
                while !stop.load(Ordering::SeqCst) {
                    let read = db.read(&ctx, |tx| {
                        tx.public("test");
                        std::thread::sleep(Duration::from_millis(2));
                        tx.one::<(i64,)>(&COUNT, &[])
                    });
                    read.await.expect("reads");
                }
            })
        }).collect();
        tokio::time::sleep(Duration::from_millis(200)).await;
        let mut seen = Vec::new();
        let written = tokio::time::timeout(Duration::from_secs(20), async {
            for owner in ["lan", "hoa", "mai", "cúc", "trúc", "đào", "sen", "huệ", "bưởi", "quế", "thị", "mận"] {
                add(&w, owner, "một").await.expect("adds");
                let ctx = w.system();
                let read = w.db.read(&ctx, |tx| { tx.public("test"); tx.one::<(i64,)>(&COUNT, &[]) });
                seen.push(read.await.expect("reads"));
            }
        }).await;
        stop.store(true, Ordering::SeqCst);
        for one in reading {
            one.await.expect("runs");
        }
        written.expect("a write is not kept waiting by reads");
        assert_eq!(seen, (1..=12).map(|n| Some((n,))).collect::<Vec<_>>(), "each read sees the write before it");
    }

    async fn a_read_sees_what_was_committed_before_it_whoever_it_shares_a_snapshot_with(w: World) {
        let w = Arc::new(w);
        let stop = Arc::new(AtomicBool::new(false));
        // Companions that refuse, panic, or go on after a statement that failed: a read may not write.
        let companions: Vec<_> = (0..15).map(|n| {
            let (db, ctx, stop) = (w.db.clone(), w.system(), Arc::clone(&stop));
            tokio::spawn(async move {
                while !stop.load(Ordering::SeqCst) {
                    let _whatever = db.read(&ctx, move |tx| {
                        tx.public("test");
                        tx.one::<(i64,)>(&COUNT, &[])?;
                        match n % 3 {
                            0 => Err(db::MISSING.error("không có")),
                            1 => panic!("on purpose"),
                            _ => Ok(tx.exec(&EMPTY, &[]).is_err()),
                        }
                    }).await;
                }
            })
        }).collect();
        let writing: Vec<_> = ["lan", "hoa", "mai", "cúc", "trúc"].into_iter().map(|owner| {
            let w = Arc::clone(&w);
            tokio::spawn(async move {
                for (n, title) in ["một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám"].into_iter().enumerate() {
                    add(&w, owner, title).await.expect("adds");
                    let own = w.db.read(&w.system(), move |tx| {
                        tx.public("test");
                        tx.one::<(i64,)>(&OF_OWNER, params![owner])
                    }).await.expect("a read that did nothing wrong");
                    assert_eq!(own, Some((i64::try_from(n).expect("few") + 1,)));
                }
            })
        }).collect();
        for one in writing {
            one.await.expect("runs");
        }
        stop.store(true, Ordering::SeqCst);
        for one in companions {
            one.await.expect("runs");
        }
    }

    async fn a_connection_lost_among_reads_takes_only_the_read_that_was_on_it(w: World) {
        if w.db.dialect() == db::Dialect::Sqlite {
            return;
        }
        add(&w, "lan", "một").await.expect("adds");
        let stop = Arc::new(AtomicBool::new(false));
        // More than there are connections: they wait together and share snapshots.
        let reading: Vec<_> = (0..24).map(|_| {
            let (db, ctx, stop) = (w.db.clone(), w.system(), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut read = 0;
                while !stop.load(Ordering::SeqCst) {
                    let one = db.read(&ctx, |tx| { tx.public("test"); tx.one::<(i64,)>(&COUNT, &[]) }).await;
                    assert_eq!(one.expect("a read beside one whose connection is lost"), Some((1,)));
                    read += 1;
                }
                read
            })
        }).collect();
        for _ in 0..20 {
            let lost = w.db.read(&w.system(), |tx| {
                tx.public("test");
                tx.one::<(i64,)>(&COUNT, &[])?;
                let end = db::Built::new("END_OWN_CONNECTION", END_OWN_CONNECTION, tx.dialect());
                tx.one::<(bool,)>(&end, &[])
            }).await;
            let error = lost.expect_err("its connection is gone");
            assert_eq!((error.code(), error.kind()), ("db.unreachable", base::Kind::Unavailable));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.store(true, Ordering::SeqCst);
        for one in reading {
            assert!(one.await.expect("runs") > 0);
        }
        add(&w, "lan", "hai").await.expect("and writes go on");
    }

    async fn closing_answers_every_read_that_was_still_waiting(w: World) {
        // Every connection has a read, so that the next ones wait.
        let mut held = Vec::new();
        for _ in 0..64 {
            let (one, wait) = hold();
            let (db, ctx) = (w.db.clone(), w.system());
            let read = tokio::task::spawn_blocking(move || {
                tokio::runtime::Handle::current().block_on(db.read(&ctx, move |tx| { tx.public("test"); wait(); Ok(()) }))
            });
            let began = one.began.recv_timeout(Duration::from_millis(300)).is_ok();
            held.push((one, read));
            if !began {
                break;
            }
        }
        assert!(held.len() > 1 && held.len() < 64, "{}", held.len());
        let waiting: Vec<_> = (0..8).map(|_| {
            let (db, ctx) = (w.db.clone(), w.system());
            tokio::spawn(async move { db.read(&ctx, |tx| { tx.public("test"); tx.one::<(i64,)>(&COUNT, &[]) }).await })
        }).collect();
        tokio::time::sleep(Duration::from_millis(50)).await;
        let db = w.db.clone();
        let closing = std::thread::spawn(move || db.close());
        tokio::time::sleep(Duration::from_millis(50)).await;
        for (one, _) in &held {
            let _heard = one.end.send(());
        }
        // Each is served or refused, and none is left without an answer.
        for one in waiting {
            let answer = tokio::time::timeout(Duration::from_secs(10), one).await.expect("an answer").expect("runs");
            match answer {
                Ok(count) => assert_eq!(count, Some((0,))),
                Err(error) => assert_eq!(error.code(), "db.stopping"),
            }
        }
        for (_, read) in held {
            match tokio::time::timeout(Duration::from_secs(10), read).await.expect("an answer").expect("runs") {
                Ok(()) => {}
                Err(error) => assert_eq!(error.code(), "db.stopping"),
            }
        }
        closing.join().expect("closes");
    }

    async fn what_only_a_read_may_do_is_refused_in_a_write(w: World) {
        let other = w.system();
        let error = w.db.write::<(), _>(&w.system(), move |tx| { tx.public("test"); tx.act_as(other.clone()); Ok(()) }).await.expect_err("as somebody else");
        assert_eq!(error.code(), "internal");
        let error = w.db.write::<(), _>(&w.system(), |tx| { tx.public("test"); tx.keep(7_i64); Ok(()) }).await.expect_err("what may change");
        assert_eq!(error.code(), "internal");
    }
}
