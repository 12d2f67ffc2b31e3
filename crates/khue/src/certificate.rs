//! `khue certificate`: the school's own authority, at the command line.

use std::path::{Path, PathBuf};

use base::{Code, Ctx, Kind, Result};
use clap::{Args, Subcommand};
use http::tls::local::{self, Authority};
use http::tls::names::Names;

use crate::console::{BAD_SETTING, say};
use crate::https::{Https, Secure, left_out};
use crate::operator::{self, House, Tell, Work};
use crate::place::{Place, now};

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
        let (at, work) = match self.command {
            Command::Show(at) => (at, Work::CertificateShow {}),
            Command::Export { file, at } => {
                let path = std::path::absolute(&file).map_err(base::Error::internal)?;
                (at, Work::CertificateExport { path })
            }
            Command::NewRoot { yes: false, .. } => {
                return Err(BAD_SETTING.error(
                    "Lập chứng thư gốc mới thì mọi máy đã cài chứng thư cũ sẽ bị cảnh báo cho đến khi cài lại ở trang /tin-cay. Nếu đúng là muốn vậy, hãy thêm --yes.",
                ));
            }
            Command::NewRoot { yes: true, at } => (at, Work::CertificateNewRoot {}),
        };
        let secure = at.https.read(&at.place.file()?)?;
        operator::run(&at.place, Some(secure), &work, None).map(|_done| ())
    }
}

fn names(house: &House) -> Names {
    house.secure.as_ref().unwrap_or(&Secure::PLAIN).names()
}

async fn kept(house: &House, ctx: &Ctx) -> Result<(Authority, base::Instant)> {
    match local::kept(&house.db, ctx, &names(house)).await? {
        Some((authority, pair)) => Ok((authority, pair.until)),
        None => Err(NONE.error(
            "Chưa có chứng thư gốc của trường. Máy chủ sẽ lập khi chạy lần đầu với KHUE_TLS=local, hoặc hãy chạy: khue certificate new-root --yes.",
        )),
    }
}

pub(crate) async fn show(house: &House, ctx: &Ctx, tell: &Tell<'_>) -> Result<bool> {
    let (authority, until) = kept(house, ctx).await?;
    lines(&authority, Some(until)).into_iter().for_each(tell);
    Ok(true)
}

pub(crate) async fn export(house: &House, ctx: &Ctx, file: &Path, tell: &Tell<'_>) -> Result<bool> {
    let (authority, _) = kept(house, ctx).await?;
    std::fs::write(file, &authority.pem).map_err(|error| {
        BAD_SETTING
            .error(format!("Không ghi được {}. Hãy kiểm tra đường dẫn và quyền ghi.", file.display()))
            .caused_by(error)
    })?;
    tell(format!("Đã ghi {} vào {}.", authority.common_name, file.display()));
    tell(format!("Dấu vân tay SHA-256: {}", authority.fingerprint()));
    Ok(true)
}

pub(crate) async fn new_root(house: &House, ctx: &Ctx, tell: &Tell<'_>) -> Result<bool> {
    let made = local::new_root(&house.db, ctx, &names(house), now()).await?;
    lines(&made, None).into_iter().for_each(tell);
    tell(
        "Máy chủ đang chạy sẽ dùng nó trong vòng mười giây. Hãy in dấu vân tay này và mời mọi người mở /tin-cay."
            .to_owned(),
    );
    Ok(true)
}

/// Tells of the authority, for the sheet that people compare with.
pub fn print(authority: &Authority, until: Option<base::Instant>) {
    lines(authority, until).into_iter().for_each(say);
}

fn lines(authority: &Authority, until: Option<base::Instant>) -> Vec<String> {
    let mut all =
        vec![authority.common_name.clone(), "Dấu vân tay SHA-256 (in ra để mọi người so ở trang /tin-cay):".to_owned()];
    let fingerprint = authority.fingerprint();
    let groups: Vec<_> = fingerprint.split(' ').collect();
    all.extend(groups.chunks(8).map(|line| format!("    {}", line.join(" "))));
    all.push(format!("Bảo chứng cho: {}", authority.names.join(", ")));
    if let Some(until) = until {
        all.push(format!("Chứng thư máy chủ đến ngày {}, tự gia hạn.", base::vi::date(until.date_in_vietnam())));
    }
    if !authority.left_out.is_empty() {
        all.push(format!("Lưu ý: {}.", left_out(&authority.left_out)));
    }
    all
}
