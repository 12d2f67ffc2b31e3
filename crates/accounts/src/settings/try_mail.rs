//! Send a mail for trial: whether the settings are right shows only in sending.

use auth::{Capability, Require as _};
use base::{Error, Result, UnitId};
use db::{Entry, Tx};
use http::{Answer, App, Created, IdempotencyKey, Json, Path, Signed, State, idempotency};
use platform::jobs::{self, Handlers, JobId};
use platform::mail::{self, Mail};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::jobs::JobView;
use crate::names;

/// Where the trial goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryMail {
    /// An address of one's own.
    #[schema(example = "quantri@truong.edu.vn")]
    pub to: String,
}

impl std::fmt::Debug for TryMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // An address is a person's.
        f.write_str("TryMail(…)")
    }
}

/// Puts a mail for trial into the queue, sent as the unit's mails are.
pub fn try_mail(tx: &mut Tx<'_>, unit: UnitId, cmd: &TryMail) -> Result<JobId> {
    tx.require(Capability::SettingsManage, unit)?;
    let name = names::unit(tx, unit)?.name;
    let mail = Mail {
        to: cmd.to.trim().to_owned(),
        subject: "Thư gửi thử từ Khuê".to_owned(),
        text: format!(
            "Đây là thư gửi thử theo thiết lập gửi thư của {name}.\nNếu bạn đọc được thư này thì thiết lập đã đúng; không cần trả lời."
        ),
    };
    let id = mail::enqueue(tx, &mail, Some(unit)).map_err(|error| match error.is(&mail::ADDRESS) {
        true => Error::field("to", "mail.address", error.detail().to_owned()),
        false => error,
    })?;
    tx.record(Entry::new("mail.tried", "job", id).unit(unit));
    Ok(id)
}

fn shown(tx: &mut Tx<'_>, handlers: &Handlers, id: JobId) -> Result<JobView> {
    let job = jobs::find(tx, id)?.ok_or_else(jobs::missing)?;
    crate::jobs::view_of(tx, handlers, job)
}

/// Sends a mail for trial, by the settings of a unit. What became of it is told by the job.
#[utoipa::path(post, path = "/units/{unit}/mail-trials", operation_id = "try_mail", tag = "settings",
    params(("unit" = base::Uuid, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = TryMail,
    responses((status = 201, body = JobView), (status = 403, body = http::ProblemBody),
        (status = 404, body = http::ProblemBody), (status = 422, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(unit): Path<UnitId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<TryMail>,
) -> Answer<Created<JobView>> {
    let handlers = app.settings().jobs.clone();
    let job = app
        .db()
        .write(&ctx, move |tx| {
            let made = idempotency::once(tx, key.as_ref(), |tx| try_mail(tx, unit, &cmd))?;
            shown(tx, &handlers, made.id)
        })
        .await?;
    Ok(Created::new(format!("/jobs/{}", job.id), job))
}
