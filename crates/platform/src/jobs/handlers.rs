//! What runs each kind of job, and what a job has while it runs.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use base::{AccountId, Clock, Ctx, Error, Result, UnitId};
use db::{Db, Tx, params};

use super::store::{self, Hold};
use super::{Ask, Every, JobId, LOST, Work};

type Running = Pin<Box<dyn Future<Output = Result<Option<serde_json::Value>>> + Send>>;
type Start = Arc<dyn Fn(Run, Vec<u8>) -> Running + Send + Sync>;
/// Puts a recurring job into the queue.
type Enqueue = Arc<dyn Fn(&mut Tx<'_>, &Ask) -> Result<JobId> + Send + Sync>;

/// What runs one kind.
#[derive(Clone)]
pub(crate) struct Handler {
    pub start: Start,
    pub attempts: u32,
    name: &'static str,
    confirmed: bool,
}

/// A kind that recurs.
#[derive(Clone)]
pub(crate) struct Recurs {
    pub kind: &'static str,
    pub every: Every,
    enqueue: Enqueue,
}

impl Recurs {
    /// Puts it into the queue, unless it waits or runs already.
    pub fn enqueue(&self, tx: &mut Tx<'_>) -> Result<JobId> {
        (self.enqueue)(tx, &Ask { key: Some(key(self.kind)), ..Ask::default() })
    }
}

/// While one of a kind that recurs waits or runs, another is not made.
fn key(kind: &str) -> String {
    format!("every {kind}")
}

/// What runs each kind of job.
#[derive(Clone, Default)]
pub struct Handlers {
    kinds: BTreeMap<&'static str, Handler>,
    recurring: Vec<Recurs>,
}

impl std::fmt::Debug for Handlers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.kinds.keys()).finish()
    }
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
        self.kinds.insert(W::KIND, Handler { start, attempts: W::ATTEMPTS, name: W::NAME, confirmed: W::CONFIRMED });
        self
    }

    /// Makes a kind recur.
    #[must_use]
    pub fn every<W: Work + Clone>(mut self, every: Every, work: W) -> Self {
        let enqueue: Enqueue = Arc::new(move |tx, ask| super::enqueue(tx, &work, ask));
        self.recurring.push(Recurs { kind: W::KIND, every, enqueue });
        self
    }

    /// Joins the handlers of another room.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.kinds.extend(other.kinds);
        self.recurring.extend(other.recurring);
        self
    }

    /// What a kind is called, in Vietnamese; nothing when it is not known here.
    #[must_use]
    pub fn name(&self, kind: &str) -> Option<&'static str> {
        self.kinds.get(kind).map(|handler| handler.name)
    }

    /// Whether whoever asks for it by hand shows first that it is still them.
    #[must_use]
    pub fn is_confirmed(&self, kind: &str) -> bool {
        self.kinds.get(kind).is_some_and(|handler| handler.confirmed)
    }

    /// The kinds that recur, and how often.
    pub fn recurring(&self) -> impl Iterator<Item = (&'static str, Every)> {
        self.recurring.iter().map(|one| (one.kind, one.every))
    }

    /// The key of the server's own work of a kind that recurs.
    pub(crate) fn key(&self, kind: &str) -> Option<String> {
        self.recurring.iter().any(|one| one.kind == kind).then(|| key(kind))
    }

    /// Puts recurring work into the queue before it is due; while it waits or runs, that one stands for it. Nothing when
    /// the kind does not recur here. Rights are the caller's.
    pub fn enqueue_recurring(&self, tx: &mut Tx<'_>, kind: &str) -> Result<Option<JobId>> {
        let Some(recurs) = self.recurring.iter().find(|one| one.kind == kind) else { return Ok(None) };
        recurs.enqueue(tx).map(Some)
    }

    pub(crate) fn calendar(&self) -> &[Recurs] {
        &self.recurring
    }

    pub(crate) fn find(&self, kind: &str) -> Option<&Handler> {
        self.kinds.get(kind)
    }

    /// All kinds, each between blanks, as the claim takes them.
    pub(crate) fn kinds(&self) -> String {
        self.kinds.keys().fold(" ".to_owned(), |all, kind| all + kind + " ")
    }
}

/// How far a job is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    pub done: i64,
    pub total: Option<i64>,
    pub note: Option<String>,
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
    pub(crate) hold: Hold,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) progress: Arc<Mutex<Progress>>,
    pub(crate) stop: Arc<AtomicBool>,
}

impl Run {
    /// A context of this run, by Khuê itself on behalf of the job.
    pub fn ctx(&self) -> Result<Ctx> {
        Ok(auth::ctx::system("job", self.id.to_string(), self.clock.now(), auth::ctx::seed()?))
    }

    /// Shows progress. Written within a second or so, and at the end.
    pub fn progress(&self, done: i64, total: Option<i64>, note: impl Into<String>) {
        if let Ok(mut progress) = self.progress.lock() {
            *progress = Progress { done, total, note: Some(note.into()) };
        }
    }

    /// Whether it is to stop: somebody asked for that, the server stops, or another server has the job. A handler looks at
    /// every step and returns.
    #[must_use]
    pub fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Goes on only while this run holds the job, and keeps others from taking it until the transaction has ended. For
    /// writes that must not be made by one whose job another server has taken over.
    pub fn hold(&self, tx: &mut Tx<'_>) -> Result<()> {
        match tx.one::<(bool,)>(&store::HOLD, params![self.hold.id, self.hold.lease])? {
            Some(_) => Ok(()),
            None => Err(LOST.error("Một máy chủ khác đã nhận việc này; phần đang làm dở ở đây được bỏ.")),
        }
    }
}
