//! A year of a new school, by the hands of those who run it: from the list it has to the next year and back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::Settings;
use http::ask::{Ask, Reply};
use platform::jobs::Runner;
use serde_json::{Value, json};
use testkit::World;

use crate::place::{PASSWORD, land, place};

/// What went well, and what it answered.
fn well(reply: Reply, what: &str) -> Value {
    assert!((200..300).contains(&reply.status), "{what}: {} {}", reply.status, reply.json());
    reply.json()
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap_or_else(|| panic!("an id in {answer}")).to_owned()
}

async fn post(who: &Ask, path: &str, body: Value) -> Value {
    static KEYS: AtomicU64 = AtomicU64::new(0);
    let key = format!("a-year-{}", KEYS.fetch_add(1, Ordering::Relaxed));
    let headers = [("content-type", "application/json"), ("idempotency-key", &*key)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
    well(who.send("POST", path, &headers, body.to_string()).await.expect("an answer"), path)
}

async fn known(who: &Ask, method: &str, path: &str, version: &Value, body: Value) -> Value {
    let version = format!("\"{version}\"");
    let headers = [("content-type", "application/json"), ("if-match", &*version)];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    well(who.send(method, path, &headers, body).await.expect("an answer"), path)
}

async fn get(who: &Ask, path: &str) -> Value {
    well(who.get(path).await.expect("an answer"), path)
}

/// Signed in with the session that the answer brings.
fn session(anybody: &Ask, reply: &Reply) -> Ask {
    let cookie = reply.header("set-cookie").to_owned();
    let token = cookie.split(';').next().and_then(|pair| pair.split_once('=')).map(|(_, token)| token.to_owned());
    anybody.with_session(&token.unwrap_or_else(|| panic!("a session in {cookie:?}, {}", reply.json())))
}

async fn sign_in(anybody: &Ask, login: &str) -> Ask {
    let body = json!({ "login": login, "password": PASSWORD });
    session(anybody, &anybody.json("POST", "/api/v1/session", &body).await.expect("an answer"))
}

const GIVEN: [&str; 12] = ["An", "Bình", "Cường", "Dung", "Giang", "Hà", "Khánh", "Lan", "Minh", "Nga", "Oanh", "Phúc"];

/// Four classes of twelve, one of each grade, as a school without a system keeps them.
fn list() -> String {
    let head = "TRƯỜNG THCS MỚI\n;DANH SÁCH HỌC SINH\nSTT;Họ và tên;Ngày sinh;Giới tính;Mã học sinh;Lớp\n";
    let mut list = head.to_owned();
    for (family, grade) in [("Hoàng", 6), ("Lê", 7), ("Trần", 8), ("Vũ", 9)] {
        for (n, given) in (1..).zip(GIVEN) {
            let (sex, year) = (if n % 2 == 0 { "Nam" } else { "Nữ" }, 2021 - grade);
            list.push_str(&format!("{n};{family} Thị {given};{n:02}/03/{year};{sex};04{grade:04}{n:04};{grade}A\n"));
        }
    }
    list
}

async fn finished(w: &World, head: &Ask, job: &Value) {
    let runner = Runner::new(w.db.clone(), Arc::new(w.clock.clone()), registry::imports::apply_import::handlers(), 1);
    let job = format!("/api/v1/jobs/{}", job.as_str().expect("a job"));
    for _ in 0..1_000 {
        runner.turn().await.expect("looks");
        let state = get(head, &job).await;
        if state["state"] != "waiting" && state["state"] != "running" {
            assert_eq!((&state["state"], &state["error"]), (&json!("done"), &Value::Null), "{state}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the job did not end");
}

async fn pupils(who: &Ask, school: &str, query: &str) -> Vec<Value> {
    let page = get(who, &format!("/api/v1/schools/{school}/pupils?limit=200&{query}")).await;
    page["items"].as_array().expect("items").clone()
}

/// The pupil so called, as the list has them.
async fn named(who: &Ask, school: &str, name: &str, query: &str) -> Value {
    let all = pupils(who, school, query).await;
    let one = all.iter().find(|one| one["full_name"] == name);
    one.unwrap_or_else(|| panic!("no {name} under {query}: {all:?}")).clone()
}

/// The classes of a year: each with how many are in it.
async fn sizes(who: &Ask, school: &str, year: &str, day: &str) -> Vec<(String, i64)> {
    let answer = get(who, &format!("/api/v1/schools/{school}/classes?year={year}&as_of={day}")).await;
    let one =
        |class: &Value| (class["code"].as_str().unwrap_or_default().to_owned(), class["pupils"].as_i64().unwrap_or(-1));
    answer["items"].as_array().expect("items").iter().map(one).collect()
}

fn as_sizes(all: &[(&str, i64)]) -> Vec<(String, i64)> {
    all.iter().map(|(class, pupils)| ((*class).to_owned(), *pupils)).collect()
}

testkit::both! {
    async fn a_school_runs_its_year(w: World) {
        let land = land(&w).await;
        let digest = auth::passwords::hash(PASSWORD).expect("a digest");
        let next_door = place(&w, &land, 1, &digest).await;
        let anybody = crate::ask(&w, Settings { limits: false, ..Settings::default() });
        let admin = land.admin.asks(&anybody);
        let there = next_door.school.0.to_string();

        // The department makes the school and calls its head, who comes with the code.
        let school = id(&post(&admin, "/api/v1/units", json!({
            "kind": "school", "name": "Trường THCS Mới", "parent": land.commune, "authority": land.department,
            "level": "THCS", "from": "2026-09-01",
        })).await);
        let code = post(&admin, &format!("/api/v1/units/{school}/invitations"), json!({ "role": "head", "display_name": "Lê Thị Thử" })).await;
        let accepted = json!({ "code": code["code"], "login": "thu.le", "password": PASSWORD });
        let accepted = anybody.json("POST", "/api/v1/invitations/acceptance", &accepted).await.expect("an answer");
        let head = session(&anybody, &accepted);
        assert!(get(&head, "/api/v1/me").await["screens"].as_array().is_some_and(|all| all.contains(&json!("pupils"))));

        // Its list comes in, with the classes that are named in it, and changes nothing when it comes again.
        let bring = format!("/api/v1/units/{school}/imports?name=danh-sach.csv");
        let brought = well(head.send("POST", &bring, &[], list()).await.expect("an answer"), "bring");
        let one = format!("/api/v1/units/{school}/imports/{}", id(&brought));
        let ready = known(&head, "POST", &format!("{one}/changes"), &brought["version"], json!({ "make_classes": true })).await;
        let said = get(&head, &format!("{one}/rows?verdict=refused&limit=2")).await;
        assert_eq!((&ready["counts"]["fresh"], &ready["counts"]["refused"]), (&json!(48), &json!(0)), "{said}");
        let applying = known(&head, "POST", &format!("{one}/apply"), &ready["version"], Value::Null).await;
        finished(&w, &head, &applying["job"]).await;
        let all_in = as_sizes(&[("6A", 12), ("7A", 12), ("8A", 12), ("9A", 12)]);
        assert_eq!(sizes(&head, &school, "2026-2027", "2026-09-10").await, all_in);
        let again = well(head.send("POST", &bring, &[], list()).await.expect("an answer"), "bring again");
        assert_eq!((&again["counts"]["same"], &again["counts"]["fresh"]), (&json!(48), &json!(0)), "{again}");

        // The year is opened; the timetable refuses one class twice in an hour, and stands when that is mended.
        let plan = |year: i32| json!({
            "first_day": format!("{year}-09-07"), "semester_two": format!("{}-01-11", year + 1), "last_day": format!("{}-05-30", year + 1),
        });
        post(&head, &format!("/api/v1/units/{school}/school-years/2026-2027"), plan(2026)).await;
        let classes = get(&head, &format!("/api/v1/schools/{school}/classes?year=2026-2027")).await;
        let slot = |class: usize, period: i64, subject: &str| json!({
            "class": classes["items"][class]["id"], "day": 2, "half_day": "morning", "period": period, "subject": subject,
        });
        let clash = json!({ "year": "2026-2027", "valid_from": "2026-09-07", "slots": [slot(0, 1, "toan"), slot(0, 1, "ngu_van")] });
        let refused = head.json("POST", &format!("/api/v1/units/{school}/timetables"), &clash).await.expect("an answer");
        assert_eq!(refused.status, 422, "{}", refused.json());
        let mended = json!({ "year": "2026-2027", "valid_from": "2026-09-07", "slots": [slot(0, 1, "toan"), slot(0, 2, "ngu_van"), slot(1, 1, "toan")] });
        let saved = post(&head, &format!("/api/v1/units/{school}/timetables"), mended).await;
        assert_eq!(saved["lessons"], json!(3), "{saved}");
        let grid = get(&head, &format!("/api/v1/units/{school}/timetable?as_of=2026-09-10")).await;
        assert_eq!(grid["lessons"].as_array().map(Vec::len), Some(3), "{grid}");

        // Two go to the school next door, which takes them; one of them comes back.
        w.clock.set("2026-11-03T01:00:00Z");
        let (head, neighbour) = (sign_in(&anybody, "thu.le").await, sign_in(&anybody, &next_door.head.login).await);
        for name in ["Hoàng Thị An", "Hoàng Thị Bình"] {
            let one = named(&head, &school, name, "").await;
            known(&head, "POST", &format!("/api/v1/schools/{school}/pupils/{}/transfer", id(&one)), &one["version"], json!({ "from": "2026-11-02" })).await;
            post(&neighbour, &format!("/api/v1/schools/{there}/pupils/arrivals"), json!({
                "full_name": name, "pupil_code": one["pupil_code"], "from": "2026-11-02",
            })).await;
        }
        assert_eq!(sizes(&head, &school, "2026-2027", "2026-11-03").await[0], ("6A".to_owned(), 10));
        assert_eq!(sizes(&head, &school, "2026-2027", "2026-10-01").await[0], ("6A".to_owned(), 12), "as it was");
        w.clock.set("2026-12-07T01:00:00Z");
        let (head, neighbour) = (sign_in(&anybody, "thu.le").await, sign_in(&anybody, &next_door.head.login).await);
        let away = named(&neighbour, &there, "Hoàng Thị Bình", "").await;
        known(&neighbour, "POST", &format!("/api/v1/schools/{there}/pupils/{}/transfer", id(&away)), &away["version"], json!({ "from": "2026-12-01" })).await;
        let left = named(&head, &school, "Hoàng Thị Bình", "as_of=2026-10-01").await;
        let class = classes["items"][0]["id"].clone();
        post(&head, &format!("/api/v1/schools/{school}/pupils/{}/return", id(&left)), json!({ "from": "2026-12-01", "class": class })).await;
        assert_eq!(sizes(&head, &school, "2026-2027", "2026-12-07").await[0], ("6A".to_owned(), 11));

        // The step into the next year: seen, done, looked at, taken back.
        w.clock.set("2027-08-02T01:00:00Z");
        let head = sign_in(&anybody, "thu.le").await;
        let step = json!({ "from_year": "2026-2027", "day": "2027-08-01" });
        let seen = well(head.json("POST", &format!("/api/v1/units/{school}/roll-overs/preview"), &step).await.expect("an answer"), "preview");
        assert_eq!((&seen["promoted"], &seen["finishing"], &seen["repeating"]), (&json!(35), &json!(12), &json!(0)), "{seen}");
        let mut sure = step.clone();
        sure["seen"] = seen["seen"].clone();
        let done = post(&head, &format!("/api/v1/units/{school}/roll-overs"), sure).await;
        let rolled = sizes(&head, &school, "2027-2028", "2027-08-02").await;
        assert_eq!(rolled, as_sizes(&[("6A", 0), ("7A", 11), ("8A", 12), ("9A", 12)]), "{done}");
        assert_eq!(pupils(&head, &school, "as_of=2027-08-02").await.len(), 35);
        let undone = known(&head, "POST", &format!("/api/v1/units/{school}/roll-overs/{}/undoing", id(&done)), &done["version"], Value::Null).await;
        assert!(undone["undone_at"].is_string(), "{undone}");
        assert_eq!(sizes(&head, &school, "2027-2028", "2027-08-02").await, []);
        assert_eq!(sizes(&head, &school, "2026-2027", "2027-05-01").await, as_sizes(&[("6A", 11), ("7A", 12), ("8A", 12), ("9A", 12)]));
        assert_eq!(pupils(&head, &school, "as_of=2027-08-02").await.len(), 47);
    }
}
