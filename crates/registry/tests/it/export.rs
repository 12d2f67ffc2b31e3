//! The list as a file.

use std::io::Read as _;

use base::UnitId;
use registry::units::export::{ExportUnits, export};
use testkit::World;

use crate::{act_of, commune, day, loaded, make, read, school, somebody, write};

/// What stands in the cells of the first sheet, row by row: text, or a number as it is written.
pub fn cells(file: std::fs::File) -> Vec<Vec<String>> {
    let mut book = zip::ZipArchive::new(file).expect("a file that Excel can open");
    let mut text = String::new();
    book.by_name("xl/worksheets/sheet1.xml").expect("a sheet").read_to_string(&mut text).expect("text");
    let cell = |cell: &str| -> String {
        let inner = cell.split_once("<t").map(|(_, rest)| rest.split_once('>').expect("a tag").1);
        let inner = inner.or_else(|| cell.split_once("<v>").map(|(_, rest)| rest)).unwrap_or_default();
        inner.split('<').next().unwrap_or_default().to_owned()
    };
    text.split("<row ").skip(1).map(|row| row.split("<c ").skip(1).map(cell).collect()).collect()
}

async fn exported(w: &World, ctx: base::Ctx, cmd: ExportUnits) -> Vec<Vec<String>> {
    documents_are_lent();
    let (file, rows) = read(w, ctx, move |tx| export(tx, &cmd, "Lê Thị Thử")).await.expect("exports");
    let cells = cells(file);
    assert_eq!(cells.len(), rows + 1);
    cells
}

pub fn documents_are_lent() {
    platform::sheets::lend(&documents::excel::Excel);
}

testkit::both! {
    async fn the_file_holds_what_the_list_shows(w: World) {
        loaded(&w, &["04"]).await;
        let commune = commune(&w, "Phường Thục Phán").await;
        for name in ["Trường Tiểu học B", "Trường Tiểu học Ă", "Trường Tiểu học A"] {
            make(&w, school(name, commune, "TH")).await;
        }
        let schools = ExportUnits { kind: vec!["school".to_owned()], ..ExportUnits::default() };
        let all = exported(&w, w.system(), schools.clone()).await;
        assert_eq!(all[0], ["Tên", "Loại", "Mã", "Thuộc", "Số đơn vị trực thuộc", "Từ ngày", "Đến ngày"]);
        let names: Vec<&str> = all[1..].iter().map(|row| row[0].as_str()).collect();
        assert_eq!(names, ["Trường Tiểu học A", "Trường Tiểu học Ă", "Trường Tiểu học B"]);
        // An empty cell is not written; 01/08/2025 is day 45870 of Excel's calendar.
        assert_eq!(all[1][1..], ["Trường", "Tỉnh Cao Bằng › Phường Thục Phán", "0", "45870"]);

        let down = ExportUnits { sort: Some("-name".to_owned()), columns: Some(vec!["valid_from".to_owned()]), ..schools.clone() };
        let down = exported(&w, w.system(), down).await;
        assert_eq!(down[..2], [vec!["Tên".to_owned(), "Từ ngày".to_owned()], vec!["Trường Tiểu học B".to_owned(), "45870".to_owned()]]);
        let sought = ExportUnits { q: Some("tieu hoc b".to_owned()), ..schools.clone() };
        assert_eq!(exported(&w, w.system(), sought).await.len(), 2);
        // Longer than a page of the list, and as of a day when other units stood.
        let past = ExportUnits { kind: vec!["commune".to_owned()], as_of: Some(day("2024-06-01")), ..ExportUnits::default() };
        assert!(exported(&w, w.system(), past).await.len() > 150);
        assert_eq!(exported(&w, w.system(), ExportUnits { ids: Some(Vec::new()), ..schools.clone() }).await.len(), 1);
        let error = read(&w, w.system(), move |tx| export(tx, &ExportUnits { columns: Some(vec!["salary".to_owned()]), ..schools }, "")).await;
        assert_eq!(error.expect_err("no such column").refused_fields()[0].code, "unit.column");
    }

    async fn rows_out_of_sight_are_in_no_file(w: World) {
        loaded(&w, &["04"]).await;
        let commune = commune(&w, "Phường Thục Phán").await;
        let own = make(&w, school("Trường Tiểu học Của Mình", commune, "TH")).await.id;
        let other = make(&w, school("Trường Tiểu học Bên Cạnh", commune, "TH")).await.id;
        let head = somebody(&w, "head", "head", own).await;
        let ids = |ids: &[UnitId]| ExportUnits { ids: Some(ids.to_vec()), columns: Some(Vec::new()), ..ExportUnits::default() };
        let seen = exported(&w, act_of(&w, head), ids(&[own, other])).await;
        assert_eq!(seen[1..], [vec!["Trường Tiểu học Của Mình".to_owned()]]);
        assert_eq!(exported(&w, w.system(), ids(&[own, other])).await.len(), 3);
    }

    async fn who_exported_what_is_recorded(w: World) {
        let people: Vec<base::Uuid> = (1..=101).map(base::Uuid::from_u128).collect();
        for (people, kind) in [(Vec::new(), "list.exported"), (people[..100].to_vec(), "list.exported"), (people.clone(), "list.exported_in_bulk")] {
            let recorded = write(&w, w.system(), move |tx| {
                tx.public("a test exports");
                platform::sheets::record(tx, "units", &"asked", 3, people.clone())?;
                Ok(tx.recorded())
            }).await.expect("records");
            assert_eq!((recorded[0].0.as_str(), recorded[0].1.as_str()), (kind, "export"));
        }
    }
}
