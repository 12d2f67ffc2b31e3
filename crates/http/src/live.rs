//! Live: the journal's head, and its entries as they are numbered. A stream says that something changed, never what.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use auth::session::{self, TokenDigest};
use auth::{Capability, Require as _, Scope, SignedIn};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use base::{AccountId, Code, Ctx, Kind, Result, Uuid, Value};
use db::journal::read;
use db::{Built, Head, Position, Tx};
use futures_util::{Stream, StreamExt as _};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::cookie::Cookie;
use crate::extract::signed_out;
use crate::{Answer, App, Json, Query, Signed, Who};

/// A position that is none.
pub const BAD_POSITION: Code = Code::new(Kind::Malformed, "journal.bad_position", "Vị trí nhật ký không hợp lệ");
/// So much has happened since a position that following from it would be slower than reading anew.
pub const TOO_OLD: Code = Code::new(Kind::Conflict, "journal.too_old", "Vị trí nhật ký đã quá cũ");
/// Too many streams of one account.
pub const TOO_MANY_STREAMS: Code = Code::new(Kind::TooMany, "events.too_many", "Mở quá nhiều kênh trực tiếp");

/// Numbers looked at in one read.
const WINDOW: i64 = 500;
/// So many windows are told to whoever comes late; who has missed more begins from the head.
const WINDOWS: i64 = 10;
/// What tells who works where, and what became of their account: for those who see the accounts of a unit.
const OF_ACCOUNTS: &str = "'account', 'grant', 'invitation', 'session'";
/// A line at least so often, so that proxies keep the stream open; the session is looked up again each time.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Sealings closer together than this are told at once.
const GATHER: Duration = Duration::from_millis(100);
/// Open streams of one account: a person has a few windows on a few devices.
const PER_ACCOUNT: usize = 12;

/// How many streams each account has open.
#[derive(Default)]
pub(crate) struct Streams(Arc<Mutex<HashMap<AccountId, usize>>>);

/// One open stream, counted while it lives.
struct Open(Arc<Mutex<HashMap<AccountId, usize>>>, AccountId);

impl Streams {
    fn open(&self, account: AccountId) -> Result<Open> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(account).or_insert(0);
        if *count >= PER_ACCOUNT {
            return Err(TOO_MANY_STREAMS
                .error("Tài khoản này đang mở quá nhiều cửa sổ. Hãy đóng bớt rồi thử lại.")
                .retry_after(30));
        }
        *count += 1;
        Ok(Open(Arc::clone(&self.0), account))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.1);
            }
        }
    }
}

/// Where the journal stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct JournalHead {
    /// The position of the last entry: opaque to clients, but for asking `/events?after=`.
    #[schema(example = "1-3527")]
    pub position: String,
}

/// An entry as the stream tells it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Told {
    /// Where it stands; also the event's id.
    #[schema(example = "1-3528")]
    pub position: String,
    /// What happened.
    #[schema(example = "unit.renamed")]
    pub kind: String,
    /// To which record.
    pub subject: Option<Uuid>,
    /// The record's version after it.
    #[schema(example = 4)]
    pub version: Option<i64>,
}

/// The journal's head: read it, then the data, then follow `/events` from it.
#[utoipa::path(get, path = "/journal/head", tag = "live", responses((status = 200, body = JournalHead)))]
pub(crate) async fn head(State(app): State<App>, Signed(ctx): Signed) -> Answer<Json<JournalHead>> {
    let position = app
        .db()
        .read(&ctx, |tx| {
            tx.require_signed_in()?;
            read::head(tx)
        })
        .await?;
    Ok(Json(JournalHead { position: position.to_string() }))
}

/// Where to begin.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsFrom {
    /// The position after which to tell; without it, from now on. `Last-Event-ID` goes before it.
    #[param(example = "1-3527")]
    pub after: Option<String>,
}

/// The journal's entries that the actor may see, as they come: `position`, `kind`, `subject`, `version`.
#[utoipa::path(
    get, path = "/events", tag = "live", params(EventsFrom),
    responses((status = 200, description = "Server-sent events, each with a `Told` as JSON", content_type = "text/event-stream", body = Told),
        (status = 409, description = "`journal.too_old`: begin from the head", body = crate::ProblemBody))
)]
pub(crate) async fn events(
    State(app): State<App>,
    Signed(ctx): Signed,
    Who(who): Who,
    headers: HeaderMap,
    Query(from): Query<EventsFrom>,
) -> Answer<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let resumed = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?").to_owned());
    let at = match resumed.or(from.after) {
        Some(text) => {
            let after: Position = text.parse().map_err(|()| {
                BAD_POSITION.error("Vị trí nhật ký phải là giá trị nhận từ /journal/head. Hãy lấy lại vị trí.")
            })?;
            app.db().read(&ctx, move |tx| not_too_old(tx, after)).await?;
            after
        }
        None => {
            app.db()
                .read(&ctx, |tx| {
                    tx.require_signed_in()?;
                    read::head(tx)
                })
                .await?
        }
    };
    let token = Cookie::Session.read(app.settings(), &headers).map(TokenDigest::of).ok_or_else(signed_out)?;
    let open = app.streams().open(who.account)?;
    let follow = Follow {
        heads: app.db().follow(),
        stopping: app.stopping(),
        app,
        token,
        request: ctx.request().into(),
        at,
        waiting: VecDeque::from([Event::default().comment("khue").retry(Duration::from_secs(3))]),
        ended: false,
        _open: open,
    };
    Ok(Sse::new(futures_util::stream::unfold(follow, Follow::next).fuse()))
}

/// One stream.
struct Follow {
    app: App,
    token: TokenDigest,
    request: Arc<str>,
    at: Position,
    heads: watch::Receiver<Option<Head>>,
    stopping: watch::Receiver<bool>,
    waiting: VecDeque<Event>,
    ended: bool,
    _open: Open,
}

impl Follow {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some((Ok(event), self));
            }
            if self.ended || *self.stopping.borrow() {
                return None;
            }
            // Marked before reading: what is numbered meanwhile wakes the next round.
            self.heads.borrow_and_update();
            match self.look().await {
                Ok(Some(more)) if more => {
                    // Nothing in this window was for this actor, and the next may be ready at once: others first.
                    tokio::task::yield_now().await;
                    continue;
                }
                Ok(Some(_)) => {}
                // The session ended: the browser comes again and is told 401.
                Ok(None) => return None,
                Err(error) => {
                    tracing::warn!(request = %self.request, ?error, "a live stream ended");
                    return None;
                }
            }
            if self.waiting.is_empty() && !self.wait().await {
                return None;
            }
        }
    }

    /// Waits for a new head, or for the time of a heartbeat. False when the server stops.
    async fn wait(&mut self) -> bool {
        tokio::select! {
            changed = self.heads.changed() => {
                if changed.is_err() {
                    return false;
                }
                tokio::time::sleep(GATHER).await;
            }
            _ = self.stopping.changed() => return false,
            () = tokio::time::sleep(HEARTBEAT) => self.waiting.push_back(Event::default().comment("")),
        }
        !*self.stopping.borrow()
    }

    /// Reads what came. `None` when the session is no more; otherwise whether there is more to read at once.
    async fn look(&mut self) -> Result<Option<bool>> {
        self.app.ensure_day(&self.request).await?;
        let (now, seed, at, token) = (self.app.now(), auth::ctx::seed()?, self.at, self.token);
        let anonymous = auth::ctx::anonymous(Arc::clone(&self.request), now, seed);
        let who: Option<SignedIn> = self
            .app
            .db()
            .read(&anonymous, move |tx| {
                tx.public("finds whose session this is");
                session::find(tx, &token)
            })
            .await?;
        let Some(who) = who else { return Ok(None) };
        let ctx: Ctx = auth::ctx::signed_in(&who, Arc::clone(&self.request), now, seed);
        let seen = self.app.db().read(&ctx, move |tx| visible(tx, at)).await?;
        for told in seen.told {
            let text = serde_json::to_string(&told).map_err(base::Error::internal)?;
            self.waiting.push_back(Event::default().id(told.position).data(text));
        }
        self.at = seen.end.unwrap_or(self.at);
        Ok(Some(seen.more && self.waiting.is_empty()))
    }
}

db::statements! {
    /// The last number of the next window, and how many it holds.
    pub WINDOW_END = "SELECT w.epoch, max(w.seq) AS seq, count(*) AS numbers FROM
        (SELECT epoch, seq FROM journal_seal WHERE (epoch, seq) > (?1, ?2) ORDER BY epoch, seq LIMIT ?3) w
        GROUP BY w.epoch ORDER BY w.epoch";
    /// Whether more than so many numbers follow a position.
    pub MORE_THAN = "SELECT 1 FROM journal_seal WHERE (epoch, seq) > (?1, ?2) ORDER BY epoch, seq LIMIT 1 OFFSET ?3";
}

/// Refuses a position from which the stream would have to read the journal for long.
fn not_too_old(tx: &mut Tx<'_>, after: Position) -> Result<()> {
    tx.require_signed_in()?;
    match tx.one::<(i64,)>(&MORE_THAN, db::params![after.epoch, after.seq, WINDOW * WINDOWS])? {
        Some(_) => Err(TOO_OLD.error(
            "Từ vị trí này đã có quá nhiều thay đổi. Hãy bắt đầu từ vị trí hiện tại (/journal/head) và đọc lại dữ liệu.",
        )),
        None => Ok(()),
    }
}

/// What one read of the stream found.
#[derive(Default)]
pub(crate) struct Seen {
    /// The end of the window that was looked at; none when nothing came.
    end: Option<Position>,
    /// Whether the window was full, so that more may follow at once.
    more: bool,
    told: Vec<Told>,
}

/// The numbered entries of the next window that the actor may see.
///
/// Seen are: what the actor did; what belongs to a unit in the actor's scope (of accounts, where the actor may see them);
/// the units that are published anyway (only
/// what happened to the unit itself); and what belongs to no unit, for those who read the journal at the top.
pub(crate) fn visible(tx: &mut Tx<'_>, after: Position) -> Result<Seen> {
    let account = tx.require_signed_in()?;
    let windows: Vec<(i64, i64, i64)> = tx.all(&WINDOW_END, db::params![after.epoch, after.seq, WINDOW])?;
    let Some(&(epoch, seq, _)) = windows.last() else { return Ok(Seen::default()) };
    let numbers: i64 = windows.iter().map(|(.., numbers)| numbers).sum();
    let end = Position { epoch, seq };
    let scope = tx.scope(Capability::UnitView)?;
    let published = matches!(scope, Scope::Within { public: true, .. });
    let held = scope.held();
    let mut values: Vec<Value<'static>> = vec![
        Value::Int(after.epoch),
        Value::Int(after.seq),
        Value::Int(end.epoch),
        Value::Int(end.seq),
        Value::Text(account.to_string().into()),
    ];
    let mut any = vec!["(e.actor_kind = 'account' AND e.actor = ?5)".to_owned()];
    let (predicate, more) = held.predicate("e.unit", values.len() + 1);
    values.extend(more);
    any.push(format!("(e.noun NOT IN ({OF_ACCOUNTS}) AND e.unit IS NOT NULL AND {predicate})"));
    let (predicate, more) = tx.scope(Capability::AccountView)?.predicate("e.unit", values.len() + 1);
    values.extend(more);
    any.push(format!("(e.noun IN ({OF_ACCOUNTS}) AND e.unit IS NOT NULL AND {predicate})"));
    if published {
        let only_public = Scope::Within { kinds: Capability::UnitView.reaches(), units: Vec::new(), public: true };
        let (predicate, more) = only_public.predicate("e.unit", values.len() + 1);
        values.extend(more);
        any.push(format!("(e.noun = 'unit' AND e.unit IS NOT NULL AND {predicate})"));
    }
    if reads_journal_at_the_top(tx)? {
        any.push("e.unit IS NULL".to_owned());
    }
    let sql = Built::new(
        "EVENTS",
        &format!(
            "SELECT s.epoch, s.seq, e.kind, e.subject, e.version FROM journal_seal s JOIN journal_entry e ON e.row = s.row \
             WHERE (s.epoch, s.seq) > (?1, ?2) AND (s.epoch, s.seq) <= (?3, ?4) AND ({}) ORDER BY s.epoch, s.seq",
            any.join(" OR ")
        ),
        tx.dialect(),
    );
    type Row = (i64, i64, String, Option<Uuid>, Option<i64>);
    let told = tx
        .all::<Row>(&sql, &values)?
        .into_iter()
        .map(|(epoch, seq, kind, subject, version)| Told {
            position: Position { epoch, seq }.to_string(),
            kind,
            subject,
            version,
        })
        .collect();
    Ok(Seen { end: Some(end), more: numbers == WINDOW, told })
}

/// Whether the actor may read the journal at a unit above which there is none.
fn reads_journal_at_the_top(tx: &mut Tx<'_>) -> Result<bool> {
    let units = match tx.scope(Capability::JournalView)? {
        Scope::Everything => return Ok(true),
        Scope::Within { units, .. } if units.is_empty() => return Ok(false),
        Scope::Within { units, .. } => units,
    };
    let places = (1..=units.len()).map(|i| format!("?{i}")).collect::<Vec<_>>().join(", ");
    let sql = Built::new(
        "TOP",
        &format!(
            "SELECT u.id FROM unit u WHERE u.id IN ({places}) AND NOT EXISTS \
             (SELECT 1 FROM unit_closure c WHERE c.kind IN ('place', 'staff', 'budget', 'teaching', 'custody') \
              AND c.descendant = u.id AND c.depth > 0) LIMIT 1"
        ),
        tx.dialect(),
    );
    let values: Vec<Value<'_>> = units.iter().map(|unit| Value::Uuid(unit.0)).collect();
    Ok(tx.one::<(Uuid,)>(&sql, &values)?.is_some())
}
