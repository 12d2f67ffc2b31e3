//! Every statement of the room, on both databases, over the same data.

use super::*;

#[test]
fn every_statement_agrees() {
    let with_rows = testkit::statements_agree(crate::schemas(), |w: &World| {
        let (db, ctx) = (w.db.clone(), w.system());
        async move {
            db.write(&ctx, |tx| {
                tx.public("a test fills the tables");
                let account = auth::accounts::insert(tx, "lan", "Lan", "digest", false)?;
                tx.record(Entry::new("account.made", "account", account));
                tx.exec_one(&idempotency::TAKE, db::params![account, "key", [1u8; 32], tx.now()])
            })
            .await
            .expect("fills");
        }
    });
    assert!(with_rows > 5, "only {with_rows} runs gave rows");
}
