//! What the server does besides answering: the jobs of all rooms, and a backup every night.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::{Code, Error, Instant, Kind, Result, UnitId, Uuid};
use clap::Args;
use db::Db;
use http::App;
use platform::backup::{self, reencrypt};
use platform::files::{self, Disk};
use platform::jobs::{Every, Handlers, Run, Runner};
use platform::mail::{self, Transport};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::console::BAD_SETTING;
use crate::place::{SettingsFile, make_folder};

/// Nights whose backups are kept when nobody says.
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
    /// Số đêm được giữ bản sao lưu, mỗi đêm một bản mới nhất [mặc định: 14].
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
}

impl Work {
    /// Reads the settings: flag, environment, file.
    pub fn read(&self, file: &SettingsFile) -> Result<ToDo> {
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
        let nightly = folder.map(|folder| Nightly { folder: folder.clone(), keep: usize::from(keep), at });
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
    pub fn of_demo(data: &Path) -> Result<Self> {
        let folder = data.join("backups");
        make_folder(&folder)?;
        let nightly = Nightly { folder, keep: 3, at: AT };
        Ok(Self { nightly: Some(nightly), unit: Some(registry::load::department(::synth::village::PROVINCE)) })
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
    // It takes the day's earlier one away.
    const CONFIRMED: bool = true;
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
        // Several installations may share a folder: each takes away only its own. The whole id: its beginning is the minute
        // in which an installation was made.
        let node = db.installation().node;
        let prefix = format!("khue-{}-", node.simple());
        let ctx = run.ctx()?;
        let moment = stamp(ctx.now());
        let path = self.folder.join(format!("{prefix}{moment}{ENDING}"));
        run.progress(0, Some(3), "đang sao lưu");
        remove_partial(&self.folder, &prefix)?;
        let migrations = db::migrations(&crate::schemas());
        let written = backup::begin(db, &ctx, &migrations, Arc::new(Disk::beside(db.data())), &path).await?;
        run.progress(1, Some(3), "đang đọc lại bản sao lưu để kiểm tra");
        // Only what was read back gets its name: what is not whole must not push a good one out.
        let report = written.finish(db, &ctx).await?;
        run.progress(2, Some(3), "đang xoá các bản cũ");
        let removed = self.rotate(node, &prefix, &moment)?;
        let counts = report.counts;
        run.progress(
            3,
            Some(3),
            format!("đã sao lưu {} dòng, {} tệp; đã xoá {removed} bản cũ", figure(counts.rows), figure(counts.files)),
        );
        tracing::info!(file = %path.display(), bytes = counts.bytes, rows = counts.rows, files = counts.files, removed, "a nightly backup was made and read back");
        Ok(Some(serde_json::json!({ "file": path, "bytes": counts.bytes, "rows": counts.rows, "files": counts.files })))
    }

    /// Keeps the newest of each of the last nights, so many of them, and takes the others away. However often one is made
    /// in a day, it costs no other day its own. `made` is the moment of the one just made: what a clock running ahead has
    /// dated later stays and counts for nothing.
    fn rotate(&self, node: Uuid, prefix: &str, made: &str) -> Result<usize> {
        let mut others: Vec<(String, PathBuf)> = Vec::new();
        for path in own(&self.folder, prefix, ENDING)? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let moment = name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(ENDING)).unwrap_or_default();
            if !is_stamp(moment) || moment >= made {
                continue;
            }
            // A name can be given to any file.
            match backup::header(&path) {
                Ok(header) if header.node == node => others.push((moment.to_owned(), path)),
                Ok(_) => {
                    tracing::warn!(file = %path.display(), "a backup of another installation has the name of one of this")
                }
                Err(error) => {
                    tracing::warn!(?error, file = %path.display(), "an old backup cannot be read, and is left")
                }
            }
        }
        others.sort_unstable_by(|a, b| b.cmp(a));
        let mut days = BTreeSet::from([day(made)]);
        let mut removed = 0;
        for (moment, path) in &others {
            if days.len() < self.keep && days.insert(day(moment)) {
                continue;
            }
            remove(&self.folder, path)?;
            removed += 1;
        }
        Ok(removed)
    }
}

/// What a backup that was broken off has left.
fn remove_partial(folder: &Path, prefix: &str) -> Result<()> {
    own(folder, prefix, &format!("{ENDING}.partial"))?.iter().try_for_each(|path| remove(folder, path))
}

/// One that is gone already is as it should be.
fn remove(folder: &Path, path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unusable(folder, error)),
        _ => Ok(()),
    }
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

/// Whether a name's middle is what [`stamp`] gives, to the letter.
fn is_stamp(text: &str) -> bool {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    let Ok([a, b, c, d, mo, nth, da, y, h, o, mi, n, se, cs]) = <[char; 14]>::try_from(digits) else { return false };
    Instant::parse(&format!("{a}{b}{c}{d}-{mo}{nth}-{da}{y}T{h}{o}:{mi}{n}:{se}{cs}+07:00"))
        .is_some_and(|at| stamp(at) == text)
}

/// The day of a [`stamp`].
fn day(stamp: &str) -> &str {
    stamp.split('-').next().unwrap_or_default()
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
    fn a_moment_in_a_name_is_one_to_the_letter() {
        assert!(is_stamp("20261126-023012") && is_stamp("20280229-235959"));
        for bad in [
            "",
            "20261126",
            "20261126023012",
            "2026112-6023012",
            "20261301-023012",
            "20270229-023012",
            "20261126-240000",
            "20261126-023060",
            "20261126-023012x",
        ] {
            assert!(!is_stamp(bad), "{bad}");
        }
    }

    #[test]
    fn an_hour_is_read_or_refused() {
        assert_eq!(hour_and_minute("02:30").expect("an hour"), (2, 30));
        for bad in ["24:00", "2", "02:60", "hai giờ", "-1:10"] {
            assert!(hour_and_minute(bad).is_err(), "{bad}");
        }
    }
}
