//! A certificate in files, which something else renews: looked at every few seconds, taken up without a restart.

use std::path::PathBuf;
use std::time::Duration;

use base::Result;

use super::{Pair, TLS, Tls};
use crate::App;

/// Where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate with those that vouch for it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl TlsFiles {
    /// Reads `cert.pem,key.pem`.
    pub fn parse(text: &str) -> Result<Self> {
        match text.split_once(',') {
            Some((certificate, key)) if !certificate.trim().is_empty() && !key.trim().is_empty() => {
                Ok(Self { certificate: certificate.trim().into(), key: key.trim().into() })
            }
            _ => Err(TLS.error(
                "KHUE_TLS phải là cert.pem,key.pem (tệp chứng thư, dấu phẩy, tệp khoá riêng), acme hoặc local. Xem docs/TLS.md.",
            )),
        }
    }

    /// Reads and checks them.
    pub fn load(&self) -> Result<Pair> {
        Pair::from_files(&self.certificate, &self.key)
    }

    /// What is in them now; nothing while one is missing.
    fn digest(&self) -> Option<[u8; 32]> {
        let (certificate, key) = (std::fs::read(&self.certificate).ok()?, std::fs::read(&self.key).ok()?);
        Some(db::keys::sha256(&[&certificate, b"\0", &key]))
    }

    /// Looks for ever whether they changed. What cannot be used is said once; the pair in use stays.
    pub async fn watch(self, app: App, tls: Tls, every: Duration) {
        let (mut known, mut seen) = (self.digest(), None);
        loop {
            tokio::time::sleep(every).await;
            let now = app.now();
            tls.measure(now);
            let found = self.digest();
            // The two files are not written at one moment: what is new must look the same twice.
            let settled = found == seen;
            seen = found;
            if found == known || !settled {
                continue;
            }
            known = found;
            match self.load() {
                Ok(pair) if pair.is_over(now) && tls.shown().is_some_and(|old| !old.is_over(now)) => {
                    tracing::error!(until = %pair.until.rfc3339(), "the new TLS certificate has already expired; the old one stays in use");
                }
                Ok(pair) => {
                    tracing::info!(names = ?pair.names, until = %pair.until.rfc3339(), "a new TLS certificate is in use");
                    tls.show(pair, now);
                }
                Err(error) => {
                    tracing::error!(%error, cause = ?std::error::Error::source(&error), "the new TLS certificate cannot be used; the old one stays in use");
                }
            }
        }
    }
}
