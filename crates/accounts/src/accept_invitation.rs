//! Accept an invitation: an account, its role, and a first session.

use auth::grants::{self, NewGrant};
use auth::{SignedIn, accounts, delay, invitations, passwords};
use base::Result;
use db::{Entry, Tx};
use http::{Answer, Anyone, App, Caller, Json, State};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::look_at_invitation::{no_such_code, open};
use crate::me::Me;
use crate::sign_in::{Cookies, Device, opening, start, welcome};

/// The code, and how the person wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitation {
    /// The code, as typed.
    #[schema(example = "K7QM-2XRD-VH4T-9CWE")]
    pub code: String,
    /// The name to sign in with.
    #[schema(example = "lan.nguyen")]
    pub login: String,
    /// The password.
    #[schema(example = "trâu ơi ta bảo trâu này", format = Password)]
    pub password: String,
}

/// Makes the account of an invitation, gives its role and begins a session. `digest` is the password's, made outside.
/// Nothing for a wrong code, which is counted; the second use of a code is a wrong code.
pub fn accept_invitation(
    tx: &mut Tx<'_>,
    typed: &str,
    login: &str,
    digest: &str,
    device: &Device,
) -> Result<Option<SignedIn>> {
    let Some(invitation) = open(tx, typed, &device.origin.address)? else { return Ok(None) };
    let login = accounts::check_login(login)?;
    if !invitations::accept(tx, invitation.id)? {
        return Ok(None);
    }
    let account = accounts::insert(tx, &login, &invitation.display_name, digest, false)?;
    invitations::accepted_by(tx, invitation.id, account)?;
    let from = tx.today();
    let new = NewGrant { account, role: invitation.role.clone(), unit: invitation.unit, from, to: None };
    let grant = grants::insert(tx, &new)?;
    delay::know(tx, account, device.mark)?;
    let entry = |kind, noun, id: base::Uuid| Entry::new(kind, noun, id).unit(invitation.unit).version(1);
    tx.record(entry("account.made", "account", account.into()));
    let given =
        serde_json::json!({ "account": account, "role": invitation.role, "from": from, "invitation": invitation.id });
    tx.record(entry("grant.given", "grant", grant.into()).after(&given)?);
    tx.record(Entry::new("invitation.accepted", "invitation", invitation.id).unit(invitation.unit).version(2));
    start(tx, account, device, "invitation").map(Some)
}

/// Accepts an invitation and signs in.
#[utoipa::path(post, path = "/invitations/acceptance", operation_id = "accept_invitation", tag = "accounts", security(()),
    request_body = AcceptInvitation,
    responses((status = 200, body = Me), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 429, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Anyone(ctx): Anyone,
    caller: Caller,
    Json(body): Json<AcceptInvitation>,
) -> Answer<(Cookies, Json<Me>)> {
    let opening = opening(&caller)?;
    let AcceptInvitation { code, login, password } = body;
    // A wrong code is answered before a password is hashed for it.
    let (typed, address) = (code.clone(), opening.device.origin.address.clone());
    let open_now = app.db().write(&ctx, move |tx| open(tx, &typed, &address).map(|found| found.is_some())).await?;
    if !open_now {
        return Err(no_such_code().into());
    }
    let folded = accounts::check_login(&login)?;
    passwords::check("password", &password, &folded)?;
    let digest = passwords::hash_in_turn(password).await?;
    let device = opening.device.clone();
    let who = app.db().write(&ctx, move |tx| accept_invitation(tx, &code, &login, &digest, &device)).await?;
    Ok(welcome(&app, ctx.request(), &who.ok_or_else(no_such_code)?, &opening).await?)
}
