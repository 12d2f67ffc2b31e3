//! No statement reads a whole table, unless that is its purpose and it is said here. On SQLite, whose plans are stable: they
//! depend neither on what stands in the tables nor on what is asked for. What every request asks (who is it, what may they)
//! once read a table of a hundred thousand rows each time, and every test was green.

use std::collections::BTreeSet;

use db::{Built, Dialect, Value};
use testkit::World;

/// Statements that read all of a table, and when.
const WHOLE: [(&str, &[&str]); 6] = [
    ("the program starts or is looked over", &["INSTALLATION", "MIGRATED", "MIGRATIONS", "EPOCHS", "WAITING", "DAYS"]),
    ("the journal is verified", &["SEALED", "ERASURES"]),
    (
        "the country's list is loaded, or the closure is built anew",
        &["CODES", "EDGES", "NAMES", "UNITS", "OVERLAPPING"],
    ),
    ("once a night", &["FORGET", "FORGET_ANY", "FORGET_ENDED", "ADDRESSES"]),
    ("once a restore or a rotation of keys", &["END_ALL", "END_EVERYBODYS", "WITHDRAW_ALL", "SECRETS"]),
    // The journal's end, by its primary key backwards; a few rows otherwise.
    ("it stops at the first rows", &["HEAD", "CALENDAR", "LAST_OF_KIND"]),
];

/// What a plan calls a scan and is none of a table, but rows it made itself; and a table of one row a kind of edge.
const MADE: [&str; 5] = ["CONSTANT ROW", "up", "above", "w", "closure_day"];

/// `?1 ?2 …`: how many there are.
fn parameters(text: &str) -> usize {
    let numbers = text.split('?').skip(1).filter_map(|rest| {
        let digits = rest.split(|sign: char| !sign.is_ascii_digit()).next()?;
        digits.parse().ok()
    });
    numbers.max().unwrap_or_default()
}

#[test]
fn no_statement_reads_a_whole_table_without_saying_so() {
    testkit::run(testkit::DialectForMacro::Sqlite, crate::schemas(), |w: World| async move {
        let mut found = BTreeSet::new();
        let mut looked_at = 0;
        for sql in crate::schemas().into_iter().flat_map(|schema| schema.statements.iter().copied().flatten()) {
            let text = format!("EXPLAIN QUERY PLAN {}", sql.text(Dialect::Sqlite));
            let values: Vec<Value<'static>> = (0..parameters(&text)).map(|_| Value::Null).collect();
            let plan = Built { text, name: sql.name };
            let ctx = w.system();
            let asked = w.db.read(&ctx, move |tx| {
                tx.public("a test looks at plans");
                tx.all::<(i64, i64, i64, String)>(&plan, &values)
            });
            looked_at += 1;
            for (_, _, _, step) in asked.await.expect("a plan") {
                let Some(what) = step.strip_prefix("SCAN ") else { continue };
                if !MADE.contains(&what) && !WHOLE.iter().any(|(_, names)| names.contains(&sql.name)) {
                    found.insert(format!("{} reads all of {what}", sql.name));
                }
            }
        }
        assert!(looked_at > 200, "{looked_at} statements");
        assert!(found.is_empty(), "{found:#?}\nFind the rows by an index, or say here why all are read.");
    });
}
