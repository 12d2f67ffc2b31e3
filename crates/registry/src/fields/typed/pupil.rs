//! A pupil's columns.

use base::school_year::Turn;
use base::{ClassId, Date, EnrolmentId, Error, Result, SchoolYear, Uuid};
use db::{Tx, params};

use super::store::{self, MemberRow};
use super::{Changes, kin, needed, number, other, person, put, refused, school};
use crate::fields::Values;
use crate::fields::record::Record;
use crate::pupils::move_class::{How, MoveClass, move_class};

fn whose(record: &Record) -> Result<Uuid> {
    record.person.ok_or_else(|| Error::internal(format!("enrolment {} is nobody's", record.id)))
}

fn member(tx: &mut Tx<'_>, record: &Record, on: Date) -> Result<Option<MemberRow>> {
    tx.one(&store::MEMBER, params![record.school, record.id, on])
}

pub(super) fn read(tx: &mut Tx<'_>, record: &Record, on: Date, wanted: &dyn Fn(&str) -> bool) -> Result<Values> {
    let person = whose(record)?;
    let mut values = Values::new();
    if wanted("pupil_identity") {
        person::read(tx, person, person::Code::Pupil, &mut values)?;
    }
    if wanted("pupil_enrolment") {
        put(&mut values, "school_code", school::code(tx, record.school, on)?);
        if let Some((status, reason)) =
            tx.one::<(String, Option<String>)>(&store::ENROLMENT, params![record.school, record.id])?
        {
            put(&mut values, "status", Some(status));
            put(&mut values, "leave_reason", reason);
        }
        if let Some(member) = member(tx, record, on)? {
            put(&mut values, "class_code", Some(member.code));
            put(&mut values, "grade", Some(member.grade));
            put(&mut values, "order", member.position.map(|n| n.to_string()));
            put(&mut values, "repeats_year", Some(if member.repeats { "1" } else { "0" }.to_owned()));
        }
    }
    super::read_secrets(tx, "pupil", person, wanted, &mut values)?;
    if wanted("pupil_family") {
        kin::read(tx, record, person, &mut values)?;
    }
    Ok(values)
}

pub(super) fn write(tx: &mut Tx<'_>, record: &Record, from: Date, changes: &Changes) -> Result<()> {
    let person = whose(record)?;
    person::write(tx, record, person, person::Code::Pupil, changes)?;
    super::write_secrets(tx, "pupil", person, changes)?;
    kin::write(tx, record, person, changes)?;
    if changes.contains_key("status") || changes.contains_key("leave_reason") {
        let (status, reason): (String, Option<String>) = tx
            .one(&store::ENROLMENT, params![record.school, record.id])?
            .ok_or_else(|| Error::internal("an enrolment that was taken is not there"))?;
        let status = needed(changes, "status", "Trạng thái hiện tại", status)?;
        let reason = other(changes, "leave_reason", reason);
        tx.exec_one(&store::ENROLMENT_SET, params![record.school, record.id, status, reason])?;
    }
    in_class(tx, record, from, changes)
}

/// The class of a code in the school year of a day.
pub(super) fn class_of_code(tx: &mut Tx<'_>, record: &Record, on: Date, code: &str) -> Result<(Uuid, String)> {
    let year = SchoolYear::of(on, Turn::AUGUST_1).map(|year| i64::from(year.start()));
    let found: Option<(Uuid, String)> = tx.one(&store::CLASS_OF_CODE, params![record.school, year, code])?;
    found.ok_or_else(|| {
        refused(
            "class_code",
            "fields.no_class",
            format!("Mã lớp: trường không có lớp “{code}” trong năm học này. Hãy lập lớp trước, hoặc sửa lại mã."),
        )
    })
}

/// Class, grade and place in the list. A grade is the class's own.
fn in_class(tx: &mut Tx<'_>, record: &Record, from: Date, changes: &Changes) -> Result<()> {
    if !["class_code", "grade", "order", "repeats_year"].iter().any(|key| changes.contains_key(key)) {
        return Ok(());
    }
    let member = member(tx, record, from)?;
    let code = other(changes, "class_code", member.as_ref().map(|member| member.code.clone()));
    let Some(code) = code else {
        return Err(refused(
            "class_code",
            "fields.no_class",
            "Mã lớp: học sinh chưa được xếp lớp nên không giữ được khối, số thứ tự, lưu ban. Hãy ghi mã lớp.",
        ));
    };
    let (class, grade) = match &member {
        Some(member) if member.code == code => (member.class, member.grade.clone()),
        _ => class_of_code(tx, record, from, &code)?,
    };
    if let Some(asked) = changes.get("grade")
        && asked.as_deref() != Some(&grade)
    {
        return Err(refused(
            "grade",
            "fields.grade",
            format!("Khối: lớp {code} thuộc khối {grade}. Hãy sửa lại khối hoặc mã lớp."),
        ));
    }
    let position =
        number("order", other(changes, "order", member.as_ref().and_then(|m| m.position).map(|n| n.to_string())))?;
    let repeats = match changes.get("repeats_year") {
        Some(said) => said.as_deref() == Some("1"),
        None => member.as_ref().is_some_and(|member| member.repeats),
    };
    if member.as_ref().is_none_or(|member| member.class != class) {
        let cmd = MoveClass { class: ClassId(class), from: Some(from), position };
        move_class(tx, record.school, EnrolmentId(record.id), None, How::Move, &cmd)?;
    }
    let Some(now) = self::member(tx, record, from)? else {
        return Err(Error::internal("a pupil who was put into a class is in none"));
    };
    if (now.position, now.repeats) == (position, repeats) {
        return Ok(());
    }
    tx.exec_one(&store::MEMBER_SET, params![record.school, now.class, record.id, now.valid_from, position, repeats])
}
