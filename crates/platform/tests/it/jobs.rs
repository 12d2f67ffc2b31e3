//! Enqueue, run, retry, cancel, take over, recur.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base::{AccountId, Actor, Error, Uuid};
use platform::jobs::{self, Ask, Every, Handlers, JobId, JobRow, Pace, Run, Runner, Work};
use serde::{Deserialize, Serialize};
use testkit::{TestClock, World};
use tokio::sync::{Notify, watch};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Count {
    to: i64,
    fail_first: u32,
}
impl Work for Count {
    const KIND: &'static str = "test.count";
    const NAME: &'static str = "Đếm";
    const ATTEMPTS: u32 = 3;
}

/// A kind of another version.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Other {}
impl Work for Other {
    const KIND: &'static str = "test.other";
    const NAME: &'static str = "Việc khác";
}

const ME: AccountId = AccountId(Uuid::from_u128(5));

fn me(w: &World) -> base::Ctx {
    w.ctx(Actor::Account { account: ME, session: None })
}

async fn enqueue(w: &World, work: Count, key: Option<&'static str>) -> JobId {
    w.db.write(&me(w), move |tx| {
        tx.public("test");
        jobs::enqueue(tx, &work, &Ask { key: key.map(str::to_owned), ..Ask::default() })
    })
    .await
    .expect("enqueues")
}

async fn get(w: &World, id: JobId) -> JobRow {
    w.db.read(&me(w), move |tx| {
        tx.public("test");
        jobs::get(tx, ME, id)
    })
    .await
    .expect("reads")
}

fn handlers(runs: &Arc<AtomicU32>) -> Handlers {
    let runs = Arc::clone(runs);
    Handlers::default().with::<Count, _, _>(move |run: Run, work| {
        let runs = Arc::clone(&runs);
        async move {
            runs.fetch_add(1, Ordering::SeqCst);
            if run.attempt <= work.fail_first {
                return Err(base::Error::internal("on purpose"));
            }
            run.progress(work.to, Some(work.to), "đếm xong");
            Ok(Some(serde_json::json!({ "counted": work.to })))
        }
    })
}

fn runner(w: &World, handlers: Handlers) -> Runner {
    Runner::new(w.db.clone(), Arc::new(w.clock.clone()), handlers, 4)
}

/// Looks at its jobs often, so that a test need not wait.
fn quick() -> Pace {
    Pace {
        look: Duration::from_secs(3_600),
        tick: Duration::from_millis(20),
        renew: Duration::from_millis(200),
        lease: Duration::from_secs(30),
        finish: Duration::from_millis(300),
    }
}

/// Never looks at its jobs: a server that hangs.
fn hanging() -> Pace {
    Pace { tick: Duration::from_secs(3_600), ..quick() }
}

/// Handlers that wait until they are told how to end.
struct Gate {
    open: Arc<Notify>,
    started: Arc<AtomicU32>,
    dropped: Arc<AtomicU32>,
}

struct CountDrop(Arc<AtomicU32>);
impl Drop for CountDrop {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Gate {
    /// Ends well with this note, or fails.
    fn handlers(note: &'static str, fails: bool) -> (Self, Handlers) {
        let gate = Self { open: Arc::default(), started: Arc::default(), dropped: Arc::default() };
        let (open, started, dropped) = (Arc::clone(&gate.open), Arc::clone(&gate.started), Arc::clone(&gate.dropped));
        let handlers = Handlers::default().with::<Count, _, _>(move |run: Run, _| {
            let (open, started, dropped) = (Arc::clone(&open), Arc::clone(&started), CountDrop(Arc::clone(&dropped)));
            async move {
                let _dropped = dropped;
                run.progress(1, Some(2), note);
                started.fetch_add(1, Ordering::SeqCst);
                open.notified().await;
                if fails { Err(Error::internal("on purpose")) } else { Ok(Some(serde_json::json!(note))) }
            }
        });
        (gate, handlers)
    }
}

async fn count_to(what: &AtomicU32, n: u32, why: &str) {
    for _ in 0..800 {
        if what.load(Ordering::SeqCst) >= n {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{why}");
}

/// Lets the leases of all jobs run out, as time does.
async fn leases_run_out(w: &World) {
    shift_leases(w, -31_000_000).await;
}

async fn shift_leases(w: &World, micros: i64) {
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        let sql = db::Sql::new("shift", "UPDATE job SET leased_until = leased_until + ?1");
        tx.exec(&sql, db::params![micros]).map(|_| ())
    })
    .await
    .expect("shifts");
}

async fn cancel(w: &World, by: AccountId, id: JobId) -> base::Result<()> {
    w.db.write(&me(w), move |tx| {
        tx.public("test");
        let job = jobs::get(tx, by, id)?;
        jobs::cancel(tx, &job)
    })
    .await
}

async fn retry(w: &World, id: JobId) -> base::Result<JobId> {
    retry_with(w, &Handlers::default(), id).await
}

async fn retry_with(w: &World, handlers: &Handlers, id: JobId) -> base::Result<JobId> {
    let handlers = handlers.clone();
    w.db.write(&me(w), move |tx| {
        tx.public("test");
        let job = jobs::get(tx, ME, id)?;
        jobs::retry(tx, &handlers, &job)
    })
    .await
}

async fn until(w: &World, id: JobId, state: &str) -> JobRow {
    for _ in 0..400 {
        let job = get(w, id).await;
        if job.state == state {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the job never became {state}: {:?}", get(w, id).await)
}

testkit::both! {
    async fn a_job_runs_once_and_shows_its_progress(w: World) {
        let runs = Arc::new(AtomicU32::new(0));
        let id = enqueue(&w, Count { to: 7, fail_first: 0 }, Some("seven")).await;
        assert_eq!(enqueue(&w, Count { to: 8, fail_first: 0 }, Some("seven")).await, id, "the key is taken");
        let runner = runner(&w, handlers(&runs));
        assert_eq!(runner.turn().await.expect("looks"), 1);
        let job = until(&w, id, "done").await;
        assert_eq!((job.done, job.total, job.note.as_deref(), job.attempts), (7, Some(7), Some("đếm xong"), 1));
        assert_eq!(runner.turn().await.expect("looks"), 0);
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        assert_ne!(enqueue(&w, Count { to: 8, fail_first: 0 }, Some("seven")).await, id, "the key is free again");
    }

    async fn a_failing_job_is_tried_again_later_and_given_up_in_the_end(w: World) {
        let runs = Arc::new(AtomicU32::new(0));
        let (heals, never) = (enqueue(&w, Count { to: 1, fail_first: 1 }, None).await, enqueue(&w, Count { to: 1, fail_first: 9 }, None).await);
        let runner = runner(&w, handlers(&runs));
        for _ in 0..3 {
            runner.turn().await.expect("looks");
            for _ in 0..200 {
                if get(&w, heals).await.state != "running" && get(&w, never).await.state != "running" { break }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            assert_eq!(runner.turn().await.expect("looks"), 0, "not before its time");
            w.clock.advance_seconds(120);
        }
        assert_eq!(until(&w, heals, "done").await.attempts, 2);
        let given_up = until(&w, never, "failed").await;
        assert_eq!(given_up.attempts, 3);
        assert!(given_up.error.is_some());
    }

    async fn a_job_of_a_dead_server_is_taken_over(w: World) {
        let (gate, hangs) = Gate::handlers("kẹt", false);
        let id = enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
        let dead = runner(&w, hangs).at_pace(hanging());
        dead.turn().await.expect("looks");
        until(&w, id, "running").await;
        let alive = runner(&w, handlers(&Arc::new(AtomicU32::new(0))));
        assert_eq!(alive.turn().await.expect("looks"), 0, "its lease still runs");
        leases_run_out(&w).await;
        assert_eq!(alive.turn().await.expect("looks"), 1);
        assert_eq!(until(&w, id, "done").await.attempts, 2);
        assert_eq!(gate.started.load(Ordering::SeqCst), 1);
    }

    async fn a_server_whose_clock_is_ahead_takes_nobodys_job(w: World) {
        let (_gate, hangs) = Gate::handlers("đang làm", false);
        let id = enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
        let right = runner(&w, hangs).at_pace(hanging());
        right.turn().await.expect("looks");
        until(&w, id, "running").await;
        let ahead = TestClock::default();
        ahead.advance_seconds(86_400);
        let other = Runner::new(w.db.clone(), Arc::new(ahead), handlers(&Arc::default()), 4);
        assert_eq!(other.turn().await.expect("looks"), 0);
    }

    async fn a_lease_does_not_outlive_a_clock_that_was_set_back(w: World) {
        let (_gate, hangs) = Gate::handlers("kẹt", false);
        let id = enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
        runner(&w, hangs).at_pace(hanging()).turn().await.expect("looks");
        until(&w, id, "running").await;
        shift_leases(&w, 86_400_000_000).await;
        assert_eq!(runner(&w, handlers(&Arc::default())).turn().await.expect("looks"), 1);
        until(&w, id, "done").await;
    }

    async fn a_server_takes_only_the_kinds_it_knows(w: World) {
        let id = enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
        let older = runner(&w, Handlers::default().with::<Other, _, _>(|_, _| async { Ok(None) }));
        assert_eq!(older.turn().await.expect("looks"), 0);
        assert_eq!(get(&w, id).await.state, "waiting");
        assert_eq!(runner(&w, handlers(&Arc::default())).turn().await.expect("looks"), 1);
        until(&w, id, "done").await;
    }

    async fn who_lost_a_job_cannot_end_it(w: World) {
        for fails in [false, true] {
            let (slow, slow_handlers) = Gate::handlers("chậm", fails);
            let (quick_gate, quick_handlers) = Gate::handlers("nhanh", false);
            let id = enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
            let (one, two) = (runner(&w, slow_handlers).at_pace(hanging()), runner(&w, quick_handlers).at_pace(hanging()));
            assert_eq!(one.turn().await.expect("looks"), 1);
            count_to(&slow.started, 1, "the first never began").await;
            leases_run_out(&w).await;
            assert_eq!(two.turn().await.expect("looks"), 1);
            count_to(&quick_gate.started, 1, "the second never began").await;
            slow.open.notify_one();
            count_to(&slow.dropped, 1, "the first never returned").await;
            // Both servers' writes go through one queue: what the first wrote stands before this.
            for _ in 0..20 {
                tokio::time::sleep(Duration::from_millis(10)).await;
                assert_eq!(get(&w, id).await.state, "running", "it is the second's");
            }
            quick_gate.open.notify_one();
            let job = until(&w, id, "done").await;
            assert_eq!((job.attempts, job.note.as_deref(), job.error), (2, Some("nhanh"), None));
        }
    }

    async fn who_lost_a_job_is_stopped(w: World) {
        // It learns so when it shows progress or renews, and when it only looks.
        for renew in [Duration::ZERO, Duration::from_secs(3_600)] {
            let (slow, slow_handlers) = Gate::handlers("chậm", false);
            let (other, other_handlers) = Gate::handlers("nhanh", false);
            let id = enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
            let one = runner(&w, slow_handlers).at_pace(Pace { renew, ..quick() });
            assert_eq!(one.turn().await.expect("looks"), 1);
            for _ in 0..400 {
                if get(&w, id).await.note.is_some() { break }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            let two = runner(&w, other_handlers).at_pace(hanging());
            // A renewal may come between.
            let mut taken = 0;
            for _ in 0..200 {
                leases_run_out(&w).await;
                // The test kit runs a claim twice: it says so when the renewal comes between the two.
                taken = two.turn().await.unwrap_or(0);
                if taken == 1 { break }
            }
            assert_eq!(taken, 1);
            count_to(&slow.dropped, 1, "the first goes on with a job that is not its own").await;
            assert_eq!(get(&w, id).await.state, "running", "it is the second's");
            other.open.notify_one();
            until(&w, id, "done").await;
        }
    }

    async fn who_cannot_renew_a_lease_stops_when_it_has_run_out(w: World) {
        let (gate, slow) = Gate::handlers("chậm", false);
        let id = enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
        let one = runner(&w, slow).at_pace(Pace { lease: Duration::from_millis(400), ..quick() });
        one.turn().await.expect("looks");
        count_to(&gate.started, 1, "it never began").await;
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert_eq!((get(&w, id).await.state.as_str(), gate.dropped.load(Ordering::SeqCst)), ("running", 0), "it is renewed");
        // As when the database server is gone.
        w.db.close();
        count_to(&gate.dropped, 1, "it goes on, though another server may have its job").await;
    }

    async fn a_write_on_behalf_of_a_lost_job_is_refused(w: World) {
        let seen: Arc<std::sync::Mutex<Vec<Run>>> = Arc::default();
        let keeps = Arc::clone(&seen);
        let hangs = Handlers::default().with::<Count, _, _>(move |run: Run, _| {
            keeps.lock().expect("a list").push(run);
            async { std::future::pending().await }
        });
        enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
        let (one, two) = (runner(&w, hangs.clone()).at_pace(hanging()), runner(&w, hangs).at_pace(hanging()));
        one.turn().await.expect("looks");
        leases_run_out(&w).await;
        two.turn().await.expect("looks");
        for _ in 0..400 {
            if seen.lock().expect("a list").len() == 2 { break }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let runs = seen.lock().expect("a list").clone();
        let mut held = Vec::new();
        for run in runs {
            let writes = w.db.write(&w.system(), move |tx| { tx.public("test"); run.hold(tx) }).await;
            held.push(writes.map_err(|error| error.code().to_owned()));
        }
        held.sort();
        assert_eq!(held, [Ok(()), Err("job.lost".to_owned())]);
    }

    async fn a_job_that_kills_its_servers_is_given_up(w: World) {
        let (gate, hangs) = Gate::handlers("kẹt", false);
        let id = enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
        for n in 1..=Count::ATTEMPTS {
            let dies = runner(&w, hangs.clone()).at_pace(hanging());
            assert_eq!(dies.turn().await.expect("looks"), 1);
            count_to(&gate.started, n, "it never began").await;
            leases_run_out(&w).await;
        }
        let runs = Arc::new(AtomicU32::new(0));
        assert_eq!(runner(&w, handlers(&runs)).turn().await.expect("looks"), 1);
        let job = until(&w, id, "failed").await;
        assert!(job.error.is_some_and(|error| error.contains("3 lần")));
        assert_eq!(runs.load(Ordering::SeqCst), 0, "it was not run once more");
        // Somebody who knows better has it tried anew.
        retry(&w, id).await.expect("tries again");
        assert_eq!(runner(&w, handlers(&runs)).turn().await.expect("looks"), 1);
        let job = until(&w, id, "done").await;
        assert_eq!((job.attempts, job.error), (1, None));
        assert_eq!(retry(&w, id).await.expect_err("it is done").code(), "job.not_to_retry");
    }

    async fn enqueueing_wakes_the_runner(w: World) {
        let runner = Arc::new(runner(&w, handlers(&Arc::default())).at_pace(quick()));
        let stop = watch::Sender::new(false);
        let (serving, told) = (Arc::clone(&runner), stop.subscribe());
        let served = tokio::spawn(async move { serving.serve(told).await });
        // It has looked once and would look again after an hour.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let id = enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
        until(&w, id, "done").await;
        stop.send_replace(true);
        served.await.expect("stops");
    }

    async fn a_server_that_stops_hands_its_jobs_back(w: World) {
        let (gate, hangs) = Gate::handlers("dở dang", false);
        let id = enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
        let stops = runner(&w, hangs).at_pace(quick());
        let stop = watch::Sender::new(false);
        let told = stop.subscribe();
        let served = tokio::spawn(async move { stops.serve(told).await });
        count_to(&gate.started, 1, "it never began").await;
        stop.send_replace(true);
        served.await.expect("stops");
        assert_eq!(gate.dropped.load(Ordering::SeqCst), 1, "it runs on");
        let job = get(&w, id).await;
        assert_eq!((job.state.as_str(), job.attempts, job.note.as_deref()), ("waiting", 0, Some("dở dang")));
        assert_eq!(runner(&w, handlers(&Arc::default())).turn().await.expect("looks"), 1, "it need not wait for a lease");
        assert_eq!(until(&w, id, "done").await.attempts, 1);
    }

    async fn a_job_is_cancelled_by_its_owner_only(w: World) {
        let id = enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
        let refused = cancel(&w, AccountId(Uuid::from_u128(6)), id).await.expect_err("not theirs");
        assert_eq!(refused.code(), "job.not_found");
        cancel(&w, ME, id).await.expect("cancels");
        assert_eq!(get(&w, id).await.state, "cancelled");
        assert_eq!(runner(&w, handlers(&Arc::new(AtomicU32::new(0)))).turn().await.expect("looks"), 0);
        assert_eq!(cancel(&w, ME, id).await.expect_err("ended").code(), "job.ended");
    }

    async fn a_running_job_is_told_to_stop(w: World) {
        let stops = Handlers::default().with::<Count, _, _>(|run: Run, _| async move {
            while !run.cancelled() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok(None)
        });
        let id = enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
        let one = runner(&w, stops).at_pace(quick());
        one.turn().await.expect("looks");
        until(&w, id, "running").await;
        cancel(&w, ME, id).await.expect("asks");
        until(&w, id, "cancelled").await;
    }

    async fn a_job_whose_server_died_is_cancelled_at_once(w: World) {
        let (_gate, hangs) = Gate::handlers("kẹt", false);
        let id = enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
        runner(&w, hangs).at_pace(hanging()).turn().await.expect("looks");
        leases_run_out(&w).await;
        cancel(&w, ME, id).await.expect("cancels");
        assert_eq!(get(&w, id).await.state, "cancelled");
    }

    async fn a_calendar_of_a_clock_that_was_set_back_is_put_right(w: World) {
        let runs = Arc::new(AtomicU32::new(0));
        let with = || handlers(&runs).every(Every::Seconds(600), Count { to: 1, fail_first: 0 });
        let wrong = TestClock::default();
        wrong.advance_seconds(4 * 365 * 86_400);
        Runner::new(w.db.clone(), Arc::new(wrong), with(), 4).turn().await.expect("looks");
        let right = runner(&w, with());
        assert_eq!(right.turn().await.expect("looks"), 0);
        w.clock.advance_seconds(601);
        assert_eq!(right.turn().await.expect("looks"), 1);
        count_to(&runs, 1, "it never ran").await;
        let next = w.db.read(&w.system(), |tx| { tx.public("test"); jobs::calendar(tx) }).await.expect("reads");
        assert_eq!(next.iter().map(|one| one.next_at).collect::<Vec<_>>(), [base::Clock::now(&w.clock).plus_seconds(600)]);
    }

    async fn recurring_work_that_is_tried_again_stays_one(w: World) {
        let handlers = handlers(&Arc::new(AtomicU32::new(0))).every(Every::Seconds(600), Count { to: 1, fail_first: 0 });
        let enqueue = async || {
            let (handlers, ctx) = (handlers.clone(), me(&w));
            let asked = w.db.write(&ctx, move |tx| { tx.public("test"); handlers.enqueue_recurring(tx, Count::KIND) });
            asked.await.expect("enqueues").expect("it recurs")
        };
        let first = enqueue().await;
        cancel(&w, ME, first).await.expect("cancels");
        assert_eq!(retry_with(&w, &handlers, first).await.expect("tries again"), first);
        assert_eq!(enqueue().await, first, "the one that is tried again stands for it");
        cancel(&w, ME, first).await.expect("cancels");
        let second = enqueue().await;
        assert_ne!(second, first);
        assert_eq!(retry_with(&w, &handlers, first).await.expect("answers"), second, "the new one stands for it");
        assert_eq!((get(&w, first).await.state, get(&w, second).await.state), ("cancelled".to_owned(), "waiting".to_owned()));
        assert_eq!(retry_with(&w, &handlers, second).await.expect("now"), second);
        let runner = runner(&w, handlers.clone());
        assert_eq!(runner.turn().await.expect("looks"), 1);
        until(&w, second, "done").await;
        assert_eq!(retry_with(&w, &handlers, second).await.expect_err("it was done").code(), "job.not_to_retry");
    }

    async fn recurring_work_is_queued_once_when_due(w: World) {
        let runs = Arc::new(AtomicU32::new(0));
        let handlers = handlers(&runs).every(Every::Seconds(600), Count { to: 1, fail_first: 0 });
        let (one, two) = (runner(&w, handlers.clone()), runner(&w, handlers));
        assert_eq!(one.turn().await.expect("looks") + two.turn().await.expect("looks"), 0);
        w.clock.advance_seconds(601);
        let started = one.turn().await.expect("looks") + two.turn().await.expect("looks");
        assert_eq!(started, 1);
        for _ in 0..200 {
            if runs.load(Ordering::SeqCst) == 1 { break }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(runs.load(Ordering::SeqCst), 1);
    }
}
