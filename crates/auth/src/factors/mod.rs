//! Second factors: what somebody shows beside the password. An authenticator app ([`totp`]), passkeys ([`passkeys`], each
//! both factors at once) and, for the day these are lost, recovery codes ([`recovery`]).

pub mod passkeys;
pub mod recovery;
pub mod totp;

use base::{AccountId, Code, Kind, Result};
use db::{Tx, params};

/// The policy demands a second factor: the last one stays.
pub const REQUIRED: Code = Code::new(Kind::Conflict, "factor.required", "Cần giữ lại một yếu tố thứ hai");
/// There is no second factor.
pub const NONE: Code = Code::new(Kind::Conflict, "factor.none", "Chưa có yếu tố thứ hai");

/// A way to take the second step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// A passkey.
    Passkey,
    /// The code of an authenticator app.
    Totp,
    /// A recovery code.
    RecoveryCode,
}

impl Method {
    /// Its stable text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Totp => "totp",
            Self::RecoveryCode => "recovery_code",
        }
    }
}

db::statements! {
    /// Whether an account has a second factor.
    pub ANY = "SELECT 1 FROM totp WHERE account = ?1 UNION ALL SELECT 1 FROM passkey WHERE account = ?1 LIMIT 1";
    /// Takes an account for an act on its sign-in: two at once do not both go on from what they saw.
    pub TAKE = "UPDATE account SET version = version WHERE id = ?1";
    /// A second factor is demanded and missing, or no longer.
    pub MUST_ENROL = "UPDATE account SET must_enrol = ?2 WHERE id = ?1 AND must_enrol <> ?2";
}

/// Whether an account has a second factor. Recovery codes alone are none.
pub fn any(tx: &mut Tx<'_>, account: AccountId) -> Result<bool> {
    Ok(tx.one::<(i64,)>(&ANY, params![account])?.is_some())
}

/// Takes an account before its factors, password or sign-ins are judged: whoever comes second sees what the first did.
/// Its version stays.
pub fn take(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    tx.exec(&TAKE, params![account]).map(|_| ())
}

/// Notes whether a second factor is demanded of an account that has none. The policy is the caller's to read.
pub fn must_enrol(tx: &mut Tx<'_>, account: AccountId, must: bool) -> Result<()> {
    tx.exec(&MUST_ENROL, params![account, must]).map(|_| ())
}

/// How an account can take the second step at a host, best first. Without a host no passkey works.
pub fn methods(tx: &mut Tx<'_>, account: AccountId, host: Option<&str>) -> Result<Vec<Method>> {
    let mut methods = Vec::with_capacity(3);
    if let Some(host) = host
        && !passkeys::at_host(tx, account, host)?.is_empty()
    {
        methods.push(Method::Passkey);
    }
    if totp::since(tx, account)?.is_some() {
        methods.push(Method::Totp);
    }
    if recovery::standing(tx, account)?.is_some_and(|codes| codes.left > 0) {
        methods.push(Method::RecoveryCode);
    }
    Ok(methods)
}

/// Removes all second factors and the recovery codes with them; answers how many factors there were.
pub fn clear(tx: &mut Tx<'_>, account: AccountId) -> Result<u64> {
    let removed = totp::remove(tx, account)? + passkeys::remove_all(tx, account)?;
    recovery::clear(tx, account)?;
    Ok(removed)
}
