//! One unit becomes several. It goes on when it is named among them, and ends otherwise.

use auth::{EdgeKind, units};
use base::{Date, Error, Result, UnitId};
use db::{Entry, Tx, params};
use http::{Answer, App, Created, IdempotencyKey, Json, Signed, State, idempotency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::create::found;
use super::merge::{Standing, Target, needed_basis};
use super::store::{self, NewEvent};
use super::{UnitRow, edit, view};

/// The request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The first day of the new order.
    #[schema(value_type = String, format = Date, example = "2026-09-01")]
    pub from: Date,
    /// The decision.
    pub basis: String,
    /// What is divided.
    #[schema(value_type = base::Uuid)]
    pub unit: UnitId,
    /// What it becomes: units to be made, units that stand, or itself when it goes on.
    pub into: Vec<Target>,
}

/// What it became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Divided {
    /// The units it became, in the order of the request.
    pub items: Vec<UnitRow>,
}

/// Divides a unit. One that ends leaves its records with the first of those it becomes.
pub fn split(tx: &mut Tx<'_>, cmd: &Split) -> Result<Divided> {
    let basis = needed_basis(&cmd.basis)?;
    let standing: Vec<UnitId> = cmd
        .into
        .iter()
        .filter_map(|target| match target {
            Target::Standing(Standing { id }) => Some(*id),
            Target::New(_) => None,
        })
        .collect();
    let mut different = standing.clone();
    different.sort();
    different.dedup();
    let goes_on = standing.contains(&cmd.unit);
    if different.len() != standing.len() || cmd.into.len() < 2 {
        let detail =
            "Hãy chọn ít nhất hai đơn vị khác nhau sau khi chia, tách; đơn vị cũ nếu còn thì ghi cả đơn vị đó.";
        return Err(Error::field("into", "unit.parts", detail));
    }
    let mut unit = None;
    let mut locks = different;
    if !goes_on {
        locks.push(cmd.unit);
        locks.sort();
    }
    for id in locks {
        let taken = edit::take(tx, id, None, cmd.from)?;
        if id == cmd.unit {
            unit = Some(taken);
        } else if units::find(tx, cmd.unit)?.is_some_and(|unit| unit.kind != taken.bare.kind) {
            let detail =
                format!("{} không cùng loại với đơn vị được chia, tách. Hãy chọn đơn vị cùng loại.", taken.name);
            return Err(Error::field("into", "unit.wrong_kind", detail));
        }
    }
    let unit = unit.ok_or_else(view::not_found)?;
    let name = view::name(tx, cmd.unit, cmd.from.yesterday().map_err(Error::internal)?)?;
    let mut made = Vec::with_capacity(cmd.into.len());
    for (n, target) in cmd.into.iter().enumerate() {
        let id = match target {
            Target::Standing(Standing { id }) => *id,
            Target::New(body) if body.kind == unit.bare.kind => {
                found(tx, &format!("into.{n}."), body, cmd.from, Some(&basis))?
            }
            Target::New(_) => {
                let detail = "Đơn vị mới phải cùng loại với đơn vị được chia, tách.";
                return Err(Error::field(format!("into.{n}.kind"), "unit.wrong_kind", detail));
            }
        };
        made.push(id);
        if id != cmd.unit {
            edit::descend(tx, cmd.unit, id, cmd.from, false, &name)?;
        }
    }
    for id in standing.iter().filter(|id| **id != cmd.unit) {
        let event = NewEvent {
            unit: *id,
            day: cmd.from,
            kind: "merged",
            basis: Some(&basis),
            text: None,
            from: None,
            to: None,
        };
        store::add_event(tx, &event)?;
    }
    if !goes_on {
        let first = made.first().copied().ok_or_else(view::not_found)?;
        edit::campuses_follow(tx, cmd.unit, first, cmd.from, Some(&basis))?;
        let custodian = units::find(tx, first)?.ok_or_else(view::not_found)?;
        edit::fits(tx, "into", &unit.bare.kind, EdgeKind::Custody, &custodian)?;
        edit::end(tx, &unit, cmd.from, first)?;
    }
    let event = NewEvent {
        unit: cmd.unit,
        day: cmd.from,
        kind: "split",
        basis: Some(&basis),
        text: None,
        from: None,
        to: None,
    };
    store::add_event(tx, &event)?;
    tx.record(Entry::new("unit.split", "unit", cmd.unit).unit(cmd.unit).version(unit.version).after(cmd)?);
    let today = tx.today();
    let mut items = Vec::with_capacity(made.len());
    for id in made {
        items.push(view::row(tx, id, cmd.from.max(today))?);
    }
    Ok(Divided { items })
}

/// Divides a unit. Answers with those it became.
#[utoipa::path(post, path = "/units/splits", operation_id = "split_unit", tag = "units",
    params(("Idempotency-Key" = Option<String>, Header)), request_body = Split,
    responses((status = 201, body = Divided),
        (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<Split>,
) -> Answer<Created<Divided>> {
    let (unit, from) = (cmd.unit, cmd.from);
    let divided = app
        .db()
        .write(&ctx, move |tx| {
            let mut divided = None;
            idempotency::once(tx, key.as_ref(), |tx| {
                divided = Some(split(tx, &cmd)?);
                Ok(cmd.unit)
            })?;
            match divided {
                Some(divided) => Ok(divided),
                None => became(tx, unit, from),
            }
        })
        .await?;
    Ok(Created::new(format!("/units/{unit}"), divided))
}

/// What a unit became on a day, for whoever divided it and asks again.
fn became(tx: &mut Tx<'_>, unit: UnitId, from: Date) -> Result<Divided> {
    let went: Vec<store::Kin> = tx.all(&store::WENT_TO, params![unit])?;
    let mut items = Vec::with_capacity(went.len() + 1);
    let bare = units::find(tx, unit)?.ok_or_else(view::not_found)?;
    if bare.valid_to.is_none() {
        items.push(view::now(tx, unit)?);
    }
    for kin in went.into_iter().filter(|kin| kin.day == from) {
        items.push(view::now(tx, kin.unit)?);
    }
    Ok(Divided { items })
}
