//! The pupils of a school in the sector's own layout, as it comes back in without loss.

use std::fs::File;

use base::sheet::{Cell, Head, Mark, Sheet};
use base::{Date, Result, UnitId, Uuid, vi};
use db::Tx;
use rules::sector::{Spec, qd4998};

use super::layout::{self, ORDER, PUPILS, RELATIONS};
use super::standing::{self, Pupil};

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

/// What of the pupils' sheet leaves the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The keys of its columns, in the order of the sheet.
    pub columns: Vec<&'static str>,
    /// Only these classes, as they stand today.
    pub classes: Option<Vec<Uuid>>,
}

impl Cut {
    /// The whole sheet.
    #[must_use]
    pub fn whole() -> Self {
        Self { columns: PUPILS.iter().map(|column| column.key).collect(), classes: None }
    }

    /// The relations whose columns it has.
    #[must_use]
    pub fn relations(&self) -> Vec<&'static str> {
        let has = |key: &str| self.columns.contains(&key);
        let named = RELATIONS.iter().filter(|(_, name, work, born)| has(name) || has(work) || has(born));
        named.map(|(relation, ..)| *relation).collect()
    }
}

/// Writes pupils of a school as a file that carries a mark. Answers with the file, how many rows it has, and whose data it
/// holds. Rights are the caller's, who also records that it left the house.
pub fn pupils(tx: &mut Tx<'_>, school: UnitId, cut: &Cut, mark: &Mark) -> Result<(File, usize, Vec<Uuid>)> {
    let spec = qd4998()?;
    let standing = standing::read(tx, school)?;
    let today = tx.today();
    let name = crate::units::view::name(tx, school, today)?;
    let within = |pupil: &&Pupil| {
        let class = pupil.class.map(|(class, _)| class);
        pupil.enrolment.is_some()
            && cut.classes.as_ref().is_none_or(|only| class.is_some_and(|class| only.contains(&class)))
    };
    let mut all: Vec<&Pupil> = standing.pupils.iter().filter(within).collect();
    let class_key = |pupil: &Pupil| pupil.values.get("class").map(|class| vi::collation_key_of(class));
    let name_key = |pupil: &Pupil| {
        let name = pupil.values.get("full_name").and_then(|name| base::PersonName::split(name));
        name.map(|name| name.collation_key())
    };
    all.sort_by_cached_key(|pupil| (class_key(pupil), name_key(pupil), pupil.person));
    let columns: Vec<_> = PUPILS.iter().filter(|column| cut.columns.contains(&column.key)).collect();
    let sheet = Sheet {
        title: layout::What::Pupils.title().to_owned(),
        columns: columns
            .iter()
            .map(|column| Head { title: column.names.first().copied().unwrap_or_default(), width: width(column.key) })
            .collect(),
        made_at: tx.now(),
        about: vec![
            ("Trường".to_owned(), name),
            ("Tại ngày".to_owned(), vi::date(today)),
            ("Người xuất".to_owned(), mark.who.clone()),
            ("Mục đích".to_owned(), mark.purpose.clone()),
            ("Dấu của tệp".to_owned(), mark.code.clone()),
        ],
    };
    let mut rows = platform::sheets::begin_marked(sheet, mark.clone())?;
    for (order, pupil) in (1i64..).zip(&all) {
        let grade = pupil.values.get("class").and_then(|class| standing.class(class)).map(|class| class.grade.clone());
        let cells: Vec<Cell> =
            columns.iter().map(|column| cell(spec, column.key, order, grade.as_deref(), pupil)).collect();
        rows.row(&cells)?;
    }
    let relations = cut.relations();
    let kin = |pupil: &&&Pupil| -> Vec<Uuid> {
        relations.iter().filter_map(|relation| pupil.kin.get(relation)).copied().collect()
    };
    let mut people: Vec<Uuid> = all.iter().map(|pupil| pupil.person).collect();
    people.extend(all.iter().flat_map(|pupil| kin(&pupil)));
    people.sort_unstable();
    people.dedup();
    Ok((rows.finish()?, all.len(), people))
}
