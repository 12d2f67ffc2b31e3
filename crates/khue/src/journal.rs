//! `khue journal verify`.

use base::{Ctx, Result};
use clap::{Args, Subcommand};
use db::Db;
use db::journal::verify::{Report, verify};

use crate::operator::{self, Tell, Work};
use crate::place::Place;

/// The journal.
#[derive(Debug, Args)]
pub struct Journal {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Đi hết chuỗi nhật ký, so với các mốc đã ký; kết thúc bằng 0 khi nguyên vẹn, 1 khi không.
    Verify {
        #[command(flatten)]
        place: Place,
    },
}

/// Places of one sort shown before the rest is only counted.
const SHOWN: usize = 20;

impl Journal {
    /// Answers whether the journal is whole.
    pub fn run(self) -> Result<bool> {
        let Command::Verify { place } = self.command;
        operator::run(&place, None, &Work::JournalVerify {}, None)
    }
}

pub(crate) async fn verified(db: &Db, ctx: &Ctx, tell: &Tell<'_>) -> Result<bool> {
    let data = db.data().to_owned();
    let report = db
        .read_long(ctx, move |tx| {
            tx.public("the operator verifies the chain; nothing of it is shown but places");
            verify(tx, &data, true)
        })
        .await?;
    told(&report).into_iter().for_each(tell);
    Ok(report.holds())
}

/// The report in plain words.
#[must_use]
pub fn told(report: &Report) -> Vec<String> {
    let mut lines = vec![if report.holds() {
        format!("Nhật ký nguyên vẹn: {} mục, đến vị trí {}.", report.entries, report.end)
    } else {
        format!("NHẬT KÝ KHÔNG NGUYÊN VẸN: có {} chỗ sai trong {} mục.", report.wrong.len(), report.entries)
    }];
    for (at, id, wrong) in report.wrong.iter().take(SHOWN) {
        let id = id.map(|id| format!(" (mục {id})")).unwrap_or_default();
        lines.push(format!("  - vị trí {at}: {}{id}", wrong.words()));
    }
    if report.wrong.len() > SHOWN {
        lines.push(format!("  - và {} chỗ nữa", report.wrong.len() - SHOWN));
    }
    lines.push(format!("  Đã so nội dung của {} mục và {} mốc đã ký.", report.payloads, report.heads));
    if !report.erased.is_empty() {
        lines.push(format!("  {} mục đã được xoá nội dung theo luật, có ghi nhận.", report.erased.len()));
    }
    if report.waiting > 0 {
        lines.push(format!("  {} mục mới chưa được đánh số.", report.waiting));
    }
    if !report.holds() {
        lines.push(
            "  Hãy giữ nguyên máy và thư mục dữ liệu, sao một bản, rồi đối chiếu với bản sao lưu và các mốc đã ký cất nơi khác."
                .to_owned(),
        );
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use db::Position;
    use db::journal::verify::Wrong;

    #[test]
    fn a_report_says_what_is_wrong_where_and_what_to_do() {
        let mut report = Report { entries: 3, payloads: 3, heads: 1, ..Report::default() };
        report.end = Position { epoch: 1, seq: 3 };
        assert_eq!(told(&report)[0], "Nhật ký nguyên vẹn: 3 mục, đến vị trí 1-3.");
        report.wrong = (1..=25).map(|seq| (Position { epoch: 1, seq }, None, Wrong::Missing)).collect();
        let text = told(&report).join("\n");
        assert!(text.starts_with("NHẬT KÝ KHÔNG NGUYÊN VẸN: có 25 chỗ sai trong 3 mục."), "{text}");
        assert!(text.contains("vị trí 1-1: thiếu mục nhật ký"), "{text}");
        assert!(text.contains("và 5 chỗ nữa") && text.contains("sao lưu"), "{text}");
    }
}
