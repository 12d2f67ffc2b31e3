//! The hash chain: what exactly is hashed, in which order. A change here is a new format number.

use base::Uuid;

use super::Position;
use crate::keys::sha256;

/// The format that this program writes.
pub const FORMAT: i64 = 1;

/// The part of an entry that stands in clear and is hashed into the chain.
#[derive(Clone, Debug)]
pub struct Header {
    /// Format of this entry.
    pub format: i64,
    /// The entry's own id.
    pub id: Uuid,
    /// What happened.
    pub kind: String,
    /// To what sort of thing.
    pub noun: String,
    /// To which one.
    pub subject: Option<Uuid>,
    /// Whose it is.
    pub unit: Option<Uuid>,
    /// Its version after.
    pub version: Option<i64>,
    /// Sort of actor.
    pub actor_kind: String,
    /// Which actor.
    pub actor: String,
    /// The request.
    pub request: String,
    /// Why, when it was said.
    pub purpose: Option<String>,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// SHA-256 over salt and payload.
    pub digest: [u8; 32],
}

/// The digest of a payload. The salt makes an erased payload impossible to guess.
#[must_use]
pub fn payload_digest(salt: &[u8], body: &[u8]) -> [u8; 32] {
    sha256(&[salt, body])
}

/// The hash of an entry at its place, over the hash before it. Every field is preceded by its length, so that moving
/// a byte from one field to the next changes the hash.
#[must_use]
pub fn link(previous: &[u8; 32], node: Uuid, at: Position, header: &Header) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(320);
    let mut put = |part: &[u8]| {
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    };
    put(previous);
    put(node.as_bytes());
    put(&at.epoch.to_be_bytes());
    put(&at.seq.to_be_bytes());
    put(&header.format.to_be_bytes());
    put(header.id.as_bytes());
    put(header.kind.as_bytes());
    put(header.noun.as_bytes());
    put(header.subject.as_ref().map_or(&[][..], |id| id.as_bytes()));
    put(header.unit.as_ref().map_or(&[][..], |id| id.as_bytes()));
    put(&header.version.map_or(Vec::new(), |v| v.to_be_bytes().to_vec()));
    put(header.actor_kind.as_bytes());
    put(header.actor.as_bytes());
    put(header.request.as_bytes());
    put(header.purpose.as_deref().unwrap_or_default().as_bytes());
    put(&header.at.to_be_bytes());
    put(&header.digest);
    sha256(&[&bytes])
}

/// What the first entry of an installation hashes over.
pub const GENESIS: [u8; 32] = [0; 32];
