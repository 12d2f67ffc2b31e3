//! The SQL of duplicates.

use base::{Instant, PersonId, Result, UnitId, Value};
use db::list::{Column, List, Type};
use db::{Built, BulkInto, Tx};

use super::{DuplicateId, NOT_FOUND};

/// Pairs as the door locks them.
pub const DUPLICATE: db::Noun = db::Noun {
    table: "duplicate",
    missing: &NOT_FOUND,
    missing_sentence: "Không tìm thấy cặp hồ sơ nghi trùng này, hoặc ngoài phạm vi của bạn. Hãy tải lại danh sách.",
};

db::statements! {
    /// One pair.
    pub OF = "SELECT d.id, d.one, d.other, d.score, d.reasons, d.state, d.kept, d.found_at, d.decided_at, a.display_name AS decided_by, d.version
        FROM duplicate d LEFT JOIN account a ON a.id = d.decided_by WHERE d.id = ?1";
    /// Pupils and staff of a school, now or formerly, who are not merged into others.
    pub PEOPLE_OF = "SELECT DISTINCT p.id FROM person_unit h CROSS JOIN person p
        WHERE h.unit = ?1 AND h.kind IN ('pupil', 'staff') AND p.id = h.person AND p.merged_into IS NULL ORDER BY p.id";
    /// Whoever, anywhere, has the name and birth of one of a school's, or a birth with day and month swapped; or one of their
    /// codes or personal numbers: `(theirs, other)`.
    pub ALIKE = "WITH mine (id) AS (
          SELECT DISTINCT h.person FROM person_unit h WHERE h.unit = ?1 AND h.kind IN ('pupil', 'staff')
        )
        SELECT p.id AS mine, q.id AS other FROM mine CROSS JOIN person p CROSS JOIN person q
          WHERE p.id = mine.id AND p.merged_into IS NULL AND q.folded = p.folded AND q.birth = p.birth AND q.id <> p.id AND q.merged_into IS NULL
        UNION
        SELECT p.id, q.id FROM mine CROSS JOIN person p CROSS JOIN person q
          WHERE p.id = mine.id AND p.merged_into IS NULL AND length(p.birth) = 10 AND q.folded = p.folded
            AND q.birth = substr(p.birth, 1, 5) || substr(p.birth, 9, 2) || '-' || substr(p.birth, 6, 2)
            AND q.id <> p.id AND q.merged_into IS NULL
        UNION
        SELECT p.id, q.id FROM mine CROSS JOIN person p CROSS JOIN person q
          WHERE p.id = mine.id AND p.merged_into IS NULL AND p.pupil_code IS NOT NULL AND q.pupil_code = p.pupil_code AND q.id <> p.id AND q.merged_into IS NULL
        UNION
        SELECT p.id, q.id FROM mine CROSS JOIN person p CROSS JOIN person q
          WHERE p.id = mine.id AND p.merged_into IS NULL AND p.staff_code IS NOT NULL AND q.staff_code = p.staff_code AND q.id <> p.id AND q.merged_into IS NULL
        UNION
        SELECT p.id, q.id FROM mine CROSS JOIN person p CROSS JOIN person_secret s CROSS JOIN person_secret t CROSS JOIN person q
          WHERE p.id = mine.id AND p.merged_into IS NULL AND s.person = p.id AND s.what = 'personal_number'
            AND t.digest = s.digest AND t.what = s.what AND t.person <> p.id AND q.id = t.person AND q.merged_into IS NULL
        ORDER BY 1, 2";
    /// The open pairs of a school's pupils and staff.
    pub OPEN_OF = "SELECT d.id, d.one, d.other FROM person_unit h CROSS JOIN duplicate d
          WHERE h.unit = ?1 AND h.kind IN ('pupil', 'staff') AND d.one = h.person AND d.state = 'open'
        UNION
        SELECT d.id, d.one, d.other FROM person_unit h CROSS JOIN duplicate d
          WHERE h.unit = ?1 AND h.kind IN ('pupil', 'staff') AND d.other = h.person AND d.state = 'open'
        ORDER BY 1";
    /// Takes away an open pair that is none any more.
    pub DROP = "DELETE FROM duplicate WHERE id = ?1 AND state = 'open'";
    /// Decided.
    pub DECIDE = "UPDATE duplicate SET state = ?2, kept = ?3, decided_at = ?4, decided_by = ?5 WHERE id = ?1";
    /// Not decided any more.
    pub REOPEN = "UPDATE duplicate SET state = 'open', kept = NULL, decided_at = NULL, decided_by = NULL WHERE id = ?1";
    /// Takes a record, so that of two who merge it at once one waits.
    pub TAKE = "UPDATE person SET version = version + 1 WHERE id = ?1 AND merged_into IS NULL";
    /// Leads from one record to another that stays.
    pub REDIRECT = "UPDATE person SET merged_into = ?2 WHERE id = ?1 AND merged_into IS NULL";
    /// Takes it back.
    pub REDIRECT_BACK = "UPDATE person SET merged_into = NULL, version = version + 1 WHERE id = ?1 AND merged_into = ?2";
    /// The record that stays for another, by however many steps.
    pub RESOLVE = "WITH RECURSIVE way (id, next, steps) AS (
          SELECT p.id, p.merged_into, 0 FROM person p WHERE p.id = ?1
          UNION ALL
          SELECT p.id, p.merged_into, way.steps + 1 FROM way CROSS JOIN person p WHERE p.id = way.next AND way.steps < 64
        ) SELECT id FROM way WHERE next IS NULL";
    /// All records of one human being: the one that stays and those that lead to it.
    pub RECORDS = "WITH RECURSIVE tree (id, steps) AS (
          SELECT p.id, 0 FROM person p WHERE p.id = ?1
          UNION ALL
          SELECT p.id, tree.steps + 1 FROM tree CROSS JOIN person p WHERE p.merged_into = tree.id AND tree.steps < 64
        ) SELECT id FROM tree ORDER BY steps, id";
    /// All records of the human being who is the pupil of a stay, the one that stays first.
    pub RECORDS_OF_STAY = "WITH RECURSIVE way (id, next, steps) AS (
          SELECT p.id, p.merged_into, 0 FROM enrolment e CROSS JOIN person p
            WHERE e.school = ?1 AND e.id = ?2 AND p.id = e.person
          UNION ALL
          SELECT p.id, p.merged_into, way.steps + 1 FROM way CROSS JOIN person p WHERE p.id = way.next AND way.steps < 64
        ), tree (id, steps) AS (
          SELECT way.id, 0 FROM way WHERE way.next IS NULL
          UNION ALL
          SELECT p.id, tree.steps + 1 FROM tree CROSS JOIN person p WHERE p.merged_into = tree.id AND tree.steps < 64
        ) SELECT id FROM tree ORDER BY steps, id";
    /// Open pairs of somebody whose record leads elsewhere now.
    pub DROP_ONE = "DELETE FROM duplicate WHERE one = ?1 AND state = 'open'";
    /// The same, of the other.
    pub DROP_OTHER = "DELETE FROM duplicate WHERE other = ?1 AND state = 'open'";
    /// Schools that have pupils or staff, after one, in their order.
    pub SCHOOLS = "SELECT u.id FROM unit u WHERE u.kind = 'school' AND u.id > ?1
        AND EXISTS (SELECT 1 FROM person_unit h WHERE h.unit = u.id) ORDER BY u.id LIMIT ?2";
}

db::row! {
    /// A pair.
    pub struct Pair {
        /// Which.
        pub id: DuplicateId,
        /// The lesser id.
        pub one: PersonId,
        /// The greater.
        pub other: PersonId,
        /// 0 to 100.
        pub score: i64,
        /// Codes of reasons, a JSON list.
        pub reasons: String,
        /// `open`, `same`, `different`.
        pub state: String,
        /// Who stays.
        pub kept: Option<PersonId>,
        /// When it was found.
        pub found_at: Instant,
        /// When it was decided.
        pub decided_at: Option<Instant>,
        /// By whom.
        pub decided_by: Option<String>,
        /// Its version.
        pub version: i64,
    }

    /// What is known of somebody, as it stands.
    pub struct Known {
        /// Who.
        pub id: PersonId,
        /// The whole name.
        pub full_name: String,
        /// Family name.
        pub family: String,
        /// Middle name.
        pub middle: String,
        /// Given name.
        pub given: String,
        /// What is known of the birth.
        pub birth: Option<String>,
        /// A code of DM_GIOI_TINH.
        pub sex: Option<String>,
        /// The sector's code of a pupil.
        pub pupil_code: Option<String>,
        /// The sector's code of staff.
        pub staff_code: Option<String>,
        /// Into whom they were merged.
        pub merged_into: Option<PersonId>,
    }
}

/// A pair's row, found or found anew.
pub const PAIRS: BulkInto<8> = BulkInto {
    table: "duplicate",
    columns: [
        ("id", "uuid"),
        ("one", "uuid"),
        ("other", "uuid"),
        ("score", "int"),
        ("reasons", "text"),
        ("state", "text"),
        ("found_at", "instant"),
        ("version", "int"),
    ],
    conflict:
        "ON CONFLICT (one, other) DO UPDATE SET score = excluded.score, reasons = excluded.reasons,
        version = duplicate.version + 1
        WHERE duplicate.state = 'open' AND (duplicate.score <> excluded.score OR duplicate.reasons <> excluded.reasons)",
};

const COLUMNS: &[Column] =
    &[Column { name: "score", expr: "d.score", ty: Type::Int, nullable: false, sorts: true, operators: &[] }];

/// The pairs of a school `?1` in a state `?2`: of all whom it holds, but for what it holds them as (`?3`).
pub const AT_SCHOOL: List = List {
    name: "duplicates",
    select: "d.id, d.one, d.other, d.score, d.reasons, d.state, d.kept, d.found_at, d.decided_at, d.decided_name, d.version",
    from: "(SELECT p.*, a.display_name AS decided_name FROM (
          SELECT d.* FROM person_unit h CROSS JOIN duplicate d WHERE h.unit = ?1 AND h.kind <> ?3 AND d.one = h.person AND d.state = ?2
          UNION
          SELECT d.* FROM person_unit h CROSS JOIN duplicate d WHERE h.unit = ?1 AND h.kind <> ?3 AND d.other = h.person AND d.state = ?2
        ) p LEFT JOIN account a ON a.id = p.decided_by) d",
    key: "d.id",
    columns: COLUMNS,
};

/// The open pairs of which two units below `?1` hold one each.
pub const ACROSS: List = List {
    name: "duplicates_across",
    select: "d.id, d.one, d.other, d.score",
    from: "(SELECT d.id, d.one, d.other, d.score FROM duplicate d WHERE d.state = 'open'
          AND EXISTS (SELECT 1 FROM person_unit h CROSS JOIN unit_closure c WHERE h.person = d.one
            AND c.kind = 'teaching' AND c.descendant = h.unit AND c.ancestor = ?1)
          AND EXISTS (SELECT 1 FROM person_unit h CROSS JOIN unit_closure c WHERE h.person = d.other
            AND c.kind = 'teaching' AND c.descendant = h.unit AND c.ancestor = ?1)
          AND NOT EXISTS (SELECT 1 FROM person_unit h CROSS JOIN person_unit g WHERE h.person = d.one AND g.person = d.other
            AND g.unit = h.unit)) d",
    key: "d.id",
    columns: COLUMNS,
};

/// So many people are asked about at once.
const AT_ONCE: usize = 500;

/// Asks a statement about people, some hundreds at a time. `text` stands after `WITH asked (id) …`.
fn of_people<T: db::FromRow>(tx: &mut Tx<'_>, name: &'static str, text: &str, people: &[PersonId]) -> Result<Vec<T>> {
    let mut found = Vec::new();
    for some in people.chunks(AT_ONCE) {
        // Rounded up, the last one repeated, so that few different texts are prepared.
        let count = some.len().next_power_of_two();
        let mut params = Vec::with_capacity(count);
        let mut places = Vec::with_capacity(count);
        for at in 0..count {
            params.push(Value::Uuid(some[at.min(some.len() - 1)].into()));
            places.push(format!("(CAST(?{} AS {{uuid}}))", at + 1));
        }
        let text = format!("WITH asked (id) AS (SELECT DISTINCT column1 FROM (VALUES {}) v) {text}", places.join(", "));
        found.extend(tx.all::<T>(&Built::new(name, &text, tx.dialect()), &params)?);
    }
    Ok(found)
}

/// What is basic about people.
pub fn known(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<Vec<Known>> {
    of_people(
        tx,
        "DUPLICATE_KNOWN",
        "SELECT p.id, p.full_name, p.family, p.middle, p.given, p.birth, p.sex, p.pupil_code, p.staff_code, p.merged_into
         FROM asked a CROSS JOIN person p WHERE p.id = a.id",
        people,
    )
}

/// The encrypted personal numbers of people.
pub fn numbers(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<Vec<(PersonId, Vec<u8>)>> {
    of_people(
        tx,
        "DUPLICATE_NUMBERS",
        "SELECT s.person, s.sealed FROM asked a CROSS JOIN person_secret s
         WHERE s.person = a.id AND s.what = 'personal_number' ORDER BY s.person, s.n",
        people,
    )
}

/// The relatives of people as schools were told: `(child, what, name)`.
pub fn relatives(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<Vec<(PersonId, String, String)>> {
    of_people(
        tx,
        "DUPLICATE_RELATIVES",
        "SELECT DISTINCT k.child, k.relation, p.full_name FROM asked a CROSS JOIN kinship k CROSS JOIN person p
         WHERE k.child = a.id AND p.id = k.relative ORDER BY k.child, k.relation, p.full_name",
        people,
    )
}

/// A person, a unit that holds something about them, as what, and until before which day.
pub type Held = (PersonId, UnitId, String, Option<base::Date>);

/// Which units hold something about people.
pub fn held(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<Vec<Held>> {
    of_people(
        tx,
        "DUPLICATE_HELD",
        "SELECT h.person, h.unit, h.kind, h.valid_to FROM asked a CROSS JOIN person_unit h
         WHERE h.person = a.id ORDER BY h.person, h.unit, h.kind, h.valid_from",
        people,
    )
}

/// Where some people are pupils now: `(person, school)`.
pub fn enrolled(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<Vec<(PersonId, UnitId)>> {
    of_people(
        tx,
        "DUPLICATE_ENROLLED",
        "SELECT e.person, e.school FROM asked a CROSS JOIN enrolment e
         WHERE e.person = a.id AND e.valid_to IS NULL ORDER BY e.person, e.school",
        people,
    )
}
