//! A list is asked for: which, what of it, and what for. A short list of what is basic may be taken at once; everything else
//! waits for a second person.

use base::{Error, Result, UnitId, Uuid, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, Created, IdempotencyKey, Json, Path, Signed, State, idempotency};
use rules::sector::Class;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::offer::{self, Asked, By};
use super::{APPROVAL_ABOVE, Export, NOBODY, WAIT_DAYS, downloads_until, store, text_of, view};
use crate::imports::layout::What;

/// So many classes at most: more are the whole school.
const CLASSES_AT_MOST: usize = 200;
/// A purpose says something, and no story.
const PURPOSE: std::ops::RangeInclusive<usize> = 10..=300;

/// The request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskExport {
    /// Which list.
    pub what: What,
    /// What for: 10 to 300 letters. It stands in the file, in the list of exports, and where families see who looked.
    #[schema(example = "Nộp danh sách dự thi học sinh giỏi cho Sở")]
    pub purpose: String,
    /// Which columns, by their keys; all when not said.
    #[schema(example = json!(["full_name", "birth_date", "class"]))]
    pub columns: Option<Vec<String>>,
    /// Only these classes; the whole school when not said.
    pub classes: Option<Vec<Uuid>>,
}

/// A purpose that says something.
pub(crate) fn purpose_of(text: &str) -> Result<String> {
    let purpose = vi::clean(text);
    if PURPOSE.contains(&purpose.chars().count()) {
        return Ok(purpose);
    }
    let detail = "Hãy ghi rõ mục đích, từ 10 đến 300 chữ cái: dùng vào việc gì, gửi cho ai.";
    Err(Error::field("purpose", "export.purpose", detail))
}

/// What the request names.
pub(crate) fn asked(cmd: &AskExport) -> Result<(&'static offer::Offer, Asked)> {
    let offer = offer::find(cmd.what)?;
    let all = (offer.columns)();
    let columns = match &cmd.columns {
        None => all,
        Some(wanted) => {
            if let Some(unknown) = wanted.iter().find(|key| !all.iter().any(|column| column.key == key.as_str())) {
                let detail = format!("Danh sách này không có cột “{unknown}”. Hãy chọn lại các cột.");
                return Err(Error::field("columns", "export.column", detail));
            }
            all.into_iter().filter(|column| wanted.iter().any(|key| key == column.key)).collect()
        }
    };
    if columns.is_empty() {
        return Err(Error::field("columns", "export.column", "Hãy chọn ít nhất một cột."));
    }
    let mut classes = cmd.classes.clone();
    if let Some(classes) = &mut classes {
        classes.sort_unstable();
        classes.dedup();
        if classes.is_empty() || classes.len() > CLASSES_AT_MOST || !offer.by_class {
            let detail = "Hãy chọn từ 1 đến 200 lớp, hoặc bỏ chọn lớp để xuất cả trường.";
            return Err(Error::field("classes", "export.classes", detail));
        }
    }
    Ok((offer, Asked { what: cmd.what, columns, classes }))
}

/// Refuses classes that the school does not have.
fn known_classes(tx: &mut Tx<'_>, school: UnitId, asked: &Asked) -> Result<()> {
    let Some(classes) = &asked.classes else { return Ok(()) };
    let known: Vec<(Uuid, String)> = tx.all(&store::CLASS_NAMES, params![school])?;
    match classes.iter().all(|class| known.iter().any(|(id, _)| id == class)) {
        true => Ok(()),
        false => Err(crate::classes::not_found()),
    }
}

/// Whether it waits for a second person.
fn waits(tx: &mut Tx<'_>, school: UnitId, asked: &Asked, by: By, people: i64) -> Result<bool> {
    if asked.holds() > Class::Basic {
        return Ok(true);
    }
    let above = platform::settings::int(tx, &APPROVAL_ABOVE, Some(school))?.unwrap_or(100);
    Ok(people > above && by != By::OwnClass)
}

/// Asks for a list. Answers which export it is.
pub fn ask(tx: &mut Tx<'_>, school: UnitId, cmd: &AskExport) -> Result<Uuid> {
    let (offer, asked) = asked(cmd)?;
    let by = (offer.allow)(tx, school, &asked)?;
    let purpose = purpose_of(&cmd.purpose)?;
    known_classes(tx, school, &asked)?;
    let people = (offer.count)(tx, school, &asked)?;
    if people == 0 && offer.of_people {
        return Err(NOBODY.error("Không có ai trong phần bạn chọn nên không có gì để xuất. Hãy chọn lớp khác."));
    }
    let waits = waits(tx, school, &asked, by, people)?;
    let until = match waits {
        true => {
            let days = platform::settings::int(tx, &WAIT_DAYS, Some(school))?.unwrap_or(7);
            tx.now().plus_seconds(days * 86_400)
        }
        false => downloads_until(tx, school)?,
    };
    let account = tx.ctx().actor().account();
    let name = match account {
        Some(account) => auth::accounts::find(tx, account)?.map(|found| found.display_name),
        None => None,
    };
    let name = name.unwrap_or_else(|| tx.ctx().actor().name());
    let (id, now): (Uuid, _) = (tx.new_id(), tx.now());
    let keys: Vec<&str> = asked.columns.iter().map(|column| column.key).collect();
    let keys = serde_json::to_string(&keys).map_err(Error::internal)?;
    let classes = asked.classes.as_ref().map(serde_json::to_string).transpose().map_err(Error::internal)?;
    let state = if waits { "waiting" } else { "approved" };
    tx.exec_one(
        &store::INSERT,
        params![
            school,
            id,
            text_of(asked.what)?,
            purpose,
            keys,
            classes,
            people,
            asked.holds().code(),
            state,
            account,
            name,
            now,
            until
        ],
    )?;
    let told = serde_json::json!({ "asked": cmd, "people": people, "holds": asked.holds().code(), "waits": waits });
    tx.record(Entry::new("export.asked", "export", id).unit(school).version(1).after(&told)?);
    Ok(id)
}

/// Asks for a list of a school's people, with what it is for. `state` of the answer says whether it may be taken at once or
/// waits for a second person.
#[utoipa::path(post, path = "/schools/{school}/exports", operation_id = "ask_export", tag = "exports",
    params(("school" = Uuid, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = AskExport,
    responses((status = 201, body = Export), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(school): Path<UnitId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<AskExport>,
) -> Answer<Created<Export>> {
    let export = app
        .db()
        .write(&ctx, move |tx| {
            let made = idempotency::once(tx, key.as_ref(), |tx| ask(tx, school, &cmd))?;
            view(tx, school, made.id)
        })
        .await?;
    Ok(Created::new(format!("/schools/{school}/exports/{}", export.id), export.clone()).version(export.version))
}
