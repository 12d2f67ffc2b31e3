//! May this actor do this here? Decided by the grants and the edges of today, in one statement, never by a loop over units.

use base::{AccountId, Actor, Code, Error, Kind, Result, ToValue as _, UnitId, Value};
use db::{Tx, params};

use crate::access::{self, Access};
use crate::role::{self, Role};
use crate::{Capability, EdgeKind, closure};

/// Nobody is signed in.
pub const SIGNED_OUT: Code = Code::new(Kind::SignedOut, "session.required", "Bạn chưa đăng nhập");
/// The record is in sight, the act is not allowed.
pub const FORBIDDEN: Code = Code::new(Kind::Forbidden, "auth.forbidden", "Bạn không có quyền làm việc này");
/// The unit does not exist or is out of scope: one answer for both.
pub const UNIT_NOT_FOUND: Code = Code::new(Kind::NotFound, "unit.not_found", "Không tìm thấy đơn vị");
/// What is said with [`UNIT_NOT_FOUND`].
pub const UNIT_NOT_FOUND_SENTENCE: &str =
    "Không tìm thấy đơn vị này, hoặc đơn vị ngoài phạm vi của bạn. Hãy tìm lại theo tên.";
/// The account must set a new password before anything else.
pub const MUST_CHANGE_PASSWORD: Code =
    Code::new(Kind::Forbidden, "account.must_change_password", "Bạn cần đổi mật khẩu trước");
/// The account must get a second factor before anything else.
pub const ENROL_FIRST: Code = Code::new(Kind::Forbidden, "session.enrol_first", "Bạn cần thêm yếu tố thứ hai trước");

/// Kinds of unit whose existence and name are published by law: whoever is signed in may see them. What happens inside
/// (accounts, journal) follows grants like anywhere else.
pub const PUBLIC_KINDS: [&str; 8] =
    ["nation", "ministry", "department", "district_office", "commune_office", "province", "district", "commune"];

db::statements! {
    /// The roles of an account that reach a unit today, and along which edges. A role at a unit that has ended is none. The
    /// kinds of edge are named, all of them, because the closure is found by them first: without, it would be read whole.
    pub HELD = "SELECT g.role, c.kind
        FROM role_grant g
        JOIN account a ON a.id = g.account
        JOIN unit u ON u.id = g.unit
        JOIN unit_closure c ON c.kind IN ('place', 'staff', 'budget', 'teaching', 'custody') AND c.ancestor = g.unit
          AND c.descendant = ?2
        WHERE g.account = ?1 AND a.state = 'active' AND g.ended_at IS NULL
          AND g.valid_from <= ?3 AND (g.valid_to IS NULL OR g.valid_to > ?3) AND (u.valid_to IS NULL OR u.valid_to > ?3)";
    /// The roles of an account today, and where they are held.
    pub HELD_AT = "SELECT g.role, g.unit
        FROM role_grant g
        JOIN account a ON a.id = g.account
        JOIN unit u ON u.id = g.unit
        WHERE g.account = ?1 AND a.state = 'active' AND g.ended_at IS NULL
          AND g.valid_from <= ?2 AND (g.valid_to IS NULL OR g.valid_to > ?2) AND (u.valid_to IS NULL OR u.valid_to > ?2)
        ORDER BY g.unit, g.id";
    /// The roles of an account that reached a unit on its last day, by whom it answered to then. A unit that has ended
    /// answers to nobody, and whoever had it in their province must still find what it was called and where it went. Where
    /// whom it answered to has ended as well, whom that one answered to counts, and so on upwards.
    pub HELD_LAST = "WITH RECURSIVE up (unit) AS (
          SELECT e.authority FROM unit u CROSS JOIN unit_edge e
            WHERE u.id = ?2 AND e.kind = 'teaching' AND e.unit = u.id AND e.valid_to = u.valid_to
          UNION
          SELECT e.authority FROM up CROSS JOIN unit u CROSS JOIN unit_edge e
            WHERE u.id = up.unit AND e.kind = 'teaching' AND e.unit = u.id AND e.valid_to = u.valid_to
        )
        SELECT g.role FROM up
        JOIN unit_closure c ON c.kind = 'teaching' AND c.descendant = up.unit
        JOIN role_grant g ON g.unit = c.ancestor AND g.account = ?1
        JOIN account a ON a.id = g.account
        JOIN unit h ON h.id = g.unit
        WHERE a.state = 'active' AND NOT a.must_change_password AND NOT a.must_enrol AND g.ended_at IS NULL
          AND g.valid_from <= ?3 AND (g.valid_to IS NULL OR g.valid_to > ?3) AND (h.valid_to IS NULL OR h.valid_to > ?3)
        ORDER BY g.id";
    /// What sort of unit it is.
    pub UNIT_KIND = "SELECT kind FROM unit WHERE id = ?1";
}

db::row! {
    struct Held { role: String, kind: EdgeKind }
    struct HeldAt { role: String, unit: UnitId }
}

/// The first line of every command.
pub trait Require {
    /// Goes on only when the actor may do this at this unit. Out of sight is `unit.not_found`, in sight but not allowed is
    /// `auth.forbidden`.
    fn require(&mut self, capability: Capability, unit: UnitId) -> Result<()>;
    /// The same, and tells what else the actor may do there, and where else: for an answer that needs both.
    fn access(&mut self, capability: Capability, unit: UnitId) -> Result<Access>;
    /// The units where the actor may do this, as a predicate for lists. May be empty: then the list is.
    fn scope(&mut self, capability: Capability) -> Result<Scope>;
    /// Goes on only for a person who has signed in: for what concerns the account itself.
    fn require_signed_in(&mut self) -> Result<AccountId>;
    /// The same where a password that somebody else knows is not enough: for what concerns its second factors.
    fn require_own_password(&mut self) -> Result<AccountId>;
    /// What the actor may do at this unit; empty when it is out of sight.
    fn may(&mut self, unit: UnitId) -> Result<Vec<Capability>>;
    /// Whether the act is of the system or the operator, who need no grant.
    fn is_house(&self) -> bool;
}

pub(crate) fn not_found() -> Error {
    UNIT_NOT_FOUND.error(UNIT_NOT_FOUND_SENTENCE)
}

pub(crate) fn signed_out() -> Error {
    SIGNED_OUT.error("Bạn chưa đăng nhập, hoặc phiên đã hết hạn. Hãy đăng nhập lại.")
}

fn must_change_first() -> Error {
    MUST_CHANGE_PASSWORD
        .error("Tài khoản này cần đổi mật khẩu trước khi làm việc khác. Hãy đặt mật khẩu mới ở trang Tài khoản.")
}

/// What comes before everything else: a password of one's own, then the second factor that the policy demands.
pub(crate) fn comes_first(must_change: bool, must_enrol: bool) -> Result<()> {
    match (must_change, must_enrol) {
        (true, _) => Err(must_change_first()),
        (_, true) => Err(ENROL_FIRST.error(
            "Đơn vị của bạn yêu cầu xác thực hai bước, mà tài khoản này chưa có yếu tố thứ hai. Hãy thêm khoá truy cập hoặc ứng dụng xác thực ở trang Tài khoản rồi làm tiếp.",
        )),
        _ => Ok(()),
    }
}

/// Whether a unit has ended, and a role of the account let them see it on its last day.
pub(crate) fn saw_its_end(tx: &mut Tx<'_>, account: AccountId, unit: UnitId) -> Result<bool> {
    let today = tx.today();
    let rows: Vec<(String,)> = tx.all(&HELD_LAST, params![account, unit, today])?;
    Ok(rows.iter().any(|(role,)| sees_units(role)))
}

fn sees_units(role: &str) -> bool {
    role::find(role).is_some_and(|role| role.capabilities.contains(&Capability::UnitView))
}

/// The roles the actor may give at a unit: those that a role of theirs, reaching the unit, may give, and that can be held
/// at this sort of unit. Says nothing of the right to give at all: `require` comes first.
pub fn roles_to_give(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<&'static Role>> {
    let Some((kind,)) = tx.one::<(String,)>(&UNIT_KIND, params![unit])? else { return Err(not_found()) };
    let here = role::ROLES.iter().filter(|role| role.unit_kinds.contains(&kind.as_str()));
    match tx.ctx().actor().clone() {
        Actor::Anonymous => Err(signed_out()),
        Actor::System(_) | Actor::Operator(_) => Ok(here.collect()),
        Actor::Account { account, .. } => {
            closure::holds_today(tx)?;
            let today = tx.today();
            let rows: Vec<Held> = tx.all(&HELD, params![account, unit, today])?;
            let holds = |code: &&str| {
                rows.iter().any(|row| row.kind == Capability::GrantManage.follows() && row.role == **code)
            };
            Ok(here.filter(|role| role.granted_by.iter().any(&holds)).collect())
        }
    }
}

/// Whether an account, which need not be the actor's, may invite to a role at a unit today.
pub(crate) fn may_invite(tx: &mut Tx<'_>, account: AccountId, unit: UnitId, code: &str) -> Result<bool> {
    let Some(wanted) = role::find(code) else { return Ok(false) };
    closure::holds_today(tx)?;
    let today = tx.today();
    let rows: Vec<Held> = tx.all(&HELD, params![account, unit, today])?;
    let mut mine = rows.iter().filter_map(|row| role::find(&row.role).map(|role| (row.kind, role)));
    let along = Capability::AccountInvite.reaches();
    let invites = mine
        .clone()
        .any(|(kind, role)| along.contains(&kind) && role.capabilities.contains(&Capability::AccountInvite));
    Ok(invites
        && mine.any(|(kind, role)| kind == Capability::GrantManage.follows() && wanted.granted_by.contains(&role.code)))
}

/// Whether the actor is one of those who run the system: support, an administrator, the command line. What they see of
/// people is recorded before they see it.
pub fn runs_the_system(tx: &mut Tx<'_>) -> Result<bool> {
    match tx.ctx().actor().clone() {
        Actor::Anonymous | Actor::System(_) => Ok(false),
        Actor::Operator(_) => Ok(true),
        Actor::Account { account, .. } => {
            let today = tx.today();
            let rows: Vec<HeldAt> = tx.all(&HELD_AT, params![account, today])?;
            Ok(rows.iter().any(|row| role::find(&row.role).is_some_and(|role| role.technical)))
        }
    }
}

/// The roles the actor may give at one unit or another.
pub fn roles_to_give_anywhere(tx: &mut Tx<'_>) -> Result<Vec<&'static Role>> {
    match tx.ctx().actor().clone() {
        Actor::Anonymous => Err(signed_out()),
        Actor::System(_) | Actor::Operator(_) => Ok(role::ROLES.iter().collect()),
        Actor::Account { account, .. } => {
            let today = tx.today();
            let rows: Vec<HeldAt> = tx.all(&HELD_AT, params![account, today])?;
            Ok(role::ROLES
                .iter()
                .filter(|role| role.granted_by.iter().any(|code| rows.iter().any(|row| row.role == *code)))
                .collect())
        }
    }
}

impl Require for Tx<'_> {
    fn require(&mut self, capability: Capability, unit: UnitId) -> Result<()> {
        self.access(capability, unit).map(|_| ())
    }

    fn access(&mut self, capability: Capability, unit: UnitId) -> Result<Access> {
        let access = access::of(self, Some(unit))?;
        if access.may().contains(&capability) {
            self.allowed_by(capability.as_str());
            return Ok(access);
        }
        if access.may().contains(&Capability::UnitView) {
            return Err(FORBIDDEN.error(
                "Bạn xem được đơn vị này nhưng không có quyền làm việc này. Hãy nhờ người quản trị của đơn vị cấp quyền.",
            ));
        }
        Err(not_found())
    }

    fn scope(&mut self, capability: Capability) -> Result<Scope> {
        let scope = access::of(self, None)?.scope(capability);
        self.allowed_by(capability.as_str());
        Ok(scope)
    }

    fn require_signed_in(&mut self) -> Result<AccountId> {
        let account = self.ctx().actor().account().ok_or_else(signed_out)?;
        self.allowed_by("signed in");
        Ok(account)
    }

    fn require_own_password(&mut self) -> Result<AccountId> {
        let account = self.require_signed_in()?;
        match crate::accounts::find(self, account)? {
            Some(found) if found.must_change_password => Err(must_change_first()),
            _ => Ok(account),
        }
    }

    fn may(&mut self, unit: UnitId) -> Result<Vec<Capability>> {
        match access::of(self, Some(unit)) {
            Err(error) if error.is(&UNIT_NOT_FOUND) => Ok(Vec::new()),
            other => Ok(other?.may().to_vec()),
        }
    }

    fn is_house(&self) -> bool {
        matches!(self.ctx().actor(), Actor::System(_) | Actor::Operator(_))
    }
}

/// A condition on a column that holds a unit's id: that unit has ended, and on its last day it was below one of `ancestors`
/// (what stands in an `IN (…)`) by this kind of edge, itself or through others that ended before it could be looked at. As
/// `HELD_LAST` asks it of one account.
#[must_use]
pub fn ended_below(column: &str, kind: EdgeKind, ancestors: &str) -> String {
    let kind = kind.as_str();
    format!(
        "EXISTS (SELECT 1 FROM unit scope_e WHERE scope_e.id = {column} AND scope_e.valid_to IS NOT NULL AND EXISTS (
           WITH RECURSIVE scope_up (unit) AS (
             SELECT scope_l.authority FROM unit_edge scope_l
               WHERE scope_l.kind = '{kind}' AND scope_l.unit = scope_e.id AND scope_l.valid_to = scope_e.valid_to
             UNION
             SELECT scope_l.authority FROM scope_up CROSS JOIN unit scope_v CROSS JOIN unit_edge scope_l
               WHERE scope_v.id = scope_up.unit AND scope_l.kind = '{kind}' AND scope_l.unit = scope_v.id AND scope_l.valid_to = scope_v.valid_to
           ) SELECT 1 FROM scope_up CROSS JOIN unit_closure scope_a
             WHERE scope_a.kind = '{kind}' AND scope_a.descendant = scope_up.unit AND scope_a.ancestor IN ({ancestors})))"
    )
}

/// Where an actor may do something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everywhere: the system and the operator.
    Everything,
    /// Below these units.
    Within {
        /// Along which kinds of edge.
        kinds: &'static [EdgeKind],
        /// Where the roles are held.
        units: Vec<UnitId>,
        /// And the units whose existence is published anyway ([`PUBLIC_KINDS`]), and those that have ended and were below
        /// these units on their last day.
        public: bool,
    },
}

impl Scope {
    /// What the actor's roles reach, without what is published for everybody and what they once reached.
    #[must_use]
    pub fn held(self) -> Self {
        match self {
            Self::Within { kinds, units, .. } => Self::Within { kinds, units, public: false },
            Self::Everything => Self::Everything,
        }
    }

    /// The scope as a condition on a column that holds a unit's id (`u.id`), its parameters numbered from `first`.
    ///
    /// ```
    /// let (sql, values) = auth::Scope::Everything.predicate("u.id", 3);
    /// assert_eq!((sql.as_str(), values.len()), ("TRUE", 0));
    /// ```
    #[must_use]
    pub fn predicate(&self, column: &str, first: usize) -> (String, Vec<Value<'static>>) {
        self.condition(column, None, first)
    }

    /// The same for a statement that looks at many units, most of them perhaps out of scope: what the roles reach is read
    /// once and not asked of each unit. With a column that holds the unit's kind.
    #[must_use]
    pub fn predicate_of_many(&self, column: &str, kind: &str, first: usize) -> (String, Vec<Value<'static>>) {
        self.condition(column, Some(kind), first)
    }

    fn condition(&self, column: &str, kind: Option<&str>, first: usize) -> (String, Vec<Value<'static>>) {
        let Self::Within { kinds, units, public } = self else { return ("TRUE".to_owned(), Vec::new()) };
        let mut values: Vec<Value<'static>> = Vec::with_capacity(units.len());
        let mut any: Vec<String> = Vec::with_capacity(3);
        if *public {
            // First, because it is the quickest and most units of the country are of these kinds.
            let kinds = PUBLIC_KINDS.map(|kind| format!("'{kind}'")).join(", ");
            any.push(match kind {
                Some(kind) => format!("{kind} IN ({kinds})"),
                None => format!(
                    "EXISTS (SELECT 1 FROM unit scope_u WHERE scope_u.id = {column} AND scope_u.kind IN ({kinds}))"
                ),
            });
        }
        if !units.is_empty() {
            // The kinds are few and ours: as text they let the database choose its way by them.
            let along = kinds.iter().map(|kind| format!("'{}'", kind.as_str())).collect::<Vec<_>>().join(", ");
            let mut places = Vec::with_capacity(units.len());
            for unit in units {
                places.push(format!("?{}", first + values.len()));
                let Value::Uuid(id) = unit.to_value() else { continue };
                values.push(Value::Uuid(id));
            }
            let places = places.join(", ");
            let reached =
                format!("unit_closure scope_c WHERE scope_c.kind IN ({along}) AND scope_c.ancestor IN ({places})");
            any.push(match kind {
                Some(_) => format!("{column} IN (SELECT scope_c.descendant FROM {reached})"),
                None => format!("EXISTS (SELECT 1 FROM {reached} AND scope_c.descendant = {column})"),
            });
            if *public {
                any.push(ended_below(column, EdgeKind::Teaching, &places));
            }
        }
        match any.len() {
            0 => ("FALSE".to_owned(), values),
            1 => (any.remove(0), values),
            _ => (format!("({})", any.join(" OR ")), values),
        }
    }
}
