//! Reads among themselves: turns, panics, callers who go away, closing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use testkit::World;

use crate::door::{COUNT, add};

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
}
