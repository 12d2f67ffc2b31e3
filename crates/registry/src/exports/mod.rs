//! Lists of people that leave the house: asked with a purpose, approved by a second person where there are many or what is
//! closed is among it, made when they are taken, marked, and listed. See `docs/EXPORT.md`.

pub mod ask;
pub mod console;
pub mod decide;
pub mod download;
pub mod list;
pub mod offer;
pub mod store;

use auth::{EdgeKind, Require as _};
use base::{Code, Error, Instant, Kind, Result, UnitId, Uuid};
use db::{Tx, params};
use platform::settings::{Default as Holds, Kind as Of, Setting};
use rules::sector::Class;
use serde::Serialize;
use utoipa::ToSchema;

use crate::imports::layout::What;
use offer::{Asked, Column, Offer};
use store::ExportRow;

/// There is no such export here.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "export.not_found", "Không tìm thấy yêu cầu xuất này");
/// It holds nobody.
pub const NOBODY: Code = Code::new(Kind::Refused, "export.nobody", "Danh sách không có ai");
/// It was decided, taken back, or has ended.
pub const NOT_WAITING: Code = Code::new(Kind::Conflict, "export.not_waiting", "Yêu cầu xuất không còn chờ duyệt");
/// Whoever asks cannot approve.
pub const OWN: Code = Code::new(Kind::Forbidden, "export.own", "Không tự duyệt yêu cầu của mình");
/// It is not approved, or was for a time that is over.
pub const NOT_READY: Code = Code::new(Kind::Conflict, "export.not_ready", "Chưa tải được danh sách này");
/// It holds many more people than were approved.
pub const GREW: Code = Code::new(Kind::Conflict, "export.grew", "Danh sách đã dài hơn lúc được duyệt");
/// Somebody changed it meanwhile.
pub const STALE: Code = Code::new(Kind::Stale, "export.stale", "Yêu cầu xuất vừa được người khác xử lý");

const BASIS: &str = "Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15; Nghị định 356/2025/NĐ-CP";

/// More people than this wait for a second person.
pub static APPROVAL_ABOVE: Setting = Setting {
    key: "exports.approval_above",
    kind: Of::Int { least: 0, most: 1_000 },
    default: Holds::Int(100),
    follows: EdgeKind::Staff,
    lead: None,
    secrets: &[],
    basis: BASIS,
    describes: "Xuất danh sách nhiều hơn số người này thì cần người thứ hai duyệt (có giấy tờ, địa chỉ, điện thoại thì luôn cần duyệt)",
};

/// So long it waits.
pub static WAIT_DAYS: Setting = Setting {
    key: "exports.wait_days",
    kind: Of::Int { least: 1, most: 30 },
    default: Holds::Int(7),
    describes: "Số ngày một yêu cầu xuất chờ duyệt trước khi hết hạn",
    ..APPROVAL_ABOVE
};

/// So long it may be taken.
pub static DOWNLOAD_HOURS: Setting = Setting {
    key: "exports.download_hours",
    kind: Of::Int { least: 1, most: 168 },
    default: Holds::Int(24),
    describes: "Số giờ người xin được tải danh sách về sau khi duyệt",
    ..APPROVAL_ABOVE
};

fn not_found() -> Error {
    NOT_FOUND.error("Không tìm thấy yêu cầu xuất này ở trường, hoặc ngoài phạm vi của bạn. Hãy tải lại danh sách.")
}

/// How long an approved export may be taken, from now.
fn downloads_until(tx: &mut Tx<'_>, school: UnitId) -> Result<Instant> {
    let hours = platform::settings::int(tx, &DOWNLOAD_HOURS, Some(school))?.unwrap_or(24);
    Ok(tx.now().plus_seconds(hours * 3_600))
}

fn class_of(code: &str) -> Class {
    [Class::Basic, Class::Protected].into_iter().find(|class| class.code() == code).unwrap_or(Class::Sensitive)
}

/// The lists that leave the house, by what they are called in the table.
fn what_of(text: &str) -> Result<What> {
    serde_json::from_value(text.into()).map_err(Error::internal)
}

fn text_of(what: What) -> Result<String> {
    serde_json::to_value(what)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .ok_or_else(|| Error::internal("a list is called by a word"))
}

/// What an export asks for, as it was asked. A column that there is no more is left out.
fn asked_of(row: &ExportRow) -> Result<(&'static Offer, Asked)> {
    let what = what_of(&row.what)?;
    let offer = offer::find(what)?;
    let keys: Vec<String> = serde_json::from_str(&row.fields).map_err(Error::internal)?;
    let columns: Vec<Column> =
        (offer.columns)().into_iter().filter(|column| keys.iter().any(|key| key == column.key)).collect();
    let classes = row.classes.as_deref().map(serde_json::from_str).transpose().map_err(Error::internal)?;
    Ok((offer, Asked { what, columns, classes }))
}

/// What a file is found again by.
#[must_use]
pub fn code_of(id: Uuid) -> String {
    let hex = id.simple().to_string().to_uppercase();
    format!("KX-{}", hex.get(hex.len() - 12..).unwrap_or_default())
}

/// One export of a school. Rights are the caller's.
fn get(tx: &mut Tx<'_>, school: UnitId, id: Uuid) -> Result<ExportRow> {
    tx.one(&store::GET, params![school, id])?.ok_or_else(not_found)
}

/// Takes an export for change, as a version that is known.
fn take(tx: &mut Tx<'_>, school: UnitId, id: Uuid, known: i64) -> Result<i64> {
    match tx.one::<(i64,)>(&store::TAKE, params![school, id])? {
        None => Err(not_found()),
        Some((version,)) if version != known + 1 => {
            Err(STALE.error("Yêu cầu xuất này vừa được người khác xử lý; chưa có gì bị thay đổi. Hãy tải lại để xem."))
        }
        Some((version,)) => Ok(version),
    }
}

/// Where an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExportState)]
pub enum State {
    /// For a second person.
    Waiting,
    /// Whoever asked may take it.
    Approved,
    /// It may not be taken.
    Refused,
    /// Whoever asked no longer wants it.
    Withdrawn,
    /// Nobody decided, or nobody took it, in time.
    Expired,
}

impl State {
    fn of(row: &ExportRow, now: Instant) -> Self {
        match row.state.as_str() {
            "refused" => Self::Refused,
            "withdrawn" => Self::Withdrawn,
            _ if row.until <= now => Self::Expired,
            "waiting" => Self::Waiting,
            _ => Self::Approved,
        }
    }
}

/// A column, as people read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ExportField)]
pub struct FieldView {
    /// Its key.
    #[schema(example = "contact_phone")]
    pub key: &'static str,
    /// Its heading.
    #[schema(example = "Số điện thoại")]
    pub title: &'static str,
    /// `basic`, `protected` or `sensitive`.
    #[schema(example = "protected")]
    pub class: &'static str,
}

impl From<&Column> for FieldView {
    fn from(column: &Column) -> Self {
        Self { key: column.key, title: column.title, class: column.class.code() }
    }
}

/// A class that a list is cut to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ExportClass)]
pub struct ClassView {
    /// Which.
    pub id: Uuid,
    /// What it is called.
    #[schema(example = "Lớp 6A1")]
    pub name: String,
}

/// A list of people that was asked to leave the house.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Export {
    /// Which.
    pub id: Uuid,
    /// Which list.
    pub what: What,
    /// What it is called.
    #[schema(example = "Học sinh")]
    pub what_title: &'static str,
    /// What for.
    #[schema(example = "Nộp danh sách dự thi học sinh giỏi cho phòng")]
    pub purpose: String,
    /// Its columns.
    pub fields: Vec<FieldView>,
    /// The classes it is cut to; all when `null`.
    pub classes: Option<Vec<ClassView>>,
    /// How many people it held when it was asked: pupils, and relatives where columns of theirs are in it.
    #[schema(example = 412)]
    pub people: i64,
    /// The closest class of its columns.
    #[schema(example = "protected")]
    pub holds: String,
    /// Where it stands.
    pub state: State,
    /// Whether it went out at the console of the server, where nobody approves.
    pub at_console: bool,
    /// Who asked.
    #[schema(example = "Trần Thị Mai")]
    pub asked_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub asked_at: Instant,
    /// How long it waits, or may be taken.
    #[schema(value_type = String, format = DateTime)]
    pub until: Instant,
    /// Who decided; `null` where nobody had to.
    pub decided_by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<Instant>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// How often it was taken.
    pub downloads: i64,
    /// How many people it held when it was taken last.
    pub taken: Option<i64>,
    /// When it was taken last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub taken_at: Option<Instant>,
    /// What every sheet of the file carries.
    #[schema(example = "KX-5D0C3A9F1B27")]
    pub mark: String,
    /// What the actor may do: `approve` (or refuse), `withdraw`, `download`.
    #[schema(example = json!(["approve"]))]
    pub may: Vec<&'static str>,
    /// Its version.
    pub version: i64,
}

/// Who looks at exports: whose are theirs, and which they may decide.
struct Viewer {
    account: Option<base::AccountId>,
    may: Vec<auth::Capability>,
    now: Instant,
    names: std::collections::HashMap<Uuid, String>,
}

impl Viewer {
    fn of(tx: &mut Tx<'_>, school: UnitId) -> Result<Self> {
        let names: Vec<(Uuid, String)> = tx.all(&store::CLASS_NAMES, params![school])?;
        Ok(Self {
            account: tx.ctx().actor().account(),
            may: tx.may(school)?,
            now: tx.now(),
            names: names.into_iter().collect(),
        })
    }

    fn view(&self, row: ExportRow) -> Result<Export> {
        let (offer, asked) = asked_of(&row)?;
        let state = State::of(&row, self.now);
        let own = self.account.is_some() && row.asked_by == self.account;
        let may = match (state, own) {
            (State::Waiting, true) => vec!["withdraw"],
            (State::Waiting, false) if decide::holds(&self.may, offer, class_of(&row.holds)) => vec!["approve"],
            (State::Approved, true) => vec!["download"],
            _ => Vec::new(),
        };
        let named = |id: Uuid| ClassView { name: self.names.get(&id).cloned().unwrap_or_default(), id };
        Ok(Export {
            id: row.id,
            what: offer.what,
            what_title: offer.what.title(),
            fields: asked.columns.iter().map(FieldView::from).collect(),
            classes: asked.classes.map(|all| all.into_iter().map(named).collect()),
            people: row.people,
            holds: row.holds,
            state,
            at_console: row.asked_by.is_none(),
            purpose: row.purpose,
            asked_by: row.asked_name,
            asked_at: row.asked_at,
            until: row.until,
            decided_by: row.decided_name,
            decided_at: row.decided_at,
            reason: row.reason,
            downloads: row.downloads,
            taken: row.taken,
            taken_at: row.taken_at,
            mark: code_of(row.id),
            may,
            version: row.version,
        })
    }
}

/// One export as the actor sees it. Rights are the caller's.
fn view(tx: &mut Tx<'_>, school: UnitId, id: Uuid) -> Result<Export> {
    let row = get(tx, school, id)?;
    Viewer::of(tx, school)?.view(row)
}
