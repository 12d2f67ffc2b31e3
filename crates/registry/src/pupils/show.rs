//! A pupil's page: who they are, their classes and stays as far as this school may know, their family; and what is protected
//! for whoever may, when they ask for it.

use std::collections::HashMap;

use auth::looked::Look;
use base::{ClassId, Date, EnrolmentId, PersonId, Result, SchoolYear, UnitId, Uuid, Value};
use db::{Built, Tx, ask, params};
use http::{Answer, App, Path, Query, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::list::PupilClass;
use super::not_found;
use super::store::{self, CameFrom, Enrolment, InClass};
use crate::classes::store::shifted;
use crate::duplicates::store as duplicates;
use crate::people::secrets::{self, Closed, Secret};
use crate::people::store as people;
use crate::people::store::{KinRow, PersonRow};
use crate::reach::{self, Reach};
use crate::units::{UnitRef, view};

/// A pupil of a school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Pupil {
    /// The pupil at this school.
    #[schema(value_type = base::Uuid)]
    pub id: EnrolmentId,
    /// The version of the pupil at this school: of stays and classes.
    pub version: i64,
    /// Who they are, with a version of its own: the record that stays, where several were merged.
    pub person: Person,
    /// The records of the same human being that were merged with it; the page tells of all of them. Empty for nearly
    /// everybody.
    #[schema(value_type = Vec<base::Uuid>)]
    pub merged: Vec<PersonId>,
    /// The class today.
    #[schema(value_type = Option<base::Uuid>)]
    pub class: Option<ClassId>,
    /// The stays at this school, the last first.
    pub stays: Vec<Stay>,
    /// Father, mother, guardian, as this school was told.
    pub relatives: Vec<Relative>,
    /// Other pupils of the school with the same father, mother or guardian, as far as the actor sees them.
    pub siblings: Vec<Sibling>,
    /// What is protected; only where it was asked for and the actor may see it.
    pub protected: Option<ProtectedValues>,
    /// What the actor may do with this pupil.
    #[schema(example = json!(["pupil.edit", "pupil.view_protected"]))]
    pub may: Vec<&'static str>,
}

/// Who somebody is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Person {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: PersonId,
    /// The whole name.
    #[schema(example = "Nguyễn Thị Minh Anh")]
    pub full_name: String,
    /// Family name.
    pub family: String,
    /// Middle name.
    pub middle: String,
    /// Given name.
    pub given: String,
    /// What is known of the birth: `2014-03-26`, `2014-03`, `2014`.
    pub birth: Option<String>,
    /// A code of DM_GIOI_TINH.
    pub sex: Option<String>,
    /// A code of DM_NUOC.
    pub nationality: Option<String>,
    /// A code of DM_DAN_TOC.
    pub ethnic_group: Option<String>,
    /// The sector's code.
    pub pupil_code: Option<String>,
    /// What the population database said of it: `no` (not asked), `yes`, `differs`.
    pub verified: String,
    /// Its version.
    pub version: i64,
}

/// A stretch of days at this school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Stay {
    /// The pupil in this stretch.
    #[schema(value_type = base::Uuid)]
    pub id: EnrolmentId,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// The first day after it.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Date>,
    /// `admitted`, `transferred`, `returned`, `imported`.
    pub came_by: String,
    /// From which school somebody was transferred.
    pub came_from: Option<UnitRef>,
    /// Why they left that school, as it says: a code of DM_LY_DO_THOI_HOC.
    pub came_reason: Option<String>,
    /// To which school that one said they would go, where it is not this one.
    pub came_meant_for: Option<String>,
    /// To which school somebody was transferred, as was said when they left: its name.
    pub went_to: Option<String>,
    /// `transferred`, `left`, `finished`, `mistake`; `null` while they are there.
    pub left_by: Option<String>,
    /// A code of DM_TRANG_THAI_HOC_SINH.
    pub status: String,
    /// A code of DM_LY_DO_THOI_HOC.
    pub leave_reason: Option<String>,
    /// Whether it stands beside a stay at another school.
    pub beside: bool,
    /// The classes, the last first.
    pub classes: Vec<StayInClass>,
}

/// A stretch of days in a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StayInClass {
    /// Which class.
    #[schema(value_type = base::Uuid)]
    pub class: ClassId,
    /// Its school year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// A code of DM_KHOI.
    pub grade: String,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// The first day after it.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Date>,
    /// The place in the class.
    pub position: Option<i64>,
    /// In this grade once more.
    pub repeats: bool,
}

/// A relative, as this school was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Relative {
    /// `father`, `mother`, `guardian`.
    pub relation: String,
    /// Who.
    #[schema(value_type = base::Uuid)]
    pub person: PersonId,
    /// The whole name.
    pub full_name: String,
    /// What is known of the birth.
    pub birth: Option<String>,
    /// What they do.
    pub occupation: Option<String>,
    /// The telephones; only where what is protected was asked for and the actor may see it.
    #[schema(value_type = Option<Vec<String>>)]
    pub phones: Option<Vec<Closed>>,
}

/// Another child of the same family at the school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sibling {
    /// The pupil at this school.
    #[schema(value_type = base::Uuid)]
    pub id: EnrolmentId,
    /// The person.
    #[schema(value_type = base::Uuid)]
    pub person: PersonId,
    /// The whole name.
    #[schema(example = "Nguyễn Minh Quân")]
    pub full_name: String,
    /// The class today.
    pub class: Option<PupilClass>,
}

db::row! {
    struct Beside {
        id: EnrolmentId, person: PersonId, full_name: String, class: Option<ClassId>, class_name: Option<String>,
        grade: Option<String>,
    }
}

/// What is protected of somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProtectedValues {
    /// The citizen's 12 digits.
    #[schema(value_type = Option<String>)]
    pub personal_number: Option<Closed>,
    /// Other papers.
    #[schema(value_type = Vec<String>)]
    pub identity_numbers: Vec<Closed>,
    /// Telephones.
    #[schema(value_type = Vec<String>)]
    pub phones: Vec<Closed>,
    /// Mail addresses.
    #[schema(value_type = Vec<String>)]
    pub emails: Vec<Closed>,
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Self {
        Self {
            id: row.id,
            full_name: row.full_name,
            family: row.family,
            middle: row.middle,
            given: row.given,
            birth: row.birth,
            sex: row.sex,
            nationality: row.nationality,
            ethnic_group: row.ethnic_group,
            pupil_code: row.pupil_code,
            verified: row.verified,
            version: row.version,
        }
    }
}

/// A pupil of a school in reach, and in which class today.
pub(crate) fn find(
    tx: &mut Tx<'_>,
    reach: &Reach,
    school: UnitId,
    id: EnrolmentId,
) -> Result<(Enrolment, Option<ClassId>)> {
    find_whole(tx, reach, school, id).map(|(stay, class, _)| (stay, class))
}

/// The same, and all records of the human being, the one that stays first.
fn find_whole(
    tx: &mut Tx<'_>,
    reach: &Reach,
    school: UnitId,
    id: EnrolmentId,
) -> Result<(Enrolment, Option<ClassId>, Vec<PersonId>)> {
    let today = tx.today();
    let mut values = vec![Value::Uuid(school.0), Value::Uuid(id.0)];
    let within = shifted(&reach.of_pupils("e.school", "e.id", today), &mut values);
    let sql = Built::new(
        "pupil",
        &format!(
            "SELECT e.id, e.person, e.valid_from, e.valid_to, e.came_by, e.left_by, e.status, e.leave_reason, e.transfer,
               e.beside, e.to_school, e.to_name, e.version
             FROM enrolment e WHERE e.school = ?1 AND e.id = ?2 AND {within}"
        ),
        tx.dialect(),
    );
    let now = params![school, id, today];
    let (found, class, records) = tx.together((
        ask::<Enrolment>(&sql, &values),
        ask::<(ClassId,)>(&store::CLASS_ON, now),
        ask::<(PersonId,)>(&duplicates::RECORDS_OF_STAY, params![school, id]),
    ))?;
    let found = found.into_iter().next().ok_or_else(not_found)?;
    let records = records.into_iter().map(|(record,)| record).collect();
    Ok((found, class.into_iter().next().map(|(class,)| class), records))
}

/// What is known of the schools before and after a stay.
#[derive(Default)]
struct Ways {
    from: HashMap<EnrolmentId, (UnitRef, Option<String>, Option<String>)>,
    to: HashMap<EnrolmentId, String>,
}

fn ways(tx: &mut Tx<'_>, school: UnitId, from: Vec<CameFrom>, stays: &[Enrolment]) -> Result<Ways> {
    let gone = || stays.iter().filter(|stay| stay.left_by.as_deref() == Some("transferred"));
    let mut schools: Vec<UnitId> = from.iter().flat_map(|row| [Some(row.school), row.to_school]).flatten().collect();
    schools.extend(gone().filter_map(|stay| stay.to_school));
    schools.sort_unstable();
    schools.dedup();
    let today = tx.today();
    let named: HashMap<UnitId, UnitRef> =
        view::refs(tx, &schools, today)?.into_iter().map(|unit| (unit.id, unit)).collect();
    let called = |unit: Option<UnitId>, name: Option<&str>| {
        unit.and_then(|id| named.get(&id)).map(|unit| unit.name.clone()).or_else(|| name.map(str::to_owned))
    };
    let mut ways = Ways::default();
    for row in from {
        let Some(former) = named.get(&row.school) else { continue };
        let meant = called(row.to_school, row.to_name.as_deref()).filter(|_| row.to_school != Some(school));
        ways.from.insert(row.enrolment, (former.clone(), row.leave_reason, meant));
    }
    ways.to.extend(gone().filter_map(|stay| Some((stay.id, called(stay.to_school, stay.to_name.as_deref())?))));
    Ok(ways)
}

fn stays(all: Vec<Enrolment>, classes: Vec<InClass>, mut ways: Ways) -> Vec<Stay> {
    let mut of: HashMap<EnrolmentId, Vec<StayInClass>> = HashMap::new();
    for row in classes {
        of.entry(row.enrolment).or_default().push(StayInClass {
            class: row.class,
            year: row.year,
            code: row.code,
            name: row.name,
            grade: row.grade,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            position: row.position,
            repeats: row.repeats,
        });
    }
    all.into_iter()
        .map(|row| {
            let (came_from, came_reason, came_meant_for) = match ways.from.remove(&row.id) {
                Some((unit, reason, meant)) => (Some(unit), reason, meant),
                None => (None, None, None),
            };
            Stay {
                classes: of.remove(&row.id).unwrap_or_default(),
                came_from,
                came_reason,
                came_meant_for,
                went_to: ways.to.remove(&row.id),
                id: row.id,
                valid_from: row.valid_from,
                valid_to: row.valid_to,
                came_by: row.came_by,
                left_by: row.left_by,
                status: row.status,
                leave_reason: row.leave_reason,
                beside: row.beside,
            }
        })
        .collect()
}

fn closed(values: &[(Secret, i64, String)], what: Secret) -> Vec<Closed> {
    values.iter().filter(|(sort, ..)| *sort == what).map(|(.., value)| Closed(value.clone())).collect()
}

/// What a school holds under the records of one human being.
#[derive(Default)]
struct OfRecords {
    /// The record that stays.
    person: Option<PersonRow>,
    /// The last first.
    stays: Vec<Enrolment>,
    classes: Vec<InClass>,
    from: Vec<CameFrom>,
    kin: Vec<KinRow>,
}

/// Reads it; `own` is the record of the stay that is shown, whose relatives come before those told of under another.
fn gathered(tx: &mut Tx<'_>, school: UnitId, records: &[PersonId], own: PersonId) -> Result<OfRecords> {
    let mut whole = OfRecords::default();
    // Nearly always one. A merger of many is a mistake that somebody will take back.
    for record in records {
        let (one, of_school) = (params![*record], params![school, *record]);
        let (person, stays, classes, from, kin) = tx.together((
            ask::<PersonRow>(&people::OF, one),
            ask::<Enrolment>(&store::OF_PERSON, of_school),
            ask::<InClass>(&store::CLASSES_OF, of_school),
            ask::<CameFrom>(&store::CAME_FROM, of_school),
            ask::<KinRow>(&people::KIN, of_school),
        ))?;
        whole.person = whole.person.or(person.into_iter().next());
        whole.stays.extend(stays);
        whole.classes.extend(classes);
        whole.from.extend(from);
        let known = std::mem::take(&mut whole.kin);
        let (mut first, second) = if *record == own { (kin, known) } else { (known, kin) };
        for kin in second {
            if !first.iter().any(|one| one.relation == kin.relation) {
                first.push(kin);
            }
        }
        whole.kin = first;
    }
    if records.len() > 1 {
        whole.stays.sort_by_key(|stay| std::cmp::Reverse((stay.valid_from, stay.id)));
    }
    Ok(whole)
}

/// The other pupils there today who have a relative of these records in common, in reach.
fn siblings(tx: &mut Tx<'_>, reach: &Reach, school: UnitId, records: &[PersonId]) -> Result<Vec<Sibling>> {
    let today = tx.today();
    let mut values = vec![Value::Uuid(school.0), Value::Date(today)];
    let mut places = Vec::with_capacity(records.len());
    for record in records {
        values.push(Value::Uuid(record.0));
        places.push(format!("?{}", values.len()));
    }
    let own = places.join(", ");
    let within = shifted(&reach.of_pupils("e.school", "e.id", today), &mut values);
    let sql = format!(
        "SELECT e.id, e.person, p.full_name, c.id AS class, c.name AS class_name, c.grade
         FROM (SELECT DISTINCT o.child FROM kinship k CROSS JOIN kinship o
           WHERE k.school = ?1 AND k.child IN ({own}) AND o.relative = k.relative AND o.school = ?1
             AND o.child NOT IN ({own})) s
         CROSS JOIN enrolment e CROSS JOIN person p
         LEFT JOIN class_member m ON m.school = e.school AND m.enrolment = e.id AND m.valid_from <= ?2
           AND (m.valid_to IS NULL OR m.valid_to > ?2)
         LEFT JOIN class c ON c.school = m.school AND c.id = m.class
         WHERE e.person = s.child AND e.school = ?1 AND e.valid_from <= ?2 AND (e.valid_to IS NULL OR e.valid_to > ?2)
           AND p.id = e.person AND {within}
         ORDER BY p.birth NULLS LAST, e.id LIMIT 20"
    );
    let rows: Vec<Beside> = tx.all(&Built::new("siblings", &sql, tx.dialect()), &values)?;
    let one = |row: Beside| Sibling {
        id: row.id,
        person: row.person,
        full_name: row.full_name,
        class: match (row.class, row.class_name, row.grade) {
            (Some(id), Some(name), Some(grade)) => Some(PupilClass { id, name, grade }),
            _ => None,
        },
    };
    Ok(rows.into_iter().map(one).collect())
}

fn protected_of(values: &[(Secret, i64, String)]) -> ProtectedValues {
    ProtectedValues {
        personal_number: closed(values, Secret::PersonalNumber).into_iter().next(),
        identity_numbers: closed(values, Secret::IdentityNumber),
        phones: closed(values, Secret::Phone),
        emails: closed(values, Secret::Email),
    }
}

/// What is protected of somebody. Rights, and the record of the look, are the caller's.
pub(crate) fn protected_values(tx: &mut Tx<'_>, who: PersonId) -> Result<ProtectedValues> {
    Ok(protected_of(&secrets::open(tx, who)?))
}

/// One pupil. With `protected`, papers and telephones too where the actor may see them; the caller records that look before
/// it is answered.
pub fn show(tx: &mut Tx<'_>, school: UnitId, id: EnrolmentId, protected: bool) -> Result<Pupil> {
    let reach = reach::of_school(tx, school)?;
    let (enrolment, class, records) = find_whole(tx, &reach, school, id)?;
    let of_records = gathered(tx, school, &records, enrolment.person)?;
    let person = of_records.person.ok_or_else(not_found)?;
    let opened = protected && reach.sees_protected(class);
    let mut relatives = Vec::with_capacity(of_records.kin.len());
    for kin in of_records.kin {
        let phones = match opened {
            true => Some(closed(&secrets::open(tx, kin.relative)?, Secret::Phone)),
            false => None,
        };
        relatives.push(Relative {
            relation: kin.relation,
            person: kin.relative,
            full_name: kin.full_name,
            birth: kin.birth,
            occupation: kin.occupation,
            phones,
        });
    }
    let protected = match opened {
        true => {
            // What was written under the record of this stay comes first.
            let mut values = secrets::open(tx, enrolment.person)?;
            for other in records.iter().filter(|record| **record != enrolment.person) {
                let more = secrets::open(tx, *other)?;
                let new = |(what, _, value): &(Secret, i64, String)| {
                    !values.iter().any(|(known, _, same)| known == what && same == value)
                };
                let more: Vec<_> = more.into_iter().filter(new).collect();
                values.extend(more);
            }
            Some(protected_of(&values))
        }
        false => None,
    };
    let siblings = siblings(tx, &reach, school, &records)?;
    let ways = ways(tx, school, of_records.from, &of_records.stays)?;
    Ok(Pupil {
        id,
        version: enrolment.version,
        merged: records.into_iter().filter(|record| *record != person.id).collect(),
        person: person.into(),
        class,
        stays: stays(of_records.stays, of_records.classes, ways),
        relatives,
        siblings,
        protected,
        may: reach.may_with(class),
    })
}

/// What is shown.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PupilQuery {
    /// `true`: papers and telephones too, where the actor may see them. That look is recorded by itself.
    #[serde(default)]
    pub protected: bool,
}

/// One pupil of a school: who they are, their classes, stays and family. Recorded as a look at all of them.
#[utoipa::path(get, path = "/schools/{school}/pupils/{pupil}", operation_id = "pupil", tag = "pupils",
    params(("school" = base::Uuid, Path), ("pupil" = base::Uuid, Path), PupilQuery),
    responses((status = 200, body = Pupil), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, id)): Path<(UnitId, EnrolmentId)>,
    Query(query): Query<PupilQuery>,
) -> Answer<Tagged<Pupil>> {
    let people = |pupil: &Pupil| -> Vec<Uuid> {
        let own = std::iter::once(pupil.person.id).chain(pupil.merged.iter().copied());
        let family = pupil.relatives.iter().map(|one| one.person).chain(pupil.siblings.iter().map(|one| one.person));
        own.chain(family).map(Into::into).collect()
    };
    let pupil = app
        .look(&ctx, "pupil.page", move |tx| {
            let pupil = show(tx, school, id, query.protected)?;
            Ok((people(&pupil), pupil))
        })
        .await?;
    if pupil.protected.is_some() {
        // Before the answer leaves: what is protected is never shown without a record.
        app.looks()?.at_once(Look::new(&ctx, "pupil.protected", people(&pupil))).await?;
    }
    Ok(Tagged::new(pupil.version, pupil))
}
