//! The subjects of a class, with their periods: from the programme of its grade, and as the school spreads them.

use std::collections::BTreeMap;

use auth::{Capability, Require as _};
use base::{Error, Result, ToValue as _, UnitId, Uuid, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Reader, Signed, State, Tagged};
use rules::curriculum::{self, Part, Wanted};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::open::stale_unless;
use super::store::{self, ClassRow, SubjectRow};
use super::{CLASS_NOT_FOUND, CLASS_NOT_FOUND_SENTENCE, require_sight};

/// A subject of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClassSubject {
    /// Which.
    #[schema(example = "toan")]
    pub subject: String,
    /// Its name.
    #[schema(example = "Toán")]
    pub name: String,
    /// `compulsory`, `chosen`, `special` (chuyên đề) or `elective`.
    pub part: String,
    /// Periods a year.
    pub periods: i64,
    /// Periods a week in the first semester.
    pub week_one: i64,
    /// In the second.
    pub week_two: i64,
}

/// The subjects of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClassSubjects {
    /// The class.
    pub class: Uuid,
    /// Its name.
    pub name: String,
    /// Whether the school has set them; otherwise they are what the programme demands of its grade.
    pub set: bool,
    /// The subjects.
    pub subjects: Vec<ClassSubject>,
    /// Periods a week in both semesters.
    pub weekly: [i64; 2],
    /// What the programme offers its grade beside what is compulsory.
    pub offers: Vec<SubjectOffer>,
    /// How many chosen subjects and how many chuyên đề the programme demands; `null` where nothing is chosen.
    pub choice: Option<SubjectChoice>,
    /// The class's version.
    pub version: i64,
}

/// A subject that a class may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubjectOffer {
    /// What `set` calls it: its code, of a chuyên đề the code of the subject it deepens.
    #[schema(example = "vat_li")]
    pub code: &'static str,
    /// Its name.
    #[schema(example = "Vật lí")]
    pub name: &'static str,
    /// `chosen`, `special` or `elective`.
    pub part: &'static str,
}

/// How much a class chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubjectChoice {
    /// So many of the subjects that may be chosen.
    pub chosen: usize,
    /// So many chuyên đề.
    pub special: usize,
}

/// What a class has beside what is compulsory, and where its periods differ from the programme's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetSubjects {
    /// The chosen subjects of upper secondary schools.
    #[serde(default)]
    #[schema(example = json!(["vat_li", "hoa_hoc", "sinh_hoc", "tin_hoc"]))]
    pub chosen: Vec<String>,
    /// Of which subjects the chuyên đề are.
    #[serde(default)]
    #[schema(example = json!(["toan", "vat_li", "hoa_hoc"]))]
    pub special: Vec<String>,
    /// What is elective.
    #[serde(default)]
    pub elective: Vec<String>,
    /// Periods of subjects that differ from the programme's.
    #[serde(default)]
    pub periods: BTreeMap<String, Periods>,
}

/// Periods of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SubjectPeriods)]
pub struct Periods {
    /// A week in the first semester.
    pub week_one: u8,
    /// In the second.
    pub week_two: u8,
}

pub(crate) fn class(tx: &mut Tx<'_>, school: UnitId, class: Uuid) -> Result<ClassRow> {
    let found = tx.one(&store::CLASS, params![school, class])?;
    found.ok_or_else(|| CLASS_NOT_FOUND.error(CLASS_NOT_FOUND_SENTENCE))
}

/// What the programme demands of a grade, with what is wanted beside.
fn planned(grade: &str, wanted: &SetSubjects) -> Result<Vec<curriculum::Planned>> {
    let programme = match grade.parse().ok().map(curriculum::of_grade).transpose()?.flatten() {
        Some(programme) => programme,
        None if *wanted == SetSubjects::default() => return Ok(Vec::new()),
        None => {
            let sentence = "Lớp mầm non không chia môn học. Hãy bỏ phần môn học.";
            return Err(Error::field("chosen", "curriculum.no_subjects", sentence));
        }
    };
    let grade = grade.parse().unwrap_or(0);
    let beside = Wanted { chosen: &wanted.chosen, special: &wanted.special, elective: &wanted.elective };
    programme.plan(grade, &beside).map_err(|refusal| Error::field("chosen", refusal.code, refusal.sentence))
}

/// What a class has when nobody has set it: what is compulsory.
pub(crate) fn compulsory(grade: &str) -> Result<Vec<ClassSubject>> {
    let Some(programme) = grade.parse().ok().map(curriculum::of_grade).transpose()?.flatten() else {
        return Ok(Vec::new());
    };
    let grade: u8 = grade.parse().unwrap_or(0);
    let compulsory = programme.subjects.iter().filter(|subject| subject.part == Part::Compulsory);
    Ok(compulsory
        .filter_map(|subject| {
            let periods = subject.in_grade(grade)?;
            let (one, two) = curriculum::spread(periods, 18, programme.weeks.saturating_sub(18));
            Some(ClassSubject {
                subject: subject.code.to_owned(),
                name: subject.name.to_owned(),
                part: subject.part.code().to_owned(),
                periods: i64::from(periods),
                week_one: i64::from(one),
                week_two: i64::from(two),
            })
        })
        .collect())
}

/// A stored subject with its name.
pub(crate) fn named(row: SubjectRow) -> Result<ClassSubject> {
    let name = curriculum::name_of(&row.subject)?.map_or_else(|| row.subject.clone(), str::to_owned);
    let SubjectRow { subject, part, periods, week_one, week_two } = row;
    Ok(ClassSubject { subject, name, part, periods, week_one, week_two })
}

/// What the programme offers a grade, and how much of it is chosen.
fn offered(grade: &str) -> Result<(Vec<SubjectOffer>, Option<SubjectChoice>)> {
    let Ok(grade) = grade.parse() else { return Ok((Vec::new(), None)) };
    let Some(programme) = curriculum::of_grade(grade)? else { return Ok((Vec::new(), None)) };
    let beside = programme.subjects.iter().filter(|one| one.part != Part::Compulsory && one.in_grade(grade).is_some());
    let offers = beside
        .map(|one| SubjectOffer {
            code: one.code.strip_prefix("cd_").filter(|_| one.part == Part::Special).unwrap_or(one.code),
            name: one.name,
            part: one.part.code(),
        })
        .collect();
    let choice = programme.choice.map(|choice| SubjectChoice { chosen: choice.chosen, special: choice.special });
    Ok((offers, choice))
}

fn answer(class: &ClassRow, set: bool, subjects: Vec<ClassSubject>) -> Result<ClassSubjects> {
    let weekly = [subjects.iter().map(|one| one.week_one).sum(), subjects.iter().map(|one| one.week_two).sum()];
    let (offers, choice) = offered(&class.grade)?;
    let (name, version) = (class.name.clone(), class.version);
    Ok(ClassSubjects { class: class.id, name, set, subjects, weekly, offers, choice, version })
}

/// The subjects of a class. Rights are the caller's.
fn read(tx: &mut Tx<'_>, school: UnitId, id: Uuid) -> Result<ClassSubjects> {
    let class = class(tx, school, id)?;
    let rows: Vec<SubjectRow> = tx.all(&store::SUBJECTS, params![school, id])?;
    if rows.is_empty() {
        let compulsory = compulsory(&class.grade)?;
        return answer(&class, false, compulsory);
    }
    let subjects = rows.into_iter().map(named).collect::<Result<Vec<_>>>()?;
    answer(&class, true, subjects)
}

/// The subjects of a class.
pub fn show(tx: &mut Tx<'_>, school: UnitId, id: Uuid) -> Result<ClassSubjects> {
    require_sight(tx, school)?;
    read(tx, school, id)
}

/// Sets the subjects of a class.
pub fn set(tx: &mut Tx<'_>, school: UnitId, id: Uuid, known: i64, cmd: &SetSubjects) -> Result<ClassSubjects> {
    tx.require(Capability::SchoolManage, school)?;
    let before = read(tx, school, id)?;
    let version: Option<(i64,)> = tx.one(&store::CLASS_LOCK, params![school, id])?;
    let version = version.map_or(0, |(version,)| version);
    stale_unless(known, version)?;
    let class = class(tx, school, id)?;
    let planned = planned(&class.grade, cmd)?;
    for subject in cmd.periods.keys() {
        if !planned.iter().any(|one| one.subject == subject) {
            let sentence =
                format!("Lớp {} không học môn “{}”. Hãy bỏ số tiết của môn này.", class.name, vi::clean(subject));
            return Err(Error::field("periods", "curriculum.not_of_class", sentence));
        }
    }
    let rows: Vec<SubjectRow> = planned
        .iter()
        .map(|one| {
            let own = cmd.periods.get(one.subject);
            let week_one = own.map_or(i64::from(one.week_one), |own| i64::from(own.week_one));
            let week_two = own.map_or(i64::from(one.week_two), |own| i64::from(own.week_two));
            let periods = own.map_or(i64::from(one.periods), |_| week_one * 18 + week_two * 17);
            let (subject, part) = (one.subject.to_owned(), one.part.code().to_owned());
            SubjectRow { subject, part, periods, week_one, week_two }
        })
        .collect();
    tx.exec(&store::SUBJECTS_DELETE, params![school, id])?;
    let bulk = rows.iter().map(|row| {
        [
            school.to_value(),
            id.to_value(),
            row.subject.to_value(),
            row.part.to_value(),
            row.periods.to_value(),
            row.week_one.to_value(),
            row.week_two.to_value(),
        ]
    });
    tx.bulk(&store::SUBJECT, bulk)?;
    let entry = Entry::new("class.subjects_set", "class", id).unit(school).version(version);
    tx.record(entry.before(&before.subjects)?.after(cmd)?);
    read(tx, school, id)
}

/// The subjects of a class, with their periods a week.
#[utoipa::path(get, path = "/units/{unit}/classes/{class}/subjects", operation_id = "class_subjects", tag = "school years",
    params(("unit" = base::Uuid, Path), ("class" = base::Uuid, Path)),
    responses((status = 200, body = ClassSubjects), (status = 404, body = http::ProblemBody)))]
pub async fn route(reader: Reader, Path((unit, class)): Path<(UnitId, Uuid)>) -> Answer<Tagged<ClassSubjects>> {
    let found = reader.at(unit).read(move |tx| show(tx, unit, class)).await?;
    Ok(Tagged::new(found.version, found))
}

/// Sets the subjects of a class: its combination, and periods that differ from the programme's.
#[utoipa::path(put, path = "/units/{unit}/classes/{class}/subjects", operation_id = "set_class_subjects",
    tag = "school years",
    params(("unit" = base::Uuid, Path), ("class" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the class's version known, as its ETag")),
    request_body = SetSubjects,
    responses((status = 200, body = ClassSubjects), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 412, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn put(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((unit, class)): Path<(UnitId, Uuid)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<SetSubjects>,
) -> Answer<Tagged<ClassSubjects>> {
    let found = app.db().write(&ctx, move |tx| set(tx, unit, class, known, &cmd)).await?;
    Ok(Tagged::new(found.version, found))
}
