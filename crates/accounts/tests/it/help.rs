//! Helping others with their accounts: who may, whom, and what it leaves behind.

use accounts::end_account_sessions::{SessionsEnded, end_account_session, end_account_sessions};
use accounts::list_account_sessions::list_account_sessions;
use accounts::list_accounts::list_accounts;
use accounts::renew_password::renew_password;
use accounts::restore_account::restore_account;
use accounts::suspend_account::{SuspendAccount, suspend_account};
use auth::over::HELP;
use base::{AccountId, Actor, SessionId, UnitId};
use testkit::World;

use crate::{PASSWORD, acting, device, kinds, land, sign_in, somebody};

static UNDONE: base::Code = base::Code::new(base::Kind::Conflict, "test.undone", "Hoàn tác");

/// What each help answers: nothing when it is done, else its code.
async fn tried(w: &World, by: AccountId, whom: AccountId) -> [&'static str; 3] {
    let code = |done: &base::Result<()>| done.as_ref().map_or_else(|error| error.code(), |()| "");
    let sessions = w.db.write(&acting(w, by), move |tx| end_account_sessions(tx, whom).map(|_| ())).await;
    let suspended =
        w.db.write(&acting(w, by), move |tx| {
            suspend_account(tx, whom, &SuspendAccount::default())?;
            restore_account(tx, whom)
        })
        .await;
    // Undone, or whoever was helped would have to set a password before acting.
    let renewed =
        w.db.write(&acting(w, by), move |tx| {
            renew_password(tx, whom, "digest")?;
            Err::<(), _>(UNDONE.error(""))
        })
        .await;
    let renewed = renewed.or_else(|error| if error.is(&UNDONE) { Ok(()) } else { Err(error) });
    let seen = w.db.read(&acting(w, by), move |tx| list_account_sessions(tx, whom).map(|_| ())).await;
    assert_eq!(code(&seen), code(&sessions), "who may end may see");
    [code(&sessions), code(&suspended), code(&renewed)]
}

async fn also(w: &World, account: AccountId, role: &'static str, unit: UnitId) -> auth::GrantId {
    w.db.write(&w.system(), move |tx| {
        tx.public("a test gives a role");
        let from = tx.today();
        auth::grants::insert(tx, &auth::grants::NewGrant { account, role: role.to_owned(), unit, from, to: None })
    })
    .await
    .expect("gives")
}

const ALL: [&str; 3] = ["", "", ""];
const NONE: [&str; 3] = ["auth.forbidden"; 3];
const UNSEEN: [&str; 3] = ["account.not_found"; 3];
/// To sign out is help enough.
const SESSIONS: [&str; 3] = ["", "auth.forbidden", "auth.forbidden"];

testkit::both! {
    async fn nobody_takes_over_an_account_that_they_could_not_have_made(w: World) {
        let land = land(&w).await;
        let (school, dept) = (land.school, land.department);
        let of = async |login: &'static str, role: &'static str, unit: UnitId| somebody(&w, login, role, unit, "x").await;
        let admin = of("admin", "department_admin", dept).await;
        let second_admin = of("admin.2", "department_admin", dept).await;
        let officer = of("officer", "department_officer", dept).await;
        let director = of("director", "department_head", dept).await;
        let support = of("support", "support", school).await;
        let head = of("head", "head", school).await;
        let deputy = of("deputy", "deputy_head", school).await;
        let school_admin = of("school.admin", "school_admin", school).await;
        let clerk = of("clerk", "clerk", school).await;
        let teacher = of("teacher", "teacher", school).await;
        let sister = of("sister", "head", land.sister).await;
        let nobody = of("nobody", "no such role", school).await;

        for (by, whom, answer) in [
            (head, teacher, ALL), (head, clerk, ALL), (head, deputy, ALL), (head, school_admin, ALL),
            (school_admin, teacher, ALL),
            (admin, head, ALL), (admin, teacher, ALL), (admin, second_admin, ALL),
            (admin, support, ALL), (director, officer, ALL),
            // Whoever runs the system takes over nobody who watches pupils.
            (admin, officer, SESSIONS), (admin, director, SESSIONS), (director, admin, SESSIONS),
            // On the same step, and from below.
            (school_admin, deputy, SESSIONS), (school_admin, clerk, SESSIONS), (school_admin, head, NONE), (school_admin, support, SESSIONS),
            (support, teacher, SESSIONS), (support, head, SESSIONS),
            (clerk, teacher, NONE), (clerk, head, NONE), (deputy, teacher, NONE), (officer, teacher, NONE),
            // Out of sight.
            (teacher, clerk, UNSEEN), (head, sister, UNSEEN), (sister, teacher, UNSEEN), (head, admin, UNSEEN),
            (school_admin, sister, UNSEEN), (nobody, teacher, UNSEEN),
            (head, AccountId(base::Uuid::from_u128(3)), UNSEEN), (admin, AccountId(base::Uuid::from_u128(3)), UNSEEN),
            (head, head, ["account.own"; 3]),
        ] {
            assert_eq!(tried(&w, by, whom).await, answer, "{by} to {whom}");
        }
    }

    async fn roles_elsewhere_count(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school, "x").await;
        let school_admin = somebody(&w, "school.admin", "school_admin", land.school, "x").await;
        let admin = somebody(&w, "admin", "department_admin", land.department, "x").await;
        let teacher = somebody(&w, "teacher", "teacher", land.school, "x").await;
        assert_eq!(tried(&w, head, teacher).await, ALL);

        // A second school: only who stands above both.
        let there = also(&w, teacher, "teacher", land.sister).await;
        assert_eq!(tried(&w, head, teacher).await, NONE);
        assert_eq!(tried(&w, school_admin, teacher).await, NONE);
        assert_eq!(tried(&w, admin, teacher).await, ALL);
        // Even one that has not begun, and not one that has ended.
        w.db.write(&w.system(), move |tx| { tx.public("test"); auth::grants::end(tx, there) }).await.expect("ends");
        assert_eq!(tried(&w, head, teacher).await, ALL);
        let tomorrow = w.system().today().tomorrow().expect("a day");
        let later = w.db.write(&w.system(), move |tx| {
            tx.public("test");
            auth::grants::insert(tx, &auth::grants::NewGrant { account: teacher, role: "teacher".to_owned(), unit: land.far, from: tomorrow, to: None })
        }).await.expect("gives");
        assert_eq!(tried(&w, head, teacher).await, NONE);
        assert_eq!(tried(&w, admin, teacher).await, NONE, "the other department's, too");
        w.db.write(&w.system(), move |tx| { tx.public("test"); auth::grants::end(tx, later) }).await.expect("ends");

        // An officer of the department who also teaches here.
        let officer = somebody(&w, "officer", "department_admin", land.department, "x").await;
        also(&w, officer, "teacher", land.school).await;
        assert_eq!(tried(&w, school_admin, officer).await, NONE);
        assert_eq!(tried(&w, head, officer).await, NONE);
        assert_eq!(tried(&w, admin, officer).await, ALL);

        // Two roles at one unit: the higher one decides.
        also(&w, teacher, "deputy_head", land.school).await;
        assert_eq!(tried(&w, school_admin, teacher).await, SESSIONS);
        assert_eq!(tried(&w, head, teacher).await, ALL);

        // Without any role today, what was held decides.
        let gone = somebody(&w, "gone", "head", land.school, "x").await;
        let held = w.db.read(&w.system(), move |tx| { tx.public("test"); auth::grants::of_account(tx, gone) }).await.expect("reads")[0].id;
        w.db.write(&w.system(), move |tx| { tx.public("test"); auth::grants::end(tx, held) }).await.expect("ends");
        assert_eq!(tried(&w, school_admin, gone).await, NONE, "once a head");
        assert_eq!(tried(&w, admin, gone).await, ALL);
    }

    async fn the_list_says_what_may_be_done(w: World) {
        let land = land(&w).await;
        let head = somebody(&w, "head", "head", land.school, "x").await;
        let admin = somebody(&w, "admin", "school_admin", land.school, "x").await;
        let teacher = somebody(&w, "teacher", "teacher", land.school, "x").await;
        let both = somebody(&w, "both", "teacher", land.school, "x").await;
        also(&w, both, "teacher", land.sister).await;
        w.db.write(&acting(&w, head), move |tx| suspend_account(tx, teacher, &SuspendAccount::default())).await.expect("suspends");
        let seen = async |by: AccountId| -> Vec<(String, bool, usize)> {
            let people = w.db.read(&acting(&w, by), move |tx| list_accounts(tx, land.school)).await.expect("lists");
            people.into_iter().map(|one| (one.account.login, one.suspended, one.may.len())).collect()
        };
        let told = |list: &[(&str, bool, usize)]| -> Vec<(String, bool, usize)> {
            list.iter().map(|(login, suspended, may)| ((*login).to_owned(), *suspended, *may)).collect()
        };
        assert_eq!(seen(head).await, told(&[("admin", false, 3), ("both", false, 0), ("head", false, 0), ("teacher", true, 3)]));
        assert_eq!(seen(admin).await, told(&[("admin", false, 0), ("both", false, 0), ("head", false, 0), ("teacher", true, 3)]));
        assert_eq!(HELP.len(), 3);
    }

    async fn a_suspended_account_is_signed_out_and_stays_out_until_it_is_restored(w: World) {
        let land = land(&w).await;
        let digest = auth::passwords::hash(PASSWORD).expect("a digest");
        let head = somebody(&w, "head", "head", land.school, "x").await;
        let teacher = somebody(&w, "teacher", "teacher", land.school, &digest).await;
        let (token, phone) = device("192.0.2.1");
        sign_in(&w, "teacher", PASSWORD, &phone).await.expect("signs in").expect("is in");
        let found = async || {
            let digest = token.digest();
            w.db.read(&w.system(), move |tx| { tx.public("test"); auth::session::find(tx, &digest) }).await.expect("reads").is_some()
        };
        assert!(found().await);
        let suspend = async |reason: &str| {
            let cmd = SuspendAccount { reason: Some(reason.to_owned()) };
            w.db.write(&acting(&w, head), move |tx| suspend_account(tx, teacher, &cmd)).await
        };
        let error = suspend(&"dài ".repeat(80)).await.expect_err("too long");
        assert_eq!(error.refused_fields()[0].code, "account.reason");
        suspend("  Nghỉ việc  ").await.expect("suspends");
        assert_eq!(suspend("").await.expect_err("again").code(), "account.suspended");
        assert!(!found().await, "signed out");
        assert!(sign_in(&w, "teacher", PASSWORD, &phone).await.expect("an answer").is_none(), "and stays out");
        let restore = async || w.db.write(&acting(&w, head), move |tx| restore_account(tx, teacher)).await;
        restore().await.expect("restores");
        assert_eq!(restore().await.expect_err("again").code(), "account.not_suspended");
        assert!(!found().await, "a session that ended stays ended");
        let (_, other) = device("192.0.2.2");
        assert!(sign_in(&w, "teacher", PASSWORD, &other).await.expect("an answer").is_some());
        let told = kinds(&w).await;
        assert!(told.contains(&"account.suspended".to_owned()) && told.contains(&"account.restored".to_owned()), "{told:?}");
    }

    async fn a_lower_authority_does_not_lift_what_a_higher_one_imposed(w: World) {
        let land = land(&w).await;
        let of = async |login: &'static str, role: &'static str, unit: UnitId| somebody(&w, login, role, unit, "x").await;
        let admin = of("admin", "department_admin", land.department).await;
        let second_admin = of("admin.2", "department_admin", land.department).await;
        let (head, other_head) = (of("head", "head", land.school).await, of("head.2", "head", land.school).await);
        let school_admin = of("school.admin", "school_admin", land.school).await;
        let teacher = of("teacher", "teacher", land.school).await;
        let done = |done: base::Result<()>| done.map_or_else(|error| error.code(), |()| "");
        let suspend = async |by: AccountId| done(w.db.write(&acting(&w, by), move |tx| suspend_account(tx, teacher, &SuspendAccount::default())).await);
        let restore = async |by: AccountId| done(w.db.write(&acting(&w, by), move |tx| restore_account(tx, teacher)).await);

        assert_eq!((suspend(admin).await, restore(head).await, restore(school_admin).await), ("", "auth.forbidden", "auth.forbidden"));
        assert_eq!(restore(second_admin).await, "", "the same standing at the same unit");
        assert_eq!((suspend(head).await, restore(school_admin).await, restore(other_head).await), ("", "auth.forbidden", ""));
        assert_eq!((suspend(school_admin).await, restore(head).await), ("", ""), "from above");
        assert_eq!((suspend(head).await, restore(admin).await), ("", ""), "from further above");
        // The department makes the head's suspension its own.
        assert_eq!((suspend(head).await, suspend(other_head).await, suspend(admin).await), ("", "account.suspended", ""));
        assert_eq!((restore(head).await, restore(admin).await), ("auth.forbidden", ""));
        // The operator's is the operator's to lift.
        w.db.write(&w.system(), move |tx| suspend_account(tx, teacher, &SuspendAccount::default())).await.expect("suspends");
        assert_eq!((restore(admin).await, suspend(admin).await), ("auth.forbidden", "account.suspended"));
        w.db.write(&w.system(), move |tx| restore_account(tx, teacher)).await.expect("restores");
        // Suspended before it was kept by whom: as it was.
        w.db.write(&w.system(), move |tx| { tx.public("test"); auth::accounts::set_suspended(tx, teacher, true) }).await.expect("suspends");
        assert_eq!(restore(school_admin).await, "");
    }

    async fn a_role_that_has_ended_or_has_not_begun_helps_nobody(w: World) {
        let land = land(&w).await;
        let teacher = somebody(&w, "teacher", "teacher", land.school, "x").await;
        let today = w.system().today();
        let (tomorrow, yesterday) = (today.tomorrow().expect("a day"), today.yesterday().expect("a day"));
        for (login, from, to, ended) in [
            ("was.head", yesterday, None, true), ("had.been.head", yesterday, Some(today), false), ("next.head", tomorrow, None, false),
        ] {
            // A clerk sees the people here, and helps none of them.
            let clerk = somebody(&w, login, "clerk", land.school, "x").await;
            w.db.write(&w.system(), move |tx| {
                tx.public("test");
                let grant = auth::grants::NewGrant { account: clerk, role: "head".to_owned(), unit: land.school, from, to };
                let id = auth::grants::insert(tx, &grant)?;
                if ended {
                    auth::grants::end(tx, id)?;
                }
                Ok(())
            }).await.expect("gives");
            assert_eq!(tried(&w, clerk, teacher).await, NONE, "{login}");
            let people = w.db.read(&acting(&w, clerk), move |tx| list_accounts(tx, land.school)).await.expect("lists");
            let may = people.into_iter().find(|one| one.account.id == teacher).expect("is there").may;
            assert!(may.is_empty(), "{login}: {may:?}");
        }
    }

    async fn a_renewed_password_is_used_once_and_must_be_changed(w: World) {
        let land = land(&w).await;
        let digest = auth::passwords::hash(PASSWORD).expect("a digest");
        let head = somebody(&w, "head", "head", land.school, "x").await;
        let teacher = somebody(&w, "teacher", "teacher", land.school, &digest).await;
        let (token, phone) = device("192.0.2.1");
        sign_in(&w, "teacher", PASSWORD, &phone).await.expect("signs in").expect("is in");
        // Forgotten: tried until there is a wait.
        let (_, tired) = device("192.0.2.9");
        for _ in 0..4 {
            let _wrong_or_waiting = sign_in(&w, "teacher", "quên mất rồi", &tired).await;
        }
        assert_eq!(sign_in(&w, "teacher", PASSWORD, &tired).await.expect_err("waits").code(), "session.too_many_attempts");

        let password = auth::passwords::one_time().expect("a password");
        let new = auth::passwords::hash(&password).expect("a digest");
        let ended = w.db.write(&acting(&w, head), move |tx| renew_password(tx, teacher, &new)).await.expect("renews");
        assert_eq!(ended, 1);
        let digest = token.digest();
        let gone = w.db.read(&w.system(), move |tx| { tx.public("test"); auth::session::find(tx, &digest) }).await.expect("reads");
        assert!(gone.is_none(), "signed out everywhere");
        assert!(sign_in(&w, "teacher", PASSWORD, &phone).await.expect("an answer").is_none(), "the old one is gone");
        let once: &'static str = Box::leak(password.into_boxed_str());
        let who = sign_in(&w, "teacher", once, &tired).await.expect("no wait is left").expect("is in");
        assert!(who.must_change_password);
        assert!(kinds(&w).await.contains(&"account.password_renewed".to_owned()));
    }

    async fn a_lost_device_is_signed_out(w: World) {
        let land = land(&w).await;
        let digest = auth::passwords::hash(PASSWORD).expect("a digest");
        let support = somebody(&w, "support", "support", land.school, "x").await;
        let teacher = somebody(&w, "teacher", "teacher", land.school, &digest).await;
        let mut devices = Vec::new();
        for n in 1..=3 {
            let (token, device) = device(&format!("192.0.2.{n}"));
            sign_in(&w, "teacher", PASSWORD, &device).await.expect("signs in").expect("is in");
            devices.push(token);
        }
        let list = async || w.db.read(&acting(&w, support), move |tx| list_account_sessions(tx, teacher)).await.expect("lists");
        let open = list().await;
        assert_eq!(open.len(), 3);
        assert!(open.iter().all(|one| !one.current && one.device.contains("Firefox")));
        let lost = SessionId(open[1].id);
        let end = async |account: AccountId, session: SessionId| {
            let done = w.db.write(&acting(&w, support), move |tx| end_account_session(tx, account, session)).await;
            done.map_or_else(|error| error.code(), |()| "")
        };
        assert_eq!(end(teacher, SessionId(base::Uuid::from_u128(5))).await, "session.not_found");
        assert_eq!(end(teacher, lost).await, "");
        assert_eq!(end(teacher, lost).await, "session.not_found", "it has ended");
        assert_eq!(list().await.len(), 2);
        let ended = w.db.write(&acting(&w, support), move |tx| end_account_sessions(tx, teacher)).await.expect("ends");
        assert_eq!((ended, list().await.len()), (SessionsEnded { sessions_ended: 2 }, 0));
        let told = kinds(&w).await;
        assert!(told.contains(&"session.ended_by_other".to_owned()) && told.contains(&"session.all_ended_by_other".to_owned()));
        let anybody = w.db.read(&w.ctx(Actor::Anonymous), move |tx| list_account_sessions(tx, teacher)).await;
        assert_eq!(anybody.expect_err("nobody").code(), "session.required");
    }
}
