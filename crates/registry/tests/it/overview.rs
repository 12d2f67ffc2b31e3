//! A school at a glance, and today of whoever works there.

use base::{AccountId, Error, Result, SchoolYear, UnitId};
use db::{Built, Tx, params};
use registry::classes::list as classes;
use registry::overview::show::{self as overview, Overview};
use registry::people::{Closed, NewPerson};
use registry::pupils::admit::Admit;
use registry::pupils::leave::{TransferOut, transfer_out};
use registry::pupils::list::{self, ListPupils};
use registry::pupils::missing::Missing;
use registry::timetable::save::{self, NewTimetable};
use registry::timetable::{HalfDay, Slot};
use registry::today::show::{self as today, Today};
use registry::years::{Holiday, YearPlan, open};
use testkit::World;

use crate::pupils::{admitted, class, new, schools};
use crate::seated::{SCHOOL, id, seed};
use crate::{act_of, commune, day, loaded, make, read, school, somebody, write};

async fn glance(w: &World, who: AccountId, school: UnitId) -> Result<Overview> {
    read(w, act_of(w, who), move |tx| overview::show(tx, school, None)).await
}

async fn my_day(w: &World, who: AccountId) -> Today {
    read(w, act_of(w, who), today::show).await.expect("shows")
}

fn waits(list: &[registry::overview::waiting::Waiting]) -> Vec<(&'static str, i64)> {
    list.iter().map(|one| (one.what, one.count)).collect()
}

/// The school of three classes, where the first teacher has an account.
async fn seated(w: &World) -> (UnitId, AccountId) {
    loaded(w, &["04"]).await;
    let commune = commune(w, "Phường Thục Phán").await;
    let unit = make(w, school("Trường THCS Bế Văn Đàn", commune, "THCS")).await.id;
    let teacher = somebody(w, "huong", "teacher", unit).await;
    let act = move |tx: &mut Tx<'_>| {
        seed(tx, unit, SCHOOL, 2)?;
        let sql = Built::new("test", "UPDATE employment SET account = ?3 WHERE school = ?1 AND id = ?2", tx.dialect());
        tx.exec_one(&sql, params![unit, id(901), teacher])
    };
    write(w, w.system(), act).await.expect("seats");
    (unit, teacher)
}

fn lesson(class: u128, day: u8, half_day: HalfDay, period: u8) -> Slot {
    Slot { class: id(class), day, half_day, period, subject: "toan".to_owned(), teacher: Some(id(901)), room: None }
}

fn year(start: i16) -> SchoolYear {
    SchoolYear::starting(start).expect("a year")
}

testkit::both! {
    async fn a_school_is_counted_and_the_rows_behind_a_figure_are_found(w: World) {
        let [school, other] = schools(&w).await;
        let a = class(&w, school, "2026-2027", "1A", "1").await;
        class(&w, school, "2026-2027", "1B", "1").await;
        let b = class(&w, school, "2026-2027", "2A", "2").await;
        let pupil = |name: &str, birth: &str, sex: Option<&str>, number: Option<&str>, class| {
            let pupil = NewPerson {
                full_name: name.to_owned(),
                birth: Some(birth.to_owned()),
                sex: sex.map(str::to_owned),
                ethnic_group: Some("01".to_owned()),
                ..NewPerson::default()
            };
            let personal_number = number.map(|number| Closed(number.to_owned()));
            Admit { pupil: Some(pupil), personal_number, class, ..new(name, birth) }
        };
        for cmd in [
            pupil("Lê An", "2020-03-01", Some("1"), Some("004220000123"), Some(a)),
            pupil("Lê Bình", "2020", Some("2"), None, Some(a)),
            pupil("Lê Chi", "2019-05-05", Some("2"), None, Some(b)),
            pupil("Lê Dung", "2020-06-06", None, None, None),
        ] {
            admitted(&w, school, cmd).await;
        }
        let gone = admitted(&w, school, pupil("Lê Em", "2020-01-01", Some("1"), None, Some(a))).await.id;
        let go = TransferOut { from: day("2026-09-03"), to: None, to_name: None, reason: None };
        write(&w, w.system(), move |tx| transfer_out(tx, school, gone, None, &go)).await.expect("goes");

        let head = somebody(&w, "head", "head", school).await;
        let seen = glance(&w, head, school).await.expect("shows");
        assert!(seen.whole);
        assert_eq!((seen.pupils, seen.boys, seen.girls, seen.classes, seen.without_homeroom, seen.without_class), (4, 1, 2, 3, 3, 1));
        let grades: Vec<_> = seen.grades.iter().map(|one| (one.grade.as_str(), one.classes, one.pupils, one.boys, one.girls)).collect();
        assert_eq!(grades, [("1", 2, 2, 1, 1), ("2", 1, 1, 0, 1)]);
        assert_eq!(seen.left.iter().map(|one| (one.by.as_str(), one.pupils)).collect::<Vec<_>>(), [("transferred", 1)]);
        let missing: Vec<_> = seen.missing.iter().map(|one| (one.what, one.pupils)).collect();
        assert_eq!(missing, [(Missing::Birth, 1), (Missing::Sex, 1), (Missing::PupilCode, 4), (Missing::PersonalNumber, 3)]);
        // Behind each figure stand so many rows.
        for (what, pupils) in missing {
            let ask = ListPupils { missing: Some(what), ..ListPupils::default() };
            let rows = read(&w, w.system(), move |tx| list::list(tx, school, &ask)).await.expect("lists");
            assert_eq!(rows.items.len(), usize::try_from(pupils).expect("few"), "{what:?}");
            assert_eq!(rows.total, pupils.unsigned_abs());
        }
        let ask = ListPupils { missing: Some(Missing::Birth), ..ListPupils::default() };
        let rows = read(&w, w.system(), move |tx| list::list(tx, school, &ask)).await.expect("lists");
        assert_eq!(rows.items[0].full_name, "Lê Bình");
        // On the day before they came nobody was there, and nothing waits on a day that is past.
        let before = read(&w, act_of(&w, head), move |tx| overview::show(tx, school, Some(day("2026-08-20")))).await.expect("shows");
        assert_eq!((before.pupils, before.classes, before.waiting.len()), (0, 3, 0));
        // Staff are counted for whoever may see them.
        assert_eq!(seen.staff.map(|staff| (staff.people, staff.with_account, staff.groups.len())), Some((0, 0, 0)));

        let (stranger, admin) = (somebody(&w, "other", "head", other).await, somebody(&w, "admin", "school_admin", school).await);
        assert_eq!(glance(&w, stranger, school).await.expect_err("is not theirs").code(), "unit.not_found");
        assert_eq!(glance(&w, admin, school).await.expect_err("is technical").code(), "auth.forbidden");
        assert!(my_day(&w, admin).await.schools.iter().all(|one| one.waiting.is_empty()), "a technical role is told of no pupils");
    }

    async fn a_teacher_is_shown_their_own_classes_and_lessons(w: World) {
        let (school, teacher) = seated(&w).await;
        w.clock.set("2025-10-06T01:00:00Z");
        let seen = glance(&w, teacher, school).await.expect("shows");
        // The first teacher teaches in all three classes of the school.
        assert_eq!((seen.whole, seen.pupils, seen.classes, seen.staff.is_none(), seen.left.len(), seen.waiting.len()), (false, 6, 3, true, 0, 0));

        let told = my_day(&w, teacher).await;
        assert_eq!(told.day, day("2025-10-06"));
        let here = &told.schools[0];
        assert_eq!((told.schools.len(), here.id, here.name.as_str(), here.works, here.timetable), (1, school, "Trường THCS Bế Văn Đàn", true, false));
        assert_eq!((here.week.is_some(), here.semester, here.lessons.len()), (true, Some(1), 0));
        let classes: Vec<_> = here.classes.iter().map(|one| (one.name.as_str(), one.leads, one.pupils, one.subjects.join(", "))).collect();
        assert_eq!(classes, [("6A1", true, 2, "Toán".to_owned()), ("7A1", false, 2, "Toán".to_owned()), ("9A1", false, 2, "Toán".to_owned())]);

        let slots = vec![lesson(3, 2, HalfDay::Afternoon, 1), lesson(2, 2, HalfDay::Morning, 3), lesson(1, 2, HalfDay::Morning, 1), lesson(1, 3, HalfDay::Morning, 1)];
        let cmd = NewTimetable { year: year(2025), valid_from: day("2025-09-08"), basis: None, slots };
        write(&w, w.system(), move |tx| save::save(tx, school, &cmd)).await.expect("saves");
        let lessons = |told: &Today| told.schools[0].lessons.iter().map(|one| (one.class_name.clone(), one.half_day, one.period, one.subject.clone())).collect::<Vec<_>>();
        let monday = lessons(&my_day(&w, teacher).await);
        let maths = |class: &str, half_day, period| (class.to_owned(), half_day, period, "Toán".to_owned());
        assert_eq!(monday, [maths("6A1", HalfDay::Morning, 1), maths("7A1", HalfDay::Morning, 3), maths("9A1", HalfDay::Afternoon, 1)]);
        w.clock.set("2025-10-07T01:00:00Z");
        assert_eq!(lessons(&my_day(&w, teacher).await), [maths("6A1", HalfDay::Morning, 1)]);

        // On a holiday there is none, and it is said why.
        let plan = YearPlan {
            first_day: day("2025-09-08"),
            semester_two: day("2026-01-12"),
            last_day: day("2026-05-24"),
            holidays: vec![Holiday { first_day: day("2025-10-06"), last_day: day("2025-10-07"), name: "Bão số 9".to_owned() }],
            hours: None,
            basis: None,
        };
        write(&w, w.system(), move |tx| open::open(tx, school, year(2025), &plan)).await.expect("opens");
        let told = my_day(&w, teacher).await;
        assert_eq!((told.schools[0].holiday.as_deref(), told.schools[0].lessons.len()), (Some("Bão số 9"), 0));
        // Whoever leads no class and teaches none is told of the school all the same; a stranger of none.
        let nobody = w.db.write(&w.system(), |tx| { tx.public("test"); auth::accounts::insert(tx, "nobody", "Nobody", "no digest", false) }).await.expect("makes");
        assert_eq!(my_day(&w, nobody).await.schools.len(), 0);
    }

    async fn what_waits_is_told_to_whoever_can_do_it(w: World) {
        let (school, teacher) = seated(&w).await;
        w.clock.set("2025-10-06T01:00:00Z");
        let (head, clerk) = (somebody(&w, "head", "head", school).await, somebody(&w, "clerk", "clerk", school).await);
        let of = async |who| my_day(&w, who).await.schools.remove(0).waiting;
        assert_eq!(waits(&of(head).await), [("year_not_open", 1), ("no_timetable", 3)]);
        assert_eq!(waits(&of(clerk).await), waits(&of(head).await));
        assert_eq!(waits(&of(teacher).await), []);
        assert_eq!(waits(&glance(&w, head, school).await.expect("shows").waiting), [("year_not_open", 1), ("no_timetable", 3)]);

        // Somebody without a class, a class without a teacher and without lessons.
        let without = Admit { from: day("2025-09-01"), ..new("Lê An", "2014-01-01") };
        admitted(&w, school, without).await;
        write(&w, w.system(), move |tx| {
            tx.public("test");
            let sql = Built::new("test", "DELETE FROM homeroom WHERE school = ?1 AND class = ?2", tx.dialect());
            tx.exec_one(&sql, params![school, id(3)])
        }).await.expect("leads no more");
        let cmd = NewTimetable { year: year(2025), valid_from: day("2025-09-08"), basis: None, slots: vec![lesson(1, 2, HalfDay::Morning, 1), lesson(2, 2, HalfDay::Morning, 2)] };
        write(&w, w.system(), move |tx| save::save(tx, school, &cmd)).await.expect("saves");
        assert_eq!(waits(&of(head).await), [("without_class", 1), ("year_not_open", 1), ("no_homeroom", 1), ("no_lessons", 1)]);
        assert_eq!(waits(&of(teacher).await), []);

        // After the last lesson it is time for the next year; in August, while there is no class yet, still.
        for (on, due) in [("2026-05-20T01:00:00Z", None), ("2026-06-20T01:00:00Z", Some(year(2025))), ("2026-08-20T01:00:00Z", Some(year(2025)))] {
            w.clock.set(on);
            let found = of(head).await.into_iter().find(|one| one.what == "roll_over").map(|one| one.year);
            assert_eq!(found, due, "{on}");
        }
        // Pupils in a class of the year before are counted in its grade: they are there.
        let seen = glance(&w, head, school).await.expect("shows");
        assert_eq!((seen.pupils, seen.classes, seen.grades.iter().map(|one| one.pupils).sum::<i64>()), (7, 0, 6));
        let listed = read(&w, act_of(&w, head), move |tx| classes::list(tx, school, None, None)).await.expect("lists");
        assert_eq!(listed.items.len(), 0);
        assert!(Error::is(&glance(&w, clerk, UnitId(id(42))).await.expect_err("is none"), &auth::UNIT_NOT_FOUND));
    }
}
