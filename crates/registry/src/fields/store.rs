//! The SQL of field documents and parts, and of finding and taking the records they belong to.

use base::{Date, Uuid};

db::statements! {
    /// A school, for its fields.
    pub SCHOOL = "SELECT id, NULL AS person, version FROM unit WHERE id = ?1 AND kind = 'school'";
    /// A class of a school.
    pub CLASS = "SELECT id, NULL AS person, version FROM class WHERE school = ?1 AND id = ?2";
    /// A pupil at a school.
    pub ENROLMENT = "SELECT id, person, version FROM enrolment WHERE school = ?1 AND id = ?2";
    /// Somebody who works at a school.
    pub EMPLOYMENT = "SELECT id, person, version FROM employment WHERE school = ?1 AND id = ?2";
    /// Takes a class for change.
    pub TAKE_CLASS = "UPDATE class SET version = version + 1 WHERE school = ?1 AND id = ?2 RETURNING version";
    /// Takes a pupil's record for change.
    pub TAKE_ENROLMENT = "UPDATE enrolment SET version = version + 1 WHERE school = ?1 AND id = ?2 RETURNING version";
    /// Takes a record of staff for change.
    pub TAKE_EMPLOYMENT = "UPDATE employment SET version = version + 1 WHERE school = ?1 AND id = ?2 RETURNING version";
    /// The class of a pupil on a day.
    pub CLASS_OF = "SELECT class FROM class_member WHERE school = ?1 AND enrolment = ?2 AND valid_from <= ?3
          AND (valid_to IS NULL OR valid_to > ?3) ORDER BY valid_from DESC, class LIMIT 1";

    /// The documents of a record as of a day.
    pub DOCS = "SELECT field_group, valid_from, valid_to, plain, sealed FROM record_doc
        WHERE school = ?1 AND record = ?2 AND valid_from <= ?3 AND (valid_to IS NULL OR valid_to > ?3)
        ORDER BY field_group";
    /// All documents of one group of a record, in their order.
    pub DOC_HISTORY = "SELECT field_group, valid_from, valid_to, plain, sealed FROM record_doc
        WHERE school = ?1 AND record = ?2 AND field_group = ?3 ORDER BY valid_from";
    /// One more document.
    pub DOC_INSERT = "INSERT INTO record_doc (school, record, field_group, valid_from, valid_to, plain, sealed, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)";
    /// Replaces a document that began on the same day.
    pub DOC_REPLACE = "UPDATE record_doc SET plain = ?5, sealed = ?6, version = version + 1
        WHERE school = ?1 AND record = ?2 AND field_group = ?3 AND valid_from = ?4";
    /// Ends a document.
    pub DOC_CUT = "UPDATE record_doc SET valid_to = ?5, version = version + 1
        WHERE school = ?1 AND record = ?2 AND field_group = ?3 AND valid_from = ?4";
    /// Takes a document away that began on the same day and says nothing any more.
    pub DOC_DROP = "DELETE FROM record_doc WHERE school = ?1 AND record = ?2 AND field_group = ?3 AND valid_from = ?4";

    /// Documents that another key encrypted.
    pub DOC_OLD_KEY = "SELECT school, record, field_group, valid_from, sealed FROM record_doc
        WHERE (school, record, field_group, valid_from) > (?1, ?2, ?3, ?4) AND substr(sealed, 1, 4) <> ?5
        ORDER BY school NULLS LAST, record NULLS LAST, field_group NULLS LAST, valid_from NULLS LAST LIMIT ?6";
    /// One, encrypted anew.
    pub DOC_NEW_KEY = "UPDATE record_doc SET sealed = ?5
        WHERE school = ?1 AND record = ?2 AND field_group = ?3 AND valid_from = ?4";
    /// Parts that another key encrypted.
    pub PART_OLD_KEY = "SELECT school, record, kind, id, sealed FROM record_part
        WHERE (school, record, kind, id) > (?1, ?2, ?3, ?4) AND substr(sealed, 1, 4) <> ?5
        ORDER BY school NULLS LAST, record NULLS LAST, kind NULLS LAST, id NULLS LAST LIMIT ?6";
    /// One, encrypted anew.
    pub PART_NEW_KEY = "UPDATE record_part SET sealed = ?5 WHERE school = ?1 AND record = ?2 AND kind = ?3 AND id = ?4";

    /// The parts of a record, of all kinds, each kind in its order.
    pub PARTS = "SELECT id, kind, n, plain, sealed FROM record_part WHERE school = ?1 AND record = ?2
        ORDER BY kind, n, id";
    /// One more part.
    pub PART_INSERT = "INSERT INTO record_part (school, record, kind, id, n, plain, sealed, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)";
    /// A part says something else.
    pub PART_SET = "UPDATE record_part SET plain = ?5, sealed = ?6, version = version + 1
        WHERE school = ?1 AND record = ?2 AND kind = ?3 AND id = ?4";
    /// Where a part stands among its like.
    pub PART_MOVE = "UPDATE record_part SET n = ?5, version = version + 1
        WHERE school = ?1 AND record = ?2 AND kind = ?3 AND id = ?4";
    /// Takes a part away.
    pub PART_DROP = "DELETE FROM record_part WHERE school = ?1 AND record = ?2 AND kind = ?3 AND id = ?4";
}

db::row! {
    /// A record that was found.
    pub struct Found {
        /// Which.
        pub id: Uuid,
        /// Whose life.
        pub person: Option<Uuid>,
        /// Its version.
        pub version: i64,
    }

    /// A document as it is stored.
    pub struct DocRow {
        /// Of which group.
        pub field_group: String,
        /// From this day.
        pub valid_from: Date,
        /// Until before this day.
        pub valid_to: Option<Date>,
        /// Its JSON, where the group is basic.
        pub plain: Option<String>,
        /// Its JSON encrypted, where it is not.
        pub sealed: Option<Vec<u8>>,
    }

    /// A part as it is stored.
    pub struct PartRow {
        /// Which.
        pub id: Uuid,
        /// Of which kind.
        pub kind: String,
        /// Its place.
        pub n: i64,
        /// Its JSON, where the kind is basic.
        pub plain: Option<String>,
        /// Its JSON encrypted, where it is not.
        pub sealed: Option<Vec<u8>>,
    }
}
