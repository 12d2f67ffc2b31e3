//! The school year as it holds at a unit, and where in it a day lies.

use base::{Date, Error, Result, SchoolYear, UnitId};
use db::{Tx, params};
use http::{Answer, Path, Query, Reader, Tagged};
use rules::calendar;
use serde::Serialize;
use utoipa::ToSchema;

use super::store::{self, HolidayRow, YearRow};
use super::{Holiday, Hours, YearPlan, require_sight, told};

/// A school year at a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SchoolYearShown)]
pub struct Year {
    /// The year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// Its days.
    pub plan: YearPlan,
    /// Whether they are the unit's `own`, `inherited` from above, or only `proposed` from the frame.
    pub standing: &'static str,
    /// From whom they are inherited.
    #[schema(value_type = Option<base::Uuid>)]
    pub set_by: Option<UnitId>,
    /// Weeks of lessons in the first and the second semester.
    pub weeks: [u32; 2],
    /// What is unusual about them. Nothing of it is forbidden.
    pub warnings: Vec<String>,
    /// The day asked about.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// Its week of lessons, from 1 over the whole year; none on holidays.
    pub week: Option<u32>,
    /// Its semester.
    pub semester: Option<u8>,
    /// The unit's own version; 0 where it has not opened the year.
    pub version: i64,
}

/// The year of a plan.
pub(crate) fn of_plan(
    year: SchoolYear,
    plan: YearPlan,
    standing: &'static str,
    province: Option<&str>,
    day: Date,
) -> Result<Year> {
    let calendar = calendar::vietnam()?;
    let frame = plan.frame();
    let (one, two) = frame.weeks();
    Ok(Year {
        year,
        standing,
        set_by: None,
        weeks: [one, two],
        warnings: told(&calendar.oddities(&frame, year, province), calendar),
        day,
        week: frame.week(day),
        semester: frame.semester(day),
        version: 0,
        plan,
    })
}

/// The year as it holds at a unit. Rights are the caller's.
pub(crate) fn holds(tx: &mut Tx<'_>, unit: UnitId, year: SchoolYear, day: Date) -> Result<Year> {
    let province = store::province(tx, unit)?;
    let Some(row) = tx.one::<YearRow>(&store::YEAR, params![unit, year])? else {
        let frame = calendar::vietnam()?.propose(year, province.as_deref());
        let levels: Vec<(String,)> = tx.all(&crate::units::store::LEVELS, params![unit])?;
        let levels: Vec<String> = levels.into_iter().map(|(level,)| level).collect();
        let plan = YearPlan {
            first_day: frame.first_day,
            semester_two: frame.semester_two,
            last_day: frame.last_day,
            holidays: Vec::new(),
            hours: Some(Hours::usual(&levels)),
            basis: None,
        };
        return of_plan(year, plan, "proposed", province.as_deref(), day);
    };
    let holidays: Vec<HolidayRow> = tx.all(&store::HOLIDAYS, params![row.unit, year])?;
    let holidays = holidays
        .into_iter()
        .map(|one| Holiday { first_day: one.first_day, last_day: one.last_day, name: one.name })
        .collect();
    let plan = YearPlan {
        first_day: row.first_day,
        semester_two: row.semester_two,
        last_day: row.last_day,
        holidays,
        hours: Some(serde_json::from_str(&row.hours).map_err(Error::internal)?),
        basis: row.basis,
    };
    let own = row.unit == unit;
    let shown = of_plan(year, plan, if own { "own" } else { "inherited" }, province.as_deref(), day)?;
    Ok(Year { set_by: (!own).then_some(row.unit), version: if own { row.version } else { 0 }, ..shown })
}

/// The year as it holds at a unit, and where a day lies in it.
pub fn show(tx: &mut Tx<'_>, unit: UnitId, year: SchoolYear, day: Option<Date>) -> Result<Year> {
    require_sight(tx, unit)?;
    let day = day.unwrap_or_else(|| tx.today());
    holds(tx, unit, year, day)
}

/// Which day to find.
#[derive(Clone, Copy, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShowYear {
    /// The day whose week is asked for; today when not said.
    #[param(value_type = Option<String>, format = Date)]
    pub day: Option<Date>,
}

/// A school year at a unit: its own days, those set above it, or a proposal; with the week a day lies in.
#[utoipa::path(get, path = "/units/{unit}/school-years/{year}", operation_id = "school_year", tag = "school years",
    params(("unit" = base::Uuid, Path), ("year" = String, Path, example = "2026-2027"), ShowYear),
    responses((status = 200, body = Year), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    reader: Reader,
    Path((unit, year)): Path<(UnitId, SchoolYear)>,
    Query(query): Query<ShowYear>,
) -> Answer<Tagged<Year>> {
    let year = reader.at(unit).read(move |tx| show(tx, unit, year, query.day)).await?;
    Ok(Tagged::new(year.version, year))
}
