//! Workbooks that come in. The crate that reads them (`documents`) is heavy and stands aside; the program lends it to the
//! rooms.

use std::sync::OnceLock;

use base::book::Books;
use base::{Code, Kind, Result};

/// This program was built without documents.
pub const NONE: Code = Code::new(Kind::Unavailable, "book.none", "Bản cài đặt này không đọc được tệp Excel");

static LENT: OnceLock<&'static dyn Books> = OnceLock::new();

/// Lends what reads files; the program does so. The first one stays.
pub fn lend(books: &'static dyn Books) {
    let _first_stays = LENT.set(books);
}

/// What reads files.
pub fn lent() -> Result<&'static dyn Books> {
    LENT.get()
        .copied()
        .ok_or_else(|| NONE.error("Bản cài đặt này được dựng không kèm phần đọc Excel. Hãy dùng bản cài đặt đầy đủ."))
}
