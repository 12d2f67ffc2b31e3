//! A file's bytes on their way into the store and out of it: AES-256-GCM in pieces of 64 KiB, so that memory stays flat.
//! A piece is bound to its place and to whether it is the last: none can be moved, left out or cut off.

use std::io::{Read, Write as _};

use base::{Error, Instant, Result, UnitId};
use db::keys::{Keys, Use};
use ring::{aead, digest, hmac};

use super::sniff::{Media, sniff};
use super::{Draft, FileId, NOT_ACCEPTED, Purpose, Store, TOO_LARGE, address};

const MAGIC: &[u8; 8] = b"KHUEFIL1";
const PIECE: usize = 64 << 10;
const TAG: usize = 16;

fn key_of(secret: &[u8; 32]) -> Result<aead::LessSafeKey> {
    aead::UnboundKey::new(&aead::AES_256_GCM, secret)
        .map(aead::LessSafeKey::new)
        .map_err(|_| Error::internal("key length"))
}

fn nonce(place: u64) -> aead::Nonce {
    let mut bytes = [0; 12];
    bytes[4..].copy_from_slice(&place.to_be_bytes());
    aead::Nonce::assume_unique_for_key(bytes)
}

fn about(last: bool) -> aead::Aad<&'static [u8]> {
    aead::Aad::from(if last { b"khue file 1 last" } else { &b"khue file 1 more"[..] })
}

/// The content's digest under the file's own key: it says nothing without it.
fn content_digest(secret: &[u8; 32]) -> hmac::Context {
    hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret))
}

/// A file on its way in. Dropped before [`Incoming::finish`], it leaves nothing.
pub struct Incoming {
    id: FileId,
    unit: UnitId,
    purpose: &'static Purpose,
    name: String,
    secret: [u8; 32],
    key: aead::LessSafeKey,
    draft: Box<dyn Draft>,
    piece: Vec<u8>,
    begin: Vec<u8>,
    place: u64,
    size: u64,
    plain: digest::Context,
    keyed: hmac::Context,
}

/// A file whose bytes are in the store, and which has no row yet.
#[derive(Clone)]
pub struct Kept {
    pub(super) id: FileId,
    pub(super) unit: UnitId,
    pub(super) purpose: &'static Purpose,
    pub(super) name: String,
    pub(super) media: Media,
    pub(super) size: i64,
    pub(super) digest: [u8; 32],
    pub(super) address: String,
    pub(super) sealed_key: Vec<u8>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The name may name a person.
        write!(f, "Kept({}, {}, {} bytes)", self.id, self.media.name(), self.size)
    }
}

impl Kept {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> FileId {
        self.id
    }

    /// What its bytes say it is.
    #[must_use]
    pub fn media(&self) -> Media {
        self.media
    }
}

impl Incoming {
    /// Begins. `name` is what the person called it.
    pub fn begin(store: &dyn Store, purpose: &'static Purpose, unit: UnitId, name: &str, now: Instant) -> Result<Self> {
        let secret = db::keys::random()?;
        let mut draft = store.draft()?;
        draft.write_all(MAGIC).map_err(failed)?;
        Ok(Self {
            id: FileId(base::id::uuid_v7(now.unix_ms(), db::keys::random()?)),
            unit,
            purpose,
            name: name.to_owned(),
            key: key_of(&secret)?,
            draft,
            piece: Vec::with_capacity(PIECE + TAG),
            begin: Vec::new(),
            place: 0,
            size: 0,
            plain: digest::Context::new(&digest::SHA256),
            keyed: content_digest(&secret),
            secret,
        })
    }

    /// Takes the next bytes. Blocks.
    pub fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        self.size += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.size > self.purpose.most {
            return Err(TOO_LARGE.error(format!(
                "Tệp lớn hơn {} MB là mức cho phép; chưa có gì được lưu. Hãy giảm dung lượng tệp rồi tải lại.",
                self.purpose.most >> 20
            )));
        }
        self.plain.update(bytes);
        self.keyed.update(bytes);
        while !bytes.is_empty() {
            // A full piece waits until more comes: only then it is known not to be the last.
            if self.piece.len() == PIECE {
                self.seal(false)?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.piece.len()));
            self.piece.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    fn seal(&mut self, last: bool) -> Result<()> {
        if self.place == 0 {
            self.begin.clone_from(&self.piece);
        }
        self.key
            .seal_in_place_append_tag(nonce(self.place), about(last), &mut self.piece)
            .map_err(|_| Error::internal("encryption"))?;
        self.draft.write_all(&self.piece).map_err(failed)?;
        self.piece.clear();
        self.place += 1;
        Ok(())
    }

    /// Ends: looks at what it is, and puts it into the store for good. Blocks.
    pub fn finish(mut self, keys: &Keys) -> Result<Kept> {
        let end = self.piece.clone();
        self.seal(true)?;
        let media = sniff(&self.begin, &end, &self.name).filter(|media| self.purpose.accepts.contains(media));
        let Some(media) = media else {
            return Err(NOT_ACCEPTED.error(format!(
                "Không nhận tệp {} ở đây: nội dung tệp không thuộc loại được phép. Hãy lưu tệp sang PDF, ảnh, Excel hoặc Word rồi tải lại.",
                self.name
            )));
        };
        let address = address(keys, self.unit, self.id, self.plain.finish().as_ref())?;
        let sealed_key = keys.seal(Use::Field, &db::keys::random::<32>()?, self.id.0.as_bytes(), &self.secret)?;
        let mut digest = [0; 32];
        digest.copy_from_slice(self.keyed.sign().as_ref());
        self.draft.keep(&address)?;
        Ok(Kept {
            id: self.id,
            unit: self.unit,
            purpose: self.purpose,
            name: self.name,
            media,
            size: i64::try_from(self.size).map_err(Error::internal)?,
            digest,
            address,
            sealed_key,
        })
    }
}

fn failed(source: std::io::Error) -> Error {
    super::STORE
        .error("Kho tệp của máy chủ không ghi được, có thể đã đầy; tệp chưa được lưu. Hãy báo quản trị máy chủ.")
        .caused_by(source)
}

/// A file on its way out.
pub(super) struct Outgoing<R> {
    from: R,
    key: aead::LessSafeKey,
    /// The next piece as it lies in the store, read ahead to know whether it is the last.
    next: Vec<u8>,
    plain: Vec<u8>,
    at: usize,
    place: u64,
    left: u64,
    keyed: Option<hmac::Context>,
    digest: Vec<u8>,
}

impl<R: Read> Outgoing<R> {
    pub(super) fn new(mut from: R, secret: &[u8; 32], size: u64, digest: Vec<u8>) -> Result<Self> {
        let mut magic = [0; 8];
        from.read_exact(&mut magic).map_err(super::altered)?;
        if magic != *MAGIC {
            return Err(super::altered("not a file of the store"));
        }
        let keyed = Some(content_digest(secret));
        let mut out = Self {
            from,
            key: key_of(secret)?,
            next: Vec::new(),
            plain: Vec::new(),
            at: 0,
            place: 0,
            left: size,
            keyed,
            digest,
        };
        out.next = out.ahead().map_err(super::altered)?;
        Ok(out)
    }

    fn ahead(&mut self) -> std::io::Result<Vec<u8>> {
        let mut piece = Vec::with_capacity(PIECE + TAG);
        self.from.by_ref().take((PIECE + TAG) as u64).read_to_end(&mut piece)?;
        Ok(piece)
    }

    /// Decrypts the next piece. Answers whether there was one.
    fn advance(&mut self) -> std::io::Result<bool> {
        let wrong = || std::io::Error::new(std::io::ErrorKind::InvalidData, super::altered("a piece was changed"));
        if self.keyed.is_none() {
            return Ok(false);
        }
        let following = self.ahead()?;
        let last = following.is_empty();
        let mut piece = std::mem::replace(&mut self.next, following);
        let plain = self.key.open_in_place(nonce(self.place), about(last), &mut piece).map_err(|_| wrong())?.len();
        piece.truncate(plain);
        self.place += 1;
        self.left = self.left.checked_sub(u64::try_from(plain).unwrap_or(u64::MAX)).ok_or_else(wrong)?;
        if let Some(keyed) = &mut self.keyed {
            keyed.update(&piece);
        }
        if last {
            let digest = self.keyed.take().map(hmac::Context::sign);
            if self.left != 0 || digest.is_none_or(|digest| digest.as_ref() != self.digest) {
                return Err(wrong());
            }
        }
        (self.plain, self.at) = (piece, 0);
        Ok(true)
    }
}

impl<R: Read> Read for Outgoing<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.plain.len() {
            if !self.advance()? {
                return Ok(0);
            }
        }
        let n = out.len().min(self.plain.len() - self.at);
        out[..n].copy_from_slice(&self.plain[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}
