//! Recovery codes: ten that are printed and put away, each good once, for the day the phone is lost.

use base::{AccountId, Instant, Result};
use db::{Tx, params};

/// So many are made at once.
pub const MANY: usize = 10;

/// Nothing that is mistaken for another when read from paper.
const SIGNS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz123456789";

db::statements! {
    /// A new code.
    pub INSERT = "INSERT INTO recovery_code (account, code, made_at) VALUES (?1, ?2, ?3)";
    /// The codes of an account, and those left.
    pub STANDING = "SELECT count(*) AS made, count(*) - count(used_at) AS unused, max(made_at) AS made_at
        FROM recovery_code WHERE account = ?1";
    /// A code is used, once.
    pub USE = "UPDATE recovery_code SET used_at = ?3 WHERE account = ?1 AND code = ?2 AND used_at IS NULL";
    /// All end.
    pub CLEAR = "DELETE FROM recovery_code WHERE account = ?1";
}

db::row! {
    struct Counted { made: i64, unused: i64, made_at: Option<Instant> }
}

/// The codes of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Not yet used.
    pub left: i64,
    /// When they were made.
    pub made_at: Instant,
}

/// Ten codes of 80 random bits in four groups. Drawn outside write closures, shown once.
pub fn draw() -> Result<Vec<String>> {
    (0..MANY)
        .map(|_| {
            let random = db::keys::random::<16>()?;
            let groups: Vec<String> = random
                .chunks(4)
                .map(|four| four.iter().map(|byte| char::from(SIGNS[usize::from(byte % 32)])).collect())
                .collect();
            Ok(groups.join("-"))
        })
        .collect()
}

/// What is kept of a code, as typed. Not keyed: 80 random bits are not found by trying, and a code that lies in a drawer
/// for years must outlive the rotation of keys.
fn digest(account: AccountId, typed: &str) -> [u8; 32] {
    let plain: String =
        typed.chars().filter(char::is_ascii_alphanumeric).take(64).map(|sign| sign.to_ascii_lowercase()).collect();
    db::keys::sha256(&[b"khue recovery code 1", account.0.as_bytes(), plain.as_bytes()])
}

/// New codes in place of all older ones.
pub fn replace(tx: &mut Tx<'_>, account: AccountId, codes: &[String]) -> Result<()> {
    clear(tx, account)?;
    let now = tx.now();
    for code in codes {
        tx.exec_one(&INSERT, params![account, digest(account, code), now])?;
    }
    Ok(())
}

/// Whether this is a code of the account that was not used before; it is used now.
pub fn check(tx: &mut Tx<'_>, account: AccountId, typed: &str) -> Result<bool> {
    let now = tx.now();
    Ok(tx.exec(&USE, params![account, digest(account, typed), now])? == 1)
}

/// The codes of an account; nothing when none were made.
pub fn standing(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<Standing>> {
    let found = tx.one::<Counted>(&STANDING, params![account])?.filter(|found| found.made > 0);
    Ok(found.and_then(|found| Some(Standing { left: found.unused, made_at: found.made_at? })))
}

/// Ends all codes of an account.
pub fn clear(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    tx.exec(&CLEAR, params![account]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_differ_and_are_forgiven_how_they_are_typed() {
        let codes = draw().expect("codes");
        assert_eq!(codes.len(), MANY);
        let mut different = codes.clone();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), MANY);
        let (lan, hoa) = (AccountId(base::Uuid::from_u128(1)), AccountId(base::Uuid::from_u128(2)));
        let typed = format!("  {} ", codes[0].to_uppercase().replace('-', " "));
        assert_eq!(digest(lan, &codes[0]), digest(lan, &typed));
        assert_ne!(digest(lan, &codes[0]), digest(hoa, &codes[0]));
        assert!(codes[0].len() == 19 && codes[0].bytes().all(|sign| sign == b'-' || SIGNS.contains(&sign)));
    }
}
