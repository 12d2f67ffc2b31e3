//! Who works or worked at a school, as of a day, as far as the actor sees them.

use std::collections::HashMap;

use base::{ClassId, Date, EmploymentId, Page, PageRequest, PersonId, Result, SchoolYear, UnitId, Value, vi};
use db::list::{Ask, Predicate};
use db::{Tx, params};
use http::{Answer, App, Json, List, Path, Query, Signed, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::store::{self, LISTED, Led, Listed};
use crate::duplicates::resolve::who_stay;
use crate::people::store::PersonRow;
use crate::pupils::list::Whether;

/// Words of a question that are looked at.
const WORDS_AT_MOST: usize = 8;
/// The list is counted whole: no school has more.
const COUNT: u32 = 2_000;

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct ListStaff {
    /// Words, or beginnings of words, of the name. Or a whole staff code.
    pub q: Option<String>,
    /// On which day.
    pub as_of: Option<Date>,
    /// Only this group, a code of DM_NHOM_CAN_BO.
    pub group: Option<String>,
    /// Only this position, a code of DM_LOAI_CAN_BO.
    pub position: Option<String>,
    /// Only this state, a code of DM_TRANG_THAI_CAN_BO.
    pub status: Option<String>,
    /// Those who work there, or who left.
    pub whether: Whether,
    /// `name`, `birth`, `from`; downwards with `-`. By name when not said.
    pub sort: Option<String>,
    /// Which page.
    pub page: PageRequest,
}

/// Somebody in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaffRow {
    /// Who works there: the employment.
    #[schema(value_type = base::Uuid)]
    pub id: EmploymentId,
    /// The person.
    #[schema(value_type = base::Uuid)]
    pub person: PersonId,
    /// The whole name.
    #[schema(example = "Nguyễn Thị Thanh Mai")]
    pub full_name: String,
    /// What is known of the birth: `1985-03-26`, `1985-03`, `1985`.
    pub birth: Option<String>,
    /// A code of DM_GIOI_TINH.
    pub sex: Option<String>,
    /// The sector's code of staff.
    pub staff_code: Option<String>,
    /// A code of DM_NHOM_CAN_BO, as of the day.
    pub staff_group: Option<String>,
    /// A code of DM_LOAI_CAN_BO, as of the day.
    pub position: Option<String>,
    /// A code of DM_HINH_THUC_HOP_DONG, as of the day.
    pub contract: Option<String>,
    /// A code of DM_TRANG_THAI_CAN_BO.
    #[schema(example = "1")]
    pub status: String,
    /// The first day at the school.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// The first day after it.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Date>,
    /// The classes they lead on the day.
    pub homeroom: Vec<StaffClass>,
    /// Whether an account is theirs.
    pub has_account: bool,
    /// The employment's version.
    pub version: i64,
}

/// A class that somebody leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaffClass {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: ClassId,
    /// Its school year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// Its name.
    #[schema(example = "Lớp 6A1")]
    pub name: String,
    /// From this day.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// Until before this day.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Date>,
}

impl From<Led> for StaffClass {
    fn from(row: Led) -> Self {
        Self { id: row.class, year: row.year, name: row.name, valid_from: row.valid_from, valid_to: row.valid_to }
    }
}

fn row(row: Listed, homeroom: Vec<StaffClass>) -> StaffRow {
    StaffRow {
        homeroom,
        id: row.id,
        person: row.person,
        full_name: row.full_name,
        birth: row.birth,
        sex: row.sex,
        staff_code: row.staff_code,
        staff_group: row.staff_group,
        position: row.position,
        contract: row.contract,
        status: row.status,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        has_account: row.has_account,
        version: row.version,
    }
}

/// The conditions that staff answer to words: each word begins one of the name's. Or the code is the whole text.
fn searched(q: &str) -> Vec<Predicate> {
    if q.chars().any(|c| c.is_ascii_digit()) {
        let params = vec![Value::Text(vi::clean(q).into())];
        return vec![Predicate { text: "l.staff_code = ?1".to_owned(), params }];
    }
    let folded = vi::fold(q);
    let words = folded.split(' ').filter(|word| !word.is_empty()).take(WORDS_AT_MOST);
    words
        .map(|word| Predicate {
            text: "' ' || l.folded LIKE ?1".to_owned(),
            params: vec![Value::Text(format!("% {word}%").into())],
        })
        .collect()
}

fn whether(asked: Whether, on: Date) -> Predicate {
    let text = match asked {
        Whether::Here => "l.valid_from <= ?1 AND (l.valid_to IS NULL OR l.valid_to > ?1)",
        // Whoever never worked there has no day.
        Whether::Left => "l.valid_to <= ?1 AND l.valid_from < l.valid_to",
        Whether::All => "l.valid_from <= ?1 AND (l.valid_to IS NULL OR l.valid_from < l.valid_to)",
    };
    Predicate { text: text.to_owned(), params: vec![Value::Date(on)] }
}

/// One page of who works at a school.
pub fn list(tx: &mut Tx<'_>, school: UnitId, ask: &ListStaff) -> Result<Page<StaffRow>> {
    let sight = super::sight(tx, school)?;
    let on = ask.as_of.unwrap_or_else(|| tx.today());
    let mut predicates = vec![whether(ask.whether, on)];
    if let Some(own) = sight.own() {
        let places = (1..=own.len()).map(|n| format!("?{n}")).collect::<Vec<_>>().join(", ");
        let params = own.iter().map(|id| Value::Uuid(id.0)).collect();
        predicates.push(Predicate { text: format!("l.id IN ({places})"), params });
    }
    for (text, value) in
        [("l.staff_group = ?1", &ask.group), ("l.position = ?1", &ask.position), ("l.status = ?1", &ask.status)]
    {
        if let Some(value) = value.clone().filter(|value| !value.is_empty()) {
            predicates.push(Predicate { text: text.to_owned(), params: vec![Value::Text(value.into())] });
        }
    }
    predicates.extend(ask.q.as_deref().map(searched).unwrap_or_default());
    let sort = match ask.sort.as_deref().map(str::trim).filter(|sort| !sort.is_empty()) {
        None => ("name".to_owned(), false),
        Some(sort) => sort.strip_prefix('-').map_or((sort.to_owned(), false), |sort| (sort.to_owned(), true)),
    };
    let question = Ask {
        from_params: vec![Value::Uuid(school.0), Value::Date(on)],
        predicates,
        filters: Vec::new(),
        sort: Some(sort),
        limit: u32::from(ask.page.limit()),
        cursor: ask.page.cursor().map(str::to_owned),
        count_to: COUNT,
    };
    let found = LISTED.page::<Listed>(tx, &question)?;
    let mut led: HashMap<EmploymentId, Vec<StaffClass>> = HashMap::new();
    for one in tx.all::<Led>(&store::LEADERS, params![school, on])? {
        led.entry(one.employment).or_default().push(one.into());
    }
    let stay = who_stay(tx, found.items.iter().filter(|one| one.is_merged).map(|one| one.person))?;
    Ok(Page {
        items: found
            .items
            .into_iter()
            .map(|one| {
                let homeroom = led.remove(&one.id).unwrap_or_default();
                let stays = stay.get(&one.person).cloned();
                let shown = row(one, homeroom);
                match stays {
                    None => shown,
                    Some(PersonRow { id: person, full_name, birth, sex, staff_code, .. }) => {
                        StaffRow { person, full_name, birth, sex, staff_code, ..shown }
                    }
                }
            })
            .collect(),
        next: found.next,
        total: u64::from(found.total.unwrap_or_default()),
        total_is_more: found.more,
    })
}

/// What is asked, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StaffQuery {
    /// Words, or beginnings of words, of the name; marks need not be typed. Or a whole staff code.
    #[param(example = "thanh mai")]
    pub q: Option<String>,
    /// The day; today when not said.
    #[param(value_type = Option<String>, format = Date)]
    pub as_of: Option<Date>,
    /// Only this group, a code of DM_NHOM_CAN_BO.
    pub group: Option<String>,
    /// Only this position, a code of DM_LOAI_CAN_BO.
    pub position: Option<String>,
    /// Only this state, a code of DM_TRANG_THAI_CAN_BO.
    pub status: Option<String>,
    /// `here` (when not said), `left` (by that day), or `all`.
    #[serde(default)]
    #[param(inline)]
    pub whether: Whether,
    /// `name`, `birth`, `from`; downwards with `-` before it. By name when not said.
    pub sort: Option<String>,
    /// Rows of a page: 1 to 200, 40 when not said.
    pub limit: Option<i64>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// Who works at a school as of a day, as far as the actor sees them. Recorded as a look at those shown.
#[utoipa::path(get, path = "/schools/{school}/staff", operation_id = "staff_list", tag = "staff",
    params(("school" = base::Uuid, Path), StaffQuery),
    responses((status = 200, body = List<StaffRow>), (status = 400, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(school): Path<UnitId>,
    Query(query): Query<StaffQuery>,
) -> Answer<Json<List<StaffRow>>> {
    let StaffQuery { q, as_of, group, position, status, whether, sort, limit, cursor } = query;
    let page = PageRequest::new(limit, cursor)?;
    let ask = ListStaff { q, as_of, group, position, status, whether, sort, page };
    let page = app
        .look(&ctx, "staff.list", move |tx| {
            let page = list(tx, school, &ask)?;
            Ok((page.items.iter().map(|row| row.person.0).collect(), page))
        })
        .await?;
    Ok(Json(List::from(page)))
}
