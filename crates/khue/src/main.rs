//! `khue`: see `khue --help`.

use std::process::ExitCode;

use clap::Parser as _;

/// Text that a database thread allocates is freed by the thread that answers: the system's allocator takes its slow path
/// for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Whatever is written, by us or by the database, is the owner's alone: pupils' data, keys, backups.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let program = khue::Program::parse();
    let bad = program.bad_ending();
    match program.run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(bad),
        Err(error) => {
            eprintln!("{error} [{}]", error.code());
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
