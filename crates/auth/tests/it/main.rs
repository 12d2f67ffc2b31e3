//! Rights, sessions and sign-in on both databases.

mod closure;
mod invitations;
mod looked;
mod permissions;
mod rights;
mod sessions;
mod sign_in;
mod statements;
mod tickets;

use auth::{EdgeKind, edges, units};
use base::{AccountId, Actor, Ctx, Interval, UnitId};
use db::Schema;
use testkit::World;

fn schemas() -> Vec<&'static Schema> {
    vec![&db::SCHEMA, &auth::SCHEMA]
}

/// Two provinces with an office and a school each; the first has a second school.
#[derive(Clone, Copy, Debug)]
struct Land {
    ministry: UnitId,
    department: UnitId,
    office: UnitId,
    school: UnitId,
    sister: UnitId,
    other_department: UnitId,
    other_school: UnitId,
}

async fn land(w: &World) -> Land {
    w.db.write(&w.system(), |tx| {
        tx.public("a test makes its units");
        let from = base::time::date_from_days(10_000).expect("a day");
        let mut make = |kind: &str| -> base::Result<UnitId> {
            let id = tx.new_id();
            units::insert(tx, units::NewUnit { id, kind: kind.to_owned(), from })
        };
        let land = Land {
            ministry: make("ministry")?,
            department: make("department")?,
            office: make("commune_office")?,
            school: make("school")?,
            sister: make("school")?,
            other_department: make("department")?,
            other_school: make("school")?,
        };
        for (unit, authority) in [
            (land.department, land.ministry),
            (land.office, land.department),
            (land.school, land.office),
            (land.sister, land.department),
            (land.other_department, land.ministry),
            (land.other_school, land.other_department),
        ] {
            edges::set(tx, &edges::NewEdge { kind: EdgeKind::Teaching, unit, authority, days: Interval::since(from) })?;
        }
        Ok(land)
    })
    .await
    .expect("makes the units")
}

/// An account with a role at a unit since yesterday's yesterday.
async fn somebody(w: &World, login: &'static str, role: &'static str, unit: UnitId) -> AccountId {
    w.db.write(&w.system(), move |tx| {
        tx.public("a test makes an account");
        let account = auth::accounts::insert(tx, login, login, "no digest", false)?;
        let from = tx.today();
        auth::grants::insert(tx, &auth::grants::NewGrant { account, role: role.to_owned(), unit, from, to: None })?;
        Ok(account)
    })
    .await
    .expect("makes the account")
}

fn acting(w: &World, account: AccountId) -> Ctx {
    w.ctx(Actor::Account { account, session: None })
}
