//! How long whoever fails to sign in has to wait. The wait grows per pair of account and address. An account attacked
//! from many addresses slows down, but never locks a device it knows. An address is slowed only after 50 different
//! accounts failed from it, because a whole school sits behind one.
//!
//! An attempt is counted before the password is looked at, and taken back when it was right: attempts sent all at once
//! do not slip through together.

use base::{AccountId, Code, Instant, Kind, Result, Uuid};
use db::keys::Use;
use db::{Tx, params};

use crate::network;

/// Too many failed attempts.
pub const TOO_MANY: Code = Code::new(Kind::TooMany, "session.too_many_attempts", "Đăng nhập sai nhiều lần");

/// Failures older than this are forgotten: a day.
pub const MEMORY_SECONDS: i64 = 86_400;
/// So many failures of a pair cost nothing: people mistype.
pub const FREE_TRIES: i64 = 3;
/// The longest wait of a pair: 15 minutes.
pub const PAIR_LONGEST: i64 = 900;
/// So many failures of one account from anywhere slow every device it does not know.
pub const ACCOUNT_MANY: i64 = 20;
/// The longest wait that strangers can cause an account: a minute.
pub const ACCOUNT_LONGEST: i64 = 60;
/// The longest wait that wrong codes of an authenticator app from anywhere cause: an hour. Whoever sends them has the
/// password, and six digits are few; the account's own devices wait no longer than for a password, and whoever is made to
/// wait by a stranger still has the recovery codes.
pub const CODES_LONGEST: i64 = 3_600;
/// So many different accounts may fail from one address before the address is slowed.
pub const ADDRESS_ACCOUNTS: i64 = 50;
/// The longest wait of an address: 5 minutes.
pub const ADDRESS_LONGEST: i64 = 300;
/// An attempt still pending after a minute was broken off (a request ends after half of that), and is a failure. Before,
/// it may be a teacher's who waits for the others' passwords to be looked at.
pub const PENDING_SECONDS: i64 = 60;

/// What is known of earlier failures, within [`MEMORY_SECONDS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Of this account from this address; on a device the account knows, only that device's.
    pub pair: i64,
    /// The last of those.
    pub pair_last: Option<Instant>,
    /// Of this account from anywhere.
    pub account: i64,
    /// The last of those.
    pub account_last: Option<Instant>,
    /// Different accounts that failed from this address.
    pub address_accounts: i64,
    /// The last of those.
    pub address_last: Option<Instant>,
    /// The account has signed in on this device before.
    pub known_device: bool,
    /// They are wrong codes of authenticator apps.
    pub codes: bool,
}

/// 2 to the power of `steps` seconds, at most `longest`.
fn doubling(steps: i64, longest: i64) -> i64 {
    match u32::try_from(steps) {
        Ok(steps) if steps < 62 => (1i64 << steps).min(longest),
        Ok(_) => longest,
        Err(_) => 0,
    }
}

impl Failures {
    /// The moment from which the next attempt is looked at.
    #[must_use]
    pub fn next_try(&self) -> Option<Instant> {
        let after = |last: Option<Instant>, wait: i64| last.filter(|_| wait > 0).map(|last| last.plus_seconds(wait));
        let pair = after(self.pair_last, doubling(self.pair - FREE_TRIES, PAIR_LONGEST));
        if self.known_device {
            return pair;
        }
        let longest = if self.codes { CODES_LONGEST } else { ACCOUNT_LONGEST };
        let account = after(self.account_last, doubling((self.account - ACCOUNT_MANY).div_euclid(5), longest));
        let beyond = self.address_accounts - ADDRESS_ACCOUNTS - 1;
        let address = after(self.address_last, doubling(beyond.div_euclid(5), ADDRESS_LONGEST));
        pair.max(account).max(address)
    }

    /// The seconds still to wait at `now`; 0 when the attempt is looked at.
    #[must_use]
    pub fn wait(&self, now: Instant) -> u32 {
        let Some(next) = self.next_try() else { return 0 };
        u32::try_from((next.0 - now.0 + 999_999).div_euclid(1_000_000)).unwrap_or(0)
    }
}

db::statements! {
    /// Failures of an account from an address. What seems to lie ahead, after a clock was set back, counts nowhere.
    pub PAIR = "SELECT count(*), max(at) FROM sign_in_failure WHERE login = ?1 AND address = ?2 AND at > ?3 AND at <= ?4";
    /// Failures of an account on a device it knows.
    pub DEVICE = "SELECT count(*), max(at) FROM sign_in_failure WHERE login = ?1 AND device = ?2 AND at > ?3 AND at <= ?4";
    /// Failures of an account from anywhere.
    pub ACCOUNT = "SELECT count(*), max(at) FROM sign_in_failure WHERE login = ?1 AND at > ?2 AND at <= ?3";
    /// Different accounts that failed from an address, or were broken off: attempts still being looked at, since `?3`,
    /// are not failures.
    pub ADDRESS = "SELECT count(DISTINCT login), max(at) FROM sign_in_failure
        WHERE address = ?1 AND at > ?2 AND (pending = FALSE OR at <= ?3) AND at <= ?4";
    /// An attempt, counted before its password is looked at.
    pub INSERT = "INSERT INTO sign_in_failure (id, login, address, device, at, pending) VALUES (?1, ?2, ?3, ?4, ?5, TRUE)";
    /// It failed indeed.
    pub FAILED = "UPDATE sign_in_failure SET pending = FALSE WHERE id = ?1";
    /// It was right: the pair is forgiven.
    pub FORGIVE = "DELETE FROM sign_in_failure WHERE id = ?1 OR (login = ?2 AND (address = ?3 OR device = ?4))";
    /// Somebody who may says that this account's owner starts anew.
    pub START_ANEW = "DELETE FROM sign_in_failure WHERE login = ?1";
    /// What is older than the memory, some at a time.
    pub FORGET = "DELETE FROM sign_in_failure WHERE id IN (SELECT id FROM sign_in_failure WHERE at < ?1 LIMIT ?2)";
    /// Whether an account has signed in on a device.
    pub KNOWN = "SELECT 1 FROM known_device WHERE account = ?1 AND device = ?2";
    /// It has now.
    pub LEARN = "INSERT INTO known_device (account, device, seen_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (account, device) DO UPDATE SET seen_at = excluded.seen_at";
}

/// Where an attempt comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The address of the connection (or what a trusted proxy says of it).
    pub address: String,
    /// The digest of the device's cookie, when it sent one.
    pub device: Option<[u8; 32]>,
}

/// An attempt that was counted.
#[derive(Clone, Debug)]
pub struct Attempt {
    id: Uuid,
    login: [u8; 32],
    network: String,
    device: Option<[u8; 32]>,
}

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tried {
    Password,
    /// A code of the authenticator app.
    Code,
    /// A recovery code. It has 80 bits: nobody guesses it from many addresses, so only the pair waits.
    RecoveryCode,
}

impl Tried {
    const ALL: [Self; 3] = [Self::Password, Self::Code, Self::RecoveryCode];

    /// Counted apart: whoever mistypes a password does not lose tries of the code, nor does a right password give back
    /// those of whoever guesses codes with it; and whoever guesses the app's codes does not keep its owner, who lost the
    /// phone, from the recovery codes.
    fn digest(self, tx: &Tx<'_>, login: &str) -> Result<[u8; 32]> {
        let label: &[u8] = match self {
            Self::Password => b"sign-in failure",
            Self::Code => b"second step failure",
            Self::RecoveryCode => b"recovery code failure",
        };
        tx.keys().keyed_digest(Use::Token, &[label, login.as_bytes()])
    }
}

/// Counts an attempt, or refuses it with the seconds to wait. A refused attempt is not counted.
pub fn begin(tx: &mut Tx<'_>, login: &str, account: Option<AccountId>, origin: &Origin) -> Result<Attempt> {
    count(tx, Tried::Password, login, account, origin)
}

/// The same for a code of the authenticator app.
pub fn begin_code(tx: &mut Tx<'_>, login: &str, account: AccountId, origin: &Origin) -> Result<Attempt> {
    count(tx, Tried::Code, login, Some(account), origin)
}

/// The same for a recovery code.
pub fn begin_recovery_code(tx: &mut Tx<'_>, login: &str, account: AccountId, origin: &Origin) -> Result<Attempt> {
    count(tx, Tried::RecoveryCode, login, Some(account), origin)
}

fn count(tx: &mut Tx<'_>, tried: Tried, login: &str, account: Option<AccountId>, origin: &Origin) -> Result<Attempt> {
    let now = tx.now();
    let since = now.plus_seconds(-MEMORY_SECONDS);
    let digest = tried.digest(tx, login)?;
    let known = match (account, origin.device) {
        (Some(account), Some(device)) => tx.one::<(i64,)>(&KNOWN, params![account, device])?.is_some(),
        _ => false,
    };
    let network = network::named(&origin.address);
    let count = |found: Option<(i64, Option<Instant>)>| found.unwrap_or((0, None));
    let (pair, pair_last) = count(match origin.device.filter(|_| known) {
        Some(device) => tx.one(&DEVICE, params![digest, device, since, now])?,
        None => tx.one(&PAIR, params![digest, network, since, now])?,
    });
    let codes = tried == Tried::Code;
    let mut failures = Failures { pair, pair_last, known_device: known, codes, ..Failures::default() };
    if !known && tried != Tried::RecoveryCode {
        (failures.account, failures.account_last) = count(tx.one(&ACCOUNT, params![digest, since, now])?);
        (failures.address_accounts, failures.address_last) =
            count(tx.one(&ADDRESS, params![network, since, now.plus_seconds(-PENDING_SECONDS), now])?);
    }
    let wait = failures.wait(now);
    if wait > 0 {
        let sentence = match tried {
            Tried::Password => format!(
                "Đã có nhiều lần đăng nhập sai nên cần chờ {wait} giây rồi thử lại. Nếu quên mật khẩu, hãy nhờ người quản trị của đơn vị bạn cấp lại mật khẩu."
            ),
            Tried::Code => format!(
                "Đã có nhiều lần nhập sai mã nên cần chờ {wait} giây rồi thử lại. Nếu mất điện thoại, hãy dùng mã khôi phục hoặc nhờ quản trị trường gỡ yếu tố thứ hai."
            ),
            Tried::RecoveryCode => format!(
                "Đã có nhiều lần nhập sai mã khôi phục nên cần chờ {wait} giây rồi thử lại. Nếu không còn mã nào, hãy nhờ quản trị trường gỡ yếu tố thứ hai."
            ),
        };
        return Err(TOO_MANY.error(sentence).retry_after(wait));
    }
    let id: Uuid = tx.new_id();
    tx.exec_one(&INSERT, params![id, digest, network, origin.device, now])?;
    Ok(Attempt { id, login: digest, network, device: origin.device })
}

/// The password or code was wrong.
pub fn failed(tx: &mut Tx<'_>, attempt: &Attempt) -> Result<()> {
    tx.exec(&FAILED, params![attempt.id]).map(|_| ())
}

/// The password or code was right: the pair is forgiven, and the device, when it is given, known from now on.
pub fn succeeded(tx: &mut Tx<'_>, attempt: &Attempt, account: AccountId, device: Option<[u8; 32]>) -> Result<()> {
    tx.exec(&FORGIVE, params![attempt.id, attempt.login, attempt.network, attempt.device])?;
    match device {
        Some(device) => know(tx, account, device),
        None => Ok(()),
    }
}

/// From now on, the account knows this device.
pub fn know(tx: &mut Tx<'_>, account: AccountId, device: [u8; 32]) -> Result<()> {
    let now = tx.now();
    tx.exec(&LEARN, params![account, device, now]).map(|_| ())
}

/// Forgets an account's failures of every sort: whoever got a new password has tried the old one often enough, and whoever
/// guessed codes with the old one can do so no more.
pub fn start_anew(tx: &mut Tx<'_>, login: &str) -> Result<()> {
    for tried in Tried::ALL {
        let digest = tried.digest(tx, login)?;
        tx.exec(&START_ANEW, params![digest])?;
    }
    Ok(())
}

/// Forgets failures that no longer count, at most so many. For a daily job. Answers how many.
pub fn forget(tx: &mut Tx<'_>, most: i64) -> Result<u64> {
    let now = tx.now();
    tx.exec(&FORGET, params![now.plus_seconds(-MEMORY_SECONDS), most])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Instant = Instant(1_788_739_200_000_000);

    fn pair(n: i64) -> Failures {
        Failures { pair: n, pair_last: Some(NOW), account: n, account_last: Some(NOW), ..Failures::default() }
    }

    #[test]
    fn three_mistakes_are_free_and_then_it_doubles() {
        let waits: Vec<u32> = (0..9).map(|n| pair(n).wait(NOW)).collect();
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 16, 32]);
        assert_eq!(pair(40).wait(NOW), 900);
    }

    #[test]
    fn an_address_is_slowed_only_after_fifty_accounts() {
        let school = |accounts| Failures { address_accounts: accounts, address_last: Some(NOW), ..Failures::default() };
        assert_eq!(school(50).wait(NOW), 0);
        assert!(school(51).wait(NOW) > 0);
        assert_eq!(school(51).wait(NOW.plus_seconds(301)), 0);
    }

    #[test]
    fn whoever_guesses_codes_from_many_addresses_gets_a_hundred_tries_a_day() {
        let (mut now, mut tries) = (NOW, 0);
        while now < NOW.plus_seconds(MEMORY_SECONDS) {
            // Every try from a new address: only the account slows down.
            let failures = Failures { account: tries, account_last: Some(now), codes: true, ..Failures::default() };
            now = now.plus_seconds(i64::from(failures.wait(now)).max(1));
            tries += 1;
        }
        assert!(tries < 120, "{tries} of a million codes, three of which are right");
    }

    proptest! {
        #[test]
        fn strangers_never_slow_a_known_device(account in 0i64..100_000, accounts in 0i64..100_000) {
            let known = Failures {
                account, account_last: Some(NOW), address_accounts: accounts, address_last: Some(NOW),
                known_device: true, ..Failures::default()
            };
            prop_assert_eq!(known.wait(NOW), 0);
        }

        #[test]
        fn more_failures_never_shorten_the_wait(
            a in 0i64..200, b in 0i64..200, c in 0i64..200, more in 0i64..50, codes in proptest::bool::ANY,
        ) {
            let less = Failures {
                pair: a, pair_last: Some(NOW), account: b, account_last: Some(NOW),
                address_accounts: c, address_last: Some(NOW), known_device: false, codes,
            };
            for grown in [
                Failures { pair: a + more, ..less },
                Failures { account: b + more, ..less },
                Failures { address_accounts: c + more, ..less },
            ] {
                prop_assert!(grown.wait(NOW) >= less.wait(NOW));
            }
        }

        #[test]
        fn every_wait_ends(
            a in 0i64..i64::MAX, b in 0i64..i64::MAX, c in 0i64..i64::MAX, codes in proptest::bool::ANY,
        ) {
            let worst = Failures {
                pair: a, pair_last: Some(NOW), account: b, account_last: Some(NOW),
                address_accounts: c, address_last: Some(NOW), known_device: false, codes,
            };
            let longest = if codes { CODES_LONGEST } else { PAIR_LONGEST };
            prop_assert!(i64::from(worst.wait(NOW)) <= longest);
            prop_assert_eq!(worst.wait(NOW.plus_seconds(longest)), 0);
        }
    }
}
