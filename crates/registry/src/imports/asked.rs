//! How often one account has workbooks read and judged. Both are done inside the request, cost as much as a large file is
//! long, and tell of each number at which school it is: whoever could do it without end could ask through the country.

use base::{Actor, Code, Instant, Kind, Result, Uuid};
use db::{Tx, params};

use super::store;

/// Somebody asks too often.
pub const TOO_OFTEN: Code = Code::new(Kind::TooMany, "import.asked_too_often", "Nhập tệp quá nhiều lần");

/// An hour.
const WITHIN_SECONDS: i64 = 3_600;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A workbook is brought.
    Bring,
    /// A preview is corrected.
    Change,
}

impl Asked {
    const fn code(self) -> &'static str {
        match self {
            Self::Bring => "bring",
            Self::Change => "change",
        }
    }

    /// So often in an hour: more than anybody who works by hand. A school has one workbook and mends it some times; a
    /// correction a few seconds is somebody typing.
    const fn at_most(self) -> i64 {
        match self {
            Self::Bring => 60,
            Self::Change => 1_000,
        }
    }
}

/// Counts; refuses one too many. The house does it as often as it likes.
pub fn count(tx: &mut Tx<'_>, what: Asked) -> Result<()> {
    let Actor::Account { account, .. } = tx.ctx().actor().clone() else { return Ok(()) };
    let (now, since, most) = (tx.now(), tx.now().plus_seconds(-WITHIN_SECONDS), what.at_most());
    tx.exec(&store::ASKED_FORGET, params![account, what.code(), since])?;
    let asked: Option<(i64, Option<Instant>)> = tx.one(&store::ASKED_SINCE, params![account, what.code(), since])?;
    if let Some((count, Some(first))) = asked
        && count >= most
    {
        let wait = (first.0 - since.0).div_euclid(1_000_000) + 1;
        let minutes = wait.div_euclid(60) + 1;
        let said = match what {
            Asked::Bring => format!(
                "Bạn đã tải lên {most} tệp trong một giờ nên tệp này chưa được đọc; chưa có gì thay đổi. Hãy thử lại sau {minutes} phút."
            ),
            Asked::Change => format!(
                "Bạn đã sửa bản xem trước {most} lần trong một giờ nên lần sửa này chưa được nhận. Hãy thử lại sau {minutes} phút, hoặc sửa trong tệp Excel rồi tải lên lại."
            ),
        };
        return Err(TOO_OFTEN.error(said).retry_after(u32::try_from(wait).unwrap_or(0)));
    }
    let id: Uuid = tx.new_id();
    tx.exec_one(&store::ASKED, params![id, account, what.code(), now])
}
