//! What is not written of a pupil: the same words in the list and where it is counted.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a school has to know of every pupil and may not know yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The day of birth: nothing of it, or only its year or month.
    Birth,
    /// Nam or nữ.
    Sex,
    /// Dân tộc.
    EthnicGroup,
    /// The sector's code.
    PupilCode,
    /// Số định danh cá nhân.
    PersonalNumber,
}

impl Missing {
    /// All of it, in the order in which it is told.
    pub const ALL: [Self; 5] = [Self::Birth, Self::Sex, Self::EthnicGroup, Self::PupilCode, Self::PersonalNumber];

    /// As the API says it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Birth => "birth",
            Self::Sex => "sex",
            Self::EthnicGroup => "ethnic_group",
            Self::PupilCode => "pupil_code",
            Self::PersonalNumber => "personal_number",
        }
    }

    /// The condition that it is missing, of rows called `row` whose person is in the column `person`.
    #[must_use]
    pub fn condition(self, row: &str, person: &str) -> String {
        match self {
            Self::Birth => format!("({row}.birth IS NULL OR length({row}.birth) < 10)"),
            Self::Sex => format!("{row}.sex IS NULL"),
            Self::EthnicGroup => format!("{row}.ethnic_group IS NULL"),
            Self::PupilCode => format!("{row}.pupil_code IS NULL"),
            Self::PersonalNumber => format!(
                "NOT EXISTS (SELECT 1 FROM person_secret missing_s
                   WHERE missing_s.person = {person} AND missing_s.what = 'personal_number')"
            ),
        }
    }
}
