//! Reads the timetable files that schools already have: tables of text, in the shapes that are common.
//!
//! A grid of classes has a row for each day and period and a column (or two: subject, teacher) for each class. A grid of
//! teachers has a row for each teacher and a column for each day and period. What a cell means is not decided here.

use base::vi;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::HalfDay;
use super::check::Known;

/// A sheet as text. Merged cells have their text in the first cell, the others are empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TimetableTable)]
pub struct Table {
    /// The sheet's name.
    #[schema(example = "TKB sáng")]
    pub name: String,
    /// Its rows from the first one on, each from the first column on.
    pub rows: Vec<Vec<String>>,
}

/// A lesson as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The cell: `TKB sáng!C5`.
    pub at: String,
    /// The class, as an id of what is known; in a grid of teachers it is still inside `text`.
    pub class: Option<base::Uuid>,
    /// The day, 2 to 8.
    pub day: u8,
    /// The half day.
    pub half_day: HalfDay,
    /// The period of the half day.
    pub period: u8,
    /// What stands in the cell.
    pub text: String,
    /// Who teaches, where that has a cell of its own.
    pub teacher: Option<String>,
    /// The subject, where that has a cell of its own in a grid of teachers.
    pub subject: Option<String>,
}

/// What was read of a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The lessons, as written.
    pub written: Vec<Written>,
    /// What was not understood, as people read it.
    pub aside: Vec<String>,
}

/// The letters of a column: 0 is A.
fn letters(mut column: usize) -> String {
    let mut out = Vec::new();
    loop {
        out.push(char::from(b'A' + u8::try_from(column % 26).unwrap_or(0)));
        if column < 26 {
            break;
        }
        column = column / 26 - 1;
    }
    out.iter().rev().collect()
}

fn squeezed(text: &str) -> String {
    vi::fold(text).replace(' ', "")
}

/// The class a text names, with or without the word *lớp*, and a note in brackets behind it.
pub(crate) fn class_of(known: &Known, text: &str) -> Option<base::Uuid> {
    let bare = squeezed(text.split('(').next().unwrap_or(text));
    let bare = bare.strip_prefix("lop").unwrap_or(&bare);
    if bare.is_empty() {
        return None;
    }
    let is = |own: &str| squeezed(own).strip_prefix("lop").map_or_else(|| squeezed(own) == bare, |own| own == bare);
    known.classes.iter().find(|(_, class)| is(&class.name) || is(&class.code)).map(|(id, _)| *id)
}

/// The day of the week a text names: *Thứ 2*, *T2*, *Hai*, *Thứ Hai 7/9*. A bare number only where a column says *Thứ*.
fn day_of(text: &str, bare: bool) -> Option<u8> {
    let folded = vi::fold(text);
    let mut words = folded.split(' ');
    let first = words.next()?;
    let (first, said) = match first {
        "thu" => (words.next()?, true),
        "chu" if words.next() == Some("nhat") => return Some(8),
        "cn" => return Some(8),
        other => match other.strip_prefix("thu").or_else(|| other.strip_prefix('t')) {
            Some(rest) if rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()) => (rest, true),
            _ => (other, false),
        },
    };
    match first {
        "hai" => Some(2),
        "ba" => Some(3),
        "tu" => Some(4),
        "nam" => Some(5),
        "sau" => Some(6),
        "bay" => Some(7),
        digit if said || bare => digit.parse().ok().filter(|day| (2..=8).contains(day)),
        _ => None,
    }
}

/// The period a text names: *1*, *Tiết 1*, *T1*.
fn period_of(text: &str) -> Option<u8> {
    let folded = squeezed(text);
    let digits = folded.strip_prefix("tiet").or_else(|| folded.strip_prefix('t')).unwrap_or(&folded);
    digits.parse().ok().filter(|period| (1..=12).contains(period))
}

/// The half day a text names: a cell that says only that, or a title that says it somewhere.
fn half_day_of(text: &str, title: bool) -> Option<HalfDay> {
    let folded = vi::fold(text);
    let has = |word: &str| folded.split(' ').any(|one| one == word);
    let (morning, afternoon) = match title {
        true => (has("sang"), has("chieu")),
        false => (
            matches!(folded.as_str(), "sang" | "s" | "buoi sang"),
            matches!(folded.as_str(), "chieu" | "c" | "buoi chieu"),
        ),
    };
    match (morning, afternoon) {
        (true, false) => Some(HalfDay::Morning),
        (false, true) => Some(HalfDay::Afternoon),
        _ => None,
    }
}

/// The half day and its period. Some files count on over the day: the sixth period is then the first of the afternoon.
fn placed(known: &Known, half_day: Option<HalfDay>, period: u8) -> (HalfDay, u8) {
    let morning = known.hours.morning;
    match half_day {
        Some(HalfDay::Afternoon) if period > known.hours.afternoon && period > morning => {
            (HalfDay::Afternoon, period - morning)
        }
        Some(half_day) => (half_day, period),
        None if period > morning => (HalfDay::Afternoon, period - morning),
        None if morning == 0 => (HalfDay::Afternoon, period),
        None => (HalfDay::Morning, period),
    }
}

fn cell(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", |text| text.trim())
}

/// Reads a sheet.
#[must_use]
pub fn read(known: &Known, table: &Table) -> Sheet {
    let heads: Vec<usize> =
        (0..table.rows.len()).filter(|at| !classes_in(known, &table.rows[*at]).is_empty()).collect();
    // A grid of teachers has classes in every row, under a row of days.
    let days = table.rows.iter().position(|row| days_in(row).len() >= 3);
    match (days, heads.first()) {
        (Some(days), Some(head)) if days < *head => of_teachers(known, table, days),
        (None, Some(_)) => of_classes(known, table),
        (Some(_), Some(_)) => of_classes(known, table),
        _ => {
            let told = format!("Trang “{}” không có dòng nào ghi tên các lớp của năm học này.", table.name);
            Sheet { written: Vec::new(), aside: vec![told] }
        }
    }
}

fn classes_in(known: &Known, row: &[String]) -> Vec<(usize, base::Uuid)> {
    row.iter().enumerate().filter_map(|(at, text)| Some((at, class_of(known, text)?))).collect()
}

fn days_in(row: &[String]) -> Vec<(usize, u8)> {
    row.iter().enumerate().filter_map(|(at, text)| Some((at, day_of(text, false)?))).collect()
}

/// Where a grid of classes has its day, half day and period.
#[derive(Clone, Copy, Default)]
struct Margin {
    day: Option<usize>,
    half_day: Option<usize>,
    period: Option<usize>,
}

/// By the heading, else by what stands below it.
fn margin(table: &Table, head: usize, before: usize) -> Margin {
    let mut margin = Margin::default();
    for column in 0..before {
        let headings = (head.saturating_sub(1)..=head).map(|row| vi::fold(cell(&table.rows[row], column)));
        for heading in headings {
            match heading.as_str() {
                "thu" | "ngay" | "thu ngay" => margin.day = Some(column),
                "buoi" => margin.half_day = Some(column),
                "tiet" => margin.period = Some(column),
                _ => {}
            }
        }
    }
    let count = |column: usize, is: &dyn Fn(&str) -> bool| {
        table.rows[head + 1..].iter().filter(|row| is(cell(row, column))).count()
    };
    let best = |taken: &[Option<usize>], is: &dyn Fn(&str) -> bool| {
        (0..before)
            .filter(|column| !taken.contains(&Some(*column)))
            .map(|column| (count(column, is), column))
            .filter(|(count, _)| *count > 0)
            .max_by_key(|(count, column)| (*count, std::cmp::Reverse(*column)))
            .map(|(_, column)| column)
    };
    margin.day = margin.day.or_else(|| best(&[margin.half_day, margin.period], &|text| day_of(text, false).is_some()));
    margin.period = margin.period.or_else(|| best(&[margin.day, margin.half_day], &|text| period_of(text).is_some()));
    margin.half_day =
        margin.half_day.or_else(|| best(&[margin.day, margin.period], &|text| half_day_of(text, false).is_some()));
    margin
}

fn of_classes(known: &Known, table: &Table) -> Sheet {
    let mut sheet = Sheet::default();
    let titled = half_day_of(&table.name, true);
    let (mut columns, mut margin_now): (Vec<(usize, base::Uuid)>, _) = (Vec::new(), Margin::default());
    let (mut day, mut half_day, mut above) = (None, None, titled);
    for (at, row) in table.rows.iter().enumerate() {
        let classes = classes_in(known, row);
        if !classes.is_empty() {
            // The words of a row that heads a table are classes, days and the like; a lesson has words of its own.
            margin_now = margin(table, at, classes[0].0);
            columns = classes;
            (day, half_day) = (None, None);
            continue;
        }
        if columns.is_empty() {
            above = row.iter().find_map(|text| half_day_of(text, true)).or(above);
            continue;
        }
        let lead = row.iter().take(columns[0].0).map(String::as_str).find(|text| !text.trim().is_empty());
        let alone = row.iter().filter(|text| !text.trim().is_empty()).count() == 1;
        if alone && let Some(section) = lead.and_then(|text| half_day_of(text, true)) {
            (above, half_day) = (Some(section), None);
            continue;
        }
        let said = |column: Option<usize>| column.map_or("", |column| cell(row, column));
        if let Some(new) = day_of(said(margin_now.day), margin_now.day.is_some()) {
            if day != Some(new) {
                half_day = None;
            }
            day = Some(new);
        }
        half_day = half_day_of(said(margin_now.half_day), false).or(half_day);
        let lessons: Vec<usize> = (0..columns.len()).filter(|n| !cell(row, columns[*n].0).is_empty()).collect();
        let (Some(day), Some(period)) = (day, period_of(said(margin_now.period))) else {
            // Headings below the classes say subject and teacher; signatures stand below the table.
            let words = lessons.iter().map(|n| vi::fold(cell(row, columns[*n].0)));
            let heading = words.clone().all(|word| matches!(word.as_str(), "mon" | "mon hoc" | "gv" | "giao vien"));
            if !lessons.is_empty() && !heading && at + 1 < table.rows.len() {
                sheet.aside.push(format!("{}!{}: không rõ thứ, tiết nên dòng này bị bỏ qua.", table.name, at + 1));
            }
            continue;
        };
        let (half_day, period) = placed(known, half_day.or(above), period);
        for n in lessons {
            let (column, class) = columns[n];
            let width = columns.get(n + 1).map_or(2, |(next, _)| next - column);
            let teacher = (width >= 2).then(|| cell(row, column + 1)).filter(|text| !text.is_empty());
            // Beside the last class may stand anything; it is a teacher's column only when the others have one.
            let teacher = teacher.filter(|_| n + 1 < columns.len() || n == 0 || columns[n].0 - columns[n - 1].0 >= 2);
            sheet.written.push(Written {
                at: format!("{}!{}{}", table.name, letters(column), at + 1),
                class: Some(class),
                day,
                half_day,
                period,
                text: cell(row, column).to_owned(),
                teacher: teacher.map(str::to_owned),
                subject: None,
            });
        }
    }
    if sheet.written.is_empty() && sheet.aside.is_empty() {
        sheet.aside.push(format!("Trang “{}” có tên lớp nhưng không có tiết nào đọc được.", table.name));
    }
    sheet
}

fn of_teachers(known: &Known, table: &Table, head: usize) -> Sheet {
    let mut sheet = Sheet::default();
    let titled = half_day_of(&table.name, true)
        .or_else(|| table.rows[..head].iter().flatten().find_map(|text| half_day_of(text, true)));
    let days = days_in(&table.rows[head]);
    let first = days[0].0;
    // Below the days: half days, where the file has them, and periods.
    let mut half_days: Vec<(usize, HalfDay)> = Vec::new();
    let mut periods: Vec<(usize, u8)> = Vec::new();
    let mut body = head + 1;
    for (at, row) in table.rows.iter().enumerate().skip(head + 1).take(3) {
        let of_half_day: Vec<(usize, HalfDay)> = row
            .iter()
            .enumerate()
            .skip(first)
            .filter_map(|(column, text)| Some((column, half_day_of(text, false)?)))
            .collect();
        let of_period: Vec<(usize, u8)> =
            row.iter().enumerate().skip(first).filter_map(|(column, text)| Some((column, period_of(text)?))).collect();
        if !of_half_day.is_empty() {
            half_days = of_half_day;
            body = at + 1;
        } else if of_period.len() >= 2 && classes_in(known, row).is_empty() {
            periods = of_period;
            body = at + 1;
        }
    }
    if periods.is_empty() {
        sheet.aside.push(format!("Trang “{}” không có dòng ghi số tiết dưới các thứ.", table.name));
        return sheet;
    }
    let heading = |words: &[&str]| {
        (0..first).find(|column| {
            (head.saturating_sub(1)..body)
                .any(|row| words.contains(&vi::fold(cell(&table.rows[row], *column)).as_str()))
        })
    };
    let subject = heading(&["mon", "mon hoc", "mon day"]);
    let name = heading(&["giao vien", "gv", "ho ten", "ho va ten", "ten giao vien", "ho ten giao vien", "ten gv"])
        .or_else(|| (0..first).rev().find(|column| Some(*column) != subject));
    let last =
        |list: &[(usize, u8)], column: usize| list.iter().rev().find(|(at, _)| *at <= column).map(|(_, what)| *what);
    for (at, row) in table.rows.iter().enumerate().skip(body) {
        let teacher = name.map_or("", |column| cell(row, column));
        for (column, period) in &periods {
            let text = cell(row, *column);
            let Some(day) = last(&days, *column).filter(|_| !text.is_empty()) else { continue };
            let place = format!("{}!{}{}", table.name, letters(*column), at + 1);
            if teacher.is_empty() {
                sheet.aside.push(format!("{place}: dòng không có tên giáo viên nên tiết “{text}” bị bỏ qua."));
                continue;
            }
            let begins = days.iter().rev().find(|(at, _)| at <= column).map_or(0, |(at, _)| *at);
            let said =
                half_days.iter().rev().find(|(at, _)| *at <= *column && *at >= begins).map(|(_, half_day)| *half_day);
            let (half_day, period) = placed(known, said.or(titled), *period);
            sheet.written.push(Written {
                at: place,
                class: None,
                day,
                half_day,
                period,
                text: text.to_owned(),
                teacher: Some(teacher.to_owned()),
                subject: subject.map(|column| cell(row, column).to_owned()).filter(|text| !text.is_empty()),
            });
        }
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::super::check::Class;
    use super::*;

    fn known() -> Known {
        let class = |name: &str| Class { name: name.to_owned(), code: name.to_owned(), ..Class::default() };
        let id = base::Uuid::from_u128;
        Known { classes: [(id(1), class("6A1")), (id(2), class("Lớp 6/2"))].into(), ..Known::default() }
    }

    fn table(name: &str, text: &str) -> Table {
        let rows = text.lines().map(|line| line.split('|').map(|cell| cell.replace("\\n", "\n")).collect()).collect();
        Table { name: name.to_owned(), rows }
    }

    fn told(sheet: &Sheet) -> Vec<String> {
        let one = |w: &Written| {
            let class = w.class.map_or(0, |id| id.as_u128());
            let rest = [w.teacher.as_deref(), w.subject.as_deref()].into_iter().flatten().collect::<Vec<_>>().join("/");
            format!(
                "{} {class} {}{}{} {}|{rest}",
                w.at,
                w.day,
                &w.half_day.as_str()[..1],
                w.period,
                w.text.replace('\n', "~")
            )
        };
        sheet.written.iter().map(one).collect()
    }

    #[test]
    fn a_grid_of_classes_is_read_with_merged_days_and_half_days() {
        let sheet = read(
            &known(),
            &table(
                "TKB",
                "TRƯỜNG THCS HOA SEN\nTHỜI KHÓA BIỂU|||Áp dụng từ 07/9\nThứ|Buổi|Tiết|6A1|6/2\nThứ hai|Sáng|1|Chào cờ|Chào cờ\n||2|Toán - Hương|Văn\\nNam\n|Chiều|1|Tin (An)|\n3|Sáng|1||Anh\n\n||||Hiệu trưởng",
            ),
        );
        assert_eq!(
            told(&sheet),
            [
                "TKB!D4 1 2m1 Chào cờ|",
                "TKB!E4 2 2m1 Chào cờ|",
                "TKB!D5 1 2m2 Toán - Hương|",
                "TKB!E5 2 2m2 Văn~Nam|",
                "TKB!D6 1 2a1 Tin (An)|",
                "TKB!E7 2 3m1 Anh|",
            ]
        );
        assert_eq!(sheet.aside, Vec::<String>::new());
    }

    #[test]
    fn two_columns_a_class_and_periods_counted_over_the_day() {
        let sheet = read(
            &known(),
            &table(
                "Thời khóa biểu",
                "|Tiết|Lớp 6A1||Lớp 6/2|\n||Môn|GV|Môn|GV\nT2|1|Toán|Hương|Văn|Nam\n|6|Tin|An||\nT7|Tiết 2|Sử|Lan|Địa|Lan",
            ),
        );
        assert_eq!(
            told(&sheet),
            [
                "Thời khóa biểu!C3 1 2m1 Toán|Hương",
                "Thời khóa biểu!E3 2 2m1 Văn|Nam",
                "Thời khóa biểu!C4 1 2a1 Tin|An",
                "Thời khóa biểu!C5 1 7m2 Sử|Lan",
                "Thời khóa biểu!E5 2 7m2 Địa|Lan",
            ]
        );
    }

    #[test]
    fn the_half_day_is_in_the_sheet_s_name_in_the_title_or_in_a_row_of_its_own() {
        for (name, text, afternoon) in [
            ("Chiều", "Thứ|Tiết|6A1\n2|1|Toán", true),
            ("TKB", "THỜI KHÓA BIỂU BUỔI CHIỀU\nThứ|Tiết|6A1\n2|1|Toán", true),
            ("TKB", "Thứ|Tiết|6A1\nBUỔI CHIỀU||\n2|1|Toán", true),
            ("TKB", "THỜI KHÓA BIỂU SÁNG, CHIỀU\nThứ|Tiết|6A1\n2|1|Toán", false),
        ] {
            let sheet = read(&known(), &table(name, text));
            assert_eq!(sheet.written.len(), 1, "{name} {text}");
            assert_eq!(sheet.written[0].half_day == HalfDay::Afternoon, afternoon, "{name} {text}");
        }
    }

    #[test]
    fn a_grid_of_teachers_is_read() {
        let sheet = read(
            &known(),
            &table(
                "GV",
                "PHÂN CÔNG CHIỀU\nSTT|Giáo viên|Môn|Thứ 2|||Thứ 3||Thứ 4\n|||1|2|3|1|2|1\n1|Lê Thị Hương|Toán|6A1|6/2||6A1||\n2|Nam||Văn 6A1|||||6/2 Văn\n|||||6A1",
            ),
        );
        assert_eq!(
            told(&sheet),
            [
                "GV!D4 0 2a1 6A1|Lê Thị Hương/Toán",
                "GV!E4 0 2a2 6/2|Lê Thị Hương/Toán",
                "GV!G4 0 3a1 6A1|Lê Thị Hương/Toán",
                "GV!D5 0 2a1 Văn 6A1|Nam",
                "GV!I5 0 4a1 6/2 Văn|Nam",
            ]
        );
        assert_eq!(sheet.aside.len(), 1, "{:?}", sheet.aside);
    }

    #[test]
    fn a_sheet_without_classes_and_a_row_without_period_are_told() {
        assert_eq!(read(&known(), &table("Bìa", "Trường\nNăm học")).aside.len(), 1);
        let sheet = read(&known(), &table("TKB", "Thứ|Tiết|6A1\n2|x|Toán\n2|1|Văn"));
        assert_eq!((sheet.written.len(), sheet.aside.len()), (1, 1), "{sheet:?}");
        for (text, day) in [
            ("Thứ tư", Some(4)),
            ("CN", Some(8)),
            ("Chủ nhật", Some(8)),
            ("T9", None),
            ("Toán", None),
            ("thứ 10", None),
            ("Bảy", Some(7)),
        ] {
            assert_eq!(day_of(text, false), day, "{text}");
        }
        assert_eq!(
            (letters(0), letters(25), letters(26), letters(701), letters(702)),
            ("A".into(), "Z".into(), "AA".into(), "ZZ".into(), "AAA".into())
        );
    }

    proptest::proptest! {
        #[test]
        fn no_table_makes_it_fall(
            rows in proptest::collection::vec(proptest::collection::vec("(6A1|6/2|Thứ 2|Thứ|T3|Thứ 4|Tiết|[1-9]|Sáng|Chiều|Toán - An|)", 0..8), 0..8),
            lessons in proptest::collection::vec(("(Thứ 2|T3|)", "(Sáng|Chiều|)", "([1-9]|1[0-9]|x|)", "(Toán|Văn - An|)"), 0..6),
            of_lessons: bool,
        ) {
            let mut rows = rows;
            if of_lessons {
                rows = vec![["Thứ", "Buổi", "Tiết", "6A1"].map(str::to_owned).to_vec()];
                rows.extend(lessons.into_iter().map(|(day, half, period, text)| vec![day, half, period, text]));
            }
            let sheet = read(&known(), &Table { name: "T".to_owned(), rows });
            for written in &sheet.written {
                proptest::prop_assert!((2..=8).contains(&written.day) && (1..=12).contains(&written.period) && !written.text.is_empty());
            }
        }
    }
}
