//! `khue grade`: marks of a CSV file judged by a pack, without a database; see `docs/GRADE.md`.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use base::{Code, Error, Kind, Result};
use clap::Args;
use grading::grade_file::{Asked, Format, judge};

/// The file of marks cannot be read, or the results cannot be written.
pub const FILE: Code = Code::new(Kind::Unavailable, "grade.file", "Không đọc hoặc ghi được tệp");

/// Flags of judging.
#[derive(Debug, Args)]
pub struct Grade {
    /// Tệp CSV (UTF-8) có dòng tiêu đề; “-” đọc từ đầu vào. Các cột được mô tả trong docs/GRADE.md.
    #[arg(value_name = "TỆP")]
    file: PathBuf,
    /// Gói quy định: tt22-2021 (lớp 6 đến 12), tt27-2020 (lớp 1 đến 5), tt58-2011-26-2020 (khóa cũ).
    #[arg(long, value_name = "MÃ")]
    pack: String,
    /// Đặt một tham số của gói khác với mặc định, có thể lặp lại: --set one_subject_reading=dropped.
    #[arg(long = "set", value_name = "TÊN=LỰA CHỌN", value_parser = setting)]
    settings: Vec<(String, String)>,
    /// Kì nghỉ hè đã kết thúc: chỉ còn được lên lớp hoặc ở lại lớp.
    #[arg(long)]
    closed: bool,
    /// In dạng JSON thay cho CSV.
    #[arg(long)]
    json: bool,
    /// Ghi kết quả vào tệp này thay vì in ra.
    #[arg(long, value_name = "TỆP")]
    out: Option<PathBuf>,
}

fn setting(text: &str) -> std::result::Result<(String, String), String> {
    let (name, choice) = text.split_once('=').ok_or_else(|| "hãy viết dạng tên=lựa chọn".to_owned())?;
    Ok((name.trim().to_owned(), choice.trim().to_owned()))
}

fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    FILE.error(format!("Không đọc được {}. Hãy kiểm tra tên tệp, và tệp có mã UTF-8 không.", path.display()))
        .caused_by(cause)
}

fn read(path: &Path) -> Result<String> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.map_err(|error| unreadable(path, error))?;
    // Excel writes a mark before UTF-8.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

impl Grade {
    /// Does it. Faults of the file are all told at once, a line each, and nothing is judged.
    pub fn run(self) -> Result<()> {
        let csv = read(&self.file)?;
        let settings: Vec<(&str, &str)> =
            self.settings.iter().map(|(name, choice)| (name.as_str(), choice.as_str())).collect();
        let format = if self.json { Format::Json } else { Format::Csv };
        let asked = Asked { pack: &self.pack, settings: &settings, closed: self.closed, format };
        let results = judge(&asked, &csv).map_err(told)?;
        let written = match &self.out {
            Some(path) => std::fs::write(path, results),
            None => std::io::stdout().lock().write_all(results.as_bytes()),
        };
        let place = || self.out.as_deref().unwrap_or(Path::new("đầu ra")).display().to_string();
        written.map_err(|error| {
            FILE.error(format!("Không ghi được {}. Hãy kiểm tra quyền ghi và chỗ trống.", place())).caused_by(error)
        })
    }
}

/// So many faults of a file are named, so that a wrong column does not fill the screen.
const NAMED: usize = 50;

/// The faults themselves, a line each, in the sentence of the error.
fn told(error: Error) -> Error {
    let faults = error.refused_fields();
    if faults.len() < 2 {
        return error;
    }
    let mut lines: Vec<String> =
        faults.iter().take(NAMED).map(|one| format!("{} [{}]", one.detail, one.code)).collect();
    if faults.len() > NAMED {
        lines.push(format!("… và {} chỗ nữa.", faults.len() - NAMED));
    }
    REFUSED.error(format!("Tệp có {} chỗ phải sửa; chưa có gì được tính.\n{}", faults.len(), lines.join("\n")))
}

/// Cells of the file cannot be read.
pub const REFUSED: Code = Code::new(Kind::Refused, "grade.refused", "Tệp có chỗ phải sửa");
