//! Two records are of two people: they are not asked about again.

use base::Result;
use db::{Tx, params};
use http::{Answer, App, IfMatch, Path, Signed, State, Tagged};

use super::store::{self, DUPLICATE, Pair};
use super::{DECIDED, DuplicateId, DuplicateRow, decided, sides, view};

/// Refuses to decide what was decided.
pub(super) fn still_open(pair: &Pair) -> Result<()> {
    let was = match pair.state.as_str() {
        "same" => "đã được gộp làm một",
        "different" => "đã được kết luận là hai người khác nhau",
        _ => return Ok(()),
    };
    Err(DECIDED.error(format!("Cặp hồ sơ này {was}. Nếu kết luận đó sai, hãy mở lại cặp này trước.")))
}

/// Says that two records are of two people.
pub fn tell_apart(tx: &mut Tx<'_>, id: DuplicateId, known: i64) -> Result<DuplicateRow> {
    let (pair, sides) = sides::to_decide(tx, id)?;
    let version = tx.lock(&DUPLICATE, id, Some(known))?;
    still_open(&pair)?;
    let (now, by) = (tx.now(), tx.ctx().actor().account());
    tx.exec_one(&store::DECIDE, params![id, "different", None::<base::Uuid>, now, by])?;
    let entry = sides.entry("duplicate.told_apart", "duplicate", id.into(), pair.one).version(version);
    tx.record(entry.after(&[pair.one, pair.other])?);
    view::row(tx, id)
}

/// Says that two records are of two people: they are not asked about again.
#[utoipa::path(post, path = "/duplicates/{duplicate}/difference", operation_id = "tell_duplicate_apart", tag = "duplicates",
    params(("duplicate" = base::Uuid, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DuplicateRow), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody), (status = 412, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(id): Path<DuplicateId>,
    IfMatch(known): IfMatch,
) -> Answer<Tagged<DuplicateRow>> {
    decided(&app, &ctx, move |tx| tell_apart(tx, id, known)).await
}
