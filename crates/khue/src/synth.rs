//! `khue synth`: fills an empty installation with a made-up country, as large as is asked for.

use std::time::Instant;

use ::synth::Country;
use ::synth::country::Wanted;
use base::{Code, Error, Kind, Result};
use clap::Args;
use db::Db;
use registry::load;

use crate::console::say;
use crate::place::{Place, make_folder, now, operator, runtime};

/// There are people already.
pub const NOT_EMPTY: Code = Code::new(Kind::Conflict, "synth.not_empty", "Cơ sở dữ liệu đã có người");

/// Flags of the made-up country.
#[derive(Debug, Args)]
pub struct Synth {
    #[command(flatten)]
    place: Place,
    /// Số trường.
    #[arg(long, value_name = "SỐ", value_parser = clap::value_parser!(u32).range(1..=60_000))]
    schools: u32,
    /// Hạt giống: cùng một số cho cùng một dữ liệu.
    #[arg(long, value_name = "SỐ", default_value_t = 1)]
    seed: u64,
    /// Mỗi loại sai sót (trùng, sai một chữ số, thiếu ô) gặp ở bao nhiêu phần nghìn hồ sơ.
    #[arg(long, value_name = "PHẦN NGHÌN", default_value_t = 5, value_parser = clap::value_parser!(u64).range(0..=500))]
    errors: u64,
}

db::statements! {
    /// Whether there is anybody.
    pub ANYBODY = "SELECT id FROM person ORDER BY id LIMIT 1";
}

/// What was loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Schools.
    pub schools: usize,
    /// Pupils at them, children written down twice counted twice.
    pub pupils: usize,
    /// Everybody.
    pub people: usize,
}

impl Synth {
    /// Does it.
    pub fn run(self) -> Result<()> {
        let file = self.place.file()?;
        self.place.log(&file, "warn")?;
        let options = self.place.options(&file);
        make_folder(&options.data)?;
        let db = Db::open(&options, now())?;
        let wanted = Wanted {
            seed: self.seed,
            schools: usize::try_from(self.schools).map_err(Error::internal)?,
            day: operator("synth")?.today(),
            errors: self.errors * 1_000,
        };
        let began = Instant::now();
        let tell = |loaded: &Loaded| {
            say(format!(
                "{} trường, {} học sinh, {} người: {} giây.",
                loaded.schools,
                loaded.pupils,
                loaded.people,
                began.elapsed().as_secs()
            ));
        };
        let done = runtime()?.block_on(fill(&db, wanted, tell));
        db.close();
        let done = done?;
        tell(&done);
        if let Some(kilobytes) = most_memory() {
            say(format!("Bộ nhớ dùng nhiều nhất: {} MB.", kilobytes / 1_024));
        }
        Ok(())
    }
}

/// The most memory that this program has held, in kilobytes.
#[must_use]
pub fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// Fills an empty database. `tell` is told now and then how far it is.
pub async fn fill(db: &Db, wanted: Wanted, tell: impl Fn(&Loaded)) -> Result<Loaded> {
    let anybody = db
        .read(&operator("synth")?, |tx| {
            tx.public("the operator looks whether the house is empty");
            tx.one::<(base::PersonId,)>(&ANYBODY, &[])
        })
        .await?;
    if anybody.is_some() {
        return Err(NOT_EMPTY.error(
            "Cơ sở dữ liệu này đã có người, nên không nạp dữ liệu dựng sẵn vào. Hãy chọn một thư mục dữ liệu trống (--data).",
        ));
    }
    let country =
        std::sync::Arc::new(tokio::task::spawn_blocking(move || Country::new(wanted)).await.map_err(Error::internal)??);
    let (schools, from) = (country.schools(), country.first_day());
    db.write_long(&operator("synth")?, "a made-up country founds its schools", move |tx| {
        load::vietnam(tx)?;
        load::people::schools(tx, &schools, from)
    })
    .await?;
    let mut loaded = Loaded::default();
    let tells = |n: usize| {
        let country = std::sync::Arc::clone(&country);
        tokio::task::spawn_blocking(move || country.people(n))
    };
    // The next neighbourhood is thought up while this one is written; more are never in memory.
    let mut next = Some(tells(0));
    let mut told = 0;
    for n in 0..country.neighbourhoods() {
        let Some(coming) = next.take() else { break };
        let near = coming.await.map_err(Error::internal)??;
        if n + 1 < country.neighbourhoods() {
            next = Some(tells(n + 1));
        }
        for (school, people) in near {
            loaded.schools += 1;
            loaded.pupils += people.stays.iter().filter(|stay| stay.to.is_none()).count();
            loaded.people += people.people.len();
            db.write_long(&operator("synth")?, "a whole school comes in", move |tx| {
                load::people::people(tx, school, &people)
            })
            .await?;
        }
        if loaded.schools >= told + 200 {
            told = loaded.schools;
            tell(&loaded);
        }
    }
    Ok(loaded)
}
