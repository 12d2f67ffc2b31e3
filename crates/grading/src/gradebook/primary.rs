//! A pupil's year in a primary school: levels of subjects, qualities and competencies at four points, tests, and what the
//! end of the year makes of them.

use rules::assessment::{Achievement, Disabled, Primary, TraitLevel};

use super::columns::{PrimarySubject, Test};
use super::trace::{About, Fact, Step, Term, Trace};
use super::{Inclusion, State};

/// The place of the year's end among the four points.
pub const YEAR_END: usize = 3;

/// The points' names: middle and end of both semesters.
pub const POINTS: [&str; 4] = ["giữa học kì I", "cuối học kì I", "giữa học kì II", "cuối năm học"];

/// One pupil's year in one subject.
#[derive(Clone, Copy, Debug, Default)]
pub struct PrimaryCourse {
    /// What the subject is in the class.
    pub subject: PrimarySubject,
    /// The level at each point.
    pub levels: [Option<Achievement>; 4],
    /// The test at each point, in whole marks from 0 to 10.
    pub tests: [Option<u8>; 4],
    /// Whether the pupil is exempt from the subject.
    pub exempt: bool,
    /// The level after supplementary assessment.
    pub again: Option<Achievement>,
    /// The test after supplementary assessment.
    pub test_again: Option<u8>,
}

/// One pupil's year.
#[derive(Clone, Copy, Debug)]
pub struct PrimaryPupil<'a> {
    /// The grade, 1 to 5.
    pub grade: u8,
    /// The subjects.
    pub courses: &'a [PrimaryCourse],
    /// The level of each quality and competency at each point, in the pack's order.
    pub traits: &'a [[Option<TraitLevel>; 4]],
    /// The same after supplementary assessment; empty where there was none.
    pub traits_again: &'a [Option<TraitLevel>],
    /// Whether the class recognised something outstanding or a clear progress.
    pub recognised: bool,
    /// How a disabled pupil is assessed.
    pub inclusion: Inclusion,
    /// The head's decision where it is hers: moves up or not.
    pub decision: Option<bool>,
    /// Whether the summer is over.
    pub closed: bool,
}

/// What is missing at a point, 0 to 3. Only what is missing at the end of the year is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// The level of a course.
    Level(usize, usize),
    /// A test of a course.
    Test(usize, usize),
    /// The level of a quality or competency.
    Trait(usize, usize),
}

impl Lacking {
    /// The point.
    #[must_use]
    pub const fn point(self) -> usize {
        match self {
            Self::Level(_, point) | Self::Test(_, point) | Self::Trait(_, point) => point,
        }
    }
}

/// The titles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Honour {
    /// Học sinh Xuất sắc.
    Excellent,
    /// Học sinh Tiêu biểu.
    Outstanding,
}

/// What a year came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrimaryResults {
    /// What is missing.
    pub missing: Vec<Lacking>,
    /// The year's level: its place in the pack, best first.
    pub year: Option<usize>,
    /// The level after supplementary assessment; without it, the year's.
    pub finally: Option<usize>,
    /// How the year stands.
    pub state: State,
    /// The title.
    pub title: Option<Honour>,
    /// Whether the pupil has completed primary education.
    pub completes: bool,
}

/// Judges a pupil's year.
pub fn year<T: Trace>(rules: &Primary, pupil: &PrimaryPupil<'_>, trace: &mut T) -> PrimaryResults {
    let mut results = PrimaryResults {
        missing: Vec::new(),
        year: None,
        finally: None,
        state: State::Incomplete,
        title: None,
        completes: false,
    };
    if pupil.inclusion == Inclusion::NotAssessed {
        results.state = by_head(pupil, true, trace);
        results.completes = finishes(rules, pupil, results.state, trace);
        return results;
    }
    lacking(rules, pupil, &mut results.missing, trace);
    let waits = pupil.courses.is_empty() || results.missing.iter().any(|one| one.point() == YEAR_END);
    if waits {
        return results;
    }
    let level = judge(rules, pupil, false, Term::Year, trace);
    results.year = Some(level);
    results.finally = results.year;
    results.title = honour(rules, pupil, level);
    trace.say(|| Step { about: About::Title, fact: Fact::PrimaryTitle(results.title) });
    results.state = promotion(rules, pupil, level, &mut results, trace);
    results.completes = finishes(rules, pupil, results.state, trace);
    results
}

fn finishes<T: Trace>(rules: &Primary, pupil: &PrimaryPupil<'_>, state: State, trace: &mut T) -> bool {
    let finished = state == State::Promoted && pupil.grade == rules.figures.last_grade;
    if finished {
        trace.say(|| Step { about: About::Promotion, fact: Fact::Finished(0) });
    }
    finished
}

fn lacking<T: Trace>(rules: &Primary, pupil: &PrimaryPupil<'_>, missing: &mut Vec<Lacking>, trace: &mut T) {
    let mut lack = |one: Lacking| {
        missing.push(one);
        let about = match one {
            Lacking::Level(course, _) | Lacking::Test(course, _) => About::Subject(course, Term::Year),
            Lacking::Trait(..) => About::Learning(Term::Year),
        };
        trace.say(|| Step { about, fact: Fact::PrimaryMissing(one) });
    };
    for (place, course) in pupil.courses.iter().enumerate().filter(|(_, course)| !course.exempt) {
        for point in 0..4 {
            if course.levels[point].is_none() {
                lack(Lacking::Level(place, point));
            }
            if course.subject.tests[point] == Test::Due && course.tests[point].is_none() {
                lack(Lacking::Test(place, point));
            }
        }
    }
    for place in (0..rules.traits.len()).filter(|place| rules.judges(&rules.traits[*place], pupil.grade)) {
        for point in 0..4 {
            if pupil.traits.get(place).is_none_or(|levels| levels[point].is_none()) {
                lack(Lacking::Trait(place, point));
            }
        }
    }
}

/// The lower of two, by what is compared; the first of equals.
fn lower<V: Ord + Copy>(lowest: Option<(usize, V)>, place: usize, value: V) -> Option<(usize, V)> {
    match lowest {
        Some((_, there)) if there <= value => lowest,
        _ => Some((place, value)),
    }
}

/// The level of the year by what stands at its end, or, `again`, after supplementary assessment.
fn judge<T: Trace>(rules: &Primary, pupil: &PrimaryPupil<'_>, again: bool, term: Term, trace: &mut T) -> usize {
    let (mut subjects, mut tests, mut traits) = (None, None, None);
    for (place, course) in pupil.courses.iter().enumerate().filter(|(_, course)| !course.exempt) {
        let (level, test) = match again {
            true => (course.again.or(course.levels[YEAR_END]), course.test_again.or(course.tests[YEAR_END])),
            false => (course.levels[YEAR_END], course.tests[YEAR_END]),
        };
        if let Some(level) = level {
            subjects = lower(subjects, place, level);
        }
        let counts = course.subject.tests[YEAR_END] == Test::Due || rules.settings.counts_elective_tests();
        if let Some(test) = test.filter(|_| counts) {
            tests = lower(tests, place, test);
        }
    }
    for place in (0..rules.traits.len()).filter(|place| rules.judges(&rules.traits[*place], pupil.grade)) {
        let first = pupil.traits.get(place).and_then(|levels| levels[YEAR_END]);
        let second = pupil.traits_again.get(place).copied().flatten().filter(|_| again);
        if let Some(level) = second.or(first) {
            traits = lower(traits, place, level);
        }
    }
    let about = About::Learning(term);
    trace.say(|| Step { about, fact: Fact::PrimarySubjects(subjects) });
    trace.say(|| Step { about, fact: Fact::PrimaryTraits(traits) });
    trace.say(|| Step { about, fact: Fact::PrimaryTests(tests) });
    let found = rules.year.iter().position(|rule| {
        rule.subjects.is_none_or(|asked| subjects.is_none_or(|(_, there)| there >= asked))
            && rule.traits.is_none_or(|asked| traits.is_none_or(|(_, there)| there >= asked))
            && rule.tests.is_none_or(|asked| tests.is_none_or(|(_, there)| there >= asked))
    });
    let level = found.unwrap_or(rules.year.len() - 1);
    trace.say(|| Step { about, fact: Fact::PrimaryLevel(level) });
    level
}

/// Whether a level completes the grade: all but the last do.
fn completes(rules: &Primary, level: usize) -> bool {
    level + 1 < rules.year.len()
}

fn honour(rules: &Primary, pupil: &PrimaryPupil<'_>, level: usize) -> Option<Honour> {
    match rules.year[level].level.as_str() {
        "excellent" => Some(Honour::Excellent),
        "good" if pupil.recognised || !rules.settings.outstanding_is_recognised() => Some(Honour::Outstanding),
        _ => None,
    }
}

fn by_head<T: Trace>(pupil: &PrimaryPupil<'_>, not_assessed: bool, trace: &mut T) -> State {
    let state = match pupil.decision {
        Some(true) => State::Promoted,
        Some(false) => State::Repeats,
        None => State::HeadDecides,
    };
    let decided = pupil.decision.is_some();
    trace.say(|| Step { about: About::Promotion, fact: Fact::State { state, decided, not_assessed } });
    state
}

fn promotion<T: Trace>(
    rules: &Primary,
    pupil: &PrimaryPupil<'_>,
    level: usize,
    results: &mut PrimaryResults,
    trace: &mut T,
) -> State {
    if pupil.inclusion == Inclusion::Plan && rules.settings.disabled_promotion == Disabled::Head {
        return by_head(pupil, false, trace);
    }
    let mut settled = completes(rules, level);
    let mut assessed_again = false;
    if !settled {
        for (place, course) in pupil.courses.iter().enumerate() {
            if course.again.is_some() || course.test_again.is_some() {
                assessed_again = true;
                trace.say(|| Step { about: About::Subject(place, Term::Summer), fact: Fact::PrimaryAgain(place) });
            }
        }
        assessed_again |= pupil.traits_again.iter().any(Option::is_some);
    }
    if assessed_again {
        let after = judge(rules, pupil, true, Term::Summer, trace);
        results.finally = Some(after);
        settled = completes(rules, after);
    }
    let state = match settled {
        true => State::Promoted,
        // Supplementary assessment may come in several steps, until the summer is over.
        false if !pupil.closed => State::Support,
        false if rules.settings.head_decides() => return by_head(pupil, false, trace),
        false => State::Repeats,
    };
    trace.say(|| Step { about: About::Promotion, fact: Fact::State { state, decided: false, not_assessed: false } });
    state
}
