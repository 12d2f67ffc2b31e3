//! Enqueue, run, retry, cancel, take over, recur.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base::{AccountId, Actor, Uuid};
use platform::jobs::{self, Ask, Every, Handlers, JobId, JobRow, Run, Runner, Work};
use serde::{Deserialize, Serialize};
use testkit::World;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Count {
    to: i64,
    fail_first: u32,
}
impl Work for Count {
    const KIND: &'static str = "test.count";
    const ATTEMPTS: u32 = 3;
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
    Runner::new(w.db.clone(), Arc::new(w.clock.clone()), handlers, 4).expect("a runner")
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
        let started = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&started);
        let hangs = Handlers::default().with::<Count, _, _>(move |_, _| {
            seen.fetch_add(1, Ordering::SeqCst);
            async { std::future::pending().await }
        });
        let id = enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
        let dead = runner(&w, hangs);
        dead.turn().await.expect("looks");
        until(&w, id, "running").await;
        let alive = runner(&w, handlers(&Arc::new(AtomicU32::new(0))));
        assert_eq!(alive.turn().await.expect("looks"), 0, "its lease still runs");
        w.clock.advance_seconds(60);
        assert_eq!(alive.turn().await.expect("looks"), 1);
        assert_eq!(until(&w, id, "done").await.attempts, 2);
        assert_eq!(started.load(Ordering::SeqCst), 1);
    }

    async fn a_job_is_cancelled_by_its_owner_only(w: World) {
        let id = enqueue(&w, Count { to: 3, fail_first: 0 }, None).await;
        let other = AccountId(Uuid::from_u128(6));
        let refused = w.db.write(&w.system(), move |tx| { tx.public("test"); jobs::cancel(tx, other, id).map(|job| job.state) }).await.expect_err("not theirs");
        assert_eq!(refused.code(), "job.not_found");
        let state = w.db.write(&me(&w), move |tx| { tx.public("test"); jobs::cancel(tx, ME, id).map(|job| job.state) }).await.expect("cancels");
        assert_eq!(state, "cancelled");
        assert_eq!(runner(&w, handlers(&Arc::new(AtomicU32::new(0)))).turn().await.expect("looks"), 0);
        let refused = w.db.write(&me(&w), move |tx| { tx.public("test"); jobs::cancel(tx, ME, id).map(|job| job.state) }).await.expect_err("ended");
        assert_eq!(refused.code(), "job.ended");
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
