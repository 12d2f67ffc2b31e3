//! The columns of somebody who works at a school.

use base::{Date, Error, Result, Uuid};
use db::{Tx, params};

use super::store::{self, EmploymentRow};
use super::{Changes, needed, other, person, put, school};
use crate::fields::Values;
use crate::fields::record::Record;

fn whose(record: &Record) -> Result<Uuid> {
    record.person.ok_or_else(|| Error::internal(format!("employment {} is nobody's", record.id)))
}

fn row(tx: &mut Tx<'_>, record: &Record) -> Result<EmploymentRow> {
    tx.one(&store::EMPLOYMENT, params![record.school, record.id])?
        .ok_or_else(|| Error::internal(format!("employment {} is not there", record.id)))
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
        let row = row(tx, record)?;
        put(&mut values, "status", Some(row.status));
        put(&mut values, "staff_group", row.staff_group);
        put(&mut values, "staff_type", row.position);
        put(&mut values, "contract", row.contract);
    }
    Ok(values)
}

pub(super) fn write(tx: &mut Tx<'_>, record: &Record, _from: Date, changes: &Changes) -> Result<()> {
    let person = whose(record)?;
    person::write(tx, record, person, person::Code::Staff, changes)?;
    super::write_secrets(tx, "staff", person, changes)?;
    if !["status", "staff_group", "staff_type", "contract"].iter().any(|key| changes.contains_key(key)) {
        return Ok(());
    }
    let row = row(tx, record)?;
    let status = needed(changes, "status", "Trạng thái cán bộ", row.status)?;
    let group = other(changes, "staff_group", row.staff_group);
    let position = other(changes, "staff_type", row.position);
    let contract = other(changes, "contract", row.contract);
    tx.exec_one(&store::EMPLOYMENT_SET, params![record.school, record.id, status, group, position, contract])
}
