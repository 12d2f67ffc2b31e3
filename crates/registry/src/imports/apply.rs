//! Writes a plan: everything of a school in one transaction, or nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use base::{Code, Date, Kind, PersonId, Result, ToValue as _, UnitId, Uuid, Value, vi};
use db::{Built, BulkInto, Entry, Tx, params};

use super::plan::{NewPerson, Plan, Step};
use super::store;
use crate::classes;
use crate::people::words;

/// Somebody made the same classes meanwhile.
pub const CHANGED: Code = Code::new(Kind::Conflict, "import.changed_meanwhile", "Dữ liệu của trường vừa thay đổi");

const PEOPLE: BulkInto<13> = BulkInto {
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
        ("version", "int"),
        ("verified", "text"),
    ],
    conflict: "",
};
pub(crate) const SECRETS: BulkInto<5> = BulkInto {
    table: "person_secret",
    columns: [("person", "uuid"), ("what", "text"), ("n", "int"), ("digest", "bytes"), ("sealed", "bytes")],
    conflict: "",
};
const HELD: BulkInto<4> = BulkInto {
    table: "person_unit",
    columns: [("unit", "uuid"), ("person", "uuid"), ("kind", "text"), ("valid_from", "date")],
    conflict: "ON CONFLICT (unit, person, kind, valid_from) DO UPDATE SET valid_to = NULL",
};
pub(crate) const CLASSES: BulkInto<8> = BulkInto {
    table: "class",
    columns: [
        ("school", "uuid"),
        ("id", "uuid"),
        ("year", "int"),
        ("code", "text"),
        ("name", "text"),
        ("sort_key", "bytes"),
        ("grade", "text"),
        ("version", "int"),
    ],
    conflict: "",
};
const ENROLMENTS: BulkInto<8> = BulkInto {
    table: "enrolment",
    columns: [
        ("school", "uuid"),
        ("id", "uuid"),
        ("person", "uuid"),
        ("valid_from", "date"),
        ("came_by", "text"),
        ("status", "text"),
        ("beside", "bool"),
        ("version", "int"),
    ],
    conflict: "",
};
pub(crate) const MEMBERS: BulkInto<5> = BulkInto {
    table: "class_member",
    columns: [
        ("school", "uuid"),
        ("class", "uuid"),
        ("enrolment", "uuid"),
        ("valid_from", "date"),
        ("repeats", "bool"),
    ],
    conflict: "",
};
const DOCUMENTS: BulkInto<6> = BulkInto {
    table: "record_doc",
    columns: [
        ("school", "uuid"),
        ("record", "uuid"),
        ("field_group", "text"),
        ("valid_from", "date"),
        ("sealed", "bytes"),
        ("version", "int"),
    ],
    conflict: "",
};
pub(crate) const KIN: BulkInto<6> = BulkInto {
    table: "kinship",
    columns: [
        ("school", "uuid"),
        ("child", "uuid"),
        ("relation", "text"),
        ("relative", "uuid"),
        ("occupation", "text"),
        ("version", "int"),
    ],
    conflict: "ON CONFLICT (school, child, relation) DO UPDATE SET relative = excluded.relative,
      occupation = excluded.occupation, version = kinship.version + 1",
};

fn text(value: Option<&String>) -> Value<'_> {
    value.map_or(Value::Null, |text| Value::Text(text.as_str().into()))
}

/// The steps whose people changed since they were matched: they go back to matching, and nothing of them is written.
pub fn changed_since(tx: &mut Tx<'_>, school: UnitId, plan: &Plan) -> Result<HashSet<usize>> {
    let mut back = HashSet::new();
    let now: Vec<(Uuid, i64, Uuid, i64)> = tx.all(&store::VERSIONS, params![school])?;
    let by: HashMap<Uuid, (i64, Uuid, i64)> = now.iter().map(|(p, v, e, ev)| (*p, (*v, *e, *ev))).collect();
    let came: HashSet<Uuid> = now.iter().filter(|(_, _, e, _)| !plan.known.contains(e)).map(|(p, ..)| *p).collect();
    // Whoever came meanwhile may be whom the workbook means by somebody new.
    let names: HashSet<String> = if came.is_empty() {
        HashSet::new()
    } else {
        let pupils: Vec<store::PupilRow> = tx.all(&store::PUPILS, params![school])?;
        pupils.into_iter().filter(|pupil| came.contains(&pupil.person)).map(|pupil| pupil.folded).collect()
    };
    for (at, step) in plan.steps.iter().enumerate() {
        let stands = match step.target {
            None => !names.contains(&step.folded),
            Some(target) => match target.enrolment {
                Some((enrolment, version)) => by.get(&target.person) == Some(&(target.version, enrolment, version)),
                None => {
                    let now: Option<(i64, Option<Uuid>)> = tx.one(&store::PERSON_NOW, params![target.person])?;
                    now == Some((target.version, None))
                }
            },
        };
        if !stands {
            back.insert(at);
        }
    }
    numbers_taken(tx, plan, &mut back)?;
    Ok(back)
}

/// Rows whose personal number somebody has got meanwhile.
fn numbers_taken(tx: &mut Tx<'_>, plan: &Plan, back: &mut HashSet<usize>) -> Result<()> {
    let asked: Vec<(&[u8; 32], usize)> = plan
        .steps
        .iter()
        .enumerate()
        .filter(|(_, step)| step.target.is_none())
        .flat_map(|(at, step)| step.digests.iter().map(move |digest| (digest, at)))
        .collect();
    for some in asked.chunks(200) {
        let values: Vec<Value<'_>> = some.iter().map(|(digest, _)| digest.as_slice().to_value()).collect();
        let sql = Built::new("OUTSIDE", &store::outside("s.digest", values.len()), tx.dialect());
        for met in tx.all::<super::standing::Met>(&sql, &values)? {
            let known = plan.known_outside.contains(&met.id);
            let at = some.iter().find(|(digest, _)| met.digest.as_deref() == Some(digest.as_slice()));
            if let Some((_, at)) = at.filter(|_| !known) {
                back.insert(*at);
            }
        }
    }
    Ok(())
}

/// Writes a plan but for the steps that go back, and the classes that are made already. Rights are the caller's.
pub fn write(
    tx: &mut Tx<'_>,
    school: UnitId,
    import: Uuid,
    plan: &Plan,
    back: &HashSet<usize>,
    made: &HashSet<Uuid>,
) -> Result<()> {
    let live = |step: usize| !back.contains(&step);
    let today = tx.today();
    make_classes(tx, school, plan, made)?;
    people(tx, plan, &live)?;
    for one in plan.corrected.iter().filter(|one| live(one.step)) {
        correct(tx, &one.person)?;
    }
    // Those of a sort are written anew as a whole; of people who are new there is nothing to take away.
    let known: HashSet<Uuid> = plan.steps.iter().filter(|step| step.target.is_some()).map(|step| step.person).collect();
    let mut dropped: HashSet<(Uuid, &str)> = HashSet::new();
    for secret in plan.secrets.iter().filter(|secret| live(secret.step) && known.contains(&secret.person)) {
        if dropped.insert((secret.person, secret.what)) {
            tx.exec(&store::SECRETS_DROP, params![secret.person, secret.what])?;
        }
    }
    tx.bulk(
        &SECRETS,
        plan.secrets.iter().filter(|secret| live(secret.step)).map(|secret| {
            [
                Value::Uuid(secret.person),
                Value::Text(secret.what.into()),
                Value::Int(secret.n),
                secret.digest.as_slice().to_value(),
                secret.sealed.as_slice().to_value(),
            ]
        }),
    )?;
    tx.bulk(
        &ENROLMENTS,
        plan.enrolments.iter().filter(|one| live(one.step)).map(|one| {
            [
                school.to_value(),
                Value::Uuid(one.id),
                Value::Uuid(one.person),
                Value::Date(one.from),
                Value::Text(one.came_by.into()),
                Value::Text(one.status.as_str().into()),
                Value::Bool(false),
                Value::Int(1),
            ]
        }),
    )?;
    let pupils = plan.enrolments.iter().filter(|one| live(one.step));
    let held = pupils
        .map(|one| [school.to_value(), Value::Uuid(one.person), Value::Text("pupil".into()), Value::Date(one.from)]);
    tx.bulk(&HELD, held)?;
    for one in plan.retaken.iter().filter(|one| live(one.step)) {
        tx.exec_one(&store::ENROLMENT_SET, params![school, one.id, one.status])?;
    }
    members(tx, school, plan, &live)?;
    documents(tx, school, plan, &live)?;
    relatives(tx, school, plan, &live, today)?;
    let steps = plan.steps.iter().enumerate().filter(|(at, _)| live(*at)).map(|(_, step)| step.person);
    let corrected = plan.corrected.iter().filter(|one| live(one.step)).map(|one| one.person.id);
    let written: Vec<PersonId> = steps.chain(corrected).map(PersonId).collect();
    words::reindex_many(tx, &written)?;
    for (_, step) in plan.steps.iter().enumerate().filter(|(at, _)| live(*at)) {
        told(tx, school, import, step)?;
    }
    if (0..plan.steps.len()).any(&live) {
        // Whoever came in may be somebody whom the school has under another spelling.
        crate::duplicates::search::enqueue(tx, school)?;
    }
    Ok(())
}

fn make_classes(tx: &mut Tx<'_>, school: UnitId, plan: &Plan, made: &HashSet<Uuid>) -> Result<()> {
    let new: Vec<&super::plan::NewClass> = plan.classes.iter().filter(|class| !made.contains(&class.id)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let standing: Vec<store::ClassRow> = tx.all(&store::CLASSES, params![school, plan.year])?;
    if let Some(class) = new.iter().find(|new| standing.iter().any(|class| class.code == new.name)) {
        return Err(CHANGED.error(format!(
            "Lớp {} vừa được người khác lập; chưa có gì được nhập. Hãy xem lại bản xem trước rồi nhập lại.",
            class.name
        )));
    }
    // Named and sorted like those that are made by hand.
    let named = |class: &&super::plan::NewClass| {
        (classes::create::name_of(&class.name), classes::create::sort_key(&class.grade, &class.name))
    };
    let named: Vec<(String, Vec<u8>)> = new.iter().map(named).collect();
    tx.bulk(
        &CLASSES,
        new.iter().zip(&named).map(|(class, (name, key))| {
            [
                school.to_value(),
                Value::Uuid(class.id),
                Value::Int(plan.year),
                Value::Text(class.name.as_str().into()),
                Value::Text(name.as_str().into()),
                key.as_slice().to_value(),
                Value::Text(class.grade.as_str().into()),
                Value::Int(1),
            ]
        }),
    )?;
    for class in &plan.classes {
        let told = serde_json::json!({ "name": class.name, "grade": class.grade, "year": plan.year });
        tx.record(Entry::new("class.created", "class", class.id).unit(school).version(1).after(&told)?);
    }
    Ok(())
}

/// What a row of people needs beside what the plan has.
struct Derived {
    full: String,
    folded: String,
    key: Vec<u8>,
}

fn derived(person: &NewPerson) -> Derived {
    let full = person.name.full();
    Derived { folded: vi::fold(&full), key: person.name.collation_key(), full }
}

fn people(tx: &mut Tx<'_>, plan: &Plan, live: &impl Fn(usize) -> bool) -> Result<()> {
    // A relative whom only rows need that went back is nobody's.
    let needed: HashSet<Uuid> = plan.kin.iter().filter(|kin| live(kin.step)).map(|kin| kin.relative).collect();
    let new: Vec<(&NewPerson, Derived)> = plan
        .people
        .iter()
        .filter(|person| person.step.map_or_else(|| needed.contains(&person.id), live))
        .map(|person| (person, derived(person)))
        .collect();
    tx.bulk(
        &PEOPLE,
        new.iter().map(|(person, derived)| {
            [
                Value::Uuid(person.id),
                Value::Text(derived.full.as_str().into()),
                Value::Text(person.name.family.as_str().into()),
                Value::Text(person.name.middle.as_str().into()),
                Value::Text(person.name.given.as_str().into()),
                Value::Text(derived.folded.as_str().into()),
                derived.key.as_slice().to_value(),
                text(person.birth.as_ref()),
                text(person.sex.as_ref()),
                text(person.ethnic_group.as_ref()),
                text(person.code.as_ref()),
                Value::Int(1),
                Value::Text("no".into()),
            ]
        }),
    )?;
    Ok(())
}

fn correct(tx: &mut Tx<'_>, person: &NewPerson) -> Result<()> {
    let Derived { full, folded, key } = derived(person);
    let name = &person.name;
    tx.exec_one(
        &store::PERSON_SET,
        params![
            person.id,
            full,
            name.family,
            name.middle,
            name.given,
            folded,
            key,
            person.birth,
            person.sex,
            person.ethnic_group,
            person.code
        ],
    )
}

fn members(tx: &mut Tx<'_>, school: UnitId, plan: &Plan, live: &impl Fn(usize) -> bool) -> Result<()> {
    for one in plan.members.iter().filter(|one| live(one.step)) {
        match one.before {
            Some((class, from)) if from >= one.from => {
                tx.exec(&store::MEMBER_DROP, params![school, class, one.enrolment, from])?;
            }
            Some((class, from)) => {
                tx.exec(&store::MEMBER_CUT, params![school, class, one.enrolment, from, one.from])?;
            }
            None => {}
        }
    }
    tx.bulk(
        &MEMBERS,
        plan.members.iter().filter(|one| live(one.step)).map(|one| {
            [
                school.to_value(),
                Value::Uuid(one.class),
                Value::Uuid(one.enrolment),
                Value::Date(one.from),
                Value::Bool(false),
            ]
        }),
    )?;
    Ok(())
}

fn documents(tx: &mut Tx<'_>, school: UnitId, plan: &Plan, live: &impl Fn(usize) -> bool) -> Result<()> {
    let mut new = Vec::with_capacity(plan.documents.len());
    for one in plan.documents.iter().filter(|one| live(one.step)) {
        match one.before {
            Some(from) if from >= one.from => {
                let sealed = one.sealed.as_slice();
                let nothing = None::<String>;
                tx.exec_one(&store::DOC_REPLACE, params![school, one.record, one.group, from, nothing, sealed])?;
            }
            Some(from) => {
                tx.exec_one(&store::DOC_CUT, params![school, one.record, one.group, from, one.from])?;
                new.push(one);
            }
            None => new.push(one),
        }
    }
    tx.bulk(
        &DOCUMENTS,
        new.into_iter().map(|one| {
            [
                school.to_value(),
                Value::Uuid(one.record),
                Value::Text(one.group.into()),
                Value::Date(one.from),
                one.sealed.as_slice().to_value(),
                Value::Int(1),
            ]
        }),
    )?;
    Ok(())
}

fn relatives(tx: &mut Tx<'_>, school: UnitId, plan: &Plan, live: &impl Fn(usize) -> bool, today: Date) -> Result<()> {
    tx.bulk(
        &KIN,
        plan.kin.iter().filter(|kin| live(kin.step)).map(|kin| {
            [
                school.to_value(),
                Value::Uuid(kin.child),
                Value::Text(kin.relation.into()),
                Value::Uuid(kin.relative),
                text(kin.occupation.as_ref()),
                Value::Int(1),
            ]
        }),
    )?;
    let needed: HashSet<Uuid> = plan.kin.iter().filter(|kin| live(kin.step)).map(|kin| kin.relative).collect();
    let new = plan.people.iter().filter(|person| person.step.is_none() && needed.contains(&person.id));
    let held = new
        .map(|person| [school.to_value(), Value::Uuid(person.id), Value::Text("guardian".into()), Value::Date(today)]);
    tx.bulk(&HELD, held)?;
    let left: std::collections::BTreeSet<Uuid> = plan
        .kin
        .iter()
        .filter(|kin| live(kin.step))
        .filter_map(|kin| kin.before.filter(|before| *before != kin.relative))
        .collect();
    for relative in left {
        tx.exec(&store::HELD_END, params![school, relative, today])?;
    }
    Ok(())
}

/// What the journal keeps of a row.
fn told(tx: &mut Tx<'_>, school: UnitId, import: Uuid, step: &Step) -> Result<()> {
    let kind = if step.fresh { "pupil.imported" } else { "pupil.import_changed" };
    let before: BTreeMap<&str, Option<&str>> =
        step.changes.iter().map(|change| (change.key.as_str(), change.from.as_deref())).collect();
    let mut after: BTreeMap<&str, &str> =
        step.changes.iter().map(|change| (change.key.as_str(), change.to.as_str())).collect();
    let import = import.to_string();
    after.insert("import", &import);
    let entry = Entry::new(kind, "person", step.person).unit(school).before(&before)?.after(&after)?;
    tx.record(entry);
    Ok(())
}
