//! Of whom a second factor is demanded: a setting of a unit that holds for all below it. What is above cannot be loosened
//! below: of all that reach the units of somebody's roles, the strictest counts.

use auth::{Capability, EdgeKind, factors, role};
use base::{AccountId, Error, Result, Uuid};
use db::{Tx, params};

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

/// Notes whether the account must get a second factor before anything else. Called where that can change: when it signs
/// in, gets or loses a factor or a role, and every few minutes while it is used, for a policy that was changed meanwhile.
pub fn renew(tx: &mut Tx<'_>, account: AccountId) -> Result<bool> {
    let must = is_demanded(tx, account)? && !factors::any(tx, account)?;
    factors::must_enrol(tx, account, must)?;
    Ok(must)
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
