use accounts::end_grant::end_grant;
use accounts::give_grant::{GiveGrant, give_grant};
use accounts::list_accounts::list_accounts;
use accounts::list_roles::list_roles;
use base::{AccountId, UnitId};
use testkit::World;

use crate::{acting, land, somebody};

async fn give(
    w: &World,
    by: AccountId,
    unit: UnitId,
    to: AccountId,
    role: &'static str,
) -> base::Result<auth::GrantId> {
    let ctx = acting(w, by);
    let cmd = GiveGrant { account: to, role: role.to_owned(), from: ctx.today(), to: None };
    w.db.write(&ctx, move |tx| give_grant(tx, unit, &cmd)).await
}

testkit::both! {
    async fn a_role_is_given_within_ones_scope_only(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school, "x").await;
        let teacher = somebody(&w, "teacher", "teacher", land.school, "x").await;
        let far = somebody(&w, "far", "teacher", land.far, "x").await;
        let sister = somebody(&w, "sister", "teacher", land.sister, "x").await;
        let admin = somebody(&w, "admin", "department_admin", land.department, "x").await;
        let code = |done: base::Result<auth::GrantId>| match done {
            Ok(_) => "",
            Err(error) => error.refused_fields().first().map_or(error.code(), |field| field.code),
        };
        assert_eq!(code(give(&w, head, land.school, teacher, "clerk").await), "");
        assert_eq!(code(give(&w, head, land.school, teacher, "clerk").await), "grant.exists");
        assert_eq!(code(give(&w, head, land.sister, teacher, "clerk").await), "unit.not_found");
        assert_eq!(code(give(&w, head, land.school, far, "clerk").await), "account.not_found", "unknown here");
        assert_eq!(code(give(&w, head, land.school, sister, "clerk").await), "account.not_found");
        assert_eq!(code(give(&w, admin, land.school, sister, "deputy_head").await), "", "the department sees both");
        assert_eq!(code(give(&w, head, land.school, teacher, "head").await), "grant.role");
        assert_eq!(code(give(&w, teacher, land.school, teacher, "clerk").await), "auth.forbidden");
    }

    async fn a_role_is_ended_by_those_who_may_give_it(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school, "x").await;
        let admin = somebody(&w, "admin", "school_admin", land.school, "x").await;
        let stranger = somebody(&w, "stranger", "head", land.sister, "x").await;
        let teacher = somebody(&w, "teacher", "teacher", land.school, "x").await;
        let clerk = give(&w, head, land.school, teacher, "clerk").await.expect("gives");
        let heads = w.db.read(&w.system(), move |tx| { tx.public("test"); auth::grants::of_account(tx, head) }).await.expect("reads")[0].id;
        let end = async |by: AccountId, id: auth::GrantId| {
            match w.db.write(&acting(&w, by), move |tx| end_grant(tx, id)).await {
                Ok(()) => "",
                Err(error) => error.code(),
            }
        };
        assert_eq!(end(stranger, clerk).await, "grant.not_found");
        assert_eq!(end(admin, heads).await, "auth.forbidden", "an administrator does not end the head");
        assert_eq!(end(teacher, clerk).await, "auth.forbidden");
        assert_eq!(end(admin, clerk).await, "auth.forbidden", "an administrator holds less than a clerk");
        assert_eq!(end(head, clerk).await, "");
        assert_eq!(end(head, clerk).await, "grant.not_found");
        assert_eq!(end(admin, auth::GrantId(base::Uuid::from_u128(3))).await, "grant.not_found");
        give(&w, head, land.school, teacher, "clerk").await.expect("may be given again");
    }

    async fn a_first_role_is_given_by_those_who_stand_above_what_was_held(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school, "x").await;
        let school_admin = somebody(&w, "school.admin", "school_admin", land.school, "x").await;
        let admin = somebody(&w, "admin", "department_admin", land.department, "x").await;
        let gone = somebody(&w, "gone", "head", land.school, "x").await;
        let end_all = async |account: AccountId| {
            w.db.write(&w.system(), move |tx| {
                tx.public("test");
                for grant in auth::grants::of_account(tx, account)? {
                    auth::grants::end(tx, grant.id)?;
                }
                Ok(())
            }).await.expect("ends");
        };
        let code = |done: base::Result<auth::GrantId>| done.map_or_else(|error| error.code(), |_| "");
        end_all(gone).await;
        // Or a teacher's role would make the account one that a school's administrator may take over.
        assert_eq!(code(give(&w, school_admin, land.school, gone, "teacher").await), "auth.forbidden");
        assert_eq!(code(give(&w, head, land.school, gone, "clerk").await), "auth.forbidden", "their own rank");
        assert_eq!(code(give(&w, admin, land.school, gone, "deputy_head").await), "");
        assert_eq!(code(give(&w, head, land.school, gone, "clerk").await), "", "now what it holds decides");
        // A teacher who comes back; and one who also served where the head has no say.
        let teacher = somebody(&w, "teacher", "teacher", land.school, "x").await;
        end_all(teacher).await;
        assert_eq!(code(give(&w, school_admin, land.school, teacher, "teacher").await), "");
        end_all(teacher).await;
        assert_eq!(code(give(&w, admin, land.sister, teacher, "deputy_head").await), "");
        end_all(teacher).await;
        assert_eq!(code(give(&w, head, land.school, teacher, "teacher").await), "auth.forbidden");
        assert_eq!(code(give(&w, admin, land.school, teacher, "deputy_head").await), "");
    }

    async fn the_people_of_a_unit_and_the_roles_one_may_give(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school, "x").await;
        let teacher = somebody(&w, "teacher", "teacher", land.school, "x").await;
        give(&w, head, land.school, teacher, "clerk").await.expect("gives");
        let people = w.db.read(&acting(&w, head), move |tx| list_accounts(tx, land.school)).await.expect("lists");
        let seen: Vec<(&str, usize)> = people.iter().map(|one| (one.account.login.as_str(), one.grants.len())).collect();
        assert_eq!(seen, [("head", 1), ("teacher", 2)]);
        let refused = w.db.read(&acting(&w, teacher), move |tx| list_accounts(tx, land.sister)).await;
        assert_eq!(refused.expect_err("out of sight").code(), "unit.not_found");

        let roles = async |by: AccountId, unit: Option<UnitId>| -> Vec<&'static str> {
            let roles = w.db.read(&acting(&w, by), move |tx| list_roles(tx, unit)).await.expect("lists");
            roles.into_iter().map(|role| role.code).collect()
        };
        assert_eq!(roles(head, None).await, ["deputy_head", "school_admin", "clerk", "teacher", "guardian"]);
        assert_eq!(roles(head, Some(land.school)).await, ["deputy_head", "school_admin", "clerk", "teacher", "guardian"]);
        assert!(roles(teacher, None).await.is_empty());
        assert!(roles(head, Some(land.department)).await.is_empty(), "none of these is held at a department");
    }
}
