//! A school at a glance, as of a day; for a teacher, the classes they lead or teach.

use auth::Capability;
use base::{Date, Result, SchoolYear, UnitId, Uuid};
use db::{Tx, ask, params};
use http::{Answer, Json, Path, Query, Reader};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::store::{self, Counted, Standing};
use super::waiting::{self, Waiting};
use crate::classes::{list::sexes, when};
use crate::pupils::missing::Missing;
use crate::reach::{self, Reach, Which};
use crate::timetable::store as timetables;
use crate::years::show as years;

/// A school at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Overview {
    /// The school year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// On which day.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// The week of lessons that the day lies in; none on holidays.
    pub week: Option<u32>,
    /// Its semester.
    pub semester: Option<u8>,
    /// Whether it tells of the whole school; otherwise of the classes the actor leads or teaches.
    pub whole: bool,
    /// How many pupils there are.
    pub pupils: i64,
    /// How many of them are boys.
    pub boys: i64,
    /// How many of them are girls.
    pub girls: i64,
    /// How many classes there are.
    pub classes: i64,
    /// How many of them nobody leads.
    pub without_homeroom: i64,
    /// How many pupils are in no class.
    pub without_class: i64,
    /// By grade, in the order of the school.
    pub grades: Vec<GradeCount>,
    /// What is not written of how many; what is written of everybody is not named.
    pub missing: Vec<MissingCount>,
    /// Who left in the school year by that day, by how: `transferred`, `left`, `finished`.
    pub left: Vec<LeftCount>,
    /// Who works there, for whoever may see it.
    pub staff: Option<StaffCount>,
    /// What waits for the actor.
    pub waiting: Vec<Waiting>,
}

/// A grade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GradeCount {
    /// A code of DM_KHOI.
    #[schema(example = "6")]
    pub grade: String,
    /// Its classes.
    pub classes: i64,
    /// Its pupils.
    pub pupils: i64,
    /// Boys among them.
    pub boys: i64,
    /// Girls among them.
    pub girls: i64,
}

/// Something that is not written of some pupils.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MissingCount {
    /// What.
    pub what: Missing,
    /// Of how many.
    pub pupils: i64,
}

/// How many left in one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftCount {
    /// `transferred`, `left`, `finished`.
    #[schema(example = "transferred")]
    pub by: String,
    /// How many.
    pub pupils: i64,
}

/// Who works there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaffCount {
    /// How many.
    pub people: i64,
    /// How many of them have an account.
    pub with_account: i64,
    /// By group.
    pub groups: Vec<StaffGroup>,
}

/// A group of staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaffGroup {
    /// A code of DM_NHOM_CAN_BO; `null` where none is written.
    pub group: Option<String>,
    /// How many.
    pub people: i64,
}

/// What is counted, before it is told.
pub(crate) struct Ground {
    pub year: SchoolYear,
    pub on: Date,
    /// The timetable that holds on the day.
    pub timetable: Option<Uuid>,
    pub counted: Vec<Counted>,
    pub classes: Vec<Standing>,
}

impl Ground {
    fn sum(&self, of: impl Fn(&Counted) -> i64) -> i64 {
        self.counted.iter().map(of).sum()
    }

    /// How many pupils there are.
    pub(crate) fn pupils(&self) -> i64 {
        self.sum(|one| one.pupils)
    }

    /// How many of them are in no class.
    pub(crate) fn without_class(&self) -> i64 {
        self.counted.iter().filter(|one| one.grade.is_none()).map(|one| one.pupils).sum()
    }

    /// By grade: first those of the year's classes in their order, then what pupils are in from another year.
    fn grades(&self) -> Vec<GradeCount> {
        let mut grades: Vec<GradeCount> = Vec::new();
        let mut of = |grade: &str| -> usize {
            grades.iter().position(|one| one.grade == grade).unwrap_or_else(|| {
                grades.push(GradeCount { grade: grade.to_owned(), classes: 0, pupils: 0, boys: 0, girls: 0 });
                grades.len() - 1
            })
        };
        let places: Vec<usize> = self.classes.iter().map(|class| of(&class.grade)).collect();
        let counted: Vec<(usize, &Counted)> =
            self.counted.iter().filter_map(|one| Some((of(one.grade.as_deref()?), one))).collect();
        for at in places {
            grades[at].classes += 1;
        }
        for (at, one) in counted {
            let grade = &mut grades[at];
            grade.pupils += one.pupils;
            grade.boys += one.boys;
            grade.girls += one.girls;
        }
        grades
    }
}

/// What stands at a school on a day, as far as it is in reach.
pub(crate) fn ground(tx: &mut Tx<'_>, school: UnitId, reach: &Reach, as_of: Option<Date>) -> Result<Ground> {
    let (year, on) = when(tx, None, as_of)?;
    let today = tx.today();
    let timetable: Option<timetables::Row> = tx.one(&timetables::ON, params![school, on])?;
    let timetable = timetable.filter(|one| one.year == year).map(|one| one.id);
    let (pupils, of_pupils) =
        store::pupils(school, on, sexes()?, &reach.of_pupils("e.school", "e.id", today), tx.dialect());
    let (classes, of_classes) = store::classes(school, year, on, timetable, &reach.of_classes("c.id"), tx.dialect());
    let (counted, classes) =
        tx.together((ask::<Counted>(&pupils, &of_pupils), ask::<Standing>(&classes, &of_classes)))?;
    Ok(Ground { year, on, timetable, counted, classes })
}

/// A school at a glance.
pub fn show(tx: &mut Tx<'_>, school: UnitId, as_of: Option<Date>) -> Result<Overview> {
    let reach = reach::of_school(tx, school)?;
    let ground = ground(tx, school, &reach, as_of)?;
    let standing = years::holds(tx, school, ground.year, ground.on)?;
    let whole = reach.which == Which::All;
    let began = ground.year.interval(base::school_year::Turn::default()).from();
    let left: Vec<(String, i64)> =
        if whole { tx.all(&store::LEFT, params![school, ground.on, began])? } else { Vec::new() };
    let staff = if reach.may(Capability::StaffView) {
        let groups: Vec<(Option<String>, i64, i64)> = tx.all(&store::STAFF, params![school, ground.on])?;
        Some(StaffCount {
            people: groups.iter().map(|(_, people, _)| people).sum(),
            with_account: groups.iter().map(|(_, _, accounts)| accounts).sum(),
            groups: groups.into_iter().map(|(group, people, _)| StaffGroup { group, people }).collect(),
        })
    } else {
        None
    };
    // What waits, waits today.
    let waiting = match as_of {
        Some(day) if day != tx.today() => Vec::new(),
        _ => waiting::at(tx, school, &ground, &standing, reach.all())?,
    };
    let missing = Missing::ALL
        .into_iter()
        .map(|what| MissingCount { what, pupils: ground.sum(|one| one.lacking(what)) })
        .filter(|one| one.pupils > 0)
        .collect();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    Ok(Overview {
        year: ground.year,
        as_of: ground.on,
        week: standing.week,
        semester: standing.semester,
        whole,
        pupils: ground.pupils(),
        boys: ground.sum(|one| one.boys),
        girls: ground.sum(|one| one.girls),
        classes: count(ground.classes.len()),
        without_homeroom: count(ground.classes.iter().filter(|one| !one.led).count()),
        without_class: ground.without_class(),
        grades: ground.grades(),
        missing,
        left: left.into_iter().map(|(by, pupils)| LeftCount { by, pupils }).collect(),
        staff,
        waiting,
    })
}

/// On which day.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OverviewQuery {
    /// The day; today when not said.
    #[param(value_type = Option<String>, format = Date)]
    pub as_of: Option<Date>,
}

/// A school at a glance: pupils by grade, classes, staff, what is not written yet, and what waits for the actor. Whoever
/// teaches gets the same of their own classes. It counts, and names nobody.
#[utoipa::path(get, path = "/schools/{school}/overview", operation_id = "school_overview", tag = "classes",
    params(("school" = base::Uuid, Path), OverviewQuery),
    responses((status = 200, body = Overview), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody)))]
pub async fn route(
    reader: Reader,
    Path(school): Path<UnitId>,
    Query(query): Query<OverviewQuery>,
) -> Answer<Json<Overview>> {
    Ok(Json(reader.at(school).read(move |tx| show(tx, school, query.as_of)).await?))
}
