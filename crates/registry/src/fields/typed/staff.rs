//! The columns of somebody who works at a school. What they are, and how they stand, `staff` changes.

use base::{Date, EmploymentId, Error, Patch, Result, Uuid};
use db::Tx;

use super::{Changes, needed, person, put, school};
use crate::fields::Values;
use crate::fields::record::Record;
use crate::staff::correct::{self, CorrectWork};
use crate::staff::leave::{self, EndWork};
use crate::staff::position::{self, SetPosition};
use crate::staff::{status, work};

fn whose(record: &Record) -> Result<Uuid> {
    record.person.ok_or_else(|| Error::internal(format!("employment {} is nobody's", record.id)))
}

pub(super) fn read(tx: &mut Tx<'_>, record: &Record, on: Date, wanted: &dyn Fn(&str) -> bool) -> Result<Values> {
    let person = whose(record)?;
    let mut values = Values::new();
    if wanted("staff_identity") {
        put(&mut values, "school_code", school::code(tx, record.school, on)?);
        person::read(tx, person, person::Code::Staff, &mut values)?;
    }
    super::read_secrets(tx, "staff", person, wanted, &mut values)?;
    if wanted("staff_job") {
        let row = work::find(tx, record.school, EmploymentId(record.id))?;
        let post = work::post_on(tx, record.school, &row, on)?;
        put(&mut values, "status", Some(row.status));
        put(&mut values, "staff_group", post.staff_group);
        put(&mut values, "staff_type", post.position);
        put(&mut values, "contract", post.contract);
    }
    Ok(values)
}

fn patch(changes: &Changes, key: &str) -> Patch<String> {
    match changes.get(key) {
        None => Patch::Absent,
        Some(None) => Patch::Null,
        Some(Some(value)) => Patch::Value(value.clone()),
    }
}

pub(super) fn write(tx: &mut Tx<'_>, record: &Record, from: Date, changes: &Changes) -> Result<()> {
    let person = whose(record)?;
    person::write(tx, record, person, person::Code::Staff, changes)?;
    super::write_secrets(tx, "staff", person, changes)?;
    let (school, id) = (record.school, EmploymentId(record.id));
    if ["staff_group", "staff_type", "contract"].iter().any(|key| changes.contains_key(key)) {
        let row = work::find(tx, school, id)?;
        let since = work::since(&row, &work::former(tx, school, id)?);
        // Of somebody who has left, or is yet to come, it was wrong from the beginning.
        let there = row.valid_to.is_none_or(|to| from < to);
        let cmd = SetPosition {
            from: if there { from.max(since) } else { since },
            staff_group: patch(changes, "staff_group"),
            position: patch(changes, "staff_type"),
            contract: patch(changes, "contract"),
            basis: None,
        };
        position::set_position(tx, school, id, None, &cmd)?;
    }
    if changes.contains_key("status") {
        let row = work::find(tx, school, id)?;
        let status = needed(changes, "status", "Trạng thái cán bộ", row.status.clone())?;
        if row.valid_to.is_none() && from > row.valid_from && status::is_gone(&status)? {
            leave::leave(tx, school, id, None, &EndWork { from, reason: status, basis: None })?;
        } else {
            correct::correct(tx, school, id, None, &CorrectWork { status: Some(status), ..CorrectWork::default() })?;
        }
    }
    Ok(())
}
