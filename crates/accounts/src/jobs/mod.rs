//! Background jobs, as those see them who asked for them, and those who run the server.
//!
//! A job tells nothing of people: its kind, how far it is and what went wrong. So whoever looks after the server sees the
//! jobs of all units without seeing anybody's data.

pub mod cancel;
pub mod list;
pub mod list_mine;
pub mod list_recurring;
pub mod retry;
pub mod run_recurring;
pub mod show;
mod view;

use auth::require::{HELD_AT, Scope};
use auth::{Capability, Require as _};
use base::{Actor, Result, UnitId};
use db::list::Predicate;
use db::{Tx, params};
use platform::jobs::{self, Handlers, JobId, JobRow};

pub use view::JobView;
pub(crate) use view::view as view_of;

db::statements! {
    /// What sort of unit it is.
    pub KIND = "SELECT kind FROM unit WHERE id = ?1";
    /// The last job of a kind that is no unit's.
    pub LAST_OF_KIND = "SELECT id, kind, state, unit, account, done, total, note, error, attempts, cancel, run_at, created_at, ended_at
        FROM job WHERE kind = ?1 AND unit IS NULL ORDER BY created_at DESC, id DESC LIMIT 1";
}

/// Units whose administrators look after what the server does for everybody, when nobody has said who runs it.
const TOP: [&str; 2] = ["ministry", "department"];

/// Which jobs of others the actor looks after. The right is that to change settings: whoever sets how mail leaves must
/// see whether it leaves.
#[derive(Debug)]
pub struct Oversight {
    /// Jobs of every unit, and of none.
    all: bool,
    /// Jobs that are no unit's: backup, cleaning.
    of_server: bool,
    /// Jobs of these units.
    within: Scope,
}

impl Oversight {
    /// Of the actor. `runs` is the unit that runs this server, when it was said.
    pub fn of(tx: &mut Tx<'_>, runs: Option<UnitId>) -> Result<Self> {
        let within = tx.scope(Capability::SettingsManage)?;
        if within == Scope::Everything {
            return Ok(Self { all: true, of_server: true, within });
        }
        let all = match runs {
            Some(unit) => tx.may(unit)?.contains(&Capability::SettingsManage),
            None => false,
        };
        let of_server = all || (runs.is_none() && at_the_top(tx)?);
        Ok(Self { all, of_server, within })
    }

    /// Whether there is anything to look after.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.all || self.of_server || !matches!(&self.within, Scope::Within { units, .. } if units.is_empty())
    }

    /// Whether what recurs on this server is the actor's to look after.
    #[must_use]
    pub fn is_of_server(&self) -> bool {
        self.of_server
    }

    fn predicate(&self) -> Predicate {
        if self.all {
            return Predicate { text: "TRUE".to_owned(), params: Vec::new() };
        }
        let (within, params) = self.within.predicate("j.unit", 1);
        let text = if self.of_server { format!("({within} OR j.unit IS NULL)") } else { within };
        Predicate { text, params }
    }

    fn covers(&self, tx: &mut Tx<'_>, job: &JobRow) -> Result<bool> {
        match job.unit {
            _ if self.all => Ok(true),
            None => Ok(self.of_server),
            Some(unit) => Ok(tx.may(unit)?.contains(&Capability::SettingsManage)),
        }
    }
}

/// Whether the actor changes settings at the ministry or at a department.
fn at_the_top(tx: &mut Tx<'_>) -> Result<bool> {
    let Actor::Account { account, .. } = tx.ctx().actor().clone() else { return Ok(false) };
    let today = tx.today();
    // A person's roles stand at a handful of units.
    for (role, unit) in tx.all::<(String, UnitId)>(&HELD_AT, params![account, today])? {
        let manages =
            auth::role::find(&role).is_some_and(|role| role.capabilities.contains(&Capability::SettingsManage));
        if manages && tx.one::<(String,)>(&KIND, params![unit])?.is_some_and(|(kind,)| TOP.contains(&kind.as_str())) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A job that is the actor's own, or theirs to look after. Others do not exist. What recurs is the server's, whoever asked
/// for it out of its turn: it is nobody's own.
fn in_sight(tx: &mut Tx<'_>, handlers: &Handlers, runs: Option<UnitId>, id: JobId) -> Result<JobRow> {
    let oversight = looking(tx, runs)?;
    let job = jobs::find(tx, id)?.ok_or_else(jobs::missing)?;
    if (is_mine(tx, &job) && !is_of_server(handlers, &job)) || oversight.covers(tx, &job)? {
        return Ok(job);
    }
    Err(jobs::missing())
}

/// The same for an act on it. A job that is no unit's works for the whole server: who has asked for it may see how it goes,
/// and only who looks after the server stops it or has it done again, because a right that has ended must not live on.
fn in_hand(tx: &mut Tx<'_>, handlers: &Handlers, runs: Option<UnitId>, id: JobId) -> Result<JobRow> {
    let job = in_sight(tx, handlers, runs, id)?;
    if job.unit.is_some() || looking(tx, runs)?.covers(tx, &job)? {
        return Ok(job);
    }
    Err(jobs::missing())
}

fn looking(tx: &mut Tx<'_>, runs: Option<UnitId>) -> Result<Oversight> {
    if !tx.is_house() {
        tx.require_signed_in()?;
    }
    Oversight::of(tx, runs)
}

fn is_mine(tx: &Tx<'_>, job: &JobRow) -> bool {
    !tx.is_house() && job.account.is_some() && job.account == tx.ctx().actor().account()
}

/// Whether it is what the server does by itself anyway.
fn is_of_server(handlers: &Handlers, job: &JobRow) -> bool {
    job.unit.is_none() && handlers.recurring().any(|(kind, _)| kind == job.kind)
}
