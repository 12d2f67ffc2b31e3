//! A certificate with its key: read, checked against each other, and what it says of itself.

use std::path::Path;
use std::sync::Arc;

use base::{Code, Error, Instant, Kind, Result};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

/// The certificate or its key cannot be used.
pub const TLS: Code = Code::new(Kind::Unavailable, "server.tls", "Không dùng được chứng thư TLS");

/// A certificate with those that vouch for it and its key, ready to be shown.
#[derive(Clone, Debug)]
pub struct Pair {
    pub(crate) key: Arc<CertifiedKey>,
    /// The names and addresses it is for.
    pub names: Vec<String>,
    /// Its first moment.
    pub from: Instant,
    /// Its last moment.
    pub until: Instant,
    /// It vouches for itself.
    pub is_own_issuer: bool,
}

impl Pair {
    /// Puts them together. `whence` says in Vietnamese where they come from.
    pub fn of(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>, whence: &str) -> Result<Self> {
        let Some(leaf) = chain.first() else {
            return Err(
                TLS.error(format!("{whence} không có chứng thư nào. Hãy dùng tệp PEM có phần BEGIN CERTIFICATE."))
            );
        };
        let (_, read) = X509Certificate::from_der(leaf).map_err(|error| {
            TLS.error(format!("{whence} không phải chứng thư X.509 hợp lệ.")).caused_by(error.to_string())
        })?;
        let names = read
            .subject_alternative_name()
            .ok()
            .flatten()
            .map(|found| found.value.general_names.iter().filter_map(name).collect())
            .unwrap_or_default();
        let (from, until) = (read.validity().not_before.timestamp(), read.validity().not_after.timestamp());
        let instant = |seconds: i64| Instant(seconds.saturating_mul(1_000_000));
        let is_own_issuer = read.subject() == read.issuer();
        let key = CertifiedKey::from_der(chain, key, &rustls::crypto::ring::default_provider()).map_err(|error| {
            TLS.error(format!(
                "{whence}: chứng thư và khoá riêng không dùng được với nhau. Hãy kiểm tra hai tệp có cùng một cặp không."
            ))
            .caused_by(error)
        })?;
        Ok(Self { key: Arc::new(key), names, from: instant(from), until: instant(until), is_own_issuer })
    }

    /// Reads both from text.
    pub fn from_pem(chain: &str, key: &str, whence: &str) -> Result<Self> {
        let unread =
            |error: rustls_pki_types::pem::Error| TLS.error(format!("{whence} không đọc được.")).caused_by(error);
        let chain = CertificateDer::pem_slice_iter(chain.as_bytes())
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(unread)?;
        Self::of(chain, PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(unread)?, whence)
    }

    /// Reads both from files.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self> {
        fn unread<'p>(what: &'static str, path: &'p Path) -> impl FnOnce(rustls_pki_types::pem::Error) -> Error + 'p {
            move |error| {
                TLS.error(format!(
                    "Không đọc được {what} ở {}. Hãy kiểm tra đường dẫn và quyền đọc của tệp.",
                    path.display()
                ))
                .caused_by(error)
            }
        }
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
            .map_err(unread("chứng thư", certificate))?;
        let read = PrivateKeyDer::from_pem_file(key).map_err(unread("khoá riêng", key))?;
        Self::of(chain, read, &format!("Tệp {}", certificate.display()))
    }

    /// Seconds until its last moment; negative when that is past.
    #[must_use]
    pub fn seconds_left(&self, now: Instant) -> i64 {
        (self.until.0 - now.0) / 1_000_000
    }

    /// Whether its last moment is past.
    #[must_use]
    pub fn is_over(&self, now: Instant) -> bool {
        self.until <= now
    }

    /// Whether two thirds of its time are gone: ninety days are renewed thirty before their end, six days two.
    #[must_use]
    pub fn wants_renewal(&self, now: Instant) -> bool {
        self.until.0 - now.0 < (self.until.0 - self.from.0) / 3
    }

    /// Whether it is for all of these.
    #[must_use]
    pub fn is_for(&self, wanted: &[String]) -> bool {
        wanted.iter().all(|name| self.names.contains(name))
    }

    /// Whether a browser that asked for this name takes it.
    #[must_use]
    pub fn answers_to(&self, wanted: &str) -> bool {
        let below = wanted.split_once('.').map(|(_, rest)| rest);
        self.names.iter().any(|name| name == wanted || name.strip_prefix("*.").is_some_and(|rest| below == Some(rest)))
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.key.cert == other.key.cert
    }
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        GeneralName::IPAddress(bytes) => <[u8; 4]>::try_from(*bytes)
            .map(|four| std::net::IpAddr::from(four).to_string())
            .or_else(|_| <[u8; 16]>::try_from(*bytes).map(|six| std::net::IpAddr::from(six).to_string()))
            .ok(),
        _ => None,
    }
}
