//! A person's columns, by the keys of pupils and of staff. `people` and `staff` correct who they are.

use base::{EmploymentId, Patch, PersonId, Result, Uuid};
use db::Tx;

use super::{Changes, needed, put};
use crate::fields::Values;
use crate::fields::record::Record;
use crate::people::person::{self, ChangePerson};
use crate::people::secrets::{self, Secret};
use crate::staff::person::{self as staff, ChangeStaff};

/// The key of the sector's code: of a pupil one, of staff another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    Pupil,
    Staff,
}

/// The keys of this file.
const KEYS: [&str; 6] = ["sector_code", "full_name", "birth_date", "sex", "ethnic_group", "nationality"];

pub(super) fn read(tx: &mut Tx<'_>, id: Uuid, code: Code, values: &mut Values) -> Result<()> {
    let row = person::find(tx, PersonId(id))?;
    put(values, "full_name", Some(row.full_name));
    put(values, "birth_date", row.birth);
    put(values, "sex", row.sex);
    put(values, "ethnic_group", row.ethnic_group);
    put(values, "nationality", row.nationality);
    put(values, "sector_code", if code == Code::Pupil { row.pupil_code } else { row.staff_code });
    Ok(())
}

fn patch(changes: &Changes, key: &str) -> Patch<String> {
    match changes.get(key) {
        None => Patch::Absent,
        Some(None) => Patch::Null,
        Some(Some(value)) => Patch::Value(value.clone()),
    }
}

pub(super) fn write(tx: &mut Tx<'_>, record: &Record, id: Uuid, code: Code, changes: &Changes) -> Result<()> {
    if !KEYS.iter().any(|key| changes.contains_key(key)) {
        return Ok(());
    }
    let id = PersonId(id);
    // A name that is taken away is refused here, by its own key.
    let row = person::find(tx, id)?;
    let full = needed(changes, "full_name", "Họ tên", row.full_name.clone())?;
    let cmd = ChangePerson {
        full_name: changes.contains_key("full_name").then_some(full),
        birth: patch(changes, "birth_date"),
        sex: patch(changes, "sex"),
        nationality: patch(changes, "nationality"),
        ethnic_group: patch(changes, "ethnic_group"),
        ..ChangePerson::default()
    };
    let sector_code = patch(changes, "sector_code");
    match code {
        Code::Pupil => {
            let cmd = ChangePerson { pupil_code: sector_code, ..cmd };
            person::change(tx, record.school, id, None, &cmd).map(drop)
        }
        Code::Staff => {
            let cmd = ChangeStaff {
                full_name: cmd.full_name,
                birth: cmd.birth,
                sex: cmd.sex,
                nationality: cmd.nationality,
                ethnic_group: cmd.ethnic_group,
                staff_code: sector_code,
                ..ChangeStaff::default()
            };
            staff::change(tx, record.school, EmploymentId(record.id), None, &cmd).map(drop)
        }
    }
}

/// The number of the value that a field shows; further ones are what a person has besides.
const FIRST: i64 = 1;

/// The first value of a sort that is kept under lock.
pub(super) fn secret(tx: &mut Tx<'_>, id: Uuid, what: Secret) -> Result<Option<String>> {
    let all = secrets::open(tx, PersonId(id))?;
    Ok(all.into_iter().find(|(sort, ..)| *sort == what).map(|(.., value)| value))
}

/// Sets it, or takes it away.
pub(super) fn set_secret(tx: &mut Tx<'_>, id: Uuid, what: Secret, value: Option<&str>) -> Result<()> {
    match value {
        Some(value) => secrets::put(tx, PersonId(id), what, FIRST, value),
        None => secrets::remove(tx, PersonId(id), what, FIRST),
    }
}
