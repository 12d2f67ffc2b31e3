//! Every statement on both databases, over a province with a school.

use registry::{load, units};

#[test]
fn statements_answer_alike() {
    let with_rows = testkit::statements_agree(crate::schemas(), |w: &testkit::World| {
        let (db, ctx) = (w.db.clone(), w.system());
        async move {
            db.write_long(&ctx, "a test fills the tables", |tx| {
                load::provinces(tx, rules::units::vietnam()?, &["46"])?;
                let commune = rules::units::vietnam()?.communes.iter().find(|commune| commune.province == "46");
                let commune = load::commune(commune.expect("a commune").code);
                let school = units::create::create(tx, &crate::school("Trường Tiểu học Sông Hương", commune, "TH"))?.id;
                registry::demo::fill_school(tx, school, &[1, 2])
            })
            .await
            .expect("fills");
        }
    });
    eprintln!("{with_rows} runs gave rows");
    assert!(with_rows > 20, "{with_rows}");
}
