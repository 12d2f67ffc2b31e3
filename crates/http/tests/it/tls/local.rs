use super::*;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http::tls::local;
use http::tls::names::Names;
use tower::ServiceExt as _;

const DAY: i64 = 86_400;

fn names(dns: &[&str]) -> Names {
    let mut names = Names { dns: dns.iter().map(|&name| name.to_owned()).collect(), ..Names::default() };
    names.addresses.push([192, 168, 7, 5].into());
    names.networks.push(([192, 168, 7, 0].into(), 24));
    names
}

fn now(w: &World) -> base::Instant {
    base::Clock::now(&w.clock)
}

/// The clock of the test as the clients' clock, which is this machine's.
fn to_today(w: &World) {
    use base::Clock as _;
    w.clock.set(&base::time::SystemClock.now().rfc3339());
}

testkit::both! {
    async fn a_device_that_trusts_the_root_trusts_the_server_and_nothing_else(w: World) {
        to_today(&w);
        let app = app(&w, Settings { secure: true, ..Settings::default() });
        let tls = local::open(&app, &names(&["khue.truong.local", "may-chu"])).await.expect("opens");
        let authority = tls.authority().expect("an authority");
        assert_eq!(authority.names, ["khue.truong.local", "may-chu", "192.168.7.5"]);
        assert_eq!(authority.left_out, Vec::<String>::new());
        let root = CertificateDer::from(authority.der.clone());
        // Another server of the same installation shows the same; so does this one after a restart.
        let again = local::open(&super::app(&w, Settings::default()), &names(&["khue.truong.local", "may-chu"])).await.expect("opens");
        assert_eq!(again.authority(), tls.authority());
        assert_eq!(again.shown().expect("a pair").names, tls.shown().expect("a pair").names);
        assert!(!is_written_in(w.folder.path(), "PRIVATE KEY"), "keys are kept encrypted");

        let server = Running::with(app, tls.clone()).await;
        for name in ["khue.truong.local", "may-chu", "192.168.7.5"] {
            server.asked_as(name, &root).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        for name in ["khac.vn", "192.168.7.6"] {
            let error = server.asked_as(name, &root).await.expect_err(name);
            assert!(error.to_string().contains("not valid for name"), "{name}: {error}");
        }
        let stranger = Ca::new("Kẻ lạ");
        assert!(server.asked_as("khue.truong.local", &stranger.der).await.is_err());
        server.end().await;
    }

    async fn renewal_and_a_new_root_reach_every_server(w: World) {
        to_today(&w);
        let (one, other) = (app(&w, Settings::default()), app(&w, Settings::default()));
        let called = || names(&["khue.truong.local"]);
        let (first, second) =
            (local::open(&one, &called()).await.expect("opens"), local::open(&other, &called()).await.expect("opens"));
        let watching = [
            tokio::spawn(local::watch(one, called, first.clone(), OFTEN)),
            tokio::spawn(local::watch(other, called, second.clone(), OFTEN)),
        ];
        let (root, pair) = (first.authority().expect("a root"), first.shown().expect("a pair"));
        let left = |tls: &Tls| tls.shown().map(|pair| pair.seconds_left(now(&w))).unwrap_or_default();
        assert!((390 * DAY..=397 * DAY).contains(&left(&first)), "{}", left(&first));

        w.clock.advance_seconds(300 * DAY);
        let renewed = async |tls: &Tls| until("it is renewed", async || (left(tls) > 390 * DAY).then(|| tls.shown())).await;
        let (a, b) = (renewed(&first).await.expect("a pair"), renewed(&second).await.expect("a pair"));
        assert!(a.from > pair.from && b.until == a.until);
        assert_eq!(first.authority(), Some(Arc::clone(&root)), "devices trust it");

        let now = now(&w);
        let made = local::new_root(&w.db, &w.system(), &called(), now).await.expect("makes");
        assert_ne!(made.der, root.der);
        assert_ne!(made.common_name, root.common_name);
        for tls in [&first, &second] {
            until("the new root is told", async || (tls.authority().as_deref() == Some(&made)).then_some(())).await;
        }
        for task in watching {
            task.abort();
        }
    }

    async fn the_plain_listener_teaches_trust_and_sends_everybody_else_to_https(w: World) {
        let app = app(&w, Settings { secure: true, ..Settings::default() });
        let tls = local::open(&app, &names(&["khue.truong.local"])).await.expect("opens");
        let authority = tls.authority().expect("an authority");
        let router = http::plain::router(tls, 8443, false);
        let asked = async |method: &str, host: &str, path: &str| {
            let request =
                Request::builder().method(method).uri(path).header("host", host).body(Body::empty()).expect("a request");
            let answer = router.clone().oneshot(request).await.expect("answers");
            let (head, body) = answer.into_parts();
            let body = axum::body::to_bytes(body, 1_000_000).await.expect("a body");
            let header = |name: &str| head.headers.get(name).map_or("", |value| value.to_str().expect("text")).to_owned();
            (head.status, header("location"), header("content-type"), String::from_utf8_lossy(&body).into_owned(), header("content-security-policy"))
        };

        let (status, _, kind, page, policy) = asked("GET", "192.168.7.5:8080", "/tin-cay").await;
        assert_eq!((status, kind.as_str()), (StatusCode::OK, "text/html; charset=utf-8"));
        for group in authority.fingerprint().split(' ') {
            assert!(page.contains(&format!("<span>{group}</span>")), "{group}");
        }
        assert!(page.contains("href=\"https://192.168.7.5:8443/\""), "the check goes where the device came from");
        assert!(page.contains("Windows") && page.contains("Android") && page.contains("iPhone") && page.contains("Mac"));
        assert!(policy.starts_with("default-src 'none'") && !page.contains("<script"));
        let (_, _, kind, pem, _) = asked("GET", "khue.truong.local", "/tin-cay/khue.crt").await;
        assert_eq!((kind.as_str(), der(&pem).to_vec()), ("application/x-x509-ca-cert", authority.der.clone()));
        let (_, _, kind, profile, _) = asked("GET", "khue.truong.local", "/tin-cay/khue.mobileconfig").await;
        assert_eq!(kind, "application/x-apple-aspen-config");
        assert!(profile.contains("com.apple.security.root"));

        for (host, wanted) in [
            ("khue.truong.local", "https://khue.truong.local:8443/units?page=2"),
            ("KHUE.truong.local:8080", "https://khue.truong.local:8443/units?page=2"),
            ("192.168.7.5", "https://192.168.7.5:8443/units?page=2"),
            // Nobody is sent to a name that somebody else put into the request.
            ("evil.example", "https://khue.truong.local:8443/units?page=2"),
        ] {
            let (status, location, ..) = asked("GET", host, "/units?page=2").await;
            assert_eq!((status, location.as_str()), (StatusCode::TEMPORARY_REDIRECT, wanted), "{host}");
        }
        let (status, location, ..) = asked("POST", "khue.truong.local", "/api/v1/session").await;
        assert_eq!((status, location.as_str()), (StatusCode::FORBIDDEN, ""), "a password sent in clear is not sent again");
        assert_eq!(asked("GET", "khue.truong.local", "/.well-known/acme-challenge/x").await.0, StatusCode::NOT_FOUND);
    }
}
