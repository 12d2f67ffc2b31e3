//! Statements: written once, with `?1 ?2` and type names in braces, said to each database in its own words.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Which database speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The embedded one.
    Sqlite,
    /// The server.
    Postgres,
}

/// One statement. Declared with [`statements!`](crate::statements), so that a test can run every one of them.
pub struct Sql {
    /// Its constant's name, for errors and metrics.
    pub name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
    sqlite_text: OnceLock<String>,
    postgres_text: OnceLock<String>,
}

impl Sql {
    /// The same text for both databases.
    #[must_use]
    pub const fn new(name: &'static str, text: &'static str) -> Self {
        Self::both(name, text, text)
    }

    /// Two texts, where the dialects differ.
    #[must_use]
    pub const fn both(name: &'static str, sqlite: &'static str, postgres: &'static str) -> Self {
        Self { name, sqlite, postgres, sqlite_text: OnceLock::new(), postgres_text: OnceLock::new() }
    }

    /// What this database is told.
    pub fn text(&self, dialect: Dialect) -> &str {
        match dialect {
            Dialect::Sqlite => self.sqlite_text.get_or_init(|| expand(self.sqlite, dialect)),
            Dialect::Postgres => self.postgres_text.get_or_init(|| expand(self.postgres, dialect)),
        }
    }
}

impl std::fmt::Debug for Sql {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Declares statements and the list `STATEMENTS` of them all.
///
/// ```
/// db::statements! {
///     /// One bare unit.
///     pub BARE = "SELECT id, kind FROM unit WHERE id = ?1";
///     /// Where the dialects differ, both stand side by side.
///     pub NOW = { sqlite: "SELECT unixepoch()", postgres: "SELECT extract(epoch FROM now())::bigint" };
/// }
/// assert_eq!(STATEMENTS.len(), 2);
/// ```
#[macro_export]
macro_rules! statements {
    (@one $name:ident { sqlite: $sqlite:expr, postgres: $postgres:expr $(,)? }) => {
        $crate::Sql::both(stringify!($name), $sqlite, $postgres)
    };
    ($($(#[$meta:meta])* $vis:vis $name:ident = $text:tt;)+) => {
        $($(#[$meta])* $vis static $name: $crate::Sql = $crate::statements!(@make $name $text);)+
        /// Every statement of this file, for the test that runs them all on both databases.
        pub static STATEMENTS: &[&$crate::Sql] = &[$(&$name),+];
    };
    (@make $name:ident { sqlite: $sqlite:expr, postgres: $postgres:expr $(,)? }) => {
        $crate::Sql::both(stringify!($name), $sqlite, $postgres)
    };
    (@make $name:ident { $text:expr }) => {
        $crate::Sql::new(stringify!($name), $text)
    };
    (@make $name:ident $text:literal) => {
        $crate::Sql::new(stringify!($name), $text)
    };
}

/// Anything that has a text for each database: a declared [`Sql`] or one built by the list builder.
pub trait Statement {
    /// What this database is told.
    fn text(&self, dialect: Dialect) -> &str;
    /// Its name in errors.
    fn name(&self) -> &str;
    /// The statement itself when it was put together at run time, so that no list of declared ones holds it.
    fn built(&self) -> Option<&Built> {
        None
    }
}

impl Statement for Sql {
    fn text(&self, dialect: Dialect) -> &str {
        Self::text(self, dialect)
    }
    fn name(&self) -> &str {
        self.name
    }
}

/// A statement put together at run time from declared parts, already in the words of one database.
#[derive(Clone, Debug)]
pub struct Built {
    /// The finished text.
    pub text: String,
    /// Its name in errors.
    pub name: &'static str,
}

impl Built {
    /// Expands type names and parameters of `text` for a database.
    #[must_use]
    pub fn new(name: &'static str, text: &str, dialect: Dialect) -> Self {
        Self { text: expand(text, dialect), name }
    }
}

impl Statement for Built {
    fn text(&self, _dialect: Dialect) -> &str {
        &self.text
    }
    fn name(&self) -> &str {
        self.name
    }
    fn built(&self) -> Option<&Built> {
        Some(self)
    }
}

/// The statements put together at run time that a database was asked, each once. For tests, which look at their plans:
/// what is declared they find by themselves.
#[derive(Clone, Debug, Default)]
pub struct Heard(Arc<Mutex<BTreeSet<(&'static str, String)>>>);

impl Heard {
    pub(crate) fn hear(&self, sql: &(impl Statement + ?Sized)) {
        let Some(Built { text, name }) = sql.built() else { return };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains(&(*name, text.clone())) {
            all.insert((*name, text.clone()));
        }
    }

    /// All of them, by name.
    #[must_use]
    pub fn all(&self) -> Vec<Built> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(name, text)| Built { text: text.clone(), name }).collect()
    }
}

/// The door's type names and what each database calls them.
const TYPES: &[(&str, &str, &str)] = &[
    ("uuid", "BLOB", "uuid"),
    ("int", "INTEGER", "bigint"),
    ("real", "REAL", "double precision"),
    ("bytes", "BLOB", "bytea"),
    ("instant", "INTEGER", "bigint"),
    ("date", "TEXT", "date"),
    ("json", "TEXT", "jsonb"),
    ("bool", "INTEGER", "boolean"),
    ("text", "TEXT", "text COLLATE \"C\""),
    ("row", "INTEGER PRIMARY KEY AUTOINCREMENT", "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    ("strict", "STRICT", ""),
    ("strict_by_key", "STRICT, WITHOUT ROWID", ""),
];

/// Turns the common text into one database's: `?1` becomes `$1` on PostgreSQL, `{uuid}` its type name. Quoted text is
/// left alone. An unknown name in braces stays as it is, and the database then refuses it.
#[must_use]
pub fn expand(text: &str, dialect: Dialect) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find(['\'', '"', '?', '{', '-']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let first = tail.as_bytes()[0];
        let used = match first {
            // A comment may hold an apostrophe or a question: it is copied as it stands.
            b'-' => {
                let end = if tail.starts_with("--") { tail.find('\n').unwrap_or(tail.len()) } else { 1 };
                out.push_str(&tail[..end]);
                end
            }
            b'\'' | b'"' => {
                let quote = char::from(first);
                let end = tail[1..].find(quote).map_or(tail.len(), |end| end + 2);
                out.push_str(&tail[..end]);
                end
            }
            b'?' => {
                out.push(if dialect == Dialect::Postgres { '$' } else { '?' });
                1
            }
            _ => match tail.find('}').and_then(|end| {
                let name = &tail[1..end];
                TYPES.iter().find(|(known, ..)| *known == name).map(|found| (found, end))
            }) {
                Some(((_, sqlite, postgres), end)) => {
                    out.push_str(if dialect == Dialect::Sqlite { sqlite } else { postgres });
                    end + 1
                }
                None => {
                    out.push('{');
                    1
                }
            },
        };
        rest = &tail[used..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_types_are_said_in_each_dialect() {
        let text = "INSERT INTO t (a {uuid}, b) VALUES (?1, '?2 {int}', CAST(?12 AS {int}))";
        assert_eq!(
            expand(text, Dialect::Sqlite),
            "INSERT INTO t (a BLOB, b) VALUES (?1, '?2 {int}', CAST(?12 AS INTEGER))"
        );
        assert_eq!(
            expand(text, Dialect::Postgres),
            "INSERT INTO t (a uuid, b) VALUES ($1, '?2 {int}', CAST($12 AS bigint))"
        );
    }

    #[test]
    fn a_comment_may_hold_an_apostrophe() {
        assert_eq!(expand("-- it's {int}?\nSELECT ?1 - 2", Dialect::Postgres), "-- it's {int}?\nSELECT $1 - 2");
    }

    #[test]
    fn an_unknown_name_stays_for_the_database_to_refuse() {
        assert_eq!(expand("{nothing}", Dialect::Sqlite), "{nothing}");
        assert_eq!(expand("'open", Dialect::Postgres), "'open");
    }
}
