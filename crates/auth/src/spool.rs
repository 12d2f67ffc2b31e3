//! The spool of looks: a file whose room was taken in advance, for looks that the database cannot take now. What is
//! appended is on the disk when the call returns, also when the disk has become full meanwhile.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

/// What the file begins with.
const MAGIC: &[u8; 8] = b"khlooks1";
const BEGIN: u64 = 8;
/// Each record's length stands before it in four bytes; a length of 0 ends the list.
const LENGTH: u64 = 4;
const END: [u8; 4] = [0; 4];

/// The file. Records are opaque here; those who append seal them.
#[derive(Debug)]
pub(crate) struct Spool {
    file: File,
    capacity: u64,
    used: u64,
}

impl Spool {
    /// Opens the file, or makes it, with its room taken. With a full disk there is less room, perhaps none.
    pub(crate) fn open(path: &Path, capacity: u64) -> io::Result<Self> {
        let file = File::options().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        let mut there = file.metadata()?.len();
        // Written, not only lengthened: a hole in a file takes its room when it is filled, which may be too late.
        let zeros = vec![0u8; 64 * 1024];
        while there < capacity {
            let step = usize::try_from(capacity - there).unwrap_or(zeros.len()).min(zeros.len());
            match file.write_all_at(&zeros[..step], there) {
                Ok(()) => there += step as u64,
                Err(error) => {
                    tracing::warn!(%error, room = there, "the spool of looks has less room than wanted");
                    break;
                }
            }
        }
        let mut spool = Self { file, capacity: there.min(capacity), used: BEGIN };
        let mut magic = [0u8; 8];
        if there >= BEGIN {
            spool.file.read_exact_at(&mut magic, 0)?;
        }
        if &magic == MAGIC {
            spool.used = spool.walk(|_| ())?;
        } else if spool.capacity >= BEGIN + LENGTH {
            spool.file.write_all_at(&END, BEGIN)?;
            spool.file.write_all_at(MAGIC, 0)?;
        }
        // What could not be brought to the disk is not there.
        if let Err(error) = spool.file.sync_all() {
            tracing::warn!(%error, "the spool of looks has no room");
            spool.capacity = 0;
        }
        Ok(spool)
    }

    /// Hands each record to `take` and answers where the list ends.
    fn walk(&self, mut take: impl FnMut(Vec<u8>)) -> io::Result<u64> {
        let mut at = BEGIN;
        loop {
            let mut length = END;
            if at + LENGTH > self.capacity {
                return Ok(at);
            }
            self.file.read_exact_at(&mut length, at)?;
            let length = u64::from(u32::from_be_bytes(length));
            if length == 0 || at + LENGTH + length > self.capacity {
                return Ok(at);
            }
            let mut record = vec![0u8; usize::try_from(length).unwrap_or_default()];
            self.file.read_exact_at(&mut record, at + LENGTH)?;
            take(record);
            at += LENGTH + length;
        }
    }

    /// The room that a record of this length needs.
    pub(crate) fn need(length: usize) -> u64 {
        LENGTH + length as u64
    }

    /// The room left, the end mark kept aside.
    pub(crate) fn room(&self) -> u64 {
        self.capacity.saturating_sub(self.used + LENGTH)
    }

    /// Whether it holds nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.used <= BEGIN
    }

    /// A mark that changes with every append.
    pub(crate) fn mark(&self) -> u64 {
        self.used
    }

    /// Appends records; they are on the disk when this returns.
    pub(crate) fn append(&mut self, records: &[Vec<u8>]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for record in records {
            let length = u32::try_from(record.len()).map_err(io::Error::other)?;
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(record);
        }
        let written = bytes.len() as u64;
        if written > self.room() {
            return Err(io::Error::other("the spool of looks is full"));
        }
        bytes.extend_from_slice(&END);
        self.file.write_all_at(&bytes, self.used)?;
        self.file.sync_data()?;
        self.used += written;
        Ok(())
    }

    /// All records, the oldest first.
    pub(crate) fn records(&self) -> io::Result<Vec<Vec<u8>>> {
        let mut all = Vec::new();
        self.walk(|record| all.push(record))?;
        Ok(all)
    }

    /// Forgets all records.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        self.file.write_all_at(&END, BEGIN)?;
        self.file.sync_data()?;
        self.used = BEGIN;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_appended_is_found_again_and_a_torn_end_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("looks.spool");
        let mut spool = Spool::open(&path, 4_096).expect("opens");
        assert_eq!(std::fs::metadata(&path).expect("is there").len(), 4_096, "its room is taken");
        assert!(spool.is_empty());
        spool.append(&[b"one".to_vec(), b"two".to_vec()]).expect("appends");
        spool.append(&[b"three".to_vec()]).expect("appends");
        drop(spool);
        let mut spool = Spool::open(&path, 4_096).expect("opens");
        assert_eq!(spool.records().expect("reads"), [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()]);
        spool.clear().expect("clears");
        // What stood behind is not found again after a shorter record.
        spool.append(&[b"4".to_vec()]).expect("appends");
        drop(spool);
        let spool = Spool::open(&path, 4_096).expect("opens");
        assert_eq!(spool.records().expect("reads"), [b"4".to_vec()]);
        // A record whose length never made it to the disk whole.
        let torn = File::options().write(true).open(&path).expect("opens");
        torn.write_all_at(&u32::MAX.to_be_bytes(), BEGIN).expect("writes");
        assert!(Spool::open(&path, 4_096).expect("opens").records().expect("reads").is_empty());
    }

    #[test]
    fn a_full_spool_takes_nothing_and_keeps_what_it_has() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut spool = Spool::open(&folder.path().join("looks.spool"), 64).expect("opens");
        spool.append(&[vec![1; 20]]).expect("fits");
        assert!(spool.append(&[vec![2; 40]]).is_err());
        assert_eq!(spool.records().expect("reads").len(), 1);
        let room = usize::try_from(spool.room() - LENGTH).expect("small");
        spool.append(&[vec![3; room]]).expect("to the last byte");
        assert_eq!((spool.room(), spool.records().expect("reads").len()), (0, 2));
        let mut none = Spool::open(&folder.path().join("none.spool"), 0).expect("opens");
        assert!(none.append(&[vec![1]]).is_err() && none.records().expect("reads").is_empty());
    }
}
