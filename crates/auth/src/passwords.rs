//! Passwords: argon2id digests, made outside every transaction and at most two at once; and what a password must be.

use std::sync::OnceLock;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use base::{Error, Result};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::weak;

/// The least letters of a password.
pub const SHORTEST: usize = 10;
/// The most letters of a password: beyond it, only the server's work grows.
pub const LONGEST: usize = 200;

/// Memory in KiB and passes of one digest: the second recommendation of OWASP for argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// Hashing takes 19 MiB and a core for tens of milliseconds: more than two at once would starve everybody else.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Signs of a one-time password: nothing that is mistaken for another when read aloud or copied by hand.
const SIGNS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz123456789";

/// A password that is used once: 75 bits, in three groups.
pub fn one_time() -> Result<String> {
    Ok(one_time_of(db::keys::random()?))
}

/// The one-time password that stands for a request: a request sent again is answered with the same one, though it is not
/// kept. `secret` must come from the installation's key.
#[must_use]
pub fn one_time_of(secret: [u8; 32]) -> String {
    let signs: Vec<String> = secret[..15]
        .chunks(5)
        .map(|five| five.iter().map(|byte| char::from(SIGNS[usize::from(byte % 32)])).collect())
        .collect();
    signs.join("-")
}

/// Waits for one of the two turns. Whoever holds it may hash.
pub async fn turn() -> SemaphorePermit<'static> {
    loop {
        // The semaphore is never closed.
        if let Ok(permit) = AT_ONCE.acquire().await {
            return permit;
        }
    }
}

fn argon() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| Error::internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The digest of a password, as a PHC string. Blocks for tens of milliseconds: never inside a transaction.
pub fn hash(password: &str) -> Result<String> {
    let salt = db::keys::random::<16>()?;
    argon()?
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map(|digest| digest.to_string())
        .map_err(|error| Error::internal(error.to_string()))
}

/// Whether a password is the one of a digest. Without a digest (no such account) it takes the same time and says no.
#[must_use]
pub fn verify(password: &str, digest: Option<&str>) -> bool {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let Ok(argon) = argon() else { return false };
    match digest {
        Some(digest) => argon.verify_password(password.as_bytes(), digest).is_ok(),
        None => {
            let nobody = NOBODY.get_or_init(|| hash("nobody has this password").unwrap_or_default());
            let _the_same_time = argon.verify_password(password.as_bytes(), nobody.as_str());
            false
        }
    }
}

/// Work in its turn, beside the runtime's threads. The turn goes with the work: whoever hangs up leaves it running, and
/// another must not begin beside it.
async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let turn = turn().await;
    let held = move || {
        let _until_done = turn;
        work()
    };
    tokio::task::spawn_blocking(held).await.map_err(Error::internal)
}

/// [`hash`] in its turn, beside the runtime's threads.
pub async fn hash_in_turn(password: String) -> Result<String> {
    in_turn(move || hash(&password)).await?
}

/// [`verify`] in its turn, beside the runtime's threads.
pub async fn verify_in_turn(password: String, digest: Option<String>) -> Result<bool> {
    in_turn(move || verify(&password, digest.as_deref())).await
}

/// Checks a password that somebody chooses. `field` is where the refusal belongs.
pub fn check(field: &str, password: &str, login: &str) -> Result<()> {
    let length = password.chars().count();
    let small = password.to_lowercase();
    let refusal = if length < SHORTEST {
        Some(("password.short", format!("Mật khẩu cần ít nhất {SHORTEST} ký tự. Một câu ngắn dễ nhớ là tốt nhất.")))
    } else if length > LONGEST {
        Some(("password.long", format!("Mật khẩu dài nhất {LONGEST} ký tự.")))
    } else if login.len() >= 3 && small.contains(login) {
        Some(("password.contains_login", "Mật khẩu không được chứa tên đăng nhập.".to_owned()))
    } else if weak::is_weak(&small) {
        Some((
            "password.weak",
            "Mật khẩu này nằm trong số những mật khẩu dễ đoán nhất. Hãy chọn mật khẩu khác.".to_owned(),
        ))
    } else {
        None
    };
    refusal.map_or(Ok(()), |(code, detail)| Err(Error::field(field, code, detail)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn hanging_up_while_hashing_lets_no_third_begin() {
        /// What runs now, and the most that ever ran.
        #[derive(Default)]
        struct Running(AtomicUsize, AtomicUsize);
        let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let running = Arc::new(Running::default());
        rt.block_on(async {
            for _ in 0..6 {
                let counted = Arc::clone(&running);
                let (begun, begins) = tokio::sync::oneshot::channel();
                let asked = tokio::spawn(in_turn(move || {
                    let now = counted.0.fetch_add(1, Ordering::SeqCst) + 1;
                    counted.1.fetch_max(now, Ordering::SeqCst);
                    let _told = begun.send(());
                    std::thread::sleep(std::time::Duration::from_millis(100));
                    counted.0.fetch_sub(1, Ordering::SeqCst);
                }));
                // The connection closes as soon as its hash runs.
                begins.await.expect("begins");
                asked.abort();
                let _gone = asked.await;
            }
        });
        assert_eq!(running.1.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn only_the_right_password_opens() {
        let digest = hash("con cò bay lả bay la").expect("a digest");
        assert!(digest.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{digest}");
        assert!(verify("con cò bay lả bay la", Some(&digest)));
        assert!(!verify("con cò bay la bay la", Some(&digest)));
        assert!(!verify("nobody has this password", None));
        assert!(!verify("x", Some("not a digest")));
        assert_ne!(hash("con cò bay lả bay la").expect("a digest"), digest, "each has its own salt");
    }

    #[test]
    fn one_time_passwords_differ_and_are_read_easily() {
        let (one, two) = (one_time().expect("randomness"), one_time().expect("randomness"));
        assert_ne!(one, two);
        assert_eq!(one.len(), 17);
        assert!(one.bytes().all(|sign| sign == b'-' || SIGNS.contains(&sign)), "{one}");
        assert_eq!(one_time_of([7; 32]), one_time_of([7; 32]));
    }

    #[test]
    fn what_a_password_must_be() {
        let code = |password: &str| match check("password", password, "lan.nguyen") {
            Ok(()) => "",
            Err(error) => error.refused_fields()[0].code,
        };
        assert_eq!(code("ngắn quá"), "password.short");
        assert_eq!(code("xLAN.Nguyen2026"), "password.contains_login");
        assert_eq!(code("MatKhau123456"), "password.weak");
        assert_eq!(code("matkhau@123"), "password.weak");
        assert_eq!(code("1234567890"), "password.weak");
        assert_eq!(code("aaaaaaaaaaaa"), "password.weak");
        assert_eq!(code("abcabcabcabc"), "password.weak");
        assert_eq!(code("0912345678"), "password.weak");
        assert_eq!(code("20/11/1987 !"), "password.weak");
        assert_eq!(code("trâu ơi ta bảo trâu này"), "");
        assert_eq!(code(&"dài ".repeat(60)), "password.long");
    }
}
