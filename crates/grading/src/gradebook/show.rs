//! One gradebook: columns, pupils, marks, and what each average has come to.

use std::collections::HashMap;

use base::{ClassId, EnrolmentId, PersonId, Result, SchoolYear, Score, UnitId, Uuid};
use db::{Tx, params};
use http::{Answer, App, Path, Signed, State, Tagged};
use serde::Serialize;
use utoipa::ToSchema;

use super::averages;
use super::book::{Book, Which};
use super::cells::{Cells, MarkWord, Place, shown};
use super::store::{self, MarkRow};
use super::trace::Silent;
use super::{Course, Missing, Outcome, Standing, Work};

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MarkColumn {
    /// `r1` … `r8`, `topic`, `midterm`, `endterm`.
    #[schema(example = "r1")]
    pub code: String,
    /// As people call it.
    #[schema(example = "ĐĐGtx 1")]
    pub name: String,
    /// How often it counts in the average; 0 where no marks are given.
    pub weight: i64,
    /// Whether it may stay empty.
    pub may_be_empty: bool,
}

/// What stands in a column for a pupil.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MarkCell {
    /// Which column.
    #[schema(example = "r1")]
    pub column: String,
    /// The mark in hundredths.
    #[schema(value_type = Option<i32>, example = 850)]
    pub score_hundredths: Option<Score>,
    /// Or a word.
    pub word: Option<MarkWord>,
    /// How often it was written: what a change of it is based on.
    pub writes: i64,
}

/// A pupil's row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GradebookPupil {
    /// The pupil at this school.
    #[schema(value_type = base::Uuid)]
    pub pupil: EnrolmentId,
    /// The person.
    #[schema(value_type = base::Uuid)]
    pub person: PersonId,
    /// The whole name.
    #[schema(example = "Nguyễn Thị Minh Anh")]
    pub full_name: String,
    /// What is known of the birth.
    pub birth: Option<String>,
    /// The place in the class.
    pub position: Option<i64>,
    /// What stands in the columns that were ever written.
    pub cells: Vec<MarkCell>,
    /// The average of the semester in hundredths; `null` while something is missing.
    #[schema(value_type = Option<i32>, example = 790)]
    pub average_hundredths: Option<Score>,
    /// Of a subject judged by remarks: whether the semester is Đạt.
    pub passed: Option<bool>,
    /// How many assessments are missing.
    pub missing: i64,
}

/// The gradebook of one subject in one class and semester.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Gradebook {
    /// Which; none before the first mark. What the stream tells of marks is about it.
    pub id: Option<Uuid>,
    /// Of which class.
    #[schema(value_type = base::Uuid)]
    pub class: ClassId,
    /// What it is called.
    #[schema(example = "Lớp 6A1")]
    pub class_name: String,
    /// The school year.
    #[schema(value_type = String, example = "2026-2027")]
    pub year: SchoolYear,
    /// Of which subject.
    #[schema(example = "toan")]
    pub subject: String,
    /// What it is called.
    #[schema(example = "Toán")]
    pub subject_name: String,
    /// 1 or 2.
    pub semester: u8,
    /// Whether marks are given; else Đạt and Chưa đạt.
    pub scored: bool,
    /// By which rule pack.
    #[schema(example = "tt22-2021")]
    pub pack: &'static str,
    /// `open`, `submitted`, `locked`.
    #[schema(example = "open")]
    pub state: String,
    /// Who teaches it, whoever answers for it first.
    pub teachers: Vec<String>,
    /// The columns that the circular gives it.
    pub columns: Vec<MarkColumn>,
    /// The pupils, in the order of the class.
    pub pupils: Vec<GradebookPupil>,
    /// Its version; 0 before the first mark.
    pub version: i64,
    /// What the actor may do: `enter`, `submit`, `lock`.
    #[schema(example = json!(["enter", "submit"]))]
    pub may: Vec<&'static str>,
}

/// What a pupil's semester has come to, and how much of it is missing.
pub(super) fn standing(book: &Book, cells: &Cells) -> (Standing, i64) {
    let strands = [[Work::Marks(cells.marks()), Work::Exempt]];
    let strands = if book.semester == 1 { strands } else { [[Work::Exempt, strands[0][0]]] };
    let course = Course { subject: book.taught.subject, strands: &strands, retest: None };
    let mut missing = Vec::new();
    let both = averages::semesters(book.ground.rules, 0, &course, &mut missing, &mut Silent);
    let lacking = missing.iter().map(|one| match one {
        Missing::Mark { count, blocks: true, .. } => i64::from(*count),
        _ => 0,
    });
    (both[usize::from(book.semester - 1)], lacking.sum())
}

pub(super) fn cells_of(cells: &Cells) -> Vec<MarkCell> {
    cells
        .iter()
        .map(|(place, cell)| {
            let (score_hundredths, word) = shown(cell.entry);
            MarkCell { column: place.code(), score_hundredths, word, writes: cell.writes }
        })
        .collect()
}

/// The rows of a gradebook by pupil.
pub(super) fn rows(tx: &mut Tx<'_>, school: UnitId, gradebook: Uuid) -> Result<HashMap<EnrolmentId, Cells>> {
    let rows: Vec<MarkRow> = tx.all(&store::ROWS, params![school, gradebook])?;
    rows.into_iter().map(|(pupil, cells)| Ok((pupil, Cells::read(&cells)?))).collect()
}

fn columns(book: &Book) -> Vec<MarkColumn> {
    let weights = &book.ground.rules.figures.weights;
    let weight = |place: Place| match place {
        _ if !book.taught.subject.scored => 0,
        Place::Regular(_) | Place::Topic => weights.regular,
        Place::Midterm => weights.midterm,
        Place::Endterm => weights.endterm,
    };
    let column = |place: Place| MarkColumn {
        code: place.code(),
        name: place.name(),
        weight: weight(place),
        may_be_empty: book.may_be_empty(place),
    };
    book.places().into_iter().map(column).collect()
}

fn may(book: &Book) -> Vec<&'static str> {
    let enters = book.ground.enters(&book.taught.code, book.semester);
    let mut may = Vec::new();
    if enters && book.state() == "open" {
        may.extend(["enter", "submit"]);
    }
    if book.ground.locks() {
        may.push("lock");
    }
    may
}

/// One gradebook.
pub fn show(tx: &mut Tx<'_>, school: UnitId, which: &Which) -> Result<Gradebook> {
    let book = Book::read(tx, school, which)?;
    let mut rows = match &book.row {
        Some(row) => rows(tx, school, row.id)?,
        None => HashMap::new(),
    };
    let pupil = |one: &registry::classes::show::ClassPupil| {
        let cells = rows.remove(&one.id).unwrap_or_default();
        let (standing, missing) = standing(&book, &cells);
        let (average_hundredths, passed) = match standing {
            Standing::Result(Outcome::Score(score)) => (Some(score), None),
            Standing::Result(Outcome::Pass) => (None, Some(true)),
            Standing::Result(Outcome::Fail) => (None, Some(false)),
            Standing::Missing | Standing::Exempt => (None, None),
        };
        GradebookPupil {
            pupil: one.id,
            person: one.person,
            full_name: one.full_name.clone(),
            birth: one.birth.clone(),
            position: one.position,
            cells: cells_of(&cells),
            average_hundredths,
            passed,
            missing,
        }
    };
    let pupils = book.ground.class.members.iter().map(pupil).collect();
    Ok(Gradebook {
        id: book.row.as_ref().map(|row| row.id),
        class: which.class,
        class_name: book.ground.class.row.name.clone(),
        year: book.ground.year(),
        subject: book.taught.code.clone(),
        subject_name: book.taught.name.clone(),
        semester: book.semester,
        scored: book.taught.subject.scored,
        pack: book.ground.pack,
        state: book.state().to_owned(),
        teachers: book.ground.teachers(&book.taught.code, book.semester),
        columns: columns(&book),
        pupils,
        version: book.row.as_ref().map_or(0, |row| row.version),
        may: may(&book),
    })
}

/// One gradebook: its columns by the circular, the pupils and their marks, and what each average has come to. For whoever
/// teaches the subject, leads the class, or has the right. Recorded as a look at the pupils.
#[utoipa::path(get, path = "/schools/{school}/classes/{class}/gradebooks/{subject}/{semester}", operation_id = "gradebook",
    tag = "gradebooks",
    params(("school" = Uuid, Path), ("class" = Uuid, Path), ("subject" = String, Path, example = "toan"),
        ("semester" = u8, Path, example = 1)),
    responses((status = 200, body = Gradebook), (status = 404, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, class, subject, semester)): Path<(UnitId, ClassId, String, u8)>,
) -> Answer<Tagged<Gradebook>> {
    let which = Which { class, subject, semester };
    let book = app
        .look(&ctx, "gradebook", move |tx| {
            let book = show(tx, school, &which)?;
            Ok((book.pupils.iter().map(|one| one.person.0).collect(), book))
        })
        .await?;
    Ok(Tagged::new(book.version, book))
}
