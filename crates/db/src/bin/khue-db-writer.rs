//! The small program that the kill test drives: several tasks write, each says so only after the door has answered.
//!
//! `khue-db-writer DATA TASKS [POSTGRES OWNER]` writes into `DATA/khue.db`, or into PostgreSQL. A write is one note, its
//! lines and one journal entry; `ack TASK N` on the output means that write N of a task is durable.
#![expect(clippy::print_stdout, reason = "its output is what the test reads")]

use std::io::Write as _;
use std::path::PathBuf;

use base::{Actor, Clock as _, Ctx, Error, Result, Uuid, time::SystemClock};
use db::{Db, Entry, Location, Migration, Options, Schema, params};

db::statements! {
    LAST = "SELECT CAST(coalesce(max(n), 0) AS {int}) FROM kill_note WHERE task = ?1";
    NOTE = "INSERT INTO kill_note (id, task, n, lines) VALUES (?1, ?2, ?3, ?4)";
    LINE = "INSERT INTO kill_line (note, i) VALUES (?1, ?2)";
}

/// The tables of the kill test.
static KILL: Schema = Schema {
    migrations: &[Migration {
        ordinal: 9_100,
        name: "kill",
        sql: include_str!("../../tests/kill/kill.sql"),
        rebuild: false,
    }],
    statements: &[STATEMENTS],
    constraints: &[],
};

#[expect(clippy::disallowed_methods, reason = "this program is a test's, and nobody signs in")]
fn ctx() -> Result<Ctx> {
    Ok(Ctx::new(Actor::System("kill"), "kill", SystemClock.now(), db::keys::random()?))
}

async fn write_forever(db: Db, task: i64) -> Result<()> {
    let mut n = db
        .read(&ctx()?, move |tx| {
            tx.public("a test");
            Ok(tx.one::<(i64,)>(&LAST, params![task])?.map_or(0, |(n,)| n))
        })
        .await?;
    loop {
        n += 1;
        let lines = 1 + n % 5;
        db.write(&ctx()?, move |tx| {
            tx.public("a test");
            let id: Uuid = tx.new_id();
            tx.exec_one(&NOTE, params![id, task, n, lines])?;
            for i in 0..lines {
                tx.exec_one(&LINE, params![id, i])?;
            }
            tx.record(Entry::new("kill.written", "kill_note", id).version(n).after(&lines)?);
            Ok(())
        })
        .await?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "ack {task} {n}").and_then(|()| out.flush()).map_err(Error::internal)?;
    }
}

fn main() -> std::process::ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [data, tasks, rest @ ..] = args.as_slice() else {
        println!("usage: khue-db-writer DATA TASKS [POSTGRES OWNER]");
        return std::process::ExitCode::from(2);
    };
    let data = PathBuf::from(data);
    let location = match rest {
        [url, _owner] => Location::Postgres(url.clone()),
        _ => Location::Sqlite(data.join("khue.db")),
    };
    let mut options = Options::new(location, &data, vec![&db::SCHEMA, &KILL]);
    options.owner = rest.get(1).cloned();
    let tasks: i64 = tasks.parse().unwrap_or(4);
    let outcome = (|| {
        let rt = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(Error::internal)?;
        let db = Db::open(&options, SystemClock.now())?;
        rt.block_on(async {
            let tasks: Vec<_> = (0..tasks).map(|task| tokio::spawn(write_forever(db.clone(), task))).collect();
            for task in tasks {
                task.await.map_err(Error::internal)??;
            }
            Ok::<(), Error>(())
        })
    })();
    if let Err(error) = outcome {
        println!("ended {error:?}");
    }
    std::process::ExitCode::FAILURE
}
