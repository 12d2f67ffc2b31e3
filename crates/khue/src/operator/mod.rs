//! The operator's work: done by the server that runs on the same data folder, through a socket there; otherwise here,
//! with the lock that a server would take.

pub mod door;
mod wire;
pub mod work;

use std::path::Path;
use std::time::{Duration, Instant};

use base::{Code, Ctx, Error, Kind, Result};
use db::{Db, IN_USE, Options};
use platform::jobs::Handlers;

use crate::console::say;
use crate::https::Secure;
use crate::place::{Place, now, refuse_missing, runtime, system_user};

pub use wire::SOCKET;
pub use work::{RoleHere, Work};

/// The server is of another version than the command.
pub const OTHER_VERSION: Code = Code::new(Kind::Conflict, "operator.other_version", "Máy chủ thuộc phiên bản khác");
/// Whoever asks is neither the server's user nor root.
pub const NOT_YOURS: Code = Code::new(Kind::Forbidden, "operator.not_yours", "Máy chủ thuộc người dùng khác");
/// The server went away before it had answered.
pub const LOST: Code = Code::new(Kind::Unavailable, "operator.lost", "Mất liên lạc với máy chủ");
/// The work cannot be done beside a running server.
pub const SERVING: Code = Code::new(Kind::Conflict, "operator.serving", "Máy chủ đang chạy");

/// A server that is just starting, or another command, gets so long.
const PATIENCE: Duration = Duration::from_secs(5);

/// The installation that the work is done on.
#[derive(Clone)]
pub struct House {
    /// Its database.
    pub db: Db,
    /// How it speaks TLS, when its settings say so in an understandable way.
    pub secure: Option<Secure>,
    /// The jobs that the server runs which does the work; nothing when a command does it by itself.
    pub jobs: Option<Handlers>,
}

impl House {
    /// Whether a server is doing the work.
    #[must_use]
    pub fn is_served(&self) -> bool {
        self.jobs.is_some()
    }
}

/// Says one sentence to the operator.
pub type Tell<'a> = dyn Fn(String) + Send + Sync + 'a;

/// An act of the operator.
pub fn act(user: &str, what: &str, purpose: Option<&str>) -> Result<Ctx> {
    let ctx = auth::ctx::operator(user, format!("cli {what}"), now(), auth::ctx::seed()?);
    Ok(match purpose {
        Some(purpose) => ctx.with_purpose(purpose),
        None => ctx,
    })
}

/// Does the work for the installation at a place and prints what comes of it. Answers whether the finding is good.
pub fn run(place: &Place, secure: Option<Secure>, work: &Work, purpose: Option<&str>) -> Result<bool> {
    let file = place.file()?;
    place.log(&file, "warn")?;
    run_at(&place.options(&file), secure, work, purpose)
}

/// The same, where the settings are read already.
pub fn run_at(options: &Options, secure: Option<Secure>, work: &Work, purpose: Option<&str>) -> Result<bool> {
    let user = system_user();
    let tell = |line: String| say(line);
    let until = Instant::now() + PATIENCE;
    let db = loop {
        if let Some(done) = through_server(&options.data, &user, purpose, work, &tell) {
            return done;
        }
        refuse_missing(options)?;
        match Db::open(options, now()) {
            Ok(db) => break db,
            // A server that has the lock and not yet its socket, or another command that will be done soon.
            Err(error) if error.is(&IN_USE) && Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(100));
            }
            Err(error) => return Err(error),
        }
    };
    let house = House { db: db.clone(), secure, jobs: None };
    let done = act(&user, work.name(), purpose)
        .and_then(|ctx| runtime()?.block_on(async { work::perform(&house, &ctx, work, &tell).await }));
    db.close();
    done
}

/// Has the work done by the server on a data folder; nothing when none answers there.
pub fn through_server(
    data: &Path,
    user: &str,
    purpose: Option<&str>,
    work: &Work,
    tell: &Tell<'_>,
) -> Option<Result<bool>> {
    wire::connect(data).map(|socket| wire::ask(socket, user, purpose, work, tell))
}

/// Refuses what cannot be done while a server runs on the data folder.
pub fn refuse_beside_server(options: &Options, why: &str) -> Result<()> {
    match wire::connect(&options.data) {
        None => Ok(()),
        Some(_) => Err(SERVING.error(format!(
            "Một máy chủ Khuê đang chạy trên thư mục dữ liệu {}. {why} Hãy dừng máy chủ rồi chạy lại lệnh này; chưa có gì bị thay đổi.",
            options.data.display()
        ))),
    }
}

fn lost(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    LOST.error("Máy chủ không trả lời đến hết: có thể đã dừng giữa chừng. Hãy xem việc đã xong chưa rồi mới chạy lại.")
        .caused_by(error)
}
