//! Invite somebody to a role: a code to hand over, shown once.

use auth::invitations::{self, DAYS, DAYS_MOST, InvitationCode, NewInvitation};
use auth::{Capability, InvitationId, Require as _, confirmation};
use base::{Error, Instant, Result, UnitId, Uuid};
use db::keys::{Keys, Use};
use db::{Entry, Tx};
use http::{Answer, App, Created, IdempotencyKey, Json, Path, Signed, State, idempotency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::give_grant::role_to_give;

/// Who is invited, to what.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// How the person is called.
    #[schema(example = "Nguyễn Thị Lan")]
    pub display_name: String,
    /// The role's code.
    #[schema(example = "teacher")]
    pub role: String,
    /// Days the invitation stands: 1 to 60, by default 14.
    #[schema(example = 14)]
    pub days: Option<i64>,
}

/// The invitation with its code, which is shown this once.
#[derive(Serialize, ToSchema)]
pub struct Invited {
    /// Which.
    pub id: Uuid,
    /// The code to hand over.
    #[schema(example = "K7QM-2XRD-VH4T-9CWE")]
    pub code: String,
    /// Where it is used, below the server's address. The code stands behind `#`, which no server and no log sees.
    #[schema(example = "/loi-moi#K7QM-2XRD-VH4T-9CWE")]
    pub link: String,
    /// Until when it stands.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Instant,
}

/// Makes an invitation for a code drawn outside.
pub fn invite(tx: &mut Tx<'_>, unit: UnitId, cmd: &Invite, code: &InvitationCode) -> Result<InvitationId> {
    tx.require(Capability::AccountInvite, unit)?;
    let role = role_to_give(tx, unit, &cmd.role)?;
    if role.capabilities.iter().any(|one| *one != Capability::UnitView) {
        // Or a device left open would do to make oneself what cannot be given without.
        confirmation::require(tx)?;
    }
    let display_name = base::vi::clean(&cmd.display_name);
    if !(2..=100).contains(&display_name.chars().count()) {
        return Err(Error::field(
            "display_name",
            "invitation.name",
            "Hãy nhập họ và tên người được mời, từ 2 đến 100 ký tự.",
        ));
    }
    let days = cmd.days.unwrap_or(DAYS);
    if !(1..=DAYS_MOST).contains(&days) {
        let detail = format!("Lời mời có hiệu lực từ 1 đến {DAYS_MOST} ngày, không phải {days}. Hãy sửa số ngày.");
        return Err(Error::field("days", "invitation.days", detail));
    }
    let expires_at = tx.now().plus_seconds(days * 86_400);
    let new = NewInvitation { unit, role: role.code.to_owned(), display_name, expires_at };
    let id = invitations::insert(tx, &new, code)?;
    let entry = Entry::new("invitation.made", "invitation", id).unit(unit).version(1);
    tx.record(entry.after(&serde_json::json!({ "role": role.code, "expires_at": expires_at }))?);
    Ok(id)
}

/// The code of a request. With an idempotency key it follows from that and the installation's key, so that a request sent
/// again is answered with the same code, though the code is never kept. Then the codes by older keys follow it: the
/// request may have come before a rotation.
fn codes_of(keys: &Keys, ctx: &base::Ctx, key: Option<&idempotency::Key>) -> Result<Vec<InvitationCode>> {
    match (key, ctx.actor().account()) {
        (Some(key), Some(account)) => {
            let named: [&[u8]; 4] = [b"invitation code", account.0.as_bytes(), key.text.as_bytes(), &key.digest];
            Ok(keys.keyed_digests(Use::Token, &named)?.into_iter().map(InvitationCode::from_secret).collect())
        }
        _ => Ok(vec![InvitationCode::draw()?]),
    }
}

/// The one among these codes that opens this invitation.
fn opening(tx: &mut Tx<'_>, id: InvitationId, codes: &[InvitationCode]) -> Result<Option<String>> {
    for code in codes {
        if invitations::by_code(tx, code)?.is_some_and(|found| found.id == id) {
            return Ok(Some(code.shown()));
        }
    }
    Ok(None)
}

/// Invites somebody to a role at a unit. The code is shown in this answer only.
#[utoipa::path(post, path = "/units/{unit}/invitations", operation_id = "invite", tag = "accounts",
    params(("unit" = base::Uuid, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = Invite,
    responses((status = 201, body = Invited), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<Invite>,
) -> Answer<Created<Invited>> {
    let codes = codes_of(app.db().keys(), &ctx, key.as_ref())?;
    let (id, expires_at, code) = app
        .db()
        .write(&ctx, move |tx| {
            let made = idempotency::once(tx, key.as_ref(), |tx| invite(tx, unit, &cmd, &codes[0]))?;
            tx.require(Capability::AccountInvite, unit)?;
            let gone = || {
                invitations::NO_SUCH_CODE.error("Lời mời này đã được dùng, thu hồi hoặc hết hạn. Hãy tạo lời mời mới.")
            };
            let invitation = invitations::find(tx, made.id)?.ok_or_else(gone)?;
            let code = opening(tx, made.id, &codes)?.ok_or_else(gone)?;
            Ok((made.id, invitation.expires_at, code))
        })
        .await?;
    let link = format!("/loi-moi#{code}");
    Ok(Created::new(format!("/invitations/{id}"), Invited { id: id.0, code, link, expires_at }))
}
