//! The file of `khue grade`: the examples of its page, and what must never happen.

use grading::grade_file::{Asked, Format, NO_PACK, judge, run};

/// The blocks of a page: what its fence says, and what is in it.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(fence), None) => open = Some((fence.to_owned(), String::new())),
            (Some(_), Some(block)) => found.push(block),
            (None, Some((fence, text))) => open = Some((fence, format!("{text}{line}\n"))),
            (None, None) => {}
        }
    }
    found
}

#[test]
fn the_examples_of_the_page_hold() {
    let page = include_str!("../../../../docs/GRADE.md");
    let blocks = blocks(page);
    let (mut written, mut refused) = (0, 0);
    for pair in blocks.windows(2) {
        let [(fence, file), (expected, lines)] = pair else { continue };
        let Some(pack) = fence.strip_prefix("csv in ") else { continue };
        match expected.as_str() {
            "csv out" => {
                let out = run(pack, file, Format::Csv).unwrap_or_else(|error| panic!("{pack}: {error:?}"));
                for line in lines.lines() {
                    assert!(out.lines().any(|one| one == line), "not written: {line}\n{out}");
                }
                written += 1;
            }
            "text refused" => {
                let error = run(pack, file, Format::Csv).expect_err("is refused");
                let faults: Vec<String> =
                    error.refused_fields().iter().map(|one| format!("{} {}", one.field, one.code)).collect();
                assert_eq!(faults, lines.lines().collect::<Vec<_>>());
                for one in error.refused_fields() {
                    let (line, column) = one.field.split_once(':').expect("line and column");
                    assert!(one.detail.starts_with(&format!("Dòng {line}, cột {column}: ")), "{}", one.detail);
                }
                refused += 1;
            }
            other => panic!("{other}: an example without what comes of it"),
        }
    }
    assert_eq!((written, refused), (2, 1));
}

#[test]
fn the_page_of_rules_names_every_parameter_with_its_default() {
    let page = include_str!("../../../../docs/ASSESSMENT.md");
    for rules in rules::assessment::all().expect("reads") {
        for (name, parameter) in &rules.parameters {
            let cells = format!("| `{name}` | `{}` |", parameter.value);
            assert!(page.contains(&cells), "{} is not in the page as {cells}", rules.pack.code);
        }
    }
}

/// A pupil of grade 7 with one subject, in the columns of most tests.
fn file(lines: &[&str]) -> String {
    format!("hoc_sinh;khoi;mon;hoc_ki;tx1;tx2;gk;ck;ket_qua;mien\n{}\n", lines.join("\n"))
}

#[test]
fn what_is_missing_is_listed_and_never_taken_for_zero() {
    let out = run("tt22-2021", &file(&["A;7;tin_hoc;1;8;;8;8;;"]), Format::Csv).expect("is judged");
    assert!(out.contains("A;7;subject;tin_hoc;semester_1;chưa đủ;missing;"), "{out}");
    assert!(out.contains("Tin học, học kì I: còn thiếu 1 đánh giá thường xuyên."), "{out}");
    // A subject that the file does not have at all is missing as well.
    assert!(out.contains("Toán, học kì II: còn thiếu 4 đánh giá thường xuyên."), "{out}");
    assert!(out.contains("A;7;promotion;;year;Chưa đủ dữ liệu;incomplete;"), "{out}");
    assert!(!out.contains("0,0"), "{out}");
}

#[test]
fn commas_dots_quotes_and_a_byte_order_mark_are_one_thing() {
    let result = |text: &str| {
        let out = run("tt22-2021", text, Format::Csv).expect("is judged");
        out.lines().find(|line| line.contains("semester_1") && line.contains("tin_hoc")).map(|line| {
            assert!(line.contains("8,4"), "{line}");
        })
    };
    // 8,5 + 8 + 2 × 8,5 + 3 × 8,5 = 59 : 7 = 8,428…
    result("hoc_sinh;khoi;mon;hoc_ki;tx1;tx2;gk;ck\nA;7;Tin;1;8,5;8;8.5;8,5\n").expect("there");
    result("\u{feff}hoc_sinh,khoi,mon,hoc_ki,tx1,tx2,gk,ck\r\nA,7,Tin,1,\"8,5\",8,8.5,\"8,5\"\r\n").expect("there");
    result("Học sinh\tKhối\tMôn\tHọc kì\tTX1\tTX2\tGK\tCK\nA\t7\tTin học\tI\t8,5\t8\t8,5\t8,5\n").expect("there");
    // Without quotes the comma cuts the mark in two: the line has more cells than the header.
    let error = run("tt22-2021", "hoc_sinh,khoi,mon,hoc_ki,tx1,tx2,gk,ck\nA,7,Tin,1,8,5,8,8.5,8,5\n", Format::Csv)
        .expect_err("is refused");
    assert_eq!(error.refused_fields()[0].code, "grade_file.width");
}

#[test]
fn a_pupil_s_code_never_becomes_a_formula() {
    let out = run("tt22-2021", &file(&["=1+1;7;tin_hoc;1;8;8;8;8;;"]), Format::Csv).expect("is judged");
    assert!(out.lines().skip(1).all(|line| line.starts_with("'=1+1;")), "{out}");
}

#[test]
fn json_says_the_same_with_codes_and_values() {
    let out = run("tt22-2021", &file(&["A;7;tin_hoc;1;8;8;8;8;;"]), Format::Json).expect("is judged");
    let out: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(out["pack"], "tt22-2021");
    assert_eq!(out["settings"]["one_subject_reading"], "rejudged");
    let first = &out["pupils"][0]["results"][0];
    assert_eq!((&first["about"], &first["value"]), (&"subject".into(), &"8,0".into()));
    let why = &first["because"][0];
    assert_eq!(why["code"], "average.semester");
    assert_eq!(why["article"], "Điều 9 khoản 1 điểm b");
    assert_eq!(why["values"]["weight"], "7");
}

#[test]
fn results_of_other_schools_exemptions_and_retests_are_read() {
    let out = run(
        "tt22-2021",
        &file(&["A;7;tin_hoc;1;;;;;7,0;", "A;7;tin_hoc;2;;;;;;x", "A;7;tin_hoc;he;;;;;6,0;"]),
        Format::Csv,
    )
    .expect("is judged");
    assert!(out.contains("A;7;subject;tin_hoc;semester_2;miễn;exempt;"), "{out}");
    assert!(out.contains("A;7;subject;tin_hoc;year;7,0;;"), "{out}");
    let both = run("tt22-2021", &file(&["A;7;tin_hoc;1;8;8;8;8;7,0;"]), Format::Csv).expect_err("is refused");
    assert_eq!(both.refused_fields()[0].code, "grade_file.both");
}

#[test]
fn history_needs_periods_and_sort_and_is_judged_by_its_own_names() {
    let text = "hoc_sinh;khoi;mon;hoc_ki;so_tiet;kieu;ket_qua;ren_luyen;vang\n\
        A;9;toan;1;140;diem;8,0;;\nA;9;toan;2;140;diem;8,0;;\n\
        A;9;hoa_hoc;1;70;diem;8,0;;\nA;9;hoa_hoc;2;70;diem;8,0;;\n\
        A;9;;1;;;;Tốt;\nA;9;;2;;;;T;45\n";
    let out = run("tt58-2011-26-2020", text, Format::Csv).expect("is judged");
    assert!(out.contains("A;9;learning;;year;Giỏi;good;"), "{out}");
    assert!(out.contains("A;9;title;;year;Học sinh giỏi;good;"), "{out}");
    assert!(out.contains("Điều 13 khoản 1"), "{out}");
    let bare = text.replace(";140;diem", ";;");
    let error = run("tt58-2011-26-2020", &bare, Format::Csv).expect_err("is refused");
    assert_eq!(error.refused_fields()[0].code, "grade_file.subject");
}

#[test]
fn settings_and_the_end_of_summer_are_handed_in() {
    let text = file(&["A;7;tin_hoc;1;8;;8;8;;"]);
    let asked = Asked { pack: "tt22-2021", settings: &[("missing_regular", "left_out")], ..Asked::default() };
    let out = judge(&asked, &text).expect("is judged");
    assert!(out.contains("A;7;subject;tin_hoc;semester_1;8,0;;"), "{out}");
    let other = Asked { settings: &[("missing_regular", "zero")], ..asked };
    assert!(judge(&other, &text).is_err_and(|error| error.code() == "assessment.no_choice"));
    assert!(run("tt99", &text, Format::Csv).is_err_and(|error| error.is(&NO_PACK)));
    assert!(run("tt22-2021", "hoc_sinh;khoi\n", Format::Csv).is_err());
    assert!(run("tt22-2021", "", Format::Csv).is_err());
}

#[test]
fn a_primary_pupil_s_year_is_read_and_judged() {
    let mut text = "hoc_sinh;khoi;mon;pc_nl;thoi_diem;muc;diem;noi_bat\n".to_owned();
    let programme = rules::curriculum::of_grade(5).expect("reads").expect("a programme");
    for point in ["gk1", "ck1", "gk2", "cn"] {
        for one in programme.plan(5, &rules::curriculum::Wanted::default()).expect("a plan") {
            let due = ["tieng_viet", "toan"].contains(&one.subject)
                || (!point.starts_with("gk")
                    && ["ngoai_ngu_1", "lich_su_dia_li", "khoa_hoc", "tin_hoc_cong_nghe"].contains(&one.subject));
            let test = if due { "8" } else { "" };
            text += &format!("B;5;{};;{point};T;{test};\n", one.subject);
        }
        let pack = rules::assessment::find("tt27-2020").expect("reads").expect("is there");
        for one in &pack.primary().expect("primary").traits {
            text += &format!("B;5;;{};{point};Tốt;;\n", one.code);
        }
    }
    let out = run("tt27-2020", &text, Format::Csv).expect("is judged");
    assert!(!out.contains(";missing;"), "{out}");
    assert!(out.contains("B;5;learning;;year;Hoàn thành tốt;good;"), "{out}");
    assert!(!out.contains(";title;"), "{out}");
    assert!(out.contains("B;5;promotion;;year;Được lên lớp;promoted;"), "{out}");
    assert!(out.contains("B;5;finish;;year;Hoàn thành chương trình tiểu học;finished;"), "{out}");
    let out = run("tt27-2020", &format!("{text}B;5;;;;;;x\n"), Format::Csv).expect("is judged");
    assert!(
        out.contains(";title;;year;Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện;outstanding;"),
        "{out}"
    );
    let error = run("tt27-2020", &format!("{text}B;5;Toán;;cn;G;8,5;\n"), Format::Csv).expect_err("is refused");
    let codes: Vec<&str> = error.refused_fields().iter().map(|one| one.code).collect();
    assert_eq!(codes, ["grade_file.achievement", "grade_file.number"]);
}

proptest::proptest! {
    #[test]
    fn no_file_brings_the_program_down(
        cells in proptest::collection::vec(
            proptest::sample::select(&[
                "A", "7", "1", "toan", "nghe_thuat/x", "8,5", "Đ", "CĐ", "KP", "M", "x", "he", "cn", "=1", "\"", "-", "", "T",
                "9999999999999", "🙂", "10,5", "ke_hoach", "\n", "\r\n", "2", "Tốt", "99",
            ][..]),
            0..120,
        ),
        pack in proptest::sample::select(&["tt22-2021", "tt27-2020", "tt58-2011-26-2020"][..]),
    ) {
        let head = match pack {
            "tt27-2020" => "hoc_sinh;khoi;mon;pc_nl;thoi_diem;muc;diem;mien;noi_bat;hoa_nhap;quyet_dinh",
            _ => "hoc_sinh;khoi;mon;hoc_ki;so_tiet;kieu;tx1;cd;gk;ck;ket_qua;mien;ren_luyen;vang;hoa_nhap;quyet_dinh",
        };
        let width = head.matches(';').count() + 1;
        let lines: Vec<String> = cells.chunks(width).map(|line| line.join(";")).collect();
        for format in [Format::Csv, Format::Json] {
            // Refused or judged, but never a panic, and never a fault of ours.
            if let Err(error) = run(pack, &format!("{head}\n{}\n", lines.join("\n")), format) {
                proptest::prop_assert!(error.code() != "internal", "{:?}", error);
            }
        }
    }
}
