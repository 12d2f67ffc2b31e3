//! Pupils: how they come, move, go and come back; every day of it can be asked for.

use base::{ClassId, EnrolmentId, Error, PageRequest, Result, SchoolYear, UnitId};
use db::Tx;
use registry::classes::create::{self as classes, CreateClass};
use registry::people::kinship::{NewRelative, Relation};
use registry::people::{Closed, NewPerson};
use registry::pupils::admit::{self, Admit, Admitted};
use registry::pupils::come_back::{ComeBack, come_back};
use registry::pupils::correct::{CorrectInClass, CorrectStay, correct_in_class, correct_stay};
use registry::pupils::elsewhere::{self, AskElsewhere};
use registry::pupils::leave::{Go, Leave, TransferOut, finish, leave, transfer_out};
use registry::pupils::list::{self, ListPupils, PupilRow, Whether};
use registry::pupils::move_class::{How, MoveClass, move_class};
use registry::pupils::show::{self, Pupil};
use registry::pupils::transfer_in::{TransferIn, transfer_in};
use testkit::World;

use crate::{act_of, commune, day, loaded, make, read, school, somebody, write};

/// Two schools of one commune.
pub async fn schools(w: &World) -> [UnitId; 2] {
    loaded(w, &["04"]).await;
    let commune = commune(w, "Phường Thục Phán").await;
    let one = make(w, school("Trường Tiểu học Một", commune, "TH")).await.id;
    [one, make(w, school("Trường Tiểu học Hai", commune, "TH")).await.id]
}

/// Somebody new, from 1 September.
pub fn new(full_name: &str, birth: &str) -> Admit {
    let pupil = NewPerson { full_name: full_name.to_owned(), birth: Some(birth.to_owned()), ..NewPerson::default() };
    Admit {
        person: None,
        pupil: Some(pupil),
        personal_number: None,
        from: day("2026-09-01"),
        class: None,
        position: None,
        repeats: false,
        beside: false,
        relatives: Vec::new(),
    }
}

pub async fn admitted(w: &World, school: UnitId, cmd: Admit) -> Admitted {
    write(w, w.system(), move |tx| admit::admit(tx, school, &cmd)).await.expect("admits")
}

pub async fn class(w: &World, school: UnitId, year: &str, code: &str, grade: &str) -> ClassId {
    let cmd = CreateClass {
        year: SchoolYear::parse(year).expect("a year"),
        code: code.to_owned(),
        name: None,
        grade: grade.to_owned(),
        campus: None,
        position: None,
    };
    write(w, w.system(), move |tx| classes::create(tx, school, &cmd)).await.expect("makes a class")
}

/// A class with brothers and sisters, for whoever needs rows.
pub fn fill(tx: &mut Tx<'_>, school: UnitId) -> Result<()> {
    let year = SchoolYear::parse("2026-2027").ok_or_else(|| Error::internal("a year"))?;
    let cmd =
        CreateClass { year, code: "1A".to_owned(), name: None, grade: "1".to_owned(), campus: None, position: None };
    let class = classes::create(tx, school, &cmd)?;
    for name in ["Lê An", "Lê Bình", "Trần Chi"] {
        let mother = NewRelative {
            relation: Relation::Mother,
            full_name: format!("{} Thị Hoa", name.split(' ').next().unwrap_or_default()),
            birth: Some("1990".to_owned()),
            phone: None,
            occupation: None,
            corrects: None,
        };
        admit::admit(tx, school, &Admit { class: Some(class), relatives: vec![mother], ..new(name, "2020") })?;
    }
    Ok(())
}

async fn page(w: &World, school: UnitId, pupil: EnrolmentId) -> Pupil {
    read(w, w.system(), move |tx| show::show(tx, school, pupil, false)).await.expect("shows")
}

async fn listed(w: &World, school: UnitId, ask: ListPupils) -> Vec<PupilRow> {
    read(w, w.system(), move |tx| list::list(tx, school, &ask)).await.expect("lists").items
}

/// The names in a class on a day.
async fn in_class(w: &World, school: UnitId, class: ClassId, on: &'static str) -> Vec<String> {
    let ask = ListPupils { class: Some(class), as_of: Some(day(on)), ..ListPupils::default() };
    listed(w, school, ask).await.into_iter().map(|row| row.full_name).collect()
}

async fn moved(
    w: &World,
    school: UnitId,
    pupil: EnrolmentId,
    how: How,
    class: ClassId,
    from: Option<&'static str>,
) -> base::Result<i64> {
    let cmd = MoveClass { class, from: from.map(day), position: None };
    write(w, w.system(), move |tx| move_class(tx, school, pupil, None, how, &cmd)).await
}

fn goes(from: &str) -> TransferOut {
    TransferOut { from: day(from), to: None, to_name: None, reason: None }
}

testkit::both! {
    async fn a_pupil_moves_between_classes_and_every_day_is_known(w: World) {
        let [school, other] = schools(&w).await;
        let (a, b) = (class(&w, school, "2026-2027", "1A", "1").await, class(&w, school, "2026-2027", "1B", "1").await);
        let pupil = admitted(&w, school, Admit { class: Some(a), ..new("Lê An", "2020") }).await.id;
        assert_eq!(moved(&w, school, pupil, How::Move, b, Some("2026-10-01")).await.expect("moves"), 2);
        for (on, first, second) in [("2026-09-30", 1, 0), ("2026-10-01", 0, 1), ("2027-05-01", 0, 1)] {
            assert_eq!((in_class(&w, school, a, on).await.len(), in_class(&w, school, b, on).await.len()), (first, second), "{on}");
        }
        let refused = async |class, from| moved(&w, school, pupil, How::Move, class, from).await.expect_err("is refused");
        assert_eq!(refused(a, Some("2026-09-15")).await.code(), "pupil.later_change");
        assert_eq!(refused(b, Some("2026-11-01")).await.code(), "pupil.same_class");
        assert_eq!(refused(a, Some("2027-08-01")).await.refused_fields()[0].code, "pupil.outside_year");
        assert_eq!(refused(a, Some("2026-08-15")).await.refused_fields()[0].code, "pupil.outside_stay");
        let theirs = class(&w, other, "2026-2027", "1A", "1").await;
        assert_eq!(refused(theirs, None).await.refused_fields()[0].code, "class.not_found");
        // On the day of the move it was a slip: then it was the other class from that day.
        moved(&w, school, pupil, How::Move, a, Some("2026-10-01")).await.expect("was the other");
        assert_eq!(in_class(&w, school, b, "2026-10-01").await, [] as [String; 0]);
        let cmd = MoveClass { class: b, from: None, position: None };
        let stale = write(&w, w.system(), move |tx| move_class(tx, school, pupil, Some(1), How::Move, &cmd)).await;
        assert_eq!(stale.expect_err("is stale").code(), "record.stale");
    }

    async fn a_pupil_goes_up_or_repeats_into_the_next_year_only(w: World) {
        let [school, _] = schools(&w).await;
        let one = class(&w, school, "2026-2027", "1A", "1").await;
        let (two, again, far) = (class(&w, school, "2027-2028", "2A", "2").await, class(&w, school, "2027-2028", "1A", "1").await, class(&w, school, "2027-2028", "3A", "3").await);
        let soon = class(&w, school, "2026-2027", "2B", "2").await;
        let up = admitted(&w, school, Admit { class: Some(one), ..new("Lê An", "2020") }).await.id;
        let stays = admitted(&w, school, Admit { class: Some(one), ..new("Lê Bảo", "2020") }).await.id;
        let without = admitted(&w, school, new("Lê Chi", "2020")).await.id;
        for (pupil, how, class) in [(up, How::Promote, far), (up, How::Promote, again), (up, How::Promote, soon), (stays, How::Repeat, two), (without, How::Promote, two)] {
            let error = moved(&w, school, pupil, how, class, None).await.expect_err("is not the next");
            let code = error.refused_fields().first().map_or(error.code(), |field| field.code);
            assert_eq!(code, "pupil.not_next", "{how:?}");
        }
        moved(&w, school, up, How::Promote, two, None).await.expect("goes up");
        moved(&w, school, stays, How::Repeat, again, None).await.expect("repeats");
        assert_eq!(in_class(&w, school, one, "2027-07-31").await, ["Lê An", "Lê Bảo"]);
        assert_eq!((in_class(&w, school, two, "2027-08-01").await, in_class(&w, school, again, "2027-08-01").await), (vec!["Lê An".to_owned()], vec!["Lê Bảo".to_owned()]));
        let stays = page(&w, school, stays).await;
        assert_eq!(stays.stays[0].classes.iter().map(|one| (one.code.as_str(), one.repeats)).collect::<Vec<_>>(), [("1A", true), ("1A", false)]);
    }

    async fn a_pupil_is_transferred_and_the_former_school_sees_nothing_that_came_after(w: World) {
        let [school, other] = schools(&w).await;
        let theirs = class(&w, other, "2026-2027", "1B", "1").await;
        let cmd = Admit { personal_number: Some(Closed("004220000123".to_owned())), class: Some(class(&w, school, "2026-2027", "1A", "1").await), ..new("Lê An", "2020-05-06") };
        let pupil = admitted(&w, school, cmd).await;
        let arrive = |number: &str, name: &str, from: &str| {
            let cmd = TransferIn { personal_number: Some(Closed(number.to_owned())), pupil_code: None, full_name: name.to_owned(), from: day(from), class: Some(theirs), position: None };
            write(&w, w.system(), move |tx| transfer_in(tx, other, &cmd))
        };
        let error = arrive("004220000123", "Lê An", "2026-11-02").await.expect_err("has not left");
        assert_eq!(error.code(), "pupil.enrolled_elsewhere");
        assert!(error.detail().contains("Trường Tiểu học Một") && !error.detail().contains("An") && !error.detail().contains("1A"), "{}", error.detail());
        let go = TransferOut { to: Some(other), reason: Some("Xa trường, đi lại khó khăn".to_owned()), ..goes("2026-11-02") };
        for (wrong, field) in [
            (TransferOut { to: Some(school), ..go.clone() }, "to"),
            (TransferOut { to_name: Some("Trường khác".to_owned()), ..go.clone() }, "to"),
            (TransferOut { to: None, to_name: Some("a".repeat(201)), ..go.clone() }, "to_name"),
        ] {
            let error = write(&w, w.system(), move |tx| transfer_out(tx, school, pupil.id, Some(1), &wrong)).await.expect_err(field);
            assert_eq!(error.refused_fields()[0].field, field);
        }
        write(&w, w.system(), move |tx| transfer_out(tx, school, pupil.id, Some(1), &go)).await.expect("goes");
        assert_eq!(arrive("004220000123", "Lê Anh", "2026-11-02").await.expect("asks"), None, "another name");
        assert_eq!(arrive("004220000124", "Lê An", "2026-11-02").await.expect("asks"), None, "another number");
        assert_eq!(arrive("004220000123", "LE AN", "2026-11-01").await.expect_err("is too early").refused_fields()[0].code, "pupil.before_leaving");
        let id = arrive("004220000123", "LE AN", "2026-11-02").await.expect("comes").expect("is known");
        let (old, here) = (page(&w, school, pupil.id).await, page(&w, other, id).await);
        assert_eq!((here.person.full_name.as_str(), here.person.birth.as_deref(), here.stays.len()), ("Lê An", Some("2020-05-06"), 1));
        assert_eq!(here.stays[0].came_from.as_ref().map(|unit| unit.name.as_str()), Some("Trường Tiểu học Một"));
        assert_eq!((here.stays[0].came_by.as_str(), here.stays[0].status.as_str(), here.stays[0].classes[0].code.as_str()), ("transferred", "02", "1B"));
        assert_eq!((old.stays.len(), old.stays[0].left_by.as_deref(), old.stays[0].status.as_str(), old.stays[0].valid_to), (1, Some("transferred"), "04", Some(day("2026-11-02"))));
        assert_eq!(old.stays[0].classes.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["1A"]);
        // And back: the school of before is the other one now.
        assert_eq!((old.stays[0].went_to.as_deref(), old.stays[0].leave_reason.as_deref()), (Some("Trường Tiểu học Hai"), Some("03")));
        assert_eq!((here.stays[0].came_reason.as_deref(), here.stays[0].came_meant_for.as_deref()), (Some("03"), None), "this school was meant");
        let go = TransferOut { to_name: Some(" Trường  Bản Mới, Lào ".to_owned()), ..goes("2027-02-01") };
        write(&w, w.system(), move |tx| transfer_out(tx, other, id, Some(1), &go)).await.expect("goes");
        let cmd = TransferIn { personal_number: Some(Closed("004220000123".to_owned())), pupil_code: None, full_name: "Lê An".to_owned(), from: day("2027-02-01"), class: None, position: None };
        let back = write(&w, w.system(), move |tx| transfer_in(tx, school, &cmd)).await.expect("comes").expect("is known");
        let back = page(&w, school, back).await;
        let from: Vec<Option<&str>> = back.stays.iter().map(|stay| stay.came_from.as_ref().map(|unit| unit.name.as_str())).collect();
        assert_eq!(from, [Some("Trường Tiểu học Hai"), None]);
        assert_eq!((back.stays[0].came_meant_for.as_deref(), back.stays[0].came_reason.as_deref()), (Some("Trường Bản Mới, Lào"), None), "another was meant");
    }

    async fn nobody_is_at_two_schools_at_once_unless_somebody_says_so(w: World) {
        let [school, other] = schools(&w).await;
        let coded = |from: &str| { let mut cmd = Admit { from: day(from), ..new("Lê An", "2020") }; if let Some(pupil) = &mut cmd.pupil { pupil.pupil_code = Some("0412345678".to_owned()); } cmd };
        let first = admitted(&w, school, coded("2026-09-01")).await;
        let again = coded("2026-09-02");
        let error = write(&w, w.system(), move |tx| admit::admit(tx, school, &again).map(|one| one.id)).await.expect_err("is here");
        assert_eq!(error.code(), "pupil.enrolled_here");
        let second = coded("2026-09-02");
        let error = write(&w, w.system(), move |tx| admit::admit(tx, other, &second).map(|one| one.id)).await.expect_err("is there");
        assert_eq!(error.code(), "pupil.enrolled_elsewhere");
        assert!(error.detail().contains("Trường Tiểu học Một"), "{}", error.detail());
        let beside = admitted(&w, other, Admit { beside: true, ..coded("2026-09-02") }).await;
        assert_eq!(beside.person, first.person);
        // A correction that opens an ended stay meets the same rule.
        let go = Leave { from: day("2026-10-01"), reason: Some("Xa trường, đi lại khó khăn".to_owned()) };
        write(&w, w.system(), move |tx| leave(tx, school, first.id, None, &go)).await.expect("leaves");
        let third = admitted(&w, other, Admit { from: day("2026-10-01"), person: Some(first.person), pupil: None, ..new("", "") }).await;
        let open = CorrectStay { valid_to: base::Patch::Null, ..CorrectStay::default() };
        let error = write(&w, w.system(), move |tx| correct_stay(tx, school, first.id, None, &open)).await.expect_err("is elsewhere");
        assert_eq!(error.code(), "pupil.enrolled_elsewhere");
        let gone = page(&w, school, first.id).await;
        assert_eq!((gone.stays[0].leave_reason.as_deref(), gone.stays[0].status.as_str()), (Some("03"), "05"));
        assert_ne!(third.id, beside.id);
    }

    async fn a_pupil_leaves_comes_back_and_finishes(w: World) {
        let [school, _] = schools(&w).await;
        let a = class(&w, school, "2026-2027", "1A", "1").await;
        let pupil = admitted(&w, school, Admit { class: Some(a), ..new("Lê An", "2020") }).await;
        let early = Leave { from: day("2026-09-01"), reason: None };
        let error = write(&w, w.system(), move |tx| leave(tx, school, pupil.id, None, &early)).await.expect_err("before coming");
        assert_eq!(error.refused_fields()[0].code, "pupil.before_coming");
        let go = Leave { from: day("2026-10-01"), reason: None };
        let again = go.clone();
        write(&w, w.system(), move |tx| leave(tx, school, pupil.id, None, &go)).await.expect("leaves");
        assert_eq!(write(&w, w.system(), move |tx| leave(tx, school, pupil.id, None, &again)).await.expect_err("has left").code(), "pupil.gone");
        assert_eq!(moved(&w, school, pupil.id, How::Move, a, None).await.expect_err("has left").code(), "pupil.gone");
        assert_eq!((in_class(&w, school, a, "2026-09-30").await.len(), in_class(&w, school, a, "2026-10-01").await.len()), (1, 0));
        let back = ComeBack { from: day("2027-01-18"), class: Some(a), position: Some(7), repeats: false };
        let early = ComeBack { from: day("2026-09-30"), ..back.clone() };
        let error = write(&w, w.system(), move |tx| come_back(tx, school, pupil.id, &early)).await.expect_err("is too early");
        assert_eq!(error.refused_fields()[0].code, "pupil.before_leaving");
        let id = write(&w, w.system(), move |tx| come_back(tx, school, pupil.id, &back)).await.expect("comes back");
        let shown = page(&w, school, pupil.id).await;
        assert_eq!(shown.stays.iter().map(|stay| (stay.id, stay.came_by.as_str(), stay.status.as_str())).collect::<Vec<_>>(), [(id, "returned", "07"), (pupil.id, "admitted", "05")]);
        let done = Go { from: day("2027-06-01") };
        write(&w, w.system(), move |tx| finish(tx, school, id, None, &done)).await.expect("finishes");
        assert_eq!(page(&w, school, id).await.stays[0].left_by.as_deref(), Some("finished"));
    }

    async fn a_correction_changes_the_days_and_the_classes_follow(w: World) {
        let [school, _] = schools(&w).await;
        let (a, b) = (class(&w, school, "2026-2027", "1A", "1").await, class(&w, school, "2026-2027", "1B", "1").await);
        let pupil = admitted(&w, school, Admit { class: Some(a), ..new("Lê An", "2020") }).await;
        moved(&w, school, pupil.id, How::Move, b, Some("2026-10-01")).await.expect("moves");
        let stay = |cmd: CorrectStay| write(&w, w.system(), move |tx| correct_stay(tx, school, pupil.id, None, &cmd));
        let days = async || page(&w, school, pupil.id).await.stays[0].classes.iter().rev().map(|one| format!("{} {} {}", one.code, one.valid_from, one.valid_to.map_or_else(|| "…".to_owned(), |to| to.to_string()))).collect::<Vec<_>>();
        stay(CorrectStay { valid_from: Some(day("2026-09-07")), ..CorrectStay::default() }).await.expect("came later");
        assert_eq!(days().await, ["1A 2026-09-07 2026-10-01", "1B 2026-10-01 …"]);
        stay(CorrectStay { valid_from: Some(day("2026-08-20")), valid_to: base::Patch::Value(day("2027-01-05")), ..CorrectStay::default() }).await.expect("came earlier, and left");
        assert_eq!(days().await, ["1A 2026-08-20 2026-10-01", "1B 2026-10-01 2027-01-05"]);
        assert_eq!(page(&w, school, pupil.id).await.stays[0].left_by.as_deref(), Some("left"));
        stay(CorrectStay { valid_to: base::Patch::Null, ..CorrectStay::default() }).await.expect("never left");
        assert_eq!(days().await, ["1A 2026-08-20 2026-10-01", "1B 2026-10-01 …"]);
        let backwards = stay(CorrectStay { valid_to: base::Patch::Value(day("2026-08-20")), ..CorrectStay::default() }).await.expect_err("holds no day");
        assert_eq!(backwards.refused_fields()[0].code, "pupil.backwards");
        let stretch = |cmd: CorrectInClass| write(&w, w.system(), move |tx| correct_in_class(tx, school, pupil.id, None, &cmd));
        let second = CorrectInClass { class: b, since: day("2026-10-01"), valid_from: None, valid_to: base::Patch::Absent, position: base::Patch::Absent, repeats: None, mistake: false };
        let overlaps = stretch(CorrectInClass { valid_from: Some(day("2026-09-20")), ..second.clone() }).await.expect_err("was in the other");
        assert_eq!(overlaps.refused_fields()[0].code, "pupil.overlaps");
        stretch(CorrectInClass { valid_from: Some(day("2026-10-05")), position: base::Patch::Value(4), ..second.clone() }).await.expect("a few days without a class");
        assert_eq!(days().await, ["1A 2026-08-20 2026-10-01", "1B 2026-10-05 …"]);
        let none = stretch(second.clone()).await.expect_err("no stretch begins then any more");
        assert_eq!(none.refused_fields()[0].code, "pupil.no_such_stretch");
        stretch(CorrectInClass { since: day("2026-10-05"), mistake: true, ..second }).await.expect("never was there");
        assert_eq!(days().await, ["1A 2026-08-20 2026-10-01"]);
        // They never were a pupil here: then they may be elsewhere.
        stay(CorrectStay { mistake: true, ..CorrectStay::default() }).await.expect("was a mistake");
        assert_eq!(listed(&w, school, ListPupils { whether: Whether::All, ..ListPupils::default() }).await, []);
        assert_eq!(page(&w, school, pupil.id).await.stays[0].left_by.as_deref(), Some("mistake"));
        admitted(&w, school, Admit { person: Some(pupil.person), pupil: None, ..new("", "") }).await;
    }

    async fn the_list_is_filtered_sorted_and_paged(w: World) {
        let [school, other] = schools(&w).await;
        let (a, b) = (class(&w, school, "2026-2027", "1A", "1").await, class(&w, school, "2026-2027", "2A", "2").await);
        for (n, (name, sex, class)) in [("Trần Bình", "1", Some(b)), ("Lê Thị An", "2", Some(a)), ("Nguyễn Ánh", "2", Some(b)), ("Đỗ Dũng", "1", Some(a)), ("Phan Yến", "2", None)].into_iter().enumerate() {
            let mut cmd = Admit { class, ..new(name, "2020") };
            if let Some(pupil) = &mut cmd.pupil {
                (pupil.sex, pupil.pupil_code) = (Some(sex.to_owned()), Some(format!("040000000{n}")));
            }
            admitted(&w, school, cmd).await;
        }
        admitted(&w, other, new("Người Khác", "2020")).await;
        let names = async |ask: ListPupils| listed(&w, school, ask).await.into_iter().map(|row| row.full_name).collect::<Vec<_>>();
        let all = ListPupils::default;
        assert_eq!(names(all()).await, ["Lê Thị An", "Đỗ Dũng", "Nguyễn Ánh", "Trần Bình", "Phan Yến"]);
        assert_eq!(names(ListPupils { sort: Some("name".to_owned()), ..all() }).await, ["Lê Thị An", "Nguyễn Ánh", "Trần Bình", "Đỗ Dũng", "Phan Yến"]);
        assert_eq!(names(ListPupils { sort: Some("-name".to_owned()), grade: Some("2".to_owned()), ..all() }).await, ["Trần Bình", "Nguyễn Ánh"]);
        assert_eq!(names(ListPupils { sex: Some("2".to_owned()), class: Some(a), ..all() }).await, ["Lê Thị An"]);
        assert_eq!(names(ListPupils { without_class: true, ..all() }).await, ["Phan Yến"]);
        assert_eq!(names(ListPupils { status: Some("05".to_owned()), ..all() }).await, [] as [&str; 0]);
        assert_eq!(names(ListPupils { as_of: Some(day("2026-08-31")), ..all() }).await, [] as [&str; 0]);
        for (q, found) in [("an", vec!["Lê Thị An", "Nguyễn Ánh"]), ("thi le", vec!["Lê Thị An"]), ("đỗ", vec!["Đỗ Dũng"]), ("0400000003", vec!["Đỗ Dũng"]), ("%", vec!["Lê Thị An", "Đỗ Dũng", "Nguyễn Ánh", "Trần Bình", "Phan Yến"]), ("inh", vec![])] {
            assert_eq!(names(ListPupils { q: Some(q.to_owned()), ..all() }).await, found, "{q}");
        }
        // Two a page, to the end, in every order.
        for sort in ["class", "-class", "name", "-name", "birth", "-from"] {
            let (mut paged, mut cursor) = (Vec::new(), None);
            loop {
                let ask = ListPupils { sort: Some(sort.to_owned()), page: PageRequest::new(Some(2), cursor).expect("a page"), ..all() };
                let found = read(&w, w.system(), move |tx| list::list(tx, school, &ask)).await.expect("lists");
                assert_eq!((found.total, found.total_is_more), (5, false));
                paged.extend(found.items.into_iter().map(|row| row.full_name));
                cursor = found.next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(paged, names(ListPupils { sort: Some(sort.to_owned()), ..all() }).await, "{sort}");
        }
        // Who left in the year is told where they were.
        let who = listed(&w, school, ListPupils { class: Some(a), ..all() }).await[0].id;
        let go = Leave { from: day("2026-09-05"), reason: None };
        write(&w, w.system(), move |tx| leave(tx, school, who, None, &go)).await.expect("leaves");
        let left = listed(&w, school, ListPupils { whether: Whether::Left, ..all() }).await;
        assert_eq!(left.iter().map(|row| (row.full_name.as_str(), row.class.as_ref().map(|class| class.id))).collect::<Vec<_>>(), [("Lê Thị An", Some(a))]);
        assert_eq!(listed(&w, school, ListPupils { whether: Whether::All, ..all() }).await.len(), 5);
        assert_eq!(listed(&w, school, ListPupils { whether: Whether::Left, year: Some("2027-2028".to_owned()), ..all() }).await, []);
    }

    async fn where_somebody_is_a_pupil_is_told_recorded_and_not_asked_through_the_country(w: World) {
        let [school, other] = schools(&w).await;
        let cmd = Admit { personal_number: Some(Closed("004220000123".to_owned())), ..new("Lê An", "2020") };
        let pupil = admitted(&w, school, cmd).await;
        let (head, teacher) = (somebody(&w, "head", "head", other).await, somebody(&w, "teacher", "teacher", other).await);
        let ask = |who, number: &str| {
            let cmd = AskElsewhere { personal_number: Some(Closed(number.to_owned())), pupil_code: None };
            write(&w, act_of(&w, who), move |tx| elsewhere::ask(tx, other, &cmd))
        };
        let found = ask(head, "004 220 000 123").await.expect("answers");
        assert_eq!(found.items.iter().map(|at| at.school.name.as_str()).collect::<Vec<_>>(), ["Trường Tiểu học Một"]);
        assert_eq!(found.items[0].path.len(), 2);
        let text = serde_json::to_string(&found).expect("JSON");
        assert!(!text.contains("An\"") && !text.contains("2020") && !text.contains(&pupil.person.to_string()), "{text}");
        assert_eq!(ask(head, "004220000124").await.expect("answers").items, []);
        assert_eq!(ask(teacher, "004220000123").await.expect_err("takes nobody in").code(), "auth.forbidden");
        let seen = read(&w, w.system(), move |tx| { tx.public("test"); auth::looked::who_saw(tx, pupil.person.into()) }).await.expect("reads");
        assert_eq!(seen.iter().map(|look| (look.view.as_str(), look.actor.clone())).collect::<Vec<_>>(), [("pupil.elsewhere", head.to_string())]);
        let none = AskElsewhere { personal_number: None, pupil_code: None };
        let error = write(&w, act_of(&w, head), move |tx| elsewhere::ask(tx, other, &none)).await.expect_err("asks nothing");
        assert_eq!(error.refused_fields()[0].code, "pupil.ask_one");
        for n in 2..60 {
            ask(head, &format!("0042200009{n:02}")).await.expect("answers");
        }
        let error = ask(head, "004220000123").await.expect_err("is too often");
        assert_eq!(error.code(), "pupil.asked_too_often");
        assert!(error.retry_seconds().is_some_and(|seconds| seconds > 3_000), "{error:?}");
        w.clock.advance_seconds(3_601);
        assert_eq!(ask(head, "004220000123").await.expect("answers").items.len(), 1);
    }
}
