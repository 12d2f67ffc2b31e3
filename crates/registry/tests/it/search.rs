//! Searching and paging.

use base::PageRequest;
use registry::units::list::{ListUnits, list};
use testkit::World;

use crate::{all, loaded, make, names, read, school};

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
        for q in [None, Some("cao bang")] {
            for sort in ["name", "-name", "code", "-code", "kind", "-kind"] {
                let ask = ListUnits {
                    q: q.map(str::to_owned),
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
