//! The SQL of the columns behind typed keys.

use base::{Date, UnitId, Uuid};

db::statements! {
    /// What a relative does.
    pub KIN_SET = "UPDATE kinship SET occupation = ?4, version = version + 1
        WHERE school = ?1 AND child = ?2 AND relation = ?3";
    /// A pupil's enrolment.
    pub ENROLMENT = "SELECT status, leave_reason FROM enrolment WHERE school = ?1 AND id = ?2";
    /// Sets it.
    pub ENROLMENT_SET = "UPDATE enrolment SET status = ?3, leave_reason = ?4 WHERE school = ?1 AND id = ?2";
    /// The class of a pupil on a day.
    pub MEMBER = "SELECT m.class, c.code, c.grade, m.position, m.repeats, m.valid_from FROM class_member m
        JOIN class c ON c.school = m.school AND c.id = m.class
        WHERE m.school = ?1 AND m.enrolment = ?2 AND m.valid_from <= ?3 AND (m.valid_to IS NULL OR m.valid_to > ?3)
        ORDER BY m.valid_from DESC, m.class LIMIT 1";
    /// A pupil's place in a class.
    pub MEMBER_SET = "UPDATE class_member SET position = ?5, repeats = ?6
        WHERE school = ?1 AND class = ?2 AND enrolment = ?3 AND valid_from = ?4";
    /// A class of a school year by its code.
    pub CLASS_OF_CODE = "SELECT id, grade FROM class WHERE school = ?1 AND year = ?2 AND code = ?3";
    /// A class.
    pub CLASS = "SELECT code, name, grade, campus, position FROM class WHERE school = ?1 AND id = ?2";
    /// Who leads a class on a day.
    pub HOMEROOM = "SELECT h.employment, h.valid_from, h.valid_to, p.staff_code FROM homeroom h
        JOIN employment e ON e.school = h.school AND e.id = h.employment
        JOIN person p ON p.id = e.person
        WHERE h.school = ?1 AND h.class = ?2 AND h.valid_from <= ?3 AND (h.valid_to IS NULL OR h.valid_to > ?3)
        ORDER BY h.valid_from DESC LIMIT 1";
    /// Who works at a school under a code.
    pub STAFF_OF_CODE = "SELECT e.id FROM person p JOIN employment e ON e.person = p.id AND e.school = ?1
        WHERE p.staff_code = ?2 AND e.valid_from <= ?3 AND (e.valid_to IS NULL OR e.valid_to > ?3) ORDER BY e.id LIMIT 1";
    /// Who teaches what in a class on a day.
    pub TEACHING = "SELECT t.id, t.subject, t.semester, p.staff_code FROM teaching t
        JOIN employment e ON e.school = t.school AND e.id = t.employment
        JOIN person p ON p.id = e.person
        WHERE t.school = ?1 AND t.class = ?2 AND t.valid_from <= ?3 AND (t.valid_to IS NULL OR t.valid_to > ?3)
        ORDER BY t.subject, t.semester, t.id";
    /// The code, name and first day of a unit's code and name as of a day.
    pub UNIT = "SELECT u.id, c.code, n.full_name FROM unit u
        JOIN unit_name n ON n.unit = u.id AND n.valid_from <= ?2 AND (n.valid_to IS NULL OR n.valid_to > ?2)
        LEFT JOIN unit_code c ON c.unit = u.id AND c.valid_from <= ?2 AND (c.valid_to IS NULL OR c.valid_to > ?2)
        WHERE u.id = ?1";
    /// The place a unit lies in on a day, and its code.
    pub PLACE = "SELECT e.authority, c.code, u.kind FROM unit_edge e JOIN unit u ON u.id = e.authority
        LEFT JOIN unit_code c ON c.unit = u.id AND c.valid_from <= ?2 AND (c.valid_to IS NULL OR c.valid_to > ?2)
        WHERE e.unit = ?1 AND e.kind = 'place' AND e.valid_from <= ?2 AND (e.valid_to IS NULL OR e.valid_to > ?2)";
    /// The campuses of a school on a day.
    pub CAMPUSES = "SELECT u.id, c.code, n.full_name FROM unit_edge e JOIN unit u ON u.id = e.unit AND u.kind = 'campus'
        JOIN unit_name n ON n.unit = u.id AND n.valid_from <= ?2 AND (n.valid_to IS NULL OR n.valid_to > ?2)
        LEFT JOIN unit_code c ON c.unit = u.id AND c.valid_from <= ?2 AND (c.valid_to IS NULL OR c.valid_to > ?2)
        WHERE e.authority = ?1 AND e.kind = 'place' AND e.valid_from <= ?2 AND (e.valid_to IS NULL OR e.valid_to > ?2)
        ORDER BY n.sort_key, u.id";
    /// When the code that holds on a day began.
    pub CODE_SINCE = "SELECT valid_from FROM unit_code WHERE unit = ?1 AND valid_from <= ?2
        AND (valid_to IS NULL OR valid_to > ?2)";
    /// A code that began on a day was wrong.
    pub CODE_DROP = "DELETE FROM unit_code WHERE unit = ?1 AND valid_from = ?2";
    /// A school teaches other levels.
    pub LEVELS_DROP = "DELETE FROM unit_level WHERE unit = ?1";
}

db::row! {


    /// A pupil in a class.
    pub struct MemberRow {
        /// Which.
        pub class: Uuid,
        /// Its code.
        pub code: String,
        /// Its grade.
        pub grade: String,
        /// The place in the list.
        pub position: Option<i64>,
        /// For the second time.
        pub repeats: bool,
        /// From this day.
        pub valid_from: Date,
    }

    /// A class.
    pub struct ClassRow {
        /// Its code.
        pub code: String,
        /// Its name.
        pub name: String,
        /// Its grade.
        pub grade: String,
        /// Where it is taught.
        pub campus: Option<UnitId>,
        /// Its place in lists.
        pub position: Option<i64>,
    }

    /// Who leads a class.
    pub struct HomeroomRow {
        /// Whose employment.
        pub employment: Uuid,
        /// From this day.
        pub valid_from: Date,
        /// Until before this day.
        pub valid_to: Option<Date>,
        /// Their code.
        pub staff_code: Option<String>,
    }

    /// Who teaches what.
    pub struct TeachingRow {
        /// Which assignment.
        pub id: Uuid,
        /// Which subject.
        pub subject: String,
        /// In which semester; 0 is the whole year.
        pub semester: i64,
        /// Whose code.
        pub staff_code: Option<String>,
    }

    /// A unit and what it is called.
    pub struct UnitRow {
        /// Which.
        pub id: UnitId,
        /// Its code.
        pub code: Option<String>,
        /// Its name.
        pub full_name: String,
    }
}
