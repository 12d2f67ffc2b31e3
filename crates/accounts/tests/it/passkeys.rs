//! Passkeys, with a device of our own.

use auth::tickets;
use serde_json::{Value, json};
use testkit::World;

use crate::authenticator::Authenticator;
use crate::factors::enter;
use crate::routes::Browser;
use crate::{PASSWORD, kinds, land, somebody};

const ORIGIN: &str = "http://localhost";

async fn school(w: &World) {
    let land = land(w).await;
    let digest = auth::passwords::hash(PASSWORD).expect("a digest");
    somebody(w, "lan", "teacher", land.school, &digest).await;
    somebody(w, "hoa", "teacher", land.school, &digest).await;
}

/// Adds a passkey; answers the device and what the server said.
async fn add(browser: &mut Browser, name: &str) -> (Authenticator, Value) {
    let asked = browser.get("POST", "/me/passkeys/options", Value::Null).await;
    let (device, answer) = Authenticator::make(&asked["options"], ORIGIN);
    let made = json!({ "ticket": asked["ticket"], "name": name, "credential": answer });
    let made = browser.get("POST", "/me/passkeys", made).await;
    (device, made)
}

/// Signs in with a device, naming nobody.
async fn sign_in(browser: &mut Browser, device: &mut Authenticator) -> (u16, String) {
    let asked = browser.get("POST", "/session/passkey/options", json!({})).await;
    let answer = device.sign(&asked["options"]);
    browser.ask("POST", "/session/passkey", json!({ "ticket": asked["ticket"], "credential": answer })).await
}

fn refused() -> (u16, String) {
    (401, "session.passkey_refused".to_owned())
}

testkit::both! {
    async fn a_passkey_is_both_factors_at_once(w: World) {
        school(&w).await;
        let mut lan = enter(&w, "lan").await;
        let asked = lan.get("POST", "/me/passkeys/options", Value::Null).await;
        let options = &asked["options"]["publicKey"];
        assert_eq!((&options["rp"]["id"], &options["user"]["name"]), (&json!("localhost"), &json!("lan")));
        assert_eq!(options["authenticatorSelection"]["residentKey"], "preferred");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        let (mut device, made) = add(&mut lan, " Điện thoại  của tôi ").await;
        assert_eq!(made["passkey"]["name"], "Điện thoại của tôi");
        assert_eq!(made["recovery_codes"].as_array().map(Vec::len), Some(10));
        w.clock.advance_seconds(1);
        let (_, second) = add(&mut lan, "Máy tính").await;
        assert_eq!(second["recovery_codes"], json!(null));

        let mut anywhere = Browser::new(&w);
        let asked = anywhere.get("POST", "/session/passkey/options", json!({})).await;
        assert_eq!(asked["options"]["publicKey"]["allowCredentials"], json!([]), "nobody is named");
        assert_eq!(asked["options"].get("mediation"), None);
        let answer = device.sign(&asked["options"]);
        let sent = json!({ "ticket": asked["ticket"], "credential": answer });
        let me = anywhere.get("POST", "/session/passkey", sent.clone()).await;
        assert_eq!(me["account"]["login"], "lan");
        assert_eq!(anywhere.ask("GET", "/me", Value::Null).await.0, 200);
        assert_eq!(Browser::new(&w).ask("POST", "/session/passkey", sent).await, (401, "session.step_over".to_owned()), "an answer is good once");
        let factors = anywhere.get("GET", "/me/factors", Value::Null).await;
        assert!(factors["passkeys"][0]["last_used_at"].is_string() && factors["passkeys"][1]["last_used_at"].is_null());
        assert!(factors["confirmed_until"].is_string(), "signing in confirms");

        // After the password, only this person's.
        let mut stepwise = Browser::new(&w);
        let step = stepwise.get("POST", "/session", json!({ "login": "lan", "password": PASSWORD })).await;
        assert_eq!(step["methods"], json!(["passkey", "recovery_code"]));
        let asked = stepwise.get("POST", "/session/passkey/options", json!({ "ticket": step["ticket"] })).await;
        assert!(device.is_asked(&asked["options"]));
        let answer = device.sign(&asked["options"]);
        stepwise.get("POST", "/session/passkey", json!({ "ticket": asked["ticket"], "credential": answer })).await;
        let again = json!({ "ticket": step["ticket"], "method": "recovery_code", "code": made["recovery_codes"][0] });
        assert_eq!(stepwise.ask("POST", "/session/second-step", again).await.1, "session.step_over", "the first step is used with it");
        assert!(kinds(&w).await.contains(&"factor.added".to_owned()));
    }

    async fn an_answer_that_is_not_right_opens_nothing(w: World) {
        school(&w).await;
        let mut lan = enter(&w, "lan").await;
        let (mut device, made) = add(&mut lan, "Điện thoại").await;
        let mut browser = Browser::new(&w);
        device.origin = "https://evil.example".to_owned();
        assert_eq!(sign_in(&mut browser, &mut device).await, refused(), "the page was another");
        device.origin = "http://localhost:8080".to_owned();
        assert_eq!(sign_in(&mut browser, &mut device).await, refused(), "the port was another");
        device.origin = ORIGIN.to_owned();
        device.verifies = false;
        assert_eq!(sign_in(&mut browser, &mut device).await, refused(), "nobody was asked for finger, face or PIN");
        device.verifies = true;
        device.counter = 10;
        assert_eq!(sign_in(&mut browser, &mut device).await.0, 200);
        device.counter = 4;
        assert_eq!(sign_in(&mut browser, &mut device).await, refused(), "the counter fell: a copy");
        device.counter = 20;
        assert_eq!(sign_in(&mut browser, &mut device).await.0, 200, "the device itself goes on");

        // An answer to another challenge, one whose signature does not fit, and what is no answer.
        let first = browser.get("POST", "/session/passkey/options", json!({})).await;
        let other = browser.get("POST", "/session/passkey/options", json!({})).await;
        let crossed = json!({ "ticket": other["ticket"], "credential": device.sign(&first["options"]) });
        assert_eq!(browser.ask("POST", "/session/passkey", crossed).await, refused());
        let mut forged = device.sign(&first["options"]);
        let signature = device.sign(&other["options"])["response"]["signature"].clone();
        forged["response"]["signature"] = signature;
        assert_eq!(browser.ask("POST", "/session/passkey", json!({ "ticket": first["ticket"], "credential": forged })).await, refused());
        let nothing = json!({ "ticket": first["ticket"], "credential": { "id": "AA", "rawId": "AA", "type": "public-key", "response": {} } });
        assert_eq!(browser.ask("POST", "/session/passkey", nothing).await, refused());

        let late = browser.get("POST", "/session/passkey/options", json!({})).await;
        w.clock.advance_seconds(tickets::LIFE_SECONDS);
        let sent = json!({ "ticket": late["ticket"], "credential": device.sign(&late["options"]) });
        assert_eq!(browser.ask("POST", "/session/passkey", sent).await, (401, "session.step_over".to_owned()));

        // Removed between question and answer.
        let asked = browser.get("POST", "/session/passkey/options", json!({})).await;
        let id = made["passkey"]["id"].as_str().expect("an id");
        lan.get("DELETE", &format!("/me/passkeys/{id}"), Value::Null).await;
        let sent = json!({ "ticket": asked["ticket"], "credential": device.sign(&asked["options"]) });
        assert_eq!(browser.ask("POST", "/session/passkey", sent).await, refused());
        assert_eq!(lan.get("GET", "/me/factors", Value::Null).await["recovery_codes"], json!(null), "the last factor took them with it");
    }

    async fn the_passkey_of_one_person_is_nothing_to_another(w: World) {
        school(&w).await;
        let mut lan = enter(&w, "lan").await;
        let (mut lans, made) = add(&mut lan, "Điện thoại").await;
        let mut hoa = enter(&w, "hoa").await;
        let (mut hoas, _) = add(&mut hoa, "Điện thoại").await;
        // As the second step of the other's sign-in.
        let mut browser = Browser::new(&w);
        let step = browser.get("POST", "/session", json!({ "login": "hoa", "password": PASSWORD })).await;
        let asked = browser.get("POST", "/session/passkey/options", json!({ "ticket": step["ticket"] })).await;
        assert!(hoas.is_asked(&asked["options"]) && !lans.is_asked(&asked["options"]));
        let sent = json!({ "ticket": asked["ticket"], "credential": lans.sign(&asked["options"]) });
        assert_eq!(browser.ask("POST", "/session/passkey", sent).await, refused());
        // As a confirmation in the other's session, with one's own ticket and with hers.
        let asked = hoa.get("POST", "/me/confirmation/passkey/options", Value::Null).await;
        let sent = json!({ "ticket": asked["ticket"], "credential": lans.sign(&asked["options"]) });
        assert_eq!(hoa.ask("POST", "/me/confirmation/passkey", sent).await, (422, "passkey.refused".to_owned()));
        let asked = hoa.get("POST", "/me/confirmation/passkey/options", Value::Null).await;
        let sent = json!({ "ticket": asked["ticket"], "credential": hoas.sign(&asked["options"]) });
        assert_eq!(lan.ask("POST", "/me/confirmation/passkey", sent.clone()).await, (409, "ticket.over".to_owned()));
        w.clock.advance_seconds(200);
        hoa.get("POST", "/me/confirmation/passkey", sent.clone()).await;
        assert_eq!(hoa.ask("POST", "/me/confirmation/passkey", sent).await, (409, "ticket.over".to_owned()), "good once");
        // To be renamed or removed.
        let path = format!("/me/passkeys/{}", made["passkey"]["id"].as_str().expect("an id"));
        let missing = (404, "passkey.not_found".to_owned());
        assert_eq!(hoa.ask("DELETE", &path, Value::Null).await, missing);
        let (status, _) = hoa.send("PUT", &path, Some(json!({ "name": "Của tôi" })), &[("if-match", "\"1\"")]).await;
        assert_eq!(status.as_u16(), 404);
        let (status, renamed) = lan.send("PUT", &path, Some(json!({ "name": "Máy tính" })), &[("if-match", "\"1\"")]).await;
        assert_eq!((status.as_u16(), &renamed["name"], &renamed["version"]), (200, &json!("Máy tính"), &json!(2)));
        let (status, _) = lan.send("PUT", &path, Some(json!({ "name": "Máy" })), &[("if-match", "\"1\"")]).await;
        assert_eq!(status.as_u16(), 412);
        let (status, _) = lan.send("PUT", &path, Some(json!({ "name": " " })), &[("if-match", "\"2\"")]).await;
        assert_eq!(status.as_u16(), 422);
    }

    async fn what_a_browser_made_for_another_is_not_added(w: World) {
        school(&w).await;
        let (mut lan, mut hoa) = (enter(&w, "lan").await, enter(&w, "hoa").await);
        let asked = lan.get("POST", "/me/passkeys/options", Value::Null).await;
        let (_, answer) = Authenticator::make(&asked["options"], ORIGIN);
        let sent = json!({ "ticket": asked["ticket"], "name": "Điện thoại", "credential": answer });
        assert_eq!(hoa.ask("POST", "/me/passkeys", sent.clone()).await, (409, "ticket.over".to_owned()));
        lan.get("POST", "/me/passkeys", sent.clone()).await;
        assert_eq!(lan.ask("POST", "/me/passkeys", sent).await, (409, "ticket.over".to_owned()));
        let again = lan.get("POST", "/me/passkeys/options", Value::Null).await;
        assert_eq!(again["options"]["publicKey"]["excludeCredentials"].as_array().map(Vec::len), Some(1));
        let evil = Authenticator::make(&again["options"], "https://evil.example").1;
        let sent = json!({ "ticket": again["ticket"], "name": "Điện thoại", "credential": evil });
        assert_eq!(lan.ask("POST", "/me/passkeys", sent).await, (422, "passkey.refused".to_owned()));
        assert_eq!(lan.get("GET", "/me/factors", Value::Null).await["passkeys"].as_array().map(Vec::len), Some(1));
    }

    async fn where_no_passkey_works_it_is_said_and_others_are_offered(w: World) {
        school(&w).await;
        let mut lan = enter(&w, "lan").await;
        add(&mut lan, "Điện thoại").await;
        let mut far = Browser::new(&w);
        far.host = "192.0.2.1".to_owned();
        let step = far.get("POST", "/session", json!({ "login": "lan", "password": PASSWORD })).await;
        assert_eq!(step["methods"], json!(["recovery_code"]));
        for body in [json!({}), json!({ "ticket": step["ticket"] })] {
            assert_eq!(far.ask("POST", "/session/passkey/options", body).await, (409, "passkey.unavailable".to_owned()));
        }
        // A passkey made at one name is not asked for at another.
        far.host = "other.localhost".to_owned();
        let step = far.get("POST", "/session", json!({ "login": "lan", "password": PASSWORD })).await;
        assert_eq!(step["methods"], json!(["recovery_code"]));
    }
}
