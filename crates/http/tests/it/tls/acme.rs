use super::pebble::Pebble;
use super::*;
use http::tls::acme::{self, Acme, Proof};

const DAY: i64 = 86_400;
const NAMES: [&str; 2] = ["khue.truong.edu.vn", "www.truong.edu.vn"];

struct Site {
    pebble: Pebble,
    acme: Acme,
    app: App,
    tls: Tls,
    server: Running,
    tasks: Vec<JoinHandle<()>>,
}

/// A server whose names an ACME server can prove, by one way only; or cannot, when nothing leads from it to here.
async fn site(w: &World, proof: Proof, reachable: bool) -> Site {
    use base::Clock as _;
    w.clock.set(&base::time::SystemClock.now().rfc3339());
    let listeners = Listen::Loopback(0).open().await.expect("listens");
    let plain = Listen::Loopback(0).open().await.expect("listens");
    let port = |listeners: &[TcpListener]| listeners[0].local_addr().expect("an address").port();
    let looks = if reachable { (port(&listeners), port(&plain)) } else { (1, 1) };
    let pebble = Pebble::start(looks.0, looks.1).await;
    let mut acme =
        Acme::parse(&format!("acme:{}", pebble.directory()), NAMES.map(str::to_owned).to_vec()).expect("reads");
    acme.contact = Some("cntt@truong.edu.vn".to_owned());
    acme.root = Some(pebble.root());
    acme.proofs = vec![proof];
    acme.every = OFTEN;
    let app = app(w, Settings { secure: true, ..Settings::default() });
    let tls = acme.open(&app).await.expect("opens");
    let https = port(&listeners);
    let server = Running::on(app.clone(), tls.clone(), listeners);
    let tasks = vec![tokio::spawn(http::plain::serve(plain, tls.clone(), https, false))];
    Site { pebble, acme, app, tls, server, tasks }
}

impl Site {
    fn watches(&mut self) {
        self.tasks.push(tokio::spawn(self.acme.clone().watch(self.app.clone(), self.tls.clone())));
    }

    async fn pair(&self, w: &World) -> Arc<http::tls::Pair> {
        until("there is a certificate", async || {
            let (_, failed) = acme::kept(&w.db, &w.system()).await.expect("reads");
            assert!(failed.is_none() || self.tls.shown().is_some(), "{failed:?}");
            self.tls.shown()
        })
        .await
    }

    /// Waits for so many failures in a row.
    async fn failed(&self, w: &World, times: usize) -> acme::Failed {
        until("it fails", async || {
            let (_, failed) = acme::kept(&w.db, &w.system()).await.expect("reads");
            failed.filter(|failed| failed.times == times)
        })
        .await
    }

    async fn end(self) {
        for task in self.tasks {
            task.abort();
        }
        self.server.end().await;
    }
}

/// Somebody looks at what is shown without caring who vouches for it.
async fn shown(site: &Site) -> String {
    let root = Ca::new("Kẻ lạ");
    let error = site.server.asked_as(NAMES[0], &root.der).await.expect_err("pebble's roots are not known here");
    error.to_string()
}

testkit::both! {
    async fn a_certificate_comes_by_tls_alone_and_is_renewed_in_time(w: World) {
        let mut site = site(&w, Proof::Tls, true).await;
        assert!(shown(&site).await.contains("HandshakeFailure") || site.tls.shown().is_none());
        site.watches();
        let first = site.pair(&w).await;
        assert_eq!(first.names, NAMES);
        assert!(shown(&site).await.contains("UnknownIssuer"), "it is shown");
        assert!(!is_written_in(w.folder.path(), "PRIVATE KEY"), "keys are kept encrypted");
        let (kept, failed) = acme::kept(&w.db, &w.system()).await.expect("reads");
        assert!(kept.is_some() && failed.is_none());

        // A restart shows what is kept and asks nobody.
        let again = site.acme.open(&site.app).await.expect("opens");
        assert_eq!(again.shown().expect("kept").until, first.until);

        w.clock.advance_seconds(59 * DAY);
        tokio::time::sleep(OFTEN * 8).await;
        assert!(Arc::ptr_eq(&first, &site.pair(&w).await), "not yet");
        // This ACME server's clock stands still: what it gives now would be as old. So it gives longer.
        site.pebble.die();
        site.pebble.run(400).await;
        w.clock.advance_seconds(2 * DAY);
        until("it is renewed", async || site.tls.shown().filter(|pair| !Arc::ptr_eq(pair, &first))).await;
        site.end().await;
    }

    async fn a_certificate_comes_by_the_plain_listener_and_two_servers_ask_once(w: World) {
        let mut site = site(&w, Proof::Http, true).await;
        let other = site.acme.open(&site.app).await.expect("opens");
        site.watches();
        site.tasks.push(tokio::spawn(site.acme.clone().watch(app(&w, Settings::default()), other.clone())));
        let pair = site.pair(&w).await;
        let same = until("the other server shows it", async || other.shown()).await;
        assert_eq!((same.until, &same.names), (pair.until, &pair.names));
        site.end().await;
    }

    async fn while_the_acme_server_is_gone_the_old_certificate_serves_and_it_is_asked_ever_less(w: World) {
        let mut site = site(&w, Proof::Tls, true).await;
        site.watches();
        let first = site.pair(&w).await;
        site.pebble.die();
        w.clock.advance_seconds(61 * DAY);
        let failed = site.failed(&w, 1).await;
        assert!(failed.why.contains("Không nói chuyện được") && failed.why.contains(&site.pebble.directory()), "{}", failed.why);
        w.clock.advance_seconds(50);
        tokio::time::sleep(OFTEN * 8).await;
        assert_eq!(site.failed(&w, 1).await.at, failed.at, "it waits a minute");
        w.clock.advance_seconds(15);
        site.failed(&w, 2).await;
        assert!(Arc::ptr_eq(&first, &site.pair(&w).await));
        assert!(shown(&site).await.contains("UnknownIssuer"), "the old one is shown");

        // It comes back and knows nobody: an account is made anew.
        site.pebble.run(400).await;
        w.clock.advance_seconds(300);
        until("it is renewed", async || site.tls.shown().filter(|pair| !Arc::ptr_eq(pair, &first))).await;
        let (_, failed) = acme::kept(&w.db, &w.system()).await.expect("reads");
        assert!(failed.is_none(), "{failed:?}");
        site.end().await;
    }

    async fn what_is_wrong_is_said_in_words_that_help(w: World) {
        let mut site = site(&w, Proof::Tls, false).await;
        let root = site.acme.root.replace(w.folder.path().join("khue.key"));
        let error = site.acme.open(&site.app).await.expect_err("that is no certificate");
        assert!(error.to_string().contains("KHUE_ACME_ROOT"), "{error}");

        let stranger = w.folder.path().join("root.pem");
        std::fs::write(&stranger, Ca::new("Kẻ lạ").signs(&["acme.vn"], 2040).0).expect("writes");
        site.acme.root = Some(stranger);
        site.watches();
        let failed = site.failed(&w, 1).await;
        assert!(failed.why.contains("Không nói chuyện được"), "an ACME server nobody vouches for: {}", failed.why);
        site.tasks.pop().expect("watches").abort();

        site.acme.root = root;
        site.watches();
        // The one that was ended may still have had its turn: after this time another takes it.
        w.clock.advance_seconds(601);
        let failed = site.failed(&w, 2).await;
        assert!(failed.why.contains("cổng 443") && failed.why.contains(NAMES[0]), "{}", failed.why);
        assert!(site.tls.shown().is_none());
        site.end().await;
    }
}
