//! Which subject and which teacher a cell means: against the class's subjects and the assignments. What is not sure is
//! told with its candidates, and left for somebody to decide.

use std::collections::BTreeSet;

use base::{Uuid, vi};
use rules::curriculum;
use serde::Serialize;
use utoipa::ToSchema;

use super::Slot;
use super::check::Known;
use super::read::{Written, class_of};

/// A cell that was not understood for sure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimetableDoubt)]
pub struct Doubt {
    /// A stable code.
    #[schema(example = "timetable.teacher_doubtful")]
    pub code: &'static str,
    /// The cell: `TKB sáng!C5`.
    pub at: String,
    /// What stands there.
    pub text: String,
    /// What is not sure, as people read it.
    pub sentence: String,
    /// The lesson as far as it is understood, as a place in the list; none where it was left out.
    pub slot: Option<usize>,
    /// Who may be meant, by employment.
    pub teachers: Vec<Uuid>,
    /// What may be meant, by the subjects' codes.
    pub subjects: Vec<String>,
}

/// Lessons and doubts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// The lessons that have class and subject.
    pub slots: Vec<Slot>,
    /// What was not sure.
    pub doubts: Vec<Doubt>,
}

/// Subjects of a class that a word means.
fn subjects_called(known: &Known, class: Uuid, word: &str) -> Vec<String> {
    let Some(class) = known.classes.get(&class) else { return Vec::new() };
    let word = word.trim_matches(|sign: char| !sign.is_alphanumeric());
    let grade: u8 = class.grade.parse().unwrap_or(0);
    let Ok(Some(programme)) = curriculum::of_grade(grade) else { return Vec::new() };
    let called = programme.subjects.iter().filter(|subject| subject.is_called(word));
    called.map(|subject| subject.code.to_owned()).filter(|code| class.subjects.contains_key(code)).collect()
}

/// The ways in which a cell can be a subject and a teacher, the likeliest first.
fn splits(text: &str) -> Vec<(&str, Option<&str>)> {
    let mut ways = vec![(text, None)];
    for separator in ["\n", " - ", " – ", "(", "_", "/"] {
        ways.extend(text.split_once(separator).map(|(subject, teacher)| (subject, Some(teacher))));
    }
    for separator in ["-", "–", ".", " "] {
        ways.extend(text.rmatch_indices(separator).map(|(at, _)| (&text[..at], Some(&text[at + separator.len()..]))));
    }
    ways
}

/// How a file says that nobody teaches a lesson yet, so that it is not given to whoever is assigned.
pub const NOBODY: &str = "chưa có GV";

/// What a cell says without the room that stands in square brackets at its end, and the room.
fn without_room(text: &str) -> (&str, Option<String>) {
    let parts = text.trim_end().strip_suffix(']').and_then(|text| text.rsplit_once('['));
    let room = parts.map(|(_, room)| vi::clean(room)).filter(|room| !room.is_empty());
    match (parts, room) {
        (Some((rest, _)), Some(room)) => (rest.trim_end(), Some(room)),
        _ => (text, None),
    }
}

fn tidy(word: &str) -> &str {
    word.trim_matches(|sign: char| {
        sign.is_whitespace() || matches!(sign, '(' | ')' | '-' | '–' | '/' | '_' | ':' | ',')
    })
}

/// Who may be meant by a name as timetables write it: the whole name, its end (*Thu Hương*), the given name, or the given
/// name with initials (*N.T.Hương*, *Hương N*). With marks where the word has them.
fn teachers_called(known: &Known, word: &str) -> Vec<Uuid> {
    let bare = |text: &str| {
        let words = vi::words(text);
        let titles = ["thay", "co", "gv", "t", "c"];
        let from = usize::from(words.len() > 1 && titles[..3].contains(&words[0].as_str()));
        words[from..].to_vec()
    };
    let asked = bare(word);
    if asked.is_empty() {
        return Vec::new();
    }
    let (long, short): (Vec<&String>, Vec<&String>) = asked.iter().partition(|one| one.chars().count() > 1);
    let mut found: Vec<Uuid> = Vec::new();
    for (id, teacher) in &known.teachers {
        let name = vi::words(&teacher.name);
        let ends = name.ends_with(&asked);
        let given = name.last();
        let initialled = !short.is_empty()
            && long.len() == 1
            && given == long.first().copied()
            && short.iter().all(|initial| name[..name.len() - 1].iter().any(|part| part.starts_with(initial.as_str())));
        if ends || initialled {
            found.push(*id);
        }
    }
    // *Hương* is not *Hường*, as long as the file writes marks.
    let clean = |text: &str| vi::clean(text).to_lowercase();
    let last = |text: &str| {
        clean(text).split([' ', '.']).rfind(|part| part.chars().count() > 1).unwrap_or_default().to_owned()
    };
    let marked = last(word);
    if vi::fold(&marked) != marked {
        let exact: Vec<Uuid> = found
            .iter()
            .copied()
            .filter(|id| {
                known.teachers.get(id).is_some_and(|teacher| {
                    clean(&teacher.name).split(' ').any(|part| vi::same_apart_from_tone_place(part, &marked))
                })
            })
            .collect();
        return exact;
    }
    found
}

fn assigned(known: &Known, class: Uuid, subject: &str) -> Vec<Uuid> {
    known.assigned.iter().filter(|(of, what, _)| *of == class && what == subject).map(|(_, _, who)| *who).collect()
}

/// Who teaches: what the file says, narrowed by the assignments; where it says nothing, the assignment.
fn teacher(known: &Known, class: Uuid, subject: &str, word: Option<&str>) -> Result<Option<Uuid>, (String, Vec<Uuid>)> {
    let has = assigned(known, class, subject);
    let Some(word) = word.map(tidy).filter(|word| !word.is_empty()) else {
        return match has.as_slice() {
            [one] => Ok(Some(*one)),
            _ => Ok(None),
        };
    };
    if vi::fold(word) == vi::fold(NOBODY) {
        return Ok(None);
    }
    let called = teachers_called(known, word);
    let whole = |id: &Uuid| known.teachers.get(id).is_some_and(|teacher| vi::clean(&teacher.name) == vi::clean(word));
    let both: Vec<Uuid> = called.iter().copied().filter(|id| has.contains(id)).collect();
    match (both.as_slice(), called.as_slice()) {
        ([one], _) => Ok(Some(*one)),
        // Nobody is assigned yet: the file says who it is.
        ([], [one]) if has.is_empty() => Ok(Some(*one)),
        // A whole name that only one person has is no question; the check tells that they are not assigned.
        ([], [one]) if whole(one) => Ok(Some(*one)),
        ([], [one]) => Err((format!("“{word}” không phải người được phân công môn này ở lớp."), vec![*one])),
        ([], []) => Err((format!("Trường không có giáo viên nào tên “{word}”."), has)),
        ([], _) => Err((format!("Có {} giáo viên tên “{word}”.", called.len()), called)),
        (_, _) => Err((format!("Có {} người được phân công tên “{word}”.", both.len()), both)),
    }
}

/// Takes the class out of a cell of a grid of teachers: *Văn 6A1* is 6A1 and *Văn*.
fn class_in(known: &Known, text: &str) -> Option<(Uuid, String)> {
    if let Some(class) = class_of(known, text) {
        return Some((class, String::new()));
    }
    let words: Vec<&str> = text.split([' ', '\n', '-', '(', ')', ',']).filter(|word| !word.is_empty()).collect();
    for length in (1..=words.len()).rev() {
        for at in 0..=words.len() - length {
            if let Some(class) = class_of(known, &words[at..at + length].join(" ")) {
                let rest = words[..at].iter().chain(&words[at + length..]).copied().collect::<Vec<_>>().join(" ");
                return Some((class, rest));
            }
        }
    }
    None
}

/// What the lessons of a file mean.
#[must_use]
pub fn matched(known: &Known, written: &[Written]) -> Matched {
    let mut matched = Matched::default();
    for one in written {
        let doubt = |code, sentence: String, slot, teachers, subjects| Doubt {
            code,
            at: one.at.clone(),
            text: one.text.clone(),
            sentence,
            slot,
            teachers,
            subjects,
        };
        let (bare, room) = without_room(&one.text);
        let (class, text) = match one.class {
            Some(class) => (class, bare.to_owned()),
            None => match class_in(known, bare) {
                Some(found) => found,
                None => {
                    let sentence = format!("“{}” không có tên lớp nào của năm học này.", one.text);
                    matched.doubts.push(doubt("timetable.class_doubtful", sentence, None, Vec::new(), Vec::new()));
                    continue;
                }
            },
        };
        let name = known.classes.get(&class).map_or("", |class| class.name.as_str());
        let text = if text.is_empty() { one.subject.clone().unwrap_or_default() } else { text };
        let slot = |subject: &str, teacher| Slot {
            class,
            day: one.day,
            half_day: one.half_day,
            period: one.period,
            subject: subject.to_owned(),
            teacher,
            room: room.clone(),
        };
        // Where the teacher has a cell of their own, all of this one is the subject.
        let ways = if one.teacher.is_some() { vec![(text.as_str(), one.teacher.as_deref())] } else { splits(&text) };
        let mut read = ways.iter().filter_map(|(subject, who)| {
            let called = subjects_called(known, class, tidy(subject));
            (!called.is_empty()).then_some((called, *who))
        });
        let found = read.next().or_else(|| {
            // A teacher's grid need not say the subject: it is what they are assigned in the class.
            let who = one.teacher.as_deref().filter(|_| text.is_empty())?;
            let called = teachers_called(known, who);
            let theirs: BTreeSet<String> = known
                .assigned
                .iter()
                .filter(|(of, _, teacher)| *of == class && called.contains(teacher))
                .map(|(_, subject, _)| subject.clone())
                .collect();
            (!theirs.is_empty()).then(|| (theirs.into_iter().collect(), Some(who)))
        });
        let Some((subjects, who)) = found else {
            let sentence = match text.is_empty() {
                true => format!("{name}: không rõ môn học."),
                false => format!("{name} không học môn nào viết là “{}”.", text.replace('\n', " ")),
            };
            let all = known.classes.get(&class).map_or_else(Vec::new, |class| class.subjects.keys().cloned().collect());
            matched.doubts.push(doubt("timetable.subject_doubtful", sentence, None, Vec::new(), all));
            continue;
        };
        let [subject] = subjects.as_slice() else {
            let sentence = format!("{name}: “{}” có thể là nhiều môn.", text.replace('\n', " "));
            matched.doubts.push(doubt("timetable.subject_doubtful", sentence, None, Vec::new(), subjects));
            continue;
        };
        let at = matched.slots.len();
        match teacher(known, class, subject, who) {
            Ok(teacher) => matched.slots.push(slot(subject, teacher)),
            Err((sentence, teachers)) => {
                matched.slots.push(slot(subject, None));
                let sentence = format!("{name}: {sentence}");
                matched.doubts.push(doubt("timetable.teacher_doubtful", sentence, Some(at), teachers, Vec::new()));
            }
        }
    }
    matched
}

#[cfg(test)]
mod tests {
    use super::super::HalfDay;
    use super::super::check::{Class, Teacher};
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn known() -> Known {
        let subjects =
            ["toan", "ngu_van", "lich_su_dia_li", "khoa_hoc_tu_nhien", "nghe_thuat", "hoat_dong_trai_nghiem"];
        let class = |name: &str| Class {
            name: name.to_owned(),
            code: name.to_owned(),
            grade: "6".to_owned(),
            subjects: subjects.iter().map(|code| ((*code).to_owned(), ((*code).to_owned(), 4))).collect(),
        };
        let names = ["Lê Thị Hương", "Nguyễn Thu Hương", "Trần Văn Hường", "Phạm An", "Đỗ Thị Lan"];
        let assigned =
            [(1, "toan", 11), (2, "toan", 12), (1, "lich_su_dia_li", 15), (2, "ngu_van", 14), (1, "ngu_van", 14)];
        Known {
            classes: [(id(1), class("6A1")), (id(2), class("6A2"))].into(),
            teachers: names.iter().zip(11..).map(|(name, n)| (id(n), Teacher { name: (*name).to_owned() })).collect(),
            assigned: assigned
                .into_iter()
                .map(|(class, subject, who)| (id(class), subject.to_owned(), id(who)))
                .collect(),
            ..Known::default()
        }
    }

    fn written(class: Option<u128>, text: &str, teacher: Option<&str>, subject: Option<&str>) -> Written {
        Written {
            at: "T!C5".to_owned(),
            class: class.map(id),
            day: 2,
            half_day: HalfDay::Morning,
            period: 1,
            text: text.to_owned(),
            teacher: teacher.map(str::to_owned),
            subject: subject.map(str::to_owned),
        }
    }

    /// `subject teacher` of a sure lesson, or the code of the doubt.
    fn one(text: &str) -> String {
        of(&written(Some(1), text, None, None))
    }

    fn of(written: &Written) -> String {
        let matched = matched(&known(), std::slice::from_ref(written));
        match (matched.doubts.first(), matched.slots.first()) {
            (Some(doubt), _) => format!("{} {}", doubt.code, doubt.teachers.len() + doubt.subjects.len()),
            (None, Some(slot)) => format!("{} {}", slot.subject, slot.teacher.map_or(0, |id| id.as_u128())),
            (None, None) => "nothing".to_owned(),
        }
    }

    #[test]
    fn cells_are_read_as_schools_write_them() {
        for (text, means) in [
            ("Toán - Hương", "toan 11"),
            ("Toán-Hương", "toan 11"),
            ("Toán\nHương", "toan 11"),
            ("Toán (Hương)", "toan 11"),
            ("Toán Hương", "toan 11"),
            ("TOÁN - L.T.Hương", "toan 11"),
            ("Toán - Cô Hương", "toan 11"),
            ("toan - huong", "toan 11"),
            ("Toán - Lê Thị Hương", "toan 11"),
            ("Toán", "toan 11"),
            ("LS-ĐL", "lich_su_dia_li 15"),
            ("LS-ĐL-Lan", "lich_su_dia_li 15"),
            ("Sử - Lan", "lich_su_dia_li 15"),
            ("Chào cờ", "hoat_dong_trai_nghiem 0"),
            ("SHL - An", "hoat_dong_trai_nghiem 14"),
            ("KHTN", "khoa_hoc_tu_nhien 0"),
            ("Hoá", "khoa_hoc_tu_nhien 0"),
            ("Mĩ thuật - Thu Hương", "nghe_thuat 12"),
        ] {
            assert_eq!(one(text), means, "{text}");
        }
    }

    #[test]
    fn what_is_not_sure_is_told_with_candidates() {
        for (text, means) in [
            // Two are called so, nobody is assigned.
            ("KHTN - Hương", "timetable.teacher_doubtful 2"),
            // Without marks it may be a third.
            ("KHTN - Huong", "timetable.teacher_doubtful 3"),
            // Somebody else is assigned.
            ("Toán - Lan", "timetable.teacher_doubtful 1"),
            // Nobody is called so: whoever is assigned may be meant.
            ("Toán - Vinh", "timetable.teacher_doubtful 1"),
            ("Xếp hàng", "timetable.subject_doubtful 6"),
            // Chemistry or art: the file writes no marks.
            ("Hoa", "timetable.subject_doubtful 2"),
        ] {
            assert_eq!(one(text), means, "{text}");
        }
    }

    #[test]
    fn a_grid_of_teachers_takes_the_subject_from_the_cell_its_column_or_the_assignment() {
        assert_eq!(of(&written(None, "6A1", Some("Lê Thị Hương"), Some("Toán"))), "toan 11");
        assert_eq!(of(&written(None, "Văn 6A2", Some("An"), None)), "ngu_van 14");
        assert_eq!(of(&written(None, "6A2 - Văn", Some("An"), Some("Toán"))), "ngu_van 14");
        assert_eq!(of(&written(None, "6A1", Some("Lan"), None)), "lich_su_dia_li 15");
        assert_eq!(of(&written(None, "9A9", Some("Lan"), None)), "timetable.class_doubtful 0");
        assert_eq!(of(&written(None, "6A1", Some("Vinh"), None)), "timetable.subject_doubtful 6");
    }
}
