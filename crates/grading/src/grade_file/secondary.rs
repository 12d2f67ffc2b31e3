//! Pupils of secondary schools in a file: a line for each subject and semester, and lines without a subject for conduct and
//! absences.

use base::Result;
use rules::assessment::{Assessment, Level, Secondary};
use rules::curriculum::Part;

use super::cells::{Faults, Row, Table};
use super::written::{Judged, Line, Told};
use super::{Subjects, words};
use crate::gradebook::trace::{About, Step, Term};
use crate::gradebook::year::{YearResults, year};
use crate::gradebook::{Course, Entry, Inclusion, Marks, Outcome, Pupil, Standing, Subject, Work, columns, sentence};

/// The columns that a file may have; it must have the first two.
pub(super) const COLUMNS: &[&str] = &[
    "hoc_sinh",
    "khoi",
    "mon",
    "hoc_ki",
    "so_tiet",
    "kieu",
    "he_so",
    "tx1",
    "tx2",
    "tx3",
    "tx4",
    "tx5",
    "tx6",
    "tx7",
    "tx8",
    "cd",
    "gk",
    "ck",
    "ket_qua",
    "mien",
    "ren_luyen",
    "vang",
    "hoa_nhap",
    "quyet_dinh",
];
const REGULAR: [&str; 8] = ["tx1", "tx2", "tx3", "tx4", "tx5", "tx6", "tx7", "tx8"];
/// More half-days than a year has are a slip of the pen.
const MOST_HALF_DAYS: u32 = 400;

/// A subject of a pupil, being read.
struct Read {
    code: String,
    name: String,
    subject: Subject,
    strands: Vec<(String, [Option<Work>; 2])>,
    retest: Option<Outcome>,
}

/// A pupil, being read.
struct ReadPupil {
    pupil: String,
    grade: u8,
    line: usize,
    subjects: Vec<Read>,
    conduct: [Option<Level>; 2],
    conduct_entered: Option<Level>,
    retrained: Option<Level>,
    absences: Option<u32>,
    inclusion: Inclusion,
    decision: Option<bool>,
}

/// Where a line belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Semester(usize),
    Year,
    Summer,
}

struct Reader<'a> {
    rules: &'a Assessment,
    secondary: &'a Secondary,
    faults: Faults,
    subjects: Subjects,
    pupils: Vec<ReadPupil>,
}

pub(super) fn judge(rules: &Assessment, secondary: &Secondary, table: &Table, closed: bool) -> Result<Vec<Judged>> {
    let mut reader =
        Reader { rules, secondary, faults: Faults::default(), subjects: Subjects::default(), pupils: Vec::new() };
    let mut places = std::collections::HashMap::new();
    for row in table.rows() {
        reader.line(row, &mut places)?;
    }
    for pupil in &mut reader.pupils {
        add_what_is_compulsory(rules, secondary, pupil)?;
    }
    reader.faults.refuse()?;
    Ok(reader.pupils.iter().map(|pupil| judged(rules, secondary, pupil, closed)).collect())
}

/// A compulsory subject that the file does not have is missing, not left out: no year is judged by half of its subjects.
fn add_what_is_compulsory(rules: &Assessment, secondary: &Secondary, pupil: &mut ReadPupil) -> Result<()> {
    let programme = if rules.read_only { None } else { rules::curriculum::of_grade(pupil.grade)? };
    let Some(programme) = programme else { return Ok(()) };
    for one in programme.subjects.iter().filter(|one| one.part == Part::Compulsory) {
        let Some(periods) = one.in_grade(pupil.grade) else { continue };
        if pupil.inclusion != Inclusion::NotAssessed && !pupil.subjects.iter().any(|read| read.code == one.code) {
            pupil.subjects.push(Read {
                code: one.code.to_owned(),
                name: one.name.to_owned(),
                subject: columns::subject(secondary, one.code, periods, one.scored, false),
                strands: vec![(String::new(), [None; 2])],
                retest: None,
            });
        }
    }
    Ok(())
}

impl Reader<'_> {
    /// What a cell says, or a fault of it.
    fn cell<V>(&mut self, row: Row<'_>, column: &str, read: impl FnOnce(&str) -> Result<V, words::Fault>) -> Option<V> {
        match read(row.get(column)) {
            Ok(value) => Some(value),
            Err((code, what)) => {
                self.faults.push(row.line, column, code, &what);
                None
            }
        }
    }

    fn line(&mut self, row: Row<'_>, places: &mut std::collections::HashMap<String, usize>) -> Result<()> {
        let code = row.get("hoc_sinh");
        if code.is_empty() {
            self.faults.push(row.line, "hoc_sinh", "grade_file.no_pupil", "chưa có mã học sinh. Hãy ghi mã.");
            return Ok(());
        }
        let Some(grade) = self.cell(row, "khoi", |text| words::number(text, 12)) else { return Ok(()) };
        let grade = u8::try_from(grade).unwrap_or_default();
        if !self.rules.roadmap.contains_key(&grade) {
            let what = format!("gói quy định {} không dùng cho khối {grade}.", self.rules.pack.code);
            self.faults.push(row.line, "khoi", "grade_file.grade", &what);
            return Ok(());
        }
        let place = *places.entry(code.to_owned()).or_insert_with(|| {
            self.pupils.push(ReadPupil {
                pupil: code.to_owned(),
                grade,
                line: row.line,
                subjects: Vec::new(),
                conduct: [None; 2],
                conduct_entered: None,
                retrained: None,
                absences: None,
                inclusion: Inclusion::Everybody,
                decision: None,
            });
            self.pupils.len() - 1
        });
        let first = &self.pupils[place];
        if first.grade != grade {
            let what = format!("học sinh này ở khối {} theo dòng {}.", first.grade, first.line);
            self.faults.push(row.line, "khoi", "grade_file.grade_differs", &what);
            return Ok(());
        }
        let when = self.cell(row, "hoc_ki", |text| match vi_fold(text).as_str() {
            "1" | "i" => Ok(When::Semester(0)),
            "2" | "ii" => Ok(When::Semester(1)),
            "cn" | "ca_nam" => Ok(When::Year),
            "he" => Ok(When::Summer),
            _ => Err(("grade_file.semester", format!("“{text}” không được hiểu. Hãy ghi 1, 2, cn hoặc he."))),
        });
        let Some(when) = when else { return Ok(()) };
        if row.get("mon").is_empty() {
            self.about_pupil(row, place, when);
            return Ok(());
        }
        self.about_subject(row, place, grade, when)
    }

    /// A line without a subject: conduct, absences, how a disabled pupil is assessed.
    fn about_pupil(&mut self, row: Row<'_>, place: usize, when: When) {
        for column in REGULAR.iter().chain(&["cd", "gk", "ck", "ket_qua"]) {
            if !row.get(column).is_empty() {
                self.faults.push(row.line, "mon", "grade_file.no_subject", "có điểm mà chưa có môn. Hãy ghi môn.");
                return;
            }
        }
        if !row.get("ren_luyen").is_empty() {
            let names = &self.secondary.figures.conduct_names;
            let level = self.cell(row, "ren_luyen", |text| words::conduct(text, names));
            let table = self.secondary.conduct(Level::Good, Level::Good).is_some();
            let pupil = &mut self.pupils[place];
            let there = match when {
                When::Semester(semester) => &mut pupil.conduct[semester],
                When::Summer => &mut pupil.retrained,
                When::Year if table => {
                    let what = "mức rèn luyện cả năm được suy ra từ hai học kì. Hãy ghi ở học kì 1 và 2.";
                    self.faults.push(row.line, "ren_luyen", "grade_file.conduct_year", what);
                    return;
                }
                When::Year => &mut pupil.conduct_entered,
            };
            if there.is_some() {
                self.faults.push(row.line, "ren_luyen", "grade_file.twice", "học kì này đã có ở một dòng trước.");
            } else {
                *there = level;
            }
        }
        if !row.get("vang").is_empty()
            && let Some(half_days) = self.cell(row, "vang", |text| words::number(text, MOST_HALF_DAYS))
        {
            let pupil = &mut self.pupils[place];
            pupil.absences = Some(pupil.absences.unwrap_or(0) + half_days);
        }
        if let Some(inclusion) = self.cell(row, "hoa_nhap", words::inclusion)
            && inclusion != Inclusion::Everybody
        {
            self.pupils[place].inclusion = inclusion;
        }
        if let Some(decision) = self.cell(row, "quyet_dinh", words::decision) {
            let pupil = &mut self.pupils[place];
            pupil.decision = decision.or(pupil.decision);
        }
    }

    /// What a subject is: from the programme, and from the line where the programme does not know it.
    fn subject(&mut self, row: Row<'_>, grade: u8, word: &str) -> Result<Option<(String, String, Subject)>> {
        // History had another programme.
        let known = if self.rules.read_only { None } else { self.subjects.find(grade, word)? };
        if known.is_none() && row.get("so_tiet").is_empty() {
            let what = format!(
                "không có môn “{word}” trong chương trình khối {grade}. Hãy sửa tên môn, hoặc ghi so_tiet và kieu."
            );
            self.faults.push(row.line, "mon", "grade_file.subject", &what);
            return Ok(None);
        }
        let periods = match (row.get("so_tiet"), known.and_then(|one| one.in_grade(grade))) {
            ("", periods) => periods,
            _ => self.cell(row, "so_tiet", |text| words::number(text, 1_000)),
        };
        let scored = match (vi_fold(row.get("kieu")).as_str(), known) {
            ("", Some(one)) => Some(one.scored),
            ("diem", _) => Some(true),
            ("nhan_xet", _) => Some(false),
            _ => {
                self.faults.push(row.line, "kieu", "grade_file.sort", "hãy ghi diem hoặc nhan_xet.");
                None
            }
        };
        let (Some(periods), Some(scored)) = (periods, scored) else { return Ok(None) };
        let (code, name) = known.map_or((word, word), |one| (one.code, one.name));
        let mut subject = columns::subject(self.secondary, code, periods, scored, !row.get("cd").is_empty());
        if !row.get("he_so").is_empty() {
            let Some(weight) = self.cell(row, "he_so", |text| words::number(text, 3)) else { return Ok(None) };
            subject.weight = u8::try_from(weight).unwrap_or(1);
        }
        Ok(Some((code.to_owned(), name.to_owned(), subject)))
    }

    fn about_subject(&mut self, row: Row<'_>, place: usize, grade: u8, when: When) -> Result<()> {
        let (word, strand) = row.get("mon").split_once('/').unwrap_or((row.get("mon"), ""));
        let Some((code, name, subject)) = self.subject(row, grade, word.trim())? else { return Ok(()) };
        let found = self.pupils[place].subjects.iter().position(|one| one.code == code);
        let of = found.unwrap_or_else(|| {
            self.pupils[place].subjects.push(Read { code, name, subject, strands: Vec::new(), retest: None });
            self.pupils[place].subjects.len() - 1
        });
        let there = &mut self.pupils[place].subjects[of].subject;
        there.topic |= subject.topic;
        if (Subject { topic: there.topic, ..subject }) != *there {
            let what = "số tiết, kiểu hoặc hệ số khác dòng trước của môn này. Hãy ghi giống nhau.";
            self.faults.push(row.line, "mon", "grade_file.subject_differs", what);
            return Ok(());
        }
        let semester = match when {
            When::Semester(semester) => semester,
            When::Year => {
                self.faults.push(row.line, "hoc_ki", "grade_file.semester", "dòng của môn học ghi 1, 2 hoặc he.");
                return Ok(());
            }
            When::Summer => {
                let result = self.cell(row, "ket_qua", |text| words::outcome(text, subject.scored));
                self.pupils[place].subjects[of].retest = result;
                return Ok(());
            }
        };
        let work = self.work(row, subject.scored);
        let read = &mut self.pupils[place].subjects[of];
        let known = read.strands.iter().position(|(name, _)| name == strand.trim());
        let at = known.unwrap_or_else(|| {
            read.strands.push((strand.trim().to_owned(), [None; 2]));
            read.strands.len() - 1
        });
        let bare = read.strands.iter().any(|(name, _)| name.is_empty());
        if read.strands.len() > 1 && (bare || subject.scored) {
            let what = "môn này có dòng ghi nội dung và dòng không ghi, hoặc là môn có điểm. Hãy ghi môn/nội dung ở mọi dòng của môn nhận xét.";
            self.faults.push(row.line, "mon", "grade_file.strand", what);
        } else if read.strands[at].1[semester].is_some() {
            self.faults.push(row.line, "mon", "grade_file.twice", "môn và học kì này đã có ở một dòng trước.");
        } else {
            read.strands[at].1[semester] = Some(work);
        }
        Ok(())
    }

    fn work(&mut self, row: Row<'_>, scored: bool) -> Work {
        if row.is_ticked("mien") {
            return Work::Exempt;
        }
        let mut entry = |column: &str| self.cell(row, column, |text| words::entry(text, scored)).unwrap_or_default();
        let marks = Marks {
            regular: REGULAR.map(&mut entry),
            topic: if scored { entry("cd") } else { Entry::Nothing },
            midterm: entry("gk"),
            endterm: entry("ck"),
        };
        if row.get("ket_qua").is_empty() {
            return Work::Marks(marks);
        }
        if marks != Marks::default() {
            let what = "có cả điểm và kết quả. Kết quả do Khuê tính; chỉ ghi kết quả khi không có điểm.";
            self.faults.push(row.line, "ket_qua", "grade_file.both", what);
        }
        let given = self.cell(row, "ket_qua", |text| words::outcome(text, scored));
        given.map_or(Work::Exempt, Work::Given)
    }
}

/// A word as columns are named.
fn vi_fold(text: &str) -> String {
    base::vi::fold(text).replace(' ', "_")
}

fn judged(rules: &Assessment, secondary: &Secondary, read: &ReadPupil, closed: bool) -> Judged {
    let nothing = Work::Marks(Marks::default());
    let strands: Vec<Vec<[Work; 2]>> = read
        .subjects
        .iter()
        .map(|one| {
            let works = one.strands.iter().map(|(_, works)| works.map(|work| work.unwrap_or(nothing)));
            let works: Vec<[Work; 2]> = works.collect();
            // Only a retest was in the file.
            if works.is_empty() { vec![[nothing; 2]] } else { works }
        })
        .collect();
    let courses: Vec<Course<'_>> = read
        .subjects
        .iter()
        .zip(&strands)
        .map(|(one, strands)| Course { subject: one.subject, strands, retest: one.retest })
        .collect();
    let pupil = Pupil {
        grade: read.grade,
        courses: &courses,
        conduct: read.conduct,
        conduct_entered: read.conduct_entered,
        retrained: read.retrained,
        absences: read.absences.map(|half_days| u16::try_from(half_days).unwrap_or(u16::MAX)),
        inclusion: read.inclusion,
        decision: read.decision,
        closed,
    };
    let mut steps: Vec<Step> = Vec::new();
    let results = year(secondary, &pupil, &mut steps);
    let names: Vec<&str> = read.subjects.iter().map(|one| one.name.as_str()).collect();
    let told = Told { rules, courses: &names, steps: &steps };
    Judged { pupil: read.pupil.clone(), grade: read.grade, lines: lines(secondary, read, &results, &told) }
}

fn lines(secondary: &Secondary, read: &ReadPupil, results: &YearResults, told: &Told<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut line = |about: &'static str, subject: &str, term: Term, value: &str, code: &str, because: &[About]| {
        lines.push(Line {
            about,
            subject: subject.to_owned(),
            term: term.code(),
            value: value.to_owned(),
            code: code.to_owned(),
            because: told.about(because),
        });
    };
    for (place, (one, of)) in results.subjects.iter().zip(&read.subjects).enumerate() {
        let terms = [(Term::First, one.semesters[0]), (Term::Second, one.semesters[1]), (Term::Year, one.year)];
        let retested = (Term::Summer, one.finally);
        for (term, standing) in terms.into_iter().chain((one.finally != one.year).then_some(retested)) {
            let (value, code) = match standing {
                Standing::Missing => ("chưa đủ".to_owned(), "missing"),
                Standing::Exempt => ("miễn".to_owned(), "exempt"),
                Standing::Result(Outcome::Score(score)) => (score.one_decimal(), ""),
                Standing::Result(Outcome::Pass) => ("Đạt".to_owned(), "pass"),
                Standing::Result(Outcome::Fail) => ("Chưa đạt".to_owned(), "fail"),
            };
            line("subject", &of.code, term, &value, code, &[About::Subject(place, term)]);
        }
    }
    let learning = [
        (Term::First, results.learning[0]),
        (Term::Second, results.learning[1]),
        (Term::Year, results.learning_year),
        (Term::Summer, results.learning_finally.filter(|_| results.learning_finally != results.learning_year)),
    ];
    for (term, level) in learning {
        if let Some(level) = level {
            line("learning", "", term, secondary.learning_name(level), level.code(), &[About::Learning(term)]);
        }
    }
    let conduct = [
        (Term::Year, results.conduct_year),
        (Term::Summer, results.conduct_finally.filter(|_| results.conduct_finally != results.conduct_year)),
    ];
    for (term, level) in conduct {
        if let Some(level) = level {
            line("conduct", "", term, secondary.conduct_name(level), level.code(), &[About::Conduct(term)]);
        }
    }
    if let Some(place) = results.title {
        let title = &secondary.titles[place];
        line("title", "", Term::Year, &title.name, &title.code, &[About::Title]);
    }
    let state = results.state;
    line("promotion", "", Term::Year, state.name(), state.code(), &[About::Promotion]);
    if let Some(place) = results.finish {
        line("finish", "", Term::Year, &secondary.finishes[place].name, "finished", &[]);
    }
    for missing in &results.missing {
        let (subject, term) = match missing {
            crate::gradebook::Missing::Mark { course, term, .. } => (read.subjects[*course].code.as_str(), *term),
            crate::gradebook::Missing::Conduct(term) => ("", *term),
            crate::gradebook::Missing::Absences => ("", Term::Year),
        };
        let step = Step { about: About::Promotion, fact: crate::gradebook::trace::Fact::Missing(*missing) };
        let said = sentence::sentence(told.rules, told.courses, &step);
        line("missing", subject, term, &said.text, &said.code, &[]);
    }
    lines
}
