//! A school's workbook, from the file to the tables and back.

use std::sync::Arc;

use base::{Result, UnitId, Uuid};
use db::{Built, Tx};
use registry::imports::change::{CellIs, ChangeImport, RowMeans, change};
use registry::imports::stage::{Choice, Counts, Stage, StagedRow, Verdict};
use registry::imports::{self, apply_import, export, receipt};
use testkit::World;

use crate::{act_of, commune, loaded, make, read, school, somebody};

pub const HEAD: &str = "STT;Mã định danh Bộ GD&ĐT;Họ và tên;Ngày sinh;Giới tính;Dân tộc;Số điện thoại;Nơi sinh;Số định danh cá nhân;Họ tên cha;Nghề nghiệp cha;Năm sinh cha;Họ tên mẹ;Năm sinh mẹ;Khối;Lớp";

pub const PUPILS: [&str; 5] = [
    "1;7900000001;Nguyễn Thị Thử Một;26/03/2015;Nữ;Kinh;0912345671;Lào Cai;010315000001;Nguyễn Văn Cha;Nông dân;1985;Trần Thị Mẹ;1987;6;6A1",
    "2;7900000002;Nguyễn Văn Thử Hai;01/12/2014;Nam;Kinh;0912345671, 0912345672;Lào Cai;010214000002;Nguyễn Văn Cha;Nông dân;1985;Trần Thị Mẹ;1987;6;6A1",
    "3;7900000003;Vàng A Thử;05/09/2015;Nam;H'Mông (Hoa);;Lào Cai;010215000003;;;;Giàng Thị Mẹ;1990;6;6A2",
    "4;;Lý Thử Bốn;2014;Nữ;Dao;;;;;;;;;7;7A1",
    "5;7900000005;=Thử;12/05/2014;Nam;Kinh;;-Hà Nội;010214000005;;;;;;7;7A1",
];

fn documents_are_lent() {
    platform::sheets::lend(&documents::excel::Excel);
    platform::books::lend(&documents::workbook::Reader);
}

pub fn csv(rows: &[&str]) -> Vec<u8> {
    // The fifth pupil's name is no name; the tests that want five put one there.
    let text = format!("{HEAD}\n{}\n", rows.join("\n"));
    text.replace("=Thử", "Đỗ Thử Năm").into_bytes()
}

pub async fn a_school(w: &World, name: &str) -> UnitId {
    documents_are_lent();
    let commune = commune(w, "Phường Thục Phán").await;
    make(w, school(name, commune, "THCS")).await.id
}

pub async fn staged(w: &World, school: UnitId, bytes: Vec<u8>) -> Result<Stage> {
    read(w, w.system(), move |tx| {
        imports::allowed(tx, school)?;
        imports::staged(tx, school, "hoc-sinh.csv", &bytes)
    })
    .await
}

pub async fn judged(w: &World, school: UnitId, stage: Stage) -> Stage {
    read(w, w.system(), move |tx| {
        imports::allowed(tx, school)?;
        let mut stage = stage;
        imports::judge(tx, school, &mut stage)?;
        Ok(stage)
    })
    .await
    .expect("judges")
}

pub async fn applied(w: &World, school: UnitId, stage: Stage) -> Result<apply_import::Applied> {
    let row = imports::put(&w.db, &w.system(), school, &Arc::new(stage)).await?;
    apply_import::apply(&w.db, &w.system(), school, row.id, None).await
}

/// Imports a workbook whose rows are all good.
pub async fn imported(w: &World, school: UnitId, rows: &[&str]) {
    let stage = staged(w, school, csv(rows)).await.expect("reads");
    assert_eq!(stage.counts().out(), 0, "{:?}", said(&stage));
    assert_eq!(applied(w, school, stage).await.expect("applies").back, 0);
}

pub fn rows(stage: &Stage) -> Vec<&StagedRow> {
    stage.taken().flat_map(|(_, table)| table.rows.iter()).collect()
}

pub fn said(stage: &Stage) -> Vec<String> {
    rows(stage)
        .iter()
        .flat_map(|row| row.found.said.iter().map(|said| format!("{} {}: {}", said.at, said.code, said.detail)))
        .collect()
}

pub fn verdicts(stage: &Stage) -> Vec<Verdict> {
    rows(stage).iter().map(|row| row.found.verdict).collect()
}

pub fn codes(stage: &Stage, at: usize) -> Vec<(String, String)> {
    let refusing = rows(stage)[at].found.said.iter().filter(|said| said.refuses);
    refusing.map(|said| (said.at.clone(), said.code.clone())).collect()
}

/// Everything that a school's import writes, as text.
async fn tables(w: &World) -> Vec<Vec<Vec<String>>> {
    read(w, w.system(), |tx| {
        tx.public("a test compares tables");
        let sql = [
            "SELECT id, full_name, birth, version FROM person ORDER BY id NULLS LAST LIMIT 9999",
            "SELECT person, what, n, digest FROM person_secret ORDER BY person, what, n LIMIT 9999",
            "SELECT id, person, version FROM enrolment ORDER BY id LIMIT 9999",
            "SELECT class, enrolment, valid_from FROM class_member ORDER BY class, enrolment LIMIT 9999",
            "SELECT child, relation, relative, version FROM kinship ORDER BY child, relation LIMIT 9999",
            "SELECT record, field_group, version FROM record_doc ORDER BY record, field_group LIMIT 9999",
            "SELECT unit, person, kind, valid_from FROM person_unit ORDER BY unit, person, kind LIMIT 9999",
            "SELECT id, name, grade FROM class ORDER BY id LIMIT 9999",
        ];
        sql.into_iter()
            .map(|sql| {
                let sql = testless(tx, sql);
                tx.debug_rows(&sql, &[])
            })
            .collect()
    })
    .await
    .expect("reads")
}

/// A statement of a test alone.
pub fn testless(tx: &Tx<'_>, sql: &str) -> Statement {
    Statement(Built::new("a test's", sql, tx.dialect()).text)
}

/// Not listed among the statements put together at run time: it reads whole tables, as only a test may.
pub struct Statement(String);

impl db::Statement for Statement {
    fn text(&self, _: db::Dialect) -> &str {
        &self.0
    }
    fn name(&self) -> &str {
        "a test's"
    }
}

testkit::both! {
    async fn a_new_school_takes_its_workbook_and_the_same_again_changes_nothing(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        let stage = staged(&w, school, csv(&PUPILS)).await.expect("reads");
        assert_eq!(verdicts(&stage), [Verdict::New; 5], "{:?}", said(&stage));
        assert!(stage.makes_classes, "it has none yet");
        let done = applied(&w, school, stage).await.expect("applies");
        assert_eq!(done, apply_import::Applied { counts: Counts { fresh: 5, ..Counts::default() }, back: 0 });

        let before = tables(&w).await;
        let lengths: Vec<usize> = before.iter().map(Vec::len).collect();
        // Five pupils, and three relatives: the first two have one father and one mother.
        assert_eq!(lengths, [8, 7, 5, 5, 5, 4, 8, 3]);
        let again = staged(&w, school, csv(&PUPILS)).await.expect("reads");
        assert_eq!(verdicts(&again), [Verdict::Same; 5], "{:?}", rows(&again).iter().map(|row| &row.found.changes).collect::<Vec<_>>());
        applied(&w, school, again).await.expect("applies");
        assert_eq!(tables(&w).await, before);
        crate::finding::index_holds(&w).await;
    }

    async fn every_fault_is_named_with_its_cell_and_the_other_rows_go_in(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        imported(&w, school, &PUPILS[..1]).await;
        let bad = [
            "6;;;26/03/2015;Nữ;Kinh;;;;;;;;;6;6A1",
            "7;;Thử Ngày Sai;31/02/2014;Nữ;Kinh;;;;;;;;;6;6A1",
            "8;;Thử Số Ngắn;26/03/2015;Nữ;Kinh;;;01031500001;;;;;;6;6A1",
            "9;;Thử Trùng Một;26/03/2015;Nữ;Kinh;;;010315000009;;;;;;6;6A1",
            "10;;Thử Trùng Hai;27/03/2015;Nữ;Kinh;;;010315000009;;;;;;6;6A1",
            "11;;Thử Lớp Lạ;26/03/2015;Nữ;Kinh;;;;;;;;;6;6A9",
            "12;;Thử Khối Lệch;26/03/2015;Nữ;Kinh;;;;;;;;;7;6A1",
            "13;;Thử Dân Tộc Lạ;26/03/2015;Nữ;Sao Hoả;;;;;;;;;6;6A1",
            "14;;Thử Không Lớp;26/03/2015;Nữ;Kinh;;;;;;;;;;",
            "15;;Thử Đúng;26/03/2015;Nữ;Kinh;09123;;;;;;;;6;6A1",
        ];
        let stage = staged(&w, school, csv(&bad)).await.expect("reads");
        let refused: Vec<Vec<(String, String)>> = (0..10).map(|at| codes(&stage, at)).collect();
        let sheet = rows(&stage)[0].found.said[0].at.split('!').next().expect("a sheet").to_owned();
        let at = |cell: &str, code: &str| vec![(format!("{sheet}!{cell}"), code.to_owned())];
        assert_eq!(refused[0], at("C2", "import.no_name"));
        assert_eq!(refused[1].len(), 1, "{:?}", refused[1]);
        assert_eq!(refused[1][0].0, format!("{sheet}!D3"));
        assert_eq!(refused[2][0].0, format!("{sheet}!I4"));
        assert_eq!(refused[3], at("I5", "import.number_twice"));
        assert_eq!(refused[4], at("I6", "import.number_twice"));
        assert_eq!(refused[5], at("P7", "import.no_class"));
        assert_eq!(refused[6], at("O8", "import.grade"));
        assert!(refused[7].is_empty() && said(&stage).iter().any(|one| one.contains("!F9 cell.not_in_list")), "{:?}", said(&stage));
        assert!(!rows(&stage)[7].found.values.contains_key("ethnic_group"));
        assert_eq!(refused[8], at("P10", "import.needs_class"));
        assert!(refused[9].is_empty() && verdicts(&stage)[9] == Verdict::New, "a telephone keeps nobody out: {:?}", said(&stage));
        assert!(said(&stage).iter().all(|sentence| sentence.ends_with('.')), "{:?}", said(&stage));

        let receipt = receipt::write(&stage, false, w.system().now()).expect("writes");
        applied(&w, school, stage).await.expect("applies");
        let tables = tables(&w).await;
        assert_eq!(tables[2].len(), 3, "one who was there and two who are new");
        let book = documents::workbook::open(&bytes(receipt), &documents::workbook::Limits::default()).expect("opens");
        let sheet = &book.sheets[0];
        let shown = |row: u32, column: u32| sheet.cell(row, column).text().into_owned();
        assert_eq!((shown(0, 2), shown(0, 18), shown(0, 19)), ("STT".to_owned(), "Kết quả".to_owned(), "Giải thích".to_owned()));
        assert_eq!(shown(1, 18), "Không nhập");
        assert!(shown(2, 19).contains("D3"), "{}", shown(2, 19));
        assert_eq!(shown(10, 18), "Sẽ thêm mới");
    }

    async fn a_slip_is_a_question_that_a_person_answers(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        imported(&w, school, &PUPILS[..3]).await;
        let asked = [
            // Day and month changed places, no number.
            "1;;Vàng A Thử;09/05/2015;Nam;Mông;;;;;;;;;6;6A2",
            // Another telephone, another class, a name with its marks lost.
            "2;7900000001;Nguyễn Thị Thử Một;26/03/2015;Nữ;Kinh;0912345679;Lào Cai;010315000001;;;;;;6;6A2",
        ];
        let mut stage = staged(&w, school, csv(&asked)).await.expect("reads");
        assert_eq!(verdicts(&stage), [Verdict::Doubtful, Verdict::Changed], "{:?}", said(&stage));
        let candidates = rows(&stage)[0].found.candidates.clone();
        assert_eq!(candidates.len(), 1);
        assert!(candidates[0].why.contains("đổi chỗ"), "{}", candidates[0].why);
        let changes: Vec<(String, Option<String>, String)> =
            rows(&stage)[1].found.changes.iter().map(|c| (c.key.clone(), c.from.clone(), c.to.clone())).collect();
        assert_eq!(changes, [
            ("contact_phone".to_owned(), Some("0912345671".to_owned()), "0912345679".to_owned()),
            ("class".to_owned(), Some("6A1".to_owned()), "6A2".to_owned()),
        ]);
        let row = rows(&stage)[0].line.row;
        let means = |choice| ChangeImport { rows: vec![RowMeans { table: 0, row, choice: Some(choice) }], ..ChangeImport::default() };
        change(&mut stage, &means(Choice::Person(Uuid::nil()))).expect_err("nobody's");
        let mut new = stage.clone();
        change(&mut new, &means(Choice::New)).expect("answers");
        assert_eq!(verdicts(&judged(&w, school, new).await)[0], Verdict::New);
        change(&mut stage, &means(Choice::Person(candidates[0].person))).expect("answers");
        let stage = judged(&w, school, stage).await;
        assert_eq!(verdicts(&stage), [Verdict::Changed, Verdict::Changed]);
        let again = csv(&asked);
        applied(&w, school, stage).await.expect("applies");
        let after = staged(&w, school, again).await.expect("reads");
        assert_eq!(verdicts(&after), [Verdict::Same, Verdict::Same], "{:?}", rows(&after)[1].found.changes);
    }

    async fn a_repeated_row_is_a_question_unless_numbers_tell_two_pupils_apart(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        let twins = [
            "1;;Thử Trùng Tên;26/03/2015;Nữ;Kinh;;;;;;;;;6;6A1",
            "2;;Thử Trùng Tên;26/03/2015;Nữ;Kinh;;;;;;;;;6;6A2",
            "3;;Thử Song Sinh;26/03/2015;Nữ;Kinh;;;010315000001;;;;;;6;6A1",
            "4;;Thử Song Sinh;26/03/2015;Nữ;Kinh;;;010315000002;;;;;;6;6A1",
        ];
        let mut stage = staged(&w, school, csv(&twins)).await.expect("reads");
        assert_eq!(verdicts(&stage), [Verdict::New, Verdict::Doubtful, Verdict::New, Verdict::New], "{:?}", said(&stage));
        let two = ChangeImport { rows: vec![RowMeans { table: 0, row: 3, choice: Some(Choice::New) }], ..ChangeImport::default() };
        change(&mut stage, &two).expect("answers");
        let stage = judged(&w, school, stage).await;
        assert_eq!(verdicts(&stage), [Verdict::New; 4]);
        applied(&w, school, stage).await.expect("applies");
        // Once they are there, the class tells them apart.
        let again = staged(&w, school, csv(&twins)).await.expect("reads");
        assert_eq!(verdicts(&again), [Verdict::Same; 4], "{:?}", said(&again));
    }

    async fn a_cell_is_mended_in_place(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        let mut stage = staged(&w, school, csv(&["1;;Thử Ngày Sai;31/02/2014;Nữ;Kinh;;;;;;;;;6;6A1"])).await.expect("reads");
        assert_eq!(verdicts(&stage), [Verdict::Refused]);
        let cell = |letters: &str| ChangeImport {
            cells: vec![CellIs { table: 0, row: 2, letters: letters.to_owned(), text: "28/02/2014".to_owned() }],
            ..ChangeImport::default()
        };
        change(&mut stage, &cell("ZZ")).expect_err("no such column");
        change(&mut stage, &cell("D")).expect("mends");
        assert_eq!(verdicts(&judged(&w, school, stage).await), [Verdict::New]);
    }

    async fn somebody_enrolled_elsewhere_is_refused_and_only_the_school_is_named(w: World) {
        loaded(&w, &["04"]).await;
        let first = a_school(&w, "Trường THCS Bên Kia").await;
        imported(&w, first, &PUPILS[..1]).await;
        let second = a_school(&w, "Trường THCS Bên Này").await;
        let stage = staged(&w, second, csv(&["1;;Người Khác Hẳn;01/01/2015;Nữ;Kinh;;;010315000001;;;;;;6;6A1"])).await.expect("reads");
        assert_eq!(codes(&stage, 0)[0].1, "import.enrolled_elsewhere");
        let told = serde_json::to_string(&rows(&stage)[0].found).expect("JSON");
        assert!(told.contains("Trường THCS Bên Kia"), "{told}");
        assert!(!told.contains("Thử Một") && !told.contains("26/03/2015") && !told.contains("2015-03-26"), "{told}");
    }

    async fn who_changed_meanwhile_goes_back_to_matching(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        imported(&w, school, &PUPILS[..2]).await;
        let text = String::from_utf8(csv(&PUPILS)).expect("text").replace("Lào Cai;0103", "Sa Pa;0103").replace("Lào Cai;010214000002", "Sa Pa;010214000002");
        let mut stage = staged(&w, school, text.into_bytes()).await.expect("reads");
        assert_eq!(stage.counts(), Counts { changed: 2, refused: 3, ..Counts::default() }, "6A2 and 7A1 are not there");
        change(&mut stage, &ChangeImport { make_classes: Some(true), ..ChangeImport::default() }).expect("says so");
        let stage = judged(&w, school, stage).await;
        assert_eq!(stage.counts(), Counts { fresh: 3, changed: 2, ..Counts::default() }, "{:?}", said(&stage));
        let person = rows(&stage)[0].found.target.expect("a person").person;
        let row = imports::put(&w.db, &w.system(), school, &Arc::new(stage)).await.expect("keeps");
        w.db.write(&w.system(), move |tx| {
            tx.public("a test corrects a pupil meanwhile");
            let sql = Built::new("corrects", "UPDATE person SET version = version + 1 WHERE id = ?1", tx.dialect());
            tx.exec_one(&sql, db::params![person])
        }).await.expect("corrects");
        let done = apply_import::apply(&w.db, &w.system(), school, row.id, None).await.expect("applies");
        assert_eq!(done.back, 1);
        let (row, stage) = imports::open(&w.db, &w.system(), school, row.id).await.expect("opens");
        assert_eq!(row.state, "ready");
        assert!(row.problem.expect("a sentence").starts_with("1 dòng"));
        assert_eq!(stage.counts(), Counts { changed: 1, same: 4, ..Counts::default() });
        // Looked at again, it goes in.
        assert_eq!(apply_import::apply(&w.db, &w.system(), school, row.id, None).await.expect("applies").back, 0);
        let (row, _) = imports::open(&w.db, &w.system(), school, row.id).await.expect("opens");
        assert_eq!(row.state, "done");
    }

    async fn a_fault_in_the_middle_leaves_nothing_of_the_school(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        let stage = staged(&w, school, csv(&PUPILS)).await.expect("reads");
        let row = imports::put(&w.db, &w.system(), school, &Arc::new(stage)).await.expect("keeps");
        let before = tables(&w).await;
        // Nearly the last table that is written.
        w.refuse_inserts("kinship", true).await;
        apply_import::apply(&w.db, &w.system(), school, row.id, None).await.expect_err("the table takes nothing");
        assert_eq!(tables(&w).await, before);
        w.refuse_inserts("kinship", false).await;
        apply_import::apply(&w.db, &w.system(), school, row.id, None).await.expect("applies");
        assert_eq!(tables(&w).await[2].len(), 5);
        // A second attempt of the same job.
        let after = tables(&w).await;
        apply_import::apply(&w.db, &w.system(), school, row.id, None).await.expect("is done already");
        assert_eq!(tables(&w).await, after);
    }

    async fn what_goes_out_comes_back_as_the_same(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        let full = "STT;Mã định danh Bộ GD&ĐT;Họ và tên;Ngày sinh;Giới tính;Dân tộc;Trạng thái;Số điện thoại;Nơi sinh;Tổ/thôn HKTT;Tỉnh quê quán;Phường/Xã quê quán;Chỗ ở hiện nay;Số CMND;Số định danh cá nhân;Ngày cấp;Nơi cấp;Họ tên cha;Nghề nghiệp cha;Năm sinh cha;Họ tên mẹ;Nghề nghiệp mẹ;Năm sinh mẹ;Họ tên người giám hộ;Nghề nghiệp người giám hộ;Năm sinh người giám hộ;Khối;Lớp\n\
            1;7900000001;Nguyễn Thị Thử Một;26/03/2015;Nữ;Kinh;Đang học;0912345671, 0912345672;=1+1;+Thôn 1;-Lào Cai;@Sa Pa;12 đường Số 1;B1234567;010315000001;01/02/2025;Cục CSQLHC về TTXH;Nguyễn Văn Cha;Nông dân;1985;Trần Thị Mẹ;Giáo viên;1987;Lê Văn Đỡ;Thợ may;1970;6;6A1\n\
            2;;Lý Thử Hai;2014;Nữ;Dao;;;;;;;;;;;;;;;;;;;;;6;6A2\n\
            3;;Lò Thử Ba;03/2014;Nam;Thái;;;;;;;;;;;;;;;;;;;;;6;6A2\n";
        let stage = staged(&w, school, full.as_bytes().to_vec()).await.expect("reads");
        assert_eq!(verdicts(&stage), [Verdict::New; 3], "{:?}", said(&stage));
        assert_eq!(rows(&stage)[0].found.values.len(), 27, "every column but the order is read: {:?}", rows(&stage)[0].found.values.keys());
        applied(&w, school, stage).await.expect("applies");
        let (file, rows_out, people) = read(&w, w.system(), move |tx| {
            imports::allowed(tx, school)?;
            let mark = base::sheet::Mark { code: "KX-1".to_owned(), who: "Lê Thị Thử".to_owned(), purpose: "thử".to_owned(), day: tx.today() };
            export::pupils(tx, school, &export::Cut::whole(), &mark)
        }).await.expect("exports");
        assert_eq!((rows_out, people.len()), (3, 6), "with father, mother and guardian of one");
        let out = bytes(file);
        let stage = staged(&w, school, out).await.expect("reads");
        assert_eq!(verdicts(&stage), [Verdict::Same; 3], "{:?} {:?}", said(&stage), rows(&stage).iter().map(|row| &row.found.changes).collect::<Vec<_>>());
        assert_eq!(rows(&stage)[0].found.values.len(), 27, "and comes back: {:?}", rows(&stage)[0].found.values);
        assert_eq!(rows(&stage)[0].found.values["birth_place"], "=1+1");
    }

    async fn whoever_may_not_sees_nothing(w: World) {
        loaded(&w, &["04"]).await;
        let own = a_school(&w, "Trường THCS Thử").await;
        let other = a_school(&w, "Trường THCS Khác").await;
        let head = somebody(&w, "head", "head", own).await;
        let teacher = somebody(&w, "teacher", "teacher", own).await;
        let admin = somebody(&w, "admin", "school_admin", own).await;
        let may = |account, school| read(&w, act_of(&w, account), move |tx| imports::allowed(tx, school));
        may(head, own).await.expect("may");
        assert_eq!(may(head, other).await.expect_err("out of sight").code(), "unit.not_found");
        assert_eq!(may(teacher, own).await.expect_err("teaches").code(), "auth.forbidden");
        assert_eq!(may(admin, own).await.expect_err("technical").code(), "auth.forbidden");
    }

    async fn what_is_no_list_is_refused_with_a_sentence(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        for (bytes, code) in [
            (&b"%PDF-1.7 something"[..], "workbook.not_a_workbook"),
            (b"", "workbook.damaged"),
            (b"{\"a\": 1}", "workbook.not_a_workbook"),
            (b"PK\x03\x04 broken", "workbook.damaged"),
            (b"<html><p>no table</p></html>", "workbook.not_a_workbook"),
        ] {
            let error = staged(&w, school, bytes.to_vec()).await.expect_err("no workbook");
            assert_eq!(error.code(), code);
            assert!(error.detail().ends_with('.'), "{}", error.detail());
        }
        // Macros, formulas that failed, 300 columns: read, and told where they matter.
        let many: Vec<String> = (0..300).map(|_| "Cột thừa".to_owned()).collect();
        let wide = format!("{HEAD};{}\n{};#REF!\n", many.join(";"), PUPILS[0]);
        let stage = staged(&w, school, wide.into_bytes()).await.expect("reads");
        assert_eq!(verdicts(&stage), [Verdict::New], "{:?}", said(&stage));
        let nothing = applied(&w, school, staged(&w, school, csv(&["6;;;26/03/2015;Nữ;Kinh;;;;;;;;;6;6A1"])).await.expect("reads")).await;
        assert_eq!(nothing.expect("nothing is written").counts.taken(), 0);
        assert!(tables(&w).await[0].is_empty());
    }
}

pub fn bytes(mut file: std::fs::File) -> Vec<u8> {
    use std::io::{Read as _, Seek as _};
    let mut bytes = Vec::new();
    file.rewind().expect("rewinds");
    file.read_to_end(&mut bytes).expect("reads");
    bytes
}
