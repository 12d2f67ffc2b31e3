//! A class's columns.

use base::{ClassId, Date, EmploymentId, Error, Patch, Result, UnitId, Uuid};
use db::{Tx, params};

use super::store::{self, ClassRow, HomeroomRow, UnitRow};
use super::{Changes, needed, number, other, put, refused, school};
use crate::classes;
use crate::classes::edit::{EditClass, edit};
use crate::fields::Values;
use crate::fields::record::Record;
use crate::teaching::homeroom::{self, SetHomeroom};

fn row(tx: &mut Tx<'_>, record: &Record) -> Result<ClassRow> {
    tx.one(&store::CLASS, params![record.school, record.id])?
        .ok_or_else(|| Error::internal(format!("class {} is not there", record.id)))
}

pub(super) fn read(tx: &mut Tx<'_>, record: &Record, on: Date, wanted: &dyn Fn(&str) -> bool) -> Result<Values> {
    let mut values = Values::new();
    if !wanted("class_identity") {
        return Ok(values);
    }
    let row = row(tx, record)?;
    put(&mut values, "school_code", school::code(tx, record.school, on)?);
    put(&mut values, "code", Some(row.code));
    put(&mut values, "name", Some(row.name));
    put(&mut values, "grade", Some(row.grade));
    put(&mut values, "order", row.position.map(|n| n.to_string()));
    if let Some(campus) = row.campus {
        put(&mut values, "campus_code", school::code(tx, campus, on)?);
    }
    let leads: Option<HomeroomRow> = tx.one(&store::HOMEROOM, params![record.school, record.id, on])?;
    put(&mut values, "homeroom_teacher", leads.and_then(|row| row.staff_code));
    Ok(values)
}

/// Who works at the school under a code.
pub(in crate::fields) fn staff_of_code(
    tx: &mut Tx<'_>,
    school: UnitId,
    on: Date,
    field: &str,
    code: &str,
) -> Result<Uuid> {
    let found: Option<(Uuid,)> = tx.one(&store::STAFF_OF_CODE, params![school, code, on])?;
    found.map(|(id,)| id).ok_or_else(|| {
        refused(
            field,
            "fields.no_staff",
            format!("Không có ai ở trường mang mã cán bộ “{code}”. Hãy nhập hồ sơ cán bộ trước, hoặc sửa lại mã."),
        )
    })
}

/// The campus of a code.
pub(in crate::fields) fn campus_of_code(
    tx: &mut Tx<'_>,
    school: UnitId,
    on: Date,
    code: &str,
) -> Result<Option<UnitId>> {
    let all: Vec<UnitRow> = tx.all(&store::CAMPUSES, params![school, on])?;
    Ok(all.into_iter().find(|campus| campus.code.as_deref() == Some(code)).map(|campus| campus.id))
}

pub(super) fn write(tx: &mut Tx<'_>, record: &Record, from: Date, changes: &Changes) -> Result<()> {
    if ["code", "name", "grade", "campus_code", "order"].iter().any(|key| changes.contains_key(key)) {
        let row = row(tx, record)?;
        let said = |key: &str| changes.get(key).cloned().flatten();
        for (key, label) in [("code", "Mã lớp"), ("name", "Tên lớp"), ("grade", "Khối")] {
            needed(changes, key, label, String::new())?;
        }
        let campus = match changes.get("campus_code") {
            None => Patch::Absent,
            Some(None) => Patch::Null,
            Some(Some(code)) => Patch::Value(campus_of_code(tx, record.school, from, code)?.ok_or_else(|| {
                let detail = format!(
                    "Mã điểm trường: trường không có điểm trường “{code}”. Hãy lập điểm trường trước, hoặc sửa lại mã."
                );
                refused("campus_code", "fields.no_campus", detail)
            })?),
        };
        let order = number("order", other(changes, "order", row.position.map(|n| n.to_string())))?;
        let cmd = EditClass {
            code: said("code"),
            name: said("name"),
            grade: said("grade"),
            campus,
            position: order.map_or(Patch::Null, Patch::Value),
        };
        edit(tx, record.school, ClassId(record.id), None, &cmd)?;
    }
    if let Some(code) = changes.get("homeroom_teacher") {
        leads(tx, record, from, code.as_deref())?;
    }
    Ok(())
}

/// Somebody else leads the class from a day on, or nobody.
fn leads(tx: &mut Tx<'_>, record: &Record, from: Date, code: Option<&str>) -> Result<()> {
    let (school, class) = (record.school, ClassId(record.id));
    let staff = match code {
        Some(code) => Some(EmploymentId(staff_of_code(tx, school, from, "homeroom_teacher", code)?)),
        None => None,
    };
    let year = classes::show::find(tx, school, class)?.year;
    let cmd = SetHomeroom { staff, from: Some(classes::day_in(year, from)) };
    homeroom::set(tx, school, class, None, &cmd).map(drop)
}
