//! Files: encrypted with a key of their own, with a purpose, a limit and an end.
//!
//! Bytes come in before the write that keeps them: [`Incoming`] takes them piece by piece and puts them into the store,
//! [`keep`] makes the row in the command's transaction. Bytes without a row are nobody's and are swept away after a day.
//! Equal contents are stored twice: then each can be erased by itself, and nobody learns that another has the same.

mod cipher;
mod disk;
mod erase;
pub mod sniff;
pub(crate) mod store;

use std::io::Read;

use base::{Code, Instant, Kind, Result, UnitId};
use db::keys::{Keys, Use};
use db::{Entry, Tx, params};

pub use cipher::{Incoming, Kept};
pub use disk::{Disk, Draft, STORE, Store};
pub use erase::{EraseEnded, handlers};
pub use sniff::Media;
pub use store::FileRow;

base::typed_id! {
    /// A file (tệp).
    FileId,
}

/// The file does not exist, was erased, or is another unit's.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "file.not_found", "Không tìm thấy tệp");
/// It is larger than its purpose allows.
pub const TOO_LARGE: Code = Code::new(Kind::TooLarge, "file.too_large", "Tệp quá lớn");
/// It is of no sort that its purpose takes.
pub const NOT_ACCEPTED: Code = Code::new(Kind::Refused, "file.not_accepted", "Loại tệp không được nhận");
/// Its bytes are not those that were kept.
pub const ALTERED: Code = Code::new(Kind::Internal, "file.altered", "Tệp đã hỏng hoặc bị sửa");

/// What files are for: how large, of which sorts, for how long.
#[derive(Clone, Copy, Debug)]
pub struct Purpose {
    /// Its stable name.
    pub name: &'static str,
    /// The most bytes.
    pub most: u64,
    /// Sorts that are taken.
    pub accepts: &'static [Media],
    /// Days until it is erased; kept until its room ends it, when none.
    pub days: Option<u32>,
}

/// Uploads that wait to be used: 30 days, as everything that nobody has claimed.
pub static UPLOAD: Purpose = Purpose {
    name: "upload",
    most: 50 << 20,
    accepts: &[
        Media::Pdf,
        Media::Png,
        Media::Jpeg,
        Media::Webp,
        Media::Xlsx,
        Media::Docx,
        Media::Csv,
        Media::Text,
        Media::Xml,
        Media::Json,
    ],
    days: Some(30),
};

/// Makes the row of a file whose bytes are in the store.
pub fn keep(tx: &mut Tx<'_>, kept: &Kept) -> Result<FileId> {
    let (now, by) = (tx.now(), tx.ctx().actor().name());
    let ends_at = kept.purpose.days.map(|days| now.plus_seconds(i64::from(days) * 86_400));
    tx.exec(
        &store::INSERT,
        params![
            kept.id,
            kept.unit,
            kept.purpose.name,
            kept.name.as_str(),
            kept.media.name(),
            kept.size,
            kept.digest,
            kept.address.as_str(),
            kept.sealed_key.as_slice(),
            ends_at,
            by,
            now
        ],
    )?;
    let about = serde_json::json!({ "purpose": kept.purpose.name, "media_type": kept.media.name(), "size": kept.size });
    tx.record(Entry::new("file.kept", "file", kept.id).unit(kept.unit).after(&about)?);
    Ok(kept.id)
}

/// One file of a unit, also an erased one.
pub fn get(tx: &mut Tx<'_>, unit: UnitId, id: FileId) -> Result<FileRow> {
    tx.one(&store::GET, params![id, unit])?.ok_or_else(missing)
}

/// Gives a file another end, or none: when what it was uploaded for takes it over.
pub fn end_at(tx: &mut Tx<'_>, unit: UnitId, id: FileId, ends_at: Option<Instant>) -> Result<()> {
    if tx.exec(&store::KEEP, params![id, unit, ends_at])? == 0 {
        return Err(missing());
    }
    tx.record(Entry::new("file.end_changed", "file", id).unit(unit).after(&serde_json::json!({ "ends_at": ends_at }))?);
    Ok(())
}

/// What is needed to read a file, taken in the transaction that checked the right to it.
#[derive(Clone)]
pub struct Opening {
    id: FileId,
    size: u64,
    digest: Vec<u8>,
    address: String,
    key: [u8; 32],
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opening({})", self.id)
    }
}

/// Prepares the reading of a file of a unit.
pub fn opening(tx: &mut Tx<'_>, unit: UnitId, id: FileId) -> Result<Opening> {
    let row: store::Opening = tx.one(&store::OPENING, params![id, unit])?.ok_or_else(missing)?;
    let sealed = row.sealed_key.ok_or_else(missing)?;
    let key = tx.keys().open(Use::Field, id.0.as_bytes(), &sealed)?;
    let key = <[u8; 32]>::try_from(key).map_err(|_| altered("the key's length"))?;
    debug_assert_eq!(row.unit, unit, "the statement asks for it");
    Ok(Opening { id, size: u64::try_from(row.size).unwrap_or(0), digest: row.digest, address: row.address, key })
}

impl Opening {
    /// The file's bytes, decrypted and checked piece by piece; a byte that was changed ends the reading with an error of
    /// code [`ALTERED`] inside. Blocks.
    pub fn read(&self, store: &dyn Store) -> Result<impl Read + Send + use<>> {
        let from = store.open(&self.address)?.ok_or_else(|| altered("it is not in the store"))?;
        cipher::Outgoing::new(from, &self.key, self.size, self.digest.clone())
    }

    /// All of it at once, for what is known to be small.
    pub fn read_all(&self, store: &dyn Store) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.size).unwrap_or(0).min(1 << 24));
        self.read(store)?.read_to_end(&mut bytes).map_err(altered)?;
        Ok(bytes)
    }
}

fn missing() -> base::Error {
    NOT_FOUND.error("Không tìm thấy tệp này: tệp đã hết hạn lưu, đã xoá, hoặc không thuộc đơn vị của bạn.")
}

fn altered(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> base::Error {
    ALTERED
        .error("Tệp trong kho đã hỏng hoặc bị sửa nên không mở được. Hãy báo quản trị máy chủ khôi phục tệp từ bản sao lưu.")
        .caused_by(source)
}

/// The keyed digest that names a file in the store: of its unit, its content and itself, so that neither the unit nor an
/// equal content elsewhere can be told from it.
fn address(keys: &Keys, unit: UnitId, id: FileId, content: &[u8]) -> Result<String> {
    let digest = keys.keyed_digest(Use::Token, &[b"file", unit.0.as_bytes(), id.0.as_bytes(), content])?;
    Ok(db::keys::hex(&digest))
}
