//! What the migrations declare: each table's columns with the door's type names. A database's own catalogue cannot say
//! it, because several of the door's types are one type on SQLite.

use std::collections::BTreeMap;

use crate::migrate::Migration;
use crate::sql::Dialect;

/// Tables by name, each with its columns in order: name and the door's type, or nothing where the type is no name of the
/// door's.
pub(super) type Declared = BTreeMap<String, Vec<(String, Option<String>)>>;

/// Reads the migrations. With a dialect, what stands for it alone is read too; without, only what both share.
pub(super) fn declared(migrations: &[Migration], only: Option<Dialect>) -> Declared {
    let mut tables = Declared::new();
    for migration in migrations {
        for statement in statements(&lines(migration.sql, only)) {
            apply(&mut tables, &statement);
        }
    }
    tables
}

fn lines(sql: &str, only: Option<Dialect>) -> String {
    let mine = match only {
        Some(Dialect::Sqlite) => "sqlite",
        Some(Dialect::Postgres) => "postgres",
        None => "",
    };
    let (mut keep, mut out) = (true, String::with_capacity(sql.len()));
    for line in sql.lines() {
        if let Some(whose) = line.trim().strip_prefix("--{ ") {
            keep = whose.trim() == mine;
        } else if line.trim() == "--}" {
            keep = true;
        } else if keep {
            out.push_str(line.split_once("--").map_or(line, |(sql, _comment)| sql));
            out.push('\n');
        }
    }
    out
}

/// Splits at semicolons outside quotes. Bodies of triggers and functions fall into pieces that begin with no word known
/// here, and are passed over.
fn statements(sql: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut quote = None;
    for c in sql.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c == ';' => {
                all.push(String::new());
                continue;
            }
            None => {}
        }
        if let Some(last) = all.last_mut() {
            last.push(c);
        }
    }
    all
}

fn apply(tables: &mut Declared, statement: &str) {
    let words: Vec<&str> = statement.split_whitespace().collect();
    let upper: Vec<String> = words.iter().take(7).map(|word| word.to_ascii_uppercase()).collect();
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    let name_at = |at: usize| words.get(at).map(|word| plain(word));
    match upper.as_slice() {
        ["CREATE", "TABLE", rest @ ..] => {
            let at = if rest.starts_with(&["IF", "NOT", "EXISTS"]) { 5 } else { 2 };
            if let (Some(name), Some(body)) = (name_at(at), body(statement)) {
                tables.insert(name, body.iter().filter_map(|item| column(item)).collect());
            }
        }
        // A virtual table has no rows of its own that could be copied; it is known, so that it is not taken for a gap.
        ["CREATE", "VIRTUAL", "TABLE", ..] => {
            if let Some(name) = name_at(3) {
                tables.insert(name, Vec::new());
            }
        }
        ["DROP", "TABLE", rest @ ..] => {
            let at = if rest.starts_with(&["IF", "EXISTS"]) { 4 } else { 2 };
            if let Some(name) = name_at(at) {
                tables.remove(&name);
            }
        }
        ["ALTER", "TABLE", _, "RENAME", "TO", ..] => {
            if let (Some(old), Some(new)) = (name_at(2), name_at(5))
                && let Some(columns) = tables.remove(&old)
            {
                tables.insert(new, columns);
            }
        }
        ["ALTER", "TABLE", _, "RENAME", "COLUMN", _, "TO", ..] => {
            if let (Some(table), Some(old), Some(new)) = (name_at(2), name_at(5), name_at(7)) {
                for (name, _) in tables.get_mut(&table).into_iter().flatten().filter(|(name, _)| *name == old) {
                    name.clone_from(&new);
                }
            }
        }
        ["ALTER", "TABLE", _, "ADD", rest @ ..] => {
            let skip = if rest.first() == Some(&"COLUMN") { 5 } else { 4 };
            if let Some(added) = column(&words.get(skip..).unwrap_or_default().join(" "))
                && let Some(columns) = name_at(2).and_then(|table| tables.get_mut(&table))
            {
                columns.push(added);
            }
        }
        ["ALTER", "TABLE", _, "DROP", "COLUMN", ..] => {
            if let (Some(table), Some(gone)) = (name_at(2), name_at(5))
                && let Some(columns) = tables.get_mut(&table)
            {
                columns.retain(|(name, _)| *name != gone);
            }
        }
        _ => {}
    }
}

fn plain(word: &str) -> String {
    word.split('(').next().unwrap_or_default().trim_matches('"').to_owned()
}

/// What stands in the outer parentheses, split at its own commas.
fn body(statement: &str) -> Option<Vec<String>> {
    let inner = statement.get(statement.find('(')? + 1..)?;
    let mut items = vec![String::new()];
    let mut depth = 0;
    for c in inner.chars() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => break,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = items.last_mut() {
            last.push(c);
        }
    }
    Some(items)
}

fn column(item: &str) -> Option<(String, Option<String>)> {
    let mut words = item.split_whitespace();
    let name = words.next()?;
    let rule = ["PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "CONSTRAINT", "EXCLUDE"];
    if rule.contains(&name.split('(').next().unwrap_or_default().to_ascii_uppercase().as_str()) {
        return None;
    }
    let ty = words.next().and_then(|word| word.strip_prefix('{')?.split_once('}').map(|(ty, _)| ty.to_owned()));
    Some((plain(name), ty))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sql: &'static str, only: Option<Dialect>) -> Declared {
        declared(&[Migration { ordinal: 1, name: "test", sql, rebuild: false }], only)
    }

    #[test]
    fn columns_keep_the_doors_types_through_every_change() {
        let sql = "CREATE TABLE a (id {uuid} NOT NULL PRIMARY KEY, -- a comment, with a comma
            day {date} CHECK (day > '2020-01-01; no'), n {int} DEFAULT 1, UNIQUE (day, n)) {strict};
            ALTER TABLE a ADD COLUMN note {text}; ALTER TABLE a RENAME COLUMN n TO count; ALTER TABLE a DROP COLUMN day;
            CREATE TABLE gone (id {uuid}); DROP TABLE gone; ALTER TABLE a RENAME TO b;";
        let tables = read(sql, None);
        let columns: Vec<(&str, Option<&str>)> =
            tables["b"].iter().map(|(name, ty)| (name.as_str(), ty.as_deref())).collect();
        assert_eq!(columns, [("id", Some("uuid")), ("count", Some("int")), ("note", Some("text"))]);
        assert_eq!(tables.len(), 1);
    }

    #[test]
    fn what_one_database_has_alone_is_not_shared() {
        let sql = "CREATE TABLE a (id {uuid},\n--{ sqlite\n  tx INTEGER,\n--}\n--{ postgres\n  tx xid8,\n--}\n  n {int});\n--{ sqlite\nCREATE VIRTUAL TABLE words USING fts5(word);\n--}";
        assert_eq!(read(sql, None)["a"].len(), 2);
        assert_eq!(read(sql, Some(Dialect::Postgres))["a"][1], ("tx".to_owned(), None));
        assert!(read(sql, Some(Dialect::Sqlite)).contains_key("words"));
        assert!(!read(sql, None).contains_key("words"));
    }
}
