//! What stands between two requests of a sign-in, and how long a confirmation is fresh.

use auth::tickets::{self, NewTicket, Purpose, TicketDigest};
use auth::{Require as _, confirmation, session};
use base::Actor;
use testkit::World;

use crate::{land, somebody};

async fn issue(w: &World, name: &'static str, new: NewTicket, address: &'static str) -> base::Result<()> {
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        tickets::issue(tx, &TicketDigest::of(name), Purpose::PasskeySignIn, &new, address).map(|_| ())
    })
    .await
}

async fn take(w: &World, name: &'static str, purpose: Purpose) -> bool {
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        tickets::take(tx, &TicketDigest::of(name), purpose).map(|held| held.is_some())
    })
    .await
    .expect("takes")
}

testkit::both! {
    async fn a_ticket_is_good_once_for_its_purpose_and_for_minutes(w: World) {
        let land = land(&w).await;
        let lan = somebody(&w, "lan", "teacher", land.school).await;
        let hers = NewTicket { account: Some(lan), ..NewTicket::default() };
        issue(&w, "one", hers.clone(), "10.0.0.1").await.expect("issues");
        assert!(!take(&w, "one", Purpose::SecondStep).await, "it is for something else");
        assert!(!take(&w, "another", Purpose::PasskeySignIn).await);
        assert!(take(&w, "one", Purpose::PasskeySignIn).await);
        assert!(!take(&w, "one", Purpose::PasskeySignIn).await);
        issue(&w, "two", hers.clone(), "10.0.0.1").await.expect("issues");
        w.clock.advance_seconds(tickets::LIFE_SECONDS);
        assert!(!take(&w, "two", Purpose::PasskeySignIn).await);
        // What was begun ends with the sessions.
        issue(&w, "three", hers, "10.0.0.1").await.expect("issues");
        w.db.write(&w.system(), move |tx| { tx.public("test"); session::end_others(tx, lan, None) }).await.expect("ends");
        assert!(!take(&w, "three", Purpose::PasskeySignIn).await);
    }

    async fn nobody_fills_the_disk_with_sign_ins_that_name_nobody(w: World) {
        let many: Vec<TicketDigest> = (0..tickets::AT_ONCE).map(|n| TicketDigest::of(&n.to_string())).collect();
        w.db.write_long(&w.system(), "a test begins many sign-ins", move |tx| {
            tx.public("test");
            for digest in &many {
                tickets::issue(tx, digest, Purpose::PasskeySignIn, &NewTicket::default(), "2001:db8::1")?;
            }
            Ok(())
        })
        .await
        .expect("issues");
        let refused = issue(&w, "one more", NewTicket::default(), "2001:db8::2").await.expect_err("it is one network");
        assert_eq!((refused.code(), refused.retry_seconds()), ("session.too_many_tickets", Some(60)));
        issue(&w, "elsewhere", NewTicket::default(), "2001:db8:1::1").await.expect("others go on");
        w.clock.advance_seconds(tickets::LIFE_SECONDS);
        issue(&w, "later", NewTicket::default(), "2001:db8::1").await.expect("the old ones are over");
        let left = w.db.write(&w.system(), |tx| { tx.public("test"); tickets::forget(tx, 10) }).await.expect("forgets");
        assert_eq!(left, 1, "those of the address went with the last one; the one from elsewhere now");
    }

    async fn an_account_has_so_many_tickets_and_the_newest_stand(w: World) {
        let land = land(&w).await;
        let lan = somebody(&w, "lan", "teacher", land.school).await;
        let hoa = somebody(&w, "hoa", "teacher", land.school).await;
        let of = |account| NewTicket { account: Some(account), ..NewTicket::default() };
        let begin = async |name: String, purpose: Purpose, new: NewTicket| {
            let ctx = w.system();
            let digest = TicketDigest::of(&name);
            let issued = w.db.write(&ctx, move |tx| { tx.public("test"); tickets::issue(tx, &digest, purpose, &new, "10.0.0.1") });
            issued.await.expect("issues");
            w.clock.advance_seconds(1);
        };
        begin("another's".to_owned(), Purpose::PasskeySignIn, of(hoa)).await;
        begin("for something else".to_owned(), Purpose::SecondStep, of(lan)).await;
        for n in 0..=tickets::OF_ACCOUNT {
            begin(format!("{n}"), Purpose::PasskeySignIn, of(lan)).await;
        }
        assert!(!take(&w, "0", Purpose::PasskeySignIn).await, "the oldest made room");
        assert!(take(&w, "1", Purpose::PasskeySignIn).await);
        assert!(take(&w, "20", Purpose::PasskeySignIn).await);
        assert!(take(&w, "another's", Purpose::PasskeySignIn).await);
        assert!(take(&w, "for something else", Purpose::SecondStep).await);
    }

    async fn what_is_too_old_is_forgotten_some_at_a_time(w: World) {
        let made: Vec<TicketDigest> = (0..3).map(|n| TicketDigest::of(&n.to_string())).collect();
        w.db.write(&w.system(), move |tx| {
            tx.public("test");
            for (n, digest) in made.iter().enumerate() {
                tickets::issue(tx, digest, Purpose::PasskeySignIn, &NewTicket::default(), &format!("10.0.{n}.1"))?;
                let origin = auth::delay::Origin { address: format!("10.0.{n}.1"), device: None };
                auth::delay::begin(tx, &n.to_string(), None, &origin)?;
                auth::invitations::failed(tx, &origin.address)?;
            }
            Ok(())
        })
        .await
        .expect("fills");
        let forget = async || {
            let ctx = w.system();
            let forgotten = w.db.write(&ctx, |tx| {
                tx.public("test");
                Ok([auth::delay::forget(tx, 2)?, auth::invitations::forget(tx, 2)?.0, tickets::forget(tx, 2)?])
            });
            forgotten.await.expect("forgets")
        };
        assert_eq!(forget().await, [0; 3], "nothing is old yet");
        w.clock.advance_seconds(auth::delay::MEMORY_SECONDS + 1);
        assert_eq!([forget().await, forget().await, forget().await], [[2; 3], [1; 3], [0; 3]]);
    }

    async fn a_clock_set_back_makes_no_confirmation_fresh(w: World) {
        let land = land(&w).await;
        let lan = somebody(&w, "lan", "teacher", land.school).await;
        let token = session::TokenDigest::of("token");
        let session = w.db.write(&w.system(), move |tx| {
            tx.public("test");
            session::start(tx, lan, &token, "10.0.0.1", "Firefox")
        })
        .await
        .expect("starts");
        let fresh = async || {
            let ctx = w.ctx(Actor::Account { account: lan, session: Some(session) });
            let asked = w.db.read(&ctx, |tx| { tx.require_signed_in()?; confirmation::require(tx) }).await;
            asked.map_err(|error| error.code())
        };
        assert_eq!(fresh().await, Ok(()), "who has just signed in has shown it");
        w.clock.advance_seconds(confirmation::FRESH_SECONDS - 1);
        assert_eq!(fresh().await, Ok(()));
        w.clock.advance_seconds(1);
        assert_eq!(fresh().await, Err("session.confirm_first"));
        w.clock.advance_seconds(-2 * confirmation::FRESH_SECONDS);
        assert_eq!(fresh().await, Err("session.confirm_first"));
        w.clock.advance_seconds(confirmation::FRESH_SECONDS + 1);
        assert_eq!(fresh().await, Ok(()));
        w.db.write(&w.system(), move |tx| { tx.public("test"); session::end(tx, lan, session) }).await.expect("ends");
        assert_eq!(fresh().await, Err("session.confirm_first"), "an ended session confirms nothing");
    }
}
