//! Certificates from an ACME server such as Let's Encrypt: asked for, proved, kept, renewed when two thirds of their time
//! are gone. Whatever goes wrong, the certificate in use stays, and the server is asked again, each time a little later.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base::{Code, Ctx, Error, Instant, Kind, Result};
use db::Db;
use instant_acme::{
    Account, AuthorizationStatus, ChallengeType, Identifier, NewAccount, NewOrder, Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::ServerConfig;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls_pki_types::PrivateKeyDer;
use serde::{Deserialize, Serialize};

use super::acme_client::Client;
use super::keep::{self, ACME as KEPT, CHALLENGES};
use super::names::is_public;
use super::{LOOK_EVERY, Pair, Tls};
use crate::App;

/// No certificate came from the ACME server.
pub const ACME: Code = Code::new(Kind::Unavailable, "server.acme", "Chưa xin được chứng thư");

/// Where certificates come from when nobody says.
pub const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";
/// What an ACME server says when it only looks.
pub(crate) const ALPN: &[u8] = b"acme-tls/1";
/// After a failure: four tries in the first hour, since Let's Encrypt refuses more than five, then ever fewer.
const WAITS: [i64; 6] = [60, 300, 1_800, 7_200, 21_600, 43_200];
/// What an ACME server says of a proof that it did not find.
const UNPROVED: [&str; 5] = ["connection", "dns", "tls", "unauthorized", "incorrectResponse"];
/// One order is over in this time, or another server may try.
const LEASE_SECONDS: i64 = 600;

/// How the server shows that a name is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// HTTP-01: a file on port 80.
    Http,
    /// TLS-ALPN-01: a certificate on port 443.
    Tls,
}

/// What to ask for, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acme {
    /// The ACME server's directory.
    pub directory: String,
    /// The names of the certificate.
    pub hosts: Vec<String>,
    /// Whom the ACME server may write to.
    pub contact: Option<String>,
    /// The only authority to trust for the ACME server itself.
    pub root: Option<PathBuf>,
    /// The ways of proof this server has, one a try in turn.
    pub proofs: Vec<Proof>,
    /// How often to look.
    pub every: Duration,
}

/// What went wrong the last times.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Failed {
    /// When, the last time.
    pub at: Instant,
    /// How often in a row.
    pub times: usize,
    /// Why, in Vietnamese.
    pub why: String,
}

impl Failed {
    /// When it is tried again.
    #[must_use]
    pub fn again(&self) -> Instant {
        let wait = WAITS.get(self.times.saturating_sub(1)).or(WAITS.last()).copied().unwrap_or(43_200);
        self.at.plus_seconds(wait)
    }
}

/// What is kept, encrypted.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    directory: String,
    account: Option<serde_json::Value>,
    chain: Option<String>,
    key: Option<String>,
    failed: Option<Failed>,
}

impl Kept {
    fn pair(&self) -> Result<Option<Pair>> {
        match (&self.chain, &self.key) {
            (Some(chain), Some(key)) => Pair::from_pem(chain, key, "Chứng thư ACME trong cơ sở dữ liệu").map(Some),
            _ => Ok(None),
        }
    }
}

/// A proof that the ACME server may ask for.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Open {
    host: String,
    token: String,
    authorization: String,
}

/// The proofs that may be asked for now, whichever server of the installation is asked.
#[derive(Clone)]
pub struct Challenges(App);

impl Challenges {
    async fn open(&self) -> Vec<Open> {
        keep::own(&self.0, &CHALLENGES)
            .await
            .unwrap_or_else(|error| {
                tracing::warn!(%error, "the ACME challenges could not be read");
                None
            })
            .unwrap_or_default()
    }

    /// The answer to HTTP-01.
    pub async fn authorization(&self, token: &str) -> Option<String> {
        self.open().await.into_iter().find(|open| open.token == token).map(|open| open.authorization)
    }

    /// The answer to TLS-ALPN-01: a certificate that holds the proof's digest.
    pub(crate) async fn config_for(&self, host: &str) -> Option<Arc<ServerConfig>> {
        let open = self.open().await.into_iter().find(|open| open.host.eq_ignore_ascii_case(host))?;
        match proof(&open) {
            Ok(config) => Some(Arc::new(config)),
            Err(error) => {
                tracing::error!(?error, "no certificate for an ACME challenge");
                None
            }
        }
    }
}

fn proof(open: &Open) -> Result<ServerConfig> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(Error::internal)?;
    let mut params = CertificateParams::new([open.host.clone()]).map_err(Error::internal)?;
    let digest = db::keys::sha256(&[open.authorization.as_bytes()]);
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(&digest)];
    let certificate = params.self_signed(&key).map_err(Error::internal)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(Error::internal)?;
    let key = provider.key_provider.load_private_key(key).map_err(Error::internal)?;
    // Not checked against each other: the proof's extension is critical, and rustls reads no certificate that has such.
    let proof = SingleCertAndKey::from(CertifiedKey::new(vec![certificate.der().clone()], key));
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(proof));
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(config)
}

impl Acme {
    /// Reads `acme` or `acme:<directory>` with the names to ask for.
    pub fn parse(text: &str, hosts: Vec<String>) -> Result<Self> {
        let directory =
            match text.strip_prefix("acme") {
                Some("") => LETS_ENCRYPT,
                Some(rest) if rest.starts_with(":https://") => &rest[1..],
                _ => return Err(ACME.error(
                    "KHUE_TLS=acme:… phải kèm địa chỉ https:// của máy chủ ACME, ví dụ acme:https://acme.vn/directory.",
                )),
            };
        if hosts.is_empty() {
            return Err(
                ACME.error("KHUE_TLS=acme cần biết tên miền: hãy đặt KHUE_HOST, ví dụ KHUE_HOST=khue.truong.edu.vn.")
            );
        }
        // A private ACME server may know private names.
        if directory == LETS_ENCRYPT
            && let Some(own) = hosts.iter().find(|host| !is_public(host))
        {
            return Err(ACME.error(format!(
                "Không cơ quan chứng thực nào cấp chứng thư cho '{own}': tên này chỉ có trong mạng riêng. Hãy dùng tên miền thật trong KHUE_HOST, hoặc KHUE_TLS=local."
            )));
        }
        Ok(Self {
            directory: directory.to_owned(),
            hosts,
            contact: None,
            root: None,
            proofs: vec![Proof::Tls],
            every: LOOK_EVERY,
        })
    }

    /// What is served until the first look: what is kept, or nothing yet.
    pub async fn open(&self, app: &App) -> Result<Tls> {
        // A root that cannot be read is said before anything is opened.
        Client::new(self.root.as_deref())?;
        let kept: Option<Kept> = keep::own(app, &KEPT).await?;
        let pair = kept.map(|kept| kept.pair()).transpose()?.flatten();
        let tls = Tls::new(pair, Some(Challenges(app.clone())))?;
        tls.measure(app.now());
        Ok(tls)
    }

    /// Looks for ever whether a certificate is wanted.
    pub async fn watch(self, app: App, tls: Tls) {
        let holder = db::keys::random::<8>().map(|bytes| db::keys::hex(&bytes)).unwrap_or_default();
        loop {
            if let Err(error) = self.look(&app, &tls, &holder).await {
                tracing::error!(%error, cause = ?std::error::Error::source(&error), "could not look after the TLS certificate");
            }
            tls.measure(app.now());
            tokio::time::sleep(self.every).await;
        }
    }

    fn is_wanted(&self, pair: Option<&Pair>, now: Instant) -> bool {
        pair.is_none_or(|pair| pair.wants_renewal(now) || !pair.is_for(&self.hosts))
    }

    async fn look(&self, app: &App, tls: &Tls, holder: &str) -> Result<()> {
        let mut kept: Kept = keep::own(app, &KEPT).await?.unwrap_or_default();
        let pair = kept.pair()?;
        if let Some(pair) = &pair
            && tls.shown().is_none_or(|shown| !shown.is_same(pair))
        {
            tracing::info!(names = ?pair.names, until = %pair.until.rfc3339(), "a new TLS certificate is in use");
            tls.show(pair.clone(), app.now());
        }
        let waits = kept.failed.as_ref().is_some_and(|failed| app.now() < failed.again() && failed.at <= app.now());
        if !self.is_wanted(pair.as_ref(), app.now()) || waits || !keep::lease(app, holder, LEASE_SECONDS).await? {
            return Ok(());
        }
        // Another server may have been quicker between the look and the lease.
        kept = keep::own(app, &KEPT).await?.unwrap_or_default();
        if !self.is_wanted(kept.pair()?.as_ref(), app.now()) {
            return Ok(());
        }
        let tried = kept.failed.as_ref().map_or(0, |failed| failed.times);
        let proof = self.proofs.get(tried % self.proofs.len().max(1)).copied().unwrap_or(Proof::Tls);
        tracing::info!(directory = %self.directory, hosts = ?self.hosts, ?proof, "asking for a TLS certificate");
        let asked = self.ask(app, &mut kept, proof).await;
        match asked {
            Ok(pair) => {
                kept.failed = None;
                keep::write_own(app, &KEPT, kept).await?;
                tracing::info!(names = ?pair.names, until = %pair.until.rfc3339(), "a new TLS certificate is in use");
                tls.show(pair, app.now());
            }
            Err(why) => {
                let failed = Failed { at: app.now(), times: tried + 1, why: why.detail().to_owned() };
                metrics::counter!("khue_tls_renewal_failures").increment(1);
                tracing::error!(error = %why, cause = ?std::error::Error::source(&why), again = %failed.again().rfc3339(), "no TLS certificate came; what is in use stays");
                kept.failed = Some(failed);
                keep::write_own(app, &KEPT, kept).await?;
            }
        }
        keep::write_own(app, &CHALLENGES, Vec::<Open>::new()).await?;
        keep::give_back(app, holder).await
    }

    async fn ask(&self, app: &App, kept: &mut Kept, proof: Proof) -> Result<Pair> {
        if keep::is_copy(app).await? {
            return Err(ACME.error(
                "Đây là bản sao của một hệ thống khác nên không xin chứng thư; chứng thư đang có vẫn được dùng.",
            ));
        }
        let identifiers: Vec<Identifier> = self.hosts.iter().cloned().map(Identifier::Dns).collect();
        let wanted = NewOrder::new(&identifiers);
        let mut order = match self.account(app, kept).await?.new_order(&wanted).await {
            // The server forgot us.
            Err(instant_acme::Error::Api(problem)) if is(&problem, "accountDoesNotExist") => {
                kept.account = None;
                self.account(app, kept).await?.new_order(&wanted).await
            }
            answer => answer,
        }
        .map_err(|error| self.refused(error))?;
        self.prove(app, &mut order, proof).await?;
        let patience = RetryPolicy::new().initial_delay(Duration::from_millis(250)).timeout(Duration::from_secs(120));
        match order.poll_ready(&patience).await {
            Ok(OrderStatus::Invalid) => return Err(self.unproved(&mut order, proof).await),
            Err(instant_acme::Error::Api(problem)) if UNPROVED.iter().any(|kind| is(&problem, kind)) => {
                return Err(self.unproved(&mut order, proof).await);
            }
            Err(error) => return Err(self.refused(error)),
            Ok(_) => {}
        }
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(Error::internal)?;
        let mut params = CertificateParams::new(self.hosts.clone()).map_err(Error::internal)?;
        params.distinguished_name = DistinguishedName::new();
        let request = params.serialize_request(&key).map_err(Error::internal)?;
        order.finalize_csr(request.der()).await.map_err(|error| self.refused(error))?;
        let chain = order.poll_certificate(&patience).await.map_err(|error| self.refused(error))?;
        let key = key.serialize_pem();
        let pair = Pair::from_pem(&chain, &key, "Chứng thư từ máy chủ ACME")?;
        if self.is_wanted(Some(&pair), app.now()) {
            return Err(ACME.error(format!(
                "Máy chủ ACME cấp chứng thư không dùng được (cho {}, đến {}). Hãy kiểm tra đồng hồ của máy này.",
                pair.names.join(", "),
                base::vi::date(pair.until.date_in_vietnam())
            )));
        }
        (kept.chain, kept.key) = (Some(chain), Some(key));
        Ok(pair)
    }

    /// The account of this installation at the ACME server, made when there is none.
    async fn account(&self, app: &App, kept: &mut Kept) -> Result<Account> {
        let builder = || Client::new(self.root.as_deref()).map(|client| Account::builder_with_http(Box::new(client)));
        if kept.directory == self.directory
            && let Some(known) = &kept.account
        {
            let known = serde_json::from_value(known.clone()).map_err(Error::internal)?;
            return builder()?.from_credentials(known).await.map_err(|error| self.refused(error));
        }
        let contact = self.contact.as_ref().map(|address| format!("mailto:{address}"));
        let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
        let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
        let (account, credentials) =
            builder()?.create(&new, self.directory.clone(), None).await.map_err(|error| self.refused(error))?;
        kept.directory.clone_from(&self.directory);
        kept.account = Some(serde_json::to_value(&credentials).map_err(Error::internal)?);
        keep::write_own(app, &KEPT, kept.clone()).await?;
        Ok(account)
    }

    /// Lays out the proof for each name and says that it can be looked at.
    async fn prove(&self, app: &App, order: &mut Order, proof: Proof) -> Result<()> {
        let kind = match proof {
            Proof::Http => ChallengeType::Http01,
            Proof::Tls => ChallengeType::TlsAlpn01,
        };
        let mut open = Vec::new();
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization.map_err(|error| self.refused(error))?;
            if authorization.status == AuthorizationStatus::Valid {
                continue;
            }
            let host = authorization.identifier().to_string();
            let Some(mut challenge) = authorization.challenge(kind.clone()) else {
                return Err(ACME.error(format!(
                    "Máy chủ ACME không nhận cách chứng minh {proof:?} cho {host}; Khuê sẽ thử cách khác nếu có."
                )));
            };
            let authorization = challenge.key_authorization().as_str().to_owned();
            open.push(Open { host, token: challenge.token.clone(), authorization });
            keep::write_own(app, &CHALLENGES, open.clone()).await?;
            challenge.set_ready().await.map_err(|error| self.refused(error))?;
        }
        Ok(())
    }

    /// Which name could not be proved, and what the ACME server saw.
    async fn unproved(&self, order: &mut Order, proof: Proof) -> Error {
        let mut said = Vec::new();
        let mut authorizations = order.authorizations();
        while let Some(Ok(authorization)) = authorizations.next().await {
            for challenge in &authorization.challenges {
                if let Some(problem) = &challenge.error {
                    said.push(format!("{}: {}", authorization.identifier(), problem.detail.as_deref().unwrap_or("?")));
                }
            }
        }
        let port = match proof {
            Proof::Http => "80",
            Proof::Tls => "443",
        };
        ACME.error(format!(
            "Máy chủ ACME không tới được máy này bằng tên đã đặt. Hãy kiểm tra tên miền trỏ đúng địa chỉ IP của trường và cổng {port} từ Internet đi tới Khuê. Máy chủ ACME nói: {}",
            if said.is_empty() { "(không nói gì)".to_owned() } else { said.join("; ") }
        ))
    }

    fn refused(&self, error: instant_acme::Error) -> Error {
        let what = match &error {
            instant_acme::Error::Api(problem) => {
                let advice = if is(problem, "rateLimited") {
                    "đã xin quá nhiều lần. Khuê sẽ tự thử lại sau"
                } else if is(problem, "rejectedIdentifier") {
                    "không cấp chứng thư cho tên trong KHUE_HOST. Hãy kiểm tra tên"
                } else if is(problem, "invalidContact") || is(problem, "unsupportedContact") {
                    "không nhận địa chỉ liên hệ. Hãy sửa KHUE_ACME_CONTACT"
                } else if is(problem, "caa") {
                    "bị bản ghi CAA của tên miền cấm. Hãy cho phép trong DNS"
                } else {
                    "từ chối. Khuê sẽ tự thử lại"
                };
                format!("Máy chủ ACME {advice}. Máy chủ ACME nói: {}", problem.detail.as_deref().unwrap_or("?"))
            }
            instant_acme::Error::Timeout(_) => {
                "Máy chủ ACME chưa làm xong sau hai phút. Khuê sẽ tự thử lại.".to_owned()
            }
            _ => format!(
                "Không nói chuyện được với máy chủ ACME {}. Hãy kiểm tra mạng Internet, tường lửa và đồng hồ của máy; Khuê sẽ tự thử lại.",
                self.directory
            ),
        };
        ACME.error(what).caused_by(error)
    }
}

fn is(problem: &instant_acme::Problem, kind: &str) -> bool {
    problem.r#type.as_deref().and_then(|text| text.rsplit(':').next()) == Some(kind)
}

/// The certificate as it is kept, and what went wrong lately.
pub async fn kept(db: &Db, ctx: &Ctx) -> Result<(Option<Pair>, Option<Failed>)> {
    let kept: Kept = keep::read(db, ctx, &KEPT).await?.unwrap_or_default();
    Ok((kept.pair()?, kept.failed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_nobody_can_vouch_for_are_refused_before_anybody_is_asked() {
        let host = |name: &str| vec![name.to_owned()];
        assert_eq!(Acme::parse("acme", host("khue.truong.edu.vn")).expect("reads").directory, LETS_ENCRYPT);
        let own = Acme::parse("acme:https://127.0.0.1:14000/dir", host("may-chu.local")).expect("reads");
        assert_eq!(own.directory, "https://127.0.0.1:14000/dir");
        for (text, hosts) in [
            ("acme", vec![]),
            ("acme", host("may-chu.local")),
            ("acme:http://acme.vn/dir", host("khue.vn")),
            ("acmex", host("khue.vn")),
        ] {
            assert_eq!(Acme::parse(text, hosts).expect_err(text).code(), "server.acme");
        }
    }

    #[test]
    fn tries_grow_rarer() {
        let failed = |times| Failed { at: Instant(0), times, why: String::new() }.again().0 / 1_000_000;
        assert_eq!([1, 2, 3, 6, 7, 100].map(failed), [60, 300, 1_800, 43_200, 43_200, 43_200]);
    }
}
