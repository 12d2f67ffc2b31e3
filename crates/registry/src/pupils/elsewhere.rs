//! Is this person a pupil of another school? Asked by whoever takes pupils in; answered with the school and how to reach it,
//! recorded, and not more often than somebody works.

use auth::{Capability, Require as _, looked};
use base::{Actor, Code, Instant, Kind, PersonId, Result, UnitId, Uuid};
use db::{Entry, Tx, params};
use http::{Answer, App, Json, Path, Signed, State};
use platform::{mail, settings};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store::{self, Last};
use crate::people::{Closed, Secret, secrets, store as people};
use crate::units::{PathStep, UnitRef, view};

/// Somebody asks too often.
pub const TOO_OFTEN: Code = Code::new(Kind::TooMany, "pupil.asked_too_often", "Tra cứu quá nhiều lần");

/// So many questions an account may ask in [`WITHIN_SECONDS`]: as many as a clerk has pupils to take in on a busy day.
const AT_MOST: i64 = 60;
/// An hour.
const WITHIN_SECONDS: i64 = 3_600;

/// Of whom is asked: one of both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskElsewhere {
    /// The citizen's 12 digits.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "037214000123")]
    pub personal_number: Option<Closed>,
    /// A pupil's code in the sector's database.
    #[serde(default)]
    pub pupil_code: Option<String>,
}

/// Where somebody is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Elsewhere {
    /// The schools: at most one for each person who has the number or the code.
    pub items: Vec<ElsewhereAt>,
}

/// A school and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ElsewhereAt {
    /// Which.
    pub school: UnitRef,
    /// Where it lies, the province first.
    pub path: Vec<PathStep>,
    /// The address its mail comes from, where it has one.
    pub contact: Option<String>,
}

/// Counts a question of this account; refuses one too many. The house asks as often as it likes.
pub(crate) fn count(tx: &mut Tx<'_>) -> Result<()> {
    let Actor::Account { account, .. } = tx.ctx().actor().clone() else { return Ok(()) };
    let (now, since) = (tx.now(), tx.now().plus_seconds(-WITHIN_SECONDS));
    tx.exec(&store::ASKED_FORGET, params![account, since])?;
    let asked: Option<(i64, Option<Instant>)> = tx.one(&store::ASKED_SINCE, params![account, since])?;
    if let Some((count, Some(first))) = asked
        && count >= AT_MOST
    {
        let wait = (first.0 - since.0).div_euclid(1_000_000) + 1;
        return Err(TOO_OFTEN
            .error(format!(
                "Bạn đã tra cứu {AT_MOST} lần trong một giờ. Hãy thử lại sau {} phút.",
                wait.div_euclid(60) + 1
            ))
            .retry_after(u32::try_from(wait).unwrap_or(0)));
    }
    let id: Uuid = tx.new_id();
    tx.exec_one(&store::ASKED, params![id, account, now])
}

/// Whoever has a personal number or a pupil's code; at most twenty of each.
pub(crate) fn whose(tx: &mut Tx<'_>, number: Option<&str>, code: Option<&str>) -> Result<Vec<PersonId>> {
    let mut found = Vec::new();
    if let Some(number) = number.filter(|number| !Secret::PersonalNumber.plain(number).is_empty()) {
        found.extend(secrets::find(tx, Secret::PersonalNumber, number)?);
    }
    if let Some(code) = code.map(base::vi::clean).filter(|code| !code.is_empty()) {
        let rows: Vec<(PersonId,)> = tx.all(&people::OF_PUPIL_CODE, params![code])?;
        found.extend(rows.into_iter().map(|(id,)| id));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The last stay of somebody at any school, the one that goes on before all.
pub(crate) fn last_stay(tx: &mut Tx<'_>, person: PersonId) -> Result<Option<Last>> {
    tx.one(&store::LAST_ANYWHERE, params![person])
}

/// Where the people with a number or a code are pupils, or were last, apart from the school that asks. Answers them too: who
/// was asked about is recorded.
pub fn ask(tx: &mut Tx<'_>, school: UnitId, cmd: &AskElsewhere) -> Result<Elsewhere> {
    tx.require(Capability::PupilEdit, school)?;
    let (number, code) = (cmd.personal_number.as_ref().map(|number| number.0.as_str()), cmd.pupil_code.as_deref());
    if number.is_some() == code.is_some() {
        let detail = "Hãy nhập số định danh cá nhân hoặc mã học sinh: một trong hai.";
        return Err(base::Error::field("personal_number", "pupil.ask_one", detail));
    }
    count(tx)?;
    let (mut schools, mut people) = (Vec::new(), Vec::new());
    for person in whose(tx, number, code)? {
        if let Some(last) = last_stay(tx, person)?.filter(|last| last.school != school) {
            schools.push(last.school);
            people.push(person.0);
        }
    }
    schools.sort_unstable();
    schools.dedup();
    let today = tx.today();
    let mut paths = view::paths(tx, &schools, today)?;
    let mut items = Vec::with_capacity(schools.len());
    for unit in view::refs(tx, &schools, today)? {
        let contact = settings::text(tx, &mail::FROM, Some(unit.id))?;
        items.push(ElsewhereAt { path: paths.remove(&unit.id).unwrap_or_default(), contact, school: unit });
    }
    // Whom it was about stands among the looks, and that it was asked in the journal; the number in neither.
    looked::durable(tx, "pupil.elsewhere", people)?;
    let by = if number.is_some() { "personal_number" } else { "pupil_code" };
    let told = serde_json::json!({ "by": by, "found": items.len() });
    tx.record(Entry::new("pupil.asked_elsewhere", "unit", school).unit(school).after(&told)?);
    Ok(Elsewhere { items })
}

/// Whether a person is a pupil of another school: which school, and how it is reached; nothing else. Recorded.
#[utoipa::path(post, path = "/schools/{school}/pupils/elsewhere", operation_id = "ask_elsewhere", tag = "pupils",
    params(("school" = base::Uuid, Path)), request_body = AskElsewhere,
    responses((status = 200, body = Elsewhere), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 429, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(school): Path<UnitId>,
    Json(cmd): Json<AskElsewhere>,
) -> Answer<Json<Elsewhere>> {
    Ok(Json(app.db().write(&ctx, move |tx| ask(tx, school, &cmd)).await?))
}
