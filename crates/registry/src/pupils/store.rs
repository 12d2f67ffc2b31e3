//! The SQL of pupils.

use base::{ClassId, Date, EnrolmentId, PersonId, SchoolYear, UnitId};
use db::Dialect;
use db::list::{Column, List, Type};

db::statements! {
    /// One enrolment as it stands.
    pub OF = "SELECT id, person, valid_from, valid_to, came_by, left_by, status, leave_reason, transfer, beside, to_school,
          to_name, version
        FROM enrolment WHERE school = ?1 AND id = ?2";
    /// The enrolments of a person at a school, the last first.
    pub OF_PERSON = "SELECT id, person, valid_from, valid_to, came_by, left_by, status, leave_reason, transfer, beside, to_school,
          to_name, version
        FROM enrolment WHERE person = ?2 AND school = ?1 ORDER BY valid_from DESC, id DESC";
    /// The class of a pupil on a day.
    pub CLASS_ON = "SELECT m.class FROM class_member m
        WHERE m.school = ?1 AND m.enrolment = ?2 AND m.valid_from <= ?3 AND (m.valid_to IS NULL OR m.valid_to > ?3)
        ORDER BY m.valid_from DESC, m.class LIMIT 1";
    /// The classes of a person at a school over all time.
    pub CLASSES_OF = "SELECT m.enrolment, m.class, c.year, c.code, c.name, c.grade, m.valid_from, m.valid_to, m.position,
          m.repeats
        FROM enrolment e
        JOIN class_member m ON m.school = e.school AND m.enrolment = e.id
        JOIN class c ON c.school = m.school AND c.id = m.class
        WHERE e.person = ?2 AND e.school = ?1
        ORDER BY m.valid_from DESC, m.enrolment, m.class";
    /// From which school a person came to this one, for each enrolment here: the last that shares its transfer and had ended
    /// by then. A pupil who goes on to a third school keeps the transfer.
    pub CAME_FROM = "SELECT e.id AS enrolment, o.school, o.leave_reason, o.to_school, o.to_name FROM enrolment e
        JOIN enrolment o ON o.transfer = e.transfer AND o.school <> e.school
        WHERE e.person = ?2 AND e.school = ?1 AND e.came_by = 'transferred' AND o.left_by = 'transferred'
          AND o.valid_to <= e.valid_from
          AND NOT EXISTS (SELECT 1 FROM enrolment x WHERE x.transfer = e.transfer AND x.school <> e.school
            AND x.left_by = 'transferred' AND x.valid_to <= e.valid_from AND x.valid_to > o.valid_to)
        ORDER BY e.id, o.school";

    /// One more enrolment; nothing happens when the person is at a school already.
    pub INSERT = "INSERT INTO enrolment (school, id, person, valid_from, came_by, status, transfer, beside, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)
        ON CONFLICT (person) WHERE valid_to IS NULL AND NOT beside DO NOTHING";
    /// Where a person is a pupil now.
    pub OPEN_AT = "SELECT school FROM enrolment WHERE person = ?1 AND valid_to IS NULL AND NOT beside ORDER BY school LIMIT 1";
    /// The last stay of a person at any school, the one that goes on before all.
    pub LAST_ANYWHERE = "SELECT school, left_by, transfer, valid_to, to_school, to_name FROM enrolment
        WHERE person = ?1 AND (left_by IS NULL OR left_by <> 'mistake')
        ORDER BY CASE WHEN valid_to IS NULL THEN 0 ELSE 1 END, valid_to DESC NULLS LAST, school, id LIMIT 1";
    /// An enrolment is taken for change.
    pub TAKE = "UPDATE enrolment SET version = version + 1 WHERE school = ?1 AND id = ?2 RETURNING version";
    /// It ends.
    pub END = "UPDATE enrolment SET valid_to = ?3, left_by = ?4, status = ?5, leave_reason = ?6, transfer = ?7
        WHERE school = ?1 AND id = ?2";
    /// Where somebody is said to go.
    pub GOES_TO = "UPDATE enrolment SET to_school = ?3, to_name = ?4 WHERE school = ?1 AND id = ?2";
    /// Its days, corrected.
    pub SET_DAYS = "UPDATE enrolment SET valid_from = ?3, valid_to = ?4, left_by = ?5, status = ?6, leave_reason = ?7
        WHERE school = ?1 AND id = ?2";
    /// The stretches of an enrolment in classes, the first first.
    pub MEMBERS = "SELECT class, valid_from, valid_to, position, repeats FROM class_member
        WHERE school = ?1 AND enrolment = ?2 ORDER BY valid_from, class";
    /// In a class from a day on.
    pub MEMBER_INSERT = "INSERT INTO class_member (school, class, enrolment, valid_from, valid_to, position, repeats)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    /// No longer from a day on.
    pub MEMBER_CUT = "UPDATE class_member SET valid_to = ?3
        WHERE school = ?1 AND enrolment = ?2 AND valid_from < ?3 AND (valid_to IS NULL OR valid_to > ?3)";
    /// What was to begin on a day or later does not.
    pub MEMBER_DROP = "DELETE FROM class_member WHERE school = ?1 AND enrolment = ?2 AND valid_from >= ?3";
    /// One stretch in a class is taken away.
    pub MEMBER_TAKE = "DELETE FROM class_member WHERE school = ?1 AND class = ?2 AND enrolment = ?3 AND valid_from = ?4";
    /// Pupils of a school of the same folded name and birth.
    pub ALIKE = "SELECT e.id FROM person p CROSS JOIN enrolment e
        WHERE p.folded = ?2 AND p.birth = ?3 AND e.person = p.id AND e.school = ?1 AND e.valid_to IS NULL ORDER BY e.id LIMIT 1";

    /// Somebody asked whether a person is at another school.
    pub ASKED = "INSERT INTO elsewhere_asked (id, account, at) VALUES (?1, ?2, ?3)";
    /// How often an account asked since a moment, and when first.
    pub ASKED_SINCE = "SELECT count(*), min(at) FROM elsewhere_asked WHERE account = ?1 AND at > ?2";
    /// What was asked before is forgotten.
    pub ASKED_FORGET = "DELETE FROM elsewhere_asked WHERE account = ?1 AND at <= ?2";
}

db::row! {
    /// An enrolment.
    pub struct Enrolment {
        /// Which.
        pub id: EnrolmentId,
        /// Who.
        pub person: PersonId,
        /// The first day.
        pub valid_from: Date,
        /// The first day after it.
        pub valid_to: Option<Date>,
        /// `admitted`, `transferred`, `returned`, `imported`.
        pub came_by: String,
        /// `transferred`, `left`, `finished`, `mistake`.
        pub left_by: Option<String>,
        /// A code of DM_TRANG_THAI_HOC_SINH.
        pub status: String,
        /// A code of DM_LY_DO_THOI_HOC.
        pub leave_reason: Option<String>,
        /// What it shares with the enrolment at the other school.
        pub transfer: Option<base::Uuid>,
        /// Whether it stands beside another.
        pub beside: bool,
        /// To which school they were said to go.
        pub to_school: Option<UnitId>,
        /// What it is called, where Khuê does not know it.
        pub to_name: Option<String>,
        /// Its version.
        pub version: i64,
    }

    /// A stretch in a class.
    pub struct InClass {
        /// Of which enrolment.
        pub enrolment: EnrolmentId,
        /// Which class.
        pub class: ClassId,
        /// Its school year.
        pub year: SchoolYear,
        /// Its code.
        pub code: String,
        /// Its name.
        pub name: String,
        /// A code of DM_KHOI.
        pub grade: String,
        /// From this day.
        pub valid_from: Date,
        /// Until before this day.
        pub valid_to: Option<Date>,
        /// The place in the class.
        pub position: Option<i64>,
        /// In this grade once more.
        pub repeats: bool,
    }

    /// A stretch in a class, as it stands.
    pub struct Member {
        /// Which class.
        pub class: ClassId,
        /// From this day.
        pub valid_from: Date,
        /// Until before this day.
        pub valid_to: Option<Date>,
        /// The place in the class.
        pub position: Option<i64>,
        /// In this grade once more.
        pub repeats: bool,
    }

    /// The last stay of somebody at any school.
    pub struct Last {
        /// Where.
        pub school: UnitId,
        /// How they left.
        pub left_by: Option<String>,
        /// The transfer.
        pub transfer: Option<base::Uuid>,
        /// The first day after it.
        pub valid_to: Option<Date>,
        /// To which school they were said to go.
        pub to_school: Option<UnitId>,
        /// What it is called, where Khuê does not know it.
        pub to_name: Option<String>,
    }

    /// From where somebody came.
    pub struct CameFrom {
        /// Of which enrolment.
        pub enrolment: EnrolmentId,
        /// Which school.
        pub school: UnitId,
        /// Why: a code of DM_LY_DO_THOI_HOC.
        pub leave_reason: Option<String>,
        /// To which school they were said to go.
        pub to_school: Option<UnitId>,
        /// What it is called, where Khuê does not know it.
        pub to_name: Option<String>,
    }

    /// A row of the list.
    pub struct Listed {
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
        /// In which class.
        pub class: Option<ClassId>,
        /// What it is called.
        pub class_name: Option<String>,
        /// A code of DM_KHOI.
        pub grade: Option<String>,
        /// The place in the class.
        pub position: Option<i64>,
        /// A code of DM_TRANG_THAI_HOC_SINH.
        pub status: String,
        /// How they left.
        pub left_by: Option<String>,
        /// The first day.
        pub valid_from: Date,
        /// The first day after it.
        pub valid_to: Option<Date>,
        /// Its version.
        pub version: i64,
        /// Whether the person's record was merged with another, which is the one to show.
        pub is_merged: bool,
    }
}

/// Who is or was enrolled at a school (`?1`), with the class of a day (`?2`): the class they were in on it, or the last one
/// where they had left by then. `$hex` makes text of a sort key, `$five` five digits of a place.
macro_rules! listed {
    ($hex_class:literal, $hex_name:literal, $five:literal) => {
        concat!(
            "(SELECT e.school, e.id, e.person, p.full_name, p.birth, p.sex, p.ethnic_group, p.pupil_code, p.folded, p.sort_key,
               m.class, c.name AS class_name, c.grade, c.year, m.position, e.status, e.left_by, e.valid_from, e.valid_to, e.version,
               p.merged_into IS NOT NULL AS is_merged,
               ", $hex_class, " || '/' || ", $five, " || '/' || ", $hex_name, " AS class_order
             FROM enrolment e
             JOIN person p ON p.id = e.person
             LEFT JOIN class_member m ON m.school = e.school AND m.enrolment = e.id AND m.valid_from <= ?2
               AND (m.valid_to IS NULL OR m.valid_to > ?2
                 OR (e.valid_to <= ?2 AND m.valid_to = e.valid_to AND m.valid_from < m.valid_to))
             LEFT JOIN class c ON c.school = m.school AND c.id = m.class
             WHERE e.school = ?1) l"
        )
    };
}

const LISTED: List = List {
    name: "pupils",
    select: "l.id, l.person, l.full_name, l.birth, l.sex, l.ethnic_group, l.pupil_code, l.class, l.class_name, l.grade,
        l.position, l.status, l.left_by, l.valid_from, l.valid_to, l.version, l.is_merged",
    from: listed!(
        "CASE WHEN c.sort_key IS NULL THEN 'Z' ELSE hex(c.sort_key) END",
        "hex(p.sort_key)",
        "printf('%05d', COALESCE(m.position, 99999))"
    ),
    key: "l.id",
    columns: &[
        Column { name: "name", expr: "l.sort_key", ty: Type::Bytes, nullable: false, sorts: true, operators: &[] },
        Column { name: "class", expr: "l.class_order", ty: Type::Text, nullable: false, sorts: true, operators: &[] },
        Column { name: "birth", expr: "l.birth", ty: Type::Text, nullable: true, sorts: true, operators: &[] },
        Column { name: "from", expr: "l.valid_from", ty: Type::Date, nullable: false, sorts: true, operators: &[] },
    ],
};
const LISTED_POSTGRES: List = List {
    from: listed!(
        "COALESCE(encode(c.sort_key, 'hex'), 'z') COLLATE \"C\"",
        "encode(p.sort_key, 'hex') COLLATE \"C\"",
        "lpad(CAST(COALESCE(m.position, 99999) AS text), 5, '0')"
    ),
    ..LISTED
};

/// The list of a school's pupils (`?1`) as of a day (`?2`).
#[must_use]
pub const fn listed(dialect: Dialect) -> List {
    match dialect {
        Dialect::Sqlite => LISTED,
        Dialect::Postgres => LISTED_POSTGRES,
    }
}
