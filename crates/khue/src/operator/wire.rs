//! What is said through the socket: one line of JSON each, first what is asked, then sentences, then how it ended. The
//! outermost words (`version`, `said`, `done`, `problem`) never change, so that programs of two versions understand each
//! other's refusal.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use base::{Code, Error, Kind, Result};
use serde::{Deserialize, Serialize};

use super::{Tell, Work, lost};

/// The socket in the data folder.
pub const SOCKET: &str = "operator.sock";

/// The version that both ends must share: they share the work's words.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is asked.
#[derive(Debug, Serialize, Deserialize)]
pub struct Asked {
    /// The asking program's version.
    pub version: String,
    /// The name of the system user.
    pub user: String,
    /// Why, when they said so.
    pub purpose: Option<String>,
    /// A [`Work`], read only when the versions agree.
    pub work: serde_json::Value,
}

/// What is answered.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// A sentence.
    Said(String),
    /// It is done; the finding is good, or not.
    Done(bool),
    /// It was refused.
    Problem {
        /// The stable code.
        code: String,
        /// Its title.
        title: String,
        /// The sentence.
        detail: String,
        /// What lies beneath, the nearest first.
        #[serde(default)]
        causes: Vec<String>,
    },
}

impl Told {
    /// An error as it travels.
    pub fn problem(error: &Error) -> Self {
        let mut causes = Vec::new();
        let mut cause = std::error::Error::source(error);
        while let Some(inner) = cause {
            causes.push(inner.to_string());
            cause = inner.source();
        }
        Self::Problem {
            code: error.code().to_owned(),
            title: error.title().to_owned(),
            detail: error.detail().to_owned(),
            causes,
        }
    }

    /// As a line.
    pub fn line(&self) -> Result<String> {
        Ok(serde_json::to_string(self).map_err(Error::internal)? + "\n")
    }
}

/// An error of the server as it was. A code is declared once and lives as long as the program; this one ends with the
/// command that was refused.
fn error_of(code: String, title: String, detail: String, causes: Vec<String>) -> Error {
    let code: &'static Code = Box::leak(Box::new(Code::new(
        Kind::Refused,
        Box::leak(code.into_boxed_str()),
        Box::leak(title.into_boxed_str()),
    )));
    let error = code.error(detail);
    if causes.is_empty() { error } else { error.caused_by(causes.join(": ")) }
}

/// A socket's address holds 107 bytes at most; a folder whose name is longer is reached through its open handle.
pub fn with_address<T>(folder: &Path, name: &str, act: impl FnOnce(&Path) -> std::io::Result<T>) -> std::io::Result<T> {
    use std::os::fd::AsRawFd as _;
    let path = folder.join(name);
    if path.as_os_str().len() <= 100 {
        return act(&path);
    }
    let opened = std::fs::File::open(folder)?;
    act(&PathBuf::from(format!("/proc/self/fd/{}", opened.as_raw_fd())).join(name))
}

/// The server on a data folder, when one answers. What a killed one left does not.
pub fn connect(data: &Path) -> Option<UnixStream> {
    with_address(data, SOCKET, |address| UnixStream::connect(address)).ok()
}

/// Asks, and hands on what is said until it ended.
pub fn ask(socket: UnixStream, user: &str, purpose: Option<&str>, work: &Work, tell: &Tell<'_>) -> Result<bool> {
    let asked = Asked {
        version: VERSION.to_owned(),
        user: user.to_owned(),
        purpose: purpose.map(str::to_owned),
        work: serde_json::to_value(work).map_err(Error::internal)?,
    };
    let line = serde_json::to_string(&asked).map_err(Error::internal)? + "\n";
    (&socket).write_all(line.as_bytes()).map_err(lost)?;
    for line in BufReader::new(socket).lines() {
        match serde_json::from_str(&line.map_err(lost)?).map_err(lost)? {
            Told::Said(sentence) => tell(sentence),
            Told::Done(good) => return Ok(good),
            Told::Problem { code, title, detail, causes } => return Err(error_of(code, title, detail, causes)),
        }
    }
    Err(lost("the connection ended"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_comes_through_as_it_was() {
        let error = crate::console::BAD_SETTING.error("Sai rồi.").caused_by("vì thế");
        let line = Told::problem(&error).line().expect("a line");
        let Told::Problem { code, title, detail, causes } = serde_json::from_str(&line).expect("reads") else {
            panic!("{line}")
        };
        let back = error_of(code, title, detail, causes);
        assert_eq!(format!("{back:?}"), format!("{error:?}"));
        assert_eq!((back.code(), back.title()), (error.code(), error.title()));
    }

    #[test]
    fn a_folder_with_a_long_name_is_reached_all_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let deep = folder.path().join("rất-dài".repeat(12)).join("dữ-liệu".repeat(12));
        std::fs::create_dir_all(&deep).expect("makes it");
        let listener =
            with_address(&deep, SOCKET, |address| std::os::unix::net::UnixListener::bind(address)).expect("binds");
        assert!(deep.join(SOCKET).exists());
        assert!(connect(&deep).is_some());
        drop(listener);
        assert!(connect(&deep).is_none(), "what a killed server left answers nobody");
    }
}
