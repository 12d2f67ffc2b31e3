//! The background jobs that I asked for.

use auth::Require as _;
use base::{Result, UnitId};
use db::Tx;
use http::{Answer, App, Json, Reader, State};
use platform::jobs::{self, Handlers};

use super::JobView;
use crate::Items;

/// More is history: jobs that ended are forgotten after a month.
const MOST: u32 = 100;

/// The jobs of whoever asks, the newest first. What they asked the server to do out of its turn is among them for as long as
/// it is theirs to look after.
pub fn list_mine(tx: &mut Tx<'_>, handlers: &Handlers, runs: Option<UnitId>) -> Result<Vec<JobView>> {
    let account = tx.require_signed_in()?;
    let mut mine = jobs::of_account(tx, account, MOST)?;
    if !super::Oversight::of(tx, runs)?.is_of_server() {
        mine.retain(|job| !super::is_of_server(handlers, job));
    }
    super::view::views(tx, handlers, mine)
}

/// The background jobs I asked for.
#[utoipa::path(get, path = "/me/jobs", operation_id = "list_my_jobs", tag = "jobs",
    responses((status = 200, body = Items<JobView>)))]
pub async fn route(State(app): State<App>, reader: Reader) -> Answer<Json<Items<JobView>>> {
    let (handlers, runs) = (app.settings().jobs.clone(), app.settings().unit);
    Ok(Json(Items { items: reader.read(move |tx| list_mine(tx, &handlers, runs)).await? }))
}
