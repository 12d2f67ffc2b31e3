//! A gradebook in the database: who sees and writes it, what a cell takes, two who write at once, handing in and locking.

use base::{AccountId, ClassId, Ctx, Date, EmploymentId, EnrolmentId, PersonName, Result, UnitId, Uuid};
use db::{Schema, Tx};
use grading::gradebook::book::Which;
use grading::gradebook::cells::MarkWord;
use grading::gradebook::enter::{EnterMark, EnterMarks, EnteredMarks, enter};
use grading::gradebook::hand_in::{Reopen, lock, reopen, submit};
use grading::gradebook::list::list;
use grading::gradebook::show::{Gradebook, show};
use registry::load::{self, people as loading};
use registry::staff::account::{LinkAccount, link};
use testkit::World;

pub(crate) fn schemas() -> Vec<&'static Schema> {
    vec![
        &db::SCHEMA,
        &auth::SCHEMA,
        &http::SCHEMA,
        &platform::SCHEMA,
        &accounts::SCHEMA,
        &registry::SCHEMA,
        &grading::SCHEMA,
    ]
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

async fn read<T: Send + 'static>(
    w: &World,
    ctx: Ctx,
    closure: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    w.db.read(&ctx, closure).await
}

async fn write<T: std::fmt::Debug + Send + 'static>(
    w: &World,
    ctx: Ctx,
    closure: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    w.db.write(&ctx, closure).await
}

const SCHOOL: UnitId = UnitId(Uuid::from_u128(1));
const CLASS: ClassId = ClassId(Uuid::from_u128(10));
const OTHER: ClassId = ClassId(Uuid::from_u128(11));
const MATHS: EmploymentId = EmploymentId(Uuid::from_u128(31));
const LEADER: EmploymentId = EmploymentId(Uuid::from_u128(32));

fn pupil(n: u128) -> EnrolmentId {
    EnrolmentId(Uuid::from_u128(200 + n))
}

/// A school with two classes of grade 6, three pupils in the first and one in the second; one teacher of mathematics in the
/// first, who leads none, and one who leads it and teaches physical education.
fn people() -> loading::People {
    let person = |n: u128, name: &str, staff: bool| loading::Person {
        id: Uuid::from_u128(n),
        name: PersonName::split(name).expect("a name"),
        birth: Some("2015".to_owned()),
        sex: None,
        ethnic_group: None,
        pupil_code: None,
        staff_code: staff.then(|| format!("04{n:08}")),
    };
    let class =
        |class: ClassId, code: &str| loading::Class { id: class.0, code: code.to_owned(), grade: "6".to_owned() };
    let stay = |n: u128, class: ClassId| loading::Stay {
        id: Uuid::from_u128(200 + n),
        person: Uuid::from_u128(100 + n),
        from: day("2026-08-01"),
        to: None,
        transfer: None,
        status: "01".to_owned(),
        class: Some(class.0),
    };
    let works = |id: EmploymentId, n: u128, leads: Option<ClassId>| loading::Employment {
        id: id.0,
        person: Uuid::from_u128(n),
        from: day("2026-08-01"),
        status: "1".to_owned(),
        group: "2".to_owned(),
        position: None,
        leads: leads.map(|class| class.0),
    };
    let has = |class: ClassId, subject, periods| loading::Subject {
        class: class.0,
        subject,
        part: "compulsory",
        periods,
        week_one: periods / 35,
        week_two: periods / 35,
    };
    let teaches = |n: u128, class: ClassId, subject, staff: EmploymentId| loading::Teaching {
        id: Uuid::from_u128(n),
        class: class.0,
        subject,
        staff: staff.0,
    };
    loading::People {
        year: 2026,
        classes: vec![class(CLASS, "6A1"), class(OTHER, "6A2")],
        people: vec![
            person(101, "Lê An", false),
            person(102, "Lê Bình", false),
            person(103, "Lê Chi", false),
            person(104, "Lê Dung", false),
            person(131, "Đỗ Văn Toán", true),
            person(132, "Bùi Thị Nhiệm", true),
        ],
        stays: vec![stay(1, CLASS), stay(2, CLASS), stay(3, CLASS), stay(4, OTHER)],
        staff: vec![works(MATHS, 131, None), works(LEADER, 132, Some(CLASS))],
        subjects: vec![has(CLASS, "tin_hoc", 35), has(CLASS, "giao_duc_the_chat", 70), has(OTHER, "tin_hoc", 35)],
        teaching: vec![teaches(41, CLASS, "tin_hoc", MATHS), teaches(42, CLASS, "giao_duc_the_chat", LEADER)],
        ..loading::People::default()
    }
}

/// The teacher, the one who leads the class, and the head.
async fn seated(w: &World) -> [AccountId; 3] {
    w.db.write_long(&w.system(), "a test founds a school", |tx| {
        let units = rules::units::vietnam()?;
        load::provinces(tx, units, &["04"])?;
        let commune = units.communes.iter().find(|one| one.province == "04").expect("a commune");
        let school = loading::School {
            id: SCHOOL,
            name: "Trường THCS Bế Văn Đàn".to_owned(),
            code: "04000001".to_owned(),
            levels: vec!["THCS"],
            commune: commune.code,
            province: "04",
        };
        loading::schools(tx, &[school], day("2025-08-01"))?;
        loading::people(tx, SCHOOL, &people())
    })
    .await
    .expect("founds");
    let mut accounts = Vec::new();
    for (login, role, staff) in
        [("toan", "teacher", Some(MATHS)), ("nhiem", "teacher", Some(LEADER)), ("truong", "head", None)]
    {
        let made = write(w, w.system(), move |tx| {
            tx.public("a test makes an account");
            let account = auth::accounts::insert(tx, login, login, "no digest", false)?;
            let from = tx.today();
            let grant = auth::grants::NewGrant { account, role: role.to_owned(), unit: SCHOOL, from, to: None };
            auth::grants::insert(tx, &grant)?;
            if let Some(staff) = staff {
                link(tx, SCHOOL, staff, None, &LinkAccount { account })?;
            }
            Ok(account)
        });
        accounts.push(made.await.expect("makes an account"));
    }
    accounts.try_into().expect("three")
}

fn act_of(w: &World, account: AccountId) -> Ctx {
    w.ctx(base::Actor::Account { account, session: None })
}

fn which(subject: &str) -> Which {
    Which { class: CLASS, subject: subject.to_owned(), semester: 1 }
}

fn score(n: u128, column: &str, seen: i64, hundredths: i32) -> EnterMark {
    EnterMark { pupil: pupil(n), column: column.to_owned(), seen, score_hundredths: Some(hundredths), word: None }
}

fn word(n: u128, column: &str, seen: i64, word: Option<MarkWord>) -> EnterMark {
    EnterMark { pupil: pupil(n), column: column.to_owned(), seen, score_hundredths: None, word }
}

async fn enters(w: &World, who: AccountId, subject: &str, marks: Vec<EnterMark>) -> Result<EnteredMarks> {
    let (which, cmd) = (which(subject), EnterMarks { marks });
    write(w, act_of(w, who), move |tx| enter(tx, SCHOOL, &which, &cmd)).await
}

async fn book(w: &World, who: AccountId, subject: &str) -> Result<Gradebook> {
    let which = which(subject);
    read(w, act_of(w, who), move |tx| show(tx, SCHOOL, &which)).await
}

fn codes(error: &base::Error) -> Vec<(&str, &str)> {
    error.refused_fields().iter().map(|one| (one.field.as_str(), one.code)).collect()
}

testkit::both! {
    async fn a_teacher_writes_a_column_and_the_averages_follow(w: World) {
        let [maths, leader, head] = seated(&w).await;
        let empty = book(&w, maths, "tin_hoc").await.expect("shows");
        assert_eq!((empty.version, empty.state.as_str(), empty.pupils.len(), empty.may.as_slice()), (0, "open", 3, &["enter", "submit"][..]));
        // 35 periods a year: two regular assessments.
        let columns: Vec<(&str, i64)> = empty.columns.iter().map(|one| (one.code.as_str(), one.weight)).collect();
        assert_eq!(columns, [("r1", 1), ("r2", 1), ("midterm", 2), ("endterm", 3)]);
        assert_eq!(empty.pupils[0].missing, 4);

        let done = enters(&w, maths, "tin_hoc", vec![score(1, "r1", 0, 700), score(1, "r2", 0, 800), score(2, "r1", 0, 1_000)]).await.expect("writes");
        assert_eq!((done.written.len(), done.conflicts.len(), done.version), (3, 0, 1));
        assert_eq!(done.averages.iter().map(|one| (one.average_hundredths, one.missing)).collect::<Vec<_>>(), [(None, 2), (None, 3)]);
        let done = enters(&w, maths, "tin_hoc", vec![score(1, "midterm", 0, 750), score(1, "endterm", 0, 800)]).await.expect("writes");
        // (7 + 8 + 2 × 7,5 + 3 × 8) : 7 = 54 : 7 = 7,71…
        assert_eq!(done.averages[0].average_hundredths.map(base::Score::hundredths), Some(770));
        let shown = book(&w, leader, "tin_hoc").await.expect("the leader sees");
        assert_eq!((shown.pupils[0].average_hundredths.map(base::Score::hundredths), shown.may.len()), (Some(770), 0));
        assert_eq!(shown.pupils[1].cells.len(), 1);
        assert_eq!(book(&w, head, "tin_hoc").await.expect("the head sees").may, ["lock"]);

        // A subject judged by remarks has words.
        let marks = ["r1", "r2", "midterm", "endterm"].map(|column| word(2, column, 0, Some(MarkWord::Pass)));
        let done = enters(&w, leader, "giao_duc_the_chat", marks.to_vec()).await.expect("writes");
        assert_eq!((done.averages[0].passed, done.averages[0].missing), (Some(true), 0));

        let of = |who: AccountId| read(&w, act_of(&w, who), move |tx| list(tx, SCHOOL, CLASS, None));
        let told = |all: grading::gradebook::list::ClassGradebooks| all.items.into_iter().map(|one| (one.subject, one.complete, one.missing, one.enters)).collect::<Vec<_>>();
        assert_eq!(told(of(maths).await.expect("lists")), [("tin_hoc".to_owned(), 1, 7, true)], "of a teacher their own");
        let all = told(of(leader).await.expect("lists"));
        assert_eq!(all, [("tin_hoc".to_owned(), 1, 7, false), ("giao_duc_the_chat".to_owned(), 1, 8, true)], "as the programme has them");
    }

    async fn nobody_else_writes_and_other_gradebooks_are_not_found(w: World) {
        let [maths, leader, head] = seated(&w).await;
        let one = || vec![score(1, "r1", 0, 700)];
        for who in [leader, head] {
            assert_eq!(enters(&w, who, "tin_hoc", one()).await.expect_err("is refused").code(), "auth.forbidden");
        }
        assert_eq!(book(&w, maths, "giao_duc_the_chat").await.expect_err("is not theirs").code(), "gradebook.not_found");
        assert_eq!(book(&w, head, "toan").await.expect_err("the class has none").code(), "gradebook.not_found");
        for (class, semester) in [(OTHER, 1), (CLASS, 3)] {
            let which = Which { class, subject: "tin_hoc".to_owned(), semester };
            let refused = read(&w, act_of(&w, maths), move |tx| show(tx, SCHOOL, &which)).await.expect_err("is refused");
            assert!(["class.not_found", "gradebook.not_found"].contains(&refused.code()), "{}", refused.code());
        }
    }

    async fn a_cell_takes_what_the_law_gives_and_a_fault_writes_nothing(w: World) {
        let [maths, leader, _] = seated(&w).await;
        let refused = enters(&w, maths, "tin_hoc", vec![
            score(1, "r1", 0, 700),
            score(1, "r2", 0, 1_050), score(2, "r1", 0, -100), score(2, "r2", 0, 855),
            score(3, "r3", 0, 800), score(3, "hệ số 2", 0, 800), score(4, "r1", 0, 800),
            score(1, "r1", 0, 900),
            word(3, "r1", 0, Some(MarkWord::Pass)),
            EnterMark { word: Some(MarkWord::Exempt), ..score(3, "r2", 0, 800) },
        ]).await.expect_err("is refused");
        assert_eq!(codes(&refused), [
            ("marks.1", "mark.outside"), ("marks.2", "mark.outside"), ("marks.3", "mark.decimals"),
            ("marks.4", "mark.no_column"), ("marks.5", "mark.no_column"), ("marks.6", "mark.not_in_class"),
            ("marks.7", "mark.twice"), ("marks.8", "mark.not_a_score"), ("marks.9", "mark.two"),
        ]);
        assert_eq!(book(&w, maths, "tin_hoc").await.expect("shows").version, 0, "nothing was written");
        let refused = enters(&w, leader, "giao_duc_the_chat", vec![score(1, "r1", 0, 800)]).await.expect_err("is refused");
        assert_eq!(codes(&refused), [("marks.0", "mark.not_a_remark")]);
        assert_eq!(codes(&enters(&w, maths, "tin_hoc", Vec::new()).await.expect_err("is empty")), [("marks", "mark.how_many")]);
        // Without excuse is a 0 that somebody answers for; exempt counts nowhere.
        let marks = vec![word(1, "r1", 0, Some(MarkWord::Unexcused)), word(1, "r2", 0, Some(MarkWord::Exempt)), score(1, "midterm", 0, 700), score(1, "endterm", 0, 700)];
        let done = enters(&w, maths, "tin_hoc", marks).await.expect("writes");
        // (0 + 2 × 7 + 3 × 7) : 6 = 35 : 6 = 5,83…
        assert_eq!(done.averages[0].average_hundredths.map(base::Score::hundredths), Some(580));
    }

    async fn two_who_write_one_cell_lose_nothing(w: World) {
        let [maths, ..] = seated(&w).await;
        enters(&w, maths, "tin_hoc", vec![score(1, "r1", 0, 700)]).await.expect("writes");
        // Another window still saw it empty: what stands stays, the rest is written.
        let done = enters(&w, maths, "tin_hoc", vec![score(1, "r1", 0, 900), score(1, "r2", 0, 800)]).await.expect("writes the rest");
        assert_eq!(done.written.iter().map(|one| (one.column.as_str(), one.writes)).collect::<Vec<_>>(), [("r2", 1)]);
        let clash = &done.conflicts[0];
        assert_eq!((clash.score_hundredths.map(base::Score::hundredths), clash.writes, clash.by.as_deref()), (Some(700), 1, Some("toan")));
        assert!(clash.at.is_some());
        // Sent once more, because the answer was lost: nothing changes and nothing clashes.
        let again = enters(&w, maths, "tin_hoc", vec![score(1, "r2", 0, 800)]).await.expect("is there");
        assert_eq!((again.written[0].writes, again.conflicts.len()), (1, 0));
        // Knowing what stands, it is changed; emptied, the count goes on.
        let done = enters(&w, maths, "tin_hoc", vec![score(1, "r1", 1, 900)]).await.expect("writes");
        assert_eq!(done.written[0].writes, 2);
        let done = enters(&w, maths, "tin_hoc", vec![word(1, "r1", 2, None)]).await.expect("empties");
        assert_eq!((done.written[0].writes, done.averages[0].missing), (3, 3));
        let old = enters(&w, maths, "tin_hoc", vec![score(1, "r1", 0, 500)]).await.expect("answers");
        assert_eq!((old.conflicts[0].score_hundredths, old.conflicts[0].writes), (None, 3), "emptied by somebody is no empty cell");
    }

    async fn a_gradebook_is_handed_in_locked_and_opened_with_a_reason(w: World) {
        let [maths, leader, head] = seated(&w).await;
        let all = |skip: usize| {
            let columns = ["r1", "r2", "midterm", "endterm"];
            let cells = (1..=3).flat_map(move |n| columns.map(move |column| score(n, column, 0, 800)));
            cells.skip(skip).collect::<Vec<_>>()
        };
        enters(&w, maths, "tin_hoc", all(1)).await.expect("writes");
        let known = || async { book(&w, maths, "tin_hoc").await.expect("shows").version };
        let submits = async |who: AccountId, known: i64| {
            let which = which("tin_hoc");
            write(&w, act_of(&w, who), move |tx| submit(tx, SCHOOL, &which, known)).await
        };
        let refused = submits(maths, known().await).await.expect_err("one is missing");
        assert_eq!(refused.code(), "gradebook.incomplete");
        assert!(refused.detail().contains("Còn thiếu 1 điểm của 1 em: Lê An (1)"), "{}", refused.detail());
        enters(&w, maths, "tin_hoc", vec![score(1, "r1", 0, 800)]).await.expect("writes");
        assert_eq!(submits(leader, known().await).await.expect_err("is not theirs").code(), "auth.forbidden");
        assert_eq!(submits(maths, known().await - 1).await.expect_err("is stale").code(), "record.stale");
        let done = submits(maths, known().await).await.expect("hands in");
        assert_eq!(done.state, "submitted");
        assert_eq!(enters(&w, maths, "tin_hoc", vec![score(1, "r1", 1, 900)]).await.expect_err("is closed").code(), "gradebook.closed");
        let locks = async |who: AccountId, known: i64| {
            let which = which("tin_hoc");
            write(&w, act_of(&w, who), move |tx| lock(tx, SCHOOL, &which, known)).await
        };
        assert_eq!(locks(maths, done.version).await.expect_err("is not theirs").code(), "auth.forbidden");
        let done = locks(head, done.version).await.expect("locks");
        assert_eq!((done.state, book(&w, maths, "tin_hoc").await.expect("shows").may.len()), ("locked", 0));
        let reopens = async |reason: &'static str, known: i64| {
            let (which, cmd) = (which("tin_hoc"), Reopen { reason: reason.to_owned() });
            write(&w, act_of(&w, head), move |tx| reopen(tx, SCHOOL, &which, known, &cmd)).await
        };
        assert_eq!(codes(&reopens("  ", done.version).await.expect_err("why?")), [("reason", "gradebook.no_reason")]);
        let done = reopens("Nhập nhầm một em", done.version).await.expect("opens");
        assert_eq!(done.state, "open");
        assert_eq!(reopens("Lần nữa", done.version).await.expect_err("is open").code(), "gradebook.not_so");
        enters(&w, maths, "tin_hoc", vec![score(1, "r1", 1, 900)]).await.expect("writes again");
    }
}
