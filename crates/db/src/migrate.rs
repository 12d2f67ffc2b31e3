//! Migrations: one ordinal over the whole workspace, each in a transaction, checksummed. Unknown or changed ones are
//! refused, so that an older program never writes into a newer database.

use base::{Code, Error, Instant, Kind, Result};

use crate::keys::{hex, sha256};
use crate::sql::{Dialect, expand};

/// The database was made by a newer program.
pub const NEWER: Code = Code::new(Kind::Unavailable, "db.newer", "Cơ sở dữ liệu thuộc phiên bản mới hơn");
/// A migration that ran here is not the one this program has.
pub const CHANGED: Code =
    Code::new(Kind::Unavailable, "db.migration_changed", "Lược đồ cơ sở dữ liệu không khớp chương trình");
/// A migration failed and was undone.
pub const FAILED: Code = Code::new(Kind::Unavailable, "db.migration_failed", "Không nâng cấp được cơ sở dữ liệu");

/// One step of the schema.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its place in the order of the whole workspace.
    pub ordinal: i64,
    /// What it does, in snake_case.
    pub name: &'static str,
    /// The statements, in the door's words; what stands between `--{ sqlite` (or `postgres`) and `--}` is for one
    /// database only.
    pub sql: &'static str,
    /// It rebuilds a table that others refer to: SQLite's foreign keys are off while it runs and checked after it.
    pub rebuild: bool,
}

impl Migration {
    /// The statements for one database.
    #[must_use]
    pub fn text(&self, dialect: Dialect) -> String {
        let mine = match dialect {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        };
        let mut keep = true;
        let mut out = String::with_capacity(self.sql.len());
        for line in self.sql.lines() {
            if let Some(only) = line.trim().strip_prefix("--{ ") {
                keep = only.trim() == mine;
            } else if line.trim() == "--}" {
                keep = true;
            } else if keep {
                out.push_str(line);
                out.push('\n');
            }
        }
        expand(&out, dialect)
    }

    /// The checksum that the database keeps: of the text as written, so it is the same on both.
    #[must_use]
    pub fn checksum(&self) -> String {
        hex(&sha256(&[self.sql.as_bytes()]))
    }
}

/// A schema's fingerprint: of all migrations together. Names template databases in tests.
#[must_use]
pub fn fingerprint(migrations: &[Migration]) -> String {
    let all: Vec<String> = migrations.iter().map(|m| format!("{} {}", m.ordinal, m.checksum())).collect();
    hex(&sha256(&[all.join("\n").as_bytes()]))[..16].to_owned()
}

/// Where migrations are run: one connection, outside the door.
pub(crate) trait Target {
    fn dialect(&self) -> Dialect;
    fn batch(&mut self, sql: &str) -> std::result::Result<(), String>;
    /// Ordinal, name and checksum of what ran.
    fn applied(&mut self) -> std::result::Result<Vec<(i64, String, String)>, String>;
    fn foreign_keys_broken(&mut self) -> std::result::Result<bool, String>;
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Brings a database up to `migrations`. Answers how many ran.
pub(crate) fn run(target: &mut dyn Target, migrations: &[Migration], now: Instant) -> Result<usize> {
    let fail = |what: &str, source: String| {
        FAILED
            .error(format!("Bước nâng cấp {what} không chạy được và đã được hoàn tác; dữ liệu vẫn như cũ. Hãy gửi nhật ký máy chủ cho nhà phát triển."))
            .caused_by(source)
    };
    let dialect = target.dialect();
    let bookkeeping = expand(
        "CREATE TABLE IF NOT EXISTS migration (ordinal {int} NOT NULL PRIMARY KEY, name {text} NOT NULL, checksum {text} NOT NULL, applied_at {instant} NOT NULL) {strict}",
        dialect,
    );
    target.batch(&bookkeeping).map_err(|e| fail("0", e))?;
    let applied = target.applied().map_err(|e| fail("0", e))?;
    for (ordinal, name, checksum) in &applied {
        match migrations.iter().find(|m| m.ordinal == *ordinal) {
            None => {
                return Err(NEWER.error(format!(
                    "Cơ sở dữ liệu đã được nâng cấp tới bước {ordinal} ({name}) mà chương trình này không biết. Hãy dùng phiên bản Khuê mới hơn; chưa có gì bị thay đổi."
                )));
            }
            Some(known) if known.checksum() != *checksum => {
                return Err(CHANGED.error(format!(
                    "Bước nâng cấp {ordinal} ({name}) trong cơ sở dữ liệu khác với bước của chương trình này. Hãy dùng đúng phiên bản Khuê đã cài; chưa có gì bị thay đổi."
                )));
            }
            Some(_) => {}
        }
    }
    let mut ran = 0;
    let mut last = i64::MIN;
    for migration in migrations {
        if migration.ordinal <= last {
            return Err(Error::internal(format!("migration {} stands out of order", migration.ordinal)));
        }
        last = migration.ordinal;
        if applied.iter().any(|(ordinal, ..)| *ordinal == migration.ordinal) {
            continue;
        }
        let what = format!("{} ({})", migration.ordinal, migration.name);
        let off = migration.rebuild && dialect == Dialect::Sqlite;
        if off {
            target.batch("PRAGMA foreign_keys = OFF").map_err(|e| fail(&what, e))?;
        }
        let outcome = (|| {
            target.batch("BEGIN")?;
            target.batch(&migration.text(dialect))?;
            target.batch(&format!(
                "INSERT INTO migration (ordinal, name, checksum, applied_at) VALUES ({}, {}, {}, {})",
                migration.ordinal,
                quoted(migration.name),
                quoted(&migration.checksum()),
                now.0
            ))?;
            if off && target.foreign_keys_broken()? {
                return Err("the rebuilt table leaves broken references".to_owned());
            }
            target.batch("COMMIT")
        })();
        if let Err(error) = outcome {
            let _undone = target.batch("ROLLBACK");
            return Err(fail(&what, error));
        }
        if off {
            target.batch("PRAGMA foreign_keys = ON").map_err(|e| fail(&what, e))?;
        }
        ran += 1;
    }
    Ok(ran)
}

pub(crate) struct SqliteTarget<'a>(pub &'a rusqlite::Connection);

impl Target for SqliteTarget<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }
    fn batch(&mut self, sql: &str) -> std::result::Result<(), String> {
        self.0.execute_batch(sql).map_err(|e| e.to_string())
    }
    fn applied(&mut self) -> std::result::Result<Vec<(i64, String, String)>, String> {
        let mut statement = self
            .0
            .prepare("SELECT ordinal, name, checksum FROM migration ORDER BY ordinal")
            .map_err(|e| e.to_string())?;
        let rows =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).map_err(|e| e.to_string())?;
        rows.collect::<rusqlite::Result<_>>().map_err(|e| e.to_string())
    }
    fn foreign_keys_broken(&mut self) -> std::result::Result<bool, String> {
        let mut statement = self.0.prepare("PRAGMA foreign_key_check").map_err(|e| e.to_string())?;
        statement.exists([]).map_err(|e| e.to_string())
    }
}

pub(crate) struct PgTarget<'a>(pub &'a mut crate::postgres::PgConn);

fn pg_text(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |db| format!("{} {}", db.code().code(), db.message()))
}

impl Target for PgTarget<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }
    fn batch(&mut self, sql: &str) -> std::result::Result<(), String> {
        self.0.plain(sql).map_err(|e| pg_text(&e))
    }
    fn applied(&mut self) -> std::result::Result<Vec<(i64, String, String)>, String> {
        let mut rows = Vec::new();
        self.0
            .query("SELECT ordinal, name, checksum FROM migration ORDER BY ordinal", &[], &mut |row| {
                rows.push((row.get(0)?, row.get(1)?, row.get(2)?));
                Ok(true)
            })
            .map_err(|e| pg_text(&e))?
            .map_err(|e| format!("{e:?}"))?;
        Ok(rows)
    }
    fn foreign_keys_broken(&mut self) -> std::result::Result<bool, String> {
        Ok(false)
    }
}
