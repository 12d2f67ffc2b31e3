//! The records that have fields, and taking one for change.

use auth::units::UNIT;
use base::{Date, Error, Result, UnitId, Uuid};
use db::{STALE, Tx, params};
use rules::sector::{Kind, Spec};

use super::NOT_FOUND;
use super::store::{self, Found};

/// Whose fields they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Of {
    /// The school itself.
    School,
    /// A class.
    Class,
    /// A pupil at a school: an enrolment.
    Pupil,
    /// Somebody who works at a school: an employment.
    Staff,
}

impl Of {
    /// All of them, in the order in which they can be imported: a class names its teacher, a pupil their class.
    pub const ALL: [Self; 4] = [Self::School, Self::Staff, Self::Class, Self::Pupil];

    /// The kind of record in the specification, and the noun in the journal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::School => "school",
            Self::Class => "class",
            Self::Pupil => "pupil",
            Self::Staff => "staff",
        }
    }

    /// How people call it within a sentence.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::School => "trường",
            Self::Class => "lớp",
            Self::Pupil => "học sinh",
            Self::Staff => "cán bộ, giáo viên, nhân viên",
        }
    }

    /// Whose records a kind of the specification belongs to. Kinds that no room keeps yet (land, rooms, the tables of EQMS,
    /// candidates from outside) belong to the school, results to the pupil.
    #[must_use]
    pub fn owner(spec: &Spec, kind: &str) -> Option<Self> {
        let kind = spec.kind(kind)?;
        if let Some(parent) = kind.parent {
            return Self::owner(spec, parent);
        }
        Some(match kind.code {
            "class" => Self::Class,
            "staff" => Self::Staff,
            "pupil" | "result" | "retest" | "graduation" => Self::Pupil,
            _ => Self::School,
        })
    }

    /// The kinds of parts that its records have.
    pub fn parts(self, spec: &'static Spec) -> impl Iterator<Item = &'static Kind> {
        spec.kinds.iter().filter(move |kind| kind.code != self.code() && Self::owner(spec, kind.code) == Some(self))
    }
}

/// Which record is meant: of which school, what it is, and its id.
pub type Whose = (UnitId, Of, Uuid);

/// A record with fields, as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Of which school.
    pub school: UnitId,
    /// Which.
    pub id: Uuid,
    /// What it is.
    pub of: Of,
    /// Whose life it is about.
    pub person: Option<Uuid>,
    /// Its version.
    pub version: i64,
}

impl Record {
    /// The people it is about: whoever is shown it looked at them.
    #[must_use]
    pub fn people(&self) -> Vec<Uuid> {
        self.person.into_iter().collect()
    }
}

/// What is said of a record that is not there. Of a unit the same words as everywhere.
#[must_use]
pub fn missing(of: Of) -> Error {
    NOT_FOUND.error(format!(
        "Không tìm thấy {} này ở trường, hoặc ngoài phạm vi của bạn. Hãy tìm lại trong danh sách.",
        of.word()
    ))
}

/// Finds a record of a school. Rights are the caller's.
pub fn find(tx: &mut Tx<'_>, school: UnitId, of: Of, id: Uuid) -> Result<Record> {
    let found: Option<Found> = match of {
        Of::School => tx.one(&store::SCHOOL, params![school])?,
        Of::Class => tx.one(&store::CLASS, params![school, id])?,
        Of::Pupil => tx.one(&store::ENROLMENT, params![school, id])?,
        Of::Staff => tx.one(&store::EMPLOYMENT, params![school, id])?,
    };
    let found = found.filter(|found| of != Of::School || found.id == id).ok_or_else(|| missing(of))?;
    Ok(Record { school, id: found.id, of, person: found.person, version: found.version })
}

/// Takes a record for change: its version grows by one, others wait, and whoever knew an older one is refused.
pub fn take(tx: &mut Tx<'_>, record: &Record, known: Option<i64>) -> Result<i64> {
    let sql = match record.of {
        Of::School => return tx.lock(&UNIT, record.school, known),
        Of::Class => &store::TAKE_CLASS,
        Of::Pupil => &store::TAKE_ENROLMENT,
        Of::Staff => &store::TAKE_EMPLOYMENT,
    };
    let (version,): (i64,) = tx.one(sql, params![record.school, record.id])?.ok_or_else(|| missing(record.of))?;
    if known.is_some_and(|known| known != version - 1) {
        return Err(stale());
    }
    Ok(version)
}

/// What is said to whoever knew an older version.
#[must_use]
pub fn stale() -> Error {
    STALE.error(
        "Hồ sơ đã được người khác sửa sau khi bạn mở; chưa có gì bị thay đổi. Hãy tải lại để xem bản mới rồi sửa lại.",
    )
}

/// Refuses a day that is a slip of the fingers.
pub fn checked_day(from: Date, today: Date) -> Result<Date> {
    let too_far = base::time::days_since_1970(from) > base::time::days_since_1970(today) + 366;
    if from.year() < 1990 || too_far {
        let detail = format!(
            "Ngày {} không hợp lý. Hãy chọn một ngày từ năm 1990, không quá một năm sau hôm nay.",
            base::vi::date(from)
        );
        return Err(Error::field("from", "fields.day", detail));
    }
    Ok(from)
}
