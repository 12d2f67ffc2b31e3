//! Of whom a second factor is demanded: a setting of a unit that holds for all below it. What is above cannot be loosened
//! below: of all that reach the units of somebody's roles, the strictest counts.

use auth::{Capability, EdgeKind, factors, role};
use base::{AccountId, Error, Result, UnitId, Uuid};
use db::{Built, Tx, params};

use crate::settings::{Default, Kind, Setting};

/// Of whom a second factor is demanded.
pub static POLICY: Setting = Setting {
    key: "sign_in.second_factor",
    kind: Kind::Rising(&["off", "administrators", "everyone"]),
    default: Default::Text("off"),
    follows: EdgeKind::Staff,
    lead: None,
    secrets: &[],
    basis: "Quy chế an toàn thông tin của đơn vị",
    describes: "Ai phải xác thực hai bước khi đăng nhập",
};

/// The settings of this room.
pub static SETTINGS: &[&Setting] = &[&POLICY];

db::statements! {
    /// The roles of an account, today or later, and what is demanded where they are held.
    pub DEMANDED = "SELECT g.role, s.value FROM role_grant g
        JOIN setting s ON s.key = ?2
        LEFT JOIN unit_closure c ON c.kind = ?3 AND c.descendant = g.unit AND c.ancestor = s.unit
        WHERE g.account = ?1 AND g.ended_at IS NULL AND (g.valid_to IS NULL OR g.valid_to > ?4)
          AND (s.unit = g.unit OR s.unit = ?5 OR c.depth IS NOT NULL)";
}

db::row! {
    struct Demanded { role: String, value: Option<String> }
}

/// Whether a role is one of those who give rights or change settings.
#[must_use]
pub fn administers(code: &str) -> bool {
    role::find(code).is_some_and(|role| {
        role.capabilities.iter().any(|one| matches!(one, Capability::GrantManage | Capability::SettingsManage))
    })
}

/// Whether a second factor is demanded of an account.
pub fn is_demanded(tx: &mut Tx<'_>, account: AccountId) -> Result<bool> {
    let today = tx.today();
    let rows: Vec<Demanded> = tx.all(&DEMANDED, params![account, POLICY.key, POLICY.follows, today, Uuid::nil()])?;
    for row in rows {
        let value: serde_json::Value = row
            .value
            .map_or(Ok(serde_json::Value::Null), |text| serde_json::from_str(&text))
            .map_err(Error::internal)?;
        match value.as_str() {
            Some("everyone") => return Ok(true),
            Some("administrators") if administers(&row.role) => return Ok(true),
            _ => {}
        }
    }
    Ok(false)
}

/// What a policy set at a unit would come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// People of whom it would demand a second factor: active accounts with a role there or below, today or later.
    pub demanded: i64,
    /// Of them, those who have none and of whom none is demanded today: they would have to get one before anything else.
    pub to_enrol: i64,
    /// Whether the account that was asked about is one of these.
    pub one_of_them: bool,
}

/// What a policy would come to if it were set at a unit, beside all that is set elsewhere. Counted in one statement, because
/// below a province are tens of thousands of people. Rights are the caller's; nobody is named.
pub fn outlook(tx: &mut Tx<'_>, unit: UnitId, whom: &str, account: Option<AccountId>) -> Result<Outlook> {
    let administering = role::ROLES.iter().filter(|role| administers(role.code));
    let administering = administering.map(|role| format!("'{}'", role.code)).collect::<Vec<_>>().join(", ");
    let covered = match whom {
        "everyone" => "TRUE".to_owned(),
        "administrators" => format!("g.role IN ({administering})"),
        _ => return Ok(Outlook::default()),
    };
    let today = tx.today();
    let sql = Built::new(
        "OUTLOOK",
        &format!(
            "WITH covered (account) AS (
               SELECT DISTINCT g.account FROM unit_closure c CROSS JOIN role_grant g CROSS JOIN account a
               WHERE c.kind = ?1 AND c.ancestor = ?2 AND g.unit = c.descendant AND g.ended_at IS NULL
                 AND (g.valid_to IS NULL OR g.valid_to > ?3) AND a.id = g.account AND a.state = 'active' AND {covered}
             ), judged (account, must) AS (
               SELECT v.account, NOT EXISTS (SELECT 1 FROM totp t WHERE t.account = v.account)
                 AND NOT EXISTS (SELECT 1 FROM passkey p WHERE p.account = v.account)
                 AND NOT EXISTS (SELECT 1 FROM role_grant h CROSS JOIN setting s
                   LEFT JOIN unit_closure d ON d.kind = ?1 AND d.descendant = h.unit AND d.ancestor = s.unit
                   WHERE h.account = v.account AND h.ended_at IS NULL AND (h.valid_to IS NULL OR h.valid_to > ?3)
                     AND s.key = ?4 AND (s.unit = h.unit OR s.unit = ?5 OR d.depth IS NOT NULL)
                     AND (s.value = '\"everyone\"' OR (s.value = '\"administrators\"' AND h.role IN ({administering}))))
               FROM covered v
             )
             SELECT count(*), CAST(COALESCE(sum(CASE WHEN must THEN 1 ELSE 0 END), 0) AS {{int}}),
               CAST(COALESCE(sum(CASE WHEN must AND account = ?6 THEN 1 ELSE 0 END), 0) AS {{int}})
             FROM judged"
        ),
        tx.dialect(),
    );
    let asked = account.map_or(Uuid::nil(), |account| account.0);
    let counted: Option<(i64, i64, i64)> =
        tx.one(&sql, params![POLICY.follows, unit, today, POLICY.key, Uuid::nil(), asked])?;
    let (demanded, to_enrol, mine) = counted.unwrap_or_default();
    Ok(Outlook { demanded, to_enrol, one_of_them: mine > 0 })
}

/// Notes whether the account must get a second factor before anything else. Called where that can change: when it signs
/// in, gets or loses a factor or a role, and every few minutes while it is used, for a policy that was changed meanwhile.
pub fn renew(tx: &mut Tx<'_>, account: AccountId) -> Result<bool> {
    let must = must_enrol(tx, account)?;
    factors::must_enrol(tx, account, must)?;
    Ok(must)
}

/// What [`renew`] would note now.
pub fn must_enrol(tx: &mut Tx<'_>, account: AccountId) -> Result<bool> {
    Ok(is_demanded(tx, account)? && !factors::any(tx, account)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn administrators_are_those_who_give_rights_or_change_settings() {
        for code in ["department_admin", "head", "school_admin", "ministry_officer", "commune_officer"] {
            assert!(administers(code), "{code}");
        }
        for code in ["teacher", "clerk", "deputy_head", "support", "no such role"] {
            assert!(!administers(code), "{code}");
        }
    }
}
