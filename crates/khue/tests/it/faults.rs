//! What goes wrong around the house, as those who use it see it: a full disk, a database server that is gone.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::Clock as _;
use db::{Db, Dialect, Location, Options};
use http::Settings;
use http::ask::{Ask, Reply};
use serde_json::json;
use testkit::World;

use crate::cases::{Right, all};
use crate::place::{Place, land, place};
use crate::walk::asked;
use crate::{ask, unlimited};

const PAGE: u64 = 4_096;

/// Opens the world's SQLite file with so many free pages, or with as many as it likes. Beside the runtime: a closed door
/// takes a moment to let go.
fn with_room(mut w: World, pages: Option<u64>) -> World {
    w.db.close();
    let data = w.data();
    let file = data.join("khue.db");
    let mut options = Options::new(Location::Sqlite(file.clone()), &data, crate::schemas());
    options.run_writes_twice = true;
    let until = Instant::now() + Duration::from_secs(5);
    w.db = loop {
        // The write-ahead log is part of the file once it is closed.
        let standing = std::fs::metadata(&file).expect("the database").len().div_ceil(PAGE);
        options.max_pages = pages.map(|pages| u32::try_from(standing + pages).expect("fits"));
        match Db::open(&options, w.clock.now()) {
            Ok(db) => break db,
            Err(error) if error.is(&db::IN_USE) && Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(error) => panic!("{error:?}"),
        }
    };
    w
}

/// On PostgreSQL the server says what it says when its disk is full, once something is to be added to the journal.
fn server_disk(w: &World, full: bool) {
    let owner = w.owner().expect("an owner").to_owned();
    let sql: &[&str] = match full {
        true => &[
            "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$",
            "CREATE TRIGGER disk_full BEFORE INSERT ON journal_entry FOR EACH ROW EXECUTE FUNCTION disk_full()",
        ],
        false => &["DROP TRIGGER disk_full ON journal_entry", "DROP FUNCTION disk_full"],
    };
    std::thread::spawn(move || sql.iter().try_for_each(|sql| db::cluster::run_at(&owner, sql)))
        .join()
        .expect("no panic")
        .expect("fills the disk");
}

async fn invite(head: &Ask, place: &Place, key: &str) -> Reply {
    let body = json!({ "display_name": "Nguyễn Thị Lan", "role": "teacher" }).to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    let path = format!("/api/v1/units/{}/invitations", place.school);
    head.send("POST", &path, &headers, body).await.expect("an answer")
}

async fn open_invitations(head: &Ask, place: &Place) -> usize {
    let reply = head.get(&format!("/api/v1/units/{}/invitations", place.school)).await.expect("an answer");
    assert_eq!(reply.status, 200, "{}", reply.json());
    reply.json()["items"].as_array().expect("a list").len()
}

testkit::both! {
    async fn a_full_disk_refuses_what_is_written_and_shows_the_rest(w: World) {
        let land = land(&w).await;
        let here = place(&w, &land, 1, "-").await;
        let on_sqlite = w.db.dialect() == Dialect::Sqlite;
        let w = if on_sqlite { with_room(w, Some(12)) } else { server_disk(&w, true); w };
        let head = here.head.asks(&unlimited(&w));
        let (mut made, mut last) = (0, None);
        for n in 0..2_000 {
            let reply = invite(&head, &here, &format!("full-{n}")).await;
            if reply.status != 201 {
                last = Some((n, reply));
                break;
            }
            made += 1;
        }
        let (n, refused) = last.expect("the disk is full at last");
        assert_eq!((refused.status, refused.code().as_str()), (503, "db.full"), "{}", refused.json());
        assert_eq!((refused.header("retry-after"), refused.header("content-type")), ("60", "application/problem+json"));
        let detail = refused.json()["detail"].as_str().expect("a sentence").to_owned();
        assert!(detail.contains("hết chỗ lưu trữ") && detail.contains("việc xem dữ liệu vẫn bình thường"), "{detail}");
        // It stays so, and nothing of what was refused stands.
        assert_eq!(invite(&head, &here, "still-full").await.code(), "db.full");
        assert_eq!(open_invitations(&head, &here).await, made + 1);
        // Reading goes on.
        for path in ["/api/v1/me".to_owned(), "/api/v1/units".to_owned(), format!("/api/v1/units/{}/history", here.school), "/readyz".to_owned()] {
            assert_eq!(head.get(&path).await.expect("an answer").status, 200, "{path}");
        }

        // Room is made: what was refused is sent again with its key, and is done once.
        let w = if on_sqlite { with_room(w, None) } else { server_disk(&w, false); w };
        let head = here.head.asks(&unlimited(&w));
        for _ in 0..2 {
            let again = invite(&head, &here, &format!("full-{n}")).await;
            assert_eq!(again.status, 201, "{}", again.json());
        }
        assert_eq!(open_invitations(&head, &here).await, made + 2);
        w.db.sealed(&w.system(), Duration::from_secs(5)).await.expect("is numbered");
        let data = w.data();
        let report = w.db.read(&w.system(), move |tx| { tx.public("test"); db::journal::verify::verify(tx, &data, true) }).await.expect("verifies");
        assert!(report.holds() && report.waiting == 0, "{report:?}");
        w.db.close();
    }
}

/// A PostgreSQL server of this test's own, to be killed.
struct Cluster(std::path::PathBuf);

impl Cluster {
    fn start() -> Self {
        let random = db::keys::hex(&db::keys::random::<6>().expect("randomness"));
        let cluster = Self(std::env::temp_dir().join(format!("khue-away-{random}")));
        cluster.run("init");
        cluster.run("start");
        cluster
    }

    fn run(&self, verb: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres-server.sh");
        let output = std::process::Command::new(path).arg(verb).arg(&self.0).output().expect("runs the script");
        assert!(output.status.success(), "{verb}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// An empty database: the owner's and the serving role's address.
    fn database(&self) -> (String, String) {
        let url = self.run("url");
        db::cluster::make_roles(&url).expect("makes the roles");
        db::cluster::make_template(&url, "khue_away_empty", |_, _| Ok(())).expect("makes a database");
        db::cluster::copy_template(&url, "khue_away_empty", "khue_away").expect("copies it")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres-server.sh");
        let _killed = std::process::Command::new(script).arg("kill").arg(&self.0).output();
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_database_server_that_is_gone_is_said_and_work_goes_on_when_it_is_back() {
    let cluster = Cluster::start();
    let (owner, app) = cluster.database();
    // Its folder, clock and contexts serve; its database is the one that will be gone.
    let mut w = World::make(Dialect::Sqlite, crate::schemas());
    w.db.close();
    let mut options = Options::new(Location::Postgres(app), &w.data(), crate::schemas());
    options.owner = Some(owner);
    options.unsafe_durability = true;
    w.db = Db::open(&options, w.clock.now()).expect("opens");
    let rt = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().expect("a runtime");
    rt.block_on(gone_and_back(&w, &cluster));
    w.db.close();
}

async fn gone_and_back(w: &World, cluster: &Cluster) {
    let land = land(w).await;
    let here = place(w, &land, 1, "-").await;
    let unknown = Arc::new(ask(w, Settings { limits: false, ..Settings::default() }));
    let head = here.head.asks(&unknown);
    assert_eq!(invite(&head, &here, "before").await.status, 201);
    tokio::task::block_in_place(|| cluster.run("kill"));
    // Every operation, by whoever may: an answer at once, the same for all, and never a fault of ours.
    let mut tried = 0;
    // Needing no database, or refused before it is asked: nobody holds the passkey of that case.
    let without = [("GET", "/about"), ("POST", "/session/passkey")];
    for case in all().filter(|case| !without.contains(&case.operation)) {
        let who = match case.right {
            Right::Nobody => (*unknown).clone(),
            right => right.of(&land, &here).expect("somebody").asks(&unknown),
        };
        let begun = Instant::now();
        let reply = asked(&who, case, &here, &[]).await;
        let label = format!("{:?}: {}", case.operation, reply.json());
        assert!(begun.elapsed() < Duration::from_secs(10), "{label} after {:?}", begun.elapsed());
        tried += 1;
        if case.operation == ("DELETE", "/session") {
            // This device is signed out whatever becomes of the server, and is told what is not done there.
            assert_eq!((reply.status, reply.code().as_str()), (503, "session.lives_on"), "{label}");
            continue;
        }
        assert_eq!((reply.status, reply.code().as_str()), (503, "db.unreachable"), "{label}");
        assert_eq!(reply.header("retry-after"), "5", "{label}");
        assert!(
            reply.json()["detail"].as_str().is_some_and(|detail| detail.contains("chưa có gì bị thay đổi")),
            "{label}"
        );
    }
    assert!(tried > 25, "{tried}");
    // The process is well, and says that it is not ready; what needs no database is answered.
    for (path, status) in [("/healthz", 200), ("/readyz", 503), ("/api/v1/about", 200)] {
        assert_eq!(unknown.get(path).await.expect("an answer").status, status, "{path}");
    }

    tokio::task::block_in_place(|| cluster.run("start"));
    // By itself: nobody restarts the program, and nobody signs in again.
    let until = Instant::now() + Duration::from_secs(30);
    while head.get("/api/v1/me").await.expect("an answer").status != 200 {
        assert!(Instant::now() < until, "it never came back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let again = invite(&head, &here, "after").await;
    assert_eq!(again.status, 201, "{}", again.json());
    assert_eq!(open_invitations(&head, &here).await, 3);
    assert_eq!(unknown.get("/readyz").await.expect("an answer").status, 200);
    // What is written is numbered and told again.
    w.db.sealed(&w.system(), Duration::from_secs(10)).await.expect("is numbered");
    let data = w.data();
    let report =
        w.db.read(&w.system(), move |tx| {
            tx.public("test");
            db::journal::verify::verify(tx, &data, true)
        })
        .await
        .expect("verifies");
    assert!(report.holds() && report.waiting == 0, "{report:?}");
}
