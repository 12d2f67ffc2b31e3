//! The background jobs that the actor looks after.

use base::{Error, Page, PageRequest, Result, UnitId, Value};
use db::Tx;
use db::list::{Ask, Column, List as Listed, Operator, Type};
use http::{Answer, App, Json, List, Query, Reader, State};
use platform::jobs::{Handlers, JobRow};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{JobView, Oversight};

/// Counted so far: nobody reads on.
const COUNT: u32 = 1_000;
/// What a job can be.
const STATES: [&str; 5] = ["waiting", "running", "done", "failed", "cancelled"];

/// The list.
pub static LIST: Listed = Listed {
    name: "jobs",
    select: "j.id, j.kind, j.state, j.unit, j.account, j.done, j.total, j.note, j.error, j.attempts, j.cancel, j.run_at, j.created_at, j.ended_at",
    from: "job j",
    key: "j.id",
    columns: &[
        Column {
            name: "state",
            expr: "j.state",
            ty: Type::Text,
            nullable: false,
            sorts: false,
            operators: &[Operator::Is],
        },
        Column {
            name: "kind",
            expr: "j.kind",
            ty: Type::Text,
            nullable: false,
            sorts: false,
            operators: &[Operator::Is],
        },
        Column {
            name: "created_at",
            expr: "j.created_at",
            ty: Type::Int,
            nullable: false,
            sorts: true,
            operators: &[],
        },
    ],
};

/// One page of the jobs that the actor looks after, the newest first.
pub fn list(
    tx: &mut Tx<'_>,
    handlers: &Handlers,
    runs: Option<UnitId>,
    state: Option<&str>,
    page: &PageRequest,
) -> Result<Page<JobView>> {
    let oversight = Oversight::of(tx, runs)?;
    let is = |name: &str, value: &str| (name.to_owned(), Operator::Is, Value::Text(value.to_owned().into()));
    let found = LIST.page::<JobRow>(
        tx,
        &Ask {
            predicates: vec![oversight.predicate()],
            filters: state.map(|state| is("state", state)).into_iter().collect(),
            sort: Some(("created_at".to_owned(), true)),
            limit: u32::from(page.limit()),
            cursor: page.cursor().map(str::to_owned),
            count_to: COUNT,
            ..Ask::default()
        },
    )?;
    Ok(Page {
        items: super::view::views(tx, handlers, found.items)?,
        next: found.next,
        total: found.total.map_or(0, u64::from),
        total_is_more: found.more,
    })
}

/// What is asked.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Only these: `waiting`, `running`, `done`, `failed` or `cancelled`.
    #[param(example = "failed")]
    pub state: Option<String>,
    /// Rows of a page: 1 to 200, 40 when not said.
    pub limit: Option<i64>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// The background jobs one looks after: of the units whose settings one may change, and the server's own for those who
/// run it.
#[utoipa::path(get, path = "/jobs", operation_id = "list_jobs", tag = "jobs", params(ListQuery),
    responses((status = 200, body = List<JobView>), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    reader: Reader,
    Query(query): Query<ListQuery>,
) -> Answer<Json<List<JobView>>> {
    let (handlers, runs) = (app.settings().jobs.clone(), app.settings().unit);
    let read = reader.read(move |tx| {
        // What is wrong with a question is told to whoever is signed in.
        let state = query.state.filter(|state| !state.is_empty());
        if let Some(state) = state.as_deref().filter(|state| !STATES.contains(state)) {
            let detail =
                format!("Không có trạng thái “{state}”. Hãy chọn: waiting, running, done, failed hoặc cancelled.");
            return Err(Error::field("state", "job.state", detail));
        }
        let page = PageRequest::new(query.limit, query.cursor)?;
        list(tx, &handlers, runs, state.as_deref(), &page)
    });
    Ok(Json(List::from(read.await?)))
}
