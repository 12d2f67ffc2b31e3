//! A whole school signs in behind one address while one account is attacked, from elsewhere and from that very address.

use std::time::Duration;

use http::Settings;
use http::ask::{Ask, Reply};
use serde_json::json;
use testkit::World;

use crate::ask;
use crate::place::PASSWORD;

/// Somebody at an address tries a password; `device` is the mark their browser kept.
async fn tries(ask: &Ask, address: &str, login: &str, password: &str, device: &str) -> Reply {
    let cookie = format!("khue-device={device}");
    let mut headers = vec![("content-type", "application/json"), ("x-forwarded-for", address)];
    if !device.is_empty() {
        headers.push(("cookie", cookie.as_str()));
    }
    let body = json!({ "login": login, "password": password }).to_string();
    ask.send("POST", "/api/v1/session", &headers, body).await.expect("an answer")
}

testkit::both! {
    async fn nobody_else_is_slowed(w: World) {
        let digest = auth::passwords::hash(PASSWORD).expect("a digest");
        w.db.write(&w.system(), move |tx| {
            tx.public("a test makes accounts");
            auth::accounts::insert(tx, "hieu.truong", "Hiệu trưởng", &digest, false)?;
            for n in 0..60 {
                auth::accounts::insert(tx, &format!("giao.vien.{n}"), "Giáo viên", &digest, false)?;
            }
            Ok(())
        }).await.expect("makes accounts");
        let app = ask(&w, Settings { behind_proxy: true, ..Settings::default() });
        let school = "203.0.113.5";

        let own = tries(&app, school, "hieu.truong", PASSWORD, "").await;
        assert_eq!(own.status, 200, "{}", own.json());
        let mark = own.headers.get_all("set-cookie").iter().filter_map(|set| set.to_str().ok())
            .find_map(|set| set.strip_prefix("khue-device=")?.split(';').next())
            .expect("the device is known from now on").to_owned();

        let (mut slowed_near, mut slowed_far, mut longest) = (0, 0, Duration::ZERO);
        for n in 0..60 {
            // The attackers: one in the building, and a crowd elsewhere. Refused at once or after a look at the password.
            let near = tries(&app, school, "hieu.truong", "đoán mò", "").await;
            let far = tries(&app, &format!("198.51.100.{n}"), "hieu.truong", "đoán mò", "").await;
            for (reply, slowed) in [(&near, &mut slowed_near), (&far, &mut slowed_far)] {
                match reply.status {
                    401 => assert_eq!(reply.code(), "session.wrong_password"),
                    429 => {
                        assert_eq!(reply.code(), "session.too_many_attempts");
                        assert!(reply.header("retry-after").parse::<u32>().is_ok_and(|wait| (1..=900).contains(&wait)));
                        *slowed += 1;
                    }
                    other => panic!("{other}: {}", reply.json()),
                }
            }
            // A teacher, on a machine never seen before. Every fifth mistypes first.
            let login = format!("giao.vien.{n}");
            let started = std::time::Instant::now();
            if n % 5 == 0 {
                assert_eq!(tries(&app, school, &login, "gõ nhầm", "").await.status, 401, "{login}");
            }
            let reply = tries(&app, school, &login, PASSWORD, "").await;
            assert_eq!(reply.status, 200, "{login} is slowed: {}", reply.json());
            longest = longest.max(started.elapsed());
            w.clock.advance_seconds(2);
        }
        assert!(slowed_near > 30 && slowed_far > 10, "the attack is slowed: {slowed_near} near, {slowed_far} far");
        assert!(longest < Duration::from_secs(20), "{longest:?}");
        // A device that only claims to be known is not.
        assert_eq!(tries(&app, school, "hieu.truong", PASSWORD, "made-up").await.status, 429);
        // The one attacked works on, on the device that is known, there and at home.
        for address in [school, "192.0.2.77"] {
            assert_eq!(tries(&app, address, "hieu.truong", PASSWORD, &mark).await.status, 200, "{address}");
        }
    }

    async fn hanging_up_hides_no_failure_and_frees_no_turn(w: World) {
        let digest = auth::passwords::hash(PASSWORD).expect("a digest");
        w.db.write(&w.system(), move |tx| {
            tx.public("a test makes accounts");
            for n in 0..12 {
                auth::accounts::insert(tx, &format!("giao.vien.{n}"), "Giáo viên", &digest, false)?;
            }
            Ok(())
        }).await.expect("makes accounts");
        let app = ask(&w, Settings { behind_proxy: true, ..Settings::default() });
        let begun = async || {
            static BEGUN: db::Sql = db::Sql::new("BEGUN", "SELECT count(*) FROM sign_in_failure");
            w.db.read(&w.system(), |tx| { tx.public("test"); tx.one::<(i64,)>(&BEGUN, &[]) }).await.expect("counts").map_or(0, |(n,)| n)
        };
        // Both turns are taken, so everybody who comes now is counted and waits.
        let turns = (auth::passwords::turn().await, auth::passwords::turn().await);
        let attacker = "198.51.100.7";
        let spray: Vec<_> = (0..80).map(|n| {
            let app = app.clone();
            tokio::spawn(async move { tries(&app, attacker, &format!("nguoi.{n}"), "đoán mò", "").await.status })
        }).collect();
        let school: Vec<_> = (0..12).map(|n| {
            let app = app.clone();
            tokio::spawn(async move { tries(&app, "203.0.113.5", &format!("giao.vien.{n}"), PASSWORD, "").await.status })
        }).collect();
        let started = std::time::Instant::now();
        while begun().await < 92 {
            assert!(started.elapsed() < Duration::from_secs(20), "{} have begun", begun().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for one in spray {
            one.abort();
            assert!(one.await.is_err_and(|error| error.is_cancelled()), "the attacker has hung up");
        }
        drop(turns);
        for one in school {
            assert_eq!(one.await.expect("answers"), 200, "at once, and nobody is slowed");
        }
        w.clock.advance_seconds(auth::delay::PENDING_SECONDS);
        assert_eq!(tries(&app, attacker, "nguoi.99", "đoán mò", "").await.status, 401, "the wait is over by now");
        assert_eq!(tries(&app, attacker, "nguoi.100", "đoán mò", "").await.status, 429, "but what was broken off is counted");
    }
}
