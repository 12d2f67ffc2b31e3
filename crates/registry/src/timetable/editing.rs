//! What somebody needs who makes a timetable: the classes of a day with their subjects, who teaches them, who works there.

use std::collections::BTreeMap;

use auth::{Capability, Require as _};
use base::school_year::Turn;
use base::{Date, Error, Result, SchoolYear, UnitId, Uuid, vi};
use db::{Tx, params};
use http::{Answer, App, Json, Path, Query, Signed, State};
use rules::curriculum;
use serde::Serialize;
use utoipa::ToSchema;

use super::ground::known;
use super::store::{self, ClassRow, NameRow};
use crate::years::Hours;

/// A subject of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimetableSubject)]
pub struct Subject {
    /// Its code.
    #[schema(example = "toan")]
    pub subject: String,
    /// Its name.
    pub name: String,
    /// Other ways in which timetables write it.
    pub also: Vec<String>,
    /// Periods a week in the semester of the day.
    pub weekly: i64,
    /// Who is assigned, by employment.
    pub teachers: Vec<Uuid>,
}

/// A class and what it learns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimetableClass)]
pub struct Class {
    /// Which.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its grade.
    pub grade: String,
    /// Its subjects.
    pub subjects: Vec<Subject>,
}

/// Somebody who works there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimetableTeacher)]
pub struct Teacher {
    /// The employment.
    pub id: Uuid,
    /// The whole name.
    pub name: String,
}

/// What a timetable is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimetableGround)]
pub struct Ground {
    /// The year of the day.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// Days, half days and periods.
    pub hours: Hours,
    /// The classes of the year, in their order.
    pub classes: Vec<Class>,
    /// Who works there on the day.
    pub teachers: Vec<Teacher>,
}

/// For which day.
#[derive(Clone, Copy, Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TimetableGroundOn {
    /// The first day of the timetable that is made.
    #[param(value_type = String, format = Date)]
    pub day: Date,
}

/// The year a timetable that begins on a day belongs to.
pub(crate) fn year_of(day: Date) -> Result<SchoolYear> {
    SchoolYear::of(day, Turn::default()).ok_or_else(|| {
        let sentence = format!("Ngày {} không thuộc năm học nào. Hãy chọn lại ngày.", vi::date(day));
        Error::field("day", "timetable.day", sentence)
    })
}

/// What a timetable from a day on is made of, and whose names it tells.
pub fn ground(tx: &mut Tx<'_>, school: UnitId, day: Date) -> Result<(Vec<Uuid>, Ground)> {
    tx.require(Capability::SchoolManage, school)?;
    let year = year_of(day)?;
    let known = known(tx, school, year, day)?;
    let mut assigned: BTreeMap<(Uuid, &str), Vec<Uuid>> = BTreeMap::new();
    for (class, subject, teacher) in &known.assigned {
        assigned.entry((*class, subject.as_str())).or_default().push(*teacher);
    }
    let mut classes = Vec::with_capacity(known.classes.len());
    // In the order of the school, which what is known by id has lost.
    for row in tx.all::<ClassRow>(&store::CLASSES, params![school, year])? {
        let Some(class) = known.classes.get(&row.id) else { continue };
        let programme = curriculum::of_grade(row.grade.parse().unwrap_or(0))?;
        let also = |code: &str| {
            let subject = programme.and_then(|one| one.subjects.iter().find(|subject| subject.code == code));
            subject.map_or_else(Vec::new, |subject| subject.also.iter().map(|word| (*word).to_owned()).collect())
        };
        let subjects = class.subjects.iter().map(|(code, (name, weekly))| Subject {
            subject: code.clone(),
            name: name.clone(),
            also: also(code),
            weekly: *weekly,
            teachers: assigned.get(&(row.id, code.as_str())).cloned().unwrap_or_default(),
        });
        classes.push(Class { id: row.id, name: row.name, grade: row.grade, subjects: subjects.collect() });
    }
    let people: Vec<NameRow> = tx.all(&store::TEACHERS, params![school, day])?;
    let seen = people.iter().map(|one| one.person).collect();
    let teachers = people.into_iter().map(|one| Teacher { id: one.id, name: one.full_name }).collect();
    Ok((seen, Ground { year, hours: known.hours, classes, teachers }))
}

/// What a timetable from a day on is made of: classes, subjects, periods a week, teachers.
#[utoipa::path(get, path = "/units/{unit}/timetables/ground", operation_id = "timetable_ground", tag = "timetables",
    params(("unit" = base::Uuid, Path), TimetableGroundOn),
    responses((status = 200, body = Ground), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
    Query(ask): Query<TimetableGroundOn>,
) -> Answer<Json<Ground>> {
    Ok(Json(app.look(&ctx, "timetable.ground", move |tx| ground(tx, unit, ask.day)).await?))
}
