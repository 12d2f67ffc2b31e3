//! Lists in and out by the command line, through the server's socket.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http::Settings;
use khue::operator::Work;
use khue::workbook::What;
use platform::jobs::Runner;
use serde_json::json;
use testkit::World;

use crate::operator::{ask, door};
use crate::place::{land, place};

const HEAD: &str = "Họ và tên;Ngày sinh;Giới tính;Số định danh cá nhân;Lớp\n";

fn import(unit: &str, file: &Path, receipt: &Path, dry_run: bool) -> Work {
    Work::Import {
        unit: unit.to_owned(),
        file: file.to_owned(),
        dry_run,
        make_classes: false,
        receipt: receipt.to_owned(),
    }
}

fn list(folder: &Path, rows: &str) -> PathBuf {
    let path = folder.join("hoc-sinh.csv");
    std::fs::write(&path, format!("{HEAD}{rows}")).expect("writes");
    path
}

testkit::both! {
    async fn a_list_is_brought_corrected_applied_and_told_over_the_wire(w: World) {
        let land = land(&w).await;
        let here = place(&w, &land, 1, "-").await;
        let there = place(&w, &land, 2, "-").await;
        let anybody = crate::ask(&w, Settings { limits: false, ..Settings::default() });
        let (head, stranger) = (here.head.asks(&anybody), there.head.asks(&anybody));
        let base = format!("/api/v1/units/{}/imports", here.school);
        // Larger than other requests may be.
        let note = "ghi chú ".repeat(4_000);
        let pupil = |n: u32, birth: &str| format!("Lê Thị Thử;{birth};Nữ;01031900{n:04};1A;{note}\n");
        let mut list = format!("{};Ghi chú\n", HEAD.trim_end());
        (1..=40).for_each(|n| list.push_str(&pupil(n, "26/03/2019")));
        list.push_str(&pupil(41, "31/02/2019"));
        assert!(list.len() > 1 << 20);

        let refused = stranger.send("POST", &format!("{base}?name=hs.csv"), &[], list.clone()).await.expect("an answer");
        assert_eq!((refused.status, refused.code().as_str()), (404, "unit.not_found"));
        let brought = head.send("POST", &format!("{base}?name=hs.csv"), &[], list).await.expect("an answer");
        let brought = brought.json();
        assert_eq!((&brought["counts"]["fresh"], &brought["counts"]["refused"]), (&json!(40), &json!(1)), "{brought}");
        assert_eq!((&brought["state"], &brought["name"]), (&json!("ready"), &json!("hs.csv")));
        let one = format!("{base}/{}", brought["id"].as_str().expect("an id"));

        let rows = head.get(&format!("{one}/rows?verdict=refused")).await.expect("an answer").json();
        assert_eq!((&rows["total"], &rows["items"][0]["row"]), (&json!(1), &json!(42)), "{rows}");
        assert_eq!(rows["items"][0]["said"][0]["code"], "date.no_such_day");
        let page = head.get(&format!("{one}/rows?verdict=new&limit=30")).await.expect("an answer").json();
        let next = page["next"].as_str().expect("another page").to_owned();
        let page = head.get(&format!("{one}/rows?verdict=new&limit=30&cursor={next}")).await.expect("an answer").json();
        assert_eq!((page["items"].as_array().map(Vec::len), &page["next"]), (Some(10), &json!(null)));

        let mend = json!({ "cells": [{ "table": 0, "row": 42, "letters": "B", "text": "28/02/2019" }] });
        let json = ("content-type", "application/json");
        let stale = head.send("POST", &format!("{one}/changes"), &[json, ("if-match", "\"7\"")], mend.to_string()).await.expect("an answer");
        assert_eq!((stale.status, stale.code().as_str()), (412, "import.stale"));
        let mended = head.send("POST", &format!("{one}/changes"), &[json, ("if-match", "\"1\"")], mend.to_string()).await.expect("an answer");
        assert_eq!(mended.json()["counts"]["fresh"], json!(41), "{}", mended.json());

        let asked = head.send("POST", &format!("{one}/apply"), &[("if-match", "\"2\"")], "").await.expect("an answer");
        assert_eq!(asked.status, 200, "{}", asked.json());
        let again = head.send("POST", &format!("{one}/apply"), &[("if-match", "\"3\"")], "").await.expect("an answer");
        assert_eq!((again.status, again.code().as_str()), (409, "import.not_ready"));
        let runner = Runner::new(w.db.clone(), Arc::new(w.clock.clone()), registry::imports::apply_import::handlers(), 1);
        let job = format!("/api/v1/jobs/{}", asked.json()["job"].as_str().expect("a job"));
        for _ in 0..1_000 {
            runner.turn().await.expect("looks");
            let state = head.get(&job).await.expect("an answer").json();
            if state["state"] != "waiting" && state["state"] != "running" {
                assert_eq!((&state["state"], &state["error"]), (&json!("done"), &json!(null)), "{state}");
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let done = head.get(&one).await.expect("an answer").json();
        assert_eq!((&done["state"], &done["problem"]), (&json!("done"), &json!(null)), "{done}");
        let receipt = head.get(&format!("{one}/receipt")).await.expect("an answer");
        let book = documents::workbook::open(&receipt.body, &documents::workbook::Limits::default()).expect("opens");
        assert_eq!(book.sheets[0].cell(41, 8).text(), "Đã thêm mới");
    }

    async fn a_list_comes_in_goes_out_and_comes_in_again(w: World) {
        let land = land(&w).await;
        let here = place(&w, &land, 1, "-").await;
        let _door = door(&w).expect("opens");
        let (folder, unit) = (w.folder.path().to_owned(), here.school.0.to_string());
        let receipt = folder.join("ket-qua.xlsx");
        let good = "Lê Thị Thử;26/03/2019;Nữ;;1A\n";
        let file = list(&folder, &format!("{good}Lê Văn Sai;31/02/2019;Nam;;1A\n"));

        let (said, done) = ask(&w, None, import("KHONG-CO", &file, &receipt, false)).await;
        assert_eq!(done.expect_err("no school").code(), "workbook.no_school", "{said:?}");
        let (said, done) = ask(&w, None, import(&unit, &file, &receipt, true)).await;
        assert!(!done.expect("would go in, but for one") && said.iter().any(|line| line.starts_with("Sẽ thêm 1 học sinh")), "{said:?}");
        assert!(receipt.exists());
        let out = folder.join("xuat.xlsx");
        let export = || Work::Export { unit: unit.clone(), what: What::Pupils, file: out.clone() };
        let (said, done) = ask(&w, Some("thử đường xuất ra và nhập lại"), export()).await;
        assert!(done.expect("exports") && said[0].starts_with("Đã xuất 2 học sinh"), "nothing was imported: {said:?}");

        for (what, told) in [(What::Staff, "Đã xuất 1 cán bộ"), (What::Classes, "Đã xuất 3 lớp"), (What::Assignments, "Đã xuất 0 dòng")] {
            let work = Work::Export { unit: unit.clone(), what, file: folder.join("danh-sach.xlsx") };
            let (said, done) = ask(&w, Some("thử đường xuất ra và nhập lại"), work).await;
            assert!(done.expect("exports") && said[0].starts_with(told), "{what:?}: {said:?}");
        }

        let (said, done) = ask(&w, Some("thử"), import(&unit, &file, &receipt, false)).await;
        assert!(!done.expect("one stays out") && said.iter().any(|line| line.starts_with("Đã thêm 1 học sinh")), "{said:?}");
        let (_, done) = ask(&w, Some("thử"), import(&unit, &list(&folder, good), &receipt, false)).await;
        assert!(done.expect("all of it is in"));
        let (said, done) = ask(&w, Some("thử đường xuất ra và nhập lại"), export()).await;
        assert!(done.expect("exports") && said[0].starts_with("Đã xuất 3 học sinh"), "{said:?}");
        // Whoever came in is found, there and in the whole house, and the look is recorded.
        let find = |text: &str, unit: Option<&String>| Work::PersonFind { text: text.to_owned(), unit: unit.cloned() };
        for at in [Some(&unit), None] {
            let (said, done) = ask(&w, Some("thử"), find("thu le", at)).await;
            assert!(done.expect("finds") && said.len() == 1 && said[0].starts_with("Lê Thị Thử · 26/03/2019 · học sinh · "), "{said:?}");
        }
        let (said, done) = ask(&w, None, find("khong ai ca", None)).await;
        assert!(!done.expect("finds nobody") && said[0].contains("Không tìm thấy ai"), "{said:?}");
        let looks: (i64,) = w.db.read(&w.system(), |tx| {
            tx.public("a test counts looks");
            Ok(tx.one(&db::Built::new("test", "SELECT count(*) FROM look WHERE view = 'person.search'", tx.dialect()), &[])?.unwrap_or_default())
        }).await.expect("counts");
        assert_eq!(looks, (2,));
        let (said, done) = ask(&w, Some("thử"), import(&unit, &out, &receipt, false)).await;
        // Of one who sits in the place nothing but a name is known; what goes out without a birth comes back so.
        assert!(done.expect("all of it is in already") && said.iter().any(|line| line.contains("không đổi 3;")), "{said:?}");

        let (_, done) = ask(&w, None, import(&unit, &list(&folder, "Lê Văn Sai;31/02/2019;Nam;;1A\n"), &receipt, false)).await;
        assert_eq!(done.expect_err("nothing goes in").code(), "import.nothing");
        let (_, done) = ask(&w, None, import(&unit, &folder.join("khong-co.xlsx"), &receipt, false)).await;
        assert_eq!(done.expect_err("no file").code(), "workbook.file");
    }
}
