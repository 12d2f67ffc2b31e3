//! The pupils of a school in the sector's own layout, as it comes back in without loss.

use std::fs::File;

use base::sheet::{Cell, Head, Sheet};
use base::{Date, Result, UnitId, Uuid, vi};
use db::Tx;
use rules::sector::{Spec, qd4998};

use super::layout::{ORDER, PUPILS};
use super::standing::{self, Pupil};
use super::{allowed, layout};

/// How wide a column is, in letters.
fn width(key: &str) -> u16 {
    match key {
        ORDER | "sex" | "grade" | "class" => 8,
        "full_name" | "father_name" | "mother_name" | "guardian_name" | "residence" => 26,
        _ => 16,
    }
}

fn named(spec: &Spec, list: &str, code: &str) -> String {
    let known = spec.list(list).and_then(|list| list.value(code));
    known.map_or_else(|| code.to_owned(), |value| value.name.to_owned())
}

fn cell(spec: &Spec, key: &str, order: i64, grade: Option<&str>, pupil: &Pupil) -> Cell {
    if key == ORDER {
        return Cell::Int(order);
    }
    if key == "grade" {
        return Cell::text(grade.map(str::to_owned));
    }
    let Some(value) = pupil.values.get(key) else { return Cell::Empty };
    match key {
        "sex" => Cell::Text(named(spec, "DM_GIOI_TINH", value)),
        "ethnic_group" => Cell::Text(named(spec, "DM_DAN_TOC", value)),
        "status" => Cell::Text(named(spec, "DM_TRANG_THAI_HOC_SINH", value)),
        "birth_date" | "paper_issued_on" => match value.parse::<Date>() {
            Ok(day) => Cell::Date(day),
            // A month or a year, as people write them.
            Err(_partly_known) => Cell::Text(value.split('-').rev().collect::<Vec<_>>().join("/")),
        },
        _ => Cell::Text(value.clone()),
    }
}

/// Writes the pupils of a school. Answers with the file and whose data it holds; that it left the house is the caller's to
/// record.
pub fn pupils(tx: &mut Tx<'_>, school: UnitId, who: &str) -> Result<(File, Vec<Uuid>)> {
    allowed(tx, school)?;
    let spec = qd4998()?;
    let standing = standing::read(tx, school)?;
    let today = tx.today();
    let name = crate::units::view::name(tx, school, today)?;
    let mut all: Vec<&Pupil> = standing.pupils.iter().filter(|pupil| pupil.enrolment.is_some()).collect();
    let class_key = |pupil: &Pupil| pupil.values.get("class").map(|class| vi::collation_key_of(class));
    let name_key = |pupil: &Pupil| {
        let name = pupil.values.get("full_name").and_then(|name| base::PersonName::split(name));
        name.map(|name| name.collation_key())
    };
    all.sort_by_cached_key(|pupil| (class_key(pupil), name_key(pupil), pupil.person));
    let sheet = Sheet {
        title: layout::What::Pupils.title().to_owned(),
        columns: PUPILS
            .iter()
            .map(|column| Head { title: column.names.first().copied().unwrap_or_default(), width: width(column.key) })
            .collect(),
        made_at: tx.now(),
        about: vec![
            ("Trường".to_owned(), name),
            ("Tại ngày".to_owned(), vi::date(today)),
            ("Người xuất".to_owned(), who.to_owned()),
        ],
    };
    let mut rows = platform::sheets::begin(sheet)?;
    for (order, pupil) in (1i64..).zip(&all) {
        let grade = pupil.values.get("class").and_then(|class| standing.class(class)).map(|class| class.grade.clone());
        let cells: Vec<Cell> =
            PUPILS.iter().map(|column| cell(spec, column.key, order, grade.as_deref(), pupil)).collect();
        rows.row(&cells)?;
    }
    let people = all.iter().map(|pupil| pupil.person).collect();
    Ok((rows.finish()?, people))
}
