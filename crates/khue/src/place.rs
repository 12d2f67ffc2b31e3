//! Where an installation is: data folder, database, key. By flag, by environment, by `khue.toml`, in this order.

use std::path::{Path, PathBuf};

use base::time::SystemClock;
use base::{Clock as _, Ctx, Instant, Result};
use clap::Args;
use db::{Db, Location, Options};
use serde::Deserialize;

use crate::console::{self, BAD_SETTING};

/// Where the settings file is looked for when nobody says.
const SETTINGS_FILE: &str = "khue.toml";

/// What `khue.toml` may say; the same words as the flags.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsFile {
    data: Option<PathBuf>,
    database: Option<String>,
    database_owner: Option<String>,
    key: Option<PathBuf>,
    log: Option<String>,
    /// See [`crate::serve::Serve`].
    pub(crate) listen: Option<String>,
    /// See [`crate::https::Https`].
    pub(crate) tls: Option<String>,
    /// See [`crate::https::Https`].
    pub(crate) host: Option<String>,
    /// See [`crate::https::Https`].
    pub(crate) http_listen: Option<String>,
    /// See [`crate::https::Https`].
    pub(crate) acme_contact: Option<String>,
    /// See [`crate::https::Https`].
    pub(crate) acme_root: Option<PathBuf>,
    /// See [`crate::serve::Serve`].
    pub(crate) behind_proxy: Option<bool>,
    /// See [`crate::serve::Serve`].
    pub(crate) metrics_token: Option<String>,
    /// See [`crate::work::Work`].
    pub(crate) backup_folder: Option<PathBuf>,
    /// See [`crate::work::Work`].
    pub(crate) backup_keep: Option<u16>,
    /// See [`crate::work::Work`].
    pub(crate) backup_at: Option<String>,
    /// See [`crate::work::Work`].
    pub(crate) unit: Option<String>,
}

/// Where the installation is.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// Tệp thiết lập; mặc định là khue.toml ở thư mục hiện tại, nếu có.
    #[arg(long, env = "KHUE_SETTINGS", value_name = "TỆP")]
    settings: Option<PathBuf>,
    /// Thư mục dữ liệu [mặc định: ./data].
    #[arg(long, env = "KHUE_DATA", value_name = "THƯ MỤC")]
    data: Option<PathBuf>,
    /// Cơ sở dữ liệu: postgres://… hoặc đường dẫn tệp [mặc định: khue.db trong thư mục dữ liệu].
    #[arg(long, env = "KHUE_DATABASE", value_name = "ĐỊA CHỈ", hide_env_values = true)]
    database: Option<String>,
    /// PostgreSQL: địa chỉ của vai trò sở hữu bảng, dùng khi nâng cấp.
    #[arg(long, env = "KHUE_DATABASE_OWNER", value_name = "ĐỊA CHỈ", hide_env_values = true)]
    database_owner: Option<String>,
    /// Tệp khoá [mặc định: khue.key cạnh thư mục dữ liệu].
    #[arg(long, env = "KHUE_KEY", value_name = "TỆP")]
    key: Option<PathBuf>,
    /// Mức ghi nhật ký vận hành: error, warn, info, debug [mặc định: info khi chạy máy chủ, warn khi làm việc khác].
    #[arg(long, env = "KHUE_LOG", value_name = "MỨC")]
    log: Option<String>,
}

impl Place {
    /// Reads the settings file, if there is one.
    pub fn file(&self) -> Result<SettingsFile> {
        let path = self.settings.clone().unwrap_or_else(|| PathBuf::from(SETTINGS_FILE));
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && self.settings.is_none() => {
                return Ok(SettingsFile::default());
            }
            Err(error) => {
                return Err(BAD_SETTING
                    .error(format!(
                        "Không đọc được tệp thiết lập {}. Hãy kiểm tra đường dẫn và quyền đọc.",
                        path.display()
                    ))
                    .caused_by(error));
            }
        };
        toml::from_str(&text).map_err(|error| {
            BAD_SETTING
                .error(format!("Tệp thiết lập {} có chỗ sai. Hãy sửa theo dòng được nêu dưới đây.", path.display()))
                .caused_by(error)
        })
    }

    /// Begins logging.
    pub fn log(&self, file: &SettingsFile, otherwise: &str) -> Result<()> {
        console::log_to_stderr(self.log.as_deref().or(file.log.as_deref()).unwrap_or(otherwise))
    }

    /// How to open the database.
    #[must_use]
    pub fn options(&self, file: &SettingsFile) -> Options {
        let data = self.data.clone().or_else(|| file.data.clone()).unwrap_or_else(|| PathBuf::from("data"));
        let database = self.database.as_deref().or(file.database.as_deref());
        let mut options = Options::new(Location::parse(database, &data), &data, crate::schemas());
        options.owner = self.database_owner.clone().or_else(|| file.database_owner.clone());
        if let Some(key) = self.key.as_ref().or(file.key.as_ref()) {
            options.key.clone_from(key);
        }
        options
    }
}

/// A command that looks must not make an empty database by a mistyped path.
pub fn refuse_missing(options: &Options) -> Result<()> {
    match &options.location {
        Location::Sqlite(path) if !path.exists() => Err(BAD_SETTING.error(format!(
            "Chưa có cơ sở dữ liệu ở {}. Hãy kiểm tra --data hoặc --database; nếu đây là lần đầu, hãy chạy 'khue migrate'.",
            path.display()
        ))),
        _ => Ok(()),
    }
}

/// The present moment.
#[must_use]
pub fn now() -> Instant {
    SystemClock.now()
}

/// The name of the system user who sits at the command line.
#[must_use]
pub fn system_user() -> String {
    ["SUDO_USER", "USER", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|user| !user.is_empty()))
        .unwrap_or_else(|| "unknown".to_owned())
}

/// An act of whoever sits at the command line, by the name of the system user.
pub fn operator(what: &str) -> Result<Ctx> {
    crate::operator::act(&system_user(), what, None)
}

/// The runtime everything runs on. A read of SQLite keeps the thread that asks for it, also while the disk is slow: with
/// twice as many threads as cores the others go on accepting and answering.
pub fn runtime() -> Result<tokio::runtime::Runtime> {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2 * cores.max(2))
        .enable_all()
        .build()
        .map_err(base::Error::internal)
}

/// Fills what every installation holds: the units of the country, when their pack is new to this database.
pub async fn fill(db: &Db) -> Result<()> {
    let ctx = auth::ctx::system("units", "start", now(), auth::ctx::seed()?);
    let loaded = db.write_long(&ctx, "the units of the whole country, once a pack", registry::load::vietnam).await?;
    if !loaded.nothing() {
        tracing::info!(units = loaded.units, "the units of the country were loaded");
    }
    Ok(())
}

/// Makes the data folder, when it is missing, for its owner only: what is inside is nobody else's to read.
pub fn make_folder(path: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    if path.is_dir() {
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| {
        BAD_SETTING
            .error(format!("Không tạo được thư mục dữ liệu {}: hãy kiểm tra quyền ghi và chỗ trống.", path.display()))
            .caused_by(error)
    })
}

/// Whether others than the owner can read a file.
#[must_use]
pub fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}
