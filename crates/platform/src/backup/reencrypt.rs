//! After a rotation: everything that was encrypted with an older key is encrypted again, in small writes, by a job that
//! can stop and go on anywhere. Each value names its key, so both are read meanwhile.

use base::{Ctx, Result, Uuid, Value};
use db::keys::Use;
use db::{Db, Sql, Tx, params};
use serde::{Deserialize, Serialize};

use crate::jobs::{Every, Handlers, Run, Work};
use crate::settings::{self, Default, Kind, Setting};

/// Values re-encrypted in one write: short enough for the writer.
const AT_ONCE: i64 = 200;

/// A column of encrypted values, declared by its room. `next` takes the last key (`?1`, or as many as its columns are),
/// then the current key's id as four bytes and a limit, and gives key, further subjects and value of what another key
/// encrypted, in the key's order. `store` takes the key, the new value, and the new digest where there is a blind index.
#[derive(Clone, Debug)]
pub struct Encrypted {
    /// What it is, for progress: `job.work`.
    pub name: &'static str,
    /// The use of its key.
    pub purpose: Use,
    /// Before the first key, column by column.
    pub first: Vec<Value<'static>>,
    /// What is still to be done.
    pub next: &'static Sql,
    /// Writes one.
    pub store: &'static Sql,
    /// Makes the bytes a value is bound to out of what `next` gives before it.
    pub about: fn(&[Vec<u8>]) -> Vec<u8>,
    /// The digest beside the value, which is made with a key as well.
    pub blind: Option<Blind>,
}

/// A digest by which an encrypted value is found.
#[derive(Clone, Copy, Debug)]
pub struct Blind {
    /// The use of its key.
    pub purpose: Use,
    /// Which of what [`Encrypted::next`] gives is digested before the plain value: what sort of value it is.
    pub sort: usize,
}

db::statements! {
    WORK = "SELECT id, id, work FROM job WHERE id > ?1 AND substr(work, 1, 4) <> ?2 ORDER BY id NULLS LAST LIMIT ?3";
    STORE_WORK = "UPDATE job SET work = ?2 WHERE id = ?1";
    ANSWER = "SELECT id, id, answer FROM job WHERE id > ?1 AND substr(answer, 1, 4) <> ?2 ORDER BY id NULLS LAST LIMIT ?3";
    STORE_ANSWER = "UPDATE job SET answer = ?2 WHERE id = ?1";
    FILE_KEY = "SELECT id, id, sealed_key FROM file WHERE id > ?1 AND substr(sealed_key, 1, 4) <> ?2 ORDER BY id NULLS LAST LIMIT ?3";
    STORE_FILE_KEY = "UPDATE file SET sealed_key = ?2 WHERE id = ?1";
    PAYLOAD = "SELECT p.row, e.id, p.body FROM journal_payload p JOIN journal_entry e ON e.row = p.row
        WHERE p.row > ?1 AND substr(p.body, 1, 4) <> ?2 ORDER BY p.row NULLS LAST LIMIT ?3";
    // The serving role may not update a payload. The digest in the chain is of the plain text and stays as it is.
    SALT = "SELECT salt FROM journal_payload WHERE row = ?1";
    TAKE_PAYLOAD = "DELETE FROM journal_payload WHERE row = ?1";
    PUT_PAYLOAD = "INSERT INTO journal_payload (row, salt, body) VALUES (?1, ?2, ?3)";
    SECRETS = "SELECT key, unit, secret FROM setting WHERE substr(secret, 1, 4) <> ?1 ORDER BY key NULLS LAST, unit NULLS LAST LIMIT ?2";
    STORE_SECRET = "UPDATE setting SET secret = ?3 WHERE key = ?1 AND unit = ?2";
}

/// A value bound to its own id, which stands second: key, subject, value.
fn itself(of: &[Vec<u8>]) -> Vec<u8> {
    of.get(1).cloned().unwrap_or_default()
}

/// The columns of this room.
#[must_use]
pub fn own() -> Vec<Encrypted> {
    let by_id = |name, next, store| Encrypted {
        name,
        purpose: Use::Field,
        first: vec![Value::Uuid(Uuid::nil())],
        next,
        store,
        about: itself,
        blind: None,
    };
    vec![
        by_id("job.work", &WORK, &STORE_WORK),
        by_id("job.answer", &ANSWER, &STORE_ANSWER),
        by_id("file.sealed_key", &FILE_KEY, &STORE_FILE_KEY),
    ]
}

/// The key that everything is encrypted with.
pub static DONE_WITH: Setting = Setting {
    key: "installation.encrypted_with",
    kind: Kind::Int { least: 1, most: u32::MAX as i64 },
    default: Default::Int(1),
    follows: auth::EdgeKind::Staff,
    lead: None,
    secrets: &[],
    basis: "Quy trình thay khoá mã hoá",
    describes: "Số của khoá mà mọi dữ liệu đã được mã hoá bằng nó",
};

/// The job.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Reencrypt {}

impl Work for Reencrypt {
    const KIND: &'static str = "key.reencrypt";
    const NAME: &'static str = "Mã hoá lại dữ liệu bằng khoá mới";
}

/// Runs the job at night, when there is something to do. The program also enqueues one when it starts with a new key.
#[must_use]
pub fn handlers(columns: Vec<Encrypted>) -> Handlers {
    Handlers::default()
        .with::<Reencrypt, _, _>(move |run, _| {
            let columns = columns.clone();
            async move { all(&run, &columns).await }
        })
        .every(Every::DayAt(1, 15), Reencrypt {})
}

/// Whether something may still be encrypted with an older key.
pub fn is_wanted(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(settings::int(tx, &DONE_WITH, None)? != Some(i64::from(tx.keys().current())))
}

/// Encrypts again whatever an older key encrypted. `ctx` gives the context of each small write; `shown` is told how many
/// values were done so far and answers whether to stop. Answers how many there were, and nothing when it was stopped.
/// What is done stays done: the next run goes on from there.
pub async fn everything(
    db: &Db,
    columns: &[Encrypted],
    ctx: impl Fn() -> Result<Ctx> + Send + Sync,
    mut shown: impl FnMut(i64) -> bool + Send,
) -> Result<Option<i64>> {
    let current = db.keys().current();
    let wanted = db
        .read(&ctx()?, |tx| {
            tx.public("whoever encrypts again looks whether there is work");
            is_wanted(tx)
        })
        .await?;
    if !wanted {
        return Ok(Some(0));
    }
    let mut done = 0;
    for column in columns {
        let mut last = column.first.clone();
        loop {
            let (column, after) = (column.clone(), last.clone());
            let step = db.write(&ctx()?, move |tx| step(tx, &column, &after)).await?;
            let Some((n, to)) = step else { break };
            (done, last) = (done + n, to);
            if shown(done) {
                return Ok(None);
            }
        }
    }
    let mut row = 0;
    while let Some((n, to)) = db.write(&ctx()?, move |tx| payloads(tx, row)).await? {
        (done, row) = (done + n, to);
        if shown(done) {
            return Ok(None);
        }
    }
    loop {
        let n = db.write(&ctx()?, secrets).await?;
        done += n;
        if n == 0 {
            break;
        }
    }
    db.write(&ctx()?, move |tx| {
        tx.public("whoever encrypts again keeps that it is done");
        settings::set(tx, &DONE_WITH, None, &current.into())
    })
    .await?;
    Ok(Some(done))
}

async fn all(run: &Run, columns: &[Encrypted]) -> Result<Option<serde_json::Value>> {
    let done = everything(&run.db, columns, || run.ctx(), |done| shown(run, done)).await?;
    Ok(done.map(|done| serde_json::json!({ "values": done, "key": run.db.keys().current() })))
}

fn shown(run: &Run, done: i64) -> bool {
    run.progress(done, None, format!("đã mã hoá lại {done} giá trị"));
    run.cancelled()
}

fn reseal(tx: &mut Tx<'_>, purpose: Use, about: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
    let salt = tx.draw();
    let plain = tx.keys().open(purpose, about, sealed)?;
    tx.keys().seal(purpose, &salt, about, &plain)
}

/// A key or subject as it comes: an id, a number, a word or a day.
#[derive(Clone)]
struct Part(Value<'static>);

impl base::FromValue for Part {
    fn from_value(value: base::ValueRef<'_>) -> std::result::Result<Self, &'static str> {
        use base::ValueRef;
        Ok(Self(match value {
            ValueRef::Int(v) => Value::Int(v),
            ValueRef::Uuid(v) => Value::Uuid(v),
            ValueRef::Text(v) => Value::Text(v.to_owned().into()),
            ValueRef::Bytes(v) => Value::Bytes(v.to_vec().into()),
            ValueRef::Date(v) => Value::Date(v),
            _ => return Err("a key"),
        }))
    }
}

impl Part {
    fn bytes(&self) -> Vec<u8> {
        match &self.0 {
            Value::Uuid(v) => v.as_bytes().to_vec(),
            Value::Bytes(v) => v.to_vec(),
            Value::Text(v) => v.as_bytes().to_vec(),
            Value::Int(v) => v.to_be_bytes().to_vec(),
            Value::Date(v) => v.to_string().into_bytes(),
            _ => Vec::new(),
        }
    }
}

/// What [`Encrypted::next`] gives: everything before the value, and the value.
struct Old {
    before: Vec<Part>,
    sealed: Vec<u8>,
}

impl db::FromRow for Old {
    const COLUMNS: &'static [&'static str] = &[];
    fn from_row(row: &db::Row<'_>) -> Result<Self> {
        let last = row.width().saturating_sub(1);
        Ok(Self { before: (0..last).map(|at| row.get(at)).collect::<Result<_>>()?, sealed: row.get(last)? })
    }
}

fn step(tx: &mut Tx<'_>, column: &Encrypted, after: &[Value<'static>]) -> Result<Option<(i64, Vec<Value<'static>>)>> {
    tx.public("a job of the system encrypts with the new key");
    let current = tx.keys().current().to_be_bytes();
    let mut asked = after.to_vec();
    asked.extend([Value::Bytes(current.to_vec().into()), Value::Int(AT_ONCE)]);
    let found: Vec<Old> = tx.all(column.next, &asked)?;
    let n = i64::try_from(found.len()).unwrap_or(AT_ONCE);
    let mut last = None;
    for Old { before, sealed } in found {
        let subjects: Vec<Vec<u8>> = before.iter().map(Part::bytes).collect();
        let about = (column.about)(&subjects);
        let mut stored: Vec<Value<'static>> = before.into_iter().take(after.len()).map(|part| part.0).collect();
        last = Some(stored.clone());
        let salt = tx.draw();
        let plain = tx.keys().open(column.purpose, &about, &sealed)?;
        stored.push(Value::Bytes(tx.keys().seal(column.purpose, &salt, &about, &plain)?.into()));
        if let Some(blind) = column.blind {
            let sort = subjects.get(blind.sort).map_or(&[] as &[u8], Vec::as_slice);
            stored.push(Value::Bytes(tx.keys().keyed_digest(blind.purpose, &[sort, &plain])?.to_vec().into()));
        }
        tx.exec(column.store, &stored)?;
    }
    Ok(last.map(|last| (n, last)))
}

fn payloads(tx: &mut Tx<'_>, after: i64) -> Result<Option<(i64, i64)>> {
    tx.public("a job of the system encrypts with the new key");
    let current = tx.keys().current().to_be_bytes();
    let found: Vec<(i64, Uuid, Vec<u8>)> = tx.all(&PAYLOAD, params![after, current, AT_ONCE])?;
    let Some((last, ..)) = found.last().cloned() else { return Ok(None) };
    let n = i64::try_from(found.len()).unwrap_or(AT_ONCE);
    for (row, id, body) in found {
        let Some((salt,)) = tx.one::<(Vec<u8>,)>(&SALT, params![row])? else { continue };
        let body = reseal(tx, Use::Journal, id.as_bytes(), &body)?;
        tx.exec_one(&TAKE_PAYLOAD, params![row])?;
        tx.exec_one(&PUT_PAYLOAD, params![row, salt, body])?;
    }
    Ok(Some((n, last)))
}

fn secrets(tx: &mut Tx<'_>) -> Result<i64> {
    tx.public("a job of the system encrypts with the new key");
    let current = tx.keys().current().to_be_bytes();
    let found: Vec<(String, Uuid, Vec<u8>)> = tx.all(&SECRETS, params![current, AT_ONCE])?;
    for (key, unit, secret) in &found {
        let secret = reseal(tx, Use::Field, &settings::about(key, *unit), secret)?;
        tx.exec(&STORE_SECRET, params![key, *unit, secret])?;
    }
    Ok(i64::try_from(found.len()).unwrap_or(AT_ONCE))
}
