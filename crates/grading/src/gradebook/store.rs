//! The SQL of gradebooks.

use base::{EnrolmentId, Instant, Uuid};
use db::BulkInto;

db::statements! {
    /// A gradebook of a class.
    pub OF = "SELECT id, state, version FROM gradebook WHERE school = ?1 AND class = ?2 AND subject = ?3 AND semester = ?4";
    /// Those of a class in a semester.
    pub OF_CLASS = "SELECT subject, id, state, version FROM gradebook WHERE school = ?1 AND class = ?2 AND semester = ?3
        ORDER BY subject";
    /// One more, if nobody made it meanwhile.
    pub INSERT = "INSERT INTO gradebook (school, id, class, subject, semester, state, version)
        VALUES (?1, ?2, ?3, ?4, ?5, 'open', 0) ON CONFLICT (school, class, subject, semester) DO NOTHING";
    /// It is taken for change: others wait.
    pub TAKE = "UPDATE gradebook SET version = version + 1 WHERE school = ?1 AND id = ?2 RETURNING state, version";
    /// Where it stands.
    pub STATE = "UPDATE gradebook SET state = ?3 WHERE school = ?1 AND id = ?2";
    /// The rows of a gradebook.
    pub ROWS = "SELECT pupil, cells FROM mark WHERE school = ?1 AND gradebook = ?2 ORDER BY pupil";
    /// The rows of the gradebooks of a class in a semester.
    pub ROWS_OF_CLASS = "SELECT g.subject, m.pupil, m.cells FROM gradebook g
        JOIN mark m ON m.school = g.school AND m.gradebook = g.id
        WHERE g.school = ?1 AND g.class = ?2 AND g.semester = ?3 ORDER BY g.subject, m.pupil";
    /// Who wrote marks of a gradebook, the last first.
    pub WRITTEN = "SELECT e.id, e.actor, e.at, p.body FROM journal_entry e LEFT JOIN journal_payload p ON p.row = e.row
        WHERE e.subject = ?1 AND e.kind = 'marks.entered' ORDER BY e.at DESC, e.row DESC LIMIT 100";
}

db::row! {
    /// A gradebook.
    pub struct BookRow {
        /// Which.
        pub id: Uuid,
        /// `open`, `submitted`, `locked`.
        pub state: String,
        /// Its version.
        pub version: i64,
    }

    /// One of those of a class.
    pub struct OfClass {
        /// Of which subject.
        pub subject: String,
        /// Which.
        pub id: Uuid,
        /// `open`, `submitted`, `locked`.
        pub state: String,
        /// Its version.
        pub version: i64,
    }

    /// A save of marks.
    pub struct Written {
        /// The journal's entry.
        pub id: Uuid,
        /// Who.
        pub actor: String,
        /// When.
        pub at: Instant,
        /// What the journal keeps of it.
        pub body: Option<Vec<u8>>,
    }
}

/// A pupil's row, with what stands in it.
pub type MarkRow = (EnrolmentId, String);

/// Rows, those that stand already in place.
pub const ROWS_INTO: BulkInto<4> = BulkInto {
    table: "mark",
    columns: [("school", "uuid"), ("gradebook", "uuid"), ("pupil", "uuid"), ("cells", "text")],
    conflict: "ON CONFLICT (school, gradebook, pupil) DO UPDATE SET cells = excluded.cells",
};
