//! End a role before its time.

use auth::require::roles_to_give;
use auth::{Capability, FORBIDDEN, GrantId, Require as _, grants};
use axum::http::StatusCode;
use base::{Error, Result};
use db::{Entry, Tx};
use http::{Answer, App, Path, Signed, State};

fn not_found() -> Error {
    grants::NOT_FOUND.error(grants::GRANT.missing_sentence)
}

/// Ends a grant at once. Whoever may give the role may end it.
pub fn end_grant(tx: &mut Tx<'_>, id: GrantId) -> Result<()> {
    let grant = grants::find(tx, id)?;
    let Some(grant) = grant else {
        tx.scope(Capability::GrantManage)?;
        return Err(not_found());
    };
    // A published unit is in sight of everybody; who holds a role there is not.
    if !tx.may(grant.unit)?.contains(&Capability::AccountView) {
        tx.require_signed_in()?;
        return Err(not_found());
    }
    tx.require(Capability::GrantManage, grant.unit)?;
    if !roles_to_give(tx, grant.unit)?.iter().any(|role| role.code == grant.role) && !tx.is_house() {
        return Err(FORBIDDEN.error(
            "Bạn không kết thúc được vai trò này vì không phải người được cấp vai trò đó. Hãy nhờ cấp trên của đơn vị.",
        ));
    }
    let version = tx.lock(&grants::GRANT, id, None)?;
    if !grants::end(tx, id)? {
        return Err(not_found());
    }
    let entry = Entry::new("grant.ended", "grant", id).unit(grant.unit).version(version);
    tx.record(entry.before(&serde_json::json!({ "account": grant.account, "role": grant.role }))?);
    Ok(())
}

/// Ends a role.
#[utoipa::path(delete, path = "/grants/{grant}", operation_id = "end_grant", tag = "accounts",
    params(("grant" = base::Uuid, Path)),
    responses((status = 204), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody)))]
pub async fn route(State(app): State<App>, Signed(ctx): Signed, Path(grant): Path<GrantId>) -> Answer<StatusCode> {
    app.db().write(&ctx, move |tx| end_grant(tx, grant)).await?;
    Ok(StatusCode::NO_CONTENT)
}
