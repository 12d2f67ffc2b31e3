//! Ask a background job to stop.

use base::{Result, UnitId};
use db::Tx;
use http::{Answer, App, Json, Path, Signed, State};
use platform::jobs::{self, Handlers, JobId};

use super::JobView;

/// Asks a job to stop: the actor's own, or one they look after. One that waits ends at once, one that runs at its next
/// step; what it has finished stays.
pub fn cancel(tx: &mut Tx<'_>, handlers: &Handlers, runs: Option<UnitId>, id: JobId) -> Result<()> {
    let job = super::in_hand(tx, handlers, runs, id)?;
    jobs::cancel(tx, &job)
}

fn shown(tx: &mut Tx<'_>, handlers: &Handlers, runs: Option<UnitId>, id: JobId) -> Result<JobView> {
    cancel(tx, handlers, runs, id)?;
    super::show::show(tx, handlers, runs, id)
}

/// Asks a background job to stop.
#[utoipa::path(post, path = "/jobs/{job}/cancellation", operation_id = "cancel_job", tag = "jobs",
    params(("job" = base::Uuid, Path)),
    responses((status = 200, body = JobView), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody)))]
pub async fn route(State(app): State<App>, Signed(ctx): Signed, Path(job): Path<JobId>) -> Answer<Json<JobView>> {
    let (handlers, runs) = (app.settings().jobs.clone(), app.settings().unit);
    Ok(Json(app.db().write(&ctx, move |tx| shown(tx, &handlers, runs, job)).await?))
}
