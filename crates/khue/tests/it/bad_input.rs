//! What no operation takes: broken JSON, fields it does not know, other types, too much, a version that is not the last,
//! a key that was used for something else.

use http::ask::{Ask, Reply};
use serde_json::{Value, json};
use testkit::World;

use crate::cases::{Case, all, find};
use crate::place::{PASSWORD, Place, land, place};
use crate::walk::asked;
use crate::{operations, unlimited};

async fn sent(who: &Ask, case: &Case, place: &Place, kind: &str, body: impl Into<String>) -> Reply {
    let headers = [("if-match", "\"1\""), ("content-type", kind)];
    who.send(case.operation.0, &format!("/api/v1{}", (case.path)(place)), &headers, body.into())
        .await
        .expect("an answer")
}

testkit::both! {
    async fn a_body_that_cannot_be_read_is_refused_by_every_operation(w: World) {
        let land = land(&w).await;
        let place = place(&w, &land, 1, "-").await;
        let unknown = unlimited(&w);
        let mut tried = 0;
        // The body of an import is the file itself.
        const FILES: [(&str, &str); 2] = [("POST", "/units/{unit}/imports"), ("POST", "/units/{unit}/timetables/file")];
        for case in all().filter(|case| !FILES.contains(&case.operation)) {
            let Some(body) = case.body else { continue };
            let who = case.right.of(&land, &place).map_or_else(|| unknown.clone(), |person| person.asks(&unknown));
            let right = body(&place);
            let is = |reply: Reply, status: u16, code: &str| {
                let label = format!("{:?}: {}", case.operation, reply.json());
                assert_eq!((reply.status, reply.code().as_str()), (status, code), "{label}");
                assert_eq!(reply.header("content-type"), "application/problem+json", "{label}");
                assert!(reply.json()["detail"].as_str().is_some_and(|detail| detail.ends_with('.')), "{label}");
            };
            const JSON: &str = "application/json";
            for broken in ["{", "", "{\"", "nothing", "\u{feff}{}"] {
                is(sent(&who, case, &place, JSON, broken).await, 400, "request.malformed");
            }
            is(sent(&who, case, &place, "text/plain", right.to_string()).await, 400, "request.malformed");
            is(sent(&who, case, &place, JSON, "[]").await, 400, "request.wrong_type");
            is(sent(&who, case, &place, JSON, "null").await, 400, "request.wrong_type");
            let mut more = right.clone();
            more["khong_co"] = json!(1);
            is(sent(&who, case, &place, JSON, more.to_string()).await, 400, "request.unknown_field");
            for field in right.as_object().expect("an object").keys() {
                let mut wrong = right.clone();
                wrong[field] = json!({ "khong_co": [1] });
                let reply = sent(&who, case, &place, JSON, wrong.to_string()).await;
                assert_eq!(reply.status, 400, "{:?} {field}: {}", case.operation, reply.json());
                assert!(reply.json()["detail"].as_str().is_some_and(|detail| detail.contains(field.as_str())), "{field}: {}", reply.json());
            }
            let large = format!("{{\"khong_co\":\"{}\"}}", "x".repeat(1024 * 1024));
            is(sent(&who, case, &place, JSON, large).await, 413, "request.too_large");
            tried += 1;
        }
        assert!(tried >= 10, "{tried}");
    }

    async fn a_path_with_what_is_no_id_leads_nowhere(w: World) {
        let land = land(&w).await;
        let who = land.admin.asks(&unlimited(&w));
        for operation in operations().iter().filter(|operation| operation.path.contains('{')) {
            let mut parts: Vec<String> = operation.path.split('/').map(str::to_owned).collect();
            for part in parts.iter_mut().filter(|part| part.starts_with('{')) {
                *part = "khong-phai-id".to_owned();
            }
            let headers = [("if-match", "\"1\""), ("content-type", "application/json")];
            let reply = who.send(&operation.method, &parts.join("/"), &headers, "{}").await.expect("an answer");
            // A kind is a word, and any word can be asked for.
            let code = match operation.path.as_str() {
                path if path.contains("/jobs/recurring/{kind}") => "job.not_found",
                path if path.contains("/spec/{kind}") => "fields.no_group",
                _ => "request.not_found",
            };
            assert_eq!((reply.status, reply.code().as_str()), (404, code), "{} {}", operation.method, operation.path);
        }
    }

    async fn an_edit_names_the_version_it_knew(w: World) {
        let land = land(&w).await;
        let place = place(&w, &land, 1, "-").await;
        let unknown = unlimited(&w);
        let mut tried = 0;
        for operation in operations().iter().filter(|operation| operation.parameters.iter().any(|name| name == "If-Match")) {
            let case = find(&operation.method, &operation.path).expect("a case");
            let who = case.right.of(&land, &place).expect("somebody").asks(&unknown);
            let path = format!("/api/v1{}", (case.path)(&place));
            let body = case.body.map_or_else(String::new, |body| body(&place).to_string());
            for (tag, status, code) in [
                (None, 428, "request.no_version"), (Some("\"0\""), 412, "record.stale"), (Some("\"99\""), 412, "record.stale"),
                (Some("1"), 400, "request.bad_header"), (Some("*"), 400, "request.bad_header"),
            ] {
                let mut headers = vec![("content-type", "application/json")];
                headers.extend(tag.map(|tag| ("if-match", tag)));
                // A preview and an export say in their own words that somebody else has been there.
                let code = match code {
                    "record.stale" if case.operation.1.contains("/imports/") => "import.stale",
                    "record.stale" if case.operation.1.contains("/exports/") => "export.stale",
                    other => other,
                };
                let reply = who.send(case.operation.0, &path, &headers, body.clone()).await.expect("an answer");
                assert_eq!((reply.status, reply.code().as_str()), (status, code), "{:?} {tag:?}: {}", case.operation, reply.json());
            }
            tried += 1;
        }
        assert!(tried >= 3, "{tried}");
    }

    async fn a_key_stands_for_one_request(w: World) {
        let land = land(&w).await;
        let digest = auth::passwords::hash(PASSWORD).expect("a digest");
        let unknown = unlimited(&w);
        let mut tried = 0;
        let keyed = operations().into_iter().filter(|operation| operation.parameters.iter().any(|name| name == "Idempotency-Key"));
        for (n, operation) in keyed.enumerate() {
            let case = find(&operation.method, &operation.path).expect("a case");
            let place = place(&w, &land, n, &digest).await;
            let who = case.right.of(&land, &place).expect("somebody").asks(&unknown);
            let key = format!("khoá-{n}").replace('á', "a");
            let key = [("idempotency-key", key.as_str())];
            let first = asked(&who, case, &place, &key).await;
            assert!((200..300).contains(&first.status), "{:?}: {}", case.operation, first.json());
            let again = asked(&who, case, &place, &key).await;
            assert_eq!((again.status, again.json()), (first.status, first.json()), "{:?}", case.operation);
            // The same to every reader but one: a space more.
            let body = case.body.map_or(Value::Null, |body| body(&place));
            let other = if body.is_null() { " ".to_owned() } else { format!("{body} ") };
            let mut headers = vec![("content-type", "application/json"), ("if-match", "\"1\"")];
            headers.extend_from_slice(&key);
            let path = format!("/api/v1{}", (case.path)(&place));
            let other = who.send(case.operation.0, &path, &headers, other).await.expect("an answer");
            assert_eq!((other.status, other.code().as_str()), (409, "idempotency.other_body"), "{:?}", case.operation);
            tried += 1;
        }
        assert!(tried >= 5, "{tried}");
    }
}
