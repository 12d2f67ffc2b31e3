//! Background jobs and settings over the API: who sees what, and what is never shown.

use http::ask::Ask;
use http::{ROOT, Settings};
use platform::jobs::{self, JobId};
use platform::{mail, settings};
use serde_json::{Value, json};
use testkit::World;

use crate::place::{Land, Place, land, place};
use crate::{ask, unlimited};

fn ids(list: &Value) -> Vec<String> {
    list["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|one| one["id"].as_str().or(one["kind"].as_str()).expect("a name").to_owned())
        .collect()
}

async fn get(who: &Ask, path: &str) -> Value {
    let reply = who.get(&format!("{ROOT}{path}")).await.expect("an answer");
    assert_eq!(reply.status, 200, "{path}: {}", reply.json());
    reply.json()
}

/// A job of the server itself.
async fn of_server(w: &World) -> JobId {
    let handlers = khue::work::ToDo::default().handlers(&w.db);
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        handlers.enqueue_recurring(tx, "installation.tidy").map(|id| id.expect("it recurs"))
    })
    .await
    .expect("enqueues")
}

async fn setting(who: &Ask, place: &Place, key: &str) -> Value {
    let all = get(who, &format!("/units/{}/settings", place.school)).await;
    let found = all["items"].as_array().expect("items").iter().find(|one| one["key"] == key).cloned();
    found.expect("the setting")
}

async fn put(who: &Ask, place: &Place, key: &str, known: i64, value: Value) -> http::ask::Reply {
    let path = format!("{ROOT}/units/{}/settings/{key}", place.school);
    let known = format!("\"{known}\"");
    let headers = [("content-type", "application/json"), ("if-match", known.as_str())];
    who.send("PUT", &path, &headers, json!({ "value": value }).to_string()).await.expect("an answer")
}

async fn remove(who: &Ask, place: &Place, key: &str, known: i64) -> http::ask::Reply {
    let path = format!("{ROOT}/units/{}/settings/{key}", place.school);
    who.send("DELETE", &path, &[("if-match", &format!("\"{known}\""))], "").await.expect("an answer")
}

/// The department names a mail server with a password.
async fn department_sends_mail(w: &World, land: &Land) {
    let department = land.department;
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        settings::set(tx, &mail::HOST, Some(department), &"smtp.so.example".into())?;
        settings::set(tx, &mail::PASSWORD, Some(department), &"bí mật của Sở".into())
    })
    .await
    .expect("sets");
}

/// The school answers to the department for its staff, as one of upper secondary level does.
async fn answers_to_department(w: &World, land: &Land, place: &Place) {
    let (department, school) = (land.department, place.school);
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        let sql = "INSERT INTO unit_closure (kind, ancestor, descendant, depth) VALUES ('staff', ?1, ?2, 1) ON CONFLICT DO NOTHING";
        tx.exec(&db::Sql::new("edge", sql), db::params![department, school]).map(|_| ())
    })
    .await
    .expect("joins");
}

testkit::both! {
    async fn each_sees_the_jobs_that_are_theirs_to_look_after(w: World) {
        let land = land(&w).await;
        let (here, there) = (place(&w, &land, 1, "-").await, place(&w, &land, 2, "-").await);
        let of_server = of_server(&w).await.to_string();
        let unknown = unlimited(&w);
        let (head, admin) = (here.head.asks(&unknown), land.admin.asks(&unknown));
        assert_eq!(ids(&get(&head, "/jobs").await), [here.job.to_string()]);
        let refused = head.get(&format!("{ROOT}/jobs/{of_server}")).await.expect("an answer");
        assert_eq!((refused.status, refused.code().as_str()), (404, "job.not_found"));
        assert!(ids(&get(&head, "/jobs/recurring").await).is_empty());
        // Who runs the server sees all of it.
        let all = ids(&get(&admin, "/jobs").await);
        for id in [&here.job.to_string(), &there.job.to_string(), &of_server] {
            assert!(all.contains(id), "{id}");
        }
        assert_eq!(get(&admin, &format!("/jobs/{of_server}")).await["kind_name"], "Dọn dữ liệu tạm đã hết hạn");
        assert!(ids(&get(&admin, "/jobs/recurring").await).contains(&"installation.tidy".to_owned()));
        // Where nobody said who runs it, departments look after what is no school's, and after nothing else.
        let plain = ask(&w, Settings { limits: false, ..Settings::default() });
        assert_eq!(ids(&get(&land.admin.asks(&plain), "/jobs").await), [of_server]);
        let teacher = here.teacher.asks(&unknown);
        assert!(ids(&get(&teacher, "/jobs").await).is_empty());
        assert!(!get(&teacher, "/me").await["screens"].to_string().contains("jobs"));
        assert!(get(&head, "/me").await["screens"].to_string().contains("jobs"));
    }

    async fn a_job_is_cancelled_and_tried_again(w: World) {
        let land = land(&w).await;
        let place = place(&w, &land, 1, "-").await;
        let head = place.head.asks(&unlimited(&w));
        let act = async |what: &str| head.send("POST", &format!("{ROOT}/jobs/{}/{what}", place.job), &[], "").await.expect("an answer");
        let cancelled = act("cancellation").await;
        assert_eq!((cancelled.status, &cancelled.json()["state"], &cancelled.json()["may"]), (200, &json!("cancelled"), &json!(["retry"])));
        assert_eq!(act("cancellation").await.code(), "job.ended");
        let again = act("retry").await.json();
        assert_eq!((&again["state"], &again["attempts"]), (&json!("waiting"), &json!(0)));
        // The mail's address and text are nowhere in what is shown.
        assert!(!again.to_string().contains("a@example.edu.vn"));
    }

    async fn a_recurring_job_is_asked_for_once(w: World) {
        let land = land(&w).await;
        let admin = land.admin.asks(&unlimited(&w));
        let run = async || admin.send("POST", &format!("{ROOT}/jobs/recurring/installation.tidy/run"), &[], "").await.expect("an answer");
        let (first, second) = (run().await, run().await);
        assert_eq!((first.status, second.status), (200, 200));
        assert_eq!(first.json()["id"], second.json()["id"], "it waits already");
        // One that waits for its next try is tried now.
        let later = w.clock.clone();
        w.db.write(&w.system(), move |tx| {
            tx.public("test");
            let sql = db::Sql::new("later", "UPDATE job SET run_at = ?1, attempts = 1");
            tx.exec(&sql, db::params![base::Clock::now(&later).plus_seconds(600)]).map(|_| ())
        })
        .await
        .expect("fails once");
        let now = run().await.json();
        assert_eq!((&now["id"], &now["attempts"]), (&first.json()["id"], &json!(0)));
        assert_eq!(now["next_at"], json!(base::Clock::now(&w.clock)));
        let mine = get(&admin, "/me/jobs").await;
        assert_eq!(ids(&mine), [first.json()["id"].as_str().expect("an id")]);
        let recurring = get(&admin, "/jobs/recurring").await;
        let tidy = recurring["items"].as_array().expect("items").iter().find(|one| one["kind"] == "installation.tidy").cloned();
        assert_eq!(tidy.expect("it recurs")["last"]["id"], first.json()["id"]);
    }

    async fn whose_right_has_ended_asks_nothing_more_of_the_server(w: World) {
        let land = land(&w).await;
        let admin = land.admin.asks(&unlimited(&w));
        let act = async |id: &str, what: &str| admin.send("POST", &format!("{ROOT}/jobs/{id}/{what}"), &[], "").await.expect("an answer");
        let asked = admin.send("POST", &format!("{ROOT}/jobs/recurring/installation.tidy/run"), &[], "").await.expect("an answer").json();
        let tidy = asked["id"].as_str().expect("an id").to_owned();
        let me = w.ctx(base::Actor::Account { account: land.admin.account, session: None });
        let mail = w.db.write(&me, |tx| {
            tx.public("test");
            let mail = mail::Mail { to: "a@example.edu.vn".to_owned(), subject: "Thử".to_owned(), text: String::new() };
            jobs::enqueue(tx, &mail, &jobs::Ask::default())
        });
        let mail = mail.await.expect("enqueues").to_string();
        for id in [&tidy, &mail] {
            assert_eq!((act(id, "cancellation").await.status, act(id, "retry").await.status), (200, 200));
        }
        let grant = auth::GrantId(land.admin.grant);
        w.db.write(&w.system(), move |tx| { tx.public("test"); auth::grants::end(tx, grant) }).await.expect("ends");
        assert_eq!(admin.get(&format!("{ROOT}/jobs/{tidy}")).await.expect("an answer").code(), "job.not_found");
        assert_eq!(get(&admin, &format!("/jobs/{mail}")).await["mine"], json!(true));
        for (id, what) in [(&tidy, "cancellation"), (&tidy, "retry"), (&mail, "cancellation"), (&mail, "retry")] {
            assert_eq!(act(id, what).await.code(), "job.not_found", "{what}");
        }
        assert_eq!(ids(&get(&admin, "/me/jobs").await), [mail]);
    }

    async fn a_backup_out_of_its_turn_wants_a_fresh_confirmation(w: World) {
        let land = land(&w).await;
        let jobs = khue::work::ToDo::of_demo(&w.data()).expect("a folder").handlers(&w.db);
        let unit = Some(registry::load::department(crate::place::PROVINCE));
        let admin = land.admin.asks(&ask(&w, Settings { limits: false, jobs, unit, ..Settings::default() }));
        let run = async |kind: &str| admin.send("POST", &format!("{ROOT}/jobs/recurring/{kind}/run"), &[], "").await.expect("an answer");
        w.clock.advance_seconds(auth::confirmation::FRESH_SECONDS);
        let refused = run("backup.nightly").await;
        assert_eq!((refused.status, refused.code().as_str()), (403, "session.confirm_first"));
        assert_eq!(run("installation.tidy").await.status, 200, "nothing is lost by it");
        let sure = land.admin.session;
        w.db.write(&w.system(), move |tx| {
            tx.public("test");
            auth::confirmation::confirm(tx, base::SessionId(sure))
        })
        .await
        .expect("confirms");
        assert_eq!(run("backup.nightly").await.status, 200);
    }

    async fn a_setting_is_inherited_set_and_taken_back(w: World) {
        let land = land(&w).await;
        let place = place(&w, &land, 1, "-").await;
        answers_to_department(&w, &land, &place).await;
        department_sends_mail(&w, &land).await;
        let head = place.head.asks(&unlimited(&w));
        let inherited = setting(&head, &place, "mail.smtp_host").await;
        assert_eq!((&inherited["value"], &inherited["source"], &inherited["version"]), (&json!("smtp.so.example"), &json!("above"), &json!(0)));
        assert_eq!(inherited["source_unit"]["id"], json!(land.department));
        let set = put(&head, &place, "mail.smtp_host", 0, json!("  smtp.truong.example ")).await;
        assert_eq!((set.status, &set.json()["value"], &set.json()["source"]), (200, &json!("smtp.truong.example"), &json!("unit")));
        assert_eq!(set.header("etag"), "\"1\"");
        let stale = put(&head, &place, "mail.smtp_host", 0, json!("other.example")).await;
        assert_eq!(stale.status, 412, "{}", stale.json());
        assert_eq!(remove(&head, &place, "mail.smtp_host", 7).await.status, 412);
        let wrong = put(&head, &place, "mail.smtp_port", 0, json!(70_000)).await;
        assert_eq!((wrong.status, wrong.json()["fields"][0]["field"].as_str()), (422, Some("value")), "{}", wrong.json());
        assert_eq!(put(&head, &place, "mail.smtp_host", 1, json!("")).await.status, 422);
        assert_eq!(put(&head, &place, "mail.nothing", 0, json!("")).await.code(), "setting.not_found");
        assert_eq!(put(&head, &place, "installation.is_copy", 0, json!(true)).await.code(), "setting.not_found");
        let left = remove(&head, &place, "mail.smtp_host", 1).await.json();
        assert_eq!((&left["value"], &left["source"]), (&json!("smtp.so.example"), &json!("above")));
    }

    async fn a_secret_is_never_shown_and_never_sent_to_anothers_server(w: World) {
        let land = land(&w).await;
        let place = place(&w, &land, 1, "-").await;
        answers_to_department(&w, &land, &place).await;
        department_sends_mail(&w, &land).await;
        let head = place.head.asks(&unlimited(&w));
        let school = place.school;
        let password = async || w.db.read(&w.system(), move |tx| { tx.public("test"); settings::text(tx, &mail::PASSWORD, Some(school)) }).await.expect("reads");
        assert_eq!(password().await.as_deref(), Some("bí mật của Sở"));
        let shown = setting(&head, &place, "mail.smtp_password").await;
        assert_eq!((&shown["value"], &shown["is_set"]), (&Value::Null, &json!(true)));
        // A school that names its own server gets the department's mail no further, and its password neither.
        put(&head, &place, "mail.smtp_host", 0, json!("smtp.la.example")).await;
        assert_eq!(password().await, None);
        let shown = setting(&head, &place, "mail.smtp_password").await;
        assert_eq!((&shown["is_set"], &shown["source"]), (&json!(false), &json!("default")));
        let set = put(&head, &place, "mail.smtp_password", 0, json!("  của trường  ")).await;
        assert!(!String::from_utf8_lossy(&set.body).contains("của trường"), "{}", set.json());
        assert_eq!((&set.json()["is_set"], &set.json()["is_own"]), (&json!(true), &json!(true)));
        assert_eq!(password().await.as_deref(), Some("  của trường  "), "a password is what was typed");
        // Nor does whoever names another server find out what was typed for this one.
        let host = setting(&head, &place, "mail.smtp_host").await;
        assert_eq!((&host["secrets"], &host["version"]), (&json!(["mail.smtp_password"]), &json!(1)));
        assert_eq!(put(&head, &place, "mail.smtp_host", 1, json!("smtp.ke-gian.example")).await.status, 200);
        let shown = setting(&head, &place, "mail.smtp_password").await;
        assert_eq!((&shown["is_set"], &shown["is_own"], &shown["version"]), (&json!(false), &json!(false), &json!(0)));
        assert_eq!(password().await, None);
    }

    async fn where_a_password_goes_and_who_shows_a_second_factor_want_a_confirmation(w: World) {
        let land = land(&w).await;
        let place = place(&w, &land, 1, "-").await;
        let head = place.head.asks(&unlimited(&w));
        w.clock.advance_seconds(auth::confirmation::FRESH_SECONDS);
        for (key, value) in [("mail.smtp_host", "smtp.la.example"), ("mail.smtp_password", "bí mật"), ("sign_in.second_factor", "off")] {
            assert_eq!(put(&head, &place, key, 0, json!(value)).await.code(), "session.confirm_first", "{key}");
            assert_eq!(remove(&head, &place, key, 0).await.code(), "session.confirm_first", "{key}");
        }
        assert_eq!(put(&head, &place, "mail.smtp_port", 0, json!(587)).await.status, 200);
        let port = setting(&head, &place, "mail.smtp_port").await;
        assert_eq!((&port["kind"], &port["own"], &port["choices"][1]), (&json!("int"), &json!(587), &json!("587")));
        let probe = put(&head, &place, "mail.smtp_port", 1, json!(5432)).await.json();
        assert_eq!(probe["fields"][0]["code"], json!("setting.refused"), "{probe}");
        let policy = setting(&head, &place, "sign_in.second_factor").await;
        assert_eq!((&policy["strictest_holds"], &port["strictest_holds"]), (&json!(true), &json!(false)));
    }

    async fn a_mail_for_trial_is_a_job_of_whoever_tries(w: World) {
        let land = land(&w).await;
        let place = place(&w, &land, 1, "-").await;
        let head = place.head.asks(&unlimited(&w));
        let path = format!("{ROOT}/units/{}/mail-trials", place.school);
        let wrong = head.json("POST", &path, &json!({ "to": "không phải địa chỉ" })).await.expect("an answer");
        assert_eq!((wrong.status, wrong.json()["fields"][0]["field"].as_str()), (422, Some("to")), "{}", wrong.json());
        let tried = head.json("POST", &path, &json!({ "to": " toi@example.edu.vn " })).await.expect("an answer");
        assert_eq!((tried.status, &tried.json()["mine"]), (201, &json!(true)), "{}", tried.json());
        assert_eq!(tried.header("location"), format!("{ROOT}/jobs/{}", tried.json()["id"].as_str().expect("an id")));
        assert_eq!(ids(&get(&head, "/me/jobs").await).len(), 1);
        let id = JobId(tried.json()["id"].as_str().and_then(|id| id.parse().ok()).expect("an id"));
        let job = w.db.read(&w.system(), move |tx| { tx.public("test"); jobs::find(tx, id) }).await.expect("reads").expect("a job");
        assert_eq!(job.unit, Some(place.school));
    }
}
