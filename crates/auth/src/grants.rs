//! Grants: a role, held by an account at a unit, from a day to a day.

use base::{AccountId, Code, Date, Kind, Result, UnitId};
use db::{Noun, Tx, params};

use crate::{GrantId, Scope, units};

/// The grant does not exist or is out of scope.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "grant.not_found", "Không tìm thấy quyền đã cấp");

/// A grant as an aggregate.
pub static GRANT: Noun = Noun {
    table: "role_grant",
    missing: &NOT_FOUND,
    missing_sentence: "Không tìm thấy quyền này, hoặc quyền thuộc đơn vị ngoài phạm vi của bạn. Hãy tải lại danh sách.",
};

db::statements! {
    /// A new grant.
    pub INSERT = "INSERT INTO role_grant (id, version, account, role, unit, valid_from, valid_to, granted_by, granted_at)
        VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    /// One grant.
    pub FIND = "SELECT id, account, role, unit, valid_from, valid_to, ended_at IS NOT NULL AS ended
        FROM role_grant WHERE id = ?1";
    /// Ends a grant at once.
    pub END = "UPDATE role_grant SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL";
    /// The roles at a unit end on a day.
    pub END_AT = "UPDATE role_grant SET valid_to = ?2, version = version + 1 WHERE unit = ?1 AND ended_at IS NULL
        AND valid_from < ?2 AND (valid_to IS NULL OR valid_to > ?2)";
    /// The roles at a unit that would begin on a day or later never do.
    pub NEVER_AT = "UPDATE role_grant SET ended_at = ?3, version = version + 1 WHERE unit = ?1 AND ended_at IS NULL
        AND valid_from >= ?2";
    /// What an account holds on a day or will hold later.
    pub OF_ACCOUNT = "SELECT id, account, role, unit, valid_from, valid_to, FALSE AS ended FROM role_grant
        WHERE account = ?1 AND ended_at IS NULL AND (valid_to IS NULL OR valid_to > ?2) ORDER BY valid_from, id";
    /// What is held at a unit on a day or will be held later.
    pub AT_UNIT = "SELECT id, account, role, unit, valid_from, valid_to, FALSE AS ended FROM role_grant
        WHERE unit = ?1 AND ended_at IS NULL AND (valid_to IS NULL OR valid_to > ?2) ORDER BY account, valid_from, id";
    /// Whether an account holds a role at a unit already, on days from `?4` to `?5`.
    pub SAME = "SELECT id FROM role_grant WHERE account = ?1 AND role = ?2 AND unit = ?3 AND ended_at IS NULL
        AND (valid_to IS NULL OR valid_to > ?4) AND (CAST(?5 AS {date}) IS NULL OR valid_from < CAST(?5 AS {date}))
        ORDER BY id LIMIT 1";
    /// The roles that an active account holds on a day at a unit or at one below it.
    pub ROLES_BELOW = "SELECT DISTINCT g.role FROM role_grant g JOIN account a ON a.id = g.account
        JOIN unit_closure c ON c.kind IN ('teaching', 'staff') AND c.ancestor = ?2 AND c.descendant = g.unit
        WHERE g.account = ?1 AND a.state = 'active' AND g.ended_at IS NULL
          AND g.valid_from <= ?3 AND (g.valid_to IS NULL OR g.valid_to > ?3) ORDER BY g.role";
    /// The people who hold a role at a unit on a day or later.
    pub PEOPLE = "SELECT DISTINCT a.id, a.login, a.display_name, a.state FROM role_grant g JOIN account a ON a.id = g.account
        WHERE g.unit = ?1 AND g.ended_at IS NULL AND (g.valid_to IS NULL OR g.valid_to > ?2) ORDER BY a.id";
}

db::row! {
    /// One grant.
    pub struct Grant {
        /// Which.
        pub id: GrantId,
        /// Who holds it.
        pub account: AccountId,
        /// The role's code.
        pub role: String,
        /// Where.
        pub unit: UnitId,
        /// From this day.
        pub valid_from: Date,
        /// Until before this day.
        pub valid_to: Option<Date>,
        /// It was ended before its time.
        pub ended: bool,
    }
}

db::row! {
    /// Somebody who holds a role at a unit.
    pub struct Holder {
        /// Whose account.
        pub id: AccountId,
        /// What they sign in with.
        pub login: String,
        /// How they are called.
        pub display_name: String,
        /// `active` or `suspended`.
        pub state: String,
    }
}

/// A grant to be given.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// To whom.
    pub account: AccountId,
    /// The role's code.
    pub role: String,
    /// Where.
    pub unit: UnitId,
    /// From this day.
    pub from: Date,
    /// Until before this day.
    pub to: Option<Date>,
}

/// Gives a role, for no longer than its unit stands. Rights, fitness of role and unit, and journal are the caller's
/// (`accounts`).
pub fn insert(tx: &mut Tx<'_>, grant: &NewGrant) -> Result<GrantId> {
    let end = units::find(tx, grant.unit)?.and_then(|unit| unit.valid_to);
    if let Some(end) = end.filter(|end| *end <= grant.from) {
        return Err(units::CLOSED.error(format!(
            "Đơn vị này ngừng hoạt động từ {} nên không cấp được vai trò ở đó từ {}. Hãy cấp ở đơn vị tiếp nhận.",
            base::vi::date(end),
            base::vi::date(grant.from)
        )));
    }
    let to = grant.to.into_iter().chain(end).min();
    let (id, now, by) = (tx.new_id::<GrantId>(), tx.now(), tx.ctx().actor().name());
    tx.exec_one(&INSERT, params![id, grant.account, grant.role, grant.unit, grant.from, to, by, now])?;
    Ok(id)
}

/// The roles at a unit end on the day it closes; those that were to begin later never do. Answers which. Rights and
/// journal are the caller's (`registry`).
pub fn end_at_unit(tx: &mut Tx<'_>, unit: UnitId, from: Date) -> Result<Vec<Grant>> {
    let now = tx.now();
    let ending: Vec<Grant> = tx.all(&AT_UNIT, params![unit, from])?;
    tx.exec(&END_AT, params![unit, from])?;
    tx.exec(&NEVER_AT, params![unit, from, now])?;
    Ok(ending)
}

/// One grant, also an ended one. Rights are the caller's.
pub fn find(tx: &mut Tx<'_>, id: GrantId) -> Result<Option<Grant>> {
    tx.one(&FIND, params![id])
}

/// Ends a grant at once. Answers whether it stood.
pub fn end(tx: &mut Tx<'_>, id: GrantId) -> Result<bool> {
    let now = tx.now();
    Ok(tx.exec(&END, params![id, now])? == 1)
}

/// What an account holds today or will hold later.
pub fn of_account(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Grant>> {
    let today = tx.today();
    tx.all(&OF_ACCOUNT, params![account, today])
}

/// What is held at a unit today or will be later.
pub fn at_unit(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Grant>> {
    let today = tx.today();
    tx.all(&AT_UNIT, params![unit, today])
}

/// Who holds a role at a unit today or later. Rights are the caller's.
pub fn people(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Holder>> {
    let today = tx.today();
    tx.all(&PEOPLE, params![unit, today])
}

/// The codes of the roles that an active account holds today at a unit or at one below it. Rights are the caller's.
pub fn roles_below(tx: &mut Tx<'_>, account: AccountId, unit: UnitId) -> Result<Vec<String>> {
    crate::closure::holds_today(tx)?;
    let today = tx.today();
    Ok(tx.all::<(String,)>(&ROLES_BELOW, params![account, unit, today])?.into_iter().map(|(role,)| role).collect())
}

/// Whether the account holds this very role there already, on some of these days.
pub fn stands(tx: &mut Tx<'_>, grant: &NewGrant) -> Result<bool> {
    Ok(tx.one::<(GrantId,)>(&SAME, params![grant.account, grant.role, grant.unit, grant.from, grant.to])?.is_some())
}

/// Whether an account holds, or held, a role within a scope: only then may its name be known there.
pub fn within(tx: &mut Tx<'_>, account: AccountId, scope: &Scope) -> Result<bool> {
    let (predicate, values) = scope.predicate("g.unit", 2);
    let text = format!("SELECT 1 FROM role_grant g WHERE g.account = ?1 AND {predicate} LIMIT 1");
    let sql = db::Built::new("grants within", &text, tx.dialect());
    let mut all = vec![base::ToValue::to_value(&account)];
    all.extend(values);
    Ok(tx.one::<(i64,)>(&sql, &all)?.is_some())
}
