//! Drawing from a seed: SplitMix64, so that the same seed gives the same country on every machine, for ever.

use base::Uuid;

/// A stream of draws.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// A stream of its own for one purpose: what is drawn in one never moves what is drawn in another.
    #[must_use]
    pub fn of(seed: u64, purpose: u64, n: u64) -> Self {
        let mut draw = Self(seed ^ purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let first = draw.bits();
        Self(first ^ n.wrapping_mul(0xd1b5_4a32_d192_ed03))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 below 1.
    pub fn below(&mut self, n: u64) -> u64 {
        // The high half of the product: what is left of a bias is far below what anybody counts here.
        let wide = u128::from(self.bits()) * u128::from(n);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A place in a list of so many.
    pub fn at(&mut self, len: usize) -> usize {
        usize::try_from(self.below(u64::try_from(len).unwrap_or(u64::MAX))).unwrap_or(0)
    }

    /// From `from` to `to`, both of them too.
    pub fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to.saturating_sub(from) + 1)
    }

    /// Whether something happens that happens so often in a million.
    pub fn happens(&mut self, in_a_million: u64) -> bool {
        self.below(1_000_000) < in_a_million
    }

    /// One of a list.
    pub fn one<T: Copy>(&mut self, all: &[T], otherwise: T) -> T {
        all.get(self.at(all.len())).copied().unwrap_or(otherwise)
    }

    /// One of a list by weight.
    pub fn weighted<T: Copy>(&mut self, all: &[(T, u64)], otherwise: T) -> T {
        let mut left = self.below(all.iter().map(|(_, weight)| weight).sum());
        for (one, weight) in all {
            if left < *weight {
                return *one;
            }
            left -= weight;
        }
        otherwise
    }

    /// Digits.
    pub fn digits(&mut self, count: u32) -> String {
        (0..count).map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap_or(0))).collect()
    }

    /// An id of a moment.
    pub fn id(&mut self, unix_ms: i64) -> Uuid {
        let (a, b) = (self.bits().to_be_bytes(), self.bits().to_be_bytes());
        base::id::uuid_v7(unix_ms, [a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], b[0], b[1]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_the_same_every_time_and_another_for_another_seed() {
        let drawn = |seed, purpose, n| {
            (0..4)
                .map({
                    let mut draw = Draw::of(seed, purpose, n);
                    move |_| draw.bits()
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(drawn(1, 2, 3), drawn(1, 2, 3));
        for other in [(2, 2, 3), (1, 3, 3), (1, 2, 4)] {
            assert_ne!(drawn(1, 2, 3), drawn(other.0, other.1, other.2));
        }
        let mut draw = Draw::of(7, 0, 0);
        let mut seen = [0; 10];
        for _ in 0..10_000 {
            seen[draw.at(10)] += 1;
        }
        assert!(seen.iter().all(|count| (850..1_150).contains(count)), "{seen:?}");
    }
}
