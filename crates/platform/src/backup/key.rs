//! `khue key export` and `khue key rotate`.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base::{Error, Instant, Result};
use db::Options;
use db::keys::{KEY_FILE, Keys};

/// What was done with the key file.
#[derive(Clone, Debug)]
pub struct Report {
    /// The key file, or its copy.
    pub path: PathBuf,
    /// The key that encrypts now.
    pub current: u32,
    /// Whether a key was added.
    pub added: bool,
    exported: bool,
}

impl Report {
    /// The report in Vietnamese, a sentence each.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let (path, current) = (self.path.display(), self.current);
        if self.exported {
            return vec![
                format!("Đã chép tệp khoá sang {path} (khoá đang dùng: số {current})."),
                "Ai có tệp này và dữ liệu thì đọc được mọi thông tin: hãy cất ở nơi an toàn, tách khỏi bản sao lưu."
                    .to_owned(),
            ];
        }
        let first = if self.added {
            format!("Đã thêm khoá số {current} vào tệp khoá {path}; các khoá cũ được giữ lại.")
        } else {
            format!("Khoá số {current} trong tệp khoá {path} đã được thêm từ lần trước; đã ghi nhận vào cơ sở dữ liệu.")
        };
        vec![
            first,
            "Hãy chép lại tệp khoá ngay (khue key export): bản sao cũ không mở được dữ liệu ghi từ bây giờ. Các bản sao lưu cũ vẫn cần khoá cũ.".to_owned(),
        ]
    }
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> Error + '_ {
    move |source| {
        KEY_FILE
            .error(format!(
                "Không đọc hoặc ghi được {}: hãy kiểm tra quyền và chỗ trống; tệp khoá vẫn như cũ.",
                path.display()
            ))
            .caused_by(source)
    }
}

/// Copies the key file to a place where nothing stands, private to its owner.
pub fn export(key: &Path, to: &Path) -> Result<Report> {
    let keys = Keys::read(key)?;
    let text = fs::read(key).map_err(failed(key))?;
    let _written = write(&text, to)?;
    Ok(Report { path: to.to_owned(), current: keys.current(), added: false, exported: true })
}

fn write(text: &[u8], to: &Path) -> Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(to).map_err(failed(to))?;
    file.write_all(text).and_then(|()| file.sync_all()).map_err(failed(to))?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))?;
    Ok(file)
}

/// Names the last key of the key file as the installation's, when it is not named yet: an interrupted rotation had added
/// it. Answers what was done, and nothing when nothing was. No server may be running. Blocks.
pub fn finish(options: &Options, operator: &str, now: Instant) -> Result<Option<Report>> {
    let keys = Keys::read(&options.key)?;
    let current = keys.current();
    let named = name(options, keys, operator, now)?;
    Ok(named.then(|| Report { path: options.key.clone(), current, added: false, exported: false }))
}

/// Adds a key to the key file and names it as the installation's. A run that was interrupted is finished by the next: the
/// key comes into the file first, and a database whose key is still an older one of the file opens all the same. No server
/// may be running, since it knows only the keys it started with. What older keys encrypted is encrypted again by
/// [`super::reencrypt`]. Blocks.
pub fn rotate(options: &Options, operator: &str, now: Instant) -> Result<Report> {
    // Finishing an interrupted run first: only a key that is named already gets a successor.
    if let Some(finished) = finish(options, operator, now)? {
        return Ok(finished);
    }
    add(&options.key, &Keys::read(&options.key)?)?;
    let keys = Keys::read(&options.key)?;
    let current = keys.current();
    name(options, keys, operator, now)?;
    Ok(Report { path: options.key.clone(), current, added: true, exported: false })
}

fn name(options: &Options, keys: Keys, operator: &str, now: Instant) -> Result<bool> {
    let ctx = auth::ctx::operator(operator, "key.rotate", now, auth::ctx::seed()?);
    // The door's connections have little runtimes of their own, which must not stand inside another.
    std::thread::scope(|scope| {
        scope
            .spawn(|| db::copy::change_key(options, keys, &ctx))
            .join()
            .unwrap_or_else(|_| Err(Error::internal("the rotation panicked")))
    })
}

/// Written beside and renamed: the file is never half there. Whoever could read the old one reads the new one, though
/// another user (root) renews it: the server runs as its own. A link stays a link.
fn add(path: &Path, keys: &Keys) -> Result<()> {
    let real = fs::canonicalize(path).map_err(failed(path))?;
    let path = real.as_path();
    let mut text = fs::read_to_string(path).map_err(failed(path))?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&format!("{} {}\n", keys.current() + 1, db::keys::hex(&db::keys::random::<32>()?)));
    let beside = path.with_added_extension("new");
    let _left_from_before = fs::remove_file(&beside);
    let put = write(text.as_bytes(), &beside)
        .and_then(|new| belongs_as(path, &new))
        .and_then(|()| fs::rename(&beside, path).map_err(failed(path)));
    if put.is_err() {
        let _gone = fs::remove_file(&beside);
    }
    put?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))
}

/// Gives a file that was just made the owner, the group and the mode of another.
fn belongs_as(old: &Path, new: &File) -> Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let wanted = fs::metadata(old).map_err(failed(old))?;
    let made = new.metadata().map_err(failed(old))?;
    let (user, group) = (wanted.uid(), wanted.gid());
    if (made.uid(), made.gid()) != (user, group) {
        fchown(new, Some(user), Some(group)).map_err(|source| {
            KEY_FILE
                .error(format!(
                    "Tệp khoá {} thuộc người dùng hệ thống {user} (nhóm {group}) mà lệnh này không giao lại được; tệp khoá vẫn như cũ. Hãy chạy lại bằng người dùng ấy hoặc bằng root.",
                    old.display()
                ))
                .caused_by(source)
        })?;
    }
    new.set_permissions(wanted.permissions()).and_then(|()| new.sync_all()).map_err(failed(old))
}
