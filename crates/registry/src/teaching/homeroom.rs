//! Somebody leads a class from a day on, or nobody does; who led it before stays known.

use auth::{Capability, Require as _};
use base::{ClassId, Date, EmploymentId, Error, Interval, PersonId, Result, UnitId, Uuid, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::LATER;
use super::store::{self, LeaderRow};
use crate::classes::{self, edit};
use crate::people::{Done, Warning};
use crate::reach;
use crate::staff::{self, work};

/// Who leads a class from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetHomeroom {
    /// Whose employment; `null`: nobody.
    #[schema(value_type = Option<base::Uuid>)]
    pub staff: Option<EmploymentId>,
    /// From which day; today when not said, or the nearest day of the class's year.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
}

/// Who leads and led a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Homerooms {
    /// The class.
    #[schema(value_type = base::Uuid)]
    pub class: ClassId,
    /// The class's version.
    pub version: i64,
    /// Who led it, the last first.
    pub items: Vec<HomeroomStretch>,
    /// What the actor may do here.
    #[schema(example = json!(["school.manage"]))]
    pub may: Vec<&'static str>,
}

/// A stretch of days of leading a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct HomeroomStretch {
    /// Whose employment.
    #[schema(value_type = base::Uuid)]
    pub staff: EmploymentId,
    /// Whose name it is.
    #[schema(value_type = base::Uuid)]
    pub person: PersonId,
    /// The whole name.
    pub full_name: String,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// The first day after it.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Date>,
}

/// Who leads and led a class.
pub fn show(tx: &mut Tx<'_>, school: UnitId, class: ClassId) -> Result<Homerooms> {
    let reach = reach::of_school(tx, school)?;
    reach.require_class(class, classes::not_found)?;
    let bare = classes::show::find(tx, school, class)?;
    let rows: Vec<LeaderRow> = tx.all(&store::HOMEROOMS, params![school, class])?;
    let items = rows
        .into_iter()
        .map(|row| HomeroomStretch {
            staff: row.employment,
            person: row.person,
            full_name: row.full_name,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
        })
        .collect();
    let may = [Capability::SchoolManage].into_iter().filter(|one| reach.may(*one)).map(Capability::as_str).collect();
    Ok(Homerooms { class, version: bare.version, items, may })
}

/// Who works at the school on a day, for a class from that day on.
fn leader(tx: &mut Tx<'_>, school: UnitId, id: EmploymentId, from: Date) -> Result<staff::store::Employment> {
    let row = work::find(tx, school, id).map_err(|error| match error.is(&staff::STAFF_NOT_FOUND) {
        true => Error::field("staff", "staff.not_found", error.detail().to_owned()),
        false => error,
    })?;
    let days = Interval::new(row.valid_from, row.valid_to).unwrap_or(Interval::since(row.valid_from));
    if days.contains(from) {
        return Ok(row);
    }
    let detail = format!(
        "Người này làm việc ở trường {days}, không chủ nhiệm được từ ngày {}. Hãy chọn ngày khác, hoặc chọn người khác.",
        vi::date(from)
    );
    Err(Error::field("staff", "teaching.not_there", detail))
}

/// Sets who leads a class from a day on. Answers the class's new version, and what to look at.
pub fn set(tx: &mut Tx<'_>, school: UnitId, class: ClassId, known: Option<i64>, cmd: &SetHomeroom) -> Result<Done> {
    tx.require(Capability::SchoolManage, school)?;
    let version = edit::take(tx, school, class, known)?;
    let mut done = Done::new(class, version);
    let bare = classes::show::find(tx, school, class)?;
    let from = cmd.from.unwrap_or_else(|| classes::day_in(bare.year, tx.today()));
    if !bare.year.contains(from, base::school_year::Turn::default()) {
        let detail = format!(
            "{} là của năm học {}, không phân công được từ ngày {}. Hãy chọn ngày trong năm học ấy.",
            bare.name,
            bare.year,
            vi::date(from)
        );
        return Err(Error::field("from", "teaching.outside_year", detail));
    }
    let all: Vec<LeaderRow> = tx.all(&store::HOMEROOMS, params![school, class])?;
    if let Some(later) = all.iter().find(|one| one.valid_from > from) {
        return Err(LATER.error(format!(
            "{} đã có phân công chủ nhiệm từ ngày {}, sau ngày muốn ghi; chưa có gì bị thay đổi. Hãy chọn ngày ấy hoặc ngày sau.",
            bare.name,
            vi::date(later.valid_from)
        )));
    }
    let now = all.into_iter().find(|one| one.valid_to.is_none_or(|to| from < to));
    let leads = match cmd.staff {
        Some(id) => Some(leader(tx, school, id, from)?),
        None => None,
    };
    if now.as_ref().map(|one| one.employment) == cmd.staff {
        return Ok(done);
    }
    if let Some(row) = &now {
        match row.valid_from == from {
            true => tx.exec_one(&store::HOMEROOM_DROP, params![school, class, from])?,
            false => tx.exec_one(&store::HOMEROOM_CUT, params![school, class, row.valid_from, from])?,
        }
    }
    if let Some(leads) = &leads {
        // Until the school year is turned, which ends it; nobody leads longer than they work there.
        tx.exec_one(&store::HOMEROOM_INSERT, params![school, class, from, leads.valid_to, leads.id])?;
        let other: Option<(String,)> = tx.one(&store::LEADS_ANOTHER, params![school, leads.id, class, from])?;
        if let Some((other,)) = other {
            let detail =
                format!("Người này đang chủ nhiệm cả {other}. Nếu chuyển hẳn, hãy phân công người khác cho lớp đó.");
            done.warnings.push(Warning { field: "staff".to_owned(), code: "homeroom.leads_another", detail });
        }
    }
    let entry = Entry::new("class.homeroom_set", "class", class).unit(school).version(version);
    let was = now.map(|one| serde_json::json!({ "staff": one.employment, "from": one.valid_from }));
    tx.record(entry.before(&was)?.after(&serde_json::json!({ "staff": cmd.staff, "from": from }))?);
    Ok(done)
}

/// Who leads and led a class, the last first. Recorded as a look at them.
#[utoipa::path(get, path = "/schools/{school}/classes/{class}/homeroom", operation_id = "homeroom", tag = "teaching",
    params(("school" = base::Uuid, Path), ("class" = base::Uuid, Path)),
    responses((status = 200, body = Homerooms), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, class)): Path<(UnitId, ClassId)>,
) -> Answer<Tagged<Homerooms>> {
    let found = app
        .look(&ctx, "class.homeroom", move |tx| {
            let found = show(tx, school, class)?;
            let mut people: Vec<Uuid> = found.items.iter().map(|one| one.person.0).collect();
            people.sort_unstable();
            people.dedup();
            Ok((people, found))
        })
        .await?;
    Ok(Tagged::new(found.version, found))
}

/// Sets who leads a class from a day on. By it, whoever's account belongs to that person reaches the class.
#[utoipa::path(put, path = "/schools/{school}/classes/{class}/homeroom", operation_id = "set_homeroom", tag = "teaching",
    params(("school" = base::Uuid, Path), ("class" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the class's version known, as its ETag")), request_body = SetHomeroom,
    responses((status = 200, body = Done), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 412, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn put(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, class)): Path<(UnitId, ClassId)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<SetHomeroom>,
) -> Answer<Tagged<Done>> {
    let done = app.db().write(&ctx, move |tx| set(tx, school, class, Some(known), &cmd)).await?;
    Ok(Tagged::new(done.version, done))
}
