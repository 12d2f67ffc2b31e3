//! Who teaches what, in a workbook: against the subjects of the classes and what is assigned by now. Of a subject of a class
//! that the workbook names, it says who teaches it from today on; of all others it says nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use base::book::Books;
use base::{ClassId, EmploymentId, Interval, Result, UnitId, Uuid};
use db::Tx;
use rules::curriculum;

use super::layout::What;
use super::read::Row;
use super::stage::{Change, Choice, Found, Stage, Verdict};
use super::standing::{Class, class_key};
use super::team::Team;
use super::{put_back, rows_of};
use crate::classes::{self, create::name_of};
use crate::teaching::ground::{self, Ground, Held};
use crate::teaching::plan::{self, Plan, Wanted};
use crate::teaching::store::Stands;
use crate::teaching::table::too_many;
use crate::years::subjects;

/// What becomes of the assignments.
#[derive(Debug)]
pub struct Judged {
    /// What is known.
    pub ground: Ground,
    /// What is done.
    pub plan: Plan,
}

/// A row that was understood.
#[derive(Clone, Debug)]
struct Understood {
    class: ClassId,
    subject: String,
    staff: EmploymentId,
    semester: i64,
    periods: Option<i64>,
    responsible: bool,
}

/// Of a row, what stands of it.
enum Against {
    /// The same.
    Same(Stands),
    /// The same teacher, otherwise.
    Otherwise(Stands),
    /// Another teaches it by now.
    Another(Stands),
    /// Nobody does.
    Nothing,
}

fn semester_of(text: &str) -> Option<i64> {
    match base::vi::fold(text).replace([' ', '.'], "").as_str() {
        "canam" | "cn" | "0" | "1,2" | "1+2" | "1-2" | "ca2" => Some(0),
        "1" | "i" | "hk1" | "hki" | "hocki1" | "hockii" => Some(1),
        "2" | "ii" | "hk2" | "hkii" | "hocki2" | "hockiii" => Some(2),
        _ => None,
    }
}

/// What stands beside the classes of the school: those that the workbook makes, with what is compulsory there, and whoever
/// it brings.
fn with_coming(ground: &mut Ground, coming: &[Class], team: &Team) -> Result<Vec<EmploymentId>> {
    for (n, class) in (1u128..).zip(coming) {
        let is_there = ground.classes.iter().any(|one| class_key(&one.code) == class_key(&class.name));
        if !is_there {
            let id = ClassId(Uuid::from_u128(n));
            let subjects = subjects::compulsory(&class.grade)?;
            ground.known.classes.insert(id, plan::Class { name: name_of(&class.name), subjects });
        }
    }
    let mut ids = Vec::with_capacity(team.members.len());
    for (n, one) in (1u128..).zip(&team.members) {
        let id = EmploymentId(one.employment.unwrap_or(Uuid::from_u128(n)));
        if one.employment.is_none() {
            let teacher = plan::Teacher { name: one.name.clone(), days: Interval::since(ground.known.year.from()) };
            ground.known.teachers.insert(id, teacher);
        }
        ids.push(id);
    }
    Ok(ids)
}

struct Judge<'a> {
    ground: Ground,
    team: &'a Team,
    ids: Vec<EmploymentId>,
    codes: HashMap<String, (ClassId, String)>,
}

impl Judge<'_> {
    /// Periods a week that a class has of a subject now.
    fn has(&self, class: ClassId, subject: &str, semester: i64, second: bool) -> Option<i64> {
        let one = self.ground.known.classes.get(&class)?.subjects.iter().find(|one| one.subject == subject)?;
        Some(if semester == 2 || (semester == 0 && second) { one.week_two } else { one.week_one })
    }

    fn subject(&self, row: &mut Row, class: ClassId, grade: &str) -> Result<Option<String>> {
        let Some(written) = row.get("subject").map(str::to_owned) else {
            row.say("subject", true, "import.no_subject_name", "Thiếu môn. Hãy ghi tên môn học, ví dụ Toán.");
            return Ok(None);
        };
        let known = self.ground.known.classes.get(&class);
        let grade: u8 = grade.parse().unwrap_or(0);
        let programme = curriculum::of_grade(grade)?;
        let called: Vec<&str> = programme
            .map(|programme| {
                programme.subjects.iter().filter(|one| one.in_grade(grade).is_some() && one.is_called(&written))
            })
            .map(|found| found.map(|one| one.code).collect())
            .unwrap_or_default();
        let of_class: Vec<&str> = called
            .iter()
            .copied()
            .filter(|code| known.is_some_and(|class| class.subjects.iter().any(|one| one.subject == *code)))
            .collect();
        match (of_class.as_slice(), called.as_slice()) {
            ([one], _) | ([], [one]) => Ok(Some((*one).to_owned())),
            _ => {
                let name = known.map_or("Lớp này", |class| class.name.as_str());
                let detail = format!(
                    "{name} không có môn “{written}” trong chương trình. Hãy ghi đúng tên môn, hoặc thêm môn ở phần Môn học của lớp."
                );
                row.say("subject", true, "import.no_subject", detail);
                Ok(None)
            }
        }
    }

    fn understand(&self, row: &mut Row, found: &mut Found) -> Result<Option<Understood>> {
        let class = match row.get("class").map(str::to_owned) {
            None => {
                if !row.is_refused() {
                    row.say("class", true, "import.no_class_name", "Thiếu lớp. Hãy ghi tên lớp, ví dụ 6A1.");
                }
                None
            }
            Some(name) => {
                let class = self.codes.get(&class_key(&name)).cloned();
                if class.is_none() {
                    let detail =
                        format!("Trường không có lớp {name} trong năm học này. Hãy sửa tên lớp, hoặc lập lớp trước.");
                    row.say("class", true, "import.no_class", detail);
                }
                class
            }
        };
        let semester = match row.get("semester").map(str::to_owned) {
            None => Some(0),
            Some(text) => {
                let semester = semester_of(&text);
                if semester.is_none() {
                    let detail = format!("“{text}” không phải học kì. Hãy ghi 1, 2, hoặc Cả năm.");
                    row.say("semester", true, "teaching.semester", detail);
                }
                semester
            }
        };
        let helps = row.get("role").is_some_and(|text| {
            let folded = base::vi::fold(text);
            folded.contains("cung") || folded.contains("phu") || folded.contains("ho tro")
        });
        if row.get("staff_code").is_none() && row.get("staff_name").is_none() && !row.is_refused() {
            let detail = "Chưa ghi ai dạy. Hãy ghi mã hoặc họ tên giáo viên.";
            row.say("staff_name", true, "import.no_staff_name", detail);
        }
        let Some((class, grade)) = class else { return Ok(None) };
        let subject = self.subject(row, class, &grade)?;
        if row.is_refused() {
            return Ok(None);
        }
        let staff = match self.team.named(row, ("staff_code", "staff_name"), What::Assignments, true) {
            Ok(at) => self.ids.get(at).copied(),
            Err(candidates) => {
                if !candidates.is_empty() {
                    found.verdict = Verdict::Doubtful;
                    found.candidates = candidates;
                }
                None
            }
        };
        let (Some(subject), Some(staff), Some(semester)) = (subject, staff, semester) else { return Ok(None) };
        let periods = row.get("periods").and_then(|periods| periods.parse().ok());
        Ok(Some(Understood { class, subject, staff, semester, periods, responsible: !helps }))
    }

    /// What stands of a row. `second`: it is the second semester.
    fn against(&self, one: &Understood, second: bool) -> Against {
        let pair = self.ground.known.stands.iter().filter(|row| row.class == one.class && row.subject == one.subject);
        let of_pair: Vec<&Stands> = pair.collect();
        let has = self.has(one.class, &one.subject, one.semester, second);
        let same = |row: &&&Stands| {
            row.employment == one.staff
                && row.semester == one.semester
                && row.responsible == one.responsible
                && one.periods.is_none_or(|says| row.periods.or(has.filter(|_| row.responsible)) == Some(says))
        };
        if let Some(row) = of_pair.iter().find(same) {
            return Against::Same((**row).clone());
        }
        if let Some(row) = of_pair.iter().find(|row| row.employment == one.staff) {
            return Against::Otherwise((*row).clone());
        }
        let meets = |row: &&&Stands| row.semester == 0 || one.semester == 0 || row.semester == one.semester;
        match of_pair.iter().filter(|row| row.responsible && one.responsible).find(meets) {
            Some(row) => Against::Another((*row).clone()),
            None => Against::Nothing,
        }
    }

    fn change(&self, key: &str, from: Option<String>, to: String) -> Change {
        Change { key: key.to_owned(), label: What::Assignments.label(key).to_owned(), from, to }
    }
}

fn semester_name(semester: i64) -> String {
    if semester == 0 { "Cả năm".to_owned() } else { semester.to_string() }
}

/// Judges the assignments of a stage. Answers what is done; nothing where the workbook has none.
pub fn judge(
    tx: &mut Tx<'_>,
    school: UnitId,
    stage: &mut Stage,
    books: &dyn Books,
    team: &Team,
    coming: &[Class],
) -> Result<Option<Judged>> {
    let (mut rows, places) = rows_of(books, stage, What::Assignments, tx.today())?;
    if rows.is_empty() {
        return Ok(None);
    }
    let day = tx.today();
    let mut ground = ground::read(tx, school, classes::year_of(day)?, day, None)?;
    let ids = with_coming(&mut ground, coming, team)?;
    let mut codes: HashMap<String, (ClassId, String)> = HashMap::new();
    for (n, class) in (1u128..).zip(coming) {
        codes.insert(class_key(&class.name), (ClassId(Uuid::from_u128(n)), class.grade.clone()));
    }
    for class in &ground.classes {
        codes.entry(class_key(&class.name)).or_insert_with(|| (class.id, class.grade.clone()));
    }
    codes.extend(ground.classes.iter().map(|class| (class_key(&class.code), (class.id, class.grade.clone()))));
    let second = day >= ground.known.semester_two;
    let mut judge = Judge { ground, team, ids, codes };
    let mut judged: Vec<Found> = Vec::with_capacity(rows.len());
    let mut understood: Vec<Option<Understood>> = Vec::with_capacity(rows.len());
    for row in &mut rows {
        let mut found = Found::default();
        if row.choice == Some(Choice::Leave) {
            row.say("class", true, "import.left_out", "Dòng này được chọn không nhập.");
        }
        understood.push(judge.understand(row, &mut found)?);
        judged.push(found);
    }
    // Only subjects of classes that the workbook names are spoken of.
    let named: HashSet<(ClassId, String)> =
        understood.iter().flatten().map(|one| (one.class, one.subject.clone())).collect();
    judge.ground.known.stands.retain(|row| named.contains(&(row.class, row.subject.clone())));
    for ((row, found), one) in rows.iter().zip(&mut judged).zip(&understood) {
        if let Some(one) = one.as_ref().filter(|_| !row.is_refused()) {
            verdict(&judge, found, one, second);
        }
    }
    let plan = settle(&judge, &mut rows, &mut judged, &understood, second, day);
    for warning in too_many(&judge.ground, &Held::after(&plan), day)? {
        let about = plan.add.iter().find(|one| {
            let class = judge.ground.known.classes.get(&one.wanted.class);
            class.is_some_and(|class| warning.detail.contains(&class.name))
        });
        let at = about.and_then(|about| {
            understood.iter().position(|one| {
                one.as_ref().is_some_and(|one| one.class == about.wanted.class && one.subject == about.wanted.subject)
            })
        });
        if let Some(row) = at.and_then(|at| rows.get_mut(at)) {
            row.say("periods", false, warning.code, warning.detail);
        }
    }
    for (row, found) in rows.into_iter().zip(&mut judged) {
        if row.is_refused() {
            *found = Found::default();
        }
        found.values = row.values;
        found.said = row.said;
    }
    put_back(stage, places, judged);
    Ok(Some(Judged { ground: judge.ground, plan }))
}

fn verdict(judge: &Judge<'_>, found: &mut Found, one: &Understood, second: bool) {
    let name =
        |id: EmploymentId| judge.ground.known.teachers.get(&id).map(|teacher| teacher.name.clone()).unwrap_or_default();
    match judge.against(one, second) {
        Against::Same(_) => found.verdict = Verdict::Same,
        Against::Otherwise(row) => {
            found.verdict = Verdict::Changed;
            if row.semester != one.semester {
                let (from, to) = (semester_name(row.semester), semester_name(one.semester));
                found.changes.push(judge.change("semester", Some(from), to));
            }
            if row.responsible != one.responsible {
                let word = |responsible: bool| if responsible { "Dạy chính" } else { "Dạy cùng" }.to_owned();
                found.changes.push(judge.change("role", Some(word(row.responsible)), word(one.responsible)));
            }
            let has = judge.has(one.class, &one.subject, row.semester, second);
            let stands = row.periods.or(has.filter(|_| row.responsible));
            if let Some(says) = one.periods.filter(|says| stands != Some(*says)) {
                let from = stands.map(|periods| periods.to_string());
                found.changes.push(judge.change("periods", from, says.to_string()));
            }
        }
        Against::Another(row) => {
            found.verdict = Verdict::Changed;
            found.changes.push(judge.change("staff_name", Some(name(row.employment)), name(one.staff)));
        }
        Against::Nothing => found.verdict = Verdict::New,
    }
}

/// Plans what the accepted rows say, beside what goes on; rows that something speaks against are refused with its
/// sentence, until nothing does.
fn settle(
    judge: &Judge<'_>,
    rows: &mut [Row],
    judged: &mut [Found],
    understood: &[Option<Understood>],
    second: bool,
    day: base::Date,
) -> Plan {
    // What some row says again as it stands.
    let again: HashSet<Uuid> = understood
        .iter()
        .flatten()
        .filter_map(|one| match judge.against(one, second) {
            Against::Same(row) => Some(row.id),
            _ => None,
        })
        .collect();
    loop {
        let mut wanted: Vec<Wanted> = Vec::new();
        let mut whose: Vec<usize> = Vec::new();
        let mut kept: BTreeMap<Uuid, bool> = judge.ground.known.stands.iter().map(|row| (row.id, true)).collect();
        for (at, one) in understood.iter().enumerate() {
            let refused = rows.get(at).is_some_and(Row::is_refused);
            let Some(one) = one.as_ref().filter(|_| !refused) else { continue };
            let has = judge.has(one.class, &one.subject, one.semester, second);
            let mut periods = one.periods.filter(|says| !one.responsible || Some(*says) != has);
            match judge.against(one, second) {
                // What goes on is among what stands, but a row that says it twice is told.
                Against::Same(row) => match kept.get_mut(&row.id) {
                    Some(free) if *free => {
                        *free = false;
                        wanted.push(stands_on(&row));
                        whose.push(at);
                        continue;
                    }
                    _ => periods = row.periods,
                },
                Against::Otherwise(row) => {
                    if one.periods.is_none() {
                        periods = row.periods;
                    }
                    kept.remove(&row.id);
                }
                Against::Another(_) | Against::Nothing => {}
            }
            if one.responsible {
                // Whoever answered for it until now no longer does.
                for row in &judge.ground.known.stands {
                    let meets = row.semester == 0 || one.semester == 0 || row.semester == one.semester;
                    let pair = row.class == one.class && row.subject == one.subject;
                    if pair && meets && row.responsible && kept.get(&row.id) == Some(&true) && !again.contains(&row.id)
                    {
                        kept.remove(&row.id);
                    }
                }
            }
            let Understood { class, subject, staff, semester, responsible, .. } = one.clone();
            wanted.push(Wanted { class, subject, staff, semester, periods, responsible, from: None, to: None });
            whose.push(at);
        }
        let others = judge.ground.known.stands.iter().filter(|row| kept.get(&row.id) == Some(&true));
        wanted.extend(others.map(stands_on));
        let plan = judge.ground.known.plan(&wanted, day);
        let mut told = false;
        for fault in &plan.faults {
            let mut parts = fault.field.split('.').skip(1);
            let place: Option<usize> = parts.next().and_then(|at| at.parse().ok());
            let key = match parts.next() {
                Some("staff") => "staff_name",
                Some("from") => "class",
                Some(key) => key,
                None => "class",
            };
            let pair = place.and_then(|place| wanted.get(place));
            let at = place.and_then(|place| whose.get(place)).copied().or_else(|| {
                // Something that stands is against it: whatever the workbook says of the same.
                understood.iter().enumerate().position(|(at, one)| {
                    let refused = rows.get(at).is_some_and(Row::is_refused);
                    let same =
                        |one: &Understood| pair.is_some_and(|p| p.class == one.class && p.subject == one.subject);
                    !refused && one.as_ref().is_some_and(same)
                })
            });
            if let Some(row) = at.and_then(|at| rows.get_mut(at)).filter(|row| !row.is_refused()) {
                row.say(key, true, fault.code, fault.detail.clone());
                told = true;
            }
            if let Some(found) = at.and_then(|at| judged.get_mut(at)) {
                *found = Found::default();
            }
        }
        if !told {
            return Plan { faults: Vec::new(), ..plan };
        }
    }
}

/// An assignment as it stands, wanted again.
fn stands_on(row: &Stands) -> Wanted {
    Wanted {
        class: row.class,
        subject: row.subject.clone(),
        staff: row.employment,
        semester: row.semester,
        periods: row.periods,
        responsible: row.responsible,
        from: Some(row.valid_from),
        to: row.valid_to,
    }
}
