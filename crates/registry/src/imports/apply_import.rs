//! An import is applied: a job, whose writing is one transaction.

use std::sync::Arc;

use auth::{Capability, Require as _};
use base::{Ctx, Error, Result, UnitId, Uuid};
use db::{Db, Entry, Tx, params};
use http::{Answer, App, IfMatch, Json, Path, Signed, State};
use platform::files::{self, FileId};
use platform::jobs::{self, Ask, Handlers, JobId, Run, Work};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::apply::{changed_since, write};
use super::change::not_ready;
use super::stage::{Counts, Stage, Verdict};
use super::{NOTHING, allowed, allowed_lists, get, judge, plan, restage, store, take, write_lists};

/// The job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ApplyImport {
    /// Whose.
    pub school: UnitId,
    /// Which.
    pub import: Uuid,
}

impl Work for ApplyImport {
    const KIND: &'static str = "import.apply";
    const NAME: &'static str = "Nhập danh sách từ Excel";
    // A fault of ours stays one however often it is tried.
    const ATTEMPTS: u32 = 3;
}

/// What runs the room's jobs.
#[must_use]
pub fn handlers() -> Handlers {
    Handlers::default().with::<ApplyImport, _, _>(|run, work| async move {
        let ctx = run.ctx()?;
        match apply(&run.db, &ctx, work.school, work.import, Some(&run)).await {
            Ok(applied) => serde_json::to_value(applied).map(Some).map_err(Error::internal),
            Err(error) => {
                // The last time that it is tried: whoever waits is told.
                if run.attempt >= ApplyImport::ATTEMPTS && !error.is(&jobs::LOST) {
                    failed(&run, &ctx, &work, error.detail().to_owned()).await?;
                }
                Err(error)
            }
        }
    })
}

async fn failed(run: &Run, ctx: &Ctx, work: &ApplyImport, problem: String) -> Result<()> {
    let (school, import, held) = (work.school, work.import, run.clone());
    run.db
        .write(ctx, move |tx| {
            held.hold(tx)?;
            allowed(tx, school)?;
            // One that went back to the preview with its reason is no failure.
            if get(tx, school, import)?.state == "applying" {
                tx.exec_one(&store::STATE, params![school, import, "failed", Some(problem.as_str())])?;
            }
            Ok(())
        })
        .await
}

/// What was applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// How many of each verdict there were.
    pub counts: Counts,
    /// How many of those that were to go in went back to matching, because the school changed meanwhile.
    pub back: i64,
}

/// That an import waits for its job.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Applying {
    /// The job, whose progress `/jobs/{job}` tells.
    pub job: Uuid,
    /// The import's version by now.
    pub version: i64,
}

/// Puts the applying into the queue.
pub fn ask(tx: &mut Tx<'_>, school: UnitId, import: Uuid, known: i64, makes_classes: bool) -> Result<Applying> {
    allowed(tx, school)?;
    if makes_classes {
        tx.require(Capability::SchoolManage, school)?;
    }
    take(tx, school, import, known)?;
    let row = get(tx, school, import)?;
    if row.state != "ready" {
        return Err(not_ready());
    }
    let counts = super::view::ImportRef::from(row).counts;
    if counts.taken() == 0 {
        return Err(nothing());
    }
    let work = ApplyImport { school, import };
    let job: JobId = jobs::enqueue(tx, &work, &Ask { unit: Some(school), ..Ask::default() })?;
    tx.exec_one(&store::STATE, params![school, import, "applying", None::<String>])?;
    tx.exec_one(&store::JOB, params![school, import, job])?;
    tx.record(Entry::new("import.asked", "import", import).unit(school).version(known + 1));
    Ok(Applying { job: job.0, version: known + 1 })
}

/// What is said when nothing could go in.
#[must_use]
pub fn nothing() -> Error {
    NOTHING.error(
        "Không có dòng nào nhập được; chưa có gì thay đổi. Hãy sửa các ô được nêu trong bản xem trước rồi nhập lại.",
    )
}

/// Applies an import: what was accepted goes in, in one transaction. What changed since it was matched goes back to
/// matching. May be tried again: what was applied is not applied twice.
pub async fn apply(db: &Db, ctx: &Ctx, school: UnitId, import: Uuid, run: Option<&Run>) -> Result<Applied> {
    let told = |done: i64, note: &str| {
        if let Some(run) = run {
            run.progress(done, Some(3), note);
        }
    };
    told(0, "đang đối chiếu");
    let (row, opening) = db
        .read(ctx, move |tx| {
            allowed(tx, school)?;
            let row = get(tx, school, import)?;
            let opening = files::opening(tx, school, FileId(row.file))?;
            Ok((row, opening))
        })
        .await?;
    let mut applied = Applied { counts: super::view::ImportRef::from(row.clone()).counts, back: 0 };
    if row.state == "done" {
        return Ok(applied);
    }
    let store = db.clone();
    let stage = super::blocking(move || Stage::open(&store, &opening)).await?;
    let result = prepared_and_written(db, ctx, school, import, &stage, run, &told).await;
    let back = match result {
        Ok(back) => back,
        // What is no fault of ours goes back to the preview with its reason; nothing of it was written.
        Err(error) if error.kind() != base::Kind::Internal && !error.is(&jobs::LOST) => {
            back_to_preview(db, ctx, school, import, stage, Some(error.detail().to_owned())).await?;
            return Err(error);
        }
        Err(error) => return Err(error),
    };
    applied.back = back;
    if back > 0 {
        back_to_preview(db, ctx, school, import, stage, None).await?;
    }
    told(3, "đã nhập xong");
    Ok(applied)
}

async fn prepared_and_written(
    db: &Db,
    ctx: &Ctx,
    school: UnitId,
    import: Uuid,
    stage: &Stage,
    run: Option<&Run>,
    told: &(dyn Fn(i64, &str) + Sync),
) -> Result<i64> {
    let mut staged = stage.clone();
    let (keys, now) = (db.keys().clone(), ctx.now());
    let (plan, before, staged) = db
        .read_long(ctx, move |tx| {
            allowed(tx, school)?;
            allowed_lists(tx, school, &staged)?;
            let mut again = staged.clone();
            let standing = judge(tx, school, &mut again)?;
            let before = set_aside(&mut staged, &again);
            let plan = plan::make(&keys, now, school, &staged, &standing)?;
            Ok((plan, before, staged))
        })
        .await?;
    told(1, "đang ghi");
    let plan = Arc::new((plan, staged));
    let run = run.cloned();
    let back = db
        .write_long(ctx, "a school's list is taken as a whole or not at all", move |tx| {
            if let Some(run) = &run {
                run.hold(tx)?;
            }
            let (plan, staged) = (&plan.0, &plan.1);
            allowed(tx, school)?;
            allowed_lists(tx, school, staged)?;
            if !plan.classes.is_empty() {
                tx.require(Capability::SchoolManage, school)?;
            }
            let back = changed_since(tx, school, plan)?;
            let lists = write_lists::before(tx, school, import, staged, plan)?;
            write(tx, school, import, plan, &back, &lists.made)?;
            let (taught_back, taught) = write_lists::after(tx, school, staged)?;
            let all = before + lists.back + taught_back + i64::try_from(back.len()).map_err(Error::internal)?;
            let pupils = i64::try_from(plan.steps.len() - back.len()).map_err(Error::internal)?;
            let written = pupils + lists.written + taught;
            let (state, problem) = match all {
                0 => ("done", None),
                some => ("ready", Some(went_back(some))),
            };
            tx.exec_one(&store::STATE, params![school, import, state, problem])?;
            let counted = serde_json::json!({ "rows": written, "back": all });
            tx.record(Entry::new("import.applied", "import", import).unit(school).after(&counted)?);
            Ok(all)
        })
        .await?;
    told(2, "đang đối chiếu lại");
    Ok(back)
}

fn went_back(rows: i64) -> String {
    format!(
        "{rows} dòng chưa nhập vì hồ sơ liên quan vừa được người khác sửa. Hãy xem lại các dòng ấy rồi nhập tiếp; các dòng khác đã nhập xong."
    )
}

/// Takes out of a stage the rows that would now be judged otherwise than a person saw. Answers how many.
fn set_aside(staged: &mut Stage, again: &Stage) -> i64 {
    let mut aside = 0;
    for (table, now) in staged.tables.iter_mut().zip(&again.tables) {
        if table.what.is_none() || table.skipped {
            continue;
        }
        for (row, now) in table.rows.iter_mut().zip(&now.rows) {
            let goes_in = matches!(row.found.verdict, Verdict::New | Verdict::Changed);
            let same = (row.found.verdict, row.found.target, row.found.record, &row.found.changes)
                == (now.found.verdict, now.found.target, now.found.record, &now.found.changes);
            // What the workbook says stands by now: it was applied already, by an attempt before or by somebody else.
            let stands = now.found.verdict == Verdict::Same;
            if goes_in && !same {
                row.found.verdict = Verdict::Refused;
                aside += i64::from(!stands);
            }
        }
    }
    aside
}

/// Judges what is left anew, and shows it.
async fn back_to_preview(
    db: &Db,
    ctx: &Ctx,
    school: UnitId,
    import: Uuid,
    mut stage: Stage,
    problem: Option<String>,
) -> Result<()> {
    let stage = db
        .read_long(ctx, move |tx| {
            allowed(tx, school)?;
            judge(tx, school, &mut stage)?;
            Ok(Arc::new(stage))
        })
        .await?;
    let row = db
        .read(ctx, move |tx| {
            allowed(tx, school)?;
            get(tx, school, import)
        })
        .await?;
    restage(db, ctx, school, &row, &stage).await?;
    if let Some(problem) = problem {
        db.write(ctx, move |tx| {
            allowed(tx, school)?;
            tx.exec_one(&store::STATE, params![school, import, "ready", Some(problem.as_str())])
        })
        .await?;
    }
    Ok(())
}

/// Applies an import: a job, whose progress the jobs tell. What was accepted goes in as a whole; what was refused stays
/// out.
#[utoipa::path(post, path = "/units/{unit}/imports/{import}/apply", operation_id = "apply_import", tag = "imports",
    params(("unit" = Uuid, Path), ("import" = Uuid, Path), ("If-Match" = i64, Header)),
    responses((status = 200, body = Applying), (status = 404, body = http::ProblemBody), (status = 409, body = http::ProblemBody),
        (status = 412, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path((unit, import)): Path<(Uuid, Uuid)>,
    IfMatch(known): IfMatch,
) -> Answer<Json<Applying>> {
    let school = UnitId(unit);
    let (_, stage) = super::open(app.db(), &ctx, school, import).await?;
    let makes = stage.makes_classes;
    Ok(Json(app.db().write(&ctx, move |tx| ask(tx, school, import, known, makes)).await?))
}
