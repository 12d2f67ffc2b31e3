//! A new key: everything is encrypted with it, nobody is shut out by it, and a rotation that was cut off anywhere is
//! finished by the next.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::sync::Mutex;
use std::time::Duration;

use auth::grants::NewGrant;
use base::{AccountId, Clock as _, PersonId, UnitId, Uuid, Value};
use db::keys::Keys;
use db::{Db, Location, Options};
use http::ask::Ask;
use platform::backup::reencrypt;
use platform::{mail, settings};
use registry::people::{Secret, secrets};
use serde_json::json;
use testkit::World;

use crate::place::{PASSWORD, Place, land, place};
use crate::program::{Server, err, khue, out, run};
use crate::unlimited;

fn options(w: &World) -> Options {
    let mut options = Options::new(w.location().clone(), &w.data(), crate::schemas());
    options.owner = w.owner().map(str::to_owned);
    options.unsafe_durability = true;
    options
}

/// What the operator is told by a rotation, with the world's own door closed.
async fn renewed(w: &World) -> Vec<String> {
    let options = options(w);
    let renewing = tokio::task::spawn_blocking(move || {
        let said = Mutex::new(Vec::new());
        khue::key::renew(&options, "lan", &|line| said.lock().expect("whole").push(line)).expect("renews");
        said.into_inner().expect("whole")
    });
    renewing.await.expect("no panic")
}

/// Opens the world again beside the runtime: the door's connections have little runtimes of their own.
fn reopened(mut w: World) -> World {
    std::thread::scope(|scope| {
        scope
            .spawn(move || {
                w.reopen();
                w
            })
            .join()
            .expect("no panic")
    })
}

/// The columns of the whole database in which a value begins with the number of this key, as an encrypted one does.
async fn encrypted_with(w: &World, key: u32) -> Vec<String> {
    w.db.read(&w.system(), move |tx| {
        tx.public("test");
        let mut found = std::collections::BTreeSet::new();
        for table in db::copy::tables(tx, &db::migrations(&crate::schemas()))? {
            db::copy::rows(tx, &table, |rows| {
                for (column, value) in rows.iter().flat_map(|row| table.columns.iter().zip(row)) {
                    if let Value::Bytes(bytes) = value
                        && bytes.len() > 32
                        && bytes.starts_with(&key.to_be_bytes())
                    {
                        found.insert(format!("{}.{}", table.name, column.name));
                    }
                }
                Ok(())
            })?;
        }
        Ok(found.into_iter().collect())
    })
    .await
    .expect("reads everything")
}

async fn fill(w: &World) {
    w.db.write(&w.system(), |tx| {
        tx.public("test");
        // A password is taken from where its server is named.
        settings::set(tx, &mail::HOST, None, &"smtp.example.vn".into())?;
        settings::set(tx, &mail::PASSWORD, None, &"bí mật".into())?;
        for i in 0..450 {
            tx.record(db::Entry::new("test.entry", "test", Uuid::from_u128(i)).after(&"một")?);
        }
        Ok(())
    })
    .await
    .expect("fills");
}

async fn holds(w: &World) {
    w.db.sealed(&w.system(), Duration::from_secs(5)).await.expect("is numbered");
    let data = w.data();
    let (report, secret) =
        w.db.read(&w.system(), move |tx| {
            tx.public("test");
            Ok((db::journal::verify::verify(tx, &data, true)?, settings::text(tx, &mail::PASSWORD, None)?))
        })
        .await
        .expect("reads");
    assert!(report.holds() && report.payloads > 450, "{report:?}");
    assert_eq!(secret.as_deref(), Some("bí mật"));
}

/// One more teacher of a school.
async fn person(w: &World, login: &'static str, school: UnitId) -> AccountId {
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        let account = auth::accounts::insert(tx, login, "Lê Thị Ba", "-", false)?;
        let from = tx.today();
        let grant = NewGrant { account, role: "teacher".to_owned(), unit: school, from, to: None };
        auth::grants::insert(tx, &grant)?;
        Ok(account)
    })
    .await
    .expect("seats somebody")
}

/// Something of a pupil in every closed place there is.
async fn closed_fields(w: &World, here: &Place) {
    let head = here.head.asks(&unlimited(w));
    let pupil = format!("/api/v1/schools/{}/pupils/{}", here.school, here.seats.pupil);
    for (n, (group, key, value)) in
        (1..).zip([("pupil_health", "blood_group", "AB"), ("pupil_contact", "contact_phone", "0912345678")])
    {
        let body = json!({ "values": { key: value } }).to_string();
        let known = format!("\"{n}\"");
        let headers = [("content-type", "application/json"), ("if-match", known.as_str())];
        let reply = head.send("PUT", &format!("{pupil}/fields/{group}"), &headers, body).await.expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.json());
    }
    let part = json!({ "values": { "place": "Sân sau" } });
    let reply = head.json("POST", &format!("{pupil}/parts/pupil_violence"), &part).await.expect("an answer");
    assert_eq!(reply.status, 201, "{}", reply.json());
}

/// It is still there.
async fn opened_fields(w: &World, here: &Place) {
    let head = here.head.asks(&unlimited(w));
    let path = format!(
        "/api/v1/schools/{}/pupils/{}/fields?group=pupil_health&group=pupil_contact&group=pupil_violence",
        here.school, here.seats.pupil
    );
    let fields = head.get(&path).await.expect("an answer").json().to_string();
    for value in ["\"AB\"", "0912345678", "Sân sau"] {
        assert!(fields.contains(value), "{value}: {fields}");
    }
}

fn keys(path: &Path) -> u32 {
    Keys::read(path).expect("reads the key file").current()
}

testkit::both! {
    async fn nobody_is_shut_out_by_a_new_key_and_everything_is_encrypted_with_it(w: World) {
        let land = land(&w).await;
        let digest = auth::passwords::hash(PASSWORD).expect("hashes");
        let here = place(&w, &land, 1, &digest).await;
        fill(&w).await;
        let invite = json!({ "display_name": "Lê Văn Hai", "role": "teacher" }).to_string();
        let path = format!("/api/v1/units/{}/invitations", here.school);
        let invited = async |who: &Ask| {
            let headers = [("content-type", "application/json"), ("idempotency-key", "asked-once")];
            let reply = who.send("POST", &path, &headers, invite.clone()).await.expect("an answer");
            assert_eq!(reply.status, 201, "{}", reply.json());
            reply.json()["code"].as_str().expect("a code").to_owned()
        };
        let first = invited(&here.head.asks(&unlimited(&w))).await;
        let sister = person(&w, "duoc.cap.lai", here.school).await;
        let renewal = format!("/api/v1/accounts/{}/password-renewal", sister.0);
        let renewed_by = async |who: &Ask, key: &str| {
            who.send("POST", &renewal, &[("idempotency-key", key)], "").await.expect("an answer")
        };
        let once = renewed_by(&here.head.asks(&unlimited(&w)), "renewed-once").await.json();
        closed_fields(&w, &here).await;
        let columns = encrypted_with(&w, 1).await;
        let expected = [
            "file.sealed_key",
            "job.work",
            "journal_payload.body",
            "person_secret.sealed",
            "record_doc.sealed",
            "record_part.sealed",
            "setting.secret",
            "totp.secret",
            "totp_pending.secret",
        ];
        assert_eq!(columns, expected);
        w.db.close();
        let said = renewed(&w).await;
        assert!(said[0].contains("Đã thêm khoá số 2") && said.iter().any(|line| line.contains("key export")), "{said:#?}");
        let w = reopened(w);
        assert_eq!(w.db.keys().current(), 2);
        assert_eq!(encrypted_with(&w, 1).await, [] as [String; 0], "these columns must join khue::encrypted()");
        assert_eq!(encrypted_with(&w, 2).await, columns);
        holds(&w).await;
        opened_fields(&w, &here).await;
        // What is protected of people opens, and is found by digests of the new key alone.
        let (who, found, digests) = w.db.read(&w.system(), |tx| {
            tx.public("test");
            static SECRETS: db::Sql = db::Sql::new("test", "SELECT person, digest FROM person_secret WHERE what = 'personal_number'");
            let digest = tx.keys().keyed_digest(db::keys::Use::Blind, &[b"personal_number", b"004320000001"])?;
            let rows: Vec<(PersonId, Vec<u8>)> = tx.all(&SECRETS, &[])?;
            let digests = rows.iter().filter(|(_, one)| one.as_slice() == digest).count();
            let who = rows[0].0;
            let open = secrets::open(tx, who)?;
            assert_eq!(open, [(Secret::PersonalNumber, 1, "004320000001".to_owned())]);
            Ok((who, secrets::find(tx, Secret::PersonalNumber, "004320000001")?, (digests, rows.len())))
        }).await.expect("opens");
        assert_eq!((found, digests), (vec![who], (1, 1)));

        let unknown = unlimited(&w);
        for person in [&here.head, &here.teacher, &land.admin] {
            assert_eq!(person.asks(&unknown).get("/api/v1/me").await.expect("an answer").status, 200);
        }
        let sign_in = json!({ "login": here.teacher.login, "password": PASSWORD });
        assert_eq!(unknown.json("POST", "/api/v1/session", &sign_in).await.expect("an answer").status, 200);
        // Asked again with the same key: the same code, which was drawn with the old one.
        assert_eq!(invited(&here.head.asks(&unknown)).await, first);
        // So is a one-time password, until another one stands.
        let again = renewed_by(&here.head.asks(&unknown), "renewed-once").await;
        assert_eq!((again.status, again.json()), (200, once.clone()));
        assert_ne!(renewed_by(&here.head.asks(&unknown), "renewed-twice").await.json()["password"], once["password"]);
        let stale = renewed_by(&here.head.asks(&unknown), "renewed-once").await;
        assert_eq!((stale.status, stale.code().as_str()), (409, "account.password_used"), "{}", stale.json());
        // The code was digested with the old key.
        let code = json!({ "code": here.code });
        assert_eq!(unknown.json("POST", "/api/v1/invitations/look", &code).await.expect("an answer").status, 200);
        let accept = json!({ "code": here.code, "login": "nguoi.moi", "password": "bầu ơi thương lấy bí cùng" });
        let accepted = unknown.json("POST", "/api/v1/invitations/acceptance", &accept).await.expect("an answer");
        assert_eq!(accepted.status, 200, "{}", accepted.json());
        let again = unknown.json("POST", "/api/v1/invitations/look", &code).await.expect("an answer");
        assert_eq!((again.status, again.code().as_str()), (404, "invitation.not_found"));

        // And once more: three keys, of which the last encrypts.
        w.db.close();
        let said = renewed(&w).await;
        assert!(said[0].contains("Đã thêm khoá số 3"), "{said:#?}");
        let w = reopened(w);
        assert_eq!((encrypted_with(&w, 2).await, encrypted_with(&w, 3).await), (Vec::new(), columns));
        holds(&w).await;
        w.db.close();
    }

    async fn a_rotation_that_was_cut_off_is_finished_by_the_next(w: World) {
        let key = w.folder.path().join("khue.key");
        let _land = land(&w).await;
        fill(&w).await;
        w.db.close();
        // Cut off when the key was in the file and not yet named.
        let mut text = std::fs::read_to_string(&key).expect("reads");
        text.push_str(&format!("2 {}\n", db::keys::hex(&[8; 32])));
        std::fs::write(&key, text).expect("adds a key");
        let said = renewed(&w).await;
        assert!(said.iter().any(|line| line.contains("Đã hoàn tất lần thay khoá trước")), "{said:#?}");
        assert_eq!(keys(&key), 2, "no further key was added");
        let w = reopened(w);
        assert_eq!(encrypted_with(&w, 1).await, [] as [String; 0]);
        holds(&w).await;
        w.db.close();

        // Cut off after the first two hundred values.
        let (options, now) = (options(&w), w.clock.now());
        let cut = tokio::task::spawn_blocking(move || {
            platform::backup::key::rotate(&options, "lan", now).expect("adds a key");
            let db = Db::open(&options, now).expect("opens");
            let rt = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
            let ctx = || khue::operator::act("lan", "key rotate", None);
            let done = rt.block_on(reencrypt::everything(&db, &khue::encrypted(), ctx, |_| true)).expect("goes on");
            db.close();
            done
        });
        assert_eq!(cut.await.expect("no panic"), None, "it was cut off");
        let w = reopened(w);
        assert_ne!(encrypted_with(&w, 2).await, [] as [String; 0]);
        assert_ne!(encrypted_with(&w, 3).await, [] as [String; 0]);
        // Both are read meanwhile.
        holds(&w).await;
        w.db.close();
        let said = renewed(&w).await;
        assert!(said.iter().any(|line| line.contains("Đã hoàn tất lần thay khoá trước")), "{said:#?}");
        assert_eq!(keys(&key), 3);
        let w = reopened(w);
        assert_eq!(encrypted_with(&w, 2).await, [] as [String; 0]);
        holds(&w).await;
        w.db.close();
    }

    async fn no_key_is_changed_under_a_server(w: World) {
        let key = w.folder.path().join("khue.key");
        let before = std::fs::read(&key).expect("reads");
        // A server whose data folder is elsewhere: only the database knows of it.
        let options = options(&w);
        let refused = tokio::task::spawn_blocking(move || khue::key::renew(&options, "lan", &|_| {}));
        let refused = refused.await.expect("no panic").expect_err("a server works on it");
        assert_eq!(refused.code(), "db.in_use", "{refused:?}");
        assert_eq!(std::fs::read(&key).expect("reads"), before);
        let door = crate::operator::door(&w).expect("opens");
        let options = self::options(&w);
        let refused = tokio::task::spawn_blocking(move || khue::key::renew(&options, "lan", &|_| {}));
        assert_eq!(refused.await.expect("no panic").expect_err("a server answers").code(), "operator.serving");
        door.close();
    }
}

/// A database of the program with so many encrypted values.
fn filled(folder: &Path, values: u128) {
    let made = run(folder, &["migrate"]);
    assert!(made.status.success(), "{}", err(&made));
    let data = folder.join("data");
    let options = Options::new(Location::Sqlite(data.join("khue.db")), &data, khue::schemas());
    let db = Db::open(&options, khue::place::now()).expect("opens");
    let rt = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let ctx = khue::operator::act("lan", "test", None).expect("a context");
    rt.block_on(db.write_long(&ctx, "a test fills the journal", move |tx| {
        tx.public("test");
        for i in 0..values {
            tx.record(db::Entry::new("test.entry", "test", Uuid::from_u128(i)).after(&"một")?);
        }
        Ok(())
    }))
    .expect("fills");
    db.close();
}

#[test]
fn a_killed_rotation_loses_nothing_and_runs_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    filled(at, 8_000);
    let whole = |when: &str| {
        let checked = run(at, &["key", "check"]);
        assert!(checked.status.success(), "{when}: {}", err(&checked));
        let verified = run(at, &["journal", "verify"]);
        assert!(verified.status.success(), "{when}: {}{}", out(&verified), err(&verified));
    };
    // Killed while it encrypts.
    let mut rotating = khue(at, &["key", "rotate"]).stdout(Stdio::piped()).spawn().expect("starts");
    let mut lines = BufReader::new(rotating.stdout.take().expect("its output")).lines();
    let seen = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("đã mã hoá lại")));
    rotating.kill().expect("kills");
    rotating.wait().expect("ends");
    assert!(seen.is_some(), "it was done before it could be killed");
    assert_eq!(keys(&at.join("khue.key")), 2);
    whole("killed while it encrypts");
    // A server starts in between, reads both, and stops.
    let server = Server::start(at);
    assert_eq!(server.get("/readyz").0, 200);
    server.stop();
    let finished = run(at, &["key", "rotate"]);
    assert!(
        finished.status.success() && out(&finished).contains("Đã hoàn tất lần thay khoá trước"),
        "{}{}",
        out(&finished),
        err(&finished)
    );
    assert_eq!(keys(&at.join("khue.key")), 2);
    whole("finished");

    // Killed at any moment: the key file is always whole, and no value is ever without its key.
    for n in 0..8u64 {
        let mut rotating = khue(at, &["key", "rotate"]).stdout(Stdio::null()).spawn().expect("starts");
        std::thread::sleep(Duration::from_millis(20 + 40 * n));
        rotating.kill().expect("kills");
        rotating.wait().expect("ends");
        whole(&format!("killed for the {n}th time"));
    }
    let finished = run(at, &["key", "rotate"]);
    assert!(finished.status.success(), "{}", err(&finished));
    whole("in the end");
}

#[test]
fn a_key_is_exported_for_safe_keeping() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    filled(at, 1);
    let key = std::fs::read(at.join("khue.key")).expect("reads");
    let exported = run(at, &["key", "export", "cất.key"]);
    assert!(
        exported.status.success() && out(&exported).contains("khue restore"),
        "{}{}",
        out(&exported),
        err(&exported)
    );
    assert_eq!(std::fs::read(at.join("cất.key")).expect("reads"), key);
    assert_eq!(std::fs::metadata(at.join("cất.key")).expect("is there").permissions().mode() & 0o777, 0o600);
    let again = run(at, &["key", "export", "cất.key"]);
    assert!(!again.status.success(), "never over another");
    let beside = run(at, &["key", "export", "data/cất.key"]);
    assert!(
        !beside.status.success() && err(&beside).contains("thư mục dữ liệu") && !at.join("data/cất.key").exists(),
        "{}",
        err(&beside)
    );
    // From paper: what is printed, typed again, opens the database.
    let printed = out(&run(at, &["key", "export", "--print"]));
    std::fs::remove_file(at.join("khue.key")).expect("loses the key");
    let typed: Vec<&str> = printed.lines().take_while(|line| !line.is_empty()).collect();
    std::fs::write(at.join("khue.key"), typed.join("\n")).expect("types it");
    std::fs::set_permissions(at.join("khue.key"), std::fs::Permissions::from_mode(0o600)).expect("closes it");
    let checked = run(at, &["key", "check"]);
    assert!(checked.status.success(), "{}{}", out(&checked), err(&checked));
}
