//! The SQL of staff.

use base::{AccountId, ClassId, Date, EmploymentId, PersonId, UnitId};
use db::list::{Column, List, Type};

db::statements! {
    /// An account's own records at a school on a day.
    pub OWN = "SELECT id FROM employment WHERE account = ?1 AND school = ?2 AND valid_from <= ?3
        AND (valid_to IS NULL OR valid_to > ?3) ORDER BY id";
    /// One employment as it stands.
    pub OF = "SELECT id, person, valid_from, valid_to, status, staff_group, position, contract, account, version
        FROM employment WHERE school = ?1 AND id = ?2";
    /// The employments of a person at a school, the last first.
    pub OF_PERSON = "SELECT id, person, valid_from, valid_to, status, staff_group, position, contract, account, version
        FROM employment WHERE person = ?2 AND school = ?1 ORDER BY valid_from DESC, id DESC";
    /// What a person was at a school before, the last first.
    pub FORMER_OF_PERSON = "SELECT f.employment, f.valid_from, f.valid_to, f.staff_group, f.position, f.contract
        FROM employment e JOIN former_position f ON f.school = e.school AND f.employment = e.id
        WHERE e.person = ?2 AND e.school = ?1 ORDER BY f.valid_from DESC, f.employment";
    /// What somebody was before, the first first.
    pub FORMER = "SELECT employment, valid_from, valid_to, staff_group, position, contract FROM former_position
        WHERE school = ?1 AND employment = ?2 ORDER BY valid_from";
    /// One more stretch that is over.
    pub FORMER_INSERT = "INSERT INTO former_position (school, employment, valid_from, valid_to, staff_group, position, contract)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    /// Takes the stretches that are over away, to be written anew.
    pub FORMER_DROP = "DELETE FROM former_position WHERE school = ?1 AND employment = ?2";
    /// One more employment; nothing happens when the person works there already.
    pub INSERT = "INSERT INTO employment (school, id, person, valid_from, status, staff_group, position, contract, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1) ON CONFLICT (school, person) WHERE valid_to IS NULL DO NOTHING";
    /// An employment is taken for change.
    pub TAKE = "UPDATE employment SET version = version + 1 WHERE school = ?1 AND id = ?2 RETURNING version";
    /// Its days and how it stands.
    pub SET_DAYS = "UPDATE employment SET valid_from = ?3, valid_to = ?4, status = ?5 WHERE school = ?1 AND id = ?2";
    /// What somebody is now.
    pub SET_POSITION = "UPDATE employment SET staff_group = ?3, position = ?4, contract = ?5 WHERE school = ?1 AND id = ?2";
    /// How somebody stands.
    pub SET_STATUS = "UPDATE employment SET status = ?3 WHERE school = ?1 AND id = ?2";
    /// Whose account it is.
    pub SET_ACCOUNT = "UPDATE employment SET account = ?3 WHERE school = ?1 AND id = ?2";
    /// Whether an account stands for somebody else on a day or later.
    pub ACCOUNT_OF_ANOTHER = "SELECT id FROM employment WHERE account = ?1 AND person <> ?2
        AND (valid_to IS NULL OR valid_to > ?3) ORDER BY id LIMIT 1";
    /// Where else a person works on a day.
    pub ELSEWHERE = "SELECT school FROM employment WHERE person = ?1 AND school <> ?2 AND valid_from <= ?3
        AND (valid_to IS NULL OR valid_to > ?3) ORDER BY school, id LIMIT 1";
    /// People at a school of the same folded name and birth.
    pub ALIKE = "SELECT e.id FROM person p CROSS JOIN employment e
        WHERE p.folded = ?2 AND p.birth = ?3 AND e.person = p.id AND e.school = ?1 AND e.valid_to IS NULL ORDER BY e.id LIMIT 1";

    /// When somebody first leads or teaches a class.
    pub FIRST_CLASS = "SELECT valid_from FROM homeroom WHERE school = ?1 AND employment = ?2
        UNION ALL SELECT valid_from FROM teaching WHERE school = ?1 AND employment = ?2
        ORDER BY valid_from NULLS LAST LIMIT 1";
    /// Somebody leads no class from a day on.
    pub HOMEROOM_CUT = "UPDATE homeroom SET valid_to = ?3
        WHERE school = ?1 AND employment = ?2 AND valid_from < ?3 AND (valid_to IS NULL OR valid_to > ?3)";
    /// What was to begin then does not.
    pub HOMEROOM_DROP = "DELETE FROM homeroom WHERE school = ?1 AND employment = ?2 AND valid_from >= ?3";
    /// Somebody teaches nothing from a day on.
    pub TEACHING_CUT = "UPDATE teaching SET valid_to = ?3, version = version + 1
        WHERE school = ?1 AND employment = ?2 AND valid_from < ?3 AND (valid_to IS NULL OR valid_to > ?3)";
    /// What was to begin then does not.
    pub TEACHING_DROP = "DELETE FROM teaching WHERE school = ?1 AND employment = ?2 AND valid_from >= ?3";

    /// The classes that a person led at a school, the last first.
    pub LED = "SELECT h.employment, h.class, c.year, c.code, c.name, h.valid_from, h.valid_to FROM employment e
        JOIN homeroom h ON h.school = e.school AND h.employment = e.id JOIN class c ON c.school = h.school AND c.id = h.class
        WHERE e.person = ?2 AND e.school = ?1 ORDER BY h.valid_from DESC, h.class";
    /// Which classes are led by whom at a school on a day.
    pub LEADERS = "SELECT h.employment, h.class, c.year, c.code, c.name, h.valid_from, h.valid_to FROM homeroom h
        JOIN class c ON c.school = h.school AND c.id = h.class
        WHERE h.school = ?1 AND h.valid_from <= ?2 AND (h.valid_to IS NULL OR h.valid_to > ?2) ORDER BY c.sort_key, h.class";

    /// Who works at a school on a day, in the order of names, as what they are then.
    pub EXPORTED = "SELECT e.id, e.person, p.full_name, p.birth, p.sex, p.ethnic_group, p.staff_code,
          CASE WHEN f.school IS NULL THEN e.staff_group ELSE f.staff_group END AS staff_group,
          CASE WHEN f.school IS NULL THEN e.position ELSE f.position END AS position,
          CASE WHEN f.school IS NULL THEN e.contract ELSE f.contract END AS contract
        FROM employment e JOIN person p ON p.id = e.person
        LEFT JOIN former_position f ON f.school = e.school AND f.employment = e.id AND f.valid_from <= ?2 AND f.valid_to > ?2
        WHERE e.school = ?1 AND e.valid_from <= ?2 AND (e.valid_to IS NULL OR e.valid_to > ?2) ORDER BY p.sort_key, e.id";
    /// What is kept under lock of them.
    pub SECRETS = "SELECT s.person, s.what, s.n, s.sealed FROM employment e JOIN person_secret s ON s.person = e.person
        WHERE e.school = ?1 AND e.valid_from <= ?2 AND (e.valid_to IS NULL OR e.valid_to > ?2)
        ORDER BY s.person, s.what, s.n";

    /// What a school held about somebody who works there is read anew from the employments.
    pub HELD_DROP = "DELETE FROM person_unit WHERE person = ?2 AND unit = ?1 AND kind = 'staff'";
    /// A stretch for each first day of an employment.
    pub HELD_PUT = "INSERT INTO person_unit (unit, person, kind, valid_from, valid_to)
        SELECT e.school, e.person, 'staff', e.valid_from,
          CASE WHEN count(*) > count(e.valid_to) THEN NULL ELSE max(e.valid_to) END
        FROM employment e WHERE e.person = ?2 AND e.school = ?1 GROUP BY e.school, e.person, e.valid_from";
}

db::row! {
    /// An employment.
    pub struct Employment {
        /// Which.
        pub id: EmploymentId,
        /// Who.
        pub person: PersonId,
        /// The first day.
        pub valid_from: Date,
        /// The first day after it.
        pub valid_to: Option<Date>,
        /// A code of DM_TRANG_THAI_CAN_BO.
        pub status: String,
        /// A code of DM_NHOM_CAN_BO.
        pub staff_group: Option<String>,
        /// A code of DM_LOAI_CAN_BO.
        pub position: Option<String>,
        /// A code of DM_HINH_THUC_HOP_DONG.
        pub contract: Option<String>,
        /// Whose account.
        pub account: Option<AccountId>,
        /// Its version.
        pub version: i64,
    }

    /// What somebody was for a while.
    pub struct Former {
        /// Of which employment.
        pub employment: EmploymentId,
        /// From this day.
        pub valid_from: Date,
        /// Until before this day.
        pub valid_to: Date,
        /// A code of DM_NHOM_CAN_BO.
        pub staff_group: Option<String>,
        /// A code of DM_LOAI_CAN_BO.
        pub position: Option<String>,
        /// A code of DM_HINH_THUC_HOP_DONG.
        pub contract: Option<String>,
    }

    /// A class that somebody led.
    pub struct Led {
        /// By which employment.
        pub employment: EmploymentId,
        /// Which class.
        pub class: ClassId,
        /// Its school year.
        pub year: base::SchoolYear,
        /// Its code.
        pub code: String,
        /// Its name.
        pub name: String,
        /// From this day.
        pub valid_from: Date,
        /// Until before this day.
        pub valid_to: Option<Date>,
    }

    /// Where somebody works.
    pub struct At {
        /// Which school.
        pub school: UnitId,
    }

    /// Somebody in a file.
    pub struct Exported {
        /// Whose employment.
        pub id: EmploymentId,
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
        pub staff_code: Option<String>,
        /// A code of DM_NHOM_CAN_BO.
        pub staff_group: Option<String>,
        /// A code of DM_LOAI_CAN_BO.
        pub position: Option<String>,
        /// A code of DM_HINH_THUC_HOP_DONG.
        pub contract: Option<String>,
    }

    /// A row of the list.
    pub struct Listed {
        /// Whose employment.
        pub id: EmploymentId,
        /// Who.
        pub person: PersonId,
        /// Called.
        pub full_name: String,
        /// Born.
        pub birth: Option<String>,
        /// A code of DM_GIOI_TINH.
        pub sex: Option<String>,
        /// The sector's code.
        pub staff_code: Option<String>,
        /// A code of DM_NHOM_CAN_BO.
        pub staff_group: Option<String>,
        /// A code of DM_LOAI_CAN_BO.
        pub position: Option<String>,
        /// A code of DM_HINH_THUC_HOP_DONG.
        pub contract: Option<String>,
        /// A code of DM_TRANG_THAI_CAN_BO.
        pub status: String,
        /// The first day.
        pub valid_from: Date,
        /// The first day after it.
        pub valid_to: Option<Date>,
        /// Whether an account is theirs.
        pub has_account: bool,
        /// Its version.
        pub version: i64,
        /// Whether the person's record was merged with another, which is the one to show.
        pub is_merged: bool,
    }
}

/// The list of who works or worked at a school (`?1`), as what they were on a day (`?2`).
pub const LISTED: List = List {
    name: "staff",
    select: "l.id, l.person, l.full_name, l.birth, l.sex, l.staff_code, l.staff_group, l.position, l.contract, l.status,
        l.valid_from, l.valid_to, l.has_account, l.version, l.is_merged",
    from: "(SELECT e.id, e.person, p.full_name, p.birth, p.sex, p.staff_code, p.folded, p.sort_key, e.status,
           CASE WHEN f.school IS NULL THEN e.staff_group ELSE f.staff_group END AS staff_group,
           CASE WHEN f.school IS NULL THEN e.position ELSE f.position END AS position,
           CASE WHEN f.school IS NULL THEN e.contract ELSE f.contract END AS contract,
           e.valid_from, e.valid_to, e.account IS NOT NULL AS has_account, e.version,
           p.merged_into IS NOT NULL AS is_merged
         FROM employment e JOIN person p ON p.id = e.person
         LEFT JOIN former_position f ON f.school = e.school AND f.employment = e.id AND f.valid_from <= ?2 AND f.valid_to > ?2
         WHERE e.school = ?1) l",
    key: "l.id",
    columns: &[
        Column { name: "name", expr: "l.sort_key", ty: Type::Bytes, nullable: false, sorts: true, operators: &[] },
        Column { name: "birth", expr: "l.birth", ty: Type::Text, nullable: true, sorts: true, operators: &[] },
        Column { name: "from", expr: "l.valid_from", ty: Type::Date, nullable: false, sorts: true, operators: &[] },
    ],
};
