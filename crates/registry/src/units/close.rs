//! A unit ends, and another keeps its records.

use auth::EdgeKind;
use base::{Date, Error, Result, UnitId};
use db::{Entry, Tx};
use http::{Answer, App, IdempotencyKey, IfMatch, Json, Path, Signed, State, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::checked_basis;
use super::store::{self, NewEvent};
use super::{UnitRow, edit, view};

/// The request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// The first day without it.
    #[schema(value_type = String, format = Date, example = "2026-09-01")]
    pub from: Date,
    /// Who keeps its records.
    #[schema(value_type = base::Uuid)]
    pub custodian: UnitId,
    /// The decision.
    #[serde(default)]
    pub basis: Option<String>,
}

/// Ends a unit under which nothing stands any more. Answers with its row on its last day.
pub fn close(tx: &mut Tx<'_>, unit: UnitId, known: Option<i64>, cmd: &Close) -> Result<UnitRow> {
    let taken = edit::take(tx, unit, known, cmd.from)?;
    if cmd.custodian == unit {
        let detail = "Đơn vị ngừng hoạt động không tự giữ hồ sơ của mình được. Hãy chọn đơn vị tiếp nhận hồ sơ.";
        return Err(Error::field("custodian", "unit.custodian", detail));
    }
    let custodian = edit::standing(tx, "custodian", cmd.custodian, cmd.from)?;
    edit::fits(tx, "custodian", &taken.bare.kind, EdgeKind::Custody, &custodian)?;
    edit::end(tx, &taken, cmd.from, cmd.custodian)?;
    let basis = checked_basis(cmd.basis.as_deref());
    let event = NewEvent {
        unit,
        day: cmd.from,
        kind: "closed",
        basis: basis.as_deref(),
        text: None,
        from: None,
        to: Some(cmd.custodian),
    };
    store::add_event(tx, &event)?;
    tx.record(Entry::new("unit.closed", "unit", unit).unit(unit).version(taken.version).after(cmd)?);
    let last = cmd.from.yesterday().map_err(Error::internal)?;
    view::row(tx, unit, last)
}

/// Ends a unit; another keeps its records.
#[utoipa::path(post, path = "/units/{unit}/closure", operation_id = "close_unit", tag = "units",
    params(("unit" = base::Uuid, Path), ("If-Match" = String, Header, description = "the version known, as its ETag"),
        ("Idempotency-Key" = Option<String>, Header)),
    request_body = Close,
    responses((status = 200, body = UnitRow),
        (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
    IfMatch(known): IfMatch,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<Close>,
) -> Answer<Tagged<UnitRow>> {
    let row = app
        .db()
        .write(&ctx, move |tx| edit::once(tx, key.as_ref(), unit, |tx| close(tx, unit, Some(known), &cmd)))
        .await?;
    Ok(Tagged::new(row.version, row))
}
