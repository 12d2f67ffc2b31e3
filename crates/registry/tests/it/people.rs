//! Who somebody is, what is found by exactly its value, whose relatives they are, and which units hold something.

use base::{ClassId, EnrolmentId, Patch, PersonId, Uuid};
use db::Sql;
use registry::people::kinship::{NewRelative, Relation};
use registry::people::{ChangePerson, Closed, Secret, held, kinship, person, secrets};
use registry::pupils::admit::{self, Admit};
use registry::pupils::show;
use testkit::World;

use crate::pupils::{admitted, new, schools};
use crate::{act_of, day, read, somebody, write};

/// Which units hold something about somebody: unit's place among those given, kind, first day, last.
async fn holds(w: &World, person: PersonId) -> Vec<String> {
    static HOLDS: Sql = Sql::new(
        "HOLDS",
        "SELECT kind, valid_from, valid_to FROM person_unit WHERE person = ?1 ORDER BY kind, valid_from, unit",
    );
    read(w, w.system(), move |tx| {
        tx.public("test");
        Ok(tx.debug_rows(&HOLDS, db::params![person])?.into_iter().map(|row| row.join(" ")).collect())
    })
    .await
    .expect("reads")
}

fn relative(relation: Relation, full_name: &str, birth: Option<&str>, phone: Option<&str>) -> NewRelative {
    NewRelative {
        relation,
        full_name: full_name.to_owned(),
        birth: birth.map(str::to_owned),
        phone: phone.map(|phone| Closed(phone.to_owned())),
        occupation: None,
        corrects: None,
    }
}

/// The relatives of a pupil by what they are.
async fn family(w: &World, school: base::UnitId, pupil: EnrolmentId) -> Vec<(String, PersonId)> {
    let page = read(w, w.system(), move |tx| show::show(tx, school, pupil, false)).await.expect("shows");
    page.relatives.into_iter().map(|one| (one.relation, one.person)).collect()
}

testkit::both! {
    async fn a_person_is_corrected_and_the_journal_keeps_what_was_believed(w: World) {
        let [school, other] = schools(&w).await;
        let pupil = admitted(&w, school, new("Nguyễn Thi An", "2014")).await;
        let change = |unit, known, cmd: ChangePerson| write(&w, w.system(), move |tx| person::change(tx, unit, pupil.person, known, &cmd));
        let right = ChangePerson { full_name: Some("Nguyễn Thị An".to_owned()), birth: Patch::Value("26/03/2014".to_owned()), sex: Patch::Value("Nữ".to_owned()), ..ChangePerson::default() };
        assert_eq!(change(school, Some(1), right.clone()).await.expect("corrects"), 2);
        let page = read(&w, w.system(), move |tx| show::show(tx, school, pupil.id, false)).await.expect("shows");
        let person = &page.person;
        assert_eq!((person.full_name.as_str(), person.middle.as_str(), person.birth.as_deref(), person.sex.as_deref(), person.version), ("Nguyễn Thị An", "Thị", Some("2014-03-26"), Some("2"), 2));
        // Whoever knew the older one; a school that holds nothing about them; a day that is none.
        assert_eq!(change(school, Some(1), right.clone()).await.expect_err("is stale").code(), "record.stale");
        assert_eq!(change(other, Some(2), right).await.expect_err("is not theirs").code(), "person.not_found");
        let wrong = ChangePerson { birth: Patch::Value("31/02/2014".to_owned()), ..ChangePerson::default() };
        assert_eq!(change(school, Some(2), wrong).await.expect_err("is no day").refused_fields()[0].field, "birth");
        // A name that stays keeps the parts that were said.
        let known = ChangePerson { full_name: Some("Tôn Thất An".to_owned()), family: Some("Tôn Thất".to_owned()), ..ChangePerson::default() };
        change(school, None, known).await.expect("says the family name");
        change(school, None, ChangePerson { birth: Patch::Null, ..ChangePerson::default() }).await.expect("forgets the birth");
        let page = read(&w, w.system(), move |tx| show::show(tx, school, pupil.id, false)).await.expect("shows");
        assert_eq!((page.person.family.as_str(), page.person.birth), ("Tôn Thất", None));
        static CORRECTED: Sql = Sql::new("CORRECTED", "SELECT count(*) FROM journal_entry WHERE kind = 'person.corrected' AND subject = ?1");
        let told = read(&w, w.system(), move |tx| { tx.public("test"); tx.one::<(i64,)>(&CORRECTED, db::params![pupil.person]) }).await.expect("reads");
        assert_eq!(told, Some((3,)));
    }

    async fn what_is_protected_is_encrypted_and_found_by_exactly_its_value(w: World) {
        let [school, _] = schools(&w).await;
        let one = admitted(&w, school, new("Lê Văn Một", "2014")).await.person;
        let two = admitted(&w, school, new("Lê Văn Hai", "2014")).await.person;
        write(&w, w.system(), move |tx| {
            tx.public("test");
            secrets::put(tx, one, Secret::PersonalNumber, 1, "037 214 000 123")?;
            assert!(secrets::add(tx, one, Secret::Phone, "0912 345 678")?);
            assert!(!secrets::add(tx, one, Secret::Phone, "+84 912 345 678")?, "is there already");
            assert!(secrets::add(tx, one, Secret::Phone, "0987654321")?);
            // Never unique: that is a matter for the steward.
            secrets::put(tx, two, Secret::PersonalNumber, 1, "037214000123")
        }).await.expect("keeps them");
        read(&w, w.system(), move |tx| {
            tx.public("test");
            let mut both = vec![one, two];
            both.sort();
            assert_eq!(secrets::find(tx, Secret::PersonalNumber, "037214000123")?, both);
            assert_eq!(secrets::find(tx, Secret::Phone, "(0912) 345.678")?, [one]);
            assert_eq!(secrets::find(tx, Secret::Phone, "037214000123")?, [], "another sort of value");
            let open = secrets::open(tx, one)?;
            let phones: Vec<(i64, &str)> = open.iter().filter(|(what, ..)| *what == Secret::Phone).map(|(_, n, value)| (*n, value.as_str())).collect();
            assert_eq!(phones, [(1, "0912345678"), (2, "0987654321")]);
            static SEALED: Sql = Sql::new("SEALED_OF", "SELECT sealed FROM person_secret WHERE person = ?1");
            for (sealed,) in tx.all::<(Vec<u8>,)>(&SEALED, db::params![one])? {
                assert!(!sealed.windows(6).any(|six| six == b"912345" || six == b"214000"));
            }
            Ok(())
        }).await.expect("finds them");
        write(&w, w.system(), move |tx| { tx.public("test"); secrets::remove(tx, one, Secret::Phone, 1) }).await.expect("takes one away");
        let found = read(&w, w.system(), |tx| { tx.public("test"); secrets::find(tx, Secret::Phone, "0912345678") }).await.expect("looks");
        assert_eq!(found, []);
    }

    async fn siblings_have_one_mother_and_two_schools_know_nothing_of_each_other(w: World) {
        let [school, other] = schools(&w).await;
        let with = |name: &str, birth: &str, relatives: Vec<NewRelative>| Admit { relatives, ..new(name, birth) };
        let mother = || relative(Relation::Mother, "Trần Thị Hoà", Some("1985"), None);
        let first = admitted(&w, school, with("Lê An", "2014", vec![mother(), relative(Relation::Father, "Lê Bình", None, Some("0912345678"))])).await;
        // The tone on another letter, a whole birth, capitals: the same woman. The same name with the same telephone: the
        // same man. The same name alone: another.
        let second = admitted(&w, school, with("Lê Bảo", "2016", vec![relative(Relation::Mother, "TRẦN THỊ HÒA", Some("12/5/1985"), None), relative(Relation::Father, "Lê Bình", None, Some("+84912345678"))])).await;
        let third = admitted(&w, school, with("Lê Chi", "2017", vec![relative(Relation::Mother, "Trần Thị Hoa", Some("1985"), None), relative(Relation::Father, "Lê Bình", None, Some("0999999999"))])).await;
        let elsewhere = admitted(&w, other, with("Lê Dung", "2018", vec![mother()])).await;
        let (a, b, c, d) = (family(&w, school, first.id).await, family(&w, school, second.id).await, family(&w, school, third.id).await, family(&w, other, elsewhere.id).await);
        assert_eq!(a, b);
        assert!(a.iter().zip(&c).all(|(a, c)| a.0 == c.0 && a.1 != c.1), "{a:?} {c:?}");
        assert!(!a.iter().any(|(_, person)| *person == d[0].1), "a school finds only its own");

        // Told of again without telephone and birth, as a form has it that shows nothing protected: he stays who he is.
        let him = NewRelative { occupation: Some("Thợ mộc".to_owned()), ..relative(Relation::Father, "LÊ BÌNH", None, None) };
        write(&w, w.system(), move |tx| { tx.public("test"); kinship::put(tx, school, first.person, &him, "") }).await.expect("tells of his work");
        assert_eq!(family(&w, school, first.id).await, b, "and is the father of both");

        // Told of correctly: he stays who he is, for both, and the journal keeps what was believed.
        let his = b.iter().find(|(relation, _)| relation == "father").expect("a father").1;
        let right = NewRelative { corrects: Some(his), ..relative(Relation::Father, "Lê Văn Bình", Some("1984"), None) };
        write(&w, w.system(), move |tx| { tx.public("test"); kinship::put(tx, school, first.person, &right, "") }).await.expect("corrects");
        assert_eq!((family(&w, school, first.id).await, family(&w, school, second.id).await), (b.clone(), b.clone()));
        let called = read(&w, w.system(), move |tx| { tx.public("test"); registry::people::person::find(tx, his) }).await.expect("finds him");
        assert_eq!((called.full_name.as_str(), called.birth.as_deref()), ("Lê Văn Bình", Some("1984")));
        let stale = NewRelative { corrects: Some(second.person), ..relative(Relation::Father, "Lê Văn Bình", None, None) };
        let error = write(&w, w.system(), move |tx| { tx.public("test"); kinship::put(tx, school, first.person, &stale, "") }).await.expect_err("stands not there");
        assert_eq!(error.code(), "kinship.not_this_one");

        // The school holds something about her as long as she is somebody's relative there.
        let her = a.iter().find(|(relation, _)| relation == "mother").expect("a mother").1;
        assert_eq!(holds(&w, her).await, ["guardian 2026-09-07 ∅"]);
        let gone = |child: PersonId| write(&w, w.system(), move |tx| { tx.public("test"); kinship::remove(tx, school, child, Relation::Mother) });
        gone(first.person).await.expect("takes her away");
        assert_eq!(holds(&w, her).await, ["guardian 2026-09-07 ∅"]);
        w.clock.advance_seconds(86_400);
        gone(second.person).await.expect("takes her away");
        assert_eq!(holds(&w, her).await, ["guardian 2026-09-07 2026-09-08"]);
        // Another in her place.
        write(&w, w.system(), move |tx| {
            tx.public("test");
            kinship::put(tx, school, first.person, &relative(Relation::Mother, "Trần Thị Hoà", Some("1985"), None), "")
        }).await.expect("is somebody new: nobody is her relative any more");
        let bad = relative(Relation::Guardian, "Ai Đó", Some("khoảng 1960"), None);
        let error = write(&w, w.system(), move |tx| { tx.public("test"); kinship::put(tx, school, first.person, &bad, "relatives.0.") }).await.expect_err("is no birth");
        assert_eq!(error.refused_fields()[0].field, "relatives.0.birth");
    }

    async fn a_number_is_warned_of_and_never_refused(w: World) {
        let [school, other] = schools(&w).await;
        let with = |name: &str, birth: &str, number: &str| Admit { personal_number: Some(Closed(number.to_owned())), ..new(name, birth) };
        let codes = |warnings: Vec<registry::people::Warning>| warnings.into_iter().map(|one| one.code).collect::<Vec<_>>();
        let first = admitted(&w, school, with("Lê An", "2014", "037214000123")).await;
        assert_eq!(codes(first.warnings), [] as [&str; 0]);
        let wrong = admitted(&w, school, with("Lê Bảo", "2013", "037214000199")).await;
        assert_eq!(codes(wrong.warnings), ["personal_number.other_year"]);
        let short = admitted(&w, school, with("Lê Chi", "2014", "37214000199")).await;
        assert_eq!(codes(short.warnings), ["personal_number.form"]);
        // The number of somebody of another name: kept, and told.
        let taken = admitted(&w, other, with("Phạm Văn Khác", "2014", "037214000123")).await;
        assert_eq!(codes(taken.warnings.clone()), ["person.number_of_another"]);
        assert!(!taken.warnings[0].detail.contains("Lê An"), "{:?}", taken.warnings);
        assert_ne!(taken.person, first.person);
        // Of the same name: that person, who is a pupil elsewhere.
        let same = with("LÊ AN", "2014-05", "037 214 000 123");
        let error = write(&w, w.system(), move |tx| admit::admit(tx, other, &same).map(|one| one.id)).await.expect_err("is at the first school");
        assert_eq!(error.code(), "pupil.enrolled_elsewhere");
        let head = somebody(&w, "head", "head", school).await;
        let page = read(&w, act_of(&w, head), move |tx| show::show(tx, school, first.id, true)).await.expect("shows");
        assert_eq!(page.protected.expect("may see it").personal_number, Some(Closed("037214000123".to_owned())));
    }

    async fn a_unit_holds_a_pupil_for_the_days_of_their_stays(w: World) {
        let [school, _] = schools(&w).await;
        let pupil = admitted(&w, school, new("Lê An", "2014")).await;
        assert_eq!(holds(&w, pupil.person).await, ["pupil 2026-09-01 ∅"]);
        assert!(read(&w, w.system(), move |tx| { tx.public("test"); held::is_held(tx, school, pupil.person) }).await.expect("asks"));
        assert!(!read(&w, w.system(), move |tx| { tx.public("test"); held::is_held(tx, school, PersonId(Uuid::nil())) }).await.expect("asks"));
        let leave = registry::pupils::leave::Leave { from: day("2026-10-01"), reason: None };
        write(&w, w.system(), move |tx| registry::pupils::leave::leave(tx, school, pupil.id, None, &leave)).await.expect("leaves");
        assert_eq!(holds(&w, pupil.person).await, ["pupil 2026-09-01 2026-10-01"]);
        let nobody = Admit { pupil: None, person: Some(PersonId(Uuid::nil())), class: Some(ClassId(Uuid::nil())), ..new("Không Ai", "2014") };
        let error = write(&w, w.system(), move |tx| admit::admit(tx, school, &nobody).map(|one| one.id)).await.expect_err("is nobody");
        assert_eq!(error.code(), "person.not_found");
        let both = Admit { person: Some(pupil.person), ..new("Lê An", "2014") };
        let error = write(&w, w.system(), move |tx| admit::admit(tx, school, &both).map(|one| one.id)).await.expect_err("is one of both");
        assert_eq!(error.refused_fields()[0].code, "pupil.who");
    }
}
