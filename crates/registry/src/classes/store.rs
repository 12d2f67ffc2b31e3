//! The SQL of classes.

use base::{ClassId, Date, EmploymentId, EnrolmentId, PersonId, SchoolYear, UnitId, Value};
use db::list::Predicate;
use db::{Built, Dialect};

db::statements! {
    /// One class.
    pub OF = "SELECT id, year, code, name, grade, campus, position, version FROM class WHERE school = ?1 AND id = ?2";
    /// One more class.
    pub INSERT = "INSERT INTO class (school, id, year, code, name, sort_key, grade, campus, position, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)";
    /// A class is taken for change.
    pub TAKE = "UPDATE class SET version = version + 1 WHERE school = ?1 AND id = ?2 RETURNING version";
    /// What it is called, and where it is taught.
    pub SET = "UPDATE class SET code = ?3, name = ?4, sort_key = ?5, grade = ?6, campus = ?7, position = ?8
        WHERE school = ?1 AND id = ?2";
    /// Whether anybody ever was in it.
    pub EVER = "SELECT 1 FROM class_member WHERE school = ?1 AND class = ?2 LIMIT 1";
    /// A campus of the school on a day.
    pub CAMPUS = "SELECT 1 FROM unit_edge e JOIN unit u ON u.id = e.unit
        WHERE e.kind = 'place' AND e.unit = ?2 AND e.authority = ?1 AND u.kind = 'campus'
          AND e.valid_from <= ?3 AND (e.valid_to IS NULL OR e.valid_to > ?3)";
    /// Who leads a class on a day.
    pub HOMEROOM = "SELECT h.class, h.employment, e.person, p.full_name FROM homeroom h
        JOIN employment e ON e.school = h.school AND e.id = h.employment JOIN person p ON p.id = e.person
        WHERE h.school = ?1 AND h.class = ?2 AND h.valid_from <= ?3 AND (h.valid_to IS NULL OR h.valid_to > ?3)
        ORDER BY h.valid_from DESC, h.employment LIMIT 1";
    /// Who leads the classes of a school year on a day.
    pub HOMEROOMS = "SELECT h.class, h.employment, e.person, p.full_name FROM class c
        JOIN homeroom h ON h.school = c.school AND h.class = c.id
          AND h.valid_from <= ?3 AND (h.valid_to IS NULL OR h.valid_to > ?3)
        JOIN employment e ON e.school = h.school AND e.id = h.employment JOIN person p ON p.id = e.person
        WHERE c.school = ?1 AND c.year = ?2
        ORDER BY h.class, h.valid_from, h.employment";
    /// The pupils of a class on a day, in their order.
    pub PUPILS = "SELECT e.id, e.person, p.full_name, p.birth, p.sex, p.ethnic_group, p.pupil_code, e.status, m.position,
          m.repeats, m.valid_from
        FROM class_member m JOIN enrolment e ON e.school = m.school AND e.id = m.enrolment JOIN person p ON p.id = e.person
        WHERE m.school = ?1 AND m.class = ?2 AND m.valid_from <= ?3 AND (m.valid_to IS NULL OR m.valid_to > ?3)
        ORDER BY m.position NULLS LAST, p.sort_key, e.id";
}

db::row! {
    /// A class as it stands.
    pub struct Bare {
        /// Which.
        pub id: ClassId,
        /// The school year.
        pub year: SchoolYear,
        /// Its code.
        pub code: String,
        /// Its name.
        pub name: String,
        /// A code of DM_KHOI.
        pub grade: String,
        /// Where it is taught.
        pub campus: Option<UnitId>,
        /// Its place in reports.
        pub position: Option<i64>,
        /// Its version.
        pub version: i64,
    }

    /// A class with its counts.
    pub struct Counted {
        /// Which.
        pub id: ClassId,
        /// The school year.
        pub year: SchoolYear,
        /// Its code.
        pub code: String,
        /// Its name.
        pub name: String,
        /// A code of DM_KHOI.
        pub grade: String,
        /// Where it is taught.
        pub campus: Option<UnitId>,
        /// Its place in reports.
        pub position: Option<i64>,
        /// Its version.
        pub version: i64,
        /// How many pupils.
        pub pupils: i64,
        /// How many boys.
        pub boys: i64,
        /// How many girls.
        pub girls: i64,
    }

    /// Who leads a class.
    pub struct Leader {
        /// Which class.
        pub class: ClassId,
        /// Whose employment.
        pub employment: EmploymentId,
        /// Who.
        pub person: PersonId,
        /// Called.
        pub full_name: String,
    }

    /// A pupil of a class.
    pub struct Member {
        /// Whose enrolment.
        pub id: EnrolmentId,
        /// Who.
        pub person: PersonId,
        /// Called.
        pub full_name: String,
        /// Born.
        pub birth: Option<String>,
        /// A code of DM_GIOI_TINH.
        pub sex: Option<String>,
        /// A code of DM_DAN_TOC.
        pub ethnic_group: Option<String>,
        /// The sector's code.
        pub pupil_code: Option<String>,
        /// A code of DM_TRANG_THAI_HOC_SINH.
        pub status: String,
        /// The place in the class.
        pub position: Option<i64>,
        /// In this grade once more.
        pub repeats: bool,
        /// In the class since.
        pub valid_from: Date,
    }
}

/// The classes of a school year in reach, each counted on a day; `sexes` are the codes of boys and girls.
pub(crate) fn counted(
    school: UnitId,
    year: SchoolYear,
    on: Date,
    [boy, girl]: [String; 2],
    reach: &Predicate,
    dialect: Dialect,
) -> (Built, Vec<Value<'static>>) {
    let year = Value::Int(i64::from(year.start()));
    let mut params =
        vec![Value::Uuid(school.0), year, Value::Date(on), Value::Text(boy.into()), Value::Text(girl.into())];
    let within = shifted(reach, &mut params);
    let sql = Built::new(
        "classes",
        &format!(
            "SELECT c.id, c.year, c.code, c.name, c.grade, c.campus, c.position, c.version, count(p.id) AS pupils,
               count(CASE WHEN p.sex = ?4 THEN 1 END) AS boys, count(CASE WHEN p.sex = ?5 THEN 1 END) AS girls
             FROM class c
             LEFT JOIN class_member m ON m.school = c.school AND m.class = c.id
               AND m.valid_from <= ?3 AND (m.valid_to IS NULL OR m.valid_to > ?3)
             LEFT JOIN enrolment e ON e.school = m.school AND e.id = m.enrolment
             LEFT JOIN person p ON p.id = e.person
             WHERE c.school = ?1 AND c.year = ?2 AND {within}
             GROUP BY c.school, c.id, c.year, c.code, c.name, c.grade, c.campus, c.position, c.version, c.sort_key
             ORDER BY c.sort_key, c.id"
        ),
        dialect,
    );
    (sql, params)
}

/// A condition whose parameters follow those that stand already.
pub(crate) fn shifted(condition: &Predicate, params: &mut Vec<Value<'static>>) -> String {
    let by = params.len();
    params.extend(condition.params.iter().cloned());
    db::list::shift(&condition.text, by)
}
