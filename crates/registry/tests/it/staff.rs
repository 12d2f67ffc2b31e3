//! Staff: how they come, change, go and come back; what is protected; and whose account is whose.

use base::{AccountId, EmploymentId, Patch, UnitId};
use registry::people::{Closed, person};
use registry::pupils::list::Whether;
use registry::pupils::person::SetProtected;
use registry::staff::account::{self, LinkAccount};
use registry::staff::come_back::{WorkAgain, come_back};
use registry::staff::correct::{CorrectWork, correct};
use registry::staff::employ::{Employ, Employed, NewStaff, employ};
use registry::staff::leave::{EndWork, MoveAway, leave, move_away};
use registry::staff::list::{ListStaff, StaffRow, list};
use registry::staff::person::{ChangeStaff, change, set_protected};
use registry::staff::position::{SetPosition, set_position};
use registry::staff::show::{Staff, show};
use registry::staff::work::Post;
use testkit::World;

use crate::pupils::schools;
use crate::{act_of, day, read, somebody, write};

/// Somebody new, from 1 August.
pub fn new(full_name: &str, birth: &str) -> Employ {
    let staff = NewStaff { full_name: full_name.to_owned(), birth: Some(birth.to_owned()), ..NewStaff::default() };
    Employ {
        person: None,
        staff: Some(staff),
        personal_number: None,
        phone: None,
        email: None,
        from: day("2026-08-01"),
        status: None,
        staff_group: Some("Giáo viên".to_owned()),
        position: None,
        contract: None,
    }
}

pub async fn employed(w: &World, school: UnitId, cmd: Employ) -> Employed {
    write(w, w.system(), move |tx| employ(tx, school, &cmd)).await.expect("employs")
}

async fn page(w: &World, school: UnitId, staff: EmploymentId, on: &'static str) -> Staff {
    read(w, w.system(), move |tx| show(tx, school, staff, Some(day(on)), false)).await.expect("shows")
}

async fn listed(w: &World, school: UnitId, ask: ListStaff) -> Vec<StaffRow> {
    read(w, w.system(), move |tx| list(tx, school, &ask)).await.expect("lists").items
}

fn names(rows: &[StaffRow]) -> Vec<&str> {
    rows.iter().map(|row| row.full_name.as_str()).collect()
}

async fn ended(w: &World, school: UnitId, staff: EmploymentId, reason: &str, from: &str) -> base::Result<i64> {
    let cmd = EndWork { from: day(from), reason: reason.to_owned(), basis: Some("12/QĐ".to_owned()) };
    write(w, w.system(), move |tx| leave(tx, school, staff, None, &cmd)).await
}

/// How many entries of a kind the journal has.
async fn entries(w: &World, kind: &'static str) -> i64 {
    let count = move |tx: &mut db::Tx<'_>| {
        tx.public("test");
        let sql = db::Built::new("test", "SELECT count(*) FROM journal_entry WHERE kind = ?1", tx.dialect());
        Ok(tx.one::<(i64,)>(&sql, db::params![kind])?.map_or(0, |(count,)| count))
    };
    read(w, w.system(), count).await.expect("reads the journal")
}

testkit::both! {
    async fn somebody_comes_becomes_something_else_leaves_and_comes_back(w: World) {
        let [school, _] = schools(&w).await;
        let cmd = Employ { position: Some("Tổ trưởng chuyên môn".to_owned()), ..new("Lê Thị Cúc", "12/03/1985") };
        let cuc = employed(&w, school, cmd).await.id;
        let an = employed(&w, school, new("Trần Văn An", "1990")).await.id;
        let one = page(&w, school, cuc, "2026-09-01").await;
        assert_eq!((one.status.as_str(), one.post.staff_group.as_deref(), one.post.position.as_deref()), ("1", Some("2"), Some("03")));
        assert_eq!((one.person.birth.as_deref(), one.person.given.as_str(), one.has_account), (Some("1985-03-12"), "Cúc", false));
        // By the given name, as Vietnamese names are sorted.
        assert_eq!(names(&listed(&w, school, ListStaff::default()).await), ["Trần Văn An", "Lê Thị Cúc"]);
        assert_eq!(names(&listed(&w, school, ListStaff { q: Some("thi cu".to_owned()), ..ListStaff::default() }).await), ["Lê Thị Cúc"]);
        assert_eq!(names(&listed(&w, school, ListStaff { position: Some("03".to_owned()), ..ListStaff::default() }).await), ["Lê Thị Cúc"]);
        assert_eq!(listed(&w, school, ListStaff { as_of: Some(day("2026-07-31")), ..ListStaff::default() }).await, []);

        let deputy = SetPosition {
            from: day("2026-09-05"), staff_group: Patch::Value("1".to_owned()), position: Patch::Value("02".to_owned()),
            contract: Patch::Absent, basis: Some("7/QĐ-UBND".to_owned()),
        };
        let set = |cmd: SetPosition, known| write(&w, w.system(), move |tx| set_position(tx, school, cuc, known, &cmd));
        assert_eq!(set(deputy.clone(), Some(9)).await.expect_err("is stale").code(), "record.stale");
        assert_eq!(set(deputy.clone(), Some(1)).await.expect("becomes deputy"), 2);
        for (on, position) in [("2026-09-04", "03"), ("2026-09-05", "02")] {
            assert_eq!(page(&w, school, cuc, on).await.post.position.as_deref(), Some(position), "{on}");
            let rows = listed(&w, school, ListStaff { as_of: Some(day(on)), position: Some(position.to_owned()), ..ListStaff::default() }).await;
            assert_eq!(names(&rows), ["Lê Thị Cúc"], "{on}");
        }
        let positions = page(&w, school, cuc, "2026-09-05").await.work.remove(0).positions;
        assert_eq!(positions.iter().map(|one| (one.valid_from, one.valid_to)).collect::<Vec<_>>(), [(day("2026-09-05"), None), (day("2026-08-01"), Some(day("2026-09-05")))]);
        // Before what stands: refused. On the day itself: it was wrong from the beginning.
        assert_eq!(set(SetPosition { from: day("2026-09-01"), ..deputy.clone() }, None).await.expect_err("is before").code(), "staff.later_change");
        assert_eq!(set(SetPosition { from: day("2026-07-01"), ..deputy.clone() }, None).await.expect_err("is before").refused_fields()[0].code, "staff.outside_work");
        set(SetPosition { position: Patch::Value("01".to_owned()), ..deputy.clone() }, None).await.expect("was wrong");
        assert_eq!(page(&w, school, cuc, "2026-09-05").await.work[0].positions.len(), 2);

        assert_eq!(ended(&w, school, cuc, "Đang làm việc", "2026-10-01").await.expect_err("is no reason").refused_fields()[0].code, "staff.reason");
        assert_eq!(ended(&w, school, cuc, "Nghỉ hưu", "2026-09-05").await.expect_err("is too early").refused_fields()[0].code, "staff.later_change");
        ended(&w, school, cuc, "Nghỉ hưu", "2026-10-01").await.expect("retires");
        assert_eq!(ended(&w, school, cuc, "Thôi việc", "2026-11-01").await.expect_err("has left").code(), "staff.gone");
        let on = |on: &str, whether| ListStaff { as_of: Some(day(on)), whether, ..ListStaff::default() };
        assert_eq!(names(&listed(&w, school, on("2026-10-01", Whether::Here)).await), ["Trần Văn An"]);
        assert_eq!(names(&listed(&w, school, on("2026-09-30", Whether::Here)).await), ["Trần Văn An", "Lê Thị Cúc"]);
        let left = listed(&w, school, on("2026-10-01", Whether::Left)).await;
        assert_eq!((left[0].full_name.as_str(), left[0].status.as_str()), ("Lê Thị Cúc", "6"));

        let again = |from: &str| { let cmd = WorkAgain { from: day(from), post: None }; write(&w, w.system(), move |tx| come_back(tx, school, cuc, &cmd)) };
        assert_eq!(again("2026-09-15").await.expect_err("was there then").refused_fields()[0].code, "staff.overlaps");
        let back = again("2026-11-01").await.expect("comes back");
        assert_eq!(again("2026-12-01").await.expect_err("is there").code(), "staff.works_here");
        let shown = page(&w, school, back, "2026-11-01").await;
        assert_eq!((shown.work.len(), shown.status.as_str(), shown.post.position.as_deref()), (2, "1", Some("01")));
        // It was written down by mistake: then no day of it holds, and the person can come again.
        let cmd = CorrectWork { mistake: true, ..CorrectWork::default() };
        write(&w, w.system(), move |tx| correct(tx, school, back, None, &cmd)).await.expect("was a mistake");
        assert_eq!(names(&listed(&w, school, on("2026-12-01", Whether::Here)).await), ["Trần Văn An"]);
        assert_eq!(listed(&w, school, on("2026-12-01", Whether::Left)).await.len(), 1);
        // The retirement was a mistake too.
        let cmd = CorrectWork { valid_to: Patch::Null, ..CorrectWork::default() };
        write(&w, w.system(), move |tx| correct(tx, school, cuc, None, &cmd)).await.expect("never left");
        assert_eq!(page(&w, school, cuc, "2026-12-01").await.status, "1");
        let cmd = CorrectWork { valid_from: Some(day("2026-09-06")), ..CorrectWork::default() };
        let error = write(&w, w.system(), move |tx| correct(tx, school, cuc, None, &cmd)).await.expect_err("became deputy before");
        assert_eq!(error.refused_fields()[0].code, "staff.position_outside");
        for (kind, count) in [("staff.employed", 2), ("staff.position_set", 2), ("staff.left", 1), ("staff.returned", 1), ("staff.work_corrected", 2)] {
            assert_eq!(entries(&w, kind).await, count, "{kind}");
        }
        assert_eq!(page(&w, school, an, "2026-12-01").await.version, 1);
    }

    async fn a_person_who_is_known_is_found_and_not_made_twice(w: World) {
        let [one, other] = schools(&w).await;
        let number = |cmd: Employ| Employ { personal_number: Some(Closed("004185000123".to_owned())), ..cmd };
        let first = employed(&w, one, number(new("Lê Thị Cúc", "1985"))).await;
        let twice = { let cmd = number(new("lê thị cúc", "12/03/1985")); write(&w, w.system(), move |tx| employ(tx, one, &cmd)).await };
        assert_eq!(twice.expect_err("works here").code(), "staff.works_here");
        // At another school it is the same person, and that they work here is told by the school's name only.
        let second = employed(&w, other, number(new("Le Thi Cuc", "1985-03-12"))).await;
        assert_eq!(second.person, first.person);
        assert!(second.warnings.iter().any(|one| one.code == "staff.works_elsewhere" && one.detail.contains("Trường Tiểu học Một")), "{:?}", second.warnings);
        let cmd = MoveAway { from: day("2026-10-01"), basis: None };
        let id = first.id;
        write(&w, w.system(), move |tx| move_away(tx, one, id, Some(1), &cmd)).await.expect("moves away");
        assert_eq!(page(&w, one, id, "2026-10-01").await.status, "3");
        // Somebody else's number: made anew, and told.
        let third = employed(&w, other, number(new("Trần Khác", "1970"))).await;
        assert_ne!(third.person, first.person);
        assert!(third.warnings.iter().any(|one| one.code == "person.number_of_another"), "{:?}", third.warnings);
        // By the code of staff as well.
        let coded = |name: &str| { let mut cmd = new(name, "1980"); cmd.staff.as_mut().expect("somebody").staff_code = Some("0400001".to_owned()); cmd };
        let four = employed(&w, one, coded("Lê Bốn")).await;
        assert_eq!(employed(&w, other, coded("Lê Bốn")).await.person, four.person);
        let alike = employed(&w, one, new("Lê Bốn", "1980")).await;
        assert!(alike.person != four.person && alike.warnings.iter().any(|one| one.code == "staff.alike"), "{:?}", alike.warnings);
        // A person whom this school does not know stays unknown.
        let stranger = third.person;
        let cmd = Employ { person: Some(stranger), staff: None, ..new("", "1") };
        assert_eq!(write(&w, w.system(), move |tx| employ(tx, one, &cmd)).await.expect_err("is not known").code(), "person.not_found");
    }

    async fn who_somebody_is_is_corrected_by_whoever_keeps_staff(w: World) {
        let [school, other] = schools(&w).await;
        let cuc = employed(&w, school, new("Lê Thị Cúc", "1985")).await;
        let (head, deputy, stranger) = (somebody(&w, "head", "head", school).await, somebody(&w, "deputy", "deputy_head", school).await, somebody(&w, "stranger", "head", other).await);
        let cmd = ChangeStaff { full_name: Some("Lê Thị Cúc Hoa".to_owned()), staff_code: Patch::Value("0400009".to_owned()), ..ChangeStaff::default() };
        let as_who = |who: AccountId, cmd: ChangeStaff| { let id = cuc.id; write(&w, act_of(&w, who), move |tx| change(tx, school, id, Some(1), &cmd)) };
        assert_eq!(as_who(deputy, cmd.clone()).await.expect_err("keeps no staff").code(), "auth.forbidden");
        assert_eq!(as_who(stranger, cmd.clone()).await.expect_err("is another's").code(), "unit.not_found");
        assert_eq!(as_who(head, cmd.clone()).await.expect("corrects"), 2);
        assert_eq!(as_who(head, cmd).await.expect_err("is stale").code(), "record.stale");
        let found = read(&w, w.system(), move |tx| { tx.public("test"); person::find(tx, cuc.person) }).await.expect("finds");
        assert_eq!((found.full_name.as_str(), found.staff_code.as_deref()), ("Lê Thị Cúc Hoa", Some("0400009")));

        let cmd = SetProtected { phone: Patch::Value(Closed("0912 345 678".to_owned())), personal_number: Patch::Value(Closed("004185000123".to_owned())), ..SetProtected::default() };
        let protect = |who: AccountId, cmd: SetProtected| { let id = cuc.id; write(&w, act_of(&w, who), move |tx| set_protected(tx, school, id, None, &cmd)) };
        assert_eq!(protect(deputy, cmd.clone()).await.expect_err("sees none").code(), "auth.forbidden");
        protect(head, cmd).await.expect("protects");
        let see = |who: AccountId| { let id = cuc.id; read(&w, act_of(&w, who), move |tx| show(tx, school, id, None, true)) };
        let protected = see(head).await.expect("sees").protected.expect("may see");
        assert_eq!((protected.personal_number.map(|one| one.0), protected.phones.into_iter().map(|one| one.0).collect::<Vec<_>>()), (Some("004185000123".to_owned()), vec!["0912345678".to_owned()]));
        let plain = see(deputy).await.expect("sees what is basic");
        assert_eq!((plain.protected, plain.may), (None, vec!["account.view", "school.manage"]));
        assert_eq!(see(stranger).await.expect_err("is another's").code(), "unit.not_found");
        // What is under lock stands in the journal only as it is kept there: closed.
        assert_eq!(entries(&w, "person.protected_changed").await, 1);
    }

    async fn an_account_is_linked_like_a_role_is_given(w: World) {
        let [school, other] = schools(&w).await;
        let (cuc, an) = (employed(&w, school, new("Lê Thị Cúc", "1985")).await.id, employed(&w, school, new("Trần Văn An", "1990")).await.id);
        let (head, clerk, theirs) = (somebody(&w, "head", "head", school).await, somebody(&w, "clerk", "clerk", school).await, somebody(&w, "theirs", "teacher", other).await);
        let (teacher, admin, support) = (somebody(&w, "teacher", "teacher", school).await, somebody(&w, "admin", "school_admin", school).await, somebody(&w, "support", "support", school).await);
        let link = |who: AccountId, staff: EmploymentId, account: AccountId| { let cmd = LinkAccount { account }; write(&w, act_of(&w, who), move |tx| account::link(tx, school, staff, None, &cmd)) };
        // Whoever runs the system gives roles, and no classes.
        for who in [admin, support, teacher] {
            assert_eq!(link(who, cuc, teacher).await.expect_err("assigns nothing").code(), "auth.forbidden");
        }
        assert_eq!(link(theirs, cuc, teacher).await.expect_err("is of another school").code(), "unit.not_found");
        // An account without a role here does not exist here; one that only runs the system opens no pupils.
        assert_eq!(link(head, cuc, theirs).await.expect_err("has no role here").code(), "account.not_found");
        for technical in [admin, support] {
            assert_eq!(link(head, cuc, technical).await.expect_err("is technical").refused_fields()[0].code, "staff.technical_account");
        }
        link(clerk, cuc, teacher).await.expect("links");
        assert_eq!(link(head, an, teacher).await.expect_err("is Cúc's").code(), "staff.account_of_another");
        let seen = read(&w, act_of(&w, head), move |tx| show(tx, school, cuc, None, false)).await.expect("shows");
        assert_eq!(seen.account.map(|one| (one.id, one.login)), Some((teacher, "teacher".to_owned())));
        // One sees oneself, also what is protected, and no colleague.
        let own = read(&w, act_of(&w, teacher), move |tx| show(tx, school, cuc, None, true)).await.expect("shows oneself");
        assert!(own.protected.is_some() && own.account.is_some() && own.may == ["staff.view_private"], "{:?}", own.may);
        assert_eq!(read(&w, act_of(&w, teacher), move |tx| show(tx, school, an, None, true)).await.expect_err("is a colleague").code(), "staff.not_found");
        let ask = ListStaff::default();
        assert_eq!(names(&read(&w, act_of(&w, teacher), move |tx| list(tx, school, &ask)).await.expect("lists oneself").items), ["Lê Thị Cúc"]);

        write(&w, act_of(&w, head), move |tx| account::unlink(tx, school, cuc, None)).await.expect("unlinks");
        assert_eq!(read(&w, act_of(&w, teacher), move |tx| show(tx, school, cuc, None, true)).await.expect_err("is nobody there").code(), "auth.forbidden");
        link(head, an, teacher).await.expect("is free");
        ended(&w, school, an, "8", "2026-08-20").await.expect("leaves");
        assert_eq!(read(&w, act_of(&w, teacher), move |tx| show(tx, school, an, None, true)).await.expect_err("has left").code(), "auth.forbidden");
        assert_eq!(link(head, an, teacher).await.expect_err("has left").code(), "staff.gone");
        assert_eq!((entries(&w, "staff.account_linked").await, entries(&w, "staff.account_unlinked").await), (2, 1));
        let post = Post { staff_group: Some("9".to_owned()), ..Post::default() };
        assert!(post.checked().is_ok(), "an unknown code is kept");
    }
}
