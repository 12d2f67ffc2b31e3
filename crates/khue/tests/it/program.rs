//! The program itself, as somebody runs it: `khue serve` and commands beside it, faults around it. On SQLite; what
//! both databases must do alike is tested without a process of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_khue");

/// A command in a folder of its own, where `data` and `khue.key` are by default.
pub fn khue(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(words).current_dir(folder).env("USER", "lan").env_remove("SUDO_USER").stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("KHUE_")) {
        command.env_remove(name);
    }
    command
}

pub fn run(folder: &Path, words: &[&str]) -> Output {
    khue(folder, words).output().expect("runs")
}

pub fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running server; ended with the test.
pub struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
    pub port: u16,
}

impl Server {
    pub fn start(folder: &Path) -> Self {
        let mut child = khue(folder, &["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        let mut port = None;
        let mut line = String::new();
        while port.is_none() && out.read_line(&mut line).expect("reads") > 0 {
            port = line.trim().strip_prefix("Khuê trả lời tại http://127.0.0.1:").and_then(|port| port.parse().ok());
            line.clear();
        }
        Self { child, out, port: port.expect("it says where it answers") }
    }

    /// What a plain GET is answered: status and body.
    pub fn get(&self, path: &str) -> (u16, String) {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).expect("connects");
        write!(socket, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").expect("asks");
        let mut text = String::new();
        socket.read_to_string(&mut text).expect("an answer");
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }

    /// Asks it to stop in order, and waits.
    pub fn stop(mut self) {
        let asked = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().expect("runs kill");
        assert!(asked.success());
        let until = Instant::now() + Duration::from_secs(20);
        while self.child.try_wait().expect("waits").is_none() {
            assert!(Instant::now() < until, "it does not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut rest = String::new();
        let _said = self.out.read_to_string(&mut rest);
    }

    /// Ends it at once, as a crash does.
    pub fn kill(mut self) {
        self.child.kill().expect("kills");
        self.child.wait().expect("ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The bytes of the database and of what stands beside it, but for the lock and shared memory.
fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = std::fs::read_dir(folder.join("data"))
        .expect("the data folder")
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| ["khue.db", "journal.heads"].contains(&entry.file_name().to_string_lossy().as_ref()))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("reads")))
        .collect();
    all.sort();
    all
}

#[test]
fn commands_work_beside_a_running_server_and_without_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let server = Server::start(at);
    assert!(at.join("data/operator.sock").exists());
    let words = ["account", "create", "--login", "quantri", "--name", "Nguyễn Thị Quản Trị", "--unit", "so-01"];
    assert_eq!(run(at, &words).status.code(), Some(2), "which role is never left unsaid");
    let made = run(at, &[words.as_slice(), &["--role", "department_admin"]].concat());
    assert!(made.status.success() && out(&made).contains("Mật khẩu dùng một lần: "), "{}{}", out(&made), err(&made));
    let verified = run(at, &["journal", "verify"]);
    assert!(
        verified.status.success() && out(&verified).starts_with("Nhật ký nguyên vẹn"),
        "{}{}",
        out(&verified),
        err(&verified)
    );
    // A path that is meant from where the command stands.
    let backed = run(at, &["backup", "một.khuebak"]);
    assert!(backed.status.success() && at.join("một.khuebak").exists(), "{}{}", out(&backed), err(&backed));
    let looked = run(at, &["doctor"]);
    assert!(
        looked.status.success() && out(&looked).contains("Không có chỗ sai") && out(&looked).contains("đang chạy"),
        "{}{}",
        out(&looked),
        err(&looked)
    );
    let password = run(at, &["account", "password", "--login", "quantri"]);
    assert!(!password.status.success() && err(&password).contains("--purpose"), "{}", err(&password));
    let password = run(at, &["account", "password", "--login", "quantri", "--purpose", "quên mật khẩu"]);
    assert!(password.status.success(), "{}", err(&password));
    // What cannot be done beside a server says so and does nothing.
    let before = std::fs::read(at.join("khue.key")).expect("the key");
    let rotated = run(at, &["key", "rotate"]);
    assert!(!rotated.status.success() && err(&rotated).contains("dừng máy chủ"), "{}", err(&rotated));
    assert_eq!(std::fs::read(at.join("khue.key")).expect("the key"), before);
    assert_eq!(server.get("/readyz").0, 200);
    server.stop();

    assert!(!at.join("data/operator.sock").exists());
    let verified = run(at, &["journal", "verify"]);
    assert!(verified.status.success(), "{}", err(&verified));
    let looked = run(at, &["doctor"]);
    assert!(
        looked.status.success() && out(&looked).contains("không có máy chủ nào chạy"),
        "{}{}",
        out(&looked),
        err(&looked)
    );
    std::fs::write(at.join("khue.toml"), "nonsense = 1").expect("writes");
    let looked = run(at, &["doctor"]);
    assert!(
        !looked.status.success() && out(&looked).contains("SAI") && out(&looked).contains("khue.toml"),
        "{}",
        out(&looked)
    );
}

#[test]
fn a_second_server_on_one_file_refuses_to_start_and_the_first_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Server::start(folder.path());
    let second = run(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    let said = err(&second);
    assert!(said.contains("đang được một chương trình Khuê khác sử dụng") && said.contains("khue.db"), "{said}");
    assert!(!out(&second).contains("trả lời tại"), "{}", out(&second));
    assert_eq!(first.get("/readyz").0, 200);
    assert!(run(folder.path(), &["key", "check"]).status.success(), "its socket is still its own");
    // A crash leaves the socket's file; the next server takes its place.
    first.kill();
    assert!(folder.path().join("data/operator.sock").exists());
    let next = Server::start(folder.path());
    assert!(run(folder.path(), &["key", "check"]).status.success());
    next.stop();
}

#[test]
fn a_missing_or_a_wrong_key_is_said_and_nothing_is_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let made = run(at, &["migrate"]);
    assert!(made.status.success(), "{}", err(&made));
    let before = bytes(at);
    std::fs::rename(at.join("khue.key"), at.join("kept.key")).expect("takes the key away");
    let refused = |words: &[&str], says: &str| {
        let output = run(at, words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        let said = out(&output) + &err(&output);
        assert!(said.contains(says) && said.contains("KHUE_KEY"), "{words:?}: {said}");
    };
    for words in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["journal", "verify"],
        &["backup", "x.khuebak"],
        &["doctor"],
        &["key", "rotate"],
    ] {
        refused(words, "Không đọc được tệp khoá");
    }
    assert!(!at.join("khue.key").exists(), "no new key is made for an existing database");
    db::keys::Keys::generate().expect("keys").write_new(&at.join("khue.key")).expect("another key");
    let other = std::fs::read(at.join("khue.key")).expect("reads");
    for words in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["journal", "verify"],
        &["backup", "x.khuebak"],
        &["doctor"],
        &["key", "rotate"],
    ] {
        refused(words, "không phải khoá của cơ sở dữ liệu này");
    }
    assert_eq!(std::fs::read(at.join("khue.key")).expect("reads"), other);
    assert!(bytes(at) == before, "the database was touched");
    assert!(!at.join("x.khuebak").exists());
    std::fs::rename(at.join("kept.key"), at.join("khue.key")).expect("puts the right one back");
    let again = run(at, &["journal", "verify"]);
    assert!(again.status.success(), "{}", err(&again));
}

/// What others than the owner may do with a folder, or with something in it.
fn open_to_others(folder: &Path) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut open = Vec::new();
    let mut all = vec![folder.to_owned()];
    while let Some(path) = all.pop() {
        let here = std::fs::symlink_metadata(&path).expect("is there");
        if here.permissions().mode() & 0o077 != 0 {
            open.push(format!("{} {:o}", path.display(), here.permissions().mode()));
        }
        if here.is_dir() {
            all.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        }
    }
    open
}

#[test]
fn whatever_is_written_is_its_owners_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    assert!(run(here, &["migrate"]).status.success());
    let made = run(here, &["backup", "made.khue"]);
    assert!(made.status.success(), "{}", err(&made));
    let restored = run(here, &["restore", "made.khue", "--data", "elsewhere", "--key", "khue.key"]);
    assert!(restored.status.success(), "{}", err(&restored));
    for name in ["data", "elsewhere", "khue.key", "made.khue"] {
        assert_eq!(open_to_others(&here.join(name)), [""; 0]);
    }
}
