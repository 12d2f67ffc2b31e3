//! A unit answers to another from a day on, in one matter: it moves.

use auth::edges::{self, NewEdge};
use auth::units::Bare;
use auth::{Capability, EdgeKind, FORBIDDEN, Require as _};
use base::{Code, Date, Error, Interval, Kind, Result, UnitId, vi};
use db::{Entry, Tx, params};
use http::{Answer, App, IdempotencyKey, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::create::who_may_found;
use super::rules::{checked_basis, edge_word};
use super::store::{self, NewEvent};
use super::{UnitRow, edit, view};

/// It answers to that unit already.
pub const ALREADY_THERE: Code = Code::new(Kind::Conflict, "unit.already_there", "Đơn vị đã thuộc nơi này");

/// The request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// In which matter: `place`, `staff`, `budget`, `teaching`.
    pub edge: String,
    /// To whom.
    #[schema(value_type = base::Uuid)]
    pub authority: UnitId,
    /// From this day.
    #[schema(value_type = String, format = Date, example = "2026-09-01")]
    pub from: Date,
    /// The decision.
    #[serde(default)]
    pub basis: Option<String>,
}

/// Refuses to hand a unit to those over whom the actor has no say: whoever it goes to gets rights over its people. A
/// commune takes by its office, or the Sở of its province.
fn may_receive(tx: &mut Tx<'_>, authority: &Bare, on: Date) -> Result<()> {
    if tx.is_house() {
        return Ok(());
    }
    let sides = match authority.kind.as_str() {
        "commune" => who_may_found(tx, authority.id, on)?,
        _ => vec![authority.id],
    };
    for side in sides {
        if tx.may(side)?.contains(&Capability::UnitEdit) {
            return Ok(());
        }
    }
    let name = view::name(tx, authority.id, on)?;
    Err(FORBIDDEN.error(format!(
        "Bạn không phụ trách {name} nên không chuyển đơn vị sang đó được. Hãy nhờ cấp trên chung của hai nơi."
    )))
}

/// Moves a unit in one matter.
pub fn relocate(tx: &mut Tx<'_>, unit: UnitId, known: Option<i64>, cmd: &Move) -> Result<UnitRow> {
    let taken = edit::take(tx, unit, known, cmd.from)?;
    let edge = EdgeKind::parse(&cmd.edge).ok_or_else(|| {
        Error::field(
            "edge",
            "unit.edge",
            format!("Không có quan hệ “{}”. Hãy chọn: place, staff, budget hoặc teaching.", cmd.edge),
        )
    })?;
    if edge == EdgeKind::Custody {
        return Err(Error::field(
            "edge",
            "unit.edge",
            "Hồ sơ của đơn vị đang hoạt động do chính đơn vị giữ. Nơi tiếp nhận hồ sơ được chọn khi đơn vị ngừng hoạt động.",
        ));
    }
    let authority = edit::standing(tx, "authority", cmd.authority, cmd.from)?;
    edit::fits(tx, "authority", &taken.bare.kind, edge, &authority)?;
    may_receive(tx, &authority, cmd.from)?;
    let before = tx.one::<(UnitId,)>(&store::AUTHORITY, params![edge, unit, cmd.from])?.map(|(unit,)| unit);
    let to_name = view::name(tx, cmd.authority, cmd.from)?;
    if before == Some(cmd.authority) {
        return Err(ALREADY_THERE.error(format!(
            "Ngày {}, {} đã thuộc {to_name} về {}. Hãy chọn nơi khác hoặc ngày khác.",
            vi::date(cmd.from),
            taken.name,
            edge_word(edge)
        )));
    }
    edges::set(tx, &NewEdge { kind: edge, unit, authority: cmd.authority, days: Interval::since(cmd.from) })?;
    let basis = checked_basis(cmd.basis.as_deref());
    let text = match before {
        Some(before) => {
            let from_name = view::name(tx, before, cmd.from)?;
            format!("Chuyển từ {from_name} sang {to_name} (về {}).", edge_word(edge))
        }
        None => format!("Thuộc {to_name} (về {}).", edge_word(edge)),
    };
    let event = NewEvent {
        unit,
        day: cmd.from,
        kind: "moved",
        basis: basis.as_deref(),
        text: Some(text),
        from: before,
        to: Some(cmd.authority),
    };
    store::add_event(tx, &event)?;
    tx.record(Entry::new("unit.moved", "unit", unit).unit(unit).version(taken.version).before(&before)?.after(cmd)?);
    let today = tx.today();
    view::row(tx, unit, cmd.from.max(today))
}

/// Moves a unit to another authority, in one matter, from a day on.
#[utoipa::path(post, path = "/units/{unit}/move", operation_id = "move_unit", tag = "units",
    params(("unit" = base::Uuid, Path), ("If-Match" = String, Header, description = "the version known, as its ETag"),
        ("Idempotency-Key" = Option<String>, Header)),
    request_body = Move,
    responses((status = 200, body = UnitRow),
        (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
    IfMatch(known): IfMatch,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<Move>,
) -> Answer<Tagged<UnitRow>> {
    let row = app
        .db()
        .write(&ctx, move |tx| edit::once(tx, key.as_ref(), unit, |tx| relocate(tx, unit, Some(known), &cmd)))
        .await?;
    Ok(Tagged::new(row.version, row))
}
