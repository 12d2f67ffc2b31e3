//! What a backup needs of the door: all tables in foreign-key order, every row of one in few types that both databases
//! share, and loading them into a fresh database, all or nothing.

/// Statements that only a load or a backup runs: they differ by database on purpose, or need the owner's rights, and so
/// stand outside the lists that are run on both.
macro_rules! own {
    ($($vis:vis $name:ident = $text:tt;)+) => {
        $($vis static $name: $crate::Sql = $crate::statements!(@make $name $text);)+
    };
}

mod catalogue;
mod ddl;
mod load;

use std::borrow::Cow;

use base::{Code, Error, Kind, Result, Value, ValueRef};

use crate::row::{FromRow, Row};
use crate::sql::{Built, Dialect};
use crate::tx::Tx;

pub use catalogue::tables;
pub use load::{BROKEN, Loaded, NOT_EMPTY, NewEpoch, Steps, change_key, insert, load};

/// A value that the column of this name cannot hold.
pub const MISFIT: Code = Code::new(Kind::Refused, "copy.misfit", "Giá trị không hợp với cột dữ liệu");

/// The door's types of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// 16 bytes.
    Uuid,
    /// 64 bits.
    Int,
    /// Floating.
    Real,
    /// Bytes.
    Bytes,
    /// Microseconds since 1970.
    Instant,
    /// A day.
    Date,
    /// JSON; PostgreSQL keeps its meaning, not its letters.
    Json,
    /// True or false.
    Bool,
    /// Text.
    Text,
}

impl Type {
    /// The type of a name in braces.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "uuid" => Self::Uuid,
            "int" | "row" => Self::Int,
            "real" => Self::Real,
            "bytes" => Self::Bytes,
            "instant" => Self::Instant,
            "date" => Self::Date,
            "json" => Self::Json,
            "bool" => Self::Bool,
            "text" => Self::Text,
            _ => return None,
        })
    }

    /// Its name in braces.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Int => "int",
            Self::Real => "real",
            Self::Bytes => "bytes",
            Self::Instant => "instant",
            Self::Date => "date",
            Self::Json => "json",
            Self::Bool => "bool",
            Self::Text => "text",
        }
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The door's type.
    pub ty: Type,
    /// Whether the database counts it by itself.
    pub identity: bool,
}

/// One table that holds data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order in which they were declared.
    pub columns: Vec<Column>,
    /// The columns of its primary key.
    key: Vec<String>,
}

impl Table {
    fn names(&self) -> String {
        self.columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
    }

    /// The same order on both databases: ids, bytes and text compare by their bytes.
    fn order(&self) -> String {
        let all: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let by: Vec<&str> = if self.key.is_empty() { all } else { self.key.iter().map(String::as_str).collect() };
        by.iter().map(|name| format!("\"{name}\" NULLS LAST")).collect::<Vec<_>>().join(", ")
    }
}

/// A row in the types that both databases share: ids are bytes, days are text, true and false are 1 and 0.
pub type Plain = Vec<Value<'static>>;

struct AnyRow(Plain);

struct Any(Value<'static>);

impl base::FromValue for Any {
    fn from_value(value: ValueRef<'_>) -> std::result::Result<Self, &'static str> {
        Ok(Self(match value {
            ValueRef::Null => Value::Null,
            ValueRef::Int(v) => Value::Int(v),
            ValueRef::Real(v) => Value::Real(v),
            ValueRef::Bool(v) => Value::Int(i64::from(v)),
            ValueRef::Text(v) => Value::Text(Cow::Owned(v.to_owned())),
            ValueRef::Bytes(v) => Value::Bytes(Cow::Owned(v.to_vec())),
            ValueRef::Uuid(v) => Value::Bytes(Cow::Owned(v.as_bytes().to_vec())),
            ValueRef::Date(v) => Value::Text(Cow::Owned(v.to_string())),
        }))
    }
}

impl FromRow for AnyRow {
    const COLUMNS: &'static [&'static str] = &[];
    fn from_row(row: &Row<'_>) -> Result<Self> {
        (0..row.width()).map(|i| row.get::<Any>(i).map(|any| any.0)).collect::<Result<_>>().map(Self)
    }
}

/// Rows handed over at once.
const CHUNK_ROWS: usize = 500;
/// A chunk ends earlier when it holds so many bytes.
const CHUNK_BYTES: usize = 1 << 20;

fn weight(row: &Plain) -> usize {
    row.iter()
        .map(|value| match value {
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            _ => 8,
        })
        .sum()
}

/// Rows are hidden from the connection that reads.
pub const HIDDEN: Code = Code::new(Kind::Forbidden, "copy.hidden", "Không đọc được mọi dòng dữ liệu");

own! {
    // A table is whole for a role when row security does not touch it, or when a policy for it says `true` and nothing
    // narrows that.
    NOT_WHOLE = {
        sqlite: "SELECT name FROM sqlite_master WHERE FALSE",
        postgres: "WITH mine AS (SELECT p.polrelid, p.polpermissive, pg_get_expr(p.polqual, p.polrelid) AS says FROM pg_policy p \
            WHERE p.polcmd IN ('r', '*') AND (0 = ANY (p.polroles) OR EXISTS (SELECT 1 FROM pg_roles r WHERE r.oid = ANY (p.polroles) AND r.rolname = current_user))) \
            SELECT CAST(c.relname AS text) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
            WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND row_security_active(c.oid) \
            AND (NOT EXISTS (SELECT 1 FROM mine m WHERE m.polrelid = c.oid AND m.polpermissive AND m.says = 'true') \
            OR EXISTS (SELECT 1 FROM mine m WHERE m.polrelid = c.oid AND NOT m.polpermissive)) ORDER BY 1",
    };
}

/// Makes sure that row security hides no row of any table from this connection.
pub fn see_everything(tx: &mut Tx<'_>) -> Result<()> {
    match tx.one::<(String,)>(&NOT_WHOLE, &[])? {
        None => Ok(()),
        Some((table,)) => Err(HIDDEN.error(format!(
            "Vai trò đang kết nối không xem được mọi dòng của bảng {table} nên không sao lưu thiếu. Hãy sao lưu bằng vai trò sở hữu các bảng (KHUE_DATABASE_OWNER)."
        ))),
    }
}

/// Hands over every row of a table, in the order of its key, at most 500 at a time, so that memory stays flat.
pub fn rows(tx: &mut Tx<'_>, table: &Table, mut take: impl FnMut(&[Plain]) -> Result<()>) -> Result<()> {
    let select = format!("SELECT {} FROM \"{}\" ORDER BY {}", table.names(), table.name, table.order());
    let mut chunk: Vec<Plain> = Vec::with_capacity(CHUNK_ROWS);
    let mut bytes = 0;
    let mut add = |row: Plain| {
        bytes += weight(&row);
        chunk.push(row);
        if chunk.len() >= CHUNK_ROWS || bytes >= CHUNK_BYTES {
            bytes = 0;
            let full = take(&chunk);
            chunk.clear();
            return full;
        }
        Ok(())
    };
    match tx.dialect() {
        Dialect::Sqlite => {
            tx.each::<AnyRow>(&Built::new("copy", &select, Dialect::Sqlite), &[], |row| add(row.0))?;
        }
        // The driver keeps a whole answer; a cursor gives it in pieces.
        Dialect::Postgres => {
            let cursor = format!("copy_{}", table.name);
            let say = |text: String| Built::new("copy", &text, Dialect::Postgres);
            tx.exec(&say(format!("DECLARE \"{cursor}\" NO SCROLL CURSOR FOR {select}")), &[])?;
            let fetch = say(format!("FETCH {CHUNK_ROWS} FROM \"{cursor}\""));
            loop {
                let mut got = 0;
                tx.each::<AnyRow>(&fetch, &[], |row| {
                    got += 1;
                    add(row.0)
                })?;
                if got < CHUNK_ROWS {
                    break;
                }
            }
            tx.exec(&say(format!("CLOSE \"{cursor}\"")), &[])?;
        }
    }
    if chunk.is_empty() { Ok(()) } else { take(&chunk) }
}

/// A value as its column takes it on the way into a database.
fn to_door<'v>(column: &Column, value: &'v Value<'static>) -> Result<Value<'v>> {
    let misfit = || {
        MISFIT.error(format!("Giá trị của cột {} trong bản sao lưu không đúng kiểu; bản sao lưu đã hỏng.", column.name))
    };
    Ok(match (column.ty, value) {
        (_, Value::Null) => Value::Null,
        (Type::Uuid, Value::Bytes(bytes)) => Value::Uuid(base::Uuid::from_slice(bytes).map_err(|_| misfit())?),
        (Type::Bool, Value::Int(v @ (0 | 1))) => Value::Bool(*v == 1),
        (Type::Date, Value::Text(text)) => Value::Date(text.parse().map_err(|_| misfit())?),
        (Type::Int | Type::Instant, Value::Int(v)) => Value::Int(*v),
        (Type::Real, Value::Real(v)) => Value::Real(*v),
        (Type::Bytes, Value::Bytes(bytes)) => Value::Bytes(Cow::Borrowed(bytes)),
        (Type::Text | Type::Json, Value::Text(text)) => Value::Text(Cow::Borrowed(text)),
        _ => return Err(misfit()),
    })
}

fn plain(tx: &mut Tx<'_>, sql: &str) -> Result<()> {
    use crate::tx::Conn;
    match &mut tx.conn {
        Conn::Sqlite(conn) => conn.execute_batch(sql).map_err(|e| crate::error::from_sqlite(e, "copy", &[]).error),
        Conn::Postgres(conn) => conn.plain(sql).map_err(|e| {
            // The detail beside the message would show values.
            let text = e.as_db_error().map_or_else(|| e.to_string(), |db| db.message().to_owned());
            Error::internal(format!("copy: {text}"))
        }),
    }
}
