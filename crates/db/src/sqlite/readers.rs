//! Connections for reading. A read runs on the thread that asks for it: it takes microseconds, and handing it to another
//! thread and its answer back took longer than the read (see `docs/decisions/0001-the-door.md`).

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base::Result;
use rusqlite::Connection;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{connect, driver};
use crate::error::stopping;

/// A read that keeps its caller's thread longer must be declared long.
const HOLD_MOST: Duration = Duration::from_millis(50);

/// The connections and how many of them are in use.
pub(super) struct Readers {
    path: PathBuf,
    /// One for each idle connection: who waits, waits here, without keeping a thread.
    places: Semaphore,
    state: Mutex<State>,
    /// Somebody gave a connection back.
    back: Condvar,
}

struct State {
    idle: Vec<Connection>,
    /// Connections in use, those of long reads among them.
    out: usize,
}

impl Readers {
    pub(super) fn open(path: &Path, count: usize) -> Result<Self> {
        let idle = (0..count).map(|_| connect(path, false)).collect::<Result<Vec<_>>>()?;
        Ok(Self {
            path: path.to_owned(),
            places: Semaphore::new(count),
            state: Mutex::new(State { idle, out: 0 }),
            back: Condvar::new(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A read's panic is caught before the connection comes back, so that nothing half done stands behind the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a connection, runs `read` on this thread, inside a transaction that shows one moment.
    pub(super) async fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let place = self.places.acquire().await.map_err(|_closed| stopping())?;
        let lent = self.lend(Some(place), None).ok_or_else(stopping)?;
        let began = Instant::now();
        let answer = lent.moment(read);
        let held = began.elapsed();
        if held > HOLD_MOST && !cfg!(debug_assertions) {
            tracing::warn!(
                held_ms = u64::try_from(held.as_millis()).unwrap_or(u64::MAX),
                "a read held its thread too long"
            );
        }
        answer
    }

    /// The same on a connection of its own. Blocks: for a thread that may wait.
    pub(super) fn read_long<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let own = connect(&self.path, false)?;
        self.lend(None, Some(own)).ok_or_else(stopping)?.moment(read)
    }

    fn lend<'r>(&'r self, place: Option<SemaphorePermit<'r>>, own: Option<Connection>) -> Option<Lent<'r>> {
        let mut state = self.state();
        // Asked under the lock: `close` has then either counted this read or refuses it.
        if self.places.is_closed() {
            return None;
        }
        let pooled = own.is_none();
        let conn = own.or_else(|| state.idle.pop())?;
        state.out += 1;
        Some(Lent { readers: self, conn: Some(conn), pooled, _place: place })
    }

    /// Lets the reads that run finish; those that wait, and later ones, are told that the program is stopping.
    pub(super) fn close(&self) {
        let mut state = self.state();
        self.places.close();
        while state.out > 0 {
            state = self.back.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.idle.clear();
    }
}

/// A connection in use. Comes back by itself, and its place is free only after that.
struct Lent<'r> {
    readers: &'r Readers,
    conn: Option<Connection>,
    pooled: bool,
    _place: Option<SemaphorePermit<'r>>,
}

impl Lent<'_> {
    fn moment<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let Some(conn) = &self.conn else { return Err(stopping()) };
        conn.prepare_cached("BEGIN").and_then(|mut begin| begin.execute([])).map_err(driver)?;
        let answer = read(conn);
        // A disk error may have ended the transaction already: then there is nothing to end.
        let _ended = conn.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([]));
        answer
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut state = self.readers.state();
        state.out -= 1;
        if let Some(conn) = self.conn.take().filter(|_| self.pooled) {
            state.idle.push(conn);
        }
        drop(state);
        self.readers.back.notify_all();
    }
}
