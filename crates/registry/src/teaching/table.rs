//! The assignments of a whole school (bảng phân công chuyên môn): shown, tried, and set at once.

use auth::{Capability, Require as _};
use base::{ClassId, Date, EmploymentId, Field, PersonId, Result, SchoolYear, UnitId, Uuid};
use db::{Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Query, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ground::{self, Ground, Held};
use super::of_class::yes;
use super::of_staff::Weekly;
use super::plan::{Plan, Wanted};
use super::{Assignment, subject_name};
use crate::classes::{self, edit};
use crate::people::Warning;
use crate::staff;
use crate::staff::store::{LEADERS, Led};
use crate::years::subjects::ClassSubject;

/// Assignments of a school at most: a hundred classes of twenty subjects, three times over.
const AT_MOST: usize = 6_000;

/// The assignments of a school in a school year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TeachingTable {
    /// The school year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// From which day on.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// The first day of the second semester.
    #[schema(value_type = String, format = Date)]
    pub semester_two: Date,
    /// The classes, 6A9 before 6A10, with their subjects.
    pub classes: Vec<TableClass>,
    /// Who works there, in the order of names, with their periods a week.
    pub staff: Vec<TableStaff>,
    /// Who teaches what on the day or later.
    pub items: Vec<Assignment>,
    /// Grows with every change of a class or its assignments.
    pub version: i64,
    /// What the actor may do here.
    #[schema(example = json!(["school.manage"]))]
    pub may: Vec<&'static str>,
}

/// A class of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TableClass {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: ClassId,
    /// Its code.
    #[schema(example = "6A1")]
    pub code: String,
    /// Its name.
    pub name: String,
    /// A code of DM_KHOI.
    pub grade: String,
    /// Its subjects, with periods a week.
    pub subjects: Vec<ClassSubject>,
    /// Who leads it on the day.
    #[schema(value_type = Option<base::Uuid>)]
    pub homeroom: Option<EmploymentId>,
}

/// Somebody of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TableStaff {
    /// Whose employment.
    #[schema(value_type = base::Uuid)]
    pub id: EmploymentId,
    /// The person.
    #[schema(value_type = base::Uuid)]
    pub person: PersonId,
    /// The whole name.
    pub full_name: String,
    /// A code of DM_NHOM_CAN_BO.
    pub staff_group: Option<String>,
    /// Periods a week.
    pub weekly: Weekly,
}

/// Who is to teach a subject in a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    /// In which class.
    #[schema(value_type = base::Uuid)]
    pub class: ClassId,
    /// Which subject of the class, by its code in the programme.
    #[schema(example = "toan")]
    pub subject: String,
    /// Whose employment.
    #[schema(value_type = base::Uuid)]
    pub staff: EmploymentId,
    /// 0 the whole year (when not said), 1 or 2 one semester.
    #[serde(default)]
    pub semester: i64,
    /// Periods a week; what the class has of the subject when not said.
    #[serde(default)]
    pub periods: Option<i64>,
    /// `false`: helps whoever answers for the subject.
    #[serde(default = "yes")]
    pub responsible: bool,
    /// The first day; that of the whole when not said.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// The first day after it; until the school year is turned when not said.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
}

/// The assignments of a school from a day on: all of them. Who is not named teaches a class no longer from that day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTeaching {
    /// The school year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// From which day; today when not said, or the nearest day of the year.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// Only these classes are spoken of; all of the year when not said.
    #[serde(default)]
    #[schema(value_type = Option<Vec<base::Uuid>>)]
    pub classes: Option<Vec<ClassId>>,
    /// All assignments of these classes.
    pub assignments: Vec<Assign>,
}

/// What would become of the assignments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TeachingPreview {
    /// From which day on.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// How many go on as they are.
    pub kept: usize,
    /// Which end on the day, or never begin.
    pub ended: Vec<Assignment>,
    /// Which begin: places in the request, and their days.
    pub began: Vec<Begins>,
    /// What speaks against it; nothing is set while anything does.
    pub faults: Vec<TeachingFault>,
    /// What somebody should look at.
    pub warnings: Vec<Warning>,
    /// Periods a week of everybody who would teach.
    pub staff: Vec<TableStaff>,
    /// As of which version.
    pub version: i64,
}

/// An assignment that begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Begins {
    /// In which class.
    #[schema(value_type = base::Uuid)]
    pub class: ClassId,
    /// Which subject.
    pub subject: String,
    /// Who.
    #[schema(value_type = base::Uuid)]
    pub staff: EmploymentId,
    /// 0 the whole year, 1 or 2.
    pub semester: i64,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// The first day after it.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Date>,
}

/// What speaks against an assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TeachingFault {
    /// Which field of which assignment.
    #[schema(example = "assignments.3.staff")]
    pub field: String,
    /// Stable code.
    #[schema(example = "teaching.clash")]
    pub code: &'static str,
    /// A Vietnamese sentence.
    pub detail: String,
}

impl From<Field> for TeachingFault {
    fn from(field: Field) -> Self {
        Self { field: field.field, code: field.code, detail: field.detail }
    }
}

impl Assign {
    fn wanted(&self) -> Wanted {
        Wanted {
            class: self.class,
            subject: self.subject.clone(),
            staff: self.staff,
            semester: self.semester,
            periods: self.periods,
            responsible: self.responsible,
            from: self.from,
            to: self.to,
        }
    }
}

fn staff_of(ground: &Ground, held: &[Held<'_>], day: Date, all: bool) -> Vec<TableStaff> {
    let mut sums = ground.sums(held, day);
    let none = [(day < ground.known.semester_two).then_some(0), Some(0)];
    let listed = ground.workers.iter().filter(|one| all || sums.contains_key(&one.id)).cloned().collect::<Vec<_>>();
    listed
        .into_iter()
        .map(|one| TableStaff {
            weekly: sums.remove(&one.id).unwrap_or(none).into(),
            id: one.id,
            person: one.person,
            full_name: one.full_name,
            staff_group: one.staff_group,
        })
        .collect()
}

/// More periods of a subject than the class has: a slip, or a class that is taught in groups.
pub(crate) fn too_many(ground: &Ground, held: &[Held<'_>], day: Date) -> Result<Vec<Warning>> {
    let mut warnings = Vec::new();
    let second = day >= ground.known.semester_two;
    let semester = if second { 2 } else { 1 };
    for (id, class) in &ground.known.classes {
        for subject in &class.subjects {
            let has = if second { subject.week_two } else { subject.week_one };
            let taught: i64 = held
                .iter()
                .filter(|one| one.class == *id && one.subject == subject.subject && one.responsible)
                .filter(|one| one.days.contains(day) && (one.semester == 0 || one.semester == semester))
                .filter_map(|one| one.periods)
                .sum();
            if taught > has {
                let detail = format!(
                    "Môn {} của {} được phân công {taught} tiết mỗi tuần, lớp có {has} tiết. Hãy kiểm tra lại số tiết.",
                    subject_name(&subject.subject)?,
                    class.name
                );
                warnings.push(Warning { field: "assignments".to_owned(), code: "teaching.too_many", detail });
            }
        }
    }
    Ok(warnings)
}

fn shown(tx: &mut Tx<'_>, school: UnitId, year: SchoolYear, on: Date) -> Result<TeachingTable> {
    let ground = ground::read(tx, school, year, on, None)?;
    let led: Vec<Led> = tx.all(&LEADERS, params![school, on])?;
    let held: Vec<Held<'_>> = ground.known.stands.iter().map(Held::of).collect();
    let staff = staff_of(&ground, &held, on, true);
    let version = ground.version();
    let Ground { classes, mut known, .. } = ground;
    let classes = classes
        .into_iter()
        .map(|class| TableClass {
            subjects: known.classes.remove(&class.id).map(|class| class.subjects).unwrap_or_default(),
            homeroom: led.iter().find(|one| one.class == class.id).map(|one| one.employment),
            id: class.id,
            code: class.code,
            name: class.name,
            grade: class.grade,
        })
        .collect();
    let items = known.stands.into_iter().map(Assignment::of).collect::<Result<_>>()?;
    let semester_two = known.semester_two;
    Ok(TeachingTable { year, as_of: on, semester_two, classes, staff, items, version, may: Vec::new() })
}

/// The assignments of a school year on a day or later, for whoever works at the school or sees who does.
pub fn show(tx: &mut Tx<'_>, school: UnitId, year: Option<&str>, as_of: Option<Date>) -> Result<TeachingTable> {
    let sight = staff::sight(tx, school)?;
    let (year, on) = classes::when(tx, year, as_of)?;
    let may = [Capability::SchoolManage].into_iter().filter(|one| sight.may(*one)).map(Capability::as_str).collect();
    Ok(TeachingTable { may, ..shown(tx, school, year, on)? })
}

/// What is known, and what becomes of it.
fn planned(tx: &mut Tx<'_>, school: UnitId, cmd: &SetTeaching) -> Result<(Ground, Plan, Date, i64)> {
    if cmd.assignments.len() > AT_MOST {
        let detail = format!("Một lần phân công ghi được nhiều nhất {AT_MOST} dòng. Hãy chia theo khối lớp.");
        return Err(base::Error::field("assignments", "teaching.too_many_rows", detail));
    }
    let from = cmd.from.unwrap_or_else(|| classes::day_in(cmd.year, tx.today()));
    let ground = ground::read(tx, school, cmd.year, from, None)?;
    let version = ground.version();
    let ground = match &cmd.classes {
        Some(classes) => ground.only(classes),
        None => ground,
    };
    let wanted: Vec<Wanted> = cmd.assignments.iter().map(Assign::wanted).collect();
    let plan = ground.known.plan(&wanted, from);
    Ok((ground, plan, from, version))
}

/// What would become of the assignments.
pub fn preview(tx: &mut Tx<'_>, school: UnitId, cmd: &SetTeaching) -> Result<TeachingPreview> {
    tx.require(Capability::SchoolManage, school)?;
    let (ground, plan, from, version) = planned(tx, school, cmd)?;
    let held = Held::after(&plan);
    let ended = plan.cut.iter().chain(&plan.drop).cloned().map(Assignment::of).collect::<Result<_>>()?;
    let began = plan
        .add
        .iter()
        .map(|one| Begins {
            class: one.wanted.class,
            subject: one.wanted.subject.clone(),
            staff: one.wanted.staff,
            semester: one.wanted.semester,
            valid_from: one.days.from(),
            valid_to: one.days.to(),
        })
        .collect();
    Ok(TeachingPreview {
        from,
        kept: plan.keep.len(),
        ended,
        began,
        warnings: too_many(&ground, &held, from)?,
        staff: staff_of(&ground, &held, from, false),
        faults: plan.faults.into_iter().map(Into::into).collect(),
        version,
    })
}

/// Sets the assignments of a school from a day on.
pub fn set(tx: &mut Tx<'_>, school: UnitId, known: Option<i64>, cmd: &SetTeaching) -> Result<TeachingTable> {
    tx.require(Capability::SchoolManage, school)?;
    let (_, plan, from, version) = planned(tx, school, cmd)?;
    if known.is_some_and(|known| known != version) {
        return Err(edit::stale());
    }
    ground::write(tx, school, &plan, from)?;
    let may = vec![Capability::SchoolManage.as_str()];
    Ok(TeachingTable { may, ..shown(tx, school, cmd.year, from)? })
}

/// Which year, and when.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TableQuery {
    /// The school year; that of the day when not said.
    #[param(example = "2026-2027")]
    pub year: Option<String>,
    /// The day; today when not said, or the nearest day of the year.
    #[param(value_type = Option<String>, format = Date)]
    pub as_of: Option<Date>,
}

/// The assignments of a whole school, with classes, subjects and periods a week. Recorded as a look at those named.
#[utoipa::path(get, path = "/schools/{school}/teaching", operation_id = "teaching_table", tag = "teaching",
    params(("school" = base::Uuid, Path), TableQuery),
    responses((status = 200, body = TeachingTable), (status = 404, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(school): Path<UnitId>,
    Query(query): Query<TableQuery>,
) -> Answer<Tagged<TeachingTable>> {
    let found = app
        .look(&ctx, "teaching.table", move |tx| {
            let found = show(tx, school, query.year.as_deref(), query.as_of)?;
            let people: Vec<Uuid> = found.staff.iter().map(|one| one.person.0).collect();
            Ok((people, found))
        })
        .await?;
    Ok(Tagged::new(found.version, found))
}

/// Sets the assignments of a whole school from a day on, in one go: all of them, or none.
#[utoipa::path(put, path = "/schools/{school}/teaching", operation_id = "set_teaching", tag = "teaching",
    params(("school" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the table's version known, as its ETag")), request_body = SetTeaching,
    responses((status = 200, body = TeachingTable), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 412, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn put(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(school): Path<UnitId>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<SetTeaching>,
) -> Answer<Tagged<TeachingTable>> {
    let found = app
        .db()
        .write_long(&ctx, "a whole school's assignments are set at once", move |tx| set(tx, school, Some(known), &cmd))
        .await?;
    Ok(Tagged::new(found.version, found))
}

/// What would become of the assignments: what ends, what begins, what speaks against it, periods a week. Nothing is set.
#[utoipa::path(post, path = "/schools/{school}/teaching/preview", operation_id = "preview_teaching", tag = "teaching",
    params(("school" = base::Uuid, Path)), request_body = SetTeaching,
    responses((status = 200, body = TeachingPreview), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn tried(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(school): Path<UnitId>,
    Json(cmd): Json<SetTeaching>,
) -> Answer<Json<TeachingPreview>> {
    let found = app
        .look(&ctx, "teaching.preview", move |tx| {
            let found = preview(tx, school, &cmd)?;
            Ok((found.staff.iter().map(|one| one.person.0).collect(), found))
        })
        .await?;
    Ok(Json(found))
}
