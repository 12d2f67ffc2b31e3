//! TLS to a PostgreSQL server of the test's own.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base::Clock as _;
use db::{Db, Location, Options, UNREACHABLE};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256};
use testkit::TestClock;

fn script(verb: &str, cluster: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres-server.sh");
    let output = Command::new(script)
        .arg(verb)
        .arg(cluster)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .expect("runs");
    assert!(output.status.success(), "{verb} of the private cluster failed");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Stopped when the test ends, however it ends.
struct Cluster(PathBuf);

impl Drop for Cluster {
    fn drop(&mut self) {
        script("stop", &self.0);
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

impl Cluster {
    /// Gives a file to the server's own user, and to nobody else.
    fn give(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("writes");
        let owner = std::fs::metadata(self.0.join("PG_VERSION")).expect("a cluster");
        std::os::unix::fs::chown(&path, Some(owner.uid()), Some(owner.gid())).expect("gives");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("shuts");
    }

    fn set(&self, file: &str, lines: &str, first: bool) {
        let before = std::fs::read_to_string(self.0.join(file)).expect("reads");
        self.give(file, &if first { format!("{lines}{before}") } else { format!("{before}{lines}") });
    }
}

fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key")
}

struct Ca(String, Issuer<'static, KeyPair>);

impl Ca {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = key();
        Self(params.self_signed(&key).expect("a root").pem(), Issuer::new(params, key))
    }

    fn signs(&self, name: &str, until: i32) -> (String, String) {
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        let key = key();
        (params.signed_by(&key, &self.1).expect("signs").pem(), key.serialize_pem())
    }
}

const IS_ENCRYPTED: &str = "DO $$ BEGIN IF NOT (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) THEN \
                            RAISE EXCEPTION 'in clear'; END IF; END $$";
const IS_CLEAR: &str = "DO $$ BEGIN IF (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) THEN \
                        RAISE EXCEPTION 'encrypted'; END IF; END $$";

fn refused(url: &str, says: &str) {
    let error = db::cluster::run_at(url, IS_ENCRYPTED).expect_err(url);
    assert!(error.is(&UNREACHABLE) || error.code() == "db.tls", "{url}: {error:?}");
    assert!(error.to_string().contains(says), "{url}: {error}");
}

#[test]
fn the_address_says_whether_and_how_postgres_is_reached_over_tls() {
    let random = db::keys::hex(&db::keys::random::<6>().expect("randomness"));
    let cluster = Cluster(std::env::temp_dir().join(format!("khue-tls-{random}")));
    script("init", &cluster.0);
    script("start", &cluster.0);
    let by_address = script("url", &cluster.0);
    let by_name = by_address.replace("127.0.0.1", "localhost");
    let with = |url: &str, query: &str| format!("{url}?{query}");
    let (encrypted, clear) = (
        |url: String| db::cluster::run_at(&url, IS_ENCRYPTED).unwrap_or_else(|error| panic!("{url}: {error:?}")),
        |url: String| db::cluster::run_at(&url, IS_CLEAR).unwrap_or_else(|error| panic!("{url}: {error:?}")),
    );

    // A server without TLS.
    clear(by_address.clone());
    clear(with(&by_address, "sslmode=prefer"));
    refused(&with(&by_address, "sslmode=require"), "ssl = on");

    let folder = tempfile::tempdir().expect("a folder");
    let (ca, stranger) = (Ca::new("Sở"), Ca::new("Kẻ lạ"));
    let root = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("writes");
        path.display().to_string()
    };
    let (known, unknown) = (root("known.pem", &ca.0), root("unknown.pem", &stranger.0));
    let (certificate, its_key) = ca.signs("localhost", 2040);
    cluster.give("server.crt", &certificate);
    cluster.give("server.key", &its_key);
    cluster.set("khue.conf", "ssl = on\npassword_encryption = 'scram-sha-256'\n", false);
    cluster.set("pg_hba.conf", "host all thu 127.0.0.1/32 scram-sha-256\n", true);
    script("stop", &cluster.0);
    script("start", &cluster.0);

    clear(with(&by_address, "sslmode=disable"));
    encrypted(by_address.clone());
    encrypted(with(&by_address, "sslmode=prefer"));
    encrypted(with(&by_address, "sslmode=require"));
    encrypted(with(&by_name, &format!("sslmode=verify-full&sslrootcert={known}")));
    encrypted(with(&by_address, &format!("sslmode=verify-ca&sslrootcert={known}")));
    refused(&with(&by_address, &format!("sslmode=verify-full&sslrootcert={known}")), "tên khác");
    for mode in ["verify-full", "verify-ca", "require"] {
        refused(&with(&by_name, &format!("sslmode={mode}&sslrootcert={unknown}")), "sslrootcert");
    }
    refused(&with(&by_name, "sslmode=verify-full&sslrootcert=system"), "sslrootcert");

    // A password is bound to this very certificate, so that nobody in between can pass it on.
    db::cluster::run_at(&by_address, "CREATE ROLE thu LOGIN PASSWORD 'trâu ơi'").expect("makes a role");
    let as_thu = by_name.replace("postgres@", "thu:tr%C3%A2u%20%C6%A1i@");
    encrypted(with(&as_thu, &format!("sslmode=verify-full&sslrootcert={known}&channel_binding=require")));

    // A whole installation over it, also its sealer and its migrations.
    let secure = with(&by_name, &format!("sslmode=verify-full&sslrootcert={known}"));
    db::cluster::make_roles(&secure).expect("makes the roles");
    db::cluster::make_template(&secure, "khue_tls_empty", |_, _| Ok(())).expect("makes a database");
    let (owner, app) = db::cluster::copy_template(&secure, "khue_tls_empty", "khue_tls").expect("copies it");
    let mut options = Options::new(Location::Postgres(app), &folder.path().join("data"), crate::schemas());
    options.owner = Some(owner);
    options.unsafe_durability = true;
    let db = Db::open(&options, TestClock::default().now()).expect("opens");
    db.close();

    // What `openssl req -x509` makes: the server's certificate is itself the known root.
    let mut own = CertificateParams::new(["localhost".to_owned()]).expect("a name");
    own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let own_key = key();
    let own = own.self_signed(&own_key).expect("signs").pem();
    let own_root = root("own.pem", &own);
    cluster.give("server.crt", &own);
    cluster.give("server.key", &own_key.serialize_pem());
    script("stop", &cluster.0);
    script("start", &cluster.0);
    encrypted(with(&by_name, &format!("sslmode=verify-full&sslrootcert={own_root}")));
    refused(&with(&by_address, &format!("sslmode=verify-full&sslrootcert={own_root}")), "tên khác");
    refused(&with(&by_name, &format!("sslmode=verify-full&sslrootcert={known}")), "sslrootcert");

    // Nobody noticed in time.
    let (expired, its_key) = ca.signs("localhost", 2025);
    cluster.give("server.crt", &expired);
    cluster.give("server.key", &its_key);
    script("stop", &cluster.0);
    script("start", &cluster.0);
    refused(&with(&by_name, &format!("sslmode=verify-full&sslrootcert={known}")), "hết hạn");
    encrypted(with(&by_name, "sslmode=require"));
}
