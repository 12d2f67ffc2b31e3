//! Duplicates: found, decided by whoever may, merged and taken back.

use auth::EdgeKind;
use base::{Ctx, PageRequest, PersonId, PersonName, Result, UnitId, vi};
use db::keys::Use;
use db::{Built, Tx, params};
use registry::duplicates::merge::{Merge, merge};
use registry::duplicates::reopen::reopen;
use registry::duplicates::tell_apart::tell_apart;
use registry::duplicates::{DuplicateId, DuplicateRow, Reason, State, across, find, list, resolve, store};
use testkit::World;

use crate::{act_of, day, loaded, make, read, school, somebody, write};

/// Somebody as a school wrote them down.
#[derive(Clone, Debug, Default)]
struct Who {
    name: &'static str,
    birth: &'static str,
    number: Option<&'static str>,
    mother: Option<&'static str>,
    kind: Option<&'static str>,
}

fn who(name: &'static str, birth: &'static str) -> Who {
    Who { name, birth, ..Who::default() }
}

fn exec(tx: &mut Tx<'_>, text: &str, params: &[base::Value<'_>]) -> Result<u64> {
    tx.exec(&Built::new("test", text, tx.dialect()), params)
}

fn insert(tx: &mut Tx<'_>, at: UnitId, who: &Who) -> Result<PersonId> {
    let id: PersonId = tx.new_id();
    let name = PersonName::split(who.name).ok_or_else(|| base::Error::internal("a name"))?;
    let (folded, key) = (vi::fold(who.name), name.collation_key());
    exec(
        tx,
        "INSERT INTO person (id, full_name, family, middle, given, folded, sort_key, birth, sex, verified, version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '1', 'no', 1)",
        params![id, who.name, name.family, name.middle, name.given, folded, key, who.birth],
    )?;
    let kind = who.kind.unwrap_or("pupil");
    let from = day("2025-09-05");
    exec(
        tx,
        "INSERT INTO person_unit (unit, person, kind, valid_from) VALUES (?1, ?2, ?3, ?4)",
        params![at, id, kind, from],
    )?;
    registry::people::words::reindex(tx, id)?;
    if let Some(number) = who.number {
        let about = registry::people::secrets::about(id.0.as_bytes(), b"personal_number");
        let seed = tx.draw();
        let sealed = tx.keys().seal(Use::Field, &seed, &about, number.as_bytes())?;
        let digest = tx.keys().keyed_digest(Use::Blind, &[b"personal_number", number.as_bytes()])?;
        exec(
            tx,
            "INSERT INTO person_secret (person, what, n, digest, sealed) VALUES (?1, 'personal_number', 1, ?2, ?3)",
            params![id, digest, sealed],
        )?;
    }
    if let Some(mother) = who.mother {
        let mother = insert(tx, at, &Who { name: mother, birth: "1985", kind: Some("guardian"), ..Who::default() })?;
        exec(
            tx,
            "INSERT INTO kinship (school, child, relation, relative, version) VALUES (?1, ?2, 'mother', ?3, 1)",
            params![at, id, mother],
        )?;
    }
    Ok(id)
}

async fn person(w: &World, at: UnitId, who: Who) -> PersonId {
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        insert(tx, at, &who)
    })
    .await
    .expect("a person")
}

async fn enrol(w: &World, at: UnitId, person: PersonId) {
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        let id: base::Uuid = tx.new_id();
        exec(
            tx,
            "INSERT INTO enrolment (school, id, person, valid_from, came_by, status, beside, version) VALUES (?1, ?2, ?3, ?4, 'admitted', '1', FALSE, 1)",
            params![at, id, person, day("2025-09-05")],
        )
    })
    .await
    .expect("enrols");
}

/// What the job does for a school.
async fn search(w: &World, at: UnitId) -> find::Found {
    let found = read(w, w.system(), move |tx| {
        tx.public("test");
        find::search(tx, at)
    })
    .await
    .expect("searches");
    let kept = found.clone();
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        find::keep(tx, at, &kept)
    })
    .await
    .expect("keeps");
    found
}

async fn queue(w: &World, ctx: Ctx, at: UnitId, state: State) -> Result<Vec<DuplicateRow>> {
    let page = PageRequest::new(Some(200), None)?;
    read(w, ctx, move |tx| list::list(tx, at, state, &page)).await.map(|(_, page)| page.items)
}

fn pair(a: PersonId, b: PersonId) -> (PersonId, PersonId) {
    if a < b { (a, b) } else { (b, a) }
}

fn pairs(found: &find::Found) -> Vec<(PersonId, PersonId)> {
    let mut pairs: Vec<_> = found.pairs.iter().map(|pair| (pair.one, pair.other)).collect();
    pairs.sort_unstable();
    pairs
}

struct Land {
    here: UnitId,
    there: UnitId,
    office: UnitId,
}

async fn land(w: &World) -> Land {
    loaded(w, &["04"]).await;
    let commune = crate::commune(w, "Phường Thục Phán").await;
    let here = make(w, school("Trường Tiểu học Một", commune, "TH")).await.id;
    let there = make(w, school("Trường Tiểu học Hai", commune, "TH")).await.id;
    let edges = read(w, w.system(), move |tx| {
        tx.public("test");
        auth::edges::of_unit(tx, here)
    })
    .await
    .expect("reads");
    let office = edges.iter().find(|edge| edge.kind == EdgeKind::Teaching).expect("an office").authority;
    Land { here, there, office }
}

testkit::both! {
    async fn a_search_finds_what_one_school_entered_twice_and_who_is_elsewhere(w: World) {
        let Land { here, there, .. } = land(&w).await;
        let bare = person(&w, here, who("Nguyen Duc Dat", "2014-03-26")).await;
        let marked = person(&w, here, who("Nguyễn Đức Đạt", "2014-03-26")).await;
        // Twins, and two who only have one name on one day in two schools.
        for name in ["Trần Bảo An", "Trần Bảo Anh"] {
            person(&w, here, Who { mother: Some("Lê Thị Hoa"), ..who(name, "2015-06-01") }).await;
        }
        person(&w, here, who("Vũ Gia Bảo", "2014-01-15")).await;
        person(&w, there, who("Vũ Gia Bảo", "2014-01-15")).await;
        // The same number; the same family; a birth with day and month swapped, and the same family.
        let numbered = person(&w, here, Who { number: Some("004214000123"), ..who("Hoàng Văn Páo", "2014-07-08") }).await;
        let renumbered = person(&w, there, Who { number: Some("004214000123"), ..who("Hoàng Páo", "2014-08-07") }).await;
        let child = person(&w, here, Who { mother: Some("Nông Thị Sen"), ..who("Lương Thế Vinh", "2013-04-05") }).await;
        let moved = person(&w, there, Who { mother: Some("Nông Thị Sen"), ..who("Lương Thế Vinh", "2013-05-04") }).await;
        let known = person(&w, there, Who { mother: Some("Nông Thị Sen"), ..who("Luong The Vinh", "2013-04-05") }).await;
        let found = search(&w, here).await;
        let mut expected = vec![pair(bare, marked), pair(numbered, renumbered), pair(child, moved), pair(child, known)];
        expected.sort_unstable();
        // 40 + 24 + 15 + 3 = 82, and 34 + 30 + 15 + 3 = 82: told across schools.
        assert_eq!(pairs(&found), expected, "{:?}", found.pairs);
        let one = found.pairs.iter().find(|one| pair(one.one, one.other) == pair(bare, marked)).expect("the pair");
        assert_eq!(one.reasons, [Reason::NameUnmarked, Reason::BirthSame]);
        // The other school finds them too, and its own two; a second search changes nothing.
        let mut theirs = vec![pair(numbered, renumbered), pair(child, moved), pair(child, known), pair(moved, known)];
        theirs.sort_unstable();
        assert_eq!(pairs(&search(&w, there).await), theirs);
        let before: Vec<(DuplicateId, i64)> = queue(&w, w.system(), here, State::Open).await.expect("lists").iter().map(|row| (row.id, row.version)).collect();
        assert_eq!((before.len(), before.iter().all(|(_, version)| *version == 1)), (4, true));
        search(&w, here).await;
        let after: Vec<_> = queue(&w, w.system(), here, State::Open).await.expect("lists").iter().map(|row| (row.id, row.version)).collect();
        assert_eq!(after, before);
        // What was corrected is no pair any more.
        w.db.write(&w.system(), move |tx| {
            tx.public("test");
            exec(tx, "UPDATE person SET birth = '2012-11-30' WHERE id = ?1", params![bare])
        }).await.expect("corrects");
        let found = search(&w, here).await;
        assert_eq!(found.gone.len(), 1);
        assert_eq!(queue(&w, w.system(), here, State::Open).await.expect("lists").len(), 3);
        // Every order and every cursor of both lists.
        read(&w, w.system(), move |tx| {
            tx.public("test");
            let unit = base::Value::Uuid(here.into());
            let state = base::Value::Text("open".into());
            let ask = db::list::Ask { from_params: vec![unit.clone(), state, base::Value::Text("".into())], ..db::list::Ask::default() };
            store::AT_SCHOOL.check::<store::Pair>(tx, &ask)?;
            let ask = db::list::Ask { from_params: vec![unit], ..db::list::Ask::default() };
            store::ACROSS.check::<(DuplicateId, PersonId, PersonId, i64)>(tx, &ask)
        }).await.expect("every list runs");
    }

    async fn of_a_record_elsewhere_only_the_school_is_told(w: World) {
        let Land { here, there, office } = land(&w).await;
        let mine = person(&w, here, Who { number: Some("004214000123"), ..who("Hoàng Văn Páo", "2014-07-08") }).await;
        person(&w, there, Who { number: Some("004214000123"), ..who("Sùng Thị Dở", "2013-08-07") }).await;
        search(&w, here).await;
        let head = somebody(&w, "head", "head", here).await;
        let rows = queue(&w, act_of(&w, head), here, State::Open).await.expect("lists");
        let [row] = &rows[..] else { panic!("{rows:?}") };
        let (own, far) = if row.one.person.is_some() { (&row.one, &row.other) } else { (&row.other, &row.one) };
        assert_eq!(own.person.as_ref().map(|one| (one.id, one.full_name.as_str())), Some((mine, "Hoàng Văn Páo")));
        assert_eq!((&far.person, far.held_by.iter().map(|at| at.name.as_str()).collect::<Vec<_>>()), (&None, vec!["Trường Tiểu học Hai"]));
        assert_eq!((row.score, row.reasons.len(), row.may_decide), (None, 0, false));
        let told = serde_json::to_string(row).expect("writes");
        assert!(!told.contains("Sùng") && !told.contains("2013"), "{told}");
        let id = row.id;
        let refused = write(&w, act_of(&w, head), move |tx| tell_apart(tx, id, 1)).await.expect_err("not alone");
        assert!(refused.code() == "duplicate.elsewhere" && refused.detail().contains("Trường Tiểu học Hai") && !refused.detail().contains("Sùng"), "{}", refused.detail());
        // A technical role, a teacher and a stranger do not know of it; an office is told of two schools and no name.
        let stranger = somebody(&w, "stranger", "head", office).await;
        for (login, role) in [("admin", "school_admin"), ("teacher", "teacher")] {
            let account = somebody(&w, login, role, here).await;
            assert!(queue(&w, act_of(&w, account), here, State::Open).await.is_err(), "{role}");
            let refused = write(&w, act_of(&w, account), move |tx| tell_apart(tx, id, 1)).await.expect_err("not theirs");
            assert_eq!(refused.code(), "duplicate.not_found", "{role}");
        }
        w.db.write(&w.system(), move |tx| { tx.public("test"); let grant = auth::grants::of_account(tx, stranger)?[0].id; auth::grants::end(tx, grant) }).await.expect("ends");
        assert_eq!(queue(&w, act_of(&w, stranger), here, State::Open).await.expect_err("not theirs").code(), "unit.not_found");
        let officer = somebody(&w, "officer", "commune_officer", office).await;
        let page = PageRequest::new(None, None).expect("a page");
        let told = read(&w, act_of(&w, officer), move |tx| across::list(tx, office, &page)).await.expect("lists");
        let at = |held: &[registry::duplicates::Holder]| held.iter().map(|at| at.name.clone()).collect::<Vec<_>>();
        let mut schools = [at(&told.items[0].one_at), at(&told.items[0].other_at)].concat();
        schools.sort();
        assert_eq!((told.items.len(), schools), (1, vec!["Trường Tiểu học Hai".to_owned(), "Trường Tiểu học Một".to_owned()]));
        assert!(!serde_json::to_string(&told.items).expect("writes").contains("Páo"));
        // Whoever may change both decides.
        w.db.write(&w.system(), move |tx| {
            tx.public("test");
            let from = tx.today();
            auth::grants::insert(tx, &auth::grants::NewGrant { account: head, role: "clerk".to_owned(), unit: there, from, to: None }).map(|_| ())
        }).await.expect("a clerk of the other school, too");
        let rows = queue(&w, act_of(&w, head), here, State::Open).await.expect("lists");
        assert!(rows[0].may_decide && rows[0].reasons.iter().any(|reason| reason.code == Reason::NumberSame), "{rows:?}");
        let row = write(&w, act_of(&w, head), move |tx| tell_apart(tx, id, 1)).await.expect("decides");
        assert_eq!((row.state, row.version, row.decided_by.as_deref()), (State::Different, 2, Some("head")));
        // Not asked about again.
        search(&w, here).await;
        assert!(queue(&w, w.system(), here, State::Open).await.expect("lists").is_empty());
        let row = write(&w, act_of(&w, head), move |tx| reopen(tx, id, 2)).await.expect("opens again");
        assert_eq!((row.state, row.version, row.decided_by), (State::Open, 3, None));
    }

    async fn pairs_of_staff_are_for_whoever_may_change_staff(w: World) {
        let Land { here, .. } = land(&w).await;
        for _ in 0..2 {
            person(&w, here, Who { kind: Some("staff"), ..who("Lý Thu Cúc", "1988-02-03") }).await;
        }
        search(&w, here).await;
        for (login, role, sees) in [("head", "head", 1), ("deputy", "deputy_head", 0)] {
            let account = somebody(&w, login, role, here).await;
            assert_eq!(queue(&w, act_of(&w, account), here, State::Open).await.expect("lists").len(), sees, "{role}");
        }
    }

    async fn a_school_asks_for_a_search_and_every_school_is_searched_at_night(w: World) {
        let Land { here, there, .. } = land(&w).await;
        for at in [here, there] {
            for name in ["Nguyễn Đức Đạt", "Nguyen Duc Dat"] {
                person(&w, at, who(name, "2014-03-26")).await;
            }
        }
        let head = somebody(&w, "head", "head", here).await;
        let runner = platform::jobs::Runner::new(w.db.clone(), std::sync::Arc::new(w.clock.clone()), find::handlers(), 4);
        let ask = || write(&w, act_of(&w, head), move |tx| registry::duplicates::search::search(tx, here));
        let (first, second) = (ask().await.expect("asks"), ask().await.expect("asks again"));
        assert_eq!(first, second, "one search of a school waits at a time");
        let elsewhere = write(&w, act_of(&w, head), move |tx| registry::duplicates::search::search(tx, there)).await;
        assert_eq!(elsewhere.expect_err("not theirs").code(), "unit.not_found");
        // A runner starts jobs and goes on; the last of a job is that it is done.
        let done = async |id: platform::jobs::JobId| {
            assert_eq!(runner.turn().await.expect("starts"), 1);
            for _ in 0..1_000 {
                let job = read(&w, w.system(), move |tx| { tx.public("test"); platform::jobs::find(tx, id) }).await.expect("reads");
                match job.expect("the job").state.as_str() {
                    "done" => return,
                    "failed" => panic!("the job failed"),
                    _ => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
                }
            }
            panic!("the job is never done");
        };
        done(first).await;
        let open = async |at| queue(&w, w.system(), at, State::Open).await.expect("lists").len();
        assert_eq!((open(here).await, open(there).await), (1, 0));
        let night = w.db.write(&w.system(), |tx| {
            tx.public("test");
            platform::jobs::enqueue(tx, &find::FindDuplicates::default(), &platform::jobs::Ask::default())
        }).await.expect("the night");
        done(night).await;
        assert_eq!((open(here).await, open(there).await), (1, 1));
    }

    async fn a_merger_rewrites_nothing_and_is_taken_back(w: World) {
        let Land { here, there, .. } = land(&w).await;
        let a = person(&w, here, who("Nguyễn Đức Đạt", "2014-03-26")).await;
        let b = person(&w, here, who("Nguyen Duc Dat", "2014-03-26")).await;
        let c = person(&w, here, who("Nguyễn Đức Đạt", "2014-03-25")).await;
        enrol(&w, here, a).await;
        search(&w, here).await;
        let head = somebody(&w, "head", "head", here).await;
        let act = || act_of(&w, head);
        let rows = queue(&w, act(), here, State::Open).await.expect("lists");
        assert_eq!(rows.len(), 3, "each with each");
        let of = |x: PersonId, y: PersonId| {
            let (one, other) = pair(x, y);
            let sides = |row: &DuplicateRow| (row.one.person.as_ref().map(|p| p.id), row.other.person.as_ref().map(|p| p.id));
            rows.iter().find(|row| sides(row) == (Some(one), Some(other))).expect("the pair").id
        };
        let (ab, ac) = (of(a, b), of(a, c));
        let asked = |keep: PersonId, both_enrolled: bool| Merge { keep, both_enrolled };
        let stays = async |of: PersonId| read(&w, w.system(), move |tx| { tx.public("test"); resolve::resolve(tx, of) }).await.expect("resolves");
        assert_eq!((stays(a).await, stays(b).await), (a, b));
        // Who is no part of it cannot stay; an older version is refused.
        let cmd = asked(c, false);
        let refused = write(&w, act(), move |tx| merge(tx, ab, 1, &cmd)).await.expect_err("not one of the two");
        assert_eq!(refused.refused_fields().first().map(|field| field.code), Some("duplicate.keep"));
        let cmd = asked(a, false);
        assert_eq!(write(&w, act(), move |tx| merge(tx, ab, 7, &cmd)).await.expect_err("another version").code(), "record.stale");
        // Two enrolments are asked about first, and the schools named.
        enrol(&w, there, b).await;
        let cmd = asked(a, false);
        let refused = write(&w, act(), move |tx| merge(tx, ab, 1, &cmd)).await.expect_err("asks");
        assert_eq!(refused.code(), "duplicate.both_enrolled");
        assert!(refused.detail().contains("Trường Tiểu học Một") && refused.detail().contains("Trường Tiểu học Hai"), "{}", refused.detail());
        let cmd = asked(a, true);
        let row = write(&w, act(), move |tx| merge(tx, ab, 1, &cmd)).await.expect("merges");
        assert_eq!((row.state, row.kept, row.version), (State::Same, Some(a), 2));
        assert_eq!((stays(a).await, stays(b).await), (a, a));
        crate::finding::index_holds(&w).await;
        let left = queue(&w, act(), here, State::Open).await.expect("lists");
        assert_eq!(left.iter().map(|row| row.id).collect::<Vec<_>>(), [ac], "who was like the record that is gone is like the one that stays");
        let theirs: Vec<(PersonId,)> = read(&w, w.system(), move |tx| {
            tx.public("test");
            tx.all(&Built::new("test", "SELECT person FROM enrolment WHERE school = ?1", tx.dialect()), params![there])
        }).await.expect("reads");
        assert_eq!(theirs, [(b,)], "what points to a record stays");
        let cmd = asked(a, true);
        assert_eq!(write(&w, act(), move |tx| merge(tx, ab, 2, &cmd)).await.expect_err("once").code(), "duplicate.decided");
        // Whoever stays may go on to another: the way is followed to its end, and the records of one are all found.
        let cmd = asked(c, false);
        write(&w, act(), move |tx| merge(tx, ac, 1, &cmd)).await.expect("merges the one that stayed");
        crate::finding::index_holds(&w).await;
        assert_eq!((stays(b).await, stays(a).await, stays(c).await), (c, c, c));
        let records = read(&w, w.system(), move |tx| { tx.public("test"); resolve::records(tx, c) }).await.expect("reads");
        assert_eq!(records, [c, a, b]);
        // Who leads elsewhere is not looked for.
        assert!(search(&w, here).await.pairs.is_empty());
        // Taken back, in any order, each is what it was.
        write(&w, act(), move |tx| reopen(tx, ab, 2)).await.expect("takes back");
        assert_eq!((stays(b).await, stays(a).await), (b, c));
        let cmd = asked(a, true);
        assert_eq!(write(&w, act(), move |tx| merge(tx, ab, 3, &cmd)).await.expect_err("one leads elsewhere").code(), "duplicate.merged");
        write(&w, act(), move |tx| reopen(tx, ac, 2)).await.expect("takes back");
        assert_eq!((stays(a).await, stays(b).await, stays(c).await), (a, b, c));
        assert_eq!(write(&w, act(), move |tx| reopen(tx, ac, 3)).await.expect_err("open already").code(), "duplicate.open");
        crate::finding::index_holds(&w).await;
    }
}
