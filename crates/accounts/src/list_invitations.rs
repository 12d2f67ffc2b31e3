//! The invitations of a unit that stand open, never their codes.

use auth::{Capability, Require as _, invitations};
use base::{Instant, Result, UnitId, Uuid};
use db::Tx;
use http::{Answer, App, Json, Path, Signed, State};
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
    Ok(invitations::at_unit(tx, unit)?
        .into_iter()
        .map(|one| InvitationView {
            id: one.id.0,
            display_name: one.display_name,
            role_name: role_name(&one.role),
            role: one.role,
            created_at: one.created_at,
            expires_at: one.expires_at,
        })
        .collect())
}

/// The open invitations of a unit.
#[utoipa::path(get, path = "/units/{unit}/invitations", operation_id = "list_invitations", tag = "accounts",
    params(("unit" = base::Uuid, Path)),
    responses((status = 200, body = Items<InvitationView>), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
) -> Answer<Json<Items<InvitationView>>> {
    Ok(Json(Items { items: app.db().read(&ctx, move |tx| list_invitations(tx, unit)).await? }))
}
