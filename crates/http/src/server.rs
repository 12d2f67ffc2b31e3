//! Listening, TLS, and stopping without cutting anybody off.

use std::future::Future;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use base::{Code, Error, Kind, Result};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::tls::Tls;
use crate::{App, about};

/// The address cannot be listened on.
pub const LISTEN: Code = Code::new(Kind::Unavailable, "server.listen", "Không mở được cổng");

/// Connections served at once; more wait in the system's queue.
const CONNECTIONS: usize = 10_000;
/// Connections of the plain listener, which has little to say.
const PLAIN_CONNECTIONS: usize = 500;
/// A connection says what it wants within this time.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// Requests may finish so long after the server was told to stop.
const FINISH_WITHIN: Duration = Duration::from_secs(10);

/// Where to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listen {
    /// One address; `[::]` takes IPv4 as well and falls back to it.
    At(SocketAddr),
    /// This machine only, by both loopback addresses; port 0 takes a free one.
    Loopback(u16),
}

impl Listen {
    /// Opens the sockets. The first one's address is the one to print.
    pub async fn open(self) -> Result<Vec<TcpListener>> {
        let failed = |error: std::io::Error, at: SocketAddr| {
            let why = match error.kind() {
                std::io::ErrorKind::AddrInUse => {
                    "cổng đang được chương trình khác dùng. Hãy tắt chương trình đó hoặc chọn cổng khác"
                }
                std::io::ErrorKind::PermissionDenied => {
                    "không được phép dùng cổng này. Hãy chọn cổng từ 1024 trở lên hoặc cấp quyền cho chương trình"
                }
                std::io::ErrorKind::AddrNotAvailable => "máy này không có địa chỉ đó. Hãy kiểm tra KHUE_LISTEN",
                _ => "hệ điều hành từ chối. Hãy kiểm tra KHUE_LISTEN",
            };
            LISTEN.error(format!("Không mở được {at}: {why}.")).caused_by(error)
        };
        match self {
            Self::At(at) => match TcpListener::bind(at).await {
                Ok(listener) => Ok(vec![listener]),
                // A machine without IPv6.
                Err(error) if at.ip() == Ipv6Addr::UNSPECIFIED && error.kind() != std::io::ErrorKind::AddrInUse => {
                    let four = SocketAddr::from((Ipv4Addr::UNSPECIFIED, at.port()));
                    TcpListener::bind(four).await.map(|listener| vec![listener]).map_err(|error| failed(error, four))
                }
                Err(error) => Err(failed(error, at)),
            },
            Self::Loopback(port) => {
                let four = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
                let first = TcpListener::bind(four).await.map_err(|error| failed(error, four))?;
                let port = first.local_addr().map_err(|error| failed(error, four))?.port();
                let mut all = vec![first];
                // `localhost` may mean either.
                all.extend(TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok());
                Ok(all)
            }
        }
    }
}

/// Serves until `stop` comes; then takes no more connections, lets requests finish, ends streams and closes the database.
pub async fn serve(
    app: App,
    listeners: Vec<TcpListener>,
    tls: Option<Tls>,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let router = crate::router(app.clone())?;
    // Now, not with the first look: what an earlier run could not write is written.
    app.looks()?;
    let graceful = Arc::new(GracefulShutdown::new());
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let tidying = tokio::spawn(async {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            about::tidy_metrics();
        }
    });
    let accepting: Vec<_> = listeners
        .into_iter()
        .map(|listener| {
            let (router, tls, graceful, places) =
                (router.clone(), tls.clone(), Arc::clone(&graceful), Arc::clone(&places));
            tokio::spawn(accept(listener, router, tls, graceful, places))
        })
        .collect();
    stop.await;
    for task in &accepting {
        task.abort();
    }
    for task in accepting {
        // Its socket and its share of the watcher go with it.
        let _aborted = task.await;
    }
    app.stop();
    if let Ok(graceful) = Arc::try_unwrap(graceful)
        && tokio::time::timeout(FINISH_WITHIN, graceful.shutdown()).await.is_err()
    {
        tracing::warn!("some requests did not finish in time and were cut off");
    }
    tidying.abort();
    app.looks()?.close().await;
    let db = app.db().clone();
    tokio::task::spawn_blocking(move || db.close()).await.map_err(Error::internal)
}

async fn accept(
    listener: TcpListener,
    router: axum::Router,
    tls: Option<Tls>,
    graceful: Arc<GracefulShutdown>,
    places: Arc<Semaphore>,
) {
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (socket, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, most often: others will end.
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let _small_answers_at_once = socket.set_nodelay(true);
        let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            match tls {
                None => connection(socket, from, router, watcher).await,
                Some(tls) => match tokio::time::timeout(HEADERS_WITHIN, tls.accept(socket)).await {
                    Ok(Ok(Some(stream))) => connection(stream, from, router, watcher).await,
                    Ok(Ok(None)) => tracing::debug!("an ACME server looked"),
                    Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                    Err(_elapsed) => tracing::debug!("a TLS handshake took too long"),
                },
            }
        });
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    from: SocketAddr,
    router: axum::Router,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(from));
        router.clone().oneshot(request)
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN).max_buf_size(64 * 1024);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(30))
        .max_concurrent_streams(100)
        .max_header_list_size(64 * 1024);
    let serving = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    if let Err(error) = watcher.watch(serving).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Serves a router without TLS until it is dropped, and nobody it serves is waited for.
pub(crate) async fn plain(listener: TcpListener, router: axum::Router) {
    let places = Arc::new(Semaphore::new(PLAIN_CONNECTIONS));
    accept(listener, router, None, Arc::new(GracefulShutdown::new()), places).await;
}

/// Resolves when the system asks the program to stop (SIGINT, SIGTERM).
pub async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let wait = |kind| async move {
        match signal(kind) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::warn!(%error, "cannot hear a signal");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = wait(SignalKind::interrupt()) => {}
        () = wait(SignalKind::terminate()) => {}
    }
}
