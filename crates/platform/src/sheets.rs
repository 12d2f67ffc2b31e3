//! Lists as files. The crate that makes them (`documents`) is heavy and stands aside; the program lends it to the rooms.
//! Every export is recorded with who made it; one of more than [`BULK`] people as a bulk export.

use std::sync::OnceLock;

use base::sheet::{Mark, Rows, Sheet, Sheets};
use base::{Code, Error, Kind, Result, Uuid};
use db::{Entry, Tx};

/// This program was built without documents.
pub const NONE: Code = Code::new(Kind::Unavailable, "sheet.none", "Bản cài đặt này không làm được tệp Excel");

/// Of more people than this an export is a bulk export: it stands out in the journal.
pub const BULK: usize = 100;

static LENT: OnceLock<&'static dyn Sheets> = OnceLock::new();

/// Lends what makes files; the program does so. The first one stays.
pub fn lend(sheets: &'static dyn Sheets) {
    let _first_stays = LENT.set(sheets);
}

/// Begins a file.
pub fn begin(sheet: Sheet) -> Result<Box<dyn Rows>> {
    lent()?.begin(sheet)
}

/// Begins a file whose headings are somebody else's, word for word.
pub fn begin_titled(sheet: Sheet, titles: &[String]) -> Result<Box<dyn Rows>> {
    lent()?.begin_titled(sheet, titles)
}

/// Begins a file whose every sheet carries a mark.
pub fn begin_marked(sheet: Sheet, mark: Mark) -> Result<Box<dyn Rows>> {
    lent()?.begin_marked(sheet, mark)
}

fn lent() -> Result<&'static dyn Sheets> {
    LENT.get()
        .copied()
        .ok_or_else(|| NONE.error("Bản cài đặt này được dựng không kèm phần xuất Excel. Hãy dùng bản cài đặt đầy đủ."))
}

/// Records that a list left the house: which, how it was filtered, how many rows, whose data. Before the file is sent.
/// Rights are the caller's.
pub fn record(
    tx: &mut Tx<'_>,
    list: &'static str,
    asked: &impl serde::Serialize,
    rows: usize,
    people: Vec<Uuid>,
) -> Result<()> {
    let id: Uuid = tx.new_id();
    let kind = if people.len() > BULK { "list.exported_in_bulk" } else { "list.exported" };
    let asked = serde_json::to_value(asked).map_err(Error::internal)?;
    let told = serde_json::json!({ "list": list, "rows": rows, "people": people.len(), "asked": asked });
    tx.record(Entry::new(kind, "export", id).after(&told)?);
    if people.is_empty() { Ok(()) } else { auth::looked::durable(tx, list, people) }
}
