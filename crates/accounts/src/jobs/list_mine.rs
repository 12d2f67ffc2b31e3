//! The background jobs that I asked for.

use auth::Require as _;
use base::Result;
use db::Tx;
use http::{Answer, App, Json, Signed, State};
use platform::jobs::{self, Handlers};

use super::JobView;
use crate::Items;

/// More is history: jobs that ended are forgotten after a month.
const MOST: u32 = 100;

/// The jobs of whoever asks, the newest first.
pub fn list_mine(tx: &mut Tx<'_>, handlers: &Handlers) -> Result<Vec<JobView>> {
    let account = tx.require_signed_in()?;
    let mine = jobs::of_account(tx, account, MOST)?;
    super::view::views(tx, handlers, mine)
}

/// The background jobs I asked for.
#[utoipa::path(get, path = "/me/jobs", operation_id = "list_my_jobs", tag = "jobs",
    responses((status = 200, body = Items<JobView>)))]
pub async fn route(State(app): State<App>, Signed(ctx): Signed) -> Answer<Json<Items<JobView>>> {
    let handlers = app.settings().jobs.clone();
    Ok(Json(Items { items: app.db().read(&ctx, move |tx| list_mine(tx, &handlers)).await? }))
}
