//! What is wrong or odd about a timetable: pure, over lessons and what is known of classes and teachers.

use std::collections::{BTreeMap, BTreeSet};

use base::{Uuid, vi};
use serde::Serialize;
use utoipa::ToSchema;

use super::{HalfDay, Slot};
use crate::years::Hours;

/// What is known of a school when its timetable is checked.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Days, half days and periods.
    pub hours: Hours,
    /// The classes of the year.
    pub classes: BTreeMap<Uuid, Class>,
    /// Who works there on the day, by employment.
    pub teachers: BTreeMap<Uuid, Teacher>,
    /// Who teaches which subject in which class.
    pub assigned: BTreeSet<(Uuid, String, Uuid)>,
}

/// A class.
#[derive(Clone, Debug, Default)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Its grade.
    pub grade: String,
    /// Its subjects with their names and periods a week.
    pub subjects: BTreeMap<String, (String, i64)>,
}

/// Somebody who teaches.
#[derive(Clone, Debug, Default)]
pub struct Teacher {
    /// The whole name.
    pub name: String,
}

/// Something found. A refused one has to be mended before the timetable is saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimetableFinding)]
pub struct Finding {
    /// A stable code.
    #[schema(example = "timetable.teacher_twice")]
    pub code: &'static str,
    /// Whether the timetable cannot be saved with it.
    pub refused: bool,
    /// What to tell: both sides of a clash.
    pub sentence: String,
    /// The lessons it is about, as places in the list that was sent.
    pub slots: Vec<usize>,
}

fn finding(code: &'static str, refused: bool, sentence: String, slots: Vec<usize>) -> Finding {
    Finding { code, refused, sentence, slots }
}

impl Known {
    fn class_name(&self, id: Uuid) -> &str {
        self.classes.get(&id).map_or("lớp không rõ", |class| class.name.as_str())
    }

    fn subject_name<'a>(&'a self, slot: &'a Slot) -> &'a str {
        let class = self.classes.get(&slot.class);
        class.and_then(|class| class.subjects.get(&slot.subject)).map_or(slot.subject.as_str(), |(name, _)| name)
    }

    fn teacher_name(&self, id: Uuid) -> &str {
        self.teachers.get(&id).map_or("giáo viên không rõ", |teacher| teacher.name.as_str())
    }
}

/// Everything found, refusals first.
#[must_use]
pub fn check(known: &Known, slots: &[Slot]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, slot) in slots.iter().enumerate() {
        one(known, slot, at, &mut found);
    }
    clashes(known, slots, &mut found);
    amounts(known, slots, &mut found);
    found.sort_by_key(|finding| !finding.refused);
    found
}

/// A lesson by itself.
fn one(known: &Known, slot: &Slot, at: usize, found: &mut Vec<Finding>) {
    let when = slot.when();
    let Some(class) = known.classes.get(&slot.class) else {
        let sentence = format!("Tiết {when} thuộc một lớp không có trong năm học này. Hãy chọn lại lớp.");
        return found.push(finding("timetable.class_unknown", true, sentence, vec![at]));
    };
    let name = &class.name;
    let periods = known.hours.periods(slot.half_day);
    if !(2..=known.hours.last_day).contains(&slot.day) || slot.period == 0 || slot.period > periods {
        let sentence = format!(
            "{name}: {when} nằm ngoài giờ học của trường (thứ 2 đến {}, sáng {} tiết, chiều {} tiết). Hãy xếp lại tiết này hoặc sửa giờ học.",
            if known.hours.last_day == 8 {
                "chủ nhật".to_owned()
            } else {
                format!("thứ {}", known.hours.last_day)
            },
            known.hours.morning,
            known.hours.afternoon
        );
        found.push(finding("timetable.outside_hours", true, sentence, vec![at]));
    } else if !known.hours.allows(&class.grade, slot.half_day) {
        let sentence = format!(
            "{name}: {when}, nhưng khối {} không học buổi {}. Hãy xếp sang buổi khác hoặc sửa buổi học của khối.",
            class.grade,
            slot.half_day.word()
        );
        found.push(finding("timetable.half_day", true, sentence, vec![at]));
    }
    if !class.subjects.contains_key(&slot.subject) {
        let sentence = format!(
            "{name}, {when}: lớp không học môn “{}”. Hãy chọn môn khác, hoặc sửa môn học của lớp.",
            slot.subject
        );
        found.push(finding("timetable.subject", true, sentence, vec![at]));
    }
    let Some(teacher) = slot.teacher else { return };
    if !known.teachers.contains_key(&teacher) {
        let sentence =
            format!("{name}, {when}: giáo viên được chọn không làm việc ở trường vào ngày này. Hãy chọn lại.");
        found.push(finding("timetable.teacher_unknown", true, sentence, vec![at]));
    }
    if slot.room.as_deref().is_some_and(|room| room.chars().count() > 40) {
        let sentence = format!("{name}, {when}: tên phòng dài quá 40 chữ cái. Hãy rút gọn.");
        found.push(finding("timetable.room_too_long", true, sentence, vec![at]));
    }
}

/// The lessons that need one thing at one time.
type AtOnce<Thing> = BTreeMap<(Thing, (u8, HalfDay, u8)), Vec<usize>>;

/// Lessons at one time that share a class, a teacher or a room.
fn clashes(known: &Known, slots: &[Slot], found: &mut Vec<Finding>) {
    let mut classes: AtOnce<Uuid> = BTreeMap::new();
    let mut teachers: AtOnce<Uuid> = BTreeMap::new();
    let mut rooms: AtOnce<String> = BTreeMap::new();
    for (at, slot) in slots.iter().enumerate() {
        classes.entry((slot.class, slot.time())).or_default().push(at);
        if let Some(teacher) = slot.teacher {
            teachers.entry((teacher, slot.time())).or_default().push(at);
        }
        if let Some(room) = slot.room.as_deref().map(vi::fold).filter(|room| !room.is_empty()) {
            rooms.entry((room, slot.time())).or_default().push(at);
        }
    }
    let joined = |all: &[usize], say: &dyn Fn(&Slot) -> String| {
        all.iter().map(|at| say(&slots[*at])).collect::<Vec<_>>().join("; ")
    };
    for ((class, _), all) in classes.into_iter().filter(|(_, all)| all.len() > 1) {
        let lessons = joined(&all, &|slot| known.subject_name(slot).to_owned());
        let when = slots[all[0]].when();
        let sentence =
            format!("{} có {} tiết cùng lúc {when}: {lessons}. Hãy giữ một tiết.", known.class_name(class), all.len());
        found.push(finding("timetable.class_twice", true, sentence, all));
    }
    let lesson = |slot: &Slot| format!("{} ({})", known.class_name(slot.class), known.subject_name(slot));
    // Classes that are taught together: one teacher, one subject, one named room.
    let together = |all: &[usize]| {
        let first = &slots[all[0]];
        let room = first.room.as_deref().map(vi::fold).filter(|room| !room.is_empty());
        room.is_some()
            && all.iter().all(|at| {
                let slot = &slots[*at];
                slot.teacher == first.teacher
                    && slot.teacher.is_some()
                    && slot.subject == first.subject
                    && slot.room.as_deref().map(vi::fold) == room
            })
    };
    for ((teacher, _), all) in teachers.into_iter().filter(|(_, all)| all.len() > 1) {
        let (name, when, lessons) = (known.teacher_name(teacher), slots[all[0]].when(), joined(&all, &lesson));
        if together(&all) {
            let sentence = format!("{name} dạy ghép {when}: {lessons}.");
            found.push(finding("timetable.together", false, sentence, all));
        } else {
            let sentence = format!("{name} bị xếp hai nơi cùng lúc {when}: {lessons}. Hãy đổi một trong các tiết này.");
            found.push(finding("timetable.teacher_twice", true, sentence, all));
        }
    }
    for (_, all) in rooms.into_iter().filter(|(_, all)| all.len() > 1 && !together(all)) {
        let first = &slots[all[0]];
        let room = first.room.clone().unwrap_or_default();
        let lessons = joined(&all, &lesson);
        let sentence =
            format!("{room} bị xếp hai lần cùng lúc {}: {lessons}. Hãy đổi phòng hoặc đổi tiết.", first.when());
        found.push(finding("timetable.room_twice", true, sentence, all));
    }
}

/// Subjects with more or fewer periods than the class has, and lessons of teachers who are not assigned.
fn amounts(known: &Known, slots: &[Slot], found: &mut Vec<Finding>) {
    let mut per_subject: BTreeMap<(Uuid, &str), Vec<usize>> = BTreeMap::new();
    let mut unassigned: BTreeMap<(Uuid, &str, Uuid), Vec<usize>> = BTreeMap::new();
    for (at, slot) in slots.iter().enumerate() {
        per_subject.entry((slot.class, &slot.subject)).or_default().push(at);
        if let Some(teacher) = slot.teacher
            && known.teachers.contains_key(&teacher)
            && !known.assigned.contains(&(slot.class, slot.subject.clone(), teacher))
        {
            unassigned.entry((slot.class, &slot.subject, teacher)).or_default().push(at);
        }
    }
    for (id, class) in &known.classes {
        if !slots.iter().any(|slot| slot.class == *id) {
            let sentence = format!("{} chưa có tiết nào.", class.name);
            found.push(finding("timetable.class_empty", false, sentence, Vec::new()));
            continue;
        }
        for (subject, (name, must)) in &class.subjects {
            let all = per_subject.get(&(*id, subject.as_str())).cloned().unwrap_or_default();
            let has = i64::try_from(all.len()).unwrap_or(i64::MAX);
            if has != *must {
                let code = if has > *must { "timetable.too_many" } else { "timetable.too_few" };
                let what = if has > *must { "thừa" } else { "thiếu" };
                let sentence = format!(
                    "{}, {name}: xếp {has} tiết mỗi tuần, {what} {} so với {must} tiết.",
                    class.name,
                    has.abs_diff(*must)
                );
                found.push(finding(code, false, sentence, all));
            }
        }
    }
    for ((class, _, teacher), all) in unassigned {
        let sentence = format!(
            "{} có tiết {} ở {} nhưng chưa được phân công môn này.",
            known.teacher_name(teacher),
            known.subject_name(&slots[all[0]]),
            known.class_name(class)
        );
        found.push(finding("timetable.unassigned", false, sentence, all));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn known() -> Known {
        let mut hours = Hours::default();
        hours.grades.insert("7".to_owned(), vec![HalfDay::Afternoon]);
        let class = |name: &str, grade: &str| Class {
            name: name.to_owned(),
            code: name.to_owned(),
            grade: grade.to_owned(),
            subjects: [("toan", "Toán", 2), ("tin_hoc", "Tin học", 1)]
                .into_iter()
                .map(|(code, name, weekly)| (code.to_owned(), (name.to_owned(), weekly)))
                .collect(),
        };
        let teacher = |name: &str| Teacher { name: name.to_owned() };
        Known {
            hours,
            classes: [(id(1), class("6A1", "6")), (id(2), class("6A2", "6")), (id(3), class("7A1", "7"))].into(),
            teachers: [(id(11), teacher("Lê Thị Hương")), (id(12), teacher("Trần Văn Nam"))].into(),
            assigned: [(id(1), "toan".to_owned(), id(11)), (id(2), "toan".to_owned(), id(11))].into(),
        }
    }

    fn slot(class: u128, day: u8, period: u8, subject: &str, teacher: u128) -> Slot {
        let teacher = (teacher > 0).then(|| id(teacher));
        Slot {
            class: id(class),
            day,
            half_day: HalfDay::Morning,
            period,
            subject: subject.to_owned(),
            teacher,
            room: None,
        }
    }

    fn refused(slots: &[Slot]) -> Vec<Finding> {
        check(&known(), slots).into_iter().filter(|finding| finding.refused).collect()
    }

    fn codes(found: &[Finding]) -> Vec<&'static str> {
        found.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn both_sides_of_a_clash_are_named() {
        let found = refused(&[slot(1, 2, 1, "toan", 11), slot(2, 2, 1, "toan", 11), slot(2, 2, 2, "toan", 11)]);
        assert_eq!(codes(&found), ["timetable.teacher_twice"]);
        assert_eq!(found[0].slots, [0, 1]);
        for side in ["Lê Thị Hương", "6A1", "6A2", "Toán", "thứ 2, buổi sáng, tiết 1"] {
            assert!(found[0].sentence.contains(side), "{side}: {}", found[0].sentence);
        }
        let found = refused(&[slot(1, 2, 1, "toan", 11), slot(1, 2, 1, "tin_hoc", 12)]);
        assert_eq!(codes(&found), ["timetable.class_twice"]);
        assert!(found[0].sentence.contains("Toán; Tin học"), "{}", found[0].sentence);
    }

    #[test]
    fn a_room_holds_one_lesson_unless_classes_are_taught_together() {
        let room = |mut slot: Slot, room: &str| {
            slot.room = Some(room.to_owned());
            slot
        };
        let found = refused(&[
            room(slot(1, 3, 1, "tin_hoc", 11), "Phòng Tin"),
            room(slot(2, 3, 1, "tin_hoc", 12), "phong  tin"),
        ]);
        assert_eq!(codes(&found), ["timetable.room_twice"]);
        let all = check(&known(), &[room(slot(1, 3, 1, "toan", 11), "Sân"), room(slot(2, 3, 1, "toan", 11), "Sân")]);
        assert!(codes(&all).contains(&"timetable.together"));
        assert!(all.iter().all(|finding| !finding.refused), "{all:?}");
    }

    #[test]
    fn half_days_hours_subjects_and_amounts_are_compared() {
        for (lesson, code) in [
            (slot(3, 2, 1, "toan", 0), "timetable.half_day"),
            (slot(1, 8, 1, "toan", 0), "timetable.outside_hours"),
            (slot(1, 2, 6, "toan", 0), "timetable.outside_hours"),
            (slot(1, 2, 0, "toan", 0), "timetable.outside_hours"),
            (slot(1, 2, 1, "vat_li", 0), "timetable.subject"),
            (slot(9, 2, 1, "toan", 0), "timetable.class_unknown"),
            (slot(1, 2, 1, "toan", 99), "timetable.teacher_unknown"),
        ] {
            assert_eq!(codes(&refused(std::slice::from_ref(&lesson))), [code], "{lesson:?}");
        }
        let found = check(
            &known(),
            &[
                slot(1, 2, 1, "toan", 11),
                slot(1, 2, 2, "toan", 11),
                slot(1, 2, 3, "toan", 12),
                slot(2, 2, 4, "toan", 11),
            ],
        );
        let told: Vec<_> = found.iter().map(|finding| finding.sentence.as_str()).collect();
        for sentence in [
            "6A1, Toán: xếp 3 tiết mỗi tuần, thừa 1 so với 2 tiết.",
            "6A1, Tin học: xếp 0 tiết mỗi tuần, thiếu 1 so với 1 tiết.",
            "6A2, Toán: xếp 1 tiết mỗi tuần, thiếu 1 so với 2 tiết.",
            "7A1 chưa có tiết nào.",
            "Trần Văn Nam có tiết Toán ở 6A1 nhưng chưa được phân công môn này.",
        ] {
            assert!(told.contains(&sentence), "{sentence}: {told:#?}");
        }
        assert!(found.iter().all(|finding| !finding.refused));
    }
}
