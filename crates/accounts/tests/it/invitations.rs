use accounts::accept_invitation::accept_invitation;
use accounts::invite::{Invite, invite};
use accounts::list_invitations::list_invitations;
use accounts::look_at_invitation::look_at_invitation;
use accounts::withdraw_invitation::withdraw_invitation;
use auth::invitations::InvitationCode;
use base::{AccountId, Actor, UnitId};
use testkit::World;

use crate::{acting, device, kinds, land, somebody};

async fn invited(
    w: &World,
    by: AccountId,
    unit: UnitId,
    role: &'static str,
) -> base::Result<(auth::InvitationId, InvitationCode)> {
    let code = InvitationCode::draw()?;
    let sealed = code.clone();
    let cmd = Invite { display_name: "Nguyễn Thị Lan".to_owned(), role: role.to_owned(), days: None };
    let id = w.db.write(&acting(w, by), move |tx| invite(tx, unit, &cmd, &sealed)).await?;
    Ok((id, code))
}

async fn accept(w: &World, code: &InvitationCode, login: &'static str) -> base::Result<Option<auth::SignedIn>> {
    let (typed, device) = (code.shown(), device("10.0.0.1").1);
    w.db.write(&w.ctx(Actor::Anonymous), move |tx| accept_invitation(tx, &typed, login, "a digest", &device)).await
}

testkit::both! {
    async fn an_invitation_makes_one_account_with_its_role(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school, "x").await;
        let (id, code) = invited(&w, head, land.school, "teacher").await.expect("invites");
        let (typed, nobody) = (code.shown().to_lowercase(), w.ctx(Actor::Anonymous));
        let look = w.db.write(&nobody, move |tx| look_at_invitation(tx, &typed, "10.0.0.1")).await.expect("looks").expect("opens");
        assert_eq!((look.role_name.as_str(), look.display_name.as_str()), ("Giáo viên", "Nguyễn Thị Lan"));
        let open = w.db.read(&acting(&w, head), move |tx| list_invitations(tx, land.school)).await.expect("lists");
        assert_eq!(open.iter().map(|one| one.id).collect::<Vec<_>>(), [id.0]);

        let who = accept(&w, &code, "lan.nguyen").await.expect("answers").expect("opens");
        let grants = w.db.read(&w.system(), move |tx| { tx.public("test"); auth::grants::of_account(tx, who.account) }).await.expect("reads");
        assert_eq!(grants.iter().map(|grant| (grant.role.as_str(), grant.unit)).collect::<Vec<_>>(), [("teacher", land.school)]);
        assert!(accept(&w, &code, "somebody.else").await.expect("answers").is_none(), "used once");
        let open = w.db.read(&acting(&w, head), move |tx| list_invitations(tx, land.school)).await.expect("lists");
        assert!(open.is_empty());
        assert_eq!(kinds(&w).await, ["invitation.made", "account.made", "grant.given", "invitation.accepted", "session.started"]);
    }

    async fn two_who_use_a_code_at_once_make_one_account(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school, "x").await;
        let (_, code) = invited(&w, head, land.school, "teacher").await.expect("invites");
        let (one, two, three) = tokio::join!(accept(&w, &code, "lan"), accept(&w, &code, "hoa"), accept(&w, &code, "mai"));
        let opened = [one, two, three].into_iter().filter(|done| matches!(done, Ok(Some(_)))).count();
        assert_eq!(opened, 1);
        let people = w.db.read(&w.system(), move |tx| { tx.public("test"); auth::grants::people(tx, land.school) }).await.expect("reads");
        assert_eq!(people.len(), 2, "the head and one more");
    }

    async fn a_taken_name_leaves_the_invitation_open(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school, "x").await;
        let (_, code) = invited(&w, head, land.school, "teacher").await.expect("invites");
        assert_eq!(accept(&w, &code, "HEAD").await.expect_err("taken").code(), "account.login_taken");
        assert_eq!(accept(&w, &code, "a b").await.expect_err("no name").refused_fields()[0].code, "login.shape");
        assert!(accept(&w, &code, "lan").await.expect("answers").is_some());
    }

    async fn who_may_invite_to_what(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school, "x").await;
        let teacher = somebody(&w, "teacher", "teacher", land.school, "x").await;
        let admin = somebody(&w, "admin", "department_admin", land.department, "x").await;
        let code = |done: base::Result<(auth::InvitationId, InvitationCode)>| match done {
            Ok(_) => "",
            Err(error) => error.refused_fields().first().map_or(error.code(), |field| field.code),
        };
        assert_eq!(code(invited(&w, head, land.school, "school_admin").await), "");
        assert_eq!(code(invited(&w, head, land.school, "head").await), "grant.role", "not their own rank");
        assert_eq!(code(invited(&w, head, land.school, "department_admin").await), "grant.role", "nor above");
        assert_eq!(code(invited(&w, head, land.school, "no_such_role").await), "grant.role");
        assert_eq!(code(invited(&w, head, land.sister, "teacher").await), "unit.not_found", "out of sight");
        assert_eq!(code(invited(&w, teacher, land.school, "teacher").await), "auth.forbidden", "in sight, not allowed");
        assert_eq!(code(invited(&w, admin, land.sister, "head").await), "");
        assert_eq!(code(invited(&w, admin, land.far, "head").await), "unit.not_found");
    }

    async fn wrong_codes_of_others_close_no_door_to_the_right_one(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school, "x").await;
        let (_, code) = invited(&w, head, land.school, "teacher").await.expect("invites");
        let look = async |typed: String| {
            w.db.write(&w.ctx(Actor::Anonymous), move |tx| look_at_invitation(tx, &typed, "10.0.0.1")).await
        };
        for _ in 0..auth::invitations::TRIES {
            let wrong = InvitationCode::draw().expect("a code").shown();
            assert!(look(wrong).await.expect("answers").is_none());
        }
        assert_eq!(look("ABCD".to_owned()).await.expect_err("too many").code(), "invitation.too_many_attempts");
        assert!(look(code.shown()).await.expect("answers").is_some());
        assert!(accept(&w, &code, "lan").await.expect("answers").is_some());
    }

    async fn an_invitation_does_not_outlive_the_rights_of_whoever_invited(w: World) {
        let land = land(&w).await;
        let admin = somebody(&w, "admin", "department_admin", land.department, "x").await;
        let head = somebody(&w, "head", "head", land.school, "x").await;
        let (_, ended) = invited(&w, head, land.school, "school_admin").await.expect("invites");
        let (_, theirs) = invited(&w, admin, land.school, "deputy_head").await.expect("invites");
        let list = async || -> Vec<(Option<String>, bool)> {
            let mut open = w.db.read(&acting(&w, admin), move |tx| list_invitations(tx, land.school)).await.expect("lists");
            open.sort_by(|one, other| one.invited_by.cmp(&other.invited_by));
            open.into_iter().map(|one| (one.invited_by, one.stands)).collect()
        };
        let (admins, heads) = (Some("admin".to_owned()), Some("head".to_owned()));
        assert_eq!(list().await, [(admins.clone(), true), (heads.clone(), true)]);

        let held = w.db.read(&w.system(), move |tx| { tx.public("test"); auth::grants::of_account(tx, head) }).await.expect("reads")[0].id;
        // A smaller role remains: it does not give that one.
        w.db.write(&w.system(), move |tx| {
            tx.public("test");
            auth::grants::end(tx, held)?;
            let from = tx.today();
            let grant = auth::grants::NewGrant { account: head, role: "clerk".to_owned(), unit: land.school, from, to: None };
            auth::grants::insert(tx, &grant)
        }).await.expect("the head goes");
        let typed = ended.shown();
        let look = w.db.write(&w.ctx(Actor::Anonymous), move |tx| look_at_invitation(tx, &typed, "10.0.0.1")).await;
        assert!(look.expect("answers").is_none());
        assert!(accept(&w, &ended, "friend").await.expect("answers").is_none());
        assert_eq!(list().await, [(admins, true), (heads, false)]);

        // Nor does one of a suspended account; restored, it opens again.
        let suspend = async |suspended: bool| w.db.write(&w.system(), move |tx| { tx.public("test"); auth::accounts::set_suspended(tx, admin, suspended) }).await;
        suspend(true).await.expect("suspends");
        assert!(accept(&w, &theirs, "friend").await.expect("answers").is_none());
        suspend(false).await.expect("restores");
        assert!(accept(&w, &theirs, "lan").await.expect("answers").is_some());
    }

    async fn a_withdrawn_invitation_opens_nothing_and_strangers_cannot_withdraw(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school, "x").await;
        let stranger = somebody(&w, "stranger", "head", land.sister, "x").await;
        let (id, code) = invited(&w, head, land.school, "teacher").await.expect("invites");
        let refused = w.db.write(&acting(&w, stranger), move |tx| withdraw_invitation(tx, id)).await;
        assert_eq!(refused.expect_err("out of sight").code(), "invitation.not_found");
        w.db.write(&acting(&w, head), move |tx| withdraw_invitation(tx, id)).await.expect("withdraws");
        let again = w.db.write(&acting(&w, head), move |tx| withdraw_invitation(tx, id)).await;
        assert_eq!(again.expect_err("is gone").code(), "invitation.not_found");
        assert!(accept(&w, &code, "lan").await.expect("answers").is_none());
    }
}
