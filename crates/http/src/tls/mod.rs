//! Certificates: out of files, from an ACME server, or from the school's own authority. Whatever the way, one pair is
//! shown at a time and another takes its place without a restart.

pub mod acme;
mod acme_client;
mod files;
mod keep;
pub mod local;
pub mod names;
mod pair;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base::{Instant, Result};
use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

pub use files::TlsFiles;
pub use pair::{Pair, TLS};

use acme::Challenges;
use local::Authority;

/// How often files and the database are looked at for another certificate.
pub const LOOK_EVERY: Duration = Duration::from_secs(10);

/// TLS, ready to serve. Cheap to clone.
#[derive(Clone)]
pub struct Tls(Arc<Inner>);

struct Inner {
    shown: Arc<Shown>,
    config: Arc<ServerConfig>,
    /// Answers an ACME server that looks whether the names are ours.
    challenges: Option<Challenges>,
    /// The school's own authority.
    authority: RwLock<Option<Arc<Authority>>>,
}

#[derive(Debug, Default)]
struct Shown(RwLock<Option<Arc<Pair>>>);

impl Shown {
    fn get(&self) -> Option<Arc<Pair>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.get().map(|pair| Arc::clone(&pair.key))
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("names", &self.shown().map(|pair| pair.names.clone())).finish_non_exhaustive()
    }
}

impl Tls {
    /// Shows a pair, or nothing until there is one.
    pub fn new(pair: Option<Pair>, challenges: Option<Challenges>) -> Result<Self> {
        let shown = Arc::new(Shown(RwLock::new(pair.map(Arc::new))));
        let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(base::Error::internal)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&shown) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self(Arc::new(Inner { shown, config: Arc::new(config), challenges, authority: RwLock::default() })))
    }

    /// The pair that is shown.
    #[must_use]
    pub fn shown(&self) -> Option<Arc<Pair>> {
        self.0.shown.get()
    }

    /// Shows another pair from now on. Connections that stand keep the one they began with.
    pub fn show(&self, pair: Pair, now: Instant) {
        *self.0.shown.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(pair));
        self.measure(now);
    }

    /// Tells `/metrics` how long the pair is still good.
    #[expect(clippy::cast_precision_loss, reason = "seconds of a few years")]
    pub fn measure(&self, now: Instant) {
        if let Some(pair) = self.shown() {
            metrics::gauge!("khue_tls_certificate_seconds_left").set(pair.seconds_left(now) as f64);
        }
    }

    /// The school's own authority, when there is one.
    #[must_use]
    pub fn authority(&self) -> Option<Arc<Authority>> {
        self.0.authority.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn vouched_by(&self, authority: Authority) {
        *self.0.authority.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(authority));
    }

    /// What an ACME server that looks is answered.
    #[must_use]
    pub fn challenges(&self) -> Option<&Challenges> {
        self.0.challenges.as_ref()
    }

    /// Greets. `None`: it was an ACME server that only looked.
    pub(crate) async fn accept(&self, socket: TcpStream) -> std::io::Result<Option<TlsStream<TcpStream>>> {
        let begun = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), socket).await?;
        if let Some(challenges) = &self.0.challenges {
            let name = {
                let hello = begun.client_hello();
                let looks = hello.alpn().is_some_and(|mut all| all.any(|one| one == acme::ALPN));
                hello.server_name().filter(|_| looks).map(str::to_owned)
            };
            if let Some(name) = name {
                let Some(answer) = challenges.config_for(&name).await else {
                    return Err(std::io::Error::other("an ACME challenge nobody asked for"));
                };
                let _looked = begun.into_stream(answer).await?;
                return Ok(None);
            }
        }
        begun.into_stream(Arc::clone(&self.0.config)).await.map(Some)
    }
}
