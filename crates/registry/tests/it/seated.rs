//! A school with classes, pupils and teachers, written row by row: what stands before years and timetables.

use base::{Result, ToValue as _, UnitId, Uuid, Value};
use db::{BulkInto, Tx};

use crate::day;

/// Ids that the tests can name.
pub(crate) fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 + n)
}

fn into<const N: usize>(table: &'static str, columns: [(&'static str, &'static str); N]) -> BulkInto<N> {
    BulkInto { table, columns, conflict: "" }
}

fn text(text: &'static str) -> Value<'static> {
    Value::Text(text.into())
}

/// A school of 2025-2026: classes of the grades named, with so many pupils each, and teachers.
/// Class `n` is `id(n)`, its pupils' enrolments `id(n * 10 + 1)` and on; the teachers' employments `id(901)` to `id(904)`.
pub(crate) fn seed(
    tx: &mut Tx<'_>,
    school: UnitId,
    classes: &[(u128, &'static str, &'static str)],
    pupils: u128,
) -> Result<()> {
    tx.public("a test seats a school");
    let teachers = [(901, "Lê Thị Hương"), (902, "Trần Văn Nam"), (903, "Phạm An"), (904, "Nguyễn Thu Hương")];
    let (from, unit) = (day("2025-08-01"), school.to_value());
    let pupils: Vec<(u128, u128)> =
        classes.iter().flat_map(|(n, ..)| (1..=pupils).map(move |place| (*n, n * 10 + place))).collect();
    let person = |n: u128, name: &'static str| {
        let last = name.split(' ').next_back().unwrap_or(name);
        let key = base::vi::collation_key_of(name);
        [
            Value::Uuid(id(5_000 + n)),
            text(name),
            text("Họ"),
            text(""),
            text(last),
            Value::Text(base::vi::fold(name).into()),
            Value::Bytes(key.into()),
            text("no"),
            Value::Int(1),
        ]
    };
    let people = teachers
        .iter()
        .map(|(n, name)| person(50_000 + n, name))
        .chain(pupils.iter().map(|(_, n)| person(*n, "Học Trò")));
    tx.bulk(
        &into(
            "person",
            [
                ("id", "uuid"),
                ("full_name", "text"),
                ("family", "text"),
                ("middle", "text"),
                ("given", "text"),
                ("folded", "text"),
                ("sort_key", "bytes"),
                ("verified", "text"),
                ("version", "int"),
            ],
        ),
        people,
    )?;
    tx.bulk(
        &into(
            "class",
            [
                ("school", "uuid"),
                ("id", "uuid"),
                ("year", "int"),
                ("code", "text"),
                ("name", "text"),
                ("sort_key", "bytes"),
                ("grade", "text"),
                ("version", "int"),
            ],
        ),
        classes.iter().map(|(n, name, grade)| {
            let key = base::vi::collation_key_of(name);
            [
                unit.clone(),
                Value::Uuid(id(*n)),
                Value::Int(2025),
                text(name),
                text(name),
                Value::Bytes(key.into()),
                text(grade),
                Value::Int(1),
            ]
        }),
    )?;
    tx.bulk(
        &into(
            "enrolment",
            [
                ("school", "uuid"),
                ("id", "uuid"),
                ("person", "uuid"),
                ("valid_from", "date"),
                ("came_by", "text"),
                ("status", "text"),
                ("beside", "bool"),
                ("version", "int"),
            ],
        ),
        pupils.iter().map(|(_, n)| {
            [
                unit.clone(),
                Value::Uuid(id(*n)),
                Value::Uuid(id(5_000 + n)),
                Value::Date(from),
                text("admitted"),
                text("01"),
                Value::Bool(false),
                Value::Int(1),
            ]
        }),
    )?;
    tx.bulk(
        &into("person_unit", [("unit", "uuid"), ("person", "uuid"), ("kind", "text"), ("valid_from", "date")]),
        pupils.iter().map(|(_, n)| [unit.clone(), Value::Uuid(id(5_000 + n)), text("pupil"), Value::Date(from)]),
    )?;
    tx.bulk(
        &into(
            "class_member",
            [
                ("school", "uuid"),
                ("class", "uuid"),
                ("enrolment", "uuid"),
                ("valid_from", "date"),
                ("position", "int"),
                ("repeats", "bool"),
            ],
        ),
        pupils.iter().map(|(class, n)| {
            let position = i64::try_from(n - class * 10).unwrap_or(0);
            [
                unit.clone(),
                Value::Uuid(id(*class)),
                Value::Uuid(id(*n)),
                Value::Date(from),
                Value::Int(position),
                Value::Bool(false),
            ]
        }),
    )?;
    tx.bulk(
        &into(
            "employment",
            [
                ("school", "uuid"),
                ("id", "uuid"),
                ("person", "uuid"),
                ("valid_from", "date"),
                ("status", "text"),
                ("version", "int"),
            ],
        ),
        teachers.iter().map(|(n, _)| {
            [
                unit.clone(),
                Value::Uuid(id(*n)),
                Value::Uuid(id(55_000 + n)),
                Value::Date(from),
                text("1"),
                Value::Int(1),
            ]
        }),
    )?;
    tx.bulk(
        &into("homeroom", [("school", "uuid"), ("class", "uuid"), ("valid_from", "date"), ("employment", "uuid")]),
        classes
            .iter()
            .zip([901, 902, 903])
            .map(|((n, ..), who)| [unit.clone(), Value::Uuid(id(*n)), Value::Date(from), Value::Uuid(id(who))]),
    )?;
    tx.bulk(
        &into(
            "teaching",
            [
                ("school", "uuid"),
                ("id", "uuid"),
                ("class", "uuid"),
                ("subject", "text"),
                ("semester", "int"),
                ("employment", "uuid"),
                ("valid_from", "date"),
                ("responsible", "bool"),
                ("version", "int"),
            ],
        ),
        classes.iter().map(|(n, ..)| {
            [
                unit.clone(),
                Value::Uuid(id(700 + n)),
                Value::Uuid(id(*n)),
                text("toan"),
                Value::Int(0),
                Value::Uuid(id(901)),
                Value::Date(from),
                Value::Bool(true),
                Value::Int(1),
            ]
        }),
    )?;
    Ok(())
}

/// A school of three classes.
pub(crate) const SCHOOL: &[(u128, &str, &str)] = &[(1, "6A1", "6"), (2, "7A1", "7"), (3, "9A1", "9")];
