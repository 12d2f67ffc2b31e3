//! The index of words: which names stand at which units. Whoever writes a name, a merger, or what a unit holds about a pupil
//! or somebody of its staff says so here in the same transaction, and what stands is brought to what should.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use base::{PersonId, Result, ToValue as _, UnitId, Uuid, Value};
use db::{Built, BulkInto, Tx, params};

/// Stands for the whole country.
pub const EVERYWHERE: UnitId = UnitId(Uuid::nil());

db::statements! {
    /// A word that stands there no longer.
    pub WORD_DROP = "DELETE FROM person_word WHERE unit = ?1 AND kind = ?2 AND word = ?3 AND folded = ?4 AND person = ?5";
    /// A name that stands there no longer.
    pub INDEXED_DROP = "DELETE FROM person_indexed WHERE person = ?1 AND unit = ?2 AND kind = ?3 AND folded = ?4";
}

/// Words.
pub const WORDS: BulkInto<5> = BulkInto {
    table: "person_word",
    columns: [("unit", "uuid"), ("kind", "text"), ("word", "text"), ("folded", "text"), ("person", "uuid")],
    conflict: "",
};
/// Names.
pub const INDEXED: BulkInto<4> = BulkInto {
    table: "person_indexed",
    columns: [("person", "uuid"), ("unit", "uuid"), ("kind", "text"), ("folded", "text")],
    conflict: "",
};

/// A name of somebody at a unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Indexed {
    /// Whose.
    pub person: PersonId,
    /// Where.
    pub unit: UnitId,
    /// `pupil` or `staff`.
    pub kind: &'static str,
    /// The folded name.
    pub folded: String,
}

/// The kinds in which people are found.
pub const KINDS: [&str; 2] = ["pupil", "staff"];

fn kind(text: &str) -> Option<&'static str> {
    KINDS.into_iter().find(|kind| *kind == text)
}

/// The different words of a folded name.
fn words(folded: &str) -> BTreeSet<&str> {
    folded.split(' ').filter(|word| !word.is_empty()).collect()
}

/// Adds names that do not stand there yet.
pub fn add(tx: &mut Tx<'_>, names: &[Indexed]) -> Result<()> {
    let mut rows: Vec<(UnitId, &'static str, &str, &str, PersonId)> = names
        .iter()
        .flat_map(|name| {
            words(&name.folded).into_iter().map(|word| (name.unit, name.kind, word, name.folded.as_str(), name.person))
        })
        .collect();
    // In the order of the key: neighbours are written side by side.
    rows.sort_unstable();
    tx.bulk(
        &WORDS,
        rows.into_iter().map(|(unit, kind, word, folded, person)| {
            [
                Value::Uuid(unit.0),
                Value::Text(kind.into()),
                Value::Text(word.into()),
                Value::Text(folded.into()),
                Value::Uuid(person.0),
            ]
        }),
    )?;
    tx.bulk(
        &INDEXED,
        names.iter().map(|name| {
            [
                name.person.to_value(),
                name.unit.to_value(),
                Value::Text(name.kind.into()),
                Value::Text(name.folded.as_str().into()),
            ]
        }),
    )?;
    Ok(())
}

fn drop(tx: &mut Tx<'_>, name: &Indexed) -> Result<()> {
    for word in words(&name.folded) {
        tx.exec(&WORD_DROP, params![name.unit, name.kind, word, name.folded, name.person])?;
    }
    tx.exec(&INDEXED_DROP, params![name.person, name.unit, name.kind, name.folded])?;
    Ok(())
}

/// So many people are asked about at once.
const AT_ONCE: usize = 500;

/// Asks a statement about people, some hundreds at a time. `text` stands after `WITH asked (id) …`.
pub(super) fn of_people<T: db::FromRow>(
    tx: &mut Tx<'_>,
    name: &'static str,
    text: &str,
    people: &[PersonId],
    further: &[Value<'static>],
) -> Result<Vec<T>> {
    let mut found = Vec::new();
    for some in people.chunks(AT_ONCE) {
        // Rounded up, the last one repeated, so that few different texts are prepared.
        let count = some.len().next_power_of_two();
        let mut params = further.to_vec();
        let mut places = Vec::with_capacity(count);
        for at in 0..count {
            params.push(Value::Uuid(some[at.min(some.len() - 1)].0));
            places.push(format!("(CAST(?{} AS {{uuid}}))", params.len()));
        }
        let text = format!("WITH asked (id) AS (SELECT DISTINCT column1 FROM (VALUES {}) v) {text}", places.join(", "));
        found.extend(tx.all::<T>(&Built::new(name, &text, tx.dialect()), &params)?);
    }
    Ok(found)
}

db::row! {
    struct Named { id: PersonId, folded: String, merged_into: Option<PersonId> }
}

/// People with all whose records were merged into them or into whom they were: by record, which human being and under
/// which names.
fn families(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<String>>> {
    let mut all: BTreeMap<PersonId, Named> = BTreeMap::new();
    let mut ask: Vec<PersonId> = people.to_vec();
    while !ask.is_empty() {
        let rows: Vec<Named> = of_people(
            tx,
            "WORDS_NAMED",
            "SELECT p.id, p.folded, p.merged_into FROM asked a CROSS JOIN person p WHERE p.id = a.id
             UNION ALL
             SELECT p.id, p.folded, p.merged_into FROM asked a CROSS JOIN person p WHERE p.merged_into = a.id",
            &ask,
            &[],
        )?;
        let mut next = BTreeSet::new();
        let asked: HashSet<PersonId> = ask.iter().copied().collect();
        for row in rows {
            let (id, into) = (row.id, row.merged_into);
            if all.insert(id, row).is_none() {
                next.extend(into.filter(|into| !all.contains_key(into)));
                if !asked.contains(&id) {
                    next.insert(id);
                }
            }
        }
        ask = next.into_iter().collect();
    }
    let root = |id: PersonId| {
        let mut at = id;
        for _ in 0..64 {
            match all.get(&at).and_then(|row| row.merged_into) {
                Some(into) => at = into,
                None => break,
            }
        }
        at
    };
    let mut names: HashMap<PersonId, BTreeSet<String>> = HashMap::with_capacity(all.len());
    for row in all.values() {
        names.entry(root(row.id)).or_default().insert(row.folded.clone());
    }
    let of = |id: PersonId| names.get(&root(id)).map(|names| names.iter().cloned().collect()).unwrap_or_default();
    Ok(all.keys().map(|id| (*id, of(*id))).collect())
}

/// Brings the index to what should stand there of somebody.
pub fn reindex(tx: &mut Tx<'_>, person: PersonId) -> Result<()> {
    reindex_many(tx, &[person])
}

/// Brings the index to what should stand there of people: each of their names, and of those merged with them, at each unit
/// that holds something about them as a pupil or as staff. Nothing is written where that stands already.
pub fn reindex_many(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<()> {
    let names = families(tx, people)?;
    let mut all: Vec<PersonId> = names.keys().copied().collect();
    all.sort_unstable();
    let held: Vec<(PersonId, UnitId, String)> = of_people(
        tx,
        "WORDS_HELD",
        "SELECT DISTINCT h.person, h.unit, h.kind FROM asked a CROSS JOIN person_unit h
         WHERE h.person = a.id AND h.kind IN ('pupil', 'staff')",
        &all,
        &[],
    )?;
    let mut should: BTreeSet<Indexed> = BTreeSet::new();
    for (person, unit, held) in held {
        let Some(kind) = kind(&held) else { continue };
        for folded in names.get(&person).into_iter().flatten() {
            for unit in [unit, EVERYWHERE] {
                should.insert(Indexed { person, unit, kind, folded: folded.clone() });
            }
        }
    }
    let stands: Vec<(PersonId, UnitId, String, String)> = of_people(
        tx,
        "WORDS_INDEXED",
        "SELECT i.person, i.unit, i.kind, i.folded FROM asked a CROSS JOIN person_indexed i WHERE i.person = a.id",
        &all,
        &[],
    )?;
    let stands: BTreeSet<Indexed> = stands
        .into_iter()
        .filter_map(|(person, unit, text, folded)| Some(Indexed { person, unit, kind: kind(&text)?, folded }))
        .collect();
    for gone in stands.difference(&should) {
        drop(tx, gone)?;
    }
    let new: Vec<Indexed> = should.difference(&stands).cloned().collect();
    if new.is_empty() { Ok(()) } else { add(tx, &new) }
}
