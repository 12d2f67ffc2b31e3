use super::*;
use serde_json::json;

const UNITS: &str = "/api/v1/test/units";
const JSON: (&str, &str) = ("content-type", "application/json");

testkit::both! {
    async fn what_cannot_be_read_is_refused_and_says_where(w: World) {
        let me = signed(&w).await;
        for (body, status, code, word) in [
            ("{", 400, "request.malformed", "dòng 1"),
            ("", 400, "request.malformed", "dòng"),
            ("{\"kind\":\"school\"} x", 400, "request.malformed", "cột"),
            ("{\"kind\":\"a\\u0000\"}", 400, "request.malformed", "rỗng"),
            ("{\"kind\":\"school\",\"nmae\":1}", 400, "request.unknown_field", "nmae"),
            ("{\"kind\":\"school\",\"parts\":[{\"whole\":true},{\"whle\":true}]}", 400, "request.unknown_field", "parts.1.whle"),
            ("{\"kind\":7}", 400, "request.wrong_type", "kind"),
            ("{\"kind\":\"school\",\"parts\":[{\"whole\":1}]}", 400, "request.wrong_type", "parts.0.whole"),
            ("[]", 400, "request.wrong_type", ""),
            ("{\"kind\":\"school\",\"kind\":\"school\"}", 400, "request.malformed", "hai lần"),
            ("{}", 422, "fields.refused", "kind"),
        ] {
            let reply = me.send("POST", UNITS, &[JSON], body.to_owned()).await.expect("an answer");
            assert_eq!((reply.status, reply.code().as_str()), (status, code), "{body}: {}", reply.json());
            let detail = reply.json()["detail"].as_str().expect("a sentence").to_owned();
            assert!(detail.contains(word), "{body}: {detail}");
            assert_eq!(reply.header("content-type"), "application/problem+json");
            assert_eq!(reply.json()["status"], status);
            assert_eq!(reply.json()["request_id"], reply.header("x-request-id"));
            assert_eq!(reply.json()["type"], format!("/errors/{code}"));
        }
        let missing = me.json("POST", UNITS, &json!({})).await.expect("an answer").json();
        assert_eq!((&missing["fields"][0]["field"], &missing["fields"][0]["code"]), (&json!("kind"), &json!("field.required")));
        let form = me.send("POST", UNITS, &[("content-type", "text/plain")], "{}").await.expect("an answer");
        assert_eq!((form.status, form.code().as_str()), (400, "request.malformed"));
    }

    async fn a_query_and_a_path_are_read_as_strictly(w: World) {
        let me = signed(&w).await;
        for (query, code, word) in [
            ("limt=3", "request.unknown_field", "limt"),
            ("limit=ba", "request.wrong_type", "limit"),
            ("unit=7", "request.wrong_type", "unit"),
            ("unit=%00", "request.malformed", "rỗng"),
        ] {
            let reply = me.get(&format!("{UNITS}?{query}")).await.expect("an answer");
            assert_eq!((reply.status, reply.code().as_str()), (400, code), "{query}: {}", reply.json());
            assert!(reply.json()["detail"].as_str().is_some_and(|detail| detail.contains(word)), "{}", reply.json());
        }
        assert_eq!(me.get(&format!("{UNITS}?limit=3&unit=")).await.expect("an answer").status, 200);
        let reply = me.send("PUT", &format!("{UNITS}/not-an-id"), &[("if-match", "\"1\"")], "").await.expect("an answer");
        assert_eq!((reply.status, reply.code().as_str()), (404, "request.not_found"));
        let reply = me.get("/api/v1/no/such").await.expect("an answer");
        assert_eq!((reply.status, reply.code().as_str()), (404, "request.not_found"));
        let reply = me.send("DELETE", UNITS, &[], "").await.expect("an answer");
        assert_eq!((reply.status, reply.code().as_str(), reply.json()["status"].clone()), (405, "request.method", json!(405)));
    }

    async fn a_body_larger_than_allowed_is_refused(w: World) {
        let me = signed(&w).await;
        let large = format!("{{\"kind\":\"{}\"}}", "a".repeat(1024 * 1024));
        for headers in [vec![JSON], vec![JSON, ("idempotency-key", "k1")]] {
            let reply = me.send("POST", UNITS, &headers, large.clone()).await.expect("an answer");
            assert_eq!((reply.status, reply.code().as_str()), (413, "request.too_large"));
        }
    }

    async fn an_edit_names_the_version_it_knew(w: World) {
        let me = signed(&w).await;
        let unit = unit(&w, "school", None).await;
        let path = format!("{UNITS}/{unit}");
        let put = async |headers: &[(&str, &str)]| me.send("PUT", &path, headers, "").await.expect("an answer");
        let reply = put(&[]).await;
        assert_eq!((reply.status, reply.code().as_str()), (428, "request.no_version"));
        for bad in ["1", "*", "\"x\"", "\"1\", \"2\""] {
            let reply = put(&[("if-match", bad)]).await;
            assert_eq!((reply.status, reply.code().as_str()), (400, "request.bad_header"), "{bad}");
        }
        let reply = put(&[("if-match", "\"7\"")]).await;
        assert_eq!((reply.status, reply.code().as_str()), (412, "record.stale"));
        let reply = put(&[("if-match", "\"1\"")]).await;
        assert_eq!((reply.status, reply.header("etag")), (200, "\"2\""));
        assert_eq!(put(&[("if-match", "W/\"2\"")]).await.header("etag"), "\"3\"");
        assert_eq!(put(&[("if-match", "\"2\"")]).await.status, 412);
    }

    async fn our_own_fault_is_told_without_what_it_was(w: World) {
        let me = signed(&w).await;
        let reply = me.send("POST", "/api/v1/test/fall", &[], "").await.expect("an answer");
        assert_eq!((reply.status, reply.code().as_str()), (500, "internal"));
        assert!(!String::from_utf8_lossy(&reply.body).contains("secret"), "{}", reply.json());
        assert_eq!(me.get(UNITS).await.expect("the server goes on").status, 200);
    }
}
