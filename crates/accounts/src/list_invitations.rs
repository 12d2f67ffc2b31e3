//! The invitations of a unit that stand open, never their codes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use auth::{Capability, Require as _, accounts, invitations};
use base::{Instant, Result, UnitId, Uuid};
use db::Tx;
use http::{Answer, Json, Path, Reader};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Items;
use crate::view::role_name;

/// One open invitation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InvitationView {
    /// Which.
    pub id: Uuid,
    /// Who is invited.
    #[schema(example = "Nguyễn Thị Lan")]
    pub display_name: String,
    /// To which role, its code.
    #[schema(example = "teacher")]
    pub role: String,
    /// To which role, its name.
    #[schema(example = "Giáo viên")]
    pub role_name: String,
    /// Who invited; `null` when that was the operator.
    #[schema(example = "Trần Thị Mai")]
    pub invited_by: Option<String>,
    /// Whether its code still opens. Not once whoever invited may no longer give this role here.
    #[schema(example = true)]
    pub stands: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Instant,
    /// Until when it stands.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Instant,
}

/// The open invitations of a unit, the newest first.
pub fn list_invitations(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<InvitationView>> {
    tx.require(Capability::AccountInvite, unit)?;
    let open = invitations::at_unit(tx, unit)?;
    // A handful of people invite at one unit, to a handful of roles.
    let (mut names, mut stands) = (HashMap::new(), HashMap::new());
    for one in &open {
        let Some(inviter) = one.inviter() else { continue };
        if let Entry::Vacant(unknown) = names.entry(inviter) {
            unknown.insert(accounts::find(tx, inviter)?.map(|account| account.display_name));
        }
        if let Entry::Vacant(unknown) = stands.entry((inviter, one.role.clone())) {
            unknown.insert(one.stands(tx)?);
        }
    }
    let view = |one: invitations::Invitation| {
        let inviter = one.inviter();
        InvitationView {
            id: one.id.0,
            invited_by: inviter.and_then(|inviter| names.get(&inviter).cloned().flatten()),
            stands: inviter.is_none_or(|inviter| stands.get(&(inviter, one.role.clone())).copied().unwrap_or(false)),
            display_name: one.display_name,
            role_name: role_name(&one.role),
            role: one.role,
            created_at: one.created_at,
            expires_at: one.expires_at,
        }
    };
    Ok(open.into_iter().map(view).collect())
}

/// The open invitations of a unit.
#[utoipa::path(get, path = "/units/{unit}/invitations", operation_id = "list_invitations", tag = "accounts",
    params(("unit" = base::Uuid, Path)),
    responses((status = 200, body = Items<InvitationView>), (status = 404, body = http::ProblemBody)))]
pub async fn route(reader: Reader, Path(unit): Path<UnitId>) -> Answer<Json<Items<InvitationView>>> {
    Ok(Json(Items { items: reader.at(unit).read(move |tx| list_invitations(tx, unit)).await? }))
}
