//! What the server says of itself.

use std::path::{Path, PathBuf};

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

#[test]
fn what_makes_a_record_can_be_sent_twice_and_says_so() {
    for operation in crate::operations() {
        if operation.method == "POST" && operation.answers.iter().any(|status| status == "201") {
            let said = operation.parameters.iter().any(|name| name == "Idempotency-Key");
            assert!(
                said,
                "POST {} makes a record and does not name Idempotency-Key among its parameters",
                operation.path
            );
        }
    }
}
