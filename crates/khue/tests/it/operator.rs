//! Commands beside a running server, through its socket.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base::Result;
use khue::operator::door::Door;
use khue::operator::{self, House, RoleHere, SOCKET, Work};
use khue::work::NightlyBackup;
use platform::jobs::{self, Handlers};
use testkit::World;

use crate::place::{land, place};

/// What was said, and how it ended.
type Heard = (Vec<String>, Result<bool>);

/// Asks the server on the world's data folder, as a command does.
pub async fn ask(w: &World, purpose: Option<&'static str>, work: Work) -> Heard {
    let data = w.data();
    let asked = tokio::task::spawn_blocking(move || {
        let said = Mutex::new(Vec::new());
        let tell = |sentence: String| said.lock().expect("whole").push(sentence);
        let done = operator::through_server(&data, "lan", purpose, &work, &tell).expect("a server answers");
        (said.into_inner().expect("whole"), done)
    });
    asked.await.expect("no panic")
}

pub fn door(w: &World) -> Option<Door> {
    let mut secure = khue::https::Secure::PLAIN;
    secure.hosts = vec!["khue.truong.local".to_owned()];
    Door::open(House { db: w.db.clone(), secure: Some(secure), jobs: Some(jobs()) })
}

/// The server's jobs, with a backup each night.
fn jobs() -> Handlers {
    Handlers::default().with::<NightlyBackup, _, _>(|_, _| async { Ok(None) })
}

/// A line as another program would send it, and the last line it is answered.
async fn raw(data: &Path, line: String) -> String {
    let path = data.join(SOCKET);
    let asked = tokio::task::spawn_blocking(move || {
        let socket = UnixStream::connect(path).expect("connects");
        (&socket).write_all(line.as_bytes()).expect("asks");
        BufReader::new(socket).lines().last().expect("an answer").expect("a line")
    });
    asked.await.expect("no panic")
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).expect("is there").permissions().mode() & 0o777
}

testkit::both! {
    async fn accounts_are_made_and_let_in_again_through_the_server(w: World) {
        let land = land(&w).await;
        let here = place(&w, &land, 1, "-").await;
        let door = door(&w).expect("opens");
        assert_eq!(mode(&w.data().join(SOCKET)), 0o600);
        let role = RoleHere { role: "head".to_owned(), unit: here.school.0.to_string() };
        let create = Work::AccountCreate { login: "Hiệu Trưởng".to_owned(), name: "Trần Văn Một".to_owned(), role: role.clone() };
        let (said, done) = ask(&w, None, create).await;
        assert!(said.is_empty(), "{said:?}");
        assert_eq!(done.expect_err("no login").code(), "fields.refused");
        let create = |login: &str| Work::AccountCreate { login: login.to_owned(), name: "Trần Văn Một".to_owned(), role: role.clone() };
        let (said, done) = ask(&w, None, create("hieutruong.moi")).await;
        assert!(done.expect("made") && said[1].starts_with("Mật khẩu dùng một lần: "), "{said:?}");
        let (_, again) = ask(&w, None, create("hieutruong.moi")).await;
        let again = again.expect_err("taken");
        assert_eq!(again.kind(), base::Kind::Refused);
        assert!(again.code().contains("login") && again.detail().ends_with('.'), "{again:?}");

        let password = Work::AccountPassword { login: here.teacher.login.clone() };
        let (said, done) = ask(&w, Some("quên mật khẩu, đã gặp tận nơi"), password).await;
        assert!(done.expect("renewed") && said[1].contains("Đã kết thúc 1 phiên"), "{said:?}");
        let (_, missing) = ask(&w, Some("thử"), Work::AccountPassword { login: "khong.co".to_owned() }).await;
        assert_eq!(missing.expect_err("nobody").code(), "account.not_found");
        let (looks, entries) = w.db.read(&w.system(), move |tx| {
            tx.public("test");
            let looks: Vec<_> = auth::looked::who_saw(tx, here.teacher.account.0)?
                .into_iter().map(|look| (look.actor_kind, look.actor, look.view, look.purpose)).collect();
            let by_operator: Vec<(String, String, Option<String>)> = tx.all(
                &db::Sql::new("by operator", "SELECT kind, actor, purpose FROM journal_entry WHERE actor_kind = 'operator' ORDER BY row"), &[])?;
            Ok((looks, by_operator))
        }).await.expect("reads");
        let text = str::to_owned;
        let why = || Some(text("quên mật khẩu, đã gặp tận nơi"));
        assert_eq!(looks, [(text("operator"), text("lan"), text("account.password"), why())]);
        assert_eq!(entries, [
            (text("account.made"), text("lan"), None),
            (text("grant.given"), text("lan"), None),
            (text("account.password_renewed"), text("lan"), why()),
        ]);
        door.close();
        assert!(!w.data().join(SOCKET).exists());
    }

    async fn a_backup_is_made_while_others_write_and_holds_one_moment(w: World) {
        let land = land(&w).await;
        let here = place(&w, &land, 1, "-").await;
        let door = door(&w).expect("opens");
        let stop = Arc::new(AtomicBool::new(false));
        // Each write adds one entry to the journal and one failed code: a moment holds as many of both.
        let writing = tokio::spawn({
            let (db, stop) = (w.db.clone(), Arc::clone(&stop));
            let contexts: Vec<_> = (0..3_000).map(|_| w.system()).collect();
            async move {
                let mut written = 0;
                for ctx in contexts {
                    if stop.load(Ordering::Relaxed) { break }
                    db.write(&ctx, move |tx| {
                        tx.public("test");
                        auth::invitations::failed(tx, "192.0.2.9")?;
                        tx.record(db::Entry::new("test.failed", "test", here.school).unit(here.school));
                        Ok(())
                    }).await.expect("writes on");
                    written += 1;
                }
                written
            }
        });
        tokio::time::sleep(Duration::from_millis(200)).await;
        let path = w.folder.path().join("đang chạy.khuebak");
        let (said, done) = ask(&w, None, Work::Backup { path: path.clone() }).await;
        assert!(done.expect("backs up") && said.iter().any(|line| line.contains("vô dụng nếu không có tệp khoá")), "{said:?}");
        stop.store(true, Ordering::Relaxed);
        let written: i64 = writing.await.expect("no panic");
        assert!(written > 5, "{written}");
        let (_, again) = ask(&w, None, Work::Backup { path: path.clone() }).await;
        assert_eq!(again.expect_err("never over another").code(), "backup.exists");
        assert_eq!(mode(&path), 0o600);

        let restored = crate::restoring::restored(&w, &path).await;
        let (entries, failures) = restored.db.read(&w.system(), |tx| {
            tx.public("test");
            let count = |tx: &mut db::Tx<'_>, sql: &'static str| tx.one::<(i64,)>(&db::Sql::new("count", sql), &[]).map(|n| n.map_or(0, |(n,)| n));
            Ok((
                count(tx, "SELECT count(*) FROM journal_entry WHERE kind = 'test.failed'")?,
                count(tx, "SELECT count(*) FROM invitation_failure")?,
            ))
        }).await.expect("counts");
        assert!(entries == failures && entries > 0 && entries <= written, "{entries} entries, {failures} failures, {written} written");
        door.close();
    }

    async fn the_server_verifies_the_journal_and_looks_itself_over(w: World) {
        let land = land(&w).await;
        let _here = place(&w, &land, 1, "-").await;
        w.db.sealed(&w.system(), Duration::from_secs(5)).await.expect("is numbered");
        let door = door(&w).expect("opens");
        let (said, done) = ask(&w, None, Work::JournalVerify {}).await;
        assert!(done.expect("verifies") && said[0].starts_with("Nhật ký nguyên vẹn: "), "{said:?}");
        let (said, done) = ask(&w, None, Work::KeyCheck {}).await;
        assert!(done.expect("fits") && said[0].contains("thuộc cơ sở dữ liệu này"), "{said:?}");

        // The test's own folder and cluster are not set up as a server's are.
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(w.data(), std::fs::Permissions::from_mode(0o700)).expect("closes the folder");
        let (said, done) = ask(&w, None, Work::Doctor {}).await;
        let wrong: Vec<&String> = said.iter().filter(|line| line.starts_with("  SAI")).collect();
        let allowed = |line: &str| line.contains("fsync = off") || line.contains("đồng hồ đã bị chỉnh lùi");
        assert!(wrong.iter().all(|line| allowed(line)), "{said:#?}");
        assert_eq!(done.expect("looks"), wrong.is_empty(), "{said:#?}");
        for about in ["máy chủ Khuê", "đồng hồ: ", "ghi được", "ổ đĩa", "tệp khoá", "bộ nhớ", "lược đồ ở bước", "nhật ký đến vị trí", "chưa sao lưu lần nào", "không có TLS"] {
            assert!(said.iter().any(|line| line.contains(about)), "{about}: {said:#?}");
        }
        if w.owner().is_none() {
            assert!(said.iter().any(|line| line.contains("ghi bền: journal_mode = wal, synchronous = 2")), "{said:#?}");
        }

        // The nightly backup fails, and is told in its own words until one is made.
        let end = |state: &'static str, ended: i64| {
            let ctx = w.system();
            let db = w.db.clone();
            async move {
                db.write(&ctx, move |tx| {
                    tx.public("test");
                    let job = jobs::enqueue(tx, &NightlyBackup {}, &jobs::Ask::default())?;
                    tx.exec_one(
                        &db::Sql::new("end", "UPDATE job SET state = ?2, error = ?3, ended_at = ?4, key = NULL WHERE id = ?1"),
                        db::params![job, state, "Không có thư mục sao lưu /mnt/usb.", tx.now().plus_seconds(ended)],
                    )
                }).await.expect("ends a job");
            }
        };
        end("failed", 1).await;
        let (said, done) = ask(&w, None, Work::Doctor {}).await;
        let broken = |line: &String| line.starts_with("  SAI") && line.contains("'Sao lưu hằng đêm' không xong") && line.contains("/mnt/usb");
        assert!(!done.expect("looks") && said.iter().any(broken), "{said:#?}");
        end("done", 2).await;
        let (said, _) = ask(&w, None, Work::Doctor {}).await;
        assert!(!said.iter().any(broken), "{said:#?}");

        // Others read the key file, and it is replaced: the next start would fail, and the doctor says so today.
        let key = w.folder.path().join("khue.key");
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("opens it to others");
        std::fs::set_permissions(w.data(), std::fs::Permissions::from_mode(0o755)).expect("opens it to others");
        let (said, done) = ask(&w, None, Work::Doctor {}).await;
        assert!(!done.expect("looks"), "{said:#?}");
        for mend in ["chmod 600", "chmod 700"] {
            assert!(said.iter().any(|line| line.starts_with("  SAI") && line.contains(mend)), "{mend}: {said:#?}");
        }
        let (said, done) = ask(&w, None, Work::KeyCheck {}).await;
        assert!(!done.expect("fits") && said.iter().any(|line| line.contains("chmod 600")), "{said:?}");
        std::fs::remove_file(&key).expect("takes it away");
        db::keys::Keys::from_secret([9; 32]).write_new(&key).expect("another key");
        let (_, done) = ask(&w, None, Work::KeyCheck {}).await;
        assert_eq!(done.expect_err("another key").code(), "key.other");
        let (said, _) = ask(&w, None, Work::Doctor {}).await;
        assert!(said.iter().any(|line| line.starts_with("  SAI") && line.contains("lần khởi động sau")), "{said:#?}");
        door.close();
    }

    async fn what_a_killed_server_left_is_replaced_and_a_running_one_is_not(w: World) {
        let path = w.data().join(SOCKET);
        drop(UnixListener::bind(&path).expect("a socket that nobody answers any more"));
        assert!(path.exists() && operator::through_server(&w.data(), "lan", None, &Work::KeyCheck {}, &|_| {}).is_none());
        let first = door(&w).expect("takes its place");
        assert!(ask(&w, None, Work::KeyCheck {}).await.1.is_ok());
        assert!(door(&w).is_none(), "a second server on one data folder leaves the first one's socket alone");
        assert!(ask(&w, None, Work::KeyCheck {}).await.1.is_ok());
        first.close();
        assert!(!path.exists());
        let left: Vec<_> = std::fs::read_dir(w.data()).expect("reads").filter_map(|entry| {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            name.starts_with(SOCKET).then_some(name)
        }).collect();
        assert_eq!(left, [] as [String; 0]);
    }

    async fn a_command_of_another_version_or_of_nonsense_is_answered_clearly(w: World) {
        let door = door(&w).expect("opens");
        let line = |version: &str, work: serde_json::Value| {
            serde_json::json!({ "version": version, "user": "lan", "purpose": null, "work": work }).to_string() + "\n"
        };
        let told = raw(&w.data(), line("99.0.0", serde_json::json!({ "from": "the future" }))).await;
        assert!(told.contains("operator.other_version") && told.contains("99.0.0") && told.contains("khởi động lại"), "{told}");
        for nonsense in [line(env!("CARGO_PKG_VERSION"), serde_json::json!({ "burn": {} })), "{\n".to_owned(), "x".repeat(60_000) + "\n"] {
            let told = raw(&w.data(), nonsense).await;
            assert!(told.contains("setting.bad"), "{told}");
        }
        assert!(ask(&w, None, Work::KeyCheck {}).await.1.is_ok(), "and it answers the next");
        door.close();
    }

    async fn the_schools_own_root_is_made_shown_and_exported_through_the_server(w: World) {
        let door = door(&w).expect("opens");
        let (_, none) = ask(&w, None, Work::CertificateShow {}).await;
        assert_eq!(none.expect_err("there is none").code(), "certificate.none");
        let (made, done) = ask(&w, None, Work::CertificateNewRoot {}).await;
        assert!(done.expect("made"), "{made:?}");
        assert!(made.iter().any(|line| line.contains("khue.truong.local")), "the server's own names: {made:?}");
        let (shown, done) = ask(&w, None, Work::CertificateShow {}).await;
        assert!(done.expect("shown") && shown[..4] == made[..4], "{shown:?} {made:?}");
        let path = w.folder.path().join("gốc.pem");
        let (said, done) = ask(&w, None, Work::CertificateExport { path: path.clone() }).await;
        assert!(done.expect("exported"), "{said:?}");
        assert!(std::fs::read_to_string(&path).expect("reads").starts_with("-----BEGIN CERTIFICATE-----"));
        door.close();
    }

    async fn what_runs_when_the_server_stops_says_so(w: World) {
        let door = door(&w).expect("opens");
        w.db.close();
        let (_, done) = ask(&w, None, Work::JournalVerify {}).await;
        assert_eq!(done.expect_err("closed").code(), "db.stopping");
        door.close();
    }
}
