//! How much a workbook may hold, and the refusals of files that are none, are locked or hold too much.

use base::{Code, Error, Kind};

/// It is something else: a picture, a text document, a program.
pub const NOT_A_WORKBOOK: Code = Code::new(Kind::Refused, "workbook.not_a_workbook", "Tệp không phải bảng tính");
/// Nobody reads it without its password.
pub const PASSWORD: Code = Code::new(Kind::Refused, "workbook.password", "Tệp đặt mật khẩu");
/// It is cut off or broken.
pub const DAMAGED: Code = Code::new(Kind::Refused, "workbook.damaged", "Tệp bị hỏng hoặc thiếu");
/// A workbook of a kind that is not read.
pub const OTHER_KIND: Code = Code::new(Kind::Refused, "workbook.other_kind", "Loại bảng tính này chưa đọc được");
/// A small file that unpacks to a huge one.
pub const BOMB: Code = Code::new(Kind::TooLarge, "workbook.bomb", "Tệp nén bất thường");
/// More than it may hold.
pub const TOO_LARGE: Code = Code::new(Kind::TooLarge, "workbook.too_large", "Bảng tính quá lớn");

/// What a workbook may hold at most. All are counted while reading; memory is bounded by `cells` (16 bytes each) and
/// `letters`, whatever the file says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Sheets.
    pub sheets: usize,
    /// Rows of a sheet in which something stands.
    pub rows: usize,
    /// Columns of a sheet.
    pub columns: u32,
    /// Cells of all sheets; in each row those up to its last are counted.
    pub cells: usize,
    /// Bytes of all texts.
    pub letters: usize,
    /// Bytes of all packed parts together, unpacked.
    pub unpacked: u64,
    /// How many times larger than packed a part may be, once it is larger than [`Limits::UNSUSPECTED`].
    pub expansion: u64,
}

impl Limits {
    /// A part up to this size is not suspected: empty sheets pack very well.
    pub const UNSUSPECTED: u64 = 16 << 20;
}

impl Default for Limits {
    /// 100,000 rows or 1,000 columns, 16 million cells: more than any school's file, about 0.5 GB at the very most.
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            sheets: 200,
            rows: 100_000,
            columns: 1_000,
            cells: 16_000_000,
            letters: 256 << 20,
            unpacked: 1 << 30,
            expansion: 200,
        }
    }
}

pub(super) fn damaged(what: &str) -> Error {
    DAMAGED.error(format!(
        "Không đọc hết được tệp: {what}. Tệp có thể bị cắt ngang khi tải lên hoặc bị hỏng. Hãy mở bằng Excel, lưu lại thành .xlsx rồi tải lên lần nữa."
    ))
}

pub(super) fn password() -> Error {
    PASSWORD.error("Tệp đặt mật khẩu nên không đọc được. Hãy mở bằng Excel, bỏ mật khẩu (Tệp › Thông tin › Bảo vệ sổ làm việc), lưu lại rồi tải lên lần nữa.")
}

pub(super) fn bomb() -> Error {
    BOMB.error("Tệp nhỏ nhưng khi giải nén lớn bất thường nên không được đọc. Hãy chép các ô cần nhập sang một tệp Excel mới rồi tải lên tệp mới đó.")
}

pub(super) fn not_a_workbook(what: &str) -> Error {
    NOT_A_WORKBOOK.error(format!(
        "Tệp này là {what}, không phải bảng tính. Hãy chọn tệp Excel (.xlsx, .xls), OpenDocument (.ods) hoặc CSV."
    ))
}

pub(super) fn other_kind(what: &str) -> Error {
    OTHER_KIND.error(format!(
        "Tệp này là {what}, chưa đọc được. Hãy mở bằng Excel, lưu lại thành .xlsx rồi tải lên tệp .xlsx."
    ))
}

pub(super) fn too_large(what: &str) -> Error {
    TOO_LARGE.error(format!("{what} Hãy bỏ bớt phần không cần nhập hoặc chia thành nhiều tệp."))
}
