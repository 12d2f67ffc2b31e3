//! Sessions: a random token in the device, its digest here.

use base::{AccountId, Instant, Result, SessionId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::{Tx, params};

/// A session ends so long after its beginning, whatever happens in it: 14 days.
pub const LIFE_SECONDS: i64 = 14 * 86_400;
/// A session ends so long after it was last used: 12 hours.
pub const IDLE_SECONDS: i64 = 12 * 3_600;
/// Ended sessions are kept so long.
pub const KEPT_DAYS: i64 = 90;
/// `seen_at` is written at most so often: 5 minutes.
pub const SEEN_SECONDS: i64 = 300;

db::statements! {
    /// Who holds a token now.
    pub FIND = "SELECT s.id AS session, s.account, a.login, a.display_name, a.must_change_password, s.seen_at
        FROM session s JOIN account a ON a.id = s.account
        WHERE s.token = ?1 AND s.ended_at IS NULL AND s.expires_at > ?2 AND s.seen_at > ?3 AND a.state = 'active'";
    /// A new session.
    pub INSERT = "INSERT INTO session (id, account, token, created_at, seen_at, expires_at, address, device, confirmed_at)
        VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?4)";
    /// It was used.
    pub SEEN = "UPDATE session SET seen_at = ?2, address = ?3 WHERE id = ?1 AND ended_at IS NULL AND seen_at < ?2";
    /// The open sessions of an account, the last used first.
    pub LIST = "SELECT id, created_at, seen_at, address, device FROM session
        WHERE account = ?1 AND ended_at IS NULL AND expires_at > ?2 AND seen_at > ?3
        ORDER BY seen_at DESC NULLS LAST, id";
    /// Ends one of an account's.
    pub END = "UPDATE session SET ended_at = ?3 WHERE account = ?1 AND id = ?2 AND ended_at IS NULL";
    /// Ends all of an account's but one.
    pub END_OTHERS = "UPDATE session SET ended_at = ?3 WHERE account = ?1 AND id <> ?2 AND ended_at IS NULL";
    /// Whether one of an account's is open.
    pub IS_OPEN = "SELECT 1 FROM session WHERE account = ?1 AND id = ?2 AND ended_at IS NULL AND expires_at > ?3";
    /// Ends all of an account's.
    pub END_ALL = "UPDATE session SET ended_at = ?2 WHERE account = ?1 AND ended_at IS NULL";
    /// Ends everybody's.
    pub END_EVERYBODYS = "UPDATE session SET ended_at = ?1 WHERE ended_at IS NULL";
    /// Sessions that ended long ago, some at a time: they name addresses and devices.
    pub FORGET = "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE ended_at < ?1 OR expires_at < ?1 LIMIT ?2)";
}

/// A session's token: what the cookie holds. Drawn outside write closures, shown once, never stored or logged.
pub struct Token(String);

impl Token {
    /// Draws a new one: 32 random bytes.
    pub fn draw() -> Result<Self> {
        Ok(Self(URL_SAFE_NO_PAD.encode(db::keys::random::<32>()?)))
    }

    /// The cookie's value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the database keeps.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest::of(&self.0)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The SHA-256 of a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// Of a cookie's value, whatever stands in it.
    #[must_use]
    pub fn of(cookie: &str) -> Self {
        Self(db::keys::sha256(&[b"khue session 1", cookie.as_bytes()]))
    }

    /// As the database keeps it.
    pub(crate) fn bytes(&self) -> [u8; 32] {
        self.0
    }
}

impl std::fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenDigest(…)")
    }
}

db::row! {
    /// Whoever is signed in.
    pub struct SignedIn {
        /// The session.
        pub session: SessionId,
        /// Whose it is.
        pub account: AccountId,
        /// What they sign in with.
        pub login: String,
        /// How they are called.
        pub display_name: String,
        /// Nothing but a new password is allowed until it is changed.
        pub must_change_password: bool,
        /// When the session was last seen, up to five minutes late.
        pub seen_at: Instant,
    }
    /// One open session in the list.
    pub struct Open {
        /// The session.
        pub id: SessionId,
        /// When it began.
        pub created_at: Instant,
        /// When it was last used.
        pub seen_at: Instant,
        /// From where.
        pub address: String,
        /// On what device, in the browser's words.
        pub device: String,
    }
}

impl SignedIn {
    /// Whether [`seen`] is due.
    #[must_use]
    pub fn seen_is_due(&self, now: Instant) -> bool {
        self.seen_at.plus_seconds(SEEN_SECONDS) <= now
    }
}

/// Who holds the token with this digest, by one indexed look-up. `None` when it is forged, ended, expired or idle too
/// long, or its account is suspended. Says nothing of rights: the caller declares its transaction public or requires.
pub fn find(tx: &mut Tx<'_>, token: &TokenDigest) -> Result<Option<SignedIn>> {
    let now = tx.now();
    tx.one(&FIND, params![token.0, now, now.plus_seconds(-IDLE_SECONDS)])
}

/// Begins a session. Who signs in has just shown who they are ([`crate::confirmation`]).
pub fn start(
    tx: &mut Tx<'_>,
    account: AccountId,
    token: &TokenDigest,
    address: &str,
    device: &str,
) -> Result<SessionId> {
    let (id, now) = (tx.new_id::<SessionId>(), tx.now());
    let device: String = base::vi::clean(device).chars().take(200).collect();
    tx.exec_one(&INSERT, params![id, account, token.0, now, now.plus_seconds(LIFE_SECONDS), address, device])?;
    Ok(id)
}

/// Notes that a session was used. To be called when [`SignedIn::seen_is_due`]; nothing is journalled.
pub fn seen(tx: &mut Tx<'_>, session: SessionId, address: &str) -> Result<()> {
    tx.public("notes that the asking session was used");
    let now = tx.now();
    tx.exec(&SEEN, params![session, now, address]).map(|_| ())
}

/// The open sessions of an account, the last used first.
pub fn list(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Open>> {
    let now = tx.now();
    tx.all(&LIST, params![account, now, now.plus_seconds(-IDLE_SECONDS)])
}

/// Ends one session of an account; answers whether there was one to end.
pub fn end(tx: &mut Tx<'_>, account: AccountId, session: SessionId) -> Result<bool> {
    let now = tx.now();
    Ok(tx.exec(&END, params![account, session, now])? == 1)
}

/// Ends the sessions of everybody, and every sign-in half done: a restored backup would open again what was ended since.
/// Answers how many sessions ended.
pub fn end_everybodys(tx: &mut Tx<'_>) -> Result<u64> {
    crate::tickets::end_all(tx)?;
    let now = tx.now();
    tx.exec(&END_EVERYBODYS, params![now])
}

/// Whether a session of an account is still open: what was looked at outside may have ended meanwhile.
pub fn is_open(tx: &mut Tx<'_>, account: AccountId, session: SessionId) -> Result<bool> {
    let now = tx.now();
    Ok(tx.one::<(i64,)>(&IS_OPEN, params![account, session, now])?.is_some())
}

/// Ends all sessions of an account except one, and every sign-in half done; answers how many sessions ended.
pub fn end_others(tx: &mut Tx<'_>, account: AccountId, keep: Option<SessionId>) -> Result<u64> {
    crate::tickets::end_of(tx, account)?;
    let now = tx.now();
    match keep {
        Some(keep) => tx.exec(&END_OTHERS, params![account, keep, now]),
        None => tx.exec(&END_ALL, params![account, now]),
    }
}

/// Forgets sessions that ended long ago, at most so many. For a daily job. Answers how many.
pub fn forget(tx: &mut Tx<'_>, most: i64) -> Result<u64> {
    let now = tx.now();
    tx.exec(&FORGET, params![now.plus_seconds(-KEPT_DAYS * 86_400), most])
}
