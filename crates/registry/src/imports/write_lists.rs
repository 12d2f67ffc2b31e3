//! Writes what a workbook says of staff, classes and assignments, through the commands that a person uses on the page: in
//! the same transaction as the pupils, staff and classes before them, who leads and teaches after them.

use std::collections::HashSet;

use base::{ClassId, Code, Date, EmploymentId, Error, Kind, Patch, PersonId, Result, UnitId, Uuid};
use db::{Entry, Tx, params};

use super::apply::CHANGED;
use super::layout::What;
use super::plan::Plan;
use super::stage::{Change, Choice, Found, Stage, StagedRow, Verdict};
use super::standing::class_key;
use super::store;
use super::team::{Named, Team};
use super::{assignments, classes, staff};
use crate::classes::create::{CreateClass, create_as};
use crate::fields::Asked;
use crate::fields::record::Of;
use crate::fields::write::{Writer, write_all};
use crate::people::{Closed, held};
use crate::pupils::person::{SetProtected, write_protected};
use crate::staff::employ::{Employ, NewStaff, employ};
use crate::staff::work;
use crate::teaching::ground;
use crate::teaching::homeroom::{self, SetHomeroom};

/// A row that was accepted cannot be written.
pub const ROW: Code = Code::new(Kind::Conflict, "import.row_refused", "Một dòng không ghi được");

/// What stands under lock of staff, by the sheet's keys.
const CLOSED: [&str; 3] = ["personal_number", "mobile", "email"];

/// What was written of the lists before the pupils.
#[derive(Debug, Default)]
pub struct Before {
    /// Rows that go back to matching, since the school changed meanwhile.
    pub back: i64,
    /// Rows that were written.
    pub written: i64,
    /// Classes that were made under the ids of the plan.
    pub made: HashSet<Uuid>,
}

/// What is said of a row that cannot be written: the rest of the workbook stays out too.
fn at(sheet: &str, row: &StagedRow, error: Error) -> Error {
    if error.kind() == Kind::Internal {
        return error;
    }
    let why = error.refused_fields().first().map_or(error.detail(), |field| field.detail.as_str());
    ROW.error(format!("Trang {sheet}, dòng {}: {why} Chưa có gì được nhập.", row.line.row))
}

/// Without the class that somebody leads, which is judged once all classes are known.
fn own(found: &Found) -> Vec<&Change> {
    found.changes.iter().filter(|change| change.key != "homeroom").collect()
}

/// Whether a row would be judged now as a person saw it.
fn is_same(saw: &Found, now: &Found) -> bool {
    let word = |found: &Found| match found.verdict {
        Verdict::Changed if own(found).is_empty() => Verdict::Same,
        other => other,
    };
    (word(saw), saw.target, saw.record, own(saw)) == (word(now), now.target, now.record, own(now))
}

const fn goes_in(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::New | Verdict::Changed)
}

/// The rows of a list that go in as they were seen, with their sheets; and how many go back.
fn live<'s>(staged: &'s Stage, again: &Stage, what: What) -> (Vec<(&'s str, &'s StagedRow)>, i64) {
    let (mut rows, mut back) = (Vec::new(), 0);
    for ((_, table), (_, now)) in staged.of_what(what).zip(again.of_what(what)) {
        for (row, now) in table.rows.iter().zip(&now.rows).filter(|(row, _)| goes_in(row.found.verdict)) {
            if is_same(&row.found, &now.found) {
                rows.push((table.sheet.as_str(), row));
            } else {
                back += i64::from(now.found.verdict != Verdict::Same);
            }
        }
    }
    (rows, back)
}

/// Writes staff and classes. Rights are the caller's.
pub fn before(tx: &mut Tx<'_>, school: UnitId, import: Uuid, staged: &Stage, plan: &Plan) -> Result<Before> {
    let books = platform::books::lent()?;
    let mut done = Before::default();
    if staged.has(What::Staff) {
        let mut again = staged.clone();
        staff::judge(tx, school, &mut again, books)?;
        let (rows, back) = live(staged, &again, What::Staff);
        done.back += back;
        for (sheet, row) in rows {
            one_of_staff(tx, school, import, &row.found).map_err(|error| at(sheet, row, error))?;
            done.written += 1;
        }
    }
    if staged.has(What::Classes) {
        let team = Team::of(&staff::read(tx, school)?, &[]);
        let mut again = staged.clone();
        classes::judge(tx, school, &mut again, books, &team)?;
        let (rows, back) = live(staged, &again, What::Classes);
        done.back += back;
        for (sheet, row) in rows {
            let made = one_class(tx, school, plan, &team, row).map_err(|error| at(sheet, row, error))?;
            done.made.extend(made);
            done.written += 1;
        }
        // A class that pupils come into and that was to be made here is made here, or nothing goes in.
        let named: HashSet<String> = staged
            .of_what(What::Classes)
            .flat_map(|(_, table)| &table.rows)
            .filter_map(|row| row.found.values.get("class").map(|name| class_key(name)))
            .collect();
        let missing =
            |class: &&super::plan::NewClass| named.contains(&class_key(&class.name)) && !done.made.contains(&class.id);
        if let Some(class) = plan.classes.iter().find(missing) {
            return Err(CHANGED.error(format!(
                "Lớp {} vừa được người khác lập hoặc sửa; chưa có gì được nhập. Hãy xem lại bản xem trước rồi nhập lại.",
                class.name
            )));
        }
    }
    Ok(done)
}

fn closed(found: &Found, says: impl Fn(&str) -> bool) -> Option<SetProtected> {
    let value = |key: &str| match found.values.get(key).filter(|_| says(key)) {
        Some(value) => Patch::Value(Closed(value.clone())),
        None => Patch::Absent,
    };
    let set = SetProtected {
        personal_number: value("personal_number"),
        phone: value("mobile"),
        email: value("email"),
        ..SetProtected::default()
    };
    (set != SetProtected::default()).then_some(set)
}

/// What fields a row says, by the keys of the specification.
fn fields(found: &Found, says: impl Fn(&str) -> bool) -> Asked {
    let kept = super::layout::compared(What::Staff).filter(|key| !CLOSED.contains(key) && says(key));
    kept.filter_map(|key| Some((staff::spec_key(key).to_owned(), Some(found.values.get(key)?.clone())))).collect()
}

/// The first day of somebody who is new: of whom nobody had, the first of the school year; of others, today.
fn first_day(tx: &Tx<'_>, found: &Found) -> Date {
    let today = tx.today();
    let year = i16::try_from(super::standing::year_of(today)).unwrap_or(today.year());
    let begins = Date::new(year, 8, 1).ok().filter(|day| found.target.is_none() && *day <= today);
    begins.unwrap_or(today)
}

fn one_of_staff(tx: &mut Tx<'_>, school: UnitId, import: Uuid, found: &Found) -> Result<()> {
    let today = tx.today();
    let value = |key: &str| found.values.get(key).cloned();
    let changed = |key: &str| found.changes.iter().any(|change| change.key == key);
    let (id, from, asked, set) = match (found.verdict, found.target) {
        (Verdict::Changed, Some(target)) => {
            let Some((employment, _)) = target.enrolment else {
                return Err(Error::internal("a changed row of staff without employment"));
            };
            (EmploymentId(employment), today, fields(found, changed), closed(found, changed))
        }
        (_, target) => {
            let from = first_day(tx, found);
            let here = match target {
                Some(target) => held::is_held(tx, school, PersonId(target.person))?.then_some(PersonId(target.person)),
                None => None,
            };
            let secret = |key: &str| value(key).filter(|_| here.is_none()).map(Closed);
            let new = NewStaff {
                full_name: value("full_name").unwrap_or_default(),
                birth: value("birth_date"),
                sex: value("sex"),
                ethnic_group: value("ethnic_group"),
                staff_code: value("sector_code"),
                ..NewStaff::default()
            };
            let cmd = Employ {
                person: here,
                staff: here.is_none().then_some(new),
                personal_number: secret("personal_number"),
                phone: secret("mobile"),
                email: secret("email"),
                from,
                status: None,
                staff_group: value("staff_group"),
                position: value("position"),
                contract: value("contract"),
            };
            let employed = employ(tx, school, &cmd)?;
            // Of a person whom the school knew otherwise than as staff nothing was compared.
            let says = |key: &str| found.changes.is_empty() || changed(key);
            let set = if here.is_some() { closed(found, says) } else { None };
            (employed.id, from, fields(found, |_| true), set)
        }
    };
    if !asked.is_empty() {
        write_all(tx, (school, Of::Staff, id.0), from, &asked, None, Writer::IMPORT)?;
    }
    if let Some(set) = set {
        let (row, _) = work::take(tx, school, id, None)?;
        write_protected(tx, school, row.person, &set)?;
    }
    let told = serde_json::json!({ "import": import });
    tx.record(Entry::new("staff.imported", "staff", id).unit(school).after(&told)?);
    Ok(())
}

/// Makes or changes a class. Answers its id where the plan drew it.
fn one_class(tx: &mut Tx<'_>, school: UnitId, plan: &Plan, team: &Team, row: &StagedRow) -> Result<Option<Uuid>> {
    let found = &row.found;
    let today = tx.today();
    let changed = |key: &str| found.changes.iter().any(|change| change.key == key);
    let name = found.values.get("class").cloned().unwrap_or_default();
    let (id, made) = match found.record {
        Some((id, _)) => (ClassId(id), None),
        None => {
            let drawn = plan.classes.iter().find(|class| class_key(&class.name) == class_key(&name));
            let id = drawn.map_or_else(|| tx.new_id(), |class| ClassId(class.id));
            let year = crate::classes::year_of(today)?;
            let grade = found.values.get("grade").cloned().unwrap_or_default();
            let cmd = CreateClass { year, code: name, name: None, grade, campus: None, position: None };
            create_as(tx, school, id, &cmd)?;
            (id, drawn.map(|class| class.id))
        }
    };
    let is_new = found.record.is_none();
    let keys = std::iter::once("grade").filter(|_| !is_new).chain(classes::KEPT);
    let asked: Asked = keys
        .filter(|key| is_new || changed(key))
        .filter_map(|key| Some((key.to_owned(), Some(found.values.get(key)?.clone()))))
        .collect();
    if !asked.is_empty() {
        write_all(tx, (school, Of::Class, id.0), today, &asked, None, Writer::IMPORT)?;
    }
    if changed("homeroom_name") {
        let chosen = match row.choice {
            Some(Choice::Person(person)) => team.of_person(person),
            _ => None,
        };
        let named = || match team.find(
            found.values.get("homeroom_code").map(String::as_str),
            found.values.get("homeroom_name").map(String::as_str),
        ) {
            Named::One(at, _) => Some(at),
            _ => None,
        };
        let who = chosen.or_else(named).and_then(|at| team.members.get(at)).and_then(|one| one.employment);
        lead(tx, school, id, who.map(EmploymentId))?;
    }
    Ok(made)
}

fn lead(tx: &mut Tx<'_>, school: UnitId, class: ClassId, staff: Option<EmploymentId>) -> Result<()> {
    let Some(staff) = staff else { return Err(Error::internal("a class is led by nobody who was found")) };
    homeroom::set(tx, school, class, None, &SetHomeroom { staff: Some(staff), from: None }).map(drop)
}

/// Writes who leads by the list of staff, and who teaches what. Answers how many rows went back, and how many were written.
/// Rights are the caller's.
pub fn after(tx: &mut Tx<'_>, school: UnitId, staged: &Stage) -> Result<(i64, i64)> {
    if staged.has(What::Staff) {
        leaders(tx, school, staged)?;
    }
    if staged.has(What::Assignments) {
        return taught(tx, school, staged);
    }
    Ok((0, 0))
}

fn leaders(tx: &mut Tx<'_>, school: UnitId, staged: &Stage) -> Result<()> {
    let rows = staged.of_what(What::Staff).flat_map(|(_, table)| table.rows.iter().map(move |row| (&table.sheet, row)));
    let led: Vec<_> = rows
        .filter(|(_, row)| goes_in(row.found.verdict) && row.found.changes.iter().any(|one| one.key == "homeroom"))
        .collect();
    if led.is_empty() {
        return Ok(());
    }
    let team = Team::of(&staff::read(tx, school)?, &[]);
    let all: Vec<store::ClassRow> = tx.all(&store::CLASSES, params![school, super::standing::year_of(tx.today())])?;
    for (sheet, row) in led {
        let Some(name) = row.found.values.get("homeroom") else { continue };
        let key = class_key(name);
        let by = |own: fn(&store::ClassRow) -> &String| all.iter().find(|class| class_key(own(class)) == key);
        let class = by(|class| &class.code).or_else(|| by(|class| &class.name));
        let known = row.found.target.and_then(|target| team.of_person(target.person));
        let who = known.or_else(|| {
            let value = |key: &str| row.found.values.get(key).map(String::as_str);
            match team.find(value("sector_code"), value("full_name")) {
                Named::One(at, _) => Some(at),
                // Two of one name: the one whose birth it is.
                Named::Several(all) => all
                    .into_iter()
                    .find(|at| team.members.get(*at).is_some_and(|one| one.birth.as_deref() == value("birth_date"))),
                _ => None,
            }
        });
        let who = who.and_then(|at| team.members.get(at)).and_then(|one| one.employment).map(EmploymentId);
        // Whose row went back is seen again with it, and so is a class that was not made.
        let (Some(class), Some(who)) = (class, who) else { continue };
        lead(tx, school, ClassId(class.id), Some(who)).map_err(|error| at(sheet, row, error))?;
    }
    Ok(())
}

fn taught(tx: &mut Tx<'_>, school: UnitId, staged: &Stage) -> Result<(i64, i64)> {
    let books = platform::books::lent()?;
    let day = tx.today();
    let team = Team::of(&staff::read(tx, school)?, &[]);
    let mut again = staged.clone();
    let mut judged = assignments::judge(tx, school, &mut again, books, &team, &[])?;
    let (rows, mut back) = live(staged, &again, What::Assignments);
    // What would be judged otherwise than a person saw it stays out, and so does what was set aside before.
    let mut left = false;
    for at in 0..staged.tables.len() {
        let (Some(table), Some(now)) = (staged.tables.get(at), again.tables.get_mut(at)) else { continue };
        if table.what != Some(What::Assignments) || table.skipped {
            continue;
        }
        for (row, now) in table.rows.iter().zip(&mut now.rows) {
            let same = is_same(&row.found, &now.found);
            if goes_in(now.found.verdict) && !(goes_in(row.found.verdict) && same) {
                back += i64::from(row.found.verdict == Verdict::Same);
                now.choice = Some(Choice::Leave);
                left = true;
            }
        }
    }
    if left {
        judged = assignments::judge(tx, school, &mut again, books, &team, &[])?;
    }
    if let Some(judged) = judged {
        ground::write(tx, school, &judged.plan, day)?;
    }
    Ok((back, i64::try_from(rows.len()).unwrap_or(i64::MAX)))
}
