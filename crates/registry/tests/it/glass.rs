//! Who looked at a child's record and who changed it: seen by the school and by the family.

use auth::looked;
use base::{AccountId, EnrolmentId, Patch, Result, UnitId, Uuid};
use registry::fields::record::Of;
use registry::fields::write::{self as fields, SetFields};
use registry::glass::link::{LinkGuardian, link, links, unlink};
use registry::glass::{Days, Glass, GlassPerson, NAMES, changes, family, school};
use registry::people::kinship::{NewRelative, Relation};
use registry::people::{ChangePerson, Closed};
use registry::pupils::admit::Admit;
use registry::pupils::correct::{CorrectStay, correct_stay};
use registry::pupils::leave::{TransferOut, transfer_out};
use registry::pupils::person::{self, SetProtected};
use registry::pupils::transfer_in::{TransferIn, transfer_in};
use testkit::World;

use crate::pupils::{admitted, class, new, schools};
use crate::pupils_reach::teacher;
use crate::{act_of, day, read, somebody, write};

fn mother() -> NewRelative {
    NewRelative {
        relation: Relation::Mother,
        full_name: "Trần Thị Mẹ".to_owned(),
        birth: Some("1990".to_owned()),
        phone: None,
        occupation: None,
        corrects: None,
    }
}

/// A pupil with a mother, and who the pupil is.
async fn child(w: &World, school: UnitId, name: &str) -> (EnrolmentId, Uuid) {
    let class = class(w, school, "2026-2027", &format!("1{name}"), "1").await;
    let cmd = Admit { class: Some(class), relatives: vec![mother()], ..new(&format!("Lê {name}"), "2020") };
    let done = admitted(w, school, cmd).await;
    let id = done.id;
    let sql = db::Sql::new("TEST", "SELECT person FROM enrolment WHERE id = ?1");
    let person = read(w, w.system(), move |tx| {
        tx.public("a test looks who it is");
        Ok(tx.one::<(Uuid,)>(&sql, db::params![id])?.expect("is there").0)
    });
    (id, person.await.expect("reads"))
}

async fn looks_at(w: &World, who: AccountId, person: Uuid, view: &'static str) {
    write(w, act_of(w, who), move |tx| {
        tx.public("a test looks");
        looked::durable(tx, view, vec![person])
    })
    .await
    .expect("looks");
}

async fn linked(w: &World, who: AccountId, school: UnitId, pupil: EnrolmentId, login: &str) -> Result<i64> {
    let cmd = LinkGuardian { login: login.to_owned() };
    write(w, act_of(w, who), move |tx| link(tx, school, pupil, None, Relation::Mother, &cmd)).await
}

async fn seen(w: &World, who: AccountId, pupil: EnrolmentId) -> Result<Glass> {
    read(w, act_of(w, who), move |tx| family::glass(tx, pupil, Days::default())).await.map(|(_, glass)| glass)
}

async fn told(w: &World, who: AccountId, school: UnitId, pupil: EnrolmentId) -> Result<Glass> {
    read(w, act_of(w, who), move |tx| school::looks(tx, school, pupil, Days::default())).await.map(|(_, glass)| glass)
}

fn by<'g>(glass: &'g Glass, role: &str) -> &'g GlassPerson {
    let mut all = glass.days.iter().flat_map(|day| &day.people);
    all.find(|one| one.role.starts_with(role)).unwrap_or_else(|| panic!("{role} is not in {glass:#?}"))
}

fn touched(one: &GlassPerson) -> Vec<(&str, i64)> {
    one.looked.iter().map(|touch| (touch.kind, touch.times)).collect()
}

testkit::both! {
    async fn what_was_corrected_is_told_with_what_was_believed_and_nothing_that_is_closed(w: World) {
        let [school, other] = schools(&w).await;
        let (an, person) = child(&w, school, "An").await;
        let class = read(&w, w.system(), move |tx| registry::pupils::show::show(tx, school, an, false)).await.expect("shows").class;
        let led = teacher(&w, school, "co.chu.nhiem", None, class, None).await;
        let clerk = somebody(&w, "clerk", "clerk", school).await;
        let stranger = somebody(&w, "clerk2", "clerk", other).await;
        let changes_of = async |who: AccountId| read(&w, act_of(&w, who), move |tx| changes::changes(tx, school, an)).await;

        let (about, none) = changes_of(led).await.expect("sees");
        assert_eq!((about, none.items.len()), (vec![person], 0), "written for the first time is no correction");
        assert_eq!(changes_of(stranger).await.expect_err("is elsewhere").code(), "unit.not_found");

        let cmd = ChangePerson {
            birth: Patch::Value("2020-03-26".to_owned()),
            sex: Patch::Value("Nữ".to_owned()),
            pupil_code: Patch::Value("0412345678".to_owned()),
            ..ChangePerson::default()
        };
        write(&w, act_of(&w, clerk), move |tx| person::change(tx, school, an, None, &cmd)).await.expect("changes");
        let cmd = SetProtected { phone: Patch::Value(Closed("0987654321".to_owned())), ..SetProtected::default() };
        write(&w, act_of(&w, clerk), move |tx| person::set_protected(tx, school, an, None, &cmd).map(|done| done.version)).await.expect("changes");
        let cmd = CorrectStay { valid_from: Some(day("2026-09-03")), ..CorrectStay::default() };
        write(&w, act_of(&w, clerk), move |tx| correct_stay(tx, school, an, None, &cmd)).await.expect("corrects");
        for address in ["Tổ 1, Sông Hiến", "Tổ 2, Sông Hiến"] {
            let pioneer = if address.contains('1') { "0" } else { "1" };
            for (group, key, value) in [("pupil_address", "birth_place", address), ("pupil_identity", "is_pioneer", pioneer)] {
                let cmd = SetFields { from: None, values: [(key.to_owned(), Some(value.to_owned()))].into() };
                write(&w, act_of(&w, clerk), move |tx| fields::write(tx, school, Of::Pupil, an.0, group, &cmd, None)).await.expect("sets");
            }
        }
        let other_mother = NewRelative { full_name: "Trần Thị Khác".to_owned(), birth: Some("1991".to_owned()), ..mother() };
        write(&w, act_of(&w, clerk), move |tx| person::set_relative(tx, school, an, None, &other_mother)).await.expect("sets");

        let (_, told) = changes_of(led).await.expect("sees");
        let value = |kind: &str, label: &str| {
            let mut all = told.items.iter().filter(|one| one.kind == kind).flat_map(|one| &one.values);
            let one = all.find(|one| one.label == label).unwrap_or_else(|| panic!("{kind} {label}: {told:#?}"));
            (one.before.as_deref(), one.after.as_deref(), one.is_closed)
        };
        assert_eq!(value("person.corrected", "Ngày sinh"), (Some("2020"), Some("26/03/2020"), false));
        assert_eq!(value("person.corrected", "Giới tính"), (None, Some("Nữ"), false));
        assert_eq!(value("pupil.stay_corrected", "Ngày vào học"), (Some("01/09/2026"), Some("03/09/2026"), false));
        assert_eq!(value("person.protected_changed", "Điện thoại"), (None, None, true));
        assert_eq!(value("pupil.fields_set", "Nơi sinh"), (None, None, true));
        assert_eq!(value("pupil.fields_set", "Là đội viên"), (Some("Không"), Some("Có"), false));
        assert_eq!(value("kinship.set", "Mẹ"), (Some("Trần Thị Mẹ"), Some("Trần Thị Khác"), false));
        let last = &told.items[0];
        assert_eq!((last.role.as_str(), last.name.is_some()), ("Văn thư, giáo vụ", true), "the school's own people by name");
        let text = serde_json::to_string(&told).expect("is text");
        assert!(!text.contains("0987654321") && !text.contains("Sông Hiến"), "nothing closed: {text}");

        // A school the pupil goes to sees who they are corrected, not what was believed of stays elsewhere.
        let cmd = TransferOut { from: day("2026-11-01"), to: Some(other), to_name: None, reason: None };
        write(&w, act_of(&w, clerk), move |tx| transfer_out(tx, school, an, None, &cmd)).await.expect("goes");
        let cmd = TransferIn {
            personal_number: None,
            pupil_code: Some("0412345678".to_owned()),
            full_name: "Lê An".to_owned(),
            from: day("2026-11-02"),
            class: None,
            position: None,
        };
        let there = write(&w, act_of(&w, stranger), move |tx| transfer_in(tx, other, &cmd)).await.expect("comes").expect("is there");
        let (_, told) = read(&w, act_of(&w, stranger), move |tx| changes::changes(tx, other, there)).await.expect("sees");
        let kinds: Vec<(&str, bool)> = told.items.iter().map(|one| (one.kind.as_str(), one.name.is_some())).collect();
        assert_eq!(kinds, [("person.corrected", false)], "and no name of another school's people");
    }

    async fn brothers_and_sisters_at_the_school_are_named_as_far_as_one_sees_them(w: World) {
        let [school, other] = schools(&w).await;
        let (an, _) = child(&w, school, "An").await;
        let (binh, _) = child(&w, school, "Bình").await;
        child(&w, other, "Chi").await;
        let class = read(&w, w.system(), move |tx| registry::pupils::show::show(tx, school, an, false)).await.expect("shows").class;
        let led = teacher(&w, school, "co.chu.nhiem", None, class, None).await;
        let clerk = somebody(&w, "clerk", "clerk", school).await;
        let siblings = async |who: AccountId| {
            let page = read(&w, act_of(&w, who), move |tx| registry::pupils::show::show(tx, school, an, false)).await.expect("shows");
            page.siblings.into_iter().map(|one| (one.id, one.full_name, one.class.map(|class| class.name))).collect::<Vec<_>>()
        };
        assert_eq!(siblings(clerk).await, [(binh, "Lê Bình".to_owned(), Some("Lớp 1Bình".to_owned()))]);
        assert_eq!(siblings(led).await, [], "not beyond one's own class");
    }

    async fn a_family_sees_who_looked_and_changed_by_role_and_never_a_value(w: World) {
        let [school, other] = schools(&w).await;
        let (an, person_of_an) = child(&w, school, "An").await;
        let (binh, _) = child(&w, other, "Bình").await;
        let class = read(&w, w.system(), move |tx| registry::pupils::show::show(tx, school, an, false)).await.expect("shows").class;
        let led = teacher(&w, school, "co.chu.nhiem", None, class, None).await;
        let taught = teacher(&w, school, "co.toan", None, None, class).await;
        let (head, clerk) = (somebody(&w, "head", "head", school).await, somebody(&w, "clerk", "clerk", school).await);
        let (family, stranger) = (somebody(&w, "me.an", "guardian", school).await, somebody(&w, "me.khac", "guardian", school).await);

        assert_eq!(seen(&w, family, an).await.expect_err("is not linked").code(), "child.not_found");
        linked(&w, clerk, school, an, "Me.An").await.expect("links");
        for (who, view, times) in [(led, "pupil.list", 3), (led, "pupil.page", 1), (taught, "class.pupils", 1), (head, "pupil.protected", 2)] {
            for _ in 0..times {
                looks_at(&w, who, person_of_an, view).await;
            }
        }
        let cmd = SetProtected { phone: Patch::Value(Closed("0987654321".to_owned())), ..SetProtected::default() };
        write(&w, act_of(&w, clerk), move |tx| person::set_protected(tx, school, an, None, &cmd).map(|done| done.version)).await.expect("changes");
        let cmd = ChangePerson { full_name: Some("Lê Bé An".to_owned()), ..ChangePerson::default() };
        write(&w, act_of(&w, clerk), move |tx| person::change(tx, school, an, None, &cmd)).await.expect("changes");

        let glass = seen(&w, family, an).await.expect("sees");
        assert_eq!((glass.full_name.as_str(), glass.days.len(), glass.is_cut), ("Lê Bé An", 1, false));
        assert_eq!(touched(by(&glass, "Giáo viên chủ nhiệm Lớp 1An")), [("basics", 1), ("list", 3)]);
        assert_eq!(touched(by(&glass, "Giáo viên Toán Lớp 1An")), [("list", 1)]);
        assert_eq!(touched(by(&glass, "Hiệu trưởng")), [("protected", 2)]);
        let by_clerk = by(&glass, "Văn thư");
        let changed: Vec<(&str, i64)> = by_clerk.changed.iter().map(|touch| (touch.title.as_str(), touch.times)).collect();
        assert_eq!(changed, [("Giấy tờ, điện thoại, thư điện tử", 1), ("Họ tên, ngày sinh, giới tính, dân tộc", 1), ("Tài khoản của gia đình", 1)]);
        assert!(by_clerk.unit.as_deref().is_some_and(|unit| unit.starts_with("Trường")));
        let text = serde_json::to_string(&glass).expect("is text");
        assert!(!text.contains("0987654321") && !text.contains("clerk"), "neither a value nor a name: {text}");

        // Names, where the school says so; and the school's own reader sees them anyway.
        write(&w, w.system(), move |tx| {
            tx.public("a test sets");
            platform::settings::set(tx, &NAMES, Some(school), &true.into())
        }).await.expect("sets");
        let named = seen(&w, family, an).await.expect("sees");
        assert_eq!(by(&named, "Văn thư").name.as_deref(), Some("clerk"));
        let own = told(&w, head, school, an).await.expect("answers for it");
        assert_eq!(by(&own, "Giáo viên chủ nhiệm").name.as_deref(), Some("co.chu.nhiem"));

        // Nobody else's child, nobody else's family, no clerk reads the journal, and no other school.
        assert_eq!(seen(&w, family, binh).await.expect_err("is another's").code(), "child.not_found");
        assert_eq!(seen(&w, stranger, an).await.expect_err("is another's").code(), "child.not_found");
        assert_eq!(told(&w, clerk, school, an).await.expect_err("reads no journal").code(), "auth.forbidden");
        assert_eq!(told(&w, head, other, binh).await.expect_err("is another school").code(), "unit.not_found");
        assert_eq!(told(&w, head, school, binh).await.expect_err("is elsewhere").code(), "pupil.not_found");
        assert_eq!(told(&w, family, school, an).await.expect_err("is no member").code(), "unit.not_found");
        let (_, mine) = read(&w, act_of(&w, family), family::children).await.expect("sees");
        assert_eq!(mine.iter().map(|child| (child.pupil, child.relation.as_str(), child.class.as_deref())).collect::<Vec<_>>(), [(an, "mother", Some("Lớp 1An"))]);
        let (_, none) = read(&w, act_of(&w, stranger), family::children).await.expect("sees");
        assert!(none.is_empty());
    }

    async fn a_role_is_that_of_the_day_and_what_is_older_is_asked_for(w: World) {
        let [school, _] = schools(&w).await;
        let (an, person) = child(&w, school, "An").await;
        let class = read(&w, w.system(), move |tx| registry::pupils::show::show(tx, school, an, false)).await.expect("shows").class;
        let led = teacher(&w, school, "co.cu", None, class, None).await;
        let head = somebody(&w, "head", "head", school).await;
        looks_at(&w, led, person, "pupil.page").await;
        w.clock.advance_seconds(86_400);
        let today = read(&w, w.system(), |tx| { tx.public("test"); Ok(tx.today()) }).await.expect("reads");
        write(&w, w.system(), move |tx| {
            tx.public("a test ends a lead");
            tx.exec(&db::Sql::new("TEST", "UPDATE homeroom SET valid_to = ?1"), db::params![today])
        }).await.expect("ends");
        looks_at(&w, led, person, "pupil.page").await;
        let glass = told(&w, head, school, an).await.expect("sees");
        let roles: Vec<&str> = glass.days.iter().flat_map(|day| &day.people).filter(|one| !one.looked.is_empty()).map(|one| one.role.as_str()).collect();
        assert_eq!(roles, ["Giáo viên", "Giáo viên chủ nhiệm Lớp 1An"], "the last first: {glass:#?}");

        w.clock.advance_seconds(60 * 86_400);
        assert!(told(&w, head, school, an).await.expect("sees").days.is_empty(), "of thirty days");
        let asked = Days { from: Some(day("2026-09-01")), to: Some(day("2026-10-15")) };
        let (_, older) = read(&w, act_of(&w, head), move |tx| school::looks(tx, school, an, asked)).await.expect("sees");
        assert!(older.days.len() >= 2, "{older:#?}");
        for (from, to) in [("2026-10-15", "2026-10-14"), ("2026-01-01", "2026-10-14")] {
            let asked = Days { from: Some(day(from)), to: Some(day(to)) };
            let refused = read(&w, act_of(&w, head), move |tx| school::looks(tx, school, an, asked)).await.expect_err("no such days");
            assert_eq!(refused.refused_fields()[0].code, "glass.days");
        }
    }

    async fn the_school_gives_and_takes_the_account_of_a_family(w: World) {
        let [school, other] = schools(&w).await;
        let (an, _) = child(&w, school, "An").await;
        let (clerk, head) = (somebody(&w, "clerk", "clerk", school).await, somebody(&w, "head", "head", school).await);
        let led = teacher(&w, school, "co.giao", None, None, None).await;
        let family = somebody(&w, "me.an", "guardian", school).await;
        somebody(&w, "me.xa", "guardian", other).await;
        // Other accounts are not told apart from none: those of other schools, and those that are no family's.
        let said = async |login: &'static str| {
            let error = linked(&w, clerk, school, an, login).await.expect_err("no family's");
            error.refused_fields()[0].clone()
        };
        let nobody = said("khong.co").await;
        for login in ["me.xa", "head", "clerk"] {
            let field = said(login).await;
            assert_eq!((field.code, &field.detail), (nobody.code, &nobody.detail), "{login}");
        }
        assert_eq!(linked(&w, led, school, an, "me.an").await.expect_err("changes no pupils").code(), "auth.forbidden");
        let cmd = LinkGuardian { login: "me.an".to_owned() };
        let father = write(&w, act_of(&w, clerk), move |tx| link(tx, school, an, None, Relation::Father, &cmd)).await;
        assert_eq!(father.expect_err("is not known").refused_fields()[0].code, "guardian.none");
        linked(&w, clerk, school, an, "me.an").await.expect("links");
        let (_, now) = read(&w, act_of(&w, head), move |tx| links(tx, school, an)).await.expect("lists");
        assert_eq!(now.iter().map(|one| (one.relation.as_str(), one.login.as_deref())).collect::<Vec<_>>(), [("mother", Some("me.an"))]);
        seen(&w, family, an).await.expect("sees");
        write(&w, act_of(&w, head), move |tx| unlink(tx, school, an, None, Relation::Mother)).await.expect("takes it");
        assert_eq!(seen(&w, family, an).await.expect_err("sees no more").code(), "child.not_found");
        // Without the role a link opens nothing.
        linked(&w, clerk, school, an, "me.an").await.expect("links");
        write(&w, w.system(), |tx| {
            tx.public("a test takes a role");
            let now = tx.now();
            tx.exec(&db::Sql::new("TEST", "UPDATE role_grant SET ended_at = ?1 WHERE role = 'guardian'"), db::params![now])
        }).await.expect("takes");
        assert_eq!(seen(&w, family, an).await.expect_err("sees no more").code(), "child.not_found");
    }

    async fn what_was_looked_at_under_a_merged_record_is_about_the_child(w: World) {
        let [school, _] = schools(&w).await;
        let (an, person) = child(&w, school, "An").await;
        let (_, twin) = child(&w, school, "Ân").await;
        let head = somebody(&w, "head", "head", school).await;
        looks_at(&w, head, twin, "pupil.page").await;
        let looked = |glass: &Glass| glass.days.iter().flat_map(|day| &day.people).map(|one| one.looked.len()).sum::<usize>();
        assert_eq!(looked(&told(&w, head, school, an).await.expect("sees")), 0);
        write(&w, w.system(), move |tx| {
            tx.public("a test merges");
            tx.exec(&db::Sql::new("TEST", "UPDATE person SET merged_into = ?2 WHERE id = ?1"), db::params![twin, person])
        }).await.expect("merges");
        assert_eq!(looked(&told(&w, head, school, an).await.expect("sees")), 1);
    }
}
