//! Adding and removing one's own factors, recovery codes, fresh confirmation, and helping somebody who lost theirs.

use base::Clock as _;
use serde_json::{Value, json};
use testkit::World;
use totp_rs::{Builder, Secret};

use crate::routes::Browser;
use crate::{Land, PASSWORD, kinds, land, somebody};

/// What an authenticator app shows `seconds` from now.
pub fn shows(w: &World, secret: &str, seconds: i64) -> String {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).expect("base32");
    let totp = Builder::new().with_secret(secret.as_bytes().to_vec()).build().expect("a secret");
    totp.generate(u64::try_from(w.clock.now().0 / 1_000_000 + seconds).expect("a moment")).to_string()
}

/// Signs in with the password alone.
pub async fn enter(w: &World, login: &str) -> Browser {
    let mut browser = Browser::new(w);
    browser.get("POST", "/session", json!({ "login": login, "password": PASSWORD })).await;
    browser
}

/// Adds an authenticator app; answers its secret and the recovery codes.
pub async fn add_app(w: &World, browser: &mut Browser) -> (String, Value) {
    let begun = browser.get("POST", "/me/totp", Value::Null).await;
    let secret = begun["secret"].as_str().expect("a secret").to_owned();
    let added = browser.get("PUT", "/me/totp", json!({ "code": shows(w, &secret, 0) })).await;
    // Its code was used: the next one is another.
    w.clock.advance_seconds(30);
    (secret, added["recovery_codes"].clone())
}

async fn school(w: &World) -> Land {
    let land = land(w).await;
    let digest = auth::passwords::hash(PASSWORD).expect("a digest");
    somebody(w, "lan", "teacher", land.school, &digest).await;
    somebody(w, "hieu.truong", "head", land.school, &digest).await;
    land
}

testkit::both! {
    async fn an_app_counts_from_its_first_code_and_brings_recovery_codes(w: World) {
        school(&w).await;
        let mut lan = enter(&w, "lan").await;
        assert_eq!(lan.ask("PUT", "/me/totp", json!({ "code": "123456" })).await, (409, "totp.not_begun".to_owned()));
        let begun = lan.get("POST", "/me/totp", Value::Null).await;
        let secret = begun["secret"].as_str().expect("a secret").to_owned();
        assert!(begun["uri"].as_str().expect("a URI").contains(&secret.replace(' ', "")));
        assert!(begun["qr"].as_str().expect("an image").starts_with("<svg "));
        let wrong = if shows(&w, &secret, 0) == "000000" { "000001" } else { "000000" };
        let (status, refused) = lan.send("PUT", "/me/totp", Some(json!({ "code": wrong })), &[]).await;
        assert_eq!((status.as_u16(), &refused["fields"][0]["code"]), (422, &json!("totp.wrong")));
        let none = lan.get("GET", "/me/factors", Value::Null).await;
        assert_eq!((&none["totp"], &none["recovery_codes"], &none["required"]), (&json!(null), &json!(null), &json!(false)));

        w.clock.advance_seconds(auth::factors::totp::PENDING_SECONDS);
        lan.get("POST", "/me/confirmation", json!({ "password": PASSWORD })).await;
        let late = json!({ "code": shows(&w, &secret, 0) });
        assert_eq!(lan.ask("PUT", "/me/totp", late).await, (409, "totp.not_begun".to_owned()));
        let (secret, codes) = add_app(&w, &mut lan).await;
        assert_eq!(codes.as_array().map(Vec::len), Some(10));
        let factors = lan.get("GET", "/me/factors", Value::Null).await;
        assert_eq!(factors["recovery_codes"]["left"], 10);
        let told = [factors.to_string(), lan.get("GET", "/me", Value::Null).await.to_string()].concat();
        assert!(!told.contains(&secret) && !told.contains(codes[0].as_str().expect("a code")), "never shown again");

        // Another phone takes its place; the codes on paper stay.
        let (new_secret, new_codes) = add_app(&w, &mut lan).await;
        assert_eq!(new_codes, json!(null));
        let old = json!({ "totp": shows(&w, &secret, 0) });
        assert_eq!(lan.ask("POST", "/me/confirmation", old).await.0, 422);
        lan.get("POST", "/me/confirmation", json!({ "totp": shows(&w, &new_secret, 0) })).await;

        lan.get("DELETE", "/me/totp", Value::Null).await;
        assert_eq!(lan.ask("DELETE", "/me/totp", Value::Null).await, (404, "totp.not_found".to_owned()));
        let none = lan.get("GET", "/me/factors", Value::Null).await;
        assert_eq!((&none["totp"], &none["recovery_codes"]), (&json!(null), &json!(null)), "they end with the last factor");
        assert_eq!(lan.ask("POST", "/me/recovery-codes", Value::Null).await, (409, "factor.none".to_owned()));
        let told = kinds(&w).await;
        for kind in ["factor.added", "factor.codes_made", "factor.removed", "session.confirmed"] {
            assert!(told.contains(&kind.to_owned()), "{kind}");
        }
    }

    async fn a_device_left_open_changes_nothing_after_ten_minutes(w: World) {
        let land = school(&w).await;
        let lan_id = somebody(&w, "hoa", "teacher", land.school, "-").await;
        let mut head = enter(&w, "hieu.truong").await;
        let grant = json!({ "account": lan_id, "role": "clerk", "from": "2026-09-07" });
        let grants = format!("/units/{}/grants", land.school);
        let acts = [
            ("POST", "/me/totp".to_owned(), Value::Null),
            ("POST", "/me/passkeys/options".to_owned(), Value::Null),
            ("POST", "/me/recovery-codes".to_owned(), Value::Null),
            ("DELETE", "/me/totp".to_owned(), Value::Null),
            ("POST", format!("/accounts/{lan_id}/password-renewal"), Value::Null),
            ("DELETE", format!("/accounts/{lan_id}/factors"), json!({})),
            ("POST", grants.clone(), grant.clone()),
            ("POST", format!("/units/{}/invitations", land.school), json!({ "display_name": "Lê Văn Tám", "role": "school_admin" })),
            ("POST", format!("/units/{}/invitations", land.school), json!({ "display_name": "Lê Văn Tám", "role": "deputy_head" })),
        ];
        w.clock.advance_seconds(auth::confirmation::FRESH_SECONDS);
        for (method, path, body) in &acts {
            let refused = head.ask(method, path, body.clone()).await;
            assert_eq!(refused, (403, "session.confirm_first".to_owned()), "{method} {path}");
        }
        let teacher = json!({ "display_name": "Lê Văn Tám", "role": "teacher" });
        head.get("POST", &format!("/units/{}/invitations", land.school), teacher).await;
        assert_eq!(head.get("GET", "/me/factors", Value::Null).await["confirmed_until"], json!(null));
        for bad in [json!({}), json!({ "password": PASSWORD, "totp": "123456" })] {
            assert_eq!(head.ask("POST", "/me/confirmation", bad).await.0, 422);
        }
        let (status, wrong) = head.send("POST", "/me/confirmation", Some(json!({ "password": "không phải" })), &[]).await;
        assert_eq!((status.as_u16(), &wrong["fields"][0]["code"]), (422, &json!("password.wrong")));
        assert_eq!(head.ask("POST", &grants, grant.clone()).await.0, 403, "a wrong one confirms nothing");
        head.get("POST", "/me/confirmation", json!({ "password": PASSWORD })).await;
        assert!(head.get("GET", "/me/factors", Value::Null).await["confirmed_until"].is_string());
        head.get("POST", &grants, grant).await;

        // With a second factor the password alone is not enough.
        let (secret, codes) = add_app(&w, &mut head).await;
        let password = json!({ "password": PASSWORD });
        assert_eq!(head.ask("POST", "/me/confirmation", password).await, (409, "confirmation.stronger".to_owned()));
        w.clock.advance_seconds(auth::confirmation::FRESH_SECONDS);
        assert_eq!(head.ask("DELETE", "/me/totp", Value::Null).await, (403, "session.confirm_first".to_owned()));
        let changed = json!({ "current": PASSWORD, "new": "một câu mới hẳn hoi" });
        assert_eq!(head.ask("PUT", "/me/password", changed.clone()).await, (403, "session.confirm_first".to_owned()));
        let shown = json!({ "totp": shows(&w, &secret, 0) });
        head.get("POST", "/me/confirmation", shown.clone()).await;
        head.get("PUT", "/me/password", changed).await;
        assert_eq!(head.ask("POST", "/me/confirmation", shown).await.0, 422, "no code is taken twice");
        w.clock.advance_seconds(auth::confirmation::FRESH_SECONDS);
        head.get("POST", "/me/confirmation", json!({ "recovery_code": codes[3] })).await;
        assert_eq!(head.ask("POST", "/me/confirmation", json!({ "recovery_code": codes[3] })).await.0, 422);
        assert_eq!(head.get("GET", "/me/factors", Value::Null).await["recovery_codes"]["left"], 9);
        let new = head.get("POST", "/me/recovery-codes", Value::Null).await;
        w.clock.advance_seconds(auth::confirmation::FRESH_SECONDS);
        assert_eq!(head.ask("POST", "/me/confirmation", json!({ "recovery_code": codes[4] })).await.0, 422, "the old ones ended");
        head.get("POST", "/me/confirmation", json!({ "recovery_code": new["recovery_codes"][4] })).await;
    }

    async fn the_secret_of_an_app_is_encrypted_and_found_when_the_key_is_changed(w: World) {
        school(&w).await;
        let mut lan = enter(&w, "lan").await;
        let (secret, _) = add_app(&w, &mut lan).await;
        let [column, _waiting] = accounts::factors::encrypted();
        let other_key = 9u32.to_be_bytes().to_vec();
        let (next, first) = (column.next, column.first.clone());
        let rows: Vec<(base::Uuid, base::Uuid, Vec<u8>)> =
            w.db.read(&w.system(), move |tx| {
                tx.public("test");
                tx.all(next, &[first[0].clone(), base::Value::Bytes(other_key.into()), base::Value::Int(10)])
            })
            .await
            .expect("reads");
        assert_eq!(rows.len(), 1);
        let plain = w.db.keys().open(column.purpose, &(column.about)(&[Vec::new(), rows[0].1.as_bytes().to_vec()]), &rows[0].2).expect("opens");
        assert_eq!(plain, Secret::try_from_base32(secret.replace(' ', "")).expect("base32").as_bytes());
        assert!(!rows[0].2.windows(20).any(|part| part == plain), "it does not lie there in clear");
    }

    async fn codes_are_not_guessed_in_an_open_session_either(w: World) {
        school(&w).await;
        let mut lan = enter(&w, "lan").await;
        let (_, codes) = add_app(&w, &mut lan).await;
        for _ in 0..3 {
            assert_eq!(lan.ask("POST", "/me/confirmation", json!({ "totp": "000000" })).await.0, 422);
        }
        let waits = lan.ask("POST", "/me/confirmation", json!({ "totp": "000000" })).await;
        assert_eq!(waits, (429, "session.too_many_attempts".to_owned()));
        // Whoever guesses those keeps nobody from the codes on paper, which are counted by themselves.
        lan.get("POST", "/me/confirmation", json!({ "recovery_code": codes[0] })).await;
        for _ in 0..3 {
            assert_eq!(lan.ask("POST", "/me/confirmation", json!({ "recovery_code": "x" })).await.0, 422);
        }
        assert_eq!(lan.ask("POST", "/me/confirmation", json!({ "recovery_code": "x" })).await.0, 429, "nor the other way");
    }

    async fn who_may_renew_a_password_resets_factors_and_nobody_else(w: World) {
        let land = school(&w).await;
        let mut lan = enter(&w, "lan").await;
        let (secret, _) = add_app(&w, &mut lan).await;
        let id = lan.get("GET", "/me", Value::Null).await["account"]["id"].as_str().expect("an id").to_owned();
        let path = format!("/accounts/{id}/factors");
        let digest = auth::passwords::hash(PASSWORD).expect("a digest");
        somebody(&w, "xa", "head", land.far, &digest).await;
        somebody(&w, "hoa", "deputy_head", land.school, &digest).await;
        let why = json!({ "reason": "Mất điện thoại" });
        assert_eq!(lan.ask("DELETE", &path, why.clone()).await.0, 409, "one's own are removed elsewhere");
        assert_eq!(enter(&w, "xa").await.ask("DELETE", &path, why.clone()).await, (404, "account.not_found".to_owned()));
        assert_eq!(enter(&w, "hoa").await.ask("DELETE", &path, why.clone()).await, (403, "auth.forbidden".to_owned()));

        let mut head = enter(&w, "hieu.truong").await;
        // A renewed password leaves the second factor where it is.
        let renewed = head.get("POST", &format!("/accounts/{id}/password-renewal"), Value::Null).await;
        let sign_in = json!({ "login": "lan", "password": renewed["password"] });
        let mut other = Browser::new(&w);
        let step = other.get("POST", "/session", sign_in.clone()).await;
        assert_eq!(step["methods"], json!(["totp", "recovery_code"]));
        head.get("DELETE", &path, why.clone()).await;
        let code = json!({ "ticket": step["ticket"], "method": "totp", "code": shows(&w, &secret, 0) });
        assert_eq!(other.ask("POST", "/session/second-step", code).await, (401, "session.step_over".to_owned()));
        let me = other.get("POST", "/session", sign_in).await;
        assert_eq!(me["account"]["must_change_password"], json!(true));
        assert_eq!(other.ask("POST", "/me/totp", Value::Null).await, (403, "account.must_change_password".to_owned()));
        assert_eq!(head.ask("DELETE", &path, why).await, (409, "factor.none".to_owned()));
        assert!(kinds(&w).await.contains(&"factor.reset".to_owned()));
    }
}
