//! How many pupils a second one core judges: a year of 13 subjects with every mark entered, results only and with the steps
//! of an explanation. `cargo run --release -p grading --example pupils_per_second`

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use base::Score;
use grading::gradebook::trace::{Silent, Step};
use grading::gradebook::year::year;
use grading::gradebook::{Course, Entry, Inclusion, Marks, Pupil, Subject, Work, columns};
use rules::assessment::{Level, Secondary};

/// Pupils that differ, so that no branch is learnt by heart.
const PUPILS: usize = 2_000;
const ROUNDS: usize = 100;

/// Numbers that look drawn, the same in every run.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn marks(drawn: &mut Drawn, subject: &Subject, around: u64) -> Marks {
    let mut entry = || {
        let tenths = (around + drawn.below(40)).clamp(20, 120) - 20;
        match subject.scored {
            true => Entry::Score(Score::from_hundredths((tenths * 10) as i32).unwrap_or(Score::TEN)),
            false if drawn.below(100) > 0 => Entry::Pass,
            false => Entry::Fail,
        }
    };
    let mut marks = Marks { midterm: entry(), endterm: entry(), ..Marks::default() };
    for place in &mut marks.regular[..usize::from(subject.regular)] {
        *place = entry();
    }
    marks
}

fn main() -> std::io::Result<()> {
    let rules: &Secondary = rules::assessment::find("tt22-2021")
        .ok()
        .flatten()
        .and_then(|pack| pack.secondary())
        .expect("the pack is in the program");
    let mut drawn = Drawn(22);
    let subjects: Vec<Subject> =
        (0..13).map(|place| columns::subject(rules, "mon", [105, 70, 35][place % 3], place < 9, false)).collect();
    let strands: Vec<Vec<[[Work; 2]; 1]>> = (0..PUPILS)
        .map(|_| {
            let around = 55 + drawn.below(45);
            let both = |subject: &Subject| [[0; 2].map(|_| Work::Marks(marks(&mut drawn, subject, around)))];
            subjects.iter().map(both).collect()
        })
        .collect();
    let courses: Vec<Vec<Course<'_>>> = strands
        .iter()
        .map(|of| {
            subjects
                .iter()
                .zip(of)
                .map(|(subject, strands)| Course { subject: *subject, strands, retest: None })
                .collect()
        })
        .collect();
    let pupil = |courses| Pupil {
        grade: 8,
        courses,
        conduct: [Some(Level::Good), Some(Level::Fair)],
        conduct_entered: None,
        retrained: None,
        absences: Some(3),
        inclusion: Inclusion::Everybody,
        decision: None,
        closed: false,
    };
    let mut out = std::io::stdout();
    let begun = Instant::now();
    for _ in 0..ROUNDS {
        for courses in &courses {
            black_box(year(rules, &pupil(black_box(courses)), &mut Silent));
        }
    }
    let rate = (PUPILS * ROUNDS) as f64 / begun.elapsed().as_secs_f64();
    writeln!(out, "results only: {rate:.0} pupils a second on one core")?;
    let begun = Instant::now();
    let mut steps: Vec<Step> = Vec::new();
    for _ in 0..ROUNDS {
        for courses in &courses {
            steps.clear();
            black_box(year(rules, &pupil(black_box(courses)), &mut steps));
        }
    }
    let rate = (PUPILS * ROUNDS) as f64 / begun.elapsed().as_secs_f64();
    writeln!(out, "with the steps of an explanation: {rate:.0}")?;
    let mut levels = [0usize; 5];
    for courses in &courses {
        if let Some(level) = year(rules, &pupil(courses), &mut Silent).learning_year {
            levels[level as usize] += 1;
        }
    }
    writeln!(out, "levels of these pupils, worst first: {levels:?}")
}
