//! Loads whole schools of people at once: schools with their places and authorities first, then one school after the other
//! with its classes, staff, pupils and their families, each a write of its own. What an import writes of a pupil stands here
//! as well: rows, search words, digests and journal. For made-up countries and, later, for what other software hands over.

use std::collections::BTreeSet;

use auth::edges::NewEdge;
use auth::units::NewUnit;
use auth::{EdgeKind, edges};
use base::{Date, Error, Interval, PersonId, PersonName, Result, ToValue as _, UnitId, Uuid, Value, vi};
use db::{BulkInto, Entry, Tx, params};
use serde_json::json;

use super::{commune, commune_office, department};
use crate::classes::create;
use crate::imports::apply::{CLASSES, KIN, MEMBERS, SECRETS};
use crate::people::secrets::{self, Secret};
use crate::people::words::{self, EVERYWHERE, Indexed};
use crate::teaching::store::TEACHING;
use crate::timetable::{self, store::SLOT};
use crate::units::store::{self, NewCode, NewEvent, NewName};
use crate::years::store::SUBJECT;

/// A school to be founded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct School {
    /// Which.
    pub id: UnitId,
    /// Called.
    pub name: String,
    /// The sector's code.
    pub code: String,
    /// What it teaches: `MN`, `TH`, `THCS`, `THPT`, `GDTX`.
    pub levels: Vec<&'static str>,
    /// The commune's code.
    pub commune: &'static str,
    /// The province's code.
    pub province: &'static str,
}

/// Somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: Uuid,
    /// Called.
    pub name: PersonName,
    /// What is known of the birth.
    pub birth: Option<String>,
    /// A code of DM_GIOI_TINH.
    pub sex: Option<String>,
    /// A code of DM_DAN_TOC.
    pub ethnic_group: Option<String>,
    /// The sector's code of a pupil.
    pub pupil_code: Option<String>,
    /// The sector's code of staff.
    pub staff_code: Option<String>,
}

/// A class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Which.
    pub id: Uuid,
    /// Its code, which is its name too.
    pub code: String,
    /// A code of DM_KHOI.
    pub grade: String,
}

/// A pupil's time at the school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Which.
    pub id: Uuid,
    /// Whose.
    pub person: Uuid,
    /// The first day.
    pub from: Date,
    /// Until before this day, by a transfer.
    pub to: Option<Date>,
    /// The step to or from another school.
    pub transfer: Option<Uuid>,
    /// A code of DM_TRANG_THAI_HOC_SINH.
    pub status: String,
    /// In which class.
    pub class: Option<Uuid>,
}

/// Whose relative somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kin {
    /// Whose.
    pub child: Uuid,
    /// `father`, `mother`, `guardian`.
    pub relation: &'static str,
    /// Who.
    pub relative: Uuid,
    /// What they do.
    pub occupation: Option<&'static str>,
}

/// Somebody who works there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Employment {
    /// Which.
    pub id: Uuid,
    /// Who.
    pub person: Uuid,
    /// From when.
    pub from: Date,
    /// A code of DM_TRANG_THAI_CAN_BO.
    pub status: String,
    /// A code of DM_NHOM_CAN_BO.
    pub group: String,
    /// A code of DM_LOAI_CAN_BO.
    pub position: Option<String>,
    /// The class they lead.
    pub leads: Option<Uuid>,
}

/// What a class has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Which class.
    pub class: Uuid,
    /// A code of its programme.
    pub subject: &'static str,
    /// `compulsory`, `chosen`, `special`, `elective`.
    pub part: &'static str,
    /// Periods a year.
    pub periods: i64,
    /// Periods a week in the first semester.
    pub week_one: i64,
    /// Periods a week in the second.
    pub week_two: i64,
}

/// Who teaches a subject in a class, the whole year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Teaching {
    /// Which.
    pub id: Uuid,
    /// In which class.
    pub class: Uuid,
    /// Which subject.
    pub subject: &'static str,
    /// By whom: an employment.
    pub staff: Uuid,
}

/// A lesson of the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Of which class.
    pub class: Uuid,
    /// 2 for Monday to 7 for Saturday.
    pub day: i64,
    /// `morning`, `afternoon`.
    pub half_day: &'static str,
    /// Which period of it, from 1.
    pub period: i64,
    /// Which subject.
    pub subject: &'static str,
    /// By whom: an employment.
    pub staff: Uuid,
}

/// The week of a whole school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timetable {
    /// Which.
    pub id: Uuid,
    /// From this day.
    pub from: Date,
    /// Its lessons.
    pub lessons: Vec<Lesson>,
}

/// A school's people. Of somebody whom another school brought already, `people` says nothing; their names stand in `named`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// The school year its classes are of, by the year it begins in.
    pub year: i64,
    /// The classes.
    pub classes: Vec<Class>,
    /// Who is new to the country.
    pub people: Vec<Person>,
    /// Pupils who are not new: who, and the folded name.
    pub named: Vec<(Uuid, String)>,
    /// What is kept under lock: whose, what, and the value.
    pub secrets: Vec<(Uuid, Secret, String)>,
    /// Pupils.
    pub stays: Vec<Stay>,
    /// Families.
    pub kin: Vec<Kin>,
    /// Staff.
    pub staff: Vec<Employment>,
    /// What its classes have.
    pub subjects: Vec<Subject>,
    /// Who teaches it.
    pub teaching: Vec<Teaching>,
    /// And when.
    pub timetable: Option<Timetable>,
}

const PEOPLE: BulkInto<14> = BulkInto {
    table: "person",
    columns: [
        ("id", "uuid"),
        ("full_name", "text"),
        ("family", "text"),
        ("middle", "text"),
        ("given", "text"),
        ("folded", "text"),
        ("sort_key", "bytes"),
        ("birth", "text"),
        ("sex", "text"),
        ("ethnic_group", "text"),
        ("pupil_code", "text"),
        ("staff_code", "text"),
        ("verified", "text"),
        ("version", "int"),
    ],
    conflict: "",
};
const STAYS: BulkInto<11> = BulkInto {
    table: "enrolment",
    columns: [
        ("school", "uuid"),
        ("id", "uuid"),
        ("person", "uuid"),
        ("valid_from", "date"),
        ("valid_to", "date"),
        ("came_by", "text"),
        ("left_by", "text"),
        ("status", "text"),
        ("transfer", "uuid"),
        ("beside", "bool"),
        ("version", "int"),
    ],
    conflict: "",
};
const HELD: BulkInto<5> = BulkInto {
    table: "person_unit",
    columns: [("unit", "uuid"), ("person", "uuid"), ("kind", "text"), ("valid_from", "date"), ("valid_to", "date")],
    conflict: "ON CONFLICT (unit, person, kind, valid_from) DO NOTHING",
};
const STAFF: BulkInto<8> = BulkInto {
    table: "employment",
    columns: [
        ("school", "uuid"),
        ("id", "uuid"),
        ("person", "uuid"),
        ("valid_from", "date"),
        ("status", "text"),
        ("staff_group", "text"),
        ("position", "text"),
        ("version", "int"),
    ],
    conflict: "",
};
const LEADS: BulkInto<4> = BulkInto {
    table: "homeroom",
    columns: [("school", "uuid"), ("class", "uuid"), ("valid_from", "date"), ("employment", "uuid")],
    conflict: "",
};

fn text(value: Option<&String>) -> Value<'_> {
    value.map_or(Value::Null, |text| Value::Text(text.as_str().into()))
}

/// Founds schools, all of them in one write declared long. The units of the country stand already.
pub fn schools(tx: &mut Tx<'_>, schools: &[School], from: Date) -> Result<()> {
    super::house(tx)?;
    let mut new: Vec<NewUnit> =
        schools.iter().map(|school| NewUnit { id: school.id, kind: "school".to_owned(), from }).collect();
    new.sort_by_key(|unit| unit.id);
    auth::units::bulk(tx, &new)?;
    let names: Vec<NewName> = schools
        .iter()
        .map(|school| NewName {
            unit: school.id,
            from,
            to: None,
            subkind: None,
            name: school.name.clone(),
            full_name: school.name.clone(),
        })
        .collect();
    store::add_names(tx, &names)?;
    let codes: Vec<NewCode> = schools
        .iter()
        .map(|school| NewCode { unit: school.id, from, to: None, system: "sector", code: school.code.clone() })
        .collect();
    store::add_codes(tx, &codes)?;
    let mut above: Vec<NewEdge> = Vec::with_capacity(schools.len() * 4);
    for school in schools {
        let authority = if school.levels.iter().any(|level| matches!(*level, "THPT" | "GDTX")) {
            department(school.province)
        } else {
            commune_office(school.commune)
        };
        let edge = |kind, authority| NewEdge { kind, unit: school.id, authority, days: Interval::since(from) };
        above.push(edge(EdgeKind::Place, commune(school.commune)));
        above.extend([EdgeKind::Teaching, EdgeKind::Staff, EdgeKind::Budget].map(|kind| edge(kind, authority)));
        for level in &school.levels {
            tx.exec_one(&store::LEVEL_INSERT, params![school.id, *level])?;
        }
        let (unit, day) = (school.id, from);
        store::add_event(tx, &NewEvent { unit, day, kind: "founded", basis: None, text: None, from: None, to: None })?;
        let told = json!({ "name": school.name, "code": school.code });
        tx.record(Entry::new("unit.created", "unit", school.id).unit(school.id).version(1).after(&told)?);
    }
    edges::bulk(tx, &above)
}

/// What is reckoned before anything is written.
struct Named<'a> {
    person: &'a Person,
    full: String,
    folded: String,
    key: Vec<u8>,
}

/// Loads the people of a school.
pub fn people(tx: &mut Tx<'_>, school: UnitId, load: &People) -> Result<()> {
    super::house(tx)?;
    let named: Vec<Named<'_>> = load
        .people
        .iter()
        .map(|person| {
            let full = person.name.full();
            Named { person, folded: vi::fold(&full), key: person.name.collation_key(), full }
        })
        .collect();
    tx.bulk(
        &PEOPLE,
        named.iter().map(|Named { person, full, folded, key }| {
            [
                Value::Uuid(person.id),
                Value::Text(full.as_str().into()),
                Value::Text(person.name.family.as_str().into()),
                Value::Text(person.name.middle.as_str().into()),
                Value::Text(person.name.given.as_str().into()),
                Value::Text(folded.as_str().into()),
                key.as_slice().to_value(),
                text(person.birth.as_ref()),
                text(person.sex.as_ref()),
                text(person.ethnic_group.as_ref()),
                text(person.pupil_code.as_ref()),
                text(person.staff_code.as_ref()),
                Value::Text("no".into()),
                Value::Int(1),
            ]
        }),
    )?;
    keep_secrets(tx, load)?;
    classes(tx, school, load)?;
    stays(tx, school, load)?;
    staff(tx, school, load)?;
    lessons(tx, school, load)?;
    families(tx, school, load)?;
    index(tx, school, load, &named)?;
    told(tx, school, load, &named)
}

fn keep_secrets(tx: &mut Tx<'_>, load: &People) -> Result<()> {
    let mut kept = Vec::with_capacity(load.secrets.len());
    for (person, what, value) in &load.secrets {
        let seed = tx.draw();
        let (digest, sealed) = secrets::closed(tx, PersonId(*person), *what, &seed, value)?;
        kept.push((*person, *what, digest, sealed));
    }
    tx.bulk(
        &SECRETS,
        kept.iter().map(|(person, what, digest, sealed)| {
            [
                Value::Uuid(*person),
                Value::Text(what.code().into()),
                Value::Int(1),
                digest.as_slice().to_value(),
                sealed.as_slice().to_value(),
            ]
        }),
    )?;
    Ok(())
}

fn classes(tx: &mut Tx<'_>, school: UnitId, load: &People) -> Result<()> {
    let named = |class: &Class| (create::name_of(&class.code), create::sort_key(&class.grade, &class.code));
    let named: Vec<(String, Vec<u8>)> = load.classes.iter().map(named).collect();
    tx.bulk(
        &CLASSES,
        load.classes.iter().zip(&named).map(|(class, (name, key))| {
            [
                school.to_value(),
                Value::Uuid(class.id),
                Value::Int(load.year),
                Value::Text(class.code.as_str().into()),
                Value::Text(name.as_str().into()),
                key.as_slice().to_value(),
                Value::Text(class.grade.as_str().into()),
                Value::Int(1),
            ]
        }),
    )?;
    Ok(())
}

fn stays(tx: &mut Tx<'_>, school: UnitId, load: &People) -> Result<()> {
    tx.bulk(
        &STAYS,
        load.stays.iter().map(|stay| {
            let came = if stay.transfer.is_some() && stay.to.is_none() { "transferred" } else { "imported" };
            [
                school.to_value(),
                Value::Uuid(stay.id),
                Value::Uuid(stay.person),
                Value::Date(stay.from),
                stay.to.map_or(Value::Null, Value::Date),
                Value::Text(came.into()),
                stay.to.map_or(Value::Null, |_| Value::Text("transferred".into())),
                Value::Text(stay.status.as_str().into()),
                stay.transfer.map_or(Value::Null, Value::Uuid),
                Value::Bool(false),
                Value::Int(1),
            ]
        }),
    )?;
    tx.bulk(
        &HELD,
        load.stays.iter().map(|stay| {
            [
                school.to_value(),
                Value::Uuid(stay.person),
                Value::Text("pupil".into()),
                Value::Date(stay.from),
                stay.to.map_or(Value::Null, Value::Date),
            ]
        }),
    )?;
    tx.bulk(
        &MEMBERS,
        load.stays.iter().filter_map(|stay| {
            let class = stay.class?;
            let row = [
                school.to_value(),
                Value::Uuid(class),
                Value::Uuid(stay.id),
                Value::Date(stay.from),
                Value::Bool(false),
            ];
            Some(row)
        }),
    )?;
    Ok(())
}

fn staff(tx: &mut Tx<'_>, school: UnitId, load: &People) -> Result<()> {
    tx.bulk(
        &STAFF,
        load.staff.iter().map(|one| {
            [
                school.to_value(),
                Value::Uuid(one.id),
                Value::Uuid(one.person),
                Value::Date(one.from),
                Value::Text(one.status.as_str().into()),
                Value::Text(one.group.as_str().into()),
                text(one.position.as_ref()),
                Value::Int(1),
            ]
        }),
    )?;
    tx.bulk(
        &HELD,
        load.staff.iter().map(|one| {
            [
                school.to_value(),
                Value::Uuid(one.person),
                Value::Text("staff".into()),
                Value::Date(one.from),
                Value::Null,
            ]
        }),
    )?;
    tx.bulk(
        &LEADS,
        load.staff.iter().filter_map(|one| {
            let class = one.leads?;
            Some([school.to_value(), Value::Uuid(class), Value::Date(one.from), Value::Uuid(one.id)])
        }),
    )?;
    Ok(())
}

fn lessons(tx: &mut Tx<'_>, school: UnitId, load: &People) -> Result<()> {
    tx.bulk(
        &SUBJECT,
        load.subjects.iter().map(|one| {
            [
                school.to_value(),
                Value::Uuid(one.class),
                Value::Text(one.subject.into()),
                Value::Text(one.part.into()),
                Value::Int(one.periods),
                Value::Int(one.week_one),
                Value::Int(one.week_two),
            ]
        }),
    )?;
    let from: std::collections::HashMap<Uuid, Date> = load.staff.iter().map(|one| (one.id, one.from)).collect();
    tx.bulk(
        &TEACHING,
        load.teaching.iter().filter_map(|one| {
            let row = [
                school.to_value(),
                Value::Uuid(one.id),
                Value::Uuid(one.class),
                Value::Text(one.subject.into()),
                Value::Int(0),
                Value::Uuid(one.staff),
                Value::Date(*from.get(&one.staff)?),
                Value::Null,
                Value::Bool(true),
                Value::Null,
                Value::Int(1),
            ];
            Some(row)
        }),
    )?;
    let Some(week) = &load.timetable else { return Ok(()) };
    tx.exec_one(&timetable::store::INSERT, params![school, week.id, load.year, week.from, None::<&str>])?;
    tx.bulk(
        &SLOT,
        week.lessons.iter().map(|one| {
            [
                school.to_value(),
                Value::Uuid(week.id),
                Value::Uuid(one.class),
                Value::Int(one.day),
                Value::Text(one.half_day.into()),
                Value::Int(one.period),
                Value::Text(one.subject.into()),
                Value::Uuid(one.staff),
                Value::Null,
            ]
        }),
    )?;
    let told = json!({ "from": week.from, "lessons": week.lessons.len(), "teaching": load.teaching.len() });
    tx.record(Entry::new("timetable.saved", "timetable", week.id).unit(school).version(1).after(&told)?);
    Ok(())
}

fn families(tx: &mut Tx<'_>, school: UnitId, load: &People) -> Result<()> {
    tx.bulk(
        &KIN,
        load.kin.iter().map(|kin| {
            [
                school.to_value(),
                Value::Uuid(kin.child),
                Value::Text(kin.relation.into()),
                Value::Uuid(kin.relative),
                kin.occupation.map_or(Value::Null, |text| Value::Text(text.into())),
                Value::Int(1),
            ]
        }),
    )?;
    let Some(from) = load.stays.iter().map(|stay| stay.from).min() else { return Ok(()) };
    let relatives: BTreeSet<Uuid> = load.kin.iter().map(|kin| kin.relative).collect();
    tx.bulk(
        &HELD,
        relatives.into_iter().map(|relative| {
            [school.to_value(), Value::Uuid(relative), Value::Text("guardian".into()), Value::Date(from), Value::Null]
        }),
    )?;
    Ok(())
}

fn index(tx: &mut Tx<'_>, school: UnitId, load: &People, named: &[Named<'_>]) -> Result<()> {
    let mut folded: std::collections::HashMap<Uuid, (&str, bool)> =
        named.iter().map(|one| (one.person.id, (one.folded.as_str(), true))).collect();
    folded.extend(load.named.iter().map(|(id, name)| (*id, (name.as_str(), false))));
    let pupils = load.stays.iter().map(|stay| (stay.person, "pupil"));
    let staff = load.staff.iter().map(|one| (one.person, "staff"));
    let mut names: BTreeSet<Indexed> = BTreeSet::new();
    for (person, kind) in pupils.chain(staff) {
        let (name, new) =
            folded.get(&person).ok_or_else(|| Error::internal("somebody stands at a school and nobody says who"))?;
        let one = |unit| Indexed { person: PersonId(person), unit, kind, folded: (*name).to_owned() };
        names.insert(one(school));
        if *new {
            names.insert(one(EVERYWHERE));
        }
    }
    words::add(tx, &names.into_iter().collect::<Vec<_>>())
}

/// An entry for every class, pupil and member of staff, as an import makes them.
fn told(tx: &mut Tx<'_>, school: UnitId, load: &People, named: &[Named<'_>]) -> Result<()> {
    for class in &load.classes {
        let told = json!({ "name": class.code, "grade": class.grade, "year": load.year });
        tx.record(Entry::new("class.created", "class", class.id).unit(school).version(1).after(&told)?);
    }
    let by: std::collections::HashMap<Uuid, &Named<'_>> = named.iter().map(|one| (one.person.id, one)).collect();
    for stay in &load.stays {
        let who = by.get(&stay.person);
        let told = json!({
            "full_name": who.map(|one| &one.full),
            "birth_date": who.and_then(|one| one.person.birth.as_ref()),
            "sex": who.and_then(|one| one.person.sex.as_ref()),
            "pupil": stay.id,
            "class": stay.class,
            "from": stay.from,
            "to": stay.to,
        });
        tx.record(Entry::new("pupil.imported", "person", stay.person).unit(school).after(&told)?);
    }
    for one in &load.staff {
        let told = json!({ "full_name": by.get(&one.person).map(|who| &who.full), "employment": one.id });
        tx.record(Entry::new("person.created", "person", one.person).unit(school).version(1).after(&told)?);
    }
    Ok(())
}
