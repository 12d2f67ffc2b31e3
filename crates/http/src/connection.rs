//! What the connection of a request allows. A browser gives passkeys, the service worker and what stands on it only to a
//! page that came over TLS or from this very machine; where it does not, the server says so instead of the feature failing.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{HOST, HeaderMap};
use axum::http::request::Parts;
use axum::http::uri::{Authority, Uri};
use serde::Serialize;

use crate::App;

/// What a browser allows on a secure connection only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Signing in with a passkey.
    Passkeys,
    /// The service worker: the client opens without a network.
    ServiceWorker,
    /// Putting the client on the desk or the home screen.
    Installation,
    /// Notifications while the client is closed.
    Push,
    /// Work kept on the device until the network is back.
    OfflineOutbox,
}

/// Why it does not work here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The page came over plain HTTP.
    PlainHttp,
    /// The page was opened by an address in numbers; a passkey belongs to a name.
    NoHostName,
    /// The page was opened by a name that is not one of this server's.
    OtherHost,
}

/// One feature that is off on this connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Unavailable {
    /// What is off.
    #[schema(example = "passkeys")]
    pub feature: Feature,
    /// Why, for programs.
    #[schema(example = "plain_http")]
    pub why: Why,
    /// Why, and what to do, for people.
    #[schema(
        example = "Khoá truy cập (passkey) cần kết nối an toàn. Hãy mở trang bằng địa chỉ https:// hoặc báo người quản trị bật TLS."
    )]
    pub reason: String,
}

/// The host a request names, with its port. HTTP/2 names it in the address, HTTP/1.1 in a header.
pub(crate) fn authority(uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
    uri.authority().cloned().or_else(|| headers.get(HOST)?.to_str().ok()?.parse().ok())
}

fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<std::net::IpAddr>().is_ok()
}

/// Whether browsers trust this host without TLS, because it is this machine.
fn is_this_machine(host: &str) -> bool {
    let name = plain_name(host);
    name == "localhost"
        || name.ends_with(".localhost")
        || name.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A name as certificates and browsers write it.
fn plain_name(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// Where the page of a request was opened, for what belongs to a name: passkeys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The host name, without a port.
    pub host: String,
    /// What the browser calls the page's origin: scheme, name and port.
    pub origin: String,
    /// Why no passkey works here; nothing when they do.
    pub no_passkeys: Option<Unavailable>,
}

impl Site {
    fn of(app: &App, authority: Option<&Authority>) -> Self {
        let settings = app.settings();
        let host = authority.map(|authority| plain_name(authority.host())).unwrap_or_default();
        let scheme = if settings.secure { "https" } else { "http" };
        let port = authority.and_then(Authority::port_u16).map(|port| format!(":{port}")).unwrap_or_default();
        let off = unavailable(settings.secure, &settings.hosts, Some(&host));
        Self {
            origin: format!("{scheme}://{host}{port}"),
            no_passkeys: off.into_iter().find(|off| off.feature == Feature::Passkeys),
            host,
        }
    }

    /// The host, when passkeys work there.
    #[must_use]
    pub fn passkey_host(&self) -> Option<&str> {
        self.no_passkeys.is_none().then_some(self.host.as_str())
    }
}

impl FromRequestParts<App> for Site {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::of(app, authority(&parts.uri, &parts.headers).as_ref()))
    }
}

/// What is off when the page was opened by this host, at a server with these names (none: any).
pub(crate) fn unavailable(secure: bool, hosts: &[String], host: Option<&str>) -> Vec<Unavailable> {
    let host = host.unwrap_or("");
    if !secure && !is_this_machine(host) {
        const DO: &str = "Hãy mở trang bằng địa chỉ https:// hoặc báo người quản trị bật TLS.";
        return [
            (Feature::Passkeys, "Khoá truy cập (passkey) cần kết nối an toàn."),
            (Feature::ServiceWorker, "Mở được trang khi mất mạng cần kết nối an toàn."),
            (Feature::Installation, "Cài Khuê lên máy hoặc điện thoại cần kết nối an toàn."),
            (Feature::Push, "Nhận thông báo khi không mở trang cần kết nối an toàn."),
            (Feature::OfflineOutbox, "Giữ việc đang làm trên máy khi mất mạng cần kết nối an toàn."),
        ]
        .map(|(feature, what)| Unavailable { feature, why: Why::PlainHttp, reason: format!("{what} {DO}") })
        .into();
    }
    let passkeys_off = |why, reason: String| vec![Unavailable { feature: Feature::Passkeys, why, reason }];
    if host.is_empty() || is_address(host) {
        return passkeys_off(
            Why::NoHostName,
            "Khoá truy cập (passkey) gắn với tên máy chủ, không gắn với địa chỉ dạng số. Hãy mở trang bằng tên của máy chủ."
                .to_owned(),
        );
    }
    if let Some(own) = hosts.first()
        && !hosts.contains(&plain_name(host))
        && !is_this_machine(host)
    {
        return passkeys_off(
            Why::OtherHost,
            format!("Khoá truy cập (passkey) gắn với tên máy chủ. Hãy mở trang bằng địa chỉ https://{own}."),
        );
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_switches_off_what_browsers_refuse_there() {
        let features = |secure, host| unavailable(secure, &[], host).iter().map(|off| off.feature).collect::<Vec<_>>();
        let all = vec![
            Feature::Passkeys,
            Feature::ServiceWorker,
            Feature::Installation,
            Feature::Push,
            Feature::OfflineOutbox,
        ];
        for host in [Some("khue.truong.vn"), Some("may-chu.local"), Some("192.168.1.5"), Some("localhost.vn"), None] {
            assert_eq!(features(false, host), all, "{host:?}");
        }
        for host in ["localhost", "LOCALHOST", "demo.localhost"] {
            assert_eq!(features(false, Some(host)), [], "{host}");
        }
        for host in ["khue.truong.vn", "localhost", "may-chu.local"] {
            assert_eq!(features(true, Some(host)), [], "{host}");
        }
        for (secure, host) in [(false, "127.0.0.1"), (false, "[::1]"), (true, "192.168.1.5"), (true, "[fd00::1]")] {
            assert_eq!(features(secure, Some(host)), [Feature::Passkeys], "{host}: a passkey needs a name");
        }
        assert_eq!(features(true, None), [Feature::Passkeys]);
    }

    #[test]
    fn passkeys_are_made_and_taken_at_the_servers_own_names_only() {
        let own = ["khue.truong.vn".to_owned(), "khue.truong.local".to_owned()];
        let why = |host| unavailable(true, &own, Some(host)).first().map(|off| (off.feature, off.why));
        for host in ["khue.truong.vn", "KHUE.Truong.Local", "khue.truong.vn.", "localhost"] {
            assert_eq!(why(host), None, "{host}");
        }
        for host in ["evil.example", "x.khue.truong.vn", "truong.vn"] {
            assert_eq!(why(host), Some((Feature::Passkeys, Why::OtherHost)), "{host}");
        }
    }
}
