use std::collections::BTreeMap;

use auth::{EdgeKind, closure, edges, units};
use base::{Clock as _, Date, Interval, UnitId};
use testkit::World;

use crate::land;

const KIND: EdgeKind = EdgeKind::Teaching;

async fn set(w: &World, unit: UnitId, authority: UnitId, from: Date, to: Option<Date>) -> base::Result<()> {
    w.db.write(&w.system(), move |tx| {
        tx.public("a test moves a unit");
        let days = Interval::new(from, to).expect("in order");
        edges::set(tx, &edges::NewEdge { kind: KIND, unit, authority, days })
    })
    .await
}

async fn above(w: &World, unit: UnitId) -> Vec<UnitId> {
    w.db.read(&w.system(), move |tx| {
        tx.public("test");
        Ok(closure::above(tx, KIND, unit)?.into_iter().map(|(id, _)| id).collect())
    })
    .await
    .expect("reads")
}

/// The whole closure, and what it is when built anew.
async fn kept_and_rebuilt(w: &World) -> [Vec<Vec<String>>; 2] {
    static ALL: db::Sql = db::Sql::new(
        "ALL",
        "SELECT kind, descendant, ancestor, depth FROM unit_closure ORDER BY kind, descendant, ancestor",
    );
    w.db.write(&w.system(), |tx| {
        tx.public("a test compares");
        let kept = tx.debug_rows(&ALL, &[])?;
        for kind in EdgeKind::ALL {
            closure::rebuild(tx, kind)?;
        }
        Ok([kept, tx.debug_rows(&ALL, &[])?])
    })
    .await
    .expect("compares")
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

testkit::both! {
    async fn a_unit_moves_with_all_below_it(w: World) {
        let land = land(&w).await;
        assert_eq!(above(&w, land.school).await, [land.school, land.office, land.department, land.ministry]);
        set(&w, land.office, land.other_department, w.system().today(), None).await.expect("moves");
        assert_eq!(above(&w, land.school).await, [land.school, land.office, land.other_department, land.ministry]);
        let [kept, anew] = kept_and_rebuilt(&w).await;
        assert_eq!(kept, anew);
        w.db.write(&w.system(), move |tx| { tx.public("test"); let today = tx.today(); edges::end(tx, KIND, land.office, today) })
            .await.expect("ends");
        assert_eq!(above(&w, land.school).await, [land.school, land.office]);
        let [kept, anew] = kept_and_rebuilt(&w).await;
        assert_eq!(kept, anew);
    }

    async fn nobody_answers_to_themselves(w: World) {
        let land = land(&w).await;
        let today = w.system().today();
        for (unit, authority) in
            [(land.ministry, land.school), (land.department, land.department), (land.department, land.office)]
        {
            let error = set(&w, unit, authority, today, None).await.expect_err("a cycle");
            assert_eq!(error.code(), "edge.cycle");
        }
        // Nor later: the office goes to the other department next year, which then cannot go below the office.
        let next = day("2027-01-01");
        set(&w, land.office, land.other_department, next, None).await.expect("moves next year");
        let error = set(&w, land.other_department, land.office, today, None).await.expect_err("a cycle next year");
        assert_eq!(error.code(), "edge.cycle");
        set(&w, land.other_department, land.office, today, Some(next)).await.expect("this year there is none");
        let [kept, anew] = kept_and_rebuilt(&w).await;
        assert_eq!(kept, anew);
    }

    async fn at_one_date_there_is_one_authority(w: World) {
        let land = land(&w).await;
        set(&w, land.school, land.department, day("2027-01-01"), None).await.expect("next year");
        let error = set(&w, land.school, land.other_department, day("2026-12-01"), None).await.expect_err("overlaps");
        assert_eq!(error.code(), "edge.overlap");
        set(&w, land.school, land.other_department, day("2026-12-01"), Some(day("2027-01-01"))).await.expect("in between");
        let all = w.db.read(&w.system(), move |tx| { tx.public("test"); edges::of_unit(tx, land.school) }).await.expect("reads");
        let days: Vec<(UnitId, Option<Date>)> = all.iter().map(|edge| (edge.authority, edge.valid_to)).collect();
        assert_eq!(days, [
            (land.office, Some(day("2026-12-01"))),
            (land.other_department, Some(day("2027-01-01"))),
            (land.department, None),
        ]);
    }

    async fn the_closure_is_renewed_when_the_day_turns(w: World) {
        let land = land(&w).await;
        let tomorrow = w.system().today().tomorrow().expect("a day");
        set(&w, land.office, land.other_department, tomorrow, None).await.expect("moves tomorrow");
        let guard = closure::Day::default();
        let system = || Ok(w.system());
        guard.ensure(&w.db, system, w.system().today()).await.expect("nothing to do");
        assert!(above(&w, land.school).await.contains(&land.department));

        // 00:00 in Viet Nam: decisions wait for the closure, which is renewed once.
        w.clock.set("2026-09-07T17:00:00Z");
        assert_eq!(w.system().today(), tomorrow);
        let stale = w.db.read(&w.system(), |tx| { tx.public("test"); closure::holds_today(tx) }).await.expect_err("stale");
        assert_eq!(stale.code(), "auth.day_turned");
        guard.ensure(&w.db, system, tomorrow).await.expect("renews");
        assert!(above(&w, land.school).await.contains(&land.other_department));
        assert!(!above(&w, land.school).await.contains(&land.department));
        let [kept, anew] = kept_and_rebuilt(&w).await;
        assert_eq!(kept, anew);

        // A day on which nothing changes needs no renewal.
        w.clock.set("2026-09-20T17:00:00Z");
        w.db.read(&w.system(), |tx| { tx.public("test"); closure::holds_today(tx) }).await.expect("holds");
    }

    async fn a_clock_that_went_wrong_and_was_set_back_leaves_no_trace_in_rights(w: World) {
        let land = land(&w).await;
        let tomorrow = w.system().today().tomorrow().expect("a day");
        set(&w, land.office, land.other_department, tomorrow, None).await.expect("moves tomorrow");
        let guard = closure::Day::default();
        let right = w.clock.clone().now();
        w.clock.set("2099-01-01T00:00:00Z");
        guard.ensure(&w.db, || Ok(w.system()), w.system().today()).await.expect("renews for a day far ahead");
        assert!(above(&w, land.school).await.contains(&land.other_department));

        // Set right again: today the office has not moved yet; tomorrow it has.
        w.clock.set(&right.rfc3339());
        guard.ensure(&w.db, || Ok(w.system()), w.system().today()).await.expect("renews for today");
        assert!(above(&w, land.school).await.contains(&land.department));
        assert!(!above(&w, land.school).await.contains(&land.other_department));
        let [kept, anew] = kept_and_rebuilt(&w).await;
        assert_eq!(kept, anew);
        w.clock.set("2026-09-07T17:00:00Z");
        guard.ensure(&w.db, || Ok(w.system()), tomorrow).await.expect("renews for tomorrow");
        assert!(above(&w, land.school).await.contains(&land.other_department));

        // A request that began before midnight does not turn the day back.
        w.clock.set("2026-09-07T16:59:59Z");
        w.db.read(&w.system(), |tx| { tx.public("test"); closure::holds_today(tx) }).await.expect("still holds");
    }

    async fn many_units_at_once_make_the_same_closure(w: World) {
        let made: BTreeMap<usize, UnitId> = w.db.write_long(&w.system(), "a test makes many units", |tx| {
            tx.public("test");
            let from: Date = day("2025-07-01");
            let ids: Vec<UnitId> = (0..400).map(|_| tx.new_id()).collect();
            let new: Vec<units::NewUnit> =
                ids.iter().map(|id| units::NewUnit { id: *id, kind: "school".to_owned(), from }).collect();
            units::bulk(tx, &new)?;
            let edges: Vec<edges::NewEdge> = (1..ids.len())
                .flat_map(|i| {
                    let (unit, authority) = (ids[i], ids[(i - 1) / 5]);
                    // Half of them move on a day in the middle of the year.
                    let middle = day("2026-10-01");
                    if i > 200 {
                        vec![
                            edges::NewEdge { kind: KIND, unit, authority, days: Interval::new(from, Some(middle)).expect("days") },
                            edges::NewEdge { kind: KIND, unit, authority: ids[(i - 1) / 7], days: Interval::since(middle) },
                        ]
                    } else {
                        vec![edges::NewEdge { kind: KIND, unit, authority, days: Interval::since(from) }]
                    }
                })
                .collect();
            edges::bulk(tx, &edges)?;
            Ok(ids.into_iter().enumerate().collect())
        }).await.expect("makes");
        let path = above(&w, made[&399]).await;
        assert_eq!(path, [399, 79, 15, 2, 0].map(|i| made[&i]));
        let [kept, anew] = kept_and_rebuilt(&w).await;
        assert_eq!(kept, anew);
        w.clock.set("2026-10-02T00:00:00Z");
        closure::Day::default().ensure(&w.db, || Ok(w.system()), w.system().today()).await.expect("renews");
        assert_eq!(above(&w, made[&399]).await, [399, 56, 11, 2, 0].map(|i| made[&i]));
        let [kept, anew] = kept_and_rebuilt(&w).await;
        assert_eq!(kept, anew);
    }
}
