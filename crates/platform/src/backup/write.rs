//! Making a backup while the program serves: one read transaction sees one moment of the data.

use std::fs::{self, File};
use std::io::{BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::{Ctx, Error, Instant, Result, Uuid};
use db::copy;
use db::{Db, Entry, Migration, Tx};

use super::frame::{Kind, Seal, Writer};
use super::restore::check_with;
use super::{Counts, EXISTS, Ended, FORMAT, FileHead, HEADS, Header, Report, TableEnd, TableHead, write_failed};
use crate::files::{self, Store};

db::statements! {
    pub(crate) MIGRATIONS = "SELECT ordinal, name, checksum FROM migration ORDER BY ordinal NULLS LAST";
    pub(crate) INSTALLATION = "SELECT node, epoch, demo FROM installation";
}

/// A file that is taken away again unless it is finished.
struct Partial {
    path: PathBuf,
    done: bool,
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.done {
            let _gone = fs::remove_file(&self.path);
        }
    }
}

type Out = Writer<BufWriter<File>>;

struct Written {
    out: Out,
    header: Header,
    counts: Counts,
    files: Vec<String>,
}

/// Makes a backup at `path`, where nothing may stand, and reads it back before it gets that name. `migrations` are the
/// program's (`db::migrations`), `files` its file store. Runs beside all other work; on SQLite the write-ahead log cannot
/// shrink meanwhile. Records itself in the journal.
pub async fn backup(
    db: &Db,
    ctx: &Ctx,
    migrations: &[Migration],
    files: Arc<dyn Store>,
    path: &Path,
) -> Result<Report> {
    begin(db, ctx, migrations, files, path).await?.finish(db, ctx).await
}

/// A backup that is written beside its name and was not read back yet. It is taken away again unless it is finished.
#[must_use]
pub struct Unproved {
    partial: Partial,
    path: PathBuf,
    header: Header,
    counts: Counts,
}

impl std::fmt::Debug for Unproved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unproved").field("path", &self.path).field("counts", &self.counts).finish()
    }
}

impl Unproved {
    /// Reads it back from beginning to end, with the keys that the program holds; then gives it its name and records it.
    pub async fn finish(self, db: &Db, ctx: &Ctx) -> Result<Report> {
        let Self { mut partial, path, header, counts } = self;
        let (written, keys, key) = (partial.path.clone(), db.keys().clone(), db.key_file().to_owned());
        let reading = tokio::task::spawn_blocking(move || check_with(&written, &keys, &key));
        if reading.await.map_err(Error::internal)??.counts != counts {
            return Err(super::damaged(0));
        }
        fs::rename(&partial.path, &path).map_err(write_failed)?;
        partial.done = true;
        sync_folder_of(&path)?;
        let (node, about) =
            (header.node, serde_json::json!({ "id": header.id, "rows": counts.rows, "files": counts.files }));
        db.write(ctx, move |tx| {
            tx.public("the whole installation was backed up by its operator");
            tx.record(Entry::new("backup.made", "installation", node).after(&about)?);
            Ok(())
        })
        .await?;
        Ok(Report { path, header, counts, restored: None, as_copy: false, ended: Ended::default() })
    }
}

/// Writes a backup beside `path`: the first half of [`backup`].
pub async fn begin(
    db: &Db,
    ctx: &Ctx,
    migrations: &[Migration],
    files: Arc<dyn Store>,
    path: &Path,
) -> Result<Unproved> {
    if path.exists() {
        return Err(EXISTS.error(format!("Tệp {} đã có; hãy chọn tên khác. Chưa có gì bị ghi đè.", path.display())));
    }
    let partial = Partial { path: path.with_added_extension("partial"), done: false };
    let file = private(&partial.path)?;
    let heads = fs::read(db.data().join(HEADS)).ok();
    let (id, keys, now) = (db::keys::random::<16>()?, db.keys().clone(), ctx.now());
    let migrations = migrations.to_vec();
    // A read's closure runs once, and so may write the file as it goes.
    let written = db
        .read_long(ctx, move |tx| {
            tx.public("the whole installation is backed up by its operator");
            copy::see_everything(tx)?;
            let header = header(tx, id, now)?;
            let seal = Seal::new(&keys, header.key_id, id)?;
            let bytes = serde_json::to_vec(&header).map_err(Error::internal)?;
            let mut out = Writer::new(BufWriter::with_capacity(1 << 18, file), &bytes, seal)?;
            let applied: Vec<Migration> = migrations
                .into_iter()
                .filter(|m| header.migrations.iter().any(|(ordinal, ..)| *ordinal == m.ordinal))
                .collect();
            let mut counts = Counts::default();
            for table in copy::tables(tx, &applied)? {
                counts.tables += 1;
                counts.rows += write_table(tx, &mut out, &table)?;
            }
            let files = tx.all::<(String,)>(&files::store::ADDRESSES, &[])?.into_iter().map(|(a,)| a).collect();
            Ok(Written { out, header, counts, files })
        })
        .await?;
    // Outside the transaction: files never change, and copying them may take long.
    let (header, mut counts, partial_path) = (written.header.clone(), written.counts, partial.path.clone());
    let copied = tokio::task::spawn_blocking(move || write_files(written, &*files, heads.as_deref(), &partial_path));
    let (files, missing, bytes) = copied.await.map_err(Error::internal)??;
    counts = Counts { files, missing, bytes, ..counts };
    Ok(Unproved { partial, path: path.to_owned(), header, counts })
}

fn private(path: &Path) -> Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    // What an interrupted backup left is of no use.
    let _gone = fs::remove_file(path);
    File::options().write(true).create_new(true).mode(0o600).open(path).map_err(write_failed)
}

fn sync_folder_of(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(write_failed)
}

fn header(tx: &mut Tx<'_>, id: [u8; 16], now: Instant) -> Result<Header> {
    let (node, epoch, demo) = tx
        .one::<(Uuid, i64, bool)>(&INSTALLATION, &[])?
        .ok_or_else(|| Error::internal("a database without an installation"))?;
    let key_id = tx.keys().current();
    Ok(Header {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        id: db::keys::hex(&id),
        created_at: now,
        node,
        epoch,
        demo,
        key_id,
        key_check: db::keys::hex(&tx.keys().check_value(key_id)?),
        migrations: tx.all(&MIGRATIONS, &[])?,
    })
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(Error::internal)
}

fn write_table(tx: &mut Tx<'_>, out: &mut Out, table: &copy::Table) -> Result<u64> {
    let columns = table.columns.iter().map(|column| (column.name.clone(), column.ty.name().to_owned())).collect();
    out.frame(Kind::Table, &json(&TableHead { name: table.name.clone(), columns })?)?;
    let mut proof = super::rows::Proof::new();
    copy::rows(tx, table, |rows| {
        proof.add(&table.columns, rows)?;
        out.frame(Kind::Rows, &super::rows::pack(rows)?)
    })?;
    out.frame(Kind::TableEnd, &json(&TableEnd { rows: proof.rows, digest: proof.digest() })?)?;
    Ok(proof.rows)
}

fn write_files(written: Written, store: &dyn Store, heads: Option<&[u8]>, path: &Path) -> Result<(u64, u64, u64)> {
    let mut out = written.out;
    let (mut count, mut missing) = (0, 0);
    if let Some(heads) = heads {
        out.frame(Kind::File, &json(&FileHead { address: HEADS.to_owned(), missing: false })?)?;
        for piece in heads.chunks(1 << 20) {
            out.frame(Kind::Bytes, piece)?;
        }
        out.frame(Kind::FileEnd, &[])?;
    }
    let mut piece = vec![0; 1 << 20];
    for address in written.files {
        let opened = store.open(&address)?;
        out.frame(Kind::File, &json(&FileHead { address, missing: opened.is_none() })?)?;
        match opened {
            None => missing += 1,
            Some(mut bytes) => {
                count += 1;
                loop {
                    let got = bytes.read(&mut piece).map_err(Error::internal)?;
                    if got == 0 {
                        break;
                    }
                    out.frame(Kind::Bytes, &piece[..got])?;
                }
            }
        }
        out.frame(Kind::FileEnd, &[])?;
    }
    let mut inner = out.end()?;
    inner.flush().map_err(write_failed)?;
    inner.get_ref().sync_all().map_err(write_failed)?;
    let bytes = fs::metadata(path).map_err(write_failed)?.len();
    Ok((count, missing, bytes))
}
