//! The list of units, and the search: as of a date, in the actor's scope.

use auth::require::ended_below;
use auth::{Capability, EdgeKind, Require as _, Scope};
use base::{Date, Error, Page, PageRequest, Result, UnitId, Value, vi};
use db::Tx;
use db::list::{Ask, Predicate};
use http::{Answer, Json, List, Query, Reader};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::rules::lowered;
use super::store::{self, Flat};
use super::{UnitRow, view};

/// Words of a question that are looked at; the others add nothing that people type.
const WORDS_AT_MOST: usize = 8;
/// A search stops counting here.
const COUNT_SEARCH: u32 = 500;
/// A list is counted whole: there are not more units than this below anybody.
const COUNT_LIST: u32 = 200_000;

/// Whether a search finds what no longer stands on its day, too: by the name it had last, with what it went into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ended {
    /// What stands on the day.
    #[default]
    No,
    /// What stands, and after it what has ended.
    Also,
    /// What has ended.
    Only,
}

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct ListUnits {
    /// Words, or beginnings of words, of a name or code; tones do not matter, but the exact ones come first.
    pub q: Option<String>,
    /// Only these kinds.
    pub kinds: Vec<String>,
    /// Only these of them.
    pub only: Option<Vec<UnitId>>,
    /// Only units directly below this one.
    pub parent: Option<UnitId>,
    /// By which kind of edge; by place when not said.
    pub edge: Option<EdgeKind>,
    /// On which day; today when not said.
    pub as_of: Option<Date>,
    /// Whether a search finds what had ended by that day.
    pub ended: Ended,
    /// Only the actor's own ([`own`]), and not what is published for everybody.
    pub mine: bool,
    /// `name`, `code`, `kind`, downwards with `-`; a search without one is sorted by how well it answers.
    pub sort: Option<String>,
    /// Which page.
    pub page: PageRequest,
    /// Whether nobody asks how many there are: counting reads the whole list.
    pub uncounted: bool,
}

/// What is an actor's own: what the roles reach, and for a role at an office the place it looks after with all that lies in
/// it; of what has ended, where that is looked for, what this was on its last day. `None` where that is everything.
fn own(tx: &mut Tx<'_>, scope: &Scope, on: Date, ended: Ended) -> Result<Option<Predicate>> {
    let Scope::Within { kinds, units, .. } = scope else { return Ok(None) };
    if units.is_empty() {
        return Ok(Some(Predicate { text: "1 = 0".to_owned(), params: Vec::new() }));
    }
    let mut params: Vec<Value<'static>> = Vec::with_capacity(units.len() + 1);
    let mut places = |units: &[UnitId]| {
        let first = params.len() + 1;
        params.extend(units.iter().map(|unit| Value::Uuid((*unit).into())));
        (first..=params.len()).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ")
    };
    let along = kinds.iter().map(|kind| format!("'{}'", kind.as_str())).collect::<Vec<_>>().join(", ");
    let mine = places(units);
    let reached =
        format!("SELECT c.descendant FROM unit_closure c WHERE c.kind IN ({along}) AND c.ancestor IN ({mine})");
    let mut any = Vec::with_capacity(3);
    if ended != Ended::No {
        any.push(ended_below("u.id", EdgeKind::Teaching, &mine));
    }
    let offices = store::offices(tx, units)?;
    if offices.is_empty() {
        // A school's people are spared the walk: PostgreSQL takes it for long, and then reads all names in their order.
        any.push(format!("u.id IN ({reached})"));
    } else {
        let offices = places(&offices);
        params.push(Value::Date(on));
        let day = params.len();
        let lands = format!(
            "SELECT e.authority FROM unit_edge e WHERE e.kind = 'place' AND e.unit IN ({offices})
               AND e.valid_from <= ?{day} AND (e.valid_to IS NULL OR e.valid_to > ?{day})"
        );
        if ended != Ended::No {
            any.push(ended_below("u.id", EdgeKind::Place, &lands));
        }
        any.push(format!(
            "u.id IN (WITH RECURSIVE own_land (unit) AS (
               {lands}
               UNION
               SELECT e.unit FROM own_land l CROSS JOIN unit_edge e WHERE e.kind = 'place' AND e.authority = l.unit
                   AND e.valid_from <= ?{day} AND (e.valid_to IS NULL OR e.valid_to > ?{day})
             ) SELECT unit FROM own_land UNION {reached})"
        ));
    }
    Ok(Some(Predicate { text: format!("({})", any.join(" OR ")), params }))
}

/// One page of units.
pub fn list(tx: &mut Tx<'_>, ask: &ListUnits) -> Result<Page<UnitRow>> {
    let scope = tx.scope(Capability::UnitView)?;
    let on = ask.as_of.unwrap_or_else(|| tx.today());
    let edge = ask.edge.unwrap_or(EdgeKind::Place);
    let q = ask.q.as_deref().map(lowered).filter(|q| !q.is_empty());
    let date = || Value::Date(on);

    // Signs without a letter ask for nothing: they find what the list shows, and do not look like a search of the ended.
    let ended = if q.is_some() { ask.ended } else { Ended::No };
    if ask.q.as_deref().is_none_or(|q| q.trim().is_empty()) && ask.ended != Ended::No {
        // It is found by its name and not listed: nobody reads the list of all that ever ended.
        let detail = "Hãy gõ tên hoặc mã để tìm đơn vị đã kết thúc hoạt động.";
        return Err(Error::field("ended", "unit.search_ended", detail));
    }

    let mut predicates = Vec::with_capacity(4);
    if !ask.kinds.is_empty() {
        let places = (1..=ask.kinds.len()).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
        let params = ask.kinds.iter().map(|kind| Value::Text(kind.clone().into())).collect();
        predicates.push(Predicate { text: format!("u.kind IN ({places})"), params });
    }
    if let Some(only) = &ask.only {
        let places = (1..=only.len()).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
        // Nothing chosen is no row.
        let text = if only.is_empty() { "1 = 0".to_owned() } else { format!("u.id IN ({places})") };
        predicates.push(Predicate { text, params: only.iter().map(|id| Value::Uuid((*id).into())).collect() });
    }
    if let Some(parent) = ask.parent {
        predicates.push(Predicate {
            text: "u.id IN (SELECT e.unit FROM unit_edge e WHERE e.kind = ?1 AND e.authority = ?2 AND e.valid_from <= ?3 AND (e.valid_to IS NULL OR e.valid_to > ?3))".to_owned(),
            params: vec![Value::Text(edge.as_str().into()), Value::Uuid(parent.into()), date()],
        });
    }
    let mut from_params = vec![date()];
    if let Some(q) = &q {
        let folded = vi::fold(q);
        for word in folded.split(' ').take(WORDS_AT_MOST) {
            predicates.push(Predicate {
                // Nothing sorts behind the last character of Unicode.
                text: "u.id IN (SELECT w.unit FROM unit_word w WHERE w.word >= ?1 AND w.word < ?2)".to_owned(),
                params: vec![Value::Text(word.to_owned().into()), Value::Text(format!("{word}\u{10ffff}").into())],
            });
        }
        from_params.push(Value::Text(q.clone().into()));
        from_params.push(Value::Text(folded.into()));
        from_params.push(Value::Int(ended as i64));
    }
    let sort = match ask.sort.as_deref().map(str::trim).filter(|sort| !sort.is_empty()) {
        None => Some((if q.is_some() { "best" } else { "name" }.to_owned(), false)),
        Some(sort) => Some(sort.strip_prefix('-').map_or((sort.to_owned(), false), |sort| (sort.to_owned(), true))),
    };
    if ask.mine {
        predicates.extend(own(tx, &scope, on, ended)?);
    }
    // A page is read along the order of the names, and soon full: each unit is asked whether it is in sight. To count is to
    // look at all.
    let (text, params) = scope.predicate("u.id", 1);
    let of_page = Predicate { text, params };
    let (text, params) = scope.predicate_of_many("u.id", "u.kind", 1);
    let of_many = Predicate { text, params };
    let question = |within: Predicate, count_to: u32| Ask {
        from_params: from_params.clone(),
        predicates: std::iter::once(within).chain(predicates.iter().cloned()).collect(),
        filters: Vec::new(),
        sort: sort.clone(),
        limit: u32::from(ask.page.limit()),
        cursor: ask.page.cursor().map(str::to_owned),
        count_to,
    };
    let searched = q.is_some();
    let count_to = match (ask.uncounted, searched) {
        (true, _) => 0,
        (false, true) => COUNT_SEARCH,
        (false, false) => COUNT_LIST,
    };
    let sorted = if searched { store::search(tx.dialect()) } else { store::LIST };
    let found = sorted.page::<Flat>(tx, &question(of_page, if searched { count_to } else { 0 }))?;
    let (total, more) = if searched {
        (found.total.unwrap_or_default(), found.more)
    } else {
        store::COUNTED.total(tx, &question(of_many, count_to))?
    };
    Ok(Page {
        items: view::rows(tx, found.items, edge, on, &scope)?,
        next: found.next,
        total: u64::from(total),
        total_is_more: more,
    })
}

/// What is asked, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Words, or beginnings of words, of a name or code. Tones need not be typed.
    #[param(example = "ba dinh")]
    pub q: Option<String>,
    /// Only these kinds, with commas between.
    #[param(example = "commune,school")]
    pub kind: Option<String>,
    /// Only units directly below this one.
    #[param(value_type = Option<base::Uuid>)]
    pub parent: Option<UnitId>,
    /// By which kind of edge: `place` when not said.
    pub edge: Option<String>,
    /// On which day; today when not said.
    #[param(value_type = Option<String>, format = Date)]
    pub as_of: Option<Date>,
    /// Whether a search (`q`) also finds what has ended by that day, or only that. Rows of it say what it went into.
    #[serde(default)]
    pub ended: Ended,
    /// `true`: only what is one's own: what the roles of whoever asks reach, with the place that an office looks after.
    /// Otherwise all in sight, to which what is published belongs for everybody.
    #[serde(default)]
    pub mine: bool,
    /// `name`, `code`, `kind`; downwards with `-` before it.
    pub sort: Option<String>,
    /// Rows of a page: 1 to 200, 40 when not said.
    pub limit: Option<i64>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// The refusal of a kind of edge there is none of.
pub(super) fn no_such_edge(edge: &str) -> Error {
    let detail = format!("Không có quan hệ “{edge}”. Hãy chọn: place, staff, budget, teaching hoặc custody.");
    Error::field("edge", "unit.edge", detail)
}

impl ListQuery {
    fn checked(self) -> Result<ListUnits> {
        let edge = match self.edge.as_deref().filter(|edge| !edge.is_empty()) {
            None => None,
            Some(edge) => Some(EdgeKind::parse(edge).ok_or_else(|| no_such_edge(edge))?),
        };
        let kinds = self.kind.unwrap_or_default();
        Ok(ListUnits {
            q: self.q,
            kinds: kinds
                .split(',')
                .map(str::trim)
                .filter(|kind| !kind.is_empty())
                .take(20)
                .map(str::to_owned)
                .collect(),
            only: None,
            parent: self.parent,
            edge,
            as_of: self.as_of,
            ended: self.ended,
            mine: self.mine,
            sort: self.sort,
            page: PageRequest::new(self.limit, self.cursor)?,
            uncounted: false,
        })
    }
}

/// Units as of a day: all in sight, those below one, or those that a search finds.
#[utoipa::path(get, path = "/units", operation_id = "units", tag = "units", params(ListQuery),
    responses((status = 200, body = List<UnitRow>), (status = 400, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(reader: Reader, Query(query): Query<ListQuery>) -> Answer<Json<List<UnitRow>>> {
    // What is wrong with a question is told to whoever is signed in.
    Ok(Json(List::from(reader.read(move |tx| list(tx, &query.checked()?)).await?)))
}
