use auth::invitations::{self, InvitationCode, NewInvitation};
use base::UnitId;
use testkit::World;

use crate::land;

async fn invite(w: &World, unit: UnitId, code: &InvitationCode) -> auth::InvitationId {
    let code = code.clone();
    w.db.write(&w.system(), move |tx| {
        tx.public("a test invites");
        let expires_at = tx.now().plus_seconds(86_400);
        let new = NewInvitation { unit, role: "teacher".to_owned(), display_name: "Lan".to_owned(), expires_at };
        invitations::insert(tx, &new, &code)
    })
    .await
    .expect("invites")
}

async fn found(w: &World, code: &InvitationCode) -> Option<auth::InvitationId> {
    let code = code.clone();
    w.db.read(&w.system(), move |tx| {
        tx.public("test");
        Ok(invitations::by_code(tx, &code)?.map(|one| one.id))
    })
    .await
    .expect("reads")
}

testkit::both! {
    async fn an_invitation_is_used_once(w: World) {
        let land = land(&w).await;
        let code = InvitationCode::draw().expect("a code");
        let id = invite(&w, land.school, &code).await;
        assert_eq!(found(&w, &code).await, Some(id));
        assert_eq!(found(&w, &InvitationCode::draw().expect("another")).await, None);
        let used = w.db.write(&w.system(), move |tx| {
            tx.public("test");
            Ok((invitations::accept(tx, id)?, invitations::accept(tx, id)?, invitations::withdraw(tx, id)?))
        }).await.expect("accepts");
        assert_eq!(used, (true, false, false));
        assert_eq!(found(&w, &code).await, None);
    }

    async fn an_invitation_ends_by_time_or_withdrawal(w: World) {
        let land = land(&w).await;
        let (one, two) = (InvitationCode::draw().expect("a code"), InvitationCode::draw().expect("a code"));
        let withdrawn = invite(&w, land.school, &one).await;
        let expiring = invite(&w, land.school, &two).await;
        w.db.write(&w.system(), move |tx| { tx.public("test"); invitations::withdraw(tx, withdrawn) }).await.expect("withdraws");
        assert_eq!(found(&w, &one).await, None);
        w.clock.advance_seconds(86_400);
        assert_eq!(found(&w, &two).await, None);
        let used = w.db.write(&w.system(), move |tx| { tx.public("test"); invitations::accept(tx, expiring) }).await;
        assert!(!used.expect("answers"));
    }

    async fn wrong_codes_from_one_address_are_limited(w: World) {
        let check = async |address: &'static str| {
            w.db.read(&w.system(), move |tx| { tx.public("test"); invitations::check_tries(tx, address) }).await
        };
        for _ in 0..invitations::TRIES {
            check("10.0.0.1").await.expect("free");
            w.db.write(&w.system(), |tx| { tx.public("test"); invitations::failed(tx, "10.0.0.1") }).await.expect("counts");
        }
        assert_eq!(check("10.0.0.1").await.expect_err("too many").code(), "invitation.too_many_attempts");
        check("10.0.0.2").await.expect("others are not");
        w.clock.advance_seconds(invitations::WINDOW_SECONDS + 1);
        check("10.0.0.1").await.expect("after an hour");
        for n in 0..invitations::TRIES {
            w.db.write(&w.system(), move |tx| { tx.public("test"); invitations::failed(tx, &format!("2001:db8::{n}")) }).await.expect("counts");
        }
        check("2001:db8::ffff").await.expect_err("one network");
        check("2001:db8:0:1::1").await.expect("another network is not");
    }
}
