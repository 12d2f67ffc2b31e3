//! Searching and paging.

use auth::EdgeKind;
use base::PageRequest;
use registry::units::list::{Ended, ListUnits, list};
use registry::units::{close, create, merge};
use testkit::World;

use crate::{act_of, all, day, loaded, make, names, read, school, somebody, write};

fn asked(q: &str) -> ListUnits {
    ListUnits { q: Some(q.to_owned()), ..ListUnits::default() }
}

testkit::both! {
    async fn tones_and_strokes_need_not_be_typed(w: World) {
        loaded(&w, &["01", "48", "66"]).await;
        for (q, first) in [
            ("da nang", "Thành phố Đà Nẵng"),
            ("Đà Nẵng", "Thành phố Đà Nẵng"),
            ("dak lak", "Tỉnh Đắk Lắk"),
            ("ĐẮK LẮK", "Tỉnh Đắk Lắk"),
            ("ba dinh", "Phường Ba Đình"),
            ("ba din", "Phường Ba Đình"),
            ("p ba dinh", "Phường Ba Đình"),
            ("00004", "Phường Ba Đình"),
            ("so gddt ha noi", "Sở Giáo dục và Đào tạo thành phố Hà Nội"),
        ] {
            let found = all(&w, w.system(), asked(q)).await;
            assert_eq!(found.first().map(|row| row.full_name.as_str()), Some(first), "{q}: {:?}", names(&found));
        }
        assert!(all(&w, w.system(), asked("khong co dau")).await.is_empty());
        // Of two names that differ in tones, the one typed comes first.
        let found = all(&w, w.system(), ListUnits { kinds: vec!["commune".to_owned()], ..asked("hòa") }).await;
        let exact = found.iter().take_while(|row| row.full_name.to_lowercase().split(' ').any(|word| word == "hòa")).count();
        let later = found.iter().skip(exact).filter(|row| row.full_name.to_lowercase().split(' ').any(|word| word == "hòa")).count();
        assert!(exact > 0 && later == 0, "{:?}", names(&found));
    }

    async fn what_has_ended_is_found_by_its_last_name_behind_what_stands(w: World) {
        loaded(&w, &["08", "15"]).await;
        let also = |q: &str| ListUnits { ended: Ended::Also, ..asked(q) };
        let stands = |row: &registry::units::UnitRow| row.valid_to.is_none();
        for q in ["ha giang", "tinh ha giang", "02"] {
            assert!(all(&w, w.system(), asked(q)).await.iter().all(|row| stands(row) && row.went_to.is_empty()), "{q}");
            let found = all(&w, w.system(), also(q)).await;
            let standing = found.iter().take_while(|row| stands(row)).count();
            assert!(!found[standing..].iter().any(stands), "{q}: {:?}", names(&found));
            let gone = &found[standing];
            assert_eq!((gone.full_name.as_str(), gone.code.as_deref(), gone.valid_to), ("Tỉnh Hà Giang", Some("02"), Some(day("2025-07-01"))), "{q}");
            assert_eq!(gone.went_to.iter().map(|into| into.name.as_str()).collect::<Vec<_>>(), ["Tỉnh Tuyên Quang"]);
            let only = all(&w, w.system(), ListUnits { ended: Ended::Only, ..asked(q) }).await;
            assert_eq!(names(&only), names(&found[standing..]), "{q}");
            // On a day of before it stands, and once.
            let then = all(&w, w.system(), ListUnits { as_of: Some(day("2024-12-31")), ..also(q) }).await;
            assert!(then.iter().any(|row| row.full_name == "Tỉnh Hà Giang"));
            assert!(then.iter().all(|row| row.valid_to.is_none_or(|to| to > day("2024-12-31"))), "{:?}", names(&then));
        }
        assert!(names(&all(&w, w.system(), also("ha giang")).await).starts_with(&["Phường Hà Giang 1", "Phường Hà Giang 2"]));
        // An old commune: where it lay, and where it is now; the district between has ended with it.
        let found = all(&w, w.system(), also("xa yen cuong")).await;
        let old = found.iter().find(|row| row.full_name == "Xã Yên Cường" && row.valid_to.is_some()).expect("a commune of then");
        assert_eq!(old.path.iter().map(|step| step.name.as_str()).collect::<Vec<_>>(), ["Tỉnh Hà Giang", "Huyện Bắc Mê"]);
        assert!(old.went_to.iter().all(|into| into.kind == "commune") && !old.went_to.is_empty(), "{:?}", old.went_to);

        let all_that_ended = ListUnits { ended: Ended::Only, ..ListUnits::default() };
        let refused = read(&w, w.system(), move |tx| list(tx, &all_that_ended)).await.expect_err("without a name");
        assert_eq!(refused.refused_fields().first().map(|field| (field.field.as_str(), field.code)), Some(("ended", "unit.search_ended")));
    }

    async fn a_school_that_has_ended_is_found_by_those_who_may_see_it(w: World) {
        loaded(&w, &["04"]).await;
        let commune = crate::commune(&w, "Phường Thục Phán").await;
        let closed = make(&w, school("Trường Tiểu học Nà Cạn", commune, "TH")).await.id;
        let merged = make(&w, school("Trường Tiểu học Nà Lắc", commune, "TH")).await.id;
        let stands = make(&w, school("Trường Tiểu học Nà Toàn", commune, "TH")).await.id;
        let office = read(&w, w.system(), move |tx| { tx.public("test"); auth::edges::of_unit(tx, stands) }).await.expect("reads")
            .iter().find(|edge| edge.kind == EdgeKind::Teaching).expect("an office").authority;
        let cmd = close::Close { from: day("2026-09-07"), custodian: office, basis: None };
        write(&w, w.system(), move |tx| close::close(tx, closed, None, &cmd)).await.expect("closes");
        let into = merge::Target::Standing(merge::Standing { id: stands });
        let cmd = merge::Merge { from: day("2026-09-07"), basis: "1/QĐ".to_owned(), into, parts: vec![merge::Part { unit: merged, whole: true }] };
        write(&w, w.system(), move |tx| merge::merge(tx, &cmd)).await.expect("merges");
        let far = make(&w, school("Trường Tiểu học Xa", commune, "TH")).await.id;
        let officer = somebody(&w, "officer", "commune_officer", office).await;
        let head = somebody(&w, "head", "head", stands).await;
        let stranger = somebody(&w, "stranger", "head", far).await;
        let found = async |account| {
            let rows = all(&w, act_of(&w, account), ListUnits { ended: Ended::Also, ..asked("tieu hoc na") }).await;
            rows.into_iter().map(|row| (row.id, row.went_to.iter().map(|into| into.id).collect::<Vec<_>>())).collect::<Vec<_>>()
        };
        assert_eq!(found(officer).await, [(stands, vec![]), (closed, vec![]), (merged, vec![stands])]);
        assert_eq!(found(head).await, [(stands, vec![]), (merged, vec![stands])], "of whose records they keep");
        assert_eq!(found(stranger).await, []);
        // Also on a list of one's own: an office's as a school's.
        let own = async |account| {
            let ask = ListUnits { ended: Ended::Also, mine: true, ..asked("tieu hoc na") };
            all(&w, act_of(&w, account), ask).await.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(own(officer).await, [stands, closed, merged]);
        assert_eq!(own(head).await, [stands, merged], "of whose records they keep");
        assert!(own(stranger).await.is_empty());
        // Whom it answered to, wherever it lay.
        let lent = make(&w, school("Trường Tiểu học Cho Mượn", commune, "TH")).await.id;
        let department = registry::load::department("04");
        let abroad = make(&w, school("Trường Tiểu học Nước Ngoài", commune, "TH")).await.id;
        w.db.write(&w.system(), move |tx| {
            tx.public("test");
            let days = base::Interval::since(day("2025-09-01"));
            auth::edges::set(tx, &auth::edges::NewEdge { kind: EdgeKind::Teaching, unit: lent, authority: abroad, days }).map(|_| ())
        }).await.expect("answers to another school");
        let cmd = close::Close { from: day("2026-09-07"), custodian: department, basis: None };
        write(&w, w.system(), move |tx| close::close(tx, lent, None, &cmd)).await.expect("closes");
        let principal = somebody(&w, "principal", "head", abroad).await;
        let ask = ListUnits { ended: Ended::Also, mine: true, ..asked("cho muon") };
        assert_eq!(all(&w, act_of(&w, principal), ask).await.iter().map(|row| row.id).collect::<Vec<_>>(), [lent]);
        // An office's own place, too: what lay in it on its last day, though it answered to somebody else.
        let admin = somebody(&w, "admin", "department_admin", registry::load::department("04")).await;
        let old = ListUnits { ended: Ended::Only, mine: true, kinds: vec!["district".to_owned()], ..asked("quan") };
        let districts = all(&w, act_of(&w, admin), old.clone()).await;
        let all_of_them = all(&w, w.system(), old).await;
        assert!(!districts.is_empty() && names(&districts) == names(&all_of_them), "{:?} of {:?}", names(&districts), names(&all_of_them));
    }

    async fn around_midnight_a_unit_lies_where_it_lies_today(w: World) {
        loaded(&w, &["04"]).await;
        let here = crate::commune(&w, "Phường Thục Phán").await;
        let there = crate::commune(&w, "Phường Nùng Trí Cao").await;
        let id = make(&w, school("Trường Tiểu học Một", here, "TH")).await.id;
        let head = somebody(&w, "head", "head", id).await;
        w.db.write(&w.system(), move |tx| {
            tx.public("test");
            let days = base::Interval::since(tx.today().tomorrow().map_err(base::Error::internal)?);
            auth::edges::set(tx, &auth::edges::NewEdge { kind: EdgeKind::Place, unit: id, authority: there, days }).map(|_| ())
        }).await.expect("moves tomorrow");
        // A request of after midnight has brought the closure to its day, and one that began before it still reads.
        w.clock.advance_seconds(86_400);
        w.db.write(&w.system(), |tx| { tx.public("test"); auth::closure::renew(tx) }).await.expect("renews");
        w.clock.advance_seconds(-86_400);
        let shown = read(&w, act_of(&w, head), move |tx| registry::units::show::show(tx, id, None)).await.expect("shows");
        assert_eq!(shown.row.path.last().map(|step| step.id), Some(here));
    }

    async fn a_search_of_signs_alone_is_no_search_of_the_ended(w: World) {
        loaded(&w, &["08"]).await;
        let page = |q: Option<&str>, ended| {
            let ask = ListUnits { q: q.map(str::to_owned), ended, ..ListUnits::default() };
            read(&w, w.system(), move |tx| list(tx, &ask))
        };
        let plain = page(None, Ended::No).await.expect("lists");
        for q in ["...", " – ", "??!"] {
            let found = page(Some(q), Ended::Also).await.expect("lists");
            assert_eq!((names(&found.items), found.total), (names(&plain.items), plain.total), "{q}");
        }
        for q in [None, Some(""), Some("  ")] {
            assert!(page(q, Ended::Also).await.is_err(), "{q:?}");
        }
    }

    async fn what_became_of_a_unit_is_told_on_the_days_on_which_it_has_ended(w: World) {
        loaded(&w, &["04", "08"]).await;
        let on = async |as_of: Option<&str>| {
            let ask = ListUnits { ended: Ended::Also, as_of: as_of.map(day), kinds: vec!["province".to_owned()], ..asked("tinh ha giang") };
            all(&w, w.system(), ask).await.into_iter().find(|row| row.full_name == "Tỉnh Hà Giang").expect("the province").went_to
        };
        assert!(on(Some("2024-12-31")).await.is_empty(), "it stood");
        let into = on(Some("2025-07-01")).await;
        assert_eq!(into.iter().map(|into| (into.name.as_str(), into.in_sight)).collect::<Vec<_>>(), [("Tỉnh Tuyên Quang", true)]);
        let gone = all(&w, w.system(), ListUnits { ended: Ended::Only, ..asked("tinh ha giang") }).await[0].id;
        let shown = |as_of: Option<base::Date>| read(&w, w.system(), move |tx| registry::units::show::show(tx, gone, as_of));
        assert!(shown(Some(day("2024-12-31"))).await.expect("shows").row.went_to.is_empty());
        assert_eq!(shown(None).await.expect("shows").row.went_to, into, "as it was last, and what became of it");
        // Its name is told to whoever may not look at it, and that they may not.
        let commune = crate::commune(&w, "Phường Thục Phán").await;
        let one = make(&w, school("Trường Tiểu học Một", commune, "TH")).await.id;
        let other = make(&w, school("Trường Tiểu học Hai", commune, "TH")).await.id;
        let office = read(&w, w.system(), move |tx| { tx.public("test"); auth::edges::of_unit(tx, one) }).await.expect("reads")
            .iter().find(|edge| edge.kind == EdgeKind::Teaching).expect("an office").authority;
        let officer = somebody(&w, "officer", "commune_officer", office).await;
        let into = merge::Target::Standing(merge::Standing { id: other });
        let cmd = merge::Merge { from: day("2026-09-07"), basis: "1/QĐ".to_owned(), into, parts: vec![merge::Part { unit: one, whole: true }] };
        write(&w, w.system(), move |tx| merge::merge(tx, &cmd)).await.expect("merges");
        let far = registry::load::department("08");
        w.db.write(&w.system(), move |tx| {
            tx.public("test");
            let days = base::Interval::since(day("2026-09-07"));
            for kind in [EdgeKind::Teaching, EdgeKind::Staff, EdgeKind::Budget] {
                auth::edges::set(tx, &auth::edges::NewEdge { kind, unit: other, authority: far, days })?;
            }
            Ok(())
        }).await.expect("another office has it now");
        let ask = ListUnits { ended: Ended::Also, ..asked("tieu hoc mot") };
        let found = all(&w, act_of(&w, officer), ask).await;
        assert_eq!(found.iter().map(|row| (row.id, row.went_to.iter().map(|into| (into.id, into.in_sight)).collect::<Vec<_>>())).collect::<Vec<_>>(),
            [(one, vec![(other, false)])]);
    }

    async fn a_list_of_ones_own_holds_what_a_role_reaches(w: World) {
        loaded(&w, &["04", "08"]).await;
        let commune = crate::commune(&w, "Phường Thục Phán").await;
        let mine = make(&w, school("Trường Tiểu học Một", commune, "TH")).await.id;
        let campus = make(&w, create::CreateUnit { kind: "campus".to_owned(), ..school("Điểm trường Một A", mine, "") }).await.id;
        make(&w, school("Trường Tiểu học Hai", commune, "TH")).await;
        let office = read(&w, w.system(), move |tx| { tx.public("test"); auth::edges::of_unit(tx, mine) }).await.expect("reads")
            .iter().find(|edge| edge.kind == EdgeKind::Teaching).expect("an office").authority;
        let head = somebody(&w, "head", "head", mine).await;
        let officer = somebody(&w, "officer", "commune_officer", office).await;
        let nobody = somebody(&w, "nobody", "no such role", mine).await;
        let own = |q: Option<&str>| ListUnits { mine: true, q: q.map(str::to_owned), ..ListUnits::default() };
        let rows = all(&w, act_of(&w, head), own(None)).await;
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [campus, mine], "{:?}", names(&rows));
        let rows = all(&w, act_of(&w, officer), own(None)).await;
        let place = ["Điểm trường Một A", "Phường Thục Phán", "Trường Tiểu học Hai", "Trường Tiểu học Một", "Ủy ban nhân dân phường Thục Phán"];
        assert_eq!(names(&rows), place, "an office looks after its place");
        let admin = somebody(&w, "admin", "department_admin", registry::load::department("04")).await;
        let kinds = async |as_of: Option<&str>| {
            let mut kinds: Vec<_> = all(&w, act_of(&w, admin), ListUnits { as_of: as_of.map(day), ..own(None) }).await
                .into_iter().map(|row| (row.kind, row.path.into_iter().next().map(|step| step.name))).collect();
            kinds.sort();
            kinds.dedup();
            kinds.into_iter().map(|(kind, province)| format!("{kind} in {}", province.unwrap_or_default())).collect::<Vec<_>>()
        };
        let lies = |kinds: &[&str]| kinds.iter().map(|kind| format!("{kind} in {}", if *kind == "province" { "" } else { "Tỉnh Cao Bằng" })).collect::<Vec<_>>();
        assert_eq!(kinds(None).await, lies(&["campus", "commune", "commune_office", "department", "province", "school"]));
        assert_eq!(kinds(Some("2024-12-31")).await, lies(&["commune", "department", "district", "province"]));
        assert!(all(&w, act_of(&w, nobody), own(None)).await.is_empty());
        let page = read(&w, act_of(&w, head), { let ask = own(None); move |tx| list(tx, &ask) }).await.expect("lists");
        assert_eq!((page.total, page.total_is_more), (2, false));
        assert_eq!(names(&all(&w, act_of(&w, head), own(Some("tieu hoc"))).await), ["Trường Tiểu học Một"]);
        assert!(all(&w, act_of(&w, head), own(Some("thuc phan"))).await.is_empty(), "published, and not the school's own");
        assert_eq!(names(&all(&w, act_of(&w, head), asked("phuong thuc phan")).await)[0], "Phường Thục Phán");
        let everything = all(&w, w.system(), own(Some("cao bang"))).await;
        assert_eq!(everything.len(), all(&w, w.system(), asked("cao bang")).await.len(), "the house owns all");
    }

    async fn a_total_stops_counting_at_five_hundred(w: World) {
        loaded(&w, &["01", "48", "66"]).await;
        let page = read(&w, w.system(), |tx| list(tx, &ListUnits { as_of: Some(crate::day("2024-12-31")), ..asked("xa") })).await.expect("lists");
        assert_eq!((page.total, page.total_is_more, page.items.len()), (500, true, 40));
        let page = read(&w, w.system(), |tx| list(tx, &asked("ba dinh"))).await.expect("lists");
        assert!(!page.total_is_more && page.total < 20);
    }

    async fn numbered_wards_stand_in_their_order(w: World) {
        loaded(&w, &["79"]).await;
        let ask = ListUnits { kinds: vec!["commune".to_owned()], ..crate::of_kind("commune", "2024-12-31") };
        let rows = all(&w, w.system(), ask).await;
        let numbered: Vec<u32> = rows.iter().filter_map(|row| row.name.parse().ok()).collect();
        assert!(numbered.len() > 20 && numbered.is_sorted(), "{numbered:?}");
        let at = |name: &str| rows.iter().position(|row| row.full_name == name).unwrap_or_else(|| panic!("{name}"));
        assert!(at("Phường 2") < at("Phường 10"));
    }

    async fn pages_survive_what_is_inserted_before_them(w: World) {
        loaded(&w, &["04"]).await;
        let commune = crate::commune(&w, "Phường Thục Phán").await;
        for name in ["Trường B", "Trường D", "Trường Đ", "Trường E", "Trường G"] {
            make(&w, school(name, commune, "TH")).await;
        }
        let page = |cursor: Option<String>| {
            let ask = ListUnits {
                kinds: vec!["school".to_owned()],
                page: PageRequest::new(Some(2), cursor).expect("a page"),
                ..ListUnits::default()
            };
            read(&w, w.system(), move |tx| list(tx, &ask))
        };
        let first = page(None).await.expect("lists");
        assert_eq!((names(&first.items), first.total), (vec!["Trường B", "Trường D"], 5));
        make(&w, school("Trường A", commune, "TH")).await;
        make(&w, school("Trường C", commune, "TH")).await;
        let second = page(first.next.clone()).await.expect("lists");
        assert_eq!(names(&second.items), ["Trường Đ", "Trường E"]);
        let third = page(second.next).await.expect("lists");
        assert_eq!((names(&third.items), third.next), (vec!["Trường G"], None));
        // A cursor belongs to its question.
        let other = ListUnits {
            kinds: vec!["campus".to_owned()],
            page: PageRequest::new(Some(2), first.next).expect("a page"),
            ..ListUnits::default()
        };
        let refused = read(&w, w.system(), move |tx| list(tx, &other)).await.expect_err("another question");
        assert_eq!(refused.code(), "request.bad_cursor");
        let unknown = ListUnits { sort: Some("weight".to_owned()), ..ListUnits::default() };
        let refused = read(&w, w.system(), move |tx| list(tx, &unknown)).await.expect_err("no such column");
        assert_eq!(refused.code(), "request.bad_filter");
    }

    async fn every_list_that_can_be_asked_runs(w: World) {
        loaded(&w, &["04"]).await;
        for (q, ended, mine) in [
            (None, Ended::No, false), (None, Ended::No, true), (Some("cao bang"), Ended::No, true),
            (Some("cao bang"), Ended::Also, false), (Some("cao bang"), Ended::Only, false),
        ] {
            for sort in ["name", "-name", "code", "-code", "kind", "-kind"] {
                let ask = ListUnits {
                    q: q.map(str::to_owned),
                    ended,
                    mine,
                    sort: Some(sort.to_owned()),
                    page: PageRequest::new(Some(7), None).expect("a page"),
                    ..ListUnits::default()
                };
                let mut seen: Vec<base::UnitId> = all(&w, w.system(), ask.clone()).await.iter().map(|row| row.id).collect();
                let total = read(&w, w.system(), move |tx| list(tx, &ask)).await.expect("lists").total;
                let listed = seen.len();
                seen.sort();
                seen.dedup();
                assert_eq!((seen.len(), seen.len() as u64), (listed, total), "{q:?} {sort}");
            }
        }
    }
}
