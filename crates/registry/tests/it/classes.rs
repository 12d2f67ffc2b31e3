//! Classes: made, edited, listed and shown as of a day.

use base::{Patch, SchoolYear, UnitId};
use registry::classes::create::{self, CreateClass};
use registry::classes::edit::{self, EditClass};
use registry::classes::{list, show};
use registry::pupils::admit::Admit;
use testkit::World;

use crate::pupils::{admitted, class, new, schools};
use crate::{act_of, day, read, somebody, write};

fn made(code: &str, grade: &str) -> CreateClass {
    CreateClass {
        year: SchoolYear::parse("2026-2027").expect("a year"),
        code: code.to_owned(),
        name: None,
        grade: grade.to_owned(),
        campus: None,
        position: None,
    }
}

async fn codes(w: &World, school: UnitId, year: Option<&'static str>) -> Vec<String> {
    let listed = read(w, w.system(), move |tx| list::list(tx, school, year, None)).await.expect("lists");
    listed.items.into_iter().map(|class| class.code).collect()
}

testkit::both! {
    async fn classes_stand_in_the_order_of_a_school(w: World) {
        let [school, other] = schools(&w).await;
        for (code, grade) in [("2A10", "2"), ("2A9", "2"), ("1A", "1"), ("Lá 1", "18"), ("10A", "10")] {
            class(&w, school, "2026-2027", code, grade).await;
        }
        class(&w, school, "2027-2028", "3A", "3").await;
        class(&w, other, "2026-2027", "1A", "1").await;
        assert_eq!(codes(&w, school, None).await, ["Lá 1", "1A", "2A9", "2A10", "10A"]);
        assert_eq!(codes(&w, school, Some("2027")).await, ["3A"]);
        let error = read(&w, w.system(), move |tx| list::list(tx, school, Some("27-28"), None)).await.expect_err("is no year");
        assert_eq!(error.refused_fields()[0].code, "school_year.form");
        // A code twice in a year, a grade that is none, a campus of nobody's.
        let refused = |cmd: CreateClass| write(&w, w.system(), move |tx| create::create(tx, school, &cmd));
        assert_eq!(refused(made("1A", "1")).await.expect_err("is taken").code(), "class.code_taken");
        assert_eq!(refused(made("1B", "lớp chồi")).await.expect_err("is no grade").refused_fields()[0].field, "grade");
        assert_eq!(refused(made(" ", "1")).await.expect_err("has no code").refused_fields()[0].field, "code");
        let error = refused(CreateClass { campus: Some(other), ..made("1B", "1") }).await.expect_err("is no campus");
        assert_eq!(error.refused_fields()[0].code, "class.campus");
        assert!(refused(made("1B", "Lớp 1")).await.is_ok());
    }

    async fn a_class_shows_its_pupils_as_of_a_day(w: World) {
        let [school, other] = schools(&w).await;
        let id = class(&w, school, "2026-2027", "1A", "1").await;
        let with = |name: &str, sex: &str, from: &str, position| {
            let mut cmd = Admit { from: day(from), class: Some(id), position, ..new(name, "2020") };
            if let Some(pupil) = &mut cmd.pupil {
                pupil.sex = Some(sex.to_owned());
            }
            cmd
        };
        for (name, sex, from, position) in [
            ("Nguyễn Văn Dũng", "1", "2026-09-01", None),
            ("Lê Thị An", "2", "2026-09-01", None),
            ("Trần Bình", "1", "2026-09-01", Some(1)),
            ("Đỗ Ánh", "2", "2026-10-01", None),
        ] {
            admitted(&w, school, with(name, sex, from, position)).await;
        }
        let at = |on: Option<&'static str>| read(&w, w.system(), move |tx| show::show(tx, school, id, on.map(day)));
        let shown = at(None).await.expect("shows");
        let names = |shown: &show::Class| shown.members.iter().map(|one| one.full_name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&shown), ["Trần Bình", "Lê Thị An", "Nguyễn Văn Dũng"]);
        assert_eq!((shown.row.pupils, shown.row.boys, shown.row.girls, shown.row.name.as_str()), (3, 2, 1, "Lớp 1A"));
        let later = at(Some("2026-10-01")).await.expect("shows");
        assert_eq!(names(&later), ["Trần Bình", "Lê Thị An", "Đỗ Ánh", "Nguyễn Văn Dũng"]);
        let listed = read(&w, w.system(), move |tx| list::list(tx, school, None, Some(day("2026-10-01")))).await.expect("lists");
        assert_eq!((listed.items[0].pupils, listed.items[0].boys, listed.items[0].girls), (4, 2, 2));
        // In a year to come it is shown on its first day; of another school it is not there.
        let next = class(&w, school, "2027-2028", "2A", "2").await;
        let shown = read(&w, w.system(), move |tx| show::show(tx, school, next, None)).await.expect("shows");
        assert_eq!(shown.as_of, day("2027-08-01"));
        let error = read(&w, w.system(), move |tx| show::show(tx, other, id, None)).await.expect_err("is another school's");
        assert_eq!(error.code(), "class.not_found");
    }

    async fn a_class_is_edited_by_whoever_manages_the_school(w: World) {
        let [school, other] = schools(&w).await;
        let id = class(&w, school, "2026-2027", "1A", "1").await;
        class(&w, school, "2026-2027", "1B", "1").await;
        let (head, stranger, admin) = (somebody(&w, "head", "head", school).await, somebody(&w, "other", "head", other).await, somebody(&w, "admin", "school_admin", school).await);
        let edit = |who, known, cmd: EditClass| write(&w, act_of(&w, who), move |tx| edit::edit(tx, school, id, known, &cmd));
        let named = |code: &str| EditClass { code: Some(code.to_owned()), position: Patch::Value(3), ..EditClass::default() };
        assert_eq!(edit(head, Some(1), named("1C")).await.expect("edits"), 2);
        assert_eq!(codes(&w, school, None).await, ["1B", "1C"]);
        assert_eq!(edit(head, Some(1), named("1D")).await.expect_err("is stale").code(), "record.stale");
        assert_eq!(edit(head, Some(2), named("1B")).await.expect_err("is taken").code(), "class.code_taken");
        assert_eq!(edit(stranger, Some(2), named("1D")).await.expect_err("is not theirs").code(), "unit.not_found");
        assert_eq!(edit(admin, Some(2), named("1D")).await.expect_err("is technical").code(), "auth.forbidden");
        let seen = read(&w, act_of(&w, admin), move |tx| list::list(tx, school, None, None)).await.expect_err("sees no pupils");
        assert_eq!(seen.code(), "auth.forbidden");
    }
}
