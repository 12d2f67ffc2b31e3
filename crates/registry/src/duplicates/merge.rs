//! Two records are of one human being: one of them leads to the other from now on. Nothing that points to it is rewritten,
//! so that it can be taken back.

use base::{Error, PersonId, Result};
use db::{Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store::{self, DUPLICATE, Pair};
use super::tell_apart::still_open;
use super::{BOTH_ENROLLED, DuplicateId, DuplicateRow, MERGED, decided, resolve, sides, view};
use crate::people::words;

/// The request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MergeDuplicate)]
pub struct Merge {
    /// Whose record stays: one of the two.
    #[schema(value_type = base::Uuid)]
    pub keep: PersonId,
    /// That both are pupils somewhere now was looked at, and they are one all the same.
    #[serde(default)]
    pub both_enrolled: bool,
}

/// The refusal where a record leads elsewhere already.
fn merged_elsewhere() -> Error {
    MERGED.error("Một trong hai hồ sơ vừa được gộp vào hồ sơ khác. Hãy tải lại danh sách rồi xem lại.")
}

/// Merges a pair.
pub fn merge(tx: &mut Tx<'_>, id: DuplicateId, known: i64, cmd: &Merge) -> Result<DuplicateRow> {
    let (pair, sides) = sides::to_decide(tx, id)?;
    let gone = match cmd.keep {
        keep if keep == pair.one => pair.other,
        keep if keep == pair.other => pair.one,
        _ => {
            let detail = "Hồ sơ được giữ phải là một trong hai hồ sơ của cặp này. Hãy chọn lại.";
            return Err(Error::field("keep", "duplicate.keep", detail));
        }
    };
    let version = tx.lock(&DUPLICATE, id, Some(known))?;
    still_open(&pair)?;
    if !cmd.both_enrolled {
        not_both_enrolled(tx, &pair)?;
    }
    // The lesser id first: two who merge the same people do not wait for each other.
    for person in [pair.one, pair.other] {
        if tx.exec(&store::TAKE, params![person])? != 1 {
            return Err(merged_elsewhere());
        }
    }
    tx.exec_one(&store::REDIRECT, params![gone, cmd.keep])?;
    words::reindex(tx, gone)?;
    let (now, by) = (tx.now(), tx.ctx().actor().account());
    tx.exec_one(&store::DECIDE, params![id, "same", cmd.keep, now, by])?;
    // Whoever else was like the record that is gone is like the one that stays, and found again as that.
    tx.exec(&store::DROP_ONE, params![gone])?;
    tx.exec(&store::DROP_OTHER, params![gone])?;
    for (person, other) in [(gone, cmd.keep), (cmd.keep, gone)] {
        let kind = if person == gone { "person.merged" } else { "person.merged_with" };
        let entry = sides.entry(kind, "person", person.into(), person);
        tx.record(entry.after(&serde_json::json!({ "other": other, "duplicate": id, "version": version }))?);
    }
    view::row(tx, id)
}

/// Asks first where both are pupils now: one child is at one school, so that something else is wrong as well.
fn not_both_enrolled(tx: &mut Tx<'_>, pair: &Pair) -> Result<()> {
    let mut schools = Vec::new();
    for person in [pair.one, pair.other] {
        let records = resolve::records(tx, person)?;
        let of_one = store::enrolled(tx, &records)?;
        if of_one.is_empty() {
            return Ok(());
        }
        schools.extend(of_one.into_iter().map(|(_, school)| school));
    }
    schools.sort_unstable();
    schools.dedup();
    let names = view::names(tx, schools.iter().copied())?;
    let names: Vec<String> = view::holders(&names, schools).into_iter().map(|holder| holder.name).collect();
    let at = if names.len() == 1 {
        format!("cùng đang học tại {} dưới hai hồ sơ", names.join(", "))
    } else {
        format!("đang học ở hai nơi: {}", names.join(" và "))
    };
    Err(BOTH_ENROLLED.error(format!(
        "Hai hồ sơ này {at}. Nếu đúng là một người, hãy xác nhận để gộp, rồi kết thúc một trong hai lần ghi danh."
    )))
}

/// Merges two records of one human being. Can be taken back.
#[utoipa::path(post, path = "/duplicates/{duplicate}/merger", operation_id = "merge_duplicate", tag = "duplicates",
    params(("duplicate" = base::Uuid, Path), ("If-Match" = String, Header)), request_body = Merge,
    responses((status = 200, body = DuplicateRow), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(id): Path<DuplicateId>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<Merge>,
) -> Answer<Tagged<DuplicateRow>> {
    decided(&app, &ctx, move |tx| merge(tx, id, known, &cmd)).await
}
