//! People: who somebody is, whatever the roles; what is found by exactly its value; whose relatives they are; and which
//! units hold something about them.

pub mod by_words;
pub mod held;
pub mod kinship;
pub mod person;
pub mod personal_number;
pub mod search;
pub mod secrets;
pub mod store;
pub mod words;

use base::{Code, Kind};
use serde::Serialize;
use utoipa::ToSchema;

pub use person::{ChangePerson, NewPerson};
pub use secrets::{Closed, Secret};

/// The person is not known here.
pub const PERSON_NOT_FOUND: Code = Code::new(Kind::NotFound, "person.not_found", "Không tìm thấy người này");
/// What is said with [`PERSON_NOT_FOUND`].
pub const PERSON_NOT_FOUND_SENTENCE: &str =
    "Không tìm thấy người này ở trường, hoặc ngoài phạm vi của bạn. Hãy tìm lại trong danh sách.";

/// What somebody should look at; nothing is refused for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// Of which field.
    #[schema(example = "personal_number")]
    pub field: String,
    /// Stable code.
    #[schema(example = "personal_number.other_year")]
    pub code: &'static str,
    /// A Vietnamese sentence.
    pub detail: String,
}

/// What was made or changed: which, its version from now on, and what somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Done {
    /// Which.
    pub id: base::Uuid,
    /// Its version.
    pub version: i64,
    /// What somebody should look at; nothing was refused for it.
    pub warnings: Vec<Warning>,
}

impl Done {
    /// Without anything to look at.
    pub fn new(id: impl Into<base::Uuid>, version: i64) -> Self {
        Self { id: id.into(), version, warnings: Vec::new() }
    }
}
