//! The runner: keeps the calendar, claims what is due and starts it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base::{Clock, Ctx, Result, Uuid};
use db::{Db, params};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant as Moment;

use super::attempt::Attempt;
use super::handlers::Handlers;
use super::store::{self, Claimed, Hold, LEASE_LONGEST, Recurring};

/// Ended jobs are kept so long.
const KEEP_SECONDS: i64 = 30 * 86_400;
/// Turns between two looks for jobs that ended long ago: about an hour.
const FORGET_EVERY: u32 = 3_600;

/// How often a runner looks, and how long it waits for what.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How long it sleeps when nothing wakes it. What another server enqueued waits at most so long.
    pub look: Duration,
    /// How often it looks at a job that runs: whether there is progress to show, whether it is to stop.
    pub tick: Duration,
    /// A lease is renewed when it is so old, or when there is progress.
    pub renew: Duration,
    /// A server that has not renewed a lease for so long is taken for dead: at most half a minute.
    pub lease: Duration,
    /// What runs when the server stops may finish within this time; then it is handed back.
    pub finish: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            look: Duration::from_secs(1),
            tick: Duration::from_secs(1),
            renew: Duration::from_secs(8),
            lease: Duration::from_secs(30),
            finish: Duration::from_secs(5),
        }
    }
}

impl Pace {
    pub(crate) fn lease_micros(self) -> i64 {
        i64::try_from(self.lease.as_micros()).unwrap_or(i64::MAX).min(LEASE_LONGEST / 2)
    }
}

/// Runs jobs on one server.
pub struct Runner {
    db: Db,
    clock: Arc<dyn Clock>,
    handlers: Handlers,
    pace: Pace,
    at_once: u32,
    slots: Arc<Semaphore>,
    turns: AtomicU32,
    stopping: watch::Sender<bool>,
}

impl Runner {
    /// A runner of this server, with so many jobs at once.
    #[must_use]
    pub fn new(db: Db, clock: Arc<dyn Clock>, handlers: Handlers, at_once: u32) -> Self {
        let at_once = at_once.max(1);
        let slots = Arc::new(Semaphore::new(usize::try_from(at_once).unwrap_or(1)));
        let stopping = watch::Sender::new(false);
        Self { db, clock, handlers, pace: Pace::default(), at_once, slots, turns: AtomicU32::new(0), stopping }
    }

    /// The same at another pace.
    #[must_use]
    pub fn at_pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    fn ctx(&self, what: &'static str) -> Result<Ctx> {
        Ok(auth::ctx::system(what, what, self.clock.now(), auth::ctx::seed()?))
    }

    /// Serves until `stop` says so; then takes nothing more, lets what runs finish for a while, and hands the rest back.
    /// The database must stay open until it has returned.
    pub async fn serve(&self, mut stop: watch::Receiver<bool>) {
        let wake = self.db.work();
        let mut failed = 0u32;
        loop {
            match self.turn().await {
                Ok(_) => failed = 0,
                Err(error) => {
                    failed = failed.saturating_add(1);
                    // While the database server is gone it fails every second: said ever more seldom.
                    if failed.is_power_of_two() {
                        tracing::warn!(?error, failed, "the job runner could not look for work");
                    }
                }
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                () = wake.notified() => {}
                () = tokio::time::sleep(self.pace.look) => {}
            }
        }
        self.stopping.send_replace(true);
        // What does not return is dropped after `finish`; a little more for writing how it ended.
        let idle = self.slots.acquire_many(self.at_once);
        if tokio::time::timeout(self.pace.finish * 2, idle).await.is_err() {
            tracing::warn!("some jobs could not be handed back in time; their leases will run out");
        }
    }

    /// Looks once: puts due recurring work into the queue, claims what is due and starts it. Answers how many started.
    pub async fn turn(&self) -> Result<usize> {
        self.keep_calendar().await?;
        self.forget().await?;
        let free = self.slots.available_permits();
        if free == 0 {
            return Ok(0);
        }
        let lease = base::id::uuid_v7(self.clock.now().unix_ms(), db::keys::random()?);
        let claimed_at = Moment::now();
        let claimed = self.claim(lease, free).await?;
        let started = claimed.len();
        for job in claimed {
            let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else { return Ok(started) };
            // Only kinds with a handler are claimed.
            let Some(handler) = self.handlers.find(&job.kind).cloned() else { continue };
            let one = Attempt {
                db: self.db.clone(),
                clock: Arc::clone(&self.clock),
                pace: self.pace,
                handler,
                hold: Hold { id: job.id, lease },
                wake: self.db.work(),
                stopping: self.stopping.subscribe(),
                claimed_at,
            };
            tokio::spawn(async move {
                one.run(job).await;
                drop(slot);
            });
        }
        Ok(started)
    }

    async fn claim(&self, lease: Uuid, free: usize) -> Result<Vec<Claimed>> {
        let (now, micros, kinds) = (self.clock.now(), self.pace.lease_micros(), self.handlers.kinds());
        let limit = i64::try_from(free).unwrap_or(1);
        self.db
            .write_committed(&self.ctx("job.claim")?, move |tx| {
                tx.public("the runner claims work without showing it");
                tx.all(&store::CLAIM, params![lease, now, micros, limit, kinds.as_str()])
            })
            .await
    }

    async fn keep_calendar(&self) -> Result<()> {
        if self.handlers.calendar().is_empty() {
            return Ok(());
        }
        let calendar: Vec<Recurring> = self
            .db
            .read(&self.ctx("job.schedule")?, |tx| {
                tx.public("the runner looks at its calendar");
                tx.all(&store::CALENDAR, &[])
            })
            .await?;
        let now = self.clock.now();
        for recurs in self.handlers.calendar() {
            let (kind, next, recurs) = (recurs.kind, recurs.every.after(recurs.kind, now), recurs.clone());
            let due = calendar.iter().find(|one| one.kind == kind).map(|one| one.next_at);
            if due.is_some_and(|due| due > now && due <= next) {
                continue;
            }
            self.db
                .write_committed(&self.ctx("job.schedule")?, move |tx| {
                    tx.public("the runner keeps its calendar");
                    if due.is_none() {
                        return tx.exec(&store::SCHEDULE, params![kind, next]);
                    }
                    let moved = tx.exec(&store::MOVE_SCHEDULE, params![kind, now, next])?;
                    if moved == 1 {
                        recurs.enqueue(tx)?;
                        return Ok(moved);
                    }
                    tx.exec(&store::NEARER_SCHEDULE, params![kind, next])
                })
                .await?;
        }
        Ok(())
    }

    /// About once an hour, and first when the server starts.
    async fn forget(&self) -> Result<()> {
        if !self.turns.fetch_add(1, Ordering::Relaxed).is_multiple_of(FORGET_EVERY) {
            return Ok(());
        }
        let old = self.clock.now().plus_seconds(-KEEP_SECONDS);
        self.db
            .write_committed(&self.ctx("job.forget")?, move |tx| {
                tx.public("the runner forgets jobs that ended a month ago");
                tx.exec(&store::FORGET, params![old])
            })
            .await
            .map(|_| ())
    }
}
