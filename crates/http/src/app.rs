//! The state every route is handed.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use auth::closure::Day;
use auth::looked::{self, Look, Looks};
use base::{Clock, Ctx, Instant, Result, UnitId, Uuid};
use db::{Db, Tx};
use platform::jobs::Handlers;

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
    /// The host names people reach this server by. Empty: any. Passkeys are made and taken at these only.
    pub hosts: Vec<String>,
    /// Browsers are told to come over TLS only from now on. Never with a certificate a device may not trust yet: there
    /// would be no way past its warning.
    pub hsts: bool,
    /// The port of the plain listener with the page on which a device learns to trust this server's own authority.
    pub enrolment_port: Option<u16>,
    /// A proxy on the loopback address stands before the server: the address of the caller is what it says.
    pub behind_proxy: bool,
    /// Whoever shows this may read `/metrics` from elsewhere than the loopback address.
    pub metrics_token: Option<Arc<str>>,
    /// Whether requests are counted against limits.
    pub limits: bool,
    /// The room kept on the disk for looks at people that the database cannot take.
    pub look_spool: u64,
    /// What runs the jobs of all rooms.
    pub jobs: Handlers,
    /// The unit that runs this server: whoever manages its settings looks after all jobs. When none is said, the ministry
    /// and the departments look after those that are no unit's.
    pub unit: Option<UnitId>,
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
            hosts: Vec::new(),
            hsts: false,
            enrolment_port: None,
            behind_proxy: false,
            metrics_token: None,
            limits: true,
            look_spool: looked::SPOOL_BYTES,
            jobs: Handlers::default(),
            unit: None,
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
    looks: OnceLock<Looks>,
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
            looks: OnceLock::new(),
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

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
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

    /// Where looks at people are kept. Opened with the first.
    pub fn looks(&self) -> Result<&Looks> {
        if let Some(looks) = self.0.looks.get() {
            return Ok(looks);
        }
        // Two may open it at once; so only one ever writes to the file.
        static OPENING: Mutex<()> = Mutex::new(());
        let _one = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
        if self.0.looks.get().is_none() {
            let looks = Looks::open(self.0.db.clone(), Arc::clone(&self.0.clock), self.0.settings.look_spool)?;
            let _first = self.0.looks.set(looks);
        }
        self.0.looks.get().ok_or_else(|| base::Error::internal("looks were opened and are not there"))
    }

    /// Reads what tells of people, and records that the actor looked. `view` names what was shown; the closure answers
    /// whose data it was beside what is shown. When the look cannot be recorded, nothing is shown.
    pub async fn look<T, F>(&self, ctx: &Ctx, view: &'static str, closure: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<(Vec<Uuid>, T)> + Send + 'static,
    {
        let (first, people, seen) = self
            .0
            .db
            .read(ctx, move |tx| {
                let (people, seen) = closure(tx)?;
                Ok((auth::require::runs_the_system(tx)?, people, seen))
            })
            .await?;
        let look = Look::new(ctx, view, people);
        match first {
            true => self.looks()?.at_once(look).await?,
            false => self.looks()?.note(look)?,
        }
        Ok(seen)
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
