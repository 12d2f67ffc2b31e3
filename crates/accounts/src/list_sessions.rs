//! Where am I signed in.

use auth::{Require as _, session};
use base::{Actor, Instant, Result, SessionId, Uuid};
use db::Tx;
use http::{Answer, Json, Reader};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Items;

/// One open session.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// Which.
    pub id: Uuid,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Instant,
    /// When it was last used, up to five minutes late.
    #[schema(value_type = String, format = DateTime)]
    pub seen_at: Instant,
    /// From where.
    #[schema(example = "203.0.113.5")]
    pub address: String,
    /// On what device, in the browser's words.
    pub device: String,
    /// The session of this very request.
    pub current: bool,
}

/// The open sessions of the signed-in person, the last used first.
pub fn list_sessions(tx: &mut Tx<'_>) -> Result<Vec<SessionView>> {
    let account = tx.require_signed_in()?;
    let Actor::Account { session: mine, .. } = tx.ctx().actor().clone() else { return Ok(Vec::new()) };
    Ok(session::list(tx, account)?.into_iter().map(|open| view(open, mine)).collect())
}

pub(crate) fn view(open: session::Open, mine: Option<SessionId>) -> SessionView {
    SessionView {
        id: open.id.0,
        created_at: open.created_at,
        seen_at: open.seen_at,
        address: open.address,
        device: open.device,
        current: Some(open.id) == mine,
    }
}

/// Where I am signed in.
#[utoipa::path(get, path = "/me/sessions", operation_id = "list_sessions", tag = "accounts",
    responses((status = 200, body = Items<SessionView>)))]
pub async fn route(reader: Reader) -> Answer<Json<Items<SessionView>>> {
    Ok(Json(Items { items: reader.read(list_sessions).await? }))
}
