//! What is today for the person who is signed in, at each school where they work or have a role.

use auth::{Capability, Require as _};
use base::{AccountId, ClassId, Date, Result, SchoolYear, UnitId};
use db::{Tx, ask, params};
use http::{Answer, Json, Reader};
use rules::curriculum;
use serde::Serialize;
use utoipa::ToSchema;

use super::store::{self, LessonRow, Mine};
use crate::classes::year_of;
use crate::overview::show::ground;
use crate::overview::waiting::{self, Waiting};
use crate::reach;
use crate::timetable::store as timetables;
use crate::units::store::called;
use crate::years::{HalfDay, show as years};

/// Somebody with roles at more schools than this looks at them one by one.
const SCHOOLS: usize = 8;

/// Today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Today {
    /// The day, as Viet Nam has it.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// The schools where the person works or has a role, by their names.
    pub schools: Vec<TodaySchool>,
}

/// Today at a school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TodaySchool {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: UnitId,
    /// Its name.
    #[schema(example = "Trường THCS Lê Quý Đôn")]
    pub name: String,
    /// The school year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// The week of lessons; none on holidays.
    pub week: Option<u32>,
    /// The semester.
    pub semester: Option<u8>,
    /// What is celebrated, where the day is one without lessons.
    pub holiday: Option<String>,
    /// Whether the person works there.
    pub works: bool,
    /// Whether a timetable holds today.
    pub timetable: bool,
    /// The person's lessons of today, in their order.
    pub lessons: Vec<TodayLesson>,
    /// The classes they lead or teach, those they lead first.
    pub classes: Vec<TodayClass>,
    /// What waits for them.
    pub waiting: Vec<Waiting>,
}

/// A lesson of today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TodayLesson {
    /// Of which class.
    #[schema(value_type = base::Uuid)]
    pub class: ClassId,
    /// What it is called.
    #[schema(example = "Lớp 6A1")]
    pub class_name: String,
    /// Morning or afternoon.
    pub half_day: HalfDay,
    /// The period of the half day, from 1.
    pub period: i64,
    /// The subject's name.
    #[schema(example = "Toán")]
    pub subject: String,
    /// Where, when it is not the class's own room.
    pub room: Option<String>,
}

/// A class that somebody leads or teaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TodayClass {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: ClassId,
    /// Its name.
    #[schema(example = "Lớp 6A1")]
    pub name: String,
    /// A code of DM_KHOI.
    pub grade: String,
    /// How many pupils it has today.
    pub pupils: i64,
    /// Whether they lead it.
    pub leads: bool,
    /// What they teach in it.
    pub subjects: Vec<String>,
}

fn subject(code: &str) -> Result<String> {
    Ok(curriculum::name_of(code)?.unwrap_or(code).to_owned())
}

/// The classes, each once, those that are led first.
fn classes(rows: Vec<Mine>) -> Result<Vec<TodayClass>> {
    let mut classes: Vec<TodayClass> = Vec::new();
    for row in rows {
        let taught = row.subject.as_deref().map(subject).transpose()?;
        match classes.last_mut().filter(|one| one.id == row.id) {
            Some(one) => {
                one.leads |= taught.is_none();
                one.subjects.extend(taught);
            }
            None => classes.push(TodayClass {
                id: row.id,
                name: row.name,
                grade: row.grade,
                pupils: row.pupils,
                leads: taught.is_none(),
                subjects: taught.into_iter().collect(),
            }),
        }
    }
    classes.sort_by_key(|one| !one.leads);
    Ok(classes)
}

/// The schools to tell of, by their names, and whether the account works there.
fn schools(tx: &mut Tx<'_>, account: AccountId, day: Date) -> Result<Vec<(UnitId, String, bool)>> {
    let works: Vec<UnitId> =
        tx.all::<store::At>(&store::WORKS_AT, params![account, day])?.into_iter().map(|at| at.school).collect();
    let mut all = works.clone();
    for grant in auth::grants::of_account(tx, account)? {
        if grant.valid_from <= day && !all.contains(&grant.unit) {
            all.push(grant.unit);
        }
    }
    let named = called(tx, &all, day)?;
    let of_schools = named.into_iter().filter(|(_, kind, _)| kind == "school");
    Ok(of_schools.map(|(id, _, name)| (id, name, works.contains(&id))).take(SCHOOLS).collect())
}

fn at(tx: &mut Tx<'_>, account: AccountId, id: UnitId, name: String, works: bool) -> Result<TodaySchool> {
    let day = tx.today();
    let year = year_of(day)?;
    let may = tx.may(id)?;
    let standing = years::holds(tx, id, year, day)?;
    let holiday = standing.plan.holidays.iter().find(|one| (one.first_day..=one.last_day).contains(&day));
    let mut told = TodaySchool {
        id,
        name,
        year,
        week: standing.week,
        semester: standing.semester,
        holiday: holiday.map(|one| one.name.clone()),
        works,
        timetable: false,
        lessons: Vec::new(),
        classes: Vec::new(),
        waiting: Vec::new(),
    };
    let timetable: Option<timetables::Row> = tx.one(&timetables::ON, params![id, day])?;
    let timetable = timetable.filter(|one| one.year == year).map(|one| one.id);
    told.timetable = timetable.is_some();
    if works {
        let semester = i64::from(standing.semester.unwrap_or(1));
        // Monday is the second day of the week.
        let weekday = i64::from(day.weekday().to_monday_zero_offset()) + 2;
        let (mine, lessons) = tx.together((
            ask::<Mine>(&store::CLASSES, params![account, id, day, semester]),
            ask::<LessonRow>(&store::LESSONS, params![account, id, day, timetable, weekday]),
        ))?;
        told.classes = classes(mine)?;
        if standing.week.is_some() && told.holiday.is_none() {
            told.lessons = lessons
                .into_iter()
                .map(|row| {
                    Ok(TodayLesson {
                        class: row.class,
                        class_name: row.class_name,
                        half_day: row.half_day,
                        period: row.period,
                        subject: subject(&row.subject)?,
                        room: row.room,
                    })
                })
                .collect::<Result<_>>()?;
            told.lessons.sort_by_key(|one| (one.half_day, one.period));
        }
    }
    let looks_after = [Capability::PupilEdit, Capability::SchoolManage].iter().any(|one| may.contains(one));
    if looks_after && may.contains(&Capability::PupilView) {
        let reach = reach::of_school(tx, id)?;
        let ground = ground(tx, id, &reach, None)?;
        told.waiting = waiting::at(tx, id, &ground, &standing, &may)?;
    }
    Ok(told)
}

/// Today for whoever is signed in.
pub fn show(tx: &mut Tx<'_>) -> Result<Today> {
    let account = tx.require_signed_in()?;
    let day = tx.today();
    let schools = schools(tx, account, day)?
        .into_iter()
        .map(|(id, name, works)| at(tx, account, id, name, works))
        .collect::<Result<_>>()?;
    Ok(Today { day, schools })
}

/// Today for whoever is signed in: their lessons and classes, and what waits for them at their schools. It counts, and names
/// nobody.
#[utoipa::path(get, path = "/me/today", operation_id = "my_today", tag = "classes",
    responses((status = 200, body = Today)))]
pub async fn route(reader: Reader) -> Answer<Json<Today>> {
    Ok(Json(reader.read(show).await?))
}
