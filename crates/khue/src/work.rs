//! What the server does besides answering: the jobs of all rooms, and a backup every night.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::{Code, Error, Instant, Kind, Result, UnitId};
use clap::Args;
use db::Db;
use http::App;
use platform::backup::{backup, check, reencrypt};
use platform::files::{self, Disk};
use platform::jobs::{Every, Handlers, Run, Runner};
use platform::mail::{self, Transport};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::console::BAD_SETTING;
use crate::place::{SettingsFile, make_folder};

/// Backups kept when nobody says.
const KEEP: u16 = 14;
/// When the backup is made when nobody says.
const AT: (u8, u8) = (2, 30);
/// Jobs at once on one server: most wait for the disk or for other servers.
const AT_ONCE: u32 = 4;
/// How the names of nightly backups end. Nothing else is ever taken away.
const ENDING: &str = ".khuebak";

/// The folder for backups cannot be used.
pub const FOLDER: Code = Code::new(Kind::Unavailable, "backup.folder", "Không dùng được thư mục sao lưu");

/// Settings of what the server does by itself.
#[derive(Clone, Debug, Args)]
pub struct Work {
    /// Thư mục nhận bản sao lưu mỗi đêm; nên ở ổ đĩa khác hoặc máy khác. Không đặt thì không tự sao lưu.
    #[arg(long, env = "KHUE_BACKUP_FOLDER", value_name = "THƯ MỤC")]
    backup_folder: Option<PathBuf>,
    /// Số bản sao lưu hằng đêm được giữ lại [mặc định: 14].
    #[arg(long, env = "KHUE_BACKUP_KEEP", value_name = "SỐ")]
    backup_keep: Option<u16>,
    /// Giờ sao lưu mỗi ngày, theo giờ Việt Nam [mặc định: 02:30]. Máy tắt vào giờ đó thì sao lưu khi bật lại.
    #[arg(long, env = "KHUE_BACKUP_AT", value_name = "GIỜ:PHÚT")]
    backup_at: Option<String>,
    /// Đơn vị vận hành máy chủ này (mã số trong địa chỉ trang của đơn vị): ai được đổi thiết lập của đơn vị ấy thì trông
    /// coi mọi việc chạy nền [mặc định: Bộ và các Sở trông coi việc chung của máy chủ].
    #[arg(long, env = "KHUE_UNIT", value_name = "MÃ SỐ")]
    unit: Option<String>,
}

/// What the settings came to.
#[derive(Clone, Debug, Default)]
pub struct ToDo {
    nightly: Option<Nightly>,
    /// The unit that runs this server.
    pub unit: Option<UnitId>,
}

/// Where the nightly backup goes.
#[derive(Clone, Debug)]
struct Nightly {
    folder: PathBuf,
    keep: usize,
    at: (u8, u8),
    key: PathBuf,
}

impl Work {
    /// Reads the settings: flag, environment, file.
    pub fn read(&self, file: &SettingsFile, key: &Path) -> Result<ToDo> {
        let keep = self.backup_keep.or(file.backup_keep).unwrap_or(KEEP);
        if keep == 0 {
            return Err(
                BAD_SETTING.error("KHUE_BACKUP_KEEP phải từ 1 trở lên: mỗi đêm cần giữ ít nhất bản vừa sao lưu.")
            );
        }
        let at = match self.backup_at.as_deref().or(file.backup_at.as_deref()) {
            Some(text) => hour_and_minute(text)?,
            None => AT,
        };
        let folder = self.backup_folder.as_ref().or(file.backup_folder.as_ref());
        let unit = match self.unit.as_deref().or(file.unit.as_deref()) {
            Some(text) => Some(text.trim().parse().map(UnitId).map_err(|_| {
                BAD_SETTING
                    .error("KHUE_UNIT phải là mã số của đơn vị, như trong địa chỉ trang của đơn vị: …/don-vi/0198….")
            })?),
            None => None,
        };
        let nightly =
            folder.map(|folder| Nightly { folder: folder.clone(), keep: usize::from(keep), at, key: key.to_owned() });
        match &nightly {
            // A disk that is not mounted today may be tonight: the job says so again, and is tried again.
            Some(nightly) if !nightly.folder.is_dir() => {
                tracing::warn!(folder = %nightly.folder.display(), "the folder for nightly backups is not there");
            }
            Some(nightly) => tracing::info!(folder = %nightly.folder.display(), keep, "a backup is made every night"),
            None => tracing::warn!("no backup is made at night: KHUE_BACKUP_FOLDER is not set"),
        }
        Ok(ToDo { nightly, unit })
    }
}

fn hour_and_minute(text: &str) -> Result<(u8, u8)> {
    text.trim()
        .split_once(':')
        .and_then(|(hour, minute)| Some((hour.parse().ok()?, minute.parse().ok()?)))
        .filter(|(hour, minute): &(u8, u8)| *hour < 24 && *minute < 60)
        .ok_or_else(|| {
            BAD_SETTING.error(format!("KHUE_BACKUP_AT={text} chưa đúng. Hãy viết giờ và phút, ví dụ 02:30."))
        })
}

impl ToDo {
    /// Of a demonstration: it backs itself up beside its data, to be seen, not to be relied on.
    pub fn of_demo(data: &Path, key: &Path) -> Result<Self> {
        let folder = data.join("backups");
        make_folder(&folder)?;
        let nightly = Nightly { folder, keep: 3, at: AT, key: key.to_owned() };
        Ok(Self { nightly: Some(nightly), unit: Some(registry::demo::runs_it()) })
    }

    /// What runs the jobs of all rooms here.
    #[must_use]
    pub fn handlers(&self, db: &Db) -> Handlers {
        let transport = match db.installation().demo {
            true => Transport::Folder(db.data().join("mail")),
            false => Transport::Smtp,
        };
        let mut all = mail::handlers(transport)
            .and(files::handlers(Arc::new(Disk::beside(db.data()))))
            .and(reencrypt::handlers(crate::encrypted()));
        for room in crate::modules() {
            all = all.and((room.jobs)());
        }
        match self.nightly.clone() {
            Some(nightly) => {
                let (hour, minute) = nightly.at;
                all.with::<NightlyBackup, _, _>(move |run, _| {
                    let nightly = nightly.clone();
                    async move { nightly.make(&run).await }
                })
                .every(Every::DayAt(hour, minute), NightlyBackup {})
            }
            None => all,
        }
    }
}

/// The job.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NightlyBackup {}

impl platform::jobs::Work for NightlyBackup {
    const KIND: &'static str = "backup.nightly";
    const NAME: &'static str = "Sao lưu hằng đêm";
}

impl Nightly {
    async fn make(&self, run: &Run) -> Result<Option<serde_json::Value>> {
        if !self.folder.is_dir() {
            return Err(FOLDER.error(format!(
                "Không có thư mục sao lưu {}. Hãy gắn ổ đĩa hoặc tạo thư mục, rồi bấm Thử lại.",
                self.folder.display()
            )));
        }
        let db = &run.db;
        // Several installations may share a folder: each takes away only its own.
        let prefix = format!("khue-{}-", &db.installation().node.simple().to_string()[..8]);
        let ctx = run.ctx()?;
        let path = self.folder.join(format!("{prefix}{}{ENDING}", stamp(ctx.now())));
        run.progress(0, Some(3), "đang sao lưu");
        remove_partial(&self.folder, &prefix)?;
        let migrations = db::migrations(&crate::schemas());
        let report = backup(db, &ctx, &migrations, Arc::new(Disk::beside(db.data())), &path).await?;
        run.progress(1, Some(3), "đang đọc lại bản sao lưu để kiểm tra");
        let (made, key) = (path.clone(), self.key.clone());
        let checked = tokio::task::spawn_blocking(move || check(&made, &key)).await.map_err(Error::internal)?;
        if let Err(error) = checked {
            // It must not push a good one out.
            fs::remove_file(&path).map_err(|error| unusable(&self.folder, error))?;
            return Err(error);
        }
        run.progress(2, Some(3), "đang xoá các bản cũ");
        let removed = self.rotate(&prefix, &path)?;
        let counts = report.counts;
        run.progress(
            3,
            Some(3),
            format!("đã sao lưu {} dòng, {} tệp; đã xoá {removed} bản cũ", figure(counts.rows), figure(counts.files)),
        );
        tracing::info!(file = %path.display(), bytes = counts.bytes, rows = counts.rows, files = counts.files, removed, "a nightly backup was made and read back");
        Ok(Some(serde_json::json!({ "file": path, "bytes": counts.bytes, "rows": counts.rows, "files": counts.files })))
    }

    /// Takes the oldest away, so that so many stay. Never the one just made.
    fn rotate(&self, prefix: &str, made: &Path) -> Result<usize> {
        let mut others: Vec<PathBuf> =
            own(&self.folder, prefix, ENDING)?.into_iter().filter(|path| path != made).collect();
        // The moment is in the name.
        others.sort_unstable();
        let old = others.len().saturating_sub(self.keep - 1);
        for path in &others[..old] {
            fs::remove_file(path).map_err(|error| unusable(&self.folder, error))?;
        }
        Ok(old)
    }
}

/// What a backup that was broken off has left.
fn remove_partial(folder: &Path, prefix: &str) -> Result<()> {
    own(folder, prefix, &format!("{ENDING}.partial"))?
        .iter()
        .try_for_each(|path| fs::remove_file(path).map_err(|error| unusable(folder, error)))
}

fn own(folder: &Path, prefix: &str, ending: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unusable(folder, error))? {
        let entry = entry.map_err(|error| unusable(folder, error))?;
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(ending));
        if ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn unusable(folder: &Path, error: std::io::Error) -> Error {
    FOLDER
        .error(format!(
            "Không đọc hoặc không xoá được tệp trong thư mục sao lưu {}. Hãy kiểm tra ổ đĩa và quyền ghi.",
            folder.display()
        ))
        .caused_by(error)
}

fn figure(n: u64) -> String {
    base::vi::grouped(i64::try_from(n).unwrap_or(i64::MAX))
}

/// The moment in Viet Nam, to the second, as a name that sorts: `20261126-023012`.
fn stamp(at: Instant) -> String {
    let local = at.plus_seconds(7 * 3_600).rfc3339();
    let digits: String = local.chars().take_while(|c| *c != '.' && *c != 'Z').filter(char::is_ascii_digit).collect();
    let (day, time) = digits.split_at(digits.len().min(8));
    format!("{day}-{}", time.get(..6).unwrap_or(time))
}

/// The runner while the server serves.
pub struct Working {
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Working {
    /// Begins to run jobs.
    #[must_use]
    pub fn start(app: &App) -> Self {
        let runner = Runner::new(app.db().clone(), app.clock(), app.settings().jobs.clone(), AT_ONCE);
        let (stop, told) = watch::channel(false);
        Self { stop, running: tokio::spawn(async move { runner.serve(told).await }) }
    }

    /// Takes no more jobs, lets those that run finish for some seconds, and hands the rest back.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.running.await {
            tracing::warn!(%error, "the job runner did not stop well");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moment_in_a_name_sorts_and_is_vietnams() {
        let at = Instant::parse("2026-11-25T19:30:12.5Z").expect("a moment");
        assert_eq!(stamp(at), "20261126-023012");
        assert!(stamp(at) < stamp(at.plus_seconds(1)));
    }

    #[test]
    fn an_hour_is_read_or_refused() {
        assert_eq!(hour_and_minute("02:30").expect("an hour"), (2, 30));
        for bad in ["24:00", "2", "02:60", "hai giờ", "-1:10"] {
            assert!(hour_and_minute(bad).is_err(), "{bad}");
        }
    }
}
