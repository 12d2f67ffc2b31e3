//! The columns that the law gives a gradebook.

use rules::assessment::{Primary, Secondary, TopicSemester};

use super::MOST_REGULAR;

/// What a subject of a secondary school is in a class, as far as its results hang on it. Made once a class by [`subject`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Whether marks are given; else Đạt and Chưa đạt.
    pub scored: bool,
    /// Regular assessments required in a semester.
    pub regular: u8,
    /// Whether it has a chuyên đề, of which one mark counts as a regular one.
    pub topic: bool,
    /// Whether it is one of the subjects of which one has to reach the level (TT 58).
    pub core: bool,
    /// How often it counts in the overall average (TT 58).
    pub weight: u8,
}

/// The columns of one subject in one semester.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Regular assessments that must be there.
    pub regular: u8,
    /// Further ones that may be opened.
    pub extra: u8,
    /// Whether a column for the chuyên đề stands beside them.
    pub topic: bool,
    /// Minutes of the mid-term and of the end-term test: `45`, `60-90`; `None` where remarks are given.
    pub minutes: Option<String>,
}

/// A subject as a circular sees it, by its code and its periods a year.
#[must_use]
pub fn subject(rules: &Secondary, code: &str, periods: u32, scored: bool, topic: bool) -> Subject {
    let by_periods = rules.regular_for(periods).count;
    let regular = if scored { by_periods } else { rules.figures.remark_regular.unwrap_or(by_periods) };
    Subject { scored, regular, topic: topic && scored, core: rules.is_core(code), weight: 1 }
}

/// The columns of a subject in a semester, 1 or 2.
#[must_use]
pub fn columns(rules: &Secondary, subject: &Subject, periods: u32, semester: u8) -> Columns {
    let room = u8::try_from(MOST_REGULAR).unwrap_or(u8::MAX).saturating_sub(subject.regular);
    Columns {
        regular: subject.regular,
        extra: rules.settings.extra_regular().min(room),
        topic: subject.topic && (semester == 2 || rules.settings.topic_semester != TopicSemester::Second),
        minutes: subject.scored.then(|| rules.regular_for(periods).minutes.clone()),
    }
}

/// Whether a periodic test belongs to a subject at a point of the year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Test {
    /// The circular asks for none; a school may hold one.
    #[default]
    Free,
    /// It has to be held.
    Due,
}

/// What a subject of a primary school is in a class. Every subject has a level at each of the four points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrimarySubject {
    /// Tests in the middle and at the end of both semesters.
    pub tests: [Test; 4],
}

/// A subject as a circular of primary schools sees it.
#[must_use]
pub fn primary_subject(rules: &Primary, code: &str, grade: u8) -> PrimarySubject {
    PrimarySubject {
        tests: [1, 2, 3, 4].map(|point| match rules.has_test(code, grade, point) {
            true => Test::Due,
            false => Test::Free,
        }),
    }
}
