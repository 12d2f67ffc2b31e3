//! Fresh confirmation: before an act by which somebody could take over an account, whoever sits at the keyboard shows once
//! more that it is still them. A device left open in the staff room is not enough.

use base::{Actor, Code, Instant, Kind, Result, SessionId};
use db::{Tx, params};

/// The act wants a fresh confirmation.
pub const CONFIRM_FIRST: Code = Code::new(Kind::Forbidden, "session.confirm_first", "Hãy xác nhận lại đó là bạn");

/// A confirmation holds for ten minutes.
pub const FRESH_SECONDS: i64 = 600;

db::statements! {
    /// When a session was last confirmed.
    pub CONFIRMED = "SELECT confirmed_at FROM session WHERE id = ?1 AND ended_at IS NULL";
    /// It is confirmed now.
    pub CONFIRM = "UPDATE session SET confirmed_at = ?2 WHERE id = ?1 AND ended_at IS NULL";
}

/// Until when the session of this act is confirmed; nothing when it is not.
pub fn until(tx: &mut Tx<'_>) -> Result<Option<Instant>> {
    let Actor::Account { session: Some(session), .. } = tx.ctx().actor().clone() else { return Ok(None) };
    let now = tx.now();
    let at = tx.one::<(Option<Instant>,)>(&CONFIRMED, params![session])?.and_then(|(at,)| at);
    // A clock that was set back makes nothing fresh for longer.
    Ok(at.filter(|at| *at <= now).map(|at| at.plus_seconds(FRESH_SECONDS)).filter(|until| *until > now))
}

/// Goes on only when the act's session is freshly confirmed. The system and the operator have no session; neither has what
/// a job does later for somebody, which was confirmed when it was asked for.
pub fn require(tx: &mut Tx<'_>) -> Result<()> {
    let asks = matches!(tx.ctx().actor(), Actor::Account { session: Some(_), .. });
    if !asks || until(tx)?.is_some() {
        return Ok(());
    }
    Err(CONFIRM_FIRST.error(
        "Việc này cần xác nhận lại rằng người đang dùng máy là bạn; chưa có gì bị thay đổi. Hãy xác nhận bằng mật khẩu hoặc yếu tố thứ hai rồi làm lại.",
    ))
}

/// The session is confirmed from now on.
pub fn confirm(tx: &mut Tx<'_>, session: SessionId) -> Result<()> {
    let now = tx.now();
    tx.exec(&CONFIRM, params![session, now]).map(|_| ())
}
