//! The names this server goes by.

use std::collections::BTreeSet;
use std::net::IpAddr;

use base::{Code, Kind, Result};

/// A name of the server cannot be one.
pub const HOST: Code = Code::new(Kind::Refused, "server.host", "Tên máy chủ không hợp lệ");

/// Names and addresses, and the private networks the addresses lie in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Host names, lower case, the first one the one to show.
    pub dns: Vec<String>,
    /// Addresses.
    pub addresses: Vec<IpAddr>,
    /// Networks with the length of their prefix.
    pub networks: Vec<(IpAddr, u8)>,
}

/// Reads `KHUE_HOST`: names and addresses with commas between.
pub fn parse(text: &str) -> Result<(Vec<String>, Vec<IpAddr>)> {
    let (mut dns, mut addresses) = (Vec::new(), Vec::new());
    for one in text.split([',', ' ']).map(str::trim).filter(|one| !one.is_empty()) {
        let one = one.trim_end_matches('.').to_ascii_lowercase();
        if let Ok(address) = one.trim_matches(['[', ']']).parse() {
            addresses.push(address);
        } else if is_host_name(&one) {
            dns.push(one);
        } else {
            return Err(HOST.error(format!(
                "KHUE_HOST: '{one}' không phải tên máy chủ. Hãy viết tên không dấu, không có https:// và không có cổng, ví dụ khue.truong.edu.vn; nhiều tên cách nhau bằng dấu phẩy."
            )));
        }
    }
    Ok((dns, addresses))
}

/// Letters, digits and hyphens between dots, as host names are.
fn is_host_name(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    // An address mistyped is not a name.
    let last_is_a_word = name.rsplit('.').next().is_some_and(|last| last.bytes().any(|byte| byte.is_ascii_lowercase()));
    name.len() <= 253 && last_is_a_word && name.split('.').all(label)
}

/// Whether an ACME server of the whole world can know this name.
#[must_use]
pub fn is_public(name: &str) -> bool {
    const OWN: [&str; 9] = ["local", "localhost", "lan", "home", "internal", "test", "invalid", "example", "arpa"];
    name.contains('.') && name.rsplit('.').next().is_some_and(|last| !OWN.contains(&last))
}

impl Names {
    /// What was configured, this machine's own names, and its private addresses.
    #[must_use]
    pub fn of_this_machine(dns: &[String], addresses: &[IpAddr]) -> Self {
        let mut names = Self { dns: dns.to_vec(), ..Self::default() };
        let machine = std::fs::read_to_string("/proc/sys/kernel/hostname")
            .or_else(|_| std::fs::read_to_string("/etc/hostname"))
            .unwrap_or_default();
        names.machine(&machine.trim().to_ascii_lowercase());
        let found = if_addrs::get_if_addrs().unwrap_or_else(|error| {
            tracing::warn!(%error, "the addresses of this machine are not known");
            Vec::new()
        });
        let private = found.into_iter().filter(|interface| !is_of_containers(&interface.name)).map(|interface| {
            let prefix = match &interface.addr {
                if_addrs::IfAddr::V4(v4) => v4.prefixlen,
                if_addrs::IfAddr::V6(v6) => v6.prefixlen,
            };
            (interface.ip(), prefix)
        });
        names.addresses(addresses, private);
        names
    }

    fn machine(&mut self, machine: &str) {
        let short = machine.split('.').next().unwrap_or("");
        for name in [machine.to_owned(), short.to_owned(), format!("{short}.local")] {
            if is_host_name(&name) && !name.starts_with("localhost") && !self.dns.contains(&name) {
                self.dns.push(name);
            }
        }
    }

    fn addresses(&mut self, configured: &[IpAddr], found: impl Iterator<Item = (IpAddr, u8)>) {
        for address in configured {
            self.addresses.push(*address);
            self.networks.push((*address, if address.is_ipv4() { 32 } else { 128 }));
        }
        for (address, prefix) in found.filter(|(address, _)| is_private(address)) {
            // Wide enough for the address to move within its network, never wider than a school's network is.
            let prefix = if address.is_ipv4() { prefix.clamp(16, 32) } else { prefix.clamp(64, 128) };
            if !self.addresses.contains(&address) {
                self.addresses.push(address);
            }
            self.networks.push((network(address, prefix), prefix));
        }
        self.networks.sort();
        self.networks.dedup();
    }

    /// All of them as a certificate names them.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        let all = self.dns.iter().cloned().chain(self.addresses.iter().map(IpAddr::to_string));
        all.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Bridges of containers and virtual machines: nobody comes by them.
fn is_of_containers(interface: &str) -> bool {
    ["docker", "br-", "veth", "virbr", "cni", "flannel", "podman", "lxc"].iter().any(|own| interface.starts_with(own))
}

fn is_private(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private(),
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

/// The first address of a network.
fn network(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() & !u32::MAX.checked_shr(prefix.into()).unwrap_or(0)).into()),
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::MAX.checked_shr(prefix.into()).unwrap_or(0)).into()),
    }
}

/// Whether an address lies in one of the networks.
pub(crate) fn lies_in(address: IpAddr, networks: &[(IpAddr, u8)]) -> bool {
    networks.iter().any(|(of, prefix)| of.is_ipv4() == address.is_ipv4() && network(address, *prefix) == *of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_and_nothing_else() {
        let (dns, addresses) = parse("Khue.Truong.edu.vn., 192.168.1.5,[fd00::5]").expect("reads");
        assert_eq!(dns, ["khue.truong.edu.vn"]);
        assert_eq!(addresses.len(), 2);
        for bad in
            ["https://khue.vn", "khue.vn:8080", "trường.vn", "*.khue.vn", "192.168.1.500", "-a.vn", "a..vn", "a_b.vn"]
        {
            assert_eq!(parse(bad).expect_err(bad).code(), "server.host", "{bad}");
        }
        assert!(is_public("khue.truong.edu.vn"));
        for own in ["may-chu", "may-chu.local", "khue.lan"] {
            assert!(!is_public(own), "{own}");
        }
    }

    #[test]
    fn an_address_may_move_within_its_network() {
        let mut names = Names::default();
        names.machine("may-chu.truong.vn");
        assert_eq!(names.dns, ["may-chu.truong.vn", "may-chu", "may-chu.local"]);
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let found = [
            (ip("192.168.1.5"), 24),
            (ip("10.1.2.3"), 8),
            (ip("113.160.1.1"), 24),
            (ip("fd00::5"), 48),
            (ip("fe80::1"), 64),
        ];
        names.addresses(&[ip("113.160.9.9")], found.into_iter());
        assert_eq!(names.addresses, [ip("113.160.9.9"), ip("192.168.1.5"), ip("10.1.2.3"), ip("fd00::5")]);
        for (address, inside) in [
            ("192.168.1.77", true),
            ("192.168.2.5", false),
            ("10.1.200.1", true),
            ("10.2.0.1", false),
            ("113.160.9.9", true),
            ("113.160.9.8", false),
            ("fd00::99", true),
            ("fd00:0:0:1::1", false),
        ] {
            assert_eq!(lies_in(ip(address), &names.networks), inside, "{address}");
        }
    }

    #[test]
    fn a_machine_without_a_proper_name_has_only_what_was_configured() {
        let mut names = Names::default();
        for machine in ["", "localhost", "localhost.localdomain", "Máy chủ"] {
            names.machine(machine);
        }
        assert_eq!(names.dns, Vec::<String>::new());
    }
}
