//! Father, mother and guardian, by the keys of a pupil.

use base::{Patch, PersonId, Result, Uuid};
use db::{Tx, params};

use super::{Changes, put, refused, store};
use crate::fields::Values;
use crate::fields::record::Record;
use crate::people::kinship::{self, NewRelative, Relation};
use crate::people::person::{self, ChangePerson};
use crate::people::store::KinRow;

/// Relation, and the keys of name, birth year and occupation.
const KEYS: [(Relation, [&str; 3]); 3] = [
    (Relation::Father, ["father_name", "father_birth_year", "father_occupation"]),
    (Relation::Mother, ["mother_name", "mother_birth_year", "mother_occupation"]),
    (Relation::Guardian, ["guardian_name", "guardian_birth_year", "guardian_occupation"]),
];

fn year(birth: Option<&str>) -> Option<String> {
    birth.and_then(|birth| birth.get(..4)).map(str::to_owned)
}

pub(super) fn read(tx: &mut Tx<'_>, record: &Record, child: Uuid, values: &mut Values) -> Result<()> {
    for row in kinship::of(tx, record.school, PersonId(child))? {
        if let Some((_, [name, born, does])) = KEYS.iter().find(|(relation, _)| relation.code() == row.relation) {
            put(values, name, Some(row.full_name));
            put(values, born, year(row.birth.as_deref()));
            put(values, does, row.occupation);
        }
    }
    Ok(())
}

pub(super) fn write(tx: &mut Tx<'_>, record: &Record, child: Uuid, changes: &Changes) -> Result<()> {
    let touched = |keys: &[&str]| keys.iter().any(|key| changes.contains_key(key));
    if !KEYS.iter().any(|(_, keys)| touched(keys)) {
        return Ok(());
    }
    let child = PersonId(child);
    let rows = kinship::of(tx, record.school, child)?;
    for (relation, keys) in KEYS.iter().filter(|(_, keys)| touched(keys)) {
        let row = rows.iter().find(|row| row.relation == relation.code());
        one(tx, record, child, *relation, keys, row, changes)?;
    }
    Ok(())
}

fn one(
    tx: &mut Tx<'_>,
    record: &Record,
    child: PersonId,
    relation: Relation,
    [name_key, born_key, does_key]: &[&'static str; 3],
    row: Option<&KinRow>,
    changes: &Changes,
) -> Result<()> {
    let now = |key: &str, present: Option<String>| changes.get(key).cloned().unwrap_or(present);
    let name = now(name_key, row.map(|row| row.full_name.clone()));
    let born = now(born_key, row.and_then(|row| year(row.birth.as_deref())));
    let does = now(does_key, row.and_then(|row| row.occupation.clone()));
    let Some(name) = name else {
        let said = [(born_key, &born), (does_key, &does)].into_iter().find(|(_, value)| value.is_some());
        if let Some((key, _)) = said {
            let word = relation.word();
            let detail =
                format!("Chưa có họ tên {word} nên không giữ được năm sinh, nghề nghiệp. Hãy ghi họ tên {word}.");
            return Err(refused(key, "fields.no_name", detail));
        }
        return kinship::remove(tx, record.school, child, relation);
    };
    let Some(row) = row else {
        let new = NewRelative { relation, full_name: name, birth: born, phone: None, occupation: does, corrects: None };
        return kinship::put(tx, record.school, child, &new, &format!("values.{}_", relation.code())).map(drop);
    };
    // Who knows the day keeps it, unless the year is another.
    let birth = if year(row.birth.as_deref()) == born { row.birth.clone() } else { born };
    if name != row.full_name || birth != row.birth {
        let cmd = ChangePerson {
            full_name: (name != row.full_name).then_some(name),
            birth: birth.map_or(Patch::Null, Patch::Value),
            ..ChangePerson::default()
        };
        person::change(tx, record.school, row.relative, None, &cmd)?;
    }
    if does != row.occupation {
        tx.exec_one(&store::KIN_SET, params![record.school, child, relation.code(), does])?;
    }
    Ok(())
}
