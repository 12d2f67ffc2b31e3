//! The queue's statements and rows.
//!
//! A lease is reckoned by the database's clock, because the servers' clocks differ. It is never longer than
//! [`LEASE_LONGEST`]: one that seems to be has outlived a clock that was set back, and has run out as well.

use base::{AccountId, Instant, UnitId, Uuid};

use super::JobId;

/// The longest lease, in microseconds. The statements below say the figure once more.
pub(crate) const LEASE_LONGEST: i64 = 60_000_000;

db::row! {
    /// A job as its owner sees it.
    pub struct JobRow {
        /// Its id.
        pub id: JobId,
        /// What it does.
        pub kind: String,
        /// `waiting`, `running`, `done`, `failed` or `cancelled`.
        pub state: String,
        /// Whose work it is.
        pub unit: Option<UnitId>,
        /// Who asked for it.
        pub account: Option<AccountId>,
        /// Steps finished.
        pub done: i64,
        /// Steps in all, when known.
        pub total: Option<i64>,
        /// What it is at, in Vietnamese.
        pub note: Option<String>,
        /// Why it failed, or failed last, in Vietnamese.
        pub error: Option<String>,
        /// Times it was tried.
        pub attempts: i64,
        /// Whether it was asked to stop.
        pub cancel: bool,
        /// When it is tried next, or was first to be tried.
        pub run_at: Instant,
        /// When it was asked for.
        pub created_at: Instant,
        /// When it ended.
        pub ended_at: Option<Instant>,
    }

    /// A job as a runner takes it.
    pub(crate) struct Claimed {
        pub id: JobId,
        pub kind: String,
        pub work: Vec<u8>,
        pub attempts: i64,
        pub account: Option<AccountId>,
        pub unit: Option<UnitId>,
        pub done: i64,
        pub cancel: bool,
    }

    /// Recurring work and when it is due.
    pub struct Recurring {
        /// What it does.
        pub kind: String,
        /// When it is due next.
        pub next_at: Instant,
    }
}

/// Who holds a job: nobody else writes to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hold {
    pub id: JobId,
    pub lease: Uuid,
}

db::statements! {
    pub(crate) INSERT = "INSERT INTO job (id, kind, state, unit, account, work, key, run_at, created_at)
        VALUES (?1, ?2, 'waiting', ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (key) DO NOTHING";
    pub(crate) OF_KEY = "SELECT id FROM job WHERE key = ?1";
    pub(crate) GET = "SELECT id, kind, state, unit, account, done, total, note, error, attempts, cancel, run_at, created_at, ended_at
        FROM job WHERE id = ?1";
    pub(crate) OF_ACCOUNT = "SELECT id, kind, state, unit, account, done, total, note, error, attempts, cancel, run_at, created_at, ended_at
        FROM job WHERE account = ?1 ORDER BY created_at DESC, id DESC LIMIT ?2";
    // A job whose server died is taken when its lease has run out. Only kinds that this runner handles (`?5`, each between
    // blanks): on a server of another version they would fail. SQLite has one writer, so nothing is skipped there.
    pub(crate) CLAIM = {
        sqlite: "UPDATE job SET state = 'running', lease = ?1, leased_until = CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) + ?3,
              attempts = attempts + 1
            WHERE id IN (SELECT id FROM job WHERE ((state = 'waiting' AND run_at <= ?2) OR (state = 'running'
                  AND leased_until - CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) NOT BETWEEN 0 AND 60000000))
                AND instr(?5, ' ' || kind || ' ') > 0
              ORDER BY run_at, id LIMIT ?4)
            RETURNING id, kind, work, attempts, account, unit, done, cancel",
        postgres: "UPDATE job SET state = 'running', lease = ?1, leased_until = CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) + ?3,
              attempts = attempts + 1
            WHERE id IN (SELECT id FROM job WHERE ((state = 'waiting' AND run_at <= ?2) OR (state = 'running'
                  AND leased_until - CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) NOT BETWEEN 0 AND 60000000))
                AND strpos(?5, ' ' || kind || ' ') > 0
              ORDER BY run_at, id LIMIT ?4 FOR UPDATE SKIP LOCKED)
            RETURNING id, kind, work, attempts, account, unit, done, cancel",
    };
    // The lease is kept only by whoever holds it: one that lost it learns so, and stops.
    pub(crate) KEEP = {
        sqlite: "UPDATE job SET leased_until = CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) + ?3, done = ?4, total = ?5, note = ?6
            WHERE id = ?1 AND lease = ?2 AND state = 'running' RETURNING cancel",
        postgres: "UPDATE job SET leased_until = CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) + ?3, done = ?4, total = ?5, note = ?6
            WHERE id = ?1 AND lease = ?2 AND state = 'running' RETURNING cancel",
    };
    /// Whether it is held still, and to be stopped.
    pub(crate) HELD = "SELECT cancel FROM job WHERE id = ?1 AND lease = ?2 AND state = 'running'";
    /// The same, and nobody takes it before this transaction has ended. What follows in it needs no such condition.
    pub(crate) HOLD = {
        sqlite: "SELECT cancel FROM job WHERE id = ?1 AND lease = ?2 AND state = 'running'",
        postgres: "SELECT cancel FROM job WHERE id = ?1 AND lease = ?2 AND state = 'running' FOR NO KEY UPDATE",
    };
    pub(crate) SHOW = "UPDATE job SET done = ?2, total = ?3, note = ?4 WHERE id = ?1";
    pub(crate) END = "UPDATE job SET state = ?2, answer = ?3, error = ?4, ended_at = ?5, leased_until = NULL, lease = NULL, key = NULL
        WHERE id = ?1";
    pub(crate) AGAIN = "UPDATE job SET state = 'waiting', error = ?2, run_at = ?3, leased_until = NULL, lease = NULL WHERE id = ?1";
    /// Hands it back, as if it had not been taken: the server stops.
    pub(crate) BACK = "UPDATE job SET state = 'waiting', attempts = attempts - 1, leased_until = NULL, lease = NULL WHERE id = ?1";
    // One that waits, or whose server died.
    pub(crate) CANCEL_IDLE = {
        sqlite: "UPDATE job SET state = 'cancelled', cancel = TRUE, ended_at = ?2, key = NULL, lease = NULL, leased_until = NULL
            WHERE id = ?1 AND (state = 'waiting' OR (state = 'running'
              AND leased_until - CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER) NOT BETWEEN 0 AND 60000000))",
        postgres: "UPDATE job SET state = 'cancelled', cancel = TRUE, ended_at = ?2, key = NULL, lease = NULL, leased_until = NULL
            WHERE id = ?1 AND (state = 'waiting' OR (state = 'running'
              AND leased_until - CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) NOT BETWEEN 0 AND 60000000))",
    };
    pub(crate) CANCEL_RUNNING = "UPDATE job SET cancel = TRUE WHERE id = ?1 AND state = 'running'";
    // The key went when it ended: what recurs gets it back.
    pub(crate) RETRY = "UPDATE job SET state = 'waiting', attempts = 0, cancel = FALSE, run_at = ?2, ended_at = NULL, answer = NULL,
          key = coalesce(key, ?3)
        WHERE id = ?1 AND state IN ('waiting', 'failed', 'cancelled')";
    /// What failed, and was not done since by another of its kind.
    pub(crate) FAILED = "SELECT j.id, j.kind, j.state, j.unit, j.account, j.done, j.total, j.note, j.error, j.attempts, j.cancel, j.run_at, j.created_at, j.ended_at
        FROM job j WHERE j.state = 'failed'
          AND NOT EXISTS (SELECT 1 FROM job d WHERE d.kind = j.kind AND d.state = 'done' AND d.ended_at > j.ended_at)
        ORDER BY j.ended_at DESC NULLS LAST, j.id DESC LIMIT ?1";
    pub(crate) FORGET = "DELETE FROM job WHERE ended_at < ?1";
    pub(crate) CALENDAR = "SELECT kind, next_at FROM job_schedule ORDER BY kind NULLS LAST";
    pub(crate) SCHEDULE = "INSERT INTO job_schedule (kind, next_at) VALUES (?1, ?2) ON CONFLICT (kind) DO NOTHING";
    // Of several servers one moves the calendar: for the others it is due no more.
    pub(crate) MOVE_SCHEDULE = "UPDATE job_schedule SET next_at = ?3 WHERE kind = ?1 AND next_at <= ?2";
    // Later than it can be: the clock was set back since.
    pub(crate) NEARER_SCHEDULE = "UPDATE job_schedule SET next_at = ?2 WHERE kind = ?1 AND next_at > ?2";
}
