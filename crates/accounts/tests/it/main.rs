//! Sign-in, invitations and grants, through the commands the routes call.

mod authenticator;
mod factors;
mod grants;
mod help;
mod invitations;
mod passkeys;
mod passwords;
mod policy;
mod routes;
mod second_step;
mod sign_in;

use accounts::sign_in::{Device, NextStep, Outcome};
use auth::delay::Origin;
use auth::session::Token;
use auth::tickets::TicketDigest;
use auth::{EdgeKind, SignedIn, edges, units};
use base::{AccountId, Actor, Ctx, Interval, UnitId};
use db::Schema;
use testkit::World;

fn schemas() -> Vec<&'static Schema> {
    vec![&db::SCHEMA, &auth::SCHEMA, &platform::SCHEMA, &http::SCHEMA, &accounts::SCHEMA]
}

const PASSWORD: &str = "trâu ơi ta bảo trâu này";

/// A department with two schools, and another department with one.
#[derive(Clone, Copy, Debug)]
struct Land {
    department: UnitId,
    school: UnitId,
    sister: UnitId,
    far: UnitId,
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
            department: make("department")?,
            school: make("school")?,
            sister: make("school")?,
            far: make("school")?,
        };
        let other = make("department")?;
        for (unit, authority) in [(land.school, land.department), (land.sister, land.department), (land.far, other)] {
            let days = Interval::since(from);
            edges::set(tx, &edges::NewEdge { kind: EdgeKind::Teaching, unit, authority, days })?;
        }
        Ok(land)
    })
    .await
    .expect("makes the units")
}

/// An account with a role; its password is [`PASSWORD`] when `digest` says so.
async fn somebody(w: &World, login: &'static str, role: &'static str, unit: UnitId, digest: &str) -> AccountId {
    let digest = digest.to_owned();
    w.db.write(&w.system(), move |tx| {
        tx.public("a test makes an account");
        let account = auth::accounts::insert(tx, login, login, &digest, false)?;
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

fn sitting(w: &World, who: &SignedIn) -> Ctx {
    w.ctx(Actor::Account { account: who.account, session: Some(who.session) })
}

fn device(address: &str) -> (Token, Device) {
    let token = Token::draw().expect("a token");
    let device = Device {
        origin: Origin { address: address.to_owned(), device: None },
        text: "Firefox trên máy phòng giáo vụ".to_owned(),
        mark: [5; 32],
        token: token.digest(),
    };
    (token, device)
}

/// Signs in as the route does, with a password alone.
async fn sign_in(w: &World, login: &'static str, password: &str, device: &Device) -> base::Result<Option<SignedIn>> {
    match first_step(w, login, password, device).await?.0 {
        Outcome::In(who) => Ok(Some(who)),
        _ => Ok(None),
    }
}

/// The first step of a sign-in, with the ticket that a second one gets.
async fn first_step(
    w: &World,
    login: &'static str,
    password: &str,
    device: &Device,
) -> base::Result<(Outcome, TicketDigest)> {
    let nobody = w.ctx(Actor::Anonymous);
    let origin = device.origin.clone();
    let begun = w.db.write(&nobody, move |tx| accounts::sign_in::begin(tx, login, &origin)).await?;
    let right = auth::passwords::verify_in_turn(password.to_owned(), begun.digest()).await?;
    let device = device.clone();
    let digest = auth::tickets::draw()?.1;
    let next = NextStep { digest, passkey_host: None };
    let outcome = w.db.write(&nobody, move |tx| accounts::sign_in::finish(tx, &begun, right, &device, &next)).await?;
    Ok((outcome, digest))
}

/// What the journal says, kind by kind, and nothing of the payload.
async fn kinds(w: &World) -> Vec<String> {
    static KINDS: db::Sql = db::Sql::new("KINDS", "SELECT kind FROM journal_entry ORDER BY row");
    w.db.read(&w.system(), |tx| {
        tx.public("test");
        Ok(tx.all::<(String,)>(&KINDS, &[])?.into_iter().map(|(kind,)| kind).collect())
    })
    .await
    .expect("reads")
}
