//! `khue key`: looks at the key file, copies it to a safe place, puts a new key in the old one's place.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use base::{Code, Kind, Result};
use clap::{Args, Subcommand};
use db::keys::{KEY_OTHER, Keys};
use db::{Db, IN_USE, Location, Options};
use platform::backup::{key, reencrypt};

use crate::console::{BAD_SETTING, say};
use crate::operator::{self, Tell, Work};
use crate::place::{Place, is_open_to_others, now, refuse_missing, runtime, system_user};

/// The copy of the key would lie among the data it opens.
pub const BESIDE_DATA: Code = Code::new(Kind::Refused, "key.beside_data", "Không cất khoá cùng dữ liệu");

/// The key file.
#[derive(Debug, Args)]
pub struct Key {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Xem tệp khoá có đọc được, có thuộc cơ sở dữ liệu này và có được giữ kín không.
    Check {
        #[command(flatten)]
        place: Place,
    },
    /// Chép tệp khoá ra nơi khác để cất giữ, hoặc in ra giấy. Mất khoá thì không ai đọc được dữ liệu và các bản sao lưu.
    Export {
        #[command(flatten)]
        place: Place,
        /// Tệp sẽ ghi, ví dụ trên thẻ nhớ; không ghi đè tệp đã có.
        #[arg(value_name = "TỆP", required_unless_present = "print")]
        path: Option<PathBuf>,
        /// In khoá ra màn hình để chép hoặc in ra giấy.
        #[arg(long, conflicts_with = "path")]
        print: bool,
    },
    /// Thay khoá: thêm khoá mới rồi mã hoá lại toàn bộ dữ liệu. Cần dừng máy chủ; chạy lại được nếu bị ngắt giữa chừng.
    Rotate {
        #[command(flatten)]
        place: Place,
    },
}

impl Key {
    /// Does what was asked; for a check, answers whether the key fits and is kept to its owner.
    pub fn run(self) -> Result<bool> {
        match self.command {
            Command::Check { place } => operator::run(&place, None, &Work::KeyCheck {}, None),
            Command::Export { place, path, print: _ } => export(&place, path).map(|()| true),
            Command::Rotate { place } => rotate(&place).map(|()| true),
        }
    }
}

/// Whether the key file, as it lies on the disk now, is the one this database was opened with.
pub(crate) fn fits(db: &Db) -> Result<()> {
    let (path, current) = (db.key_file(), db.keys().current());
    let there = Keys::read(path)?;
    if there.check_value(current).ok() == db.keys().check_value(current).ok() {
        return Ok(());
    }
    Err(KEY_OTHER.error(format!(
        "Tệp khoá {} không còn khoá của cơ sở dữ liệu này: lần khởi động sau sẽ không mở được. Hãy đặt lại đúng tệp khoá (KHUE_KEY).",
        path.display()
    )))
}

pub(crate) fn check(db: &Db, tell: &Tell<'_>) -> Result<bool> {
    let path = db.key_file();
    fits(db)?;
    tell(format!(
        "Tệp khoá {} đọc được và thuộc cơ sở dữ liệu này (khoá đang dùng: số {}).",
        path.display(),
        db.keys().current()
    ));
    let kept = !is_open_to_others(path);
    if !kept {
        tell(format!("Người khác trên máy đọc được tệp khoá. Hãy chạy: chmod 600 {}", path.display()));
    }
    Ok(kept)
}

/// What a copy of the key is good for.
const GOOD_FOR: [&str; 2] = [
    "Dùng khi máy hỏng: đặt bản chép này vào chỗ tệp khoá (KHUE_KEY) rồi chạy 'khue restore' với một bản sao lưu. Không có nó thì mọi bản sao lưu đều vô dụng.",
    "Thay khoá (khue key rotate) xong thì chép lại: bản chép cũ không mở được dữ liệu ghi sau đó.",
];

fn export(place: &Place, path: Option<PathBuf>) -> Result<()> {
    let file = place.file()?;
    let options = place.options(&file);
    let Some(path) = path else {
        for line in Keys::read(&options.key)?.printed() {
            say(line);
        }
        say("");
        say(
            "Chép các dòng trên, kể cả dòng đầu, vào một tệp thì được tệp khoá. Ai có tờ giấy này và dữ liệu thì đọc được mọi thông tin: hãy cất trong két.",
        );
        GOOD_FOR.into_iter().for_each(say);
        return Ok(());
    };
    let absolute = |path: &PathBuf| std::path::absolute(path).map_err(base::Error::internal);
    if absolute(&path)?.starts_with(absolute(&options.data)?) {
        return Err(BESIDE_DATA.error(format!(
            "{} nằm trong thư mục dữ liệu: ai chép thư mục ấy cũng có luôn khoá. Hãy chọn nơi khác, ví dụ thẻ nhớ.",
            path.display()
        )));
    }
    for sentence in key::export(&options.key, &path)?.sentences() {
        say(sentence);
    }
    GOOD_FOR.into_iter().for_each(say);
    Ok(())
}

fn rotate(place: &Place) -> Result<()> {
    let file = place.file()?;
    place.log(&file, "warn")?;
    renew(&place.options(&file), &system_user(), &|line| say(line))
}

/// Puts a new key in the old one's place and encrypts everything with it; or finishes what an interrupted run began, and
/// then adds none.
///
/// With the server stopped: it keeps its keys in memory from start to end, and on PostgreSQL there may be several, each of
/// which would meet values encrypted with a key it does not know. A new key is wanted once in years; a stop of minutes is
/// the price of nobody ever reading half.
pub fn renew(options: &Options, user: &str, tell: &Tell<'_>) -> Result<()> {
    operator::refuse_beside_server(
        options,
        "Thay khoá thì phải dừng máy chủ, vì máy chủ chỉ biết các khoá lúc khởi động.",
    )?;
    refuse_missing(options)?;
    let began = patiently(|| key::finish(options, user, now()))?;
    let done = reencrypted(options, user, tell)?;
    if began.is_some() || done > 0 {
        began.iter().flat_map(key::Report::sentences).for_each(tell);
        tell(format!(
            "Đã hoàn tất lần thay khoá trước, mã hoá lại nốt {done} giá trị. Chưa thêm khoá mới; muốn thay lần nữa thì chạy lại lệnh này."
        ));
        return Ok(());
    }
    let report = patiently(|| key::rotate(options, user, now()))?;
    // The first words only: what is to be done with the key comes when all is encrypted with it.
    let mut sentences = report.sentences().into_iter();
    sentences.by_ref().take(1).for_each(tell);
    let done = reencrypted(options, user, tell)?;
    tell(format!("Đã mã hoá lại {done} giá trị bằng khoá số {}. Có thể khởi động lại máy chủ.", report.current));
    if matches!(options.location, Location::Postgres(_)) {
        tell(
            "Nếu nhiều máy chủ cùng dùng cơ sở dữ liệu này, hãy chép tệp khoá sang từng máy trước khi khởi động."
                .to_owned(),
        );
    }
    sentences.for_each(tell);
    Ok(())
}

/// Encrypts again what older keys encrypted; answers how many values.
fn reencrypted(options: &Options, user: &str, tell: &Tell<'_>) -> Result<i64> {
    let db = patiently(|| Db::open(options, now()))?;
    let mut told = 0;
    let shown = |done: i64| {
        // Often enough to see that it goes on.
        if done >= told + 1_000 {
            told = done;
            tell(format!("  … đã mã hoá lại {done} giá trị"));
        }
        false
    };
    let ctx = || operator::act(user, "key rotate", None);
    let done =
        runtime().and_then(|runtime| runtime.block_on(reencrypt::everything(&db, &crate::encrypted(), ctx, shown)));
    db.close();
    done?.ok_or_else(|| BAD_SETTING.error("Việc mã hoá lại đã dừng giữa chừng. Hãy chạy lại: khue key rotate."))
}

/// The lock that one step let go may need so long until the next can take it.
const LET_GO: Duration = Duration::from_secs(3);

fn patiently<T>(act: impl Fn() -> Result<T>) -> Result<T> {
    let until = Instant::now() + LET_GO;
    loop {
        match act() {
            Err(error) if error.is(&IN_USE) && Instant::now() < until => std::thread::sleep(Duration::from_millis(100)),
            other => return other,
        }
    }
}
