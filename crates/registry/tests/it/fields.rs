//! Fields of records, where they are stored.

use std::collections::BTreeMap;

use base::{AccountId, Ctx, UnitId, Uuid};
use db::{Built, Tx, params};
use registry::fields::parts::{self, SetOrder, SetPart};
use registry::fields::read::{self, Fields, GroupHistory, Wanted};
use registry::fields::record::Of;
use registry::fields::scene::{self, Seats};
use registry::fields::write::{self, SetFields, Writer};
use registry::load;
use testkit::World;

use crate::{act_of, day, read, somebody, write};

/// A school with a class, a pupil and a member of staff, and the head of the school.
struct Place {
    seats: Seats,
    sister: UnitId,
    head: AccountId,
}

async fn place(w: &World) -> Place {
    let (seats, sister) =
        w.db.write_long(&w.system(), "a test seats a school", |tx| {
            load::provinces(tx, rules::units::vietnam()?, &[scene::PROVINCE])?;
            let school = scene::school(tx, "Trường Tiểu học Suối Bạc", "04SUOIBAC", Some("TH"), 0)?;
            let sister = scene::school(tx, "Trường Tiểu học Cạnh", "04CANH", Some("TH"), 0)?;
            Ok((scene::seat(tx, school, None, true)?, sister))
        })
        .await
        .expect("seats");
    let head = somebody(w, "head", "head", seats.school).await;
    Place { seats, sister, head }
}

fn asked(values: &[(&str, Option<&str>)]) -> BTreeMap<String, Option<String>> {
    values.iter().map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned))).collect()
}

async fn set(
    w: &World,
    ctx: Ctx,
    school: UnitId,
    (of, id): (Of, Uuid),
    (group, from): (&'static str, Option<&str>),
    values: &[(&str, Option<&str>)],
    known: i64,
) -> base::Result<write::Written> {
    let cmd = SetFields { from: from.map(day), values: asked(values) };
    write(w, ctx, move |tx| write::write(tx, school, of, id, group, &cmd, Some(known))).await
}

async fn show(
    w: &World,
    ctx: Ctx,
    seats: Seats,
    (of, id): (Of, Uuid),
    groups: &[&str],
    on: Option<&str>,
) -> base::Result<Fields> {
    let wanted = Wanted { as_of: on.map(day), groups: groups.iter().map(|code| (*code).to_owned()).collect() };
    read(w, ctx, move |tx| read::read(tx, seats.school, of, id, &wanted)).await.map(|seen| seen.fields)
}

fn value(fields: &Fields, key: &str) -> Option<String> {
    let mut all = fields.groups.iter().flat_map(|group| &group.fields);
    all.find(|field| field.about.key == key).unwrap_or_else(|| panic!("{key} is not shown")).value.clone()
}

async fn journal(w: &World) -> i64 {
    read(w, w.system(), |tx| {
        tx.public("a test counts the journal");
        let all = Built::new("test", "SELECT count(*) FROM journal_payload", tx.dialect());
        Ok(tx.one::<(i64,)>(&all, &[])?.expect("a count").0)
    })
    .await
    .expect("counts")
}

testkit::both! {
    async fn a_group_is_written_from_a_day_and_what_it_said_before_stays_readable(w: World) {
        let Place { seats, head, .. } = place(&w).await;
        let pupil = (Of::Pupil, seats.pupil);
        let by = || act_of(&w, head);
        let first = set(&w, by(), seats.school, pupil, ("pupil_study", Some("2026-09-01")), &[("bilingual", Some("có")), ("swims", Some("ít"))], 1)
            .await
            .expect("writes");
        assert_eq!((first.version, first.changed), (2, vec!["bilingual", "swims"]));
        let later = set(&w, by(), seats.school, pupil, ("pupil_study", Some("2026-09-05")), &[("swims", Some("25m"))], 2).await;
        assert_eq!(later.expect("writes").version, 3);
        // On the same day the second replaces the first; the other value stays.
        set(&w, by(), seats.school, pupil, ("pupil_study", Some("2026-09-05")), &[("swims", Some("50m"))], 3).await.expect("writes");
        let on = async |day: &str| show(&w, by(), seats, pupil, &["pupil_study"], Some(day)).await.expect("shows");
        assert_eq!(value(&on("2026-08-31").await, "swims"), None);
        assert_eq!(value(&on("2026-09-04").await, "swims").as_deref(), Some("ít"));
        let now = on("2026-09-07").await;
        assert_eq!((value(&now, "swims").as_deref(), value(&now, "bilingual").as_deref()), (Some("50m"), Some("1")));
        assert_eq!((now.version, now.groups.iter().find(|group| group.code == "pupil_study").and_then(|group| group.since)), (4, Some(day("2026-09-05"))));
        let said: GroupHistory = read(&w, by(), move |tx| {
            read::history(tx, seats.school, Of::Pupil, seats.pupil, "pupil_study").map(|(_, _, said)| said)
        })
        .await
        .expect("reads");
        let days: Vec<_> = said.documents.iter().map(|doc| (doc.from, doc.to, doc.values["swims"].as_str())).collect();
        assert_eq!(days, [(day("2026-09-05"), None, "50m"), (day("2026-09-01"), Some(day("2026-09-05")), "ít")]);
        // A day before both ends where the first begins.
        set(&w, by(), seats.school, pupil, ("pupil_study", Some("2026-08-20")), &[("swims", Some("ko"))], 4).await.expect("writes");
        assert_eq!(value(&on("2026-08-31").await, "swims").as_deref(), Some("ko"));
        assert_eq!(value(&on("2026-09-01").await, "swims").as_deref(), Some("ít"));
        // Taken away, both values are no more from that day on.
        set(&w, by(), seats.school, pupil, ("pupil_study", Some("2026-09-06")), &[("swims", None), ("bilingual", Some(""))], 5).await.expect("writes");
        assert_eq!(value(&on("2026-09-07").await, "swims"), None);
        assert_eq!(value(&on("2026-09-05").await, "swims").as_deref(), Some("50m"));
    }

    async fn what_stands_there_writes_nothing_and_who_knew_an_older_version_is_refused(w: World) {
        let Place { seats, head, .. } = place(&w).await;
        let pupil = (Of::Pupil, seats.pupil);
        let by = || act_of(&w, head);
        set(&w, by(), seats.school, pupil, ("pupil_health", None), &[("height", Some("141,5")), ("weight", Some("38,2"))], 1).await.expect("writes");
        let before = journal(&w).await;
        let again = set(&w, by(), seats.school, pupil, ("pupil_health", None), &[("height", Some("141,50"))], 2).await.expect("is the same");
        assert_eq!((again.version, again.changed.len(), journal(&w).await), (2, 0, before));
        let stale = set(&w, by(), seats.school, pupil, ("pupil_health", None), &[("height", Some("142"))], 1).await;
        assert_eq!(stale.expect_err("is refused").code(), "record.stale");
        let fields = show(&w, by(), seats, pupil, &["pupil_health"], None).await.expect("shows");
        assert_eq!((value(&fields, "height").as_deref(), value(&fields, "bmi").as_deref()), (Some("141.5"), Some("19.1")));
    }

    async fn refusals_name_the_field_and_what_to_do_and_nothing_is_written(w: World) {
        let Place { seats, head, .. } = place(&w).await;
        let pupil = (Of::Pupil, seats.pupil);
        let refused = async |group: &'static str, key: &str, text: &str| {
            let error = set(&w, act_of(&w, head), seats.school, pupil, (group, None), &[(key, Some(text))], 1).await;
            let fields = error.expect_err("is refused").refused_fields().to_vec();
            let field = fields.iter().find(|field| field.field == format!("values.{key}")).cloned().unwrap_or_else(|| panic!("{fields:?}"));
            (field.code, field.detail)
        };
        let (code, said) = refused("pupil_identity", "sex", "con trai").await;
        assert_eq!(code, "sector.not_in_list");
        assert!(said.contains("Giới tính") && said.contains("con trai") && said.contains("Hãy"), "{said}");
        let (code, said) = refused("pupil_contact", "contact_phone", "không có").await;
        assert_eq!(code, "fields.not_one");
        assert!(said.contains("Điện thoại liên hệ"), "{said}");
        let (code, said) = refused("pupil_study", "bilingual", "có lẽ").await;
        assert_eq!(code, "sector.not_yes_or_no");
        assert!(said.contains("Học song ngữ") && said.contains("có lẽ") && said.contains("Hãy"), "{said}");
        let (code, said) = refused("pupil_health", "blood_group", &"A".repeat(300)).await;
        assert_eq!(code, "sector.too_long");
        assert!(said.contains("Nhóm máu"), "{said}");
        assert_eq!(refused("pupil_health", "bmi", "20").await.0, "fields.computed");
        let (code, said) = refused("pupil_enrolment", "class_code", "5A").await;
        assert_eq!(code, "fields.by_operation");
        assert!(said.contains("Chuyển lớp"), "{said}");
        assert_eq!(refused("pupil_enrolment", "school_code", "999").await.0, "fields.other_school");
        assert_eq!(refused("pupil_study", "no_such_field", "1").await.0, "fields.unknown");
        let alone = set(&w, act_of(&w, head), seats.school, pupil, ("pupil_family", None), &[("mother_birth_year", Some("1980"))], 1).await;
        assert_eq!(alone.expect_err("is refused").refused_fields()[0].code, "fields.no_name");
        let nameless = set(&w, act_of(&w, head), seats.school, pupil, ("pupil_identity", None), &[("full_name", None)], 1).await;
        assert_eq!(nameless.expect_err("is refused").refused_fields()[0].code, "fields.needed");
        let other = set(&w, act_of(&w, head), seats.school, pupil, ("pupil_study", None), &[("blood_group", Some("A"))], 1).await;
        assert_eq!(other.expect_err("is refused").refused_fields()[0].code, "fields.other_group");
        let fields = show(&w, act_of(&w, head), seats, pupil, &[], None).await.expect("shows");
        assert_eq!(fields.version, 1, "nothing was written");
    }

    async fn a_code_that_an_incomplete_list_does_not_have_is_kept_and_told(w: World) {
        let Place { seats, head, .. } = place(&w).await;
        let codes = [("disability", Some("77")), ("blood_group", Some("AB"))];
        let done = set(&w, act_of(&w, head), seats.school, (Of::Pupil, seats.pupil), ("pupil_health", None), &codes, 1).await.expect("writes");
        assert_eq!(done.changed, ["blood_group", "disability"]);
        let [doubt] = done.doubts.as_slice() else { panic!("{:?}", done.doubts) };
        assert_eq!((doubt.field.as_str(), doubt.code), ("values.disability", "sector.doubtful_code"));
        assert!(doubt.detail.contains("Loại khuyết tật") && doubt.detail.contains("77"), "{}", doubt.detail);
    }

    async fn columns_are_written_by_their_keys(w: World) {
        let Place { seats, head, .. } = place(&w).await;
        let by = || act_of(&w, head);
        let pupil = (Of::Pupil, seats.pupil);
        let name = [("full_name", Some("lò  thị Ễnh")), ("birth_date", Some("3/2014")), ("ethnic_group", Some("Thái"))];
        set(&w, by(), seats.school, pupil, ("pupil_identity", None), &name, 1).await.expect("writes");
        let kin = [("father_name", Some("Lò Văn A")), ("father_birth_year", Some("1980")), ("father_occupation", Some("Nông dân"))];
        set(&w, by(), seats.school, pupil, ("pupil_family", None), &kin, 2).await.expect("writes");
        set(&w, by(), seats.school, pupil, ("pupil_papers", None), &[("personal_number", Some("004314000017"))], 3).await.expect("writes");
        let fields = show(&w, by(), seats, pupil, &["pupil_identity", "pupil_family", "pupil_papers", "pupil_enrolment"], None).await.expect("shows");
        for (key, expected) in [
            ("full_name", "lò thị Ễnh"),
            ("birth_date", "2014-03"),
            ("ethnic_group", "03"),
            ("father_name", "Lò Văn A"),
            ("father_birth_year", "1980"),
            ("father_occupation", "Nông dân"),
            ("personal_number", "004314000017"),
            ("class_code", scene::CLASS_CODE),
            ("school_code", "04SUOIBAC"),
        ] {
            assert_eq!(value(&fields, key).as_deref(), Some(expected), "{key}");
        }
        let rows: Vec<(String, String, String)> = read(&w, w.system(), move |tx| {
            tx.public("a test looks at columns");
            let sql = Built::new("test", "SELECT p.family, p.given, p.folded FROM person p JOIN enrolment e ON e.person = p.id WHERE e.id = ?1", tx.dialect());
            tx.all(&sql, params![seats.pupil])
        })
        .await
        .expect("reads");
        assert_eq!(rows, [("lò".to_owned(), "Ễnh".to_owned(), base::vi::fold("lò thị Ễnh"))]);
        // Another year makes another birth; the name taken away takes the relative away.
        set(&w, by(), seats.school, pupil, ("pupil_family", None), &[("father_birth_year", Some("1981"))], 4).await.expect("writes");
        let gone = [("father_name", None), ("father_birth_year", None), ("father_occupation", None)];
        set(&w, by(), seats.school, pupil, ("pupil_family", None), &gone, 5).await.expect("writes");
        let fields = show(&w, by(), seats, pupil, &["pupil_family"], None).await.expect("shows");
        assert_eq!(value(&fields, "father_name"), None);
        crate::finding::index_holds(&w).await;
    }

    async fn closed_groups_are_encrypted_shown_by_name_and_opened_to_few(w: World) {
        let Place { seats, head, .. } = place(&w).await;
        let pupil = (Of::Pupil, seats.pupil);
        set(&w, act_of(&w, head), seats.school, pupil, ("pupil_health", None), &[("congenital_disease", Some("Hen suyễn nặng"))], 1).await.expect("writes");
        let violence = SetPart { values: asked(&[("place", Some("Sau nhà đa năng"))]) };
        write(&w, act_of(&w, head), move |tx| {
            let from = tx.today();
            parts::add(tx, (seats.school, Of::Pupil, seats.pupil), "pupil_violence", &violence, None, from, Writer::PERSON)
        })
        .await
        .expect("adds");
        let kept: Vec<(Option<String>, Option<Vec<u8>>)> = read(&w, w.system(), move |tx| {
            tx.public("a test looks at what is stored");
            let sql = Built::new("test", "SELECT plain, sealed FROM record_doc WHERE record = ?1 UNION ALL SELECT plain, sealed FROM record_part WHERE record = ?1", tx.dialect());
            tx.all(&sql, params![seats.pupil])
        })
        .await
        .expect("reads");
        assert_eq!(kept.len(), 2);
        for (plain, sealed) in kept {
            let sealed = sealed.expect("is encrypted");
            assert!(plain.is_none() && !String::from_utf8_lossy(&sealed).contains("nh"), "nothing of it is in the open");
        }
        // Not asked for by name, it is named and not shown.
        let basic = show(&w, act_of(&w, head), seats, pupil, &[], None).await.expect("shows");
        let health = basic.groups.iter().find(|group| group.code == "pupil_health").expect("is named");
        assert!(health.may_see && !health.shown && health.fields.iter().all(|field| field.value.is_none()));
        let deep = show(&w, act_of(&w, head), seats, pupil, &["pupil_health", "pupil_violence"], None).await.expect("shows");
        assert_eq!(value(&deep, "congenital_disease").as_deref(), Some("Hen suyễn nặng"));
        assert_eq!(deep.parts.iter().find(|part| part.kind == "pupil_violence").expect("parts").rows[0].values["place"], "Sau nhà đa năng");
        // The house runs the system: it sees what is basic.
        let house = show(&w, w.system(), seats, pupil, &["pupil_health"], None).await;
        assert_eq!(house.expect_err("is refused").code(), "auth.forbidden");
    }

    async fn who_may_see_and_change(w: World) {
        let Place { seats, sister, .. } = place(&w).await;
        let teacher = somebody(&w, "teacher", "teacher", seats.school).await;
        let admin = somebody(&w, "admin", "school_admin", seats.school).await;
        let deputy = somebody(&w, "deputy", "deputy_head", seats.school).await;
        let officer = somebody(&w, "officer", "ministry_officer", load::ministry()).await;
        let far = somebody(&w, "far", "head", sister).await;
        let pupil = (Of::Pupil, seats.pupil);
        let code = async |account, record, groups: &[&str]| match show(&w, act_of(&w, account), seats, record, groups, None).await {
            Ok(_) => "seen".to_owned(),
            Err(error) => error.code().to_owned(),
        };
        assert_eq!(code(teacher, pupil, &[]).await, "auth.forbidden", "who does not work there yet");
        assert_eq!(code(admin, pupil, &[]).await, "auth.forbidden");
        assert_eq!(code(far, pupil, &[]).await, "unit.not_found");
        assert_eq!(code(far, (Of::Pupil, Uuid::nil()), &[]).await, "unit.not_found");
        assert_eq!(code(officer, pupil, &[]).await, "seen");
        assert_eq!(code(officer, pupil, &["pupil_papers"]).await, "auth.forbidden");
        assert_eq!(code(deputy, pupil, &["pupil_health"]).await, "seen");
        assert_eq!(code(deputy, (Of::Staff, seats.staff), &["staff_pay"]).await, "auth.forbidden");
        assert_eq!(code(teacher, (Of::Class, seats.class), &[]).await, "seen");
        assert_eq!(code(teacher, (Of::School, seats.school.0), &["school_head_contact"]).await, "auth.forbidden");
        // Whoever leads the class sees what is basic, and changes nothing.
        write(&w, w.system(), move |tx| {
            tx.public("a test lets somebody lead a class");
            let account = Built::new("test", "UPDATE employment SET account = ?2 WHERE id = ?1", tx.dialect());
            tx.exec_one(&account, params![seats.staff, teacher])?;
            let from = tx.today();
            tx.exec_one(&registry::teaching::store::HOMEROOM_INSERT, params![seats.school, seats.class, from, None::<base::Date>, seats.staff])
        })
        .await
        .expect("leads");
        assert_eq!(code(teacher, pupil, &[]).await, "seen");
        assert_eq!(code(teacher, pupil, &["pupil_papers"]).await, "seen", "whoever leads the class must reach the family");
        assert_eq!(code(teacher, pupil, &["pupil_health"]).await, "auth.forbidden");
        assert_eq!(code(teacher, (Of::Pupil, Uuid::nil()), &[]).await, "record.not_found");
        for (account, record, group, values, expected) in [
            (teacher, pupil, "pupil_study", [("bilingual", Some("1"))], "auth.forbidden"),
            (officer, pupil, "pupil_study", [("bilingual", Some("1"))], "auth.forbidden"),
            (deputy, pupil, "pupil_study", [("bilingual", Some("1"))], "written"),
            (deputy, (Of::Staff, seats.staff), "staff_teaching", [("weekly_periods", Some("17"))], "auth.forbidden"),
            (deputy, (Of::School, seats.school.0), "school_facilities", [("internet", Some("1"))], "written"),
            (teacher, (Of::School, seats.school.0), "school_facilities", [("internet", Some("1"))], "auth.forbidden"),
        ] {
            let done = set(&w, act_of(&w, account), seats.school, record, (group, None), &values, 1).await;
            let done = done.map_or_else(|error| error.code().to_owned(), |_| "written".to_owned());
            assert_eq!(done, expected, "{group}");
        }
    }

    async fn parts_are_added_changed_ordered_and_taken_away(w: World) {
        let Place { seats, head, .. } = place(&w).await;
        let whose = (seats.school, Of::Staff, seats.staff);
        let by = || act_of(&w, head);
        let mut made = Vec::new();
        for name in ["Đại học Sư phạm", "Cao đẳng Sơn La"] {
            let cmd = SetPart { values: asked(&[("school_name", Some(name)), ("from", Some("9/2001"))]) };
            let done = write(&w, by(), move |tx| {
                let from = tx.today();
                parts::add(tx, whose, "staff_training", &cmd, None, from, Writer::PERSON)
            });
            made.push(done.await.expect("adds").part);
        }
        let listed = async || {
            let fields = show(&w, act_of(&w, head), seats, (Of::Staff, seats.staff), &[], None).await.expect("shows");
            let parts = fields.parts.into_iter().find(|part| part.kind == "staff_training").expect("parts");
            (fields.version, parts.rows.into_iter().map(|row| (row.id, row.values)).collect::<Vec<_>>())
        };
        let (version, rows) = listed().await;
        assert_eq!((version, rows.len(), rows[0].0, rows[0].1["from"].as_str()), (3, 2, made[0], "2001-09"));
        let (first, second) = (made[0], made[1]);
        let order = SetOrder { order: vec![second, first] };
        let ordered = { let order = order.clone(); write(&w, by(), move |tx| parts::order(tx, whose, "staff_training", &order, Some(3))).await };
        assert_eq!(ordered.expect("orders"), 4);
        assert_eq!(write(&w, by(), move |tx| parts::order(tx, whose, "staff_training", &order, Some(4))).await.expect("the same"), 4);
        assert_eq!(listed().await.1[0].0, second);
        let half = SetOrder { order: vec![second, second] };
        let half = write(&w, by(), move |tx| parts::order(tx, whose, "staff_training", &half, Some(4))).await;
        assert_eq!(half.expect_err("is refused").refused_fields()[0].code, "fields.order");
        let change = |values: &[(&str, Option<&str>)], known| {
            let cmd = SetPart { values: asked(values) };
            write(&w, by(), move |tx| parts::change(tx, whose, "staff_training", first, &cmd, Some(known)))
        };
        assert_eq!(change(&[("from", None), ("major", Some("Toán"))], 4).await.expect("changes").version, 5);
        assert_eq!(change(&[("major", Some("Toán"))], 5).await.expect("the same").version, 5);
        assert_eq!(change(&[("major", Some("Lý"))], 4).await.expect_err("is refused").code(), "record.stale");
        let values = listed().await.1[1].1.clone();
        assert_eq!((values.get("from"), values["major"].as_str()), (None, "Toán"));
        write(&w, by(), move |tx| parts::remove(tx, whose, "staff_training", second, Some(5))).await.expect("takes away");
        let again = write(&w, by(), move |tx| parts::remove(tx, whose, "staff_training", second, Some(6))).await;
        assert_eq!(again.expect_err("is gone").code(), "fields.no_part");
        assert_eq!(listed().await.1.len(), 1);
        // Campuses and who teaches what are made elsewhere.
        let cmd = SetPart { values: asked(&[("name", Some("Điểm Bản Cầu"))]) };
        let elsewhere = write(&w, by(), move |tx| {
            let from = tx.today();
            parts::add(tx, (seats.school, Of::School, seats.school.0), "campus", &cmd, None, from, Writer::PERSON)
        });
        assert_eq!(elsewhere.await.expect_err("is refused").refused_fields()[0].code, "fields.by_operation");
    }

    async fn an_import_keeps_what_others_computed_apart(w: World) {
        let Place { seats, head, .. } = place(&w).await;
        let by = || act_of(&w, head);
        let import = |values: &[(&str, Option<&str>)]| {
            let values = asked(values);
            write(&w, by(), move |tx: &mut Tx<'_>| {
                let from = tx.today();
                write::write_all(tx, (seats.school, Of::Pupil, seats.pupil), from, &values, None, Writer::IMPORT)
            })
        };
        import(&[("height", Some("141,5")), ("weight", Some("38,2")), ("bmi", Some("21"))]).await.expect("imports");
        let fields = show(&w, by(), seats, (Of::Pupil, seats.pupil), &["pupil_health"], None).await.expect("shows");
        let bmi = fields.groups.iter().flat_map(|group| &group.fields).find(|field| field.about.key == "bmi").expect("bmi");
        assert_eq!((bmi.value.as_deref(), bmi.reported.as_deref()), (Some("19.1"), Some("21")));
        // Our own figure that comes back was reported by nobody else.
        let own = import(&[("bmi", Some("19,1"))]).await.expect("imports");
        assert_eq!(own.changed, Vec::<&str>::new());
        let moved = import(&[("class_code", Some("KHÔNG-CÓ"))]).await;
        assert_eq!(moved.expect_err("is refused").refused_fields()[0].code, "fields.no_class");
        // A later class of the same year: from today on the pupil is in that one.
        write(&w, w.system(), move |tx| {
            tx.public("a test makes another class");
            let id: Uuid = tx.new_id();
            tx.exec_one(&scene::CLASS, params![seats.school, id, 2026, "2B", base::vi::collation_key_of("2B"), "2"])
        })
        .await
        .expect("makes it");
        w.clock.advance_seconds(3 * 86_400);
        import(&[("class_code", Some("2B")), ("grade", Some("2")), ("order", Some("7"))]).await.expect("moves");
        let on = async |day: &str| show(&w, by(), seats, (Of::Pupil, seats.pupil), &["pupil_enrolment"], Some(day)).await.expect("shows");
        assert_eq!(value(&on("2026-09-09").await, "class_code").as_deref(), Some(scene::CLASS_CODE));
        let today = on("2026-09-10").await;
        assert_eq!((value(&today, "class_code").as_deref(), value(&today, "order").as_deref()), (Some("2B"), Some("7")));
        let wrong = import(&[("grade", Some("3"))]).await;
        assert_eq!(wrong.expect_err("is refused").refused_fields()[0].code, "fields.grade");
    }
}

#[test]
fn every_typed_key_of_the_specification_has_a_column_or_a_document() {
    use registry::fields::typed::{TYPED, of};
    use rules::sector::{Home, Source, qd4998};
    // Typed by the specification, in documents until something reasons with them.
    const IN_DOCUMENTS: [&str; 10] = [
        "staff.province",
        "staff.commune",
        "staff.religion",
        "pupil.birth_place",
        "pupil.province",
        "pupil.commune",
        "pupil.paper_issuer",
        "pupil.paper_issued_on",
        "land.unit",
        "room.unit",
    ];
    let spec = qd4998().expect("the specification");
    for key in spec.keys.iter().filter(|key| key.source == Source::Entered && matches!(key.home, Home::Typed(_))) {
        let name = format!("{}.{}", key.kind, key.key);
        let in_document = IN_DOCUMENTS.contains(&name.as_str()) || name == "room.name";
        assert_ne!(of(key.kind, key.key).is_some(), in_document, "{name}");
    }
    for typed in TYPED {
        let key = spec.key(typed.kind, typed.key).unwrap_or_else(|| panic!("{}.{} is no key", typed.kind, typed.key));
        assert_eq!(key.source, Source::Entered, "{}.{}", typed.kind, typed.key);
    }
}
