//! What a person does in a preview besides single cells, and what an import refuses in whole sentences.

use std::io::Write as _;

use base::book::Seen;
use registry::imports::asked::{self, Asked};
use registry::imports::change::{AllMean, CellIs, ChangeImport, ValueIs, change};
use registry::imports::rows::{ImportRows, page};
use registry::imports::stage::{Choice, Stage, Verdict};
use registry::imports::{self, export, layout::What, list, problems, template};
use testkit::World;

use crate::imports::{HEAD, PUPILS, a_school, applied, bytes, csv, imported, judged, rows, said, staged, verdicts};
use crate::{act_of, loaded, read, somebody, write};

/// Cells of a row, each its type and its text.
pub type Line<'a> = &'a [(&'a str, &'a str)];
/// A problem: its code, whether it refuses, in how many rows, and what stands there how often.
type Problem<'a> = (&'a str, bool, usize, Vec<(&'a str, usize)>);

/// A workbook of Excel's XML of 2003: sheets of rows of cells, each its type and its text.
pub fn xml(sheets: &[(&str, &[Line<'_>])]) -> Vec<u8> {
    let mut text = String::from(
        "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">",
    );
    for (name, rows) in sheets {
        text.push_str(&format!("<Worksheet ss:Name=\"{name}\"><Table>"));
        for row in *rows {
            text.push_str("<Row>");
            for (kind, value) in *row {
                let formula = if *kind == "Error" { " ss:Formula=\"=1/0\"" } else { "" };
                text.push_str(&format!("<Cell{formula}><Data ss:Type=\"{kind}\">{value}</Data></Cell>"));
            }
            text.push_str("</Row>");
        }
        text.push_str("</Table></Worksheet>");
    }
    text.push_str("</Workbook>");
    text.into_bytes()
}

fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("begins");
        zip.write_all(bytes).expect("writes");
    }
    zip.finish().expect("finishes").into_inner()
}

/// Sentences with the place before each, as a person reads them.
fn told(stage: &Stage) -> Vec<String> {
    let refusing = rows(stage).into_iter().flat_map(|row| &row.found.said).filter(|said| said.refuses);
    refusing.map(|said| format!("{}: {}", said.at, said.detail)).collect()
}

testkit::both! {
    async fn every_bad_workbook_of_the_issue_is_told_in_one_sentence(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        let whole = |bytes: Vec<u8>| async { staged(&w, school, bytes).await.expect_err("no workbook").detail().to_owned() };

        // A zip bomb: twenty million letters in one cell, fifty kilobytes of file.
        let types = b"<Types/>".as_slice();
        let book = b"<workbook><sheets><sheet name=\"A\" r:id=\"a\"/></sheets></workbook>".as_slice();
        let rels = b"<Relationships><Relationship Id=\"a\" Type=\"x/worksheet\" Target=\"s.xml\"/></Relationships>".as_slice();
        let bomb = format!("<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>{}</t></is></c></row></sheetData></worksheet>", "a".repeat(20 << 20));
        let parts = |sheet: &str, more: &[(&'static str, &'static [u8])]| {
            let mut parts: Vec<(&str, &[u8])> =
                vec![("[Content_Types].xml", types), ("xl/workbook.xml", book), ("xl/_rels/workbook.xml.rels", rels), ("xl/s.xml", sheet.as_bytes())];
            parts.extend_from_slice(more);
            packed(&parts)
        };
        assert_eq!(
            whole(parts(&bomb, &[])).await,
            "Tệp nhỏ nhưng khi giải nén lớn bất thường nên không được đọc. Hãy chép các ô cần nhập sang một tệp Excel mới rồi tải lên tệp mới đó."
        );
        // A password: the records of an old workbook begin with a cipher.
        let mut locked = vec![0x09, 0x08, 0x10, 0x00, 0x00, 0x06, 0x05, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        locked.extend_from_slice(&[0x2f, 0, 6, 0, 1, 0, 1, 0, 1, 0]);
        assert_eq!(
            whole(locked).await,
            "Tệp đặt mật khẩu nên không đọc được. Hãy mở bằng Excel, bỏ mật khẩu (Tệp › Thông tin › Bảo vệ sổ làm việc), lưu lại rồi tải lên lần nữa."
        );

        // Macros are never run, and the pupils are read.
        let cell = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
        let line = |cells: &[&str]| format!("<row>{}</row>", cells.iter().map(|text| cell(text)).collect::<String>());
        let sheet = format!(
            "<worksheet><sheetData>{}{}</sheetData></worksheet>",
            line(&["Họ và tên", "Ngày sinh", "Lớp"]),
            line(&["Lê Thị Thử", "26/03/2015", "6A1"])
        );
        let stage = staged(&w, school, parts(&sheet, &[("xl/vbaProject.bin", b"macro")])).await.expect("reads");
        assert_eq!(verdicts(&stage), [Verdict::New], "{:?}", said(&stage));
        assert!(stage.notes.iter().any(|note| note.contains("macro")), "{:?}", stage.notes);

        // A web page and a text that are called Excel.
        let html = "<html><body><table><tr><th>Họ và tên</th><th>Ngày sinh</th><th>Lớp</th></tr><tr><td>Lê Thị Thử</td><td>31/02/2014</td><td>6A1</td></tr></table></body></html>";
        let stage = staged(&w, school, html.as_bytes().to_vec()).await.expect("reads");
        assert_eq!(told(&stage), ["Bảng 1!B2: “31/02/2014” không có trong lịch: tháng 2 năm 2014 chỉ có 28 ngày."]);
        let stage = staged(&w, school, csv(&["1;;Lê Thị Thử;31/02/2014;Nữ;Kinh;;;;;;;;;6;6A1"])).await.expect("reads");
        assert_eq!(told(&stage), ["Trang 1!D2: “31/02/2014” không có trong lịch: tháng 2 năm 2014 chỉ có 28 ngày."]);

        // The rest, on the second sheet of a workbook: a formula that failed, one number twice, a class that is not there.
        imported(&w, school, &PUPILS[..1]).await;
        let text = |text| ("String", text);
        let head = ["Họ và tên", "Ngày sinh", "Số định danh cá nhân", "Lớp"].map(text);
        let stage = staged(&w, school, xml(&[("Bìa", &[&[text("Năm học 2026-2027")]]), ("Học sinh", &[
            &head,
            &[text("Thử Công Thức"), ("Error", "#DIV/0!"), text(""), text("6A1")],
            &[text("Thử Trùng Một"), text("26/03/2015"), text("010315000009"), text("6A1")],
            &[text("Thử Trùng Hai"), text("27/03/2015"), text("010315000009"), text("6A1")],
            &[text("Thử Lớp Lạ"), text("28/03/2015"), text(""), text("6A9")],
        ])])).await.expect("reads");
        assert_eq!(told(&stage), [
            "Học sinh!B2: Ô là công thức bị lỗi #DIV/0!. Hãy sửa công thức hoặc gõ thẳng giá trị.",
            "Học sinh!C3: Số định danh cá nhân này cũng đứng ở ô Học sinh!C4: hai học sinh không thể chung một số. Hãy sửa ô sai, hoặc bỏ dòng lặp.",
            "Học sinh!C4: Số định danh cá nhân này cũng đứng ở ô Học sinh!C3: hai học sinh không thể chung một số. Hãy sửa ô sai, hoặc bỏ dòng lặp.",
            "Học sinh!D5: Trường không có lớp 6A9 trong năm học này. Hãy sửa tên lớp, lập lớp trước, hoặc chọn “Lập các lớp chưa có”.",
        ]);

        // Three hundred columns: those that are known are read, and a fault is named by its letters.
        let many = vec!["Cột thừa"; 300];
        let wide = format!("{};Họ và tên;Ngày sinh;Lớp\n{};Thử Rất Rộng;31/02/2014;6A1\n", many.join(";"), "x;".repeat(299) + "x");
        let stage = staged(&w, school, wide.into_bytes()).await.expect("reads");
        assert_eq!(told(&stage), ["Trang 1!KP2: “31/02/2014” không có trong lịch: tháng 2 năm 2014 chỉ có 28 ngày."]);
        // Nothing of all this is half in the school.
        let pupils = read(&w, w.system(), move |tx| {
            imports::allowed(tx, school)?;
            imports::standing::read(tx, school)
        }).await.expect("reads").pupils;
        assert_eq!(pupils.len(), 1);
    }

    async fn one_answer_mends_every_row_with_the_same_problem(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        imported(&w, school, &PUPILS[..1]).await;
        let stage = staged(&w, school, csv(&[
            "1;;Thử Lớp Một;26/03/2015;Nữ;Kinh;;;;;;;;;6;6A9",
            "2;;Thử Lớp Hai;27/03/2015;Nữ;Sao Hoả;;;;;;;;;6; 6A9 ",
            "3;;Thử Lớp Ba;28/03/2015;Nữ;Kinh;;;;;;;;;6;6A8",
            "4;;Thử Lặp;29/03/2015;Nữ;Kinh;;;;;;;;;6;6A1",
            "5;;Thử Lặp;29/03/2015;Nữ;Kinh;;;;;;;;;6;6A1",
        ])).await.expect("reads");
        let all = problems::of(&stage);
        let seen: Vec<Problem<'_>> = all
            .iter()
            .map(|one| (one.code.as_str(), one.refuses, one.rows, one.values.iter().map(|v| (v.text.as_str(), v.rows)).collect()))
            .collect();
        assert_eq!(seen, [
            ("import.no_class", true, 3, vec![("6A9", 2), ("6A8", 1)]),
            ("cell.not_in_list", false, 1, vec![("Sao Hoả", 1)]),
            ("import.repeated", false, 1, vec![("Thử Lặp", 1)]),
        ]);
        let asked = ImportRows { code: Some("import.no_class".to_owned()), key: Some("class".to_owned()), q: Some("lop ba".to_owned()), ..ImportRows::default() };
        let (_, found) = page(&stage, &asked).expect("finds");
        assert_eq!(found.items.iter().map(|row| row.row).collect::<Vec<_>>(), [4]);

        let value = |from: &str, to: &str| ValueIs { key: "class".to_owned(), from: from.to_owned(), to: to.to_owned() };
        let mut mended = stage.clone();
        change(&mut mended, &ChangeImport {
            values: vec![value("6A9", "6A1")],
            all: vec![AllMean { code: "import.repeated".to_owned(), choice: Some(Choice::Leave) }],
            ..ChangeImport::default()
        }).expect("mends");
        let mended = judged(&w, school, mended).await;
        assert_eq!(verdicts(&mended), [Verdict::New, Verdict::New, Verdict::Refused, Verdict::New, Verdict::Refused], "{:?}", said(&mended));
        assert_eq!(mended.new_classes, Vec::<String>::new());
        let person = Choice::Person(base::Uuid::nil());
        change(&mut mended.clone(), &ChangeImport { all: vec![AllMean { code: "x".to_owned(), choice: Some(person) }], ..ChangeImport::default() })
            .expect_err("one person cannot be many rows");
        // Those that are to be made are told before.
        let mut made = mended.clone();
        change(&mut made, &ChangeImport { make_classes: Some(true), ..ChangeImport::default() }).expect("says so");
        assert_eq!(judged(&w, school, made).await.new_classes, ["6A8"]);

        // What the file said is remembered, and comes back as it was.
        let cell = |text: &str| ChangeImport {
            cells: vec![CellIs { table: 0, row: 2, letters: "P".to_owned(), text: text.to_owned() }],
            ..ChangeImport::default()
        };
        assert_eq!(rows(&mended)[0].was.get(&15), Some(&Seen::Text("6A9".to_owned())));
        let mut back = mended.clone();
        change(&mut back, &cell("6A7")).expect("mends again");
        assert_eq!(rows(&back)[0].was.get(&15), Some(&Seen::Text("6A9".to_owned())), "of the file, not of a hand");
        change(&mut back, &cell("6A9")).expect("takes back");
        assert_eq!(rows(&back)[0].line, rows(&stage)[0].line);
        assert!(rows(&back)[0].was.is_empty());
    }

    async fn somebody_without_a_birth_goes_out_and_comes_back_as_the_same(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        imported(&w, school, &["1;;Lý Thử Bốn;2014;Nữ;Dao;;;;;;;;;7;7A1", "2;;Lý Thử Năm;2014;Nữ;Dao;;;;;;;;;7;7A1"]).await;
        let pupils = read(&w, w.system(), move |tx| {
            imports::allowed(tx, school)?;
            imports::standing::read(tx, school)
        }).await.expect("reads").pupils;
        let four = pupils.iter().find(|pupil| pupil.values["full_name"] == "Lý Thử Bốn").expect("is there").person;
        w.db.write(&w.system(), move |tx| {
            tx.public("a test forgets a birth");
            let sql = db::Built::new("forgets", "UPDATE person SET birth = NULL WHERE id = ?1", tx.dialect());
            tx.exec_one(&sql, db::params![four])
        }).await.expect("forgets");
        let (file, ..) = read(&w, w.system(), move |tx| {
            imports::allowed(tx, school)?;
            let mark = base::sheet::Mark { code: "A".into(), who: "Lê Thị Thử".into(), purpose: "thử".into(), day: tx.today() };
            export::pupils(tx, school, &export::Cut::whole(), &mark)
        }).await.expect("exports");
        let stage = staged(&w, school, bytes(file)).await.expect("reads");
        assert_eq!(verdicts(&stage), [Verdict::Same; 2], "{:?}", said(&stage));
        // Somebody new still needs one, and who has the same name in another class is a question.
        let stage = staged(&w, school, csv(&["1;;Người Mới Toanh;;Nữ;Kinh;;;;;;;;;7;7A1", "2;;Lý Thử Năm;;Nữ;Kinh;;;;;;;;;7;7A1"])).await.expect("reads");
        assert_eq!(told(&stage), ["Trang 1!D2: Thiếu ngày sinh. Hãy ghi ngày sinh, ví dụ 26/03/2014."]);
        assert_eq!(verdicts(&stage)[1], Verdict::Doubtful, "{:?}", said(&stage));
    }

    async fn nobody_has_workbooks_read_without_end(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        let clerk = somebody(&w, "clerk", "clerk", school).await;
        let head = somebody(&w, "head", "head", school).await;
        let ask = |who, what| write(&w, act_of(&w, who), move |tx| {
            imports::allowed(tx, school)?;
            asked::count(tx, what)
        });
        for _ in 0..60 {
            ask(clerk, Asked::Bring).await.expect("may");
        }
        let refused = ask(clerk, Asked::Bring).await.expect_err("too often");
        assert_eq!(refused.code(), "import.asked_too_often");
        assert!(refused.detail().starts_with("Bạn đã tải lên 60 tệp trong một giờ"), "{}", refused.detail());
        ask(clerk, Asked::Change).await.expect("is another matter");
        ask(head, Asked::Bring).await.expect("is somebody else");
        w.clock.advance_seconds(3_601);
        ask(clerk, Asked::Bring).await.expect("after an hour");
    }

    async fn the_list_says_which_file_it_was_and_whose(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        let clerk = somebody(&w, "clerk", "clerk", school).await;
        let stage = staged(&w, school, csv(&PUPILS)).await.expect("reads");
        imports::put(&w.db, &act_of(&w, clerk), school, &std::sync::Arc::new(stage.clone())).await.expect("keeps");
        w.clock.advance_seconds(1);
        applied(&w, school, stage).await.expect("applies");
        let all = read(&w, act_of(&w, clerk), move |tx| list::list(tx, school)).await.expect("lists");
        let seen: Vec<(&str, &str, Option<&str>)> =
            all.iter().map(|one| (one.import.state.as_str(), one.name.as_str(), one.by_name.as_deref())).collect();
        assert_eq!(seen, [("done", "hoc-sinh.csv", None), ("ready", "hoc-sinh.csv", Some("clerk"))]);
        assert!(all.iter().all(|one| one.ends_at.is_some()));
    }

    async fn the_empty_layout_is_understood_without_a_question(w: World) {
        loaded(&w, &["04"]).await;
        let school = a_school(&w, "Trường THCS Thử").await;
        let file = template::write(What::Pupils, w.system().now()).expect("writes");
        let book = documents::workbook::open(&bytes(file), &documents::workbook::Limits::default()).expect("opens");
        let titles: Vec<String> = (0..book.sheets[0].width()).map(|at| book.sheets[0].cell(0, at).text().into_owned()).collect();
        let one = |title: &str| match title {
            "Họ và tên" => "Lê Thị Thử",
            "Ngày sinh" => "26/03/2015",
            "Khối" => "6",
            "Lớp" => "6A1",
            _ => "",
        };
        let text = format!("{}\n{}\n", titles.join(";"), titles.iter().map(|title| one(title)).collect::<Vec<_>>().join(";"));
        let stage = staged(&w, school, text.into_bytes()).await.expect("reads");
        assert!(stage.tables[0].columns.iter().all(|column| column.confidence >= 70 && column.key.is_some()), "{:?}", stage.tables[0].columns);
        assert_eq!(verdicts(&stage), [Verdict::New], "{:?}", said(&stage));
        assert_eq!(HEAD.split(';').filter(|title| !titles.iter().any(|one| one == title)).count(), 0);
    }
}
