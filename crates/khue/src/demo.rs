//! `khue demo`: a made-up province on this machine only.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base::{Code, Error, Kind, Result};
use clap::Args;
use db::{Db, Location, Options};
use http::server::Listen;
use http::{DemoAccount, Settings};
use serde::{Deserialize, Serialize};

use crate::console::{log_to_stderr, say};
use crate::https::Secure;
use crate::place::{make_folder, now, operator, runtime};
use crate::serve;
use crate::work::ToDo;

/// The demonstration's sign-ins are gone.
pub const SIGN_INS: Code =
    Code::new(Kind::Unavailable, "demo.sign_ins", "Không còn danh sách đăng nhập của bản dùng thử");

/// The demonstration's key file, in its data folder: nothing real is read with it.
pub(crate) const KEY: &str = "demo.key";
/// The demonstration's sign-ins, in its data folder.
pub(crate) const ACCOUNTS: &str = "sign-ins.json";

/// Flags of the demonstration.
#[derive(Debug, Args)]
pub struct Demo {
    /// Thư mục dữ liệu của bản dùng thử.
    #[arg(long, env = "KHUE_DEMO_DATA", value_name = "THƯ MỤC", default_value = "data/demo")]
    data: PathBuf,
    /// Cổng trên máy này; 0 lấy một cổng còn trống.
    #[arg(long, value_name = "CỔNG", default_value_t = 8080)]
    port: u16,
    /// Ghi danh sách đăng nhập ra tệp JSON này.
    #[arg(long, value_name = "TỆP")]
    accounts: Option<PathBuf>,
    /// Mức ghi nhật ký vận hành.
    #[arg(long, env = "KHUE_LOG", value_name = "MỨC", default_value = "warn")]
    log: String,
}

/// One sign-in, as the file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// The role's code.
    pub role: String,
    /// What to sign in with.
    pub login: String,
    /// The drawn password.
    pub password: String,
    /// How the person is called.
    pub display_name: String,
    /// Where the role is held.
    pub unit: String,
}

impl Demo {
    /// Makes the demonstration when it is not there, and serves it.
    pub fn run(self) -> Result<()> {
        log_to_stderr(&self.log)?;
        make_folder(&self.data)?;
        let db = Db::open(&options(&self.data), now())?;
        let sign_ins = self.data.join(ACCOUNTS);
        let runtime = runtime()?;
        let all = if sign_ins.exists() {
            read(&sign_ins)?
        } else if !db.installation().new && runtime.block_on(is_filled(&db))? {
            return Err(SIGN_INS.error(format!(
                "Không còn tệp {}. Hãy xoá thư mục của bản dùng thử rồi chạy lại 'khue demo'.",
                sign_ins.display()
            )));
        } else {
            let made = runtime.block_on(make(&db))?;
            write(&sign_ins, &made)?;
            made
        };
        if let Some(path) = &self.accounts {
            write(path, &all)?;
        }
        let work = ToDo::of_demo(&self.data)?;
        let settings = Settings {
            demo_accounts: all.iter().map(shown).collect(),
            jobs: work.handlers(&db),
            unit: work.unit,
            ..Settings::default()
        };
        runtime.block_on(serve::serve(db, settings, Listen::Loopback(self.port), Secure::PLAIN, |ready| {
            say("Khuê dùng thử: dữ liệu dựng sẵn, chỉ mở được trên máy này.");
            for one in &all {
                say(format!(
                    "  {:18} {:20} {} ({}, {})",
                    one.login,
                    one.password,
                    one.display_name,
                    role_name(&one.role),
                    one.unit
                ));
            }
            say(format!("Mở http://localhost:{}; Ctrl-C để dừng.", ready.port));
        }))
    }
}

/// Its own database with its own key: nothing real is near.
fn options(data: &Path) -> Options {
    let mut options = Options::new(Location::Sqlite(data.join("khue.db")), data, crate::schemas());
    options.key = data.join(KEY);
    options.demo = true;
    options
}

fn role_name(code: &str) -> &str {
    auth::role::find(code).map_or(code, |role| role.name)
}

fn shown(one: &SignIn) -> DemoAccount {
    DemoAccount {
        login: one.login.clone(),
        password: one.password.clone(),
        display_name: one.display_name.clone(),
        role_name: format!("{}, {}", role_name(&one.role), one.unit),
    }
}

async fn make(db: &Db) -> Result<Vec<SignIn>> {
    let ctx = operator("demo")?;
    let village = ::synth::village(ctx.today())?;
    let made = registry::demo::make(db, &ctx, village, auth::passwords::one_time).await?;
    let sign_in = |one: registry::demo::SignIn| SignIn {
        role: one.role,
        login: one.login,
        password: one.password,
        display_name: one.display_name,
        unit: one.unit,
    };
    Ok(made.into_iter().map(sign_in).collect())
}

/// Whether the demonstration was filled: it stopped before its sign-ins were kept, or they were taken away.
async fn is_filled(db: &Db) -> Result<bool> {
    let ctx = operator("demo")?;
    let head = db.read(&ctx, |tx| {
        tx.public("the operator looks whether anything happened here");
        db::journal::read::head(tx)
    });
    Ok(head.await? != db::Position::default())
}

fn read(path: &Path) -> Result<Vec<SignIn>> {
    std::fs::read(path)
        .map_err(Error::internal)
        .and_then(|text| serde_json::from_slice(&text).map_err(Error::internal))
        .map_err(|error| {
            SIGN_INS
                .error(format!(
                    "Không đọc được {}. Hãy xoá thư mục của bản dùng thử rồi chạy lại 'khue demo'.",
                    path.display()
                ))
                .caused_by(error)
        })
}

/// Passwords, though made up: for the owner only, and whole or not at all.
fn write(path: &Path, all: &[SignIn]) -> Result<()> {
    let text = serde_json::to_vec_pretty(all).map_err(Error::internal)?;
    let near = path.with_extension("new");
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&near)
        .and_then(|mut file| std::io::Write::write_all(&mut file, &text))
        .and_then(|()| std::fs::rename(&near, path));
    written.map_err(|error| {
        SIGN_INS
            .error(format!("Không ghi được {}. Hãy kiểm tra quyền ghi và chỗ trống.", path.display()))
            .caused_by(error)
    })
}
