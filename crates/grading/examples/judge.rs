//! Judges a CSV file: `cargo run -p grading --example judge -- tt22-2021 FILE.csv [--json]`.

use std::io::Write;

use grading::grade_file::{Format, run};

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pack, file, more @ ..] = arguments.as_slice() else {
        return std::process::ExitCode::from(2);
    };
    let format = if more.iter().any(|one| one == "--json") { Format::Json } else { Format::Csv };
    let Ok(csv) = std::fs::read_to_string(file) else { return std::process::ExitCode::from(2) };
    let (text, failed) = match run(pack, &csv, format) {
        Ok(text) => (text, false),
        Err(error) if error.refused_fields().is_empty() => (format!("{error}\n"), true),
        Err(error) => (error.refused_fields().iter().map(|one| format!("{}\n", one.detail)).collect(), true),
    };
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) if !failed => std::process::ExitCode::SUCCESS,
        _ => std::process::ExitCode::FAILURE,
    }
}
