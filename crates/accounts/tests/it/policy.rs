//! Of whom a second factor is demanded, and that it comes before everything else.

use auth::EdgeKind;
use base::UnitId;
use platform::{second_factor, settings};
use serde_json::{Value, json};
use testkit::World;

use crate::authenticator::Authenticator;
use crate::factors::{add_app, enter};
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
}
