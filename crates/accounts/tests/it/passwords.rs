use accounts::{change_password, me};
use auth::Capability;
use auth::Require as _;
use auth::delay::Origin;
use testkit::World;

use crate::{PASSWORD, device, kinds, land, sign_in, sitting, somebody};

testkit::both! {
    async fn a_forced_change_comes_before_everything_else(w: World) {
        let land = land(&w).await;
        let digest = auth::passwords::hash(PASSWORD).expect("a digest");
        let lan = somebody(&w, "lan", "head", land.school, &digest).await;
        let given = digest.clone();
        w.db.write(&w.system(), move |tx| { tx.public("test"); auth::accounts::set_password(tx, lan, &given, true) })
            .await.expect("marks");
        let here = sign_in(&w, "lan", PASSWORD, &device("10.0.0.1").1).await.expect("answers").expect("opens");
        let there = sign_in(&w, "lan", PASSWORD, &device("10.0.0.2").1).await.expect("answers").expect("opens");
        assert!(here.must_change_password);
        let me = w.db.read(&sitting(&w, &here), me::me).await.expect("reads");
        assert!(me.account.must_change_password && me.capabilities.is_empty());
        let refused = w.db.read(&sitting(&w, &here), move |tx| tx.require(Capability::UnitView, land.school)).await;
        assert_eq!(refused.expect_err("first the password").code(), "account.must_change_password");

        let ctx = sitting(&w, &here);
        let origin = Origin { address: "10.0.0.1".to_owned(), device: None };
        let begun = w.db.write(&ctx, move |tx| change_password::begin(tx, &origin)).await.expect("begins");
        assert!(auth::passwords::verify(PASSWORD, begun.digest().as_deref()));
        let new = auth::passwords::hash("một câu mới hẳn hoi").expect("a digest");
        assert!(w.db.write(&ctx, move |tx| change_password::finish(tx, &begun, Some(&new))).await.expect("changes"));

        w.db.read(&sitting(&w, &here), move |tx| tx.require(Capability::UnitView, land.school)).await.expect("now it may");
        let left = w.db.read(&sitting(&w, &here), accounts::list_sessions::list_sessions).await.expect("lists");
        assert_eq!(left.iter().map(|one| one.id).collect::<Vec<_>>(), [here.session.0], "{there:?} was signed out");
        assert!(sign_in(&w, "lan", PASSWORD, &device("10.0.0.1").1).await.expect("answers").is_none());
        assert!(sign_in(&w, "lan", "một câu mới hẳn hoi", &device("10.0.0.1").1).await.expect("answers").is_some());
        assert!(kinds(&w).await.contains(&"account.password_changed".to_owned()));
    }

    async fn a_stolen_session_tries_no_passwords_faster_than_a_sign_in(w: World) {
        let land = land(&w).await;
        let digest = auth::passwords::hash(PASSWORD).expect("a digest");
        somebody(&w, "lan", "teacher", land.school, &digest).await;
        let who = sign_in(&w, "lan", PASSWORD, &device("10.0.0.1").1).await.expect("answers").expect("opens");
        let ctx = sitting(&w, &who);
        let origin = Origin { address: "192.0.2.1".to_owned(), device: None };
        for _ in 0..3 {
            let from = origin.clone();
            let begun = w.db.write(&ctx, move |tx| change_password::begin(tx, &from)).await.expect("free");
            assert!(!w.db.write(&ctx, move |tx| change_password::finish(tx, &begun, None)).await.expect("keeps the failure"));
        }
        let refused = w.db.write(&ctx, move |tx| change_password::begin(tx, &origin)).await.expect_err("has to wait");
        assert_eq!(refused.code(), "session.too_many_attempts");
    }
}
