//! The context of an act: who, for which unit, why, when, and where its randomness comes from.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{AccountId, Instant, SessionId, UnitId};

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Nobody has signed in; only what is public can be done.
    Anonymous,
    /// A signed-in person.
    Account {
        /// Whose account.
        account: AccountId,
        /// The sign-in it came by.
        session: Option<SessionId>,
    },
    /// Khuê itself: a job, a migration, the sealer. The name says which.
    System(&'static str),
    /// Somebody at the server's command line, by the name of the system user.
    Operator(Arc<str>),
}

impl Actor {
    /// The account, when a person has signed in.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Account { account, .. } => Some(*account),
            _ => None,
        }
    }

    /// One word for the journal: `anonymous`, `account`, `system`, `operator`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Account { .. } => "account",
            Self::System(_) => "system",
            Self::Operator(_) => "operator",
        }
    }

    /// The name beside [`Actor::kind`] in the journal: the account's id, the job's or the system user's name.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Anonymous => String::new(),
            Self::Account { account, .. } => account.to_string(),
            Self::System(name) => (*name).to_owned(),
            Self::Operator(name) => name.to_string(),
        }
    }
}

/// What every read and write carries. Cheap to clone; a clone is the same act.
#[derive(Clone)]
pub struct Ctx(Arc<Inner>);

struct Inner {
    actor: Actor,
    unit: Option<UnitId>,
    purpose: Option<Arc<str>>,
    request: Arc<str>,
    now: Instant,
    seed: [u8; 32],
    writes: AtomicU32,
}

impl Ctx {
    /// Makes a context. Only `auth` (for people and jobs) and `testkit` may: clippy refuses it elsewhere, because
    /// whoever can name an actor can act as one.
    #[must_use]
    pub fn new(actor: Actor, request: impl Into<Arc<str>>, now: Instant, seed: [u8; 32]) -> Self {
        Self(Arc::new(Inner {
            actor,
            unit: None,
            purpose: None,
            request: request.into(),
            now,
            seed,
            writes: AtomicU32::new(0),
        }))
    }

    /// The same act on behalf of a unit. To be called before the context is first used: the count of writes starts anew.
    #[must_use]
    pub fn for_unit(&self, unit: UnitId) -> Self {
        self.with(|inner| inner.unit = Some(unit))
    }

    /// The same act with a stated purpose, kept with every look at personal data.
    #[must_use]
    pub fn with_purpose(&self, purpose: impl Into<Arc<str>>) -> Self {
        let purpose = purpose.into();
        self.with(|inner| inner.purpose = Some(purpose))
    }

    fn with(&self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Inner {
            actor: self.0.actor.clone(),
            unit: self.0.unit,
            purpose: self.0.purpose.clone(),
            request: Arc::clone(&self.0.request),
            now: self.0.now,
            seed: self.0.seed,
            writes: AtomicU32::new(self.0.writes.load(Ordering::Relaxed)),
        };
        change(&mut inner);
        Self(Arc::new(inner))
    }

    /// Who acts.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.0.actor
    }

    /// For which unit, when the act is bound to one.
    #[must_use]
    pub fn unit(&self) -> Option<UnitId> {
        self.0.unit
    }

    /// Why, when the actor said so.
    #[must_use]
    pub fn purpose(&self) -> Option<&str> {
        self.0.purpose.as_deref()
    }

    /// The request (or job run) this act belongs to.
    #[must_use]
    pub fn request(&self) -> &str {
        &self.0.request
    }

    /// The moment of the act: one for all it writes.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.0.now
    }

    /// The day of the act in Viet Nam.
    #[must_use]
    pub fn today(&self) -> crate::Date {
        self.0.now.date_in_vietnam()
    }

    /// The act's randomness. Ids are drawn from it by the door, never used raw.
    #[must_use]
    pub fn seed(&self) -> &[u8; 32] {
        &self.0.seed
    }

    /// Counts one more write of this act and gives its ordinal. The door calls it once a write, not once a run.
    #[must_use]
    pub fn next_write(&self) -> u32 {
        self.0.writes.fetch_add(1, Ordering::Relaxed)
    }
}

impl fmt::Debug for Ctx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ctx")
            .field("actor", &self.0.actor)
            .field("unit", &self.0.unit)
            .field("request", &self.0.request)
            .field("now", &self.0.now)
            .finish_non_exhaustive()
    }
}
