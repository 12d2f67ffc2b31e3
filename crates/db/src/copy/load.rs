//! Loading a fresh database: schema, rows, references, a new epoch of the journal; one transaction, all or nothing.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use base::{Code, Ctx, Error, Instant, Kind, Result, Uuid};

use super::{Plain, Table, plain, to_door};
use crate::error::UNREACHABLE;
use crate::journal::chain::{GENESIS, Header, link};
use crate::journal::seal::HEADER_COLUMNS;
use crate::journal::seal_postgres::ALONE;
use crate::journal::{Entry, Head, Position};
use crate::keys::{KEY_OTHER, Keys, Use};
use crate::migrate::{self, Migration, Target};
use crate::postgres::{Address, PgConn};
use crate::sql::{Built, Dialect};
use crate::tx::{Conn, Shared, Tx};
use crate::{IN_USE, Location, Options, Row, params, sqlite};

/// Something stands in the target already.
pub const NOT_EMPTY: Code = Code::new(Kind::Conflict, "copy.not_empty", "Nơi khôi phục đã có dữ liệu");
/// The rows refer to rows that are not there.
pub const BROKEN: Code = Code::new(Kind::Refused, "copy.references", "Dữ liệu khôi phục không toàn vẹn");

/// The epoch that begins with a loaded database.
#[derive(Clone, Debug)]
pub struct NewEpoch {
    /// Why, in one word.
    pub reason: &'static str,
    /// Another node id: the copy is an installation of its own.
    pub node: Option<Uuid>,
    /// What the first entry says beside it.
    pub about: serde_json::Value,
}

/// The three steps of a load, all in one transaction.
pub struct Steps<F, G> {
    /// The migrations that made the rows, by ordinal; later ones run after the rows stand.
    pub made_by: Vec<i64>,
    /// Inserts the rows and looks at them again; it gets the empty tables.
    pub fill: F,
    /// What is to be done once the schema is this program's: flags, indexes made anew.
    pub finish: G,
    /// The epoch that begins.
    pub epoch: NewEpoch,
}

/// What a load came to.
#[derive(Debug)]
pub struct Loaded<T> {
    /// What `finish` answered.
    pub answer: T,
    /// The first entries of the new epoch end here.
    pub head: Head,
    /// The head that the new epoch continues from.
    pub previous: Option<Head>,
}

enum Opened {
    Sqlite { conn: rusqlite::Connection, _lock: std::fs::File },
    Postgres(Box<PgConn>),
}

impl Opened {
    fn tx<'c>(&'c mut self, shared: &Arc<Shared>, ctx: &Ctx) -> Tx<'c> {
        let conn = match self {
            Self::Sqlite { conn, .. } => Conn::Sqlite(conn),
            Self::Postgres(conn) => Conn::Postgres(conn),
        };
        Tx::new(conn, Arc::clone(shared), ctx.clone(), Some(ctx.next_write()))
    }
}

fn opened(options: &Options) -> Result<Opened> {
    let database = match &options.location {
        Location::Sqlite(path) => path.parent(),
        Location::Postgres(_) => None,
    };
    for folder in [Some(options.data.as_path()), database].into_iter().flatten() {
        std::fs::create_dir_all(folder).map_err(|source| {
            UNREACHABLE
                .error(format!("Không tạo được thư mục {}: hãy kiểm tra quyền ghi và chỗ trống.", folder.display()))
                .caused_by(source)
        })?;
    }
    match &options.location {
        Location::Sqlite(path) => {
            let lock = sqlite::take_lock(path)?;
            Ok(Opened::Sqlite { conn: sqlite::connect(path, true)?, _lock: lock })
        }
        Location::Postgres(url) => {
            let url = options.owner.as_ref().unwrap_or(url).clone();
            let mut conn = PgConn::connect(&Address { url, check_durability: !options.unsafe_durability })?;
            conn.plain("SET idle_in_transaction_session_timeout = 0; SELECT pg_advisory_lock(1802007909, 2)")
                .map_err(Error::internal)?;
            Ok(Opened::Postgres(Box::new(conn)))
        }
    }
}

fn shared(keys: Keys, constraints: &Options) -> Result<Arc<Shared>> {
    let journal = keys.cipher(keys.current(), Use::Journal)?;
    let constraints = constraints.schemas.iter().flat_map(|schema| schema.constraints.iter()).collect();
    let (head, _) = tokio::sync::watch::channel(None);
    Ok(Arc::new(Shared {
        keys,
        journal,
        constraints,
        twice: false,
        heard: None,
        head,
        work: Arc::default(),
        other_key: AtomicBool::new(false),
    }))
}

/// The migrations' runner inside our own transaction.
struct Inside<'a, 'c>(&'a mut Tx<'c>);

impl Target for Inside<'_, '_> {
    fn dialect(&self) -> Dialect {
        self.0.dialect()
    }
    fn batch(&mut self, sql: &str) -> std::result::Result<(), String> {
        if matches!(sql, "BEGIN" | "COMMIT" | "ROLLBACK") || sql.starts_with("PRAGMA foreign_keys") {
            return Ok(());
        }
        plain(self.0, sql).map_err(|e| format!("{e:?}"))
    }
    fn applied(&mut self) -> std::result::Result<Vec<(i64, String, String)>, String> {
        let sql =
            Built::new("applied", "SELECT ordinal, name, checksum FROM migration ORDER BY ordinal", self.0.dialect());
        self.0.all(&sql, &[]).map_err(|e| format!("{e:?}"))
    }
    fn foreign_keys_broken(&mut self) -> std::result::Result<bool, String> {
        broken(self.0).map_err(|e| format!("{e:?}"))
    }
}

/// References are checked here on SQLite, whose foreign keys are off while rows come in.
fn broken(tx: &mut Tx<'_>) -> Result<bool> {
    match tx.dialect() {
        Dialect::Sqlite => {
            let sql = Built::new("broken", "SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1", Dialect::Sqlite);
            Ok(tx.one::<(String,)>(&sql, &[])?.is_some())
        }
        Dialect::Postgres => Ok(false),
    }
}

own! {
    STANDING = {
        sqlite: "SELECT count(*) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'",
        postgres: "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'S')",
    };
    FOREIGN_KEYS = {
        sqlite: "SELECT name, name, name FROM sqlite_master WHERE FALSE",
        postgres: "SELECT CAST(CAST(c.conrelid AS regclass) AS text), CAST(c.conname AS text), pg_get_constraintdef(c.oid) FROM pg_constraint c \
            JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.contype = 'f' AND n.nspname = current_schema() AND c.conparentid = 0 ORDER BY 1, 2",
    };
    INSTALLED = "SELECT node, epoch FROM installation";
    LAST = "SELECT epoch, seq, hash FROM journal_seal ORDER BY epoch DESC, seq DESC LIMIT 1";
    LAST_EPOCH = "SELECT max(epoch) FROM journal_epoch";
    EPOCH_NODE = "SELECT node FROM journal_epoch WHERE epoch = ?1";
    BEGIN_EPOCH = "INSERT INTO journal_epoch (epoch, node, reason, previous_node, previous_epoch, previous_seq, previous_hash, started_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    IN_EPOCH = "UPDATE installation SET node = ?1, epoch = ?2";
    ENTRY = "INSERT INTO journal_entry (ordinal, format, id, kind, noun, subject, unit, version, actor_kind, actor, request, purpose, at, digest) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) RETURNING row";
    PAYLOAD = "INSERT INTO journal_payload (row, salt, body) VALUES (?1, ?2, ?3)";
    SEAL = "INSERT INTO journal_seal (epoch, seq, row, hash) VALUES (?1, ?2, ?3, ?4)";
    KEY = "UPDATE installation SET key_id = ?1, key_check = ?2";
    KNOWN_KEY = "SELECT key_id, key_check FROM installation";
}

/// Loads a fresh database. Refuses one that holds anything; leaves nothing when any step fails.
pub fn load<A, T>(
    options: &Options,
    keys: Keys,
    ctx: &Ctx,
    steps: Steps<impl FnOnce(&mut Tx<'_>, &[Table]) -> Result<A>, impl FnOnce(&mut Tx<'_>, A) -> Result<T>>,
) -> Result<Loaded<T>> {
    let fresh = matches!(&options.location, Location::Sqlite(path) if !path.exists());
    let mut open = opened(options)?;
    let shared = shared(keys, options)?;
    let mut tx = open.tx(&shared, ctx);
    let loaded = (|| {
        if tx.one::<(i64,)>(&STANDING, &[])?.is_none_or(|(n,)| n > 0) {
            return Err(NOT_EMPTY.error(
                "Nơi khôi phục đã có dữ liệu; chưa có gì bị thay đổi. Hãy chọn một cơ sở dữ liệu trống (KHUE_DATABASE, KHUE_DATA) rồi chạy lại.",
            ));
        }
        match tx.dialect() {
            Dialect::Sqlite => plain(&mut tx, "PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE")?,
            Dialect::Postgres => plain(&mut tx, "BEGIN ISOLATION LEVEL REPEATABLE READ")?,
        }
        let loaded = inside(&mut tx, options, ctx.now(), steps);
        // The statement that fails at last must not leave an open transaction on a connection that is dropped anyway.
        let ended = plain(&mut tx, if loaded.is_ok() { "COMMIT" } else { "ROLLBACK" });
        loaded.and_then(|loaded| ended.map(|()| loaded))
    })();
    drop(tx);
    drop(open);
    if let (true, Err(_), Location::Sqlite(path)) = (fresh, &loaded, &options.location) {
        for end in ["", "-wal", "-shm"] {
            let _gone = std::fs::remove_file(Path::new(&format!("{}{end}", path.display())));
        }
    }
    loaded
}

fn inside<A, T>(
    tx: &mut Tx<'_>,
    options: &Options,
    now: Instant,
    steps: Steps<impl FnOnce(&mut Tx<'_>, &[Table]) -> Result<A>, impl FnOnce(&mut Tx<'_>, A) -> Result<T>>,
) -> Result<Loaded<T>> {
    let all = crate::migrations(&options.schemas);
    let then: Vec<Migration> = all.iter().copied().filter(|m| steps.made_by.contains(&m.ordinal)).collect();
    migrate::run(&mut Inside(tx), &then, now)?;
    let tables = super::tables(tx, &then)?;
    let keys: Vec<(String, String, String)> = tx.all(&FOREIGN_KEYS, &[])?;
    for (table, name, _) in &keys {
        plain(tx, &format!("ALTER TABLE {table} DROP CONSTRAINT \"{name}\""))?;
    }
    // What migrations put into tables comes again with the rows.
    for table in tables.iter().rev() {
        plain(tx, &format!("DELETE FROM \"{}\"", table.name))?;
    }
    let filled = (steps.fill)(tx, &tables)?;
    let wrong = || BROKEN.error("Dữ liệu trong bản sao lưu tham chiếu tới bản ghi không có; không khôi phục gì cả.");
    for (table, name, definition) in &keys {
        plain(tx, &format!("ALTER TABLE {table} ADD CONSTRAINT \"{name}\" {definition}"))
            .map_err(|e| wrong().caused_by(e))?;
    }
    if broken(tx)? {
        return Err(wrong());
    }
    for table in &tables {
        count_on(tx, table)?;
    }
    migrate::run(&mut Inside(tx), &all, now)?;
    let answer = (steps.finish)(tx, filled)?;
    let (head, previous) = new_epoch(tx, &steps.epoch)?;
    Ok(Loaded { answer, head, previous })
}

/// Lets an identity column of PostgreSQL go on after the rows that stand (SQLite does so by itself).
fn count_on(tx: &mut Tx<'_>, table: &Table) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    for column in table.columns.iter().filter(|column| column.identity) {
        let (table, column) = (&table.name, &column.name);
        plain(
            tx,
            &format!(
                "SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'), GREATEST((SELECT max(\"{column}\") FROM \"{table}\"), 1), \
                 EXISTS (SELECT 1 FROM \"{table}\"))"
            ),
        )?;
    }
    Ok(())
}

/// Inserts rows of a table as [`super::rows`] gave them.
pub fn insert(tx: &mut Tx<'_>, table: &Table, rows: &[Plain]) -> Result<()> {
    let width = table.columns.len();
    if rows.iter().any(|row| row.len() != width) {
        return Err(
            super::MISFIT.error(format!("Bảng {} trong bản sao lưu không đủ cột; bản sao lưu đã hỏng.", table.name))
        );
    }
    // One statement a row on SQLite; as many as the protocol's parameters allow on PostgreSQL.
    let at_once = if tx.dialect() == Dialect::Sqlite { 1 } else { (30_000 / width.max(1)).clamp(1, super::CHUNK_ROWS) };
    for some in rows.chunks(at_once) {
        let mut values = String::new();
        for (n, _) in some.iter().enumerate() {
            let places: Vec<String> = (1..=width).map(|i| format!("?{}", n * width + i)).collect();
            values.push_str(&format!("{}({})", if n == 0 { "" } else { ", " }, places.join(", ")));
        }
        let mine = if tx.dialect() == Dialect::Postgres { "OVERRIDING SYSTEM VALUE " } else { "" };
        let text = format!("INSERT INTO \"{}\" ({}) {mine}VALUES {values}", table.name, table.names());
        let mut params = Vec::with_capacity(some.len() * width);
        for row in some {
            for (column, value) in table.columns.iter().zip(row) {
                params.push(to_door(column, value)?);
            }
        }
        tx.exec(&Built::new("copy", &text, tx.dialect()), &params)?;
    }
    Ok(())
}

struct Waiting(i64, Header);

impl crate::FromRow for Waiting {
    const COLUMNS: &'static [&'static str] = &[];
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let header = Header {
            format: row.get(1)?,
            id: row.get(2)?,
            kind: row.get(3)?,
            noun: row.get(4)?,
            subject: row.get(5)?,
            unit: row.get(6)?,
            version: row.get(7)?,
            actor_kind: row.get(8)?,
            actor: row.get(9)?,
            request: row.get(10)?,
            purpose: row.get(11)?,
            at: row.get(12)?,
            digest: row.get(13)?,
        };
        Ok(Self(row.get(0)?, header))
    }
}

/// Begins the next epoch: its first entry names the head it continues from. Entries that were committed and not yet
/// numbered get their numbers in it, in the order in which they were stored.
fn new_epoch(tx: &mut Tx<'_>, new: &NewEpoch) -> Result<(Head, Option<Head>)> {
    let missing = || Error::internal("the loaded rows hold no installation");
    let (node, epoch) = tx.one::<(Uuid, i64)>(&INSTALLED, &[])?.ok_or_else(missing)?;
    let last: Option<(i64, i64, [u8; 32])> = tx.one(&LAST, &[])?;
    let known = tx.one::<(Option<i64>,)>(&LAST_EPOCH, &[])?.and_then(|(epoch,)| epoch).unwrap_or(0);
    let epoch = epoch.max(known) + 1;
    let previous = match last {
        Some((epoch, seq, hash)) => {
            let node = tx.one::<(Uuid,)>(&EPOCH_NODE, params![epoch])?.map_or(node, |(node,)| node);
            Some(Head { node, at: Position { epoch, seq }, hash })
        }
        None => None,
    };
    let node = new.node.unwrap_or(node);
    tx.exec_one(
        &BEGIN_EPOCH,
        params![
            epoch,
            node,
            new.reason,
            previous.map(|head| head.node),
            previous.map(|head| head.at.epoch),
            previous.map(|head| head.at.seq),
            previous.map(|head| head.hash),
            tx.now()
        ],
    )?;
    tx.exec_one(&IN_EPOCH, params![node, epoch])?;
    let waiting = Built::new(
        "waiting",
        &format!(
            "SELECT e.row, {HEADER_COLUMNS} FROM journal_entry e LEFT JOIN journal_seal s ON s.row = e.row WHERE s.row IS NULL ORDER BY e.row"
        ),
        tx.dialect(),
    );
    let waiting: Vec<Waiting> = tx.all(&waiting, &[])?;
    let first = Entry::new("journal.epoch", "journal", node).after(&serde_json::json!({
        "reason": new.reason,
        "about": new.about,
        "previous": previous.map(|head| serde_json::json!({
            "node": head.node, "epoch": head.at.epoch, "seq": head.at.seq, "hash": crate::keys::hex(&head.hash)
        })),
    }))?;
    tx.entries.insert(0, first);
    let mut numbered = Vec::with_capacity(1 + waiting.len());
    for (ordinal, entry) in tx.prepare_entries()?.into_iter().enumerate() {
        let h = &entry.header;
        let (row,) = tx
            .one::<(i64,)>(
                &ENTRY,
                params![
                    i64::try_from(ordinal).unwrap_or(i64::MAX),
                    h.format,
                    h.id,
                    h.kind,
                    h.noun,
                    h.subject,
                    h.unit,
                    h.version,
                    h.actor_kind,
                    h.actor,
                    h.request,
                    h.purpose,
                    h.at,
                    h.digest
                ],
            )?
            .ok_or_else(|| Error::internal("a journal entry was not stored"))?;
        tx.exec_one(&PAYLOAD, params![row, entry.salt, entry.body])?;
        numbered.push((row, entry.header));
    }
    // The epoch's own entry, then what waited, then what the load itself recorded.
    let own = numbered.split_off(1.min(numbered.len()));
    numbered.extend(waiting.into_iter().map(|Waiting(row, header)| (row, header)));
    numbered.extend(own);
    let mut head =
        Head { node, at: Position { epoch, seq: 0 }, hash: previous.map_or(GENESIS, |previous| previous.hash) };
    for (row, header) in numbered {
        head.at.seq += 1;
        head.hash = link(&head.hash, node, head.at, &header);
        tx.exec_one(&SEAL, params![epoch, head.at.seq, row, head.hash])?;
    }
    Ok((head, previous))
}

/// Servers that were just told to stop get so long to let go.
const LET_GO: Duration = Duration::from_secs(5);

/// Refuses while a server works on this database: it knows only the keys it started with, and could not read what is
/// encrypted with a new one. On SQLite the file's lock says so already; on PostgreSQL each server says that it is here.
fn refuse_beside_servers(open: &mut Opened) -> Result<()> {
    let Opened::Postgres(conn) = open else { return Ok(()) };
    let until = std::time::Instant::now() + LET_GO;
    loop {
        let mut mine = false;
        conn.query(ALONE, &[], &mut |row| {
            mine = row.get(0)?;
            Ok(false)
        })
        .map_err(Error::internal)??;
        if mine {
            return Ok(());
        }
        if std::time::Instant::now() > until {
            return Err(IN_USE.error(
                "Một máy chủ Khuê đang chạy trên cơ sở dữ liệu này. Hãy dừng mọi máy chủ dùng nó rồi chạy lại; chưa có gì bị thay đổi.",
            ));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Names another key of the key file as the installation's. No server may be running.
pub fn change_key(options: &Options, keys: Keys, ctx: &Ctx) -> Result<bool> {
    let (id, check) = (keys.current(), keys.check_value(keys.current())?);
    let mut open = opened(options)?;
    refuse_beside_servers(&mut open)?;
    let shared = shared(keys, options)?;
    let mut tx = open.tx(&shared, ctx);
    let (known, mark) = tx
        .one::<(u32, [u8; 32])>(&KNOWN_KEY, &[])?
        .ok_or_else(|| Error::internal("a database without an installation"))?;
    if tx.keys().check_value(known)? != mark {
        return Err(KEY_OTHER.error(format!(
            "Tệp khoá {} không phải khoá của cơ sở dữ liệu này. Hãy đặt lại đúng tệp khoá (KHUE_KEY); chưa có gì bị thay đổi.",
            options.key.display()
        )));
    }
    if known == id {
        return Ok(false);
    }
    tx.exec_one(&KEY, params![id, check]).map(|()| true)
}
