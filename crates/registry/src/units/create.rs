//! A school is founded in a commune, or a school opens a campus.

use auth::edges::{self, NewEdge};
use auth::units::{self, Bare, NewUnit};
use auth::{Capability, EdgeKind, Require as _};
use base::{Date, Error, Interval, Result, UnitId, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, Created, IdempotencyKey, Json, Signed, State, idempotency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::{Levels, MADE_BY_PEOPLE, checked_basis, checked_from, checked_name, under_department};
use super::store::{self, NewCode, NewEvent, NewName};
use super::{UnitRow, edit, view};

/// A unit to be made, apart from its day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUnitBody {
    /// `school` or `campus`.
    pub kind: String,
    /// Its name, as in the decision.
    pub name: String,
    /// Its code in the sector's list.
    #[serde(default)]
    pub code: Option<String>,
    /// The commune a school lies in; the school a campus belongs to.
    #[schema(value_type = base::Uuid)]
    pub parent: UnitId,
    /// To whom a school answers: the commune's office or the Sở, by its levels when not said.
    #[serde(default)]
    #[schema(value_type = Option<base::Uuid>)]
    pub authority: Option<UnitId>,
    /// What a school teaches.
    #[serde(default)]
    pub level: Levels,
}

/// The request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUnit {
    /// `school` or `campus`.
    pub kind: String,
    /// Its name, as in the decision.
    pub name: String,
    /// Its code in the sector's list.
    #[serde(default)]
    pub code: Option<String>,
    /// The commune a school lies in; the school a campus belongs to.
    #[schema(value_type = base::Uuid)]
    pub parent: UnitId,
    /// To whom a school answers: the commune's office or the Sở, by its levels when not said.
    #[serde(default)]
    #[schema(value_type = Option<base::Uuid>)]
    pub authority: Option<UnitId>,
    /// What a school teaches: one level, or several.
    #[serde(default)]
    pub level: Levels,
    /// The day it was founded.
    #[schema(value_type = String, format = Date, example = "2026-09-01")]
    pub from: Date,
    /// The decision that founded it.
    #[serde(default)]
    pub basis: Option<String>,
}

/// Makes a school or campus. Answers with its row.
pub fn create(tx: &mut Tx<'_>, cmd: &CreateUnit) -> Result<UnitRow> {
    let CreateUnit { kind, name, code, parent, authority, level, from, basis } = cmd.clone();
    let body = NewUnitBody { kind, name, code, parent, authority, level };
    let basis = checked_basis(basis.as_deref());
    let id = found(tx, "", &body, from, basis.as_deref())?;
    let today = tx.today();
    view::row(tx, id, from.max(today))
}

/// The units whose officers may found a school in a commune: its office, and the Sở of its province.
pub fn who_may_found(tx: &mut Tx<'_>, commune: UnitId, on: Date) -> Result<Vec<UnitId>> {
    let mut found: Vec<UnitId> = tx
        .one::<(UnitId,)>(&store::LIES_IN, params![commune, "commune_office", on])?
        .into_iter()
        .map(|(id,)| id)
        .collect();
    found.extend(department_of(tx, commune, on)?);
    Ok(found)
}

/// The Sở of the province that a commune lies in.
fn department_of(tx: &mut Tx<'_>, commune: UnitId, on: Date) -> Result<Option<UnitId>> {
    for above in view::paths(tx, &[commune], on)?.remove(&commune).unwrap_or_default() {
        if let Some((department,)) = tx.one::<(UnitId,)>(&store::LIES_IN, params![above.id, "department", on])? {
            return Ok(Some(department));
        }
    }
    Ok(None)
}

/// Makes the unit with its edges, name, code and founding. `prefix` is the path of its fields in the request.
pub(super) fn found(
    tx: &mut Tx<'_>,
    prefix: &str,
    new: &NewUnitBody,
    from: Date,
    basis: Option<&str>,
) -> Result<UnitId> {
    let field = |name: &str| format!("{prefix}{name}");
    let today = tx.today();
    if !MADE_BY_PEOPLE.contains(&new.kind.as_str()) {
        return Err(Error::field(
            field("kind"),
            "unit.kind",
            "Chỉ lập được trường (school) hoặc điểm trường (campus); đơn vị khác do Nhà nước lập.",
        ));
    }
    let name = checked_name(&field("name"), &new.name)?;
    let levels = new.level.check()?;
    checked_from(from, today, &name, None)?;
    // What is founded long ago and entered now stands in a commune of today.
    let parent = edit::standing(tx, &field("parent"), new.parent, from.max(today))?;
    edit::fits(tx, &field("parent"), &new.kind, EdgeKind::Place, &parent)?;
    let authority = authority(tx, prefix, new, &parent, &levels, from.max(today))?;
    tx.require(Capability::UnitCreate, authority.id)?;

    let id: UnitId = tx.new_id();
    units::insert(tx, NewUnit { id, kind: new.kind.clone(), from })?;
    for (kind, above) in [
        (EdgeKind::Place, &parent),
        (EdgeKind::Teaching, &authority),
        (EdgeKind::Staff, &authority),
        (EdgeKind::Budget, &authority),
    ] {
        let days = Interval::since(from.max(above.valid_from));
        edges::set(tx, &NewEdge { kind, unit: id, authority: above.id, days })?;
    }
    store::add_names(
        tx,
        &[NewName { unit: id, from, to: None, subkind: None, name: name.clone(), full_name: name.clone() }],
    )?;
    if let Some(code) = new.code.as_deref().map(vi::clean).filter(|code| !code.is_empty()) {
        if code.len() > 40 || vi::fold(&code).is_empty() {
            let detail = "Mã trường gồm chữ và số, không quá 40 ký tự. Hãy nhập mã trong cơ sở dữ liệu ngành.";
            return Err(Error::field(field("code"), "unit.code", detail));
        }
        store::add_codes(tx, &[NewCode { unit: id, from, to: None, system: "sector", code }])?;
    }
    for level in levels {
        tx.exec_one(&store::LEVEL_INSERT, params![id, level])?;
    }
    store::add_event(tx, &NewEvent { unit: id, day: from, kind: "founded", basis, text: None, from: None, to: None })?;
    tx.record(Entry::new("unit.created", "unit", id).unit(id).version(1).after(new)?);
    Ok(id)
}

/// To whom the new unit answers: whoever was named, checked, or by its levels.
fn authority(
    tx: &mut Tx<'_>,
    prefix: &str,
    new: &NewUnitBody,
    parent: &Bare,
    levels: &[&str],
    on: Date,
) -> Result<Bare> {
    let field = format!("{prefix}authority");
    if new.kind == "campus" {
        return match new.authority {
            Some(other) if other != parent.id => Err(Error::field(
                field,
                "unit.campus_authority",
                "Điểm trường do chính trường của nó quản lý. Hãy để trống ô này.",
            )),
            _ => Ok(parent.clone()),
        };
    }
    let department = department_of(tx, parent.id, on)?;
    let office = tx.one::<(UnitId,)>(&store::LIES_IN, params![parent.id, "commune_office", on])?.map(|(id,)| id);
    let by_levels = if under_department(levels) { department.or(office) } else { office.or(department) };
    let chosen = match new.authority.or(by_levels) {
        Some(chosen) => chosen,
        None => {
            let detail = "Nơi này chưa có UBND cấp xã hay Sở GDĐT trong danh mục. Hãy chọn cơ quan quản lý.";
            return Err(Error::field(field, "field.required", detail));
        }
    };
    let authority = edit::standing(tx, &field, chosen, on)?;
    edit::fits(tx, &field, "school", EdgeKind::Teaching, &authority)?;
    let near = match authority.kind.as_str() {
        "commune_office" => office == Some(chosen),
        "department" => department == Some(chosen),
        _ => true,
    };
    if !near {
        let (name, place) = (view::name(tx, chosen, on)?, view::name(tx, parent.id, on)?);
        return Err(Error::field(
            field,
            "unit.authority_elsewhere",
            format!("{name} không quản lý địa bàn {place}. Hãy chọn UBND của xã, phường đó hoặc Sở GDĐT của tỉnh đó."),
        ));
    }
    Ok(authority)
}

/// Makes a school or campus.
#[utoipa::path(post, path = "/units", operation_id = "create_unit", tag = "units",
    params(("Idempotency-Key" = Option<String>, Header)), request_body = CreateUnit,
    responses((status = 201, body = UnitRow),
        (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<CreateUnit>,
) -> Answer<Created<UnitRow>> {
    let row = app
        .db()
        .write(&ctx, move |tx| {
            let made = idempotency::once(tx, key.as_ref(), |tx| Ok(create(tx, &cmd)?.id))?;
            view::now(tx, made.id)
        })
        .await?;
    Ok(Created::new(format!("/units/{}", row.id), row.clone()).version(row.version))
}
