//! The CSV text as lines and cells, and the faults found in them.

use base::error::{Field, Kind};
use base::{Code, Error, Result, vi};

/// The file has no lines of pupils.
pub const EMPTY: Code = Code::new(Kind::Refused, "grade_file.empty", "Tệp không có dòng nào");
/// So many faults are told at once.
const MOST_FAULTS: usize = 50;
/// What opens a cell that a spreadsheet takes for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The file, read.
pub(super) struct Table {
    /// What stands between cells.
    pub separator: char,
    /// Names of the columns, in the file's order.
    heads: Vec<String>,
    lines: Vec<(usize, Vec<String>)>,
}

/// One line of it.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    heads: &'a [String],
    cells: &'a [String],
    /// Its number in the file, from 1.
    pub line: usize,
}

/// What was found wrong.
#[derive(Default)]
pub(super) struct Faults(Vec<Field>);

impl Faults {
    /// A fault of a cell: what stands there, and what to do.
    pub fn push(&mut self, line: usize, column: &str, code: &'static str, what: &str) {
        self.0.push(Field {
            field: format!("{line}:{column}"),
            code,
            detail: format!("Dòng {line}, cột {column}: {what}"),
        });
    }

    /// All of them as one error, if there are any.
    pub fn refuse(mut self) -> Result<()> {
        self.0.truncate(MOST_FAULTS);
        Error::fields(self.0).map_or(Ok(()), Err)
    }
}

impl<'a> Row<'a> {
    /// The cell of a column; empty where the file has no such column.
    pub fn get(&self, column: &str) -> &'a str {
        let place = self.heads.iter().position(|head| head == column);
        place.and_then(|place| self.cells.get(place)).map_or("", String::as_str)
    }

    /// Whether a box is ticked: anything but nothing, `0` and `không`.
    pub fn is_ticked(&self, column: &str) -> bool {
        !matches!(vi::fold(self.get(column)).as_str(), "" | "0" | "khong")
    }
}

impl Table {
    /// Reads a file that may have these columns; the first two it must have.
    pub fn read(text: &str, columns: &[&str]) -> Result<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let first = text.lines().next().unwrap_or_default();
        let count = |sign: char| first.matches(sign).count();
        let separator = [',', ';', '\t'].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(',');
        let mut faults = Faults::default();
        let mut lines = split(text, separator, &mut faults);
        lines.retain(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
        if lines.len() < 2 {
            faults.refuse()?;
            return Err(EMPTY.error("Tệp không có dòng học sinh nào sau dòng tiêu đề. Hãy kiểm tra lại tệp."));
        }
        let (line, heads) = lines.remove(0);
        let heads: Vec<String> = heads.iter().map(|head| vi::fold(head).replace(' ', "_")).collect();
        for (place, head) in heads.iter().enumerate() {
            if !columns.contains(&head.as_str()) {
                let known = columns.join(", ");
                faults.push(line, head, "grade_file.column", &format!("không có cột này. Các cột có thể có: {known}."));
            } else if heads[..place].contains(head) {
                faults.push(line, head, "grade_file.column_twice", "cột có hai lần. Hãy bỏ bớt một.");
            }
        }
        for must in &columns[..2] {
            if !heads.iter().any(|head| head == must) {
                faults.push(line, must, "grade_file.no_column", "thiếu cột này. Hãy thêm vào dòng tiêu đề.");
            }
        }
        for (line, cells) in &mut lines {
            while cells.len() > heads.len() && cells.last().is_some_and(String::is_empty) {
                cells.pop();
            }
            // A short line is refused like a long one: an unquoted 8,5 may have pushed its marks one column on.
            if cells.len() != heads.len() {
                let what = format!(
                    "dòng có {} ô mà tiêu đề có {} cột. Số có dấu phẩy phải đặt trong ngoặc kép, hoặc ngăn cột bằng dấu chấm phẩy.",
                    cells.len(),
                    heads.len()
                );
                faults.push(*line, heads.last().map_or("", String::as_str), "grade_file.width", &what);
            }
        }
        faults.refuse()?;
        Ok(Self { separator, heads, lines })
    }

    /// The lines after the header.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.lines.iter().map(|(line, cells)| Row { heads: &self.heads, cells, line: *line })
    }
}

/// Cells by line; a cell in quotes may hold separators, line ends and doubled quotes.
fn split(text: &str, separator: char, faults: &mut Faults) -> Vec<(usize, Vec<String>)> {
    let mut lines = Vec::new();
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let (mut line, mut begins) = (1, 1);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                cell.push('"');
                signs.next();
            }
            '"' if quoted => quoted = false,
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = true;
            }
            '\n' => {
                line += 1;
                if quoted {
                    cell.push(' ');
                    continue;
                }
                cells.push(vi::clean(&cell));
                cell.clear();
                lines.push((begins, std::mem::take(&mut cells)));
                begins = line;
            }
            sign if sign == separator && !quoted => {
                cells.push(vi::clean(&cell));
                cell.clear();
            }
            sign => cell.push(sign),
        }
    }
    if quoted {
        faults.push(begins, "", "grade_file.quote", "ngoặc kép mở mà không đóng. Hãy đóng lại.");
    }
    if !cell.is_empty() || !cells.is_empty() {
        cells.push(vi::clean(&cell));
        lines.push((begins, cells));
    }
    lines
}

/// Writes one line. A text that a spreadsheet would take for a formula gets an apostrophe before it.
pub(super) fn write_line(out: &mut String, separator: char, cells: &[&str]) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            out.push(separator);
        }
        let guard = if cell.starts_with(FORMULA) { "'" } else { "" };
        if cell.contains([separator, '"', '\n', '\r']) {
            out.push_str(&format!("\"{guard}{}\"", cell.replace('"', "\"\"")));
        } else {
            out.push_str(guard);
            out.push_str(cell);
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_in_quotes_hold_anything() {
        let mut faults = Faults::default();
        let lines = split("a,\"8,5\",\"x \"\"y\"\"\"\r\n\n\"two\nlines\",,\n", ',', &mut faults);
        assert_eq!(lines[0].1, ["a", "8,5", "x \"y\""]);
        assert_eq!((lines[2].0, lines[2].1[0].as_str()), (3, "two lines"));
        assert!(faults.0.is_empty());
        split("\"open", ',', &mut faults);
        assert_eq!(faults.0[0].code, "grade_file.quote");
    }

    #[test]
    fn nothing_written_becomes_a_formula() {
        let mut out = String::new();
        write_line(&mut out, ',', &["=1+1", "-1", "@x", "+1", "\tx", "8,5", "a\"b", "Toán"]);
        assert_eq!(out, "'=1+1,'-1,'@x,'+1,'\tx,\"8,5\",\"a\"\"b\",Toán\n");
    }
}
