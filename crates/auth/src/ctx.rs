//! Contexts: the only place outside tests where an actor is named.
#![expect(clippy::disallowed_methods, reason = "this is the room that may name an actor")]

use std::sync::Arc;

use base::{Actor, Ctx, Instant, Result};

use crate::SignedIn;

/// Fresh randomness for one act.
pub fn seed() -> Result<[u8; 32]> {
    db::keys::random()
}

/// An act of whoever is signed in.
#[must_use]
pub fn signed_in(who: &SignedIn, request: impl Into<Arc<str>>, now: Instant, seed: [u8; 32]) -> Ctx {
    Ctx::new(Actor::Account { account: who.account, session: Some(who.session) }, request, now, seed)
}

/// An act of somebody unknown: only what is public.
#[must_use]
pub fn anonymous(request: impl Into<Arc<str>>, now: Instant, seed: [u8; 32]) -> Ctx {
    Ctx::new(Actor::Anonymous, request, now, seed)
}

/// An act of Khuê itself: a job, a projection. `name` says which.
#[must_use]
pub fn system(name: &'static str, request: impl Into<Arc<str>>, now: Instant, seed: [u8; 32]) -> Ctx {
    Ctx::new(Actor::System(name), request, now, seed)
}

/// An act from the server's command line, by the name of the system user.
#[must_use]
pub fn operator(name: impl Into<Arc<str>>, request: impl Into<Arc<str>>, now: Instant, seed: [u8; 32]) -> Ctx {
    Ctx::new(Actor::Operator(name.into()), request, now, seed)
}
