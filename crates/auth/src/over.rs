//! Whom an actor may help with their account. Whoever renews somebody's password can sign in as that person, so the rule
//! is: only who could have made that account, with every role it holds, wherever it holds them. To see and end sessions,
//! enough is the right wherever the person holds a role, and that the person does not stand above.

use std::collections::HashMap;

use base::{AccountId, Actor, Code, Error, Kind, Result, UnitId};
use db::{Tx, params};

use crate::accounts::{ACCOUNT, Account, NOT_FOUND};
use crate::role::{self, is_above};
use crate::{Capability, EdgeKind, FORBIDDEN, GrantId, Require as _, closure, grants};

/// It is the actor's own account.
pub const OWN: Code = Code::new(Kind::Conflict, "account.own", "Đây là tài khoản của bạn");

/// What may be done to another's account, in the order shown.
pub const HELP: [Capability; 3] =
    [Capability::SessionEndOther, Capability::AccountSuspend, Capability::AccountRenewPassword];

db::statements! {
    /// Every role an account ever held, whether it still counts, and the roles of an actor that reach there today.
    pub OF_ACCOUNT = "SELECT t.account, t.id AS held, t.role, t.unit,
          (t.ended_at IS NULL AND (t.valid_to IS NULL OR t.valid_to > ?3)) AS live, g.role AS mine
        FROM role_grant t
        LEFT JOIN unit_closure c ON c.kind = 'teaching' AND c.descendant = t.unit
        LEFT JOIN role_grant g ON g.unit = c.ancestor AND g.account = ?2 AND g.ended_at IS NULL
          AND g.valid_from <= ?3 AND (g.valid_to IS NULL OR g.valid_to > ?3)
        WHERE t.account = ?1";
    /// The same for everybody who holds a role at a unit.
    pub AT_UNIT = "SELECT t.account, t.id AS held, t.role, t.unit,
          (t.ended_at IS NULL AND (t.valid_to IS NULL OR t.valid_to > ?3)) AS live, g.role AS mine
        FROM role_grant t
        LEFT JOIN unit_closure c ON c.kind = 'teaching' AND c.descendant = t.unit
        LEFT JOIN role_grant g ON g.unit = c.ancestor AND g.account = ?2 AND g.ended_at IS NULL
          AND g.valid_from <= ?3 AND (g.valid_to IS NULL OR g.valid_to > ?3)
        WHERE t.account IN (SELECT h.account FROM role_grant h WHERE h.unit = ?1 AND h.ended_at IS NULL
          AND (h.valid_to IS NULL OR h.valid_to > ?3))";
    /// The roles an account held, beside those of an actor that reach there today: for a unit that has ended, the roles of
    /// those who keep its records, too.
    pub HELD_BEFORE = "SELECT t.id AS held, t.role, c.kind, g.role AS mine
        FROM role_grant t
        JOIN unit u ON u.id = t.unit
        LEFT JOIN unit_closure c ON c.descendant = t.unit AND (c.kind = 'teaching'
          OR (c.kind = 'custody' AND u.valid_to IS NOT NULL AND u.valid_to <= ?3))
        LEFT JOIN role_grant g ON g.unit = c.ancestor AND g.account = ?2 AND g.ended_at IS NULL
          AND g.valid_from <= ?3 AND (g.valid_to IS NULL OR g.valid_to > ?3)
        WHERE t.account = ?1";
}

db::row! {
    /// One role of somebody, beside one of the actor's that reaches there.
    struct Beside { account: AccountId, held: GrantId, role: String, unit: UnitId, live: bool, mine: Option<String> }
}

db::row! {
    /// One role that somebody held, beside one of the actor's.
    struct Before { held: GrantId, role: String, kind: Option<EdgeKind>, mine: Option<String> }
}

/// Whether a role of the actor, reaching where the other's is held, is enough.
fn enough(help: Capability, mine: &str, theirs: &str) -> bool {
    let holds = role::find(mine).is_some_and(|role| role.capabilities.contains(&help));
    let stands = match help {
        Capability::SessionEndOther => !is_above(theirs, mine) || theirs == mine,
        _ => is_above(mine, theirs),
    };
    holds && stands
}

/// What the rows of one account allow. What still counts decides; for an account without any role today, what it held.
fn allowed(rows: &[Beside]) -> Vec<Capability> {
    let any_live = rows.iter().any(|row| row.live);
    let counting: Vec<&Beside> = rows.iter().filter(|row| row.live || !any_live).collect();
    HELP.into_iter()
        .filter(|help| {
            !counting.is_empty()
                && counting.iter().all(|grant| {
                    counting.iter().any(|row| {
                        row.held == grant.held && row.mine.as_deref().is_some_and(|mine| enough(*help, mine, &row.role))
                    })
                })
        })
        .collect()
}

/// What the actor may do to the accounts of those who hold a role at a unit. Rights to see them are the caller's.
pub fn at_unit(tx: &mut Tx<'_>, unit: UnitId) -> Result<HashMap<AccountId, Vec<Capability>>> {
    let me = match tx.ctx().actor().clone() {
        Actor::Account { account, .. } => account,
        _ => return Ok(HashMap::new()),
    };
    closure::holds_today(tx)?;
    let today = tx.today();
    let mut rows: HashMap<AccountId, Vec<Beside>> = HashMap::new();
    for row in tx.all::<Beside>(&AT_UNIT, params![unit, me, today])? {
        rows.entry(row.account).or_default().push(row);
    }
    rows.remove(&me);
    Ok(rows.into_iter().map(|(account, rows)| (account, allowed(&rows))).collect())
}

/// Goes on only when the actor may give this account a role. While it holds none, what it held decides who may help with
/// it; a new role would erase that, so whoever gives the first one must stand above all it held.
pub fn require_over_past(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    let me = match tx.ctx().actor().clone() {
        Actor::Account { account, .. } => account,
        _ => return Ok(()),
    };
    if !grants::of_account(tx, account)?.is_empty() {
        return Ok(());
    }
    closure::holds_today(tx)?;
    let today = tx.today();
    let rows: Vec<Before> = tx.all(&HELD_BEFORE, params![account, me, today])?;
    let over = |row: &Before| {
        // Whoever keeps the records of a unit that has ended stands where its own people stood.
        row.mine
            .as_deref()
            .is_some_and(|mine| is_above(mine, &row.role) || (row.kind == Some(EdgeKind::Custody) && mine == row.role))
    };
    if rows.iter().all(|held| rows.iter().any(|row| row.held == held.held && over(row))) {
        return Ok(());
    }
    Err(FORBIDDEN.error(
        "Bạn không cấp được vai trò cho người này: người này từng giữ vai trò mà bạn không cấp được, hoặc ở nơi bạn không phụ trách. Hãy nhờ cấp trên của đơn vị.",
    ))
}

/// What is said of an account that is not there or out of scope.
pub fn not_found() -> Error {
    NOT_FOUND.error(ACCOUNT.missing_sentence)
}

/// Goes on only when the actor may help with this account. Whoever does not see it is told that it does not exist.
/// Answers the account, and the unit at which what happens to it is journalled: one where it holds a role.
pub fn require_over(tx: &mut Tx<'_>, help: Capability, account: AccountId) -> Result<(Account, Option<UnitId>)> {
    let today = tx.today();
    let me = match tx.ctx().actor().clone() {
        Actor::Anonymous => return Err(tx.require_signed_in().err().unwrap_or_else(not_found)),
        Actor::System(_) | Actor::Operator(_) => {
            tx.scope(help)?;
            let found = crate::accounts::find(tx, account)?.ok_or_else(not_found)?;
            let held = grants::of_account(tx, account)?;
            return Ok((found, held.first().map(|grant| grant.unit)));
        }
        Actor::Account { account, .. } => account,
    };
    let sight = tx.scope(Capability::AccountView)?;
    if me == account {
        return Err(OWN.error(
            "Đây là tài khoản của chính bạn. Hãy vào trang Tài khoản để đổi mật khẩu hoặc kết thúc phiên đăng nhập.",
        ));
    }
    if !grants::within(tx, account, &sight)? {
        return Err(not_found());
    }
    let found = crate::accounts::find(tx, account)?.ok_or_else(not_found)?;
    let rows: Vec<Beside> = tx.all(&OF_ACCOUNT, params![account, me, today])?;
    if allowed(&rows).contains(&help) {
        let at = rows.iter().filter(|row| row.mine.is_some()).max_by_key(|row| (row.live, row.held));
        return Ok((found, at.map(|row| row.unit)));
    }
    Err(FORBIDDEN.error(
        "Bạn không làm được việc này với tài khoản của người này: người này giữ vai trò mà bạn không cấp được, hoặc giữ vai trò ở cả nơi bạn không phụ trách. Hãy nhờ cấp trên của các đơn vị đó.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_follows_the_edge_its_statements_follow() {
        for help in HELP {
            assert_eq!(help.follows(), crate::EdgeKind::Teaching);
        }
    }
}
