//! The level of learning: what each level asks, best first, and the adjustment when one subject alone pulls it down.

use base::Score;
use rules::assessment::{Fewer, Level, LevelRule, OneSubject, Secondary, YesNo};

use super::trace::{About, Fact, Step, Term, Trace, Tried};
use super::{Course, Inclusion, Outcome, Standing};

/// Levels that a circular may have.
const MOST_LEVELS: usize = 8;

/// What the levels look at.
#[derive(Clone, Copy)]
struct Tally {
    scored: u32,
    remarks_failed: u32,
    lowest: Option<(usize, Score)>,
    /// By the place of the level: subjects that reach its `many`.
    many: [u32; MOST_LEVELS],
    core: Option<Score>,
}

/// A subject that is set aside, and how.
#[derive(Clone, Copy)]
struct Aside {
    course: usize,
    reading: OneSubject,
}

/// Everything a level is judged by.
pub(super) struct Judged<'a> {
    pub rules: &'a Secondary,
    pub courses: &'a [Course<'a>],
    /// Where each course stands; none is missing.
    pub standings: &'a [Standing],
    pub inclusion: Inclusion,
    pub term: Term,
}

impl Judged<'_> {
    fn tally(&self, aside: Option<Aside>) -> Tally {
        let mut tally = Tally { scored: 0, remarks_failed: 0, lowest: None, many: [0; MOST_LEVELS], core: None };
        for (place, (standing, course)) in self.standings.iter().zip(self.courses).enumerate() {
            let mut outcome = match standing {
                Standing::Result(outcome) => *outcome,
                Standing::Exempt | Standing::Missing => continue,
            };
            if let Some(aside) = aside.filter(|aside| aside.course == place) {
                match (aside.reading, outcome) {
                    (OneSubject::Rejudged, Outcome::Score(_)) => outcome = Outcome::Score(Score::TEN),
                    (OneSubject::Rejudged, _) => outcome = Outcome::Pass,
                    (OneSubject::Dropped, _) => continue,
                }
            }
            match outcome {
                Outcome::Pass => {}
                Outcome::Fail => tally.remarks_failed += 1,
                Outcome::Score(score) => {
                    tally.scored += 1;
                    if tally.lowest.is_none_or(|(_, lowest)| score < lowest) {
                        tally.lowest = Some((place, score));
                    }
                    for (count, rule) in tally.many.iter_mut().zip(&self.rules.levels) {
                        *count += u32::from(rule.many.is_some_and(|many| score >= many));
                    }
                    if course.subject.core {
                        tally.core = tally.core.max(Some(score));
                    }
                }
            }
        }
        tally
    }

    /// The average of all scored subjects, where a level asks for it.
    fn overall<T: Trace>(&self, trace: &mut T) -> Option<Score> {
        self.rules.levels.iter().find(|rule| rule.average.is_some())?;
        let weighs = self.rules.settings.weighs_subjects();
        let (mut sum, mut weight) = (0i64, 0i64);
        for (standing, course) in self.standings.iter().zip(self.courses) {
            if let Standing::Result(Outcome::Score(score)) = standing {
                let counts = if weighs { i64::from(course.subject.weight) } else { 1 };
                sum += counts * i64::from(score.hundredths());
                weight += counts;
            }
        }
        let average = Score::mean(sum, weight)?;
        trace.say(|| Step { about: About::Learning(self.term), fact: Fact::Overall { sum, weight, average } });
        Some(average)
    }

    fn many_asked(&self, tally: &Tally) -> u32 {
        let asked = u32::from(self.rules.figures.many);
        let all_of_them = self.rules.settings.fewer_subjects == Fewer::AllOfThem;
        if self.inclusion == Inclusion::Plan && all_of_them { asked.min(tally.scored) } else { asked }
    }

    fn holds(&self, place: usize, rule: &LevelRule, tally: &Tally, average: Option<Score>) -> bool {
        let reaches = |asked: Option<Score>, there: Option<Score>| {
            asked.is_none_or(|asked| there.is_some_and(|there| there >= asked))
        };
        let lowest = tally.lowest.map_or(Score::TEN, |(_, score)| score);
        reaches(rule.all, Some(lowest))
            && (rule.many.is_none() || tally.many[place] >= self.many_asked(tally))
            && reaches(rule.average, average)
            && reaches(rule.core, tally.core)
            && rule.remarks_failed.is_none_or(|most| tally.remarks_failed <= u32::from(most))
    }

    /// The first level that holds.
    fn first(&self, tally: &Tally, average: Option<Score>) -> Level {
        let mut rules = self.rules.levels.iter().enumerate();
        let found = rules.find(|(place, rule)| self.holds(*place, rule, tally, average));
        found.map_or(Level::Poor, |(_, rule)| rule.level)
    }

    /// The level of learning.
    pub(super) fn level<T: Trace>(&self, trace: &mut T) -> Level {
        let about = About::Learning(self.term);
        let average = self.overall(trace);
        let tally = self.tally(None);
        let mut reached = Level::Poor;
        for (place, rule) in self.rules.levels.iter().enumerate() {
            let holds = self.holds(place, rule, &tally, average);
            trace.say(|| Step {
                about,
                fact: Fact::Tried(Tried {
                    rule: place,
                    holds,
                    lowest: tally.lowest,
                    many: tally.many[place],
                    many_asked: self.many_asked(&tally),
                    remarks_failed: tally.remarks_failed,
                    average,
                    core: tally.core,
                }),
            });
            if holds {
                reached = rule.level;
                break;
            }
        }
        self.raised(reached, average, about, trace)
    }

    /// The level after the adjustment. The overall average stays as it is: only the one subject's own harm is set aside.
    fn raised<T: Trace>(&self, reached: Level, average: Option<Score>, about: About, trace: &mut T) -> Level {
        if !self.rules.raises.iter().any(|line| line.reached == reached) {
            return reached;
        }
        let settings = &self.rules.settings;
        let mut best: Option<(Level, usize)> = None;
        for (course, standing) in self.standings.iter().enumerate() {
            let may = match standing {
                Standing::Result(Outcome::Score(_)) => true,
                Standing::Result(Outcome::Fail) => settings.one_subject_of_remarks == YesNo::Yes,
                // Without a subject that is Đạt nothing is better than with it.
                Standing::Result(Outcome::Pass) | Standing::Exempt | Standing::Missing => false,
            };
            if may {
                let aside = Aside { course, reading: settings.one_subject_reading };
                let without = self.first(&self.tally(Some(aside)), average);
                if best.is_none_or(|(level, _)| without > level) {
                    best = Some((without, course));
                }
            }
        }
        let raise = best
            .and_then(|(without, course)| self.rules.raised(without, reached).map(|result| (without, course, result)));
        let Some((without, course, result)) = raise else {
            trace.say(|| Step { about, fact: Fact::NotRaised(reached) });
            return reached;
        };
        trace.say(|| Step { about, fact: Fact::Raised { course, reached, without, result } });
        result
    }
}
