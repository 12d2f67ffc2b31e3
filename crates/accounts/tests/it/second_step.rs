//! The second step of a sign-in, and what may come between the steps.

use accounts::factors::confirm::CodeShown;
use accounts::sign_in::Outcome;
use accounts::{change_password, second_step, sign_in};
use auth::delay::Origin;
use auth::tickets::{self, TicketDigest};
use base::{AccountId, Actor};
use serde_json::{Value, json};
use testkit::World;

use crate::factors::{add_app, enter, shows};
use crate::routes::Browser;
use crate::{Land, PASSWORD, device, first_step, kinds, land, sitting, somebody};

/// Somebody with an authenticator app: who, its secret, the recovery codes.
async fn with_app(w: &World) -> (Land, AccountId, String, Value) {
    let land = land(w).await;
    let digest = auth::passwords::hash(PASSWORD).expect("a digest");
    let lan = somebody(w, "lan", "teacher", land.school, &digest).await;
    let (secret, codes) = add_app(w, &mut enter(w, "lan").await).await;
    (land, lan, secret, codes)
}

async fn first(browser: &mut Browser) -> Value {
    let (status, step) =
        browser.send("POST", "/session", Some(json!({ "login": "lan", "password": PASSWORD })), &[]).await;
    assert_eq!(status.as_u16(), 202, "{step}");
    step
}

fn second(step: &Value, method: &str, code: &str) -> Value {
    json!({ "ticket": step["ticket"], "method": method, "code": code })
}

fn code_of(browser: (u16, String)) -> String {
    browser.1
}

async fn write<T: std::fmt::Debug + Send + 'static>(
    w: &World,
    act: impl Fn(&mut db::Tx<'_>) -> base::Result<T> + Send + Sync + 'static,
) -> T {
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        act(tx)
    })
    .await
    .expect("writes")
}

/// Takes the second step as the route does.
async fn step(
    w: &World,
    digest: TicketDigest,
    code: CodeShown,
    device: sign_in::Device,
) -> base::Result<Option<auth::SignedIn>> {
    let nobody = w.ctx(Actor::Anonymous);
    w.db.write(&nobody, move |tx| second_step::second_step(tx, &digest, &code, &device)).await
}

testkit::both! {
    async fn a_code_opens_the_session_once(w: World) {
        let (_, _, secret, codes) = with_app(&w).await;
        let mut lan = Browser::new(&w);
        let step = first(&mut lan).await;
        assert_eq!(step["methods"], json!(["totp", "recovery_code"]), "no passkey was added");
        assert_eq!(lan.ask("GET", "/me", Value::Null).await.0, 401, "the password alone opens nothing");
        for far in [-60, 60, 90] {
            let late = second(&step, "totp", &shows(&w, &secret, far));
            assert_eq!(code_of(lan.ask("POST", "/session/second-step", late).await), "session.wrong_code", "{far}");
        }
        w.clock.advance_seconds(30);
        let right = second(&step, "totp", &format!(" {} ", shows(&w, &secret, -30)));
        let me = lan.get("POST", "/session/second-step", right.clone()).await;
        assert_eq!(me["account"]["login"], "lan");
        assert_eq!(lan.ask("GET", "/me", Value::Null).await.0, 200);
        assert_eq!(code_of(lan.ask("POST", "/session/second-step", right).await), "session.step_over", "a ticket is good once");
        let again = first(&mut lan).await;
        let same = second(&again, "totp", &shows(&w, &secret, -30));
        assert_eq!(code_of(lan.ask("POST", "/session/second-step", same).await), "session.wrong_code", "a code is good once");
        // What is shown now and what comes next are taken, never what came before the last one used.
        lan.get("POST", "/session/second-step", second(&again, "totp", &shows(&w, &secret, 30))).await;
        let third = first(&mut lan).await;
        let earlier = second(&third, "totp", &shows(&w, &secret, 0));
        assert_eq!(code_of(lan.ask("POST", "/session/second-step", earlier).await), "session.wrong_code");

        let paper = codes[0].as_str().expect("a code").to_uppercase().replace('-', " ");
        lan.get("POST", "/session/second-step", second(&third, "recovery_code", &paper)).await;
        let fourth = first(&mut lan).await;
        let used = second(&fourth, "recovery_code", &paper);
        assert_eq!(code_of(lan.ask("POST", "/session/second-step", used).await), "session.wrong_code");
        let left = lan.get("GET", "/me/factors", Value::Null).await;
        assert_eq!(left["recovery_codes"]["left"], 9);
    }

    async fn a_ticket_ends_after_five_minutes_and_after_five_wrong_codes(w: World) {
        let (_, _, secret, _) = with_app(&w).await;
        let mut lan = Browser::new(&w);
        let step = first(&mut lan).await;
        w.clock.advance_seconds(tickets::LIFE_SECONDS);
        let late = second(&step, "totp", &shows(&w, &secret, 0));
        assert_eq!(code_of(lan.ask("POST", "/session/second-step", late).await), "session.step_over");
        let step = first(&mut lan).await;
        for _ in 0..tickets::WRONG_CODES {
            let wrong = second(&step, "totp", "x");
            assert_eq!(code_of(lan.ask("POST", "/session/second-step", wrong).await), "session.wrong_code");
            w.clock.advance_seconds(2);
        }
        w.clock.advance_seconds(10);
        let right = second(&step, "totp", &shows(&w, &secret, 0));
        assert_eq!(code_of(lan.ask("POST", "/session/second-step", right).await), "session.step_over");
        let made_up = json!({ "ticket": "made-up", "method": "totp", "code": shows(&w, &secret, 0) });
        assert_eq!(code_of(lan.ask("POST", "/session/second-step", made_up).await), "session.step_over");
    }

    async fn guesses_from_many_addresses_slow_the_account_but_not_its_own_device(w: World) {
        let (_, lan, secret, _) = with_app(&w).await;
        let mut waited = None;
        for n in 0..40 {
            // Whoever has the password begins anew each time, and comes from elsewhere.
            let device = device(&format!("203.0.{n}.1")).1;
            let (outcome, digest) = first_step(&w, "lan", PASSWORD, &device).await.expect("the password is right");
            assert!(matches!(outcome, Outcome::SecondStep(..)), "{outcome:?}");
            let wrong = CodeShown::Totp("000000".to_owned());
            if let Err(error) = step(&w, digest, wrong, device).await {
                waited = Some((n, error.code(), error.retry_seconds()));
                break;
            }
        }
        assert_eq!(waited, Some((20, "session.too_many_attempts", Some(1))));
        let mine = [9; 32];
        write(&w, move |tx| auth::delay::know(tx, lan, mine)).await;
        let mut own = device("198.51.100.7").1;
        own.origin.device = Some(mine);
        let (_, digest) = first_step(&w, "lan", PASSWORD, &own).await.expect("the password is right");
        let code = CodeShown::Totp(shows(&w, &secret, 0));
        assert!(step(&w, digest, code, own).await.expect("is not slowed").is_some());
    }

    async fn of_two_at_once_with_one_code_only_one_gets_in(w: World) {
        let (_, _, secret, codes) = with_app(&w).await;
        let paper = codes[0].as_str().expect("a code").to_owned();
        for code in [CodeShown::Totp(shows(&w, &secret, 0)), CodeShown::Recovery(paper)] {
            // Once with a ticket each, once with the same.
            let (here, there) = (device("10.0.0.1").1, device("10.0.0.2").1);
            let (_, first) = first_step(&w, "lan", PASSWORD, &here).await.expect("begins");
            let (_, second) = first_step(&w, "lan", PASSWORD, &there).await.expect("begins");
            let both = tokio::join!(step(&w, first, code.clone(), here), step(&w, second, code.clone(), there));
            let opened = [both.0.expect("answers"), both.1.expect("answers")];
            assert_eq!(opened.iter().flatten().count(), 1, "{code:?}");
        }
        let code = CodeShown::Recovery(codes[1].as_str().expect("a code").to_owned());
        let (here, there) = (device("10.0.0.1").1, device("10.0.0.2").1);
        let (_, ticket) = first_step(&w, "lan", PASSWORD, &here).await.expect("begins");
        let both = tokio::join!(step(&w, ticket, code.clone(), here), step(&w, ticket, code, there));
        let opened = [both.0, both.1].into_iter().filter(|one| matches!(one, Ok(Some(_)))).count();
        assert_eq!(opened, 1);
    }

    async fn the_ticket_of_one_person_is_nothing_to_another(w: World) {
        let (land, ..) = with_app(&w).await;
        let digest = auth::passwords::hash(PASSWORD).expect("a digest");
        somebody(&w, "hoa", "teacher", land.school, &digest).await;
        let (secret, _) = add_app(&w, &mut enter(&w, "hoa").await).await;
        let mut lan = Browser::new(&w);
        let step = first(&mut lan).await;
        let hers = second(&step, "totp", &shows(&w, &secret, 0));
        assert_eq!(code_of(lan.ask("POST", "/session/second-step", hers).await), "session.wrong_code");
    }

    async fn what_was_begun_with_the_old_password_is_not_finished(w: World) {
        let (_, lan, secret, _) = with_app(&w).await;
        let new = auth::passwords::hash("một câu mới hẳn hoi").expect("a digest");
        let (_, digest) = first_step(&w, "lan", PASSWORD, &device("10.0.0.1").1).await.expect("begins");
        let set = new.clone();
        write(&w, move |tx| {
            auth::accounts::set_password(tx, lan, &set, false)?;
            auth::session::end_others(tx, lan, None)
        })
        .await;
        let code = CodeShown::Totp(shows(&w, &secret, 0));
        let late = step(&w, digest, code, device("10.0.0.1").1);
        assert_eq!(late.await.expect_err("the password was changed").code(), "session.step_over");
    }

    async fn a_password_changed_while_it_is_looked_at_is_wrong(w: World) {
        let land = land(&w).await;
        let old = auth::passwords::hash(PASSWORD).expect("a digest");
        let new = auth::passwords::hash("một câu mới hẳn hoi").expect("a digest");
        let lan = somebody(&w, "lan", "teacher", land.school, &old).await;
        let here = crate::sign_in(&w, "lan", PASSWORD, &device("10.0.0.1").1).await.expect("answers").expect("opens");
        let origin = Origin { address: "10.0.0.1".to_owned(), device: None };
        let nobody = w.ctx(Actor::Anonymous);
        let from = origin.clone();
        let begun = w.db.write(&nobody, move |tx| sign_in::begin(tx, "lan", &from)).await.expect("begins");
        let from = origin.clone();
        let changing = w.db.write(&sitting(&w, &here), move |tx| change_password::begin(tx, &from)).await.expect("begins");
        let confirming = w.db.write(&sitting(&w, &here), move |tx| accounts::factors::confirm::begin(tx, &origin)).await.expect("begins");
        // Meanwhile somebody who may gives a new one. This session stays, for once.
        let (set, session) = (new.clone(), here.session);
        write(&w, move |tx| {
            auth::accounts::set_password(tx, lan, &set, false)?;
            auth::session::end_others(tx, lan, Some(session))
        })
        .await;
        let next = sign_in::NextStep { digest: TicketDigest::of("x"), passkey_host: None };
        let device = device("10.0.0.1").1;
        let late = w.db.write(&nobody, move |tx| sign_in::finish(tx, &begun, true, &device, &next)).await;
        assert!(matches!(late.expect("answers"), Outcome::Wrong));
        let mine = new.clone();
        let again = changing.clone();
        let late = w.db.write(&sitting(&w, &here), move |tx| change_password::finish(tx, &changing, Some(&mine))).await;
        assert!(!late.expect("answers"), "the password that was verified is no longer the password");
        let late = w.db.write(&sitting(&w, &here), move |tx| accounts::factors::confirm::finish(tx, &confirming, true)).await;
        assert!(!late.expect("answers"));
        let held = write(&w, move |tx| auth::accounts::password(tx, lan)).await;
        assert_eq!(held, Some(new.clone()));
        // A session that was ended changes nothing at all.
        write(&w, move |tx| auth::session::end_others(tx, lan, None)).await;
        let late = w.db.write(&sitting(&w, &here), move |tx| change_password::finish(tx, &again, Some(&new))).await;
        assert_eq!(late.expect_err("is over").code(), "session.required");
    }

    async fn a_suspended_person_with_the_right_password_is_told_whom_to_ask(w: World) {
        let (land, lan, secret, _) = with_app(&w).await;
        let head = somebody(&w, "hieu.truong", "head", land.school, "-").await;
        let (_, digest) = first_step(&w, "lan", PASSWORD, &device("10.0.0.1").1).await.expect("begins");
        let act = w.ctx(Actor::Account { account: head, session: None });
        w.db.write(&act, move |tx| {
            accounts::suspend_account::suspend_account(tx, lan, &accounts::suspend_account::SuspendAccount::default())
        })
        .await
        .expect("suspends");
        let code = CodeShown::Totp(shows(&w, &secret, 0));
        let late = step(&w, digest, code, device("10.0.0.1").1);
        assert!(late.await.is_err(), "the steps were half done when it was suspended");
        let mut browser = Browser::new(&w);
        let wrong = json!({ "login": "lan", "password": "không phải" });
        assert_eq!(browser.ask("POST", "/session", wrong).await, (401, "session.wrong_password".to_owned()), "strangers learn nothing");
        let right = json!({ "login": "lan", "password": PASSWORD });
        let (status, told) = browser.send("POST", "/session", Some(right), &[]).await;
        assert_eq!((status.as_u16(), &told["code"]), (403, &json!("session.suspended")));
        assert!(told["detail"].as_str().expect("a sentence").contains(&land.school.to_string()), "{told}");
        assert_eq!(browser.ask("GET", "/me", Value::Null).await.0, 401);
        assert!(kinds(&w).await.contains(&"session.refused".to_owned()));
    }

    async fn the_password_and_a_session_left_open_change_no_password(w: World) {
        let (_, _, secret, _) = with_app(&w).await;
        let here = device("10.0.0.1").1;
        let (_, digest) = first_step(&w, "lan", PASSWORD, &here).await.expect("begins");
        let who = step(&w, digest, CodeShown::Totp(shows(&w, &secret, 0)), here).await.expect("answers").expect("opens");
        let ctx = sitting(&w, &who);
        let origin = Origin { address: "10.0.0.1".to_owned(), device: None };
        let from = origin.clone();
        let begun = w.db.write(&ctx, move |tx| change_password::begin(tx, &from)).await.expect("has just shown both");
        w.clock.advance_seconds(auth::confirmation::FRESH_SECONDS);
        let ctx = sitting(&w, &who);
        let late = begun.clone();
        let refused = w.db.write(&ctx, move |tx| change_password::finish(tx, &late, Some("a digest"))).await;
        assert_eq!(refused.expect_err("not any more").code(), "session.confirm_first");
        let refused = w.db.write(&ctx, move |tx| change_password::begin(tx, &origin)).await;
        assert_eq!(refused.expect_err("no try at the password either").code(), "session.confirm_first");
        let session = who.session;
        write(&w, move |tx| auth::confirmation::confirm(tx, session)).await;
        assert!(w.db.write(&ctx, move |tx| change_password::finish(tx, &begun, Some("a digest"))).await.expect("changes"));
    }
}
