//! Finds the pairs of a school: its own people beside each other by what they share, and beside whoever anywhere has the same
//! name and birth, the same code or the same personal number. Never everybody beside everybody.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use base::{Error, PersonId, Result, ToValue as _, UnitId, Uuid, Value};
use db::keys::Use;
use db::{Entry, Tx, params};
use platform::jobs::{Every, Handlers, Run, Work};
use serde::{Deserialize, Serialize};

use super::score::{Facts, Reason, Traits, judge};
use super::{DuplicateId, store};
use crate::people::secrets;

/// A block with more people in it tells nobody apart: whoever is to be found is found by another.
const BLOCK_MOST: usize = 400;
/// So many pairs are kept in one write.
const AT_ONCE: usize = 400;
/// So many schools are fetched at once.
const SCHOOLS: i64 = 200;

/// The job: of one school, or every night of all.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FindDuplicates {
    /// Which school; all when none.
    pub school: Option<UnitId>,
}

impl Work for FindDuplicates {
    const KIND: &'static str = "duplicate.find";
    const NAME: &'static str = "Tìm hồ sơ trùng";
}

/// Runs the job: when a school asks, after an import, and every night.
#[must_use]
pub fn handlers() -> Handlers {
    Handlers::default()
        .with::<FindDuplicates, _, _>(|run, work| async move { run_all(&run, work).await })
        .every(Every::DayAt(2, 15), FindDuplicates::default())
}

/// A pair that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The lesser id.
    pub one: PersonId,
    /// The greater.
    pub other: PersonId,
    /// 0 to 100.
    pub score: i64,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// What a search of a school came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Pairs to be asked about.
    pub pairs: Vec<Candidate>,
    /// Open pairs that are none any more: something was corrected.
    pub gone: Vec<DuplicateId>,
}

async fn run_all(run: &Run, work: FindDuplicates) -> Result<Option<serde_json::Value>> {
    let mut found = 0_u64;
    if let Some(school) = work.school {
        found += one(run, school).await?;
        return Ok(Some(serde_json::json!({ "found": found })));
    }
    let (mut after, mut done) = (UnitId(Uuid::nil()), 0);
    loop {
        let schools: Vec<(UnitId,)> = run
            .db
            .read(&run.ctx()?, move |tx| {
                tx.public("a job of the system goes through all schools");
                tx.all(&store::SCHOOLS, params![after, SCHOOLS])
            })
            .await?;
        let Some((last,)) = schools.last().copied() else { break };
        for (school,) in schools {
            if run.cancelled() {
                return Ok(None);
            }
            found += one(run, school).await?;
            done += 1;
            run.progress(done, None, format!("đã xem {done} trường; {found} cặp nghi trùng"));
        }
        after = last;
    }
    Ok(Some(serde_json::json!({ "schools": done, "found": found })))
}

async fn one(run: &Run, school: UnitId) -> Result<u64> {
    let found = run
        .db
        .read_long(&run.ctx()?, move |tx| {
            tx.public("a job of the system looks for records of one human being");
            search(tx, school)
        })
        .await?;
    let count = found.pairs.len();
    let (mut pairs, mut gone) = (found.pairs.as_slice(), found.gone.as_slice());
    while !pairs.is_empty() || !gone.is_empty() {
        let (some, rest) = pairs.split_at(pairs.len().min(AT_ONCE));
        let part = Found { pairs: some.to_vec(), gone: gone.to_vec() };
        let holder = run.clone();
        run.db
            .write(&run.ctx()?, move |tx| {
                tx.public("a job of the system puts pairs to the stewards");
                holder.hold(tx)?;
                keep(tx, school, &part)
            })
            .await?;
        (pairs, gone) = (rest, &[]);
    }
    Ok(u64::try_from(count).unwrap_or(u64::MAX))
}

/// Looks for the pairs of a school's pupils and staff. Reads only; rights are the caller's.
pub fn search(tx: &mut Tx<'_>, school: UnitId) -> Result<Found> {
    let mine: Vec<PersonId> =
        tx.all::<(PersonId,)>(&store::PEOPLE_OF, params![school])?.into_iter().map(|(id,)| id).collect();
    let alike: Vec<(PersonId, PersonId)> = tx.all(&store::ALIKE, params![school])?;
    let open: Vec<(DuplicateId, PersonId, PersonId)> = tx.all(&store::OPEN_OF, params![school])?;

    let mut all: BTreeSet<PersonId> = mine.iter().copied().collect();
    all.extend(alike.iter().map(|(_, other)| *other));
    all.extend(open.iter().flat_map(|(_, one, other)| [*one, *other]));
    let all: Vec<PersonId> = all.into_iter().collect();
    let people = traits(tx, &all)?;
    let mut held: HashMap<PersonId, HashSet<UnitId>> = HashMap::new();
    for (person, unit, ..) in store::held(tx, &all)? {
        held.entry(person).or_default().insert(unit);
    }
    let nowhere = HashSet::new();
    let near =
        |a: PersonId, b: PersonId| !held.get(&a).unwrap_or(&nowhere).is_disjoint(held.get(&b).unwrap_or(&nowhere));

    let mut candidates: BTreeSet<(PersonId, PersonId)> = alike.into_iter().map(ordered).collect();
    let mut blocks: HashMap<String, Vec<PersonId>> = HashMap::new();
    for id in &mine {
        for block in people.get(id).map(Traits::blocks).unwrap_or_default() {
            blocks.entry(block).or_default().push(*id);
        }
    }
    for block in blocks.values().filter(|block| block.len() <= BLOCK_MOST) {
        for (at, a) in block.iter().enumerate() {
            candidates.extend(block[at + 1..].iter().map(|b| ordered((*a, *b))).filter(|(a, b)| a != b));
        }
    }
    candidates.extend(open.iter().map(|(_, one, other)| (*one, *other)));

    let mut pairs: BTreeMap<(PersonId, PersonId), Candidate> = BTreeMap::new();
    for (one, other) in candidates {
        // Who was merged meanwhile is not there.
        let (Some(a), Some(b)) = (people.get(&one), people.get(&other)) else { continue };
        let judged = judge(a, b);
        if judged.is_asked(near(one, other)) {
            pairs.insert((one, other), Candidate { one, other, score: judged.score, reasons: judged.reasons });
        }
    }
    let gone = open.into_iter().filter(|(_, one, other)| !pairs.contains_key(&(*one, *other))).map(|(id, ..)| id);
    let gone = gone.collect();
    Ok(Found { pairs: pairs.into_values().collect(), gone })
}

fn ordered((a, b): (PersonId, PersonId)) -> (PersonId, PersonId) {
    if a <= b { (a, b) } else { (b, a) }
}

/// What is known of people who were not merged into others.
fn traits(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Traits>> {
    let mut numbers: HashMap<PersonId, Vec<String>> = HashMap::new();
    for (person, sealed) in store::numbers(tx, people)? {
        // What a personal number is bound to.
        let about = secrets::about(person.0.as_bytes(), b"personal_number");
        let plain = tx.keys().open(Use::Field, &about, &sealed)?;
        numbers.entry(person).or_default().push(String::from_utf8(plain).map_err(Error::internal)?);
    }
    let mut relatives: HashMap<PersonId, Vec<(String, String)>> = HashMap::new();
    for (child, what, name) in store::relatives(tx, people)? {
        relatives.entry(child).or_default().push((what, name));
    }
    let known = store::known(tx, people)?.into_iter().filter(|known| known.merged_into.is_none());
    Ok(known
        .map(|known| {
            let facts = Facts {
                family: known.family,
                middle: known.middle,
                given: known.given,
                birth: known.birth,
                sex: known.sex,
                numbers: numbers.remove(&known.id).unwrap_or_default(),
                pupil_code: known.pupil_code,
                staff_code: known.staff_code,
                relatives: relatives.remove(&known.id).unwrap_or_default(),
            };
            (known.id, Traits::of(facts))
        })
        .collect())
}

/// Puts what a search found to the stewards. What was decided stays decided; a second time changes nothing.
pub fn keep(tx: &mut Tx<'_>, school: UnitId, found: &Found) -> Result<()> {
    let now = tx.now();
    let mut rows = Vec::with_capacity(found.pairs.len());
    for pair in &found.pairs {
        let id: DuplicateId = tx.new_id();
        let reasons = serde_json::to_string(&pair.reasons).map_err(Error::internal)?;
        rows.push((id, pair, reasons));
    }
    let changed = tx.bulk(
        &store::PAIRS,
        rows.iter().map(|(id, pair, reasons)| {
            [
                id.to_value(),
                pair.one.to_value(),
                pair.other.to_value(),
                Value::Int(pair.score),
                Value::Text(reasons.as_str().into()),
                Value::Text("open".into()),
                now.to_value(),
                Value::Int(1),
            ]
        }),
    )?;
    let mut gone = 0;
    for id in &found.gone {
        gone += tx.exec(&store::DROP, params![id])?;
    }
    if changed + gone > 0 {
        let told = serde_json::json!({ "found": changed, "gone": gone });
        tx.record(Entry::new("duplicate.searched", "unit", school).unit(school).after(&told)?);
    }
    Ok(())
}
