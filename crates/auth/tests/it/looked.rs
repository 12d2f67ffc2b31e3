use std::time::Duration;

use auth::looked::{self, Look, Looks};
use base::Uuid;
use testkit::World;

use crate::{acting, land, somebody};

testkit::both! {
    async fn who_saw_a_person_is_a_look_up(w: World) {
        let land = land(&w).await;
        let lan = somebody(&w, "lan", "teacher", land.school).await;
        let class: Vec<Uuid> = (1..=45).map(Uuid::from_u128).collect();
        let again: Vec<Uuid> = class.iter().rev().copied().collect();
        let ctx = acting(&w, lan).with_purpose("họp phụ huynh");
        for people in [class.clone(), again, vec![class[3]]] {
            // Each an act of its own: one act that shows the same people twice is one look.
            let ctx = acting(&w, lan).with_purpose("họp phụ huynh");
            w.db.write(&ctx, move |tx| { tx.public("test"); looked::durable(tx, "pupil.list", people.clone()) })
                .await.expect("records");
        }
        let seen = |person: Uuid| w.db.read(&ctx, move |tx| { tx.public("test"); looked::who_saw(tx, person) });
        let looks = seen(class[3]).await.expect("reads");
        assert_eq!(looks.len(), 3);
        assert_eq!(looks[0].actor, lan.to_string());
        assert_eq!(looks[0].purpose.as_deref(), Some("họp phụ huynh"));
        assert_eq!(seen(class[0]).await.expect("reads").len(), 2);
        static SETS: db::Sql = db::Sql::new("SETS", "SELECT count(*) FROM look_set");
        let sets = w.db.read(&ctx, |tx| { tx.public("test"); tx.one::<(i64,)>(&SETS, &[]) }).await.expect("reads");
        assert_eq!(sets, Some((2,)), "the same people are one set, in whatever order");
    }

    async fn looks_are_written_together_within_a_second(w: World) {
        let looks = open(&w, looked::SPOOL_BYTES);
        let child = Uuid::from_u128(9);
        for n in 0..450u128 {
            looks.note(Look::new(&w.system(), "pupil.profile", vec![child, Uuid::from_u128(n % 4)])).expect("noted");
        }
        assert!(looked::TOGETHER < Duration::from_secs(1), "or the second is over before they are written");
        // What is written together appears together: at most 200 in one transaction, so few steps, never one by one.
        let (mut steps, started) = (std::collections::BTreeSet::new(), std::time::Instant::now());
        while !steps.contains(&450) {
            assert!(started.elapsed() < Duration::from_secs(20), "{steps:?} of 450");
            steps.insert(count(&w).await);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        assert!(steps.len() <= 6, "written in {steps:?}");
        looks.note(Look::new(&w.system(), "pupil.profile", vec![child])).expect("noted");
        looks.close().await;
        assert_eq!(count(&w).await, 451, "closing waits for what waits");
        let seen = w.db.read(&w.system(), move |tx| { tx.public("test"); looked::who_saw(tx, child) }).await.expect("reads");
        assert_eq!(seen.len(), 200, "the last 200 are shown");
    }

    async fn what_the_database_cannot_take_is_spooled_until_the_spool_is_full(w: World) {
        let looks = open(&w, 4_096);
        let class: Vec<Uuid> = (1..=10).map(Uuid::from_u128).collect();
        let look = || Look::new(&w.system(), "pupil.list", class.clone());
        looks.at_once(look()).await.expect("recorded");
        assert_eq!(count(&w).await, 1, "before it is answered");
        w.refuse_inserts("look", true).await;
        let (mut kept, mut refused) = (1, 0);
        for n in 0..40 {
            // Both ways share the one spool.
            let done = if n % 2 == 0 { looks.at_once(look()).await } else { looks.note(look()) };
            match done {
                Ok(()) => kept += 1,
                Err(error) => {
                    refused += 1;
                    assert_eq!((error.code(), error.retry_seconds()), ("look.not_recorded", Some(30)));
                }
            }
        }
        assert!(kept > 4 && refused > 10, "{kept} kept, {refused} refused");
        looks.note(Look::new(&w.system(), "pupil.list", Vec::new())).expect("nobody was looked at");
        assert_eq!(count(&w).await, 1);

        // As after a crash: what waited in memory is closed into the spool, another run finds it there.
        looks.close().await;
        let again = open(&w, 4_096);
        assert_eq!(again.note(look()).map_err(|error| error.code().to_owned()), Err("look.not_recorded".to_owned()));
        w.refuse_inserts("look", false).await;
        let started = std::time::Instant::now();
        while count(&w).await < kept {
            assert!(started.elapsed() < Duration::from_secs(20), "{} of {kept}", count(&w).await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // Written, and a moment later forgotten in the spool.
        while again.note(look()).is_err() {
            assert!(started.elapsed() < Duration::from_secs(20), "there is no room again");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        again.close().await;
        assert_eq!(count(&w).await, kept + 1, "each once");
        drop(looks);
    }

    async fn who_runs_the_system_is_known_by_the_role(w: World) {
        let land = land(&w).await;
        for (login, role, unit, runs) in [
            ("a", "department_admin", land.department, true), ("b", "school_admin", land.school, true),
            ("c", "support", land.school, true), ("d", "head", land.school, false), ("e", "teacher", land.school, false),
        ] {
            let account = somebody(&w, login, role, unit).await;
            let said = w.db.read(&acting(&w, account), |tx| { tx.public("test"); auth::require::runs_the_system(tx) }).await;
            assert_eq!(said.expect("reads"), runs, "{role}");
        }
        let operator = w.ctx(base::Actor::Operator("root".into()));
        assert!(w.db.read(&operator, |tx| { tx.public("test"); auth::require::runs_the_system(tx) }).await.expect("reads"));
    }
}

fn open(w: &World, spool: u64) -> Looks {
    Looks::open(w.db.clone(), std::sync::Arc::new(w.clock.clone()), spool).expect("opens")
}

async fn count(w: &World) -> i64 {
    static COUNT: db::Sql = db::Sql::new("COUNT", "SELECT count(*) FROM look");
    w.db.read(&w.system(), |tx| {
        tx.public("test");
        Ok(tx.one::<(i64,)>(&COUNT, &[])?.map_or(0, |(n,)| n))
    })
    .await
    .expect("counts")
}
