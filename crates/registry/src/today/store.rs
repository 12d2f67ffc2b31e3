//! The SQL of today.

use base::{ClassId, UnitId};

use crate::years::HalfDay;

db::statements! {
    /// The schools where an account works on a day.
    pub WORKS_AT = "SELECT DISTINCT e.school FROM employment e
        WHERE e.account = ?1 AND e.valid_from <= ?2 AND (e.valid_to IS NULL OR e.valid_to > ?2) ORDER BY e.school";
    /// The classes that an account leads (no subject) or teaches on a day, each as often as it has subjects with them.
    pub CLASSES = "SELECT c.id, c.name, c.grade, CAST(NULL AS text) AS subject,
          (SELECT count(*) FROM class_member m WHERE m.school = c.school AND m.class = c.id
             AND m.valid_from <= ?3 AND (m.valid_to IS NULL OR m.valid_to > ?3)) AS pupils, c.sort_key
        FROM employment e JOIN homeroom h ON h.school = e.school AND h.employment = e.id
        JOIN class c ON c.school = h.school AND c.id = h.class
          WHERE e.account = ?1 AND e.school = ?2 AND e.valid_from <= ?3 AND (e.valid_to IS NULL OR e.valid_to > ?3)
            AND h.valid_from <= ?3 AND (h.valid_to IS NULL OR h.valid_to > ?3)
        UNION
        SELECT c.id, c.name, c.grade, t.subject,
          (SELECT count(*) FROM class_member m WHERE m.school = c.school AND m.class = c.id
             AND m.valid_from <= ?3 AND (m.valid_to IS NULL OR m.valid_to > ?3)), c.sort_key
        FROM employment e JOIN teaching t ON t.school = e.school AND t.employment = e.id
        JOIN class c ON c.school = t.school AND c.id = t.class
          WHERE e.account = ?1 AND e.school = ?2 AND e.valid_from <= ?3 AND (e.valid_to IS NULL OR e.valid_to > ?3)
            AND t.valid_from <= ?3 AND (t.valid_to IS NULL OR t.valid_to > ?3) AND (t.semester = 0 OR t.semester = ?4)
        ORDER BY 6, 1, 4 NULLS LAST";
    /// The lessons of an account in a timetable on a day of the week.
    pub LESSONS = "SELECT s.class, c.name AS class_name, s.half_day, s.period, s.subject, s.room
        FROM employment e JOIN timetable_slot s ON s.school = e.school AND s.employment = e.id
        JOIN class c ON c.school = s.school AND c.id = s.class
        WHERE e.account = ?1 AND e.school = ?2 AND e.valid_from <= ?3 AND (e.valid_to IS NULL OR e.valid_to > ?3)
          AND s.timetable = ?4 AND s.day = ?5
        ORDER BY s.half_day, s.period, s.class";
}

db::row! {
    /// A class with one subject of it, or none where it is led.
    pub struct Mine {
        /// Which.
        pub id: ClassId,
        /// Its name.
        pub name: String,
        /// A code of DM_KHOI.
        pub grade: String,
        /// What is taught.
        pub subject: Option<String>,
        /// How many pupils it has.
        pub pupils: i64,
        /// By what it is sorted.
        pub sort_key: Vec<u8>,
    }

    /// A lesson of the day.
    pub struct LessonRow {
        /// Of which class.
        pub class: ClassId,
        /// What it is called.
        pub class_name: String,
        /// When.
        pub half_day: HalfDay,
        /// When in it.
        pub period: i64,
        /// What.
        pub subject: String,
        /// Where.
        pub room: Option<String>,
    }

    /// A school.
    pub struct At {
        /// Which.
        pub school: UnitId,
    }
}
