//! A school's own workbook comes in: read, matched with whom the school has, looked at by a person, applied as one
//! transaction, and told row by row in a receipt. See `docs/IMPORT.md`.
//!
//! What a workbook says stands in one encrypted file per import ([`stage`]); the database knows only that there is one.

pub mod apply;
pub mod apply_import;
pub mod asked;
pub mod bring;
pub mod change;
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
pub mod stage;
pub mod standing;
pub mod store;
pub mod template;
pub mod view;

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
pub const NOT_A_SCHOOL: Code = Code::new(Kind::Refused, "import.not_a_school", "Chỉ trường mới có danh sách học sinh");
/// It is being applied, or was.
pub const NOT_READY: Code = Code::new(Kind::Conflict, "import.not_ready", "Lần nhập này không còn chờ");
/// No table of pupils was recognised.
pub const NO_PUPILS: Code = Code::new(Kind::Refused, "import.no_pupils", "Không nhận ra danh sách học sinh nào");
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

/// Reads a file and judges its rows. Rights are the caller's.
pub fn staged(tx: &mut Tx<'_>, school: UnitId, name: &str, bytes: &[u8]) -> Result<Stage> {
    let books = platform::books::lent()?;
    let book = books.open(bytes, &layout::lists())?;
    let mut stage = Stage::of(name, book);
    for table in &stage.tables {
        let note = match table.what {
            Some(What::Pupils) => continue,
            Some(what) => format!(
                "Trang “{}” là danh sách {}, không phải học sinh nên được để riêng.",
                table.sheet,
                what.title().to_lowercase()
            ),
            None => format!("Trang “{}” không có danh sách học sinh nên được bỏ qua.", table.sheet),
        };
        stage.notes.push(note);
    }
    judge(tx, school, &mut stage)?;
    Ok(stage)
}

/// Judges the rows of a stage anew against what the school has now. Rights are the caller's.
pub fn judge(tx: &mut Tx<'_>, school: UnitId, stage: &mut Stage) -> Result<Standing> {
    let books = platform::books::lent()?;
    let mut standing = standing::read(tx, school)?;
    let latest = tx.today();
    let mut all = Vec::new();
    let mut places = Vec::new();
    for (at, table) in stage.of_what(What::Pupils) {
        let rows = read::rows(books, table, What::Pupils, latest)?;
        places.push((at, rows.len()));
        all.extend(rows);
    }
    let unknown = |key: &str, known: &dyn Fn(&str) -> bool| -> Vec<String> {
        let values: std::collections::BTreeSet<&str> = all.iter().filter_map(|row| row.get(key)).collect();
        values.into_iter().filter(|value| !known(value)).map(str::to_owned).collect()
    };
    let numbers = unknown("personal_number", &|number| !standing.numbered(number).is_empty());
    let codes = unknown("sector_code", &|code| !standing.coded(code).is_empty());
    standing::look_outside(tx, school, &numbers, &codes, &mut standing)?;
    stage.makes_classes = stage.make_classes.unwrap_or_else(|| standing.has_no_class());
    let doubts = |number: &str, sex: Option<&str>, born: Option<i16>| books.doubts(number, sex, born);
    let mut found = matching::judge(all, &standing, stage.makes_classes, &doubts).into_iter();
    for (at, count) in places {
        let Some(table) = stage.tables.get_mut(at) else { continue };
        for (row, found) in table.rows.iter_mut().zip(found.by_ref().take(count)) {
            row.found = found;
        }
    }
    stage.new_classes = new_classes(stage, &standing);
    Ok(standing)
}

/// The classes that would be made for the rows that go in, in the order of their names.
fn new_classes(stage: &Stage, standing: &Standing) -> Vec<String> {
    if !stage.makes_classes {
        return Vec::new();
    }
    let rows = stage.of_what(What::Pupils).flat_map(|(_, table)| &table.rows);
    let goes_in = rows.filter(|row| matches!(row.found.verdict, Verdict::New | Verdict::Changed));
    let names = goes_in.filter_map(|row| row.found.values.get("class"));
    let new: std::collections::BTreeSet<&String> = names.filter(|name| standing.class(name).is_none()).collect();
    let mut new: Vec<String> = new.into_iter().cloned().collect();
    new.sort_by_cached_key(|name| base::vi::collation_key_of(name));
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
    if let Some(stage) = kept::get(file, now) {
        return Ok((row, stage));
    }
    let db = db.clone();
    let stage = Arc::new(blocking(move || Stage::open(&db, &opening)).await?);
    kept::put(file, &stage, now);
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
