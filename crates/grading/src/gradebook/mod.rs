//! The nouns of a gradebook, and the rules over them. [`year::year`] judges a pupil of a secondary school,
//! [`primary::year`] one of a primary school; both say what they do to a [`trace::Trace`], so that what is explained is what
//! was computed.

pub mod averages;
pub mod book;
pub mod cells;
pub mod columns;
pub mod enter;
pub mod hand_in;
pub mod levels;
pub mod list;
pub mod primary;
pub mod sentence;
pub mod show;
pub mod store;
pub mod trace;
pub mod year;

use base::Score;
use rules::assessment::Level;

pub use columns::Subject;
pub use trace::Term;

/// Regular assessments that a semester has room for.
pub const MOST_REGULAR: usize = 8;

/// What stands in one column for one pupil.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Entry {
    /// Nothing yet: missing. It is never read as 0.
    #[default]
    Nothing,
    /// A mark; teachers enter it with at most one decimal.
    Score(Score),
    /// Đạt.
    Pass,
    /// Chưa đạt.
    Fail,
    /// The teacher entered that the pupil took no part without excuse: counts as 0, or as Chưa đạt.
    Unexcused,
    /// The pupil is exempt from this one: it is neither missing nor counted.
    Exempt,
}

/// One pupil's entries of one subject, or of one strand of it, in one semester.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Regular assessments; their order means nothing.
    pub regular: [Entry; MOST_REGULAR],
    /// The mark of the chuyên đề.
    pub topic: Entry,
    /// The mid-term assessment.
    pub midterm: Entry,
    /// The end-term assessment.
    pub endterm: Entry,
}

/// What a subject came to, or one assessment of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An average or a mark, with one decimal.
    Score(Score),
    /// Đạt.
    Pass,
    /// Chưa đạt.
    Fail,
}

/// What is known of a pupil's semester in a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The entries.
    Marks(Marks),
    /// Only the result: from another school, or from history.
    Given(Outcome),
    /// The pupil is exempt from the subject in this semester.
    Exempt,
}

/// One pupil's year in one subject.
#[derive(Clone, Copy, Debug)]
pub struct Course<'a> {
    /// What the subject is in the class.
    pub subject: Subject,
    /// Both semesters of the subject; of a subject of several strands, of each strand.
    pub strands: &'a [[Work; 2]],
    /// The result of the retest in summer.
    pub retest: Option<Outcome>,
}

/// How a disabled pupil is assessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inclusion {
    /// As everybody.
    #[default]
    Everybody,
    /// By an individual plan: what the plan leaves out is entered as exempt.
    Plan,
    /// Not at all.
    NotAssessed,
}

/// One pupil's year in a secondary school.
#[derive(Clone, Copy, Debug)]
pub struct Pupil<'a> {
    /// The grade, 6 to 12.
    pub grade: u8,
    /// The subjects.
    pub courses: &'a [Course<'a>],
    /// Conduct of both semesters.
    pub conduct: [Option<Level>; 2],
    /// Conduct of the year as somebody entered it; read only under a circular without a table for it.
    pub conduct_entered: Option<Level>,
    /// Conduct after summer training.
    pub retrained: Option<Level>,
    /// Half-days (buổi) of absence in the year, excused or not, on the plan of one a day.
    pub absences: Option<u16>,
    /// How a disabled pupil is assessed.
    pub inclusion: Inclusion,
    /// The head's decision where it is hers: promoted or not.
    pub decision: Option<bool>,
    /// Whether the summer is over: what is pending then is failed.
    pub closed: bool,
}

/// Where a subject stands at the end of a semester or year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Something is missing.
    Missing,
    /// The pupil is exempt: it counts nowhere.
    Exempt,
    /// The result.
    Result(Outcome),
}

/// A column, or what stands in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// Regular assessments.
    Regular,
    /// The chuyên đề.
    Topic,
    /// The mid-term assessment.
    Midterm,
    /// The end-term assessment.
    Endterm,
    /// A result of the wrong sort, or none: a given result that is a mark where Đạt is meant.
    Result,
}

/// What is missing before something can be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Entries of a subject.
    Mark {
        /// Which of the pupil's courses.
        course: usize,
        /// Which of its strands, where it has several.
        strand: Option<usize>,
        /// The semester; the year for a chuyên đề that may stand in either.
        term: Term,
        /// The column.
        column: Column,
        /// How many of them.
        count: u8,
        /// Whether the result waits for it.
        blocks: bool,
    },
    /// Conduct of a semester.
    Conduct(Term),
    /// The count of absences.
    Absences,
}

impl Missing {
    /// Whether a result waits for it.
    #[must_use]
    pub const fn blocks(&self) -> bool {
        !matches!(self, Self::Mark { blocks: false, .. })
    }
}

/// How the year stands for a pupil. After the summer is closed only promoted and repeats are left, and who waits for the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Something is missing.
    Incomplete,
    /// Lên lớp; in a last grade, finished.
    Promoted,
    /// Kiểm tra, đánh giá lại trong kì nghỉ hè.
    Retest,
    /// Rèn luyện trong kì nghỉ hè.
    Training,
    /// Both of them.
    RetestAndTraining,
    /// Primary schools: support and supplementary assessment.
    Support,
    /// Ở lại lớp.
    Repeats,
    /// The head of the school decides.
    HeadDecides,
}

impl State {
    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Promoted => "promoted",
            Self::Retest => "retest",
            Self::Training => "training",
            Self::RetestAndTraining => "retest_and_training",
            Self::Support => "support",
            Self::Repeats => "repeats",
            Self::HeadDecides => "head_decides",
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Incomplete => "Chưa đủ dữ liệu",
            Self::Promoted => "Được lên lớp",
            Self::Retest => "Kiểm tra, đánh giá lại trong hè",
            Self::Training => "Rèn luyện trong hè",
            Self::RetestAndTraining => "Kiểm tra lại và rèn luyện trong hè",
            Self::Support => "Hỗ trợ, đánh giá bổ sung",
            Self::Repeats => "Ở lại lớp",
            Self::HeadDecides => "Hiệu trưởng quyết định",
        }
    }
}

impl Outcome {
    /// Whether it is of the sort that the subject has.
    #[must_use]
    pub const fn fits(self, scored: bool) -> bool {
        matches!(self, Self::Score(_)) == scored
    }
}
