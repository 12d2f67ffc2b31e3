//! The way to an ACME server: one connection a request, over TLS to an authority that is trusted.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::uri::Uri;
use axum::http::{HeaderValue, Request, header};
use base::{Error, Result};
use bytes::Bytes;
use hyper_util::rt::TokioIo;
use instant_acme::{BodyWrapper, BytesResponse, HttpClient};
use rustls::RootCertStore;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::acme::ACME;

/// An ACME server answers within this time or is taken for gone.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Connects to ACME servers.
#[derive(Clone)]
pub(crate) struct Client(TlsConnector);

impl Client {
    /// Trusts what this machine trusts, or only the authority in `root`.
    pub(crate) fn new(root: Option<&Path>) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        match root {
            Some(path) => {
                let unread = |error: rustls_pki_types::pem::Error| {
                    ACME.error(format!(
                        "Không đọc được chứng thư gốc của máy chủ ACME ở {}. Hãy kiểm tra KHUE_ACME_ROOT.",
                        path.display()
                    ))
                    .caused_by(error)
                };
                let found = CertificateDer::pem_file_iter(path)
                    .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
                    .map_err(unread)?;
                roots.add_parsable_certificates(found);
            }
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        if roots.is_empty() {
            return Err(ACME.error(
                "Máy này không có chứng thư gốc nào để nhận ra máy chủ ACME. Hãy cài gói ca-certificates hoặc đặt KHUE_ACME_ROOT.",
            ));
        }
        let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(Error::internal)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    async fn send(self, mut request: Request<BodyWrapper<Bytes>>) -> std::result::Result<BytesResponse, Failed> {
        let uri = request.uri().clone();
        let (Some("https"), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return Err(format!("not an https address: {uri}").into());
        };
        let bare = host.trim_matches(['[', ']']).to_owned();
        let socket = TcpStream::connect((bare.as_str(), uri.port_u16().unwrap_or(443))).await?;
        let stream = self.0.connect(ServerName::try_from(bare)?, socket).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to the ACME server ended early");
            }
        });
        if let Some(authority) = uri.authority() {
            request.headers_mut().insert(header::HOST, HeaderValue::from_str(authority.as_str())?);
        }
        *request.uri_mut() = uri.path_and_query().map_or("/", |path| path.as_str()).parse::<Uri>()?;
        let response = sender.send_request(request).await?;
        Ok(BytesResponse::from(response))
    }
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

impl HttpClient for Client {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = std::result::Result<BytesResponse, instant_acme::Error>> + Send>> {
        let client = self.clone();
        Box::pin(async move {
            match tokio::time::timeout(ANSWER_WITHIN, client.send(request)).await {
                Ok(answered) => answered.map_err(instant_acme::Error::Other),
                Err(elapsed) => Err(instant_acme::Error::Other(elapsed.into())),
            }
        })
    }
}
