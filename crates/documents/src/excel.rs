//! Tables as Excel files (`.xlsx`), written row by row in constant memory.

use std::fs::File;
use std::io::{Seek as _, SeekFrom};

use base::sheet::{Cell, Rows, Sheet, Sheets};
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
        Ok(Box::new(Writing::begin(sheet)?))
    }
}

struct Writing {
    book: Workbook,
    sheet: Sheet,
    date: Format,
    number: Format,
    rows: u32,
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

impl Writing {
    fn begin(sheet: Sheet) -> Result<Self> {
        let mut book = Workbook::new();
        // The moment is the act's own, so that the same act makes the same file.
        let properties = DocProperties::new().set_title(&sheet.title).set_creation_datetime(&moment(sheet.made_at)?);
        book.set_properties(&properties);
        let head = Format::new()
            .set_bold()
            .set_background_color(Color::RGB(0xEF_EB_F7))
            .set_border_bottom(FormatBorder::Thin)
            .set_align(FormatAlign::VerticalCenter)
            .set_text_wrap();
        let page = book.add_worksheet_with_constant_memory().map_err(Error::internal)?;
        page.set_name(sheet_name(&sheet.title)).map_err(Error::internal)?;
        page.set_freeze_panes(1, 0).map_err(Error::internal)?;
        page.set_repeat_rows(0, 0).map_err(Error::internal)?;
        page.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        for (column, title) in (0u16..).zip(&sheet.columns) {
            page.set_column_width(column, f64::from(title.width)).map_err(Error::internal)?;
            page.write_string_with_format(0, column, title.title, &head).map_err(Error::internal)?;
        }
        Ok(Self {
            book,
            sheet,
            date: Format::new().set_num_format("dd/mm/yyyy").set_align(FormatAlign::Left),
            number: Format::new().set_num_format("#,##0"),
            rows: 0,
        })
    }
}

fn write(page: &mut Worksheet, row: u32, column: u16, cell: &Cell, date: &Format, number: &Format) -> Result<()> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            let fits: String = text.chars().take(LETTERS_AT_MOST).collect();
            page.write_string(row, column, fits).map_err(Error::internal)?;
        }
        Cell::Int(n) => {
            #[expect(clippy::cast_precision_loss, reason = "a spreadsheet's numbers are floating")]
            let n = *n as f64;
            page.write_number_with_format(row, column, n, number).map_err(Error::internal)?;
        }
        Cell::Date(day) => match ExcelDateTime::parse_from_str(&day.to_string()) {
            Ok(day) => {
                page.write_datetime_with_format(row, column, day, date).map_err(Error::internal)?;
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
        let page = self.book.worksheet_from_index(0).map_err(Error::internal)?;
        for (column, cell) in (0u16..).zip(cells) {
            write(page, self.rows, column, cell, &self.date, &self.number)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<File> {
        let last = u16::try_from(self.sheet.columns.len()).unwrap_or(u16::MAX).saturating_sub(1);
        let page = self.book.worksheet_from_index(0).map_err(Error::internal)?;
        page.autofilter(0, 0, self.rows, last).map_err(Error::internal)?;
        let bold = Format::new().set_bold();
        let about = self.book.add_worksheet();
        about.set_name("Thông tin").map_err(Error::internal)?;
        about.set_column_width(0, 24).map_err(Error::internal)?;
        about.set_column_width(1, 64).map_err(Error::internal)?;
        let title = ("Danh sách".to_owned(), self.sheet.title.clone());
        for (row, (name, value)) in (0u32..).zip(std::iter::once(&title).chain(&self.sheet.about)) {
            about.write_string_with_format(row, 0, name, &bold).map_err(Error::internal)?;
            about.write_string(row, 1, value).map_err(Error::internal)?;
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

    use super::*;

    fn made(rows: &[Vec<Cell>]) -> zip::ZipArchive<File> {
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
        zip::ZipArchive::new(writing.finish().expect("finishes")).expect("a file that Excel can open")
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
}
