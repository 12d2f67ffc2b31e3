//! Fills the units of Viet Nam from their rule pack: everything in one declared-long write. A second run of the same
//! pack changes nothing; a newer pack applies its differences, and what people changed since stays.

pub mod people;
mod plan;

use std::collections::{HashMap, HashSet};

use auth::edges::NewEdge;
use auth::units::NewUnit;
use auth::{EdgeKind, Require as _, edges};
use base::{Code, Date, Error, Interval, Kind, Result, ToValue as _, UnitId, Uuid, Value};
use db::{Built, BulkInto, Entry, Tx, params};
use rules::units::Units;

use plan::Plan;
pub use plan::{commune, commune_office, department, ministry, nation, province};

use crate::units::store::{self, NewCode, NewName};

/// Only the system and the operator fill the units.
pub const NOT_HOUSE: Code =
    Code::new(Kind::Forbidden, "units.load_forbidden", "Bạn không có quyền nạp đơn vị hành chính");

db::statements! {
    /// The digest of the pack that was loaded last.
    pub LOADED = "SELECT digest FROM unit_pack WHERE code = ?1";
    /// Keeps it.
    pub KEEP = "INSERT INTO unit_pack (code, digest, loaded_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (code) DO UPDATE SET digest = excluded.digest, loaded_at = excluded.loaded_at";
    /// Every unit.
    pub UNITS = "SELECT id, valid_to FROM unit ORDER BY id";
    /// Every edge of the units of packs.
    pub EDGES = "SELECT e.kind, e.unit, e.authority, e.valid_from, e.valid_to FROM unit_edge e
        JOIN unit u ON u.id = e.unit WHERE u.kind NOT IN ('school', 'campus') ORDER BY e.kind, e.unit, e.valid_from";
    /// Every name of the units of packs.
    pub NAMES = "SELECT n.unit, n.valid_from, n.valid_to, n.subkind, n.full_name FROM unit_name n
        JOIN unit u ON u.id = n.unit WHERE u.kind NOT IN ('school', 'campus') ORDER BY n.unit, n.valid_from";
    /// Every code of the units of packs.
    pub CODES = "SELECT unit, valid_from, valid_to, code FROM unit_code WHERE system = 'gso' ORDER BY unit, valid_from";
    /// Takes the names of a unit away, to be written anew.
    pub NAMES_DROP = "DELETE FROM unit_name WHERE unit = ?1";
    /// Takes the codes of a unit away, to be written anew.
    pub CODES_DROP = "DELETE FROM unit_code WHERE unit = ?1";
}

const EVENTS_INTO: BulkInto<8> = BulkInto {
    table: "unit_event",
    columns: [
        ("id", "uuid"),
        ("unit", "uuid"),
        ("day", "date"),
        ("kind", "text"),
        ("basis", "text"),
        ("text", "text"),
        ("from_unit", "uuid"),
        ("to_unit", "uuid"),
    ],
    conflict: "ON CONFLICT (id) DO NOTHING",
};
const LINEAGE_INTO: BulkInto<6> = BulkInto {
    table: "unit_lineage",
    columns: [
        ("from_unit", "uuid"),
        ("to_unit", "uuid"),
        ("day", "date"),
        ("whole", "bool"),
        ("people", "text"),
        ("from_name", "text"),
    ],
    conflict: "ON CONFLICT (from_unit, to_unit, day) DO NOTHING",
};

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Loaded {
    /// Units made.
    pub units: usize,
    /// Units whose names were written, anew or for the first time.
    pub names: usize,
    /// Units whose codes were written.
    pub codes: usize,
    /// Edges set or ended.
    pub edges: usize,
    /// Events added.
    pub events: u64,
    /// Lines of lineage added.
    pub lineage: u64,
    /// Units ended.
    pub ended: usize,
    /// Units that people changed differently from the pack; they stay as they are.
    pub left: usize,
}

impl Loaded {
    /// Whether nothing was to be done.
    #[must_use]
    pub fn nothing(&self) -> bool {
        Self { left: 0, ..*self } == Self::default()
    }
}

/// Fills the units of the whole country. To be called in a write declared long.
pub fn vietnam(tx: &mut Tx<'_>) -> Result<Loaded> {
    from_pack(tx, rules::units::vietnam()?)
}

/// Fills the units of a pack, unless this very pack was loaded already.
pub fn from_pack(tx: &mut Tx<'_>, units: &Units) -> Result<Loaded> {
    house(tx)?;
    let texts: Vec<&[u8]> = units.pack.contents().map(str::as_bytes).collect();
    let digest = db::keys::sha256(&texts);
    let code = units.pack.code.as_str();
    if tx.one::<(Vec<u8>,)>(&LOADED, params![code])?.is_some_and(|(kept,)| kept == digest) {
        return Ok(Loaded::default());
    }
    let loaded = apply(tx, &Plan::of(units, None)?)?;
    let now = tx.now();
    tx.exec_one(&KEEP, params![code, digest.to_vec(), now])?;
    tx.record(Entry::new("units.loaded", "rule_pack", Uuid::from(nation())).after(&loaded)?);
    Ok(loaded)
}

/// Fills a few provinces only, by their codes of today: for tests and small worlds. The rest can follow.
pub fn provinces(tx: &mut Tx<'_>, units: &Units, codes: &[&str]) -> Result<Loaded> {
    house(tx)?;
    let loaded = apply(tx, &Plan::of(units, Some(codes))?)?;
    if !loaded.nothing() {
        tx.record(Entry::new("units.loaded", "rule_pack", Uuid::from(nation())).after(&loaded)?);
    }
    Ok(loaded)
}

fn house(tx: &mut Tx<'_>) -> Result<()> {
    if !tx.is_house() {
        return Err(NOT_HOUSE.error(
            "Danh mục đơn vị hành chính do người vận hành máy chủ nạp. Hãy nhờ người vận hành chạy lệnh nạp đơn vị.",
        ));
    }
    tx.allowed_by("units.load");
    Ok(())
}

/// From, to, authority.
type StandingEdge = (Date, Option<Date>, UnitId);
/// From, to, the finer kind, the whole name.
type StandingName = (Date, Option<Date>, Option<String>, String);

/// What stands, to be compared with what should.
#[derive(Default)]
struct Standing {
    units: HashMap<UnitId, Option<Date>>,
    edges: HashMap<(EdgeKind, UnitId), Vec<StandingEdge>>,
    names: HashMap<UnitId, Vec<StandingName>>,
    codes: HashMap<UnitId, Vec<(Date, Option<Date>, String)>>,
}

impl Standing {
    fn read(tx: &mut Tx<'_>) -> Result<Self> {
        let mut standing = Self::default();
        tx.each::<(UnitId, Option<Date>)>(&UNITS, &[], |(id, to)| {
            standing.units.insert(id, to);
            Ok(())
        })?;
        if standing.units.is_empty() {
            return Ok(standing);
        }
        tx.each::<(EdgeKind, UnitId, UnitId, Date, Option<Date>)>(&EDGES, &[], |(kind, unit, authority, from, to)| {
            standing.edges.entry((kind, unit)).or_default().push((from, to, authority));
            Ok(())
        })?;
        tx.each::<(UnitId, Date, Option<Date>, Option<String>, String)>(
            &NAMES,
            &[],
            |(unit, from, to, subkind, name)| {
                standing.names.entry(unit).or_default().push((from, to, subkind, name));
                Ok(())
            },
        )?;
        tx.each::<(UnitId, Date, Option<Date>, String)>(&CODES, &[], |(unit, from, to, code)| {
            standing.codes.entry(unit).or_default().push((from, to, code));
            Ok(())
        })?;
        Ok(standing)
    }
}

/// Groups what belongs to one key, in the order of the plan.
fn grouped<K: std::hash::Hash + Eq + Copy, T>(rows: &[T], key: impl Fn(&T) -> K) -> Vec<(K, Vec<&T>)> {
    let mut place: HashMap<K, usize> = HashMap::with_capacity(rows.len());
    let mut groups: Vec<(K, Vec<&T>)> = Vec::with_capacity(rows.len());
    for row in rows {
        let key = key(row);
        let at = *place.entry(key).or_insert_with(|| {
            groups.push((key, Vec::with_capacity(1)));
            groups.len() - 1
        });
        groups[at].1.push(row);
    }
    groups
}

fn apply(tx: &mut Tx<'_>, plan: &Plan) -> Result<Loaded> {
    let standing = Standing::read(tx)?;
    let mut loaded = Loaded::default();
    let mut left: HashSet<UnitId> = HashSet::new();

    let mut new: Vec<NewUnit> = plan
        .units
        .iter()
        .filter(|unit| !standing.units.contains_key(&unit.id))
        .map(|unit| NewUnit { id: unit.id, kind: unit.kind.to_owned(), from: unit.from })
        .collect();
    new.sort_by_key(|unit| unit.id);
    loaded.units = new.len();
    auth::units::bulk(tx, &new)?;

    let mut ends: HashMap<Date, Vec<UnitId>> = HashMap::new();
    for unit in &plan.units {
        let (Some(to), stands) = (unit.to, standing.units.get(&unit.id).copied().flatten()) else { continue };
        match stands {
            None => ends.entry(to).or_default().push(unit.id),
            Some(stands) if stands != to => {
                left.insert(unit.id);
            }
            Some(_) => {}
        }
    }
    let mut ends: Vec<(Date, Vec<UnitId>)> = ends.into_iter().collect();
    ends.sort_unstable_by_key(|(day, _)| *day);
    for (day, units) in ends {
        loaded.ended += units.len();
        end_many(tx, day, &units)?;
    }

    names(tx, plan, &standing, &mut loaded, &mut left)?;
    codes(tx, plan, &standing, &mut loaded, &mut left)?;
    set_edges(tx, plan, &standing, &mut loaded, &mut left)?;

    loaded.events = tx.bulk(
        &EVENTS_INTO,
        plan.events.iter().map(|event| {
            [
                Value::Uuid(event.id),
                event.unit.to_value(),
                Value::Date(event.day),
                Value::Text(event.kind.into()),
                if event.basis.is_empty() { Value::Null } else { Value::Text(event.basis.into()) },
                Value::Null,
                Value::Null,
                event.to.map_or(Value::Null, |to| Value::Uuid(to.into())),
            ]
        }),
    )?;
    loaded.lineage = tx.bulk(
        &LINEAGE_INTO,
        plan.lineage.iter().map(|line| {
            [
                line.from.to_value(),
                line.to.to_value(),
                Value::Date(line.day),
                Value::Bool(line.whole),
                Value::Text(line.people.into()),
                Value::Text(line.from_name.as_str().into()),
            ]
        }),
    )?;
    loaded.left = left.len();
    Ok(loaded)
}

/// Ends units on a day, many by one statement.
fn end_many(tx: &mut Tx<'_>, day: Date, units: &[UnitId]) -> Result<()> {
    for some in units.chunks(500) {
        let mut values = vec![Value::Date(day)];
        let places: Vec<String> = some
            .iter()
            .map(|id| {
                values.push(Value::Uuid((*id).into()));
                format!("?{}", values.len())
            })
            .collect();
        let text = format!("UPDATE unit SET valid_to = ?1 WHERE id IN ({})", places.join(", "));
        let sql = Built::new("END_MANY", &text, tx.dialect());
        let done = tx.exec(&sql, &values)?;
        if usize::try_from(done).ok() != Some(some.len()) {
            return Err(Error::internal(format!("{done} units were ended instead of {}", some.len())));
        }
    }
    Ok(())
}

fn names(
    tx: &mut Tx<'_>,
    plan: &Plan,
    standing: &Standing,
    loaded: &mut Loaded,
    left: &mut HashSet<UnitId>,
) -> Result<()> {
    let mut write: Vec<NewName> = Vec::new();
    for (unit, planned) in grouped(&plan.names, |name| name.unit) {
        if let Some(stands) = standing.names.get(&unit) {
            let same = stands.len() == planned.len()
                && stands.iter().zip(&planned).all(|((from, to, subkind, full), name)| {
                    (*from, *to, subkind.as_deref(), full.as_str())
                        == (name.from, name.to, name.subkind, name.full_name.as_str())
                });
            if same {
                continue;
            }
            // A name that begins on a day the pack does not know was given by people.
            if stands.iter().any(|(from, ..)| planned.iter().all(|name| name.from != *from)) {
                left.insert(unit);
                continue;
            }
            tx.exec(&NAMES_DROP, params![unit])?;
        }
        loaded.names += 1;
        write.extend(planned.into_iter().cloned());
    }
    write.sort_by_key(|name| (name.unit, name.from));
    store::add_names(tx, &write)
}

fn codes(
    tx: &mut Tx<'_>,
    plan: &Plan,
    standing: &Standing,
    loaded: &mut Loaded,
    left: &mut HashSet<UnitId>,
) -> Result<()> {
    let mut write: Vec<NewCode> = Vec::new();
    for (unit, planned) in grouped(&plan.codes, |code| code.unit) {
        if let Some(stands) = standing.codes.get(&unit) {
            let same = stands.len() == planned.len()
                && stands.iter().zip(&planned).all(|((from, to, code), new)| {
                    (*from, *to, code.as_str()) == (new.from, new.to, new.code.as_str())
                });
            if same {
                continue;
            }
            if stands.iter().any(|(from, ..)| planned.iter().all(|code| code.from != *from)) {
                left.insert(unit);
                continue;
            }
            tx.exec(&CODES_DROP, params![unit])?;
        }
        loaded.codes += 1;
        write.extend(planned.into_iter().cloned());
    }
    write.sort_by_key(|code| (code.unit, code.from));
    store::add_codes(tx, &write)
}

fn set_edges(
    tx: &mut Tx<'_>,
    plan: &Plan,
    standing: &Standing,
    loaded: &mut Loaded,
    left: &mut HashSet<UnitId>,
) -> Result<()> {
    let mut new: Vec<NewEdge> = Vec::new();
    for ((kind, unit), planned) in grouped(&plan.edges, |edge| (edge.kind, edge.unit)) {
        let Some(stands) = standing.edges.get(&(kind, unit)) else {
            loaded.edges += planned.len();
            new.extend(planned.into_iter().copied());
            continue;
        };
        let is = |edge: &NewEdge| {
            stands
                .iter()
                .any(|(from, to, above)| (*from, *to, *above) == (edge.days.from(), edge.days.to(), edge.authority))
        };
        if stands.len() == planned.len() && planned.iter().all(|edge| is(edge)) {
            continue;
        }
        if stands.iter().any(|(from, ..)| planned.iter().all(|edge| edge.days.from() != *from)) {
            left.insert(unit);
            continue;
        }
        for edge in planned {
            if is(edge) {
                continue;
            }
            loaded.edges += 1;
            let begins_alike = stands.iter().find(|(from, ..)| *from == edge.days.from());
            match (begins_alike, edge.days.to()) {
                // Only its end is new.
                (Some((_, _, above)), Some(to)) if *above == edge.authority => {
                    edges::end(tx, kind, unit, to)?;
                }
                _ => edges::set(tx, edge)?,
            }
        }
    }
    new.sort_by_key(|edge| (edge.kind, edge.unit, edge.days.from()));
    if !new.is_empty() {
        edges::bulk(tx, &new)?;
    }
    Ok(())
}

/// Days of the plan; a pack whose days run backwards is our own fault.
fn days(from: Date, to: Option<Date>) -> Result<Interval> {
    Interval::new(from, to).ok_or_else(|| Error::internal(format!("days from {from} to {to:?}")))
}
