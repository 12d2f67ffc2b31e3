//! Take an invitation back.

use auth::{Capability, InvitationId, Require as _, invitations};
use axum::http::StatusCode;
use base::{Error, Result};
use db::{Entry, Tx};
use http::{Answer, App, Path, Signed, State};

fn not_found() -> Error {
    invitations::NO_SUCH_CODE.error(invitations::INVITATION.missing_sentence)
}

/// Withdraws an open invitation.
pub fn withdraw_invitation(tx: &mut Tx<'_>, id: InvitationId) -> Result<()> {
    let Some(invitation) = invitations::find(tx, id)? else {
        tx.scope(Capability::AccountInvite)?;
        return Err(not_found());
    };
    // A published unit is in sight of everybody; who is invited there is not.
    if !tx.may(invitation.unit)?.contains(&Capability::AccountView) {
        tx.require_signed_in()?;
        return Err(not_found());
    }
    tx.require(Capability::AccountInvite, invitation.unit)?;
    if !invitations::withdraw(tx, id)? {
        return Err(not_found());
    }
    tx.record(Entry::new("invitation.withdrawn", "invitation", id).unit(invitation.unit));
    Ok(())
}

/// Withdraws an invitation.
#[utoipa::path(delete, path = "/invitations/{invitation}", operation_id = "withdraw_invitation", tag = "accounts",
    params(("invitation" = base::Uuid, Path)), responses((status = 204), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(invitation): Path<InvitationId>,
) -> Answer<StatusCode> {
    app.db().write(&ctx, move |tx| withdraw_invitation(tx, invitation)).await?;
    Ok(StatusCode::NO_CONTENT)
}
