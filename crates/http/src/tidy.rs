//! Every night: what was kept for a while only is forgotten.

use base::Result;
use db::Tx;
use platform::jobs::{Every, Handlers, Run, Work};
use serde::{Deserialize, Serialize};

use crate::idempotency;

/// Rows forgotten in one write: short enough for the writer.
const AT_ONCE: i64 = 2_000;

/// The job.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tidy {}

impl Work for Tidy {
    const KIND: &'static str = "installation.tidy";
    const NAME: &'static str = "Dọn dữ liệu tạm đã hết hạn";
}

/// Runs the job every night.
#[must_use]
pub fn handlers() -> Handlers {
    Handlers::default().with::<Tidy, _, _>(|run, _| async move { all(&run).await }).every(Every::DayAt(1, 30), Tidy {})
}

/// Forgets some of one sort. Answers how many, and whether there may be more.
type Forget = fn(&mut Tx<'_>) -> Result<(u64, bool)>;

fn in_steps(forgotten: u64) -> (u64, bool) {
    (forgotten, forgotten >= AT_ONCE.unsigned_abs())
}

const SORTS: [(&str, Forget); 5] = [
    ("lần đăng nhập sai", |tx| auth::delay::forget(tx, AT_ONCE).map(in_steps)),
    ("lời mời đã kết thúc", |tx| {
        let (failures, ended) = auth::invitations::forget(tx, AT_ONCE)?;
        Ok((failures + ended, in_steps(failures.max(ended)).1))
    }),
    ("lần đăng nhập bỏ dở", |tx| auth::tickets::forget(tx, AT_ONCE).map(in_steps)),
    ("phiên đăng nhập đã kết thúc", |tx| auth::session::forget(tx, AT_ONCE).map(in_steps)),
    ("khoá chống lặp", |tx| idempotency::forget(tx, AT_ONCE).map(in_steps)),
];

async fn all(run: &Run) -> Result<Option<serde_json::Value>> {
    let (mut forgotten, sorts) = (0, i64::try_from(SORTS.len()).ok());
    for (step, (what, forget)) in (0..).zip(SORTS) {
        run.progress(step, sorts, format!("đang dọn: {what}; đã xoá {forgotten} mục"));
        loop {
            let (n, more) = run
                .db
                .write(&run.ctx()?, move |tx| {
                    tx.public("a job of the system forgets what was kept for a while only");
                    forget(tx)
                })
                .await?;
            forgotten += n;
            if run.cancelled() {
                return Ok(None);
            }
            if !more {
                break;
            }
        }
    }
    run.progress(sorts.unwrap_or(0), sorts, format!("đã xoá {forgotten} mục"));
    Ok(Some(serde_json::json!({ "forgotten": forgotten })))
}
