//! Tables as Excel files (`.xlsx`), written row by row in constant memory.

use std::fs::File;
use std::io::{Seek as _, SeekFrom};

use base::sheet::{Cell, Head, Rows, Sheet, Sheets};
use base::{Code, Error, Kind, Result};
use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};

/// More rows than a sheet holds.
pub const TOO_LONG: Code = Code::new(Kind::Refused, "sheet.too_long", "Danh sách quá dài cho một tệp Excel");

/// What Excel itself holds, less the heading.
const ROWS_AT_MOST: u32 = 1_048_575;
/// What Excel holds in a cell.
const LETTERS_AT_MOST: usize = 32_767;

/// Makes Excel files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Excel;

impl Sheets for Excel {
    fn begin(&self, sheet: Sheet) -> Result<Box<dyn Rows>> {
        let titles: Vec<String> = sheet.columns.iter().map(|head| head.title.to_owned()).collect();
        self.begin_titled(sheet, &titles)
    }

    fn begin_titled(&self, sheet: Sheet, titles: &[String]) -> Result<Box<dyn Rows>> {
        Ok(Box::new(Writing::begin(sheet, titles)?))
    }
}

struct Writing {
    book: Workbook,
    sheet: Sheet,
    forms: Forms,
    rows: u32,
    /// Which sheet is being written, and how many columns it has.
    page: usize,
    columns: usize,
}

/// How cells look.
struct Forms {
    date: Format,
    number: Format,
    guarded: Format,
}

/// Whether a text would become a formula if it were typed. As a text cell it is none; but whoever opens such a cell to
/// correct a letter types it anew, unless it carries Excel's mark for text (`quotePrefix`, the apostrophe in front).
fn looks_like_formula(text: &str) -> bool {
    text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// Characters that Excel refuses in the name of a sheet, and more than 31 of any.
fn sheet_name(title: &str) -> String {
    let name: String = title.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
    if name.trim().is_empty() { "Danh sách".to_owned() } else { name }
}

fn moment(at: base::Instant) -> Result<ExcelDateTime> {
    let text = at.rfc3339();
    let day = ExcelDateTime::parse_from_str(text.get(..19).unwrap_or_default());
    day.map_err(Error::internal)
}

/// Begins a sheet with its headings.
fn begin_page(book: &mut Workbook, title: &str, columns: &[Head], titles: &[String]) -> Result<()> {
    let form = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0xEF_EB_F7))
        .set_border_bottom(FormatBorder::Thin)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap();
    let page = book.add_worksheet_with_constant_memory().map_err(Error::internal)?;
    page.set_name(sheet_name(title)).map_err(Error::internal)?;
    page.set_freeze_panes(1, 0).map_err(Error::internal)?;
    page.set_repeat_rows(0, 0).map_err(Error::internal)?;
    page.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    for ((column, head), title) in (0u16..).zip(columns).zip(titles) {
        page.set_column_width(column, f64::from(head.width)).map_err(Error::internal)?;
        let guarded = form.clone().set_quote_prefix();
        let form = if looks_like_formula(title) { &guarded } else { &form };
        page.write_string_with_format(0, column, title, form).map_err(Error::internal)?;
    }
    Ok(())
}

impl Writing {
    fn begin(sheet: Sheet, titles: &[String]) -> Result<Self> {
        let mut book = Workbook::new();
        // The moment is the act's own, so that the same act makes the same file.
        let properties = DocProperties::new().set_title(&sheet.title).set_creation_datetime(&moment(sheet.made_at)?);
        book.set_properties(&properties);
        begin_page(&mut book, &sheet.title, &sheet.columns, titles)?;
        let columns = sheet.columns.len();
        Ok(Self {
            book,
            sheet,
            forms: Forms {
                date: Format::new().set_num_format("dd/mm/yyyy").set_align(FormatAlign::Left),
                number: Format::new().set_num_format("#,##0"),
                guarded: Format::new().set_quote_prefix(),
            },
            rows: 0,
            page: 0,
            columns,
        })
    }

    /// Ends the sheet that is being written.
    fn end_page(&mut self) -> Result<()> {
        let last = u16::try_from(self.columns).unwrap_or(u16::MAX).saturating_sub(1);
        let page = self.book.worksheet_from_index(self.page).map_err(Error::internal)?;
        page.autofilter(0, 0, self.rows, last).map_err(Error::internal)?;
        Ok(())
    }
}

/// Writes a text that no program may take for a formula.
fn write_text(page: &mut Worksheet, row: u32, column: u16, text: &str, forms: &Forms) -> Result<()> {
    let fits: String = text.chars().take(LETTERS_AT_MOST).collect();
    let written = if looks_like_formula(text) {
        page.write_string_with_format(row, column, fits, &forms.guarded)
    } else {
        page.write_string(row, column, fits)
    };
    written.map(drop).map_err(Error::internal)
}

fn write(page: &mut Worksheet, row: u32, column: u16, cell: &Cell, forms: &Forms) -> Result<()> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => write_text(page, row, column, text, forms)?,
        Cell::Int(n) => {
            #[expect(clippy::cast_precision_loss, reason = "a spreadsheet's numbers are floating")]
            let n = *n as f64;
            page.write_number_with_format(row, column, n, &forms.number).map_err(Error::internal)?;
        }
        Cell::Date(day) => match ExcelDateTime::parse_from_str(&day.to_string()) {
            Ok(day) => {
                page.write_datetime_with_format(row, column, day, &forms.date).map_err(Error::internal)?;
            }
            // Excel's calendar begins in 1900; what is older stays readable.
            Err(_before) => {
                page.write_string(row, column, base::vi::date(*day)).map_err(Error::internal)?;
            }
        },
    }
    Ok(())
}

impl Rows for Writing {
    fn row(&mut self, cells: &[Cell]) -> Result<()> {
        if self.rows >= ROWS_AT_MOST {
            return Err(TOO_LONG.error(format!(
                "Một trang Excel chứa được {ROWS_AT_MOST} dòng, danh sách này dài hơn. Hãy lọc bớt rồi xuất lại."
            )));
        }
        self.rows += 1;
        let page = self.book.worksheet_from_index(self.page).map_err(Error::internal)?;
        for (column, cell) in (0u16..).zip(cells) {
            write(page, self.rows, column, cell, &self.forms)?;
        }
        Ok(())
    }

    fn next(&mut self, title: &str, columns: &[Head]) -> Result<()> {
        self.end_page()?;
        let titles: Vec<String> = columns.iter().map(|head| head.title.to_owned()).collect();
        begin_page(&mut self.book, title, columns, &titles)?;
        (self.page, self.columns, self.rows) = (self.page + 1, columns.len(), 0);
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<File> {
        self.end_page()?;
        let bold = Format::new().set_bold();
        let about = self.book.add_worksheet();
        about.set_name("Thông tin").map_err(Error::internal)?;
        about.set_column_width(0, 24).map_err(Error::internal)?;
        about.set_column_width(1, 64).map_err(Error::internal)?;
        let title = ("Danh sách".to_owned(), self.sheet.title.clone());
        for (row, (name, value)) in (0u32..).zip(std::iter::once(&title).chain(&self.sheet.about)) {
            about.write_string_with_format(row, 0, name, &bold).map_err(Error::internal)?;
            write_text(about, row, 1, value, &self.forms)?;
        }
        let mut file = tempfile::tempfile().map_err(Error::internal)?;
        self.book.save_to_writer(&mut file).map_err(Error::internal)?;
        file.seek(SeekFrom::Start(0)).map_err(Error::internal)?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use base::sheet::Head;
    use proptest::prelude::*;

    use super::*;
    use crate::workbook::{self, Limits};

    fn made(rows: &[Vec<Cell>]) -> zip::ZipArchive<File> {
        zip::ZipArchive::new(file(rows)).expect("a file that Excel can open")
    }

    fn file(rows: &[Vec<Cell>]) -> File {
        let columns = vec![
            Head { title: "Tên", width: 40 },
            Head { title: "Số", width: 10 },
            Head { title: "Từ ngày", width: 12 },
        ];
        let made_at = base::Instant::parse("2026-09-05T01:02:03.000000Z").expect("a moment");
        let about = vec![("Người xuất".to_owned(), "Lê Thị Thử".to_owned())];
        let sheet = Sheet { title: "Đơn vị: [thử]".to_owned(), columns, made_at, about };
        let mut writing = Excel.begin(sheet).expect("begins");
        for row in rows {
            writing.row(row).expect("writes");
        }
        writing.finish().expect("finishes")
    }

    /// What our own reader finds in a file of ours, row by row, below the headings.
    fn back(rows: &[Vec<Cell>]) -> Vec<Vec<Cell>> {
        let mut bytes = Vec::new();
        file(rows).read_to_end(&mut bytes).expect("reads");
        let book = workbook::open(&bytes, &Limits::default()).expect("a workbook");
        let cell = |cell: workbook::Cell<'_>| match cell {
            workbook::Cell::Text(text) => Cell::Text(text.to_owned()),
            workbook::Cell::Number { value, .. } => Cell::Int(format!("{value}").parse().expect("a whole number")),
            workbook::Cell::Date { day, .. } => Cell::Date(day),
            _ => Cell::Empty,
        };
        let sheet = book.sheets.first().expect("a sheet");
        sheet.rows().skip(1).map(|row| row.cells().map(cell).collect()).collect()
    }

    fn part(book: &mut zip::ZipArchive<File>, name: &str) -> String {
        let mut text = String::new();
        book.by_name(name).expect("the part is there").read_to_string(&mut text).expect("text");
        text
    }

    #[test]
    fn a_table_has_its_types_and_its_letters() {
        let day = "2025-07-01".parse().expect("a day");
        let mut book = made(&[
            vec![Cell::Text("=1+1".to_owned()), Cell::Int(17_374), Cell::Date(day)],
            vec![Cell::Text("Xã Ðường & <Bến>".to_owned()), Cell::Empty, Cell::Empty],
        ]);
        let sheet = part(&mut book, "xl/worksheets/sheet1.xml");
        assert!(sheet.contains("Xã Ðường &amp; &lt;Bến&gt;"), "{sheet}");
        assert!(
            sheet.contains("<v>17374</v>") && sheet.contains("<v>45839</v>"),
            "numbers and days are numbers: {sheet}"
        );
        assert!(!sheet.contains("<f>") && sheet.contains("=1+1"), "text is no formula: {sheet}");
        assert!(sheet.contains("<autoFilter ref=\"A1:C3\""), "{sheet}");
        assert!(part(&mut book, "xl/workbook.xml").contains("name=\"Đơn vị thử\""));
        assert!(part(&mut book, "docProps/core.xml").contains("2026-09-05T01:02:03Z"));
        assert!(part(&mut book, "xl/styles.xml").contains("dd/mm/yyyy"));
    }

    #[test]
    fn an_empty_table_is_a_table() {
        let mut book = made(&[]);
        assert!(part(&mut book, "xl/worksheets/sheet1.xml").contains("Từ ngày"));
        assert!(part(&mut book, "xl/sharedStrings.xml").contains("Lê Thị Thử"));
    }

    #[test]
    fn text_never_becomes_a_formula_and_comes_back() {
        let texts = [
            "=1+1",
            "+84912345678",
            "-5",
            "@SUM(A1)",
            " =HYPERLINK(\"x\")",
            "\t=1",
            "=cmd|' /C calc'!A0",
            "'=1",
            "＝1",
        ];
        let rows: Vec<Vec<Cell>> = texts.iter().map(|text| vec![Cell::Text((*text).to_owned())]).collect();
        assert_eq!(back(&rows), rows);
        let mut book = made(&rows);
        let (sheet, styles) = (part(&mut book, "xl/worksheets/sheet1.xml"), part(&mut book, "xl/styles.xml"));
        assert!(!sheet.contains("<f"), "{sheet}");
        // All but the one that begins with an apostrophe of its own carry the mark.
        let marked = styles.split("<cellXfs").nth(1).expect("styles").split("<xf ").skip(1);
        let mark =
            marked.enumerate().find(|(_, style)| style.contains("quotePrefix=\"1\"")).expect("a style with the mark").0;
        assert_eq!(sheet.matches(&format!(" s=\"{mark}\"")).count(), texts.len() - 1, "{sheet}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn what_is_written_is_read_again(
            text in "[=+@'-]?\\PC{0,12}|[A-Za-zĐđễ\u{301}\n\t_x0D ]{1,20}",
            number in -999_999_999_999i64..=999_999_999_999,
            days in -25_000i64..40_000,
        ) {
            let day = base::time::date_from_days(days).expect("in range");
            let text = if text.is_empty() { "x".to_owned() } else { text };
            let row = vec![Cell::Text(text), Cell::Int(number), Cell::Date(day)];
            prop_assert_eq!(back(std::slice::from_ref(&row)), vec![row]);
        }
    }
}
