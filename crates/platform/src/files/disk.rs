//! Where the bytes of files lie. Bytes come here encrypted; a store knows addresses and nothing else.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use base::{Code, Error, Instant, Kind, Result};

/// The store cannot be written.
pub const STORE: Code = Code::new(Kind::Unavailable, "file.store", "Kho tệp không ghi được");

/// A place for encrypted files. All calls block.
pub trait Store: Send + Sync + 'static {
    /// Begins a file that nobody can see yet.
    fn draft(&self) -> Result<Box<dyn Draft>>;
    /// Opens a file; `None` when there is none at this address.
    fn open(&self, address: &str) -> Result<Option<Box<dyn Read + Send>>>;
    /// Takes a file away. Nothing to do when it is gone.
    fn remove(&self, address: &str) -> Result<()>;
    /// The addresses that begin with these two letters, of files kept before a moment, and forgets drafts of before it.
    fn addresses(&self, beginning: &str, before: Instant) -> Result<Vec<String>>;
}

/// A file being written. Dropped without [`Draft::keep`], it leaves nothing.
pub trait Draft: Write + Send {
    /// Makes it durable and lets it appear at its address, whole, in one step.
    fn keep(self: Box<Self>, address: &str) -> Result<()>;
}

/// A folder on this server.
#[derive(Clone, Debug)]
pub struct Disk {
    root: PathBuf,
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> Error + '_ {
    move |source| {
        if source.kind() == std::io::ErrorKind::StorageFull {
            return db::FULL
                .error("Máy chủ đã hết chỗ lưu trữ nên chưa lưu được tệp; chưa có gì bị thay đổi. Hãy báo quản trị máy chủ giải phóng dung lượng rồi thử lại.")
                .caused_by(source);
        }
        STORE
            .error("Kho tệp của máy chủ không đọc hoặc ghi được. Hãy báo quản trị máy chủ kiểm tra ổ đĩa và quyền của thư mục dữ liệu.")
            .caused_by(format!("{}: {source}", path.display()))
    }
}

fn sync_folder(path: &Path) -> Result<()> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(failed(path))
}

/// An address is made by us alone: lower-case hexadecimal.
fn known(address: &str) -> Result<&str> {
    let plain = address.len() == 64 && address.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if plain { Ok(address) } else { Err(Error::internal("an address of a file is not ours")) }
}

impl Disk {
    /// The store beside a database: `files` in its data folder.
    #[must_use]
    pub fn beside(data: &Path) -> Self {
        Self { root: data.join("files") }
    }

    /// Its folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn path(&self, address: &str) -> Result<PathBuf> {
        let address = known(address)?;
        Ok(self.root.join(&address[..2]).join(address))
    }

    fn drafts(&self) -> PathBuf {
        self.root.join("drafts")
    }
}

impl Store for Disk {
    fn draft(&self) -> Result<Box<dyn Draft>> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let folder = self.drafts();
        fs::create_dir_all(&folder).map_err(failed(&folder))?;
        let path = folder.join(db::keys::hex(&db::keys::random::<16>()?));
        let file = File::options().write(true).create_new(true).mode(0o600).open(&path).map_err(failed(&path))?;
        Ok(Box::new(OnDisk { store: self.clone(), path, file }))
    }

    fn open(&self, address: &str) -> Result<Option<Box<dyn Read + Send>>> {
        let path = self.path(address)?;
        match File::open(&path) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&path)(error)),
        }
    }

    fn remove(&self, address: &str) -> Result<()> {
        let path = self.path(address)?;
        match fs::remove_file(&path) {
            Ok(()) => sync_folder(path.parent().unwrap_or(&self.root)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(failed(&path)(error)),
        }
    }

    fn addresses(&self, beginning: &str, before: Instant) -> Result<Vec<String>> {
        let older = |entry: &fs::DirEntry| {
            let changed = entry.metadata().and_then(|m| m.modified()).ok();
            let since = changed.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
            since.is_some_and(|since| i64::try_from(since.as_micros()).is_ok_and(|at| at < before.0))
        };
        let list = |folder: &Path| match fs::read_dir(folder) {
            Ok(all) => Ok(all.flatten().filter(older).collect::<Vec<_>>()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(failed(folder)(error)),
        };
        for left in list(&self.drafts())? {
            fs::remove_file(left.path()).map_err(failed(&left.path()))?;
        }
        let found = list(&self.root.join(beginning))?;
        Ok(found.iter().filter_map(|entry| entry.file_name().into_string().ok()).filter(|a| known(a).is_ok()).collect())
    }
}

struct OnDisk {
    store: Disk,
    path: PathBuf,
    file: File,
}

impl Write for OnDisk {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Draft for OnDisk {
    fn keep(self: Box<Self>, address: &str) -> Result<()> {
        self.file.sync_all().map_err(failed(&self.path))?;
        let path = self.store.path(address)?;
        let folder = path.parent().unwrap_or(&self.store.root);
        fs::create_dir_all(folder).map_err(failed(folder))?;
        fs::rename(&self.path, &path).map_err(failed(&path))?;
        sync_folder(folder)?;
        sync_folder(&self.store.root)
    }
}

impl Drop for OnDisk {
    fn drop(&mut self) {
        // After `keep` it is no longer there.
        let _gone = fs::remove_file(&self.path);
    }
}
