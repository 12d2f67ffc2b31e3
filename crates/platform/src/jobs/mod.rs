//! Jobs: long work in the same database and the same transaction as the change that wants it. Idempotent, retried with
//! backoff, with visible progress, cancellable, recurring, and picked up by another server when one dies.
//!
//! ```ignore
//! #[derive(Serialize, Deserialize)]
//! struct SignClass { class: ClassId }
//! impl Work for SignClass { const KIND: &'static str = "transcript.sign_class"; const NAME: &'static str = "Ký học bạ"; }
//!
//! jobs::enqueue(tx, &SignClass { class }, &Ask::default())?;      // in the command
//! Handlers::default().with::<SignClass, _, _>(|run, work| async move { … })   // in the room's module
//! ```

mod attempt;
mod handlers;
pub mod run;
pub mod schedule;
pub(crate) mod store;

use base::{AccountId, Code, Instant, Kind, Result, UnitId};
use db::keys::Use;
use db::{Entry, Tx, params};

pub use handlers::{Handlers, Run};
pub use run::{Pace, Runner};
pub use schedule::Every;
pub use store::{JobRow, Recurring};

base::typed_id! {
    /// A job (công việc chạy nền).
    JobId,
}

/// The job does not exist, or is somebody else's.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "job.not_found", "Không tìm thấy công việc");
/// The job has ended already.
pub const ENDED: Code = Code::new(Kind::Conflict, "job.ended", "Công việc đã kết thúc");
/// The job runs, or was done: there is nothing to be tried again.
pub const NOT_TO_RETRY: Code = Code::new(Kind::Conflict, "job.not_to_retry", "Công việc không cần thử lại");
/// Its servers died with it, as often as it may be tried.
pub const GIVEN_UP: Code = Code::new(Kind::Internal, "job.given_up", "Công việc không làm được");
/// Another of its kind was put into the queue at the same moment.
pub const STANDS: Code = Code::new(Kind::Conflict, "job.stands", "Việc định kỳ này đang chờ hoặc đang chạy");
/// Another server has taken the job.
pub const LOST: Code = Code::new(Kind::Conflict, "job.lost", "Máy chủ khác đã nhận công việc");

/// What a job does. The shape of a released kind stays readable: a changed one gets a new kind.
pub trait Work: serde::Serialize + serde::de::DeserializeOwned + Send + Sync + 'static {
    /// Its stable name, `noun.verb`.
    const KIND: &'static str;
    /// What it is called, in Vietnamese.
    const NAME: &'static str;
    /// How often it is tried before it is given up.
    const ATTEMPTS: u32 = 8;
    /// Whether whoever asks for it by hand, out of its turn, shows first that it is still them.
    const CONFIRMED: bool = false;
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
        tx.queued_work();
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

/// One job. Whether the actor may see it is the caller's to decide.
pub fn find(tx: &mut Tx<'_>, id: JobId) -> Result<Option<JobRow>> {
    tx.one(&store::GET, params![id])
}

/// One job of an account.
pub fn get(tx: &mut Tx<'_>, account: AccountId, id: JobId) -> Result<JobRow> {
    find(tx, id)?.filter(|job| job.account == Some(account)).ok_or_else(missing)
}

/// What is said of a job that is not there or not the actor's to see.
#[must_use]
pub fn missing() -> base::Error {
    NOT_FOUND.error("Không tìm thấy công việc này, hoặc công việc không phải của bạn.")
}

fn about(job: &JobRow, kind: &'static str) -> Entry {
    let entry = Entry::new(kind, "job", job.id);
    job.unit.map_or(entry.clone(), |unit| entry.unit(unit))
}

/// Asks a job to stop. One that waits ends at once; one that runs ends at its next step, and keeps what it has finished.
/// Rights are the caller's.
pub fn cancel(tx: &mut Tx<'_>, job: &JobRow) -> Result<()> {
    if tx.exec(&store::CANCEL_IDLE, params![job.id, tx.now()])? == 1 {
        tx.record(about(job, "job.cancelled"));
        return Ok(());
    }
    if tx.exec(&store::CANCEL_RUNNING, params![job.id])? == 1 {
        tx.record(about(job, "job.cancel_asked"));
        return Ok(());
    }
    Err(ENDED.error("Công việc này đã kết thúc nên không huỷ được nữa. Hãy tải lại để xem kết quả."))
}

/// Has a job tried again now, as if for the first time: one that failed or was cancelled, or waits for its next try.
/// Answers the job that stands for the work: of what recurs it is the one that waits or runs already, when there is one,
/// because two at once would be in each other's way. Rights are the caller's.
pub fn retry(tx: &mut Tx<'_>, handlers: &Handlers, job: &JobRow) -> Result<JobId> {
    let key = handlers.key(&job.kind).filter(|_| job.unit.is_none());
    if let (Some(key), "failed" | "cancelled") = (&key, job.state.as_str())
        && let Some((standing,)) = tx.one::<(JobId,)>(&store::OF_KEY, params![key])?
    {
        return Ok(standing);
    }
    if tx.exec(&store::RETRY, params![job.id, tx.now(), key])? == 0 {
        return Err(NOT_TO_RETRY
            .error("Công việc này đang chạy hoặc đã xong nên không cần thử lại. Hãy tải lại để xem kết quả."));
    }
    tx.queued_work();
    tx.record(about(job, "job.retried"));
    Ok(job.id)
}

/// The last jobs that failed, but for those whose like was done since: what is still to be seen to. Rights are the
/// caller's.
pub fn failed(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<JobRow>> {
    tx.all(&store::FAILED, params![limit])
}

/// When recurring work is due next. Rights are the caller's.
pub fn calendar(tx: &mut Tx<'_>) -> Result<Vec<Recurring>> {
    tx.all(&store::CALENDAR, &[])
}
