//! What each class of a made-up school is taught, by whom, and when: subjects by the programme of the grade, teachers by
//! their load, and a week in which nobody is in two rooms at once.
//!
//! The week is an edge colouring of classes against teachers. Where no class nor teacher has more lessons than the week has
//! periods there always is one (König), and it is found by swapping two periods along a chain whenever a lesson has no
//! period that is free for both; so a made-up school never has a clash, however full its week.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use base::{Error, Result};
use registry::load::people::{Lesson, People, Subject, Teaching, Timetable};
use rules::curriculum::{self, Part, Planned, Wanted};

use crate::plan::{self, Kind};

/// A period of the week: day (2 is Monday), half day, number.
type Period = (i64, &'static str, i64);

/// The periods of a class of a grade: Monday to Friday all day in primary schools, the mornings of six days above.
fn week(grade: u8) -> Vec<Period> {
    let of = |days: i64, half: &'static str, periods: i64| {
        (1..=periods).flat_map(move |period| (2..2 + days).map(move |day| (day, half, period)))
    };
    if grade <= 5 { of(5, "morning", 4).chain(of(5, "afternoon", 3)).collect() } else { of(6, "morning", 5).collect() }
}

/// What a class of a grade has; in upper secondary schools what is chosen differs from class to class.
fn planned(grade: u8, nth: usize) -> Result<Vec<Planned>> {
    let Some(programme) = curriculum::of_grade(grade)? else { return Ok(Vec::new()) };
    let (mut chosen, mut special) = (Vec::new(), Vec::new());
    if let Some(choice) = programme.choice {
        let may: Vec<&str> = programme
            .subjects
            .iter()
            .filter(|one| one.part == Part::Chosen && one.in_grade(grade).is_some())
            .map(|one| one.code)
            .collect();
        chosen.extend(
            may.iter().cycle().skip(nth % 3 * 2).take(choice.chosen.min(may.len())).map(|one| (*one).to_owned()),
        );
        let has = |code: &str| programme.subject(&format!("cd_{code}"), grade).is_some();
        special.extend(chosen.iter().filter(|one| has(one)).take(choice.special).cloned());
    }
    let wanted = Wanted { chosen: &chosen, special: &special, elective: &[] };
    programme.plan(grade, &wanted).map_err(|refusal| Error::internal(refusal.sentence))
}

/// A class and a teacher who meet in a subject.
#[derive(Clone, Copy, Debug)]
struct Meeting {
    class: usize,
    teacher: usize,
    subject: &'static str,
    periods: u32,
}

/// Puts subjects, teachers and a week into what a school's people are. Schools of the youngest and continuing education
/// have no such programme here.
pub fn teach(kind: Kind, people: &mut People, ids: &mut impl FnMut() -> base::Uuid, from: base::Date) -> Result<()> {
    if matches!(kind, Kind::Nursery | Kind::Continuing) {
        return Ok(());
    }
    let mut by_level: BTreeMap<bool, Vec<(usize, u8)>> = BTreeMap::new();
    for (n, class) in people.classes.iter().enumerate() {
        let grade: u8 = class.grade.parse().map_err(Error::internal)?;
        by_level.entry(grade > 5).or_default().push((n, grade));
    }
    let classes = people.classes.len();
    let teachers = people.staff.len().saturating_sub(plan::NOT_TEACHING.len());
    // Who leads no class yet is shared out by the number of classes, so that nobody teaches at both levels.
    let mut others: Vec<usize> = (classes..teachers).collect();
    let mut lessons = Vec::new();
    for (above, group) in by_level {
        let share = if above { others.len() } else { others.len() * group.len() / classes.max(1) };
        let mut pool: Vec<usize> = group.iter().map(|(class, _)| *class).filter(|leader| *leader < teachers).collect();
        pool.extend(others.drain(..share.min(others.len())));
        if pool.is_empty() {
            continue;
        }
        let mut taught: Vec<(usize, Planned)> = Vec::new();
        for (nth, (class, grade)) in group.iter().enumerate() {
            let room = u32::try_from(week(*grade).len()).unwrap_or(u32::MAX);
            let mut had = 0;
            for one in planned(*grade, nth)? {
                people.subjects.push(Subject {
                    class: people.classes[*class].id,
                    subject: one.subject,
                    part: one.part.code(),
                    periods: i64::from(one.periods),
                    week_one: i64::from(one.week_one),
                    week_two: i64::from(one.week_two),
                });
                had += one.week_one;
                if one.week_one > 0 && had <= room {
                    taught.push((*class, one));
                }
            }
        }
        let meetings = if above { by_subject(&taught, &pool) } else { by_leader(&taught, &pool) };
        if above {
            lead(people, &group, &meetings);
        }
        for one in &meetings {
            people.teaching.push(Teaching {
                id: ids(),
                class: people.classes[one.class].id,
                subject: one.subject,
                staff: people.staff[one.teacher].id,
            });
        }
        lessons.extend(placed(&week(if above { 6 } else { 1 }), &meetings).into_iter().map(
            |((day, half_day, period), meeting)| Lesson {
                class: people.classes[meeting.class].id,
                day,
                half_day,
                period,
                subject: meeting.subject,
                staff: people.staff[meeting.teacher].id,
            },
        ));
    }
    people.timetable = Some(Timetable { id: ids(), from, lessons });
    Ok(())
}

/// What a teacher should have at most, so that all have about the same.
fn fair(taught: &[(usize, Planned)], pool: &[usize]) -> u32 {
    let all: u32 = taught.iter().map(|(_, one)| one.week_one).sum();
    all.div_ceil(u32::try_from(pool.len()).unwrap_or(u32::MAX).max(1)) + 2
}

/// Somebody with the least to do.
fn least(load: &BTreeMap<usize, u32>, pool: &[usize]) -> usize {
    pool.iter().copied().min_by_key(|teacher| load.get(teacher)).unwrap_or_default()
}

/// Above primary school: each subject by as few teachers as can do it.
fn by_subject(taught: &[(usize, Planned)], pool: &[usize]) -> Vec<Meeting> {
    let most = fair(taught, pool);
    let mut sorted: Vec<&(usize, Planned)> = taught.iter().collect();
    sorted.sort_by_key(|(class, one)| (one.subject, *class));
    let mut load: BTreeMap<usize, u32> = pool.iter().map(|teacher| (*teacher, 0)).collect();
    let mut now: Option<(&str, usize)> = None;
    let mut meetings = Vec::with_capacity(sorted.len());
    for (class, one) in sorted {
        let stays = now.filter(|(subject, teacher)| *subject == one.subject && load[teacher] + one.week_one <= most);
        let teacher = stays.map_or_else(|| least(&load, pool), |(_, teacher)| teacher);
        now = Some((one.subject, teacher));
        *load.entry(teacher).or_default() += one.week_one;
        meetings.push(Meeting { class: *class, teacher, subject: one.subject, periods: one.week_one });
    }
    meetings
}

/// In primary school: whoever leads a class teaches it most of what it has; the others teach the rest.
fn by_leader(taught: &[(usize, Planned)], pool: &[usize]) -> Vec<Meeting> {
    let most = fair(taught, pool);
    let mut sorted: Vec<&(usize, Planned)> = taught.iter().collect();
    sorted.sort_by_key(|(class, one)| (Reverse(one.week_one), one.subject, *class));
    let mut load: BTreeMap<usize, u32> = pool.iter().map(|teacher| (*teacher, 0)).collect();
    let mut meetings = Vec::with_capacity(sorted.len());
    for (class, one) in sorted {
        let leader = load.get(class).is_some_and(|has| has + one.week_one <= most);
        let teacher = if leader { *class } else { least(&load, pool) };
        *load.entry(teacher).or_default() += one.week_one;
        meetings.push(Meeting { class: *class, teacher, subject: one.subject, periods: one.week_one });
    }
    meetings
}

/// Each class is led by one of its teachers, whoever has most with it and leads none yet.
fn lead(people: &mut People, group: &[(usize, u8)], meetings: &[Meeting]) {
    let own: Vec<base::Uuid> = group.iter().map(|(class, _)| people.classes[*class].id).collect();
    for one in &mut people.staff {
        one.leads = one.leads.filter(|class| !own.contains(class));
    }
    for (class, _) in group {
        let mut with: BTreeMap<usize, u32> = BTreeMap::new();
        for one in meetings.iter().filter(|one| one.class == *class) {
            *with.entry(one.teacher).or_default() += one.periods;
        }
        let free = |teacher: &&usize| people.staff[**teacher].leads.is_none();
        let chosen = with.keys().filter(free).max_by_key(|teacher| (with[teacher], Reverse(**teacher))).copied();
        let anybody = || meetings.iter().map(|one| one.teacher).find(|teacher| free(&teacher));
        if let Some(teacher) = chosen.or_else(anybody) {
            people.staff[teacher].leads = Some(people.classes[*class].id);
        }
    }
}

/// The week as it fills: by class or teacher and period, which lesson.
#[derive(Default)]
struct Week {
    lessons: Vec<(Meeting, usize)>,
    classes: BTreeMap<(usize, usize), usize>,
    teachers: BTreeMap<(usize, usize), usize>,
}

impl Week {
    fn put(&mut self, lesson: usize) {
        let (meeting, at) = self.lessons[lesson];
        self.classes.insert((meeting.class, at), lesson);
        self.teachers.insert((meeting.teacher, at), lesson);
    }

    /// Frees period `a` of a teacher, who has `b` free, by swapping the two along the chain of lessons that begins there.
    fn swap(&mut self, teacher: usize, a: usize, b: usize) {
        let (mut chain, mut of_teacher, mut node, mut at) = (Vec::new(), true, teacher, a);
        loop {
            let found = if of_teacher { self.teachers.get(&(node, at)) } else { self.classes.get(&(node, at)) };
            let Some(lesson) = found.copied() else { break };
            chain.push(lesson);
            let meeting = self.lessons[lesson].0;
            node = if of_teacher { meeting.class } else { meeting.teacher };
            of_teacher = !of_teacher;
            at = if at == a { b } else { a };
        }
        for lesson in &chain {
            let (meeting, at) = self.lessons[*lesson];
            self.classes.remove(&(meeting.class, at));
            self.teachers.remove(&(meeting.teacher, at));
        }
        for lesson in chain {
            let at = &mut self.lessons[lesson].1;
            *at = if *at == a { b } else { a };
            self.put(lesson);
        }
    }
}

/// Finds a period for every lesson.
fn placed(periods: &[Period], meetings: &[Meeting]) -> Vec<(Period, Meeting)> {
    let mut week = Week::default();
    // The first lesson of everything before the second of anything, so that a subject spreads over the days.
    let most = meetings.iter().map(|one| one.periods).max().unwrap_or(0);
    for nth in 0..most {
        for meeting in meetings.iter().filter(|one| one.periods > nth) {
            let class_free = |week: &Week, at: usize| !week.classes.contains_key(&(meeting.class, at));
            let teacher_free = |week: &Week, at: usize| !week.teachers.contains_key(&(meeting.teacher, at));
            // How often the class has the subject on each day already.
            let mut same: BTreeMap<i64, usize> = BTreeMap::new();
            for (at, (day, ..)) in periods.iter().enumerate() {
                let there = week.classes.get(&(meeting.class, at)).and_then(|lesson| week.lessons.get(*lesson));
                if there.is_some_and(|(other, _)| other.subject == meeting.subject) {
                    *same.entry(*day).or_default() += 1;
                }
            }
            let both = (0..periods.len())
                .filter(|at| class_free(&week, *at) && teacher_free(&week, *at))
                .min_by_key(|at| (same.get(&periods[*at].0).copied().unwrap_or(0), *at));
            let at = both.or_else(|| {
                let a = (0..periods.len()).find(|at| class_free(&week, *at))?;
                let b = (0..periods.len()).find(|at| teacher_free(&week, *at))?;
                week.swap(meeting.teacher, a, b);
                Some(a)
            });
            // Without a free period on one side the week is too short for it.
            let Some(at) = at else { continue };
            week.lessons.push((*meeting, at));
            week.put(week.lessons.len() - 1);
        }
    }
    week.lessons.into_iter().map(|(meeting, at)| (periods[at], meeting)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_week_that_is_full_to_the_last_period_has_no_clash() {
        // Thirty classes and thirty teachers, each with all thirty periods: only a perfect week has room for it.
        let meetings: Vec<Meeting> = (0..30)
            .flat_map(|class| {
                (0..10).map(move |n| Meeting { class, teacher: (class * 7 + n * 3) % 30, subject: "toan", periods: 3 })
            })
            .collect();
        let week = placed(&week(6), &meetings);
        assert_eq!(week.len(), 900);
        let classes: HashSet<(usize, Period)> = week.iter().map(|(at, one)| (one.class, *at)).collect();
        let teachers: HashSet<(usize, Period)> = week.iter().map(|(at, one)| (one.teacher, *at)).collect();
        assert_eq!((classes.len(), teachers.len()), (900, 900));
    }
}
