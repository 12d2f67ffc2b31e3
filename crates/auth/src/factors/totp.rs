//! One-time codes of an authenticator app (TOTP, RFC 6238): six digits, a new one every 30 seconds. The code before and
//! the one after are taken too, for clocks that differ; none is taken twice.

use base::{AccountId, Code, Error, Instant, Kind, Result};
use db::keys::Use;
use db::{Tx, params};
use totp_rs::{Builder, Totp};

/// The account has no authenticator app.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "totp.not_found", "Chưa có ứng dụng xác thực");
/// No secret waits for its first code.
pub const NOT_BEGUN: Code = Code::new(Kind::Conflict, "totp.not_begun", "Chưa bắt đầu thêm ứng dụng xác thực");

/// A new secret waits so long for its first code: ten minutes.
pub const PENDING_SECONDS: i64 = 600;

db::statements! {
    /// A secret that waits for its first code.
    pub BEGIN = "INSERT INTO totp_pending (account, secret, expires_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, expires_at = excluded.expires_at";
    /// The secret that waits.
    pub PENDING = "SELECT secret FROM totp_pending WHERE account = ?1 AND expires_at > ?2";
    /// It waits no longer.
    pub END_PENDING = "DELETE FROM totp_pending WHERE account = ?1";
    /// From now on its codes count. `?4` is the step of the first one.
    pub PUT = "INSERT INTO totp (account, secret, since, last_step) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, since = excluded.since, last_step = excluded.last_step";
    /// The secret of an account.
    pub SECRET = "SELECT secret FROM totp WHERE account = ?1";
    /// Since when an account has an app.
    pub SINCE = "SELECT since FROM totp WHERE account = ?1";
    /// A code is used, once.
    pub USE = "UPDATE totp SET last_step = ?2 WHERE account = ?1 AND last_step < ?2";
    /// The app no longer counts.
    pub REMOVE = "DELETE FROM totp WHERE account = ?1";
    /// Secrets that another key than the current one encrypted.
    pub OLD_KEY = "SELECT account, account, secret FROM totp WHERE account > ?1 AND substr(secret, 1, 4) <> ?2
        ORDER BY account NULLS LAST LIMIT ?3";
    /// One, encrypted anew.
    pub NEW_KEY = "UPDATE totp SET secret = ?2 WHERE account = ?1";
    /// The same of secrets that wait.
    pub PENDING_OLD_KEY = "SELECT account, account, secret FROM totp_pending WHERE account > ?1 AND substr(secret, 1, 4) <> ?2
        ORDER BY account NULLS LAST LIMIT ?3";
    /// One that waits, encrypted anew.
    pub PENDING_NEW_KEY = "UPDATE totp_pending SET secret = ?2 WHERE account = ?1";
}

/// What the app and the server share: 20 random bytes, drawn outside write closures and shown once.
#[derive(Clone)]
pub struct Secret([u8; 20]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Draws a new one.
    pub fn draw() -> Result<Self> {
        db::keys::random().map(Self)
    }

    /// As it is typed into an app that reads no QR code: base32 in groups of four.
    #[must_use]
    pub fn shown(&self) -> String {
        let text = totp_rs::Secret::from(self.0).to_base32();
        let signs: Vec<char> = text.chars().collect();
        signs.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }

    /// As an app reads it from a QR code. `at` names the server, so that an app with several can tell them apart.
    pub fn uri(&self, at: &str, login: &str) -> Result<String> {
        // A colon parts the two.
        let plain = |text: &str| text.replace(':', " ");
        Builder::new()
            .with_secret(self.0)
            .with_issuer(Some(plain(at)))
            .with_account_name(plain(login))
            .build()
            .and_then(|totp| totp.to_url())
            .map_err(|error| Error::internal(error.to_string()))
    }
}

/// What a secret is bound to.
#[must_use]
pub fn about(account: &[u8]) -> Vec<u8> {
    [b"totp ".as_slice(), account].concat()
}

fn open(tx: &Tx<'_>, account: AccountId, sealed: &[u8]) -> Result<Totp> {
    let secret = tx.keys().open(Use::Field, &about(account.0.as_bytes()), sealed)?;
    Builder::new().with_secret(secret).build().map_err(|error| Error::internal(error.to_string()))
}

/// The time step whose code this is; nothing when it is none of the three that are taken now.
fn step(tx: &Tx<'_>, totp: &Totp, code: &str) -> Option<i64> {
    // People copy the space between the groups.
    let code: String = code.chars().filter(|sign| sign.is_ascii_digit()).take(7).collect();
    let seconds = u64::try_from(tx.now().0.div_euclid(1_000_000)).ok()?;
    totp.check(&code, seconds).and_then(|step| i64::try_from(step).ok())
}

/// Keeps a secret until its first code is shown.
pub fn begin(tx: &mut Tx<'_>, account: AccountId, secret: &Secret) -> Result<Instant> {
    let expires_at = tx.now().plus_seconds(PENDING_SECONDS);
    let salt = tx.draw();
    let sealed = tx.keys().seal(Use::Field, &salt, &about(account.0.as_bytes()), &secret.0)?;
    tx.exec_one(&BEGIN, params![account, sealed, expires_at])?;
    Ok(expires_at)
}

/// Takes the secret that waits into use, when this is its code. An older app is replaced.
pub fn confirm(tx: &mut Tx<'_>, account: AccountId, code: &str) -> Result<bool> {
    let now = tx.now();
    let Some((sealed,)) = tx.one::<(Vec<u8>,)>(&PENDING, params![account, now])? else {
        return Err(NOT_BEGUN.error(
            "Mã QR này đã quá 10 phút hoặc đã dùng; chưa có gì bị thay đổi. Hãy bắt đầu thêm ứng dụng xác thực lại từ đầu.",
        ));
    };
    let totp = open(tx, account, &sealed)?;
    let Some(step) = step(tx, &totp, code) else { return Ok(false) };
    tx.exec_one(&PUT, params![account, sealed, now, step])?;
    tx.exec(&END_PENDING, params![account])?;
    Ok(true)
}

/// Whether this is a code of the account's app that was not used before; it is used now.
pub fn check(tx: &mut Tx<'_>, account: AccountId, code: &str) -> Result<bool> {
    let Some((sealed,)) = tx.one::<(Vec<u8>,)>(&SECRET, params![account])? else { return Ok(false) };
    let totp = open(tx, account, &sealed)?;
    let Some(step) = step(tx, &totp, code) else { return Ok(false) };
    Ok(tx.exec(&USE, params![account, step])? == 1)
}

/// Since when the account has an app.
pub fn since(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<Instant>> {
    Ok(tx.one::<(Instant,)>(&SINCE, params![account])?.map(|(since,)| since))
}

/// Removes the app; answers whether there was one, as a number.
pub fn remove(tx: &mut Tx<'_>, account: AccountId) -> Result<u64> {
    tx.exec(&END_PENDING, params![account])?;
    tx.exec(&REMOVE, params![account])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_in_groups_and_read_from_a_qr_code() {
        let secret = Secret(*b"12345678901234567890");
        assert_eq!(secret.shown(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            secret.uri("Khuê khue.truong.vn", "lan:nguyen").expect("a URI"),
            "otpauth://totp/Khu%C3%AA%20khue.truong.vn:lan%20nguyen?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Khu%C3%AA%20khue.truong.vn"
        );
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, SHA-1: the last six of its eight digits.
        let totp = Builder::new().with_secret(*b"12345678901234567890").build().expect("a secret");
        for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(totp.generate(at).to_string(), code);
        }
    }
}
