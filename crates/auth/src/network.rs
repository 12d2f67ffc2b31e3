//! The network an address belongs to: what is counted against, wherever something is limited by address.

use std::net::IpAddr;

/// One household or school has a whole /64 of IPv6 addresses, and whoever is slowed on one would take the next.
#[must_use]
pub fn of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 => v4,
    }
}

/// The network of an address as text. What is no address counts as it stands.
#[must_use]
pub(crate) fn named(address: &str) -> String {
    address.parse().map_or_else(|_| address.to_owned(), |address| of(address).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_network_is_one() {
        let same = |a: &str, b: &str| named(a) == named(b);
        assert!(same("2001:db8::1", "2001:db8::ffff:1"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("::ffff:10.0.0.1", "10.0.0.1"));
        assert!(!same("10.0.0.1", "10.0.0.2"));
        assert_eq!(named("no address"), "no address");
    }
}
