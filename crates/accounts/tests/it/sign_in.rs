use accounts::{end_sessions, list_sessions, me, sign_out};
use auth::session;
use base::Actor;
use testkit::World;

use crate::{PASSWORD, device, kinds, land, sign_in, sitting, somebody};

testkit::both! {
    async fn the_right_password_opens_a_session_and_the_wrong_one_none(w: World) {
        let land = land(&w).await;
        let digest = auth::passwords::hash(PASSWORD).expect("a digest");
        let lan = somebody(&w, "lan.nguyen", "teacher", land.school, &digest).await;
        let (token, device) = device("10.0.0.1");
        assert!(sign_in(&w, "lan.nguyen", "mật khẩu nào đó", &device).await.expect("answers").is_none());
        assert!(sign_in(&w, "khong.co.ai", PASSWORD, &device).await.expect("answers").is_none());
        let who = sign_in(&w, " Lan.Nguyễn ", PASSWORD, &device).await.expect("answers").expect("opens");
        assert_eq!(who.account, lan);
        let digest = token.digest();
        let found = w.db.read(&w.system(), move |tx| { tx.public("test"); session::find(tx, &digest) }).await.expect("reads");
        assert_eq!(found.map(|found| found.session), Some(who.session));
        assert_eq!(kinds(&w).await, ["session.refused", "session.started"], "a name that is nobody's is not in the journal");

        let me = w.db.read(&sitting(&w, &who), me::me).await.expect("reads");
        assert_eq!(me.account.login, "lan.nguyen");
        assert_eq!(me.grants.len(), 1);
        assert_eq!((me.grants[0].role_name.as_str(), me.grants[0].unit.kind.as_str()), ("Giáo viên", "school"));
        assert_eq!(me.capabilities, ["unit.view"]);
        let nobody = w.db.read(&w.ctx(Actor::Anonymous), me::me).await;
        assert_eq!(nobody.expect_err("signed out").code(), "session.required");
    }

    async fn sessions_are_ones_own(w: World) {
        let land = land(&w).await;
        let digest = auth::passwords::hash(PASSWORD).expect("a digest");
        somebody(&w, "lan", "teacher", land.school, &digest).await;
        somebody(&w, "hoa", "teacher", land.school, &digest).await;
        let mut open = Vec::new();
        for login in ["lan", "lan", "lan", "hoa"] {
            open.push(sign_in(&w, login, PASSWORD, &device("10.0.0.1").1).await.expect("answers").expect("opens"));
        }
        let mine = w.db.read(&sitting(&w, &open[0]), list_sessions::list_sessions).await.expect("lists");
        assert_eq!(mine.len(), 3);
        assert_eq!(mine.iter().filter(|one| one.current).map(|one| one.id).collect::<Vec<_>>(), [open[0].session.0]);
        let hers = open[3].session;
        let stolen = w.db.write(&sitting(&w, &open[0]), move |tx| end_sessions::end_session(tx, hers)).await;
        assert_eq!(stolen.expect_err("not hers to end").code(), "session.not_found");
        let other = open[1].session;
        w.db.write(&sitting(&w, &open[0]), move |tx| end_sessions::end_session(tx, other)).await.expect("ends");
        assert_eq!(w.db.write(&sitting(&w, &open[0]), end_sessions::end_other_sessions).await.expect("ends"), 1);
        assert!(w.db.write(&sitting(&w, &open[0]), sign_out::sign_out).await.expect("signs out"));
        assert!(!w.db.write(&sitting(&w, &open[0]), sign_out::sign_out).await.expect("again is no fault"));
        let left = w.db.read(&sitting(&w, &open[3]), list_sessions::list_sessions).await.expect("lists");
        assert_eq!(left.len(), 1);
    }

    async fn after_three_failures_there_is_a_wait(w: World) {
        let land = land(&w).await;
        somebody(&w, "lan", "teacher", land.school, "no digest").await;
        let (_, device) = device("10.0.0.1");
        for _ in 0..3 {
            assert!(sign_in(&w, "lan", "x", &device).await.expect("answers").is_none());
        }
        let refused = sign_in(&w, "lan", "x", &device).await.expect_err("has to wait");
        assert_eq!((refused.code(), refused.retry_seconds()), ("session.too_many_attempts", Some(1)));
    }
}
