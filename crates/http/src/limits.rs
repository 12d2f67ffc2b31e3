//! How many requests a session and an address may send: token buckets in memory, bounded. A whole school sits behind one
//! address, so an address may send what thirty people do at once; a session what one person with a quick hand does.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use auth::network;
use auth::session::TokenDigest;
use base::{Code, Error, Instant, Kind};

/// Too many requests.
pub const TOO_MANY: Code = Code::new(Kind::TooMany, "request.too_many", "Gửi quá nhiều yêu cầu");

/// How fast a bucket fills, and how much it holds.
#[derive(Clone, Copy)]
struct Rate {
    per_second: i64,
    burst: i64,
}

/// A screen sends up to a dozen requests; a grid that saves while typing a few a second.
const SESSION: Rate = Rate { per_second: 20, burst: 200 };
/// A school of two thousand at the start of a lesson.
const ADDRESS: Rate = Rate { per_second: 400, burst: 4_000 };
/// Buckets in one generation. When it is full, the older generation is forgotten: those it held start with a full bucket.
const GENERATION: usize = 32_768;

/// Tokens in thousandths, as they stood at a moment.
#[derive(Clone, Copy)]
struct Bucket {
    thousandths: i64,
    at: Instant,
}

struct Buckets<K> {
    rate: Rate,
    young: HashMap<K, Bucket>,
    old: HashMap<K, Bucket>,
}

impl<K: Hash + Eq + Copy> Buckets<K> {
    fn new(rate: Rate) -> Self {
        Self { rate, young: HashMap::new(), old: HashMap::new() }
    }

    /// Takes one token; otherwise says after how many seconds there is one.
    fn take(&mut self, key: K, now: Instant) -> Result<(), u32> {
        let full = self.rate.burst * 1_000;
        let known = self.young.get(&key).or_else(|| self.old.get(&key)).copied();
        let mut bucket = known.unwrap_or(Bucket { thousandths: full, at: now });
        // A clock set back fills nothing.
        let elapsed_ms = (now.0 - bucket.at.0).max(0) / 1_000;
        bucket.thousandths =
            full.min(bucket.thousandths.saturating_add(elapsed_ms.saturating_mul(self.rate.per_second)));
        // Whole milliseconds only, or quick callers would never fill.
        bucket.at = if elapsed_ms > 0 || now < bucket.at { now } else { bucket.at };
        let taken = if bucket.thousandths >= 1_000 {
            bucket.thousandths -= 1_000;
            Ok(())
        } else {
            Err(1)
        };
        if self.young.len() >= GENERATION && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, bucket);
        taken
    }
}

/// The buckets of this server.
pub(crate) struct Limits {
    sessions: Mutex<Buckets<TokenDigest>>,
    addresses: Mutex<Buckets<IpAddr>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { sessions: Mutex::new(Buckets::new(SESSION)), addresses: Mutex::new(Buckets::new(ADDRESS)) }
    }
}

impl Limits {
    /// Counts one request.
    pub(crate) fn count(&self, session: Option<TokenDigest>, address: IpAddr, now: Instant) -> Result<(), Error> {
        let mut taken = self.addresses.lock().unwrap_or_else(PoisonError::into_inner).take(network::of(address), now);
        if let (Ok(()), Some(session)) = (taken, session) {
            taken = self.sessions.lock().unwrap_or_else(PoisonError::into_inner).take(session, now);
        }
        taken.map_err(|seconds| {
            TOO_MANY
                .error("Máy hoặc mạng của bạn gửi yêu cầu quá nhanh. Hãy đợi vài giây rồi thử lại.")
                .retry_after(seconds)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_and_a_clock_set_back_changes_nothing() {
        let mut buckets = Buckets::new(Rate { per_second: 2, burst: 3 });
        let now = Instant(1_000_000_000);
        for _ in 0..3 {
            assert_eq!(buckets.take(1, now), Ok(()));
        }
        assert_eq!(buckets.take(1, now), Err(1));
        assert_eq!(buckets.take(2, now), Ok(()), "another has its own");
        assert_eq!(buckets.take(1, now.plus_seconds(-3_600)), Err(1));
        assert_eq!(buckets.take(1, now.plus_seconds(-3_599)), Ok(()));
        let later = now.plus_seconds(100);
        for _ in 0..3 {
            assert_eq!(buckets.take(1, later), Ok(()), "no more than it holds");
        }
        assert_eq!(buckets.take(1, later), Err(1));
    }

    #[test]
    fn a_quick_caller_is_filled_by_parts_of_a_millisecond_too() {
        let mut buckets = Buckets::new(Rate { per_second: 1_000, burst: 1 });
        let passed = (0..10_000).filter(|i| buckets.take(1, Instant(i * 100)).is_ok()).count();
        assert!((900..=1_001).contains(&passed), "{passed}");
    }

    #[test]
    fn memory_is_bounded() {
        let mut buckets = Buckets::new(SESSION);
        for key in 0..200_000u32 {
            let _counted = buckets.take(key, Instant(0));
        }
        assert!(buckets.young.len() + buckets.old.len() <= 2 * GENERATION);
    }
}
