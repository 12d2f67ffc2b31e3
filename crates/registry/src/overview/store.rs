//! The SQL of a school at a glance.

use base::{Date, SchoolYear, UnitId, Value};
use db::list::Predicate;
use db::{Built, Dialect};

use crate::classes::store::shifted;
use crate::pupils::missing::Missing;

db::statements! {
    /// How many left a school between two days, by how.
    pub LEFT = "SELECT e.left_by, count(*) FROM enrolment e
        WHERE e.school = ?1 AND e.valid_to <= ?2 AND e.valid_to > ?3 AND e.left_by <> 'mistake'
        GROUP BY e.left_by ORDER BY e.left_by";
    /// How many work there on a day, by the group of the sector's list, and how many of them have an account.
    pub STAFF = "SELECT e.staff_group, count(*), count(e.account) FROM employment e
        WHERE e.school = ?1 AND e.valid_from <= ?2 AND (e.valid_to IS NULL OR e.valid_to > ?2)
        GROUP BY e.staff_group ORDER BY e.staff_group NULLS LAST";
    /// Imports that somebody looked at and nobody applied.
    pub IMPORTS = "SELECT count(*) FROM import WHERE school = ?1 AND state = 'ready'";
    /// Whether a step out of a year stands.
    pub LEFT_YEAR = "SELECT 1 FROM rollover WHERE school = ?1 AND from_year = ?2 AND state = 'done'";
    /// Whether a year has classes.
    pub HAS_CLASSES = "SELECT 1 FROM class WHERE school = ?1 AND year = ?2 LIMIT 1";
}

db::row! {
    /// A class, as far as it is ready for lessons.
    pub struct Standing {
        /// A code of DM_KHOI.
        pub grade: String,
        /// Whether somebody leads it.
        pub led: bool,
        /// Whether it has lessons in the timetable.
        pub planned: bool,
    }

    /// The pupils of a grade, or those without a class.
    pub struct Counted {
        /// A code of DM_KHOI.
        pub grade: Option<String>,
        /// How many.
        pub pupils: i64,
        /// How many boys.
        pub boys: i64,
        /// How many girls.
        pub girls: i64,
        /// Without a whole birth date.
        pub birth: i64,
        /// Without a sex.
        pub sex: i64,
        /// Without an ethnic group.
        pub ethnic_group: i64,
        /// Without a pupil code.
        pub pupil_code: i64,
        /// Without a personal number.
        pub personal_number: i64,
    }
}

impl Counted {
    /// Of how many something is missing.
    #[must_use]
    pub const fn lacking(&self, what: Missing) -> i64 {
        match what {
            Missing::Birth => self.birth,
            Missing::Sex => self.sex,
            Missing::EthnicGroup => self.ethnic_group,
            Missing::PupilCode => self.pupil_code,
            Missing::PersonalNumber => self.personal_number,
        }
    }
}

/// The pupils in reach who are there on a day, by the grade of their class; `sexes` are the codes of boys and girls.
pub(crate) fn pupils(
    school: UnitId,
    on: Date,
    [boy, girl]: [String; 2],
    reach: &Predicate,
    dialect: Dialect,
) -> (Built, Vec<Value<'static>>) {
    let mut params = vec![Value::Uuid(school.0), Value::Date(on), Value::Text(boy.into()), Value::Text(girl.into())];
    let within = shifted(reach, &mut params);
    let lacking = Missing::ALL
        .map(|what| format!("count(CASE WHEN {} THEN 1 END) AS {}", what.condition("p", "p.id"), what.code()))
        .join(",\n               ");
    let sql = Built::new(
        "overview pupils",
        &format!(
            "SELECT c.grade, count(*) AS pupils, count(CASE WHEN p.sex = ?3 THEN 1 END) AS boys,
               count(CASE WHEN p.sex = ?4 THEN 1 END) AS girls,
               {lacking}
             FROM enrolment e
             JOIN person p ON p.id = e.person
             LEFT JOIN class_member m ON m.school = e.school AND m.enrolment = e.id AND m.valid_from <= ?2
               AND (m.valid_to IS NULL OR m.valid_to > ?2)
             LEFT JOIN class c ON c.school = m.school AND c.id = m.class
             WHERE e.school = ?1 AND e.valid_from <= ?2 AND (e.valid_to IS NULL OR e.valid_to > ?2) AND {within}
             GROUP BY c.grade ORDER BY c.grade NULLS LAST"
        ),
        dialect,
    );
    (sql, params)
}

/// The classes of a year in reach, in their order, and what each has on a day; `timetable` is the one that holds on it.
pub(crate) fn classes(
    school: UnitId,
    year: SchoolYear,
    on: Date,
    timetable: Option<base::Uuid>,
    reach: &Predicate,
    dialect: Dialect,
) -> (Built, Vec<Value<'static>>) {
    let year = Value::Int(i64::from(year.start()));
    let mut params = vec![Value::Uuid(school.0), year, Value::Date(on), timetable.map_or(Value::Null, Value::Uuid)];
    let within = shifted(reach, &mut params);
    let sql = Built::new(
        "overview classes",
        &format!(
            "SELECT c.grade,
               EXISTS (SELECT 1 FROM homeroom h WHERE h.school = c.school AND h.class = c.id
                 AND h.valid_from <= ?3 AND (h.valid_to IS NULL OR h.valid_to > ?3)) AS led,
               EXISTS (SELECT 1 FROM timetable_slot s
                 WHERE s.school = c.school AND s.timetable = CAST(?4 AS {{uuid}}) AND s.class = c.id) AS planned
             FROM class c WHERE c.school = ?1 AND c.year = ?2 AND {within}
             ORDER BY c.sort_key, c.id"
        ),
        dialect,
    );
    (sql, params)
}
