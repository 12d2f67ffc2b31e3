//! Taking turns, medians, the table.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One row by its key.
    Point,
    /// A page of rows.
    List,
    /// Many rows in one transaction.
    Bulk,
    /// One row with its journal entry, durable before it is answered.
    Write,
}

/// At least this ratio of door to baseline.
#[derive(Clone, Copy, Debug)]
pub struct Goal(pub f64);

/// How the turns are taken.
pub struct Turns {
    seconds: f64,
    rounds: usize,
    schools: usize,
    parts: Vec<String>,
    only: Vec<String>,
}

impl Turns {
    /// `bench [sqlite] [postgres] [program] [import] [scale] [words of a figure] [--seconds N] [--schools N]`: without words,
    /// everything. The words of `scale` are `SQLite` and `PostgreSQL`.
    pub fn from_args() -> Self {
        let mut turns = Self { seconds: 2.0, rounds: 3, schools: 300, parts: Vec::new(), only: Vec::new() };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            if arg == "--seconds" {
                turns.seconds = args.next().and_then(|n| n.parse().ok()).unwrap_or(2.0);
            } else if arg == "--schools" {
                turns.schools = args.next().and_then(|n| n.parse().ok()).unwrap_or(turns.schools);
            } else if ["sqlite", "postgres", "program", "import", "scale"].contains(&arg.as_str()) {
                turns.parts.push(arg);
            } else {
                turns.only.push(arg);
            }
        }
        turns
    }

    /// How long one turn takes.
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Made-up schools.
    pub fn schools(&self) -> usize {
        self.schools
    }

    /// Whether a part is asked for.
    pub fn on(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|asked| asked == part)
    }

    /// Whether a figure is asked for.
    pub fn wanted(&self, what: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|word| what.contains(word.as_str()))
    }

    /// Door and baseline in turns, after a short warm-up of each: the round with the median ratio, so that another
    /// program's moment on the machine counts for neither.
    pub fn take(&self, mut door: impl FnMut(f64) -> f64, mut raw: impl FnMut(f64) -> f64) -> (f64, f64) {
        let _warm = (door(0.4), raw(0.4));
        let mut rounds: Vec<(f64, f64)> = (0..self.rounds).map(|_| (door(self.seconds), raw(self.seconds))).collect();
        rounds.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
        rounds[rounds.len() / 2]
    }
}

/// One line of the table.
pub struct Figure {
    /// Which database.
    pub database: &'static str,
    /// What was done.
    pub what: &'static str,
    /// What was counted.
    pub unit: &'static str,
    /// Through the door, a second.
    pub door: f64,
    /// By the baseline, a second.
    pub raw: f64,
    /// What the ratio should be at least.
    pub goal: Goal,
}

impl Figure {
    /// Whether the goal is met.
    pub fn pass(&self) -> bool {
        self.door / self.raw >= self.goal.0
    }

    /// The table's head.
    pub fn head() -> String {
        "| | | door, a second | baseline, a second | ratio | goal | |\n|---|---|---:|---:|---:|---:|---|".to_owned()
    }

    /// The table's line.
    pub fn line(&self) -> String {
        let ratio = |r: f64| if self.goal.0 > 1.0 { format!("{r:.1} x") } else { format!("{:.0} %", r * 100.0) };
        format!(
            "| {} | {} | {:.0} {} | {:.0} | {} | {} | {} |",
            self.database,
            self.what,
            self.door,
            self.unit,
            self.raw,
            ratio(self.door / self.raw),
            ratio(self.goal.0),
            if self.pass() { "pass" } else { "miss" }
        )
    }
}

/// What one fdatasync of a small append takes here, in milliseconds.
pub fn fdatasync(folder: &Path) -> f64 {
    let mut file = std::fs::File::create(folder.join("fdatasync")).expect("a file");
    let mut times: Vec<f64> = (0..300)
        .map(|_| {
            file.write_all(&[7u8; 4_096]).expect("writes");
            let began = Instant::now();
            file.sync_data().expect("syncs");
            began.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Runs `once` on each of so many threads until the time is over; answers how much was done a second. Each thread makes
/// its own state first, which is not counted.
pub fn on_threads<S>(
    threads: usize,
    seconds: f64,
    make: impl Fn(usize) -> S + Sync,
    once: impl Fn(&mut S, u64) -> u64 + Sync,
) -> f64 {
    let ready = std::sync::Barrier::new(threads);
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|thread| {
                let (make, once, ready) = (&make, &once, &ready);
                scope.spawn(move || {
                    let mut state = make(thread);
                    ready.wait();
                    let began = Instant::now();
                    let (mut done, mut turn) = (0u64, thread as u64 * 7_919);
                    while began.elapsed().as_secs_f64() < seconds {
                        done += once(&mut state, turn);
                        turn += 1;
                    }
                    per_second(done, began)
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().expect("runs")).sum()
    })
}

/// A rate.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub fn per_second(done: u64, began: Instant) -> f64 {
    done as f64 / began.elapsed().as_secs_f64()
}

/// Spreads turns over the rows that are read.
pub fn row_of(turn: u64) -> i64 {
    i64::try_from(turn.wrapping_mul(2_654_435_761) % u64::try_from(crate::ROWS).unwrap_or(1)).unwrap_or(0)
}
