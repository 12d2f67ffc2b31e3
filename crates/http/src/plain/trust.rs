//! `/tin-cay`: how a device learns to trust the school's own authority. Without JavaScript, over plain HTTP: there is
//! nothing to trust yet, so the page says what to compare before anything is installed.

use std::sync::Arc;

use axum::extract::State;
use axum::http::uri::Uri;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Plain, secure_address};
use crate::tls::local::Authority;

pub(super) const PAGE: &str = "/tin-cay";

const STYLE: &str = include_str!("trust.css");
const TEXT: &str = include_str!("trust.html");

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn none() -> Response {
    (
        StatusCode::NOT_FOUND,
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        "Máy chủ này không dùng chứng thư của trường.\n",
    )
        .into_response()
}

/// The page.
pub(super) async fn page(State(plain): State<Arc<Plain>>, uri: Uri, headers: HeaderMap) -> Response {
    let Some(authority) = plain.tls.authority() else { return none() };
    let check = secure_address(&plain, &uri, &headers, "/").unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        STANDARD.encode(db::keys::sha256(&[STYLE.as_bytes()]))
    );
    let answer = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (answer, written(&authority, &check)).into_response()
}

fn written(authority: &Authority, check: &str) -> String {
    let names: Vec<String> = authority.names.iter().map(|name| format!("<code>{}</code>", escaped(name))).collect();
    let fingerprint: Vec<String> =
        authority.fingerprint().split(' ').map(|group| format!("<span>{group}</span>")).collect();
    TEXT.replace("{style}", STYLE)
        .replace("{names}", &names.join(", "))
        .replace("{common_name}", &escaped(&authority.common_name))
        .replace("{fingerprint}", &fingerprint.join(" "))
        .replace("{check}", &escaped(check))
}

/// The root as text, which every system opens.
pub(super) async fn certificate(State(plain): State<Arc<Plain>>) -> Response {
    let Some(authority) = plain.tls.authority() else { return none() };
    let answer = [
        (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"khue.crt\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (answer, authority.pem.clone()).into_response()
}

/// The root as Apple's systems take it.
pub(super) async fn profile(State(plain): State<Arc<Plain>>) -> Response {
    let Some(authority) = plain.tls.authority() else { return none() };
    let answer = [
        // Not as an attachment: Safari then offers to install it, instead of keeping a file.
        (header::CONTENT_TYPE, "application/x-apple-aspen-config"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (answer, mobileconfig(&authority)).into_response()
}

fn mobileconfig(authority: &Authority) -> String {
    // The same root gives the same profile, so that a second download replaces the first.
    let id = |part: &[u8]| {
        let digest = db::keys::sha256(&[b"khue profile 1", part, &authority.der]);
        let mut bytes = [0u8; 16];
        bytes.copy_from_slice(&digest[..16]);
        base::Uuid::from_bytes(bytes).to_string().to_ascii_uppercase()
    };
    let (profile, payload) = (id(b"profile"), id(b"certificate"));
    let name = escaped(&authority.common_name);
    let data = STANDARD.encode(&authority.der);
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>PayloadContent</key>
  <array>
    <dict>
      <key>PayloadCertificateFileName</key><string>khue.crt</string>
      <key>PayloadContent</key><data>{data}</data>
      <key>PayloadDisplayName</key><string>{name}</string>
      <key>PayloadIdentifier</key><string>vn.khue.root.{payload}</string>
      <key>PayloadType</key><string>com.apple.security.root</string>
      <key>PayloadUUID</key><string>{payload}</string>
      <key>PayloadVersion</key><integer>1</integer>
    </dict>
  </array>
  <key>PayloadDescription</key><string>Để máy này tin máy chủ Khuê của trường. Chỉ có giá trị cho tên của máy chủ đó.</string>
  <key>PayloadDisplayName</key><string>{name}</string>
  <key>PayloadIdentifier</key><string>vn.khue.trust.{profile}</string>
  <key>PayloadRemovalDisallowed</key><false/>
  <key>PayloadType</key><string>Configuration</string>
  <key>PayloadUUID</key><string>{profile}</string>
  <key>PayloadVersion</key><integer>1</integer>
</dict>
</plist>
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_what_to_compare_and_escapes_what_it_is_told() {
        let authority = Authority {
            common_name: "Gốc <b>của</b> trường".to_owned(),
            pem: String::new(),
            der: vec![1, 2, 3],
            names: vec!["khue.truong.local".to_owned()],
            left_out: Vec::new(),
        };
        let page = written(&authority, "https://khue.truong.local/");
        assert!(page.contains("<span>0390</span> <span>58C6</span>"), "the digest of 1, 2, 3");
        assert!(page.contains("href=\"https://khue.truong.local/\""));
        assert!(page.contains("Gốc &lt;b&gt;của&lt;/b&gt; trường"));
        assert!(!page.contains("<script") && !page.contains('{'.to_string().as_str().repeat(2).as_str()));
        for left in ["{names}", "{check}", "{fingerprint}", "{common_name}", "{style}"] {
            assert!(!page.contains(left), "{left}");
        }
        let profile = mobileconfig(&authority);
        assert!(profile.contains("<data>AQID</data>") && profile.contains("com.apple.security.root"));
        assert_eq!(profile, mobileconfig(&authority), "a second download replaces the first");
    }
}
