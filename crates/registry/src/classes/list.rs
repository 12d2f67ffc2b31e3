//! The classes of a school in one school year.

use std::collections::HashMap;

use base::{ClassId, Date, Error, PersonId, Result, SchoolYear, UnitId};
use db::{Tx, ask, params};
use http::{Answer, App, Json, Path, Query, Signed, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::store::{self, Counted, Leader};
use super::{ClassRow, Homeroom, when};
use crate::people::person::code;
use crate::reach;

/// The classes of one school year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Classes {
    /// The school year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// On which day pupils are counted and teachers named.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// The classes, 6A9 before 6A10.
    pub items: Vec<ClassRow>,
}

/// The codes of boys and girls.
pub(crate) fn sexes() -> Result<[String; 2]> {
    let spec = rules::sector::qd4998()?;
    match (code(spec, "DM_GIOI_TINH", "Nam"), code(spec, "DM_GIOI_TINH", "Nữ")) {
        (Some(boy), Some(girl)) => Ok([boy, girl]),
        _ => Err(Error::internal("the sector's list of sexes has no boys or no girls")),
    }
}

impl From<Leader> for Homeroom {
    fn from(leader: Leader) -> Self {
        Self { employment: leader.employment, person: leader.person, full_name: leader.full_name }
    }
}

/// The classes of a school year, as far as the actor sees them. Whoever teaches sees their own.
pub fn list(tx: &mut Tx<'_>, school: UnitId, year: Option<&str>, as_of: Option<Date>) -> Result<Classes> {
    let reach = reach::of_school(tx, school)?;
    let (year, on) = when(tx, year, as_of)?;
    let (sql, values) = store::counted(school, year, on, sexes()?, &reach.of_classes("c.id"), tx.dialect());
    let led = params![school, year, on];
    let (classes, leaders) = tx.together((ask::<Counted>(&sql, &values), ask::<Leader>(&store::HOMEROOMS, led)))?;
    let mut leaders: HashMap<ClassId, Homeroom> =
        leaders.into_iter().map(|leader| (leader.class, leader.into())).collect();
    let items = classes
        .into_iter()
        .map(|class| ClassRow {
            homeroom: leaders.remove(&class.id),
            id: class.id,
            year: class.year,
            code: class.code,
            name: class.name,
            grade: class.grade,
            campus: class.campus,
            position: class.position,
            pupils: class.pupils,
            boys: class.boys,
            girls: class.girls,
            version: class.version,
        })
        .collect();
    Ok(Classes { year, as_of: on, items })
}

/// Which year, and when.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClassesQuery {
    /// The school year; that of the day when not said.
    #[param(example = "2026-2027")]
    pub year: Option<String>,
    /// The day; today when not said, or the nearest day of the year.
    #[param(value_type = Option<String>, format = Date)]
    pub as_of: Option<Date>,
}

/// The classes of a school in one school year, with who leads them and how many pupils they have.
#[utoipa::path(get, path = "/schools/{school}/classes", operation_id = "classes", tag = "classes",
    params(("school" = base::Uuid, Path), ClassesQuery),
    responses((status = 200, body = Classes), (status = 404, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(school): Path<UnitId>,
    Query(query): Query<ClassesQuery>,
) -> Answer<Json<Classes>> {
    let classes = app
        .look(&ctx, "class.list", move |tx| {
            let classes = list(tx, school, query.year.as_deref(), query.as_of)?;
            let people: Vec<PersonId> =
                classes.items.iter().filter_map(|class| class.homeroom.as_ref().map(|one| one.person)).collect();
            Ok((people.into_iter().map(Into::into).collect(), classes))
        })
        .await?;
    Ok(Json(classes))
}
