use super::*;
use serde_json::json;

const UNITS: &str = "/api/v1/test/units";

async fn units(w: &World) -> i64 {
    static COUNT: db::Sql = db::Sql::new("COUNT", "SELECT count(*) FROM unit");
    w.db.read(&w.system(), |tx| {
        tx.public("a test counts");
        Ok(tx.one::<(i64,)>(&COUNT, &[])?.map_or(0, |(n,)| n))
    })
    .await
    .expect("counts")
}

testkit::both! {
    async fn a_request_sent_again_makes_one_record(w: World) {
        let me = signed(&w).await;
        let before = units(&w).await;
        let send = async |who: &Ask, key: &str, body: &str| {
            who.send("POST", UNITS, &[("content-type", "application/json"), ("idempotency-key", key)], body.to_owned())
                .await
                .expect("an answer")
        };
        let school = "{\"kind\":\"school\"}";
        let first = send(&me, "key 1", school).await;
        assert_eq!(first.status, 201, "{}", first.json());
        assert_eq!(first.header("location"), format!("{UNITS}/{}", first.json()["id"].as_str().expect("an id")));
        assert_eq!(first.header("etag"), "\"1\"");
        let again = send(&me, "key 1", school).await;
        assert_eq!((again.status, again.json()), (201, first.json()));
        let other = send(&me, "key 1", "{\"kind\":\"campus\"}").await;
        assert_eq!((other.status, other.code().as_str()), (409, "idempotency.other_body"));
        assert_eq!(units(&w).await, before + 1);

        // Somebody else's key is another key.
        let you = signed(&w).await;
        let theirs = send(&you, "key 1", school).await;
        assert_eq!(theirs.status, 201);
        assert_ne!(theirs.json(), first.json());

        // A refused request leaves its key free.
        assert_eq!(send(&me, "key 2", "{}").await.status, 422);
        assert_eq!(send(&me, "key 2", school).await.status, 201);
        for bad in ["", "ă", &"x".repeat(65)] {
            let reply = me
                .send("POST", UNITS, &[("content-type", "application/json"), ("idempotency-key", bad)], school)
                .await
                .expect("an answer");
            assert_eq!((reply.status, reply.code().as_str()), (400, "request.bad_header"), "{bad}");
        }
    }

    async fn what_one_person_did_is_not_recorded_as_anothers(w: World) {
        let school = unit(&w, "school", None).await;
        let (me, token) = somebody(&w, "teacher", school).await;
        let (you, _) = somebody(&w, "teacher", school).await;
        let signed_in = ask(&w).with_session(token.as_str());
        let before = units(&w).await;
        let send = async |who: &Ask, account: &str| {
            let headers = [("content-type", "application/json"), ("khue-account", account)];
            who.send("POST", UNITS, &headers, "{\"kind\":\"school\"}").await.expect("an answer")
        };
        for other in [you.0.to_string(), String::new(), "x".to_owned()] {
            let reply = send(&signed_in, &other).await;
            assert_eq!((reply.status, reply.code().as_str()), (409, "session.other_account"), "{other}");
        }
        // Nobody is nobody, whatever is said.
        assert_eq!(send(&ask(&w), &me.0.to_string()).await.status, 401);
        assert_eq!(units(&w).await, before);
        assert_eq!(send(&signed_in, &me.0.to_string()).await.status, 201);
    }

    async fn a_key_is_forgotten_after_thirty_days(w: World) {
        let school = unit(&w, "school", None).await;
        let (account, _) = somebody(&w, "teacher", school).await;
        let key = idempotency::Key { text: "k".to_owned(), digest: [1; 32] };
        let once = async || {
            let (ctx, key) = (w.ctx(base::Actor::Account { account, session: None }), key.clone());
            w.db.write(&ctx, move |tx| idempotency::once(tx, Some(&key), |tx| make_unit(tx, "school"))).await.expect("once")
        };
        let first = once().await;
        assert!(!first.again);
        w.clock.advance_seconds(30 * 86_400 - 1);
        assert_eq!(once().await, idempotency::Once { id: first.id, again: true });
        w.clock.advance_seconds(2);
        let later = once().await;
        assert!(!later.again && later.id != first.id);
    }

    async fn another_site_cannot_act(w: World) {
        let me = signed(&w).await;
        let post = async |who: &Ask, headers: &[(&str, &str)]| {
            let mut all = vec![("content-type", "application/json"), ("host", "khue.local:8080")];
            all.extend_from_slice(headers);
            who.send("POST", UNITS, &all, "{\"kind\":\"school\"}").await.expect("an answer")
        };
        for refused in [
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site")],
            vec![("sec-fetch-site", "cross-site"), ("origin", "http://khue.local:8080")],
            vec![("origin", "http://evil.example")],
            vec![("origin", "null")],
            vec![("origin", "http://khue.local")],
            vec![("origin", "http://khue.local:8080.evil.example")],
        ] {
            let reply = post(&me, &refused).await;
            assert_eq!((reply.status, reply.code().as_str()), (403, "request.other_site"), "{refused:?}");
        }
        for taken in [
            vec![],
            vec![("sec-fetch-site", "same-origin")],
            vec![("sec-fetch-site", "none")],
            vec![("origin", "http://khue.local:8080")],
            vec![("origin", "https://khue.local:8080")],
        ] {
            assert_eq!(post(&me, &taken).await.status, 201, "{taken:?}");
        }
        // Reading is not acting: the answer cannot be read by the other site.
        let reply = me.send("GET", UNITS, &[("sec-fetch-site", "cross-site")], "").await.expect("an answer");
        assert_eq!((reply.status, reply.header("cross-origin-resource-policy")), (200, "same-origin"));
        // Over TLS a page without it is another site.
        let secure = Ask::new(app(&w, Settings { secure: true, ..Settings::default() })).expect("a router");
        assert_eq!(post(&secure, &[("origin", "http://khue.local:8080")]).await.code(), "request.other_site");
        assert_eq!(post(&secure, &[("origin", "https://khue.local:8080")]).await.code(), "session.required");
    }

    async fn a_session_is_found_by_its_cookie_or_not_at_all(w: World) {
        let school = unit(&w, "school", None).await;
        let (account, token) = somebody(&w, "teacher", school).await;
        let plain = ask(&w);
        let status = async |who: &Ask, headers: &[(&str, &str)]| {
            who.send("GET", UNITS, headers, "").await.expect("an answer").status
        };
        let me = plain.with_session(token.as_str());
        assert_eq!(status(&me, &[]).await, 200);
        let held = format!("a=b; khue={} ; c=d", token.as_str());
        assert_eq!(status(&plain, &[("cookie", &held)]).await, 200);
        for forged in ["", "khue=", "khue=forged", "xkhue=1", "khue"] {
            assert_eq!(status(&plain, &[("cookie", forged)]).await, 401, "{forged}");
        }
        let secure = Ask::new(app(&w, Settings { secure: true, ..Settings::default() })).expect("a router");
        assert_eq!(status(&secure, &[("cookie", &held)]).await, 401, "a cookie without the prefix may come from a neighbour");
        assert_eq!(status(&secure.with_session(token.as_str()), &[]).await, 200);
        // Used within the idle time again and again, until its life ends.
        w.clock.advance_seconds(11 * 3_600);
        assert_eq!(status(&me, &[]).await, 200);
        w.clock.advance_seconds(11 * 3_600);
        assert_eq!(status(&me, &[]).await, 200, "its use was noted");
        w.clock.advance_seconds(13 * 3_600);
        assert_eq!(status(&me, &[]).await, 401, "idle too long");
        let _account = account;
    }

    async fn one_session_cannot_send_without_end(w: World) {
        let me = signed(&w).await;
        let you = signed(&w).await;
        for _ in 0..200 {
            assert_eq!(me.get("/api/v1/about").await.expect("an answer").status, 200);
        }
        let reply = me.get("/api/v1/about").await.expect("an answer");
        assert_eq!((reply.status, reply.code().as_str(), reply.header("retry-after")), (429, "request.too_many", "1"));
        assert_eq!(you.get("/api/v1/about").await.expect("an answer").status, 200, "another behind the same address goes on");
        w.clock.advance_seconds(1);
        assert_eq!(me.get("/api/v1/about").await.expect("an answer").status, 200);
    }

    async fn every_answer_has_its_headers(w: World) {
        let me = ask(&w);
        for path in ["/api/v1/about", "/api/v1/nothing", UNITS, "/", "/healthz", "/_app/none.js"] {
            let reply = me.get(path).await.expect("an answer");
            let policy = reply.header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
            assert!(!policy.contains("script-src 'unsafe") && !policy.contains("eval"), "{path}: {policy}");
            assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(reply.header("referrer-policy"), "same-origin", "{path}");
            assert_eq!(reply.header("x-request-id").len(), 36, "{path}");
            assert_eq!(reply.header("strict-transport-security"), "", "{path}");
        }
        assert_eq!(me.get("/api/v1/about").await.expect("an answer").header("cache-control"), "no-store");
        assert_eq!(me.get("/_app/none.js").await.expect("an answer").status, 404);
        assert_eq!(me.get("/readyz").await.expect("an answer").status, 200);
        assert_eq!(me.get("/metrics").await.expect("an answer").code(), "request.not_found", "not from here");
        assert_eq!(me.send("POST", "/", &[], "").await.expect("an answer").status, 405);
        let ids: Vec<String> = [me.get("/").await, me.get("/").await]
            .into_iter()
            .map(|reply| reply.expect("an answer").header("x-request-id").to_owned())
            .collect();
        assert_ne!(ids[0], ids[1]);
        let about = me.get("/api/v1/about").await.expect("an answer").json();
        assert_eq!((&about["demo"], &about["secure"]), (&json!(false), &json!(false)));
        assert!(about.get("demo_accounts").is_none());
        let about = async |who: &Ask, host: &str| {
            who.send("GET", "/api/v1/about", &[("host", host)], "").await.expect("an answer").json()
        };
        let plain = about(&me, "khue.truong.vn:8080").await;
        assert_eq!(plain["unavailable"].as_array().map(Vec::len), Some(5), "{plain}");
        assert_eq!((&plain["unavailable"][0]["feature"], &plain["unavailable"][0]["why"]), (&json!("passkeys"), &json!("plain_http")));
        assert_eq!(about(&me, "localhost:8080").await["unavailable"], json!([]));
        let local = Settings { secure: true, enrolment_port: Some(8081), ..Settings::default() };
        let secure = Ask::new(app(&w, local)).expect("a router");
        assert_eq!(secure.get("/").await.expect("an answer").header("strict-transport-security"), "", "not asked for");
        let about = about(&secure, "khue.truong.local:8443").await;
        assert_eq!((&about["secure"], &about["unavailable"]), (&json!(true), &json!([])));
        assert_eq!(about["enrolment"], json!("http://khue.truong.local:8081/tin-cay"));
        let strict = Settings { secure: true, hsts: true, ..Settings::default() };
        let strict = Ask::new(app(&w, strict)).expect("a router");
        assert!(!strict.get("/").await.expect("an answer").header("strict-transport-security").is_empty());
    }
}
