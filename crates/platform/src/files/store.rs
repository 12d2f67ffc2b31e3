//! The table of files.

use base::{Instant, UnitId};

use super::FileId;

db::row! {
    /// A file as its unit sees it.
    pub struct FileRow {
        /// Its id.
        pub id: FileId,
        /// Whose it is.
        pub unit: UnitId,
        /// What it is for.
        pub purpose: String,
        /// What it was called.
        pub name: String,
        /// What its bytes say it is.
        pub media_type: String,
        /// Its length in bytes.
        pub size: i64,
        /// When it is erased; never, when none.
        pub ends_at: Option<Instant>,
        /// When it came.
        pub created_at: Instant,
        /// When it was erased.
        pub erased_at: Option<Instant>,
    }

    /// What reading needs.
    pub(crate) struct Opening {
        pub unit: UnitId,
        pub size: i64,
        pub digest: Vec<u8>,
        pub address: String,
        pub sealed_key: Option<Vec<u8>>,
    }
}

db::statements! {
    pub(crate) INSERT = "INSERT INTO file (id, unit, purpose, name, media_type, size, digest, address, sealed_key, ends_at, created_by, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    pub(crate) GET = "SELECT id, unit, purpose, name, media_type, size, ends_at, created_at, erased_at FROM file WHERE id = ?1 AND unit = ?2";
    pub(crate) OPENING = "SELECT unit, size, digest, address, sealed_key FROM file WHERE id = ?1 AND unit = ?2 AND erased_at IS NULL";
    pub(crate) ENDED = "SELECT id, unit, address FROM file WHERE ends_at <= ?1 AND erased_at IS NULL ORDER BY ends_at NULLS LAST, id NULLS LAST LIMIT ?2";
    pub(crate) ERASE = "UPDATE file SET erased_at = ?2, sealed_key = NULL WHERE id = ?1 AND erased_at IS NULL";
    pub(crate) KEEP = "UPDATE file SET ends_at = ?3 WHERE id = ?1 AND unit = ?2 AND erased_at IS NULL";
    pub(crate) ADDRESSES = "SELECT address FROM file WHERE erased_at IS NULL ORDER BY address NULLS LAST";
    pub(crate) STANDS = "SELECT count(*) FROM file WHERE address = ?1 AND erased_at IS NULL";
}
