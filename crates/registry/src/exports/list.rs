//! The exports of a school: all for whoever sees all its pupils, one's own for whoever sees some. And what there is to ask
//! for.

use auth::Require as _;
use base::{Page, PageRequest, Result, UnitId, Uuid, Value};
use db::Tx;
use db::list::{Ask, Predicate};
use http::{Answer, Json, List, Path, Query, Reader, Tagged};
use rules::sector::Class;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::store::{self, ExportRow};
use super::{APPROVAL_ABOVE, Export, FieldView, Viewer, decide, get, not_found, offer};
use crate::imports::layout::What;
use crate::reach::{self, Which};

/// The list is counted so far.
const COUNT: u32 = 500;

/// Whether somebody sees what others asked for, too. Refuses whoever has no business with the school's pupils.
fn sees_all(tx: &mut Tx<'_>, school: UnitId) -> Result<bool> {
    Ok(reach::of_school(tx, school)?.which == Which::All)
}

/// One page of a school's exports, the last first.
pub fn list(tx: &mut Tx<'_>, school: UnitId, waiting: bool, page: &PageRequest) -> Result<Page<Export>> {
    let all = sees_all(tx, school)?;
    let viewer = Viewer::of(tx, school)?;
    let mut predicates = Vec::new();
    if !all {
        let own = viewer.account.map_or(Value::Null, |account| Value::Uuid(account.0));
        predicates.push(Predicate { text: "l.asked_by = ?1".to_owned(), params: vec![own] });
    }
    if waiting {
        let params = vec![Value::Int(viewer.now.0)];
        predicates.push(Predicate { text: "l.state = 'waiting' AND l.until > ?1".to_owned(), params });
    }
    let ask = Ask {
        from_params: vec![Value::Uuid(school.0)],
        predicates,
        sort: Some(("asked".to_owned(), true)),
        limit: u32::from(page.limit()),
        cursor: page.cursor().map(str::to_owned),
        count_to: COUNT,
        ..Ask::default()
    };
    let found = store::LISTED.page::<ExportRow>(tx, &ask)?;
    let items = found.items.into_iter().map(|row| viewer.view(row)).collect::<Result<_>>()?;
    let total = u64::from(found.total.unwrap_or_default());
    Ok(Page { items, next: found.next, total, total_is_more: found.more })
}

/// One export: one's own, or any for whoever sees all pupils.
pub fn show(tx: &mut Tx<'_>, school: UnitId, id: Uuid) -> Result<Export> {
    let all = sees_all(tx, school)?;
    let row = get(tx, school, id)?;
    let viewer = Viewer::of(tx, school)?;
    if !all && (viewer.account.is_none() || row.asked_by != viewer.account) {
        return Err(not_found());
    }
    viewer.view(row)
}

/// A list that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExportOffer {
    /// Which.
    pub what: What,
    /// What it is called.
    #[schema(example = "Học sinh")]
    pub title: &'static str,
    /// Its columns.
    pub fields: Vec<FieldView>,
    /// Whether it can be cut to classes.
    pub by_class: bool,
}

/// What can be asked for at a school, and from when on a second person has to approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExportOffers {
    /// The lists.
    pub offers: Vec<ExportOffer>,
    /// More people than this wait for a second person; what is protected or sensitive always does.
    #[schema(example = 100)]
    pub approval_above: i64,
    /// Whether the actor takes the lists of single classes only, which they lead or teach.
    pub classes_only: bool,
}

/// What can be asked for.
pub fn offers(tx: &mut Tx<'_>, school: UnitId) -> Result<ExportOffers> {
    let all = sees_all(tx, school)?;
    let approval_above = platform::settings::int(tx, &APPROVAL_ABOVE, Some(school))?.unwrap_or(100);
    let may = tx.may(school)?;
    // Whoever leads or teaches a class takes lists of its pupils; of whoever works there, only what one sees is offered.
    let sees = |offer: &&offer::Offer| offer.what == What::Pupils || decide::holds(&may, offer, Class::Basic);
    let shown = |offer: &offer::Offer, column: &offer::Column| {
        offer.what == What::Pupils || decide::holds(&may, offer, column.class)
    };
    let offers = offer::OFFERS.iter().filter(sees).map(|offer| ExportOffer {
        what: offer.what,
        title: offer.what.title(),
        fields: (offer.columns)().iter().filter(|column| shown(offer, column)).map(FieldView::from).collect(),
        by_class: offer.by_class,
    });
    Ok(ExportOffers { offers: offers.collect(), approval_above, classes_only: !all })
}

/// What is asked, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportsQuery {
    /// `true`: only those that wait to be decided.
    #[serde(default)]
    pub waiting: bool,
    /// Rows of a page: 1 to 200, 40 when not said.
    pub limit: Option<i64>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// The lists of people that were asked to leave a school: who, when, what for, how many, which columns, who approved, when
/// they were taken. The last first.
#[utoipa::path(get, path = "/schools/{school}/exports", operation_id = "exports", tag = "exports",
    params(("school" = Uuid, Path), ExportsQuery),
    responses((status = 200, body = List<Export>), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    reader: Reader,
    Path(school): Path<UnitId>,
    Query(query): Query<ExportsQuery>,
) -> Answer<Json<List<Export>>> {
    let page = PageRequest::new(query.limit, query.cursor)?;
    let found = reader.at(school).read(move |tx| list(tx, school, query.waiting, &page)).await?;
    Ok(Json(List::from(found)))
}

/// One export.
#[utoipa::path(get, path = "/schools/{school}/exports/{export}", operation_id = "export", tag = "exports",
    params(("school" = Uuid, Path), ("export" = Uuid, Path)),
    responses((status = 200, body = Export), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody)))]
pub async fn one(reader: Reader, Path((school, id)): Path<(UnitId, Uuid)>) -> Answer<Tagged<Export>> {
    let export = reader.at(school).read(move |tx| show(tx, school, id)).await?;
    Ok(Tagged::new(export.version, export))
}

/// Which lists can be asked for at a school, with their columns, and from when on a second person approves.
#[utoipa::path(get, path = "/schools/{school}/export-offers", operation_id = "export_offers", tag = "exports",
    params(("school" = Uuid, Path)),
    responses((status = 200, body = ExportOffers), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody)))]
pub async fn offered(reader: Reader, Path(school): Path<UnitId>) -> Answer<Json<ExportOffers>> {
    Ok(Json(reader.at(school).read(move |tx| offers(tx, school)).await?))
}
