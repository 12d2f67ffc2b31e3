//! The state every route is handed.

use std::sync::Arc;

use auth::closure::Day;
use base::{Clock, Ctx, Instant, Result};
use db::{Db, Tx};

use serde::Serialize;
use tokio::sync::watch;

use crate::Module;
use crate::limits::Limits;
use crate::live::Streams;

/// What the program was told about itself.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The product's name.
    pub product: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// People reach this server over TLS, its own or a proxy's: cookies are `__Host-` and Secure.
    pub secure: bool,
    /// A proxy on the loopback address stands before the server: the address of the caller is what it says.
    pub behind_proxy: bool,
    /// Whoever shows this may read `/metrics` from elsewhere than the loopback address.
    pub metrics_token: Option<Arc<str>>,
    /// Whether requests are counted against limits.
    pub limits: bool,
    /// The sign-ins of a demonstration, which its sign-in page offers. Empty everywhere else.
    pub demo_accounts: Vec<DemoAccount>,
}

/// One sign-in of a demonstration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DemoAccount {
    /// What to sign in with.
    #[schema(example = "hieutruong")]
    pub login: String,
    /// The password drawn for this demonstration.
    #[schema(example = "sen-vang-42")]
    pub password: String,
    /// How the person is called.
    #[schema(example = "Trần Thị Mai")]
    pub display_name: String,
    /// The role and where it is held.
    #[schema(example = "Hiệu trưởng, Trường THCS Nguyễn Du")]
    pub role_name: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            product: "Khuê",
            version: env!("CARGO_PKG_VERSION"),
            secure: false,
            behind_proxy: false,
            metrics_token: None,
            limits: true,
            demo_accounts: Vec::new(),
        }
    }
}

/// The state. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    settings: Settings,
    modules: Vec<Module>,
    day: Day,
    limits: Limits,
    stopping: watch::Sender<bool>,
    streams: Streams,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("db", &self.0.db).field("modules", &self.0.modules).finish_non_exhaustive()
    }
}

impl App {
    /// Puts the state together.
    #[must_use]
    pub fn new(db: Db, clock: Arc<dyn Clock>, settings: Settings, modules: Vec<Module>) -> Self {
        Self(Arc::new(Inner {
            db,
            clock,
            settings,
            modules,
            day: Day::default(),
            limits: Limits::default(),
            stopping: watch::Sender::new(false),
            streams: Streams::default(),
        }))
    }

    /// The database door.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.0.clock.now()
    }

    /// What the program was told about itself.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Whether this is a demonstration.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.0.db.installation().demo
    }

    /// The rooms.
    #[must_use]
    pub fn modules(&self) -> &[Module] {
        &self.0.modules
    }

    /// The navigation entries of all rooms that hold something for the actor, in the rooms' order.
    pub fn screens(&self, tx: &mut Tx<'_>) -> Result<Vec<&'static str>> {
        let mut all = Vec::new();
        for module in &self.0.modules {
            all.extend((module.screens)(tx)?);
        }
        Ok(all)
    }

    /// An act of Khuê itself at the present moment.
    pub fn system(&self, name: &'static str, request: &str) -> Result<Ctx> {
        Ok(auth::ctx::system(name, request, self.now(), auth::ctx::seed()?))
    }

    /// Ends what would otherwise go on for ever: live streams. Called when the server stops.
    pub fn stop(&self) {
        self.0.stopping.send_replace(true);
    }

    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.0.stopping.subscribe()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn streams(&self) -> &Streams {
        &self.0.streams
    }

    /// Makes sure that rights are decided by today's edges.
    pub(crate) async fn ensure_day(&self, request: &str) -> Result<()> {
        let today = self.now().date_in_vietnam();
        self.0.day.ensure(&self.0.db, || self.system("day", request), today).await
    }
}
