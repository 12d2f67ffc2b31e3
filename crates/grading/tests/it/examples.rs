//! The packs' own worked examples, each in both ways: with results only, and with an explanation.

use std::collections::BTreeMap;

use crate::kit;
use crate::kit::{list, marks, outcome, pack, standing, work};
use grading::gradebook::primary::{self, Honour, PrimaryCourse, PrimaryPupil, YEAR_END};
use grading::gradebook::trace::{Silent, Step};
use grading::gradebook::{Course, Inclusion, Marks, Pupil, Standing, State, Subject, Work, columns, year};
use rules::assessment::{Achievement, Assessment, Level, Secondary, TraitLevel};
use serde::Deserialize;

type Settings = BTreeMap<String, String>;

#[derive(Deserialize)]
struct Examples {
    columns: Vec<Columns>,
    average: Vec<Average>,
    year_average: Vec<YearAverage>,
    level: Vec<LevelOf>,
    #[serde(default)]
    conduct: Vec<Conduct>,
    year: Vec<Year>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    periods: u32,
    #[serde(default)]
    remarks: bool,
    #[serde(default)]
    topic: bool,
    #[serde(default = "two")]
    semester: u8,
    regular: u8,
    #[serde(default)]
    extra: u8,
    #[serde(default)]
    has_topic: bool,
    minutes: String,
    #[serde(default)]
    settings: Settings,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Average {
    name: String,
    periods: u32,
    marks: String,
    topic: Option<String>,
    strand: Option<String>,
    #[serde(default)]
    remarks: bool,
    #[serde(default)]
    settings: Settings,
    is: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearAverage {
    name: String,
    first: String,
    second: String,
    topic_first: Option<String>,
    topic_second: Option<String>,
    #[serde(default)]
    periods: u32,
    #[serde(default)]
    remarks: bool,
    #[serde(default)]
    settings: Settings,
    is: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelOf {
    name: String,
    scores: String,
    #[serde(default)]
    remarks: String,
    weights: Option<String>,
    #[serde(default)]
    inclusion: String,
    #[serde(default)]
    settings: Settings,
    is: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Conduct {
    first: String,
    second: String,
    is: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    name: String,
    scores: String,
    #[serde(default)]
    remarks: String,
    conduct: String,
    absences: String,
    conduct_entered: Option<String>,
    retrained: Option<String>,
    #[serde(default)]
    retests: String,
    #[serde(default = "seven")]
    grade: u8,
    #[serde(default)]
    inclusion: String,
    decision: Option<String>,
    #[serde(default)]
    closed: bool,
    #[serde(default)]
    settings: Settings,
    state: String,
    #[serde(default)]
    title: String,
    learning: Option<String>,
    finally: Option<String>,
    conduct_year: Option<String>,
    conduct_finally: Option<String>,
    retest: Option<String>,
    #[serde(default)]
    finish: String,
}

const fn two() -> u8 {
    2
}
const fn seven() -> u8 {
    7
}

fn set(rules: &Assessment, settings: &Settings) -> Assessment {
    let changes: Vec<(&str, &str)> = settings.iter().map(|(name, choice)| (name.as_str(), choice.as_str())).collect();
    rules.with(&changes).expect("a choice of the pack")
}

fn level(code: &str) -> Option<Level> {
    (!matches!(code, "" | "-")).then(|| Level::of_code(code).unwrap_or_else(|| panic!("{code} is a level")))
}

fn inclusion(code: &str) -> Inclusion {
    match code {
        "" => Inclusion::Everybody,
        "plan" => Inclusion::Plan,
        "not_assessed" => Inclusion::NotAssessed,
        other => panic!("{other} is no inclusion"),
    }
}

fn decision(code: Option<&str>) -> Option<bool> {
    code.map(|code| code == "promoted")
}

/// Judges a pupil with and without a listener.
fn judge(rules: &Secondary, pupil: &Pupil<'_>, name: &str) -> year::YearResults {
    let mut steps: Vec<Step> = Vec::new();
    let told = year::year(rules, pupil, &mut steps);
    assert_eq!(told, year::year(rules, pupil, &mut Silent), "{name}");
    told
}

fn everybody<'a>(courses: &'a [Course<'a>]) -> Pupil<'a> {
    Pupil {
        grade: 7,
        courses,
        conduct: [Some(Level::Good); 2],
        conduct_entered: None,
        retrained: None,
        absences: Some(0),
        inclusion: Inclusion::Everybody,
        decision: None,
        closed: false,
    }
}

/// The subjects of a list of scores and one of remarks, both semesters alike; the first three are the core subjects.
fn works(rules: &Secondary, scores: &str, remarks: &str) -> Vec<(Subject, [[Work; 2]; 1])> {
    let codes = ["toan", "ngu_van", "ngoai_ngu_1"];
    let scores = list(scores).into_iter().enumerate().map(|(place, text)| {
        let code = codes.get(place).copied().unwrap_or("khac");
        (columns::subject(rules, code, 105, true, false), [[work(&text); 2]])
    });
    let remarks =
        list(remarks).into_iter().map(|text| (columns::subject(rules, "khac", 70, false, false), [[work(&text); 2]]));
    scores.chain(remarks).collect()
}

fn columns_hold(rules: &Assessment, example: &Columns) {
    let set = set(rules, &example.settings);
    let rules = set.secondary().expect("secondary");
    let subject = columns::subject(rules, "vat_li", example.periods, !example.remarks, example.topic);
    let made = columns::columns(rules, &subject, example.periods, example.semester);
    let minutes = made.minutes.unwrap_or_default();
    assert_eq!(
        (made.regular, made.extra, made.topic, minutes.as_str()),
        (example.regular, example.extra, example.has_topic, example.minutes.as_str()),
        "{} periods",
        example.periods
    );
}

fn average_holds(rules: &Assessment, example: &Average) {
    let set = set(rules, &example.settings);
    let rules = set.secondary().expect("secondary");
    let subject = columns::subject(rules, "vat_li", example.periods, !example.remarks, example.topic.is_some());
    let mut first = work(&example.marks);
    if let (Work::Marks(marks), Some(topic)) = (&mut first, &example.topic) {
        marks.topic = kit::entry(topic);
    }
    let mut strands = vec![[first; 2]];
    strands.extend(example.strand.as_deref().map(|text| [work(text); 2]));
    let courses = [Course { subject, strands: &strands, retest: None }];
    let results = judge(rules, &everybody(&courses), &example.name);
    assert_eq!(standing(results.subjects[0].semesters[0]), example.is, "{}", example.name);
    let blocked = results.missing.iter().any(|one| one.blocks());
    let topic_only = example.topic.as_deref() == Some("-");
    assert_eq!(blocked, example.is == "missing" || topic_only, "{}: what is missing is listed", example.name);
}

fn year_average_holds(rules: &Assessment, example: &YearAverage) {
    let set = set(rules, &example.settings);
    let rules = set.secondary().expect("secondary");
    let topic = example.topic_first.is_some();
    let subject = columns::subject(rules, "vat_li", example.periods, !example.remarks, topic);
    let mut both = [work(&example.first), work(&example.second)];
    for (one, topic) in both.iter_mut().zip([&example.topic_first, &example.topic_second]) {
        if let (Work::Marks(marks), Some(topic)) = (one, topic) {
            marks.topic = kit::entry(topic);
        }
    }
    let strands = [both];
    let courses = [Course { subject, strands: &strands, retest: None }];
    let results = judge(rules, &everybody(&courses), &example.name);
    assert_eq!(standing(results.subjects[0].year), example.is, "{}", example.name);
}

fn level_holds(rules: &Assessment, example: &LevelOf) {
    let set = set(rules, &example.settings);
    let rules = set.secondary().expect("secondary");
    let mut works = works(rules, &example.scores, &example.remarks);
    if let Some(weights) = &example.weights {
        for ((subject, _), weight) in works.iter_mut().zip(list(weights)) {
            subject.weight = weight.parse().expect("a weight");
        }
    }
    let courses: Vec<Course<'_>> =
        works.iter().map(|(subject, strands)| Course { subject: *subject, strands, retest: None }).collect();
    let pupil = Pupil { inclusion: inclusion(&example.inclusion), ..everybody(&courses) };
    let results = judge(rules, &pupil, &example.name);
    for found in [results.learning[0], results.learning[1], results.learning_year] {
        assert_eq!(found.map(Level::code), Some(example.is.as_str()), "{}", example.name);
    }
}

fn year_holds(rules: &Assessment, example: &Year) {
    let set = set(rules, &example.settings);
    let rules = set.secondary().expect("secondary");
    let works = works(rules, &example.scores, &example.remarks);
    let mut courses: Vec<Course<'_>> =
        works.iter().map(|(subject, strands)| Course { subject: *subject, strands, retest: None }).collect();
    for one in list(&example.retests) {
        let (place, result) = one.split_once('=').expect("place = result");
        courses[place.parse::<usize>().expect("a place") - 1].retest = Some(outcome(result).expect("a result"));
    }
    let conduct = list(&example.conduct);
    let pupil = Pupil {
        grade: example.grade,
        courses: &courses,
        conduct: [level(&conduct[0]), level(&conduct[1])],
        conduct_entered: example.conduct_entered.as_deref().and_then(level),
        retrained: example.retrained.as_deref().and_then(level),
        absences: example.absences.parse().ok(),
        inclusion: inclusion(&example.inclusion),
        decision: decision(example.decision.as_deref()),
        closed: example.closed,
    };
    let results = judge(rules, &pupil, &example.name);
    let name = &example.name;
    assert_eq!(results.state.code(), example.state, "{name}");
    assert_eq!(results.title.map_or("", |place| rules.titles[place].code.as_str()), example.title, "{name}");
    let finish = results.finish.map(|place| rules.finishes[place].grade.to_string()).unwrap_or_default();
    assert_eq!(finish, example.finish, "{name}");
    for (expected, found) in [
        (&example.learning, results.learning_year),
        (&example.finally, results.learning_finally),
        (&example.conduct_year, results.conduct_year),
        (&example.conduct_finally, results.conduct_finally),
    ] {
        if let Some(expected) = expected {
            assert_eq!(found.map_or("", Level::code), expected, "{name}");
        }
    }
    if let Some(expected) = &example.retest {
        let listed = results.subjects.iter().enumerate().filter(|(_, one)| one.retest);
        let listed: Vec<String> = listed.map(|(place, _)| (place + 1).to_string()).collect();
        assert_eq!(&listed.join(" "), expected, "{name}");
    }
}

fn secondary_pack_holds(code: &str, at_least: usize) {
    let rules = pack(code);
    let text = rules.pack.file("examples.toml").expect("is there");
    let examples: Examples = toml::from_str(text).expect("reads");
    examples.columns.iter().for_each(|one| columns_hold(rules, one));
    examples.average.iter().for_each(|one| average_holds(rules, one));
    examples.year_average.iter().for_each(|one| year_average_holds(rules, one));
    examples.level.iter().for_each(|one| level_holds(rules, one));
    examples.year.iter().for_each(|one| year_holds(rules, one));
    for one in &examples.conduct {
        let pupil = Pupil { conduct: [level(&one.first), level(&one.second)], ..everybody(&[]) };
        let results = judge(rules.secondary().expect("secondary"), &pupil, "conduct");
        assert_eq!(results.conduct_year.map(Level::code), Some(one.is.as_str()), "{} {}", one.first, one.second);
    }
    let count = examples.columns.len()
        + examples.average.len()
        + examples.year_average.len()
        + examples.level.len()
        + examples.conduct.len()
        + examples.year.len();
    assert!(count >= at_least, "{count} examples");
}

#[test]
fn the_examples_of_circular_22_hold() {
    secondary_pack_holds("tt22-2021", 60);
}

#[test]
fn the_examples_of_circular_58_hold() {
    secondary_pack_holds("tt58-2011-26-2020", 20);
}

#[derive(Deserialize)]
struct PrimaryExamples {
    tests: Vec<Tests>,
    year: Vec<PrimaryYear>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tests {
    grade: u8,
    subject: String,
    points: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrimaryYear {
    name: String,
    grade: u8,
    levels: String,
    tests: String,
    traits: String,
    #[serde(default)]
    levels_except: Settings,
    #[serde(default)]
    tests_except: Settings,
    #[serde(default)]
    traits_except: Settings,
    #[serde(default)]
    levels_again: Settings,
    #[serde(default)]
    tests_again: Settings,
    #[serde(default)]
    traits_again: Settings,
    exempt: Option<String>,
    elective: Option<String>,
    #[serde(default)]
    recognised: bool,
    #[serde(default)]
    inclusion: String,
    decision: Option<String>,
    #[serde(default)]
    closed: bool,
    #[serde(default)]
    settings: Settings,
    year: String,
    state: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    completes: bool,
    finally: Option<String>,
    missing: Option<usize>,
}

fn achievement(text: &str) -> Option<Achievement> {
    match text {
        "T" => Some(Achievement::Good),
        "H" => Some(Achievement::Complete),
        "C" => Some(Achievement::Incomplete),
        "-" => None,
        other => panic!("{other} is no level of a subject"),
    }
}

fn trait_level(text: &str) -> Option<TraitLevel> {
    match text {
        "T" => Some(TraitLevel::Good),
        "Đ" => Some(TraitLevel::Achieved),
        "C" => Some(TraitLevel::NeedsEffort),
        "-" => None,
        other => panic!("{other} is no level of a quality"),
    }
}

fn primary_year_holds(rules: &Assessment, example: &PrimaryYear) {
    let set = set(rules, &example.settings);
    let rules = set.primary().expect("primary");
    let programme = rules::curriculum::of_grade(example.grade).expect("reads").expect("a programme");
    let elective: Vec<String> = example.elective.iter().cloned().collect();
    let wanted = rules::curriculum::Wanted { elective: &elective, ..Default::default() };
    let plan = programme.plan(example.grade, &wanted).expect("a plan");
    let courses: Vec<PrimaryCourse> = plan
        .iter()
        .map(|one| {
            let subject = columns::primary_subject(rules, one.subject, example.grade);
            let mut levels = [achievement(&example.levels); 4];
            let due = subject.tests.map(|test| test == columns::Test::Due);
            let mut tests = due.map(|due| example.tests.parse().ok().filter(|_| due));
            if let Some(text) = example.levels_except.get(one.subject) {
                levels[YEAR_END] = achievement(text);
            }
            if let Some(text) = example.tests_except.get(one.subject) {
                tests[YEAR_END] = text.parse().ok();
            }
            PrimaryCourse {
                subject,
                levels,
                tests,
                exempt: example.exempt.as_deref() == Some(one.subject),
                again: example.levels_again.get(one.subject).and_then(|text| achievement(text)),
                test_again: example.tests_again.get(one.subject).and_then(|text| text.parse().ok()),
            }
        })
        .collect();
    let traits: Vec<[Option<TraitLevel>; 4]> = rules
        .traits
        .iter()
        .map(|one| {
            let mut levels = [trait_level(&example.traits); 4];
            if let Some(text) = example.traits_except.get(one.code) {
                levels[YEAR_END] = trait_level(text);
            }
            levels
        })
        .collect();
    let again: Vec<Option<TraitLevel>> =
        rules.traits.iter().map(|one| example.traits_again.get(one.code).and_then(|text| trait_level(text))).collect();
    let pupil = PrimaryPupil {
        grade: example.grade,
        courses: &courses,
        traits: &traits,
        traits_again: &again,
        recognised: example.recognised,
        inclusion: inclusion(&example.inclusion),
        decision: decision(example.decision.as_deref()),
        closed: example.closed,
    };
    let mut steps: Vec<Step> = Vec::new();
    let results = primary::year(rules, &pupil, &mut steps);
    let name = &example.name;
    assert_eq!(results, primary::year(rules, &pupil, &mut Silent), "{name}");
    let code = |place: Option<usize>| place.map_or("", |place| rules.year[place].level.as_str());
    assert_eq!(code(results.year), example.year, "{name}");
    assert_eq!(results.state.code(), example.state, "{name}");
    let title = match results.title {
        Some(Honour::Excellent) => "excellent",
        Some(Honour::Outstanding) => "outstanding",
        None => "",
    };
    assert_eq!(title, example.title, "{name}");
    assert_eq!(results.completes, example.completes, "{name}");
    if let Some(expected) = &example.finally {
        assert_eq!(code(results.finally), expected, "{name}");
    }
    assert_eq!(results.missing.len(), example.missing.unwrap_or(0), "{name}: {:?}", results.missing);
    assert_eq!(results.state == State::Incomplete, example.year.is_empty() && example.inclusion.is_empty(), "{name}");
}

#[test]
fn the_examples_of_circular_27_hold() {
    let rules = pack("tt27-2020");
    let text = rules.pack.file("examples.toml").expect("is there");
    let examples: PrimaryExamples = toml::from_str(text).expect("reads");
    for one in &examples.tests {
        let made = columns::primary_subject(rules.primary().expect("primary"), &one.subject, one.grade);
        let due = (1..=4).filter(|point| made.tests[point - 1] == columns::Test::Due);
        let due: Vec<String> = due.map(|point| point.to_string()).collect();
        assert_eq!(due.join(" "), one.points, "{} in grade {}", one.subject, one.grade);
    }
    examples.year.iter().for_each(|one| primary_year_holds(rules, one));
    let count = examples.tests.len() + examples.year.len();
    assert!(count >= 40, "{count} examples");
}

#[test]
fn marks_are_written_as_the_examples_say() {
    let Marks { regular, midterm, .. } = marks("7,5 KP | Đ | -");
    assert_eq!(kit::entry("7,5"), regular[0]);
    assert_eq!(kit::entry("Đ"), midterm);
    assert_eq!(list("2*5 4,9"), ["5", "5", "4,9"]);
    assert!(matches!(standing(Standing::Missing).as_str(), "missing"));
}
