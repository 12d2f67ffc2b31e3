//! A file that a school already has is read into lessons, with what is not sure. Nothing is saved.

use std::collections::BTreeMap;

use auth::{Capability, Require as _};
use base::{Date, Error, Result, SchoolYear, UnitId};
use db::Tx;
use http::{Answer, Json, Path, Reader};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Slot;
use super::check::{Finding, check};
use super::ground::{in_year, known};
use super::matching::{Doubt, matched};
use super::read::{Sheet, Table, read};

/// Cells of all sheets together.
const AT_MOST: usize = 200_000;

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadTimetable {
    /// Of which year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// Its first day.
    #[schema(value_type = String, format = Date, example = "2026-09-07")]
    pub valid_from: Date,
    /// The sheets.
    pub tables: Vec<Table>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimetableReading)]
pub struct Reading {
    /// The lessons whose class and subject are understood, as they can be saved.
    pub slots: Vec<Slot>,
    /// What is not sure, cell by cell.
    pub doubts: Vec<Doubt>,
    /// What was left aside: sheets and rows that are no part of a timetable, or could not be read.
    pub aside: Vec<String>,
    /// What a check of the lessons finds.
    pub findings: Vec<Finding>,
}

/// Reads the sheets of a file against the classes, subjects, teachers and assignments of a school.
pub fn reading(tx: &mut Tx<'_>, school: UnitId, cmd: &ReadTimetable) -> Result<Reading> {
    tx.require(Capability::SchoolManage, school)?;
    in_year(cmd.year, cmd.valid_from)?;
    if cmd.tables.iter().flat_map(|table| &table.rows).map(Vec::len).sum::<usize>() > AT_MOST {
        let sentence = "Tệp có hơn 200.000 ô, không phải thời khóa biểu của một trường. Hãy chọn đúng tệp.";
        return Err(Error::field("tables", "timetable.too_large", sentence));
    }
    let known = known(tx, school, cmd.year, cmd.valid_from)?;
    if known.classes.is_empty() {
        let sentence =
            format!("Trường chưa có lớp nào trong năm học {}. Hãy tạo lớp trước khi nhập thời khóa biểu.", cmd.year);
        return Err(Error::field("year", "timetable.no_classes", sentence));
    }
    let sheets: Vec<Sheet> = cmd.tables.iter().map(|table| read(&known, table)).collect();
    let written: Vec<_> = sheets.iter().flat_map(|sheet| sheet.written.iter().cloned()).collect();
    let mut matched = matched(&known, &written);
    one_of_each(&mut matched.slots, &mut matched.doubts);
    let findings = check(&known, &matched.slots);
    let aside = sheets.into_iter().flat_map(|sheet| sheet.aside).collect();
    Ok(Reading { slots: matched.slots, doubts: matched.doubts, aside, findings })
}

/// A file often has a grid of classes and a grid of teachers of the same lessons: what is the same is one lesson, and what
/// one of them leaves open the other may say.
fn one_of_each(slots: &mut Vec<Slot>, doubts: &mut [Doubt]) {
    let mut first: BTreeMap<(base::Uuid, u8, super::HalfDay, u8, String), usize> = BTreeMap::new();
    let mut kept: Vec<Slot> = Vec::with_capacity(slots.len());
    let mut goes: Vec<usize> = Vec::with_capacity(slots.len());
    for slot in slots.drain(..) {
        let (day, half_day, period) = slot.time();
        let key = (slot.class, day, half_day, period, slot.subject.clone());
        let same = first.get(&key).copied().filter(|at| {
            let other: &Slot = &kept[*at];
            other.teacher.is_none() || slot.teacher.is_none() || other.teacher == slot.teacher
        });
        let at = same.unwrap_or_else(|| {
            first.insert(key, kept.len());
            kept.push(slot.clone());
            kept.len() - 1
        });
        kept[at].teacher = kept[at].teacher.or(slot.teacher);
        kept[at].room = kept[at].room.take().or(slot.room);
        goes.push(at);
    }
    *slots = kept;
    for doubt in doubts {
        doubt.slot = doubt.slot.and_then(|at| goes.get(at).copied());
    }
}

/// Reads a timetable file, sheet by sheet as text, into lessons. Nothing is saved.
#[utoipa::path(post, path = "/units/{unit}/timetables/reading", operation_id = "read_timetable", tag = "timetables",
    params(("unit" = base::Uuid, Path)), request_body = ReadTimetable,
    responses((status = 200, body = Reading), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn route(reader: Reader, Path(unit): Path<UnitId>, Json(cmd): Json<ReadTimetable>) -> Answer<Json<Reading>> {
    Ok(Json(reader.at(unit).read(move |tx| reading(tx, unit, &cmd)).await?))
}
