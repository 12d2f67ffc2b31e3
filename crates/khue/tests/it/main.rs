//! The house as a whole: its description, and every door tried by somebody unknown.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use db::Schema;
use http::ask::Ask;
use http::{App, Settings};
use serde_json::Value;
use testkit::World;

fn schemas() -> Vec<&'static Schema> {
    khue::schemas()
}

fn description() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json")
}

#[test]
fn the_description_in_the_repository_is_what_the_server_answers() {
    let built = http::openapi_text(&khue::modules()).expect("a description");
    let file = description();
    if std::env::var_os("KHUE_UPDATE").is_some() {
        std::fs::write(&file, &built).expect("writes openapi.json");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == built,
        "openapi.json is not what the server answers: run this test with KHUE_UPDATE=1 and look at the difference"
    );
}

/// Every operation of the description: method, path, and whether it is open to everybody.
fn operations() -> Vec<(String, String, bool)> {
    let api = serde_json::to_value(http::openapi(&khue::modules())).expect("JSON");
    let mut all = Vec::new();
    for (path, item) in api["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            if !["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                continue;
            }
            let open =
                operation["security"].as_array().is_some_and(|all| all.iter().any(|one| one == &serde_json::json!({})));
            all.push((method.to_uppercase(), path.clone(), open));
        }
    }
    all
}

/// Open to whoever has no session, and why. Everything else answers 401.
const PUBLIC: &[(&str, &str)] = &[
    // What the sign-in page shows.
    ("GET", "/api/v1/about"),
    // Signing in itself.
    ("POST", "/api/v1/session"),
    // Signing out when the session is already gone is done.
    ("DELETE", "/api/v1/session"),
    // Somebody invited has no account yet.
    ("POST", "/api/v1/invitations/look"),
    ("POST", "/api/v1/invitations/acceptance"),
];

#[test]
fn operations_say_what_they_are() {
    let api = serde_json::to_value(http::openapi(&khue::modules())).expect("JSON");
    let mut ids = Vec::new();
    for (path, item) in api["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            let named = operation["summary"].as_str().is_some_and(|summary| !summary.is_empty());
            assert!(named, "{method} {path} has no sentence");
            ids.push(operation["operationId"].as_str().expect("an operation id").to_owned());
            assert!(operation["responses"]["default"].is_object(), "{method} {path} tells of no refusals");
        }
    }
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "two operations have one id");
    assert!(all > 15, "{all}");
}

/// A path with its variable parts filled by ids that stand for nothing.
fn filled(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        out.push_str("01991f7e-2a40-7c3e-9b1d-5f0c7a1e4d21");
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    out + rest
}

testkit::both! {
    async fn nobody_gets_in_without_a_session(w: World) {
        let settings = Settings { limits: false, ..Settings::default() };
        let app = App::new(w.db.clone(), Arc::new(w.clock.clone()), settings, khue::modules());
        let unknown = Ask::new(app).expect("a router");
        let forged = unknown.with_session("forged");
        for (method, path, _) in operations() {
            let public = PUBLIC.contains(&(method.as_str(), path.as_str()));
            for who in [&unknown, &forged] {
                let headers = [("content-type", "application/json"), ("if-match", "\"1\"")];
                let reply = who.send(&method, &filled(&path), &headers, "{}").await.expect("an answer");
                if public {
                    assert_ne!(reply.status, 500, "{method} {path}: {}", reply.json());
                } else {
                    assert_eq!((reply.status, reply.code().as_str()), (401, "session.required"), "{method} {path}");
                    assert!(reply.json()["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{method} {path}");
                }
                if reply.status >= 400 {
                    assert_eq!(reply.json()["request_id"], Value::from(reply.header("x-request-id")), "{method} {path}");
                }
            }
        }
    }
}
