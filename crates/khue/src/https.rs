//! How the program speaks TLS: from flags, environment and settings file to what the server shows.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use base::{Ctx, Result};
use clap::Args;
use db::Db;
use http::App;
use http::server::Listen;
use http::tls::acme::{Acme, LETS_ENCRYPT, Proof};
use http::tls::names::{self, Names};
use http::tls::{LOOK_EVERY, Pair, Tls, TlsFiles, acme, local};
use tokio::task::JoinHandle;

use crate::console::BAD_SETTING;
use crate::place::SettingsFile;

/// The port of https, where certificates are proved and shown.
pub const HTTPS_PORT: u16 = 443;
/// A certificate that ends so soon and was not renewed is worth a word.
const SOON_SECONDS: i64 = 14 * 86_400;

/// Settings of the secure connection.
#[derive(Clone, Debug, Default, Args)]
pub struct Https {
    /// Chứng thư TLS: cert.pem,key.pem (tệp có sẵn, tự nạp lại khi đổi); acme hoặc acme:<địa chỉ> (xin và gia hạn từ Let's
    /// Encrypt hay máy chủ ACME khác); local (trường tự bảo chứng). Xem docs/TLS.md.
    #[arg(long, env = "KHUE_TLS", value_name = "CÁCH")]
    tls: Option<String>,
    /// Tên máy chủ mà mọi người gõ vào trình duyệt, nhiều tên cách nhau bằng dấu phẩy, ví dụ khue.truong.edu.vn.
    #[arg(long, env = "KHUE_HOST", value_name = "TÊN")]
    host: Option<String>,
    /// Cổng HTTP thường khi đã có TLS: chuyển người dùng sang https, trả lời máy chủ ACME, trang /tin-cay; off để không mở
    /// [mặc định: 80 khi dùng acme hoặc local ở cổng 443].
    #[arg(long, env = "KHUE_HTTP_LISTEN", value_name = "ĐỊA CHỈ")]
    http_listen: Option<String>,
    /// Địa chỉ thư để máy chủ ACME báo khi chứng thư sắp hết hạn; không bắt buộc.
    #[arg(long, env = "KHUE_ACME_CONTACT", value_name = "ĐỊA CHỈ THƯ")]
    acme_contact: Option<String>,
    /// Chứng thư gốc của máy chủ ACME riêng; bỏ trống thì tin những gì máy này tin.
    #[arg(long, env = "KHUE_ACME_ROOT", value_name = "TỆP")]
    acme_root: Option<PathBuf>,
}

/// Where the certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Nowhere: plain HTTP.
    Plain,
    /// Files that something else renews.
    Files(TlsFiles),
    /// An ACME server.
    Acme(Box<Acme>),
    /// The school's own authority.
    Local,
}

/// What the settings say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secure {
    /// Where the certificate comes from.
    pub way: Way,
    /// The host names of `KHUE_HOST`.
    pub hosts: Vec<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// What was said of the plain listener; nothing said is not the same as off.
    http: Option<Option<SocketAddr>>,
}

impl Secure {
    /// Plain HTTP.
    pub const PLAIN: Self = Self { way: Way::Plain, hosts: Vec::new(), addresses: Vec::new(), http: None };

    /// Whether TLS is spoken.
    pub fn is_on(&self) -> bool {
        self.way != Way::Plain
    }

    /// Where plain HTTP is listened on, beside TLS on this port.
    pub fn plain_listen(&self, https: u16) -> Option<Listen> {
        let obtained = matches!(self.way, Way::Acme(_) | Way::Local);
        let usual = (obtained && https == HTTPS_PORT).then_some(SocketAddr::from((Ipv6Addr::UNSPECIFIED, 80)));
        self.http.unwrap_or(usual).filter(|_| self.is_on()).map(Listen::At)
    }

    /// The names of this server and this machine, as they are now.
    pub fn names(&self) -> Names {
        Names::of_this_machine(&self.hosts, &self.addresses)
    }

    /// Whether every device trusts the certificate by itself, so that browsers may be told never to come without TLS.
    pub fn is_trusted_anywhere(&self) -> bool {
        match &self.way {
            Way::Plain | Way::Local => false,
            Way::Files(files) => files.load().is_ok_and(|pair| !pair.is_own_issuer),
            Way::Acme(acme) => acme.root.is_none(),
        }
    }

    /// Opens what is shown; `plain` says that there is a plain listener. The tasks keep it fresh until they are ended.
    pub async fn open(self, app: &App, plain: bool) -> Result<Option<(Tls, JoinHandle<()>)>> {
        Ok(Some(match self.way.clone() {
            Way::Plain => return Ok(None),
            Way::Files(files) => {
                let pair = files.load()?;
                if pair.is_over(app.now()) {
                    tracing::error!(until = %pair.until.rfc3339(), "the TLS certificate has expired: browsers will refuse it");
                }
                let tls = Tls::new(Some(pair), None)?;
                tls.measure(app.now());
                let watching = tokio::spawn(files.watch(app.clone(), tls.clone(), LOOK_EVERY));
                (tls, watching)
            }
            Way::Acme(mut acme) => {
                if plain {
                    acme.proofs.push(Proof::Http);
                }
                let tls = acme.open(app).await?;
                let watching = tokio::spawn(acme.watch(app.clone(), tls.clone()));
                (tls, watching)
            }
            Way::Local => {
                let tls = local::open(app, &self.names()).await?;
                let names = move || self.names();
                let watching = tokio::spawn(local::watch(app.clone(), names, tls.clone(), LOOK_EVERY));
                (tls, watching)
            }
        }))
    }
}

/// Reads an address to listen on: only a port, or address and port.
pub fn address(setting: &str, text: &str) -> Result<SocketAddr> {
    if let Ok(port) = text.trim_start_matches(':').parse::<u16>() {
        return Ok(SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)));
    }
    text.parse().map_err(|error| {
        BAD_SETTING
            .error(format!("{setting}={text} không phải địa chỉ. Hãy viết như [::]:8080, 0.0.0.0:8080 hoặc 8080."))
            .caused_by(error)
    })
}

impl Https {
    /// Puts flags, environment and settings file together.
    pub fn read(&self, file: &SettingsFile) -> Result<Secure> {
        let host = self.host.as_deref().or(file.host.as_deref()).unwrap_or("");
        let (hosts, addresses) = names::parse(host)?;
        let way = match self.tls.as_deref().or(file.tls.as_deref()).map(str::trim) {
            None | Some("") => Way::Plain,
            Some("local") => Way::Local,
            Some(text) if text == "acme" || text.starts_with("acme:") => {
                let mut acme = Acme::parse(text, hosts.clone())?;
                acme.contact =
                    self.acme_contact.clone().or(file.acme_contact.clone()).filter(|contact| !contact.is_empty());
                acme.root = self.acme_root.clone().or(file.acme_root.clone());
                Way::Acme(Box::new(acme))
            }
            Some(text) => Way::Files(TlsFiles::parse(text)?),
        };
        let http = match self.http_listen.as_deref().or(file.http_listen.as_deref()) {
            None => None,
            Some("" | "off") => Some(None),
            Some(_) if way == Way::Plain => {
                return Err(BAD_SETTING.error(
                    "KHUE_HTTP_LISTEN chỉ dùng khi có TLS. Hãy đặt KHUE_TLS, hoặc dùng KHUE_LISTEN cho HTTP thường.",
                ));
            }
            Some(text) => Some(Some(address("KHUE_HTTP_LISTEN", text)?)),
        };
        Ok(Secure { way, hosts, addresses, http })
    }
}

/// What `khue doctor` has to say about the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is well.
    Good(String),
    /// It is worth knowing.
    Note(String),
    /// It has to be mended.
    Wrong(String),
}

fn validity(pair: &Pair) -> Said {
    let (now, day) = (crate::place::now(), base::vi::date(pair.until.date_in_vietnam()));
    let names = pair.names.join(", ");
    if pair.is_over(now) {
        Said::Wrong(format!("chứng thư TLS ({names}) đã hết hạn ngày {day}: trình duyệt sẽ từ chối"))
    } else if pair.from > now {
        Said::Wrong(format!("chứng thư TLS ({names}) chưa có hiệu lực: hãy kiểm tra đồng hồ của máy"))
    } else if pair.seconds_left(now) < SOON_SECONDS {
        Said::Note(format!("chứng thư TLS ({names}) sắp hết hạn, ngày {day}"))
    } else {
        Said::Good(format!("chứng thư TLS cho {names}, đến ngày {day}"))
    }
}

/// What can be said without the database.
pub fn look_at_settings(secure: &Secure) -> Vec<Said> {
    match &secure.way {
        Way::Plain => vec![Said::Note(
            "không có TLS: ngoài chính máy này, khoá truy cập, cài Khuê lên máy và làm việc khi mất mạng chỉ chạy qua https. Xem docs/TLS.md".to_owned(),
        )],
        Way::Files(files) => match files.load() {
            Err(error) => vec![Said::Wrong(error.to_string())],
            Ok(pair) => {
                let mut said = vec![validity(&pair)];
                if crate::place::is_open_to_others(&files.key) {
                    said.push(Said::Wrong(format!(
                        "người khác trên máy đọc được khoá riêng TLS. Hãy chạy: chmod 600 {}",
                        files.key.display()
                    )));
                }
                let missing: Vec<_> = secure.hosts.iter().filter(|host| !pair.answers_to(host)).cloned().collect();
                if !missing.is_empty() {
                    said.push(Said::Wrong(format!("chứng thư TLS không có tên {} của KHUE_HOST", missing.join(", "))));
                }
                said
            }
        },
        Way::Acme(acme) if acme.directory == LETS_ENCRYPT => {
            vec![Said::Good(format!("TLS: xin chứng thư từ Let's Encrypt cho {}", acme.hosts.join(", ")))]
        }
        Way::Acme(acme) => vec![Said::Good(format!("TLS: xin chứng thư từ {} cho {}", acme.directory, acme.hosts.join(", ")))],
        Way::Local => vec![Said::Good("TLS: trường tự bảo chứng (KHUE_TLS=local)".to_owned())],
    }
}

/// What the database knows of the certificate.
pub async fn look_at_database(db: &Db, ctx: &Ctx, secure: &Secure) -> Result<Vec<Said>> {
    Ok(match &secure.way {
        Way::Plain | Way::Files(_) => Vec::new(),
        Way::Acme(_) => {
            let (pair, failed) = acme::kept(db, ctx).await?;
            let mut said: Vec<_> = pair.iter().map(validity).collect();
            if pair.is_none() {
                said.push(Said::Note("chưa có chứng thư nào; máy chủ sẽ xin khi chạy".to_owned()));
            }
            said.extend(failed.map(|failed| {
                Said::Wrong(format!(
                    "lần xin chứng thư gần nhất không được (liên tiếp {} lần): {} Sẽ thử lại sau {}",
                    failed.times,
                    failed.why,
                    failed.again().rfc3339()
                ))
            }));
            said
        }
        Way::Local => match local::kept(db, ctx, &secure.names()).await? {
            None => vec![Said::Note("chưa có chứng thư gốc của trường; máy chủ sẽ lập khi chạy lần đầu".to_owned())],
            Some((authority, pair)) => {
                let mut said = vec![
                    validity(&pair),
                    Said::Good(format!("{}, dấu vân tay {}", authority.common_name, authority.fingerprint())),
                ];
                if !authority.left_out.is_empty() {
                    said.push(Said::Note(left_out(&authority.left_out)));
                }
                said
            }
        },
    })
}

/// Names that came after the root was made.
pub fn left_out(names: &[String]) -> String {
    format!(
        "chứng thư gốc của trường không bảo chứng cho {}: mở Khuê bằng tên ấy sẽ bị cảnh báo. Nếu cần tên ấy, hãy lập chứng thư gốc mới: khue certificate new-root (mọi máy phải cài lại ở /tin-cay)",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tls: &str, host: &str, http: Option<&str>) -> Result<Secure> {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let https =
            Https { tls: text(tls), host: text(host), http_listen: http.map(str::to_owned), ..Https::default() };
        https.read(&SettingsFile::default())
    }

    #[test]
    fn three_ways_to_a_certificate_and_plain_http() {
        assert_eq!(read("", "", None).expect("reads").way, Way::Plain);
        assert!(matches!(read("a.pem,b.pem", "", None).expect("reads").way, Way::Files(_)));
        assert_eq!(read("local", "khue.truong.local", None).expect("reads").hosts, ["khue.truong.local"]);
        assert!(matches!(read("acme", "khue.truong.edu.vn", None).expect("reads").way, Way::Acme(_)));
        assert_eq!(read("acme", "", None).expect_err("no name").code(), "server.acme");
        assert_eq!(read("a.pem", "", None).expect_err("no key").code(), "server.tls");
        assert_eq!(read("local", "https://khue.vn", None).expect_err("no name").code(), "server.host");
    }

    #[test]
    fn plain_http_stands_beside_a_certificate_that_is_obtained_and_only_there() {
        let listens = |tls: &str, http, port| read(tls, "khue.vn", http).expect("reads").plain_listen(port);
        let at = |text: &str| Some(Listen::At(text.parse().expect("an address")));
        assert_eq!(listens("local", None, 443), at("[::]:80"));
        assert_eq!(listens("acme", None, 443), at("[::]:80"));
        assert_eq!(listens("local", None, 8443), None, "nobody said where");
        assert_eq!(listens("local", Some("off"), 443), None);
        assert_eq!(listens("a.pem,b.pem", None, 443), None);
        assert_eq!(listens("a.pem,b.pem", Some("127.0.0.1:8080"), 443), at("127.0.0.1:8080"));
        assert_eq!(listens("", None, 443), None);
        assert_eq!(read("", "", Some("80")).expect_err("no TLS").code(), "setting.bad");
    }

    #[test]
    fn an_address_may_be_only_a_port() {
        for (text, read) in
            [("8080", "[::]:8080"), (":80", "[::]:80"), ("127.0.0.1:1", "127.0.0.1:1"), ("[::1]:2", "[::1]:2")]
        {
            assert_eq!(address("KHUE_LISTEN", text).expect("an address").to_string(), read);
        }
        assert!(address("KHUE_LISTEN", "khue.vn").expect_err("a name").to_string().contains("KHUE_LISTEN"));
    }
}
