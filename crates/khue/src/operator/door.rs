//! The server's end of the socket.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base::{Error, Result};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::unix::OwnedReadHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::wire::{Asked, SOCKET, Told, VERSION, connect, with_address};
use super::{House, NOT_YOURS, OTHER_VERSION, Work, act, work};
use crate::console::BAD_SETTING;

/// The longest question.
const LONGEST: u64 = 64 * 1024;
/// Whoever connects asks within this time.
const ASKS_WITHIN: Duration = Duration::from_secs(10);

/// The open socket. Closed, it takes its file along.
#[derive(Debug)]
pub struct Door {
    listening: JoinHandle<()>,
    path: PathBuf,
    inode: u64,
}

impl Door {
    /// Opens the socket in the data folder. Nothing is opened, and the log says why, when that cannot be: the server does
    /// everything else all the same.
    pub fn open(house: House) -> Option<Self> {
        let data = house.db.data().to_owned();
        if connect(&data).is_some() {
            tracing::warn!("another server on this data folder takes the operator's work");
            return None;
        }
        match bind(&data) {
            Ok((listener, owner, inode)) => {
                let listening = tokio::spawn(accept(listener, house, owner));
                Some(Self { listening, path: data.join(SOCKET), inode })
            }
            Err(error) => {
                tracing::warn!(%error, "commands cannot work through this server");
                None
            }
        }
    }

    /// Takes no more work. What is being done is answered that the program is stopping.
    pub fn close(self) {
        self.listening.abort();
        // Another server's by now, when the file is not the one that was made here.
        if std::fs::symlink_metadata(&self.path).is_ok_and(|found| found.ino() == self.inode) {
            let _gone = std::fs::remove_file(&self.path);
        }
    }
}

/// Made under another name, closed to others, and only then put where it is looked for; so it also takes the place of one
/// that a killed server left. Answers whose it is.
fn bind(data: &Path) -> std::io::Result<(UnixListener, u32, u64)> {
    let making = format!("{SOCKET}.{}", std::process::id());
    let near = data.join(&making);
    let _left_from_before = std::fs::remove_file(&near);
    let listener = with_address(data, &making, |address| UnixListener::bind(address))?;
    let placed = std::fs::set_permissions(&near, std::fs::Permissions::from_mode(0o600))
        .and_then(|()| std::fs::symlink_metadata(&near))
        .and_then(|made| std::fs::rename(&near, data.join(SOCKET)).map(|()| made));
    match placed {
        Ok(made) => Ok((listener, made.uid(), made.ino())),
        Err(error) => {
            let _gone = std::fs::remove_file(&near);
            Err(error)
        }
    }
}

async fn accept(listener: UnixListener, house: House, owner: u32) {
    loop {
        match listener.accept().await {
            Ok((socket, _)) => {
                let house = house.clone();
                tokio::spawn(async move {
                    if let Err(error) = answer(socket, &house, owner).await {
                        tracing::debug!(?error, "an operator's command went away");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "could not accept an operator's command");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// The file's mode keeps others out already; a folder on a file system without modes would not.
fn is_ours(socket: &UnixStream, owner: u32) -> Result<()> {
    let uid = socket.peer_cred().map_err(Error::internal)?.uid();
    if uid == owner || uid == 0 {
        return Ok(());
    }
    Err(NOT_YOURS.error("Máy chủ này do người dùng khác của máy chạy. Hãy chạy lệnh bằng người dùng ấy (sudo -u …)."))
}

async fn answer(socket: UnixStream, house: &House, owner: u32) -> Result<()> {
    let ours = is_ours(&socket, owner);
    let (from, mut to) = socket.into_split();
    let (say, mut said) = mpsc::unbounded_channel::<Told>();
    let writing = async move {
        while let Some(told) = said.recv().await {
            to.write_all(told.line()?.as_bytes()).await.map_err(Error::internal)?;
        }
        to.shutdown().await.map_err(Error::internal)
    };
    let doing = async move {
        let mut from = BufReader::new(from.take(LONGEST));
        let done = match ours {
            Ok(()) => match read(&mut from).await {
                Ok(asked) => {
                    let tell = |sentence: String| {
                        let _gone_away = say.send(Told::Said(sentence));
                    };
                    tokio::select! {
                        done = perform(house, asked, &tell) => done,
                        // Nothing more is asked: this end only ever means that whoever asked is gone.
                        () = ended(&mut from) => return,
                    }
                }
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        };
        let _gone_away = say.send(match done {
            Ok(good) => Told::Done(good),
            Err(error) => {
                if error.kind() == base::Kind::Internal {
                    tracing::error!(?error, "an operator's command failed");
                }
                Told::problem(&error)
            }
        });
    };
    let ((), written) = tokio::join!(doing, writing);
    written
}

type From = BufReader<tokio::io::Take<OwnedReadHalf>>;

async fn read(from: &mut From) -> Result<Asked> {
    let mut line = String::new();
    let read = tokio::time::timeout(ASKS_WITHIN, from.read_line(&mut line)).await;
    read.map_err(Error::internal)?.map_err(Error::internal)?;
    serde_json::from_str(&line).map_err(|error| BAD_SETTING.error("Máy chủ không hiểu lệnh này.").caused_by(error))
}

async fn ended(from: &mut From) {
    let mut rest = Vec::new();
    let _until_the_end = from.read_to_end(&mut rest).await;
}

async fn perform(house: &House, asked: Asked, tell: &super::Tell<'_>) -> Result<bool> {
    if asked.version != VERSION {
        return Err(OTHER_VERSION.error(format!(
            "Máy chủ đang chạy là Khuê {VERSION}, lệnh này là Khuê {}. Hãy dùng đúng chương trình mà máy chủ đang chạy, hoặc khởi động lại máy chủ bằng phiên bản mới; chưa có gì bị thay đổi.",
            asked.version
        )));
    }
    let wanted: Work = serde_json::from_value(asked.work)
        .map_err(|error| BAD_SETTING.error("Máy chủ không hiểu lệnh này.").caused_by(error))?;
    let user: String = base::vi::clean(&asked.user).chars().take(64).collect();
    let ctx = act(&user, wanted.name(), asked.purpose.as_deref())?;
    tracing::info!(work = wanted.name(), "an operator's command");
    work::perform(house, &ctx, &wanted, tell).await
}
