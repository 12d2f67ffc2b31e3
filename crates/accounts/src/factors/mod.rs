//! Second factors of one's own account, and helping somebody who lost theirs. One operation a file; what is stored is
//! `auth`'s.

pub mod add_passkey;
pub mod begin_totp;
pub mod confirm;
pub mod confirm_by_passkey;
pub mod confirm_totp;
pub mod list_factors;
pub mod remove_passkey;
pub mod remove_totp;
pub mod rename_passkey;
pub mod renew_recovery_codes;
pub mod reset_factors;
pub mod webauthn;

use auth::factors::passkeys::Stored;
use auth::factors::{self, recovery};
use base::{AccountId, Code, Instant, Kind, Result, Uuid};
use db::keys::Use;
use db::{Entry, Tx};
use platform::backup::reencrypt::Encrypted;
use platform::second_factor;
use serde::Serialize;
use utoipa::ToSchema;

/// The ticket of an enrolment or confirmation is unknown, over, used, or somebody else's: one answer for all.
pub const TICKET_OVER: Code = Code::new(Kind::Conflict, "ticket.over", "Bước này đã hết hạn");

pub(crate) fn ticket_over() -> base::Error {
    TICKET_OVER.error("Bước này đã quá 5 phút hoặc đã dùng; chưa có gì bị thay đổi. Hãy bắt đầu lại.")
}

/// One of one's passkeys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Passkey {
    /// Which.
    pub id: Uuid,
    /// How its owner calls it.
    #[schema(example = "Điện thoại của tôi")]
    pub name: String,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Instant,
    /// When it was last used to sign in or confirm; `null` when never.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Instant>,
    /// Its version, for `If-Match`.
    #[schema(example = 1)]
    pub version: i64,
}

impl From<Stored> for Passkey {
    fn from(stored: Stored) -> Self {
        let Stored { id, version, name, created_at, last_used_at, .. } = stored;
        Self { id: id.into(), name, created_at, last_used_at, version }
    }
}

/// Recovery codes, which are shown this once.
#[derive(Clone, Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Ten codes, each good once.
    #[schema(example = json!(["k7qm-2rdv-h4t9-cwx5"]))]
    pub recovery_codes: Vec<String>,
}

/// What a factor that was added brought with it.
#[derive(Clone, Serialize, ToSchema)]
pub struct Enrolled {
    /// With the first factor: ten recovery codes, shown this once.
    #[schema(example = json!(["k7qm-2rdv-h4t9-cwx5"]))]
    pub recovery_codes: Option<Vec<String>>,
}

/// After a factor was added: what is demanded is fulfilled, and with the first factor come the recovery codes. Answers
/// whether `codes`, drawn outside, were taken.
fn added(tx: &mut Tx<'_>, account: AccountId, factor: &'static str, codes: &[String]) -> Result<bool> {
    second_factor::renew(tx, account)?;
    tx.record(Entry::new("factor.added", "account", account).after(&serde_json::json!({ "factor": factor }))?);
    if recovery::standing(tx, account)?.is_some() {
        return Ok(false);
    }
    recovery::replace(tx, account, codes)?;
    tx.record(Entry::new("factor.codes_made", "account", account));
    Ok(true)
}

/// After a factor was removed: the last one takes the recovery codes with it, and is not given away where one is demanded.
fn removed(tx: &mut Tx<'_>, account: AccountId, factor: &'static str) -> Result<()> {
    if !factors::any(tx, account)? {
        if second_factor::is_demanded(tx, account)? {
            return Err(factors::REQUIRED.error(
                "Đơn vị của bạn yêu cầu xác thực hai bước, nên không gỡ được yếu tố cuối cùng; chưa có gì bị thay đổi. Hãy thêm yếu tố khác trước rồi gỡ yếu tố này.",
            ));
        }
        recovery::clear(tx, account)?;
    }
    tx.record(Entry::new("factor.removed", "account", account).after(&serde_json::json!({ "factor": factor }))?);
    Ok(())
}

/// What is encrypted here, for the job that encrypts anew after a rotation of keys.
#[must_use]
pub fn encrypted() -> [Encrypted; 2] {
    let column = |name, next, store| Encrypted {
        name,
        purpose: Use::Field,
        first: vec![base::Value::Uuid(Uuid::nil())],
        next,
        store,
        about: |of| factors::totp::about(&of[1]),
        blind: None,
    };
    [
        column("totp.secret", &factors::totp::OLD_KEY, &factors::totp::NEW_KEY),
        column("totp_pending.secret", &factors::totp::PENDING_OLD_KEY, &factors::totp::PENDING_NEW_KEY),
    ]
}
