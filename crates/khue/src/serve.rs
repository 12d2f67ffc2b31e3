//! `khue serve`.

use std::net::{Ipv6Addr, SocketAddr};
use std::sync::Arc;

use base::Result;
use base::time::SystemClock;
use clap::Args;
use db::Db;
use http::server::{Listen, asked_to_stop};
use http::tls::Tls;
use http::{App, Settings};
use tokio::net::TcpListener;

use crate::certificate;
use crate::console::say;
use crate::https::{HTTPS_PORT, Https, Secure, Way, address};
use crate::operator::House;
use crate::operator::door::Door;
use crate::place::{Place, fill, make_folder, now, runtime};
use crate::work::{Work, Working};

/// The port of plain HTTP when nobody says; TLS has its own.
const PORT: u16 = 8080;

/// Settings of the server.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    place: Place,
    /// Địa chỉ và cổng, ví dụ [::]:8080, 127.0.0.1:8080 hoặc chỉ số cổng [mặc định: [::]:8080, cả IPv4 và IPv6; có TLS thì
    /// [::]:443].
    #[arg(long, env = "KHUE_LISTEN", value_name = "ĐỊA CHỈ")]
    listen: Option<String>,
    #[command(flatten)]
    https: Https,
    /// Có máy chủ trung gian chạy TLS trên chính máy này; địa chỉ người dùng lấy từ X-Forwarded-For.
    #[arg(long, env = "KHUE_BEHIND_PROXY")]
    behind_proxy: bool,
    /// Mã để đọc /metrics từ máy khác (Authorization: Bearer …).
    #[arg(long, env = "KHUE_METRICS_TOKEN", value_name = "MÃ", hide_env_values = true)]
    metrics_token: Option<String>,
    #[command(flatten)]
    work: Work,
}

impl Serve {
    /// Serves until asked to stop.
    pub fn run(self) -> Result<()> {
        let file = self.place.file()?;
        self.place.log(&file, "info")?;
        let secure = self.https.read(&file)?;
        let at = match self.listen.as_deref().or(file.listen.as_deref()) {
            Some(text) => address("KHUE_LISTEN", text)?,
            None => SocketAddr::from((Ipv6Addr::UNSPECIFIED, if secure.is_on() { HTTPS_PORT } else { PORT })),
        };
        let behind_proxy = self.behind_proxy || file.behind_proxy.unwrap_or(false);
        let options = self.place.options(&file);
        let work = self.work.read(&file)?;
        let key_is_new = !options.key.exists();
        make_folder(&options.data)?;
        let db = Db::open(&options, now())?;
        if db.installation().new && key_is_new {
            say(format!(
                "Đã tạo tệp khoá {}. Hãy sao một bản cất nơi khác: mất khoá này thì không đọc được dữ liệu.",
                options.key.display()
            ));
        }
        let settings = Settings {
            secure: secure.is_on() || behind_proxy,
            hosts: secure.hosts.clone(),
            hsts: if secure.is_on() { secure.is_trusted_anywhere() } else { behind_proxy },
            behind_proxy,
            metrics_token: self.metrics_token.or(file.metrics_token).map(Arc::from),
            jobs: work.handlers(&db),
            unit: work.unit,
            ..Settings::default()
        };
        let host = match (secure.hosts.first(), at.ip()) {
            (Some(host), _) => host.clone(),
            (None, ip) if ip.is_unspecified() => "localhost".to_owned(),
            (None, ip) if ip.is_ipv6() => format!("[{ip}]"),
            (None, ip) => ip.to_string(),
        };
        let runtime = runtime()?;
        runtime.block_on(fill(&db))?;
        runtime.block_on(serve(db, settings, Listen::At(at), secure, |ready| ready.tell(&host)))
    }
}

/// What a server that listens can tell.
#[derive(Debug)]
pub struct Ready {
    /// The port people come to.
    pub port: u16,
    /// The port of plain HTTP beside TLS.
    pub plain: Option<u16>,
    /// TLS, when it is spoken.
    pub tls: Option<Tls>,
}

impl Ready {
    fn tell(&self, host: &str) {
        let at = |scheme: &str, host: &str, port: u16| match (scheme, port) {
            ("https", 443) | ("http", 80) => format!("{scheme}://{host}"),
            _ => format!("{scheme}://{host}:{port}"),
        };
        let Some(tls) = &self.tls else {
            return say(format!("Khuê trả lời tại {}", at("http", host, self.port)));
        };
        let Some(authority) = tls.authority() else {
            say(format!("Khuê trả lời tại {}", at("https", host, self.port)));
            if tls.shown().is_none() {
                say(
                    "Chưa có chứng thư: đang xin từ máy chủ ACME; nếu không được, nhật ký nói vì sao và Khuê tự thử lại.",
                );
            }
            return;
        };
        let host = authority.names.first().map_or(host, String::as_str);
        say(format!("Khuê trả lời tại {}", at("https", host, self.port)));
        certificate::print(&authority, tls.shown().map(|pair| pair.until));
        match self.plain {
            Some(port) => say(format!("Trang cài chứng thư cho từng máy: {}/tin-cay", at("http", host, port))),
            None => {
                say("Chưa mở trang cài chứng thư cho từng máy: hãy đặt KHUE_HTTP_LISTEN, ví dụ KHUE_HTTP_LISTEN=80.")
            }
        }
    }
}

fn port(listeners: &[TcpListener]) -> Option<u16> {
    listeners.first()?.local_addr().ok().map(|address| address.port())
}

/// Serves a database; `ready` is told once the server listens.
pub async fn serve(
    db: Db,
    mut settings: Settings,
    listen: Listen,
    secure: Secure,
    ready: impl FnOnce(&Ready),
) -> Result<()> {
    http::collect_metrics()?;
    let listeners = listen.open().await?;
    let port_of_tls = port(&listeners).unwrap_or_default();
    let beside = match secure.plain_listen(port_of_tls) {
        Some(listen) => listen.open().await?,
        None => Vec::new(),
    };
    if secure.way == Way::Local {
        settings.enrolment_port = port(&beside);
    }
    let for_ever = settings.hsts;
    let app = App::new(db, Arc::new(SystemClock), settings, crate::modules());
    let house = House { db: app.db().clone(), secure: Some(secure.clone()), jobs: Some(app.settings().jobs.clone()) };
    let opened = secure.open(&app, !beside.is_empty()).await?;
    let (tls, watching) = opened.unzip();
    tracing::info!(port = port_of_tls, secure = app.settings().secure, demo = app.is_demo(), "listening");
    let door = Door::open(house);
    let told = Ready { port: port_of_tls, plain: port(&beside), tls: tls.clone() };
    ready(&told);
    let beside = tls.clone().map(|tls| tokio::spawn(http::plain::serve(beside, tls, port_of_tls, for_ever)));
    let working = Working::start(&app);
    let stop = async move {
        asked_to_stop().await;
        tracing::info!("stopping");
        if let Some(door) = door {
            door.close();
        }
        working.stop().await;
        for task in watching.into_iter().chain(beside) {
            task.abort();
        }
    };
    http::server::serve(app, listeners, tls, stop).await
}
