//! Backup and restore: one format for both databases, so that restoring also moves an installation from SQLite to
//! PostgreSQL and back. See `docs/BACKUP.md`.

mod frame;
pub mod key;
pub mod reencrypt;
mod restore;
mod rows;
mod write;

use std::path::PathBuf;

use base::{Code, Error, Instant, Kind, Uuid};
use db::Head;
use serde::{Deserialize, Serialize};

pub use restore::{How, check, header, restore};
pub(crate) use write::STATEMENTS;
pub use write::{Unproved, backup, begin};

/// The file is not whole, or not as it was written.
pub const DAMAGED: Code = Code::new(Kind::Refused, "backup.damaged", "Bản sao lưu đã hỏng");
/// The file was made by a newer program.
pub const NEWER: Code = Code::new(Kind::Refused, "backup.newer", "Bản sao lưu thuộc phiên bản mới hơn");
/// The file could not be written.
pub const NOT_WRITTEN: Code = Code::new(Kind::Unavailable, "backup.not_written", "Không ghi được bản sao lưu");
/// A file stands where the backup is to go.
pub const EXISTS: Code = Code::new(Kind::Conflict, "backup.exists", "Tệp sao lưu đã có");
/// What was restored is not what was backed up.
pub const NOT_PROVED: Code = Code::new(Kind::Internal, "backup.not_proved", "Dữ liệu khôi phục không khớp");

/// The format that this program writes and the newest it reads.
const FORMAT: u32 = 1;
/// The name under which the journal's signed heads travel among the files.
const HEADS: &str = "journal.heads";

/// What a backup says of itself, in clear.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Header {
    /// Format of the file.
    pub format: u32,
    /// The program's version.
    pub version: String,
    /// The backup's own id, 32 hexadecimal letters.
    pub id: String,
    /// When it was made.
    pub created_at: Instant,
    /// Of which installation.
    pub node: Uuid,
    /// In which epoch.
    pub epoch: i64,
    /// Whether of a demonstration.
    pub demo: bool,
    /// The key it needs.
    pub key_id: u32,
    /// By which that key is recognised, 64 hexadecimal letters.
    pub key_check: String,
    /// The migrations that made the tables: ordinal, name, checksum.
    pub migrations: Vec<(i64, String, String)>,
}

/// A table in the file.
#[derive(Debug, Serialize, Deserialize)]
struct TableHead {
    name: String,
    /// Names and the door's types.
    columns: Vec<(String, String)>,
}

/// The end of a table in the file.
#[derive(Debug, Serialize, Deserialize)]
struct TableEnd {
    rows: u64,
    digest: String,
}

/// A file of the file store in the file.
#[derive(Debug, Serialize, Deserialize)]
struct FileHead {
    address: String,
    /// It was in the table and not in the store.
    missing: bool,
}

/// How many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tables.
    pub tables: u64,
    /// Rows.
    pub rows: u64,
    /// Files of the file store.
    pub files: u64,
    /// Files that were in the table and not in the store.
    pub missing: u64,
    /// Bytes of the backup.
    pub bytes: u64,
}

/// What a backup, a look at one, or a restore came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// The file.
    pub path: PathBuf,
    /// What it says of itself.
    pub header: Header,
    /// How much it holds.
    pub counts: Counts,
    /// After a restore: the head of the new epoch, and the one it continues from.
    pub restored: Option<(Head, Option<Head>)>,
    /// After a restore: whether as a copy that sends nothing.
    pub as_copy: bool,
    /// After a restore: sessions that were ended and invitations that were withdrawn.
    pub ended: Ended,
}

/// What a restore ended, so that a backup in the wrong hands, or an old one, opens no door again that was shut since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Sessions that stood open in the backup.
    pub sessions: u64,
    /// Invitations that nobody had accepted.
    pub invitations: u64,
}

impl Report {
    /// The report in Vietnamese, a sentence each, for the command line.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let Counts { tables, rows, files, missing, bytes } = self.counts;
        let (path, header) = (self.path.display(), &self.header);
        let day = base::vi::date(header.created_at.date_in_vietnam());
        let mut all = match self.restored {
            None => vec![
                format!("Bản sao lưu {path}: {tables} bảng, {rows} dòng, {files} tệp, {bytes} byte; lập ngày {day}."),
                format!(
                    "Bản sao lưu này vô dụng nếu không có tệp khoá (khoá số {}): hãy giữ một bản sao của tệp khoá ở nơi khác, không để chung với bản sao lưu.",
                    header.key_id
                ),
            ],
            Some((head, previous)) => {
                let mut all = vec![
                    format!(
                        "Đã khôi phục {tables} bảng, {rows} dòng, {files} tệp từ bản sao lưu {path} lập ngày {day}."
                    ),
                    "Đã đọc lại từng bảng ở nơi khôi phục: số dòng và mã kiểm tra đều khớp với bản sao lưu.".to_owned(),
                    match previous {
                        Some(previous) => format!(
                            "Nhật ký bắt đầu kỷ nguyên {}, nối tiếp mục {} của bản sao lưu. Những gì ghi sau thời điểm sao lưu không còn.",
                            head.at.epoch, previous.at
                        ),
                        None => format!("Nhật ký bắt đầu kỷ nguyên {}.", head.at.epoch),
                    },
                ];
                let Ended { sessions, invitations } = self.ended;
                all.push(format!(
                    "Mọi người phải đăng nhập lại: đã kết thúc {sessions} phiên và thu hồi {invitations} lời mời chưa dùng có trong bản sao lưu. Ai còn chờ lời mời thì hãy mời lại."
                ));
                if self.as_copy {
                    all.push(format!(
                        "Đây là bản sao với mã hệ thống mới {}: thư, thông báo và trao đổi dữ liệu ra ngoài đều tắt.",
                        head.node
                    ));
                }
                all
            }
        };
        if missing > 0 {
            all.push(format!(
                "Cảnh báo: {missing} tệp có tên trong cơ sở dữ liệu nhưng không còn trong kho tệp khi sao lưu. Hãy báo quản trị máy chủ kiểm tra ổ đĩa."
            ));
        }
        all
    }
}

fn damaged(place: u64) -> Error {
    DAMAGED.error(format!(
        "Bản sao lưu đã hỏng hoặc bị sửa (khối {place}); không khôi phục gì cả. Hãy dùng bản sao lưu khác."
    ))
}

fn newer(what: &str) -> Error {
    NEWER.error(format!("Không đọc được bản sao lưu: {what}. Hãy dùng phiên bản Khuê mới hơn; chưa có gì bị thay đổi."))
}

fn write_failed(source: std::io::Error) -> Error {
    let detail = match source.kind() {
        std::io::ErrorKind::StorageFull => {
            "Ổ đĩa chứa bản sao lưu đã đầy; bản sao lưu dở dang đã được xoá. Hãy chọn ổ đĩa còn chỗ trống."
        }
        _ => "Không ghi được bản sao lưu; hãy kiểm tra thư mục, quyền ghi và chỗ trống.",
    };
    NOT_WRITTEN.error(detail).caused_by(source)
}
