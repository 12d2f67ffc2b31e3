//! A whole timetable is saved in one transaction, or checked without saving.

use auth::{Capability, Require as _};
use base::{Date, Error, Result, SchoolYear, ToValue as _, UnitId, Uuid, Value, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, Created, IdempotencyKey, IfMatch, Json, Path, Reader, Signed, State, Tagged, idempotency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::check::{Finding, check};
use super::ground::{in_year, known};
use super::store::{self, Row, SlotRow};
use super::{CLASHES, NOT_FOUND, NOT_FOUND_SENTENCE, Slot};
use crate::years::open::stale_unless;

/// The largest school has sixty classes of sixty lessons.
const AT_MOST: usize = 8_000;

/// A timetable as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTimetable {
    /// Of which year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// Its first day, usually a Monday.
    #[schema(value_type = String, format = Date, example = "2026-09-07")]
    pub valid_from: Date,
    /// The decision it rests on.
    #[serde(default)]
    pub basis: Option<String>,
    /// All lessons of all classes.
    pub slots: Vec<Slot>,
}

/// What was saved, and what is odd about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimetableSaved)]
pub struct Saved {
    /// Which.
    pub id: Uuid,
    /// How many lessons it has.
    pub lessons: usize,
    /// What is odd about it.
    pub warnings: Vec<Finding>,
    /// Its version.
    pub version: i64,
}

/// What a check has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimetableCheck)]
pub struct Checked {
    /// Whether it can be saved.
    pub can_be_saved: bool,
    /// What was found, refusals first.
    pub findings: Vec<Finding>,
}

fn findings(tx: &mut Tx<'_>, school: UnitId, cmd: &NewTimetable) -> Result<Vec<Finding>> {
    in_year(cmd.year, cmd.valid_from)?;
    if cmd.slots.len() > AT_MOST {
        let sentence = format!(
            "Thời khóa biểu có {} tiết, nhiều hơn {AT_MOST} tiết nhận được. Hãy kiểm tra tệp.",
            cmd.slots.len()
        );
        return Err(Error::field("slots", "timetable.too_large", sentence));
    }
    let known = known(tx, school, cmd.year, cmd.valid_from)?;
    Ok(check(&known, &cmd.slots))
}

/// What is wrong or odd about a timetable. Changes nothing.
pub fn try_out(tx: &mut Tx<'_>, school: UnitId, cmd: &NewTimetable) -> Result<Checked> {
    tx.require(Capability::SchoolManage, school)?;
    let findings = findings(tx, school, cmd)?;
    Ok(Checked { can_be_saved: findings.iter().all(|finding| !finding.refused), findings })
}

/// Refuses a timetable with clashes; answers what is odd about it.
fn accepted(tx: &mut Tx<'_>, school: UnitId, cmd: &NewTimetable) -> Result<Vec<Finding>> {
    let findings = findings(tx, school, cmd)?;
    let refused: Vec<&Finding> = findings.iter().filter(|finding| finding.refused).collect();
    let Some(first) = refused.first() else { return Ok(findings) };
    let others = match refused.len() - 1 {
        0 => String::new(),
        others => format!(" Còn {others} chỗ nữa; hãy bấm kiểm tra để xem tất cả."),
    };
    Err(CLASHES.error(format!("{} Chưa có gì được lưu.{others}", first.sentence)))
}

fn write_slots(tx: &mut Tx<'_>, school: UnitId, id: Uuid, slots: &[Slot]) -> Result<()> {
    let rooms: Vec<Option<String>> =
        slots.iter().map(|slot| slot.room.as_deref().map(vi::clean).filter(|room| !room.is_empty())).collect();
    let rows = slots.iter().zip(&rooms).map(|(slot, room)| {
        [
            school.to_value(),
            id.to_value(),
            slot.class.to_value(),
            Value::Int(i64::from(slot.day)),
            slot.half_day.to_value(),
            Value::Int(i64::from(slot.period)),
            slot.subject.to_value(),
            slot.teacher.to_value(),
            room.to_value(),
        ]
    });
    tx.bulk(&store::SLOT, rows).map(|_| ())
}

/// Saves a new timetable, which holds from its day until the next one's.
pub fn save(tx: &mut Tx<'_>, school: UnitId, cmd: &NewTimetable) -> Result<Saved> {
    tx.require(Capability::SchoolManage, school)?;
    let warnings = accepted(tx, school, cmd)?;
    let id: Uuid = tx.new_id();
    let basis = crate::units::rules::checked_basis(cmd.basis.as_deref());
    tx.exec_one(&store::INSERT, params![school, id, cmd.year, cmd.valid_from, basis])?;
    write_slots(tx, school, id, &cmd.slots)?;
    tx.record(Entry::new("timetable.saved", "timetable", id).unit(school).version(1).after(cmd)?);
    Ok(Saved { id, lessons: cmd.slots.len(), warnings, version: 1 })
}

pub(crate) fn stood(tx: &mut Tx<'_>, school: UnitId, id: Uuid) -> Result<NewTimetable> {
    let row: Option<Row> = tx.one(&store::FIND, params![school, id])?;
    let row = row.ok_or_else(|| NOT_FOUND.error(NOT_FOUND_SENTENCE))?;
    let slots: Vec<SlotRow> = tx.all(&store::SLOTS, params![school, id, None::<Uuid>, None::<Uuid>, None::<String>])?;
    let slots = slots.into_iter().map(slot).collect::<Result<_>>()?;
    Ok(NewTimetable { year: row.year, valid_from: row.valid_from, basis: row.basis, slots })
}

pub(crate) fn slot(row: SlotRow) -> Result<Slot> {
    let SlotRow { class, day, half_day, period, subject, employment, room } = row;
    let small = |number: i64| u8::try_from(number).map_err(Error::internal);
    Ok(Slot { class, day: small(day)?, half_day, period: small(period)?, subject, teacher: employment, room })
}

/// Saves another timetable in the place of one.
pub fn replace(tx: &mut Tx<'_>, school: UnitId, id: Uuid, known: i64, cmd: &NewTimetable) -> Result<Saved> {
    tx.require(Capability::SchoolManage, school)?;
    let before = stood(tx, school, id)?;
    let warnings = accepted(tx, school, cmd)?;
    let basis = crate::units::rules::checked_basis(cmd.basis.as_deref());
    let version: Option<(i64,)> = tx.one(&store::UPDATE, params![school, id, cmd.year, cmd.valid_from, basis])?;
    let version = version.map_or(0, |(version,)| version);
    stale_unless(known, version)?;
    tx.exec(&store::DELETE_SLOTS, params![school, id])?;
    write_slots(tx, school, id, &cmd.slots)?;
    let entry = Entry::new("timetable.replaced", "timetable", id).unit(school).version(version);
    tx.record(entry.before(&before)?.after(cmd)?);
    Ok(Saved { id, lessons: cmd.slots.len(), warnings, version })
}

/// Takes a timetable away; the one before it then holds on.
pub fn remove(tx: &mut Tx<'_>, school: UnitId, id: Uuid, known: i64) -> Result<()> {
    tx.require(Capability::SchoolManage, school)?;
    let before = stood(tx, school, id)?;
    let version: Option<(i64,)> =
        tx.one(&store::UPDATE, params![school, id, before.year, before.valid_from, before.basis])?;
    stale_unless(known, version.map_or(0, |(version,)| version))?;
    tx.exec(&store::DELETE_SLOTS, params![school, id])?;
    tx.exec_one(&store::DELETE, params![school, id])?;
    tx.record(Entry::new("timetable.removed", "timetable", id).unit(school).before(&before)?);
    Ok(())
}

/// Checks a timetable without saving it: clashes, half days, periods too many or too few.
#[utoipa::path(post, path = "/units/{unit}/timetables/check", operation_id = "check_timetable", tag = "timetables",
    params(("unit" = base::Uuid, Path)), request_body = NewTimetable,
    responses((status = 200, body = Checked), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn tried(reader: Reader, Path(unit): Path<UnitId>, Json(cmd): Json<NewTimetable>) -> Answer<Json<Checked>> {
    Ok(Json(reader.at(unit).read(move |tx| try_out(tx, unit, &cmd)).await?))
}

/// Saves a whole timetable from a day on.
#[utoipa::path(post, path = "/units/{unit}/timetables", operation_id = "save_timetable", tag = "timetables",
    params(("unit" = base::Uuid, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = NewTimetable,
    responses((status = 201, body = Saved), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<NewTimetable>,
) -> Answer<Created<Saved>> {
    let saved = app
        .db()
        .write_long(&ctx, "the timetable of a whole school", move |tx| {
            let mut saved = None;
            let once = idempotency::once(tx, key.as_ref(), |tx| {
                let made = save(tx, unit, &cmd)?;
                let id = made.id;
                saved = Some(made);
                Ok(id)
            })?;
            match saved {
                Some(saved) => Ok(saved),
                None => again(tx, unit, once.id),
            }
        })
        .await?;
    Ok(Created::new(format!("/units/{unit}/timetables/{}", saved.id), saved.clone()).version(saved.version))
}

/// What is answered when a timetable is sent again: the one that stands by now.
fn again(tx: &mut Tx<'_>, school: UnitId, id: Uuid) -> Result<Saved> {
    tx.require(Capability::SchoolManage, school)?;
    let row: Option<Row> = tx.one(&store::FIND, params![school, id])?;
    let version = row.map_or(0, |row| row.version);
    let stands = stood(tx, school, id)?;
    let warnings = findings(tx, school, &stands)?;
    Ok(Saved { id, lessons: stands.slots.len(), warnings, version })
}

/// Saves another timetable in the place of one.
#[utoipa::path(put, path = "/units/{unit}/timetables/{timetable}", operation_id = "replace_timetable", tag = "timetables",
    params(("unit" = base::Uuid, Path), ("timetable" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")),
    request_body = NewTimetable,
    responses((status = 200, body = Saved), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody),
        (status = 428, body = http::ProblemBody)))]
pub async fn put(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((unit, timetable)): Path<(UnitId, Uuid)>,
    IfMatch(version): IfMatch,
    Json(cmd): Json<NewTimetable>,
) -> Answer<Tagged<Saved>> {
    let saved = app
        .db()
        .write_long(&ctx, "the timetable of a whole school", move |tx| replace(tx, unit, timetable, version, &cmd))
        .await?;
    Ok(Tagged::new(saved.version, saved))
}

/// Takes a timetable away.
#[utoipa::path(delete, path = "/units/{unit}/timetables/{timetable}", operation_id = "remove_timetable", tag = "timetables",
    params(("unit" = base::Uuid, Path), ("timetable" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")),
    responses((status = 204), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn delete(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((unit, timetable)): Path<(UnitId, Uuid)>,
    IfMatch(version): IfMatch,
) -> Answer<axum::http::StatusCode> {
    app.db().write(&ctx, move |tx| remove(tx, unit, timetable, version)).await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}
