//! Reading the pack's tables, and refusing one that does not hold together.

use std::collections::HashMap;

use base::{Error, Result};

use super::{
    Class, CodeList, CodeValue, Confidence, Field, Group, Home, Key, Kind, Level, Levels, Source, Spec, Status, Type,
};
use crate::Pack;
use crate::table::rows;

fn wrong(what: String) -> Error {
    Error::internal(format!("the sector's specification: {what}"))
}

/// Reads the pack of a code.
pub(super) fn read(code: &str) -> Result<Spec> {
    let pack = crate::find("sector", code)?.ok_or_else(|| wrong(format!("{code} is not in the program")))?;
    let kinds: Vec<Kind> = rows(pack.file("kinds.tsv")?, ["kind", "parent", "title"])?
        .into_iter()
        .map(|[code, parent, title]| Kind { code, parent: some(parent), title })
        .collect();
    let groups = rows(pack.file("groups.tsv")?, ["kind", "group", "class", "title"])?
        .into_iter()
        .map(|[kind, code, class, title]| Ok(Group { code, kind, class: class_of(class)?, title }))
        .collect::<Result<Vec<_>>>()?;
    let lists = lists(pack)?;
    let list_at = lists.iter().enumerate().map(|(at, list)| (list.code, at)).collect();
    let mut keys =
        rows(pack.file("keys.tsv")?, ["kind", "key", "label", "type", "of", "source", "room", "group", "home"])?
            .into_iter()
            .map(key)
            .collect::<Result<Vec<_>>>()?;
    let mut key_at = HashMap::with_capacity(keys.len());
    for (at, key) in keys.iter().enumerate() {
        if key_at.insert((key.kind, key.key), at).is_some() {
            return Err(wrong(format!("{}.{} stands twice", key.kind, key.key)));
        }
        let has_group = groups.iter().any(|group| group.kind == key.kind && Some(group.code) == key.group);
        if has_group == matches!(key.home, Home::Parts(_)) {
            return Err(wrong(format!("{}.{} is in no group of its kind", key.kind, key.key)));
        }
        if !kinds.iter().any(|kind| kind.code == key.kind) {
            return Err(wrong(format!("{} is no kind of record", key.kind)));
        }
        let names = |kind: &str| groups.iter().any(|group| group.kind == kind);
        if let Type::Reference(kind) | Type::Parts(kind) = key.value
            && !names(kind)
        {
            return Err(wrong(format!("{}.{} names the unknown kind {kind}", key.kind, key.key)));
        }
    }
    let fields = fields(pack)?;
    for (at, field) in fields.iter().enumerate() {
        let key = key_at.get(&(field.kind, field.key)).map(|at| &mut keys[*at]);
        let key = key.ok_or_else(|| wrong(format!("line {} has no key", field.number)))?;
        key.levels = key.levels.and(field.levels);
        key.fields.push(at);
    }
    for key in &mut keys {
        let lengths: Option<Vec<usize>> = key.fields.iter().map(|at| fields[*at].length).collect();
        key.length = lengths.and_then(|lengths| lengths.into_iter().max());
    }
    Ok(Spec { pack, kinds, groups, keys, fields, lists, key_at, list_at })
}

fn some(cell: &'static str) -> Option<&'static str> {
    (!cell.is_empty()).then_some(cell)
}

fn class_of(cell: &str) -> Result<Class> {
    [Class::Basic, Class::Protected, Class::Sensitive]
        .into_iter()
        .find(|class| class.code() == cell)
        .ok_or_else(|| wrong(format!("{cell} is no data class")))
}

fn key([kind, key, label, value, of, source, room, group, home]: [&'static str; 9]) -> Result<Key> {
    let value = match value {
        "text" => Type::Text,
        "code" => Type::Code(of),
        "bool" => Type::Boolean,
        "int" => Type::Integer,
        "dec" => Type::Decimal,
        "date" => Type::Date,
        "day" => Type::PartialDate,
        "ref" => Type::Reference(of),
        "parts" => Type::Parts(of),
        other => return Err(wrong(format!("{kind}.{key} has the unknown type {other}"))),
    };
    let source = match (source, room) {
        ("entered", "") => Source::Entered,
        ("derived", room) if !room.is_empty() => Source::Derived(room),
        _ => return Err(wrong(format!("{kind}.{key} is neither entered nor derived in a room"))),
    };
    let home = match (value, home) {
        (Type::Parts(parts), "") => Home::Parts(parts),
        (Type::Parts(_), _) => return Err(wrong(format!("{kind}.{key} stands for records and has no column"))),
        (_, "") => Home::Stored,
        (_, column) => Home::Typed(column),
    };
    Ok(Key {
        kind,
        key,
        label,
        value,
        source,
        group: some(group),
        home,
        levels: Levels::default(),
        length: None,
        fields: Vec::new(),
    })
}

fn fields(pack: &'static Pack) -> Result<Vec<Field>> {
    rows(
        pack.file("fields.tsv")?,
        ["number", "section", "record", "levels", "symbol", "label", "type", "refers", "length", "note", "kind", "key"],
    )?
    .into_iter()
    .map(|[number, section, record, levels, symbol, label, printed_type, refers, length, note, kind, key]| {
        let levels = levels
            .split(',')
            .map(|code| Level::of_code(code).ok_or_else(|| wrong(format!("line {number}: {code} is no level"))))
            .collect::<Result<Levels>>()?;
        let length = some(length).map(str::parse).transpose().map_err(Error::internal)?;
        let number = number.parse().map_err(Error::internal)?;
        Ok(Field { number, section, record, levels, symbol, label, printed_type, refers, length, note, kind, key })
    })
    .collect()
}

fn lists(pack: &'static Pack) -> Result<Vec<CodeList>> {
    rows(pack.file("lists.tsv")?, ["list", "name", "reference", "note", "origin", "status"])?
        .into_iter()
        .map(|[code, name, reference, note, origin, status]| {
            let status = match status {
                "known" => Status::Known,
                "provisional" => Status::Provisional,
                "units" => Status::Units,
                "unknown" => Status::Unknown,
                other => return Err(wrong(format!("{code} has the unknown status {other}"))),
            };
            let values = match status {
                Status::Known | Status::Provisional => values(pack.file(&format!("values/{code}.tsv"))?)?,
                Status::Units | Status::Unknown => Vec::new(),
            };
            Ok(CodeList::new([code, name, reference, note], origin == "annex", status, values))
        })
        .collect()
}

fn values(table: &'static str) -> Result<Vec<CodeValue>> {
    rows(table, ["code", "name", "also", "source", "confidence"])?
        .into_iter()
        .map(|[code, name, also, source, confidence]| {
            let confidence = match confidence {
                "H" => Confidence::High,
                "M" => Confidence::Medium,
                "L" => Confidence::Low,
                other => return Err(wrong(format!("the value {code} has the unknown confidence {other}"))),
            };
            Ok(CodeValue::new([code, name, also, source], confidence))
        })
        .collect()
}
