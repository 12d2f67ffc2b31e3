//! One unit as of a date.

use std::collections::BTreeMap;

use auth::{Capability, EdgeKind, Require as _, units};
use base::{Date, Result, UnitId};
use db::{Tx, params};
use http::{Answer, App, Path, Query, Signed, State, Tagged};
use serde::Serialize;
use utoipa::ToSchema;

use super::store::{self, Flat};
use super::{UnitRef, UnitRow, known, view};

/// One unit with its surroundings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Unit {
    /// As in a list.
    #[serde(flatten)]
    pub row: UnitRow,
    /// To whom it answers on that day.
    pub edges: Vec<UnitEdge>,
    /// How many units of each kind lie below it.
    pub counts: BTreeMap<String, i64>,
    /// What a school teaches.
    pub levels: Vec<String>,
    /// Where it is found. Not kept yet.
    pub address: Option<String>,
    /// What the actor may do here.
    pub may: Vec<&'static str>,
}

/// To whom a unit answers in one matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnitEdge {
    /// In which matter.
    pub kind: &'static str,
    /// To whom.
    pub authority: UnitRef,
    /// From this day, where known.
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// Until before this day.
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
}

/// One unit as of a day. Without a day: today, or its last day when it has ended.
pub fn show(tx: &mut Tx<'_>, id: UnitId, as_of: Option<Date>) -> Result<Unit> {
    tx.require(Capability::UnitView, id)?;
    let scope = tx.scope(Capability::UnitView)?;
    let bare = units::find(tx, id)?.ok_or_else(view::not_found)?;
    let on = view::shown_on(tx, &bare, as_of)?;
    let flat: Option<Flat> = tx.one(&store::ROW, params![id, on])?;
    let flat = flat.ok_or_else(|| base::Error::internal(format!("unit {id} has no name on {on}")))?;
    let row = view::rows(tx, vec![flat], EdgeKind::Place, on, &scope)?
        .into_iter()
        .next()
        .ok_or_else(|| base::Error::internal("a row was lost"))?;

    // Who keeps the records of a unit that has ended is an edge of the days after it.
    let today = tx.today();
    let holding: Vec<auth::edges::Edge> = auth::edges::of_unit(tx, id)?
        .into_iter()
        .filter(|edge| {
            let at = if edge.kind == EdgeKind::Custody && bare.valid_to.is_some() { today } else { on };
            edge.valid_from <= at && edge.valid_to.is_none_or(|to| at < to)
        })
        .collect();
    let authorities: Vec<UnitId> = holding.iter().map(|edge| edge.authority).collect();
    let named = view::refs(tx, &authorities, on)?;
    let edges = holding
        .into_iter()
        .filter_map(|edge| {
            let authority = named.iter().find(|unit| unit.id == edge.authority)?.clone();
            Some(UnitEdge { kind: edge.kind.as_str(), authority, from: known(edge.valid_from), to: edge.valid_to })
        })
        .collect();

    let counts = store::counts(tx, id, on, &scope)?.into_iter().collect();
    let levels: Vec<String> =
        tx.all::<(String,)>(&store::LEVELS, params![id])?.into_iter().map(|(level,)| level).collect();
    let may = may(tx, &bare)?;
    Ok(Unit { row, edges, counts, levels, address: None, may })
}

/// What the actor may do here today: nothing of what changes a unit once it has ended, and in a commune what its office
/// or the Sở above lets them make there.
fn may(tx: &mut Tx<'_>, unit: &units::Bare) -> Result<Vec<&'static str>> {
    let today = tx.today();
    let house = tx.is_house();
    let mut may = tx.may(unit.id)?;
    if unit.kind == "commune" && unit.valid_to.is_none() && !may.contains(&Capability::UnitCreate) {
        for over in super::create::who_may_found(tx, unit.id, today)? {
            if tx.may(over)?.contains(&Capability::UnitCreate) {
                may.push(Capability::UnitCreate);
                break;
            }
        }
    }
    let ended = unit.valid_to.is_some();
    may.retain(|capability| match capability {
        Capability::UnitCreate => !ended && matches!(unit.kind.as_str(), "commune" | "school"),
        Capability::UnitEdit => !ended && (house || super::rules::MADE_BY_PEOPLE.contains(&unit.kind.as_str())),
        Capability::AccountInvite | Capability::GrantManage | Capability::SettingsManage => !ended,
        _ => true,
    });
    may.sort_unstable();
    may.dedup();
    Ok(may.into_iter().map(Capability::as_str).collect())
}

/// On which day.
#[derive(Clone, Copy, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowQuery {
    /// The day; today when not said.
    #[param(value_type = Option<String>, format = Date)]
    pub as_of: Option<Date>,
}

/// One unit as of a day. A unit that has ended is shown as of its last day when none is said.
#[utoipa::path(get, path = "/units/{unit}", operation_id = "unit", tag = "units",
    params(("unit" = base::Uuid, Path), ShowQuery),
    responses((status = 200, body = Unit), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
    Query(query): Query<ShowQuery>,
) -> Answer<Tagged<Unit>> {
    let unit = app.db().read(&ctx, move |tx| show(tx, unit, query.as_of)).await?;
    Ok(Tagged::new(unit.row.version, unit))
}
