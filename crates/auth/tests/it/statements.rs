//! Every statement of the room, on both databases, over the same data.

use auth::{looked, session};

/// The sample data must let statements find something, or nothing is compared.
#[test]
fn every_statement_agrees() {
    let with_rows = testkit::statements_agree(crate::schemas(), |w: &testkit::World| {
        // Everything is asked of the world here: the story outlives the borrow.
        let (db, ctx) = (w.db.clone(), w.system());
        async move {
            db.write(&ctx, |tx| {
                tx.public("a test fills the tables");
                let from = base::time::date_from_days(10_000).expect("a day");
                let (school, office) = (tx.new_id(), tx.new_id());
                for (id, kind) in [(school, "school"), (office, "commune_office")] {
                    auth::units::insert(tx, auth::units::NewUnit { id, kind: kind.to_owned(), from })?;
                }
                auth::edges::set(
                    tx,
                    &auth::edges::NewEdge {
                        kind: auth::EdgeKind::Teaching,
                        unit: school,
                        authority: office,
                        days: base::Interval::since(from),
                    },
                )?;
                let account = auth::accounts::insert(tx, "lan", "Lan", "digest", false)?;
                auth::grants::insert(
                    tx,
                    &auth::grants::NewGrant { account, role: "teacher".to_owned(), unit: school, from, to: None },
                )?;
                session::start(tx, account, &session::TokenDigest::of("token"), "10.0.0.1", "Firefox")?;
                let origin = auth::delay::Origin { address: "10.0.0.1".to_owned(), device: Some([1; 32]) };
                let attempt = auth::delay::begin(tx, "lan", Some(account), &origin)?;
                auth::delay::failed(tx, &attempt)?;
                let (secret, now) = (vec![0u8; 36], tx.now());
                tx.exec(&auth::factors::totp::BEGIN, db::params![account, secret, now])?;
                tx.exec(&auth::factors::totp::PUT, db::params![account, secret, now, 1i64])?;
                auth::factors::recovery::replace(tx, account, &["k7qm-2rdv-h4t9-cwx5".to_owned()])?;
                let passkey = auth::factors::passkeys::NewPasskey {
                    name: "Điện thoại".to_owned(),
                    host: "localhost".to_owned(),
                    credential: vec![0; 32],
                    state: "{}".to_owned(),
                };
                auth::factors::passkeys::insert(tx, account, &passkey)?;
                let ticket = auth::tickets::NewTicket { account: Some(account), ..auth::tickets::NewTicket::default() };
                let digest = auth::tickets::TicketDigest::of("ticket");
                auth::tickets::issue(tx, &digest, auth::tickets::Purpose::SecondStep, &ticket, "10.0.0.1")?;
                looked::durable(tx, "pupil.list", vec![base::Uuid::from_u128(1), base::Uuid::from_u128(2)])
            })
            .await
            .expect("fills");
        }
    });
    assert!(with_rows > 10, "only {with_rows} runs gave rows");
}
