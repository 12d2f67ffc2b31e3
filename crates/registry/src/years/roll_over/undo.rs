//! The step is taken back, as long as nothing depends on it.

use auth::{Capability, Require as _};
use base::{Date, Result, UnitId, Uuid};
use db::{Entry, Sql, Tx, params};
use http::{Answer, App, IfMatch, Path, Signed, State, Tagged};

use super::run::{Done, find};
use super::{IN_USE, NOT_FOUND, store};
use crate::years::open::stale_unless;

/// What depends on a step: how it is counted and what is told. A room whose records belong to a class of the new year (the
/// gradebook) adds its line here.
static DEPENDS: [(&Sql, &str); 8] = [
    (&store::MOVED, "học sinh đã chuyển lớp hoặc rời trường sau khi chuyển năm học"),
    (&store::CAME, "học sinh đã được thêm vào lớp của năm học mới"),
    (&store::EDITED, "lớp của năm học mới đã được sửa"),
    (&store::LED, "lớp của năm học mới đã đổi giáo viên chủ nhiệm"),
    (&store::TAUGHT, "phân công giảng dạy đã có ở lớp của năm học mới"),
    (&store::PLANNED, "tiết học đã có trong thời khóa biểu của lớp mới"),
    (&store::DOCUMENTED, "thông tin đã được ghi cho lớp của năm học mới"),
    (&store::GONE_ON, "học sinh đã hoàn thành nay có thay đổi khác hoặc đã vào trường khác"),
];

/// Why a step can no longer be taken back; `None` while it can.
pub(crate) fn in_use(tx: &mut Tx<'_>, school: UnitId, id: Uuid) -> Result<Option<String>> {
    for (sql, what) in DEPENDS {
        let count = tx.one::<(i64,)>(sql, params![school, id])?.map_or(0, |(count,)| count);
        if count > 0 {
            return Ok(Some(format!("Có {count} {what}.")));
        }
    }
    Ok(None)
}

/// Takes a step back: every row is again what it was, but for versions, which only ever grow.
pub fn undo(tx: &mut Tx<'_>, school: UnitId, id: Uuid, known: i64) -> Result<Done> {
    tx.require(Capability::SchoolManage, school)?;
    let done = find(tx, school, id)?;
    let now = tx.now();
    let Some((version,)) = tx.one::<(i64,)>(&store::UNDONE, params![school, id, now])? else {
        return Err(NOT_FOUND.error("Lần chuyển năm học này đã được hoàn tác trước đó. Hãy tải lại trang."));
    };
    stale_unless(known, version)?;
    if let Some(why) = done.in_use {
        return Err(IN_USE.error(format!(
            "{why} Hoàn tác sẽ làm mất việc đó, nên chưa có gì bị thay đổi. Hãy sửa từng lớp, từng học sinh thay vì hoàn tác."
        )));
    }
    for statement in [&store::DELETE_MEMBERS, &store::DELETE_HOMEROOMS, &store::DELETE_SUBJECTS, &store::DELETE_CLASSES]
    {
        tx.exec(statement, params![school, id])?;
    }
    for statement in [&store::END_MEMBERS, &store::END_HOMEROOMS, &store::END_TEACHING, &store::END_PERSONS] {
        tx.exec(statement, params![school, id, None::<Date>])?;
    }
    tx.exec(&store::FINISH, params![school, id, None::<Date>, None::<String>])?;
    tx.record(Entry::new("year.roll_over_undone", "rollover", id).unit(school).version(version));
    find(tx, school, id)
}

/// Takes the step into the next school year back.
#[utoipa::path(post, path = "/units/{unit}/roll-overs/{rollover}/undoing", operation_id = "undo_roll_over",
    tag = "school years",
    params(("unit" = base::Uuid, Path), ("rollover" = base::Uuid, Path),
        ("If-Match" = String, Header, description = "the version known, as its ETag")),
    responses((status = 200, body = Done), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 412, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((unit, rollover)): Path<(UnitId, Uuid)>,
    IfMatch(known): IfMatch,
) -> Answer<Tagged<Done>> {
    let done = app
        .db()
        .write_long(&ctx, "a whole school goes back into its last year", move |tx| undo(tx, unit, rollover, known))
        .await?;
    Ok(Tagged::new(done.version, done))
}
