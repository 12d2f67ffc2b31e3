//! Who looked at whom, through the doors: recorded before those who run the system see it, and nothing shown of people
//! when it cannot be recorded.

use http::Settings;
use testkit::World;

use crate::ask;
use crate::place::{land, place};

async fn seen(w: &World, person: base::Uuid) -> Vec<(String, String)> {
    w.db.read(&w.system(), move |tx| {
        tx.public("test");
        Ok(auth::looked::who_saw(tx, person)?.into_iter().map(|look| (look.view, look.actor)).collect())
    })
    .await
    .expect("reads")
}

testkit::both! {
    async fn without_a_record_nobody_is_shown_and_the_rest_goes_on(w: World) {
        let land = land(&w).await;
        let here = place(&w, &land, 1, "-").await;
        let unknown = ask(&w, Settings { limits: false, look_spool: 4_096, ..Settings::default() });
        let (head, admin) = (here.head.asks(&unknown), land.admin.asks(&unknown));
        let people = format!("/api/v1/units/{}/accounts", here.school);
        let sessions = format!("/api/v1/accounts/{}/sessions", here.teacher.account);

        // Recorded before it is answered, for those who run the system.
        assert_eq!(admin.get(&people).await.expect("an answer").status, 200);
        assert_eq!(admin.get(&sessions).await.expect("an answer").status, 200);
        let by_admin = |view: &str| (view.to_owned(), land.admin.account.to_string());
        let mut looks = seen(&w, here.teacher.account.0).await;
        looks.sort();
        assert_eq!(looks, [by_admin("account.sessions"), by_admin("unit.accounts")]);
        assert_eq!(seen(&w, here.head.account.0).await, [by_admin("unit.accounts")]);

        // The table takes nothing more: the spool does, until it is full.
        w.refuse_inserts("look", true).await;
        let (mut shown, mut refused) = (0, [0, 0]);
        for n in 0..60 {
            let who = if n % 2 == 0 { &head } else { &admin };
            let reply = who.get(if n % 3 == 0 { &sessions } else { &people }).await.expect("an answer");
            match reply.status {
                200 => shown += 1,
                503 => {
                    assert_eq!((reply.code().as_str(), reply.header("retry-after")), ("look.not_recorded", "30"));
                    assert!(reply.json()["detail"].as_str().is_some_and(|detail| detail.contains("ai đã xem gì")), "{}", reply.json());
                    assert!(!String::from_utf8_lossy(&reply.body).contains(&here.teacher.login));
                    refused[n % 2] += 1;
                }
                other => panic!("{other}: {}", reply.json()),
            }
        }
        assert!(shown > 3 && refused[0] > 10 && refused[1] > 10, "{shown} shown, {refused:?} refused to head and admin");
        // What tells of nobody goes on, writes too.
        for path in ["/api/v1/units".to_owned(), format!("/api/v1/units/{}", here.school), "/api/v1/me".to_owned()] {
            assert_eq!(head.get(&path).await.expect("an answer").status, 200, "{path}");
        }
        let invitation = serde_json::json!({ "display_name": "Nguyễn Thị Lan", "role": "teacher" });
        let path = format!("/api/v1/units/{}/invitations", here.school);
        assert_eq!(head.json("POST", &path, &invitation).await.expect("an answer").status, 201);
        assert_eq!(seen(&w, here.teacher.account.0).await.len(), 2);

        // The disk is mended: everything comes to the table, and people are shown again.
        w.refuse_inserts("look", false).await;
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while seen(&w, here.teacher.account.0).await.len() < 2 + shown
            || head.get(&people).await.expect("an answer").status != 200
        {
            assert!(std::time::Instant::now() < until, "the spool was not written");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }

    async fn whoever_sees_a_pupil_is_recorded_and_what_is_protected_before_it_is_shown(w: World) {
        let land = land(&w).await;
        let here = place(&w, &land, 1, "-").await;
        let unknown = ask(&w, Settings { limits: false, ..Settings::default() });
        let head = here.head.asks(&unknown);
        let path = format!("/api/v1/schools/{}/pupils/{}", here.school, here.pupil);
        let get = async |path: &str| { let reply = head.get(path).await.expect("an answer"); assert_eq!(reply.status, 200, "{path}: {}", reply.json()); reply.json() };

        let opened = get(&format!("{path}?protected=true")).await;
        let id = |value: &serde_json::Value| base::Uuid::try_parse(value.as_str().expect("an id")).expect("an id");
        let (who, mother) = (id(&opened["person"]["id"]), id(&opened["relatives"][0]["person"]));
        assert_eq!((&opened["protected"]["personal_number"], &opened["relatives"][0]["phones"][0]), (&"004320000001".into(), &"0912345678".into()));
        // At once, before anything else is written.
        for person in [who, mother] {
            assert!(seen(&w, person).await.contains(&("pupil.protected".to_owned(), here.head.account.to_string())));
        }
        assert_eq!(get(&path).await["protected"], serde_json::Value::Null);
        get(&format!("/api/v1/schools/{}/pupils", here.school)).await;
        get(&format!("/api/v1/schools/{}/classes/{}", here.school, here.class)).await;
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            let mut views: Vec<String> = seen(&w, who).await.into_iter().map(|(view, _)| view).collect();
            views.sort();
            if views == ["class.pupils", "pupil.list", "pupil.page", "pupil.page", "pupil.protected"] {
                break;
            }
            assert!(std::time::Instant::now() < until, "{views:?}");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        // Where it cannot be recorded, it is not shown.
        w.refuse_inserts("look", true).await;
        let spool = ask(&w, Settings { limits: false, look_spool: 0, ..Settings::default() });
        let reply = here.head.asks(&spool).get(&format!("{path}?protected=true")).await.expect("an answer");
        assert_eq!((reply.status, reply.code().as_str()), (503, "look.not_recorded"), "{}", reply.json());
    }
}
