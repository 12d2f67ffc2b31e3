//! The open readings of circulars for secondary schools, typed. What each choice means in law stands in the packs' notes.

use serde::Deserialize;

/// What "because of one subject only" means (TT 22 Điều 9.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OneSubject {
    /// The subject counts as 10 or Đạt, and everything is judged anew.
    #[default]
    Rejudged,
    /// The subject is left out, and what many subjects must reach is asked of the others.
    Dropped,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YesNo {
    /// Yes.
    #[default]
    Yes,
    /// No.
    No,
}

/// When a subject of two strands is Đạt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strands {
    /// Both are.
    #[default]
    Both,
    /// One is.
    Any,
}

/// Where the mark of a chuyên đề stands among the regular ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TopicColumn {
    /// Beside the required number.
    #[default]
    Extra,
    /// As one of them.
    Included,
}

/// In which semester the mark of a chuyên đề stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TopicSemester {
    /// In one of them at least.
    #[default]
    WhereEntered,
    /// In both.
    Each,
    /// In the second.
    Second,
}

/// What a missing regular assessment does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingRegular {
    /// The average waits.
    #[default]
    Block,
    /// The average is of those that are there.
    LeftOut,
}

/// What follows when conduct and learning both failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Both {
    /// The pupil repeats.
    #[default]
    Repeats,
    /// Summer training and retests.
    SecondChance,
}

/// When titles are fixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TitleAt {
    /// At the end of the year, before retests and training.
    #[default]
    YearEnd,
    /// By what holds after them.
    AfterSummer,
}

/// The year's result of a subject that a pupil is exempt from in one semester.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExemptSemester {
    /// The other semester's.
    #[default]
    OtherSemester,
    /// None: the subject is left out of the year.
    NotCounted,
}

/// What a level asks of a pupil with an individual plan who has fewer scored subjects than it counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fewer {
    /// All there are.
    #[default]
    AllOfThem,
    /// The number as written.
    AsWritten,
}

/// Who decides on the promotion of a pupil with an individual plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disabled {
    /// The head of the school.
    #[default]
    Head,
    /// The rules for everybody.
    Computed,
}

/// Whether the overall average weighs subjects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SubjectWeights {
    #[default]
    Plain,
    Given,
}

/// The open readings, as they are set. What a pack does not name has no meaning under it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Reading of the adjustment for one subject.
    pub one_subject_reading: OneSubject,
    /// Whether that subject may be one judged by remarks.
    pub one_subject_of_remarks: YesNo,
    /// When a subject of two strands is Đạt.
    pub strands: Strands,
    /// Where the mark of a chuyên đề stands.
    pub topic_column: TopicColumn,
    /// In which semester.
    pub topic_semester: TopicSemester,
    /// What a missing regular assessment does.
    pub missing_regular: MissingRegular,
    /// Conduct and learning both failed.
    pub both_failed: Both,
    /// When titles are fixed.
    pub title_at: TitleAt,
    /// Exempt in one semester.
    pub exempt_semester: ExemptSemester,
    /// Fewer scored subjects than a level counts.
    pub fewer_subjects: Fewer,
    /// Promotion of a pupil with an individual plan.
    pub disabled_promotion: Disabled,
    /// Whether the foreign language is a core subject.
    pub foreign_language_is_core: YesNo,
    subject_weights: SubjectWeights,
    extra_regular: String,
}

impl Settings {
    /// Regular columns that may be opened beyond the required number.
    #[must_use]
    pub fn extra_regular(&self) -> u8 {
        self.extra_regular.parse().unwrap_or(0)
    }

    /// Whether the overall average weighs subjects as they are given.
    #[must_use]
    pub fn weighs_subjects(&self) -> bool {
        self.subject_weights == SubjectWeights::Given
    }
}
