//! Names by words: the index row of one word drives the question, and the others are looked for in the name that stands in it.

use std::collections::{BTreeMap, HashSet};

use auth::Scope;
use base::{PersonId, Result, Value};
use db::{Built, Tx, params};

use super::search::{COUNTED, FIRST, Kind};
use super::words::EVERYWHERE;

/// Index rows that are read for a question: a name answers it by up to three of its words.
const ROWS: usize = 3 * COUNTED + 1;
/// Up to so many units are asked one by one; beyond, the whole country is asked, and each answer whether it is in scope.
const NEAR: i64 = 4_000;
/// Within so few units no word has many rows, and none is counted.
const FEW: i64 = 64;
/// A word is called rare when it has fewer rows than this in the whole country.
const RARE: i64 = 2_000;
/// So many rows of a common word are looked through in the hope that they are enough.
const HOPED: usize = 30_000;
/// Beyond, nobody counts.
const COMMON: i64 = 60_000;
/// From so many on it is certain that there are more than are counted, whoever of them was merged.
const CERTAINLY_MORE: usize = COUNTED + 100;

db::statements! {
    /// How many rows words that begin so have, up to a number.
    pub HOW_MANY = "SELECT count(*) FROM (SELECT 1 AS one FROM person_word w
        WHERE w.unit = ?1 AND w.kind = ?2 AND w.word >= ?3 AND w.word < ?4 LIMIT ?5) n";
}

/// What is greater than every word that begins so.
pub(super) fn beyond(word: &str) -> String {
    format!("{word}\u{10FFFF}")
}

pub(super) fn longest(words: &[String]) -> Option<usize> {
    words.iter().enumerate().max_by_key(|(_, word)| word.chars().count()).map(|(at, _)| at)
}

/// The further words of a question as conditions on the index row of one of them.
pub(super) fn others(words: &[String], but: usize, params: &mut Vec<Value<'static>>) -> String {
    let mut text = String::new();
    for (_, word) in words.iter().enumerate().filter(|(at, _)| *at != but) {
        params.push(Value::Text(format!("% {word}%").into()));
        text.push_str(&format!(" AND ' ' || w.folded LIKE ?{}", params.len()));
    }
    text
}

/// The word with the fewest rows in the country, if any has fewer than `most`.
fn rarest(tx: &mut Tx<'_>, kind: Kind, words: &[String], most: i64) -> Result<Option<usize>> {
    let mut best = (most, None);
    for (at, word) in words.iter().enumerate() {
        let count: Option<(i64,)> = tx.one(&HOW_MANY, params![EVERYWHERE, kind.code(), word, beyond(word), best.0])?;
        let count = count.map_or(0, |(count,)| count);
        if count < best.0 {
            best = (count, Some(at));
        }
    }
    Ok(best.1)
}

/// The units that a scope reaches, as rows of one column `unit`; `None` is everything.
fn reached(scope: &Scope, params: &mut Vec<Value<'static>>) -> Option<String> {
    let Scope::Within { kinds, units, .. } = scope else { return None };
    let along = kinds.iter().map(|kind| format!("'{}'", kind.as_str())).collect::<Vec<_>>().join(", ");
    let mut places = Vec::with_capacity(units.len());
    for unit in units {
        params.push(Value::Uuid(unit.0));
        places.push(format!("?{}", params.len()));
    }
    Some(format!(
        "unit_closure reached_c WHERE reached_c.kind IN ({along}) AND reached_c.ancestor IN ({})",
        places.join(", ")
    ))
}

/// Where a scope's people are looked for.
enum Where<'a> {
    /// Everywhere.
    Everywhere,
    /// Unit by unit: the closure's rows.
    Near(&'a str),
    /// Everywhere, and of each whether somewhere of these holds something about them.
    Far(&'a str),
}

/// One question about words: which of them drives it, and how many of its rows are looked through.
fn question(
    found: &Where<'_>,
    mut params: Vec<Value<'static>>,
    kind: Kind,
    words: &[String],
    driving: usize,
    hoped: Option<usize>,
) -> (String, Vec<Value<'static>>) {
    let mut next = |value: Value<'static>| {
        params.push(value);
        params.len()
    };
    let of_kind = next(Value::Text(kind.code().into()));
    let from = next(Value::Text(words[driving].clone().into()));
    let to = next(Value::Text(beyond(&words[driving]).into()));
    let range = |of: &str| format!("{of}.kind = ?{of_kind} AND {of}.word >= ?{from} AND {of}.word < ?{to}");
    let everywhere = match found {
        Where::Near(_) => 0,
        Where::Everywhere | Where::Far(_) => next(Value::Uuid(EVERYWHERE.0)),
    };
    let others = others(words, driving, &mut params);
    // The rows of the word that drives it, in the whole country: all of them, or the first.
    let driven = match hoped {
        None => format!("person_word w WHERE w.unit = ?{everywhere} AND {}", range("w")),
        Some(rows) => format!(
            "(SELECT i.folded, i.person FROM person_word i WHERE i.unit = ?{everywhere} AND {} LIMIT {rows}) w WHERE 1 = 1",
            range("i")
        ),
    };
    let text = match found {
        Where::Near(reached) => format!(
            "SELECT w.person, w.folded FROM (SELECT DISTINCT reached_c.descendant AS unit FROM {reached}) s
               CROSS JOIN person_word w WHERE w.unit = s.unit AND {}{others} LIMIT {ROWS}",
            range("w")
        ),
        Where::Far(reached) => format!(
            "SELECT w.person, w.folded FROM {driven}{others}
               AND EXISTS (SELECT 1 FROM person_unit h WHERE h.person = w.person AND h.kind = ?{of_kind}
                 AND EXISTS (SELECT 1 FROM {reached} AND reached_c.descendant = h.unit)) LIMIT {ROWS}"
        ),
        Where::Everywhere => format!("SELECT w.person, w.folded FROM {driven}{others} LIMIT {ROWS}"),
    };
    (text, params)
}

/// The records of people in scope whose names answer to words, each with the name that does: somewhat more than are counted
/// at most.
pub(super) fn with_words(
    tx: &mut Tx<'_>,
    kind: Kind,
    scope: &Scope,
    words: &[String],
) -> Result<Vec<(PersonId, String)>> {
    let mut params: Vec<Value<'static>> = Vec::new();
    let reached = reached(scope, &mut params);
    let units = match &reached {
        None => i64::MAX,
        Some(reached) => {
            let text = format!("SELECT count(*) FROM (SELECT 1 AS one FROM {reached} LIMIT {}) n", NEAR + 1);
            let count: Option<(i64,)> = tx.one(&Built::new("person_scope", &text, tx.dialect()), &params)?;
            count.map_or(0, |(count,)| count)
        }
    };
    let found = match &reached {
        None => Where::Everywhere,
        Some(reached) if units <= NEAR => Where::Near(reached),
        Some(reached) => Where::Far(reached),
    };
    let ask = |tx: &mut Tx<'_>, driving: usize, hoped: Option<usize>| -> Result<Vec<(PersonId, String)>> {
        let (text, params) = question(&found, params.clone(), kind, words, driving, hoped);
        let rows: Vec<(PersonId, String)> = tx.all(&Built::new("people_found", &text, tx.dialect()), &params)?;
        let mut seen = HashSet::with_capacity(rows.len());
        Ok(rows.into_iter().filter(|(person, _)| seen.insert(*person)).collect())
    };
    // The longer, the fewer.
    let longest = longest(words).unwrap_or(0);
    if words.len() == 1 || units <= FEW {
        return ask(tx, longest, None);
    }
    if let Some(rare) = rarest(tx, kind, words, RARE)? {
        return ask(tx, rare, None);
    }
    // All of them common: then most often many names have them all, and the first rows are enough.
    if units > NEAR {
        let some = ask(tx, longest, Some(HOPED))?;
        if some.len() > CERTAINLY_MORE {
            return Ok(some);
        }
    }
    let driving = rarest(tx, kind, words, COMMON)?.unwrap_or(longest);
    ask(tx, driving, None)
}

/// The order in which names of which only the folded words are known are shown: by given name.
fn by_given(folded: &str) -> (&str, &str) {
    (folded.rsplit(' ').next().unwrap_or(folded), folded)
}

/// How many of the words asked for are whole words of a name.
pub(super) fn whole_words(folded: &str, words: &[String]) -> usize {
    words.iter().filter(|word| folded.split(' ').any(|one| one == word.as_str())).count()
}

/// Where it is certain that there are more than are counted, only those that will be shown are looked at closer: nobody
/// could tell the first of so many from the others. Answers whether it is so.
pub(super) fn cut(found: &mut BTreeMap<Kind, Vec<(PersonId, String)>>, words: &[String], limit: usize) -> bool {
    if found.values().map(Vec::len).sum::<usize>() <= CERTAINLY_MORE {
        return false;
    }
    for of_kind in found.values_mut() {
        of_kind.sort_by(|(one, a), (other, b)| {
            let key = |name: &'_ str| std::cmp::Reverse(whole_words(name, words));
            (key(a), by_given(a), one).cmp(&(key(b), by_given(b), other))
        });
        // Twice as many, since some may be one person's, or nowhere any more.
        of_kind.truncate(2 * limit.min(FIRST));
    }
    true
}
