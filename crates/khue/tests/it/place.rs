//! Two provinces with schools and people, so that every operation can be asked about records that really exist: by those
//! they belong to, and by those who hold the same role elsewhere.

use auth::factors::{passkeys, recovery, totp};
use auth::grants::{self, NewGrant};
use auth::invitations::{self, InvitationCode, NewInvitation};
use auth::session::Token;
use auth::tickets;
use base::{AccountId, ClassId, Clock as _, EnrolmentId, Result, SchoolYear, UnitId, Uuid};
use db::{BulkInto, Entry, Tx, Value, params};
use http::ask::Ask;
use platform::jobs::{self, JobId};
use platform::mail::{self, Mail};
use platform::settings;
use registry::classes::create::CreateClass;
use registry::fields::parts::{self, SetPart};
use registry::fields::record::Of;
use registry::fields::scene::{Seats, seat};
use registry::fields::write::Writer;
use registry::load;
use registry::people::kinship::{NewRelative, Relation};
use registry::people::{Closed, NewPerson};
use registry::pupils::admit::{Admit, admit};
use registry::pupils::leave::{Leave, TransferOut, leave, transfer_out};
use registry::staff::employ::{Employ, employ};
use registry::staff::leave::{EndWork, leave as end_work};
use registry::timetable::save::{self, NewTimetable};
use registry::units::Levels;
use registry::units::create::{CreateUnit, create};
use registry::years::roll_over::{self, RollOver};
use registry::years::{YearPlan, open};
use testkit::World;

use crate::leaving;

/// The provinces: the one whose records are asked about, and another.
pub const PROVINCE: &str = "04";
const OTHER: &str = "12";

/// The password of everybody here whose password is asked for.
pub const PASSWORD: &str = "trâu ơi ta bảo trâu này";

/// A passkey's public key and counter, as they are kept.
const PASSKEY: &str = include_str!("passkey.json");

/// The last entry that a place leaves in the journal.
pub const LAST: &str = "test.place_made";

/// Somebody with a role and an open session.
#[derive(Clone, Debug)]
pub struct Person {
    pub account: AccountId,
    pub session: Uuid,
    pub grant: Uuid,
    pub login: String,
    token: String,
}

impl Person {
    /// This person asking.
    pub fn asks(&self, ask: &Ask) -> Ask {
        ask.with_session(&self.token)
    }
}

/// The country of the test, once a world.
#[derive(Clone, Debug)]
pub struct Land {
    pub commune: UnitId,
    pub department: UnitId,
    /// Administers the province.
    pub admin: Person,
    /// Signed in, and nothing else.
    pub powerless: Person,
    /// The right roles of the wrong place, each with a word for what they are.
    pub wrong: Vec<(&'static str, Person)>,
}

/// One school with everything that can be asked about.
#[derive(Clone, Debug)]
pub struct Place {
    pub commune: UnitId,
    pub department: UnitId,
    pub school: UnitId,
    pub sister: UnitId,
    pub head: Person,
    pub teacher: Person,
    /// Teaches too, and has every second factor.
    pub keeper: Person,
    pub passkey: Uuid,
    /// The first code of an authenticator app that the keeper is about to add.
    pub totp_code: String,
    pub recovery_code: String,
    /// The keeper's, whose password was right.
    pub ticket: String,
    pub invitation: Uuid,
    pub code: String,
    pub job: Uuid,
    /// What recurs on the server.
    pub recurring: &'static str,
    /// A class, a pupil in it and somebody who works there.
    pub seats: Seats,
    /// A part of the school, of the pupil and of the employment.
    pub parts: [Uuid; 3],
    /// A class of the first grade, and those of the next school year that come after it: of the next grade, of the same.
    pub class: ClassId,
    pub next: ClassId,
    pub again: ClassId,
    /// In the class, with a mother and a personal number.
    pub pupil: EnrolmentId,
    /// Has left.
    pub gone: EnrolmentId,
    /// Worked at the school, and left.
    pub retired: Uuid,
    /// The code of a pupil who has left the sister school for another, and is called as [`PUPIL`].
    pub arriving: String,
    /// A workbook that waits to be imported.
    pub import: Uuid,
    /// Two records of the school that may be of one human being, and whose stays.
    pub duplicate: Uuid,
    pub keep: Uuid,
    /// Two that were told apart.
    pub told_apart: Uuid,
    /// A class of 2025-2026.
    pub year_class: Uuid,
    /// A class of 2026-2027 whose grade has marks; nobody is in it.
    pub marks_class: Uuid,
    /// A timetable of that year.
    pub timetable: Uuid,
    /// The step into that year, which can be taken back.
    pub rollover: Uuid,
    /// Lists that leave: ready for the head, taken back by the head, asked for by somebody else.
    pub exports: [Uuid; 3],
}

/// How the pupils are called.
pub const PUPIL: &str = "Lê Thị Trò";

fn pupil(code: &str, class: Option<ClassId>, number: Option<&str>) -> Result<Admit> {
    Ok(Admit {
        person: None,
        pupil: Some(NewPerson {
            full_name: PUPIL.to_owned(),
            birth: Some("2020-03-26".to_owned()),
            sex: Some("2".to_owned()),
            pupil_code: Some(code.to_owned()),
            ..NewPerson::default()
        }),
        personal_number: number.map(|number| Closed(number.to_owned())),
        from: "2026-09-01".parse().map_err(base::Error::internal)?,
        class,
        position: None,
        repeats: false,
        beside: false,
        relatives: vec![NewRelative {
            relation: Relation::Mother,
            full_name: "Trần Thị Mẹ".to_owned(),
            birth: Some("1990".to_owned()),
            phone: Some(Closed("0912345678".to_owned())),
            occupation: None,
            corrects: None,
        }],
    })
}

fn class(tx: &mut Tx<'_>, school: UnitId, year: i16, code: &str, grade: &str) -> Result<ClassId> {
    let year = SchoolYear::starting(year).ok_or_else(|| base::Error::internal("a year"))?;
    let cmd =
        CreateClass { year, code: code.to_owned(), name: None, grade: grade.to_owned(), campus: None, position: None };
    registry::classes::create::create(tx, school, &cmd)
}

fn person(tx: &mut Tx<'_>, login: &str, digest: &str, role: &str, unit: UnitId, token: &Token) -> Result<Person> {
    let account = auth::accounts::insert(tx, login, "Lê Thị Thử", digest, false)?;
    let from = tx.today();
    let grant = grants::insert(tx, &NewGrant { account, role: role.to_owned(), unit, from, to: None })?;
    let session = auth::session::start(tx, account, &token.digest(), "192.0.2.7", "Firefox")?;
    Ok(Person {
        account,
        session: session.0,
        grant: grant.into(),
        login: login.to_owned(),
        token: token.as_str().to_owned(),
    })
}

/// Somebody who worked at a school and has left it.
fn retired(tx: &mut Tx<'_>, school: UnitId) -> Result<Uuid> {
    let json = |json: serde_json::Value| serde_json::from_value::<Employ>(json).map_err(base::Error::internal);
    let cmd = json(serde_json::json!({ "staff": { "full_name": "Lê Thị Hưu" }, "from": "2026-08-01" }))?;
    let staff = employ(tx, school, &cmd)?.id;
    let from = "2026-09-03".parse().map_err(base::Error::internal)?;
    end_work(tx, school, staff, None, &EndWork { from, reason: "Nghỉ hưu".to_owned(), basis: None })?;
    Ok(staff.0)
}

fn school(tx: &mut Tx<'_>, name: &str, commune: UnitId) -> Result<UnitId> {
    let cmd = CreateUnit {
        kind: "school".to_owned(),
        name: name.to_owned(),
        code: None,
        parent: commune,
        authority: None,
        level: Levels::One("TH".to_owned()),
        from: "2025-08-01".parse().map_err(base::Error::internal)?,
        basis: None,
    };
    Ok(create(tx, &cmd)?.id)
}

/// How the school's mail leaves, and a mail that waits to leave.
fn trial(tx: &mut Tx<'_>, school: UnitId) -> Result<JobId> {
    settings::set(tx, &mail::FROM, Some(school), &"truong@example.edu.vn".into())?;
    let mail = Mail { to: "a@example.edu.vn".to_owned(), subject: "Thư".to_owned(), text: "Thư".to_owned() };
    let run_at = Some(tx.now().plus_seconds(3_600));
    jobs::enqueue(tx, &mail, &jobs::Ask { unit: Some(school), run_at, ..jobs::Ask::default() })
}

/// A class of a year, which nobody is in.
fn year_class(tx: &mut Tx<'_>, school: UnitId, year: i64, name: &'static str) -> Result<Uuid> {
    let id: Uuid = tx.new_id();
    let columns = [
        ("school", "uuid"),
        ("id", "uuid"),
        ("year", "int"),
        ("code", "text"),
        ("name", "text"),
        ("sort_key", "bytes"),
        ("grade", "text"),
        ("version", "int"),
    ];
    let text = |text: &'static str| Value::Text(text.into());
    let row = [
        Value::Uuid(school.0),
        Value::Uuid(id),
        Value::Int(year),
        text(name),
        text(name),
        Value::Bytes(base::vi::collation_key_of(name).into()),
        text(&name[..1]),
        Value::Int(1),
    ];
    tx.bulk(&BulkInto { table: "class", columns, conflict: "" }, [row])?;
    Ok(id)
}

/// A class whose grade has marks, with a gradebook that is open and one that is locked.
fn marks_class(tx: &mut Tx<'_>, school: UnitId) -> Result<Uuid> {
    let class = year_class(tx, school, 2026, "6A")?;
    let sql = "INSERT INTO gradebook (school, id, class, subject, semester, state, version) VALUES (?1, ?2, ?3, ?4, 1, ?5, 1)";
    for (subject, state) in [("toan", "open"), ("ngu_van", "locked")] {
        let id: Uuid = tx.new_id();
        let sql = db::Built::new("test", sql, tx.dialect());
        tx.exec_one(&sql, params![school, id, class, subject, state])?;
    }
    Ok(class)
}

/// A year that was opened, with a class and a timetable; the step into it can still be taken back.
fn school_year(tx: &mut Tx<'_>, school: UnitId) -> Result<(Uuid, Uuid, Uuid)> {
    let day = |text: &str| text.parse().map_err(base::Error::internal);
    let json = |json: serde_json::Value| serde_json::from_value::<RollOver>(json).map_err(base::Error::internal);
    year_class(tx, school, 2024, "3A")?;
    let step =
        roll_over::run::run(tx, school, &json(serde_json::json!({ "from_year": "2024-2025", "day": "2025-08-01" }))?)?;
    let one = year_class(tx, school, 2025, "1A")?;
    let year = base::SchoolYear::starting(2025).ok_or_else(|| base::Error::internal("a year"))?;
    let plan = YearPlan {
        first_day: day("2025-09-08")?,
        semester_two: day("2026-01-12")?,
        last_day: day("2026-05-24")?,
        holidays: Vec::new(),
        hours: None,
        basis: None,
    };
    open::open(tx, school, year, &plan)?;
    let timetable = NewTimetable { year, valid_from: day("2025-09-08")?, basis: None, slots: Vec::new() };
    let timetable = save::save(tx, school, &timetable)?.id;
    Ok((one, timetable, step))
}

/// Two pupils who may be one: the pair, and the first of them.
fn duplicate(tx: &mut Tx<'_>, school: UnitId, state: &str) -> Result<(Uuid, Uuid)> {
    let mut people: [Uuid; 2] = [tx.new_id(), tx.new_id()];
    people.sort_unstable();
    let (pair, now, today): (Uuid, _, _) = (tx.new_id(), tx.now(), tx.today());
    let dialect = tx.dialect();
    let sql = |text: &str| db::Built::new("test", text, dialect);
    for person in people {
        tx.exec_one(
            &sql(
                "INSERT INTO person (id, full_name, family, middle, given, folded, sort_key, birth, verified, version)
                 VALUES (?1, 'Lê Thị Thử', 'Lê', 'Thị', 'Thử', 'le thi thu', ?2, '2015-01-02', 'no', 1)",
            ),
            params![person, vec![1_u8]],
        )?;
        tx.exec_one(
            &sql("INSERT INTO person_unit (unit, person, kind, valid_from) VALUES (?1, ?2, 'pupil', ?3)"),
            params![school, person, today],
        )?;
    }
    tx.exec_one(
        &sql("INSERT INTO duplicate (id, one, other, score, reasons, state, found_at, version)
             VALUES (?1, ?2, ?3, 70, '[\"name_same\"]', ?4, ?5, 1)"),
        params![pair, people[0], people[1], state, now],
    )?;
    Ok((pair, people[0]))
}

fn tokens<const N: usize>() -> [Token; N] {
    std::array::from_fn(|_| Token::draw().expect("a token"))
}

/// A part of the school, of the pupil and of the employment. Their records stay at the version that the walk knows.
fn some_parts(tx: &mut Tx<'_>, seats: &Seats) -> Result<[Uuid; 3]> {
    let made = [
        (Of::School, seats.school.0, "hard_area", "hard_area", "KV1", "unit"),
        (Of::Pupil, seats.pupil, "pupil_award", "content", "Giải nhất", "enrolment"),
        (Of::Staff, seats.staff, "staff_training", "major", "Toán", "employment"),
    ]
    .map(|(of, id, kind, key, value, table)| {
        let cmd = SetPart { values: [(key.to_owned(), Some(value.to_owned()))].into() };
        let from = tx.today();
        let part = parts::add(tx, (seats.school, of, id), kind, &cmd, None, from, Writer::PERSON)?.part;
        let known = db::Built::new("test", &format!("UPDATE {table} SET version = 1 WHERE id = ?1"), tx.dialect());
        tx.exec_one(&known, db::params![id])?;
        Ok(part)
    });
    let [school, pupil, staff] = made;
    Ok([school?, pupil?, staff?])
}

/// Loads the provinces and seats everybody.
pub async fn land(w: &World) -> Land {
    let units = rules::units::vietnam().expect("the pack");
    let of = |province: &str| -> Vec<&'static str> {
        units.communes.iter().filter(|commune| commune.province == province).map(|commune| commune.code).collect()
    };
    let (here, there) = (of(PROVINCE), of(OTHER));
    let (first, second, far) = (here[0], here[1], there[0]);
    let tokens: [Token; 8] = tokens();
    w.db.write_long(&w.system(), "a test loads two provinces", move |tx| {
        load::provinces(tx, units, &[PROVINCE, OTHER])?;
        let commune = load::commune(second);
        let (ours, theirs) = (
            school(tx, "Trường Tiểu học Bên Này", load::commune(first))?,
            school(tx, "Trường Tiểu học Ở Xa", load::commune(far))?,
        );
        let mut seats = vec![
            ("admin", "department_admin", load::department(PROVINCE)),
            ("powerless", "teacher", ours),
            ("head of another school", "head", ours),
            ("administrator of another school", "school_admin", ours),
            ("officer of another commune", "commune_officer", load::commune_office(first)),
            ("administrator of another province", "department_admin", load::department(OTHER)),
            ("head in another province", "head", theirs),
            ("support of another school", "support", ours),
        ]
        .into_iter()
        .zip(&tokens)
        .map(|((what, role, unit), token)| {
            person(tx, &what.replace(' ', "."), "-", role, unit, token).map(|one| (what, one))
        })
        .collect::<Result<Vec<_>>>()?
        .into_iter();
        let ((_, admin), (_, powerless)) = match (seats.next(), seats.next()) {
            (Some(admin), Some(powerless)) => (admin, powerless),
            _ => return Err(base::Error::internal("two seats")),
        };
        grants::end(tx, powerless.grant.into())?;
        Ok(Land { commune, department: load::department(PROVINCE), admin, powerless, wrong: seats.collect() })
    })
    .await
    .expect("makes the land")
}

/// Makes one more school with its people. `n` tells it from the others.
pub async fn place(w: &World, land: &Land, n: usize, digest: &str) -> Place {
    let (commune, department) = (land.commune, land.department);
    let (tokens, code, digest): ([Token; 3], _, _) =
        (tokens(), InvitationCode::draw().expect("a code"), digest.to_owned());
    let (secret, codes) = (totp::Secret::draw().expect("a secret"), recovery::draw().expect("codes"));
    let app = totp_rs::Secret::try_from_base32(secret.shown().replace(' ', "")).expect("base32");
    let app = totp_rs::Builder::new().with_secret(app.as_bytes().to_vec()).build().expect("an app");
    let first_code = app.generate(u64::try_from(w.clock.now().0 / 1_000_000).expect("a moment")).to_string();
    let (ticket, ticket_digest) = tickets::draw().expect("a ticket");
    let act = w.system();
    let place = w.db.write(&act, move |tx| {
        let school = school(tx, &format!("Trường Tiểu học Số {n}"), commune)?;
        let sister = self::school(tx, &format!("Trường Tiểu học Cạnh Số {n}"), commune)?;
        let ((duplicate, keep), (told_apart, _)) =
            (self::duplicate(tx, school, "open")?, self::duplicate(tx, school, "different")?);
        let expires_at = tx.now().plus_seconds(86_400);
        let new = NewInvitation {
            unit: school,
            role: "teacher".to_owned(),
            display_name: "Người Mới".to_owned(),
            expires_at,
        };
        let keeper = person(tx, &format!("keeper.{n}"), &digest, "teacher", school, &tokens[2])?;
        totp::begin(tx, keeper.account, &secret)?;
        totp::confirm(tx, keeper.account, &first_code)?;
        totp::begin(tx, keeper.account, &secret)?;
        recovery::replace(tx, keeper.account, &codes)?;
        let passkey = passkeys::insert(
            tx,
            keeper.account,
            &passkeys::NewPasskey {
                name: "Điện thoại".to_owned(),
                host: "localhost".to_owned(),
                credential: keeper.account.0.as_bytes().to_vec(),
                state: PASSKEY.to_owned(),
            },
        )?;
        let step = tickets::NewTicket { account: Some(keeper.account), ..tickets::NewTicket::default() };
        tickets::issue(tx, &ticket_digest, tickets::Purpose::SecondStep, &step, "192.0.2.7")?;
        let seats = seat(tx, school, None, true)?;
        let parts = some_parts(tx, &seats)?;
        let one = class(tx, school, 2026, "1A", "1")?;
        let (next, again) = (class(tx, school, 2027, "2A", "2")?, class(tx, school, 2027, "1A", "1")?);
        let in_class = admit(tx, school, &pupil(&format!("A{n}"), Some(one), Some(&format!("00432000{n:04}")))?)?.id;
        let gone = admit(tx, school, &pupil(&format!("B{n}"), None, None)?)?.id;
        let from = "2026-09-03".parse().map_err(base::Error::internal)?;
        leave(tx, school, gone, None, &Leave { from, reason: None })?;
        let retired = retired(tx, school)?;
        let arriving = format!("C{n}");
        let moves = admit(tx, sister, &pupil(&arriving, None, None)?)?.id;
        transfer_out(tx, sister, moves, None, &TransferOut { from, to: None, to_name: None, reason: None })?;
        let (year_class, timetable, rollover) = school_year(tx, school)?;
        let marks_class = marks_class(tx, school)?;
        let head = person(tx, &format!("head.{n}"), &digest, "head", school, &tokens[0])?;
        let exports = leaving::exports(tx, school, head.account, keeper.account)?;
        // The keeper is the pupil's mother as well.
        leaving::family(tx, school, in_class, keeper.account)?;
        Ok(Place {
            commune,
            department,
            school,
            sister,
            head,
            teacher: person(tx, &format!("teacher.{n}"), &digest, "teacher", school, &tokens[1])?,
            keeper,
            passkey: passkey.id.into(),
            totp_code: first_code.clone(),
            recovery_code: codes[0].clone(),
            ticket: ticket.clone(),
            invitation: invitations::insert(tx, &new, &code)?.into(),
            code: code.shown(),
            job: trial(tx, school)?.0,
            recurring: "installation.tidy",
            seats,
            parts,
            class: one,
            next,
            again,
            pupil: in_class,
            gone,
            retired,
            arriving,
            import: Uuid::nil(),
            year_class,
            marks_class,
            timetable,
            rollover,
            exports,
            duplicate,
            keep,
            told_apart,
        })
    });
    let place = place.await.expect("makes a place");
    let import = import(w, place.school).await;
    w.db.write(&w.system(), move |tx| {
        tx.public("a test tells that a place was made");
        // The last of it, which everybody is told.
        tx.record(Entry::new(LAST, "unit", commune).unit(commune));
        Ok(())
    })
    .await
    .expect("says so");
    Place { import, ..place }
}

/// A workbook of one pupil.
async fn import(w: &World, school: UnitId) -> Uuid {
    let _they_lend = khue::modules();
    let act = w.system();
    let read = w.db.read(&act, move |tx| {
        registry::imports::allowed(tx, school)?;
        let list = "Họ và tên;Ngày sinh;Giới tính;Lớp\nLê Thị Thử;26/03/2019;Nữ;1A\n";
        registry::imports::staged(tx, school, "hoc-sinh.csv", list.as_bytes())
    });
    let stage = std::sync::Arc::new(read.await.expect("reads"));
    registry::imports::put(&w.db, &w.system(), school, &stage).await.expect("keeps").id
}

impl Place {
    /// The same with ids that stand for nothing. What is published stays: everybody may know of it.
    pub fn nowhere(&self) -> Self {
        let nothing = |n: u128| Uuid::from_u128(0x0199_1f7e_2a40_7c3e_9b1d_5f0c_7a1e_4d00 + n);
        let nobody = |person: &Person, n: u128| Person {
            account: AccountId(nothing(n)),
            session: nothing(n + 1),
            grant: nothing(n + 2),
            ..person.clone()
        };
        Self {
            school: UnitId(nothing(1)),
            sister: UnitId(nothing(2)),
            head: nobody(&self.head, 10),
            teacher: nobody(&self.teacher, 20),
            keeper: nobody(&self.keeper, 40),
            passkey: nothing(50),
            invitation: nothing(30),
            job: nothing(40),
            recurring: "nothing.recurs",
            seats: Seats { school: UnitId(nothing(1)), class: nothing(61), pupil: nothing(62), staff: nothing(63) },
            parts: [64, 65, 66].map(nothing),
            class: ClassId(nothing(60)),
            pupil: EnrolmentId(nothing(61)),
            gone: EnrolmentId(nothing(62)),
            retired: nothing(67),
            year_class: nothing(60),
            timetable: nothing(61),
            rollover: nothing(62),
            exports: [67, 68, 69].map(nothing),
            duplicate: nothing(60),
            told_apart: nothing(61),
            ..self.clone()
        }
    }
}
