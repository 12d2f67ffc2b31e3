//! The school's own authority, for a server without a name the world knows: a root bound to the school's own names, and
//! certificates for the server which it signs. What a thief of the root could sign is worth nothing for any other name.

use std::net::IpAddr;
use std::time::Duration;

use base::{Code, Ctx, Error, Instant, Kind, Result};
use db::Db;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256, SanType,
    SerialNumber,
};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use serde::{Deserialize, Serialize};

use super::keep::{self, LOCAL};
use super::names::{Names, lies_in};
use super::{Pair, Tls};
use crate::App;

/// The server has no name to make a certificate for.
pub const NAMELESS: Code = Code::new(Kind::Refused, "server.nameless", "Máy chủ chưa có tên");

/// A root lasts ten years: longer than a device, shorter than a career.
const ROOT_DAYS: i64 = 3_650;
/// The longest that browsers accept.
const LEAF_DAYS: i64 = 397;
/// Devices in a village have clocks that go slow.
const DAYS_BEFORE: i64 = 2;

/// What is kept, encrypted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    common_name: String,
    root: String,
    root_key: String,
    dns: Vec<String>,
    networks: Vec<(IpAddr, u8)>,
    leaf: String,
    leaf_key: String,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kept({}, keys not shown)", self.common_name)
    }
}

/// What everybody may know of the authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// How it calls itself.
    pub common_name: String,
    /// The root as text.
    pub pem: String,
    /// The root.
    pub der: Vec<u8>,
    /// The names the server is reached by, the one to show first.
    pub names: Vec<String>,
    /// Names the server goes by now and the root doesn't vouch for.
    pub left_out: Vec<String>,
}

impl Authority {
    fn of(kept: &Kept, names: &Names) -> Result<Self> {
        let der = CertificateDer::from_pem_slice(kept.root.as_bytes()).map_err(Error::internal)?.to_vec();
        let (covered, left_out) = kept.split(names);
        Ok(Self {
            common_name: kept.common_name.clone(),
            pem: kept.root.clone(),
            der,
            names: covered.dns.into_iter().chain(covered.addresses.iter().map(IpAddr::to_string)).collect(),
            left_out: left_out.all(),
        })
    }

    /// SHA-256 of the root in groups of four, as people compare it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let hex = db::keys::hex(&db::keys::sha256(&[&self.der])).to_ascii_uppercase();
        hex.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect::<Vec<_>>().join(" ")
    }
}

fn rcgen(error: rcgen::Error) -> Error {
    Error::internal(error)
}

/// Valid for so many days from now; the hour is midnight.
fn lasting(now: Instant, days: i64) -> CertificateParams {
    let day = |days: i64| {
        let date = now.plus_seconds(days * 86_400).date_in_vietnam();
        rcgen::date_time_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    let mut params = CertificateParams::default();
    params.not_before = day(-DAYS_BEFORE);
    params.not_after = day(days - DAYS_BEFORE);
    params
}

fn called(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Khuê");
    name.push(DnType::CommonName, common_name);
    name
}

fn new_key() -> Result<KeyPair> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(rcgen)
}

fn new_serial() -> Result<SerialNumber> {
    let mut bytes = db::keys::random::<16>()?;
    // A positive number of full length.
    bytes[0] = bytes[0] & 0x3f | 0x40;
    Ok(SerialNumber::from_slice(&bytes))
}

fn root_params(common_name: &str, now: Instant) -> CertificateParams {
    let mut root = lasting(now, ROOT_DAYS);
    root.distinguished_name = called(common_name);
    root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    // For servers only: not for mail, not for programs.
    root.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    root
}

impl Kept {
    /// A new root for these names, with a first certificate.
    fn make(names: &Names, now: Instant) -> Result<Self> {
        let Some(first) = names.dns.first() else {
            return Err(NAMELESS
                .error("Máy này chưa có tên để lập chứng thư. Hãy đặt KHUE_HOST, ví dụ KHUE_HOST=khue.truong.local."));
        };
        let key = new_key()?;
        // Two roots of one school must not have one name: devices would take one for the other.
        let mark = db::keys::hex(&db::keys::sha256(&[key.public_key_raw()])[..2]).to_ascii_uppercase();
        let common_name = format!("Chứng thư gốc của {first} ({mark})");
        let mut root = root_params(&common_name, now);
        root.serial_number = Some(new_serial()?);
        let mut permitted: Vec<_> = names.dns.iter().cloned().map(GeneralSubtree::DnsName).collect();
        permitted.extend(
            names
                .networks
                .iter()
                .map(|(of, prefix)| GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(*of, *prefix))),
        );
        // Addresses of a kind that is not mentioned would be free.
        let mut excluded = Vec::new();
        if !names.networks.iter().any(|(of, _)| of.is_ipv4()) {
            excluded.push(GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([0; 4], 0)));
        }
        if !names.networks.iter().any(|(of, _)| of.is_ipv6()) {
            excluded.push(GeneralSubtree::IpAddress(CidrSubnet::from_v6_prefix([0; 16], 0)));
        }
        root.name_constraints = Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: excluded });
        let certificate = root.self_signed(&key).map_err(rcgen)?;
        let mut kept = Self {
            common_name,
            root: certificate.pem(),
            root_key: key.serialize_pem(),
            dns: names.dns.clone(),
            networks: names.networks.clone(),
            leaf: String::new(),
            leaf_key: String::new(),
        };
        kept.renew(names, now)?;
        Ok(kept)
    }

    /// Those the root vouches for, and those it does not.
    fn split(&self, names: &Names) -> (Names, Names) {
        // A constraint to a name takes in what is below it.
        let vouched = |name: &String| {
            let is_below = |of: &String| name.strip_suffix(of.as_str()).is_some_and(|rest| rest.ends_with('.'));
            self.dns.iter().any(|of| name == of || is_below(of))
        };
        let (dns, no_dns) = names.dns.iter().cloned().partition(vouched);
        let (addresses, no_addresses) = names.addresses.iter().partition(|address| lies_in(**address, &self.networks));
        let names = |dns, addresses| Names { dns, addresses, networks: Vec::new() };
        (names(dns, addresses), names(no_dns, no_addresses))
    }

    /// Another certificate with a key of its own, for the names the root vouches for.
    fn renew(&mut self, names: &Names, now: Instant) -> Result<()> {
        let (covered, _) = self.split(names);
        let Some(first) = covered.dns.first().cloned().or_else(|| covered.addresses.first().map(IpAddr::to_string))
        else {
            return Err(NAMELESS.error(
                "Chứng thư gốc của trường không bảo chứng tên nào trong các tên hiện nay của máy chủ. Hãy đặt lại KHUE_HOST như trước, hoặc lập chứng thư gốc mới: khue certificate new-root.",
            ));
        };
        let mut leaf = lasting(now, LEAF_DAYS - 1);
        leaf.distinguished_name = called(&first);
        leaf.serial_number = Some(new_serial()?);
        let named: std::result::Result<Vec<_>, rcgen::Error> =
            covered.dns.iter().map(|name| name.as_str().try_into().map(SanType::DnsName)).collect();
        leaf.subject_alt_names = named.map_err(rcgen)?;
        leaf.subject_alt_names.extend(covered.addresses.iter().copied().map(SanType::IpAddress));
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        let root_key = KeyPair::from_pem(&self.root_key).map_err(rcgen)?;
        let issuer = Issuer::new(root_params(&self.common_name, now), root_key);
        let key = new_key()?;
        self.leaf = leaf.signed_by(&key, &issuer).map_err(rcgen)?.pem();
        self.leaf_key = key.serialize_pem();
        Ok(())
    }

    fn pair(&self) -> Result<Pair> {
        Pair::from_pem(&self.leaf, &self.leaf_key, "Chứng thư của trường trong cơ sở dữ liệu")
    }

    /// Renews when it is time or the names are others. Answers whether it did.
    fn keep_up(&mut self, names: &Names, now: Instant) -> Result<bool> {
        let pair = self.pair()?;
        let wanted = self.split(names).0.all();
        if !pair.wants_renewal(now) && pair.is_for(&wanted) && pair.names.len() == wanted.len() {
            return Ok(false);
        }
        self.renew(names, now)?;
        Ok(true)
    }
}

/// Opens the authority, or makes it: what is served from now on.
pub async fn open(app: &App, names: &Names) -> Result<Tls> {
    let now = app.now();
    let kept = match keep::own::<Kept>(app, &LOCAL).await? {
        Some(kept) => kept,
        None => keep::write_first(app, &LOCAL, Kept::make(names, now)?).await?,
    };
    let kept = kept_up(app, kept, names, now).await?;
    let tls = Tls::new(Some(kept.pair()?), None)?;
    tls.vouched_by(Authority::of(&kept, names)?);
    tls.measure(now);
    Ok(tls)
}

/// Looks for ever: renews in time, follows the machine's addresses, takes up what another server made.
pub async fn watch(app: App, names: impl Fn() -> Names, tls: Tls, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        let (now, names) = (app.now(), names());
        if let Err(error) = look(&app, &names, &tls, now).await {
            tracing::error!(%error, "the server's own certificate could not be renewed; the old one stays in use");
        }
        tls.measure(now);
    }
}

/// What stands after it was renewed, by this server or by a quicker one.
async fn kept_up(app: &App, kept: Kept, names: &Names, now: Instant) -> Result<Kept> {
    let mut renewed = kept.clone();
    if !renewed.keep_up(names, now)? || keep::swap(app, &LOCAL, kept, renewed.clone()).await? {
        return Ok(renewed);
    }
    keep::own::<Kept>(app, &LOCAL).await?.ok_or_else(|| Error::internal("the authority was taken away"))
}

async fn look(app: &App, names: &Names, tls: &Tls, now: Instant) -> Result<()> {
    let Some(kept) = keep::own::<Kept>(app, &LOCAL).await? else { return Ok(()) };
    let kept = kept_up(app, kept, names, now).await?;
    let pair = kept.pair()?;
    if tls.shown().is_none_or(|shown| !shown.is_same(&pair)) {
        tracing::info!(names = ?pair.names, until = %pair.until.rfc3339(), "a new TLS certificate of the school's own authority is in use");
        tls.show(pair, now);
    }
    let authority = Authority::of(&kept, names)?;
    if tls.authority().is_none_or(|known| *known != authority) {
        tls.vouched_by(authority);
    }
    Ok(())
}

/// Takes the root out of use and makes another for the names of today. Every device has to learn to trust it anew.
pub async fn new_root(db: &Db, ctx: &Ctx, names: &Names, now: Instant) -> Result<Authority> {
    let kept = Kept::make(names, now)?;
    let authority = Authority::of(&kept, names)?;
    keep::write(db, ctx, &LOCAL, kept).await?;
    Ok(authority)
}

/// The authority as it is kept, and its present certificate; nothing when there is none.
pub async fn kept(db: &Db, ctx: &Ctx, names: &Names) -> Result<Option<(Authority, Pair)>> {
    let kept: Option<Kept> = keep::read(db, ctx, &LOCAL).await?;
    kept.map(|kept| Ok((Authority::of(&kept, names)?, kept.pair()?))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        Instant::parse("2026-11-25T03:00:00Z").expect("an instant")
    }

    fn names(dns: &[&str], addresses: &[&str]) -> Names {
        let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().expect("an address")).collect();
        let network = |address: &IpAddr| match address {
            IpAddr::V4(v4) => (IpAddr::from(std::net::Ipv4Addr::from(v4.to_bits() >> 8 << 8)), 24),
            v6 => (*v6, 128),
        };
        Names {
            dns: dns.iter().map(|&name| name.to_owned()).collect(),
            networks: addresses.iter().map(network).collect(),
            addresses,
        }
    }

    /// A certificate that the root signs for names it must not vouch for, as a thief of its key would.
    fn stolen(kept: &Kept, name: SanType) -> Vec<u8> {
        let mut leaf = lasting(now(), 30);
        leaf.subject_alt_names = vec![name];
        let issuer =
            Issuer::new(root_params(&kept.common_name, now()), KeyPair::from_pem(&kept.root_key).expect("a key"));
        leaf.signed_by(&new_key().expect("a key"), &issuer).expect("signs").der().to_vec()
    }

    #[test]
    fn what_a_thief_of_the_root_signs_for_others_is_refused() {
        use rustls::client::danger::ServerCertVerifier as _;
        use rustls_pki_types::{ServerName, UnixTime};
        use x509_parser::prelude::{FromDer as _, X509Certificate};

        let kept = Kept::make(&names(&["khue.truong.local"], &["192.168.1.5"]), now()).expect("made");
        let root = CertificateDer::from_pem_slice(kept.root.as_bytes()).expect("a root");
        let (_, read) = X509Certificate::from_der(&root).expect("reads");
        let bound = read.name_constraints().expect("one").expect("name constraints");
        assert!(bound.critical, "what does not know name constraints must refuse the root");

        let mut roots = rustls::RootCertStore::empty();
        roots.add(root.clone()).expect("a root");
        let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(
            std::sync::Arc::new(roots),
            std::sync::Arc::new(rustls::crypto::ring::default_provider()),
        )
        .build()
        .expect("a verifier");
        let at = UnixTime::since_unix_epoch(Duration::from_micros(u64::try_from(now().0).expect("after 1970")));
        let verified = |der: Vec<u8>, name: &str| {
            let name = ServerName::try_from(name.to_owned()).expect("a name");
            verifier.verify_server_cert(&CertificateDer::from(der), &[], &name, &[], at).is_ok()
        };
        let dns = |name: &str| SanType::DnsName(name.try_into().expect("a name"));
        let ip = |address: &str| SanType::IpAddress(address.parse().expect("an address"));
        assert!(verified(stolen(&kept, dns("khue.truong.local")), "khue.truong.local"), "its own name");
        assert!(verified(stolen(&kept, ip("192.168.1.9")), "192.168.1.9"), "its own network");
        for (name, asked) in [
            (dns("vietcombank.com.vn"), "vietcombank.com.vn"),
            (dns("truong.local"), "truong.local"),
            (ip("192.168.2.5"), "192.168.2.5"),
            (ip("2001:db8::1"), "2001:db8::1"),
        ] {
            assert!(!verified(stolen(&kept, name), asked), "{asked}");
        }
    }

    #[test]
    fn a_certificate_is_renewed_in_time_and_when_an_address_moves_but_never_beyond_the_root() {
        let first = names(&["khue.truong.local"], &["192.168.1.5"]);
        let mut kept = Kept::make(&first, now()).expect("made");
        let made = kept.pair().expect("a pair");
        assert_eq!(made.names, ["khue.truong.local", "192.168.1.5"]);
        assert!((made.until.0 - made.from.0) / 86_400_000_000 < LEAF_DAYS);
        assert!(!made.is_own_issuer);
        assert!(!kept.keep_up(&first, now()).expect("looked"), "nothing to do");
        assert!(kept.keep_up(&first, now().plus_seconds(270 * 86_400)).expect("looked"), "a third of its time is left");

        let moved = names(&["khue.truong.local", "thu-vien.vn"], &["192.168.1.77", "10.0.0.1"]);
        let root = kept.root.clone();
        assert!(kept.keep_up(&moved, now()).expect("looked"));
        assert_eq!(kept.root, root, "devices trust it");
        assert_eq!(kept.pair().expect("a pair").names, ["khue.truong.local", "192.168.1.77"]);
        assert!(!kept.keep_up(&moved, now()).expect("looked"), "what the root cannot vouch for is not tried again");
        let authority = Authority::of(&kept, &moved).expect("an authority");
        assert_eq!(authority.left_out, ["10.0.0.1", "thu-vien.vn"]);
        assert_eq!(authority.fingerprint().len(), 79, "{}", authority.fingerprint());
        assert_eq!(kept.keep_up(&names(&["khac.vn"], &[]), now()).expect_err("no name left").code(), "server.nameless");
        assert_eq!(Kept::make(&Names::default(), now()).expect_err("no name").code(), "server.nameless");
        assert!(!format!("{kept:?}").contains("PRIVATE"));
    }
}
