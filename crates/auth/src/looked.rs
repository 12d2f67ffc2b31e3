//! Who looked at whom: one row per actor, purpose, view and set of people; a set is stored once, so that *who saw my
//! child* is a look-up.

use std::collections::HashMap;
use std::time::Duration;

use base::{Code, Ctx, Error, Instant, Kind, Result, ToValue as _, Uuid};
use db::{BulkInto, Db, Tx, params};
use tokio::sync::mpsc;

/// Looks cannot be recorded now, so nothing personal is shown.
pub const NOT_RECORDED: Code = Code::new(Kind::Unavailable, "look.not_recorded", "Chưa ghi được nhật ký truy cập");

/// Looks that wait to be written; when so many wait, personal data is no longer shown.
pub const WAITING_MOST: usize = 10_000;
/// How long a look waits for others to be written with it.
pub const TOGETHER: Duration = Duration::from_millis(500);

db::statements! {
    /// A set, stored once.
    pub SET = "INSERT INTO look_set (id, digest, people) VALUES (?1, ?2, ?3) ON CONFLICT (digest) DO NOTHING";
    /// The set of a digest.
    pub SET_OF = "SELECT id FROM look_set WHERE digest = ?1";
    /// A look.
    pub LOOK = "INSERT INTO look (id, look_set, actor_kind, actor, purpose, view, request, at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
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
#[derive(Clone, Debug)]
pub struct Look {
    view: &'static str,
    people: Vec<Uuid>,
    actor_kind: &'static str,
    actor: String,
    purpose: Option<String>,
    request: String,
    at: Instant,
}

impl Look {
    /// A look of this act. `view` names what was shown (`pupil.list`); whose data, in any order.
    #[must_use]
    pub fn new(ctx: &Ctx, view: &'static str, mut people: Vec<Uuid>) -> Self {
        people.sort_unstable();
        people.dedup();
        Self {
            view,
            people,
            actor_kind: ctx.actor().kind(),
            actor: ctx.actor().name(),
            purpose: ctx.purpose().map(str::to_owned),
            request: ctx.request().to_owned(),
            at: ctx.now(),
        }
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
        let id: Uuid = tx.new_id();
        tx.exec_one(
            &LOOK,
            params![id, set, look.actor_kind, look.actor, look.purpose, look.view, look.request, look.at],
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

/// Where looks at lists and profiles are handed in; cheap to clone.
#[derive(Clone, Debug)]
pub struct Looks(mpsc::Sender<Look>);

impl Looks {
    /// Hands in a look. Refused when looks can no longer be written: then the data must not be shown either.
    pub fn note(&self, look: Look) -> Result<()> {
        self.0.try_send(look).map_err(|_| {
            NOT_RECORDED
                .error("Máy chủ chưa ghi được nhật ký truy cập nên chưa thể hiển thị dữ liệu cá nhân. Hãy thử lại sau ít phút, nếu vẫn lỗi hãy báo quản trị máy chủ.")
                .retry_after(30)
        })
    }
}

/// Writes looks in batches, each within a second, until every [`Looks`] is gone; then it writes the rest and ends. `ctx`
/// makes a context of the system for each batch.
pub fn batched<C>(db: Db, ctx: C) -> (Looks, tokio::task::JoinHandle<()>)
where
    C: Fn() -> Result<Ctx> + Send + 'static,
{
    let (sender, mut receiver) = mpsc::channel::<Look>(WAITING_MOST);
    let writer = tokio::spawn(async move {
        let mut batch: Vec<Look> = Vec::new();
        while let Some(first) = receiver.recv().await {
            batch.push(first);
            let until = tokio::time::Instant::now() + TOGETHER;
            while batch.len() < 500 {
                match tokio::time::timeout_at(until, receiver.recv()).await {
                    Ok(Some(look)) => batch.push(look),
                    Ok(None) | Err(_) => break,
                }
            }
            let looks = std::mem::take(&mut batch);
            // Tried until it succeeds: meanwhile the channel fills up, and then personal data is no longer shown.
            loop {
                let again = looks.clone();
                let done = match ctx() {
                    Ok(ctx) => {
                        db.write(&ctx, move |tx| {
                            tx.public("writes down who looked");
                            write(tx, &again)
                        })
                        .await
                    }
                    Err(error) => Err(error),
                };
                match done {
                    Ok(()) => break,
                    Err(error) if error.is(&db::STOPPING) => return,
                    Err(error) => {
                        tracing::error!(?error, waiting = looks.len(), "looks could not be written");
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                }
            }
        }
    });
    (Looks(sender), writer)
}
