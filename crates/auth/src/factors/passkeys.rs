//! Passkeys: key pairs whose secret half never leaves the person's device, which asks for finger, face or PIN before it
//! signs. The store only; the signatures are verified by `accounts`, which knows the library for it.

use base::{AccountId, Code, Instant, Kind, Result};
use db::{Noun, Tx, params};

use crate::PasskeyId;

/// The passkey does not exist, or is somebody else's.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "passkey.not_found", "Không tìm thấy khoá truy cập");
/// The device's passkey was added before.
pub const EXISTS: Code = Code::new(Kind::Conflict, "passkey.exists", "Khoá truy cập này đã được thêm");

/// A passkey as an aggregate.
pub static PASSKEY: Noun = Noun {
    table: "passkey",
    missing: &NOT_FOUND,
    missing_sentence: "Không tìm thấy khoá truy cập này trong tài khoản của bạn. Hãy tải lại trang.",
};

db::statements! {
    /// The passkeys of an account, the oldest first.
    pub OF_ACCOUNT = "SELECT id, version, name, state, created_at, last_used_at FROM passkey
        WHERE account = ?1 ORDER BY created_at NULLS LAST, id";
    /// Those made at a host.
    pub AT_HOST = "SELECT id, version, name, state, created_at, last_used_at FROM passkey
        WHERE account = ?1 AND host = ?2 ORDER BY created_at NULLS LAST, id";
    /// Whose passkey a browser names.
    pub BY_CREDENTIAL = "SELECT id, account, state FROM passkey WHERE credential = ?1 AND host = ?2";
    /// A new passkey.
    pub INSERT = "INSERT INTO passkey (id, version, account, name, host, credential, state, created_at)
        VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7)";
    /// Another name.
    pub RENAME = "UPDATE passkey SET name = ?2 WHERE id = ?1";
    /// It was used: counter and flags may be new. Nothing when it was used meanwhile.
    pub USED = "UPDATE passkey SET state = ?3, last_used_at = ?4 WHERE id = ?1 AND state = ?2";
    /// One ends.
    pub REMOVE = "DELETE FROM passkey WHERE account = ?1 AND id = ?2";
    /// All of an account end.
    pub REMOVE_ALL = "DELETE FROM passkey WHERE account = ?1";
    /// Whose it is.
    pub OWNER = "SELECT account FROM passkey WHERE id = ?1";
}

db::row! {
    /// A passkey of an account.
    pub struct Stored {
        /// Which.
        pub id: PasskeyId,
        /// Its version.
        pub version: i64,
        /// How its owner calls it.
        pub name: String,
        /// Public key, counter and flags.
        pub state: String,
        /// When it was added.
        pub created_at: Instant,
        /// When somebody last signed in or confirmed with it.
        pub last_used_at: Option<Instant>,
    }
    /// A passkey and whose it is.
    pub struct Owned {
        /// Which.
        pub id: PasskeyId,
        /// Whose.
        pub account: AccountId,
        /// Public key, counter and flags.
        pub state: String,
    }
}

/// A passkey to be kept.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    /// How its owner calls it.
    pub name: String,
    /// The host it was made at.
    pub host: String,
    /// The id by which a browser names it.
    pub credential: Vec<u8>,
    /// Public key, counter and flags.
    pub state: String,
}

/// The passkeys of an account, the oldest first.
pub fn of_account(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Stored>> {
    tx.all(&OF_ACCOUNT, params![account])
}

/// The passkeys of an account that work at a host.
pub fn at_host(tx: &mut Tx<'_>, account: AccountId, host: &str) -> Result<Vec<Stored>> {
    tx.all(&AT_HOST, params![account, host])
}

/// The passkey that a browser names at a host.
pub fn by_credential(tx: &mut Tx<'_>, credential: &[u8], host: &str) -> Result<Option<Owned>> {
    tx.one(&BY_CREDENTIAL, params![credential, host])
}

/// Keeps a passkey.
pub fn insert(tx: &mut Tx<'_>, account: AccountId, new: &NewPasskey) -> Result<Stored> {
    let (id, now) = (tx.new_id::<PasskeyId>(), tx.now());
    tx.exec_one(&INSERT, params![id, account, new.name, new.host, new.credential, new.state, now])?;
    let NewPasskey { name, state, .. } = new.clone();
    Ok(Stored { id, version: 1, name, state, created_at: now, last_used_at: None })
}

/// Whose a passkey is.
pub fn owner(tx: &mut Tx<'_>, id: PasskeyId) -> Result<Option<AccountId>> {
    Ok(tx.one::<(AccountId,)>(&OWNER, params![id])?.map(|(account,)| account))
}

/// Gives a passkey another name, after [`Tx::lock`] took it.
pub fn rename(tx: &mut Tx<'_>, id: PasskeyId, name: &str) -> Result<()> {
    tx.exec_one(&RENAME, params![id, name])
}

/// Notes that a passkey was used, when it still stands as it was verified.
pub fn used(tx: &mut Tx<'_>, id: PasskeyId, verified: &str, now_is: &str) -> Result<bool> {
    let now = tx.now();
    Ok(tx.exec(&USED, params![id, verified, now_is, now])? == 1)
}

/// Removes one; answers whether it was there.
pub fn remove(tx: &mut Tx<'_>, account: AccountId, id: PasskeyId) -> Result<bool> {
    Ok(tx.exec(&REMOVE, params![account, id])? == 1)
}

/// Removes all of an account; answers how many.
pub fn remove_all(tx: &mut Tx<'_>, account: AccountId) -> Result<u64> {
    tx.exec(&REMOVE_ALL, params![account])
}
