//! A pupil whose record was merged with another is shown as the one that stays.

use base::{EnrolmentId, PersonId, Result};
use registry::people::kinship::{NewRelative, Relation};
use registry::people::{ChangePerson, Closed};
use registry::pupils::admit::Admit;
use registry::pupils::leave::{Leave, leave};
use registry::pupils::list::{ListPupils, Whether, list};
use registry::pupils::person;
use registry::pupils::show::{Pupil, show};
use testkit::World;

use crate::pupils::{admitted, class, new, schools};
use crate::{act_of, day, read, somebody, write};

async fn merges(w: &World, gone: PersonId, into: Option<PersonId>) {
    write(w, w.system(), move |tx| {
        tx.public("a test merges");
        let sql = db::Sql::new("TEST", "UPDATE person SET merged_into = ?2 WHERE id = ?1");
        tx.exec(&sql, db::params![gone, into])
    })
    .await
    .expect("merges");
}

testkit::both! {
    async fn a_link_to_a_merged_record_answers_with_the_one_that_stays_and_says_so(w: World) {
        let [school, _] = schools(&w).await;
        let class = class(&w, school, "2026-2027", "1A", "1").await;
        let head = somebody(&w, "head", "head", school).await;
        let page = async |id: EnrolmentId| -> Result<Pupil> {
            read(&w, act_of(&w, head), move |tx| show(tx, school, id, true)).await
        };
        let relative = |relation, name: &str| NewRelative {
            relation,
            full_name: name.to_owned(),
            birth: Some("1990".to_owned()),
            phone: None,
            occupation: None, corrects: None, };
        // First written down without marks, gone in a week, then written down anew.
        let first = Admit {
            relatives: vec![relative(Relation::Mother, "Trần Thị Mẹ"), relative(Relation::Father, "Lê Văn Cha")],
            personal_number: Some(Closed("004220000123".to_owned())),
            ..new("Le Be An", "2020")
        };
        let old = admitted(&w, school, first).await.id;
        let cmd = Leave { from: day("2026-09-04"), reason: None };
        write(&w, w.system(), move |tx| leave(tx, school, old, None, &cmd)).await.expect("leaves");
        let second = Admit {
            class: Some(class),
            from: day("2026-09-05"),
            relatives: vec![relative(Relation::Mother, "Trần Thị Mẹ Đúng")],
            ..new("Lê Bé An", "2020")
        };
        let now = admitted(&w, school, second).await.id;
        let (gone, stays) = (page(old).await.expect("shows").person.id, page(now).await.expect("shows").person.id);
        assert!(gone != stays && page(old).await.expect("shows").merged.is_empty());

        merges(&w, gone, Some(stays)).await;
        // Lists name the record that stays as well.
        let ask = ListPupils { whether: Whether::All, ..ListPupils::default() };
        let rows = read(&w, act_of(&w, head), move |tx| list(tx, school, &ask)).await.expect("lists").items;
        let row = rows.iter().find(|row| row.id == old).expect("is listed");
        assert_eq!((row.full_name.as_str(), row.person), ("Lê Bé An", stays));
        for id in [old, now] {
            let pupil = page(id).await.expect("shows");
            assert_eq!((pupil.id, pupil.person.id, pupil.merged.as_slice()), (id, stays, &[gone][..]), "says so");
            assert_eq!(pupil.person.full_name, "Lê Bé An");
            assert_eq!(pupil.stays.iter().map(|stay| stay.id).collect::<Vec<_>>(), [now, old], "of both, the last first");
            assert_eq!(pupil.protected.expect("may").personal_number, Some(Closed("004220000123".to_owned())));
        }
        let kin = |pupil: &Pupil| pupil.relatives.iter().map(|one| one.full_name.clone()).collect::<std::collections::BTreeSet<_>>();
        let both = |names: [&str; 2]| names.map(str::to_owned).into_iter().collect();
        assert_eq!(kin(&page(now).await.expect("shows")), both(["Lê Văn Cha", "Trần Thị Mẹ Đúng"]), "each relation once");
        assert_eq!(kin(&page(old).await.expect("shows")), both(["Lê Văn Cha", "Trần Thị Mẹ"]), "as that stay was told");

        // What is corrected at either page is the record that stays.
        let version = page(old).await.expect("shows").person.version;
        let cmd = ChangePerson { full_name: Some("Lê Bé Ân".to_owned()), ..ChangePerson::default() };
        write(&w, act_of(&w, head), move |tx| person::change(tx, school, old, Some(version), &cmd)).await.expect("corrects");
        assert_eq!(page(now).await.expect("shows").person.full_name, "Lê Bé Ân");

        // Taken back, each is as it was.
        merges(&w, gone, None).await;
        let pupil = page(old).await.expect("shows");
        assert_eq!((pupil.person.id, pupil.person.full_name.as_str(), pupil.stays.len()), (gone, "Le Be An", 1));
        assert!(page(now).await.expect("shows").protected.expect("may").personal_number.is_none());
    }
}
