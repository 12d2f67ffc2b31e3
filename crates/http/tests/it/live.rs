use std::time::Duration;

use super::*;
use axum::body::BodyDataStream;
use futures_util::StreamExt as _;
use serde_json::Value as Json;

/// The next entries told by a stream: as many as asked for, or what came before it was silent.
async fn told(stream: &mut BodyDataStream, wanted: usize) -> Vec<Json> {
    let mut text = String::new();
    let events = |text: &str| -> Vec<Json> {
        text.lines()
            .filter_map(|line| line.strip_prefix("data:"))
            .filter_map(|data| serde_json::from_str(data.trim()).ok())
            .collect()
    };
    while events(&text).len() < wanted {
        match tokio::time::timeout(Duration::from_secs(3), stream.next()).await {
            Ok(Some(Ok(bytes))) => text.push_str(&String::from_utf8_lossy(&bytes)),
            _ => break,
        }
    }
    events(&text)
}

async fn follow(who: &Ask, path: &str, headers: &[(&str, &str)]) -> BodyDataStream {
    let response = who.open("GET", path, headers, "").await.expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.into_body().into_data_stream()
}

/// Records something about a unit, or about none.
async fn happens(w: &World, kind: &'static str, noun: &'static str, at: Option<UnitId>) {
    w.db.write(&w.system(), move |tx| {
        tx.public("a test records");
        let id: Uuid = tx.new_id();
        let entry = Entry::new(kind, noun, id).version(4);
        tx.record(match at {
            Some(unit) => entry.unit(unit),
            None => entry,
        });
        Ok(())
    })
    .await
    .expect("records");
}

async fn sealed(w: &World) {
    w.db.sealed(&w.system(), Duration::from_secs(5)).await.expect("seals");
}

fn kinds(told: &[Json]) -> Vec<&str> {
    told.iter().filter_map(|one| one["kind"].as_str()).collect()
}

testkit::both! {
    async fn a_stream_tells_in_order_what_the_actor_may_see(w: World) {
        let ministry = unit(&w, "ministry", None).await;
        let department = unit(&w, "department", Some(ministry)).await;
        let school = unit(&w, "school", Some(department)).await;
        let other = unit(&w, "school", Some(department)).await;
        let (_, head) = somebody(&w, "head", school).await;
        let (_, admin) = somebody(&w, "department_admin", department).await;
        sealed(&w).await;
        let head = ask(&w).with_session(head.as_str());
        let admin = ask(&w).with_session(admin.as_str());
        let from = head.get("/api/v1/journal/head").await.expect("an answer").json()["position"].as_str().expect("text").to_owned();

        happens(&w, "mark.entered", "mark", Some(school)).await;
        happens(&w, "mark.elsewhere", "mark", Some(other)).await;
        happens(&w, "account.made", "account", Some(department)).await;
        happens(&w, "unit.renamed", "unit", Some(department)).await;
        happens(&w, "house.kept", "house", None).await;
        happens(&w, "mark.entered_again", "mark", Some(school)).await;
        sealed(&w).await;

        let path = format!("/api/v1/events?after={from}");
        let seen = told(&mut follow(&head, &path, &[]).await, 3).await;
        assert_eq!(kinds(&seen), ["mark.entered", "unit.renamed", "mark.entered_again"]);
        let positions: Vec<db::Position> = seen.iter().map(|one| one["position"].as_str().expect("text").parse().expect("a position")).collect();
        assert!(positions.is_sorted(), "{positions:?}");
        assert_eq!(seen[0]["version"], 4);
        assert_eq!(seen[0].as_object().expect("an object").len(), 4, "nothing of the payload: {}", seen[0]);

        let all = told(&mut follow(&admin, &path, &[]).await, 5).await;
        assert_eq!(kinds(&all), ["mark.entered", "mark.elsewhere", "account.made", "unit.renamed", "mark.entered_again"]);

        // Resumed where it broke off, whatever the address says.
        let last = seen[1]["position"].as_str().expect("text");
        let rest = told(&mut follow(&head, &path, &[("last-event-id", last)]).await, 1).await;
        assert_eq!(kinds(&rest), ["mark.entered_again"]);
        let reply = head.get("/api/v1/events?after=x").await.expect("an answer");
        assert_eq!((reply.status, reply.code().as_str()), (400, "journal.bad_position"));
        assert_eq!(ask(&w).get("/api/v1/events").await.expect("an answer").status, 401);
    }

    async fn an_answer_says_where_the_journal_stood_before_it(w: World) {
        let school = unit(&w, "school", None).await;
        let (_, token) = somebody(&w, "head", school).await;
        happens(&w, "mark.entered", "mark", Some(school)).await;
        sealed(&w).await;
        let head = ask(&w).with_session(token.as_str());
        let read = head.get("/api/v1/test/units").await.expect("an answer");
        let from: db::Position = read.header("khue-position").parse().expect("a position");
        assert_eq!(head.get("/api/v1/journal/head").await.expect("an answer").json()["position"], from.to_string());
        // Followed from there: what came after the answer, and nothing twice.
        happens(&w, "mark.changed", "mark", Some(school)).await;
        sealed(&w).await;
        let seen = told(&mut follow(&head, &format!("/api/v1/events?after={from}"), &[]).await, 1).await;
        assert_eq!(kinds(&seen), ["mark.changed"]);
        // A refusal tells nothing, and strangers are told nothing.
        assert_eq!(head.get("/api/v1/nothing").await.expect("an answer").header("khue-position"), "");
        assert_eq!(ask(&w).get("/api/v1/about").await.expect("an answer").header("khue-position"), "");
    }

    async fn what_belongs_to_no_unit_is_told_at_the_top_only(w: World) {
        // An installation of one province: its department stands on top.
        let department = unit(&w, "department", None).await;
        let school = unit(&w, "school", Some(department)).await;
        let (_, admin) = somebody(&w, "department_admin", department).await;
        let (_, head) = somebody(&w, "head", school).await;
        happens(&w, "house.kept", "house", None).await;
        happens(&w, "school.kept", "school", Some(school)).await;
        sealed(&w).await;
        let at = "/api/v1/events?after=0-0";
        let admin = told(&mut follow(&ask(&w).with_session(admin.as_str()), at, &[]).await, 2).await;
        assert_eq!(kinds(&admin), ["house.kept", "school.kept"]);
        let head = told(&mut follow(&ask(&w).with_session(head.as_str()), at, &[]).await, 1).await;
        assert_eq!(kinds(&head), ["school.kept"]);
    }

    async fn a_stream_goes_on_while_things_happen_and_ends_with_its_session(w: World) {
        let school = unit(&w, "school", None).await;
        let (account, token) = somebody(&w, "head", school).await;
        let me = ask(&w).with_session(token.as_str());
        sealed(&w).await;
        let mut stream = follow(&me, "/api/v1/events", &[]).await;
        // Its first word, so that it stands before anything happens.
        let first = stream.next().await.expect("a word").expect("bytes");
        assert!(String::from_utf8_lossy(&first).contains("retry"), "{first:?}");
        for round in 0..3 {
            happens(&w, "mark.entered", "mark", Some(school)).await;
            assert_eq!(kinds(&told(&mut stream, 1).await), ["mark.entered"], "round {round}");
        }
        w.db.write(&w.system(), move |tx| {
            tx.public("a test ends the session");
            auth::session::end_others(tx, account, None)
        })
        .await
        .expect("ends");
        happens(&w, "mark.entered", "mark", Some(school)).await;
        assert_eq!(told(&mut stream, 1).await.len(), 0);
        assert!(stream.next().await.is_none(), "the stream has ended");
    }

    async fn more_than_a_window_is_told_whole(w: World) {
        let school = unit(&w, "school", None).await;
        let far = unit(&w, "school", None).await;
        let (_, token) = somebody(&w, "head", school).await;
        w.db.write(&w.system(), move |tx| {
            tx.public("a test records much");
            for n in 0..1_200 {
                let id: Uuid = tx.new_id();
                tx.record(Entry::new("mark.entered", "mark", id).unit(if n % 600 == 599 { school } else { far }));
            }
            Ok(())
        })
        .await
        .expect("records");
        sealed(&w).await;
        let me = ask(&w).with_session(token.as_str());
        assert_eq!(told(&mut follow(&me, "/api/v1/events?after=0-0", &[]).await, 2).await.len(), 2);
    }

    async fn of_accounts_only_those_are_told_who_see_them(w: World) {
        let school = unit(&w, "school", None).await;
        let (account, teacher) = somebody(&w, "teacher", school).await;
        let (_, clerk) = somebody(&w, "clerk", school).await;
        for noun in ["account", "grant", "invitation", "session"] {
            happens(&w, "people.changed", noun, Some(school)).await;
        }
        w.db.write(&w.ctx(base::Actor::Account { account, session: None }), move |tx| {
            tx.public("a test acts");
            let id: Uuid = tx.new_id();
            tx.record(Entry::new("session.own", "session", id).unit(school));
            Ok(())
        })
        .await
        .expect("records");
        happens(&w, "mark.entered", "mark", Some(school)).await;
        sealed(&w).await;
        let at = "/api/v1/events?after=0-0";
        let seen = told(&mut follow(&ask(&w).with_session(teacher.as_str()), at, &[]).await, 2).await;
        assert_eq!(kinds(&seen), ["session.own", "mark.entered"], "what they did themselves, and what is no account's");
        let seen = told(&mut follow(&ask(&w).with_session(clerk.as_str()), at, &[]).await, 6).await;
        assert_eq!(kinds(&seen), ["people.changed", "people.changed", "people.changed", "people.changed", "session.own", "mark.entered"]);
    }

    async fn who_has_missed_too_much_begins_from_the_head(w: World) {
        let school = unit(&w, "school", None).await;
        let (_, token) = somebody(&w, "head", school).await;
        let me = ask(&w).with_session(token.as_str());
        let much = async |n: usize| {
            w.db.write_long(&w.system(), "a test records much", move |tx| {
                tx.public("test");
                for _ in 0..n {
                    let id: Uuid = tx.new_id();
                    tx.record(Entry::new("mark.entered", "mark", id));
                }
                Ok(())
            })
            .await
            .expect("records");
            sealed(&w).await;
        };
        much(1).await;
        let from = me.get("/api/v1/journal/head").await.expect("an answer").json()["position"].as_str().expect("text").to_owned();
        much(5_000).await;
        let path = format!("/api/v1/events?after={from}");
        drop(follow(&me, &path, &[]).await);
        much(1).await;
        for (path, last) in [(path.as_str(), ""), ("/api/v1/events", from.as_str()), ("/api/v1/events?after=0-0", "")] {
            let headers: &[(&str, &str)] = if last.is_empty() { &[] } else { &[("last-event-id", last)] };
            let response = me.open("GET", path, headers, "").await.expect("an answer");
            assert_eq!(response.status(), 409, "{path} {last}");
        }
        assert_eq!(me.get(&path).await.expect("an answer").code(), "journal.too_old");
        drop(follow(&me, "/api/v1/events", &[]).await);
    }

    async fn one_account_holds_so_many_streams(w: World) {
        let me = signed(&w).await;
        let mut open = Vec::new();
        for _ in 0..12 {
            open.push(follow(&me, "/api/v1/events", &[]).await);
        }
        let reply = me.get("/api/v1/events").await.expect("an answer");
        assert_eq!((reply.status, reply.code().as_str()), (429, "events.too_many"));
        drop(open.pop());
        assert_eq!(me.open("GET", "/api/v1/events", &[], "").await.expect("an answer").status(), 200);
    }
}
