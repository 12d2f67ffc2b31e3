//! What edits of units share: what each begins with, how a unit ends, how one thing becomes another's.

use auth::edges::{self, NewEdge};
use auth::units::{self, Bare, UNIT};
use auth::{Capability, EdgeKind, Require as _, grants, invitations};
use base::{Code, Date, Error, Interval, Kind, Result, UnitId, vi};
use db::{Entry, Tx, params};
use http::idempotency;

use super::rules::{MADE_BY_PEOPLE, authorities, checked_from, edge_word, kind_word, named};
use super::store::{self, Name, NewEvent};
use super::{BEFORE_RECORDS, BY_LAW, CLOSED, LATER, UnitRow, view};

/// Units still stand below it.
pub const HAS_CHILDREN: Code = Code::new(Kind::Conflict, "unit.has_children", "Đơn vị còn đơn vị trực thuộc");

/// A unit taken for change, with what it is called.
pub struct Taken {
    /// The unit as it stood.
    pub bare: Bare,
    /// Its name for sentences.
    pub name: String,
    /// Its version from now on.
    pub version: i64,
}

/// Takes a unit for change: the actor may edit it, knows its version, and it stands and is made by people.
pub fn take(tx: &mut Tx<'_>, id: UnitId, known: Option<i64>, from: Date) -> Result<Taken> {
    tx.require(Capability::UnitEdit, id)?;
    let version = tx.lock(&UNIT, id, known)?;
    let bare = units::find(tx, id)?.ok_or_else(view::not_found)?;
    let today = tx.today();
    let name = view::name(tx, id, today)?;
    if !tx.is_house() && !MADE_BY_PEOPLE.contains(&bare.kind.as_str()) {
        return Err(BY_LAW.error(format!(
            "{name} do Nhà nước lập nên chỉ thay đổi theo văn bản, qua gói quy định; chưa có gì bị thay đổi. Hãy báo người vận hành máy chủ nếu danh mục chưa đúng."
        )));
    }
    if let Some(closed) = bare.valid_to {
        return Err(CLOSED.error(format!(
            "{name} ngừng hoạt động từ {}; chưa có gì bị thay đổi. Hãy làm việc này ở đơn vị tiếp nhận.",
            vi::date(closed)
        )));
    }
    let founded = (bare.valid_from != BEFORE_RECORDS).then_some(bare.valid_from);
    checked_from(from, today, &name, founded)?;
    Ok(Taken { bare, name, version })
}

/// Runs an edit once for its key. Sent again, because the answer was lost, it is answered with the unit as it is now: its
/// version has grown since, and a conflict with one's own edit would be nobody's.
pub fn once(
    tx: &mut Tx<'_>,
    key: Option<&idempotency::Key>,
    unit: UnitId,
    act: impl FnOnce(&mut Tx<'_>) -> Result<UnitRow>,
) -> Result<UnitRow> {
    let mut row = None;
    idempotency::once(tx, key, |tx| {
        row = Some(act(tx)?);
        Ok(unit)
    })?;
    match row {
        Some(row) => Ok(row),
        None => view::now(tx, unit),
    }
}

/// A unit that another is to answer to, or whose part something becomes: in sight, and standing on the day.
pub fn standing(tx: &mut Tx<'_>, field: &str, id: UnitId, on: Date) -> Result<Bare> {
    match tx.require(Capability::UnitView, id) {
        Err(error) if error.is(&auth::UNIT_NOT_FOUND) => {
            return Err(Error::field(field, "unit.not_found", auth::require::UNIT_NOT_FOUND_SENTENCE));
        }
        other => other?,
    }
    let bare = units::find(tx, id)?.ok_or_else(view::not_found)?;
    if bare.valid_from > on || bare.valid_to.is_some() {
        let name = view::name(tx, id, on)?;
        let days = Interval::new(bare.valid_from, bare.valid_to).map(|days| days.to_string()).unwrap_or_default();
        return Err(Error::field(
            field,
            "unit.not_standing",
            format!("{name} hoạt động {days}, nên không chọn được cho ngày {}. Hãy chọn đơn vị khác.", vi::date(on)),
        ));
    }
    Ok(bare)
}

/// Refuses an authority of a kind that a unit cannot answer to in this matter.
pub fn fits(tx: &mut Tx<'_>, field: &str, kind: &str, edge: EdgeKind, authority: &Bare) -> Result<()> {
    let allowed = authorities(kind, edge);
    if allowed.contains(&authority.kind.as_str()) {
        return Ok(());
    }
    let today = tx.today();
    let name = view::name(tx, authority.id, today)?;
    let allowed = allowed.iter().map(|kind| kind_word(kind)).collect::<Vec<_>>().join("; ");
    Err(Error::field(
        field,
        "unit.wrong_kind",
        format!(
            "{name} không thể là cấp trên của {} về {}. Hãy chọn: {}.",
            kind_word(kind),
            edge_word(edge),
            if allowed.is_empty() { "(không có)" } else { &allowed }
        ),
    ))
}

/// The roles at a unit end with it, and nobody is invited there any more.
fn end_roles(tx: &mut Tx<'_>, unit: UnitId, from: Date) -> Result<()> {
    for grant in grants::end_at_unit(tx, unit, from)? {
        let held = serde_json::json!({ "account": grant.account, "role": grant.role, "to": grant.valid_to });
        let entry = Entry::new("grant.ended", "grant", grant.id).unit(unit).before(&held)?;
        tx.record(entry.after(&serde_json::json!({ "to": from, "closed": unit }))?);
    }
    // Until a day to come, whoever accepts takes the role until that day.
    if from <= tx.today() {
        for invitation in invitations::withdraw_at_unit(tx, unit)? {
            tx.record(Entry::new("invitation.withdrawn", "invitation", invitation.id).unit(unit));
        }
    }
    Ok(())
}

/// Ends a unit before a day: its names, codes, edges and roles end, and a custodian keeps its records from then on.
pub fn end(tx: &mut Tx<'_>, unit: &Taken, from: Date, custodian: UnitId) -> Result<()> {
    let (id, name) = (unit.bare.id, &unit.name);
    if from <= unit.bare.valid_from {
        return Err(Error::field(
            "from",
            "unit.before_founding",
            format!("{name} thành lập ngày {}; hãy chọn ngày sau đó.", vi::date(unit.bare.valid_from)),
        ));
    }
    let of_unit = edges::of_unit(tx, id)?;
    let later_edge = of_unit
        .iter()
        .filter(|edge| edge.valid_to != Some(edge.valid_from) && edge.valid_from >= from)
        .map(|edge| edge.valid_from)
        .min();
    let later_name =
        tx.all::<Name>(&store::NAMES, params![id])?.iter().map(|name| name.valid_from).find(|day| *day >= from);
    if let Some(day) = later_edge.or(later_name) {
        return Err(LATER.error(format!(
            "{name} đã có thay đổi ghi cho ngày {}, sau ngày muốn ngừng hoạt động. Hãy chọn ngày sau đó.",
            vi::date(day)
        )));
    }
    let below: Vec<UnitId> =
        tx.all::<(UnitId,)>(&store::OPEN_BELOW, params![id, from])?.into_iter().map(|(unit,)| unit).collect();
    if !below.is_empty() {
        let below = view::refs(tx, &below, from)?;
        return Err(HAS_CHILDREN.error(format!(
            "{name} còn {} đơn vị trực thuộc: {}. Hãy chuyển hoặc đóng các đơn vị đó trước.",
            below.len(),
            named(&below)
        )));
    }
    for kind in EdgeKind::ALL.into_iter().filter(|kind| *kind != EdgeKind::Custody) {
        if of_unit.iter().any(|edge| edge.kind == kind && edge.valid_to.is_none_or(|to| to > from)) {
            edges::end(tx, kind, id, from)?;
        }
    }
    tx.exec(&store::NAME_CUT, params![id, from])?;
    tx.exec(&store::CODE_CUT, params![id, from])?;
    units::end(tx, id, from)?;
    end_roles(tx, id, from)?;
    edges::set(tx, &NewEdge { kind: EdgeKind::Custody, unit: id, authority: custodian, days: Interval::since(from) })
}

/// The campuses of a school that goes into another go along.
pub fn campuses_follow(tx: &mut Tx<'_>, school: UnitId, into: UnitId, from: Date, basis: Option<&str>) -> Result<()> {
    let below: Vec<(UnitId,)> = tx.all(&store::OPEN_BELOW, params![school, from])?;
    for (campus,) in below {
        if units::find(tx, campus)?.is_none_or(|unit| unit.kind != "campus") {
            continue;
        }
        for edge in edges::of_unit(tx, campus)? {
            let stands = edge.valid_to.is_none_or(|to| to > from) && edge.authority == school;
            if stands && edge.kind != EdgeKind::Custody {
                let days = Interval::since(from.max(edge.valid_from));
                edges::set(tx, &NewEdge { kind: edge.kind, unit: campus, authority: into, days })?;
            }
        }
        let version = tx.lock(&UNIT, campus, None)?;
        store::add_event(
            tx,
            &NewEvent { unit: campus, day: from, kind: "moved", basis, text: None, from: Some(school), to: Some(into) },
        )?;
        tx.record(Entry::new("unit.moved", "unit", campus).unit(campus).version(version).after(&into)?);
    }
    Ok(())
}

/// A line of lineage.
pub fn descend(tx: &mut Tx<'_>, from: UnitId, to: UnitId, day: Date, whole: bool, from_name: &str) -> Result<()> {
    tx.exec_one(&store::LINEAGE_INSERT, params![from, to, day, whole, from_name])
}
