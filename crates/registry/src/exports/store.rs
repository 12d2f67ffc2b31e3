//! The SQL of exports.

use base::{AccountId, Date, Instant, UnitId, Uuid, Value};
use db::list::{Column, List, Type};
use db::{Built, Dialect};

db::row! {
    /// An export as it stands.
    pub struct ExportRow {
        /// Which.
        pub id: Uuid,
        /// Which list.
        pub what: String,
        /// What for.
        pub purpose: String,
        /// The keys of its columns, as JSON.
        pub fields: String,
        /// The classes it is cut to, as JSON.
        pub classes: Option<String>,
        /// How many people it held when it was asked.
        pub people: i64,
        /// The closest class of its columns.
        pub holds: String,
        /// `waiting`, `approved`, `refused`, `withdrawn`.
        pub state: String,
        /// Who asked; nobody at the console.
        pub asked_by: Option<AccountId>,
        /// How they were called then.
        pub asked_name: String,
        /// When.
        pub asked_at: Instant,
        /// How long it waits, or may be taken.
        pub until: Instant,
        /// Who decided.
        pub decided_by: Option<AccountId>,
        /// How they are called.
        pub decided_name: Option<String>,
        /// When.
        pub decided_at: Option<Instant>,
        /// Why it was refused.
        pub reason: Option<String>,
        /// How often it was taken.
        pub downloads: i64,
        /// How many people it held then.
        pub taken: Option<i64>,
        /// When last.
        pub taken_at: Option<Instant>,
        /// Its version.
        pub version: i64,
    }
}

macro_rules! columns {
    () => {
        "l.id, l.what, l.purpose, l.fields, l.classes, l.people, l.holds, l.state, l.asked_by, l.asked_name, l.asked_at,
         l.until, l.decided_by, d.display_name AS decided_name, l.decided_at, l.reason, l.downloads, l.taken, l.taken_at,
         l.version"
    };
}

db::statements! {
    /// One more.
    pub INSERT = "INSERT INTO export (school, id, what, purpose, fields, classes, people, holds, state, asked_by, asked_name,
          asked_at, until, downloads, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0, 1)";
    /// One of a school.
    pub GET = { concat!("SELECT ", columns!(), " FROM export l LEFT JOIN account d ON d.id = l.decided_by
        WHERE l.school = ?1 AND l.id = ?2") };
    /// Takes one for change.
    pub TAKE = "UPDATE export SET version = version + 1 WHERE school = ?1 AND id = ?2 RETURNING version";
    /// What was decided, by whom and for how long.
    pub DECIDE = "UPDATE export SET state = ?3, decided_by = ?4, decided_at = ?5, reason = ?6, until = ?7
        WHERE school = ?1 AND id = ?2";
    /// It was taken.
    pub TAKEN = "UPDATE export SET downloads = downloads + 1, taken = ?3, taken_at = ?4, version = version + 1
        WHERE school = ?1 AND id = ?2";
    /// How many people work at a school on a day.
    pub STAFF_COUNT = "SELECT count(DISTINCT person) FROM employment
        WHERE school = ?1 AND valid_from <= ?2 AND (valid_to IS NULL OR valid_to > ?2)";
    /// How many people lead a class of it on a day.
    pub LEADERS_COUNT = "SELECT count(DISTINCT employment) FROM homeroom
        WHERE school = ?1 AND valid_from <= ?2 AND (valid_to IS NULL OR valid_to > ?2)";
    /// How many people teach there on a day.
    pub TEACHERS_COUNT = "SELECT count(DISTINCT employment) FROM teaching
        WHERE school = ?1 AND valid_from <= ?2 AND (valid_to IS NULL OR valid_to > ?2)";
    /// What the classes of a school are called.
    pub CLASS_NAMES = "SELECT id, name FROM class WHERE school = ?1 ORDER BY id";
}

/// The exports of a school (`?1`).
pub const LISTED: List = List {
    name: "exports",
    select: columns!(),
    from: "(SELECT * FROM export WHERE school = ?1) l LEFT JOIN account d ON d.id = l.decided_by",
    key: "l.id",
    columns: &[Column {
        name: "asked",
        expr: "l.asked_at",
        ty: Type::Int,
        nullable: false,
        sorts: true,
        operators: &[],
    }],
};

/// How many pupils of a school a list holds on a day, of some classes or all, and how many relatives of the relations named.
pub(crate) fn counted(
    (school, day): (UnitId, Date),
    classes: Option<&[Uuid]>,
    relations: &[&str],
    dialect: Dialect,
) -> (Built, Vec<Value<'static>>) {
    let mut params = vec![Value::Uuid(school.0)];
    let mut placed = |value: Value<'static>| {
        params.push(value);
        format!("?{}", params.len())
    };
    let within = classes.map_or_else(String::new, |classes| {
        let day = placed(Value::Date(day));
        let places: Vec<String> = classes.iter().map(|class| placed(Value::Uuid(*class))).collect();
        format!(
            " AND EXISTS (SELECT 1 FROM class_member m WHERE m.school = e.school AND m.enrolment = e.id
               AND m.valid_from <= {day} AND (m.valid_to IS NULL OR m.valid_to > {day}) AND m.class IN ({}))",
            places.join(", ")
        )
    });
    let places: Vec<String> =
        relations.iter().map(|relation| placed(Value::Text((*relation).to_owned().into()))).collect();
    let relatives = match places.is_empty() {
        true => "0".to_owned(),
        false => format!(
            "(SELECT count(DISTINCT k.relative) FROM enrolment e CROSS JOIN kinship k
               WHERE e.school = ?1 AND e.valid_to IS NULL{within} AND k.school = e.school AND k.child = e.person
               AND k.relation IN ({}))",
            places.join(", ")
        ),
    };
    let text = format!(
        "SELECT (SELECT count(*) FROM enrolment e WHERE e.school = ?1 AND e.valid_to IS NULL{within}), {relatives}"
    );
    (Built::new("exported", &text, dialect), params)
}
