//! A school of 2,000 pupils imports its workbook, from sending it to all of it being in; meanwhile somebody at another
//! school saves one pupil after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use base::UnitId;
use db::Db;
use registry::units::Levels;
use registry::units::create::{CreateUnit, create};
use serde_json::{Value, json};

use super::{SignIn, Times, act, below};
use crate::load::{self, Wire};
use crate::program::Fact;

/// Makes the school that has nobody yet.
pub async fn school(db: &Db) -> UnitId {
    let ctx = act();
    let made = db.write_long(&ctx, "a benchmark makes a school", |tx| {
        let cmd = CreateUnit {
            kind: "school".to_owned(),
            name: "Trường THCS Đo".to_owned(),
            code: None,
            parent: registry::load::commune("01273"),
            authority: None,
            level: Levels::One("THCS".to_owned()),
            from: "2025-08-01".parse().map_err(base::Error::internal)?,
            basis: None,
        };
        Ok(create(tx, &cmd)?.id)
    });
    made.await.expect("makes a school")
}

fn read(answer: &load::Answer) -> Value {
    assert_eq!(answer.status / 100, 2, "{}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).expect("JSON")
}

/// A request with a body and the version it was made for.
fn change(method: &str, path: &str, cookie: &str, version: Option<i64>, kind: &str, body: &[u8]) -> Vec<u8> {
    let version = version.map(|version| format!("if-match: \"{version}\"\r\n")).unwrap_or_default();
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\ncookie: {cookie}\r\n{version}content-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

/// Saves one pupil after the other, as soon as the last is saved and read, until it is told to stop.
async fn saves(port: u16, cookie: String, school: UnitId, stop: Arc<AtomicBool>) -> Vec<Duration> {
    let mut wire = Wire::to(port).await.expect("connects");
    let page = wire.ask(&load::get(&format!("/api/v1/schools/{school}/pupils?limit=40"), &cookie)).await;
    let page = read(&page.expect("an answer"));
    let mut pupils: Vec<(String, i64)> = page["items"]
        .as_array()
        .expect("pupils")
        .iter()
        .map(|one| (one["id"].as_str().expect("an id").to_owned(), one["version"].as_i64().expect("a version")))
        .collect();
    let (mut times, mut n) = (Vec::new(), 0);
    while !stop.load(Ordering::Relaxed) {
        let at = n % pupils.len();
        let (pupil, version) = pupils[at].clone();
        let sex = if (n / pupils.len()).is_multiple_of(2) { "Nam" } else { "Nữ" };
        let path = format!("/api/v1/schools/{school}/pupils/{pupil}/person");
        let body = json!({ "sex": sex }).to_string();
        let request = change("PATCH", &path, &cookie, Some(version), "application/json", body.as_bytes());
        let began = Instant::now();
        let answer = wire.ask(&request).await.expect("an answer");
        times.push(began.elapsed());
        let tag = answer.header("etag").and_then(|tag| tag.trim_matches('"').parse().ok());
        let body = read(&answer);
        pupils[at].1 = tag.or_else(|| body["version"].as_i64()).expect("its version by now");
        n += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    times
}

/// The parts of an import as whoever waits for them sees them.
async fn import(port: u16, cookie: &str, school: UnitId) -> [Duration; 3] {
    let mut wire = Wire::to(port).await.expect("connects");
    let text = crate::import::list();
    let began = Instant::now();
    let path = format!("/api/v1/units/{school}/imports");
    let sent =
        change("POST", &format!("{path}?name=hoc-sinh.csv"), cookie, None, "application/octet-stream", text.as_bytes());
    let one = read(&wire.ask(&sent).await.expect("an answer"));
    let path = format!("{path}/{}", one["id"].as_str().expect("an id"));
    let brought = began.elapsed();
    let began = Instant::now();
    let body = json!({ "make_classes": true }).to_string();
    let corrected = change(
        "POST",
        &format!("{path}/changes"),
        cookie,
        one["version"].as_i64(),
        "application/json",
        body.as_bytes(),
    );
    let one = read(&wire.ask(&corrected).await.expect("an answer"));
    // A number of the list may be somebody's of the made-up country, who is then refused as enrolled elsewhere.
    assert!(one["counts"]["fresh"].as_u64() > Some(1_980), "{}", one["counts"]);
    let mended = began.elapsed();
    let began = Instant::now();
    let applied = change("POST", &format!("{path}/apply"), cookie, one["version"].as_i64(), "application/json", b"{}");
    read(&wire.ask(&applied).await.expect("an answer"));
    loop {
        let one = read(&wire.ask(&load::get(&path, cookie)).await.expect("an answer"));
        match one["state"].as_str() {
            Some("done") => return [brought, mended, began.elapsed()],
            Some("applying") => tokio::time::sleep(Duration::from_millis(20)).await,
            _ => panic!("{one}"),
        }
    }
}

/// How long somebody saves.
const SECONDS: u64 = 60;

/// Saves over a minute, in the middle of which the import runs.
pub fn measure(port: u16, clerk: &SignIn, importer: &SignIn) -> Vec<Fact> {
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    rt.block_on(async {
        let (saver, cookie) = (clerk.cookie(port).await, importer.cookie(port).await);
        let stop = Arc::new(AtomicBool::new(false));
        let saving = tokio::spawn(saves(port, saver, clerk.unit, Arc::clone(&stop)));
        let began = Instant::now();
        tokio::time::sleep(Duration::from_secs(SECONDS / 6)).await;
        let [brought, mended, applied] = import(port, &cookie, importer.unit).await;
        let in_all = brought + mended + applied;
        println!(
            "  a workbook of 2,000 pupils beside it: brought and matched in {:.1} s, classes made in {:.1} s, all of it in after {:.1} s more",
            brought.as_secs_f64(),
            mended.as_secs_f64(),
            applied.as_secs_f64()
        );
        assert!(in_all < Duration::from_secs(SECONDS), "the import did not end within the saves");
        tokio::time::sleep(Duration::from_secs(SECONDS).saturating_sub(began.elapsed())).await;
        stop.store(true, Ordering::Relaxed);
        let times = Times::of(saving.await.expect("saves"));
        println!("{}", times.line("a pupil saved at another school"));
        vec![
            below("a pupil saved while another school imports 2,000, p99", times.p99, 300.0),
            below("… the longest", times.max, 1_000.0),
        ]
    })
}
