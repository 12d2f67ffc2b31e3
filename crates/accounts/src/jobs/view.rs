//! What the answers about jobs show.

use std::collections::HashMap;

use base::{Instant, Result, UnitId, Uuid};
use db::Tx;
use platform::jobs::{Handlers, JobRow};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{UnitRef, names};

/// One background job.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct JobView {
    /// Which.
    pub id: Uuid,
    /// What it does.
    #[schema(example = "backup.nightly")]
    pub kind: String,
    /// What it does, in Vietnamese.
    #[schema(example = "Sao lưu hằng đêm")]
    pub kind_name: String,
    /// `waiting`, `running`, `done`, `failed` or `cancelled`.
    #[schema(example = "running")]
    pub state: String,
    /// Whose work it is; `null` when it is the server's own.
    pub unit: Option<UnitRef>,
    /// Whether whoever asks is who wanted it.
    #[schema(example = false)]
    pub mine: bool,
    /// Steps finished.
    #[schema(example = 1)]
    pub done: i64,
    /// Steps in all, when known.
    #[schema(example = 3)]
    pub total: Option<i64>,
    /// What it is at, in Vietnamese.
    #[schema(example = "đang sao lưu")]
    pub note: Option<String>,
    /// Why it failed, or failed last, in Vietnamese.
    #[schema(example = json!(null))]
    pub error: Option<String>,
    /// How often it was tried.
    #[schema(example = 1)]
    pub attempts: i64,
    /// Whether it was asked to stop and has not stopped yet.
    #[schema(example = false)]
    pub stopping: bool,
    /// When it is tried next, while it waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Instant>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Instant,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Instant>,
    /// What can be done with it: `cancel`, `retry`.
    #[schema(example = json!(["cancel"]))]
    pub may: Vec<&'static str>,
}

/// Shows jobs that the actor may see.
pub(crate) fn views(tx: &mut Tx<'_>, handlers: &Handlers, jobs: Vec<JobRow>) -> Result<Vec<JobView>> {
    let units: Vec<UnitId> = jobs.iter().filter_map(|job| job.unit).collect();
    let units = if units.is_empty() { HashMap::new() } else { names::units(tx, &units)? };
    let me = tx.ctx().actor().account();
    Ok(jobs
        .into_iter()
        .map(|job| {
            let waiting = job.state == "waiting";
            let may = match job.state.as_str() {
                "waiting" if job.attempts > 0 => vec!["cancel", "retry"],
                "waiting" => vec!["cancel"],
                "running" if !job.cancel => vec!["cancel"],
                "failed" | "cancelled" => vec!["retry"],
                _ => Vec::new(),
            };
            JobView {
                id: job.id.0,
                // A kind of another version, or of what was switched off since.
                kind_name: handlers.name(&job.kind).map_or_else(|| job.kind.clone(), str::to_owned),
                kind: job.kind,
                unit: job.unit.and_then(|unit| units.get(&unit).cloned()),
                mine: me.is_some() && job.account == me,
                done: job.done,
                total: job.total,
                note: job.note,
                error: job.error,
                attempts: job.attempts,
                stopping: job.cancel && job.state == "running",
                next_at: waiting.then_some(job.run_at),
                created_at: job.created_at,
                ended_at: job.ended_at,
                may,
                state: job.state,
            }
        })
        .collect())
}

/// Shows one.
pub(crate) fn view(tx: &mut Tx<'_>, handlers: &Handlers, job: JobRow) -> Result<JobView> {
    views(tx, handlers, vec![job])?.pop().ok_or_else(|| base::Error::internal("a job was lost"))
}
