//! Who sees which pupils: by a role, or because they lead or teach a class today.

use base::{AccountId, ClassId, EnrolmentId, UnitId, Uuid};
use db::{Sql, params};
use registry::classes::{list as classes, show as class_page};
use registry::people::{Closed, NewPerson, person};
use registry::pupils::admit::Admit;
use registry::pupils::list::{self, ListPupils};
use registry::pupils::show;
use testkit::World;

use crate::pupils::{admitted, class, new, schools};
use crate::{act_of, day, read, somebody, write};

static EMPLOY: Sql = Sql::new(
    "EMPLOY",
    "INSERT INTO employment (school, id, person, valid_from, valid_to, status, account, version) VALUES (?1, ?2, ?3, ?4, ?5, '01', ?6, 1)",
);
static LEAD: Sql = Sql::new(
    "LEAD",
    "INSERT INTO homeroom (school, class, valid_from, valid_to, employment) VALUES (?1, ?2, ?3, ?4, ?5)",
);
static TEACH: Sql = Sql::new(
    "TEACH",
    "INSERT INTO teaching (school, id, class, subject, semester, employment, valid_from, valid_to, responsible, version)
     VALUES (?1, ?2, ?3, 'toan', 0, ?4, ?5, ?6, TRUE, 1)",
);

/// A teacher with a first and a last day, who leads one class and teaches another.
pub(crate) async fn teacher(
    w: &World,
    school: UnitId,
    login: &'static str,
    to: Option<&'static str>,
    leads: Option<ClassId>,
    teaches: Option<ClassId>,
) -> AccountId {
    let account = somebody(w, login, "teacher", school).await;
    write(w, w.system(), move |tx| {
        tx.public("test");
        let name = NewPerson { full_name: "Lương Cô Giáo".to_owned(), ..NewPerson::default() };
        let checked = person::checked(&name, "")?;
        let who = person::insert(tx, school, &checked)?;
        let employment: Uuid = tx.new_id();
        let (from, to) = (day("2026-08-01"), to.map(day));
        tx.exec_one(&EMPLOY, params![school, employment, who, from, None::<base::Date>, account])?;
        if let Some(class) = leads {
            tx.exec_one(&LEAD, params![school, class, from, to, employment])?;
        }
        if let Some(class) = teaches {
            let id: Uuid = tx.new_id();
            tx.exec_one(&TEACH, params![school, id, class, employment, from, to])?;
        }
        Ok(())
    })
    .await
    .expect("employs");
    account
}

async fn names(w: &World, who: AccountId, school: UnitId) -> base::Result<Vec<String>> {
    let ask = ListPupils::default();
    Ok(read(w, act_of(w, who), move |tx| list::list(tx, school, &ask))
        .await?
        .items
        .into_iter()
        .map(|row| row.full_name)
        .collect())
}

async fn page(w: &World, who: AccountId, school: UnitId, id: EnrolmentId) -> base::Result<show::Pupil> {
    read(w, act_of(w, who), move |tx| show::show(tx, school, id, true)).await
}

testkit::both! {
    async fn a_teacher_sees_the_classes_they_lead_or_teach_today(w: World) {
        let [school, other] = schools(&w).await;
        let [a, b, c] = [class(&w, school, "2026-2027", "1A", "1").await, class(&w, school, "2026-2027", "1B", "1").await, class(&w, school, "2026-2027", "1C", "1").await];
        let mut ids = Vec::new();
        for (name, class) in [("Lê An", a), ("Lê Bảo", b), ("Lê Chi", c)] {
            let cmd = Admit { class: Some(class), personal_number: Some(Closed("004220000123".to_owned())), ..new(name, "2020") };
            ids.push(admitted(&w, school, cmd).await.id);
        }
        let both = teacher(&w, school, "both", None, Some(a), Some(b)).await;
        let ended = teacher(&w, school, "ended", Some("2026-09-07"), Some(c), Some(b)).await;
        let idle = teacher(&w, school, "idle", None, None, None).await;
        let unlinked = somebody(&w, "unlinked", "teacher", school).await;
        let (head, stranger, support) = (somebody(&w, "head", "head", school).await, somebody(&w, "stranger", "head", other).await, somebody(&w, "support", "support", school).await);

        assert_eq!(names(&w, both, school).await.expect("teaches"), ["Lê An", "Lê Bảo"]);
        assert_eq!(names(&w, ended, school).await.expect("works there"), [] as [&str; 0]);
        assert_eq!(names(&w, idle, school).await.expect("works there"), [] as [&str; 0]);
        assert_eq!(names(&w, head, school).await.expect("leads the school"), ["Lê An", "Lê Bảo", "Lê Chi"]);
        for (who, code) in [(unlinked, "auth.forbidden"), (support, "auth.forbidden"), (stranger, "unit.not_found")] {
            assert_eq!(names(&w, who, school).await.expect_err("has no business there").code(), code);
            assert_eq!(page(&w, who, school, ids[0]).await.expect_err("has no business there").code(), code);
        }
        assert_eq!(names(&w, both, other).await.expect_err("is another school").code(), "unit.not_found");

        // Papers and telephones: whoever leads the class, or by the right; the health of nobody without it.
        let own = page(&w, both, school, ids[0]).await.expect("leads them");
        assert!(own.protected.is_some());
        assert_eq!(own.may, ["pupil.view_protected"]);
        let taught = page(&w, both, school, ids[1]).await.expect("teaches them");
        assert_eq!((taught.protected, taught.may.len()), (None, 0));
        assert_eq!(page(&w, both, school, ids[2]).await.expect_err("is another class").code(), "pupil.not_found");
        assert_eq!(page(&w, ended, school, ids[2]).await.expect_err("was until yesterday").code(), "pupil.not_found");
        let head = page(&w, head, school, ids[2]).await.expect("leads the school");
        assert!(head.protected.is_some() && head.may.contains(&"pupil.view_sensitive"));
        // The house runs the system and opens nothing.
        let house = read(&w, w.system(), { let id = ids[0]; move |tx| show::show(tx, school, id, true) }).await.expect("shows");
        assert_eq!(house.protected, None);

        let seen = read(&w, act_of(&w, both), move |tx| classes::list(tx, school, None, None)).await.expect("lists");
        assert_eq!(seen.items.iter().map(|class| (class.code.as_str(), class.pupils, class.homeroom.is_some())).collect::<Vec<_>>(), [("1A", 1, true), ("1B", 1, false)]);
        assert!(read(&w, act_of(&w, both), move |tx| class_page::show(tx, school, b, None)).await.is_ok());
        let closed = read(&w, act_of(&w, both), move |tx| class_page::show(tx, school, c, None)).await.expect_err("is another class");
        assert_eq!(closed.code(), "class.not_found");
    }

    async fn a_teacher_changes_no_pupil(w: World) {
        let [school, _] = schools(&w).await;
        let a = class(&w, school, "2026-2027", "1A", "1").await;
        let pupil = admitted(&w, school, Admit { class: Some(a), ..new("Lê An", "2020") }).await;
        let leads = teacher(&w, school, "leads", None, Some(a), None).await;
        let cmd = new("Lê Mới", "2020");
        let error = write(&w, act_of(&w, leads), move |tx| registry::pupils::admit::admit(tx, school, &cmd).map(|one| one.id)).await.expect_err("admits nobody");
        assert_eq!(error.code(), "auth.forbidden");
        let go = registry::pupils::leave::TransferOut { from: day("2026-10-01"), to: None, to_name: None, reason: None };
        let error = write(&w, act_of(&w, leads), move |tx| registry::pupils::leave::transfer_out(tx, school, pupil.id, None, &go)).await.expect_err("moves nobody");
        assert_eq!(error.code(), "auth.forbidden");
    }
}
