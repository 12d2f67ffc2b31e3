//! Who looked at whom: one row per actor, purpose, view and set of people; a set is stored once, so that *who saw my
//! child* is a look-up.
//!
//! Looks at lists and profiles are written together within a second. Looks of those who run the system are written
//! before the answer leaves. When the database takes none, they go to a spool on the disk, and when that is full,
//! nothing about people is shown any more.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::{Clock, Code, Ctx, Error, Instant, Kind, Result, ToValue as _, Uuid};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use db::keys::{Keys, Use};
use db::{BulkInto, Db, Tx, params};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tokio::sync::Notify;

use crate::spool::Spool;

/// Looks cannot be recorded now, so nothing personal is shown.
pub const NOT_RECORDED: Code = Code::new(Kind::Unavailable, "look.not_recorded", "Chưa ghi được nhật ký truy cập");

/// The room of the spool: some 8,000 looks at a page of 40 people.
pub const SPOOL_BYTES: u64 = 8 << 20;
/// How long a look waits for others to be written with it.
pub const TOGETHER: Duration = Duration::from_millis(500);
/// So many are written in one transaction.
const AT_MOST: usize = 200;
/// How long after a failure the database is tried again.
const AGAIN: Duration = Duration::from_secs(1);

db::statements! {
    /// A set, stored once.
    pub SET = "INSERT INTO look_set (id, digest, people) VALUES (?1, ?2, ?3) ON CONFLICT (digest) DO NOTHING";
    /// The set of a digest.
    pub SET_OF = "SELECT id FROM look_set WHERE digest = ?1";
    /// A look; one that comes from the spool may be there already.
    pub LOOK = "INSERT INTO look (id, look_set, actor_kind, actor, purpose, view, request, at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING";
    /// Who saw a person, the last first.
    pub WHO_SAW = "SELECT l.actor_kind, l.actor, l.purpose, l.view, l.at FROM look_set_person p
        JOIN look l ON l.look_set = p.look_set WHERE p.person = ?1
        ORDER BY l.at DESC NULLS LAST, l.id LIMIT 200";
}

db::row! {
    /// One look at a person.
    pub struct Seen {
        /// `account`, `system` or `operator`.
        pub actor_kind: String,
        /// Who.
        pub actor: String,
        /// Why, when they said so.
        pub purpose: Option<String>,
        /// What was shown.
        pub view: String,
        /// When.
        pub at: Instant,
    }
}

const MEMBERS: BulkInto<2> = BulkInto {
    table: "look_set_person",
    columns: [("look_set", "uuid"), ("person", "uuid")],
    conflict: "ON CONFLICT (look_set, person) DO NOTHING",
};

/// One look: what was shown, of whom, by the act that showed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    id: Uuid,
    view: Cow<'static, str>,
    #[serde(serialize_with = "packed", deserialize_with = "unpacked")]
    people: Vec<Uuid>,
    actor_kind: Cow<'static, str>,
    actor: String,
    purpose: Option<String>,
    request: String,
    at: Instant,
}

/// Ids as one text: a spooled look should be small.
fn packed<S: Serializer>(people: &[Uuid], serializer: S) -> Result<S::Ok, S::Error> {
    let bytes: Vec<u8> = people.iter().flat_map(|person| *person.as_bytes()).collect();
    serializer.serialize_str(&STANDARD_NO_PAD.encode(bytes))
}

fn unpacked<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Uuid>, D::Error> {
    let bytes = STANDARD_NO_PAD.decode(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)?;
    Ok(bytes.chunks_exact(16).filter_map(|id| Uuid::from_slice(id).ok()).collect())
}

/// What a spooled look is bound to.
const SPOOLED: &[u8] = b"khue look 1";

impl Look {
    /// A look of this act. `view` names what was shown (`pupil.list`); whose data, in any order. The same act looking at
    /// the same people in the same view is one look.
    #[must_use]
    pub fn new(ctx: &Ctx, view: &'static str, mut people: Vec<Uuid>) -> Self {
        people.sort_unstable();
        people.dedup();
        let mut look = Self {
            id: Uuid::nil(),
            view: view.into(),
            people,
            actor_kind: ctx.actor().kind().into(),
            actor: ctx.actor().name(),
            purpose: ctx.purpose().map(str::to_owned),
            request: ctx.request().to_owned(),
            at: ctx.now(),
        };
        let drawn = db::keys::sha256(&[b"khue look", ctx.seed(), view.as_bytes(), &look.digest()]);
        let mut random = [0u8; 10];
        random.copy_from_slice(&drawn[..10]);
        look.id = base::id::uuid_v7(ctx.now().unix_ms(), random);
        look
    }

    /// As the spool keeps it.
    fn sealed(&self, keys: &Keys) -> Result<Vec<u8>> {
        let plain = serde_json::to_vec(self).map_err(Error::internal)?;
        keys.seal(Use::Field, self.id.as_bytes(), SPOOLED, &plain)
    }

    fn unsealed(keys: &Keys, sealed: &[u8]) -> Result<Self> {
        serde_json::from_slice(&keys.open(Use::Field, SPOOLED, sealed)?).map_err(Error::internal)
    }

    fn digest(&self) -> [u8; 32] {
        let mut parts: Vec<&[u8]> = vec![b"khue look set 1"];
        parts.extend(self.people.iter().map(|person| person.as_bytes().as_slice()));
        db::keys::sha256(&parts)
    }
}

fn write(tx: &mut Tx<'_>, looks: &[Look]) -> Result<()> {
    let mut sets: HashMap<[u8; 32], Uuid> = HashMap::new();
    for look in looks.iter().filter(|look| !look.people.is_empty()) {
        let digest = look.digest();
        let set = match sets.get(&digest) {
            Some(set) => *set,
            None => {
                let new: Uuid = tx.new_id();
                let people = i64::try_from(look.people.len()).unwrap_or(i64::MAX);
                let set = if tx.exec(&SET, params![new, digest, people])? == 1 {
                    tx.bulk(&MEMBERS, look.people.iter().map(|person| [new.to_value(), person.to_value()]))?;
                    new
                } else {
                    let found: Option<(Uuid,)> = tx.one(&SET_OF, params![digest])?;
                    found.ok_or_else(|| Error::internal("a set of people that was there is gone"))?.0
                };
                sets.insert(digest, set);
                set
            }
        };
        tx.exec(
            &LOOK,
            params![
                look.id,
                set,
                look.actor_kind.as_ref(),
                look.actor,
                look.purpose,
                look.view.as_ref(),
                look.request,
                look.at
            ],
        )?;
    }
    Ok(())
}

/// Records a look of this act in its own write, before the answer leaves: for protected and sensitive fields, exports,
/// prints, and every look of support, administrators and the command line.
pub fn durable(tx: &mut Tx<'_>, view: &'static str, people: Vec<Uuid>) -> Result<()> {
    let look = Look::new(tx.ctx(), view, people);
    write(tx, &[look])
}

/// Who saw a person, the last 200 looks. Rights are the caller's.
pub fn who_saw(tx: &mut Tx<'_>, person: Uuid) -> Result<Vec<Seen>> {
    tx.all(&WHO_SAW, params![person])
}

/// Where looks are handed in, and kept until they are written. Cheap to clone.
#[derive(Clone)]
pub struct Looks(Arc<Keeper>);

struct Keeper {
    db: Db,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    wake: Notify,
    /// Held by whoever writes: one batch after the other.
    writing: tokio::sync::Mutex<()>,
}

struct State {
    spool: Spool,
    waiting: Vec<(Look, u64)>,
    /// The room in the spool that all looks not yet written would need, those being written now too.
    promised: u64,
    closed: bool,
}

impl std::fmt::Debug for Looks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Looks").finish_non_exhaustive()
    }
}

fn refused() -> Error {
    NOT_RECORDED
        .error("Máy chủ chưa ghi được ai đã xem gì, nên tạm thời không hiển thị thông tin về con người; các việc khác vẫn làm được. Hãy thử lại sau ít phút, nếu vẫn lỗi hãy báo quản trị máy chủ kiểm tra chỗ trống trên đĩa.")
        .retry_after(30)
}

impl Looks {
    /// Begins to keep looks, with a spool of a size in the data folder. What an earlier run left in it is written first.
    /// To be called inside a runtime.
    pub fn open(db: Db, clock: Arc<dyn Clock>, spool: u64) -> Result<Self> {
        let path = db.data().join("looks.spool");
        let spool = Spool::open(&path, spool).map_err(Error::internal)?;
        let left = !spool.is_empty();
        let state = Mutex::new(State { spool, waiting: Vec::new(), promised: 0, closed: false });
        let writing = tokio::sync::Mutex::new(());
        let looks = Self(Arc::new(Keeper { db, clock, state, wake: Notify::new(), writing }));
        if left {
            looks.0.wake.notify_one();
        }
        tokio::spawn(Arc::clone(&looks.0).write_for_ever());
        Ok(looks)
    }

    /// Hands in a look, to be written within a second. Refused when it could not be kept: then what was looked at must
    /// not be shown.
    pub fn note(&self, look: Look) -> Result<()> {
        if look.people.is_empty() {
            return Ok(());
        }
        let need = Spool::need(look.sealed(self.0.db.keys())?.len());
        let mut state = self.0.state();
        if state.promised + need > state.spool.room() {
            return Err(refused());
        }
        state.promised += need;
        state.waiting.push((look, need));
        drop(state);
        self.0.wake.notify_one();
        Ok(())
    }

    /// Keeps a look before this returns: in the database, or in the spool when that takes none.
    pub async fn at_once(&self, look: Look) -> Result<()> {
        if look.people.is_empty() {
            return Ok(());
        }
        let again = look.clone();
        match self.0.write(vec![again]).await {
            Ok(()) => Ok(()),
            Err(error) => {
                tracing::error!(?error, "a look goes to the spool");
                let keeper = Arc::clone(&self.0);
                tokio::task::spawn_blocking(move || {
                    let sealed = look.sealed(keeper.db.keys())?;
                    let mut state = keeper.state();
                    if state.promised + Spool::need(sealed.len()) > state.spool.room() {
                        return Err(refused());
                    }
                    state.spool.append(&[sealed]).map_err(|error| refused().caused_by(error))?;
                    drop(state);
                    keeper.wake.notify_one();
                    Ok(())
                })
                .await
                .map_err(Error::internal)?
            }
        }
    }

    /// Writes what waits, into the spool at worst, and takes no more time of its own.
    pub async fn close(&self) {
        self.0.state().closed = true;
        self.0.wake.notify_one();
        self.0.flush().await;
    }
}

impl Keeper {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(&self, looks: Vec<Look>) -> Result<()> {
        let ctx = crate::ctx::system("looks", "looks", self.clock.now(), crate::ctx::seed()?);
        self.db
            .write(&ctx, move |tx| {
                tx.public("writes down who looked");
                write(tx, &looks)
            })
            .await
    }

    async fn write_for_ever(self: Arc<Self>) {
        loop {
            self.wake.notified().await;
            tokio::time::sleep(TOGETHER).await;
            while !self.flush().await {
                if self.state().closed {
                    return;
                }
                tokio::time::sleep(AGAIN).await;
            }
            if self.state().closed {
                return;
            }
        }
    }

    /// Writes all there is, what is in the spool first. Answers whether the database took it; what it did not take is in
    /// the spool.
    async fn flush(self: &Arc<Self>) -> bool {
        let _one = self.writing.lock().await;
        let mut takes = self.drain().await;
        loop {
            let batch: Vec<(Look, u64)> = {
                let mut state = self.state();
                let n = state.waiting.len().min(AT_MOST);
                state.waiting.drain(..n).collect()
            };
            if batch.is_empty() {
                return takes;
            }
            let room: u64 = batch.iter().map(|(_, need)| need).sum();
            let looks: Vec<Look> = batch.iter().map(|(look, _)| look.clone()).collect();
            if takes && let Err(error) = self.write(looks).await {
                tracing::error!(?error, looks = batch.len(), "looks go to the spool");
                takes = false;
            }
            if !takes {
                let keeper = Arc::clone(self);
                let spooled = tokio::task::spawn_blocking(move || keeper.spool(batch)).await;
                if !matches!(spooled, Ok(true)) {
                    return false;
                }
            }
            self.state().promised -= room;
        }
    }

    /// Puts looks into the spool, where their room was promised. When even that fails they wait again.
    fn spool(&self, batch: Vec<(Look, u64)>) -> bool {
        let sealed: Result<Vec<Vec<u8>>> = batch.iter().map(|(look, _)| look.sealed(self.db.keys())).collect();
        let mut state = self.state();
        let kept = sealed.and_then(|sealed| state.spool.append(&sealed).map_err(Error::internal));
        if let Err(error) = kept {
            tracing::error!(?error, "looks could not be kept in the spool");
            state.waiting.splice(..0, batch);
            return false;
        }
        true
    }

    /// Writes what the spool holds into the database, and empties it. Answers whether the database took it.
    async fn drain(self: &Arc<Self>) -> bool {
        loop {
            if self.state().spool.is_empty() {
                return true;
            }
            let keeper = Arc::clone(self);
            let read = tokio::task::spawn_blocking(move || {
                let state = keeper.state();
                state.spool.records().map(|records| (state.spool.mark(), records))
            });
            let (mark, records) = match read.await {
                Ok(Ok(read)) => read,
                error => {
                    tracing::error!(?error, "the spool of looks cannot be read");
                    return false;
                }
            };
            let mut looks = Vec::with_capacity(records.len());
            for record in records {
                match Look::unsealed(self.db.keys(), &record) {
                    Ok(look) => looks.push(look),
                    Err(error) => tracing::error!(?error, "a spooled look cannot be read and is left out"),
                }
            }
            let all = looks.len();
            for some in looks.chunks(AT_MOST) {
                if let Err(error) = self.write(some.to_vec()).await {
                    tracing::warn!(?error, waiting = all, "looks stay in the spool");
                    return false;
                }
            }
            let mut state = self.state();
            // What was appended meanwhile is read in the next round; what was written already is not written again.
            if state.spool.mark() == mark {
                if let Err(error) = state.spool.clear() {
                    tracing::error!(?error, "the spool of looks cannot be emptied");
                    return false;
                }
                tracing::info!(looks = all, "spooled looks were written");
                return true;
            }
        }
    }
}
