//! Finding people: by words of the name, a code, a number; as far as the actor sees them; by an index that is always what
//! it would be if it were built anew.

use base::{Ctx, Date, PersonId, UnitId, Uuid};
use db::{Built, Sql, Tx, params};
use registry::fields::record::Of;
use registry::fields::{self, scene};
use registry::people::kinship::{NewRelative, Relation};
use registry::people::person::{ChangePerson, change};
use registry::people::search::{Find, Found, Kind, find};
use registry::people::{Closed, NewPerson, words};
use registry::pupils::admit::{Admit, admit};
use registry::pupils::list::{ListPupils, list};
use registry::pupils::transfer_in::{TransferIn, transfer_in};
use testkit::World;

use crate::pupils::{admitted, class, new, schools};
use crate::{act_of, day, read, somebody, write};

fn rows(tx: &mut Tx<'_>, text: &str) -> base::Result<Vec<Vec<String>>> {
    let sql = Built::new("test", text, tx.dialect());
    tx.debug_rows(&sql, &[])
}

/// Fails when the index is not what it would be if it were built anew.
pub async fn index_holds(w: &World) {
    const TABLES: [&str; 2] = [
        "SELECT unit, kind, word, folded, person FROM person_word ORDER BY unit, kind, word, folded, person",
        "SELECT person, unit, kind, folded FROM person_indexed ORDER BY person, unit, kind, folded",
    ];
    let (stands, anew) = write(w, w.system(), move |tx| {
        tx.public("a test builds the index anew");
        let stands = [rows(tx, TABLES[0])?, rows(tx, TABLES[1])?];
        for text in ["DELETE FROM person_word", "DELETE FROM person_indexed"] {
            tx.exec(&Built::new("test", text, tx.dialect()), &[])?;
        }
        let all: Vec<(PersonId,)> =
            tx.all(&Built::new("test", "SELECT id FROM person ORDER BY id", tx.dialect()), &[])?;
        words::reindex_many(tx, &all.into_iter().map(|(id,)| id).collect::<Vec<_>>())?;
        Ok((stands, [rows(tx, TABLES[0])?, rows(tx, TABLES[1])?]))
    })
    .await
    .expect("builds it anew");
    assert!(!anew[0].is_empty(), "somebody is found");
    assert_eq!(stands, anew, "the index is not what it would be");
}

async fn found(w: &World, ctx: Ctx, q: &str, unit: Option<UnitId>) -> base::Result<Found> {
    let ask = Find { q: q.to_owned(), unit, limit: None };
    read(w, ctx, move |tx| find(tx, &ask)).await
}

async fn names(w: &World, ctx: Ctx, q: &str) -> Vec<String> {
    found(w, ctx, q, None).await.expect("finds").items.into_iter().map(|one| one.full_name).collect()
}

static EMPLOY: Sql = Sql::new(
    "EMPLOY",
    "INSERT INTO employment (school, id, person, valid_from, status, account, version) VALUES (?1, ?2, ?3, ?4, '1', ?5, 1)",
);
static HOLD: Sql =
    Sql::new("HOLD", "INSERT INTO person_unit (unit, person, kind, valid_from) VALUES (?1, ?2, 'staff', ?3)");
static LEAD: Sql =
    Sql::new("LEAD", "INSERT INTO homeroom (school, class, valid_from, employment) VALUES (?1, ?2, ?3, ?4)");

/// Somebody of the staff of a school, who may lead a class.
async fn staff(
    w: &World,
    school: UnitId,
    name: &'static str,
    account: Option<base::AccountId>,
    leads: Option<base::ClassId>,
) -> PersonId {
    write(w, w.system(), move |tx| {
        tx.public("test");
        let new = NewPerson { full_name: name.to_owned(), ..NewPerson::default() };
        let who = registry::people::person::insert(tx, school, &registry::people::person::checked(&new, "")?)?;
        let (employment, from): (Uuid, Date) = (tx.new_id(), day("2026-08-01"));
        tx.exec_one(&EMPLOY, params![school, employment, who, from, account])?;
        tx.exec_one(&HOLD, params![school, who, from])?;
        if let Some(class) = leads {
            tx.exec_one(&LEAD, params![school, class, from, employment])?;
        }
        words::reindex(tx, who)?;
        Ok(who)
    })
    .await
    .expect("employs")
}

testkit::both! {
    async fn words_beginnings_and_short_words_find_whole_words_first(w: World) {
        let [school, other] = schools(&w).await;
        for name in ["Nguyễn Thị Minh Anh", "Lê An", "Lê Văn Ân", "Trần Hoài An Nhiên", "Đỗ Thị Ánh"] {
            admitted(&w, school, new(name, "2020")).await;
        }
        admitted(&w, other, new("Lê Thị An", "2020")).await;
        staff(&w, school, "Lê Cô An", None, None).await;
        let head = somebody(&w, "head", "head", school).await;
        let by = || act_of(&w, head);
        // Whole words first, then as lists are sorted; nobody of the other school.
        assert_eq!(names(&w, by(), "an").await, ["Lê An", "Lê Cô An", "Lê Văn Ân", "Trần Hoài An Nhiên", "Nguyễn Thị Minh Anh", "Đỗ Thị Ánh"]);
        for (q, expected) in [
            ("Lê", vec!["Lê An", "Lê Cô An", "Lê Văn Ân"]),
            ("  AN   lê ", vec!["Lê An", "Lê Cô An", "Lê Văn Ân"]),
            ("anh ngu", vec!["Nguyễn Thị Minh Anh"]),
            ("m anh", vec!["Nguyễn Thị Minh Anh"]),
            ("do anh", vec!["Đỗ Thị Ánh"]),
            ("an nhiên hoài", vec!["Trần Hoài An Nhiên"]),
            ("nh tran", vec!["Trần Hoài An Nhiên"]),
            ("uyen", vec![]),
            ("le_", vec!["Lê An", "Lê Cô An", "Lê Văn Ân"]),
            ("%", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(names(&w, by(), q).await, expected, "{q}");
        }
        let all = found(&w, by(), "le an", None).await.expect("finds");
        assert_eq!((all.total, all.more), (3, false));
        assert_eq!(all.items.iter().map(|one| one.kind).collect::<Vec<_>>(), [Kind::Pupil, Kind::Staff, Kind::Pupil]);
        assert_eq!((all.items[0].school, all.items[0].school_name.as_str(), all.items[0].left), (school, "Trường Tiểu học Một", false));
        assert_eq!(all.people.len(), 3, "whose data is shown is told");
        // The house sees everywhere; a unit narrows.
        assert_eq!(names(&w, w.system(), "le an").await, ["Lê An", "Lê Cô An", "Lê Thị An", "Lê Văn Ân"]);
        let there = found(&w, w.system(), "le an", Some(other)).await.expect("finds");
        assert_eq!(there.items.iter().map(|one| one.full_name.as_str()).collect::<Vec<_>>(), ["Lê Thị An"]);
        let refused = found(&w, by(), "le an", Some(other)).await.expect_err("is another school");
        assert_eq!(refused.code(), "unit.not_found");
        // A school's own list is asked the same way.
        let ask = ListPupils { q: Some("an le".to_owned()), ..ListPupils::default() };
        let page = read(&w, by(), move |tx| list(tx, school, &ask)).await.expect("lists");
        assert_eq!(page.items.iter().map(|row| row.full_name.as_str()).collect::<Vec<_>>(), ["Lê An", "Lê Văn Ân"]);
        index_holds(&w).await;
    }

    async fn an_office_above_finds_in_all_its_schools_and_technical_roles_nobody(w: World) {
        let [school, other] = schools(&w).await;
        admitted(&w, school, new("Lê An", "2020")).await;
        admitted(&w, other, new("Lê Thị An", "2020")).await;
        let department = registry::load::department("04");
        let (officer, support) = (somebody(&w, "officer", "department_officer", department).await, somebody(&w, "support", "support", school).await);
        let ministry = somebody(&w, "ministry", "ministry_officer", registry::load::ministry()).await;
        assert_eq!(names(&w, act_of(&w, support), "le an").await, [] as [&str; 0]);
        assert_eq!(found(&w, act_of(&w, support), "le an", Some(school)).await.expect_err("sees no pupils").code(), "auth.forbidden");
        for (who, sees) in [(officer, auth::role::find("department_officer")), (ministry, auth::role::find("ministry_officer"))] {
            let may = sees.expect("a role").capabilities.contains(&auth::Capability::PupilView);
            let expected: &[&str] = if may { &["Lê An", "Lê Thị An"] } else { &[] };
            assert_eq!(names(&w, act_of(&w, who), "le an").await, expected);
        }
    }

    async fn a_code_a_number_and_a_telephone_are_found_exactly(w: World) {
        let [school, other] = schools(&w).await;
        let mother = NewRelative { relation: Relation::Mother, full_name: "Trần Thị Mẹ".to_owned(), birth: Some("1990".to_owned()), phone: Some(Closed("0912 345 678".to_owned())), occupation: None, corrects: None };
        let pupil = NewPerson { full_name: "Lê An".to_owned(), birth: Some("2020-01-02".to_owned()), pupil_code: Some("0412345678".to_owned()), ..NewPerson::default() };
        let cmd = Admit { pupil: Some(pupil), personal_number: Some(Closed("004220000123".to_owned())), relatives: vec![mother], ..new("", "2020") };
        admitted(&w, school, cmd).await;
        let (head, there) = (somebody(&w, "head", "head", school).await, somebody(&w, "there", "head", other).await);
        for q in ["0412345678", "004220000123", "004 220 000 123", "+84 912.345.678", "0912345678"] {
            assert_eq!(names(&w, act_of(&w, head), q).await, ["Lê An"], "{q}");
            assert_eq!(names(&w, act_of(&w, there), q).await, [] as [&str; 0], "{q}");
        }
        for q in ["041234567", "00422000012", "0912345679", "an@example.edu.vn"] {
            assert_eq!(names(&w, act_of(&w, head), q).await, [] as [&str; 0], "{q}");
        }
        for q in ["0412345678", "0912345678"] {
            let ask = ListPupils { q: Some(q.to_owned()), ..ListPupils::default() };
            assert_eq!(read(&w, act_of(&w, head), move |tx| list(tx, school, &ask)).await.expect("lists").items.len(), 1, "{q}");
        }
        // The relative is nobody's pupil and is not found by name.
        assert_eq!(names(&w, act_of(&w, head), "tran thi me").await, [] as [&str; 0]);
    }

    async fn a_teacher_finds_the_pupils_of_their_classes_only(w: World) {
        let [school, _] = schools(&w).await;
        let (a, b) = (class(&w, school, "2026-2027", "1A", "1").await, class(&w, school, "2026-2027", "1B", "1").await);
        admitted(&w, school, Admit { class: Some(a), ..new("Lê An", "2020") }).await;
        let pupil = NewPerson { full_name: "Lê Ánh".to_owned(), pupil_code: Some("0412345678".to_owned()), ..NewPerson::default() };
        admitted(&w, school, Admit { class: Some(b), pupil: Some(pupil), ..new("", "2020") }).await;
        let teacher = somebody(&w, "teacher", "teacher", school).await;
        staff(&w, school, "Lê Cô An", Some(teacher), Some(a)).await;
        let by = || act_of(&w, teacher);
        let seen = found(&w, by(), "le an", None).await.expect("finds");
        assert_eq!(seen.items.iter().map(|one| (one.full_name.as_str(), one.class.as_ref().map(|class| class.id))).collect::<Vec<_>>(), [("Lê An", Some(a))]);
        assert_eq!(found(&w, by(), "le an", Some(school)).await.expect("finds").total, 1);
        assert_eq!(names(&w, by(), "0412345678").await, [] as [&str; 0], "another class's");
        let idle = somebody(&w, "idle", "teacher", school).await;
        assert_eq!(names(&w, act_of(&w, idle), "le an").await, [] as [&str; 0]);
    }

    async fn beyond_five_hundred_the_first_twenty_are_shown(w: World) {
        let [school, _] = schools(&w).await;
        const ORDER: [&str; 10] = ["Một", "Hai", "Ba", "Bốn", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười"];
        let fill = |count: usize, begin: usize| write(&w, w.system(), move |tx| {
            for n in begin..begin + count {
                let name = format!("Nguyễn {} {} {}", ORDER[n / 100], ORDER[n / 10 % 10], ORDER[n % 10]);
                admit(tx, school, &new(&name, "2020"))?;
            }
            Ok(())
        });
        fill(500, 0).await.expect("admits");
        let seen = found(&w, w.system(), "nguyen", None).await.expect("finds");
        assert_eq!((seen.total, seen.more, seen.items.len()), (500, false, 20));
        let whole = Find { q: "nguyen".to_owned(), unit: Some(school), limit: Some(500) };
        assert_eq!(read(&w, w.system(), move |tx| find(tx, &whole)).await.expect("finds").items.len(), 500);
        fill(1, 500).await.expect("admits");
        let seen = found(&w, w.system(), "nguyen", None).await.expect("finds");
        assert_eq!((seen.total, seen.more, seen.items.len()), (500, true, 20));
        let whole = Find { q: "nguyen".to_owned(), unit: Some(school), limit: Some(500) };
        let more = read(&w, w.system(), move |tx| find(tx, &whole)).await.expect("finds");
        assert_eq!((more.more, more.items.len()), (true, 20));
        // Common words together with a rare one: the rare one leads.
        assert_eq!(found(&w, w.system(), "nguyen sau mot", None).await.expect("finds").total, 28);
    }

    async fn words_that_are_all_common_are_found_together_in_the_whole_country(w: World) {
        let [school, _] = schools(&w).await;
        // Index rows alone make a word common; who stands in them need not be anywhere.
        let fill = |name: &'static str, count: u128, from: u128| write(&w, w.system(), move |tx| {
            tx.public("a test fills the index");
            let one = |n: u128| words::Indexed { person: PersonId(Uuid::from_u128(from + n)), unit: words::EVERYWHERE, kind: "pupil", folded: name.to_owned() };
            let all: Vec<words::Indexed> = (0..count).map(one).collect();
            tx.bulk(&registry::people::words::WORDS, all.iter().flat_map(|one| one.folded.split(' ').map(|word| [
                base::Value::Uuid(one.unit.0), base::Value::Text(one.kind.into()), base::Value::Text(word.to_owned().into()),
                base::Value::Text(one.folded.clone().into()), base::Value::Uuid(one.person.0),
            ])))
        });
        fill("nguyen hoa", 2_100, 1 << 40).await.expect("fills");
        fill("tran van", 2_100, 2 << 40).await.expect("fills");
        for name in ["Nguyễn Văn Tý", "Nguyễn Thị Vân", "Trần Văn Hoa"] {
            admitted(&w, school, new(name, "2020")).await;
        }
        // Common words that few names have together: what was hoped for is not enough, and they are counted after all.
        assert_eq!(names(&w, w.system(), "nguyen van").await, ["Nguyễn Văn Tý", "Nguyễn Thị Vân"]);
        assert_eq!(names(&w, w.system(), "hoa tran").await, ["Trần Văn Hoa"]);
        // Common words that many names have together: that there are more is known without counting.
        fill("nguyen van an", 700, 3 << 40).await.expect("fills");
        let seen = found(&w, w.system(), "nguyen van", None).await.expect("finds");
        assert_eq!((seen.total, seen.more), (500, true));
    }

    async fn every_write_keeps_the_index_what_it_would_be(w: World) {
        let [school, other] = schools(&w).await;
        let who = NewPerson { full_name: "Lê Văn An".to_owned(), pupil_code: Some("0412345678".to_owned()), ..NewPerson::default() };
        let pupil = admitted(&w, school, Admit { pupil: Some(who), ..new("", "2020") }).await;
        index_holds(&w).await;
        let cmd = ChangePerson { full_name: Some("Lò Văn Ễnh".to_owned()), ..ChangePerson::default() };
        write(&w, w.system(), move |tx| change(tx, school, pupil.person, None, &cmd)).await.expect("corrects");
        assert_eq!((names(&w, w.system(), "an").await.len(), names(&w, w.system(), "lo enh").await.len()), (0, 1));
        index_holds(&w).await;
        // Gone to another school: found at both.
        let go = registry::pupils::leave::Leave { from: day("2026-10-01"), reason: None };
        write(&w, w.system(), move |tx| registry::pupils::leave::leave(tx, school, pupil.id, None, &go)).await.expect("leaves");
        w.clock.set("2026-10-02T03:00:00Z");
        let come = TransferIn { personal_number: None, pupil_code: Some("0412345678".to_owned()), full_name: "Lò Văn Ễnh".to_owned(), from: day("2026-10-02"), class: None, position: None };
        write(&w, w.system(), move |tx| transfer_in(tx, other, &come)).await.expect("comes");
        index_holds(&w).await;
        let (here, there) = (somebody(&w, "here", "head", school).await, somebody(&w, "there", "head", other).await);
        let (was, is) = (found(&w, act_of(&w, here), "enh", None).await.expect("finds"), found(&w, act_of(&w, there), "enh", None).await.expect("finds"));
        assert_eq!((was.items[0].left, was.items[0].school, is.items[0].left, is.items[0].school), (true, school, false, other));
        // Of all the house sees, one line for one human being, where they are now.
        let all = found(&w, w.system(), "enh", None).await.expect("finds");
        assert_eq!((all.total, all.items[0].school), (1, other));
        // Staff under their keys.
        let account = somebody(&w, "clerk", "clerk", school).await;
        let seats = write(&w, w.system(), move |tx| { tx.public("test"); scene::seat(tx, school, Some(account), true) }).await.expect("seats");
        index_holds(&w).await;
        let values = std::collections::BTreeMap::from([("full_name".to_owned(), Some("Vừ A Páo".to_owned()))]);
        let cmd = fields::write::SetFields { from: None, values };
        write(&w, w.system(), move |tx| fields::write::write(tx, school, Of::Staff, seats.staff, "staff_identity", &cmd, None).map(drop)).await.expect("writes");
        assert_eq!(names(&w, w.system(), "pao").await, ["Vừ A Páo"]);
        index_holds(&w).await;
    }
}
