//! Runs every declared statement on both databases, over the same small data, and compares what comes back.

use std::future::Future;

use base::{Date, Result, Uuid, Value};
use db::list::Type;
use db::{Db, Dialect, Schema, Sql};

use crate::{World, cluster};

/// Values of each type that stand in the data, so that statements find something.
#[derive(Default)]
struct Pool {
    ids: Vec<Uuid>,
    texts: Vec<String>,
}

impl Pool {
    /// The value of a parameter in one trial. Trials move through the pool, so that a statement of two parameters meets
    /// pairs that belong together as well as pairs that do not.
    fn value(&self, ty: Type, trial: usize, place: usize) -> Value<'static> {
        let at = trial + place * (trial % 3);
        match ty {
            Type::Uuid => Value::Uuid(self.ids.get(at % self.ids.len().max(1)).copied().unwrap_or_default()),
            Type::Text => Value::Text(self.texts.get(at % self.texts.len().max(1)).cloned().unwrap_or_default().into()),
            Type::Int => Value::Int([1, 0, 2, 50][at % 4]),
            Type::Bool => Value::Bool(at.is_multiple_of(2)),
            Type::Bytes => Value::Bytes(vec![u8::try_from(at % 250).unwrap_or(0); 32].into()),
            Type::Date => Value::Date(sample_day()),
        }
    }
}

/// Columns of the tables, so that the pool holds what the data holds.
static COLUMNS: Sql = Sql::new(
    "COLUMNS",
    "SELECT CAST(table_name AS text), CAST(column_name AS text), CAST(data_type AS text) FROM information_schema.columns \
     WHERE table_schema = 'public' AND data_type IN ('uuid', 'text') AND table_name NOT LIKE 'journal%' ORDER BY 1, 2",
);

async fn pool(w: &World) -> Result<Pool> {
    w.db.read(&w.system(), |tx| {
        tx.public("a test gathers sample values");
        let mut pool = Pool::default();
        for (table, column, ty) in tx.all::<(String, String, String)>(&COLUMNS, &[])? {
            let sql = db::Built::new(
                "sample",
                &format!("SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY 1 LIMIT 6"),
                Dialect::Postgres,
            );
            if ty == "uuid" {
                pool.ids.extend(tx.all::<(Uuid,)>(&sql, &[])?.into_iter().map(|(id,)| id));
            } else {
                pool.texts.extend(tx.all::<(String,)>(&sql, &[])?.into_iter().map(|(text,)| text));
            }
        }
        pool.ids.sort();
        pool.ids.dedup();
        pool.texts.sort();
        pool.texts.dedup();
        Ok(pool)
    })
    .await
}

/// Runs one statement and undoes it: its rows as text, or the code of its refusal.
async fn run(
    db: &Db,
    w: &World,
    sql: &'static Sql,
    params: Vec<Value<'static>>,
) -> std::result::Result<Vec<String>, String> {
    static UNDO: base::Code = base::Code::new(base::Kind::Conflict, "test.undone", "Hoàn tác");
    let ordered = sql.text(Dialect::Postgres).contains("ORDER BY");
    let outcome = db
        .write(&w.system(), move |tx| {
            tx.public("a test runs a statement and undoes it");
            let mut rows: Vec<String> = tx.debug_rows(sql, &params)?.into_iter().map(|row| row.join(" | ")).collect();
            if !ordered {
                rows.sort();
            }
            Err::<(), _>(UNDO.error(rows.join("\n")))
        })
        .await;
    match outcome {
        Err(error) if error.is(&UNDO) => Ok(error.detail().lines().map(str::to_owned).collect()),
        Err(error) => Err(error.code().to_owned()),
        Ok(()) => Err("the statement was not undone".to_owned()),
    }
}

/// Fills a world on each database with the same story, then runs every statement of the rooms on both. Answers how many
/// runs gave rows.
///
/// # Panics
/// When a statement cannot be prepared, or the two databases answer differently.
pub fn statements_agree<F: Future<Output = ()>>(schemas: Vec<&'static Schema>, fill: impl Fn(&World) -> F) -> usize {
    let _needed = cluster();
    let rt = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let make = |dialect| {
        let world = World::make(dialect, schemas.clone());
        rt.block_on(fill(&world));
        world
    };
    let (sqlite, postgres) = (make(Dialect::Sqlite), make(Dialect::Postgres));
    let mut wrong = Vec::new();
    let mut with_rows = 0;
    rt.block_on(async {
        let pool = pool(&postgres).await.expect("gathers sample values");
        for sql in schemas.iter().flat_map(|schema| schema.statements.iter()).flat_map(|list| list.iter()) {
            let types = postgres
                .db
                .read(&postgres.system(), move |tx| {
                    tx.public("a test prepares a statement");
                    tx.param_types(*sql)
                })
                .await;
            let types = match types {
                Ok(types) => types.unwrap_or_default(),
                Err(error) => {
                    wrong.push(format!("{}: {error:?}", sql.name));
                    continue;
                }
            };
            for trial in 0..12 {
                let params: Vec<Value<'static>> =
                    types.iter().enumerate().map(|(place, ty)| pool.value(*ty, trial, place)).collect();
                let left = run(&sqlite.db, &sqlite, sql, params.clone()).await;
                let right = run(&postgres.db, &postgres, sql, params.clone()).await;
                with_rows += usize::from(right.as_ref().is_ok_and(|rows| !rows.is_empty()));
                if left != right {
                    wrong.push(format!("{} {params:?}\n  sqlite:   {left:?}\n  postgres: {right:?}", sql.name));
                    break;
                }
                if types.is_empty() {
                    break;
                }
            }
        }
    });
    for world in [sqlite, postgres] {
        world.end();
    }
    assert!(wrong.is_empty(), "{} statements differ:\n{}", wrong.len(), wrong.join("\n"));
    with_rows
}

fn sample_day() -> Date {
    "2026-09-07".parse().expect("a date")
}
