//! What always holds: a better mark never makes anything worse, the order of entry means nothing, a missing mark is never
//! read as 0, what is explained is what came out, and the levels are those that a slow reading of the circular gives.

use crate::kit::pack;
use base::Score;
use grading::gradebook::primary::{self, Lacking, PrimaryCourse, PrimaryPupil, YEAR_END};
use grading::gradebook::sentence::sentence;
use grading::gradebook::trace::{About, Fact, Silent, Step, Term, Tried};
use grading::gradebook::year::{SubjectResult, YearResults};
use grading::gradebook::{
    Course, Entry, Inclusion, Marks, Missing, Outcome, Pupil, Standing, State, Subject, Work, columns, year,
};
use proptest::prelude::*;
use rules::assessment::{Achievement, Assessment, Level, LevelRule, TraitLevel};

/// A subject and both its semesters.
type Row = (Subject, Vec<[Work; 2]>);

fn score(tenths: i32) -> Entry {
    Entry::Score(Score::from_hundredths(tenths * 10).expect("on the scale"))
}

/// Marks near `around`, in tenths, so that levels of every sort come about; or remarks, mostly Đạt.
fn entry(scored: bool, around: i32) -> BoxedStrategy<Entry> {
    if scored {
        prop_oneof![
            30 => (-12..=12i32).prop_map(move |off| score((around + off).clamp(0, 100))),
            1 => Just(Entry::Unexcused),
            1 => Just(Entry::Exempt),
        ]
        .boxed()
    } else {
        prop_oneof![60 => Just(Entry::Pass), 1 => Just(Entry::Fail), 1 => Just(Entry::Unexcused), 1 => Just(Entry::Exempt)]
            .boxed()
    }
}

fn marks(subject: Subject, around: i32) -> impl Strategy<Value = Marks> {
    let regular = prop::collection::vec(entry(subject.scored, around), usize::from(subject.regular));
    let one = move || entry(subject.scored, around);
    (regular, one(), one(), one()).prop_map(move |(regular, topic, midterm, endterm)| {
        let mut marks = Marks { midterm, endterm, ..Marks::default() };
        marks.regular[..regular.len()].copy_from_slice(&regular);
        if subject.topic {
            marks.topic = topic;
        }
        marks
    })
}

fn row(rules: &'static Assessment, place: usize, around: i32) -> impl Strategy<Value = Row> {
    let secondary = rules.secondary().expect("secondary");
    let scored = place < 8;
    let periods = [35, 70, 105][place % 3];
    let code = ["toan", "ngu_van", "ngoai_ngu_1"].get(place).copied().unwrap_or("khac");
    let subject = columns::subject(secondary, code, periods, scored, place == 4);
    // One subject may stand far from the others.
    let strands = if place == 9 { 2 } else { 1 };
    (prop_oneof![6 => Just(0i32), 1 => -55..=0i32]).prop_flat_map(move |off| {
        let around = (around + off).clamp(0, 100);
        let both = (marks(subject, around), marks(subject, around));
        let strand = both.prop_map(|(first, second)| [Work::Marks(first), Work::Marks(second)]);
        (Just(subject), prop::collection::vec(strand, strands))
    })
}

fn rows(rules: &'static Assessment) -> impl Strategy<Value = Vec<Row>> {
    (20..=100i32).prop_flat_map(move |around| (0..12usize).map(|place| row(rules, place, around)).collect::<Vec<_>>())
}

/// A pack with some of its readings set otherwise.
fn settings(code: &'static str) -> impl Strategy<Value = Assessment> {
    let rules = pack(code);
    let names: Vec<(String, Vec<String>)> =
        rules.parameters.iter().map(|(name, one)| (name.clone(), one.choices.clone())).collect();
    prop::collection::vec(any::<prop::sample::Index>(), names.len()).prop_map(move |picks| {
        let changes: Vec<(&str, &str)> = names
            .iter()
            .zip(&picks)
            .map(|((name, choices), pick)| (name.as_str(), choices[pick.index(choices.len())].as_str()))
            .collect();
        rules.with(&changes).expect("choices of the pack")
    })
}

#[derive(Clone, Debug)]
struct Facts {
    conduct: [Level; 2],
    absences: u16,
    plan: bool,
}

fn facts() -> impl Strategy<Value = Facts> {
    let level = || prop::sample::select(&Level::ALL[1..]);
    (level(), level(), 35..55u16, prop::bool::weighted(0.1)).prop_map(|(first, second, absences, plan)| Facts {
        conduct: [first, second],
        absences,
        plan,
    })
}

fn courses(rows: &[Row]) -> Vec<Course<'_>> {
    rows.iter().map(|(subject, strands)| Course { subject: *subject, strands, retest: None }).collect()
}

fn judged(rules: &Assessment, rows: &[Row], facts: &Facts) -> (YearResults, Vec<Step>) {
    let courses = courses(rows);
    let pupil = Pupil {
        grade: 9,
        courses: &courses,
        conduct: facts.conduct.map(Some),
        conduct_entered: None,
        retrained: None,
        absences: Some(facts.absences),
        inclusion: if facts.plan { Inclusion::Plan } else { Inclusion::Everybody },
        decision: None,
        closed: false,
    };
    let secondary = rules.secondary().expect("secondary");
    let mut steps = Vec::new();
    let results = year::year(secondary, &pupil, &mut steps);
    assert_eq!(results, year::year(secondary, &pupil, &mut Silent));
    (results, steps)
}

fn entries(marks: &mut Marks) -> impl Iterator<Item = &mut Entry> {
    let Marks { regular, topic, midterm, endterm } = marks;
    regular.iter_mut().chain([topic, midterm, endterm])
}

/// One entry of a row that is there, by an index into all of them.
fn pick(rows: &mut [Row], index: prop::sample::Index) -> &mut Entry {
    let mut all: Vec<&mut Entry> = rows
        .iter_mut()
        .flat_map(|(_, strands)| strands.iter_mut().flatten())
        .flat_map(|work| match work {
            Work::Marks(marks) => entries(marks).collect::<Vec<_>>(),
            _ => Vec::new(),
        })
        .filter(|entry| **entry != Entry::Nothing)
        .collect();
    let place = index.index(all.len());
    all.swap_remove(place)
}

fn better(entry: Entry, by: i32) -> Entry {
    match entry {
        Entry::Score(mark) => score((mark.hundredths() / 10 + by).min(100)),
        Entry::Fail => Entry::Pass,
        same => same,
    }
}

/// Higher is better; `None` is nothing to compare.
fn rank(of: Standing) -> Option<i32> {
    match of {
        Standing::Result(Outcome::Score(score)) => Some(score.hundredths()),
        Standing::Result(Outcome::Pass) => Some(1),
        Standing::Result(Outcome::Fail) => Some(0),
        Standing::Missing | Standing::Exempt => None,
    }
}

const fn state_rank(state: State) -> u8 {
    match state {
        State::Incomplete | State::HeadDecides => 0,
        State::Repeats => 1,
        State::RetestAndTraining | State::Support => 2,
        State::Retest | State::Training => 3,
        State::Promoted => 4,
    }
}

fn no_worse(before: &YearResults, after: &YearResults) -> Result<(), TestCaseError> {
    for (one, two) in before.subjects.iter().zip(&after.subjects) {
        prop_assert!(rank(one.semesters[0]) <= rank(two.semesters[0]));
        prop_assert!(rank(one.semesters[1]) <= rank(two.semesters[1]));
        prop_assert!(rank(one.year) <= rank(two.year));
    }
    prop_assert!(before.learning[0] <= after.learning[0] && before.learning[1] <= after.learning[1]);
    prop_assert!(before.learning_year <= after.learning_year);
    prop_assert!(state_rank(before.state) <= state_rank(after.state), "{:?} {:?}", before.state, after.state);
    let title = |results: &YearResults| results.title.map_or(0, |place| 9 - place);
    prop_assert!(title(before) <= title(after));
    Ok(())
}

/// The level of TT 22 as somebody reads it out slowly, with the default readings.
fn slowly(results: &[SubjectResult]) -> Option<Level> {
    let mut scores = Vec::new();
    let mut remarks = Vec::new();
    for one in results {
        match one.year {
            Standing::Missing => return None,
            Standing::Exempt => {}
            Standing::Result(Outcome::Score(score)) => scores.push(score.hundredths()),
            Standing::Result(outcome) => remarks.push(outcome == Outcome::Pass),
        }
    }
    let judge = |scores: &[i32], remarks: &[bool]| {
        let failed = remarks.iter().filter(|pass| !**pass).count();
        let from = |mark: i32| scores.iter().filter(|score| **score >= mark).count();
        if failed == 0 && from(650) == scores.len() && from(800) >= 6 {
            3
        } else if failed == 0 && from(500) == scores.len() && from(650) >= 6 {
            2
        } else {
            i32::from(failed <= 1 && from(350) == scores.len() && from(500) >= 6)
        }
    };
    let reached = judge(&scores, &remarks);
    let mut alone = Vec::new();
    for place in 0..scores.len() {
        let mut other = scores.clone();
        other[place] = 1_000;
        alone.push(judge(&other, &remarks));
    }
    for place in 0..remarks.len() {
        let mut other = remarks.clone();
        other[place] = true;
        alone.push(judge(&scores, &other));
    }
    let raised = alone.iter().any(|level| *level >= 2 && level - reached >= 2);
    Some([Level::Fail, Level::Pass, Level::Fair, Level::Good][(reached + i32::from(raised)) as usize])
}

/// The last level that the steps of a term come to.
fn told_level(rules: &Assessment, steps: &[Step], term: Term) -> Option<Level> {
    let levels = &rules.secondary().expect("secondary").levels;
    let of_term = steps.iter().filter(|step| step.about == About::Learning(term));
    of_term.fold(None, |level, step| match step.fact {
        Fact::Tried(tried) if tried.holds => Some(levels[tried.rule].level),
        Fact::Raised { result, .. } => Some(result),
        _ => level,
    })
}

fn told_outcome(steps: &[Step], about: About) -> Option<Standing> {
    let of_it = steps.iter().filter(|step| step.about == about);
    of_it.fold(None, |told, step| match step.fact {
        Fact::Average(parts) => Some(Standing::Result(Outcome::Score(parts.average))),
        Fact::Remarks { outcome, .. } | Fact::Strands { outcome, .. } | Fact::YearRemark(outcome) => {
            Some(Standing::Result(outcome))
        }
        Fact::OneSemester(_, outcome) => Some(Standing::Result(outcome)),
        Fact::YearAverage { average, .. } => Some(Standing::Result(Outcome::Score(average))),
        Fact::Missing(missing) if missing.blocks() => Some(Standing::Missing),
        _ => told,
    })
}

/// Whether a level's conditions follow from what is told of them.
fn follows(rule: &LevelRule, told: &Tried) -> bool {
    let reaches = |asked: Option<Score>, there: Option<Score>| asked.is_none_or(|asked| there >= Some(asked));
    rule.all.is_none_or(|asked| told.lowest.is_none_or(|(_, lowest)| lowest >= asked))
        && (rule.many.is_none() || told.many >= told.many_asked)
        && reaches(rule.average, told.average)
        && reaches(rule.core, told.core)
        && rule.remarks_failed.is_none_or(|most| told.remarks_failed <= u32::from(most))
}

/// The regular marks of a semester and the chuyên đề, added up from the entries: sum in hundredths, and how many.
fn added_up(rows: &[Row], course: usize, term: Term) -> (i64, i64) {
    let Work::Marks(marks) = rows[course].1[0][usize::from(term == Term::Second)] else { return (0, 0) };
    let entries = marks.regular.iter().chain([&marks.topic]);
    entries.fold((0, 0), |(sum, count), entry| match entry {
        Entry::Score(score) => (sum + i64::from(score.hundredths()), count + 1),
        Entry::Unexcused => (sum, count + 1),
        _ => (sum, count),
    })
}

fn told_is_what_came_out(
    rules: &Assessment,
    rows: &[Row],
    results: &YearResults,
    steps: &[Step],
) -> Result<(), TestCaseError> {
    for (place, one) in results.subjects.iter().enumerate() {
        for (term, standing) in
            [(Term::First, one.semesters[0]), (Term::Second, one.semesters[1]), (Term::Year, one.year)]
        {
            if let Standing::Result(_) = standing {
                let told = told_outcome(steps, About::Subject(place, term));
                prop_assert_eq!(told, Some(standing), "{} {:?}", place, term);
            }
        }
    }
    prop_assert_eq!(told_level(rules, steps, Term::First), results.learning[0]);
    prop_assert_eq!(told_level(rules, steps, Term::Second), results.learning[1]);
    prop_assert_eq!(told_level(rules, steps, Term::Year), results.learning_year);
    let state = steps.iter().find_map(|step| match step.fact {
        Fact::State { state, .. } => Some(state),
        _ => None,
    });
    prop_assert_eq!(state.unwrap_or(State::Incomplete), results.state);
    let title = steps.iter().find_map(|step| match step.fact {
        Fact::Title(title) => title,
        _ => None,
    });
    prop_assert_eq!(title, results.title);
    let missing: Vec<Missing> = steps
        .iter()
        .filter_map(|step| match step.fact {
            Fact::Missing(missing) => Some(missing),
            _ => None,
        })
        .collect();
    prop_assert_eq!(&missing, &results.missing);
    // What a sentence says can be computed again from the sentence itself.
    for step in steps {
        if let Fact::Average(parts) = step.fact {
            let (sum, weight) = parts.sum();
            prop_assert_eq!(Score::mean(sum, weight), Some(parts.average));
            let About::Subject(course, term) = step.about else { panic!("an average of a subject") };
            prop_assert_eq!((parts.regular, parts.count), added_up(rows, course, term));
        }
        if let Fact::Tried(tried) = step.fact {
            let rule = &rules.secondary().expect("secondary").levels[tried.rule];
            prop_assert_eq!(follows(rule, &tried), tried.holds);
        }
        if let Fact::Grounds { learning, conduct } = step.fact {
            prop_assert_eq!((Some(learning), Some(conduct)), (results.learning_finally, results.conduct_finally));
        }
        let said = sentence(rules, &[], step);
        prop_assert!(!said.code.is_empty() && !said.text.is_empty(), "{:?}", step);
        prop_assert!(!said.text.contains('{'), "{}", said.text);
        prop_assert!(rules.article(&said.code).is_some(), "{} has no article", said.code);
        for (name, value) in &said.values {
            prop_assert!(
                said.text.contains(value.as_str()) || *name == "holds",
                "{} = {} is not in {}",
                name,
                value,
                said.text
            );
        }
    }
    Ok(())
}

fn cases() -> ProptestConfig {
    ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() }
}

fn a_year(code: &'static str) -> impl Strategy<Value = (Assessment, Vec<Row>, Facts)> {
    (settings(code), rows(pack(code)), facts())
}

fn raising(
    rules: &Assessment,
    mut rows: Vec<Row>,
    facts: &Facts,
    index: prop::sample::Index,
    by: i32,
) -> Result<(), TestCaseError> {
    let (before, _) = judged(rules, &rows, facts);
    let entry = pick(&mut rows, index);
    *entry = better(*entry, by);
    let (after, _) = judged(rules, &rows, facts);
    no_worse(&before, &after)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_better_mark_never_makes_anything_worse(
        (rules, rows, facts) in a_year("tt22-2021"), index in any::<prop::sample::Index>(), by in 1..=40i32,
    ) {
        raising(&rules, rows, &facts, index, by)?;
    }

    #[test]
    fn nor_under_circular_58(
        (rules, rows, facts) in a_year("tt58-2011-26-2020"), index in any::<prop::sample::Index>(), by in 1..=40i32,
    ) {
        raising(&rules, rows, &facts, index, by)?;
    }

    #[test]
    fn the_order_of_entry_means_nothing((rules, rows, facts) in a_year("tt22-2021"), turn in 0..12usize) {
        let (before, _) = judged(&rules, &rows, &facts);
        let mut turned = rows;
        for (_, strands) in &mut turned {
            strands.reverse();
            for work in strands.iter_mut().flatten() {
                if let Work::Marks(marks) = work {
                    marks.regular.rotate_left(turn % 8);
                    marks.regular.reverse();
                }
            }
        }
        turned.rotate_left(turn);
        let (mut after, _) = judged(&rules, &turned, &facts);
        after.subjects.rotate_right(turn);
        prop_assert_eq!(before.missing.len(), after.missing.len());
        after.missing.clone_from(&before.missing);
        prop_assert_eq!(before, after);
    }

    #[test]
    fn what_is_explained_is_what_came_out((rules, rows, facts) in a_year("tt22-2021")) {
        let (results, steps) = judged(&rules, &rows, &facts);
        told_is_what_came_out(&rules, &rows, &results, &steps)?;
    }

    #[test]
    fn and_so_it_is_under_circular_58((rules, rows, facts) in a_year("tt58-2011-26-2020")) {
        let (results, steps) = judged(&rules, &rows, &facts);
        told_is_what_came_out(&rules, &rows, &results, &steps)?;
    }

    #[test]
    fn a_missing_mark_blocks_and_is_listed(
        rows in rows(pack("tt22-2021")), facts in facts(), index in any::<prop::sample::Index>(),
    ) {
        let rules = pack("tt22-2021");
        let (before, _) = judged(rules, &rows, &facts);
        let mut rows = rows;
        // The chuyên đề may stand in either semester: one of two may be missing.
        let entry = pick(&mut rows, index);
        *entry = Entry::Nothing;
        let (after, steps) = judged(rules, &rows, &facts);
        told_is_what_came_out(rules, &rows, &after, &steps)?;
        if after.missing.len() > before.missing.len() {
            prop_assert_eq!(after.state, State::Incomplete);
            prop_assert!(after.learning_year.is_none() && after.title.is_none());
        } else {
            prop_assert_eq!(&after.missing, &before.missing);
        }
    }

    #[test]
    fn levels_are_those_of_a_slow_reading(rows in rows(pack("tt22-2021")), facts in facts()) {
        let facts = Facts { plan: false, ..facts };
        let (results, _) = judged(pack("tt22-2021"), &rows, &facts);
        prop_assert_eq!(results.learning_year, slowly(&results.subjects));
    }
}

/// A primary pupil's end of the year: level and test of each course, traits.
type PrimaryYear = (Vec<(Achievement, u8)>, Vec<TraitLevel>);

fn primary_year() -> impl Strategy<Value = PrimaryYear> {
    let level =
        prop_oneof![8 => Just(Achievement::Good), 2 => Just(Achievement::Complete), 1 => Just(Achievement::Incomplete)];
    let trait_level =
        prop_oneof![16 => Just(TraitLevel::Good), 2 => Just(TraitLevel::Achieved), 1 => Just(TraitLevel::NeedsEffort)];
    let low = prop_oneof![Just(3u8), Just(5), Just(7), Just(9)];
    low.prop_flat_map(move |low| {
        (prop::collection::vec((level.clone(), low..=10u8), 10), prop::collection::vec(trait_level.clone(), 15))
    })
}

fn primary_judged(rules: &Assessment, year: &PrimaryYear) -> (primary::PrimaryResults, Vec<Step>) {
    let primary_rules = rules.primary().expect("primary");
    let codes = [
        "tieng_viet",
        "toan",
        "ngoai_ngu_1",
        "lich_su_dia_li",
        "khoa_hoc",
        "tin_hoc_cong_nghe",
        "dao_duc",
        "a",
        "b",
        "c",
    ];
    let courses: Vec<PrimaryCourse> = codes
        .iter()
        .zip(&year.0)
        .map(|(code, (level, test))| {
            let subject = columns::primary_subject(primary_rules, code, 5);
            let tests = subject.tests.map(|due| (due == columns::Test::Due).then_some(*test));
            PrimaryCourse { subject, levels: [Some(*level); 4], tests, ..PrimaryCourse::default() }
        })
        .collect();
    let traits: Vec<[Option<TraitLevel>; 4]> = year.1.iter().map(|level| [Some(*level); 4]).collect();
    let pupil = PrimaryPupil {
        grade: 5,
        courses: &courses,
        traits: &traits,
        traits_again: &[],
        recognised: true,
        inclusion: Inclusion::Everybody,
        decision: None,
        closed: false,
    };
    let mut steps = Vec::new();
    let results = primary::year(primary_rules, &pupil, &mut steps);
    assert_eq!(results, primary::year(primary_rules, &pupil, &mut Silent));
    (results, steps)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_primary_pupil_s_better_mark_never_makes_anything_worse(
        rules in settings("tt27-2020"), year in primary_year(), course in 0..10usize, one in 0..15usize,
    ) {
        let (before, _) = primary_judged(&rules, &year);
        let mut raised = year;
        raised.0[course] = (Achievement::Good, (raised.0[course].1 + 2).min(10));
        raised.1[one] = TraitLevel::Good;
        let (after, _) = primary_judged(&rules, &raised);
        // Places in the pack: the best level is the first.
        prop_assert!(after.year <= before.year);
        prop_assert!(state_rank(before.state) <= state_rank(after.state));
        prop_assert!(before.title.is_none() || after.title.is_some());
    }

    #[test]
    fn a_primary_pupil_is_told_what_came_out(rules in settings("tt27-2020"), year in primary_year()) {
        let (results, steps) = primary_judged(&rules, &year);
        let told = steps.iter().find_map(|step| match step.fact {
            Fact::PrimaryLevel(level) => Some(level),
            _ => None,
        });
        prop_assert_eq!(told, results.year);
        let missing: Vec<Lacking> = steps
            .iter()
            .filter_map(|step| match step.fact {
                Fact::PrimaryMissing(one) => Some(one),
                _ => None,
            })
            .collect();
        prop_assert_eq!(&missing, &results.missing);
        prop_assert!(results.missing.iter().all(|one| one.point() != YEAR_END));
        for step in &steps {
            let said = sentence(&rules, &[], step);
            prop_assert!(!said.text.contains('{') && rules.article(&said.code).is_some(), "{:?}", said);
        }
    }
}
