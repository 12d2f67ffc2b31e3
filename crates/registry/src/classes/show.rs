//! One class with its pupils, as of a day.

use base::{ClassId, Date, EnrolmentId, PersonId, Result, UnitId, Uuid};
use db::{Tx, ask, params};
use http::{Answer, App, Path, Query, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::list::sexes;
use super::store::{self, Bare, Leader, Member};
use super::{ClassRow, day_in, not_found};
use crate::reach;

/// A class with its pupils.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Class {
    /// As in a list.
    #[serde(flatten)]
    pub row: ClassRow,
    /// On which day.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// The pupils, in the order of the class; those without a place in it behind, by their names.
    pub members: Vec<ClassPupil>,
    /// What the actor may do here.
    #[schema(example = json!(["pupil.edit", "school.manage"]))]
    pub may: Vec<&'static str>,
}

/// A pupil of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClassPupil {
    /// The pupil at this school.
    #[schema(value_type = base::Uuid)]
    pub id: EnrolmentId,
    /// The person.
    #[schema(value_type = base::Uuid)]
    pub person: PersonId,
    /// The whole name.
    pub full_name: String,
    /// What is known of the birth: `2014-03-26`, `2014-03`, `2014`.
    pub birth: Option<String>,
    /// A code of DM_GIOI_TINH.
    pub sex: Option<String>,
    /// A code of DM_DAN_TOC.
    pub ethnic_group: Option<String>,
    /// The sector's code.
    pub pupil_code: Option<String>,
    /// A code of DM_TRANG_THAI_HOC_SINH.
    pub status: String,
    /// The place in the class.
    pub position: Option<i64>,
    /// In this grade once more.
    pub repeats: bool,
    /// In the class since.
    #[schema(value_type = String, format = Date)]
    pub since: Date,
}

impl From<Member> for ClassPupil {
    fn from(row: Member) -> Self {
        Self {
            id: row.id,
            person: row.person,
            full_name: row.full_name,
            birth: row.birth,
            sex: row.sex,
            ethnic_group: row.ethnic_group,
            pupil_code: row.pupil_code,
            status: row.status,
            position: row.position,
            repeats: row.repeats,
            since: row.valid_from,
        }
    }
}

/// A class of a school. Rights are the caller's.
pub(crate) fn find(tx: &mut Tx<'_>, school: UnitId, class: ClassId) -> Result<Bare> {
    tx.one(&store::OF, params![school, class])?.ok_or_else(not_found)
}

/// One class as of a day; without one today, or the nearest day of its year.
pub fn show(tx: &mut Tx<'_>, school: UnitId, class: ClassId, as_of: Option<Date>) -> Result<Class> {
    let reach = reach::of_school(tx, school)?;
    reach.require_class(class, not_found)?;
    let bare = find(tx, school, class)?;
    let on = as_of.unwrap_or_else(|| day_in(bare.year, tx.today()));
    let asked = params![school, class, on];
    let (members, leaders) =
        tx.together((ask::<Member>(&store::PUPILS, asked), ask::<Leader>(&store::HOMEROOM, asked)))?;
    let [boy, girl] = sexes()?;
    let count = |code: &str| members.iter().filter(|one| one.sex.as_deref() == Some(code)).count();
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let row = ClassRow {
        id: bare.id,
        year: bare.year,
        code: bare.code,
        name: bare.name,
        grade: bare.grade,
        campus: bare.campus,
        position: bare.position,
        homeroom: leaders.into_iter().next().map(Into::into),
        pupils: number(members.len()),
        boys: number(count(&boy)),
        girls: number(count(&girl)),
        version: bare.version,
    };
    let members = members.into_iter().map(Into::into).collect();
    Ok(Class { row, as_of: on, members, may: reach.may_with(Some(class)) })
}

/// On which day.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClassQuery {
    /// The day; today when not said, or the nearest day of the class's year.
    #[param(value_type = Option<String>, format = Date)]
    pub as_of: Option<Date>,
}

/// One class with its pupils in their order. Recorded as a look at them.
#[utoipa::path(get, path = "/schools/{school}/classes/{class}", operation_id = "class", tag = "classes",
    params(("school" = base::Uuid, Path), ("class" = base::Uuid, Path), ClassQuery),
    responses((status = 200, body = Class), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, class)): Path<(UnitId, ClassId)>,
    Query(query): Query<ClassQuery>,
) -> Answer<Tagged<Class>> {
    let class = app
        .look(&ctx, "class.pupils", move |tx| {
            let class = show(tx, school, class, query.as_of)?;
            let people = class.members.iter().map(|one| one.person);
            let people: Vec<Uuid> =
                people.chain(class.row.homeroom.as_ref().map(|one| one.person)).map(Into::into).collect();
            Ok((people, class))
        })
        .await?;
    Ok(Tagged::new(class.row.version, class))
}
