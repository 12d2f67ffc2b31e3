//! The timetable as of a day: of the school, a class, a teacher or a room; and the list of them.

use std::collections::BTreeMap;

use base::{Date, Result, SchoolYear, UnitId, Uuid, vi};
use db::{Tx, params};
use http::{Answer, App, Json, Path, Query, Reader, Signed, State, Tagged};
use serde::Serialize;
use utoipa::ToSchema;

use super::save::slot;
use super::store::{self, ClassRow, NameRow, Row, SlotRow};
use super::{NOT_FOUND, Slot};
use crate::years::{Hours, require_sight, show as year};

/// A lesson with the names that people read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimetableLesson)]
pub struct Lesson {
    /// The lesson.
    #[serde(flatten)]
    pub slot: Slot,
    /// The class's name.
    pub class_name: String,
    /// The subject's name.
    pub subject_name: String,
    /// The teacher's name.
    pub teacher_name: Option<String>,
}

/// A timetable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Timetable {
    /// Which.
    pub id: Uuid,
    /// Of which year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// From which day.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// The decision it rests on.
    pub basis: Option<String>,
    /// Days, half days and periods.
    pub hours: Hours,
    /// The lessons.
    pub lessons: Vec<Lesson>,
    /// Its version.
    pub version: i64,
}

/// A timetable in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TimetableRow {
    /// Which.
    pub id: Uuid,
    /// Of which year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// From which day.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// The decision it rests on.
    pub basis: Option<String>,
    /// Its version.
    pub version: i64,
}

/// Whose lessons, on which day.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowTimetable {
    /// The day; today when not said.
    #[param(value_type = Option<String>, format = Date)]
    pub as_of: Option<Date>,
    /// Only the lessons of a class.
    pub class: Option<Uuid>,
    /// Only the lessons of a teacher, by employment.
    pub teacher: Option<Uuid>,
    /// Only the lessons in a room.
    pub room: Option<String>,
}

/// The timetable as of a day, and whose names it shows.
pub fn show(tx: &mut Tx<'_>, school: UnitId, ask: &ShowTimetable) -> Result<(Vec<Uuid>, Timetable)> {
    require_sight(tx, school)?;
    let day = ask.as_of.unwrap_or_else(|| tx.today());
    let row: Option<Row> = tx.one(&store::ON, params![school, day])?;
    let Some(row) = row.filter(|row| row.year.contains(day, base::school_year::Turn::default())) else {
        return Err(NOT_FOUND.error(format!(
            "Trường chưa có thời khóa biểu cho ngày {}. Hãy nhập thời khóa biểu, hoặc chọn ngày khác.",
            vi::date(day)
        )));
    };
    let room = ask.room.as_deref().map(vi::clean);
    let slots: Vec<SlotRow> = tx.all(&store::SLOTS, params![school, row.id, ask.class, ask.teacher, room])?;
    let classes: Vec<ClassRow> = tx.all(&store::CLASSES, params![school, row.year])?;
    let classes: BTreeMap<Uuid, String> = classes.into_iter().map(|class| (class.id, class.name)).collect();
    let names: Vec<NameRow> = tx.all(&store::NAMES, params![school, row.id])?;
    let names: BTreeMap<Uuid, NameRow> = names.into_iter().map(|name| (name.id, name)).collect();
    let hours = year::holds(tx, school, row.year, day)?.plan.hours.unwrap_or_default();
    let mut people = Vec::new();
    let lessons = slots
        .into_iter()
        .map(|row| {
            let slot = slot(row)?;
            let teacher = slot.teacher.and_then(|id| names.get(&id));
            people.extend(teacher.map(|teacher| teacher.person));
            let name = rules::curriculum::name_of(&slot.subject)?;
            Ok(Lesson {
                class_name: classes.get(&slot.class).cloned().unwrap_or_default(),
                subject_name: name.map_or_else(|| slot.subject.clone(), str::to_owned),
                teacher_name: teacher.map(|teacher| teacher.full_name.clone()),
                slot,
            })
        })
        .collect::<Result<_>>()?;
    let Row { id, year, valid_from, basis, version } = row;
    Ok((people, Timetable { id, year, valid_from, basis, hours, lessons, version }))
}

/// The timetables of a year.
pub fn list(tx: &mut Tx<'_>, school: UnitId, year: SchoolYear) -> Result<Vec<TimetableRow>> {
    require_sight(tx, school)?;
    let rows: Vec<Row> = tx.all(&store::ALL, params![school, year])?;
    Ok(rows
        .into_iter()
        .map(|Row { id, year, valid_from, basis, version }| TimetableRow { id, year, valid_from, basis, version })
        .collect())
}

/// The timetable as of a day: of the school, a class, a teacher or a room.
#[utoipa::path(get, path = "/units/{unit}/timetable", operation_id = "timetable", tag = "timetables",
    params(("unit" = base::Uuid, Path), ShowTimetable),
    responses((status = 200, body = Timetable), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
    Query(ask): Query<ShowTimetable>,
) -> Answer<Tagged<Timetable>> {
    let shown = app.look(&ctx, "timetable", move |tx| show(tx, unit, &ask)).await?;
    Ok(Tagged::new(shown.version, shown))
}

/// Of which year.
#[derive(Clone, Copy, Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListTimetables {
    /// The year.
    #[param(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
}

/// The timetables of a year, in the order of their days.
#[utoipa::path(get, path = "/units/{unit}/timetables", operation_id = "timetables", tag = "timetables",
    params(("unit" = base::Uuid, Path), ListTimetables),
    responses((status = 200, body = [TimetableRow]), (status = 404, body = http::ProblemBody)))]
pub async fn listed(
    reader: Reader,
    Path(unit): Path<UnitId>,
    Query(ask): Query<ListTimetables>,
) -> Answer<Json<Vec<TimetableRow>>> {
    Ok(Json(reader.at(unit).read(move |tx| list(tx, unit, ask.year)).await?))
}
