//! Several units become one: into one of them, into another, or into a new one. Parts may go whole, and end, or in part,
//! and go on.

use auth::{EdgeKind, units};
use base::{Date, Error, Result, UnitId};
use db::{Entry, Tx};
use http::{Answer, App, Created, IdempotencyKey, Json, Signed, State, idempotency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::create::{NewUnitBody, found};
use super::rules::checked_basis;
use super::store::{self, NewEvent};
use super::{UnitRow, edit, view};

/// The request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// The first day of the new order.
    #[schema(value_type = String, format = Date, example = "2026-09-01")]
    pub from: Date,
    /// The decision.
    pub basis: String,
    /// What they become part of.
    pub into: Target,
    /// What goes into it.
    pub parts: Vec<Part>,
}

/// A unit that stands, or one to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Target {
    /// One that stands.
    Standing(Standing),
    /// A new one.
    New(NewUnitBody),
}

/// A unit that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub id: UnitId,
}

/// A unit that goes into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Which.
    #[schema(value_type = base::Uuid)]
    pub unit: UnitId,
    /// Whether all of it: then it ends.
    pub whole: bool,
}

/// A basis that must be there.
pub(super) fn needed_basis(typed: &str) -> Result<String> {
    checked_basis(Some(typed)).ok_or_else(|| {
        let detail = "Hãy ghi quyết định làm căn cứ: số, ngày, cơ quan ban hành.";
        Error::field("basis", "field.required", detail)
    })
}

/// Merges units. Answers with the row of the one they went into.
pub fn merge(tx: &mut Tx<'_>, cmd: &Merge) -> Result<UnitRow> {
    let basis = needed_basis(&cmd.basis)?;
    let new = matches!(cmd.into, Target::New(_));
    let mut ids: Vec<UnitId> = cmd.parts.iter().map(|part| part.unit).collect();
    ids.sort();
    ids.dedup();
    if ids.len() != cmd.parts.len() || ids.len() < if new { 2 } else { 1 } {
        let detail = "Hãy chọn ít nhất hai đơn vị khác nhau để sáp nhập, mỗi đơn vị một lần.";
        return Err(Error::field("parts", "unit.parts", detail));
    }
    if let Target::Standing(Standing { id }) = cmd.into
        && ids.contains(&id)
    {
        let detail =
            "Đơn vị nhận sáp nhập không ghi trong danh sách các phần nhập vào. Hãy bỏ đơn vị đó khỏi danh sách.";
        return Err(Error::field("parts", "unit.parts", detail));
    }
    // Always in the order of ids, so that two mergers never wait for each other.
    let mut taken = Vec::with_capacity(ids.len());
    let into_standing = match cmd.into {
        Target::Standing(Standing { id }) => Some(id),
        Target::New(_) => None,
    };
    let mut locks = ids.clone();
    locks.extend(into_standing);
    locks.sort();
    let mut into_taken = None;
    for id in locks {
        let unit = edit::take(tx, id, None, cmd.from)?;
        if into_standing == Some(id) {
            into_taken = Some(unit);
        } else {
            taken.push(unit);
        }
    }
    let into = match &cmd.into {
        Target::Standing(Standing { id }) => *id,
        Target::New(body) => found(tx, "into.", body, cmd.from, Some(&basis))?,
    };
    let into_kind = units::find(tx, into)?.ok_or_else(view::not_found)?.kind;
    for unit in &taken {
        let whole = cmd.parts.iter().any(|part| part.unit == unit.bare.id && part.whole);
        one_part(tx, unit, into, &into_kind, whole, cmd.from, &basis)?;
    }
    if let Some(unit) = into_taken {
        let event = NewEvent {
            unit: into,
            day: cmd.from,
            kind: "merged",
            basis: Some(&basis),
            text: None,
            from: None,
            to: None,
        };
        store::add_event(tx, &event)?;
        tx.record(Entry::new("unit.merged", "unit", into).unit(into).version(unit.version).after(cmd)?);
    }
    let today = tx.today();
    view::row(tx, into, cmd.from.max(today))
}

fn one_part(
    tx: &mut Tx<'_>,
    unit: &edit::Taken,
    into: UnitId,
    into_kind: &str,
    whole: bool,
    from: Date,
    basis: &str,
) -> Result<()> {
    let id = unit.bare.id;
    if unit.bare.kind != into_kind {
        let detail = format!("{} không cùng loại với đơn vị nhận sáp nhập. Hãy chọn các đơn vị cùng loại.", unit.name);
        return Err(Error::field("parts", "unit.wrong_kind", detail));
    }
    let name = view::name(tx, id, from.yesterday().map_err(Error::internal)?)?;
    edit::descend(tx, id, into, from, whole, &name)?;
    if whole {
        edit::campuses_follow(tx, id, into, from, Some(basis))?;
        let custodian = units::find(tx, into)?.ok_or_else(view::not_found)?;
        edit::fits(tx, "into", &unit.bare.kind, EdgeKind::Custody, &custodian)?;
        edit::end(tx, unit, from, into)?;
    }
    let kind = if whole { "merged" } else { "split" };
    store::add_event(
        tx,
        &NewEvent { unit: id, day: from, kind, basis: Some(basis), text: None, from: None, to: None },
    )?;
    let what = if whole { "unit.merged" } else { "unit.split" };
    tx.record(Entry::new(what, "unit", id).unit(id).version(unit.version).after(&into)?);
    Ok(())
}

/// Merges units. Answers with the one they went into.
#[utoipa::path(post, path = "/units/mergers", operation_id = "merge_units", tag = "units",
    params(("Idempotency-Key" = Option<String>, Header)), request_body = Merge,
    responses((status = 201, body = UnitRow),
        (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<Merge>,
) -> Answer<Created<UnitRow>> {
    let row = app
        .db()
        .write(&ctx, move |tx| {
            let made = idempotency::once(tx, key.as_ref(), |tx| Ok(merge(tx, &cmd)?.id))?;
            view::now(tx, made.id)
        })
        .await?;
    Ok(Created::new(format!("/units/{}", row.id), row.clone()).version(row.version))
}
