//! `khue doctor`: what is wrong, in plain words, and how to mend it.

mod house;
mod machine;

use base::{Ctx, Result};
use clap::Args;
use db::{IN_USE, Location, Options};

use crate::console::say;
use crate::https::{self, Https, Said, Secure};
use crate::operator::{self, House, Tell, Work};
use crate::place::Place;

/// Looks the installation over.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    https: Https,
}

/// What was found, told a line each.
pub(crate) struct Findings<'t> {
    wrong: usize,
    notes: usize,
    tell: &'t Tell<'t>,
}

impl<'t> Findings<'t> {
    fn new(tell: &'t Tell<'t>) -> Self {
        Self { wrong: 0, notes: 0, tell }
    }

    fn add(&mut self, said: Said) {
        let line = match said {
            Said::Good(what) => format!("  ổn   {what}"),
            Said::Note(what) => {
                self.notes += 1;
                format!("  lưu ý {what}")
            }
            Said::Wrong(what) => {
                self.wrong += 1;
                format!("  SAI  {what}")
            }
        };
        (self.tell)(line);
    }

    fn all(&mut self, said: impl IntoIterator<Item = Said>) {
        said.into_iter().for_each(|one| self.add(one));
    }

    /// Says how it ended; answers whether nothing is wrong.
    fn end(&self) -> bool {
        (self.tell)(match (self.wrong, self.notes) {
            (0, 0) => "Không thấy gì sai.".to_owned(),
            (0, notes) => format!("Không có chỗ sai, có {notes} điều lưu ý."),
            (wrong, _) => format!("Có {wrong} chỗ cần sửa."),
        });
        self.wrong == 0
    }
}

impl Doctor {
    /// Answers whether nothing is wrong.
    pub fn run(self) -> Result<bool> {
        let tell = |line: String| say(line);
        let mut found = Findings::new(&tell);
        say("Khuê kiểm tra máy này:");
        let file = match self.place.file() {
            Ok(file) => file,
            Err(error) => {
                found.add(Said::Wrong(error.to_string()));
                return Ok(found.end());
            }
        };
        self.place.log(&file, "error")?;
        let options = self.place.options(&file);
        let secure = match self.https.read(&file) {
            Ok(secure) => Some(secure),
            Err(error) => {
                found.add(Said::Wrong(error.to_string()));
                None
            }
        };
        let settings_are_good = found.wrong == 0;
        if matches!(&options.location, Location::Sqlite(path) if !path.exists()) {
            found.all(before(&options, secure.as_ref()));
            found.add(Said::Note(format!(
                "chưa có cơ sở dữ liệu ở {:?}; 'khue serve' hoặc 'khue migrate' sẽ tạo",
                options.location
            )));
            return Ok(found.end());
        }
        match operator::run_at(&options, secure.clone(), &Work::Doctor {}, None) {
            Ok(good) => Ok(good && settings_are_good),
            // The database does not open, or whoever has it does not answer: then what can be seen from outside.
            Err(error) => {
                found.all(before(&options, secure.as_ref()));
                found.add(Said::Wrong(match error.is(&IN_USE) {
                    true => format!(
                        "{error} Máy chủ đang giữ nó không nhận lệnh ở {}: nếu vừa nâng cấp chương trình, hãy khởi động lại máy chủ",
                        options.data.join(operator::SOCKET).display()
                    ),
                    false => error.to_string(),
                }));
                Ok(found.end())
            }
        }
    }
}

/// What is seen without the database.
fn before(options: &Options, secure: Option<&Secure>) -> Vec<Said> {
    let mut said = machine::look(&options.data, &options.key);
    said.extend(secure.map(https::look_at_settings).unwrap_or_default());
    said
}

/// Looks over an installation whose database is open.
pub(crate) async fn look(house: &House, ctx: &Ctx, tell: &Tell<'_>) -> Result<bool> {
    let mut found = Findings::new(tell);
    found.add(Said::Good(match house.is_served() {
        true => format!(
            "máy chủ Khuê {} đang chạy (tiến trình {}) và tự trả lời việc kiểm tra này",
            env!("CARGO_PKG_VERSION"),
            std::process::id()
        ),
        false => "không có máy chủ nào chạy trên thư mục dữ liệu này; lệnh này tự mở cơ sở dữ liệu".to_owned(),
    }));
    found.all(machine::look(house.db.data(), house.db.key_file()));
    if house.is_served() {
        found.all(machine::process());
    }
    match house::look(house, ctx).await {
        Ok(said) => found.all(said),
        Err(error) => found.add(Said::Wrong(error.to_string())),
    }
    if let Some(secure) = &house.secure {
        found.all(https::look_at_settings(secure));
        match https::look_at_database(&house.db, ctx, secure).await {
            Ok(said) => found.all(said),
            Err(error) => found.add(Said::Wrong(error.to_string())),
        }
    }
    Ok(found.end())
}
