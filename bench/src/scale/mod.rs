//! The registry at scale: a made-up country comes in against the bare driver writing the same rows, others save
//! meanwhile; then people are searched for, pages are asked for, and a school's workbook is imported beside somebody's
//! daily work. Everything is asked over HTTP, by whoever may.

mod asked;
mod beside;
mod country;
mod raw;

use std::path::Path;
use std::time::Duration;

use base::{Ctx, Date, UnitId};
use db::{Db, Location, Options};

use crate::measure::Figure;
use crate::program::Fact;
use crate::server::Server;

/// An act of the operator at the present moment.
fn act() -> Ctx {
    khue::place::operator("bench").expect("an act")
}

/// Where one of the two databases lies.
pub struct At {
    /// Its name in the table.
    pub name: &'static str,
    /// Where.
    pub location: Location,
    /// The owner's address, on PostgreSQL.
    pub owner: Option<String>,
}

impl At {
    fn open(&self, folder: &Path) -> Db {
        let mut options = Options::new(self.location.clone(), folder, khue::schemas());
        options.key = folder.join("khue.key");
        options.owner = self.owner.clone();
        Db::open(&options, act().now()).expect("opens")
    }
}

/// What times came to.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// How many.
    pub count: usize,
    /// Half within.
    pub p50: Duration,
    /// 95 of 100 within.
    pub p95: Duration,
    /// 99 of 100 within.
    pub p99: Duration,
    /// The longest.
    pub max: Duration,
}

impl Times {
    fn of(mut times: Vec<Duration>) -> Self {
        assert!(!times.is_empty(), "nothing was measured");
        times.sort_unstable();
        let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
        Self { count: times.len(), p50: at(50), p95: at(95), p99: at(99), max: at(100) }
    }

    fn line(&self, what: &str) -> String {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        format!(
            "  {what:62} {:6} times, half within {:7.1} ms, p95 {:7.1}, p99 {:7.1}, longest {:7.1}",
            self.count,
            ms(self.p50),
            ms(self.p95),
            ms(self.p99),
            ms(self.max)
        )
    }
}

fn below(what: &'static str, time: Duration, milliseconds: f64) -> Fact {
    Fact { what, value: time.as_secs_f64() * 1e3, unit: "ms", below: milliseconds }
}

/// Who signs in.
pub struct SignIn {
    login: String,
    password: String,
    /// Where the role is held.
    pub unit: UnitId,
}

impl SignIn {
    /// The session's cookie.
    async fn cookie(&self, port: u16) -> String {
        crate::server::cookie(port, &self.login, &self.password).await
    }
}

/// Makes accounts: for each a role and where it is held.
async fn accounts(db: &Db, roles: &[(&'static str, UnitId)]) -> Vec<SignIn> {
    let password = auth::passwords::one_time().expect("draws");
    let digest = auth::passwords::hash(&password).expect("hashes");
    let made: Vec<(String, &'static str, UnitId)> = roles
        .iter()
        .enumerate()
        .map(|(n, (role, unit))| (format!("bench.{}.{n}", role.replace('_', ".")), *role, *unit))
        .collect();
    let given = made.clone();
    db.write(&act(), move |tx| {
        tx.allowed_by("bench");
        let from: Date = tx.today();
        for (login, role, unit) in &given {
            let account = auth::accounts::insert(tx, login, "Người Đo", &digest, false)?;
            let role = (*role).to_owned();
            auth::grants::insert(tx, &auth::grants::NewGrant { account, role, unit: *unit, from, to: None })?;
        }
        Ok(())
    })
    .await
    .expect("makes accounts");
    made.into_iter().map(|(login, _, unit)| SignIn { login, password: password.clone(), unit }).collect()
}

/// What was measured on one database.
pub struct Scale {
    /// Against the bare driver.
    pub figure: Figure,
    /// The goals in milliseconds and megabytes.
    pub facts: Vec<Fact>,
}

/// Measures on one database, of which `twin` is the bare driver's; both are empty. Prints what else was seen.
pub fn measure(at: &At, twin: &At, folder: &Path, schools: usize) -> Scale {
    let _they_lend = khue::modules();
    let rt = khue::place::runtime().expect("a runtime");
    println!("\n{}:", at.name);
    let db = at.open(&folder.join("door"));
    let other = twin.open(&folder.join("twin"));
    let loaded = rt.block_on(country::load(&db, other, at, twin, schools));
    loaded.print();
    let (figure, memory) = loaded.goals(at.name);
    if let Some(owner) = &at.owner {
        crate::raw_postgres::analyse(owner);
    }
    let at_school = loaded.samples.schools.first().copied().expect("a school of some size");
    let empty = rt.block_on(beside::school(&db));
    let (head, country, clerk, importer) = {
        let roles = [
            ("head", at_school),
            ("department_head", registry::load::ministry()),
            ("clerk", at_school),
            ("clerk", empty),
        ];
        let made = rt.block_on(accounts(&db, &roles));
        <[SignIn; 4]>::try_from(made).ok().expect("four of them").into()
    };
    let server = Server::start(db, true);
    let mut facts = vec![memory];
    facts.extend(asked::measure(server.port, &head, &country, &loaded.samples));
    facts.extend(beside::measure(server.port, &clerk, &importer));
    server.end();
    Scale { figure, facts }
}
