//! No declared statement reads a whole table, unless that is its purpose and it is said here. What every request asks (who
//! is it, what may they) once read a table of a hundred thousand rows each time, and every test was green. Statements put
//! together at run time are looked at by the test kit, in every test that runs them.

use db::{Built, Dialect};
use testkit::World;

/// Statements that read all of a table, and when.
const WHOLE: [(&str, &[&str]); 6] = [
    ("the program starts or is looked over", &["INSTALLATION", "MIGRATED", "MIGRATIONS", "EPOCHS", "WAITING"]),
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

#[test]
fn no_statement_reads_a_whole_table_without_saying_so() {
    testkit::run(testkit::DialectForMacro::Sqlite, crate::schemas(), |w: World| async move {
        let declared = crate::schemas().into_iter().flat_map(|schema| schema.statements.iter().copied().flatten());
        let declared: Vec<Built> =
            declared.map(|sql| Built { text: sql.text(Dialect::Sqlite).to_owned(), name: sql.name }).collect();
        assert!(declared.len() > 200, "{} statements", declared.len());
        let (mut found, passed) = testkit::plans::scans(&w, declared).await.expect("plans");
        assert_eq!(passed, 0, "every declared statement has a plan");
        // One row a kind of edge: asked before every operation, and read whole whatever is asked.
        found.retain(|scan| scan.table != "unit_closure_date");
        found.retain(|scan| !WHOLE.iter().any(|(_, names)| names.contains(&scan.statement)));
        assert!(found.is_empty(), "{found:#?}\nFind the rows by an index, or say here why all are read.");
    });
}
