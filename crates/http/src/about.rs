//! What this server is, and how it fares.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base::{Error, Result};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde::Serialize;

use crate::app::DemoAccount;
use crate::connection::{self, Unavailable};
use crate::layers::no_such_path;
use crate::{App, Json};

/// What this server is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct About {
    /// The product's name.
    #[schema(example = "Khuê")]
    pub product: String,
    /// The program's version.
    #[schema(example = "0.1.0")]
    pub version: String,
    /// Whether this is a demonstration: made-up people, nothing to keep.
    #[schema(example = false)]
    pub demo: bool,
    /// Whether this server is reached over TLS.
    #[schema(example = true)]
    pub secure: bool,
    /// What is off on the connection this was asked over, each with its reason. On `localhost` nothing is.
    pub unavailable: Vec<Unavailable>,
    /// Where a device learns to trust this server's own authority; absent when the certificate needs no such step.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "http://khue.truong.local/tin-cay")]
    pub enrolment: Option<String>,
    /// The sign-ins of a demonstration; absent everywhere else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub demo_accounts: Vec<DemoAccount>,
}

/// What this server is: product, version, whether it is a demonstration, what the connection allows. Public.
#[utoipa::path(get, path = "/about", tag = "about", security(()), responses((status = 200, body = About)))]
pub(crate) async fn about(State(app): State<App>, uri: Uri, headers: HeaderMap) -> Json<About> {
    let settings = app.settings();
    let demo = app.is_demo();
    let authority = connection::authority(&uri, &headers);
    let host = authority.as_ref().map(|authority| authority.host());
    Json(About {
        product: settings.product.to_owned(),
        version: settings.version.to_owned(),
        demo,
        secure: settings.secure,
        unavailable: connection::unavailable(settings.secure, &settings.hosts, host),
        enrolment: settings.enrolment_port.zip(host).map(|(port, host)| match port {
            80 => format!("http://{host}/tin-cay"),
            port => format!("http://{host}:{port}/tin-cay"),
        }),
        demo_accounts: if demo { settings.demo_accounts.clone() } else { Vec::new() },
    })
}

/// The process runs.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers.
pub(crate) async fn readyz(State(app): State<App>) -> Response {
    let asked = async {
        let ctx = app.system("readiness", "readyz")?;
        let read = app.db().read(&ctx, |tx| {
            tx.public("asks whether the database answers");
            db::journal::read::head(tx)
        });
        // A load balancer waits no longer.
        tokio::time::timeout(Duration::from_secs(3), read).await.map_err(Error::internal)?
    };
    match asked.await {
        Ok(_) => "ok\n".into_response(),
        Err(error) => {
            tracing::warn!(?error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "database\n").into_response()
        }
    }
}

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Begins to collect measurements. Once a process.
pub fn collect_metrics() -> Result<()> {
    let mut result = Ok(());
    RECORDER.get_or_init(|| {
        let built = PrometheusBuilder::new()
            .set_buckets_for_metric(
                Matcher::Suffix("_seconds".to_owned()),
                &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0],
            )
            .and_then(PrometheusBuilder::install_recorder);
        match built {
            Ok(handle) => Some(handle),
            Err(error) => {
                result = Err(Error::internal(error));
                None
            }
        }
    });
    result
}

/// Tidies the measurements; called every few seconds while serving.
pub(crate) fn tidy_metrics() {
    if let Some(Some(handle)) = RECORDER.get() {
        handle.run_upkeep();
    }
}

/// The measurements, for the machine's own collector or whoever has the token. Others learn nothing, not even that it
/// is here.
pub(crate) async fn metrics(State(app): State<App>, request: Request) -> Response {
    let headers = request.headers();
    let local = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .is_some_and(|info| info.0.ip().to_canonical().is_loopback());
    // Behind a proxy on this machine everybody seems local.
    let relayed = app.settings().behind_proxy
        || ["x-forwarded-for", "forwarded", "via"].iter().any(|name| headers.contains_key(*name));
    let shown = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    // Compared by digest, so that the time taken says nothing about how much of it was right.
    let token = match (&app.settings().metrics_token, shown) {
        (Some(token), Some(shown)) => db::keys::sha256(&[token.as_bytes()]) == db::keys::sha256(&[shown.as_bytes()]),
        _ => false,
    };
    if !(token || local && !relayed) {
        return no_such_path();
    }
    match RECORDER.get() {
        Some(Some(handle)) => {
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
        }
        _ => (StatusCode::SERVICE_UNAVAILABLE, "not collecting\n").into_response(),
    }
}
