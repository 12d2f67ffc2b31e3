//! What somebody teaches, and how many periods a week that is.

use base::{ClassId, Date, EmploymentId, Result, SchoolYear, UnitId, Uuid};
use db::{Tx, params};
use http::{Answer, App, Json, Path, Query, Signed, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::Assignment;
use super::ground::{self, Held};
use super::store::{self, Stands};
use crate::classes;
use crate::classes::show::ClassQuery;
use crate::staff::{self, work};

/// What somebody teaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Taught {
    /// From which day on.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// The school year of that day.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// What they teach on the day or later.
    pub items: Vec<Assignment>,
    /// Periods a week.
    pub weekly: Weekly,
}

/// Periods a week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WeeklyPeriods)]
pub struct Weekly {
    /// In the first semester; `null` when it is over on that day.
    pub semester_one: Option<i64>,
    /// In the second semester.
    pub semester_two: Option<i64>,
}

impl From<[Option<i64>; 2]> for Weekly {
    fn from([semester_one, semester_two]: [Option<i64>; 2]) -> Self {
        Self { semester_one, semester_two }
    }
}

/// Periods a week on a day of each of these assignments: their own, or what the class has of the subject. Rights are the
/// caller's.
pub(crate) fn periods(
    tx: &mut Tx<'_>,
    school: UnitId,
    year: SchoolYear,
    on: Date,
    rows: &[Stands],
) -> Result<Vec<i64>> {
    let ground = ground::read(tx, school, year, on, None)?;
    let second = on >= ground.known.semester_two;
    Ok(rows.iter().map(|row| ground.periods(&Held::of(row), second)).collect())
}

/// What somebody teaches on a day or later. Rights are the caller's.
pub(crate) fn taught(tx: &mut Tx<'_>, school: UnitId, id: EmploymentId, on: Date) -> Result<Taught> {
    let year = classes::year_of(on)?;
    let rows: Vec<Stands> = tx.all(&store::OF_STAFF, params![school, id, on])?;
    let ground = ground::read(tx, school, year, on, None)?;
    let of_year: Vec<ClassId> = ground.classes.iter().map(|class| class.id).collect();
    let held: Vec<Held<'_>> = rows.iter().filter(|row| of_year.contains(&row.class)).map(Held::of).collect();
    let none = [(on < ground.known.semester_two).then_some(0), Some(0)];
    let weekly = ground.sums(&held, on).remove(&id).unwrap_or(none).into();
    Ok(Taught { as_of: on, year, items: rows.into_iter().map(Assignment::of).collect::<Result<_>>()?, weekly })
}

/// What somebody teaches on a day or later.
pub fn show(tx: &mut Tx<'_>, school: UnitId, id: EmploymentId, as_of: Option<Date>) -> Result<(Uuid, Taught)> {
    staff::sight(tx, school)?.require(id)?;
    let row = work::find(tx, school, id)?;
    let on = as_of.unwrap_or_else(|| tx.today());
    Ok((row.person.0, taught(tx, school, id, on)?))
}

/// What somebody teaches on a day or later, with the periods a week. Recorded as a look at them.
#[utoipa::path(get, path = "/schools/{school}/staff/{staff}/teaching", operation_id = "staff_teaching", tag = "teaching",
    params(("school" = base::Uuid, Path), ("staff" = base::Uuid, Path), ClassQuery),
    responses((status = 200, body = Taught), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, id)): Path<(UnitId, EmploymentId)>,
    Query(query): Query<ClassQuery>,
) -> Answer<Json<Taught>> {
    let found = app
        .look(&ctx, "staff.teaching", move |tx| {
            let (person, found) = show(tx, school, id, query.as_of)?;
            Ok((vec![person], found))
        })
        .await?;
    Ok(Json(found))
}
