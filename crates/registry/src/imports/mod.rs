//! A school's own workbook comes in: read, matched with whom the school has, looked at by a person, applied as one
//! transaction, and told row by row in a receipt. See `docs/IMPORT.md`.
//!
//! What a workbook says stands in one encrypted file per import ([`stage`]); the database knows only that there is one.

pub mod apply;
pub mod apply_import;
pub mod asked;
pub mod assignments;
pub mod bring;
pub mod change;
pub mod classes;
pub mod crosstab;
pub mod export;
pub mod kept;
pub mod layout;
pub mod list;
pub mod matching;
pub mod plan;
pub mod problems;
pub mod read;
pub mod receipt;
pub mod rows;
pub mod show;
pub mod staff;
pub mod stage;
pub mod standing;
pub mod store;
pub mod team;
pub mod template;
pub mod view;
pub mod write_lists;

use std::sync::Arc;

use auth::{Capability, Require as _};
use base::{Code, Ctx, Error, Kind, Result, UnitId, Uuid};
use db::{Db, Tx, params};
use platform::files::{self, FileId};

use layout::What;
use stage::{Counts, Stage, Verdict};
use standing::Standing;
use store::ImportRow;

/// There is no such import here.
pub const NOT_FOUND: Code = Code::new(Kind::NotFound, "import.not_found", "Không tìm thấy lần nhập này");
/// The unit is no school.
pub const NOT_A_SCHOOL: Code = Code::new(Kind::Refused, "import.not_a_school", "Chỉ trường mới có danh sách để nhập");
/// It is being applied, or was.
pub const NOT_READY: Code = Code::new(Kind::Conflict, "import.not_ready", "Lần nhập này không còn chờ");
/// No table was recognised.
pub const NO_PUPILS: Code = Code::new(Kind::Refused, "import.no_pupils", "Không nhận ra danh sách nào");
/// There is nothing that could go in.
pub const NOTHING: Code = Code::new(Kind::Refused, "import.nothing", "Không có dòng nào nhập được");
/// Somebody changed it meanwhile.
pub const STALE: Code = Code::new(Kind::Stale, "import.stale", "Bản xem trước đã được người khác sửa");

/// Whoever imports sees what stands of those it is about, also what is closed.
pub fn allowed(tx: &mut Tx<'_>, school: UnitId) -> Result<()> {
    tx.require(Capability::PupilEdit, school)?;
    // The house writes for whoever was asked, or for the operator, who says why; it looks at nobody.
    if !tx.is_house() {
        tx.require(Capability::PupilViewProtected, school)?;
    }
    match tx.one::<(String,)>(&auth::require::UNIT_KIND, params![school])? {
        Some((kind,)) if kind == "school" => Ok(()),
        _ => Err(NOT_A_SCHOOL.error("Đơn vị này không phải trường học. Hãy mở trang của trường rồi nhập danh sách.")),
    }
}

/// What a list takes, beside what every import takes: whoever brings staff sees what is closed of them, whoever brings
/// classes and assignments leads the school.
pub fn allowed_list(tx: &mut Tx<'_>, school: UnitId, what: What) -> Result<()> {
    match what {
        What::Pupils => Ok(()),
        What::Staff => {
            tx.require(Capability::StaffEdit, school)?;
            if tx.is_house() { Ok(()) } else { tx.require(Capability::StaffViewPrivate, school) }
        }
        What::Classes | What::Assignments => {
            tx.require(Capability::StaffView, school)?;
            tx.require(Capability::SchoolManage, school)
        }
    }
}

/// What the lists of a stage that are not left out take.
pub fn allowed_lists(tx: &mut Tx<'_>, school: UnitId, stage: &Stage) -> Result<()> {
    What::ALL.into_iter().filter(|what| stage.has(*what)).try_for_each(|what| allowed_list(tx, school, what))
}

/// Reads a file and judges its rows. Rights are the caller's; lists that the actor may not bring are left out.
pub fn staged(tx: &mut Tx<'_>, school: UnitId, name: &str, bytes: &[u8]) -> Result<Stage> {
    let books = platform::books::lent()?;
    let book = books.open(bytes, &layout::lists())?;
    let mut stage = Stage::of(name, book);
    crosstab::unfold(books, tx.today(), &mut stage);
    for table in &mut stage.tables {
        let Some(what) = table.what else {
            stage.notes.push(format!("Trang “{}” không có danh sách nào nhận ra được nên được bỏ qua.", table.sheet));
            continue;
        };
        match allowed_list(tx, school, what) {
            Err(error) if error.is(&auth::FORBIDDEN) => {
                table.skipped = true;
                // What is not theirs to see does not stay in their preview either.
                table.what = None;
                table.rows.clear();
                stage.notes.push(format!(
                    "Trang “{}” là danh sách {}; bạn không có quyền nhập danh sách này nên nó được bỏ qua. Hãy nhờ hiệu trưởng hoặc văn thư.",
                    table.sheet,
                    what.title().to_lowercase()
                ));
            }
            other => other?,
        }
    }
    judge(tx, school, &mut stage)?;
    Ok(stage)
}

/// The rows of a list, and how many of them each of its tables has, by its place.
type RowsOf = (Vec<read::Row>, Vec<(usize, usize)>);

/// The rows of a list, read, and how many each of its tables has.
fn rows_of(books: &dyn base::book::Books, stage: &Stage, what: What, latest: base::Date) -> Result<RowsOf> {
    let (mut all, mut places) = (Vec::new(), Vec::new());
    for (at, table) in stage.of_what(what) {
        let rows = read::rows(books, table, what, latest)?;
        places.push((at, rows.len()));
        all.extend(rows);
    }
    Ok((all, places))
}

/// Writes what was found about rows back to their tables.
fn put_back(stage: &mut Stage, places: Vec<(usize, usize)>, found: Vec<stage::Found>) {
    let mut found = found.into_iter();
    for (at, count) in places {
        let Some(table) = stage.tables.get_mut(at) else { continue };
        for (row, found) in table.rows.iter_mut().zip(found.by_ref().take(count)) {
            row.found = found;
        }
    }
}

/// Looks for those whom the school has not in the whole installation.
fn look_outside(
    tx: &mut Tx<'_>,
    school: UnitId,
    what: What,
    rows: &[read::Row],
    standing: &mut Standing,
) -> Result<()> {
    let unknown = |key: &str, known: &dyn Fn(&str) -> bool| -> Vec<String> {
        let values: std::collections::BTreeSet<&str> = rows.iter().filter_map(|row| row.get(key)).collect();
        values.into_iter().filter(|value| !known(value)).map(str::to_owned).collect()
    };
    let numbers = unknown("personal_number", &|number| !standing.numbered(number).is_empty());
    let codes = unknown("sector_code", &|code| !standing.coded(code).is_empty());
    standing::look_outside(tx, school, what, &numbers, &codes, standing)
}

/// Judges the rows of a stage anew against what the school has now: staff first, whom classes name, then classes, in which
/// pupils are, then pupils, then who teaches what. Answers what it has of pupils. Rights are the caller's.
pub fn judge(tx: &mut Tx<'_>, school: UnitId, stage: &mut Stage) -> Result<Standing> {
    let books = platform::books::lent()?;
    let needs_team = [What::Staff, What::Classes, What::Assignments].into_iter().any(|what| stage.has(what));
    let team = if needs_team { staff::judge(tx, school, stage, books)? } else { team::Team::default() };
    let mut coming = classes::judge(tx, school, stage, books, &team)?;
    let mut standing = match stage.has(What::Pupils) {
        true => standing::read(tx, school)?,
        false => standing::without_pupils(tx, school)?,
    };
    coming.iter().for_each(|class| standing.expect(class.clone()));
    let (rows, places) = rows_of(books, stage, What::Pupils, tx.today())?;
    look_outside(tx, school, What::Pupils, &rows, &mut standing)?;
    stage.makes_classes = stage.make_classes.unwrap_or_else(|| standing.has_no_class());
    let doubts = |number: &str, sex: Option<&str>, born: Option<i16>| books.doubts(number, sex, born);
    let found = matching::judge(rows, &standing, What::Pupils, stage.makes_classes, &doubts);
    put_back(stage, places, found);
    let made = new_classes(stage, &standing);
    stage.new_classes = made.iter().map(|class| class.name.clone()).collect();
    coming.extend(made);
    if stage.has(What::Staff) {
        let standing_classes = classes::read(tx, school)?;
        let by_employment = |id: base::Uuid| team.members.iter().find(|one| one.employment == Some(id));
        let leads = |name: &str| {
            let key = standing::class_key(name);
            let is = |class: &&classes::Standing| {
                [&class.row.code, &class.row.name].into_iter().any(|own| standing::class_key(own) == key)
            };
            match standing_classes.iter().find(is) {
                Some(class) => {
                    let leader = class.leader.and_then(by_employment);
                    Some(leader.and_then(|one| Some((one.person?, one.name.clone()))))
                }
                None => coming.iter().any(|class| standing::class_key(&class.name) == key).then_some(None),
            }
        };
        staff::homerooms(stage, &leads);
    }
    assignments::judge(tx, school, stage, books, &team, &coming)?;
    Ok(standing)
}

/// The classes that would be made for the pupils that go in, in the order of their names.
fn new_classes(stage: &Stage, standing: &Standing) -> Vec<standing::Class> {
    if !stage.makes_classes {
        return Vec::new();
    }
    let rows = stage.of_what(What::Pupils).flat_map(|(_, table)| &table.rows);
    let goes_in = rows.filter(|row| matches!(row.found.verdict, Verdict::New | Verdict::Changed));
    let mut new: std::collections::BTreeMap<&String, Option<String>> = std::collections::BTreeMap::new();
    for row in goes_in {
        let Some(name) = row.found.values.get("class") else { continue };
        if standing.class(name).is_none() && standing.coming(name).is_none() {
            let grade = row.found.values.get("grade").cloned().or_else(|| matching::grade_of(name));
            new.entry(name).or_insert(grade);
        }
    }
    let class = |(name, grade): (&String, Option<String>)| standing::Class {
        id: Uuid::nil(),
        name: name.clone(),
        grade: grade.unwrap_or_default(),
    };
    let mut new: Vec<standing::Class> = new.into_iter().map(class).collect();
    new.sort_by_cached_key(|class| base::vi::collation_key_of(&class.name));
    new
}

/// One import of a school. Rights are the caller's.
pub fn get(tx: &mut Tx<'_>, school: UnitId, id: Uuid) -> Result<ImportRow> {
    tx.one(&store::GET, params![school, id])?.ok_or_else(missing)
}

fn missing() -> Error {
    NOT_FOUND.error("Không tìm thấy lần nhập này: đã hết hạn lưu, hoặc thuộc trường khác. Hãy tải tệp lên lại.")
}

/// An import and what stands in its file.
pub async fn open(db: &Db, ctx: &Ctx, school: UnitId, id: Uuid) -> Result<(ImportRow, Arc<Stage>)> {
    let (row, opening) = db
        .read(ctx, move |tx| {
            allowed(tx, school)?;
            let row = get(tx, school, id)?;
            let opening = files::opening(tx, school, FileId(row.file))?;
            Ok((row, opening))
        })
        .await?;
    let (file, now) = (row.file, ctx.now());
    let stage = match kept::get(file, now) {
        Some(stage) => stage,
        None => {
            let db = db.clone();
            let stage = Arc::new(blocking(move || Stage::open(&db, &opening)).await?);
            kept::put(file, &stage, now);
            stage
        }
    };
    // Only now it is known which lists it has.
    if stage.tables.iter().any(|table| !matches!(table.what, None | Some(What::Pupils))) {
        let lists = Arc::clone(&stage);
        db.read(ctx, move |tx| {
            let all = What::ALL.into_iter().filter(|what| lists.tables.iter().any(|table| table.what == Some(*what)));
            all.into_iter().try_for_each(|what| allowed_list(tx, school, what))
        })
        .await?;
    }
    Ok((row, stage))
}

/// Does what blocks beside the connections.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

/// Keeps a stage as a new import, and answers it.
pub async fn put(db: &Db, ctx: &Ctx, school: UnitId, stage: &Arc<Stage>) -> Result<ImportRow> {
    let (now, kept) = (ctx.now(), Arc::clone(stage));
    let store = db.clone();
    let kept = blocking(move || kept.keep(&store, school, now)).await?;
    let (counts, name) = (stage.counts(), stage.name.clone());
    let row = db
        .write(ctx, move |tx| {
            allowed(tx, school)?;
            let id: Uuid = tx.new_id();
            let file = files::keep(tx, &kept)?;
            let (by, account, now) = (tx.ctx().actor().name(), tx.ctx().actor().account(), tx.now());
            let Counts { fresh, changed, same, doubtful, refused } = counts;
            tx.exec_one(
                &store::INSERT,
                params![school, id, file, fresh, changed, same, doubtful, refused, by, now, name, account],
            )?;
            tx.record(db::Entry::new("import.brought", "import", id).unit(school).version(1).after(&counts)?);
            get(tx, school, id)
        })
        .await?;
    self::kept::put(row.file, stage, now);
    Ok(row)
}

/// Keeps what a stage says by now, in place of what it said as `known`.
pub async fn restage(db: &Db, ctx: &Ctx, school: UnitId, before: &ImportRow, stage: &Arc<Stage>) -> Result<ImportRow> {
    let (now, kept) = (ctx.now(), Arc::clone(stage));
    let store = db.clone();
    let kept = blocking(move || kept.keep(&store, school, now)).await?;
    let counts = stage.counts();
    let (id, known, old) = (before.id, before.version, FileId(before.file));
    let row = db
        .write(ctx, move |tx| {
            allowed(tx, school)?;
            take(tx, school, id, known)?;
            let file = files::keep(tx, &kept)?;
            let Counts { fresh, changed, same, doubtful, refused } = counts;
            tx.exec_one(&store::RESTAGE, params![school, id, file, fresh, changed, same, doubtful, refused])?;
            // What it said before is nobody's any more.
            let now = tx.now();
            files::end_at(tx, school, old, Some(now))?;
            // Whoever looks at the same preview sees it.
            tx.record(db::Entry::new("import.corrected", "import", id).unit(school).version(known + 1).after(&counts)?);
            get(tx, school, id)
        })
        .await?;
    self::kept::put(row.file, stage, now);
    Ok(row)
}

/// Takes an import for change, as a version that is known.
pub fn take(tx: &mut Tx<'_>, school: UnitId, id: Uuid, known: i64) -> Result<()> {
    match tx.one::<(i64,)>(&store::TAKE, params![school, id])? {
        None => Err(missing()),
        Some((version,)) if version != known + 1 => Err(STALE.error(
            "Bản xem trước này đã được người khác sửa hoặc nhập; chưa có gì bị thay đổi. Hãy tải lại để xem bản mới.",
        )),
        Some(_) => Ok(()),
    }
}
