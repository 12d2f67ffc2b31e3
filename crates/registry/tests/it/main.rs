//! Units on both databases.

mod acts;
mod classes;
mod duplicates;
mod export;
mod exports;
mod fields;
mod finding;
mod glass;
mod imports;
mod imports_lists;
mod imports_mend;
mod loading;
mod merged;
mod overview;
mod pack;
mod people;
mod pupils;
mod pupils_reach;
mod search;
mod seated;
mod staff;
mod statements;
mod teaching;
mod years;

use base::{AccountId, Actor, Ctx, Date, Result, UnitId};
use db::{Schema, Tx};
use registry::load;
use registry::units::list::{ListUnits, list};
use registry::units::{UnitRow, create};
use testkit::World;

fn schemas() -> Vec<&'static Schema> {
    vec![&db::SCHEMA, &auth::SCHEMA, &http::SCHEMA, &platform::SCHEMA, &accounts::SCHEMA, &registry::SCHEMA]
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

/// Loads a few provinces: 01 Hà Nội, 08 Tuyên Quang (with Hà Giang), 15 Lào Cai (with Yên Bái).
async fn loaded(w: &World, provinces: &'static [&'static str]) {
    w.db.write_long(&w.system(), "a test loads provinces", move |tx| {
        load::provinces(tx, rules::units::vietnam()?, provinces)
    })
    .await
    .expect("loads");
}

async fn read<T: Send + 'static>(
    w: &World,
    ctx: Ctx,
    closure: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    w.db.read(&ctx, closure).await
}

async fn write<T: std::fmt::Debug + Send + 'static>(
    w: &World,
    ctx: Ctx,
    closure: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    w.db.write(&ctx, closure).await
}

/// All units that a question finds, over all pages.
async fn all(w: &World, ctx: Ctx, ask: ListUnits) -> Vec<UnitRow> {
    read(w, ctx, move |tx| {
        let mut ask = ask;
        let mut rows = Vec::new();
        loop {
            let page = list(tx, &ask)?;
            rows.extend(page.items);
            match page.next {
                Some(next) => ask.page = base::PageRequest::new(Some(200), Some(next))?,
                None => return Ok(rows),
            }
        }
    })
    .await
    .expect("lists")
}

fn of_kind(kind: &str, as_of: &str) -> ListUnits {
    ListUnits {
        kinds: vec![kind.to_owned()],
        as_of: Some(day(as_of)),
        page: base::PageRequest::new(Some(200), None).expect("a page"),
        ..ListUnits::default()
    }
}

fn names(rows: &[UnitRow]) -> Vec<&str> {
    rows.iter().map(|row| row.full_name.as_str()).collect()
}

/// The commune of a province of today by its whole name.
async fn commune(w: &World, name: &'static str) -> UnitId {
    let found = all(
        w,
        w.system(),
        ListUnits { q: Some(name.to_owned()), kinds: vec!["commune".to_owned()], ..ListUnits::default() },
    )
    .await;
    found.iter().find(|row| row.full_name == name).unwrap_or_else(|| panic!("{name} is not there")).id
}

fn school(name: &str, parent: UnitId, level: &str) -> create::CreateUnit {
    create::CreateUnit {
        kind: "school".to_owned(),
        name: name.to_owned(),
        code: None,
        parent,
        authority: None,
        level: registry::units::Levels::One(level.to_owned()),
        from: day("2025-08-01"),
        basis: None,
    }
}

async fn make(w: &World, cmd: create::CreateUnit) -> UnitRow {
    write(w, w.system(), move |tx| create::create(tx, &cmd)).await.expect("creates")
}

/// An account with a role at a unit.
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

fn act_of(w: &World, account: AccountId) -> Ctx {
    w.ctx(Actor::Account { account, session: None })
}
