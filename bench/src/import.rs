//! A school's workbook of 2,000 pupils: read, matched, applied, told in a receipt, each part by itself.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::sheet::Mark;
use base::{Ctx, UnitId};
use db::{Db, Location, Options};
use registry::imports;
use registry::imports::export::Cut;
use registry::units::Levels;
use registry::units::create::{CreateUnit, create};
use tokio::runtime::Runtime;

/// An act of the operator at the present moment.
fn act() -> Ctx {
    khue::place::operator("bench").expect("an act")
}

/// Pupils of the school.
const PUPILS: u32 = 2_000;
/// What an idle machine of two cores should need for all of it.
const GOAL: Duration = Duration::from_secs(3);

/// The parts.
pub struct Import {
    read_and_match: Duration,
    keep: Duration,
    apply: Duration,
    receipt: Duration,
    again: Duration,
}

impl Import {
    /// Everything that a person waits for.
    fn total(&self) -> Duration {
        self.read_and_match + self.keep + self.apply + self.receipt
    }

    /// Whether it is quick enough.
    pub fn pass(&self) -> bool {
        self.total() < GOAL
    }

    /// Prints the parts.
    pub fn print(&self) {
        println!("\nimport of a workbook of {PUPILS} pupils:");
        for (part, took) in [
            ("read and match", self.read_and_match),
            ("keep the preview", self.keep),
            ("apply", self.apply),
            ("receipt", self.receipt),
            ("in all", self.total()),
            ("read and match again, nothing new", self.again),
        ] {
            println!("  {part:34} {:>7.0} ms", took.as_secs_f64() * 1_000.0);
        }
    }
}

/// A list of invented pupils in the sector's columns; every third has a sibling's parents.
pub fn list() -> String {
    const FAMILY: [&str; 8] = ["Nguyễn", "Trần", "Lê", "Phạm", "Vũ", "Đặng", "Bùi", "Hoàng"];
    const GIVEN: [&str; 10] = ["An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Khánh", "Linh", "Minh", "Ngọc"];
    let mut text = "STT;Mã định danh Bộ GD&ĐT;Họ và tên;Ngày sinh;Giới tính;Dân tộc;Trạng thái;Số điện thoại;Nơi sinh;Tổ/thôn HKTT;Chỗ ở hiện nay;Số định danh cá nhân;Ngày cấp;Nơi cấp;Họ tên cha;Nghề nghiệp cha;Năm sinh cha;Họ tên mẹ;Nghề nghiệp mẹ;Năm sinh mẹ;Khối;Lớp\n".to_owned();
    let pick =
        |all: &[&'static str], at: u32| all.iter().cycle().nth(usize::try_from(at).unwrap_or(0)).copied().unwrap_or("");
    for n in 0..PUPILS {
        let (grade, class) = (6 + n / 500, n % 500 / 42 + 1);
        let year = 2015 - n / 500;
        let (day, month, boy) = (n % 28 + 1, n / 28 % 12 + 1, n % 2 == 0);
        let (sex, digit) = if boy { ("Nam", 2) } else { ("Nữ", 3) };
        let parents = n / 3 * 3;
        text.push_str(&format!(
            "{};79{n:08};{} {} {};{day:02}/{month:02}/{year};{sex};Kinh;Đang học;09{n:08};Lào Cai;Tổ {};Số {n} đường Thử;079{digit}{:02}{n:06};01/02/2025;Cục CSQLHC về TTXH;{} Văn {};Nông dân;{};{} Thị {};Giáo viên;{};{grade};{grade}A{class}\n",
            n + 1,
            pick(&FAMILY, n),
            pick(&GIVEN, n / 8),
            pick(&GIVEN, n / 80),
            n % 20 + 1,
            year - 2000,
            pick(&FAMILY, parents),
            pick(&GIVEN, parents / 7),
            1975 + parents % 15,
            pick(&FAMILY, parents / 5),
            pick(&GIVEN, parents / 11),
            1977 + parents % 15,
        ));
    }
    text
}

/// A database with one school.
async fn school(folder: &Path) -> (Db, UnitId) {
    let mut options = Options::new(Location::Sqlite(folder.join("khue.db")), folder, khue::schemas());
    options.key = folder.join("khue.key");
    let ctx = act();
    let db = Db::open(&options, ctx.now()).expect("opens");
    let made = db.write_long(&ctx, "a benchmark makes a school", |tx| {
        registry::load::provinces(tx, rules::units::vietnam()?, &["04"])?;
        let parent = registry::load::commune("01273");
        let cmd = CreateUnit {
            kind: "school".to_owned(),
            name: "Trường THCS Đo".to_owned(),
            code: None,
            parent,
            authority: None,
            level: Levels::One("THCS".to_owned()),
            from: "2025-08-01".parse().map_err(base::Error::internal)?,
            basis: None,
        };
        Ok(create(tx, &cmd)?.id)
    });
    let school = made.await.expect("makes a school");
    (db, school)
}

async fn staged(db: &Db, ctx: &Ctx, school: UnitId, bytes: Vec<u8>) -> imports::stage::Stage {
    let read = db.read_long(ctx, move |tx| {
        imports::allowed(tx, school)?;
        imports::staged(tx, school, "hoc-sinh.xlsx", &bytes)
    });
    read.await.expect("reads")
}

fn since(from: &mut Instant) -> Duration {
    let took = from.elapsed();
    *from = Instant::now();
    took
}

/// Measures one import into a school that has nobody, and the same workbook again.
pub fn measure(folder: &Path) -> Import {
    let _they_lend = khue::modules();
    let rt = Runtime::new().expect("a runtime");
    rt.block_on(async {
        let (first, second) = (folder.join("import-1"), folder.join("import-2"));
        std::fs::create_dir_all(&first).and_then(|()| std::fs::create_dir_all(&second)).expect("makes folders");
        // The workbook itself is what another school's list looks like when it leaves.
        let (db, unit) = school(&first).await;
        let stage = staged(&db, &act(), unit, list().into_bytes()).await;
        let row = imports::put(&db, &act(), unit, &Arc::new(stage)).await.expect("keeps");
        imports::apply_import::apply(&db, &act(), unit, row.id, None).await.expect("applies");
        let taker = act();
        let out = db.read_long(&taker, move |tx| {
            let (who, purpose) = ("bench".to_owned(), "đo".to_owned());
            let mark = Mark { code: "DO".to_owned(), who, purpose, day: tx.today() };
            imports::export::pupils(tx, unit, &Cut::whole(), &mark)
        });
        let (file, rows, _people) = out.await.expect("exports");
        assert_eq!(u32::try_from(rows).ok(), Some(PUPILS), "every pupil of the list is good");
        db.close();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut { file }, &mut bytes).expect("reads");

        let (db, unit) = school(&second).await;
        let mut from = Instant::now();
        let stage = Arc::new(staged(&db, &act(), unit, bytes.clone()).await);
        let read_and_match = since(&mut from);
        assert_eq!(stage.counts().fresh, i64::from(PUPILS));
        let row = imports::put(&db, &act(), unit, &stage).await.expect("keeps");
        let keep = since(&mut from);
        imports::apply_import::apply(&db, &act(), unit, row.id, None).await.expect("applies");
        let apply = since(&mut from);
        let _receipt = imports::receipt::write(&stage, true, act().now()).expect("writes");
        let receipt = since(&mut from);
        let again = staged(&db, &act(), unit, bytes).await;
        let took = since(&mut from);
        assert_eq!(again.counts().same, i64::from(PUPILS), "nothing is new");
        db.close();
        Import { read_and_match, keep, apply, receipt, again: took }
    })
}
