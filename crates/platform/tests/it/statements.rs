//! Every declared statement on both databases.

use base::{AccountId, Actor, UnitId, Uuid};
use platform::jobs::{self, Ask};
use platform::{mail, settings};

#[test]
fn every_statement_answers_alike_on_both_databases() {
    let with_rows = testkit::statements_agree(crate::schemas(), |w| {
        let (db, me, system) =
            (w.db.clone(), w.ctx(Actor::Account { account: AccountId(Uuid::from_u128(5)), session: None }), w.system());
        async move {
            db.write(&me, |tx| {
                tx.public("test");
                for n in 0..3 {
                    let mail = mail::Mail { to: "a@b.vn".to_owned(), subject: format!("{n}"), text: String::new() };
                    jobs::enqueue(tx, &mail, &Ask { key: Some(format!("key {n}")), ..Ask::default() })?;
                }
                Ok(())
            })
            .await
            .expect("enqueues");
            db.write(&system, |tx| {
                tx.public("test");
                settings::set(tx, &settings::COPY, Some(UnitId(Uuid::from_u128(7))), &true.into())?;
                settings::set(tx, &mail::PASSWORD, None, &"x".into())
            })
            .await
            .expect("sets");
        }
    });
    assert!(with_rows > 10, "{with_rows}");
}
