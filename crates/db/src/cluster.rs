//! A PostgreSQL cluster from outside: roles, template databases, dropping. For the test kit and for setting up a server;
//! nothing here touches data.

use base::{Error, Result};

use crate::postgres::{Address, PgConn};

fn connect(url: &str) -> Result<PgConn> {
    PgConn::connect(&Address { url: url.to_owned(), check_durability: false })
}

fn run(conn: &mut PgConn, sql: &str) -> Result<()> {
    conn.plain(sql)
        .map_err(|e| Error::internal(format!("{sql}: {e}: {:?}", e.as_db_error().map(|d| d.message().to_owned()))))
}

fn known_name(name: &str) -> Result<&str> {
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if plain { Ok(name) } else { Err(Error::internal(format!("{name} is no plain database name"))) }
}

/// The same address with another user and database.
fn address_of(cluster: &str, user: &str, database: &str) -> String {
    let (scheme, rest) = cluster.split_once("://").unwrap_or(("postgres", cluster));
    let (hosts, query) = rest.split_once('?').map_or((rest, ""), |(hosts, query)| (hosts, query));
    let host = hosts.rsplit_once('@').map_or(hosts, |(_, host)| host);
    let host = host.split('/').next().unwrap_or(host);
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    format!("{scheme}://{user}@{host}/{database}{query}")
}

/// Makes the three roles of an installation when they are missing: who owns and migrates, who serves and owns nothing,
/// who owns only the search function.
pub fn make_roles(cluster: &str) -> Result<()> {
    let mut conn = connect(cluster)?;
    run(&mut conn, "SELECT pg_advisory_lock(1802007909, 3)")?;
    for role in ["khue_owner", "khue_app", "khue_search"] {
        run(
            &mut conn,
            &format!(
                "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN \
                 CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE; END IF; END $$"
            ),
        )?;
    }
    run(&mut conn, "SELECT pg_advisory_unlock(1802007909, 3)")
}

fn exists(conn: &mut PgConn, name: &str) -> Result<bool> {
    let mut found = false;
    conn.query("SELECT 1::bigint FROM pg_database WHERE datname = $1", crate::params![name], &mut |_| {
        found = true;
        Ok(false)
    })
    .map_err(Error::internal)??;
    Ok(found)
}

/// Makes a template database once: `fill` gets the owner's and the serving role's address.
pub fn make_template(cluster: &str, name: &str, fill: impl FnOnce(String, String) -> Result<()>) -> Result<()> {
    let name = known_name(name)?;
    let mut conn = connect(cluster)?;
    if exists(&mut conn, name)? {
        return Ok(());
    }
    run(&mut conn, "SELECT pg_advisory_lock(1802007909, 4)")?;
    let made = (|| {
        if exists(&mut conn, name)? {
            return Ok(());
        }
        let making = format!("{name}_making");
        run(&mut conn, &format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)"))?;
        run(&mut conn, &format!("CREATE DATABASE {making} OWNER khue_owner ENCODING 'UTF8' TEMPLATE template0"))?;
        fill(address_of(cluster, "khue_owner", &making), address_of(cluster, "khue_app", &making))?;
        // Only a finished one carries the name that others look for.
        run(&mut conn, &format!("ALTER DATABASE {making} RENAME TO {name}"))
    })();
    let unlocked = run(&mut conn, "SELECT pg_advisory_unlock(1802007909, 4)");
    made.and(unlocked)
}

/// Copies a template. Answers the owner's and the serving role's address of the copy.
pub fn copy_template(cluster: &str, template: &str, name: &str) -> Result<(String, String)> {
    let (template, name) = (known_name(template)?, known_name(name)?);
    let mut conn = connect(cluster)?;
    // Copies of one template must not overlap: the server refuses while another session is on it.
    run(&mut conn, "SELECT pg_advisory_lock(1802007909, 4)")?;
    let made = run(&mut conn, &format!("CREATE DATABASE {name} TEMPLATE {template} OWNER khue_owner"));
    run(&mut conn, "SELECT pg_advisory_unlock(1802007909, 4)")?;
    made?;
    Ok((address_of(cluster, "khue_owner", name), address_of(cluster, "khue_app", name)))
}

/// Runs SQL at an address, as whoever that address names. Tests use it to do what the serving role may not.
pub fn run_at(url: &str, sql: &str) -> Result<()> {
    run(&mut connect(url)?, sql)
}

/// Drops a database, whoever is on it.
pub fn drop_database(cluster: &str, name: &str) -> Result<()> {
    let name = known_name(name.split('?').next().unwrap_or(name))?;
    run(&mut connect(cluster)?, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
}
