//! A room, as the house sees it.

use base::Result;
use db::{Schema, Tx};
use platform::jobs::Handlers;
use platform::settings::Setting;
use utoipa_axum::router::OpenApiRouter;

use crate::App;

/// One room of the house: what it stores, what it answers, where the client leads to it.
#[derive(Clone, Copy)]
pub struct Module {
    /// Its name, the crate's.
    pub name: &'static str,
    /// Its tables and statements.
    pub schema: &'static Schema,
    /// Its routes below `/api/v1`, with their description.
    pub routes: fn() -> OpenApiRouter<App>,
    /// The navigation entries that hold something for the actor of this transaction.
    pub screens: fn(&mut Tx<'_>) -> Result<Vec<&'static str>>,
    /// What runs its jobs, and which of them recur.
    pub jobs: fn() -> Handlers,
    /// The settings that units may change.
    pub settings: &'static [&'static Setting],
}

impl std::fmt::Debug for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Module({})", self.name)
    }
}

/// For a room without screens.
pub fn no_screens(_tx: &mut Tx<'_>) -> Result<Vec<&'static str>> {
    Ok(Vec::new())
}

/// For a room without jobs.
#[must_use]
pub fn no_jobs() -> Handlers {
    Handlers::default()
}
