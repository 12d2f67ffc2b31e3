//! What SQLite reads all of to answer a statement. The declared ones are looked at by a test of the whole house; those put
//! together at run time after every test on SQLite, as they were asked in it.

use std::collections::{BTreeSet, HashSet};

use base::Result;
use db::{Built, Db, Dialect, Schema, Sql, Value};

use crate::World;

/// Statements put together at run time that read all of a table, in which step (any, where none is named), and why they
/// may.
const WHOLE: [(&str, &str, &str); 11] = [
    ("test", "", "a test asks for itself"),
    ("refuse inserts", "", "a test asks for itself"),
    ("notes", "", "a list of a test's own"),
    ("tamper", "", "a test changes what nobody may"),
    ("copy", "", "a backup reads everything, and a restore compares it"),
    ("broken", "", "a restore looks at every reference"),
    ("units", "n USING INDEX unit_name_order", "the page's own order: it stops when the page is full"),
    ("units_counted", "unit", "the bare units are counted"),
    ("jobs", "j USING INDEX job_order", "the page's own order: it stops when the page is full"),
    ("jobs", "j USING COVERING INDEX job_order", "the jobs of a month are counted, up to a thousand"),
    ("jobs", "j", "the jobs of a month are counted, up to a thousand"),
];

static TABLES: Sql = Sql::new("TABLES", "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");

/// A step of a plan that reads all of a table, or of an index of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scan {
    /// The statement's name.
    pub statement: &'static str,
    /// The table.
    pub table: String,
    /// The plan's own words: `n USING INDEX unit_name_order`.
    pub step: String,
}

/// `?1 ?2 …`: how many there are.
fn parameters(text: &str) -> usize {
    let numbers = text.split('?').skip(1).filter_map(|rest| {
        let digits = rest.split(|sign: char| !sign.is_ascii_digit()).next()?;
        digits.parse().ok()
    });
    numbers.max().unwrap_or_default()
}

/// A statement's words, and its signs each by itself.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let in_word = |sign: char| sign.is_alphanumeric() || sign == '_';
        let end =
            if in_word(first) { rest.find(|sign| !in_word(sign)).unwrap_or(rest.len()) } else { first.len_utf8() };
        if !first.is_whitespace() {
            words.push(&rest[..end]);
        }
        rest = &rest[end..];
    }
    words
}

/// The tables that a name of a plan may stand for in a statement: itself, and those that it is an alias of. What a
/// statement makes itself (its WITH, a bracketed SELECT, constants) is none.
fn tables_called<'t>(text: &str, name: &str, tables: &'t HashSet<String>) -> Vec<&'t String> {
    let named = |word: &&str| ["from", "join", ","].iter().any(|before| word.eq_ignore_ascii_case(before));
    let words: Vec<&str> = words(text).into_iter().filter(|word| !word.eq_ignore_ascii_case("as")).collect();
    let aliased = words.windows(3).filter(|three| named(&three[0]) && three[2] == name);
    tables.get(name).into_iter().chain(aliased.filter_map(|three| tables.get(three[1]))).collect()
}

/// What statements read all of, by the plans of a database with the right tables. A statement that this database does not
/// understand (of a table that only one test makes) is passed over, and counted.
pub async fn scans(w: &World, statements: Vec<Built>) -> Result<(BTreeSet<Scan>, usize)> {
    let db: &Db = &w.db;
    let tables: HashSet<String> = db
        .read(&w.system(), |tx| {
            tx.public("a test looks at plans");
            Ok(tx.all::<(String,)>(&TABLES, &[])?.into_iter().map(|(name,)| name).collect())
        })
        .await?;
    let (mut found, mut passed) = (BTreeSet::new(), 0);
    for Built { text, name } in statements {
        let plan = Built { text: format!("EXPLAIN QUERY PLAN {text}"), name };
        let values: Vec<Value<'static>> = (0..parameters(&text)).map(|_| Value::Null).collect();
        let ctx = w.system();
        let asked = db.read(&ctx, move |tx| {
            tx.public("a test looks at plans");
            tx.all::<(i64, i64, i64, String)>(&plan, &values)
        });
        let Ok(steps) = asked.await else {
            passed += 1;
            continue;
        };
        for (_, _, _, step) in steps {
            let Some(step) = step.strip_prefix("SCAN ") else { continue };
            let what = step.split(' ').next().unwrap_or_default();
            if let Some(table) = tables_called(&text, what, &tables).first() {
                found.insert(Scan { statement: name, table: (*table).clone(), step: step.to_owned() });
            }
        }
    }
    Ok((found, passed))
}

fn explains(scan: &Scan, statement: &str, step: &str) -> bool {
    scan.statement == statement && (step.is_empty() || scan.step == step)
}

/// Fails a test in which a statement, put together at run time, read a whole table without a reason.
pub(crate) fn refuse_unexplained(rt: &tokio::runtime::Runtime, schemas: Vec<&'static Schema>, heard: Vec<Built>) {
    if heard.is_empty() {
        return;
    }
    let w = World::make(Dialect::Sqlite, schemas);
    let (found, _) = rt.block_on(scans(&w, heard)).expect("plans");
    w.end();
    let unexplained: Vec<Scan> =
        found.into_iter().filter(|scan| !WHOLE.iter().any(|(name, step, _)| explains(scan, name, step))).collect();
    assert!(
        unexplained.is_empty(),
        "{unexplained:#?}\nFind the rows by an index, or say in testkit's plans.rs why all are read."
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_plan_is_traced_to_its_table() {
        let tables: HashSet<String> = ["unit", "unit_edge", "account"].into_iter().map(str::to_owned).collect();
        let of = |text: &str, name: &str| tables_called(text, name, &tables).into_iter().cloned().collect::<Vec<_>>();
        assert_eq!(of("SELECT 1 FROM unit u JOIN unit_edge e ON e.unit = u.id", "u"), ["unit"]);
        assert_eq!(of("SELECT 1 FROM unit AS u, unit_edge e", "e"), ["unit_edge"]);
        assert_eq!(of("SELECT 1 FROM unit", "unit"), ["unit"]);
        assert!(of("WITH asked (id) AS (VALUES (1)) SELECT a.id FROM asked a", "a").is_empty());
        assert!(of("SELECT 1 FROM (SELECT 1 FROM unit u) counted", "counted").is_empty());
        assert!(
            of("WITH up (unit) AS (VALUES (1)) SELECT e.unit FROM unit_edge e, up WHERE e.unit = up.unit", "up")
                .is_empty()
        );
        assert_eq!((parameters("a = ?1 AND b = ?12"), parameters("")), (12, 0));
    }
}
