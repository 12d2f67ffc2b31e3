//! The journal: every write leaves entries in its own transaction; a sealer numbers and chains what is committed;
//! readers follow the numbers (`foundations.md`, The journal).

pub mod chain;
pub mod heads;
pub mod read;
pub(crate) mod seal;
pub(crate) mod seal_postgres;
pub mod verify;

use std::borrow::Cow;

use base::{Result, UnitId, Uuid};

/// What a write says about itself. `before` and `after` are the payload: encrypted, erasable, never in a stream.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(crate) kind: Cow<'static, str>,
    pub(crate) noun: Cow<'static, str>,
    pub(crate) subject: Option<Uuid>,
    pub(crate) unit: Option<UnitId>,
    pub(crate) version: Option<i64>,
    pub(crate) before: Option<serde_json::Value>,
    pub(crate) after: Option<serde_json::Value>,
}

impl Entry {
    /// An entry of a kind (`unit.renamed`) about a subject of a noun (`unit`).
    pub fn new(kind: &'static str, noun: &'static str, subject: impl Into<Uuid>) -> Self {
        Self {
            kind: Cow::Borrowed(kind),
            noun: Cow::Borrowed(noun),
            subject: Some(subject.into()),
            unit: None,
            version: None,
            before: None,
            after: None,
        }
    }

    /// Whose it is: decides who may see it in the live stream.
    #[must_use]
    pub fn unit(mut self, unit: UnitId) -> Self {
        self.unit = Some(unit);
        self
    }

    /// The subject's version after the write.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    /// What stood before.
    pub fn before(mut self, before: &impl serde::Serialize) -> Result<Self> {
        self.before = Some(serde_json::to_value(before).map_err(base::Error::internal)?);
        Ok(self)
    }

    /// What stands now.
    pub fn after(mut self, after: &impl serde::Serialize) -> Result<Self> {
        self.after = Some(serde_json::to_value(after).map_err(base::Error::internal)?);
        Ok(self)
    }

    /// The payload's bytes as they are hashed.
    pub(crate) fn body(&self) -> Result<Vec<u8>> {
        #[derive(serde::Serialize)]
        struct Body<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            before: &'a Option<serde_json::Value>,
            #[serde(skip_serializing_if = "Option::is_none")]
            after: &'a Option<serde_json::Value>,
        }
        serde_json::to_vec(&Body { before: &self.before, after: &self.after }).map_err(base::Error::internal)
    }
}

/// Where an entry stands in the order: the epoch of the installation, then the number in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Grows by one with every restore or lossy failover.
    pub epoch: i64,
    /// Grows by one with every entry, without gaps.
    pub seq: i64,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.epoch, self.seq)
    }
}

impl std::str::FromStr for Position {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (epoch, seq) = text.split_once('-').ok_or(())?;
        Ok(Self { epoch: epoch.parse().map_err(|_| ())?, seq: seq.parse().map_err(|_| ())? })
    }
}

/// The end of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Which installation.
    pub node: Uuid,
    /// Where.
    pub at: Position,
    /// The hash of everything up to here.
    pub hash: [u8; 32],
}
