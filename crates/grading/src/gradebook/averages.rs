//! From the entries of a subject to its results of both semesters and of the year. Integers all the way; each average is
//! rounded half up once, and the year's is made from the rounded ones.

use base::Score;
use rules::assessment::{ExemptSemester, MissingRegular, Secondary, Strands, TopicColumn, TopicSemester};

use super::trace::{About, Fact, Parts, Step, Term, Trace};
use super::{Column, Course, Entry, Marks, Missing, Outcome, Standing, Work};

/// Collects what is missing, and says it.
struct Lack<'a, T> {
    missing: &'a mut Vec<Missing>,
    trace: &'a mut T,
    course: usize,
    strand: Option<usize>,
    term: Term,
}

impl<T: Trace> Lack<'_, T> {
    fn say(&mut self, column: Column, count: u8, blocks: bool) {
        let Self { course, strand, term, .. } = *self;
        let one = Missing::Mark { course, strand, term, column, count, blocks };
        self.missing.push(one);
        self.trace.say(|| Step { about: About::Subject(course, term), fact: Fact::Missing(one) });
    }
}

/// The results of a course in both semesters; what is missing is added to `missing`.
pub(super) fn semesters<T: Trace>(
    rules: &Secondary,
    place: usize,
    course: &Course<'_>,
    missing: &mut Vec<Missing>,
    trace: &mut T,
) -> [Standing; 2] {
    [0, 1].map(|semester| {
        let term = Term::semester(semester);
        // Marks are given to a subject as one, however many teach it; strands exist where remarks are given.
        let odd = course.strands.is_empty() || (course.subject.scored && course.strands.len() > 1);
        let (mut passed, mut of, mut lacks) = (0, 0, odd);
        let mut only = Standing::Exempt;
        for (strand, works) in course.strands.iter().enumerate() {
            let strand = (course.strands.len() > 1).then_some(strand);
            let mut lack = Lack { missing: &mut *missing, trace: &mut *trace, course: place, strand, term };
            only = work(rules, course, &works[semester], semester, &mut lack);
            match only {
                Standing::Missing => lacks = true,
                Standing::Exempt => {}
                Standing::Result(outcome) => {
                    of += 1;
                    passed += u32::from(outcome == Outcome::Pass);
                }
            }
        }
        if odd {
            Lack { missing: &mut *missing, trace: &mut *trace, course: place, strand: None, term }.say(
                Column::Result,
                1,
                true,
            );
        }
        match course.strands.len() {
            _ if lacks => Standing::Missing,
            1 => only,
            _ if of == 0 => Standing::Exempt,
            _ => {
                let holds = match rules.settings.strands {
                    Strands::Both => passed == of,
                    Strands::Any => passed > 0,
                };
                let outcome = if holds { Outcome::Pass } else { Outcome::Fail };
                trace.say(|| Step { about: About::Subject(place, term), fact: Fact::Strands { passed, of, outcome } });
                Standing::Result(outcome)
            }
        }
    })
}

fn work<T: Trace>(
    rules: &Secondary,
    course: &Course<'_>,
    work: &Work,
    semester: usize,
    lack: &mut Lack<'_, T>,
) -> Standing {
    let about = About::Subject(lack.course, lack.term);
    match work {
        Work::Exempt => {
            lack.trace.say(|| Step { about, fact: Fact::Exempt });
            Standing::Exempt
        }
        Work::Given(outcome) if outcome.fits(course.subject.scored) => {
            lack.trace.say(|| Step { about, fact: Fact::Given(*outcome) });
            Standing::Result(*outcome)
        }
        Work::Given(_) => {
            lack.say(Column::Result, 1, true);
            Standing::Missing
        }
        Work::Marks(marks) => {
            // A chuyên đề is asked for here only where it has its semester; else the year asks.
            let asked = match rules.settings.topic_semester {
                TopicSemester::Each => true,
                TopicSemester::Second => semester == 1,
                TopicSemester::WhereEntered => false,
            };
            if course.subject.scored {
                scored(rules, course, marks, asked, lack)
            } else {
                remarks(rules, course, marks, lack)
            }
        }
    }
}

/// The mark an entry counts as; `Err` when it is missing or of the wrong sort, `Ok(None)` when exempt.
fn mark(entry: Entry, unexcused: &mut u32) -> Result<Option<Score>, ()> {
    match entry {
        Entry::Score(score) => Ok(Some(score)),
        Entry::Unexcused => {
            *unexcused += 1;
            Ok(Some(Score::ZERO))
        }
        Entry::Exempt => Ok(None),
        Entry::Nothing | Entry::Pass | Entry::Fail => Err(()),
    }
}

fn scored<T: Trace>(
    rules: &Secondary,
    course: &Course<'_>,
    marks: &Marks,
    topic_asked: bool,
    lack: &mut Lack<'_, T>,
) -> Standing {
    let (mut regular, mut count, mut exempt, mut unexcused) = (0i64, 0u8, 0u8, 0u32);
    for entry in marks.regular {
        match mark(entry, &mut unexcused) {
            Ok(Some(score)) => {
                regular += i64::from(score.hundredths());
                count += 1;
            }
            Ok(None) => exempt += 1,
            Err(()) => {}
        }
    }
    let mut blocked = false;
    let mut there = count + exempt;
    let mut topics = 0;
    if course.subject.topic {
        match mark(marks.topic, &mut unexcused) {
            Ok(Some(score)) => {
                regular += i64::from(score.hundredths());
                topics = 1;
                there += u8::from(rules.settings.topic_column == TopicColumn::Included);
            }
            Ok(None) => {}
            Err(()) if topic_asked => {
                blocked = true;
                lack.say(Column::Topic, 1, true);
            }
            Err(()) => {}
        }
    }
    if there < course.subject.regular {
        let blocks = rules.settings.missing_regular == MissingRegular::Block;
        blocked |= blocks;
        lack.say(Column::Regular, course.subject.regular - there, blocks);
    }
    let mut periodic = [None; 2];
    for (place, (entry, column)) in
        [(marks.midterm, Column::Midterm), (marks.endterm, Column::Endterm)].into_iter().enumerate()
    {
        match mark(entry, &mut unexcused) {
            Ok(score) => periodic[place] = score,
            Err(()) => {
                blocked = true;
                lack.say(column, 1, true);
            }
        }
    }
    if blocked {
        return Standing::Missing;
    }
    let about = About::Subject(lack.course, lack.term);
    let [midterm, endterm] = periodic;
    let count = i64::from(count + topics);
    let mut parts = Parts { regular, count, midterm, endterm, weights: rules.figures.weights, average: Score::ZERO };
    let (sum, weight) = parts.sum();
    let Some(average) = Score::mean(sum, weight) else {
        // Every single entry is exempt.
        lack.trace.say(|| Step { about, fact: Fact::Exempt });
        return Standing::Exempt;
    };
    parts.average = average;
    if unexcused > 0 {
        lack.trace.say(|| Step { about, fact: Fact::Unexcused(unexcused) });
    }
    lack.trace.say(|| Step { about, fact: Fact::Average(parts) });
    Standing::Result(Outcome::Score(average))
}

fn remarks<T: Trace>(rules: &Secondary, course: &Course<'_>, marks: &Marks, lack: &mut Lack<'_, T>) -> Standing {
    let (mut passed, mut of, mut exempt, mut unexcused) = (0u32, 0u32, 0u8, 0u32);
    // Whether the entry is there; counts it.
    let mut count = |entry: Entry| {
        match entry {
            Entry::Pass => passed += 1,
            Entry::Unexcused => unexcused += 1,
            Entry::Fail => {}
            Entry::Exempt => return true,
            Entry::Nothing | Entry::Score(_) => return false,
        }
        of += 1;
        true
    };
    let mut there = 0u8;
    for entry in marks.regular {
        there += u8::from(count(entry));
        exempt += u8::from(entry == Entry::Exempt);
    }
    let periodic = [(marks.midterm, Column::Midterm), (marks.endterm, Column::Endterm)]
        .map(|(entry, column)| (count(entry), column));
    let mut blocked = false;
    if there < course.subject.regular {
        let blocks = rules.settings.missing_regular == MissingRegular::Block;
        blocked |= blocks;
        lack.say(Column::Regular, course.subject.regular - there, blocks);
    }
    for (there, column) in periodic {
        if !there {
            blocked = true;
            lack.say(column, 1, true);
        }
    }
    if blocked {
        return Standing::Missing;
    }
    let about = About::Subject(lack.course, lack.term);
    if of == 0 {
        debug_assert!(exempt > 0 || course.subject.regular == 0, "nothing is missing and nothing is there");
        lack.trace.say(|| Step { about, fact: Fact::Exempt });
        return Standing::Exempt;
    }
    let (share, whole) = rules.figures.remark_share;
    let endterm = !rules.figures.remark_endterm || matches!(marks.endterm, Entry::Pass | Entry::Exempt);
    let outcome = if passed * whole >= of * share && endterm { Outcome::Pass } else { Outcome::Fail };
    if unexcused > 0 {
        lack.trace.say(|| Step { about, fact: Fact::Unexcused(unexcused) });
    }
    let strand = lack.strand;
    lack.trace.say(|| Step { about, fact: Fact::Remarks { strand, passed, of, outcome } });
    Standing::Result(outcome)
}

/// The year's result of a course from those of its semesters.
pub(super) fn year<T: Trace>(
    rules: &Secondary,
    place: usize,
    course: &Course<'_>,
    semesters: [Standing; 2],
    missing: &mut Vec<Missing>,
    trace: &mut T,
) -> Standing {
    let about = About::Subject(place, Term::Year);
    let settings = &rules.settings;
    if course.subject.topic && settings.topic_semester == TopicSemester::WhereEntered {
        let lacks = course.strands.iter().any(|works| {
            // What another school only gave as a result has no columns to look into.
            works.iter().all(|work| matches!(work, Work::Marks(marks) if marks.topic == Entry::Nothing))
        });
        if lacks {
            Lack { missing, trace, course: place, strand: None, term: Term::Year }.say(Column::Topic, 1, true);
            return Standing::Missing;
        }
    }
    let one = |term: Term, outcome: Outcome, trace: &mut T| match settings.exempt_semester {
        ExemptSemester::OtherSemester => {
            trace.say(|| Step { about, fact: Fact::OneSemester(term, outcome) });
            Standing::Result(outcome)
        }
        ExemptSemester::NotCounted => {
            trace.say(|| Step { about, fact: Fact::Exempt });
            Standing::Exempt
        }
    };
    match semesters {
        [Standing::Missing, _] | [_, Standing::Missing] => Standing::Missing,
        [Standing::Exempt, Standing::Exempt] => Standing::Exempt,
        [Standing::Result(outcome), Standing::Exempt] => one(Term::First, outcome, trace),
        [Standing::Exempt, Standing::Result(outcome)] => one(Term::Second, outcome, trace),
        [Standing::Result(Outcome::Score(first)), Standing::Result(Outcome::Score(second))] => {
            let weight = rules.figures.weights.second_semester;
            let sum = i64::from(first.hundredths()) + weight * i64::from(second.hundredths());
            let Some(average) = Score::mean(sum, 1 + weight) else { return Standing::Missing };
            trace.say(|| Step { about, fact: Fact::YearAverage { first, second, weight, average } });
            Standing::Result(Outcome::Score(average))
        }
        [Standing::Result(_), Standing::Result(second)] => {
            trace.say(|| Step { about, fact: Fact::YearRemark(second) });
            Standing::Result(second)
        }
    }
}
