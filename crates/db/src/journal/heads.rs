//! Signed heads outside the database. A chain alone does not show that its end was cut off; a head that names a later
//! number does.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use base::{Error, Result, Uuid};

use super::{Head, Position};
use crate::keys::{Keys, hex};

/// One signed head per line: node, epoch, seq, hash, signature.
pub struct HeadFile {
    path: PathBuf,
    last: Option<Head>,
}

fn message(head: &Head) -> Vec<u8> {
    let mut bytes = b"khue head 1".to_vec();
    bytes.extend_from_slice(head.node.as_bytes());
    bytes.extend_from_slice(&head.at.epoch.to_be_bytes());
    bytes.extend_from_slice(&head.at.seq.to_be_bytes());
    bytes.extend_from_slice(&head.hash);
    bytes
}

impl HeadFile {
    /// The file beside the data of one installation.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Self { path: data.join("journal.heads"), last: None }
    }

    /// Adds a head when it is new. Called at most once a second: a cut of the last second shows only in the numbers.
    pub fn add(&mut self, keys: &Keys, head: Head) -> Result<()> {
        if self.last == Some(head) {
            return Ok(());
        }
        let signature = keys.head_signer()?.sign(&message(&head));
        let line = format!(
            "{} {} {} {} {}\n",
            head.node,
            head.at.epoch,
            head.at.seq,
            hex(&head.hash),
            hex(signature.as_ref())
        );
        let mut file = File::options().create(true).append(true).open(&self.path).map_err(Error::internal)?;
        file.write_all(line.as_bytes()).map_err(Error::internal)?;
        file.sync_data().map_err(Error::internal)?;
        self.last = Some(head);
        Ok(())
    }
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect()
}

/// Reads the heads whose signature holds; the second number counts lines that do not (a last line may be half written).
pub fn read(data: &Path, keys: &Keys) -> Result<(Vec<Head>, usize)> {
    read_last(data, keys, usize::MAX)
}

/// The same of so many last lines: the file grows by one each second in which something was written.
pub fn read_last(data: &Path, keys: &Keys, most: usize) -> Result<(Vec<Head>, usize)> {
    let text = match std::fs::read_to_string(data.join("journal.heads")) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
        Err(error) => return Err(Error::internal(error)),
    };
    let mut heads = Vec::new();
    let mut bad = 0;
    let lines: Vec<&str> = text.lines().collect();
    for line in &lines[lines.len().saturating_sub(most)..] {
        let parsed = (|| {
            let mut parts = line.split(' ');
            let node = Uuid::parse_str(parts.next()?).ok()?;
            let at = Position { epoch: parts.next()?.parse().ok()?, seq: parts.next()?.parse().ok()? };
            let hash: [u8; 32] = bytes_of(parts.next()?)?.try_into().ok()?;
            let head = Head { node, at, hash };
            keys.head_signed(&message(&head), &bytes_of(parts.next()?)?).then_some(head)
        })();
        match parsed {
            Some(head) => heads.push(head),
            None => bad += 1,
        }
    }
    Ok((heads, bad))
}
