//! Lists of people that leave the house: asked, approved by a second person, taken, listed.

use base::{AccountId, ClassId, Error, Result, UnitId, Uuid};
use registry::exports::ask::{AskExport, ask};
use registry::exports::decide::{RefuseExport, approve, refuse, withdraw};
use registry::exports::{self, APPROVAL_ABOVE, Export, State, console, download, list};
use registry::imports::layout::What;
use registry::people::Closed;
use registry::people::kinship::{NewRelative, Relation};
use registry::pupils::admit::Admit;
use testkit::World;

use crate::pupils::{admitted, class, new, schools};
use crate::pupils_reach::teacher;
use crate::{act_of, read, somebody, write};

const BASIC: [&str; 3] = ["full_name", "birth_date", "class"];

fn wanted(columns: &[&str], classes: Option<&[ClassId]>) -> AskExport {
    AskExport {
        what: What::Pupils,
        purpose: "Lập danh sách dự thi gửi Sở".to_owned(),
        columns: Some(columns.iter().map(|key| (*key).to_owned()).collect()),
        classes: classes.map(|all| all.iter().map(|class| class.0).collect()),
    }
}

async fn asks(w: &World, who: AccountId, school: UnitId, cmd: AskExport) -> Result<Export> {
    let id = write(w, act_of(w, who), move |tx| ask(tx, school, &cmd)).await?;
    shown(w, who, school, id).await
}

async fn shown(w: &World, who: AccountId, school: UnitId, id: Uuid) -> Result<Export> {
    read(w, act_of(w, who), move |tx| list::show(tx, school, id)).await
}

async fn approves(w: &World, who: AccountId, school: UnitId, export: &Export) -> Result<Export> {
    let (id, known) = (export.id, export.version);
    write(w, act_of(w, who), move |tx| approve(tx, school, id, known)).await
}

/// Takes a file as the route does. Answers what stands in its parts.
async fn takes(w: &World, who: AccountId, school: UnitId, id: Uuid) -> Result<String> {
    let (file, rows, people) = read(w, act_of(w, who), move |tx| download::made(tx, school, id)).await?;
    write(w, act_of(w, who), move |tx| download::taken(tx, school, id, rows, people.clone())).await?;
    Ok(parts(file))
}

fn parts(file: std::fs::File) -> String {
    use std::io::Read as _;
    let mut book = zip::ZipArchive::new(file).expect("a file that Excel can open");
    let mut all = String::new();
    for at in 0..book.len() {
        book.by_index(at).expect("a part").read_to_string(&mut all).expect("text");
    }
    all
}

fn code(result: Result<impl std::fmt::Debug>) -> String {
    result.map_err(|error: Error| error.code().to_owned()).expect_err("is refused")
}

/// Two classes of two pupils each, one with a telephone and a mother.
async fn filled(w: &World, school: UnitId) -> [ClassId; 2] {
    platform::sheets::lend(&documents::excel::Excel);
    let [a, b] = [class(w, school, "2026-2027", "1A", "1").await, class(w, school, "2026-2027", "1B", "1").await];
    for (name, class) in [("Lê An", a), ("Lê Bảo", a), ("Lê Chi", b), ("Lê Dung", b)] {
        let mother = NewRelative { full_name: format!("{name} Mẹ"), ..relative() };
        let relatives = if name == "Lê An" { vec![mother] } else { Vec::new() };
        let number = Some(Closed("004220000123".to_owned()));
        admitted(w, school, Admit { class: Some(class), relatives, personal_number: number, ..new(name, "2020") })
            .await;
    }
    [a, b]
}

fn relative() -> NewRelative {
    NewRelative {
        relation: Relation::Mother,
        full_name: String::new(),
        birth: None,
        occupation: None,
        phone: None,
        corrects: None,
    }
}

testkit::both! {
    async fn a_short_list_of_what_is_basic_is_taken_at_once_and_listed(w: World) {
        let [school, other] = schools(&w).await;
        let [a, _] = filled(&w, school).await;
        let (head, clerk) = (somebody(&w, "head", "head", school).await, somebody(&w, "clerk", "clerk", school).await);
        let stranger = somebody(&w, "stranger", "head", other).await;
        let admin = somebody(&w, "admin", "school_admin", school).await;

        let export = asks(&w, clerk, school, wanted(&BASIC, Some(&[a]))).await.expect("asks");
        assert_eq!((export.state, export.people, export.may.as_slice()), (State::Approved, 2, &["download"][..]));
        assert_eq!((export.holds.as_str(), export.decided_by.as_deref(), export.at_console), ("basic", None, false));
        let text = takes(&w, clerk, school, export.id).await.expect("takes");
        assert!(text.contains("Lê Bảo") && !text.contains("Lê Chi") && !text.contains("004220000123"), "the class alone");
        assert!(text.contains(&export.mark) && text.contains("Lập danh sách dự thi gửi Sở"), "it is marked");

        // Whoever sees the school's pupils sees what left; nobody else takes it.
        let told = read(&w, act_of(&w, head), move |tx| list::list(tx, school, false, &base::PageRequest::default())).await.expect("lists");
        let row = &told.items[0];
        assert_eq!((told.items.len(), row.asked_by.as_str(), row.downloads, row.taken), (1, "clerk", 1, Some(2)));
        assert_eq!(row.classes.as_ref().map(|all| all[0].name.as_str()), Some("Lớp 1A"));
        assert_eq!(code(takes(&w, head, school, export.id).await), "export.not_found");
        for (who, refusal) in [(stranger, "unit.not_found"), (admin, "auth.forbidden")] {
            assert_eq!(code(asks(&w, who, school, wanted(&BASIC, None)).await), refusal);
            assert_eq!(code(shown(&w, who, school, export.id).await), refusal);
            assert_eq!(code(takes(&w, who, school, export.id).await), refusal);
        }
        // Each of whom it tells has the look, with the view; after a day it is over.
        let looks = read(&w, w.system(), |tx| {
            tx.public("a test looks at looks");
            let who: Vec<(Uuid,)> = tx.all(&db::Sql::new("TEST", "SELECT person FROM enrolment ORDER BY id LIMIT 1"), &[])?;
            auth::looked::who_saw(tx, who[0].0)
        }).await.expect("reads");
        assert_eq!(looks.iter().map(|look| look.view.as_str()).collect::<Vec<_>>(), ["export.pupils"]);
        w.clock.advance_seconds(25 * 3_600);
        assert_eq!(code(takes(&w, clerk, school, export.id).await), "export.not_ready");
        assert_eq!(shown(&w, clerk, school, export.id).await.expect("is there").state, State::Expired);
    }

    async fn what_is_protected_or_long_waits_for_a_second_person(w: World) {
        let [school, _] = schools(&w).await;
        let [a, b] = filled(&w, school).await;
        let (head, clerk) = (somebody(&w, "head", "head", school).await, somebody(&w, "clerk", "clerk", school).await);
        let office = read(&w, w.system(), move |tx| {
            tx.public("a test looks for the office");
            let sql = db::Sql::new("TEST", "SELECT authority FROM unit_edge WHERE kind = 'teaching' AND unit = ?1");
            Ok(tx.one::<(UnitId,)>(&sql, db::params![school])?.expect("answers to somebody").0)
        }).await.expect("reads");
        let officer = somebody(&w, "officer", "commune_officer", office).await;
        let export = asks(&w, clerk, school, wanted(&["full_name", "personal_number"], Some(&[a]))).await.expect("asks");
        assert_eq!((export.state, export.holds.as_str(), export.may.as_slice()), (State::Waiting, "protected", &["withdraw"][..]));
        assert_eq!(code(takes(&w, clerk, school, export.id).await), "export.not_ready");
        assert_eq!(code(approves(&w, clerk, school, &export).await), "export.own");
        // Whoever sees pupils but not what is protected decides over none of it.
        assert!(shown(&w, officer, school, export.id).await.expect("sees it").may.is_empty());
        assert_eq!(code(approves(&w, officer, school, &export).await), "auth.forbidden");
        assert_eq!(shown(&w, head, school, export.id).await.expect("sees it").may, ["approve"]);
        let stale = Export { version: 7, ..export.clone() };
        assert_eq!(code(approves(&w, head, school, &stale).await), "export.stale");
        let approved = approves(&w, head, school, &export).await.expect("approves");
        assert_eq!((approved.state, approved.decided_by.as_deref()), (State::Approved, Some("head")));
        assert_eq!(code(approves(&w, head, school, &approved).await), "export.not_waiting");
        assert!(takes(&w, clerk, school, export.id).await.expect("takes").contains("004220000123"));

        // Long: above the number that holds at the school.
        write(&w, w.system(), move |tx| {
            tx.public("a test sets");
            platform::settings::set(tx, &APPROVAL_ABOVE, Some(school), &serde_json::json!(3))
        }).await.expect("sets");
        let long = asks(&w, head, school, wanted(&BASIC, None)).await.expect("asks");
        assert_eq!((long.state, long.people), (State::Waiting, 4));
        let short = asks(&w, head, school, wanted(&BASIC, Some(&[b]))).await.expect("asks");
        assert_eq!(short.state, State::Approved);
        // Relatives are people, where columns of theirs are in it.
        let family = asks(&w, head, school, wanted(&["full_name", "mother_name"], Some(&[a]))).await.expect("asks");
        assert_eq!((family.people, family.state), (3, State::Approved));

        let (id, known) = (long.id, long.version);
        let no = |reason: &str| RefuseExport { reason: reason.to_owned() };
        let blank = no("  ");
        assert_eq!(code(write(&w, act_of(&w, clerk), move |tx| refuse(tx, school, id, known, &blank)).await), "fields.refused");
        let why = no("Chỉ cần danh sách khối một");
        let refused = write(&w, act_of(&w, clerk), move |tx| refuse(tx, school, id, known, &why)).await.expect("refuses");
        assert_eq!((refused.state, refused.reason.as_deref()), (State::Refused, Some("Chỉ cần danh sách khối một")));
        assert_eq!(code(takes(&w, head, school, id).await), "export.not_ready");
    }

    async fn what_nobody_decides_ends_and_one_takes_back_ones_own_alone(w: World) {
        let [school, _] = schools(&w).await;
        filled(&w, school).await;
        let (head, clerk) = (somebody(&w, "head", "head", school).await, somebody(&w, "clerk", "clerk", school).await);
        let mine = asks(&w, clerk, school, wanted(&["contact_phone"], None)).await.expect("asks");
        let (id, known) = (mine.id, mine.version);
        assert_eq!(code(write(&w, act_of(&w, head), move |tx| withdraw(tx, school, id, known)).await), "export.not_found");
        let back = write(&w, act_of(&w, clerk), move |tx| withdraw(tx, school, id, known)).await.expect("takes back");
        assert_eq!((back.state, back.may.len()), (State::Withdrawn, 0));
        assert_eq!(code(approves(&w, head, school, &back).await), "export.not_waiting");

        let waits = asks(&w, clerk, school, wanted(&["contact_phone"], None)).await.expect("asks");
        let waiting = || read(&w, act_of(&w, head), move |tx| list::list(tx, school, true, &base::PageRequest::default()));
        assert_eq!(waiting().await.expect("lists").items.iter().map(|row| row.id).collect::<Vec<_>>(), [waits.id]);
        w.clock.advance_seconds(8 * 86_400);
        assert!(waiting().await.expect("lists").items.is_empty());
        assert_eq!(shown(&w, clerk, school, waits.id).await.expect("is there").state, State::Expired);
        assert_eq!(code(approves(&w, head, school, &waits).await), "export.not_waiting");
    }

    async fn a_teacher_takes_the_own_class_in_one_click_and_sees_no_others_exports(w: World) {
        let [school, _] = schools(&w).await;
        let [a, b] = filled(&w, school).await;
        let led = teacher(&w, school, "co.giao", None, Some(a), None).await;
        let head = somebody(&w, "head", "head", school).await;
        write(&w, w.system(), move |tx| {
            tx.public("a test sets");
            platform::settings::set(tx, &APPROVAL_ABOVE, Some(school), &serde_json::json!(0))
        }).await.expect("sets");
        let own = asks(&w, led, school, wanted(&BASIC, Some(&[a]))).await.expect("asks");
        assert_eq!(own.state, State::Approved, "one click");
        assert!(takes(&w, led, school, own.id).await.expect("takes").contains("Lê An"));
        // What is protected of it waits; the class of another and the whole school are not theirs.
        let closed = asks(&w, led, school, wanted(&["full_name", "personal_number"], Some(&[a]))).await.expect("leads it");
        assert_eq!(closed.state, State::Waiting);
        assert_eq!(code(asks(&w, led, school, wanted(&BASIC, Some(&[b]))).await), "class.not_found");
        assert_eq!(code(asks(&w, led, school, wanted(&BASIC, None)).await), "auth.forbidden");
        let theirs = asks(&w, head, school, wanted(&BASIC, None)).await.expect("asks");
        assert_eq!(code(shown(&w, led, school, theirs.id).await), "export.not_found");
        assert_eq!(code(approves(&w, led, school, &theirs).await), "auth.forbidden");
        let seen = read(&w, act_of(&w, led), move |tx| list::list(tx, school, false, &base::PageRequest::default())).await.expect("lists");
        assert_eq!(seen.items.iter().map(|row| row.id).collect::<Vec<_>>(), [closed.id, own.id]);
        // Whoever no longer leads the class takes nothing of it.
        let approved = approves(&w, head, school, &closed).await.expect("approves");
        write(&w, w.system(), |tx| {
            tx.public("a test ends a lead");
            tx.exec(&db::Sql::new("TEST", "UPDATE homeroom SET valid_to = '2026-08-02'"), &[])
        }).await.expect("ends");
        assert_eq!(code(takes(&w, led, school, approved.id).await), "class.not_found");
    }

    async fn what_makes_no_sense_is_refused_by_name(w: World) {
        let [school, other] = schools(&w).await;
        let [a, _] = filled(&w, school).await;
        let elsewhere = class(&w, other, "2026-2027", "1X", "1").await;
        let empty = class(&w, school, "2026-2027", "1Z", "1").await;
        let head = somebody(&w, "head", "head", school).await;
        let field = |error: Error| error.refused_fields()[0].field.clone();
        let asked = |cmd: AskExport| asks(&w, head, school, cmd);
        let short = AskExport { purpose: "in".to_owned(), ..wanted(&BASIC, Some(&[a])) };
        assert_eq!(field(asked(short).await.expect_err("says nothing")), "purpose");
        assert_eq!(field(asked(wanted(&["salary"], None)).await.expect_err("no column")), "columns");
        assert_eq!(field(asked(wanted(&[], None)).await.expect_err("no column")), "columns");
        assert_eq!(field(asked(wanted(&BASIC, Some(&[]))).await.expect_err("no class")), "classes");
        assert_eq!(code(asked(wanted(&BASIC, Some(&[elsewhere]))).await), "class.not_found");
        assert_eq!(code(asked(wanted(&BASIC, Some(&[empty]))).await), "export.nobody");
    }

    async fn many_more_than_were_approved_do_not_leave(w: World) {
        let [school, _] = schools(&w).await;
        let [a, _] = filled(&w, school).await;
        let head = somebody(&w, "head", "head", school).await;
        let export = asks(&w, head, school, wanted(&BASIC, Some(&[a]))).await.expect("asks");
        for n in 0..6 {
            admitted(&w, school, Admit { class: Some(a), ..new(&format!("Lê Mới {n}"), "2020") }).await;
        }
        assert_eq!(code(takes(&w, head, school, export.id).await), "export.grew");
    }

    async fn what_leaves_at_the_console_stands_in_the_schools_list(w: World) {
        let [school, _] = schools(&w).await;
        filled(&w, school).await;
        let head = somebody(&w, "head", "head", school).await;
        let operator = || w.ctx(base::Actor::Operator("root".into()));
        let why = "Chuyển dữ liệu cho phòng";
        let id = Uuid::from_u128(7);
        let (file, rows, people) = read(&w, operator(), move |tx| console::made(tx, school, What::Pupils, why, id)).await.expect("makes");
        assert!(parts(file).contains(&exports::code_of(id)));
        assert_eq!((rows, people.len()), (4, 5));
        write(&w, operator(), move |tx| console::left(tx, school, What::Pupils, why, id, (rows, people.clone()))).await.expect("writes down");
        let seen = shown(&w, head, school, id).await.expect("is listed");
        assert_eq!((seen.at_console, seen.taken, seen.holds.as_str(), seen.may.len()), (true, Some(5), "protected", 0));
        assert_eq!(code(read(&w, operator(), move |tx| console::made(tx, school, What::Pupils, "", id).map(|_| ())).await), "fields.refused");
        assert_eq!(code(read(&w, operator(), move |tx| console::made(tx, school, What::Staff, "", id).map(|_| ())).await), "fields.refused");
        let staff = read(&w, operator(), move |tx| console::made(tx, school, What::Staff, why, id)).await.expect("makes");
        assert_eq!((staff.1, staff.2.len()), (0, 0), "nobody works there yet");
    }
}
