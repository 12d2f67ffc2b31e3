//! An ACME server for tests: Debian's `pebble`, with a name server that knows every name as this machine.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::*;
use serde_json::Value;

pub struct Pebble {
    children: Vec<Child>,
    folder: tempfile::TempDir,
    listen: u16,
    dns: u16,
    settings: Value,
}

impl Drop for Pebble {
    fn drop(&mut self) {
        self.die();
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("listens");
    listener.local_addr().expect("an address").port()
}

impl Pebble {
    /// Starts one that looks for proofs at these ports.
    pub async fn start(tls: u16, http: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ca = Ca::new("Pebble's own");
        let (certificate, key) = ca.signs(&["127.0.0.1"], 2040);
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("root.pem"), pem(&ca.der)).expect("writes");
        std::fs::write(at("cert.pem"), certificate).expect("writes");
        std::fs::write(at("key.pem"), key).expect("writes");
        let mut pebble =
            Self { children: Vec::new(), listen: free_port(), dns: free_port(), folder, settings: Value::Null };
        let settings = serde_json::json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{}", pebble.listen),
            "certificate": pebble.folder.path().join("cert.pem"),
            "privateKey": pebble.folder.path().join("key.pem"),
            "httpPort": http,
            "tlsPort": tls,
        }});
        pebble.settings = settings;
        pebble.run(90).await;
        pebble
    }

    /// Runs it; its certificates last so many days. After [`Self::die`] it is there again at the same address, and has
    /// forgotten everybody.
    pub async fn run(&mut self, days: u64) {
        self.settings["pebble"]["certificateValidityPeriod"] = (days * 86_400).into();
        std::fs::write(self.folder.path().join("pebble.json"), self.settings.to_string()).expect("writes");
        let log = || Stdio::from(std::fs::File::create(self.folder.path().join("log")).expect("a log"));
        let begun = |command: &mut Command| {
            command
                .stdin(Stdio::null())
                .stdout(log())
                .stderr(log())
                .spawn()
                .expect("pebble, an ACME server for tests, is not here: scripts/need.sh pebble brings it")
        };
        let names = begun(
            Command::new("pebble-challtestsrv").args(["-defaultIPv6", "", "-http01", "", "-https01", ""]).args([
                "-tlsalpn01",
                "",
                "-management",
                "127.0.0.1:0",
                "-dns01",
                &format!("127.0.0.1:{}", self.dns),
            ]),
        );
        let server = begun(
            Command::new("pebble")
                .args(["-dnsserver", &format!("127.0.0.1:{}", self.dns), "-config"])
                .arg(self.folder.path().join("pebble.json"))
                .env("PEBBLE_VA_NOSLEEP", "1")
                // It refuses one nonce in twenty to try its clients, which makes a failure where a test expects none.
                .env("PEBBLE_WFE_NONCEREJECT", "0"),
        );
        self.children = vec![names, server];
        let listen = self.listen;
        until("pebble answers", async || TcpStream::connect(("127.0.0.1", listen)).await.ok()).await;
    }

    /// Ends it at once.
    pub fn die(&mut self) {
        for mut child in self.children.drain(..) {
            let _gone = child.kill();
            let _reaped = child.wait();
        }
    }

    pub fn directory(&self) -> String {
        format!("https://127.0.0.1:{}/dir", self.listen)
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }
}

fn pem(der: &CertificateDer<'_>) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}
