//! A workbook is read into lessons; and a timetable leaves the house as one that is read again without loss.

use std::collections::BTreeMap;
use std::fs::File;

use auth::{Capability, Require as _};
use axum::body::Body;
use base::sheet::{Cell, Head, Sheet};
use base::{Date, Result, SchoolYear, UnitId, Uuid, vi};
use db::{Tx, params};
use http::{Answer, App, Download, Json, Path, Query, Signed, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::matching::NOBODY;
use super::read::Table;
use super::reading::{ReadTimetable, Reading, reading};
use super::store::{self, ClassRow, NameRow};
use super::{HalfDay, Slot, editing, save};
use crate::imports::asked::{self, Asked};
use crate::years::{require_sight, show};

/// The largest file that is taken.
const MOST: usize = 10 << 20;

/// What the page is called that tells about a file.
const ABOUT: &str = "Thông tin";

/// For which timetable.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BringTimetable {
    /// Its first day.
    #[param(value_type = String, format = Date)]
    pub day: Date,
}

/// The sheets of a workbook, as what reads timetables takes them.
pub fn tables(bytes: &[u8]) -> Result<Vec<Table>> {
    let pages = platform::books::lent()?.pages(bytes)?;
    // The page on which Khuê tells about its own files is no timetable, and nobody need be told so.
    let about = |page: &base::book::Page| page.name == ABOUT && page.rows.iter().all(|row| row.len() <= 2);
    let pages = pages.into_iter().filter(|page| !about(page));
    Ok(pages.map(|page| Table { name: page.name, rows: page.rows }).collect())
}

/// Reads the workbook in the request's body into lessons. Nothing is saved.
#[utoipa::path(post, path = "/units/{unit}/timetables/file", operation_id = "bring_timetable", tag = "timetables",
    params(("unit" = base::Uuid, Path), BringTimetable),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Reading), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 413, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 429, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
    Query(ask): Query<BringTimetable>,
    body: Body,
) -> Answer<Json<Reading>> {
    // Whoever may not, or does it too often, is told so before anything is read.
    app.db()
        .write(&ctx, move |tx| {
            tx.require(Capability::SchoolManage, unit)?;
            asked::count(tx, Asked::Bring)
        })
        .await?;
    let bytes = axum::body::to_bytes(body, MOST).await.map_err(|_cut| {
        platform::files::TOO_LARGE
            .error("Tệp lớn hơn 10 MB là mức cho phép; chưa có gì được nhập. Hãy chỉ giữ các trang thời khóa biểu.")
    })?;
    let year = editing::year_of(ask.day)?;
    let tables = crate::imports::blocking(move || tables(&bytes)).await?;
    let cmd = ReadTimetable { year, valid_from: ask.day, tables };
    Ok(Json(app.db().read_long(&ctx, move |tx| reading(tx, unit, &cmd)).await?))
}

/// What stands in the cell of a lesson: subject, teacher and room, each on its line.
fn written(slot: &Slot, teacher: Option<&NameRow>) -> Result<String> {
    let name = rules::curriculum::name_of(&slot.subject)?.unwrap_or(slot.subject.as_str());
    let teacher = teacher.map_or(NOBODY, |teacher| teacher.full_name.as_str());
    let room = slot.room.as_deref().map_or_else(String::new, |room| format!("\n[{room}]"));
    Ok(format!("{name}\n{teacher}{room}"))
}

/// A timetable as a workbook, its first day, and whose names it has.
pub fn write(tx: &mut Tx<'_>, school: UnitId, id: Uuid) -> Result<(File, Date, usize, Vec<Uuid>)> {
    require_sight(tx, school)?;
    let stood = save::stood(tx, school, id)?;
    let (year, day): (SchoolYear, Date) = (stood.year, stood.valid_from);
    let hours = show::holds(tx, school, year, day)?.plan.hours.unwrap_or_default();
    let classes: Vec<ClassRow> = tx.all(&store::CLASSES, params![school, year])?;
    let names: Vec<NameRow> = tx.all(&store::NAMES, params![school, id])?;
    let people = names.iter().map(|name| name.person).collect();
    let names: BTreeMap<Uuid, NameRow> = names.into_iter().map(|name| (name.id, name)).collect();
    let mut lessons: BTreeMap<(u8, HalfDay, u8, Uuid), &Slot> = BTreeMap::new();
    for slot in &stood.slots {
        lessons.insert((slot.day, slot.half_day, slot.period, slot.class), slot);
    }
    let titles = ["Thứ", "Buổi", "Tiết"].map(str::to_owned).into_iter();
    let titles: Vec<String> = titles.chain(classes.iter().map(|class| class.name.clone())).collect();
    let columns = (0..titles.len()).map(|at| Head { title: "", width: if at < 3 { 8 } else { 22 } }).collect();
    let title = format!("TKB từ {:02}-{:02}-{}", day.day(), day.month(), day.year());
    let about = [
        ("Trường", crate::units::view::name(tx, school, day)?),
        ("Năm học", year.to_string()),
        ("Áp dụng từ ngày", vi::date(day)),
    ];
    let about = about.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let sheet = Sheet { title, columns, made_at: tx.now(), about };
    let mut rows = platform::sheets::begin_titled(sheet, &titles)?;
    // A lesson beyond the hours that hold by now has its row too.
    let last_day = stood.slots.iter().map(|slot| slot.day).max().unwrap_or(0).max(hours.last_day);
    for day in 2..=last_day {
        for half_day in [HalfDay::Morning, HalfDay::Afternoon] {
            let used = stood.slots.iter().filter(|slot| slot.half_day == half_day).map(|slot| slot.period).max();
            for period in 1..=used.unwrap_or(0).max(hours.periods(half_day)) {
                let said = if day == 8 { "Chủ nhật".to_owned() } else { format!("Thứ {day}") };
                let half = if half_day == HalfDay::Morning { "Sáng" } else { "Chiều" };
                let mut cells = vec![Cell::Text(said), Cell::Text(half.to_owned()), Cell::Int(i64::from(period))];
                for class in &classes {
                    cells.push(match lessons.get(&(day, half_day, period, class.id)) {
                        Some(slot) => Cell::Text(written(slot, slot.teacher.and_then(|id| names.get(&id)))?),
                        None => Cell::Empty,
                    });
                }
                rows.row(&cells)?;
            }
        }
    }
    Ok((rows.finish()?, day, stood.slots.len(), people))
}

/// A timetable as an Excel file: a row for each day and period, a column for each class.
#[utoipa::path(get, path = "/units/{unit}/timetables/{timetable}/file", operation_id = "timetable_file", tag = "timetables",
    params(("unit" = base::Uuid, Path), ("timetable" = base::Uuid, Path)),
    responses((status = 200, description = "An Excel file", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 404, body = http::ProblemBody)))]
pub async fn take(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((unit, timetable)): Path<(UnitId, Uuid)>,
) -> Answer<Download> {
    let (file, day, rows, people) = app.db().read_long(&ctx, move |tx| write(tx, unit, timetable)).await?;
    // Recorded before it is sent, in a write of its own: a file is nothing that a write could make twice alike.
    app.db()
        .write(&ctx, move |tx| {
            require_sight(tx, unit)?;
            platform::sheets::record(tx, "timetable", &timetable, rows, people.clone())
        })
        .await?;
    Ok(Download::excel(file, format!("thoi-khoa-bieu-{day}.xlsx")))
}
