//! TLS to PostgreSQL, with `sslmode` and `sslrootcert` as libpq means them: `prefer` and `require` encrypt, and only
//! `verify-ca` and `verify-full` know whom they talk to.

use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::str::FromStr as _;
use std::sync::Arc;
use std::task::{Context, Poll};

use base::{Code, Error, Kind, Result};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect};

/// The address of the database says something about TLS that cannot be done.
pub const TLS: Code = Code::new(Kind::Refused, "db.tls", "Thiết lập TLS tới cơ sở dữ liệu không hợp lệ");

/// How far the server's certificate is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    Nothing,
    Authority,
    AuthorityAndName,
}

/// An address, ready to be connected to.
pub(crate) struct Dial {
    pub config: tokio_postgres::Config,
    pub connector: Connector,
}

/// What the address says about TLS, and the address without it: the driver knows fewer modes.
fn take_settings(url: &str) -> (String, Option<String>, Option<String>) {
    let (mut mode, mut root) = (None, None);
    let mut take = |key: &str, value: String| {
        match key {
            "sslmode" => mode = Some(value),
            "sslrootcert" => root = Some(value),
            _ => return false,
        }
        true
    };
    let rest = if url.contains("://") {
        let Some((address, query)) = url.split_once('?') else { return (url.to_owned(), None, None) };
        let kept: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.split_once('=').is_some_and(|(key, value)| take(key, percent_decoded(value))))
            .collect();
        if kept.is_empty() { address.to_owned() } else { format!("{address}?{}", kept.join("&")) }
    } else {
        // `host=… sslmode=…`; paths with spaces have to be written as an address.
        url.split_whitespace()
            .filter(|pair| {
                !pair.split_once('=').is_some_and(|(key, value)| take(key, value.trim_matches('\'').to_owned()))
            })
            .collect::<Vec<_>>()
            .join(" ")
    };
    (rest, mode, root)
}

fn percent_decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => (bytes.push(byte), rest = &after[2..]).1,
            None => (bytes.push(*first), rest = after).1,
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Dial {
    /// Reads an address. The file with the authority is read each time, so that a renewed one is taken up.
    pub(crate) fn read(url: &str) -> Result<Self> {
        let (rest, mode, root) = take_settings(url);
        let mut config = tokio_postgres::Config::from_str(&rest).map_err(|error| {
            TLS.error("Địa chỉ cơ sở dữ liệu (KHUE_DATABASE) viết sai. Hãy viết như postgres://người_dùng:mật_khẩu@máy/tên?sslmode=verify-full.")
                .caused_by(error)
        })?;
        let system = root.as_deref() == Some("system");
        let standard = std::env::home_dir().map(|home| home.join(".postgresql/root.crt"));
        let file = match &root {
            Some(_) if system => None,
            Some(path) => Some(PathBuf::from(path)),
            None => standard.filter(|path| path.exists()),
        };
        let (ssl, check) = match mode.as_deref() {
            None if system => (SslMode::Require, Check::AuthorityAndName),
            None | Some("prefer") => (SslMode::Prefer, Check::Nothing),
            Some("disable") => (SslMode::Disable, Check::Nothing),
            // As libpq does for the sake of older settings: with an authority at hand, it is asked.
            Some("require") if file.is_some() => (SslMode::Require, Check::Authority),
            Some("require") if !system => (SslMode::Require, Check::Nothing),
            Some("verify-ca") if !system => (SslMode::Require, Check::Authority),
            Some("verify-full") => (SslMode::Require, Check::AuthorityAndName),
            Some("require" | "verify-ca") => {
                return Err(TLS.error("sslrootcert=system chỉ đi cùng sslmode=verify-full. Hãy sửa KHUE_DATABASE."));
            }
            Some(other) => {
                return Err(TLS.error(format!(
                    "sslmode={other} không dùng được. Hãy chọn disable, prefer, require, verify-ca hoặc verify-full."
                )));
            }
        };
        config.ssl_mode(ssl);
        let connector = Connector(Arc::new(client(check, file.as_deref(), system)?));
        Ok(Self { config, connector })
    }
}

/// Why there is no connection: TLS has reasons of its own.
pub(crate) fn unreached(error: tokio_postgres::Error) -> Error {
    let io = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<io::Error>());
    let tls = io.and_then(io::Error::get_ref).and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let sentence = match tls {
        Some(rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        )) => {
            "Chứng thư của cơ sở dữ liệu mang tên khác với tên máy trong KHUE_DATABASE. Hãy dùng đúng tên ghi trong chứng thư."
        }
        Some(rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        )) => "Chứng thư của cơ sở dữ liệu đã hết hạn. Hãy thay chứng thư trên máy chủ PostgreSQL.",
        Some(rustls::Error::InvalidCertificate(_)) => {
            "Chứng thư của cơ sở dữ liệu không do chứng thư gốc trong sslrootcert bảo chứng. Hãy kiểm tra sslrootcert; nếu đúng tệp, có thể máy trả lời không phải máy chủ của bạn."
        }
        Some(_) => "Không lập được kết nối TLS với cơ sở dữ liệu. Hãy kiểm tra thiết lập ssl của máy chủ PostgreSQL.",
        None if error.to_string().contains("TLS handshake") => {
            "Máy chủ PostgreSQL chưa bật TLS (ssl = on) mà KHUE_DATABASE đòi. Hãy bật TLS ở đó hoặc đổi sslmode."
        }
        None => return crate::error::unreachable(error),
    };
    crate::error::UNREACHABLE.error(sentence).retry_after(5).caused_by(error)
}

fn client(check: Check, file: Option<&Path>, system: bool) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match check {
        Check::Nothing => Arc::new(Anybody(Arc::clone(&provider))),
        Check::Authority | Check::AuthorityAndName => {
            let known = authorities(file, system)?;
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(known.iter().cloned());
            let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .map_err(|error| TLS.error("Tệp sslrootcert không có chứng thư nào dùng được.").caused_by(error))?;
            Arc::new(Known { chain, known, name: check == Check::AuthorityAndName })
        }
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(config)
}

fn authorities(file: Option<&Path>, system: bool) -> Result<Vec<CertificateDer<'static>>> {
    if system {
        return Ok(rustls_native_certs::load_native_certs().certs);
    }
    let Some(file) = file else {
        return Err(TLS.error(
            "sslmode=verify-ca và verify-full cần biết tin ai: hãy thêm sslrootcert=tệp chứng thư gốc, hoặc sslrootcert=system, vào KHUE_DATABASE.",
        ));
    };
    CertificateDer::pem_file_iter(file).and_then(Iterator::collect).map_err(|error| {
        TLS.error(format!(
            "Không đọc được chứng thư gốc của cơ sở dữ liệu ở {}. Hãy kiểm tra sslrootcert.",
            file.display()
        ))
        .caused_by(error)
    })
}

/// Encrypts, whoever is at the other end.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Wants an authority it knows, and with `name` the server's own name.
#[derive(Debug)]
struct Known {
    chain: Arc<WebPkiServerVerifier>,
    known: Vec<CertificateDer<'static>>,
    name: bool,
}

impl ServerCertVerifier for Known {
    fn verify_server_cert(
        &self,
        cert: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        server: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        use rustls::Error::InvalidCertificate;
        let verified = self.chain.verify_server_cert(cert, between, server, ocsp, now);
        match &verified {
            Err(InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.name => Ok(ServerCertVerified::assertion()),
            // A server that signs for itself, and is itself the known authority: what `openssl req -x509` makes. It was
            // found valid today before it was found to be an authority.
            Err(InvalidCertificate(CertificateError::Other(other)))
                if self.known.contains(cert) && other.to_string().contains("CaUsedAsEndEntity") =>
            {
                if self.name {
                    rustls::client::verify_server_name(&ParsedCertificate::try_from(cert)?, server)?;
                }
                Ok(ServerCertVerified::assertion())
            }
            _ => verified,
        }
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.chain.verify_tls12_signature(message, cert, signed)
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.chain.verify_tls13_signature(message, cert, signed)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}

/// rustls for the driver.
#[derive(Clone)]
pub(crate) struct Connector(Arc<ClientConfig>);

/// One connection to one host.
pub(crate) struct ToHost(Arc<ClientConfig>, String);

/// The encrypted stream.
pub(crate) struct Stream<S>(tokio_rustls::client::TlsStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> MakeTlsConnect<S> for Connector {
    type Stream = Stream<S>;
    type TlsConnect = ToHost;
    type Error = io::Error;

    fn make_tls_connect(&mut self, host: &str) -> io::Result<ToHost> {
        Ok(ToHost(Arc::clone(&self.0), host.to_owned()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> TlsConnect<S> for ToHost {
    type Stream = Stream<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move {
            let host =
                ServerName::try_from(self.1).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
            tokio_rustls::TlsConnector::from(self.0).connect(host, stream).await.map(Stream)
        })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> tokio_postgres::tls::TlsStream for Stream<S> {
    /// Binds the password's proof to this very certificate, so that nobody in between can pass it on.
    fn channel_binding(&self) -> ChannelBinding {
        let certificate = self.0.get_ref().1.peer_certificates().and_then(<[_]>::first);
        match certificate.and_then(|certificate| end_point_digest(certificate)) {
            Some(digest) => ChannelBinding::tls_server_end_point(digest),
            None => ChannelBinding::none(),
        }
    }
}

/// The certificate's digest by the hash of its own signature, at least SHA-256 (RFC 5929).
fn end_point_digest(certificate: &[u8]) -> Option<Vec<u8>> {
    let (inside, _) = der(certificate)?;
    let (_, after_body) = der(inside)?;
    let (algorithm, _) = der(after_body)?;
    let (oid, _) = der(algorithm)?;
    let digest = match oid {
        // sha1, sha256 with RSA; sha256 with ECDSA
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5 | 11] | [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2] => {
            &ring::digest::SHA256
        }
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12] | [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3] => {
            &ring::digest::SHA384
        }
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13] | [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4] => {
            &ring::digest::SHA512
        }
        _ => return None,
    };
    Some(ring::digest::digest(digest, certificate).as_ref().to_vec())
}

/// What one DER element holds, and what follows it.
fn der(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.get(1..)?.split_first()?;
    let (length, rest) = match usize::from(*first) {
        short @ 0..=127 => (short, rest),
        long @ 129..=132 => {
            let (digits, rest) = rest.split_at_checked(long - 128)?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, into)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_about_tls_is_taken_out_of_the_address() {
        let taken = |url| take_settings(url);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            taken("postgres://k:p%20w@db/khue?sslmode=verify-full&application_name=a&sslrootcert=%2Fetc%2Fr%C3%A0.crt"),
            ("postgres://k:p%20w@db/khue?application_name=a".to_owned(), some("verify-full"), some("/etc/rà.crt"))
        );
        assert_eq!(taken("postgres://db/khue"), ("postgres://db/khue".to_owned(), None, None));
        assert_eq!(taken("host=db user=k sslmode=require"), ("host=db user=k".to_owned(), some("require"), None));
        assert_eq!(percent_decoded("100%"), "100%");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_to_do() {
        for (url, says) in [
            ("postgres://db/khue?sslmode=allow", "verify-full"),
            ("postgres://db/khue?sslmode=verify-full&sslrootcert=/nowhere/root.crt", "/nowhere/root.crt"),
            ("postgres://db/khue?sslmode=require&sslrootcert=system", "system"),
        ] {
            let error = Dial::read(url).err().expect("refused");
            assert_eq!(error.code(), "db.tls");
            assert!(error.to_string().contains(says), "{error}");
        }
    }

    #[test]
    fn a_cut_certificate_has_no_digest_and_does_no_harm() {
        let whole = [0x30, 0x82, 1, 0, 0x30, 0x81, 4, 1, 2, 3, 4, 0x30, 3, 6, 1, 42];
        for end in 0..=whole.len() {
            assert_eq!(end_point_digest(&whole[..end]), None);
        }
    }
}
