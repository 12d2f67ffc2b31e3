//! Finds pupils and staff among everybody whom the actor may see: by words or beginnings of words of the name, whatever
//! their marks; by a code; by a personal number; by a telephone or mail address, a relative's too.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use auth::{Capability, FORBIDDEN, Require as _, Scope, UNIT_NOT_FOUND};
use base::{Actor, ClassId, Date, PersonId, Result, UnitId, Uuid, Value, vi};
use db::list::Predicate;
use db::{Tx, params};
use http::{Answer, App, Json, List, Query, Signed, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::by_words::{beyond, cut, longest, others, whole_words, with_words};
use super::secrets::{self, Secret};
use super::words::of_people;
use crate::duplicates::resolve::resolve;
use crate::pupils::list::PupilClass;

/// Words of a question that are looked at.
const WORDS_AT_MOST: usize = 8;
/// Answers that are counted; beyond, only the first are shown.
pub const COUNTED: usize = 500;
/// So many of them.
pub const FIRST: usize = 20;

db::statements! {
    /// The pupils of the classes that an account leads or teaches on a day.
    pub OWN = "WITH mine (school, class) AS (
          SELECT h.school, h.class FROM employment e JOIN homeroom h ON h.school = e.school AND h.employment = e.id
            WHERE e.account = ?1 AND e.valid_from <= ?2 AND (e.valid_to IS NULL OR e.valid_to > ?2)
              AND h.valid_from <= ?2 AND (h.valid_to IS NULL OR h.valid_to > ?2)
          UNION
          SELECT t.school, t.class FROM employment e JOIN teaching t ON t.school = e.school AND t.employment = e.id
            WHERE e.account = ?1 AND e.valid_from <= ?2 AND (e.valid_to IS NULL OR e.valid_to > ?2)
              AND t.valid_from <= ?2 AND (t.valid_to IS NULL OR t.valid_to > ?2)
        )
        SELECT e.person, e.school, e.id, e.valid_from, e.valid_to, c.id AS class, c.name AS class_name, c.grade, p.folded, q.folded AS stays
        FROM mine CROSS JOIN class_member m CROSS JOIN enrolment e CROSS JOIN person p CROSS JOIN class c
          LEFT JOIN person q ON q.id = p.merged_into
        WHERE m.school = mine.school AND m.class = mine.class AND m.valid_from <= ?2 AND (m.valid_to IS NULL OR m.valid_to > ?2)
          AND e.school = m.school AND e.id = m.enrolment AND p.id = e.person AND c.school = m.school AND c.id = m.class
        ORDER BY e.id";
    /// Who has a code of staff.
    pub OF_STAFF_CODE = "SELECT id FROM person WHERE staff_code = ?1 ORDER BY id LIMIT 20";
    /// Whose relative somebody is.
    pub CHILDREN = "SELECT DISTINCT k.child FROM kinship k WHERE k.relative = ?1 ORDER BY k.child LIMIT 20";
}

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Find {
    /// Words, a code, a number.
    pub q: String,
    /// Only at this unit and below.
    pub unit: Option<UnitId>,
    /// Answers shown: 1 to 500, 20 when not said.
    pub limit: Option<usize>,
}

/// As what somebody is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// As a pupil.
    Pupil,
    /// As staff.
    Staff,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Pupil, Self::Staff];

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Pupil => "pupil",
            Self::Staff => "staff",
        }
    }

    const fn right(self) -> Capability {
        match self {
            Self::Pupil => Capability::PupilView,
            Self::Staff => Capability::StaffView,
        }
    }
}

/// Somebody who was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FoundPerson {
    /// Who.
    #[schema(value_type = base::Uuid)]
    pub person: PersonId,
    /// As what.
    pub kind: Kind,
    /// The pupil or the member of staff at the school.
    pub id: Uuid,
    /// The whole name.
    #[schema(example = "Nguyễn Thị Minh Anh")]
    pub full_name: String,
    /// What is known of the birth.
    #[schema(example = "2014-03-26")]
    pub birth: Option<String>,
    /// A code of DM_GIOI_TINH.
    pub sex: Option<String>,
    /// The sector's code of a pupil or of staff.
    pub code: Option<String>,
    /// The school: where they are now, or were last.
    #[schema(value_type = base::Uuid)]
    pub school: UnitId,
    /// What it is called.
    pub school_name: String,
    /// A pupil's class today.
    pub class: Option<PupilClass>,
    /// Whether they are there no longer.
    pub left: bool,
}

db::row! {
    struct Place {
        person: PersonId, school: UnitId, id: Uuid, valid_from: Date, valid_to: Option<Date>, class: Option<ClassId>,
        class_name: Option<String>, grade: Option<String>,
    }
    struct Own {
        person: PersonId, school: UnitId, id: Uuid, valid_from: Date, valid_to: Option<Date>, class: ClassId,
        class_name: String, grade: String, folded: String, stays: Option<String>,
    }
    struct Face {
        id: PersonId, merged_into: Option<PersonId>, full_name: String, birth: Option<String>, sex: Option<String>,
        pupil_code: Option<String>, staff_code: Option<String>, folded: String, sort_key: Vec<u8>,
    }
}

impl From<Own> for Place {
    fn from(own: Own) -> Self {
        Self {
            person: own.person,
            school: own.school,
            id: own.id,
            valid_from: own.valid_from,
            valid_to: own.valid_to,
            class: Some(own.class),
            class_name: Some(own.class_name),
            grade: Some(own.grade),
        }
    }
}

/// The words of a question, each once.
fn asked_words(q: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in vi::words(q) {
        if words.len() < WORDS_AT_MOST && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// Whether each word begins one of a folded name's.
fn answers(folded: &str, words: &[String]) -> bool {
    words.iter().all(|word| folded.split(' ').any(|one| one.starts_with(word.as_str())))
}

/// Whether a question is a code, a number or a mail address rather than a name.
fn is_code(q: &str) -> bool {
    q.chars().any(|c| c.is_ascii_digit() || c == '@')
}

/// Who has a code, a number, a telephone or mail address, or is the child of whoever has; anywhere.
fn with_code(tx: &mut Tx<'_>, q: &str) -> Result<Vec<PersonId>> {
    let code = vi::clean(q);
    let mut found: Vec<PersonId> = Vec::new();
    for sql in [&super::store::OF_PUPIL_CODE, &OF_STAFF_CODE] {
        found.extend(tx.all::<(PersonId,)>(sql, params![code])?.into_iter().map(|(person,)| person));
    }
    for what in Secret::ALL {
        if what.plain(&code).is_empty() || (what == Secret::Email) != code.contains('@') {
            continue;
        }
        for person in secrets::find(tx, what, &code)? {
            found.push(person);
            found.extend(tx.all::<(PersonId,)>(&CHILDREN, params![person])?.into_iter().map(|(child,)| child));
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The conditions that the pupils of a school, by a column that holds the person, answer to words or to a code.
pub(crate) fn of_school(tx: &mut Tx<'_>, school: UnitId, column: &str, q: &str) -> Result<Vec<Predicate>> {
    if is_code(q) {
        let found = with_code(tx, q)?;
        if found.is_empty() {
            return Ok(vec![db::list::plain("1 = 0")]);
        }
        let places = (1..=found.len()).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ");
        let params = found.into_iter().map(|person| Value::Uuid(person.0)).collect();
        return Ok(vec![Predicate { text: format!("{column} IN ({places})"), params }]);
    }
    let words = asked_words(q);
    let Some(first) = longest(&words) else { return Ok(Vec::new()) };
    let mut params = vec![
        Value::Uuid(school.0),
        Value::Text(words[first].clone().into()),
        Value::Text(beyond(&words[first]).into()),
    ];
    let others = others(&words, first, &mut params);
    let text = format!(
        "{column} IN (SELECT w.person FROM person_word w
           WHERE w.unit = ?1 AND w.kind = 'pupil' AND w.word >= ?2 AND w.word < ?3{others})"
    );
    Ok(vec![Predicate { text, params }])
}

/// Where people are or were whom a scope reaches.
fn places(tx: &mut Tx<'_>, kind: Kind, scope: &Scope, people: &[PersonId]) -> Result<Vec<Place>> {
    let today = tx.today();
    let (within, values) = scope.predicate("e.school", 2);
    let further: Vec<Value<'static>> = std::iter::once(Value::Date(today)).chain(values).collect();
    match kind {
        Kind::Pupil => of_people(
            tx,
            "FOUND_PUPILS",
            &format!(
                "SELECT e.person, e.school, e.id, e.valid_from, e.valid_to, c.id AS class, c.name AS class_name, c.grade
                 FROM asked a CROSS JOIN enrolment e
                   LEFT JOIN class_member m ON m.school = e.school AND m.enrolment = e.id
                     AND m.valid_from <= ?1 AND (m.valid_to IS NULL OR m.valid_to > ?1)
                   LEFT JOIN class c ON c.school = m.school AND c.id = m.class
                 WHERE e.person = a.id AND (e.left_by IS NULL OR e.left_by <> 'mistake') AND ({within})"
            ),
            people,
            &further,
        ),
        Kind::Staff => of_people(
            tx,
            "FOUND_STAFF",
            &format!(
                "SELECT e.person, e.school, e.id, e.valid_from, e.valid_to, CAST(NULL AS {{uuid}}) AS class,
                   NULL AS class_name, NULL AS grade
                 FROM asked a CROSS JOIN employment e
                 WHERE e.person = a.id AND e.valid_from <= ?1 AND ({within})"
            ),
            people,
            &further,
        ),
    }
}

fn faces(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Face>> {
    let rows: Vec<Face> = of_people(
        tx,
        "FOUND_PEOPLE",
        "SELECT p.id, p.merged_into, p.full_name, p.birth, p.sex, p.pupil_code, p.staff_code, p.folded, p.sort_key
         FROM asked a CROSS JOIN person p WHERE p.id = a.id",
        people,
        &[],
    )?;
    Ok(rows.into_iter().map(|face| (face.id, face)).collect())
}

/// What an actor may look through.
struct Reach {
    pupils: Scope,
    staff: Scope,
    /// The pupils of the classes that they lead or teach.
    own: Vec<Own>,
}

impl Reach {
    fn of(&self, kind: Kind) -> &Scope {
        match kind {
            Kind::Pupil => &self.pupils,
            Kind::Staff => &self.staff,
        }
    }
}

fn nowhere() -> Scope {
    Scope::Within { kinds: &[], units: Vec::new(), public: false }
}

fn reach(tx: &mut Tx<'_>, unit: Option<UnitId>) -> Result<Reach> {
    let mut own: Vec<Own> = Vec::new();
    if let Actor::Account { account, .. } = tx.ctx().actor().clone() {
        let today = tx.today();
        own = tx.all(&OWN, params![account, today])?;
    }
    let Some(unit) = unit else {
        return Ok(Reach { pupils: tx.scope(Capability::PupilView)?, staff: tx.scope(Capability::StaffView)?, own });
    };
    own.retain(|one| one.school == unit);
    let mut scopes = Vec::with_capacity(2);
    let mut refused = None;
    for kind in Kind::ALL {
        let right = kind.right();
        scopes.push(match tx.require(right, unit) {
            Ok(()) => Scope::Within { kinds: right.reaches(), units: vec![unit], public: false },
            Err(error) if error.is(&FORBIDDEN) || error.is(&UNIT_NOT_FOUND) => {
                refused = refused.or(Some(error));
                nowhere()
            }
            Err(error) => return Err(error),
        });
    }
    let [pupils, staff] = <[Scope; 2]>::try_from(scopes).map_err(|_| base::Error::internal("two scopes"))?;
    match refused {
        Some(error) if own.is_empty() && pupils == nowhere() && staff == nowhere() => Err(error),
        _ => {
            tx.allowed_by("what they may look through");
            Ok(Reach { pupils, staff, own })
        }
    }
}

fn is_nowhere(scope: &Scope) -> bool {
    matches!(scope, Scope::Within { units, .. } if units.is_empty())
}

/// Who was found: `people` of the records that stand for them, and what is shown of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Those shown.
    pub items: Vec<FoundPerson>,
    /// How many there are, as far as is counted.
    pub total: usize,
    /// Whether there are more.
    pub more: bool,
    /// Whose data is shown.
    pub people: Vec<Uuid>,
}

/// Finds people.
pub fn find(tx: &mut Tx<'_>, ask: &Find) -> Result<Found> {
    let reach = reach(tx, ask.unit)?;
    let (words, code) = (asked_words(&ask.q), is_code(&ask.q));
    let limit = ask.limit.unwrap_or(FIRST).clamp(1, COUNTED);
    let mut found: BTreeMap<Kind, Vec<PersonId>> = BTreeMap::new();
    let mut own: HashMap<PersonId, Vec<Place>> = HashMap::new();
    let mut more = false;
    if code {
        let people = with_code(tx, &ask.q)?;
        for kind in Kind::ALL {
            found.insert(kind, people.clone());
        }
    } else if !words.is_empty() {
        let mut named = BTreeMap::new();
        for kind in Kind::ALL {
            let scope = reach.of(kind);
            if !is_nowhere(scope) {
                named.insert(kind, with_words(tx, kind, scope, &words)?);
            }
        }
        more = cut(&mut named, &words, limit);
        let people = |all: Vec<(PersonId, String)>| all.into_iter().map(|(person, _)| person).collect();
        found.extend(named.into_iter().map(|(kind, all)| (kind, people(all))));
    }
    let coded: HashSet<PersonId> = found.get(&Kind::Pupil).into_iter().flatten().copied().collect();
    for one in reach.own.iter().filter(|one| {
        if code {
            coded.contains(&one.person)
        } else {
            !words.is_empty()
                && (answers(&one.folded, &words) || one.stays.as_ref().is_some_and(|name| answers(name, &words)))
        }
    }) {
        found.entry(Kind::Pupil).or_default().push(one.person);
    }
    for one in reach.own {
        own.entry(one.person).or_default().push(one.into());
    }
    shown(tx, &Shown { pupils: &reach.pupils, staff: &reach.staff, own, words, code, limit, more }, found)
}

/// How what was found is shown.
struct Shown<'a> {
    pupils: &'a Scope,
    staff: &'a Scope,
    own: HashMap<PersonId, Vec<Place>>,
    words: Vec<String>,
    code: bool,
    limit: usize,
    /// There are more than were looked at.
    more: bool,
}

fn shown(tx: &mut Tx<'_>, ask: &Shown<'_>, found: BTreeMap<Kind, Vec<PersonId>>) -> Result<Found> {
    let all: BTreeSet<PersonId> = found.values().flatten().copied().collect();
    let mut faces_by = faces(tx, &all.iter().copied().collect::<Vec<_>>())?;
    // Whoever was merged is shown as the record that stays.
    let mut stays: HashMap<PersonId, PersonId> = HashMap::new();
    let merged: Vec<PersonId> =
        faces_by.values().filter(|face| face.merged_into.is_some()).map(|face| face.id).collect();
    for record in merged {
        let root = resolve(tx, record)?;
        stays.insert(record, root);
        if let std::collections::hash_map::Entry::Vacant(place) = faces_by.entry(root)
            && let Some(face) = faces(tx, &[root])?.remove(&root)
        {
            place.insert(face);
        }
    }
    let root = |record: PersonId| stays.get(&record).copied().unwrap_or(record);
    let mut people: BTreeMap<(Kind, PersonId), Vec<PersonId>> = BTreeMap::new();
    for (kind, records) in found {
        for record in records {
            let of = people.entry((kind, root(record))).or_default();
            if !of.contains(&record) {
                of.push(record);
            }
        }
    }
    let mut order: Vec<(Kind, PersonId)> = people.keys().copied().collect();
    // Whole words before beginnings, then as lists are sorted.
    order.sort_by_cached_key(|(kind, person)| {
        let face = faces_by.get(person);
        let whole = face.map_or(0, |face| whole_words(&face.folded, &ask.words));
        (std::cmp::Reverse(whole), face.map(|face| face.sort_key.clone()), *kind, *person)
    });
    let more = ask.more || order.len() > COUNTED;
    let counted = if ask.more { COUNTED } else { order.len().min(COUNTED) };
    // A code finds few, of whom some may be out of scope: all of them are looked at.
    let look = if ask.code {
        counted
    } else if more {
        ask.limit.min(FIRST)
    } else {
        ask.limit
    };
    order.truncate(look);
    let mut best: HashMap<(Kind, PersonId), Place> = HashMap::new();
    for kind in Kind::ALL {
        let scope = if kind == Kind::Pupil { ask.pupils } else { ask.staff };
        let records: Vec<PersonId> = order
            .iter()
            .filter(|(of, _)| *of == kind)
            .flat_map(|key| people.get(key).into_iter().flatten().copied())
            .collect();
        let mut here =
            if is_nowhere(scope) || records.is_empty() { Vec::new() } else { places(tx, kind, scope, &records)? };
        if kind == Kind::Pupil {
            let own = |record: &PersonId| ask.own.get(record).into_iter().flatten().cloned();
            here.extend(records.iter().flat_map(own));
        }
        for place in here {
            let rank = |place: &Place| (place.valid_to.is_none(), place.class.is_some(), place.valid_from, place.id);
            let key = (kind, root(place.person));
            if best.get(&key).is_none_or(|known| rank(known) < rank(&place)) {
                best.insert(key, place);
            }
        }
    }
    let today = tx.today();
    let schools: Vec<UnitId> = best.values().map(|place| place.school).collect::<BTreeSet<_>>().into_iter().collect();
    let names: HashMap<UnitId, String> = crate::names(tx, &schools)?;
    let (mut items, mut told) = (Vec::with_capacity(order.len()), Vec::new());
    for key in order {
        let (Some(place), Some(face)) = (best.remove(&key), faces_by.get(&key.1)) else { continue };
        told.extend([face.id.0, place.person.0]);
        items.push(row(key.0, place, face, &names, today));
    }
    let total = if ask.code { items.len() } else { counted };
    items.truncate(ask.limit);
    told.sort_unstable();
    told.dedup();
    Ok(Found { items, total, more, people: told })
}

fn row(kind: Kind, place: Place, face: &Face, names: &HashMap<UnitId, String>, today: Date) -> FoundPerson {
    let class = match (place.class, place.class_name, place.grade) {
        (Some(id), Some(name), Some(grade)) => Some(PupilClass { id, name, grade }),
        _ => None,
    };
    FoundPerson {
        person: face.id,
        kind,
        id: place.id,
        full_name: face.full_name.clone(),
        birth: face.birth.clone(),
        sex: face.sex.clone(),
        code: if kind == Kind::Pupil { face.pupil_code.clone() } else { face.staff_code.clone() },
        school: place.school,
        school_name: names.get(&place.school).cloned().unwrap_or_default(),
        class,
        left: place.valid_to.is_some_and(|to| to <= today),
    }
}

/// The question.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FindQuery {
    /// Words or beginnings of words of the name, marks do not matter; or a code, a personal number, a telephone.
    #[param(example = "nguyen an")]
    pub q: String,
    /// Only at this unit and below.
    #[param(value_type = Option<base::Uuid>)]
    pub unit: Option<UnitId>,
    /// Answers shown: 1 to 500, 20 when not said.
    pub limit: Option<u16>,
}

/// Finds pupils and staff in the actor's scope. Beyond 500 answers the first 20 are shown. Recorded as a look at those shown.
#[utoipa::path(get, path = "/people", operation_id = "people", tag = "people", params(FindQuery),
    responses((status = 200, body = List<FoundPerson>), (status = 400, body = http::ProblemBody),
        (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Query(query): Query<FindQuery>,
) -> Answer<Json<List<FoundPerson>>> {
    let ask = Find { q: query.q, unit: query.unit, limit: query.limit.map(usize::from) };
    let found = app
        .look(&ctx, "person.search", move |tx| {
            let found = find(tx, &ask)?;
            Ok((found.people.clone(), found))
        })
        .await?;
    let total = u64::try_from(found.total).map_err(base::Error::internal)?;
    Ok(Json(List { items: found.items, next: None, total, total_is_more: found.more }))
}
