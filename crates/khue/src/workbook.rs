//! `khue import` and `khue export`: a school's lists from Excel and into it, for schools without a browser.

use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::{Code, Ctx, Error, Kind, Result, UnitId, Uuid};
use clap::{Args, ValueEnum};
use db::{Db, params};
use registry::{exports, imports};
use serde::{Deserialize, Serialize};

use crate::console::BAD_SETTING;
use crate::operator::{self, Tell, Work};
use crate::place::Place;

/// The file cannot be read or written.
pub const FILE: Code = Code::new(Kind::Unavailable, "workbook.file", "Không đọc hoặc không ghi được tệp");
/// More than one school has this code, or none.
pub const NO_SCHOOL: Code = Code::new(Kind::NotFound, "workbook.no_school", "Không có trường này");

/// Flags of an import.
#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    place: Place,
    /// Trường: mã trường hoặc mã định danh (UUID).
    #[arg(long, value_name = "MÃ")]
    unit: String,
    /// Tệp danh sách: Excel, OpenDocument, CSV hoặc bảng lưu dạng trang web.
    #[arg(value_name = "TỆP")]
    file: PathBuf,
    /// Chỉ đối chiếu và ghi tệp kết quả, không thay đổi gì.
    #[arg(long)]
    dry_run: bool,
    /// Lập các lớp chưa có trong năm học.
    #[arg(long)]
    make_classes: bool,
    /// Vì sao: ghi vào nhật ký.
    #[arg(long, value_name = "LÝ DO")]
    purpose: Option<String>,
    /// Tệp Excel nhận kết quả từng dòng.
    #[arg(long, value_name = "TỆP")]
    receipt: PathBuf,
}

/// Flags of an export.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    place: Place,
    /// Trường: mã trường hoặc mã định danh (UUID).
    #[arg(long, value_name = "MÃ")]
    unit: String,
    /// Danh sách nào.
    #[arg(long, value_name = "DANH SÁCH")]
    what: What,
    /// Vì sao: ghi vào nhật ký và vào danh sách ai đã xem thông tin của từng học sinh.
    #[arg(long, value_name = "LÝ DO")]
    purpose: String,
    /// Tệp Excel được ghi.
    #[arg(value_name = "TỆP")]
    file: PathBuf,
}

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Học sinh.
    Pupils,
    /// Cán bộ, giáo viên, nhân viên.
    Staff,
    /// Lớp của năm học này.
    Classes,
    /// Phân công chuyên môn.
    Assignments,
}

impl What {
    const fn layout(self) -> imports::layout::What {
        match self {
            Self::Pupils => imports::layout::What::Pupils,
            Self::Staff => imports::layout::What::Staff,
            Self::Classes => imports::layout::What::Classes,
            Self::Assignments => imports::layout::What::Assignments,
        }
    }

    /// What its rows are in a sentence.
    const fn words(self) -> &'static str {
        match self {
            Self::Pupils => "học sinh",
            Self::Staff => "cán bộ, giáo viên, nhân viên",
            Self::Classes => "lớp",
            Self::Assignments => "dòng phân công",
        }
    }
}

impl Import {
    /// Imports. `true` when every row went in; `false` when some stayed out.
    pub fn run(self) -> Result<bool> {
        let work = Work::Import {
            unit: self.unit,
            file: from_root(&self.file)?,
            dry_run: self.dry_run,
            make_classes: self.make_classes,
            receipt: from_root(&self.receipt)?,
        };
        operator::run(&self.place, None, &work, self.purpose.as_deref())
    }
}

impl Export {
    /// Exports.
    pub fn run(self) -> Result<bool> {
        let work = Work::Export { unit: self.unit, what: self.what, file: from_root(&self.file)? };
        operator::run(&self.place, None, &work, Some(&self.purpose))
    }
}

/// The server stands in another folder.
fn from_root(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| unusable(path)(error))
}

fn unusable(path: &Path) -> impl FnOnce(std::io::Error) -> Error + '_ {
    move |error| {
        FILE.error(format!(
            "Không đọc hoặc không ghi được {}. Hãy kiểm tra đường dẫn và quyền của tệp.",
            path.display()
        ))
        .caused_by(error)
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let file = std::fs::File::open(path).map_err(unusable(path))?;
    let mut bytes = Vec::new();
    let most = u64::try_from(imports::bring::MOST).map_err(Error::internal)?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(unusable(path))?;
    if bytes.len() > imports::bring::MOST {
        return Err(BAD_SETTING.error(format!("{} lớn hơn 50 MB. Hãy tách tệp rồi nhập lại.", path.display())));
    }
    Ok(bytes)
}

/// Whole or not at all, and for the owner only: it tells of pupils.
fn write(path: &Path, mut file: std::fs::File) -> Result<()> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut bytes)).map_err(unusable(path))?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let near = path.with_file_name(name);
    let mut options = std::fs::File::options();
    options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&near)
        .and_then(|mut to| to.write_all(&bytes).and_then(|()| to.sync_all()))
        .and_then(|()| std::fs::rename(&near, path))
        .map_err(unusable(path))
}

pub(crate) async fn school(db: &Db, ctx: &Ctx, text: &str) -> Result<UnitId> {
    let text = text.trim().to_owned();
    if let Ok(id) = text.parse::<Uuid>() {
        return Ok(UnitId(id));
    }
    let code = text.clone();
    let found: Vec<(UnitId,)> = db
        .read(ctx, move |tx| {
            tx.public("the operator names a school by its code");
            let today = tx.today();
            tx.all(&imports::store::SCHOOL_OF_CODE, params![code, today])
        })
        .await?;
    match found.as_slice() {
        [(school,)] => Ok(*school),
        [] => Err(NO_SCHOOL.error(format!("Không có trường nào mang mã {text}. Hãy kiểm tra lại mã trường."))),
        _ => {
            Err(NO_SCHOOL.error(format!("Nhiều trường cùng mang mã {text}. Hãy dùng mã định danh (UUID) của trường.")))
        }
    }
}

/// What an import is asked.
pub(crate) struct Asked<'a> {
    pub unit: &'a str,
    pub file: &'a Path,
    pub dry_run: bool,
    pub make_classes: bool,
    pub receipt: &'a Path,
}

pub(crate) async fn import(db: &Db, ctx: &Ctx, asked: &Asked<'_>, tell: &Tell<'_>) -> Result<bool> {
    let school = school(db, ctx, asked.unit).await?;
    let bytes = read(asked.file)?;
    let name = asked.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let makes = asked.make_classes;
    let stage = db
        .read_long(ctx, move |tx| {
            imports::allowed(tx, school)?;
            let mut stage = imports::staged(tx, school, &name, &bytes)?;
            if makes {
                stage.make_classes = Some(true);
                imports::judge(tx, school, &mut stage)?;
            }
            Ok(stage)
        })
        .await
        .and_then(imports::bring::with_tables)?;
    stage.notes.iter().for_each(|note| tell(note.clone()));
    let counts = stage.counts();
    let mut is_done = false;
    let mut back = 0;
    if counts.taken() > 0 && !asked.dry_run {
        let stage = Arc::new(stage.clone());
        let row = imports::put(db, ctx, school, &stage).await?;
        back = imports::apply_import::apply(db, ctx, school, row.id, None).await?.back;
        is_done = back == 0;
    }
    let people = imports::receipt::people(&stage);
    if !people.is_empty() {
        // The receipt tells what stood.
        db.write(ctx, move |tx| {
            imports::allowed(tx, school)?;
            auth::looked::durable(tx, "import.receipt", people.clone())
        })
        .await?;
    }
    let receipt = imports::receipt::write(&stage, is_done, ctx.now())?;
    write(asked.receipt, receipt)?;
    let did = if asked.dry_run { "Sẽ" } else { "Đã" };
    for what in [What::Staff, What::Classes, What::Pupils, What::Assignments] {
        if !stage.has(what.layout()) {
            continue;
        }
        let rows = stage.of_what(what.layout()).flat_map(|(_, table)| &table.rows);
        let counts = imports::stage::Counts::of(rows.map(|row| row.found.verdict));
        tell(format!(
            "{did} thêm {} {}, cập nhật {}, không đổi {}; cần xem {}, không nhận {}.",
            counts.fresh,
            what.words(),
            counts.changed,
            counts.same,
            counts.doubtful,
            counts.refused
        ));
    }
    if back > 0 {
        tell(format!("{back} dòng vừa được người khác sửa nên chưa nhập. Hãy chạy lại lệnh này."));
    }
    tell(format!("Kết quả từng dòng: {}", asked.receipt.display()));
    if counts.taken() == 0 {
        return Err(imports::apply_import::nothing());
    }
    Ok(counts.out() == 0 && back == 0)
}

pub(crate) async fn export(db: &Db, ctx: &Ctx, unit: &str, what: What, file: &Path, tell: &Tell<'_>) -> Result<bool> {
    let school = school(db, ctx, unit).await?;
    let called = what.words();
    let what = what.layout();
    let purpose = ctx.purpose().unwrap_or_default().to_owned();
    let why = purpose.clone();
    let (id, (made, rows, people)) = db
        .read_long(ctx, move |tx| {
            let id: Uuid = tx.new_id();
            Ok((id, exports::console::made(tx, school, what, &why, id)?))
        })
        .await?;
    db.write(ctx, move |tx| exports::console::left(tx, school, what, &purpose, id, (rows, people.clone()))).await?;
    write(file, made)?;
    tell(format!("Đã xuất {rows} {called} vào {}", file.display()));
    tell(format!("Dấu của tệp: {}. Lần xuất này hiện trong danh sách xuất dữ liệu của trường.", exports::code_of(id)));
    Ok(true)
}
