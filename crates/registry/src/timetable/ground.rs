//! What is known of a school on a day, for checking and reading timetables.

use std::collections::BTreeMap;

use base::{Date, Error, Result, SchoolYear, UnitId, Uuid, vi};
use db::{Tx, params};
use rules::curriculum;

use super::check::{Class, Known, Teacher};
use super::store::{self, ClassRow, NameRow};
use crate::years::{show, subjects};

/// What is known of a school on a day of a year. Rights are the caller's.
pub(crate) fn known(tx: &mut Tx<'_>, school: UnitId, year: SchoolYear, day: Date) -> Result<Known> {
    let holds = show::holds(tx, school, year, day)?;
    let second = day >= holds.plan.semester_two;
    let mut own: BTreeMap<Uuid, Vec<(String, i64)>> = BTreeMap::new();
    for (class, subject, one, two) in tx.all::<(Uuid, String, i64, i64)>(&store::SUBJECTS, params![school, year])? {
        own.entry(class).or_default().push((subject, if second { two } else { one }));
    }
    let mut classes = BTreeMap::new();
    for row in tx.all::<ClassRow>(&store::CLASSES, params![school, year])? {
        let subjects = match own.remove(&row.id) {
            Some(set) => set
                .into_iter()
                .map(|(code, weekly)| {
                    let name = curriculum::name_of(&code)?.map_or_else(|| code.clone(), str::to_owned);
                    Ok((code, (name, weekly)))
                })
                .collect::<Result<_>>()?,
            None => subjects::compulsory(&row.grade)?
                .into_iter()
                .map(|one| (one.subject, (one.name, if second { one.week_two } else { one.week_one })))
                .collect(),
        };
        let ClassRow { id, code, name, grade } = row;
        classes.insert(id, Class { name, code, grade, subjects });
    }
    let teachers: Vec<NameRow> = tx.all(&store::TEACHERS, params![school, day])?;
    let semester = if second { 2i64 } else { 1 };
    let assigned: Vec<(Uuid, String, Uuid)> = tx.all(&store::ASSIGNED, params![school, year, day, semester])?;
    Ok(Known {
        hours: holds.plan.hours.unwrap_or_default(),
        classes,
        teachers: teachers.into_iter().map(|one| (one.id, Teacher { name: one.full_name })).collect(),
        assigned: assigned.into_iter().collect(),
    })
}

/// Refuses a day that does not lie in a year.
pub(crate) fn in_year(year: SchoolYear, day: Date) -> Result<()> {
    if year.contains(day, base::school_year::Turn::default()) {
        return Ok(());
    }
    let sentence = format!("Ngày {} không thuộc năm học {year}. Hãy chọn lại ngày.", vi::date(day));
    Err(Error::field("valid_from", "timetable.day", sentence))
}
