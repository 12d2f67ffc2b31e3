//! Who leads and teaches which class, and what a teacher reaches by it.

use base::{AccountId, ClassId, EmploymentId, SchoolYear, UnitId};
use registry::exports;
use registry::exports::ask::AskExport;
use registry::imports::layout::What;
use registry::people::Closed;
use registry::pupils::admit::Admit;
use registry::pupils::list::{self as pupils, ListPupils};
use registry::staff::account::{self, LinkAccount};
use registry::staff::employ::Employ;
use registry::staff::leave::{EndWork, leave};
use registry::teaching::homeroom::{self, SetHomeroom};
use registry::teaching::of_class::{self, AssignInClass, ClassTeaching, SetClassTeaching};
use registry::teaching::of_staff;
use registry::teaching::table::{self, Assign, SetTeaching};
use testkit::World;

use crate::export::{cells, documents_are_lent};
use crate::pupils::{admitted, class, new as pupil, schools};
use crate::staff::{employed, new};
use crate::{act_of, day, read, somebody, write};

fn assign(subject: &str, staff: EmploymentId) -> AssignInClass {
    let subject = subject.to_owned();
    AssignInClass { subject, staff, semester: 0, periods: None, responsible: true, from: None, to: None }
}

async fn teach(
    w: &World,
    school: UnitId,
    class: ClassId,
    from: &str,
    assignments: Vec<AssignInClass>,
) -> base::Result<ClassTeaching> {
    let cmd = SetClassTeaching { from: Some(day(from)), assignments };
    write(w, w.system(), move |tx| of_class::set(tx, school, class, None, &cmd)).await
}

async fn lead(
    w: &World,
    school: UnitId,
    class: ClassId,
    staff: Option<EmploymentId>,
    from: &str,
) -> base::Result<Vec<&'static str>> {
    let cmd = SetHomeroom { staff, from: Some(day(from)) };
    let done = write(w, w.system(), move |tx| homeroom::set(tx, school, class, None, &cmd)).await?;
    Ok(done.warnings.iter().map(|one| one.code).collect())
}

async fn sees(w: &World, who: AccountId, school: UnitId) -> base::Result<Vec<String>> {
    let ask = ListPupils::default();
    let page = read(w, act_of(w, who), move |tx| pupils::list(tx, school, &ask)).await?;
    Ok(page.items.into_iter().map(|row| row.full_name).collect())
}

testkit::both! {
    async fn a_linked_teacher_reaches_exactly_their_classes(w: World) {
        let [school, other] = schools(&w).await;
        let [a, b, c] = [class(&w, school, "2026-2027", "1A", "1").await, class(&w, school, "2026-2027", "1B", "1").await, class(&w, school, "2026-2027", "1C", "1").await];
        for (name, class) in [("Lê An", a), ("Lê Bảo", b), ("Lê Chi", c)] {
            admitted(&w, school, Admit { class: Some(class), ..pupil(name, "2020") }).await;
        }
        let (cuc, dung) = (employed(&w, school, new("Lê Thị Cúc", "1985")).await.id, employed(&w, school, new("Lê Dũng", "1986")).await.id);
        let (head, teacher) = (somebody(&w, "head", "head", school).await, somebody(&w, "teacher", "teacher", school).await);
        assert_eq!(sees(&w, teacher, school).await.expect_err("is nobody there").code(), "auth.forbidden");
        let cmd = LinkAccount { account: teacher };
        write(&w, act_of(&w, head), move |tx| account::link(tx, school, cuc, Some(1), &cmd)).await.expect("links");
        assert_eq!(sees(&w, teacher, school).await.expect("works there"), [] as [&str; 0]);
        assert_eq!(lead(&w, school, a, Some(cuc), "2026-09-01").await.expect("leads"), [] as [&str; 0]);
        teach(&w, school, b, "2026-09-01", vec![assign("toan", cuc), assign("tieng_viet", dung)]).await.expect("teaches");
        teach(&w, school, c, "2026-09-01", vec![assign("toan", dung)]).await.expect("teaches");
        // Today is 7 September 2026.
        assert_eq!(sees(&w, teacher, school).await.expect("leads and teaches"), ["Lê An", "Lê Bảo"]);
        assert_eq!(sees(&w, teacher, other).await.expect_err("is another school").code(), "unit.not_found");
        let own = read(&w, act_of(&w, teacher), move |tx| of_class::show(tx, school, b, None)).await.expect("teaches it");
        assert_eq!((own.items.len(), own.may.len()), (2, 0));
        assert_eq!(read(&w, act_of(&w, teacher), move |tx| of_class::show(tx, school, c, None)).await.expect_err("is another's").code(), "class.not_found");
        assert_eq!(read(&w, act_of(&w, teacher), move |tx| homeroom::show(tx, school, c)).await.expect_err("is another's").code(), "class.not_found");
        // They set nothing.
        let cmd = SetHomeroom { staff: Some(cuc), from: None };
        assert_eq!(write(&w, act_of(&w, teacher), move |tx| homeroom::set(tx, school, c, None, &cmd).map(|_| ())).await.expect_err("assigns nothing").code(), "auth.forbidden");
        let cmd = SetClassTeaching { from: None, assignments: vec![assign("toan", cuc)] };
        assert_eq!(write(&w, act_of(&w, teacher), move |tx| of_class::set(tx, school, c, None, &cmd).map(|_| ())).await.expect_err("assigns nothing").code(), "auth.forbidden");
        // What ends, ends their sight; with their work ends all of it.
        teach(&w, school, b, "2026-09-07", vec![assign("toan", dung)]).await.expect("teaches");
        assert_eq!(sees(&w, teacher, school).await.expect("leads"), ["Lê An"]);
        let cmd = EndWork { from: day("2026-09-07"), reason: "Thôi việc".to_owned(), basis: None };
        write(&w, w.system(), move |tx| leave(tx, school, cuc, None, &cmd)).await.expect("leaves");
        assert_eq!(sees(&w, teacher, school).await.expect_err("has left").code(), "auth.forbidden");
        let led = read(&w, act_of(&w, head), move |tx| homeroom::show(tx, school, a)).await.expect("shows");
        assert_eq!(led.items.iter().map(|one| (one.staff, one.valid_to)).collect::<Vec<_>>(), [(cuc, Some(day("2026-09-07")))]);
    }

    async fn who_leads_a_class_is_known_for_every_day(w: World) {
        let [school, other] = schools(&w).await;
        let (a, b) = (class(&w, school, "2026-2027", "1A", "1").await, class(&w, school, "2026-2027", "1B", "1").await);
        let (cuc, dung) = (employed(&w, school, new("Lê Thị Cúc", "1985")).await.id, employed(&w, school, new("Lê Dũng", "1986")).await.id);
        let theirs = employed(&w, other, new("Lê Xa", "1986")).await.id;
        lead(&w, school, a, Some(cuc), "2026-09-01").await.expect("leads");
        assert_eq!(lead(&w, school, b, Some(cuc), "2026-09-01").await.expect("leads both"), ["homeroom.leads_another"]);
        lead(&w, school, a, Some(dung), "2026-11-02").await.expect("leads");
        let show = async || read(&w, w.system(), move |tx| homeroom::show(tx, school, a)).await.expect("shows");
        let stretches = |found: homeroom::Homerooms| found.items.into_iter().map(|one| (one.staff, one.valid_from, one.valid_to)).collect::<Vec<_>>();
        assert_eq!(stretches(show().await), [(dung, day("2026-11-02"), None), (cuc, day("2026-09-01"), Some(day("2026-11-02")))]);
        for (staff, from, code) in [(Some(cuc), "2026-10-01", "teaching.later_change"), (Some(theirs), "2026-11-02", "fields.refused"), (Some(cuc), "2027-08-01", "fields.refused"), (Some(cuc), "2026-07-31", "fields.refused")] {
            assert_eq!(lead(&w, school, a, staff, from).await.expect_err("is refused").code(), code, "{from}");
        }
        // On its own day it was wrong from the beginning; nobody leads it from later on.
        lead(&w, school, a, Some(cuc), "2026-11-02").await.expect("was somebody else");
        lead(&w, school, a, None, "2026-12-01").await.expect("nobody leads");
        assert_eq!(stretches(show().await)[0], (cuc, day("2026-11-02"), Some(day("2026-12-01"))));
        let cmd = SetHomeroom { staff: Some(dung), from: Some(day("2026-12-02")) };
        let stale = write(&w, w.system(), move |tx| homeroom::set(tx, school, a, Some(1), &cmd).map(|_| ())).await;
        assert_eq!(stale.expect_err("is stale").code(), "record.stale");
    }

    async fn assignments_hold_from_their_day_and_clash_by_name(w: World) {
        let [school, _] = schools(&w).await;
        let a = class(&w, school, "2026-2027", "1A", "1").await;
        let (cuc, dung) = (employed(&w, school, new("Lê Thị Cúc", "1985")).await.id, employed(&w, school, new("Lê Dũng", "1986")).await.id);
        let first = teach(&w, school, a, "2026-09-01", vec![assign("toan", cuc), AssignInClass { periods: Some(10), ..assign("tieng_viet", cuc) }]).await.expect("assigns");
        assert_eq!((first.items.len(), first.version, first.subjects.iter().any(|one| one.subject == "toan")), (2, 2, true));
        let refused = async |assignments| teach(&w, school, a, "2026-10-01", assignments).await.expect_err("is refused");
        let error = refused(vec![assign("toan", cuc), assign("toan", dung)]).await;
        assert_eq!(error.refused_fields()[0].code, "teaching.clash");
        assert!(error.refused_fields()[0].detail.contains("Lê Thị Cúc") && error.refused_fields()[0].detail.contains("Lê Dũng"), "{error:?}");
        // Class 1 learns no physics, and the sentence says so.
        let error = refused(vec![assign("khoa_hoc", cuc)]).await;
        assert_eq!((error.refused_fields()[0].field.as_str(), error.refused_fields()[0].code), ("assignments.0.subject", "teaching.not_of_class"));
        assert!(error.refused_fields()[0].detail.contains("Khoa học"), "{error:?}");
        // From November somebody else; what was stays known.
        teach(&w, school, a, "2026-11-02", vec![assign("toan", dung), AssignInClass { periods: Some(10), ..assign("tieng_viet", cuc) }]).await.expect("assigns");
        let on = async |on: &'static str| {
            let found = read(&w, w.system(), move |tx| of_class::show(tx, school, a, Some(day(on)))).await.expect("shows");
            found.items.into_iter().filter(|one| one.subject == "toan").map(|one| (one.staff, one.valid_to)).collect::<Vec<_>>()
        };
        assert_eq!(on("2026-10-31").await, [(cuc, Some(day("2026-11-02"))), (dung, None)]);
        assert_eq!(on("2026-11-02").await, [(dung, None)]);
        // Said once more, nothing changes: neither rows nor the class's version.
        let once = teach(&w, school, a, "2026-11-02", vec![assign("toan", dung), AssignInClass { periods: Some(10), ..assign("tieng_viet", cuc) }]).await.expect("assigns");
        assert_eq!(once.version, 3);
        let cmd = SetClassTeaching { from: Some(day("2026-11-02")), assignments: Vec::new() };
        let stale = write(&w, w.system(), move |tx| of_class::set(tx, school, a, Some(2), &cmd).map(|_| ())).await;
        assert_eq!(stale.expect_err("is stale").code(), "record.stale");
        // Periods a week: 10 of Vietnamese, and in grade 1 three of mathematics.
        let weekly = async |staff| read(&w, w.system(), move |tx| of_staff::show(tx, school, staff, Some(day("2026-11-02")))).await.expect("shows").1.weekly;
        assert_eq!(weekly(cuc).await.semester_one, Some(10));
        assert_eq!(weekly(dung).await, of_staff::Weekly { semester_one: Some(3), semester_two: Some(3) });
    }

    async fn a_whole_school_is_assigned_at_once_or_not_at_all(w: World) {
        let [school, other] = schools(&w).await;
        let (a, b) = (class(&w, school, "2026-2027", "1A", "1").await, class(&w, school, "2026-2027", "1B", "1").await);
        let (cuc, dung) = (employed(&w, school, new("Lê Thị Cúc", "1985")).await.id, employed(&w, school, new("Lê Dũng", "1986")).await.id);
        let one = |class, subject: &str, staff| Assign { class, subject: subject.to_owned(), staff, semester: 0, periods: None, responsible: true, from: None, to: None };
        let cmd = |assignments| SetTeaching { year: SchoolYear::parse("2026-2027").expect("a year"), from: Some(day("2026-09-07")), classes: None, assignments };
        let right = cmd(vec![one(a, "toan", cuc), one(a, "tieng_viet", cuc), one(b, "toan", dung), Assign { periods: Some(9), ..one(b, "tieng_viet", cuc) }]);
        let wrong = cmd(vec![one(a, "toan", cuc), one(b, "khoa_hoc", dung), one(a, "toan", dung)]);
        let tried = { let wrong = wrong.clone(); read(&w, w.system(), move |tx| table::preview(tx, school, &wrong)).await.expect("previews") };
        assert_eq!(tried.faults.iter().map(|one| (one.field.as_str(), one.code)).collect::<Vec<_>>(), [("assignments.1.subject", "teaching.not_of_class"), ("assignments.2.staff", "teaching.clash")]);
        let set = |cmd: SetTeaching, known| write(&w, w.system(), move |tx| table::set(tx, school, known, &cmd));
        assert_eq!(set(wrong, None).await.expect_err("is wrong").refused_fields().len(), 2);
        let before = read(&w, w.system(), move |tx| table::show(tx, school, Some("2026-2027"), None)).await.expect("shows");
        assert_eq!((before.items.len(), before.version, before.classes.len(), before.staff.len()), (0, 2, 2, 2));
        let tried = { let right = right.clone(); read(&w, w.system(), move |tx| table::preview(tx, school, &right)).await.expect("previews") };
        assert_eq!((tried.began.len(), tried.ended.len(), tried.faults.len(), tried.version), (4, 0, 0, 2));
        let done = set(right.clone(), Some(before.version)).await.expect("assigns");
        assert_eq!((done.items.len(), done.version), (4, 4));
        let weekly = |table: &table::TeachingTable, name: &str| table.staff.iter().find(|one| one.full_name == name).expect("is there").weekly.semester_one;
        // 3 and 12 of class 1A, 9 of 1B.
        assert_eq!((weekly(&done, "Lê Thị Cúc"), weekly(&done, "Lê Dũng")), (Some(24), Some(3)));
        assert_eq!(set(right.clone(), Some(2)).await.expect_err("is stale").code(), "record.stale");
        assert_eq!(set(right.clone(), Some(4)).await.expect("changes nothing").version, 4);
        // Only of one class: the other stays.
        let half = SetTeaching { classes: Some(vec![b]), ..cmd(vec![one(b, "toan", cuc)]) };
        let done = set(half, None).await.expect("assigns");
        assert_eq!(done.items.iter().map(|one| (one.class, one.subject.as_str(), one.staff)).collect::<Vec<_>>(), [(a, "tieng_viet", cuc), (a, "toan", cuc), (b, "toan", cuc)]);
        // Too many periods of a subject are told.
        let many = cmd(vec![Assign { periods: Some(20), ..one(a, "toan", cuc) }]);
        let tried = read(&w, w.system(), move |tx| table::preview(tx, school, &many)).await.expect("previews");
        assert_eq!(tried.warnings.iter().map(|one| one.code).collect::<Vec<_>>(), ["teaching.too_many"]);

        let (head, support, stranger) = (somebody(&w, "head", "head", school).await, somebody(&w, "support", "support", school).await, somebody(&w, "stranger", "head", other).await);
        for (who, code) in [(support, "auth.forbidden"), (stranger, "unit.not_found")] {
            assert_eq!(read(&w, act_of(&w, who), move |tx| table::show(tx, school, None, None)).await.expect_err("has no business there").code(), code);
            let right = right.clone();
            assert_eq!(write(&w, act_of(&w, who), move |tx| table::set(tx, school, None, &right).map(|_| ())).await.expect_err("has no business there").code(), code);
        }
        assert_eq!(read(&w, act_of(&w, head), move |tx| table::show(tx, school, None, None)).await.expect("leads the school").may, ["school.manage"]);
    }

    async fn staff_classes_and_assignments_go_out_as_files(w: World) {
        documents_are_lent();
        let [school, other] = schools(&w).await;
        let a = class(&w, school, "2026-2027", "1A", "1").await;
        let mut cmd = Employ { personal_number: Some(Closed("004185000123".to_owned())), ..new("Lê Thị Cúc", "12/03/1985") };
        cmd.staff.as_mut().expect("somebody").staff_code = Some("0400001".to_owned());
        let cuc = employed(&w, school, cmd).await.id;
        lead(&w, school, a, Some(cuc), "2026-09-01").await.expect("leads");
        teach(&w, school, a, "2026-09-01", vec![assign("toan", cuc)]).await.expect("teaches");
        let (head, deputy, stranger) = (somebody(&w, "head", "head", school).await, somebody(&w, "deputy", "deputy_head", school).await, somebody(&w, "stranger", "head", other).await);
        let ask = |what, columns: Option<&[&str]>| AskExport {
            what, purpose: "Báo cáo đầu năm gửi Sở".to_owned(), classes: None,
            columns: columns.map(|all| all.iter().map(|key| (*key).to_owned()).collect()),
        };
        let asks = |who, cmd: AskExport| write(&w, act_of(&w, who), move |tx| exports::ask::ask(tx, school, &cmd));
        let takes = |who, id| read(&w, act_of(&w, who), move |tx| exports::download::made(tx, school, id));
        // What is closed waits for a second person, who sees it too; the rest leaves at once.
        let clerk = somebody(&w, "clerk", "clerk", school).await;
        let id = asks(clerk, ask(What::Staff, None)).await.expect("asks");
        assert_eq!(takes(clerk, id).await.map(|_| ()).expect_err("waits").code(), "export.not_ready");
        let approve = |who| write(&w, act_of(&w, who), move |tx| exports::decide::approve(tx, school, id, 1).map(|_| ()));
        assert_eq!(approve(clerk).await.expect_err("is their own").code(), "export.own");
        assert_eq!(approve(deputy).await.expect_err("sees none").code(), "auth.forbidden");
        approve(head).await.expect("approves");
        let (file, rows, people) = takes(clerk, id).await.expect("takes");
        let staff = cells(file);
        assert_eq!((rows, people.len(), staff[1][1].as_str(), staff[1][2].as_str()), (1, 1, "0400001", "Lê Thị Cúc"));
        assert!(staff[1].contains(&"004185000123".to_owned()) && staff[1].contains(&"Giáo viên".to_owned()) && staff[1].contains(&"1A".to_owned()), "{staff:?}");
        let id = asks(deputy, ask(What::Staff, Some(&["full_name", "position"]))).await.expect("is basic");
        assert_eq!(takes(deputy, id).await.expect("leaves at once").1, 1);
        let id = asks(deputy, ask(What::Classes, Some(&["order", "class", "grade", "homeroom_name", "size"]))).await.expect("asks");
        let (file, rows, _) = takes(deputy, id).await.expect("takes");
        assert_eq!((rows, cells(file)[1].clone()), (1, ["1", "1A", "1", "Lê Thị Cúc", "0"].map(str::to_owned).to_vec()));
        let id = asks(deputy, ask(What::Assignments, None)).await.expect("asks");
        let (file, rows, people) = takes(deputy, id).await.expect("takes");
        assert_eq!((rows, people.len(), cells(file)[1].clone()), (1, 1, ["1A", "Toán", "0400001", "Lê Thị Cúc", "3", "Cả năm", "Dạy chính"].map(str::to_owned).to_vec()));
        // What is protected goes out only with whoever sees it, and is offered to nobody else.
        assert_eq!(asks(deputy, ask(What::Staff, None)).await.expect_err("sees none").code(), "auth.forbidden");
        assert_eq!(asks(stranger, ask(What::Assignments, None)).await.expect_err("is another's").code(), "unit.not_found");
        let offers = |who| read(&w, act_of(&w, who), move |tx| exports::list::offers(tx, school));
        let offered = offers(deputy).await.expect("offers").offers;
        assert_eq!(offered.len(), 4);
        assert!(offered[1].fields.iter().all(|field| field.key != "personal_number"));
        assert!(offers(clerk).await.expect("offers").offers[1].fields.iter().any(|field| field.key == "personal_number" && field.class == "protected"));
    }
}
