//! The SQL of timetables.

use base::{Date, Uuid};
use db::BulkInto;

use super::HalfDay;

db::statements! {
    /// The classes of a year.
    pub CLASSES = "SELECT id, code, name, grade FROM class WHERE school = ?1 AND year = ?2 ORDER BY sort_key, id";
    /// The subjects of the classes of a year.
    pub SUBJECTS = "SELECT s.class, s.subject, s.week_one, s.week_two
        FROM class c JOIN class_subject s ON s.school = c.school AND s.class = c.id
        WHERE c.school = ?1 AND c.year = ?2 ORDER BY s.class, s.subject";
    /// Who works at a school on a day.
    pub TEACHERS = "SELECT e.id, p.full_name, p.id AS person FROM employment e JOIN person p ON p.id = e.person
        WHERE e.school = ?1 AND e.valid_from <= ?2 AND (e.valid_to IS NULL OR e.valid_to > ?2) ORDER BY e.id";
    /// Who teaches what in the classes of a year on a day.
    pub ASSIGNED = "SELECT t.class, t.subject, t.employment
        FROM class c JOIN teaching t ON t.school = c.school AND t.class = c.id
        WHERE c.school = ?1 AND c.year = ?2 AND t.valid_from <= ?3 AND (t.valid_to IS NULL OR t.valid_to > ?3)
          AND (t.semester = 0 OR t.semester = ?4)
        ORDER BY t.class, t.subject, t.employment";
    /// One more timetable.
    pub INSERT = "INSERT INTO timetable (school, id, year, valid_from, basis, version) VALUES (?1, ?2, ?3, ?4, ?5, 1)";
    /// Another day of one.
    pub UPDATE = "UPDATE timetable SET year = ?3, valid_from = ?4, basis = ?5, version = version + 1
        WHERE school = ?1 AND id = ?2 RETURNING version";
    /// A timetable.
    pub FIND = "SELECT id, year, valid_from, basis, version FROM timetable WHERE school = ?1 AND id = ?2";
    /// The one that holds on a day.
    pub ON = "SELECT id, year, valid_from, basis, version FROM timetable WHERE school = ?1 AND valid_from <= ?2
        ORDER BY valid_from DESC NULLS LAST, id LIMIT 1";
    /// The timetables of a year.
    pub ALL = "SELECT id, year, valid_from, basis, version FROM timetable WHERE school = ?1 AND year = ?2
        ORDER BY valid_from, id";
    /// Takes one away.
    pub DELETE = "DELETE FROM timetable WHERE school = ?1 AND id = ?2";
    /// Takes its lessons away.
    pub DELETE_SLOTS = "DELETE FROM timetable_slot WHERE school = ?1 AND timetable = ?2";
    /// Its lessons, all or those of a class, a teacher or a room.
    pub SLOTS = "SELECT s.class, s.day, s.half_day, s.period, s.subject, s.employment, s.room
        FROM timetable_slot s
        WHERE s.school = ?1 AND s.timetable = ?2 AND (CAST(?3 AS {uuid}) IS NULL OR s.class = ?3)
          AND (CAST(?4 AS {uuid}) IS NULL OR s.employment = ?4) AND (CAST(?5 AS text) IS NULL OR s.room = ?5)
        ORDER BY s.class, s.day, s.half_day, s.period";
    /// What somebody is called, who need not work there any more.
    pub NAMES = "SELECT DISTINCT e.id, p.full_name, p.id AS person
        FROM timetable_slot s JOIN employment e ON e.school = s.school AND e.id = s.employment
        JOIN person p ON p.id = e.person
        WHERE s.school = ?1 AND s.timetable = ?2 ORDER BY e.id";
}

db::row! {
    /// A class of a year.
    pub struct ClassRow {
        /// Which.
        pub id: Uuid,
        /// Its code.
        pub code: String,
        /// Its name.
        pub name: String,
        /// Its grade.
        pub grade: String,
    }

    /// A timetable.
    pub struct Row {
        /// Which.
        pub id: Uuid,
        /// Of which year.
        pub year: base::SchoolYear,
        /// From which day.
        pub valid_from: Date,
        /// The decision.
        pub basis: Option<String>,
        /// Its version.
        pub version: i64,
    }

    /// A lesson of it.
    pub struct SlotRow {
        /// The class.
        pub class: Uuid,
        /// The day.
        pub day: i64,
        /// The half day.
        pub half_day: HalfDay,
        /// The period.
        pub period: i64,
        /// The subject.
        pub subject: String,
        /// Who teaches.
        pub employment: Option<Uuid>,
        /// Where.
        pub room: Option<String>,
    }

    /// What somebody is called.
    pub struct NameRow {
        /// The employment.
        pub id: Uuid,
        /// The whole name.
        pub full_name: String,
        /// The person.
        pub person: Uuid,
    }
}

/// Lessons.
pub const SLOT: BulkInto<9> = BulkInto {
    table: "timetable_slot",
    columns: [
        ("school", "uuid"),
        ("timetable", "uuid"),
        ("class", "uuid"),
        ("day", "int"),
        ("half_day", "text"),
        ("period", "int"),
        ("subject", "text"),
        ("employment", "uuid"),
        ("room", "text"),
    ],
    conflict: "",
};
