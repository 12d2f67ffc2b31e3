//! Changing fields of a record. Values are checked against the specification; what stands there already writes nothing.

use std::collections::BTreeMap;

use base::{Date, Error, Field, Result, UnitId, Uuid};
use db::{Entry, Tx};
use rules::sector::{Group, Hand, Key, Source, Spec, qd4998};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::documents::{self, Body};
use super::read::{self, GroupValues, no_group};
use super::record::{self, Of, Record, Whose};
use super::rights::{self, Rights};
use super::typed::{self, Changes};
use super::{Asked, Origin, REPORTED};
use crate::people::Warning;

/// The request: what one group is to say from a day on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetFields {
    /// From this day; today when not said. What the group said before ends there; a second change on the same day replaces
    /// the first.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// What is to be set, by key; `null` takes a value away. Keys that are not named stay as they are.
    #[schema(value_type = BTreeMap<String, Option<String>>)]
    pub values: Asked,
}

/// Who writes, and by whose hand the texts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Writer {
    /// Whether a person says it on the record's page, or a workbook.
    pub origin: Origin,
    /// Whether a person wrote the texts, or a program.
    pub hand: Hand,
}

impl Writer {
    /// Somebody on the record's page.
    pub const PERSON: Self = Self { origin: Origin::Person, hand: Hand::Person };
    /// A workbook.
    pub const IMPORT: Self = Self { origin: Origin::Import, hand: Hand::Person };
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The record's version now.
    pub version: i64,
    /// The keys that changed.
    pub changed: Vec<&'static str>,
    /// What somebody should look at: codes that are kept though their list, which is not complete, does not have them.
    pub doubts: Vec<Warning>,
}

/// What is asked, checked: by key, the text as it is stored, or nothing.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub values: BTreeMap<&'static str, Option<String>>,
    pub reported: BTreeMap<&'static str, Option<String>>,
    pub refused: Vec<Field>,
    pub doubts: Vec<Warning>,
}

/// Checks what is asked of a kind against the specification.
pub(super) fn check(spec: &'static Spec, kind: &'static str, asked: &Asked, by: Writer) -> Checked {
    let mut done = Checked::default();
    for (name, text) in asked {
        let path = format!("values.{name}");
        let Some(key) = spec.key(kind, name) else {
            let detail = format!("Danh mục dữ liệu của ngành không có trường “{name}”. Hãy bỏ trường này.");
            done.refused.push(Field { field: path, code: "fields.unknown", detail });
            continue;
        };
        let read = text.as_deref().map(|text| key.check(text, by.hand, spec)).transpose();
        let read = read.map_err(|refusal| refusal.into_field(path.clone())).and_then(|value| {
            let value = value.flatten().map(|checked| {
                done.doubts.extend(checked.doubt.map(|detail| {
                    let field = format!("values.{name}");
                    Warning { field, code: "sector.doubtful_code", detail }
                }));
                checked.value.stored()
            });
            value.map(|value| typed::kept(kind, key.key, key.label, value)).transpose()
        });
        let value = match read {
            Ok(value) => value,
            Err(refused) => {
                done.refused.push(refused);
                continue;
            }
        };
        match (key.source, by.origin) {
            (Source::Entered, _) => {
                done.values.insert(key.key, value);
            }
            (Source::Derived(_), Origin::Import) => {
                done.reported.insert(key.key, value);
            }
            (Source::Derived(_), Origin::Person) => {
                let detail = format!("{}: do Khuê tính, không nhập tay. Hãy bỏ trường này.", key.label);
                done.refused.push(Field { field: path, code: "fields.computed", detail });
            }
        }
    }
    done
}

fn key_of(spec: &'static Spec, kind: &str, key: &str) -> Result<(&'static Key, &'static Group)> {
    let key = spec.key(kind, key);
    let group = key.and_then(|key| key.group).and_then(|group| spec.group(group));
    key.zip(group).ok_or_else(|| Error::internal("a key that was checked has no group"))
}

/// Sets fields of one group of a record, as somebody who is asked for their rights.
pub fn write(
    tx: &mut Tx<'_>,
    school: UnitId,
    of: Of,
    id: Uuid,
    group: &str,
    cmd: &SetFields,
    known: Option<i64>,
) -> Result<Written> {
    let (record, rights) = rights::find(tx, school, of, id)?;
    let spec = qd4998()?;
    let found = spec.group(group).filter(|found| found.kind == of.code()).ok_or_else(|| no_group(group))?;
    rights::require_edit(&rights, found.class, found.title)?;
    if let Some(other) =
        cmd.values.keys().find(|name| spec.key(of.code(), name).is_some_and(|key| key.group != Some(found.code)))
    {
        let detail = format!("Trường “{other}” không thuộc nhóm “{}”. Hãy lưu từng nhóm.", found.title);
        return Err(Error::field(format!("values.{other}"), "fields.other_group", detail));
    }
    let from = record::checked_day(cmd.from.unwrap_or_else(|| tx.today()), tx.today())?;
    set(tx, &record, &rights, from, &cmd.values, known, Writer::PERSON)
}

/// Sets fields of any groups of a record at once: what an import has in one row.
pub fn write_all(
    tx: &mut Tx<'_>,
    (school, of, id): Whose,
    from: Date,
    asked: &Asked,
    known: Option<i64>,
    by: Writer,
) -> Result<Written> {
    let (record, rights) = rights::find(tx, school, of, id)?;
    let from = record::checked_day(from, tx.today())?;
    set(tx, &record, &rights, from, asked, known, by)
}

fn set(
    tx: &mut Tx<'_>,
    record: &Record,
    rights: &Rights,
    from: Date,
    asked: &Asked,
    known: Option<i64>,
    by: Writer,
) -> Result<Written> {
    let spec = qd4998()?;
    let kind = record.of.code();
    let mut checked = check(spec, kind, asked, by);
    let mut groups: Vec<&'static Group> = Vec::new();
    for key in checked.values.keys().chain(checked.reported.keys()) {
        let (_, group) = key_of(spec, kind, key)?;
        if !groups.contains(&group) {
            rights::require_edit(rights, group.class, group.title)?;
            groups.push(group);
        }
    }
    let present = read::values(tx, record, from, &groups)?;
    let mut changes = Change::default();
    for (key, value) in checked.values {
        let before = now(&present, key, |group| &group.values);
        if before == value {
            continue;
        }
        let (about, _) = key_of(spec, kind, key)?;
        match typed::refuse(kind, key, about.label, by.origin) {
            Some(refused) => checked.refused.push(refused),
            None => changes.add(key.to_owned(), key, before, value),
        }
    }
    for (key, value) in checked.reported {
        let before = now(&present, key, |group| &group.reported);
        // What was exported from here comes back: nobody else reported it.
        let ours = value.is_some() && now(&present, key, |group| &group.values) == value;
        if before != value && !ours {
            changes.add(format!("{key}{REPORTED}"), key, before, value);
        }
    }
    if let Some(error) = Error::fields(checked.refused) {
        return Err(error);
    }
    if changes.after.is_empty() {
        return Ok(Written { version: record.version, changed: Vec::new(), doubts: checked.doubts });
    }
    let version = record::take(tx, record, known)?;
    let typed: Changes = changes
        .keys
        .iter()
        .filter(|(name, key)| name == *key && typed::of(kind, key).is_some())
        .filter_map(|(name, key)| changes.after.get(name).map(|value| (*key, value.clone())))
        .collect();
    typed::write(tx, record, from, &typed)?;
    for group in &groups {
        keep(tx, spec, record, group, from, &changes)?;
    }
    let told = serde_json::json!({ "from": from, "values": changes.after });
    let noun = record.of.code();
    let kind = match record.of {
        Of::School => "school.fields_set",
        Of::Class => "class.fields_set",
        Of::Pupil => "pupil.fields_set",
        Of::Staff => "staff.fields_set",
    };
    let entry = Entry::new(kind, noun, record.id).unit(record.school).version(version);
    tx.record(entry.before(&changes.before)?.after(&told)?);
    // An operation on the unit may have raised it once more.
    let version = record::find(tx, record.school, record.of, record.id)?.version;
    Ok(Written { version, changed: changes.keys.into_values().collect(), doubts: checked.doubts })
}

/// What changes: by the name in a document, the key, what stood there and what is to stand there.
#[derive(Debug, Default)]
struct Change {
    keys: BTreeMap<String, &'static str>,
    before: BTreeMap<String, Option<String>>,
    after: BTreeMap<String, Option<String>>,
}

impl Change {
    fn add(&mut self, name: String, key: &'static str, before: Option<String>, after: Option<String>) {
        self.keys.insert(name.clone(), key);
        self.before.insert(name.clone(), before);
        self.after.insert(name, after);
    }
}

fn now(
    present: &[(&'static Group, GroupValues)],
    key: &str,
    side: impl Fn(&GroupValues) -> &super::Values,
) -> Option<String> {
    present.iter().find_map(|(_, group)| side(group).get(key).cloned())
}

/// Writes the document of one group, when something in it changes.
fn keep(
    tx: &mut Tx<'_>,
    spec: &'static Spec,
    record: &Record,
    group: &'static Group,
    from: Date,
    changes: &Change,
) -> Result<()> {
    let kind = record.of.code();
    let mine: Vec<(&String, &Option<String>)> = changes
        .after
        .iter()
        .filter(|(name, _)| {
            let key = changes.keys.get(*name).copied().unwrap_or_default();
            let in_column = *name == key && typed::of(kind, key).is_some();
            !in_column && spec.key(kind, key).and_then(|key| key.group) == Some(group.code)
        })
        .collect();
    if mine.is_empty() {
        return Ok(());
    }
    let mut body: Body = documents::as_of(tx, record, from, |code| code == group.code)?
        .remove(group.code)
        .map(|doc| doc.body)
        .unwrap_or_default();
    apply(&mut body, mine);
    documents::set(tx, record, group.code, group.class, from, &body)
}

/// Puts values into a body, and takes out those that are nothing.
pub(super) fn apply<'c>(body: &mut Body, changes: impl IntoIterator<Item = (&'c String, &'c Option<String>)>) {
    for (name, value) in changes {
        match value {
            Some(value) => body.insert(name.clone(), value.clone()),
            None => body.remove(name),
        };
    }
}

/// The names under which checked values stand in a document.
pub(super) fn named(checked: &Checked) -> BTreeMap<String, Option<String>> {
    let values = checked.values.iter().map(|(key, value)| ((*key).to_owned(), value.clone()));
    let reported = checked.reported.iter().map(|(key, value)| (format!("{key}{REPORTED}"), value.clone()));
    values.chain(reported).collect()
}
