//! Founding, renaming, moving, closing, merging, splitting; and who may.

use auth::EdgeKind;
use base::{Error, UnitId};
use registry::load;
use registry::units::create::{self, NewUnitBody};
use registry::units::merge::{self, Merge, Part, Standing, Target};
use registry::units::preview;
use registry::units::relocate::{self, Move};
use registry::units::rename::{self, Rename};
use registry::units::split::{self, Split};
use registry::units::{Levels, close, history, list, show};
use testkit::World;

use crate::{act_of, commune, day, loaded, make, names, read, school, somebody, write};

/// A commune of Cao Bằng with its office.
async fn land(w: &World) -> (UnitId, UnitId) {
    loaded(w, &["04"]).await;
    let commune = commune(w, "Phường Thục Phán").await;
    (commune, office_of(w, commune).await)
}

/// The office of a commune.
async fn office_of(w: &World, commune: UnitId) -> UnitId {
    let rows = crate::all(w, w.system(), list::ListUnits { parent: Some(commune), ..list::ListUnits::default() }).await;
    rows.iter().find(|row| row.kind == "commune_office").expect("an office").id
}

fn field(error: &Error) -> (&str, &str) {
    error.refused_fields().first().map_or(("", ""), |field| (field.field.as_str(), field.code))
}

async fn shown(w: &World, unit: UnitId, on: Option<&'static str>) -> show::Unit {
    read(w, w.system(), move |tx| show::show(tx, unit, on.map(day))).await.expect("shows")
}

fn authority(unit: &show::Unit, edge: EdgeKind) -> &str {
    unit.edges.iter().find(|e| e.kind == edge.as_str()).map_or("", |e| e.authority.name.as_str())
}

testkit::both! {
    async fn a_school_answers_by_its_levels(w: World) {
        let (commune, _) = land(&w).await;
        let primary = make(&w, create::CreateUnit { code: Some("04A001".to_owned()), ..school("  Trường  Tiểu học Ðào Tấn ", commune, "TH") }).await;
        assert_eq!((primary.full_name.as_str(), primary.code.as_deref(), primary.version), ("Trường Tiểu học Đào Tấn", Some("04A001"), 1));
        assert_eq!(primary.path.iter().map(|step| step.name.as_str()).collect::<Vec<_>>(), ["Tỉnh Cao Bằng", "Phường Thục Phán"]);
        let unit = shown(&w, primary.id, None).await;
        assert_eq!(authority(&unit, EdgeKind::Teaching), "Ủy ban nhân dân phường Thục Phán");
        assert_eq!((authority(&unit, EdgeKind::Place), unit.levels.as_slice()), ("Phường Thục Phán", &["TH".to_owned()][..]));
        let upper = make(&w, school("Trường THPT Cao Bình", commune, "THCS,THPT")).await;
        assert_eq!(authority(&shown(&w, upper.id, None).await, EdgeKind::Staff), "Sở Giáo dục và Đào tạo tỉnh Cao Bằng");
        let campus = create::CreateUnit { kind: "campus".to_owned(), level: Levels::None, ..school("Điểm trường Nà Lắc", primary.id, "") };
        let campus = make(&w, campus).await;
        assert_eq!(campus.path.last().map(|step| step.name.as_str()), Some("Trường Tiểu học Đào Tấn"));
        assert_eq!(shown(&w, primary.id, None).await.row.children, 1);

        // What is refused.
        let refused = |cmd: create::CreateUnit| write(&w, w.system(), move |tx| create::create(tx, &cmd));
        let error = refused(create::CreateUnit { code: Some("04A001".to_owned()), ..school("Trường Khác", commune, "TH") }).await.expect_err("the code is taken");
        assert_eq!(error.code(), "unit.code_taken");
        let error = refused(school("", commune, "TH")).await.expect_err("no name");
        assert_eq!(field(&error), ("name", "field.required"));
        let error = refused(school("Trường A", primary.id, "TH")).await.expect_err("a school in a school");
        assert_eq!(field(&error), ("parent", "unit.wrong_kind"));
        let error = refused(create::CreateUnit { kind: "province".to_owned(), ..school("Tỉnh Mới", commune, "") }).await.expect_err("a province");
        assert_eq!(field(&error), ("kind", "unit.kind"));
        let error = refused(create::CreateUnit { authority: Some(load::commune_office("01279")), ..school("Trường B", commune, "TH") }).await.expect_err("another place's office");
        assert_eq!(field(&error).0, "authority");
        let error = refused(create::CreateUnit { from: day("2206-01-01"), ..school("Trường C", commune, "TH") }).await.expect_err("a slip");
        assert_eq!(field(&error), ("from", "unit.too_far"));
        // Founded long ago, entered now.
        let old = make(&w, create::CreateUnit { from: day("1990-09-05"), ..school("Trường Tiểu học Cũ", commune, "TH") }).await;
        assert_eq!(old.valid_from, Some(day("1990-09-05")));
        assert_eq!(shown(&w, old.id, Some("2024-12-31")).await.row.path, []);
    }

    async fn a_name_holds_from_its_day_and_both_are_found(w: World) {
        let (commune, _) = land(&w).await;
        let made = make(&w, school("Trường Tiểu học Hoa Sen", commune, "TH")).await;
        let id = made.id;
        let cmd = Rename { name: "Trường Tiểu học Bằng Lăng".to_owned(), from: day("2026-09-01"), basis: Some("12/QĐ-UBND".to_owned()) };
        let stale = { let cmd = cmd.clone(); write(&w, w.system(), move |tx| rename::rename(tx, id, Some(7), &cmd)).await };
        assert_eq!(stale.expect_err("another version").code(), "record.stale");
        let row = { let cmd = cmd.clone(); write(&w, w.system(), move |tx| rename::rename(tx, id, Some(1), &cmd)).await.expect("renames") };
        assert_eq!((row.full_name.as_str(), row.version), ("Trường Tiểu học Bằng Lăng", 2));
        assert_eq!(shown(&w, id, Some("2026-08-31")).await.row.full_name, "Trường Tiểu học Hoa Sen");
        assert_eq!(shown(&w, id, Some("2026-09-01")).await.row.full_name, "Trường Tiểu học Bằng Lăng");
        for q in ["hoa sen", "bang lang"] {
            let found = crate::all(&w, w.system(), list::ListUnits { q: Some(q.to_owned()), ..list::ListUnits::default() }).await;
            assert_eq!(names(&found), ["Trường Tiểu học Bằng Lăng"], "{q}");
        }
        let told = read(&w, w.system(), move |tx| history::history(tx, id)).await.expect("tells");
        assert_eq!(told.items.iter().map(|item| item.kind.as_str()).collect::<Vec<_>>(), ["founded", "renamed"]);
        assert_eq!((told.names.len(), told.items[1].basis.as_deref()), (2, Some("12/QĐ-UBND")));
        // Before the name it has: refused. On the same day: a correction, told to nobody but the journal.
        let at = |from: &str, name: &str| { let cmd = Rename { name: name.to_owned(), from: day(from), basis: None }; write(&w, w.system(), move |tx| rename::rename(tx, id, None, &cmd)) };
        assert_eq!(at("2026-08-01", "Trường X").await.expect_err("later").code(), "unit.later_change");
        assert_eq!(field(&at("2020-01-01", "Trường X").await.expect_err("before founding")), ("from", "unit.before_founding"));
        at("2026-09-01", "Trường Tiểu học Bằng Lăng Tím").await.expect("corrects");
        let told = read(&w, w.system(), move |tx| history::history(tx, id)).await.expect("tells");
        assert_eq!((told.names.len(), told.items.len()), (2, 2));
    }

    async fn a_school_moves_in_one_matter(w: World) {
        let (commune, _) = land(&w).await;
        let id = make(&w, school("Trường THCS Bế Văn Đàn", commune, "THCS")).await.id;
        let to = |edge: &str, authority: UnitId, from: &str| { let cmd = Move { edge: edge.to_owned(), authority, from: day(from), basis: None }; write(&w, w.system(), move |tx| relocate::relocate(tx, id, None, &cmd)) };
        to("staff", load::department("04"), "2026-01-01").await.expect("moves");
        assert_eq!(authority(&shown(&w, id, Some("2025-12-31")).await, EdgeKind::Staff), "Ủy ban nhân dân phường Thục Phán");
        let now = shown(&w, id, None).await;
        assert_eq!(authority(&now, EdgeKind::Staff), "Sở Giáo dục và Đào tạo tỉnh Cao Bằng");
        assert_eq!(authority(&now, EdgeKind::Teaching), "Ủy ban nhân dân phường Thục Phán");
        assert_eq!(to("staff", load::department("04"), "2026-02-01").await.expect_err("there already").code(), "unit.already_there");
        assert_eq!(field(&to("place", load::department("04"), "2026-02-01").await.expect_err("no place")), ("authority", "unit.wrong_kind"));
        assert_eq!(field(&to("nothing", commune, "2026-02-01").await.expect_err("no edge")), ("edge", "unit.edge"));
        assert_eq!(to("staff", load::commune_office("01279"), "2025-12-01").await.expect_err("a later one stands").code(), "edge.overlap");
        assert_eq!(field(&to("staff", UnitId(base::Uuid::nil()), "2026-02-01").await.expect_err("nobody")), ("authority", "unit.not_found"));
        let told = read(&w, w.system(), move |tx| history::history(tx, id)).await.expect("tells");
        assert_eq!(told.items[1].text, "Chuyển từ Ủy ban nhân dân phường Thục Phán sang Sở Giáo dục và Đào tạo tỉnh Cao Bằng (về tổ chức, nhân sự).");
    }

    async fn a_unit_goes_only_to_where_the_actor_has_a_say(w: World) {
        loaded(&w, &["04", "01"]).await;
        let here = commune(&w, "Phường Thục Phán").await;
        let made = make(&w, school("Trường THCS Bế Văn Đàn", here, "THCS")).await.id;
        let other = make(&w, school("Trường THCS Khác", here, "THCS")).await.id;
        let units = rules::units::vietnam().expect("the pack");
        let offices: Vec<(UnitId, UnitId)> = ["04", "01"].into_iter()
            .flat_map(|province| units.communes.iter().filter(move |commune| commune.province == province).take(2))
            .map(|commune| (load::commune(commune.code), load::commune_office(commune.code))).collect();
        let (sister, far) = (offices[1], offices[2]);
        let office = read(&w, w.system(), move |tx| { tx.public("test"); auth::edges::of_unit(tx, made) }).await.expect("reads")
            .iter().find(|edge| edge.kind == EdgeKind::Teaching).expect("an office").authority;
        let officer = somebody(&w, "officer", "commune_officer", office).await;
        let admin = somebody(&w, "admin", "department_admin", load::department("04")).await;
        let code = async |by, edge: &str, authority| {
            let cmd = Move { edge: edge.to_owned(), authority, from: day("2026-09-01"), basis: None };
            match write(&w, act_of(&w, by), move |tx| relocate::relocate(tx, made, None, &cmd)).await {
                Ok(_) => "",
                Err(error) => error.refused_fields().first().map_or(error.code(), |field| field.code),
            }
        };
        // Nobody keeps the records of a school that stands, or another school would read its journal.
        for by in [officer, admin] {
            assert_eq!(code(by, "custody", other).await, "unit.edge");
        }
        for (edge, authority) in [
            ("teaching", load::department("04")), ("staff", load::department("01")), ("teaching", sister.1),
            ("place", sister.0), ("place", far.0), ("budget", load::department("04")),
        ] {
            assert_eq!(code(officer, edge, authority).await, "auth.forbidden", "{edge}");
        }
        for (edge, authority) in [("teaching", far.1), ("staff", load::department("01")), ("place", far.0)] {
            assert_eq!(code(admin, edge, authority).await, "auth.forbidden", "{edge}");
        }
        for (edge, authority) in [("place", sister.0), ("staff", load::department("04")), ("budget", sister.1), ("teaching", sister.1)] {
            assert_eq!(code(admin, edge, authority).await, "", "{edge}");
        }
    }

    async fn a_school_closes_when_nothing_stands_below_it(w: World) {
        let (commune, office) = land(&w).await;
        let id = make(&w, school("Trường Tiểu học Nà Cạn", commune, "TH")).await.id;
        let campus = make(&w, create::CreateUnit { kind: "campus".to_owned(), ..school("Điểm trường Khuổi Tráng", id, "") }).await.id;
        let end = |unit: UnitId, custodian: UnitId, from: &str| { let cmd = close::Close { from: day(from), custodian, basis: None }; write(&w, w.system(), move |tx| close::close(tx, unit, None, &cmd)) };
        let error = end(id, office, "2026-09-01").await.expect_err("a campus stands");
        assert_eq!(error.code(), "unit.has_children");
        assert!(error.detail().contains("Điểm trường Khuổi Tráng"), "{}", error.detail());
        end(campus, id, "2026-08-01").await.expect("closes the campus");
        assert_eq!(field(&end(id, id, "2026-09-01").await.expect_err("itself")), ("custodian", "unit.custodian"));
        assert_eq!(field(&end(id, commune, "2026-09-01").await.expect_err("a place")), ("custodian", "unit.wrong_kind"));
        assert_eq!(field(&end(id, office, "2025-08-01").await.expect_err("its first day")), ("from", "unit.before_founding"));
        let row = end(id, office, "2026-09-01").await.expect("closes");
        assert_eq!(row.valid_to, Some(day("2026-09-01")));
        assert_eq!(end(id, office, "2026-09-05").await.expect_err("again").code(), "unit.closed");
        let closed = shown(&w, id, None).await;
        assert_eq!(authority(&closed, EdgeKind::Custody), "Ủy ban nhân dân phường Thục Phán");
        assert!(!closed.may.contains(&"unit.edit"));
        let listed = |on: &'static str| crate::all(&w, w.system(), crate::of_kind("school", on));
        assert_eq!((listed("2026-08-31").await.len(), listed("2026-09-01").await.len()), (1, 0));
        let error = write(&w, w.system(), move |tx| create::create(tx, &create::CreateUnit { kind: "campus".to_owned(), from: day("2026-09-02"), ..school("Điểm trường Mới", id, "") })).await.expect_err("below a closed one");
        assert_eq!(field(&error), ("parent", "unit.not_standing"));
    }

    async fn roles_end_with_their_school_and_the_keeper_of_its_records_still_finds_it(w: World) {
        let (commune, office) = land(&w).await;
        let id = make(&w, school("Trường Tiểu học Nà Cạn", commune, "TH")).await.id;
        let keeper = make(&w, school("Trường Tiểu học Kế Bên", commune, "TH")).await.id;
        let (head, next) = (somebody(&w, "head", "head", id).await, somebody(&w, "next", "head", keeper).await);
        let stranger = make(&w, school("Trường Tiểu học Xa", commune, "TH")).await.id;
        let stranger = somebody(&w, "stranger", "head", stranger).await;
        let officer = somebody(&w, "officer", "commune_officer", office).await;
        let held = async |account| read(&w, w.system(), move |tx| { tx.public("test"); auth::grants::of_account(tx, account) }).await.expect("reads");
        let late = write(&w, w.system(), move |tx| {
            tx.public("test");
            let grant = auth::grants::NewGrant { account: head, role: "teacher".to_owned(), unit: id, from: day("2026-12-01"), to: None };
            auth::grants::insert(tx, &grant)
        }).await.expect("a role that begins later");
        let code = auth::invitations::InvitationCode::draw().expect("a code");
        let invited = code.clone();
        write(&w, act_of(&w, head), move |tx| {
            let cmd = accounts::invite::Invite { display_name: "Người Mới".to_owned(), role: "teacher".to_owned(), days: None };
            accounts::invite::invite(tx, id, &cmd, &invited)
        }).await.expect("invites");

        // Not yet: until the day, the head is head, and a new role ends with the school.
        let soon = close::Close { from: day("2026-10-01"), custodian: keeper, basis: None };
        write(&w, act_of(&w, officer), move |tx| close::close(tx, id, None, &soon)).await.expect("closes in October");
        assert_eq!(held(head).await.iter().map(|grant| (grant.role.as_str(), grant.valid_to)).collect::<Vec<_>>(), [("head", Some(day("2026-10-01")))]);
        let found = read(&w, w.system(), move |tx| { tx.public("test"); auth::grants::find(tx, late) }).await.expect("reads");
        assert!(found.expect("is kept").ended, "what was to begin after the end never does");
        let may = async |account, capability| read(&w, act_of(&w, account), move |tx| { tx.public("test"); auth::Require::may(tx, id).map(|may| may.contains(&capability)) }).await.expect("reads");
        assert!(may(head, auth::Capability::GrantManage).await);
        let open = code.clone();
        assert!(read(&w, w.system(), move |tx| { tx.public("test"); auth::invitations::by_code(tx, &open) }).await.expect("reads").is_some());
        let given = auth::grants::NewGrant { account: next, role: "teacher".to_owned(), unit: id, from: day("2026-09-07"), to: None };
        let given = write(&w, w.system(), move |tx| { tx.public("test"); auth::grants::insert(tx, &given) }).await.expect("until the end");
        let found = read(&w, w.system(), move |tx| { tx.public("test"); auth::grants::find(tx, given) }).await.expect("reads");
        assert_eq!(found.expect("is there").valid_to, Some(day("2026-10-01")));

        w.clock.set("2026-10-01T01:00:00Z");
        write(&w, w.system(), |tx| { tx.public("a new day"); auth::closure::renew(tx) }).await.expect("renews");
        assert!(!may(head, auth::Capability::UnitView).await, "no role, nothing to see");
        let error = write(&w, w.system(), move |tx| {
            tx.public("test");
            let grant = auth::grants::NewGrant { account: head, role: "teacher".to_owned(), unit: id, from: day("2026-10-01"), to: None };
            auth::grants::insert(tx, &grant)
        }).await.expect_err("nothing is given there");
        assert_eq!(error.code(), "unit.closed");
        // Whoever keeps the records finds the school and those who served there; whoever it answered to on its last day, the
        // school alone.
        for who in [next, officer] {
            let shown = read(&w, act_of(&w, who), move |tx| show::show(tx, id, None)).await.expect("is shown");
            assert!(shown.row.valid_to.is_some(), "{who}");
            assert_eq!(may(who, auth::Capability::AccountView).await, who == next, "{who}");
            let list = read(&w, act_of(&w, who), move |tx| list::list(tx, &crate::of_kind("school", "2026-09-30"))).await.expect("lists");
            assert!(list.items.iter().any(|row| row.id == id), "in the lists of the days it stood: {who}");
        }
        assert!(!may(officer, auth::Capability::UnitEdit).await && !may(officer, auth::Capability::AccountInvite).await);
        let elsewhere = office_of(&w, crate::commune(&w, "Phường Nùng Trí Cao").await).await;
        let other = somebody(&w, "other", "commune_officer", elsewhere).await;
        let list = read(&w, act_of(&w, other), move |tx| list::list(tx, &crate::of_kind("school", "2026-09-30"))).await.expect("lists");
        assert!(list.items.is_empty() && !may(other, auth::Capability::UnitView).await, "nor does another commune's office");
        assert_eq!(read(&w, act_of(&w, stranger), move |tx| show::show(tx, id, None)).await.expect_err("out of sight").code(), "unit.not_found");
        assert!(!may(next, auth::Capability::UnitEdit).await && !may(next, auth::Capability::GrantManage).await);
        let cmd = accounts::give_grant::GiveGrant { account: head, role: "deputy_head".to_owned(), from: day("2026-10-01"), to: None };
        write(&w, act_of(&w, next), move |tx| accounts::give_grant::give_grant(tx, keeper, &cmd)).await.expect("whoever served there is known to the keeper");
    }

    async fn an_end_that_has_come_withdraws_invitations(w: World) {
        let (commune, office) = land(&w).await;
        let id = make(&w, school("Trường Tiểu học Nà Cạn", commune, "TH")).await.id;
        let head = somebody(&w, "head", "head", id).await;
        let code = auth::invitations::InvitationCode::draw().expect("a code");
        let invited = code.clone();
        write(&w, act_of(&w, head), move |tx| {
            let cmd = accounts::invite::Invite { display_name: "Người Mới".to_owned(), role: "teacher".to_owned(), days: None };
            accounts::invite::invite(tx, id, &cmd, &invited)
        }).await.expect("invites");
        let now = close::Close { from: day("2026-09-07"), custodian: office, basis: None };
        write(&w, w.system(), move |tx| close::close(tx, id, None, &now)).await.expect("closes");
        assert!(read(&w, w.system(), move |tx| { tx.public("test"); auth::invitations::by_code(tx, &code) }).await.expect("reads").is_none());
    }

    async fn schools_merge_into_one_of_them_and_their_campuses_follow(w: World) {
        let (commune, office) = land(&w).await;
        let into = make(&w, school("Trường Tiểu học Một", commune, "TH")).await.id;
        let beside = crate::commune(&w, "Phường Nùng Trí Cao").await;
        let part = make(&w, school("Trường Tiểu học Hai", beside, "TH")).await.id;
        let campus = make(&w, create::CreateUnit { kind: "campus".to_owned(), ..school("Điểm trường Hai A", part, "") }).await.id;
        let cmd = |into, parts: &[(UnitId, bool)], from: &str| {
            let cmd = Merge { from: day(from), basis: "45/QĐ-UBND".to_owned(), into, parts: parts.iter().map(|(unit, whole)| Part { unit: *unit, whole: *whole }).collect() };
            write(&w, w.system(), move |tx| merge::merge(tx, &cmd))
        };
        assert_eq!(field(&cmd(Target::Standing(Standing { id: into }), &[(into, true)], "2026-09-01").await.expect_err("into itself")), ("parts", "unit.parts"));
        assert_eq!(field(&cmd(Target::Standing(Standing { id: into }), &[(campus, true)], "2026-09-01").await.expect_err("another kind")), ("parts", "unit.wrong_kind"));
        let row = cmd(Target::Standing(Standing { id: into }), &[(part, true)], "2026-09-01").await.expect("merges");
        assert_eq!((row.id, row.version, row.children), (into, 2, 1));
        assert_eq!(shown(&w, campus, Some("2026-08-31")).await.row.path.last().map(|step| step.id), Some(part));
        assert_eq!(shown(&w, campus, None).await.row.path.last().map(|step| step.id), Some(into));
        assert_eq!(authority(&shown(&w, part, None).await, EdgeKind::Custody), "Trường Tiểu học Một");
        let told = read(&w, w.system(), move |tx| history::history(tx, into)).await.expect("tells");
        assert_eq!((told.formed_from[0].id, told.formed_from[0].whole), (part, true));
        assert_eq!(told.items.last().map(|item| item.text.as_str()), Some("Nhận sáp nhập Trường Tiểu học Hai."));
        // Everybody who sees the history is told the name; whoever keeps the records, or had the school, may look further.
        let (head, officer) = (somebody(&w, "head", "head", into).await, somebody(&w, "officer", "commune_officer", office).await);
        for (who, sees) in [(head, true), (officer, false)] {
            let told = read(&w, act_of(&w, who), move |tx| history::history(tx, into)).await.expect("tells");
            let open = read(&w, act_of(&w, who), move |tx| show::show(tx, part, None)).await.is_ok();
            assert_eq!((told.formed_from[0].in_sight, open), (sees, sees), "{who}");
        }
        let had_it = somebody(&w, "had", "commune_officer", office_of(&w, beside).await).await;
        let told = read(&w, act_of(&w, had_it), move |tx| Ok((history::history(tx, part)?, show::show(tx, part, Some(day("2026-08-31")))?))).await;
        assert!(told.is_ok_and(|(told, then)| !told.went_to[0].in_sight && then.row.full_name == "Trường Tiểu học Hai"));

        let third = make(&w, school("Trường Tiểu học Ba", commune, "TH")).await.id;
        let new = Target::New(NewUnitBody { kind: "school".to_owned(), name: "Trường Tiểu học Mới".to_owned(), code: None, parent: commune, authority: None, level: Levels::One("TH".to_owned()) });
        let row = cmd(new, &[(into, true), (third, false)], "2026-09-05").await.expect("merges into a new one");
        assert_eq!((row.full_name.as_str(), row.children), ("Trường Tiểu học Mới", 1));
        assert!(shown(&w, into, None).await.row.valid_to.is_some() && shown(&w, third, None).await.row.valid_to.is_none());
    }

    async fn a_preview_tells_what_a_merger_would_do_and_does_nothing(w: World) {
        let (commune, _) = land(&w).await;
        let one = make(&w, school("Trường Tiểu học Một", commune, "TH")).await.id;
        let two = make(&w, school("Trường Tiểu học Hai", commune, "TH")).await.id;
        let campus = make(&w, create::CreateUnit { kind: "campus".to_owned(), ..school("Điểm trường Hai A", two, "") }).await.id;
        somebody(&w, "head", "head", two).await;
        somebody(&w, "teacher", "teacher", two).await;
        let into = Target::New(NewUnitBody { kind: "school".to_owned(), name: "Trường Tiểu học Mới".to_owned(), code: None, parent: commune, authority: None, level: Levels::One("TH".to_owned()) });
        let parts = vec![Part { unit: one, whole: false }, Part { unit: two, whole: true }];
        let cmd = Merge { from: day("2026-09-01"), basis: "45/QĐ-UBND".to_owned(), into, parts };
        let rehearsed = { let cmd = cmd.clone(); preview::rehearse(&w.db, &w.system(), cmd.from, move |tx| merge::merge(tx, &cmd).map(drop)).await.expect("rehearses") };
        let called = |refs: &[registry::units::UnitRef]| refs.iter().map(|unit| unit.name.clone()).collect::<Vec<_>>();
        assert_eq!(called(&rehearsed.ended), ["Trường Tiểu học Hai"]);
        assert_eq!(called(&rehearsed.changed), ["Trường Tiểu học Một"]);
        assert_eq!(rehearsed.moved.iter().map(|unit| unit.id).collect::<Vec<_>>(), [campus]);
        assert_eq!((rehearsed.roles_ended, rehearsed.founded.len()), (2, 1));
        let founded = &rehearsed.founded[0];
        assert_eq!((founded.name.as_str(), founded.authority.as_deref()), ("Trường Tiểu học Mới", Some("Ủy ban nhân dân phường Thục Phán")));
        assert_eq!(founded.path.last().map(|step| step.id), Some(commune));
        // Nothing has happened.
        let two_now = shown(&w, two, None).await.row;
        assert_eq!((two_now.valid_to, two_now.version, two_now.children), (None, 1, 1));
        let found = crate::all(&w, w.system(), list::ListUnits { q: Some("tieu hoc moi".to_owned()), ..list::ListUnits::default() }).await;
        assert!(found.is_empty(), "{found:?}");
        // It is refused as the act would be.
        let wrong = Merge { basis: String::new(), ..cmd };
        let error = preview::rehearse(&w.db, &w.system(), wrong.from, move |tx| merge::merge(tx, &wrong).map(drop)).await.expect_err("no basis");
        assert_eq!(field(&error), ("basis", "field.required"));
    }

    async fn a_school_is_divided(w: World) {
        let (commune, _) = land(&w).await;
        let id = make(&w, school("Trường TH và THCS Sông Hiến", commune, "TH,THCS")).await.id;
        let new = |name: &str, level: &str| Target::New(NewUnitBody { kind: "school".to_owned(), name: name.to_owned(), code: None, parent: commune, authority: None, level: Levels::One(level.to_owned()) });
        let cmd = Split { from: day("2026-09-01"), basis: "9/QĐ-UBND".to_owned(), unit: id, into: vec![new("Trường Tiểu học Sông Hiến", "TH"), new("Trường THCS Sông Hiến", "THCS")] };
        let divided = write(&w, w.system(), move |tx| split::split(tx, &cmd)).await.expect("divides");
        assert_eq!(names(&divided.items), ["Trường Tiểu học Sông Hiến", "Trường THCS Sông Hiến"]);
        let old = shown(&w, id, None).await;
        assert_eq!((old.row.valid_to, authority(&old, EdgeKind::Custody)), (Some(day("2026-09-01")), "Trường Tiểu học Sông Hiến"));
        let first = divided.items[0].id;
        // The one that goes on is named among those it becomes.
        let cmd = Split { from: day("2026-09-06"), basis: "10/QĐ-UBND".to_owned(), unit: first, into: vec![Target::Standing(Standing { id: first }), new("Trường Tiểu học Sông Hiến 2", "TH")] };
        write(&w, w.system(), move |tx| split::split(tx, &cmd)).await.expect("divides");
        assert!(shown(&w, first, None).await.row.valid_to.is_none());
        let told = read(&w, w.system(), move |tx| history::history(tx, first)).await.expect("tells");
        assert_eq!((told.formed_from[0].id, told.went_to.len()), (id, 1));
        let alone = Split { from: day("2026-09-07"), basis: "1".to_owned(), unit: first, into: vec![Target::Standing(Standing { id: first })] };
        let error = write(&w, w.system(), move |tx| split::split(tx, &alone)).await.expect_err("one is no split");
        assert_eq!(field(&error), ("into", "unit.parts"));
    }

    async fn a_head_sees_the_own_school_and_edits_none(w: World) {
        let (commune, office) = land(&w).await;
        let own = make(&w, school("Trường Tiểu học Của Tôi", commune, "TH")).await.id;
        let other = make(&w, school("Trường Tiểu học Khác", commune, "TH")).await.id;
        let head = somebody(&w, "head", "head", own).await;
        let rename = |who, unit| { let cmd = Rename { name: "Trường Đổi Tên".to_owned(), from: day("2026-09-01"), basis: None }; write(&w, act_of(&w, who), move |tx| rename::rename(tx, unit, None, &cmd)) };
        let listed = crate::all(&w, act_of(&w, head), crate::of_kind("school", "2026-09-07")).await;
        assert_eq!(names(&listed), ["Trường Tiểu học Của Tôi"]);
        let see = |who, unit| read(&w, act_of(&w, who), move |tx| show::show(tx, unit, None));
        assert_eq!(see(head, other).await.expect_err("out of scope").code(), "unit.not_found");
        assert_eq!(rename(head, other).await.expect_err("out of scope").code(), "unit.not_found");
        assert_eq!(rename(head, own).await.expect_err("in sight").code(), "auth.forbidden");
        assert_eq!(rename(head, commune).await.expect_err("published").code(), "auth.forbidden");
        // What is published is seen, with the children in sight only.
        let place = see(head, commune).await.expect("published");
        assert_eq!((place.row.children, place.counts.get("school").copied()), (2, Some(1)));
        assert!(place.may.contains(&"unit.view") && !place.may.contains(&"unit.create"));

        let officer = somebody(&w, "officer", "commune_officer", office).await;
        assert!(see(officer, commune).await.expect("sees").may.contains(&"unit.create"));
        assert!(see(officer, other).await.expect("sees").may.contains(&"unit.edit"));
        assert_eq!(rename(officer, other).await.expect("may").full_name, "Trường Đổi Tên");
        assert_eq!(rename(officer, office).await.expect_err("made by law").code(), "unit.by_law");
        let upper = school("Trường THPT", commune, "THPT");
        let error = write(&w, act_of(&w, officer), move |tx| create::create(tx, &upper)).await.expect_err("the Sở's");
        assert_eq!(error.code(), "auth.forbidden");
        let lower = school("Trường THCS", commune, "THCS");
        write(&w, act_of(&w, officer), move |tx| create::create(tx, &lower)).await.expect("the commune's");
        let admin = somebody(&w, "admin", "department_admin", load::department("04")).await;
        assert_eq!(rename(admin, own).await.expect("below the Sở").version, 2);
        let error = write(&w, act_of(&w, admin), |tx| load::provinces(tx, rules::units::vietnam()?, &["01"])).await.expect_err("not the house");
        assert_eq!(error.code(), "units.load_forbidden");
    }
}
