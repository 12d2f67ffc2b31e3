//! The file of a backup: frames one after the other, each with its digest, sealed with the installation's key.
//!
//! `KHUEBAK1`, then frames: kind (1 byte), length (4, big-endian), body, SHA-256 over place, kind, length and body. The
//! first frame, the header, is in clear: whoever holds the file can see what it is and which key it needs. All others
//! are sealed with AES-256-GCM, bound to the backup's id and their place, so that none can be moved, left out or taken
//! from another backup. The last one seals the digest of everything before it.

use std::io::{Read, Write};

use base::{Error, Result};
use db::keys::{Cipher, Keys, Use};
use ring::digest::{Context, SHA256};

use super::{DAMAGED, damaged};

const MAGIC: &[u8; 8] = b"KHUEBAK1";
/// No frame is longer: a damaged length must not ask for all memory.
const LONGEST: u32 = 64 << 20;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Header,
    /// A table begins.
    Table,
    /// Rows of it.
    Rows,
    /// It ends: count and digest.
    TableEnd,
    /// A file of the file store begins.
    File,
    /// Bytes of it.
    Bytes,
    /// It ends.
    FileEnd,
    /// Everything ends.
    End,
}

const KINDS: [(Kind, u8); 8] = [
    (Kind::Header, b'H'),
    (Kind::Table, b'T'),
    (Kind::Rows, b'R'),
    (Kind::TableEnd, b'E'),
    (Kind::File, b'F'),
    (Kind::Bytes, b'B'),
    (Kind::FileEnd, b'G'),
    (Kind::End, b'Z'),
];

impl Kind {
    fn letter(self) -> u8 {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or(0, |(_, letter)| *letter)
    }
}

/// The key and the name of one backup.
pub(crate) struct Seal {
    cipher: Cipher,
    key_id: u32,
    backup: [u8; 16],
}

impl Seal {
    pub(crate) fn new(keys: &Keys, key_id: u32, backup: [u8; 16]) -> Result<Self> {
        Ok(Self { cipher: keys.cipher(key_id, Use::Field)?, key_id, backup })
    }

    fn about(&self, place: u64, kind: Kind) -> Vec<u8> {
        [b"khue backup 1".as_slice(), &self.backup, &place.to_be_bytes(), &[kind.letter()]].concat()
    }

    fn seal(&self, place: u64, kind: Kind, body: &[u8]) -> Result<Vec<u8>> {
        self.cipher.seal(self.key_id, &self.backup, &self.about(place, kind), body)
    }

    fn open(&self, place: u64, kind: Kind, body: &[u8]) -> Result<Vec<u8>> {
        self.cipher.open(&self.about(place, kind), body).map_err(|e| damaged(place).caused_by(e))
    }
}

fn frame_digest(place: u64, head: &[u8], body: &[u8]) -> [u8; 32] {
    db::keys::sha256(&[&place.to_be_bytes(), head, body])
}

/// Writes frames.
pub(crate) struct Writer<W> {
    out: W,
    seal: Option<Seal>,
    place: u64,
    all: Context,
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(mut out: W, header: &[u8], seal: Seal) -> Result<Self> {
        out.write_all(MAGIC).map_err(super::write_failed)?;
        let mut all = Context::new(&SHA256);
        all.update(MAGIC);
        let mut writer = Self { out, seal: None, place: 0, all };
        writer.raw(Kind::Header, header)?;
        writer.seal = Some(seal);
        Ok(writer)
    }

    fn raw(&mut self, kind: Kind, body: &[u8]) -> Result<()> {
        let length = u32::try_from(body.len()).ok().filter(|n| *n <= LONGEST);
        let length = length.ok_or_else(|| Error::internal("a frame of a backup is too long"))?;
        let mut head = vec![kind.letter()];
        head.extend_from_slice(&length.to_be_bytes());
        let digest = frame_digest(self.place, &head, body);
        for part in [&head[..], body, &digest] {
            self.out.write_all(part).map_err(super::write_failed)?;
            self.all.update(part);
        }
        self.place += 1;
        Ok(())
    }

    pub(crate) fn frame(&mut self, kind: Kind, body: &[u8]) -> Result<()> {
        let sealed = match &self.seal {
            Some(seal) => seal.seal(self.place, kind, body)?,
            None => return Err(Error::internal("a backup without its key")),
        };
        self.raw(kind, &sealed)
    }

    /// Writes the last frame. Answers what was written to, and the digest of everything before that frame.
    pub(crate) fn end(mut self) -> Result<W> {
        let digest = self.all.clone().finish();
        self.frame(Kind::End, digest.as_ref())?;
        Ok(self.out)
    }
}

/// Reads frames, and believes none that is not whole.
pub(crate) struct Reader<R> {
    from: R,
    seal: Option<Seal>,
    place: u64,
    all: Context,
}

impl<R: Read> Reader<R> {
    /// Opens a file and reads its header.
    pub(crate) fn open(mut from: R) -> Result<(Self, Vec<u8>)> {
        let mut magic = [0; 8];
        from.read_exact(&mut magic).map_err(|e| not_ours().caused_by(e))?;
        if magic != *MAGIC {
            return Err(match magic.strip_prefix(b"KHUEBAK") {
                Some(_) => super::newer("tệp sao lưu có định dạng mới hơn"),
                None => not_ours(),
            });
        }
        let mut all = Context::new(&SHA256);
        all.update(MAGIC);
        let mut reader = Self { from, seal: None, place: 0, all };
        let (kind, header) = reader.raw()?;
        if kind != Kind::Header {
            return Err(damaged(0));
        }
        Ok((reader, header))
    }

    pub(crate) fn unseal(&mut self, seal: Seal) {
        self.seal = Some(seal);
    }

    fn raw(&mut self) -> Result<(Kind, Vec<u8>)> {
        let place = self.place;
        let cut = |e: std::io::Error| {
            DAMAGED
                .error(format!(
                    "Bản sao lưu bị cắt ngắn ở khối {place}; không khôi phục gì cả. Hãy dùng bản sao lưu khác."
                ))
                .caused_by(e)
        };
        let mut head = [0; 5];
        self.from.read_exact(&mut head).map_err(cut)?;
        let kind = KINDS.iter().find(|(_, letter)| *letter == head[0]).map(|(kind, _)| *kind);
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let kind = kind.filter(|_| length <= LONGEST).ok_or_else(|| damaged(place))?;
        // Grows with what is really there, so that a damaged length cannot take memory for nothing.
        let mut body = Vec::new();
        let got = self.from.by_ref().take(u64::from(length)).read_to_end(&mut body).map_err(cut)?;
        let mut digest = [0; 32];
        if got < usize::try_from(length).unwrap_or(usize::MAX) {
            return Err(cut(std::io::ErrorKind::UnexpectedEof.into()));
        }
        self.from.read_exact(&mut digest).map_err(cut)?;
        if frame_digest(place, &head, &body) != digest {
            return Err(damaged(place));
        }
        if kind != Kind::End {
            for part in [&head[..], &body, &digest] {
                self.all.update(part);
            }
        }
        self.place += 1;
        Ok((kind, body))
    }

    /// The next frame; `None` after the last, when nothing follows it and everything before it is what was written.
    pub(crate) fn next(&mut self) -> Result<Option<(Kind, Vec<u8>)>> {
        let (kind, sealed) = self.raw()?;
        let place = self.place - 1;
        let seal = self.seal.as_ref().ok_or_else(|| Error::internal("a backup is read without its key"))?;
        let body = seal.open(place, kind, &sealed)?;
        if kind != Kind::End {
            return Ok(Some((kind, body)));
        }
        let mut more = [0; 1];
        if body != self.all.clone().finish().as_ref() || !matches!(self.from.read(&mut more), Ok(0)) {
            return Err(damaged(place));
        }
        Ok(None)
    }
}

fn not_ours() -> Error {
    DAMAGED.error("Tệp này không phải bản sao lưu của Khuê, hoặc đã hỏng ngay từ đầu. Chưa có gì bị thay đổi.")
}
