//! Certificates, as a browser meets them: out of files, from the school's own authority, from an ACME server.

mod acme;
mod files;
mod local;
mod pebble;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use http::server::{Listen, serve};
use http::tls::Tls;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How often the tests look.
const OFTEN: Duration = Duration::from_millis(40);

/// An authority of the test's own.
struct Ca {
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key")
}

impl Ca {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = key();
        let der = params.self_signed(&key).expect("a root").der().clone();
        Self { der, issuer: Issuer::new(params, key) }
    }

    /// A certificate for names, good until the first day of a year, and its key.
    fn signs(&self, names: &[&str], until: i32) -> (String, String) {
        let mut params =
            CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()).expect("names");
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let key = key();
        (params.signed_by(&key, &self.issuer).expect("signs").pem(), key.serialize_pem())
    }
}

/// A server that stands.
struct Running {
    at: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Running {
    async fn with(app: App, tls: Tls) -> Self {
        Self::on(app, tls, Listen::Loopback(0).open().await.expect("listens"))
    }

    fn on(app: App, tls: Tls, listeners: Vec<TcpListener>) -> Self {
        let at = listeners[0].local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            let stopped = async {
                let _asked = stopped.await;
            };
            serve(app, listeners, Some(tls), stopped).await.expect("serves");
        });
        Self { at, stop, serving }
    }

    async fn end(self) {
        self.stop.send(()).expect("asks");
        self.serving.await.expect("ends");
    }

    /// Asks for `/healthz` by a name, trusting one root; answers the certificate that was shown.
    async fn asked_as(&self, name: &str, root: &CertificateDer<'_>) -> std::io::Result<CertificateDer<'static>> {
        let mut roots = RootCertStore::empty();
        roots.add(root.clone().into_owned()).expect("a root");
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let socket = TcpStream::connect(self.at).await?;
        let name = ServerName::try_from(name.to_owned()).expect("a name");
        let mut stream = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, socket).await?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: khue\r\nconnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        Ok(stream.get_ref().1.peer_certificates().expect("certificates")[0].clone().into_owned())
    }
}

fn der(pem: &str) -> CertificateDer<'static> {
    use rustls::pki_types::pem::PemObject as _;
    CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate")
}

/// Waits until it is so.
async fn until<T>(what: &str, mut so: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = tokio::time::Instant::now();
    loop {
        if let Some(found) = so().await {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        tokio::time::sleep(OFTEN).await;
    }
}

/// Whether a text is anywhere in the files of a folder.
fn is_written_in(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).expect("a folder").any(|entry| {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            return is_written_in(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}
