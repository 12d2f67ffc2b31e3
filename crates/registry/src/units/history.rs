//! What happened to a unit, what it was called, where it came from and what became of it.

use std::collections::HashMap;

use auth::{Capability, Require as _};
use base::{Date, Result, UnitId};
use db::{Tx, params};
use http::{Answer, Json, Path, Reader};
use serde::Serialize;
use utoipa::ToSchema;

use super::rules::named;
use super::store::{self, Event, Kin, Name};
use super::{UnitPart, UnitRef, known, view};

/// A unit's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct History {
    /// What happened, in order.
    pub items: Vec<HistoryItem>,
    /// What it was called.
    pub names: Vec<NameSpan>,
    /// The units it came from.
    pub formed_from: Vec<UnitPart>,
    /// The units it went to.
    pub went_to: Vec<UnitPart>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct HistoryItem {
    /// When.
    #[schema(value_type = String, format = Date, example = "2026-09-01")]
    pub date: Date,
    /// `founded`, `renamed`, `merged`, `split`, `moved`, `closed`, `raised`.
    pub kind: String,
    /// The decision it rests on.
    pub basis: Option<String>,
    /// What happened, in a Vietnamese sentence.
    pub text: String,
    /// The units it came from.
    pub from: Vec<UnitRef>,
    /// The units it went to.
    pub to: Vec<UnitRef>,
}

/// A name and its days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NameSpan {
    /// The whole name.
    pub name: String,
    /// From this day, where known.
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// Until before this day.
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
}

/// The history of a unit.
pub fn history(tx: &mut Tx<'_>, unit: UnitId) -> Result<History> {
    tx.require(Capability::UnitView, unit)?;
    let names: Vec<Name> = tx.all(&store::NAMES, params![unit])?;
    let events: Vec<Event> = tx.all(&store::EVENTS, params![unit])?;
    let formed: Vec<Kin> = tx.all(&store::FORMED_FROM, params![unit])?;
    let went: Vec<Kin> = tx.all(&store::WENT_TO, params![unit])?;
    let mut items = Vec::with_capacity(events.len());
    for event in events {
        let day = event.day;
        let from: Vec<UnitId> = match event.kind.as_str() {
            "founded" | "merged" => formed.iter().filter(|kin| kin.day == day).map(|kin| kin.unit).collect(),
            _ => event.from_unit.into_iter().collect(),
        };
        let to: Vec<UnitId> = match event.kind.as_str() {
            "merged" | "split" => went.iter().filter(|kin| kin.day == day).map(|kin| kin.unit).collect(),
            _ => event.to_unit.into_iter().collect(),
        };
        let before = day.yesterday().unwrap_or(day);
        let (from, to) = (view::refs(tx, &from, before)?, view::refs(tx, &to, day)?);
        let text = event.text.clone().unwrap_or_else(|| text(&event, &from, &to, &names));
        items.push(HistoryItem { date: day, kind: event.kind, basis: event.basis, text, from, to });
    }
    Ok(History {
        items,
        names: names
            .into_iter()
            .map(|name| NameSpan { name: name.full_name, from: known(name.valid_from), to: name.valid_to })
            .collect(),
        formed_from: parts(tx, formed, true)?,
        went_to: parts(tx, went, false)?,
    })
}

/// The sentence, where it follows from the rest.
fn text(event: &Event, from: &[UnitRef], to: &[UnitRef], names: &[Name]) -> String {
    match event.kind.as_str() {
        "founded" if from.is_empty() => "Thành lập.".to_owned(),
        "founded" => format!("Thành lập từ {}.", named(from)),
        "merged" if !to.is_empty() => format!("Sáp nhập vào {}.", named(to)),
        "merged" => format!("Nhận sáp nhập {}.", named(from)),
        "split" => format!("Chia, tách vào {}.", named(to)),
        "moved" => format!("Chuyển từ {} sang {}.", named(from), named(to)),
        "closed" if to.is_empty() => "Kết thúc hoạt động.".to_owned(),
        "closed" => format!("Ngừng hoạt động; hồ sơ do {} giữ.", named(to)),
        _ => {
            let now = names.iter().find(|name| name.valid_from == event.day);
            now.map_or_else(|| "Thay đổi.".to_owned(), |name| format!("Trở thành {}.", name.full_name))
        }
    }
}

/// The other sides of lineage: what went, as it was called and lay on its last day; what it went to, on its first.
fn parts(tx: &mut Tx<'_>, kin: Vec<Kin>, went_into_this: bool) -> Result<Vec<UnitPart>> {
    let mut days: Vec<Date> = kin.iter().map(|kin| kin.day).collect();
    days.sort();
    days.dedup();
    let mut all: Vec<UnitId> = kin.iter().map(|kin| kin.unit).collect();
    all.sort();
    all.dedup();
    let scope = tx.scope(Capability::UnitView)?;
    let in_sight = store::in_sight(tx, &all, &scope)?;
    let mut parts = Vec::with_capacity(kin.len());
    for day in days {
        let on = if went_into_this { day.yesterday().unwrap_or(day) } else { day };
        let of_day: HashMap<UnitId, &Kin> =
            kin.iter().filter(|kin| kin.day == day).map(|kin| (kin.unit, kin)).collect();
        let mut ids: Vec<UnitId> = of_day.keys().copied().collect();
        ids.sort();
        let mut paths = view::paths(tx, &ids, on)?;
        for UnitRef { id, kind, name } in view::refs(tx, &ids, on)? {
            let Some(kin) = of_day.get(&id) else { continue };
            let name = if went_into_this { kin.name.clone() } else { name };
            let path = paths.remove(&id).unwrap_or_default();
            parts.push(UnitPart { path, id, kind, name, whole: kin.whole, in_sight: in_sight.contains(&id) });
        }
    }
    Ok(parts)
}

/// What happened to a unit, what it was called, where it came from and what became of it.
#[utoipa::path(get, path = "/units/{unit}/history", operation_id = "unit_history", tag = "units",
    params(("unit" = base::Uuid, Path)),
    responses((status = 200, body = History), (status = 404, body = http::ProblemBody)))]
pub async fn route(reader: Reader, Path(unit): Path<UnitId>) -> Answer<Json<History>> {
    Ok(Json(reader.at(unit).read(move |tx| history(tx, unit)).await?))
}
