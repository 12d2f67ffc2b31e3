//! A decision is taken back: the pair is open again, and what was merged is two records again.

use base::Result;
use db::{Tx, params};
use http::{Answer, App, IfMatch, Path, Signed, State, Tagged};

use super::store::{self, DUPLICATE};
use super::{DuplicateId, DuplicateRow, MERGED, OPEN, decided, sides, view};
use crate::people::words;

/// Opens a pair again.
pub fn reopen(tx: &mut Tx<'_>, id: DuplicateId, known: i64) -> Result<DuplicateRow> {
    let (pair, sides) = sides::to_decide(tx, id)?;
    let version = tx.lock(&DUPLICATE, id, Some(known))?;
    if pair.state == "open" {
        return Err(OPEN.error("Cặp hồ sơ này chưa có kết luận nên không có gì để mở lại. Hãy tải lại danh sách."));
    }
    if let Some(kept) = pair.kept {
        let gone = if kept == pair.one { pair.other } else { pair.one };
        if tx.exec(&store::REDIRECT_BACK, params![gone, kept])? != 1 {
            return Err(MERGED.error(
                "Hồ sơ đã gộp không còn trỏ về hồ sơ được giữ nên không tách lại được ở đây. Hãy tải lại danh sách.",
            ));
        }
        words::reindex_many(tx, &[gone, kept])?;
        tx.record(sides.entry("person.merger_undone", "person", gone.into(), gone).before(&kept)?);
    }
    tx.exec_one(&store::REOPEN, params![id])?;
    let entry = sides.entry("duplicate.reopened", "duplicate", id.into(), pair.one).version(version);
    tx.record(entry.before(&pair.state)?);
    view::row(tx, id)
}

/// Takes a decision about a pair back. What was merged is two records again, each with all that was its own.
#[utoipa::path(post, path = "/duplicates/{duplicate}/reopening", operation_id = "reopen_duplicate", tag = "duplicates",
    params(("duplicate" = base::Uuid, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = DuplicateRow), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody), (status = 412, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(id): Path<DuplicateId>,
    IfMatch(known): IfMatch,
) -> Answer<Tagged<DuplicateRow>> {
    decided(&app, &ctx, move |tx| reopen(tx, id, known)).await
}
