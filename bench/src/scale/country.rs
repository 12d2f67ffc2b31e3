//! A made-up country comes in, a school a write, in turns with the bare driver writing the same rows of the same school
//! into a database of its own; meanwhile somebody saves one row after the other through the door.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use base::UnitId;
use db::{Db, Entry, params};
use registry::load;
use registry::people::secrets::Secret;
use synth::Country;
use synth::country::Wanted;

use super::raw::{Copied, Raw};
use super::{At, Times, act};
use crate::measure::{Figure, Goal};
use crate::program::Fact;

/// Of how many pupils names and codes are kept for asking later.
const SAMPLES: usize = 4_000;

/// Whom one may ask for.
#[derive(Default)]
pub struct Samples {
    /// Schools of at least 200 pupils.
    pub schools: Vec<UnitId>,
    /// A pupil's school, whole name, code and a relative's telephone.
    pub pupils: Vec<Sample>,
}

/// One of them.
pub struct Sample {
    pub school: UnitId,
    pub name: String,
    pub code: Option<String>,
    pub phone: Option<String>,
}

/// What came of it.
pub struct Loaded {
    schools: usize,
    pupils: usize,
    people: usize,
    rows: u64,
    door: Duration,
    raw: Duration,
    saves: Times,
    megabytes: f64,
    pub samples: Samples,
}

impl Loaded {
    /// What was loaded, and how soon somebody's row was saved meanwhile.
    pub fn print(&self) {
        println!(
            "  {} schools, {} pupils, {} people, {} rows, {:.0} s by the door and {:.0} s by the bare driver",
            self.schools,
            self.pupils,
            self.people,
            self.rows,
            self.door.as_secs_f64(),
            self.raw.as_secs_f64()
        );
        println!("{}", self.saves.line("somebody saves one row meanwhile"));
    }

    /// The goals.
    pub fn goals(&self, database: &'static str) -> (Figure, Fact) {
        let what = "a made-up country comes in, against the bare driver's bulk insert of the same rows";
        let (door, raw) = (per(self.rows, self.door), per(self.rows, self.raw));
        (
            Figure { database, what, unit: "rows", door, raw, goal: Goal(0.5) },
            Fact {
                what: "most memory of the whole program meanwhile",
                value: self.megabytes,
                unit: "MB",
                below: 500.0,
            },
        )
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn per(rows: u64, time: Duration) -> f64 {
    rows as f64 / time.as_secs_f64()
}

db::statements! {
    /// The row that is saved meanwhile: the name of an account nobody uses.
    SAVE = "UPDATE account SET display_name = ?1 WHERE login = 'bench.saver'";
}

/// Saves one row after the other, ten a second, until it is told to stop; answers how long each took.
async fn saver(db: Db, stop: Arc<AtomicBool>) -> Vec<Duration> {
    let mut times = Vec::new();
    let mut n = 0u64;
    while !stop.load(Ordering::Relaxed) {
        n += 1;
        let began = Instant::now();
        db.write(&act(), move |tx| {
            tx.allowed_by("bench");
            tx.exec_one(&SAVE, params![format!("Người Đo {n}")])?;
            tx.record(Entry::new("account.renamed", "account", base::Uuid::default()).version(1));
            Ok(())
        })
        .await
        .expect("saves");
        times.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    times
}

async fn found(db: &Db, country: &Country) {
    let (schools, from) = (country.schools(), country.first_day());
    let ctx = act();
    let founded = db.write_long(&ctx, "a benchmark founds schools", move |tx| {
        load::vietnam(tx)?;
        load::people::schools(tx, &schools, from)
    });
    founded.await.expect("founds");
}

/// Loads it; both databases are empty, and the other is closed for the bare driver.
pub async fn load(db: &Db, other: Db, at: &At, twin: &At, schools: usize) -> Loaded {
    let wanted = Wanted { seed: 1, schools, day: act().today(), errors: 5_000 };
    let country = Arc::new(Country::new(wanted).expect("plans a country"));
    found(db, &country).await;
    found(&other, &country).await;
    tokio::task::spawn_blocking(move || other.close()).await.expect("closes");
    let (door, to) = (at.clone_of(), twin.clone_of());
    let mut raw = tokio::task::spawn_blocking(move || Raw::open(&door, &to)).await.expect("opens");
    db.write(&act(), |tx| {
        tx.allowed_by("bench");
        auth::accounts::insert(tx, "bench.saver", "Người Đo", "-", false).map(drop)
    })
    .await
    .expect("makes an account");

    let stop = Arc::new(AtomicBool::new(false));
    let saving = tokio::spawn(saver(db.clone(), Arc::clone(&stop)));
    let mut done = Loaded {
        schools: 0,
        pupils: 0,
        people: 0,
        rows: 0,
        door: Duration::ZERO,
        raw: Duration::ZERO,
        saves: Times { count: 0, p50: Duration::ZERO, p95: Duration::ZERO, p99: Duration::ZERO, max: Duration::ZERO },
        megabytes: 0.0,
        samples: Samples::default(),
    };
    for n in 0..country.neighbourhoods() {
        let thinks = Arc::clone(&country);
        let near = tokio::task::spawn_blocking(move || thinks.people(n)).await.expect("thinks").expect("people");
        for (school, people) in near {
            sample(&mut done.samples, school, &people, country.neighbourhoods());
            done.schools += 1;
            done.pupils += people.stays.iter().filter(|stay| stay.to.is_none()).count();
            done.people += people.people.len();
            let ctx = act();
            let began = Instant::now();
            db.write_long(&ctx, "a whole school comes in", move |tx| load::people::people(tx, school, &people))
                .await
                .expect("comes in");
            done.door += began.elapsed();
            let (back, Copied { rows, took }) = tokio::task::spawn_blocking(move || {
                let copied = raw.copy(school);
                (raw, copied)
            })
            .await
            .expect("copies");
            raw = back;
            done.rows += rows;
            done.raw += took;
        }
    }
    // A runtime of its own ends here, outside of this one.
    tokio::task::spawn_blocking(move || drop(raw)).await.expect("closes");
    stop.store(true, Ordering::Relaxed);
    done.saves = Times::of(saving.await.expect("saves"));
    done.megabytes = most_memory();
    done
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn most_memory() -> f64 {
    khue::synth::most_memory().expect("its memory") as f64 * 1_024.0 / 1e6
}

fn sample(samples: &mut Samples, school: UnitId, people: &load::people::People, neighbourhoods: usize) {
    let studying = people.stays.iter().filter(|stay| stay.to.is_none());
    if people.stays.len() > 200 {
        samples.schools.push(school);
    }
    // From everywhere alike, and more of the first school, at which a head asks.
    let first = samples.schools.len() <= 1 && people.stays.len() > 200;
    let most = if first { 400 } else { (SAMPLES / (14 * neighbourhoods)).max(1) };
    let step = (people.stays.len() / most).max(1);
    for stay in studying.step_by(step) {
        let Some(person) = people.people.iter().find(|one| one.id == stay.person) else { continue };
        let relatives: Vec<_> =
            people.kin.iter().filter(|kin| kin.child == person.id).map(|kin| kin.relative).collect();
        let phone = people
            .secrets
            .iter()
            .find(|(whose, what, _)| *what == Secret::Phone && (relatives.contains(whose) || *whose == person.id))
            .map(|(_, _, value)| value.clone());
        let (name, code) = (person.name.full(), person.pupil_code.clone());
        samples.pupils.push(Sample { school, name, code, phone });
    }
}

impl At {
    fn clone_of(&self) -> Self {
        Self { name: self.name, location: self.location.clone(), owner: self.owner.clone() }
    }
}
