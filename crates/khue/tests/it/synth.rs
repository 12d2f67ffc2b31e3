//! A made-up country in a database: what is loaded is as good as what people enter.

use base::{Date, UnitId, Uuid};
use db::params;
use registry::timetable::save::{NewTimetable, try_out};
use registry::timetable::show::{ShowTimetable, show};
use synth::country::Wanted;
use testkit::World;

db::statements! {
    SCHOOLS = "SELECT DISTINCT school FROM timetable ORDER BY school";
    TAUGHT = "SELECT count(*) FROM class WHERE school = ?1";
}

testkit::both! {
    async fn a_made_up_country_has_weeks_that_its_own_check_accepts(w: World) {
        let day = Date::constant(2026, 11, 20);
        let wanted = Wanted { seed: 2, schools: 3, day, errors: 5_000 };
        let done = khue::synth::fill(&w.db, wanted, |_| ()).await.expect("fills");
        assert_eq!(done.schools, 3);
        assert!(done.pupils > 200 && done.people > 2 * done.pupils, "{done:?}");
        // Only an empty house is filled.
        let again = khue::synth::fill(&w.db, wanted, |_| ()).await.expect_err("is full");
        assert_eq!(again.code(), khue::synth::NOT_EMPTY.code);

        let ctx = w.system();
        let checked = w.db.read_long(&ctx, move |tx| {
            tx.public("test");
            let schools: Vec<(UnitId,)> = tx.all(&SCHOOLS, &[])?;
            let mut all = Vec::new();
            for (school,) in schools {
                let (_, week) = show(tx, school, &ShowTimetable { as_of: Some(day), ..ShowTimetable::default() })?;
                let (year, valid_from) = (week.year, week.valid_from);
                let slots: Vec<_> = week.lessons.into_iter().map(|lesson| lesson.slot).collect();
                let classes: (i64,) = tx.one(&TAUGHT, params![school])?.unwrap_or_default();
                let with: std::collections::BTreeSet<Uuid> = slots.iter().map(|slot| slot.class).collect();
                all.push((classes.0, with.len(), try_out(tx, school, &NewTimetable { year, valid_from, basis: None, slots })?));
            }
            Ok(all)
        });
        let checked = checked.await.expect("reads");
        // A primary and a lower secondary school; the one for the youngest has no such week.
        assert_eq!(checked.len(), 2);
        for (classes, with, found) in checked {
            assert_eq!(i64::try_from(with), Ok(classes));
            assert!(found.can_be_saved && found.findings.is_empty(), "{:?}", found.findings.first());
        }
    }
}
