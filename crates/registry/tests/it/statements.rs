//! Every statement on both databases, over a province with a school.

use registry::fields::parts::{self, SetPart};
use registry::fields::record::Of;
use registry::fields::scene;
use registry::fields::write::{self, SetFields, Writer};
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
                let other = units::create::create(tx, &crate::school("Trường THCS Phú Xuân", commune, "THCS"))?;
                crate::years::fill(tx, other.id)?;
                crate::pupils::fill(tx, school)?;
                let seats = scene::seat(tx, school, None, true)?;
                let cmd = SetPart { values: [("content".to_owned(), Some("Giải nhất".to_owned()))].into() };
                let from = tx.today();
                parts::add(tx, (school, Of::Pupil, seats.pupil), "pupil_award", &cmd, None, from, Writer::PERSON)?;
                let values = [("bilingual".to_owned(), Some("1".to_owned()))].into();
                let cmd = SetFields { from: None, values };
                write::write(tx, school, Of::Pupil, seats.pupil, "pupil_study", &cmd, None)
            })
            .await
            .expect("fills");
        }
    });
    eprintln!("{with_rows} runs gave rows");
    assert!(with_rows > 20, "{with_rows}");
}
