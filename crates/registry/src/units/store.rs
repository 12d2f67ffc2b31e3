//! The SQL of units.
//!
//! A walk over edges says `CROSS JOIN`: SQLite then keeps the order, the unit first and its edges after it. Left to choose,
//! it reads every edge of the kind for each step (9 s for the paths of a page in the whole country, 7 ms so).

use auth::EdgeKind;
use base::{Date, Result, ToValue as _, UnitId, Value, vi};
use db::list::{Column, List, Operator, Type};
use db::{Built, BulkInto, Dialect, Tx, params};

use super::rules::{OFFICES, lowered, words};

db::statements! {
    /// A unit as of a date on which it had a name.
    pub ROW = "SELECT u.id, u.kind, c.code, n.name, n.full_name, u.valid_from, u.valid_to, u.version
        FROM unit u
        JOIN unit_name n ON n.unit = u.id AND n.valid_from <= ?2 AND (n.valid_to IS NULL OR n.valid_to > ?2)
        LEFT JOIN unit_code c ON c.unit = u.id AND c.valid_from <= ?2 AND (c.valid_to IS NULL OR c.valid_to > ?2)
        WHERE u.id = ?1";
    /// The names of a unit in their order.
    pub NAMES = "SELECT valid_from, valid_to, subkind, name, full_name FROM unit_name WHERE unit = ?1
        ORDER BY valid_from";
    /// Ends the name that holds on a day.
    pub NAME_CUT = "UPDATE unit_name SET valid_to = ?2 WHERE unit = ?1 AND valid_from < ?2
        AND (valid_to IS NULL OR valid_to > ?2)";
    /// Takes a name away that begins on a day: it was set on the same day by mistake.
    pub NAME_TAKE_AWAY = "DELETE FROM unit_name WHERE unit = ?1 AND valid_from = ?2";
    /// Ends the code that holds on a day.
    pub CODE_CUT = "UPDATE unit_code SET valid_to = ?2 WHERE unit = ?1 AND valid_from < ?2
        AND (valid_to IS NULL OR valid_to > ?2)";
    /// The levels of a school.
    pub LEVELS = "SELECT level FROM unit_level WHERE unit = ?1 ORDER BY level";
    /// One more level.
    pub LEVEL_INSERT = "INSERT INTO unit_level (unit, level) VALUES (?1, ?2)";
    /// What happened to a unit.
    pub EVENTS = "SELECT id, day, kind, basis, text, from_unit, to_unit FROM unit_event WHERE unit = ?1
        ORDER BY day, id";
    /// One more event.
    pub EVENT_INSERT = "INSERT INTO unit_event (id, unit, day, kind, basis, text, from_unit, to_unit)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    /// The units that one came from.
    pub FORMED_FROM = "SELECT from_unit AS unit, day, whole, from_name AS name FROM unit_lineage WHERE to_unit = ?1
        ORDER BY day, from_unit";
    /// The units that one went to.
    pub WENT_TO = "SELECT to_unit AS unit, day, whole, from_name AS name FROM unit_lineage WHERE from_unit = ?1
        ORDER BY day, to_unit";
    /// One more line of lineage.
    pub LINEAGE_INSERT = "INSERT INTO unit_lineage (from_unit, to_unit, day, whole, people, from_name)
        VALUES (?1, ?2, ?3, ?4, NULL, ?5)";
    /// Units that stand below one on a day or later, in any matter but the keeping of records.
    pub OPEN_BELOW = "SELECT DISTINCT e.unit FROM unit_edge e JOIN unit u ON u.id = e.unit
        WHERE e.authority = ?1 AND e.kind <> 'custody' AND (e.valid_to IS NULL OR e.valid_to > ?2)
          AND (e.valid_to IS NULL OR e.valid_to > e.valid_from) AND (u.valid_to IS NULL OR u.valid_to > ?2)
        ORDER BY e.unit";
    /// To whom a unit answers on a day.
    pub AUTHORITY = "SELECT authority FROM unit_edge WHERE kind = ?1 AND unit = ?2 AND valid_from <= ?3
        AND (valid_to IS NULL OR valid_to > ?3)";
    /// The unit of a kind that lies directly in a place on a day: a commune's office, a province's Sở.
    pub LIES_IN = "SELECT e.unit FROM unit_edge e JOIN unit u ON u.id = e.unit
        WHERE e.kind = 'place' AND e.authority = ?1 AND u.kind = ?2 AND e.valid_from <= ?3
          AND (e.valid_to IS NULL OR e.valid_to > ?3) AND (u.valid_to IS NULL OR u.valid_to > ?3)
        ORDER BY e.unit LIMIT 1";
    /// The unit that has a code on a day, by the list the code is of.
    pub BY_CODE = "SELECT c.unit FROM unit_code c JOIN unit u ON u.id = c.unit
        WHERE c.code = ?1 AND u.kind = ?2 AND c.valid_from <= ?3 AND (c.valid_to IS NULL OR c.valid_to > ?3)
        ORDER BY c.unit";
}

db::row! {
    /// A unit without its surroundings.
    pub struct Flat {
        /// Which.
        pub id: UnitId,
        /// What sort.
        pub kind: String,
        /// Its code.
        pub code: Option<String>,
        /// Its name.
        pub name: String,
        /// Its whole name.
        pub full_name: String,
        /// Its first day.
        pub valid_from: Date,
        /// The first day after it.
        pub valid_to: Option<Date>,
        /// Its version.
        pub version: i64,
    }

    /// Units of one kind below another.
    pub struct Below {
        /// Which kind.
        pub kind: String,
        /// How many at any depth.
        pub units: i64,
        /// How many of these directly.
        pub directly: i64,
    }

    /// A name and its days.
    pub struct Name {
        /// From this day.
        pub valid_from: Date,
        /// Until before this day.
        pub valid_to: Option<Date>,
        /// The finer kind, of what the law makes: `xa`, `thanh_pho`.
        pub subkind: Option<String>,
        /// Without the word of the kind.
        pub name: String,
        /// The whole name.
        pub full_name: String,
    }

    /// Something that happened to a unit.
    pub struct Event {
        /// Which.
        pub id: base::Uuid,
        /// When.
        pub day: Date,
        /// What.
        pub kind: String,
        /// The decision it rests on.
        pub basis: Option<String>,
        /// What to tell, where it does not follow from the rest.
        pub text: Option<String>,
        /// The one unit it came from.
        pub from_unit: Option<UnitId>,
        /// The one unit it went to.
        pub to_unit: Option<UnitId>,
    }

    /// The other side of a line of lineage.
    pub struct Kin {
        /// Which unit.
        pub unit: UnitId,
        /// When.
        pub day: Date,
        /// Whether all of it.
        pub whole: bool,
        /// What the one that went was called then.
        pub name: String,
    }
}

/// A name to be stored: folded, lowered and sorted here.
#[derive(Clone, Debug)]
pub struct NewName {
    /// Whose.
    pub unit: UnitId,
    /// From this day.
    pub from: Date,
    /// Until before this day.
    pub to: Option<Date>,
    /// The finer kind.
    pub subkind: Option<&'static str>,
    /// Without the word of the kind.
    pub name: String,
    /// The whole name.
    pub full_name: String,
}

const NAMES_INTO: BulkInto<9> = BulkInto {
    table: "unit_name",
    columns: [
        ("unit", "uuid"),
        ("valid_from", "date"),
        ("valid_to", "date"),
        ("subkind", "text"),
        ("name", "text"),
        ("full_name", "text"),
        ("lowered", "text"),
        ("folded", "text"),
        ("sort_key", "bytes"),
    ],
    conflict: "",
};
const WORDS_INTO: BulkInto<2> =
    BulkInto { table: "unit_word", columns: [("word", "text"), ("unit", "uuid")], conflict: "ON CONFLICT DO NOTHING" };
const CODES_INTO: BulkInto<5> = BulkInto {
    table: "unit_code",
    columns: [("unit", "uuid"), ("valid_from", "date"), ("valid_to", "date"), ("system", "text"), ("code", "text")],
    conflict: "",
};

/// A code to be stored.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// Whose.
    pub unit: UnitId,
    /// From this day.
    pub from: Date,
    /// Until before this day.
    pub to: Option<Date>,
    /// Of which list: `gso`, `sector`.
    pub system: &'static str,
    /// The code.
    pub code: String,
}

/// Stores names and the words they are found by.
pub fn add_names(tx: &mut Tx<'_>, names: &[NewName]) -> Result<()> {
    tx.bulk(
        &NAMES_INTO,
        names.iter().map(|n| {
            [
                n.unit.to_value(),
                Value::Date(n.from),
                n.to.map_or(Value::Null, Value::Date),
                n.subkind.map_or(Value::Null, |kind| Value::Text(kind.into())),
                Value::Text(n.name.as_str().into()),
                Value::Text(n.full_name.as_str().into()),
                Value::Text(lowered(&n.full_name).into()),
                Value::Text(vi::fold(&n.full_name).into()),
                Value::Bytes(vi::collation_key_of(&n.name).into()),
            ]
        }),
    )?;
    let mut found: Vec<(String, UnitId)> = names
        .iter()
        .flat_map(|n| words([n.name.as_str(), n.full_name.as_str()]).into_iter().map(|word| (word, n.unit)))
        .collect();
    add_words(tx, &mut found)
}

/// Stores codes and the words they are found by.
pub fn add_codes(tx: &mut Tx<'_>, codes: &[NewCode]) -> Result<()> {
    tx.bulk(
        &CODES_INTO,
        codes.iter().map(|c| {
            [
                c.unit.to_value(),
                Value::Date(c.from),
                c.to.map_or(Value::Null, Value::Date),
                Value::Text(c.system.into()),
                Value::Text(c.code.as_str().into()),
            ]
        }),
    )?;
    let mut found: Vec<(String, UnitId)> =
        codes.iter().flat_map(|c| words([c.code.as_str()]).into_iter().map(|word| (word, c.unit))).collect();
    add_words(tx, &mut found)
}

/// In the order of the key, so that both databases append instead of jumping about.
fn add_words(tx: &mut Tx<'_>, found: &mut Vec<(String, UnitId)>) -> Result<()> {
    found.sort_unstable();
    found.dedup();
    tx.bulk(&WORDS_INTO, found.iter().map(|(word, unit)| [Value::Text(word.as_str().into()), unit.to_value()]))?;
    Ok(())
}

/// An event to be stored.
#[derive(Clone, Debug)]
pub struct NewEvent<'a> {
    /// Whose.
    pub unit: UnitId,
    /// When.
    pub day: Date,
    /// `founded`, `renamed`, `merged`, `split`, `moved`, `closed`, `raised`.
    pub kind: &'static str,
    /// The decision it rests on.
    pub basis: Option<&'a str>,
    /// What to tell, where it does not follow from the rest.
    pub text: Option<String>,
    /// The one unit it came from.
    pub from: Option<UnitId>,
    /// The one unit it went to.
    pub to: Option<UnitId>,
}

/// Stores an event.
pub fn add_event(tx: &mut Tx<'_>, event: &NewEvent<'_>) -> Result<()> {
    let id: base::Uuid = tx.new_id();
    let NewEvent { unit, day, kind, basis, text, from, to } = event;
    tx.exec_one(&EVENT_INSERT, params![id, unit, day, *kind, basis, text.as_deref(), from, to])
}

/// The list of units as of `?1`.
pub const LIST: List = List {
    name: "units",
    select: "u.id, u.kind, c.code, n.name, n.full_name, u.valid_from, u.valid_to, u.version",
    from: "unit u JOIN unit_name n ON n.unit = u.id AND n.valid_from <= ?1 AND (n.valid_to IS NULL OR n.valid_to > ?1)
        LEFT JOIN unit_code c ON c.unit = u.id AND c.valid_from <= ?1 AND (c.valid_to IS NULL OR c.valid_to > ?1)",
    key: "n.unit",
    columns: &[
        Column { name: "name", expr: "n.sort_key", ty: Type::Bytes, nullable: false, sorts: true, operators: &[] },
        Column {
            name: "code",
            expr: "c.code",
            ty: Type::Text,
            nullable: true,
            sorts: true,
            operators: &[Operator::Is],
        },
        Column {
            name: "kind",
            expr: "u.kind",
            ty: Type::Text,
            nullable: false,
            sorts: true,
            operators: &[Operator::Is],
        },
    ],
};

/// The same list to be counted. A unit has one name for each of its days and none for others, so that its own days are
/// enough: with the names the country is counted in 39 ms, so in 2.
pub const COUNTED: List = List {
    name: "units_counted",
    select: "u.id",
    from: "(SELECT id, kind FROM unit WHERE valid_from <= ?1 AND (valid_to IS NULL OR valid_to > ?1)) u",
    key: "u.id",
    columns: &[],
};

/// How well a unit answers a question, `?2` with its tones and `?3` folded: what stands before what has ended; the whole
/// name with the exact tones, the whole name, the phrase with the exact tones, the phrase, the words; then places before
/// offices and schools. What ended by that day is there, by its last name, from `?4` 1 on, and alone when it is 2.
macro_rules! searched {
    ($hex:literal) => {
        concat!(
            "(SELECT u.id, u.kind, c.code, n.name, n.full_name, u.valid_from, u.valid_to, u.version, n.sort_key,
               CASE WHEN u.valid_to <= ?1 THEN '1' ELSE '0' END
               || CASE WHEN n.lowered = ?2 OR n.lowered LIKE '% ' || ?2 THEN '0'
                    WHEN n.folded = ?3 OR n.folded LIKE '% ' || ?3 THEN '1'
                    WHEN ' ' || n.lowered || ' ' LIKE '% ' || ?2 || ' %' THEN '2'
                    WHEN ' ' || n.folded LIKE '% ' || ?3 || '%' THEN '3'
                    ELSE '4' END
               || CASE u.kind WHEN 'province' THEN '0' WHEN 'commune' THEN '1' WHEN 'school' THEN '2'
                    WHEN 'department' THEN '3' WHEN 'district' THEN '4' ELSE '5' END
               || ",
            $hex,
            " AS place
             FROM unit u
             JOIN unit_name n ON n.unit = u.id AND ((CAST(?4 AS {int}) < 2 AND n.valid_from <= ?1 AND (n.valid_to IS NULL OR n.valid_to > ?1))
               OR (CAST(?4 AS {int}) > 0 AND u.valid_to <= ?1 AND n.valid_to = u.valid_to AND n.valid_from < n.valid_to))
             LEFT JOIN unit_code c ON c.unit = u.id AND ((c.valid_from <= ?1 AND (c.valid_to IS NULL OR c.valid_to > ?1))
               OR (u.valid_to <= ?1 AND c.valid_to = u.valid_to AND c.valid_from < c.valid_to))) u"
        )
    };
}

const SEARCH: List = List {
    name: "units_search",
    select: "u.id, u.kind, u.code, u.name, u.full_name, u.valid_from, u.valid_to, u.version",
    from: searched!("hex(n.sort_key)"),
    key: "u.id",
    columns: &[
        Column { name: "best", expr: "u.place", ty: Type::Text, nullable: false, sorts: true, operators: &[] },
        Column { name: "name", expr: "u.sort_key", ty: Type::Bytes, nullable: false, sorts: true, operators: &[] },
        Column { name: "code", expr: "u.code", ty: Type::Text, nullable: true, sorts: true, operators: &[] },
        Column { name: "kind", expr: "u.kind", ty: Type::Text, nullable: false, sorts: true, operators: &[] },
    ],
};
const SEARCH_POSTGRES: List = List { from: searched!("encode(n.sort_key, 'hex') COLLATE \"C\""), ..SEARCH };

/// The list with a question: as of `?1`, asked for `?2` and `?3`, with what has ended by `?4` ([`super::list::Ended`]).
#[must_use]
pub const fn search(dialect: Dialect) -> List {
    match dialect {
        Dialect::Sqlite => SEARCH,
        Dialect::Postgres => SEARCH_POSTGRES,
    }
}

/// `asked (id)` as the beginning of a statement, its parameters appended to `params`. The count of ids is rounded up
/// (the last one repeated), so that few different texts are prepared.
fn asked(ids: &[UnitId], params: &mut Vec<Value<'static>>) -> String {
    let count = ids.len().next_power_of_two();
    let mut places = Vec::with_capacity(count);
    for at in 0..count {
        let id = ids[at.min(ids.len() - 1)];
        params.push(Value::Uuid(id.into()));
        places.push(format!("(CAST(?{} AS {{uuid}}))", params.len()));
    }
    format!("asked (id) AS (SELECT DISTINCT column1 FROM (VALUES {}) v)", places.join(", "))
}

/// A unit, one above it and what that was called: a row of [`paths`].
pub type Above = (UnitId, UnitId, String);

/// The units above each by place on a day, the nearest last, without the nation: `(unit, above, its name)`. Of one that has
/// ended by then: those of its last day. Of one unit at least.
pub fn paths(ids: &[UnitId], on: Date, dialect: Dialect) -> (Built, Vec<Value<'static>>) {
    // What holds on a day begins before the next one and does not end before it: so the last day of a unit needs no
    // arithmetic, it is the one before its end.
    let mut params = vec![Value::Date(on.tomorrow().unwrap_or(on))];
    let asked = asked(ids, &mut params);
    let sql = Built::new(
        "PATHS",
        &format!(
            "WITH RECURSIVE {asked}, up (unit, at, depth, day) AS (
               SELECT a.id, a.id, 0, CASE WHEN s.valid_to < ?1 THEN s.valid_to ELSE ?1 END
                 FROM asked a CROSS JOIN unit s WHERE s.id = a.id
               UNION ALL
               SELECT up.unit, e.authority, up.depth + 1, up.day FROM up CROSS JOIN unit_edge e WHERE e.kind = 'place' AND e.unit = up.at
                 AND e.valid_from < up.day AND (e.valid_to IS NULL OR e.valid_to >= up.day) AND up.depth < 64
             ) SELECT up.unit, up.at, n.full_name FROM up
               JOIN unit u ON u.id = up.at AND u.kind <> 'nation'
               JOIN unit_name n ON n.unit = up.at AND n.valid_from < up.day AND (n.valid_to IS NULL OR n.valid_to >= up.day)
               WHERE up.depth > 0
               ORDER BY up.unit, up.depth DESC"
        ),
        dialect,
    );
    (sql, params)
}

/// Into what units went when they ended: `(unit, into, its kind, its whole name)`. The name is the one it had on that day.
pub fn went_to(tx: &mut Tx<'_>, ids: &[UnitId]) -> Result<Vec<(UnitId, UnitId, String, String)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut params = Vec::new();
    let asked = asked(ids, &mut params);
    let sql = Built::new(
        "WENT_TO_OF",
        &format!(
            "WITH {asked} SELECT a.id, t.id, t.kind, n.full_name FROM asked a CROSS JOIN unit u CROSS JOIN unit_lineage l CROSS JOIN unit t
               CROSS JOIN unit_name n
               WHERE u.id = a.id AND l.from_unit = u.id AND l.day = u.valid_to AND t.id = l.to_unit AND n.unit = t.id
                 AND n.valid_from <= l.day AND (n.valid_to IS NULL OR n.valid_to > l.day)
               ORDER BY a.id, n.sort_key, t.id"
        ),
        tx.dialect(),
    );
    tx.all(&sql, &params)
}

/// How many units in the actor's scope stand directly below each on a day: `(unit, units below)`. Of one unit at least.
pub fn children(
    ids: &[UnitId],
    edge: EdgeKind,
    on: Date,
    scope: &auth::Scope,
    dialect: Dialect,
) -> (Built, Vec<Value<'static>>) {
    let mut params = vec![Value::Date(on), Value::Text(edge.as_str().into())];
    let asked = asked(ids, &mut params);
    let (within, values) = scope.predicate("e.unit", params.len() + 1);
    params.extend(values);
    let sql = Built::new(
        "CHILDREN",
        &format!(
            "WITH {asked} SELECT a.id, count(*) FROM asked a CROSS JOIN unit_edge e WHERE e.kind = ?2 AND e.authority = a.id
               AND e.valid_from <= ?1 AND (e.valid_to IS NULL OR e.valid_to > ?1) AND {within} GROUP BY a.id"
        ),
        dialect,
    );
    (sql, params)
}

/// How many units of each kind in the actor's scope lie below one by place on a day.
pub fn below(unit: UnitId, on: Date, scope: &auth::Scope, dialect: Dialect) -> (Built, Vec<Value<'static>>) {
    let mut params = vec![Value::Date(on), Value::Uuid(unit.into())];
    let (within, values) = scope.predicate("u.id", 3);
    params.extend(values);
    let sql = Built::new(
        "BELOW_BY_KIND",
        &format!(
            "WITH RECURSIVE down (unit, depth) AS (
               SELECT e.unit, 1 FROM unit_edge e WHERE e.kind = 'place' AND e.authority = ?2
                 AND e.valid_from <= ?1 AND (e.valid_to IS NULL OR e.valid_to > ?1)
               UNION ALL
               SELECT e.unit, down.depth + 1 FROM down CROSS JOIN unit_edge e WHERE e.kind = 'place' AND e.authority = down.unit
                 AND e.valid_from <= ?1 AND (e.valid_to IS NULL OR e.valid_to > ?1) AND down.depth < 64
             ) SELECT u.kind, count(*) AS units, sum(CASE down.depth WHEN 1 THEN 1 ELSE 0 END) AS directly
               FROM down CROSS JOIN unit u WHERE u.id = down.unit AND {within}
               GROUP BY u.kind ORDER BY u.kind"
        ),
        dialect,
    );
    (sql, params)
}

/// Those of some units that lie in a scope.
pub fn in_sight(tx: &mut Tx<'_>, ids: &[UnitId], scope: &auth::Scope) -> Result<Vec<UnitId>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut params = Vec::new();
    let asked = asked(ids, &mut params);
    let (within, more) = scope.predicate("a.id", params.len() + 1);
    params.extend(more);
    let text = format!("WITH {asked} SELECT a.id FROM asked a WHERE {within} ORDER BY a.id");
    let found: Vec<(UnitId,)> = tx.all(&Built::new("IN_SIGHT", &text, tx.dialect()), &params)?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Those of some units that look after the place they lie in.
pub fn offices(tx: &mut Tx<'_>, ids: &[UnitId]) -> Result<Vec<UnitId>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut params = Vec::new();
    let asked = asked(ids, &mut params);
    let kinds = OFFICES.map(|kind| format!("'{kind}'")).join(", ");
    let text = format!(
        "WITH {asked} SELECT u.id FROM asked a JOIN unit u ON u.id = a.id WHERE u.kind IN ({kinds}) ORDER BY u.id"
    );
    let found: Vec<(UnitId,)> = tx.all(&Built::new("OFFICES", &text, tx.dialect()), &params)?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// What units were called on a day: `(unit, kind, whole name)`. A unit that did not stand then is called by the name it
/// had last before, or first after.
pub fn called(tx: &mut Tx<'_>, ids: &[UnitId], on: Date) -> Result<Vec<(UnitId, String, String)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut params = vec![Value::Date(on)];
    let asked = asked(ids, &mut params);
    let sql = Built::new(
        "CALLED",
        &format!(
            "WITH {asked} SELECT u.id, u.kind, n.full_name FROM asked a JOIN unit u ON u.id = a.id
               JOIN unit_name n ON n.unit = a.id AND n.valid_from = COALESCE(
                 (SELECT max(m.valid_from) FROM unit_name m WHERE m.unit = a.id AND m.valid_from <= ?1),
                 (SELECT min(m.valid_from) FROM unit_name m WHERE m.unit = a.id))
               ORDER BY n.sort_key, u.id"
        ),
        tx.dialect(),
    );
    tx.all(&sql, &params)
}
