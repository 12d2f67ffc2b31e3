//! What an office above schools is told: that a record of one exists at another, and nothing of whose it is.

use std::collections::HashSet;

use auth::{Capability, Require as _};
use base::{Page, PageRequest, PersonId, Result, UnitId, Value};
use db::list::Ask;
use db::{Tx, row};
use http::{Answer, Json, List, Path, Query, Reader};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{DuplicateId, Holder, store, view};
use crate::units;

/// Counted no further.
const COUNT: u32 = 500;

row! {
    struct Across { id: DuplicateId, one: PersonId, other: PersonId, score: i64 }
}

/// Two schools that seem to hold records of one human being.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DuplicateAcross)]
pub struct AcrossRow {
    /// Which pair.
    #[schema(value_type = base::Uuid)]
    pub id: DuplicateId,
    /// The schools that hold the one, as far as the office sees them.
    pub one_at: Vec<Holder>,
    /// Those that hold the other.
    pub other_at: Vec<Holder>,
}

/// One page of the open pairs between units below an office.
pub fn list(tx: &mut Tx<'_>, unit: UnitId, page: &PageRequest) -> Result<Page<AcrossRow>> {
    let scope = tx.access(Capability::PupilView, unit)?.scope(Capability::PupilView);
    let ask = Ask {
        from_params: vec![Value::Uuid(unit.into())],
        sort: Some(("score".to_owned(), true)),
        limit: u32::from(page.limit()),
        cursor: page.cursor().map(str::to_owned),
        count_to: COUNT,
        ..Ask::default()
    };
    let found = store::ACROSS.page::<Across>(tx, &ask)?;
    let people: Vec<PersonId> = found.items.iter().flat_map(|pair| [pair.one, pair.other]).collect();
    let held = store::held(tx, &people)?;
    let mut holding: Vec<UnitId> = held.iter().map(|(_, unit, ..)| *unit).collect();
    holding.sort_unstable();
    holding.dedup();
    let in_sight: HashSet<UnitId> = units::store::in_sight(tx, &holding, &scope)?.into_iter().collect();
    let names = view::names(tx, in_sight.iter().copied())?;
    let at = |person: PersonId| {
        let mut units: Vec<UnitId> = held
            .iter()
            .filter(|(who, unit, ..)| *who == person && in_sight.contains(unit))
            .map(|(_, unit, ..)| *unit)
            .collect();
        units.sort_unstable();
        units.dedup();
        view::holders(&names, units)
    };
    let items =
        found.items.iter().map(|pair| AcrossRow { id: pair.id, one_at: at(pair.one), other_at: at(pair.other) });
    let total = u64::from(found.total.unwrap_or_default());
    Ok(Page { items: items.collect(), next: found.next, total, total_is_more: found.more })
}

/// Which page.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AcrossQuery {
    /// Rows of a page: 1 to 200, 40 when not said.
    pub limit: Option<i64>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// Schools below an office that seem to hold records of one human being. Which schools, and nothing else: the schools decide.
#[utoipa::path(get, path = "/units/{unit}/duplicates/across", operation_id = "list_duplicates_across", tag = "duplicates",
    params(("unit" = base::Uuid, Path), AcrossQuery),
    responses((status = 200, body = List<AcrossRow>), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody)))]
pub async fn route(
    reader: Reader,
    Path(unit): Path<UnitId>,
    Query(query): Query<AcrossQuery>,
) -> Answer<Json<List<AcrossRow>>> {
    let found = reader.at(unit).read(move |tx| list(tx, unit, &PageRequest::new(query.limit, query.cursor)?)).await?;
    Ok(Json(List::from(found)))
}
