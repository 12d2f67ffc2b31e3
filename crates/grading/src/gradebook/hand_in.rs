//! A gradebook is handed in by its teacher, locked by whoever answers for the school, and opened again with a reason.

use auth::{Capability, FORBIDDEN, Require as _};
use base::{ClassId, Code, Error, Kind, Result, UnitId, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::book::{Book, Which};
use super::cells::Cells;
use super::show::{rows, standing};
use super::store;

/// Something is missing.
pub const INCOMPLETE: Code = Code::new(Kind::Conflict, "gradebook.incomplete", "Sổ điểm còn thiếu");
/// It does not stand where this can be done.
pub const NOT_SO: Code = Code::new(Kind::Conflict, "gradebook.not_so", "Sổ điểm không ở trạng thái này");

/// Where a gradebook stands by now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GradebookState {
    /// `open`, `submitted`, `locked`.
    #[schema(example = "submitted")]
    pub state: &'static str,
    /// Its version.
    pub version: i64,
}

/// Why it is opened again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reopen {
    /// The reason, for the journal.
    #[schema(example = "Nhập nhầm cột giữa kì của 3 em")]
    pub reason: String,
}

/// Puts it where it is to stand. Answers its new version.
fn put(
    tx: &mut Tx<'_>,
    school: UnitId,
    book: &Book,
    known: i64,
    from: &[&str],
    (to, kind, told): (&'static str, &'static str, serde_json::Value),
) -> Result<GradebookState> {
    let stale =
        || db::STALE.error("Sổ điểm vừa được người khác sửa; chưa có gì bị thay đổi. Hãy tải lại sổ rồi làm lại.");
    let row = book.row.as_ref().ok_or_else(|| not_so(book))?;
    let taken: Option<(String, i64)> = tx.one(&store::TAKE, params![school, row.id])?;
    let (state, version) = taken.ok_or_else(|| Error::internal("a gradebook that was just there"))?;
    if version != known + 1 {
        return Err(stale());
    }
    if !from.contains(&state.as_str()) {
        return Err(not_so(book));
    }
    tx.exec_one(&store::STATE, params![school, row.id, to])?;
    let entry = Entry::new(kind, "gradebook", row.id).unit(school).version(version);
    tx.record(entry.before(&state)?.after(&told)?);
    Ok(GradebookState { state: to, version })
}

fn not_so(book: &Book) -> Error {
    let now = match book.state() {
        "submitted" => "đã nộp",
        "locked" => "đã khoá",
        _ if book.row.is_none() => "chưa có điểm nào",
        _ => "đang mở",
    };
    NOT_SO.error(format!(
        "Sổ điểm {} của {} {now}, nên không làm được việc này; chưa có gì bị thay đổi. Hãy tải lại sổ.",
        book.taught.name, book.ground.class.row.name
    ))
}

/// Refuses while an assessment is missing: nothing is filled in.
fn require_whole(tx: &mut Tx<'_>, school: UnitId, book: &Book) -> Result<()> {
    let rows = match &book.row {
        Some(row) => rows(tx, school, row.id)?,
        None => std::collections::HashMap::new(),
    };
    let nothing = Cells::default();
    let mut lacking: Vec<(&str, i64)> = Vec::new();
    for one in &book.ground.class.members {
        let missing = standing(book, rows.get(&one.id).unwrap_or(&nothing)).1;
        if missing > 0 {
            lacking.push((&one.full_name, missing));
        }
    }
    if lacking.is_empty() {
        return Ok(());
    }
    let total: i64 = lacking.iter().map(|(_, missing)| missing).sum();
    let mut named: Vec<String> = lacking.iter().take(5).map(|(name, missing)| format!("{name} ({missing})")).collect();
    if lacking.len() > named.len() {
        named.push(format!("và {} em khác", lacking.len() - named.len()));
    }
    Err(INCOMPLETE.error(format!(
        "Còn thiếu {total} điểm của {} em: {}. Hãy ghi đủ, hoặc ghi rõ “không tham gia” hay “miễn” ở ô còn thiếu.",
        lacking.len(),
        named.join(", ")
    )))
}

/// Hands a gradebook in.
pub fn submit(tx: &mut Tx<'_>, school: UnitId, which: &Which, known: i64) -> Result<GradebookState> {
    let book = Book::read(tx, school, which)?;
    // Whoever locks may do so in the teacher's stead.
    if !book.ground.enters(&which.subject, which.semester) && !book.ground.locks() {
        return Err(
            FORBIDDEN.error("Chỉ giáo viên dạy môn này ở lớp mới nộp sổ điểm được. Hãy nhờ giáo viên bộ môn nộp.")
        );
    }
    require_whole(tx, school, &book)?;
    put(tx, school, &book, known, &["open"], ("submitted", "gradebook.submitted", serde_json::Value::Null))
}

/// Locks a gradebook that was handed in.
pub fn lock(tx: &mut Tx<'_>, school: UnitId, which: &Which, known: i64) -> Result<GradebookState> {
    tx.require(Capability::MarkLock, school)?;
    let book = Book::read(tx, school, which)?;
    require_whole(tx, school, &book)?;
    put(tx, school, &book, known, &["open", "submitted"], ("locked", "gradebook.locked", serde_json::Value::Null))
}

/// Opens a gradebook again.
pub fn reopen(tx: &mut Tx<'_>, school: UnitId, which: &Which, known: i64, cmd: &Reopen) -> Result<GradebookState> {
    tx.require(Capability::MarkLock, school)?;
    let reason = vi::clean(&cmd.reason);
    if reason.is_empty() {
        return Err(Error::field("reason", "gradebook.no_reason", "Hãy ghi lí do mở lại sổ điểm."));
    }
    let book = Book::read(tx, school, which)?;
    let told = serde_json::json!({ "reason": reason });
    put(tx, school, &book, known, &["submitted", "locked"], ("open", "gradebook.reopened", told))
}

/// Hands a gradebook in. Refused while an assessment is missing: nothing is filled in.
#[utoipa::path(post, path = "/schools/{school}/classes/{class}/gradebooks/{subject}/{semester}/submission",
    operation_id = "submit_gradebook", tag = "gradebooks",
    params(("school" = Uuid, Path), ("class" = Uuid, Path), ("subject" = String, Path, example = "toan"),
        ("semester" = u8, Path, example = 1), ("If-Match" = i64, Header)),
    responses((status = 200, body = GradebookState), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody)))]
pub async fn submit_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, class, subject, semester)): Path<(UnitId, ClassId, String, u8)>,
    IfMatch(known): IfMatch,
) -> Answer<Tagged<GradebookState>> {
    let which = Which { class, subject, semester };
    let state = app.db().write(&ctx, move |tx| submit(tx, school, &which, known)).await?;
    Ok(Tagged::new(state.version, state))
}

/// Locks a gradebook: marks are changed no more.
#[utoipa::path(post, path = "/schools/{school}/classes/{class}/gradebooks/{subject}/{semester}/lock",
    operation_id = "lock_gradebook", tag = "gradebooks",
    params(("school" = Uuid, Path), ("class" = Uuid, Path), ("subject" = String, Path, example = "toan"),
        ("semester" = u8, Path, example = 1), ("If-Match" = i64, Header)),
    responses((status = 200, body = GradebookState), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody)))]
pub async fn lock_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, class, subject, semester)): Path<(UnitId, ClassId, String, u8)>,
    IfMatch(known): IfMatch,
) -> Answer<Tagged<GradebookState>> {
    let which = Which { class, subject, semester };
    let state = app.db().write(&ctx, move |tx| lock(tx, school, &which, known)).await?;
    Ok(Tagged::new(state.version, state))
}

/// Opens a gradebook again that was handed in or locked, with a reason for the journal.
#[utoipa::path(post, path = "/schools/{school}/classes/{class}/gradebooks/{subject}/{semester}/reopening",
    operation_id = "reopen_gradebook", tag = "gradebooks",
    params(("school" = Uuid, Path), ("class" = Uuid, Path), ("subject" = String, Path, example = "toan"),
        ("semester" = u8, Path, example = 1), ("If-Match" = i64, Header)),
    request_body = Reopen,
    responses((status = 200, body = GradebookState), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn reopen_route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, class, subject, semester)): Path<(UnitId, ClassId, String, u8)>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<Reopen>,
) -> Answer<Tagged<GradebookState>> {
    let which = Which { class, subject, semester };
    let state = app.db().write(&ctx, move |tx| reopen(tx, school, &which, known, &cmd)).await?;
    Ok(Tagged::new(state.version, state))
}
