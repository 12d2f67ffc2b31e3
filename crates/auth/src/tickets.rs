//! Tickets: what stands between two requests of one sign-in, enrolment or confirmation. A ticket is drawn like a session's
//! token and kept as a digest; it is bound to its purpose and, once somebody is known, to their account. It is good once,
//! and for minutes. It lies in the database, not in a server's memory: the next request may reach another server.

use base::{AccountId, Code, Instant, Kind, Result, SessionId};
use db::{Tx, params};

use crate::network;
use crate::session::Token;

/// Too many tickets from one address.
pub const TOO_MANY: Code = Code::new(Kind::TooMany, "session.too_many_tickets", "Bắt đầu đăng nhập quá nhiều lần");

/// A ticket ends after five minutes: so long a browser waits for a passkey.
pub const LIFE_SECONDS: i64 = 300;
/// So many wrong codes end the ticket of a second step: then the password is asked for again.
pub const WRONG_CODES: i64 = 5;
/// So many open sign-ins that name nobody may come from one address: a whole school sits behind one.
pub const AT_ONCE: i64 = 2_000;
/// So many tickets of one account stand for one purpose; a newer one takes the place of the oldest.
pub const OF_ACCOUNT: i64 = 20;

/// What a ticket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The password was right, a second factor is to be shown.
    SecondStep,
    /// Signing in with a passkey: as the second step, or instead of name and password.
    PasskeySignIn,
    /// Confirming with a passkey that it is still the same person.
    PasskeyConfirmation,
    /// Making a passkey.
    PasskeyEnrolment,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::SecondStep => "second_step",
            Self::PasskeySignIn => "passkey_sign_in",
            Self::PasskeyConfirmation => "passkey_confirmation",
            Self::PasskeyEnrolment => "passkey_enrolment",
        }
    }
}

/// The SHA-256 of a ticket.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TicketDigest([u8; 32]);

impl TicketDigest {
    /// Of what was sent, whatever stands in it.
    #[must_use]
    pub fn of(ticket: &str) -> Self {
        Self(db::keys::sha256(&[b"khue ticket 1", ticket.as_bytes()]))
    }
}

impl std::fmt::Debug for TicketDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TicketDigest(…)")
    }
}

/// Draws a ticket: what the client is given, and what is kept. Outside write closures.
pub fn draw() -> Result<(String, TicketDigest)> {
    let ticket = Token::draw()?.as_str().to_owned();
    let digest = TicketDigest::of(&ticket);
    Ok((ticket, digest))
}

db::statements! {
    /// A new ticket.
    pub INSERT = "INSERT INTO ticket (digest, purpose, account, session, step, state, address, wrong, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8)";
    /// A ticket that still stands.
    pub FIND = "SELECT account, session, step, state, wrong FROM ticket
        WHERE digest = ?1 AND purpose = ?2 AND expires_at > ?3";
    /// It is used.
    pub TAKE = "DELETE FROM ticket WHERE digest = ?1 AND purpose = ?2";
    /// A wrong code was sent with it.
    pub WRONG = "UPDATE ticket SET wrong = wrong + 1 WHERE digest = ?1";
    /// All of an account end.
    pub END_OF = "DELETE FROM ticket WHERE account = ?1";
    /// Everybody's end.
    pub END_ALL = "DELETE FROM ticket";
    /// What an account left lying.
    pub FORGET_OF = "DELETE FROM ticket WHERE account = ?1 AND expires_at <= ?2";
    /// All of an account for a purpose but the newest.
    pub MAKE_ROOM = "DELETE FROM ticket WHERE account = ?1 AND purpose = ?2 AND digest NOT IN
        (SELECT digest FROM ticket WHERE account = ?1 AND purpose = ?2 ORDER BY expires_at DESC, digest LIMIT ?3)";
    /// What an address left lying.
    pub FORGET_AT = "DELETE FROM ticket WHERE address = ?1 AND account IS NULL AND expires_at <= ?2";
    /// What was left lying, and by whomever, some at a time.
    pub FORGET = "DELETE FROM ticket WHERE digest IN (SELECT digest FROM ticket WHERE expires_at <= ?1 LIMIT ?2)";
    /// Open sign-ins of an address that name nobody.
    pub OPEN_AT = "SELECT count(*) FROM ticket WHERE address = ?1 AND account IS NULL AND expires_at > ?2";
}

db::row! {
    /// What a ticket stands for.
    pub struct Held {
        /// Whose it is.
        pub account: Option<AccountId>,
        /// The session it was given to.
        pub session: Option<SessionId>,
        /// The digest of the second step that it answers.
        pub step: Option<Vec<u8>>,
        /// The challenge.
        pub state: Option<String>,
        /// Wrong codes so far.
        pub wrong: i64,
    }
}

/// A ticket to be given out.
#[derive(Clone, Debug, Default)]
pub struct NewTicket {
    /// Whose it is.
    pub account: Option<AccountId>,
    /// The session it is given to.
    pub session: Option<SessionId>,
    /// The second step that it answers.
    pub step: Option<TicketDigest>,
    /// The challenge.
    pub state: Option<String>,
}

/// Keeps a ticket; answers when it ends. `address` is the caller's.
pub fn issue(
    tx: &mut Tx<'_>,
    digest: &TicketDigest,
    purpose: Purpose,
    new: &NewTicket,
    address: &str,
) -> Result<Instant> {
    let (now, network) = (tx.now(), network::named(address));
    match new.account {
        Some(account) => {
            tx.exec(&FORGET_OF, params![account, now])?;
            tx.exec(&MAKE_ROOM, params![account, purpose.as_str(), OF_ACCOUNT - 1])?
        }
        None => tx.exec(&FORGET_AT, params![network, now])?,
    };
    if new.account.is_none() {
        let (open,) = tx.one::<(i64,)>(&OPEN_AT, params![network, now])?.unwrap_or((0,));
        if open >= AT_ONCE {
            return Err(TOO_MANY
                .error("Từ mạng này có quá nhiều lượt đăng nhập đang dở. Hãy đợi vài phút rồi thử lại, hoặc đăng nhập bằng mật khẩu.")
                .retry_after(60));
        }
    }
    let expires_at = now.plus_seconds(LIFE_SECONDS);
    let (step, state) = (new.step.map(|step| step.0), new.state.as_deref());
    tx.exec_one(
        &INSERT,
        params![digest.0, purpose.as_str(), new.account, new.session, step, state, network, expires_at],
    )?;
    Ok(expires_at)
}

/// What a ticket stands for, while it stands.
pub fn find(tx: &mut Tx<'_>, digest: &TicketDigest, purpose: Purpose) -> Result<Option<Held>> {
    let now = tx.now();
    tx.one(&FIND, params![digest.0, purpose.as_str(), now])
}

/// Uses a ticket: what it stood for. Nothing when it is unknown, over, or was used.
pub fn take(tx: &mut Tx<'_>, digest: &TicketDigest, purpose: Purpose) -> Result<Option<Held>> {
    let held = find(tx, digest, purpose)?;
    let taken = tx.exec(&TAKE, params![digest.0, purpose.as_str()])? == 1;
    Ok(held.filter(|_| taken))
}

/// Uses the second step that another ticket answered; says whether it still stood.
pub fn take_step(tx: &mut Tx<'_>, digest: &[u8]) -> Result<bool> {
    let Ok(digest) = <[u8; 32]>::try_from(digest) else { return Ok(false) };
    take(tx, &TicketDigest(digest), Purpose::SecondStep).map(|held| held.is_some())
}

/// Counts a wrong code; after [`WRONG_CODES`] the ticket is over.
pub fn wrong(tx: &mut Tx<'_>, digest: &TicketDigest, held: &Held) -> Result<()> {
    if held.wrong + 1 >= WRONG_CODES {
        return tx.exec(&TAKE, params![digest.0, Purpose::SecondStep.as_str()]).map(|_| ());
    }
    tx.exec(&WRONG, params![digest.0]).map(|_| ())
}

/// Ends all tickets of an account: what was begun with the old password is not finished with the new one.
pub fn end_of(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    tx.exec(&END_OF, params![account]).map(|_| ())
}

/// Ends everybody's tickets.
pub fn end_all(tx: &mut Tx<'_>) -> Result<()> {
    tx.exec(&END_ALL, params![]).map(|_| ())
}

/// Forgets what was left lying, at most so many. For a daily job. Answers how many.
pub fn forget(tx: &mut Tx<'_>, most: i64) -> Result<u64> {
    let now = tx.now();
    tx.exec(&FORGET, params![now, most])
}
