//! Restoring: the whole file is checked first, then loaded into an empty place in one transaction, then read back and
//! compared, and only then committed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Write as _};
use std::path::Path;

use base::{Ctx, Error, Instant, Result};
use db::copy::{self, NewEpoch, Steps, Table};
use db::keys::Keys;
use db::{Entry, Location, Options, Tx};

use super::frame::{Kind, Reader, Seal};
use super::rows::{self, Proof};
use super::{
    Counts, DAMAGED, Ended, FORMAT, FileHead, HEADS, Header, NOT_PROVED, Report, TableEnd, TableHead, damaged, newer,
};
use crate::files::{Disk, Draft, Store as _};
use crate::settings;

/// How to restore.
#[derive(Clone, Debug, Default)]
pub struct How {
    /// As another installation, beside the first one: a new node id, and nothing leaves it.
    pub as_copy: bool,
    /// Who does it: the system user's name, for the journal.
    pub operator: String,
    /// What is made from other tables and was not copied: built anew here, in the same transaction.
    pub rebuild: Vec<fn(&mut Tx<'_>) -> Result<()>>,
}

type Frames = Reader<BufReader<File>>;

/// What a backup says of itself. It is in clear, and proves nothing.
pub fn header(path: &Path) -> Result<Header> {
    sealed(path).map(|(_, header)| header)
}

/// Opens a backup that is still sealed.
fn sealed(path: &Path) -> Result<(Frames, Header)> {
    let file = File::open(path).map_err(|e| {
        DAMAGED
            .error(format!("Không mở được tệp {}: hãy kiểm tra đường dẫn và quyền đọc.", path.display()))
            .caused_by(e)
    })?;
    let (frames, header) = Reader::open(BufReader::with_capacity(1 << 18, file))?;
    // The format is looked at before the rest: a newer one may say it in other words.
    let format = serde_json::from_slice::<serde_json::Value>(&header).ok();
    match format.as_ref().and_then(|header| header["format"].as_u64()) {
        Some(format) if format > u64::from(FORMAT) => {
            return Err(newer(&format!(
                "tệp sao lưu có định dạng {format}, chương trình này đọc đến định dạng {FORMAT}"
            )));
        }
        Some(_) => {}
        None => return Err(damaged(0)),
    }
    let header = serde_json::from_slice(&header).map_err(|e| damaged(0).caused_by(e))?;
    Ok((frames, header))
}

/// Opens a backup and unseals it, when the key is the right one. `key` is where that came from.
fn open(path: &Path, keys: &Keys, key: &Path) -> Result<(Frames, Header)> {
    let (mut frames, header) = sealed(path)?;
    let check = keys.check_value(header.key_id).map(|check| db::keys::hex(&check));
    if check.as_ref().ok() != Some(&header.key_check) {
        return Err(db::keys::KEY_OTHER.error(format!(
            "Tệp khoá {} không mở được bản sao lưu này (cần khoá số {}). Hãy đặt đúng tệp khoá của hệ thống đã sao lưu (KHUE_KEY); chưa có gì bị thay đổi.",
            key.display(),
            header.key_id
        )));
    }
    let id = u128::from_str_radix(&header.id, 16).map_err(|e| damaged(0).caused_by(e))?;
    frames.unseal(Seal::new(keys, header.key_id, id.to_be_bytes())?);
    Ok((frames, header))
}

/// Reads a whole backup without restoring it: every byte is checked against its digest and its key.
pub fn check(path: &Path, key: &Path) -> Result<Report> {
    check_with(path, &Keys::read(key)?, key)
}

/// The same with keys that were read already, from `key`.
pub(crate) fn check_with(path: &Path, keys: &Keys, key: &Path) -> Result<Report> {
    let (mut frames, header) = open(path, keys, key)?;
    let mut counts = Counts { bytes: std::fs::metadata(path).map_or(0, |m| m.len()), ..Counts::default() };
    while let Some((kind, body)) = frames.next()? {
        match kind {
            Kind::Table => counts.tables += 1,
            Kind::TableEnd => counts.rows += read::<TableEnd>(&body)?.rows,
            Kind::File => {
                let head: FileHead = read(&body)?;
                counts.files += u64::from(!head.missing && head.address != HEADS);
                counts.missing += u64::from(head.missing);
            }
            _ => {}
        }
    }
    Ok(Report { path: path.to_owned(), header, counts, restored: None, as_copy: false, ended: Ended::default() })
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body).map_err(|e| damaged(0).caused_by(e))
}

/// Restores a backup into an empty place: `options` name it as for opening, with the key file already there. Nothing is
/// left when it is refused. Blocks, on a thread of its own.
pub fn restore(options: &Options, path: &Path, now: Instant, how: &How) -> Result<Report> {
    let operator = auth::ctx::operator(how.operator.as_str(), "restore", now, auth::ctx::seed()?);
    // The door's connections have little runtimes of their own, which must not stand inside another.
    std::thread::scope(|scope| {
        scope
            .spawn(|| restore_here(options, path, &operator, how))
            .join()
            .unwrap_or_else(|_| Err(Error::internal("the restore panicked")))
    })
}

fn restore_here(options: &Options, path: &Path, ctx: &Ctx, how: &How) -> Result<Report> {
    let checked = check(path, &options.key)?;
    let known = db::migrations(&options.schemas);
    for (ordinal, name, checksum) in &checked.header.migrations {
        match known.iter().find(|m| m.ordinal == *ordinal) {
            None => return Err(newer(&format!("chương trình này không biết bước nâng cấp {ordinal} ({name})"))),
            Some(m) if m.checksum() != *checksum => {
                return Err(db::CHANGED.error(format!(
                    "Bước nâng cấp {ordinal} ({name}) trong bản sao lưu khác với bước của chương trình này. Hãy dùng đúng phiên bản Khuê đã sao lưu ({}); chưa có gì bị thay đổi.",
                    checked.header.version
                )));
            }
            Some(_) => {}
        }
    }
    let files = Disk::beside(&options.data);
    if std::fs::read_dir(files.root()).is_ok_and(|mut all| all.next().is_some()) {
        return Err(copy::NOT_EMPTY.error(format!(
            "Thư mục {} đã có tệp; chưa có gì bị thay đổi. Hãy chọn một thư mục dữ liệu trống (KHUE_DATA) rồi chạy lại.",
            files.root().display()
        )));
    }
    let keys = Keys::read(&options.key)?;
    let node = if how.as_copy { Some(base::id::uuid_v7(ctx.now().unix_ms(), db::keys::random()?)) } else { None };
    let (mut frames, header) = open(path, &keys, &options.key)?;
    let epoch = NewEpoch {
        reason: if how.as_copy { "copied" } else { "restored" },
        node,
        about: serde_json::json!({ "backup": header.id, "made_at": header.created_at, "of": header.node }),
    };
    let steps = Steps {
        made_by: header.migrations.iter().map(|(ordinal, ..)| *ordinal).collect(),
        fill: |tx: &mut Tx<'_>, tables: &[Table]| fill(tx, tables, &mut frames, &files, &options.data),
        finish: |tx: &mut Tx<'_>, ()| {
            for rebuild in &how.rebuild {
                rebuild(tx)?;
            }
            if how.as_copy {
                settings::set(tx, &settings::COPY, None, &true.into())?;
            }
            shut(tx)
        },
        epoch,
    };
    let heads = options.data.join(HEADS);
    let had_heads = heads.exists();
    let loaded = copy::load(options, keys, ctx, steps);
    // The folder was empty before: what is there now came from here.
    if loaded.as_ref().is_err_and(|error| !error.is(&copy::NOT_EMPTY)) {
        let _gone = std::fs::remove_dir_all(files.root());
        if !had_heads {
            let _gone = std::fs::remove_file(&heads);
        }
    }
    let loaded = loaded?;
    if let Location::Sqlite(path) = &options.location {
        sync_folder_of(path)?;
    }
    let restored = Some((loaded.head, loaded.previous));
    Ok(Report { restored, as_copy: how.as_copy, ended: loaded.answer, ..checked })
}

/// Ends every session and withdraws every open invitation: what was ended or withdrawn after the backup was made would
/// stand open again.
fn shut(tx: &mut Tx<'_>) -> Result<Ended> {
    let ended =
        Ended { sessions: auth::session::end_everybodys(tx)?, invitations: auth::invitations::withdraw_all(tx)? };
    if ended != Ended::default() {
        let Ended { sessions, invitations } = ended;
        let node = tx.one::<(base::Uuid, i64, bool)>(&super::write::INSTALLATION, &[])?.map(|(node, ..)| node);
        let entry = Entry::new("backup.shut", "installation", node.unwrap_or_default());
        tx.record(
            entry.after(&serde_json::json!({ "sessions_ended": sessions, "invitations_withdrawn": invitations }))?,
        );
    }
    Ok(ended)
}

fn sync_folder_of(path: &Path) -> Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(super::write_failed)
}

/// Loads tables and files; then reads every table back and compares it with what the backup says of it.
fn fill(tx: &mut Tx<'_>, tables: &[Table], frames: &mut Frames, files: &Disk, data: &Path) -> Result<()> {
    let mut said = BTreeMap::<String, TableEnd>::new();
    while let Some((kind, body)) = frames.next()? {
        match kind {
            Kind::Table => {
                let head: TableHead = read(&body)?;
                let table = tables.iter().find(|table| table.name == head.name).filter(|table| {
                    let columns = table.columns.iter().map(|column| (column.name.as_str(), column.ty.name()));
                    columns.eq(head.columns.iter().map(|(name, ty)| (name.as_str(), ty.as_str())))
                });
                let Some(table) = table else {
                    return Err(newer(&format!("bảng {} không giống bảng của chương trình này", head.name)));
                };
                let end = fill_table(tx, table, frames)?;
                if said.insert(head.name, end).is_some() {
                    return Err(damaged(0));
                }
            }
            Kind::File => fill_file(&read(&body)?, frames, files, data)?,
            _ => return Err(damaged(0)),
        }
    }
    if let Some(table) = tables.iter().find(|table| !said.contains_key(&table.name)) {
        return Err(DAMAGED.error(format!("Bản sao lưu thiếu bảng {}; không khôi phục gì cả.", table.name)));
    }
    for table in tables {
        let proof = rows::prove(tx, table)?;
        if said.get(&table.name).is_none_or(|said| said.rows != proof.rows || said.digest != proof.digest()) {
            return Err(NOT_PROVED.error(format!(
                "Bảng {} sau khi khôi phục không khớp với bản sao lưu nên đã huỷ việc khôi phục. Hãy gửi nhật ký cho nhà phát triển.",
                table.name
            )));
        }
    }
    Ok(())
}

fn fill_table(tx: &mut Tx<'_>, table: &Table, frames: &mut Frames) -> Result<TableEnd> {
    let mut proof = Proof::new();
    loop {
        match frames.next()? {
            Some((Kind::Rows, body)) => {
                let rows = rows::unpack(&body, table.columns.len())?;
                proof.add(&table.columns, &rows)?;
                copy::insert(tx, table, &rows)?;
            }
            Some((Kind::TableEnd, body)) => {
                let end: TableEnd = read(&body)?;
                if end.rows != proof.rows || end.digest != proof.digest() {
                    return Err(damaged(0));
                }
                return Ok(end);
            }
            _ => return Err(damaged(0)),
        }
    }
}

enum To {
    Store(Box<dyn Draft>),
    Heads(File),
    Nowhere,
}

fn fill_file(head: &FileHead, frames: &mut Frames, files: &Disk, data: &Path) -> Result<()> {
    let mut to = if head.missing {
        To::Nowhere
    } else if head.address == HEADS {
        // Heads that stand here already know at least as much: those of the installation that was lost.
        match File::options().write(true).create_new(true).open(data.join(HEADS)) {
            Ok(file) => To::Heads(file),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => To::Nowhere,
            Err(e) => return Err(super::write_failed(e)),
        }
    } else {
        To::Store(files.draft()?)
    };
    loop {
        match frames.next()? {
            Some((Kind::Bytes, body)) => match &mut to {
                To::Store(draft) => draft.write_all(&body).map_err(super::write_failed)?,
                To::Heads(file) => file.write_all(&body).map_err(super::write_failed)?,
                To::Nowhere => {}
            },
            Some((Kind::FileEnd, _)) => break,
            _ => return Err(damaged(0)),
        }
    }
    match to {
        To::Store(draft) => draft.keep(&head.address),
        To::Heads(file) => file.sync_all().map_err(super::write_failed),
        To::Nowhere => Ok(()),
    }
}
