//! `khue person find`: somebody by their name, a code or a number. Who looked is recorded like any look.

use base::{Ctx, Result, UnitId, vi};
use clap::{Args, Subcommand};
use db::Db;
use registry::people::search::{Find, Found, FoundPerson, Kind, find};

use crate::operator::{self, Tell, Work};
use crate::place::Place;

/// What is to be done.
#[derive(Debug, Args)]
pub struct Person {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tìm học sinh, nhân sự theo chữ trong họ tên (không cần dấu), mã định danh, số định danh cá nhân hoặc số điện
    /// thoại. Kết thúc bằng 1 khi không thấy ai. Việc tra cứu được ghi vào nhật ký xem thông tin.
    Find {
        #[command(flatten)]
        place: Place,
        /// Chữ cần tìm.
        #[arg(value_name = "CHỮ", required = true, num_args = 1..)]
        text: Vec<String>,
        /// Chỉ trong đơn vị này: mã trường hoặc mã định danh (UUID).
        #[arg(long, value_name = "MÃ")]
        unit: Option<String>,
        /// Vì sao: ghi vào nhật ký xem thông tin của từng người.
        #[arg(long, value_name = "LÝ DO")]
        purpose: Option<String>,
    },
}

impl Person {
    /// Does it. `true` when somebody was found.
    pub fn run(self) -> Result<bool> {
        let Command::Find { place, text, unit, purpose } = self.command;
        operator::run(&place, None, &Work::PersonFind { text: text.join(" "), unit }, purpose.as_deref())
    }
}

pub(crate) async fn found(db: &Db, ctx: &Ctx, text: &str, unit: Option<&str>, tell: &Tell<'_>) -> Result<bool> {
    let unit: Option<UnitId> = match unit {
        Some(unit) => Some(crate::workbook::school(db, ctx, unit).await?),
        None => None,
    };
    let ask = Find { q: text.to_owned(), unit, limit: None };
    let found: Found = db.read(ctx, move |tx| find(tx, &ask)).await?;
    if found.items.is_empty() {
        tell("Không tìm thấy ai. Hãy thử ít chữ hơn, hoặc kiểm tra lại mã số.".to_owned());
        return Ok(false);
    }
    let people = found.people.clone();
    db.write(ctx, move |tx| {
        auth::Require::scope(tx, auth::Capability::PupilView)?;
        auth::looked::durable(tx, "person.search", people.clone())
    })
    .await?;
    found.items.iter().for_each(|one| tell(line(one)));
    if found.more {
        tell(format!("Hơn {} người; trên đây là {} người đầu. Hãy gõ thêm chữ.", found.total, found.items.len()));
    } else if found.total > found.items.len() {
        tell(format!("{} người; trên đây là {} người đầu. Hãy gõ thêm chữ.", found.total, found.items.len()));
    }
    Ok(true)
}

/// A birth as people write it.
fn born(text: &str) -> String {
    text.split('-').rev().collect::<Vec<_>>().join("/")
}

fn line(one: &FoundPerson) -> String {
    let mut parts = vec![one.full_name.clone()];
    parts.extend(one.birth.as_deref().map(born));
    parts.push(if one.kind == Kind::Pupil { "học sinh" } else { "nhân sự" }.to_owned());
    parts.extend(one.class.as_ref().map(|class| class.name.clone()));
    parts.push(one.school_name.clone());
    if one.left {
        parts.push("không còn ở trường".to_owned());
    }
    parts.extend(one.code.clone());
    parts.push(one.person.to_string());
    vi::clean(&parts.join(" · "))
}
