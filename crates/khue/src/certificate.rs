//! `khue certificate`: the school's own authority, at the command line.

use std::path::PathBuf;

use base::{Code, Kind, Result};
use clap::{Args, Subcommand};
use http::tls::local::{self, Authority};

use crate::console::{BAD_SETTING, say};
use crate::https::{Https, left_out};
use crate::place::{Place, now, operator, runtime};

/// There is no root yet.
pub const NONE: Code = Code::new(Kind::NotFound, "certificate.none", "Chưa có chứng thư gốc của trường");

/// The school's own authority.
#[derive(Debug, Args)]
pub struct Certificate {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Xem chứng thư gốc: tên, dấu vân tay để in ra, các tên được bảo chứng, ngày hết hạn.
    Show(At),
    /// Ghi chứng thư gốc ra tệp, để cài vào nhiều máy một lúc.
    Export {
        /// Tệp sẽ ghi.
        file: PathBuf,
        #[command(flatten)]
        at: At,
    },
    /// Bỏ chứng thư gốc đang dùng và lập cái mới cho các tên hiện nay. Mọi máy phải cài lại ở trang /tin-cay.
    NewRoot {
        /// Đã hiểu là mọi máy phải cài lại.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        at: At,
    },
}

#[derive(Debug, Args)]
struct At {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    https: Https,
}

impl Certificate {
    /// Does what was asked.
    pub fn run(self) -> Result<()> {
        match self.command {
            Command::Show(at) => at.kept().map(|(authority, until)| print(&authority, until)),
            Command::Export { file, at } => {
                let (authority, _) = at.kept()?;
                std::fs::write(&file, &authority.pem).map_err(|error| {
                    BAD_SETTING
                        .error(format!("Không ghi được {}. Hãy kiểm tra đường dẫn và quyền ghi.", file.display()))
                        .caused_by(error)
                })?;
                say(format!("Đã ghi {} vào {}.", authority.common_name, file.display()));
                say(format!("Dấu vân tay SHA-256: {}", authority.fingerprint()));
                Ok(())
            }
            Command::NewRoot { yes: false, .. } => Err(BAD_SETTING.error(
                "Lập chứng thư gốc mới thì mọi máy đã cài chứng thư cũ sẽ bị cảnh báo cho đến khi cài lại ở trang /tin-cay. Nếu đúng là muốn vậy, hãy thêm --yes.",
            )),
            Command::NewRoot { yes: true, at } => {
                let names = at.https.read(&at.place.file()?)?.names();
                let db = at.place.open()?;
                let made = runtime()?.block_on(local::new_root(&db, &operator("certificate new-root")?, &names, now()));
                db.close();
                print(&made?, None);
                say("Máy chủ đang chạy sẽ dùng nó trong vòng mười giây. Hãy in dấu vân tay này và mời mọi người mở /tin-cay.");
                Ok(())
            }
        }
    }
}

impl At {
    fn kept(&self) -> Result<(Authority, Option<base::Instant>)> {
        let names = self.https.read(&self.place.file()?)?.names();
        let db = self.place.open()?;
        let kept = runtime()?.block_on(local::kept(&db, &operator("certificate show")?, &names));
        db.close();
        match kept? {
            Some((authority, pair)) => Ok((authority, Some(pair.until))),
            None => Err(NONE.error(
                "Chưa có chứng thư gốc của trường. Máy chủ sẽ lập khi chạy lần đầu với KHUE_TLS=local, hoặc hãy chạy: khue certificate new-root --yes.",
            )),
        }
    }
}

/// Tells of the authority, for the sheet that people compare with.
pub fn print(authority: &Authority, until: Option<base::Instant>) {
    say(&authority.common_name);
    say("Dấu vân tay SHA-256 (in ra để mọi người so ở trang /tin-cay):");
    let fingerprint = authority.fingerprint();
    let groups: Vec<_> = fingerprint.split(' ').collect();
    for line in groups.chunks(8) {
        say(format!("    {}", line.join(" ")));
    }
    say(format!("Bảo chứng cho: {}", authority.names.join(", ")));
    if let Some(until) = until {
        say(format!("Chứng thư máy chủ đến ngày {}, tự gia hạn.", base::vi::date(until.date_in_vietnam())));
    }
    if !authority.left_out.is_empty() {
        say(format!("Lưu ý: {}.", left_out(&authority.left_out)));
    }
}
