use std::time::Duration;

use auth::looked::{self, Look};
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
        let ctxs: Vec<_> = (0..50).map(|_| w.system()).collect();
        let spare = std::sync::Mutex::new(ctxs);
        let (looks, writer) = looked::batched(w.db.clone(), move || {
            let mut ctxs = spare.lock().map_err(|_| base::Error::internal("poisoned"))?;
            ctxs.pop().ok_or_else(|| base::Error::internal("no more contexts"))
        });
        let child = Uuid::from_u128(9);
        for n in 0..120u128 {
            looks.note(Look::new(&w.system(), "pupil.profile", vec![child, Uuid::from_u128(n % 4)])).expect("noted");
        }
        drop(looks);
        tokio::time::timeout(Duration::from_secs(20), writer).await.expect("ends").expect("well");
        let seen = w.db.read(&w.system(), move |tx| { tx.public("test"); looked::who_saw(tx, child) }).await.expect("reads");
        assert_eq!(seen.len(), 120);
    }
}
