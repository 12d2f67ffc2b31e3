//! The key file and what is derived from it: field encryption, blind index, journal payloads, signed heads.
//! The file lies outside the data folder, so that whoever copies the data cannot read it (`foundations.md`, Keys).

use std::io::Write as _;
use std::path::{Path, PathBuf};

use base::{Code, Error, Kind, Result};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{aead, digest, hkdf, hmac, signature};

/// The key file is missing, unreadable or not a key file.
pub const KEY_FILE: Code = Code::new(Kind::Unavailable, "key.file", "Không dùng được tệp khoá");
/// The key file belongs to another database.
pub const KEY_OTHER: Code = Code::new(Kind::Unavailable, "key.other", "Tệp khoá không thuộc cơ sở dữ liệu này");
/// A value cannot be decrypted: altered, or its key was taken away.
pub const KEY_VALUE: Code = Code::new(Kind::Internal, "key.value", "Không giải mã được dữ liệu");

const HEADER: &str = "khue-key 1";

/// What a derived key is for. Separate keys, so that one use can never open another's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Protected and sensitive fields.
    Field,
    /// Equality look-ups over encrypted fields.
    Blind,
    /// Journal payloads.
    Journal,
    /// Signatures of the journal's heads.
    Heads,
    /// Signed cursors and other small tokens of the server.
    Token,
}

impl Use {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Field => b"khue field 1",
            Self::Blind => b"khue blind 1",
            Self::Journal => b"khue journal 1",
            Self::Heads => b"khue heads 1",
            Self::Token => b"khue token 1",
        }
    }
}

/// The keys of one installation: several after a rotation, the last of which encrypts.
#[derive(Clone)]
pub struct Keys {
    all: Vec<(u32, [u8; 32])>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({} keys, not shown)", self.all.len())
    }
}

/// Fills a buffer from the system's secure randomness. For keys, tokens and seeds only; everything inside a write
/// draws from its context.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut out = [0u8; N];
    SystemRandom::new().fill(&mut out).map_err(|_| Error::internal("no randomness from the system"))?;
    Ok(out)
}

/// SHA-256.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0u8; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0u8; 32];
    if text.len() != 64 {
        return None;
    }
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(i * 2..i * 2 + 2)?, 16).ok()?;
    }
    Some(out)
}

impl Keys {
    /// Keys for a new installation.
    pub fn generate() -> Result<Self> {
        Ok(Self { all: vec![(1, random()?)] })
    }

    /// One given key. For tests.
    #[must_use]
    pub fn from_secret(secret: [u8; 32]) -> Self {
        Self { all: vec![(1, secret)] }
    }

    /// Reads a key file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|source| {
            KEY_FILE
                .error(format!(
                    "Không đọc được tệp khoá {}. Hãy đặt lại đúng tệp khoá của cơ sở dữ liệu này (KHUE_KEY); chưa có gì bị thay đổi.",
                    path.display()
                ))
                .caused_by(source)
        })?;
        Self::parse(&text).ok_or_else(|| {
            KEY_FILE.error(format!(
                "Tệp {} không phải tệp khoá của Khuê hoặc đã hỏng. Hãy dùng bản sao của tệp khoá; chưa có gì bị thay đổi.",
                path.display()
            ))
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != HEADER {
            return None;
        }
        let mut all = Vec::new();
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (id, secret) = line.split_once(' ')?;
            // Whoever types it from paper keeps the groups it was printed in.
            let secret: String = secret.chars().filter(|c| !c.is_whitespace()).collect();
            all.push((id.parse().ok()?, unhex(&secret)?));
        }
        (!all.is_empty()).then_some(Self { all })
    }

    /// Writes a new key file with mode 0600; refuses to overwrite one.
    pub fn write_new(&self, path: &Path) -> Result<()> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let failed = |source: std::io::Error| {
            KEY_FILE
                .error(format!("Không ghi được tệp khoá {}: hãy kiểm tra quyền ghi và chỗ trống.", path.display()))
                .caused_by(source)
        };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut file =
            std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
        let mut text = format!(
            "{HEADER}\n# The key of this Khue installation. Without it the data cannot be read. Keep a copy elsewhere.\n"
        );
        for (id, secret) in &self.all {
            text.push_str(&format!("{id} {}\n", hex(secret)));
        }
        file.write_all(text.as_bytes()).map_err(failed)?;
        file.sync_all().map_err(failed)
    }

    /// The id of the key that encrypts now.
    #[must_use]
    pub fn current(&self) -> u32 {
        self.all.last().map_or(0, |(id, _)| *id)
    }

    /// The key file's lines for paper: each key in groups of four letters, which [`Keys::read`] takes as they are.
    #[must_use]
    pub fn printed(&self) -> Vec<String> {
        let grouped = |secret: &[u8; 32]| secret.chunks(2).map(hex).collect::<Vec<_>>().join(" ");
        let keys = self.all.iter().map(|(id, secret)| format!("{id} {}", grouped(secret)));
        std::iter::once(HEADER.to_owned()).chain(keys).collect()
    }

    fn secret(&self, id: u32) -> Option<&[u8; 32]> {
        self.all.iter().find(|(known, _)| *known == id).map(|(_, secret)| secret)
    }

    fn derive(&self, id: u32, purpose: Use) -> Result<[u8; 32]> {
        let secret = self.secret(id).ok_or_else(|| KEY_VALUE.error(format!("Thiếu khoá số {id} trong tệp khoá.")))?;
        let mut out = [0u8; 32];
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"khue").extract(secret);
        prk.expand(&[purpose.label()], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(&mut out))
            .map_err(|_| Error::internal("key derivation"))?;
        Ok(out)
    }

    /// The value that a database keeps to recognise its key.
    pub fn check_value(&self, id: u32) -> Result<[u8; 32]> {
        let secret = self.secret(id).ok_or_else(|| KEY_OTHER.error(format!("Tệp khoá không có khoá số {id}.")))?;
        Ok(sha256(&[b"khue check 1", secret]))
    }

    /// A keyed digest (HMAC-SHA-256): blind indexes, tokens.
    pub fn keyed_digest(&self, purpose: Use, parts: &[&[u8]]) -> Result<[u8; 32]> {
        self.keyed_digest_with(self.current(), purpose, parts)
    }

    fn keyed_digest_with(&self, id: u32, purpose: Use, parts: &[&[u8]]) -> Result<[u8; 32]> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.derive(id, purpose)?);
        let mut context = hmac::Context::with_key(&key);
        for part in parts {
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part);
        }
        let mut out = [0u8; 32];
        out.copy_from_slice(context.sign().as_ref());
        Ok(out)
    }

    /// The keyed digest under every key, the current one first: what was stored before a rotation is still found.
    pub fn keyed_digests(&self, purpose: Use, parts: &[&[u8]]) -> Result<Vec<[u8; 32]>> {
        self.all.iter().rev().map(|(id, _)| self.keyed_digest_with(*id, purpose, parts)).collect()
    }

    /// Encrypts with AES-256-GCM under the current key. `nonce_seed` must differ for every value (a salt or drawn
    /// bytes); `about` is bound to the value and must be given again to open it. The answer begins with the key's id.
    pub fn seal(&self, purpose: Use, nonce_seed: &[u8], about: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let id = self.current();
        self.cipher(id, purpose)?.seal(id, nonce_seed, about, plain)
    }

    /// Decrypts what [`Keys::seal`] made.
    pub fn open(&self, purpose: Use, about: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let id = sealed
            .first_chunk::<4>()
            .map(|id| u32::from_be_bytes(*id))
            .ok_or_else(|| KEY_VALUE.error("Dữ liệu mã hoá bị cắt ngắn."))?;
        self.cipher(id, purpose)?.open(about, sealed)
    }

    /// A cipher made once for many values.
    pub fn cipher(&self, id: u32, purpose: Use) -> Result<Cipher> {
        let key = aead::UnboundKey::new(&aead::AES_256_GCM, &self.derive(id, purpose)?)
            .map_err(|_| Error::internal("key length"))?;
        Ok(Cipher(aead::LessSafeKey::new(key)))
    }

    /// The key that signs journal heads (Ed25519).
    pub fn head_signer(&self) -> Result<signature::Ed25519KeyPair> {
        signature::Ed25519KeyPair::from_seed_unchecked(&self.derive(self.current(), Use::Heads)?)
            .map_err(|_| Error::internal("signing key"))
    }

    /// Whether a head was signed by any key of this installation.
    #[must_use]
    pub fn head_signed(&self, message: &[u8], signed: &[u8]) -> bool {
        use signature::KeyPair as _;
        self.all.iter().any(|(id, _)| {
            self.derive(*id, Use::Heads)
                .ok()
                .and_then(|seed| signature::Ed25519KeyPair::from_seed_unchecked(&seed).ok())
                .is_some_and(|pair| {
                    signature::UnparsedPublicKey::new(&signature::ED25519, pair.public_key().as_ref())
                        .verify(message, signed)
                        .is_ok()
                })
        })
    }
}

/// A derived AES-256-GCM key, ready to use.
pub struct Cipher(aead::LessSafeKey);

impl Cipher {
    /// See [`Keys::seal`].
    pub fn seal(&self, key_id: u32, nonce_seed: &[u8], about: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let digest = sha256(&[nonce_seed, about, plain]);
        let mut nonce = [0u8; 12];
        nonce.copy_from_slice(&digest[..12]);
        let mut body = plain.to_vec();
        self.0
            .seal_in_place_append_tag(aead::Nonce::assume_unique_for_key(nonce), aead::Aad::from(about), &mut body)
            .map_err(|_| Error::internal("encryption"))?;
        let mut out = Vec::with_capacity(16 + body.len());
        out.extend_from_slice(&key_id.to_be_bytes());
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&body);
        Ok(out)
    }

    /// See [`Keys::open`].
    pub fn open(&self, about: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let wrong = || KEY_VALUE.error("Dữ liệu mã hoá đã bị thay đổi hoặc không thuộc khoá này.");
        let (nonce, body) = sealed.get(4..).and_then(<[u8]>::split_first_chunk::<12>).ok_or_else(wrong)?;
        let mut body = body.to_vec();
        let plain = self
            .0
            .open_in_place(aead::Nonce::assume_unique_for_key(*nonce), aead::Aad::from(about), &mut body)
            .map_err(|_| wrong())?;
        let length = plain.len();
        body.truncate(length);
        Ok(body)
    }
}

/// Where the key file is, by default beside the data folder and never inside it.
#[must_use]
pub fn default_path(data: &Path) -> PathBuf {
    let beside = data.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    beside.join("khue.key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_for_its_use_and_subject() {
        let keys = Keys::from_secret([7; 32]);
        let sealed = keys.seal(Use::Field, b"n1", b"person 1", "Nguyễn Đức".as_bytes()).expect("seals");
        assert_eq!(keys.open(Use::Field, b"person 1", &sealed).expect("opens"), "Nguyễn Đức".as_bytes());
        assert!(keys.open(Use::Field, b"person 2", &sealed).is_err());
        assert!(keys.open(Use::Journal, b"person 1", &sealed).is_err());
        assert!(Keys::from_secret([8; 32]).open(Use::Field, b"person 1", &sealed).is_err());
        let mut altered = sealed;
        let last = altered.len() - 1;
        altered[last] ^= 1;
        assert!(keys.open(Use::Field, b"person 1", &altered).is_err());
    }

    #[test]
    fn a_key_file_is_private_never_overwritten_and_read_back() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("khue.key");
        let keys = Keys::generate().expect("keys");
        keys.write_new(&path).expect("writes");
        assert_eq!(std::fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o600);
        assert!(keys.write_new(&path).is_err());
        let read = Keys::read(&path).expect("reads");
        assert_eq!(read.check_value(1).expect("check"), keys.check_value(1).expect("check"));
        std::fs::write(&path, keys.printed().join("\n")).expect("types it from paper");
        assert!(keys.printed()[1].contains(' ') && keys.printed()[1].len() > 64);
        let typed = Keys::read(&path).expect("reads");
        assert_eq!(typed.check_value(1).expect("check"), keys.check_value(1).expect("check"));
        std::fs::write(&path, "rubbish").expect("writes");
        assert_eq!(Keys::read(&path).expect_err("refused").code(), "key.file");
    }
}
