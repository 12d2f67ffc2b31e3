//! `khue serve`.

use std::net::{Ipv6Addr, SocketAddr};
use std::sync::Arc;

use base::Result;
use base::time::SystemClock;
use clap::Args;
use db::Db;
use http::server::{Listen, Tls, TlsFiles, asked_to_stop};
use http::{App, Settings};

use crate::console::{BAD_SETTING, say};
use crate::place::{Place, fill, make_folder, now, runtime};

/// The port when nobody says.
const PORT: u16 = 8080;

/// Settings of the server.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    place: Place,
    /// Địa chỉ và cổng, ví dụ [::]:8080, 127.0.0.1:8080 hoặc chỉ số cổng [mặc định: [::]:8080, cả IPv4 và IPv6].
    #[arg(long, env = "KHUE_LISTEN", value_name = "ĐỊA CHỈ")]
    listen: Option<String>,
    /// TLS: tệp chứng thư và tệp khoá riêng, cách nhau bằng dấu phẩy.
    #[arg(long, env = "KHUE_TLS", value_name = "CERT.PEM,KEY.PEM")]
    tls: Option<String>,
    /// Có máy chủ trung gian chạy TLS trên chính máy này; địa chỉ người dùng lấy từ X-Forwarded-For.
    #[arg(long, env = "KHUE_BEHIND_PROXY")]
    behind_proxy: bool,
    /// Mã để đọc /metrics từ máy khác (Authorization: Bearer …).
    #[arg(long, env = "KHUE_METRICS_TOKEN", value_name = "MÃ", hide_env_values = true)]
    metrics_token: Option<String>,
}

fn address(text: &str) -> Result<SocketAddr> {
    if let Ok(port) = text.trim_start_matches(':').parse::<u16>() {
        return Ok(SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)));
    }
    text.parse().map_err(|error| {
        BAD_SETTING
            .error(format!("KHUE_LISTEN={text} không phải địa chỉ. Hãy viết như [::]:8080, 0.0.0.0:8080 hoặc 8080."))
            .caused_by(error)
    })
}

impl Serve {
    /// Serves until asked to stop.
    pub fn run(self) -> Result<()> {
        let file = self.place.file()?;
        self.place.log(&file, "info")?;
        let at = match self.listen.as_deref().or(file.listen.as_deref()) {
            Some(text) => address(text)?,
            None => SocketAddr::from((Ipv6Addr::UNSPECIFIED, PORT)),
        };
        let tls =
            self.tls.as_deref().or(file.tls.as_deref()).map(|files| TlsFiles::parse(files)?.load()).transpose()?;
        let behind_proxy = self.behind_proxy || file.behind_proxy.unwrap_or(false);
        let options = self.place.options(&file);
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
            secure: tls.is_some() || behind_proxy,
            hsts: tls.is_some() || behind_proxy,
            behind_proxy,
            metrics_token: self.metrics_token.or(file.metrics_token).map(Arc::from),
            ..Settings::default()
        };
        let scheme = if tls.is_some() { "https" } else { "http" };
        let runtime = runtime()?;
        runtime.block_on(fill(&db))?;
        runtime.block_on(serve(db, settings, Listen::At(at), tls, |port| {
            let host = if at.ip().is_unspecified() {
                "localhost".to_owned()
            } else {
                SocketAddr::new(at.ip(), 0).ip().to_string()
            };
            let host = if host.contains(':') { format!("[{host}]") } else { host };
            say(format!("Khuê trả lời tại {scheme}://{host}:{port}"));
        }))
    }
}

/// Serves a database; `ready` is told the port once the server listens.
pub async fn serve(
    db: Db,
    settings: Settings,
    listen: Listen,
    tls: Option<Tls>,
    ready: impl FnOnce(u16),
) -> Result<()> {
    http::collect_metrics()?;
    let listeners = listen.open().await?;
    let port = match listeners.first().map(tokio::net::TcpListener::local_addr) {
        Some(Ok(address)) => address.port(),
        _ => 0,
    };
    let app = App::new(db, Arc::new(SystemClock), settings, crate::modules());
    let stop = async {
        asked_to_stop().await;
        tracing::info!("stopping");
    };
    tracing::info!(port, secure = app.settings().secure, demo = app.is_demo(), "listening");
    ready(port);
    http::server::serve(app, listeners, tls, stop).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_only_a_port() {
        for (text, read) in
            [("8080", "[::]:8080"), (":80", "[::]:80"), ("127.0.0.1:1", "127.0.0.1:1"), ("[::1]:2", "[::1]:2")]
        {
            assert_eq!(address(text).expect("an address").to_string(), read);
        }
        assert!(address("khue.vn").expect_err("a name").to_string().contains("KHUE_LISTEN"));
    }
}
