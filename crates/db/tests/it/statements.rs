//! Every statement of the door, on both databases, over the same data.

/// The door's own statements; the rooms' are run by the program's test.
#[test]
fn every_statement_of_the_door_agrees() {
    let with_rows = testkit::statements_agree(crate::schemas(), |w: &testkit::World| {
        let (db, ctx) = (w.db.clone(), w.system());
        async move {
            db.write(&ctx, |tx| {
                tx.public("test");
                let id: base::Uuid = tx.new_id();
                tx.record(db::Entry::new("note.added", "note", id).after(&"một")?);
                Ok(())
            })
            .await
            .expect("writes");
            db.sealed(&ctx, std::time::Duration::from_secs(5)).await.expect("seals");
        }
    });
    assert!(with_rows > 3, "only {with_rows} runs gave rows: the sample data is too poor to compare anything");
}
