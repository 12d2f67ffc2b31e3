//! A record's fields as of a day, group by group.

use std::collections::BTreeSet;

use base::{Date, Result, UnitId, Uuid};
use db::{Tx, params};
use rules::sector::{Class, Group, Key, Level, Source, Spec, Type, qd4998};
use serde::Serialize;
use utoipa::ToSchema;

use super::documents::{self, Body};
use super::parts::{self, Part};
use super::record::{Of, Record};
use super::rights::Rights;
use super::{NO_GROUP, REPORTED, Values, rights, typed};
use crate::people::Warning;

/// The fields of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fields {
    /// `school`, `class`, `pupil` or `staff`.
    pub kind: &'static str,
    /// Which record.
    pub id: Uuid,
    /// Its version, for `If-Match`.
    pub version: i64,
    /// As of this day.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// The field groups in the order in which people read them.
    pub groups: Vec<FieldGroup>,
    /// What recurs.
    pub parts: Vec<FieldParts>,
}

/// A field group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldGroup {
    /// Its code.
    #[schema(example = "pupil_study")]
    pub code: &'static str,
    /// Its Vietnamese title.
    #[schema(example = "Học tập")]
    pub title: &'static str,
    /// `basic`, `protected` or `sensitive`.
    pub class: &'static str,
    /// Whether the actor may see it.
    pub may_see: bool,
    /// Whether the actor may change it.
    pub may_edit: bool,
    /// Whether its values are in this answer. Those of a protected or sensitive group are when it was asked for by name,
    /// and each such look is recorded.
    pub shown: bool,
    /// Since when the document says what it says.
    #[schema(value_type = Option<String>, format = Date)]
    pub since: Option<Date>,
    /// Its fields.
    pub fields: Vec<FieldValue>,
    /// After a change: what somebody should look at; nothing was refused for it.
    pub doubts: Vec<Warning>,
}

/// A field and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldValue {
    /// What it is.
    #[serde(flatten)]
    pub about: FieldAbout,
    /// Its value, as programs write it: an ISO date, a decimal point, `1` and `0`, a code.
    pub value: Option<String>,
    /// What others reported of a field that Khuê computes.
    pub reported: Option<String>,
}

/// What a field is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldAbout {
    /// Its key.
    #[schema(example = "fee_exempt")]
    pub key: &'static str,
    /// Its Vietnamese label.
    #[schema(example = "Miễn học phí")]
    pub label: &'static str,
    /// `text`, `code`, `bool`, `int`, `dec`, `date` (a day), `day` (a day, or only its month or year), `ref`.
    #[serde(rename = "type")]
    pub ty: &'static str,
    /// The code list of a `code`.
    pub list: Option<&'static str>,
    /// The kind of record a `ref` names.
    pub refers: Option<&'static str>,
    /// The longest it may be.
    pub length: Option<usize>,
    /// The room that computes it; such a field is never typed.
    pub computed_by: Option<&'static str>,
    /// The operation that changes it, when it is not changed as a field; `never` for what says whose the record is.
    pub changed_by: Option<&'static str>,
}

/// What recurs: parts of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldParts {
    /// Their kind.
    #[schema(example = "pupil_award")]
    pub kind: &'static str,
    /// Its Vietnamese title.
    pub title: &'static str,
    /// `basic`, `protected` or `sensitive`.
    pub class: &'static str,
    /// Whether the actor may see them.
    pub may_see: bool,
    /// Whether the actor may change them.
    pub may_edit: bool,
    /// Whether they are in this answer.
    pub shown: bool,
    /// What each has.
    pub fields: Vec<FieldAbout>,
    /// The parts in their order.
    pub rows: Vec<Part>,
}

/// What a group says on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupValues {
    /// The values.
    pub values: Values,
    /// What others reported of computed fields.
    pub reported: Values,
    /// Since when the document says so.
    pub since: Option<Date>,
}

/// The keys of a kind whose values a record can hold: all but its lists of other records.
pub(super) fn keys_of<'s>(spec: &'s Spec, kind: &'s str) -> impl Iterator<Item = &'s Key> {
    spec.keys.iter().filter(move |key| key.kind == kind && !matches!(key.value, Type::Parts(_)))
}

/// Divides what a document holds into values and what was reported.
pub(super) fn sorted(spec: &'static Spec, kind: &str, body: &Body, into: &mut GroupValues) {
    for (name, text) in body {
        let (key, reported) = name.strip_suffix(REPORTED).map_or((name.as_str(), false), |key| (key, true));
        // A key that the specification no longer has stays in the document and is not shown.
        if let Some(key) = spec.key(kind, key) {
            let side = if reported { &mut into.reported } else { &mut into.values };
            side.insert(key.key, text.clone());
        }
    }
}

/// The values of some groups of a record as of a day, each by its group. Rights are the caller's.
pub fn values(
    tx: &mut Tx<'_>,
    record: &Record,
    on: Date,
    wanted: &[&'static Group],
) -> Result<Vec<(&'static Group, GroupValues)>> {
    let spec = qd4998()?;
    let kind = record.of.code();
    let has = |code: &str| wanted.iter().any(|group| group.code == code);
    let columns = typed::read(tx, record, on, &has)?;
    let mut docs = documents::as_of(tx, record, on, has)?;
    let mut all = Vec::with_capacity(wanted.len());
    for group in wanted {
        let mut found = GroupValues::default();
        if let Some(doc) = docs.remove(group.code) {
            found.since = Some(doc.from);
            sorted(spec, kind, &doc.body, &mut found);
        }
        for (key, value) in &columns {
            if spec.key(kind, key).and_then(|key| key.group) == Some(group.code) {
                found.values.insert(key, value.clone());
            }
        }
        super::computed::add(tx, record, on, group.code, &mut found.values)?;
        all.push((*group, found));
    }
    Ok(all)
}

/// What is to be shown of a record.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// As of this day; today when not said.
    pub as_of: Option<Date>,
    /// Groups and kinds of parts by their code; empty: all that are basic.
    pub groups: Vec<String>,
}

fn kind_of_type(value: Type) -> &'static str {
    match value {
        Type::Text => "text",
        Type::Code(_) => "code",
        Type::Boolean => "bool",
        Type::Integer => "int",
        Type::Decimal => "dec",
        Type::Date => "date",
        Type::PartialDate => "day",
        Type::Reference(_) => "ref",
        Type::Parts(_) => "parts",
    }
}

/// What a key is, for a client.
#[must_use]
pub fn about(key: &Key) -> FieldAbout {
    let changed_by = typed::of(key.kind, key.key).and_then(|typed| match typed.by {
        typed::By::Field => None,
        typed::By::Operation(operation) => Some(operation),
        typed::By::Nobody => Some("never"),
    });
    FieldAbout {
        key: key.key,
        label: key.label,
        ty: kind_of_type(key.value),
        list: if let Type::Code(list) = key.value { Some(list) } else { None },
        refers: if let Type::Reference(kind) = key.value { Some(kind) } else { None },
        length: key.length,
        computed_by: if let Source::Derived(room) = key.source { Some(room) } else { None },
        changed_by,
    }
}

/// The levels a school teaches; all, where none is known: a centre has none of a school's.
pub fn levels(tx: &mut Tx<'_>, school: UnitId) -> Result<Vec<Level>> {
    let rows: Vec<(String,)> = tx.all(&crate::units::store::LEVELS, params![school])?;
    let levels: Vec<Level> = rows.iter().filter_map(|(code,)| Level::of_code(code)).collect();
    Ok(if levels.is_empty() { Level::ALL.to_vec() } else { levels })
}

fn is_of(key: &Key, levels: &[Level]) -> bool {
    levels.iter().any(|level| key.levels.contains(*level))
}

/// The class of a kind of parts: the strictest of its groups.
#[must_use]
pub fn class_of_kind(spec: &Spec, kind: &str) -> Class {
    spec.groups_of(kind).map(|group| group.class).max().unwrap_or(Class::Sensitive)
}

/// What was found, and whether some of it is protected or sensitive: such a look is recorded before the answer leaves.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Whose.
    pub people: Vec<Uuid>,
    /// Whether something protected or sensitive is shown.
    pub deep: bool,
    /// The fields.
    pub fields: Fields,
}

/// The fields of a record of a school.
pub fn read(tx: &mut Tx<'_>, school: UnitId, of: Of, id: Uuid, wanted: &Wanted) -> Result<Seen> {
    let (record, rights) = rights::find(tx, school, of, id)?;
    let on = wanted.as_of.unwrap_or_else(|| tx.today());
    show(tx, &record, &rights, on, &wanted.groups)
}

fn show(tx: &mut Tx<'_>, record: &Record, rights: &Rights, on: Date, asked: &[String]) -> Result<Seen> {
    let spec = qd4998()?;
    let kind = record.of.code();
    let names: BTreeSet<&str> = asked.iter().map(String::as_str).collect();
    let shown = |code: &str, class: Class| {
        rights.see(class) && if names.is_empty() { class == Class::Basic } else { names.contains(code) }
    };
    for name in &names {
        let class = spec.group(name).filter(|group| group.kind == kind).map(|group| (group.class, group.title));
        let part = record.of.parts(spec).find(|part| part.code == *name);
        let class = class.or_else(|| part.map(|part| (class_of_kind(spec, part.code), part.title)));
        let (class, title) = class.ok_or_else(|| no_group(name))?;
        rights::require_see(rights, class, title)?;
    }
    let levels = levels(tx, record.school)?;
    let open: Vec<&'static Group> = spec.groups_of(kind).filter(|group| shown(group.code, group.class)).collect();
    let mut found = values(tx, record, on, &open)?;
    let mut deep = open.iter().any(|group| group.class != Class::Basic);
    let mut groups = Vec::new();
    for group in spec.groups_of(kind) {
        let values = found.iter().position(|(one, _)| one.code == group.code).map(|at| found.swap_remove(at).1);
        let shown = values.is_some();
        let values = values.unwrap_or_default();
        let fields: Vec<FieldValue> = keys_of(spec, kind)
            .filter(|key| key.group == Some(group.code))
            .filter(|key| {
                let said = values.values.contains_key(key.key) || values.reported.contains_key(key.key);
                said || is_of(key, &levels)
            })
            .map(|key| FieldValue {
                about: about(key),
                value: values.values.get(key.key).cloned(),
                reported: values.reported.get(key.key).cloned(),
            })
            .collect();
        if !fields.is_empty() {
            groups.push(FieldGroup {
                code: group.code,
                title: group.title,
                class: group.class.code(),
                may_see: rights.see(group.class),
                may_edit: rights.edit(group.class),
                shown,
                since: values.since,
                fields,
                doubts: Vec::new(),
            });
        }
    }
    let kinds: Vec<&'static str> = record
        .of
        .parts(spec)
        .filter(|part| shown(part.code, class_of_kind(spec, part.code)))
        .map(|part| part.code)
        .collect();
    deep |= kinds.iter().any(|kind| class_of_kind(spec, kind) != Class::Basic);
    let mut rows = parts::list(tx, record, on, &kinds)?;
    let mut all_parts = Vec::new();
    for part in record.of.parts(spec) {
        let rows = rows.remove(part.code).unwrap_or_default();
        let keys: Vec<&Key> = keys_of(spec, part.code).filter(|key| is_of(key, &levels)).collect();
        // Tables that are only computed are shown where somebody reported them.
        let entered = keys.iter().any(|key| key.source == Source::Entered);
        if rows.is_empty() && !entered {
            continue;
        }
        let class = class_of_kind(spec, part.code);
        all_parts.push(FieldParts {
            kind: part.code,
            title: part.title,
            class: class.code(),
            may_see: rights.see(class),
            may_edit: rights.edit(class) && parts::by_operation(part.code).is_none(),
            shown: kinds.contains(&part.code),
            fields: keys.into_iter().map(about).collect(),
            rows,
        });
    }
    let fields = Fields { kind, id: record.id, version: record.version, as_of: on, groups, parts: all_parts };
    Ok(Seen { people: record.people(), deep, fields })
}

/// There is no such group or kind of parts.
#[must_use]
pub fn no_group(code: &str) -> base::Error {
    NO_GROUP.error(format!("Hồ sơ này không có nhóm thông tin “{code}”. Hãy tải lại trang rồi chọn lại."))
}

/// What a group said, from when to when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupHistory {
    /// The documents, the last first.
    pub documents: Vec<GroupDocument>,
}

/// What a group said from one day to another. What stands in columns is not in it: its changes are in the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupDocument {
    /// From this day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Until before this day.
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
    /// Values by key.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub values: Values,
    /// What others reported of computed fields.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub reported: Values,
}

/// What a group of a record said, from when to when.
pub fn history(
    tx: &mut Tx<'_>,
    school: UnitId,
    of: Of,
    id: Uuid,
    group: &str,
) -> Result<(Vec<Uuid>, bool, GroupHistory)> {
    let (record, rights) = rights::find(tx, school, of, id)?;
    let spec = qd4998()?;
    let found = spec.group(group).filter(|found| found.kind == of.code()).ok_or_else(|| no_group(group))?;
    rights::require_see(&rights, found.class, found.title)?;
    let mut documents = Vec::new();
    for doc in documents::history(tx, &record, group)?.into_iter().rev() {
        let mut said = GroupValues::default();
        sorted(spec, of.code(), &doc.body, &mut said);
        documents.push(GroupDocument { from: doc.from, to: doc.to, values: said.values, reported: said.reported });
    }
    Ok((record.people(), found.class != Class::Basic, GroupHistory { documents }))
}
