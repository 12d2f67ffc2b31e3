//! A closure on its way to a database thread, and its answer on the way back.

use std::cell::Cell;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use base::{Ctx, Error, Result};
use tokio::sync::{Notify, oneshot};

use crate::error::Fault;
use crate::tx::{Conn, Prepared, Shared, Tx};

/// How a write meets other writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isolation {
    /// Repeatable read, with the aggregate locked: nearly every command.
    Repeatable,
    /// For commands whose rule spans rows without one root.
    Serialisable,
    /// For claims, leases and cursors, which never record an entry: the order of entries needs a fixed snapshot.
    Committed,
}

/// What one run of a closure came to.
#[derive(Debug)]
pub(crate) enum Ran {
    /// It ended well; these entries are to be stored before the commit.
    Well(Vec<Prepared>),
    /// It refused or failed; what it did is to be undone. The fault says whether it may run again.
    Not(Option<Fault>),
}

/// A closure with its context and the way back to its caller.
pub(crate) trait Job: Send {
    /// Runs the closure once. Its answer is kept, and replaced by a later run.
    fn run(&mut self, conn: Conn<'_>, shared: &Arc<Shared>) -> Ran;
    /// Answers the caller: with the last run's answer, or with what went wrong after it.
    fn answer(&mut self, instead: Option<Error>);
    /// How it meets other writes.
    fn isolation(&self) -> Isolation;
    /// Whether nobody waits for a read's answer any more, so that it need not run.
    fn is_forsaken(&self) -> bool {
        false
    }
    /// When a read was asked: it must see whatever was committed before. `None` for a write.
    fn asked_at(&self) -> Option<Instant> {
        None
    }
    /// Whether it declared that it holds the writer long, and so must not share a group.
    fn long(&self) -> Option<&'static str>;
}

/// A write: may run several times, only the last run counts.
pub(crate) struct Write<T, F> {
    pub closure: F,
    pub ctx: Ctx,
    pub ordinal: u32,
    pub isolation: Isolation,
    pub long: Option<&'static str>,
    /// Whether the last run put work into the queue, and whom that wakes once it is committed.
    pub queued: Cell<bool>,
    pub work: Arc<Notify>,
    pub result: Option<Result<T>>,
    pub caller: Option<oneshot::Sender<Result<T>>>,
}

impl<T, F> Write<T, F>
where
    T: Debug,
    F: Fn(&mut Tx<'_>) -> Result<T>,
{
    fn once(&self, conn: Conn<'_>, shared: &Arc<Shared>) -> (Result<T>, Ran) {
        let mut tx = Tx::new(conn, Arc::clone(shared), self.ctx.clone(), Some(self.ordinal));
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.closure)(&mut tx)));
        let outcome = outcome.unwrap_or_else(|_| Err(Error::internal("a write closure panicked")));
        let ended = outcome.and_then(|answer| {
            if tx.fault.is_some() {
                return Err(Error::internal("a write closure went on after a failed statement"));
            }
            tx.check_end()?;
            if self.isolation == Isolation::Committed && !tx.entries.is_empty() {
                return Err(Error::internal("a write at read committed recorded a journal entry"));
            }
            Ok((answer, tx.prepare_entries()?))
        });
        self.queued.set(tx.queued);
        match ended {
            Ok((answer, entries)) => (Ok(answer), Ran::Well(entries)),
            Err(error) => (Err(error), Ran::Not(tx.fault)),
        }
    }
}

impl<T, F> Job for Write<T, F>
where
    T: Debug + Send + 'static,
    F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
{
    fn run(&mut self, mut conn: Conn<'_>, shared: &Arc<Shared>) -> Ran {
        if shared.twice {
            // What a retry would do: undo the first run, run again; the two must not differ.
            if conn.undo_point("SAVEPOINT twice").is_err() {
                return Ran::Not(Some(Fault::Lost));
            }
            let (first, first_ran) = self.once(conn.again(), shared);
            let undone = conn.undo_point("ROLLBACK TO SAVEPOINT twice; RELEASE SAVEPOINT twice");
            if undone.is_err() || matches!(first_ran, Ran::Not(Some(Fault::Retry | Fault::Lost))) {
                self.result = Some(first);
                return first_ran;
            }
            let (second, second_ran) = self.once(conn, shared);
            if matches!(second_ran, Ran::Not(Some(Fault::Retry | Fault::Lost))) {
                self.result = Some(second);
                return second_ran;
            }
            let same =
                format!("{first:?}") == format!("{second:?}") && format!("{first_ran:?}") == format!("{second_ran:?}");
            if !same {
                self.result = Some(Err(Error::internal(format!(
                    "a write closure is not repeatable: {first:?} {first_ran:?} against {second:?} {second_ran:?}"
                ))));
                return Ran::Not(None);
            }
            self.result = Some(second);
            return second_ran;
        }
        let (result, ran) = self.once(conn, shared);
        self.result = Some(result);
        ran
    }

    fn answer(&mut self, instead: Option<Error>) {
        if let Some(caller) = self.caller.take() {
            let result = match instead {
                Some(error) => Err(error),
                None => {
                    self.result.take().unwrap_or_else(|| Err(Error::internal("a write was answered before it ran")))
                }
            };
            if self.queued.get() && result.is_ok() {
                self.work.notify_one();
            }
            // A caller who went away does not undo what was committed.
            let _gone = caller.send(result);
        }
    }

    fn isolation(&self) -> Isolation {
        self.isolation
    }

    fn long(&self) -> Option<&'static str> {
        self.long
    }
}

/// A read on its way to a connection of PostgreSQL: runs once.
pub(crate) struct Read<T, F> {
    pub closure: Option<F>,
    pub ctx: Ctx,
    pub asked_at: Instant,
    pub result: Option<Result<T>>,
    pub caller: Option<oneshot::Sender<Result<T>>>,
}

/// Runs a read's closure once.
pub(crate) fn read_once<T>(
    closure: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ctx: Ctx,
    conn: Conn<'_>,
    shared: &Arc<Shared>,
) -> (Result<T>, Option<Fault>) {
    let mut tx = Tx::new(conn, Arc::clone(shared), ctx, None);
    let outcome = catch_unwind(AssertUnwindSafe(|| closure(&mut tx)))
        .unwrap_or_else(|_| Err(Error::internal("a read closure panicked")));
    let outcome = outcome.and_then(|answer| {
        if !tx.entries.is_empty() {
            return Err(Error::internal("a read recorded a journal entry"));
        }
        tx.check_end().map(|()| answer)
    });
    (outcome, tx.fault)
}

impl<T, F> Job for Read<T, F>
where
    T: Send + 'static,
    F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
{
    fn run(&mut self, conn: Conn<'_>, shared: &Arc<Shared>) -> Ran {
        let Some(closure) = self.closure.take() else { return Ran::Not(None) };
        let (outcome, fault) = read_once(closure, self.ctx.clone(), conn, shared);
        // A failed statement leaves no transaction for the next read, whatever the closure made of it.
        let ran = if outcome.is_ok() && fault.is_none() { Ran::Well(Vec::new()) } else { Ran::Not(fault) };
        self.result = Some(outcome);
        ran
    }

    fn answer(&mut self, instead: Option<Error>) {
        if let Some(caller) = self.caller.take() {
            let result = match instead {
                Some(error) => Err(error),
                None => self.result.take().unwrap_or_else(|| Err(Error::internal("a read was answered before it ran"))),
            };
            let _gone = caller.send(result);
        }
    }

    fn asked_at(&self) -> Option<Instant> {
        Some(self.asked_at)
    }

    fn is_forsaken(&self) -> bool {
        self.caller.as_ref().is_none_or(oneshot::Sender::is_closed)
    }

    fn isolation(&self) -> Isolation {
        Isolation::Repeatable
    }

    fn long(&self) -> Option<&'static str> {
        None
    }
}
