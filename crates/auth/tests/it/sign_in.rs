use auth::delay::{self, Origin};
use base::AccountId;
use testkit::World;

use crate::{land, somebody};

fn from(address: &str, device: Option<u8>) -> Origin {
    Origin { address: address.to_owned(), device: device.map(|d| [d; 32]) }
}

/// One attempt with a wrong password: nothing, or the seconds to wait.
async fn wrong(w: &World, login: &str, account: Option<AccountId>, origin: &Origin) -> Option<u32> {
    let (login, origin) = (login.to_owned(), origin.clone());
    let begun =
        w.db.write(&w.system(), move |tx| {
            tx.public("a test signs in");
            delay::begin(tx, &login, account, &origin)
        })
        .await;
    match begun {
        Err(error) => {
            assert_eq!(error.code(), "session.too_many_attempts");
            error.retry_seconds()
        }
        Ok(attempt) => {
            w.db.write(&w.system(), move |tx| {
                tx.public("a test signs in");
                delay::failed(tx, &attempt)
            })
            .await
            .expect("counts");
            None
        }
    }
}

/// One attempt with the right password.
async fn right(w: &World, login: &str, account: AccountId, origin: &Origin) -> Option<u32> {
    let (login, origin) = (login.to_owned(), origin.clone());
    let done =
        w.db.write(&w.system(), move |tx| {
            tx.public("a test signs in");
            let attempt = delay::begin(tx, &login, Some(account), &origin)?;
            delay::succeeded(tx, &attempt, account, origin.device)
        })
        .await;
    done.err().and_then(|error| error.retry_seconds())
}

testkit::both! {
    async fn the_wait_of_a_pair_grows_and_a_refused_attempt_is_not_counted(w: World) {
        let origin = from("10.0.0.1", None);
        for _ in 0..3 {
            assert_eq!(wrong(&w, "nobody", None, &origin).await, None);
        }
        for wait in [1, 2, 4, 8] {
            assert_eq!(wrong(&w, "nobody", None, &origin).await, Some(wait));
            assert_eq!(wrong(&w, "nobody", None, &origin).await, Some(wait), "asking again does not lengthen it");
            w.clock.advance_seconds(i64::from(wait));
            assert_eq!(wrong(&w, "nobody", None, &origin).await, None);
        }
        assert_eq!(wrong(&w, "somebody", None, &origin).await, None, "another name is another pair");
        w.clock.advance_seconds(delay::MEMORY_SECONDS + 1);
        assert_eq!(wrong(&w, "nobody", None, &origin).await, None, "after a day all is forgotten");
    }

    async fn a_right_password_forgives(w: World) {
        let land = land(&w).await;
        let lan = somebody(&w, "lan", "teacher", land.school).await;
        let origin = from("10.0.0.1", None);
        for _ in 0..3 {
            wrong(&w, "lan", Some(lan), &origin).await;
        }
        w.clock.advance_seconds(1);
        assert_eq!(right(&w, "lan", lan, &origin).await, None);
        assert_eq!(wrong(&w, "lan", Some(lan), &origin).await, None);
    }

    async fn a_school_behind_one_address_is_not_slowed_while_one_account_is_attacked(w: World) {
        let land = land(&w).await;
        let school = "203.0.113.5";
        let head = somebody(&w, "hieu.truong", "head", land.school).await;
        let known = from(school, Some(1));
        assert_eq!(right(&w, "hieu.truong", head, &known).await, None, "the head's own computer is known");
        // Somebody in the same building tries the head's password again and again.
        let attacker = from(school, Some(66));
        for _ in 0..12 {
            wrong(&w, "hieu.truong", Some(head), &attacker).await;
            w.clock.advance_seconds(600);
        }
        wrong(&w, "hieu.truong", Some(head), &attacker).await;
        assert!(wrong(&w, "hieu.truong", Some(head), &attacker).await.is_some_and(|wait| wait <= 900));
        // Sixty teachers sign in on new machines, all at once, and a few mistype.
        for n in 0..60u8 {
            let login: &'static str = Box::leak(format!("teacher{n}").into_boxed_str());
            let teacher = somebody(&w, login, "teacher", land.school).await;
            let origin = from(school, None);
            if n % 5 == 0 {
                assert_eq!(wrong(&w, login, Some(teacher), &origin).await, None, "{login}");
            }
            assert_eq!(right(&w, login, teacher, &origin).await, None, "{login}");
        }
        // And the head, on the known computer, is not locked out.
        assert_eq!(right(&w, "hieu.truong", head, &known).await, None);
    }

    async fn an_account_attacked_from_everywhere_slows_down_for_strangers_only(w: World) {
        let land = land(&w).await;
        let lan = somebody(&w, "lan", "teacher", land.school).await;
        let home = from("198.51.100.1", Some(9));
        assert_eq!(right(&w, "lan", lan, &home).await, None);
        for n in 0..25u8 {
            wrong(&w, "lan", Some(lan), &from(&format!("192.0.2.{n}"), None)).await;
            w.clock.advance_seconds(2);
        }
        wrong(&w, "lan", Some(lan), &from("192.0.2.200", None)).await;
        let wait = wrong(&w, "lan", Some(lan), &from("192.0.2.201", None)).await;
        assert!(wait.is_some_and(|wait| i64::from(wait) <= delay::ACCOUNT_LONGEST), "{wait:?}");
        assert_eq!(right(&w, "lan", lan, &home).await, None, "the known device is not slowed");
        assert_eq!(right(&w, "lan", lan, &from("198.51.100.77", Some(9))).await, None, "wherever it is");
    }

    async fn an_address_that_tries_many_accounts_is_slowed(w: World) {
        let origin = from("192.0.2.9", None);
        for n in 0..51 {
            assert_eq!(wrong(&w, &format!("guess{n}"), None, &origin).await, None, "{n}");
        }
        assert!(wrong(&w, "one.more", None, &origin).await.is_some());
        assert_eq!(wrong(&w, "one.more", None, &from("192.0.2.10", None)).await, None, "others are not");
    }

    async fn attempts_still_being_looked_at_count_for_the_pair_but_not_for_the_address(w: World) {
        let origin = from("10.0.0.1", None);
        for n in 0..70 {
            let (login, origin) = (format!("teacher{n}"), origin.clone());
            w.db.write(&w.system(), move |tx| { tx.public("test"); delay::begin(tx, &login, None, &origin) })
                .await.expect("a school may sign in all at once");
        }
        for _ in 0..3 {
            let origin = from("10.0.0.2", None);
            w.db.write(&w.system(), move |tx| { tx.public("test"); delay::begin(tx, "lan", None, &origin) }).await.expect("free");
        }
        assert!(wrong(&w, "lan", None, &from("10.0.0.2", None)).await.is_some(), "sent all at once, they still count");
    }

    async fn attempts_that_were_broken_off_slow_the_address(w: World) {
        let origin = from("192.0.2.9", None);
        for n in 0..=delay::ADDRESS_ACCOUNTS {
            let (login, origin) = (format!("guess{n}"), origin.clone());
            w.db.write(&w.system(), move |tx| { tx.public("test"); delay::begin(tx, &login, None, &origin) }).await.expect("counts");
        }
        assert_eq!(wrong(&w, "one.more", None, &origin).await, None, "they may still be looked at");
        // Whoever hangs up before the answer comes is never told that it failed.
        w.clock.advance_seconds(delay::PENDING_SECONDS);
        assert_eq!(wrong(&w, "another", None, &origin).await, None, "the wait is over by now");
        assert!(wrong(&w, "yet.another", None, &origin).await.is_some());
        assert_eq!(wrong(&w, "one.more", None, &from("192.0.2.10", None)).await, None, "others are not");
    }

    async fn the_addresses_of_one_ipv6_network_count_as_one(w: World) {
        for n in 0..3 {
            assert_eq!(wrong(&w, "lan", None, &from(&format!("2001:db8::{n}"), None)).await, None);
        }
        assert!(wrong(&w, "lan", None, &from("2001:db8::ffff:9", None)).await.is_some());
        assert_eq!(wrong(&w, "lan", None, &from("2001:db8:0:1::9", None)).await, None, "another network");
        for n in 0..delay::ADDRESS_ACCOUNTS {
            assert_eq!(wrong(&w, &format!("guess{n}"), None, &from(&format!("2001:db8:1::{n}"), None)).await, None);
        }
        assert_eq!(wrong(&w, "one.more", None, &from("2001:db8:1::ffff", None)).await, None);
        assert!(wrong(&w, "another", None, &from("2001:db8:1::fffe", None)).await.is_some());
    }

    async fn failures_that_seem_to_lie_ahead_slow_nobody(w: World) {
        let land = land(&w).await;
        let lan = somebody(&w, "lan", "teacher", land.school).await;
        let origin = from("10.0.0.1", None);
        w.clock.advance_seconds(86_400);
        for _ in 0..4 {
            let _counted = wrong(&w, "lan", Some(lan), &origin).await;
        }
        assert!(wrong(&w, "lan", Some(lan), &origin).await.is_some());
        // The clock was a day ahead, and is set right.
        w.clock.advance_seconds(-86_400);
        assert_eq!(right(&w, "lan", lan, &origin).await, None, "nobody waits a day and more");
    }

    async fn wrong_codes_and_wrong_passwords_are_counted_apart(w: World) {
        let land = land(&w).await;
        let lan = somebody(&w, "lan", "teacher", land.school).await;
        let origin = from("10.0.0.1", None);
        let code = async |is_right: bool| {
            let from = origin.clone();
            let ctx = w.system();
            let done = w.db.write(&ctx, move |tx| {
                tx.public("test");
                let attempt = delay::begin_code(tx, "lan", lan, &from)?;
                match is_right {
                    true => delay::succeeded(tx, &attempt, lan, None),
                    false => delay::failed(tx, &attempt),
                }
            });
            done.await.map_err(|error| error.code())
        };
        for _ in 0..3 {
            assert_eq!(code(false).await, Ok(()));
        }
        assert_eq!(right(&w, "lan", lan, &origin).await, None, "whoever guesses codes has the password");
        assert_eq!(code(false).await, Err("session.too_many_attempts"), "and gets no new tries by it");
        w.clock.advance_seconds(1);
        assert_eq!(code(true).await, Ok(()));
        for _ in 0..3 {
            assert_eq!(code(false).await, Ok(()), "a right code forgives");
        }
    }

    async fn wrong_codes_of_an_app_keep_nobody_from_the_recovery_codes(w: World) {
        let land = land(&w).await;
        let lan = somebody(&w, "lan", "teacher", land.school).await;
        let tried = async |recovery: bool, address: &str, is_right: bool| {
            let (from, ctx) = (from(address, None), w.system());
            let done = w.db.write(&ctx, move |tx| {
                tx.public("test");
                let attempt = match recovery {
                    true => delay::begin_recovery_code(tx, "lan", lan, &from)?,
                    false => delay::begin_code(tx, "lan", lan, &from)?,
                };
                if is_right { delay::succeeded(tx, &attempt, lan, None) } else { delay::failed(tx, &attempt) }
            });
            done.await.map_err(|error| error.code())
        };
        let too_many = Err("session.too_many_attempts");
        for n in 0..24u8 {
            let _may_wait = tried(false, &format!("192.0.2.{n}"), false).await;
            w.clock.advance_seconds(2);
        }
        for _ in 0..4 {
            let _may_wait = tried(false, "192.0.2.99", false).await;
        }
        assert_eq!(tried(false, "198.51.100.1", true).await, too_many, "the app's code waits wherever its owner is");
        // Not so the codes on paper, even in the house of whoever guesses.
        for _ in 0..3 {
            assert_eq!(tried(true, "192.0.2.99", false).await, Ok(()));
        }
        assert_eq!(tried(true, "192.0.2.99", true).await, too_many, "they are counted too, where they are tried");
        for n in 0..40u8 {
            assert_eq!(tried(true, &format!("203.0.113.{n}"), false).await, Ok(()), "80 bits need no more");
        }
        assert_eq!(tried(true, "198.51.100.1", true).await, Ok(()));
        // A renewed password lets its owner begin anew with all.
        w.db.write(&w.system(), |tx| { tx.public("test"); delay::start_anew(tx, "lan") }).await.expect("starts anew");
        assert_eq!(tried(true, "192.0.2.99", true).await, Ok(()));
        assert_eq!(tried(false, "192.0.2.99", true).await, Ok(()));
    }
}
