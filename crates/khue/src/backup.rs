//! `khue backup` and `khue restore`.

use std::path::PathBuf;

use base::Result;
use clap::Args;
use platform::backup::{How, Report, check, restore};

use crate::console::say;
use crate::operator::{self, Work};
use crate::place::{Place, now, system_user};

/// Makes a backup.
#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    place: Place,
    /// Tệp sao lưu sẽ được tạo; không ghi đè tệp đã có.
    #[arg(value_name = "TỆP")]
    path: PathBuf,
}

impl Backup {
    /// Makes it and says what it holds.
    pub fn run(self) -> Result<()> {
        let path = std::path::absolute(&self.path).map_err(base::Error::internal)?;
        operator::run(&self.place, None, &Work::Backup { path }, None).map(|_done| ())
    }
}

/// Restores a backup into an empty place, or only checks one.
#[derive(Debug, Args)]
pub struct Restore {
    #[command(flatten)]
    place: Place,
    /// Tệp sao lưu.
    #[arg(value_name = "TỆP")]
    path: PathBuf,
    /// Chỉ kiểm tra tệp sao lưu, không phục hồi gì.
    #[arg(long)]
    check: bool,
    /// Phục hồi thành một bản riêng để thử: mang mã nút mới và không gửi gì ra ngoài.
    #[arg(long)]
    as_copy: bool,
}

impl Restore {
    /// Restores, proves what was restored, and says so.
    pub fn run(self) -> Result<()> {
        let file = self.place.file()?;
        self.place.log(&file, "warn")?;
        let options = self.place.options(&file);
        let report = if self.check {
            check(&self.path, &options.key)?
        } else {
            let how = How { as_copy: self.as_copy, operator: system_user(), rebuild: Vec::new() };
            restore(&options, &self.path, now(), &how)?
        };
        tell(&report);
        Ok(())
    }
}

fn tell(report: &Report) {
    for sentence in report.sentences() {
        say(sentence);
    }
}
