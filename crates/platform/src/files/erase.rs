//! Every hour: files that have ended are erased, and bytes that nobody's row names are swept away.

use std::sync::Arc;

use base::{Error, Result, UnitId};
use db::{Entry, Tx, params};
use serde::{Deserialize, Serialize};

use super::{FileId, Store, store};
use crate::jobs::{Every, Handlers, Run, Work};

/// Files erased in one write.
const AT_ONCE: i64 = 100;
/// Bytes without a row are left for so long: an upload may still be on its way to its row.
const SWEEP_AFTER: i64 = 86_400;

/// The job.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct EraseEnded {}

impl Work for EraseEnded {
    const KIND: &'static str = "file.erase_ended";
    const NAME: &'static str = "Xoá tệp đã hết hạn";
}

/// Runs the job every hour.
#[must_use]
pub fn handlers(store: Arc<dyn Store>) -> Handlers {
    Handlers::default()
        .with::<EraseEnded, _, _>(move |run, _| {
            let store = Arc::clone(&store);
            async move { all(&run, store).await }
        })
        .every(Every::Seconds(3_600), EraseEnded {})
}

type Ended = Vec<(FileId, UnitId, String)>;

/// The rows go first: with them goes the key, and what is left of the bytes cannot be read any more.
fn erase(tx: &mut Tx<'_>) -> Result<Ended> {
    tx.public("a job of the system erases what has ended");
    let now = tx.now();
    let ended: Ended = tx.all(&store::ENDED, params![now, AT_ONCE])?;
    for (id, unit, _) in &ended {
        tx.exec_one(&store::ERASE, params![*id, now])?;
        tx.record(Entry::new("file.erased", "file", *id).unit(*unit));
    }
    Ok(ended)
}

async fn all(run: &Run, files: Arc<dyn Store>) -> Result<Option<serde_json::Value>> {
    let mut erased = 0;
    loop {
        let ended = run.db.write(&run.ctx()?, erase).await?;
        let n = ended.len();
        let store = Arc::clone(&files);
        tokio::task::spawn_blocking(move || ended.iter().try_for_each(|(.., address)| store.remove(address)))
            .await
            .map_err(Error::internal)??;
        erased += n;
        run.progress(i64::try_from(erased).unwrap_or(i64::MAX), None, format!("đã xoá {erased} tệp hết hạn"));
        if n == 0 || run.cancelled() {
            break;
        }
    }
    let swept = sweep(run, files).await?;
    Ok(Some(serde_json::json!({ "erased": erased, "swept": swept })))
}

/// Looks at one of 256 folders an hour, so that a store of millions is walked in eleven days.
async fn sweep(run: &Run, files: Arc<dyn Store>) -> Result<usize> {
    let ctx = run.ctx()?;
    let (beginning, before) =
        (format!("{:02x}", (ctx.now().0 / 3_600_000_000).rem_euclid(256)), ctx.now().plus_seconds(-SWEEP_AFTER));
    let store = Arc::clone(&files);
    let found =
        tokio::task::spawn_blocking(move || store.addresses(&beginning, before)).await.map_err(Error::internal)??;
    let lost: Vec<String> = run
        .db
        .read_long(&ctx, move |tx| {
            tx.public("a job of the system looks for bytes without a row");
            let mut lost = Vec::new();
            for address in found {
                if tx.one::<(i64,)>(&store::STANDS, params![address.as_str()])?.is_none_or(|(n,)| n == 0) {
                    lost.push(address);
                }
            }
            Ok(lost)
        })
        .await?;
    let n = lost.len();
    tokio::task::spawn_blocking(move || lost.iter().try_for_each(|address| files.remove(address)))
        .await
        .map_err(Error::internal)??;
    Ok(n)
}
