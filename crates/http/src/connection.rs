//! What the connection of a request allows. A browser gives passkeys, the service worker and what stands on it only to a
//! page that came over TLS or from this very machine; where it does not, the server says so instead of the feature failing.

use axum::http::header::{HOST, HeaderMap};
use axum::http::uri::{Authority, Uri};
use serde::Serialize;

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
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What is off when the page was opened by this host.
pub(crate) fn unavailable(secure: bool, host: Option<&str>) -> Vec<Unavailable> {
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
    if is_address(host) {
        return vec![Unavailable {
            feature: Feature::Passkeys,
            why: Why::NoHostName,
            reason:
                "Khoá truy cập (passkey) gắn với tên máy chủ, không gắn với địa chỉ dạng số. Hãy mở trang bằng tên \
                     của máy chủ."
                    .to_owned(),
        }];
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_switches_off_what_browsers_refuse_there() {
        let features = |secure, host| unavailable(secure, host).iter().map(|off| off.feature).collect::<Vec<_>>();
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
    }
}
