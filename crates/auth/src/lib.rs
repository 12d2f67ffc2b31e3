//! Who may do what: accounts, sign-in, sessions, capabilities and roles, the bare unit tree, who looked at whom.
//!
//! What operations call is [`Require`]: the first line of a command is `tx.require(Capability::UnitEdit, unit)?`.
//! What `http` calls is [`session::find`] and [`ctx`], and [`closure::Day::ensure`] before it hands a request on.
//!
//! Row security on PostgreSQL is not set on these tables: rights are read here before there is a scope to set.

pub mod access;
pub mod accounts;
pub mod capability;
pub mod closure;
pub mod confirmation;
pub mod ctx;
pub mod delay;
pub mod edges;
pub mod factors;
pub mod grants;
pub mod invitations;
pub mod looked;
pub mod network;
pub mod over;
pub mod passwords;
pub mod require;
pub mod role;
pub mod session;
mod spool;
pub mod suspension;
pub mod tickets;
pub mod units;
mod weak;

pub use access::Access;
pub use capability::{Capability, EdgeKind};
pub use require::{ENROL_FIRST, FORBIDDEN, Require, SIGNED_OUT, Scope, UNIT_NOT_FOUND};
pub use role::{Role, RoleCode};
pub use session::SignedIn;

base::typed_id! {
    /// A role given to an account at a unit (phân quyền).
    GrantId,
    /// An invitation to make an account (lời mời).
    InvitationId,
    /// A passkey (khoá truy cập).
    PasskeyId,
}

/// The room's tables: bare units and edges, accounts and sessions, grants and invitations, looks.
pub static SCHEMA: db::Schema = db::Schema {
    migrations: &[
        db::Migration {
            ordinal: 100,
            name: "units",
            sql: include_str!("../migrations/0100_units.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 101,
            name: "accounts",
            sql: include_str!("../migrations/0101_accounts.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 102,
            name: "looks",
            sql: include_str!("../migrations/0102_looks.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 112,
            name: "suspension",
            sql: include_str!("../migrations/0112_suspension.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 113,
            name: "factors",
            sql: include_str!("../migrations/0113_factors.sql"),
            rebuild: false,
        },
        db::Migration {
            ordinal: 114,
            name: "forgetting",
            sql: include_str!("../migrations/0114_forgetting.sql"),
            rebuild: false,
        },
    ],
    statements: &[
        accounts::STATEMENTS,
        closure::STATEMENTS,
        confirmation::STATEMENTS,
        delay::STATEMENTS,
        edges::STATEMENTS,
        factors::STATEMENTS,
        factors::passkeys::STATEMENTS,
        factors::recovery::STATEMENTS,
        factors::totp::STATEMENTS,
        grants::STATEMENTS,
        invitations::STATEMENTS,
        looked::STATEMENTS,
        over::STATEMENTS,
        access::STATEMENTS,
        require::STATEMENTS,
        session::STATEMENTS,
        suspension::STATEMENTS,
        tickets::STATEMENTS,
        units::STATEMENTS,
    ],
    constraints: &[
        db::Constraint {
            table: "account",
            columns: &["login"],
            code: &accounts::LOGIN_TAKEN,
            sentence: "Tên đăng nhập này đã có người dùng. Hãy chọn tên khác.",
        },
        db::Constraint {
            table: "passkey",
            columns: &["credential"],
            code: &factors::passkeys::EXISTS,
            sentence: "Khoá truy cập này đã được thêm trước đây. Hãy dùng luôn khoá đó, hoặc chọn thiết bị khác.",
        },
    ],
};
