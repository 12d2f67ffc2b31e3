//! One unit becomes several. It goes on when it is named among them, and ends otherwise.

use auth::{EdgeKind, units};
use base::{Date, Error, Result, UnitId};
use db::{Entry, Tx};
use serde::{Deserialize, Serialize};

use super::create::found;
use super::merge::{Standing, Target, needed_basis};
use super::store::{self, NewEvent};
use super::{UnitRow, edit, view};

/// The request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The first day of the new order.
    pub from: Date,
    /// The decision.
    pub basis: String,
    /// What is divided.
    pub unit: UnitId,
    /// What it becomes: units to be made, units that stand, or itself when it goes on.
    pub into: Vec<Target>,
}

/// What it became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
