//! The runner: claims what is due, runs it, keeps the lease while it runs, and writes how it ended.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base::{AccountId, Clock, Ctx, Error, Instant, Result, UnitId, Uuid};
use db::keys::Use;
use db::{Db, Entry, params};
use tokio::sync::{Notify, Semaphore, watch};

use super::store::{self, Claimed};
use super::{Ask, Every, JobId, Work};

/// A server that has not renewed a lease for so long is taken for dead.
const LEASE_SECONDS: i64 = 30;
/// How often a lease is renewed.
const RENEW_EVERY: Duration = Duration::from_secs(8);
/// How long the runner sleeps when nothing wakes it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Ended jobs are kept so long.
const KEEP_SECONDS: i64 = 30 * 86_400;

type Running = Pin<Box<dyn Future<Output = Result<Option<serde_json::Value>>> + Send>>;
type Start = Arc<dyn Fn(Run, Vec<u8>) -> Running + Send + Sync>;
/// Puts a recurring job into the queue.
type Enqueue = Arc<dyn Fn(&mut db::Tx<'_>, &Ask) -> Result<JobId> + Send + Sync>;
/// Steps finished, steps in all, what it is at.
type Progress = Arc<Mutex<(i64, Option<i64>, Option<String>)>>;

/// What runs each kind of job.
#[derive(Clone, Default)]
pub struct Handlers {
    kinds: BTreeMap<&'static str, (Start, u32)>,
    recurring: Vec<(&'static str, Every, Enqueue)>,
}

impl Handlers {
    /// Says what runs a kind. The future may be dropped and started again: it must be idempotent.
    #[must_use]
    pub fn with<W, F, R>(mut self, handler: F) -> Self
    where
        W: Work,
        F: Fn(Run, W) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Option<serde_json::Value>>> + Send + 'static,
    {
        let start: Start = Arc::new(move |run, plain| match serde_json::from_slice::<W>(&plain) {
            Ok(work) => Box::pin(handler(run, work)),
            Err(error) => Box::pin(async move { Err(Error::internal(error)) }),
        });
        self.kinds.insert(W::KIND, (start, W::ATTEMPTS));
        self
    }

    /// Makes a kind recur.
    #[must_use]
    pub fn every<W: Work + Clone>(mut self, every: Every, work: W) -> Self {
        self.recurring.push((W::KIND, every, Arc::new(move |tx, ask| super::enqueue(tx, &work, ask))));
        self
    }

    /// Joins the handlers of another room.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.kinds.extend(other.kinds);
        self.recurring.extend(other.recurring);
        self
    }
}

/// A job while it runs: its database, its context, its progress.
#[derive(Clone)]
pub struct Run {
    /// Which job.
    pub id: JobId,
    /// The database.
    pub db: Db,
    /// Who asked for it: rights are those of this account when the job decides for it.
    pub account: Option<AccountId>,
    /// Whose work it is.
    pub unit: Option<UnitId>,
    /// How often it was tried, this time included.
    pub attempt: u32,
    /// Steps that an earlier attempt had finished.
    pub done_before: i64,
    clock: Arc<dyn Clock>,
    progress: Progress,
    cancelled: Arc<AtomicBool>,
}

impl Run {
    /// A context of this run, by Khuê itself on behalf of the job.
    pub fn ctx(&self) -> Result<Ctx> {
        Ok(auth::ctx::system("job", self.id.to_string(), self.clock.now(), auth::ctx::seed()?))
    }

    /// Shows progress. Written with the next renewal of the lease, at least every 8 seconds and at the end.
    pub fn progress(&self, done: i64, total: Option<i64>, note: impl Into<String>) {
        if let Ok(mut progress) = self.progress.lock() {
            *progress = (done, total, Some(note.into()));
        }
    }

    /// Whether somebody asked it to stop, or this server lost it. A handler looks at every step and returns.
    #[must_use]
    pub fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// Runs jobs on one server.
pub struct Runner {
    db: Db,
    clock: Arc<dyn Clock>,
    handlers: Handlers,
    server: Uuid,
    slots: Arc<Semaphore>,
    wake: Arc<Notify>,
    turns: AtomicU32,
}

impl Runner {
    /// A runner of this server, with so many jobs at once.
    pub fn new(db: Db, clock: Arc<dyn Clock>, handlers: Handlers, at_once: usize) -> Result<Self> {
        let server = base::id::uuid_v7(clock.now().unix_ms(), db::keys::random()?);
        let slots = Arc::new(Semaphore::new(at_once.max(1)));
        Ok(Self { db, clock, handlers, server, slots, wake: Arc::new(Notify::new()), turns: AtomicU32::new(0) })
    }

    /// Wakes the runner: something was enqueued. Without it a job waits up to a second.
    #[must_use]
    pub fn waker(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    fn ctx(&self, what: &'static str) -> Result<Ctx> {
        Ok(auth::ctx::system(what, what, self.clock.now(), auth::ctx::seed()?))
    }

    /// Serves until `stop` says so; then running jobs are left to their leases, to be taken up again.
    pub async fn serve(&self, mut stop: watch::Receiver<bool>) {
        loop {
            if let Err(error) = self.turn().await {
                tracing::warn!(?error, "the job runner could not look for work");
            }
            tokio::select! {
                _ = stop.changed() => return,
                () = self.wake.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Looks once: puts due recurring work into the queue, claims what is due and starts it. Answers how many started.
    pub async fn turn(&self) -> Result<usize> {
        self.schedule().await?;
        let free = self.slots.available_permits();
        if free == 0 {
            return Ok(0);
        }
        let (server, now) = (self.server, self.clock.now());
        let claimed: Vec<Claimed> = self
            .db
            .write_committed(&self.ctx("job.claim")?, move |tx| {
                tx.public("the runner claims work without showing it");
                tx.all(
                    &store::CLAIM,
                    params![server, now, now.plus_seconds(LEASE_SECONDS), i64::try_from(free).unwrap_or(1)],
                )
            })
            .await?;
        let started = claimed.len();
        for job in claimed {
            let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else { return Ok(started) };
            let one = One {
                db: self.db.clone(),
                clock: Arc::clone(&self.clock),
                server,
                handler: self.handlers.kinds.get(job.kind.as_str()).cloned(),
                wake: Arc::clone(&self.wake),
            };
            tokio::spawn(async move {
                one.run(job).await;
                drop(slot);
            });
        }
        Ok(started)
    }

    async fn schedule(&self) -> Result<()> {
        for (kind, every, enqueue) in &self.handlers.recurring {
            let (kind, every, enqueue, now) = (*kind, *every, Arc::clone(enqueue), self.clock.now());
            self.db
                .write_committed(&self.ctx("job.schedule")?, move |tx| {
                    tx.public("the runner keeps its calendar");
                    let Some((due,)) = tx.one::<(Instant,)>(&store::SCHEDULED, params![kind])? else {
                        return tx.exec(&store::SCHEDULE, params![kind, every.after(kind, now)]);
                    };
                    if due > now {
                        return Ok(0);
                    }
                    // Only the server that moves the calendar puts the work into the queue.
                    if tx.exec(&store::MOVE_SCHEDULE, params![kind, due, every.after(kind, now)])? == 1 {
                        enqueue(tx, &Ask { key: Some(format!("every {kind}")), ..Ask::default() })?;
                    }
                    Ok(1)
                })
                .await?;
        }
        // About once an hour, and first when the server starts.
        if !self.turns.fetch_add(1, Ordering::Relaxed).is_multiple_of(3_600) {
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

/// One claimed job on its way.
struct One {
    db: Db,
    clock: Arc<dyn Clock>,
    server: Uuid,
    handler: Option<(Start, u32)>,
    wake: Arc<Notify>,
}

/// How an attempt ended.
enum End {
    Done(Option<serde_json::Value>),
    Cancelled,
    Again(Error),
    Failed(Error),
    /// Another server has it.
    Lost,
}

impl One {
    fn ctx(&self) -> Result<Ctx> {
        Ok(auth::ctx::system("job.end", "job.end", self.clock.now(), auth::ctx::seed()?))
    }

    async fn run(&self, job: Claimed) {
        let end = self.attempt(&job).await;
        if let Err(error) = self.write_end(&job, end).await {
            // The lease runs out and the job is tried again: it is idempotent.
            tracing::warn!(?error, job = %job.id, kind = job.kind, "how a job ended could not be written");
        }
        self.wake.notify_one();
    }

    async fn attempt(&self, job: &Claimed) -> End {
        let Some((start, attempts)) = &self.handler else {
            return End::Failed(Error::internal(format!("nothing runs jobs of kind {}", job.kind)));
        };
        let plain = match self.db.keys().open(Use::Field, job.id.0.as_bytes(), &job.work) {
            Ok(plain) => plain,
            Err(error) => return End::Failed(error),
        };
        let run = Run {
            id: job.id,
            db: self.db.clone(),
            account: job.account,
            unit: job.unit,
            attempt: u32::try_from(job.attempts).unwrap_or(u32::MAX),
            done_before: job.done,
            clock: Arc::clone(&self.clock),
            progress: Arc::new(Mutex::new((job.done, None, None))),
            cancelled: Arc::new(AtomicBool::new(false)),
        };
        let (progress, cancelled) = (Arc::clone(&run.progress), Arc::clone(&run.cancelled));
        let attempt = run.attempt;
        let mut running = tokio::spawn(start(run, plain));
        let outcome = loop {
            tokio::select! {
                ended = &mut running => break ended,
                () = tokio::time::sleep(RENEW_EVERY) => {
                    match self.renew(job.id, &progress).await {
                        Ok(Some(cancel)) => cancelled.store(cancel, Ordering::Relaxed),
                        Ok(None) => {
                            running.abort();
                            return End::Lost;
                        }
                        Err(error) => tracing::warn!(?error, job = %job.id, "a job's lease could not be renewed"),
                    }
                }
            }
        };
        // The last progress, and whether somebody asked it to stop meanwhile.
        match self.renew(job.id, &progress).await {
            Ok(Some(cancel)) => cancelled.fetch_or(cancel, Ordering::Relaxed),
            Ok(None) => return End::Lost,
            Err(_) => false,
        };
        match outcome {
            Ok(Ok(answer)) if cancelled.load(Ordering::Relaxed) && answer.is_none() => End::Cancelled,
            Ok(Ok(answer)) => End::Done(answer),
            Ok(Err(_)) if cancelled.load(Ordering::Relaxed) => End::Cancelled,
            Ok(Err(error)) if attempt >= *attempts || !may_help(&error) => End::Failed(error),
            Ok(Err(error)) => End::Again(error),
            Err(panic) if attempt >= *attempts => End::Failed(Error::internal(panic)),
            Err(panic) => End::Again(Error::internal(panic)),
        }
    }

    /// Keeps the lease and shows progress. `None`: another server has the job; else whether it is to stop.
    async fn renew(&self, id: JobId, progress: &Progress) -> Result<Option<bool>> {
        let (done, total, note) = progress.lock().map(|p| p.clone()).unwrap_or_default();
        let (server, until) = (self.server, self.clock.now().plus_seconds(LEASE_SECONDS));
        self.db
            .write_committed(&self.ctx()?, move |tx| {
                tx.public("the runner renews its lease");
                tx.one::<(bool,)>(&store::KEEP, params![id, server, until, done, total, note.as_deref()])
            })
            .await
            .map(|kept| kept.map(|(cancel,)| cancel))
    }

    async fn write_end(&self, job: &Claimed, end: End) -> Result<()> {
        let (id, server, now, attempts) = (job.id, self.server, self.clock.now(), job.attempts);
        let (state, answer, error) = match end {
            End::Lost => return Ok(()),
            End::Done(answer) => ("done", answer, None),
            End::Cancelled => ("cancelled", None, None),
            End::Failed(error) => {
                tracing::warn!(?error, job = %id, kind = job.kind, "a job was given up");
                ("failed", None, Some(error.detail().to_owned()))
            }
            End::Again(error) => {
                tracing::info!(?error, job = %id, kind = job.kind, attempts, "a job will be tried again");
                let (text, at) = (error.detail().to_owned(), now.plus_seconds(backoff_seconds(attempts, &id.0)));
                return self
                    .db
                    .write_committed(&self.ctx()?, move |tx| {
                        tx.public("the runner puts a job back");
                        tx.exec(&store::AGAIN, params![id, server, text, at])
                    })
                    .await
                    .map(|_| ());
            }
        };
        metrics::counter!("khue_jobs_ended", "state" => state).increment(1);
        let answer = answer.map(|answer| serde_json::to_vec(&answer)).transpose().map_err(Error::internal)?;
        let (unit, kind) = (job.unit, job.kind.clone());
        self.db
            .write(&self.ctx()?, move |tx| {
                tx.public("the runner ends a job");
                let sealed = match &answer {
                    Some(plain) => {
                        let salt = tx.draw();
                        Some(tx.keys().seal(Use::Field, &salt, id.0.as_bytes(), plain)?)
                    }
                    None => None,
                };
                if tx.exec(&store::END, params![id, server, state, sealed, error.as_deref(), now])? == 1 {
                    let entry = match state {
                        "done" => Entry::new("job.done", "job", id),
                        "cancelled" => Entry::new("job.cancelled", "job", id),
                        _ => Entry::new("job.failed", "job", id),
                    };
                    let entry = unit.map_or(entry.clone(), |unit| entry.unit(unit));
                    tx.record(entry.after(&serde_json::json!({ "kind": kind }))?);
                }
                Ok(())
            })
            .await
    }
}

/// Whether trying again may help: a refusal by rule stays one.
fn may_help(error: &Error) -> bool {
    use base::Kind;
    matches!(error.kind(), Kind::Unavailable | Kind::Internal | Kind::Conflict | Kind::TooMany)
}

/// 10 s, 20 s, 40 s … one hour, spread by the job's id by up to a quarter.
fn backoff_seconds(attempts: i64, id: &Uuid) -> i64 {
    let base = (10i64 << attempts.clamp(1, 10).saturating_sub(1)).min(3_600);
    base + i64::from(id.as_bytes()[15]) * base / 1_024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_grows_to_an_hour_and_stays() {
        let id = Uuid::from_u128(0xff);
        let waits: Vec<i64> = (1..14).map(|n| backoff_seconds(n, &id)).collect();
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]), "{waits:?}");
        assert!((10..=13).contains(&waits[0]) && waits[12] <= 4_500, "{waits:?}");
    }
}
