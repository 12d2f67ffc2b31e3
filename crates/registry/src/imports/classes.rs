//! Classes in a workbook: their grade, who leads them, and what the specification keeps of them.

use std::collections::{BTreeMap, HashMap};

use base::book::Books;
use base::{Result, UnitId, Uuid};
use db::{Tx, params};
use rules::sector::{Hand, Status, qd4998};

use super::layout::What;
use super::matching::grade_of;
use super::read::Row;
use super::stage::{Change, Choice, Found, Stage, Verdict};
use super::standing::{self, Class, Opener, class_key};
use super::store::{self, ClassRow, DocRow};
use super::team::Team;
use super::{put_back, rows_of};
use crate::staff::store::{LEADERS, Led};

/// The columns that the specification keeps of a class, beside its grade.
pub const KEPT: [&str; 2] = ["session_count", "two_sessions"];

/// A class of the school year, with what the sheet's columns say of it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The class.
    pub row: ClassRow,
    /// The employment of whoever leads it.
    pub leader: Option<Uuid>,
    /// What stands, by the keys of the sheet.
    pub values: BTreeMap<&'static str, String>,
}

/// The classes of the school year of today. Rights are the caller's.
pub fn read(tx: &mut Tx<'_>, school: UnitId) -> Result<Vec<Standing>> {
    let today = tx.today();
    let rows: Vec<ClassRow> = tx.all(&store::CLASSES, params![school, standing::year_of(today)])?;
    let led: Vec<Led> = tx.all(&LEADERS, params![school, today])?;
    let leaders: HashMap<Uuid, Uuid> = led.into_iter().map(|led| (led.class.0, led.employment.0)).collect();
    let documents: Vec<DocRow> = tx.all(&store::RECORD_DOCUMENTS, params![school, today])?;
    let keys = tx.keys().clone();
    let mut opener = Opener::new(&keys);
    let mut said: HashMap<Uuid, BTreeMap<String, String>> = HashMap::new();
    for row in documents.iter().filter(|row| row.field_group == "class_identity") {
        let (plain, sealed) = (row.plain.as_deref(), row.sealed.as_deref());
        said.insert(row.record, standing::body(&mut opener, school, row.record, &row.field_group, plain, sealed)?);
    }
    let one = |row: ClassRow| {
        let mut values: BTreeMap<&'static str, String> = [("grade", row.grade.clone())].into();
        let body = said.get(&row.id);
        values.extend(KEPT.iter().filter_map(|key| Some((*key, body?.get(*key)?.clone()))));
        Standing { leader: leaders.get(&row.id).copied(), values, row }
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Reads what the specification keeps, and the grade that the name begins with where no column says it.
fn check(row: &mut Row, is_new: bool) -> Result<()> {
    let spec = qd4998()?;
    for name in KEPT {
        let (Some(text), Some(key)) = (row.get(name).map(str::to_owned), spec.key("class", name)) else { continue };
        match key.check(&text, Hand::Person, spec) {
            Ok(Some(checked)) => {
                row.values.insert(name.to_owned(), checked.value.stored());
                let list = match key.value {
                    rules::sector::Type::Code(list) => spec.list(list),
                    _ => None,
                };
                if let Some(doubt) = checked.doubt.filter(|_| list.is_some_and(|list| list.status != Status::Unknown)) {
                    row.say(name, false, "sector.doubtful_code", doubt);
                }
            }
            Ok(None) => {
                row.values.remove(name);
            }
            Err(refusal) => {
                row.values.remove(name);
                let detail = format!("{} Ô này được bỏ qua, các ô khác của dòng vẫn nhận.", refusal.detail);
                row.say(name, false, refusal.code, detail);
            }
        }
    }
    let Some(name) = row.get("class").map(str::to_owned) else {
        if !row.is_refused() {
            row.say("class", true, "import.no_class_name", "Thiếu tên lớp. Hãy ghi tên lớp, ví dụ 6A1.");
        }
        return Ok(());
    };
    if !is_new {
        return Ok(());
    }
    match (row.get("grade").map(str::to_owned), grade_of(&name)) {
        (Some(said), Some(begins)) if said != begins => {
            let detail =
                format!("Khối ghi {said} nhưng tên lớp {name} là của khối {begins}. Hãy sửa lại khối hoặc lớp.");
            row.say("grade", true, "import.grade", detail);
        }
        (None, Some(begins)) => {
            row.values.insert("grade".to_owned(), begins);
        }
        (None, None) => {
            let detail = format!("Chưa biết lớp {name} thuộc khối nào. Hãy ghi khối vào cột Khối.");
            row.say("class", true, "import.no_grade", detail);
        }
        _ => {}
    }
    Ok(())
}

/// Judges the classes of a stage. Answers those that will be made.
pub fn judge(tx: &mut Tx<'_>, school: UnitId, stage: &mut Stage, books: &dyn Books, team: &Team) -> Result<Vec<Class>> {
    let (rows, places) = rows_of(books, stage, What::Classes, tx.today())?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let all = read(tx, school)?;
    let of = |name: &str| {
        let key = class_key(name);
        let by = |own: fn(&ClassRow) -> &String| all.iter().find(|one| class_key(own(&one.row)) == key);
        by(|row| &row.code).or_else(|| by(|row| &row.name))
    };
    let (mut met, mut coming, mut judged) = (HashMap::<String, String>::new(), Vec::new(), Vec::new());
    for mut row in rows {
        let stands = row.get("class").and_then(&of);
        check(&mut row, stands.is_none())?;
        if let Some(name) = row.get("class").map(str::to_owned) {
            if let Some(first) = met.get(&class_key(&name)) {
                let detail = format!("Lớp {name} cũng đứng ở ô {first}. Hãy bỏ một trong hai dòng, hoặc sửa tên lớp.");
                row.say("class", true, "import.class_twice", detail);
            } else {
                met.insert(class_key(&name), row.at("class"));
            }
        }
        let found = one(row, stands, team);
        if found.verdict == Verdict::New
            && let (Some(name), Some(grade)) = (found.values.get("class"), found.values.get("grade"))
        {
            coming.push(Class { id: Uuid::nil(), name: name.clone(), grade: grade.clone() });
        }
        judged.push(found);
    }
    put_back(stage, places, judged);
    Ok(coming)
}

fn one(mut row: Row, stands: Option<&Standing>, team: &Team) -> Found {
    let mut found = Found::default();
    if row.choice == Some(Choice::Leave) {
        row.say("class", true, "import.left_out", "Dòng này được chọn không nhập.");
    }
    let label = |key: &str| What::Classes.label(key).to_owned();
    let mut doubtful = false;
    if row.get("homeroom_code").is_some() || row.get("homeroom_name").is_some() {
        match team.named(&mut row, ("homeroom_code", "homeroom_name"), What::Classes, false) {
            Ok(at) => {
                let leader = stands.and_then(|class| class.leader);
                let name = |at: usize| team.members.get(at).map(|one| one.name.clone()).unwrap_or_default();
                let now = team.members.iter().position(|one| one.employment.is_some() && one.employment == leader);
                if now != Some(at) {
                    found.changes.push(Change {
                        key: "homeroom_name".to_owned(),
                        label: label("homeroom_name"),
                        from: now.map(name),
                        to: name(at),
                    });
                }
            }
            Err(candidates) => {
                doubtful = !candidates.is_empty();
                found.candidates = candidates;
            }
        }
    }
    if let Some(class) = stands {
        for key in std::iter::once("grade").chain(KEPT) {
            let (Some(says), stands) = (row.get(key), class.values.get(key)) else { continue };
            if stands.map(String::as_str) != Some(says) {
                let (from, to) = (stands.cloned(), says.to_owned());
                found.changes.push(Change { key: key.to_owned(), label: label(key), from, to });
            }
        }
        found.record = Some((class.row.id, class.row.version));
    }
    found.verdict = match stands {
        _ if doubtful => Verdict::Doubtful,
        None => Verdict::New,
        Some(_) if found.changes.is_empty() => Verdict::Same,
        Some(_) => Verdict::Changed,
    };
    if row.is_refused() {
        found = Found::default();
    }
    found.values = row.values;
    found.said = row.said;
    found
}
