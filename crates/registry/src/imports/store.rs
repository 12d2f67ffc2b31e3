//! The SQL of imports.

use base::{Date, Instant, Uuid};

db::row! {
    /// An import.
    pub struct ImportRow {
        /// Which.
        pub id: Uuid,
        /// `ready`, `applying`, `done`, `failed`.
        pub state: String,
        /// What it says and what would be done.
        pub file: Uuid,
        /// Somebody new.
        pub fresh: i64,
        /// Something else is said.
        pub changed: i64,
        /// Nothing new.
        pub same: i64,
        /// A person decides.
        pub doubtful: i64,
        /// Kept out.
        pub refused: i64,
        /// Why it failed.
        pub problem: Option<String>,
        /// The job that applies it.
        pub job: Option<Uuid>,
        /// Who brought it.
        pub made_by: String,
        /// When.
        pub created_at: Instant,
        /// Its version.
        pub version: i64,
    }

    /// An import in a list.
    pub struct ListedRow {
        /// Which.
        pub id: Uuid,
        /// `ready`, `applying`, `done`, `failed`.
        pub state: String,
        /// Somebody new.
        pub fresh: i64,
        /// Something else is said.
        pub changed: i64,
        /// Nothing new.
        pub same: i64,
        /// A person decides.
        pub doubtful: i64,
        /// Kept out.
        pub refused: i64,
        /// Why it failed.
        pub problem: Option<String>,
        /// The job that applies it.
        pub job: Option<Uuid>,
        /// When.
        pub created_at: Instant,
        /// Its version.
        pub version: i64,
        /// What the file was called.
        pub name: String,
        /// What whoever brought it is called.
        pub by_name: Option<String>,
        /// When what it says is erased, or was.
        pub ends_at: Option<Instant>,
    }

    /// A pupil of a school.
    pub struct PupilRow {
        /// The enrolment.
        pub enrolment: Uuid,
        /// Its version.
        pub version: i64,
        /// Whether it is open.
        pub open: bool,
        /// Its status.
        pub status: String,
        /// Who.
        pub person: Uuid,
        /// The person's version.
        pub person_version: i64,
        /// The whole name.
        pub full_name: String,
        /// The folded name.
        pub folded: String,
        /// The birth.
        pub birth: Option<String>,
        /// The sex.
        pub sex: Option<String>,
        /// The ethnic group.
        pub ethnic_group: Option<String>,
        /// The ministry's code.
        pub pupil_code: Option<String>,
    }

    /// Somebody who works or worked at a school.
    pub struct StaffRow {
        /// The employment.
        pub employment: Uuid,
        /// Its version.
        pub version: i64,
        /// The first day.
        pub valid_from: Date,
        /// The first day after it.
        pub valid_to: Option<Date>,
        /// A code of DM_NHOM_CAN_BO.
        pub staff_group: Option<String>,
        /// A code of DM_LOAI_CAN_BO.
        pub position: Option<String>,
        /// A code of DM_HINH_THUC_HOP_DONG.
        pub contract: Option<String>,
        /// Who.
        pub person: Uuid,
        /// The person's version.
        pub person_version: i64,
        /// The whole name.
        pub full_name: String,
        /// The folded name.
        pub folded: String,
        /// The birth.
        pub birth: Option<String>,
        /// The sex.
        pub sex: Option<String>,
        /// The ethnic group.
        pub ethnic_group: Option<String>,
        /// The sector's code.
        pub staff_code: Option<String>,
    }

    /// A class of a school year.
    pub struct ClassRow {
        /// Which.
        pub id: Uuid,
        /// Its code.
        pub code: String,
        /// What it is called.
        pub name: String,
        /// Its grade.
        pub grade: String,
        /// Its version.
        pub version: i64,
    }

    /// A document of a pupil.
    pub struct DocRow {
        /// The enrolment.
        pub record: Uuid,
        /// The group.
        pub field_group: String,
        /// From when.
        pub valid_from: Date,
        /// Its JSON.
        pub plain: Option<String>,
        /// Its JSON encrypted.
        pub sealed: Option<Vec<u8>>,
    }

    /// A relative of a pupil.
    pub struct KinRow {
        /// Whose.
        pub child: Uuid,
        /// `father`, `mother`, `guardian`.
        pub relation: String,
        /// Who.
        pub relative: Uuid,
        /// Called.
        pub full_name: String,
        /// Born.
        pub birth: Option<String>,
        /// What they do.
        pub occupation: Option<String>,
    }
}

db::statements! {
    /// One more import.
    pub INSERT = "INSERT INTO import (school, id, state, file, fresh, changed, same, doubtful, refused, made_by, created_at, version,
          name, account)
        VALUES (?1, ?2, 'ready', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1, ?11, ?12)";
    /// One import.
    pub GET = "SELECT id, state, file, fresh, changed, same, doubtful, refused, problem, job, made_by, created_at, version
        FROM import WHERE school = ?1 AND id = ?2";
    /// The imports of a school, the last first.
    pub LIST = "SELECT i.id, i.state, i.fresh, i.changed, i.same, i.doubtful, i.refused, i.problem, i.job, i.created_at, i.version,
          i.name, a.display_name AS by_name, f.ends_at
        FROM import i JOIN file f ON f.id = i.file LEFT JOIN account a ON a.id = i.account
        WHERE i.school = ?1 ORDER BY i.id DESC NULLS LAST LIMIT 100";
    /// Takes one for change.
    pub TAKE = "UPDATE import SET version = version + 1 WHERE school = ?1 AND id = ?2 RETURNING version";
    /// What it says by now, in another file.
    pub RESTAGE = "UPDATE import SET file = ?3, fresh = ?4, changed = ?5, same = ?6, doubtful = ?7, refused = ?8
        WHERE school = ?1 AND id = ?2";
    /// Where it is.
    pub STATE = "UPDATE import SET state = ?3, problem = ?4 WHERE school = ?1 AND id = ?2";
    /// The job that applies it.
    pub JOB = "UPDATE import SET job = ?3 WHERE school = ?1 AND id = ?2";

    /// Somebody has a workbook read, or judged anew.
    pub ASKED = "INSERT INTO import_asked (id, account, what, at) VALUES (?1, ?2, ?3, ?4)";
    /// How often an account did since a moment, and when first.
    pub ASKED_SINCE = "SELECT count(*), min(at) FROM import_asked WHERE account = ?1 AND what = ?2 AND at > ?3";
    /// What was before is forgotten.
    pub ASKED_FORGET = "DELETE FROM import_asked WHERE account = ?1 AND what = ?2 AND at <= ?3";

    /// The school of a code today, or of an id.
    pub SCHOOL_OF_CODE = "SELECT c.unit FROM unit_code c JOIN unit u ON u.id = c.unit
        WHERE c.code = ?1 AND u.kind = 'school' AND c.valid_from <= ?2 AND (c.valid_to IS NULL OR c.valid_to > ?2)
        ORDER BY c.unit LIMIT 2";

    /// Every pupil whom a school has or had, those of open enrolments first.
    pub PUPILS = "SELECT e.id AS enrolment, e.version, e.valid_to IS NULL AS open, e.status, e.person,
          p.version AS person_version, p.full_name, p.folded, p.birth, p.sex, p.ethnic_group, p.pupil_code
        FROM enrolment e JOIN person p ON p.id = e.person WHERE e.school = ?1
        ORDER BY e.valid_to IS NOT NULL, e.valid_from DESC NULLS LAST, e.id NULLS LAST";
    /// What is closed about them.
    pub SECRETS = "SELECT s.person, s.what, s.n, s.sealed FROM enrolment e JOIN person_secret s ON s.person = e.person
        WHERE e.school = ?1 ORDER BY s.person NULLS LAST, s.what NULLS LAST, s.n NULLS LAST";
    /// The documents that the sheet's columns are kept in.
    pub DOCUMENTS = "SELECT d.record, d.field_group, d.valid_from, d.plain, d.sealed
        FROM enrolment e JOIN record_doc d ON d.school = e.school AND d.record = e.id
        WHERE e.school = ?1 AND e.valid_to IS NULL AND d.field_group IN ('pupil_address', 'pupil_papers', 'pupil_sheet')
          AND d.valid_from <= ?2 AND (d.valid_to IS NULL OR d.valid_to > ?2)
        ORDER BY d.record NULLS LAST, d.field_group NULLS LAST";
    /// Their relatives.
    pub KIN = "SELECT k.child, k.relation, k.relative, p.full_name, p.birth, k.occupation
        FROM kinship k JOIN person p ON p.id = k.relative WHERE k.school = ?1
        ORDER BY k.child NULLS LAST, k.relation NULLS LAST";
    /// The classes of a school year.
    pub CLASSES = "SELECT id, code, name, grade, version FROM class WHERE school = ?1 AND year = ?2
        ORDER BY sort_key NULLS LAST, id NULLS LAST";
    /// Everybody who works or worked at a school, those who do first.
    pub STAFF = "SELECT e.id AS employment, e.version, e.valid_from, e.valid_to, e.staff_group, e.position, e.contract, e.person,
          p.version AS person_version, p.full_name, p.folded, p.birth, p.sex, p.ethnic_group, p.staff_code
        FROM employment e JOIN person p ON p.id = e.person WHERE e.school = ?1
        ORDER BY e.valid_to IS NOT NULL, e.valid_from DESC NULLS LAST, e.id NULLS LAST";
    /// What is closed about them.
    pub STAFF_SECRETS = "SELECT s.person, s.what, s.n, s.sealed FROM employment e JOIN person_secret s ON s.person = e.person
        WHERE e.school = ?1 ORDER BY s.person NULLS LAST, s.what NULLS LAST, s.n NULLS LAST";
    /// The documents of a sort of records that columns of a list are kept in: of staff, or of classes.
    pub RECORD_DOCUMENTS = "SELECT d.record, d.field_group, d.valid_from, d.plain, d.sealed FROM record_doc d
        WHERE d.school = ?1 AND d.field_group IN ('staff_job', 'staff_teaching', 'staff_qualification', 'class_identity')
          AND d.valid_from <= ?2 AND (d.valid_to IS NULL OR d.valid_to > ?2)
        ORDER BY d.record NULLS LAST, d.field_group NULLS LAST";
    /// Who is in which class on a day.
    pub MEMBERS = "SELECT enrolment, class, valid_from FROM class_member
        WHERE school = ?1 AND valid_from <= ?2 AND (valid_to IS NULL OR valid_to > ?2)
        ORDER BY enrolment NULLS LAST, class NULLS LAST";
    /// The versions of a school's pupils.
    pub VERSIONS = "SELECT e.person, p.version, e.id, e.version FROM enrolment e JOIN person p ON p.id = e.person
        WHERE e.school = ?1 AND e.valid_to IS NULL ORDER BY e.id NULLS LAST";
    /// The version of one person, and whether they are enrolled somewhere.
    pub PERSON_NOW = "SELECT p.version, e.id FROM person p LEFT JOIN enrolment e ON e.person = p.id AND e.valid_to IS NULL
          AND NOT e.beside
        WHERE p.id = ?1";

    /// Who somebody is, corrected.
    pub PERSON_SET = "UPDATE person SET full_name = ?2, family = ?3, middle = ?4, given = ?5, folded = ?6, sort_key = ?7,
          birth = ?8, sex = ?9, ethnic_group = ?10, pupil_code = ?11, verified = 'no', verified_by = NULL,
          verified_on = NULL, version = version + 1
        WHERE id = ?1";
    /// An enrolment's status.
    pub ENROLMENT_SET = "UPDATE enrolment SET status = ?3, version = version + 1 WHERE school = ?1 AND id = ?2";
    /// Takes the values of one sort away, to be written anew.
    pub SECRETS_DROP = "DELETE FROM person_secret WHERE person = ?1 AND what = ?2";
    /// Ends being in a class.
    pub MEMBER_CUT = "UPDATE class_member SET valid_to = ?5 WHERE school = ?1 AND class = ?2 AND enrolment = ?3 AND valid_from = ?4";
    /// Takes away being in a class that began the same day.
    pub MEMBER_DROP = "DELETE FROM class_member WHERE school = ?1 AND class = ?2 AND enrolment = ?3 AND valid_from = ?4";
    /// A document that says something else from the day on that it began.
    pub DOC_REPLACE = "UPDATE record_doc SET plain = ?5, sealed = ?6, version = version + 1
        WHERE school = ?1 AND record = ?2 AND field_group = ?3 AND valid_from = ?4";
    /// Ends a document.
    pub DOC_CUT = "UPDATE record_doc SET valid_to = ?5, version = version + 1
        WHERE school = ?1 AND record = ?2 AND field_group = ?3 AND valid_from = ?4";
    /// Somebody is a relative; whoever was told before is no longer.
    pub KIN_PUT = "INSERT INTO kinship (school, child, relation, relative, occupation, version) VALUES (?1, ?2, ?3, ?4, ?5, 1)
        ON CONFLICT (school, child, relation) DO UPDATE SET relative = excluded.relative,
          occupation = excluded.occupation, version = kinship.version + 1";
    /// A school holds something about a relative from a day on.
    pub HELD = "INSERT INTO person_unit (unit, person, kind, valid_from) VALUES (?1, ?2, 'guardian', ?3)
        ON CONFLICT (unit, person, kind, valid_from) DO UPDATE SET valid_to = NULL";
    /// It does no longer when they are nobody's relative there.
    pub HELD_END = "UPDATE person_unit SET valid_to = ?3
        WHERE unit = ?1 AND person = ?2 AND kind = 'guardian' AND valid_to IS NULL
          AND NOT EXISTS (SELECT 1 FROM kinship k WHERE k.relative = ?2 AND k.school = ?1)";
}

fn places(n: usize) -> String {
    (1..=n).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ")
}

/// Who has one of so many personal numbers, by their digests, and where they are enrolled.
#[must_use]
pub fn outside(column: &str, n: usize) -> String {
    format!(
        "SELECT s.digest, NULL AS code, p.id, p.version, p.folded, p.birth, e.school
         FROM person_secret s JOIN person p ON p.id = s.person
         LEFT JOIN enrolment e ON e.person = p.id AND e.valid_to IS NULL
         WHERE s.what = 'personal_number' AND {column} IN ({}) ORDER BY p.id NULLS LAST, e.school NULLS LAST",
        places(n)
    )
}

/// Who has one of so many codes of the ministry, and where they are enrolled.
#[must_use]
pub fn outside_coded(n: usize) -> String {
    format!(
        "SELECT NULL AS digest, p.pupil_code AS code, p.id, p.version, p.folded, p.birth, e.school
         FROM person p LEFT JOIN enrolment e ON e.person = p.id AND e.valid_to IS NULL
         WHERE p.pupil_code IN ({}) ORDER BY p.id NULLS LAST, e.school NULLS LAST",
        places(n)
    )
}

/// Who has one of so many personal numbers, by their digests, and where they work on a day, the last parameter.
#[must_use]
pub fn outside_staff(column: &str, n: usize) -> String {
    format!(
        "SELECT s.digest, NULL AS code, p.id, p.version, p.folded, p.birth, e.school
         FROM person_secret s JOIN person p ON p.id = s.person
         LEFT JOIN employment e ON e.person = p.id AND (e.valid_to IS NULL OR e.valid_to > ?{})
         WHERE s.what = 'personal_number' AND {column} IN ({}) ORDER BY p.id NULLS LAST, e.school NULLS LAST",
        n + 1,
        places(n)
    )
}

/// Who has one of so many codes of staff, and where they work on a day, the last parameter.
#[must_use]
pub fn outside_staff_coded(n: usize) -> String {
    format!(
        "SELECT NULL AS digest, p.staff_code AS code, p.id, p.version, p.folded, p.birth, e.school
         FROM person p LEFT JOIN employment e ON e.person = p.id AND (e.valid_to IS NULL OR e.valid_to > ?{})
         WHERE p.staff_code IN ({}) ORDER BY p.id NULLS LAST, e.school NULLS LAST",
        n + 1,
        places(n)
    )
}
