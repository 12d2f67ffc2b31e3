//! Call a passkey something else.

use auth::factors::passkeys::{self, PASSKEY};
use auth::{PasskeyId, Require as _};
use base::Result;
use db::{Entry, Tx};
use http::{Answer, App, IfMatch, Json, Path, Signed, State, Tagged};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Passkey;
use super::add_passkey::check_name;

/// The new name.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenamePasskey {
    /// How its owner calls it.
    #[schema(example = "Máy tính phòng giáo vụ")]
    pub name: String,
}

/// Gives one of the signed-in person's passkeys another name.
pub fn rename_passkey(tx: &mut Tx<'_>, id: PasskeyId, known: i64, cmd: &RenamePasskey) -> Result<Passkey> {
    let account = tx.require_own_password()?;
    let name = check_name(&cmd.name)?;
    let missing = || PASSKEY.missing.error(PASSKEY.missing_sentence);
    if passkeys::owner(tx, id)? != Some(account) {
        return Err(missing());
    }
    let version = tx.lock(&PASSKEY, id, Some(known))?;
    passkeys::rename(tx, id, &name)?;
    tx.record(Entry::new("passkey.renamed", "account", account).version(version));
    let stored = passkeys::of_account(tx, account)?.into_iter().find(|key| key.id == id).ok_or_else(missing)?;
    Ok(stored.into())
}

/// Renames a passkey.
#[utoipa::path(put, path = "/me/passkeys/{passkey}", operation_id = "rename_passkey", tag = "accounts",
    params(("passkey" = base::Uuid, Path), ("If-Match" = String, Header)), request_body = RenamePasskey,
    responses((status = 200, body = Passkey), (status = 404, body = http::ProblemBody), (status = 412, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody), (status = 428, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(passkey): Path<PasskeyId>,
    IfMatch(known): IfMatch,
    Json(cmd): Json<RenamePasskey>,
) -> Answer<Tagged<Passkey>> {
    let renamed = app.db().write(&ctx, move |tx| rename_passkey(tx, passkey, known, &cmd)).await?;
    Ok(Tagged::new(renamed.version, renamed))
}
