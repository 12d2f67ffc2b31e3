//! Tables as Excel files (`.xlsx`), written row by row in constant memory.

use std::fs::File;
use std::io::{Seek as _, SeekFrom};

use base::sheet::{Cell, Head, Mark, Rows, Sheet, Sheets};
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
        let titles = titles_of(&sheet.columns);
        self.begin_titled(sheet, &titles)
    }

    fn begin_titled(&self, sheet: Sheet, titles: &[String]) -> Result<Box<dyn Rows>> {
        Ok(Box::new(Writing::begin(sheet, titles, None)?))
    }

    fn begin_marked(&self, sheet: Sheet, mark: Mark) -> Result<Box<dyn Rows>> {
        let titles = titles_of(&sheet.columns);
        Ok(Box::new(Writing::begin(sheet, &titles, Some(mark))?))
    }
}

fn titles_of(columns: &[Head]) -> Vec<String> {
    columns.iter().map(|head| head.title.to_owned()).collect()
}

struct Writing {
    book: Workbook,
    sheet: Sheet,
    mark: Option<Mark>,
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

/// What Excel holds in a page's head or foot is 255 letters; a purpose is cut to so many.
const PURPOSE_AT_MOST: usize = 120;

/// Text as it stands in a page's head or foot, where `&` begins an instruction.
fn plain(text: &str, most: usize) -> String {
    text.chars().take(most).collect::<String>().replace('&', "&&")
}

/// Puts the mark on a sheet: what is printed of it says whose copy it is.
fn put_mark(page: &mut Worksheet, mark: &Mark) {
    let (who, code) = (plain(&mark.who, 80), plain(&mark.code, 20));
    page.set_header(format!("&L{who} · {}&R{code}", base::vi::date(mark.day)));
    page.set_footer(format!("&L{}&R{code} · &P/&N", plain(&mark.purpose, PURPOSE_AT_MOST)));
}

/// Begins a sheet with its headings.
fn begin_page(
    book: &mut Workbook,
    title: &str,
    columns: &[Head],
    titles: &[String],
    mark: Option<&Mark>,
) -> Result<()> {
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
    if let Some(mark) = mark {
        put_mark(page, mark);
    }
    for ((column, head), title) in (0u16..).zip(columns).zip(titles) {
        page.set_column_width(column, f64::from(head.width)).map_err(Error::internal)?;
        let guarded = form.clone().set_quote_prefix();
        let form = if looks_like_formula(title) { &guarded } else { &form };
        page.write_string_with_format(0, column, title, form).map_err(Error::internal)?;
    }
    Ok(())
}

impl Writing {
    fn begin(sheet: Sheet, titles: &[String], mark: Option<Mark>) -> Result<Self> {
        let mut book = Workbook::new();
        // The moment is the act's own, so that the same act makes the same file.
        let mut properties =
            DocProperties::new().set_title(&sheet.title).set_creation_datetime(&moment(sheet.made_at)?);
        if let Some(mark) = &mark {
            properties = properties
                .set_custom_property("KhueExport", mark.code.as_str())
                .set_custom_property("KhueExportBy", mark.who.as_str())
                .set_custom_property("KhueExportFor", mark.purpose.as_str())
                .set_custom_property("KhueExportOn", mark.day.to_string().as_str());
        }
        book.set_properties(&properties);
        begin_page(&mut book, &sheet.title, &sheet.columns, titles, mark.as_ref())?;
        let columns = sheet.columns.len();
        Ok(Self {
            book,
            sheet,
            mark,
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
        begin_page(&mut self.book, title, columns, &titles_of(columns), self.mark.as_ref())?;
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
        if let Some(mark) = &self.mark {
            put_mark(about, mark);
        }
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
    fn every_sheet_of_a_marked_file_says_whose_copy_it_is() {
        let made_at = base::Instant::parse("2026-09-05T01:02:03.000000Z").expect("a moment");
        let columns = vec![Head { title: "Tên", width: 40 }];
        let sheet = Sheet { title: "Học sinh".to_owned(), columns: columns.clone(), made_at, about: Vec::new() };
        let mark = Mark {
            code: "KX-0123456789".to_owned(),
            who: "Lê Thị Thử".to_owned(),
            purpose: format!("Nộp & đối chiếu {}", "rất dài ".repeat(60)),
            day: "2026-09-05".parse().expect("a day"),
        };
        let mut writing = Excel.begin_marked(sheet, mark).expect("begins");
        writing.row(&[Cell::Text("A".to_owned())]).expect("writes");
        writing.next("Nữa", &columns).expect("goes on");
        let mut book = zip::ZipArchive::new(writing.finish().expect("finishes")).expect("a file that Excel can open");
        for page in 1..=3 {
            let sheet = part(&mut book, &format!("xl/worksheets/sheet{page}.xml"));
            assert!(
                sheet.contains("<oddHeader>&amp;LLê Thị Thử · 05/09/2026&amp;RKX-0123456789</oddHeader>"),
                "{sheet}"
            );
            let foot = sheet.split("<oddFooter>").nth(1).expect("a foot").split("</oddFooter>").next().expect("ends");
            assert!(foot.starts_with("&amp;LNộp &amp;&amp; đối chiếu") && foot.contains("KX-0123456789"), "{foot}");
            assert!(foot.chars().count() < 255, "Excel takes no more");
        }
        let hidden = part(&mut book, "docProps/custom.xml");
        assert!(hidden.contains("KX-0123456789") && hidden.contains("Lê Thị Thử") && hidden.contains("2026-09-05"));
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
