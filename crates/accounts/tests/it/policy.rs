//! Of whom a second factor is demanded, and that it comes before everything else.

use auth::EdgeKind;
use base::UnitId;
use platform::{second_factor, settings};
use serde_json::{Value, json};
use testkit::World;

use crate::authenticator::Authenticator;
use crate::factors::{add_app, enter};
use crate::routes::Browser;
use crate::{Land, PASSWORD, land, somebody};

async fn demand(w: &World, unit: Option<UnitId>, whom: &'static str) {
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        settings::set(tx, &second_factor::POLICY, unit, &whom.into())
    })
    .await
    .expect("sets");
}

async fn school(w: &World) -> Land {
    let land = land(w).await;
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        let days = base::Interval::since(base::time::date_from_days(10_000).expect("a day"));
        let edge = auth::edges::NewEdge { kind: EdgeKind::Staff, unit: land.school, authority: land.department, days };
        auth::edges::set(tx, &edge).map(|_| ())
    })
    .await
    .expect("makes the edge");
    let digest = auth::passwords::hash(PASSWORD).expect("a digest");
    somebody(w, "lan", "teacher", land.school, &digest).await;
    somebody(w, "hieu.truong", "head", land.school, &digest).await;
    land
}

testkit::both! {
    async fn a_demanded_factor_comes_before_everything_else(w: World) {
        let land = school(&w).await;
        let accounts = format!("/units/{}/accounts", land.school);
        let mut head = enter(&w, "hieu.truong").await;
        let mut lan = enter(&w, "lan").await;
        demand(&w, Some(land.department), "administrators").await;
        head.get("GET", &accounts, Value::Null).await;
        // Within minutes also for those who sat there already.
        w.clock.advance_seconds(auth::session::SEEN_SECONDS);
        assert_eq!(head.ask("GET", &accounts, Value::Null).await, (403, "session.enrol_first".to_owned()));
        let me = head.get("GET", "/me", Value::Null).await;
        assert_eq!((&me["account"]["must_enrol"], &me["capabilities"], &me["screens"]), (&json!(true), &json!([]), &json!([])));
        assert_eq!(head.get("GET", "/me/factors", Value::Null).await["required"], json!(true));
        assert_eq!(lan.get("GET", "/me", Value::Null).await["account"]["must_enrol"], json!(false), "a teacher administers nothing");

        add_app(&w, &mut head).await;
        head.get("GET", &accounts, Value::Null).await;
        assert_eq!(head.ask("DELETE", "/me/totp", Value::Null).await, (409, "factor.required".to_owned()));
        let left = head.get("GET", "/me/factors", Value::Null).await;
        assert!(left["totp"].is_object() && left["recovery_codes"]["left"] == 10, "nothing was changed");
        let asked = head.get("POST", "/me/passkeys/options", Value::Null).await;
        let answer = Authenticator::make(&asked["options"], "http://localhost").1;
        let made = json!({ "ticket": asked["ticket"], "name": "Khoá", "credential": answer });
        head.get("POST", "/me/passkeys", made).await;
        head.get("DELETE", "/me/totp", Value::Null).await;

        demand(&w, None, "everyone").await;
        let me = enter(&w, "lan").await.get("GET", "/me", Value::Null).await;
        assert_eq!(me["account"]["must_enrol"], json!(true));
        demand(&w, None, "off").await;
        let me = enter(&w, "lan").await.get("GET", "/me", Value::Null).await;
        assert_eq!(me["account"]["must_enrol"], json!(false));
    }

    async fn a_changed_policy_holds_for_the_first_read_after_the_session_is_looked_at(w: World) {
        let land = school(&w).await;
        // A request that is one read notes only after it that the session was used.
        let invitations = format!("/units/{}/invitations", land.school);
        let mut head = enter(&w, "hieu.truong").await;
        head.get("GET", &invitations, Value::Null).await;
        demand(&w, Some(land.department), "administrators").await;
        w.clock.advance_seconds(auth::session::SEEN_SECONDS);
        assert_eq!(head.ask("GET", &invitations, Value::Null).await, (403, "session.enrol_first".to_owned()));
        demand(&w, Some(land.department), "off").await;
        w.clock.advance_seconds(auth::session::SEEN_SECONDS);
        head.get("GET", &invitations, Value::Null).await;
    }

    async fn what_is_demanded_above_is_not_loosened_below(w: World) {
        let land = school(&w).await;
        demand(&w, Some(land.department), "everyone").await;
        demand(&w, Some(land.school), "off").await;
        let mut lan = enter(&w, "lan").await;
        assert_eq!(lan.get("GET", "/me", Value::Null).await["account"]["must_enrol"], json!(true));
        let digest = auth::passwords::hash(PASSWORD).expect("a digest");
        somebody(&w, "xa", "head", land.far, &digest).await;
        let mut far = enter(&w, "xa").await;
        assert_eq!(far.get("GET", "/me", Value::Null).await["account"]["must_enrol"], json!(false));
        // Whoever helps takes the factor, and not the demand.
        add_app(&w, &mut lan).await;
        demand(&w, Some(land.department), "administrators").await;
        let mut head = enter(&w, "hieu.truong").await;
        add_app(&w, &mut head).await;
        demand(&w, Some(land.department), "everyone").await;
        let id = lan.get("GET", "/me", Value::Null).await["account"]["id"].clone();
        head.get("DELETE", &format!("/accounts/{}/factors", id.as_str().expect("an id")), json!({})).await;
        let me = enter(&w, "lan").await.get("GET", "/me", Value::Null).await;
        assert_eq!(me["account"]["must_enrol"], json!(true));
    }

    async fn how_many_a_policy_would_hold_is_told_before_it_is_set(w: World) {
        let land = school(&w).await;
        let digest = auth::passwords::hash(PASSWORD).expect("a digest");
        somebody(&w, "quan.tri", "department_admin", land.department, &digest).await;
        let minh = somebody(&w, "minh", "teacher", land.school, &digest).await;
        let gone = somebody(&w, "da.nghi", "teacher", land.school, &digest).await;
        let held = somebody(&w, "tam.khoa", "teacher", land.school, &digest).await;
        somebody(&w, "xa", "head", land.far, &digest).await;
        w.db.write(&w.system(), move |tx| {
            tx.public("test");
            // Counted once, whatever is held; a role that begins later counts; who has none left, or is suspended, does not.
            let from = tx.today().tomorrow().map_err(base::Error::internal)?;
            let more = auth::grants::NewGrant { account: minh, role: "clerk".to_owned(), unit: land.school, from, to: None };
            auth::grants::insert(tx, &more)?;
            let grant = auth::grants::of_account(tx, gone)?[0].id;
            auth::grants::end(tx, grant)?;
            auth::accounts::set_suspended(tx, held, true)
        }).await.expect("prepares");
        let mut admin = enter(&w, "quan.tri").await;
        let mut head = enter(&w, "hieu.truong").await;
        let mut lan = enter(&w, "lan").await;
        let at = |unit: UnitId, key: &str| format!("/units/{unit}/settings/{key}/preview");
        let policy = "sign_in.second_factor";
        let told = async |who: &mut _, unit: UnitId, whom: &str| {
            let who: &mut Browser = who;
            let people = &who.get("POST", &at(unit, policy), json!({ "value": whom })).await["people"];
            (people["demanded"].as_i64(), people["to_act"].as_i64(), people["yourself"].as_bool())
        };
        let n = |demanded, to_act, yourself| (Some(demanded), Some(to_act), Some(yourself));
        assert_eq!(told(&mut admin, land.department, "administrators").await, n(2, 2, true));
        assert_eq!(told(&mut admin, land.department, "everyone").await, n(4, 4, true));
        assert_eq!(told(&mut admin, land.department, "off").await, n(0, 0, false));
        assert_eq!(told(&mut head, land.school, "everyone").await, n(3, 3, true), "not who stands above");
        // Who has one is not held up, nor is anew who is held already.
        add_app(&w, &mut lan).await;
        assert_eq!(told(&mut admin, land.department, "everyone").await, n(4, 3, true));
        demand(&w, None, "administrators").await;
        assert_eq!(told(&mut admin, land.department, "everyone").await, n(4, 1, false));
        assert_eq!(told(&mut head, land.school, "administrators").await, n(1, 0, false));
        demand(&w, None, "off").await;
        // It is what then comes about.
        let before = told(&mut admin, land.department, "everyone").await;
        demand(&w, Some(land.department), "everyone").await;
        let mut held_up = 0;
        for login in ["quan.tri", "hieu.truong", "minh", "da.nghi", "xa"] {
            let me = enter(&w, login).await.get("GET", "/me", Value::Null).await;
            held_up += i64::from(me["account"]["must_enrol"] == json!(true));
        }
        w.clock.advance_seconds(auth::session::SEEN_SECONDS);
        lan.get("GET", "/me", Value::Null).await;
        assert_eq!(lan.get("GET", "/me", Value::Null).await["account"]["must_enrol"], json!(false));
        assert_eq!(before.1, Some(held_up));

        // Counting a country takes its turn among the long reads, and nobody who only looks something up waits for it.
        let mut held = Vec::new();
        for _ in 0..2 {
            let ((say, began), (end, told)) = (std::sync::mpsc::channel(), std::sync::mpsc::channel::<()>());
            let (db, ctx) = (w.db.clone(), w.system());
            let read = tokio::spawn(async move {
                db.read_long(&ctx, move |tx| {
                    tx.public("test");
                    let _heard = say.send(());
                    let _told = told.recv_timeout(std::time::Duration::from_secs(30));
                    Ok(())
                }).await
            });
            began.recv_timeout(std::time::Duration::from_secs(10)).expect("begins");
            held.push((end, read));
        }
        let path = at(land.department, policy);
        let counting = admin.ask("POST", &path, json!({ "value": "everyone" }));
        assert!(tokio::time::timeout(std::time::Duration::from_millis(100), counting).await.is_err(), "both turns are taken");
        for (end, read) in held {
            end.send(()).expect("ends");
            read.await.expect("runs").expect("reads");
        }

        // Refused as setting it would be, and other settings hold nobody to anything.
        demand(&w, Some(land.department), "off").await;
        let mut head = enter(&w, "hieu.truong").await;
        let mail = head.get("POST", &at(land.school, "mail.from"), json!({ "value": "a@example.edu.vn" })).await;
        assert_eq!(mail, json!({ "people": null }));
        for (unit, key, value, refusal) in [
            (land.school, policy, "some", (422, "fields.refused")),
            (land.school, policy, "", (422, "fields.refused")),
            (land.school, "sign_in.nothing", "off", (404, "setting.not_found")),
            (land.far, policy, "everyone", (404, "unit.not_found")),
        ] {
            let (status, code) = head.ask("POST", &at(unit, key), json!({ "value": value })).await;
            assert_eq!((status, code.as_str()), refusal, "{key} {value}");
        }
        let refused = lan.ask("POST", &at(land.school, policy), json!({ "value": "everyone" })).await;
        assert_eq!(refused, (403, "auth.forbidden".to_owned()));
    }
}
