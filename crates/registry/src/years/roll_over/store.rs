//! The SQL of the step into the next year.

use base::{Date, UnitId, Uuid};
use db::BulkInto;

db::statements! {
    /// The classes of a year.
    pub CLASSES = "SELECT id, code, name, grade, campus FROM class WHERE school = ?1 AND year = ?2 ORDER BY sort_key, id";
    /// Who is in the classes of a year now.
    pub MEMBERS = "SELECT m.class, m.enrolment, m.valid_from, m.position
        FROM class c JOIN class_member m ON m.school = c.school AND m.class = c.id
        JOIN enrolment e ON e.school = m.school AND e.id = m.enrolment
        WHERE c.school = ?1 AND c.year = ?2 AND m.valid_to IS NULL AND e.valid_to IS NULL
        ORDER BY m.class, m.position NULLS LAST, m.enrolment";
    /// Who leads the classes of a year now.
    pub HOMEROOMS = "SELECT h.class, h.valid_from, h.employment
        FROM class c JOIN homeroom h ON h.school = c.school AND h.class = c.id
        WHERE c.school = ?1 AND c.year = ?2 AND h.valid_to IS NULL AND h.valid_from < ?3
        ORDER BY h.class, h.valid_from";
    /// Who teaches in the classes of a year now.
    pub TEACHINGS = "SELECT t.id FROM class c JOIN teaching t ON t.school = c.school AND t.class = c.id
        WHERE c.school = ?1 AND c.year = ?2 AND t.valid_to IS NULL AND t.valid_from < ?3 ORDER BY t.id";
    /// The subjects of the classes of a year that are not compulsory.
    pub CHOSEN = "SELECT s.class, s.subject, s.part FROM class c
        JOIN class_subject s ON s.school = c.school AND s.class = c.id
        WHERE c.school = ?1 AND c.year = ?2 ORDER BY s.class, s.subject";
    /// Whom a school has as a pupil now, and since when.
    pub HELD = "SELECT person, valid_from FROM person_unit WHERE unit = ?1 AND kind = 'pupil' AND valid_to IS NULL
        ORDER BY person, valid_from";
    /// What a pupil is called.
    pub CALLED = "SELECT p.full_name FROM enrolment e JOIN person p ON p.id = e.person WHERE e.school = ?1 AND e.id = ?2";
    /// The versions of the enrolments in the classes of a year now, and whose they are.
    pub VERSIONS = "SELECT DISTINCT e.id, e.version, e.person
        FROM class c JOIN class_member m ON m.school = c.school AND m.class = c.id
        JOIN enrolment e ON e.school = m.school AND e.id = m.enrolment
        WHERE c.school = ?1 AND c.year = ?2 AND m.valid_to IS NULL AND e.valid_to IS NULL ORDER BY e.id";
    /// The step is done.
    pub INSERT = "INSERT INTO rollover (school, id, from_year, day, state, done_at, version) VALUES (?1, ?2, ?3, ?4, 'done', ?5, 1)";
    /// A step.
    pub FIND = "SELECT id, from_year, day, state, done_at, undone_at, version FROM rollover WHERE school = ?1 AND id = ?2";
    /// The steps of a school.
    pub ALL = "SELECT id, from_year, day, state, done_at, undone_at, version FROM rollover WHERE school = ?1
        ORDER BY done_at, id";
    /// It is taken back.
    pub UNDONE = "UPDATE rollover SET state = 'undone', undone_at = ?3, version = version + 1
        WHERE school = ?1 AND id = ?2 AND state = 'done' RETURNING version";

    /// Sets or takes back the last day of class members.
    pub END_MEMBERS = "UPDATE class_member SET valid_to = ?3 WHERE (school, class, enrolment, valid_from) IN
        (SELECT r.school, r.other, r.record, r.day FROM rollover_row r
         WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'member_ended')";
    /// Of homerooms.
    pub END_HOMEROOMS = "UPDATE homeroom SET valid_to = ?3 WHERE (school, class, valid_from) IN
        (SELECT r.school, r.record, r.day FROM rollover_row r
         WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'homeroom_ended')";
    /// Of teaching assignments.
    pub END_TEACHING = "UPDATE teaching SET valid_to = ?3, version = version + 1 WHERE (school, id) IN
        (SELECT r.school, r.record FROM rollover_row r
         WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'teaching_ended')";
    /// Of enrolments, and how they ended.
    pub FINISH = "UPDATE enrolment SET valid_to = ?3, left_by = ?4, version = version + 1 WHERE (school, id) IN
        (SELECT r.school, r.record FROM rollover_row r
         WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'finished')";
    /// Sets or takes back the last day a school has somebody.
    pub END_PERSONS = "UPDATE person_unit SET valid_to = ?3 WHERE (unit, person, kind, valid_from) IN
        (SELECT r.school, r.record, 'pupil', r.day FROM rollover_row r
         WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'person_unit_ended')";

    /// Takes away what was made: members,
    pub DELETE_MEMBERS = "DELETE FROM class_member WHERE (school, class, enrolment, valid_from) IN
        (SELECT r.school, r.other, r.record, r.day FROM rollover_row r
         WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'member')";
    /// homerooms,
    pub DELETE_HOMEROOMS = "DELETE FROM homeroom WHERE (school, class, valid_from) IN
        (SELECT r.school, r.record, r.day FROM rollover_row r
         WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'homeroom')";
    /// subjects,
    pub DELETE_SUBJECTS = "DELETE FROM class_subject WHERE (school, class) IN
        (SELECT r.school, r.record FROM rollover_row r WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'class')";
    /// and classes.
    pub DELETE_CLASSES = "DELETE FROM class WHERE (school, id) IN
        (SELECT r.school, r.record FROM rollover_row r WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'class')";

    /// Pupils whose new membership is no longer as it was made.
    pub MOVED = "SELECT count(*) FROM rollover_row r LEFT JOIN class_member m ON m.school = r.school AND m.class = r.other
          AND m.enrolment = r.record AND m.valid_from = r.day
        WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'member' AND (m.school IS NULL OR m.valid_to IS NOT NULL)";
    /// Pupils who came into a new class since.
    pub CAME = "SELECT count(*) FROM rollover_row r
        JOIN class_member m ON m.school = r.school AND m.class = r.record
        LEFT JOIN rollover_row o ON o.school = r.school AND o.rollover = r.rollover AND o.kind = 'member'
          AND o.record = m.enrolment AND o.other = m.class AND o.day = m.valid_from
        WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'class' AND o.school IS NULL";
    /// New classes that were changed since.
    pub EDITED = "SELECT count(*) FROM rollover_row r LEFT JOIN class c ON c.school = r.school AND c.id = r.record
        WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'class' AND (c.version IS NULL OR c.version <> 1)";
    /// Homerooms of new classes that were changed since.
    pub LED = "SELECT count(*) FROM rollover_row r JOIN homeroom h ON h.school = r.school AND h.class = r.record
        LEFT JOIN rollover_row o ON o.school = r.school AND o.rollover = r.rollover AND o.kind = 'homeroom'
          AND o.record = h.class AND o.day = h.valid_from AND o.other = h.employment
        WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'class' AND (o.school IS NULL OR h.valid_to IS NOT NULL)";
    /// Assignments in new classes.
    pub TAUGHT = "SELECT count(*) FROM rollover_row r JOIN teaching t ON t.school = r.school AND t.class = r.record
        WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'class'";
    /// Lessons of new classes.
    pub PLANNED = "SELECT count(*) FROM rollover_row r
        JOIN timetable_slot t ON t.school = r.school AND t.class = r.record
        WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'class'";
    /// Documents of new classes.
    pub DOCUMENTED = "SELECT count(*) FROM rollover_row r
        JOIN record_doc d ON d.school = r.school AND d.record = r.record
        WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'class'";
    /// Finished pupils whose enrolment was changed since, or who are enrolled elsewhere by now.
    pub GONE_ON = "SELECT count(*) FROM rollover_row r JOIN enrolment e ON e.school = r.school AND e.id = r.record
        WHERE r.school = ?1 AND r.rollover = ?2 AND r.kind = 'finished' AND (e.version <> r.version + 1
          OR (NOT e.beside AND EXISTS (SELECT 1 FROM enrolment o WHERE o.person = e.person AND o.valid_to IS NULL
            AND NOT o.beside)))";
}

db::row! {
    /// A class.
    pub struct ClassRow {
        /// Which.
        pub id: Uuid,
        /// Its code.
        pub code: String,
        /// Its name.
        pub name: String,
        /// Its grade.
        pub grade: String,
        /// Where it is taught.
        pub campus: Option<UnitId>,
    }

    /// Somebody in a class.
    pub struct MemberRow {
        /// The class.
        pub class: Uuid,
        /// The enrolment.
        pub enrolment: Uuid,
        /// The first day in it.
        pub valid_from: Date,
        /// The place in the list.
        pub position: Option<i64>,
    }

    /// Who leads a class.
    pub struct HomeroomRow {
        /// The class.
        pub class: Uuid,
        /// From when.
        pub valid_from: Date,
        /// Who.
        pub employment: Uuid,
    }

    /// A step that was done.
    pub struct RollOverRow {
        /// Which.
        pub id: Uuid,
        /// The year that was left.
        pub from_year: base::SchoolYear,
        /// The first day of the new one.
        pub day: Date,
        /// `done` or `undone`.
        pub state: String,
        /// When it was done.
        pub done_at: base::Instant,
        /// When it was taken back.
        pub undone_at: Option<base::Instant>,
        /// Its version.
        pub version: i64,
    }
}

/// Classes.
pub const CLASS: BulkInto<10> = BulkInto {
    table: "class",
    columns: [
        ("school", "uuid"),
        ("id", "uuid"),
        ("year", "int"),
        ("code", "text"),
        ("name", "text"),
        ("sort_key", "bytes"),
        ("grade", "text"),
        ("campus", "uuid"),
        ("position", "int"),
        ("version", "int"),
    ],
    conflict: "",
};

/// Members of classes.
pub const MEMBER: BulkInto<6> = BulkInto {
    table: "class_member",
    columns: [
        ("school", "uuid"),
        ("class", "uuid"),
        ("enrolment", "uuid"),
        ("valid_from", "date"),
        ("position", "int"),
        ("repeats", "bool"),
    ],
    conflict: "",
};

/// Homerooms.
pub const HOMEROOM: BulkInto<4> = BulkInto {
    table: "homeroom",
    columns: [("school", "uuid"), ("class", "uuid"), ("valid_from", "date"), ("employment", "uuid")],
    conflict: "",
};

/// What the step made or changed.
pub const ROW: BulkInto<7> = BulkInto {
    table: "rollover_row",
    columns: [
        ("school", "uuid"),
        ("rollover", "uuid"),
        ("kind", "text"),
        ("record", "uuid"),
        ("other", "uuid"),
        ("day", "date"),
        ("version", "int"),
    ],
    conflict: "",
};
