//! `khue backup` and `khue restore`.

use std::path::{Path, PathBuf};

use base::{Error, Result};
use clap::Args;
use db::Options;
use db::keys::{KEY_FILE, KEY_OTHER};
use platform::backup::{How, Report, check, header, restore};

use crate::console::say;
use crate::demo;
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
            check(&self.path, &options.key)
        } else {
            let how = How { as_copy: self.as_copy, operator: system_user(), rebuild: Vec::new() };
            restore(&options, &self.path, now(), &how)
        };
        let report = report.map_err(|error| which_key(error, &self.path, &options))?;
        tell(&report);
        if report.restored.is_some() && report.header.demo {
            say(to_run_as_demo(&options));
        }
        Ok(())
    }
}

/// A demonstration has a key of its own, in its data folder: where that was looked for elsewhere, says which file it is.
fn which_key(error: Error, path: &Path, options: &Options) -> Error {
    let about_key = [&KEY_FILE, &KEY_OTHER].into_iter().find(|code| error.is(code));
    let (Some(code), Ok(true)) = (about_key, header(path).map(|header| header.demo)) else { return error };
    let mine = options.data.join(demo::KEY);
    let there = if mine.exists() && mine != options.key {
        format!("Hãy chạy lại với --key {}", mine.display())
    } else {
        format!(
            "Hãy chép tệp {} của bản dùng thử đã sao lưu vào {} rồi chạy lại với --key {}",
            demo::KEY,
            options.data.display(),
            mine.display()
        )
    };
    code.error(format!(
        "Bản sao lưu {} là của bản dùng thử (khue demo), nên cần khoá của bản ấy: tệp {} trong thư mục dữ liệu của nó, không phải {}. {there}; chưa có gì bị thay đổi.",
        path.display(),
        demo::KEY,
        options.key.display()
    ))
    .caused_by(error)
}

/// What `khue demo` needs beside a restored database.
fn to_run_as_demo(options: &Options) -> String {
    let missing: Vec<&str> =
        [demo::KEY, demo::ACCOUNTS].into_iter().filter(|name| !options.data.join(name).exists()).collect();
    let data = options.data.display();
    if missing.is_empty() {
        format!("Đây là bản dùng thử; chạy bằng: khue demo --data {data}")
    } else {
        format!(
            "Đây là bản dùng thử. Để chạy bằng 'khue demo --data {data}', hãy chép vào {data} từ thư mục của bản đã sao lưu: {}.",
            missing.join(", ")
        )
    }
}

fn tell(report: &Report) {
    for sentence in report.sentences() {
        say(sentence);
    }
}
