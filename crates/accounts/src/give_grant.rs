//! Give a role to an account at a unit.

use auth::grants::{self, NewGrant};
use auth::over::require_over_past;
use auth::require::roles_to_give;
use auth::role::Role;
use auth::{Capability, GrantId, Require as _, accounts, confirmation};
use base::{AccountId, Code, Date, Error, Kind, Result, UnitId};
use db::{Entry, Tx};
use http::{Answer, App, Created, IdempotencyKey, Json, Path, Signed, State, idempotency};
use platform::second_factor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{GrantView, view};

/// The account holds this role here already.
pub const EXISTS: Code = Code::new(Kind::Conflict, "grant.exists", "Người này đã có vai trò này");

/// A role to be given.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveGrant {
    /// To whom.
    #[schema(value_type = base::Uuid)]
    pub account: AccountId,
    /// The role's code.
    #[schema(example = "teacher")]
    pub role: String,
    /// From this day.
    #[schema(value_type = String, format = Date, example = "2026-09-05")]
    pub from: Date,
    /// Until before this day; without it, until it is ended.
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
}

/// The role of a code, when the actor may give it at this unit; otherwise the field is refused.
pub(crate) fn role_to_give(tx: &mut Tx<'_>, unit: UnitId, code: &str) -> Result<&'static Role> {
    roles_to_give(tx, unit)?.into_iter().find(|role| role.code == code).ok_or_else(|| {
        let detail = match auth::role::find(code) {
            Some(role) => format!(
                "Bạn không cấp được vai trò {} ở đơn vị này. Hãy chọn vai trò khác trong danh sách, hoặc nhờ cấp trên cấp.",
                role.name
            ),
            None => "Không có vai trò này. Hãy chọn một vai trò trong danh sách.".to_owned(),
        };
        Error::field("role", "grant.role", detail)
    })
}

/// Gives a role.
pub fn give_grant(tx: &mut Tx<'_>, unit: UnitId, cmd: &GiveGrant) -> Result<GrantId> {
    tx.require(Capability::GrantManage, unit)?;
    let role = role_to_give(tx, unit, &cmd.role)?;
    let today = tx.today();
    if cmd.to.is_some_and(|to| to <= cmd.from || to <= today) {
        return Err(Error::field(
            "to",
            "grant.days",
            "Ngày kết thúc phải sau ngày bắt đầu và sau hôm nay. Hãy chọn ngày khác hoặc bỏ trống.",
        ));
    }
    confirmation::require(tx)?;
    let scope = tx.scope(Capability::AccountView)?;
    if !grants::within(tx, cmd.account, &scope)? {
        return Err(accounts::NOT_FOUND.error(accounts::ACCOUNT.missing_sentence));
    }
    // Taken first: two who give the same role at once do not both.
    tx.lock(&accounts::ACCOUNT, cmd.account, None)?;
    require_over_past(tx, cmd.account)?;
    let new = NewGrant { account: cmd.account, role: cmd.role.clone(), unit, from: cmd.from, to: cmd.to };
    if grants::stands(tx, &new)? {
        return Err(EXISTS.error(format!(
            "Người này đã có vai trò {} ở đơn vị này trong thời gian đó. Hãy kết thúc vai trò cũ trước, hoặc chọn ngày khác.",
            role.name
        )));
    }
    let id = grants::insert(tx, &new)?;
    // Where the role is held, a second factor may be demanded.
    second_factor::renew(tx, cmd.account)?;
    tx.record(Entry::new("grant.given", "grant", id).unit(unit).version(1).after(cmd)?);
    Ok(id)
}

/// One grant, for whoever gave it.
fn shown(tx: &mut Tx<'_>, id: GrantId) -> Result<GrantView> {
    let grant = grants::find(tx, id)?.ok_or_else(|| grants::NOT_FOUND.error(grants::GRANT.missing_sentence))?;
    tx.require(Capability::AccountView, grant.unit)?;
    view::grants(tx, vec![grant])?.pop().ok_or_else(|| grants::NOT_FOUND.error(grants::GRANT.missing_sentence))
}

/// Gives a role.
#[utoipa::path(post, path = "/units/{unit}/grants", operation_id = "give_grant", tag = "accounts",
    params(("unit" = base::Uuid, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = GiveGrant,
    responses((status = 201, body = GrantView), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<GiveGrant>,
) -> Answer<Created<GrantView>> {
    let grant = app
        .db()
        .write(&ctx, move |tx| {
            let made = idempotency::once(tx, key.as_ref(), |tx| give_grant(tx, unit, &cmd))?;
            shown(tx, made.id)
        })
        .await?;
    Ok(Created::new(format!("/grants/{}", grant.id), grant))
}
