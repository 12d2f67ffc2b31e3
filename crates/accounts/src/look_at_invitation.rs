//! What does this code open? Asked by whoever holds it, before making an account.

use auth::invitations::{self, Invitation, InvitationCode};
use base::{Error, Instant, Result};
use db::Tx;
use http::{Answer, Anyone, App, Caller, Json, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::names;
use crate::view::role_name;

/// The code, as typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookAtInvitation {
    /// With or without dashes, in small letters or capitals.
    #[schema(example = "K7QM-2XRD-VH4T-9CWE")]
    pub code: String,
}

/// What the code opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct InvitationLook {
    /// Where.
    #[schema(example = "Trường THCS Nguyễn Du")]
    pub unit_name: String,
    /// To which role.
    #[schema(example = "Giáo viên")]
    pub role_name: String,
    /// Who is invited.
    #[schema(example = "Nguyễn Thị Lan")]
    pub display_name: String,
    /// Until when it stands.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Instant,
}

pub(crate) fn no_such_code() -> Error {
    invitations::NO_SUCH_CODE.error(
        "Mã mời này không đúng, đã được dùng, đã hết hạn, hoặc người mời không còn phụ trách. Hãy kiểm tra lại từng ký tự, hoặc nhờ người mời gửi mã mới.",
    )
}

/// The open invitation of what was typed. A wrong code is counted against the address, so this is no error.
pub(crate) fn open(tx: &mut Tx<'_>, typed: &str, address: &str) -> Result<Option<Invitation>> {
    tx.public("whoever holds a code may use it");
    let found = match InvitationCode::parse(typed) {
        Some(code) => invitations::by_code(tx, &code)?,
        None => None,
    };
    let found = match found {
        Some(invitation) if invitation.stands(tx)? => Some(invitation),
        _ => None,
    };
    // A code of 80 bits is not guessed. Only misses are limited, so that nobody's mistakes, or malice, lock out all who
    // sit behind the same address.
    if found.is_none() {
        invitations::check_tries(tx, address)?;
        invitations::failed(tx, address)?;
    }
    Ok(found)
}

/// Says what a code opens; nothing for a wrong one, which is counted.
pub fn look_at_invitation(tx: &mut Tx<'_>, typed: &str, address: &str) -> Result<Option<InvitationLook>> {
    let Some(invitation) = open(tx, typed, address)? else { return Ok(None) };
    Ok(Some(InvitationLook {
        unit_name: names::unit(tx, invitation.unit)?.name,
        role_name: role_name(&invitation.role),
        display_name: invitation.display_name,
        expires_at: invitation.expires_at,
    }))
}

/// What an invitation's code opens.
#[utoipa::path(post, path = "/invitations/look", operation_id = "look_at_invitation", tag = "accounts", security(()),
    request_body = LookAtInvitation,
    responses((status = 200, body = InvitationLook), (status = 404, body = http::ProblemBody), (status = 429, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Anyone(ctx): Anyone,
    caller: Caller,
    Json(body): Json<LookAtInvitation>,
) -> Answer<Json<InvitationLook>> {
    let address = caller.address.to_string();
    let found = app.db().write(&ctx, move |tx| look_at_invitation(tx, &body.code, &address)).await?;
    Ok(Json(found.ok_or_else(no_such_code)?))
}
