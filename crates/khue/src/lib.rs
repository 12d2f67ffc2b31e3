//! The program: which rooms the house has, and the command line. Nothing else.

pub mod account;
pub mod backup;
pub mod certificate;
mod console;
pub mod demo;
pub mod doctor;
pub mod grade;
pub mod https;
pub mod journal;
pub mod key;
pub mod migrate;
pub mod operator;
pub mod person;
pub mod place;
pub mod sector;
pub mod serve;
pub mod synth;
pub mod work;
pub mod workbook;

use base::Result;
use clap::{Parser, Subcommand};
use http::Module;

/// The rooms of the house, in the order of its navigation.
#[must_use]
pub fn modules() -> Vec<Module> {
    platform::sheets::lend(&documents::excel::Excel);
    platform::books::lend(&documents::workbook::Reader);
    vec![http::module(), accounts::module(), registry::module(), grading::module()]
}

/// The schemas of all rooms.
#[must_use]
pub fn schemas() -> Vec<&'static db::Schema> {
    // What the rooms stand on has tables and no routes of its own.
    let mut all = http::schemas(&modules());
    all.push(&platform::SCHEMA);
    all
}

/// Every column of encrypted values in the house: a new key reaches what stands here, and nothing else.
#[must_use]
pub fn encrypted() -> Vec<platform::backup::reencrypt::Encrypted> {
    let mut all = platform::backup::reencrypt::own();
    all.extend(accounts::factors::encrypted());
    all.push(registry::people::secrets::encrypted());
    all.extend(registry::fields::encrypted());
    all
}

/// Khuê: nền tảng mở cho giáo dục Việt Nam.
#[derive(Debug, Parser)]
#[command(name = "khue", version, propagate_version = true, subcommand_required = true, arg_required_else_help = true)]
pub struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Chạy máy chủ.
    Serve(serve::Serve),
    /// Chạy thử với dữ liệu dựng sẵn, chỉ mở trên máy này.
    Demo(demo::Demo),
    /// Khởi tạo hoặc nâng cấp cơ sở dữ liệu.
    Migrate(migrate::Migrate),
    /// Sao lưu toàn bộ dữ liệu vào một tệp, cả khi máy chủ đang chạy.
    Backup(backup::Backup),
    /// Phục hồi một bản sao lưu vào nơi còn trống, cũng để chuyển giữa SQLite và PostgreSQL.
    Restore(backup::Restore),
    /// Kiểm tra máy, thiết lập, khoá và cơ sở dữ liệu; nói rõ chỗ sai và cách sửa. Kết thúc bằng 1 khi có chỗ sai.
    Doctor(doctor::Doctor),
    /// Tạo tài khoản đầu tiên, cấp lại mật khẩu.
    Account(account::Account),
    /// Nhật ký: kiểm tra tính toàn vẹn.
    Journal(journal::Journal),
    /// Chứng thư gốc của trường (KHUE_TLS=local): xem dấu vân tay, xuất tệp, lập chứng thư gốc mới.
    Certificate(certificate::Certificate),
    /// Tệp khoá: kiểm tra, chép cất nơi khác, thay khoá mới.
    Key(key::Key),
    /// Danh mục dữ liệu của ngành: đối chiếu những gì Khuê giữ được.
    Sector(sector::Sector),
    /// Nhập danh sách của một trường từ tệp Excel. Kết thúc bằng 0 khi nhận hết, 2 khi có dòng không nhận, 1 khi không
    /// nhập được gì.
    Import(workbook::Import),
    /// Xuất danh sách của một trường ra tệp Excel, nhập lại được nguyên vẹn.
    Export(workbook::Export),
    /// Tính điểm trung bình, xếp mức, danh hiệu, lên lớp cho một tệp CSV theo gói quy định, kèm lời giải thích; không dùng cơ
    /// sở dữ liệu.
    Grade(grade::Grade),
    /// Nạp một đất nước dựng sẵn vào thư mục dữ liệu trống: trường, gia đình, học sinh, nhân sự; cùng hạt giống cho cùng
    /// dữ liệu.
    Synth(synth::Synth),
    /// Con người: tìm học sinh, nhân sự.
    Person(person::Person),
}

impl Program {
    /// Does what was asked. `false` when it was done and its finding is bad.
    pub fn run(self) -> Result<bool> {
        match self.command {
            Command::Serve(serve) => serve.run().map(|()| true),
            Command::Demo(demo) => demo.run().map(|()| true),
            Command::Backup(backup) => backup.run().map(|()| true),
            Command::Restore(restore) => restore.run().map(|()| true),
            Command::Migrate(migrate) => migrate.run().map(|()| true),
            Command::Doctor(doctor) => doctor.run(),
            Command::Account(account) => account.run().map(|()| true),
            Command::Journal(journal) => journal.run(),
            Command::Certificate(certificate) => certificate.run().map(|()| true),
            Command::Key(key) => key.run(),
            Command::Sector(sector) => sector.run(),
            Command::Import(import) => import.run(),
            Command::Export(export) => export.run(),
            Command::Person(person) => person.run(),
            Command::Grade(grade) => grade.run().map(|()| true),
            Command::Synth(synth) => synth.run().map(|()| true),
        }
    }

    /// How the program ends when what was asked is done and its finding is bad: of an import, that some rows stayed out.
    #[must_use]
    pub fn bad_ending(&self) -> u8 {
        if matches!(self.command, Command::Import(_)) { 2 } else { 1 }
    }
}
