//! Marks are entered: one cell as it is typed, a column as it is pasted, hours of them when the network is back. Each says on
//! what it is based; a cell that somebody else wrote meanwhile stays as it is and is told.

use std::collections::{BTreeMap, HashMap, HashSet};

use auth::FORBIDDEN;
use base::{
    AccountId, ClassId, Code, EnrolmentId, Error, Field, Instant, Kind, Result, Score, ToValue as _, UnitId, Uuid,
};
use db::{Entry as Told, Tx, params};
use http::{Answer, App, Json, Path, Signed, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::book::{Book, Which};
use super::cells::{Cell, Cells, MarkWord, Place, shown};
use super::show::{rows, standing};
use super::store::{self, BookRow, Written};
use super::{Entry, Outcome, Standing};

/// The gradebook is handed in or locked.
pub const CLOSED: Code = Code::new(Kind::Conflict, "gradebook.closed", "Sổ điểm đã nộp hoặc đã khoá");
/// So many cells at once: a class of 60 with every column twice over.
pub const AT_MOST: usize = 1_500;

/// A cell is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnterMark {
    /// Whose.
    #[schema(value_type = base::Uuid)]
    pub pupil: EnrolmentId,
    /// In which column: `r1` … `r8`, `topic`, `midterm`, `endterm`.
    #[schema(example = "r1")]
    pub column: String,
    /// How often the cell had been written when it was seen: 0 for one that never was.
    pub seen: i64,
    /// The mark in hundredths, with at most one decimal; or
    #[serde(default)]
    #[schema(example = 850)]
    pub score_hundredths: Option<i32>,
    /// a word. Without both the cell is emptied.
    #[serde(default)]
    pub word: Option<MarkWord>,
}

/// Cells are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnterMarks {
    /// Each cell once.
    pub marks: Vec<EnterMark>,
}

/// A cell as it stands after a save.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EnteredMark {
    /// Whose.
    #[schema(value_type = base::Uuid)]
    pub pupil: EnrolmentId,
    /// In which column.
    #[schema(example = "r1")]
    pub column: String,
    /// How often it was written by now.
    pub writes: i64,
}

/// A cell that somebody else wrote meanwhile: it stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MarkConflict {
    /// Whose.
    #[schema(value_type = base::Uuid)]
    pub pupil: EnrolmentId,
    /// In which column.
    #[schema(example = "r1")]
    pub column: String,
    /// What stands in it: the mark in hundredths,
    #[schema(value_type = Option<i32>)]
    pub score_hundredths: Option<Score>,
    /// or a word.
    pub word: Option<MarkWord>,
    /// How often it was written by now.
    pub writes: i64,
    /// Who wrote it.
    pub by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Instant>,
}

/// What a pupil's semester has come to after a save.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MarkAverage {
    /// Whose.
    #[schema(value_type = base::Uuid)]
    pub pupil: EnrolmentId,
    /// The average in hundredths; `null` while something is missing.
    #[schema(value_type = Option<i32>, example = 790)]
    pub average_hundredths: Option<Score>,
    /// Of a subject judged by remarks: whether the semester is Đạt.
    pub passed: Option<bool>,
    /// How many assessments are missing.
    pub missing: i64,
}

/// What became of a save.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EnteredMarks {
    /// What is written.
    pub written: Vec<EnteredMark>,
    /// What somebody else wrote meanwhile.
    pub conflicts: Vec<MarkConflict>,
    /// The averages of the pupils who were written of.
    pub averages: Vec<MarkAverage>,
    /// The gradebook's version.
    pub version: i64,
}

/// Refuses a cell, by its place in the request.
fn refuse(at: usize, code: &'static str, detail: String) -> Field {
    Field { field: format!("marks.{at}"), code, detail }
}

/// What is to stand in a cell; the refusal of what cannot.
fn entry(at: usize, mark: &EnterMark, scored: bool, place: Place) -> std::result::Result<Entry, Field> {
    let name = place.name();
    match (mark.score_hundredths, mark.word) {
        (None, None) => Ok(Entry::Nothing),
        (Some(_), Some(_)) => Err(refuse(
            at,
            "mark.two",
            format!("{name}: chỉ ghi điểm hoặc chữ, không ghi cả hai. Hãy xoá một trong hai."),
        )),
        (None, Some(MarkWord::Unexcused)) => Ok(Entry::Unexcused),
        (None, Some(MarkWord::Exempt)) => Ok(Entry::Exempt),
        (None, Some(word)) if scored => {
            let word = if word == MarkWord::Pass { "Đ" } else { "CĐ" };
            Err(refuse(
                at,
                "mark.not_a_score",
                format!("{name}: môn này cho điểm, không ghi “{word}”. Hãy ghi điểm từ 0 đến 10."),
            ))
        }
        (None, Some(MarkWord::Pass)) => Ok(Entry::Pass),
        (None, Some(MarkWord::Fail)) => Ok(Entry::Fail),
        (Some(_), None) if !scored => Err(refuse(
            at,
            "mark.not_a_remark",
            format!("{name}: môn này đánh giá bằng nhận xét. Hãy ghi Đ (Đạt) hoặc CĐ (Chưa đạt)."),
        )),
        (Some(hundredths), None) => match Score::from_hundredths(hundredths) {
            None => Err(refuse(at, "mark.outside", format!("{name}: điểm phải từ 0 đến 10. Hãy sửa lại điểm."))),
            Some(score) if !score.has_one_decimal() => Err(refuse(
                at,
                "mark.decimals",
                format!("{name}: điểm có nhiều nhất một chữ số thập phân. Hãy làm tròn, ví dụ 8,6."),
            )),
            Some(score) => Ok(Entry::Score(score)),
        },
    }
}

/// The cells that are to be written, checked against the columns of the law and the pupils of the class.
fn checked(book: &Book, cmd: &EnterMarks) -> Result<Vec<(EnrolmentId, Place, i64, Entry)>> {
    if cmd.marks.is_empty() || cmd.marks.len() > AT_MOST {
        let detail = format!("Mỗi lần lưu từ 1 đến {AT_MOST} ô. Hãy lưu thành nhiều lần.");
        return Err(Error::field("marks", "mark.how_many", detail));
    }
    let places = book.places();
    let pupils: HashSet<EnrolmentId> = book.ground.pupils().collect();
    let (mut all, mut refused, mut seen) = (Vec::with_capacity(cmd.marks.len()), Vec::new(), HashSet::new());
    for (at, mark) in cmd.marks.iter().enumerate() {
        let Some(place) = Place::of_code(&mark.column).filter(|place| places.contains(place)) else {
            refused.push(refuse(
                at,
                "mark.no_column",
                format!(
                    "Sổ điểm này không có cột “{}” theo quy định. Hãy tải lại sổ điểm.",
                    base::vi::clean(&mark.column)
                ),
            ));
            continue;
        };
        if !pupils.contains(&mark.pupil) {
            let detail =
                "Học sinh này không có trong lớp hôm nay: đã chuyển đi hoặc chưa vào lớp. Hãy tải lại sổ điểm.";
            refused.push(refuse(at, "mark.not_in_class", detail.to_owned()));
            continue;
        }
        if !seen.insert((mark.pupil, place)) {
            refused.push(refuse(at, "mark.twice", format!("{} được ghi hai lần trong một lần lưu.", place.name())));
            continue;
        }
        match entry(at, mark, book.taught.subject.scored, place) {
            Ok(entry) => all.push((mark.pupil, place, mark.seen, entry)),
            Err(field) => refused.push(field),
        }
    }
    match Error::fields(refused) {
        Some(error) => Err(error),
        None => Ok(all),
    }
}

/// The gradebook taken for change; it is made with its first mark. Answers its id, its version, and whether it is new.
fn take(tx: &mut Tx<'_>, school: UnitId, which: &Which, row: Option<&BookRow>) -> Result<(Uuid, i64)> {
    let id = match row {
        Some(row) => row.id,
        None => {
            let id: Uuid = tx.new_id();
            let semester = i64::from(which.semester);
            tx.exec(&store::INSERT, params![school, id, which.class, which.subject, semester])?;
            // Somebody else may have made it since it was looked for.
            let row: Option<BookRow> = tx.one(&store::OF, params![school, which.class, which.subject, semester])?;
            row.ok_or_else(|| Error::internal("a gradebook that was just made"))?.id
        }
    };
    match tx.one::<(String, i64)>(&store::TAKE, params![school, id])? {
        Some((state, version)) if state == "open" => Ok((id, version)),
        Some((state, _)) => Err(closed(&state)),
        None => Err(Error::internal("a gradebook that was just there")),
    }
}

fn closed(state: &str) -> Error {
    let how = if state == "locked" { "đã khoá" } else { "đã nộp" };
    CLOSED.error(format!(
        "Sổ điểm {how} nên không ghi thêm được; chưa có gì bị thay đổi. Hãy đề nghị người quản lí mở lại sổ rồi ghi."
    ))
}

/// By cell: who wrote it last, and when.
type Writers = HashMap<(EnrolmentId, Place), (Option<String>, Instant)>;

/// Who wrote cells last, and when, by what the journal keeps of a gradebook's saves.
fn writers(tx: &mut Tx<'_>, gradebook: Uuid, cells: &[(EnrolmentId, Place)]) -> Result<Writers> {
    #[derive(Default, Deserialize)]
    struct Kept {
        #[serde(default)]
        after: Vec<(EnrolmentId, String, serde_json::Value)>,
    }
    let mut found = HashMap::new();
    let mut names: HashMap<String, Option<String>> = HashMap::new();
    for save in tx.all::<Written>(&store::WRITTEN, params![gradebook])? {
        let Some(body) = &save.body else { continue };
        let plain = tx.keys().open(db::keys::Use::Journal, save.id.as_bytes(), body)?;
        let kept: Kept = serde_json::from_slice(&plain).map_err(Error::internal)?;
        for (pupil, column, _) in kept.after {
            let Some(place) = Place::of_code(&column) else { continue };
            if !cells.contains(&(pupil, place)) || found.contains_key(&(pupil, place)) {
                continue;
            }
            let name = match names.get(&save.actor) {
                Some(name) => name.clone(),
                None => {
                    let account = Uuid::try_parse(&save.actor).ok().map(AccountId);
                    let name = match account {
                        Some(account) => auth::accounts::find(tx, account)?.map(|one| one.display_name),
                        None => None,
                    };
                    names.insert(save.actor.clone(), name.clone());
                    name
                }
            };
            found.insert((pupil, place), (name, save.at));
        }
        if found.len() == cells.len() {
            break;
        }
    }
    Ok(found)
}

/// Enters marks.
pub fn enter(tx: &mut Tx<'_>, school: UnitId, which: &Which, cmd: &EnterMarks) -> Result<EnteredMarks> {
    let book = Book::read(tx, school, which)?;
    if !book.ground.enters(&which.subject, which.semester) {
        return Err(FORBIDDEN.error(format!(
            "Chỉ giáo viên được phân công dạy {} ở {} mới ghi điểm được. Hãy nhờ người xếp phân công kiểm tra lại.",
            book.taught.name, book.ground.class.row.name
        )));
    }
    let wanted = checked(&book, cmd)?;
    let (gradebook, version) = take(tx, school, which, book.row.as_ref())?;
    let mut rows = rows(tx, school, gradebook)?;
    let (mut written, mut clashing) = (Vec::new(), Vec::new());
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut touched: BTreeMap<EnrolmentId, bool> = BTreeMap::new();
    for (pupil, place, seen, entry) in wanted {
        let cells = rows.entry(pupil).or_default();
        let stands = cells.get(place);
        let changed = touched.entry(pupil).or_default();
        if stands.entry != entry {
            if stands.writes != seen {
                clashing.push((pupil, place, stands));
                continue;
            }
            cells.set(place, entry);
            *changed = true;
            let told = |entry| (pupil, place.code(), serde_json::json!(shown(entry)));
            before.push(told(stands.entry));
            after.push(told(entry));
        }
        // What stands there already was written, by a request that is sent again or by somebody else.
        written.push(EnteredMark { pupil, column: place.code(), writes: cells.get(place).writes });
    }
    let kept: Vec<(EnrolmentId, String)> = touched
        .iter()
        .filter(|(_, changed)| **changed)
        .map(|(pupil, _)| (*pupil, rows.get(pupil).map(Cells::kept).unwrap_or_default()))
        .collect();
    tx.bulk(
        &store::ROWS_INTO,
        kept.iter().map(|(pupil, cells)| [school.to_value(), gradebook.to_value(), pupil.to_value(), cells.to_value()]),
    )?;
    if !after.is_empty() {
        let entry = Told::new("marks.entered", "gradebook", gradebook).unit(school).version(version);
        tx.record(entry.before(&before)?.after(&after)?);
    }
    let averages = touched.keys().map(|pupil| average(&book, *pupil, rows.get(pupil))).collect();
    let conflicts = conflicts(tx, gradebook, clashing)?;
    Ok(EnteredMarks { written, conflicts, averages, version })
}

fn average(book: &Book, pupil: EnrolmentId, cells: Option<&Cells>) -> MarkAverage {
    let nothing = Cells::default();
    let (standing, missing) = standing(book, cells.unwrap_or(&nothing));
    let (average_hundredths, passed) = match standing {
        Standing::Result(Outcome::Score(score)) => (Some(score), None),
        Standing::Result(outcome) => (None, Some(outcome == Outcome::Pass)),
        Standing::Missing | Standing::Exempt => (None, None),
    };
    MarkAverage { pupil, average_hundredths, passed, missing }
}

fn conflicts(tx: &mut Tx<'_>, gradebook: Uuid, clashing: Vec<(EnrolmentId, Place, Cell)>) -> Result<Vec<MarkConflict>> {
    if clashing.is_empty() {
        return Ok(Vec::new());
    }
    let cells: Vec<(EnrolmentId, Place)> = clashing.iter().map(|(pupil, place, _)| (*pupil, *place)).collect();
    let mut writers = writers(tx, gradebook, &cells)?;
    let told = clashing.into_iter().map(|(pupil, place, cell)| {
        let (score_hundredths, word) = shown(cell.entry);
        let (by, at) = writers.remove(&(pupil, place)).map_or((None, None), |(by, at)| (by, Some(at)));
        MarkConflict { pupil, column: place.code(), score_hundredths, word, writes: cell.writes, by, at }
    });
    Ok(told.collect())
}

/// Enters marks of a gradebook, each with how often its cell had been written when it was seen. What cannot stand in a cell
/// refuses the whole; what somebody else wrote meanwhile stays and is answered in `conflicts`, and the rest is written. Sent
/// again, it changes nothing.
#[utoipa::path(patch, path = "/schools/{school}/classes/{class}/gradebooks/{subject}/{semester}/marks",
    operation_id = "enter_marks", tag = "gradebooks",
    params(("school" = Uuid, Path), ("class" = Uuid, Path), ("subject" = String, Path, example = "toan"),
        ("semester" = u8, Path, example = 1)),
    request_body = EnterMarks,
    responses((status = 200, body = EnteredMarks), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((school, class, subject, semester)): Path<(UnitId, ClassId, String, u8)>,
    Json(cmd): Json<EnterMarks>,
) -> Answer<Json<EnteredMarks>> {
    let which = Which { class, subject, semester };
    Ok(Json(app.db().write(&ctx, move |tx| enter(tx, school, &which, &cmd)).await?))
}
