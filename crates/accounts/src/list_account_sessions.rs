//! Where somebody else is signed in: for whoever helps after a device was lost.

use auth::over::require_over;
use auth::{Capability, session};
use base::{AccountId, Result};
use db::Tx;
use http::{Answer, App, Json, Path, Signed, State};

use crate::list_sessions::SessionView;
use crate::{Items, list_sessions};

/// The open sessions of another's account, the last used first.
pub fn list_account_sessions(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<SessionView>> {
    require_over(tx, Capability::SessionEndOther, account)?;
    Ok(session::list(tx, account)?.into_iter().map(|open| list_sessions::view(open, None)).collect())
}

/// Where somebody else is signed in. Recorded as a look at that person.
#[utoipa::path(get, path = "/accounts/{account}/sessions", operation_id = "list_account_sessions", tag = "accounts",
    params(("account" = base::Uuid, Path)),
    responses((status = 200, body = Items<SessionView>), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(account): Path<AccountId>,
) -> Answer<Json<Items<SessionView>>> {
    let items = app
        .look(&ctx, "account.sessions", move |tx| Ok((vec![account.0], list_account_sessions(tx, account)?)))
        .await?;
    Ok(Json(Items { items }))
}
