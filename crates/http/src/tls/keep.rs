//! What the server knows about its certificates, kept in the database as encrypted settings: all servers of an
//! installation show the same certificate, a backup takes it along, and a change of the installation's key reaches it.

use auth::EdgeKind;
use base::{Ctx, Error, Instant, Result};
use db::{Db, Tx};
use platform::settings::{self, Default, Kind, Setting};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::App;

const BASIS: &str = "Kết nối an toàn của máy chủ";

pub(crate) static ACME: Setting = Setting {
    key: "tls.acme",
    kind: Kind::Secret,
    default: Default::None,
    follows: EdgeKind::Staff,
    lead: None,
    secrets: &[],
    basis: BASIS,
    describes: "Tài khoản ACME, chứng thư và khoá riêng của máy chủ",
};
pub(crate) static LOCAL: Setting = Setting {
    key: "tls.local",
    kind: Kind::Secret,
    default: Default::None,
    follows: EdgeKind::Staff,
    lead: None,
    secrets: &[],
    basis: BASIS,
    describes: "Chứng thư gốc của trường, chứng thư máy chủ và khoá riêng của chúng",
};
pub(crate) static CHALLENGES: Setting = Setting {
    key: "tls.challenges",
    kind: Kind::Text { most: 100_000 },
    default: Default::None,
    follows: EdgeKind::Staff,
    lead: None,
    secrets: &[],
    basis: BASIS,
    describes: "Câu trả lời đang chờ máy chủ ACME hỏi",
};
static LEASE: Setting = Setting {
    key: "tls.lease",
    kind: Kind::Text { most: 1_000 },
    default: Default::None,
    follows: EdgeKind::Staff,
    lead: None,
    secrets: &[],
    basis: BASIS,
    describes: "Máy chủ nào đang xin chứng thư",
};

fn of<T: DeserializeOwned>(tx: &mut Tx<'_>, setting: &Setting) -> Result<Option<T>> {
    tx.public("the server looks at its own certificates");
    settings::text(tx, setting, None)?.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()
}

fn put<T: Serialize>(tx: &mut Tx<'_>, setting: &Setting, value: &T) -> Result<()> {
    tx.public("the server keeps its own certificates");
    let text = serde_json::to_string(value).map_err(Error::internal)?;
    settings::set(tx, setting, None, &serde_json::Value::String(text))
}

fn ctx(app: &App) -> Result<Ctx> {
    app.system("certificates", "certificates")
}

/// Reads one.
pub(crate) async fn read<T>(db: &Db, ctx: &Ctx, setting: &'static Setting) -> Result<Option<T>>
where
    T: DeserializeOwned + Send + 'static,
{
    db.read(ctx, |tx| of(tx, setting)).await
}

/// Reads one, for the server.
pub(crate) async fn own<T>(app: &App, setting: &'static Setting) -> Result<Option<T>>
where
    T: DeserializeOwned + Send + 'static,
{
    read(app.db(), &ctx(app)?, setting).await
}

/// Keeps one.
pub(crate) async fn write<T>(db: &Db, ctx: &Ctx, setting: &'static Setting, value: T) -> Result<()>
where
    T: Serialize + Send + Sync + 'static,
{
    db.write(ctx, move |tx| put(tx, setting, &value)).await
}

/// Keeps one, for the server.
pub(crate) async fn write_own<T>(app: &App, setting: &'static Setting, value: T) -> Result<()>
where
    T: Serialize + Send + Sync + 'static,
{
    write(app.db(), &ctx(app)?, setting, value).await
}

/// Keeps one in the place of another, unless somebody was quicker; answers whether it did.
pub(crate) async fn swap<T>(app: &App, setting: &'static Setting, before: T, after: T) -> Result<bool>
where
    T: Serialize + DeserializeOwned + PartialEq + Send + Sync + 'static,
{
    app.db()
        .write(&ctx(app)?, move |tx| {
            let stands = of::<T>(tx, setting)?.is_some_and(|standing| standing == before);
            if stands {
                put(tx, setting, &after)?;
            }
            Ok(stands)
        })
        .await
}

/// Keeps one unless another server was quicker; answers what stands.
pub(crate) async fn write_first<T>(app: &App, setting: &'static Setting, value: T) -> Result<T>
where
    T: Serialize + DeserializeOwned + Clone + std::fmt::Debug + Send + Sync + 'static,
{
    app.db()
        .write(&ctx(app)?, move |tx| {
            if let Some(standing) = of(tx, setting)? {
                return Ok(standing);
            }
            put(tx, setting, &value)?;
            Ok(value.clone())
        })
        .await
}

/// Whether this is a copy of another installation, which must not speak to the outside.
pub(crate) async fn is_copy(app: &App) -> Result<bool> {
    app.db()
        .read(&ctx(app)?, |tx| {
            tx.public("the server looks whether it is a copy");
            settings::is_copy(tx)
        })
        .await
}

/// Who asks for a certificate, and how long others wait.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Lease {
    holder: String,
    until: Instant,
}

/// Takes the right to ask for so many seconds. One server of an installation asks at a time.
pub(crate) async fn lease(app: &App, holder: &str, seconds: i64) -> Result<bool> {
    let holder = holder.to_owned();
    app.db()
        .write(&ctx(app)?, move |tx| {
            let now = tx.now();
            let standing: Option<Lease> = of(tx, &LEASE)?;
            if standing.is_some_and(|lease| lease.holder != holder && lease.until > now) {
                return Ok(false);
            }
            put(tx, &LEASE, &Lease { holder: holder.clone(), until: now.plus_seconds(seconds) })?;
            Ok(true)
        })
        .await
}

/// Gives the right back when its work is done.
pub(crate) async fn give_back(app: &App, holder: &str) -> Result<()> {
    let holder = holder.to_owned();
    app.db()
        .write(&ctx(app)?, move |tx| {
            if of(tx, &LEASE)?.is_some_and(|lease: Lease| lease.holder == holder) {
                let until = tx.now();
                put(tx, &LEASE, &Lease { holder: holder.clone(), until })?;
            }
            Ok(())
        })
        .await
}
