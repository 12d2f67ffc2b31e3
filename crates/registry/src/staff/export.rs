//! The staff, classes and assignments of a school as files, under the headings that schools know.

use std::collections::HashMap;
use std::fs::File;

use auth::{Capability, Require as _};
use base::book::Wanted;
use base::sheet::{Cell, Head, Sheet};
use base::{Date, PersonId, Result, UnitId, Uuid, vi};
use db::{Tx, params};
use rules::sector::{Spec, qd4998};

use super::store::{self, Exported, LEADERS, Led};
use crate::classes;
use crate::imports::layout::{ORDER, What};
use crate::people::Secret;
use crate::people::secrets;
use crate::teaching::of_staff;
use crate::teaching::store::{OF_YEAR, Stands};
use crate::teaching::subject_name;
use crate::units::view;

/// The columns of the list of staff that this room keeps; subject, degree and day of recruitment are documents.
const STAFF: [&str; 13] = [
    ORDER,
    "sector_code",
    "full_name",
    "birth_date",
    "sex",
    "ethnic_group",
    "personal_number",
    "mobile",
    "email",
    "staff_group",
    "position",
    "contract",
    "homeroom",
];

fn named(spec: &Spec, list: &str, code: Option<&str>) -> Cell {
    let Some(code) = code else { return Cell::Empty };
    let known = spec.list(list).and_then(|list| list.value(code));
    Cell::Text(known.map_or_else(|| code.to_owned(), |value| value.name.to_owned()))
}

fn birth(text: Option<&str>) -> Cell {
    let Some(text) = text else { return Cell::Empty };
    match text.parse::<Date>() {
        Ok(day) => Cell::Date(day),
        // A month or a year, as people write them.
        Err(_partly_known) => Cell::Text(text.split('-').rev().collect::<Vec<_>>().join("/")),
    }
}

fn head(column: &Wanted) -> Head {
    let width = match column.key {
        ORDER | "sex" | "grade" | "class" | "size" | "periods" => 8,
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
    who: &str,
) -> Result<Box<dyn base::sheet::Rows>> {
    let today = tx.today();
    let name = view::name(tx, school, today)?;
    platform::sheets::begin(Sheet {
        title: what.title().to_owned(),
        columns: columns.iter().map(|column| head(column)).collect(),
        made_at: tx.now(),
        about: vec![
            ("Trường".to_owned(), name),
            ("Tại ngày".to_owned(), vi::date(today)),
            ("Người xuất".to_owned(), who.to_owned()),
        ],
    })
}

/// Who may take a list of a school: whoever sees who works there; with what is protected, whoever sees that.
pub fn allowed(tx: &mut Tx<'_>, school: UnitId, what: What) -> Result<()> {
    match what {
        What::Pupils => crate::imports::allowed(tx, school),
        What::Classes | What::Assignments => tx.require(Capability::StaffView, school),
        What::Staff => {
            tx.require(Capability::StaffView, school)?;
            // The house writes for the operator, who says why; it looks at nobody.
            if tx.is_house() { Ok(()) } else { tx.require(Capability::StaffViewPrivate, school) }
        }
    }
}

/// Who works at a school today. Answers with the file and whose data it holds; that it left the house is the caller's to
/// record.
pub fn staff(tx: &mut Tx<'_>, school: UnitId, who: &str) -> Result<(File, Vec<Uuid>)> {
    allowed(tx, school, What::Staff)?;
    let spec = qd4998()?;
    let today = tx.today();
    let all: Vec<Exported> = tx.all(&store::EXPORTED, params![school, today])?;
    let sealed = tx.all(&store::SECRETS, params![school, today])?;
    let mut values: HashMap<(PersonId, Secret), String> = HashMap::new();
    for (person, what, _, value) in secrets::opened(tx, sealed)? {
        // Of several the first.
        values.entry((person, what)).or_insert(value);
    }
    let led: Vec<Led> = tx.all(&LEADERS, params![school, today])?;
    let columns: Vec<&Wanted> = STAFF.iter().filter_map(|key| What::Staff.column(key)).collect();
    let mut rows = begin(tx, school, What::Staff, &columns, who)?;
    for (order, one) in (1i64..).zip(&all) {
        let secret = |what: Secret| Cell::text(values.get(&(one.person, what)).cloned());
        let cells: Vec<Cell> = columns
            .iter()
            .map(|column| match column.key {
                ORDER => Cell::Int(order),
                "sector_code" => Cell::text(one.staff_code.clone()),
                "full_name" => Cell::Text(one.full_name.clone()),
                "birth_date" => birth(one.birth.as_deref()),
                "sex" => named(spec, "DM_GIOI_TINH", one.sex.as_deref()),
                "ethnic_group" => named(spec, "DM_DAN_TOC", one.ethnic_group.as_deref()),
                "personal_number" => secret(Secret::PersonalNumber),
                "mobile" => secret(Secret::Phone),
                "email" => secret(Secret::Email),
                "staff_group" => named(spec, "DM_NHOM_CAN_BO", one.staff_group.as_deref()),
                "position" => named(spec, "DM_LOAI_CAN_BO", one.position.as_deref()),
                "contract" => named(spec, "DM_HINH_THUC_HOP_DONG", one.contract.as_deref()),
                "homeroom" => {
                    let classes: Vec<&str> =
                        led.iter().filter(|led| led.employment == one.id).map(|led| led.code.as_str()).collect();
                    Cell::text(Some(classes.join(", ")).filter(|text| !text.is_empty()))
                }
                _ => Cell::Empty,
            })
            .collect();
        rows.row(&cells)?;
    }
    Ok((rows.finish()?, all.into_iter().map(|one| one.person.0).collect()))
}

/// The classes of the school year of today, with who leads them and how many pupils they have. Answers with the file, how
/// many rows it has, and whose names it holds.
pub fn classes(tx: &mut Tx<'_>, school: UnitId, who: &str) -> Result<(File, usize, Vec<Uuid>)> {
    allowed(tx, school, What::Classes)?;
    let found = classes::list::list(tx, school, None, None)?;
    let columns: Vec<&Wanted> = What::Classes.columns().iter().collect();
    let mut rows = begin(tx, school, What::Classes, &columns, who)?;
    for (order, class) in (1i64..).zip(&found.items) {
        let leader = class.homeroom.as_ref().map(|one| one.full_name.clone());
        rows.row(&[
            Cell::Int(order),
            Cell::Text(class.code.clone()),
            Cell::Text(class.grade.clone()),
            Cell::text(leader),
            Cell::Int(class.pupils),
        ])?;
    }
    let mut people: Vec<Uuid> =
        found.items.iter().filter_map(|class| class.homeroom.as_ref().map(|one| one.person.0)).collect();
    people.sort_unstable();
    people.dedup();
    Ok((rows.finish()?, found.items.len(), people))
}

/// Who teaches what today. Answers with the file, how many rows it has, and whose names it holds.
pub fn assignments(tx: &mut Tx<'_>, school: UnitId, who: &str) -> Result<(File, usize, Vec<Uuid>)> {
    allowed(tx, school, What::Assignments)?;
    let today = tx.today();
    let year = classes::year_of(today)?;
    let standing: Vec<Stands> = tx.all(&OF_YEAR, params![school, year, today])?;
    let periods = of_staff::periods(tx, school, year, today, &standing)?;
    let codes: HashMap<PersonId, Option<String>> = tx
        .all::<Exported>(&store::EXPORTED, params![school, today])?
        .into_iter()
        .map(|one| (one.person, one.staff_code))
        .collect();
    let columns: Vec<&Wanted> = What::Assignments.columns().iter().collect();
    let mut rows = begin(tx, school, What::Assignments, &columns, who)?;
    let (mut people, mut count) = (Vec::new(), 0);
    for (row, periods) in standing.iter().zip(periods).filter(|(row, _)| row.valid_from <= today) {
        let class = row.class_code.clone();
        rows.row(&[
            Cell::Text(class),
            Cell::Text(subject_name(&row.subject)?),
            Cell::text(codes.get(&row.person).cloned().flatten()),
            Cell::Text(row.full_name.clone()),
            Cell::Int(periods),
        ])?;
        people.push(row.person.0);
        count += 1;
    }
    people.sort_unstable();
    people.dedup();
    Ok((rows.finish()?, count, people))
}
