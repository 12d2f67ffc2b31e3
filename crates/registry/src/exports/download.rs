//! Whoever asked takes the file, while they may. It is made now, of what stands now; that it left is written down before it
//! does.

use std::fs::File;

use base::sheet::Mark;
use base::{Result, UnitId, Uuid};
use db::{Entry, Tx, params};
use http::{Answer, App, Download, Path, Signed, State as Extract};
use rules::sector::Class;

use super::offer::{Asked, Offer};
use super::store::{self, ExportRow};
use super::{GREW, NOT_READY, State, asked_of, code_of, get, not_found};

/// What a file is called.
fn file_name(what: &str) -> &'static str {
    match what {
        "staff" => "nhan-su",
        "classes" => "lop",
        "assignments" => "phan-cong",
        _ => "hoc-sinh",
    }
}

/// The actor's own export, which they may take now.
fn ready(tx: &mut Tx<'_>, school: UnitId, id: Uuid) -> Result<(ExportRow, &'static Offer, Asked)> {
    crate::reach::of_school(tx, school)?;
    let row = get(tx, school, id)?;
    let account = tx.ctx().actor().account();
    if account.is_none() || row.asked_by != account {
        return Err(not_found());
    }
    let why = match State::of(&row, tx.now()) {
        State::Approved => None,
        State::Waiting => Some("đang chờ người thứ hai duyệt. Hãy đợi duyệt rồi tải lại trang."),
        State::Refused => Some("đã bị từ chối. Hãy xem lý do rồi gửi yêu cầu khác."),
        State::Withdrawn => Some("đã được bạn rút lại. Nếu vẫn cần, hãy gửi yêu cầu khác."),
        State::Expired => Some("đã hết hạn tải. Hãy gửi yêu cầu khác."),
    };
    if let Some(why) = why {
        return Err(NOT_READY.error(format!("Yêu cầu xuất này {why}")));
    }
    let (offer, asked) = asked_of(&row)?;
    // What they may see may have changed since.
    (offer.allow)(tx, school, &asked)?;
    Ok((row, offer, asked))
}

/// What every sheet carries.
fn mark(tx: &Tx<'_>, row: &ExportRow) -> Mark {
    Mark { code: code_of(row.id), who: row.asked_name.clone(), purpose: row.purpose.clone(), day: tx.today() }
}

/// Makes the file. Answers with it, how many rows it has, and whose data it holds.
pub fn made(tx: &mut Tx<'_>, school: UnitId, id: Uuid) -> Result<(File, usize, Vec<Uuid>)> {
    let (row, offer, asked) = ready(tx, school, id)?;
    let mark = mark(tx, &row);
    let (file, rows, people) = (offer.make)(tx, school, &asked, &mark)?;
    // Some come and go meanwhile; what was approved is no leave for another list.
    let most = row.people + row.people / 10 + 5;
    if i64::try_from(people.len()).unwrap_or(i64::MAX) > most {
        return Err(GREW.error(format!(
            "Danh sách nay có {} người, nhiều hơn hẳn {} người lúc được duyệt. Hãy gửi yêu cầu khác để được duyệt lại.",
            people.len(),
            row.people
        )));
    }
    Ok((file, rows, people))
}

/// Writes down that it was taken: on the export, in the journal, and with each of whom it tells.
pub fn taken(tx: &mut Tx<'_>, school: UnitId, id: Uuid, rows: usize, people: Vec<Uuid>) -> Result<()> {
    let (row, offer, asked) = ready(tx, school, id)?;
    left(tx, school, &row, offer, asked.holds(), (rows, people))
}

/// That a list left the house.
pub(super) fn left(
    tx: &mut Tx<'_>,
    school: UnitId,
    row: &ExportRow,
    offer: &Offer,
    holds: Class,
    (rows, people): (usize, Vec<Uuid>),
) -> Result<()> {
    let (count, now) = (i64::try_from(people.len()).unwrap_or(i64::MAX), tx.now());
    tx.exec_one(&store::TAKEN, params![school, row.id, count, now])?;
    let told = serde_json::json!({ "rows": rows, "people": count, "mark": code_of(row.id) });
    tx.record(Entry::new("export.taken", "export", row.id).unit(school).version(row.version + 1).after(&told)?);
    let view = offer.views[usize::from(holds > Class::Basic)];
    let asked = serde_json::json!({ "school": school, "export": row.id, "purpose": row.purpose });
    platform::sheets::record(tx, view, &asked, rows, people)
}

/// The file of an approved export, for whoever asked for it. Its looks carry the purpose that was given.
#[utoipa::path(get, path = "/schools/{school}/exports/{export}/file", operation_id = "export_file", tag = "exports",
    params(("school" = Uuid, Path), ("export" = Uuid, Path)),
    responses((status = 200, description = "An Excel file", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody)))]
pub async fn route(
    Extract(app): Extract<App>,
    Signed(ctx): Signed,
    Path((school, id)): Path<(UnitId, Uuid)>,
) -> Answer<Download> {
    let (file, rows, people, what, purpose) = app
        .db()
        .read_long(&ctx, move |tx| {
            let (file, rows, people) = made(tx, school, id)?;
            let row = get(tx, school, id)?;
            Ok((file, rows, people, row.what, row.purpose))
        })
        .await?;
    let day = ctx.today();
    let ctx = ctx.with_purpose(purpose);
    app.db().write(&ctx, move |tx| taken(tx, school, id, rows, people.clone())).await?;
    Ok(Download::excel(file, format!("{}-{day}.xlsx", file_name(&what))))
}
