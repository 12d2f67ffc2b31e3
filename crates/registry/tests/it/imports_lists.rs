//! Staff, classes and assignments in a workbook: in, again, beside each other, and out and back.

use base::{EmploymentId, Result, UnitId, Uuid};
use registry::classes::list as classes;
use registry::exports;
use registry::imports::change::{ChangeImport, RowMeans, change};
use registry::imports::layout::What;
use registry::imports::stage::{Choice, Counts, Stage, Verdict};
use registry::imports::{self, apply_import, receipt};
use registry::staff::list::{ListStaff, StaffRow, list};
use registry::staff::show::show;
use registry::teaching::table;
use testkit::World;

use crate::imports::{a_school, applied, bytes, codes, judged, rows, said, staged, testless, verdicts};
use crate::imports_mend::{Line, xml};
use crate::staff::{employed, new};
use crate::{act_of, loaded, read, somebody, write};

const HEAD: &str = "STT;Mã giáo viên;Họ và tên;Ngày sinh;Giới tính;Dân tộc;Số định danh cá nhân;Số điện thoại;Email;Vị trí việc làm;Chức vụ;Môn dạy;Trình độ chuyên môn;Hình thức hợp đồng;Ngày vào ngành;Lớp chủ nhiệm";

const STAFF: [&str; 4] = [
    "1;GV001;Phạm Tuệ Mai;27/09/1981;Nữ;Kinh;079181410963;0934807039;gv001@example.edu.vn;Cán bộ quản lý;Hiệu trưởng;;Thạc sĩ;Thỉnh giảng;01/09/2003;",
    "2;GV002;Lý Thị Đan;26/11/2000;Nữ;Tày;079300251547;0991401216;gv002@example.edu.vn;Giáo viên;Tổ trưởng;Ngoại ngữ 1;Đại học;Thỉnh giảng;01/09/2022;6A1",
    "3;GV003;Đặng Bảo Trang;1969;Nữ;Kinh;079169428190;;;Giáo viên;;Toán;Đại học;;;",
    "4;;Lê Thu Hương;12/03/1985;Nữ;Kinh;;;;Giáo viên;;Ngữ văn;Cao đẳng;;;",
];

fn csv(head: &str, rows: &[&str]) -> Vec<u8> {
    format!("{head}\n{}\n", rows.join("\n")).into_bytes()
}

fn staff_csv(rows: &[&str]) -> Vec<u8> {
    csv(HEAD, rows)
}

async fn team(w: &World, school: UnitId) -> Vec<StaffRow> {
    read(w, w.system(), move |tx| list(tx, school, &ListStaff::default())).await.expect("lists").items
}

/// What is kept of somebody in the documents of the specification.
async fn field(
    w: &World,
    school: UnitId,
    staff: EmploymentId,
    group: &'static str,
    key: &'static str,
) -> Option<String> {
    use registry::fields::{read as fields, record, record::Of};
    read(w, w.system(), move |tx| {
        tx.public("a test reads a field");
        let spec = rules::sector::qd4998()?;
        let record = record::find(tx, school, Of::Staff, staff.0)?;
        let today = tx.today();
        let found = fields::values(tx, &record, today, &[spec.group(group).expect("a group")])?;
        Ok(found[0].1.values.get(key).cloned())
    })
    .await
    .expect("reads")
}

/// Versions of everything that staff, classes and assignments write.
async fn versions(w: &World) -> Vec<Vec<Vec<String>>> {
    read(w, w.system(), |tx| {
        tx.public("a test compares tables");
        let sql = [
            "SELECT id, version FROM person ORDER BY id NULLS LAST LIMIT 9999",
            "SELECT id, version FROM employment ORDER BY id LIMIT 9999",
            "SELECT person, what, n, digest FROM person_secret ORDER BY person, what, n LIMIT 9999",
            "SELECT record, field_group, valid_from, version FROM record_doc ORDER BY record, field_group, valid_from LIMIT 9999",
            "SELECT id, version FROM class ORDER BY id LIMIT 9999",
            "SELECT class, employment, valid_from, valid_to FROM homeroom ORDER BY class, valid_from LIMIT 9999",
            "SELECT id, valid_to, version FROM teaching ORDER BY id LIMIT 9999",
            "SELECT id, version FROM enrolment ORDER BY id LIMIT 9999",
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

fn changes(stage: &Stage, at: usize) -> Vec<(String, Option<String>, String)> {
    rows(stage)[at].found.changes.iter().map(|one| (one.key.clone(), one.from.clone(), one.to.clone())).collect()
}

fn change_of(key: &str, from: Option<&str>, to: &str) -> (String, Option<String>, String) {
    (key.to_owned(), from.map(str::to_owned), to.to_owned())
}

async fn done(w: &World, school: UnitId, stage: Stage) {
    assert_eq!(applied(w, school, stage).await.expect("applies").back, 0);
}

testkit::both! {
    async fn a_school_takes_its_staff_and_the_same_again_changes_nothing(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        let stage = staged(&w, school, staff_csv(&STAFF)).await.expect("reads");
        assert_eq!(stage.tables[0].what, Some(What::Staff));
        assert_eq!(verdicts(&stage), [Verdict::New; 4], "{:?}", said(&stage));
        // The class that somebody leads is not there: told, and the person comes in.
        assert!(said(&stage).iter().any(|one| one.contains("!P3 import.no_class")), "{:?}", said(&stage));
        done(&w, school, stage).await;

        let all = team(&w, school).await;
        let names: Vec<&str> = all.iter().map(|one| one.full_name.as_str()).collect();
        assert_eq!(names, ["Lý Thị Đan", "Lê Thu Hương", "Phạm Tuệ Mai", "Đặng Bảo Trang"]);
        let dan = &all[0];
        assert_eq!((dan.staff_code.as_deref(), dan.staff_group.as_deref(), dan.position.as_deref(), dan.contract.as_deref()), (Some("GV002"), Some("2"), Some("22"), Some("5")));
        assert_eq!(dan.valid_from, crate::day("2026-08-01"), "whom nobody had was there from the first of the year on");
        assert_eq!(field(&w, school, dan.id, "staff_teaching", "subject").await.as_deref(), Some("Ngoại ngữ 1"));
        assert_eq!(field(&w, school, dan.id, "staff_qualification", "professional_degree").await.as_deref(), Some("03"));
        assert_eq!(field(&w, school, dan.id, "staff_job", "recruited_on").await.as_deref(), Some("2022-09-01"));
        // The number is kept encrypted, and found again by its digest.
        let sealed = read(&w, w.system(), |tx| {
            tx.public("a test reads");
            let sql = testless(tx, "SELECT sealed FROM person_secret WHERE what = 'personal_number' ORDER BY person LIMIT 99");
            tx.debug_rows(&sql, &[])
        }).await.expect("reads");
        assert!(sealed.len() == 3 && sealed.iter().flatten().all(|one| !one.contains("079181410963")), "in the clear: {sealed:?}");

        let before = versions(&w).await;
        let again = staged(&w, school, staff_csv(&STAFF)).await.expect("reads");
        assert_eq!(verdicts(&again), [Verdict::Same; 4], "{:?}", (0..4).map(|at| changes(&again, at)).collect::<Vec<_>>());
        done(&w, school, again).await;
        assert_eq!(versions(&w).await, before);
        crate::finding::index_holds(&w).await;
    }

    async fn what_a_workbook_says_otherwise_of_staff_is_written_by_the_pages_own_rules(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        done(&w, school, staged(&w, school, staff_csv(&STAFF)).await.expect("reads")).await;
        let other = [
            // Another name of the same number, another telephone, position and degree.
            "1;GV002;Lý Thị Đan;26/11/2000;Nữ;Kinh;079300251547;0991401299;;Cán bộ quản lý;Phó hiệu trưởng;Toán;Thạc sĩ;;;",
            // Whom the school has without code and number: by name and birth, and now with both.
            "2;GV009;Lê Thu Hương;12/03/1985;Nữ;Kinh;079185000123;;;;;;;;;",
            // Somebody whose birth is another: a person decides.
            "3;;Đặng Bảo Trang;1970;Nữ;;;;;;;;;;;",
        ];
        let mut stage = staged(&w, school, staff_csv(&other)).await.expect("reads");
        assert_eq!(verdicts(&stage), [Verdict::Changed, Verdict::Changed, Verdict::Doubtful], "{:?}", said(&stage));
        assert_eq!(changes(&stage, 0), [
            change_of("ethnic_group", Some("Tày"), "Kinh"), change_of("mobile", Some("0991401216"), "0991401299"),
            change_of("staff_group", Some("Giáo viên"), "Cán bộ quản lý"), change_of("position", Some("Tổ trưởng"), "Phó hiệu trưởng"),
            change_of("subject", Some("Ngoại ngữ 1"), "Toán"), change_of("professional_degree", Some("Đại học"), "Thạc sĩ"),
        ]);
        assert_eq!(changes(&stage, 1), [change_of("sector_code", None, "GV009"), change_of("personal_number", None, "079185000123")]);
        let person = rows(&stage)[2].found.candidates[0].person;
        let row = rows(&stage)[2].line.row;
        change(&mut stage, &ChangeImport { rows: vec![RowMeans { table: 0, row, choice: Some(Choice::Person(person)) }], ..ChangeImport::default() }).expect("answers");
        let stage = judged(&w, school, stage).await;
        assert_eq!(changes(&stage, 2), [change_of("birth_date", Some("1969"), "1970")]);
        done(&w, school, stage).await;
        let all = team(&w, school).await;
        assert_eq!(all.len(), 4);
        assert_eq!((all[0].position.as_deref(), all[1].staff_code.as_deref(), all[3].birth.as_deref()), (Some("02"), Some("GV009"), Some("1970")));
        // What she was stays known.
        let dan = all[0].id;
        let page = read(&w, w.system(), move |tx| show(tx, school, dan, None, false)).await.expect("shows");
        assert_eq!(page.work[0].positions.len(), 2);
        let again = staged(&w, school, staff_csv(&other)).await.expect("reads");
        assert_eq!(verdicts(&again), [Verdict::Same; 3], "{:?}", (0..3).map(|at| changes(&again, at)).collect::<Vec<_>>());
    }

    async fn faults_of_staff_are_named_with_their_cells_and_who_works_elsewhere_stays_out(w: World) {
        loaded(&w, &["04"]).await;
        let first = a_school(&w, "Trường THCS Bên Kia").await;
        done(&w, first, staged(&w, first, staff_csv(&STAFF)).await.expect("reads")).await;
        let school = a_school(&w, "Trường THCS Bên Này").await;
        let bad = [
            "1;GV001;;27/09/1981;Nữ;;;;;;;;;;;",
            "2;GV011;Thử Ngày Sai;31/02/1981;Nữ;;;;;;;;;;;",
            "3;GV012;Người Khác Hẳn;01/01/1990;Nữ;;079181410963;;;;;;;;;",
            "4;GV013;Thử Trùng;01/01/1990;Nữ;;079190000111;;;;;;;;;",
            "5;GV014;Thử Trùng Nữa;02/01/1990;Nữ;;079190000111;;;;;;;;;",
            // Schools number their staff alike: the code alone keeps nobody out.
            "6;GV002;Thử Cùng Mã;03/01/1990;Nam;;;;;Giáo viên;Chức vụ rất lạ chưa ai từng nghe;;Trình độ gì đó không ai biết;;;",
        ];
        let stage = staged(&w, school, staff_csv(&bad)).await.expect("reads");
        let sheet = rows(&stage)[0].found.said[0].at.split('!').next().expect("a sheet").to_owned();
        let at = |cell: &str, code: &str| vec![(format!("{sheet}!{cell}"), code.to_owned())];
        assert_eq!(codes(&stage, 0), at("C2", "import.no_name"));
        assert_eq!(codes(&stage, 1)[0].0, format!("{sheet}!D3"));
        assert_eq!(codes(&stage, 2), at("G4", "import.works_elsewhere"));
        assert_eq!(codes(&stage, 3), at("G5", "import.number_twice"));
        assert_eq!(codes(&stage, 4), at("G6", "import.number_twice"));
        assert!(codes(&stage, 5).is_empty() && verdicts(&stage)[5] == Verdict::New, "{:?}", said(&stage));
        assert!(said(&stage).iter().all(|one| one.ends_with('.')), "{:?}", said(&stage));
        let told = serde_json::to_string(&rows(&stage)[2].found).expect("JSON");
        assert!(told.contains("Trường THCS Bên Kia") && !told.contains("Tuệ Mai") && !told.contains("1981-09-27"), "{told}");
        let receipt = receipt::write(&stage, false, w.system().now()).expect("writes");
        let book = documents::workbook::open(&bytes(receipt), &documents::workbook::Limits::default()).expect("opens");
        let shown = |row: u32, column: u32| book.sheets[0].cell(row, column).text().into_owned();
        assert_eq!((shown(0, 18), shown(1, 18), shown(6, 18)), ("Kết quả".to_owned(), "Không nhập".to_owned(), "Sẽ thêm mới".to_owned()));
        done(&w, school, stage).await;
        assert_eq!(team(&w, school).await.len(), 1);
    }

    async fn a_fault_in_the_middle_leaves_nothing_of_the_staff(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        let stage = staged(&w, school, staff_csv(&STAFF)).await.expect("reads");
        let row = imports::put(&w.db, &w.system(), school, &std::sync::Arc::new(stage)).await.expect("keeps");
        let before = versions(&w).await;
        w.refuse_inserts("record_doc", true).await;
        apply_import::apply(&w.db, &w.system(), school, row.id, None).await.expect_err("the table takes nothing");
        assert_eq!(versions(&w).await, before);
        w.refuse_inserts("record_doc", false).await;
        apply_import::apply(&w.db, &w.system(), school, row.id, None).await.expect("applies");
        let after = versions(&w).await;
        // A second attempt of the same job.
        apply_import::apply(&w.db, &w.system(), school, row.id, None).await.expect("is done already");
        assert_eq!(versions(&w).await, after);
        assert_eq!(team(&w, school).await.len(), 4);
    }

    async fn who_of_the_staff_changed_meanwhile_goes_back_to_matching(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        done(&w, school, staged(&w, school, staff_csv(&STAFF[..2])).await.expect("reads")).await;
        let text = STAFF.map(|row| row.replace("Kinh", "Nùng").replace("Tày", "Nùng"));
        let lines: Vec<&str> = text.iter().map(String::as_str).collect();
        let stage = staged(&w, school, staff_csv(&lines)).await.expect("reads");
        assert_eq!(stage.counts(), Counts { changed: 2, fresh: 2, ..Counts::default() });
        let row = imports::put(&w.db, &w.system(), school, &std::sync::Arc::new(stage)).await.expect("keeps");
        let dan = team(&w, school).await[0].id;
        write(&w, w.system(), move |tx| {
            let cmd = registry::staff::person::ChangeStaff { ethnic_group: base::Patch::Value("01".to_owned()), ..Default::default() };
            registry::staff::person::change(tx, school, dan, None, &cmd)
        }).await.expect("corrects");
        let done = apply_import::apply(&w.db, &w.system(), school, row.id, None).await.expect("applies");
        assert_eq!(done.back, 1);
        let (row, stage) = imports::open(&w.db, &w.system(), school, row.id).await.expect("opens");
        assert_eq!((row.state.as_str(), stage.counts()), ("ready", Counts { changed: 1, same: 3, ..Counts::default() }));
        assert_eq!(apply_import::apply(&w.db, &w.system(), school, row.id, None).await.expect("applies").back, 0);
    }

    async fn whoever_may_not_see_staff_brings_none(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        let deputy = somebody(&w, "deputy", "deputy_head", school).await;
        let head = somebody(&w, "head", "head", school).await;
        let bring = |account| read(&w, act_of(&w, account), move |tx| {
            imports::allowed(tx, school)?;
            imports::staged(tx, school, "can-bo.csv", &staff_csv(&STAFF))
        });
        let stage = bring(deputy).await.expect("reads");
        assert_eq!((stage.tables[0].skipped, stage.tables[0].rows.len(), stage.counts().taken()), (true, 0, 0));
        assert!(stage.notes.iter().any(|note| note.contains("không có quyền")), "{:?}", stage.notes);
        let stage = std::sync::Arc::new(bring(head).await.expect("reads"));
        assert_eq!(stage.counts().fresh, 4);
        // Nor do they see what another brought.
        let row = imports::put(&w.db, &act_of(&w, head), school, &stage).await.expect("keeps");
        let seen: Result<_> = imports::open(&w.db, &act_of(&w, deputy), school, row.id).await;
        assert_eq!(seen.expect_err("is not theirs").code(), "auth.forbidden");
    }

    async fn classes_come_in_with_who_leads_them(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        done(&w, school, staged(&w, school, staff_csv(&STAFF)).await.expect("reads")).await;
        employed(&w, school, new("Trần Thu Hương", "1990")).await;
        let head = "STT;Tên lớp;Khối;Giáo viên chủ nhiệm;Mã GVCN;Sĩ số";
        let lines = [
            "1;6A1;6;Lý Thị Đan;;42", "2;Lớp 6A2;6;;GV003;40", "3;7A1;;;;38", "4;7A2;8;;;38", "5;6A1;6;;;1",
            "6;6A3;6;Thu Hương;;40", "7;6A4;6;Ai Đó Lạ;;40", "8;6A5;6;Lý Thị Đan;GV003;40",
        ];
        let mut stage = staged(&w, school, csv(head, &lines)).await.expect("reads");
        assert_eq!(stage.tables[0].what, Some(What::Classes));
        assert_eq!(verdicts(&stage), [
            Verdict::New, Verdict::New, Verdict::New, Verdict::Refused, Verdict::Refused, Verdict::Doubtful, Verdict::New, Verdict::New,
        ], "{:?}", said(&stage));
        assert_eq!((codes(&stage, 3)[0].1.as_str(), codes(&stage, 4)[0].1.as_str()), ("import.grade", "import.class_twice"));
        let told = said(&stage);
        assert!(["import.several_staff", "import.no_staff", "import.code_of_another"].iter().all(|code| told.iter().any(|one| one.contains(code))), "{told:?}");
        let meant = rows(&stage)[5].found.candidates.iter().find(|one| one.full_name == "Trần Thu Hương").expect("a candidate").person;
        let row = rows(&stage)[5].line.row;
        change(&mut stage, &ChangeImport { rows: vec![RowMeans { table: 0, row, choice: Some(Choice::Person(meant)) }], ..ChangeImport::default() }).expect("answers");
        let stage = judged(&w, school, stage).await;
        assert_eq!(verdicts(&stage)[5], Verdict::New);
        done(&w, school, stage).await;
        let all = read(&w, w.system(), move |tx| classes::list(tx, school, None, None)).await.expect("lists").items;
        let shown: Vec<(&str, &str, Option<&str>)> =
            all.iter().map(|one| (one.code.as_str(), one.name.as_str(), one.homeroom.as_ref().map(|one| one.full_name.as_str()))).collect();
        assert_eq!(shown, [
            ("6A1", "Lớp 6A1", Some("Lý Thị Đan")), ("6A2", "Lớp 6A2", Some("Đặng Bảo Trang")), ("6A3", "Lớp 6A3", Some("Trần Thu Hương")),
            ("6A4", "Lớp 6A4", None), ("6A5", "Lớp 6A5", None), ("7A1", "Lớp 7A1", None),
        ]);
        let before = versions(&w).await;
        let again = staged(&w, school, csv(head, &lines[..3])).await.expect("reads");
        assert_eq!(verdicts(&again), [Verdict::Same; 3], "{:?}", said(&again));
        done(&w, school, again).await;
        assert_eq!(versions(&w).await, before);
        // Somebody else leads it from today on.
        let stage = staged(&w, school, csv(head, &["1;6A1;6;;GV001;42"])).await.expect("reads");
        assert_eq!(changes(&stage, 0), [change_of("homeroom_name", Some("Lý Thị Đan"), "Phạm Tuệ Mai")]);
        done(&w, school, stage).await;
        let all = read(&w, w.system(), move |tx| classes::list(tx, school, None, None)).await.expect("lists").items;
        assert_eq!(all[0].homeroom.as_ref().map(|one| one.full_name.as_str()), Some("Phạm Tuệ Mai"));
    }

    async fn assignments_come_in_row_by_row_and_side_by_side(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        done(&w, school, staged(&w, school, staff_csv(&STAFF)).await.expect("reads")).await;
        done(&w, school, staged(&w, school, csv("Tên lớp;Khối;Giáo viên chủ nhiệm", &["6A1;6;", "6A2;6;"])).await.expect("reads")).await;
        let head = "Lớp;Môn;Mã giáo viên;Họ và tên giáo viên;Số tiết/tuần";
        let lines = ["6A1;Toán;GV003;Đặng Bảo Trang;4", "6A1;Tiếng Anh;GV002;;3", "6A2;Toán;;Lê Thu Hương;2"];
        let stage = staged(&w, school, csv(head, &lines)).await.expect("reads");
        assert_eq!(stage.tables[0].what, Some(What::Assignments));
        assert_eq!(verdicts(&stage), [Verdict::New; 3], "{:?}", said(&stage));
        done(&w, school, stage).await;
        let taught = || async {
            let shown = read(&w, w.system(), move |tx| table::show(tx, school, None, None)).await.expect("shows");
            let mut all: Vec<(String, String, String, Option<i64>)> =
                shown.items.into_iter().filter(|one| one.valid_to.is_none()).map(|one| (one.class_name, one.subject, one.full_name, one.periods)).collect();
            all.sort();
            all
        };
        let line = |class: &str, subject: &str, who: &str, periods| (class.to_owned(), subject.to_owned(), who.to_owned(), periods);
        assert_eq!(taught().await, [
            line("Lớp 6A1", "ngoai_ngu_1", "Lý Thị Đan", None), line("Lớp 6A1", "toan", "Đặng Bảo Trang", None), line("Lớp 6A2", "toan", "Lê Thu Hương", Some(2)),
        ], "the periods that the class has are not said once more");
        let before = versions(&w).await;
        let again = staged(&w, school, csv(head, &lines)).await.expect("reads");
        assert_eq!(verdicts(&again), [Verdict::Same; 3], "{:?}", said(&again));
        done(&w, school, again).await;
        assert_eq!(versions(&w).await, before);

        // Named clashes, and a subject of which the file says nothing goes on.
        let lines = [
            "6A1;Toán;GV001;;", "6A1;Toán;GV002;;", "6A1;Bay lượn;GV001;;", "6A9;Toán;GV001;;", "6A2;Toán;GV077;;", "6A2;Ngữ văn;GV001;;9",
        ];
        let stage = staged(&w, school, csv(head, &lines)).await.expect("reads");
        assert_eq!(verdicts(&stage), [Verdict::Changed, Verdict::Refused, Verdict::Refused, Verdict::Refused, Verdict::Refused, Verdict::New], "{:?}", said(&stage));
        assert_eq!(changes(&stage, 0), [change_of("staff_name", Some("Đặng Bảo Trang"), "Phạm Tuệ Mai")]);
        let refused: Vec<String> = (1..5).map(|at| codes(&stage, at)[0].1.clone()).collect();
        assert_eq!(refused, ["teaching.clash", "import.no_subject", "import.no_class", "import.no_staff"]);
        let told = said(&stage);
        assert!(told.iter().any(|one| one.contains("cả Phạm Tuệ Mai và Lý Thị Đan")), "{told:?}");
        assert!(told.iter().any(|one| one.contains("teaching.too_many") && one.contains("9 tiết")), "{told:?}");
        done(&w, school, stage).await;
        let now = taught().await;
        assert_eq!(now, [
            line("Lớp 6A1", "ngoai_ngu_1", "Lý Thị Đan", None), line("Lớp 6A1", "toan", "Phạm Tuệ Mai", None),
            line("Lớp 6A2", "ngu_van", "Phạm Tuệ Mai", Some(9)), line("Lớp 6A2", "toan", "Lê Thu Hương", Some(2)),
        ]);

        // Subjects down, classes across.
        let across = staged(&w, school, csv("STT;Môn học;6A1;6A2", &["1;Toán;GV003;Thu Hương", "2;Tin học;Đặng Bảo Trang (1);GV003", "3;Ngữ văn;;"])).await.expect("reads");
        assert_eq!(across.tables[0].what, Some(What::Assignments), "{:?}", across.tables[0].columns);
        assert_eq!(verdicts(&across), [Verdict::Changed, Verdict::Same, Verdict::New, Verdict::New], "{:?}", said(&across));
        assert!(said(&across).iter().any(|one| one.contains("!D2 import.part_of_name")), "a cell is named as it stands: {:?}", said(&across));
        // Teachers down, classes across.
        let down = staged(&w, school, csv("STT;Họ và tên giáo viên;6A1;6A2", &["1;Lý Thị Đan;Tin, Công nghệ;Tin", "2;Đặng Bảo Trang;;Toán (4)"])).await.expect("reads");
        assert_eq!(down.tables[0].what, Some(What::Assignments), "{:?}", down.tables[0].columns);
        let periods: Vec<Option<&String>> = rows(&down).iter().map(|row| row.found.values.get("periods")).collect();
        assert_eq!(periods, [None, None, None, Some(&"4".to_owned())]);
        assert_eq!(verdicts(&down), [Verdict::New, Verdict::New, Verdict::New, Verdict::Changed], "{:?}", said(&down));
        done(&w, school, down).await;
        assert!(taught().await.contains(&line("Lớp 6A2", "toan", "Đặng Bảo Trang", None)));
    }

    async fn a_workbook_of_everything_is_applied_in_one_go(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        let text = |text| ("String", text);
        let book = |classes: bool| {
            let pupils_head = ["Họ và tên", "Ngày sinh", "Giới tính", "Lớp"].map(text);
            let staff_head = ["Mã giáo viên", "Họ và tên", "Ngày sinh", "Chức vụ", "Lớp chủ nhiệm"].map(text);
            let class_head = ["Tên lớp", "Khối", "GVCN"].map(text);
            let taught_head = ["Lớp", "Môn", "Mã giáo viên"].map(text);
            let (first, second) = (["6A1", "Toán", "GV01"].map(text), ["6B", "Toán", "GV02"].map(text));
            let pupils = [["Nguyễn Thị Thử Một", "26/03/2015", "Nữ", "6A1"].map(text), ["Nguyễn Văn Thử Hai", "01/12/2014", "Nam", "6B"].map(text)];
            let staff = [["GV01", "Lê Thị Cúc", "12/03/1985", "Hiệu trưởng", "6B"].map(text), ["GV02", "Lê Văn Bình", "1986", "", ""].map(text)];
            let class = ["6A1", "6", "Lê Văn Bình"].map(text);
            // Who teaches stands before who is there: the order of the sheets is the file's own.
            let mut sheets: Vec<(&str, Vec<Line<'_>>)> = vec![
                ("Phân công", vec![&taught_head, &first, &second]),
                ("Học sinh", vec![&pupils_head, &pupils[0], &pupils[1]]),
                ("Giáo viên", vec![&staff_head, &staff[0], &staff[1]]),
            ];
            if classes {
                sheets.push(("Lớp", vec![&class_head, &class]));
            }
            let lent: Vec<(&str, &[Line<'_>])> = sheets.iter().map(|(name, rows)| (*name, rows.as_slice())).collect();
            xml(&lent)
        };
        let stage = staged(&w, school, book(true)).await.expect("reads");
        assert_eq!(stage.counts(), Counts { fresh: 7, ..Counts::default() }, "{:?}", said(&stage));
        assert_eq!(stage.new_classes, ["6B"], "the other class has a row of its own");
        // Whatever fails at the end, nothing is left of the beginning.
        let row = imports::put(&w.db, &w.system(), school, &std::sync::Arc::new(stage)).await.expect("keeps");
        let before = versions(&w).await;
        w.refuse_inserts("teaching", true).await;
        apply_import::apply(&w.db, &w.system(), school, row.id, None).await.expect_err("the table takes nothing");
        assert_eq!(versions(&w).await, before);
        w.refuse_inserts("teaching", false).await;
        assert_eq!(apply_import::apply(&w.db, &w.system(), school, row.id, None).await.expect("applies").back, 0);

        let all = read(&w, w.system(), move |tx| classes::list(tx, school, None, None)).await.expect("lists").items;
        let shown: Vec<(&str, &str, i64, Option<&str>)> =
            all.iter().map(|one| (one.code.as_str(), one.name.as_str(), one.pupils, one.homeroom.as_ref().map(|one| one.full_name.as_str()))).collect();
        assert_eq!(shown, [("6A1", "Lớp 6A1", 1, Some("Lê Văn Bình")), ("6B", "Lớp 6B", 1, Some("Lê Thị Cúc"))]);
        let shown = read(&w, w.system(), move |tx| table::show(tx, school, None, None)).await.expect("shows");
        assert_eq!(shown.items.iter().map(|one| (one.class_name.as_str(), one.full_name.as_str())).collect::<Vec<_>>(), [("Lớp 6A1", "Lê Thị Cúc"), ("Lớp 6B", "Lê Văn Bình")]);
        let after = versions(&w).await;
        let again = staged(&w, school, book(true)).await.expect("reads");
        assert_eq!(again.counts(), Counts { same: 7, ..Counts::default() }, "{:?}", said(&again));
        done(&w, school, again).await;
        assert_eq!(versions(&w).await, after);
        let _: Vec<Uuid> = receipt::people(&staged(&w, school, book(false)).await.expect("reads"));
    }

    async fn what_goes_out_of_staff_classes_and_assignments_comes_back_as_the_same(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        done(&w, school, staged(&w, school, staff_csv(&STAFF)).await.expect("reads")).await;
        done(&w, school, staged(&w, school, csv("Tên lớp;Khối;GVCN;Số buổi/tuần;2 buổi/ngày", &["6A1;6;Lý Thị Đan;9;Có", "6A2;6;;;", "10A1;10;Lê Thu Hương;;"])).await.expect("reads")).await;
        let lines = [
            "6A1;Toán;GV003;;;;", "6A1;Ngữ văn;;Lê Thu Hương;3;;", "6A1;Ngữ văn;GV001;;;;Dạy cùng", "6A2;Toán;GV002;;;1;", "6A2;Toán;GV003;;;2;", "10A1;Lịch sử;GV001;;;;",
        ];
        let stage = staged(&w, school, csv("Lớp;Môn;Mã giáo viên;Giáo viên;Số tiết/tuần;Học kì;Vai trò", &lines)).await.expect("reads");
        assert_eq!(verdicts(&stage), [Verdict::New; 6], "{:?}", said(&stage));
        done(&w, school, stage).await;
        let before = versions(&w).await;
        for (what, count) in [(What::Staff, 4), (What::Classes, 3), (What::Assignments, 5)] {
            let (file, rows_out, _) = read(&w, w.system(), move |tx| {
                let id = tx.new_id();
                exports::console::made(tx, school, what, "thử xuất ra rồi nhập lại", id)
            }).await.expect("exports");
            assert_eq!(rows_out, count, "{what:?}: what begins later is not in it");
            let stage = staged(&w, school, bytes(file)).await.expect("reads");
            assert_eq!(stage.tables[0].what, Some(what));
            let differs: Vec<_> = (0..rows(&stage).len()).map(|at| changes(&stage, at)).collect();
            assert_eq!(verdicts(&stage), vec![Verdict::Same; count], "{what:?}: {:?} {differs:?}", said(&stage));
            if what == What::Staff {
                let values = &rows(&stage).iter().find(|row| row.found.values["full_name"] == "Lý Thị Đan").expect("is there").found.values;
                for (key, value) in [("subject", "Ngoại ngữ 1"), ("professional_degree", "03"), ("recruited_on", "2022-09-01"), ("mobile", "0991401216"), ("position", "22"), ("homeroom", "6A1")] {
                    assert_eq!(values.get(key).map(String::as_str), Some(value), "{key}");
                }
            }
            done(&w, school, stage).await;
        }
        assert_eq!(versions(&w).await, before);
    }
}
