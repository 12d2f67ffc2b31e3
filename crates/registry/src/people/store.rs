//! The SQL of people.

use base::PersonId;

/// People as the door locks them.
pub const PERSON: db::Noun =
    db::Noun { table: "person", missing: &super::PERSON_NOT_FOUND, missing_sentence: super::PERSON_NOT_FOUND_SENTENCE };

db::statements! {
    /// One person.
    pub OF = "SELECT id, full_name, family, middle, given, birth, sex, nationality, ethnic_group, pupil_code, staff_code,
          verified, version
        FROM person WHERE id = ?1";
    /// One more person.
    pub INSERT = "INSERT INTO person (id, full_name, family, middle, given, folded, sort_key, birth, sex, nationality,
          ethnic_group, pupil_code, staff_code, verified, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 'no', 1)";
    /// Who they are, corrected. What the population database said of other values says nothing of these.
    pub SET = "UPDATE person SET full_name = ?2, family = ?3, middle = ?4, given = ?5, folded = ?6, sort_key = ?7, birth = ?8,
          sex = ?9, nationality = ?10, ethnic_group = ?11, pupil_code = ?12, staff_code = ?13,
          verified = 'no', verified_by = NULL, verified_on = NULL
        WHERE id = ?1";
    /// Who has a pupil's code.
    pub OF_PUPIL_CODE = "SELECT id FROM person WHERE pupil_code = ?1 ORDER BY id LIMIT 20";
    /// Who has a code of staff.
    pub OF_STAFF_CODE = "SELECT id FROM person WHERE staff_code = ?1 ORDER BY id LIMIT 20";
    /// Whether a unit holds something about a person, now or formerly.
    pub HELD = "SELECT kind FROM person_unit WHERE person = ?2 AND unit = ?1 ORDER BY kind LIMIT 1";

    /// The values of a person.
    pub SECRETS = "SELECT person, what, n, sealed FROM person_secret WHERE person = ?1 ORDER BY person, what, n";
    /// The values of one sort that a person has.
    pub SECRETS_OF_SORT = "SELECT n, digest, sealed FROM person_secret WHERE person = ?1 AND what = ?2 ORDER BY n";
    /// Keeps one.
    pub SECRET_PUT = "INSERT INTO person_secret (person, what, n, digest, sealed) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (person, what, n) DO UPDATE SET digest = excluded.digest, sealed = excluded.sealed";
    /// Takes one away.
    pub SECRET_DROP = "DELETE FROM person_secret WHERE person = ?1 AND what = ?2 AND n = ?3";
    /// Who has a value.
    pub SECRET_OF = "SELECT person FROM person_secret WHERE digest = ?1 AND what = ?2 ORDER BY person LIMIT 20";
    /// Values that another key encrypted, after a place in their order.
    pub SECRET_OLD_KEY = "SELECT person, what, n, sealed FROM person_secret
        WHERE (person, what, n) > (?1, ?2, ?3) AND substr(sealed, 1, 4) <> ?4
        ORDER BY person NULLS LAST, what NULLS LAST, n NULLS LAST LIMIT ?5";
    /// One, encrypted anew and found by the new key.
    pub SECRET_NEW_KEY = "UPDATE person_secret SET sealed = ?4, digest = ?5 WHERE person = ?1 AND what = ?2 AND n = ?3";

    /// The relatives of a child, as a school was told.
    pub KIN = "SELECT k.relation, k.relative, p.full_name, p.birth, k.occupation, k.version
        FROM kinship k JOIN person p ON p.id = k.relative
        WHERE k.school = ?1 AND k.child = ?2 ORDER BY k.relation";
    /// Somebody is a relative; whoever was told before is no longer.
    pub KIN_PUT = "INSERT INTO kinship (school, child, relation, relative, occupation, version) VALUES (?1, ?2, ?3, ?4, ?5, 1)
        ON CONFLICT (school, child, relation) DO UPDATE SET relative = excluded.relative,
          occupation = excluded.occupation, version = kinship.version + 1";
    /// They are none.
    pub KIN_DROP = "DELETE FROM kinship WHERE school = ?1 AND child = ?2 AND relation = ?3";
    /// Relatives that a school knows, by their folded name and the years of their birth.
    pub KIN_BORN = "SELECT DISTINCT p.id, p.full_name FROM person p CROSS JOIN kinship k
        WHERE p.folded = ?2 AND p.birth >= ?3 AND p.birth < ?4 AND k.relative = p.id AND k.school = ?1
        ORDER BY p.id LIMIT 20";
    /// Relatives that a school knows, by a value and their folded name.
    pub KIN_WITH = "SELECT DISTINCT p.id, p.full_name FROM person_secret s CROSS JOIN person p CROSS JOIN kinship k
        WHERE s.digest = ?2 AND s.what = ?3 AND p.id = s.person AND p.folded = ?4 AND k.relative = p.id AND k.school = ?1
        ORDER BY p.id LIMIT 20";

    /// What a school held about a pupil is read anew from its enrolments.
    pub HELD_PUPIL_DROP = "DELETE FROM person_unit WHERE person = ?2 AND unit = ?1 AND kind = 'pupil'";
    /// A stretch for each first day of an enrolment.
    pub HELD_PUPIL_PUT = "INSERT INTO person_unit (unit, person, kind, valid_from, valid_to)
        SELECT e.school, e.person, 'pupil', e.valid_from,
          CASE WHEN count(*) > count(e.valid_to) THEN NULL ELSE max(e.valid_to) END
        FROM enrolment e WHERE e.person = ?2 AND e.school = ?1 GROUP BY e.school, e.person, e.valid_from";
    /// A school holds something about a relative from a day on, unless it does already or they are none.
    pub HELD_GUARDIAN_BEGIN = "INSERT INTO person_unit (unit, person, kind, valid_from, valid_to)
        SELECT CAST(?1 AS {uuid}), CAST(?2 AS {uuid}), 'guardian', CAST(?3 AS {date}), NULL
        WHERE NOT EXISTS (SELECT 1 FROM person_unit h
          WHERE h.unit = ?1 AND h.person = ?2 AND h.kind = 'guardian' AND h.valid_to IS NULL)
          AND EXISTS (SELECT 1 FROM kinship k WHERE k.relative = ?2 AND k.school = ?1)
        ON CONFLICT (unit, person, kind, valid_from) DO UPDATE SET valid_to = NULL";
    /// It does no longer when they are nobody's relative there.
    pub HELD_GUARDIAN_END = "UPDATE person_unit SET valid_to = ?3
        WHERE unit = ?1 AND person = ?2 AND kind = 'guardian' AND valid_to IS NULL
          AND NOT EXISTS (SELECT 1 FROM kinship k WHERE k.relative = ?2 AND k.school = ?1)";
}

db::row! {
    /// A person.
    pub struct PersonRow {
        /// Which.
        pub id: PersonId,
        /// The whole name.
        pub full_name: String,
        /// Family name.
        pub family: String,
        /// Middle name.
        pub middle: String,
        /// Given name.
        pub given: String,
        /// The text of what is known of the birth.
        pub birth: Option<String>,
        /// A code of DM_GIOI_TINH.
        pub sex: Option<String>,
        /// A code of DM_NUOC.
        pub nationality: Option<String>,
        /// A code of DM_DAN_TOC.
        pub ethnic_group: Option<String>,
        /// The sector's code of a pupil.
        pub pupil_code: Option<String>,
        /// The sector's code of staff.
        pub staff_code: Option<String>,
        /// What the population database said: `no`, `yes`, `differs`.
        pub verified: String,
        /// Its version.
        pub version: i64,
    }

    /// A relative, as a school was told.
    pub struct KinRow {
        /// `father`, `mother`, `guardian`.
        pub relation: String,
        /// Who.
        pub relative: PersonId,
        /// Called.
        pub full_name: String,
        /// Born.
        pub birth: Option<String>,
        /// What they do.
        pub occupation: Option<String>,
        /// The kinship's version.
        pub version: i64,
    }
}
