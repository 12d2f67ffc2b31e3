//! My second factors.

use auth::factors::{passkeys, recovery, totp};
use auth::{Require as _, confirmation};
use base::{Instant, Result};
use db::Tx;
use http::{Answer, Json, Reader};
use platform::second_factor;
use serde::Serialize;
use utoipa::ToSchema;

use super::Passkey;

/// The second factors of an account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Factors {
    /// The authenticator app; `null` when there is none.
    pub totp: Option<TotpView>,
    /// The passkeys, the oldest first.
    pub passkeys: Vec<Passkey>,
    /// The recovery codes; `null` when none were made.
    pub recovery_codes: Option<RecoveryView>,
    /// A second factor is demanded of this account: the last one cannot be removed.
    #[schema(example = false)]
    pub required: bool,
    /// Until when this session is freshly confirmed; `null` when it is not.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub confirmed_until: Option<Instant>,
}

/// The authenticator app.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TotpView {
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub since: Instant,
}

/// The recovery codes, never themselves.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecoveryView {
    /// Not yet used.
    #[schema(example = 10)]
    pub left: i64,
    /// When they were made.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Instant,
}

/// The signed-in person's factors.
pub fn list_factors(tx: &mut Tx<'_>) -> Result<Factors> {
    let account = tx.require_signed_in()?;
    Ok(Factors {
        totp: totp::since(tx, account)?.map(|since| TotpView { since }),
        passkeys: passkeys::of_account(tx, account)?.into_iter().map(Passkey::from).collect(),
        recovery_codes: recovery::standing(tx, account)?
            .map(|codes| RecoveryView { left: codes.left, made_at: codes.made_at }),
        required: second_factor::is_demanded(tx, account)?,
        confirmed_until: confirmation::until(tx)?,
    })
}

/// My second factors.
#[utoipa::path(get, path = "/me/factors", operation_id = "list_factors", tag = "accounts",
    responses((status = 200, body = Factors)))]
pub async fn route(reader: Reader) -> Answer<Json<Factors>> {
    Ok(Json(reader.read(list_factors).await?))
}
