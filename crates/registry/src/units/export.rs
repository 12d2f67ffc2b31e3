//! The list of units as an Excel file: the same filters, the columns that were chosen, typed.

use auth::{Capability, EdgeKind, Require as _};
use base::sheet::{Cell, Head, Sheet};
use base::{Code, Date, Error, Kind, PageRequest, Result, UnitId, vi};
use db::Tx;
use http::{Answer, App, Download, Json, Signed, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::list::{Ended, ListUnits, list};
use super::rules::kind_title;
use super::{UnitRow, view};

/// More rows than anybody reads; whoever wants them all asks the API page by page.
pub const TOO_MANY: Code = Code::new(Kind::Refused, "unit.export_too_long", "Danh sách quá dài để xuất");

/// So many rows at most.
const ROWS_AT_MOST: usize = 50_000;
/// So many chosen rows at most: more are a filter.
const CHOSEN_AT_MOST: usize = 2_000;

/// The columns there are, by the names of the API's fields, with their headings.
const COLUMNS: [(&str, Head); 7] = [
    ("full_name", Head { title: "Tên", width: 48 }),
    ("kind", Head { title: "Loại", width: 18 }),
    ("code", Head { title: "Mã", width: 14 }),
    ("path", Head { title: "Thuộc", width: 48 }),
    ("children", Head { title: "Số đơn vị trực thuộc", width: 12 }),
    ("valid_from", Head { title: "Từ ngày", width: 12 }),
    ("valid_to", Head { title: "Đến ngày", width: 12 }),
];

/// What is asked: the filters of the list, and what to write of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExportUnits {
    /// Words of a name or code.
    #[schema(example = "ba dinh")]
    pub q: Option<String>,
    /// Only these kinds.
    #[schema(example = json!(["school"]))]
    pub kind: Vec<String>,
    /// Only units directly below this one.
    #[schema(value_type = Option<base::Uuid>)]
    pub parent: Option<UnitId>,
    /// By which kind of edge.
    pub edge: Option<String>,
    /// On which day; today when not said.
    #[schema(value_type = Option<String>, format = Date)]
    pub as_of: Option<Date>,
    /// Whether a search also finds what has ended by that day, or only that.
    pub ended: Ended,
    /// Only what is one's own, as in the list.
    pub mine: bool,
    /// `name`, `code`, `kind`; downwards with `-` before it.
    pub sort: Option<String>,
    /// Only these of them, at most 2,000.
    #[schema(value_type = Option<Vec<base::Uuid>>)]
    pub ids: Option<Vec<UnitId>>,
    /// Which columns, by the names of `UnitRow`'s fields; all when not said. The name is always there.
    pub columns: Option<Vec<String>>,
}

fn cell(column: &str, unit: &UnitRow) -> Cell {
    match column {
        "full_name" => Cell::Text(unit.full_name.clone()),
        "kind" => Cell::Text(kind_title(&unit.kind).to_owned()),
        "code" => Cell::text(unit.code.clone()),
        "path" => Cell::Text(unit.path.iter().map(|step| step.name.as_str()).collect::<Vec<_>>().join(" › ")),
        "children" => Cell::Int(unit.children),
        "valid_from" => Cell::day(unit.valid_from),
        _ => Cell::day(unit.valid_to),
    }
}

/// The chosen columns, in the order of the list.
fn chosen(wanted: Option<&Vec<String>>) -> Result<Vec<(&'static str, Head)>> {
    let Some(wanted) = wanted else { return Ok(COLUMNS.to_vec()) };
    if let Some(unknown) = wanted.iter().find(|name| !COLUMNS.iter().any(|(known, _)| known == name)) {
        let known = COLUMNS.map(|(known, _)| known).join(", ");
        let detail = format!("Danh sách này không có cột “{unknown}”. Hãy chọn trong: {known}.");
        return Err(Error::field("columns", "unit.column", detail));
    }
    Ok(COLUMNS.into_iter().filter(|(name, _)| *name == "full_name" || wanted.iter().any(|one| one == name)).collect())
}

fn question(cmd: &ExportUnits) -> Result<ListUnits> {
    let edge = match cmd.edge.as_deref().filter(|edge| !edge.is_empty()) {
        None => None,
        Some(edge) => Some(EdgeKind::parse(edge).ok_or_else(|| super::list::no_such_edge(edge))?),
    };
    if cmd.ids.as_ref().is_some_and(|ids| ids.len() > CHOSEN_AT_MOST) {
        let detail = "Chỉ xuất được tối đa 2.000 dòng đã chọn. Hãy dùng bộ lọc thay cho việc chọn.";
        return Err(Error::field("ids", "unit.chosen", detail));
    }
    Ok(ListUnits {
        q: cmd.q.clone(),
        kinds: cmd.kind.iter().filter(|kind| !kind.is_empty()).take(20).cloned().collect(),
        only: cmd.ids.clone(),
        parent: cmd.parent,
        edge,
        as_of: cmd.as_of,
        ended: cmd.ended,
        mine: cmd.mine,
        sort: cmd.sort.clone(),
        page: PageRequest::new(Some(i64::from(PageRequest::MAX_LIMIT)), None)?,
        uncounted: true,
    })
}

/// What the file tells about itself.
fn about(tx: &mut Tx<'_>, cmd: &ExportUnits, on: Date) -> Result<Vec<(String, String)>> {
    let mut about = vec![("Tại ngày".to_owned(), vi::date(on))];
    if let Some(q) = cmd.q.as_deref().map(vi::clean).filter(|q| !q.is_empty()) {
        about.push(("Tìm".to_owned(), q));
    }
    if !cmd.kind.is_empty() {
        about.push(("Loại".to_owned(), cmd.kind.iter().map(|kind| kind_title(kind)).collect::<Vec<_>>().join(", ")));
    }
    if let Some(parent) = cmd.parent {
        // The file names it.
        tx.require(Capability::UnitView, parent)?;
        about.push(("Trực thuộc".to_owned(), view::name(tx, parent, on)?));
    }
    if cmd.mine {
        about.push(("Phạm vi".to_owned(), "Đơn vị của người xuất".to_owned()));
    }
    if cmd.ids.is_some() {
        about.push(("Phạm vi".to_owned(), "Những dòng đã chọn".to_owned()));
    }
    Ok(about)
}

/// Whoever exports, as the file names them.
fn who(tx: &mut Tx<'_>) -> Result<String> {
    let account = tx.require_signed_in()?;
    Ok(auth::accounts::find(tx, account)?.map_or_else(String::new, |account| account.display_name))
}

/// Writes the list into a file. Answers with the file and how many rows it has.
pub fn export(tx: &mut Tx<'_>, cmd: &ExportUnits, who: &str) -> Result<(std::fs::File, usize)> {
    let on = cmd.as_of.unwrap_or_else(|| tx.today());
    let columns = chosen(cmd.columns.as_ref())?;
    let mut ask = question(cmd)?;
    let mut told = vec![("Người xuất".to_owned(), who.to_owned())];
    told.extend(about(tx, cmd, on)?);
    let sheet = Sheet {
        title: "Đơn vị".to_owned(),
        columns: columns.iter().map(|(_, head)| *head).collect(),
        made_at: tx.now(),
        about: told,
    };
    let mut rows = platform::sheets::begin(sheet)?;
    let mut written = 0;
    loop {
        let page = list(tx, &ask)?;
        for unit in &page.items {
            written += 1;
            if written > ROWS_AT_MOST {
                return Err(
                    TOO_MANY.error("Danh sách này dài hơn 50.000 dòng nên chưa xuất được. Hãy lọc bớt rồi xuất lại.")
                );
            }
            let cells: Vec<Cell> = columns.iter().map(|(column, _)| cell(column, unit)).collect();
            rows.row(&cells)?;
        }
        match page.next {
            Some(next) => ask.page = PageRequest::new(Some(i64::from(PageRequest::MAX_LIMIT)), Some(next))?,
            None => return Ok((rows.finish()?, written)),
        }
    }
}

/// The list of units as an Excel file, with the same filters. Who exported what is recorded.
#[utoipa::path(post, path = "/units/exports", operation_id = "export_units", tag = "units", request_body = ExportUnits,
    responses((status = 200, description = "An Excel file", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 400, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(State(app): State<App>, Signed(ctx): Signed, Json(cmd): Json<ExportUnits>) -> Answer<Download> {
    let asked = cmd.clone();
    let (file, rows, day) = app
        .db()
        .read_long(&ctx, move |tx| {
            let who = who(tx)?;
            let (file, rows) = export(tx, &asked, &who)?;
            Ok((file, rows, asked.as_of.unwrap_or_else(|| tx.today())))
        })
        .await?;
    app.db()
        .write(&ctx, move |tx| {
            tx.require_signed_in()?;
            platform::sheets::record(tx, "units", &cmd, rows, Vec::new())
        })
        .await?;
    Ok(Download::excel(file, format!("don-vi-{day}.xlsx")))
}
