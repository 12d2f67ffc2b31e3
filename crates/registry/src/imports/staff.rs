//! Staff in a workbook: what the school has of them, what their cells say, and which classes they lead.

use std::collections::{BTreeMap, HashMap};

use base::book::Books;
use base::{Date, Result, UnitId, Uuid};
use db::{Tx, params};
use rules::sector::{Hand, Status, qd4998};

use super::layout::What;
use super::read::Row;
use super::stage::{Change, Said, Stage, Verdict};
use super::standing::{self, Opener, Pupil, Standing, class_key};
use super::store::{self, DocRow, StaffRow};
use super::team::Team;
use super::{matching, put_back, rows_of};
use crate::people::secrets;

/// The keys of the specification's staff that columns of the sheet are checked by.
const CHECKED: [(&str, &str); 8] = [
    ("sector_code", "sector_code"),
    ("email", "email"),
    ("staff_group", "staff_group"),
    ("position", "staff_type"),
    ("subject", "subject"),
    ("professional_degree", "professional_degree"),
    ("contract", "contract"),
    ("recruited_on", "recruited_on"),
];

/// Values as schools write them, folded, and their official names.
const ALSO: [(&str, &str, &str); 2] = [
    ("contract", "vien chuc khong xac dinh thoi han", "Viên chức hợp đồng làm việc không xác định thời hạn"),
    ("contract", "vien chuc xac dinh thoi han", "Viên chức hợp đồng làm việc xác định thời hạn"),
];

/// The columns that are kept in documents: group and key.
const DOCUMENTS: [(&str, &str); 3] =
    [("staff_job", "recruited_on"), ("staff_teaching", "subject"), ("staff_qualification", "professional_degree")];

/// The key of the specification for a column of the sheet, where it has one.
#[must_use]
pub fn spec_key(key: &str) -> &str {
    if key == "position" { "staff_type" } else { key }
}

fn person_of(row: StaffRow, today: Date) -> Pupil {
    let is_here = row.valid_to.is_none_or(|to| today < to);
    let mut values = BTreeMap::new();
    let all = [
        ("full_name", Some(row.full_name)),
        ("birth_date", row.birth),
        ("sex", row.sex),
        ("ethnic_group", row.ethnic_group),
        ("sector_code", row.staff_code),
        ("staff_group", row.staff_group),
        ("position", row.position),
        ("contract", row.contract),
    ];
    values.extend(all.into_iter().filter_map(|(key, value)| Some((key, value?))));
    Pupil {
        person: row.person,
        version: row.person_version,
        enrolment: is_here.then_some((row.employment, row.version)),
        folded: row.folded,
        values,
        ..Pupil::default()
    }
}

/// Everybody who works or worked at a school, with what the sheet's columns say of them. Rights are the caller's.
pub fn read(tx: &mut Tx<'_>, school: UnitId) -> Result<Standing> {
    let today = tx.today();
    let (mut people, mut by_person, mut by_record) = (Vec::<Pupil>::new(), HashMap::new(), HashMap::new());
    for row in tx.all::<StaffRow>(&store::STAFF, params![school])? {
        // Whoever works here now stands first, so that somebody who came back is here and not gone.
        if by_person.contains_key(&row.person) {
            continue;
        }
        by_person.insert(row.person, people.len());
        by_record.insert(row.employment, people.len());
        people.push(person_of(row, today));
    }
    let sealed: Vec<(Uuid, String, i64, Vec<u8>)> = tx.all(&store::STAFF_SECRETS, params![school])?;
    let documents: Vec<DocRow> = tx.all(&store::RECORD_DOCUMENTS, params![school, today])?;
    let keys = tx.keys().clone();
    let mut opener = Opener::new(&keys);
    for (person, what, _, sealed) in sealed {
        let key = match what.as_str() {
            "personal_number" => "personal_number",
            "phone" => "mobile",
            "email" => "email",
            _ => continue,
        };
        let Some(one) = by_person.get(&person).and_then(|at| people.get_mut(*at)) else { continue };
        // Of several the first is what a field shows.
        if !one.values.contains_key(key) {
            let value = opener.open(&secrets::about(person.as_bytes(), what.as_bytes()), &sealed)?;
            one.values.insert(key, value);
        }
    }
    for row in documents {
        let Some(one) = by_record.get(&row.record).and_then(|at| people.get_mut(*at)) else { continue };
        let (plain, sealed) = (row.plain.as_deref(), row.sealed.as_deref());
        let body = standing::body(&mut opener, school, row.record, &row.field_group, plain, sealed)?;
        for (_, key) in DOCUMENTS.iter().filter(|(group, _)| *group == row.field_group) {
            if let Some(value) = body.get(*key) {
                one.values.insert(key, value.clone());
            }
        }
    }
    Ok(Standing::made_of(people, Vec::new(), standing::year_of(today)))
}

/// Reads the values of a row as the specification has them. What it does not know is told, and left out where it cannot be
/// kept.
fn check(row: &mut Row) -> Result<()> {
    let spec = qd4998()?;
    for (column, key) in CHECKED {
        let (Some(text), Some(key)) = (row.get(column).map(str::to_owned), spec.key("staff", key)) else { continue };
        let folded = base::vi::fold(&text);
        let also = ALSO.iter().find(|(of, name, _)| *of == column && *name == folded);
        match key.check(also.map_or(text.as_str(), |(.., official)| official), Hand::Person, spec) {
            Ok(Some(checked)) => {
                row.values.insert(column.to_owned(), checked.value.stored());
                // Of a list that nobody has published no value can be missing.
                let list = super::layout::STAFF_LISTS.iter().find(|(name, _)| *name == column);
                let is_known =
                    list.and_then(|(_, list)| spec.list(list)).is_some_and(|list| list.status != Status::Unknown);
                if let Some(doubt) = checked.doubt.filter(|_| is_known) {
                    row.say(column, false, "sector.doubtful_code", doubt);
                }
            }
            Ok(None) => {
                row.values.remove(column);
            }
            Err(refusal) => {
                row.values.remove(column);
                let refuses = What::Staff.essential().contains(&column);
                let then =
                    if refuses { "" } else { " Ô này được bỏ qua, các ô khác của dòng vẫn nhận." };
                row.say(column, refuses, refusal.code, format!("{}{then}", refusal.detail));
            }
        }
    }
    // One telephone is kept in this field.
    if let Some((first, _)) = row.get("mobile").and_then(|all| all.split_once(", ")) {
        let first = first.to_owned();
        row.say("mobile", false, "import.one_phone", format!("Ô có nhiều số điện thoại; số đầu {first} được nhận."));
        row.values.insert("mobile".to_owned(), first);
    }
    Ok(())
}

/// Judges the staff of a stage. Answers who works at the school, as they will be called.
pub fn judge(tx: &mut Tx<'_>, school: UnitId, stage: &mut Stage, books: &dyn Books) -> Result<Team> {
    let (mut rows, places) = rows_of(books, stage, What::Staff, tx.today())?;
    let mut standing = read(tx, school)?;
    for row in &mut rows {
        check(row)?;
    }
    super::look_outside(tx, school, What::Staff, &rows, &mut standing)?;
    let doubts = |number: &str, sex: Option<&str>, born: Option<i16>| books.doubts(number, sex, born);
    let found = matching::judge(rows, &standing, What::Staff, false, &doubts);
    let team = Team::of(&standing, &found);
    put_back(stage, places, found);
    Ok(team)
}

/// Who leads a class by now, and how they are called: nothing where the class is not there.
pub type Leads<'a> = dyn Fn(&str) -> Option<Option<(Uuid, String)>> + 'a;

/// What the staff's column of classes they lead says, once it is known which classes there are. `leads` answers whom a
/// class has by now: none where the class is not there, and nobody where it has nobody.
pub fn homerooms(stage: &mut Stage, leads: &Leads<'_>) {
    let mut taken: HashMap<String, u32> = HashMap::new();
    let tables = stage.tables.iter_mut().filter(|table| table.what == Some(What::Staff) && !table.skipped);
    for table in tables {
        let letters = table.columns.iter().find(|column| column.key.as_deref() == Some("homeroom"));
        let Some(letters) = letters.map(|column| column.letters.clone()) else { continue };
        let sheet = table.sheet.clone();
        for row in &mut table.rows {
            let Some(class) = row.found.values.get("homeroom").cloned() else { continue };
            if matches!(row.found.verdict, Verdict::Doubtful | Verdict::Refused) {
                continue;
            }
            let mut say = |code: &str, detail: String| {
                let at = format!("{sheet}!{letters}{}", row.line.row);
                let said = Said { key: Some("homeroom".to_owned()), at, refuses: false, code: code.to_owned(), detail };
                row.found.said.push(said);
            };
            let Some(leader) = leads(&class) else {
                say(
                    "import.no_class",
                    format!(
                        "Trường không có lớp {class} trong năm học này. Ô này được bỏ qua, các ô khác của dòng vẫn nhận. Hãy sửa tên lớp, hoặc lập lớp trước."
                    ),
                );
                continue;
            };
            let first = *taken.entry(class_key(&class)).or_insert(row.line.row);
            if first != row.line.row {
                say(
                    "import.leads_twice",
                    format!("Dòng {first} cũng ghi chủ nhiệm lớp {class}. Ô này được bỏ qua; hãy sửa ô sai."),
                );
                continue;
            }
            if let Some((person, name)) = leader {
                if row.found.target.is_some_and(|target| target.person == person) {
                    continue;
                }
                say("import.replaces_leader", format!("Lớp {class} đang do {name} chủ nhiệm; nhập xong là người này."));
            }
            let label = What::Staff.label("homeroom").to_owned();
            row.found.changes.push(Change { key: "homeroom".to_owned(), label, from: None, to: class });
            if row.found.verdict == Verdict::Same {
                row.found.verdict = Verdict::Changed;
            }
        }
    }
}
