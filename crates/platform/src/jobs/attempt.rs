//! One claimed job on its way: run, kept, stopped, ended.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use base::{Clock, Ctx, Error, Result, Uuid};
use db::keys::Use;
use db::{Db, Entry, params};
use tokio::sync::{Notify, watch};
use tokio::time::Instant as Moment;

use super::handlers::{Handler, Progress, Run};
use super::run::Pace;
use super::store::{self, Claimed, Hold};
use super::{GIVEN_UP, LOST};

/// One claimed job.
pub(crate) struct Attempt {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub pace: Pace,
    pub handler: Handler,
    pub hold: Hold,
    pub wake: Arc<Notify>,
    /// Whether the server stops.
    pub stopping: watch::Receiver<bool>,
    /// When it was claimed.
    pub claimed_at: Moment,
}

/// How an attempt ended.
#[derive(Clone, Debug)]
enum End {
    Done(Option<serde_json::Value>),
    Cancelled,
    Again(Refused),
    Failed(Refused),
    /// The server stops: another one, or this one when it is back, does it.
    Back,
    /// Another server has it, or may have it.
    Lost,
}

/// What is kept of an error.
type Refused = String;

impl Attempt {
    fn ctx(&self) -> Result<Ctx> {
        Ok(auth::ctx::system("job.end", "job.end", self.clock.now(), auth::ctx::seed()?))
    }

    pub(crate) async fn run(mut self, job: Claimed) {
        let progress = Arc::new(Mutex::new(Progress { done: job.done, ..Progress::default() }));
        let end = self.attempt(&job, &progress).await;
        if let Err(error) = self.write_end(&job, end, snapshot(&progress)).await {
            // The lease runs out and the job is tried again: it is idempotent.
            tracing::warn!(?error, job = %job.id, kind = job.kind, "how a job ended could not be written");
        }
        self.wake.notify_one();
    }

    fn failed(job: &Claimed, error: &Error) -> End {
        tracing::warn!(?error, job = %job.id, kind = job.kind, "a job was given up");
        End::Failed(error.detail().to_owned())
    }

    async fn attempt(&mut self, job: &Claimed, progress: &Arc<Mutex<Progress>>) -> End {
        if job.cancel {
            return End::Cancelled;
        }
        let attempt = u32::try_from(job.attempts).unwrap_or(u32::MAX);
        let last = attempt >= self.handler.attempts;
        if attempt > self.handler.attempts {
            // Each of its servers died with it: another try would most likely end another one.
            return Self::failed(job, &GIVEN_UP.error(format!(
                "Việc này đã được thử {} lần mà lần nào máy chủ cũng dừng giữa chừng, nên không thử nữa. Hãy xem nhật ký vận hành của máy chủ rồi bấm Thử lại.",
                self.handler.attempts
            )));
        }
        let plain = match self.db.keys().open(Use::Field, job.id.0.as_bytes(), &job.work) {
            Ok(plain) => plain,
            Err(error) => return Self::failed(job, &error),
        };
        let run = Run {
            id: job.id,
            db: self.db.clone(),
            account: job.account,
            unit: job.unit,
            attempt,
            done_before: job.done,
            hold: self.hold,
            clock: Arc::clone(&self.clock),
            progress: Arc::clone(progress),
            stop: Arc::new(AtomicBool::new(false)),
        };
        let stop = Arc::clone(&run.stop);
        let running = tokio::spawn((self.handler.start)(run, plain));
        let outcome = match self.watch(running, progress, &stop).await {
            Ok(outcome) => outcome,
            Err(end) => return end,
        };
        let stopping = *self.stopping.borrow() && stop.load(Ordering::Relaxed);
        let error = match outcome {
            // It may have returned because it was told to: what is unfinished is somebody's still.
            Ok(Ok(None)) if stopping => return End::Back,
            Ok(Ok(answer)) => return End::Done(answer),
            Ok(Err(_)) if stopping => return End::Back,
            Ok(Err(error)) if error.is(&LOST) => return End::Lost,
            Ok(Err(error)) => error,
            Err(panic) => Error::internal(panic),
        };
        if last || !may_help(&error) {
            return Self::failed(job, &error);
        }
        tracing::info!(?error, job = %job.id, kind = job.kind, attempt, "a job will be tried again");
        End::Again(error.detail().to_owned())
    }

    /// Waits for the handler, and keeps the lease meanwhile. A handler whose lease has run out, or is another's, is
    /// stopped.
    async fn watch(
        &mut self,
        mut running: tokio::task::JoinHandle<Result<Option<serde_json::Value>>>,
        progress: &Mutex<Progress>,
        stop: &AtomicBool,
    ) -> std::result::Result<Outcome, End> {
        let pace = self.pace;
        let (mut kept_at, mut shown) = (self.claimed_at, None);
        let mut finish_until = None;
        loop {
            if *self.stopping.borrow() && finish_until.is_none() {
                stop.store(true, Ordering::Relaxed);
                finish_until = Some(Moment::now() + pace.finish);
            }
            let stopping = self.stopping.clone();
            tokio::select! {
                ended = &mut running => return Ok(ended),
                () = told(stopping), if finish_until.is_none() => {}
                () = tokio::time::sleep(pace.tick) => {
                    if finish_until.is_some_and(|until| Moment::now() >= until) {
                        running.abort();
                        return Err(End::Back);
                    }
                    let now = snapshot(progress);
                    let asked_at = Moment::now();
                    let held = if shown.as_ref() != Some(&now) || asked_at - kept_at >= pace.renew {
                        let kept = self.keep(&now).await;
                        if matches!(kept, Ok(Some(_))) {
                            (kept_at, shown) = (asked_at, Some(now));
                        }
                        kept
                    } else {
                        self.held().await
                    };
                    match held {
                        Ok(Some(true)) => stop.store(true, Ordering::Relaxed),
                        Ok(Some(false)) => {}
                        Ok(None) => {
                            stop.store(true, Ordering::Relaxed);
                            running.abort();
                            return Err(End::Lost);
                        }
                        Err(error) => tracing::warn!(?error, job = %self.hold.id, "a job's lease could not be renewed"),
                    }
                    if kept_at.elapsed() >= pace.lease {
                        // Another server may have it by now, and this one would not hear of it.
                        tracing::warn!(job = %self.hold.id, "a job is left, because its lease could not be renewed in time");
                        stop.store(true, Ordering::Relaxed);
                        running.abort();
                        return Err(End::Lost);
                    }
                }
            }
        }
    }

    /// Keeps the lease and shows progress. `None`: another has the job; else whether it is to stop.
    async fn keep(&self, progress: &Progress) -> Result<Option<bool>> {
        let (hold, micros, progress) = (self.hold, self.pace.lease_micros(), progress.clone());
        self.db
            .write_committed(&self.ctx()?, move |tx| {
                tx.public("the runner renews its lease");
                let Progress { done, total, note } = &progress;
                tx.one::<(bool,)>(&store::KEEP, params![hold.id, hold.lease, micros, *done, *total, note.as_deref()])
            })
            .await
            .map(|kept| kept.map(|(cancel,)| cancel))
    }

    /// The same without a write.
    async fn held(&self) -> Result<Option<bool>> {
        let hold = self.hold;
        self.db
            .read(&self.ctx()?, move |tx| {
                tx.public("the runner looks whether it has its job still");
                tx.one::<(bool,)>(&store::HELD, params![hold.id, hold.lease])
            })
            .await
            .map(|held| held.map(|(cancel,)| cancel))
    }

    /// Writes how it ended, unless another has the job. What somebody asked to stop has been cancelled, unless it was done
    /// all the same.
    async fn write_end(&self, job: &Claimed, end: End, progress: Progress) -> Result<()> {
        if matches!(end, End::Lost) {
            return Ok(());
        }
        let (hold, now, unit, kind) = (self.hold, self.clock.now(), job.unit, job.kind.clone());
        let again_at = now.plus_seconds(backoff_seconds(job.attempts, &job.id.0));
        let ended = self
            .db
            .write(&self.ctx()?, move |tx| {
                tx.public("the runner ends a job");
                let Some((cancel,)) = tx.one::<(bool,)>(&store::HOLD, params![hold.id, hold.lease])? else {
                    return Ok(None);
                };
                let Progress { done, total, note } = &progress;
                tx.exec(&store::SHOW, params![hold.id, *done, *total, note.as_deref()])?;
                let (state, answer, error) = match &end {
                    End::Done(None) | End::Again(_) | End::Failed(_) | End::Back if cancel => ("cancelled", None, None),
                    End::Done(answer) => ("done", answer.as_ref(), None),
                    End::Failed(error) => ("failed", None, Some(error.as_str())),
                    End::Again(error) => {
                        tx.exec(&store::AGAIN, params![hold.id, error.as_str(), again_at])?;
                        return Ok(None);
                    }
                    End::Back => {
                        tx.exec(&store::BACK, params![hold.id])?;
                        return Ok(None);
                    }
                    End::Cancelled | End::Lost => ("cancelled", None, None),
                };
                let sealed = match answer {
                    Some(answer) => {
                        let (salt, plain) = (tx.draw(), serde_json::to_vec(answer).map_err(Error::internal)?);
                        Some(tx.keys().seal(Use::Field, &salt, hold.id.0.as_bytes(), &plain)?)
                    }
                    None => None,
                };
                tx.exec_one(&store::END, params![hold.id, state, sealed, error, now])?;
                let entry = match state {
                    "done" => Entry::new("job.done", "job", hold.id),
                    "cancelled" => Entry::new("job.cancelled", "job", hold.id),
                    _ => Entry::new("job.failed", "job", hold.id),
                };
                let entry = unit.map_or(entry.clone(), |unit| entry.unit(unit));
                tx.record(entry.after(&serde_json::json!({ "kind": kind }))?);
                Ok(Some(state))
            })
            .await?;
        if let Some(state) = ended {
            metrics::counter!("khue_jobs_ended", "state" => state).increment(1);
        }
        Ok(())
    }
}

/// What the handler's task came to.
type Outcome = std::result::Result<Result<Option<serde_json::Value>>, tokio::task::JoinError>;

fn snapshot(progress: &Mutex<Progress>) -> Progress {
    progress.lock().map(|progress| progress.clone()).unwrap_or_default()
}

/// Resolves when the server is told to stop; never, when nobody can tell it any more.
async fn told(mut stopping: watch::Receiver<bool>) {
    if stopping.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
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
