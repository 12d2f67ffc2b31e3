//! Tables of a pack: tab-separated, one header line, no quoting. Cells are pieces of the embedded text, never copied.

use base::{Error, Result};

/// One row of `N` cells.
pub type Cells<const N: usize> = [&'static str; N];

/// The rows of a table, the named columns of each in the order asked for.
pub fn rows<const N: usize>(text: &'static str, columns: [&str; N]) -> Result<Vec<Cells<N>>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        *place = header
            .iter()
            .position(|name| *name == column)
            .ok_or_else(|| Error::internal(format!("a table of {header:?} has no column {column}")))?;
    }
    let mut rows = Vec::with_capacity(text.len() / 32);
    let mut line_cells: Vec<&'static str> = Vec::with_capacity(header.len());
    for line in lines.filter(|line| !line.is_empty()) {
        line_cells.clear();
        line_cells.extend(line.split('\t'));
        if line_cells.len() != header.len() {
            return Err(Error::internal(format!(
                "a line has {} cells instead of {}: {line}",
                line_cells.len(),
                header.len()
            )));
        }
        rows.push(places.map(|place| line_cells[place]));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_by_name_and_a_short_line_is_refused() {
        let text = "code\tname\tkind\n01\tHà Nội\tthanh_pho\n02\t\ttinh\n";
        assert_eq!(rows(text, ["name", "code"]).expect("reads"), [["Hà Nội", "01"], ["", "02"]]);
        assert!(rows("a\tb\n1\n", ["a"]).is_err());
        assert!(rows(text, ["nothing"]).is_err());
    }
}
