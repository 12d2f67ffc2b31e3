//! What the server does by itself, and when next.

use base::{Instant, Result, UnitId};
use db::{Tx, params};
use http::{Answer, App, Json, Reader, State};
use platform::jobs::{self, Handlers, JobRow};
use serde::Serialize;
use utoipa::ToSchema;

use super::{JobView, LAST_OF_KIND, Oversight};
use crate::Items;

/// Recurring work.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecurringView {
    /// What it does.
    #[schema(example = "backup.nightly")]
    pub kind: &'static str,
    /// What it does, in Vietnamese.
    #[schema(example = "Sao lưu hằng đêm")]
    pub kind_name: &'static str,
    /// When it is due next; `null` before the server has first looked at its calendar.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Instant>,
    /// The last time, or the one that runs now.
    pub last: Option<JobView>,
}

/// What recurs on this server, the next due first. Empty for whoever does not run it.
pub fn list_recurring(tx: &mut Tx<'_>, handlers: &Handlers, runs: Option<UnitId>) -> Result<Vec<RecurringView>> {
    if !Oversight::of(tx, runs)?.is_of_server() {
        return Ok(Vec::new());
    }
    let calendar = jobs::calendar(tx)?;
    let mut all = Vec::new();
    // A handful of kinds.
    for (kind, _) in handlers.recurring() {
        let last: Option<JobRow> = tx.one(&LAST_OF_KIND, params![kind])?;
        all.push(RecurringView {
            kind,
            kind_name: handlers.name(kind).unwrap_or(kind),
            next_at: calendar.iter().find(|one| one.kind == kind).map(|one| one.next_at),
            last: last.map(|job| super::view::view(tx, handlers, job)).transpose()?,
        });
    }
    all.sort_by_key(|one| (one.next_at.is_none(), one.next_at.map(|at| at.0), one.kind));
    Ok(all)
}

/// What the server does by itself, for those who run it.
#[utoipa::path(get, path = "/jobs/recurring", operation_id = "list_recurring_jobs", tag = "jobs",
    responses((status = 200, body = Items<RecurringView>)))]
pub async fn route(State(app): State<App>, reader: Reader) -> Answer<Json<Items<RecurringView>>> {
    let (handlers, runs) = (app.settings().jobs.clone(), app.settings().unit);
    Ok(Json(Items { items: reader.read(move |tx| list_recurring(tx, &handlers, runs)).await? }))
}
