//! What an actor may do at a unit, and where else: one statement, with which nearly every operation begins. A request that
//! is one read asks it together with whose session it is.

use base::{AccountId, Actor, Instant, Result, SessionId, UnitId};
use db::{Tx, params};

use crate::capability::Opens;
use crate::require::{PUBLIC_KINDS, UNIT_KIND, comes_first, not_found, saw_its_end, signed_out};
use crate::role::{self, Role};
use crate::session::{IDLE_SECONDS, TokenDigest};
use crate::{Capability, EdgeKind, Scope, SignedIn, closure};

/// What an account holds today, where, and along which edges each role reaches a unit; whether the account is bound to do
/// something first, and how many closures do not hold for today. One row at least for an active
/// account. The kinds of edge are named, all of them, because the closure is found by them first: without, it would be read
/// whole.
macro_rules! reach {
    ($columns:literal, $from:literal) => {
        concat!(
            "SELECT ",
            $columns,
            "g.role, g.unit, c.kind, a.must_change_password AS must_change, a.must_enrol,
               (SELECT count(*) FROM unit_closure_date closure_day WHERE closure_day.day < ?3 OR closure_day.day > ?4) AS stale
             FROM ",
            $from,
            " LEFT JOIN role_grant g ON g.account = a.id AND g.ended_at IS NULL
               AND g.valid_from <= ?3 AND (g.valid_to IS NULL OR g.valid_to > ?3)
               AND EXISTS (SELECT 1 FROM unit u WHERE u.id = g.unit AND (u.valid_to IS NULL OR u.valid_to > ?3))
             LEFT JOIN unit_closure c ON c.kind IN ('place', 'staff', 'budget', 'teaching', 'custody')
               AND c.ancestor = g.unit AND c.descendant = ?2
             WHERE a.state = 'active'"
        )
    };
}

db::statements! {
    /// Of an account.
    pub ACCESS = { reach!("", "(SELECT * FROM account WHERE id = ?1) a") };
    /// Of whoever holds a session now, and whose it is.
    pub ENTER = { reach!(
        "s.id AS session, s.account, a.login, a.display_name, s.seen_at, ",
        "(SELECT * FROM session WHERE token = ?1 AND ended_at IS NULL AND expires_at > ?5 AND seen_at > ?6) s
           JOIN account a ON a.id = s.account"
    ) };
}

db::row! {
    struct Reach {
        role: Option<String>, unit: Option<UnitId>, kind: Option<EdgeKind>, must_change: bool, must_enrol: bool,
        stale: i64,
    }
    struct Entered {
        session: SessionId, account: AccountId, login: String, display_name: String, seen_at: Instant,
        role: Option<String>, unit: Option<UnitId>, kind: Option<EdgeKind>, must_change: bool, must_enrol: bool,
        stale: i64,
    }
}

/// What an actor may do at one unit, and where else.
#[derive(Clone, Debug)]
pub struct Access {
    may: Vec<Capability>,
    /// The actor's roles and where they are held; `None` is the house, everywhere.
    held: Option<Vec<(&'static Role, UnitId)>>,
}

impl Access {
    /// What the actor may do at the unit; empty when it is out of sight.
    #[must_use]
    pub fn may(&self) -> &[Capability] {
        &self.may
    }

    /// The units where the actor may do this, as a predicate for lists. May be empty: then the list is.
    #[must_use]
    pub fn scope(&self, capability: Capability) -> Scope {
        let Some(held) = &self.held else { return Scope::Everything };
        let mut units: Vec<UnitId> =
            held.iter().filter(|(role, _)| role.capabilities.contains(&capability)).map(|(_, unit)| *unit).collect();
        units.dedup();
        Scope::Within { kinds: capability.reaches(), units, public: capability == Capability::UnitView }
    }
}

/// What [`enter`] found, for the first decision of the same read.
struct Kept {
    account: AccountId,
    unit: Option<UnitId>,
    rows: Vec<Reach>,
}

/// Who holds a session now, as [`crate::session::find`], for a read that will ask about this unit, or about none. The
/// caller lets the read go on as them; their rights are then known already.
pub fn enter(tx: &mut Tx<'_>, token: &TokenDigest, unit: Option<UnitId>) -> Result<Option<SignedIn>> {
    let (now, today) = (tx.now(), tx.today());
    let found: Vec<Entered> = tx.all(
        &ENTER,
        params![token.bytes(), unit, today, closure::tomorrow(today), now, now.plus_seconds(-IDLE_SECONDS)],
    )?;
    let who = found.first().map(|row| SignedIn {
        session: row.session,
        account: row.account,
        login: row.login.clone(),
        display_name: row.display_name.clone(),
        must_change_password: row.must_change,
        seen_at: row.seen_at,
    });
    if let Some(who) = &who {
        let rows = found.into_iter().map(|row| Reach {
            role: row.role,
            unit: row.unit,
            kind: row.kind,
            must_change: row.must_change,
            must_enrol: row.must_enrol,
            stale: row.stale,
        });
        tx.keep(Kept { account: who.account, unit, rows: rows.collect() });
    }
    Ok(who)
}

/// Says for the first decision of the same read whether who was found by [`enter`] must get a second factor before anything
/// else: what stands in their account may be some minutes old.
pub fn must_enrol(tx: &mut Tx<'_>, must: bool) {
    if let Some(mut kept) = tx.take_kept::<Kept>() {
        for row in &mut kept.rows {
            row.must_enrol = must;
        }
        tx.keep(kept);
    }
}

fn rows(tx: &mut Tx<'_>, account: AccountId, unit: Option<UnitId>) -> Result<Vec<Reach>> {
    match tx.take_kept::<Kept>() {
        Some(kept) if kept.account == account && kept.unit == unit => Ok(kept.rows),
        _ => {
            let today = tx.today();
            tx.all(&ACCESS, params![account, unit, today, closure::tomorrow(today)])
        }
    }
}

/// What an actor holds, and what that lets them do at a unit. Without a unit: where else.
pub(crate) fn of(tx: &mut Tx<'_>, unit: Option<UnitId>) -> Result<Access> {
    match tx.ctx().actor().clone() {
        Actor::Anonymous => Err(signed_out()),
        Actor::System(_) | Actor::Operator(_) => {
            if let Some(unit) = unit {
                tx.one::<(String,)>(&UNIT_KIND, params![unit])?.ok_or_else(not_found)?;
            }
            let may = Capability::ALL.into_iter().filter(|c| c.opens() != Opens::Protected).collect();
            Ok(Access { may, held: None })
        }
        Actor::Account { account, .. } => {
            let rows = rows(tx, account, unit)?;
            if rows.iter().any(|row| row.stale > 0) {
                closure::holds_today(tx)?;
            }
            comes_first(rows.iter().any(|row| row.must_change), rows.iter().any(|row| row.must_enrol))?;
            let role = |row: &Reach| row.role.as_deref().and_then(role::find);
            let mut held: Vec<(&'static Role, UnitId)> =
                rows.iter().filter_map(|row| Some((role(row)?, row.unit?))).collect();
            held.sort_by_key(|(role, unit)| (*unit, role.code));
            held.dedup_by(|a, b| a.0.code == b.0.code && a.1 == b.1);
            let reaching: Vec<(&'static Role, EdgeKind)> =
                rows.iter().filter_map(|row| Some((role(row)?, row.kind?))).collect();
            let mut may: Vec<Capability> = Capability::ALL
                .into_iter()
                .filter(|capability| {
                    reaching.iter().any(|(role, kind)| {
                        capability.reaches().contains(kind) && role.capabilities.contains(capability)
                    })
                })
                .collect();
            if let Some(unit) = unit
                && !may.contains(&Capability::UnitView)
                && let Some((kind,)) = tx.one::<(String,)>(&UNIT_KIND, params![unit])?
                && (PUBLIC_KINDS.contains(&kind.as_str()) || saw_its_end(tx, account, unit)?)
            {
                may.insert(0, Capability::UnitView);
            }
            Ok(Access { may, held: Some(held) })
        }
    }
}
