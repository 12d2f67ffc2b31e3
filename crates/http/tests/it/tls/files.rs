use super::*;
use http::tls::TlsFiles;

fn files(folder: &Path) -> TlsFiles {
    let at = |name: &str| folder.join(name).display().to_string();
    TlsFiles::parse(&format!("{}, {}", at("cert.pem"), at("key.pem"))).expect("reads")
}

fn write(folder: &Path, certificate: &str, key: &str) {
    std::fs::write(folder.join("cert.pem"), certificate).expect("writes");
    std::fs::write(folder.join("key.pem"), key).expect("writes");
}

#[test]
fn what_cannot_be_used_is_said_with_the_file_and_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let ca = Ca::new("Trường");
    let ((certificate, key), (_, other)) = (ca.signs(&["khue.vn"], 2040), ca.signs(&["khue.vn"], 2040));
    let refused = |certificate: &str, key: &str| {
        write(folder.path(), certificate, key);
        let error = files(folder.path()).load().expect_err("refused");
        assert_eq!(error.code(), "server.tls");
        error.to_string()
    };
    assert!(files(folder.path()).load().expect_err("nothing there").to_string().contains("cert.pem"));
    assert!(refused("", &key).contains("BEGIN CERTIFICATE"));
    assert!(refused("no certificate", &key).contains("cert.pem"));
    assert!(refused(&certificate, "no key").contains("key.pem"));
    assert!(refused(&certificate, &other).contains("cùng một cặp"));
    write(folder.path(), &certificate, &key);
    let pair = files(folder.path()).load().expect("a pair");
    assert_eq!(pair.names, ["khue.vn"]);
    assert!(!pair.is_own_issuer && pair.answers_to("khue.vn") && !pair.answers_to("a.khue.vn"));
}

testkit::both! {
    async fn a_renewed_certificate_is_taken_up_and_a_broken_one_is_not(w: World) {
        let folder = tempfile::tempdir().expect("a folder");
        let ca = Ca::new("Trường");
        let (first, first_key) = ca.signs(&["khue.vn"], 2040);
        write(folder.path(), &first, &first_key);
        let files = files(folder.path());
        let app = app(&w, Settings { secure: true, ..Settings::default() });
        let tls = Tls::new(Some(files.load().expect("a pair")), None).expect("TLS");
        let watching = tokio::spawn(files.clone().watch(app.clone(), tls.clone(), OFTEN));
        let server = Running::with(app, tls).await;
        let shown = async || server.asked_as("khue.vn", &ca.der).await.expect("a good certificate");
        assert_eq!(shown().await, der(&first));

        let (second, second_key) = ca.signs(&["khue.vn"], 2041);
        write(folder.path(), &second, &second_key);
        until("the new pair is shown", async || (shown().await == der(&second)).then_some(())).await;

        // A key that does not fit, half a file, an expired pair, no file at all: what is shown stays.
        let (third, third_key) = ca.signs(&["khue.vn"], 2042);
        let (expired, expired_key) = ca.signs(&["khue.vn"], 2025);
        for (certificate, key) in
            [(&third, &second_key), (&third[..200].to_owned(), &third_key), (&expired, &expired_key)]
        {
            write(folder.path(), certificate, key);
            tokio::time::sleep(OFTEN * 6).await;
            assert_eq!(shown().await, der(&second));
        }
        std::fs::remove_file(folder.path().join("key.pem")).expect("removes");
        tokio::time::sleep(OFTEN * 6).await;
        assert_eq!(shown().await, der(&second));

        // And it still looks.
        write(folder.path(), &third, &third_key);
        until("the mended pair is shown", async || (shown().await == der(&third)).then_some(())).await;
        watching.abort();
        server.end().await;
    }
}
