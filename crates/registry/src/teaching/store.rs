//! The SQL of who leads and teaches classes.

use base::{ClassId, Date, EmploymentId, PersonId, Uuid};
use db::BulkInto;

db::statements! {
    /// Who led a class, the last first.
    pub HOMEROOMS = "SELECT h.employment, e.person, p.full_name, h.valid_from, h.valid_to FROM homeroom h
        JOIN employment e ON e.school = h.school AND e.id = h.employment JOIN person p ON p.id = e.person
        WHERE h.school = ?1 AND h.class = ?2 ORDER BY h.valid_from DESC";
    /// Somebody leads a class from a day on.
    pub HOMEROOM_INSERT = "INSERT INTO homeroom (school, class, valid_from, valid_to, employment) VALUES (?1, ?2, ?3, ?4, ?5)";
    /// Until a day.
    pub HOMEROOM_CUT = "UPDATE homeroom SET valid_to = ?4 WHERE school = ?1 AND class = ?2 AND valid_from = ?3";
    /// It was somebody else from the first day.
    pub HOMEROOM_DROP = "DELETE FROM homeroom WHERE school = ?1 AND class = ?2 AND valid_from = ?3";
    /// Which other class somebody leads on a day.
    pub LEADS_ANOTHER = "SELECT c.name FROM homeroom h JOIN class c ON c.school = h.school AND c.id = h.class
        WHERE h.school = ?1 AND h.employment = ?2 AND h.class <> ?3 AND h.valid_from <= ?4
          AND (h.valid_to IS NULL OR h.valid_to > ?4) ORDER BY c.sort_key, c.id LIMIT 1";

    /// Who teaches what in a class on a day or later.
    pub OF_CLASS = "SELECT t.id, t.class, c.code AS class_code, c.name AS class_name, t.subject, t.semester, t.employment, e.person, p.full_name,
          t.periods, t.responsible, t.valid_from, t.valid_to
        FROM teaching t JOIN class c ON c.school = t.school AND c.id = t.class
        JOIN employment e ON e.school = t.school AND e.id = t.employment JOIN person p ON p.id = e.person
        WHERE t.school = ?1 AND t.class = ?2 AND (t.valid_to IS NULL OR t.valid_to > ?3)
        ORDER BY t.subject, t.semester, t.valid_from, t.responsible DESC, t.id";
    /// Who teaches what in the classes of a school year on a day or later.
    pub OF_YEAR = "SELECT t.id, t.class, c.code AS class_code, c.name AS class_name, t.subject, t.semester, t.employment, e.person, p.full_name,
          t.periods, t.responsible, t.valid_from, t.valid_to
        FROM class c JOIN teaching t ON t.school = c.school AND t.class = c.id
        JOIN employment e ON e.school = t.school AND e.id = t.employment JOIN person p ON p.id = e.person
        WHERE c.school = ?1 AND c.year = ?2 AND (t.valid_to IS NULL OR t.valid_to > ?3)
        ORDER BY c.sort_key, t.class, t.subject, t.semester, t.valid_from, t.responsible DESC, t.id";
    /// What somebody teaches on a day or later.
    pub OF_STAFF = "SELECT t.id, t.class, c.code AS class_code, c.name AS class_name, t.subject, t.semester, t.employment, e.person, p.full_name,
          t.periods, t.responsible, t.valid_from, t.valid_to
        FROM teaching t JOIN class c ON c.school = t.school AND c.id = t.class
        JOIN employment e ON e.school = t.school AND e.id = t.employment JOIN person p ON p.id = e.person
        WHERE t.school = ?1 AND t.employment = ?2 AND (t.valid_to IS NULL OR t.valid_to > ?3)
        ORDER BY c.sort_key, t.class, t.subject, t.semester, t.valid_from, t.id";
    /// The classes of a school year.
    pub CLASSES = "SELECT id, year, code, name, grade, campus, position, version FROM class WHERE school = ?1 AND year = ?2
        ORDER BY sort_key, id";
    /// The subjects of the classes of a school year.
    pub SUBJECTS = "SELECT s.class, s.subject, s.part, s.periods, s.week_one, s.week_two
        FROM class c JOIN class_subject s ON s.school = c.school AND s.class = c.id
        WHERE c.school = ?1 AND c.year = ?2 ORDER BY s.class, s.subject";
    /// Who works at a school on a day or later.
    pub STAFF = "SELECT e.id, e.person, p.full_name, e.staff_group, e.valid_from, e.valid_to
        FROM employment e JOIN person p ON p.id = e.person
        WHERE e.school = ?1 AND (e.valid_to IS NULL OR e.valid_to > ?2) ORDER BY p.sort_key, e.id";
    /// An assignment ends on a day.
    pub CUT = "UPDATE teaching SET valid_to = ?3, version = version + 1 WHERE school = ?1 AND id = ?2";
    /// It never was.
    pub DROP = "DELETE FROM teaching WHERE school = ?1 AND id = ?2";
    /// One more assignment.
    pub INSERT = "INSERT INTO teaching (school, id, class, subject, semester, employment, valid_from, valid_to, responsible,
          periods, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1)";
}

db::row! {
    /// Who led a class.
    pub struct LeaderRow {
        /// Whose employment.
        pub employment: EmploymentId,
        /// Who.
        pub person: PersonId,
        /// Called.
        pub full_name: String,
        /// From this day.
        pub valid_from: Date,
        /// Until before this day.
        pub valid_to: Option<Date>,
    }

    /// Who teaches what, as it stands.
    pub struct Stands {
        /// Which assignment.
        pub id: Uuid,
        /// Which class.
        pub class: ClassId,
        /// Its code.
        pub class_code: String,
        /// What it is called.
        pub class_name: String,
        /// Which subject.
        pub subject: String,
        /// 0 the whole year, 1 or 2.
        pub semester: i64,
        /// Whose employment.
        pub employment: EmploymentId,
        /// Who.
        pub person: PersonId,
        /// Called.
        pub full_name: String,
        /// Periods a week.
        pub periods: Option<i64>,
        /// Answers for the subject.
        pub responsible: bool,
        /// From this day.
        pub valid_from: Date,
        /// Until before this day.
        pub valid_to: Option<Date>,
    }

    /// A subject of a class.
    pub struct SubjectOf {
        /// Of which class.
        pub class: ClassId,
        /// Which.
        pub subject: String,
        /// What it is in the programme.
        pub part: String,
        /// Periods a year.
        pub periods: i64,
        /// A week in the first semester.
        pub week_one: i64,
        /// In the second.
        pub week_two: i64,
    }

    /// Somebody who works at the school.
    pub struct Worker {
        /// Whose employment.
        pub id: EmploymentId,
        /// Who.
        pub person: PersonId,
        /// Called.
        pub full_name: String,
        /// A code of DM_NHOM_CAN_BO.
        pub staff_group: Option<String>,
        /// The first day.
        pub valid_from: Date,
        /// The first day after it.
        pub valid_to: Option<Date>,
    }
}

/// Assignments.
pub const TEACHING: BulkInto<11> = BulkInto {
    table: "teaching",
    columns: [
        ("school", "uuid"),
        ("id", "uuid"),
        ("class", "uuid"),
        ("subject", "text"),
        ("semester", "int"),
        ("employment", "uuid"),
        ("valid_from", "date"),
        ("valid_to", "date"),
        ("responsible", "bool"),
        ("periods", "int"),
        ("version", "int"),
    ],
    conflict: "",
};
