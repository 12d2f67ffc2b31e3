//! Documents: JSON of texts by key, in the open where the group is basic, else encrypted and bound to their record.

use std::collections::BTreeMap;

use base::{Date, Error, Result, Uuid, Value};
use db::keys::Use;
use db::{Tx, params};
use platform::backup::reencrypt::Encrypted;
use rules::sector::Class;

use super::record::Record;
use super::store::{self, DocRow};

/// What a document holds: texts by key. A key that ends in [`super::REPORTED`] is what others reported.
pub(super) type Body = BTreeMap<String, String>;

/// A document as it is to be stored: one of the two.
pub(super) type Stored = (Option<String>, Option<Vec<u8>>);

/// What an encrypted document is bound to: it opens nowhere else.
pub(super) fn about(record: &Record, group: &str) -> Vec<u8> {
    bound(record.school.0.as_bytes(), record.id.as_bytes(), group.as_bytes())
}

fn bound(school: &[u8], record: &[u8], group: &[u8]) -> Vec<u8> {
    [b"khue record 1 ".as_slice(), school, record, group].concat()
}

/// What is encrypted here, for the job that encrypts anew after a rotation of keys.
#[must_use]
pub fn encrypted() -> [Encrypted; 2] {
    let nobody = || Value::Uuid(Uuid::nil());
    let column = |name, last, next, store| Encrypted {
        name,
        purpose: Use::Field,
        first: vec![nobody(), nobody(), Value::Text("".into()), last],
        next,
        store,
        about: |key| bound(&key[0], &key[1], &key[2]),
        blind: None,
    };
    [
        column("record_doc.sealed", Value::Date(Date::constant(1, 1, 1)), &store::DOC_OLD_KEY, &store::DOC_NEW_KEY),
        column("record_part.sealed", nobody(), &store::PART_OLD_KEY, &store::PART_NEW_KEY),
    ]
}

/// Writes a body as its class demands.
pub(super) fn shut(tx: &mut Tx<'_>, record: &Record, group: &str, class: Class, body: &Body) -> Result<Stored> {
    let json = serde_json::to_string(body).map_err(Error::internal)?;
    if class == Class::Basic {
        return Ok((Some(json), None));
    }
    let seed = tx.draw();
    let sealed = tx.keys().seal(Use::Field, &seed, &about(record, group), json.as_bytes())?;
    Ok((None, Some(sealed)))
}

/// Reads a body.
pub(super) fn open(
    tx: &Tx<'_>,
    record: &Record,
    group: &str,
    plain: Option<&str>,
    sealed: Option<&[u8]>,
) -> Result<Body> {
    match (plain, sealed) {
        (Some(json), _) => serde_json::from_str(json).map_err(Error::internal),
        (None, Some(sealed)) => {
            let json = tx.keys().open(Use::Field, &about(record, group), sealed)?;
            serde_json::from_slice(&json).map_err(Error::internal)
        }
        (None, None) => Ok(Body::new()),
    }
}

/// A document of a group from one day on.
#[derive(Clone, Debug)]
pub(super) struct Doc {
    pub from: Date,
    pub to: Option<Date>,
    pub body: Body,
}

/// All documents of a group, in their order.
pub(super) fn history(tx: &mut Tx<'_>, record: &Record, group: &str) -> Result<Vec<Doc>> {
    let rows: Vec<DocRow> = tx.all(&store::DOC_HISTORY, params![record.school, record.id, group])?;
    rows.into_iter()
        .map(|row| {
            let body = open(tx, record, group, row.plain.as_deref(), row.sealed.as_deref())?;
            Ok(Doc { from: row.valid_from, to: row.valid_to, body })
        })
        .collect()
}

/// The documents of a record as of a day whose group `wanted` names, each by its group.
pub(super) fn as_of(
    tx: &mut Tx<'_>,
    record: &Record,
    on: Date,
    wanted: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, Doc>> {
    let rows: Vec<DocRow> = tx.all(&store::DOCS, params![record.school, record.id, on])?;
    rows.into_iter()
        .filter(|row| wanted(&row.field_group))
        .map(|row| {
            let body = open(tx, record, &row.field_group, row.plain.as_deref(), row.sealed.as_deref())?;
            Ok((row.field_group, Doc { from: row.valid_from, to: row.valid_to, body }))
        })
        .collect()
}

/// What a group says from a day on. What it said before ends there; what was said on the same day is replaced; what is
/// already written for a later day stays.
pub(super) fn set(tx: &mut Tx<'_>, record: &Record, group: &str, class: Class, from: Date, body: &Body) -> Result<()> {
    let before = history(tx, record, group)?;
    let standing = before.iter().find(|doc| doc.from <= from && doc.to.is_none_or(|to| from < to));
    let next = before.iter().map(|doc| doc.from).find(|day| *day > from);
    let to = standing.map_or(next, |doc| doc.to);
    let same_day = standing.is_some_and(|doc| doc.from == from);
    if body.is_empty() {
        return match standing {
            Some(_) if same_day => tx.exec_one(&store::DOC_DROP, params![record.school, record.id, group, from]),
            Some(doc) => tx.exec_one(&store::DOC_CUT, params![record.school, record.id, group, doc.from, from]),
            None => Ok(()),
        };
    }
    let (plain, sealed) = shut(tx, record, group, class, body)?;
    if same_day {
        return tx.exec_one(&store::DOC_REPLACE, params![record.school, record.id, group, from, plain, sealed]);
    }
    if let Some(doc) = standing {
        tx.exec_one(&store::DOC_CUT, params![record.school, record.id, group, doc.from, from])?;
    }
    tx.exec_one(&store::DOC_INSERT, params![record.school, record.id, group, from, to, plain, sealed])
}
