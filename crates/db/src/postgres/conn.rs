//! One connection: statements kept prepared, sent with what belongs to them in one message.

use std::collections::HashMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use base::{Error, Result, Value};
use futures_util::TryStreamExt as _;
use futures_util::future::{join, join_all};
use tokio::runtime::Runtime;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Statement};

use super::wire::{PgArray, PgParam, PgUuid};
use super::{Address, tls};
use crate::error::unreachable;
use crate::row::Row;
use crate::sql::Sql;
use crate::sqlite::NOT_DURABLE;
use crate::tx::Prepared;

type Driver<T> = std::result::Result<T, tokio_postgres::Error>;

/// Prepared statements kept on one connection.
const STATEMENTS_AT_MOST: usize = 512;

/// One connection and the little runtime that drives it.
pub(crate) struct PgConn {
    pub(super) rt: Runtime,
    pub(crate) client: Client,
    statements: HashMap<String, Statement>,
    /// BEGIN, still to be sent together with the first statement.
    pub(super) begin: Option<&'static str>,
}

/// Stored with each write, entries first, in the order they were recorded.
static STORE_ENTRY: Sql = Sql::new(
    "STORE_ENTRY",
    "WITH entry AS (INSERT INTO journal_entry (ordinal, format, id, kind, noun, subject, unit, version, actor_kind, actor, \
     request, purpose, at, digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) RETURNING row) \
     INSERT INTO journal_payload (row, salt, body) SELECT row, ?15, ?16 FROM entry",
);

impl PgConn {
    pub(crate) fn connect(address: &Address) -> Result<Self> {
        let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
        let dial = tls::Dial::read(&address.url)?;
        let client = rt.block_on(async {
            let connecting = dial.config.connect(dial.connector);
            let (client, connection) = tokio::time::timeout(Duration::from_secs(5), connecting)
                .await
                .map_err(|_| unreachable("no answer within 5 s"))?
                .map_err(tls::unreached)?;
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::warn!(%error, "a database connection ended");
                }
            });
            Ok::<_, Error>(client)
        })?;
        let mut conn = Self { rt, client, statements: HashMap::new(), begin: None };
        conn.check(address)?;
        Ok(conn)
    }

    /// Whatever the server was set to, this connection keeps what it acknowledges, or is refused.
    fn check(&mut self, address: &Address) -> Result<()> {
        let asked = self.rt.block_on(async {
            self.client
                .batch_execute("SET synchronous_commit = on; SET TIME ZONE 'UTC'; SET jit = off; SET client_min_messages = warning; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'")
                .await?;
            self.client
                .query_one(
                    "SELECT current_setting('synchronous_commit'), current_setting('fsync'), \
                     current_setting('full_page_writes'), current_setting('server_encoding')",
                    &[],
                )
                .await
        });
        let row = asked.map_err(unreachable)?;
        let held: [&str; 4] = [row.get(0), row.get(1), row.get(2), row.get(3)];
        if held[3] != "UTF8" {
            return Err(NOT_DURABLE.error(
                "Cơ sở dữ liệu PostgreSQL phải dùng bảng mã UTF8; hãy tạo lại cơ sở dữ liệu với ENCODING 'UTF8'.",
            ));
        }
        if address.check_durability && held[..3] != ["on", "on", "on"] {
            return Err(NOT_DURABLE.error(
                "Máy chủ PostgreSQL đang tắt ghi bền (synchronous_commit, fsync hoặc full_page_writes). Hãy bật lại cả ba rồi khởi động lại; chưa có gì bị thay đổi.",
            ));
        }
        Ok(())
    }

    /// The connection with something set for as long as it is.
    pub(super) fn set(self, sql: &str) -> Result<Self> {
        self.rt.block_on(self.client.batch_execute(sql)).map_err(unreachable)?;
        Ok(self)
    }

    fn prepare(&mut self, text: &str) -> Driver<Statement> {
        if let Some(known) = self.statements.get(text) {
            return Ok(known.clone());
        }
        // Lists put statements together: without a bound, unusual ones would stay on the server for ever.
        if self.statements.len() >= STATEMENTS_AT_MOST {
            self.statements.clear();
        }
        // Preparing needs no transaction: BEGIN stays with the statement's own message.
        let made = self.rt.block_on(self.client.prepare(text))?;
        self.statements.insert(text.to_owned(), made.clone());
        Ok(made)
    }

    pub(crate) fn param_types(&mut self, text: &str) -> Driver<Vec<crate::list::Type>> {
        use crate::list::Type as Door;
        Ok(self
            .prepare(text)?
            .params()
            .iter()
            .map(|ty| match *ty {
                Type::INT8 | Type::INT4 | Type::INT2 => Door::Int,
                Type::BOOL => Door::Bool,
                Type::BYTEA => Door::Bytes,
                Type::UUID => Door::Uuid,
                Type::DATE => Door::Date,
                _ => Door::Text,
            })
            .collect())
    }

    pub(crate) fn query(
        &mut self,
        text: &str,
        params: &[Value<'_>],
        take: &mut dyn FnMut(&Row<'_>) -> Result<bool>,
    ) -> Driver<Result<()>> {
        let statement = self.prepare(text)?;
        let begin = self.begin.take();
        // Row by row as they come, so that an export of a province is never whole in memory.
        self.rt.block_on(async {
            let asked = self.client.query_raw(&statement, params.iter().map(PgParam));
            let mut rows = pin!(match begin {
                Some(begin) => {
                    let (begun, rows) = join(self.client.batch_execute(begin), asked).await;
                    begun?;
                    rows?
                }
                None => asked.await?,
            });
            // To the end even when no more is wanted: a statement may fail after its first row.
            let mut wanted = Ok(true);
            while let Some(row) = rows.try_next().await? {
                if matches!(wanted, Ok(true)) {
                    wanted = take(&Row::Postgres(&row));
                }
            }
            Ok(wanted.map(drop))
        })
    }

    /// Several statements in one message. On a refusal: which of them it was.
    pub(crate) fn query_all(
        &mut self,
        asked: &[(&str, &[Value<'_>])],
        take: &mut dyn FnMut(usize, &Row<'_>) -> Result<bool>,
    ) -> std::result::Result<Result<()>, (usize, tokio_postgres::Error)> {
        let mut statements = Vec::with_capacity(asked.len());
        for (i, (text, _)) in asked.iter().enumerate() {
            statements.push(self.prepare(text).map_err(|error| (i, error))?);
        }
        let params: Vec<Vec<PgParam<'_>>> =
            asked.iter().map(|(_, params)| params.iter().map(PgParam).collect()).collect();
        let params: Vec<Vec<&(dyn ToSql + Sync)>> =
            params.iter().map(|one| one.iter().map(|p| p as &(dyn ToSql + Sync)).collect()).collect();
        let begin = self.begin.take();
        let answers = self.rt.block_on(async {
            let all = join_all(
                statements.iter().zip(&params).map(|(statement, params)| self.client.query(statement, params)),
            );
            match begin {
                Some(begin) => {
                    let (begun, answers) = join(self.client.batch_execute(begin), all).await;
                    begun.map(|()| answers)
                }
                None => Ok(all.await),
            }
        });
        for (i, rows) in answers.map_err(|error| (0, error))?.into_iter().enumerate() {
            for row in &rows.map_err(|error| (i, error))? {
                match take(i, &Row::Postgres(row)) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error) => return Ok(Err(error)),
                }
            }
        }
        Ok(Ok(()))
    }

    pub(crate) fn execute(&mut self, text: &str, params: &[Value<'_>]) -> Driver<u64> {
        let params: Vec<PgParam<'_>> = params.iter().map(PgParam).collect();
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as &(dyn ToSql + Sync)).collect();
        self.execute_params(text, &params)
    }

    pub(crate) fn execute_arrays<const N: usize>(&mut self, text: &str, columns: &[Vec<Value<'_>>; N]) -> Driver<u64> {
        let columns: Vec<PgArray<'_>> = columns.iter().map(|column| PgArray(column)).collect();
        let params: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|p| p as &(dyn ToSql + Sync)).collect();
        self.execute_params(text, &params)
    }

    fn execute_params(&mut self, text: &str, params: &[&(dyn ToSql + Sync)]) -> Driver<u64> {
        let statement = self.prepare(text)?;
        let begin = self.begin.take();
        self.rt.block_on(async {
            let asked = self.client.execute(&statement, params);
            match begin {
                Some(begin) => {
                    let (begun, rows) = join(self.client.batch_execute(begin), asked).await;
                    begun?;
                    rows
                }
                None => asked.await,
            }
        })
    }

    /// Statements outside the closure: savepoints, DDL.
    pub(crate) fn plain(&mut self, sql: &str) -> Driver<()> {
        if let Some(begin) = self.begin.take() {
            self.rt.block_on(self.client.batch_execute(begin))?;
        }
        self.rt.block_on(self.client.batch_execute(sql))
    }

    /// Ends a read without waiting for the answer: the next message follows it on the same wire.
    pub(super) fn end_read(&mut self) {
        if self.begin.take().is_some() {
            return;
        }
        let _entered = self.rt.enter();
        let commit = pin!(self.client.batch_execute("COMMIT"));
        let _sent: Poll<_> = std::future::Future::poll(commit, &mut Context::from_waker(Waker::noop()));
    }

    /// Stores the entries and commits, in one message.
    pub(super) fn commit(&mut self, entries: &[Prepared]) -> Driver<()> {
        if entries.is_empty() {
            if self.begin.take().is_some() {
                return Ok(());
            }
            return self.rt.block_on(self.client.batch_execute("COMMIT"));
        }
        let store = self.prepare(STORE_ENTRY.text(crate::Dialect::Postgres))?;
        let begin = self.begin.take();
        let ordinals: Vec<i64> = (0..i64::try_from(entries.len()).unwrap_or(i64::MAX)).collect();
        let rows: Vec<Vec<Box<dyn ToSql + Sync>>> = entries
            .iter()
            .zip(ordinals)
            .map(|(entry, ordinal)| {
                let h = &entry.header;
                let values: Vec<Box<dyn ToSql + Sync>> = vec![
                    Box::new(ordinal),
                    Box::new(h.format),
                    Box::new(PgUuid(Some(h.id))),
                    Box::new(h.kind.clone()),
                    Box::new(h.noun.clone()),
                    Box::new(PgUuid(h.subject)),
                    Box::new(PgUuid(h.unit)),
                    Box::new(h.version),
                    Box::new(h.actor_kind.clone()),
                    Box::new(h.actor.clone()),
                    Box::new(h.request.clone()),
                    Box::new(h.purpose.clone()),
                    Box::new(h.at),
                    Box::new(h.digest.to_vec()),
                    Box::new(entry.salt.to_vec()),
                    Box::new(entry.body.clone()),
                ];
                values
            })
            .collect();
        let refs: Vec<Vec<&(dyn ToSql + Sync)>> =
            rows.iter().map(|row| row.iter().map(|v| &**v as &(dyn ToSql + Sync)).collect()).collect();
        self.rt.block_on(async {
            let begun = async {
                match begin {
                    Some(begin) => self.client.batch_execute(begin).await,
                    None => Ok(()),
                }
            };
            let stored = join_all(refs.iter().map(|row| self.client.execute(&store, row)));
            let ((begun, stored), committed) = join(join(begun, stored), self.client.batch_execute("COMMIT")).await;
            // A failed insert turns the COMMIT into a rollback that does not complain: the inserts are asked first.
            begun?;
            for one in stored {
                one?;
            }
            committed
        })
    }

    pub(super) fn rollback(&mut self) -> bool {
        if self.begin.take().is_some() {
            return true;
        }
        self.rt.block_on(self.client.batch_execute("ROLLBACK")).is_ok()
    }
}
