//! The pupils of a school, as of a day, as far as the actor sees them.

use base::{ClassId, Date, EnrolmentId, Error, Page, PageRequest, PersonId, Result, SchoolYear, UnitId, Uuid, Value};
use db::Tx;
use db::list::{Ask, Predicate};
use http::{Answer, App, Json, List, Path, Query, Signed, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::missing::Missing;
use super::store::{self, Listed};
use crate::classes;
use crate::duplicates::resolve::who_stay;
use crate::people::search;
use crate::people::store::PersonRow;
use crate::reach;

/// The list is counted whole: no school has more.
const COUNT: u32 = 20_000;

/// Who is meant: those who are there on the day, or those who had left by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Whether {
    /// Those who are there.
    #[default]
    Here,
    /// Those who left in the school year of the day, by then.
    Left,
    /// Both.
    All,
}

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct ListPupils {
    /// Words, or beginnings of words, of the name; marks do not matter. Or a whole pupil code.
    pub q: Option<String>,
    /// The school year; that of the day when not said.
    pub year: Option<String>,
    /// On which day.
    pub as_of: Option<Date>,
    /// Only this grade, a code of DM_KHOI.
    pub grade: Option<String>,
    /// Only this class.
    pub class: Option<ClassId>,
    /// Only those without a class.
    pub without_class: bool,
    /// Only those of whom this is not written.
    pub missing: Option<Missing>,
    /// Only this status.
    pub status: Option<String>,
    /// Only this sex.
    pub sex: Option<String>,
    /// Those who are there, or who left.
    pub whether: Whether,
    /// `name`, `class`, `birth`, `from`; downwards with `-`. By class when not said.
    pub sort: Option<String>,
    /// Which page.
    pub page: PageRequest,
}

/// A pupil in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PupilRow {
    /// The pupil at this school.
    #[schema(value_type = base::Uuid)]
    pub id: EnrolmentId,
    /// The person.
    #[schema(value_type = base::Uuid)]
    pub person: PersonId,
    /// The whole name.
    #[schema(example = "Nguyễn Thị Minh Anh")]
    pub full_name: String,
    /// What is known of the birth: `2014-03-26`, `2014-03`, `2014`.
    #[schema(example = "2014-03-26")]
    pub birth: Option<String>,
    /// A code of DM_GIOI_TINH.
    #[schema(example = "2")]
    pub sex: Option<String>,
    /// A code of DM_DAN_TOC.
    #[schema(example = "01")]
    pub ethnic_group: Option<String>,
    /// The sector's code.
    pub pupil_code: Option<String>,
    /// The class on the day; the last one of somebody who left.
    pub class: Option<PupilClass>,
    /// The place in the class.
    pub position: Option<i64>,
    /// A code of DM_TRANG_THAI_HOC_SINH.
    #[schema(example = "01")]
    pub status: String,
    /// How they left: `transferred`, `left`, `finished`, `mistake`; `null` while they are there.
    pub left_by: Option<String>,
    /// The first day at the school.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// The first day after it.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Date>,
    /// The version of the pupil at this school.
    pub version: i64,
}

/// A class named in passing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PupilClass {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: ClassId,
    /// Its name.
    #[schema(example = "Lớp 6A1")]
    pub name: String,
    /// A code of DM_KHOI.
    #[schema(example = "6")]
    pub grade: String,
}

impl From<Listed> for PupilRow {
    fn from(row: Listed) -> Self {
        let class = match (row.class, row.class_name, row.grade) {
            (Some(id), Some(name), Some(grade)) => Some(PupilClass { id, name, grade }),
            _ => None,
        };
        Self {
            class,
            id: row.id,
            person: row.person,
            full_name: row.full_name,
            birth: row.birth,
            sex: row.sex,
            ethnic_group: row.ethnic_group,
            pupil_code: row.pupil_code,
            position: row.position,
            status: row.status,
            left_by: row.left_by,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            version: row.version,
        }
    }
}

impl PupilRow {
    /// The same pupil by the record that stays of several.
    fn of(self, stays: &PersonRow) -> Self {
        let PersonRow { id: person, full_name, birth, sex, ethnic_group, pupil_code, .. } = stays.clone();
        Self { person, full_name, birth, sex, ethnic_group, pupil_code, ..self }
    }
}

fn whether(asked: Whether, year: SchoolYear, on: Date) -> Predicate {
    let began = year.interval(base::school_year::Turn::default()).from();
    let here = "l.valid_from <= ?1 AND (l.valid_to IS NULL OR l.valid_to > ?1)";
    let left = "l.valid_to <= ?1 AND l.valid_to > ?2 AND l.left_by <> 'mistake'";
    let text = match asked {
        Whether::Here => return Predicate { text: here.to_owned(), params: vec![Value::Date(on)] },
        Whether::Left => left.to_owned(),
        Whether::All => format!("({here}) OR ({left})"),
    };
    Predicate { text, params: vec![Value::Date(on), Value::Date(began)] }
}

/// One page of a school's pupils.
pub fn list(tx: &mut Tx<'_>, school: UnitId, ask: &ListPupils) -> Result<Page<PupilRow>> {
    let reach = reach::of_school(tx, school)?;
    let (year, on) = classes::when(tx, ask.year.as_deref(), ask.as_of)?;
    let today = tx.today();
    let mut predicates = vec![reach.of_pupils("l.school", "l.id", today), whether(ask.whether, year, on)];
    let mut only = |text: &str, value: Option<Value<'static>>| {
        if let Some(value) = value {
            predicates.push(Predicate { text: text.to_owned(), params: vec![value] });
        }
    };
    let text =
        |text: &Option<String>| text.clone().filter(|text| !text.is_empty()).map(|text| Value::Text(text.into()));
    only("l.grade = ?1", text(&ask.grade));
    only("l.class = ?1", ask.class.map(|class| Value::Uuid(class.0)));
    only("l.status = ?1", text(&ask.status));
    only("l.sex = ?1", text(&ask.sex));
    if ask.without_class {
        predicates.push(db::list::plain("l.class IS NULL"));
    }
    predicates.extend(ask.missing.map(|what| db::list::plain(&what.condition("l", "l.person"))));
    if let Some(q) = ask.q.as_deref() {
        predicates.extend(search::of_school(tx, school, "l.person", q)?);
    }
    let sort = match ask.sort.as_deref().map(str::trim).filter(|sort| !sort.is_empty()) {
        None => ("class".to_owned(), false),
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
    let found = store::listed(tx.dialect()).page::<Listed>(tx, &question)?;
    let stay = who_stay(tx, found.items.iter().filter(|row| row.is_merged).map(|row| row.person))?;
    let shown = |row: Listed| match stay.get(&row.person) {
        None => PupilRow::from(row),
        Some(stays) => PupilRow::from(row).of(stays),
    };
    Ok(Page {
        items: found.items.into_iter().map(shown).collect(),
        next: found.next,
        total: u64::from(found.total.unwrap_or_default()),
        total_is_more: found.more,
    })
}

/// What is asked, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PupilsQuery {
    /// Words, or beginnings of words, of the name; marks need not be typed. Or a whole pupil code.
    #[param(example = "minh anh")]
    pub q: Option<String>,
    /// The school year; that of the day when not said.
    #[param(example = "2026-2027")]
    pub year: Option<String>,
    /// The day; today when not said, or the nearest day of the year.
    #[param(value_type = Option<String>, format = Date)]
    pub as_of: Option<Date>,
    /// Only this grade, a code of DM_KHOI.
    #[param(example = "6")]
    pub grade: Option<String>,
    /// Only this class; `none`: only those without one.
    pub class: Option<String>,
    /// Only those of whom this is not written.
    #[param(inline)]
    pub missing: Option<Missing>,
    /// Only this status, a code of DM_TRANG_THAI_HOC_SINH.
    pub status: Option<String>,
    /// Only this sex, a code of DM_GIOI_TINH.
    pub sex: Option<String>,
    /// `here` (when not said), `left` (in the school year, by that day), or `all`.
    #[serde(default)]
    #[param(inline)]
    pub whether: Whether,
    /// `class` (with the order in it), `name`, `birth`, `from`; downwards with `-` before it. By class when not said.
    pub sort: Option<String>,
    /// Rows of a page: 1 to 200, 40 when not said.
    pub limit: Option<i64>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

impl PupilsQuery {
    fn checked(self) -> Result<ListPupils> {
        let (class, without_class) = match self.class.as_deref().filter(|class| !class.is_empty()) {
            None => (None, false),
            Some("none") => (None, true),
            Some(id) => {
                let id = Uuid::try_parse(id).map_err(|_| {
                    Error::field(
                        "class",
                        "class.form",
                        "Hãy chọn lớp trong danh sách lớp, hoặc “none” cho học sinh chưa xếp lớp.",
                    )
                })?;
                (Some(ClassId(id)), false)
            }
        };
        Ok(ListPupils {
            class,
            without_class,
            missing: self.missing,
            q: self.q,
            year: self.year,
            as_of: self.as_of,
            grade: self.grade,
            status: self.status,
            sex: self.sex,
            whether: self.whether,
            sort: self.sort,
            page: PageRequest::new(self.limit, self.cursor)?,
        })
    }
}

/// The pupils of a school as of a day, as far as the actor sees them. Recorded as a look at those shown.
#[utoipa::path(get, path = "/schools/{school}/pupils", operation_id = "pupils", tag = "pupils",
    params(("school" = base::Uuid, Path), PupilsQuery),
    responses((status = 200, body = List<PupilRow>), (status = 400, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(school): Path<UnitId>,
    Query(query): Query<PupilsQuery>,
) -> Answer<Json<List<PupilRow>>> {
    let ask = query.checked()?;
    let page = app
        .look(&ctx, "pupil.list", move |tx| {
            let page = list(tx, school, &ask)?;
            Ok((page.items.iter().map(|row| row.person.0).collect(), page))
        })
        .await?;
    Ok(Json(List::from(page)))
}
