//! The list builder on both databases.

use base::Uuid;
use db::list::{Ask, Column, List, Operator, Type};
use db::{BulkInto, Value};
use testkit::World;

db::row! {
    struct Line {
        id: Uuid,
        title: String,
        count: Option<i64>,
    }
}

const NOTES: List = List {
    name: "notes",
    select: "n.id, n.title, n.count",
    from: "note n",
    key: "n.id",
    columns: &[
        Column {
            name: "title",
            expr: "n.title",
            ty: Type::Text,
            nullable: false,
            sorts: true,
            operators: &[Operator::Is, Operator::Below, Operator::AtLeast],
        },
        Column {
            name: "count",
            expr: "n.count",
            ty: Type::Int,
            nullable: true,
            sorts: true,
            operators: &[Operator::Is, Operator::Not, Operator::Empty],
        },
        Column {
            name: "day",
            expr: "n.day",
            ty: Type::Date,
            nullable: true,
            sorts: true,
            operators: &[Operator::AtLeast],
        },
        Column {
            name: "flag",
            expr: "n.flag",
            ty: Type::Bool,
            nullable: true,
            sorts: false,
            operators: &[Operator::Is],
        },
        Column { name: "body", expr: "n.body", ty: Type::Bytes, nullable: true, sorts: true, operators: &[] },
        Column { name: "id", expr: "n.id", ty: Type::Uuid, nullable: false, sorts: false, operators: &[Operator::Is] },
    ],
};

async fn fill(w: &World, n: i64) {
    const INTO: BulkInto<4> = BulkInto {
        table: "note",
        columns: [("id", "uuid"), ("owner", "text"), ("title", "text"), ("count", "int")],
        conflict: "",
    };
    w.db.write_long(&w.system(), "a test fills its table", move |tx| {
        tx.public("test");
        let mut rows = Vec::new();
        for i in 0..n {
            // Every third has no count, and counts repeat: ties and NULLs are what cursors get wrong.
            let count = if i % 3 == 0 { Value::Null } else { Value::Int(i % 7) };
            let title = Value::Text(format!("Ghi chú {}", (i * 37) % n).into());
            rows.push([Value::Uuid(tx.new_id()), Value::Text("lan".into()), title, count]);
        }
        tx.bulk(&INTO, rows)
    })
    .await
    .expect("fills");
}

async fn walk(w: &World, sort: Option<(String, bool)>, limit: u32) -> Vec<Line> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let ask = Ask { sort: sort.clone(), limit, cursor: cursor.clone(), ..Ask::default() };
        let found =
            w.db.read(&w.system(), move |tx| {
                tx.public("test");
                NOTES.page::<Line>(tx, &ask)
            })
            .await
            .expect("pages");
        all.extend(found.items);
        cursor = found.next;
        if cursor.is_none() {
            return all;
        }
    }
}

testkit::both! {
    async fn every_question_a_list_can_be_asked_runs(w: World) {
        fill(&w, 20).await;
        let tried = w.db.read(&w.system(), |tx| { tx.public("test"); NOTES.check::<Line>(tx, &Ask::default()) }).await.expect("runs");
        assert!(tried >= 24, "{tried}");
    }

    async fn pages_neither_repeat_nor_skip(w: World) {
        fill(&w, 100).await;
        for column in ["title", "count"] {
            for down in [false, true] {
                let paged = walk(&w, Some((column.to_owned(), down)), 7).await;
                let whole = walk(&w, Some((column.to_owned(), down)), 200).await;
                let ids = |lines: &[Line]| lines.iter().map(|line| line.id).collect::<Vec<_>>();
                assert_eq!(ids(&paged), ids(&whole), "{column} {down}");
                assert_eq!(paged.len(), 100);
                if column == "count" {
                    assert!(paged[99].count.is_none(), "NULLs are last, down or up");
                }
            }
        }
        assert_eq!(walk(&w, None, 33).await.len(), 100);
    }

    async fn a_page_survives_rows_inserted_before_it(w: World) {
        fill(&w, 30).await;
        let ask = Ask { sort: Some(("title".to_owned(), false)), limit: 10, count_to: 25, ..Ask::default() };
        let first = w.db.read(&w.system(), { let ask = ask.clone(); move |tx| { tx.public("test"); NOTES.page::<Line>(tx, &ask) } }).await.expect("reads");
        assert_eq!((first.total, first.more), (Some(25), true));
        crate::door::add(&w, "mai", "Aaa đứng trước").await.expect("adds");
        let ask = Ask { cursor: first.next.clone(), ..ask };
        let second = w.db.read(&w.system(), { let ask = ask.clone(); move |tx| { tx.public("test"); NOTES.page::<Line>(tx, &ask) } }).await.expect("reads");
        assert!(second.items.iter().all(|line| line.title > first.items[9].title));
        let other = Ask { sort: Some(("count".to_owned(), false)), ..ask };
        let refused = w.db.read(&w.system(), move |tx| { tx.public("test"); NOTES.page::<Line>(tx, &other) }).await.expect_err("another question");
        assert_eq!(refused.code(), "request.bad_cursor");
        let unknown = Ask { sort: Some(("salary".to_owned(), false)), ..Ask::default() };
        let refused = w.db.read(&w.system(), move |tx| { tx.public("test"); NOTES.page::<Line>(tx, &unknown) }).await.expect_err("no such column");
        assert_eq!(refused.code(), "request.bad_filter");
    }
}
