//! Every operation of the description, tried by somebody unknown, by an account without any role, and by those who hold
//! the right role of the wrong place.

use std::io::Read as _;
use std::time::Duration;

use futures_util::StreamExt as _;
use http::ask::{Ask, Reply};
use serde_json::Value;
use testkit::World;

use crate::cases::{Case, Outside, Right, all, find};
use crate::place::{LAST, Place, land, place};
use crate::{operations, unlimited};

/// Asks a case of a place. The version known is 1: nothing here was changed before.
pub async fn asked(who: &Ask, case: &Case, place: &Place, extra: &[(&str, &str)]) -> Reply {
    let body = case.body.map_or_else(String::new, |body| body(place).to_string());
    // A passkey belongs to a name.
    let mut headers = vec![("if-match", "\"1\""), ("host", "localhost")];
    if case.body.is_some() {
        headers.push(("content-type", "application/json"));
    }
    headers.extend_from_slice(extra);
    let path = format!("/api/v1{}", (case.path)(place));
    if case.operation.1 == "/events" {
        // It never ends: what it tells of the place is answer enough.
        let response = who.open("GET", &path, &headers, "").await.expect("an answer");
        if response.status().is_success() {
            let (parts, body) = response.into_parts();
            let (mut body, mut told) = (body.into_data_stream(), Vec::new());
            while !String::from_utf8_lossy(&told).contains(LAST) {
                let more = tokio::time::timeout(Duration::from_secs(20), body.next()).await;
                told.extend_from_slice(&more.expect("goes on").expect("does not end").expect("bytes"));
            }
            return Reply { status: parts.status.as_u16(), headers: parts.headers, body: told.into() };
        }
    }
    who.send(case.operation.0, &path, &headers, body).await.expect("an answer")
}

/// The name of the first place's school.
const SCHOOL: &str = "Trường Tiểu học Số 1";

/// What an answer says, also inside an Excel file, whose bytes are packed.
fn text(reply: &Reply) -> String {
    if !reply.body.starts_with(b"PK") {
        return String::from_utf8_lossy(&reply.body).into_owned();
    }
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(&reply.body)).expect("a file that Excel can open");
    let mut all = String::new();
    for index in 0..book.len() {
        book.by_index(index).expect("a part").read_to_string(&mut all).expect("text");
    }
    all
}

/// What a refusal says, apart from the request's own number.
fn said(reply: &Reply) -> (u16, Value) {
    let mut body = reply.json();
    if let Some(body) = body.as_object_mut() {
        body.remove("request_id");
    }
    (reply.status, body)
}

#[test]
fn every_operation_is_walked() {
    for operation in operations() {
        let (method, path) = (operation.method.as_str(), operation.path.as_str());
        let case = find(method, path).unwrap_or_else(|| {
            panic!("{method} {path} stands in no case: say in cases.rs how it is asked, and what others get")
        });
        assert_eq!(case.body.is_some(), operation.takes_body, "{method} {path}: the body");
        // The sector's specification is published.
        if case.operation.1.contains('{') && !case.operation.1.starts_with("/sector/spec/") {
            assert!(
                matches!(case.outside, Outside::Nothing(404, _)),
                "{method} {path} names a record that others have no business with"
            );
        }
    }
    assert_eq!(operations().len(), all().count(), "a case of an operation that is no more, or one twice");
}

testkit::both! {
    async fn nobody_gets_in_without_a_session(w: World) {
        let land = land(&w).await;
        let place = place(&w, &land, 1, "-").await;
        let unknown = unlimited(&w);
        let forged = unknown.with_session("forged");
        let refused = async |who: &Ask| {
            for case in all().filter(|case| !matches!(case.outside, Outside::Public(_))) {
                let (method, path) = case.operation;
                let reply = asked(who, case, &place, &[]).await;
                assert_eq!((reply.status, reply.code().as_str()), (401, "session.required"), "{method} {path}");
                assert!(reply.json()["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{method} {path}");
                assert_eq!(reply.json()["request_id"], Value::from(reply.header("x-request-id")), "{method} {path}");
            }
        };
        refused(&unknown).await;
        refused(&forged).await;
        let head = place.head.asks(&unknown);
        assert_eq!(head.get("/api/v1/me").await.expect("an answer").status, 200);
        w.clock.advance_seconds(auth::session::IDLE_SECONDS + 1);
        refused(&head).await;
        for case in all().filter(|case| matches!(case.outside, Outside::Public(_))) {
            let reply = asked(&forged, case, &place, &[]).await;
            assert!(reply.status < 500, "{:?}: {}", case.operation, reply.json());
        }
    }

    async fn others_find_nothing_there(w: World) {
        let land = land(&w).await;
        let place = place(&w, &land, 1, "-").await;
        let nowhere = place.nowhere();
        let unknown = unlimited(&w);
        let mut others = vec![("account without a role", &land.powerless)];
        others.extend(land.wrong.iter().map(|(what, person)| (*what, person)));
        for case in all().filter(|case| !matches!(case.outside, Outside::Public(_))) {
            let (method, path) = case.operation;
            for (what, person) in &others {
                let who = person.asks(&unknown);
                let reply = asked(&who, case, &place, &[]).await;
                let label = format!("{method} {path} by {what}: {} {}", reply.status, reply.json());
                match case.outside {
                    Outside::Nothing(status, code) => {
                        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{label}");
                        // Whoever shows wrong passwords and codes has to wait.
                        w.clock.advance_seconds(4);
                        let nothing = asked(&who, case, &nowhere, &[]).await;
                        assert_eq!(said(&reply), said(&nothing), "{label}: told apart from what does not exist");
                    }
                    Outside::Forbidden => {
                        // In their own province an officer of the whole of it may; here all stand beside it.
                        assert_eq!((reply.status, reply.code().as_str()), (403, "auth.forbidden"), "{label}");
                    }
                    Outside::Answered => {
                        assert!((200..300).contains(&reply.status), "{label}");
                        let text = text(&reply);
                        assert!(!text.contains(&place.school.to_string()), "{label} tells of the school");
                        assert!(!text.contains(SCHOOL), "{label} names the school");
                    }
                    Outside::Public(_) => {}
                }
            }
        }
        // What is told of it as it happens is told to its own people only.
        let events = find("GET", "/api/v1/events").expect("stands there");
        let told = asked(&place.head.asks(&unknown), events, &place, &[]).await;
        assert!(String::from_utf8_lossy(&told.body).contains(&place.school.to_string()));
        // So is the file of the list, which is looked into as well.
        let file = find("POST", "/api/v1/units/exports").expect("stands there");
        let file = asked(&place.head.asks(&unknown), file, &place, &[]).await;
        assert!(text(&file).contains(SCHOOL), "{}", file.status);
        // The search finds it for its own people only.
        let search = "/api/v1/units?q=tieu+hoc+so+1";
        for (what, person) in &others {
            let found = person.asks(&unknown).get(search).await.expect("an answer").json();
            let told = found.to_string().contains(&place.school.to_string());
            assert!(!told, "{what} finds {found}");
        }
        let found = place.head.asks(&unknown).get(search).await.expect("an answer").json();
        assert!(found.to_string().contains(&place.school.to_string()), "{found}");
    }

    async fn whoever_may_is_answered(w: World) {
        // Without this, a refusal of others could be one of the question.
        let land = land(&w).await;
        let digest = auth::passwords::hash(crate::place::PASSWORD).expect("a digest");
        let unknown = unlimited(&w);
        for (n, case) in all().enumerate() {
            let place = place(&w, &land, n, &digest).await;
            if case.operation == ("DELETE", "/accounts/{account}/suspension") {
                let suspend = find("POST", "/api/v1/accounts/{account}/suspension").expect("the other way");
                assert_eq!(asked(&place.head.asks(&unknown), suspend, &place, &[]).await.status, 204);
            }
            let who = case.right.of(&land, &place).map_or_else(|| unknown.clone(), |person| person.asks(&unknown));
            let reply = asked(&who, case, &place, &[]).await;
            match case.gets {
                Some(refusal) => assert_eq!((reply.status, reply.code().as_str()), refusal, "{:?}", case.operation),
                None => {
                    assert!((200..300).contains(&reply.status), "{:?}: {} {}", case.operation, reply.status, reply.json());
                }
            }
            assert_eq!(case.right == Right::Nobody, matches!(case.outside, Outside::Public(_)) && case.operation.0 != "DELETE");
        }
    }
}
