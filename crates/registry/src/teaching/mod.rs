//! Who leads and who teaches which class, from when to when.

pub mod ground;
pub mod homeroom;
pub mod of_class;
pub mod of_staff;
pub mod plan;
pub mod store;
pub mod table;

use base::{ClassId, Code, Date, EmploymentId, Kind, PersonId, Result, Uuid};
use rules::curriculum;
use serde::Serialize;
use utoipa::ToSchema;

use store::Stands;

/// Something later stands already.
pub const LATER: Code = Code::new(Kind::Conflict, "teaching.later_change", "Đã có phân công sau ngày này");

/// Who teaches a subject in a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Assignment {
    /// Which assignment.
    pub id: Uuid,
    /// Which class.
    #[schema(value_type = base::Uuid)]
    pub class: ClassId,
    /// What it is called.
    #[schema(example = "Lớp 6A1")]
    pub class_name: String,
    /// Which subject, by its code in the programme.
    #[schema(example = "toan")]
    pub subject: String,
    /// What it is called.
    #[schema(example = "Toán")]
    pub subject_name: String,
    /// 0 the whole year, 1 or 2 one semester.
    pub semester: i64,
    /// Whose employment.
    #[schema(value_type = base::Uuid)]
    pub staff: EmploymentId,
    /// Whose name it is.
    #[schema(value_type = base::Uuid)]
    pub person: PersonId,
    /// The whole name.
    pub full_name: String,
    /// Periods a week; `null` is what the class has of the subject.
    pub periods: Option<i64>,
    /// Whether this one answers for the subject; further teachers help.
    pub responsible: bool,
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Date,
    /// The first day after it.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<Date>,
}

/// What a subject is called; its code where the programmes have none.
pub(crate) fn subject_name(code: &str) -> Result<String> {
    Ok(curriculum::name_of(code)?.map_or_else(|| code.to_owned(), str::to_owned))
}

impl Assignment {
    pub(crate) fn of(row: Stands) -> Result<Self> {
        Ok(Self {
            subject_name: subject_name(&row.subject)?,
            id: row.id,
            class: row.class,
            class_name: row.class_name,
            subject: row.subject,
            semester: row.semester,
            staff: row.employment,
            person: row.person,
            full_name: row.full_name,
            periods: row.periods,
            responsible: row.responsible,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
        })
    }
}
