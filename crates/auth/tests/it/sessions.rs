use auth::session::{self, Token, TokenDigest};
use base::{AccountId, SessionId};
use testkit::World;

use crate::{land, somebody};

async fn start(w: &World, account: AccountId, token: &Token) -> SessionId {
    let digest = token.digest();
    w.db.write(&w.system(), move |tx| {
        tx.public("a test signs in");
        session::start(tx, account, &digest, "10.0.0.7", "Firefox")
    })
    .await
    .expect("starts")
}

async fn find(w: &World, digest: TokenDigest) -> Option<SessionId> {
    w.db.read(&w.system(), move |tx| {
        tx.public("test");
        Ok(session::find(tx, &digest)?.map(|who| who.session))
    })
    .await
    .expect("reads")
}

testkit::both! {
    async fn only_the_token_itself_opens_a_session(w: World) {
        let land = land(&w).await;
        let account = somebody(&w, "lan", "teacher", land.school).await;
        let token = Token::draw().expect("a token");
        let made = start(&w, account, &token).await;
        assert_eq!(find(&w, token.digest()).await, Some(made));
        for forged in [String::new(), "khue".to_owned(), format!("{}x", token.as_str()), token.as_str().to_lowercase()] {
            assert_eq!(find(&w, TokenDigest::of(&forged)).await, None, "{forged}");
        }
        assert_eq!(find(&w, Token::draw().expect("another").digest()).await, None);
    }

    async fn a_session_ends_when_idle_and_after_fourteen_days(w: World) {
        let land = land(&w).await;
        let account = somebody(&w, "lan", "teacher", land.school).await;
        let (idle, busy) = (Token::draw().expect("a token"), Token::draw().expect("a token"));
        start(&w, account, &idle).await;
        let busy_id = start(&w, account, &busy).await;
        w.clock.advance_seconds(session::IDLE_SECONDS - 1);
        assert!(find(&w, idle.digest()).await.is_some());
        w.db.write(&w.system(), move |tx| session::seen(tx, busy_id, "10.0.0.8")).await.expect("seen");
        w.clock.advance_seconds(1);
        assert!(find(&w, idle.digest()).await.is_none(), "idle for twelve hours");
        for _ in 0..26 {
            assert!(find(&w, busy.digest()).await.is_some());
            w.db.write(&w.system(), move |tx| session::seen(tx, busy_id, "10.0.0.8")).await.expect("seen");
            w.clock.advance_seconds(12 * 3_600 - 60);
        }
        assert!(find(&w, busy.digest()).await.is_some());
        w.db.write(&w.system(), move |tx| session::seen(tx, busy_id, "10.0.0.8")).await.expect("seen");
        w.clock.advance_seconds(12 * 3_600 - 60);
        w.db.write(&w.system(), move |tx| session::seen(tx, busy_id, "10.0.0.8")).await.expect("seen");
        assert!(find(&w, busy.digest()).await.is_some(), "27 minutes are left");
        w.clock.advance_seconds(27 * 60);
        assert!(find(&w, busy.digest()).await.is_none(), "fourteen days old");
    }

    async fn sessions_are_listed_and_ended(w: World) {
        let land = land(&w).await;
        let (lan, hoa) = (somebody(&w, "lan", "teacher", land.school).await, somebody(&w, "hoa", "teacher", land.school).await);
        let tokens: Vec<Token> = (0..4).map(|_| Token::draw().expect("a token")).collect();
        let one = start(&w, lan, &tokens[0]).await;
        let two = start(&w, lan, &tokens[1]).await;
        start(&w, lan, &tokens[2]).await;
        start(&w, hoa, &tokens[3]).await;
        let listed = w.db.read(&w.system(), move |tx| { tx.public("test"); session::list(tx, lan) }).await.expect("lists");
        assert_eq!(listed.len(), 3);
        let done = w.db.write(&w.system(), move |tx| {
            tx.public("test");
            Ok((session::end(tx, hoa, one)?, session::end(tx, lan, one)?, session::end(tx, lan, one)?, session::end_others(tx, lan, Some(two))?))
        }).await.expect("ends");
        assert_eq!(done, (false, true, false, 1));
        assert_eq!(find(&w, tokens[1].digest()).await, Some(two));
        assert!(find(&w, tokens[0].digest()).await.is_none() && find(&w, tokens[2].digest()).await.is_none());
        assert!(find(&w, tokens[3].digest()).await.is_some(), "other people's stay");
    }

    async fn being_seen_is_written_at_most_every_five_minutes(w: World) {
        let land = land(&w).await;
        let lan = somebody(&w, "lan", "teacher", land.school).await;
        let token = Token::draw().expect("a token");
        start(&w, lan, &token).await;
        let digest = token.digest();
        let who = w.db.read(&w.system(), move |tx| { tx.public("test"); session::find(tx, &digest) })
            .await.expect("reads").expect("is there");
        let now = w.system().now();
        assert!(!who.seen_is_due(now) && !who.seen_is_due(now.plus_seconds(299)) && who.seen_is_due(now.plus_seconds(300)));
        assert_eq!((who.account, who.login.as_str(), who.must_change_password), (lan, "lan", false));
    }
}
