//! Who suspended an account, and with what authority. A lower authority does not lift what a higher one imposed: to
//! restore an account it takes whoever suspended it, somebody who stands above them, or the same role at the same unit.

use base::{AccountId, Actor, Result, UnitId};
use db::{Tx, params};

use crate::role::{self, is_above};
use crate::{Capability, closure};

db::statements! {
    /// Keeps who suspended an account; a higher authority takes it over.
    pub KEEP = "INSERT INTO account_suspension (account, actor_kind, actor, role, unit, at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (account) DO UPDATE SET actor_kind = excluded.actor_kind, actor = excluded.actor,
          role = excluded.role, unit = excluded.unit, at = excluded.at";
    /// Who suspended an account.
    pub OF_ACCOUNT = "SELECT actor_kind, actor, role, unit FROM account_suspension WHERE account = ?1";
    /// It is restored.
    pub LIFT = "DELETE FROM account_suspension WHERE account = ?1";
    /// The roles of an actor that reach, today, where an account holds or held a role, from the furthest up.
    pub STANDING = "SELECT g.role, g.unit, max(c.depth) AS depth FROM role_grant t
        JOIN unit_closure c ON c.kind = 'teaching' AND c.descendant = t.unit
        JOIN role_grant g ON g.unit = c.ancestor AND g.account = ?2 AND g.ended_at IS NULL
          AND g.valid_from <= ?3 AND (g.valid_to IS NULL OR g.valid_to > ?3)
        WHERE t.account = ?1 GROUP BY g.role, g.unit ORDER BY depth DESC NULLS LAST, g.role, g.unit";
    /// The roles of an actor that reach a unit today; when it has ended, of those who keep its records.
    pub REACHING = "SELECT g.role, g.unit, c.kind FROM unit u
        JOIN unit_closure c ON c.descendant = u.id AND (c.kind = 'teaching'
          OR (c.kind = 'custody' AND u.valid_to IS NOT NULL AND u.valid_to <= ?3))
        JOIN role_grant g ON g.unit = c.ancestor AND g.account = ?2 AND g.ended_at IS NULL
          AND g.valid_from <= ?3 AND (g.valid_to IS NULL OR g.valid_to > ?3)
        WHERE u.id = ?1";
}

db::row! {
    /// Who suspended an account.
    pub struct Suspended {
        actor_kind: String,
        actor: String,
        role: Option<String>,
        /// Where the role was held with which it was done; none for the operator.
        pub unit: Option<UnitId>,
    }
    struct Standing { role: String, unit: UnitId, depth: i64 }
    struct Reaching { role: String, unit: UnitId, kind: crate::EdgeKind }
}

/// Keeps that the actor suspended an account, with the highest of the roles that let them.
pub fn keep(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    let (kind, name, now, today) = (tx.ctx().actor().kind(), tx.ctx().actor().name(), tx.now(), tx.today());
    let highest = match tx.ctx().actor().clone() {
        Actor::Account { account: me, .. } => {
            let mut mine: Vec<Standing> = tx.all(&STANDING, params![account, me, today])?;
            let suspends = |one: &Standing| {
                role::find(&one.role).is_some_and(|role| role.capabilities.contains(&Capability::AccountSuspend))
            };
            mine.retain(suspends);
            mine.into_iter().max_by_key(|one| one.depth)
        }
        _ => None,
    };
    let (role, unit) = highest.map(|one| (one.role, one.unit)).unzip();
    tx.exec_one(&KEEP, params![account, kind, name, role, unit, now])
}

/// Who suspended an account; none when it is not suspended, or was before this was kept.
pub fn find(tx: &mut Tx<'_>, account: AccountId) -> Result<Option<Suspended>> {
    tx.one(&OF_ACCOUNT, params![account])
}

/// Forgets it: the account is restored.
pub fn lift(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    tx.exec(&LIFT, params![account]).map(|_| ())
}

/// How an actor stands to whoever suspended an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Beside {
    /// Below, or elsewhere.
    Below,
    /// It was the actor, or the same role at the same unit.
    Same,
    /// Above.
    Above,
}

/// How the actor stands to whoever suspended an account. Rights over the account are the caller's
/// ([`crate::over::require_over`]).
pub fn beside(tx: &mut Tx<'_>, by: &Suspended) -> Result<Beside> {
    let me = match tx.ctx().actor().clone() {
        Actor::Account { account, .. } => account,
        Actor::System(_) | Actor::Operator(_) => return Ok(Beside::Above),
        Actor::Anonymous => return Ok(Beside::Below),
    };
    closure::holds_today(tx)?;
    let today = tx.today();
    let mut found = match by.actor_kind == "account" && by.actor == me.to_string() {
        true => Beside::Same,
        false => Beside::Below,
    };
    // The operator's word is lifted by the operator.
    let (Some(theirs), Some(unit)) = (&by.role, by.unit) else { return Ok(found) };
    for mine in tx.all::<Reaching>(&REACHING, params![unit, me, today])? {
        let holds = role::find(&mine.role).is_some_and(|role| role.capabilities.contains(&Capability::AccountSuspend));
        let stands = match mine.role == *theirs {
            // Whoever keeps the records of a unit that has ended stands where its own people stood.
            true if mine.unit == unit || mine.kind == crate::EdgeKind::Custody => Beside::Same,
            true => Beside::Above,
            false if is_above(&mine.role, theirs) => Beside::Above,
            false => Beside::Below,
        };
        if holds {
            found = found.max(stands);
        }
    }
    Ok(found)
}
