//! The way through HTTP, as the client goes it: cookies, statuses, a request sent twice.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use base::UnitId;
use serde_json::{Value, json};
use testkit::World;
use tower::ServiceExt as _;

use crate::{PASSWORD, land, somebody};

/// A browser: it keeps its cookies.
pub struct Browser {
    router: axum::Router,
    cookies: Vec<(String, String)>,
    /// The host in the address bar.
    pub host: String,
}

impl Browser {
    pub fn new(w: &World) -> Self {
        let modules = vec![http::module(), accounts::module()];
        let app = http::App::new(w.db.clone(), Arc::new(w.clock.clone()), http::Settings::default(), modules);
        Self { router: http::router(app).expect("a router"), cookies: Vec::new(), host: "localhost".to_owned() }
    }

    async fn call(&mut self, method: &str, path: &str, body: Option<Value>, key: Option<&str>) -> (StatusCode, Value) {
        let key: Vec<(&str, &str)> = key.map(|key| ("idempotency-key", key)).into_iter().collect();
        self.send(method, path, body, &key).await
    }

    /// Asks, and answers status and code of a refusal.
    pub async fn ask(&mut self, method: &str, path: &str, body: Value) -> (u16, String) {
        let (status, body) = self.send(method, path, Some(body).filter(|body| !body.is_null()), &[]).await;
        (status.as_u16(), body["code"].as_str().unwrap_or_default().to_owned())
    }

    /// Asks, and answers the body of a success.
    pub async fn get(&mut self, method: &str, path: &str, body: Value) -> Value {
        let (status, body) = self.send(method, path, Some(body).filter(|body| !body.is_null()), &[]).await;
        assert!(status.is_success(), "{method} {path}: {status} {body}");
        body
    }

    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> (StatusCode, Value) {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("sec-fetch-site", "same-origin")
            .header(header::HOST, &self.host)
            .header(header::USER_AGENT, "Firefox")
            .header(header::COOKIE, cookies.join("; "));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = match body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        let answer = self.router.clone().oneshot(request.expect("a request")).await.expect("an answer");
        for set in answer.headers().get_all(header::SET_COOKIE) {
            let text = set.to_str().expect("text");
            let (name, rest) = text.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            assert!(text.contains("HttpOnly") && text.contains("SameSite=Lax"), "{name}");
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }
}

async fn head(w: &World, unit: UnitId) -> Browser {
    let digest = auth::passwords::hash(PASSWORD).expect("a digest");
    somebody(w, "hieu.truong", "head", unit, &digest).await;
    let mut browser = Browser::new(w);
    let (status, me) =
        browser.call("POST", "/session", Some(json!({ "login": "Hieu.Truong", "password": PASSWORD })), None).await;
    assert_eq!((status, &me["account"]["login"]), (StatusCode::OK, &json!("hieu.truong")));
    browser
}

testkit::both! {
    async fn signing_in_looking_around_and_out_again(w: World) {
        let land = land(&w).await;
        let mut stranger = Browser::new(&w);
        let (status, problem) = stranger.call("GET", "/me", None, None).await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNAUTHORIZED, &json!("session.required")));
        let wrong = json!({ "login": "hieu.truong", "password": "không phải" });
        let (status, problem) = stranger.call("POST", "/session", Some(wrong), None).await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNAUTHORIZED, &json!("session.wrong_password")));
        assert!(stranger.cookies.is_empty());

        let mut browser = head(&w, land.school).await;
        assert_eq!(browser.cookies.len(), 2, "the session's and the device's");
        let (status, me) = browser.call("GET", "/me", None, None).await;
        assert_eq!((status, &me["grants"][0]["role_name"]), (StatusCode::OK, &json!("Hiệu trưởng")));
        assert_eq!(me["grants"][0]["unit"]["id"], json!(land.school));
        let (_, sessions) = browser.call("GET", "/me/sessions", None, None).await;
        assert_eq!((&sessions["items"][0]["current"], &sessions["items"][0]["device"]), (&json!(true), &json!("Firefox")));
        let (_, roles) = browser.call("GET", "/roles", None, None).await;
        assert_eq!(roles["items"][3], json!({ "code": "teacher", "name": "Giáo viên", "description": "Dạy học ở trường." }));
        let (status, _) = browser.call("DELETE", "/me/sessions", None, None).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        let (status, _) = browser.call("GET", &format!("/units/{}/accounts", land.far), None, None).await;
        assert_eq!(status, StatusCode::NOT_FOUND);

        let stolen = browser.cookies.clone();
        let (status, _) = browser.call("DELETE", "/session", None, None).await;
        assert_eq!((status, browser.cookies.len()), (StatusCode::NO_CONTENT, 1), "the device stays known");
        browser.cookies = stolen;
        assert_eq!(browser.call("GET", "/me", None, None).await.0, StatusCode::UNAUTHORIZED, "an ended session is none");
    }

    async fn signing_out_takes_the_cookie_away_though_the_server_cannot_write(w: World) {
        let land = land(&w).await;
        let mut browser = head(&w, land.school).await;
        let stolen = browser.cookies.clone();
        w.refuse_inserts("journal_entry", true).await;
        let (status, problem) = browser.call("DELETE", "/session", None, None).await;
        assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("session.lives_on")));
        assert_eq!(browser.cookies.len(), 1, "the device stays known");
        assert_eq!(browser.call("GET", "/me", None, None).await.0, StatusCode::UNAUTHORIZED);
        assert_eq!(browser.call("DELETE", "/session", None, None).await.0, StatusCode::NO_CONTENT, "there is nothing left to end");
        browser.cookies = stolen;
        assert_eq!(browser.call("GET", "/me", None, None).await.0, StatusCode::OK, "as it was said");
        w.refuse_inserts("journal_entry", false).await;
        assert_eq!(browser.call("DELETE", "/session", None, None).await.0, StatusCode::NO_CONTENT);
        assert_eq!(browser.call("GET", "/me", None, None).await.0, StatusCode::UNAUTHORIZED);
    }

    async fn an_invitation_goes_from_hand_to_hand(w: World) {
        let land = land(&w).await;
        let mut browser = head(&w, land.school).await;
        let path = format!("/units/{}/invitations", land.school);
        let body = json!({ "display_name": "Nguyễn Thị Lan", "role": "teacher" });
        let (status, made) = browser.call("POST", &path, Some(body.clone()), Some("one")).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        let (status, again) = browser.call("POST", &path, Some(body), Some("one")).await;
        assert_eq!((status, &again), (StatusCode::CREATED, &made), "sent twice, made once, the same code");
        let other = json!({ "display_name": "Somebody Else", "role": "teacher" });
        let (status, problem) = browser.call("POST", &path, Some(other), Some("one")).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("idempotency.other_body")));
        let (_, open) = browser.call("GET", &path, None, None).await;
        assert_eq!(open["items"].as_array().map(Vec::len), Some(1));
        assert!(!open.to_string().contains(made["code"].as_str().expect("a code")), "the code is never listed");

        let mut guest = Browser::new(&w);
        let (status, look) = guest.call("POST", "/invitations/look", Some(json!({ "code": made["code"] })), None).await;
        assert_eq!((status, &look["role_name"]), (StatusCode::OK, &json!("Giáo viên")));
        let weak = json!({ "code": made["code"], "login": "lan.nguyen", "password": "matkhau123" });
        let (status, problem) = guest.call("POST", "/invitations/acceptance", Some(weak), None).await;
        assert_eq!((status, &problem["fields"][0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("password.weak")));
        let good = json!({ "code": made["code"], "login": "lan.nguyen", "password": PASSWORD });
        let (status, me) = guest.call("POST", "/invitations/acceptance", Some(good.clone()), None).await;
        assert_eq!((status, &me["account"]["display_name"]), (StatusCode::OK, &json!("Nguyễn Thị Lan")));
        assert_eq!(guest.call("GET", "/me", None, None).await.0, StatusCode::OK, "it signs in");
        let (status, problem) = guest.call("POST", "/invitations/acceptance", Some(good), None).await;
        assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("invitation.not_found")));

        let (_, people) = browser.call("GET", &format!("/units/{}/accounts", land.school), None, None).await;
        let lan = people["items"].as_array().expect("items").iter().find(|one| one["account"]["login"] == "lan.nguyen")
            .expect("is there")["account"]["id"].clone();
        let grant = json!({ "account": lan, "role": "clerk", "from": "2026-09-07" });
        let (status, made) = browser.call("POST", &format!("/units/{}/grants", land.school), Some(grant.clone()), Some("g")).await;
        assert_eq!((status, &made["role_name"]), (StatusCode::CREATED, &json!("Văn thư, giáo vụ")));
        let (_, again) = browser.call("POST", &format!("/units/{}/grants", land.school), Some(grant), Some("g")).await;
        assert_eq!(again["id"], made["id"]);
        let end = format!("/grants/{}", made["id"].as_str().expect("an id"));
        assert_eq!(guest.call("DELETE", &end, None, None).await.0, StatusCode::FORBIDDEN);
        assert_eq!(browser.call("DELETE", &end, None, None).await.0, StatusCode::NO_CONTENT);
    }

    async fn a_password_is_changed(w: World) {
        let land = land(&w).await;
        let mut browser = head(&w, land.school).await;
        let wrong = json!({ "current": "không phải", "new": "một câu mới hẳn hoi" });
        let (status, problem) = browser.call("PUT", "/me/password", Some(wrong), None).await;
        assert_eq!((status, &problem["fields"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("current")));
        let weak = json!({ "current": PASSWORD, "new": "hieu.truong.2026" });
        let (status, problem) = browser.call("PUT", "/me/password", Some(weak), None).await;
        assert_eq!((status, &problem["fields"][0]["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("password.contains_login")));
        let good = json!({ "current": PASSWORD, "new": "một câu mới hẳn hoi" });
        assert_eq!(browser.call("PUT", "/me/password", Some(good), None).await.0, StatusCode::NO_CONTENT);
        assert_eq!(browser.call("GET", "/me", None, None).await.0, StatusCode::OK, "this device stays");
    }
}
