//! The levels of schooling that the annex tells apart.

/// A level, or a kind of centre that the annex gives its own record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Pre-school (mầm non).
    PreSchool,
    /// Primary (tiểu học).
    Primary,
    /// Lower secondary (trung học cơ sở).
    LowerSecondary,
    /// Upper secondary (trung học phổ thông).
    UpperSecondary,
    /// Centres of continuing and of vocational and continuing education (GDTX, GDNN-GDTX).
    Continuing,
    /// Other centres: languages, computing, life skills.
    OtherCentre,
    /// Community learning centres (trung tâm học tập cộng đồng).
    CommunityCentre,
}

impl Level {
    /// All, in the annex's order.
    pub const ALL: [Self; 7] = [
        Self::PreSchool,
        Self::Primary,
        Self::LowerSecondary,
        Self::UpperSecondary,
        Self::Continuing,
        Self::OtherCentre,
        Self::CommunityCentre,
    ];

    /// Its code in the pack: `MN`, `TH`, `THCS`, `THPT`, `GDTX`, `TT`, `HTCD`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PreSchool => "MN",
            Self::Primary => "TH",
            Self::LowerSecondary => "THCS",
            Self::UpperSecondary => "THPT",
            Self::Continuing => "GDTX",
            Self::OtherCentre => "TT",
            Self::CommunityCentre => "HTCD",
        }
    }

    /// The level of a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }
}

/// Some of the levels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Levels(u8);

impl Levels {
    /// Whether the level is among them.
    #[must_use]
    pub const fn contains(self, level: Level) -> bool {
        self.0 & (1 << level as u8) != 0
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Each of them, in the annex's order.
    pub fn iter(self) -> impl Iterator<Item = Level> {
        Level::ALL.into_iter().filter(move |level| self.contains(*level))
    }
}

impl FromIterator<Level> for Levels {
    fn from_iter<I: IntoIterator<Item = Level>>(levels: I) -> Self {
        Self(levels.into_iter().fold(0, |bits, level| bits | 1 << level as u8))
    }
}
