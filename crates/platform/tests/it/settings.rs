//! Settings: declared, set, inherited.

use auth::EdgeKind;
use base::{UnitId, Uuid};
use platform::settings::{self, Default, Kind, Setting};
use serde_json::json;
use testkit::World;

static DAYS: Setting = Setting {
    key: "test.days",
    kind: Kind::Int { least: 1, most: 365 },
    default: Default::Int(30),
    follows: EdgeKind::Staff,
    lead: None,
    secrets: &[],
    basis: "Quy chế",
    describes: "Số ngày",
};
static WORD: Setting = Setting { key: "test.word", kind: Kind::Secret, default: Default::None, ..DAYS };

static HOST: Setting = Setting {
    key: "test.host",
    kind: Kind::Text { most: 50 },
    default: Default::None,
    secrets: &["test.pass"],
    ..DAYS
};
static PASS: Setting = Setting { key: "test.pass", lead: Some(&HOST), ..WORD };
static PORT: Setting =
    Setting { key: "test.port", kind: Kind::Number(&[465, 25]), default: Default::None, lead: Some(&HOST), ..DAYS };
/// Of a setting that does not know of it.
static LOST: Setting = Setting { key: "test.lost", lead: Some(&DAYS), ..WORD };

static RULE: Setting =
    Setting { key: "test.rule", kind: Kind::Rising(&["off", "some", "all"]), default: Default::Text("off"), ..DAYS };

const PROVINCE: UnitId = UnitId(Uuid::from_u128(1));
const COMMUNE: UnitId = UnitId(Uuid::from_u128(2));
const SCHOOL: UnitId = UnitId(Uuid::from_u128(3));

async fn tree(w: &World) {
    w.db.write(&w.system(), |tx| {
        tx.public("test");
        let from: base::Date = "2020-01-01".parse().expect("a day");
        for id in [PROVINCE, COMMUNE, SCHOOL] {
            tx.exec(
                &db::Sql::new("unit", "INSERT INTO unit (id, kind, version, valid_from) VALUES (?1, 'school', 1, ?2)"),
                db::params![id, from],
            )?;
        }
        for (below, above, depth) in [
            (SCHOOL, SCHOOL, 0i64),
            (SCHOOL, COMMUNE, 1),
            (SCHOOL, PROVINCE, 2),
            (COMMUNE, COMMUNE, 0),
            (COMMUNE, PROVINCE, 1),
            (PROVINCE, PROVINCE, 0),
        ] {
            tx.exec(
                &db::Sql::new(
                    "closure",
                    "INSERT INTO unit_closure (kind, descendant, ancestor, depth) VALUES ('staff', ?1, ?2, ?3)",
                ),
                db::params![below, above, depth],
            )?;
        }
        Ok(())
    })
    .await
    .expect("a tree");
}

async fn days(w: &World, unit: Option<UnitId>) -> Option<i64> {
    w.db.read(&w.system(), move |tx| {
        tx.public("test");
        settings::int(tx, &DAYS, unit)
    })
    .await
    .expect("reads")
}

async fn set(w: &World, unit: Option<UnitId>, value: serde_json::Value) -> base::Result<()> {
    w.db.write(&w.system(), move |tx| {
        tx.public("test");
        settings::set(tx, &DAYS, unit, &value)
    })
    .await
}

testkit::both! {
    async fn a_unit_inherits_from_the_nearest_authority(w: World) {
        tree(&w).await;
        assert_eq!(days(&w, Some(SCHOOL)).await, Some(30));
        set(&w, None, json!(10)).await.expect("sets");
        assert_eq!(days(&w, Some(SCHOOL)).await, Some(10));
        set(&w, Some(PROVINCE), json!(20)).await.expect("sets");
        assert_eq!((days(&w, Some(SCHOOL)).await, days(&w, None).await), (Some(20), Some(10)));
        set(&w, Some(COMMUNE), json!(40)).await.expect("sets");
        set(&w, Some(SCHOOL), json!(50)).await.expect("sets");
        assert_eq!((days(&w, Some(SCHOOL)).await, days(&w, Some(COMMUNE)).await), (Some(50), Some(40)));
        w.db.write(&w.system(), |tx| { tx.public("test"); settings::unset(tx, &DAYS, Some(SCHOOL)) }).await.expect("takes it back");
        assert_eq!(days(&w, Some(SCHOOL)).await, Some(40));
        // A unit that is not in the tree has the installation's.
        assert_eq!(days(&w, Some(UnitId(Uuid::from_u128(9)))).await, Some(10));
    }

    async fn a_value_that_does_not_fit_is_refused(w: World) {
        for wrong in [json!(0), json!(366), json!("30"), json!(1.5), json!(null)] {
            assert_eq!(set(&w, None, wrong).await.expect_err("does not fit").code(), "setting.refused");
        }
        assert_eq!(days(&w, None).await, Some(30));
    }

    async fn a_secret_is_kept_encrypted_and_out_of_the_journal(w: World) {
        w.db.write(&w.system(), |tx| { tx.public("test"); settings::set(tx, &WORD, None, &json!("mật khẩu 1")) }).await.expect("sets");
        let read = w.db.read(&w.system(), |tx| { tx.public("test"); settings::text(tx, &WORD, None) }).await.expect("reads");
        assert_eq!(read.as_deref(), Some("mật khẩu 1"));
        w.db.sealed(&w.system(), std::time::Duration::from_secs(5)).await.expect("is numbered");
        let (stored, entry) = w.db.read(&w.system(), |tx| {
            tx.public("test");
            let stored: Option<(Option<String>, Option<Vec<u8>>)> = tx.one(&db::Sql::new("all", "SELECT value, secret FROM setting"), &[])?;
            let head = db::journal::read::head(tx)?;
            Ok((stored, db::journal::read::payload(tx, head)?))
        }).await.expect("reads");
        assert!(stored.is_some_and(|(value, secret)| value.is_none() && secret.is_some()));
        assert!(!entry.expect("an entry").to_string().contains("mật khẩu"));
    }

    async fn what_is_demanded_above_is_not_loosened_below(w: World) {
        tree(&w).await;
        let rule = async |unit: Option<UnitId>, word: &'static str| {
            let ctx = w.system();
            let set = w.db.write(&ctx, move |tx| { tx.public("test"); settings::set(tx, &RULE, unit, &word.into()) });
            set.await.expect("sets");
        };
        let at = async |unit: UnitId| {
            let ctx = w.system();
            let read = w.db.read(&ctx, move |tx| { tx.public("test"); settings::standing(tx, &RULE, unit) });
            let standing = read.await.expect("reads");
            (standing.value.as_str().expect("a word").to_owned(), standing.source)
        };
        assert_eq!(at(SCHOOL).await, ("off".to_owned(), settings::Source::Default));
        rule(Some(SCHOOL), "some").await;
        assert_eq!(at(SCHOOL).await, ("some".to_owned(), settings::Source::Own), "more may be demanded below");
        rule(Some(COMMUNE), "all").await;
        rule(Some(SCHOOL), "off").await;
        assert_eq!(at(SCHOOL).await, ("all".to_owned(), settings::Source::Above(COMMUNE)));
        assert_eq!(at(PROVINCE).await, ("off".to_owned(), settings::Source::Default), "nothing goes upwards");
        rule(None, "all").await;
        assert_eq!(at(SCHOOL).await, ("all".to_owned(), settings::Source::Above(COMMUNE)), "of equals the nearest");
        let wrong = w.db.write(&w.system(), |tx| { tx.public("test"); settings::set(tx, &RULE, None, &"more".into()) }).await;
        assert_eq!(wrong.expect_err("no such word").code(), "setting.refused");
    }

    async fn a_secret_is_typed_again_for_another_server(w: World) {
        tree(&w).await;
        let put = async |setting: &'static Setting, unit: UnitId, value: serde_json::Value| {
            let ctx = w.system();
            let set = w.db.write(&ctx, move |tx| { tx.public("test"); settings::set(tx, setting, Some(unit), &value) });
            set.await.map_err(|error| error.code())
        };
        let pass = async |unit: UnitId| {
            let ctx = w.system();
            let read = w.db.read(&ctx, move |tx| {
                tx.public("test");
                let own = tx.one::<(i64,)>(&db::Sql::new("own", "SELECT version FROM setting WHERE key = 'test.pass' AND unit = ?1"), db::params![unit])?;
                Ok((settings::text(tx, &PASS, Some(unit))?, own.is_some()))
            });
            read.await.expect("reads")
        };
        let (is_set, gone) = ((Some("bí mật".to_owned()), true), (None, false));
        for unit in [PROVINCE, SCHOOL] {
            put(&HOST, unit, json!("smtp.so.example")).await.expect("sets");
            put(&PORT, unit, json!(25)).await.expect("sets");
            put(&PASS, unit, json!("bí mật")).await.expect("sets");
        }
        put(&HOST, SCHOOL, json!("smtp.so.example")).await.expect("sets the same");
        assert_eq!(pass(SCHOOL).await, is_set, "it is the same server");
        put(&HOST, SCHOOL, json!("smtp.la.example")).await.expect("sets");
        assert_eq!(pass(SCHOOL).await, gone);
        assert_eq!(pass(PROVINCE).await, is_set, "elsewhere all stays");
        put(&PASS, SCHOOL, json!("bí mật")).await.expect("sets");
        w.db.write(&w.system(), |tx| { tx.public("test"); settings::unset(tx, &HOST, Some(SCHOOL)) }).await.expect("takes it back");
        put(&HOST, SCHOOL, json!("smtp.la.example")).await.expect("sets");
        assert_eq!(pass(SCHOOL).await, gone, "nor is it found again behind the next one");
        // Nor is one that stood there before any server was named.
        put(&PASS, COMMUNE, json!("bí mật")).await.expect("sets");
        put(&HOST, COMMUNE, json!("smtp.la.example")).await.expect("sets");
        assert_eq!(pass(COMMUNE).await, gone);
        let port = w.db.read(&w.system(), |tx| { tx.public("test"); settings::int(tx, &PORT, Some(SCHOOL)) }).await.expect("reads");
        assert_eq!(port, Some(25), "only secrets go");
        for wrong in [json!(22), json!("25"), json!(25.5), json!(null)] {
            assert_eq!(put(&PORT, SCHOOL, wrong).await, Err("setting.refused"));
        }
        assert_eq!(put(&LOST, SCHOOL, json!("bí mật")).await, Err("internal"));
    }
}
