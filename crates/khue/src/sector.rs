//! `khue sector coverage`: how much of the sector's specification is kept, by a round trip through two throw-away
//! databases and a workbook.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use auth::SignedIn;
use base::sheet::{Head, Sheet};
use base::{AccountId, Ctx, Error, Instant, Result, SessionId, Uuid};
use clap::{Args, Subcommand};
use db::{Db, Location, Options};
use documents::workbook::{self, Cell, Limits};
use registry::fields::coverage::{self, Cells, Coverage, Row, Trip};
use registry::fields::sheet::Table;
use rules::sector::qd4998;

use crate::console::say;
use crate::place::{now, runtime};

/// The sector's specification.
#[derive(Debug, Args)]
pub struct Sector {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Đối chiếu với Quyết định 4998: mỗi nhóm có bao nhiêu trường, bao nhiêu trường nhập, sửa, xuất rồi nhập lại không đổi.
    /// Chạy trên dữ liệu dựng tạm; kết thúc bằng 1 khi còn trường chưa đủ.
    Coverage {
        /// In dạng JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Sector {
    /// Answers whether every entered field is covered.
    pub fn run(self) -> Result<bool> {
        let Command::Coverage { json } = self.command;
        let folder = tempfile::tempdir().map_err(Error::internal)?;
        let (from, to) = (throw_away(&folder.path().join("from"))?, throw_away(&folder.path().join("to"))?);
        let coverage = runtime()?.block_on(round_trip(&from, &to, act))?;
        from.close();
        to.close();
        if json {
            say(serde_json::to_string_pretty(&coverage).map_err(Error::internal)?);
        } else {
            told(&coverage).into_iter().for_each(say);
        }
        Ok(coverage.is_whole())
    }
}

fn throw_away(data: &Path) -> Result<Db> {
    std::fs::create_dir_all(data).map_err(Error::internal)?;
    let mut options = Options::new(Location::Sqlite(data.join("khue.db")), data, crate::schemas());
    options.key = data.join("throw-away.key");
    options.unsafe_durability = true;
    Db::open(&options, now())
}

/// An act of the house, or of whoever runs the throw-away schools.
fn act(account: Option<AccountId>) -> Result<Ctx> {
    let seed = auth::ctx::seed()?;
    let now: Instant = now();
    Ok(match account {
        None => auth::ctx::system("coverage", "coverage", now, seed),
        Some(account) => {
            let who = SignedIn {
                session: SessionId(Uuid::nil()),
                account,
                login: String::new(),
                display_name: String::new(),
                must_change_password: false,
                seen_at: now,
            };
            auth::ctx::signed_in(&who, "coverage", now, seed)
        }
    })
}

/// Writes everything in one database, takes it out as workbooks, takes these into another, and compares.
pub async fn round_trip(from: &Db, to: &Db, act: impl Fn(Option<AccountId>) -> Result<Ctx>) -> Result<Coverage> {
    let house = act(None)?;
    let there = from.write_long(&house, "throw-away schools are made", coverage::prepare).await?;
    let here = to.write_long(&act(None)?, "throw-away schools are made", coverage::prepare).await?;
    let mut trips = BTreeMap::new();
    for ((level, theirs), (_, ours)) in there.seats.into_iter().zip(here.seats) {
        let by = Some(there.account);
        from.write_long(&act(by)?, "every field gets a value", move |tx| coverage::fill(tx, level, &theirs)).await?;
        let shown = from.read(&act(by)?, move |tx| coverage::seen(tx, &theirs)).await?;
        let tables = from.read_long(&act(by)?, move |tx| coverage::take_out(tx, level, &theirs)).await?;
        let out = coverage::told_of(&tables, level)?;
        let cells = cells(&file(&tables, house.now())?)?;
        let by = Some(here.account);
        let mut changed = [0; 2];
        for times in &mut changed {
            let cells = cells.clone();
            *times = to
                .write_long(&act(by)?, "every field is taken in", move |tx| {
                    coverage::bring_in(tx, level, &ours, &cells)
                })
                .await?;
        }
        let back = to.read(&act(by)?, move |tx| coverage::seen(tx, &ours)).await?;
        let [_, again] = changed;
        trips.insert(level, Trip { expected: coverage::expected(level)?, shown, out, back, again });
    }
    coverage::count(&trips)
}

/// The tables as one workbook.
fn file(tables: &[Table], made_at: Instant) -> Result<Vec<u8>> {
    let Some((first, others)) = tables.split_first() else { return Ok(Vec::new()) };
    let columns: Vec<Head> = first.heads.clone();
    let mut rows =
        platform::sheets::begin(Sheet { title: first.kind.to_owned(), columns, made_at, about: Vec::new() })?;
    first.rows.iter().try_for_each(|row| rows.row(row))?;
    for table in others {
        rows.next(table.kind, &table.heads)?;
        table.rows.iter().try_for_each(|row| rows.row(row))?;
    }
    let mut bytes = Vec::new();
    rows.finish()?.read_to_end(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

/// What a cell says, as a person would type it.
fn said(cell: Cell<'_>) -> String {
    match cell {
        // Three decimals might part thousands: a further zero says that they do not.
        Cell::Number { value, shown: None } if value.fract() != 0.0 => format!("{value}0").replace('.', ","),
        Cell::Number { value, shown: None } => format!("{value}"),
        Cell::Date { day, .. } => base::vi::date(day),
        cell => cell.text().into_owned(),
    }
}

/// The sheets of a workbook that are named for a kind of record.
fn cells(bytes: &[u8]) -> Result<Cells> {
    let spec = qd4998()?;
    let book = workbook::open(bytes, &Limits::default())?;
    let sheets = book.sheets.iter().filter_map(|sheet| Some((spec.kind(&sheet.name)?.code, sheet)));
    Ok(sheets.map(|(kind, sheet)| (kind, sheet.rows().map(|row| row.cells().map(said).collect()).collect())).collect())
}

/// The table in plain words.
#[must_use]
pub fn told(coverage: &Coverage) -> Vec<String> {
    let head = format!(
        "{:<46} {:>6} {:>5} {:>5} {:>5} {:>5} {:>6} {:>8}",
        "Nhóm thông tin", "trường", "nhập", "tính", "cột", "lưu", "đủ", "nơi khác"
    );
    let line = |title: &str, row: &Row| {
        format!(
            "{title:<46} {:>6} {:>5} {:>5} {:>5} {:>5} {:>6} {:>8}",
            row.fields, row.entered, row.derived, row.typed, row.stored, row.covered, row.reported
        )
    };
    let mut lines = vec![head];
    for row in &coverage.rows {
        let of = row.group.map_or_else(|| format!("{} (danh sách)", row.kind), |_| row.kind.to_owned());
        lines.push(line(&format!("{} [{of}]", row.title), row));
        if !row.missing.is_empty() {
            lines.push(format!("    CHƯA ĐỦ: {}", row.missing.join(", ")));
        }
        if !row.rooms.is_empty() {
            let rooms: Vec<&str> = row.rooms.iter().copied().collect();
            lines.push(format!("    trường tính chờ phần: {}", rooms.join(", ")));
        }
        if !row.unknown_lists.is_empty() {
            let lists: Vec<&str> = row.unknown_lists.iter().copied().collect();
            lines.push(format!("    danh mục chưa có giá trị: {}", lists.join(", ")));
        }
    }
    let total = &coverage.total;
    lines.push(line(total.title, total));
    lines.push(format!(
        "Trường nhập đã đủ: {} trong {}. Trường tính: {}, Khuê đã tính {}, giữ được giá trị nơi khác báo: {}.",
        total.covered, total.entered, total.derived, total.computed, total.reported
    ));
    lines.push(format!(
        "Danh mục: {}, chưa có giá trị: {}. Nhập lại cùng tệp đổi {} giá trị.",
        total.lists.len(),
        total.unknown_lists.len(),
        coverage.changed_again
    ));
    lines
}
