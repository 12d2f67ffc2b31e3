//! One background job.

use base::{Result, UnitId};
use db::Tx;
use http::{Answer, App, Json, Path, Reader, State};
use platform::jobs::{Handlers, JobId};

use super::JobView;

/// One job: the actor's own, or one they look after.
pub fn show(tx: &mut Tx<'_>, handlers: &Handlers, runs: Option<UnitId>, id: JobId) -> Result<JobView> {
    let job = super::in_sight(tx, handlers, runs, id)?;
    super::view::view(tx, handlers, job)
}

/// One background job.
#[utoipa::path(get, path = "/jobs/{job}", operation_id = "show_job", tag = "jobs", params(("job" = base::Uuid, Path)),
    responses((status = 200, body = JobView), (status = 404, body = http::ProblemBody)))]
pub async fn route(State(app): State<App>, reader: Reader, Path(job): Path<JobId>) -> Answer<Json<JobView>> {
    let (handlers, runs) = (app.settings().jobs.clone(), app.settings().unit);
    Ok(Json(reader.read(move |tx| show(tx, &handlers, runs, job)).await?))
}
