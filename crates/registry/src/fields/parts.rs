//! What recurs in a record: awards, trainings, languages, rooms. Each part is a document of its own, in an order.
//!
//! Two kinds are other things seen as parts: the campuses of a school are units, and the subjects of a class teaching
//! assignments. Their operations are elsewhere; here they are read, an import names them, and what a campus has besides
//! its code and name is kept like any part.

use std::collections::BTreeMap;

use auth::Capability;
use auth::Require as _;
use base::{ClassId, Date, EmploymentId, Error, Result, UnitId, Uuid};
use db::{Entry, Tx, params};
use rules::sector::{Class, Kind, Spec, qd4998};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::documents::{self, Body};
use super::read::{self, GroupValues, class_of_kind, no_group};
use super::record::{self, Of, Record, Whose};
use super::rights::{self, Rights};
use super::store::{self, PartRow};
use super::typed::class::staff_of_code;
use super::typed::store as typed_store;
use super::typed::store::{TeachingRow, UnitRow};
use super::write::{self, Writer};
use super::{Asked, NO_PART, Origin, REPORTED, Values, computed};
use crate::people::Warning;
use crate::teaching::of_class;
use crate::units;

/// One part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FieldPart)]
pub struct Part {
    /// Which.
    pub id: Uuid,
    /// Values by key.
    #[schema(value_type = BTreeMap<String, String>)]
    pub values: Values,
    /// What others reported of computed fields.
    #[schema(value_type = BTreeMap<String, String>)]
    pub reported: Values,
}

/// The request: what a part says. A key that is not named says nothing in a new part and stays as it is in another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPart {
    /// What is to be set, by key; `null` takes a value away.
    #[schema(value_type = BTreeMap<String, Option<String>>)]
    pub values: Asked,
}

/// The request: the parts of one kind in their new order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetOrder {
    /// All of them.
    pub order: Vec<Uuid>,
}

/// The parts that a record has at most of one kind.
const AT_MOST: usize = 500;

/// The operation that makes and ends parts of a kind, where it is not the fields' own.
#[must_use]
pub fn by_operation(kind: &str) -> Option<&'static str> {
    match kind {
        "campus" => Some("create_unit"),
        "class_subject" => Some("assign_teaching"),
        _ => None,
    }
}

fn kind_of(spec: &'static Spec, of: Of, kind: &str) -> Result<&'static Kind> {
    of.parts(spec).find(|part| part.code == kind).ok_or_else(|| no_group(kind))
}

fn no_part(title: &str) -> Error {
    NO_PART.error(format!("Không tìm thấy dòng này trong “{title}”; có thể người khác vừa xóa. Hãy tải lại trang."))
}

fn part_of(spec: &'static Spec, kind: &str, id: Uuid, body: &Body) -> Part {
    let mut said = GroupValues::default();
    read::sorted(spec, kind, body, &mut said);
    Part { id, values: said.values, reported: said.reported }
}

/// The parts of a record of some kinds, each kind in its order. Rights are the caller's.
pub fn list(
    tx: &mut Tx<'_>,
    record: &Record,
    on: Date,
    kinds: &[&'static str],
) -> Result<BTreeMap<&'static str, Vec<Part>>> {
    let spec = qd4998()?;
    let mut all: BTreeMap<&'static str, Vec<Part>> = BTreeMap::new();
    if kinds.is_empty() {
        return Ok(all);
    }
    for row in tx.all::<PartRow>(&store::PARTS, params![record.school, record.id])? {
        if let Some(kind) = kinds.iter().find(|kind| **kind == row.kind) {
            let body = documents::open(tx, record, kind, row.plain.as_deref(), row.sealed.as_deref())?;
            all.entry(kind).or_default().push(part_of(spec, kind, row.id, &body));
        }
    }
    if kinds.contains(&"campus") {
        let mut kept = all.remove("campus").unwrap_or_default();
        let campuses: Vec<UnitRow> = tx.all(&typed_store::CAMPUSES, params![record.school, on])?;
        let rows = campuses.into_iter().map(|campus| {
            let at = kept.iter().position(|part| part.id == campus.id.0);
            let mut part = at.map(|at| kept.swap_remove(at)).unwrap_or_default();
            part.id = campus.id.0;
            part.values.insert("name", campus.full_name);
            part.values.extend(campus.code.map(|code| ("code", code)));
            part
        });
        all.insert("campus", rows.collect());
    }
    if kinds.contains(&"class_subject") {
        let rows: Vec<TeachingRow> = tx.all(&typed_store::TEACHING, params![record.school, record.id, on])?;
        let rows = rows.into_iter().map(|row| {
            let mut values = Values::new();
            values.insert("subject", row.subject);
            values.insert("semester", row.semester.to_string());
            values.extend(row.staff_code.map(|code| ("teacher", code)));
            Part { id: row.id, values, reported: Values::new() }
        });
        all.insert("class_subject", rows.collect());
    }
    for (kind, rows) in &mut all {
        rows.iter_mut().for_each(|part| computed::add_to_part(kind, &mut part.values));
    }
    all.retain(|_, rows| !rows.is_empty());
    Ok(all)
}

fn place(
    tx: &mut Tx<'_>,
    of: Of,
    school: UnitId,
    id: Uuid,
    kind: &str,
) -> Result<(Record, Rights, &'static Kind, Class)> {
    let (record, rights) = rights::find(tx, school, of, id)?;
    let spec = qd4998()?;
    let kind = kind_of(spec, of, kind)?;
    let class = class_of_kind(spec, kind.code);
    rights::require_edit(&rights, class, kind.title)?;
    Ok((record, rights, kind, class))
}

/// Checks what a part is to say.
fn checked(kind: &'static Kind, asked: &Asked, by: Writer) -> Result<BTreeMap<String, Option<String>>> {
    let checked = write::check(qd4998()?, kind.code, asked, by);
    let names = write::named(&checked);
    match Error::fields(checked.refused) {
        Some(error) => Err(error),
        None => Ok(names),
    }
}

/// What somebody should look at in what a part is to say. What is refused the command says.
#[must_use]
pub fn doubts(of: Of, kind: &str, cmd: &SetPart) -> Vec<Warning> {
    let Ok(spec) = qd4998() else { return Vec::new() };
    let Ok(kind) = kind_of(spec, of, kind) else { return Vec::new() };
    write::check(spec, kind.code, &cmd.values, Writer::PERSON).doubts
}

fn refuse_operation(kind: &'static Kind, origin: Origin) -> Result<()> {
    match (by_operation(kind.code), origin) {
        (Some(operation), Origin::Person) => {
            let how = if operation == "create_unit" { "trang Đơn vị" } else { "trang Phân công giảng dạy" };
            Err(Error::field(
                "values",
                "fields.by_operation",
                format!("“{}” được lập và kết thúc ở {how}.", kind.title),
            ))
        }
        _ => Ok(()),
    }
}

fn recorded(
    tx: &mut Tx<'_>,
    record: &Record,
    kind: &'static str,
    version: i64,
    before: &Body,
    after: &Body,
) -> Result<()> {
    let event = match record.of {
        Of::School => "school.part_set",
        Of::Class => "class.part_set",
        Of::Pupil => "pupil.part_set",
        Of::Staff => "staff.part_set",
    };
    let entry = Entry::new(event, record.of.code(), record.id).unit(record.school).version(version);
    let before = serde_json::json!({ "part": kind, "values": before });
    tx.record(entry.before(&before)?.after(&serde_json::json!({ "part": kind, "values": after }))?);
    Ok(())
}

fn rows_of(tx: &mut Tx<'_>, record: &Record, kind: &str) -> Result<Vec<PartRow>> {
    let mut rows: Vec<PartRow> = tx.all(&store::PARTS, params![record.school, record.id])?;
    rows.retain(|row| row.kind == kind);
    Ok(rows)
}

fn body_of(tx: &Tx<'_>, record: &Record, kind: &str, row: &PartRow) -> Result<Body> {
    documents::open(tx, record, kind, row.plain.as_deref(), row.sealed.as_deref())
}

/// What was done to a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// Which part.
    pub part: Uuid,
    /// The record's version now.
    pub version: i64,
}

/// Adds a part at the end. An import that says what stands there already adds nothing.
pub fn add(
    tx: &mut Tx<'_>,
    (school, of, id): Whose,
    kind: &str,
    cmd: &SetPart,
    known: Option<i64>,
    from: Date,
    by: Writer,
) -> Result<Done> {
    let (record, _, kind, class) = place(tx, of, school, id, kind)?;
    refuse_operation(kind, by.origin)?;
    let names = checked(kind, &cmd.values, by)?;
    let mut body = Body::new();
    write::apply(&mut body, &names);
    if body.is_empty() {
        let detail = format!("“{}”: dòng chưa có gì. Hãy ghi ít nhất một trường.", kind.title);
        return Err(Error::field("values", "fields.empty_part", detail));
    }
    match kind.code {
        "class_subject" => return teach(tx, &record, kind, from, known, &body),
        "campus" => return campus(tx, &record, kind, from, known, body),
        _ => {}
    }
    let rows = rows_of(tx, &record, kind.code)?;
    if by.origin == Origin::Import {
        for row in &rows {
            if same(kind.code, &body_of(tx, &record, kind.code, row)?, &body) {
                return Ok(Done { part: row.id, version: record.version });
            }
        }
    }
    if rows.len() >= AT_MOST {
        let detail = format!("“{}” đã có {AT_MOST} dòng, là số dòng nhiều nhất. Hãy xóa bớt.", kind.title);
        return Err(Error::field("values", "fields.too_many_parts", detail));
    }
    let version = record::take(tx, &record, known)?;
    let part: Uuid = tx.new_id();
    let n = rows.last().map_or(1, |row| row.n + 1);
    insert(tx, &record, kind.code, class, part, n, &body)?;
    recorded(tx, &record, kind.code, version, &Body::new(), &body)?;
    Ok(Done { part, version })
}

/// Whether two parts say the same, what is computed of them aside: a file that was exported from here has it.
fn same(kind: &str, stands: &Body, asked: &Body) -> bool {
    let plain = |body: &Body| -> Body {
        let computed =
            |name: &str| computed::COMPUTED.iter().any(|(of, key)| *of == kind && name == format!("{key}{REPORTED}"));
        body.iter().filter(|(name, _)| !computed(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    plain(stands) == plain(asked)
}

fn insert(tx: &mut Tx<'_>, record: &Record, kind: &str, class: Class, part: Uuid, n: i64, body: &Body) -> Result<()> {
    let (plain, sealed) = documents::shut(tx, record, kind, class, body)?;
    tx.exec_one(&store::PART_INSERT, params![record.school, record.id, kind, part, n, plain, sealed])
}

/// Changes a part.
pub fn change(
    tx: &mut Tx<'_>,
    (school, of, id): Whose,
    kind: &str,
    part: Uuid,
    cmd: &SetPart,
    known: Option<i64>,
) -> Result<Done> {
    let (record, _, kind, class) = place(tx, of, school, id, kind)?;
    let names = checked(kind, &cmd.values, Writer::PERSON)?;
    let today = tx.today();
    let listed = list(tx, &record, today, &[kind.code])?.remove(kind.code).unwrap_or_default();
    let stands = listed.into_iter().find(|one| one.id == part).ok_or_else(|| no_part(kind.title))?;
    let mut refused = Vec::new();
    let mut changes: BTreeMap<&String, &Option<String>> = BTreeMap::new();
    for (name, value) in &names {
        if stands.values.get(name.as_str()) == value.as_ref() {
            continue;
        }
        let label = qd4998()?.key(kind.code, name).map_or(name.as_str(), |key| key.label);
        match super::typed::refuse(kind.code, name, label, Origin::Person) {
            Some(field) => refused.push(field),
            None => drop(changes.insert(name, value)),
        }
    }
    if let Some(error) = Error::fields(refused) {
        return Err(error);
    }
    if changes.is_empty() {
        return Ok(Done { part, version: record.version });
    }
    let rows = rows_of(tx, &record, kind.code)?;
    let row = rows.iter().find(|row| row.id == part);
    let before = row.map(|row| body_of(tx, &record, kind.code, row)).transpose()?.unwrap_or_default();
    let mut body = before.clone();
    write::apply(&mut body, changes);
    if body.is_empty() && kind.code != "campus" {
        let detail = format!("“{}”: dòng không còn gì. Hãy xóa dòng này.", kind.title);
        return Err(Error::field("values", "fields.empty_part", detail));
    }
    let version = record::take(tx, &record, known)?;
    keep(tx, &record, kind.code, class, part, &rows, &body)?;
    recorded(tx, &record, kind.code, version, &before, &body)?;
    Ok(Done { part, version })
}

/// Writes what a part says, whether it said something before or not.
fn keep(
    tx: &mut Tx<'_>,
    record: &Record,
    kind: &'static str,
    class: Class,
    part: Uuid,
    rows: &[PartRow],
    body: &Body,
) -> Result<()> {
    if rows.iter().any(|row| row.id == part) {
        let (plain, sealed) = documents::shut(tx, record, kind, class, body)?;
        return tx.exec_one(&store::PART_SET, params![record.school, record.id, kind, part, plain, sealed]);
    }
    let n = rows.last().map_or(1, |row| row.n + 1);
    insert(tx, record, kind, class, part, n, body)
}

/// Takes a part away. The journal keeps what it said.
pub fn remove(tx: &mut Tx<'_>, (school, of, id): Whose, kind: &str, part: Uuid, known: Option<i64>) -> Result<i64> {
    let (record, _, kind, _) = place(tx, of, school, id, kind)?;
    refuse_operation(kind, Origin::Person)?;
    let rows = rows_of(tx, &record, kind.code)?;
    let row = rows.iter().find(|row| row.id == part).ok_or_else(|| no_part(kind.title))?;
    let before = body_of(tx, &record, kind.code, row)?;
    let version = record::take(tx, &record, known)?;
    tx.exec_one(&store::PART_DROP, params![record.school, record.id, kind.code, part])?;
    recorded(tx, &record, kind.code, version, &before, &Body::new())?;
    Ok(version)
}

/// Puts the parts of one kind in another order.
pub fn order(tx: &mut Tx<'_>, (school, of, id): Whose, kind: &str, cmd: &SetOrder, known: Option<i64>) -> Result<i64> {
    let (record, _, kind, _) = place(tx, of, school, id, kind)?;
    refuse_operation(kind, Origin::Person)?;
    let rows = rows_of(tx, &record, kind.code)?;
    let mut asked = cmd.order.clone();
    asked.sort_unstable();
    asked.dedup();
    if asked.len() != rows.len() || cmd.order.len() != rows.len() || !rows.iter().all(|row| asked.contains(&row.id)) {
        let detail = format!(
            "“{}” có {} dòng; thứ tự mới phải nêu đủ các dòng ấy, mỗi dòng một lần. Hãy tải lại trang rồi sắp lại.",
            kind.title,
            rows.len()
        );
        return Err(Error::field("order", "fields.order", detail));
    }
    if rows.iter().map(|row| row.id).eq(cmd.order.iter().copied()) && known.is_none_or(|known| known == record.version)
    {
        return Ok(record.version);
    }
    let version = record::take(tx, &record, known)?;
    for (n, part) in (1_i64..).zip(&cmd.order) {
        tx.exec_one(&store::PART_MOVE, params![record.school, record.id, kind.code, *part, n])?;
    }
    let entry = Entry::new("record.parts_ordered", record.of.code(), record.id).unit(record.school).version(version);
    tx.record(entry.after(&serde_json::json!({ "part": kind.code, "order": cmd.order }))?);
    Ok(version)
}

/// A line of an import that says who teaches a subject in a class.
fn teach(
    tx: &mut Tx<'_>,
    record: &Record,
    kind: &'static Kind,
    from: Date,
    known: Option<i64>,
    body: &Body,
) -> Result<Done> {
    let said = |key: &str, label: &str| {
        body.get(key).cloned().ok_or_else(|| {
            Error::field(
                format!("values.{key}"),
                "fields.needed",
                format!("{label}: không được để trống. Hãy ghi giá trị."),
            )
        })
    };
    let (subject, code) = (said("subject", "Môn học")?, said("teacher", "Giáo viên")?);
    let semester: i64 = body.get("semester").map_or("0", String::as_str).parse().unwrap_or(-1);
    if !(0..=2).contains(&semester) {
        let detail = "Học kỳ: hãy ghi 1, 2, hoặc 0 nếu dạy cả năm.";
        return Err(Error::field("values.semester", "fields.semester", detail));
    }
    let stands: Vec<TeachingRow> = tx.all(&typed_store::TEACHING, params![record.school, record.id, from])?;
    if let Some(row) = stands.iter().find(|row| {
        row.subject == subject && row.semester == semester && row.staff_code.as_deref() == Some(code.as_str())
    }) {
        return Ok(Done { part: row.id, version: record.version });
    }
    let employment = staff_of_code(tx, record.school, from, "teacher", &code)?;
    let version = record::take(tx, record, known)?;
    let (class, staff) = (ClassId(record.id), EmploymentId(employment));
    let part = of_class::also(tx, record.school, class, (&subject, semester), staff, from)?;
    recorded(tx, record, kind.code, version, &Body::new(), body)?;
    Ok(Done { part, version })
}

/// A line of an import that says what a campus has. One that is not known yet is founded, by whoever may.
fn campus(
    tx: &mut Tx<'_>,
    record: &Record,
    kind: &'static Kind,
    from: Date,
    known: Option<i64>,
    mut body: Body,
) -> Result<Done> {
    let (code, name) = (body.remove("code"), body.remove("name"));
    let stands: Vec<UnitRow> = tx.all(&typed_store::CAMPUSES, params![record.school, from])?;
    let found = stands.iter().find(|campus| match &code {
        Some(code) => campus.code.as_ref() == Some(code),
        None => Some(&campus.full_name) == name.as_ref(),
    });
    let part = match (found, name) {
        (Some(found), _) => found.id.0,
        (None, Some(name)) => {
            tx.require(Capability::UnitCreate, record.school)?;
            let parent = record.school;
            let kind = "campus".to_owned();
            let level = units::Levels::None;
            let cmd = units::create::CreateUnit { kind, name, code, parent, authority: None, level, from, basis: None };
            units::create::create(tx, &cmd)?.id.0
        }
        (None, None) => {
            let detail = "Điểm trường: chưa có điểm trường mang mã này. Hãy ghi tên điểm trường để lập mới.";
            return Err(Error::field("values.name", "fields.needed", detail));
        }
    };
    let rows = rows_of(tx, record, kind.code)?;
    let row = rows.iter().find(|row| row.id == part);
    let before = row.map(|row| body_of(tx, record, kind.code, row)).transpose()?.unwrap_or_default();
    let mut after = before.clone();
    after.extend(body);
    if after == before {
        return Ok(Done { part, version: record.version });
    }
    let version = record::take(tx, record, known)?;
    keep(tx, record, kind.code, Class::Basic, part, &rows, &after)?;
    recorded(tx, record, kind.code, version, &before, &after)?;
    Ok(Done { part, version })
}
