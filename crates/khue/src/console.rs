//! What the program prints, and where it logs.

use std::io::IsTerminal as _;

use base::{Code, Kind, Result};
use tracing_subscriber::EnvFilter;

/// A setting that cannot be understood.
pub const BAD_SETTING: Code = Code::new(Kind::Refused, "setting.bad", "Thiết lập không hợp lệ");

/// Prints one line for a person.
#[expect(clippy::print_stdout, reason = "a program on the command line answers there")]
pub fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

/// Begins logging to the error output: text on a terminal, JSON lines otherwise.
pub fn log_to_stderr(filter: &str) -> Result<()> {
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        BAD_SETTING
            .error(format!("KHUE_LOG={filter} không hợp lệ. Hãy dùng error, warn, info, debug hoặc dạng crate=mức."))
            .caused_by(error)
    })?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call (in a test) keeps the first.
    let _begun = if std::io::stderr().is_terminal() {
        log.compact().try_init()
    } else {
        log.json().flatten_event(true).try_init()
    };
    // Where it happened, not what was said: a panic's words may hold what was being worked on.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic");
    }));
    Ok(())
}
