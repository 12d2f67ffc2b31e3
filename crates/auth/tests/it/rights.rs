use auth::{Capability, Require as _, Scope};
use base::{Actor, UnitId};
use testkit::World;

use crate::{acting, land, somebody};

async fn code(w: &World, ctx: base::Ctx, capability: Capability, unit: UnitId) -> &'static str {
    match w.db.read(&ctx, move |tx| tx.require(capability, unit)).await {
        Ok(()) => "",
        Err(error) => error.code(),
    }
}

/// The units a scope holds, as a list asks for them.
async fn within(w: &World, ctx: base::Ctx, capability: Capability) -> Vec<UnitId> {
    w.db.read(&ctx, move |tx| {
        let scope = tx.scope(capability)?;
        let [one_by_one, at_once] =
            [scope.predicate("u.id", 1), scope.predicate_of_many("u.id", "u.kind", 1)].map(|(predicate, values)| {
                let sql = format!("SELECT u.id FROM unit u WHERE {predicate} ORDER BY u.id");
                let rows: Vec<(UnitId,)> = tx.all(&db::Built::new("test", &sql, tx.dialect()), &values)?;
                base::Result::Ok(rows.into_iter().map(|(id,)| id).collect::<Vec<_>>())
            });
        let one_by_one = one_by_one?;
        assert_eq!(at_once?, one_by_one, "both ways to ask are the same");
        Ok(one_by_one)
    })
    .await
    .expect("lists")
}

testkit::both! {
    async fn a_role_reaches_down_its_edges_and_nowhere_else(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school).await;
        let officer = somebody(&w, "officer", "commune_officer", land.office).await;
        let admin = somebody(&w, "admin", "department_admin", land.department).await;

        assert_eq!(code(&w, acting(&w, head), Capability::AccountInvite, land.school).await, "");
        assert_eq!(code(&w, acting(&w, head), Capability::UnitEdit, land.school).await, "auth.forbidden");
        assert_eq!(code(&w, acting(&w, head), Capability::UnitView, land.sister).await, "unit.not_found");
        assert_eq!(code(&w, acting(&w, officer), Capability::UnitEdit, land.school).await, "");
        assert_eq!(code(&w, acting(&w, officer), Capability::UnitEdit, land.sister).await, "unit.not_found");
        assert_eq!(code(&w, acting(&w, admin), Capability::UnitEdit, land.sister).await, "");
        assert_eq!(code(&w, acting(&w, admin), Capability::UnitEdit, land.school).await, "", "two steps down");
        assert_eq!(code(&w, acting(&w, admin), Capability::GrantManage, land.other_school).await, "unit.not_found");
        // The settings follow `staff`, and nobody set such an edge: the department's own only.
        assert_eq!(code(&w, acting(&w, admin), Capability::SettingsManage, land.department).await, "");
        assert_eq!(code(&w, acting(&w, admin), Capability::SettingsManage, land.school).await, "auth.forbidden");
        // What is published is seen, what happens inside is not.
        assert_eq!(code(&w, acting(&w, head), Capability::UnitView, land.other_department).await, "");
        assert_eq!(code(&w, acting(&w, head), Capability::AccountView, land.other_department).await, "auth.forbidden");
        // What does not exist answers like what is out of scope.
        let nowhere = UnitId(base::Uuid::from_u128(7));
        assert_eq!(code(&w, acting(&w, admin), Capability::UnitView, nowhere).await, "unit.not_found");
        assert_eq!(code(&w, w.system(), Capability::UnitEdit, nowhere).await, "unit.not_found");
        assert_eq!(code(&w, w.system(), Capability::UnitEdit, land.school).await, "");
        assert_eq!(code(&w, w.ctx(Actor::Anonymous), Capability::UnitView, land.school).await, "session.required");
    }

    async fn a_list_holds_what_may_be_seen(w: World) {
        let land = land(&w).await;
        let admin = somebody(&w, "admin", "department_admin", land.department).await;
        let nobody = somebody(&w, "nobody", "no such role", land.school).await;
        let mut mine = vec![land.department, land.office, land.school, land.sister];
        mine.sort();
        assert_eq!(within(&w, acting(&w, admin), Capability::AccountView).await, mine);
        assert!(within(&w, acting(&w, nobody), Capability::AccountView).await.is_empty());
        let seen = within(&w, acting(&w, admin), Capability::UnitView).await;
        assert!(seen.contains(&land.other_department) && !seen.contains(&land.other_school), "{seen:?}");
        assert_eq!(within(&w, w.system(), Capability::AccountView).await.len(), 7);
        assert_eq!(Scope::Everything.predicate("x", 1).0, "TRUE");
    }

    async fn what_has_ended_is_seen_by_those_above_whom_it_answered_to_though_that_has_ended_too(w: World) {
        let land = land(&w).await;
        let ministry = somebody(&w, "ministry", "ministry_officer", land.ministry).await;
        let admin = somebody(&w, "admin", "department_admin", land.department).await;
        let officer = somebody(&w, "officer", "commune_officer", land.office).await;
        let other = somebody(&w, "other", "department_admin", land.other_department).await;
        let sees = async |account, unit: UnitId| {
            let one = code(&w, acting(&w, account), Capability::UnitView, unit).await;
            let listed = within(&w, acting(&w, account), Capability::UnitView).await.contains(&unit);
            assert_eq!(one.is_empty(), listed, "one by one and in a list: {one}");
            listed
        };
        // The school ends, a month later the office it answered to, and in the end the department of that one.
        for (unit, seen) in [
            (land.school, [true, true, true, false]),
            (land.office, [true, true, false, false]),
            (land.department, [true, false, false, false]),
        ] {
            w.clock.advance_seconds(30 * 86_400);
            w.db.write(&w.system(), move |tx| {
                tx.public("a test ends a unit");
                let today = tx.today();
                auth::edges::end(tx, auth::EdgeKind::Teaching, unit, today)?;
                auth::units::end(tx, unit, today)?;
                auth::closure::renew(tx)
            }).await.expect("ends");
            for (account, expected) in [ministry, admin, officer, other].into_iter().zip(seen) {
                assert_eq!(sees(account, land.school).await, expected, "{account} when {unit} has ended");
            }
        }
        // What stands is none of it.
        assert!(!sees(other, land.sister).await);
    }

    async fn a_grant_holds_from_its_first_day_until_before_its_last(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school).await;
        let tomorrow = w.system().today().tomorrow().expect("a day");
        let after = tomorrow.tomorrow().expect("a day");
        w.db.write(&w.system(), move |tx| {
            tx.public("a test gives a role");
            let grant = auth::grants::NewGrant {
                account: head, role: "commune_officer".to_owned(), unit: land.office, from: tomorrow, to: Some(after),
            };
            auth::grants::insert(tx, &grant)
        }).await.expect("gives");
        assert_eq!(code(&w, acting(&w, head), Capability::UnitEdit, land.school).await, "auth.forbidden");
        w.clock.advance_seconds(86_400);
        assert_eq!(code(&w, acting(&w, head), Capability::UnitEdit, land.school).await, "");
        w.clock.advance_seconds(86_400);
        assert_eq!(code(&w, acting(&w, head), Capability::UnitEdit, land.school).await, "auth.forbidden");
    }

    async fn an_ended_grant_and_a_suspended_account_may_nothing(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school).await;
        let grant = w.db.read(&w.system(), move |tx| { tx.public("test"); auth::grants::of_account(tx, head) })
            .await.expect("reads")[0].id;
        assert!(w.db.write(&w.system(), move |tx| { tx.public("test"); auth::grants::end(tx, grant) }).await.expect("ends"));
        assert_eq!(code(&w, acting(&w, head), Capability::UnitView, land.school).await, "unit.not_found");

        let admin = somebody(&w, "admin", "department_admin", land.department).await;
        assert_eq!(code(&w, acting(&w, admin), Capability::UnitEdit, land.school).await, "");
        static SUSPEND: db::Sql = db::Sql::new("SUSPEND", "UPDATE account SET state = 'suspended' WHERE id = ?1");
        w.db.write(&w.system(), move |tx| { tx.public("test"); tx.exec_one(&SUSPEND, db::params![admin]) }).await.expect("suspends");
        assert_eq!(code(&w, acting(&w, admin), Capability::UnitEdit, land.school).await, "unit.not_found");
    }

    async fn who_must_change_the_password_may_nothing_else(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school).await;
        w.db.write(&w.system(), move |tx| { tx.public("test"); auth::accounts::set_password(tx, head, "x", true) })
            .await.expect("marks");
        assert_eq!(code(&w, acting(&w, head), Capability::UnitView, land.school).await, "account.must_change_password");
        let scope = w.db.read(&acting(&w, head), |tx| tx.scope(Capability::UnitView)).await;
        assert_eq!(scope.expect_err("refused").code(), "account.must_change_password");
        assert!(w.db.read(&acting(&w, head), |tx| tx.require_signed_in()).await.is_ok(), "the account itself is reached");
    }
}
