//! The receipt: the user's own rows, with the verdict and the sentence beside each.

use std::collections::HashMap;
use std::fs::File;

use base::book::Seen;
use base::sheet::{Cell, Head, Sheet};
use base::{Instant, Result, UnitId, Uuid};
use http::{Answer, App, Download, Path, Signed, State};

use super::stage::{Stage, Staged, StagedRow, Verdict};
use super::{allowed, open};

/// What stands before and behind the user's own columns.
const BEFORE: [&str; 2] = ["Trang", "Dòng"];
const BEHIND: [&str; 2] = ["Kết quả", "Giải thích"];

fn cell(seen: Option<&Seen>) -> Cell {
    match seen {
        None | Some(Seen::Empty) => Cell::Empty,
        Some(Seen::Day(day, _)) => Cell::Date(*day),
        Some(other) => Cell::Text(other.text()),
    }
}

/// What became of a row, in words.
fn result(row: &StagedRow, is_done: bool) -> &'static str {
    match (row.found.verdict, is_done) {
        (Verdict::New, true) => "Đã thêm mới",
        (Verdict::New, false) => "Sẽ thêm mới",
        (Verdict::Changed, true) => "Đã cập nhật",
        (Verdict::Changed, false) => "Sẽ cập nhật",
        (Verdict::Same, _) => "Không thay đổi",
        (Verdict::Doubtful, _) => "Chưa nhập: cần xem",
        (Verdict::Refused, _) => "Không nhập",
    }
}

/// Why, in sentences.
fn why(row: &StagedRow) -> String {
    let mut all: Vec<String> = row.found.said.iter().map(|said| format!("{}: {}", said.at, said.detail)).collect();
    all.extend(row.found.changes.iter().map(|change| match &change.from {
        Some(from) => format!("{}: {from} → {}", change.label, change.to),
        None => format!("{}: {}", change.label, change.to),
    }));
    all.extend(row.found.candidates.iter().map(|candidate| {
        let class = candidate.class.as_deref().unwrap_or("chưa xếp lớp");
        format!("Có thể là {} ({class}): {}", candidate.full_name, candidate.why)
    }));
    all.join("\n")
}

/// The headings of a table, each with how many of the same stand before it: several may have none.
fn counted(table: &Staged) -> Vec<(String, usize)> {
    let mut met: HashMap<&str, usize> = HashMap::new();
    let columns = table.columns.iter().map(|column| {
        let before = met.entry(column.title.as_str()).or_default();
        *before += 1;
        (column.title.clone(), *before)
    });
    columns.collect()
}

/// Writes the receipt of a stage. `is_done` tells whether what was accepted has gone in.
pub fn write(stage: &Stage, is_done: bool, made_at: Instant) -> Result<File> {
    // Several sheets, one for each class, have the same columns: they stand below each other.
    let mut titles: Vec<(String, usize)> = Vec::new();
    for (_, table) in stage.taken() {
        for title in counted(table) {
            if !titles.contains(&title) {
                titles.push(title);
            }
        }
    }
    let all: Vec<String> = BEFORE
        .iter()
        .map(|title| (*title).to_owned())
        .chain(titles.iter().map(|(title, _)| title.clone()))
        .chain(BEHIND.iter().map(|title| (*title).to_owned()))
        .collect();
    let mut columns = vec![Head { title: "", width: 16 }; all.len()];
    if let Some(last) = columns.last_mut() {
        last.width = 90;
    }
    let counts = stage.counts();
    let about = [
        ("Tệp", stage.name.clone()),
        ("Mới", counts.fresh.to_string()),
        ("Thay đổi", counts.changed.to_string()),
        ("Giữ nguyên", counts.same.to_string()),
        ("Cần xem", counts.doubtful.to_string()),
        ("Không nhận", counts.refused.to_string()),
        ("Đã ghi", if is_done { "Rồi" } else { "Chưa" }.to_owned()),
    ];
    let sheet = Sheet {
        title: "Kết quả nhập".to_owned(),
        columns,
        made_at,
        about: about.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    };
    let mut rows = platform::sheets::begin_titled(sheet, &all)?;
    for (_, table) in stage.taken() {
        let own = counted(table);
        let places: Vec<Option<usize>> =
            titles.iter().map(|title| own.iter().position(|column| column == title)).collect();
        for row in &table.rows {
            let mut cells = vec![Cell::Text(table.sheet.clone()), Cell::Int(i64::from(row.line.row))];
            cells.extend(places.iter().map(|at| cell(at.and_then(|at| row.line.cells.get(at)))));
            cells.push(Cell::Text(result(row, is_done).to_owned()));
            cells.push(Cell::Text(why(row)));
            rows.row(&cells)?;
        }
    }
    rows.finish()
}

/// The people of whom a receipt tells.
#[must_use]
pub fn people(stage: &Stage) -> Vec<Uuid> {
    let rows = stage.taken().flat_map(|(_, table)| table.rows.iter());
    let mut all: Vec<Uuid> = rows
        .flat_map(|row| {
            let target = row.found.target.map(|target| target.person);
            target.into_iter().chain(row.found.candidates.iter().map(|candidate| candidate.person))
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The receipt of an import as an Excel file: the file's own rows, with what became of each and why.
#[utoipa::path(get, path = "/units/{unit}/imports/{import}/receipt", operation_id = "import_receipt", tag = "imports",
    params(("unit" = Uuid, Path), ("import" = Uuid, Path)),
    responses((status = 200, description = "An Excel file", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 404, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((unit, import)): Path<(Uuid, Uuid)>,
) -> Answer<Download> {
    let school = UnitId(unit);
    let (row, stage) = open(app.db(), &ctx, school, import).await?;
    let (now, day) = (ctx.now(), ctx.today());
    let (people, file) =
        super::blocking(move || Ok((people(&stage), write(&stage, row.state == "done", now)?))).await?;
    app.look(&ctx, "import.receipt", move |tx| {
        allowed(tx, school)?;
        Ok((people, ()))
    })
    .await?;
    Ok(Download::excel(file, format!("ket-qua-nhap-{day}.xlsx")))
}
