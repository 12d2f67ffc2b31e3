//! A gradebook with what it stands on: the class, who teaches the subject, the columns of the law, and what the actor may do.

use auth::{Capability, Require as _};
use base::{ClassId, Code, Date, EmploymentId, EnrolmentId, Error, Kind, Result, SchoolYear, UnitId};
use db::{Tx, params};
use registry::classes::show::{self as classes, Class};
use registry::teaching::of_class::{self as teaching, ClassTeaching};
use rules::assessment::{self, Secondary};
use rules::curriculum;

use super::cells::Place;
use super::columns::{self, Subject};
use super::store::{self, BookRow};

/// The class has no such gradebook, or the actor may not see it.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "gradebook.not_found", "Không tìm thấy sổ điểm");
/// The grade is judged by levels, or by no pack.
pub const NO_MARKS: Code = Code::new(Kind::Refused, "gradebook.no_marks", "Lớp này không có sổ điểm theo môn");

fn missing() -> Error {
    NOT_FOUND.error(
        "Không tìm thấy sổ điểm này: lớp không học môn này, hoặc sổ ngoài phạm vi của bạn. Hãy chọn lại lớp và môn.",
    )
}

/// Which gradebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Which {
    /// Of which class.
    pub class: ClassId,
    /// Of which subject, by its code in the programme.
    pub subject: String,
    /// 1 or 2.
    pub semester: u8,
}

/// A class and its subjects, as its gradebooks stand on them.
pub struct Ground {
    /// The class, with its pupils of today or of the nearest day of its year.
    pub class: Class,
    /// Its subjects and who teaches them.
    pub teaching: ClassTeaching,
    /// The rules of its grade and year.
    pub rules: &'static Secondary,
    /// The pack they come from.
    pub pack: &'static str,
    grade: u8,
    own: Vec<EmploymentId>,
    sees_all: bool,
    locks: bool,
    day: Date,
}

/// A subject of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taught {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Periods a year.
    pub periods: u32,
    /// What the rules make of it.
    pub subject: Subject,
}

impl Ground {
    /// Reads it. Refuses whoever has no business with the class.
    pub fn read(tx: &mut Tx<'_>, school: UnitId, class: ClassId) -> Result<Self> {
        let page = classes::show(tx, school, class, None)?;
        let teaching = teaching::show(tx, school, class, None)?;
        let grade: u8 = page.row.grade.parse().unwrap_or(0);
        let rules = assessment::for_grade(grade, page.row.year)?;
        let secondary = rules.and_then(|one| one.secondary().map(|rules| (rules, one.pack.code.as_str())));
        let (rules, pack) = secondary.ok_or_else(|| {
            NO_MARKS.error(format!(
                "{} được đánh giá bằng mức và nhận xét, hoặc chưa có quy định đánh giá cho năm học này, nên không có sổ điểm theo môn.",
                page.row.name
            ))
        })?;
        let may = tx.may(school)?;
        let own = registry::staff::own(tx, school)?;
        let day = page.as_of;
        Ok(Self {
            class: page,
            teaching,
            rules,
            pack,
            grade,
            own,
            sees_all: tx.is_house() || may.contains(&Capability::MarkView),
            locks: tx.is_house() || may.contains(&Capability::MarkLock),
            day,
        })
    }

    /// The school year of the class.
    #[must_use]
    pub const fn year(&self) -> SchoolYear {
        self.class.row.year
    }

    /// The subjects that have a gradebook, in the order of the programme. A chuyên đề stands in its subject's.
    #[must_use]
    pub fn subjects(&self) -> Vec<Taught> {
        let Ok(Some(programme)) = curriculum::of_grade(self.grade) else { return Vec::new() };
        let has = |code: &str| self.teaching.subjects.iter().find(|one| one.subject == code);
        let taught = programme.subjects.iter().filter(|known| known.part != curriculum::Part::Special);
        taught
            .filter_map(|known| {
                let one = has(known.code)?;
                let topic = has(&format!("cd_{}", known.code)).is_some();
                let periods = u32::try_from(one.periods).unwrap_or(0);
                Some(Taught {
                    code: one.subject.clone(),
                    name: one.name.clone(),
                    periods,
                    subject: columns::subject(self.rules, &one.subject, periods, known.scored, topic),
                })
            })
            .collect()
    }

    /// Whether the actor leads the class.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.class.row.homeroom.as_ref().is_some_and(|leader| self.own.contains(&leader.employment))
    }

    /// Whether the actor may lock and reopen gradebooks.
    #[must_use]
    pub const fn locks(&self) -> bool {
        self.locks
    }

    /// Whether the actor teaches the subject in the semester today, and so enters its marks.
    #[must_use]
    pub fn enters(&self, subject: &str, semester: u8) -> bool {
        self.teaching.items.iter().any(|one| {
            one.subject == subject
                && (one.semester == 0 || one.semester == i64::from(semester))
                && self.own.contains(&one.staff)
                && one.valid_from <= self.day
                && one.valid_to.is_none_or(|to| to > self.day)
        })
    }

    /// Whether the actor sees a gradebook: who teaches the subject, leads the class, or has the right.
    #[must_use]
    pub fn sees(&self, subject: &str, semester: u8) -> bool {
        self.sees_all || self.leads() || self.enters(subject, semester)
    }

    /// Who teaches a subject in a semester, whoever answers for it first.
    #[must_use]
    pub fn teachers(&self, subject: &str, semester: u8) -> Vec<String> {
        let mut all: Vec<_> = self
            .teaching
            .items
            .iter()
            .filter(|one| one.subject == subject && (one.semester == 0 || one.semester == i64::from(semester)))
            .filter(|one| one.valid_from <= self.day && one.valid_to.is_none_or(|to| to > self.day))
            .collect();
        all.sort_by_key(|one| !one.responsible);
        all.into_iter().map(|one| one.full_name.clone()).collect()
    }

    /// The pupils of the class.
    pub fn pupils(&self) -> impl Iterator<Item = EnrolmentId> {
        self.class.members.iter().map(|one| one.id)
    }
}

/// A gradebook that the actor sees.
pub struct Book {
    /// What it stands on.
    pub ground: Ground,
    /// The subject.
    pub taught: Taught,
    /// 1 or 2.
    pub semester: u8,
    /// Where it stands; none before the first mark.
    pub row: Option<BookRow>,
}

impl Book {
    /// Reads it. Refuses whoever may not see it.
    pub fn read(tx: &mut Tx<'_>, school: UnitId, which: &Which) -> Result<Self> {
        let ground = Ground::read(tx, school, which.class)?;
        if !matches!(which.semester, 1 | 2) || !ground.sees(&which.subject, which.semester) {
            return Err(missing());
        }
        let taught = ground.subjects().into_iter().find(|one| one.code == which.subject).ok_or_else(missing)?;
        let row = tx.one(&store::OF, params![school, which.class, which.subject, i64::from(which.semester)])?;
        Ok(Self { ground, taught, semester: which.semester, row })
    }

    /// `open`, `submitted`, `locked`.
    #[must_use]
    pub fn state(&self) -> &str {
        self.row.as_ref().map_or("open", |row| row.state.as_str())
    }

    /// The columns that the law gives it, in their order.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let given = columns::columns(self.ground.rules, &self.taught.subject, self.taught.periods, self.semester);
        let mut places: Vec<Place> = (0..given.regular + given.extra).map(Place::Regular).collect();
        if given.topic {
            places.push(Place::Topic);
        }
        places.extend([Place::Midterm, Place::Endterm]);
        places
    }

    /// Whether the column may stay empty.
    #[must_use]
    pub const fn may_be_empty(&self, place: Place) -> bool {
        match place {
            Place::Regular(n) => n >= self.taught.subject.regular,
            Place::Topic => true,
            Place::Midterm | Place::Endterm => false,
        }
    }
}
