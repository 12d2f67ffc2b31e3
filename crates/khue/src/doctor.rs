//! `khue doctor`: what is wrong, in plain words, and how to mend it.

use std::path::Path;

use base::Result;
use clap::Args;
use db::{Db, IN_USE, Location};

use crate::console::say;
use crate::https::{self, Https, Said};
use crate::place::{Place, is_open_to_others, now, operator, runtime};

/// Looks the installation over.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    https: Https,
}

/// What was found, a line each.
#[derive(Default)]
struct Findings {
    wrong: usize,
}

impl Findings {
    fn good(&self, what: impl std::fmt::Display) {
        say(format!("  ổn   {what}"));
    }

    fn note(&self, what: impl std::fmt::Display) {
        say(format!("  lưu ý {what}"));
    }

    fn all(&mut self, said: Vec<Said>) {
        for one in said {
            match one {
                Said::Good(what) => self.good(what),
                Said::Note(what) => self.note(what),
                Said::Wrong(what) => self.wrong(what),
            }
        }
    }

    fn wrong(&mut self, what: impl std::fmt::Display) {
        self.wrong += 1;
        say(format!("  SAI  {what}"));
    }
}

/// A year before which the clock is certainly wrong.
const CLOCK_AFTER: &str = "2026-01-01T00:00:00Z";

impl Doctor {
    /// Answers whether nothing is wrong.
    pub fn run(self) -> Result<bool> {
        let mut found = Findings::default();
        say("Khuê kiểm tra máy này:");
        let file = match self.place.file() {
            Ok(file) => {
                found.good("thiết lập đọc được");
                file
            }
            Err(error) => {
                found.wrong(&error);
                return Ok(false);
            }
        };
        self.place.log(&file, "error")?;
        let secure = match self.https.read(&file) {
            Ok(secure) => {
                found.all(https::look_at_settings(&secure));
                Some(secure)
            }
            Err(error) => {
                found.wrong(&error);
                None
            }
        };
        if base::Instant::parse(CLOCK_AFTER).is_some_and(|after| now() < after) {
            found.wrong("đồng hồ của máy sai: hãy chỉnh ngày giờ rồi khởi động lại Khuê, nếu không thời điểm trong nhật ký sẽ sai");
        } else {
            found.good(format!(
                "đồng hồ: {} (giờ Việt Nam: ngày {})",
                now().rfc3339(),
                base::vi::date(now().date_in_vietnam())
            ));
        }
        let options = self.place.options(&file);
        folder(&mut found, &options.data);
        if options.key.exists() && is_open_to_others(&options.key) {
            found
                .wrong(format!("người khác trên máy đọc được tệp khoá. Hãy chạy: chmod 600 {}", options.key.display()));
        } else if options.key.exists() {
            found.good(format!("tệp khoá {}", options.key.display()));
        }
        if options.key.starts_with(&options.data) {
            found.note("tệp khoá nằm trong thư mục dữ liệu: bản sao lưu của thư mục sẽ mang theo khoá. Nên đặt khoá nơi khác (KHUE_KEY)");
        }
        match &options.location {
            Location::Sqlite(path) if !path.exists() => {
                found.note(format!(
                    "chưa có cơ sở dữ liệu ở {}; 'khue serve' hoặc 'khue migrate' sẽ tạo",
                    path.display()
                ));
            }
            _ => match Db::open(&options, now()) {
                Ok(db) => {
                    found.good(format!("cơ sở dữ liệu {:?} mở được, khoá đúng, lược đồ đúng", options.location));
                    let ctx = operator("doctor")?;
                    let head = runtime()?.block_on(db.read(&ctx, |tx| {
                        tx.public("the operator looks whether the journal answers");
                        db::journal::read::head(tx)
                    }));
                    match head {
                        Ok(head) => {
                            found.good(format!("nhật ký đến vị trí {head}; kiểm tra kĩ bằng 'khue journal verify'"))
                        }
                        Err(error) => found.wrong(error),
                    }
                    if let Some(secure) = &secure {
                        match runtime()?.block_on(https::look_at_database(&db, secure)) {
                            Ok(said) => found.all(said),
                            Err(error) => found.wrong(error),
                        }
                    }
                    db.close();
                }
                Err(error) if error.is(&IN_USE) => {
                    found.good("cơ sở dữ liệu đang được một máy chủ Khuê dùng; tắt máy chủ nếu muốn kiểm tra sâu hơn");
                }
                Err(error) => found.wrong(&error),
            },
        }
        say(match found.wrong {
            0 => "Không thấy gì sai.".to_owned(),
            n => format!("Có {n} chỗ cần sửa."),
        });
        Ok(found.wrong == 0)
    }
}

/// Whether the data folder can be written to, tried by writing.
fn folder(found: &mut Findings, data: &Path) {
    if !data.exists() {
        found.note(format!("chưa có thư mục dữ liệu {}; sẽ được tạo khi chạy", data.display()));
        return;
    }
    let trial = data.join(".khue-doctor");
    match std::fs::write(&trial, b"khue").and_then(|()| std::fs::remove_file(&trial)) {
        Ok(()) => found.good(format!("thư mục dữ liệu {} ghi được", data.display())),
        Err(error) if error.kind() == std::io::ErrorKind::StorageFull => {
            found.wrong(format!(
                "ổ đĩa của {} đã đầy: hãy dọn chỗ, nếu không mọi việc ghi đều bị từ chối",
                data.display()
            ));
        }
        Err(_) => found
            .wrong(format!("không ghi được vào {}: hãy cấp quyền ghi cho người dùng đang chạy Khuê", data.display())),
    }
}
