//! The demonstration, and over it the routes of units: shapes, tags, requests sent twice.

use http::{App, Settings};
use serde_json::json;
use testkit::World;

testkit::both! {
    async fn the_demonstration_is_made_and_served(w: World) {
        let mut drawn = 0;
        let draw = || {
            drawn += 1;
            Ok(format!("trâu ơi ta bảo trâu này {drawn}"))
        };
        let village = synth::village(w.system().today()).expect("a village");
        let pupils: usize = village.people.iter().map(|(_, people)| people.stays.len()).sum();
        let people = registry::demo::make(&w.db, &w.system(), village, draw).await.expect("makes the demonstration");
        assert_eq!(people.len(), auth::role::ROLES.len());
        assert!(people.iter().any(|one| one.role == "head" && one.unit == "Trường THCS Nguồn Sáng"));

        let app = App::new(w.db.clone(), std::sync::Arc::new(w.clock.clone()), Settings::default(), vec![http::module(), accounts::module(), registry::module()]);
        let nobody = http::ask::Ask::new(app.clone()).expect("a router");
        assert_eq!(nobody.get("/api/v1/units").await.expect("answers").status, 401);
        assert!((1_200..2_600).contains(&pupils), "a village's worth of pupils: {pupils}");
        let admin = people.iter().find(|one| one.role == "department_admin").expect("an administrator");
        let reply = nobody.json("POST", "/api/v1/session", &json!({ "login": admin.login, "password": admin.password })).await.expect("answers");
        assert_eq!(reply.status, 200, "{}", reply.json());
        let name = http::cookie::Cookie::Session.name(&Settings::default());
        let token = reply.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok())
            .find_map(|set| set.strip_prefix(&format!("{name}="))?.split(';').next())
            .expect("a session").to_owned();
        let admin = nobody.with_session(&token);

        let me = admin.get("/api/v1/me").await.expect("answers").json();
        assert_eq!(me["grants"][0]["unit"]["name"], "Sở Giáo dục và Đào tạo tỉnh Ninh Bình");
        assert!(me["screens"].as_array().is_some_and(|all| all.contains(&json!("units"))), "{me}");

        let page = admin.get("/api/v1/units?q=nguon+sang&limit=5").await.expect("answers").json();
        assert_eq!((&page["total"], &page["total_is_more"], &page["next"]), (&json!(1), &json!(false), &json!(null)));
        let school = &page["items"][0];
        for field in ["id", "kind", "code", "name", "full_name", "path", "children", "valid_from", "valid_to", "version"] {
            assert!(school.get(field).is_some(), "{field}: {school}");
        }
        let path = format!("/api/v1/units/{}", school["id"].as_str().unwrap_or_default());
        let shown = admin.get(&path).await.expect("answers");
        assert_eq!(shown.header("etag"), "\"1\"");
        let unit = shown.json();
        assert_eq!((&unit["levels"], &unit["name"], &unit["address"]), (&json!(["THCS"]), &json!("Trường THCS Nguồn Sáng"), &json!(null)));
        assert!(unit["may"].as_array().is_some_and(|may| may.contains(&json!("unit.edit"))), "{unit}");
        assert!(unit["edges"].as_array().is_some_and(|edges| edges.iter().any(|edge| edge["kind"] == "teaching" && edge["authority"]["kind"] == "commune_office")));

        // Without the version: 428; with an old one: 412; with the right one: a new one.
        let body = json!({ "name": "Trường THCS Nguồn Sáng Mới", "from": "2026-09-01" });
        let renaming = format!("{path}/renaming");
        assert_eq!(admin.json("POST", &renaming, &body).await.expect("answers").status, 428);
        for (tag, status) in [("\"9\"", 412), ("\"1\"", 200)] {
            let headers = [("content-type", "application/json"), ("if-match", tag)];
            let reply = admin.send("POST", &renaming, &headers, body.to_string()).await.expect("answers");
            assert_eq!(reply.status, status, "{}", reply.json());
        }
        // Sent again with its key, because the answer was lost, it is the same edit and not a conflict with itself; with a
        // new key it is another edit of an older version.
        let body = json!({ "name": "Trường THCS Nguồn Sáng Mai", "from": "2026-10-01" });
        for (key, status, version) in [("k1", 200, json!(3)), ("k1", 200, json!(3)), ("k2", 412, json!(null))] {
            let headers = [("content-type", "application/json"), ("if-match", "\"2\""), ("idempotency-key", key)];
            let reply = admin.send("POST", &renaming, &headers, body.to_string()).await.expect("answers");
            assert_eq!((reply.status, &reply.json()["version"]), (status, &version), "{key}: {}", reply.json());
        }
        let told = admin.get(&format!("{path}/history")).await.expect("answers").json();
        assert_eq!((&told["items"][1]["kind"], &told["items"][1]["date"], &told["formed_from"]), (&json!("renamed"), &json!("2026-09-01"), &json!([])));

        // The same key makes one school.
        let commune = unit["path"].as_array().and_then(|path| path.last()).expect("a commune")["id"].clone();
        let body = json!({ "kind": "school", "name": "Trường Tiểu học Lá Me", "parent": commune, "level": "TH", "from": "2026-09-01" });
        let headers = [("content-type", "application/json"), ("idempotency-key", "mot-khoa")];
        let first = admin.send("POST", "/api/v1/units", &headers, body.to_string()).await.expect("answers");
        let again = admin.send("POST", "/api/v1/units", &headers, body.to_string()).await.expect("answers");
        assert_eq!((first.status, again.status), (201, 201), "{}", first.json());
        assert_eq!(first.json()["id"], again.json()["id"]);
        assert!(first.header("location").ends_with(first.json()["id"].as_str().unwrap_or("-")));
        let refused = admin.json("POST", "/api/v1/units", &json!({ "kind": "school", "nmae": "x" })).await.expect("answers");
        assert_eq!((refused.status, refused.code().as_str()), (400, "request.unknown_field"));
        for (query, status, code) in [
            ("limit=0", 422, "fields.refused"), ("edge=x", 422, "fields.refused"), ("cursor=x", 400, "request.bad_cursor"),
            ("sort=x", 400, "request.bad_filter"), ("as_of=2026-02-30", 400, "request.wrong_type"), ("prent=x", 400, "request.unknown_field"),
        ] {
            let reply = admin.get(&format!("/api/v1/units?{query}")).await.expect("answers");
            assert_eq!((reply.status, reply.code().as_str()), (status, code), "{query}");
            // Whoever has only the cookie of a session that is over is told nothing but that.
            let reply = nobody.with_session("a session that is over").get(&format!("/api/v1/units?{query}")).await.expect("answers");
            assert_eq!((reply.status, reply.code().as_str()), (401, "session.required"), "{query}");
        }
        for path in ["not-an-id", "not-an-id?as_of=x"] {
            let path = format!("/api/v1/units/{path}");
            assert_eq!(nobody.with_session("a session that is over").get(&path).await.expect("answers").status, 401, "{path}");
            assert_eq!(admin.get(&path).await.expect("answers").status, 404, "{path}");
        }
    }
}
