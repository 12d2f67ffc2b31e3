//! The gradebooks of a class in a semester: which subjects, who teaches them, how far they are.

use std::collections::HashMap;

use base::{ClassId, EnrolmentId, Result, SchoolYear, UnitId};
use db::{Tx, params};
use http::{Answer, Json, Path, Query, Reader};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::book::{Book, Ground};
use super::cells::Cells;
use super::show::standing;
use super::store::{self, BookRow, OfClass};

/// A gradebook in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GradebookRow {
    /// Of which subject.
    #[schema(example = "toan")]
    pub subject: String,
    /// What it is called.
    #[schema(example = "Toán")]
    pub subject_name: String,
    /// Whether marks are given; else Đạt and Chưa đạt.
    pub scored: bool,
    /// Who teaches it, whoever answers for it first.
    pub teachers: Vec<String>,
    /// `open`, `submitted`, `locked`.
    #[schema(example = "open")]
    pub state: String,
    /// Pupils of whom everything is there.
    pub complete: i64,
    /// Assessments that are missing.
    pub missing: i64,
    /// Whether the actor enters its marks.
    pub enters: bool,
    /// Its version; 0 before the first mark.
    pub version: i64,
}

/// The gradebooks of a class in a semester, as far as the actor sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClassGradebooks {
    /// The class.
    #[schema(value_type = base::Uuid)]
    pub class: ClassId,
    /// What it is called.
    #[schema(example = "Lớp 6A1")]
    pub class_name: String,
    /// The school year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// 1 or 2.
    pub semester: u8,
    /// How many pupils there are.
    pub pupils: i64,
    /// The gradebooks, in the order of the subjects.
    pub items: Vec<GradebookRow>,
}

/// Which semester.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GradebooksQuery {
    /// 1 or 2; that of today when not said.
    pub semester: Option<u8>,
}

/// The gradebooks of a class.
pub fn list(tx: &mut Tx<'_>, school: UnitId, class: ClassId, semester: Option<u8>) -> Result<ClassGradebooks> {
    let ground = Ground::read(tx, school, class)?;
    let today = if ground.class.as_of >= ground.teaching.semester_two { 2 } else { 1 };
    let semester = semester.filter(|one| matches!(one, 1 | 2)).unwrap_or(today);
    let number = i64::from(semester);
    let mut books: HashMap<String, OfClass> = HashMap::new();
    for one in tx.all::<OfClass>(&store::OF_CLASS, params![school, class, number])? {
        books.insert(one.subject.clone(), one);
    }
    let mut rows: HashMap<String, HashMap<EnrolmentId, Cells>> = HashMap::new();
    for (subject, pupil, cells) in
        tx.all::<(String, EnrolmentId, String)>(&store::ROWS_OF_CLASS, params![school, class, number])?
    {
        rows.entry(subject).or_default().insert(pupil, Cells::read(&cells)?);
    }
    let subjects: Vec<_> = ground.subjects().into_iter().filter(|one| ground.sees(&one.code, semester)).collect();
    let (class_name, year) = (ground.class.row.name.clone(), ground.year());
    let pupils: Vec<EnrolmentId> = ground.pupils().collect();
    let count = i64::try_from(pupils.len()).unwrap_or(0);
    let Some(first) = subjects.first().cloned() else {
        return Ok(ClassGradebooks { class, class_name, year, semester, pupils: count, items: Vec::new() });
    };
    let mut book = Book { ground, taught: first, semester, row: None };
    let nothing = Cells::default();
    let mut items = Vec::with_capacity(subjects.len());
    for taught in subjects {
        let known = books.remove(&taught.code);
        let marks = rows.remove(&taught.code).unwrap_or_default();
        book.taught = taught;
        book.row = known.map(|one| BookRow { id: one.id, state: one.state, version: one.version });
        let (mut complete, mut missing) = (0, 0);
        for pupil in &pupils {
            let lacks = standing(&book, marks.get(pupil).unwrap_or(&nothing)).1;
            complete += i64::from(lacks == 0);
            missing += lacks;
        }
        items.push(GradebookRow {
            subject: book.taught.code.clone(),
            subject_name: book.taught.name.clone(),
            scored: book.taught.subject.scored,
            teachers: book.ground.teachers(&book.taught.code, semester),
            state: book.state().to_owned(),
            complete,
            missing,
            enters: book.ground.enters(&book.taught.code, semester),
            version: book.row.as_ref().map_or(0, |row| row.version),
        });
    }
    Ok(ClassGradebooks { class, class_name, year, semester, pupils: count, items })
}

/// The gradebooks of a class in a semester, as far as the actor sees them: all for whoever leads the class or has the right,
/// otherwise those of the subjects they teach there.
#[utoipa::path(get, path = "/schools/{school}/classes/{class}/gradebooks", operation_id = "gradebooks", tag = "gradebooks",
    params(("school" = Uuid, Path), ("class" = Uuid, Path), GradebooksQuery),
    responses((status = 200, body = ClassGradebooks), (status = 404, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn route(
    reader: Reader,
    Path((school, class)): Path<(UnitId, ClassId)>,
    Query(query): Query<GradebooksQuery>,
) -> Answer<Json<ClassGradebooks>> {
    Ok(Json(reader.at(school).read(move |tx| list(tx, school, class, query.semester)).await?))
}
