//! Which person of the school a row is about. Pure: rows and what stands in, a finding for each row out.

use std::collections::{HashMap, HashSet};

use base::{Uuid, vi};

use super::layout::{What, compared};
use super::read::Row;
use super::stage::{Candidate, Change, Choice, Found, Target, Verdict};
use super::standing::{Outside, Pupil, Standing};

/// Codes of DM_TRANG_THAI_HOC_SINH of those who are no longer at the school.
const GONE: [&str; 6] = ["04", "05", "08", "09", "11", "12"];

/// What does not fit between a personal number, a sex and a year of birth, each a sentence.
pub type Doubts<'a> = dyn Fn(&str, Option<&str>, Option<i16>) -> Vec<String> + 'a;

/// How somebody of a list is called in sentences: somebody, and somebody new on the button.
const fn nouns(what: What) -> (&'static str, &'static str) {
    match what {
        What::Staff => ("cán bộ, giáo viên", "Người mới"),
        _ => ("học sinh", "Học sinh mới"),
    }
}

/// What is found about each row of a list of people: pupils, or staff. `doubts` says what does not fit between a personal
/// number, a sex and a year of birth.
pub fn judge(
    mut rows: Vec<Row>,
    standing: &Standing,
    what: What,
    make_classes: bool,
    doubts: &Doubts<'_>,
) -> Vec<Found> {
    for row in &mut rows {
        needed(row, what);
        number_fits(row, doubts);
        if what == What::Pupils {
            in_class(row, standing, make_classes);
        }
    }
    twice(&mut rows, what);
    // Who is surely meant comes first: they are no candidates for other rows.
    let mut sure: Vec<Option<Means>> = rows.iter().map(|row| surely(row, standing)).collect();
    for (mean, row) in sure.iter_mut().zip(&rows) {
        // What a person said about a row counts more.
        match row.choice {
            Some(Choice::Person(person)) => *mean = standing.of(person).map(Means::Is),
            Some(Choice::New) => *mean = Some(Means::Nobody),
            _ => {}
        }
    }
    let mut meant: HashMap<Uuid, usize> = HashMap::new();
    for (at, means) in sure.iter().enumerate() {
        let Some(Means::Is(pupil)) = means else { continue };
        if let Some(first) = meant.get(&pupil.person).copied() {
            let detail = format!(
                "Dòng này và dòng {} cùng chỉ một {} của trường. Hãy bỏ một trong hai dòng, hoặc sửa mã cho đúng người.",
                rows.get(first).map_or(0, |row| row.number),
                nouns(what).0
            );
            if let Some(row) = rows.get_mut(at) {
                row.say("full_name", true, "import.same_person", detail);
            }
        } else {
            meant.insert(pupil.person, at);
        }
    }
    let taken: HashSet<Uuid> = meant.into_keys().collect();
    let repeated = repeated(&rows, &sure);
    let judged = rows.into_iter().zip(sure).enumerate().map(|(at, (row, means))| {
        let before = repeated.get(&at).copied();
        found(row, means, standing, what, &taken, before)
    });
    judged.collect()
}

/// Rows that say the name and birth of somebody new whom a row above says too, with nothing that tells the two apart; and
/// which row that is.
fn repeated(rows: &[Row], sure: &[Option<Means<'_>>]) -> HashMap<usize, u32> {
    let mut met: HashMap<(String, &str), &Row> = HashMap::new();
    let mut repeated = HashMap::new();
    for (at, (row, means)) in rows.iter().zip(sure).enumerate() {
        let (None, Some(name), Some(birth)) = (means, row.get("full_name"), row.get("birth_date")) else { continue };
        match met.entry((vi::fold(name), birth)) {
            std::collections::hash_map::Entry::Vacant(first) => {
                first.insert(row);
            }
            std::collections::hash_map::Entry::Occupied(first) => {
                let first = first.get();
                let tells = |key: &str| matches!((row.get(key), first.get(key)), (Some(a), Some(b)) if a != b);
                if !tells("personal_number") && !tells("sector_code") {
                    repeated.insert(at, first.number);
                }
            }
        }
    }
    repeated
}

/// Whom a row surely means.
#[derive(Clone, Debug)]
enum Means<'s> {
    /// This pupil.
    Is(&'s Pupil),
    /// One of these, or somebody else.
    Perhaps(Vec<(&'s Pupil, &'static str)>),
    /// Nobody whom the school has.
    Nobody,
}

fn needed(row: &mut Row, what: What) {
    if row.get("full_name").is_none() && !row.said.iter().any(|said| said.key.as_deref() == Some("full_name")) {
        let detail = format!("Thiếu họ tên. Hãy ghi họ và tên {} vào ô này.", nouns(what).0);
        row.say("full_name", true, "import.no_name", detail);
    }
    if what == What::Pupils
        && let Some(status) = row.get("status")
        && GONE.contains(&status)
    {
        row.say(
            "status",
            true,
            "import.gone",
            "Học sinh đã chuyển đi hoặc thôi học nên không nhập vào danh sách đang học. Nếu trường đang có học sinh này, hãy dùng thao tác Chuyển trường hoặc Thôi học.",
        );
    }
}

fn number_fits(row: &mut Row, doubts: &Doubts<'_>) {
    let Some(number) = row.get("personal_number").map(str::to_owned) else { return };
    let born = row.get("birth_date").and_then(|birth| birth.get(..4)).and_then(|year| year.parse().ok());
    for doubt in doubts(&number, row.get("sex"), born) {
        row.say("personal_number", false, "personal_number.doubt", doubt);
    }
}

fn in_class(row: &mut Row, standing: &Standing, make_classes: bool) {
    let Some(name) = row.get("class").map(str::to_owned) else { return };
    match standing.class(&name).or_else(|| standing.coming(&name)) {
        Some(class) => {
            // As the school calls it, so that another way of writing it is no change.
            row.values.insert("class".to_owned(), class.name.clone());
            if let Some(grade) = row.get("grade").filter(|grade| *grade != class.grade) {
                let detail = format!(
                    "Khối ghi {grade} nhưng lớp {} thuộc khối {}. Hãy sửa lại khối hoặc lớp.",
                    class.name, class.grade
                );
                row.say("grade", true, "import.grade", detail);
            }
        }
        None if make_classes => {
            let begins = grade_of(&name);
            match (row.get("grade").map(str::to_owned), begins) {
                (Some(said), Some(begins)) if said != begins => {
                    let detail = format!(
                        "Khối ghi {said} nhưng tên lớp {name} là của khối {begins}. Hãy sửa lại khối hoặc lớp."
                    );
                    row.say("grade", true, "import.grade", detail);
                }
                (None, None) => {
                    let detail = format!(
                        "Chưa biết lớp {name} thuộc khối nào. Hãy thêm cột Khối, hoặc lập lớp này trước khi nhập."
                    );
                    row.say("class", true, "import.no_grade", detail);
                }
                _ => {}
            }
        }
        None => {
            let detail = format!(
                "Trường không có lớp {name} trong năm học này. Hãy sửa tên lớp, lập lớp trước, hoặc chọn “Lập các lớp chưa có”."
            );
            row.say("class", true, "import.no_class", detail);
        }
    }
}

/// The grade that the name of a class begins with.
pub fn grade_of(class: &str) -> Option<String> {
    let digits: String = class.chars().take_while(char::is_ascii_digit).collect();
    digits.parse::<u8>().ok().filter(|grade| (1..=12).contains(grade)).map(|grade| grade.to_string())
}

/// Rows of the file that say the same of two people, or of one twice.
fn twice(rows: &mut [Row], what: What) {
    for (key, number) in [("personal_number", "Số định danh cá nhân"), ("sector_code", "Mã định danh")] {
        let mut by: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            if let Some(value) = row.get(key) {
                by.entry(value.to_owned()).or_default().push(at);
            }
        }
        let mut all: Vec<Vec<usize>> = by.into_values().filter(|places| places.len() > 1).collect();
        all.sort_unstable();
        for places in all {
            let told: Vec<(usize, u32, String)> =
                places.iter().filter_map(|at| rows.get(*at).map(|row| (*at, row.number, row.at(key)))).collect();
            for (at, _, _) in &told {
                let others: Vec<&str> =
                    told.iter().filter(|(other, ..)| other != at).map(|(_, _, place)| place.as_str()).collect();
                let detail = format!(
                    "{number} này cũng đứng ở ô {}: hai {} không thể chung một số. Hãy sửa ô sai, hoặc bỏ dòng lặp.",
                    others.join(", "),
                    nouns(what).0
                );
                if let Some(row) = rows.get_mut(*at) {
                    row.say(key, true, "import.number_twice", detail);
                }
            }
        }
    }
}

fn same_name(row: &Row, pupil: &Pupil) -> bool {
    row.get("full_name").is_some_and(|name| vi::fold(name) == pupil.folded)
}

/// Whether two births agree as far as both are known.
fn same_birth(row: &Row, pupil: &Pupil) -> bool {
    match (row.get("birth_date"), pupil.values.get("birth_date")) {
        (Some(one), Some(other)) => one.starts_with(other.as_str()) || other.starts_with(one),
        _ => false,
    }
}

/// Whether neither a row nor a pupil says a birth, and both are of one class.
fn without_birth(row: &Row, pupil: &Pupil) -> bool {
    row.get("birth_date").is_none()
        && !pupil.values.contains_key("birth_date")
        && pupil.values.get("class").map(String::as_str) == row.get("class")
}

fn differ(row: &Row, pupil: &Pupil, key: &str) -> bool {
    matches!((row.get(key), pupil.values.get(key)), (Some(one), Some(other)) if one != other)
}

fn surely<'s>(row: &Row, standing: &'s Standing) -> Option<Means<'s>> {
    let numbered = row.get("personal_number").map(|number| standing.numbered(number)).unwrap_or_default();
    let coded = row.get("sector_code").map(|code| standing.coded(code)).unwrap_or_default();
    match (numbered.as_slice(), coded.as_slice()) {
        ([], []) => {}
        ([one], [other]) if one.person != other.person => {
            return Some(Means::Perhaps(vec![(one, "cùng số định danh cá nhân"), (other, "cùng mã định danh của Bộ")]));
        }
        ([one], []) | ([one], [_]) if same_name(row, one) || same_birth(row, one) => return Some(Means::Is(one)),
        ([], [one]) if (same_name(row, one) || same_birth(row, one)) && !differ(row, one, "personal_number") => {
            return Some(Means::Is(one));
        }
        ([], [one]) if same_name(row, one) && same_birth(row, one) => return Some(Means::Is(one)),
        (many, []) | ([], many) => {
            let why = "cùng số hoặc mã, khác họ tên và ngày sinh";
            return Some(Means::Perhaps(many.iter().map(|pupil| (*pupil, why)).collect()));
        }
        (many, _) => {
            let why = "cùng số định danh cá nhân";
            return Some(Means::Perhaps(many.iter().map(|pupil| (*pupil, why)).collect()));
        }
    }
    let name = row.get("full_name")?;
    let alike: Vec<&Pupil> =
        standing.named(name).into_iter().filter(|pupil| same_birth(row, pupil) || without_birth(row, pupil)).collect();
    let in_class: Vec<&Pupil> =
        alike.iter().copied().filter(|p| p.values.get("class").map(String::as_str) == row.get("class")).collect();
    let chosen = match (alike.as_slice(), in_class.as_slice()) {
        ([one], _) | (_, [one]) => *one,
        ([], _) => return None,
        (many, _) => {
            return Some(Means::Perhaps(many.iter().map(|pupil| (*pupil, "cùng họ tên và ngày sinh")).collect()));
        }
    };
    if differ(row, chosen, "personal_number") {
        return Some(Means::Perhaps(vec![(chosen, "cùng họ tên và ngày sinh, khác số định danh cá nhân")]));
    }
    if differ(row, chosen, "sector_code") && row.get("personal_number").is_none() {
        return Some(Means::Perhaps(vec![(chosen, "cùng họ tên và ngày sinh, khác mã định danh của Bộ")]));
    }
    Some(Means::Is(chosen))
}

/// Pupils with the same name whose birth is one slip away, or another.
fn perhaps<'s>(row: &Row, standing: &'s Standing, taken: &HashSet<Uuid>) -> Vec<(&'s Pupil, &'static str)> {
    let Some(name) = row.get("full_name") else { return Vec::new() };
    let mut all = Vec::new();
    for pupil in standing.named(name) {
        // Two numbers that differ are two people.
        if taken.contains(&pupil.person) || differ(row, pupil, "personal_number") || differ(row, pupil, "sector_code") {
            continue;
        }
        let why = match (row.get("birth_date"), pupil.values.get("birth_date")) {
            (Some(one), Some(other)) => slip(one, other).unwrap_or("cùng họ tên, khác ngày sinh"),
            _ => "cùng họ tên, chưa rõ ngày sinh",
        };
        all.push((pupil, why));
    }
    all
}

/// How two births may be one that was typed wrongly.
fn slip(one: &str, other: &str) -> Option<&'static str> {
    if let ([y1, m1, d1], [y2, m2, d2]) =
        (one.split('-').collect::<Vec<_>>().as_slice(), other.split('-').collect::<Vec<_>>().as_slice())
        && (y1, m1, d1) == (y2, d2, m2)
    {
        return Some("cùng họ tên, ngày và tháng sinh đổi chỗ");
    }
    let differing = one.bytes().zip(other.bytes()).filter(|(a, b)| a != b).count();
    (one.len() == other.len() && differing == 1).then_some("cùng họ tên, ngày sinh lệch một chữ số")
}

fn candidate((pupil, why): (&Pupil, &'static str)) -> Candidate {
    Candidate {
        person: pupil.person,
        full_name: pupil.values.get("full_name").cloned().unwrap_or_default(),
        birth: pupil.values.get("birth_date").cloned(),
        class: pupil.values.get("class").cloned(),
        why: why.to_owned(),
    }
}

fn target(pupil: &Pupil) -> Target {
    Target { person: pupil.person, version: pupil.version, enrolment: pupil.enrolment }
}

fn found(
    mut row: Row,
    means: Option<Means<'_>>,
    standing: &Standing,
    what: What,
    taken: &HashSet<Uuid>,
    repeats: Option<u32>,
) -> Found {
    let mut found = Found::default();
    if row.choice == Some(Choice::Leave) {
        row.say("full_name", true, "import.left_out", "Dòng này được chọn không nhập.");
    }
    match means {
        _ if row.is_refused() => {}
        Some(Means::Is(pupil)) => {
            found.target = Some(target(pupil));
            found.changes = changes(&row, pupil, what);
            found.verdict = match (&pupil.enrolment, found.changes.is_empty()) {
                (None, _) => Verdict::New,
                (Some(_), true) => Verdict::Same,
                (Some(_), false) => Verdict::Changed,
            };
        }
        Some(Means::Perhaps(candidates)) => doubt(&mut row, &mut found, what, candidates),
        Some(Means::Nobody) => fresh(&mut row, &mut found, standing, what),
        None if repeats.is_some() => {
            found.verdict = Verdict::Doubtful;
            let detail = format!(
                "Trùng họ tên và ngày sinh với dòng {}. Nếu là hai {} khác nhau, hãy chọn “{}”; nếu là dòng lặp, hãy chọn không nhập.",
                repeats.unwrap_or_default(),
                nouns(what).0,
                nouns(what).1
            );
            row.say("full_name", false, "import.repeated", detail);
        }
        None => match perhaps(&row, standing, taken) {
            candidates if candidates.is_empty() => fresh(&mut row, &mut found, standing, what),
            candidates => doubt(&mut row, &mut found, what, candidates),
        },
    }
    // Whom the school has without knowing the birth goes out without it, and comes back so.
    let new_pupil = what == What::Pupils && found.verdict == Verdict::New;
    if new_pupil && found.target.is_none() && row.get("birth_date").is_none() {
        row.say("birth_date", true, "import.no_birth", "Thiếu ngày sinh. Hãy ghi ngày sinh, ví dụ 26/03/2014.");
    }
    if new_pupil && row.get("class").is_none() {
        row.say("class", true, "import.needs_class", "Học sinh mới cần có lớp. Hãy ghi lớp, ví dụ 6A1.");
    }
    if row.is_refused() {
        found = Found::default();
    }
    found.values = row.values;
    found.said = row.said;
    found
}

fn doubt(row: &mut Row, found: &mut Found, what: What, candidates: Vec<(&Pupil, &'static str)>) {
    found.verdict = Verdict::Doubtful;
    found.candidates = candidates.into_iter().take(8).map(candidate).collect();
    let (somebody, new) = nouns(what);
    let detail = format!("Có thể là {somebody} trường đang có. Hãy chọn đúng người, hoặc chọn “{new}”.");
    row.say("full_name", false, "import.doubtful", detail);
}

/// Somebody whom the school does not have; perhaps another has.
fn fresh(row: &mut Row, found: &mut Found, standing: &Standing, what: What) {
    let is_them = |one: &&Outside| {
        row.get("full_name").is_some_and(|name| vi::fold(name) == one.folded)
            && one.birth.as_deref() == row.get("birth_date")
    };
    let numbered: Vec<&Outside> =
        row.get("personal_number").and_then(|number| standing.outside.get(number)).into_iter().flatten().collect();
    let coded = row.get("sector_code").and_then(|code| standing.outside_coded.get(code)).into_iter().flatten();
    // Schools number their staff by themselves: one code at two schools is one person only where the rest agrees.
    let coded: Vec<&Outside> = coded.filter(|one| what != What::Staff || is_them(one)).collect();
    let outside: Vec<&Outside> = numbered.iter().chain(&coded).copied().collect();
    if let Some(school) = outside.iter().find_map(|one| one.school.clone()) {
        let key = if numbered.is_empty() { "sector_code" } else { "personal_number" };
        let (code, detail) = match what {
            What::Staff => (
                "import.works_elsewhere",
                format!(
                    "Người này đang làm việc ở {school} nên chưa nhập được. Nếu chuyển hẳn, hãy đề nghị trường ấy ghi “Chuyển đi”; nếu dạy cả hai trường, hãy tiếp nhận ở trang Cán bộ; nếu gõ nhầm, hãy sửa lại số."
                ),
            ),
            _ => (
                "import.enrolled_elsewhere",
                format!(
                    "Học sinh này đang học ở {school} nên chưa nhập được. Hãy đề nghị trường ấy làm thủ tục chuyển trường, hoặc sửa lại số nếu gõ nhầm."
                ),
            ),
        };
        row.say(key, true, code, detail);
        return;
    }
    found.verdict = Verdict::New;
    // The same person only when name and birth agree as well; two people with one number are the steward's matter.
    let same = outside.iter().find(|one| is_them(one));
    found.target = same.map(|one| Target { person: one.person, version: one.version, enrolment: None });
}

/// What the workbook says otherwise. An empty cell says nothing.
fn changes(row: &Row, pupil: &Pupil, what: What) -> Vec<Change> {
    let mut changes = Vec::new();
    for key in compared(what) {
        let Some(says) = row.get(key) else { continue };
        let stands = pupil.values.get(key).map(String::as_str);
        let same = match stands {
            None => false,
            Some(stands) if stands == says => true,
            // Less is known by the file.
            Some(stands) if key == "birth_date" => stands.starts_with(says),
            Some(stands) if key == "contact_phone" => set(stands) == set(says),
            Some(_) => false,
        };
        if !same {
            changes.push(Change {
                key: key.to_owned(),
                label: what.label(key).to_owned(),
                from: stands.map(|value| what.shown(key, value)),
                to: what.shown(key, says),
            });
        }
    }
    changes
}

fn set(phones: &str) -> std::collections::BTreeSet<&str> {
    phones.split(", ").collect()
}
