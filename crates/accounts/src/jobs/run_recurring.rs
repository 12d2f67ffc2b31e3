//! Do now what recurs anyway: a backup before an upgrade.

use auth::confirmation;
use base::{Result, UnitId};
use db::{Entry, Tx};
use http::{Answer, App, Json, Path, Signed, State};
use platform::jobs::{self, Handlers, JobId};

use super::{JobView, Oversight};

/// Puts recurring work into the queue at once. While it waits or runs already, that one stands for it; one that waits for
/// its next try is tried now.
pub fn run_recurring(tx: &mut Tx<'_>, handlers: &Handlers, runs: Option<UnitId>, kind: &str) -> Result<JobId> {
    if !Oversight::of(tx, runs)?.is_of_server() {
        return Err(jobs::missing());
    }
    if handlers.is_confirmed(kind) {
        confirmation::require(tx)?;
    }
    let id = handlers.enqueue_recurring(tx, kind)?.ok_or_else(jobs::missing)?;
    if let Some(waits) = jobs::find(tx, id)?.filter(|job| job.state == "waiting" && job.run_at > tx.now()) {
        return jobs::retry(tx, handlers, &waits);
    }
    tx.record(Entry::new("job.asked", "job", id).after(&kind)?);
    Ok(id)
}

fn shown(tx: &mut Tx<'_>, handlers: &Handlers, runs: Option<UnitId>, kind: &str) -> Result<JobView> {
    let id = run_recurring(tx, handlers, runs, kind)?;
    let job = jobs::find(tx, id)?.ok_or_else(jobs::missing)?;
    super::view::view(tx, handlers, job)
}

/// Does now what recurs anyway. While it waits or runs already, that job is answered.
#[utoipa::path(post, path = "/jobs/recurring/{kind}/run", operation_id = "run_recurring_job", tag = "jobs",
    params(("kind" = String, Path)),
    responses((status = 200, body = JobView), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody)))]
pub async fn route(State(app): State<App>, Signed(ctx): Signed, Path(kind): Path<String>) -> Answer<Json<JobView>> {
    let (handlers, runs) = (app.settings().jobs.clone(), app.settings().unit);
    Ok(Json(app.db().write(&ctx, move |tx| shown(tx, &handlers, runs, &kind)).await?))
}
