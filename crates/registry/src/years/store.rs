//! The SQL of school years and of the subjects of classes.

use base::{Date, Result, SchoolYear, UnitId, Uuid};
use db::{BulkInto, Tx, params};

db::statements! {
    /// What sort of unit it is.
    pub UNIT_KIND = "SELECT kind FROM unit WHERE id = ?1";
    /// Whether somebody's account belongs to an employment at a school on a day.
    pub WORKS_AT = "SELECT id FROM employment WHERE account = ?1 AND school = ?2 AND valid_from <= ?3
        AND (valid_to IS NULL OR valid_to > ?3) ORDER BY id LIMIT 1";
    /// The year as it holds at a unit: its own, else that of the nearest above it in professional matters.
    pub YEAR = "SELECT y.unit, y.first_day, y.semester_two, y.last_day, y.hours, y.basis, y.version
        FROM unit_closure c JOIN school_year y ON y.unit = c.ancestor AND y.year = ?2
        WHERE c.kind = 'teaching' AND c.descendant = ?1 ORDER BY c.depth, y.unit LIMIT 1";
    /// Days without lessons of a unit's own year.
    pub HOLIDAYS = "SELECT first_day, last_day, name FROM school_holiday WHERE unit = ?1 AND year = ?2 ORDER BY first_day";
    /// One more year.
    pub YEAR_INSERT = "INSERT INTO school_year (unit, year, first_day, semester_two, last_day, weeks_one, weeks_two, hours,
        basis, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)";
    /// Other days of a year, by whoever knows its version.
    pub YEAR_UPDATE = "UPDATE school_year SET first_day = ?3, semester_two = ?4, last_day = ?5, weeks_one = ?6,
        weeks_two = ?7, hours = ?8, basis = ?9, version = version + 1 WHERE unit = ?1 AND year = ?2 RETURNING version";
    /// Takes the days without lessons away, to be written anew.
    pub HOLIDAYS_DELETE = "DELETE FROM school_holiday WHERE unit = ?1 AND year = ?2";
    /// The code of the province a unit lies in.
    pub PROVINCE = "SELECT n.code FROM unit_closure c JOIN unit u ON u.id = c.ancestor AND u.kind = 'province'
        JOIN unit_code n ON n.unit = u.id AND n.valid_from <= ?2 AND (n.valid_to IS NULL OR n.valid_to > ?2)
        WHERE c.kind = 'place' AND c.descendant = ?1 ORDER BY n.code LIMIT 1";
    /// A class of a school.
    pub CLASS = "SELECT id, year, code, name, grade, version FROM class WHERE school = ?1 AND id = ?2";
    /// Takes a class for change.
    pub CLASS_LOCK = "UPDATE class SET version = version + 1 WHERE school = ?1 AND id = ?2 RETURNING version";
    /// The subjects of a class.
    pub SUBJECTS = "SELECT subject, part, periods, week_one, week_two FROM class_subject WHERE school = ?1 AND class = ?2
        ORDER BY subject";
    /// Takes the subjects of a class away, to be written anew.
    pub SUBJECTS_DELETE = "DELETE FROM class_subject WHERE school = ?1 AND class = ?2";
}

db::row! {
    /// A year that somebody has set.
    pub struct YearRow {
        /// Who has set it.
        pub unit: UnitId,
        /// The first day of lessons.
        pub first_day: Date,
        /// The first day of the second semester.
        pub semester_two: Date,
        /// The last day of lessons.
        pub last_day: Date,
        /// Days, half days and periods, as JSON.
        pub hours: String,
        /// The decision.
        pub basis: Option<String>,
        /// Its version.
        pub version: i64,
    }

    /// Days without lessons.
    pub struct HolidayRow {
        /// The first.
        pub first_day: Date,
        /// The last.
        pub last_day: Date,
        /// What for.
        pub name: String,
    }

    /// A class of a school.
    pub struct ClassRow {
        /// Which.
        pub id: Uuid,
        /// Of which year.
        pub year: SchoolYear,
        /// Its code.
        pub code: String,
        /// Its name.
        pub name: String,
        /// Its grade, by the sector's list.
        pub grade: String,
        /// Its version.
        pub version: i64,
    }

    /// A subject of a class.
    pub struct SubjectRow {
        /// Which.
        pub subject: String,
        /// What it is in the programme.
        pub part: String,
        /// Periods a year.
        pub periods: i64,
        /// A week in the first semester.
        pub week_one: i64,
        /// In the second.
        pub week_two: i64,
    }
}

/// Days without lessons.
pub const HOLIDAY: BulkInto<5> = BulkInto {
    table: "school_holiday",
    columns: [("unit", "uuid"), ("year", "int"), ("first_day", "date"), ("last_day", "date"), ("name", "text")],
    conflict: "",
};

/// Subjects of classes.
pub const SUBJECT: BulkInto<7> = BulkInto {
    table: "class_subject",
    columns: [
        ("school", "uuid"),
        ("class", "uuid"),
        ("subject", "text"),
        ("part", "text"),
        ("periods", "int"),
        ("week_one", "int"),
        ("week_two", "int"),
    ],
    conflict: "",
};

/// The code of the province a unit lies in.
pub fn province(tx: &mut Tx<'_>, unit: UnitId) -> Result<Option<String>> {
    let today = tx.today();
    Ok(tx.one::<(String,)>(&PROVINCE, params![unit, today])?.map(|(code,)| code))
}
