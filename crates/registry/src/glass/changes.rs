//! What was believed of a pupil before: each correction with the values it replaced, for whoever sees the pupil. A value
//! that is protected or sensitive is told to have changed, never what it was.

use std::collections::{BTreeMap, HashMap};

use base::{EnrolmentId, Instant, PersonId, Result, UnitId, Uuid, Value};
use db::{Built, Tx};
use http::{Answer, App, Json, Path, Signed, State};
use rules::sector::{self, Class, Spec, Type, qd4998};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Told};
use utoipa::ToSchema;

use super::{store, what, who};
use crate::duplicates::resolve;
use crate::fields::read::class_of_kind;
use crate::imports::layout;
use crate::people::secrets::Secret;
use crate::{pupils, reach};

/// So many are told; whoever needs older ones reads the journal.
const AT_MOST: usize = 200;
/// What the journal calls them, and whether another school's are told too: of who somebody is, which all of them share.
const KINDS: [(&str, bool); 9] = [
    ("person.corrected", true),
    ("person.protected_changed", false),
    ("kinship.set", false),
    ("kinship.removed", false),
    ("pupil.stay_corrected", false),
    ("pupil.class_corrected", false),
    ("pupil.import_changed", false),
    ("pupil.fields_set", false),
    ("pupil.part_set", false),
];

/// A value that was replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangedValue {
    /// What it is called.
    #[schema(example = "Ngày sinh")]
    pub label: String,
    /// What was believed; none where nothing was written, or it may not be told.
    #[schema(example = "26/03/2014")]
    pub before: Option<String>,
    /// What is written since.
    #[schema(example = "28/03/2014")]
    pub after: Option<String>,
    /// It is protected or sensitive: only that it changed is told.
    pub is_closed: bool,
}

/// A correction of a pupil's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PupilChange {
    /// The journal's entry.
    pub id: Uuid,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Instant,
    /// What happened, as the journal calls it.
    #[schema(example = "person.corrected")]
    pub kind: String,
    /// What it was about.
    #[schema(example = "Họ tên, ngày sinh, giới tính, dân tộc")]
    pub title: String,
    /// In which role whoever did it stood to the pupil.
    #[schema(example = "Văn thư, giáo vụ")]
    pub role: String,
    /// Where that role is held.
    pub unit: Option<String>,
    /// Who; only people of the school itself.
    pub name: Option<String>,
    /// The values. Empty where the law had them erased.
    pub values: Vec<ChangedValue>,
}

/// The corrections of a pupil's record, the last first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PupilChanges {
    /// The corrections.
    pub items: Vec<PupilChange>,
    /// There are older ones.
    pub is_cut: bool,
}

/// What the journal keeps.
#[derive(Debug, Default, Deserialize)]
struct Kept {
    #[serde(default)]
    before: Told,
    #[serde(default)]
    after: Told,
}

db::row! {
    struct Row {
        id: Uuid, kind: String, actor_kind: String, actor: String, at: Instant, body: Option<Vec<u8>>,
    }
}

fn rows(tx: &mut Tx<'_>, school: UnitId, people: &[PersonId]) -> Result<Vec<Row>> {
    let mut params = vec![Value::Uuid(school.0)];
    let of = store::places(&mut params, people.iter().map(|one| one.0));
    let list = |all: bool| {
        let kinds = KINDS.iter().filter(|(_, shared)| *shared == all).map(|(kind, _)| format!("'{kind}'"));
        kinds.collect::<Vec<_>>().join(", ")
    };
    let (shared, own) = (list(true), list(false));
    let sql = format!(
        "SELECT e.id, e.kind, e.actor_kind, e.actor, e.at, p.body
         FROM (SELECT id FROM person WHERE id IN ({of})
           UNION SELECT id FROM enrolment WHERE person IN ({of}) AND school = ?1) s
         CROSS JOIN journal_entry e LEFT JOIN journal_payload p ON p.row = e.row
         WHERE e.subject = s.id AND (e.kind IN ({shared}) OR (e.kind IN ({own}) AND e.unit = ?1))
         ORDER BY e.at DESC, e.row DESC LIMIT {}",
        AT_MOST + 1
    );
    tx.all(&Built::new("pupil_changes", &sql, tx.dialect()), &params)
}

/// What a change refers to by id.
#[derive(Default)]
struct Names {
    people: HashMap<Uuid, String>,
    classes: HashMap<Uuid, String>,
}

impl Names {
    /// Reads the names of the relatives and classes that changes speak of.
    fn of(tx: &mut Tx<'_>, school: UnitId, all: &[(Row, Kept)]) -> Result<Self> {
        let id = |told: &Told, key: &str| told.get(key).and_then(Told::as_str).and_then(|id| Uuid::try_parse(id).ok());
        let (mut people, mut of_class) = (Vec::new(), Vec::new());
        for (_, kept) in all {
            people.extend([&kept.before, &kept.after].into_iter().filter_map(|told| id(told, "relative")));
            of_class.extend([&kept.before, &kept.after].into_iter().filter_map(|told| id(told, "class")));
        }
        let mut names = Self::default();
        for (ids, into, sql) in [
            (people, &mut names.people, "SELECT id, full_name FROM person WHERE id IN"),
            (of_class, &mut names.classes, "SELECT id, name FROM class WHERE school = ?1 AND id IN"),
        ] {
            if ids.is_empty() {
                continue;
            }
            let mut params = if sql.contains("?1") { vec![Value::Uuid(school.0)] } else { Vec::new() };
            let places = store::places(&mut params, ids);
            let sql = Built::new("pupil_changes_names", &format!("{sql} ({places}) ORDER BY id"), tx.dialect());
            into.extend(tx.all::<(Uuid, String)>(&sql, &params)?);
        }
        Ok(names)
    }
}

fn map(told: &Told) -> Map<String, Told> {
    told.as_object().cloned().unwrap_or_default()
}

fn plain(told: Option<&Told>) -> Option<String> {
    match told {
        None | Some(Told::Null) => None,
        Some(Told::String(text)) => Some(text.clone()),
        Some(Told::Bool(yes)) => Some(if *yes { "Có" } else { "Không" }.to_owned()),
        Some(other) => Some(other.to_string()),
    }
}

/// A stored value as people read it.
fn read(spec: &Spec, value: Type, stored: &str) -> String {
    if let Type::Code(list) = value
        && let Some(known) = spec.list(list).and_then(|list| list.value(stored))
    {
        return known.name.to_owned();
    }
    sector::Value::read(value, stored).map_or_else(|| stored.to_owned(), |value| value.shown())
}

/// A value of a key of a pupil, by what is said of it in the specification; what it says nothing of is closed.
fn of_key(spec: &Spec, key: &str, before: Option<String>, after: Option<String>) -> ChangedValue {
    let bare = key.split(['.', '@']).next().unwrap_or(key);
    let about = spec.key("pupil", bare);
    let label = about.map_or_else(|| layout::What::Pupils.label(bare), |about| about.label);
    let is_closed = about.is_none_or(|about| spec.class_of(about) != Class::Basic);
    let shown = |value: Option<String>| match about {
        Some(about) if !is_closed => value.map(|value| read(spec, about.value, &value)),
        _ => None,
    };
    ChangedValue { label: label.to_owned(), before: shown(before), after: shown(after), is_closed }
}

/// The labels and types of what changes name otherwise than the specification.
fn named(spec: &Spec, labels: &[(&str, &str, Type)], before: &Told, after: &Told) -> Vec<ChangedValue> {
    let mut all = Vec::new();
    for (key, label, value) in labels {
        let of = |told: &Told| plain(told.get(*key)).map(|stored| read(spec, *value, &stored));
        // A command names only what it changes.
        if after.get(*key).is_none() || of(before) == of(after) {
            continue;
        }
        let label = (*label).to_owned();
        all.push(ChangedValue { label, before: of(before), after: of(after), is_closed: false });
    }
    all
}

const PERSON: &[(&str, &str, Type)] = &[
    ("full_name", "Họ và tên", Type::Text),
    ("birth", "Ngày sinh", Type::PartialDate),
    ("sex", "Giới tính", Type::Code("DM_GIOI_TINH")),
    ("nationality", "Quốc tịch", Type::Code("DM_NUOC")),
    ("ethnic_group", "Dân tộc", Type::Code("DM_DAN_TOC")),
    ("pupil_code", "Mã định danh của ngành", Type::Text),
];
const STAY: &[(&str, &str, Type)] = &[
    ("valid_from", "Ngày vào học", Type::Date),
    ("valid_to", "Ngày thôi học", Type::Date),
    ("status", "Trạng thái", Type::Code("DM_TRANG_THAI_HOC_SINH")),
    ("leave_reason", "Lí do thôi học", Type::Code("DM_LY_DO_THOI_HOC")),
];
const IN_CLASS: &[(&str, &str, Type)] = &[
    ("valid_from", "Từ ngày", Type::Date),
    ("valid_to", "Đến trước ngày", Type::Date),
    ("position", "Số thứ tự", Type::Text),
    ("repeats", "Học lại lớp", Type::Text),
];

fn relative(names: &Names, told: &Told) -> Option<String> {
    let id = told.get("relative").and_then(Told::as_str).and_then(|id| Uuid::try_parse(id).ok())?;
    let name = names.people.get(&id)?.clone();
    Some(match plain(told.get("occupation")) {
        Some(work) => format!("{name} ({work})"),
        None => name,
    })
}

fn of_kin(names: &Names, kept: &Kept) -> ChangedValue {
    let told = if kept.after.is_null() { &kept.before } else { &kept.after };
    let label = match told.get("relation").and_then(Told::as_str) {
        Some("father") => "Cha",
        Some("mother") => "Mẹ",
        _ => "Người giám hộ",
    };
    let label = label.to_owned();
    ChangedValue { label, before: relative(names, &kept.before), after: relative(names, &kept.after), is_closed: false }
}

/// A row of a table of the record: each key where it is open, otherwise only that it changed.
fn of_part(spec: &Spec, kept: &Kept) -> Vec<ChangedValue> {
    let told = if kept.after.is_null() { &kept.before } else { &kept.after };
    let part = told.get("part").and_then(Told::as_str).unwrap_or_default();
    let values = |told: &Told| map(told.get("values").unwrap_or(&Told::Null));
    let (before, after) = (values(&kept.before), values(&kept.after));
    let is_closed = class_of_kind(spec, part) != Class::Basic;
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut all = Vec::new();
    for key in keys {
        let about = spec.key(part, key);
        let shown = |told: Option<&Told>| {
            let stored = plain(told).filter(|_| !is_closed)?;
            Some(about.map_or_else(|| stored.clone(), |about| read(spec, about.value, &stored)))
        };
        if before.get(key) == after.get(key) {
            continue;
        }
        let label = about.map_or("Mục khác", |about| about.label).to_owned();
        all.push(ChangedValue { label, before: shown(before.get(key)), after: shown(after.get(key)), is_closed });
    }
    all
}

fn values(spec: &Spec, kind: &str, kept: &Kept, names: &Names) -> Vec<ChangedValue> {
    let (before, after) = (&kept.before, &kept.after);
    match kind {
        "person.corrected" => named(spec, PERSON, before, after),
        "pupil.stay_corrected" => named(spec, STAY, before, after),
        "pupil.class_corrected" => {
            let class = |told: &Told| {
                told.get("class")
                    .and_then(Told::as_str)
                    .and_then(|id| Uuid::try_parse(id).ok())
                    .and_then(|id| names.classes.get(&id))
            };
            let label = class(before).cloned().unwrap_or_else(|| "Lớp".to_owned());
            if after.get("mistake").and_then(Told::as_bool) == Some(true) {
                let before = Some("Có học".to_owned());
                return vec![ChangedValue { label, before, after: Some("Ghi nhầm".to_owned()), is_closed: false }];
            }
            let mut all = named(spec, IN_CLASS, before, after);
            for one in &mut all {
                one.label = format!("{label}: {}", one.label.to_lowercase());
            }
            all
        }
        "person.protected_changed" => {
            let closed = |what: &Secret| {
                let label = match what {
                    Secret::PersonalNumber => "Số định danh cá nhân",
                    Secret::IdentityNumber => "Giấy tờ khác",
                    Secret::Phone => "Điện thoại",
                    Secret::Email => "Thư điện tử",
                };
                ChangedValue { label: label.to_owned(), before: None, after: None, is_closed: true }
            };
            Secret::ALL.iter().filter(|what| after.get(what.code()).is_some()).map(closed).collect()
        }
        "kinship.set" | "kinship.removed" => vec![of_kin(names, kept)],
        "pupil.part_set" => of_part(spec, kept),
        "pupil.fields_set" | "pupil.import_changed" => {
            let was = map(before);
            let is = match kind {
                "pupil.fields_set" => map(after.get("values").unwrap_or(&Told::Null)),
                _ => map(after),
            };
            let keys: BTreeMap<&String, ()> = is.keys().filter(|key| *key != "import").map(|key| (key, ())).collect();
            keys.into_keys().map(|key| of_key(spec, key, plain(was.get(key)), plain(is.get(key)))).collect()
        }
        _ => Vec::new(),
    }
}

/// The corrections of a pupil's record. Answers whom it is about as well.
pub fn changes(tx: &mut Tx<'_>, school: UnitId, pupil: EnrolmentId) -> Result<(Vec<Uuid>, PupilChanges)> {
    let reach = reach::of_school(tx, school)?;
    let (enrolment, _) = pupils::show::find(tx, &reach, school, pupil)?;
    let stays = resolve::resolve(tx, enrolment.person)?;
    let people = resolve::records(tx, stays)?;
    let mut all = Vec::new();
    for row in rows(tx, school, &people)? {
        let kept: Kept = match &row.body {
            Some(body) => {
                let plain = tx.keys().open(db::keys::Use::Journal, row.id.as_bytes(), body)?;
                serde_json::from_slice(&plain).map_err(base::Error::internal)?
            }
            None => Kept::default(),
        };
        all.push((row, kept));
    }
    let is_cut = all.len() > AT_MOST;
    all.truncate(AT_MOST);
    let accounts = all.iter().filter(|(row, _)| row.actor_kind == "account");
    let accounts = accounts.filter_map(|(row, _)| who::account(&row.actor)).collect();
    let known = who::Known::of(tx, accounts, &people)?;
    let names = Names::of(tx, school, &all)?;
    let spec = qd4998()?;
    let mut items = Vec::with_capacity(all.len());
    for (row, kept) in all {
        let values = values(spec, &row.kind, &kept, &names);
        // Written for the first time is no correction: the page itself says what stands.
        if row.body.is_some() && values.iter().all(|one| !one.is_closed && one.before.is_none()) {
            continue;
        }
        let stood = known.role(&row.actor_kind, &row.actor, row.at.date_in_vietnam())?;
        let titles = what::changed(&row.kind, &what::Kept::of(kept.after))?;
        items.push(PupilChange {
            id: row.id,
            at: row.at,
            title: titles.into_iter().collect::<Vec<_>>().join(", "),
            kind: row.kind,
            role: stood.title,
            name: stood.name.filter(|_| stood.unit == Some(school)),
            unit: stood.unit.and_then(|unit| known.unit_name(unit)),
            values,
        });
    }
    let people = people.into_iter().map(Uuid::from).collect();
    Ok((people, PupilChanges { items, is_cut }))
}

/// What was corrected in a pupil's record, with what was believed before, the last first. Values that are protected or
/// sensitive are only told to have changed. Recorded as a look.
#[utoipa::path(get, path = "/schools/{school}/pupils/{pupil}/changes", operation_id = "pupil_changes", tag = "glass",
    params(("school" = Uuid, Path), ("pupil" = Uuid, Path)),
    responses((status = 200, body = PupilChanges), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, pupil)): Path<(UnitId, EnrolmentId)>,
) -> Answer<Json<PupilChanges>> {
    Ok(Json(app.look(&ctx, "pupil.changes", move |tx| changes(tx, school, pupil)).await?))
}
