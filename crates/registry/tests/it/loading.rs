//! Whole schools of people loaded at once.

use base::{PersonName, UnitId, Uuid};
use registry::load::people::{
    self as loading, Class, Employment, Kin, Lesson, People, Person, School, Stay, Subject, Teaching, Timetable,
};
use registry::people::search::{Find, find};
use registry::people::secrets::Secret;
use registry::timetable::show::ShowTimetable;
use testkit::World;

use crate::{act_of, day, loaded, read, somebody};

fn person(n: u128, name: &str, pupil: bool) -> Person {
    let code = format!("04{n:08}");
    Person {
        id: Uuid::from_u128(n),
        name: PersonName::split(name).expect("a name"),
        birth: Some("2019-05-06".to_owned()),
        sex: Some("1".to_owned()),
        ethnic_group: Some("01".to_owned()),
        pupil_code: pupil.then(|| code.clone()),
        staff_code: None,
    }
}

testkit::both! {
    async fn a_school_is_loaded_and_everything_of_it_is_found(w: World) {
        loaded(&w, &["04"]).await;
        let school = UnitId(Uuid::from_u128(1));
        let new = School { id: school, name: "Trường Tiểu học Nạp".to_owned(), code: "04NAP".to_owned(), levels: vec!["TH"], commune: "01273", province: "04" };
        w.db.write_long(&w.system(), "a test founds a school", move |tx| loading::schools(tx, std::slice::from_ref(&new), day("2026-08-01"))).await.expect("founds");
        let (class, stay) = (Uuid::from_u128(10), Uuid::from_u128(11));
        let people = People {
            year: 2026,
            classes: vec![Class { id: class, code: "1A".to_owned(), grade: "1".to_owned() }],
            people: vec![person(2, "Nông Thị Ánh", true), person(3, "Nông Văn Cha", false), person(4, "Bế Cô Giáo", false)],
            named: Vec::new(),
            secrets: vec![(Uuid::from_u128(2), Secret::PersonalNumber, "004219000123".to_owned()), (Uuid::from_u128(3), Secret::Phone, "0912345678".to_owned())],
            stays: vec![Stay { id: stay, person: Uuid::from_u128(2), from: day("2026-08-01"), to: None, transfer: None, status: "01".to_owned(), class: Some(class) }],
            kin: vec![Kin { child: Uuid::from_u128(2), relation: "father", relative: Uuid::from_u128(3), occupation: Some("Nông dân") }],
            staff: vec![Employment { id: Uuid::from_u128(12), person: Uuid::from_u128(4), from: day("2026-08-01"), status: "1".to_owned(), group: "2".to_owned(), position: None, leads: Some(class) }],
            subjects: vec![Subject { class, subject: "toan", part: "compulsory", periods: 105, week_one: 3, week_two: 3 }],
            teaching: vec![Teaching { id: Uuid::from_u128(13), class, subject: "toan", staff: Uuid::from_u128(12) }],
            timetable: Some(Timetable {
                id: Uuid::from_u128(14),
                from: day("2026-09-07"),
                lessons: vec![Lesson { class, day: 2, half_day: "morning", period: 1, subject: "toan", staff: Uuid::from_u128(12) }],
            }),
        };
        w.db.write_long(&w.system(), "a test loads a school", move |tx| loading::people(tx, school, &people)).await.expect("loads");
        let head = somebody(&w, "head", "head", school).await;
        for (q, expected) in [("anh nong", vec!["Nông Thị Ánh"]), ("be giao", vec!["Bế Cô Giáo"]), ("004219000123", vec!["Nông Thị Ánh"]), ("0912 345 678", vec!["Nông Thị Ánh"]), ("nong van cha", vec![])] {
            let ask = Find { q: q.to_owned(), unit: None, limit: None };
            let found = read(&w, act_of(&w, head), move |tx| find(tx, &ask)).await.expect("finds");
            assert_eq!(found.items.iter().map(|one| one.full_name.as_str()).collect::<Vec<_>>(), expected, "{q}");
        }
        let shown = read(&w, act_of(&w, head), move |tx| registry::pupils::show::show(tx, school, base::EnrolmentId(stay), true)).await.expect("shows");
        assert!(shown.protected.is_some());
        crate::finding::index_holds(&w).await;
        // Its lessons are those of any school.
        let ask = ShowTimetable { as_of: Some(day("2026-09-14")), ..ShowTimetable::default() };
        let (_, week) = read(&w, act_of(&w, head), move |tx| registry::timetable::show::show(tx, school, &ask)).await.expect("has a timetable");
        let told: Vec<_> = week.lessons.iter().map(|one| (one.class_name.as_str(), one.subject_name.as_str(), one.teacher_name.as_deref())).collect();
        assert_eq!(told, [("Lớp 1A", "Toán", Some("Bế Cô Giáo"))]);
        let taught = read(&w, act_of(&w, head), move |tx| registry::teaching::of_class::show(tx, school, base::ClassId(class), Some(day("2026-09-14")))).await.expect("is taught");
        assert_eq!((taught.subjects.len(), taught.items.len()), (1, 1));
        // Nobody but the house loads.
        let refused = w.db.write(&act_of(&w, head), move |tx| loading::people(tx, school, &People::default())).await;
        assert_eq!(refused.expect_err("is no operator").code(), "units.load_forbidden");
    }
}
