//! The program as it is shipped: how soon it answers, what it needs while nobody asks, how large it is.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::load::{self, Wire};

/// One number that must stay below another.
pub struct Fact {
    /// What.
    pub what: &'static str,
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: &'static str,
    /// Below this.
    pub below: f64,
}

impl Fact {
    /// Whether the goal is met.
    pub fn pass(&self) -> bool {
        self.value < self.below
    }

    /// The table's line.
    pub fn line(&self) -> String {
        let verdict = if self.pass() { "pass" } else { "miss" };
        format!("| {} | {:.2} {} | below {} {} | {verdict} |", self.what, self.value, self.unit, self.below, self.unit)
    }
}

/// The program beside this one: built by the same command, with the same profile.
fn binary() -> PathBuf {
    std::env::current_exe().expect("this program's path").with_file_name("khue")
}

/// The program, serving; killed by its id when it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// Starts it and answers how long the first answer to a request took.
fn start(data: &Path) -> (Running, u16, Duration) {
    let began = Instant::now();
    let mut child = Command::new(binary())
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .arg("--key")
        .arg(data.with_extension("key"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts the program built beside this one");
    let out = child.stdout.take().expect("its output");
    let running = Running(child);
    let port = BufReader::new(out)
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.rsplit_once("http://127.0.0.1:").and_then(|(_, port)| port.trim().parse().ok()))
        .expect("it prints its address");
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let answer = rt.block_on(async {
        Wire::to(port).await.expect("connects").ask(&load::get("/api/v1/about", "")).await.expect("an answer")
    });
    assert_eq!(answer.status, 200);
    (running, port, began.elapsed())
}

/// Resident memory of a process, in MB.
fn resident(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("its status");
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    kib.expect("its memory") * 1_024.0 / 1e6
}

/// Starts the program on a new and then three times on an existing database.
#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
pub fn measure(folder: &Path) -> Vec<Fact> {
    let data = folder.join("program");
    let (first, _, new) = start(&data);
    drop(first);
    let mut starts = Vec::new();
    let mut memory = 0.0;
    for _ in 0..3 {
        let (running, port, took) = start(&data);
        starts.push(took);
        // Nothing is idle that never worked: a few hundred requests, then a rest.
        let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        rt.block_on(async {
            let mut wire = Wire::to(port).await.expect("connects");
            for _ in 0..300 {
                wire.ask(&load::get("/api/v1/about", "")).await.expect("an answer");
            }
        });
        std::thread::sleep(Duration::from_secs(4));
        memory = f64::max(memory, resident(running.0.id()));
    }
    starts.sort_unstable();
    vec![
        Fact {
            what: "first start on an empty folder, with the country's 17,374 units",
            value: new.as_secs_f64(),
            unit: "s",
            below: 10.0,
        },
        Fact {
            what: "start to first answer on an existing database",
            value: starts[1].as_secs_f64(),
            unit: "s",
            below: 1.0,
        },
        Fact { what: "memory while idle", value: memory, unit: "MB", below: 60.0 },
        Fact {
            what: "the program's file",
            value: std::fs::metadata(binary()).expect("the program").len() as f64 / 1e6,
            unit: "MB",
            below: 60.0,
        },
    ]
}
