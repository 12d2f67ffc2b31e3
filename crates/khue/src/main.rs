//! `khue`: see `khue --help`.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match khue::Program::parse().run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            // The cause is for whoever mends the machine; the sentence above says what to do.
            let mut cause = std::error::Error::source(&error);
            while let Some(inner) = cause {
                eprintln!("  ({inner})");
                cause = inner.source();
            }
            ExitCode::FAILURE
        }
    }
}
