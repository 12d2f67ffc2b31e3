//! Jobs: long work in the same database and the same transaction as the change that wants it. Idempotent, retried with
//! backoff, with visible progress, cancellable, recurring, and picked up by another server when one dies.
//!
//! ```ignore
//! #[derive(Serialize, Deserialize)]
//! struct SignClass { class: ClassId }
//! impl Work for SignClass { const KIND: &'static str = "transcript.sign_class"; }
//!
//! jobs::enqueue(tx, &SignClass { class }, &Ask::default())?;      // in the command
//! Handlers::default().with::<SignClass, _, _>(|run, work| async move { … })   // in the room's module
//! ```

pub mod run;
pub mod schedule;
pub(crate) mod store;

use base::{AccountId, Code, Instant, Kind, Result, UnitId};
use db::keys::Use;
use db::{Entry, Tx, params};

pub use run::{Handlers, Run, Runner};
pub use schedule::Every;
pub use store::JobRow;

base::typed_id! {
    /// A job (công việc chạy nền).
    JobId,
}

/// The job does not exist, or is somebody else's.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "job.not_found", "Không tìm thấy công việc");
/// The job has ended already.
pub const ENDED: Code = Code::new(Kind::Conflict, "job.ended", "Công việc đã kết thúc");

/// What a job does. The shape of a released kind stays readable: a changed one gets a new kind.
pub trait Work: serde::Serialize + serde::de::DeserializeOwned + Send + Sync + 'static {
    /// Its stable name, `noun.verb`.
    const KIND: &'static str;
    /// How often it is tried before it is given up.
    const ATTEMPTS: u32 = 8;
}

/// How a job is wanted.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Whose work it is: decides who sees it.
    pub unit: Option<UnitId>,
    /// Not before this moment; at once when none.
    pub run_at: Option<Instant>,
    /// While a job of this key waits or runs, another is not made.
    pub key: Option<String>,
}

/// Puts a job into the queue, with the transaction or not at all. Answers the id of the job that stands for the work:
/// the one that waits already, when the key is taken.
pub fn enqueue<W: Work>(tx: &mut Tx<'_>, work: &W, ask: &Ask) -> Result<JobId> {
    let id: JobId = tx.new_id();
    let plain = serde_json::to_vec(work).map_err(base::Error::internal)?;
    let salt = tx.draw();
    let sealed = tx.keys().seal(Use::Field, &salt, id.0.as_bytes(), &plain)?;
    let now = tx.now();
    let account = tx.ctx().actor().account();
    let run_at = ask.run_at.unwrap_or(now);
    let made =
        tx.exec(&store::INSERT, params![id, W::KIND, ask.unit, account, sealed, ask.key.as_deref(), run_at, now])?;
    if made == 1 {
        return Ok(id);
    }
    let key = ask.key.as_deref().unwrap_or_default();
    let standing: Option<(JobId,)> = tx.one(&store::OF_KEY, params![key])?;
    Ok(standing.map_or(id, |(standing,)| standing))
}

/// The jobs of one account, newest first.
pub fn of_account(tx: &mut Tx<'_>, account: AccountId, limit: u32) -> Result<Vec<JobRow>> {
    tx.all(&store::OF_ACCOUNT, params![account, limit])
}

/// One job of an account.
pub fn get(tx: &mut Tx<'_>, account: AccountId, id: JobId) -> Result<JobRow> {
    tx.one(&store::GET, params![id, account])?.ok_or_else(missing)
}

fn missing() -> base::Error {
    NOT_FOUND.error("Không tìm thấy công việc này, hoặc công việc không phải của bạn.")
}

/// Asks a job of an account to stop. One that waits ends at once; one that runs ends at its next step, and keeps what it
/// has finished.
pub fn cancel(tx: &mut Tx<'_>, account: AccountId, id: JobId) -> Result<JobRow> {
    let job = get(tx, account, id)?;
    match job.state.as_str() {
        "waiting" => {
            tx.exec(&store::CANCEL_WAITING, params![id, tx.now()])?;
            tx.record(Entry::new("job.cancelled", "job", id));
        }
        "running" => {
            tx.exec_one(&store::CANCEL_RUNNING, params![id])?;
            tx.record(Entry::new("job.cancel_asked", "job", id));
        }
        _ => return Err(ENDED.error("Công việc này đã kết thúc nên không huỷ được nữa.")),
    }
    get(tx, account, id)
}
