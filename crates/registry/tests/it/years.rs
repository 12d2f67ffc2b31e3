//! School years, subjects of classes, timetables and the step into the next year.

use base::{AccountId, Actor, Date, Error, Result, SchoolYear, UnitId, Uuid};
use db::{Built, Tx, params};
use registry::timetable::read::Table;
use registry::timetable::save::{self, NewTimetable};
use registry::timetable::show::{self as timetable, ShowTimetable};
use registry::timetable::{HalfDay, Slot, editing, file, reading};
use registry::years::roll_over::{Decided, Decision, Homerooms, RollOver, preview, run, undo};
use registry::years::subjects::{self, Periods, SetSubjects};
use registry::years::{Holiday, Hours, YearPlan, open, show};
use testkit::World;

use crate::seated::{SCHOOL, id, seed};
use crate::{act_of, commune, day, loaded, make, read, school, somebody, write};

fn year(start: i16) -> SchoolYear {
    SchoolYear::starting(start).expect("a year")
}

/// One row at least in every table of years, timetables and steps, for the test that runs every statement.
pub(crate) fn fill(tx: &mut Tx<'_>, school: UnitId) -> Result<()> {
    seed(tx, school, SCHOOL, 2)?;
    let cmd = SetSubjects { elective: vec!["ngoai_ngu_2".to_owned()], ..SetSubjects::default() };
    subjects::set(tx, school, id(2), 1, &cmd)?;
    open::open(tx, school, year(2025), &plan())?;
    save::save(tx, school, &weekly("2025-09-08", vec![slot(1, 2, 1, "toan", Some(901))]))?;
    run::run(tx, school, &roll(&[(12, Decision::Repeat, None)])).map(|_| ())
}

async fn seated(w: &World) -> UnitId {
    loaded(w, &["04"]).await;
    let commune = commune(w, "Phường Thục Phán").await;
    let unit = make(w, school("Trường THCS Bế Văn Đàn", commune, "THCS")).await.id;
    write(w, w.system(), move |tx| seed(tx, unit, SCHOOL, 2)).await.expect("seats");
    unit
}

fn plan() -> YearPlan {
    YearPlan {
        first_day: day("2025-09-08"),
        semester_two: day("2026-01-12"),
        last_day: day("2026-05-24"),
        holidays: vec![Holiday {
            first_day: day("2026-02-09"),
            last_day: day("2026-02-22"),
            name: "Tết Nguyên đán".to_owned(),
        }],
        hours: None,
        basis: Some(" 12/QĐ ".to_owned()),
    }
}

fn field(error: &Error) -> (&str, &str) {
    error.refused_fields().first().map_or(("", ""), |field| (field.field.as_str(), field.code))
}

fn slot(class: u128, day: u8, period: u8, subject: &str, teacher: Option<u128>) -> Slot {
    let (subject, teacher) = (subject.to_owned(), teacher.map(id));
    Slot { class: id(class), day, half_day: HalfDay::Morning, period, subject, teacher, room: None }
}

fn weekly(from: &str, slots: Vec<Slot>) -> NewTimetable {
    NewTimetable { year: year(2025), valid_from: day(from), basis: None, slots }
}

fn roll(decisions: &[(u128, Decision, Option<&str>)]) -> RollOver {
    let decided = |decision, class: Option<&str>| Decided { decision, class: class.map(str::to_owned) };
    RollOver {
        from_year: year(2025),
        day: day("2026-08-01"),
        decisions: decisions.iter().map(|(n, decision, class)| (id(*n), decided(*decision, *class))).collect(),
        names: std::collections::BTreeMap::new(),
        entry_classes: true,
        homerooms: Homerooms::Follow,
        seen: None,
    }
}

/// Everything of a school that a step into the next year can touch, but for versions of what lasts.
async fn state(w: &World) -> Vec<Vec<String>> {
    let ctx = w.system();
    let told = w.db.read(&ctx, |tx| {
        tx.public("a test compares the state of a school");
        let mut all = Vec::new();
        for sql in [
            "SELECT id, year, code, name, grade, version FROM class ORDER BY id",
            "SELECT class, enrolment, valid_from, valid_to, position, repeats FROM class_member ORDER BY class, enrolment, valid_from",
            "SELECT id, person, valid_from, valid_to, came_by, left_by, status, beside FROM enrolment ORDER BY id",
            "SELECT class, valid_from, valid_to, employment FROM homeroom ORDER BY class, valid_from",
            "SELECT id, class, subject, employment, valid_from, valid_to FROM teaching ORDER BY id",
            "SELECT unit, person, kind, valid_from, valid_to FROM person_unit ORDER BY unit, person, kind, valid_from",
            "SELECT class, subject, part, periods, week_one, week_two FROM class_subject ORDER BY class, subject",
        ] {
            all.extend(tx.debug_rows(&Built::new("test", sql, tx.dialect()), &[])?);
        }
        Ok(all)
    });
    told.await.expect("reads")
}

/// Somebody without any role, whose account belongs to an employment.
async fn employed(w: &World, school: UnitId, employment: u128) -> AccountId {
    w.db.write(&w.system(), move |tx| {
        tx.public("a test links an account");
        let account = auth::accounts::insert(tx, "co.huong", "Cô Hương", "no digest", false)?;
        let sql = Built::new("test", "UPDATE employment SET account = ?3 WHERE school = ?1 AND id = ?2", tx.dialect());
        tx.exec_one(&sql, params![school, id(employment), account])?;
        Ok(account)
    })
    .await
    .expect("links")
}

async fn write_long(w: &World, act: impl Fn(&mut Tx<'_>) -> Result<Uuid> + Send + 'static) -> Uuid {
    w.db.write_long(&w.system(), "a test moves a whole school", act).await.expect("moves")
}

testkit::both! {
    async fn a_year_is_proposed_inherited_and_a_school_s_own(w: World) {
        let school = seated(&w).await;
        let seen = |on: &'static str| read(&w, w.system(), move |tx| show::show(tx, school, year(2025), Some(day(on))));
        let proposed = seen("2025-09-08").await.expect("shows");
        assert_eq!((proposed.standing, proposed.week, proposed.semester, proposed.version), ("proposed", Some(1), Some(1), 0));
        assert_eq!(proposed.plan.hours, Some(Hours::default()));

        // The province decides for its schools.
        let department = registry::load::department("04");
        let frame = YearPlan { basis: Some("1/QĐ-UBND".to_owned()), ..plan() };
        { let frame = frame.clone(); write(&w, w.system(), move |tx| open::open(tx, department, year(2025), &frame)).await.expect("opens") };
        let inherited = seen("2026-02-25").await.expect("shows");
        assert_eq!((inherited.standing, inherited.set_by, inherited.version), ("inherited", Some(department), 0));
        assert!(inherited.plan.basis.as_deref() == Some("1/QĐ-UBND"));
        assert_eq!((inherited.weeks, inherited.week, inherited.semester), ([18, 17], Some(23), Some(2)));
        assert_eq!(inherited.warnings, Vec::<String>::new());
        assert_eq!(seen("2026-02-10").await.expect("shows").week, None, "Tết");

        // The school deviates, and may do so once.
        let own = YearPlan { first_day: day("2025-09-10"), ..plan() };
        let previewed = { let own = own.clone(); read(&w, w.system(), move |tx| open::preview(tx, school, year(2025), &own)).await.expect("previews") };
        assert_eq!(previewed.warnings, ["Ngày đầu năm học không phải thứ hai, nên tuần 1 bị thiếu ngày."]);
        let opened = { let own = own.clone(); write(&w, w.system(), move |tx| open::open(tx, school, year(2025), &own)).await.expect("opens") };
        assert_eq!((opened.standing, opened.version, opened.plan.basis.as_deref()), ("own", 1, Some("12/QĐ")));
        let again = { let own = own.clone(); write(&w, w.system(), move |tx| open::open(tx, school, year(2025), &own)).await };
        assert_eq!(again.expect_err("twice").code(), "year.open_already");

        // Changed by whoever knows it.
        let change = |known: i64, plan: YearPlan| write(&w, w.system(), move |tx| open::change(tx, school, year(2025), known, &plan));
        assert_eq!(change(7, plan()).await.expect_err("another version").code(), "record.stale");
        let short = YearPlan { last_day: day("2026-05-10"), holidays: Vec::new(), ..plan() };
        let changed = change(1, short).await.expect("changes");
        assert_eq!((changed.version, changed.weeks, changed.plan.holidays.len()), (2, [18, 17], 0));
        let next = { let plan = plan(); write(&w, w.system(), move |tx| open::change(tx, school, year(2026), 1, &plan)).await };
        assert_eq!(field(&next.expect_err("another year")), ("", ""));
    }

    async fn days_that_make_no_year_are_refused(w: World) {
        let school = seated(&w).await;
        let refused = |plan: YearPlan| write(&w, w.system(), move |tx| open::open(tx, school, year(2025), &plan));
        for (wrong, name) in [
            (YearPlan { first_day: day("2024-09-08"), ..plan() }, "first_day"),
            (YearPlan { semester_two: day("2025-09-08"), ..plan() }, "semester_two"),
            (YearPlan { last_day: day("2026-01-12"), ..plan() }, "last_day"),
            (YearPlan { holidays: vec![Holiday { first_day: day("2026-06-01"), last_day: day("2026-06-02"), name: "Hè".to_owned() }], ..plan() }, "holidays"),
            (YearPlan { holidays: vec![plan().holidays[0].clone(), Holiday { name: "Tết nữa".to_owned(), ..plan().holidays[0].clone() }], ..plan() }, "holidays"),
            (YearPlan { hours: Some(Hours { last_day: 9, ..Hours::default() }), ..plan() }, "hours.last_day"),
            (YearPlan { hours: Some(Hours { morning: 0, afternoon: 0, ..Hours::default() }), ..plan() }, "hours"),
        ] {
            assert_eq!(field(&refused(wrong).await.expect_err(name)).0, name);
        }
    }

    async fn subjects_come_from_the_programme_and_are_adjusted(w: World) {
        let school = seated(&w).await;
        let seen = read(&w, w.system(), move |tx| subjects::show(tx, school, id(1))).await.expect("shows");
        assert_eq!((seen.set, seen.subjects.len(), seen.weekly, seen.version), (false, 12, [29, 29], 1));
        let set = |known: i64, cmd: SetSubjects| write(&w, w.system(), move |tx| subjects::set(tx, school, id(1), known, &cmd));
        let cmd = SetSubjects { elective: vec!["ngoai_ngu_2".to_owned()], periods: [("toan".to_owned(), Periods { week_one: 5, week_two: 4 })].into(), ..SetSubjects::default() };
        let done = set(1, cmd.clone()).await.expect("sets");
        assert_eq!((done.set, done.subjects.len(), done.weekly, done.version), (true, 13, [33, 32], 2));
        let maths = done.subjects.iter().find(|one| one.subject == "toan").expect("maths");
        assert_eq!((maths.periods, maths.week_one, maths.week_two, maths.name.as_str()), (158, 5, 4, "Toán"));
        assert_eq!(set(1, cmd.clone()).await.expect_err("another version").code(), "record.stale");
        let wrong = SetSubjects { chosen: vec!["vat_li".to_owned()], ..SetSubjects::default() };
        assert_eq!(field(&set(2, wrong).await.expect_err("no choice in grade 6")).1, "curriculum.no_choice");
        let wrong = SetSubjects { periods: [("vat_li".to_owned(), Periods { week_one: 1, week_two: 1 })].into(), ..SetSubjects::default() };
        assert_eq!(field(&set(2, wrong).await.expect_err("not of the class")).1, "curriculum.not_of_class");
        let nowhere = read(&w, w.system(), move |tx| subjects::show(tx, school, id(99))).await;
        assert_eq!(nowhere.expect_err("no class").code(), "class.not_found");
    }

    async fn a_timetable_is_saved_whole_and_read_as_of_a_day(w: World) {
        let school = seated(&w).await;
        let save = |cmd: NewTimetable| write(&w, w.system(), move |tx| save::save(tx, school, &cmd));
        let clash = weekly("2025-09-08", vec![slot(1, 2, 1, "toan", Some(901)), slot(2, 2, 1, "toan", Some(901))]);
        let checked = { let clash = clash.clone(); read(&w, w.system(), move |tx| save::try_out(tx, school, &clash)).await.expect("checks") };
        assert!(!checked.can_be_saved && checked.findings[0].code == "timetable.teacher_twice");
        let refused = save(clash).await.expect_err("a clash");
        assert_eq!(refused.code(), "timetable.clashes");
        assert!(["Lê Thị Hương", "6A1", "7A1"].iter().all(|side| refused.detail().contains(side)), "{}", refused.detail());
        assert_eq!(field(&save(weekly("2026-09-08", Vec::new())).await.expect_err("another year")), ("valid_from", "timetable.day"));

        let lab = Slot { room: Some("  Phòng  Tin ".to_owned()), ..slot(2, 3, 1, "tin_hoc", Some(903)) };
        let first = save(weekly("2025-09-08", vec![slot(1, 2, 1, "toan", Some(901)), slot(2, 2, 2, "toan", Some(901)), lab])).await.expect("saves");
        assert!(first.lessons == 3 && first.warnings.iter().any(|one| one.code == "timetable.too_few"));
        assert_eq!(save(weekly("2025-09-08", Vec::new())).await.expect_err("the same day").code(), "timetable.same_day");
        let second = save(weekly("2025-10-06", vec![slot(1, 4, 1, "toan", Some(901))])).await.expect("saves");

        let shown = |ask: ShowTimetable| read(&w, w.system(), move |tx| timetable::show(tx, school, &ask));
        let on = |on: &str| ShowTimetable { as_of: Some(day(on)), ..ShowTimetable::default() };
        let (people, seen) = shown(on("2025-10-05")).await.expect("shows");
        assert_eq!((seen.id, seen.lessons.len(), people.len()), (first.id, 3, 3));
        let lesson = seen.lessons.iter().find(|one| one.slot.class == id(2) && one.slot.day == 3).expect("a lesson");
        assert_eq!((lesson.class_name.as_str(), lesson.subject_name.as_str(), lesson.teacher_name.as_deref()), ("7A1", "Tin học", Some("Phạm An")));
        assert_eq!(lesson.slot.room.as_deref(), Some("Phòng Tin"));
        assert_eq!(shown(on("2025-10-06")).await.expect("shows").1.id, second.id);
        for (ask, lessons) in [
            (ShowTimetable { class: Some(id(2)), ..on("2025-09-10") }, 2),
            (ShowTimetable { teacher: Some(id(901)), ..on("2025-09-10") }, 2),
            (ShowTimetable { room: Some("Phòng Tin".to_owned()), ..on("2025-09-10") }, 1),
            (ShowTimetable { class: Some(id(2)), teacher: Some(id(901)), ..on("2025-09-10") }, 1),
        ] {
            assert_eq!(shown(ask.clone()).await.expect("shows").1.lessons.len(), lessons, "{ask:?}");
        }
        for none in ["2025-09-07", "2026-09-10"] {
            assert_eq!(shown(on(none)).await.expect_err("none then").code(), "timetable.not_found");
        }

        // Replaced by whoever knows it, and taken away.
        let replace = |known: i64| write(&w, w.system(), move |tx| save::replace(tx, school, first.id, known, &weekly("2025-09-08", vec![slot(1, 5, 1, "toan", None)])));
        assert_eq!(replace(3).await.expect_err("another version").code(), "record.stale");
        assert_eq!(replace(1).await.expect("replaces").version, 2);
        assert_eq!(shown(on("2025-09-10")).await.expect("shows").1.lessons.len(), 1);
        let (lost, kept) = (second.id, first.id);
        write(&w, w.system(), move |tx| save::remove(tx, school, lost, 1)).await.expect("removes");
        assert_eq!(shown(on("2025-11-01")).await.expect("shows").1.id, kept);
        let listed = read(&w, w.system(), move |tx| timetable::list(tx, school, year(2025))).await.expect("lists");
        assert_eq!(listed.iter().map(|row| row.id).collect::<Vec<_>>(), [kept]);
    }

    async fn a_file_is_read_against_classes_and_assignments(w: World) {
        let school = seated(&w).await;
        let rows = ["TKB BUỔI SÁNG", "Thứ|Tiết|6A1|7A1", "Hai|1|Toán - Hương|Văn - Hương", "|2|Chào cờ|Tin (An)", "|3|Lạ|Toán\nHương"];
        let table = |name: &str, rows: &[&str]| Table { name: name.to_owned(), rows: rows.iter().map(|row| row.split('|').map(str::to_owned).collect()).collect() };
        let teachers = ["Giáo viên|Môn|Thứ 2|||Thứ 3||Thứ 4", "||1|2|3|1|2|1", "Lê Thị Hương|Toán|6A1|||||"];
        let cmd = reading::ReadTimetable { year: year(2025), valid_from: day("2025-09-08"), tables: vec![table("Lớp", &rows), table("GV sáng", &teachers), table("Bìa", &["Trường"])] };
        let got = read(&w, w.system(), move |tx| reading::reading(tx, school, &cmd)).await.expect("reads");
        let told: Vec<_> = got.slots.iter().map(|one| (one.class, one.period, one.subject.as_str(), one.teacher)).collect();
        assert_eq!(told, [
            // Two are called Hương; one of them is assigned.
            (id(1), 1, "toan", Some(id(901))),
            (id(2), 1, "ngu_van", None),
            (id(1), 2, "hoat_dong_trai_nghiem", None),
            (id(2), 2, "tin_hoc", Some(id(903))),
            (id(2), 3, "toan", Some(id(901))),
        ], "the grid of teachers says the first lesson again");
        let doubts: Vec<_> = got.doubts.iter().map(|one| (one.code, one.at.as_str(), one.slot, one.teachers.len())).collect();
        assert_eq!(doubts, [("timetable.teacher_doubtful", "Lớp!D3", Some(1), 2), ("timetable.subject_doubtful", "Lớp!C5", None, 0)]);
        assert_eq!((got.aside.len(), got.findings.iter().filter(|one| one.refused).count()), (1, 0));
        let cmd = weekly("2025-09-08", got.slots);
        write(&w, w.system(), move |tx| save::save(tx, school, &cmd)).await.expect("what was read can be saved");
    }

    async fn a_timetable_leaves_as_a_workbook_and_comes_back_whole(w: World) {
        platform::sheets::lend(&documents::excel::Excel);
        platform::books::lend(&documents::workbook::Reader);
        let school = seated(&w).await;
        let slots = vec![
            slot(1, 2, 1, "toan", Some(901)),
            // Somebody who is not assigned, nobody where one person is assigned, a room, an afternoon.
            slot(1, 2, 2, "toan", Some(903)),
            slot(1, 3, 1, "toan", None),
            Slot { room: Some("Phòng Tin 1".to_owned()), ..slot(2, 3, 1, "tin_hoc", Some(903)) },
            Slot { half_day: HalfDay::Afternoon, ..slot(2, 7, 1, "toan", Some(901)) },
            slot(3, 4, 5, "ngu_van", None),
        ];
        let made = { let cmd = weekly("2025-09-08", slots.clone()); write(&w, w.system(), move |tx| save::save(tx, school, &cmd)).await.expect("saves") };
        let (written, first_day, lessons, people) = read(&w, w.system(), move |tx| file::write(tx, school, made.id)).await.expect("writes");
        assert_eq!((first_day, lessons, people.len()), (day("2025-09-08"), 6, 2));
        let mut bytes = Vec::new();
        std::io::copy(&mut { written }, &mut bytes).expect("reads the file");
        let tables = file::tables(&bytes).expect("a workbook");
        let cmd = reading::ReadTimetable { year: year(2025), valid_from: first_day, tables };
        let got = read(&w, w.system(), move |tx| reading::reading(tx, school, &cmd)).await.expect("reads");
        let sorted = |mut slots: Vec<Slot>| { slots.sort_by_key(|one| (one.class, one.time())); slots };
        assert_eq!(sorted(got.slots), sorted(slots));
        assert!(got.doubts.is_empty() && got.aside.is_empty(), "{:?} {:?}", got.doubts, got.aside);
    }

    async fn whoever_makes_a_timetable_is_told_what_it_is_made_of(w: World) {
        let school = seated(&w).await;
        let ground = |who| read(&w, who, move |tx| editing::ground(tx, school, day("2025-09-08")));
        let (people, told) = ground(w.system()).await.expect("tells");
        assert_eq!(told.classes.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["6A1", "7A1", "9A1"]);
        assert_eq!((told.year, people.len()), (year(2025), told.teachers.len()));
        let toan = told.classes[0].subjects.iter().find(|one| one.subject == "toan").expect("a subject");
        assert_eq!((toan.weekly, toan.teachers.as_slice()), (4, [id(901)].as_slice()));
        assert!(toan.also.iter().any(|word| word == "Toán học"), "{:?}", toan.also);
        let teacher = somebody(&w, "giaovien", "teacher", school).await;
        assert_eq!(ground(act_of(&w, teacher)).await.expect_err("may not").code(), "auth.forbidden");
    }

    async fn whoever_works_there_sees_and_whoever_manages_changes(w: World) {
        let school = seated(&w).await;
        write(&w, w.system(), move |tx| save::save(tx, school, &weekly("2025-09-08", vec![slot(1, 2, 1, "toan", Some(901))]))).await.expect("saves");
        let (clerk, teacher) = (somebody(&w, "giaovu", "clerk", school).await, somebody(&w, "giaovien", "teacher", school).await);
        let linked = employed(&w, school, 901).await;
        let other = make(&w, crate::school("Trường THCS Khác", commune(&w, "Phường Thục Phán").await, "THCS")).await.id;
        let stranger = somebody(&w, "khach", "clerk", other).await;
        let sees = |who: AccountId| read(&w, act_of(&w, who), move |tx| timetable::show(tx, school, &ShowTimetable { as_of: Some(day("2025-09-10")), ..ShowTimetable::default() }));
        for who in [clerk, teacher, linked] {
            assert_eq!(sees(who).await.expect("sees").1.lessons.len(), 1);
        }
        assert_eq!(sees(stranger).await.expect_err("not theirs").code(), "unit.not_found");
        let saves = |who: AccountId| write(&w, act_of(&w, who), move |tx| save::save(tx, school, &weekly("2025-11-03", Vec::new())));
        let rolls = |who: AccountId| write(&w, act_of(&w, who), move |tx| run::run(tx, school, &roll(&[])));
        let opens = |who: AccountId| write(&w, act_of(&w, who), move |tx| open::open(tx, school, year(2025), &plan()));
        for (who, code) in [(teacher, "auth.forbidden"), (linked, "unit.not_found"), (stranger, "unit.not_found")] {
            assert_eq!(saves(who).await.expect_err("may not").code(), code);
            assert_eq!(rolls(who).await.expect_err("may not").code(), code);
            assert_eq!(opens(who).await.expect_err("may not").code(), code);
        }
        saves(clerk).await.expect("saves");
        opens(clerk).await.expect("opens");
        let nobody = read(&w, w.ctx(Actor::Anonymous), move |tx| timetable::show(tx, school, &ShowTimetable::default())).await;
        assert_eq!(nobody.expect_err("nobody").code(), "session.required");
    }

    async fn a_school_goes_into_its_next_year_and_back(w: World) {
        let school = seated(&w).await;
        // A class with subjects of its own.
        let cmd = SetSubjects { elective: vec!["ngoai_ngu_2".to_owned()], ..SetSubjects::default() };
        write(&w, w.system(), move |tx| subjects::set(tx, school, id(2), 1, &cmd)).await.expect("sets");
        let before = state(&w).await;

        let cmd = roll(&[(12, Decision::Repeat, None), (31, Decision::Repeat, Some("9a1"))]);
        let seen = { let cmd = cmd.clone(); read(&w, w.system(), move |tx| preview::preview(tx, school, &cmd)).await.expect("previews") };
        assert_eq!((seen.promoted, seen.repeating, seen.finishing, seen.plan.obstacles.len()), (3, 2, 1, 0));
        assert_eq!(state(&w).await, before, "a preview changes nothing");
        let stale = RollOver { seen: Some("khác".to_owned()), ..cmd.clone() };
        let refused = write(&w, w.system(), move |tx| run::run(tx, school, &stale)).await;
        assert_eq!(refused.expect_err("something else was seen").code(), "roll_over.changed");

        let cmd = RollOver { seen: Some(seen.seen), ..cmd };
        let done = { let cmd = cmd.clone(); write(&w, w.system(), move |tx| run::run(tx, school, &cmd)).await.expect("goes on") };
        let told = read(&w, w.system(), move |tx| {
            tx.public("a test looks at the new year");
            let sql = "SELECT c.name, e.id, m.repeats, c.grade FROM class c JOIN class_member m ON m.school = c.school AND m.class = c.id
                JOIN enrolment e ON e.school = m.school AND e.id = m.enrolment
                WHERE c.school = ?1 AND c.year = 2026 AND m.valid_to IS NULL AND m.valid_from = ?2 ORDER BY c.name, e.id";
            let members: Vec<(String, Uuid, bool, String)> = tx.all(&Built::new("test", sql, tx.dialect()), params![school, day("2026-08-01")])?;
            let sql = "SELECT c.name, h.employment FROM class c JOIN homeroom h ON h.school = c.school AND h.class = c.id
                WHERE c.school = ?1 AND c.year = 2026 AND h.valid_to IS NULL ORDER BY c.name";
            let led: Vec<(String, Uuid)> = tx.all(&Built::new("test", sql, tx.dialect()), params![school])?;
            let sql = "SELECT e.id, e.valid_to, e.left_by, u.valid_to FROM enrolment e JOIN person_unit u ON u.person = e.person AND u.unit = e.school
                WHERE e.school = ?1 AND e.valid_to IS NOT NULL ORDER BY e.id";
            let left: Vec<(Uuid, Date, String, Date)> = tx.all(&Built::new("test", sql, tx.dialect()), params![school])?;
            let sql = "SELECT count(*) FROM class_member m JOIN class c ON c.school = m.school AND c.id = m.class
                WHERE m.school = ?1 AND c.year = 2025 AND m.valid_to IS NULL";
            let open: (i64,) = tx.one(&Built::new("test", sql, tx.dialect()), params![school])?.expect("a count");
            let sql = "SELECT c.name, count(*) FROM class c JOIN class_subject s ON s.school = c.school AND s.class = c.id
                WHERE c.school = ?1 AND c.year = 2026 GROUP BY c.name ORDER BY c.name";
            let subjects: Vec<(String, i64)> = tx.all(&Built::new("test", sql, tx.dialect()), params![school])?;
            Ok((members, led, left, open.0, subjects))
        }).await.expect("looks");
        let member = |class: &str, n: u128, repeats: bool, grade: &str| (class.to_owned(), id(n), repeats, grade.to_owned());
        assert_eq!(told.0, [
            member("6A1", 12, true, "6"), member("7A1", 11, false, "7"), member("8A1", 21, false, "8"), member("8A1", 22, false, "8"),
            member("9A1", 31, true, "9"),
        ]);
        assert_eq!(told.1, [("7A1".to_owned(), id(901)), ("8A1".to_owned(), id(902))]);
        assert_eq!(told.2, [(id(32), day("2026-08-01"), "finished".to_owned(), day("2026-08-01"))]);
        assert_eq!((told.3, told.4), (0, vec![("8A1".to_owned(), 13)]), "the combination goes up");
        let again = { let cmd = RollOver { seen: None, ..cmd.clone() }; write(&w, w.system(), move |tx| run::run(tx, school, &cmd)).await };
        assert!(again.is_err(), "once");

        let back = |known: i64| write(&w, w.system(), move |tx| undo::undo(tx, school, done, known));
        assert_eq!(back(2).await.expect_err("another version").code(), "record.stale");
        let undone = back(1).await.expect("goes back");
        assert_eq!((undone.state.as_str(), undone.version, undone.undone_at.is_some()), ("undone", 2, true));
        assert_eq!(state(&w).await, before, "exactly what it was");
        assert_eq!(back(2).await.expect_err("twice").code(), "roll_over.not_found");
        // And forth once more, by the same school.
        let cmd = RollOver { seen: None, ..cmd };
        write(&w, w.system(), move |tx| run::run(tx, school, &cmd)).await.expect("goes on again");
    }

    async fn what_stands_in_the_way_changes_nothing(w: World) {
        let school = seated(&w).await;
        let before = state(&w).await;
        let rolls = |cmd: RollOver| write(&w, w.system(), move |tx| run::run(tx, school, &cmd));
        let error = rolls(roll(&[(11, Decision::Promote, Some("7X")), (21, Decision::Finish, None)])).await.expect_err("no class");
        assert_eq!(error.code(), "roll_over.refused");
        assert!(error.detail().contains("7X"), "{}", error.detail());
        assert_eq!(field(&rolls(RollOver { day: day("2026-12-01"), ..roll(&[]) }).await.expect_err("in winter")), ("day", "roll_over.day"));
        assert_eq!(field(&rolls(RollOver { from_year: year(2024), day: day("2025-08-01"), ..roll(&[]) }).await.expect_err("no classes")), ("from_year", "roll_over.no_classes"));
        assert_eq!(state(&w).await, before);
    }

    async fn it_is_not_taken_back_once_something_depends_on_it(w: World) {
        let school = seated(&w).await;
        let before = state(&w).await;
        for (sql, why) in [
            ("UPDATE class_member SET valid_to = '2026-09-20' WHERE enrolment = ?2 AND valid_from = '2026-08-01' AND school = ?1", "đã chuyển lớp"),
            ("INSERT INTO teaching (school, id, class, subject, semester, employment, valid_from, responsible, version)
              SELECT c.school, ?2, c.id, 'toan', 0, h.employment, '2026-08-10', h.employment IS NOT NULL, 1 FROM class c
              JOIN homeroom h ON h.school = c.school AND h.class = c.id WHERE c.school = ?1 AND c.year = 2026 AND c.name = '7A1'", "phân công giảng dạy"),
            ("UPDATE class SET version = 2 WHERE school = ?1 AND year = 2026 AND name = '7A1' AND CAST(?2 AS {uuid}) IS NOT NULL", "đã được sửa"),
            ("UPDATE homeroom SET valid_to = '2026-09-01' WHERE school = ?1 AND valid_from = '2026-08-01' AND class IN
              (SELECT id FROM class WHERE school = ?1 AND year = 2026 AND name = '7A1') AND CAST(?2 AS {uuid}) IS NOT NULL", "giáo viên chủ nhiệm"),
            ("INSERT INTO record_doc (school, record, field_group, valid_from, plain, version)
              SELECT school, id, 'class_basic', '2026-08-01', '{}', 1 FROM class WHERE school = ?1 AND year = 2026 AND name = '7A1' AND CAST(?2 AS {uuid}) IS NOT NULL", "thông tin đã được ghi"),
            ("INSERT INTO class_member (school, class, enrolment, valid_from, repeats)
              SELECT e.school, c.id, e.id, '2026-09-09', e.beside FROM class c JOIN enrolment e ON e.school = c.school AND e.id = ?2
              WHERE c.school = ?1 AND c.year = 2026 AND c.name = '7A1'", "đã được thêm vào lớp"),
            ("UPDATE enrolment SET version = version + 1 WHERE school = ?1 AND left_by = 'finished' AND CAST(?2 AS {uuid}) IS NOT NULL", "đã hoàn thành"),
        ] {
            let done = write(&w, w.system(), move |tx| run::run(tx, school, &roll(&[]))).await.expect("goes on");
            // In one transaction that is given up again: the next reason finds the school as it was.
            let told = write(&w, w.system(), move |tx| {
                tx.public("a test makes something that depends on the new year");
                let changed = tx.exec(&Built::new("test", sql, tx.dialect()), params![school, id(11)])?;
                assert!(changed > 0, "{why}");
                undo::undo(tx, school, done, 1).map(|done| format!("{done:?}"))
            }).await.expect_err(why);
            assert_eq!(told.code(), "roll_over.in_use", "{why}");
            assert!(told.detail().contains(why), "{why}: {}", told.detail());
            write(&w, w.system(), move |tx| undo::undo(tx, school, done, 1)).await.expect("goes back");
            assert_eq!(state(&w).await, before, "{why}");
        }
    }

    async fn a_school_of_two_thousand_goes_on_and_back_in_a_moment(w: World) {
        loaded(&w, &["04"]).await;
        let commune = commune(&w, "Phường Thục Phán").await;
        let school = make(&w, school("Trường THCS Bế Văn Đàn", commune, "THCS")).await.id;
        let names: Vec<&'static str> = (6..=9).flat_map(|grade| (1..=11).map(move |n| &*format!("{grade}A{n}").leak())).collect();
        let classes: Vec<(u128, &'static str, &'static str)> = names.iter().zip(1..).map(|(name, n)| (n * 10, *name, &name[..1])).collect();
        write(&w, w.system(), move |tx| seed(tx, school, &classes, 45)).await.expect("seats");
        let before = state(&w).await;
        let clock = base::time::SystemClock;
        let now = || base::Clock::now(&clock).0;
        let begin = now();
        let done = write_long(&w, move |tx| run::run(tx, school, &roll(&[]))).await;
        let between = now();
        write_long(&w, move |tx| undo::undo(tx, school, done, 1).map(|_| done)).await;
        eprintln!("1,980 pupils: on {} ms, back {} ms, each run twice", (between - begin) / 1_000, (now() - between) / 1_000);
        assert!(now() - begin < 20_000_000, "a loaded machine is slow: the test only meets an accident");
        assert_eq!(state(&w).await, before);
    }
}
