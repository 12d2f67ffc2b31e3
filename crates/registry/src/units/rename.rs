//! A unit is called something else from a day on.

use base::{Date, Result, UnitId, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, IdempotencyKey, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::{checked_basis, checked_name};
use super::store::{self, Name, NewEvent, NewName};
use super::{LATER, UnitRow, edit, view};

/// The request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// The new name.
    pub name: String,
    /// Its first day.
    #[schema(value_type = String, format = Date, example = "2026-09-01")]
    pub from: Date,
    /// The decision.
    #[serde(default)]
    pub basis: Option<String>,
}

/// Renames a unit. A name that begins on the day the present one began replaces it: it was misspelt.
pub fn rename(tx: &mut Tx<'_>, unit: UnitId, known: Option<i64>, cmd: &Rename) -> Result<UnitRow> {
    let taken = edit::take(tx, unit, known, cmd.from)?;
    let name = checked_name("name", &cmd.name)?;
    let basis = checked_basis(cmd.basis.as_deref());
    let names: Vec<Name> = tx.all(&store::NAMES, params![unit])?;
    let last = names.last().ok_or_else(|| base::Error::internal(format!("unit {unit} has no name")))?;
    if cmd.from < last.valid_from {
        return Err(LATER.error(format!(
            "{} đã mang tên “{}” từ ngày {}. Hãy chọn ngày sau đó, hoặc đúng ngày đó nếu muốn sửa tên viết sai.",
            taken.name,
            last.full_name,
            vi::date(last.valid_from)
        )));
    }
    let today = tx.today();
    let full_name = match &last.subkind {
        // The word of the kind stays: it is the law's.
        Some(_) => last.full_name.strip_suffix(&last.name).map_or_else(|| name.clone(), |word| format!("{word}{name}")),
        None => name.clone(),
    };
    if full_name == last.full_name {
        return view::row(tx, unit, cmd.from.max(today));
    }
    let subkind = last.subkind.as_deref().and_then(|kind| {
        ["tinh", "thanh_pho", "xa", "phuong", "dac_khu", "thi_tran", "huyen", "quan", "thi_xa"]
            .into_iter()
            .find(|k| *k == kind)
    });
    let corrects = cmd.from == last.valid_from;
    if corrects {
        tx.exec_one(&store::NAME_TAKE_AWAY, params![unit, cmd.from])?;
    } else {
        tx.exec(&store::NAME_CUT, params![unit, cmd.from])?;
    }
    store::add_names(tx, &[NewName { unit, from: cmd.from, to: None, subkind, name, full_name: full_name.clone() }])?;
    if !corrects {
        let text = Some(format!("Đổi tên từ “{}” thành “{full_name}”.", last.full_name));
        let event =
            NewEvent { unit, day: cmd.from, kind: "renamed", basis: basis.as_deref(), text, from: None, to: None };
        store::add_event(tx, &event)?;
    }
    tx.record(
        Entry::new("unit.renamed", "unit", unit)
            .unit(unit)
            .version(taken.version)
            .before(&last.full_name)?
            .after(cmd)?,
    );
    view::row(tx, unit, cmd.from.max(today))
}

/// Renames a unit from a day on.
#[utoipa::path(post, path = "/units/{unit}/renaming", operation_id = "rename_unit", tag = "units",
    params(("unit" = base::Uuid, Path), ("If-Match" = String, Header, description = "the version known, as its ETag"),
        ("Idempotency-Key" = Option<String>, Header)),
    request_body = Rename,
    responses((status = 200, body = UnitRow),
        (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
    IfMatch(known): IfMatch,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<Rename>,
) -> Answer<Tagged<UnitRow>> {
    let row = app
        .db()
        .write(&ctx, move |tx| edit::once(tx, key.as_ref(), unit, |tx| rename(tx, unit, Some(known), &cmd)))
        .await?;
    Ok(Tagged::new(row.version, row))
}
