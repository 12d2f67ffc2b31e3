//! How much of the sector's specification is kept.

use base::Actor;
use khue::sector::{round_trip, told};
use registry::fields::record::Of;
use serde_json::json;
use testkit::World;

use crate::place::{land, place};
use crate::unlimited;

testkit::both! {
    async fn every_entered_field_is_shown_goes_out_comes_in_and_is_the_same(w: World) {
        let _modules = khue::modules();
        let dialect = w.db.dialect();
        let made = tokio::task::spawn_blocking(move || World::make(dialect, khue::schemas()));
        let other = made.await.expect("a second world");
        let act = |account: Option<base::AccountId>| {
            Ok(account.map_or_else(|| w.system(), |account| w.ctx(Actor::Account { account, session: None })))
        };
        let coverage = round_trip(&w.db, &other.db, act).await.expect("goes around");
        tokio::task::spawn_blocking(move || other.end()).await.expect("ends");
        let total = &coverage.total;
        // The annex has 1,556 lines: what is printed stands for all of them.
        assert_eq!(total.fields, 1_556);
        assert_eq!((total.entered, total.derived), (1_144, 412));
        assert_eq!(total.typed + total.stored + total.parts, total.fields);
        assert_eq!(total.missing, Vec::<&str>::new(), "{:#?}", told(&coverage));
        assert_eq!(total.covered, total.entered, "{:#?}", told(&coverage));
        assert_eq!(coverage.changed_again, 0, "the same file changes nothing");
        // What Khuê computes today was computed from what came in; the rest waits for its rooms, reported elsewhere.
        assert_eq!((total.computed, total.reported), (9, 403), "{:#?}", told(&coverage));
        assert_eq!(total.rooms.iter().copied().collect::<Vec<_>>(), ["campus", "exams", "exchange", "grading", "insight"]);
        assert!(coverage.is_whole());
    }

    async fn whoever_opens_a_closed_group_is_written_down_before_the_answer_leaves(w: World) {
        let land = land(&w).await;
        let place = place(&w, &land, 1, "-").await;
        let head = place.head.asks(&unlimited(&w));
        let path = format!("/api/v1/schools/{}/pupils/{}/fields", place.school, place.seats.pupil);
        let seats = place.seats;
        let seen = async || {
            let ctx = w.system();
            let looks = w.db.read(&ctx, move |tx| {
                tx.public("a test looks who looked");
                let pupil = registry::fields::record::find(tx, seats.school, Of::Pupil, seats.pupil)?;
                auth::looked::who_saw(tx, pupil.person.expect("somebody"))
            });
            looks.await.expect("reads").into_iter().map(|look| look.view).collect::<Vec<_>>()
        };
        let put = async |known: &str, body: serde_json::Value| {
            let headers = [("content-type", "application/json"), ("if-match", known)];
            head.send("PUT", &format!("{path}/pupil_health"), &headers, body.to_string()).await.expect("an answer")
        };
        let written = put("\"1\"", json!({ "values": { "height": "141,5", "weight": "38,2" } })).await;
        assert_eq!((written.status, written.header("etag")), (200, "\"2\""), "{}", written.json());
        // Who writes is shown what stands there now.
        assert_eq!(seen().await, ["pupil.closed_fields"]);
        let stale = put("\"1\"", json!({ "values": { "height": "142" } })).await;
        assert_eq!((stale.status, stale.code().as_str()), (412, "record.stale"));
        w.clock.advance_seconds(60);
        let basic = head.get(&path).await.expect("an answer");
        assert_eq!((basic.status, basic.header("etag")), (200, "\"2\""));
        assert!(!basic.json().to_string().contains("141.5"), "{}", basic.json());
        let deep = head.get(&format!("{path}?group=pupil_health")).await.expect("an answer");
        assert!(deep.json().to_string().contains("19.1"), "the index is computed: {}", deep.json());
        assert_eq!(seen().await.iter().filter(|view| *view == "pupil.closed_fields").count(), 2);
        let spec = head.get("/api/v1/sector/spec/pupil").await.expect("an answer");
        assert_eq!(spec.header("cache-control"), "private, max-age=86400");
        assert!(spec.json()["lists"].to_string().contains("DM_DAN_TOC"));
        let none = head.get("/api/v1/sector/spec/nothing").await.expect("an answer");
        assert_eq!((none.status, none.code().as_str()), (404, "fields.no_group"));
    }
}
