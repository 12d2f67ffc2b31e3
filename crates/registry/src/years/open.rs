//! A unit opens a school year, or changes its days. A Sở or commune does so for the schools below it.

use base::{Error, Result, SchoolYear, ToValue as _, UnitId, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, Created, IdempotencyKey, IfMatch, Json, Path, Reader, Signed, State, Tagged, idempotency};

use super::show::{Year, holds, of_plan};
use super::store::{self, YearRow};
use super::{Hours, NOT_OPEN, YearPlan, checked, require_change};

/// What opening or changing would make, with what is unusual about it. Changes nothing.
pub fn preview(tx: &mut Tx<'_>, unit: UnitId, year: SchoolYear, plan: &YearPlan) -> Result<Year> {
    require_change(tx, unit)?;
    checked(year, plan)?;
    let province = store::province(tx, unit)?;
    let today = tx.today();
    of_plan(year, plan.clone(), "proposed", province.as_deref(), today)
}

/// The plan with everything said: its hours those that hold so far.
fn whole(tx: &mut Tx<'_>, unit: UnitId, year: SchoolYear, plan: &YearPlan) -> Result<(YearPlan, Hours)> {
    checked(year, plan)?;
    let today = tx.today();
    let hours = match &plan.hours {
        Some(hours) => hours.clone(),
        None => holds(tx, unit, year, today)?.plan.hours.unwrap_or_default(),
    };
    let basis = crate::units::rules::checked_basis(plan.basis.as_deref());
    Ok((YearPlan { hours: Some(hours.clone()), basis, ..plan.clone() }, hours))
}

fn write_holidays(tx: &mut Tx<'_>, unit: UnitId, year: SchoolYear, plan: &YearPlan) -> Result<()> {
    tx.exec(&store::HOLIDAYS_DELETE, params![unit, year])?;
    let names: Vec<String> = plan.holidays.iter().map(|one| vi::clean(&one.name)).collect();
    let rows = plan.holidays.iter().zip(&names).map(|(one, name)| {
        [unit.to_value(), year.to_value(), one.first_day.to_value(), one.last_day.to_value(), name.to_value()]
    });
    tx.bulk(&store::HOLIDAY, rows).map(|_| ())
}

/// Opens a year.
pub fn open(tx: &mut Tx<'_>, unit: UnitId, year: SchoolYear, plan: &YearPlan) -> Result<Year> {
    require_change(tx, unit)?;
    let (plan, hours) = whole(tx, unit, year, plan)?;
    let (one, two) = plan.frame().weeks();
    let hours = serde_json::to_string(&hours).map_err(Error::internal)?;
    tx.exec_one(
        &store::YEAR_INSERT,
        params![
            unit,
            year,
            plan.first_day,
            plan.semester_two,
            plan.last_day,
            i64::from(one),
            i64::from(two),
            hours,
            plan.basis
        ],
    )?;
    write_holidays(tx, unit, year, &plan)?;
    let told = serde_json::json!({ "year": year, "plan": plan });
    tx.record(Entry::new("year.opened", "school_year", unit).unit(unit).version(1).after(&told)?);
    let today = tx.today();
    holds(tx, unit, year, today)
}

/// Sets other days for a year that the unit has opened.
pub fn change(tx: &mut Tx<'_>, unit: UnitId, year: SchoolYear, known: i64, plan: &YearPlan) -> Result<Year> {
    require_change(tx, unit)?;
    let before = tx.one::<YearRow>(&store::YEAR, params![unit, year])?.filter(|row| row.unit == unit);
    if before.is_none() {
        return Err(
            NOT_OPEN.error(format!("Đơn vị chưa mở năm học {year}, nên chưa có gì để sửa. Hãy mở năm học trước."))
        );
    }
    let (plan, hours) = whole(tx, unit, year, plan)?;
    let (one, two) = plan.frame().weeks();
    let hours = serde_json::to_string(&hours).map_err(Error::internal)?;
    let today = tx.today();
    let stood = holds(tx, unit, year, today)?.plan;
    let version: Option<(i64,)> = tx.one(
        &store::YEAR_UPDATE,
        params![
            unit,
            year,
            plan.first_day,
            plan.semester_two,
            plan.last_day,
            i64::from(one),
            i64::from(two),
            hours,
            plan.basis
        ],
    )?;
    let version = version.map_or(0, |(version,)| version);
    stale_unless(known, version)?;
    write_holidays(tx, unit, year, &plan)?;
    let entry = Entry::new("year.changed", "school_year", unit).unit(unit).version(version);
    let told = |plan: &YearPlan| serde_json::json!({ "year": year, "plan": plan });
    tx.record(entry.before(&told(&stood))?.after(&told(&plan))?);
    holds(tx, unit, year, today)
}

/// Refuses whoever knew another version than the one before this.
pub(crate) fn stale_unless(known: i64, version: i64) -> Result<()> {
    if known == version - 1 {
        return Ok(());
    }
    Err(db::STALE.error(
        "Bản ghi đã được người khác sửa sau khi bạn mở; chưa có gì bị thay đổi. Hãy tải lại để xem bản mới rồi sửa lại.",
    ))
}

/// What opening a year, or changing its days, would make.
#[utoipa::path(post, path = "/units/{unit}/school-years/{year}/preview", operation_id = "preview_school_year",
    tag = "school years", params(("unit" = base::Uuid, Path), ("year" = String, Path, example = "2026-2027")),
    request_body = YearPlan,
    responses((status = 200, body = Year), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn previewed(
    reader: Reader,
    Path((unit, year)): Path<(UnitId, SchoolYear)>,
    Json(plan): Json<YearPlan>,
) -> Answer<Json<Year>> {
    Ok(Json(reader.at(unit).read(move |tx| preview(tx, unit, year, &plan)).await?))
}

/// Opens a school year at a unit.
#[utoipa::path(post, path = "/units/{unit}/school-years/{year}", operation_id = "open_school_year", tag = "school years",
    params(("unit" = base::Uuid, Path), ("year" = String, Path, example = "2026-2027"),
        ("Idempotency-Key" = Option<String>, Header)),
    request_body = YearPlan,
    responses((status = 201, body = Year), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((unit, year)): Path<(UnitId, SchoolYear)>,
    IdempotencyKey(key): IdempotencyKey,
    Json(plan): Json<YearPlan>,
) -> Answer<Created<Year>> {
    let made = app
        .db()
        .write(&ctx, move |tx| {
            idempotency::once(tx, key.as_ref(), |tx| open(tx, unit, year, &plan).map(|_| unit))?;
            super::show::show(tx, unit, year, None)
        })
        .await?;
    Ok(Created::new(format!("/units/{unit}/school-years/{year}"), made.clone()).version(made.version))
}

/// Changes the days of a school year.
#[utoipa::path(put, path = "/units/{unit}/school-years/{year}", operation_id = "change_school_year", tag = "school years",
    params(("unit" = base::Uuid, Path), ("year" = String, Path, example = "2026-2027"),
        ("If-Match" = String, Header, description = "the version known, as its ETag")),
    request_body = YearPlan,
    responses((status = 200, body = Year), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn changed(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((unit, year)): Path<(UnitId, SchoolYear)>,
    IfMatch(known): IfMatch,
    Json(plan): Json<YearPlan>,
) -> Answer<Tagged<Year>> {
    let year = app.db().write(&ctx, move |tx| change(tx, unit, year, known, &plan)).await?;
    Ok(Tagged::new(year.version, year))
}
