//! A pupil of another school is taken in, who has left there: by the code or the number, and the name that goes with it. This
//! school then sees who they are and where they come from; what the other school wrote stays with it.

use auth::{Capability, Require as _};
use base::{ClassId, Code, Date, EnrolmentId, Kind, Result, UnitId, vi};
use db::{Entry, Tx};
use http::{Answer, App, Created, IdempotencyKey, Json, Path, Signed, State, idempotency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::admit::{Placing, place};
use super::elsewhere;
use super::status::{Meaning, status};
use super::stay::{self, NewStay};
use crate::people::{Closed, Done, person};

/// Nobody is known by this code or number and name.
pub const UNKNOWN: Code = Code::new(Kind::NotFound, "pupil.unknown", "Không tìm thấy học sinh");

/// A pupil who comes from another school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferIn {
    /// The citizen's 12 digits, or:
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "037214000123")]
    pub personal_number: Option<Closed>,
    /// the pupil's code in the sector's database.
    #[serde(default)]
    pub pupil_code: Option<String>,
    /// The whole name, as on the paper of transfer: a number alone is easily mistyped.
    #[schema(example = "Nguyễn Thị Minh Anh")]
    pub full_name: String,
    /// The first day.
    #[schema(value_type = String, format = Date, example = "2026-11-02")]
    pub from: Date,
    /// Into which class.
    #[serde(default)]
    #[schema(value_type = Option<base::Uuid>)]
    pub class: Option<ClassId>,
    /// The place in the class.
    #[serde(default)]
    pub position: Option<i64>,
}

/// Takes a pupil in. `None` when nobody is known by the code or number and the name; that somebody asked is counted all the
/// same, so that it stands when this is committed.
pub fn transfer_in(tx: &mut Tx<'_>, school: UnitId, cmd: &TransferIn) -> Result<Option<EnrolmentId>> {
    tx.require(Capability::PupilEdit, school)?;
    elsewhere::count(tx)?;
    let (number, code) = (cmd.personal_number.as_ref().map(|number| number.0.as_str()), cmd.pupil_code.as_deref());
    let mut found = None;
    for id in elsewhere::whose(tx, number, code)? {
        if vi::fold(&person::find(tx, id)?.full_name) == vi::fold(&cmd.full_name) {
            found = elsewhere::last_stay(tx, id)?.map(|last| (id, last));
            break;
        }
    }
    let Some((person, last)) = found else { return Ok(None) };
    // Who finished there, or gave up, begins anew here.
    let comes = last.left_by.as_deref() == Some("transferred") && last.school != school;
    let new = NewStay {
        school,
        person,
        from: cmd.from,
        came_by: if comes { "transferred" } else { "admitted" },
        status: if comes { status(Meaning::CameFrom, cmd.from)? } else { stay::studying(cmd.from)? },
        transfer: last.transfer.filter(|_| comes),
        beside: false,
    };
    if let Some(left) = last.valid_to.filter(|left| cmd.from < *left) {
        let detail =
            format!("Trường cũ ghi học sinh chuyển đi từ ngày {}; hãy chọn ngày ấy hoặc ngày sau.", vi::date(left));
        return Err(base::Error::field("from", "pupil.before_leaving", detail));
    }
    let id = stay::begin(tx, &new)?;
    if let Some(class) = cmd.class {
        place(tx, school, id, &Placing { class, from: Some(cmd.from), position: cmd.position, repeats: false })?;
    }
    let told = serde_json::json!({ "person": person, "from": cmd.from, "class": cmd.class, "former": last.school,
        "meant_for": last.to_school, "meant_for_name": last.to_name });
    tx.record(Entry::new("pupil.transferred_in", "pupil", id).unit(school).version(1).after(&told)?);
    Ok(Some(id))
}

/// Takes in a pupil who has left another school.
#[utoipa::path(post, path = "/schools/{school}/pupils/arrivals", operation_id = "transfer_in", tag = "pupils",
    params(("school" = base::Uuid, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = TransferIn,
    responses((status = 201, body = Done), (status = 403, body = http::ProblemBody), (status = 404, body = http::ProblemBody),
        (status = 409, body = http::ProblemBody), (status = 422, body = http::ProblemBody), (status = 429, body = http::ProblemBody)))]
pub async fn route(
    State(app): State<App>,
    Signed(ctx): Signed,
    Path(school): Path<UnitId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(cmd): Json<TransferIn>,
) -> Answer<Created<Done>> {
    let made = app
        .db()
        .write(&ctx, move |tx| {
            let mut nobody = false;
            // Whoever is not found makes nothing: the key would stand for nothing.
            let made = idempotency::once(tx, key.as_ref(), |tx| {
                let made = transfer_in(tx, school, &cmd)?;
                nobody = made.is_none();
                Ok(made.unwrap_or(EnrolmentId(base::Uuid::nil())))
            })?;
            Ok((!nobody && !made.id.0.is_nil()).then_some(made.id))
        })
        .await?;
    let Some(id) = made else {
        return Err(UNKNOWN
            .error("Không có học sinh nào mang mã hoặc số định danh và họ tên này; chưa có gì bị thay đổi. Hãy đối chiếu với giấy chuyển trường, hoặc tiếp nhận như học sinh mới.")
            .into());
    };
    Ok(Created::new(format!("/schools/{school}/pupils/{id}"), Done::new(id, 1)).version(1))
}
