//! The step is done: one transaction a school.

use std::collections::HashMap;

use auth::{Capability, Require as _};
use base::{Date, Instant, Result, SchoolYear, ToValue as _, UnitId, Uuid, Value, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, Created, IdempotencyKey, Json, Path, Reader, Signed, State, idempotency};
use rules::curriculum::{self, Part};
use serde::Serialize;
use utoipa::ToSchema;

use super::preview::{Ground, ground};
use super::store::{self, RollOverRow};
use super::{CHANGED, NOT_FOUND, REFUSED, RollOver};

/// A step into the next year that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RollOverDone)]
pub struct Done {
    /// Which.
    pub id: Uuid,
    /// The year that was left.
    #[schema(value_type = String, example = "2025-2026")]
    pub from_year: SchoolYear,
    /// The first day of the new classes.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// `done` or `undone`.
    pub state: String,
    /// When it was done.
    #[schema(value_type = String, format = DateTime)]
    pub done_at: Instant,
    /// When it was taken back.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub undone_at: Option<Instant>,
    /// Why it can no longer be taken back; none while it can.
    pub in_use: Option<String>,
    /// Its version.
    pub version: i64,
}

/// A step. Rights are the caller's.
pub(crate) fn find(tx: &mut Tx<'_>, school: UnitId, id: Uuid) -> Result<Done> {
    let row: Option<RollOverRow> = tx.one(&store::FIND, params![school, id])?;
    match row {
        Some(row) => told(tx, school, row),
        None => Err(NOT_FOUND
            .error("Không tìm thấy lần chuyển năm học này, hoặc trường ngoài phạm vi của bạn. Hãy tải lại trang.")),
    }
}

fn told(tx: &mut Tx<'_>, school: UnitId, row: RollOverRow) -> Result<Done> {
    let in_use = if row.state == "done" { super::undo::in_use(tx, school, row.id)? } else { None };
    let RollOverRow { id, from_year, day, state, done_at, undone_at, version } = row;
    Ok(Done { id, from_year, day, state, done_at, undone_at, in_use, version })
}

/// One row that the step made or changed.
struct Changed {
    kind: &'static str,
    record: Uuid,
    other: Uuid,
    day: Date,
    version: Option<i64>,
}

/// Refuses a step that cannot be done as it stands, or not as it was seen.
fn refuse(cmd: &RollOver, ground: &Ground) -> Result<()> {
    if let Some(first) = ground.plan.obstacles.first() {
        let others = ground.plan.obstacles.len() - 1;
        let others = if others == 0 {
            String::new()
        } else {
            format!(" Còn {others} điều nữa cần quyết định; hãy xem trước.")
        };
        return Err(REFUSED.error(format!("{} Chưa có gì bị thay đổi.{others}", first.sentence)));
    }
    match &cmd.seen {
        Some(seen) if *seen != ground.seen => Err(CHANGED.error(
            "Danh sách lớp hoặc học sinh đã thay đổi sau khi bạn xem trước; chưa có gì bị thay đổi. Hãy xem trước lại rồi chuyển.",
        )),
        _ => Ok(()),
    }
}

/// What the new classes have beside what is compulsory: their combination goes up with them.
fn combinations(tx: &mut Tx<'_>, school: UnitId, year: SchoolYear, ground: &Ground, ids: &[Uuid]) -> Result<()> {
    let mut chosen: HashMap<Uuid, Vec<(String, String)>> = HashMap::new();
    for (class, subject, part) in tx.all::<(Uuid, String, String)>(&store::CHOSEN, params![school, year])? {
        chosen.entry(class).or_default().push((subject, part));
    }
    let mut rows: Vec<[Value<'static>; 7]> = Vec::new();
    for (class, id) in ground.plan.classes.iter().zip(ids).filter(|(class, _)| class.existing.is_none()) {
        let Some(had) = class.from.and_then(|from| chosen.get(&from)) else { continue };
        let grade = class.grade.parse().unwrap_or(0);
        let Some(programme) = curriculum::of_grade(grade)? else { continue };
        for subject in &programme.subjects {
            let Some(periods) = subject.in_grade(grade) else { continue };
            let has = subject.part == Part::Compulsory || had.iter().any(|(code, _)| code == subject.code);
            if has {
                let (one, two) = curriculum::spread(periods, 18, programme.weeks.saturating_sub(18));
                rows.push([
                    Value::Uuid(school.0),
                    Value::Uuid(*id),
                    Value::Text(subject.code.into()),
                    Value::Text(subject.part.code().into()),
                    Value::Int(i64::from(periods)),
                    Value::Int(i64::from(one)),
                    Value::Int(i64::from(two)),
                ]);
            }
        }
    }
    tx.bulk(&crate::years::store::SUBJECT, rows).map(|_| ())
}

/// Makes the classes of the new year, with their members and homerooms. Answers their ids, in the plan's order.
fn make(
    tx: &mut Tx<'_>,
    school: UnitId,
    cmd: &RollOver,
    ground: &Ground,
    rows: &mut Vec<Changed>,
) -> Result<Vec<Uuid>> {
    let nobody = Uuid::nil();
    let ids: Vec<Uuid> =
        ground.plan.classes.iter().map(|class| class.existing.unwrap_or_else(|| tx.new_id())).collect();
    let keys: Vec<Vec<u8>> = ground.plan.classes.iter().map(|class| vi::collation_key_of(&class.name)).collect();
    let new = || ground.plan.classes.iter().zip(&ids).zip(&keys).filter(|((class, _), _)| class.existing.is_none());
    rows.extend(new().map(|((_, id), _)| Changed {
        kind: "class",
        record: *id,
        other: nobody,
        day: cmd.day,
        version: None,
    }));
    tx.bulk(
        &store::CLASS,
        new().map(|((class, id), key)| {
            [
                school.to_value(),
                id.to_value(),
                ground.to_year.to_value(),
                class.code.to_value(),
                class.name.to_value(),
                Value::Bytes(key.into()),
                class.grade.to_value(),
                class.campus.to_value(),
                Value::Null,
                Value::Int(1),
            ]
        }),
    )?;
    let members = || {
        ground
            .plan
            .classes
            .iter()
            .zip(&ids)
            .flat_map(|(class, id)| class.members.iter().map(move |member| (*id, member)))
    };
    rows.extend(members().map(|(class, member)| Changed {
        kind: "member",
        record: member.enrolment,
        other: class,
        day: cmd.day,
        version: None,
    }));
    tx.bulk(
        &store::MEMBER,
        members().map(|(class, member)| {
            [
                school.to_value(),
                Value::Uuid(class),
                member.enrolment.to_value(),
                cmd.day.to_value(),
                member.position.to_value(),
                member.repeats.to_value(),
            ]
        }),
    )?;
    let led = || {
        let new = ground.plan.classes.iter().zip(&ids).filter(|(class, _)| class.existing.is_none());
        new.filter_map(|(class, id)| class.homeroom.map(|employment| (*id, employment)))
    };
    rows.extend(led().map(|(class, employment)| Changed {
        kind: "homeroom",
        record: class,
        other: employment,
        day: cmd.day,
        version: None,
    }));
    tx.bulk(
        &store::HOMEROOM,
        led().map(|(class, employment)| {
            [school.to_value(), Value::Uuid(class), cmd.day.to_value(), Value::Uuid(employment)]
        }),
    )?;
    Ok(ids)
}

/// Does the step.
pub fn run(tx: &mut Tx<'_>, school: UnitId, cmd: &RollOver) -> Result<Uuid> {
    tx.require(Capability::SchoolManage, school)?;
    let mut ground = ground(tx, school, cmd)?;
    super::preview::name(tx, school, &mut ground.plan)?;
    refuse(cmd, &ground)?;
    let (id, now, nobody): (Uuid, _, _) = (tx.new_id(), tx.now(), Uuid::nil());
    tx.exec_one(&store::INSERT, params![school, id, cmd.from_year, cmd.day, now])?;
    let mut rows = Vec::new();
    let ids = make(tx, school, cmd, &ground, &mut rows)?;
    combinations(tx, school, cmd.from_year, &ground, &ids)?;
    let ended = |kind, record, other, day| Changed { kind, record, other, day, version: None };
    rows.extend(ground.members.iter().map(|one| ended("member_ended", one.enrolment, one.class, one.valid_from)));
    rows.extend(ground.homerooms.iter().map(|one| ended("homeroom_ended", one.class, nobody, one.valid_from)));
    for (teaching,) in tx.all::<(Uuid,)>(&store::TEACHINGS, params![school, cmd.from_year, cmd.day])? {
        rows.push(ended("teaching_ended", teaching, nobody, cmd.day));
    }
    let stood: HashMap<Uuid, (i64, Uuid)> = tx
        .all::<(Uuid, i64, Uuid)>(&store::VERSIONS, params![school, cmd.from_year])?
        .into_iter()
        .map(|(enrolment, version, person)| (enrolment, (version, person)))
        .collect();
    // Read once and joined here: the database knows nothing yet of the rows that were just made, and would look each up.
    let mut held: HashMap<Uuid, Vec<Date>> = HashMap::new();
    for (person, from) in tx.all::<(Uuid, Date)>(&store::HELD, params![school])? {
        held.entry(person).or_default().push(from);
    }
    for one in &ground.plan.finishing {
        let (version, person) = stood.get(&one.enrolment).copied().unzip();
        rows.push(Changed { version, ..ended("finished", one.enrolment, one.class, cmd.day) });
        let days = person.and_then(|person| held.remove(&person).map(|days| (person, days)));
        for (person, from) in days.into_iter().flat_map(|(person, days)| days.into_iter().map(move |day| (person, day)))
        {
            rows.push(ended("person_unit_ended", person, one.class, from));
        }
    }
    tx.bulk(
        &store::ROW,
        rows.iter().map(|row| {
            [
                school.to_value(),
                id.to_value(),
                row.kind.to_value(),
                row.record.to_value(),
                row.other.to_value(),
                row.day.to_value(),
                row.version.to_value(),
            ]
        }),
    )?;
    for statement in [&store::END_MEMBERS, &store::END_HOMEROOMS, &store::END_TEACHING] {
        tx.exec(statement, params![school, id, cmd.day])?;
    }
    tx.exec(&store::END_PERSONS, params![school, id, cmd.day])?;
    tx.exec(&store::FINISH, params![school, id, cmd.day, "finished"])?;
    // One entry a class, so that what a pupil's page tells stays findable without two thousand entries.
    for (class, new) in ground.plan.classes.iter().zip(&ids) {
        let told = serde_json::json!({ "rollover": id, "year": ground.to_year, "class": class });
        tx.record(Entry::new("class.rolled_over", "class", *new).unit(school).after(&told)?);
    }
    for old in &ground.old {
        let finished: Vec<Uuid> =
            ground.plan.finishing.iter().filter(|one| one.class == old.id).map(|one| one.enrolment).collect();
        if !finished.is_empty() {
            let told = serde_json::json!({ "rollover": id, "day": cmd.day, "enrolments": finished });
            tx.record(Entry::new("class.finished", "class", old.id).unit(school).after(&told)?);
        }
    }
    tx.record(Entry::new("year.rolled_over", "rollover", id).unit(school).version(1).after(cmd)?);
    Ok(id)
}

/// The steps a school has done.
pub fn list(tx: &mut Tx<'_>, school: UnitId) -> Result<Vec<Done>> {
    tx.require(Capability::SchoolManage, school)?;
    let rows: Vec<RollOverRow> = tx.all(&store::ALL, params![school])?;
    rows.into_iter().map(|row| told(tx, school, row)).collect()
}

/// The steps into a next school year that a school has done.
#[utoipa::path(get, path = "/units/{unit}/roll-overs", operation_id = "roll_overs", tag = "school years",
    params(("unit" = base::Uuid, Path)),
    responses((status = 200, body = [Done]), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody)))]
pub async fn listed(reader: Reader, Path(unit): Path<UnitId>) -> Answer<Json<Vec<Done>>> {
    Ok(Json(reader.at(unit).read(move |tx| list(tx, unit)).await?))
}

/// Goes into the next school year: classes, pupils and homerooms, in one transaction.
#[utoipa::path(post, path = "/units/{unit}/roll-overs", operation_id = "roll_over", tag = "school years",
    params(("unit" = base::Uuid, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = RollOver,
    responses((status = 201, body = Done), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<RollOver>,
) -> Answer<Created<Done>> {
    let done = app
        .db()
        .write_long(&ctx, "a whole school goes into its next year", move |tx| {
            let id = idempotency::once(tx, key.as_ref(), |tx| run(tx, unit, &cmd))?.id;
            tx.require(Capability::SchoolManage, unit)?;
            find(tx, unit, id)
        })
        .await?;
    Ok(Created::new(format!("/units/{unit}/roll-overs/{}", done.id), done.clone()).version(done.version))
}
