//! Settings: typed, declared by the room that reads them, changed for a unit or for the whole installation, and
//! inherited along the edges of one kind: the unit's own, else that of the nearest authority, else the installation's,
//! else the default.
//!
//! ```ignore
//! pub static UPLOAD_DAYS: Setting = Setting {
//!     key: "files.upload_days", kind: Kind::Int { least: 1, most: 365 }, default: Default::Int(30),
//!     follows: EdgeKind::Staff, lead: None, secrets: &[],
//!     basis: "Quy chế của đơn vị", describes: "Số ngày giữ tệp tải lên" };
//! let days = settings::int(tx, &UPLOAD_DAYS, Some(school))?;
//! ```

use auth::EdgeKind;
use base::{Code, Error, Kind as Refusal, Result, UnitId, Uuid};
use db::keys::Use;
use db::{Entry, Tx, params};
use serde_json::Value as Json;

/// The value does not fit the setting.
pub const REFUSED: Code = Code::new(Refusal::Refused, "setting.refused", "Giá trị thiết lập chưa hợp lệ");

/// What a setting can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no.
    Bool,
    /// A whole number between two.
    Int {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
    },
    /// One of these whole numbers.
    Number(&'static [i64]),
    /// Text of at most so many letters.
    Text {
        /// Letters.
        most: usize,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// One of these words, each stricter than the one before it. Of all that stand at a unit and above it the strictest
    /// holds: what is demanded above is not loosened below.
    Rising(&'static [&'static str]),
    /// A password or token: kept encrypted, never in the journal, never shown.
    Secret,
}

/// What holds where nobody has set anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// Nothing.
    None,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Int(i64),
    /// Text, also a choice.
    Text(&'static str),
}

/// One setting, declared once.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its stable name, `room.thing`.
    pub key: &'static str,
    /// What it can be.
    pub kind: Kind,
    /// What holds when nobody has set it.
    pub default: Default,
    /// The edges along which units inherit it.
    pub follows: EdgeKind,
    /// The setting it belongs to: it is taken from where that one is taken from, and from nowhere else. So a password that
    /// a Sở has set is never sent to the server that a school has named.
    pub lead: Option<&'static Setting>,
    /// The keys of the secrets that belong to it. Whoever changes it at a unit has to type them again there: a password is
    /// never sent to a server that was named after it.
    pub secrets: &'static [&'static str],
    /// The law or rule it rests on, in Vietnamese.
    pub basis: &'static str,
    /// What it does, in Vietnamese.
    pub describes: &'static str,
}

db::statements! {
    pub(crate) READ = "SELECT s.value, s.secret, s.unit FROM setting s
        LEFT JOIN unit_closure c ON c.kind = ?2 AND c.descendant = ?3 AND c.ancestor = s.unit
        WHERE s.key = ?1 AND (s.unit = ?3 OR s.unit = ?4 OR c.depth IS NOT NULL)
        ORDER BY CASE WHEN s.unit = ?3 THEN -1 WHEN s.unit = ?4 THEN 1000000 ELSE c.depth END NULLS LAST, s.unit NULLS LAST LIMIT 1";
    pub(crate) READ_ALL = "SELECT s.value, s.secret, s.unit FROM setting s
        LEFT JOIN unit_closure c ON c.kind = ?2 AND c.descendant = ?3 AND c.ancestor = s.unit
        WHERE s.key = ?1 AND (s.unit = ?3 OR s.unit = ?4 OR c.depth IS NOT NULL)
        ORDER BY CASE WHEN s.unit = ?3 THEN -1 WHEN s.unit = ?4 THEN 1000000 ELSE c.depth END NULLS LAST, s.unit NULLS LAST";
    pub(crate) STANDING = "SELECT value, secret, version FROM setting WHERE key = ?1 AND unit = ?2";
    pub(crate) PUT = "INSERT INTO setting (key, unit, version, value, secret, changed_at) VALUES (?1, ?2, 1, ?3, ?4, ?5)
        ON CONFLICT (key, unit) DO UPDATE SET version = setting.version + 1, value = excluded.value, secret = excluded.secret, changed_at = excluded.changed_at";
    pub(crate) REMOVE = "DELETE FROM setting WHERE key = ?1 AND unit = ?2";
}

fn place(unit: Option<UnitId>) -> Uuid {
    unit.map_or(Uuid::nil(), |unit| unit.0)
}

/// A secret is bound to its setting and its unit.
pub(crate) fn about(key: &str, unit: Uuid) -> Vec<u8> {
    [b"setting ".as_slice(), key.as_bytes(), b" ", unit.as_bytes()].concat()
}

fn text_of(value: &Json) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn default(setting: &Setting) -> Json {
    match setting.default {
        Default::None => Json::Null,
        Default::Bool(v) => Json::Bool(v),
        Default::Int(v) => Json::from(v),
        Default::Text(v) => Json::from(v),
    }
}

/// Where what holds was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// At the unit itself.
    Own,
    /// At a unit above it.
    Above(UnitId),
    /// For the whole installation.
    Installation,
    /// Nowhere: the default holds.
    Default,
}

/// One row of the table: its value or its secret, of which place.
type Row = (Option<String>, Option<Vec<u8>>, Uuid);

/// What is set, and where.
fn find(tx: &mut Tx<'_>, setting: &Setting, unit: Option<UnitId>) -> Result<Option<Row>> {
    if let Kind::Rising(words) = setting.kind {
        let rows: Vec<Row> = tx.all(&READ_ALL, params![setting.key, setting.follows, place(unit), Uuid::nil()])?;
        let strictness = |row: &Row| {
            let word = row.0.as_deref().and_then(|text| serde_json::from_str::<String>(text).ok());
            word.and_then(|word| words.iter().position(|known| *known == word))
        };
        // Of equals the nearest: the last of those that are the most.
        return Ok(rows.into_iter().rev().max_by_key(strictness));
    }
    let Some(lead) = setting.lead else {
        return tx.one(&READ, params![setting.key, setting.follows, place(unit), Uuid::nil()]);
    };
    let Some((.., of)) = find(tx, lead, unit)? else { return Ok(None) };
    let own: Option<(Option<String>, Option<Vec<u8>>, i64)> = tx.one(&STANDING, params![setting.key, of])?;
    Ok(own.map(|(value, secret, _)| (value, secret, of)))
}

fn value_of(tx: &Tx<'_>, setting: &Setting, row: Row) -> Result<Json> {
    match row {
        (Some(value), ..) => serde_json::from_str(&value).map_err(Error::internal),
        (None, Some(secret), of) => {
            let plain = tx.keys().open(Use::Field, &about(setting.key, of), &secret)?;
            String::from_utf8(plain).map(Json::from).map_err(Error::internal)
        }
        (None, None, _) => Ok(Json::Null),
    }
}

/// What holds for a unit (or, without one, for the installation). `null` when nothing does.
pub fn read(tx: &mut Tx<'_>, setting: &Setting, unit: Option<UnitId>) -> Result<Json> {
    match find(tx, setting, unit)? {
        None => Ok(default(setting)),
        Some(row) => value_of(tx, setting, row),
    }
}

/// A setting as people see it: never with a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// What holds; `null` for a secret, and when nothing does.
    pub value: Json,
    /// Whether anything holds: of a secret, no more is told.
    pub is_set: bool,
    /// Where it was set.
    pub source: Source,
    /// What stands at the unit itself, whether it holds or not; nothing of a secret.
    pub own: Json,
    /// The version of what stands at the unit itself; 0 when nothing does.
    pub version: i64,
}

/// What holds for a unit, where it comes from, and what stands at the unit itself. Rights are the caller's.
pub fn standing(tx: &mut Tx<'_>, setting: &Setting, unit: UnitId) -> Result<Standing> {
    let shown = |value: Option<String>| match value {
        Some(text) => serde_json::from_str(&text).map_err(Error::internal),
        None => Ok(Json::Null),
    };
    let own: Option<(Option<String>, Option<Vec<u8>>, i64)> = tx.one(&STANDING, params![setting.key, unit])?;
    let (own, version) = match own {
        Some((value, _, version)) => (shown(value)?, version),
        None => (Json::Null, 0),
    };
    Ok(match find(tx, setting, Some(unit))? {
        None => {
            let value = default(setting);
            Standing { is_set: !value.is_null(), value, source: Source::Default, own, version }
        }
        Some((value, secret, of)) => Standing {
            is_set: value.is_some() || secret.is_some(),
            value: shown(value)?,
            source: match of {
                of if of == unit.0 => Source::Own,
                of if of.is_nil() => Source::Installation,
                of => Source::Above(UnitId(of)),
            },
            own,
            version,
        },
    })
}

/// A yes-or-no setting.
pub fn flag(tx: &mut Tx<'_>, setting: &Setting, unit: Option<UnitId>) -> Result<bool> {
    Ok(read(tx, setting, unit)?.as_bool().unwrap_or(false))
}

/// A number.
pub fn int(tx: &mut Tx<'_>, setting: &Setting, unit: Option<UnitId>) -> Result<Option<i64>> {
    Ok(read(tx, setting, unit)?.as_i64())
}

/// Text, a choice or a secret.
pub fn text(tx: &mut Tx<'_>, setting: &Setting, unit: Option<UnitId>) -> Result<Option<String>> {
    Ok(text_of(&read(tx, setting, unit)?))
}

/// Refuses a value that does not fit the setting.
pub fn check(setting: &Setting, value: &Json) -> Result<()> {
    let refuse = |detail: String| Err(REFUSED.error(format!("{}: {detail}", setting.describes)));
    match (setting.kind, value) {
        (Kind::Bool, Json::Bool(_)) => Ok(()),
        (Kind::Int { least, most }, Json::Number(n)) => match n.as_i64() {
            Some(n) if (least..=most).contains(&n) => Ok(()),
            _ => refuse(format!("hãy nhập một số nguyên từ {least} đến {most}.")),
        },
        (Kind::Number(numbers), Json::Number(n)) if n.as_i64().is_some_and(|n| numbers.contains(&n)) => Ok(()),
        (Kind::Number(numbers), _) => {
            let all: Vec<String> = numbers.iter().map(i64::to_string).collect();
            refuse(format!("hãy chọn một trong các số: {}.", all.join(", ")))
        }
        (Kind::Text { most }, Json::String(text)) if text.chars().count() <= most => Ok(()),
        (Kind::Text { most }, Json::String(_)) => refuse(format!("hãy nhập không quá {most} ký tự.")),
        (Kind::Choice(words) | Kind::Rising(words), Json::String(text)) if words.contains(&text.as_str()) => Ok(()),
        (Kind::Choice(words) | Kind::Rising(words), _) => {
            refuse(format!("hãy chọn một trong các giá trị: {}.", words.join(", ")))
        }
        (Kind::Secret, Json::String(_)) => Ok(()),
        _ => refuse("giá trị không đúng kiểu.".to_owned()),
    }
}

/// Sets a value for a unit or for the installation. The operation that calls it has asked for the right.
pub fn set(tx: &mut Tx<'_>, setting: &Setting, unit: Option<UnitId>, value: &Json) -> Result<()> {
    check(setting, value)?;
    if let Some(lead) = setting.lead.filter(|_| setting.kind == Kind::Secret)
        && !lead.secrets.contains(&setting.key)
    {
        return Err(Error::internal(format!("{} does not name the secret {}", lead.key, setting.key)));
    }
    let (at, now) = (place(unit), tx.now());
    let before = before(tx, setting, unit, None)?;
    if before.as_deref() != Some(value.to_string().as_str()) {
        unset_secrets(tx, setting, unit)?;
    }
    let secret = match (setting.kind, value) {
        (Kind::Secret, Json::String(plain)) => {
            let salt = tx.draw();
            Some(tx.keys().seal(Use::Field, &salt, &about(setting.key, at), plain.as_bytes())?)
        }
        _ => None,
    };
    let shown = if secret.is_some() { None } else { Some(value.to_string()) };
    tx.exec(&PUT, params![setting.key, at, shown, secret, now])?;
    entry(tx, setting.key, unit, before, Some(if secret.is_some() { &Json::Null } else { value }))
}

/// The same, when what stands there is still the version that whoever sets it knew; 0 for nothing.
pub fn set_known(tx: &mut Tx<'_>, setting: &Setting, unit: UnitId, known: i64, value: &Json) -> Result<()> {
    before(tx, setting, Some(unit), Some(known))?;
    set(tx, setting, Some(unit), value)
}

/// What stood there. Refuses whoever knew another version.
fn before(tx: &mut Tx<'_>, setting: &Setting, unit: Option<UnitId>, known: Option<i64>) -> Result<Option<String>> {
    let standing: Option<(Option<String>, Option<Vec<u8>>, i64)> =
        tx.one(&STANDING, params![setting.key, place(unit)])?;
    let version = standing.as_ref().map_or(0, |(.., version)| *version);
    if known.is_some_and(|known| known != version) {
        return Err(db::STALE.error(format!(
            "{}: người khác vừa đổi thiết lập này sau khi bạn mở; chưa có gì bị thay đổi. Hãy tải lại để xem giá trị mới rồi sửa lại.",
            setting.describes
        )));
    }
    Ok(standing.and_then(|(value, ..)| value))
}

/// Takes back what was set for a unit or for the installation: what it inherits holds again.
pub fn unset(tx: &mut Tx<'_>, setting: &Setting, unit: Option<UnitId>) -> Result<()> {
    let before = before(tx, setting, unit, None)?;
    if tx.exec(&REMOVE, params![setting.key, place(unit)])? == 0 {
        return Ok(());
    }
    unset_secrets(tx, setting, unit)?;
    entry(tx, setting.key, unit, before, None)
}

/// Takes back the secrets of a place that were typed for what stood there.
fn unset_secrets(tx: &mut Tx<'_>, lead: &Setting, unit: Option<UnitId>) -> Result<()> {
    for key in lead.secrets {
        if tx.exec(&REMOVE, params![*key, place(unit)])? > 0 {
            entry(tx, key, unit, None, None)?;
        }
    }
    Ok(())
}

/// The same, when what stands there is still the version that whoever takes it back knew.
pub fn unset_known(tx: &mut Tx<'_>, setting: &Setting, unit: UnitId, known: i64) -> Result<()> {
    before(tx, setting, Some(unit), Some(known))?;
    unset(tx, setting, Some(unit))
}

fn entry(tx: &mut Tx<'_>, key: &str, unit: Option<UnitId>, before: Option<String>, after: Option<&Json>) -> Result<()> {
    let kind = if after.is_some() { "setting.changed" } else { "setting.unset" };
    let before: Json = before.map_or(Ok(Json::Null), |text| serde_json::from_str(&text)).map_err(Error::internal)?;
    let mut entry = Entry::new(kind, "setting", place(unit))
        .before(&serde_json::json!({ "key": key, "value": before }))?
        .after(&serde_json::json!({ "key": key, "value": after }))?;
    if let Some(unit) = unit {
        entry = entry.unit(unit);
    }
    tx.record(entry);
    Ok(())
}

/// Nothing may leave this installation: it is a copy of another one.
pub static COPY: Setting = Setting {
    key: "installation.is_copy",
    kind: Kind::Bool,
    default: Default::Bool(false),
    follows: EdgeKind::Staff,
    lead: None,
    secrets: &[],
    basis: "Bản khôi phục dùng để thử hoặc đối chiếu",
    describes: "Đây là bản sao của một hệ thống khác: không gửi thư, thông báo hay dữ liệu ra ngoài",
};

/// Whether this installation is a copy, and must send nothing.
pub fn is_copy(tx: &mut Tx<'_>) -> Result<bool> {
    flag(tx, &COPY, None)
}
