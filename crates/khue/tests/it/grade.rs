//! `khue grade`, as somebody runs it.

use crate::program::{err, out, run};

const MARKS: &str =
    "hoc_sinh;khoi;mon;hoc_ki;tx1;tx2;tx3;tx4;gk;ck\nHS01;7;Toán;1;7;8;9;8;7,5;8\nHS01;7;Toán;2;8;8;8;8;8;8\n";

#[test]
fn marks_of_a_file_are_judged_and_faults_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    std::fs::write(here.join("diem.csv"), format!("\u{feff}{MARKS}")).expect("writes");
    let done = run(here, &["grade", "--pack", "tt22-2021", "diem.csv"]);
    assert!(done.status.success(), "{}", err(&done));
    let told = out(&done);
    assert!(told.contains("HS01;7;subject;toan;year;8,0;;"), "{told}");
    assert!(told.contains("Chưa đủ dữ liệu") && told.contains("Ngữ văn"), "what is missing is named: {told}");

    let done = run(here, &["grade", "--pack", "tt22-2021", "--json", "--out", "kq.json", "diem.csv"]);
    assert!(done.status.success() && out(&done).is_empty(), "{}", err(&done));
    let json = std::fs::read_to_string(here.join("kq.json")).expect("reads");
    assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{json}");

    // A setting of the pack; and one that there is not.
    let set = |choice: &str| run(here, &["grade", "--pack", "tt22-2021", "--set", choice, "diem.csv"]);
    assert!(set("one_subject_reading=dropped").status.success());
    assert!(!set("one_subject_reading=nothing").status.success());

    std::fs::write(here.join("sai.csv"), "hoc_sinh;khoi;mon;hoc_ki;tx1;gk\nHS01;7;Toán;1;10,5;-1\n").expect("writes");
    let refused = run(here, &["grade", "--pack", "tt22-2021", "sai.csv"]);
    assert!(!refused.status.success() && out(&refused).is_empty());
    let said = err(&refused);
    assert!(said.contains("[grade_file.mark_above]") && said.contains("[grade_file.mark_below]"), "{said}");
    let nowhere = run(here, &["grade", "--pack", "tt22-2021", "khong-co.csv"]);
    assert!(!nowhere.status.success() && err(&nowhere).contains("[grade.file]"), "{}", err(&nowhere));
    let unknown = run(here, &["grade", "--pack", "tt99", "diem.csv"]);
    assert!(err(&unknown).contains("[grade_file.no_pack]"), "{}", err(&unknown));
}
