//! What a driver's error means: which rule of the data was broken, or that the store cannot serve.

use base::{Code, Error, Kind};

/// Two acts met on the same records for longer than the door retries.
pub const BUSY: Code = Code::new(Kind::Conflict, "db.busy", "Bản ghi đang được người khác sửa");
/// The database cannot be reached.
pub const UNREACHABLE: Code = Code::new(Kind::Unavailable, "db.unreachable", "Chưa kết nối được cơ sở dữ liệu");
/// The disk is full: writes are refused, reads go on.
pub const FULL: Code = Code::new(Kind::Unavailable, "db.full", "Hết chỗ lưu trữ");
/// The program is stopping.
pub const STOPPING: Code = Code::new(Kind::Unavailable, "db.stopping", "Hệ thống đang dừng");
/// A row like it stands already.
pub const UNIQUE: Code = Code::new(Kind::Conflict, "record.exists", "Bản ghi đã có");
/// What it refers to is missing, or what refers to it still stands.
pub const FOREIGN: Code = Code::new(Kind::Conflict, "record.referenced", "Bản ghi liên quan không hợp lệ");
/// The caller knew an older version.
pub const STALE: Code = Code::new(Kind::Stale, "record.stale", "Bản ghi đã được người khác sửa");
/// The record to be changed is not there.
pub const MISSING: Code = Code::new(Kind::NotFound, "record.not_found", "Không tìm thấy bản ghi");

/// A rule of the data that a statement broke; the source of an [`Error`] of code [`UNIQUE`] or [`FOREIGN`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// UNIQUE (or a primary key), else a foreign key, CHECK or NOT NULL.
    pub unique: bool,
    /// The table, when the database says it.
    pub table: String,
    /// The columns, sorted, when the database says them.
    pub columns: Vec<String>,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} broken on {}({})",
            if self.unique { "unique" } else { "rule" },
            self.table,
            self.columns.join(", ")
        )
    }
}
impl std::error::Error for Broken {}

/// The sentence for one broken UNIQUE, found by table and columns (SQLite names no constraints).
#[derive(Debug)]
pub struct Constraint {
    /// The table.
    pub table: &'static str,
    /// The columns, sorted by name.
    pub columns: &'static [&'static str],
    /// What the person is told.
    pub code: &'static Code,
    /// The sentence.
    pub sentence: &'static str,
}

/// Why a transaction cannot go on, beside the error that the closure saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A statement failed; what it did before must not be committed.
    Failed,
    /// Another transaction won; the closure may run again.
    Retry,
    /// The connection is gone.
    Lost,
}

/// A driver's error, understood.
pub(crate) struct Understood {
    pub fault: Fault,
    pub error: Error,
}

fn unique(broken: Broken, constraints: &[&'static Constraint]) -> Error {
    let known = constraints.iter().find(|c| {
        c.table == broken.table
            && c.columns.len() == broken.columns.len()
            && broken.columns.iter().all(|column| c.columns.contains(&column.as_str()))
    });
    match known {
        Some(known) => known.code.error(known.sentence),
        None => UNIQUE.error("Đã có một bản ghi trùng với bản ghi này; hãy mở bản ghi đã có thay vì tạo mới."),
    }
    .caused_by(broken)
}

fn foreign(broken: Broken) -> Error {
    FOREIGN
        .error("Bản ghi liên quan không tồn tại, hoặc vẫn còn bản ghi khác đang dùng bản ghi này. Hãy tải lại trang rồi thử lại.")
        .caused_by(broken)
}

fn full(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    FULL.error("Máy chủ đã hết chỗ lưu trữ nên chưa ghi được gì; việc xem dữ liệu vẫn bình thường. Hãy báo quản trị máy chủ giải phóng dung lượng rồi thử lại.")
        .retry_after(60)
        .caused_by(source)
}

/// The answer when the database is gone.
pub(crate) fn unreachable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    UNREACHABLE
        .error("Chưa kết nối được cơ sở dữ liệu; chưa có gì bị thay đổi. Hãy thử lại sau ít phút, nếu vẫn lỗi hãy báo quản trị máy chủ.")
        .retry_after(5)
        .caused_by(source)
}

/// The answer when retries did not help.
pub(crate) fn busy() -> Error {
    BUSY.error("Nhiều người đang sửa cùng bản ghi này nên chưa ghi được; chưa có gì bị thay đổi. Hãy thử lại.")
        .retry_after(1)
}

/// The answer when the door is closed.
pub(crate) fn stopping() -> Error {
    STOPPING
        .error("Hệ thống đang dừng để khởi động lại; chưa có gì bị thay đổi. Hãy thử lại sau ít phút.")
        .retry_after(5)
}

/// Columns named in `table.column, table.column`.
fn sqlite_columns(message: &str) -> (String, Vec<String>) {
    let list = message.rsplit_once(": ").map_or("", |(_, list)| list);
    let mut table = String::new();
    let mut columns: Vec<String> = list
        .split(", ")
        .filter_map(|part| part.split_once('.'))
        .map(|(t, c)| {
            t.clone_into(&mut table);
            c.to_owned()
        })
        .collect();
    columns.sort();
    (table, columns)
}

pub(crate) fn from_sqlite(error: rusqlite::Error, statement: &str, constraints: &[&'static Constraint]) -> Understood {
    use rusqlite::ErrorCode;
    let fault = Fault::Failed;
    let (code, extended, message) = match &error {
        rusqlite::Error::SqliteFailure(e, message) => (e.code, e.extended_code, message.clone().unwrap_or_default()),
        _ => return Understood { fault, error: Error::internal(format!("{statement}: {error}")) },
    };
    let error = match code {
        ErrorCode::ConstraintViolation => {
            let (table, columns) = sqlite_columns(&message);
            // 2067 UNIQUE, 1555 PRIMARY KEY, 2579 ROWID, 787 FOREIGN KEY (result codes of SQLite).
            match extended {
                2067 | 1555 | 2579 => unique(Broken { unique: true, table, columns }, constraints),
                787 => foreign(Broken { unique: false, table, columns }),
                _ => Error::internal(format!("{statement}: {message}")),
            }
        }
        ErrorCode::DiskFull => full(message),
        ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => unreachable(format!("{statement}: {message}")),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => busy(),
        _ => Error::internal(format!("{statement}: {error}")),
    };
    Understood { fault, error }
}

pub(crate) fn from_postgres(
    error: tokio_postgres::Error,
    statement: &str,
    constraints: &[&'static Constraint],
) -> Understood {
    let Some(db) = error.as_db_error() else {
        let fault =
            if error.is_closed() || error.to_string().contains("communicating") { Fault::Lost } else { Fault::Failed };
        let error = if fault == Fault::Lost {
            unreachable(error)
        } else {
            Error::internal(format!(
                "{statement}: {error}: {:?}",
                std::error::Error::source(&error).map(ToString::to_string)
            ))
        };
        return Understood { fault, error };
    };
    let code = db.code().code();
    let broken = |unique| {
        // "Key (a, b)=(1, 2) already exists." The values are personal data and are not kept.
        let mut columns: Vec<String> = db
            .detail()
            .and_then(|detail| detail.strip_prefix("Key (")?.split_once(")="))
            .map(|(list, _)| list.split(", ").map(|c| c.trim_matches('"').to_owned()).collect())
            .unwrap_or_default();
        columns.sort();
        Broken { unique, table: db.table().unwrap_or_default().to_owned(), columns }
    };
    let shown = || format!("{statement}: {code} {}", db.message());
    match code {
        // serialization_failure, deadlock_detected
        "40001" | "40P01" => Understood { fault: Fault::Retry, error: busy() },
        "23505" => Understood { fault: Fault::Failed, error: unique(broken(true), constraints) },
        "23503" => Understood { fault: Fault::Failed, error: foreign(broken(false)) },
        // disk_full
        "53100" => Understood { fault: Fault::Failed, error: full(shown()) },
        // admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections, connection failures
        "57P01" | "57P02" | "57P03" | "53300" => Understood { fault: Fault::Lost, error: unreachable(shown()) },
        other if other.starts_with("08") => Understood { fault: Fault::Lost, error: unreachable(shown()) },
        _ => Understood { fault: Fault::Failed, error: Error::internal(shown()) },
    }
}
