//! A pupil's year in a secondary school: subjects, learning, conduct, promotion with its summer, and the title.

use rules::assessment::{Both, Disabled, Level, Secondary, TitleAt};

use super::averages;
use super::levels::Judged;
use super::trace::{About, Fact, Step, Term, Trace};
use super::{Course, Inclusion, Missing, Outcome, Pupil, Standing, State};

/// What a course came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubjectResult {
    /// Both semesters.
    pub semesters: [Standing; 2],
    /// The year.
    pub year: Standing,
    /// The year with the retest's result in the place of the year's, where there was one.
    pub finally: Standing,
    /// Whether it is on the retest list.
    pub retest: bool,
}

/// What a year came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearResults {
    /// By course.
    pub subjects: Vec<SubjectResult>,
    /// What is missing.
    pub missing: Vec<Missing>,
    /// Learning in both semesters; `None` where something is missing.
    pub learning: [Option<Level>; 2],
    /// Learning in the year.
    pub learning_year: Option<Level>,
    /// Learning after retests; without any, the year's.
    pub learning_finally: Option<Level>,
    /// Conduct in the year.
    pub conduct_year: Option<Level>,
    /// Conduct after summer training; without it, the year's.
    pub conduct_finally: Option<Level>,
    /// How the year stands.
    pub state: State,
    /// The title's place in the pack.
    pub title: Option<usize>,
    /// What a promoted pupil of a last grade has done: its place in the pack.
    pub finish: Option<usize>,
}

/// Judges a pupil's year. Everything is computed from the entries and the pack alone; the order of courses and of regular
/// marks means nothing.
pub fn year<T: Trace>(rules: &Secondary, pupil: &Pupil<'_>, trace: &mut T) -> YearResults {
    let mut results = YearResults {
        subjects: Vec::new(),
        missing: Vec::new(),
        learning: [None; 2],
        learning_year: None,
        learning_finally: None,
        conduct_year: None,
        conduct_finally: None,
        state: State::Incomplete,
        title: None,
        finish: None,
    };
    if pupil.inclusion == Inclusion::NotAssessed {
        results.state = by_head(pupil, true, trace);
        results.finish = finish(rules, pupil, results.state, trace);
        return results;
    }
    results.subjects.reserve_exact(pupil.courses.len());
    for (place, course) in pupil.courses.iter().enumerate() {
        let semesters = averages::semesters(rules, place, course, &mut results.missing, trace);
        let year = averages::year(rules, place, course, semesters, &mut results.missing, trace);
        results.subjects.push(SubjectResult { semesters, year, finally: year, retest: false });
    }
    let mut standings: Vec<Standing> = Vec::with_capacity(pupil.courses.len());
    let mut learning = |pick: fn(&SubjectResult) -> Standing, term, results: &YearResults, trace: &mut T| {
        standings.clear();
        standings.extend(results.subjects.iter().map(pick));
        let whole = !standings.is_empty() && !standings.contains(&Standing::Missing);
        let judged = Judged { rules, courses: pupil.courses, standings: &standings, inclusion: pupil.inclusion, term };
        whole.then(|| judged.level(trace))
    };
    results.learning[0] = learning(|one| one.semesters[0], Term::First, &results, trace);
    results.learning[1] = learning(|one| one.semesters[1], Term::Second, &results, trace);
    results.learning_year = learning(|one| one.year, Term::Year, &results, trace);
    results.learning_finally = results.learning_year;
    conduct(rules, pupil, &mut results, trace);
    match pupil.absences {
        Some(counted) => {
            let most = rules.figures.absences;
            trace.say(|| Step { about: About::Promotion, fact: Fact::Absences { counted, most } });
        }
        None => lack(Missing::Absences, About::Promotion, &mut results, trace),
    }
    let waits = results.missing.iter().any(Missing::blocks);
    if let (Some(learned), Some(conduct), false) = (results.learning_year, results.conduct_year, waits) {
        if rules.settings.title_at == TitleAt::YearEnd {
            results.title = title(rules, &results, learned, conduct, |one| one.year, trace);
        }
        results.state = promotion(rules, pupil, learned, conduct, &mut results, learning, trace);
        if rules.settings.title_at == TitleAt::AfterSummer {
            let learned = results.learning_finally.unwrap_or(learned);
            let conduct = results.conduct_finally.unwrap_or(conduct);
            results.title = title(rules, &results, learned, conduct, |one| one.finally, trace);
        }
    }
    results.finish = finish(rules, pupil, results.state, trace);
    results
}

fn lack<T: Trace>(missing: Missing, about: About, results: &mut YearResults, trace: &mut T) {
    results.missing.push(missing);
    trace.say(|| Step { about, fact: Fact::Missing(missing) });
}

fn conduct<T: Trace>(rules: &Secondary, pupil: &Pupil<'_>, results: &mut YearResults, trace: &mut T) {
    let about = About::Conduct(Term::Year);
    for (semester, level) in pupil.conduct.iter().enumerate() {
        if level.is_none() {
            lack(Missing::Conduct(Term::semester(semester)), about, results, trace);
        }
    }
    if let [Some(first), Some(second)] = pupil.conduct {
        results.conduct_year = Some(match rules.conduct(first, second) {
            Some(year) => {
                trace.say(|| Step { about, fact: Fact::ConductYear { first, second, year } });
                year
            }
            None => {
                let year = pupil.conduct_entered.unwrap_or(second);
                trace.say(|| Step { about, fact: Fact::ConductGiven(year) });
                year
            }
        });
        results.conduct_finally = results.conduct_year;
    }
}

/// The state of whom the head decides on.
fn by_head<T: Trace>(pupil: &Pupil<'_>, not_assessed: bool, trace: &mut T) -> State {
    let state = match pupil.decision {
        Some(true) => State::Promoted,
        Some(false) => State::Repeats,
        None => State::HeadDecides,
    };
    let decided = pupil.decision.is_some();
    trace.say(|| Step { about: About::Promotion, fact: Fact::State { state, decided, not_assessed } });
    state
}

fn finish<T: Trace>(rules: &Secondary, pupil: &Pupil<'_>, state: State, trace: &mut T) -> Option<usize> {
    let place = rules.finishes.iter().position(|finish| finish.grade == pupil.grade);
    let place = place.filter(|_| state == State::Promoted)?;
    trace.say(|| Step { about: About::Promotion, fact: Fact::Finished(place) });
    Some(place)
}

/// How the year stands once nothing is missing.
fn promotion<T: Trace>(
    rules: &Secondary,
    pupil: &Pupil<'_>,
    learned: Level,
    conduct: Level,
    results: &mut YearResults,
    mut learning: impl FnMut(fn(&SubjectResult) -> Standing, Term, &YearResults, &mut T) -> Option<Level>,
    trace: &mut T,
) -> State {
    if pupil.inclusion == Inclusion::Plan && rules.settings.disabled_promotion == Disabled::Head {
        return by_head(pupil, false, trace);
    }
    let (learns, behaves) = (learned >= Level::Pass, conduct >= Level::Pass);
    let too_often_away = pupil.absences.is_some_and(|counted| counted > rules.figures.absences);
    // Kém (TT 58) has no retest.
    let retests = learned == Level::Fail && (behaves || rules.settings.both_failed == Both::SecondChance);
    let state = match (learns, behaves) {
        _ if too_often_away => State::Repeats,
        (true, true) => State::Promoted,
        (true, false) => State::Training,
        (false, true) if retests => State::Retest,
        (false, false) if retests => State::RetestAndTraining,
        (false, _) => State::Repeats,
    };
    let state = match state {
        State::Retest | State::Training | State::RetestAndTraining => {
            summer(rules, pupil, state, results, &mut learning, trace)
        }
        settled => settled,
    };
    let (learning, conduct) = (results.learning_finally.unwrap_or(learned), results.conduct_finally.unwrap_or(conduct));
    trace.say(|| Step { about: About::Promotion, fact: Fact::Grounds { learning, conduct } });
    trace.say(|| Step { about: About::Promotion, fact: Fact::State { state, decided: false, not_assessed: false } });
    state
}

/// What a summer makes of a pupil who was not promoted at once.
fn summer<T: Trace>(
    rules: &Secondary,
    pupil: &Pupil<'_>,
    state: State,
    results: &mut YearResults,
    learning: &mut impl FnMut(fn(&SubjectResult) -> Standing, Term, &YearResults, &mut T) -> Option<Level>,
    trace: &mut T,
) -> State {
    let mut waits_for_retests = false;
    if state != State::Training {
        let (mut retested, mut open) = (false, false);
        for (place, (one, course)) in results.subjects.iter_mut().zip(pupil.courses).enumerate() {
            let Standing::Result(before) = one.year else { continue };
            let listed = match before {
                Outcome::Score(score) => score < rules.figures.retest_below,
                Outcome::Fail => true,
                Outcome::Pass => false,
            };
            if !listed {
                continue;
            }
            one.retest = true;
            trace.say(|| Step { about: About::Promotion, fact: Fact::RetestListed { course: place, before } });
            match retest(course) {
                Some(after) => {
                    retested = true;
                    one.finally = Standing::Result(after);
                    let about = About::Subject(place, Term::Summer);
                    trace.say(|| Step { about, fact: Fact::Retested { before, after } });
                }
                None => open = true,
            }
        }
        if retested {
            results.learning_finally = learning(|one| one.finally, Term::Summer, results, trace);
        }
        waits_for_retests = open;
    }
    if state != State::Retest
        && let Some(level) = pupil.retrained
    {
        results.conduct_finally = Some(level);
        trace.say(|| Step { about: About::Conduct(Term::Summer), fact: Fact::Retrained(level) });
    }
    let learns = results.learning_finally >= Some(Level::Pass);
    let behaves = results.conduct_finally >= Some(Level::Pass);
    let may_learn = !learns && waits_for_retests && !pupil.closed;
    let may_behave = !behaves && pupil.retrained.is_none() && !pupil.closed;
    match (learns, behaves) {
        (true, true) => State::Promoted,
        (true, false) if may_behave => State::Training,
        (false, true) if may_learn => State::Retest,
        (false, false) if may_learn && may_behave => State::RetestAndTraining,
        // One of them cannot be mended any more.
        (true | false, _) => State::Repeats,
    }
}

/// The retest's result, when it is of the subject's sort.
fn retest(course: &Course<'_>) -> Option<Outcome> {
    course.retest.filter(|outcome| outcome.fits(course.subject.scored))
}

fn title<T: Trace>(
    rules: &Secondary,
    results: &YearResults,
    learned: Level,
    conduct: Level,
    pick: fn(&SubjectResult) -> Standing,
    trace: &mut T,
) -> Option<usize> {
    let about = About::Title;
    trace.say(|| Step { about, fact: Fact::Grounds { learning: learned, conduct } });
    let place = rules.titles.iter().enumerate().position(|(title, asks)| {
        if learned < asks.learning || conduct < asks.conduct {
            return false;
        }
        asks.many.is_none_or(|asked| {
            let reach = results.subjects.iter().filter(|one| match pick(one) {
                Standing::Result(Outcome::Score(score)) => score >= asked,
                _ => false,
            });
            let count = reach.count();
            trace.say(|| Step { about, fact: Fact::TitleMany { title, count } });
            count >= usize::from(rules.figures.many)
        })
    });
    trace.say(|| Step { about, fact: Fact::Title(place) });
    place
}
