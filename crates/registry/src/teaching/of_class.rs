//! Who teaches the subjects of one class from a day on.

use auth::{Capability, Require as _};
use base::{ClassId, Date, EmploymentId, Result, SchoolYear, UnitId, Uuid};
use db::{Entry, Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Query, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Assignment;
use super::ground;
use super::plan::Wanted;
use super::store::{self, Stands};
use crate::classes::show::ClassQuery;
use crate::classes::{self, edit};
use crate::reach;
use crate::years::subjects::ClassSubject;

/// Who teaches a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClassTeaching {
    /// The class.
    #[schema(value_type = base::Uuid)]
    pub class: ClassId,
    /// What it is called.
    pub name: String,
    /// Its school year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// From which day on.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// The first day of the second semester.
    #[schema(value_type = String, format = Date)]
    pub semester_two: Date,
    /// The subjects of the class.
    pub subjects: Vec<ClassSubject>,
    /// Who teaches what on the day or later.
    pub items: Vec<Assignment>,
    /// The class's version.
    pub version: i64,
    /// What the actor may do here.
    #[schema(example = json!(["school.manage"]))]
    pub may: Vec<&'static str>,
}

/// Who is to teach a subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignInClass {
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

pub(super) const fn yes() -> bool {
    true
}

/// Who is to teach a class from a day on: all of them. Whoever is not named teaches it no longer from that day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetClassTeaching {
    /// From which day; today when not said, or the nearest day of the class's year.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// All assignments.
    pub assignments: Vec<AssignInClass>,
}

impl AssignInClass {
    fn wanted(&self, class: ClassId) -> Wanted {
        Wanted {
            class,
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

fn read(tx: &mut Tx<'_>, school: UnitId, class: ClassId, as_of: Option<Date>) -> Result<ClassTeaching> {
    let bare = classes::show::find(tx, school, class)?;
    let on = as_of.unwrap_or_else(|| classes::day_in(bare.year, tx.today()));
    let mut ground = ground::read(tx, school, bare.year, on, Some(class))?;
    let items = ground.known.stands.into_iter().map(Assignment::of).collect::<Result<_>>()?;
    Ok(ClassTeaching {
        class,
        name: bare.name,
        year: bare.year,
        as_of: on,
        semester_two: ground.known.semester_two,
        subjects: ground.known.classes.remove(&class).map(|class| class.subjects).unwrap_or_default(),
        items,
        version: bare.version,
        may: Vec::new(),
    })
}

/// Who teaches a class on a day or later.
pub fn show(tx: &mut Tx<'_>, school: UnitId, class: ClassId, as_of: Option<Date>) -> Result<ClassTeaching> {
    let reach = reach::of_school(tx, school)?;
    reach.require_class(class, classes::not_found)?;
    let may = [Capability::SchoolManage].into_iter().filter(|one| reach.may(*one)).map(Capability::as_str).collect();
    Ok(ClassTeaching { may, ..read(tx, school, class, as_of)? })
}

/// Sets who teaches a class from a day on.
pub fn set(
    tx: &mut Tx<'_>,
    school: UnitId,
    class: ClassId,
    known: Option<i64>,
    cmd: &SetClassTeaching,
) -> Result<ClassTeaching> {
    tx.require(Capability::SchoolManage, school)?;
    let bare = classes::show::find(tx, school, class)?;
    if known.is_some_and(|known| known != bare.version) {
        return Err(edit::stale());
    }
    let from = cmd.from.unwrap_or_else(|| classes::day_in(bare.year, tx.today()));
    let ground = ground::read(tx, school, bare.year, from, Some(class))?;
    let wanted: Vec<Wanted> = cmd.assignments.iter().map(|one| one.wanted(class)).collect();
    let plan = ground.known.plan(&wanted, from);
    ground::write(tx, school, &plan, from)?;
    let may = vec![Capability::SchoolManage.as_str()];
    Ok(ClassTeaching { may, ..read(tx, school, class, Some(from))? })
}

/// One more assignment, as another program's file says it: its subject is kept as it is written there. Rights, and that the
/// class was taken, are the caller's.
pub(crate) fn also(
    tx: &mut Tx<'_>,
    school: UnitId,
    class: ClassId,
    (subject, semester): (&str, i64),
    staff: EmploymentId,
    from: Date,
) -> Result<Uuid> {
    let stands: Vec<Stands> = tx.all(&store::OF_CLASS, params![school, class, from])?;
    let answers = !stands.iter().any(|row| {
        row.responsible && row.subject == subject && (row.semester == 0 || semester == 0 || row.semester == semester)
    });
    let id: Uuid = tx.new_id();
    let (nothing, periods) = (None::<Date>, None::<i64>);
    tx.exec_one(&store::INSERT, params![school, id, class, subject, semester, staff, from, nothing, answers, periods])?;
    let told = serde_json::json!({ "id": id, "subject": subject, "semester": semester, "staff": staff, "from": from });
    tx.record(Entry::new("class.teaching_added", "class", class).unit(school).after(&told)?);
    Ok(id)
}

fn people(found: &ClassTeaching) -> Vec<Uuid> {
    let mut people: Vec<Uuid> = found.items.iter().map(|one| one.person.0).collect();
    people.sort_unstable();
    people.dedup();
    people
}

/// Who teaches the subjects of a class on a day or later. Recorded as a look at them.
#[utoipa::path(get, path = "/schools/{school}/classes/{class}/teaching", operation_id = "class_teaching", tag = "teaching",
    params(("school" = base::Uuid, Path), ("class" = base::Uuid, Path), ClassQuery),
    responses((status = 200, body = ClassTeaching), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, class)): Path<(UnitId, ClassId)>,
    Query(query): Query<ClassQuery>,
) -> Answer<Tagged<ClassTeaching>> {
    let found = app
        .look(&ctx, "class.teaching", move |tx| {
            let found = show(tx, school, class, query.as_of)?;
            Ok((people(&found), found))
        })
        .await?;
    Ok(Tagged::new(found.version, found))
}

/// Sets who teaches the subjects of a class from a day on. Whoever is not named teaches it no longer from that day.
#[utoipa::path(put, path = "/schools/{school}/classes/{class}/teaching", operation_id = "set_class_teaching",
    tag = "teaching", params(("school" = base::Uuid, Path), ("class" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the class's version known, as its ETag")),
    request_body = SetClassTeaching,
    responses((status = 200, body = ClassTeaching), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 412, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn put(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, class)): Path<(UnitId, ClassId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<SetClassTeaching>,
) -> Answer<Tagged<ClassTeaching>> {
    let found = app.db().write(&ctx, move |tx| set(tx, school, class, Some(known), &cmd)).await?;
    Ok(Tagged::new(found.version, found))
}
