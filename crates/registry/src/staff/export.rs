//! The staff, classes and assignments of a school as files, in the layout in which they come in again without loss.

use std::collections::HashMap;

use base::book::Wanted;
use base::sheet::{Cell, Head, Mark, Sheet};
use base::{Date, PersonId, Result, UnitId, Uuid, vi};
use db::{Tx, params};

use super::store::{self, Exported, LEADERS, Led};
use crate::classes;
use crate::exports::offer::Made;
use crate::imports::layout::{ORDER, What};
use crate::imports::{classes as listed, staff as kept};
use crate::teaching::of_staff;
use crate::teaching::store::{OF_YEAR, Stands};
use crate::teaching::subject_name;
use crate::units::view;

fn day(text: &str) -> Cell {
    match text.parse::<Date>() {
        Ok(day) => Cell::Date(day),
        // A month or a year, as people write them.
        Err(_partly_known) => Cell::Text(text.split('-').rev().collect::<Vec<_>>().join("/")),
    }
}

fn head(column: &Wanted) -> Head {
    let width = match column.key {
        ORDER | "sex" | "grade" | "class" | "size" | "periods" | "semester" => 8,
        "full_name" | "staff_name" | "homeroom_name" | "contract" => 26,
        _ => 16,
    };
    Head { title: column.names.first().copied().unwrap_or_default(), width }
}

fn begin(
    tx: &mut Tx<'_>,
    school: UnitId,
    what: What,
    columns: &[&Wanted],
    mark: &Mark,
) -> Result<Box<dyn base::sheet::Rows>> {
    let today = tx.today();
    let name = view::name(tx, school, today)?;
    let sheet = Sheet {
        title: what.title().to_owned(),
        columns: columns.iter().map(|column| head(column)).collect(),
        made_at: tx.now(),
        about: vec![
            ("Trường".to_owned(), name),
            ("Tại ngày".to_owned(), vi::date(today)),
            ("Người xuất".to_owned(), mark.who.clone()),
            ("Mục đích".to_owned(), mark.purpose.clone()),
            ("Dấu của tệp".to_owned(), mark.code.clone()),
        ],
    };
    platform::sheets::begin_marked(sheet, mark.clone())
}

fn columns_of(what: What, keys: &[&str]) -> Vec<&'static Wanted> {
    what.columns().iter().filter(|column| keys.contains(&column.key)).collect()
}

fn told(mut people: Vec<Uuid>) -> Vec<Uuid> {
    people.sort_unstable();
    people.dedup();
    people
}

/// Who works at a school today, under these columns. Answers with the file, how many rows it has, and whose data it holds.
/// Rights are the caller's, who also records that it left the house.
pub fn staff(tx: &mut Tx<'_>, school: UnitId, keys: &[&str], mark: &Mark) -> Result<Made> {
    let today = tx.today();
    let all: Vec<Exported> = tx.all(&store::EXPORTED, params![school, today])?;
    let standing = kept::read(tx, school)?;
    let led: Vec<Led> = tx.all(&LEADERS, params![school, today])?;
    let columns = columns_of(What::Staff, keys);
    let mut rows = begin(tx, school, What::Staff, &columns, mark)?;
    for (order, one) in (1i64..).zip(&all) {
        let values = standing.of(one.person.0).map(|one| &one.values);
        let value = |key: &str| values.and_then(|all| all.get(key)).map(String::as_str);
        let cells: Vec<Cell> = columns
            .iter()
            .map(|column| match (column.key, value(column.key)) {
                (ORDER, _) => Cell::Int(order),
                ("homeroom", _) => {
                    let classes: Vec<&str> =
                        led.iter().filter(|led| led.employment == one.id).map(|led| led.code.as_str()).collect();
                    Cell::text(Some(classes.join(", ")).filter(|text| !text.is_empty()))
                }
                (_, None) => Cell::Empty,
                ("birth_date" | "recruited_on", Some(text)) => day(text),
                (key, Some(text)) => Cell::Text(What::Staff.shown(key, text)),
            })
            .collect();
        rows.row(&cells)?;
    }
    let people: Vec<Uuid> = all.iter().map(|one| one.person.0).collect();
    Ok((rows.finish()?, people.len(), told(people)))
}

/// The classes of the school year of today, with who leads them and how many pupils they have. Answers as [`staff`].
pub fn classes(tx: &mut Tx<'_>, school: UnitId, keys: &[&str], mark: &Mark) -> Result<Made> {
    let found = classes::list::list(tx, school, None, None)?;
    let standing: HashMap<Uuid, listed::Standing> =
        listed::read(tx, school)?.into_iter().map(|class| (class.row.id, class)).collect();
    let codes = staff_codes(tx, school)?;
    let columns = columns_of(What::Classes, keys);
    let mut rows = begin(tx, school, What::Classes, &columns, mark)?;
    for (order, class) in (1i64..).zip(&found.items) {
        let leader = class.homeroom.as_ref();
        let kept = |key: &str| standing.get(&class.id.0).and_then(|class| class.values.get(key)).cloned();
        let cells: Vec<Cell> = columns
            .iter()
            .map(|column| match column.key {
                ORDER => Cell::Int(order),
                "class" => Cell::Text(class.code.clone()),
                "grade" => Cell::Text(class.grade.clone()),
                "homeroom_name" => Cell::text(leader.map(|one| one.full_name.clone())),
                "homeroom_code" => Cell::text(leader.and_then(|one| codes.get(&one.person).cloned().flatten())),
                "size" => Cell::Int(class.pupils),
                "two_sessions" => {
                    Cell::text(kept("two_sessions").map(|yes| if yes == "1" { "Có" } else { "Không" }.to_owned()))
                }
                key => Cell::text(kept(key)),
            })
            .collect();
        rows.row(&cells)?;
    }
    let people = found.items.iter().filter_map(|class| class.homeroom.as_ref().map(|one| one.person.0)).collect();
    Ok((rows.finish()?, found.items.len(), told(people)))
}

fn staff_codes(tx: &mut Tx<'_>, school: UnitId) -> Result<HashMap<PersonId, Option<String>>> {
    let today = tx.today();
    let all: Vec<Exported> = tx.all(&store::EXPORTED, params![school, today])?;
    Ok(all.into_iter().map(|one| (one.person, one.staff_code)).collect())
}

/// Who teaches what today. Answers as [`staff`].
pub fn assignments(tx: &mut Tx<'_>, school: UnitId, keys: &[&str], mark: &Mark) -> Result<Made> {
    let today = tx.today();
    let year = classes::year_of(today)?;
    let standing: Vec<Stands> = tx.all(&OF_YEAR, params![school, year, today])?;
    let periods = of_staff::periods(tx, school, year, today, &standing)?;
    let codes = staff_codes(tx, school)?;
    let columns = columns_of(What::Assignments, keys);
    let mut rows = begin(tx, school, What::Assignments, &columns, mark)?;
    let (mut people, mut count) = (Vec::new(), 0);
    for (row, periods) in standing.iter().zip(periods).filter(|(row, _)| row.valid_from <= today) {
        let subject = subject_name(&row.subject)?;
        // Of whoever helps, no periods are known unless somebody said them.
        let periods = (row.responsible || row.periods.is_some()).then_some(periods);
        let semester = if row.semester == 0 { "Cả năm".to_owned() } else { row.semester.to_string() };
        let cells: Vec<Cell> = columns
            .iter()
            .map(|column| match column.key {
                "class" => Cell::Text(row.class_code.clone()),
                "subject" => Cell::Text(subject.clone()),
                "staff_code" => Cell::text(codes.get(&row.person).cloned().flatten()),
                "staff_name" => Cell::Text(row.full_name.clone()),
                "periods" => periods.map_or(Cell::Empty, Cell::Int),
                "semester" => Cell::Text(semester.clone()),
                "role" => Cell::Text(if row.responsible { "Dạy chính" } else { "Dạy cùng" }.to_owned()),
                _ => Cell::Empty,
            })
            .collect();
        rows.row(&cells)?;
        people.push(row.person.0);
        count += 1;
    }
    Ok((rows.finish()?, count, told(people)))
}
