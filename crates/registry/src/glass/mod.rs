//! The glass: a family, and whoever answers for a school's records, sees who looked at or changed a child's record, when and
//! in which role; by day, so that it can be read, and never a value. Which account a relative signs in with is the school's
//! to say.

pub mod changes;
pub mod family;
pub mod link;
pub mod school;
pub mod store;
mod what;
mod who;

use std::collections::BTreeMap;

use auth::EdgeKind;
use base::{AccountId, Code, Date, Error, Instant, Kind, PersonId, Result, UnitId};
use db::Tx;
use platform::settings::{Default as Holds, Kind as Of, Setting};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::duplicates::resolve;
use store::{ChangeRow, LookRow};
use what::{Kept, Sort};

/// No such child, or the account is not linked to them.
pub const CHILD_NOT_FOUND: Code = Code::new(Kind::NotFound, "child.not_found", "Không tìm thấy học sinh");

/// Whether families read the names of those who looked, beside their roles.
pub static NAMES: Setting = Setting {
    key: "glass.names",
    kind: Of::Bool,
    default: Holds::Bool(false),
    follows: EdgeKind::Staff,
    lead: None,
    secrets: &[],
    basis: "Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15, Điều 4; quy chế của nhà trường",
    describes: "Gia đình thấy cả họ tên (không chỉ vai trò) của người đã xem hồ sơ con mình",
};

/// So many days at most.
const DAYS_AT_MOST: i64 = 92;
/// So many days when none are said.
const DAYS: i64 = 30;

/// Which days are asked for.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Days {
    /// The first day; 29 days before the last when not said.
    #[param(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// The last day; today when not said.
    #[param(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
}

/// One sort of look or change, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GlassTouch {
    /// `list`, `basics`, `protected`, `sensitive`, `export`, `import`, `other`; of a change `changed`.
    #[schema(example = "protected")]
    pub kind: &'static str,
    /// In words.
    #[schema(example = "Giấy tờ, địa chỉ, điện thoại")]
    pub title: String,
    /// How often that day.
    pub times: i64,
}

/// Somebody on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GlassPerson {
    /// In which role they stood to the child that day.
    #[schema(example = "Giáo viên chủ nhiệm Lớp 6A1")]
    pub role: String,
    /// Where that role is held.
    #[schema(example = "Trường THCS Nguyễn Du")]
    pub unit: Option<String>,
    /// Who; only where the reader may know.
    pub name: Option<String>,
    /// What they looked at.
    pub looked: Vec<GlassTouch>,
    /// What they changed.
    pub changed: Vec<GlassTouch>,
    /// Why, where they said so.
    pub purposes: Vec<String>,
    /// When last that day.
    #[schema(value_type = String, format = DateTime)]
    pub last_at: Instant,
}

/// One day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GlassDay {
    /// Which.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// Who, the last first.
    pub people: Vec<GlassPerson>,
}

/// Who looked at a child's record and who changed it, day by day, the last first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Glass {
    /// How the child is called.
    #[schema(example = "Nguyễn Thị Minh Anh")]
    pub full_name: String,
    /// The first day looked at.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The last.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// The days on which there was anything.
    pub days: Vec<GlassDay>,
    /// There was more than is told: ask for fewer days.
    pub is_cut: bool,
}

/// Who reads: what they may know of others' names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// Whoever answers for the records of a school: its own people by name, of others the role.
    School(UnitId),
    /// A family: roles, and names of a school's people where that school says so.
    Family,
}

fn plus(day: Date, days: i64) -> Result<Date> {
    base::time::date_from_days(base::time::days_since_1970(day) + days).ok_or_else(|| Error::internal("a day far away"))
}

/// The days that are meant, both within.
fn period(tx: &Tx<'_>, asked: Days) -> Result<(Date, Date)> {
    let to = asked.to.unwrap_or_else(|| tx.today());
    let from = match asked.from {
        Some(from) => from,
        None => plus(to, 1 - DAYS)?,
    };
    let days = base::time::days_since_1970(to) - base::time::days_since_1970(from) + 1;
    if (1..=DAYS_AT_MOST).contains(&days) {
        return Ok((from, to));
    }
    let detail = "Hãy chọn từ 1 đến 92 ngày: ngày đầu không sau ngày cuối.";
    Err(Error::field("from", "glass.days", detail))
}

/// The first moment of a day in Viet Nam.
fn begins(day: Date) -> Instant {
    Instant((base::time::days_since_1970(day) * 24 - 7) * 3_600 * 1_000_000)
}

/// Somebody on one day, being put together.
#[derive(Default)]
struct Gathered {
    looked: BTreeMap<(Sort, String), i64>,
    changed: BTreeMap<String, i64>,
    purposes: Vec<String>,
    last: Instant,
}

type ByDay = BTreeMap<(i64, String, String), Gathered>;

fn add_looks(into: &mut ByDay, rows: Vec<LookRow>) {
    for row in rows {
        let Some((sort, title)) = what::looked(&row.view) else { continue };
        let one = into.entry((row.day, row.actor_kind, row.actor)).or_default();
        *one.looked.entry((sort, title.to_owned())).or_default() += row.times;
        one.last = one.last.max(row.last_at);
        if let Some(purpose) = row.purpose
            && !one.purposes.contains(&purpose)
        {
            one.purposes.push(purpose);
        }
    }
}

fn add_changes(tx: &Tx<'_>, into: &mut ByDay, rows: Vec<ChangeRow>) -> Result<()> {
    for row in rows {
        let kept: Kept = match &row.body {
            Some(body) => {
                let plain = tx.keys().open(db::keys::Use::Journal, row.id.as_bytes(), body)?;
                serde_json::from_slice(&plain).map_err(Error::internal)?
            }
            None => Kept::default(),
        };
        let titles = what::changed(&row.kind, &kept)?;
        if titles.is_empty() {
            continue;
        }
        let day = base::time::days_since_1970(row.at.date_in_vietnam());
        let one = into.entry((day, row.actor_kind, row.actor)).or_default();
        for title in titles {
            *one.changed.entry(title).or_default() += 1;
        }
        one.last = one.last.max(row.at);
    }
    Ok(())
}

/// Who looked at a person's records and changed them. Rights are the caller's.
fn gather(tx: &mut Tx<'_>, person: PersonId, reader: Reader, asked: Days) -> Result<Glass> {
    let (from, to) = period(tx, asked)?;
    // Whatever was merged into this record, or it into which, is about the same child.
    let stays = resolve::resolve(tx, person)?;
    let people = resolve::records(tx, stays)?;
    let (first, end) = (begins(from), begins(plus(to, 1)?));
    let looks = store::looks(tx, &people, first, end)?;
    let changes = store::changes(tx, &people, first, end)?;
    let is_cut = looks.len() >= store::AT_MOST || changes.len() >= store::AT_MOST;
    let mut by_day = ByDay::new();
    add_looks(&mut by_day, looks);
    add_changes(tx, &mut by_day, changes)?;
    let accounts: Vec<AccountId> =
        by_day.keys().filter(|(_, kind, _)| kind == "account").filter_map(|(.., actor)| who::account(actor)).collect();
    let known = who::Known::of(tx, accounts, &people)?;
    let names = match reader {
        Reader::School(_) => BTreeMap::new(),
        Reader::Family => known.tell_names(tx)?,
    };
    let mut days: Vec<GlassDay> = Vec::new();
    for ((day, kind, actor), gathered) in by_day.into_iter().rev() {
        let day = base::time::date_from_days(day).ok_or_else(|| Error::internal("a day far away"))?;
        let stood = known.role(&kind, &actor, day)?;
        let tells = stood.unit.is_some_and(|unit| match reader {
            Reader::School(own) => unit == own,
            Reader::Family => names.get(&unit).copied().unwrap_or(false),
        });
        let touch = |kind, title, times| GlassTouch { kind, title, times };
        let one = GlassPerson {
            role: stood.title,
            unit: stood.unit.and_then(|unit| known.unit_name(unit)),
            name: stood.name.filter(|_| tells),
            looked: gathered.looked.into_iter().map(|((sort, title), n)| touch(sort.code(), title, n)).collect(),
            changed: gathered.changed.into_iter().map(|(title, n)| touch("changed", title, n)).collect(),
            purposes: gathered.purposes,
            last_at: gathered.last,
        };
        match days.last_mut().filter(|last| last.day == day) {
            Some(last) => last.people.push(one),
            None => days.push(GlassDay { day, people: vec![one] }),
        }
    }
    for day in &mut days {
        day.people.sort_by_key(|one| std::cmp::Reverse(one.last_at));
    }
    Ok(Glass { full_name: crate::people::person::find(tx, stays)?.full_name, from, to, days, is_cut })
}
