//! The units of the pack, as of then and now.

use registry::load::{self, Loaded};
use registry::units::list::ListUnits;
use registry::units::{history, show};
use testkit::World;

use crate::{all, day, loaded, names, of_kind, read};

const BEFORE: &str = "2024-12-31";
const NOW: &str = "2026-09-07";

testkit::both! {
    async fn the_country_stood_otherwise_in_2024(w: World) {
        let began = std::time::Instant::now();
        let done = w.db.write_long(&w.system(), "a test loads the country", load::vietnam).await.expect("loads");
        eprintln!("the country, loaded twice over, in {} ms: {done:?}", began.elapsed().as_millis());
        assert_eq!(done.left, 0);
        let count = |kind: &'static str, as_of: &'static str| {
            let ask = of_kind(kind, as_of);
            let ctx = w.system();
            let db = w.db.clone();
            async move { db.read(&ctx, move |tx| registry::units::list::list(tx, &ask)).await.expect("lists").total }
        };
        assert_eq!((count("province", BEFORE).await, count("province", NOW).await), (63, 34));
        assert_eq!((count("department", BEFORE).await, count("department", NOW).await), (63, 34));
        assert_eq!((count("district", BEFORE).await, count("district", NOW).await), (696, 0));
        assert_eq!((count("commune", BEFORE).await, count("commune", NOW).await), (10_035, 3_321));
        assert_eq!((count("commune_office", BEFORE).await, count("commune_office", NOW).await), (0, 3_321));

        // The same again changes nothing, and neither does comparing everything.
        let again = w.db.write_long(&w.system(), "a test loads the country", load::vietnam).await.expect("loads");
        assert_eq!(again, Loaded::default());
        let provinces: Vec<&str> = rules::units::vietnam().expect("reads").provinces.iter().map(|p| p.code).collect();
        let provinces: &'static [&'static str] = provinces.leak();
        let compared = w.db.write_long(&w.system(), "a test compares the country", move |tx| {
            load::provinces(tx, rules::units::vietnam()?, provinces)
        }).await.expect("compares");
        assert_eq!(compared, Loaded::default());
    }

    async fn a_province_that_went_into_another(w: World) {
        loaded(&w, &["08", "15"]).await;
        let then = all(&w, w.system(), of_kind("province", BEFORE)).await;
        assert_eq!(names(&then), ["Tỉnh Hà Giang", "Tỉnh Lào Cai", "Tỉnh Tuyên Quang", "Tỉnh Yên Bái"]);
        let now = all(&w, w.system(), of_kind("province", NOW)).await;
        assert_eq!(names(&now), ["Tỉnh Lào Cai", "Tỉnh Tuyên Quang"]);
        // It went on under its name and took the code that was Yên Bái's.
        assert_eq!((then[1].id, then[1].code.as_deref(), now[0].code.as_deref()), (now[0].id, Some("10"), Some("15")));
        assert_eq!(then[3].code.as_deref(), Some("15"));
        assert_eq!((now[1].valid_from, now[1].valid_to), (None, None));

        let (gone, into) = (then[0].id, now[1].id);
        let told = read(&w, w.system(), move |tx| history::history(tx, into)).await.expect("tells");
        assert!(told.formed_from.iter().any(|part| part.name == "Tỉnh Hà Giang" && part.whole && part.id == gone));
        let merged = told.items.iter().find(|item| item.kind == "merged").expect("a merger");
        assert_eq!((merged.date, merged.basis.as_deref()), (day("2025-07-01"), Some("202/2025/QH15")));
        assert_eq!(merged.text, "Nhận sáp nhập Tỉnh Hà Giang.");
        assert_eq!(merged.from[0].id, gone);
        let told = read(&w, w.system(), move |tx| history::history(tx, gone)).await.expect("tells");
        assert_eq!((told.went_to.len(), told.went_to[0].id, told.items[0].text.as_str()), (1, into, "Sáp nhập vào Tỉnh Tuyên Quang."));

        // Shown as of its last day without being asked for one, and not at all on a day it did not stand.
        let shown = read(&w, w.system(), move |tx| show::show(tx, gone, None)).await.expect("shows");
        assert_eq!((shown.row.full_name.as_str(), shown.row.valid_to), ("Tỉnh Hà Giang", Some(day("2025-07-01"))));
        assert!(shown.counts["district"] == 11 && shown.counts["commune"] > 100, "{:?}", shown.counts);
        let refused = read(&w, w.system(), move |tx| show::show(tx, gone, Some(day(NOW)))).await.expect_err("gone");
        assert_eq!(refused.code(), "unit.not_then");

        // The Sở of Hà Giang is gone too, and the one of Tuyên Quang keeps its records.
        let departments = all(&w, w.system(), of_kind("department", BEFORE)).await;
        let department = departments.iter().find(|row| row.name.ends_with("Hà Giang")).expect("a Sở").id;
        let shown = read(&w, w.system(), move |tx| show::show(tx, department, None)).await.expect("shows");
        let custody = shown.edges.iter().find(|edge| edge.kind == "custody").expect("a custodian");
        assert_eq!(custody.authority.name, "Sở Giáo dục và Đào tạo tỉnh Tuyên Quang");
    }

    async fn the_tree_has_districts_then_and_none_now(w: World) {
        loaded(&w, &["01"]).await;
        let hanoi = load::province("01");
        let below = |as_of: &str, kind: &str, parent| ListUnits { parent: Some(parent), ..of_kind(kind, as_of) };
        let then = all(&w, w.system(), below(BEFORE, "district", hanoi)).await;
        assert_eq!(then.len(), 30);
        let quan = then.iter().find(|row| row.full_name == "Quận Ba Đình").expect("a district");
        assert_eq!(quan.path.iter().map(|step| step.name.as_str()).collect::<Vec<_>>(), ["Thành phố Hà Nội"]);
        let old = all(&w, w.system(), below(BEFORE, "commune", quan.id)).await;
        assert_eq!(i64::try_from(old.len()).expect("few"), quan.children);
        let truc_bach = old.iter().find(|row| row.full_name == "Phường Trúc Bạch").expect("an old ward").id;
        let went = read(&w, w.system(), move |tx| history::history(tx, truc_bach)).await.expect("tells").went_to;
        assert_eq!((went.len(), went[0].name.as_str(), went[0].whole), (1, "Phường Ba Đình", true));
        assert_eq!(went[0].id, load::commune("00004"));

        assert!(all(&w, w.system(), below(NOW, "district", hanoi)).await.is_empty());
        let now = all(&w, w.system(), below(NOW, "commune", hanoi)).await;
        assert_eq!(now.len(), 126);
        let formed = read(&w, w.system(), |tx| history::history(tx, load::commune("00004"))).await.expect("tells");
        assert!(formed.formed_from.iter().any(|part| part.name == "Phường Trúc Bạch"
            && part.path.iter().any(|step| step.name == "Quận Ba Đình")));
        assert_eq!(formed.items[0].kind, "founded");
        assert!(formed.items[0].text.starts_with("Thành lập từ "), "{}", formed.items[0].text);
        assert_eq!(formed.items[0].basis.as_deref(), Some("1656/NQ-UBTVQH15"));
    }

    async fn a_province_of_long_ago_is_found_by_its_name(w: World) {
        loaded(&w, &["01", "75"]).await;
        let ask = ListUnits { q: Some("ha tay".to_owned()), ended: registry::units::list::Ended::Also, ..ListUnits::default() };
        let found = all(&w, w.system(), ask).await;
        let row = found.iter().find(|row| row.kind == "province").expect("Hà Tây");
        assert_eq!((row.full_name.as_str(), row.valid_to, row.code.as_deref()), ("Tỉnh Hà Tây", Some(day("2008-08-01")), Some("28")));
        assert_eq!(row.went_to.iter().map(|into| (into.id, into.name.as_str())).collect::<Vec<_>>(), [(load::province("01"), "Thành phố Hà Nội")]);
        let told = read(&w, w.system(), |tx| history::history(tx, load::province("01"))).await.expect("tells");
        let merged = told.items.iter().find(|item| item.kind == "merged").expect("a merger");
        assert_eq!((merged.text.as_str(), merged.basis.as_deref()), ("Nhận sáp nhập Tỉnh Hà Tây.", Some("15/2008/QH12")));
        assert!(!names(&all(&w, w.system(), of_kind("province", BEFORE)).await).contains(&"Tỉnh Hà Tây"));
    }

    async fn a_province_becomes_a_city(w: World) {
        loaded(&w, &["75"]).await;
        let dong_nai = load::province("75");
        for (on, name) in [("2026-01-01", "Tỉnh Đồng Nai"), ("2026-04-29", "Tỉnh Đồng Nai"), ("2026-04-30", "Thành phố Đồng Nai")] {
            let shown = read(&w, w.system(), move |tx| show::show(tx, dong_nai, Some(day(on)))).await.expect("shows");
            assert_eq!(shown.row.full_name, name, "{on}");
            let office = read(&w, w.system(), move |tx| show::show(tx, load::commune_office("26368"), Some(day(on)))).await.expect("shows");
            let word = if on < "2026-04-30" { "xã" } else { "phường" };
            assert_eq!(office.row.name, format!("UBND {word} Long Thành"));
            assert_eq!(office.row.path.last().map(|step| step.name.to_lowercase()), Some(format!("{word} long thành")));
        }
        let told = read(&w, w.system(), move |tx| history::history(tx, dong_nai)).await.expect("tells");
        let raised = told.items.iter().find(|item| item.kind == "raised").expect("raised");
        assert_eq!((raised.text.as_str(), raised.basis.as_deref()), ("Trở thành Thành phố Đồng Nai.", Some("30/2026/QH16")));
        assert_eq!(told.names.len(), 2);
    }

    async fn a_newer_pack_applies_its_differences_and_leaves_what_people_changed(w: World) {
        loaded(&w, &["75"]).await;
        let units = rules::units::vietnam().expect("reads");
        let mut still = units.communes.iter().filter(|commune| commune.province == "75" && commune.kind == "xa"
            && units.changes.iter().all(|change| change.code != commune.code));
        let codes = [still.next().expect("a xã").code, still.next().expect("another").code];
        let [raised, renamed] = codes.map(load::commune);
        let cmd = registry::units::rename::Rename { name: "Tên Mới".to_owned(), from: day("2026-09-01"), basis: None };
        crate::write(&w, w.system(), move |tx| registry::units::rename::rename(tx, renamed, None, &cmd)).await.expect("the operator renames");
        let newer = rules::units::vietnam().expect("reads");
        let mut changes = newer.changes.clone();
        for code in codes {
            let commune = newer.communes.iter().find(|commune| commune.code == code).expect("a commune");
            changes.push(rules::units::Change { date: day("2026-10-01"), level: "commune", code, field: "kind", from: commune.kind, to: "phuong", basis: "1/NQ" });
        }
        let newer: &'static rules::units::Units = Box::leak(Box::new(rules::units::Units {
            pack: newer.pack,
            provinces: newer.provinces.clone(),
            communes: newer.communes.clone(),
            changes,
            old_provinces: newer.old_provinces.clone(),
            earlier_provinces: newer.earlier_provinces.clone(),
            old_districts: newer.old_districts.clone(),
            old_communes: newer.old_communes.clone(),
            province_lineage: newer.province_lineage.clone(),
            lineage: newer.lineage.clone(),
        }));
        let done = w.db.write_long(&w.system(), "a test loads a newer pack", move |tx| load::provinces(tx, newer, &["75"])).await.expect("loads");
        assert_eq!((done.units, done.edges, done.lineage, done.left), (0, 0, 0, 1), "{done:?}");
        let at = |unit, on: &'static str| {
            let (db, ctx) = (w.db.clone(), w.system());
            async move { db.read(&ctx, move |tx| show::show(tx, unit, Some(day(on)))).await.expect("shows").row.full_name }
        };
        assert!(at(raised, "2026-09-30").await.starts_with("Xã "));
        assert!(at(raised, "2026-10-01").await.starts_with("Phường "));
        assert!(at(renamed, "2026-10-01").await.ends_with(" Tên Mới"));
    }
}

#[test]
fn ids_are_the_same_in_every_installation() {
    assert_eq!(load::province("01").to_string(), "dc648828-8e30-8e71-98b8-4e15fe10f5e2");
    assert_eq!(load::province("01").0.get_version_num(), 8);
    assert_ne!(load::commune("00004"), load::commune_office("00004"));
}
