//! A signed-in read over HTTP against the same server's static JSON file.

use std::path::Path;
use std::sync::Arc;

use base::time::SystemClock;
use db::{Db, Location, Options};
use http::server::Listen;
use http::{App, Settings};
use khue::work::{ToDo, Working};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::load::{self, Came, Wire};

/// The static file: what SvelteKit writes beside the client, some 30 bytes of JSON.
const STATIC: &str = "/_app/version.json";

/// A server in this process, on a port of its own, with nobody counting requests.
pub struct Server {
    serving: Runtime,
    stop: Option<oneshot::Sender<()>>,
    working: Option<Working>,
    ended: tokio::task::JoinHandle<base::Result<()>>,
    /// Where it listens.
    pub port: u16,
}

impl Server {
    /// Serves a database; with `jobs` it also works on them, as the program does.
    pub fn start(db: Db, jobs: bool) -> Self {
        let serving = khue::place::runtime().expect("a runtime");
        let listeners = serving.block_on(Listen::Loopback(0).open()).expect("a free port");
        let port = listeners[0].local_addr().expect("an address").port();
        let handlers = if jobs { ToDo::default().handlers(&db) } else { Settings::default().jobs };
        let settings = Settings { limits: false, jobs: handlers, ..Settings::default() };
        let app = App::new(db, Arc::new(SystemClock), settings, khue::modules());
        let working = jobs.then(|| serving.block_on(async { Working::start(&app) }));
        let (stop, stopped) = oneshot::channel::<()>();
        let ended = serving.spawn(http::server::serve(app, listeners, None, async {
            let _told = stopped.await;
        }));
        Self { serving, stop: Some(stop), working, ended, port }
    }

    /// Stops it and closes its database.
    pub fn end(mut self) {
        if let Some(stop) = self.stop.take() {
            let _gone = stop.send(());
        }
        if let Some(working) = self.working.take() {
            self.serving.block_on(working.stop());
        }
        self.serving.block_on(self.ended).expect("serves to its end").expect("ends well");
    }
}

/// A demonstration's database: the country, a few schools, a person for each role.
pub fn filled(location: Location, owner: Option<String>, data: &Path) -> (Db, Vec<registry::demo::SignIn>) {
    let mut options = Options::new(location, data, khue::schemas());
    options.owner = owner;
    options.demo = true;
    let db = Db::open(&options, khue::place::now()).expect("opens");
    let ctx = khue::place::operator("bench").expect("an act");
    let rt = khue::place::runtime().expect("a runtime");
    let village = synth::village(ctx.today()).expect("a village");
    let people = rt.block_on(registry::demo::make(&db, &ctx, village, auth::passwords::one_time)).expect("fills");
    (db, people)
}

/// Signs somebody in; answers the cookie.
pub async fn cookie(port: u16, login: &str, password: &str) -> String {
    let mut wire = Wire::to(port).await.expect("connects");
    let body = serde_json::json!({ "login": login, "password": password }).to_string();
    let answer = wire.ask(&load::post("/api/v1/session", &body)).await.expect("an answer");
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.header("set-cookie").and_then(|set| set.split(';').next()).expect("a cookie").to_owned()
}

/// Signs the head of a school in; answers the cookie and the school's id.
async fn sign_in(port: u16, people: &[registry::demo::SignIn]) -> (String, String) {
    let head = people.iter().find(|one| one.role == "head").expect("a head");
    let cookie = cookie(port, &head.login, &head.password).await;
    let mut wire = Wire::to(port).await.expect("connects");
    let me = wire.ask(&load::get("/api/v1/me", &cookie)).await.expect("an answer");
    let me: serde_json::Value = serde_json::from_slice(&me.body).expect("JSON");
    let unit = me["grants"][0]["unit"]["id"].as_str().expect("the unit of a grant").to_owned();
    (cookie, unit)
}

/// What both reads came to, in the round with the median ratio.
pub struct Reads {
    /// A signed-in read of one unit.
    pub unit: Came,
    /// The static file.
    pub file: Came,
}

/// Signed-in reads and the static file in turns.
pub fn measure(server: &Server, people: &[registry::demo::SignIn], seconds: f64) -> Reads {
    let asking = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let (cookie, unit) = asking.block_on(sign_in(server.port, people));
    let (one, file) = (load::get(&format!("/api/v1/units/{unit}"), &cookie), load::get(STATIC, &cookie));
    let turn = |seconds: f64| Reads {
        unit: load::run(&asking, server.port, &one, seconds),
        file: load::run(&asking, server.port, &file, seconds),
    };
    let _warm = turn(0.5);
    let mut rounds: Vec<Reads> = (0..3).map(|_| turn(seconds)).collect();
    rounds.sort_by(|a, b| (a.unit.rate / a.file.rate).total_cmp(&(b.unit.rate / b.file.rate)));
    rounds.swap_remove(1)
}
