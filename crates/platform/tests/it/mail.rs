//! Mail into a folder, through a server, and not at all.

use std::sync::Arc;
use std::time::Duration;

use base::UnitId;
use platform::jobs::{JobId, Runner};
use platform::mail::{self, Mail, Transport};
use platform::settings;
use serde_json::json;
use testkit::World;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

fn runner(w: &World, transport: Transport) -> Runner {
    Runner::new(w.db.clone(), Arc::new(w.clock.clone()), mail::handlers(transport), 2)
}

async fn enqueue(w: &World, to: &'static str) -> base::Result<JobId> {
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        let mail = Mail {
            to: to.to_owned(),
            subject: "Thông báo\r\nBcc: x@y.vn".to_owned(),
            text: "Kính gửi phụ huynh,\nmời họp.".to_owned(),
        };
        mail::enqueue(tx, &mail, None::<UnitId>)
    })
    .await
}

async fn ended(w: &World, id: JobId) -> (String, Option<String>) {
    for _ in 0..300 {
        let row: Option<(String, Option<String>)> =
            w.db.read(&w.system(), move |tx| {
                tx.public("test");
                tx.one(&db::Sql::new("state", "SELECT state, error FROM job WHERE id = ?1"), db::params![id])
            })
            .await
            .expect("reads");
        let row = row.expect("a job");
        if row.0 != "running" && (row.0 != "waiting" || row.1.is_some()) {
            return row;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the mail never left")
}

async fn set(w: &World, setting: &'static settings::Setting, value: serde_json::Value) {
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        settings::set(tx, setting, None, &value)
    })
    .await
    .expect("sets");
}

/// What the job says in the end.
async fn note(w: &World, id: JobId) -> Option<String> {
    let ctx = w.system();
    let read = w.db.read(&ctx, move |tx| {
        tx.public("test");
        platform::jobs::find(tx, id)
    });
    read.await.expect("reads").expect("a job").note
}

/// A mail server that takes one mail, or refuses its receiver.
async fn server(refuse: bool) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let port = listener.local_addr().expect("an address").port();
    let task = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("accepts");
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 test\r\n").await.expect("greets");
        let (mut data, mut all) = (false, String::new());
        while let Ok(Some(line)) = lines.next_line().await {
            all.push_str(&line);
            all.push('\n');
            let answer = match line.as_str() {
                "." if data => {
                    data = false;
                    "250 taken"
                }
                _ if data => continue,
                "DATA" => {
                    data = true;
                    "354 go on"
                }
                "QUIT" => {
                    let _bye = write.write_all(b"221 bye\r\n").await;
                    break;
                }
                line if refuse && line.starts_with("RCPT") => "550 5.1.1 <me@truong.edu.vn> unknown",
                _ => "250 ok",
            };
            if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                break;
            }
        }
        all
    });
    (port, task)
}

async fn point_at(w: &World, port: u16) {
    set(w, &mail::HOST, json!("127.0.0.1")).await;
    // The test's own port is none of those that a unit may set.
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        let put =
            "INSERT INTO setting (key, unit, version, value, changed_at) VALUES ('mail.smtp_port', ?1, 1, ?2, ?3)";
        let now = tx.now();
        tx.exec(&db::Sql::new("port", put), db::params![base::Uuid::nil(), port.to_string(), now])
    })
    .await
    .expect("sets");
    set(w, &mail::SECURITY, json!("none")).await;
    set(w, &mail::FROM, json!("Trường A <truong.a@tinh.edu.vn>")).await;
}

testkit::both! {
    async fn a_mail_becomes_one_file_in_the_folder(w: World) {
        let folder = w.folder.path().join("mail");
        let id = enqueue(&w, "me@truong.edu.vn").await.expect("enqueues");
        runner(&w, Transport::Folder(folder.clone())).turn().await.expect("looks");
        assert_eq!(ended(&w, id).await.0, "done");
        assert!(note(&w, id).await.is_some_and(|note| note.contains("thư mục mail")), "it did not leave");
        let text = std::fs::read_to_string(folder.join(format!("{id}.eml"))).expect("stands there");
        assert!(text.contains("To: me@truong.edu.vn\r\n") && text.contains(&format!("Message-ID: <{id}@localhost>")), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("Bcc:")), "a subject adds no header");
        assert_eq!(enqueue(&w, "không phải địa chỉ").await.expect_err("no address").code(), "mail.address");
    }

    async fn a_copy_sends_nothing(w: World) {
        let folder = w.folder.path().join("mail");
        set(&w, &settings::COPY, json!(true)).await;
        let id = enqueue(&w, "me@truong.edu.vn").await.expect("enqueues");
        runner(&w, Transport::Folder(folder.clone())).turn().await.expect("looks");
        assert_eq!(ended(&w, id).await.0, "done");
        assert!(note(&w, id).await.is_some_and(|note| note.contains("bản sao")), "it did not leave");
        assert!(!folder.exists());
    }

    async fn a_mail_goes_through_the_server_that_is_set(w: World) {
        let (port, server) = server(false).await;
        point_at(&w, port).await;
        let id = enqueue(&w, "me@truong.edu.vn").await.expect("enqueues");
        runner(&w, Transport::Smtp).turn().await.expect("looks");
        assert_eq!((ended(&w, id).await.0.as_str(), note(&w, id).await), ("done", None));
        let said = server.await.expect("ends");
        assert!(said.contains("RCPT TO:<me@truong.edu.vn>") && said.contains("From: "), "{said}");
    }

    async fn what_a_server_refuses_names_nobody(w: World) {
        let (port, _server) = server(true).await;
        point_at(&w, port).await;
        let id = enqueue(&w, "me@truong.edu.vn").await.expect("enqueues");
        runner(&w, Transport::Smtp).turn().await.expect("looks");
        let (state, error) = ended(&w, id).await;
        assert_eq!(state, "failed");
        assert!(!error.expect("a sentence").contains("truong"));
    }

    async fn without_a_server_the_job_says_what_to_do(w: World) {
        let id = enqueue(&w, "me@truong.edu.vn").await.expect("enqueues");
        runner(&w, Transport::Smtp).turn().await.expect("looks");
        let (state, error) = ended(&w, id).await;
        assert_eq!(state, "failed");
        assert!(error.expect("a sentence").contains("Thiết lập"));
    }
}
