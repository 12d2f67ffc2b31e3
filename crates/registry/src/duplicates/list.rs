//! The steward's queue of a school: pairs of which it holds one at least, the most alike first.

use auth::{Capability, Require as _};
use base::{Page, PageRequest, Result, UnitId, Uuid, Value};
use db::Tx;
use db::list::Ask;
use http::{Answer, App, Json, List, Path, Query, Signed, State as Extract};
use serde::Deserialize;
use utoipa::IntoParams;

use super::store::{self, Pair};
use super::{DuplicateRow, State, view};

/// A queue longer than this is not counted on.
const COUNT: u32 = 500;

/// One page of a school's pairs, and whose data it shows.
pub fn list(
    tx: &mut Tx<'_>,
    unit: UnitId,
    state: State,
    page: &PageRequest,
) -> Result<(Vec<Uuid>, Page<DuplicateRow>)> {
    let access = tx.access(Capability::PupilEdit, unit)?;
    // Who may not change staff is not told of pairs among them.
    let but_for = if access.may().contains(&Capability::StaffEdit) { "" } else { "staff" };
    let ask = Ask {
        from_params: vec![Value::Uuid(unit.into()), Value::Text(state.code().into()), Value::Text(but_for.into())],
        sort: Some(("score".to_owned(), true)),
        limit: u32::from(page.limit()),
        cursor: page.cursor().map(str::to_owned),
        count_to: COUNT,
        ..Ask::default()
    };
    let found = store::AT_SCHOOL.page::<Pair>(tx, &ask)?;
    let (people, items) = view::rows(tx, found.items)?;
    let total = u64::from(found.total.unwrap_or_default());
    Ok((people, Page { items, next: found.next, total, total_is_more: found.more }))
}

/// What is asked, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// `open` when not said.
    #[serde(default)]
    pub state: State,
    /// Rows of a page: 1 to 200, 40 when not said.
    pub limit: Option<i64>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// Records of a school that may be of one human being, the most alike first. Of a record at another school nothing is told
/// but which school it is.
#[utoipa::path(get, path = "/units/{unit}/duplicates", operation_id = "list_duplicates", tag = "duplicates",
    params(("unit" = base::Uuid, Path), ListQuery),
    responses((status = 200, body = List<DuplicateRow>), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody)))]
pub async fn route(
    Extract(app): Extract<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
    Query(query): Query<ListQuery>,
) -> Answer<Json<List<DuplicateRow>>> {
    let page = PageRequest::new(query.limit, query.cursor)?;
    let found = app.look(&ctx, "duplicate.list", move |tx| list(tx, unit, query.state, &page)).await?;
    Ok(Json(List::from(found)))
}
