//! Have a background job tried again now.

use base::{Result, UnitId};
use db::Tx;
use http::{Answer, App, Json, Path, Signed, State};
use platform::jobs::{self, Handlers, JobId};

use super::JobView;

/// Has a job tried again now, as if for the first time: the actor's own, or one they look after. Answers the job that
/// stands for it: of what recurs the one that waits or runs already.
pub fn retry(tx: &mut Tx<'_>, handlers: &Handlers, runs: Option<UnitId>, id: JobId) -> Result<JobId> {
    let job = super::in_hand(tx, handlers, runs, id)?;
    jobs::retry(tx, handlers, &job)
}

fn shown(tx: &mut Tx<'_>, handlers: &Handlers, runs: Option<UnitId>, id: JobId) -> Result<JobView> {
    let stands = retry(tx, handlers, runs, id)?;
    super::show::show(tx, handlers, runs, stands)
}

/// Has a background job tried again now: one that failed or was cancelled, or waits for its next try.
#[utoipa::path(post, path = "/jobs/{job}/retry", operation_id = "retry_job", tag = "jobs", params(("job" = base::Uuid, Path)),
    responses((status = 200, body = JobView), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody)))]
pub async fn route(State(app): State<App>, Signed(ctx): Signed, Path(job): Path<JobId>) -> Answer<Json<JobView>> {
    let (handlers, runs) = (app.settings().jobs.clone(), app.settings().unit);
    Ok(Json(app.db().write(&ctx, move |tx| shown(tx, &handlers, runs, job)).await?))
}
