//! Where the tables of a sheet begin and end: the headings below titles and notes, the rows of data, and the rows
//! between them that are none.

use base::vi;

use super::heading::Known;
use super::sheet::{Area, Cell, Row, Sheet};

/// How many of the first rows may stand above the headings.
const ABOVE: usize = 100;
/// Rows of headings at most.
const DEEP: u32 = 3;
/// A heading is shorter than this; a note is not.
const SHORT: usize = 80;

/// A table in a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// First and last row of its headings, from 0.
    pub head: (u32, u32),
    /// Whether known words showed where the headings are. If not, they are a guess that a person should look at.
    pub sure: bool,
    /// A heading for each column in which something stands.
    pub headings: Vec<Heading>,
    /// The rows of data.
    pub rows: Vec<u32>,
    /// The rows that are no data, and why.
    pub aside: Vec<(u32, Aside)>,
    /// What stands above the headings: titles and notes, row by row.
    pub above: Vec<String>,
}

/// The heading of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// The column, from 0.
    pub column: u32,
    /// What stands above several columns, on one line, a further group after a ` › `; empty when nothing does.
    pub group: String,
    /// The heading itself, on one line; empty when nothing stands there.
    pub own: String,
    /// Whether it is merged with the column before: one heading over several columns.
    pub goes_on: bool,
}

impl Heading {
    /// Group and heading.
    #[must_use]
    pub fn title(&self) -> String {
        if self.group.is_empty() { self.own.clone() } else { format!("{} › {}", self.group, self.own) }
    }
}

/// Why a row is no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    /// The columns numbered: (1) (2) (3).
    Numbering,
    /// What to type, below the headings: (bắt buộc).
    Explained,
    /// The headings again, as on every printed page.
    Repeated,
    /// A sum.
    Total,
    /// Place and day, offices and names of those who sign.
    Signature,
    /// One cell alone: the title of a part, a remark, or a number in an empty row.
    Alone,
}

/// What a row looks like.
struct Look {
    filled: usize,
    known: usize,
    likely: usize,
    /// Numbers, days, and texts with digits.
    figures: usize,
    /// Of those, names of classes: 6A1.
    classes: usize,
    long: usize,
}

impl Look {
    fn at(row: &Row<'_>, known: &Known) -> Self {
        let mut look = Self { filled: 0, known: 0, likely: 0, figures: 0, classes: 0, long: 0 };
        for (_, cell) in row.filled().take(400) {
            look.filled += 1;
            match cell {
                Cell::Text(text) => {
                    let is_known = text.len() < 4 * SHORT && known.name(text);
                    look.known += usize::from(is_known);
                    look.likely += usize::from(text.len() < 4 * SHORT && known.likely(text));
                    look.figures += usize::from(!is_known && text.chars().any(|c| c.is_ascii_digit()));
                    look.classes += usize::from(!is_known && is_class(text));
                    look.long += usize::from(text.chars().count() > SHORT);
                }
                _ => look.figures += 1,
            }
        }
        look
    }

    fn score(&self) -> usize {
        (self.known * 3 + self.likely).saturating_sub(self.figures * 2 + self.long * 2)
    }

    fn is_head(&self) -> bool {
        // Classes side by side, behind what their rows are about.
        let across = self.known > 0 && self.long == 0 && self.classes >= 2 && self.classes * 2 >= self.filled;
        if across && self.figures == self.classes {
            return true;
        }
        let calm = self.figures * 4 <= self.filled && self.long * 4 <= self.filled;
        calm && (self.known >= 2 || self.known == 1 && self.filled >= 3 && self.likely * 2 >= self.filled)
    }

    /// Words only: what a further row of headings may look like.
    fn is_wordy(&self) -> bool {
        self.filled > 0 && self.figures == 0 && self.long == 0
    }
}

/// The tables of a sheet, from above. A sheet without headings has none.
#[must_use]
pub fn tables(sheet: &Sheet, known: &Known) -> Vec<Table> {
    let rows: Vec<Row<'_>> = sheet.rows().filter(|row| row.filled().next().is_some()).collect();
    let Some((first, sure)) = first_head(&rows, known) else { return Vec::new() };
    let mut tables = Vec::new();
    let mut above_from = 0;
    let mut next = Some((first, sure));
    while let Some((at, sure)) = next {
        let (table, after) = table(sheet, &rows, above_from, at, sure, known);
        next = after.map(|at| (at, true));
        above_from = after.unwrap_or(rows.len());
        tables.push(table);
    }
    tables
}

/// Where the first headings stand, and whether known words say so.
fn first_head(rows: &[Row<'_>], known: &Known) -> Option<(usize, bool)> {
    let looks: Vec<Look> = rows.iter().take(ABOVE).map(|row| Look::at(row, known)).collect();
    // A line such as *Lớp: 6A1 · GVCN: …* has words of headings too, but far fewer than the headings.
    let best = looks.iter().filter(|look| look.is_head()).map(Look::score).max().unwrap_or(0);
    let leads = |look: &Look| look.is_head() && (look.known >= 3 || look.score() * 10 >= best * 6);
    let found = (0..looks.len()).find(|at| looks.get(*at).is_some_and(leads));
    if let Some(at) = found {
        // Headings in two rows: the better known of them leads.
        let depth = usize::try_from(DEEP).unwrap_or(0);
        let near = at..(at + depth).min(looks.len());
        let score = |at: &usize| looks.get(*at).filter(|look| look.is_head()).map_or(0, Look::score);
        // `max_by_key` takes the last of equals; the first is meant.
        return near.rev().max_by_key(score).map(|at| (at, true));
    }
    // Nobody knows a word of it: the first row of three words and more, above a row as wide.
    let wide = |at: usize| rows.get(at + 1).is_some_and(|below| below.filled().count() >= 3);
    (0..looks.len())
        .find(|at| looks.get(*at).is_some_and(|look| look.filled >= 3 && look.is_wordy()) && wide(*at))
        .map(|at| (at, false))
}

/// One table, and where the next one's headings stand.
fn table(
    sheet: &Sheet,
    rows: &[Row<'_>],
    above_from: usize,
    at: usize,
    sure: bool,
    known: &Known,
) -> (Table, Option<usize>) {
    let index = |at: usize| rows.get(at).map(Row::index);
    let (mut first, mut last) = (at, at);
    while first > above_from && last - first + 1 < DEEP as usize && is_group_above(sheet, rows, first, last, known) {
        first -= 1;
    }
    while last - first + 1 < DEEP as usize && is_head_below(sheet, rows, first, last, known) {
        last += 1;
    }
    let head = (index(first).unwrap_or(0), index(last).unwrap_or(0));
    let merged: Vec<Area> =
        sheet.merged.iter().filter(|area| area.top <= head.1 && area.bottom >= head.0).copied().collect();
    let head_rows: Vec<Row<'_>> = rows.get(first..=last).unwrap_or_default().to_vec();
    let body = rows.get(last + 1..).unwrap_or_default();
    let mut headings = headings(&head_rows, head, &merged, body, sheet.width());
    let mut table = Table { head, sure, headings: Vec::new(), rows: Vec::new(), aside: Vec::new(), above: Vec::new() };
    for row in rows.get(above_from..first).unwrap_or_default() {
        let line: Vec<String> = row.filled().map(|(_, cell)| vi::clean(&cell.text())).collect();
        table.above.push(line.join(" · "));
    }
    let next = sort_rows(body, &headings, &head_rows, head.1, known, &mut table);
    // A column that nobody headed and nobody filled in this table is none.
    let used: std::collections::HashSet<u32> = body_columns(body, &table.rows);
    headings.retain(|heading| !heading.own.is_empty() || used.contains(&heading.column));
    table.headings = headings;
    (table, next.map(|n| last + 1 + n))
}

fn body_columns(body: &[Row<'_>], data: &[u32]) -> std::collections::HashSet<u32> {
    let data: std::collections::HashSet<u32> = data.iter().take(200).copied().collect();
    body.iter()
        .take(400)
        .filter(|row| data.contains(&row.index()))
        .flat_map(|row| row.filled().map(|(column, _)| column))
        .collect()
}

/// Whether the row above holds headings over several columns, and not a title.
fn is_group_above(sheet: &Sheet, rows: &[Row<'_>], first: usize, last: usize, known: &Known) -> bool {
    let (Some(head), Some(above)) = (rows.get(first), first.checked_sub(1).and_then(|at| rows.get(at))) else {
        return false;
    };
    if above.index() + 1 != head.index() {
        return false;
    }
    let look = Look::at(above, known);
    if !look.is_wordy() || above.filled().any(|(_, cell)| is_letterhead(&cell.text())) {
        return false;
    }
    let area = |column: u32| sheet.merged.iter().find(|area| area.holds(above.index(), column));
    // A heading that reaches down beside the others settles it.
    if above.filled().any(|(column, _)| area(column).is_some_and(|area| area.bottom >= head.index())) {
        return true;
    }
    let head_rows = rows.get(first..=last).unwrap_or_default();
    let head_columns: std::collections::BTreeSet<u32> =
        head_rows.iter().flat_map(|row| row.filled().map(|(column, _)| column)).collect();
    let spreads = |column: u32| match area(column) {
        Some(area) => area.right > area.left,
        // The last column has nothing to its right to spread over.
        None => {
            above.cell(column + 1).is_blank()
                && (head_columns.contains(&(column + 1)) || head_columns.last() == Some(&column))
        }
    };
    let whole = |column: u32| {
        let covered =
            area(column).map_or(0, |area| head_columns.iter().filter(|c| area.holds(above.index(), **c)).count());
        covered >= head_columns.len()
    };
    let spreading = above.filled().filter(|(column, _)| spreads(*column)).count();
    let over_all = above.filled().any(|(column, _)| whole(column));
    !over_all
        && spreading > 0
        && (look.filled >= 2 || above.filled().all(|(column, _)| area(column).is_some()))
        && above.filled().all(|(column, _)| spreads(column) || head.cell(column).is_blank())
}

/// Whether the row below still holds headings: words under headings that reach over several columns.
fn is_head_below(sheet: &Sheet, rows: &[Row<'_>], first: usize, last: usize, known: &Known) -> bool {
    let (Some(head), Some(below)) = (rows.get(last), rows.get(last + 1)) else { return false };
    if below.index() != head.index() + 1 {
        return false;
    }
    let across = |column: u32| {
        let mut over = sheet.merged.iter().filter(|area| area.holds(head.index(), column));
        over.any(|area| area.right > area.left && area.bottom == head.index())
    };
    // Under merged headings only, figures are headings as well: ĐĐGtx over 1 2 3 4. Data fills other columns too.
    if below.filled().all(|(column, _)| across(column)) {
        return true;
    }
    let look = Look::at(below, known);
    if !look.is_wordy() {
        return false;
    }
    let top = rows.get(first).map_or(0, Row::index);
    let spread = |column: u32| {
        let area = sheet.merged.iter().find(|area| area.holds(head.index(), column) && area.top >= top);
        match area {
            Some(area) => area.right > area.left && area.bottom < below.index(),
            None => {
                let starts = !head.cell(column).is_blank()
                    && head.cell(column + 1).is_blank()
                    && !below.cell(column + 1).is_blank();
                starts || head.cell(column).is_blank() && column > 0
            }
        }
    };
    let merged_or_known = look.known > 0 || below.filled().any(|(column, _)| across(column));
    merged_or_known && below.filled().all(|(column, _)| spread(column))
}

/// Whether a text is the name of a class of a grade, as such names are written: 6A1, Lớp 10 Tin, 12/3.
fn is_class(text: &str) -> bool {
    let small = vi::clean(text).to_lowercase();
    let bare = small.strip_prefix("lớp").unwrap_or(&small).trim_start();
    let digits = bare.len() - bare.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (grade, rest) = bare.split_at(digits);
    let is_grade = grade.parse::<u8>().is_ok_and(|grade| (1..=12).contains(&grade));
    is_grade && !rest.is_empty() && bare.chars().count() <= 8 && rest.split('/').count() <= 2
}

/// Words of titles and of the heads of official papers.
fn is_letterhead(text: &str) -> bool {
    const STARTS: [&str; 10] = [
        "cộng hòa",
        "cộng hoà",
        "độc lập",
        "sở giáo dục",
        "phòng giáo dục",
        "ủy ban nhân dân",
        "uỷ ban nhân dân",
        "ubnd",
        "danh sách",
        "trường ",
    ];
    let small = vi::clean(text).to_lowercase();
    STARTS.iter().any(|start| small.starts_with(start))
}

fn headings(head_rows: &[Row<'_>], head: (u32, u32), merged: &[Area], body: &[Row<'_>], width: u32) -> Vec<Heading> {
    let area = |row: u32, column: u32| merged.iter().find(|area| area.holds(row, column));
    let cell = |row: u32, column: u32| -> Cell<'_> {
        let found = head_rows.iter().find(|r| r.index() == row);
        found.map_or(Cell::Empty, |r| r.cell(column))
    };
    let mut headings = Vec::new();
    for column in 0..width {
        let mut said: Vec<String> = Vec::new();
        let mut goes_on = false;
        for row in head.0..=head.1 {
            let text = match area(row, column) {
                Some(area) => {
                    if row == head.1 || area.bottom >= head.1 {
                        goes_on = column > area.left && area.top >= head.0;
                    }
                    // A title that reaches into the headings is none of them.
                    if area.top < head.0 { String::new() } else { vi::clean(&cell(area.top, area.left).text()) }
                }
                None => {
                    let own = vi::clean(&cell(row, column).text());
                    // Without merged cells, a heading over several stands above the first of them.
                    let below = row < head.1 && !cell(row + 1, column).is_blank();
                    if own.is_empty() && below { left_of(&cell, &area, row, column) } else { own }
                }
            };
            if !text.is_empty() && said.last() != Some(&text) {
                said.push(text);
            }
        }
        let own = said.pop().unwrap_or_default();
        let filled = || body.iter().take(200).any(|row| !row.cell(column).is_blank());
        if !own.is_empty() || filled() {
            headings.push(Heading { column, group: said.join(" › "), own, goes_on });
        }
    }
    headings
}

/// The heading to the left that reaches over this column, although nothing is merged.
fn left_of<'s>(
    cell: &impl Fn(u32, u32) -> Cell<'s>,
    area: &impl Fn(u32, u32) -> Option<&'s Area>,
    row: u32,
    column: u32,
) -> String {
    for left in (0..column).rev() {
        if area(row, left).is_some() {
            break;
        }
        let found = cell(row, left);
        if !found.is_blank() {
            // Only if it stands above headings itself.
            return if cell(row + 1, left).is_blank() { String::new() } else { vi::clean(&found.text()) };
        }
        if cell(row + 1, left).is_blank() {
            break;
        }
    }
    String::new()
}

/// Sorts the rows below the headings; where the next table's headings stand.
fn sort_rows(
    body: &[Row<'_>],
    headings: &[Heading],
    head_rows: &[Row<'_>],
    mut before: u32,
    known: &Known,
    table: &mut Table,
) -> Option<usize> {
    let columns = headings.iter().filter(|heading| !heading.own.is_empty()).count().max(1);
    let mut quiet = true;
    let mut signed = false;
    for (at, row) in body.iter().enumerate() {
        let gap = row.index() > before + 1;
        before = row.index();
        let filled = row.filled().take(columns + 1).count();
        let aside = if quiet && table.rows.is_empty() && is_numbering(row) {
            Some(Aside::Numbering)
        } else if table.rows.is_empty() && is_explained(row) {
            Some(Aside::Explained)
        } else if quiet && !gap && is_repeated(row, head_rows) {
            Some(Aside::Repeated)
        } else if filled * 2 <= columns && is_total(row) {
            Some(Aside::Total)
        } else if filled <= 3
            && (filled * 2 < columns || filled == 1)
            && (signed && !is_numbered(row) || is_signature(row))
        {
            signed = true;
            Some(Aside::Signature)
        } else if filled == 1 && columns >= 3 && is_alone(row, headings) {
            Some(Aside::Alone)
        } else {
            None
        };
        // Another table begins after a gap or after rows that are no data.
        if (gap || !quiet || signed)
            && aside.is_none()
            && !table.rows.is_empty()
            && is_words(row)
            && Look::at(row, known).is_head()
        {
            // Its titles are its own.
            return Some(at);
        }
        match aside {
            Some(aside) => {
                quiet = false;
                table.aside.push((row.index(), aside));
            }
            None => {
                quiet = true;
                signed = false;
                table.rows.push(row.index());
            }
        }
    }
    None
}

/// The columns numbered: at least three, each the one before and one more; letters may stand before them.
fn is_numbering(row: &Row<'_>) -> bool {
    let mut numbers = Vec::new();
    for (_, cell) in row.filled() {
        let text = cell.text();
        let text = text.trim().trim_matches(['(', ')', '[', ']']);
        match text.parse::<u32>() {
            Ok(number) => numbers.push(number),
            Err(_) if numbers.is_empty() && text.chars().count() == 1 && text.chars().all(char::is_alphabetic) => {}
            Err(_) => return false,
        }
    }
    numbers.len() >= 3
        && numbers.first().is_some_and(|first| *first <= 3)
        && numbers.windows(2).all(|two| matches!(two, [a, b] if a + 1 == *b))
}

/// Whether a row's only cell is the title of a part, a remark or a number in an empty row, and not a name that stands
/// alone because nothing else is known of its person.
fn is_alone(row: &Row<'_>, headings: &[Heading]) -> bool {
    let Some((column, cell)) = row.filled().next() else { return true };
    let first = headings.first().is_none_or(|heading| heading.column == column);
    let text = cell.text();
    first
        || text.chars().any(|c| c.is_ascii_digit())
        || is_letterhead(&text)
        || !headings.iter().any(|h| h.column == column)
}

/// Whether most of its cells are texts: a look that costs little.
fn is_words(row: &Row<'_>) -> bool {
    let (mut all, mut texts) = (0, 0);
    for (_, cell) in row.filled().take(400) {
        all += 1;
        texts += usize::from(matches!(cell, Cell::Text(_)));
    }
    texts * 4 >= all * 3
}

/// At least half of its cells, and two, stand in brackets.
fn is_explained(row: &Row<'_>) -> bool {
    let (mut all, mut bracketed) = (0, 0);
    for (_, cell) in row.filled() {
        let text = cell.text();
        let text = text.trim();
        all += 1;
        bracketed += usize::from(text.starts_with('(') && text.ends_with(')'));
    }
    bracketed >= 2 && bracketed * 2 >= all
}

fn is_numbered(row: &Row<'_>) -> bool {
    row.filled().next().is_some_and(|(_, cell)| cell.text().trim().trim_end_matches('.').parse::<u32>().is_ok())
}

/// The headings again: most of its cells are those of a row of headings.
fn is_repeated(row: &Row<'_>, head_rows: &[Row<'_>]) -> bool {
    head_rows.iter().any(|head| {
        let (mut all, mut same) = (0, 0);
        for (column, cell) in row.filled() {
            all += 1;
            same += usize::from(matches!((cell, head.cell(column)), (Cell::Text(a), Cell::Text(b)) if a == b));
            // Data differs at once; most rows are not looked at further.
            if all >= 2 && same == 0 {
                return false;
            }
        }
        all >= 2 && same * 5 >= all * 4
    })
}

/// A sum. Marks count: *Tống Công Minh* is a pupil.
fn is_total(row: &Row<'_>) -> bool {
    row.filled().take(3).any(|(_, cell)| {
        let Cell::Text(text) = cell else { return false };
        let small = vi::clean(text).to_lowercase();
        let small = small.trim_end_matches([':', '.', ' ']);
        const STARTS: [&str; 6] = ["tổng cộng", "tổng số", "tổng:", "cộng:", "danh sách này có", "ấn định danh sách"];
        matches!(small, "tổng" | "cộng" | "tong cong" | "tong so" | "total")
            || STARTS.iter().any(|start| small.starts_with(start))
    })
}

/// Who signs, or where and when.
fn is_signature(row: &Row<'_>) -> bool {
    row.filled().any(|(_, cell)| {
        let Cell::Text(text) = cell else { return false };
        let folded = vi::fold(text);
        const OFFICES: [&str; 16] = [
            "hieu truong",
            "pho hieu truong",
            "nguoi lap",
            "thu truong",
            "giao vien chu nhiem",
            "gvcn",
            "ke toan",
            "thu ky",
            "xac nhan",
            "ky ten",
            "ky ghi ro ho ten",
            "chu tich",
            "truong phong",
            "giam doc",
            "can bo phu trach",
            "kt hieu truong",
        ];
        let day = folded.contains("ngay") && folded.contains("thang") && folded.contains(" nam ");
        day || OFFICES.iter().any(|office| folded.starts_with(office))
            || folded.starts_with("tm ")
            || folded.starts_with("nguoi lap")
    })
}
