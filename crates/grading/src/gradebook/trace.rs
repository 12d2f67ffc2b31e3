//! What a computation says while it computes. Who wants results only hands in [`Silent`], and the compiler leaves the words
//! out; who wants an explanation hands in a list. It is the same code either way, so that both agree.

use base::Score;
use rules::assessment::{Achievement, Level, TraitLevel, Weights};

use super::{Column, Missing, Outcome, State};

/// Somebody who listens to a computation.
pub trait Trace {
    /// One step. It is made only when somebody listens.
    fn say(&mut self, step: impl FnOnce() -> Step);
}

/// Nobody listens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Trace for Silent {
    #[inline(always)]
    fn say(&mut self, _: impl FnOnce() -> Step) {}
}

impl Trace for Vec<Step> {
    fn say(&mut self, step: impl FnOnce() -> Step) {
        self.push(step());
    }
}

/// A part of the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// Học kì I.
    First,
    /// Học kì II.
    Second,
    /// Cả năm.
    Year,
    /// After retests and training in summer.
    Summer,
}

impl Term {
    /// The semester of a place, 0 or 1.
    #[must_use]
    pub const fn semester(place: usize) -> Self {
        if place == 0 { Self::First } else { Self::Second }
    }

    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::First => "semester_1",
            Self::Second => "semester_2",
            Self::Year => "year",
            Self::Summer => "summer",
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "học kì I",
            Self::Second => "học kì II",
            Self::Year => "cả năm",
            Self::Summer => "sau kì nghỉ hè",
        }
    }
}

/// What a step tells about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// The result of a course in a term.
    Subject(usize, Term),
    /// The level of learning, or of a primary school's year.
    Learning(Term),
    /// The level of conduct.
    Conduct(Term),
    /// Promotion.
    Promotion,
    /// The title.
    Title,
}

/// One step of a computation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it tells about.
    pub about: About,
    /// What it says.
    pub fact: Fact,
}

/// What a step says. Averages and marks are exact; courses are places in the pupil's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The average of a semester.
    Average(Parts),
    /// So many assessments count as 0 or Chưa đạt, for want of an excuse.
    Unexcused(u32),
    /// A subject judged by remarks: so many of so many are Đạt; whether the end-term one is.
    Remarks {
        /// Which strand, where the subject has several.
        strand: Option<usize>,
        /// Assessments that are Đạt.
        passed: u32,
        /// All of them.
        of: u32,
        /// The result.
        outcome: Outcome,
    },
    /// A subject of strands: so many of so many are Đạt.
    Strands {
        /// Strands that are Đạt.
        passed: u32,
        /// All of them.
        of: u32,
        /// The result.
        outcome: Outcome,
    },
    /// The result was given, not computed.
    Given(Outcome),
    /// The pupil is exempt.
    Exempt,
    /// Something is missing.
    Missing(Missing),
    /// The year's average from those of the semesters, as rounded.
    YearAverage {
        /// Of the first semester.
        first: Score,
        /// Of the second.
        second: Score,
        /// How often the second counts.
        weight: i64,
        /// The result.
        average: Score,
    },
    /// The year's result is the second semester's.
    YearRemark(Outcome),
    /// The year's result is that of the one semester the pupil was not exempt from.
    OneSemester(Term, Outcome),
    /// The average of all subjects.
    Overall {
        /// Of the averages times their weights, in hundredths.
        sum: i64,
        /// Of the weights.
        weight: i64,
        /// The result.
        average: Score,
    },
    /// A level was tried, best first.
    Tried(Tried),
    /// One subject alone pulled the level down.
    Raised {
        /// The subject.
        course: usize,
        /// The level with it.
        reached: Level,
        /// The level without it.
        without: Level,
        /// What follows.
        result: Level,
    },
    /// No single subject did.
    NotRaised(Level),
    /// The year's conduct from both semesters'.
    ConductYear {
        /// Of the first semester.
        first: Level,
        /// Of the second.
        second: Level,
        /// The result.
        year: Level,
    },
    /// The year's conduct was entered, or is the second semester's.
    ConductGiven(Level),
    /// Conduct after summer training.
    Retrained(Level),
    /// Absences, and how many are allowed.
    Absences {
        /// Half-days.
        counted: u16,
        /// The most with which a pupil is promoted.
        most: u16,
    },
    /// A subject is on the retest list.
    RetestListed {
        /// The subject.
        course: usize,
        /// The year's result.
        before: Outcome,
    },
    /// The retest's result takes the place of the year's.
    Retested {
        /// The year's result.
        before: Outcome,
        /// The retest's.
        after: Outcome,
    },
    /// What promotion or a title is judged by.
    Grounds {
        /// Learning.
        learning: Level,
        /// Conduct.
        conduct: Level,
    },
    /// So many scored subjects reach what a title asks for.
    TitleMany {
        /// The title, by its place in the pack.
        title: usize,
        /// How many do.
        count: usize,
    },
    /// How the year stands.
    State {
        /// The state.
        state: State,
        /// Whether the head decided.
        decided: bool,
        /// Whether the pupil is not assessed at all.
        not_assessed: bool,
    },
    /// What a promoted pupil of a last grade has done, by its place in the pack.
    Finished(usize),
    /// A title, by its place in the pack; `None` when no title's conditions hold.
    Title(Option<usize>),
    /// Primary: the lowest level of a subject at the end of the year, and of which.
    PrimarySubjects(Option<(usize, Achievement)>),
    /// Primary: the lowest quality or competency, by its place in the pack.
    PrimaryTraits(Option<(usize, TraitLevel)>),
    /// Primary: the lowest test of the end of the year.
    PrimaryTests(Option<(usize, u8)>),
    /// Primary: the level of the year, by its place in the pack.
    PrimaryLevel(usize),
    /// Primary: supplementary assessment takes the place of what stood at the end of the year.
    PrimaryAgain(usize),
    /// Primary: something is missing.
    PrimaryMissing(super::primary::Lacking),
    /// Primary: a title.
    PrimaryTitle(Option<super::primary::Honour>),
}

/// What an average is made of; sums in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Sum of the regular marks.
    pub regular: i64,
    /// How many they are, the chuyên đề among them.
    pub count: i64,
    /// The mid-term mark; `None` when exempt.
    pub midterm: Option<Score>,
    /// The end-term mark; `None` when exempt.
    pub endterm: Option<Score>,
    /// The weights.
    pub weights: Weights,
    /// The result.
    pub average: Score,
}

impl Parts {
    /// Marks times weights in hundredths, and the weights.
    #[must_use]
    pub fn sum(&self) -> (i64, i64) {
        let of = |mark: Option<Score>, weight: i64| {
            mark.map_or((0, 0), |mark| (i64::from(mark.hundredths()) * weight, weight))
        };
        let (mid, end) = (of(self.midterm, self.weights.midterm), of(self.endterm, self.weights.endterm));
        (self.regular * self.weights.regular + mid.0 + end.0, self.count * self.weights.regular + mid.1 + end.1)
    }
}

/// A level of learning that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The level's place in the pack, best first.
    pub rule: usize,
    /// Whether its conditions hold.
    pub holds: bool,
    /// The lowest scored subject: its course and average.
    pub lowest: Option<(usize, Score)>,
    /// Scored subjects at or above what many have to reach.
    pub many: u32,
    /// How many have to.
    pub many_asked: u32,
    /// Subjects judged by remarks with Chưa đạt.
    pub remarks_failed: u32,
    /// The average of all subjects, where the circular has one.
    pub average: Option<Score>,
    /// The best of the core subjects.
    pub core: Option<Score>,
}

impl Column {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Regular => "đánh giá thường xuyên",
            Self::Topic => "kết quả chuyên đề",
            Self::Midterm => "đánh giá giữa kì",
            Self::Endterm => "đánh giá cuối kì",
            Self::Result => "kết quả",
        }
    }
}
