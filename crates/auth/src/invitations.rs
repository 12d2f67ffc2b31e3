//! Invitations: a one-time code with which somebody makes an account and takes a role.

use base::{AccountId, Code as ErrorCode, Instant, Kind, Result, UnitId, Uuid};
use db::keys::Use;
use db::{Noun, Tx, params};

use crate::{InvitationId, network, require};

/// The code opens nothing: mistyped, used, withdrawn or expired. One answer for all.
pub const NO_SUCH_CODE: ErrorCode = ErrorCode::new(Kind::NotFound, "invitation.not_found", "Mã mời không dùng được");
/// Too many wrong codes from one address.
pub const TOO_MANY: ErrorCode = ErrorCode::new(Kind::TooMany, "invitation.too_many_attempts", "Nhập sai mã nhiều lần");

/// Wrong codes from one address within [`WINDOW_SECONDS`] before it has to wait: a school hall mistypes, too.
pub const TRIES: i64 = 30;
/// The time over which they are counted: an hour.
pub const WINDOW_SECONDS: i64 = 3_600;
/// Days an invitation stands when nobody says otherwise.
pub const DAYS: i64 = 14;
/// Days for which an ended one is kept.
pub const KEPT_DAYS: i64 = 90;
/// Days an invitation can stand at most.
pub const DAYS_MOST: i64 = 60;

/// An invitation as an aggregate.
pub static INVITATION: Noun = Noun {
    table: "invitation",
    missing: &NO_SUCH_CODE,
    missing_sentence: "Không tìm thấy lời mời này, hoặc lời mời thuộc đơn vị ngoài phạm vi của bạn. Hãy tải lại danh sách.",
};

/// 32 signs: no 0 and O, no 1 and I, so that a code survives paper and telephone.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

db::statements! {
    /// A new invitation.
    pub INSERT = "INSERT INTO invitation
          (id, version, unit, role, display_name, code, invited_by, created_at, expires_at)
        VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    /// The open invitation of a code.
    pub BY_CODE = "SELECT id, unit, role, display_name, invited_by, created_at, expires_at FROM invitation
        WHERE code = ?1 AND withdrawn_at IS NULL AND accepted_at IS NULL AND expires_at > ?2";
    /// One invitation that stands open.
    pub FIND = "SELECT id, unit, role, display_name, invited_by, created_at, expires_at FROM invitation
        WHERE id = ?1 AND withdrawn_at IS NULL AND accepted_at IS NULL AND expires_at > ?2";
    /// The open invitations of a unit, the newest first.
    pub AT_UNIT = "SELECT id, unit, role, display_name, invited_by, created_at, expires_at FROM invitation
        WHERE unit = ?1 AND withdrawn_at IS NULL AND accepted_at IS NULL AND expires_at > ?2
        ORDER BY created_at DESC NULLS LAST, id";
    /// Withdraws one.
    pub WITHDRAW = "UPDATE invitation SET withdrawn_at = ?2, version = version + 1
        WHERE id = ?1 AND withdrawn_at IS NULL AND accepted_at IS NULL";
    /// Withdraws all of a unit.
    pub WITHDRAW_AT = "UPDATE invitation SET withdrawn_at = ?2, version = version + 1
        WHERE unit = ?1 AND withdrawn_at IS NULL AND accepted_at IS NULL";
    /// Withdraws all there are.
    pub WITHDRAW_ALL = "UPDATE invitation SET withdrawn_at = ?1, version = version + 1
        WHERE withdrawn_at IS NULL AND accepted_at IS NULL";
    /// Uses one, once.
    pub ACCEPT = "UPDATE invitation SET accepted_at = ?2, version = version + 1
        WHERE id = ?1 AND withdrawn_at IS NULL AND accepted_at IS NULL AND expires_at > ?2";
    /// Notes whose account came of it.
    pub ACCEPTED_BY = "UPDATE invitation SET account = ?2 WHERE id = ?1";
    /// Wrong codes from an address.
    pub FAILURES = "SELECT count(*), max(at) FROM invitation_failure WHERE address = ?1 AND at > ?2";
    /// One more.
    pub FAILED = "INSERT INTO invitation_failure (id, address, at) VALUES (?1, ?2, ?3)";
    /// What is older than the window, some at a time.
    pub FORGET = "DELETE FROM invitation_failure WHERE id IN (SELECT id FROM invitation_failure WHERE at < ?1 LIMIT ?2)";
    /// Invitations that ended long ago, one way or another, some at a time: they name people of whom nothing may have come.
    pub FORGET_ENDED = "DELETE FROM invitation WHERE id IN
        (SELECT id FROM invitation WHERE withdrawn_at < ?1 OR accepted_at < ?1 OR expires_at < ?1 LIMIT ?2)";
}

db::row! {
    /// One open invitation. The code is never among it.
    pub struct Invitation {
        /// Which.
        pub id: InvitationId,
        /// Where.
        pub unit: UnitId,
        /// To which role.
        pub role: String,
        /// How the person is called.
        pub display_name: String,
        /// Who invited, as the journal names an actor.
        invited_by: String,
        /// When it was made.
        pub created_at: Instant,
        /// Until when it stands.
        pub expires_at: Instant,
    }
}

impl Invitation {
    /// The account of whoever invited; none when that was the system or the operator.
    #[must_use]
    pub fn inviter(&self) -> Option<AccountId> {
        self.invited_by.parse().ok().map(AccountId)
    }

    /// Whether whoever invited may still give this role there. Not, once their own role or account has ended: then the
    /// code opens nothing any more, or somebody sent away could leave doors open behind them.
    pub fn stands(&self, tx: &mut Tx<'_>) -> Result<bool> {
        match self.inviter() {
            Some(inviter) => require::may_invite(tx, inviter, self.unit, &self.role),
            None => Ok(true),
        }
    }
}

/// An invitation's code: four groups of four signs, 80 bits. Drawn outside write closures, shown once.
#[derive(Clone)]
pub struct InvitationCode(String);

impl InvitationCode {
    /// Draws a new one.
    pub fn draw() -> Result<Self> {
        Ok(Self::from_bytes(db::keys::random()?))
    }

    /// The code that stands for a request: a request sent again is answered with the same code, though it is not kept.
    /// `secret` must come from the installation's key.
    #[must_use]
    pub fn from_secret(secret: [u8; 32]) -> Self {
        let mut half = [0u8; 16];
        half.copy_from_slice(&secret[..16]);
        Self::from_bytes(half)
    }

    fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes.map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).iter().collect())
    }

    /// Reads what somebody typed: capitals or not, with any dashes and spaces. `None` when it cannot be a code.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let code: String =
            typed.chars().filter(|c| !matches!(c, '-' | ' ' | '–' | '.')).map(|c| c.to_ascii_uppercase()).collect();
        (code.len() == 16 && code.bytes().all(|sign| ALPHABET.contains(&sign))).then_some(Self(code))
    }

    /// As people read it: `ABCD-EFGH-JKMN-PQRS`.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut shown = String::with_capacity(19);
        for (i, sign) in self.0.chars().enumerate() {
            if i > 0 && i % 4 == 0 {
                shown.push('-');
            }
            shown.push(sign);
        }
        shown
    }

    /// What is digested.
    fn named(&self) -> [&[u8]; 2] {
        [b"invitation", self.0.as_bytes()]
    }
}

impl std::fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InvitationCode(…)")
    }
}

/// An invitation to be made.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// Where.
    pub unit: UnitId,
    /// To which role.
    pub role: String,
    /// How the person is called.
    pub display_name: String,
    /// Until when it stands.
    pub expires_at: Instant,
}

/// Makes an invitation. Rights and journal are the caller's (`accounts`).
pub fn insert(tx: &mut Tx<'_>, new: &NewInvitation, code: &InvitationCode) -> Result<InvitationId> {
    let (id, now, by) = (tx.new_id::<InvitationId>(), tx.now(), tx.ctx().actor().name());
    let digest = tx.keys().keyed_digest(Use::Token, &code.named())?;
    tx.exec_one(&INSERT, params![id, new.unit, new.role, new.display_name, digest, by, now, new.expires_at])?;
    Ok(id)
}

/// The open invitation of a code.
pub fn by_code(tx: &mut Tx<'_>, code: &InvitationCode) -> Result<Option<Invitation>> {
    let now = tx.now();
    // Made before a rotation of the key, it is kept by the digest of the key of that time.
    for digest in tx.keys().keyed_digests(Use::Token, &code.named())? {
        if let Some(found) = tx.one(&BY_CODE, params![digest, now])? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// One open invitation. Rights are the caller's.
pub fn find(tx: &mut Tx<'_>, id: InvitationId) -> Result<Option<Invitation>> {
    let now = tx.now();
    tx.one(&FIND, params![id, now])
}

/// The open invitations of a unit, the newest first. Rights are the caller's.
pub fn at_unit(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Invitation>> {
    let now = tx.now();
    tx.all(&AT_UNIT, params![unit, now])
}

/// Withdraws an invitation. Answers whether it stood.
pub fn withdraw(tx: &mut Tx<'_>, id: InvitationId) -> Result<bool> {
    let now = tx.now();
    Ok(tx.exec(&WITHDRAW, params![id, now])? == 1)
}

/// Withdraws every open invitation of a unit, which has ended. Answers which. Rights and journal are the caller's.
pub fn withdraw_at_unit(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Invitation>> {
    let (open, now) = (at_unit(tx, unit)?, tx.now());
    tx.exec(&WITHDRAW_AT, params![unit, now])?;
    Ok(open)
}

/// Withdraws every invitation that was not accepted. Answers how many.
pub fn withdraw_all(tx: &mut Tx<'_>) -> Result<u64> {
    let now = tx.now();
    tx.exec(&WITHDRAW_ALL, params![now])
}

/// Uses an invitation, once: the second caller is answered `false`.
pub fn accept(tx: &mut Tx<'_>, id: InvitationId) -> Result<bool> {
    let now = tx.now();
    Ok(tx.exec(&ACCEPT, params![id, now])? == 1)
}

/// Notes the account that came of an invitation.
pub fn accepted_by(tx: &mut Tx<'_>, id: InvitationId, account: AccountId) -> Result<()> {
    tx.exec_one(&ACCEPTED_BY, params![id, account])
}

/// Refuses an address that typed too many wrong codes.
pub fn check_tries(tx: &mut Tx<'_>, address: &str) -> Result<()> {
    let now = tx.now();
    let found: Option<(i64, Option<Instant>)> =
        tx.one(&FAILURES, params![network::named(address), now.plus_seconds(-WINDOW_SECONDS)])?;
    match found {
        Some((tries, _)) if tries >= TRIES => Err(TOO_MANY
            .error("Mã mời đã bị nhập sai nhiều lần từ mạng này. Hãy chờ một giờ rồi thử lại, hoặc nhờ người mời gửi lại mã.")
            .retry_after(u32::try_from(WINDOW_SECONDS).unwrap_or(3_600))),
        _ => Ok(()),
    }
}

/// Notes a wrong code.
pub fn failed(tx: &mut Tx<'_>, address: &str) -> Result<()> {
    let (id, now) = (tx.new_id::<Uuid>(), tx.now());
    tx.exec_one(&FAILED, params![id, network::named(address), now])
}

/// Forgets wrong codes that no longer count and invitations that ended long ago, at most so many of each. For a daily job.
/// Answers how many of each.
pub fn forget(tx: &mut Tx<'_>, most: i64) -> Result<(u64, u64)> {
    let now = tx.now();
    let failures = tx.exec(&FORGET, params![now.plus_seconds(-WINDOW_SECONDS), most])?;
    let ended = tx.exec(&FORGET_ENDED, params![now.plus_seconds(-KEPT_DAYS * 86_400), most])?;
    Ok((failures, ended))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        let code = InvitationCode::from_bytes(std::array::from_fn(|i| u8::try_from(i * 17).expect("small")));
        let shown = code.shown();
        assert_eq!(shown.len(), 19);
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), format!(" {} ", code.0)] {
            assert_eq!(InvitationCode::parse(&typed).expect("a code").0, code.0);
        }
        for bad in ["", "ABCD", "ABCD-EFGH-JKMN-PQR0", "ABCD-EFGH-JKMN-PQRSS", "ĂBCD-EFGH-JKMN-PQRS"] {
            assert!(InvitationCode::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(format!("{code:?}"), "InvitationCode(…)");
    }
}
