//! The queue's statements and rows.

use base::{AccountId, Instant, UnitId};

use super::JobId;

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
    }
}

db::statements! {
    pub(crate) INSERT = "INSERT INTO job (id, kind, state, unit, account, work, key, run_at, created_at)
        VALUES (?1, ?2, 'waiting', ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (key) DO NOTHING";
    pub(crate) OF_KEY = "SELECT id FROM job WHERE key = ?1";
    pub(crate) GET = "SELECT id, kind, state, unit, account, done, total, note, error, attempts, cancel, run_at, created_at, ended_at
        FROM job WHERE id = ?1 AND account = ?2";
    pub(crate) OF_ACCOUNT = "SELECT id, kind, state, unit, account, done, total, note, error, attempts, cancel, run_at, created_at, ended_at
        FROM job WHERE account = ?1 ORDER BY created_at DESC, id DESC LIMIT ?2";
    // A job whose server died is taken when its lease has run out. SQLite has one writer, so nothing is skipped there.
    pub(crate) CLAIM = {
        sqlite: "UPDATE job SET state = 'running', server = ?1, leased_until = ?3, attempts = attempts + 1
            WHERE id IN (SELECT id FROM job WHERE (state = 'waiting' AND run_at <= ?2) OR (state = 'running' AND leased_until < ?2)
                         ORDER BY run_at, id LIMIT ?4)
            RETURNING id, kind, work, attempts, account, unit, done",
        postgres: "UPDATE job SET state = 'running', server = ?1, leased_until = ?3, attempts = attempts + 1
            WHERE id IN (SELECT id FROM job WHERE (state = 'waiting' AND run_at <= ?2) OR (state = 'running' AND leased_until < ?2)
                         ORDER BY run_at, id LIMIT ?4 FOR UPDATE SKIP LOCKED)
            RETURNING id, kind, work, attempts, account, unit, done",
    };
    // The lease is kept only by the server that holds it: one that lost it learns so, and stops.
    pub(crate) KEEP = "UPDATE job SET leased_until = ?3, done = ?4, total = ?5, note = ?6
        WHERE id = ?1 AND server = ?2 AND state = 'running' RETURNING cancel";
    pub(crate) END = "UPDATE job SET state = ?3, answer = ?4, error = ?5, ended_at = ?6, leased_until = NULL, key = NULL
        WHERE id = ?1 AND server = ?2 AND state = 'running'";
    pub(crate) AGAIN = "UPDATE job SET state = 'waiting', error = ?3, run_at = ?4, leased_until = NULL, server = NULL
        WHERE id = ?1 AND server = ?2 AND state = 'running'";
    pub(crate) CANCEL_WAITING = "UPDATE job SET state = 'cancelled', cancel = TRUE, ended_at = ?2, key = NULL WHERE id = ?1 AND state = 'waiting'";
    pub(crate) CANCEL_RUNNING = "UPDATE job SET cancel = TRUE WHERE id = ?1 AND state = 'running'";
    pub(crate) FORGET = "DELETE FROM job WHERE ended_at < ?1";
    pub(crate) SCHEDULED = "SELECT next_at FROM job_schedule WHERE kind = ?1";
    pub(crate) SCHEDULE = "INSERT INTO job_schedule (kind, next_at) VALUES (?1, ?2) ON CONFLICT (kind) DO NOTHING";
    pub(crate) MOVE_SCHEDULE = "UPDATE job_schedule SET next_at = ?3 WHERE kind = ?1 AND next_at = ?2";
}
